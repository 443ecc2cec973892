// Package policytest runs unit tests of policies, from Go and from YAML
// tables. No command is run and no file is written, and the folders that a
// test speaks of need not exist.
//
// A table holds cases for one policy:
//
//	policy: policy.yaml        # a file beside this one, or a preset
//	workspace: /srv/proj       # and home, temp, agent, engine, tier: see Fixture
//	cases:
//	  - command: git push --force
//	    expect: ask
//	    rule: git-push-force   # the rule that must have decided
//	  - tool: write_file
//	    args: {path: .env}
//	    expect: deny
//	  - actions: [{kind: connect, host: example.com}]
//	    agent: janitor         # whatever the table fixes, a case can change
//	    expect: allow
//	    fires: tried-out       # rules that fired besides, such as one in audit mode
//
// A policy knows no clock, so that there is no time to fix.
//
// Passing cases say little where they leave out a rule. [Cover] says which rules
// and which outcomes of conditions no case has seen; [Mutate] weakens the policy
// in each of its rules and says which changes no case notices; [Thorough] fails
// for either.
package policytest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/policy"
)

// Fixture is the world that cases are judged in. It is a value; the zero value
// of each field but Policy is usable.
type Fixture struct {
	Policy *policy.Policy
	// Workspace is the folder the agent works in; "" means /srv/proj. Home
	// means /home/dev, Temp /tmp.
	Workspace, Home string
	Temp            []string
	// Dir is the working folder, absolute or within the workspace; "" means the
	// workspace.
	Dir string
	// Principal is who calls.
	Principal guard.Principal
	// Engine and Tier are what the call would run under.
	Engine guard.Engine
	Tier   guard.Tier
	// Tools bind tools that the policy and [runtimeguard.Bindings] don't.
	Tools map[string]guard.Tool
}

// Verdict is a decision that expectations are checked against.
type Verdict struct {
	Decision guard.Decision
	Actions  []guard.Action // what the call would do

	t     testing.TB
	what  string
	rules map[string]bool
	// call is what the guards were asked, nil where it was refused before them;
	// places is the guard beside the policy.
	call   *guard.Call
	places guard.Guard
}

// Command judges a shell command.
func (f Fixture) Command(t testing.TB, command string) *Verdict {
	t.Helper()
	return f.Tool(t, "run_command", map[string]any{"command": command})
}

// Tool judges a tool call.
func (f Fixture) Tool(t testing.TB, tool string, args map[string]any) *Verdict {
	t.Helper()
	raw, err := json.Marshal(args)
	if err != nil {
		t.Fatalf("%s: arguments: %v", tool, err)
	}
	return f.verdict(t, call{tool: tool, raw: raw})
}

// Actions judges actions as they are. An empty Resolved is the Path, an empty
// Zone the one that the path lies in.
func (f Fixture) Actions(t testing.TB, actions ...guard.Action) *Verdict {
	t.Helper()
	return f.verdict(t, call{tool: "actions", actions: actions})
}

func (f Fixture) verdict(t testing.TB, c call) *Verdict {
	t.Helper()
	v, err := f.judge(c)
	if err != nil {
		t.Fatalf("%s: %v", c, err)
	}
	v.t = t
	return v
}

// Allow expects the call to be allowed, by the rule where one is named.
func (v *Verdict) Allow(rule ...string) *Verdict { v.t.Helper(); return v.expect(guard.Allow, rule) }

// Ask expects the call to be asked, by the rule where one is named.
func (v *Verdict) Ask(rule ...string) *Verdict { v.t.Helper(); return v.expect(guard.Ask, rule) }

// Deny expects the call to be denied, by the rule where one is named.
func (v *Verdict) Deny(rule ...string) *Verdict { v.t.Helper(); return v.expect(guard.Deny, rule) }

