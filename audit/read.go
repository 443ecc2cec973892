package audit

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
	"github.com/runtimeguard/runtimeguard/guard"
)

// Filter selects entries. Every field that is set must match; the zero Filter
// matches all, the log's own entries too.
type Filter struct {
	ID      string // of the call: its decided, stepped and finished entries
	Agent   string
	Session string // of an agent: its id, or the digest that entries hold; of an operator as it is
	User    string
	Tool    string
	Event   string // "decided", "stepped", "finished", "operated", or one of the log's own
	Effect  string // "allow", "ask" or "deny"; anything else matches nothing
	Rule    string // a rule that fired
	Path    string // a file or folder that an action names or resolves to, or that holds what it does
	// Since and Until bound the time: Since counts, Until doesn't.
	Since, Until time.Time
}

// needle is what a line must hold to match: one of its texts. Most lines
// needn't be decoded so.
type needle [][]byte

func (f *Filter) needles() (list []needle) {
	for _, m := range []struct {
		key, value string
	}{
		{"id", f.ID}, {"agent", f.Agent}, {"user", f.User}, {"tool", f.Tool},
		{"event", f.Event}, {"effect", f.Effect}, {"rule", f.Rule},
	} {
		if m.value != "" {
			e := encoder{r: plain}
			e.str(m.key, m.value, maxName)
			list = append(list, needle{e.buf})
		}
	}
	if f.Session != "" {
		e := encoder{r: plain}
		e.str("session", f.Session, maxName)
		list = append(list, needle{e.buf, appendDigest([]byte(`"session":"`), f.Session)})
	}
	return list
}

func (f *Filter) match(e *Entry) bool {
	r, c := &e.Record, e.Record.Call
	for _, m := range []struct{ want, is string }{
		{f.ID, c.ID}, {f.Agent, c.Principal.Agent}, {f.User, c.Principal.User},
		{f.Tool, c.Tool}, {f.Event, e.Event},
	} {
		if m.want != "" && m.want != m.is {
			return false
		}
	}
	if s := c.Principal.Session; f.Session != "" && s != f.Session && s != string(appendDigest(nil, f.Session)) {
		return false
	}
	isRecord := r.Phase != "" && c.ID != "" || len(c.Actions) > 0
	switch {
	case f.Effect != "" && (!isRecord || f.Effect != r.Decision.Effect.String()),
		f.Rule != "" && !slices.ContainsFunc(r.Decision.Fired, func(x guard.Fired) bool { return x.Rule == f.Rule }),
		f.Path != "" && !slices.ContainsFunc(c.Actions, func(a guard.Action) bool { return within(a.Path, f.Path) || within(a.Resolved, f.Path) }),
		!f.Since.IsZero() && e.Time.Before(f.Since),
		!f.Until.IsZero() && !e.Time.Before(f.Until):
		return false
	}
	return true
}

// within reports whether path is dir or lies beneath it.
func within(path, dir string) bool {
	rest, ok := strings.CutPrefix(path, strings.TrimRight(dir, "/"))
	return ok && path != "" && (rest == "" || rest[0] == '/')
}

// Query reads the log in the folder dir from its beginning and yields the
// entries that match. A line that can't be read is yielded as an error with
// its place, and reading goes on; any other error ends it. Nothing is
// verified, and a log may be read while it is written. Texts in entries come
// from the agent: show them with [guard.Printable].
func Query(ctx context.Context, dir string, f Filter) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		root, list, err := openLog(dir)
		if err != nil {
			yield(Entry{}, err)
			return
		}
		defer root.Close()
		s := &scanner{dir: root.NoLinks(), list: list}
		defer s.close()
		r := reader{ctx: ctx, f: f, needles: f.needles()}
		for more := len(list) > 0; more; more = s.skip() {
			if !r.segment(s, yield) {
				return
			}
		}
	}
}

func openLog(dir string) (*fsys.Root, []int, error) {
	root, err := fsys.OpenRoot(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("audit: %w", err)
	}
	list, err := segments(root)
	if err != nil {
		root.Close()
		return nil, nil, err
	}
	return root, list, nil
}

// reader yields what matches.
type reader struct {
	ctx     context.Context
	f       Filter
	needles []needle
	after   uint64 // lines up to this one are passed over
}

