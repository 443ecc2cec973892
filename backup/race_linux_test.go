package backup_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/runtimeguard/runtimeguard/backup"
	"github.com/runtimeguard/runtimeguard/boundary/fsys"
)

// Just before each change of a restore in turn, somebody swaps in a link to a
// folder of the same shape outside, or a hard link to a file outside: nothing
// outside changes. A restore that writes by path loses the outside at once.
func TestRestoreRace(t *testing.T) {
	for _, c := range []struct {
		name string
		swap func(l *lab) error
	}{
		{"folder for link", func(l *lab) error {
			return unix.Renameat2(unix.AT_FDCWD, l.path("sub"), unix.AT_FDCWD, l.path("x"), unix.RENAME_EXCHANGE)
		}},
		{"file for hard link", func(l *lab) error {
			os.Remove(l.path("sub/mode"))
			os.Remove(l.path("sub/content"))
			return os.Link(filepath.Join(l.outside, "mode"), l.path("sub/mode"))
		}},
		{"file for link", func(l *lab) error {
			os.Remove(l.path("sub/mode"))
			os.Remove(l.path("sub/content"))
			return os.Symlink("../../outside/content", l.path("sub/content"))
		}},
		{"nothing for link", func(l *lab) error {
			os.Symlink("../../outside/gone", l.path("sub/gone"))
			return os.Symlink("../../outside/deep", l.path("sub/deep"))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t)
			for at := 0; ; at++ {
				l.c.Faults = nil
				l.open()
				must(t, os.RemoveAll(l.path("sub")), os.RemoveAll(l.path("x")))
				for _, name := range []string{"mode", "content", "gone", "deep/c"} {
					l.write("sub/"+name, "inside "+name)
					must(t, os.MkdirAll(filepath.Join(l.outside, "deep"), 0o755))
					must(t, os.WriteFile(filepath.Join(l.outside, name), []byte("outside "+name), 0o644))
				}
				must(t, os.Symlink("../outside", l.path("x")))
				id := l.snapshot(l.delete("sub")...)
				must(t, os.Chmod(l.path("sub/mode"), 0o600), os.Remove(l.path("sub/gone")), os.RemoveAll(l.path("sub/deep")))
				l.write("sub/content", "changed")
				l.write("sub/added", "x")
				must(t, os.WriteFile(filepath.Join(l.outside, "added"), nil, 0o644))
				outside := state(t, l.outside)

				calls, restoring := 0, false
				l.c.Faults = func(op, name string) error {
					if restoring {
						if calls++; calls-1 == at {
							return c.swap(l)
						}
					}
					return nil
				}
				l.open()
				plan, err := l.v.Plan(t.Context(), id)
				require.NoError(t, err)
				require.Len(t, plan.Changes, 6)
				restoring = true
				_, err = l.v.Apply(t.Context(), plan)
				restoring = false
				require.Equal(t, outside, state(t, l.outside), fmt.Sprint(at, err))
				if calls <= at {
					require.NoError(t, err)
					require.Greater(t, at, 30)
					return
				}
			}
		})
	}
}

// naiveRestore is what many do: look where the path leads, then write.
func naiveRestore(ws, name string, data []byte) {
	path := filepath.Join(ws, name)
	real, err := filepath.EvalSymlinks(path)
	if err != nil || !strings.HasPrefix(real, ws+"/") {
		return
	}
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() || info.Sys().(*syscall.Stat_t).Nlink > 1 {
		return
	}
	if f, err := os.OpenFile(path, os.O_WRONLY, 0); err == nil { // without O_TRUNC, which waits for the disk
		f.Write(data)
		f.Close()
	}
}