// Requires expects the call to carry a requirement.
func (v *Verdict) Requires(r guard.Requirement) *Verdict {
	v.t.Helper()
	if !v.Decision.Requires(r) {
		v.t.Errorf("%s: want it to require %s, got %v", v.what, r, v.Decision.Require)
	}
	return v
}

// Fires expects each of the rules to have fired, whatever they say: rules in
// audit mode, or beside a stricter one.
func (v *Verdict) Fires(rule ...string) *Verdict {
	v.t.Helper()
	if err := v.checkFires(rule); err != nil {
		v.t.Errorf("%s: %v", v.what, err)
	}
	return v
}

func (v *Verdict) checkFires(rules []string) error {
	for _, id := range rules {
		if !v.rules[id] {
			return fmt.Errorf("the policy has no rule %q", id)
		}
		if !slices.ContainsFunc(v.Decision.Fired, func(f guard.Fired) bool { return f.Rule == id }) {
			return fmt.Errorf("want rule %s to fire, got %s%s", id, v.effect(), v.why(deciding(v.Decision, v.effect())))
		}
	}
	return nil
}

func (v *Verdict) expect(effect guard.Effect, rules []string) *Verdict {
	v.t.Helper()
	if err := v.check(effect, rules); err != nil {
		v.t.Errorf("%s: %v", v.what, err)
	}
	return v
}

// check compares the decision with what is expected.
func (v *Verdict) check(effect guard.Effect, rules []string) error {
	for _, id := range rules {
		if !v.rules[id] {
			return fmt.Errorf("the policy has no rule %q", id)
		}
	}
	got := v.effect()
	decided := deciding(v.Decision, got)
	if got == effect && (len(rules) == 0 || slices.ContainsFunc(rules, func(id string) bool { return slices.Contains(decided, id) })) {
		return nil
	}
	want := effect.String()
	if len(rules) > 0 {
		want += " by " + strings.Join(rules, " or ")
	}
	return fmt.Errorf("want %s, got %s%s", want, got, v.why(decided))
}

// effect is what was decided; in audit mode, what would have been.
func (v *Verdict) effect() guard.Effect {
	if v.Decision.Audit {
		return v.Decision.Observed
	}
	return v.Decision.Effect
}

// deciding are the rules that fired with the effect that was decided.
func deciding(d guard.Decision, effect guard.Effect) []string {
	var out []string
	for _, f := range d.Fired {
		if !f.Audit && f.Effect == effect && !slices.Contains(out, f.Rule) {
			out = append(out, f.Rule)
		}
	}
	return out
}

func (v *Verdict) why(decided []string) string {
	var b strings.Builder
	for i, f := range v.first(decided) {
		word := " by"
		if i > 0 {
			word = ","
		}
		fmt.Fprintf(&b, "%s %s (%s)", word, f.Rule, f.Pos)
	}
	if v.Decision.Reason != "" {
		fmt.Fprintf(&b, ": %s", v.Decision.Reason)
	}
	for _, f := range v.Decision.Fired {
		if !slices.Contains(decided, f.Rule) || f.Audit {
			fmt.Fprintf(&b, "\n\talso %s by %s (%s)", f.Effect, f.Rule, f.Pos)
		}
	}
	return b.String()
}

// first returns where each of the rules fired first.
func (v *Verdict) first(rules []string) (out []guard.Fired) {
	for _, id := range rules {
		i := slices.IndexFunc(v.Decision.Fired, func(f guard.Fired) bool { return f.Rule == id && !f.Audit })
		out = append(out, v.Decision.Fired[i])
	}
	return out
}

// call is what a case judges: a tool call, or actions.
type call struct {
	tool    string
	raw     []byte
	actions []guard.Action
}

func (c call) String() string {
	if len(c.actions) > 0 {
		s := string(c.actions[0].Kind) + " " + c.actions[0].Describe()
		if n := len(c.actions) - 1; n > 0 {
			s += fmt.Sprintf(" (+%d)", n)
		}
		return s
	}
	var shell struct{ Command string }
	if c.tool == "run_command" && json.Unmarshal(c.raw, &shell) == nil && shell.Command != "" {
		return shell.Command
	}
	return c.tool + " " + string(c.raw)
}

