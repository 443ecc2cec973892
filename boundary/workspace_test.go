package boundary_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/guard"
)

// tree is a folder without links in its own path, with files made of a table:
// "dir/" is a folder, "name -> target" a link, anything else a file.
func tree(t testing.TB, entries ...string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	plant(t, dir, entries...)
	return dir
}

func plant(t testing.TB, dir string, entries ...string) {
	t.Helper()
	for _, e := range entries {
		name, target, link := strings.Cut(e, " -> ")
		full := dir + "/" + name
		switch {
		case link:
			require.NoError(t, os.MkdirAll(filepath.Dir(full), 0o755))
			require.NoError(t, os.Symlink(strings.ReplaceAll(target, "$", dir), full))
		case strings.HasSuffix(name, "/"):
			require.NoError(t, os.MkdirAll(full, 0o755))
		default:
			require.NoError(t, os.MkdirAll(filepath.Dir(full), 0o755))
			require.NoError(t, os.WriteFile(full, []byte("content of "+name+"\n"), 0o644))
		}
	}
}

func workspace(t testing.TB, c boundary.WorkspaceConfig) *boundary.Workspace {
	t.Helper()
	w, err := boundary.NewWorkspace(c)
	require.NoError(t, err)
	return w
}

// elsewhere is a configuration that looks at nothing real beside its roots.
func elsewhere(roots ...string) boundary.WorkspaceConfig {
	return boundary.WorkspaceConfig{Roots: roots, Temp: []string{"/nowhere/tmp"}, Home: "/nowhere/home"}
}

func TestResolve(t *testing.T) {
	dir := tree(t,
		"ws/f", "ws/sub/f", "ws/.hidden",
		"ws/up -> ..", "ws/self -> .", "ws/rel -> sub/f", "ws/abs -> $/ws/sub",
		"ws/out -> $/secret", "ws/outfile -> ../secret/key", "secret/key", "secret/deep/f",
		"ws/deep -> ../secret/deep",
		"ws/dangling -> sub/none", "ws/danglingdir -> none/further",
		"ws/loop -> loop", "ws/a -> b", "ws/b -> a",
		"ws/chain1 -> chain2", "ws/chain2 -> chain3", "ws/chain3 -> sub",
		"ws/slash -> sub/", "ws/dots -> ./sub/../sub/./f", "ws/rootlink -> /",
	)
	w := workspace(t, elsewhere(dir+"/ws"))
	for _, c := range []struct{ name, path, want string }{
		{"a file", "ws/f", "ws/f"},
		{"doubled slashes and dots", "ws//./sub/./f", "ws/sub/f"},
		{"a final slash", "ws/sub/", "ws/sub"},
		{"parent", "ws/sub/../f", "ws/f"},
		{"a relative link", "ws/rel", "ws/sub/f"},
		{"an absolute link", "ws/abs/f", "ws/sub/f"},
		{"a link to a folder outside", "ws/out/key", "secret/key"},
		{"a link to a file outside", "ws/outfile", "secret/key"},
		{"link/.. is where the link leads", "ws/deep/../key", "secret/key"},
		{"link/.. isn't the link's folder", "ws/deep/../f", "secret/f"},
		{"a link to its parent", "ws/up/ws/up/secret/key", "secret/key"},
		{"a link to its folder", "ws/self/self/f", "ws/f"},
		{"a chain of links", "ws/chain1/f", "ws/sub/f"},
		{"a target with a slash", "ws/slash/f", "ws/sub/f"},
		{"a target with dots", "ws/dots", "ws/sub/f"},
		{"a file to be created", "ws/new", "ws/new"},
		{"folders to be created", "ws/x/y/z", "ws/x/y/z"},
		{"through a link to be created", "ws/out/new/file", "secret/new/file"},
		{"a dangling link", "ws/dangling", "ws/sub/none"},
		{"a dangling link to a folder", "ws/danglingdir/f", "ws/none/further/f"},
		{"back from what doesn't exist", "ws/none/../f", "ws/f"},
		{"back from there and through a link", "ws/x/y/../../out/key", "secret/key"},
		{"beneath a file", "ws/f/x", "ws/f/x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := w.Resolve(dir + "/" + c.path)
			require.NoError(t, err)
			require.Equal(t, dir+"/"+c.want, got)
		})
	}
	t.Run("a link to the root", func(t *testing.T) {
		got, err := w.Resolve(dir + "/ws/rootlink/etc")
		require.NoError(t, err)
		require.Equal(t, "/etc", got)
	})
	t.Run("above the root is the root", func(t *testing.T) {
		got, err := w.Resolve("/../../nowhere/..")
		require.NoError(t, err)
		require.Equal(t, "/", got)
	})
	for _, c := range []struct{ name, path, want string }{
		{"a loop", dir + "/ws/loop", "40 symbolic links"},
		{"a loop of two", dir + "/ws/a/f", "40 symbolic links"},
		{"a relative path", "ws/f", "not an absolute path"},
		{"no path", "", "not an absolute path"},
		{"a NUL", dir + "/ws/f\x00.txt", "NUL"},
		{"a component that is too long", dir + "/ws/" + strings.Repeat("x", 300), "file name too long"},
		{"a path that is too long", "/" + strings.Repeat("x/", 1<<16), "too long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := w.Resolve(c.path)
			require.ErrorContains(t, err, c.want)
			require.Empty(t, got)
		})
	}
}

