package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// tree writes files and makes their folder the working one.
func tree(t *testing.T, files map[string]string) {
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	t.Chdir(dir)
}

var seconds = regexp.MustCompile(`\d+\.\d\ds`)

// tested runs the tests and returns what is printed, times left out.
func tested(t *testing.T, want int, args ...string) string {
	t.Helper()
	status, out, errs := run("", append([]string{"test"}, args...)...)
	require.Equal(t, want, status, out+errs)
	require.Empty(t, errs)
	return seconds.ReplaceAllString(out, "0.00s")
}

const (
	small = `version: 1
extends: [standard]
rules:
  - {id: no-db, effect: deny, on: {connect: "*.db.example.com"}, unless: call.agent == "dba"}
  - {id: commits, effect: ask, on: {exec: git commit}}
`
	half = `policy: policy.yaml
cases:
  - {actions: [{kind: connect, host: a.db.example.com}], expect: deny, rule: no-db}
  - {command: git commit -m x, expect: ask}
`
	rest = `policy: ../policy.yaml
cases:
  - {actions: [{kind: connect, host: a.db.example.com}], agent: dba, expect: ask}
`
)

func TestTestFindsFiles(t *testing.T) {
	tree(t, map[string]string{"policy.yaml": small, "policy_test.yaml": half, "more/rest_test.yml": rest,
		"vendor/x_test.yaml": "", ".git/x_test.yaml": "", "_old/x_test.yaml": "", "testdata/x_test.yaml": "", "more/other.yaml": ""})
	all := "ok    more/rest_test.yml  1 case  0.00s\nok    policy_test.yaml  2 cases  0.00s\n"
	require.Equal(t, all, filepath.ToSlash(tested(t, 0, "./...")))
	require.Equal(t, all, filepath.ToSlash(tested(t, 0, "...")))
	require.Equal(t, "ok    policy_test.yaml  2 cases  0.00s\n", tested(t, 0))
	require.Equal(t, "ok    policy_test.yaml  2 cases  0.00s\n", tested(t, 0, "policy_test.yaml"))
	require.Equal(t, "ok    more/rest_test.yml  1 case  0.00s\nnote  policy.yaml: rules that no case fires: no-db, commits\n", filepath.ToSlash(tested(t, 0, "more")))
	require.Contains(t, tested(t, 1, "./...", "none"), "FAIL  none: no such file or directory\nFAIL\n")
	require.Equal(t, "FAIL  none/...: no such file or directory\nFAIL\n", tested(t, 1, "none/..."))
	require.Equal(t, "FAIL  vendor/../vendor/../_none: no such file or directory\nFAIL\n", tested(t, 1, "vendor/../vendor/../_none"))
	require.NoError(t, os.Mkdir("empty", 0o700))
	require.Equal(t, "FAIL  empty/...: no files named *_test.yaml\nFAIL\n", tested(t, 1, "empty/..."))
}

func TestTestPrintsFailures(t *testing.T) {
	tree(t, map[string]string{"p/policy.yaml": small, "p/policy_test.yaml": `policy: policy.yaml
cases:
  - {command: git commit -m x, expect: allow}
  - {name: it lists, command: ls, expect: allow, rule: lists}
  - {command: ls, expect: allow}
`, "p/typo_test.yaml": "policy: policy.yaml\ncases: [{comand: ls, expect: allow}]\n", "p/empty_test.yaml": "policy: policy.yaml\ncases: []\n"})
	require.Regexp(t, `^FAIL  p/empty_test\.yaml: no cases: a test that tests nothing fails
--- FAIL: git commit -m x
    p/policy_test\.yaml:3: want allow, got ask by commits \(policy\.yaml:5\): git commit
--- FAIL: it lists
    p/policy_test\.yaml:4: the policy has no rule "lists"
FAIL  p/policy_test\.yaml  2 of 3 cases failed  0\.00s
FAIL  p/typo_test\.yaml:2: unknown key "comand": want one of name, .*command, .*
note  p/policy\.yaml: rules that no case fires: no-db
FAIL
$`, filepath.ToSlash(tested(t, 1, "./...")))
	require.Contains(t, tested(t, 1, "-v", "./..."), "--- PASS: ls\n")

	require.NoError(t, os.WriteFile("p/policy.yaml", []byte("version: 1\nextends: [standrd]\nrules: []\n"), 0o600))
	require.Contains(t, filepath.ToSlash(tested(t, 1, "p/policy_test.yaml")),
		"FAIL  p/policy_test.yaml: its policy can't be loaded\n    p/policy.yaml:2:11: extends \"standrd\": no such preset (did you mean \"standard\"?)\n")
}

