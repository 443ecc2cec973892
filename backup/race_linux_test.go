package backup_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/runtimeguard/runtimeguard/backup"
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
