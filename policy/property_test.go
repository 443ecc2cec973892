package policy

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"github.com/bmatcuk/doublestar/v4"
	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
)

// gen makes random policies and calls from few words, so that rules and
// actions often meet.
type gen struct{ *rand.Rand }

func newGen(seed uint64) gen { return gen{rand.New(rand.NewPCG(seed, 7))} }

func (g gen) one(words ...string) string { return words[g.IntN(len(words))] }

func (g gen) path() string {
	var b strings.Builder
	for range 1 + g.IntN(3) {
		b.WriteString("/" + g.one("ws", "a", "A", ".env", "x.pem", "x.go", "café", "lib"))
	}
	return b.String()
}

func (g gen) glob() string {
	if g.IntN(12) == 0 {
		return "**"
	}
	s := g.one("", "/**", "/ws")
	for range 1 + g.IntN(2) {
		s += "/" + g.one("*", "**", "a", ".env", "*.pem", "x.{go,pem}", "x.go", "x.pem", "[a-x]*", ".?nv", "café", "lib")
	}
	s = strings.TrimPrefix(s, "/**/")
	if !strings.HasPrefix(s, "/") && s != "**" {
		s = "**/" + s
	}
	if g.IntN(8) == 0 {
		s = "!" + s
	}
	return s
}

func (g gen) program() string {
	return g.one("git push", "git", "git stash drop", "rm", "npm install", "mk*", "mkfs.ext4", "sudo", "RM")
}

func (g gen) host() string { return g.one("a.example", "b.a.example", "10.1.2.3", "evil.example", "") }

func (g gen) condition() string {
	return g.one(
		`action.kind == "exec" || action.zone == "temp"`, `call.agent == "x"`, `!(call.agent == "x")`,
		`action.zone == "workspace"`, `action.recursive`, `action.path.glob("**/*.pem")`, `action.resolved.within("/ws")`,
		`action.flag("f")`, `action.args.exists(a, a == "x")`, `call.args.n == 1`, `call.args.?n.orValue(1) == 1`, `inside`, `action.host.matches("*.example")`)
}

// rule writes one rule; effects are those it may have.
func (g gen) rule(id string, effects ...string) string {
	var heads []string
	list := func(n int, f func() string) string {
		var out []string
		for range 1 + g.IntN(n) {
			out = append(out, fmt.Sprintf("%q", f()))
		}
		return "[" + strings.Join(out, ", ") + "]"
	}
	for _, k := range []string{"read", "write", "delete", "list"} {
		if g.IntN(3) == 0 {
			heads = append(heads, k+": "+list(3, g.glob))
		}
	}
	if g.IntN(3) == 0 {
		heads = append(heads, "exec: "+list(3, func() string { return g.one(g.program(), "*", "path:"+strings.TrimPrefix(g.glob(), "!")) }))
	}
	if g.IntN(4) == 0 {
		heads = append(heads, "connect: "+list(2, func() string { return g.one("*", "a.example", "*.example", "10.0.0.0/8") }))
	}
	if g.IntN(6) == 0 {
		heads = append(heads, g.one(`unknown: "*"`, `use: [t, "u*"]`, `use: "*"`))
	}
	if len(heads) == 0 || g.IntN(6) == 0 {
		heads = append(heads, "tool: "+g.one(`"*"`, "t", `[u, "t*"]`))
	}
	s := fmt.Sprintf("  - id: %s\n    effect: %s\n    on: {%s}\n", id, g.one(effects...), strings.Join(heads, ", "))
	if g.IntN(3) == 0 {
		s += "    when: '" + g.condition() + "'\n"
	}
	if g.IntN(5) == 0 {
		s += "    unless: '" + g.condition() + "'\n"
	}
	if g.IntN(10) == 0 {
		s += "    mode: audit\n"
	}
	return s
}

func (g gen) header() string {
	s := "version: 1\nvariables: {inside: 'action.zone == \"workspace\" || action.zone == \"temp\"'}\ndefault: {"
	for i, k := range kindNames() {
		if i > 0 {
			s += ", "
		}
		s += k + ": " + g.one("allow", "ask", "deny")
	}
	return s + "}\n"
}

