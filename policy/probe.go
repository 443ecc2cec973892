package policy

import (
	"iter"
	"maps"
	"slices"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Tally counts what one rule did with some actions.
type Tally struct {
	Rule    Rule
	Matched int // actions that its head matched
	Fired   int
	// When and Unless count how its conditions came out; nil where it has none.
	// Unless is only asked where when doesn't keep the rule from firing.
	When, Unless *Outcomes
}

// Outcomes count how a condition came out. One that failed was neither true nor
// false.
type Outcomes struct{ True, False, Failed int }

// Tally asks every rule in force about every action of the calls, without the
// index and without an end where the decision is clear, and returns one Tally
// for each of [Policy.Rules]. It is what tests' coverage is taken from.
func (p *Policy) Tally(calls ...*guard.Call) []Tally {
	var out []Tally
	if p != nil && p.under != nil {
		out = p.under.Tally(calls...)
	}
	e := p.engine()
	own := make([]Tally, len(e.rules))
	for i := range e.rules {
		own[i] = e.rules[i].newTally()
	}
	for _, c := range calls {
		e.tally(c, own)
	}
	return append(out, own...)
}

func (r *rule) newTally() Tally {
	t := Tally{Rule: r.told()}
	if r.when != nil {
		t.When = new(Outcomes)
	}
	if r.unless != nil {
		t.Unless = new(Outcomes)
	}
	return t
}

func (e *engine) tally(call *guard.Call, out []Tally) {
	e.eachMatch(call, func(f *frame, i int) bool {
		e.rules[i].tally(f, &out[i])
		return true
	})
}

// eachMatch calls see for each action and each rule whose head matches it,
// found without the index, until see returns false.
func (e *engine) eachMatch(call *guard.Call, see func(f *frame, rule int) bool) {
	f := newFrame(e, call)
	defer f.release()
	for i := range call.Actions {
		f.enter(i)
		kind := kindNumber(f.action.Kind)
		for j := range e.rules {
			if kind >= 0 && e.rules[j].match(f, kind) && !see(f, j) {
				return
			}
		}
	}
}

// tally notes what the rule does with the action at hand, which its head
// matches.
func (r *rule) tally(f *frame, t *Tally) {
	t.Matched++
	if t.When.note(r.when, f, r.strict()) {
		t.Unless.note(r.unless, f, false)
	}
	if fires, _ := r.fires(f); fires {
		t.Fired++
	}
}

// note counts how a condition comes out, and returns that; failed stands for
// one that fails. A condition that isn't there holds.
func (o *Outcomes) note(c *condition, f *frame, failed bool) bool {
	if c == nil {
		return true
	}
	holds, err := c.holds(f)
	switch {
	case err != nil:
		o.Failed++
		return failed
	case holds:
		o.True++
	default:
		o.False++
	}
	return holds
}

// ReadsArguments reports whether what the policy decides of the call may depend
// on the tool's arguments, beyond what its actions say, or on the session's id: a
// condition reads call.args or call.session in a rule whose head matches. Of both
// a record holds digests only, and such a call can't be judged again.
func (p *Policy) ReadsArguments(call *guard.Call) bool {
	if p != nil && p.under != nil && p.under.ReadsArguments(call) {
		return true
	}
	e, reads := p.engine(), false
	e.eachMatch(call, func(_ *frame, i int) bool {
		reads = e.readsArguments(e.rules[i].when) || e.readsArguments(e.rules[i].unless)
		return !reads
	})
	return reads
}

func (e *engine) readsArguments(c *condition) bool {
	if c == nil {
		return false
	}
	_, reads := c.uses.fields[callArguments]
	for name := range c.uses.names {
		if i, ok := e.names[name]; ok && !reads {
			_, reads = e.variables[i].uses.fields[callArguments]
		}
	}
	return reads
}

// Mutant is a policy with one thing in it made weaker, to see whether any test
// notices.
type Mutant struct {
	Rule   Rule   // what was changed; a default has the id "default.KIND"
	Change string // "without it", "ask instead of deny", "allow instead of ask"
	Policy *Policy
}

// Mutants yields the policy with each of its own rules left out, with each deny
// loosened to ask and each ask to allow, and likewise each default that it sets.
// What it has from presets stays: they have tests of their own. A loosened rule
// fires on what it fired on before. A rule in audit mode is only left out.
// Nothing is compiled anew, and the policy itself stays as it is.
func (p *Policy) Mutants() iter.Seq[Mutant] {
	return func(yield func(Mutant) bool) {
		e := p.engine()
		for i := range e.rules {
			if r := &e.rules[i]; !r.preset && !(p.mutants(e, r, i, yield)) {
				return
			}
		}
		for i, d := range e.defaults {
			if d.pos == "" || d.preset || d.effect == guard.Allow {
				continue
			}
			m := *e
			m.defaults[i].effect++
			x := Rule{ID: "default." + string(guard.Kinds()[i]), Pos: d.pos, Effect: d.effect}
			if !yield(Mutant{x, instead(d.effect), p.mutated(&m)}) {
				return
			}
		}
	}
}

// mutants yields those of one rule.
func (p *Policy) mutants(e *engine, r *rule, i int, yield func(Mutant) bool) bool {
	change := func(name string, f func(*rule)) bool {
		m := *e
		m.rules = slices.Clone(e.rules)
		f(&m.rules[i])
		return yield(Mutant{r.told(), name, p.mutated(&m)})
	}
	if !change("without it", func(x *rule) { x.heads = [kindCount]*head{} }) {
		return false
	}
	if r.audit || r.effect == guard.Allow {
		return true
	}
	return change(instead(r.effect), func(x *rule) { x.effect, x.loosened = x.effect+1, true })
}

func instead(e guard.Effect) string { return (e + 1).String() + " instead of " + e.String() }

func (p *Policy) mutated(e *engine) *Policy {
	m := &Policy{under: p.under}
	m.state.Store(e)
	return m
}

// told is what the policy tells of the rule.
func (r *rule) told() Rule { return Rule{r.id, r.pos, r.effect, r.audit, r.preset, maps.Clone(r.meta)} }
