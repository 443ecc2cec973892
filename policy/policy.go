package policy

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Policy is a loaded policy: a [guard.Guard] and a [guard.Vocabulary]. The
// zero Policy and nil deny everything. It is safe for concurrent use, Reload
// included: a call is judged by one state of it.
type Policy struct {
	state  atomic.Pointer[engine]
	source func() (*engine, error)

	mu       sync.Mutex // one Reload at a time; guards what follows
	err      error
	onReload []func(Reloaded)

	under *Policy // of an overlay: the policy that it tightens
}

// Load loads a policy file and what it extends: presets by name, files
// relative to it. A file with anything wrong in it is not loaded; the error is
// then a [*LoadError] that says everything.
func Load(path string) (*Policy, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	return open(func() (*engine, error) {
		src, err := readFile(abs)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		l := &loader{}
		l.read(filepath.Base(abs), abs, src, false)
		return l.build()
	})
}

// Parse loads a policy from its text, which may extend presets only; name
// stands for the file in messages.
func Parse(name string, src []byte) (*Policy, error) {
	src = slices.Clone(src)
	return open(func() (*engine, error) {
		l := &loader{}
		l.read(name, "", src, false)
		return l.build()
	})
}

//go:embed presets/standard.yaml presets/strict.yaml presets/readonly.yaml
var presets embed.FS

// Preset loads a built-in policy: one of [Presets].
func Preset(name string) (*Policy, error) {
	if !IsPreset(name) {
		return nil, fmt.Errorf("preset %q%s", name, suggest(name, Presets()))
	}
	return open(func() (*engine, error) {
		l := &loader{}
		l.read(name+".yaml", "", presetText(name), false).preset = true
		return l.build()
	})
}

// Presets lists the names of the built-in policies.
func Presets() []string { return []string{"standard", "strict", "readonly"} }

// IsPreset reports whether a name is one of [Presets].
func IsPreset(name string) bool { return slices.Contains(Presets(), name) }

// PresetText returns the YAML of a built-in policy, or nil.
func PresetText(name string) []byte {
	if !IsPreset(name) {
		return nil
	}
	return presetText(name)
}

func presetText(name string) []byte {
	text, err := presets.ReadFile("presets/" + name + ".yaml")
	if err != nil {
		panic(err) // embedded
	}
	return text
}

func open(source func() (*engine, error)) (*Policy, error) {
	p := &Policy{source: source}
	if err := p.Reload(); err != nil {
		return nil, err
	}
	return p, nil
}

// Reloaded is what a Reload did.
type Reloaded struct {
	Before, After string // digests of the policy in force; the same where nothing changed
	Err           error  // why the policy was not loaded, or nil
}

// OnReload has f called after every Reload from now on, one at a time, before
// Reload returns: a policy that wasn't loaded is worth an alarm. f must not
// call Reload or Err.
func (p *Policy) OnReload(f func(Reloaded)) {
	for p != nil && p.under != nil {
		p = p.under
	}
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.onReload = append(p.onReload, f)
}

