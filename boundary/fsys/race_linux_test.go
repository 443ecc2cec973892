package fsys_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
)

// tries is how often each raced operation is done, and losses how often a naive
// one must reach the outside beside it. RUNTIMEGUARD_RACE sets the first.
func tries() (tries, losses int) {
	n, err := strconv.Atoi(os.Getenv("RUNTIMEGUARD_RACE"))
	if err != nil {
		return 20_000, 100
	}
	return n, 1000
}

// inMemory puts the test's folders on a file system in memory, where a sync is
// free, if there is one.
func inMemory(t *testing.T) {
	if dir, err := os.MkdirTemp("/dev/shm", "race-"); err == nil {
		t.Cleanup(func() { os.RemoveAll(dir) })
		t.Setenv("TMPDIR", dir)
	}
}

// swap exchanges two names as fast as it can until the test ends.
func swap(t *testing.T, a, b string) (stop func()) {
	var done atomic.Bool
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for !done.Load() {
			if err := unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE); err != nil {
				t.Errorf("swap: %v", err)
				return
			}
		}
	}()
	return func() { done.Store(true); <-ended }
}

// naive is what many do: look where the path leads, then use it.
func naive(ws, name string) (string, error) {
	real, err := filepath.EvalSymlinks(filepath.Join(ws, filepath.Dir(name)))
	if err != nil || real != ws && !strings.HasPrefix(real, ws+"/") {
		return "", errors.New("refused")
	}
	return filepath.Join(ws, name), nil
}

// While ws/d is sometimes a folder and sometimes a link to the outside, nothing
// outside is read, written, changed or removed; checking first is not enough.
func TestRace(t *testing.T) {
	type side struct {
		ws, outside string
		root        *fsys.Root
	}
	reset := func(s side) { // what an operation may have done outside
		os.WriteFile(s.outside+"/f", []byte("secret"), 0o644)
		os.Chmod(s.outside+"/f", 0o644)
		os.Remove(s.outside + "/new")
		os.MkdirAll(s.outside+"/t/x", 0o755)
	}
	intact := func(s side) bool {
		data, err := os.ReadFile(s.outside + "/f")
		info, serr := os.Stat(s.outside + "/f")
		_, nerr := os.Lstat(s.outside + "/new")
		_, terr := os.Lstat(s.outside + "/t/x")
		return err == nil && serr == nil && terr == nil && nerr != nil && string(data) == "secret" && info.Mode() == 0o644
	}
	for _, c := range []struct {
		name  string
		naive func(s side) (escaped bool)
		ours  func(s side) (escaped bool)
	}{
		{"read", func(s side) bool {
			path, err := naive(s.ws, "d/f")
			if err != nil {
				return false
			}
			data, _ := os.ReadFile(path)
			return string(data) == "secret"
		}, func(s side) bool {
			data, _ := s.root.ReadFile("d/f", 100)
			return string(data) == "secret"
		}},
		{"write", func(s side) bool {
			if path, err := naive(s.ws, "d/new"); err == nil {
				os.WriteFile(path, nil, 0o600)
			}
			return !intact(s)
		}, func(s side) bool {
			s.root.WriteFile("d/new", nil, 0o600)
			return !intact(s)
		}},
		{"remove", func(s side) bool {
			if path, err := naive(s.ws, "d/f"); err == nil {
				os.Remove(path)
			}
			return !intact(s)
		}, func(s side) bool {
			s.root.Remove("d/f")
			return !intact(s)
		}},
		{"remove all", func(s side) bool {
			if path, err := naive(s.ws, "d/t"); err == nil {
				os.RemoveAll(path)
			}
			return !intact(s)
		}, func(s side) bool {
			s.root.RemoveAll("d/t")
			return !intact(s)
		}},
		{"chmod", func(s side) bool {
			if path, err := naive(s.ws, "d/f"); err == nil {
				os.Chmod(path, 0o600)
			}
			return !intact(s)
		}, func(s side) bool {
			s.root.Chmod("d/f", 0o600)
			return !intact(s)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inMemory(t)
			root, ws, outside := world(t)
			ws, err := filepath.EvalSymlinks(ws)
			require.NoError(t, err)
			s := side{ws, outside, root}
			require.NoError(t, os.MkdirAll(ws+"/d/t", 0o755))
			require.NoError(t, os.WriteFile(ws+"/d/f", []byte("inside"), 0o644))
			symlink(t, outside, ws+"/x")
			reset(s)
			defer swap(t, ws+"/d", ws+"/x")()
			n, losses := tries()
			for i := range n {
				if c.ours(s) {
					t.Fatalf("operation %d reached the outside", i)
				}
				if i%64 == 0 { // something to remove, where the swap lets us
					root.NoLinks().WriteFile("d/f", []byte("inside"), 0o644)
					root.NoLinks().MkdirAll("d/t/x", 0o755)
				}
			}
			lost, most := 0, 0
			for ; most < 200*losses && lost < losses; most++ {
				if c.naive(s) {
					lost++
					reset(s)
				}
			}
			t.Logf("ours: 0 of %d reached the outside; check, then use: %d of %d", n, lost, most)
			if lost == 0 {
				t.Skip("nobody lost: this machine gives the attacker no turn")
			}
		})
	}
}