func TestResolveOfProcesses(t *testing.T) {
	dir := tree(t, "ws/stdin -> /dev/stdin", "ws/cwd -> /proc/self/cwd", "ws/fd -> /dev/fd")
	w := workspace(t, elsewhere(dir+"/ws"))
	for path, want := range map[string]string{
		"/dev/stdin":                "/dev/stdin",
		"/dev/stdout":               "/dev/stdout",
		"/dev/fd/2":                 "/dev/stderr",
		"/proc/self/fd/0":           "/dev/stdin",
		dir + "/ws/stdin":           "/dev/stdin",
		"/dev/fd":                   "/proc/self/fd",
		"/proc/self/environ":        "/proc/self/environ",
		"/proc/self/root/etc/hosts": "/etc/hosts",
		"/proc/self/status":         "/proc/self/status",
		"/proc/99999999/status":     "/proc/99999999/status",
		"/proc/self/../cpuinfo":     "/proc/cpuinfo",
	} {
		got, err := w.Resolve(path)
		require.NoError(t, err, path)
		require.Equal(t, want, got, path)
	}
	for _, path := range []string{
		"/proc/self/cwd", "/proc/self/cwd/.env", "/proc/thread-self/cwd", "/dev/fd/../cwd/.env",
		"/proc/self/exe", "/proc/self/fd/3", "/proc/self/fd/3/..", "/dev/fd/9", "/dev/fd/00",
		"/proc/1/root/etc/shadow", "/proc/1/cwd", "/proc/99999999/root/x", "/proc/1/fd/0",
		"/proc/self/task/1/cwd", "/proc/self/task/1/root", "/proc/self/map_files/0-1", "/proc/self/ns/mnt",
		"/proc/self/root/proc/self/cwd", "//proc/./self//cwd/x",
		dir + "/ws/cwd/.env", dir + "/ws/fd/7",
	} {
		got, err := w.Resolve(path)
		require.ErrorContains(t, err, "depends on the process", path)
		require.Empty(t, got, path)
	}
}

// FuzzResolve compares with the kernel, by way of filepath.EvalSymlinks, on a
// tree with links of every sort.
func FuzzResolve(f *testing.F) {
	dir := tree(f,
		"a/b/f", "a/l -> b", "a/b/up -> ../..", "a/b/me -> .", "c -> a/b", "abs -> $/a", "d -> c/up/a/l",
		"none -> a/missing", "loop -> loop", "a/b/top -> ../../../..", "file",
	)
	w := workspace(f, elsewhere(dir))
	for _, s := range []string{"a/b/../l/f", "c/../b", "d//./f", "abs/l/up/file", "none/x", "loop/f", "a/b/up/../x", "file/..", "file/", "nope/../a", "../../../0", "a/b/../missing/x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.IndexByte(s, 0) >= 0 || strings.Contains(s, "proc") || strings.Contains(s, "dev") || len(s) > 200 {
			t.Skip()
		}
		path := dir + "/" + s
		got, err := w.Resolve(path)
		want, werr := filepath.EvalSymlinks(path)
		// EvalSymlinks cleans "file/.." and keeps its own count of links.
		if _, serr := os.Stat(path); werr != nil || serr != nil {
			if err == nil {
				require.True(t, filepath.IsAbs(got))
				require.Equal(t, filepath.Clean(got), got)
			}
			return
		}
		require.NoError(t, err, path)
		require.Equal(t, want, got, path)
		a, err := os.Stat(path)
		require.NoError(t, err)
		b, err := os.Lstat(got)
		require.NoError(t, err)
		require.True(t, os.SameFile(a, b), path)
	})
}

