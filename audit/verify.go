package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"golang.org/x/mod/sumdb/note"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
)

// VerifyConfig says what to compare a log with.
type VerifyConfig struct {
	// Head is a checkpoint that was kept where whoever could rewrite the log
	// could not reach it: the signed note of a [EventCheckpoint] entry, or a
	// copy of the folder's file "checkpoint". Without one Verify can't see that
	// lines were cut off at the end.
	Head []byte
	// Keys are the keys that checkpoints must be signed with ([Log.Key]). None
	// takes the one in the folder, which proves nothing against whoever could
	// replace it.
	Keys []string
	// Progress is called now and then with the bytes read, and with how many
	// there were at the start.
	Progress func(done, total int64)
}

// Report says what Verify has found to hold, up to the first bad line.
type Report struct {
	Log         string // the log's id
	Segments    int
	Lines       uint64
	Checkpoints int    // how many had a good signature
	Signed      uint64 // the last line that a good signature covers
	Torn        int64  // bytes of an unfinished line at the end: being written, or left by a crash
	// Unknown says in words what can't be known from what was given.
	Unknown []string
}

// BrokenError says where a log is not what was written.
type BrokenError struct {
	Segment string // the file's name in the log's folder
	Line    int    // of the segment, from 1; 0 for the file as a whole
	Reason  string
}

// Error names the place and says what is wrong there.
func (e *BrokenError) Error() string {
	if e.Line == 0 {
		return "audit: " + e.Segment + ": " + e.Reason
	}
	return fmt.Sprintf("audit: %s:%d: %s", e.Segment, e.Line, e.Reason)
}

// Verify reads a log from its beginning and checks that no line was changed,
// removed, put in or moved since it was written, as far as that can be known:
// the report says what can't. The first bad line is a *[BrokenError]; any other
// error says that the log could not be read. Verify needs memory for a few
// lines, changes nothing, and may run while the log is written.
func Verify(ctx context.Context, dir string, c VerifyConfig) (Report, error) {
	rep, err := verify(ctx, dir, c)
	if broken := (*BrokenError)(nil); errors.As(err, &broken) {
		// A write that fails is taken back: what was read may have been that.
		return verify(ctx, dir, c)
	}
	return rep, err
}

func verify(ctx context.Context, dir string, c VerifyConfig) (rep Report, err error) {
	root, err := fsys.OpenRoot(dir)
	if err != nil {
		return rep, fmt.Errorf("audit: %w", err)
	}
	defer root.Close()
	v := &verifier{ctx: ctx, c: c, dir: root.NoLinks()}
	defer func() { v.s.close() }()
	for _, step := range []func() error{v.loadKeys, v.loadHeads, v.start, v.all, v.finish} {
		if err := step(); err != nil {
			return v.rep, err
		}
	}
	return v.rep, nil
}

// head is a checkpoint that the log is compared with.
type head struct {
	checkpoint
	what string
	seen bool
}

type verifier struct {
	ctx  context.Context
	c    VerifyConfig
	dir  *fsys.Root
	rep  Report
	keys note.Verifiers // nil: there are none
	head []head
	s    scanner

	done, total, told int64
	seq               uint64   // of the line before
	last              [32]byte // its hash
	proven            bool     // a signature covers that very line
	recent            [64]seen // the lines before, a ring by seq
}

// seen is a line that was found good.
type seen struct {
	seq     uint64
	hash    [32]byte
	segment string
	line    int
	proven  bool // a signature covers this very line
}

func (v *verifier) loadKeys() (err error) {
	list := v.c.Keys
	if len(list) == 0 {
		data, err := v.dir.ReadFile(verifierFile, maxNote)
		if errors.Is(err, fs.ErrNotExist) {
			v.unknown("whether the checkpoints were signed by the right key: no key was given, and the folder has none")
			return nil
		}
		if err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		v.unknown("whether the key in the folder is the one that the log began with: give the key")
		list = []string{string(data)}
	}
	v.keys, err = parseKeys(list)
	return err
}

func (v *verifier) unknown(s string) { v.rep.Unknown = append(v.rep.Unknown, s) }

