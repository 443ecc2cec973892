package shell

import (
	"cmp"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/runtimeguard/runtimeguard/guard"
)

// redirect applies one redirection and returns the state after it.
func (w *walker) redirect(r *syntax.Redirect, st *state) *state {
	x := expansion{w, st}
	fd := ""
	if r.N != nil {
		if n := r.N.Value; n[0] != '{' && len(n) > 9 || w.u.posix && len(n) > 1 {
			w.a.unknown(w.u.at(r), "several digits in front of a redirection are a word to some shells", false)
		}
		fd = cmp.Or(strings.TrimLeft(r.N.Value, "0"), "0")
		if name, ok := strings.CutPrefix(fd, "{"); ok {
			fd = "10"
			x.st = w.fdVariable(strings.TrimSuffix(name, "}"), x.st, w.u.at(r))
		}
	}
	switch r.Op {
	case syntax.Hdoc, syntax.DashHdoc:
		body := x.hereDoc(r)
		if r.Op == syntax.DashHdoc {
			body.text = untab(body.text)
		}
		if fd == "" || fd == "0" {
			w.stdin = textStream(body.value())
		}
	case syntax.WordHdoc:
		v := x.joined(r.Word).value()
		if v.kind == known {
			v.text += "\n"
		}
		if fd == "" || fd == "0" {
			w.stdin = textStream(v)
		}
	case syntax.RdrIn, syntax.RdrInOut, syntax.DplIn:
		x.input(r, fd)
	case syntax.RdrOut, syntax.AppOut, syntax.RdrClob, syntax.DplOut, syntax.RdrAll, syntax.AppAll:
		x.output(r, fd)
	default:
		w.a.unknown(w.u.at(r), "a kind of redirection that is not known", false)
		x.fields([]*syntax.Word{r.Word})
	}
	return x.st
}

// fdVariable is {name}>: the shell puts a number into a variable.
func (w *walker) fdVariable(name string, st *state, span guard.Span) *state {
	if !isName(name) {
		w.a.unknown(span, "a name of a variable may hold code", false)
		return st
	}
	return w.assignVar(st, name, number(), span, false)
}

// hereDoc is the text of a here-document: as it stands where the delimiter is
// quoted, else expanded.
func (x *expansion) hereDoc(r *syntax.Redirect) word {
	if r.Hdoc == nil {
		return word{}
	}
	if quotedDelimiter(r.Word) {
		var b strings.Builder
		for _, p := range r.Hdoc.Parts {
			if l, ok := p.(*syntax.Lit); ok {
				b.WriteString(l.Value)
			}
		}
		return lit(b.String(), x.w.u.at(r.Hdoc))
	}
	return x.document(r.Hdoc)
}

// untab takes the tabs at the beginning of lines away.
func untab(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimLeft(lines[i], "\t")
	}
	return strings.Join(lines, "\n")
}

