package shell

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// result is what arithmetic comes to.
type result struct {
	n     int64
	known bool
}

func (r result) value() value {
	if r.known {
		return value{text: strconv.FormatInt(r.n, 10), num: true}
	}
	return number()
}

// expression evaluates an expression whose words are expanded before any of it is
// computed: what they assign to is known no more.
func (x *expansion) expression(e syntax.ArithmExpr) result {
	if _, one := e.(*syntax.Word); one {
		return x.arithmetic(e)
	}
	early := assignedEarly(e)
	for _, target := range early {
		x.store(target, result{})
	}
	r := x.arithmetic(e)
	for _, target := range early {
		x.store(target, result{})
	}
	r.known = r.known && len(early) == 0
	return r
}

// assignedEarly are the targets of assignments within the expansions of an
// expression's words.
func assignedEarly(e syntax.ArithmExpr) (targets []syntax.ArithmExpr) {
	switch e := e.(type) {
	case *syntax.ParenArithm:
		return assignedEarly(e.X)
	case *syntax.UnaryArithm:
		return assignedEarly(e.X)
	case *syntax.BinaryArithm:
		return append(assignedEarly(e.X), assignedEarly(e.Y)...)
	case *syntax.Word:
		if e.Lit() != "" {
			return nil
		}
		syntax.Walk(e, func(n syntax.Node) bool {
			switch n := n.(type) {
			case *syntax.CmdSubst, *syntax.ProcSubst:
				return false
			case *syntax.ParamExp:
				if x := n.Exp; x != nil && (x.Op == syntax.AssignUnset || x.Op == syntax.AssignUnsetOrNull) {
					targets = append(targets, &syntax.Word{Parts: []syntax.WordPart{n.Param}})
				}
			case *syntax.UnaryArithm:
				if n.Op == syntax.Inc || n.Op == syntax.Dec {
					targets = append(targets, n.X)
				}
			case *syntax.BinaryArithm:
				if _, ok := assignOps[n.Op]; ok || n.Op == syntax.Assgn {
					targets = append(targets, n.X)
				}
			}
			return true
		})
	}
	return targets
}

// arithmetic evaluates a part of an expression. Text that reaches it from a variable or
// from quotes is evaluated as Bash does: a subscript in it may run code, so
// what isn't plainly a number or a name of one is reported.
func (x *expansion) arithmetic(e syntax.ArithmExpr) result {
	switch e := e.(type) {
	case nil:
		return result{known: true}
	case *syntax.Word:
		return x.operand(e)
	case *syntax.ParenArithm:
		return x.arithmetic(e.X)
	case *syntax.UnaryArithm:
		return x.unary(e)
	case *syntax.BinaryArithm:
		return x.binary(e)
	}
	x.w.a.unknown(x.w.u.at(e), "a kind of arithmetic that is not known", false)
	return result{}
}

// operand evaluates a word in arithmetic.
func (x *expansion) operand(w *syntax.Word) result {
	if len(w.Parts) == 1 {
		switch p := w.Parts[0].(type) {
		case *syntax.Lit:
			return x.evaluate(text(p.Value), w, 0)
		case *syntax.ParamExp:
			if p.Short && !p.Dollar.IsValid() && p.Index != nil { // a[i]
				return x.evaluateFound(x.param(p, true), w, 0)
			}
		}
	}
	v := x.single(w.Parts, x.w.u.at(w), document).value()
	if v.kind == known && strings.TrimSpace(v.text) == "" { // the expression is read without it
		x.w.mayAbort(x.st)
		return result{}
	}
	return x.evaluate(v, w, 0)
}

func (x *expansion) evaluateFound(r found, n syntax.Node, depth int) result {
	if r.isList {
		return result{}
	}
	if r.array {
		r = x.first(r.variable)
	}
	if r.unset {
		return result{known: true}
	}
	return x.evaluate(r.value, n, depth)
}

