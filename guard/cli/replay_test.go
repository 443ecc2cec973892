package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/audit"
	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/policy"
)

// saved says that everything was saved.
type saved struct{}

func (saved) Snapshot(context.Context, *guard.Call) (string, error) { return "s", nil }

// recorded judges commands by the preset standard, runs nothing, and returns the
// folder of the log that this leaves.
func recorded(t *testing.T, commands ...string) string {
	t.Helper()
	pol, err := policy.Preset("standard")
	require.NoError(t, err)
	ws, err := boundary.NewWorkspace(boundary.WorkspaceConfig{Roots: []string{"/srv/none"}, Home: "/home/none", Temp: []string{"/tmp"}})
	require.NoError(t, err)
	in, err := boundary.NewInspector(boundary.InspectorConfig{Workspace: ws, Vocabulary: pol, Tools: runtimeguard.Bindings(), Sensitive: pol.Sensitive})
	require.NoError(t, err)
	dir := t.TempDir()
	log, err := audit.Open(dir, audit.Config{NoSync: true})
	require.NoError(t, err)
	defer log.Close()
	e, err := guard.New(guard.Config{Inspector: in, Guard: guard.All(pol, ws), Audit: log, Backup: saved{}})
	require.NoError(t, err)
	for _, c := range commands {
		raw, err := json.Marshal(map[string]string{"command": c})
		require.NoError(t, err)
		call := guard.Call{Tool: "run_command", Raw: raw, Dir: "/srv/none", Principal: guard.Principal{Agent: "builder"}}
		_ = e.Do(t.Context(), call, func(context.Context) (guard.Outcome, error) { return guard.Outcome{}, nil })
	}
	return dir
}

var history = []string{"ls", "git push --force", "git push -f", "git commit -m x", "curl https://db.example.com", "cat .env",
	"echo ghp_" + strings.Repeat("a1B2", 9), "rm x"}

func policyFile(t *testing.T, text string) string {
	file := filepath.Join(t.TempDir(), "new.yaml")
	require.NoError(t, os.WriteFile(file, []byte("version: 1\nextends: [standard]\n"+text), 0o600))
	return file
}

// The policy that decided decides the same again.
func TestReplayOfTheSame(t *testing.T) {
	log := recorded(t, history...)
	status, out, errs := run("", "replay", "-policy", "standard", log)
	require.Zero(t, status, errs)
	require.Equal(t, log+": 7 decisions judged again by standard, 0 would be others\n"+
		"       1 not replayable: secrets were taken out of their text, or it was cut\n", out)
}

func TestReplay(t *testing.T) {
	log := recorded(t, history...)
	file := policyFile(t, `disable: [git-push-force]
rules:
  - {id: no-db, effect: deny, on: {connect: db.example.com}}
  - {id: commits, effect: ask, on: {exec: git commit}}
  - {id: list, effect: deny, on: {exec: ls}, mode: audit}
`)
	status, out, errs := run("", "replay", "-policy", file, log)
	require.Zero(t, status, errs)
	require.Contains(t, out, "7 decisions judged again by "+file+", 4 would be others\n")
	require.Regexp(t, `(?s)
allow instead of ask, no longer by rule "git-push-force" \(standard\.yaml:\d+\): 2
    \S+ \S+  run_command  exec git push --force
    \S+ \S+  run_command  exec git push -f
.*
ask instead of allow, by rule "commits" \(new\.yaml:6\): 1
    \S+ \S+  run_command  exec git commit -m x
.*
deny instead of ask, by rule "no-db" \(new\.yaml:5\): 1
    \S+ \S+  run_command  connect db\.example\.com
$`, out)
	require.NotContains(t, out, "list")

	// A file with the log's lines is as good as its folder.
	raw, err := os.ReadFile(filepath.Join(log, "00000001.jsonl"))
	require.NoError(t, err)
	single := filepath.Join(t.TempDir(), "log.jsonl")
	require.NoError(t, os.WriteFile(single, append(raw, "nonsense\n"...), 0o600))
	_, fromFile, errs := run("", "replay", "-policy", file, single)
	require.Empty(t, errs)
	require.Equal(t, strings.ReplaceAll(out, log, single), strings.Replace(fromFile, "       1 lines can't be read: see runtimeguard audit verify\n", "", 1))
	require.Contains(t, fromFile, "1 lines can't be read")

	_, out, _ = run("", "replay", "-since", "2999-01-01", "-policy", file, log)
	require.Contains(t, out, ": 0 decisions judged again")
}

