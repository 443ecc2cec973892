package audit

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Config says how a [Log] is kept. The zero Config is good.
type Config struct {
	// Key signs the checkpoints. Nil takes the key in the log's folder, which
	// is made when the log is begun; such a key proves nothing against whoever
	// can read that folder. Where a log has none, those who have its key sign:
	// this process then writes records only.
	Key ed25519.PrivateKey
	// SegmentSize is the size in bytes past which the next segment is begun;
	// zero means 64 MiB. A segment outgrows it by one batch, at most 1 MiB.
	SegmentSize int64
	// SegmentAge is the age past which the next record begins a new segment;
	// zero means 24 hours.
	SegmentAge time.Duration
	// CheckpointEvery is the number of lines after which a checkpoint is
	// signed; zero means 1000.
	CheckpointEvery int
	// CheckpointAfter is how long a line waits for the checkpoint that covers
	// it where fewer lines come; zero means a minute.
	CheckpointAfter time.Duration
	// Redact holds regular expressions (RE2) for secrets of your own; what the
	// first group matches is taken out, or the whole match where there is no
	// group. Open refuses one that doesn't compile or that matches the empty
	// text. They are tried on every text, so each costs time.
	Redact []string
	// Sinks are given every line that this process writes, once it is durable.
	Sinks []Sink
	// SinkQueue is the number of lines that may wait for each sink before
	// lines are dropped; zero means 1024.
	SinkQueue int
	// NoSync leaves durability to the operating system: records survive the
	// process, but not a power failure. It is for tests and benchmarks.
	NoSync bool
}

func (c Config) withDefaults() Config {
	if c.SegmentSize <= 0 {
		c.SegmentSize = 64 << 20
	}
	if c.SegmentAge <= 0 {
		c.SegmentAge = 24 * time.Hour
	}
	if c.CheckpointEvery <= 0 {
		c.CheckpointEvery = 1000
	}
	if c.CheckpointAfter <= 0 {
		c.CheckpointAfter = time.Minute
	}
	if c.SinkQueue <= 0 {
		c.SinkQueue = 1024
	}
	return c
}

// maxBatch bounds the lines that are written and synced at once, in bytes; one
// record is always taken.
const maxBatch = 1 << 20

// ErrClosed is returned by Append after Close.
var ErrClosed = errors.New("audit: the log is closed")

// Log is an open log. It is safe for concurrent use, and any number of
// processes may have the same folder open.
type Log struct {
	c      Config
	redact *redactor
	sinks  *fanout
	w      *writer // the leader's: see append

	mu      sync.Mutex
	queue   []*pending
	batch   []*pending // the leader's
	leading bool
	shared  bool // the last batch was of several goroutines
	closed  bool
	timer   *time.Timer // signs what waits for a checkpoint, or nil
	lease   *time.Timer // ends the lease
	due     bool        // the lease has ended, and the leader is to give it back
}

// leaseTime is how long a process keeps the lock once it has it, if nothing
// goes wrong: what an append costs beside the write is shared by all that come
// in that time, and another process waits no longer.
const leaseTime = time.Millisecond

var _ guard.Auditor = (*Log)(nil)

// pending is a record on its way to the disk.
type pending struct {
	enc  encoder   // its line, without the first fields
	sign bool      // a checkpoint is wanted after it
	wake chan bool // true: lead the next batch; false: err is set
	err  error
}

var pool = sync.Pool{New: func() any { return &pending{wake: make(chan bool, 1)} }}

// Open opens the log in the folder dir, which is created (0700) if there is
// none. A torn last line that a crashed process left is set aside. Open
// refuses a folder that other users may write to, a log that ends before its
// own last checkpoint, and one whose last line is not a log's.
func Open(dir string, c Config) (*Log, error) {
	c = c.withDefaults()
	r, err := newRedactor(c.Redact)
	if err != nil {
		return nil, err
	}
	if err := prepare(dir); err != nil {
		return nil, err
	}
	l := &Log{c: c, redact: r, sinks: newFanout(c.Sinks, c.SinkQueue)}
	if l.w, err = openWriter(dir, c, l.sinks); err != nil {
		l.sinks.close()
		return nil, err
	}
	l.lease = time.AfterFunc(leaseTime, l.yield)
	return l, nil
}

