package shell

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/runtimeguard/runtimeguard/guard"
)

// assign walks an assignment of the tree. export says that it stands in front
// of a command or is exported.
func (w *walker) assign(as *syntax.Assign, st *state, export bool) *state {
	x := expansion{w, st}
	name := as.Name.Value
	span := w.u.at(as)
	if as.Index != nil || as.Array != nil {
		if target, ok := w.referent(st, name, span); ok {
			name = target
		}
	}
	if as.Index != nil {
		v := x.one(as.Value).value()
		return w.assignElement(&x, as, name, v)
	}
	if as.Array != nil {
		old, set := st.lookup(name)
		if set && !old.unset && !old.lists() && !old.readonly && old.kind == known { // which programs that the elements start don't get
			x.st = w.change(st, name, variable{array: true, list: []value{old.value}, exported: old.exported, integer: old.integer, folds: old.folds})
		}
		v := x.elements(as, old.keyed())
		return w.assignArray(&x, as, name, v)
	}
	v := x.grown(name, as.Value, x.one(as.Value).value())
	if as.Value == nil {
		v = text("")
	}
	if as.Append {
		v = x.appended(name, v)
	}
	return w.assignVar(x.st, name, v, span, export)
}

// appended is the value after name+=v.
func (x *expansion) appended(name string, v value) value {
	old := x.named(name)
	switch {
	case old.unset:
		return v
	case old.integer && old.isNum() && v.kind == known && isNumber(v.text) && old.kind == known:
		return text(old.text + "+" + v.text) // is worked out where it is assigned
	case old.integer && old.isNum() && (v.num || v.kind == known && isNumber(v.text)):
		return number()
	case old.integer || old.array || old.isList:
		return unknownValue("something is added to " + name)
	case old.kind == known && v.kind == known && len(old.text)+len(v.text) <= maxValue:
		return text(old.text + v.text)
	case old.kind == unknown:
		return unknownValue(old.reason)
	}
	return unknownValue("something is added to " + name)
}

// assignElement gives an element of an array its value.
func (w *walker) assignElement(x *expansion, as *syntax.Assign, name string, v value) *state {
	old, _ := x.st.lookup(name)
	v = x.attributed(old, v)
	if old.keys != nil {
		if k, ok := as.Index.(*syntax.Word); ok {
			if key := x.key(k); key.kind == known && key.text != "" && !as.Append { // an empty one is an error
				old.keys = append(old.keys[:len(old.keys):len(old.keys)], key.text)
				old.list = append(old.list[:len(old.list):len(old.list)], v)
				return w.change(x.st, name, dedupeKeys(old))
			}
		} else {
			x.expression(as.Index)
		}
		return w.change(x.st, name, lostArray("an element of an array that is not known"))
	}
	i := x.expression(as.Index)
	old, _ = x.st.lookup(name) // which the subscript may assign
	if name == "BASH_CMDS" || name == "BASH_ALIASES" {
		w.a.unknown(w.u.at(as), "the table of commands or aliases is changed", false)
	}
	if i.known && !as.Append && old.array && i.n == int64(len(old.list)) && !anySeveral(old.list) {
		old.list = append(old.list[:len(old.list):len(old.list)], v)
		return w.change(x.st, name, old)
	}
	if i.known && !as.Append && i.n == 0 && !old.lists() {
		return w.change(x.st, name, variable{array: true, list: []value{v}})
	}
	if !i.known || i.n < 0 {
		w.mayAbort(x.st)
	}
	return w.change(x.st, name, lostArray("an element of an array that is not known"))
}

// dedupeKeys keeps the last value of each key.
func dedupeKeys(v variable) variable {
	last := len(v.keys) - 1
	for i := 0; i < last; i++ {
		if v.keys[i] == v.keys[last] {
			v.list = append([]value(nil), v.list...)
			v.list[i] = v.list[last]
			v.keys, v.list = v.keys[:last], v.list[:last]
			return v
		}
	}
	return v
}

