package boundary

import (
	"errors"
	"path"
	"strings"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
	"github.com/runtimeguard/runtimeguard/boundary/shell"
	"github.com/runtimeguard/runtimeguard/guard"
)

// maxView is how many bytes of a script are read to look into it.
const maxView = 64 << 10

// shell adds the actions of a command line. A text that does nothing still
// starts a shell, which counts like the program true.
func (b *binding) shell(text string) {
	dir := b.base()
	if b.err != nil {
		return
	}
	// The folder that a shell finds itself in has no links in its name.
	if dir != "" {
		found, err := b.look.folder(dir)
		if err != nil {
			b.err = err
			return
		}
		dir = found.path
	}
	actions := shell.Analyze(text, b.options(dir))
	if len(actions) == 0 {
		actions = []guard.Action{{Kind: guard.KindExec, Program: "true", Command: "true"}}
	}
	if b.out == nil {
		b.out = actions
		return
	}
	b.out = append(b.out, actions...)
}

// exec adds the actions of a program that the tool starts: the words, quoted,
// mean themselves in every dialect.
func (b *binding) exec(words []string) {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	b.shell(strings.Join(quoted, " "))
}

func (b *binding) options(dir string) shell.Options {
	c := &b.in.c
	o := b.files
	o.Dialect, o.Dir, o.Home, o.Sensitive = b.tool.Dialect, dir, c.Workspace.home, c.Sensitive
	if len(c.Workspace.temp) > 0 {
		o.Temp = c.Workspace.temp[0]
	}
	if c.Vocabulary != nil {
		o.Command = c.Vocabulary.Command
	}
	return o
}

// view reads a script in the workspace or a temporary folder, to look into it:
// a regular file that holds no secrets, of at most 64 KiB.
func (b *binding) view(name string) ([]byte, error) {
	c := &b.in.c
	found, err := b.look.find(name, true)
	if err == nil && found.missing {
		return nil, errors.New("the file doesn't exist")
	}
	a := guard.Action{Kind: guard.KindRead, Path: name}
	c.Workspace.placed(&a, found.path, err)
	switch {
	case c.Workspace.forbids(&a) != "" || c.Sensitive == nil || c.Sensitive(name) || c.Sensitive(a.Resolved):
		return nil, errors.New("the file is not looked into")
	case a.Zone != guard.ZoneWorkspace && a.Zone != guard.ZoneTemp:
		return nil, errors.New("the file lies outside the workspace")
	}
	root, err := fsys.OpenRoot(path.Dir(a.Resolved))
	if err != nil {
		return nil, reason(err)
	}
	defer root.Close()
	data, err := root.NoLinks().ReadFile(path.Base(a.Resolved), maxView)
	return data, reason(err)
}
