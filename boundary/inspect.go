package boundary

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// maxActions is how many actions one call may have.
const maxActions = 4096

// InspectorConfig holds what an [Inspector] knows.
type InspectorConfig struct {
	// Workspace must be set.
	Workspace *Workspace
	// Vocabulary says what tools and commands mean beside Tools, as a policy
	// does; nil knows none.
	Vocabulary guard.Vocabulary
	// Tools are bindings by the tools' names. They come before the
	// Vocabulary's.
	Tools map[string]guard.Tool
	// Sensitive reports whether a file holds secrets: such a file is never
	// read to look into a script, and a pattern that matches one is found out.
	// nil means that no file is looked into. It must be safe for concurrent use.
	Sensitive func(path string) bool
}

// Inspector finds out what a tool call would do: a [guard.Inspector]. It reads
// the file system (links, folders, scripts) and changes nothing. It is safe for
// concurrent use.
type Inspector struct{ c InspectorConfig }

// NewInspector checks the configuration.
func NewInspector(c InspectorConfig) (*Inspector, error) {
	if c.Workspace == nil {
		return nil, errors.New("inspector: InspectorConfig.Workspace is nil")
	}
	for name, t := range c.Tools {
		if err := checkTool(t); err != nil {
			return nil, fmt.Errorf("inspector: tool %q: %w", name, err)
		}
	}
	return &Inspector{c: c}, nil
}

// Tool returns the binding of a tool and whether it has one.
func (in *Inspector) Tool(name string) (guard.Tool, bool) {
	if t, ok := in.c.Tools[name]; ok {
		return t, true
	}
	if in.c.Vocabulary == nil {
		return guard.Tool{}, false
	}
	return in.c.Vocabulary.Tool(name)
}

// Inspect returns the actions of a call, each path resolved and in its zone. A
// tool without a binding is one action of [guard.KindUse]. An error names the
// argument that doesn't say what the binding needs.
func (in *Inspector) Inspect(ctx context.Context, call *guard.Call) ([]guard.Action, error) {
	t, ok := in.Tool(call.Tool)
	if !ok {
		return []guard.Action{{Kind: guard.KindUse}}, nil
	}
	b := in.bind(t)
	defer b.release()
	actions, err := b.actions(ctx, call)
	if err != nil {
		return nil, err
	}
	return in.placed(actions, &b.look)
}

// placed resolves the paths of actions, and adds what becomes visible by that.
func (in *Inspector) placed(actions []guard.Action, look *lookup) ([]guard.Action, error) {
	p := placer{in: in, look: look, left: maxEntries}
	for i := range actions {
		if err := p.place(&actions[i]); err != nil {
			return nil, err
		}
		if len(actions)+len(p.more) > maxActions {
			return nil, fmt.Errorf("the call would do more than %d things: make several calls", maxActions)
		}
	}
	return append(actions, p.more...), nil
}

// actions are those that the binding's fields speak of.
func (b *binding) actions(ctx context.Context, call *guard.Call) ([]guard.Action, error) {
	if b.tool.Actions != nil {
		actions, err := b.tool.Actions(ctx, call)
		return slices.Clone(actions), err // they are changed here
	}
	b.args, b.call = call.Args, call
	b.collect()
	if b.err == nil && len(b.out) == 0 {
		return []guard.Action{{Kind: guard.KindUse}}, nil
	}
	return b.out, b.err
}

// place resolves an action's path, and adds what becomes visible by that.
func (p *placer) place(a *guard.Action) error {
	a.Resolved, a.Zone, a.Root = "", "", false
	switch {
	case a.Path == "":
		if a.Kind == guard.KindConnect {
			a.Host = normalHost(a.Host)
		}
	case !strings.HasPrefix(a.Path, "/"):
		return fmt.Errorf("%q: not an absolute path", guard.Printable(a.Path))
	case a.Pattern:
		p.pattern(a)
	default:
		p.file(a)
	}
	return nil
}

// file resolves an action on one file. A delete takes a link itself. A write
// goes where the link leads, or puts another file in the link's place: both
// count.
func (p *placer) file(a *guard.Action) {
	p.at(a, a.Kind != guard.KindDelete)
	if a.Kind != guard.KindWrite || !strings.Contains(a.Path, "..") && a.Resolved == path.Clean(a.Path) {
		return // no link stands at the end
	}
	itself := *a
	if p.at(&itself, false); itself.Resolved != a.Resolved {
		p.more = append(p.more, itself)
	}
}

// at sets Resolved, Zone and Root. A path that can't be resolved leaves them
// empty, which [Workspace.Decide] refuses.
func (p *placer) at(a *guard.Action, last bool) {
	resolved, err := p.look.resolve(a.Path, last)
	p.in.c.Workspace.placed(a, resolved, err)
}

func (w *Workspace) placed(a *guard.Action, resolved string, err error) {
	a.Resolved, a.Zone, a.Root = "", "", false
	if err == nil {
		a.Resolved, a.Zone, a.Root = resolved, w.Zone(resolved), w.isWhole(resolved, false)
	}
}