// elements are what an array is assigned, whose subscripts are numbers or keys.
func (x *expansion) elements(as *syntax.Assign, keyed bool) variable {
	v := variable{array: true}
	if keyed {
		v.keys = []string{}
	}
	for _, e := range as.Array.Elems {
		if e.Index != nil {
			k, ok := e.Index.(*syntax.Word)
			if !ok || !keyed && !isNumber(k.Lit()) {
				x.expression(e.Index)
				v = lostArray("an array that is not known")
			} else if keyed {
				key, element := x.key(k), x.key(e.Value).value()
				if v.array && key.kind == known && key.text != "" {
					v.keys, v.list = append(v.keys, key.text), append(v.list, element)
					v = dedupeKeys(v)
				} else {
					v = lostArray("an array that is not known")
				}
				continue
			} else {
				x.one(k)
			}
			x.one(e.Value)
			v = lostArray("an array that is not known")
			continue
		}
		for _, f := range x.field(nil, e.Value, element) {
			if f.kind == unknown && f.split {
				v = lostArray(f.reason)
			}
			if keyed { // keys and values by turns, or errors in an older Bash
				v = lostArray("an array that is not known")
			}
			if v.array {
				v.list = append(v.list, f.element())
			}
		}
	}
	return v
}

// assignArray gives an array its elements, or adds them.
func (w *walker) assignArray(x *expansion, as *syntax.Assign, name string, v variable) *state {
	old, ok := x.st.lookup(name)
	for i, e := range v.list {
		if v.list[i] = x.attributed(old, e); old.integer && !e.num && v.list[i].kind != known {
			v = lostArray("an expression in a list may be an error, and be the last that counts")
			break
		}
	}
	if as.Append {
		v = old.with(v, ok)
	}
	v.exported, v.integer, v.folds = old.exported, old.integer, old.folds
	if name == "BASH_CMDS" || name == "BASH_ALIASES" {
		w.a.unknown(w.u.at(as), "the table of commands or aliases is changed", false)
	}
	return w.change(x.st, name, v)
}

// keyed reports whether the variable is an associative array.
func (v variable) keyed() bool { return v.array && v.keys != nil }

// with is an array to which elements are added.
func (old variable) with(v variable, set bool) variable {
	switch {
	case old.unset || !v.array:
		return v
	case !set || !old.array && old.kind != known || old.array && (old.keys == nil) != (v.keys == nil):
		return lostArray("an array that is not known")
	case !old.array:
		v.list = append([]value{old.value}, v.list...)
		return v
	}
	n := v
	n.list, n.keys = old.list[:len(old.list):len(old.list)], old.keys[:len(old.keys):len(old.keys)]
	for i, e := range v.list {
		n.list = append(n.list, e)
		if v.keys != nil {
			n.keys = append(n.keys, v.keys[i])
			n = dedupeKeys(n)
		}
	}
	return n
}

// assignVar assigns a value and judges what that does to programs started
// later.
func (w *walker) assignVar(st *state, name string, v value, span guard.Span, export bool) *state {
	name, ok := w.referent(st, name, span)
	if !ok {
		return st
	}
	old, _ := st.lookup(name)
	x := expansion{w, st}
	v = x.attributed(variable{integer: old.integer || integers[name] && !w.u.posix, folds: old.folds}, v)
	st = x.st
	n := variable{value: v, exported: export || old.exported || st.opts&optAllexport != 0 || slices.Contains(places, name), integer: old.integer, folds: old.folds}
	w.environment(st, name, v, span, n.exported)
	switch { // of a list it is the first element
	case old.array && old.keys == nil && !anySeveral(old.list):
		n.array, n.list, n.value = true, []value{v}, value{}
		if len(old.list) > 0 {
			n.list = append(n.list, old.list[1:]...)
		}
	case old.lists():
		n = n.lost("an element of a list that is not known")
		n.listed = true
	}
	return w.change(st, name, n)
}

