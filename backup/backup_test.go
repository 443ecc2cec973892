package backup_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/backup"
	"github.com/runtimeguard/runtimeguard/guard"
)

// lab is a workspace with a vault beside it.
type lab struct {
	t        testing.TB
	ws       string
	vaultDir string
	outside  string
	c        backup.Config
	v        *backup.Vault
}

func newLab(t testing.TB, changes ...func(*backup.Config)) *lab {
	t.Helper()
	top, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	l := &lab{t: t, ws: filepath.Join(top, "ws"), vaultDir: filepath.Join(top, "state", "backups"), outside: filepath.Join(top, "outside")}
	require.NoError(t, os.MkdirAll(l.ws, 0o755))
	require.NoError(t, os.MkdirAll(l.outside, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(l.outside, "secret"), []byte("secret"), 0o600))
	l.c.Roots = []string{l.ws}
	for _, change := range changes {
		change(&l.c)
	}
	l.open()
	return l
}

// open opens the vault as another process would.
func (l *lab) open() {
	l.t.Helper()
	v, err := backup.Open(l.vaultDir, l.c)
	require.NoError(l.t, err)
	l.t.Cleanup(func() { v.Close() })
	l.v = v
}

func (l *lab) path(name string) string { return filepath.Join(l.ws, name) }

func (l *lab) write(name, text string) {
	l.t.Helper()
	require.NoError(l.t, os.MkdirAll(filepath.Dir(l.path(name)), 0o755))
	require.NoError(l.t, os.WriteFile(l.path(name), []byte(text), 0o644))
}

// tree is a workspace of every sort of file.
func (l *lab) tree() {
	l.t.Helper()
	l.write("a.txt", "a\n")
	l.write("my file.txt", "spaces\n")
	l.write("sub/b.bin", "\x00\xff\xfe"+strings.Repeat("b", 5000))
	l.write("sub/deep/c.txt", "c")
	l.write("sub/run.sh", "#!/bin/sh\n")
	l.write("big", strings.Repeat("0123456789abcdef", 80_000))
	l.write("empty", "")
	l.write("same", "a\n")
	l.write("br\xffken\nname", "bytes")
	require.NoError(l.t, os.Chmod(l.path("sub/run.sh"), 0o751))
	require.NoError(l.t, os.MkdirAll(l.path("void/nothing"), 0o700))
	require.NoError(l.t, os.Symlink("sub/b.bin", l.path("link")))
	require.NoError(l.t, os.Symlink("../outside", l.path("sub/out")))
	require.NoError(l.t, os.Symlink("gone", l.path("dangling")))
	old := time.Unix(1_500_000_000, 123_456_789)
	require.NoError(l.t, os.Chtimes(l.path("sub/deep/c.txt"), old, old))
	require.NoError(l.t, os.Chtimes(l.path("sub/deep"), old, old))
	require.NoError(l.t, os.Chtimes(l.path("void"), old, old))
}

// state describes everything beneath dir: type, mode, time, size, content.
func state(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		s := fmt.Sprintf("%v %v", info.Mode(), info.ModTime().UnixNano())
		switch {
		case info.Mode().IsRegular():
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			s += fmt.Sprintf(" %x", sha256.Sum256(data))
		case info.Mode()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			s = fmt.Sprintf("%v %v %s", info.Mode(), info.ModTime().UnixNano(), target)
		}
		if d.IsDir() {
			s = info.Mode().String() // TestFolderTimes looks at its time
		}
		if name != "." {
			out[name] = s
		}
		return nil
	}))
	return out
}

// mtime is the time in a file's state.
func mtime(state string) time.Time {
	var mode string
	var ns int64
	fmt.Sscan(state, &mode, &ns)
	return time.Unix(0, ns)
}

func (l *lab) state() map[string]string { l.t.Helper(); return state(l.t, l.ws) }

func (l *lab) action(kind guard.Kind, name string) guard.Action {
	return guard.Action{Kind: kind, Path: l.path(name), Resolved: l.path(name), Zone: guard.ZoneWorkspace}
}

