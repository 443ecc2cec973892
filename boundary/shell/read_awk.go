package shell

import (
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

func init() { register(readAwk, "awk gawk mawk nawk original-awk goawk") }

var awkSpec = compile(cmd("read...", "data: F,field-separator v,assign", "read: f,file", "code: e,source i,include l,load E,exec",
	"?write: o,pretty-print d,dump-variables p,profile", "?own: D,debug", "?data: L,lint", "data: W", "flag: b c C g h,help I k M n,non-decimal-data N O P,posix r S,sandbox s t V,version csv"))

func readAwk(inv *invocation) {
	a := inv.arguments(awkSpec)
	a.options("file", "source", "include")
	for _, v := range a.values("include") {
		if !inv.plainInPlace(v) {
			inv.role(guard.RoleCode, v)
		}
	}
	for _, f := range a.values("file") {
		inv.readPlain(f)
		inv.awkFile(f)
	}
	for _, v := range a.values("W") { // long options by another name
		if name, _, _ := strings.Cut(v.text, "="); !awkWishes[name] {
			inv.unknown(v.span, "an option of awk may load code")
		}
	}
	scripts := a.values("source")
	files := a.operands
	if len(scripts) == 0 && !inv.flag("file", "exec", "version", "help") && len(files) > 0 {
		scripts, files = files[:1], files[1:]
	}
	for _, s := range scripts {
		inv.awkScript(s)
	}
	for _, f := range files {
		if name, _, ok := f.cut("="); ok && isName(name) {
			continue
		}
		inv.read(f)
	}
	inv.awkInPlace(a, files)
}

// awkWishes are values of -W that touch nothing.
var awkWishes = wordSet("version v help interactive posix traditional compat lint sandbox re-interval non-decimal-data random sprintf")

// awkInPlace sees to gawk's -i inplace, which writes the operands.
func (inv *invocation) awkInPlace(a *arguments, files []word) {
	for _, v := range a.values("include") {
		if v.is("inplace") {
			for _, f := range files {
				inv.write(f)
			}
		}
	}
}

// plainInPlace reports whether a library of gawk is the one that comes with it and
// makes it write its operands, and not one that was just made.
func (inv *invocation) plainInPlace(v word) bool {
	own := strings.TrimSuffix(inv.dir.path, "/") + "/inplace"
	return v.is("inplace") && inv.dir.path != "" && !inv.a.does(guard.KindWrite, own) && !inv.a.does(guard.KindWrite, own+".awk")
}

func (inv *invocation) awkFile(f word) {
	if content, ok := inv.content(f); ok {
		inv.awkScript(lit(content, f.span))
		return
	}
	inv.codeFile(f, nil)
}

func (inv *invocation) awkScript(w word) {
	if w.kind == unknown {
		inv.unknown(w.span, "a program of awk is not known: "+w.reason)
		return
	}
	text := w.text
	if w.kind == pattern {
		text = unquoteGlob(text)
	}
	if !inv.a.reads(text) {
		return
	}
	r := awkReader{inv: inv, tokens: awkTokens(text), span: w.span}
	for r.i = 0; r.i < len(r.tokens); r.i++ {
		r.token()
	}
}

// awkToken is a piece of an awk program: a word, a string (its value), a
// regular expression, or an operator.
type awkToken struct {
	kind byte // 'w', 's', 'r', 'o'
	text string
	gap  bool // a blank stands before it
}

// awkTokens takes a program apart.
func awkTokens(src string) []awkToken {
	var out []awkToken
	gap := false
	for i := 0; i < len(src); {
		c := src[i]
		switch {
		case c == ' ' || c == '\t' || c == '\r':
			gap = true
			i++
			continue
		case c == '\\' && i+1 < len(src) && src[i+1] == '\n':
			i += 2
			continue
		case c == '#':
			for i < len(src) && src[i] != '\n' {
				i++
			}
			continue
		}
		t := awkToken{kind: 'o', gap: gap}
		gap = false
		switch {
		case c == '"':
			t.kind = 's'
			t.text, i = awkString(src, i+1)
		case c == '/' && regexAllowed(out):
			t.kind = 'r'
			i = awkRegex(src, i+1)
		case wordByte(c):
			j := i
			for j < len(src) && wordByte(src[j]) {
				j++
			}
			t.kind, t.text, i = 'w', src[i:j], j
		default:
			n := 1
			for _, op := range []string{">>", "||", "&&", "|&", "==", "!=", "<=", ">=", "++", "--", "+=", "-=", "*=", "/=", "%=", "^="} {
				if strings.HasPrefix(src[i:], op) {
					n = len(op)
				}
			}
			t.text = src[i : i+n]
			i += n
		}
		out = append(out, t)
	}
	return out
}

func wordByte(c byte) bool {
	return c == '_' || c == '$' || c == '.' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}

func awkString(src string, i int) (string, int) {
	var b strings.Builder
	for i < len(src) && src[i] != '"' {
		if src[i] == '\\' && i+1 < len(src) {
			i++
			switch src[i] {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case '"', '\\', '/':
				b.WriteByte(src[i])
			default:
				b.WriteByte(0) // an escape that isn't worked out
			}
			i++
			continue
		}
		b.WriteByte(src[i])
		i++
	}
	return b.String(), i + 1
}

func awkRegex(src string, i int) int {
	bracket := false
	for i < len(src) && (src[i] != '/' || bracket) && src[i] != '\n' {
		switch src[i] {
		case '\\':
			i++
		case '[':
			bracket = true
		case ']':
			bracket = false
		}
		i++
	}
	return i + 1
}

// regexAllowed reports whether a slash begins a regular expression: it divides
// after a value.
func regexAllowed(before []awkToken) bool {
	if len(before) == 0 {
		return true
	}
	t := before[len(before)-1]
	switch t.kind {
	case 'w':
		switch t.text {
		case "print", "printf", "return", "in", "case", "getline", "if", "while", "BEGIN", "END":
			return true
		}
		return false
	case 's', 'r':
		return false
	}
	return t.text != ")" && t.text != "]" && t.text != "++" && t.text != "--"
}

// awkReader looks for what a program runs, reads and writes.
type awkReader struct {
	inv    *invocation
	tokens []awkToken
	i      int
	depth  int  // parentheses
	print  bool // in a print statement
	at     int  // depth of that statement
	span   guard.Span
}

func (r *awkReader) token() {
	t := r.tokens[r.i]
	switch {
	case t.kind == 'w':
		r.word(t)
	case t.kind != 'o':
	case t.text == "(":
		r.depth++
	case t.text == ")":
		r.depth--
		r.print = r.print && r.depth >= r.at
	case t.text == ";" || t.text == "\n" || t.text == "}" || t.text == "{":
		r.print = false
	case t.text == ">" || t.text == ">>":
		if r.print && r.depth == r.at {
			r.name(r.inv.writePlain, "awk writes a file")
		}
	case t.text == "|" || t.text == "|&":
		r.pipe()
	case t.text == "@":
		r.inv.opaque(r.span, "awk calls a function or loads a file by its name (@)")
	}
}

func (r *awkReader) word(t awkToken) {
	switch t.text {
	case "print", "printf":
		r.print, r.at = true, r.depth
	case "system":
		r.shell("awk runs a command that it makes itself (system)")
	case "ARGV":
		r.inputs()
	case "SYMTAB":
		r.inv.unknown(r.span, "awk changes variables by their names")
	case "getline":
		for j := r.i + 1; j < len(r.tokens) && j <= r.i+5; j++ {
			if n := r.tokens[j]; n.kind == 'o' && n.text == "<" {
				r.i = j
				r.name(r.inv.readPlain, "awk reads a file")
				return
			} else if n.kind == 'o' && n.text != "[" && n.text != "]" {
				return
			}
		}
	}
}

// awkReach is how many tokens of an expression are looked at.
const awkReach = 128

// inputs sees to ARGV, the files that awk will read: a string that is put into
// it is one of them.
func (r *awkReader) inputs() {
	what := "awk reads a file whose name it makes itself (ARGV)"
	i := r.i
	if !r.op(i+1, "[") {
		if r.keyword(i-1, "in") || r.op(i-1, "(") && r.keyword(i-2, "length") {
			return
		}
		r.inv.unknown(r.span, what)
		return
	}
	j, open := i+1, 0
	for ; j < len(r.tokens) && j < i+awkReach; j++ {
		if r.op(j, "[") {
			open++
		} else if r.op(j, "]") {
			if open--; open == 0 {
				break
			}
		}
	}
	switch {
	case r.keyword(i-1, "getline") || r.changed(i) || open > 0:
		r.inv.unknown(r.span, what)
	case !r.op(j+1, "="):
	case j+2 < len(r.tokens) && r.tokens[j+2].kind == 's' && r.ends(j+3) && !strings.Contains(r.tokens[j+2].text, "\x00"):
		r.inv.readPlain(lit(r.tokens[j+2].text, r.span))
	default:
		r.inv.unknown(r.span, what)
	}
}

// changed reports whether the token at i stands in a call that changes its
// last argument.
func (r *awkReader) changed(i int) bool {
	for open, from := 0, i; i > 0; i-- {
		switch {
		case from-i > awkReach:
			return true
		case r.op(i, ")"):
			open++
		case r.op(i, "(") && open > 0:
			open--
		case r.op(i, "("):
			return r.keyword(i-1, "sub") || r.keyword(i-1, "gsub")
		case r.op(i, ";") || r.op(i, "{") || r.op(i, "\n"):
			return false
		}
	}
	return false
}

func (r *awkReader) op(i int, text string) bool {
	return i >= 0 && i < len(r.tokens) && r.tokens[i].kind == 'o' && r.tokens[i].text == text
}

func (r *awkReader) keyword(i int, text string) bool {
	return i >= 0 && i < len(r.tokens) && r.tokens[i].kind == 'w' && r.tokens[i].text == text
}

// ends reports whether the token at j ends an expression.
func (r *awkReader) ends(j int) bool {
	if j >= len(r.tokens) {
		return true
	}
	t := r.tokens[j]
	return t.kind == 'o' && strings.Contains("; \n } ) |", t.text) && t.text != " "
}

// name takes the file name that follows.
func (r *awkReader) name(do func(word), what string) {
	j := r.i + 1
	open := 0
	for j < len(r.tokens) && r.tokens[j].kind == 'o' && r.tokens[j].text == "(" {
		open++
		j++
	}
	if j < len(r.tokens) && r.tokens[j].kind == 's' && r.ends(j+1) && !strings.Contains(r.tokens[j].text, "\x00") {
		name := r.tokens[j].text
		if strings.HasPrefix(name, "/inet") {
			r.inv.unknown(r.span, "awk opens a connection")
		} else {
			do(lit(name, r.span))
		}
	} else {
		r.inv.unknown(r.span, what+" whose name it makes itself")
	}
	r.print = false
	r.i, r.depth = min(j, len(r.tokens)), r.depth+open
}

// pipe judges cmd | getline and print | cmd.
func (r *awkReader) pipe() {
	if r.i+1 < len(r.tokens) && r.tokens[r.i+1].text == "getline" && r.tokens[r.i+1].kind == 'w' {
		if r.i > 0 && r.tokens[r.i-1].kind == 's' && !strings.Contains(r.tokens[r.i-1].text, "\x00") && (r.i < 2 || r.tokens[r.i-2].kind == 'o') {
			r.inv.inside(lit(r.tokens[r.i-1].text, r.span))
			return
		}
		r.inv.unknown(r.span, "awk runs a command that it makes itself")
		return
	}
	r.shell("awk runs a command that it makes itself")
	r.print = false
}

// shell takes the command that follows, in parentheses or not.
func (r *awkReader) shell(what string) {
	j := r.i + 1
	if j < len(r.tokens) && r.tokens[j].kind == 'o' && r.tokens[j].text == "(" {
		j++
	}
	if j < len(r.tokens) && r.tokens[j].kind == 's' && r.ends(j+1) && !strings.Contains(r.tokens[j].text, "\x00") {
		saved := r.inv.stdin
		r.inv.stdin = opaqueStream("awk writes it")
		r.inv.inside(lit(r.tokens[j].text, r.span))
		r.inv.stdin = saved
		return
	}
	r.inv.unknown(r.span, what)
}

// filters are programs that scripts of awk are often joined with, and such that
// only look.
var filters = wordSet("sort uniq head tail wc cat column date nl tac rev cut tr grep fmt fold ls echo printf pwd uname basename dirname stat file du df test sleep true clear md5sum sha256sum")

// inside judges a command that a program starts by its own language. Even where
// it is known, it is an unusual way to start anything but a filter.
func (inv *invocation) inside(w word) {
	inv.shell(w, guard.DialectPOSIX)
	for part := range strings.SplitSeq(w.text, "|") {
		if f := strings.Fields(part); len(f) == 0 || !filters[f[0]] || strings.ContainsAny(part, ";&`$<()\n") {
			inv.unknown(w.span, inv.title()+" runs a command by its own language")
			return
		}
	}
}
