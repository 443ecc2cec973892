package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/audit"
	"github.com/runtimeguard/runtimeguard/guard"
)

// lost deletes a file of the agent's workspace, and returns its path and the
// backup that holds it.
func (h *host) lost(name string) (file, saved string) {
	h.t.Helper()
	file = filepath.Join(filepath.Dir(h.state), "ws", name)
	require.NoError(h.t, os.WriteFile(file, []byte(name), 0o600))
	require.NoError(h.t, h.rt.Do(h.t.Context(), guard.Call{Tool: "delete_file", Args: map[string]any{"path": name}},
		func(ctx context.Context) (guard.Outcome, error) {
			return guard.Outcome{}, h.rt.Files.Delete(ctx, file, false)
		}))
	require.NoFileExists(h.t, file)
	list := strings.Split(strings.TrimSpace(run1(h.t, "backups", "-state", h.state)), "\n")
	return file, strings.Fields(list[len(list)-1])[0]
}

func (h *host) operated() (out []audit.Entry) {
	h.t.Helper()
	for e, err := range audit.Query(h.t.Context(), filepath.Join(h.state, "audit"), audit.Filter{Event: "operated"}) {
		require.NoError(h.t, err)
		out = append(out, e)
	}
	return out
}

// What an operator does is in the record: who, what, and what came of it. What
// an agent calls itself isn't.
func TestOperatorsActionsAreRecorded(t *testing.T) {
	h := newHost(t, approval.Config{})
	command := func(args ...string) { run1(t, append([]string{args[0], "-state", h.state}, args[1:]...)...) }
	yes, no := h.ask("git push --force"), h.ask("git push --force origin main")
	command("approvals", "approve", yes)
	command("approvals", "deny", no, "not", "today")
	command("approvals", "remove", no)
	file, saved := h.lost("notes")
	require.NoError(t, os.WriteFile(file, []byte("another"), 0o600))
	command("backups", "restore", saved)
	command("backups", "-keep", "1", "prune")
	command("halt", "an", "incident")
	command("resume")
	for _, name := range []string{"halt", "operated"} {
		err := h.rt.Do(t.Context(), guard.Call{Tool: name, Args: map[string]any{}, Principal: guard.Principal{Agent: "operated", User: "ann"}},
			func(context.Context) (guard.Outcome, error) { panic("ran") })
		require.Error(t, err)
	}

	var got []string
	ids := map[string]int{}
	for _, e := range h.operated() {
		r := &e.Record
		require.Regexp(t, `^\S+@\S+$`, r.Call.Principal.User)
		require.True(t, r.Call.Principal.Verified)
		ids[r.Call.ID]++
		line := r.Call.Tool + ": " + r.Decision.Reason + " " + r.Request
		if len(r.Call.Actions) > 0 {
			require.Equal(t, file, r.Call.Actions[0].Path)
		}
		if r.Started {
			require.Equal(t, r.Call.Tool == "restore", r.Snapshot != "", "the backup that undoes it")
			line += " done"
		}
		got = append(got, strings.Join(strings.Fields(line), " "))
	}
	require.Equal(t, []string{
		"approve: " + yes, "deny: not today " + no, "remove: " + no,
		"restore: snapshot " + saved + ": 1 change", "restore: snapshot " + saved + ": 1 overwrite done",
		"prune: keep: age 0s, count 1, bytes 0", got[6], "halt: an incident", "resume:",
	}, got)
	require.Regexp(t, `^prune: [1-9] snapshots? and \d+ contents? removed done$`, got[6])
	require.Len(t, ids, 7, "one id for the beginning and the end of each")
	require.Contains(t, run1(t, "audit", "query", "-state", h.state, "-event", "operated", "-path", file), "restore  by=")
	require.Contains(t, run1(t, "audit", "tail", "-state", h.state), "operated         halt  by="+h.operated()[0].Record.Call.Principal.User+"  an incident")
	require.Contains(t, run1(t, "audit", "verify", "-state", h.state), "the chain holds")
}

// Nothing is restored or pruned that can't be recorded. A halt doesn't wait for
// a log, nor does a no.
func TestOperatorWithoutALog(t *testing.T) {
	h := newHost(t, approval.Config{})
	id := h.ask("git push --force")
	file, saved := h.lost("notes")
	log := filepath.Join(h.state, "audit")
	require.NoError(t, os.Chmod(log, 0o777)) // which it refuses
	before := run1(t, "backups", "-state", h.state)
	for _, args := range [][]string{{"restore", saved}, {"-keep", "1", "prune"}} {
		status, out, errs := run("", append([]string{"backups", "-state", h.state}, args...)...)
		require.Equal(t, 1, status, out)
		require.Contains(t, errs, "can't be recorded")
	}
	require.NoFileExists(t, file)
	require.Equal(t, before, run1(t, "backups", "-state", h.state))
	for _, args := range [][]string{{"halt", "-state", h.state, "incident"}, {"resume", "-state", h.state}, {"approvals", "-state", h.state, "deny", id}} {
		status, out, errs := run("", args...)
		require.Zero(t, status, out)
		require.Contains(t, errs, "the log has no record of it: audit: ")
		if args[0] == "halt" {
			require.ErrorContains(t, h.rt.Do(t.Context(), guard.Call{Tool: "run_command", Args: map[string]any{"command": "ls"}},
				func(context.Context) (guard.Outcome, error) { panic("ran") }), "incident")
		}
	}
	require.NoError(t, os.Chmod(log, 0o700))
	require.Empty(t, h.operated())
}
