package parsed

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/runtimeguard/runtimeguard/boundary/internal/plain"
)

// What is longer is the parser's: it bounds nesting and positions in a line.
const (
	maxText     = 2048
	maxCommands = 32
)

// Simple returns the tree of a text of simple commands, joined by "|", "||",
// "&&" and ";", in whose words nothing is expanded but names of files: the tree
// that the parser makes in either dialect, in a part of its time. It returns nil
// for any other text.
func Simple(text string) *syntax.File {
	if len(text) > maxText || !looksSimple(text) {
		return nil
	}
	r := reader{text: text}
	f := new(syntax.File)
	for r.skip(); r.at < len(text); r.skip() {
		s := r.list()
		if s == nil {
			return nil
		}
		f.Stmts = append(f.Stmts, s)
		if at := r.at; r.operator(";") {
			s.Semicolon = pos(at)
		} else if at < len(text) {
			return nil
		}
	}
	if len(f.Stmts) == 0 {
		return nil
	}
	return f
}

// looksSimple reports whether a text holds nothing but literals, quotes that
// end, blanks and operators.
func looksSimple(text string) bool {
	var quote byte
	for i := range len(text) {
		c := text[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == '\'':
			if c < ' ' || c > '~' {
				return false
			}
		case quote == '"':
			if c < ' ' || c > '~' || c == '$' || c == '`' || c == '\\' {
				return false
			}
		case c == '\'' || c == '"':
			quote = c
		case !literal(c) && !isBlank(c) && !isOperator(c):
			return false
		}
	}
	return quote == 0
}

// reader reads a text that looks simple, from its beginning to its end. What it
// reads is nil where it isn't.
type reader struct {
	text     string
	at       int
	commands int
	words    []oneLit
}

// oneCommand is a command with few words in one piece.
type oneCommand struct {
	stmt syntax.Stmt
	call syntax.CallExpr
	args [4]*syntax.Word
}

// oneLit is a word that is one literal, as most are, in one piece.
type oneLit struct {
	word  syntax.Word
	parts [1]syntax.WordPart
	lit   syntax.Lit
}

func pos(at int) syntax.Pos { return syntax.NewPos(uint(at), 1, uint(at)+1) }

func (r *reader) skip() {
	for r.at < len(r.text) && isBlank(r.text[r.at]) {
		r.at++
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func isOperator(c byte) bool { return c == '|' || c == '&' || c == ';' }

// operator reads an operator that the text goes on with.
func (r *reader) operator(op string) bool {
	if !strings.HasPrefix(r.text[r.at:], op) {
		return false
	}
	r.at += len(op)
	return true
}

func (r *reader) list() *syntax.Stmt {
	x := r.pipeline()
	for x != nil {
		at, op := r.at, syntax.AndStmt
		if !r.operator("&&") {
			if op = syntax.OrStmt; !r.operator("||") {
				break
			}
		}
		x = join(x, at, op, r.pipeline())
	}
	return x
}

func (r *reader) pipeline() *syntax.Stmt {
	x := r.command()
	for x != nil && !strings.HasPrefix(r.text[r.at:], "||") {
		at := r.at
		if !r.operator("|") {
			break
		}
		x = join(x, at, syntax.Pipe, r.command())
	}
	return x
}

func join(x *syntax.Stmt, at int, op syntax.BinCmdOperator, y *syntax.Stmt) *syntax.Stmt {
	if y == nil {
		return nil
	}
	return &syntax.Stmt{Position: x.Position, Cmd: &syntax.BinaryCmd{OpPos: pos(at), Op: op, X: x, Y: y}}
}

func (r *reader) command() *syntax.Stmt {
	r.skip()
	if r.commands++; r.commands > maxCommands {
		return nil
	}
	one := new(oneCommand)
	from, c := r.at, &one.call
	c.Args = one.args[:0]
	for r.at < len(r.text) && !isOperator(r.text[r.at]) {
		w := r.word()
		if len(c.Args) == 0 && special(w) {
			return nil
		}
		c.Args = append(c.Args, w)
		r.skip()
	}
	if len(c.Args) == 0 {
		return nil
	}
	one.stmt = syntax.Stmt{Position: pos(from), Cmd: c}
	return &one.stmt
}

// special reports whether a command's first word may make something else of it
// than a simple command: a reserved word, an assignment.
func special(w *syntax.Word) bool {
	if plain.Reserved(w.Lit()) {
		return true
	}
	for _, p := range w.Parts {
		if l, ok := p.(*syntax.Lit); ok && strings.Contains(l.Value, "=") {
			return true
		}
	}
	return false
}

func (r *reader) word() *syntax.Word {
	var w *syntax.Word
	for r.at < len(r.text) {
		from := r.at
		switch c := r.text[r.at]; {
		case c == '\'' || c == '"':
			if w == nil {
				w = new(syntax.Word)
			}
			w.Parts = append(w.Parts, r.quoted(c))
		case isBlank(c) || isOperator(c):
			return w
		default:
			for r.at < len(r.text) && literal(r.text[r.at]) {
				r.at++
			}
			one := r.one()
			one.lit = syntax.Lit{ValuePos: pos(from), ValueEnd: pos(r.at), Value: r.text[from:r.at]}
			if w == nil {
				w = &one.word
				w.Parts = one.parts[:0]
			}
			w.Parts = append(w.Parts, &one.lit)
		}
	}
	return w
}

// one is room for a literal.
func (r *reader) one() *oneLit {
	if len(r.words) == 0 {
		r.words = make([]oneLit, min(8, 1+strings.Count(r.text[r.at:], " ")))
	}
	one := &r.words[0]
	r.words = r.words[1:]
	return one
}

// literal reports whether a byte stands for itself in a word, or makes it a
// pattern for names of files.
func literal(c byte) bool { return plain.Means(c) || c == '*' || c == '?' || c == '~' }

func (r *reader) quoted(quote byte) syntax.WordPart {
	from := r.at
	end := from + 1 + strings.IndexByte(r.text[from+1:], quote)
	r.at = end + 1
	text := r.text[from+1 : end]
	if quote == '\'' {
		return &syntax.SglQuoted{Left: pos(from), Right: pos(end), Value: text}
	}
	q := &syntax.DblQuoted{Left: pos(from), Right: pos(end)}
	if text != "" {
		q.Parts = []syntax.WordPart{&syntax.Lit{ValuePos: pos(from + 1), ValueEnd: pos(end), Value: text}}
	}
	return q
}
