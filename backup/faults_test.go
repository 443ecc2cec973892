package backup_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/backup"
	"github.com/runtimeguard/runtimeguard/boundary/fsys"
)

// A bit flipped in any object and in any manifest is found, keeps the restore
// from using it, and is mended by the next snapshot of the same content.
func TestCorruption(t *testing.T) {
	l := newLab(t)
	l.write("a", "first")
	l.write("sub/b", "second")
	before := l.state()
	id := l.snapshot(unknown)
	objects, err := filepath.Glob(filepath.Join(l.vaultDir, "objects", "*", "*"))
	require.NoError(t, err)
	require.Len(t, objects, 4, "two files, two listings")
	l.write("a", "changed")
	l.write("sub/b", "changed")
	after := l.state()
	for _, damage := range []struct {
		name string
		do   func(path string, data []byte) error
	}{
		{"bit flip", func(path string, data []byte) error {
			data[len(data)/2] ^= 1
			return overwrite(path, data)
		}},
		{"cut", func(path string, data []byte) error { return overwrite(path, data[:len(data)-1]) }},
		{"longer", func(path string, data []byte) error { return overwrite(path, append(data, 'x')) }},
		{"gone", func(path string, _ []byte) error { return os.Remove(path) }},
	} {
		for _, object := range objects {
			data, err := os.ReadFile(object)
			must(t, err, damage.do(object, append([]byte(nil), data...)))
			l.open()
			r, err := l.v.Verify(t.Context(), nil)
			require.NoError(t, err)
			require.NotEmpty(t, r.Damaged, "%s of %s", damage.name, data)
			require.Equal(t, id, r.Damaged[0].Snapshot)
			require.Contains(t, r.Damaged[0].Path, l.ws)
			require.NotContains(t, r.Damaged[0].Err.Error(), l.vaultDir)
			_, err = l.v.Prune(t.Context(), backup.Keep{}, nil)
			if strings.HasPrefix(string(data), "[") {
				require.ErrorContains(t, err, "nothing is removed beside a damaged snapshot")
			}
			plan, err := l.v.Plan(t.Context(), id)
			if err == nil {
				_, err = l.v.Apply(t.Context(), plan)
			}
			require.Error(t, err)
			for name, s := range l.state() { // old or new, never torn
				require.Contains(t, []string{before[name], after[name]}, s)
			}
			l.write("a", "first")
			l.write("sub/b", "second")
			must(t, os.Chtimes(l.path("a"), mtime(before["a"]), mtime(before["a"])), os.Chtimes(l.path("sub/b"), mtime(before["sub/b"]), mtime(before["sub/b"])))
			l.snapshot(unknown)
			l.write("a", "changed")
			l.write("sub/b", "changed")
			l.sound()
			l.restore(id)
			require.Equal(t, before, l.state())
			l.write("a", "changed")
			l.write("sub/b", "changed")
			after = l.state()
		}
	}
	manifest := filepath.Join(l.vaultDir, "manifests", id+".json")
	data, err := os.ReadFile(manifest)
	require.NoError(t, err)
	for i := range data {
		data[i] ^= 1
		must(t, overwrite(manifest, data))
		_, _, err := l.v.Get(t.Context(), id)
		require.ErrorContains(t, err, "damaged")
		_, err = l.v.Plan(t.Context(), id)
		require.Error(t, err)
		data[i] ^= 1
	}
	data[0] ^= 1
	must(t, overwrite(manifest, data))
	list, err := l.v.List(t.Context())
	require.ErrorContains(t, err, id)
	require.NotEmpty(t, list, "the others are still listed")
}

func overwrite(path string, data []byte) error {
	if err := os.Chmod(path, 0o600); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}

// An object that is damaged while this process relies on it is noticed too.
func TestCorruptionOfAKnownObject(t *testing.T) {
	l := newLab(t)
	l.write("a", "first")
	l.snapshot(l.delete("a")...)
	objects, err := filepath.Glob(filepath.Join(l.vaultDir, "objects", "*", "*"))
	require.NoError(t, err)
	must(t, overwrite(objects[0], []byte("fIrst")))
	l.snapshot(l.delete("a")...)
	l.sound()
}

