package exact

import (
	"context"
	"errors"
	"os"
	"sync"

	"github.com/runtimeguard/runtimeguard/boundary/internal/socket"
)

// client asks the host.
type client struct {
	conn *Conn

	mu      sync.Mutex
	last    uint64
	waiting map[uint64]chan answer
	gone    bool
}

type answer struct {
	Reply
	file *os.File
}

// errGone: the host has hung up.
var errGone = errors.New("the host is gone")

// serve hands answers to those who wait for them, until the host hangs up.
func (c *client) serve() {
	for {
		var a answer
		files, err := c.conn.Receive(&a.Reply)
		if len(files) > 0 {
			a.file = files[0]
			socket.CloseAll(files[1:])
		}
		c.mu.Lock()
		if err != nil {
			c.gone = true
			for _, w := range c.waiting {
				close(w)
			}
			c.mu.Unlock()
			return
		}
		w := c.waiting[a.ID]
		delete(c.waiting, a.ID)
		c.mu.Unlock()
		if w != nil {
			w <- a
		}
	}
}

// ask sends a request and waits for the answer. When ctx ends meanwhile, the
// host is told to end the program; the answer is waited for all the same.
func (c *client) ask(ctx context.Context, r *Request) (answer, error) {
	return c.askThen(ctx, func() {}, r)
}

// askThen calls sent when the request with its files has been sent, or can't
// be.
func (c *client) askThen(ctx context.Context, sent func(), r *Request, files ...*os.File) (answer, error) {
	w := make(chan answer, 1)
	c.mu.Lock()
	if c.gone {
		c.mu.Unlock()
		sent()
		return answer{}, errGone
	}
	c.last++
	r.ID = c.last
	c.waiting[r.ID] = w
	c.mu.Unlock()
	err := c.conn.Send(r, files...)
	sent()
	if err != nil {
		c.mu.Lock()
		delete(c.waiting, r.ID)
		c.mu.Unlock()
		return answer{}, err
	}
	stop := context.AfterFunc(ctx, func() { c.conn.Send(&Request{Op: OpKill, Target: r.ID}) })
	defer stop()
	a, ok := <-w
	if !ok {
		return answer{}, errGone
	}
	return a, nil
}
