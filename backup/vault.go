// Package backup saves what a call is about to change or delete, and restores
// it.
//
// A [Vault] is a folder outside of every place the agent may touch. File
// contents are kept once each, under their SHA-256. A snapshot is a manifest:
// every path that was saved with its type, mode, owner, time, size and hash;
// links as links; and paths where there was nothing, so that restoring removes
// what was made there. Its id ends in the hash of the manifest, so that an id
// in the audit log vouches for all of it.
//
// [Vault.Snapshot] returns when everything is durable: contents first, then
// the manifest. A process killed at any moment leaves earlier snapshots whole
// and at most some unreferenced files, which [Vault.Prune] removes.
//
// Restoring is a [Plan], which shows each change against the present state,
// and [Vault.Apply], which carries out exactly that plan or refuses, after a
// snapshot of the present.
//
// Not saved are access control lists, extended attributes, and the content of
// devices, pipes and sockets; a mount point within a root is an error.
package backup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
)

// Config says what a [Vault] saves.
type Config struct {
	// Roots are the absolute paths of the folders whose files are saved and
	// restored. Nothing outside of them is ever read or written. At least one
	// must be given, and exist.
	Roots []string
	// Named are further such folders, whose files are saved where an action
	// names them: a call whose files aren't known doesn't save them whole.
	Named []string
	// MaxFiles bounds the files, links and folders of one snapshot. Zero means
	// 200,000.
	MaxFiles int
	// MaxBytes bounds the sizes of the files of one snapshot together. Zero
	// means 4 GiB.
	MaxBytes int64
	// Now is the clock. Nil means time.Now.
	Now func() time.Time
	// Faults is asked before each change to a disk, one at a time, for tests. Nil
	// in production.
	Faults fsys.Faults
}

// oneAtATime asks f one at a time.
func oneAtATime(f fsys.Faults) fsys.Faults {
	if f == nil {
		return nil
	}
	var mu sync.Mutex
	return func(op, name string) error {
		mu.Lock()
		defer mu.Unlock()
		return f(op, name)
	}
}

// Vault keeps snapshots in a folder, which several processes may share. It is
// safe for concurrent use.
type Vault struct {
	c     Config
	roots []string // absolute, links followed; the first whole are Config.Roots
	whole int
	store *store

	mu     sync.Mutex
	cache  map[target]cached   // contents seen before
	judged map[string]string   // hash of the plan that Actions showed, by request
	calls  map[string][]string // the last and the first snapshot of a call
}

// Names within the vault's folder.
const (
	objectsDir   = "objects"
	manifestsDir = "manifests"
	tmpDir       = "tmp"
	lockName     = "lock"
)

// Open opens the vault in the folder dir, which is made if it isn't there. It
// refuses a folder within a root, and one in which others may write.
func Open(dir string, c Config) (*Vault, error) {
	if len(c.Roots) == 0 {
		return nil, errors.New("backup: Config.Roots is empty: nothing would be saved")
	}
	if c.MaxFiles == 0 {
		c.MaxFiles = 200_000
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = 4 << 30
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Faults = oneAtATime(c.Faults)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	real, err := realDir(dir)
	if err != nil {
		return nil, err
	}
	v := &Vault{c: c, cache: map[target]cached{}, judged: map[string]string{}, calls: map[string][]string{}}
	for i, root := range slices.Concat(c.Roots, c.Named) {
		r, err := realDir(root)
		if err != nil {
			return nil, err
		}
		if within(real, r) {
			return nil, fmt.Errorf("backup: the vault lies in the root %s: move it to where the agent can't write", r)
		}
		if slices.Contains(v.roots, r) {
			continue
		}
		if v.roots = append(v.roots, r); i < len(c.Roots) {
			v.whole = len(v.roots)
		}
	}
	if v.store, err = openStore(real, c.Faults); err != nil {
		return nil, err
	}
	return v, nil
}

// Close closes the vault.
func (v *Vault) Close() error { return v.store.close() }

func realDir(dir string) (string, error) {
	if !filepath.IsAbs(dir) {
		return "", fmt.Errorf("backup: %q is not an absolute path", dir)
	}
	return filepath.EvalSymlinks(dir)
}

// within reports whether path is dir or lies in it; both are clean.
func within(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
}

// openRoots opens the roots as they stand now.
func (v *Vault) openRoots() (*roots, error) {
	rs := &roots{paths: v.roots, known: v.whole}
	for _, dir := range v.roots {
		r, err := fsys.OpenRoot(dir)
		if err != nil {
			rs.close()
			return nil, err
		}
		r.Faults = v.c.Faults
		rs.whole = append(rs.whole, r)
		rs.dirs = append(rs.dirs, r.NoLinks())
	}
	return rs, nil
}

// roots are the roots held open for one operation. Files in them are only
// reached by names without links.
type roots struct {
	paths []string
	known int // how many are saved whole where it isn't known what changes
	whole []*fsys.Root
	dirs  []*fsys.Root
}

func (rs *roots) close() {
	for _, r := range rs.whole {
		r.Close()
	}
}

// path is the absolute path of a name in a root.
func (rs *roots) path(root int, name string) string {
	return filepath.Join(rs.paths[root], filepath.FromSlash(name))
}

// find gives the root that an absolute, clean path lies in: of nested roots
// the innermost.
func (rs *roots) find(path string) (root int, name string, ok bool) {
	root = -1
	for i, dir := range rs.paths {
		if within(path, dir) && (root < 0 || len(dir) > len(rs.paths[root])) {
			root = i
		}
	}
	if root < 0 {
		return 0, "", false
	}
	rel, err := filepath.Rel(rs.paths[root], path)
	return root, filepath.ToSlash(rel), err == nil
}
