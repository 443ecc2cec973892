package shell

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Bounds of expansion. A word past one of them is unknown.
const (
	maxBraces = 256     // words that braces make of one
	maxValue  = 1 << 16 // bytes of a value
)

// expansion turns words of the tree into words of a command line, as Bash
// would in this state. Assignments on the way (${x:=y}, $((x++))) replace st.
type expansion struct {
	w  *walker
	st *state
}

// fields expands words that stand as arguments: braces, tildes, parameters,
// splitting and globs.
func (x *expansion) fields(ws []*syntax.Word) []word {
	out := x.w.a.rooms.words.empty(len(ws) + 2)
	for _, w := range ws {
		out = x.field(out, w, argument)
	}
	return out
}

func (x *expansion) field(out []word, w *syntax.Word, m mode) []word {
	span := x.w.u.at(w)
	if !x.w.a.step() {
		return append(out, word{kind: unknown, reason: "it is too much work", split: true, span: span})
	}
	if s, ok := literal(w); ok {
		return append(out, lit(s, span))
	}
	if !x.w.u.posix && hasBrace(w) {
		lost := func(reason string) []word {
			x.build(nil, w.Parts, span, m) // for what runs in it
			return append(out, word{kind: unknown, reason: reason, split: true, span: span})
		}
		alternatives, ok := braces(w)
		if !ok || !x.w.a.spend(4*len(alternatives)) {
			return lost("braces make too many words, or stand within each other")
		}
		if nestedBrace(w) || emptyBrace(w) {
			x.w.mayAbort(x.st) // a part of an expansion is none
			return lost("braces stand around an expansion with braces")
		}
		if len(alternatives) != 1 || alternatives[0] != nil {
			if slices.ContainsFunc(alternatives, namesRunOn) {
				return lost("braces join a name with text")
			}
			for _, parts := range alternatives {
				out = x.build(out, runTogether(parts), span, max(m, element)) // what braces made is no assignment
			}
			return out
		}
	}
	return x.build(out, w.Parts, span, m)
}

// one expands a word that stays one: the value of an assignment, a
// here-string, an operand of [[ or case.
func (x *expansion) one(w *syntax.Word) word {
	if w == nil {
		return word{}
	}
	span := x.w.u.at(w)
	x.w.a.step()
	if s, ok := literal(w); ok {
		return lit(s, span)
	}
	return x.single(w.Parts, span, assigned)
}

// joined is the same for a word that isn't assigned: a here-string, the text of
// a replacement.
func (x *expansion) joined(w *syntax.Word) word {
	if s, ok := literal(w); ok {
		return lit(s, x.w.u.at(w))
	}
	x.w.a.step()
	return x.single(w.Parts, x.w.u.at(w), unsplit)
}

// key is the same for a key of an associative array, and for what a list gives it.
func (x *expansion) key(w *syntax.Word) word {
	if w == nil {
		return word{}
	}
	if s, ok := literal(w); ok {
		return lit(s, x.w.u.at(w))
	}
	x.w.a.step()
	return x.single(w.Parts, x.w.u.at(w), tildeless)
}

// document expands the body of a here-document or the like.
func (x *expansion) document(w *syntax.Word) word {
	if w == nil {
		return word{}
	}
	return x.single(w.Parts, x.w.u.at(w), document)
}

func (x *expansion) single(parts []syntax.WordPart, span guard.Span, m mode) word {
	out := x.build(nil, parts, span, m)
	if len(out) == 0 {
		return lit("", span)
	}
	return out[0]
}

// literal is the text of a word that no expansion changes.
func literal(w *syntax.Word) (string, bool) {
	if len(w.Parts) != 1 {
		return "", false
	}
	switch p := w.Parts[0].(type) {
	case *syntax.Lit:
		if !strings.ContainsAny(p.Value, "\\~*?[{") {
			return p.Value, true
		}
	case *syntax.SglQuoted:
		return p.Value, !p.Dollar
	}
	return "", false
}

// mode says how a word is expanded.
type mode uint8

const (
	argument  mode = iota // split, globbed
	element               // the same for an element of an array: no tilde after "="
	assigned              // one word, tildes after ":" too
	unsplit               // one word, a tilde only at its beginning
	tildeless             // one word, no tilde
	document              // one word, text as in double quotes
)

// list reports whether a word may become several.
func (m mode) list() bool { return m <= element }

// builder makes words of the parts of one.
type builder struct {
	x     *expansion
	out   []word
	begin int // where those of this word begin in out
	span  guard.Span
	mode  mode

	buf      []byte // the field so far, as a glob
	escaped  bool   // buf holds escapes
	glob     bool   // buf holds something that matches more than itself
	exists   bool   // the field is there even if empty
	dollar   bool   // a dollar sign that begins no expansion stands in the word
	vanished bool   // "$@" without parameters stands in the quoted part
	stays    bool   // an element of a list does, though it be empty
	unknown  bool
	reason   string
	split    bool
	all      bool // of a tree: see value
	gone     bool // of a tree: see value
	files    bool // see value.joined
	mixed    bool // see value
	many     bool // see word
	absent   bool // see word
	varied   bool // buf holds wildcards that cover more than letters and digits
	tree     bool // buf is a folder and stands for what lies beneath
	num      bool // buf covers an integer
	looks    bool // files may be looked up for buf: it holds more wildcards than those that cover integers
	empty    bool // buf may also be empty
	open     bool // buf is the last of a list and may stand for several
	covers   bool // buf holds what covers a value
	begun    bool // a bracket was opened, and not closed in the same part
	bracket  bool // buf holds a set of characters
	slashed  bool // buf holds a backslash of a value, which may quote a wildcard
	assigns  bool // the word looks like an assignment
	exact    bool // buf is to be matched: a value must be known, and isn't split
	extended bool // an extended pattern is read without being told to
	splits   bool // literal text is split too: that of ${x-a b}
}