// loadHeads reads the checkpoint that was given, and the folder's own.
func (v *verifier) loadHeads() error {
	if len(v.c.Head) > 0 {
		if v.keys == nil {
			return errors.New("audit: the checkpoint that was given can't be checked without a key: give the key")
		}
		c, err := openNote(v.c.Head, v.keys)
		if err != nil {
			return fmt.Errorf("audit: the checkpoint that was given: %w", err)
		}
		v.head = append(v.head, head{checkpoint: c, what: "the checkpoint that was given"})
	} else {
		v.unknown("whether lines were cut off at the end, or the whole log replaced: give a checkpoint that was kept elsewhere")
	}
	data, err := v.dir.ReadFile(checkpointFile, maxNote)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	c, err := openNote(data, v.keys)
	if err != nil {
		return &BrokenError{checkpointFile, 0, err.Error()}
	}
	v.head = append(v.head, head{checkpoint: c, what: "the folder's own checkpoint"})
	return nil
}

// start lists the segments.
func (v *verifier) start() error {
	infos, err := v.dir.ReadDir(".")
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	list, err := segments(v.dir)
	if err != nil {
		return err
	}
	for _, i := range infos {
		v.total += i.Size
	}
	v.s = scanner{dir: v.dir, list: list}
	if len(list) == 0 {
		return &BrokenError{segmentName(1), 0, "the segment is missing: there is no log here"}
	}
	return nil
}

func (v *verifier) all() error {
	for want := 1; ; want++ {
		if n := v.s.list[0]; n != want {
			return &BrokenError{segmentName(want), 0, fmt.Sprintf("the segment is missing: the next one is %s", segmentName(n))}
		}
		if err := v.segment(); err != nil {
			return err
		}
		v.rep.Segments++
		if !v.s.skip() {
			return nil
		}
	}
}

// segment checks the current segment. Only the last one may end within a line.
func (v *verifier) segment() error {
	for {
		if err := v.ctx.Err(); err != nil {
			return err
		}
		raw, err := v.s.next()
		if err == io.EOF {
			if v.s.line == 1 && len(v.s.list) > 1 {
				return v.bad("the segment is empty")
			}
			return nil
		}
		if err == errLong {
			return v.bad("%v", err)
		}
		if err != nil {
			return err
		}
		if raw[len(raw)-1] != '\n' && len(v.s.list) == 1 {
			v.rep.Torn = int64(len(raw))
			return nil
		}
		if err := v.line(raw); err != nil {
			return err
		}
		v.progress(len(raw))
	}
}

// progressStep is how many bytes are read between two calls of Progress.
const progressStep = 8 << 20

func (v *verifier) progress(n int) {
	v.done += int64(n)
	if v.c.Progress != nil && v.done-v.told >= progressStep {
		v.told = v.done
		v.c.Progress(v.done, max(v.done, v.total))
	}
}

// bad is the error for the current line.
func (v *verifier) bad(format string, args ...any) error {
	return &BrokenError{v.s.segment(), v.s.line, fmt.Sprintf(format, args...)}
}

func (v *verifier) line(raw []byte) error {
	f, ok := parseLine(raw)
	if !ok {
		return v.bad("the line isn't one that the log wrote")
	}
	if (v.s.line == 1) != (f.event == EventSegment) {
		return v.bad("a segment's first line, and only that, says which segment it is")
	}
	e, err := v.own(f, raw)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(raw)
	if f.seq != v.seq+1 || f.prev != v.last {
		return v.blame(f, hash)
	}
	if v.proven = false; f.event == EventCheckpoint {
		if err := v.signed(&e, raw); err != nil {
			return err
		}
	}
	v.seq, v.last = f.seq, hash
	v.rep.Lines = f.seq
	v.recent[f.seq%uint64(len(v.recent))] = seen{f.seq, hash, v.s.segment(), v.s.line, v.proven}
	return v.compare(hash)
}

// blame finds out which line is the bad one where one doesn't follow the line
// before. hash is the later one's.
func (v *verifier) blame(f fixed, hash [32]byte) error {
	before := v.recent[v.seq%uint64(len(v.recent))]
	switch {
	case f.prev == v.last:
		return v.bad("the line has the number %d, and %d was due", f.seq, v.seq+1)
	case f.seq > v.seq+1 && f.seq == v.seq+2:
		return v.bad("line %d is missing before this one", v.seq+1)
	case f.seq > v.seq+1:
		return v.bad("lines %d to %d are missing before this one", v.seq+1, f.seq-1)
	case f.seq <= v.seq:
		return v.blameOld(f, hash)
	case v.seq == 0:
		return v.bad("the first line doesn't begin a chain")
	case v.proven || !v.follows(f.seq, hash):
		return v.bad("the line was changed or put in here: it doesn't follow the line before")
	}
	return &BrokenError{before.segment, before.line, fmt.Sprintf("line %d was changed: the line after it was written after another", before.seq)}
}

