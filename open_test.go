package runtimeguard_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/guard"
)

// folders are a workspace with everything beside it.
type folders struct{ base, workspace, state, temp string }

func newFolders(t testing.TB) folders {
	base, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	f := folders{base, filepath.Join(base, "ws"), filepath.Join(base, "state"), filepath.Join(base, "tmp")}
	for _, d := range []string{f.workspace, f.temp} {
		require.NoError(t, os.Mkdir(d, 0o755))
	}
	return f
}

func (f folders) config() runtimeguard.Config {
	return runtimeguard.Config{Workspace: f.workspace, State: f.state, Temp: []string{f.temp}, Home: filepath.Join(f.base, "home")}
}

func open(t testing.TB, c runtimeguard.Config) *runtimeguard.Runtime {
	rt, err := runtimeguard.Open(c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rt.Close()) })
	return rt
}

func TestOpenRefuses(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes and links differ")
	}
	write := func(path, text string, mode os.FileMode) string {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), mode))
		require.NoError(t, os.Chmod(path, mode))
		return path
	}
	const good = "version: 1\nextends: [standard]\n"
	for _, c := range []struct {
		name, says string
		change     func(f folders, c *runtimeguard.Config)
	}{
		{"no workspace", "Config.Workspace is empty", func(f folders, c *runtimeguard.Config) { c.Workspace = "" }},
		{"a workspace that isn't there", "no such file", func(f folders, c *runtimeguard.Config) { c.Workspace += "/none" }},
		{"a workspace that is a file", "is not a folder", func(f folders, c *runtimeguard.Config) {
			c.Workspace = write(f.base+"/file", "", 0o644)
		}},
		{"state inside the workspace", "lies inside", func(f folders, c *runtimeguard.Config) { c.State = f.workspace + "/.state" }},
		{"state inside the workspace by ..", "lies inside", func(f folders, c *runtimeguard.Config) { c.State = f.temp + "/../ws/.state" }},
		{"state inside by a link", "lies inside", func(f folders, c *runtimeguard.Config) {
			require.NoError(t, os.Symlink(f.workspace, f.base+"/link"))
			c.State = f.base + "/link/state"
		}},
		{"state inside another root", "lies inside", func(f folders, c *runtimeguard.Config) { c.Roots, c.State = []string{f.base}, f.base+"/state" }},
		{"state inside a read-only root", "lies inside", func(f folders, c *runtimeguard.Config) {
			require.NoError(t, os.Mkdir(f.base+"/ro", 0o755))
			c.ReadOnly, c.State = []string{f.base + "/ro"}, f.base+"/ro/state"
		}},
		{"state in the temporary folder", "lies inside", func(f folders, c *runtimeguard.Config) { c.State = f.temp + "/state" }},
		{"state around the workspace", "lies inside the state folder", func(f folders, c *runtimeguard.Config) { c.State = f.base }},
		{"state others may write", "others may write it", func(f folders, c *runtimeguard.Config) {
			require.NoError(t, os.Mkdir(f.state, 0o755))
			require.NoError(t, os.Chmod(f.state, 0o777))
		}},
		{"a part of the state others may write", "others may write it", func(f folders, c *runtimeguard.Config) {
			require.NoError(t, os.MkdirAll(f.state+"/backups", 0o755))
			require.NoError(t, os.Chmod(f.state+"/backups", 0o770))
		}},
		{"policy in the workspace", "where the agent may write", func(f folders, c *runtimeguard.Config) {
			c.Policy = write(f.workspace+"/p.yaml", good, 0o644)
		}},
		{"policy that leads into the workspace", "where the agent may write", func(f folders, c *runtimeguard.Config) {
			write(f.workspace+"/p.yaml", good, 0o644)
			c.Policy = f.base + "/p.yaml"
			require.NoError(t, os.Symlink(f.workspace+"/p.yaml", c.Policy))
		}},
		{"policy by a link in the workspace", "where the agent may write", func(f folders, c *runtimeguard.Config) {
			write(f.base+"/p.yaml", good, 0o644)
			c.Policy = f.workspace + "/p.yaml"
			require.NoError(t, os.Symlink(f.base+"/p.yaml", c.Policy))
		}},
		{"policy that extends a file in the workspace", "where the agent may write", func(f folders, c *runtimeguard.Config) {
			write(f.workspace+"/q.yaml", good, 0o644)
			c.Policy = write(f.base+"/p.yaml", "version: 1\nextends: [ws/q.yaml]\n", 0o644)
		}},
		{"policy others may write", "others may write it", func(f folders, c *runtimeguard.Config) {
			c.Policy = write(f.base+"/p.yaml", good, 0o666)
		}},
		{"policy in a folder others may write", "others may write it", func(f folders, c *runtimeguard.Config) {
			c.Policy = write(f.base+"/open/p.yaml", good, 0o644)
			require.NoError(t, os.Chmod(f.base+"/open", 0o777))
		}},
		{"policy that doesn't load", "p.yaml:", func(f folders, c *runtimeguard.Config) {
			c.Policy = write(f.base+"/p.yaml", "version: 1\nextends: [standard]\nrulez: []\n", 0o644)
		}},
		{"the state's own policy that doesn't load", "policy.yaml:", func(f folders, c *runtimeguard.Config) {
			write(f.state+"/policy.yaml", "nonsense", 0o644)
		}},
		{"insisting on approvals", "advisory", func(f folders, c *runtimeguard.Config) {
			c.InsistOnApprovals, c.Containment.Off = true, true
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFolders(t)
			cfg := f.config()
			c.change(f, &cfg)
			rt, err := runtimeguard.Open(cfg)
			require.ErrorContains(t, err, c.says)
			require.Nil(t, rt)
			require.NoDirExists(t, f.workspace+"/.state")
			require.NoDirExists(t, f.workspace+"/state")
		})
	}
}