func (x *expansion) build(out []word, parts []syntax.WordPart, span guard.Span, m mode) []word {
	b := builder{x: x, out: out, begin: len(out), span: span, mode: m}
	if m == document {
		b.quoted(parts, true)
	} else if m.list() && !x.w.u.posix && tildeColon(parts) {
		x.build(nil, parts, span, unsplit) // for what runs in it
		b.lose("Bash may not expand what stands behind a tilde and a colon", true)
	} else {
		b.dollar = len(parts) > 1 && !x.w.u.posix && slices.ContainsFunc(parts, loneDollar)
		b.parts(withSubscript(parts))
	}
	b.end()
	return b.out
}

// tildeColon reports whether a word begins with a tilde, a name and a colon, and is
// more than plain text.
func tildeColon(parts []syntax.WordPart) bool {
	l, ok := parts[0].(*syntax.Lit)
	if !ok || !strings.HasPrefix(l.Value, "~") || len(parts) == 1 && !strings.ContainsAny(l.Value, globMeta) {
		return false
	}
	end := strings.IndexAny(l.Value, "/:")
	return end > 0 && l.Value[end] == ':'
}

// withSubscript joins a name and the subscript behind it, which the parser takes
// apart: name[0]=~.
func withSubscript(parts []syntax.WordPart) []syntax.WordPart {
	if len(parts) < 2 {
		return parts
	}
	name, ok1 := parts[0].(*syntax.Lit)
	rest, ok2 := parts[1].(*syntax.Lit)
	if !ok1 || !ok2 || !strings.HasPrefix(rest.Value, "[") {
		return parts
	}
	whole := *name
	whole.Value += rest.Value
	return append([]syntax.WordPart{&whole}, parts[2:]...)
}

// loneDollar reports whether a part holds a dollar sign that begins no expansion.
func loneDollar(p syntax.WordPart) bool {
	l, ok := p.(*syntax.Lit)
	if !ok || strings.IndexByte(l.Value, '$') < 0 {
		return false
	}
	for i := 0; i < len(l.Value); i++ {
		switch l.Value[i] {
		case '\\':
			i++
		case '$':
			return true
		}
	}
	return false
}

// end finishes a field.
func (b *builder) end() {
	if !b.exists && len(b.buf) == 0 && !b.unknown {
		return
	}
	w := word{span: b.span}
	switch {
	case b.unknown:
		w.kind, w.reason, w.split = unknown, b.reason, b.split
		if !b.glob {
			w.text = unquoteGlob(string(b.buf))
		}
	case b.glob && b.slashed && b.mode.list():
		w.kind, w.reason, w.split = unknown, "a value with a backslash is a pattern", true
	case b.glob && b.bracket && b.escaped: // no glob covers it as it stays where no file has such a name
		w.kind, w.reason, w.split = unknown, "brackets stand beside a quoted wildcard", true
	case b.glob && b.x.w.a.dashes && !b.num && b.mode.list() && strings.IndexByte(globMeta, b.buf[0]) >= 0:
		w.kind, w.reason, w.split = unknown, "a name that the command itself writes looks like an option", true
	case b.glob && oddBracket(string(b.buf)):
		w.kind, w.reason, w.split = unknown, strangeBracket, true
	case b.glob:
		if b.x.st.opts&optFailglob != 0 {
			b.x.w.mayAbort(b.x.st)
		}
		w.kind, w.text, w.tree, w.split = pattern, string(b.buf), b.tree, b.split
		w.num, w.empty, w.all, w.joined = b.num, b.empty, b.tree && b.all, b.files
		w.mixed, w.many, w.absent, w.fresh = b.mixed, b.many, b.absent, !b.varied
		w.gone = b.tree && b.gone
		b.out = append(b.out, w)
		if hidden, ok := b.dotted(w); ok {
			b.out = append(b.out, hidden)
		}
		if b.mode.list() && matchesAbove(w.text) {
			b.out = append(b.out, word{kind: unknown, reason: "a pattern that matches the folder above", split: true, span: b.span})
		}
		if short := oneSlash(w.text); short != w.text && b.mode.list() {
			w.text = short
			b.out = append(b.out, w)
		}
		b.reset()
		return
	default:
		w.text = string(b.buf)
		if b.escaped {
			w.text = unquoteGlob(w.text)
		}
	}
	b.out = append(b.out, w)
	b.reset()
}

// matchesAbove reports whether a part of a path is a pattern for "..", which many
// shells match. A last one with a star is one for all hidden names first.
func matchesAbove(glob string) bool {
	for glob != "" {
		part, rest, _ := strings.Cut(glob, "/")
		last := strings.Trim(rest, "/") == ""
		if strings.HasPrefix(part, ".") && isGlob(part) && !(last && strings.Contains(part, "*")) && globMatch(part, "..") {
			return true
		}
		glob = rest
	}
	return false
}

func (b *builder) reset() {
	b.buf, b.escaped, b.glob, b.exists, b.unknown, b.reason, b.split, b.tree = b.buf[:0], false, false, false, false, "", false, false
	b.num, b.empty, b.open, b.covers, b.bracket, b.slashed, b.looks, b.begun = false, false, false, false, false, false, false, false
	b.files, b.mixed, b.many, b.absent, b.varied = false, false, false, false, false
}

