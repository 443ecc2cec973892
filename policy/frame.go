package policy

import (
	"errors"
	"fmt"
	"path"
	"reflect"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"

	"github.com/runtimeguard/runtimeguard/guard"
)

// frame is the state of one decision: what conditions see, and what has been
// worked out for the action at hand. Frames are pooled.
type frame struct {
	engine *engine
	call   *guard.Call
	action *guard.Action
	index  int // of action

	word     string // of a list, that a direct condition looks at
	boxed    [slots]ref.Val
	boxes    bool      // boxed holds something, of the call perhaps
	dirty    bool      // conditions have been evaluated for action
	vars     []ref.Val // of engine.variables
	patterns [4]pattern
	isParsed [4]bool
	folded   [2]string
	isFolded [2]bool
	rules    []int32 // candidates
	fired    []guard.Fired
	require  []guard.Requirement
}

var frames = sync.Pool{New: func() any { return new(frame) }}

func newFrame(e *engine, call *guard.Call) *frame {
	f := frames.Get().(*frame)
	f.engine, f.call = e, call
	return f
}

func (f *frame) release() {
	f.forget()
	if f.boxes {
		clear(f.boxed[callSlots:])
		f.boxes = false
	}
	if len(f.fired) > 0 {
		clear(f.fired)
		f.fired = f.fired[:0]
	}
	f.require = f.require[:0]
	f.engine, f.call, f.action, f.word = nil, nil, nil, ""
	frames.Put(f)
}

// enter makes an action the one at hand.
func (f *frame) enter(i int) {
	f.forget()
	f.action, f.index = &f.call.Actions[i], i
}

// forget drops what was worked out for the action at hand.
func (f *frame) forget() {
	if f.dirty {
		clear(f.boxed[:callSlots])
		clear(f.vars)
		f.isParsed = [4]bool{}
		f.dirty = false
	}
	f.isFolded = [2]bool{}
}

// field returns a field's value, boxed once.
func (f *frame) field(x *field, slot int) ref.Val {
	if f.boxed[slot] == nil {
		f.boxed[slot], f.dirty, f.boxes = x.get(f), true, true
	}
	return f.boxed[slot]
}

// ResolveName implements [interpreter.Activation].
func (f *frame) ResolveName(name string) (any, bool) {
	switch name {
	case "action":
		return actionVal{f}, true
	case "call":
		return callVal{f}, true
	}
	if i, ok := f.engine.names[name]; ok {
		return f.variable(i), true
	}
	return nil, false
}

// Parent implements [interpreter.Activation].
func (f *frame) Parent() interpreter.Activation { return nil }

// variable evaluates a variable once for each action.
func (f *frame) variable(i int) ref.Val {
	v := &f.engine.variables[i]
	if v.value != nil {
		return v.value
	}
	for len(f.vars) <= i {
		f.vars = append(f.vars, nil)
	}
	if f.vars[i] == nil {
		out, _, err := v.program.Eval(f)
		if err == nil && weigh(out, maxArgs) < 0 {
			err = fmt.Errorf("its value is of more than %d bytes", maxArgs)
		}
		if err != nil {
			out = types.NewErr("variable %s: %v", v.name, err)
		}
		f.vars[i], f.dirty = out, true
	}
	return f.vars[i]
}

// itemWeight is what an item of a list or a map weighs beside its own bytes.
const itemWeight = 16

// weigh takes the bytes of a value from what is left, and returns a negative
// number where that isn't enough: variables made of each other could double
// without end.
func weigh(v ref.Val, left int) int {
	switch v := v.(type) {
	case types.Bool:
		return left
	case types.String:
		return left - len(v)
	case types.Bytes:
		return left - len(v)
	case traits.Iterable: // lists and, by their keys, maps
		m, isMap := v.(traits.Mapper)
		for it := v.Iterator(); left >= 0 && it.HasNext() == types.True; left -= itemWeight {
			x := it.Next()
			if left = weigh(x, left); isMap && left >= 0 {
				left = weigh(m.Get(x), left)
			}
		}
	case *types.Optional:
		if v.HasValue() {
			return weigh(v.GetValue(), left)
		}
	}
	return left
}

// actionVal and callVal are the variables action and call.
type (
	actionVal struct{ f *frame }
	callVal   struct{ f *frame }
)

func (v actionVal) ConvertToNative(reflect.Type) (any, error) { return nil, errNotNative }
func (v actionVal) ConvertToType(ref.Type) ref.Val            { return types.NoSuchOverloadErr() }
func (v actionVal) Equal(ref.Val) ref.Val                     { return types.NoSuchOverloadErr() }
func (v actionVal) Type() ref.Type                            { return actionType }
func (v actionVal) Value() any                                { return v.f }

func (v callVal) ConvertToNative(reflect.Type) (any, error) { return nil, errNotNative }
func (v callVal) ConvertToType(ref.Type) ref.Val            { return types.NoSuchOverloadErr() }
func (v callVal) Equal(ref.Val) ref.Val                     { return types.NoSuchOverloadErr() }
func (v callVal) Type() ref.Type                            { return callType }
func (v callVal) Value() any                                { return v.f }

var errNotNative = errors.New("not a value of Go")

// hostVal is action.host.
type hostVal struct{ f *frame }

