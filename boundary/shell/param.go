package shell

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// found is what a parameter holds: one value, or a list ($@, ${a[*]}).
type found struct {
	variable
	isList bool
	joined bool // the list is one word in quotes ($*)
	many   bool // it is a list that isn't known
	// instead is set where the word of ${x-word} takes the parameter's place.
	instead *syntax.Word
}

func unsetParam() found { return found{variable: variable{unset: true}} }

// beyond is a value behind the end of a list.
func beyond(list []value) found {
	if anySeveral(list) {
		return single(value{kind: unknown, env: true, reason: "a part of a list whose length is not known"})
	}
	return unsetParam()
}
func single(v value) found    { return found{variable: variable{value: v}} }
func lostList(r string) found { return found{variable: variable{value: unknownValue(r)}, many: true} }

// param adds a parameter expansion to the field.
func (b *builder) param(p *syntax.ParamExp, quoted bool) {
	r := b.x.param(p, quoted)
	if r.instead != nil {
		b.instead(r.instead, quoted)
		return
	}
	if !r.isList {
		b.value(r.value, quoted)
		b.split = b.split || r.many && b.mode.list()
		return
	}
	if !quoted && b.leaks(p) {
		b.lose("Bash leaves a byte of its own in what it changed of a variable that is no list", false)
		return
	}
	if r.joined && (quoted || !b.mode.list()) {
		b.exists, b.stays = true, b.stays || len(r.list) > 0
		b.joined(r.list)
		return
	}
	if len(r.list) == 0 && quoted && b.mode.list() {
		b.vanished = true // "$@" without parameters is no word
		b.split = b.split || b.unknown
	}
	if b.exact && len(r.list) > 1 {
		b.lose("a list is a pattern", false)
		return
	}
	if !b.x.w.a.spend(len(r.list)) {
		b.lose("it is too much work", true)
		return
	}
	changed := p.Exp != nil || p.Repl != nil
	if !quoted && b.mode.list() && b.resplit(r.list, changed) {
		return
	}
	if b.dollar && r.joined && len(r.list) > 1 {
		b.lose(loneDollarSign, true)
		return
	}
	if !quoted && b.mode.list() && len(r.list) > 1 && changed && !b.x.ifs().is(" \t\n") {
		b.lose("Bash joins what it changed of a list by another IFS", true)
		return
	}
	if sep := b.x.ifs(); !b.mode.list() && len(r.list) > 1 && (changed || p.Slice != nil) && !(sep.kind == known && (strings.HasPrefix(sep.text, " ") || sep.text == "" && (quoted || !changed))) {
		b.lose("Bash joins what it changed of a list by IFS in some places", false)
		return
	}
	for i, v := range r.list {
		if i > 0 {
			if !b.mode.list() {
				b.apart()
			} else {
				b.end()
			}
		}
		if quoted {
			b.exists, b.stays = true, true
		}
		if v.several && i == 0 && (len(b.buf) > 0 || b.unknown) {
			b.lose("text stands before a list whose length is not known", true)
		}
		one := v
		if one.several = false; v.several && !b.mode.list() {
			b.lose(joinedNames, false)
		}
		b.value(one, quoted)
		b.split, b.absent = b.split || v.several, b.absent || v.several && (v.empty || b.x.st.opts&optNullglob != 0)
		b.open = b.open || v.several
	}
}

// leaks reports whether ${v[@]…} of a variable that is no list may hold a byte \001:
// within another expansion and in a pattern, where IFS doesn't begin with a space
// (Bash 5.2).
func (b *builder) leaks(p *syntax.ParamExp) bool {
	if b.mode.list() || p.Index == nil || p.Exp == nil && p.Repl == nil && p.Slice == nil {
		return false
	}
	ifs := b.x.ifs()
	v, ok := b.x.st.lookup(p.Param.Value)
	return ok && !v.array && !(ifs.kind == known && strings.HasPrefix(ifs.text, " "))
}

// resplit adds the values of $@ where IFS holds more than blanks: Bash joins them by
// its first character and splits that. It is false where IFS is an ordinary one, and
// where it begins with a blank and ${…} changed the values.
func (b *builder) resplit(list []value, changed bool) bool {
	sep := b.x.ifs()
	if len(list) < 2 || sep.kind != known || strings.Trim(sep.text, " \t\n") == "" || changed && isBlank(sep.text[0]) {
		return false
	}
	texts := make([]string, len(list))
	for i, v := range list {
		if v.kind != known || v.several || b.x.w.u.posix && (v.text == "" || strings.ContainsAny(v.text, sep.text)) {
			b.lose("shells split a list by another IFS", true)
			return true
		}
		texts[i] = v.text
	}
	b.value(text(strings.Join(texts, sep.text[:1])), false)
	return true
}

