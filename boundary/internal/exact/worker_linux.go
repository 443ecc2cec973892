package exact

import (
	"context"
	"errors"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// Name is a worker's first word on the command line; the second is its nonce.
const Name = "runtimeguard-worker"

// SocketFD is where a worker finds its socket.
const SocketFD = 3

var called atomic.Bool

// Called reports whether [Main] was called in this process: then the program
// can be started anew as a worker.
func Called() bool { return called.Load() }

// Main makes the process a worker, where it was started as one, and doesn't
// return then. It must be called before anything else.
func Main() {
	if len(os.Args) != 2 || os.Args[0] != Name {
		called.Store(true)
		return
	}
	os.Exit(work(os.Args[1]))
}

// limits bound a worker. The run time reserves address space without using it,
// so data is what counts.
var limits = map[int]uint64{
	unix.RLIMIT_DATA:   maxData,
	unix.RLIMIT_NOFILE: 1024,
	unix.RLIMIT_CORE:   0,
}

const maxStack = 16 << 20 // bytes: how deep functions call themselves

// work runs one job.
func work(nonce string) int {
	var st unix.Stat_t
	if unix.Fstat(SocketFD, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFSOCK {
		return 2
	}
	for what, n := range limits {
		if unix.Setrlimit(what, &unix.Rlimit{Cur: n, Max: n}) != nil {
			return 2
		}
	}
	debug.SetMaxStack(maxStack)
	conn, err := NewConn(os.NewFile(SocketFD, "socket"))
	if err != nil || conn.Send(&Request{Op: OpReady, Text: nonce}) != nil {
		return 2
	}
	var job Job
	files, err := conn.Receive(&job)
	if err != nil || len(files) != 3 {
		return 2
	}
	w := &worker{client: client{conn: conn, waiting: map[uint64]chan answer{}}, null: files[0], hidden: map[string]int{}}
	go w.serve()
	exit, err := w.run(context.Background(), &scope{dir: job.Dir, env: job.Env, in: files[0], out: files[1], err: files[2]}, &job.Script)
	if err != nil {
		return 2
	}
	if conn.Send(&Request{Op: OpDone, Exit: exit}) != nil {
		return 2
	}
	return 0
}

// worker runs one job.
type worker struct {
	client
	null *os.File // reads nothing, and what is written to it is gone

	mu     sync.Mutex
	hidden map[string]int // files that redirections made and the command's words must not see
}

// errImpossible ends a job that a real shell must do.
var errImpossible = errors.New("a real shell is needed")

// impossible tells the host, which ends the job.
func (w *worker) impossible(reason string) error {
	if err := w.conn.Send(&Request{Op: OpImpossible, Text: reason}); err != nil {
		return err
	}
	return errImpossible
}
