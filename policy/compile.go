package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/runtimeguard/runtimeguard/guard"
)

// uses says what an expression looks at.
type uses struct {
	fields map[string]expressionPos // of action, with the first place
	call   bool
	names  map[string]bool // variables and lists
}

// callArguments stands in uses.fields for what no record holds but as a digest:
// call.args and call.session.
const callArguments = "call.args"

// expressionPos is a place in a policy file.
type expressionPos struct{ line, column int }

// compiler compiles the expressions of one policy. Its methods may be called
// concurrently once all variables are declared.
type compiler struct {
	env   *cel.Env
	names []string // of variables and lists
	sizes sizes

	broken bool // a variable's type isn't known
}

func newCompiler() (*compiler, error) {
	env, err := environment()
	return &compiler{env: env, sizes: sizes{map[string]listSize{}}}, err
}

// declare makes a name known to the expressions that follow.
func (c *compiler) declare(name string, t *types.Type) error {
	env, err := c.env.Extend(cel.Variable(name, t))
	if err != nil {
		return err
	}
	c.env, c.names = env, append(c.names, name)
	return nil
}

// compiled is a checked expression.
type compiled struct {
	program cel.Program
	typ     *types.Type
	uses    uses
	ast     *cel.Ast
}

// compile checks an expression and returns nil where anything is wrong with
// it. want is its type, or nil for any.
func (c *compiler) compile(e expression, want *types.Type, report func(Problem)) *compiled {
	fail := func(p expressionPos, format string, args ...any) {
		report(Problem{e.file, p.line, p.column, e.rule, fmt.Sprintf(format, args...)})
	}
	checked, issues := c.env.Compile(e.text)
	if issues.Err() != nil {
		for _, x := range issues.Errors() {
			line, column := e.at(x.Location.Line(), x.Location.Column())
			fail(expressionPos{line, column}, "%s", c.explain(x.Message))
		}
		return nil
	}
	k := &checker{c: c, e: e, info: checked.NativeRep(), uses: uses{fields: map[string]expressionPos{}, names: map[string]bool{}}}
	k.fail = func(n ast.Expr, format string, args ...any) {
		k.failed = true
		fail(k.pos(n), format, args...)
	}
	k.check()
	if got := checked.OutputType(); want != nil && !got.IsExactType(want) && !(c.broken && got.IsExactType(types.DynType)) {
		k.fail(checked.NativeRep().Expr(), "the condition is %s: want true or false", typeName(checked.OutputType()))
	}
	if k.failed {
		return nil
	}
	if estimate, err := c.env.EstimateCost(checked, c.sizes); err != nil || estimate.Max > maxCost {
		k.fail(checked.NativeRep().Expr(), "it may cost too much to evaluate: nest fewer loops, or compare shorter texts")
	}
	if k.failed {
		return nil
	}
	program, err := c.env.Program(checked, cel.EvalOptions(cel.OptOptimize), compileLiterals())
	if err != nil {
		k.fail(checked.NativeRep().Expr(), "%s", err)
		return nil
	}
	return &compiled{program, checked.OutputType(), k.uses, checked}
}

// explain puts CEL's messages into the words of policies.
func (c *compiler) explain(message string) string {
	message = strings.ReplaceAll(message, " (in container '')", "")
	if m := undefinedField.FindStringSubmatch(message); m != nil {
		return message + suggest(m[1], c.fieldNames())
	}
	if m := undeclared.FindStringSubmatch(message); m != nil && !strings.Contains(message, "did you mean") {
		if m[1] == "matches" || slices.Contains(missing, m[1]) {
			return message + ": conditions don't have it"
		}
		return message + suggest(m[1], c.known())
	}
	if strings.Contains(message, "no matching overload") {
		switch {
		case strings.Contains(message, "(Path"):
			return message + ": a path is asked by glob or within"
		case strings.Contains(message, "(Host"):
			return message + ": a host is asked by matches"
		}
	}
	return message
}

var (
	undefinedField = regexp.MustCompile(`^undefined field '([^']*)'`)
	undeclared     = regexp.MustCompile(`^undeclared reference to '([^']*)'`)
	missing        = []string{"replace", "format", "join", "split"}
)

func (c *compiler) fieldNames() []string {
	var out []string
	for _, x := range slices.Concat(actionFields, callFields) {
		out = append(out, x.name)
	}
	return out
}

// known are all names that an expression may hold.
func (c *compiler) known() []string {
	out := append([]string{"action", "call"}, c.names...)
	for _, f := range functions {
		out = append(out, f.name)
	}
	return out
}

func typeName(t *types.Type) string {
	if t.IsExactType(types.StringType) {
		return "text"
	}
	return "of type " + t.String()
}

// checker looks through a checked expression for what CEL lets pass.
type checker struct {
	c      *compiler
	e      expression
	info   *ast.AST
	uses   uses
	fail   func(n ast.Expr, format string, args ...any)
	failed bool
}

// pos is where an expression stands; a field's is where its object begins.
func (k *checker) pos(n ast.Expr) expressionPos {
	for n.Kind() == ast.SelectKind {
		n = n.AsSelect().Operand()
	}
	loc := k.info.SourceInfo().GetStartLocation(n.ID())
	line, column := k.e.at(loc.Line(), loc.Column())
	return expressionPos{line, column}
}

