package policytest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/policy"
	"github.com/runtimeguard/runtimeguard/policy/policytest"
)

const own = `version: 1
extends: [standard]
rules:
  - {id: no-deploy, effect: deny, on: {exec: deploy}, unless: call.agent == "release" && call.verified}
  - {id: api, effect: allow, on: {connect: api.example.com}}
`

// write puts the policy and a test file into a folder and returns the latter.
func write(t *testing.T, table string) string {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "policy.yaml"), []byte(own), 0o600))
	file := filepath.Join(dir, "policy_test.yaml")
	require.NoError(t, os.WriteFile(file, []byte(table), 0o600))
	return file
}

func TestTable(t *testing.T) {
	file := write(t, `policy: policy.yaml
workspace: /srv/proj
agent: builder
tools: {fetch: {connect: url}}
cases:
  - {command: deploy now, expect: deny, rule: no-deploy}
  - {name: the release agent, command: deploy now, agent: release, verified: true, expect: allow}
  - {name: a client that calls itself release, command: deploy now, agent: release, expect: deny}
  - {tool: fetch, args: {url: "https://api.example.com/x"}, expect: allow, rule: [api, no-deploy]}
  - {tool: write_file, args: {path: a.txt, content: x}, expect: allow, require: backup}
  - {command: cat a.txt, dir: /etc, expect: allow, rule: system-read}
  - {actions: [{kind: read, path: /home/dev/x}], expect: deny, rule: default.read, reason: outside}
  - {actions: [{kind: delete, path: /srv/proj, root: true}], expect: deny, rule: whole-root}
`)
	policytest.Run(t, file)
	report, err := policytest.RunFile(nil, file)
	require.NoError(t, err)
	require.Zero(t, report.Failed())
	require.Equal(t, "policy_test.yaml:6", report.Cases[0].Pos)
	require.Equal(t, "deploy now", report.Cases[0].Name)
	require.Equal(t, "policy.yaml", filepath.Base(report.Policy))
	require.Empty(t, report.Unfired)
}

// A case that fails says what was wanted, what came and by which rule.
func TestFailures(t *testing.T) {
	file := write(t, `policy: policy.yaml
cases:
  - {command: deploy, expect: allow}
  - {command: git push -f, expect: ask, rule: installs}
  - {command: ls, expect: allow, rule: no-such}
  - {command: rm x, expect: allow, require: seccomp}
  - {command: cat .env, expect: deny, reason: because}
`)
	report, err := policytest.RunFile(nil, file)
	require.NoError(t, err)
	require.Equal(t, 5, report.Failed())
	for i, want := range []string{
		"want allow, got deny by no-deploy (policy.yaml:4): deploy",
		"want ask by installs, got ask by git-push-force (standard.yaml:",
		`the policy has no rule "no-such"`,
		"want it to require seccomp, got [backup]",
		`want a reason with "because", got "this file holds secrets: /srv/proj/.env"`,
	} {
		require.ErrorContains(t, report.Cases[i].Err, want)
	}
}

// A test that can't test anything is no test.
func TestFilesThatCannotBeRun(t *testing.T) {
	for table, want := range map[string]string{
		"":                                 "no cases: a test that tests nothing fails",
		"policy: policy.yaml\n":            "no cases: a test that tests nothing fails",
		"policy: policy.yaml\ncases: []\n": "no cases: a test that tests nothing fails",
		"policy: policy.yaml\ncasse: []\n": `policy_test.yaml:2: unknown key "casse": want one of policy, workspace, home, temp,`,
		"cases: [{command: ls, expect: allow}]\n":                                    "policy is missing: name a preset, or a file relative to this one",
		"policy: policy.yaml\ncases: [{command: ls}]\n":                              "policy_test.yaml:2: expect is missing: deny, ask or allow",
		"policy: policy.yaml\ncases: [{command: ls, expect: alow}]\n":                `effect "alow": want deny, ask or allow`,
		"policy: policy.yaml\ncases: [{command: ls, tool: x, expect: deny}]\n":       "a case has one of command, tool and actions",
		"policy: policy.yaml\ncases: [{expect: deny}]\n":                             "a case has one of command, tool and actions",
		"policy: policy.yaml\ncases: [{command: ls, expect: deny, engine: fast}]\n":  `engine "fast": want none, compat or exact`,
		"policy: policy.yaml\ncases: [{command: ls, expect: deny, tier: high}]\n":    `tier "high": want none, landlock, seccomp or namespace`,
		"policy: nowhere.yaml\ncases: [{command: ls, expect: deny}]\n":               "nowhere.yaml",
		"policy: policy.yaml\ncases: [{command: ls, expect: deny, exepct: allow}]\n": `policy_test.yaml:2: unknown key "exepct": want one of name, workspace, home, temp, dir, agent, session, user, verified, engine, tier, command, tool, args, actions, expect, rule, require, fires, reason`,
	} {
		_, err := policytest.RunFile(nil, write(t, table))
		require.ErrorContains(t, err, want, table)
	}
	_, err := policytest.RunFile(nil, filepath.Join(t.TempDir(), "none.yaml"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestFixture(t *testing.T) {
	p, err := policy.Parse("own.yaml", []byte(own))
	require.NoError(t, err)
	f := policytest.Fixture{Policy: p, Workspace: "/work/x"}

	f.Command(t, "git push --force").Ask("git-push-force")
	f.Command(t, "rm -rf build").Allow().Requires(guard.RequireBackup)
	f.Tool(t, "read_file", map[string]any{"path": ".env"}).Deny("sensitive")
	f.Actions(t, guard.Action{Kind: guard.KindConnect, Host: "api.example.com"}).Allow("api")

	f.Principal = guard.Principal{Agent: "release", Verified: true}
	f.Command(t, "deploy").Allow()
	f.Engine = guard.EngineExact
	f.Actions(t, guard.Action{Kind: guard.KindUnknown, Reason: "x"}).Allow("judged-when-known")

	r := &recorder{TB: t}
	f.Command(r, "ls").Deny()
	f.Command(r, "ls").Allow("no-such")
	f.Command(r, "ls").Requires(guard.RequireSeccomp)
	f.Command(r, "ls").Fires("no-deploy")
	require.Len(t, r.errors, 4)
	require.Regexp(t, `^ls: want deny, got allow by workspace-read \(standard\.yaml:\d+\)$`, r.errors[0])
	require.Equal(t, []string{
		`ls: the policy has no rule "no-such"`,
		"ls: want it to require seccomp, got []",
	}, r.errors[1:3])
	require.Contains(t, r.errors[3], "ls: want rule no-deploy to fire, got allow by workspace-read")
}

// recorder keeps the errors of a test that is meant to fail.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}
