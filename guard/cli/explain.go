package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/policy"
)

// explanation is a decision in full.
type explanation struct {
	Actions []action `json:"actions"`
	Rules   []fired  `json:"rules"`
	Require []string `json:"require,omitempty"`
	Policy  string   `json:"policy,omitempty"`

	decision guard.Decision
	call     *guard.Call
}

type action struct {
	Kind      guard.Kind `json:"kind"`
	Program   string     `json:"program,omitempty"`
	Command   string     `json:"command,omitempty"`
	Args      []string   `json:"args,omitempty"`
	Flags     []string   `json:"flags,omitempty"`
	Via       []string   `json:"via,omitempty"`
	Path      string     `json:"path,omitempty"`
	Resolved  string     `json:"resolved,omitempty"`
	Zone      guard.Zone `json:"zone,omitempty"`
	Host      string     `json:"host,omitempty"`
	Pattern   bool       `json:"pattern,omitempty"`
	Root      bool       `json:"root,omitempty"`
	Recursive bool       `json:"recursive,omitempty"`
	Opaque    bool       `json:"opaque,omitempty"`
	Reason    string     `json:"reason,omitempty"`
	Span      [2]int     `json:"span"`
}

type fired struct {
	Rule    string       `json:"rule"`
	Pos     string       `json:"pos"`
	Effect  guard.Effect `json:"effect"`
	Message string       `json:"message,omitempty"`
	Action  int          `json:"action"`
	Error   string       `json:"error,omitempty"`
	Audit   bool         `json:"audit,omitempty"`
	Trace   []part       `json:"trace,omitempty"`
}

// part is a part of a condition and its value.
type part struct {
	Key   string `json:"key"`
	Depth int    `json:"depth"`
	Text  string `json:"text"`
	Value string `json:"value"` // "" where it wasn't reached
	Pos   string `json:"pos"`
}

func (c *check) explanation(j *judge, call *guard.Call, d guard.Decision) *explanation {
	x := &explanation{Actions: []action{}, Rules: []fired{}, Policy: d.Policy, decision: d, call: call}
	for i := range call.Actions {
		a := &call.Actions[i]
		x.Actions = append(x.Actions, action{
			a.Kind, a.Program, a.Command, a.Args, a.Flags, a.Via, a.Path, a.Resolved, a.Zone, a.Host,
			a.Pattern, a.Root, a.Recursive, a.Opaque, a.Reason, [2]int{a.Span.Start, a.Span.End}})
	}
	for _, f := range d.Fired {
		r := fired{f.Rule, f.Pos, f.Effect, f.Message, f.Action, f.Err, f.Audit, nil}
		if c.trace {
			r.Trace = trace(j.policy, call, f)
		}
		x.Rules = append(x.Rules, r)
	}
	for _, r := range d.Require {
		x.Require = append(x.Require, string(r))
	}
	return x
}

// trace is nothing for what isn't one of the policy's rules: a default, or
// what another guard says.
func trace(p *policy.Policy, call *guard.Call, f guard.Fired) []part {
	parts, err := p.Trace(call, f)
	if err != nil {
		return nil
	}
	var out []part
	for _, x := range parts {
		out = append(out, part(x))
	}
	return out
}

// print writes the explanation as a person reads it: the decision, what
// decided and where that stands in the text, then everything else.
func (x *explanation) print(w io.Writer, text string) {
	fmt.Fprintf(w, "%s\n", x.decision)
	if x.decision.Audit {
		fmt.Fprintf(w, "audit mode: enforced, it would be %s\n", x.decision.Observed)
	}
	if i := x.deciding(); i >= 0 {
		fmt.Fprintf(w, "because of action %d: %s\n", i, x.describe(i, text))
	}
	for _, r := range x.Require {
		fmt.Fprintf(w, "requires %s\n", r)
	}
	fmt.Fprintf(w, "\nactions\n")
	for i := range x.call.Actions {
		fmt.Fprintf(w, "  %2d  %s\n", i, x.describe(i, text))
	}
	if len(x.Rules) > 0 {
		fmt.Fprintf(w, "\nrules\n")
	}
	for i := range x.Rules {
		x.Rules[i].print(w)
	}
	if x.Policy != "" {
		fmt.Fprintf(w, "\npolicy %s\n", x.Policy)
	}
}

// deciding is the number of the action that decided, or -1.
func (x *explanation) deciding() int {
	for i := range x.call.Actions {
		if x.decision.Action == &x.call.Actions[i] && x.decision.Effect != guard.Allow {
			return i
		}
	}
	return -1
}

// describe is an action with the text that it comes from.
func (x *explanation) describe(i int, text string) string {
	a := &x.call.Actions[i]
	s := fmt.Sprintf("%-8s %s", a.Kind, guard.Printable(a.Describe()))
	if a.Span.End > a.Span.Start && a.Span.End <= len(text) {
		s += "\n               from " + guard.Printable(text[a.Span.Start:a.Span.End])
	}
	return s
}

func (f *fired) print(w io.Writer) {
	mode := ""
	if f.Audit {
		mode = ", without effect"
	}
	fmt.Fprintf(w, "  %-5s %s  %s  action %d%s\n", f.Effect, f.Rule, f.Pos, f.Action, mode)
	for _, line := range []string{f.Message, f.Error} {
		if line != "" && !strings.Contains(f.Message, line+")") {
			fmt.Fprintf(w, "        %s\n", guard.Printable(line))
		}
	}
	for i := range f.Trace {
		f.Trace[i].print(w, i == 0 || f.Trace[i].Key != f.Trace[i-1].Key)
	}
}

func (p *part) print(w io.Writer, first bool) {
	key := ""
	if first {
		key = p.Key
	}
	value := p.Value
	if value == "" {
		value = "not reached"
	}
	fmt.Fprintf(w, "        %-7s %s%s  →  %s\n", key, strings.Repeat("  ", p.Depth), p.Text, value)
}
