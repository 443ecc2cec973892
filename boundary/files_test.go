package boundary_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/boundary/fsys"
	"github.com/runtimeguard/runtimeguard/guard"
)

func files(t testing.TB, c boundary.WorkspaceConfig) *boundary.Files {
	t.Helper()
	f, err := boundary.NewFiles(workspace(t, c))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

func content(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(data)
}

func TestFiles(t *testing.T) {
	ctx := context.Background()
	dir := tree(t, "ws/f", "ws/sub/g", "ws/link -> sub/g", "ws/abs -> $/ws/sub", "tmp/t")
	c := elsewhere(dir + "/ws")
	c.Temp = []string{dir + "/tmp", "/nowhere/tmp"}
	f := files(t, c)

	for path, want := range map[string]string{
		dir + "/ws/f": "ws/f", "f": "ws/f", "./sub/../f": "ws/f",
		"link": "ws/sub/g", "abs/g": "ws/sub/g", dir + "/tmp/t": "tmp/t",
	} {
		data, err := f.Read(ctx, path, 0)
		require.NoError(t, err, path)
		require.Equal(t, "content of "+want+"\n", string(data), path)
	}
	_, err := f.Read(ctx, "f", 3)
	require.ErrorIs(t, err, fsys.ErrTooLarge)

	require.NoError(t, os.Chmod(dir+"/ws/f", 0o640))
	require.NoError(t, f.Write(ctx, "f", []byte("new")))
	fi, err := os.Stat(dir + "/ws/f")
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o640), fi.Mode())
	require.Equal(t, "new", content(t, dir+"/ws/f"))
	require.NoError(t, f.Write(ctx, "link", []byte("through")))
	require.Equal(t, "through", content(t, dir+"/ws/sub/g"))
	target, err := os.Readlink(dir + "/ws/link")
	require.NoError(t, err)
	require.Equal(t, "sub/g", target)
	require.ErrorIs(t, f.Write(ctx, "none/f", nil), fs.ErrNotExist)

	require.NoError(t, f.Mkdir(ctx, "x/y"))
	require.NoError(t, f.Mkdir(ctx, "x/y"))
	require.NoError(t, f.Write(ctx, "x/y/z", []byte("z")))
	require.NoError(t, f.Move(ctx, "x/y/z", "x/w"))
	require.ErrorContains(t, f.Move(ctx, "x/w", dir+"/tmp/w"), "different roots")
	require.NoError(t, f.Move(ctx, "link", "link2"))
	require.NoError(t, f.Delete(ctx, "link2", false))
	require.FileExists(t, dir+"/ws/sub/g")

	infos, err := f.List(ctx, ".")
	require.NoError(t, err)
	var names []string
	for _, i := range infos {
		names = append(names, i.Name)
	}
	require.Equal(t, []string{"abs", "f", "sub", "x"}, names)
	info, err := f.Stat(ctx, "abs/g")
	require.NoError(t, err)
	require.Equal(t, int64(len("through")), info.Size)

	require.Error(t, f.Delete(ctx, "x", false))
	require.NoError(t, f.Delete(ctx, "x", true))
	require.NoDirExists(t, dir+"/ws/x")
	require.ErrorIs(t, f.Delete(ctx, "x", true), fs.ErrNotExist)

	ended, cancel := context.WithCancel(ctx)
	cancel()
	require.ErrorIs(t, f.Write(ended, "f", []byte("late")), context.Canceled)
	require.Equal(t, "new", content(t, dir+"/ws/f"))
}

