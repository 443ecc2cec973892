package approval_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/approval/approvaltest"
	"github.com/runtimeguard/runtimeguard/boundary/fsys"
)

func openFolder(t *testing.T, dir string) *approval.Folder {
	f, err := approval.OpenFolder(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

func TestMemory(t *testing.T) {
	approvaltest.Store(t, func(t *testing.T) func() approval.Store {
		m := approval.Memory()
		return func() approval.Store { return m }
	})
}

func TestFolder(t *testing.T) {
	approvaltest.Store(t, func(t *testing.T) func() approval.Store {
		dir := filepath.Join(t.TempDir(), "approvals")
		return func() approval.Store { return openFolder(t, dir) }
	})
}

func TestOneGrantManyProcesses(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o700))
	approvaltest.Claims(t, openFolder(t, dir), dir, 8, 16, approvaltest.Rounds(10))
}

// How soon a waiting call in another process wakes is printed, not required: a
// loaded machine is slow.
func TestWakes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "approvals")
	approvaltest.Wakes(t, openFolder(t, dir), dir, approvaltest.Rounds(10))
}

func TestFolderFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "approvals")
	f := openFolder(t, dir)
	for v := range uint64(3) {
		require.NoError(t, f.Swap(t.Context(), "a", v, []byte("data")))
	}
	names := map[string]string{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		info, err := e.Info()
		require.NoError(t, err)
		names[e.Name()] = info.Mode().String()
	}
	require.Equal(t, map[string]string{"a.3": "-rw-------", ".lock": "-rw-------"}, names)
	info, err := os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, "drwx------", info.Mode().String())
}

func TestFolderRefusesLooseFolders(t *testing.T) {
	for _, mode := range []os.FileMode{0o720, 0o702, 0o777, 0o777 | os.ModeSticky, 0o770, 0o775 | os.ModeSetgid, 0o777 | os.ModeSetgid} {
		dir := filepath.Join(t.TempDir(), "approvals")
		require.NoError(t, os.Mkdir(dir, 0o700))
		require.NoError(t, os.Chmod(dir, mode))
		_, err := approval.OpenFolder(dir)
		require.ErrorContains(t, err, "others can get at it")
	}
	_, err := approval.OpenFolder(filepath.Join(t.TempDir(), "no", "parent"))
	require.ErrorIs(t, err, os.ErrNotExist)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = approval.OpenFolder(file)
	require.Error(t, err)
	if os.Geteuid() == 0 {
		dir := t.TempDir()
		require.NoError(t, os.Chmod(dir, 0o700))
		require.NoError(t, os.Chown(dir, 12345, 12345))
		_, err = approval.OpenFolder(dir)
		require.ErrorContains(t, err, "belongs to user 12345")
	}
}

// A folder of mode 2770 is shared on purpose: what is put into it is its
// group's to read, whatever the umask, and its owner may be another.
func TestFolderShared(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "approvals")
	require.NoError(t, os.Mkdir(dir, 0o700))
	require.NoError(t, os.Chmod(dir, 0o770|os.ModeSetgid))
	if os.Geteuid() == 0 {
		require.NoError(t, os.Chown(dir, 12345, 12346))
		require.NoError(t, os.Chmod(dir, 0o770|os.ModeSetgid))
	}
	f := openFolder(t, dir)
	require.NoError(t, f.Swap(t.Context(), "a", 0, []byte("data")))
	require.NoError(t, openFolder(t, dir).Swap(t.Context(), "a", 1, []byte("data")))
	of, err := os.Stat(dir)
	require.NoError(t, err)
	for name, mode := range map[string]string{"a.2": "-rw-r-----", ".lock": "-rw-rw----"} {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Equal(t, mode, info.Mode().String())
		require.Equal(t, group(of), group(info))
	}
}