// oneSlash is a glob with single slashes behind its first wildcard: so Bash
// writes the names that it finds.
func oneSlash(glob string) string {
	if !strings.Contains(glob, "//") {
		return glob
	}
	i := max(strings.IndexAny(glob, "*?["), 0)
	tail := glob[i:]
	for strings.Contains(tail, "//") {
		tail = strings.ReplaceAll(tail, "//", "/")
	}
	return glob[:i] + tail
}

// piece notes a part of a glob. Where no file has such a name, brackets stay as
// they are, which no glob covers together with a value that isn't known.
func (b *builder) piece(s string, covers bool) {
	bracket := strings.IndexByte(s, '[') >= 0
	if bracket && b.covers || covers && b.bracket {
		b.lose("brackets stand beside a value that is not known", true)
	}
	b.covers, b.bracket = b.covers || covers, b.bracket || bracket
}

// dotted is the glob for hidden names that dotglob adds to one that begins
// with a wildcard.
func (b *builder) dotted(w word) (word, bool) {
	if !b.looks || !b.x.st.dotglob() {
		return w, false
	}
	i := strings.LastIndexByte(w.text, '/') + 1
	if i == len(w.text) || strings.IndexByte("*?[", w.text[i]) < 0 {
		return w, false
	}
	rest := w.text[i:]
	switch rest[0] {
	case '?':
		rest = rest[1:]
	case '[':
		end := classEnd(rest)
		if end < 0 || !inClass(rest[1:end], '.') {
			return w, false
		}
		rest = rest[end+1:]
	}
	if rest == "" || rest == "[" { // no name is a dot alone
		return w, false
	}
	if !strings.ContainsAny(rest, globMeta) { // it stays a pattern
		rest += "*"
	}
	w.text = w.text[:i] + "." + rest
	return w, true
}

// foldGlob makes a glob that matches in either case.
func foldGlob(s string) string {
	var b strings.Builder
	class := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		l := c | 0x20
		switch {
		case c == '[':
			class = true
		case c == ']':
			class = false
		}
		if l < 'a' || l > 'z' {
			b.WriteByte(c)
			continue
		}
		if class {
			b.WriteByte(l)
			b.WriteByte(l &^ 0x20)
			continue
		}
		b.WriteByte('[')
		b.WriteByte(l)
		b.WriteByte(l &^ 0x20)
		b.WriteByte(']')
	}
	return b.String()
}

// text adds text that matches only itself.
func (b *builder) text(s string) {
	b.exists = b.exists || s != ""
	if b.unknown || s == "" {
		return
	}
	b.follow(s)
	if len(b.buf)+len(s) > maxValue || !b.x.w.a.spend(len(s)>>3) {
		b.lose("it grows too long", false)
		return
	}
	if indexOf(s, globMeta) < 0 {
		b.buf = append(b.buf, s...)
		return
	}
	for i := 0; i < len(s); i++ {
		if strings.IndexByte(globMeta, s[i]) >= 0 {
			b.buf = append(b.buf, '\\')
			b.escaped = true
		}
		b.buf = append(b.buf, s[i])
	}
}

// extends reports whether a text, as it goes on from what stands before it, opens
// an extended pattern.
func (b *builder) extends(s string) bool {
	before := byte(0)
	if n := len(b.buf); n > 0 {
		before = b.buf[n-1]
	}
	return opensExtended(before, s)
}

// opensExtended reports whether a text behind a byte opens an extended pattern.
func opensExtended(before byte, s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == '(' && strings.IndexByte("?*+@!", before) >= 0 {
			return true
		}
		before = s[i]
	}
	return false
}

// wild adds text in which wildcards count, where the shell looks for them.
func (b *builder) wild(s string) {
	if !b.mode.list() || b.x.st.opts&optNoglob != 0 && !b.exact {
		b.text(s)
		return
	}
	if b.begun && strings.IndexByte(s, ']') >= 0 {
		b.lose("brackets hold a part in quotes or an expansion, and may be a pattern", true)
	}
	b.begun = b.begun || strings.LastIndexByte(s, '[') > strings.LastIndexByte(s, ']')
	// One that isn't read as such is a glob without a match all the same.
	if (b.extended || b.x.st.opts&(optExtglob|optNullglob|optFailglob) != 0) && b.extends(s) {
		b.lose("an extended pattern", true)
	}
	if b.exact && strings.IndexByte(s, '\\') >= 0 {
		b.lose("a value with a backslash is a pattern", false)
	}
	if !isGlob(s) {
		b.text(s)
		return
	}
	if b.x.st.opts&optGlobstar == 0 && strings.IndexByte(s, '[') < 0 { // with brackets it may stay as it is
		for strings.Contains(s, "**") {
			s = strings.ReplaceAll(s, "**", "*")
		}
	}
	if b.x.w.u.posix && strings.Contains(s, "[^") { // it leaves out the characters, or is one of them
		if b.exact {
			b.lose("shells differ in what ^ means in brackets", true)
		}
		s = caret.ReplaceAllString(s, "?")
	}
	b.piece(s, false)
	if b.x.st.opts&optNocaseglob != 0 && !b.exact {
		if b.bracket {
			b.lose("brackets match in either case", true)
		}
		s = foldGlob(s)
	}
	b.match(s)
	b.split, b.many, b.absent = true, true, b.x.st.opts&optNullglob != 0
}

var caret = regexp.MustCompile(`\[\^\]?[^]]*\]`)

