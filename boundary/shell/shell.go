// Package shell finds out what a shell command would do before it runs: which
// programs it would start, which files it would read, write, delete or list,
// which hosts it would reach, and what of that can't be known.
//
// It parses the text and walks the tree as an abstract interpreter. Nothing is
// run, and files are only read through [Options.View].
package shell

import (
	"path"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Bounds of [Analyze]. Past one of them, the answer holds an unknown that says
// which.
const (
	MaxSource  = 64 << 10 // bytes of text
	MaxDepth   = 64       // constructs within each other
	MaxActions = 4096
)

// Options says where a command would run and what is known there. The zero
// Options know nothing: relative paths become unknowns.
type Options struct {
	// Dialect is the shell's language; none: the text is judged in both, and
	// what either reading does counts.
	Dialect guard.Dialect
	// Dir is the absolute working folder, Home the user's home, Temp the folder
	// for temporary files.
	Dir, Home, Temp string
	// Toplevel is what "git rev-parse --show-toplevel" prints; "" is unknown.
	Toplevel string
	// Env holds the variables known at the start. HOME, PWD and TMPDIR come from
	// the fields above.
	Env map[string]string
	// View returns the content of a script, a Makefile or the like by its
	// absolute path. It bounds what it reads and refuses what must not be read.
	// nil: nothing is read.
	View func(path string) ([]byte, error)
	// Command returns the specification of a program by base name, and comes
	// before the built-in ones. It may be nil.
	Command func(name string) (guard.Command, bool)
	// Sensitive reports whether an absolute path, or a glob that might cover
	// one, is a file that the policy calls sensitive. It may be nil.
	Sensitive func(path string) bool
}

// Analyze returns the actions of a shell command, in no particular order and
// without duplicates. What can't be known is an action of [guard.KindUnknown]
// with its reason: an empty answer means that the text does nothing. Paths are
// absolute but otherwise as requested: Resolved, Zone and Root are left for
// the caller. The functions in o must be safe for concurrent use if Analyze is
// called concurrently, which is allowed.
func Analyze(src string, o Options) []guard.Action {
	a := &analysis{o: o}
	return a.actions
}

// analysis is one run of Analyze.
type analysis struct {
	o       Options
	actions []guard.Action
}

type stream struct {
	names []word
	known bool
}

type state struct{}

func (st *state) inChild(dir place) *state { return st }

func (a *analysis) add(x guard.Action) { a.actions = append(a.actions, x) }

func (a *analysis) file(st *state, kind guard.Kind, dir place, w word, recursive bool) {
	a.add(guard.Action{Kind: kind, Path: path.Join(dir.path, w.text), Recursive: recursive, Span: w.span})
}
func (a *analysis) connect(w word) {}
func (a *analysis) unknown(span guard.Span, reason string, opaque bool) {
	a.add(guard.Action{Kind: guard.KindUnknown, Reason: reason, Opaque: opaque, Span: span})
}
func (a *analysis) sensitive(dir place, w word) bool { return false }
func (a *analysis) start(inv *invocation) stream     { return stream{} }
func (a *analysis) shellText(inv *invocation, text word, dialect guard.Dialect, params []word) {
}
