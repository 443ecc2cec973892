package boundary

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/runtimeguard/runtimeguard/boundary/contain"
	"github.com/runtimeguard/runtimeguard/boundary/internal/exact"
	"github.com/runtimeguard/runtimeguard/guard"
)

// exactEngine runs commands in workers. One that waits is kept ready.
//
// The worker only interprets: programs are started by the host, each from a
// thread that the tier holds, and files are opened by the host. So nothing that
// the interpreter does wrong starts a program that wasn't judged, the tier of a
// program is the same as in the other engine, and the worker itself is held so
// that it can neither open a file nor reach another process.
type exactEngine struct {
	s     *Shell
	files *Files
	path  string
	box   *contain.Box

	mu     sync.Mutex
	idle   *workerProcess
	closed bool
}

// newExact makes the engine, or returns nil where there is none: without an
// Inspector nothing says what programs do, and without a program whose main
// begins with [Worker] there are no workers.
func newExact(s *Shell) (*exactEngine, error) {
	path := "/proc/self/exe"
	switch {
	case s.c.Inspector == nil:
		return nil, nil
	case s.c.Worker != "":
		path = s.c.Worker
		if err := s.trusted(path); err != nil {
			return nil, err
		}
	case !exact.Called():
		return nil, nil
	}
	program, err := filepath.EvalSymlinks(path)
	if err != nil {
		program = path // its name is gone, the file isn't
	}
	read := slices.Concat([]string{program}, existing([]string{"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache"}))
	x := &exactEngine{s: s, path: path}
	if x.box, err = contain.Prepare(contain.Plan{Read: read, Own: true}, min(s.Tier(), guard.TierSeccomp)); err != nil {
		return nil, err
	}
	x.files, err = NewFiles(s.c.Workspace)
	return x, err
}

// trusted refuses a worker's program that commands could change.
func (s *Shell) trusted(path string) error {
	resolved, err := s.c.Workspace.Resolve(path)
	if err != nil {
		return fmt.Errorf("shell: Worker: %w", err)
	}
	switch s.c.Workspace.Zone(resolved) {
	case guard.ZoneWorkspace, guard.ZoneTemp:
		return fmt.Errorf("shell: Worker %s: lies where commands may write: put it elsewhere", path)
	}
	return nil
}

// workerProcess is a worker that waits for its job.
type workerProcess struct {
	conn *exact.Conn
	cell *contain.Cell
	proc *contain.Process
}

// maxStart is how long a worker may take to say that it is there. A program
// that is none would never say so.
const maxStart = 20 * time.Second

func (x *exactEngine) launch() (*workerProcess, error) {
	conn, theirs, err := exact.Pair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	cell, err := x.box.Open(contain.Access{})
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	nonce := rand.Text()
	w := &workerProcess{conn: conn, cell: cell}
	w.proc, err = cell.Start(&contain.Cmd{
		Path: x.path, Args: []string{exact.Name, nonce}, Env: []string{}, Dir: "/",
		Files: []*os.File{nil, nil, nil, theirs},
	})
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	theirs.Close() // so that its end is seen here
	late := time.AfterFunc(maxStart, w.proc.Kill)
	var hello exact.Request
	_, err = conn.Receive(&hello)
	late.Stop()
	if err != nil || hello.Op != exact.OpReady || hello.Text != nonce {
		w.close()
		return nil, errors.New("the worker doesn't start: does its main begin with runtimeguard.Worker?")
	}
	return w, nil
}

func (w *workerProcess) close() error {
	return errors.Join(w.conn.Close(), w.cell.Close())
}

// take returns a worker: the one that waits, or a new one.
func (x *exactEngine) take() (*workerProcess, error) {
	x.mu.Lock()
	w := x.idle
	x.idle = nil
	x.mu.Unlock()
	if w != nil {
		return w, nil
	}
	return x.launch()
}

// rest is how long after a command the worker for the next one is started: it
// would take the time of what the host does with the answer.
const rest = 50 * time.Millisecond

// prepare has a worker wait for the next job.
func (x *exactEngine) prepare() {
	w, err := x.launch()
	if err != nil {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed || x.idle != nil {
		w.close()
		return
	}
	x.idle = w
}

func (x *exactEngine) close() error {
	x.mu.Lock()
	w := x.idle
	x.idle, x.closed = nil, true
	x.mu.Unlock()
	if w != nil {
		w.close()
	}
	return x.files.Close()
}

// run runs a command in a worker, which is gone afterwards.
func (x *exactEngine) run(ctx context.Context, j job) (result Result, err error) {
	if reason := x.s.inexact(j.Text); reason != "" {
		return Result{}, fmt.Errorf("the command was judged as one without %s, and holds it", reason)
	}
	w, err := x.take()
	if err != nil {
		return Result{}, fmt.Errorf("shell: %w", err)
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &session{
		x: x, ctx: inner, w: w, text: j.Text, out: j.out, ended: make(chan struct{}),
		running: map[uint64]*contain.Process{}, listed: map[string]string{}, exit: 128 + int(syscall.SIGKILL),
	}
	defer func() {
		s.end()
		time.AfterFunc(rest, x.prepare)
	}()
	out, err := gather(j.out)
	if err != nil {
		return Result{}, fmt.Errorf("shell: %w", err)
	}
	defer out.close()
	if err := s.begin(j, out.w); err != nil {
		return Result{}, fmt.Errorf("shell: %w", err)
	}
	if s.cell, err = x.s.cell(ctx); err != nil { // while the worker begins
		return Result{}, fmt.Errorf("shell: %w", err)
	}
	out.begin()
	go s.serve()
	result, err = j.wait(ctx, s.ended, w.proc.Kill)
	cancel()
	s.end()
	out.finish()
	if err == nil && !result.TimedOut {
		s.explain()
	}
	result.Exit = s.exit
	result.Output, result.Truncated = j.out.bytes(), j.out.lost > 0
	return result, err
}
