//go:build unix && !linux

package contain

import (
	"os/exec"
	"syscall"
)

// session puts a process into a session of its own: a process group that can
// be killed, and no terminal to type into. If the host is killed, the process
// runs on.
func session() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// closeOnExec does nothing: Go opens everything so, and what the host inherited
// otherwise its programs inherit too.
func closeOnExec() {}

// awaitEnd returns when the process has ended. It is reaped then, so that for
// an instant its group's number could become another's.
func awaitEnd(cmd *exec.Cmd) { cmd.Wait() }

func startPlain(c *Cmd) (*Process, error) {
	return start(c, session(), func(f func() error) error { return f() }, func(int) {})
}