func (l *lab) delete(names ...string) (actions []guard.Action) {
	for _, n := range names {
		actions = append(actions, l.action(guard.KindDelete, n))
	}
	return actions
}

func (l *lab) writes(names ...string) (actions []guard.Action) {
	for _, n := range names {
		actions = append(actions, l.action(guard.KindWrite, n))
	}
	return actions
}

// calls counts them: each is one of its own, unless a test says otherwise.
var calls atomic.Int64

func call(actions ...guard.Action) *guard.Call {
	return &guard.Call{ID: fmt.Sprint("CALL", calls.Add(1)), Tool: "run_command", Actions: actions,
		Principal: guard.Principal{Agent: "agent", Session: "session", User: "user"}}
}

func (l *lab) snapshot(actions ...guard.Action) string {
	l.t.Helper()
	id, err := l.v.Snapshot(l.t.Context(), call(actions...))
	require.NoError(l.t, err)
	require.NotEmpty(l.t, id)
	return id
}

func (l *lab) restore(id string, paths ...string) backup.Result {
	l.t.Helper()
	plan, err := l.v.Plan(l.t.Context(), id, paths...)
	require.NoError(l.t, err)
	r, err := l.v.Apply(l.t.Context(), plan)
	require.NoError(l.t, err)
	return r
}

func (l *lab) sound() {
	l.t.Helper()
	r, err := l.v.Verify(l.t.Context(), nil)
	require.NoError(l.t, err)
	require.Empty(l.t, r.Damaged)
}

var unknown = guard.Action{Kind: guard.KindUnknown, Opaque: true, Reason: "a program's own code"}

func must(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		require.NoError(t, err)
	}
}

