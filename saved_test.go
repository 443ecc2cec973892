package runtimeguard_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/audit"
	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/guard"
)

// What a call would change is saved when it is decided; its steps, on files that
// stand as they were, name that backup and make no other.
func TestSavedOncePerCall(t *testing.T) {
	f := newFolders(t)
	rt := open(t, f.config())
	file := filepath.Join(f.workspace, "notes")
	tool := filepath.Join(f.workspace, "tool")
	for name, c := range map[string]struct {
		tool, args, needs string
		run               func(ctx context.Context) error
	}{
		"delete_file": {"delete_file", `{"path":"notes"}`, "", func(ctx context.Context) error { return rt.Files.Delete(ctx, file, false) }},
		"write_file":  {"write_file", `{"path":"notes","content":"y"}`, "", func(ctx context.Context) error { return rt.Files.Write(ctx, file, []byte("y")) }},
		"edit_file": {"edit_file", `{"path":"notes","old":"x","new":"y"}`, "", func(ctx context.Context) error {
			_, err := rt.Files.Edit(ctx, file, []byte("x"), []byte("y"), false)
			return err
		}},
		"a new file": {"write_file", `{"path":"new","content":"y"}`, "", func(ctx context.Context) error { return rt.Files.Write(ctx, "new", []byte("y")) }},
		"rm":         {"run_command", `{"command":"rm notes"}`, "rm", nil},
		"a program":  {"run_command", `{"command":"./tool"}`, "/usr/bin/python3", nil},
	} {
		if _, err := exec.LookPath(c.needs); c.needs != "" && err != nil {
			continue
		}
		require.NoError(t, os.WriteFile(file, []byte("x"), 0o600))
		require.NoError(t, os.WriteFile(tool, []byte("#!/usr/bin/python3\nimport os\nos.remove('notes')\n"), 0o755))
		before, err := rt.Backups.List(t.Context())
		require.NoError(t, err)
		err = rt.Do(t.Context(), guard.Call{Tool: c.tool, Raw: []byte(c.args)}, func(ctx context.Context) (guard.Outcome, error) {
			if c.run != nil {
				return guard.Outcome{}, c.run(ctx)
			}
			call, _ := guard.Running(ctx)
			r, err := rt.Shell.Run(ctx, boundary.Command{Text: call.Args["command"].(string)})
			require.Zero(t, r.Exit, "%s: %s", name, r.Output)
			return r.Outcome(), err
		})
		require.NoError(t, err, name)
		saved, err := rt.Backups.List(t.Context())
		require.NoError(t, err)
		require.Len(t, saved, len(before)+1, name)
		snapshots := map[string]bool{}
		for e, err := range audit.Query(t.Context(), runtimeguard.AuditDir(f.state), audit.Filter{ID: saved[len(before)].Call}) {
			require.NoError(t, err)
			if e.Record.Snapshot != "" {
				snapshots[e.Record.Snapshot] = true
			}
		}
		require.Equal(t, map[string]bool{saved[len(before)].ID: true}, snapshots, name)
	}
}

// What has changed since the call was saved is saved again before it is lost.
func TestStepsSaveWhatHasChanged(t *testing.T) {
	f := newFolders(t)
	rt := open(t, f.config())
	file := filepath.Join(f.workspace, "notes")
	require.NoError(t, os.WriteFile(file, []byte("one"), 0o600))
	info, err := os.Stat(file)
	require.NoError(t, err)
	err = rt.Do(t.Context(), guard.Call{Tool: "delete_file", Raw: []byte(`{"path":"notes"}`)}, func(ctx context.Context) (guard.Outcome, error) {
		require.NoError(t, os.WriteFile(file, []byte("two"), 0o600)) // somebody else, as far as the call is concerned
		require.NoError(t, os.Chtimes(file, info.ModTime(), info.ModTime()))
		return guard.Outcome{}, rt.Files.Delete(ctx, file, false)
	})
	require.NoError(t, err)
	saved, err := rt.Backups.List(t.Context())
	require.NoError(t, err)
	require.Len(t, saved, 2)
	for i, want := range []string{"one", "two"} {
		plan, err := rt.Backups.Plan(t.Context(), saved[i].ID)
		require.NoError(t, err)
		_, err = rt.Backups.Apply(t.Context(), plan)
		require.NoError(t, err)
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, want, string(text))
	}
}