// segment reads the current segment to its end; false to stop.
func (r *reader) segment(s *scanner, yield func(Entry, error) bool) bool {
	for {
		if err := r.ctx.Err(); err != nil {
			yield(Entry{}, err)
			return false
		}
		raw, err := s.next()
		if err == io.EOF || err == nil && raw[len(raw)-1] != '\n' {
			s.off -= int64(len(raw)) // unfinished: it is being written
			s.line--
			return true
		}
		if err == errLong {
			yield(Entry{}, fmt.Errorf("audit: %s:%d: %w", s.segment(), s.line, err))
			return true
		}
		if err != nil {
			yield(Entry{}, err)
			return false
		}
		if r.passes(raw) && !r.line(s, raw, yield) {
			return false
		}
	}
}

func (r *reader) passes(raw []byte) bool {
	for _, n := range r.needles {
		if !slices.ContainsFunc(n, func(text []byte) bool { return bytes.Contains(raw, text) }) {
			return false
		}
	}
	return true
}

func (r *reader) line(s *scanner, raw []byte, yield func(Entry, error) bool) bool {
	e, err := Decode(bytes.Clone(raw))
	e.Segment, e.Line = s.segment(), s.line
	if err != nil {
		return yield(e, fmt.Errorf("%s:%d: %w", e.Segment, e.Line, err))
	}
	if e.Seq <= r.after || !r.f.match(&e) {
		return true
	}
	return yield(e, nil)
}

// Last returns the last n entries that match, oldest first. A line that can't
// be read is an error.
func Last(ctx context.Context, dir string, f Filter, n int) ([]Entry, error) {
	root, list, err := openLog(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	var found []Entry
	for i := len(list) - 1; i >= 0 && len(found) < n; i-- {
		var part []Entry
		var bad error
		s := &scanner{dir: root.NoLinks(), list: list[i : i+1]}
		r := reader{ctx: ctx, f: f, needles: f.needles()}
		r.segment(s, func(e Entry, err error) bool {
			if part = append(part, e); len(part) > 2*n {
				part = slices.Delete(part, 0, len(part)-n)
			}
			bad = err
			return err == nil
		})
		s.close()
		if bad != nil {
			return nil, bad
		}
		found = append(part, found...)
	}
	return found[max(0, len(found)-n):], nil
}

// tailWait is how often Tail looks for new lines.
const tailWait = 200 * time.Millisecond

// Tail yields the entries that match with a Seq above after, those that stand
// already and those to come, until the context ends. Other errors are as in
// [Query].
func Tail(ctx context.Context, dir string, f Filter, after uint64) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		root, list, err := openLog(dir)
		if err != nil {
			yield(Entry{}, err)
			return
		}
		defer root.Close()
		t := tailer{
			reader:  reader{ctx: ctx, f: f, needles: f.needles(), after: after},
			scanner: scanner{dir: root.NoLinks(), list: list},
		}
		defer t.close()
		t.start()
		for t.pass(yield) && wait(ctx, tailWait) {
			if err := t.again(); err != nil {
				yield(Entry{}, err)
				return
			}
		}
	}
}

// wait waits, and returns false if the context has ended.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

type tailer struct {
	reader
	scanner
}

// start skips the segments that end before the first line that is wanted.
func (t *tailer) start() {
	for len(t.list) > 1 {
		next := scanner{dir: t.dir, list: t.list[1:]}
		raw, err := next.next()
		f, ok := parseLine(raw)
		next.close()
		if err != nil || !ok || f.seq > t.after+1 {
			return
		}
		t.list = t.list[1:]
	}
}

// pass reads to the end of the last segment.
func (t *tailer) pass(yield func(Entry, error) bool) bool {
	mark := func(e Entry, err error) bool {
		if t.ctx.Err() != nil { // the way in which Tail ends
			return false
		}
		if err == nil {
			t.after = e.Seq
		}
		return yield(e, err)
	}
	for len(t.list) > 0 {
		if t.ctx.Err() != nil || !t.reader.segment(&t.scanner, mark) {
			return false
		}
		if len(t.list) == 1 {
			return true
		}
		t.skip()
	}
	return true
}

// again opens the segment anew where it was left, and finds those begun since.
func (t *tailer) again() error {
	list, err := segments(t.dir)
	if err != nil {
		return err
	}
	if len(t.list) > 0 {
		current := t.list[0]
		list = slices.DeleteFunc(list, func(n int) bool { return n < current })
	}
	if t.list = list; len(list) == 0 {
		return nil
	}
	line, off := t.scanner.line, t.off
	if err := t.open(off); err != nil {
		return err
	}
	if t.left.N < 0 { // a failed write was taken back: begin again, what was seen is passed over
		line, err = 0, t.open(0)
	}
	t.scanner.line = line
	return err
}