// isArray makes a list of a variable of which nothing is known.
func (w *walker) isArray(st *state, name word, reason string) *state {
	if target, ok := w.referent(st, name.text, name.span); ok {
		st = w.change(st, target, lostArray(reason))
	}
	return st
}

// lostArray is a list of which nothing is known.
func lostArray(reason string) variable { return variable{value: unknownValue(reason), listed: true} }

// dynamic are variables that keep a value of the shell's own when they are
// assigned, or get one later.
var dynamic = wordSet(`_ BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_ARGV0 BASH_CMDS BASH_COMMAND BASH_LINENO BASH_MONOSECONDS BASH_REMATCH BASH_SOURCE BASH_SUBSHELL
	COMP_WORDBREAKS DIRSTACK EPOCHREALTIME EPOCHSECONDS FUNCNAME GROUPS HISTCMD LINENO PIPESTATUS RANDOM SECONDS SRANDOM`)

// integers are variables whose values Bash evaluates when they are assigned.
var integers = wordSet("BASH_SUBSHELL BASHPID EPOCHSECONDS HISTCMD LINENO OPTIND RANDOM SECONDS SRANDOM")

// posixly are variables that make Bash read a text or expand words in another
// way.
var posixly = wordSet("POSIXLY_CORRECT BASH_COMPAT")

// fixed are variables that may not be changed.
var fixed = wordSet("BASHOPTS BASH_VERSINFO EUID PPID SHELLOPTS UID")

// referent is the variable that a name means where it is changed.
func (w *walker) referent(st *state, name string, span guard.Span) (target string, ok bool) {
	if target, ok = st.referent(name); !ok {
		w.a.unknown(span, "a reference to a name that is not known, and may hold code", false)
	}
	return target, ok
}

// change sets a variable, which fails where it may not be changed.
func (w *walker) change(st *state, name string, v variable) *state {
	w.touch(name)
	w.a.spend(len(v.list)) // which were copied
	if dynamic[name] {
		v = v.lost("the shell gives " + name + " its value")
		if integers[name] && !w.u.posix {
			v.value = number()
		}
	}
	old, ok := st.lookup(name)
	if v.integer, v.exported = v.integer || old.integer, v.exported || old.exported; v.folds == 0 {
		v.folds = old.folds
	}
	if old.assoc {
		if v.assoc = true; v.array && v.keys == nil {
			v = v.lost("an array that is not known")
		}
	}
	if posixly[name] && !w.u.posix {
		w.a.unknown(guard.Span{}, name+" changes the language of the shell", false)
	}
	if ok && old.readonly || fixed[name] && !w.u.posix {
		w.mayExit(worlds{st})
		w.a.unknown(guard.Span{}, "a variable that may not be changed is assigned, which ends more than the command", false)
		v = v.lost("a variable that may not be changed is assigned")
		v.readonly = true
	}
	return st.set(name, v)
}

// attributed is a value as a variable with attributes takes it.
func (x *expansion) attributed(old variable, v value) value {
	several := v.several
	if old.integer {
		v = x.evaluate(v, &syntax.Lit{}, 0).value()
	}
	if old.folds != 0 {
		v = changeCase(v, string(old.folds))
	}
	v.several = several
	return v
}

