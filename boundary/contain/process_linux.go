package contain

import (
	"math"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

func isFirstThread() bool { return unix.Gettid() == unix.Getpid() }

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

// spawn starts a program on a thread of its own, which confine changes first.
// It is a session of its own, and is not reaped here.
func spawn(c *Cmd, confine func() error) (pid int, err error) {
	cmd, done, err := command(c, &syscall.SysProcAttr{Setsid: true})
	if err != nil {
		return 0, err
	}
	defer done()
	closeOnExec()
	started := make(chan error)
	go onOwnThread(func() {
		err := confine()
		if err == nil {
			err = cmd.Start()
		}
		started <- err
	})
	if err := <-started; err != nil {
		return 0, reason(err)
	}
	return cmd.Process.Pid, nil
}
