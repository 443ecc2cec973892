//go:build unix

package contain

import (
	"errors"
	"os"
	"os/exec"
	"sync"
	"syscall"
)

// Process is a program that was started. Its methods are safe for concurrent
// use.
type Process struct {
	pid   int
	ended chan struct{} // closed when it has ended and its group is killed
	exit  int           // set before ended is closed
	kill  func()
}

// Pid is the process's number, as the host sees it; 0 where it doesn't.
func (p *Process) Pid() int { return p.pid }

// Ended is closed when the program has ended. Nothing of its process group
// runs on then, but under the tier namespace, where what it left behind ends
// with the cell.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Exit waits for the end and returns the exit status, 128 and the signal's
// number where a signal ended it.
func (p *Process) Exit() int {
	<-p.ended
	return p.exit
}

// Kill ends the program and its process group.
func (p *Process) Kill() { p.kill() }

// group is a process group that may be killed until its leader is reaped:
// after that its number may be another's.
type group struct {
	mu     sync.Mutex
	pid    int
	reaped bool
}

func (g *group) kill() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.reaped {
		return
	}
	for errors.Is(syscall.Kill(-g.pid, syscall.SIGKILL), syscall.EINTR) {
	}
}

// launch starts a program by way of on, which runs a function where programs are
// to be started. No descriptor is inherited but those of the command: what is
// open already, nothing holds.
func launch(c *Cmd, attributes *syscall.SysProcAttr, on func(func() error) error) (*exec.Cmd, error) {
	cmd, done, err := command(c, attributes)
	if err != nil {
		return nil, err
	}
	defer done()
	closeOnExec()
	if err := on(cmd.Start); err != nil {
		return nil, reason(err)
	}
	return cmd, nil
}

// start launches a program and sees to its end. settle gets its number once it
// runs.
func start(c *Cmd, attributes *syscall.SysProcAttr, on func(func() error) error, settle func(pid int)) (*Process, error) {
	cmd, err := launch(c, attributes, on)
	if err != nil {
		return nil, err
	}
	g := &group{pid: cmd.Process.Pid}
	p := &Process{pid: g.pid, ended: make(chan struct{}), kill: g.kill}
	settle(p.pid)
	go p.reap(cmd, g)
	return p, nil
}

// reap waits for the end, kills what is left of the group while its number
// can't be another's, and reaps.
func (p *Process) reap(cmd *exec.Cmd, g *group) {
	awaitEnd(cmd)
	g.kill()
	g.mu.Lock()
	g.reaped = true
	g.mu.Unlock()
	if cmd.ProcessState == nil {
		cmd.Wait()
	}
	p.exit = exitStatus(cmd.ProcessState.Sys().(syscall.WaitStatus))
	close(p.ended)
}

func exitStatus(ws syscall.WaitStatus) int {
	if ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return ws.ExitStatus()
}

// command is a program as the run time starts it. Its files are open before
// the thread that starts it is confined; done closes those that only it needs.
func command(c *Cmd, attributes *syscall.SysProcAttr) (_ *exec.Cmd, done func(), err error) {
	if err := c.check(); err != nil {
		return nil, nil, err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, nil, reason(err)
	}
	files := make([]*os.File, max(3, len(c.Files)))
	copy(files, c.Files)
	for i := range files {
		if files[i] == nil {
			files[i] = null
		}
	}
	return &exec.Cmd{
		Path: c.Path, Args: c.Args, Env: append([]string{}, c.Env...), Dir: c.Dir,
		Stdin: files[0], Stdout: files[1], Stderr: files[2], ExtraFiles: files[3:],
		SysProcAttr: attributes,
	}, func() { null.Close() }, nil
}

// reason is an error without the path that the system names.
func reason(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
