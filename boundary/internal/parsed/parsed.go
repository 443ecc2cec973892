// Package parsed is what the analysis and the choice of a command's engine, which
// comes right after it, share of the parsed command.
package parsed

import (
	"strings"
	"sync"
	"sync/atomic"

	"mvdan.cc/sh/v3/syntax"
)

var parsers = [2]sync.Pool{
	{New: func() any { return syntax.NewParser(syntax.Variant(syntax.LangBash), syntax.KeepComments(true)) }},
	{New: func() any { return syntax.NewParser(syntax.Variant(syntax.LangPOSIX), syntax.KeepComments(true)) }},
}

// Parse parses shell text.
func Parse(text string, posix bool) (*syntax.File, error) {
	pool := &parsers[0]
	if posix {
		pool = &parsers[1]
	}
	p := pool.Get().(*syntax.Parser)
	file, err := p.Parse(strings.NewReader(text), "")
	if err == nil { // after an error a parser isn't used again
		pool.Put(p)
	}
	return file, err
}

type left struct {
	text string
	file *syntax.File
}

// last is the tree that was left last. Another call may take its place: the
// text is then parsed once more.
var last atomic.Pointer[left]

// Leave leaves the tree of a text in Bash's language. Nobody may change it
// afterwards.
func Leave(text string, file *syntax.File) { last.Store(&left{text, file}) }

// Take returns the tree of a text, if it is the one left last, and keeps
// nothing.
func Take(text string) (file *syntax.File, ok bool) {
	l := last.Swap(nil)
	if l == nil || l.text != text {
		return nil, false
	}
	return l.file, true
}

// Parts are the parts of the words within ${…}: what is taken instead, patterns,
// replacements.
func Parts(p *syntax.ParamExp) (parts []syntax.WordPart) {
	if p.Exp != nil && p.Exp.Word != nil {
		parts = append(parts, p.Exp.Word.Parts...)
	}
	if p.Repl != nil {
		for _, w := range []*syntax.Word{p.Repl.Orig, p.Repl.With} {
			if w != nil {
				parts = append(parts, w.Parts...)
			}
		}
	}
	return parts
}

// OldArithmetic reports whether a part of a word within ${…} is $[…], which Bash
// doesn't know there: a "}" in it ends the expansion.
func OldArithmetic(part syntax.WordPart) bool {
	a, ok := part.(*syntax.ArithmExp)
	return ok && a.Bracket
}

// HidesProcess reports whether a part of a word within ${…}, or of an extended
// pattern, holds what Bash runs as a process substitution and the parser takes for
// text.
func HidesProcess(part syntax.WordPart) bool {
	l, ok := part.(*syntax.Lit)
	return ok && (strings.Contains(l.Value, "<(") || strings.Contains(l.Value, ">("))
}