// evaluate turns a text into a number, following names.
func (x *expansion) evaluate(v value, n syntax.Node, depth int) result {
	if v.num && v.kind != known || v.env {
		if v.several { // or none
			x.w.mayAbort(x.st)
		}
		return result{}
	}
	if v.kind != known {
		x.w.a.unknown(x.w.u.at(n), "text that is not known is evaluated as arithmetic, and may hold code", false)
		return result{}
	}
	s := strings.TrimSpace(v.text)
	if s == "" {
		return result{known: true}
	}
	if i, ok := parseInt(s); ok {
		return result{i, true}
	}
	if isName(s) && depth < 8 {
		return x.evaluateFound(x.named(s), n, depth+1)
	}
	x.w.mayAbort(x.st)
	if !x.w.a.spend(len(s)) {
		return result{}
	}
	if strings.ContainsAny(s, "[`$") || depth >= 8 {
		x.w.a.unknown(x.w.u.at(n), "text with a subscript or a substitution is evaluated as arithmetic", false)
		return result{}
	}
	signs := strings.Trim(s, "+-") != s // with those beside it, two of them
	assigns := signs || strings.Contains(s, "=") || strings.Contains(s, "++") || strings.Contains(s, "--")
	for _, name := range strings.FieldsFunc(s, func(r rune) bool { return r < utf8.RuneSelf && !isName("_"+string(r)) }) {
		if !isName(name) {
			continue
		}
		x.evaluateFound(x.named(name), n, depth+1)
		if assigns { // it may be assigned to
			x.st = x.w.assignVar(x.st, name, number(), x.w.u.at(n), false)
		}
	}
	return result{}
}

// parseInt reads a number as the shell does: 0x1f, 017, 16#ff.
func parseInt(s string) (int64, bool) {
	if base, digits, ok := strings.Cut(s, "#"); ok {
		b, err := strconv.Atoi(base)
		if err != nil || b < 2 || b > 36 {
			return 0, false
		}
		n, err := strconv.ParseInt(strings.ToLower(digits), b, 64)
		return n, err == nil
	}
	if strings.ContainsAny(s, "_bBoO") && !strings.HasPrefix(strings.ToLower(s), "0x") {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 0, 64)
	return n, err == nil && !strings.Contains(s, "_")
}

func (x *expansion) unary(e *syntax.UnaryArithm) result {
	if e.Op == syntax.Inc || e.Op == syntax.Dec {
		r := x.arithmetic(e.X)
		switch w, ok := e.X.(*syntax.Word); {
		case e.Post || ok && assignable(w):
		case ok && !isNumber(w.Lit()): // its text may be a name
			x.w.a.unknown(x.w.u.at(e), "text stands behind two signs in arithmetic", false)
			return result{}
		default: // two signs
			return r
		}
		d := int64(1)
		if e.Op == syntax.Dec {
			d = -1
		}
		r.known = r.known && !x.w.u.posix // to some shells they are two signs
		x.store(e.X, result{r.n + d, r.known})
		if e.Post {
			return r
		}
		return result{r.n + d, r.known}
	}
	r := x.arithmetic(e.X)
	switch e.Op {
	case syntax.Minus:
		r.n = -r.n
	case syntax.BitNegation:
		r.n = ^r.n
	case syntax.Not:
		r.n = truth(r.n == 0)
	}
	return r
}

