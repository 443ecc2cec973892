package contain

import (
	"math"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// session puts a process into a session of its own: a process group that can
// be killed, and no terminal to type into.
func session() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
}

// closeOnExec marks every descriptor beyond the standard ones: the host may have
// inherited some that aren't, or a library opened them.
func closeOnExec() { unix.CloseRange(3, math.MaxInt32, unix.CLOSE_RANGE_CLOEXEC) }

// awaitEnd returns when the process has ended, without reaping it.
func awaitEnd(cmd *exec.Cmd) {
	for unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
}

// thread is a thread on which nothing runs but what starts programs, and that
// is held for good: what it is held by is made once, not for each program. The
// kernel kills the programs that ask for it when the thread ends, which is at
// the latest with the host.
type thread struct{ work chan func(held error) }

// newThread makes a thread that hold has changed first. Where hold fails,
// nothing is ever started there.
func newThread(hold func() error) *thread {
	t := &thread{work: make(chan func(error))}
	go onOwnThread(func() {
		err := hold()
		for f := range t.work {
			f(err)
		}
	})
	return t
}

// do runs f there.
func (t *thread) do(f func() error) error {
	done := make(chan error, 1)
	t.work <- func(held error) {
		if held == nil {
			held = f()
		}
		done <- held
	}
	return <-done
}

// end ends the thread. Nothing may be done there then.
func (t *thread) end() { close(t.work) }

// onOwnThread runs f on a thread that nothing else ever runs on. A locked
// goroutine's thread is destroyed when the goroutine ends, and the run time
// never clones it. The process's first thread can't be destroyed and stands for
// the whole process in /proc, so it is handed back.
func onOwnThread(f func()) {
	runtime.LockOSThread() // and never unlock: the thread ends with the goroutine
	if unix.Gettid() != unix.Getpid() {
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
