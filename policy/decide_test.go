package policy_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/policy"
)

func decide(p *policy.Policy, actions ...guard.Action) guard.Decision {
	return p.Decide(context.Background(), &guard.Call{Tool: "t", Actions: actions})
}

func exec(command string, args ...string) guard.Action {
	program, rest, _ := strings.Cut(command, " ")
	if rest != "" {
		args = append(strings.Fields(rest), args...)
	}
	a := guard.Action{Kind: guard.KindExec, Program: program, Command: command, Args: args}
	for _, w := range args {
		if strings.HasPrefix(w, "-") {
			a.Flags = append(a.Flags, strings.TrimLeft(w, "-"))
		}
	}
	return a
}

func file(kind guard.Kind, path string) guard.Action {
	return guard.Action{Kind: kind, Path: path, Resolved: path, Zone: guard.ZoneWorkspace}
}

func pattern(kind guard.Kind, path string) guard.Action {
	a := file(kind, path)
	a.Pattern = true
	return a
}

func recursive(kind guard.Kind, path string) guard.Action {
	a := file(kind, path)
	a.Recursive = true
	return a
}

func link(kind guard.Kind, path, to string) guard.Action {
	a := file(kind, path)
	a.Resolved = to
	return a
}

func connect(host string) guard.Action { return guard.Action{Kind: guard.KindConnect, Host: host} }