func (g gen) rules(prefix string, n int, effects ...string) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = g.rule(fmt.Sprintf("%s%d", prefix, i), effects...)
	}
	return out
}

func (g gen) action() guard.Action {
	k := guard.Kinds()[g.IntN(kindCount)]
	a := guard.Action{Kind: k}
	place := func() {
		a.Path = g.path()
		a.Resolved = a.Path
		a.Zone = guard.Zone(g.one("workspace", "temp", "system", "outside", ""))
		a.Recursive = g.IntN(4) == 0
		switch g.IntN(6) {
		case 0:
			a.Resolved = g.path()
		case 1:
			a.Path += "/" + g.one("*", ".e*", "*.p?m", "[a-z].go", "*.pem", "**/x.pem", "@(a|b)")
			a.Resolved, a.Pattern = a.Path, true
		case 2:
			a.Resolved = ""
		}
	}
	switch k {
	case guard.KindExec:
		if g.IntN(4) == 0 {
			place()
			break
		}
		a.Command = g.one("git push", "git stash drop", "git", "rm", "npm", "mkfs.ext4", "ls", "Rm")
		a.Program, _, _ = strings.Cut(a.Command, " ")
		a.Args = []string{g.one("x", "install", "push", guard.UnknownWord), "-f"}
		a.Flags = []string{g.one("f", "x")}
		if g.IntN(4) == 0 {
			a.Via = []string{g.one("sudo", "nice", "git")}
		}
	case guard.KindConnect:
		a.Host = g.host()
	case guard.KindUnknown:
		a.Opaque, a.Reason = g.IntN(2) == 0, "why"
	case guard.KindUse:
	default:
		place()
	}
	return a
}

func (g gen) call() *guard.Call {
	c := &guard.Call{Tool: g.one("t", "u", "u1", "v"), Principal: guard.Principal{Agent: g.one("x", "y")}, Args: map[string]any{"n": int64(g.IntN(2))}, Raw: []byte("{}")}
	if g.IntN(3) == 0 {
		c.Args = nil
	}
	for range 1 + g.IntN(3) {
		c.Actions = append(c.Actions, g.action())
	}
	return c
}

// checked skips the load checks that a rule added to a policy may run into:
// what matters here is what it decides.
func checked(header string, rules []string) *Policy {
	l := &loader{lax: true}
	l.read("p.yaml", "", []byte(header+"rules:\n"+strings.Join(rules, "")), false)
	e, err := l.build()
	if err != nil {
		panic(err)
	}
	p := &Policy{}
	p.state.Store(e)
	return p
}

const (
	policies = 60
	calls    = 60
)

// fault is a change of an engine that a property must find.
type fault struct {
	name  string
	plant func(e *engine)
}

// holds checks that a property finds nothing in the engine as it is, and
// something in each faulty one. The property returns what it found, or "".
func holds(t *testing.T, property func(plant func(*engine)) string, faults []fault) {
	t.Helper()
	require.Empty(t, property(func(*engine) {}))
	for _, f := range faults {
		require.NotEmpty(t, property(f.plant), "the fault isn't found: %s", f.name)
	}
}

// each changes every kind's index.
func each(change func(x *kindIndex)) func(*engine) {
	return func(e *engine) {
		for i := range e.index {
			change(&e.index[i])
		}
	}
}

// without drops a rule from what is asked.
func without(drop func(r *rule) bool) func(*engine) {
	return func(e *engine) {
		e.rules = slices.Clone(e.rules)
		for i := range e.rules {
			if drop(&e.rules[i]) {
				e.rules[i].heads = [kindCount]*head{}
			}
		}
	}
}

// failing makes erring rules not fire, as engines do that fail open.
func failing(e *engine) {
	e.rules = slices.Clone(e.rules)
	for i := range e.rules {
		if r := &e.rules[i]; r.strict() && r.when != nil {
			when := *r.when
			when.program = failOpen{when.program}
			r.when = &when
		}
	}
}

type failOpen struct{ cel.Program }

func (p failOpen) Eval(input any) (ref.Val, *cel.EvalDetails, error) {
	out, details, err := p.Program.Eval(input)
	if err != nil {
		return types.False, details, nil
	}
	return out, details, err
}

