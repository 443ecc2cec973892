package guard

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Decision is what a [Guard] says of a call. It is data: a refusal is not an
// error. The zero Decision denies.
type Decision struct {
	// Effect is the strictest effect over the call's actions.
	Effect Effect
	// Reason is one line for the agent and the record: why, and, where there
	// is something, what would be allowed instead.
	Reason string
	// Fired lists every rule that fired, those that decided first.
	Fired []Fired
	// Action is the action that decided, or nil where none did.
	Action *Action
	// Require lists what must hold before the call may run.
	Require []Requirement
	// Policy is the digest of the policy that decided, or "".
	Policy string
	// Audit says that the policy is in audit mode: Effect is Allow whatever
	// the rules say, and Observed is what would have been decided.
	Audit    bool
	Observed Effect
}

// Fired is one rule that fired on a call.
type Fired struct {
	Rule    string // the rule's id, unique in its policy
	Pos     string // where it stands: "policy.yaml:12"
	Effect  Effect
	Message string
	Action  int    // index into Call.Actions, or -1 for the call as a whole
	Err     string // the error that made a deny or ask rule fire, or ""
	Audit   bool   // the rule is in audit mode: reported, without effect
}

// Rule returns the rule that decided, or the zero Fired where a default did.
func (d *Decision) Rule() Fired {
	for _, f := range d.Fired {
		if !f.Audit && f.Effect == d.Effect {
			return f
		}
	}
	return Fired{}
}

// Requires reports whether the decision holds the requirement.
func (d *Decision) Requires(r Requirement) bool { return slices.Contains(d.Require, r) }

// Refuse returns a decision that denies for the reason given, formatted as by
// fmt.Sprintf.
func Refuse(format string, args ...any) Decision {
	return Decision{Effect: Deny, Reason: fmt.Sprintf(format, args...)}
}

// Guard turns a call into a decision (a policy decision point). Decide must
// not change the call, have side effects, or run without bound; it must be
// safe for concurrent use. A Guard that panics denies.
type Guard interface {
	Decide(ctx context.Context, call *Call) Decision
}

// Versioned is a [Guard] whose rules are swapped while calls are judged, such as
// a policy that is loaded anew, and with them what its [Vocabulary] says. A
// later state has a greater version. The Enforcer judges a call again that was
// inspected by one state and decided by another.
type Versioned interface {
	Version() uint64
}

// GuardFunc is a function as a [Guard].
type GuardFunc func(ctx context.Context, call *Call) Decision

// Decide calls f.
func (f GuardFunc) Decide(ctx context.Context, call *Call) Decision { return f(ctx, call) }

// All combines guards: every one is asked, the strictest decision wins, and
// the rules and requirements of all are kept. None, and a nil one, denies.
func All(guards ...Guard) Guard { return all(slices.Clone(guards)) }

type all []Guard

func (a all) Decide(ctx context.Context, call *Call) Decision {
	if len(a) == 0 {
		return Refuse("no guard is configured")
	}
	out := decide(ctx, a[0], call)
	for _, g := range a[1:] {
		out = merge(out, decide(ctx, g, call))
	}
	return out
}

// Version implements [Versioned]: versions only grow, so that their sum is the
// same only where each is.
func (a all) Version() uint64 {
	var n uint64
	for _, g := range a {
		n += version(g)
	}
	return n
}

// version is a guard's version, 0 where it has none or can't say.
func version(g Guard) (n uint64) {
	defer func() { _ = recover() }() // asked for its decision, it panics again
	if v, ok := g.(Versioned); ok {
		return v.Version()
	}
	return 0
}

// decide asks one guard; a nil or panicking one, and an effect outside the
// three, denies.
func decide(ctx context.Context, g Guard, call *Call) (d Decision) {
	if g == nil {
		return Refuse("no guard is configured")
	}
	defer func() {
		if v := recover(); v != nil {
			d = Refuse("the guard failed: %v", v)
		}
	}()
	d = g.Decide(ctx, call)
	d.Effect = d.Effect.valid()
	return d
}

// merge joins two decisions about the same call; of two that are equally
// strict the first one's words are kept.
func merge(a, b Decision) Decision {
	lead, rest := a, b
	if b.Effect < a.Effect || b.Effect == a.Effect && a.Reason == "" && len(a.Fired) == 0 {
		lead, rest = b, a
	}
	if len(rest.Fired) > 0 {
		lead.Fired = slices.Concat(lead.Fired, rest.Fired)
	}
	for _, r := range rest.Require {
		if !lead.Requires(r) {
			lead.Require = append(slices.Clip(lead.Require), r)
		}
	}
	if lead.Policy == "" {
		lead.Policy = rest.Policy
	}
	if rest.Audit {
		observed := lead.Effect
		if lead.Audit {
			observed = lead.Observed
		}
		lead.Audit, lead.Observed = true, Strictest(observed, rest.Observed)
	} else if lead.Audit {
		lead.Observed = Strictest(lead.Observed, rest.Effect)
	}
	return lead
}

// String is the decision in one line, as [DeniedError] prints it.
func (d Decision) String() string {
	var b strings.Builder
	b.WriteString(d.Effect.String())
	if f := d.Rule(); f.Rule != "" {
		fmt.Fprintf(&b, " by rule %q", f.Rule)
		if f.Pos != "" {
			fmt.Fprintf(&b, " (%s)", f.Pos)
		}
	}
	if d.Reason != "" {
		b.WriteString(": ")
		b.WriteString(d.Reason)
	}
	return Printable(b.String())
}