// match adds a glob.
func (b *builder) match(s string) {
	b.follow(s)
	if !b.unknown && len(b.buf)+len(s) <= maxValue && b.x.w.a.spend(len(s)>>3) {
		b.buf = append(b.buf, s...)
		b.glob, b.looks, b.varied = true, true, true
	}
	if len(b.buf)+len(s) > maxValue {
		b.lose("it grows too long", false)
	}
	b.exists = true
}

// follow makes what stands in buf ready for more: a tree becomes an ordinary
// glob, and what may be empty doesn't say of a path where it begins.
func (b *builder) follow(s string) {
	if b.empty && s != "" {
		whole, ok := orEmpty(string(b.buf))
		if !ok || b.tree || s[0] == '/' {
			b.lose("it is another path where a value in it is empty", b.split)
		}
		b.buf = append(b.buf[:0], whole...)
	}
	b.num, b.empty = false, false
	if b.open {
		if b.open = false; b.absent {
			b.out = b.out[:b.begin] // it may stand behind any element
		}
		b.lose("text stands behind a list whose length is not known", true)
	}
	b.mixed, b.files = b.mixed || b.files, false
	if b.tree {
		b.tree = false
		b.buf = append(b.buf, "/**"...)
	}
}

// orEmpty is a glob that covers what another covers, and nothing too. It is false
// where that would be other files than it names.
func orEmpty(glob string) (string, bool) {
	if strings.Trim(glob, "*") == "" {
		return glob, true
	}
	return "*", strings.IndexByte(glob, '/') < 0
}

// isGlob reports whether a text holds something that pathname expansion would
// act on.
func isGlob(s string) bool {
	if indexOf(s, "*?") >= 0 {
		return true
	}
	i := strings.IndexByte(s, '[')
	return i >= 0 && strings.IndexByte(s[i:], ']') > 0
}

// lose makes the field unknown from here on.
func (b *builder) lose(reason string, split bool) {
	b.exists = true
	if !b.unknown {
		b.unknown, b.reason = true, reason
	}
	b.split = b.split || split
}

// value adds the value of an expansion.
func (b *builder) value(v value, quoted bool) {
	quoted = quoted || !b.mode.list()
	several, alone := v.several || v.joined, len(b.buf) == 0 && !b.unknown
	if v.kind == pattern && v.empty && !alone {
		whole, ok := orEmpty(v.text)
		if v.text = whole; !ok || v.tree {
			b.lose("it is another path where a value in it is empty", !quoted)
			return
		}
	}
	b.split = b.split || !quoted && (several || v.kind == pattern && (!v.num || v.empty))
	b.many = b.many || !quoted && several
	looks, varied := b.looks, b.varied
	switch {
	case v.kind == unknown:
		b.lose(v.reason, !quoted)
	case v.kind == pattern && !quoted && !b.exact && b.x.splits(v):
		b.lose("the shell splits a value that is not known", true)
	case v.kind == pattern && b.exact:
		b.lose("a pattern that is not known", false)
	case v.kind == pattern && several && !quoted && !alone:
		b.lose("text stands before a list whose length is not known", true)
	case v.kind == pattern && several && !quoted && b.x.ifs().is(""):
		b.lose("the names of several files make one word", true)
	case v.kind == pattern && !quoted && strings.IndexByte(v.text, '\\') >= 0:
		b.again(v)
		b.open = several
	case v.tree && several && quoted && b.mode.list():
		b.lose("the names of several files make one word", false)
	case v.tree && alone:
		b.match(v.text)
		b.tree, b.empty, b.all, b.open, b.files = true, v.empty, v.all, several && !quoted, several && quoted
		b.gone = v.gone
	case v.tree:
		b.match(v.text + "/**")
		b.mixed = b.mixed || several
	case v.kind == pattern:
		b.piece(v.text, true)
		b.match(v.text)
		b.varied = varied || !v.fresh && !v.num
		b.num, b.empty, b.open, b.files = alone && v.num, alone && v.empty, several && !quoted, several && quoted && alone
		b.mixed = b.mixed || v.mixed || several && !alone
	case quoted:
		b.exists = true
		b.text(v.text)
	default:
		b.splitText(v.text)
	}
	if quoted || v.num { // no files are looked up for it
		b.looks = looks
	}
}

// again adds a glob whose quoted wildcards count, as the value stands without
// quotes. A wildcard covers itself too.
func (b *builder) again(v value) {
	plain := strings.NewReplacer(`\*`, "*", `\?`, "?").Replace(v.text)
	if v.tree || strings.IndexByte(plain, '\\') >= 0 {
		b.lose("a value that is not known may be a pattern", true)
		return
	}
	b.piece(plain, true)
	b.match(plain)
}

// splits reports whether the shell surely may split a pattern's text. That a
// wildcard covers a blank is thought of only where the command itself writes a
// file whose name holds one: others seldom do.
func (x *expansion) splits(v value) bool {
	ifs := x.ifs()
	if v.num {
		return ifs.kind != known || strings.ContainsAny(ifs.text, "-0123456789")
	}
	return !ifs.is(" \t\n") && !ifs.is("") || (v.mixed || x.w.a.blanks || indexOf(v.text, " \t\n") >= 0) && !ifs.is("")
}

const loneDollarSign = "Bash may not split a word with a dollar sign that stands alone"