// A head is one entry of a rule; each case says whether a deny rule and an
// allow rule with it match.
func TestHeads(t *testing.T) {
	for _, c := range []struct {
		head        string
		action      guard.Action
		deny, allow bool
	}{
		// programs
		{"exec: rm", exec("rm", "-f"), true, true},
		{"exec: rm", exec("rmdir"), false, false},
		{"exec: rm", exec("RM"), true, false},
		{"exec: git stash", exec("git stash drop"), true, true},
		{"exec: git stash drop", exec("git stash"), false, false},
		{"exec: git stash drop", exec("git stash dropper"), false, false},
		{"exec: '*'", exec("x"), true, true},
		{"exec: '*'", guard.Action{Kind: guard.KindExec, Path: "/x", Resolved: "/x"}, true, true},
		{"exec: x", guard.Action{Kind: guard.KindExec, Path: "/x", Resolved: "/x"}, false, false},
		{"exec: 'mkfs.*'", exec("mkfs.ext4"), true, true},
		{"exec: 'python3*'", exec("python3.12"), true, true},
		{"exec: 'path:/tmp/**'", guard.Action{Kind: guard.KindExec, Path: "/tmp/x", Resolved: "/tmp/x"}, true, true},
		{"exec: 'path:/tmp/**'", guard.Action{Kind: guard.KindExec, Path: "/ws/x", Resolved: "/tmp/x"}, true, false},
		{"exec: 'path:/tmp/**'", exec("ls"), false, false},
		// sub-commands that the program's specification doesn't know
		{"exec: npm install", guard.Action{Kind: guard.KindExec, Program: "npm", Command: "npm", Args: []string{"-q", "install", "x"}}, true, false},
		{"exec: npm install", guard.Action{Kind: guard.KindExec, Program: "npm", Command: "npm", Args: []string{"test"}}, false, false},
		// wrappers
		{"exec: sudo", guard.Action{Kind: guard.KindExec, Program: "ls", Command: "ls", Via: []string{"nice", "sudo"}}, true, false},

		// files
		{"read: '**/*.pem'", file(guard.KindRead, "/a/b.pem"), true, true},
		{"read: '**/*.pem'", file(guard.KindRead, "/a/b.PEM"), true, false},
		{"read: '**/*.pem'", file(guard.KindWrite, "/a/b.pem"), false, false},
		{"read: '**/*.pem'", link(guard.KindRead, "/a/b.pem", "/a/c"), true, false},
		{"read: '**/*.pem'", link(guard.KindRead, "/a/c", "/a/b.pem"), true, false},
		{"read: '**/caf\u00e9'", file(guard.KindRead, "/a/cafe\u0301"), true, false},
		{"read: '**/cafe\u0301'", file(guard.KindRead, "/a/CAF\u00c9"), true, false},
		{"read: ['**/.env*', '!**/.env.example']", file(guard.KindRead, "/a/.env.example"), false, false},
		{"read: ['**/.env*', '!**/.env.example']", file(guard.KindRead, "/a/.env.x"), true, true},
		{"read: ['**/.env*', '!**/.env.example']", file(guard.KindRead, "/a/.env.EXAMPLE"), true, true},
		{"read: ['**/.env*', '!**/.env.example']", pattern(guard.KindRead, "/a/.env*"), true, false},
		{"read: ['**/.env*', '!**/.env.example']", link(guard.KindRead, "/a/.env.example", "/a/.env"), true, false},
		{"read: '/d/**'", file(guard.KindRead, "/d"), true, true},
		{"read: '/d/**'", file(guard.KindRead, "/dx"), false, false},
		{"read: '**'", guard.Action{Kind: guard.KindRead}, true, true},
		{"read: '/d/**'", guard.Action{Kind: guard.KindRead}, true, false},
		{"read: '/d/**'", file(guard.KindRead, "/x/"+strings.Repeat("a", 5000)), true, false},

		// patterns: a deny where the pattern names some of the head's text
		{"read: '**/.env'", pattern(guard.KindRead, "/a/.e*"), true, false},
		{"read: '**/.env'", pattern(guard.KindRead, "/a/.??v"), true, false},
		{"read: '**/.env'", pattern(guard.KindRead, "/a/.*"), true, false},
		{"read: '**/.env'", pattern(guard.KindRead, "/a/.[a-z]nv"), true, false},
		{"read: '**/.env'", pattern(guard.KindRead, "/a/@(.env|x)"), true, false},
		{"read: '**/.env'", pattern(guard.KindRead, "/a/.[eE][nN]*"), true, false},
		{"read: '**/.boto'", pattern(guard.KindRead, "/a/*.[jJ][sS][oO][nN]"), false, false},
		{"read: '**/*.pem'", pattern(guard.KindRead, "/a/*.[pP][eE][mM]"), true, false},
		{"read: '**/*.pem'", pattern(guard.KindRead, "/a/[pP].[gG][oO]"), false, false},
		{"read: ['/a/**', '!**/A.go']", pattern(guard.KindRead, "/a/[aA].go"), true, false},
		{"read: '**/.env'", pattern(guard.KindRead, "/a/*"), false, false},
		{"read: '**/.env'", pattern(guard.KindRead, "/a/*env"), false, false},
		{"read: '**/.env'", pattern(guard.KindRead, "/a/.*.o"), false, false},
		{"read: '**/*.pem'", pattern(guard.KindRead, "/a/*"), false, false},
		{"read: '**/*.pem'", pattern(guard.KindRead, "/a/README*"), false, false},
		{"read: '**/*.pem'", pattern(guard.KindRead, "/a/main.*"), false, false},
		{"read: '**/*.pem'", pattern(guard.KindRead, "/a/*.pem"), true, false},
		{"read: '**/*.pem'", pattern(guard.KindRead, "/a/**/x.p?m"), true, false},
		{"read: '**/.docker/config.json'", pattern(guard.KindRead, "/a/**/*.json"), false, false},
		{"read: '**/.docker/config.json'", pattern(guard.KindRead, "/a/**/*g.json"), true, false},
		{"read: '**/.docker/config.json'", pattern(guard.KindRead, "/a/**/*ig.json"), true, false},
		{"read: '**/.docker/config.json'", pattern(guard.KindRead, "/a/**/config.*"), true, false},
		{"read: '**/.docker/config.json'", pattern(guard.KindRead, "/a/**/config.json"), true, false},
		{"read: '**/.docker/config.json'", pattern(guard.KindRead, "/a/**/*config*"), false, false},
		{"read: '**/.docker/config.json'", pattern(guard.KindRead, "/a/**/.docker/*config*"), true, false},
		{"read: '**/.docker/auth.json'", pattern(guard.KindRead, "/a/**/*auth*"), true, false},
		{"read: '**/.docker/config.json'", pattern(guard.KindRead, "/a/**/.d*/config.json"), true, false},
		{"read: '**/config.json'", pattern(guard.KindRead, "/a/**/config.json"), true, true},
		{"read: '**/.docker/config.json'", pattern(guard.KindRead, "/a/**/.docker/*.json"), true, false},
		{"read: '**/.docker/config.json'", pattern(guard.KindRead, "/a/.d*/*.json"), true, false},
		{"read: '**/.docker/config.json'", pattern(guard.KindRead, "/a/.*/*.json"), true, false},
		{"read: '**/.docker/config.json'", pattern(guard.KindRead, "/a/*/*.json"), false, false},
		{"read: '**/.docker/config.json'", pattern(guard.KindRead, "/a/**/*.js*"), false, false},
		{"read: '**/.docker/config.json'", pattern(guard.KindRead, "/a/**/config*.go"), false, false},
		{"read: '**/.docker/*.json'", pattern(guard.KindRead, "/a/**/*.json"), false, false},
		{"write: '**/site.py'", pattern(guard.KindWrite, "/a/*.py"), false, false},
		{"write: '**/site.py'", pattern(guard.KindWrite, "/a/**/*.py"), false, false},
		{"write: '**/site.py'", pattern(guard.KindWrite, "/a/si*.py"), true, false},
		{"write: '**/site.py'", pattern(guard.KindWrite, "/a/*te.py"), true, false},
		{"write: '**/site.py'", pattern(guard.KindWrite, "/a/site.*"), true, false},
		{"write: '/a/site.py'", pattern(guard.KindWrite, "/a/*.py"), true, false},
		{"write: '**/site.key'", pattern(guard.KindWrite, "/a/*.key"), true, false},
		{"read: '**/.a/b.key'", pattern(guard.KindRead, "/a/**/*.key"), true, false},
		{"read: '**/.rc.yml'", pattern(guard.KindRead, "/a/**/.*.yml"), false, false},
		{"read: '**/.rc.yml'", pattern(guard.KindRead, "/a/**/.r*.yml"), true, false},
		{"read: '**/.rc.yml'", pattern(guard.KindRead, "/a/.*.yml"), true, false},
		{"read: '**/.rc.yml'", pattern(guard.KindRead, "/a/**/.*"), true, false},
		{"read: '**/.json'", pattern(guard.KindRead, "/a/**/*.json"), true, false},
		{"read: '**/secrets/db.json'", pattern(guard.KindRead, "/a/**/*.json"), true, false},
		{"read: '/etc/shadow'", pattern(guard.KindRead, "/etc/*"), true, false},
		{"read: '/etc/shadow'", pattern(guard.KindRead, "/usr/*"), false, false},
		{"read: '/d/**'", pattern(guard.KindRead, "/d/*.go"), true, true},
		{"read: '/d/*'", pattern(guard.KindRead, "/d/*.go"), true, true},
		{"read: '/d/*'", pattern(guard.KindRead, "/d/*/x"), false, false},
		{"read: '/d/*.go'", pattern(guard.KindRead, "/d/*.go"), true, false},
		{"read: '**'", pattern(guard.KindRead, "/d/*"), true, true},
		{"read: '/d/**'", pattern(guard.KindRead, "/d/"+strings.Repeat("?", 2000)), true, false},

		// a folder with everything in it
		{"delete: '/etc/shadow'", recursive(guard.KindDelete, "/etc"), true, false},
		{"delete: '/etc/shadow'", recursive(guard.KindDelete, "/usr"), false, false},
		{"delete: '**/.env'", recursive(guard.KindDelete, "/a/build"), false, false},
		{"delete: ['**/.env.*', '!**/.env.example']", recursive(guard.KindDelete, "/a/.env.example"), false, false},
		{"delete: ['**/.env.*', '!**/.env.example']", recursive(guard.KindDelete, "/a/.env.x"), true, false},
		{"delete: ['**/.git/**', '!**/.git']", recursive(guard.KindDelete, "/a/.git"), true, false},
		{"delete: '**/.git/hooks/**'", recursive(guard.KindDelete, "/a/.git"), true, false},
		{"delete: '/d/**'", recursive(guard.KindDelete, "/d/x"), true, true},
		{"delete: '/d/*'", recursive(guard.KindDelete, "/d/x"), true, false},

		// hosts
		{"connect: example.com", connect("example.com"), true, true},
		{"connect: example.com", connect("www.example.com"), false, false},
		{"connect: '*.example.com'", connect("a.www.example.com"), true, true},
		{"connect: '*.example.com'", connect("example.com"), false, false},
		{"connect: '*.example.com'", connect("badexample.com"), false, false},
		{"connect: 169.254.0.0/16", connect("169.254.169.254"), true, true},
		{"connect: 169.254.0.0/16", connect("10.0.0.1"), false, false},
		{"connect: '*.example.com'", connect(""), false, false},
		{"connect: '*'", connect(""), true, true},

		// tools
		{"use: t", guard.Action{Kind: guard.KindUse}, true, true},
		{"use: 'x*'", guard.Action{Kind: guard.KindUse}, false, false},
		{"tool: t", exec("x"), true, true},
		{"tool: ['x', 't*']", guard.Action{Kind: guard.KindUnknown}, true, true},
		{"tool: x", exec("x"), false, false},
		{"{tool: t, exec: x}", exec("x"), true, true},
		{"{tool: t, exec: y}", exec("x"), false, false},
		{"{tool: y, exec: x}", exec("x"), false, false},
	} {
		if !strings.HasPrefix(c.head, "{") {
			c.head = "{" + c.head + "}"
		}
		for effect, want := range map[string]bool{"deny": c.deny, "allow": c.allow} {
			src := strings.ReplaceAll(defaults, "exec: allow", "exec: ask") + "rules:\n  - {id: r, effect: " + effect + ", on: " + c.head + "}\n"
			p, err := policy.Parse("p.yaml", []byte(src))
			require.NoError(t, err)
			d := decide(p, c.action)
			require.Equal(t, want, len(d.Fired) > 0 && d.Fired[0].Rule == "r" || len(d.Fired) > 1 && d.Fired[1].Rule == "r",
				"%s on %s: %+v", effect, c.head, c.action)
		}
	}
}

