package policy

import (
	"cmp"
	"fmt"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types/ref"

	"github.com/runtimeguard/runtimeguard/guard"
)

// engine is a policy as loaded. It doesn't change.
type engine struct {
	rules     []rule
	index     [kindCount]kindIndex
	defaults  [kindCount]fallback
	audit     bool
	variables []variable
	names     map[string]int // of variables

	env *cel.Env

	version   uint64 // counts the states of one policy
	digest    string
	files     []string
	tools     map[string]guard.Tool
	commands  map[string]guard.Command
	sensitive *pathSet // the lists that others ask about
	plants    *pathSet

	scan bool // ask every rule, without the index: what tests compare with
}

// variable is a variable, or a list, whose value is always the same.
type variable struct {
	name    string
	program cel.Program
	direct  direct // nil where it isn't true or false
	value   ref.Val
	uses    uses
}

// decide judges every action of a call.
func (e *engine) decide(call *guard.Call) guard.Decision {
	if len(call.Actions) == 0 {
		d := guard.Refuse("nothing says what this call does")
		d.Policy = e.digest
		return d
	}
	f := newFrame(e, call)
	defer f.release()
	d := guard.Decision{Effect: guard.Allow, Policy: e.digest}
	for i := range call.Actions {
		f.enter(i)
		if v := e.judge(f); v.effect < d.Effect || i == 0 {
			d.Effect, d.Action, d.Reason = v.effect, &call.Actions[i], v.reason
		}
	}
	e.finish(&d, f)
	return d
}

// finish puts what fired in order and applies audit mode.
func (e *engine) finish(d *guard.Decision, f *frame) {
	if len(f.require) > 0 {
		d.Require = slices.Clone(f.require)
	}
	if len(f.fired) > 0 {
		slices.SortStableFunc(f.fired, func(a, b guard.Fired) int {
			if a.Audit != b.Audit {
				return cmp.Compare(boolInt(a.Audit), boolInt(b.Audit))
			}
			return cmp.Compare(a.Effect, b.Effect)
		})
		d.Fired = slices.Clone(f.fired[:min(len(f.fired), maxFired)])
	}
	if e.audit {
		d.Audit, d.Observed, d.Effect, d.Require = true, d.Effect, guard.Allow, nil
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// verdict is what is said of one action.
type verdict struct {
	effect guard.Effect
	reason string
}

// judge evaluates the rules for the action at hand. Where an allow rule fires
// it is allowed, else the kind's default holds; deny and ask rules only make
// that stricter.
func (e *engine) judge(f *frame) verdict {
	kind := kindNumber(f.action.Kind)
	if kind < 0 {
		return verdict{guard.Deny, line(fmt.Sprintf("an action of kind %q, which this policy doesn't know", f.action.Kind))}
	}
	v := verdict{effect: guard.Allow}
	allowed := false
	for _, id := range e.candidates(f, kind) {
		r := &e.rules[id]
		if !r.match(f, kind) {
			continue
		}
		fires, problem := r.fires(f)
		if !fires && problem == "" {
			continue
		}
		text := e.report(f, r, fires, problem)
		if !fires || r.audit {
			continue
		}
		f.demand(r.require)
		allowed = allowed || r.effect == guard.Allow
		if r.effect < v.effect {
			v = verdict{r.effect, text}
		}
	}
	if !allowed && e.fallback(f, kind) < v.effect {
		v = e.byDefault(f, kind)
	}
	if v.effect > guard.Ask && tooLong(f.action) {
		return verdict{guard.Ask, fmt.Sprintf("a path or a host of more than %d bytes", maxText)}
	}
	return v
}

func tooLong(a *guard.Action) bool {
	return len(a.Path) > maxText || len(a.Resolved) > maxText || len(a.Host) > maxText
}

// fallback is the effect where no allow rule fires. A host that isn't known
// may be one that a rule names, so that no default allows it.
func (e *engine) fallback(f *frame, kind int) guard.Effect {
	effect := e.defaults[kind].effect
	if f.action.Kind == guard.KindConnect && f.action.Host == "" {
		return guard.Strictest(effect, guard.Ask)
	}
	return effect
}

// byDefault is the verdict where the default decides; it is reported as the
// rule "default.KIND".
func (e *engine) byDefault(f *frame, kind int) verdict {
	effect := e.fallback(f, kind)
	text := line(noRule(f.action, f.call))
	if len(f.fired) < maxActions {
		f.fired = append(f.fired, guard.Fired{Rule: "default." + string(f.action.Kind), Pos: e.defaults[kind].pos, Effect: effect, Message: text, Action: f.index})
	}
	return verdict{effect, text}
}

// noRule says that nothing allows an action, and where a file lies.
func noRule(a *guard.Action, call *guard.Call) string {
	s := "no rule allows this " + string(a.Kind) + ": " + about(a, call)
	switch {
	case a.Path == "" || a.Kind == guard.KindExec:
		return s
	case a.Zone == guard.ZoneOutside || a.Zone == "":
		return s + " lies outside the workspace"
	case a.Zone == guard.ZoneSystem:
		return s + " belongs to the operating system"
	}
	return s
}

// report notes a rule that fired, or an allow rule that failed, and returns
// the line that says why.
func (e *engine) report(f *frame, r *rule, fires bool, problem string) string {
	if r.effect == guard.Allow && slices.ContainsFunc(f.fired, func(x guard.Fired) bool { return x.Rule == r.id && x.Err == problem }) {
		return ""
	}
	if len(f.fired) >= maxActions {
		return ""
	}
	text := ""
	if r.effect == guard.Allow && len(r.message.values) == 0 {
		if len(r.message.texts) > 0 {
			text = r.message.texts[0]
		}
	} else {
		text = r.message.write(f)
		if problem != "" && fires {
			text += " (its condition failed: " + problem + ")"
		}
		text = line(text)
	}
	f.fired = append(f.fired, guard.Fired{Rule: r.id, Pos: r.pos, Effect: r.effect, Message: text, Action: f.index,
		Err: problem, Audit: r.audit || !fires})
	return text
}

// maxActions bounds what is reported before it is put in order.
const maxActions = 8192

// demand adds requirements, once each.
func (f *frame) demand(require []guard.Requirement) {
	for _, q := range require {
		if !slices.Contains(f.require, q) {
			f.require = append(f.require, q)
		}
	}
}

// candidates returns the rules that may match the action at hand, in order.
func (e *engine) candidates(f *frame, kind int) []int32 {
	f.rules = f.rules[:0]
	if e.scan {
		for i := range e.rules {
			f.rules = append(f.rules, int32(i))
		}
		return f.rules
	}
	f.rules = e.index[kind].lookup(f, f.rules)
	if len(f.rules) > 1 {
		slices.Sort(f.rules)
		f.rules = slices.Compact(f.rules)
	}
	return f.rules
}