// assignable reports whether a word of arithmetic is a variable, or an element of one.
func assignable(w *syntax.Word) bool {
	if isName(w.Lit()) {
		return true
	}
	p, ok := w.Parts[0].(*syntax.ParamExp)
	return ok && len(w.Parts) == 1 && p.Short && p.Index != nil
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// store assigns to a variable in arithmetic.
func (x *expansion) store(target syntax.ArithmExpr, r result) {
	w, ok := target.(*syntax.Word)
	if !ok || len(w.Parts) != 1 {
		return
	}
	switch p := w.Parts[0].(type) {
	case *syntax.Lit:
		if isName(p.Value) {
			x.st = x.w.assignVar(x.st, p.Value, r.value(), x.w.u.at(w), false)
		}
	case *syntax.ParamExp:
		if p.Param != nil && isName(p.Param.Value) {
			x.st = x.w.isArray(x.st, lit(p.Param.Value, x.w.u.at(w)), "an element of an array that is not known")
		}
	}
}

var assignOps = map[syntax.BinAritOperator]syntax.BinAritOperator{
	syntax.AddAssgn: syntax.Add, syntax.SubAssgn: syntax.Sub, syntax.MulAssgn: syntax.Mul, syntax.QuoAssgn: syntax.Quo,
	syntax.RemAssgn: syntax.Rem, syntax.AndAssgn: syntax.And, syntax.OrAssgn: syntax.Or, syntax.XorAssgn: syntax.Xor,
	syntax.ShlAssgn: syntax.Shl, syntax.ShrAssgn: syntax.Shr,
}

func (x *expansion) binary(e *syntax.BinaryArithm) result {
	if e.Op == syntax.Assgn {
		x.mustName(e.X)
		if w, ok := e.X.(*syntax.Word); ok && len(w.Parts) == 1 {
			if p, ok := w.Parts[0].(*syntax.ParamExp); ok && p.Index != nil {
				x.arithmetic(p.Index)
			}
		}
		r := x.arithmetic(e.Y)
		x.store(e.X, r)
		return r
	}
	if op, ok := assignOps[e.Op]; ok {
		l, r := x.arithmetic(e.X), x.arithmetic(e.Y)
		x.refuses(op, r)
		v := compute(op, l, r)
		x.store(e.X, v)
		return v
	}
	if e.Op == syntax.TernQuest {
		x.arithmetic(e.X)
		if y, ok := e.Y.(*syntax.BinaryArithm); ok {
			before := x.st
			x.arithmetic(y.X)
			left := x.st
			x.st = before
			x.arithmetic(y.Y)
			x.st = either(left, x.st, "it differs with the way taken")
		}
		return result{}
	}
	l := x.arithmetic(e.X)
	mid := x.st
	r := x.arithmetic(e.Y)
	if e.Op == syntax.AndArit || e.Op == syntax.OrArit {
		x.st = either(mid, x.st, "it differs with the way taken")
	}
	x.refuses(e.Op, r)
	return compute(e.Op, l, r)
}

// refuses notes that an operator may be an error with what stands at its right.
func (x *expansion) refuses(op syntax.BinAritOperator, r result) {
	switch op {
	case syntax.Quo, syntax.Rem:
		if !r.known || r.n == 0 {
			x.w.mayAbort(x.st)
		}
	case syntax.Pow:
		if !r.known || r.n < 0 {
			x.w.mayAbort(x.st)
		}
	}
}

// mustName notes that an assignment to what is no variable is an error.
func (x *expansion) mustName(target syntax.ArithmExpr) {
	if w, ok := target.(*syntax.Word); ok && len(w.Parts) == 1 {
		switch p := w.Parts[0].(type) {
		case *syntax.Lit:
			if isName(p.Value) {
				return
			}
		case *syntax.ParamExp:
			if !p.Dollar.IsValid() {
				return
			}
		}
	}
	x.w.mayAbort(x.st)
}

func compute(op syntax.BinAritOperator, l, r result) result {
	if op == syntax.Comma {
		return r
	}
	if !l.known || !r.known {
		return result{}
	}
	a, b := l.n, r.n
	switch op {
	case syntax.Add:
		return result{a + b, true}
	case syntax.Sub:
		return result{a - b, true}
	case syntax.Mul:
		return result{a * b, true}
	case syntax.Quo:
		if b != 0 && b != -1 {
			return result{a / b, true}
		}
	case syntax.Rem:
		if b != 0 && b != -1 {
			return result{a % b, true}
		}
	case syntax.And:
		return result{a & b, true}
	case syntax.Or:
		return result{a | b, true}
	case syntax.Xor:
		return result{a ^ b, true}
	case syntax.Shl:
		if b >= 0 && b < 64 {
			return result{a << b, true}
		}
	case syntax.Shr:
		if b >= 0 && b < 64 {
			return result{a >> b, true}
		}
	case syntax.Eql:
		return result{truth(a == b), true}
	case syntax.Neq:
		return result{truth(a != b), true}
	case syntax.Lss:
		return result{truth(a < b), true}
	case syntax.Gtr:
		return result{truth(a > b), true}
	case syntax.Leq:
		return result{truth(a <= b), true}
	case syntax.Geq:
		return result{truth(a >= b), true}
	case syntax.AndArit:
		return result{truth(a != 0 && b != 0), true}
	case syntax.OrArit:
		return result{truth(a != 0 || b != 0), true}
	}
	return result{}
}