// A condition on an action: true, false, or an error, which fires a deny rule,
// keeps an allow rule from it and is false in unless.
func TestConditions(t *testing.T) {
	const yes, no, failed = "yes", "no", "error"
	long := strings.Repeat("x", 5000)
	for _, c := range []struct {
		kind, when string
		action     guard.Action
		want       string
	}{
		{"exec", `action.program == "git" && action.command == "git push"`, exec("git push"), yes},
		{"exec", `action.flag("force", "f")`, exec("git push", "-f"), yes},
		{"exec", `action.flag("force", "f")`, exec("git push", "-x"), no},
		{"exec", `action.argument(1) == "x"`, exec("git push", "x"), yes},
		{"exec", `action.argument(7) == ""`, exec("git push", "x"), yes},
		{"exec", `action.argument(-1) == ""`, exec("git push", "x"), yes},
		{"exec", `action.argument(1) == ""`, exec("git push", guard.UnknownWord), failed},
		{"exec", `action.args.exists(a, a == "x")`, exec("git push", "x"), yes},
		{"exec", `action.args.exists(a, a == "x")`, exec("git push", guard.UnknownWord), failed},
		{"exec", `action.args.exists(a, a == "x")`, exec("git push", long), failed},
		{"exec", `action.args.contains_any(["x", "y"])`, exec("git push", "y"), yes},
		{"exec", `action.args.contains_any(["x", "z"])`, exec("git push", "y"), no},
		{"exec", `action.program.contains_any(["x", "it"])`, exec("git push"), yes},
		{"exec", `action.program.matches("^g.t$")`, exec("git push"), yes},
		{"exec", `"sudo" in action.via`, guard.Action{Kind: guard.KindExec, Program: "x", Via: []string{"sudo"}}, yes},
		{"exec", `action.zone == "outside"`, exec("ls"), yes},
		{"read", `action.path.glob("**/*.pem")`, file(guard.KindRead, "/a/b.PEM"), yes},
		{"read", `action.path.glob("**/*.pem")`, file(guard.KindRead, "/a/b"), no},
		{"read", `action.path.glob("**/*.pem")`, link(guard.KindRead, "/a/b", "/a/b.pem"), failed},
		{"read", `action.resolved.glob("**/*.pem")`, link(guard.KindRead, "/a/b", "/a/b.pem"), yes},
		{"read", `action.path.glob("**/*.pem")`, pattern(guard.KindRead, "/a/*.p*"), failed},
		{"read", `action.path.glob("**/*.pem")`, pattern(guard.KindRead, "/a/*"), no},
		{"read", `action.path.glob("/a/**")`, pattern(guard.KindRead, "/a/*"), yes},
		{"read", `action.path.within("/a")`, file(guard.KindRead, "/a/b/c"), yes},
		{"read", `action.path.within("/a")`, file(guard.KindRead, "/ab"), no},
		{"read", `action.path.within("/a/b")`, recursive(guard.KindRead, "/a"), failed},
		{"read", `action.path.within("/a")`, file(guard.KindRead, "/b/"+long), failed},
		{"read", `action.pattern`, pattern(guard.KindRead, "/a/*"), yes},
		{"read", `action.recursive && !action.root`, recursive(guard.KindRead, "/a"), yes},
		{"connect", `action.host.matches("*.example.com")`, connect("a.example.com"), yes},
		{"connect", `action.host.matches("*.example.com")`, connect("a.example.org"), no},
		{"connect", `action.host.matches("*.example.com")`, connect(""), failed},
		{"connect", `!has(action.host)`, connect(""), yes},
		{"unknown", `action.opaque && action.reason.contains("x")`, guard.Action{Kind: guard.KindUnknown, Opaque: true, Reason: "axb"}, yes},
		{"use", `call.agent == "me" && call.verified && call.tool == "t"`, guard.Action{Kind: guard.KindUse}, yes},
		{"use", `call.tier == "none" && call.engine == "exact"`, guard.Action{Kind: guard.KindUse}, yes},
		{"use", `call.dir.within("/srv")`, guard.Action{Kind: guard.KindUse}, yes},
		{"use", `call.args.n > 1`, guard.Action{Kind: guard.KindUse}, yes},
		{"use", `call.args.nix == "x"`, guard.Action{Kind: guard.KindUse}, failed},
		{"use", `call.args.?nix.orValue("y") == "y"`, guard.Action{Kind: guard.KindUse}, yes},
		{"use", `call.args.list.exists(x, x == "b")`, guard.Action{Kind: guard.KindUse}, yes},
		{"use", `call.args.list == "b"`, guard.Action{Kind: guard.KindUse}, no},
		{"use", `string(call.args.n).matches("^2$")`, guard.Action{Kind: guard.KindUse}, yes},
		{"use", `string(call.args.list).matches("^2$")`, guard.Action{Kind: guard.KindUse}, failed},
		{"use", `call.args.n.startsWith("b")`, guard.Action{Kind: guard.KindUse}, failed},
	} {
		decide := func(rule string) guard.Decision {
			src := strings.ReplaceAll(defaults, "exec: allow", "exec: ask")
			src = strings.ReplaceAll(src, "deny", "ask")
			p, err := policy.Parse("p.yaml", []byte(src+"rules:\n  - id: r\n    on: {"+c.kind+": '**'}\n    "+rule+"\n"))
			require.NoError(t, err, rule)
			return p.Decide(context.Background(), &guard.Call{
				Tool: "t", Dir: "/srv/x", Engine: guard.EngineExact, Raw: []byte(`{}`),
				Args:      map[string]any{"n": int64(2), "list": []any{"a", "b"}},
				Principal: guard.Principal{Agent: "me", Verified: true}, Actions: []guard.Action{c.action}})
		}
		d := decide("effect: deny\n    when: '" + c.when + "'")
		require.Equal(t, c.want != no, d.Effect == guard.Deny, "deny when %s", c.when)
		require.Equal(t, c.want == failed, d.Effect == guard.Deny && d.Rule().Err != "", "error of %s: %v", c.when, d.Fired)
		if c.want == failed {
			require.Contains(t, d.Reason, "its condition failed")
		}

		d = decide("effect: allow\n    when: '" + c.when + "'")
		require.Equal(t, c.want == yes, d.Effect == guard.Allow, "allow when %s: %v", c.when, d)
		if c.want == failed { // reported, without effect
			last := d.Fired[len(d.Fired)-1]
			require.True(t, last.Audit && last.Err != "" && last.Rule == "r", "%+v", d.Fired)
		}

		require.Equal(t, c.want != yes, decide("effect: deny\n    unless: '"+c.when+"'").Effect == guard.Deny, "deny unless %s", c.when)
		require.Equal(t, c.want == no, decide("effect: allow\n    unless: '"+c.when+"'").Effect == guard.Allow, "allow unless %s", c.when)
	}
}

