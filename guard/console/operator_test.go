package console_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/audit"
)

func (w *world) operated() (out []audit.Entry) {
	w.t.Helper()
	for e, err := range audit.Query(w.t.Context(), filepath.Join(w.state, "audit"), audit.Filter{Event: "operated"}) {
		require.NoError(w.t, err)
		out = append(out, e)
	}
	return out
}

// What is done on the page is in the record, with the session that it was done
// in. Where it can't be, the page says so, and nothing is restored.
func TestOperatorsActionsAreRecorded(t *testing.T) {
	w := newWorld(t)
	h := w.console()
	b, other := enter(t, h), enter(t, h)
	file := filepath.Join(w.workspace, "notes")
	require.NoError(t, os.WriteFile(file, []byte("one\ntwo\n"), 0o600))
	require.NoError(t, w.call("delete_file", map[string]any{"path": "notes"}, func(ctx context.Context) error { return w.rt.Files.Delete(ctx, file, false) }))
	id := w.ask("git push --force")
	b.post("/api/requests/"+id+"/deny", `{"reason":"not today"}`, http.StatusOK)
	b.post("/api/halt", `{"reason":"an incident"}`, http.StatusOK)
	other.post("/api/resume", `{}`, http.StatusOK)
	var all backups
	var one backup
	b.get("/api/backups", &all)
	path := "/api/backups/" + all.Backups[0].ID
	b.get(path, &one)

	log := filepath.Join(w.state, "audit")
	require.NoError(t, os.Chmod(log, 0o777)) // which the log refuses
	require.Contains(t, b.post(path+"/restore", `{"plan":"`+one.Plan+`"}`, http.StatusInternalServerError), "can't be recorded")
	require.NoFileExists(t, file)
	require.Contains(t, b.post("/api/halt", `{"reason":"x"}`, http.StatusOK), `"unrecorded":["audit: `)
	require.Error(t, w.call("run_command", map[string]any{"command": "ls"}, nil))
	require.NoError(t, os.Chmod(log, 0o700))

	require.NotContains(t, b.post(path+"/restore", `{"plan":"`+one.Plan+`"}`, http.StatusOK), "unrecorded")
	require.FileExists(t, file)
	var got, sessions []string
	for _, e := range w.operated() {
		require.Equal(t, "ann@desk", e.Record.Call.Principal.User)
		got = append(got, e.Record.Call.Tool+" "+e.Record.Decision.Reason)
		sessions = append(sessions, e.Record.Call.Principal.Session)
	}
	saved := all.Backups[0].ID
	require.Equal(t, []string{"deny not today", "halt an incident", "resume ", "restore snapshot " + saved + ": 1 change", "restore snapshot " + saved + ": 1 create"}, got)
	require.Regexp(t, `^console [0-9a-f]{16}$`, sessions[0])
	require.Equal(t, []string{sessions[0], sessions[0], sessions[2], sessions[0], sessions[0]}, sessions)
	require.NotEqual(t, sessions[0], sessions[2])
	require.NotContains(t, b.cookie, sessions[0][8:], "the record opens nothing")
}
