package backup_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/backup"
	"github.com/runtimeguard/runtimeguard/guard"
)

// steps saves for one call again and again, as its steps do.
type steps struct {
	*lab
	call *guard.Call
}

func newSteps(t *testing.T) *steps {
	l := newLab(t)
	l.tree()
	return &steps{l, call()}
}

func (s *steps) save(actions ...guard.Action) string {
	s.t.Helper()
	s.call.Actions = actions
	id, err := s.v.Snapshot(s.t.Context(), s.call)
	require.NoError(s.t, err)
	return id
}

func (s *steps) count() int {
	s.t.Helper()
	all, err := s.v.List(s.t.Context())
	require.NoError(s.t, err)
	return len(all)
}

// What was saved for a call and stands as it was saved needs no second backup,
// whichever part of it a step is about.
func TestSavedOnce(t *testing.T) {
	s := newSteps(t)
	for _, first := range [][]guard.Action{s.delete("a.txt", "sub", "none/at/all", "link"), {unknown}} {
		s.call = call()
		before, id := s.count(), s.save(first...)
		for _, part := range [][]guard.Action{
			first, s.delete("a.txt"), s.delete("sub/deep/c.txt"), s.delete("sub/deep"), s.writes("sub/run.sh", "link"), s.delete("sub/new", "sub/new/er"),
			s.writes("none"), s.writes("none/at/all"), s.delete("none/at/all/beneath"), s.delete("sub/out"),
		} {
			require.Equal(t, id, s.save(part...), "%v", part)
		}
		require.Equal(t, before+1, s.count())
		another := call(s.delete("a.txt")...)
		other, err := s.v.Snapshot(t.Context(), another)
		require.NoError(t, err)
		require.NotEqual(t, id, other, "another call has a backup of its own")
	}
	s.sound()
}

// Whatever is otherwise than it was saved is saved again, and all of it comes
// back: no change is too small to be seen.
func TestSavedAgain(t *testing.T) {
	changes := map[string]func(s *steps){
		"another byte, with size and time as before": func(s *steps) {
			info, err := os.Stat(s.path("sub/deep/c.txt"))
			must(s.t, err, os.WriteFile(s.path("sub/deep/c.txt"), []byte("C"), 0o644), os.Chtimes(s.path("sub/deep/c.txt"), info.ModTime(), info.ModTime()))
		},
		"another file of the same size and time": func(s *steps) {
			info, err := os.Stat(s.path("sub/deep/c.txt"))
			must(s.t, err, os.WriteFile(s.path("other"), []byte("x"), 0o644), os.Chtimes(s.path("other"), info.ModTime(), info.ModTime()),
				os.Rename(s.path("other"), s.path("sub/deep/c.txt")))
		},
		"a mode":                      func(s *steps) { must(s.t, os.Chmod(s.path("sub/run.sh"), 0o700)) },
		"a time":                      func(s *steps) { must(s.t, os.Chtimes(s.path("sub/run.sh"), time.Unix(1, 0), time.Unix(1, 0))) },
		"a new file":                  func(s *steps) { s.write("sub/new", "new") },
		"a new file where a goal was": func(s *steps) { s.write("none", "new") },
		"a file that is gone":         func(s *steps) { must(s.t, os.Remove(s.path("sub/b.bin"))) },
		"a link that leads elsewhere": func(s *steps) { must(s.t, os.Remove(s.path("sub/out")), os.Symlink("../gone", s.path("sub/out"))) },
		"a file in a link's place":    func(s *steps) { must(s.t, os.Remove(s.path("sub/out"))); s.write("sub/out", "x") },
		"a hard link":                 func(s *steps) { must(s.t, os.Link(s.path("sub/b.bin"), s.path("sub/again"))) },
		"a folder in a file's place":  func(s *steps) { must(s.t, os.Remove(s.path("sub/b.bin"))); s.write("sub/b.bin/x", "x") },
	}
	settled := map[string]*steps{}
	for name := range changes {
		settled[name] = newSteps(t)
	}
	time.Sleep(2100 * time.Millisecond) // until the files' times are trusted
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			for _, s := range []*steps{newSteps(t), settled[name]} {
				first := append(s.delete("sub"), s.writes("none")...)
				id := s.save(first...)
				change(s)
				want := s.state()
				again := s.save(first...)
				require.NotEqual(t, id, again)
				require.Equal(t, again, s.save(first...), "and that once")
				must(t, os.RemoveAll(s.path("sub")), os.RemoveAll(s.path("none")))
				s.restore(again)
				require.Equal(t, want, s.state())
				s.sound()
			}
		})
	}
}