// While somebody swaps a folder or a file for links that lead outside as fast
// as they can, a restore touches nothing outside; one that looks first and then
// writes does, in the same run. RUNTIMEGUARD_RACE sets how many restores.
func TestRestoreWhileSwapping(t *testing.T) {
	restores := 30
	if n, err := strconv.Atoi(os.Getenv("RUNTIMEGUARD_RACE")); err == nil {
		restores = n
	}
	for _, c := range []struct {
		name, swap, with string
		lead             func(l *lab, name string) error
	}{
		{"folder for link", "sub", "x", func(l *lab, name string) error { return os.Symlink("../outside", name) }},
		{"file for link", "sub/f", "sub/l", func(l *lab, name string) error { return os.Symlink("../../outside/f", name) }},
		{"file for hard link", "sub/f", "sub/h", func(l *lab, name string) error { return os.Link(filepath.Join(l.outside, "f"), name) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t)
			l.write("sub/f", "inside")
			id := l.snapshot(l.writes("sub/f")...)
			victim := filepath.Join(l.outside, "f")
			must(t, os.WriteFile(victim, []byte("outside"), 0o644), c.lead(l, l.path(c.with)))
			arm := func() { // a restore replaces files, what leads outside among them
				if c.swap != "sub" {
					os.Remove(l.path("new"))
					c.lead(l, l.path("new"))
					os.Rename(l.path("new"), l.path(c.with))
					os.Remove(l.path("new")) // it stays where both are the same file
					os.WriteFile(l.path("new"), []byte("changed"), 0o644)
					os.Rename(l.path("new"), l.path(c.swap))
				}
			}
			intact := func() bool {
				data, err := os.ReadFile(victim)
				return err == nil && string(data) == "outside"
			}
			var stop atomic.Bool
			swapped := make(chan struct{})
			go func() {
				defer close(swapped)
				for !stop.Load() {
					unix.Renameat2(unix.AT_FDCWD, l.path(c.swap), unix.AT_FDCWD, l.path(c.with), unix.RENAME_EXCHANGE)
				}
			}()
			defer func() { stop.Store(true); <-swapped }()

			root, err := fsys.OpenRoot(l.ws)
			require.NoError(t, err)
			defer root.Close()
			applied, refused := 0, 0
			for range restores {
				arm()
				root.NoLinks().WriteFile("sub/f", []byte("changed"), 0o644)
				plan, err := l.v.Plan(t.Context(), id)
				if err == nil {
					_, err = l.v.Apply(t.Context(), plan)
				}
				if err != nil {
					refused++
				} else {
					applied++
				}
				require.True(t, intact(), "a restore reached the outside")
			}
			lost, tries := 0, 0
			for ; lost < 5 && tries < 20_000; tries++ {
				if tries%20 == 0 {
					root.NoLinks().WriteFile("sub/f", []byte("changed"), 0o644)
					arm()
				}
				naiveRestore(l.ws, "sub/f", []byte("inside"))
				if !intact() {
					lost++
					must(t, os.WriteFile(victim, []byte("outside"), 0o644))
				}
			}
			t.Logf("ours: %d restores, %d refused, 0 reached the outside; look, then write: %d of %d", applied, refused, lost, tries)
			if lost == 0 {
				t.Skip("nobody lost: this machine gives the attacker no turn")
			}
		})
	}
}

// What is swapped in while a snapshot is taken is not followed either.
func TestSnapshotRace(t *testing.T) {
	for at := range 12 {
		l := newLab(t)
		l.write("sub/secret", "inside")
		must(t, os.Symlink("../outside", l.path("x")))
		calls := 0
		l.c.Faults = func(op, name string) error {
			if calls++; calls-1 == at {
				return unix.Renameat2(unix.AT_FDCWD, l.path("sub"), unix.AT_FDCWD, l.path("x"), unix.RENAME_EXCHANGE)
			}
			return nil
		}
		v, err := backup.Open(l.vaultDir, l.c)
		require.NoError(t, err)
		v.Snapshot(t.Context(), call(l.delete("sub")...))
		v.Snapshot(t.Context(), call(unknown))
		v.Close()
		objects, err := filepath.Glob(filepath.Join(l.vaultDir, "objects", "*", "*"))
		require.NoError(t, err)
		require.NotEmpty(t, objects)
		for _, o := range objects {
			data, err := os.ReadFile(o)
			require.NoError(t, err)
			require.NotEqual(t, "secret", string(data), "read from outside")
		}
	}
}
