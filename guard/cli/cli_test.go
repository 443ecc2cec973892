package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/guard/cli"
)

// run runs the command and returns its exit status and what it printed.
func run(in string, args ...string) (status int, out, errs string) {
	var o, e bytes.Buffer
	status = cli.Main(args, strings.NewReader(in), &o, &e)
	return status, o.String(), e.String()
}

// elsewhere are flags for a machine that isn't this one.
var elsewhere = []string{"check", "-workspace", "/srv/none", "-home", "/home/none", "-state", "/var/lib/none"}

func check(in string, args ...string) (int, string, string) {
	return run(in, append(elsewhere[:len(elsewhere):len(elsewhere)], args...)...)
}

func TestHelp(t *testing.T) {
	status, out, _ := run("", "help")
	require.Zero(t, status)
	for _, name := range []string{"check", "init", "test", "lint", "schema", "approvals", "backups", "audit", "halt", "resume"} {
		require.Contains(t, out, "\n  "+name+" ")
		status, _, errs := run("", name, "-help")
		require.Zero(t, status, name)
		require.Contains(t, errs, "usage: runtimeguard "+name)
	}
	status, _, errs := run("", "chekc")
	require.Equal(t, 2, status)
	require.Contains(t, errs, `unknown command "chekc"`)
	status, _, _ = run("")
	require.Equal(t, 2, status)
}

func TestCheckAnswersLinesInOrder(t *testing.T) {
	status, out, errs := check(`{"id":"a","command":"ls","class":"ignored"}

{"id":7,"command":"rm -rf /"}
{"command":"cat notes","cwd":"/srv/none/docs"}
{"id":"t","tool":"write_file","args":{"path":"a.txt","content":"x"}}
{"id":"c","tool":"write_file","args":{"path":"a.txt","PATH":"/etc/passwd","content":"x"}}
{"id":"u","tool":"launch"}`)
	require.Zero(t, status, errs)
	type answer struct {
		ID      any
		Effect  string
		Rules   []string
		Reason  string
		Actions int
	}
	var got []answer
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		var a answer
		require.NoError(t, json.Unmarshal([]byte(line), &a))
		require.NotNil(t, a.Rules)
		got = append(got, a)
	}
	require.Len(t, got, 6)
	require.Equal(t, answer{ID: "a", Effect: "allow", Rules: got[0].Rules, Actions: got[0].Actions}, got[0])
	require.Equal(t, 7.0, got[1].ID)
	require.Equal(t, "deny", got[1].Effect)
	require.NotEmpty(t, got[1].Rules)
	require.NotEmpty(t, got[1].Reason)
	require.Nil(t, got[2].ID)
	require.Equal(t, []string{"allow", "allow", "deny", "ask"}, []string{got[2].Effect, got[3].Effect, got[4].Effect, got[5].Effect})
}

func TestCheckReportsBrokenLinesAndGoesOn(t *testing.T) {
	status, out, _ := check("{\"id\":\"x\",\"command\":3}\nnonsense\n{\"id\":\"both\",\"command\":\"ls\",\"tool\":\"t\"}\n{\"id\":\"none\"}\n{\"id\":\"ok\",\"command\":\"ls\"}\n")
	require.Equal(t, 1, status)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 5)
	for _, l := range lines[:4] {
		require.Contains(t, l, `"error":`)
		require.NotContains(t, l, `"effect"`)
	}
	require.Contains(t, lines[2], `"id":"both"`)
	require.Contains(t, lines[4], `"effect":"allow"`)
}

func TestCheckWritesNothing(t *testing.T) {
	dir := t.TempDir()
	home := t.TempDir()
	t.Setenv("XDG_STATE_HOME", home)
	status, _, errs := run(`{"command":"rm x; git push --force"}`, "check", "-workspace", dir)
	require.Zero(t, status, errs)
	for _, d := range []string{dir, home} {
		entries, err := os.ReadDir(d)
		require.NoError(t, err)
		require.Empty(t, entries)
	}
}

func TestCheckOne(t *testing.T) {
	status, out, _ := check("", "git commit -m 'rm -rf /'")
	require.Zero(t, status)
	require.Contains(t, out, `"effect":"allow"`)
	status, out, _ = check("", "-explain", "d=/opt; rm -rf \"$d\"/x")
	require.Zero(t, status)
	require.Regexp(t, `(?s)^deny by rule .*\nactions\n.*delete +/opt/x  \[outside\]  recursive\n +from "\$d"/x\n.*\nrules\n`, out)
	status, _, errs := check("", "ls", "-la")
	require.Equal(t, 2, status)
	require.Contains(t, errs, "quote it as one word")
}