// apart adds what stands between the values of $@ where they make one word.
func (b *builder) apart() {
	if sep := b.x.ifs(); b.x.w.u.posix && !(sep.kind == known && strings.HasPrefix(sep.text, " ")) {
		b.lose("shells differ in how they join $@ when IFS is set", false)
	}
	b.text(" ")
}

// instead adds the word of ${x-word}. Where it isn't quoted, its text is split
// as that of the parameter would be.
func (b *builder) instead(w *syntax.Word, quoted bool) {
	if quoted {
		if slices.ContainsFunc(w.Parts, quotesBlank) {
			b.lose("Bash splits a quoted text at an escaped blank where a list stands beside it", true)
		}
		b.exists, b.vanished = true, false
		b.quoted(b.x.within(w), false)
		if b.vanished && len(b.buf) == 0 && !b.unknown {
			b.lose("a list without words in ${…} is an empty word or none", true)
		}
		return
	}
	if !b.x.ifs().is(" \t\n") && slices.ContainsFunc(w.Parts, isList) {
		b.x.joined(w)
		b.lose("shells split a list by another IFS", true)
		return
	}
	was := b.splits
	b.splits = b.mode.list()
	b.parts(w.Parts)
	b.splits = was
}

// quotesBlank reports whether a blank is escaped in a part.
func quotesBlank(p syntax.WordPart) bool {
	l, ok := p.(*syntax.Lit)
	return ok && (strings.Contains(l.Value, `\ `) || strings.Contains(l.Value, "\\\t"))
}

// isList reports whether a part is $@, $* or the elements of an array.
func isList(p syntax.WordPart) bool {
	e, ok := p.(*syntax.ParamExp)
	return ok && (isAll(e, "@") || isAll(e, "*"))
}

// within is the word of ${x-word} as it counts in double quotes: a single quote
// is a character there, and a backslash quotes a closing brace. Shells don't
// agree on where a quoted text ends that holds more.
func (x *expansion) within(w *syntax.Word) []syntax.WordPart {
	out := make([]syntax.WordPart, len(w.Parts))
	for i, p := range w.Parts {
		out[i] = p
		switch p := p.(type) {
		case *syntax.Lit:
			l := *p
			l.Value = braceEscape.Replace(p.Value)
			out[i] = &l
		case *syntax.SglQuoted:
			if p.Dollar || strings.ContainsAny(p.Value, "$`\"}\\") {
				x.w.a.unknown(x.w.u.at(p), "a quoted text in ${…} within quotes is read differently by shells", false)
			}
			out[i] = &syntax.Lit{ValuePos: p.Left, ValueEnd: p.Right, Value: "'" + p.Value + "'"}
		case *syntax.DblQuoted:
			if runsOn(p, w.Parts[i+1:]) {
				x.w.a.unknown(x.w.u.at(p), "a name in quotes in ${…} within quotes is read differently by shells", false)
			}
		}
	}
	return out
}

// runsOn reports whether quotes end in a plain $name and something follows them:
// Bash 5.2 loses both.
func runsOn(q *syntax.DblQuoted, next []syntax.WordPart) bool {
	if len(next) == 0 || len(q.Parts) == 0 {
		return false
	}
	p, ok := q.Parts[len(q.Parts)-1].(*syntax.ParamExp)
	l, text := next[0].(*syntax.Lit)
	return ok && p.Short && !(text && l.Value != "" && !isName(l.Value[:1]) && !isNumber(l.Value[:1]))
}

var braceEscape = strings.NewReplacer(`\\`, `\\`, `\}`, "}")

const joinedNames = "a list of several names is joined"

func (b *builder) joined(list []value) {
	sep := b.x.ifs()
	for i, v := range list {
		if i > 0 {
			if sep.kind != known {
				b.lose("IFS is not known", false)
			} else {
				b.text(sep.text[:min(1, len(sep.text))])
			}
		}
		if v.several {
			b.lose(joinedNames, false)
		}
		b.value(v, true)
	}
}