func TestTheStrictestWins(t *testing.T) {
	p := load(t, `
rules:
  - {id: a-allow, effect: allow, on: {write: "/ws/**"}, require: [backup]}
  - {id: b-ask, effect: ask, on: {write: "/ws/b*"}, require: [landlock]}
  - {id: c-deny, effect: deny, on: {write: "/ws/bc"}, message: "not {action.path} of {call.tool}"}
`)
	d := decide(p, file(guard.KindWrite, "/ws/a"))
	require.Equal(t, guard.Allow, d.Effect)
	require.Equal(t, []guard.Requirement{guard.RequireBackup}, d.Require)
	require.Equal(t, "a-allow", d.Rule().Rule)
	require.Equal(t, "p.yaml:5", d.Rule().Pos)

	d = decide(p, file(guard.KindWrite, "/ws/a"), file(guard.KindWrite, "/ws/b"))
	require.Equal(t, guard.Ask, d.Effect)
	require.Equal(t, "b-ask", d.Rule().Rule)
	require.Equal(t, 1, d.Rule().Action)
	require.Equal(t, "/ws/b", d.Action.Path)
	require.ElementsMatch(t, []guard.Requirement{guard.RequireBackup, guard.RequireLandlock}, d.Require)

	d = decide(p, file(guard.KindWrite, "/ws/b"), file(guard.KindWrite, "/ws/bc"))
	require.Equal(t, guard.Deny, d.Effect)
	require.Equal(t, "not /ws/bc of t", d.Reason)
	var ids []string
	for _, f := range d.Fired {
		ids = append(ids, f.Rule)
	}
	require.Equal(t, []string{"c-deny", "b-ask", "b-ask", "a-allow"}, ids)
}

