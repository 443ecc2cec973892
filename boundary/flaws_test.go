//go:build unix

package boundary_test

import (
	"context"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary"
)

// Each public flaw of a file tool or a sandbox that a path alone shows, as a
// case. Those that need a race are in TestRace here and in fsys; those of
// checkpoints in backup.
func TestPublicFlaws(t *testing.T) {
	ctx := context.Background()
	dir := tree(t, "ws/f", "ws/sub/g", "ws-evil/f", "outside/key", "guard/caf\u00e9.yaml", "guard/Kit", "guard/real",
		"ws/out -> $/outside", "ws/outfile -> $/outside/key", "ws/dangling -> $/outside/new", "ws/.claude -> $/outside",
		"ws/innocent -> $/guard/real", "ws/tree/l -> $/outside", "ws/tree/deep/l2 -> ../../../outside")
	f := files(t, boundary.WorkspaceConfig{
		Roots: []string{dir + "/ws", dir + "/guard"}, Temp: []string{"/nowhere/tmp"}, Home: "/nowhere/home",
		Protected: []string{dir + "/guard/caf\u00e9.yaml", dir + "/guard/Kit", dir + "/guard/real", dir + "/ws/settings.json", dir + "/ws/.ssh"},
	})
	read := func(p string) error { _, err := f.Read(ctx, p, 0); return err }
	write := func(p string) error { return f.Write(ctx, p, []byte("evil")) }
	remove := func(p string) error { return f.Delete(ctx, p, true) }
	list := func(p string) error { _, err := f.List(ctx, p); return err }
	const outside, guarded = "lies outside the workspace", "the guard's own files are touched"
	for _, c := range []struct {
		flaw, path string
		do         func(string) error
		says       string
	}{
		{"CVE-2025-53110: a folder whose name begins like the root's", "$/ws-evil/f", read, outside},
		{"CVE-2025-53110: and by way of ..", "../ws-evil/f", write, outside},
		{"CVE-2025-53109: a link out of the workspace", "outfile", read, outside},
		{"CVE-2025-53109: a folder behind one", "out/key", write, outside},
		{"CVE-2025-22873: the parent, with a slash", "../", list, outside},
		{"CVE-2026-39822: a link with a slash", "out/", list, outside},
		{"GO-2026-6020: a dangling link that a write would follow", "dangling", write, outside},
		{"GO-2026-5055: a link in the middle", "sub/../out/key", read, outside},
		{"a settings folder that is a link", ".claude/settings.json", write, outside},
		{"CVE-2026-25724: a protected file by another name", "innocent", read, guarded},
		{"CVE-2026-25725: a protected file that doesn't exist yet", "settings.json", write, guarded},
		{"CVE-2026-25725: a protected folder that doesn't exist yet", ".ssh/authorized_keys", write, guarded},
		{"CVE-2025-59944: a protected file in capitals", "SETTINGS.JSON", write, guarded},
		{"CVE-2025-59944: in some capitals", "Settings.json", write, guarded},
		{"a long s is an s", ".\u017f\u017fh", write, guarded},
		{"the Kelvin sign is a k", "$/guard/\u212ait", read, guarded},
		{"a small k", "$/guard/kit", write, guarded},
		{"an accent apart (NFD)", "$/guard/cafe\u0301.yaml", write, guarded},
		{"and in capitals", "$/guard/CAFE\u0301.YAML", write, guarded},
	} {
		t.Run(c.flaw, func(t *testing.T) {
			require.ErrorContains(t, c.do(strings.ReplaceAll(c.path, "$", dir)), c.says)
		})
	}
	t.Run("GO-2026-6021: removing all takes links, not what they lead to", func(t *testing.T) {
		require.NoError(t, remove("tree"))
		require.NoError(t, remove("out"))
	})
	t.Run("CVE-2026-27139: what lies in a folder is described without following links", func(t *testing.T) {
		infos, err := f.List(ctx, ".")
		require.NoError(t, err)
		for _, i := range infos {
			if i.Name == "outfile" || i.Name == "dangling" {
				require.NotZero(t, i.Mode&os.ModeSymlink)
			}
		}
	})
	require.Equal(t, "content of outside/key\n", content(t, dir+"/outside/key"))
	require.Equal(t, "content of ws-evil/f\n", content(t, dir+"/ws-evil/f"))
	require.NoFileExists(t, dir+"/outside/new")
	require.NoFileExists(t, dir+"/outside/settings.json")
	require.NoFileExists(t, dir+"/ws/settings.json")
}

// What isn't an ordinary file is refused at once, with what it is.
func TestRefusalsSayWhy(t *testing.T) {
	ctx := context.Background()
	dir := tree(t, "ws/", "outside/key")
	require.NoError(t, syscall.Mkfifo(dir+"/ws/pipe", 0o600))
	require.NoError(t, os.Link(dir+"/outside/key", dir+"/ws/hard"))
	f := files(t, elsewhere(dir+"/ws"))
	write := func(p string) error { return f.Write(ctx, p, nil) }
	read := func(p string) error { _, err := f.Read(ctx, p, 0); return err }
	edit := func(p string) error { _, err := f.Edit(ctx, p, []byte("content"), nil, false); return err }
	for _, c := range []struct {
		path string
		do   func(string) error
		says string
	}{
		{"pipe", read, "is a named pipe: only regular files are opened"},
		{"pipe", write, "is a named pipe: only regular files are written"},
		{"pipe", edit, "is a named pipe"},
		{"hard", write, "has 2 hard links: only files with one name are changed"},
		{"hard", edit, "has 2 hard links"},
		{".", read, "is a folder: only regular files are opened"},
		{"/dev/zero", read, "lies outside the workspace"},
		{"/proc/self/environ", read, "lies outside the workspace"},
		{"/proc/self/fd/3", read, "where it leads depends on the process"},
		{"/proc/self/cwd/x", write, "where it leads depends on the process"},
	} {
		require.ErrorContains(t, c.do(c.path), c.says, c.path)
	}
	require.NoError(t, f.Delete(ctx, "hard", false), "a name is only a name")
	require.Equal(t, "content of outside/key\n", content(t, dir+"/outside/key"))
	if syscall.Mknod(dir+"/ws/zero", syscall.S_IFCHR|0o666, 1<<8|5) == nil {
		require.ErrorContains(t, read("zero"), "is a device")
		require.ErrorContains(t, write("zero"), "is a device")
	}
}