// declare walks declare, export, local and their like where the parser knows
// them. All words are expanded before a value is assigned; only arrays are
// assigned on the way.
func (w *walker) declare(c *syntax.DeclClause, redirs []*syntax.Redirect, in worlds, st *state) flow {
	d := declaration{w: w, span: w.u.at(c), kind: c.Variant.Value, alone: len(c.Args) == 1}
	d.begin()
	x := expansion{w, st}
	var late []func(*state) *state
	for _, as := range c.Args {
		d.ended = d.ended || as.Name != nil
		switch {
		case as.Name == nil: // an option, or a word only known now
			for _, f := range x.fields([]*syntax.Word{as.Value}) {
				if d.isOption(f) {
					d.option(f)
				} else {
					d.operand(f)
					late = append(late, func(st *state) *state { return d.word(f, st) })
				}
			}
		case as.Naked && as.Index == nil:
			late = append(late, func(st *state) *state { return d.name(as.Name.Value, st) })
		case as.Naked:
			before := d.attributes(as.Name.Value, d.hide(as.Name.Value, x.st))
			x.st = before
			x.expression(as.Index)
			x.st = either(before, x.st, "it depends on whether a subscript is evaluated")
		case as.Array != nil:
			d.array(&x, as)
		case as.Index != nil:
			v := x.one(as.Value).value()
			late = append(late, func(st *state) *state { return d.element(as, v, st) })
		default:
			v := x.grown(as.Name.Value, as.Value, x.declared(as.Value))
			late = append(late, func(st *state) *state { return d.assign(as, v, st) })
		}
	}
	st, failed := w.redirects(redirs, x.st)
	x.st = st
	if lists(d.kind, argWords(c)) {
		w.out.add(opaqueStream("what " + d.kind + " writes is not known"))
	}
	before := x.st
	for _, f := range late {
		x.st = f(x.st)
	}
	f := d.flow(back(in, before), back(in, x.st)).add(flow{fail: failed})
	if d.prints {
		f = f.add(both(back(in, before)))
	}
	if d.kind == "local" && len(w.calls) == 0 { // an error, and nothing is evaluated
		f.fail = f.fail.add(in)
	}
	return f
}

// declared is the value of a word of a declaration. Unlike in an assignment,
// braces in it make several, each assigned in turn.
func (x *expansion) declared(w *syntax.Word) value {
	if w == nil || x.w.u.posix || !hasBrace(w) {
		return x.one(w).value()
	}
	alternatives, ok := braces(w)
	if ok && len(alternatives) == 1 && alternatives[0] != nil {
		return x.single(alternatives[0], x.w.u.at(w), assigned).value()
	}
	v := x.one(w).value()
	if !ok || len(alternatives) > 1 {
		return unknownValue("braces make several values")
	}
	return v
}

// argWords are the words of a declaration as far as they say what it does.
func argWords(c *syntax.DeclClause) []word {
	out := make([]word, len(c.Args))
	for i, as := range c.Args {
		if as.Name == nil {
			out[i].text = as.Value.Lit()
		}
	}
	return out
}

// declareWords is the same for a call whose words are expanded already.
func declareWords(w *walker, c *builtinCall) flow {
	d := declaration{w: w, span: c.span, kind: c.name, alone: len(c.args) == 1}
	d.begin()
	st := c.st
	for _, a := range c.args {
		st = d.word(a, st)
	}
	f := d.flow(c.in, back(c.in, st))
	if d.prints {
		f = f.add(both(c.in))
	}
	return f
}

// declaration is one run of declare and its like.
type declaration struct {
	w                  *walker
	span               guard.Span
	kind               string
	exports, integer   bool
	list, assoc        bool
	global, inherits   bool // of a declaration in a function
	folds              byte
	nameref, functions bool
	prints             bool // what there is, and declares nothing
	hides              bool // export -n: programs don't get it
	readonly           bool
	ended, perhaps     bool // no option follows; perhaps
	alone              bool // it has one word
}

const exportedFunction = "a function is exported to programs"

func (d *declaration) begin() {
	d.exports = d.kind == "export"
	d.nameref = d.kind == "nameref"
	d.readonly = d.kind == "readonly"
}

// flow is what the declaration leaves behind. Outside a function, local is an
// error in most shells.
func (d *declaration) flow(before, after worlds) flow {
	if d.kind == "local" && len(d.w.calls) == 0 {
		return flow{after, before}
	}
	return both(after)
}

// assign gives a variable of the declaration its value.
func (d *declaration) assign(as *syntax.Assign, v value, st *state) *state {
	name := as.Name.Value
	st = d.fresh(name, d.attributes(name, d.hide(name, st)))
	if as.Append {
		x := expansion{d.w, st}
		v = x.appended(name, v)
	}
	v = d.once(name, v, d.w.u.at(as), st)
	return d.settle(name, d.w.assignVar(st, name, v, d.w.u.at(as), d.exports))
}