func (v hostVal) ConvertToNative(reflect.Type) (any, error) { return nil, errNotNative }
func (v hostVal) ConvertToType(ref.Type) ref.Val            { return types.NoSuchOverloadErr() }
func (v hostVal) Equal(ref.Val) ref.Val                     { return types.NoSuchOverloadErr() }
func (v hostVal) Type() ref.Type                            { return hostType }
func (v hostVal) Value() any                                { return v.f.action.Host }

// matches reports whether the host is of the set. Where a connect's host isn't
// known, that can't be said.
func (v hostVal) matches(s *hostSet) ref.Val {
	switch a := v.f.action; {
	case s.all || a.Host != "":
		return types.Bool(s.match(a.Host))
	case a.Kind != guard.KindConnect:
		return types.False
	}
	return types.NewErr("the host is not known")
}

// pathVal is action.path, action.resolved or call.dir.
type pathVal struct {
	f     *frame
	which pathKind
}

type pathKind uint8

const (
	bothPaths pathKind = iota
	resolvedPath
	callDir
)

func (v pathVal) ConvertToNative(reflect.Type) (any, error) { return nil, errNotNative }
func (v pathVal) ConvertToType(ref.Type) ref.Val            { return types.NoSuchOverloadErr() }
func (v pathVal) Equal(ref.Val) ref.Val                     { return types.NoSuchOverloadErr() }
func (v pathVal) Type() ref.Type                            { return pathType }
func (v pathVal) Value() any                                { return v.requested() }

func (v pathVal) requested() string {
	switch v.which {
	case resolvedPath:
		return v.f.action.Resolved
	case callDir:
		return v.f.call.Dir
	}
	return v.f.action.Path
}

// in reports whether the path is of the set, or an error where that can't be
// said: a pattern that may match paths of both sorts, a folder with everything
// in it that holds some, a link that leads elsewhere.
func (v pathVal) in(s *pathSet) ref.Val {
	a := v.f.action
	switch {
	case v.which == callDir:
		return types.Bool(s.match(v.f.call.Dir, foldable(v.f.call.Dir)))
	case v.which == resolvedPath || a.Path == a.Resolved || a.Resolved == "" && a.Kind == guard.KindExec:
		i := 0
		if v.which == resolvedPath {
			i = 1
		}
		return v.f.inSet(s, i)
	}
	requested, resolved := v.f.inSet(s, 0), v.f.inSet(s, 1)
	switch {
	case types.IsError(requested):
		return requested
	case types.IsError(resolved) || requested == resolved:
		return resolved
	}
	return types.NewErr("%s leads elsewhere: ask action.resolved", a.Path)
}

// inSet is pathVal.in for the requested (0) or the resolved path (1).
func (f *frame) inSet(s *pathSet, i int) ref.Val {
	a := f.action
	p := f.pathAt(i)
	switch {
	case len(p) > maxText:
		return types.NewErr("a path of %d bytes: conditions read at most %d", len(p), maxText)
	case p == "":
		return types.False
	case !a.Pattern:
		if s.match(p, f.foldedPath(i)) {
			return types.True
		}
		if a.Recursive && s.meets(f.pattern(i, false), f.pattern(i, true)) {
			return types.NewErr("what is asked may lie in %s", p)
		}
		return types.False
	}
	exact, folded := f.pattern(i, false), f.pattern(i, true)
	switch {
	case s.covers(exact, folded):
		return types.True
	case s.meets(exact, folded):
		return types.NewErr("the pattern %s may match what is asked", p)
	}
	return types.False
}

func (f *frame) pathAt(i int) string {
	if i == 0 {
		return f.action.Path
	}
	return f.action.Resolved
}

// foldedPath is a path as folded globs want it.
func (f *frame) foldedPath(i int) string {
	if !f.isFolded[i] {
		f.folded[i], f.isFolded[i] = foldable(f.pathAt(i)), true
	}
	return f.folded[i]
}

// pattern is a path as a pattern, with everything beneath where the action is
// recursive.
func (f *frame) pattern(i int, folded bool) *pattern {
	slot := 2 * i
	p := f.pathAt(i)
	if folded {
		if q := f.foldedPath(i); q != p {
			slot, p = slot+1, q
		}
	}
	if !f.isParsed[slot] {
		f.patterns[slot].parse(p, f.action.Pattern, f.action.Recursive)
		f.isParsed[slot], f.dirty = true, true
	}
	return &f.patterns[slot]
}

// condition is a compiled when or unless.
type condition struct {
	program cel.Program
	direct  direct // says it without program where it can
	uses    uses
	source  expression
	always  map[bool][]guard.Kind // the kinds for which it has only this value
}

// holds evaluates the condition for the action at hand.
func (c *condition) holds(f *frame) (bool, error) {
	if a := c.direct(f); a != askCEL {
		return a == yes, nil
	}
	out, _, err := c.program.Eval(f)
	if err != nil {
		return false, err
	}
	b, ok := out.(types.Bool)
	if !ok {
		return false, fmt.Errorf("the condition is %v, not true or false", out.Type())
	}
	return bool(b), nil
}

// programName names what an exec starts, for messages.
func programName(a *guard.Action) string {
	switch {
	case a.Command != "":
		return a.Command
	case a.Program != "":
		return a.Program
	}
	return path.Base(a.Path)
}
