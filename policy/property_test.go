package policy

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

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
		s += "/" + g.one("*", "**", "a", ".env", "*.pem", "x.{go,pem}", "[a-x]*", ".?nv", "café", "lib")
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
			a.Path += "/" + g.one("*", ".e*", "*.p?m", "[a-z].go", "**/x.pem", "@(a|b)")
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

// Adding a deny or ask rule never loosens a decision.
func TestAddingARuleNeverLoosens(t *testing.T) {
	for seed := range uint64(policies) {
		g := newGen(seed)
		header := g.header()
		rules := g.rules("r", 1+g.IntN(8), "deny", "ask", "allow", "allow")
		more := append(append([]string{}, rules...), g.rules("more", 1, "deny", "ask")...)
		before, after := checked(header, rules), checked(header, more)
		for range calls {
			c := g.call()
			a, b := before.Decide(context.Background(), c), after.Decide(context.Background(), c)
			require.LessOrEqual(t, b.Effect, a.Effect, "seed %d: %+v\n%s\n%s", seed, c.Actions, a, strings.Join(more, ""))
		}
	}
}

// An overlay never loosens a decision, whether it loads or not.
func TestAnOverlayNeverLoosens(t *testing.T) {
	for seed := range uint64(policies) {
		g := newGen(1000 + seed)
		base := checked(g.header(), g.rules("r", 1+g.IntN(6), "deny", "ask", "allow"))
		over := base.WithOverlay("o.yaml", []byte("version: 1\nrules:\n"+strings.Join(g.rules("o", 1+g.IntN(3), "deny", "ask", "allow"), "")))
		for range calls {
			c := g.call()
			a, b := base.Decide(context.Background(), c), over.Decide(context.Background(), c)
			require.LessOrEqual(t, b.Effect, a.Effect, "seed %d: %+v", seed, c.Actions)
		}
	}
}

// Asking every rule instead of those that the index finds decides the same and
// reports the same.
func TestTheIndexChangesNothing(t *testing.T) {
	fired := 0
	for seed := range uint64(policies) {
		g := newGen(2000 + seed)
		p := checked(g.header(), g.rules("r", 1+g.IntN(12), "deny", "ask", "allow"))
		all := *p.engine()
		all.scan = true
		for range calls {
			c := g.call()
			a, b := p.engine().decide(c), all.decide(c)
			require.Equal(t, b, a, "seed %d: %+v", seed, c.Actions)
			fired += len(a.Fired)
		}
	}
	require.Greater(t, fired, policies*calls, "rules and actions meet")
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
