package audit

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
)

const segmentSuffix = ".jsonl"

func segmentName(n int) string { return fmt.Sprintf("%08d%s", n, segmentSuffix) }

// segments lists the numbers of a log's segments, in order.
func segments(dir *fsys.Root) ([]int, error) {
	infos, err := dir.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	var list []int
	for _, i := range infos {
		digits, ok := strings.CutSuffix(i.Name, segmentSuffix)
		n, err := strconv.Atoi(digits)
		if ok && err == nil && n > 0 && segmentName(n) == i.Name {
			list = append(list, n)
		}
	}
	return list, nil
}

// load finds the end of the log, sets aside what a crash left there, and opens
// the last segment. It refuses a log that has become shorter.
func (w *writer) load() error {
	if err := w.leave(); err != nil {
		return err
	}
	list, err := segments(w.dir)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		if w.tail.seq > 0 {
			return errGone
		}
		return w.begin(tail{}, 1)
	}
	n := list[len(list)-1]
	end, torn, err := w.tailOf(n)
	if err != nil {
		return err
	}
	before := end
	if end.size == 0 && n > 1 { // its writer crashed before the first line was written
		if before, _, err = w.tailOf(n - 1); err != nil {
			return err
		}
	}
	if before.seq < w.tail.seq || w.tail.log != "" && before.log != w.tail.log {
		return errGone
	}
	return w.resume(n, end, before, torn)
}

var errGone = errors.New("audit: lines are gone from the log: keep the folder for review (runtimeguard audit verify) and begin a new log in another")

// resume opens segment n, whose own end is given, to append after the end of
// the log.
func (w *writer) resume(n int, end, before tail, torn []byte) error {
	before.signed = max(before.signed, w.tail.signed)
	if err := w.enter(n); err != nil {
		return err
	}
	w.tail = before
	var file string
	if len(torn) > 0 {
		var err error
		if file, err = w.setAside(n, end.size, torn); err != nil {
			return err
		}
	}
	if end.size == 0 {
		if err := w.begin(before, n); err != nil {
			return err
		}
	}
	if file == "" {
		return nil
	}
	next := w.tail
	return w.flush(next.line(nil, own(EventRecovered, time.Now(), func(e *encoder) {
		sum := sha256.Sum256(torn)
		e.raw("file", file)
		e.int("size", int64(len(torn)))
		e.raw("sha256", hex.EncodeToString(sum[:]))
	})), next)
}

// setAside moves what stands after the last whole line into a file of its own.
func (w *writer) setAside(n int, size int64, torn []byte) (file string, err error) {
	file = fmt.Sprintf("torn-%08d-%d-%s", n, size, rand.Text()[:8])
	if err := w.dir.CreateExclusive(file, torn, 0o600); err != nil {
		return "", fmt.Errorf("audit: %w", err)
	}
	if err := w.file.Truncate(size); err != nil {
		return "", fmt.Errorf("audit: %w", err)
	}
	return file, nil
}

// tailOf reads where segment n ends, and the bytes after its last whole line.
// A segment without a whole line has the size 0.
func (w *writer) tailOf(n int) (t tail, torn []byte, err error) {
	f, info, err := w.dir.OpenInfo(segmentName(n))
	if err != nil {
		return t, nil, fmt.Errorf("audit: %w", err)
	}
	defer f.Close()
	end, err := readEnd(f, info.Size)
	if err != nil {
		return t, nil, fmt.Errorf("audit: %s: %w", segmentName(n), err)
	}
	whole := wholeLines(end)
	torn = end[whole:]
	t = tail{segment: n, size: info.Size - int64(len(torn))}
	if t.size == 0 {
		return t, torn, nil
	}
	last := lastLine(end[:whole])
	head, err := readHeader(f, n)
	line, ok := parseLine(last)
	if err != nil || !ok {
		return t, nil, errors.Join(err, fmt.Errorf("audit: %s: its last line isn't one of a log: keep the folder for review and begin a new log in another", segmentName(n)))
	}
	t.seq, t.head, t.log, t.begun = line.seq, sha256.Sum256(last), head.Log, head.Time
	if line.event == EventCheckpoint {
		t.signed = t.seq
	}
	return t, torn, nil
}

