package fsys_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
)

// Everything holds without openat2, and when it asks to be tried again for
// ever.
func TestWithoutOpenat2(t *testing.T) {
	for _, err := range []error{unix.ENOSYS, unix.EPERM, unix.EAGAIN} {
		t.Run(err.Error(), func(t *testing.T) {
			fsys.WithoutOpenat2(err, func() {
				t.Run("ReadFile", TestReadFile)
				t.Run("WriteFile", TestWriteFile)
				t.Run("Resolved", TestResolved)
				t.Run("ReadDirAndStat", TestReadDirAndStat)
				t.Run("RemoveAndRename", TestRemoveAndRename)
				t.Run("Attributes", TestAttributes)
				t.Run("SpecialFiles", TestSpecialFiles)
				t.Run("OpenFilesBlock", TestOpenFilesBlock)
			})
		})
	}
}

// A folder that is mounted into the root is not the root's.
func TestMounts(t *testing.T) {
	result := make(chan string)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread and its mounts end with this goroutine
		defer close(result)
		if unix.Unshare(unix.CLONE_NEWNS) != nil || unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "") != nil {
			result <- "this needs the right to mount"
			return
		}
		root, ws, outside := world(t)
		if err := unix.Mount(outside, filepath.Join(ws, "sub"), "", unix.MS_BIND, ""); err != nil {
			result <- "this needs the right to mount: " + err.Error()
			return
		}
		defer unix.Unmount(filepath.Join(ws, "sub"), unix.MNT_DETACH)
		if content(t, filepath.Join(ws, "sub/secret")) != "secret" {
			t.Error("the mount isn't there")
		}
		check := func() {
			for _, r := range []*fsys.Root{root, root.NoLinks()} {
				for name, do := range map[string]func() error{
					"read":   func() error { _, err := r.ReadFile("sub/secret", 100); return err },
					"list":   func() error { _, err := r.ReadDir("sub"); return err },
					"write":  func() error { return r.WriteFile("sub/new", nil, 0o600) },
					"remove": func() error { return r.Remove("sub/secret") },
					"all":    func() error { return r.RemoveAll("sub") },
				} {
					if err := do(); err == nil {
						t.Errorf("%s went through", name)
					}
				}
			}
		}
		check()
		fsys.WithoutOpenat2(unix.ENOSYS, check)
		if list := entries(t, outside); len(list) != 1 {
			t.Errorf("outside: %v", list)
		}
	}()
	if reason := <-result; reason != "" {
		t.Skip(reason)
	}
}

func TestDescriptorsAreNotLeaked(t *testing.T) {
	root, ws, _ := world(t)
	symlink(t, "../outside", filepath.Join(ws, "relout"))
	work := func() {
		for range 50 {
			root.ReadFile("a", 10)
			root.ReadFile("relout/secret", 10)
			root.ReadFile("sub", 10)
			root.ReadDir("sub")
			root.NoLinks().ReadFile("relout/secret", 10)
			root.MkdirAll("x/y", 0o700)
			root.RemoveAll("x")
			root.CreateExclusive("a", nil, 0o600)
			root.WriteFile("none/a", nil, 0o600)
			if l, err := root.Lock("l"); err == nil {
				l.Unlock()
			}
		}
	}
	work()
	fds := func() int {
		list, err := os.ReadDir("/proc/self/fd")
		require.NoError(t, err)
		return len(list)
	}
	before := fds()
	work()
	fsys.WithoutOpenat2(unix.ENOSYS, work)
	require.LessOrEqual(t, fds(), before)
}