func (k *checker) check() {
	ast.PreOrderVisit(k.info.Expr(), ast.NewExprVisitor(func(n ast.Expr) {
		switch n.Kind() {
		case ast.IdentKind:
			k.ident(n.AsIdent())
		case ast.SelectKind:
			s := n.AsSelect()
			if isIdent(s.Operand(), "action") {
				k.field(s.FieldName(), n)
			}
			if isIdent(s.Operand(), "call") && (s.FieldName() == "args" || s.FieldName() == "session") {
				k.uses.fields[callArguments] = k.pos(n)
			}
		case ast.CallKind:
			if c := n.AsCall(); c.IsMemberFunction() && isIdent(c.Target(), "action") {
				k.field(c.FunctionName(), c.Target())
			}
			k.call(n, n.AsCall())
		}
	}))
}

// field notes that a field, or a function, of action is used.
func (k *checker) field(name string, n ast.Expr) {
	if _, ok := k.uses.fields[name]; !ok {
		k.uses.fields[name] = k.pos(n)
	}
}

func isIdent(n ast.Expr, name string) bool { return n.Kind() == ast.IdentKind && n.AsIdent() == name }

func (k *checker) ident(name string) {
	if name == "call" {
		k.uses.call = true
	}
	if slices.Contains(k.c.names, name) {
		k.uses.names[name] = true
	}
}

// call checks the arguments of one call.
func (k *checker) call(n ast.Expr, call ast.CallExpr) {
	switch call.FunctionName() {
	case operators.Equals, operators.NotEquals, operators.In:
		k.compare(call.Args()[0], call.Args()[1])
		k.compare(call.Args()[1], call.Args()[0])
	case "flag":
		for _, a := range call.Args() {
			if s, ok := literalText(a); ok && strings.HasPrefix(s, "-") {
				k.fail(a, "flag %q: write it without dashes", s)
			}
		}
	}
	refs := k.info.ReferenceMap()[n.ID()]
	if refs == nil || !call.IsMemberFunction() || len(call.Args()) != 1 {
		return
	}
	if len(refs.OverloadIDs) > 1 && slices.ContainsFunc(refs.OverloadIDs, func(id string) bool { return overloadsByID[id] != nil }) {
		k.fail(n, "%s: what it is asked of may be anything: write string(...).%s(...)", call.FunctionName(), call.FunctionName())
		return
	}
	for _, o := range overloadsByID[refs.OverloadIDs[0]] {
		s, ok := literalText(call.Args()[0])
		if !ok {
			k.fail(call.Args()[0], "%s: its argument must be a literal text", call.FunctionName())
		} else if _, err := o.literal(s); err != nil {
			k.fail(call.Args()[0], "%s", err)
		}
	}
}

// overloadsByID are those that take a literal.
var overloadsByID = func() map[string][]overload {
	m := map[string][]overload{}
	for _, f := range functions {
		for _, o := range f.overloads {
			if o.literal != nil {
				m[o.id] = append(m[o.id], o)
			}
		}
	}
	return m
}()

// compare checks that a field with few values is compared with one of them.
func (k *checker) compare(left, right ast.Expr) {
	if left.Kind() != ast.SelectKind {
		return
	}
	s := left.AsSelect()
	for name, fields := range map[string][]field{"action": actionFields, "call": callFields} {
		for _, x := range fields {
			if len(x.words) > 0 && isIdent(s.Operand(), name) && s.FieldName() == x.name {
				k.values(name+"."+x.name, right, x.words)
			}
		}
	}
}

func (k *checker) values(what string, n ast.Expr, words []string) {
	list := []ast.Expr{n}
	if n.Kind() == ast.ListKind {
		list = n.AsList().Elements()
	}
	for _, e := range list {
		if s, ok := literalText(e); ok && !slices.Contains(words, s) {
			k.fail(e, "%s is never %q%s", what, s, suggest(s, words))
		}
	}
}

func literalText(n ast.Expr) (string, bool) {
	if n.Kind() != ast.LiteralKind {
		return "", false
	}
	s, ok := n.AsLiteral().(types.String)
	return string(s), ok
}

// constants returns the values that a condition always has, with the kinds of
// action for which that is so.
func (c *compiler) constants(x *compiled, kinds []guard.Kind) map[bool][]guard.Kind {
	program, err := c.env.Program(x.ast, cel.EvalOptions(cel.OptOptimize, cel.OptPartialEval), compileLiterals())
	if err != nil {
		return nil
	}
	values := map[bool][]guard.Kind{}
	open := c.open()
	for _, k := range kinds {
		f := &frame{engine: &engine{}, call: &guard.Call{}, action: &guard.Action{Kind: k}}
		vars, err := cel.PartialVars(f, open...)
		if err != nil {
			return nil
		}
		if out, _, err := program.Eval(vars); err == nil {
			if v, ok := out.(types.Bool); ok {
				values[bool(v)] = append(values[bool(v)], k)
			}
		}
	}
	return values
}

// open are the parts of the input that differ from action to action of a kind.
func (c *compiler) open() []*cel.AttributePatternType {
	out := []*cel.AttributePatternType{cel.AttributePattern("call")}
	for _, x := range actionFields {
		if x.name != "kind" {
			out = append(out, cel.AttributePattern("action").QualString(x.name))
		}
	}
	for _, name := range c.names {
		out = append(out, cel.AttributePattern(name))
	}
	return out
}
