package boundary

import (
	"strings"

	"github.com/runtimeguard/runtimeguard/boundary/shell"
	"github.com/runtimeguard/runtimeguard/guard"
)

// program is a program that is about to start, with its real words.
type program struct {
	args []string
	env  []string // the variables that differ from those of every command
	dir  string   // resolved
}

// starting returns the actions of a program's start, resolved and zoned. What
// is still unknown nobody will ever know: it is opaque.
func (in *Inspector) starting(p program) ([]guard.Action, error) {
	b := in.bind(guard.Tool{Dialect: guard.DialectBash})
	defer b.release()
	actions := shell.Analyze(p.text(), b.options(p.dir))
	for i := range actions {
		a := &actions[i]
		a.Span = guard.Span{}
		if a.Kind == guard.KindUnknown {
			a.Opaque = true
		}
	}
	return in.placed(actions, &b.look)
}

// text is the start as a command line: the words, quoted, mean themselves.
func (p *program) text() string {
	var b strings.Builder
	for _, kv := range p.env {
		name, value, _ := strings.Cut(kv, "=")
		b.WriteString(name + "=" + quote(value) + " ")
	}
	for i, w := range p.args {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(quote(w))
	}
	return b.String()
}

func quote(w string) string { return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'" }

// touching returns the actions of an access to one file.
func (in *Inspector) touching(kind guard.Kind, path string) ([]guard.Action, error) {
	look := in.c.Workspace.first
	return in.placed([]guard.Action{{Kind: kind, Path: path}}, &look)
}
