package policy

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/runtimeguard/runtimeguard/guard"
)

// The types of conditions beside CEL's own. Paths and hosts are types of
// their own so that they can't be compared as text: a path may be a pattern,
// and a host may be unknown.
var (
	actionType = types.NewObjectType("Action")
	callType   = types.NewObjectType("Call")
	pathType   = types.NewOpaqueType("Path")
	hostType   = types.NewOpaqueType("Host")
	textList   = types.NewListType(types.StringType)
)

// field is a field of action or call as conditions see it.
type field struct {
	name  string
	typ   *types.Type
	doc   string
	kinds []guard.Kind // that have it; none: all
	words []string     // the only values it can have; none: any
	get   func(f *frame) ref.Val
}

// actionFunctions are the functions of action as fields, for the kinds that have
// them.
var actionFunctions = []field{{name: "flag", kinds: execKind}, {name: "argument", kinds: execKind}}

// has reports whether actions of a kind have the field.
func (x *field) has(k guard.Kind) bool { return len(x.kinds) == 0 || slices.Contains(x.kinds, k) }

var (
	pathKinds = []guard.Kind{guard.KindExec, guard.KindRead, guard.KindWrite, guard.KindDelete, guard.KindList}
	execKind  = []guard.Kind{guard.KindExec}
)

var actionFields = []field{
	{name: "kind", typ: types.StringType, words: kindNames(),
		doc: "what the action does", get: func(f *frame) ref.Val { return fixed(string(f.action.Kind)) }},
	{name: "program", typ: types.StringType, kinds: execKind,
		doc: "the program's name after wrappers, where it is found in PATH or a system folder; else empty",
		get: func(f *frame) ref.Val { return text(f.action.Program) }},
	{name: "command", typ: types.StringType, kinds: execKind,
		doc: "the program and its sub-commands: \"git stash drop\"", get: func(f *frame) ref.Val { return text(f.action.Command) }},
	{name: "args", typ: textList, kinds: execKind,
		doc: "the words after the program's name; an error where one of them isn't known", get: func(f *frame) ref.Val { return arguments(f.action) }},
	{name: "flags", typ: textList, kinds: execKind,
		doc: "the options among the arguments, without dashes, in every spelling", get: func(f *frame) ref.Val { return texts(f.action.Flags) }},
	{name: "via", typ: textList, kinds: execKind,
		doc: "the wrappers that start the program, outermost first", get: func(f *frame) ref.Val { return texts(f.action.Via) }},
	{name: "path", typ: pathType, kinds: pathKinds,
		doc: "the file as requested and with links followed; where the two differ in what is asked, an error", get: func(f *frame) ref.Val { return pathVal{f, bothPaths} }},
	{name: "resolved", typ: pathType, kinds: pathKinds,
		doc: "the file with links followed", get: func(f *frame) ref.Val { return pathVal{f, resolvedPath} }},
	{name: "zone", typ: types.StringType, kinds: pathKinds, words: zoneNames,
		doc: "where the file lies; where that isn't known, outside", get: func(f *frame) ref.Val { return fixed(zoneName(f.action)) }},
	{name: "pattern", typ: types.BoolType, kinds: pathKinds,
		doc: "path is a pattern for several files", get: func(f *frame) ref.Val { return types.Bool(f.action.Pattern) }},
	{name: "root", typ: types.BoolType, kinds: pathKinds,
		doc: "a whole root, or all in it, is meant at once", get: func(f *frame) ref.Val { return types.Bool(f.action.Root) }},
	{name: "recursive", typ: types.BoolType, kinds: pathKinds,
		doc: "a folder is meant with everything in it", get: func(f *frame) ref.Val { return types.Bool(f.action.Recursive) }},
	{name: "host", typ: hostType, kinds: []guard.Kind{guard.KindConnect},
		doc: "the host that is reached; has(action.host) says whether it is known", get: func(f *frame) ref.Val { return hostVal{f} }},
	{name: "opaque", typ: types.BoolType, kinds: []guard.Kind{guard.KindUnknown, guard.KindExec},
		doc: "nobody will see inside; of a program: it may change files that no other action names", get: func(f *frame) ref.Val { return types.Bool(f.action.Opaque) }},
	{name: "reason", typ: types.StringType, kinds: []guard.Kind{guard.KindUnknown},
		doc: "why it can't be known", get: func(f *frame) ref.Val { return text(f.action.Reason) }},
}

var callFields = []field{
	{name: "tool", typ: types.StringType, doc: "the tool's name", get: func(f *frame) ref.Val { return text(f.call.Tool) }},
	{name: "agent", typ: types.StringType, doc: "the client's name", get: func(f *frame) ref.Val { return text(f.call.Principal.Agent) }},
	{name: "session", typ: types.StringType, doc: "the client's session", get: func(f *frame) ref.Val { return text(f.call.Principal.Session) }},
	{name: "user", typ: types.StringType, doc: "the human or account behind the client", get: func(f *frame) ref.Val { return text(f.call.Principal.User) }},
	{name: "verified", typ: types.BoolType, doc: "the transport authenticated the names; else a name is only what a client calls itself",
		get: func(f *frame) ref.Val { return types.Bool(f.call.Principal.Verified) }},
	{name: "dir", typ: pathType, doc: "the folder that relative paths are taken from", get: func(f *frame) ref.Val { return pathVal{f, callDir} }},
	{name: "args", typ: types.NewMapType(types.StringType, types.DynType),
		doc: "the tool's arguments; call.args.?name.orValue(\"\") where one may be absent", get: func(f *frame) ref.Val { return callArgs(f.call) }},
	{name: "engine", typ: types.StringType, words: engineNames,
		doc: "what will run the command", get: func(f *frame) ref.Val { return fixed(engineName(f.call.Engine)) }},
	{name: "tier", typ: types.StringType, words: tierNames,
		doc: "what the operating system will hold", get: func(f *frame) ref.Val { return fixed(f.call.Tier.String()) }},
}

