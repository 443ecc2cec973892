package exact

import (
	"fmt"
	"os"

	"github.com/runtimeguard/runtimeguard/boundary/internal/socket"
)

// bounds of a message: a program's start brings three files.
var bounds = socket.Bounds{Bytes: MaxMessage, Files: 3}

// Conn is one end of the socket between host and worker. Send is safe for
// concurrent use, Receive is for one goroutine.
type Conn struct{ s *socket.Conn }

// Pair makes a socket and returns the host's end and the file for the worker.
func Pair() (*Conn, *os.File, error) {
	s, theirs, err := socket.Pair(bounds)
	if err != nil {
		return nil, nil, err
	}
	return &Conn{s}, theirs, nil
}

// NewConn takes over a socket.
func NewConn(f *os.File) (*Conn, error) {
	s, err := socket.New(f, bounds)
	if err != nil {
		return nil, fmt.Errorf("exact: %w", err)
	}
	return &Conn{s}, nil
}

// Close closes the socket.
func (c *Conn) Close() error { return c.s.Close() }

// Send sends a message with files, which stay the caller's.
func (c *Conn) Send(m message, files ...*os.File) error {
	if err := c.s.Send(encode(m), files...); err != nil {
		return fmt.Errorf("exact: %w", err)
	}
	return nil
}

// Receive reads the next message. The files that came with it are the
// caller's.
func (c *Conn) Receive(m message) ([]*os.File, error) {
	data, files, err := c.s.Receive()
	if err != nil {
		return nil, fmt.Errorf("exact: %w", err)
	}
	if err := decode(data, m); err != nil {
		socket.CloseAll(files)
		return nil, err
	}
	return files, nil
}