// array expands the elements before the variable is made what the declaration
// says: those of a local array may be the ones it hides.
func (d *declaration) array(x *expansion, as *syntax.Assign) {
	name := as.Name.Value
	made := d.attributes(name, d.hide(name, x.st))
	old, _ := made.lookup(name)
	v := x.elements(as, old.keyed())
	x.st = d.hide(name, x.st)
	if old, _ := x.st.lookup(name); d.converts(old) {
		d.w.mayAbort(x.st)
		x.st = d.w.change(x.st, name, lostArray("an array can't become one of another kind"))
		return
	}
	x.st = d.attributes(name, x.st)
	if target, ok := d.w.referent(x.st, name, d.w.u.at(as)); ok {
		x.st = d.w.assignArray(x, as, target, v)
	}
	x.st = d.settle(name, x.st)
}

// element gives an element its value, after all words were expanded.
func (d *declaration) element(as *syntax.Assign, v value, st *state) *state {
	name := as.Name.Value
	x := expansion{d.w, d.attributes(name, d.hide(name, st))}
	if target, ok := d.w.referent(x.st, name, d.w.u.at(as)); ok {
		x.st = d.w.assignElement(&x, as, target, v)
	}
	return d.settle(name, x.st)
}

func (d *declaration) isOption(f word) bool {
	return !d.ended && len(f.text) > 1 && (f.text[0] == '-' || f.text[0] == '+')
}

// operand notes a word that isn't an option: those behind it aren't either.
func (d *declaration) operand(f word) {
	d.ended = d.ended || f.kind == known
	d.perhaps = d.perhaps || f.kind != known // an option itself, or no word at all
}

func (d *declaration) word(f word, st *state) *state {
	if f.kind == unknown && f.text == "" {
		d.w.a.unknown(f.span, d.kind+" is given words that are not known: "+f.reason, false)
		return st
	}
	if f.split && f.kind != known {
		d.w.a.unknown(f.span, d.kind+" may be given no word here, or several: "+f.why(), false)
	}
	if d.isOption(f) {
		d.option(f)
		return st
	}
	d.operand(f)
	if d.kind == "local" && f.is("-") && len(d.w.calls) > 0 {
		if st.locals.get("-") != nil {
			return st
		}
		n := st.copy()
		n.locals = st.locals.with("-", &local{opts: st.opts})
		return n
	}
	name, v, ok := f.cut("=")
	if !ok {
		d.w.nameOperand(f)
		if isName(f.text) {
			return d.name(f.text, st)
		}
		d.refused(st)
		return st
	}
	if !isName(strings.TrimSuffix(name, "+")) {
		d.refused(st)
		d.w.a.unknown(f.span, d.kind+" is given a name that may hold code", false)
		return st
	}
	val := v.value()
	if n, ok := strings.CutSuffix(name, "+"); ok {
		name = n
		val = unknownValue("something is added to " + name)
	}
	st = d.fresh(name, d.attributes(name, d.hide(name, st)))
	val = d.once(name, val, f.span, st)
	return d.settle(name, d.w.assignVar(st, name, val, f.span, d.exports))
}

// refused notes that a word is no name. A POSIX shell ends there.
func (d *declaration) refused(st *state) {
	if d.w.u.posix {
		d.w.mayExit(worlds{st})
	}
}

// once sees to a value in parentheses, quoted or not: where the variable is a
// list, Bash expands it once more and runs the substitutions in it.
func (d *declaration) once(name string, v value, span guard.Span, st *state) value {
	old, _ := st.lookup(name)
	parens := v.kind == known && strings.HasPrefix(v.text, "(") && strings.HasSuffix(v.text, ")")
	switch {
	case d.w.u.posix, v.kind == known && !parens, v.num:
		return v
	case d.list, d.assoc, old.array && d.kind != "export":
	case !parens || !strings.ContainsAny(v.text, "$`"): // else it may have been declared as a list before
		return v
	}
	d.w.a.unknown(span, "the value of the list "+name+" is expanded once more", false)
	return unknownValue("the elements of the list " + name)
}