func TestRoundTrip(t *testing.T) {
	remove := func(names ...string) func(l *lab) {
		return func(l *lab) {
			for _, n := range names {
				must(l.t, os.RemoveAll(l.path(n)))
			}
		}
	}
	for _, c := range []struct {
		name    string
		actions func(l *lab) []guard.Action
		do      func(l *lab)
	}{
		{"rm file", func(l *lab) []guard.Action { return l.delete("a.txt") }, remove("a.txt")},
		{"rm with spaces", func(l *lab) []guard.Action { return l.delete("my file.txt") }, remove("my file.txt")},
		{"rm odd bytes", func(l *lab) []guard.Action { return l.delete("br\xffken\nname") }, remove("br\xffken\nname")},
		{"rm -r", func(l *lab) []guard.Action { return l.delete("sub", "void") }, remove("sub", "void")},
		{"rm deep", func(l *lab) []guard.Action { return l.delete("sub/deep/c.txt") }, remove("sub/deep/c.txt")},
		{"rm link", func(l *lab) []guard.Action {
			return []guard.Action{{Kind: guard.KindDelete, Path: l.path("link"), Resolved: l.path("sub/b.bin")}}
		}, remove("link")},
		{"rm pattern", func(l *lab) []guard.Action {
			a := l.action(guard.KindDelete, "*.txt")
			a.Pattern = true
			return []guard.Action{a}
		}, remove("a.txt", "my file.txt")},
		{"rm pattern through folders", func(l *lab) []guard.Action {
			a := l.action(guard.KindDelete, "**/[a-c].{txt,bin}")
			a.Pattern = true
			return []guard.Action{a, l.action(guard.KindDelete, "sub")}
		}, remove("a.txt", "sub")},
		{"rm pattern that isn't understood", func(l *lab) []guard.Action {
			a := l.action(guard.KindDelete, "@(a|b)*")
			a.Pattern = true
			return []guard.Action{a}
		}, remove("a.txt", "big")},
		{"overwrite", func(l *lab) []guard.Action { return l.writes("a.txt", "big") }, func(l *lab) { l.write("a.txt", "x"); l.write("big", "x") }},
		{"overwrite with as many bytes", func(l *lab) []guard.Action { return l.writes("a.txt") }, func(l *lab) { l.write("a.txt", "b\n") }},
		{"truncate", func(l *lab) []guard.Action { return l.writes("sub/b.bin") }, func(l *lab) { must(l.t, os.Truncate(l.path("sub/b.bin"), 3)) }},
		{"create", func(l *lab) []guard.Action { return l.writes("new", "n/e/w") }, func(l *lab) { l.write("new", "x"); l.write("n/e/w", "x"); l.write("n/beside", "x") }},
		{"mv", func(l *lab) []guard.Action { return append(l.delete("sub"), l.writes("moved")...) }, func(l *lab) { must(l.t, os.Rename(l.path("sub"), l.path("moved"))) }},
		{"mv over", func(l *lab) []guard.Action { return append(l.delete("a.txt"), l.writes("big")...) }, func(l *lab) { must(l.t, os.Rename(l.path("a.txt"), l.path("big"))) }},
		{"chmod", func(l *lab) []guard.Action { return l.writes("a.txt", "sub/run.sh") }, func(l *lab) {
			must(l.t, os.Chmod(l.path("a.txt"), 0o600), os.Chmod(l.path("sub/run.sh"), 0o644))
		}},
		{"touch", func(l *lab) []guard.Action { return l.writes("a.txt") }, func(l *lab) {
			must(l.t, os.Chtimes(l.path("a.txt"), time.Unix(1, 0), time.Unix(1, 0)))
		}},
		{"relink", func(l *lab) []guard.Action { return l.writes("link") }, func(l *lab) {
			must(l.t, os.Remove(l.path("link")), os.Symlink("a.txt", l.path("link")))
		}},
		{"file becomes folder", func(l *lab) []guard.Action { return l.writes("a.txt") }, func(l *lab) {
			must(l.t, os.Remove(l.path("a.txt")))
			l.write("a.txt/x/y", "z")
		}},
		{"folder becomes file", func(l *lab) []guard.Action { return l.delete("sub") }, func(l *lab) {
			must(l.t, os.RemoveAll(l.path("sub")))
			l.write("sub", "x")
		}},
		{"folder becomes link", func(l *lab) []guard.Action { return l.delete("sub") }, func(l *lab) {
			must(l.t, os.RemoveAll(l.path("sub")), os.Symlink("../outside", l.path("sub")))
		}},
		{"opaque", func(l *lab) []guard.Action { return []guard.Action{{Kind: guard.KindExec, Program: "make"}, unknown} }, func(l *lab) {
			must(l.t, os.RemoveAll(l.path("sub")), os.Remove(l.path("a.txt")), os.Remove(l.path("dangling")), os.Chmod(l.path("void"), 0o711))
			l.write("big", "x")
			l.write("new/x", "x")
		}},
		{"everything", func(l *lab) []guard.Action { return l.delete(".") }, func(l *lab) {
			list, err := os.ReadDir(l.ws)
			must(l.t, err)
			for _, e := range list {
				must(l.t, os.RemoveAll(l.path(e.Name())))
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			l.tree()
			before := l.state()
			id := l.snapshot(c.actions(l)...)
			c.do(l)
			after := l.state()
			require.NotEqual(t, before, after)
			l.open()
			l.sound()
			r := l.restore(id)
			require.Equal(t, before, l.state())
			plan, err := l.v.Plan(t.Context(), id)
			require.NoError(t, err)
			require.Empty(t, plan.Changes, "restored is as it was")

			l.restore(r.Undo)
			require.Equal(t, after, l.state(), "the undo of the undo")
			l.restore(id)
			require.Equal(t, before, l.state())
			l.sound()
			require.Equal(t, map[string]string{"secret": state(t, l.outside)["secret"]}, state(t, l.outside))
		})
	}
}

func TestFolderTimes(t *testing.T) {
	l := newLab(t)
	l.tree()
	times := func() (out []time.Time) {
		for _, n := range []string{"sub", "sub/deep", "void", "void/nothing"} {
			info, err := os.Stat(l.path(n))
			require.NoError(t, err)
			out = append(out, info.ModTime())
		}
		return out
	}
	before := times()
	id := l.snapshot(unknown)
	must(t, os.Remove(l.path("sub/deep/c.txt")), os.RemoveAll(l.path("void")))
	l.write("sub/added", "x")
	l.restore(id)
	require.Equal(t, before, times())
}

func TestNothingToSave(t *testing.T) {
	l := newLab(t)
	l.tree()
	for _, a := range [][]guard.Action{
		nil,
		{{Kind: guard.KindRead, Path: l.path("a.txt"), Resolved: l.path("a.txt")}},
		{{Kind: guard.KindDelete, Path: l.outside + "/secret", Resolved: l.outside + "/secret"}},
		{{Kind: guard.KindWrite, Path: l.ws + "-evil/x", Resolved: l.ws + "-evil/x"}},
		{{Kind: guard.KindDelete, Path: l.outside + "/*", Resolved: l.outside + "/*", Pattern: true}},
	} {
		id, err := l.v.Snapshot(t.Context(), call(a...))
		require.NoError(t, err)
		require.Empty(t, id)
	}
	exact := call(guard.Action{Kind: guard.KindUnknown})
	exact.Engine = guard.EngineExact
	id, err := l.v.Snapshot(t.Context(), exact)
	require.NoError(t, err)
	require.Empty(t, id, "the words come to Step")
	exact.Actions[0].Opaque = true
	id, err = l.v.Snapshot(t.Context(), exact)
	require.NoError(t, err)
	require.NotEmpty(t, id)
}

// What a link points to is saved where it lies, and never what lies outside.
func TestLinksAreNotFollowed(t *testing.T) {
	l := newLab(t)
	l.tree()
	must(t, os.Symlink("sub", l.path("ln")))
	id := l.snapshot(guard.Action{Kind: guard.KindWrite, Path: l.path("ln/deep/../b.bin"), Resolved: l.path("sub/b.bin")},
		guard.Action{Kind: guard.KindDelete, Path: l.path("ln/out/secret"), Resolved: l.outside + "/secret"}, l.delete("sub/out")[0])
	_, entries, err := l.v.Get(t.Context(), id)
	require.NoError(t, err)
	var paths []string
	for _, e := range entries {
		paths = append(paths, fmt.Sprintf("%s %s", e.Type, strings.TrimPrefix(e.Path, l.ws+"/")))
	}
	require.Equal(t, []string{"dir " + l.ws, "dir sub", "file sub/b.bin", "link sub/out"}, paths)
}

func TestBudget(t *testing.T) {
	for _, c := range []struct {
		name    string
		change  func(*backup.Config)
		actions func(l *lab) []guard.Action
		says    string
	}{
		{"files", func(c *backup.Config) { c.MaxFiles = 5 }, func(l *lab) []guard.Action { return l.delete(".") }, "more than 5 files would have to be saved"},
		{"bytes", func(c *backup.Config) { c.MaxBytes = 1000 }, func(l *lab) []guard.Action { return l.delete("big") }, "more than 1000 bytes would have to be saved"},
		{"opaque", func(c *backup.Config) { c.MaxFiles = 5 }, func(l *lab) []guard.Action { return []guard.Action{unknown} }, "more than 5 files"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t, c.change)
			l.tree()
			id, err := l.v.Snapshot(t.Context(), call(c.actions(l)...))
			require.ErrorContains(t, err, c.says)
			require.Empty(t, id)
			list, err := l.v.List(t.Context())
			require.NoError(t, err)
			require.Empty(t, list)
			l.snapshot(l.delete("a.txt")...)
		})
	}
}

