package socket

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Bounds are those of one message, in either direction.
type Bounds struct {
	Bytes uint32
	Files int
}

// Conn is one end of a connection. Send is safe for concurrent use, Receive is
// for one goroutine.
type Conn struct {
	c      *net.UnixConn
	bounds Bounds
	sendMu sync.Mutex
}

// Pair makes a connection and returns one end of it, and the file of the other
// for a process that inherits it.
func Pair(b Bounds) (*Conn, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	theirs := os.NewFile(uintptr(fds[1]), "theirs")
	c, err := New(os.NewFile(uintptr(fds[0]), "ours"), b)
	if err != nil {
		theirs.Close()
		return nil, nil, err
	}
	return c, theirs, nil
}

// New takes over a socket: f is closed.
func New(f *os.File, b Bounds) (*Conn, error) {
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		c.Close()
		return nil, errors.New("not a unix socket")
	}
	return &Conn{c: u, bounds: b}, nil
}

// Close closes the connection.
func (c *Conn) Close() error { return c.c.Close() }

// SetReadDeadline is [net.Conn]'s.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.c.SetReadDeadline(t) }

// Send sends a message with files, which stay the caller's.
func (c *Conn) Send(data []byte, files ...*os.File) error {
	if len(data) > int(c.bounds.Bytes) || len(files) > c.bounds.Files {
		return fmt.Errorf("a message of %d bytes and %d files, at most %d and %d are sent", len(data), len(files), c.bounds.Bytes, c.bounds.Files)
	}
	rights, release, err := rights(files)
	if err != nil {
		return err
	}
	defer release()
	frame := append(binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(data)), uint32(len(data))), data...)
	c.sendMu.Lock()
	defer c.sendMu.Unlock()
	n, _, err := c.c.WriteMsgUnix(frame, rights, nil)
	if err == nil && n < len(frame) {
		_, err = c.c.Write(frame[n:])
	}
	return err
}

// rights are descriptors of the files, in the form that a socket takes. They
// are copies: asking a file for its own would make it a blocking one.
func rights(files []*os.File) (oob []byte, release func(), err error) {
	if len(files) == 0 {
		return nil, func() {}, nil
	}
	var fds []int
	release = func() {
		for _, fd := range fds {
			unix.Close(fd)
		}
	}
	for _, f := range files {
		fd, err := Duplicate(f)
		if err == nil {
			fds = append(fds, fd)
			err = unix.SetNonblock(fd, false) // programs don't expect the pipes that the run time makes
		}
		if err != nil {
			release()
			return nil, nil, err
		}
	}
	return unix.UnixRights(fds...), release, nil
}

// Duplicate returns another descriptor of a file, which programs don't inherit.
func Duplicate(f *os.File) (fd int, err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return -1, err
	}
	cerr := raw.Control(func(p uintptr) { fd, err = unix.FcntlInt(p, unix.F_DUPFD_CLOEXEC, 0) })
	return fd, errors.Join(err, cerr)
}

// Receive reads the next message. The files that came with it are the
// caller's. It returns io.EOF where the other end was closed.
func (c *Conn) Receive() (data []byte, files []*os.File, err error) {
	var head [4]byte
	oob := make([]byte, unix.CmsgSpace(4*c.bounds.Files))
	n, oobn, flags, _, err := c.c.ReadMsgUnix(head[:], oob)
	if err != nil {
		return nil, nil, err
	}
	if files, err = received(oob[:oobn], flags); err != nil {
		return nil, nil, err
	}
	if data, err = c.body(head, n); err != nil {
		CloseAll(files)
		return nil, nil, err
	}
	return data, files, nil
}

// body reads a message of which n bytes of the head have been read. It takes no
// more memory than what has come.
func (c *Conn) body(head [4]byte, n int) ([]byte, error) {
	if n == 0 {
		return nil, io.EOF
	}
	if _, err := io.ReadFull(c.c, head[n:]); err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint32(head[:])
	if size > c.bounds.Bytes {
		return nil, fmt.Errorf("a message of %d bytes, at most %d are read", size, c.bounds.Bytes)
	}
	var buf bytes.Buffer
	if n, err := io.CopyN(&buf, c.c, int64(size)); err != nil {
		return nil, fmt.Errorf("a message of %d bytes ended after %d: %w", size, n, err)
	}
	return buf.Bytes(), nil
}

func received(oob []byte, flags int) (files []*os.File, err error) {
	if len(oob) == 0 {
		return nil, nil
	}
	messages, err := unix.ParseSocketControlMessage(oob)
	for i := range messages {
		fds, e := unix.ParseUnixRights(&messages[i])
		if e != nil {
			err = e
		}
		for _, fd := range fds {
			files = append(files, os.NewFile(uintptr(fd), "received"))
		}
	}
	if flags&unix.MSG_CTRUNC != 0 {
		err = errors.New("a message with too many files")
	}
	if err != nil {
		CloseAll(files)
		return nil, err
	}
	return files, nil
}

// CloseAll closes files.
func CloseAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}
