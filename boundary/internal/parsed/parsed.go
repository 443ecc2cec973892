// Package parsed hands a parsed command on from the analysis to the choice of its
// engine, which comes right after it and needs the same tree.
package parsed

import (
	"sync/atomic"

	"mvdan.cc/sh/v3/syntax"
)

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