func TestListAndGet(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 6, time.UTC)
	l := newLab(t, func(c *backup.Config) { c.Now = func() time.Time { return now } })
	l.tree()
	first := l.snapshot(l.delete("a.txt")...)
	now = now.Add(time.Hour)
	second := l.snapshot(unknown)
	require.Regexp(t, `^20300102T030405\.000000Z-[0-9a-f]{24}$`, first)
	list, err := l.v.List(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, []string{first, second}, []string{list[0].ID, list[1].ID})
	require.Equal(t, backup.Snapshot{ID: first, Version: 1, Time: now.Add(-time.Hour), Call: fmt.Sprint("CALL", calls.Load()-1), Tool: "run_command",
		Agent: "agent", Session: "session", User: "user", Roots: []string{l.ws}, Files: 1, Bytes: 2}, list[0])
	_, entries, err := l.v.Get(t.Context(), second)
	require.NoError(t, err)
	require.Len(t, entries, len(l.state())+1)
	require.True(t, entries[0].Whole)
	for _, id := range []string{"", "x", "../../etc/passwd", strings.Replace(first, "2030", "2031", 1)} {
		_, _, err = l.v.Get(t.Context(), id)
		require.Error(t, err)
		require.NotContains(t, err.Error(), l.vaultDir)
		_, err = l.v.Plan(t.Context(), id)
		require.Error(t, err)
	}
}

