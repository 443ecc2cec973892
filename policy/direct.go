package policy

import (
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// Most conditions compare a word of the action and are asked of nearly every
// one. What those say is found here directly, and is what CEL says; where a part
// that this doesn't know, or that fails, would count, CEL is asked.

// direct is such a condition. It never changes the frame.
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

// directBools and directWords are fields whose values need no box. A word that is longer than
// conditions read is an error, see [text].
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
)

// direct makes a checked expression direct, as far as that goes.
func (e *engine) direct(n ast.Expr) direct {
	switch n.Kind() {
	case ast.IdentKind:
		if i, ok := e.names[n.AsIdent()]; ok && e.variables[i].direct != nil {
			return e.variables[i].direct
		}
	case ast.SelectKind:
		if get := directBools[fieldName(n)]; get != nil {
			return func(f *frame) answer { return answerOf(get(f)) }
		}
	case ast.CallKind:
		return e.directCall(n.AsCall())
	}
	return func(*frame) answer { return askCEL }
}

func (e *engine) directCall(c ast.CallExpr) direct {
	args := c.Args()
	switch c.FunctionName() {
	case operators.LogicalAnd:
		return e.join(args, no)
	case operators.LogicalOr:
		return e.join(args, yes)
	case operators.LogicalNot:
		return not(e.direct(args[0]))
	case operators.Equals:
		return isAnyOf(args[0], args[1:])
	case operators.NotEquals:
		return not(isAnyOf(args[0], args[1:]))
	case operators.In:
		if args[1].Kind() == ast.ListKind && len(args[1].AsList().OptionalIndices()) == 0 {
			return isAnyOf(args[0], args[1].AsList().Elements())
		}
	case "flag":
		if names, ok := literalTexts(args); ok && c.IsMemberFunction() && isIdent(c.Target(), "action") {
			return func(f *frame) answer { return answerOf(f.action.Flag(names...)) }
		}
	}
	return func(*frame) answer { return askCEL }
}

// join is && or ||: as in CEL, one part is enough for the answer that settles it,
// whatever the others say.
func (e *engine) join(parts []ast.Expr, settles answer) direct {
	list := make([]direct, len(parts))
	for i, p := range parts {
		list[i] = e.direct(p)
	}
	return func(f *frame) answer {
		out := yes + no - settles
		for _, d := range list {
			switch d(f) {
			case settles:
				return settles
			case askCEL:
				out = askCEL
			}
		}
		return out
	}
}

func not(d direct) direct {
	return func(f *frame) answer {
		if a := d(f); a != askCEL {
			return yes + no - a
		}
		return askCEL
	}
}

// isAnyOf asks whether a word is one of several literal texts.
func isAnyOf(word ast.Expr, list []ast.Expr) direct {
	get := directWords[fieldName(word)]
	texts, ok := literalTexts(list)
	return func(f *frame) answer {
		if get == nil || !ok {
			return askCEL
		}
		s := get(f)
		if len(s) > maxText {
			return askCEL
		}
		return answerOf(slices.Contains(texts, s))
	}
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