func quotedDelimiter(w *syntax.Word) bool {
	for _, p := range w.Parts {
		if l, ok := p.(*syntax.Lit); !ok || strings.Contains(l.Value, `\`) {
			return true
		}
	}
	return false
}

// target expands the word of a redirection, which must make one word.
func (x *expansion) target(r *syntax.Redirect) word {
	ws := x.fields([]*syntax.Word{r.Word})
	if x.w.u.posix && x.splitsHere(r.Word, ws) {
		return word{kind: unknown, reason: "shells differ in how they split where a redirection goes", span: x.w.u.at(r)}
	}
	if len(ws) == 1 {
		return ws[0]
	}
	if len(ws) > 1 {
		for _, w := range ws[1:] {
			x.w.a.unknown(w.span, "a redirection goes to several words", false)
		}
		return ws[0]
	}
	return lit("", x.w.u.at(r))
}

// splitsHere reports whether a word reads otherwise where it isn't split: POSIX
// leaves the target of a redirection as it is.
func (x *expansion) splitsHere(w *syntax.Word, ws []word) bool {
	if _, ok := literal(w); ok {
		return false
	}
	keep := x.st
	whole := x.one(w)
	x.st = keep
	return len(ws) != 1 || whole.kind == known && ws[0].kind == known && whole.text != ws[0].text
}

// duplicates reports whether the word of >& or <& names a descriptor.
func duplicates(t word) bool {
	if t.kind == pattern {
		return t.text == "*" // the number of a {name}> descriptor
	}
	s := strings.TrimSuffix(t.text, "-")
	return t.kind == known && t.text != "" && strings.Trim(s, "0123456789") == ""
}

func (x *expansion) input(r *syntax.Redirect, fd string) {
	w := x.w
	t := x.target(r)
	stdin := fd == "" || fd == "0"
	if fd == "1" { // nothing, or what is read there
		w.out.add(opaqueStream("a descriptor for reading stands for standard output"))
		w.out = nil
	}
	if r.Op == syntax.DplIn && duplicates(t) {
		w.duplicate(t)
		if stdin && !t.is("0") {
			w.stdin = opaqueStream("what a descriptor brings is not known")
		}
		return
	}
	w.a.redirection(x.st, guard.KindRead, t)
	if r.Op == syntax.RdrInOut {
		w.writes(func() { w.a.redirection(x.st, guard.KindWrite, t) })
	}
	if stdin {
		w.stdin = stream{set: true, text: unknownValue("the content of a file is not known"), file: &t, dir: x.st.dir}
		if s, ok := w.a.substitutions[t.text]; ok && t.kind == known {
			w.stdin = s
		}
	}
}

func (x *expansion) output(r *syntax.Redirect, fd string) {
	w := x.w
	t := x.target(r)
	all := r.Op == syntax.RdrAll || r.Op == syntax.AppAll
	stdout := fd == "" || fd == "1" || all
	if r.Op == syntax.DplOut && duplicates(t) {
		if stdout && t.is("1") {
			return
		}
		w.duplicate(t)
	} else {
		if r.Op == syntax.DplOut && t.kind != unknown && strings.ContainsAny(t.text, "$`\\'\"~") {
			w.a.unknown(t.span, "Bash expands the word of >& again, and it may hold code", false)
		}
		w.writes(func() { w.a.redirection(x.st, guard.KindWrite, t) })
	}
	if stdout {
		w.out = nil
	}
}

// duplicate notes another descriptor that may go where standard output does:
// what is written to it is among the output.
func (w *walker) duplicate(t word) {
	if n, err := strconv.Atoi(strings.TrimSuffix(t.text, "-")); n == 1 || err != nil && !t.is("-") {
		w.out.add(opaqueStream("what is written to another descriptor of the output is not known"))
	}
}

// writes reports a redirection of output to a file, which may be a name of
// standard output.
func (w *walker) writes(report func()) {
	before := w.a.descriptors
	if report(); w.a.descriptors != before {
		w.out.add(opaqueStream("what is written to a descriptor by its name is not known"))
	}
}

// redirection reports a redirection to or from a file or, as Bash has it, a
// host.
func (a *analysis) redirection(st *state, kind guard.Kind, t word) {
	if rest, ok := t.device("/dev/tcp/"); ok {
		a.connect(rest)
		return
	}
	if rest, ok := t.device("/dev/udp/"); ok {
		a.connect(rest)
		return
	}
	if t.kind == known && t.text == "" {
		return // an error of the shell
	}
	if kind == guard.KindWrite {
		a.noteWritten(st.dir, t)
	}
	a.file(st, kind, st.dir, t, false)
}

// device is the host/port of a word in /dev/tcp or /dev/udp.
func (t word) device(prefix string) (word, bool) {
	if !t.starts(prefix) {
		return t, false
	}
	host := t.after(len(prefix))
	if i := strings.IndexByte(host.text, '/'); i >= 0 {
		host.text, host.kind = host.text[:i], known
	}
	return host, true
}
