package policy_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/policy"
)

const probed = `version: 1
default: {exec: allow, read: deny, write: ask, delete: deny, list: deny, connect: ask, unknown: ask, use: deny}
variables: {quick: 'call.args.?quick.orValue("") == "yes"'}
rules:
  - {id: library, effect: ask, on: {read: "**/Library/**"}}
  - {id: reads, effect: allow, on: {read: "/x/y/**"}}
  - {id: quickly, effect: deny, on: {exec: ls}, when: quick}
  - {id: rm, effect: deny, on: {exec: rm}, when: 'action.flag("r")', unless: 'action.argument(0) == "x"'}
  - {id: tried, effect: deny, on: {exec: cp}, mode: audit}
`

func parsed(t *testing.T, src string) *policy.Policy {
	p, err := policy.Parse("p.yaml", []byte(src))
	require.NoError(t, err)
	return p
}

func started(program string, args ...string) guard.Action {
	a := guard.Action{Kind: guard.KindExec, Program: program, Command: program, Args: args, Zone: guard.ZoneSystem}
	for _, w := range args {
		if w == "-r" {
			a.Flags = append(a.Flags, "r")
		}
	}
	return a
}

// tally finds the rule's.
func tally(t *testing.T, list []policy.Tally, id string) policy.Tally {
	for _, x := range list {
		if x.Rule.ID == id {
			return x
		}
	}
	t.Fatalf("no tally of %s", id)
	return policy.Tally{}
}

func TestTally(t *testing.T) {
	p := parsed(t, probed)
	list := p.Tally(
		&guard.Call{Tool: "run", Actions: []guard.Action{started("rm"), started("rm", "-r"), started("cp", "a")}},
		&guard.Call{Tool: "run", Actions: []guard.Action{started("rm", "x", "-r"), started("rm", guard.UnknownWord, "-r"), {Kind: "nonsense"}}})
	require.Len(t, list, len(p.Rules()))
	rm := tally(t, list, "rm")
	require.Equal(t, 4, rm.Matched)
	require.Equal(t, 2, rm.Fired)
	require.Equal(t, policy.Outcomes{True: 3, False: 1}, *rm.When)
	require.Equal(t, policy.Outcomes{True: 1, False: 1, Failed: 1}, *rm.Unless, "asked where when holds, and not known of an argument that isn't")
	tried := tally(t, list, "tried")
	require.Equal(t, []int{1, 1}, []int{tried.Matched, tried.Fired})
	require.Nil(t, tried.When)
	require.Zero(t, tally(t, list, "library").Matched)
	require.Empty(t, (*policy.Policy)(nil).Tally(&guard.Call{Actions: []guard.Action{started("ls")}}))
}

// A mutant weakens one thing, and matches what the rule matched.
func TestMutants(t *testing.T) {
	p := parsed(t, probed)
	read := &guard.Call{Tool: "read", Actions: []guard.Action{{Kind: guard.KindRead, Path: "/x/Library/a", Resolved: "/q/a", Zone: guard.ZoneOutside}}}
	remove := &guard.Call{Tool: "run", Actions: []guard.Action{started("rm", "-r")}}
	require.Equal(t, guard.Deny, p.Decide(t.Context(), read).Effect, "by default")
	got := map[string][2]guard.Effect{}
	for m := range p.Mutants() {
		got[m.Rule.ID+" "+m.Change] = [2]guard.Effect{m.Policy.Decide(t.Context(), read).Effect, m.Policy.Decide(t.Context(), remove).Effect}
	}
	same := [2]guard.Effect{guard.Deny, guard.Deny}
	require.Equal(t, map[string][2]guard.Effect{
		"library without it": same, "library allow instead of ask": {guard.Allow, guard.Deny},
		"reads without it":   same,
		"quickly without it": same, "quickly ask instead of deny": same,
		"rm without it": {guard.Deny, guard.Allow}, "rm ask instead of deny": {guard.Deny, guard.Ask},
		"tried without it":                 same,
		"default.read ask instead of deny": {guard.Ask, guard.Deny}, "default.write allow instead of ask": same, "default.delete ask instead of deny": same,
		"default.list ask instead of deny": same, "default.connect allow instead of ask": same, "default.unknown allow instead of ask": same,
		"default.use ask instead of deny": same,
	}, got)
	require.Equal(t, guard.Deny, p.Decide(t.Context(), read).Effect, "the policy itself stays")
	for range p.Mutants() {
		break // and may be left early
	}
}

// What is inherited from a preset, or lies beneath an overlay, isn't weakened.
func TestMutantsAreOfTheOwnRules(t *testing.T) {
	p := parsed(t, "version: 1\nextends: [standard]\nrules:\n  - {id: own, effect: deny, on: {exec: ls}}\n")
	over := p.WithOverlay("project.yaml", []byte("version: 1\nrules:\n  - {id: over, effect: deny, on: {exec: cp}}\n"))
	require.NoError(t, over.Err())
	require.Equal(t, []string{"own without it", "own ask instead of deny"}, changes(p))
	require.Equal(t, []string{"over without it", "over ask instead of deny"}, changes(over))
	call := &guard.Call{Tool: "run", Actions: []guard.Action{started("ls")}}
	for m := range over.Mutants() {
		require.Equal(t, guard.Deny, m.Policy.Decide(context.Background(), call).Effect)
	}
	list := over.Tally(call)
	require.Len(t, list, len(over.Rules()))
	require.Equal(t, 1, tally(t, list, "own").Fired)
	require.False(t, tally(t, list, "own").Rule.Preset)
	require.True(t, tally(t, list, "sensitive").Rule.Preset)
	standard, err := policy.Preset("standard")
	require.NoError(t, err)
	require.Contains(t, changes(standard), "sensitive without it")
	strict, err := policy.Preset("strict")
	require.NoError(t, err)
	require.NotContains(t, changes(strict), "sensitive without it")
}

func changes(p *policy.Policy) (out []string) {
	for m := range p.Mutants() {
		out = append(out, m.Rule.ID+" "+m.Change)
	}
	return out
}

func TestReadsArguments(t *testing.T) {
	p := parsed(t, probed)
	over := parsed(t, "version: 1\nextends: [standard]\n").WithOverlay("o.yaml", []byte("version: 1\nrules:\n  - {id: o, effect: ask, on: {exec: mv}, unless: 'has(call.args.x)'}\n"))
	for program, want := range map[string]bool{"ls": true, "rm": false, "make": false, "mv": false} {
		call := &guard.Call{Tool: "run", Actions: []guard.Action{{Kind: "nonsense"}, started(program)}}
		require.Equal(t, want, p.ReadsArguments(call), program)
		require.Equal(t, program == "mv", over.ReadsArguments(call), program)
		require.Equal(t, program == "mv", over.WithOverlay("p.yaml", []byte("version: 1\nrules: []\n")).ReadsArguments(call), program)
		session := parsed(t, "version: 1\nextends: [standard]\nrules:\n  - {id: o, effect: ask, on: {exec: mv}, when: 'call.session == \"x\"'}\n")
		require.Equal(t, program == "mv", session.ReadsArguments(call), program)
	}
}
