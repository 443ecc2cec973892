//go:build unix

package contain

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// Process is a program that was started. Its methods are safe for concurrent
// use.
type Process struct {
	pid   int
	ended chan struct{} // closed when it has ended and its group is killed
	state *os.ProcessState
	mu    sync.Mutex
	gone  bool // its group's number may be another's
}

// Pid is the process's number, and its group's.
func (p *Process) Pid() int { return p.pid }

// Ended is closed when the program has ended and nothing of its process group
// runs on.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Exit waits for the end and returns the exit status, 128 and the signal's
// number where a signal ended it.
func (p *Process) Exit() int {
	<-p.ended
	if ws, ok := p.state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return p.state.ExitCode()
}

// Kill ends the program and its process group.
func (p *Process) Kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return
	}
	for errors.Is(syscall.Kill(-p.pid, syscall.SIGKILL), syscall.EINTR) {
	}
}

// start starts a program on a thread of its own, which confine changes first,
// and which lives until the program is reaped: the kernel kills the program
// when that thread ends, that is with the host.
//
// A locked goroutine's thread is destroyed when the goroutine ends, and the
// run time never clones it. The process's first thread is neither: it can't be
// destroyed and stands for the whole process in /proc, so it is handed back.
func start(c *Cmd, confine func() error, settle func(pid int)) (*Process, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0) // before the thread is confined
	if err != nil {
		return nil, err
	}
	defer null.Close()
	cmd := command(c, null)
	p := &Process{ended: make(chan struct{})}
	started := make(chan error)
	go onOwnThread(func() {
		err := confine()
		if err == nil {
			err = cmd.Start()
		}
		if err == nil {
			p.pid = cmd.Process.Pid
			settle(p.pid)
		}
		started <- err
		if err == nil {
			p.reap(cmd)
		}
	})
	if err := <-started; err != nil {
		return nil, reason(err)
	}
	return p, nil
}

// onOwnThread runs f on a thread that nothing else ever runs on.
func onOwnThread(f func()) {
	runtime.LockOSThread() // and never unlock: the thread ends with the goroutine
	if !isFirstThread() {
		f()
		return
	}
	other := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		close(other)
		f()
	}()
	<-other // it can't get the first thread, which this goroutine holds
	runtime.UnlockOSThread()
}

// reap waits for the end, kills what is left of the group while its number
// can't be another's, and reaps.
func (p *Process) reap(cmd *exec.Cmd) {
	awaitEnd(cmd)
	p.Kill()
	p.mu.Lock()
	p.gone = true
	p.mu.Unlock()
	if cmd.ProcessState == nil {
		cmd.Wait()
	}
	p.state = cmd.ProcessState
	close(p.ended)
}

func command(c *Cmd, null *os.File) *exec.Cmd {
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
		SysProcAttr: attributes(),
	}
}

// reason is an error without the path that the system names.
func reason(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
