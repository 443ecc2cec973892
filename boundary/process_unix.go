//go:build unix

package boundary

import (
	"context"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/runtimeguard/runtimeguard/boundary/contain"
)

// process is one program run to its end.
type process struct {
	cell    *contain.Cell
	path    string
	argv    []string
	dir     string
	env     []string
	timeout time.Duration
	out     *capped
}

func (p *process) run(ctx context.Context) (Result, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return Result{}, fmt.Errorf("shell: %w", err)
	}
	defer r.Close()
	proc, err := p.cell.Start(&contain.Cmd{Path: p.path, Args: p.argv, Env: p.env, Dir: p.dir, Files: []*os.File{nil, w, w}})
	w.Close()
	if err != nil {
		return Result{}, fmt.Errorf("shell: %w", err)
	}
	read := make(chan struct{})
	go func() {
		io.Copy(p.out, r)
		close(read)
	}()
	result, err := p.wait(ctx, proc)
	// Whatever the command wrote is in the pipe by now. Who still holds the
	// other end has left the group; nobody waits for that.
	r.SetReadDeadline(time.Unix(1, 0))
	<-read
	p.drain(r)
	result.Output, result.Truncated = p.out.bytes(), p.out.lost > 0
	result.Exit = proc.Exit()
	return result, err
}

// wait returns when the process has ended or been killed, and nothing of its
// group runs on.
func (p *process) wait(ctx context.Context, proc *contain.Process) (result Result, err error) {
	timer := time.NewTimer(p.timeout)
	defer timer.Stop()
	select {
	case <-proc.Ended():
		return result, nil
	case <-timer.C:
		result.TimedOut = true
	case <-ctx.Done():
		err = ctx.Err()
	}
	proc.Kill()
	<-proc.Ended()
	return result, err
}

// drain takes what is in the pipe right now, and not what comes.
func (p *process) drain(r *os.File) {
	r.SetReadDeadline(time.Time{})
	conn, err := r.SyscallConn()
	if err != nil {
		return
	}
	buf := make([]byte, 1<<16)
	for range 16 { // a pipe holds 1 MiB at most, unless its owner may have more
		n := 0
		conn.Read(func(fd uintptr) bool {
			n, err = syscall.Read(int(fd), buf)
			return true
		})
		if err != nil || n <= 0 {
			return
		}
		p.out.Write(buf[:n])
	}
}