// faulty counts the calls of a fault function and fails the one at, and all
// later ones where the disk stays broken.
type faulty struct {
	mu    sync.Mutex
	at    int
	stays bool
	err   error
	calls int
	ops   []string
}

func (f *faulty) fault(op, name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	f.ops = append(f.ops, op+" "+name)
	if n := f.calls - 1; n == f.at || f.stays && n > f.at {
		return f.err
	}
	return nil
}

// faults runs a step with each of its calls failing in turn, until one run has
// no failure left.
func faults(t *testing.T, run func(t *testing.T, f *faulty) error) {
	for _, c := range []struct {
		err   error
		stays bool
	}{{syscall.EIO, false}, {syscall.ENOSPC, true}} {
		step := 1
		if c.stays {
			step = 3
		}
		for at := 0; ; at += step {
			f := &faulty{at: at, stays: c.stays, err: c.err}
			err := run(t, f)
			if f.calls <= at {
				require.NoError(t, err)
				require.Greater(t, at, 5, "the fault function is reached")
				break
			}
			if err != nil {
				require.ErrorIs(t, err, c.err)
			}
		}
	}
}

func TestSnapshotFaults(t *testing.T) {
	l := newLab(t)
	l.write("a", "first")
	l.write("sub/b", "second")
	must(t, os.Symlink("a", l.path("link")))
	before := l.state()
	var ids []string
	faults(t, func(t *testing.T, f *faulty) error {
		l.write("sub/new", fmt.Sprint(f.at, f.stays)) // something to write in every run
		now := l.state()
		l.c.Faults = f.fault
		v, err := backup.Open(l.vaultDir, l.c)
		if err != nil {
			return err
		}
		defer v.Close()
		id, err := v.Snapshot(t.Context(), call(unknown))
		require.Equal(t, err == nil, id != "")
		if err == nil {
			ids = append(ids, id)
		}
		require.Equal(t, now, l.state(), "originals are not touched")
		l.c.Faults = nil
		l.open()
		l.sound()
		for _, id := range ids {
			_, _, err := l.v.Get(t.Context(), id)
			require.NoError(t, err)
		}
		return err
	})
	_, err := l.v.Prune(t.Context(), backup.Keep{}, nil)
	require.NoError(t, err)
	l.sound()
	must(t, os.RemoveAll(l.path("sub")))
	l.restore(ids[0])
	must(t, os.Remove(l.path("sub/new")))
	require.Equal(t, before, l.state())
}

func TestRestoreFaults(t *testing.T) {
	l := newLab(t)
	l.write("a", "first")
	l.write("sub/b", "second")
	must(t, os.Symlink("a", l.path("link")))
	before := l.state()
	id := l.snapshot(unknown)
	faults(t, func(t *testing.T, f *faulty) error {
		l.write("a", "changed")
		must(t, os.RemoveAll(l.path("sub")), os.Remove(l.path("link")), os.Symlink("b", l.path("link")), os.MkdirAll(l.path("new"), 0o755))
		after := l.state()
		l.c.Faults = f.fault
		v, err := backup.Open(l.vaultDir, l.c)
		if err != nil {
			return err
		}
		defer v.Close()
		plan, err := v.Plan(t.Context(), id)
		require.NoError(t, err)
		r, err := v.Apply(t.Context(), plan)
		l.c.Faults = nil
		l.open()
		l.sound()
		for name, s := range l.state() {
			if !strings.Contains(name, fsys.TempPrefix) && name != "sub" {
				require.Contains(t, []string{before[name], after[name]}, s, name)
			}
		}
		if err == nil {
			require.Equal(t, before, l.state())
		} else if r.Undo != "" {
			l.restore(r.Undo)
			require.Equal(t, after, l.state(), "undone")
		} else {
			require.Equal(t, after, l.state(), "nothing is changed without an undo")
		}
		l.restore(id)
		require.Equal(t, before, l.state())
		return err
	})
}

