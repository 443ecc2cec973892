package backup

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
)

var errDamaged = errors.New("damaged: its bytes are not those that were saved")

// reason is an error without the operation and the path in the vault.
func reason(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

func joined(errs []error) error {
	if len(errs) == 0 {
		return nil
	}
	return errors.Join(errs...)
}

func joinPath(root, name string) string { return filepath.Join(root, filepath.FromSlash(name)) }

// stamp identifies a file in one state without reading it.
type stamp struct {
	dev, inode   uint64
	size         int64
	mtime, ctime time.Time
}

func stampOf(i fsys.Info) stamp {
	return stamp{i.Dev, i.Inode, i.Size, i.ModTime, i.ChangeTime}
}

// store keeps contents under their hash. An object is written once and gets its
// name when it is written whole. After a power failure it may still be damaged,
// unless a manifest needs it: an object is only relied on once this process has
// read it, or written it, and made it and its name durable.
type store struct {
	root *fsys.Root

	mu    sync.Mutex
	known map[string]stamp      // objects that are whole and durable, as last seen
	fans  map[string]*fsys.Root // folders of objects, open
	named int                   // how many folders have names that are durable
}

func openStore(dir string, faults fsys.Faults) (*store, error) {
	root, err := fsys.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	root.Faults = faults
	s := &store{root: root, known: map[string]stamp{}, fans: map[string]*fsys.Root{}}
	if err := s.prepare(); err != nil {
		root.Close()
		return nil, err
	}
	return s, nil
}

// prepare makes the folders.
func (s *store) prepare() error {
	info, err := s.root.Lstat(".")
	if err != nil {
		return err
	}
	if info.UID >= 0 && info.Mode.Perm()&0o022 != 0 {
		return fmt.Errorf("backup: others may write in the vault's folder (mode %o): run chmod 700 on it", info.Mode.Perm())
	}
	for _, dir := range []string{objectsDir, tmpDir, manifestsDir} {
		if _, err := s.root.Lstat(dir); err == nil {
			continue
		}
		if err := s.root.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

func (s *store) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, fan := range s.fans {
		fan.Close()
	}
	return s.root.Close()
}

// fan opens the folder of an object, which is made if there is none. It stays
// open.
func (s *store) fan(hash string) (*fsys.Root, error) {
	dir := fanOut(hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	if fan := s.fans[dir]; fan != nil {
		return fan, nil
	}
	fan, err := s.root.Sub(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err := s.root.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		fan, err = s.root.Sub(dir)
	}
	if err == nil {
		s.fans[dir] = fan
	}
	return fan, err
}

// fanOut is the folder of an object, baseName its name there.
func fanOut(hash string) string   { return objectsDir + "/" + hash[:1] }
func baseName(hash string) string { return hash[1:] }

func objectName(hash string) string { return fanOut(hash) + "/" + baseName(hash) }

func validHash(hash string) bool {
	b, err := hex.DecodeString(hash)
	return err == nil && len(b) == sha256.Size
}

// check reads an object whole; nil says that it holds what its name says.
func (s *store) check(hash string) (fsys.Info, error) {
	f, info, err := s.open(hash)
	if err != nil {
		return info, err
	}
	defer f.Close()
	sum := sha256.New()
	buf := buffers.Get().(*[small / 16]byte)
	defer buffers.Put(buf)
	if _, err := io.CopyBuffer(sum, struct{ io.Reader }{f}, buf[:]); err != nil {
		return info, reason(err)
	}
	if sumText(sum) != hash {
		return info, errDamaged
	}
	return info, nil
}

// buffers are for reading objects, many of them one after the other.
var buffers = sync.Pool{New: func() any { return new([small / 16]byte) }}

func sumText(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

func (s *store) open(hash string) (*os.File, fsys.Info, error) {
	if !validHash(hash) {
		return nil, fsys.Info{}, errDamaged
	}
	fan, err := s.fan(hash)
	if err != nil {
		return nil, fsys.Info{}, err
	}
	f, info, err := fan.OpenInfo(baseName(hash))
	if err != nil {
		return nil, info, fmt.Errorf("content %.12s: %w", hash, reason(err))
	}
	return f, info, nil
}

// read returns an object of at most max bytes.
func (s *store) read(hash string, max int64) ([]byte, error) {
	f, info, err := s.open(hash)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info.Size > max {
		return nil, fsys.ErrTooLarge
	}
	data, err := io.ReadAll(io.LimitReader(f, max))
	if err != nil {
		return nil, reason(err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != hash {
		return nil, errDamaged
	}
	return data, nil
}

// copyTo writes an object into an empty file, and fails if what it wrote is
// not what was saved.
func (s *store) copyTo(dst *os.File, hash string) error {
	src, info, err := s.open(hash)
	if err != nil {
		return err
	}
	defer src.Close()
	sum, _, err := transfer(dst, src, info.Size)
	if err == nil && sum != hash {
		err = errDamaged
	}
	return err
}

// transfer copies src, of about the size given, into the empty file dst and
// returns the hash of what stands in dst. The blocks of a large file are shared
// where the file system can, else copied by the kernel where it can.
func transfer(dst, src *os.File, size int64) (sum string, n int64, err error) {
	h := sha256.New()
	bounded := io.LimitReader(src, size+1) // one that grows is noticed, not followed
	if size <= small {
		n, err = io.Copy(io.MultiWriter(dst, h), bounded)
		return sumText(h), n, err
	}
	if fsys.Clone(dst, src) != nil {
		if _, err = io.Copy(dst, bounded); err != nil {
			return "", 0, err
		}
	}
	n, err = io.Copy(h, io.NewSectionReader(dst, 0, math.MaxInt64))
	return sumText(h), n, err
}

// batch is the objects of one snapshot, which become durable together. Most of
// the time goes into making files, so small ones are written beside the work on
// what comes next.
type batch struct {
	s    *store
	room chan struct{} // one value for each that is being written
	all  sync.WaitGroup

	mu    sync.Mutex
	fresh map[string]bool // written, or being written
	seen  map[string]bool // stood, and were found whole; not known to be durable
	err   error           // the first of what was done beside
}

// maxBeside bounds what is done beside, each with the content of one small file.
const maxBeside = 4

func (s *store) batch() *batch {
	return &batch{s: s, room: make(chan struct{}, maxBeside), fresh: map[string]bool{}, seen: map[string]bool{}}
}

// beside does something beside what comes next, once there is room for it.
func (b *batch) beside(do func() error) {
	b.room <- struct{}{}
	b.all.Go(func() {
		defer func() { <-b.room }()
		if err := do(); err != nil {
			b.mu.Lock()
			defer b.mu.Unlock()
			if b.err == nil {
				b.err = err
			}
		}
	})
}

// wait waits for what is done beside, and returns what went wrong there.
func (b *batch) wait() error {
	b.all.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

// has reports whether the object needn't be written.
func (b *batch) has(hash string) bool {
	if b.knows(hash) || b.s.holds(hash) {
		return true
	}
	if _, err := b.s.check(hash); err != nil {
		return false // missing or damaged: it is written anew
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seen[hash] = true
	return true
}

func (b *batch) knows(hash string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.fresh[hash] || b.seen[hash]
}

// claim reports whether the object is the caller's to name: nobody else in this
// batch has it.
func (b *batch) claim(hash string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	mine := !b.fresh[hash] && !b.seen[hash]
	if mine {
		b.fresh[hash] = true
	}
	return mine
}

// stood notes that an object that was claimed stands already.
func (b *batch) stood(hash string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.fresh, hash)
	b.seen[hash] = true
}

// holds reports whether the object is known and hasn't been touched since.
func (s *store) holds(hash string) bool {
	s.mu.Lock()
	was, ok := s.known[hash]
	s.mu.Unlock()
	if !ok {
		return false
	}
	now, err := s.stamp(hash)
	return err == nil && now == was
}

func (s *store) stamp(hash string) (stamp, error) {
	fan, err := s.fan(hash)
	if err != nil {
		return stamp{}, err
	}
	info, err := fan.Lstat(baseName(hash))
	return stampOf(info), err
}

// small is the size up to which a file is read into memory, so that content
// that is there already isn't written at all.
const small = 1 << 20

// file saves the content of an open file.
func (b *batch) file(f *os.File, size int64) (sum string, n int64, err error) {
	if size > small {
		return b.write(b.s.root, tmpDir+"/", func(tmp *os.File) (string, int64, bool, error) {
			sum, n, err := transfer(tmp, f, size)
			return sum, n, err == nil && b.claim(sum), err
		})
	}
	data, err := readUpTo(f, size)
	if err != nil {
		return "", 0, err
	}
	sum, err = b.data(data)
	return sum, int64(len(data)), err
}

// readUpTo reads size bytes, or what there is: that a file has grown meanwhile
// its size will tell.
func readUpTo(f io.Reader, size int64) ([]byte, error) {
	data := make([]byte, size)
	n, err := io.ReadFull(f, data)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return data[:n], err
}

// data saves bytes.
func (b *batch) data(data []byte) (string, error) {
	h := sha256.Sum256(data)
	sum := hex.EncodeToString(h[:])
	if b.has(sum) || !b.claim(sum) {
		return sum, nil
	}
	b.beside(func() error {
		fan, err := b.s.fan(sum)
		if err != nil {
			return err
		}
		_, _, err = b.write(fan, "", func(tmp *os.File) (string, int64, bool, error) {
			n, err := tmp.Write(data)
			return sum, int64(n), true, err
		})
		return err
	})
	return sum, nil
}

// write writes a new object: first under a temporary name in dir, then, if it is
// claimed, under its own.
func (b *batch) write(root *fsys.Root, dir string, fill func(tmp *os.File) (sum string, n int64, claimed bool, err error)) (sum string, n int64, err error) {
	name := dir + rand.Text()
	f, err := root.Create(name, 0o400)
	if err != nil {
		return "", 0, err
	}
	claimed := false
	if err = root.Fault("write", name); err == nil {
		sum, n, claimed, err = fill(f)
	}
	err = errors.Join(err, f.Close())
	if err == nil && claimed {
		var taken bool
		if taken, err = b.name(root, name, sum); taken {
			return sum, n, nil
		}
	}
	return sum, n, errors.Join(err, root.Remove(name))
}

// name gives a temporary file its name as an object, unless that stands: what
// others may rely on is only replaced where it is damaged, and by what is
// durable. It reports whether the temporary file is gone.
func (b *batch) name(root *fsys.Root, tmp, sum string) (taken bool, err error) {
	object := objectName(sum)
	if root != b.s.root {
		object = baseName(sum)
	} else if _, err := b.s.fan(sum); err != nil {
		return false, err
	}
	err = root.MoveNew(tmp, object)
	if errors.Is(err, fs.ErrExist) {
		if _, err := b.s.check(sum); err == nil {
			b.stood(sum)
			return false, nil
		}
		if err = root.SyncFile(tmp); err == nil {
			err = root.Move(tmp, object)
		}
	}
	return err == nil, err
}

// few is the number up to which files and folders are synced one by one; past
// it the whole file system is, which may have others' writes to wait for.
const few = 16

// commit makes every object of the batch durable, with its name.
func (b *batch) commit() error {
	if err := b.wait(); err != nil {
		return err
	}
	s := b.s
	var files []string
	dirs := map[string]bool{}
	for _, hashes := range []map[string]bool{b.fresh, b.seen} {
		for hash := range hashes {
			files = append(files, objectName(hash))
			dirs[fanOut(hash)] = true
		}
	}
	s.mu.Lock()
	open := len(s.fans) // some may be new, or another process's that hasn't synced them yet
	if open > s.named {
		dirs["."], dirs[objectsDir] = true, true
	}
	s.mu.Unlock()
	if err := s.sync(files, slices.Collect(maps.Keys(dirs))); err != nil {
		return err
	}
	s.mu.Lock()
	s.named = max(s.named, open)
	s.mu.Unlock()
	return b.remember()
}

// sync syncs files, then folders, or all of the file system where they are
// many.
func (s *store) sync(files, dirs []string) error {
	if len(files)+len(dirs) > few {
		if err := s.root.SyncFS(); !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	for _, name := range files {
		if err := s.root.SyncFile(name); err != nil {
			return err
		}
	}
	for _, name := range dirs {
		if err := s.root.SyncDir(name); err != nil {
			return err
		}
	}
	return nil
}

// remember notes the objects that are durable now. Of those that were written it
// sees to it that they are what can be read.
func (b *batch) remember() error {
	for hash := range b.fresh {
		b.beside(func() error {
			info, err := b.s.check(hash)
			return b.s.know(hash, stampOf(info), err)
		})
	}
	for hash := range b.seen {
		stamp, err := b.s.stamp(hash)
		if err := b.s.know(hash, stamp, err); err != nil {
			return err
		}
	}
	return b.wait()
}

func (s *store) know(hash string, as stamp, err error) error {
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[hash] = as
	return nil
}
