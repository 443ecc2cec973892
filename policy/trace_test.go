package policy_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/policy"
)

// The parts of a condition are told with their values, those that weren't
// reached without.
func TestTrace(t *testing.T) {
	p := load(t, `
lists: {friends: [alice]}
variables: {inside: action.zone == "workspace"}
rules:
  - id: r
    effect: deny
    on: {exec: git push, read: "**"}
    when: >
      action.kind == "read" && action.path.glob("**/*.pem")
      || action.args.exists(a, a.startsWith("+")) && !inside
    unless: call.agent in friends || call.args.n == 1
`)
	a := exec("git push", "+main")
	a.Zone = guard.ZoneOutside
	call := &guard.Call{Actions: []guard.Action{exec("ls"), a}, Args: map[string]any{}}
	d := p.Decide(t.Context(), call)
	require.Equal(t, "r", d.Rule().Rule, d)
	parts, err := p.Trace(call, d.Rule())
	require.NoError(t, err)
	var got []string
	for _, x := range parts {
		got = append(got, x.Pos+" "+x.Key+strings.Repeat("  ", x.Depth)+" "+x.Text+" = "+x.Value)
	}
	require.Equal(t, strings.TrimSpace(`
p.yaml:12:7 when action.kind == "read" && action.path.glob("**/*.pem") || action.args.exists(a, a.startsWith("+")) && !inside = true
p.yaml:11:29 when   action.kind == "read" && action.path.glob("**/*.pem") = false
p.yaml:11:19 when     action.kind == "read" = false
p.yaml:11:13 when       action.kind = "exec"
p.yaml:11:48 when     action.path.glob("**/*.pem") = 
p.yaml:11:38 when       action.path = 
p.yaml:12:51 when   action.args.exists(a, a.startsWith("+")) && !inside = true
p.yaml:12:28 when     action.args.exists(a, a.startsWith("+")) = true
p.yaml:12:54 when     !inside = true
p.yaml:12:55 when       inside = false
p.yaml:13:35 unless call.agent in friends || call.args.n == 1 = error: no such key: n
p.yaml:13:24 unless   call.agent in friends = false
p.yaml:13:17 unless     call.agent = ""
p.yaml:13:27 unless     friends = ["alice"]
p.yaml:13:50 unless   call.args.n == 1 = error: no such key: n
p.yaml:13:47 unless     call.args.n = error: no such key: n
p.yaml:13:42 unless       call.args = {}
`), strings.Join(got, "\n"))

	_, err = p.Trace(call, guard.Fired{Rule: "x"})
	require.EqualError(t, err, `rule "x": the policy in force has none of this id`)
	_, err = p.Trace(call, guard.Fired{Rule: "r", Action: 2})
	require.EqualError(t, err, `rule "r": the call has no action 2`)
}

// What is traced is what was decided, for rules of an overlay too.
func TestTraceAgreesWithTheDecision(t *testing.T) {
	p := load(t, "").WithOverlay("o.yaml", []byte("version: 1\nrules:\n  - {id: o, effect: ask, on: {read: '**'}, when: action.recursive && action.path.within('/a')}\n"))
	for _, a := range []guard.Action{recursive(guard.KindRead, "/a/b"), recursive(guard.KindRead, "/"), file(guard.KindRead, "/a")} {
		call := &guard.Call{Actions: []guard.Action{a}}
		d := p.Decide(t.Context(), call)
		fired := false
		for _, f := range d.Fired {
			fired = fired || f.Rule == "o"
		}
		parts, err := p.Trace(call, guard.Fired{Rule: "o"})
		require.NoError(t, err)
		require.Equal(t, fired, parts[0].Value != "false", "%+v", parts)
	}
	var none *policy.Policy
	_, err := none.Trace(&guard.Call{}, guard.Fired{Rule: "o"})
	require.Error(t, err)
}