// splitText adds text that the shell splits at the characters of IFS.
func (b *builder) splitText(s string) {
	if b.exact {
		b.wild(s)
		return
	}
	ifs := b.x.ifs()
	if ifs.kind != known || len(ifs.text) > 256 {
		b.lose("IFS is not known", true)
		return
	}
	if b.dollar && indexOf(s, ifs.text) >= 0 {
		b.lose(loneDollarSign, true)
		return
	}
	b.slashed = b.slashed || strings.IndexByte(s, '\\') >= 0
	i := 0
	for i < len(s) && b.x.w.a.step() {
		j := len(s)
		if k := indexOf(s[i:], ifs.text); k >= 0 {
			j = i + k
		}
		if j > i {
			b.wild(s[i:j])
		}
		if j == len(s) {
			return
		}
		i = skipBlanks(s, j, ifs.text)
		if i < len(s) && strings.IndexByte(ifs.text, s[i]) >= 0 { // blanks around it belong to it
			b.exists = true
			i = skipBlanks(s, i+1, ifs.text)
		}
		b.end()
	}
}

// skipBlanks is where the blanks of IFS end that begin at i.
func skipBlanks(s string, i int, ifs string) int {
	for i < len(s) && isBlank(s[i]) && strings.IndexByte(ifs, s[i]) >= 0 {
		i++
	}
	return i
}

// indexOf is the place of the first byte that is in a set, or -1. Values are
// long where they are many, so that it looks at a piece at a time for each.
func indexOf(s, set string) int {
	const piece = 64
	for at := 0; at < len(s); at += piece {
		part := s[at:min(at+piece, len(s))]
		for i := 0; i < len(set); i++ {
			if j := strings.IndexByte(part, set[i]); j >= 0 {
				part = part[:j]
			}
		}
		if n := at + len(part); n < len(s) && len(part) < piece {
			return n
		}
	}
	return -1
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' }

// ifs is the value of IFS.
func (x *expansion) ifs() value {
	if v, ok := x.st.lookup("IFS"); ok && !v.unset {
		return v.value
	}
	return text(" \t\n")
}

func (b *builder) parts(parts []syntax.WordPart) {
	for i, p := range parts {
		switch p := p.(type) {
		case *syntax.Lit:
			b.literal(p.Value, i == 0, i == len(parts)-1)
		case *syntax.SglQuoted:
			b.exists = true
			if p.Dollar {
				b.text(ansiC(p.Value))
			} else {
				b.text(p.Value)
			}
		case *syntax.DblQuoted:
			b.doubleQuoted(p)
		default:
			b.expand(p, false)
		}
	}
}

// doubleQuoted adds a quoted part, which makes a word even where it is empty. With
// "$@" in it that is so in a POSIX shell only, if something stands beside it.
func (b *builder) doubleQuoted(p *syntax.DblQuoted) {
	exists, size, words := b.exists, len(b.buf), len(b.out)
	b.vanished, b.stays = false, false
	b.quoted(p.Parts, false)
	nothing := len(b.buf) == size && len(b.out) == words && !b.unknown
	b.exists = exists || !b.vanished || b.stays || !nothing || b.x.w.u.posix && len(p.Parts) > 1
}

// quoted adds parts in double quotes, or those of a here-document.
func (b *builder) quoted(parts []syntax.WordPart, doc bool) {
	if len(parts) > 1 && mixesLists(parts) {
		lost := builder{x: b.x, span: b.span, mode: b.mode} // for what the parts run
		for _, p := range parts {
			lost.expand(p, true)
		}
		b.lose("a list that is joined stands beside one that isn't", true)
		return
	}
	for i, p := range parts {
		if d, ok := p.(*syntax.DblQuoted); ok && i+1 < len(parts) && len(d.Parts) > 0 && loneDollar(d.Parts[len(d.Parts)-1]) {
			b.lose("a dollar sign in quotes within quotes begins what stands behind them", false)
		}
		switch p := p.(type) {
		case *syntax.Lit:
			b.exists = true
			b.text(unescapeQuoted(p.Value, doc))
		default:
			b.expand(p, true)
		}
	}
}

// mixesLists reports whether a part of $* stands beside "$@" or its like: what
// is joined then differs between shells.
func mixesLists(parts []syntax.WordPart) bool {
	star, at := false, false
	for _, p := range parts {
		syntax.Walk(p, func(n syntax.Node) bool {
			if p, ok := n.(*syntax.ParamExp); ok {
				star = star || (p.Slice != nil || p.Exp != nil || p.Repl != nil) && isAll(p, "*")
				at = at || isAll(p, "@")
			}
			return true
		})
	}
	return star && at
}

// isAll reports whether an expansion is $@ or ${a[@]}, or the like with *.
func isAll(p *syntax.ParamExp, sign string) bool {
	index, _ := p.Index.(*syntax.Word)
	return p.Param != nil && p.Param.Value == sign || index != nil && index.Lit() == sign
}

// unescapeQuoted takes away the backslashes that double quotes take away.
func unescapeQuoted(s string, doc bool) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			switch c := s[i+1]; {
			case c == '\n':
				i++
				continue
			case c == '$' || c == '`' || c == '\\' || c == '"' && !doc:
				i++
			}
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// literal adds unquoted text: tildes, escapes and wildcards count.
func (b *builder) literal(s string, first, last bool) {
	if first && b.mode != tildeless {
		s = b.tilde(s, last)
		if b.mode == argument && !b.splits && !b.x.w.u.posix {
			s = b.assignment(s, last)
		}
	}
	for s != "" {
		i := strings.IndexByte(s, '\\')
		if b.mode == assigned || b.assigns {
			if j := strings.Index(s, ":~"); j >= 0 && (i < 0 || j < i) {
				b.wild(s[:j+1])
				s = b.tilde(s[j+1:], last)
				continue
			}
		}
		if i < 0 {
			b.unquoted(s)
			return
		}
		b.unquoted(s[:i])
		if i+1 == len(s) {
			b.lose("a backslash ends the text", true)
			return
		}
		n := 1
		if s[i+1] >= utf8.RuneSelf {
			_, n = utf8.DecodeRuneInString(s[i+1:])
		}
		if s[i+1] != '\n' {
			b.text(s[i+1 : i+1+n])
			b.exists = true
		}
		s = s[i+1+n:]
	}
}

// unquoted adds text that stands without quotes.
func (b *builder) unquoted(s string) {
	if b.splits {
		b.splitText(s)
		return
	}
	b.wild(s)
}

// assignment expands the tilde in an argument that looks like an assignment,
// as Bash does (dd of=~/x), and says that there may be more.
func (b *builder) assignment(s string, last bool) string {
	i := strings.IndexByte(s, '=')
	if i <= 0 {
		return s
	}
	name := strings.TrimSuffix(s[:i], "+")
	if j := strings.IndexByte(name, '['); j > 0 && strings.HasSuffix(name, "]") {
		name = name[:j]
	}
	if !isName(name) {
		return s
	}
	b.assigns = true
	if len(s) > i+1 && s[i+1] == '~' {
		b.unquoted(s[:i+1])
		return b.tilde(s[i+1:], last)
	}
	return s
}

// tilde expands a tilde at the beginning of s and returns what follows it.
func (b *builder) tilde(s string, last bool) string {
	if s == "" || s[0] != '~' {
		return s
	}
	end := strings.IndexAny(s, "/:")
	if end < 0 || s[end] == ':' && b.x.w.u.posix && b.mode != assigned && !b.assigns {
		end = strings.IndexByte(s, '/')
	}
	if end < 0 {
		if !last {
			return s
		}
		end = len(s)
	}
	name := s[1:end]
	if strings.IndexByte(name, '=') >= 0 && !b.x.w.u.posix {
		b.lose("a tilde in front of = is read differently by shells", false)
		b.exists = true
		return s[end:]
	}
	if !loginName(name) {
		return s
	}
	v := b.x.home(name)
	if v.kind == unknown {
		b.lose(v.reason, false)
	} else {
		b.text(v.text)
	}
	b.exists = true
	return s[end:]
}

// loginName reports whether what follows a tilde may name a user or a folder of
// the stack.
func loginName(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i] | 0x20; !(c >= 'a' && c <= 'z' || s[i] >= '0' && s[i] <= '9' || strings.IndexByte("_-+.@$", s[i]) >= 0) {
			return false
		}
	}
	return true
}

