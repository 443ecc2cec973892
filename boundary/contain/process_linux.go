package contain

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

func isFirstThread() bool { return unix.Gettid() == unix.Getpid() }

// attributes put a process into a session of its own: a process group that can
// be killed, and no terminal to type into.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
}

// awaitEnd returns when the process has ended, without reaping it.
func awaitEnd(cmd *exec.Cmd) {
	for unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
}
