//go:build unix

package boundary

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// process is one program run to its end.
type process struct {
	path    string
	argv    []string
	dir     string
	env     []string
	timeout time.Duration
	out     *capped
}

// started is a running process as its own thread sees it.
type started struct {
	cmd   *exec.Cmd
	err   error         // it could not be started
	ended chan struct{} // closed when it has ended; it is not reaped then
	reap  chan struct{} // closed by run when its group has been killed
	done  chan struct{} // closed when it is reaped
}

func (p *process) run(ctx context.Context) (Result, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return Result{}, fmt.Errorf("shell: %w", err)
	}
	defer r.Close()
	s := p.start(w)
	w.Close()
	if s.err != nil {
		return Result{}, fmt.Errorf("shell: %w", reason(s.err))
	}
	read := make(chan struct{})
	go func() {
		io.Copy(p.out, r)
		close(read)
	}()
	result, err := p.wait(ctx, s)
	// Whatever the command wrote is in the pipe by now. Who still holds the
	// other end has left the group; nobody waits for that.
	r.SetReadDeadline(time.Unix(1, 0))
	<-read
	p.drain(r)
	result.Output, result.Truncated = p.out.bytes(), p.out.lost > 0
	result.Exit = exitStatus(s.cmd.ProcessState)
	return result, err
}

// start starts the process on a thread that lives until it is reaped: the
// kernel kills the process when that thread ends (Pdeathsig), that is with the
// host.
func (p *process) start(out *os.File) *started {
	s := &started{
		cmd: &exec.Cmd{
			Path: p.path, Args: p.argv, Dir: p.dir, Env: p.env,
			Stdout: out, Stderr: out, SysProcAttr: attributes(),
		},
		ended: make(chan struct{}), reap: make(chan struct{}), done: make(chan struct{}),
	}
	ready := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(s.done)
		s.err = s.cmd.Start()
		close(ready)
		if s.err != nil {
			return
		}
		awaitEnd(s.cmd)
		close(s.ended)
		<-s.reap
		if s.cmd.ProcessState == nil {
			s.cmd.Wait()
		}
	}()
	<-ready
	return s
}

// wait returns when the process has ended or been killed, and nothing of its
// group runs on.
func (p *process) wait(ctx context.Context, s *started) (result Result, err error) {
	timer := time.NewTimer(p.timeout)
	defer timer.Stop()
	select {
	case <-s.ended:
	case <-timer.C:
		result.TimedOut = true
	case <-ctx.Done():
		err = ctx.Err()
	}
	// The group's number can't be given to others before its leader is reaped.
	for {
		kerr := syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		if !errors.Is(kerr, syscall.EINTR) {
			break
		}
	}
	<-s.ended
	close(s.reap)
	<-s.done
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

func exitStatus(ps *os.ProcessState) int {
	if ps == nil {
		return -1
	}
	if ws, ok := ps.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return ps.ExitCode()
}