// home is what ~name stands for.
func (x *expansion) home(name string) value {
	switch name {
	case "":
		if v, ok := x.st.lookup("HOME"); ok {
			if v.unset {
				return unknownValue("the home folder is not known, as HOME is not set")
			}
			if x.w.u.posix && v.is("") {
				return unknownValue("shells differ in what ~ is where HOME is empty")
			}
			return v.value
		}
		if h := x.w.a.o.Home; h != "" {
			return text(h)
		}
		return unknownValue("the home folder is not known")
	case "+", "-":
		if x.w.u.posix {
			return unknownValue("shells differ in what ~" + name + " is")
		}
		variable := "PWD"
		if name == "-" {
			variable = "OLDPWD"
		}
		if v, ok := x.st.lookup(variable); ok && v.unset {
			return text("~" + name)
		} else if ok {
			return v.value
		}
		v, _ := x.builtinVariable(variable)
		return v
	case "root":
		return text("/root")
	}
	if name[0] >= '0' && name[0] <= '9' || name[0] == '+' || name[0] == '-' {
		return unknownValue("a folder of the stack is not known")
	}
	if home := x.w.a.o.Home; name == path.Base(home) {
		return text(home)
	}
	return unknownValue("the home folder of " + name + " is not known") // nor whether there is such a user
}

// value is the place as the value of PWD.
func (p place) value() value {
	switch {
	case p.path == "":
		return unknownValue("the working folder is not known")
	case p.glob:
		return patternValue(p.path)
	}
	return text(p.path)
}

// expand adds an expansion.
func (b *builder) expand(p syntax.WordPart, quoted bool) {
	switch p := p.(type) {
	case *syntax.ParamExp:
		b.param(p, quoted)
	case *syntax.CmdSubst:
		v := b.x.substitute(p)
		if v.several && v.kind == pattern && (quoted || !b.mode.list()) && !v.tree && !strings.HasSuffix(v.text, "*") {
			v.text += "*" // names of several files make one word
		}
		b.value(v, quoted)
	case *syntax.ArithmExp:
		b.value(b.x.expression(p.X).value(), quoted)
	case *syntax.ProcSubst:
		if len(p.Stmts) == 0 {
			b.lose("an empty process substitution is a name in some shells, nothing in others", true)
			return
		}
		b.text(b.x.w.process(p, b.x.st))
	case *syntax.ExtGlob:
		if b.x.st.opts&optExtglob == 0 && !b.extended {
			b.x.w.a.unknown(b.span, "an extended pattern is an error in shells that aren't told to read it", false)
		}
		b.lose("an extended pattern", false)
	case *syntax.DblQuoted:
		b.quoted(p.Parts, false)
	case *syntax.SglQuoted:
		b.parts([]syntax.WordPart{p})
	case *syntax.Lit:
		b.text(p.Value)
	default:
		b.lose("it is a kind of expansion that is not known", !quoted)
	}
}