func TestTestCoverage(t *testing.T) {
	tree(t, map[string]string{"policy.yaml": small, "policy_test.yaml": half, "more/rest_test.yml": rest})
	one := "policy.yaml: coverage 75.0% of its own rules and conditions (3 of 4)"
	gap := "    policy.yaml:4: rule \"no-db\": unless is never true\n"
	ok := "ok    policy_test.yaml  2 cases  0.00s\n"
	require.Equal(t, ok+"ok    "+one+"\n"+gap, tested(t, 0, "-coverage"))
	require.Equal(t, ok+"ok    "+one+"\n"+gap, tested(t, 0, "-require-coverage", "75"))
	require.Equal(t, ok+"FAIL  "+one+": want 75.5%\n"+gap+"FAIL\n", tested(t, 1, "-require-coverage", "75.5%"))
	require.Equal(t, ok+"FAIL  "+one+": want 100%\n"+gap+"FAIL\n", tested(t, 1, "-require-coverage", "all"))
	// Files of one policy count together.
	require.Contains(t, tested(t, 0, "-require-coverage", "all", "./..."), "ok    policy.yaml: coverage 100.0% of its own rules and conditions (4 of 4)\n")
	for _, bad := range []string{"", "0", "101", "-1", "most", "NaN"} {
		status, _, errs := run("", "test", "-require-coverage", bad)
		require.Equal(t, 2, status, bad)
		require.Contains(t, errs, `want a percentage from 1 to 100, or "all"`)
	}
}

func TestTestMutates(t *testing.T) {
	tree(t, map[string]string{"policy.yaml": small, "policy_test.yaml": half, "weak_test.yaml": `policy: policy.yaml
cases:
  - {actions: [{kind: connect, host: a.db.example.com}], expect: deny}
`, "failing_test.yaml": "policy: policy.yaml\ncases: [{command: ls, expect: deny}]\n", "none.yaml": "version: 1\nextends: [standard]\n", "other_test.yaml": "policy: none.yaml\ncases: [{command: ls, expect: allow}]\n"})
	require.Equal(t, "ok    policy_test.yaml  2 cases  0.00s\nok    policy.yaml: 4 of 4 weaker policies noticed  0.00s\n",
		tested(t, 0, "-mutate", "policy_test.yaml"))
	require.Equal(t, `ok    weak_test.yaml  1 case  0.00s
note  policy.yaml: rules that no case fires: commits
FAIL  policy.yaml: 2 of 4 weaker policies noticed  0.00s
    policy.yaml:5: rule "commits": no case fails without it
    policy.yaml:5: rule "commits": no case fails if it says allow instead of ask
FAIL
`, tested(t, 1, "-mutate", "weak_test.yaml"))
	require.Contains(t, tested(t, 1, "-mutate", "failing_test.yaml"), "FAIL  policy.yaml: not mutated: cases that fail notice nothing\n")
	require.Equal(t, "ok    other_test.yaml  1 case  0.00s\nok    none.yaml: no rules of its own to cover\nok    none.yaml: no rules of its own to weaken\n",
		tested(t, 0, "-coverage", "-mutate", "other_test.yaml"))
}