// endSize is how much of a segment's end can hold what a crash has damaged:
// the batch that was being written, and the line before it.
const endSize = maxBatch + 2*MaxLine

// readEnd reads the end of a segment: few bytes where it ends well.
func readEnd(f io.ReaderAt, size int64) ([]byte, error) {
	for want := int64(4 << 10); ; want = endSize {
		want = min(want, size)
		buf := make([]byte, want)
		if _, err := f.ReadAt(buf, size-want); err != nil && err != io.EOF {
			return nil, err
		}
		n := wholeLines(buf)
		whole := n == len(buf) && n > 0 && bytes.IndexByte(buf[:n-1], '\n') >= 0
		if whole || want == size {
			return buf, nil
		}
		if want == endSize {
			if n == 0 || bytes.IndexByte(buf[:n-1], '\n') < 0 {
				return nil, errors.New("it has no lines at its end: keep the folder for review and begin a new log in another")
			}
			return buf, nil
		}
	}
}

// wholeLines returns the length of the whole lines in b: up to the last
// newline, or to the line that holds the first NUL. No line holds one; it
// stands where a power failure kept the file's length but not its content.
func wholeLines(b []byte) int {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return bytes.LastIndexByte(b, '\n') + 1
}

// lastLine returns the last line of b, which ends in a newline; nil if it
// doesn't.
func lastLine(b []byte) []byte {
	if !bytes.HasSuffix(b, []byte("\n")) {
		return nil
	}
	return b[bytes.LastIndexByte(b[:len(b)-1], '\n')+1:]
}

// readHeader reads the first line of segment n.
func readHeader(f io.ReaderAt, n int) (Entry, error) {
	buf := make([]byte, 1<<10)
	m, err := f.ReadAt(buf, 0)
	if err != nil && err != io.EOF {
		return Entry{}, err
	}
	e, err := Decode(buf[:lineEnd(buf[:m])])
	if err != nil || e.Event != EventSegment || e.Number != n || e.Log == "" {
		return Entry{}, fmt.Errorf("audit: %s: its first line isn't the one of segment %d", segmentName(n), n)
	}
	return e, nil
}

// checkCut compares the log with its own last checkpoint, which is written
// after the lines that it covers.
func (w *writer) checkCut() error {
	data, err := w.dir.ReadFile(checkpointFile, maxNote)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	c, err := openNote(data, nil)
	if err != nil {
		return fmt.Errorf("audit: %s: %w", checkpointFile, err)
	}
	if c.log != w.tail.log || c.seq > w.tail.seq {
		return errGone
	}
	return nil
}

// fixed are the members that every line begins with.
type fixed struct {
	seq   uint64
	prev  [32]byte
	event string
}

// lineStart begins every line and stands nowhere else: two lines without a
// newline between them are none.
var lineStart = []byte(`{"v":1,"seq":`)

// parseLine reads the beginning of a whole line, exactly as the writer writes
// it.
func parseLine(b []byte) (f fixed, ok bool) {
	rest, ok1 := bytes.CutPrefix(b, lineStart)
	digits, rest, ok2 := bytes.Cut(rest, []byte(`,"prev":"`))
	if !ok1 || !ok2 || len(digits) > 20 || len(rest) < 64 || !bytes.HasSuffix(b, []byte("}\n")) || bytes.Contains(rest, lineStart) {
		return f, false
	}
	for _, c := range digits {
		f.seq = f.seq*10 + uint64(c-'0')
		if c < '0' || c > '9' {
			return f, false
		}
	}
	if _, err := hex.Decode(f.prev[:], rest[:64]); err != nil || bytes.ContainsAny(rest[:64], "ABCDEF") || f.seq == 0 || digits[0] == '0' {
		return f, false
	}
	rest, ok = bytes.CutPrefix(rest[64:], []byte(`","event":"`))
	i := bytes.IndexByte(rest, '"')
	if !ok || i < 0 {
		return f, false
	}
	f.event = eventName(rest[:i])
	return f, f.event != ""
}

// eventName returns the event of that name without allocating, or "".
func eventName(b []byte) string {
	for _, e := range [...]string{"decided", "finished", "stepped", "operated", EventCheckpoint, EventSegment, EventRecovered, EventDropped} {
		if string(b) == e {
			return e
		}
	}
	return ""
}