// judge decides one call as an Enforcer would.
func (f Fixture) judge(c call) (*Verdict, error) {
	ws, inspector, err := f.inspector()
	if err != nil {
		return nil, err
	}
	v := &Verdict{what: c.String(), rules: knownRules(f.Policy), places: ws}
	inspect := func(ctx context.Context, gc *guard.Call) (actions []guard.Action, err error) {
		if c.actions != nil {
			actions = placed(ws, c.actions)
		} else {
			actions, err = inspector.Inspect(ctx, gc)
		}
		v.Actions = actions
		return actions, err
	}
	e, err := guard.New(guard.Config{
		Inspector: guard.InspectorFunc(inspect),
		Guard: guard.GuardFunc(func(ctx context.Context, gc *guard.Call) guard.Decision {
			v.call = gc
			return v.decide(ctx, f.Policy)
		}),
		Audit:     guard.AuditFunc(func(context.Context, guard.Record) error { return nil }),
		Container: contained{f.Engine, f.Tier},
	})
	if err != nil {
		return nil, err
	}
	dir := f.Dir
	if !strings.HasPrefix(dir, "/") {
		dir = path.Join(ws.Roots()[0], dir)
	}
	v.Decision = e.Decide(context.Background(), guard.Call{Tool: c.tool, Raw: c.raw, Principal: f.Principal, Dir: dir})
	return v, nil
}

// decide asks a policy, and the workspace, about the call as it was inspected.
func (v *Verdict) decide(ctx context.Context, p *policy.Policy) guard.Decision {
	return guard.All(p, v.places).Decide(ctx, v.call)
}

func (f Fixture) inspector() (*boundary.Workspace, *boundary.Inspector, error) {
	if f.Policy == nil {
		return nil, nil, fmt.Errorf("no policy to test")
	}
	config := boundary.WorkspaceConfig{Roots: []string{f.Workspace}, Home: f.Home, Temp: f.Temp}
	if f.Workspace == "" {
		config.Roots = []string{"/srv/proj"}
	}
	if f.Home == "" {
		config.Home = "/home/dev"
	}
	if len(f.Temp) == 0 {
		config.Temp = []string{"/tmp"}
	}
	ws, err := boundary.NewWorkspace(config)
	if err != nil {
		return nil, nil, err
	}
	tools := runtimeguard.Bindings()
	maps.Copy(tools, f.Tools)
	for name := range tools {
		if _, bound := f.Policy.Tool(name); bound {
			delete(tools, name)
		}
	}
	in, err := boundary.NewInspector(boundary.InspectorConfig{Workspace: ws, Vocabulary: f.Policy, Tools: tools, Sensitive: f.Policy.Sensitive})
	return ws, in, err
}

// contained says what a call would run under.
type contained struct {
	engine guard.Engine
	tier   guard.Tier
}

func (c contained) Contain(context.Context, *guard.Call) (guard.Engine, guard.Tier, error) {
	return c.engine, c.tier, nil
}

// placed fills in where paths lie.
func placed(ws *boundary.Workspace, actions []guard.Action) []guard.Action {
	out := slices.Clone(actions)
	for i := range out {
		a := &out[i]
		if a.Resolved == "" {
			a.Resolved = a.Path
		}
		if a.Zone == "" && a.Resolved != "" {
			a.Zone = ws.Zone(a.Resolved)
		}
	}
	return out
}

// knownRules are the ids that an expectation may name.
func knownRules(p *policy.Policy) map[string]bool {
	out := map[string]bool{}
	for _, r := range p.Rules() {
		out[r.ID] = true
	}
	for _, k := range guard.Kinds() {
		out["default."+string(k)] = true
	}
	return out
}