// Adding a deny or ask rule never loosens a decision.
func TestAddingARuleNeverLoosens(t *testing.T) {
	holds(t, func(plant func(*engine)) string {
		for seed := range uint64(policies) {
			g := newGen(seed)
			header := g.header()
			rules := g.rules("r", 1+g.IntN(8), "deny", "ask", "allow", "allow")
			more := append(append([]string{}, rules...), g.rules("more", 1, "deny", "ask")...)
			before, after := checked(header, rules), checked(header, more)
			plant(after.engine())
			for range calls {
				c := g.call()
				a, b := before.Decide(context.Background(), c), after.Decide(context.Background(), c)
				if b.Effect > a.Effect {
					return fmt.Sprintf("seed %d: %+v\n%s\n%s", seed, c.Actions, a, strings.Join(more, ""))
				}
			}
		}
		return ""
	}, []fault{
		{"the new rule's effect is allow", func(e *engine) { e.rules[len(e.rules)-1].effect = guard.Allow }},
		{"the new rule takes the first one's place", func(e *engine) { e.rules[0].heads = [kindCount]*head{} }},
		{"the new rule takes the place of the defaults", func(e *engine) {
			for k, h := range e.rules[len(e.rules)-1].heads {
				if h != nil {
					e.defaults[k].effect = guard.Allow
				}
			}
		}},
		{"deny rules count for less than ask rules", func(e *engine) {
			if e.rules[len(e.rules)-1].effect == guard.Ask {
				without(func(r *rule) bool { return r.effect == guard.Deny })(e)
			}
		}},
		{"an error keeps rules from firing", failing},
	})
}

// An overlay never loosens a decision, whether it loads or not.
func TestAnOverlayNeverLoosens(t *testing.T) {
	property := func(over func(base *Policy, text []byte) *Policy) string {
		for seed := range uint64(policies) {
			g := newGen(1000 + seed)
			base := checked(g.header(), g.rules("r", 1+g.IntN(6), "deny", "ask", "allow"))
			o := over(base, []byte("version: 1\nrules:\n"+strings.Join(g.rules("o", 1+g.IntN(3), "deny", "ask", "allow"), "")))
			for range calls {
				c := g.call()
				a, b := base.Decide(context.Background(), c), o.Decide(context.Background(), c)
				if b.Effect > a.Effect {
					return fmt.Sprintf("seed %d: %+v", seed, c.Actions)
				}
			}
		}
		return ""
	}
	sound := func(base *Policy, text []byte) *Policy { return base.WithOverlay("o.yaml", text) }
	require.Empty(t, property(sound))
	for name, faulty := range map[string]func(base *Policy, text []byte) *Policy{
		"it takes the policy's place": func(base *Policy, text []byte) *Policy {
			o := sound(base, text)
			o.under = nil
			return o
		},
		"what doesn't load is allowed": func(base *Policy, text []byte) *Policy {
			if o := sound(base, text); o.err == nil {
				return o
			}
			open := &engine{}
			for i := range open.defaults {
				open.defaults[i].effect = guard.Allow
			}
			o := &Policy{}
			o.state.Store(open)
			return o
		},
	} {
		require.NotEmpty(t, property(faulty), "the fault isn't found: %s", name)
	}
}