// What contains a call changes what is asked about it.
func TestCheckEngineAndTier(t *testing.T) {
	for _, c := range []struct{ engine, tier, want string }{
		{"none", "none", "ask"}, {"compat", "landlock", "ask"}, {"compat", "namespace", "allow"}, {"exact", "none", "ask"},
	} {
		_, out, errs := check("", "-engine", c.engine, "-tier", c.tier, `python3 -c "import os; print(os.listdir())"`)
		require.Contains(t, out, `"effect":"`+c.want+`"`, "%v: %s", c, errs)
	}
	for _, bad := range [][]string{{"-engine", "warp"}, {"-tier", "hope"}, {"-policy", "/none.yaml"}} {
		status, _, errs := check("", append(bad, "ls")...)
		require.NotZero(t, status)
		require.NotEmpty(t, errs)
	}
}

// What init writes passes its own test, and is found by Open.
func TestInitAndTest(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	status, out, errs := run("", "init", "-state", state)
	require.Zero(t, status, errs)
	file := filepath.Join(state, "policy_test.yaml")
	require.Contains(t, out, "next: runtimeguard test "+file)
	status, out, errs = run("", "test", "-v", file)
	require.Zero(t, status, out+errs)
	require.Equal(t, 6, strings.Count(out, "--- PASS"))
	require.Contains(t, out, "6 cases")

	status, _, errs = run("", "init", "-state", state)
	require.Equal(t, 1, status, "nothing is overwritten")
	require.Contains(t, errs, "exists")

	// Against a policy that lacks the rules, cases fail and say so.
	status, out, _ = run("", "test", "-policy", "readonly", file)
	require.Equal(t, 1, status)
	require.Contains(t, out, "--- FAIL")

	empty := filepath.Join(state, "empty_test.yaml")
	require.NoError(t, os.WriteFile(empty, []byte("policy: standard\ncases: []\n"), 0o600))
	status, out, _ = run("", "test", empty)
	require.Equal(t, 1, status, "no case is no success")
	require.Contains(t, out, "FAIL")
	status, out, _ = run("", "test", t.TempDir())
	require.Equal(t, 1, status, "no file is no success")
	require.Contains(t, out, "no files named *_test.yaml")
}

// The operator's day: a request is listed, shown and approved; a file that was
// deleted is put back; the log verifies until it is touched.
func TestOperator(t *testing.T) {
	base, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	ws, state, temp := filepath.Join(base, "ws"), filepath.Join(base, "state"), filepath.Join(base, "tmp")
	require.NoError(t, os.Mkdir(ws, 0o755))
	require.NoError(t, os.Mkdir(temp, 0o755))
	notes := filepath.Join(ws, "notes")
	require.NoError(t, os.WriteFile(notes, []byte("one\ntwo\n"), 0o640))

	rt, err := runtimeguard.Open(runtimeguard.Config{Workspace: ws, State: state, Temp: []string{temp}, Home: base})
	require.NoError(t, err)
	call := func(tool, args string, h func(context.Context) error) error {
		return rt.Do(t.Context(), guard.Call{Tool: tool, Raw: []byte(args), Principal: guard.Principal{Agent: "tester", Session: "s1"}},
			func(ctx context.Context) (guard.Outcome, error) {
				if h == nil {
					return guard.Outcome{}, nil
				}
				return guard.Outcome{}, h(ctx)
			})
	}
	operator := func(args ...string) string {
		t.Helper()
		status, out, errs := run("", append([]string{args[0], "-state", state}, args[1:]...)...)
		require.Zero(t, status, out+errs)
		return out
	}

	require.Contains(t, operator("approvals"), "nothing waits")
	const push = `{"command":"git push --force"}`
	require.ErrorContains(t, call("run_command", push, nil), "waits for a human")
	list := operator("approvals", "list")
	require.Contains(t, list, "git push --force")
	id := regexp.MustCompile(`(?m)^(\w{16})  pending`).FindStringSubmatch(list)[1]
	require.Contains(t, operator("approvals", "show", id), "git push --force")
	require.Contains(t, operator("approvals", "approve", id), id+" approved by ")
	require.NoError(t, call("run_command", push, nil))
	require.ErrorContains(t, call("run_command", push, nil), "waits for a human", "a grant is spent once")
	list = operator("approvals", "list")
	id = regexp.MustCompile(`(?m)^(\w{16})  pending`).FindStringSubmatch(list)[1]
	require.Contains(t, operator("approvals", "deny", id, "not", "today"), id+" denied by ")
	require.ErrorContains(t, call("run_command", push, nil), "not today")

	require.NoError(t, call("delete_file", `{"path":"notes"}`, func(ctx context.Context) error {
		return rt.Files.Delete(ctx, notes, false)
	}))
	require.NoFileExists(t, notes)
	saved := strings.Fields(operator("backups"))[0]
	require.Contains(t, operator("backups", "show", saved), notes)
	require.Contains(t, operator("backups", "diff", saved), "+two")
	require.Contains(t, run1(t, "backups", "-state", state, "-n", "restore", saved), "create")
	require.NoFileExists(t, notes)
	require.Contains(t, operator("backups", "restore", saved), "undo with")
	text, err := os.ReadFile(notes)
	require.NoError(t, err)
	require.Equal(t, "one\ntwo\n", string(text))
	require.Contains(t, operator("backups", "restore", saved), "nothing to restore")
	require.Contains(t, operator("backups", "verify"), "whole")
	operatorFindsBackups(t, state, notes)

	operator("halt", "incident")
	require.ErrorContains(t, call("run_command", `{"command":"ls"}`, nil), "incident")
	operator("resume")
	require.NoError(t, call("run_command", `{"command":"ls"}`, nil))
	require.NoError(t, rt.Close())

	tail := operator("audit", "tail")
	require.Contains(t, tail, "agent=tester")
	require.Contains(t, run1(t, "audit", "-state", state, "-json", "-effect", "deny", "tail"), `"effect":"deny"`)
	refused := run1(t, "audit", "query", "-state", state, "-agent", "tester", "-effect", "deny", "-since", "1h", "-until", "2100-01-01")
	require.Contains(t, refused, "deny   run_command")
	require.NotContains(t, refused, "allow")
	require.Empty(t, run1(t, "audit", "query", "-state", state, "-until", "2001-01-01"))
	require.Contains(t, run1(t, "audit", "query", "-state", state), "approver=")
	require.Contains(t, operator("audit", "verify"), "the chain holds")
	logs, err := filepath.Glob(filepath.Join(state, "audit", "*.jsonl"))
	require.NoError(t, err)
	require.NotEmpty(t, logs)
	line, err := os.ReadFile(logs[0])
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(logs[0], bytes.Replace(line, []byte("tester"), []byte("nobody"), 1), 0o600))
	status, out, _ := run("", "audit", "-state", state, "verify")
	require.Equal(t, 1, status)
	require.Contains(t, out, "BROKEN")
}

