package contain

import (
	"bytes"
	"encoding/gob"
	"os"
	"sync"

	"github.com/runtimeguard/runtimeguard/boundary/internal/socket"
)

// bounds of a message between host and init.
var bounds = socket.Bounds{Bytes: 64 << 20, Files: 64}

// conn carries values and open files between the host and an init.
type conn struct {
	*socket.Conn

	mu  sync.Mutex // values go in the order in which they are encoded
	out bytes.Buffer
	enc *gob.Encoder // into out

	in  bytes.Buffer
	dec *gob.Decoder // from in
}

func newConn(s *socket.Conn) *conn {
	c := &conn{Conn: s}
	c.enc, c.dec = gob.NewEncoder(&c.out), gob.NewDecoder(&c.in)
	return c
}

// send sends a value and files with it. It is safe for concurrent use.
func (c *conn) send(v any, files ...*os.File) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out.Reset()
	if err := c.enc.Encode(v); err != nil {
		return err
	}
	return c.Send(c.out.Bytes(), files...)
}

// receive reads a value and the files that came with it.
func (c *conn) receive(v any) ([]*os.File, error) {
	data, files, err := c.Receive()
	if err != nil {
		return nil, err
	}
	c.in.Write(data)
	if err := c.dec.Decode(v); err != nil {
		socket.CloseAll(files)
		return nil, err
	}
	return files, nil
}
