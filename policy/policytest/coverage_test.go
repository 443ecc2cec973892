package policytest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/policy/policytest"
)

// worth is a policy whose rules are of every sort that coverage and mutation
// treat differently.
const worth = `version: 1
extends: [standard]
default: {use: deny}
rules:
  - {id: secret-tool, effect: deny, on: {tool: secret, use: "*"}}
  - {id: releases, effect: ask, on: {exec: git tag}, when: 'action.argument(0) == "tag"', unless: call.agent == "bot"}
  - {id: tried-out, effect: deny, on: {connect: "*.example.com"}, mode: audit}
  - {id: own, effect: allow, on: {connect: api.example.com}}
`

// tested runs cases against worth.
func tested(t *testing.T, cases ...string) policytest.Report {
	dir := t.TempDir()
	table := "policy: policy.yaml\ncases:\n"
	for _, c := range cases {
		table += "  - {" + c + "}\n"
	}
	file := filepath.Join(dir, "policy_test.yaml")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "policy.yaml"), []byte(worth), 0o600))
	require.NoError(t, os.WriteFile(file, []byte(table), 0o600))
	report, err := policytest.RunFile(nil, file)
	require.NoError(t, err)
	for _, c := range report.Cases {
		require.NoError(t, c.Err, c.Name)
	}
	return report
}

const (
	release  = `command: git tag v1, expect: ask, rule: releases`
	byBot    = `command: git tag v1, agent: bot, expect: allow`
	noTag    = `actions: [{kind: exec, program: git, command: git tag, args: [x]}], expect: allow`
	api      = `actions: [{kind: connect, host: api.example.com}], expect: allow, rule: own, fires: tried-out`
	secret   = `tool: secret, expect: deny, rule: secret-tool`
	anyTool  = `tool: mail, expect: deny`
	anyAsked = `tool: mail, expect: deny, rule: default.use`
)

func TestCoverage(t *testing.T) {
	for name, test := range map[string]struct {
		cases []string
		gaps  []string
	}{
		"nothing of it": {[]string{`command: ls, expect: allow`}, []string{
			"secret-tool [fired]", "releases [fired when true when false unless true unless false]", "tried-out [fired]", "own [fired]"}},
		"one way":                              {[]string{release, api, secret}, []string{"releases [when false unless true]"}},
		"the condition, and not the exception": {[]string{release, noTag, api, secret}, []string{"releases [unless true]"}},
		"all":                                  {[]string{release, noTag, byBot, api, secret}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c := policytest.Cover(tested(t, test.cases...))
			var gaps []string
			missing := 0
			for _, g := range c.Gaps {
				gaps = append(gaps, fmt.Sprint(g.Rule.ID, " ", g.Unseen))
				missing += len(g.Unseen)
			}
			require.Equal(t, test.gaps, gaps)
			require.Equal(t, 8, c.Points)
			require.Equal(t, c.Points-missing, c.Seen)
		})
	}
	none := policytest.Coverage{}
	require.Equal(t, 100.0, none.Percent())
}

// Several files of one policy count together.
func TestCoverageOfSeveralFiles(t *testing.T) {
	c := policytest.Cover(tested(t, release, noTag), tested(t, byBot, api, secret))
	require.Empty(t, c.Gaps)
	require.Equal(t, 100.0, c.Percent())
}

func TestMutation(t *testing.T) {
	for name, test := range map[string]struct {
		cases    []string
		survived []string
	}{
		"nothing of it": {[]string{`command: ls, expect: allow`}, []string{
			"secret-tool without it", "secret-tool ask instead of deny", "releases without it", "releases allow instead of ask",
			"tried-out without it", "own without it", "default.use ask instead of deny"}},
		"a default hides a rule": {[]string{release, api, anyTool, `tool: secret, expect: deny`}, []string{"secret-tool without it", "secret-tool ask instead of deny"}},
		"a rule hides a default": {[]string{release, api, secret}, []string{"default.use ask instead of deny"}},
		"all":                    {[]string{release, api, secret, anyAsked}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m := policytest.Mutate(tested(t, test.cases...))
			var survived []string
			for _, s := range m.Survived {
				survived = append(survived, s.Rule.ID+" "+s.Change)
			}
			require.Equal(t, test.survived, survived)
			require.Equal(t, 7, m.Mutants)
		})
	}
}

// A mutant leaves the policy as it is.
func TestMutationChangesNothing(t *testing.T) {
	report := tested(t, release, api, secret, anyAsked)
	require.Empty(t, policytest.Mutate(report).Survived)
	require.Equal(t, policytest.Mutate(report), policytest.Mutate(report))
	require.Equal(t, 7, policytest.Mutate(report).Mutants)
}

func TestThorough(t *testing.T) {
	file := func(table string) string {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "policy.yaml"), []byte(worth), 0o600))
		name := filepath.Join(dir, "policy_test.yaml")
		require.NoError(t, os.WriteFile(name, []byte("policy: policy.yaml\ncases:\n"+table), 0o600))
		return name
	}
	r := &recorder{TB: t}
	policytest.Thorough(r, file("  - {"+release+"}\n  - {"+noTag+"}\n  - {"+byBot+"}\n  - {"+api+"}\n  - {tool: secret, expect: deny}\n"))
	require.Equal(t, []string{
		`policy.yaml:5: rule "secret-tool": no case fails without it`,
		`policy.yaml:5: rule "secret-tool": no case fails if it says ask instead of deny`,
		`policy.yaml:3: rule "default.use": no case fails if it says ask instead of deny`,
	}, r.errors)

	r.errors = nil
	policytest.Thorough(r, file("  - {"+release+"}\n  - {"+byBot+"}\n  - {"+api+"}\n  - {"+secret+"}\n  - {"+anyAsked+"}\n"))
	require.Equal(t, []string{`policy.yaml:6: rule "releases": when is never false`}, r.errors)
}
