package fsys_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
)

// world is a folder "ws" to work in, with "outside" and "ws-evil" beside it.
func world(t *testing.T) (root *fsys.Root, ws, outside string) {
	t.Helper()
	top := t.TempDir()
	ws, outside = filepath.Join(top, "ws"), filepath.Join(top, "outside")
	for path, text := range map[string]string{
		"ws/a": "a", "ws/sub/b": "b", "ws/sub/deep/c": "c", "outside/secret": "secret", "ws-evil/secret": "secret",
	} {
		path = filepath.Join(top, path)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	root, err := fsys.OpenRoot(ws)
	require.NoError(t, err)
	t.Cleanup(func() { root.Close() })
	return root, ws, outside
}

func symlink(t *testing.T, target, name string) {
	t.Helper()
	require.NoError(t, os.Symlink(target, name))
}

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(data)
}

func entries(t *testing.T, dir string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

func TestReadFile(t *testing.T) {
	root, ws, outside := world(t)
	symlink(t, "sub", filepath.Join(ws, "ln"))
	symlink(t, "sub/deep", filepath.Join(ws, "lndeep"))
	symlink(t, "b", filepath.Join(ws, "sub/lnb"))
	symlink(t, filepath.Join(ws, "a"), filepath.Join(ws, "absinside"))
	symlink(t, outside, filepath.Join(ws, "absout"))
	symlink(t, "../outside", filepath.Join(ws, "relout"))
	symlink(t, "../outside/secret", filepath.Join(ws, "relfile"))
	symlink(t, "loop", filepath.Join(ws, "loop"))
	symlink(t, "/proc/self/root", filepath.Join(ws, "magic"))
	for _, c := range []struct{ name, want, says, strictly string }{
		{"a", "a", "", ""},
		{"./a", "a", "", ""},
		{"sub//b", "b", "", ""},
		{"sub/../a", "a", "", "!"},
		{"ln/b", "b", "", "!"},
		{"sub/lnb", "b", "", "!"},
		{"lndeep/../b", "b", "", "!"}, // POSIX: beside what the link points to
		{"lndeep/../a", "", "no such file", ""},
		{"absinside", "", "leads outside", ""},
		{"absout/secret", "", "leads outside", ""},
		{"relout/secret", "", "leads outside", ""},
		{"relout/", "", "leads outside", ""},
		{"relfile", "", "leads outside", ""},
		{"../outside/secret", "", "leads outside", ""},
		{"../ws-evil/secret", "", "leads outside", ""},
		{"../ws/a", "", "leads outside", ""},
		{"..", "", "leads outside", ""},
		{"/etc/passwd", "", "leads outside", ""},
		{"", "", "no such file", ""},
		{"loop", "", "too many levels of symbolic links", ""},
		{"magic/etc/passwd", "", "leads outside", ""},
		{"sub", "", "is a folder: only regular files are opened", ""},
		{"a/", "", "not a directory", ""},
		{"none", "", "no such file", ""},
		{"a\x00b", "", "invalid argument", ""},
	} {
		t.Run(strings.ReplaceAll(c.name, "/", "|"), func(t *testing.T) {
			data, err := root.ReadFile(c.name, 100)
			if c.says != "" {
				require.ErrorContains(t, err, c.says)
				require.Empty(t, data)
				if c.says == "leads outside" {
					require.ErrorIs(t, err, fsys.ErrOutside)
				}
				_, err = root.NoLinks().ReadFile(c.name, 100)
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, string(data))
			if c.strictly == "" {
				data, err = root.NoLinks().ReadFile(c.name, 100)
				require.NoError(t, err)
				require.Equal(t, c.want, string(data))
			}
		})
	}
	for _, name := range []string{"ln/b", "sub/lnb", "lndeep/../b", "loop", "relout/secret"} {
		_, err := root.NoLinks().ReadFile(name, 100)
		require.ErrorContains(t, err, "goes through a symbolic link", name)
	}
}

func TestReadFileBound(t *testing.T) {
	root, _, _ := world(t)
	require.NoError(t, root.WriteFile("f", make([]byte, 1000), 0o600))
	data, err := root.ReadFile("f", 1000)
	require.NoError(t, err)
	require.Len(t, data, 1000)
	_, err = root.ReadFile("f", 999)
	require.ErrorIs(t, err, fsys.ErrTooLarge)
	require.ErrorContains(t, err, "1000 bytes, at most 999 are read")
}

func TestResolved(t *testing.T) {
	root, ws, _ := world(t)
	symlink(t, "sub", filepath.Join(ws, "ln"))
	f, err := root.Open("ln/b")
	require.NoError(t, err)
	defer f.Close()
	path, ok := fsys.Resolved(f)
	if !ok {
		t.Skip("this system doesn't tell")
	}
	real, err := filepath.EvalSymlinks(filepath.Join(ws, "sub/b"))
	require.NoError(t, err)
	require.Equal(t, real, path)
}

func TestWriteFile(t *testing.T) {
	root, ws, outside := world(t)
	secret := filepath.Join(outside, "secret")
	symlink(t, "../outside/dangling", filepath.Join(ws, "dangling"))
	symlink(t, "../outside", filepath.Join(ws, "relout"))
	symlink(t, "sub", filepath.Join(ws, "ln"))
	require.NoError(t, os.Link(secret, filepath.Join(ws, "hard")))
	require.NoError(t, os.WriteFile(filepath.Join(ws, "locked"), nil, 0o444))
	for _, c := range []struct{ name, says string }{
		{"a", ""},
		{"new", ""},
		{"ln/new", ""},
		{"sub/../new2", ""},
		{"dangling", "is a symbolic link: only regular files are written"},
		{"relout/x", "leads outside"},
		{"../outside/x", "leads outside"},
		{"../ws-evil/x", "leads outside"},
		{"hard", "has 2 hard links"},
		{"sub", "is a folder"},
		{"locked", "permission denied"},
		{"none/x", "no such file"},
		{"new/", "the name must end in the name of a file or folder"},
		{"..", "the name must end in the name of a file or folder"},
		{"", "the name must end in the name of a file or folder"},
	} {
		t.Run(strings.ReplaceAll(c.name, "/", "|"), func(t *testing.T) {
			err := root.WriteFile(c.name, []byte("new"), 0o640)
			if c.says != "" {
				require.ErrorContains(t, err, c.says)
				return
			}
			require.NoError(t, err)
			require.Equal(t, "new", content(t, filepath.Join(ws, c.name)))
		})
	}
	require.Equal(t, "secret", content(t, secret))
	require.Equal(t, []string{"secret"}, entries(t, outside))
	require.Equal(t, []string{"secret"}, entries(t, outside+"/../ws-evil"))
	for _, n := range entries(t, ws) {
		require.False(t, strings.HasPrefix(n, fsys.TempPrefix), n)
	}
}

func TestWriteFileKeepsMode(t *testing.T) {
	root, ws, _ := world(t)
	require.NoError(t, os.Chmod(filepath.Join(ws, "a"), 0o751|fs.ModeSetgid))
	before, err := root.Lstat("a")
	require.NoError(t, err)
	require.NoError(t, root.WriteFile("a", []byte("longer"), 0o600))
	after, err := root.Lstat("a")
	require.NoError(t, err)
	require.Equal(t, before.Mode, after.Mode)
	require.Equal(t, before.UID, after.UID)
	require.Equal(t, before.GID, after.GID)
	if os.Getuid() == 0 {
		require.NoError(t, os.Chown(filepath.Join(ws, "a"), 1234, 2345))
		require.NoError(t, os.Chmod(filepath.Join(ws, "a"), 0o4751|fs.ModeSetuid))
		require.NoError(t, root.WriteFile("a", []byte("x"), 0o600))
		after, err = root.Lstat("a")
		require.NoError(t, err)
		require.Equal(t, []int{1234, 2345}, []int{after.UID, after.GID})
		require.Equal(t, 0o751|fs.ModeSetuid, after.Mode)
	}
	require.NoError(t, root.WriteFile("new", nil, 0o666))
	after, err = root.Lstat("new")
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o666), after.Mode, "the umask doesn't apply")
}