// fresh makes an ordinary variable of a reference that is declared anew: it is
// the reference that changes, not what it refers to.
func (d *declaration) fresh(name string, st *state) *state {
	v, ok := st.lookup(name)
	if !ok || !d.nameref || !v.nameref {
		return st
	}
	v.nameref = false
	return st.set(name, v)
}

func (d *declaration) option(f word) {
	if f.text == "--" {
		d.ended = true
		return
	}
	if d.alone && f.is("--help") { // text that tells how it is used
		return
	}
	if d.perhaps {
		d.w.a.unknown(f.span, "whether "+f.text+" is an option of "+d.kind+" is not known", false)
	}
	on := f.text[0] == '-'
	if strings.Trim(f.text[1:], "aAfFgiIlnprtucx") != "" {
		d.w.a.unknown(f.span, d.kind+" has an option that is not known, and may do nothing", false)
	}
	for _, l := range f.text[1:] {
		d.prints = d.prints || on && strings.ContainsRune("pfF", l) && d.kind != "export" && d.kind != "readonly"
		switch l {
		case 'x':
			d.exports, d.hides = on, !on
		case 'i':
			if d.integer = on; !on {
				d.w.a.unknown(f.span, "a variable is no integer any more", false)
			}
		case 'a':
			d.list = on
		case 'A':
			d.assoc = on
		case 'g':
			d.global = on
		case 'I':
			d.inherits = on
		case 'r':
			d.readonly = d.readonly || on
		case 'u', 'l', 'c':
			d.folds = map[rune]byte{'u': 'U', 'l': 'L', 'c': '?'}[l]
			if !on {
				d.folds = '?'
			}
		case 'n':
			if d.kind == "export" {
				d.exports, d.hides = !on, on
			} else if d.nameref = on; !on {
				d.w.a.unknown(f.span, "a reference becomes an ordinary variable", false)
			}
		case 'f':
			d.functions = on
			if d.kind == "export" {
				d.w.a.unknown(f.span, exportedFunction, false)
			}
		}
	}
}

// hide remembers a variable that a local one hides. The new one isn't set; in
// some shells it holds what the other does.
func (d *declaration) hide(name string, st *state) *state {
	d.w.touch(name)
	if d.global && (d.w.hides(name) || st.locals.get(name) != nil) {
		d.w.a.unknown(d.span, "another variable hides "+name+", which is declared", false)
	}
	if d.kind == "export" || d.kind == "readonly" {
		if d.w.inFrontOf(name) {
			d.w.a.unknown(d.span, d.kind+" may make a local variable of one that is assigned in front of a command", false)
		}
		return st
	}
	if len(d.w.calls) == 0 || d.global {
		return st
	}
	old, had := st.lookup(name)
	if old.nameref && !d.nameref {
		d.w.a.unknown(d.span, "what a reference refers to becomes local", false)
	}
	if l := st.locals.get(name); l != nil {
		if l.maybe {
			return st.set(name, old.lost("it depends on the way taken whether the variable is local"))
		}
		return st
	}
	if !d.w.a.spend(workOfLocal) {
		return st
	}
	n, l := st.copy(), &local{old: old, had: had}
	n.locals = st.locals.with(name, l)
	fresh := variable{unset: true, uncovers: true, exported: old.exported, readonly: old.readonly}
	switch {
	case d.inherits && had:
		fresh = old
	case d.inherits, d.w.u.posix:
		fresh = notSet(name)
		fresh.exported = old.exported
	}
	if d.w.inFrontOf(name) { // it may be that variable itself, and holds what it does
		lost := old.lost("a local variable is assigned in front of a command")
		l.old, l.had, l.maybe = lost, true, true
		fresh = lost
	}
	if old.readonly { // a global one is not hidden: the declaration fails
		fresh = old.lost("a variable that may not be changed is declared anew")
	}
	n.put(name, fresh)
	return n
}