func TestRestoreSomePaths(t *testing.T) {
	l := newLab(t)
	l.tree()
	before := l.state()
	id := l.snapshot(unknown)
	must(t, os.RemoveAll(l.path("sub")), os.Remove(l.path("a.txt")))
	l.write("new/x", "x")
	plan, err := l.v.Plan(t.Context(), id, "sub/deep/c.txt", l.path("new/x"))
	require.NoError(t, err)
	var got []string
	for _, c := range plan.Changes {
		got = append(got, fmt.Sprintf("%s %s", c.Op, strings.TrimPrefix(c.Path, l.ws+"/")))
	}
	require.Equal(t, []string{"delete new/x", "create sub", "create sub/deep", "create sub/deep/c.txt"}, got)
	_, err = l.v.Apply(t.Context(), plan)
	require.NoError(t, err)
	now := l.state()
	require.Equal(t, before["sub/deep/c.txt"], now["sub/deep/c.txt"])
	require.Equal(t, before["sub/deep"], now["sub/deep"])
	require.NotContains(t, now, "sub/b.bin")
	require.NotContains(t, now, "a.txt")
	require.Contains(t, now, "new")
	for _, path := range []string{"nowhere", l.outside + "/secret", "../outside/secret"} {
		_, err = l.v.Plan(t.Context(), id, path)
		require.ErrorContains(t, err, "is not in it", path)
	}
}

func TestApplyIsBoundToThePlan(t *testing.T) {
	l := newLab(t)
	l.tree()
	id := l.snapshot(l.delete("a.txt", "sub")...)
	must(t, os.Remove(l.path("a.txt")))
	plan, err := l.v.Plan(t.Context(), id)
	require.NoError(t, err)
	require.Len(t, plan.Changes, 1)
	l.write("sub/deep/added", "x")
	_, err = l.v.Apply(t.Context(), plan)
	require.ErrorIs(t, err, backup.ErrMoved)
	require.NoFileExists(t, l.path("a.txt"))
	again, err := l.v.Plan(t.Context(), id)
	require.NoError(t, err)
	require.NotEqual(t, plan.Hash, again.Hash)
	_, err = l.v.Apply(t.Context(), again)
	require.NoError(t, err)
	require.NoFileExists(t, l.path("sub/deep/added"))
}

// A hard link to a file outside is replaced, and the file outside left alone.
func TestHardLinksAreNotWritten(t *testing.T) {
	l := newLab(t)
	l.tree()
	id := l.snapshot(l.writes("a.txt", "same")...)
	must(t, os.Remove(l.path("a.txt")), os.Link(filepath.Join(l.outside, "secret"), l.path("a.txt")))
	l.write("same", "changed")
	plan, err := l.v.Plan(t.Context(), id)
	require.NoError(t, err)
	before := state(t, l.outside)
	_, err = l.v.Apply(t.Context(), plan)
	require.NoError(t, err)
	for _, name := range []string{"a.txt", "same"} {
		data, err := os.ReadFile(l.path(name))
		require.NoError(t, err)
		require.Equal(t, "a\n", string(data))
	}
	require.Equal(t, before, state(t, l.outside))
	data, err := os.ReadFile(filepath.Join(l.outside, "secret"))
	require.NoError(t, err)
	require.Equal(t, "secret", string(data))
}

