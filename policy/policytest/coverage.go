package policytest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/policy"
)

// Coverage says what of a policy some cases have seen. Each rule of the policy's
// own counts one for having fired and, for each of its conditions, one for true
// and one for false; what it has from presets doesn't count.
type Coverage struct {
	Points, Seen int
	Gaps         []Gap // in the order of the rules
}

// Gap is what no case has seen of a rule.
type Gap struct {
	Rule    policy.Rule
	Reached bool     // its head matched an action
	Unseen  []string // "fired", "when true", "when false", "unless true", "unless false"
}

// String says where the rule stands and what no case has seen of it.
func (g Gap) String() string {
	var words []string
	if !g.Reached {
		return fmt.Sprintf("%s: rule %q: no case reaches it", g.Rule.Pos, g.Rule.ID)
	}
	for _, u := range g.Unseen {
		if condition, value, ok := strings.Cut(u, " "); ok {
			words = append(words, condition+" is never "+value)
		} else {
			words = append(words, "never "+u)
		}
	}
	return fmt.Sprintf("%s: rule %q: %s", g.Rule.Pos, g.Rule.ID, strings.Join(words, ", "))
}

// Percent is how much was seen, from 0 to 100; of nothing, all of it.
func (c *Coverage) Percent() float64 {
	if c.Points == 0 {
		return 100
	}
	return 100 * float64(c.Seen) / float64(c.Points)
}

// Cover says what of a policy the cases of some test files have seen. The files
// are of one policy: that of the first report.
func Cover(reports ...Report) Coverage {
	var calls []*guard.Call
	for _, r := range reports {
		for _, j := range r.judged {
			if j.verdict.call != nil {
				calls = append(calls, j.verdict.call)
			}
		}
	}
	var c Coverage
	if len(reports) > 0 {
		for _, t := range reports[0].policy.Tally(calls...) {
			c.add(&t)
		}
	}
	return c
}

func (c *Coverage) add(t *policy.Tally) {
	if t.Rule.Preset {
		return
	}
	gap := Gap{Rule: t.Rule, Reached: t.Matched > 0}
	point := func(what string, seen int) {
		c.Points++
		if seen > 0 {
			c.Seen++
		} else {
			gap.Unseen = append(gap.Unseen, what)
		}
	}
	point("fired", t.Fired)
	if t.When != nil {
		point("when true", t.When.True)
		point("when false", t.When.False)
	}
	if t.Unless != nil {
		point("unless true", t.Unless.True)
		point("unless false", t.Unless.False)
	}
	if len(gap.Unseen) > 0 {
		c.Gaps = append(c.Gaps, gap)
	}
}

// Mutation says which weaker policies some cases have told from the policy.
type Mutation struct {
	Mutants  int
	Survived []Survivor // in the order of the rules
}

// Survivor is a change that makes the policy weaker and that no case notices.
type Survivor struct {
	Rule   policy.Rule // a default has the id "default.KIND"
	Change string      // "without it", "ask instead of deny", "allow instead of ask"
}

// String says where the rule stands and which change no case notices.
func (s Survivor) String() string {
	change := s.Change
	if strings.Contains(change, " instead of ") {
		change = "if it says " + change
	}
	return fmt.Sprintf("%s: rule %q: no case fails %s", s.Rule.Pos, s.Rule.ID, change)
}

// Mutate judges the cases of some test files by weaker policies: see
// [policy.Policy.Mutants]. The files are of one policy: that of the first
// report. A case that fails anyway notices nothing.
func Mutate(reports ...Report) Mutation {
	var m Mutation
	var passed []judged
	for _, r := range reports {
		for _, j := range r.judged {
			if j.verdict.call != nil && j.check(j.verdict) == nil {
				passed = append(passed, j)
			}
		}
	}
	if len(reports) == 0 {
		return m
	}
	for mutant := range reports[0].policy.Mutants() {
		m.Mutants++
		if !noticed(mutant.Policy, passed) {
			m.Survived = append(m.Survived, Survivor{mutant.Rule, mutant.Change})
		}
	}
	return m
}

// noticed reports whether a case fails by the policy. What the mutant's rules
// are called doesn't count.
func noticed(p *policy.Policy, cases []judged) bool {
	for _, j := range cases {
		v := *j.verdict
		v.Decision = v.decide(context.Background(), p)
		if j.check(&v) != nil {
			return true
		}
	}
	return false
}

// Thorough runs test files of one policy as [Run] does and fails, too, for what
// [Cover] has not seen and for each survivor of [Mutate].
func Thorough(t testing.TB, files ...string) {
	t.Helper()
	var reports []Report
	for _, file := range files {
		reports = append(reports, run(t, file))
	}
	if t.Failed() {
		return
	}
	for _, g := range Cover(reports...).Gaps {
		t.Errorf("%s", g)
	}
	for _, s := range Mutate(reports...).Survived {
		t.Errorf("%s", s)
	}
}