// What else lies in the folder is no version of anything, and what pretends to
// be one but isn't a plain file is an error, not a silence.
func TestFolderStrangeFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "approvals")
	f := openFolder(t, dir)
	require.NoError(t, f.Swap(t.Context(), "a", 0, []byte("data")))
	for _, name := range []string{"a.01", "a.02", "a.+2", "a.2 ", "a.2.3", "a.", "a", ".2", "A.2", "a.0", "a.18446744073709551616", "README", ".runtimeguard-tmp-dead"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("strange"), 0o600))
	}
	e, err := f.Get(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, approval.Entry{ID: "a", Version: 1, Data: []byte("data")}, e)
	n := 0
	for _, err := range f.List(t.Context()) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 1, n)
	require.NoError(t, f.Swap(t.Context(), "a", 1, []byte("more")))
	require.NoFileExists(t, filepath.Join(dir, ".runtimeguard-tmp-dead"), "a killed process's garbage")

	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("secret"), 0o600))
	for _, plant := range []func(name string) error{
		func(name string) error { return os.Symlink(secret, name) },
		func(name string) error { return os.Symlink("README", name) },
		func(name string) error { return os.Mkdir(name, 0o700) },
		func(name string) error { return os.WriteFile(name, make([]byte, 1<<20+1), 0o600) },
	} {
		name := filepath.Join(dir, "a.3")
		require.NoError(t, plant(name))
		_, err = f.Get(t.Context(), "a")
		require.Error(t, err)
		require.ErrorIs(t, f.Swap(t.Context(), "a", 2, []byte("x")), approval.ErrConflict)
		require.NoError(t, os.Remove(name))
	}
}

// A disk that fails in any operation gives an error, and never a grant that
// isn't spent or a question that isn't kept.
func TestFailingDisk(t *testing.T) {
	full := errors.New("disk full")
	for _, step := range []string{"find", "approve", "claim"} {
		for at, more := 1, true; more; at++ {
			f := openFolder(t, filepath.Join(t.TempDir(), "approvals"))
			s := newSide(t, f)
			call, d := approvaltest.Call()
			id := ""
			if step != "find" {
				id = pending(t, s.Find(t.Context(), call, d))
			}
			if step == "claim" {
				must(t)(s.Approve(t.Context(), id, "ann", s.key))
			}
			n := 0
			failed, removing := false, false
			f.SetFaults(func(op, _ string) error {
				if n++; n != at {
					return nil
				}
				failed, removing = true, op == "remove"
				return full
			})
			var err error
			switch step {
			case "find":
				err = s.Find(t.Context(), call, d)
			case "approve":
				_, err = s.Approve(t.Context(), id, "ann", s.key)
			case "claim":
				_, err = s.Claim(t.Context(), call, d)
			}
			f.SetFaults(nil)
			more = failed
			if failed && !removing { // what isn't removed now is removed later
				require.ErrorIs(t, err, full)
				require.ErrorContains(t, err, "approval: ")
			}
			all, err := s.List(t.Context())
			require.NoError(t, err)
			state := approval.State("")
			if len(all) > 0 {
				state = all[0].State
			}
			finish(t, s, state)
		}
	}
}

// A process that holds the lock and doesn't go on blocks nobody for longer
// than their context lasts.
func TestFolderLockHeld(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "approvals")
	f := openFolder(t, dir)
	require.NoError(t, f.Swap(t.Context(), "a", 0, []byte("data")))
	other, err := fsys.OpenRoot(dir)
	require.NoError(t, err)
	defer other.Close()
	lock, err := other.Lock(".lock")
	require.NoError(t, err)

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	for range 3 {
		go func() { done <- f.Swap(ctx, "a", 1, []byte("more")) }()
	}
	for !f.Waiting() {
		runtime.Gosched()
	}
	_, err = f.Get(t.Context(), "a")
	require.NoError(t, err, "reading needs no lock")
	cancel()
	for range 3 {
		require.ErrorIs(t, <-done, context.Canceled)
	}
	require.NoError(t, lock.Unlock())
	require.NoError(t, f.Swap(t.Context(), "a", 1, []byte("more")))
}