// param evaluates a parameter expansion.
func (x *expansion) param(p *syntax.ParamExp, quoted bool) found {
	if p.Param == nil || p.Flags != nil || p.NestedParam != nil || len(p.Modifiers) > 0 || p.Width || p.IsSet {
		return x.refuse(p, "a kind of parameter expansion that is not known")
	}
	name := p.Param.Value
	if p.Excl {
		return x.indirect(p, name)
	}
	r := x.named(name)
	scalar := !r.array
	// Of what is no list, a part is one of its text.
	ofText := p.Slice != nil && scalar && !r.listed && !r.unset && r.kind == known && (isAll(p, "@") || isAll(p, "*"))
	switch {
	case p.Index != nil && !ofText:
		whole, before := r, x.st
		r = x.element(r, p.Index)
		if p.Length {
			x.perhaps(whole, before)
		}
	case p.Index == nil && r.array && !r.isList:
		r = x.first(r.variable)
	}
	x.w.a.spend(len(r.text)/256 + (len(r.list)+len(r.keys))/bytesOfWork)
	out := r
	switch {
	case p.Length:
		return x.length(r)
	case p.Slice != nil:
		out = x.slice(r, p.Slice, name == "@" || name == "*")
		if scalar && (out.isList && len(out.list) == 0 || p.Index != nil && out.kind == known && out.text == "") { // an empty word, or none
			out = lostList("a part of what is no array")
		}
	case p.Repl != nil:
		out = x.replace(r, p.Repl)
	case p.Exp != nil:
		out = x.operate(p, name, r, quoted)
	}
	out.many = out.many || (r.many || r.isList) && !out.isList
	return out
}

// first is the element of a list that its name alone stands for: that of the
// subscript 0.
func (x *expansion) first(v variable) found {
	at := 0
	if v.keys != nil {
		at = slices.Index(v.keys, "0")
	}
	if at < 0 || at >= len(v.list) {
		return unsetParam()
	}
	return single(x.at(v.list, at))
}

// refuse reports an expansion that runs or hides something.
func (x *expansion) refuse(n syntax.Node, reason string) found {
	x.w.a.unknown(x.w.u.at(n), reason, false)
	return single(unknownValue(reason))
}

// named finds what a parameter holds.
func (x *expansion) named(name string) found {
	if name == "" {
		return lostList("a parameter without a name")
	}
	if c := name[0]; !(c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_') {
		return x.special(name)
	}
	name, ok := x.st.referent(name)
	if !ok {
		return single(unknownValue("a reference to a name that is not known"))
	}
	if v, ok := x.st.lookup(name); ok {
		return found{variable: v}
	}
	if v, ok := x.builtinVariable(name); ok {
		return single(v)
	}
	return single(value{kind: unknown, env: true, reason: "the variable " + name + " is not set in the command"})
}

func (x *expansion) builtinVariable(name string) (value, bool) {
	switch name {
	case "PWD":
		return x.st.dir.value(), true
	case "OLDPWD":
		return x.st.oldDir.value(), true
	case "HOME":
		return x.home(""), true
	case "TMPDIR":
		return patternValue(quoteGlob(x.w.a.temp())).orNone(), true // few systems set it
	case "IFS":
		return text(" \t\n"), true
	case "PATH":
		return text(defaultPath), true
	case "OPTIND":
		return number(), true
	case "RANDOM", "SECONDS", "LINENO", "UID", "EUID", "SHLVL", "BASH_SUBSHELL", "HISTCMD":
		v := number()
		v.empty = x.w.u.posix // other shells lack them
		return v, true
	case "BASHPID", "EPOCHSECONDS", "SRANDOM", "COLUMNS", "LINES", "PIPESTATUS": // which an older Bash lacks, or sets later
		return number().orNone(), true
	case "PPID":
		return parent, true
	}
	return value{}, false
}

// parent is the number of the process that started the shell.
var parent = value{kind: pattern, text: "[1-9]*", num: true}

// defaultPath stands for a PATH that wasn't given: programs are looked up
// among the system's.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

func (x *expansion) special(name string) found {
	switch name {
	case "@", "*":
		if x.st.lost != "" {
			return lostList(x.st.lost)
		}
		return found{variable: variable{list: x.st.params, array: true}, isList: true, joined: name == "*"}
	case "#":
		if x.st.lost != "" {
			return single(number())
		}
		return single(count(x.st.params))
	case "?", "$":
		return single(number())
	case "!": // empty before a job
		return single(number().orNone())
	case "-":
		return single(patternValue("*").orNone())
	case "0":
		if v, ok := x.st.lookup("0"); ok {
			return found{variable: v}
		}
		return single(unknownValue("$0 is not known"))
	}
	n, err := strconv.Atoi(name)
	switch {
	case err != nil:
		return single(unknownValue("the parameter " + name + " is not known"))
	case x.st.lost != "":
		return single(unknownValue(x.st.lost))
	case n > len(x.st.params):
		return beyond(x.st.params)
	}
	return single(x.at(x.st.params, n-1))
}

// count is how many values a list has.
func count(list []value) value {
	if anySeveral(list) {
		return number()
	}
	return value{text: strconv.Itoa(len(list)), num: true}
}