// operatorFindsBackups restores by file, by call and by time, and prunes.
func operatorFindsBackups(t *testing.T, state, notes string) {
	t.Helper()
	backups := func(args ...string) (int, string) {
		status, out, errs := run("", append([]string{"backups", "-state", state}, args...)...)
		if status == 0 {
			require.Empty(t, errs, "no progress in a pipe")
		}
		return status, out + errs
	}
	_, shown := backups("show", strings.Fields(run1(t, "backups", "-state", state))[0])
	call := regexp.MustCompile(`call (\w+)`).FindStringSubmatch(shown)[1]
	for _, by := range [][]string{{"-path", notes}, {"-call", call}, {"-time", "1h"}, {"-time", "1h", "-path", notes}} {
		require.NoError(t, os.WriteFile(notes, []byte("lost"), 0o640))
		status, out := backups(append(by, "-n", "restore")...)
		require.Zero(t, status, out)
		require.Contains(t, out, "overwrite")
		status, out = backups(append(by, "diff")...)
		require.Zero(t, status, out)
		require.Contains(t, out, "+two")
		status, out = backups(append(by, "restore")...)
		require.Zero(t, status, "%v %s", by, out)
		text, err := os.ReadFile(notes)
		require.NoError(t, err)
		require.Equal(t, "one\ntwo\n", string(text), by)
	}
	for _, wrong := range [][]string{{"restore"}, {"-call", call, "restore", "x"}, {"-keep", "-1", "prune"}, {"prune", "x"}, {"show"}} {
		status, out := backups(wrong...)
		require.Equal(t, 2, status, "%v %s", wrong, out)
	}
	status, out := backups("-call", "none", "restore")
	require.Equal(t, 1, status)
	require.Contains(t, out, "nothing like that has been saved")
	status, out = backups("-keep", "1", "prune")
	require.Zero(t, status, out)
	require.Regexp(t, `^removed [1-9]\d* snapshots`, out)
	require.Equal(t, 1, strings.Count(run1(t, "backups", "-state", state), "\n"))
}

func run1(t *testing.T, args ...string) string {
	t.Helper()
	status, out, errs := run("", args...)
	require.Zero(t, status, out+errs)
	return out
}

func TestUnusedStateIsSaid(t *testing.T) {
	for _, args := range [][]string{{"approvals", "list"}, {"backups", "list"}, {"audit", "verify"}} {
		status, out, errs := run("", args[0], "-state", filepath.Join(t.TempDir(), "none"), args[1])
		require.Equal(t, 1, status, args)
		require.NotEmpty(t, errs, out)
	}
}
