package shell

import (
	"path"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

func init() { register(readSed, "sed gsed") }

var sedSpec = compile(cmd("read...", "data: e,expression", "read: f,file", "?data: i,in-place", "data: l,line-length",
	"flag: n,quiet,silent E,r,regexp-extended s,separate u,unbuffered z,null-data b,binary posix sandbox debug follow-symlinks version help a"))

func readSed(inv *invocation) {
	args := inv.args
	for i, w := range args {
		// BSD's -i takes the next word, which is nearly always empty.
		if w.is("-i") && i+1 < len(args) && args[i+1].is("") {
			inv.args = append(args[:i+1:i+1], args[i+2:]...)
			break
		}
	}
	a := inv.arguments(sedSpec)
	inv.args = args
	a.options("expression", "file")
	scripts := a.values("expression")
	files := a.operands
	for _, f := range a.values("file") {
		inv.read(f)
		inv.sedFile(f)
	}
	if len(scripts) == 0 && !inv.flag("file", "version", "help") && len(files) > 0 {
		scripts, files = files[:1], files[1:]
	}
	if !inv.flag("sandbox") {
		inv.sedScript(scripts)
	}
	for _, f := range files {
		inv.read(f)
		if inv.flag("in-place") {
			inv.write(f)
			if suffix, ok := a.value("in-place"); ok && !suffix.is("") {
				inv.suffixed(f, suffix)
			}
		}
	}
}

// suffixed writes the copy that -i of sed or perl keeps: the file's name with the
// suffix behind it, or put into the suffix where that has a star.
func (inv *invocation) suffixed(f, suffix word) {
	if suffix.kind == pattern { // it may hold a star
		suffix.kind = unknown
	}
	if suffix.kind != known || f.kind == unknown || !strings.Contains(suffix.text, "*") {
		inv.copyOf(f, suffix)
		return
	}
	text := suffix.text
	if f.kind == pattern {
		text = strings.ReplaceAll(quoteGlob(text), `\*`, "*")
	}
	dir, base := path.Split(f.text)
	f.text = strings.ReplaceAll(text, "*", base)
	if !strings.Contains(suffix.text, "/") {
		f.text = dir + f.text
	}
	inv.write(f)
}

// sedFile reads a script that stands in a file.
func (inv *invocation) sedFile(f word) {
	if content, ok := inv.content(f); ok {
		inv.sedScript([]word{lit(content, f.span)})
		return
	}
	inv.codeFile(f, nil)
}

// sedScript finds what a script would run, read and write.
func (inv *invocation) sedScript(parts []word) {
	var texts []string
	span := inv.span
	for _, p := range parts {
		span = p.span
		if p.kind == unknown {
			inv.unknown(p.span, "a script of sed is not known: "+p.reason)
			return
		}
		t := p.text
		if p.kind == pattern {
			t = unquoteGlob(t)
		}
		texts = append(texts, t)
	}
	s := sedReader{inv: inv, text: strings.Join(texts, "\n"), span: span}
	if !inv.a.reads(s.text) {
		return
	}
	for s.ok = true; s.ok && s.i < len(s.text); {
		s.command()
	}
	if !s.ok {
		inv.unknown(span, "a script of sed can't be understood")
	}
}

// sedReader reads one script command by command.
type sedReader struct {
	inv  *invocation
	text string
	i    int
	ok   bool
	span guard.Span
}

func (s *sedReader) peek() byte {
	if s.i < len(s.text) {
		return s.text[s.i]
	}
	return 0
}

func (s *sedReader) skip(chars string) {
	for s.i < len(s.text) && strings.IndexByte(chars, s.text[s.i]) >= 0 {
		s.i++
	}
}

// line is the rest of the line; a backslash before its end goes on.
func (s *sedReader) line() string {
	from := s.i
	for s.i < len(s.text) && s.text[s.i] != '\n' {
		if s.text[s.i] == '\\' {
			s.i++
		}
		s.i++
	}
	s.i = min(s.i, len(s.text))
	return strings.TrimSpace(s.text[from:s.i])
}

func (s *sedReader) label() {
	for s.i < len(s.text) && s.text[s.i] != '\n' && s.text[s.i] != ';' && s.text[s.i] != '}' {
		s.i++
	}
}

func (s *sedReader) file() word { return lit(s.line(), s.span) }

func (s *sedReader) command() {
	s.skip(" \t\n;")
	if s.i >= len(s.text) {
		return
	}
	s.addresses()
	c := s.peek()
	s.i++
	switch c {
	case '{', '}', '=', 'd', 'D', 'g', 'G', 'h', 'H', 'n', 'N', 'p', 'P', 'x', 'z', 'F':
	case '#', 'a', 'i', 'c':
		s.line()
	case 'v': // a version, up to a blank; another command may follow at once
		s.skip(" \t")
		for s.i < len(s.text) && strings.IndexByte(" \t\n;}", s.text[s.i]) < 0 {
			s.i++
		}
	case 'b', 't', 'T', ':', 'q', 'Q', 'l', 'L':
		s.label()
	case 'r', 'R':
		s.inv.readPlain(s.file())
	case 'w', 'W':
		s.inv.writePlain(s.file())
	case 'e':
		if text := s.line(); text != "" {
			s.inv.inside(lit(text, s.span))
		} else {
			s.inv.opaque(s.span, "sed runs the lines that it reads")
		}
	case 's':
		s.delimited(2)
		s.flags()
	case 'y':
		s.delimited(2)
	default:
		s.ok = s.i > len(s.text)
	}
}

// addresses skips what selects lines.
func (s *sedReader) addresses() {
	for s.i < len(s.text) {
		s.skip(" \t,!~+")
		switch c := s.peek(); {
		case c >= '0' && c <= '9' || c == '$':
			s.i++
		case c == '/':
			s.delimited(1)
			s.skip("IM")
		case c == '\\' && s.i+1 < len(s.text):
			s.i++
			s.delimited(1)
			s.skip("IM")
		default:
			return
		}
	}
}

// delimited skips parts between the delimiter that stands here.
func (s *sedReader) delimited(parts int) {
	d := s.peek()
	s.i++
	if d == 0 || d == '\n' || d == '\\' {
		s.ok = false
		return
	}
	for ; parts > 0; parts-- {
		for s.i < len(s.text) && s.text[s.i] != d {
			if s.text[s.i] == '\\' {
				s.i++
			}
			s.i++
		}
		if s.i >= len(s.text) {
			s.ok = false
			return
		}
		s.i++
	}
}

// flags reads those of s: e runs the result, w writes it to a file.
func (s *sedReader) flags() {
	for s.i < len(s.text) {
		c := s.text[s.i]
		s.i++
		switch {
		case c == 'e':
			s.inv.opaque(s.span, "sed runs what it makes of its input (s///e)")
		case c == 'w':
			s.inv.writePlain(s.file())
			return
		case c == '}' || c == '#':
			s.i--
			return
		case c == ';' || c == '\n':
			return
		case strings.IndexByte("gpiIMm0123456789 \t", c) < 0:
			s.ok = false
			return
		}
	}
}

// readPlain and writePlain are for names in a program's own language, where
// the standard streams have names.
func (inv *invocation) readPlain(w word) {
	if !w.is("/dev/stdin") {
		inv.read(w)
	}
}

func (inv *invocation) writePlain(w word) {
	if !w.is("/dev/stdout") && !w.is("/dev/stderr") {
		inv.write(w)
	}
}