func TestReplaceWas(t *testing.T) {
	root, ws, _ := world(t)
	write := func(f *os.File) error { _, err := f.WriteString("new"); return err }
	was, err := root.Lstat("a")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(ws, "a"), []byte("other"), 0o644))
	require.ErrorContains(t, root.Replace("a", fsys.File{Was: &was, Write: write}), "changed meanwhile")
	require.ErrorContains(t, root.Replace("a", fsys.File{Was: &fsys.Info{}, Write: write}), "changed meanwhile")
	was, err = root.Lstat("a")
	require.NoError(t, err)
	meanwhile := func(f *os.File) error { return os.WriteFile(filepath.Join(ws, "a"), []byte("meanwhile"), 0o644) }
	require.ErrorContains(t, root.Replace("a", fsys.File{Was: &was, Write: meanwhile}), "changed meanwhile")
	require.Equal(t, "meanwhile", content(t, filepath.Join(ws, "a")))
	appears := func(f *os.File) error { return os.WriteFile(filepath.Join(ws, "n"), []byte("appeared"), 0o644) }
	require.ErrorIs(t, root.Replace("n", fsys.File{Was: &fsys.Info{}, Write: appears}), fs.ErrExist)
	require.Equal(t, "appeared", content(t, filepath.Join(ws, "n")))
	mtime := time.Unix(1e9, 123456789)
	require.NoError(t, root.Replace("t", fsys.File{Mode: 0o600, ModTime: mtime, Was: &fsys.Info{}, Write: write}))
	info, err := root.Lstat("t")
	require.NoError(t, err)
	require.True(t, mtime.Equal(info.ModTime), info.ModTime)
}

