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

// tries is how often each raced operation is done; RUNTIMEGUARD_RACE sets it.
func tries(t *testing.T, usual int) int {
	n, err := strconv.Atoi(os.Getenv("RUNTIMEGUARD_RACE"))
	if err != nil {
		return usual
	}
	return n
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
		tries int
		naive func(s side) (escaped bool)
		ours  func(s side) (escaped bool)
	}{
		{"read", 30_000, func(s side) bool {
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
		{"write", 100, func(s side) bool {
			if path, err := naive(s.ws, "d/new"); err == nil {
				os.WriteFile(path, nil, 0o600)
			}
			return !intact(s)
		}, func(s side) bool {
			s.root.WriteFile("d/new", nil, 0o600)
			return !intact(s)
		}},
		{"remove", 3_000, func(s side) bool {
			if path, err := naive(s.ws, "d/f"); err == nil {
				os.Remove(path)
			}
			return !intact(s)
		}, func(s side) bool {
			s.root.Remove("d/f")
			return !intact(s)
		}},
		{"remove all", 3_000, func(s side) bool {
			if path, err := naive(s.ws, "d/t"); err == nil {
				os.RemoveAll(path)
			}
			return !intact(s)
		}, func(s side) bool {
			s.root.RemoveAll("d/t")
			return !intact(s)
		}},
		{"chmod", 3_000, func(s side) bool {
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
			root, ws, outside := world(t)
			ws, err := filepath.EvalSymlinks(ws)
			require.NoError(t, err)
			s := side{ws, outside, root}
			require.NoError(t, os.MkdirAll(ws+"/d/t", 0o755))
			require.NoError(t, os.WriteFile(ws+"/d/f", []byte("inside"), 0o644))
			symlink(t, outside, ws+"/x")
			reset(s)
			defer swap(t, ws+"/d", ws+"/x")()
			lost, n := 0, tries(t, c.tries)
			for range n {
				require.False(t, c.ours(s), "an operation reached the outside")
			}
			most := 0
			for ; most < 200_000 && lost < 10; most++ {
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
