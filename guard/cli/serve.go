package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/guard/console"
)

type serving struct {
	desk
	listen  string
	origins []string
}

func setupServe(f *flag.FlagSet) func(*env, []string) error {
	s := &serving{}
	s.flags(f)
	f.StringVar(&s.listen, "listen", "127.0.0.1:0", "the `address` to listen on; anything but a loopback address needs -origin too")
	f.Func("origin", "an `origin` that the page is reached at, as in https://console.example.com; may be repeated. Put TLS in front: the link holds a secret", func(o string) error {
		s.origins = append(s.origins, o)
		return nil
	})
	return s.run
}

func (s *serving) run(e *env, args []string) (err error) {
	if len(args) > 0 {
		return usageError("no arguments are taken")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	state, err := s.dir()
	if err != nil {
		return err
	}
	secret := console.NewSecret()
	q, done, err := s.queue(ctx, e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	page, err := s.console(q, state, secret)
	if err != nil {
		return err
	}
	l, err := s.open()
	if err != nil {
		return err
	}
	origin := "http://" + l.Addr().String()
	if len(s.origins) > 0 {
		origin = s.origins[0]
	}
	link := origin + console.Path(secret)
	forget, err := keepLink(state, link)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer forget()
	fmt.Fprintf(e.out, "the console, until you stop this command (the link is new each time; keep it to yourself):\n\n  %s\n\n", link)
	return serve(ctx, l, page)
}

// console is the page, with the operator's key.
func (s *serving) console(q *approval.Queue, state, secret string) (*console.Console, error) {
	key, err := s.signer()
	if err != nil {
		return nil, err
	}
	who, err := whoami()
	if err != nil {
		return nil, err
	}
	return console.New(console.Config{State: state, Approvals: q, Key: key, Who: who, Secret: secret, Origins: s.origins})
}

func (s *serving) open() (net.Listener, error) {
	l, err := net.Listen("tcp", s.listen)
	if err != nil {
		return nil, err
	}
	if a, ok := l.Addr().(*net.TCPAddr); len(s.origins) == 0 && (!ok || !a.IP.IsLoopback()) {
		return nil, errors.Join(fmt.Errorf("%s is not a loopback address: say with -origin where the page is reached", s.listen), l.Close())
	}
	return l, nil
}

// linkFile is where the running console's link stands in the state folder, for
// an operator whose console was started by something else.
const linkFile = "console.link"

// keepLink writes the link where only the operator reads it, and returns what
// removes it. An operator who has no state folder here, or may not write in it,
// has it from the command's output alone.
func keepLink(state, link string) (forget func(), err error) {
	file, text := filepath.Join(state, linkFile), []byte(link+"\n")
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
		return nil, err
	}
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return func() {}, nil
	}
	if err != nil {
		return nil, err
	}
	_, err = out.Write(text)
	if err = errors.Join(err, out.Close()); err != nil {
		return nil, err
	}
	return func() {
		if now, err := os.ReadFile(file); err == nil && bytes.Equal(now, text) { // not another console's
			os.Remove(file)
		}
	}, nil
}

// serve serves until the context ends. Its timeouts bound what a connection
// that does nothing holds; event streams end with the context.
func serve(ctx context.Context, l net.Listener, h http.Handler) error {
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return srv.Shutdown(end)
}