func anySeveral(list []value) bool { return firstSeveral(list) >= 0 }

// firstSeveral is where the first value stands that stands for several, or -1.
func firstSeveral(list []value) int {
	return slices.IndexFunc(list, func(v value) bool { return v.several })
}

// at is a value of a list. From one on that stands for several or for none, it
// may be any that follows, or none.
func (x *expansion) at(list []value, i int) value {
	first := firstSeveral(list[:min(i+1, len(list))])
	if first < 0 {
		return list[i]
	}
	v := list[first]
	v.several = false
	none := v.empty || x.st.opts&optNullglob != 0 || strings.Trim(v.text, "*") == ""
	switch {
	case !none && i == first:
		return v
	case len(list) == 1 && v.kind == pattern: // one of them, or none
		return v.orNone()
	}
	return beyond(list).value
}

// element is an element of an array, or its list.
func (x *expansion) element(r found, index syntax.ArithmExpr) found {
	sub := ""
	if w, ok := index.(*syntax.Word); ok {
		sub = w.Lit()
	}
	if sub == "@" || sub == "*" {
		switch {
		case len(r.keys) > 1:
			return lostList(keyOrder)
		case r.array:
		case r.unset:
			r.list = nil
		case r.kind == unknown:
			return lostList(r.reason)
		default:
			r.list = []value{r.value}
		}
		return found{variable: variable{list: r.list, keys: r.keys, array: true}, isList: true, joined: sub == "*"}
	}
	if r.keys != nil {
		return x.keyed(r, index)
	}
	n := x.expression(index)
	if !n.known {
		return single(unknownValue("an element of an array that is not known"))
	}
	if !r.array {
		if n.n == 0 {
			return r
		}
		if r.kind == unknown {
			return single(r.value)
		}
		if n.n < 0 {
			return single(unknownValue("an element of what is no array"))
		}
		return unsetParam()
	}
	i := n.n
	if i < 0 {
		if anySeveral(r.list) {
			return beyond(r.list)
		}
		i += int64(len(r.list))
	}
	if i < 0 || i >= int64(len(r.list)) {
		return beyond(r.list)
	}
	return single(x.at(r.list, int(i)))
}

const keyOrder = "the order of the keys of an associative array"

func (x *expansion) keyed(r found, index syntax.ArithmExpr) found {
	w, ok := index.(*syntax.Word)
	if !ok {
		x.expression(index)
		return single(unknownValue("an element of an array that is not known"))
	}
	key := x.key(w)
	if key.kind == known {
		for i, k := range r.keys {
			if k == key.text && i < len(r.list) {
				return single(r.list[i])
			}
		}
	}
	return single(unknownValue("an element of an array that is not known"))
}

// indirect is ${!x}: names of variables, or the variable that x names.
func (x *expansion) indirect(p *syntax.ParamExp, name string) found {
	if v, ok := x.st.lookup(name); ok && v.nameref && p.Names == 0 {
		return single(unknownValue("the name that a reference refers to"))
	}
	if p.Names != 0 {
		return lostList("names of variables")
	}
	if w, ok := p.Index.(*syntax.Word); ok && (w.Lit() == "@" || w.Lit() == "*") {
		if w.Lit() == "*" && !x.ifs().is(" \t\n") {
			return lostList("subscripts that are joined by another IFS")
		}
		r := x.named(name)
		if r.array && r.keys == nil && !anySeveral(r.list) {
			list := make([]value, len(r.list))
			for i := range list {
				list[i] = value{text: strconv.Itoa(i), num: true}
			}
			return found{variable: variable{list: list, array: true}, isList: true, joined: w.Lit() == "*"}
		}
		if len(r.keys) > 1 {
			return lostList(keyOrder)
		}
		if r.array && r.keys != nil {
			list := make([]value, len(r.keys))
			for i := range list {
				list[i] = text(r.keys[i])
			}
			return found{variable: variable{list: list, array: true}, isList: true, joined: w.Lit() == "*"}
		}
		return lostList("subscripts of an array that is not known")
	}
	r := x.named(name)
	if r.kind == known && !r.unset && !r.array && p.Index == nil && (isName(r.text) || isNumber(r.text)) {
		q := *p
		q.Excl, q.Param = false, &syntax.Lit{ValuePos: p.Param.ValuePos, ValueEnd: p.Param.ValueEnd, Value: r.text}
		return x.param(&q, false)
	}
	return x.refuse(p, "the name in ${!"+name+"} is not known, and may hold code")
}

