package policy

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"
	"cel.dev/cel-go/parser"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Part is a part of a rule's condition and what it evaluated to.
type Part struct {
	Key   string // when or unless
	Depth int    // how deep within the condition: 0 is all of it
	Text  string // the expression, on one line
	Value string // printable and of bounded length; "" where it wasn't reached
	Pos   string // "policy.yaml:12:9"
}

// Trace evaluates the conditions of a rule that fired once more and says what
// each of their parts is for the action that it fired on. It is for people who
// want to know why; a decision doesn't need it. The parts may quote the call's
// arguments. The rule must be one of the policy in force.
func (p *Policy) Trace(call *guard.Call, fired guard.Fired) ([]Part, error) {
	e, r := p.find(fired.Rule)
	switch {
	case r == nil:
		return nil, fmt.Errorf("rule %q: the policy in force has none of this id", fired.Rule)
	case fired.Action < 0 || fired.Action >= len(call.Actions):
		return nil, fmt.Errorf("rule %q: the call has no action %d", fired.Rule, fired.Action)
	}
	f := newFrame(e, call)
	defer f.release()
	f.enter(fired.Action)
	var out []Part
	for _, c := range []struct {
		key  string
		cond *condition
	}{{"when", r.when}, {"unless", r.unless}} {
		if c.cond != nil {
			parts, err := c.cond.trace(f, c.key)
			if err != nil {
				return nil, fmt.Errorf("rule %q: %s: %w", fired.Rule, c.key, err)
			}
			out = append(out, parts...)
		}
	}
	return out, nil
}

// find returns a rule and the engine that it belongs to.
func (p *Policy) find(id string) (*engine, *rule) {
	for ; p != nil; p = p.under {
		e := p.engine()
		for i := range e.rules {
			if e.rules[i].id == id {
				return e, &e.rules[i]
			}
		}
	}
	return nil, nil
}

// trace evaluates the condition with the value of every part kept.
func (c *condition) trace(f *frame, key string) ([]Part, error) {
	env, err := f.engine.env.Extend(cel.EnableMacroCallTracking())
	if err != nil {
		return nil, err
	}
	checked, issues := env.Compile(c.source.text)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	program, err := env.Program(checked, cel.EvalOptions(cel.OptTrackState), compileLiterals())
	if err != nil {
		return nil, err
	}
	_, details, err := program.Eval(f)
	if details == nil {
		return nil, err
	}
	t := &tracer{key: key, source: c.source, info: checked.NativeRep(), state: details.State()}
	t.walk(t.info.Expr(), 0)
	if err != nil && len(t.parts) > 0 && t.parts[0].Value == "" {
		t.parts[0].Value = valueText(types.WrapErr(err))
	}
	return t.parts, nil
}

type tracer struct {
	key    string
	source expression
	info   *ast.AST
	state  interpreter.EvalState
	parts  []Part
}

// walk notes an expression and those in it. What a loop evaluates differs from
// turn to turn: it is one part.
func (t *tracer) walk(n ast.Expr, depth int) {
	_, macro := t.info.SourceInfo().GetMacroCall(n.ID())
	if n.Kind() == ast.ListKind || n.Kind() == ast.LiteralKind || n.Kind() == ast.IdentKind && (n.AsIdent() == "action" || n.AsIdent() == "call") {
		return
	}
	t.note(n, depth)
	if macro {
		return
	}
	switch n.Kind() {
	case ast.CallKind:
		call := n.AsCall()
		if call.IsMemberFunction() {
			t.walk(call.Target(), depth+1)
		}
		for _, a := range call.Args() {
			t.walk(a, depth+1)
		}
	case ast.SelectKind:
		t.walk(n.AsSelect().Operand(), depth+1)
	}
}

func (t *tracer) note(n ast.Expr, depth int) {
	text, err := parser.Unparse(n, t.info.SourceInfo())
	if err != nil {
		text = "…"
	}
	part := Part{Key: t.key, Depth: depth, Text: line(strings.ReplaceAll(text, "\n", " "))}
	if v, ok := t.state.Value(n.ID()); ok {
		part.Value = valueText(v)
	}
	loc := t.info.SourceInfo().GetStartLocation(n.ID())
	l, column := t.source.at(loc.Line(), loc.Column())
	part.Pos = fmt.Sprintf("%s:%d:%d", t.source.file, l, column)
	t.parts = append(t.parts, part)
}

// valueText writes a value for people.
func valueText(v ref.Val) string {
	switch v := v.(type) {
	case *types.Err:
		return line("error: " + v.Error())
	case types.String:
		return line(fmt.Sprintf("%q", string(v)))
	case pathVal:
		return line(v.requested())
	case hostVal:
		if v.f.action.Host == "" {
			return "a host that isn't known"
		}
		return line(v.f.action.Host)
	}
	return line(types.Format(v))
}
