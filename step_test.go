package runtimeguard_test

import (
	"context"
	"os"
	"os/user"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/guard"
)

// The file tools are judged again on what they really open: a link that is
// swapped in after the decision gains nothing.
func TestFilesAreJudgedAgain(t *testing.T) {
	f := newFolders(t)
	rt := open(t, f.config())
	env, notes := filepath.Join(f.workspace, ".env"), filepath.Join(f.workspace, "notes")
	require.NoError(t, os.WriteFile(env, []byte("secret"), 0o600))
	require.NoError(t, os.WriteFile(notes, []byte("x"), 0o600))
	err := rt.Do(t.Context(), guard.Call{Tool: "read_file", Raw: []byte(`{"path":"notes"}`)}, func(ctx context.Context) (guard.Outcome, error) {
		require.NoError(t, os.Remove(notes))
		require.NoError(t, os.Symlink(".env", notes))
		text, err := rt.Files.Read(ctx, "notes", 100)
		require.Empty(t, text)
		return guard.Outcome{}, err
	})
	var denied *guard.DeniedError
	require.ErrorAs(t, err, &denied)
	require.Equal(t, "sensitive", denied.Decision.Rule().Rule)
	_, err = rt.Files.Read(t.Context(), env, 100)
	require.Error(t, err, "outside of a call")
}

// What a human approved is covered when the tool comes to do it.
func TestApprovedFilesAreWritten(t *testing.T) {
	f := newFolders(t)
	rt := open(t, f.config())
	require.NoError(t, os.Mkdir(filepath.Join(f.workspace, ".vscode"), 0o755))
	for _, path := range []string{".vscode/settings.json", filepath.Join(f.workspace, ".vscode", "tasks.json")} {
		write := func() error {
			return rt.Do(t.Context(), guard.Call{Tool: "write_file", Args: map[string]any{"path": path, "content": "{}"}}, func(ctx context.Context) (guard.Outcome, error) {
				return guard.Outcome{}, rt.Files.Write(ctx, path, []byte("{}"))
			})
		}
		var pending *guard.PendingError
		require.ErrorAs(t, write(), &pending)
		key, err := approval.LoadKey(filepath.Join(f.state, runtimeguard.KeysDir, runtimeguard.KeyFile))
		require.NoError(t, err)
		me, err := user.Current()
		require.NoError(t, err)
		_, err = rt.Approvals.Approve(t.Context(), pending.Request, me.Username, key)
		require.NoError(t, err)
		require.NoError(t, write())
		require.ErrorAs(t, write(), &pending, "once")
	}
}