func TestEdit(t *testing.T) {
	ctx := context.Background()
	dir := tree(t, "ws/")
	f := files(t, elsewhere(dir+"/ws"))
	for _, c := range []struct {
		name, data, old, new string
		all                  bool
		want, err            string
		n                    int
	}{
		{name: "one place", data: "a b c", old: "b", new: "x", want: "a x c", n: 1},
		{name: "to nothing", data: "a b c", old: " b", new: "", want: "a c", n: 1},
		{name: "CRLF is kept", data: "a\r\nb\r\n", old: "b", new: "x", want: "a\r\nx\r\n", n: 1},
		{name: "no final newline", data: "a\nb", old: "b", new: "x", want: "a\nx", n: 1},
		{name: "invalid UTF-8", data: "\xff\xfe a \x80", old: "a", new: "\xc3", want: "\xff\xfe \xc3 \x80", n: 1},
		{name: "a NUL", data: "a\x00b", old: "\x00", new: "-", want: "a-b", n: 1},
		{name: "all", data: "a a a", old: "a", new: "bb", all: true, want: "bb bb bb", n: 3},
		{name: "what is new isn't replaced again", data: "aa", old: "a", new: "aa", all: true, want: "aaaa", n: 2},
		{name: "three places", data: "a a a", old: "a", new: "b", want: "a a a", err: "stands in 3 places"},
		{name: "overlapping places", data: "aaa", old: "aa", new: "b", want: "aaa", err: "stands in 2 places"},
		{name: "not there", data: "a\r\n", old: "a\n", new: "b", want: "a\r\n", err: "isn't in the file"},
		{name: "nothing, everywhere", data: "a", old: "", new: "b", all: true, want: "a", err: "is empty"},
		{name: "too large", data: strings.Repeat("a", 1<<12), old: "a", new: strings.Repeat("b", 1<<13), all: true, want: strings.Repeat("a", 1<<12), err: "too large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(dir+"/ws/f", []byte(c.data), 0o644))
			n, err := f.Edit(ctx, "f", []byte(c.old), []byte(c.new), c.all)
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
			} else {
				require.NoError(t, err)
			}
			require.Equal(t, c.n, n)
			require.Equal(t, c.want, content(t, dir+"/ws/f"))
		})
	}
	require.NoError(t, os.Chmod(dir+"/ws/f", 0o444))
	require.NoError(t, os.WriteFile(dir+"/ws/g", []byte("a"), 0o444))
	_, err := f.Edit(ctx, "g", []byte("a"), []byte("b"), false)
	require.ErrorIs(t, err, fs.ErrPermission)
}

