package policy

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Most conditions compare words of the action and are asked of nearly every one.
// What those say is found here directly, and is what CEL says; where a part that
// this doesn't know, or that fails, would count, CEL is asked.

// direct is such a condition.
type direct func(f *frame) answer

// answer is what a direct condition says.
type answer uint8

const (
	askCEL answer = iota
	yes
	no
)

func answerOf(b bool) answer {
	if b {
		return yes
	}
	return no
}

func (a answer) not() answer {
	if a == askCEL {
		return askCEL
	}
	return yes + no - a
}

// The fields that are read directly: those that are true or false, words and
// lists of words.
var (
	directBools = map[string]func(f *frame) bool{
		"action.pattern":   func(f *frame) bool { return f.action.Pattern },
		"action.root":      func(f *frame) bool { return f.action.Root },
		"action.recursive": func(f *frame) bool { return f.action.Recursive },
		"action.opaque":    func(f *frame) bool { return f.action.Opaque },
	}
	directWords = map[string]func(f *frame) string{
		"action.kind":    func(f *frame) string { return string(f.action.Kind) },
		"action.program": func(f *frame) string { return f.action.Program },
		"action.command": func(f *frame) string { return f.action.Command },
		"action.zone":    func(f *frame) string { return zoneName(f.action) },
		"call.engine":    func(f *frame) string { return engineName(f.call.Engine) },
		"call.tier":      func(f *frame) string { return f.call.Tier.String() },
	}
	directLists = map[string]func(f *frame) []string{
		"action.args":  func(f *frame) []string { return f.action.Args },
		"action.flags": func(f *frame) []string { return f.action.Flags },
		"action.via":   func(f *frame) []string { return f.action.Via },
	}
	directTests = map[string]func(s, part string) bool{
		"startsWith": strings.HasPrefix, "endsWith": strings.HasSuffix, "contains": strings.Contains,
	}
)

// direct makes a checked expression direct, as far as that goes.
func (e *engine) direct(n ast.Expr) direct { return (&directing{e: e}).condition(n) }

type directing struct {
	e    *engine
	loop string // the name of the word of a list that is looked at, in frame.word
}

func (d *directing) condition(n ast.Expr) direct {
	var c direct
	switch n.Kind() {
	case ast.IdentKind:
		if i, ok := d.e.names[n.AsIdent()]; ok && n.AsIdent() != d.loop {
			c = d.e.variables[i].direct
		}
	case ast.SelectKind:
		if get := directBools[fieldName(n)]; get != nil {
			c = func(f *frame) answer { return answerOf(get(f)) }
		}
	case ast.CallKind:
		c = d.call(n.AsCall())
	case ast.ComprehensionKind:
		c = d.quantifier(n.AsComprehension())
	}
	if c == nil {
		return func(*frame) answer { return askCEL }
	}
	return c
}

func (d *directing) call(c ast.CallExpr) direct {
	args := c.Args()
	switch c.FunctionName() {
	case operators.LogicalAnd:
		return d.join(args, no)
	case operators.LogicalOr:
		return d.join(args, yes)
	case operators.LogicalNot:
		x := d.condition(args[0])
		return func(f *frame) answer { return x(f).not() }
	case operators.Equals:
		return d.test(args[0], args[1:], isEqual)
	case operators.NotEquals:
		if x := d.test(args[0], args[1:], isEqual); x != nil {
			return func(f *frame) answer { return x(f).not() }
		}
	case operators.In:
		if args[1].Kind() == ast.ListKind && len(args[1].AsList().OptionalIndices()) == 0 {
			return d.test(args[0], args[1].AsList().Elements(), isEqual)
		}
	case "flag":
		if names, ok := literalTexts(args); ok && c.IsMemberFunction() && isIdent(c.Target(), "action") {
			return func(f *frame) answer { return answerOf(f.action.Flag(names...)) }
		}
	default:
		if test := directTests[c.FunctionName()]; test != nil && c.IsMemberFunction() {
			return d.test(c.Target(), args, test)
		}
	}
	return nil
}

// join is && or ||: as in CEL, one part is enough for the answer that settles it,
// whatever the others say.
func (d *directing) join(parts []ast.Expr, settles answer) direct {
	list := make([]direct, len(parts))
	for i, p := range parts {
		list[i] = d.condition(p)
	}
	return func(f *frame) answer {
		out := settles.not()
		for _, x := range list {
			switch x(f) {
			case settles:
				return settles
			case askCEL:
				out = askCEL
			}
		}
		return out
	}
}

// quantifier is exists or all over a list of words.
func (d *directing) quantifier(c ast.ComprehensionExpr) direct {
	list := directLists[fieldName(c.IterRange())]
	if list == nil || d.loop != "" || c.HasIterVar2() || c.AccuInit().Kind() != ast.LiteralKind || c.LoopStep().Kind() != ast.CallKind {
		return nil
	}
	settles := answer(askCEL)
	switch step := c.LoopStep().AsCall(); {
	case step.FunctionName() == operators.LogicalOr && c.AccuInit().AsLiteral() == types.False:
		settles = yes
	case step.FunctionName() == operators.LogicalAnd && c.AccuInit().AsLiteral() == types.True:
		settles = no
	default:
		return nil
	}
	part := (&directing{d.e, c.IterVar()}).condition(c.LoopStep().AsCall().Args()[1])
	return func(f *frame) answer {
		words := list(f)
		if wordsProblem(words) != "" || slices.Contains(words, guard.UnknownWord) {
			return askCEL
		}
		out := settles.not()
		for _, f.word = range words {
			switch part(f) {
			case settles:
				return settles
			case askCEL:
				out = askCEL
			}
		}
		return out
	}
}

func isEqual(s, t string) bool { return s == t }

// test asks whether a test holds of a word and one of several literal texts.
func (d *directing) test(n ast.Expr, list []ast.Expr, holds func(s, part string) bool) direct {
	word := d.word(n)
	texts, ok := literalTexts(list)
	if word == nil || !ok {
		return nil
	}
	return func(f *frame) answer {
		s := word(f)
		if len(s) > maxText {
			return askCEL
		}
		return answerOf(slices.ContainsFunc(texts, func(t string) bool { return holds(s, t) }))
	}
}

func (d *directing) word(n ast.Expr) func(f *frame) string {
	if d.loop != "" && isIdent(n, d.loop) {
		return func(f *frame) string { return f.word }
	}
	return directWords[fieldName(n)]
}

// fieldName is the name of a field of action or call, or "".
func fieldName(n ast.Expr) string {
	if n.Kind() != ast.SelectKind || n.AsSelect().IsTestOnly() || n.AsSelect().Operand().Kind() != ast.IdentKind {
		return ""
	}
	return n.AsSelect().Operand().AsIdent() + "." + n.AsSelect().FieldName()
}

func literalTexts(list []ast.Expr) ([]string, bool) {
	out := make([]string, len(list))
	for i, n := range list {
		var ok bool
		if out[i], ok = literalText(n); !ok {
			return nil, false
		}
	}
	return out, true
}
