package contain

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// Bounds of a message between host and init.
const (
	maxMessage = 64 << 20
	maxFiles   = 64
)

// conn carries messages and open files between the host and an init.
type conn struct {
	c *net.UnixConn

	mu  sync.Mutex // for sending
	out bytes.Buffer
	enc *gob.Encoder // into out

	in  bytes.Buffer
	dec *gob.Decoder // from in
}

// newConn takes a socket over; f is closed.
func newConn(f *os.File) (*conn, error) {
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
	k := &conn{c: u}
	k.enc, k.dec = gob.NewEncoder(&k.out), gob.NewDecoder(&k.in)
	return k, nil
}

// socketPair returns both ends of a connection.
func socketPair() (ours *conn, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	theirs = os.NewFile(uintptr(fds[1]), "init")
	if ours, err = newConn(os.NewFile(uintptr(fds[0]), "host")); err != nil {
		theirs.Close()
		return nil, nil, err
	}
	return ours, theirs, nil
}

// send sends a value and files with it. It is safe for concurrent use.
func (c *conn) send(v any, files ...*os.File) error {
	if len(files) > maxFiles {
		return fmt.Errorf("contain: more than %d files", maxFiles)
	}
	var oob []byte
	if len(files) > 0 {
		fds := make([]int, len(files))
		for i, f := range files {
			fds[i] = int(f.Fd())
		}
		oob = unix.UnixRights(fds...)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out.Reset()
	c.out.Write(make([]byte, 4)) // for the length
	if err := c.enc.Encode(v); err != nil {
		return err
	}
	msg := c.out.Bytes()
	binary.BigEndian.PutUint32(msg, uint32(len(msg)-4))
	n, _, err := c.c.WriteMsgUnix(msg, oob, nil)
	if err == nil && n < len(msg) {
		_, err = c.c.Write(msg[n:])
	}
	return err
}

// receive reads a value and the files that came with it.
func (c *conn) receive(v any) ([]*os.File, error) {
	var head [4]byte
	oob := make([]byte, unix.CmsgSpace(4*maxFiles))
	n, oobn, flags, _, err := c.c.ReadMsgUnix(head[:], oob)
	if err != nil {
		return nil, err
	}
	files, err := openFiles(oob[:oobn])
	if err == nil && flags&unix.MSG_CTRUNC != 0 {
		err = errors.New("contain: files were lost")
	}
	if err == nil && n < len(head) {
		_, err = io.ReadFull(c.c, head[n:])
	}
	if err == nil {
		err = c.body(int64(binary.BigEndian.Uint32(head[:])), v)
	}
	if err != nil {
		closeAll(files)
		return nil, err
	}
	return files, nil
}

func (c *conn) body(size int64, v any) error {
	if size > maxMessage {
		return errors.New("contain: the message is too long")
	}
	if n, err := io.CopyN(&c.in, c.c, size); err != nil {
		return fmt.Errorf("a message of %d bytes ended after %d: %w", size, n, err)
	}
	return c.dec.Decode(v)
}

func openFiles(oob []byte) ([]*os.File, error) {
	if len(oob) == 0 {
		return nil, nil
	}
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil, err
	}
	var files []*os.File
	for i := range messages {
		fds, err := unix.ParseUnixRights(&messages[i])
		if err != nil {
			continue
		}
		for _, fd := range fds {
			unix.CloseOnExec(fd)
			files = append(files, os.NewFile(uintptr(fd), "received"))
		}
	}
	return files, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}