func TestZone(t *testing.T) {
	w := workspace(t, boundary.WorkspaceConfig{
		Roots: []string{"/srv/proj", "/usr/src/tool"}, ReadOnly: []string{"/srv/docs"},
		Temp: []string{"/tmp", "/srv/proj/tmp"}, Home: "/home/u", State: "/var/lib/state",
	})
	for path, want := range map[string]guard.Zone{
		"/srv/proj":            guard.ZoneWorkspace,
		"/srv/proj/a/b":        guard.ZoneWorkspace,
		"/srv/proj/tmp/x":      guard.ZoneWorkspace,
		"/srv/docs/x":          guard.ZoneWorkspace,
		"/usr/src/tool/x":      guard.ZoneWorkspace,
		"/srv/proj-evil/x":     guard.ZoneOutside,
		"/srv/projX":           guard.ZoneOutside,
		"/srv":                 guard.ZoneOutside,
		"/SRV/PROJ/x":          guard.ZoneOutside,
		"/tmp":                 guard.ZoneTemp,
		"/tmp/x":               guard.ZoneTemp,
		"/tmpx":                guard.ZoneOutside,
		"/usr/bin/ls":          guard.ZoneSystem,
		"/usr":                 guard.ZoneSystem,
		"/usr2":                guard.ZoneOutside,
		"/lib64/ld.so":         guard.ZoneSystem,
		"/libexec":             guard.ZoneOutside,
		"/etc/hosts":           guard.ZoneSystem,
		"/proc/cpuinfo":        guard.ZoneSystem,
		"/dev/null":            guard.ZoneSystem,
		"/opt/x":               guard.ZoneOutside,
		"/root":                guard.ZoneOutside,
		"/home/u/x":            guard.ZoneOutside,
		"/var/lib/state":       guard.ZoneOutside,
		"/":                    guard.ZoneOutside,
		"/Library/Fonts/x.ttf": guard.ZoneSystem,
		"":                     "",
		"srv/proj":             "",
	} {
		require.Equal(t, want, w.Zone(path), path)
	}
}

