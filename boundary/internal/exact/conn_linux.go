package exact

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// Conn is one end of the socket between host and worker. Send is safe for
// concurrent use, Receive is for one goroutine.
type Conn struct {
	c      *net.UnixConn
	sendMu sync.Mutex
}

// Pair makes a socket and returns the host's end and the file for the worker.
func Pair() (*Conn, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	theirs := os.NewFile(uintptr(fds[1]), "worker")
	c, err := NewConn(os.NewFile(uintptr(fds[0]), "host"))
	if err != nil {
		theirs.Close()
		return nil, nil, err
	}
	return c, theirs, nil
}

// NewConn takes over a socket.
func NewConn(f *os.File) (*Conn, error) {
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		c.Close()
		return nil, errors.New("exact: not a unix socket")
	}
	return &Conn{c: u}, nil
}

// Close closes the socket.
func (c *Conn) Close() error { return c.c.Close() }

// maxFiles is how many files one message brings, at most.
const maxFiles = 3

// Send sends a message with files, which stay the caller's.
func (c *Conn) Send(m message, files ...*os.File) error {
	data := encode(m)
	if len(data) > MaxMessage {
		return fmt.Errorf("exact: a message of %d bytes, at most %d are sent", len(data), MaxMessage)
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
		fd, err := duplicate(f)
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

func duplicate(f *os.File) (fd int, err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return -1, err
	}
	cerr := raw.Control(func(p uintptr) { fd, err = unix.FcntlInt(p, unix.F_DUPFD_CLOEXEC, 0) })
	return fd, errors.Join(err, cerr)
}

// Receive reads the next message. The files that came with it are the
// caller's.
func (c *Conn) Receive(m message) (files []*os.File, err error) {
	var head [4]byte
	oob := make([]byte, unix.CmsgSpace(4*maxFiles))
	n, oobn, flags, _, err := c.c.ReadMsgUnix(head[:], oob)
	if err != nil {
		return nil, err
	}
	if files, err = received(oob[:oobn], flags); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			closeAll(files)
			files = nil
		}
	}()
	if n == 0 {
		return files, io.EOF
	}
	if _, err = io.ReadFull(c.c, head[n:]); err != nil {
		return files, err
	}
	size := binary.BigEndian.Uint32(head[:])
	if size > MaxMessage {
		return files, errors.New("exact: a message is too long")
	}
	data := make([]byte, size)
	if _, err = io.ReadFull(c.c, data); err != nil {
		return files, err
	}
	return files, decode(data, m)
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
		err = errors.New("exact: a message with too many files")
	}
	if err != nil {
		closeAll(files)
		return nil, err
	}
	return files, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}
