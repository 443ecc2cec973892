package shell

import (
	"slices"

	"github.com/runtimeguard/runtimeguard/guard"
)

// value is the text of a variable: known, a glob that covers it, or unknown.
type value struct {
	text   string
	reason string
	kind   wordKind
	num    bool // an integer, so arithmetic can't find code in it
	env    bool // unknown because nothing but numbers was ever assigned in the text
	tree   bool // of a pattern: any file beneath the folder text
	empty  bool // of a pattern: it may also be empty
	gone   bool // of a pattern: git found nothing any more where the files that it covers stood
	all    bool // of a tree: hidden files and ignored ones are meant too
	joined bool // of a pattern: several words that it covers may stand in one text
	fresh  bool // of a pattern: its wildcards cover letters and digits only
	grown  bool // unknown, but what a list of folders was before, with some of the workspace
	mixed  bool // of a pattern: several stand in it beside other text, and it covers not each
	// several: as an element of a list it stands for no value or several.
	several bool
}

func text(s string) value              { return value{text: s} }
func unknownValue(reason string) value { return value{kind: unknown, reason: reason} }
func patternValue(glob string) value   { return value{kind: pattern, text: glob} }
func (v value) word(s guard.Span) word {
	return word{text: v.text, kind: v.kind, reason: v.reason, split: v.several, tree: v.tree, all: v.all, joined: v.joined, mixed: v.mixed, num: v.num, empty: v.empty, fresh: v.fresh, gone: v.gone, span: s}
}
func (w word) value() value {
	return value{text: w.text, kind: w.kind, reason: w.reason, tree: w.tree, all: w.all, joined: w.joined, mixed: w.mixed, num: w.num, empty: w.empty, fresh: w.fresh, gone: w.gone}
}

// orNone is a pattern for the output of a command that writes nothing where it
// fails.
func (v value) orNone() value {
	v.empty = true
	return v
}

// element is the word as an element of a list.
func (w word) element() value {
	v := w.value()
	v.several = w.split
	return v
}
func number() value { return value{kind: pattern, text: "*", num: true} }

// variable is a shell variable. An unset one has no value.
type variable struct {
	value
	unset    bool
	uncovers bool // of one that isn't set: programs may get another of its name
	array    bool
	listed   bool     // it may be a list of which not all is known
	list     []value  // elements of an array
	keys     []string // their subscripts, where they aren't 0, 1, 2…
	assoc    bool     // it was declared as a list with keys, and stays one
	exported bool
	integer  bool
	folds    byte // what is assigned becomes upper (U), lower (L) or capital (u) case, or what isn't known (?)
	nameref  bool
	readonly bool
}

// function is what a name may be defined as. A maybe was defined on some way to
// here only.
type function struct {
	name   string
	bodies []body
	maybe  bool
}

// local is what "local" hides until the function returns. What a maybe hides
// isn't known. The name "-" stands for the options of set.
type local struct {
	opts  optionSet
	old   variable
	had   bool
	maybe bool // it is one on some way to here only
}

// state is what the shell knows at one point of the text. It is never changed
// once another part of the analysis holds it: copy, then change.
type state struct {
	a           *analysis // whose work it is to merge states
	dir, oldDir place
	vars        *vars
	funcs       *functions
	aliases     *aliases
	locals      *locals
	stack       []place // of pushd, innermost last
	params      []value
	lost        string // why params isn't known
	opts        optionSet
}

// optionSet holds the options of set and shopt that matter here.
type optionSet uint16

const (
	optErrexit optionSet = 1 << iota
	optAllexport
	optNoglob
	optGlobstar
	optDotglob
	optNocaseglob
	optNocasematch
	optExtglob
	optLastpipe
	optAliases
	optExits    // errexit or nounset was on once: the shell may end at any statement
	optFailglob // it was on once: a glob may be an error
	optNullglob // it was on once: lists from then may lack what their globs say
)

