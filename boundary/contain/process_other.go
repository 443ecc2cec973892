//go:build !unix

package contain

import "errors"

// Process is a program that was started.
type Process struct{}

// Pid is the process's number.
func (*Process) Pid() int { return 0 }

// Ended is closed when the program has ended.
func (*Process) Ended() <-chan struct{} { return nil }

// Exit waits for the end and returns the exit status.
func (*Process) Exit() int { return -1 }

// Kill ends the program.
func (*Process) Kill() {}

func startPlain(*Cmd) (*Process, error) {
	return nil, errors.New("contain: not supported on this system")
}
