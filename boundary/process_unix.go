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

// compat runs commands by bash.
type compat struct{ s *Shell }

func (c compat) run(ctx context.Context, j job) (Result, error) {
	cell, err := c.s.cell(ctx)
	if err != nil {
		return Result{}, fmt.Errorf("shell: %w", err)
	}
	defer cell.Close()
	out, err := gather(j.out)
	if err != nil {
		return Result{}, fmt.Errorf("shell: %w", err)
	}
	defer out.close()
	proc, err := cell.Start(&contain.Cmd{
		Path: c.s.c.Bash,
		// After "--" a text that begins with a dash is no option.
		Args: []string{"bash", "--norc", "--noprofile", "-c", "--", j.Text},
		Env:  c.s.environ(j.dir), Dir: j.dir, Files: []*os.File{nil, out.w, out.w},
	})
	if err != nil {
		return Result{}, fmt.Errorf("shell: %w", err)
	}
	out.begin()
	result, err := j.wait(ctx, proc.Ended(), proc.Kill)
	<-proc.Ended()
	out.finish()
	result.Output, result.Truncated = j.out.bytes(), j.out.lost > 0
	result.Exit = proc.Exit()
	return result, err
}

// wait returns when a command has ended, or its time or ctx, and then it is
// killed.
func (j *job) wait(ctx context.Context, ended <-chan struct{}, kill func()) (result Result, err error) {
	timer := time.NewTimer(j.Timeout)
	defer timer.Stop()
	select {
	case <-ended:
		return result, nil
	case <-timer.C:
		result.TimedOut = true
	case <-ctx.Done():
		err = ctx.Err()
	}
	kill()
	return result, err
}

// gathering collects what a command writes to a pipe.
type gathering struct {
	to   *capped
	r, w *os.File
	read chan struct{} // closed when nothing is read any more
}

func gather(to *capped) (*gathering, error) {
	r, w, err := os.Pipe()
	return &gathering{to: to, r: r, w: w}, err
}

// begin reads what is written, once the command has the other end.
func (g *gathering) begin() {
	g.w.Close()
	g.read = make(chan struct{})
	go func() {
		io.Copy(g.to, g.r)
		close(g.read)
	}()
}

// finish takes what stands in the pipe when the command has ended: all that it
// wrote. Who still holds the other end has left its process group; nobody waits
// for that.
func (g *gathering) finish() {
	g.r.SetReadDeadline(time.Unix(1, 0))
	<-g.read
	g.drain()
}

func (g *gathering) close() {
	g.w.Close()
	g.r.Close()
}

// drain takes what is in the pipe right now, and not what comes.
func (g *gathering) drain() {
	g.r.SetReadDeadline(time.Time{})
	conn, err := g.r.SyscallConn()
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
		g.to.Write(buf[:n])
	}
}