// localOptions are those that "local -" gives back.
const localOptions = optErrexit | optAllexport | optNoglob

var optionNames = map[string]optionSet{
	"errexit": optErrexit | optExits, "nounset": optExits, "allexport": optAllexport, "noglob": optNoglob,
	"globstar": optGlobstar, "dotglob": optDotglob, "nocaseglob": optNocaseglob,
	"extglob": optExtglob, "lastpipe": optLastpipe, "expand_aliases": optAliases, "nullglob": optNullglob, "failglob": optFailglob, "nocasematch": optNocasematch,
}

// dotglob reports whether globs match hidden names too: GLOBIGNORE makes them.
func (st *state) dotglob() bool {
	if st.opts&optDotglob != 0 {
		return true
	}
	v, ok := st.lookup("GLOBIGNORE")
	return ok && !v.unset && !(v.kind == known && v.text == "")
}

func (st *state) copy() *state {
	c := *st
	return &c
}

// lookup finds a variable; ok is false where nothing is known of it.
func (st *state) lookup(name string) (v variable, ok bool) {
	if p := st.vars.get(name); p != nil {
		return *p, true
	}
	return variable{}, false
}

// referent is the name that stands behind references (declare -n); ok is false
// where it isn't known.
func (st *state) referent(name string) (target string, ok bool) {
	for range 8 { // Bash refuses loops
		v, found := st.lookup(name)
		if !found || !v.nameref {
			return name, true
		}
		if v.kind != known || !isName(v.text) {
			return "", false
		}
		name = v.text
	}
	return "", false
}

// set returns the state with a variable in it.
func (st *state) set(name string, v variable) *state {
	c := st.copy()
	c.put(name, v)
	return c
}

// put sets a variable in a state that nobody else holds yet.
func (st *state) put(name string, v variable) { st.vars = st.vars.with(name, &v) }

// assign returns the state after name=v.
func (st *state) assign(name string, v value) *state {
	old, _ := st.lookup(name)
	return st.set(name, variable{value: v, exported: old.exported || st.opts&optAllexport != 0, integer: old.integer, folds: old.folds})
}

// inDir returns the state with another working folder.
func (st *state) inDir(dir place) *state {
	c := st.copy()
	st.a.spend(len(dir.path) / bytesPassed)
	c.oldDir, c.dir = st.dir, dir
	c.movedTo()
	return c
}

// inChild is what a program that is started sees: the exported variables and
// the folder, but no functions, options or parameters.
func (a *analysis) inChild(st *state, dir place) *state {
	c := a.rooms.states.new()
	c.a, c.dir, c.oldDir = a, dir, place{reason: "the folder before is not known"}
	c.opts, c.vars = st.opts&optNullglob, exported(st.vars)
	if v, ok := c.lookup("PWD"); ok && v.kind == known && v.text != dir.path {
		c.put("PWD", v.lost("a shell sets PWD to its folder where it names another"))
	}
	return c
}

// worlds are the states that the shell may be in. Most of the time there is
// one.
type worlds []*state

// maxWorlds is how many states are kept apart before they are merged.
const maxWorlds = 8

// add puts the states of b to those of a.
func (a worlds) add(b worlds) worlds {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 || len(a) == len(b) && &a[0] == &b[0] {
		return a
	}
	out := a[:len(a):len(a)]
	for _, st := range b {
		if !slices.ContainsFunc(out, func(x *state) bool { return x == st || x.equal(st) }) {
			out = append(out, st)
		}
	}
	if len(out) > maxWorlds {
		return out.narrowed("it differs with the way taken")
	}
	return out
}

// apart are the options under which a shell does one thing and without them
// another, so that no description covers both.
const apart = optAllexport | optLastpipe | optAliases | optExtglob