// Many changes of one sort show some; -v shows all.
func TestReplayOfMany(t *testing.T) {
	log := recorded(t, "ls a", "ls b", "ls c", "ls d", "ls e")
	file := policyFile(t, "rules:\n  - {id: no-ls, effect: deny, on: {exec: ls}}\n")
	_, out, _ := run("", "replay", "-policy", file, log)
	require.Contains(t, out, `by rule "no-ls" (new.yaml:4): 5`)
	require.Contains(t, out, "exec ls c\n    and 2 more\n")
	_, out, _ = run("", "replay", "-v", "-policy", file, log)
	require.Contains(t, out, "exec ls e\n")
	require.NotContains(t, out, "more")
}

// What the log doesn't hold is not judged from less: arguments, and what was
// refused beside the policy.
func TestReplayLeavesOut(t *testing.T) {
	log := recorded(t, "ls", "git commit -m x")
	file := policyFile(t, `variables: {quick: 'call.args.?quick.orValue("") == "yes"'}
rules:
  - {id: quickly, effect: ask, on: {exec: ls}, when: quick}
  - {id: quicker, effect: ask, on: {exec: curl}, unless: 'call.args.?quick.orValue("") == "yes"'}
`)
	_, out, errs := run("", "replay", "-policy", file, log)
	require.Empty(t, errs)
	require.Equal(t, log+": 1 decision judged again by "+file+", 0 would be others\n"+
		"       1 not replayable: a rule reads call.args or call.session, of which the log keeps digests\n", out)

	var l bytes.Buffer
	a, err := audit.Open(t.TempDir(), audit.Config{NoSync: true, Sinks: []audit.Sink{audit.SinkFunc(func(_ context.Context, e audit.Entry) error { l.Write(e.Raw); return nil })}})
	require.NoError(t, err)
	allowed := []guard.Fired{{Rule: "r", Pos: "p:1", Effect: guard.Allow}}
	for _, d := range []guard.Decision{guard.Refuse("no arguments"), {Effect: guard.Deny, Fired: allowed}} {
		call := &guard.Call{ID: "1", Tool: "t"}
		if d.Fired != nil {
			call.Actions = []guard.Action{{Kind: guard.KindUse}}
		}
		require.NoError(t, a.Append(t.Context(), guard.Record{Phase: guard.PhaseDecided, Call: call, Decision: d}))
	}
	require.NoError(t, a.Close())
	single := filepath.Join(t.TempDir(), "log.jsonl")
	require.NoError(t, os.WriteFile(single, l.Bytes(), 0o600))
	_, out, errs = run("", "replay", "-policy", "standard", single)
	require.Empty(t, errs)
	require.Contains(t, out, "0 decisions judged again")
	require.Contains(t, out, "2 left out: something else than a rule refused")
}

func TestReplayOfNothing(t *testing.T) {
	for _, args := range [][]string{{"replay", "x"}, {"replay", "-policy", "standard", "a", "b"}} {
		status, _, _ := run("", args...)
		require.Equal(t, 2, status, args)
	}
	status, _, errs := run("", "replay", "-policy", "standard", filepath.Join(t.TempDir(), "none"))
	require.Equal(t, 1, status)
	require.Contains(t, errs, "no such file or directory")
	status, _, errs = run("", "replay", "-policy", "stanard", t.TempDir())
	require.Equal(t, 1, status)
	require.NotEmpty(t, errs)
}