// ansiC decodes the text of $'…'. A NUL ends it, as in Bash.
func ansiC(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var out []byte
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out = append(out, s[i])
			continue
		}
		i++
		if j := strings.IndexByte(`abeEfnrtv\'"?`, s[i]); j >= 0 {
			out = append(out, "\a\b\x1b\x1b\f\n\r\t\v\\'\"?"[j])
			continue
		}
		var r rune
		n := 0
		switch c := s[i]; {
		case c >= '0' && c <= '7':
			r, n = digits(s[i:], 3, 8)
			r &= 0xff
		case c == 'x' && strings.HasPrefix(s[i+1:], "{"): // any number of digits, even none
			r, n = digits(s[i+2:], len(s), 16)
			if r, n = r&0xff, n+2; strings.HasPrefix(s[i+n:], "}") {
				n++
			}
		case c == 'x':
			if r, n = digits(s[i+1:], 2, 16); n > 0 {
				n++
			}
		case c == 'u' || c == 'U':
			if r, n = digits(s[i+1:], map[byte]int{'u': 4, 'U': 8}[c], 16); n > 0 {
				if r == 0 {
					return string(out)
				}
				out = utf8.AppendRune(out, r)
				i += n
				continue
			}
		case c == 'c' && i+1 < len(s):
			r, n = rune(s[i+1]&0x1f), 2
			switch {
			case s[i+1] == '?':
				r = 0x7f
			case strings.HasPrefix(s[i+1:], `\\`):
				n = 3
			}
		}
		if n == 0 {
			out = append(out, '\\', s[i])
			continue
		}
		if r == 0 {
			return string(out)
		}
		out = append(out, byte(r))
		i += n - 1
	}
	return string(out)
}

// digits reads up to most digits of a base.
func digits(s string, most, base int) (r rune, n int) {
	for n < most && n < len(s) {
		d, err := strconv.ParseUint(s[n:n+1], base, 8)
		if err != nil {
			break
		}
		r = r*rune(base) + rune(d)
		n++
	}
	return r, n
}

// isName reports whether a text can name a variable.
func isName(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		if !(c >= 'a' && c <= 'z' || s[i] == '_' || i > 0 && s[i] >= '0' && s[i] <= '9') {
			return false
		}
	}
	return s != ""
}

func hasBrace(w *syntax.Word) bool {
	for _, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			if strings.IndexByte(p.Value, '{') >= 0 {
				return true
			}
		case *syntax.BraceExp:
			return true
		case *syntax.DblQuoted:
			if slices.ContainsFunc(p.Parts, quotesBrace) {
				return true
			}
		}
	}
	return false
}

// quotesBrace reports whether quotes within an expansion hold a brace: inside of
// quotes, Bash takes them for the end of those and the brace for its own.
func quotesBrace(p syntax.WordPart) (found bool) {
	e, ok := p.(*syntax.ParamExp)
	if !ok || e.Exp == nil && e.Repl == nil {
		return false
	}
	syntax.Walk(e, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst:
			return false
		case *syntax.DblQuoted:
			for _, q := range n.Parts {
				l, ok := q.(*syntax.Lit)
				found = found || ok && strings.Contains(strings.ReplaceAll(l.Value, "{}", ""), "{")
			}
		}
		return !found
	})
	return found
}

// nestedBrace reports whether an expansion in the word holds a plain brace, or
// quotes within quotes: to Bash a brace in it, or a comma, may belong to the
// braces around.
func nestedBrace(w *syntax.Word) bool {
	found := false
	for _, p := range w.Parts {
		quoted, isQuoted := p.(*syntax.DblQuoted)
		_, isParam := p.(*syntax.ParamExp)
		if !isQuoted && !isParam {
			continue
		}
		syntax.Walk(p, func(n syntax.Node) bool {
			switch n := n.(type) {
			case *syntax.CmdSubst:
				return false
			case *syntax.Lit:
				found = found || isParam && strings.ContainsAny(n.Value, "{}")
			case *syntax.DblQuoted:
				found = found || isQuoted && n != quoted
			}
			return !found
		})
	}
	return found
}

// namesRunOn reports whether braces have put text behind a plain $name that the
// shell reads as a part of the name, or behind a dollar sign.
func namesRunOn(parts []syntax.WordPart) bool {
	for i, p := range parts[:max(len(parts)-1, 0)] {
		if l, ok := p.(*syntax.Lit); ok && strings.HasSuffix(l.Value, "$") && loneDollar(l) {
			return true
		}
		v, ok := p.(*syntax.ParamExp)
		if !ok || !v.Short {
			continue
		}
		var next string
		switch n := parts[i+1].(type) {
		case *syntax.Lit:
			next = n.Value
		case *syntax.SglQuoted: // made of a sequence
			next = n.Value
		}
		if next != "" && (isName(next[:1]) || isNumber(next[:1]) || next[0] == '[') {
			return true
		}
	}
	return false
}

// emptyBrace reports whether a comma and a closing brace follow braces in which
// nothing is to choose, "{}" or "{x}": Bash may take the first brace for theirs.
func emptyBrace(w *syntax.Word) bool {
	open, empty, comma := false, false, false
	for _, p := range w.Parts {
		l, ok := p.(*syntax.Lit)
		if !ok {
			continue
		}
		for i, c := range []byte(l.Value) {
			switch {
			case empty && c == ',':
				comma = true
			case comma && c == '}':
				return true
			case c == '{':
				open = true
			case c == ',' || c == '.' && strings.HasPrefix(l.Value[i:], ".."):
				open = false
			case c == '}' && open:
				empty = true
			}
		}
	}
	return false
}

