package parsed

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/runtimeguard/runtimeguard/boundary/internal/plain"
)

// Pipeline is the tree of a text that is a pipeline of simple commands in which
// nothing is quoted, expanded or reserved, in Bash and in a POSIX shell: the tree
// that the parser makes of it, for less. It is nil for any other text.
func Pipeline(text string) *syntax.File {
	commands := plain.Pipeline(text)
	if commands == nil {
		return nil
	}
	words := 0
	for _, c := range commands {
		words += len(c)
	}
	b := builder{
		text: text, lits: make([]syntax.Lit, words), parts: make([]syntax.WordPart, words),
		words: make([]syntax.Word, words), args: make([]*syntax.Word, words),
	}
	left := b.call(commands[0])
	for _, c := range commands[1:] {
		at := b.at + strings.IndexByte(text[b.at:], '|')
		b.at = at + 1
		left = &syntax.Stmt{Position: left.Position, Cmd: &syntax.BinaryCmd{OpPos: position(at), Op: syntax.Pipe, X: left, Y: b.call(c)}}
	}
	return &syntax.File{Stmts: []*syntax.Stmt{left}}
}

// builder has room for what is left of a text.
type builder struct {
	text  string
	at    int
	lits  []syntax.Lit
	parts []syntax.WordPart
	words []syntax.Word
	args  []*syntax.Word
}

// call makes the tree of the next command.
func (b *builder) call(words []string) *syntax.Stmt {
	n := len(words)
	lits, parts, list, args := b.lits[:n], b.parts[:n], b.words[:n], b.args[:n:n]
	b.lits, b.parts, b.words, b.args = b.lits[n:], b.parts[n:], b.words[n:], b.args[n:]
	for i, w := range words {
		for b.text[b.at] == ' ' {
			b.at++
		}
		lits[i] = syntax.Lit{ValuePos: position(b.at), ValueEnd: position(b.at + len(w)), Value: w}
		b.at += len(w)
		parts[i] = &lits[i]
		list[i].Parts = parts[i : i+1 : i+1]
		args[i] = &list[i]
	}
	return &syntax.Stmt{Position: lits[0].ValuePos, Cmd: &syntax.CallExpr{Args: args}}
}

// position is that of a byte in a text of one line.
func position(at int) syntax.Pos { return syntax.NewPos(uint(at), 1, uint(at)+1) }
