package backup

import (
	"bytes"
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

// store keeps contents under their hash. An object is written once, is whole
// before it has its name, and is only relied on once this process has read it
// or written it, and made its name durable.
type store struct {
	root *fsys.Root

	mu    sync.Mutex
	known map[string]stamp // objects that are whole and durable, as last seen
	made  map[string]bool  // folders of objects that stand
}

func openStore(dir string, faults fsys.Faults) (*store, error) {
	root, err := fsys.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	root.Faults = faults
	s := &store{root: root, known: map[string]stamp{}, made: map[string]bool{}}
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

// fan makes the folder of an object, once in this process.
func (s *store) fan(hash string) error {
	dir := fanOut(hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.made[dir] {
		return nil
	}
	if err := s.root.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	s.made[dir] = true
	return nil
}

// fanOut is the folder of an object.
func fanOut(hash string) string { return objectsDir + "/" + hash[:2] }

func objectName(hash string) string { return fanOut(hash) + "/" + hash[2:] }

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
	f, info, err := s.root.OpenInfo(objectName(hash))
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
	fresh map[string]string // hash to the name of its temporary file
	seen  map[string]bool   // objects that stood, found whole, names not known to be durable
}

func (s *store) batch() *batch {
	return &batch{s: s, fresh: map[string]string{}, seen: map[string]bool{}}
}

// has reports whether the object needn't be written.
func (b *batch) has(hash string) bool {
	if b.fresh[hash] != "" || b.seen[hash] {
		return true
	}
	if b.s.holds(hash) {
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
	info, err := s.root.Lstat(objectName(hash))
	return err == nil && stampOf(info) == was
}

// small is the size up to which a file is read into memory, so that content
// that is there already isn't written at all.
const small = 1 << 20

// file saves the content of an open file.
func (b *batch) file(f *os.File, size int64) (sum string, n int64, err error) {
	if size > small {
		return b.write(tmpDir, func(tmp *os.File) (string, int64, error) { return transfer(tmp, f, size) })
	}
	data, err := io.ReadAll(io.LimitReader(f, small+1))
	if err != nil {
		return "", 0, err
	}
	sum, err = b.data(data)
	return sum, int64(len(data)), err
}

// data saves bytes.
func (b *batch) data(data []byte) (string, error) {
	h := sha256.Sum256(data)
	sum := hex.EncodeToString(h[:])
	if b.has(sum) {
		return sum, nil
	}
	if err := b.s.fan(sum); err != nil {
		return "", err
	}
	_, _, err := b.write(fanOut(sum), func(tmp *os.File) (string, int64, error) {
		n, err := io.Copy(tmp, bytes.NewReader(data))
		return sum, n, err
	})
	return sum, err
}

// write writes a temporary file in the folder dir of the vault, which gets its
// name in commit.
func (b *batch) write(dir string, fill func(tmp *os.File) (string, int64, error)) (sum string, n int64, err error) {
	name := dir + "/" + rand.Text()
	f, err := b.s.root.Create(name, 0o400)
	if err != nil {
		return "", 0, err
	}
	if err = b.s.root.Fault("write", name); err == nil {
		sum, n, err = fill(f)
	}
	err = errors.Join(err, f.Close())
	if err != nil || b.fresh[sum] != "" || b.seen[sum] {
		return sum, n, errors.Join(err, b.s.root.Remove(name))
	}
	b.fresh[sum] = name
	return sum, n, nil
}

// few is the number up to which files are synced one by one; past it the whole
// file system is, which may have others' writes to wait for.
const few = 16

// commit makes every object of the batch durable, contents before names.
func (b *batch) commit() error {
	s := b.s
	if err := s.sync(slices.Collect(maps.Values(b.fresh)), s.root.SyncFile); err != nil {
		return err
	}
	dirs := map[string]bool{".": true, objectsDir: true} // their folders may be new
	for hash, tmp := range b.fresh {
		if err := s.fan(hash); err != nil {
			return err
		}
		if err := s.root.Move(tmp, objectName(hash)); err != nil {
			return err
		}
		dirs[fanOut(hash)] = true
	}
	for hash := range b.seen {
		dirs[fanOut(hash)] = true
	}
	if err := s.sync(slices.Collect(maps.Keys(dirs)), s.root.SyncDir); err != nil {
		return err
	}
	return b.remember()
}

// sync syncs each name, or all of the file system where they are many.
func (s *store) sync(names []string, each func(string) error) error {
	if len(names) > few {
		if err := s.root.SyncFS(); !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	for _, name := range names {
		if err := each(name); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) remember() error {
	for _, hashes := range []func(func(string) bool){maps.Keys(b.fresh), maps.Keys(b.seen)} {
		for hash := range hashes {
			info, err := b.s.root.Lstat(objectName(hash))
			if err != nil {
				return err
			}
			b.s.mu.Lock()
			b.s.known[hash] = stampOf(info)
			b.s.mu.Unlock()
		}
	}
	return nil
}

// discard removes the temporary files of a batch that wasn't committed.
func (b *batch) discard() {
	for _, tmp := range b.fresh {
		b.s.root.Remove(tmp) // what stays is removed by Prune
	}
}
