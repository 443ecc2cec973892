package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/policy"
)

// lintFiles writes a policy that extends another one, both with mistakes, and
// returns the folder.
func lintFiles(t *testing.T) string {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"policy.yaml":    "version: 1\nextends: [base/base.yaml]\nrules:\n  - {id: a, effect: deny, on: {exec: rm}, when: cal.verified}\n",
		"base/base.yaml": "version: 1\nextends: [standard]\nmode: audti\n",
		"good.yaml":      "version: 1\nextends: [strict]\nrules:\n  - {id: b, effect: deny, on: {exec: rm}}\n",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	t.Chdir(dir)
	return dir
}

func TestLint(t *testing.T) {
	lintFiles(t)
	status, out, errs := run("", "lint", "policy.yaml", "good.yaml", "none.yaml")
	require.Equal(t, 1, status)
	require.Empty(t, errs)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 4)
	require.Equal(t, `base/base.yaml:3:7: mode "audti" (did you mean "audit"?)`, filepath.ToSlash(lines[0]))
	require.Equal(t, `policy.yaml:4:49: rule "a": undeclared reference to 'cal' (did you mean 'call'?)`, lines[1])
	require.Regexp(t, `^ok    good.yaml  \d+ rules$`, lines[2])
	require.Equal(t, "none.yaml: no such file or directory", lines[3])

	status, out, _ = run("", "lint", "good.yaml")
	require.Zero(t, status, out)
	status, _, _ = run("", "lint")
	require.Equal(t, 2, status)
}

// From another folder the files are named as they are reached from there.
func TestLintNamesFilesAsGiven(t *testing.T) {
	dir := lintFiles(t)
	t.Chdir(filepath.Dir(dir))
	file := filepath.Join(filepath.Base(dir), "policy.yaml")
	_, out, _ := run("", "lint", file)
	require.Contains(t, out, file+":4:49: ")
	require.Contains(t, out, filepath.Join(filepath.Base(dir), "base", "base.yaml")+":3:7: ")
}

func TestLintForMachines(t *testing.T) {
	lintFiles(t)
	status, out, errs := run("", "lint", "-json", "policy.yaml", "good.yaml")
	require.Equal(t, 1, status, errs)
	var got []policy.Problem
	for line := range strings.Lines(out) {
		var p policy.Problem
		require.NoError(t, json.Unmarshal([]byte(line), &p), line)
		p.File = filepath.ToSlash(p.File)
		got = append(got, p)
	}
	require.Equal(t, []policy.Problem{
		{File: "base/base.yaml", Line: 3, Column: 7, Message: `mode "audti" (did you mean "audit"?)`},
		{File: "policy.yaml", Line: 4, Column: 49, Rule: "a", Message: `undeclared reference to 'cal' (did you mean 'call'?)`},
	}, got)
}

func TestSchema(t *testing.T) {
	status, out, _ := run("", "schema")
	require.Zero(t, status)
	require.True(t, json.Valid([]byte(out)))
	require.Contains(t, out, `"$schema": "https://json-schema.org/draft/2020-12/schema"`)
	status, out, _ = run("", "schema", "-reference")
	require.Zero(t, status)
	require.Contains(t, out, "`action.path`")
	status, _, _ = run("", "schema", "x")
	require.Equal(t, 2, status)
}