// blameOld is blame for a line whose number has been before.
func (v *verifier) blameOld(f fixed, hash [32]byte) error {
	was := v.recent[f.seq%uint64(len(v.recent))]
	if was.seq == f.seq && was.hash == hash {
		return v.bad("the line is a copy of %s:%d", was.segment, was.line)
	}
	prev := v.recent[(f.seq-1)%uint64(len(v.recent))]
	if was.seq == f.seq && prev.seq == f.seq-1 && prev.hash == f.prev && !was.proven && v.rep.Signed < f.seq {
		return &BrokenError{was.segment, was.line, fmt.Sprintf("the line was put in: %s:%d is the one that follows the line before it", v.s.segment(), v.s.line)}
	}
	return v.bad("the line has the number %d, and %d was due", f.seq, v.seq+1)
}

// follows reports whether the line after the current one was written after it.
func (v *verifier) follows(seq uint64, hash [32]byte) bool {
	s := v.s // a copy reads on without moving the place
	raw, err := s.next()
	if err == io.EOF && len(s.list) > 1 {
		s.skip()
		raw, err = s.next()
		defer s.close()
	}
	f, ok := parseLine(raw)
	return err == nil && ok && f.seq == seq+1 && f.prev == hash
}

// own decodes the lines that Verify must understand, and checks those that
// begin a segment.
func (v *verifier) own(f fixed, raw []byte) (e Entry, err error) {
	if f.event != EventSegment && f.event != EventCheckpoint {
		return e, nil
	}
	if e, err = Decode(raw); err != nil {
		return e, v.bad("the line isn't one that the log wrote")
	}
	if f.event == EventSegment {
		err = v.begins(&e)
	}
	return e, err
}

func (v *verifier) begins(e *Entry) error {
	if e.Number != v.s.list[0] {
		return v.bad("the file is segment %d under another name", e.Number)
	}
	if v.rep.Log == "" {
		v.rep.Log = e.Log
		for _, h := range v.head {
			if h.log != e.Log {
				return v.bad("%s is of another log: the log was replaced", h.what)
			}
		}
	}
	if e.Log != v.rep.Log {
		return v.bad("the segment is of another log")
	}
	return nil
}

// signed checks a checkpoint in the log. One that is good proves its own line
// too.
func (v *verifier) signed(e *Entry, raw []byte) error {
	c, err := openNote([]byte(e.Note), v.keys)
	if err != nil {
		return v.bad("the checkpoint is bad: %v", err)
	}
	if c.log != v.rep.Log || c.seq != v.seq || c.head != v.last {
		return v.bad("the checkpoint doesn't sign the line before it: lines up to here were rewritten")
	}
	if !bytes.HasSuffix(raw, checkpointBody(c.time, e.Note)) {
		return v.bad("the line was changed: it isn't how a checkpoint is written")
	}
	if v.keys != nil {
		v.proven = true
		v.rep.Checkpoints++
		v.rep.Signed = c.seq
	}
	return nil
}

// compare compares the line that was just found good with the heads.
func (v *verifier) compare(hash [32]byte) error {
	for i := range v.head {
		h := &v.head[i]
		if h.seq != v.seq {
			continue
		}
		if h.checkpoint.head != hash {
			return v.bad("the line isn't the one that %s signs: the log up to here was rewritten", h.what)
		}
		h.seen = true
		if v.keys != nil {
			v.rep.Signed = max(v.rep.Signed, h.seq)
		}
	}
	return nil
}

// finish says what was cut off and what is left unknown.
func (v *verifier) finish() error {
	for _, h := range v.head {
		if !h.seen {
			v.s.list = nil
			last := v.recent[v.seq%uint64(len(v.recent))]
			return &BrokenError{last.segment, last.line + 1, fmt.Sprintf("the log ends after line %d, and %s says that there were %d", v.seq, h.what, h.seq)}
		}
	}
	if v.rep.Signed < v.rep.Lines {
		v.unknown(fmt.Sprintf("whether the lines from %d on were rewritten: no signature covers them yet", v.rep.Signed+1))
	}
	if v.rep.Torn > 0 {
		v.unknown(fmt.Sprintf("what the unfinished line of %d bytes at the end is: it is being written, or a crash has left it", v.rep.Torn))
	}
	if v.c.Progress != nil {
		v.c.Progress(v.done, v.done)
	}
	return nil
}