func TestOpenRefuses(t *testing.T) {
	top := t.TempDir()
	ws := filepath.Join(top, "ws")
	must(t, os.MkdirAll(ws, 0o755), os.MkdirAll(filepath.Join(top, "open"), 0o777), os.Chmod(filepath.Join(top, "open"), 0o777),
		os.MkdirAll(filepath.Join(ws, "real"), 0o700), os.Symlink(filepath.Join(ws, "real"), filepath.Join(top, "link")))
	for _, c := range []struct {
		dir   string
		roots []string
		says  string
	}{
		{filepath.Join(top, "v"), nil, "Config.Roots is empty"},
		{filepath.Join(ws, "v"), []string{ws}, "the vault lies in the root"},
		{filepath.Join(top, "link"), []string{ws}, "the vault lies in the root"},
		{filepath.Join(top, "open"), []string{ws}, "others may write in the vault's folder"},
		{filepath.Join(top, "v"), []string{"ws"}, "is not an absolute path"},
		{filepath.Join(top, "v"), []string{filepath.Join(top, "none")}, "no such file"},
	} {
		_, err := backup.Open(c.dir, backup.Config{Roots: c.roots})
		require.ErrorContains(t, err, c.says)
	}
}

func TestCancelled(t *testing.T) {
	l := newLab(t)
	l.tree()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := l.v.Snapshot(ctx, call(unknown))
	require.ErrorIs(t, err, context.Canceled)
}

func TestTool(t *testing.T) {
	l := newLab(t)
	l.tree()
	before := l.state()
	id := l.snapshot(unknown)
	must(t, os.Remove(l.path("a.txt")), os.Chmod(l.path("big"), 0o600))
	l.write("new", "x")
	tool := func(args map[string]any) ([]guard.Action, error) {
		return l.v.Actions(t.Context(), &guard.Call{Tool: "restore_backup", Args: args})
	}
	actions, err := tool(map[string]any{"snapshot": id})
	require.NoError(t, err)
	require.Equal(t, []guard.Action{
		{Kind: guard.KindDelete, Path: l.path("new")},
		{Kind: guard.KindWrite, Path: l.path("a.txt")},
		{Kind: guard.KindWrite, Path: l.path("big")},
	}, actions[:3])

	l.write("new2", "x")
	_, err = l.v.Restore(t.Context(), id)
	require.ErrorIs(t, err, backup.ErrMoved, "other files than were judged")
	_, err = tool(map[string]any{"snapshot": id})
	require.NoError(t, err)
	_, err = l.v.Restore(t.Context(), id, "a.txt")
	require.ErrorIs(t, err, backup.ErrMoved, "other paths than were judged")
	_, err = l.v.Restore(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, before, l.state())
	_, err = l.v.Restore(t.Context(), id)
	require.ErrorIs(t, err, backup.ErrMoved, "judged once, restored once")

	actions, err = tool(map[string]any{"snapshot": id, "paths": []any{"a.txt"}})
	require.NoError(t, err)
	require.Equal(t, []guard.Action{{Kind: guard.KindList, Path: l.ws}}, actions)
	for _, args := range []map[string]any{
		{}, {"snapshot": 3}, {"snapshot": "none"}, {"SNAPSHOT": id}, {"snapshot": id, "paths": []any{3}}, {"snapshot": id, "paths": 3}, {"snapshot": id, "paths": "/etc/passwd"},
	} {
		actions, err = tool(args)
		require.Error(t, err)
		require.Empty(t, actions)
	}

	other := newLab(t)
	other.vaultDir = l.vaultDir
	other.open()
	_, err = other.v.Actions(t.Context(), &guard.Call{Args: map[string]any{"snapshot": id}})
	require.ErrorContains(t, err, "it is of other folders than this vault's roots")
}