var (
	zoneNames   = []string{string(guard.ZoneWorkspace), string(guard.ZoneTemp), string(guard.ZoneSystem), string(guard.ZoneOutside)}
	engineNames = []string{"none", string(guard.EngineCompat), string(guard.EngineExact)}
	tierNames   = []string{guard.TierNone.String(), guard.TierLandlock.String(), guard.TierSeccomp.String(), guard.TierNamespace.String()}
)

func kindNames() []string {
	var out []string
	for _, k := range guard.Kinds() {
		out = append(out, string(k))
	}
	return out
}

func zoneName(a *guard.Action) string {
	if a.Zone == "" {
		return string(guard.ZoneOutside)
	}
	return string(a.Zone)
}

func engineName(e guard.Engine) string {
	if e == guard.EngineNone {
		return "none"
	}
	return string(e)
}

// fixed is text for one of the words of a field, boxed beforehand.
func fixed(s string) ref.Val {
	if v, ok := boxedWords[s]; ok {
		return v
	}
	return text(s)
}

var boxedWords = func() map[string]ref.Val {
	m := map[string]ref.Val{}
	for _, list := range [][]string{kindNames(), zoneNames, engineNames, tierNames} {
		for _, s := range list {
			m[s] = types.String(s)
		}
	}
	return m
}()

func text(s string) ref.Val {
	if len(s) > maxText {
		return types.NewErr("a text of %d bytes: conditions read at most %d", len(s), maxText)
	}
	return types.String(s)
}

func texts(list []string) ref.Val {
	if problem := wordsProblem(list); problem != "" {
		return types.NewErr("%s", problem)
	}
	return types.NewStringList(types.DefaultTypeAdapter, list)
}

// wordsProblem says why a list is more than conditions read, or "".
func wordsProblem(list []string) string {
	if len(list) > maxWords {
		return fmt.Sprintf("a list of %d words: conditions read at most %d", len(list), maxWords)
	}
	total := 0
	for _, s := range list {
		if total += len(s); len(s) > maxText || total > maxWordText {
			return fmt.Sprintf("a word of a list is too long: conditions read at most %d bytes, and %d of all", maxText, maxWordText)
		}
	}
	return ""
}

func arguments(a *guard.Action) ref.Val {
	if slices.Contains(a.Args, guard.UnknownWord) {
		return types.NewErr("an argument of %s is not known", programName(a))
	}
	return texts(a.Args)
}

func callArgs(c *guard.Call) ref.Val {
	if len(c.Raw) > maxArgs {
		return types.NewErr("arguments of %d bytes: conditions read at most %d", len(c.Raw), maxArgs)
	}
	return types.DefaultTypeAdapter.NativeToValue(c.Args)
}

// provider adds Action and Call to CEL's types.
type provider struct {
	types.Provider
	fields map[string]map[string]*types.FieldType
	names  map[string][]string
}

func newProvider(base types.Provider) *provider {
	p := &provider{base, map[string]map[string]*types.FieldType{}, map[string][]string{}}
	p.add("Action", actionFields, actionSlots)
	p.add("Call", callFields, callSlots)
	return p
}

// Where the boxed values of fields stand in a frame.
const (
	actionSlots = 0
	callSlots   = 16
	slots       = 26
)

func (p *provider) add(typ string, fields []field, first int) {
	m := map[string]*types.FieldType{}
	for i := range fields {
		x, slot := &fields[i], first+i
		m[x.name] = &types.FieldType{
			Type:  x.typ,
			IsSet: func(target any) bool { return isSet(target.(*frame).field(x, slot)) },
			GetFrom: func(target any) (any, error) {
				v := target.(*frame).field(x, slot)
				if err, ok := v.(*types.Err); ok {
					return nil, err
				}
				return v, nil
			},
		}
		p.names[typ] = append(p.names[typ], x.name)
	}
	p.fields[typ] = m
}

// isSet is what has() says: an empty text or list isn't set.
func isSet(v ref.Val) bool {
	switch v := v.(type) {
	case types.String:
		return v != ""
	case types.Bool:
		return bool(v)
	case hostVal:
		return v.f.action.Host != ""
	case pathVal:
		return v.requested() != ""
	case interface{ Size() ref.Val }:
		return v.Size() != types.IntZero
	}
	return true
}

func (p *provider) FindStructType(name string) (*types.Type, bool) {
	switch name {
	case "Action":
		return types.NewTypeTypeWithParam(actionType), true
	case "Call":
		return types.NewTypeTypeWithParam(callType), true
	}
	return p.Provider.FindStructType(name)
}

func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	if names, ok := p.names[name]; ok {
		return names, true
	}
	return p.Provider.FindStructFieldNames(name)
}

func (p *provider) FindStructFieldType(typ, name string) (*types.FieldType, bool) {
	if fields, ok := p.fields[typ]; ok {
		ft, ok := fields[name]
		return ft, ok
	}
	return p.Provider.FindStructFieldType(typ, name)
}

var _ cel.EnvOption = withProvider

// withProvider puts the provider before the one that the environment has.
func withProvider(e *cel.Env) (*cel.Env, error) {
	return cel.CustomTypeProvider(newProvider(e.CELTypeProvider()))(e)
}