// prepare makes the folder and looks at who may write to it.
func prepare(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	if m := info.Mode().Perm(); m&0o022 != 0 && runtime.GOOS != "windows" {
		return fmt.Errorf("audit: %s has mode %04o: other users may write to it; take that right away (chmod go-w)", dir, m)
	}
	return nil
}

// Append writes one record and returns once it is durable. Records that come
// at the same time share one sync. An error says that the record may not be in
// the log; whatever it stands for must not happen then. A context that has
// ended refuses; one that ends later doesn't cut the wait short.
func (l *Log) Append(ctx context.Context, r guard.Record) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	p := pool.Get().(*pending)
	defer pool.Put(p)
	p.enc.reset()
	p.enc.r = l.redact
	p.sign, p.err = false, nil
	if err := p.enc.record(&r); err != nil {
		return err
	}
	return l.append(p, false)
}

// append puts a record into the queue and waits for it. One goroutine at a
// time leads: it writes and syncs what is queued, and hands the lead to the
// first that has queued meanwhile.
func (l *Log) append(p *pending, last bool) error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return ErrClosed
	}
	l.closed = last
	l.queue = append(l.queue, p)
	first := !l.leading
	l.leading = true
	l.mu.Unlock()
	if first || <-p.wake {
		l.lead()
	}
	return p.err
}

// lead writes one batch, which holds the leader's own record. Where there are
// several writers, whoever is about to queue gets the chance to be in it.
func (l *Log) lead() {
	l.mu.Lock()
	if l.shared {
		l.mu.Unlock()
		runtime.Gosched()
		l.mu.Lock()
	}
	l.take()
	l.shared = len(l.batch) > 1
	l.mu.Unlock()

	held := l.w.held
	err := l.w.commit(l.batch)
	for i, p := range l.batch {
		p.err = err
		if i > 0 {
			p.wake <- false
		}
	}

	l.mu.Lock()
	if l.due || l.closed {
		l.due = false
		l.w.release()
	} else if !held && l.w.held {
		l.lease.Reset(leaseTime)
	}
	if l.w.unsigned() {
		l.arm()
	}
	if len(l.queue) > 0 {
		l.queue[0].wake <- true // from here on the writer is the next leader's
	} else {
		l.leading = false
	}
	l.mu.Unlock()
}

// yield gives the lock back to the other processes, at the end of the batch that
// is being written.
func (l *Log) yield() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.due = l.leading; !l.due && !l.closed {
		l.w.release()
	}
}

// take makes the next batch of what is queued.
func (l *Log) take() {
	n, size := 0, 0
	for n < len(l.queue) && (n == 0 || size+len(l.queue[n].enc.buf) <= maxBatch) {
		size += len(l.queue[n].enc.buf)
		n++
	}
	l.batch = append(l.batch[:0], l.queue[:n]...)
	l.queue = slices.Delete(l.queue, 0, n)
}

// arm sees to it that lines don't stay without a checkpoint.
func (l *Log) arm() {
	if l.timer != nil || l.closed {
		return
	}
	l.timer = time.AfterFunc(l.c.CheckpointAfter, func() {
		l.mu.Lock()
		l.timer = nil
		l.mu.Unlock()
		l.append(&pending{sign: true, wake: make(chan bool, 1)}, false) // a failure shows at the next Append, or at Close
	})
}

// Key returns the key that checkpoints are signed with, as [VerifyConfig.Keys]
// takes it, or "" where this process has none.
func (l *Log) Key() string { return l.w.key.text }

// Close signs a checkpoint, lets the sinks take what waits for them for a few
// seconds, and closes the log. A second Close returns ErrClosed.
func (l *Log) Close() error {
	err := l.append(&pending{sign: true, wake: make(chan bool, 1)}, true)
	if errors.Is(err, ErrClosed) {
		return err
	}
	l.mu.Lock()
	if l.timer != nil {
		l.timer.Stop()
	}
	l.mu.Unlock()
	l.sinks.close()
	if err == nil && l.sinks.missed() {
		err = l.w.commit([]*pending{{sign: true}})
	}
	return errors.Join(err, l.w.close())
}