func TestDiff(t *testing.T) {
	l := newLab(t)
	l.write("f", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\nend")
	l.write("bin", "\x00")
	l.write("gone", "was\n")
	must(t, os.Chmod(l.path("bin"), 0o640))
	id := l.snapshot(unknown)
	l.write("f", "1\n2\nthree\x1b[2J\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n16\nend\n")
	l.write("bin", "\x01\x00")
	l.write("new", "now\n")
	must(t, os.Remove(l.path("gone")), os.Chmod(l.path("bin"), 0o600))
	plan, err := l.v.Plan(t.Context(), id, "f", "bin", "new", "gone")
	require.NoError(t, err)
	var b strings.Builder
	must(t, l.v.Diff(t.Context(), &b, plan))
	require.Equal(t, strings.ReplaceAll(`delete     WS/new
  -now
overwrite  WS/bin (2 to 1 bytes)
overwrite  WS/f (48 to 42 bytes)
   1
   2
  -three\u001b[2J
  +3
   4
   5
   6
  ...
   12
   13
   14
  +15
   16
  -end
  +end\ no newline at the end
create     WS/gone (file)
  +was
`, "WS", l.ws), b.String())
	require.Equal(t, strings.ReplaceAll(`delete     WS/new
overwrite  WS/bin (2 to 1 bytes)
overwrite  WS/f (48 to 42 bytes)
create     WS/gone (file)
`, "WS", l.ws), plan.String())
}

func TestPrune(t *testing.T) {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	setup := func(t *testing.T) (*lab, []string) {
		now = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
		l := newLab(t, func(c *backup.Config) { c.Now = func() time.Time { return now } })
		l.write("keep/same", strings.Repeat("s", 1000))
		var ids []string
		for i := range 5 {
			l.write("keep/changes", strings.Repeat(string(rune('a'+i)), 1000))
			ids = append(ids, l.snapshot(unknown))
			now = now.Add(time.Hour)
		}
		return l, ids
	}
	for _, c := range []struct {
		name string
		keep backup.Keep
		left int
	}{
		{"all", backup.Keep{}, 5},
		{"count", backup.Keep{Count: 2}, 2},
		{"age", backup.Keep{Age: 3*time.Hour + time.Minute}, 3},
		{"bytes", backup.Keep{Bytes: 6500}, 3},
		{"each bound", backup.Keep{Count: 4, Age: time.Hour, Bytes: 1 << 20}, 1},
		{"none fits", backup.Keep{Bytes: 1}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Logf("keep %+v", c.keep)
			l, ids := setup(t)
			must(t, os.WriteFile(filepath.Join(l.vaultDir, "tmp", "left over"), []byte("x"), 0o600))
			pruned, err := l.v.Prune(t.Context(), c.keep, nil)
			require.NoError(t, err)
			require.Len(t, pruned.Snapshots, 5-c.left)
			l.sound()
			list, err := l.v.List(t.Context())
			require.NoError(t, err)
			require.Len(t, list, c.left)
			for _, id := range ids[5-c.left:] {
				l.restore(id)
			}
			_, err = os.Stat(filepath.Join(l.vaultDir, "tmp", "left over"))
			require.ErrorIs(t, err, fs.ErrNotExist)
			again, err := l.v.Prune(t.Context(), backup.Keep{}, nil)
			require.NoError(t, err)
			require.Zero(t, again.Objects)
			// What was pruned is saved again when it is needed again.
			l.write("keep/changes", strings.Repeat("a", 1000))
			id := l.snapshot(unknown)
			l.write("keep/changes", "x")
			l.write("keep/same", "x")
			l.sound()
			l.restore(id)
		})
	}
}