// A backup that is gone, pruned or damaged, is none.
func TestSavedAgainWhereTheBackupIsGone(t *testing.T) {
	for name, lose := range map[string]func(s *steps){
		"pruned": func(s *steps) {
			s.snapshot(s.writes("big")...)
			p, err := s.v.Prune(s.t.Context(), backup.Keep{Count: 1}, nil)
			require.NoError(s.t, err)
			require.Len(s.t, p.Snapshots, 1)
		},
		"damaged": func(s *steps) {
			objects, err := filepath.Glob(filepath.Join(s.vaultDir, "objects", "*", "*"))
			require.NoError(s.t, err)
			for _, o := range objects {
				must(s.t, os.Chmod(o, 0o600), os.WriteFile(o, []byte("damaged"), 0o600))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSteps(t)
			want := s.state()
			id := s.save(s.delete("sub")...)
			lose(s)
			again := s.save(s.delete("sub")...)
			require.NotEqual(t, id, again)
			must(t, os.RemoveAll(s.path("sub")))
			s.restore(again)
			require.Equal(t, want, s.state())
		})
	}
}

// The first state and the last one that was saved are known of a long call.
func TestSavedOncePerState(t *testing.T) {
	s := newSteps(t)
	var ids []string
	for i, text := range []string{"one", "two", "two", "three", "three", "one"} {
		if s.write("sub/deep/c.txt", text); i == 0 {
			must(t, os.Chmod(s.path("sub/deep/c.txt"), 0o600))
		}
		must(t, os.Chtimes(s.path("sub/deep/c.txt"), time.Unix(1, 0), time.Unix(1, 0)))
		ids = append(ids, s.save(s.writes("sub/deep/c.txt")...))
	}
	require.Equal(t, []string{ids[0], ids[1], ids[1], ids[3], ids[3], ids[0]}, ids)
	require.Len(t, map[string]bool{ids[0]: true, ids[1]: true, ids[3]: true}, 3)
}

// Contents that the vault knows are no reason to take a file for one that was
// saved: it is compared by what it holds and is.
func TestSavedAgainOfKnownContents(t *testing.T) {
	then := time.Unix(1_500_000_000, 0)
	for name, change := range map[string]func(s *steps){
		"exchanged, with names' times": func(s *steps) { s.write("x", "2222"); s.write("y", "1111") },
		"one by its neighbour's name":  func(s *steps) { must(s.t, os.Rename(s.path("y"), s.path("x"))); s.write("y", "2222") },
		"a time alone":                 func(s *steps) { then = then.Add(time.Nanosecond) },
		"a mode alone":                 func(s *steps) { must(s.t, os.Chmod(s.path("x"), 0o600)) },
		"a link to the same":           func(s *steps) { must(s.t, os.Remove(s.path("x")), os.Symlink("y", s.path("x"))) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSteps(t)
			s.write("x", "1111")
			s.write("y", "2222")
			times := func() { must(t, os.Chtimes(s.path("x"), then, then), os.Chtimes(s.path("y"), then, then)) }
			times()
			id := s.save(s.writes("x", "y")...)
			change(s)
			times()
			want := s.state()
			again := s.save(s.writes("x", "y")...)
			require.NotEqual(t, id, again)
			must(t, os.Remove(s.path("x")), os.Remove(s.path("y")))
			s.restore(again)
			require.Equal(t, want, s.state())
		})
	}
}