// narrowed is one state for all whose options are alike. Where no work is left
// for it, which was reported, it is one of them.
func (a worlds) narrowed(reason string) worlds {
	if len(a) > 0 && a[0].a.exhausted() {
		return a[:1]
	}
	var out worlds
	for i, st := range a {
		if slices.ContainsFunc(a[:i], st.optsLike) {
			continue
		}
		c := st.copy()
		for _, o := range a[i+1:] {
			if st.optsLike(o) {
				c.mergeWith(o, reason)
			}
		}
		out = append(out, c)
	}
	return out
}

func (st *state) optsLike(o *state) bool { return (st.opts^o.opts)&apart == 0 }

// any are the options that are set in one of the states.
func (a worlds) any() (opts optionSet) {
	for _, st := range a {
		opts |= st.opts
	}
	return opts
}

func (st *state) equal(o *state) bool {
	return st.dir == o.dir && st.oldDir == o.oldDir && st.vars == o.vars &&
		st.funcs == o.funcs && st.locals == o.locals && st.aliases == o.aliases && slices.Equal(st.stack, o.stack) && sameValues(st.params, o.params) && st.lost == o.lost && st.opts == o.opts
}

// sameValues compares lists, most of which are one and the same.
func sameValues(a, b []value) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0] || slices.Equal(a, b))
}

// either is the state where it isn't known whether what led from one to the
// other was done.
func either(before, after *state, reason string) *state {
	if before == after {
		return after
	}
	c := before.copy()
	c.mergeWith(after, reason)
	return c
}

// mergeWith makes unknown what the states don't agree on.
func (st *state) mergeWith(o *state, reason string) {
	if st.dir != o.dir {
		st.dir = place{reason: reason}
	}
	if st.oldDir != o.oldDir {
		st.oldDir = place{reason: reason}
	}
	if !slices.Equal(st.stack, o.stack) {
		st.stack = append(st.stack[:0:0], place{reason: reason})
	}
	if st.lost != o.lost || !sameValues(st.params, o.params) {
		st.params, st.lost = nil, reason
	}
	st.mergeVars(o, reason)
	st.mergeLocals(o, reason)
	const both = optErrexit | optNoglob // without them, more may happen
	st.opts = (st.opts|o.opts)&^both | st.opts&o.opts&both
	st.mergeFuncs(o)
	st.mergeAliases(o)
}

// differ are the names that a merge has to look at, each of which is work.
func differ[T any](st *state, a, b *byName[T]) []string {
	if a == b {
		return nil
	}
	out := differing(a, b)
	st.a.spend(len(out))
	return out
}

func (st *state) mergeVars(o *state, reason string) {
	for _, n := range differ(st, st.vars, o.vars) {
		a, aok := st.lookup(n)
		b, bok := o.lookup(n)
		if aok == bok && a.same(b) {
			continue
		}
		v := unknownValue(reason)
		v.num = a.isNum() && b.isNum()
		if v.num {
			v = number()
			v.empty = a.empty || b.empty
		}
		v.env = !v.num && (a.isNum() || a.env || !aok) && (b.isNum() || b.env || !bok)
		folds := a.folds
		if a.folds != b.folds || a.integer != b.integer {
			folds = '?'
		}
		st.put(n, variable{value: v, exported: a.exported || b.exported, integer: a.integer || b.integer, folds: folds, nameref: a.nameref || b.nameref, readonly: a.readonly || b.readonly, assoc: a.assoc || b.assoc, listed: a.lists() || b.lists()})
	}
}

// lists reports whether the variable may be a list.
func (v variable) lists() bool { return v.array || v.listed }

// isNum reports whether the value is surely an integer.
func (v variable) isNum() bool {
	return v.num || v.kind == known && !v.unset && !v.array && isNumber(v.text)
}

func (v variable) same(o variable) bool {
	return v.value == o.value && v.unset == o.unset && v.uncovers == o.uncovers && v.listed == o.listed && v.array == o.array && v.assoc == o.assoc && v.exported == o.exported &&
		v.integer == o.integer && v.folds == o.folds && v.nameref == o.nameref && v.readonly == o.readonly && sameValues(v.list, o.list) && slices.Equal(v.keys, o.keys)
}