func TestDefaults(t *testing.T) {
	p := load(t, "")
	d := decide(p, file(guard.KindWrite, "/x"))
	require.Equal(t, guard.Deny, d.Effect)
	require.Equal(t, guard.Fired{Rule: "default.write", Pos: "p.yaml:2", Effect: guard.Deny, Message: "no rule allows this write: /x"}, d.Rule())
	require.Equal(t, "no rule allows this write: /x", d.Reason)

	require.Equal(t, guard.Deny, decide(p).Effect, "no actions")
	require.Equal(t, guard.Deny, decide(p, guard.Action{Kind: "fly"}).Effect, "a kind that isn't known")

	// What isn't known isn't allowed by a default.
	open := strings.ReplaceAll(defaults, "connect: ask", "connect: allow")
	p, err := policy.Parse("p.yaml", []byte(open))
	require.NoError(t, err)
	require.Equal(t, guard.Allow, decide(p, connect("a.example")).Effect)
	require.Equal(t, guard.Ask, decide(p, connect("")).Effect)
}

func TestAuditMode(t *testing.T) {
	rules := "rules:\n  - {id: r, effect: deny, on: {exec: rm}, mode: audit, require: [backup]}\n  - {id: s, effect: ask, on: {exec: mv}, require: [backup]}\n"
	p := load(t, rules)
	d := decide(p, exec("rm"))
	require.Equal(t, guard.Allow, d.Effect)
	require.False(t, d.Audit)
	require.Empty(t, d.Require)
	require.True(t, d.Fired[0].Audit)
	require.Equal(t, guard.Fired{}, d.Rule())

	p = load(t, "mode: audit\n"+rules)
	d = decide(p, exec("mv"))
	require.Equal(t, guard.Allow, d.Effect)
	require.True(t, d.Audit)
	require.Equal(t, guard.Ask, d.Observed)
	require.Empty(t, d.Require)
	d = decide(p, file(guard.KindRead, "/x"))
	require.Equal(t, guard.Deny, d.Observed)
	require.Equal(t, guard.Allow, d.Effect)
}