func TestEdit(t *testing.T) {
	root, ws, _ := world(t)
	path := filepath.Join(ws, "f")
	for _, c := range []struct{ name, text, old, new, want, says string }{
		{"CRLF", "a\r\nb\r\n", "b", "c", "a\r\nc\r\n", ""},
		{"LF isn't CRLF", "a\r\nb", "a\nb", "c", "", "isn't in the file"},
		{"invalid UTF-8", "\xff\xfea\x00b", "a\x00", "\x80", "\xff\xfe\x80b", ""},
		{"no last newline", "a\nb", "b", "c", "a\nc", ""},
		{"delete", "abc", "b", "", "ac", ""},
		{"whole", "abc", "abc", "", "", ""},
		{"dollar", "abc", "b", "$0\\1", "a$0\\1c", ""},
		{"twice", "b b", "b", "c", "", "stands in 2 places"},
		{"overlapping", "aaaa", "aa", "c", "", "stands in 3 places"},
		{"nowhere", "abc", "x", "c", "", "isn't in the file"},
		{"empty", "abc", "", "c", "", "is empty"},
		{"grows past the bound", "abc", "a", strings.Repeat("x", 100), "", "at most 100 are written"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(path, []byte(c.text), 0o644))
			err := root.Edit("f", []byte(c.old), []byte(c.new), 100)
			if c.says != "" {
				require.ErrorContains(t, err, c.says)
				require.Equal(t, c.text, content(t, path))
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, content(t, path))
		})
	}
}

func TestCreateExclusive(t *testing.T) {
	root, ws, outside := world(t)
	require.NoError(t, root.CreateExclusive("n", []byte("1"), 0o400))
	err := root.CreateExclusive("n", []byte("2"), 0o400)
	require.ErrorIs(t, err, fs.ErrExist)
	require.Equal(t, "1", content(t, filepath.Join(ws, "n")))
	symlink(t, "../outside/new", filepath.Join(ws, "dangling"))
	require.ErrorIs(t, root.CreateExclusive("dangling", nil, 0o400), fs.ErrExist)
	require.Equal(t, []string{"secret"}, entries(t, outside))

	var won int
	results := make(chan error)
	for range 32 {
		go func() { results <- root.CreateExclusive("race", []byte("x"), 0o600) }()
	}
	for range 32 {
		if err := <-results; err == nil {
			won++
		} else {
			require.ErrorIs(t, err, fs.ErrExist)
		}
	}
	require.Equal(t, 1, won)
	require.Equal(t, []string{"a", "dangling", "n", "race", "sub"}, entries(t, ws))
}

func TestAppend(t *testing.T) {
	root, ws, outside := world(t)
	a, err := root.OpenAppend("log", 0o600)
	require.NoError(t, err)
	b, err := root.OpenAppend("log", 0o600)
	require.NoError(t, err)
	for _, w := range []*fsys.Appender{a, b, a} {
		_, err = w.Write([]byte("x\n"))
		require.NoError(t, err)
		require.NoError(t, w.Sync())
	}
	info, err := b.Info()
	require.NoError(t, err)
	require.EqualValues(t, 6, info.Size)
	require.NoError(t, b.Truncate(4))
	require.NoError(t, errors.Join(a.Close(), b.Close()))
	require.Equal(t, "x\nx\n", content(t, filepath.Join(ws, "log")))

	require.NoError(t, os.Link(filepath.Join(outside, "secret"), filepath.Join(ws, "hard")))
	symlink(t, "../outside/secret", filepath.Join(ws, "soft"))
	for _, name := range []string{"hard", "soft", "sub", "../outside/secret"} {
		_, err = root.OpenAppend(name, 0o600)
		require.Error(t, err, name)
	}
}