// Reload loads the policy anew and puts it in force as one. If anything is
// wrong, the policy in force stays, and Reload, [Policy.Err] and the functions
// of [Policy.OnReload] say why. An overlay reloads the policy beneath it.
func (p *Policy) Reload() error {
	if p == nil {
		return errNoPolicy
	}
	if p.under != nil {
		return p.under.Reload()
	}
	if p.source == nil {
		return errNoPolicy
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	r := Reloaded{Before: p.Digest()}
	e, err := p.source()
	if p.err = err; err == nil {
		e.version = p.engine().version + 1
		p.state.Store(e)
	}
	r.After, r.Err = p.Digest(), err
	for _, f := range p.onReload {
		f(r)
	}
	return err
}

// Version implements [guard.Versioned]: it counts the states that the policy
// and those beneath it have had.
func (p *Policy) Version() uint64 {
	var n uint64
	for ; p != nil; p = p.under {
		n += p.engine().version
	}
	return n
}

var errNoPolicy = errors.New("no policy is loaded")

// Err returns why the last Reload failed, or why an overlay didn't load; nil
// means that the policy in force is the newest.
func (p *Policy) Err() error {
	if p == nil {
		return errNoPolicy
	}
	p.mu.Lock()
	err := p.err
	p.mu.Unlock()
	switch {
	case err != nil:
		return err
	case p.under != nil:
		return p.under.Err()
	case p.state.Load() == nil:
		return errNoPolicy
	}
	return nil
}

// WithOverlay returns the policy tightened by a file that the agent's side
// could write, such as a project's own: rules that deny or ask, under new ids,
// with lists and variables of their own. One that doesn't load asks for
// everything, and Err says why. The overlay stands alone: it can't name the
// lists and variables of p, and p's Reload leaves it as it is.
func (p *Policy) WithOverlay(name string, src []byte) *Policy {
	l := &loader{base: p.engine()}
	l.read(name, "", src, true)
	o := &Policy{under: p}
	e, err := l.build()
	if err != nil {
		e, o.err = askForAll(name, src), fmt.Errorf("overlay: %w", err)
	}
	o.state.Store(e)
	return o
}

// noEngine stands for a policy that isn't loaded.
var noEngine = &engine{}

func (p *Policy) engine() *engine {
	if p != nil {
		if e := p.state.Load(); e != nil {
			return e
		}
	}
	return noEngine
}

// Decide implements [guard.Guard]: every action is judged by every rule that
// may match it, and the strictest effect wins. It needs no context and has no
// side effect.
func (p *Policy) Decide(ctx context.Context, call *guard.Call) guard.Decision {
	if p == nil || p.state.Load() == nil {
		return guard.Refuse("%s", errNoPolicy)
	}
	if p.under == nil {
		return p.engine().decide(call)
	}
	over := guard.GuardFunc(func(_ context.Context, c *guard.Call) guard.Decision { return p.engine().decide(c) })
	d := guard.All(p.under, over).Decide(ctx, call)
	d.Policy = p.Digest()
	return d
}

// Tool returns what a tool's arguments mean, if the policy says so.
func (p *Policy) Tool(name string) (guard.Tool, bool) {
	t, ok := p.bottom().tools[name]
	return t, ok
}

// Command returns the specification of a program, if the policy has one.
func (p *Policy) Command(name string) (guard.Command, bool) {
	c, ok := p.bottom().commands[name]
	return c, ok
}

// bottom is the policy beneath all overlays.
func (p *Policy) bottom() *engine {
	for p != nil && p.under != nil {
		p = p.under
	}
	return p.engine()
}

// Sensitive reports whether an absolute path is of the list named "sensitive".
// A path with glob characters may also be meant as a pattern, as in a head of
// a deny rule. Without such a list nothing is.
func (p *Policy) Sensitive(path string) bool { return p.bottom().sensitive.holds(path) }

// Plants reports whether an absolute path is of the list named "plants": files
// that make programs run something later. Without such a list nothing is.
func (p *Policy) Plants(path string) bool { return p.bottom().plants.holds(path) }

func (s *pathSet) holds(path string) bool {
	if s == nil {
		return false
	}
	folded := foldable(path)
	if s.match(path, folded) {
		return true
	}
	return isGlob(path) && s.meets(parsePattern(path, true, false), parsePattern(folded, true, false))
}

// Digest is the SHA-256, in hex, of everything that the policy in force was
// loaded from.
func (p *Policy) Digest() string {
	if p != nil && p.under != nil {
		return digestOf(p.under.Digest(), p.engine().digest)
	}
	return p.engine().digest
}

// Files lists the absolute paths of the files that the policy in force was
// loaded from, presets aside. Whoever can write them decides what is allowed.
func (p *Policy) Files() []string { return slices.Clone(p.bottom().files) }

// Rule is what a policy tells of one of its rules.
type Rule struct {
	ID     string
	Pos    string // "policy.yaml:12"
	Effect guard.Effect
	Audit  bool              // reported, without effect
	Preset bool              // it comes from a preset that the policy extends
	Meta   map[string]string // what the rule says about itself
}

// Rules lists the rules in force, those of an overlay last.
func (p *Policy) Rules() []Rule {
	var out []Rule
	if p != nil && p.under != nil {
		out = p.under.Rules()
	}
	for i := range p.engine().rules {
		out = append(out, p.engine().rules[i].told())
	}
	return out
}
