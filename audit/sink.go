package audit

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Sink is given the lines of a log, in order, once they are durable: to show
// them, to ship them elsewhere, to keep the checkpoints out of reach of
// whoever could rewrite the log. It runs in a goroutine of its own. A sink
// that is slow misses lines, and the log says how many; neither that nor an
// error of it holds the log up. The context ends when the log closes and the
// sink hasn't finished in time.
type Sink interface {
	Write(ctx context.Context, e Entry) error
}

// SinkFunc is a function as a [Sink].
type SinkFunc func(ctx context.Context, e Entry) error

// Write calls f.
func (f SinkFunc) Write(ctx context.Context, e Entry) error { return f(ctx, e) }

// closeWait is how long Close waits for the sinks.
const closeWait = 5 * time.Second

// fanout feeds the sinks.
type fanout struct {
	feeds  []*feed
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	closed bool
}

type feed struct {
	name   string
	sink   Sink
	queue  chan []byte
	missed atomic.Uint64 // lines dropped or refused
	told   uint64        // of those, how many the log says; the writer's
}

func newFanout(sinks []Sink, size int) *fanout {
	f := &fanout{}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	for i, s := range sinks {
		d := &feed{name: fmt.Sprintf("%d %T", i+1, s), sink: s, queue: make(chan []byte, size)}
		f.feeds = append(f.feeds, d)
		f.wg.Go(func() { d.run(f.ctx) })
	}
	return f
}

// publish hands lines to every sink and never waits. The lines are not copied.
func (f *fanout) publish(lines []byte) {
	for len(lines) > 0 && !f.closed {
		n := lineEnd(lines)
		for _, d := range f.feeds {
			select {
			case d.queue <- lines[:n:n]:
			default:
				d.missed.Add(1)
			}
		}
		lines = lines[n:]
	}
}

func (d *feed) run(ctx context.Context) {
	for raw := range d.queue {
		if ctx.Err() != nil || d.write(ctx, raw) != nil {
			d.missed.Add(1)
		}
	}
}

func (d *feed) write(ctx context.Context, raw []byte) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	e, err := Decode(raw)
	if err != nil {
		return err
	}
	return d.sink.Write(ctx, e)
}

// missed reports whether a sink has missed lines that the log doesn't say.
func (f *fanout) missed() bool {
	for _, d := range f.feeds {
		if d.missed.Load() > d.told {
			return true
		}
	}
	return false
}

// close ends the feeds; what is published afterwards reaches nobody: the count
// of what the sinks have missed in the end, and its checkpoint.
func (f *fanout) close() {
	f.closed = true
	for _, d := range f.feeds {
		close(d.queue)
	}
	t := time.AfterFunc(closeWait, f.cancel)
	defer t.Stop()
	done := make(chan struct{})
	go func() { f.wg.Wait(); close(done) }()
	select {
	case <-done:
		f.cancel()
	case <-f.ctx.Done():
	}
}

// Slog returns a sink that writes entries to a logger: refusals and questions
// as warnings, the rest as information. The attributes have the names that
// they have in the log.
func Slog(l *slog.Logger) Sink {
	return SinkFunc(func(ctx context.Context, e Entry) error {
		level := slog.LevelInfo
		r := &e.Record
		isRecord := r.Call != nil && r.Call.ID != ""
		if isRecord && r.Decision.Effect != guard.Allow || e.Event == EventRecovered || e.Event == EventDropped {
			level = slog.LevelWarn
		}
		l.LogAttrs(ctx, level, "audit "+e.Event, attrs(&e)...)
		return nil
	})
}

func attrs(e *Entry) []slog.Attr {
	as := []slog.Attr{slog.Uint64("seq", e.Seq)}
	add := func(k, v string) {
		if v != "" {
			as = append(as, slog.String(k, v))
		}
	}
	r, c := &e.Record, e.Record.Call
	switch e.Event {
	case EventSegment:
		add("log", e.Log)
		return append(as, slog.Int("segment", e.Number))
	case EventCheckpoint:
		add("note", e.Note)
		return as
	case EventDropped:
		add("sink", e.Sink)
		return append(as, slog.Uint64("count", e.Dropped))
	case EventRecovered:
		add("file", e.Torn.File)
		return append(as, slog.Int64("size", e.Torn.Size))
	}
	add("id", c.ID)
	add("agent", c.Principal.Agent)
	add("session", c.Principal.Session)
	add("user", c.Principal.User)
	add("tool", c.Tool)
	add("effect", r.Decision.Effect.String())
	add("reason", r.Decision.Reason)
	if f := r.Decision.Rule(); f.Rule != "" {
		add("rule", f.Rule)
		add("pos", f.Pos)
	}
	add("request", r.Request)
	add("grant", r.Grant)
	add("snapshot", r.Snapshot)
	if r.Started {
		as = append(as, slog.Int("exit", r.Outcome.Exit), slog.Duration("duration", r.Duration))
	}
	add("error", r.Err)
	return as
}