func TestReadDirAndStat(t *testing.T) {
	root, ws, outside := world(t)
	symlink(t, outside, filepath.Join(ws, "out"))
	infos, err := root.ReadDir(".")
	require.NoError(t, err)
	var names []string
	for _, i := range infos {
		names = append(names, i.Name)
	}
	require.Equal(t, []string{"a", "out", "sub"}, names)
	require.NotZero(t, infos[1].Mode&fs.ModeSymlink)
	_, err = root.ReadDir("out")
	require.ErrorIs(t, err, fsys.ErrOutside)
	_, err = root.Stat("out")
	require.ErrorIs(t, err, fsys.ErrOutside)
	target, err := root.Readlink("out")
	require.NoError(t, err)
	require.Equal(t, outside, target)
	info, err := root.Lstat(".")
	require.NoError(t, err)
	require.True(t, info.Mode.IsDir())
	d, err := root.OpenDir("sub")
	require.NoError(t, err)
	require.NoError(t, d.Close())
	_, err = root.OpenDir("a")
	require.Error(t, err)
}

func TestRemoveAndRename(t *testing.T) {
	root, ws, outside := world(t)
	symlink(t, "../outside", filepath.Join(ws, "relout"))
	symlink(t, "../../outside", filepath.Join(ws, "sub/relout"))
	symlink(t, outside, filepath.Join(ws, "sub/deep/absout"))
	require.Error(t, root.RemoveAll("relout/"))
	require.ErrorIs(t, root.RemoveAll("relout/secret"), fsys.ErrOutside)
	require.ErrorIs(t, root.Remove("relout/secret"), fsys.ErrOutside)
	require.ErrorIs(t, root.Rename("relout/secret", "mine"), fsys.ErrOutside)
	require.ErrorIs(t, root.Rename("a", "relout/x"), fsys.ErrOutside)
	require.ErrorIs(t, root.Rename("a", "../ws-evil/x"), fsys.ErrOutside)
	require.Error(t, root.RemoveAll("."))
	require.Error(t, root.RemoveAll(".."))
	require.Error(t, root.Remove("sub"), "not empty")

	require.NoError(t, root.Rename("a", "sub/a"))
	require.ErrorIs(t, root.RenameNoReplace("sub/a", "sub/b"), fs.ErrExist)
	require.NoError(t, root.RenameNoReplace("sub/a", "a2"))
	require.NoError(t, root.MkdirAll("x/y/z", 0o755))
	require.NoError(t, root.MkdirAll("x/y/z/", 0o755))
	require.Error(t, root.MkdirAll("a2/y", 0o755))
	require.ErrorIs(t, root.MkdirAll("relout/new", 0o755), fsys.ErrOutside)
	require.NoError(t, root.RemoveAll("x"))
	require.NoError(t, root.RemoveAll("sub"))
	require.NoError(t, root.RemoveAll("sub"))
	require.NoError(t, root.Remove("relout"))
	require.Equal(t, []string{"a2"}, entries(t, ws))
	require.Equal(t, []string{"secret"}, entries(t, outside))
	require.Equal(t, "secret", content(t, filepath.Join(outside, "secret")))
}

func TestAttributes(t *testing.T) {
	root, ws, outside := world(t)
	secret := filepath.Join(outside, "secret")
	require.NoError(t, os.Chmod(secret, 0o600))
	symlink(t, "../outside/secret", filepath.Join(ws, "soft"))
	require.NoError(t, os.Link(secret, filepath.Join(ws, "hard")))
	require.Error(t, root.Chmod("soft", 0o777))
	require.Error(t, root.Chmod("hard", 0o777))
	require.Error(t, root.Chown("hard", os.Getuid(), os.Getgid()))
	require.Error(t, root.Chtimes("hard", time.Unix(1e9, 5000)))
	require.Error(t, root.Chtimes("none", time.Unix(1e9, 5000)))
	require.NoError(t, root.Chmod("a", 0o500))
	require.NoError(t, root.Chmod("sub", 0o711))
	then := time.Unix(1e9, 5000)
	require.NoError(t, root.Chtimes("soft", then))
	require.NoError(t, root.Chtimes("a", then))
	for name, mode := range map[string]fs.FileMode{"a": 0o500, "sub": 0o711 | fs.ModeDir} {
		info, err := root.Lstat(name)
		require.NoError(t, err)
		require.Equal(t, mode, info.Mode)
	}
	info, err := root.Lstat("soft")
	require.NoError(t, err)
	require.True(t, info.ModTime.Equal(then), "the link's own time")
	stat, err := os.Stat(secret)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), stat.Mode())
	require.False(t, stat.ModTime().Equal(then))
}