// Asking every rule instead of those that the index finds decides the same and
// reports the same.
func TestTheIndexChangesNothing(t *testing.T) {
	fired := 0
	holds(t, func(plant func(*engine)) string {
		for seed := range uint64(policies) {
			g := newGen(2000 + seed)
			p := checked(g.header(), g.rules("r", 1+g.IntN(12), "deny", "ask", "allow"))
			all := *p.engine()
			all.scan = true
			plant(p.engine())
			for range calls {
				c := g.call()
				a, b := p.engine().decide(c), all.decide(c)
				if !reflect.DeepEqual(a, b) {
					return fmt.Sprintf("seed %d: %+v: %s, not %s", seed, c.Actions, a, b)
				}
				fired += len(a.Fired)
			}
		}
		return ""
	}, []fault{
		{"rules for every action of a kind are missing", each(func(x *kindIndex) { x.always = nil })},
		{"rules for a tool are missing", each(func(x *kindIndex) { x.byTool, x.use = nil, nil })},
		{"programs are missing", each(func(x *kindIndex) { x.words.first = table{} })},
		{"sub-commands are missing", each(func(x *kindIndex) { x.words.second = table{} })},
		{"sub-commands among the arguments are missing", each(func(x *kindIndex) { x.words.all = table{} })},
		{"programs with a star are missing", each(func(x *kindIndex) { x.words.stars = nil })},
		{"names in paths are missing", each(func(x *kindIndex) { x.paths.names = table{} })},
		{"extensions are missing", each(func(x *kindIndex) { x.paths.exts = table{} })},
		{"other globs are missing", each(func(x *kindIndex) { x.paths.rest = nil })},
		{"names in patterns are missing", each(func(x *kindIndex) { x.texts.names = table{} })},
		{"extensions in patterns are missing", each(func(x *kindIndex) { x.texts.exts = table{} })},
		{"extensions of names in patterns are missing", each(func(x *kindIndex) { x.texts.endings = table{} })},
		{"other globs in patterns are missing", each(func(x *kindIndex) { x.texts.rest = nil })},
		{"globs for vague patterns are missing", each(func(x *kindIndex) { x.texts.all = nil })},
		{"globs for paths that aren't known are missing", each(func(x *kindIndex) { x.pathIDs = nil })},
		{"hosts are missing", each(func(x *kindIndex) { x.hosts.exact = table{} })},
		{"domains are missing", each(func(x *kindIndex) { x.hosts.suffixes = table{} })},
		{"address ranges are missing", each(func(x *kindIndex) { x.hosts.rest = nil })},
		{"shapes are wrong", each(func(x *kindIndex) { x.paths.names.shapes = [4]uint64{} })},
	})
	require.Greater(t, fired, policies*calls, "rules and actions meet")
}

// What is found without CEL is what CEL says.
func TestDirectConditionsSayWhatCELSays(t *testing.T) {
	more := []string{
		`action.program in ["git", "rm"] && !(action.zone != "temp")`, `action.command == "git push" || action.flag("x", "f")`,
		`action.kind in ["exec", "read"] && (action.opaque || action.root || action.pattern)`, `call.engine == "none" && call.tier != "none"`,
		`action.recursive || action.args.size() > 1`, `!action.opaque && call.args.n == 1`, `action.program == "" && inside`, `!inside`,
		`inside || call.args.n == 1`, `call.args.n == 1 && inside`,
		`action.args.exists(a, a in ["x", "-f"] && !a.startsWith("-"))`, `action.args.all(a, a.contains("f") || a == "x")`,
		`!action.args.all(inside, inside == "x" || action.opaque) || action.flags.exists(a, a.endsWith("x"))`,
		`action.via.exists(a, a == "sudo" || a.size() == 4) || action.args.exists(a, ["x", "y"].exists(b, b == a))`,
		`action.args.exists_one(a, a == "x")`, `action.args.filter(a, a == "x").size() == 1`, `action.command.startsWith("git") && action.args.exists(a, a.matches("^[a-z]"))`,
	}
	said := map[answer]int{}
	holds(t, func(plant func(*engine)) string {
		for seed := range uint64(policies) {
			g := newGen(3000 + seed)
			rules := g.rules("r", 1+g.IntN(12), "deny", "ask", "allow")
			for i, m := range more {
				rules = append(rules, fmt.Sprintf("  - id: m%d\n    effect: ask\n    on: {tool: \"*\"}\n    when: '%s'\n", i, m))
			}
			e := checked(g.header(), rules).engine()
			plant(e)
			for range calls {
				c := g.call()
				if c.Tier = guard.Tier(g.IntN(3)); g.IntN(20) == 0 {
					c.Actions[0].Program = strings.Repeat("x", maxText+1)
					c.Actions[0].Flags = append(slices.Repeat([]string{"x"}, maxWords), "y")
				}
				f := newFrame(e, c)
				for i := range c.Actions {
					f.enter(i)
					for j := range e.rules {
						for _, x := range []*condition{e.rules[j].when, e.rules[j].unless} {
							if x == nil {
								continue
							}
							got := x.direct(f)
							said[got]++
							out, _, err := x.program.Eval(f)
							if got != askCEL && (err != nil || out != types.Bool(got == yes)) {
								return fmt.Sprintf("seed %d: %s: %v is %v, not %v, %v", seed, x.source.text, c.Actions[i], got, out, err)
							}
						}
					}
				}
				f.release()
			}
		}
		return ""
	}, []fault{{"a condition is turned round", func(e *engine) {
		for i := range e.rules {
			if w := e.rules[i].when; w != nil {
				direct := w.direct
				w.direct = func(f *frame) answer { return direct(f).not() }
			}
		}
	}}})
	for _, a := range []answer{askCEL, yes, no} {
		require.Greater(t, said[a], calls, "%v is said", a)
	}
}