// TestFilesHold tries to leave the workspace in every way that a path can; the
// names recall the public flaws where others were left.
func TestFilesHold(t *testing.T) {
	ctx := context.Background()
	dir := tree(t,
		"ws/f", "ws/sub/f", "ws/vendor/v", "ws/policy", "ws-evil/f", "secret/key", "state/grant", "tmp/state/s",
		"ws/outdir -> $/secret", "ws/outfile -> $/secret/key", "ws/relout -> ../secret/key",
		"ws/dangling -> $/secret/new", "ws/up -> ..", "ws/loop -> loop", "ws/alias -> vendor",
		"ws/full/keep -> $/secret",
	)
	require.NoError(t, os.Link(dir+"/secret/key", dir+"/ws/hard"))
	f := files(t, boundary.WorkspaceConfig{
		Roots: []string{dir + "/ws"}, ReadOnly: []string{dir + "/ws/vendor"}, Temp: []string{dir + "/tmp"},
		Home: "/nowhere", State: dir + "/tmp/state", Protected: []string{dir + "/ws/policy"},
	})
	ops := map[string]func(path string) error{
		"read":   func(p string) error { _, err := f.Read(ctx, p, 0); return err },
		"write":  func(p string) error { return f.Write(ctx, p, []byte("evil")) },
		"edit":   func(p string) error { _, err := f.Edit(ctx, p, []byte("content"), []byte("evil"), false); return err },
		"delete": func(p string) error { return f.Delete(ctx, p, false) },
		"purge":  func(p string) error { return f.Delete(ctx, p, true) },
		"from":   func(p string) error { return f.Move(ctx, p, "moved") },
		"to":     func(p string) error { return f.Move(ctx, "sub/f", p) },
		"list":   func(p string) error { _, err := f.List(ctx, p); return err },
		"stat":   func(p string) error { _, err := f.Stat(ctx, p); return err },
		"mkdir":  func(p string) error { return f.Mkdir(ctx, p+"/d") },
	}
	const everything = "read write edit delete purge from to list stat mkdir"
	const changes = "write edit delete purge from to"
	for _, c := range []struct{ name, path, ops string }{
		{"a path outside", "$/secret/key", everything},
		{"a folder outside", "$/secret", everything},
		{"up and out", "../secret/key", everything},
		{"prefix sibling (CVE-2025-53110)", "$/ws-evil/f", everything},
		{"a linked folder (CVE-2025-53109)", "outdir/key", everything},
		{"a link to a file outside", "outfile", "read write edit list stat to mkdir"},
		{"a relative link", "relout", "read write edit list stat to mkdir"},
		{"a dangling link followed on write (GO-2026-6020)", "dangling", "read write edit to mkdir stat"},
		{"a link up", "up/secret/key", everything},
		{"a link, then up", "outdir/../state/grant", everything},
		{"a link with a slash (CVE-2026-39822)", "outdir/", everything},
		{"a loop", "loop", "read write edit list stat mkdir"},
		{"the process's folder", "/proc/self/cwd/f", everything},
		{"the process's root", "/proc/self/root" + "$/secret/key", everything},
		{"a descriptor", "/dev/fd/3", everything},
		{"a device", "/dev/zero", everything},
		{"the state folder in a temporary one", "$/tmp/state/s", everything},
		{"the state folder itself", "$/tmp/state", everything},
		{"a protected file", "policy", everything},
		{"the root", ".", changes},
		{"the root by another name", "sub/..", changes},
		{"the temporary root", "$/tmp", changes},
		{"a read-only root", "vendor", changes + " mkdir"},
		{"in a read-only root", "vendor/v", changes + " mkdir"},
		{"in a read-only root through a link", "alias/v", changes + " mkdir"},
		{"a hard link to outside, changed", "hard", "write edit"},
		{"a NUL", "f\x00", everything},
		{"no name", "", "read write edit delete purge from to list stat"},
	} {
		path := strings.ReplaceAll(c.path, "$", dir)
		for _, op := range strings.Fields(c.ops) {
			t.Run(c.name+"/"+op, func(t *testing.T) {
				err := ops[op](path)
				require.Error(t, err)
				require.NotContains(t, err.Error(), "tmp/state/s:")
			})
		}
	}
	require.Equal(t, "content of secret/key\n", content(t, dir+"/secret/key"))
	require.NoFileExists(t, dir+"/secret/new")
	require.FileExists(t, dir+"/ws/sub/f")

	t.Run("deleting all takes links, not what they lead to (GO-2026-6021)", func(t *testing.T) {
		require.NoError(t, f.Delete(ctx, "full", true))
		require.NoError(t, f.Delete(ctx, "outdir", true))
		require.FileExists(t, dir+"/secret/key")
	})
	t.Run("a root is named as such", func(t *testing.T) {
		plain := files(t, elsewhere(dir+"/ws"))
		require.ErrorContains(t, plain.Delete(ctx, "sub/..", true), "is a root of the workspace")
		require.ErrorContains(t, plain.Write(ctx, dir+"/ws", nil), "is a root of the workspace")
	})
	t.Run("not opened", func(t *testing.T) {
		var zero boundary.Files
		_, err := zero.Read(ctx, dir+"/ws/f", 0)
		require.Error(t, err)
	})
	t.Run("a root that doesn't exist", func(t *testing.T) {
		_, err := boundary.NewFiles(workspace(t, elsewhere(dir+"/none")))
		require.ErrorIs(t, err, fs.ErrNotExist)
	})
}

func TestFilesAskStep(t *testing.T) {
	dir := tree(t, "ws/f", "ws/link -> f")
	f := files(t, elsewhere(dir+"/ws"))
	var seen []guard.Action
	no := errors.New("no")
	f.Step = func(_ context.Context, actions ...guard.Action) error {
		seen = append(seen, actions...)
		return no
	}
	require.ErrorIs(t, f.Write(context.Background(), "link", nil), no)
	require.Equal(t, []guard.Action{{Kind: guard.KindWrite, Path: dir + "/ws/link", Resolved: dir + "/ws/f", Zone: guard.ZoneWorkspace}}, seen)
	require.Equal(t, "content of ws/f\n", content(t, dir+"/ws/f"))
	require.FileExists(t, filepath.Join(dir, "ws/f"))
}