func (x *expansion) length(r found) found {
	switch {
	case r.isList && x.w.u.posix: // of the list, or of its text
		return single(number())
	case r.isList:
		return single(count(r.list))
	case r.kind == known && ascii(r.text):
		return single(value{text: strconv.Itoa(len(r.text)), num: true})
	}
	return single(number())
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func (x *expansion) slice(r found, s *syntax.Slice, positional bool) found {
	before := x.st
	from, to := x.expression(s.Offset), result{known: true, n: -1}
	if s.Length != nil {
		between := x.st
		to = x.expression(s.Length)
		if begins := r.kind == known && !r.isList && from.known && from.n >= 0 && from.n <= int64(len(r.text)); !begins {
			x.st = either(between, x.st, "it depends on how long a value is")
		}
	}
	x.perhaps(r, before)
	if !from.known || !to.known {
		x.w.mayAbort(x.st)
		return single(unknownValue("a part of a value, by a number that is not known"))
	}
	if r.isList {
		if s.Length != nil && to.n < 0 {
			x.w.mayAbort(x.st)
		}
		if positional { // $0 comes first
			r.list = append([]value{x.special("0").value}, r.list...)
		}
		return sliceList(r, from.n, to.n, s.Length != nil)
	}
	if r.kind != known || !ascii(r.text) {
		if s.Length != nil && to.n < 0 {
			x.w.mayAbort(x.st)
		}
		return single(unknownValue("a part of a value that is not known"))
	}
	i, j, ok := sliceBounds(int64(len(r.text)), from.n, to.n, s.Length != nil)
	if !ok {
		x.w.mayAbort(x.st)
		return single(text(""))
	}
	return single(text(r.text[i:j]))
}

func sliceBounds(n, from, length int64, has bool) (i, j int64, ok bool) {
	i, j = from, n
	if i < 0 {
		i += n
	}
	if i < 0 || i > n {
		return 0, 0, false
	}
	if has {
		if length < 0 {
			j = n + length
		} else if length < n-i {
			j = i + length
		}
	}
	return i, j, i <= j
}

func sliceList(r found, from, length int64, has bool) found {
	if r.keys != nil || has && length < 0 || anySeveral(r.list) {
		return lostList("a part of a list")
	}
	i, j, ok := sliceBounds(int64(len(r.list)), from, length, has)
	if !ok {
		i, j = 0, 0
	}
	r.list = r.list[i:j]
	return r
}

// operate applies an operator of ${x…}.
func (x *expansion) operate(p *syntax.ParamExp, name string, r found, quoted bool) found {
	e := p.Exp
	switch e.Op {
	case syntax.OtherParamOps:
		return x.transform(p, r)
	case syntax.RemSmallSuffix, syntax.RemLargeSuffix, syntax.RemSmallPrefix, syntax.RemLargePrefix,
		syntax.UpperFirst, syntax.UpperAll, syntax.LowerFirst, syntax.LowerAll:
		defer x.perhaps(r, x.st)
		pat := x.globOf(e.Word, false)
		x.w.a.spend(len(r.text) * len(r.text) >> 8 * (1 + len(r.list)))
		return x.each(r, func(v value) value { return trim(e.Op, v, pat) })
	}
	return x.fallback(p, name, r, quoted)
}

// perhaps sees to what the words of an operation assigned: they may not be
// expanded where there is no text to operate on.
func (x *expansion) perhaps(r found, before *state) {
	if r.isList || r.unset || r.kind != known || r.text == "" {
		x.st = either(before, x.st, "it depends on whether a variable is set")
	}
}

// each applies a function to a value or to each of a list.
func (x *expansion) each(r found, f func(value) value) found {
	if !r.isList {
		if r.unset {
			r.value, r.unset = text(""), false
		}
		return single(f(r.value))
	}
	list := make([]value, len(r.list))
	for i, v := range r.list {
		list[i] = f(v)
		list[i].several = v.several
	}
	r.list = list
	return r
}

// fallback is ${x-y} and its kin. The word is expanded for what it runs, even
// where its text won't be used.
func (x *expansion) fallback(p *syntax.ParamExp, name string, r found, quoted bool) found {
	e := p.Exp
	colon := e.Op == syntax.DefaultUnsetOrNull || e.Op == syntax.AssignUnsetOrNull || e.Op == syntax.AlternateUnsetOrNull || e.Op == syntax.ErrorUnsetOrNull
	absent, sure := absence(r, colon)
	alternate := e.Op == syntax.AlternateUnset || e.Op == syntax.AlternateUnsetOrNull
	if sure && (alternate && !absent || absent && (e.Op == syntax.DefaultUnset || e.Op == syntax.DefaultUnsetOrNull)) {
		if e.Word == nil {
			return found{instead: &syntax.Word{}}
		}
		return found{instead: e.Word}
	}
	before := x.st
	other := x.alternative(e.Word, quoted)
	after := x.st
	switch e.Op {
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
		if x.st = before; !sure {
			x.st = either(before, after, "it depends on whether "+name+" is set")
		}
		switch several := r.isList && !r.joined; {
		case !sure && several:
			return lostList("it depends on whether " + name + " is set")
		case !sure:
			return single(unknownValue("it depends on whether " + name + " is set"))
		case several && len(r.list) == 0 && !x.w.u.posix: // no word, as of the list itself
			return r
		}
		return single(text(""))
	case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		x.st = before
		x.w.mayExit(worlds{after})
		if sure && absent {
			return single(unknownValue(name + " is not set"))
		}
		r.empty = r.empty && !colon
		return r
	}
	switch {
	case sure && !absent:
		x.st = before
		return r
	case !sure:
		x.st = either(before, after, "it depends on whether "+name+" is set")
	}
	if e.Op == syntax.AssignUnset || e.Op == syntax.AssignUnsetOrNull {
		v := other
		if !sure {
			v = unknownValue("it depends on whether " + name + " is set")
		}
		if p.Index != nil {
			x.st = x.w.isArray(x.st, lit(name, x.w.u.at(e.Word)), "an element of an array that is not known")
		} else {
			x.st = x.w.assignVar(x.st, name, v, x.w.u.at(e.Word), false)
		}
	}
	if sure || colon && r.kind == pattern && other.kind == known && r.text == quoteGlob(other.text) {
		return single(other)
	}
	return single(unknownValue("it depends on whether " + name + " is set"))
}

// absence reports whether a parameter counts as absent, and whether that is
// sure.
func absence(r found, colon bool) (absent, sure bool) {
	switch {
	case r.isList && anySeveral(r.list):
		return false, false
	case r.isList:
		return len(r.list) == 0, !colon || len(r.list) != 1
	case r.unset:
		return true, true
	case r.kind == unknown:
		return false, false
	case r.kind == pattern:
		return false, !r.empty && (!colon || r.num || strings.Trim(r.text, "*") != "")
	}
	return colon && r.text == "", true
}

// alternative is the text of the word of ${x-word}.
func (x *expansion) alternative(w *syntax.Word, quoted bool) value {
	if w == nil {
		return text("")
	}
	b := builder{x: x, span: x.w.u.at(w), mode: unsplit}
	b.instead(w, quoted)
	b.end()
	if len(b.out) == 0 {
		return text("")
	}
	return b.out[0].value()
}

// transform is ${x@P} and its kin.
func (x *expansion) transform(p *syntax.ParamExp, r found) found {
	op := ""
	if p.Exp.Word != nil {
		op = p.Exp.Word.Lit()
	}
	switch op {
	case "U", "L", "u":
		return x.each(r, func(v value) value { return changeCase(v, op) })
	case "E":
		return x.each(r, func(v value) value {
			if v.kind != known {
				return v
			}
			return text(ansiC(v.text))
		})
	case "Q", "A", "K", "k", "a":
		return single(unknownValue("a value as the shell quotes it"))
	}
	return x.refuse(p, "${"+p.Param.Value+"@"+op+"} evaluates text again")
}

func changeCase(v value, op string) value {
	switch {
	case v.kind != known || !ascii(v.text) || op == "?":
		return unknownValue("the case of a value that is not known")
	case op == "L":
		return text(strings.ToLower(v.text))
	case op == "U":
		return text(strings.ToUpper(v.text))
	}
	n := min(1, len(v.text))
	if op == "l" {
		return text(strings.ToLower(v.text[:n]) + v.text[n:])
	}
	return text(strings.ToUpper(v.text[:n]) + v.text[n:])
}

// maxMatch bounds the texts that globs are matched against here.
const maxMatch = 256

// trim removes a prefix or a suffix, or changes the case.
func trim(op syntax.ParExpOperator, v value, pat word) value {
	if v.kind == unknown {
		return value{kind: unknown, reason: v.reason}
	}
	if v.kind == pattern || pat.kind == unknown || len(v.text) > maxMatch || len(pat.text) > maxMatch {
		return trimPattern(op, v, pat)
	}
	s, n := v.text, len(v.text)
	if countsCharacters(pat.text, s) {
		return unknownValue("what one character is depends on the locale")
	}
	switch op {
	case syntax.RemSmallPrefix:
		for i := 0; i <= n; i++ {
			if globMatch(pat.text, s[:i]) {
				return text(s[i:])
			}
		}
	case syntax.RemLargePrefix:
		for i := n; i >= 0; i-- {
			if globMatch(pat.text, s[:i]) {
				return text(s[i:])
			}
		}
	case syntax.RemSmallSuffix:
		for i := n; i >= 0; i-- {
			if globMatch(pat.text, s[i:]) {
				return text(s[:i])
			}
		}
	case syntax.RemLargeSuffix:
		for i := 0; i <= n; i++ {
			if globMatch(pat.text, s[i:]) {
				return text(s[:i])
			}
		}
	default:
		if pat.text != "" && pat.text != "?" {
			return unknownValue("the case of a part of a value")
		}
		return changeCase(v, map[syntax.ParExpOperator]string{syntax.UpperFirst: "u", syntax.UpperAll: "U", syntax.LowerFirst: "l", syntax.LowerAll: "L"}[op])
	}
	return v
}

// countsCharacters reports whether it depends on what one character is, and so
// on the locale, how a pattern matches a text.
func countsCharacters(pat, s string) bool { return strings.ContainsAny(pat, "?[") && !ascii(s) }

// trimPattern does what can be done for a value that is a glob: the extension
// of *.go can be taken away, and so can the folder.
func trimPattern(op syntax.ParExpOperator, v value, pat word) value {
	lost := unknownValue("a part of a value that is not known")
	if v.kind != pattern || pat.kind != known && pat.kind != pattern || v.num {
		return lost
	}
	switch op {
	case syntax.RemSmallSuffix, syntax.RemLargeSuffix:
		if plain := strings.TrimPrefix(pat.text, "*"); !v.tree && !isGlob(plain) && (plain == pat.text || op == syntax.RemSmallSuffix && strings.HasPrefix(plain, ".")) {
			if s, ok := strings.CutSuffix(v.text, unquoteGlob(plain)); ok && s != "" {
				v.text = s
				return v
			}
		}
	case syntax.RemLargePrefix:
		if pat.text != "*/" || strings.HasSuffix(v.text, "/") {
			return lost
		}
		if v.text = path.Base(v.text); v.tree {
			v.text, v.tree = "*", false
		}
		return v
	}
	return lost
}

// globOf expands a word that is matched: its unquoted wildcards count, but it
// isn't split. extended says that it may be an extended pattern.
func (x *expansion) globOf(w *syntax.Word, extended bool) word {
	if w == nil {
		return word{}
	}
	b := builder{x: x, span: x.w.u.at(w), mode: argument, exact: true, extended: extended}
	b.parts(w.Parts)
	if b.unknown {
		return word{kind: unknown, reason: b.reason, span: b.span}
	}
	if b.glob && oddBracket(string(b.buf)) {
		return word{kind: unknown, reason: strangeBracket, span: b.span}
	}
	kind := known
	if b.glob {
		kind = pattern
	}
	return word{text: string(b.buf), kind: kind, span: b.span}
}

func (x *expansion) replace(r found, p *syntax.Replace) found {
	defer x.perhaps(r, x.st)
	pat := x.globOf(p.Orig, false)
	with := word{}
	if r.unset && !r.isList {
		if p.With != nil {
			x.joined(p.With)
		}
		return single(text(""))
	}
	if p.With != nil {
		with = x.joined(p.With)
	}
	return x.each(r, func(v value) value {
		if v.kind != known || pat.kind == unknown || x.st.opts&optNocasematch != 0 || strings.Contains(pat.text, "[^]") || strings.Contains(pat.text, "[!]") || countsCharacters(pat.text, v.text) || with.kind != known || len(v.text) > maxMatch/2 || len(pat.text) > 32 || len(v.text)*len(with.text) > maxValue || !x.w.a.spend(len(v.text)*len(v.text)*(1+strings.Count(pat.text, "*"))>>5) || strings.Contains(with.text, "&") {
			return unknownValue("a replacement in a value")
		}
		return text(replaceGlob(v.text, pat.text, with.text, p.All))
	})
}

// replaceGlob replaces the first or all of the longest matches.
func replaceGlob(s, pat, with string, all bool) string {
	anchor := byte(0)
	if pat != "" && (pat[0] == '#' || pat[0] == '%') && !all {
		anchor, pat = pat[0], pat[1:]
	}
	if pat == "" && anchor == 0 {
		return s
	}
	if s == "" && anchor == 0 && globMatch(pat, "") {
		return with
	}
	var out strings.Builder
	for i := 0; i <= len(s); i++ {
		if anchor == '#' && i > 0 {
			out.WriteString(s[i:])
			break
		}
		j := len(s)
		for j >= i && (!globMatch(pat, s[i:j]) || anchor == '%' && j != len(s)) {
			j--
		}
		if j < i || j == i && anchor == 0 {
			if i < len(s) {
				out.WriteByte(s[i])
			}
			continue
		}
		out.WriteString(with)
		if !all {
			out.WriteString(s[j:])
			break
		}
		i = j - 1
	}
	return out.String()
}

// globMatch reports whether a glob with *, ?, […] and \ matches the whole of
// s; "*" matches anything, "/" too, as in a shell's patterns for text.
func globMatch(pat, s string) bool {
	star, mark := -1, 0
	i, j := 0, 0
	for j < len(s) {
		if i < len(pat) {
			if pat[i] == '*' {
				star, mark = i, j
				i++
				continue
			}
			if n, ok := matchOne(pat[i:], s[j]); ok {
				i += n
				j++
				continue
			}
		}
		if star < 0 {
			return false
		}
		mark++
		i, j = star+1, mark
	}
	for i < len(pat) && pat[i] == '*' {
		i++
	}
	return i == len(pat)
}

// matchOne matches one byte and returns the length of the pattern used.
func matchOne(pat string, c byte) (n int, ok bool) {
	switch pat[0] {
	case '?':
		return 1, true
	case '\\':
		if len(pat) > 1 {
			return 2, pat[1] == c
		}
	case '[':
		if end := classEnd(pat); end > 0 {
			return end + 1, inClass(pat[1:end], c)
		}
	}
	return 1, pat[0] == c
}

func classEnd(pat string) int {
	i := 1
	if i < len(pat) && (pat[i] == '!' || pat[i] == '^') {
		i++
	}
	if i < len(pat) && pat[i] == ']' {
		i++
	}
	for ; i < len(pat); i++ {
		switch {
		case pat[i] == '\\':
			i++
		case pat[i] == '[' && i+1 < len(pat) && pat[i+1] == ':':
			if k := strings.Index(pat[i+2:], ":]"); k >= 0 {
				i += k + 3
			}
		case pat[i] == ']':
			return i
		}
	}
	return -1
}

const strangeBracket = "brackets of a pattern hold brackets of their own"

var className = regexp.MustCompile(`^\[:(alnum|alpha|blank|cntrl|digit|graph|lower|print|punct|space|upper|xdigit|word|ascii):\]`)

// oddBracket reports whether a pattern has brackets with an element of their own
// that isn't a plain class of characters, which shells and locales read differently,
// or a closing one in front.
func oddBracket(pat string) bool {
	inside := false
	for i := 0; i < len(pat); i++ {
		switch c := pat[i]; {
		case c == '\\':
			i++
		case c == '[' && !inside:
			inside = true
			if i+1 < len(pat) && (pat[i+1] == '!' || pat[i+1] == '^') {
				i++
			}
			if i+1 < len(pat) && pat[i+1] == ']' { // no glob of a policy is read so
				return true
			}
		case c == '[' && i+1 < len(pat) && strings.IndexByte(":.=", pat[i+1]) >= 0:
			n := len(className.FindString(pat[i:]))
			if n == 0 {
				return true
			}
			i += n - 1
		case c == ']':
			inside = false
		}
	}
	return false
}

func inClass(class string, c byte) bool {
	negated := class != "" && (class[0] == '!' || class[0] == '^')
	if negated {
		class = class[1:]
	}
	hit := false
	for i := 0; i < len(class); i++ {
		if class[i] == '[' && i+1 < len(class) && class[i+1] == ':' {
			if k := strings.Index(class[i+2:], ":]"); k >= 0 {
				hit = hit || inNamedClass(class[i+2:i+2+k], c)
				i += k + 3
				continue
			}
		}
		lo := class[i]
		if lo == '\\' && i+1 < len(class) {
			i++
			lo = class[i]
		}
		hi := lo
		if i+2 < len(class) && class[i+1] == '-' {
			i += 2
			if class[i] == '\\' && i+1 < len(class) {
				i++
			}
			hi = class[i]
		}
		hit = hit || lo <= c && c <= hi
	}
	return hit != negated
}

func inNamedClass(name string, c byte) bool {
	l := c | 0x20
	alpha, digit := l >= 'a' && l <= 'z', c >= '0' && c <= '9'
	switch name {
	case "alpha":
		return alpha
	case "digit":
		return digit
	case "alnum":
		return alpha || digit
	case "upper":
		return c >= 'A' && c <= 'Z'
	case "lower":
		return c >= 'a' && c <= 'z'
	case "space", "blank":
		return c == ' ' || c >= '\t' && c <= '\r'
	case "punct":
		return c > ' ' && c < 0x7f && !alpha && !digit
	case "xdigit":
		return digit || l >= 'a' && l <= 'f'
	}
	return c < 0x80
}

func isNumber(s string) bool {
	_, err := strconv.ParseInt(s, 10, 64)
	return err == nil
}