// lost is the variable with a value that isn't known.
func (v variable) lost(reason string) variable {
	v.listed = v.lists()
	v.value, v.unset, v.uncovers, v.array, v.list, v.keys = unknownValue(reason), false, false, false, nil, nil
	return v
}

// mergeFuncs keeps the functions of both; those of only one may be absent.
func (st *state) mergeFuncs(o *state) {
	for _, name := range differ(st, st.funcs, o.funcs) {
		a, b := st.funcs.get(name), o.funcs.get(name)
		if a == b {
			continue
		}
		c := function{name: name, maybe: true}
		if a != nil {
			c.bodies, c.maybe = a.bodies[:len(a.bodies):len(a.bodies)], a.maybe || b == nil || b.maybe
		}
		if b != nil {
			st.a.spend(len(c.bodies) * len(b.bodies) / bytesOfWork)
			for _, x := range b.bodies {
				if !slices.Contains(c.bodies, x) {
					c.bodies = append(c.bodies, x)
				}
			}
		}
		if a == nil || c.maybe != a.maybe || len(c.bodies) != len(a.bodies) {
			st.funcs = st.funcs.with(name, &c)
		}
	}
}

// mergeAliases keeps the texts of both. An alias is never sure.
func (st *state) mergeAliases(o *state) {
	for _, name := range differ(st, st.aliases, o.aliases) {
		if texts := o.aliases.get(name); texts != nil {
			for _, t := range *texts {
				st.addAlias(name, t)
			}
		}
	}
}

// addAlias gives an alias one more text, in a state that nobody else holds yet.
func (st *state) addAlias(name string, t value) {
	var texts []value
	if old := st.aliases.get(name); old != nil {
		texts = *old
		st.a.spend(len(texts) / bytesOfWork)
	}
	if !slices.Contains(texts, t) {
		texts = append(texts[:len(texts):len(texts)], t)
		st.aliases = st.aliases.with(name, &texts)
	}
}

// mergeLocals keeps the locals of both. What those of only one hide may be what
// the variable holds.
func (st *state) mergeLocals(o *state, reason string) {
	for _, name := range differ(st, st.locals, o.locals) {
		a, b := st.locals.get(name), o.locals.get(name)
		switch {
		case a == b, a != nil && (a.maybe || b != nil && !b.maybe && b.had == a.had && b.old.same(a.old)):
			continue
		case a == nil:
			a = b
		}
		l := *a
		if !l.maybe {
			l.old, l.had, l.maybe = l.old.lost(reason), true, true
		}
		st.locals = st.locals.with(name, &l)
	}
}

// flow is what a command leaves behind: the states after it succeeded and
// after it failed. Nothing in either means that what follows isn't reached.
type flow struct{ ok, fail worlds }

// both is the flow of a command that may succeed or fail and leaves the same
// states.
func both(ws worlds) flow { return flow{ws, ws} }

func (f flow) all() worlds { return f.ok.add(f.fail) }

func (f flow) add(g flow) flow { return flow{f.ok.add(g.ok), f.fail.add(g.fail)} }

// stream is what flows through standard input or output.
type stream struct {
	set    bool   // false: inherited from whoever runs the shell
	text   value  // known text, a glob that covers it, or unknown
	names  []word // it is names that these words cover
	ends   ending // of names
	single bool   // there is one line, or none
	size   byte   // if not 0: its lines, or the one, begin with a number and this character
	file   *word  // it is this file
	dir    place  // from where names and file are taken
	shown  bool   // it is a patch that git shows
}

// ending says what names in a stream end in.
type ending uint8

const (
	newline ending = iota
	nul
	blank // or the end of the one line that they are
)

func opaqueStream(reason string) stream { return stream{set: true, text: unknownValue(reason)} }
func textStream(v value) stream         { return stream{set: true, text: v} }