// notSet is a variable of which nothing is known.
func notSet(name string) variable {
	return variable{value: value{kind: unknown, env: true, reason: "the variable " + name + " is not set in the command"}}
}

// attributes gives a variable the attributes of the declaration.
func (d *declaration) attributes(name string, st *state) *state {
	if v, _ := st.lookup(name); v.nameref && !d.nameref && (d.integer || d.list || d.assoc || d.folds != 0 || d.exports || d.hides || d.readonly) {
		d.w.a.unknown(d.span, "the attributes are those of what a reference refers to", false)
	}
	if !d.integer && !d.assoc && !d.list && d.folds == 0 {
		return st
	}
	v, ok := st.lookup(name)
	if !ok {
		v = notSet(name)
	}
	list := variable{array: true, exported: v.exported, readonly: v.readonly, integer: v.integer, folds: v.folds}
	switch {
	case !d.list && !d.assoc || v.lists():
	case len(d.w.calls) > 0 && !d.global && !v.unset: // Bash may forget what a local one held
		v = v.lost("a local variable becomes a list")
		v.listed = true
	case d.assoc:
		list.keys, list.assoc = []string{}, true
		if ok && !v.unset { // what it held is an element
			list.keys, list.list = []string{"0"}, []value{v.value}
		}
		v = list
	case ok && !v.unset && v.kind == known:
		list.list = []value{v.value}
		v = list
	case v.unset:
		v = list
	default:
		v.listed = true
	}
	v.integer = v.integer || d.integer
	if d.folds != 0 {
		v.folds = d.folds
	}
	return st.set(name, v)
}

// converts reports whether the declaration may want to make an indexed array
// associative, or the other way round, which is an error.
func (d *declaration) converts(old variable) bool {
	if old.listed {
		return d.assoc || d.list
	}
	return old.array && (d.assoc && old.keys == nil || d.list && old.keys != nil)
}

// refers sees to a variable that becomes a reference to what it holds.
func (d *declaration) refers(v variable) {
	d.w.nameOperand(v.word(d.span))
	if v.readonly {
		d.w.a.unknown(d.span, "a variable that may not be changed is made a reference", false)
	}
}

// settle makes a variable with a fresh value what the declaration says.
func (d *declaration) settle(name string, st *state) *state {
	if !d.nameref && !d.exports && !d.hides && !d.readonly {
		return st
	}
	v, _ := st.lookup(name)
	if d.nameref {
		d.refers(v)
		v.nameref = true
	}
	v.readonly = v.readonly || d.readonly
	v.exported = (v.exported || d.exports) && !d.hides
	return st.set(name, v)
}

// name declares a variable without giving it a value.
func (d *declaration) name(name string, st *state) *state {
	if d.functions {
		if d.exports {
			d.w.a.unknown(d.span, exportedFunction, false)
		}
		if d.readonly {
			d.w.a.unknown(d.span, "a function can't be defined anew from here on", false)
		}
		return st
	}
	st = d.attributes(name, d.hide(name, st))
	v, ok := st.lookup(name)
	if d.kind == "local" && !ok {
		v, ok = variable{unset: true}, true
	}
	if name == "PATH" && ok && v.unset {
		d.w.a.unknown(d.span, emptyPath, false)
	}
	if d.exports && ok && !v.unset {
		d.w.environment(st, name, v.value, d.span, true)
	}
	if d.nameref {
		d.refers(v)
	}
	if !ok {
		if !d.exports && !d.readonly && !d.nameref {
			return st
		}
		v = notSet(name)
	}
	v.readonly = v.readonly || d.readonly
	v.exported = (v.exported || d.exports) && !d.hides
	v.nameref = v.nameref || d.nameref
	return st.set(name, v)
}
