package policy

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	celenv "cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"

	"github.com/runtimeguard/runtimeguard/guard"
)

// environment is the part of CEL that conditions may use: its standard
// library and optional types, action and call, and the functions below.
// Version 1 of the format fixes it.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	std := celenv.NewLibrarySubset().AddExcludedFunctions(celenv.NewFunction("matches"))
	opts := []cel.EnvOption{
		cel.StdLib(cel.StdLibSubset(std)),
		cel.OptionalTypes(),
		withProvider,
		cel.Variable("action", actionType),
		cel.Variable("call", callType),
		cel.ASTValidators(cel.ValidateComprehensionNestingLimit(maxNesting)),
	}
	for _, f := range functions {
		opts = append(opts, f.declare())
	}
	return cel.NewCustomEnv(opts...)
})

// function is a function of conditions.
type function struct {
	name      string
	doc       string
	overloads []overload
}

// overload is one signature of a function. The receiver is the first of args.
type overload struct {
	id     string
	args   []*types.Type
	result *types.Type
	// literal compiles the one argument, a literal, once at load; call gets
	// what it returned. Without it, call gets the argument as it is.
	literal func(string) (any, error)
	call    func(recv ref.Val, compiled any, args []ref.Val) ref.Val
}

var functions = []function{
	{"flag", "whether any of the options, named without dashes, is given", flagOverloads()},
	{"argument", "the n-th word after the program's name, from 0; empty where there are fewer", []overload{
		{id: "action_argument", args: []*types.Type{actionType, types.IntType}, result: types.StringType, call: argument}}},
	{"glob", "whether a path matches a doublestar glob, case aside", []overload{
		{id: "path_glob", args: []*types.Type{pathType, types.StringType}, result: types.BoolType, literal: globLiteral, call: pathIn}}},
	{"within", "whether a path is a folder or lies beneath it", []overload{
		{id: "path_within", args: []*types.Type{pathType, types.StringType}, result: types.BoolType, literal: withinLiteral, call: pathIn}}},
	{"matches", "of a host: whether it is the one named, or lies beneath a domain named as *.example.com; of text: whether a regular expression (RE2) matches some of it", []overload{
		{id: "host_matches", args: []*types.Type{hostType, types.StringType}, result: types.BoolType, literal: hostLiteral,
			call: func(recv ref.Val, c any, _ []ref.Val) ref.Val { return recv.(hostVal).matches(c.(*hostSet)) }},
		{id: "text_matches", args: []*types.Type{types.StringType, types.StringType}, result: types.BoolType, literal: regexLiteral,
			call: func(recv ref.Val, c any, _ []ref.Val) ref.Val { return c.(*boundedRegex).match(recv) }}}},
	{"contains_any", "whether a text contains one of the texts, or a list holds one of them", []overload{
		{id: "text_contains_any", args: []*types.Type{types.StringType, textList}, result: types.BoolType, call: textContainsAny},
		{id: "list_contains_any", args: []*types.Type{textList, textList}, result: types.BoolType, call: listContainsAny}}},
}

// maxFlags is how many names action.flag takes.
const maxFlags = 8

func flagOverloads() []overload {
	var out []overload
	for n := 1; n <= maxFlags; n++ {
		args := append([]*types.Type{actionType}, slices.Repeat([]*types.Type{types.StringType}, n)...)
		out = append(out, overload{id: fmt.Sprintf("action_flag_%d", n), args: args, result: types.BoolType, call: flag})
	}
	return out
}

// declare makes the function known to CEL.
func (f *function) declare() cel.EnvOption {
	opts := []cel.FunctionOpt{cel.FunctionDocs(f.doc)}
	for _, o := range f.overloads {
		binding := cel.FunctionBinding(func(args ...ref.Val) ref.Val {
			if o.literal != nil {
				return types.NewErr("%s: the argument is no literal", f.name)
			}
			return o.call(args[0], nil, args[1:])
		})
		opts = append(opts, cel.MemberOverload(o.id, o.args, o.result, binding))
	}
	return cel.Function(f.name, opts...)
}