// do runs a tool call whose handler only says that it ran.
func do(rt *runtimeguard.Runtime, tool, args string) (ran bool, err error) {
	err = rt.Do(context.Background(), guard.Call{Tool: tool, Raw: []byte(args), Principal: guard.Principal{Agent: "a", Session: "s"}},
		func(context.Context) (guard.Outcome, error) {
			ran = true
			return guard.Outcome{}, nil
		})
	return ran, err
}

func TestHalt(t *testing.T) {
	f := newFolders(t)
	rt := open(t, f.config())
	ran, err := do(rt, "run_command", `{"command":"ls"}`)
	require.NoError(t, err)
	require.True(t, ran)

	require.NoError(t, runtimeguard.Halt(f.state, "incident 7"))
	ran, err = do(rt, "run_command", `{"command":"ls"}`)
	require.EqualError(t, err, "deny: stopped by the operator: incident 7")
	require.False(t, ran)

	require.NoError(t, runtimeguard.Resume(f.state))
	require.NoError(t, runtimeguard.Resume(f.state), "there is nothing to end")
	ran, err = do(rt, "run_command", `{"command":"ls"}`)
	require.NoError(t, err)
	require.True(t, ran)
}

// After Close nothing can be recorded, so nothing runs.
func TestCloseRefuses(t *testing.T) {
	rt, err := runtimeguard.Open(newFolders(t).config())
	require.NoError(t, err)
	require.NoError(t, rt.Close())
	ran, err := do(rt, "run_command", `{"command":"ls"}`)
	require.Error(t, err)
	require.False(t, ran)
}

// The tools of an agent can't reach the guard's own files.
func TestStateIsOutOfReach(t *testing.T) {
	f := newFolders(t)
	rt := open(t, f.config())
	_, err := do(rt, "run_command", `{"command":"git push --force"}`)
	require.Error(t, err)
	require.NotContains(t, err.Error(), f.state)
	for tool, args := range map[string]string{
		"read_file":      `{"path":"` + f.state + `/keys/approver.key"}`,
		"write_file":     `{"path":"` + f.state + `/policy.yaml","content":""}`,
		"delete_file":    `{"path":"` + f.state + `/audit"}`,
		"list_directory": `{"path":"` + f.state + `"}`,
		"run_command":    `{"command":"cat ` + f.state + `/keys/*"}`,
	} {
		t.Run(tool, func(t *testing.T) {
			ran, err := do(rt, tool, args)
			require.False(t, ran)
			var denied *guard.DeniedError
			require.ErrorAs(t, err, &denied)
			require.Equal(t, guard.Deny, denied.Decision.Effect, "not even asked about")
		})
	}
}