func TestVariablesAndLists(t *testing.T) {
	p := load(t, `
lists:
  friends: [alice, bob]
  more: ["/m/**"]
  docs: ["/d/**", $more]
variables:
  mine: 'call.agent in friends'
  mine_here: mine && action.zone == "workspace"
rules:
  - {id: docs, effect: allow, on: {read: $docs}, when: mine_here}
`)
	by := func(agent string, a guard.Action) guard.Effect {
		return p.Decide(context.Background(), &guard.Call{Principal: guard.Principal{Agent: agent}, Actions: []guard.Action{a}}).Effect
	}
	require.Equal(t, guard.Allow, by("bob", file(guard.KindRead, "/m/x")))
	require.Equal(t, guard.Allow, by("bob", file(guard.KindRead, "/d/x")))
	require.Equal(t, guard.Deny, by("eve", file(guard.KindRead, "/d/x")))
	require.Equal(t, guard.Deny, by("bob", link(guard.KindRead, "/d/x", "/e")))
}

func TestOverlay(t *testing.T) {
	base := load(t, "rules:\n  - {id: ws, effect: allow, on: {read: '/ws/**'}}\n")
	good := base.WithOverlay("project.yaml", []byte(`
version: 1
lists: {mine: ["/ws/private/**"]}
rules:
  - {id: private, effect: ask, on: {read: $mine}}
  - {id: no-make, effect: deny, on: {exec: make}}
`))
	require.NoError(t, good.Err())
	require.Equal(t, guard.Allow, decide(good, file(guard.KindRead, "/ws/x")).Effect)
	require.Equal(t, "private", decideRule(good, file(guard.KindRead, "/ws/private/x")))
	require.Equal(t, guard.Deny, decide(good, exec("make")).Effect)
	require.Equal(t, "default.read", decideRule(good, file(guard.KindRead, "/other")))
	require.NotEqual(t, base.Digest(), good.Digest())
	require.Equal(t, good.Digest(), decide(good, exec("make")).Policy)
	require.Len(t, good.Rules(), 3)

	for _, src := range []string{
		"version: 1\nrules:\n  - {id: a, effect: allow, on: {exec: rm}}\n",
		"version: 1\nrules:\n  - {id: ws, effect: deny, on: {exec: rm}}\n",
		"version: 1\nrules:\n  - {id: a, effect: deny, on: {exec: rm}, mode: audit}\n",
		"version: 1\ndefault: {exec: allow}\n",
		"version: 1\nextends: [standard]\n",
		"version: 1\ndisable: [ws]\n",
		"version: 1\nmode: audit\n",
		"version: 1\ntools: {x: {read: path}}\n",
		"version: 1\nrules:\n  - {id: a, effect: deny, on: {exec: rm}, when: x}\n",
		"", "{", "\x00",
	} {
		broken := base.WithOverlay("project.yaml", []byte(src))
		require.Error(t, broken.Err(), src)
		d := decide(broken, exec("ls"))
		require.Equal(t, guard.Ask, d.Effect, src)
		require.Contains(t, d.Reason, "the project's own policy can't be loaded", src)
		require.Equal(t, guard.Deny, decide(broken, file(guard.KindRead, "/other")).Effect, src)
	}
}