// Globs match as doublestar's do, given that the folder "/" has no name that a
// star could take.
func TestGlobsMatchAsDoublestar(t *testing.T) {
	g := newGen(3)
	matched := 0
	for range 20000 {
		text := strings.TrimPrefix(g.glob(), "!")
		path := g.path()
		if strings.HasSuffix(text, "*/**") {
			continue // there doublestar wants more than the folder, unlike after a plain name
		}
		globs, err := parseGlobs(text, false)
		require.NoError(t, err, text)
		want, err := doublestar.Match(strings.TrimPrefix(text, "/"), path[1:])
		require.NoError(t, err)
		got := matchAny(globs, path)
		require.Equal(t, want, got, "%s on %s", text, path)
		set := &pathSet{}
		set.add(globs)
		require.Equal(t, want, set.match(path, path), "index: %s on %s", text, path)
		if want {
			matched++
		}
	}
	require.Greater(t, matched, 1000)
}

// A glob that covers a pattern matches every path that the pattern does, and
// one that meets none matches none of those that the pattern names in full.
func TestPatternsAgreeWithPaths(t *testing.T) {
	g := newGen(4)
	covered, met := 0, 0
	for range 30000 {
		globs, err := parseGlobs(strings.TrimPrefix(g.glob(), "!"), false)
		require.NoError(t, err)
		shape := g.path() + "/" + g.one("*", ".e*", "*.p?m", "?.go", "**/x.pem", ".*", "x.*")
		path := g.path() + g.one("", "/"+g.one("x.pem", ".env", "a"))
		in, err := doublestar.Match(shape, path)
		require.NoError(t, err)
		if !in {
			continue
		}
		p, literal := parsePattern(shape, true, false), parsePattern(path, false, false)
		for _, x := range globs {
			if x.coversAll(p) {
				covered++
				require.True(t, x.match(path), "%s covers %s, not %s", x.text, shape, path)
			}
			if x.match(path) {
				met++
				require.True(t, x.meets(literal), "%s meets %s", x.text, path)
				require.True(t, x.coversAll(literal), "%s covers %s", x.text, path)
			} else {
				require.False(t, x.meets(literal), "%s meets %s", x.text, path)
			}
		}
	}
	require.Greater(t, covered, 20)
	require.Greater(t, met, 20)
}

// Whatever a file holds, loading it ends, and what it decides is one of three.
func FuzzParse(f *testing.F) {
	for _, name := range Presets() {
		f.Add(presetText(name))
	}
	g := newGen(5)
	for range 8 {
		f.Add([]byte(g.header() + "rules:\n" + strings.Join(g.rules("r", 3, "deny", "ask", "allow"), "")))
	}
	f.Add([]byte("version: 1\nextends: standard\nlists: {x: [$x]}\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		p, err := Parse("p.yaml", src)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		d := p.Decide(context.Background(), newGen(1).call())
		require.LessOrEqual(t, d.Effect, guard.Allow)
		require.LessOrEqual(t, len([]rune(d.Reason)), maxReason)
	})
}

// Patterns from outside are read in bounded time whatever they hold.
func FuzzMeets(f *testing.F) {
	f.Add("**/*.pem", "/a/@(x|*)[[:alpha:]]*")
	f.Add("/a/[!a]{b,c}/**", "/**/**/?\\")
	f.Fuzz(func(t *testing.T, text, shape string) {
		globs, err := parseGlobs(text, true)
		if err != nil {
			return
		}
		p := parsePattern(foldable(shape), true, false)
		for _, x := range globs {
			if x.coversAll(p) && !p.huge && len(p.names) > 0 && !x.plain {
				_ = x.meets(p)
			}
		}
	})
}
