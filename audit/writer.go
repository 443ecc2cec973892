package audit

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"time"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
)

// writer appends to the segments of a folder, under a lock that all processes
// take. It isn't safe for concurrent use.
//
// The lock is kept from one batch to the next, until release: nobody else can
// write meanwhile, so nothing need be asked of the system but the write. Who
// waits for the lock waits with the turn in hand, without which nobody may ask
// for it: a process that releases it can't be the next to hold it if another
// has waited.
type writer struct {
	c    Config
	root *fsys.Root
	dir  *fsys.Root // root without links
	turn *os.File
	lock *os.File
	held bool // the lock
	key  signer
	out  *fanout

	file *fsys.Appender // the last segment, or nil: then load finds it
	read *os.File       // the same for reading
	tail tail
	buf  []byte
	note string // signed within the batch, not yet in its file
	err  error  // why a checkpoint's file could not be written
	cut  bool   // somebody has shortened the log while the lock was held
}

// tail is where the log ends.
type tail struct {
	seq     uint64   // of the last line
	head    [32]byte // its hash
	log     string   // the log's id
	segment int      // the last segment's number
	size    int64    // its bytes
	begun   time.Time
	signed  uint64 // the last line that a checkpoint is known for
}

// openWriter opens the folder and finds the end of the log.
func openWriter(dir string, c Config, out *fanout) (*writer, error) {
	root, err := fsys.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	w := &writer{c: c, root: root, dir: root.NoLinks(), out: out}
	if err := w.open(); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

func (w *writer) open() (err error) {
	if w.turn, err = openLock(w.dir, turnName); err != nil {
		return err
	}
	if w.lock, err = openLock(w.dir, lockName); err != nil {
		return err
	}
	if err := w.hold(); err != nil {
		return err
	}
	defer w.release()
	if w.c.Key != nil {
		w.key, err = newSigner(w.c.Key)
	} else {
		w.key, err = folderKey(w.dir)
	}
	if err != nil {
		return err
	}
	if err := w.load(); err != nil {
		return err
	}
	return w.checkCut()
}

// openLock opens a lock's file, which stays open.
func openLock(dir *fsys.Root, name string) (*os.File, error) {
	f, err := dir.Create(name, 0o600)
	if errors.Is(err, fs.ErrExist) {
		f, err = dir.Open(name)
	}
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	return f, nil
}

// hold waits for the lock.
func (w *writer) hold() error {
	err := lockFile(w.turn)
	if err == nil {
		err = lockFile(w.lock)
		w.held = err == nil
		err = errors.Join(err, unlockFile(w.turn))
	}
	if err != nil {
		w.release()
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// release gives the lock back. A log that is shorter by then than this process
// has made it is refused from there on.
func (w *writer) release() {
	if !w.held {
		return
	}
	if w.file != nil {
		info, err := w.file.Info()
		w.cut = w.cut || err == nil && info.Size < w.tail.size
	}
	w.held = false
	unlockFile(w.lock)
}

func (w *writer) close() error {
	w.release()
	err := errors.Join(w.err, w.leave(), w.giveBack())
	for _, f := range []*os.File{w.lock, w.turn} {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return errors.Join(err, w.root.Close())
}

// giveBack gives what root has written in another user's folder to that user:
// an operator's record must not lock the host out.
func (w *writer) giveBack() error {
	dir, err := w.dir.Stat(".")
	if err != nil || os.Geteuid() != 0 || dir.UID <= 0 {
		return err
	}
	infos, err := w.dir.ReadDir(".")
	for _, i := range infos {
		if i.UID == 0 {
			err = errors.Join(err, w.dir.Chown(i.Name, dir.UID, dir.GID))
		}
	}
	return err
}

// enter opens segment n; leave closes it, after which the end of the log is
// looked for anew.
func (w *writer) enter(n int) (err error) {
	if err := w.leave(); err != nil {
		return err
	}
	if w.file, err = w.dir.OpenAppend(segmentName(n), 0o600); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	if w.read, err = w.dir.Open(segmentName(n)); err != nil {
		return errors.Join(fmt.Errorf("audit: %w", err), w.leave())
	}
	return nil
}

func (w *writer) leave() (err error) {
	if w.file != nil {
		err = w.file.Close()
	}
	if w.read != nil {
		err = errors.Join(err, w.read.Close())
	}
	w.file, w.read = nil, nil
	return err
}

// signs reports whether this process signs checkpoints.
func (w *writer) signs() bool { return w.key.key != nil }

// unsigned reports whether lines wait for a checkpoint of this process.
func (w *writer) unsigned() bool { return w.signs() && w.tail.seq > w.tail.signed }

// commit writes a batch and returns once it is durable. On an error none of it
// counts as written. The lock is held afterwards, unless there was an error.
func (w *writer) commit(batch []*pending) error {
	err := w.append(batch)
	if err != nil {
		w.release()
	}
	return err
}

func (w *writer) append(batch []*pending) error {
	if err := w.acquire(); err != nil {
		return err
	}
	full := w.tail.size >= w.c.SegmentSize || time.Since(w.tail.begun) >= w.c.SegmentAge
	if full && w.signs() { // every segment but the last ends in a checkpoint
		if err := w.rotate(); err != nil {
			return err
		}
	}
	next, buf, sign := w.tail, w.buf[:0], false
	for _, p := range batch {
		if len(p.enc.buf) > 0 {
			buf = next.line(buf, p.enc.buf)
		}
		sign = sign || p.sign && (next.seq > next.signed || w.out.missed())
	}
	if w.signs() && (sign || next.seq-next.signed >= uint64(w.c.CheckpointEvery)) {
		var err error
		if buf, err = w.sign(buf, &next); err != nil {
			return err
		}
	}
	w.buf = buf
	if err := w.flush(buf, next); err != nil {
		return err
	}
	if sign || !w.c.NoSync {
		w.keepNote()
	}
	return nil
}

// line appends to buf the line that comes after the tail, and moves the tail
// on. The body is the line without the members that stand before "event".
func (t *tail) line(buf, body []byte) []byte {
	start := len(buf)
	buf = append(buf, `{"v":1,"seq":`...)
	buf = strconv.AppendUint(buf, t.seq+1, 10)
	buf = append(buf, `,"prev":"`...)
	buf = hex.AppendEncode(buf, t.head[:])
	buf = append(buf, '"', ',')
	buf = append(buf, body...)
	t.seq++
	t.head = sha256.Sum256(buf[start:])
	return buf
}

// sign appends a checkpoint, after what the sinks have missed.
func (w *writer) sign(buf []byte, next *tail) ([]byte, error) {
	for _, d := range w.out.feeds {
		if n := d.missed.Load(); n > d.told {
			buf = next.line(buf, own(EventDropped, time.Now(), func(e *encoder) {
				e.str("sink", d.name, maxName)
				e.int("count", int64(n-d.told))
			}))
			d.told = n
		}
	}
	c := checkpoint{log: next.log, seq: next.seq, head: next.head, time: time.Now()}
	signed, err := w.key.note(c)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	w.note = signed
	buf = next.line(buf, checkpointBody(c.time, signed))
	next.signed = next.seq
	return buf, nil
}

func checkpointBody(t time.Time, note string) []byte {
	return own(EventCheckpoint, t, func(e *encoder) { e.str("note", note, maxPath) })
}

// own returns the body of a line of the log's own.
func own(event string, t time.Time, members func(e *encoder)) []byte {
	e := encoder{r: plain}
	e.raw("event", event)
	e.time("time", t)
	members(&e)
	return append(e.buf, '}', '\n')
}

// flush appends the lines that lead to the tail next, and makes them durable.
// After an error what was written is taken back as well as that goes, and the
// end of the log is looked for anew at the next commit.
func (w *writer) flush(buf []byte, next tail) error {
	if len(buf) == 0 {
		return nil
	}
	_, err := w.file.Write(buf)
	if err == nil && !w.c.NoSync {
		err = w.file.Sync()
	}
	if err != nil {
		w.file.Truncate(w.tail.size)
		w.leave()
		w.note = ""
		return fmt.Errorf("audit: the record is not durable: %w", err)
	}
	next.size += int64(len(buf))
	w.tail = next
	if len(w.out.feeds) > 0 {
		w.out.publish(bytes.Clone(buf))
	}
	return nil
}

// keepNote writes the checkpoint that was just signed into its file, which
// stands there for people to copy; the log holds it anyway.
func (w *writer) keepNote() {
	if w.note != "" {
		w.err = w.dir.WriteFile(checkpointFile, []byte(w.note), 0o600)
		w.note = ""
	}
}

// acquire sees to it that the lock is held and the end of the log known, also
// where another process has written meanwhile.
func (w *writer) acquire() error {
	if w.held {
		return nil
	}
	if err := w.hold(); err != nil {
		return err
	}
	if w.cut {
		return errGone
	}
	if w.file == nil {
		return w.load()
	}
	info, err := w.file.Info()
	if err == nil && info.Links == 1 && (info.Size == w.tail.size || w.grown(info.Size)) {
		return nil
	}
	return w.load()
}

// grown takes over what another process has appended to the segment. It leaves
// to load what ends in a checkpoint, since every segment but the last does,
// and whatever else is out of the ordinary.
func (w *writer) grown(size int64) bool {
	if size < w.tail.size {
		return false
	}
	end, err := readEnd(w.read, size)
	if err != nil {
		return false
	}
	last := lastLine(end)
	f, ok := parseLine(last)
	if !ok || f.event == EventCheckpoint || f.seq <= w.tail.seq {
		return false
	}
	w.tail.seq, w.tail.head, w.tail.size = f.seq, sha256.Sum256(last), size
	return true
}

// rotate closes the segment with a checkpoint and begins the next.
func (w *writer) rotate() error {
	next := w.tail
	buf, err := w.sign(nil, &next)
	if err != nil {
		return err
	}
	if err := w.flush(buf, next); err != nil {
		return err
	}
	return w.begin(w.tail, w.tail.segment+1)
}

// begin begins segment n after the tail.
func (w *writer) begin(after tail, n int) error {
	if err := w.enter(n); err != nil {
		return err
	}
	if after.log == "" {
		after.log = rand.Text()
	}
	after.segment, after.size, after.begun = n, 0, time.Now()
	w.tail = after
	next := after
	buf := next.line(nil, own(EventSegment, after.begun, func(e *encoder) {
		e.raw("log", after.log)
		e.int("segment", int64(n))
	}))
	if err := w.flush(buf, next); err != nil {
		return err
	}
	if w.c.NoSync {
		return nil
	}
	if err := w.dir.SyncDir("."); err != nil {
		w.leave()
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}