func TestRootSurvivesRenameOfItsFolder(t *testing.T) {
	root, ws, _ := world(t)
	require.NoError(t, os.Rename(ws, ws+"2"))
	require.NoError(t, os.Mkdir(ws, 0o755))
	data, err := root.ReadFile("a", 10)
	require.NoError(t, err)
	require.Equal(t, "a", string(data))
}

func TestLock(t *testing.T) {
	root, _, _ := world(t)
	a, err := root.Lock("lock")
	require.NoError(t, err)
	_, err = root.TryLock("lock")
	require.ErrorIs(t, err, fsys.ErrLocked)
	require.NoError(t, a.Unlock())
	r1, err := root.RLock("lock")
	require.NoError(t, err)
	r2, err := root.RLock("lock")
	require.NoError(t, err)
	_, err = root.TryLock("lock")
	require.ErrorIs(t, err, fsys.ErrLocked)
	got := make(chan error)
	go func() {
		l, err := root.Lock("lock")
		if err == nil {
			err = l.Unlock()
		}
		got <- err
	}()
	require.NoError(t, r1.Unlock())
	require.NoError(t, r2.Unlock())
	require.NoError(t, <-got)
}

// A fault at any change leaves the old file or the new one, whole, and no
// other file.
func TestFaults(t *testing.T) {
	full := errors.New("no space left")
	ops := map[string]func(*fsys.Root) error{
		"WriteFile":       func(r *fsys.Root) error { return r.WriteFile("a", []byte("new"), 0o600) },
		"CreateExclusive": func(r *fsys.Root) error { return r.CreateExclusive("n", []byte("new"), 0o600) },
		"Edit":            func(r *fsys.Root) error { return r.Edit("a", []byte("a"), []byte("new"), 100) },
	}
	for name, do := range ops {
		t.Run(name, func(t *testing.T) {
			var seen []string
			for at := 0; ; at++ {
				root, ws, _ := world(t)
				calls := 0
				root.Faults = func(op, name string) error {
					if calls++; calls-1 == at {
						seen = append(seen, op)
						return full
					}
					return nil
				}
				err := do(root)
				if calls <= at {
					require.NoError(t, err)
					break
				}
				require.ErrorIs(t, err, full)
				durable := seen[len(seen)-1] == "syncdir"
				for _, n := range entries(t, ws) {
					switch n {
					case "a":
						require.Contains(t, []string{"a", "new"}[:1+btoi(durable)], content(t, filepath.Join(ws, "a")))
					case "n":
						require.True(t, durable)
						require.Equal(t, "new", content(t, filepath.Join(ws, "n")))
					default:
						require.Equal(t, "sub", n)
					}
				}
			}
			last := "rename"
			if name == "CreateExclusive" {
				last = "link"
			}
			require.Equal(t, []string{"create", "write", "chown", "chmod", "chtimes", "fsync", last, "syncdir"}, seen)
		})
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestErrorsNameTheFileNotTheFolder(t *testing.T) {
	root, ws, _ := world(t)
	_, err := root.Open("sub/none")
	require.EqualError(t, err, "open sub/none: no such file or directory")
	f, err := root.Open("a")
	require.NoError(t, err)
	defer f.Close()
	_, err = f.Write([]byte("x"))
	require.Error(t, err)
	require.NotContains(t, err.Error(), ws)
	_, err = io.ReadAll(f)
	require.NoError(t, err)
}

func TestSub(t *testing.T) {
	root, ws, _ := world(t)
	symlink(t, "../outside", filepath.Join(ws, "relout"))
	symlink(t, "sub", filepath.Join(ws, "ln"))
	_, err := root.Sub("relout")
	require.ErrorIs(t, err, fsys.ErrOutside)
	_, err = root.Sub("a")
	require.Error(t, err)
	_, err = root.NoLinks().Sub("ln")
	require.ErrorIs(t, err, fsys.ErrLink)
	sub, err := root.Sub("sub")
	require.NoError(t, err)
	defer sub.Close()
	require.NoError(t, sub.WriteFile("new", []byte("x"), 0o600))
	require.Equal(t, "x", content(t, filepath.Join(ws, "sub/new")))
	_, err = sub.ReadFile("../a", 10)
	require.ErrorIs(t, err, fsys.ErrOutside)
	_, err = sub.Sub("..")
	require.ErrorIs(t, err, fsys.ErrOutside)
	names, err := sub.Names(".")
	require.NoError(t, err)
	require.Contains(t, names, "new")
}