func TestNewWorkspaceRefuses(t *testing.T) {
	dir := tree(t, "ws/", "state/", "alias -> ws", "loop -> loop")
	for _, c := range []struct {
		name, want string
		c          boundary.WorkspaceConfig
	}{
		{"no root", "no root", boundary.WorkspaceConfig{}},
		{"an empty root", "empty path", elsewhere("")},
		{"a relative root", "not an absolute path", elsewhere("ws")},
		{"the whole file system", "holds the system's folder", elsewhere("/")},
		{"a root that a link makes the whole file system", "holds the system's folder", elsewhere("/nowhere/..")},
		{"a system folder", "holds the system's folder", elsewhere("/usr")},
		{"state in a root", "state folder", boundary.WorkspaceConfig{Roots: []string{dir + "/ws"}, State: dir + "/ws/state"}},
		{"state in a root through a link", "state folder", boundary.WorkspaceConfig{Roots: []string{dir + "/ws"}, State: dir + "/alias/state"}},
		{"a root in the state", "state folder", boundary.WorkspaceConfig{Roots: []string{dir + "/state/ws"}, State: dir + "/state"}},
		{"state that is a read-only root", "state folder", boundary.WorkspaceConfig{ReadOnly: []string{dir + "/state"}, State: dir + "/state"}},
		{"a loop", "40 symbolic links", elsewhere(dir + "/loop")},
		{"everything protected", "can't be protected", boundary.WorkspaceConfig{Roots: []string{dir + "/ws"}, Protected: []string{"/"}}},
		{"a relative protected path", "not an absolute path", boundary.WorkspaceConfig{Roots: []string{dir + "/ws"}, Protected: []string{"x"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := boundary.NewWorkspace(c.c)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestDecide(t *testing.T) {
	dir := tree(t, "ws/sub/", "state/key", "tmp/")
	w := workspace(t, boundary.WorkspaceConfig{
		Roots: []string{dir + "/ws"}, ReadOnly: []string{dir + "/ws/vendor"}, Temp: []string{dir + "/tmp"},
		Home: "/nowhere/home", State: dir + "/state", Protected: []string{dir + "/ws/policy.yaml"},
	})
	file := func(kind guard.Kind, path string) guard.Action {
		return guard.Action{Kind: kind, Path: dir + path, Resolved: dir + path}
	}
	whole := func(a guard.Action) guard.Action { a.Recursive = true; return a }
	glob := func(a guard.Action) guard.Action { a.Pattern = true; return a }
	for _, c := range []struct {
		name string
		a    guard.Action
		want guard.Effect
	}{
		{"read in the workspace", file(guard.KindRead, "/ws/f"), guard.Allow},
		{"write in the workspace", file(guard.KindWrite, "/ws/f"), guard.Allow},
		{"read outside is the policy's matter", file(guard.KindRead, "/else"), guard.Allow},
		{"a tool without a path", guard.Action{Kind: guard.KindUse}, guard.Allow},
		{"an exec by name", guard.Action{Kind: guard.KindExec, Program: "ls"}, guard.Allow},

		{"read state", file(guard.KindRead, "/state/key"), guard.Deny},
		{"list state", file(guard.KindList, "/state"), guard.Deny},
		{"exec from state", file(guard.KindExec, "/state/x"), guard.Deny},
		{"beside state", file(guard.KindRead, "/state-2"), guard.Allow},
		{"state in other case", file(guard.KindRead, "/STATE/Key"), guard.Deny},
		{"state with a long s", file(guard.KindRead, "/\u017Ftate/key"), guard.Deny},
		{"list above state", file(guard.KindList, ""), guard.Allow},
		{"search all above state", whole(file(guard.KindRead, "")), guard.Deny},
		{"delete above state", file(guard.KindDelete, ""), guard.Deny},
		{"write above state", file(guard.KindWrite, ""), guard.Deny},
		{"delete the root of all", whole(guard.Action{Kind: guard.KindDelete, Path: "/", Resolved: "/"}), guard.Deny},
		{"requested as state, resolved elsewhere", guard.Action{Kind: guard.KindRead, Path: dir + "/state/key", Resolved: dir + "/ws/f"}, guard.Deny},
		{"requested elsewhere, resolved to state", guard.Action{Kind: guard.KindRead, Path: dir + "/ws/f", Resolved: dir + "/state/key"}, guard.Deny},
		{"a protected file", file(guard.KindWrite, "/ws/policy.yaml"), guard.Deny},
		{"a protected file, read", file(guard.KindRead, "/ws/policy.yaml"), guard.Deny},
		{"the workspace holds a protected file", whole(file(guard.KindDelete, "/ws")), guard.Deny},

		{"a pattern over state's name", glob(file(guard.KindRead, "/st*/key")), guard.Deny},
		{"a pattern in state", glob(file(guard.KindRead, "/state/*")), guard.Deny},
		{"a pattern of any depth", glob(file(guard.KindRead, "/**")), guard.Deny},
		{"a pattern of any depth with a name", glob(file(guard.KindRead, "/**/key")), guard.Deny},
		{"a bracket", glob(file(guard.KindRead, "/[rst]tate/key")), guard.Deny},
		{"an extended glob", glob(file(guard.KindRead, "/@(state|x)/key")), guard.Deny},
		{"a pattern that deletes state", glob(file(guard.KindDelete, "/*")), guard.Deny},
		{"a pattern that lists what lies above", glob(file(guard.KindList, "/*")), guard.Deny},
		{"a pattern of other names", glob(file(guard.KindRead, "/x*/key")), guard.Allow},
		{"a pattern in the workspace", glob(file(guard.KindRead, "/ws/*.go")), guard.Allow},
		{"a pattern over the protected file", glob(file(guard.KindRead, "/ws/*.yaml")), guard.Deny},

		{"write in a read-only root", file(guard.KindWrite, "/ws/vendor/x"), guard.Deny},
		{"delete a read-only root", file(guard.KindDelete, "/ws/vendor"), guard.Deny},
		{"read in a read-only root", file(guard.KindRead, "/ws/vendor/x"), guard.Allow},
		{"write beside a read-only root", file(guard.KindWrite, "/ws/vendor2"), guard.Allow},
		{"a pattern into a read-only root", glob(file(guard.KindWrite, "/ws/v*/x")), guard.Deny},

		{"unresolved", guard.Action{Kind: guard.KindRead, Path: "/proc/self/cwd"}, guard.Deny},
		{"unresolved exec", guard.Action{Kind: guard.KindExec, Path: "/proc/self/exe"}, guard.Deny},
		{"a read of nothing", guard.Action{Kind: guard.KindRead}, guard.Deny},
		{"a relative path", guard.Action{Kind: guard.KindRead, Path: "f", Resolved: "f"}, guard.Deny},
	} {
		t.Run(c.name, func(t *testing.T) {
			call := &guard.Call{Actions: []guard.Action{{Kind: guard.KindUse}, c.a}}
			d := w.Decide(context.Background(), call)
			require.Equal(t, c.want, d.Effect, d.Reason)
			if d.Effect == guard.Deny {
				require.Equal(t, &call.Actions[1], d.Action)
				require.NotContains(t, d.Reason, dir+"/state")
			}
		})
	}
	var zero boundary.Workspace
	require.Equal(t, guard.Deny, zero.Decide(context.Background(), &guard.Call{}).Effect)
	require.Equal(t, guard.Deny, (*boundary.Workspace)(nil).Decide(context.Background(), &guard.Call{}).Effect)
}

func TestRootsThroughLinks(t *testing.T) {
	dir := tree(t, "real/ws/f", "alias -> real")
	w := workspace(t, elsewhere(dir+"/alias/ws", dir+"/real/ws"))
	require.Equal(t, []string{dir + "/real/ws"}, w.Roots())
	got, err := w.Resolve(dir + "/alias/ws/f")
	require.NoError(t, err)
	require.Equal(t, guard.ZoneWorkspace, w.Zone(got))
}
