package guard_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
)

func says(d guard.Decision) guard.Guard {
	return guard.GuardFunc(func(context.Context, *guard.Call) guard.Decision { return d })
}

func TestEffects(t *testing.T) {
	var zero guard.Effect
	require.Equal(t, guard.Deny, zero)
	require.Equal(t, "deny", guard.Effect(9).String())
	require.Equal(t, guard.Deny, guard.Strictest(guard.Effect(9), guard.Allow))
	for _, e := range []guard.Effect{guard.Deny, guard.Ask, guard.Allow} {
		text, err := e.MarshalText()
		require.NoError(t, err)
		back := guard.Allow
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, e, back)
	}
	e := guard.Allow
	require.EqualError(t, e.UnmarshalText([]byte("Allow")), `effect "Allow": want deny, ask or allow`)
	require.Equal(t, guard.Deny, e)
}

func TestAll(t *testing.T) {
	rule := func(id string, e guard.Effect) []guard.Fired { return []guard.Fired{{Rule: id, Effect: e}} }
	allow := says(guard.Decision{Effect: guard.Allow, Fired: rule("a", guard.Allow), Require: []guard.Requirement{"backup"}})
	ask := says(guard.Decision{Effect: guard.Ask, Reason: "sure?", Fired: rule("b", guard.Ask), Require: []guard.Requirement{"backup", "landlock"}})
	deny := says(guard.Decision{Reason: "no", Fired: rule("c", guard.Deny)})
	panics := guard.GuardFunc(func(context.Context, *guard.Call) guard.Decision { panic("x") })
	for _, c := range []struct {
		name   string
		guards []guard.Guard
		effect guard.Effect
		reason string
	}{
		{"none", nil, guard.Deny, "no guard is configured"},
		{"a nil one", []guard.Guard{allow, nil}, guard.Deny, "no guard is configured"},
		{"one that panics", []guard.Guard{allow, panics}, guard.Deny, "the guard failed: x"},
		{"out of range", []guard.Guard{says(guard.Decision{Effect: 200})}, guard.Deny, ""},
		{"allow", []guard.Guard{allow, allow}, guard.Allow, ""},
		{"ask wins over allow", []guard.Guard{allow, ask, allow}, guard.Ask, "sure?"},
		{"deny wins", []guard.Guard{ask, deny, allow}, guard.Deny, "no"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := guard.All(c.guards...).Decide(t.Context(), &guard.Call{})
			require.Equal(t, c.effect, d.Effect)
			require.Equal(t, c.reason, d.Reason)
		})
	}
	d := guard.All(allow, ask, deny).Decide(t.Context(), &guard.Call{})
	require.Len(t, d.Fired, 3, "every rule is reported")
	require.Equal(t, "c", d.Rule().Rule)
	require.Equal(t, []guard.Requirement{"backup", "landlock"}, guard.All(allow, ask).Decide(t.Context(), &guard.Call{}).Require)
}

func TestAuditModeDoesNotSoftenAnotherGuard(t *testing.T) {
	audit := says(guard.Decision{Effect: guard.Allow, Audit: true, Observed: guard.Ask})
	deny, allow := says(guard.Decision{}), says(guard.Decision{Effect: guard.Allow})
	d := guard.All(audit, deny).Decide(t.Context(), &guard.Call{})
	require.Equal(t, guard.Deny, d.Effect)
	for _, g := range []guard.Guard{guard.All(audit, allow), guard.All(allow, audit)} {
		d = g.Decide(t.Context(), &guard.Call{})
		require.Equal(t, guard.Allow, d.Effect)
		require.True(t, d.Audit)
		require.Equal(t, guard.Ask, d.Observed)
	}
}

// Adding a guard never loosens.
func TestAllNeverLoosens(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	random := func() guard.Guard {
		return says(guard.Decision{Effect: guard.Effect(r.IntN(4)), Audit: r.IntN(3) == 0, Observed: guard.Effect(r.IntN(3))})
	}
	for range 2000 {
		gs := []guard.Guard{random()}
		for len(gs) < 5 {
			before := guard.All(gs...).Decide(t.Context(), &guard.Call{}).Effect
			gs = append(gs, random())
			require.LessOrEqual(t, guard.All(gs...).Decide(t.Context(), &guard.Call{}).Effect, before)
		}
	}
}

func TestDecisionString(t *testing.T) {
	d := guard.Decision{Effect: guard.Deny, Reason: "no\x1b[2J\u202e", Fired: []guard.Fired{
		{Rule: "watched", Audit: true}, {Rule: "rm-outside", Pos: "policy.yaml:12"}}}
	require.Equal(t, `deny by rule "rm-outside" (policy.yaml:12): no\u001b[2J\u202e`, d.String())
	require.Equal(t, `deny by rule "rm-outside" (policy.yaml:12): no\u001b[2J\u202e`, (&guard.DeniedError{Decision: d}).Error())
}

func TestSame(t *testing.T) {
	a := guard.Action{Kind: guard.KindExec, Program: "mv", Args: []string{"Report.txt", "x1"}, Span: guard.Span{End: 4}}
	b := a
	b.Span = guard.Span{}
	require.True(t, a.Same(&b))
	b.Args = []string{"report.txt", "X1"}
	require.False(t, a.Same(&b))
}

func TestTiersAndRequirements(t *testing.T) {
	require.Less(t, guard.TierLandlock, guard.TierSeccomp)
	require.Less(t, guard.TierSeccomp, guard.TierNamespace)
	tier, ok := guard.RequireSeccomp.Tier()
	require.True(t, ok)
	require.Equal(t, guard.TierSeccomp, tier)
	_, ok = guard.RequireBackup.Tier()
	require.False(t, ok)
	require.Equal(t, "none", guard.Tier(77).String())
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"plain text, ümlauts, 日本": "plain text, ümlauts, 日本",
		"a\nb\tc\x1b[2J":          `a\u000ab\u0009c\u001b[2J`,
		"\u202egnp.exe":           `\u202egnp.exe`,
		"zero\u200bwidth":         `zero\u200bwidth`,
		"no\u00a0break":           `no\u00a0break`,
		"filler \u3164\u2800":     `filler \u3164\u2800`,
		"bad \xff\xc0":            `bad \xff\xc0`,
		"tag \U000e0041":          `tag \ue0041`,
		"sep\u2028":               `sep\u2028`,
	} {
		require.Equal(t, want, guard.Printable(in))
		require.Equal(t, want, guard.Printable(want), "writing it twice changes nothing")
	}
}

func TestDescribe(t *testing.T) {
	for want, a := range map[string]guard.Action{
		"env › git push ‹unknown›":                {Kind: guard.KindExec, Program: "git", Args: []string{"push", guard.UnknownWord}, Via: []string{"env"}},
		"/ws/run.sh":                              {Kind: guard.KindExec, Path: "/ws/run.sh"},
		"/ws/a → /etc/a  [outside]  recursive":    {Kind: guard.KindDelete, Path: "/ws/a", Resolved: "/etc/a", Zone: guard.ZoneOutside, Recursive: true},
		"/ws/*  [workspace]  pattern  whole root": {Kind: guard.KindWrite, Path: "/ws/*", Resolved: "/ws/*", Zone: guard.ZoneWorkspace, Pattern: true, Root: true},
		"‹unknown host›":                          {Kind: guard.KindConnect},
		"its own code  opaque":                    {Kind: guard.KindUnknown, Reason: "its own code", Opaque: true},
	} {
		require.Equal(t, want, a.Describe())
	}
}
