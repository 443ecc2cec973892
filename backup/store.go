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
	if _, err := io.Copy(sum, f); err != nil {
		return info, reason(err)
	}
	if sumText(sum) != hash {
		return info, errDamaged
	}
	return info, nil
}

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

// batch is the objects of one snapshot, which become durable together.
type batch struct {
	s     *store
	fresh map[string]bool // written
	seen  map[string]bool // stood, and were found whole; not known to be durable
}

func (s *store) batch() *batch {
	return &batch{s: s, fresh: map[string]bool{}, seen: map[string]bool{}}
}

// has reports whether the object needn't be written.
func (b *batch) has(hash string) bool {
	if b.fresh[hash] || b.seen[hash] || b.s.holds(hash) {
		return true
	}
	if _, err := b.s.check(hash); err != nil {
		return false // missing or damaged: it is written anew
	}
	b.seen[hash] = true
	return true
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
		return b.write(b.s.root, tmpDir+"/", func(tmp *os.File) (string, int64, error) { return transfer(tmp, f, size) })
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
	if b.has(sum) {
		return sum, nil
	}
	fan, err := b.s.fan(sum)
	if err != nil {
		return "", err
	}
	_, _, err = b.write(fan, "", func(tmp *os.File) (string, int64, error) {
		n, err := tmp.Write(data)
		return sum, int64(n), err
	})
	return sum, err
}

// write writes a new object: first under a temporary name in dir, then under
// its own.
func (b *batch) write(root *fsys.Root, dir string, fill func(tmp *os.File) (string, int64, error)) (sum string, n int64, err error) {
	name := dir + rand.Text()
	f, err := root.Create(name, 0o400)
	if err != nil {
		return "", 0, err
	}
	if err = root.Fault("write", name); err == nil {
		sum, n, err = fill(f)
	}
	err = errors.Join(err, f.Close())
	if err == nil && !b.fresh[sum] && !b.seen[sum] {
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
			b.seen[sum] = true
			return false, nil
		}
		if err = root.SyncFile(tmp); err == nil {
			err = root.Move(tmp, object)
		}
	}
	if err != nil {
		return false, err
	}
	b.fresh[sum] = true
	return true, nil
}

// few is the number up to which files and folders are synced one by one; past
// it the whole file system is, which may have others' writes to wait for.
const few = 16

// commit makes every object of the batch durable, with its name.
func (b *batch) commit() error {
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
	for hash := range b.fresh { // what was written is what can be read
		if _, err := s.check(hash); err != nil {
			return err
		}
	}
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

// remember notes the objects that are durable now.
func (b *batch) remember() error {
	for _, hashes := range []map[string]bool{b.fresh, b.seen} {
		for hash := range hashes {
			stamp, err := b.s.stamp(hash)
			if err != nil {
				return err
			}
			b.s.mu.Lock()
			b.s.known[hash] = stamp
			b.s.mu.Unlock()
		}
	}
	return nil
}