func decideRule(p *policy.Policy, actions ...guard.Action) string {
	d := decide(p, actions...)
	f := d.Rule()
	return f.Rule
}

// A reason is one printable line of bounded length, whatever the action holds.
func TestReasons(t *testing.T) {
	p := load(t, "rules:\n  - {id: r, effect: deny, on: {read: '**'}, message: keep out}\n")
	d := decide(p, file(guard.KindRead, "/x\n\u202e"+strings.Repeat("ä", 4000)))
	require.Equal(t, guard.Deny, d.Effect)
	require.NotContains(t, d.Reason, "\n")
	require.NotContains(t, d.Reason, "\u202e")
	require.LessOrEqual(t, len([]rune(d.Reason)), 300)
	require.True(t, strings.HasPrefix(d.Reason, "keep out: /x"))
}

// Very many actions give a bounded report.
func TestManyActions(t *testing.T) {
	p := load(t, "rules:\n  - {id: r, effect: ask, on: {exec: x}}\n  - {id: s, effect: deny, on: {exec: y}}\n")
	actions := make([]guard.Action, 4096)
	for i := range actions {
		actions[i] = exec("x")
	}
	actions[4000] = exec("y")
	d := decide(p, actions...)
	require.Equal(t, "s", d.Rule().Rule)
	require.Equal(t, 4000, d.Rule().Action)
	require.LessOrEqual(t, len(d.Fired), 256)
}