// compileLiterals makes CEL compile literal arguments once.
func compileLiterals() cel.ProgramOption {
	var opts []*interpreter.RegexOptimization
	for _, f := range functions {
		for _, o := range f.overloads {
			if o.literal != nil {
				opts = append(opts, &interpreter.RegexOptimization{
					Function: f.name, OverloadID: o.id, RegexIndex: 1,
					Factory: func(call interpreter.InterpretableCall, literal string) (interpreter.InterpretableCall, error) {
						c, err := o.literal(literal)
						if err != nil {
							return nil, err
						}
						return interpreter.NewCall(call.ID(), call.Function(), call.OverloadID(), call.Args(),
							func(args ...ref.Val) ref.Val { return o.call(args[0], c, nil) }), nil
					},
				})
			}
		}
	}
	return cel.OptimizeRegex(opts...)
}

func flag(recv ref.Val, _ any, names []ref.Val) ref.Val {
	flags := recv.(actionVal).f.action.Flags
	for _, n := range names {
		if slices.Contains(flags, string(n.(types.String))) {
			return types.True
		}
	}
	return types.False
}

func argument(recv ref.Val, _ any, args []ref.Val) ref.Val {
	a := recv.(actionVal).f.action
	n := int64(args[0].(types.Int))
	switch {
	case n < 0 || n >= int64(len(a.Args)):
		return types.String("")
	case a.Args[n] == guard.UnknownWord:
		return types.NewErr("argument %d of %s is not known", n, programName(a))
	}
	return text(a.Args[n])
}

func pathIn(recv ref.Val, c any, _ []ref.Val) ref.Val { return recv.(pathVal).in(c.(*pathSet)) }

func globLiteral(s string) (any, error) {
	globs, err := parseGlobs(s, true)
	if err != nil {
		return nil, err
	}
	set := &pathSet{}
	set.add(globs)
	return set, nil
}

func withinLiteral(s string) (any, error) {
	if !strings.HasPrefix(s, "/") || strings.ContainsAny(s, `*?[]{}\`) {
		return nil, fmt.Errorf("%q: want an absolute folder", s)
	}
	return globLiteral(strings.TrimSuffix(s, "/") + "/**")
}

func hostLiteral(s string) (any, error) {
	set := &hostSet{}
	return set, set.add(s)
}

// boundedRegex is a regular expression that refuses texts which it would take
// too long for.
type boundedRegex struct {
	re   *regexp.Regexp
	size int
}

func regexLiteral(s string) (any, error) {
	parsed, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("regular expression: %w", err)
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil, fmt.Errorf("regular expression: %w", err)
	}
	if len(prog.Inst) > maxRegex {
		return nil, fmt.Errorf("regular expression of %d instructions: at most %d (shorten its repetitions)", len(prog.Inst), maxRegex)
	}
	re, err := regexp.Compile(s)
	return &boundedRegex{re, len(prog.Inst)}, err
}

func (b *boundedRegex) match(v ref.Val) ref.Val {
	s, ok := v.(types.String)
	switch {
	case !ok:
		return types.NoSuchOverloadErr()
	case len(s)*b.size > maxMatching:
		return types.NewErr("a text of %d bytes is too long for the regular expression", len(s))
	}
	return types.Bool(b.re.MatchString(string(s)))
}

func textContainsAny(recv ref.Val, _ any, args []ref.Val) ref.Val {
	s, ok := recv.(types.String)
	return anyOf(args[0], func(part string) bool { return ok && strings.Contains(string(s), part) })
}

func listContainsAny(recv ref.Val, _ any, args []ref.Val) ref.Val {
	held := map[string]bool{}
	if v := anyOf(recv, func(s string) bool { held[s] = true; return false }); types.IsError(v) {
		return v
	}
	return anyOf(args[0], func(s string) bool { return held[s] })
}

// anyOf reports whether f holds for one of a list's texts.
func anyOf(list ref.Val, f func(string) bool) ref.Val {
	l, ok := list.(interface {
		Get(ref.Val) ref.Val
		Size() ref.Val
	})
	if !ok {
		return types.NoSuchOverloadErr()
	}
	n := l.Size().(types.Int)
	for i := types.Int(0); i < n; i++ {
		s, ok := l.Get(i).(types.String)
		if !ok {
			return types.NoSuchOverloadErr()
		}
		if f(string(s)) {
			return types.True
		}
	}
	return types.False
}