func TestPruneFaults(t *testing.T) {
	faults(t, func(t *testing.T, f *faulty) error {
		l := newLab(t)
		var last string
		for i := range 3 {
			l.write("a", fmt.Sprint(i))
			last = l.snapshot(unknown)
		}
		l.c.Faults = f.fault
		v, err := backup.Open(l.vaultDir, l.c)
		if err != nil {
			return err
		}
		defer v.Close()
		_, err = v.Prune(t.Context(), backup.Keep{Count: 1}, nil)
		l.c.Faults = nil
		l.open()
		l.sound()
		_, rerr := l.v.Prune(t.Context(), backup.Keep{Count: 1}, nil)
		require.NoError(t, rerr)
		l.sound()
		l.write("a", "x")
		l.restore(last)
		return err
	})
}

// flip changes a bit of a file, if there is one.
func flip(path string) bool {
	data, err := os.ReadFile(path)
	if err != nil || len(data) == 0 {
		return false
	}
	data[len(data)/2] ^= 4
	return overwrite(path, data) == nil
}

// newest is the file in a folder that was changed last.
func newest(t *testing.T, pattern string) string {
	paths, err := filepath.Glob(pattern)
	require.NoError(t, err)
	var last time.Time
	var out string
	for _, p := range paths {
		if info, err := os.Lstat(p); err == nil && info.Mode().IsRegular() && !info.ModTime().Before(last) {
			last, out = info.ModTime(), p
		}
	}
	return out
}

// A bit of what was written last flips before each operation of a snapshot in
// turn: the snapshot fails, or the damage is found and never restored.
func TestBitFlipsInASnapshot(t *testing.T) {
	flips, failed, found := 0, 0, 0
	for at := 0; ; at++ {
		l := newLab(t)
		l.write("a", "first")
		l.write("sub/b", "second")
		before := l.state()
		calls := 0
		l.c.Faults = func(op, name string) error {
			if calls++; calls-1 == at {
				dir := "objects/*/*"
				if strings.HasPrefix(name, "manifests") {
					dir = "manifests/*"
				}
				if flip(newest(t, filepath.Join(l.vaultDir, dir))) || flip(newest(t, filepath.Join(l.vaultDir, "manifests/.*"))) {
					flips++
				}
			}
			return nil
		}
		l.open()
		id, err := l.v.Snapshot(t.Context(), call(unknown))
		if calls <= at {
			require.NoError(t, err)
			break
		}
		l.c.Faults = nil
		l.open()
		l.write("a", "changed")
		after := l.state()
		if err != nil {
			failed++
			require.Empty(t, id)
			continue
		}
		r, err := l.v.Verify(t.Context(), nil)
		require.NoError(t, err)
		plan, err := l.v.Plan(t.Context(), id)
		if err == nil {
			_, err = l.v.Apply(t.Context(), plan)
		}
		if len(r.Damaged) > 0 {
			found++
		} else {
			require.NoError(t, err)
			require.Equal(t, before, l.state())
		}
		for name, s := range l.state() {
			require.Contains(t, []string{before[name], after[name]}, s, "neither old nor new")
		}
	}
	t.Logf("%d flips: %d snapshots failed, %d were found damaged", flips, failed, found)
	require.Greater(t, flips, 20)
	require.Greater(t, failed, 10)
}

// A bit of the file being restored flips before each operation in turn: the
// restore says so.
func TestBitFlipsInARestore(t *testing.T) {
	for at := 0; ; at++ {
		l := newLab(t)
		l.write("a", "first")
		l.write("b", "second")
		before := l.state()
		id := l.snapshot(unknown)
		l.write("a", "changed")
		must(t, os.Remove(l.path("b")))
		calls, restoring, flipped := 0, false, false
		l.c.Faults = func(op, name string) error {
			if restoring && !strings.Contains(name, "/") {
				if calls++; calls-1 == at {
					flipped = flip(newest(t, l.path(fsys.TempPrefix+"*"))) || (name == "a" || name == "b") && flip(l.path(name))
				}
			}
			return nil
		}
		l.open()
		plan, err := l.v.Plan(t.Context(), id)
		require.NoError(t, err)
		restoring = true
		r, err := l.v.Apply(t.Context(), plan)
		restoring = false
		if calls <= at {
			require.NoError(t, err)
			require.Greater(t, at, 12)
			return
		}
		if err == nil {
			require.Equal(t, before, l.state(), "%d %v", at, flipped)
		} else {
			require.True(t, flipped)
			require.True(t, slices.ContainsFunc(r.Outcomes, func(o backup.Outcome) bool { return o.Err != nil }))
		}
	}
}