// braces makes the words that brace expansion makes of one; a single nil means
// that there is nothing to expand. ok is false past the bound.
func braces(w *syntax.Word) (alternatives [][]syntax.WordPart, ok bool) {
	c := syntax.Word{Parts: append([]syntax.WordPart(nil), w.Parts...)}
	if !syntax.SplitBraces(&c) || !slices.ContainsFunc(c.Parts, func(p syntax.WordPart) bool { _, is := p.(*syntax.BraceExp); return is }) {
		return [][]syntax.WordPart{nil}, true
	}
	return braceParts(c.Parts)
}

// withinSequence reports whether braces stand within those of what may be a
// sequence: Bash leaves some of them as they are.
func withinSequence(parts []syntax.WordPart) bool {
	open, inner := false, false
	for _, p := range parts {
		switch p := p.(type) {
		case *syntax.Lit:
			if inner && strings.IndexByte(p.Value, '}') >= 0 {
				return true
			}
			open = open || strings.IndexByte(p.Value, '{') >= 0
		case *syntax.BraceExp:
			inner = inner || open
		}
	}
	return false
}

// runTogether joins texts that braces have put beside each other where one of
// them begins with a tilde: what it stands for is in all of them.
func runTogether(parts []syntax.WordPart) (out []syntax.WordPart) {
	if len(parts) < 2 {
		return parts
	}
	if l, ok := parts[0].(*syntax.Lit); !ok || !strings.HasPrefix(l.Value, "~") {
		if ok && l.Value == "" { // before the first brace
			return runTogether(parts[1:])
		}
		return parts
	}
	begin := *parts[0].(*syntax.Lit)
	for i, p := range parts[1:] {
		switch p := p.(type) {
		case *syntax.Lit:
			begin.Value += p.Value
			continue
		case *syntax.SglQuoted:
			if !p.Left.IsValid() && loginName(p.Value) { // made of a sequence
				begin.Value += p.Value
				continue
			}
		}
		return append([]syntax.WordPart{&begin}, parts[i+1:]...)
	}
	return []syntax.WordPart{&begin}
}

func braceParts(parts []syntax.WordPart) ([][]syntax.WordPart, bool) {
	if withinSequence(parts) {
		return nil, false
	}
	out := [][]syntax.WordPart{nil}
	for _, p := range parts {
		br, isBrace := p.(*syntax.BraceExp)
		if !isBrace {
			for i := range out {
				out[i] = append(out[i][:len(out[i]):len(out[i])], p)
			}
			continue
		}
		var each [][]syntax.WordPart
		if br.Sequence {
			each = sequence(br)
		} else {
			for _, e := range br.Elems {
				alts, ok := braceParts(e.Parts)
				if !ok {
					return nil, false
				}
				each = append(each, alts...)
			}
		}
		if each == nil || len(out)*len(each) > maxBraces {
			return nil, false
		}
		next := make([][]syntax.WordPart, 0, len(out)*len(each))
		for _, head := range out {
			for _, tail := range each {
				next = append(next, append(head[:len(head):len(head)], tail...))
			}
		}
		out = next
	}
	return out, true
}

// sequence expands {a..z} and {1..9..2}; nil where it isn't a plain one or
// makes too many words.
func sequence(br *syntax.BraceExp) [][]syntax.WordPart {
	var ends [3]string
	for i, e := range br.Elems {
		if i > 2 || len(e.Parts) != 1 {
			return nil
		}
		l, ok := e.Parts[0].(*syntax.Lit)
		if !ok {
			return nil
		}
		ends[i] = l.Value
	}
	from, err1 := strconv.Atoi(ends[0])
	to, err2 := strconv.Atoi(ends[1])
	chars := err1 != nil && err2 != nil && len(ends[0]) == 1 && len(ends[1]) == 1
	if chars {
		from, to = int(ends[0][0]), int(ends[1][0])
	} else if err1 != nil || err2 != nil {
		return nil
	}
	if chars && min(from, to) <= '\\' && max(from, to) >= '\\' { // it quotes what comes after it
		return nil
	}
	step := 1
	if ends[2] != "" {
		n, err := strconv.Atoi(ends[2])
		if err != nil || n < -maxValue || n > maxValue {
			return nil
		}
		step = max(n, -n, 1)
	}
	if from < -1e9 || from > 1e9 || to < -1e9 || to > 1e9 || (max(from, to)-min(from, to))/step >= maxBraces {
		return nil
	}
	width := 0
	if padded(ends[0]) || padded(ends[1]) {
		width = max(len(ends[0]), len(ends[1]))
	}
	var out [][]syntax.WordPart
	for i := 0; i <= (max(from, to)-min(from, to))/step; i++ {
		n := from + i*step
		if to < from {
			n = from - i*step
		}
		s := string(rune(n))
		if !chars {
			s = pad(n, width)
		}
		out = append(out, []syntax.WordPart{&syntax.SglQuoted{Value: s}})
	}
	return out
}

func padded(s string) bool {
	s = strings.TrimLeft(s, "+-")
	return len(s) > 1 && s[0] == '0'
}

func pad(n, width int) string {
	s := strconv.Itoa(max(n, -n))
	if n < 0 {
		return "-" + strings.Repeat("0", max(width-1-len(s), 0)) + s
	}
	return strings.Repeat("0", max(width-len(s), 0)) + s
}
