package policy_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/policy"
)

// defaults stands in the tests' policies where the default doesn't matter.
const defaults = "version: 1\ndefault: {exec: allow, read: deny, write: deny, delete: deny, list: deny, connect: ask, unknown: ask, use: ask}\n"

func load(t testing.TB, rest string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse("p.yaml", []byte(defaults+rest))
	require.NoError(t, err)
	return p
}

// What is wrong with a file is said in whole messages with positions. The
// sources begin in line 3.
func TestProblems(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"unknown key": {
			"ruls: []\n",
			`p.yaml:3:1: policy: unknown key "ruls" (did you mean "rules"?)`},
		"unknown kind": {
			"rules:\n  - {id: a, effect: deny, on: {exce: rm}}\n",
			`p.yaml:4:32: rule "a": on: unknown key "exce" (did you mean "exec"?)`},
		"unknown effect": {
			"rules:\n  - {id: a, effect: denie, on: {exec: rm}}\n",
			`p.yaml:4:21: rule "a": effect "denie" (did you mean "deny"?)`},
		"missing keys": {
			"rules:\n  - {id: a, effect: deny}\n",
			`p.yaml:4:5: rule "a": on is missing`},
		"empty head": {
			"rules:\n  - {id: a, effect: deny, on: {}}\n",
			`p.yaml:4:31: rule "a": on: empty: name the kinds that the rule is for, or tool: "*" for all of them`},
		"duplicate id": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}}\n  - {id: a, effect: ask, on: {exec: mv}}\n",
			`p.yaml:5:5: rule "a": the id stands twice: first in line 4`},
		"duplicate key": {
			"mode: audit\nmode: enforce\n",
			`p.yaml:4:1: policy: "mode" stands twice`},
		"undeclared name": {
			"rules:\n  - id: a\n    effect: deny\n    on: {exec: rm}\n    when: action.program == \"rm\" && cal.agent == \"x\"\n",
			`p.yaml:7:37: rule "a": undeclared reference to 'cal' (did you mean 'call'?)`},
		"undeclared name in a literal block": {
			"rules:\n  - id: a\n    effect: deny\n    on: {exec: rm}\n    when: |\n      action.program == \"rm\" &&\n\n        cal.agent == \"x\"\n",
			`p.yaml:10:9: rule "a": undeclared reference to 'cal' (did you mean 'call'?)`},
		"undeclared name in a folded block": {
			"rules:\n  - id: a\n    effect: deny\n    on: {exec: rm}\n    when: >-\n      action.program == \"rm\"\n      && cal.agent == \"x\"\n",
			`p.yaml:9:10: rule "a": undeclared reference to 'cal' (did you mean 'call'?)`},
		"undeclared name in single quotes": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, when: 'action.program == ''rm'' && cal.agent == \"\"'}\n",
			`p.yaml:4:78: rule "a": undeclared reference to 'cal' (did you mean 'call'?)`},
		"undeclared name in double quotes": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, when: \"action.program == \\\"rm\\\" && cal.agent == ''\"}\n",
			`p.yaml:4:78: rule "a": undeclared reference to 'cal' (did you mean 'call'?)`},
		"unknown field": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, when: action.progam == 'x'}\n",
			`p.yaml:4:55: rule "a": undefined field 'progam' (did you mean "program"?)`},
		"unknown function": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, when: action.flags('x')}\n",
			`p.yaml:4:61: rule "a": undeclared reference to 'flags' (did you mean 'flag'?)`},
		"banned function": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, when: \"action.program.replace('a', 'b') == ''\"}\n",
			`p.yaml:4:72: rule "a": undeclared reference to 'replace': conditions don't have it`},
		"field of another kind": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, when: 'has(action.host)'}\n",
			`p.yaml:4:54: rule "a": action.host: no action of kind exec has it: it is of connect`},
		"field of another kind in a variable": {
			"variables: {known: has(action.host)}\nrules:\n  - {id: a, effect: deny, on: {exec: rm}, when: known}\n",
			`p.yaml:5:5: rule "a": action.host: no action of kind exec has it: it is of connect`},
		"function of another kind": {
			"rules:\n  - {id: a, effect: deny, on: {read: '**', write: '**'}, when: \"action.flag('f')\"}\n",
			`p.yaml:4:65: rule "a": action.flag: no action of kind read or write has it: it is of exec`},
		"value of a message that the kind lacks": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, message: 'not {action.host}'}\n",
			`p.yaml:4:52: rule "a": action.host: no action of kind exec has it: it is of connect`},
		"undeclared name in a plain text of several lines": {
			"rules:\n  - id: a\n    effect: deny\n    on: {exec: rm}\n    when: action.program == \"rm\"\n      && cal.agent == \"x\"\n",
			`p.yaml:8:10: rule "a": undeclared reference to 'cal' (did you mean 'call'?)`},
		"undeclared name in a variable": {
			"variables: {v: 'acton.recursive'}\nrules:\n  - {id: a, effect: deny, on: {read: '**'}, when: v}\n",
			`p.yaml:3:17: undeclared reference to 'acton' (did you mean 'action'?)`},
		"unless is constant": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, unless: 1 > 2}\n",
			`p.yaml:4:51: rule "a": unless is always false`},
		"regex that isn't one": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, when: \"action.program.matches('[')\"}\n",
			"p.yaml:4:73: rule \"a\": regular expression: error parsing regexp: missing closing ]: `[`"},
		"regex on anything": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, when: call.args.x.matches('^a')}\n",
			`p.yaml:4:68: rule "a": matches: what it is asked of may be anything: write string(...).matches(...)`},
		"host not literal": {
			"rules:\n  - {id: a, effect: deny, on: {connect: '*'}, when: action.host.matches(call.tool)}\n",
			`p.yaml:4:73: rule "a": matches: its argument must be a literal text`},
		"relative folder": {
			"rules:\n  - {id: a, effect: deny, on: {read: '**'}, when: \"action.path.within('src')\"}\n",
			`p.yaml:4:71: rule "a": "src": want an absolute folder`},
		"long expression": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, when: \"action.program == '" + strings.Repeat("x", 4096) + "'\"}\n",
			`p.yaml:4:49: rule "a": when: 4116 bytes: at most 4096`},
		"long glob": {
			"rules:\n  - {id: a, effect: deny, on: {read: /" + strings.Repeat("x", 1024) + "}}\n",
			`p.yaml:4:38: rule "a": glob of 1025 bytes: at most 1024`},
		"braces without end": {
			"rules:\n  - {id: a, effect: deny, on: {read: '/" + strings.Repeat("{a,b}", 9) + "'}}\n",
			`p.yaml:4:38: rule "a": glob "/{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}": its braces stand for more than 256`},
		"too many rules": {
			"rules:\n" + strings.Repeat("  - {id: a, effect: deny, on: {exec: rm}}\n", 2001),
			`p.yaml:4:3: rules: 2001 of them: at most 2000`},
		"shadowed by a rule for a tool": {
			"rules:\n  - {id: a, effect: deny, on: {tool: t}}\n  - {id: b, effect: ask, on: {tool: t, exec: rm}}\n",
			`p.yaml:5:5: rule "b": it can never decide: rule "a" (p.yaml:4) always says deny where it fires`},
		"shadowed by a folder": {
			"rules:\n  - {id: a, effect: allow, on: {read: '/srv/data/**'}, when: call.verified}\n  - {id: b, effect: deny, on: {read: '/srv/**'}}\n",
			`p.yaml:4:5: rule "a": it can never decide: rule "b" (p.yaml:5) always says deny where it fires`},
		"meta that isn't text": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, meta: {owner: [x]}}\n",
			`p.yaml:4:57: rule "a": meta.owner: want text, not a list`},
		"value that never is": {
			"rules:\n  - {id: a, effect: deny, on: {read: '**'}, when: action.zone == 'outsde'}\n",
			`p.yaml:4:66: rule "a": action.zone is never "outsde" (did you mean "outside"?)`},
		"value of a list that never is": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, when: \"call.tier in ['seccomp', 'namespce']\"}\n",
			`p.yaml:4:75: rule "a": call.tier is never "namespce" (did you mean "namespace"?)`},
		"path as text": {
			"rules:\n  - {id: a, effect: deny, on: {read: '**'}, when: action.path == '/x'}\n",
			`p.yaml:4:63: rule "a": found no matching overload for '_==_' applied to '(Path, string)': a path is asked by glob or within`},
		"host as text": {
			"rules:\n  - {id: a, effect: deny, on: {connect: '*'}, when: action.host == 'x'}\n",
			`p.yaml:4:65: rule "a": found no matching overload for '_==_' applied to '(Host, string)': a host is asked by matches`},
		"constant condition": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, when: 1 < 2}\n",
			`p.yaml:4:49: rule "a": when is always true`},
		"condition constant for the kind": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, when: action.kind == 'read' && action.zone == 'temp'}\n",
			`p.yaml:4:49: rule "a": when is always false`},
		"condition constant for one kind": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm, read: '/x'}, when: action.kind == 'read' && action.zone == 'temp'}\n",
			`p.yaml:4:61: rule "a": when is always false for the kind exec: take it out of on`},
		"condition that isn't one": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, when: action.program}\n",
			`p.yaml:4:49: rule "a": the condition is text: want true or false`},
		"syntax": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, when: 'action.program =='}\n",
			`p.yaml:4:67: rule "a": Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`},
		"regex too large": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, when: \"action.program.matches('[a-z]{1,1000}Z')\"}\n",
			`p.yaml:4:73: rule "a": regular expression of 2002 instructions: at most 300 (shorten its repetitions)`},
		"regex not literal": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, when: action.program.matches(action.command)}\n",
			`p.yaml:4:72: rule "a": matches: its argument must be a literal text`},
		"glob not literal": {
			"rules:\n  - {id: a, effect: deny, on: {read: '**'}, when: action.path.glob(call.tool)}\n",
			`p.yaml:4:68: rule "a": glob: its argument must be a literal text`},
		"three loops": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, when: 'action.args.exists(a, action.args.exists(b, action.args.exists(c, a == b && b == c)))'}\n",
			`p.yaml:4:112: rule "a": comprehension exceeds nesting limit`},
		"cost": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, when: 'action.args.exists(a, action.args.exists(b, a == b))'}\n",
			`p.yaml:4:68: rule "a": it may cost too much to evaluate: nest fewer loops, or compare shorter texts`},
		"flag with dashes": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, when: \"action.flag('--force')\"}\n",
			`p.yaml:4:62: rule "a": flag "--force": write it without dashes`},
		"relative glob": {
			"rules:\n  - {id: a, effect: deny, on: {read: src/x}}\n",
			`p.yaml:4:38: rule "a": glob "src/x": not absolute (did you mean "**/src/x"?)`},
		"bad glob": {
			"rules:\n  - {id: a, effect: deny, on: {read: '/[a'}}\n",
			`p.yaml:4:38: rule "a": glob "/[a": unbalanced brackets, braces or backslash`},
		"program with a folder": {
			"rules:\n  - {id: a, effect: deny, on: {exec: /bin/rm}}\n",
			`p.yaml:4:38: rule "a": on.exec: "/bin/rm": a program is named without its folder; write path:/bin/rm for a path`},
		"program with an option": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm --force}}\n",
			`p.yaml:4:38: rule "a": on.exec: "rm --force": options are asked in when: action.flag("force")`},
		"bad host": {
			"rules:\n  - {id: a, effect: deny, on: {connect: 'https://x'}}\n",
			`p.yaml:4:41: rule "a": on.connect: host "https://x": want a name, *.name, an address or a range such as 10.0.0.0/8`},
		"unknown list": {
			"lists: {prod: [a.example]}\nrules:\n  - {id: a, effect: deny, on: {connect: [$prod, $prud]}}\n",
			`p.yaml:5:49: rule "a": unknown list "$prud" (did you mean "$prod"?)`},
		"unused": {
			"lists: {prod: [a]}\nvariables: {v: action.recursive}\n",
			"p.yaml:3:9: list \"prod\": nothing uses it\np.yaml:4:13: variable \"v\": nothing uses it"},
		"variable's name": {
			"variables: {action: 'true'}\n",
			`p.yaml:3:13: variable "action": the name is taken`},
		"unknown requirement": {
			"rules:\n  - {id: a, effect: allow, on: {exec: rm}, require: backups}\n",
			`p.yaml:4:53: rule "a": require "backups" (did you mean "backup"?)`},
		"unknown value in a message": {
			"rules:\n  - {id: a, effect: deny, on: {exec: rm}, message: 'no {action.pth}'}\n",
			`p.yaml:4:52: rule "a": message: unknown value {action.pth} (did you mean "action.path"?)`},
		"shadowed": {
			"rules:\n  - {id: a, effect: deny, on: {exec: [git, rm]}}\n  - {id: b, effect: allow, on: {exec: git push}, when: call.verified}\n",
			`p.yaml:5:5: rule "b": it can never decide: rule "a" (p.yaml:4) always says deny where it fires`},
		"ask beneath a default deny": {
			"rules:\n  - {id: a, effect: ask, on: {write: '/x'}}\n",
			`p.yaml:4:5: rule "a": it can never decide: without an allow rule for write the default is deny`},
		"alias": {
			"lists: {a: &x [b], b: *x}\n",
			"p.yaml:3:23: list b: want text, not an alias (write it out)"},
		"number for text": {
			"rules:\n  - {id: 12, effect: deny, on: {exec: rm}}\n",
			`p.yaml:4:10: rule "12": id: want text, not a number: quote it ("12")`},
		"unknown preset": {
			"extends: standrd\n",
			`p.yaml:3:10: extends "standrd": no such preset (did you mean "standard"?)`},
		"disabled rule that isn't": {
			"extends: standard\ndisable: [git-push-forced]\n",
			`p.yaml:4:11: disable "git-push-forced": no inherited rule has this id (did you mean "git-push-force"?)`},
		"inherited id": {
			"extends: standard\nrules:\n  - {id: sensitive, effect: deny, on: {exec: rm}}\n",
			`p.yaml:5:5: rule "sensitive": the id is inherited from standard.yaml: disable it there (disable: [sensitive]) and use another id`},
		"inherited list": {
			"extends: standard\nlists: {sensitive: ['**/x']}\n",
			`p.yaml:4:9: list "sensitive" is inherited: begin it with $sensitive to add to it, or choose another name`},
		"tool": {
			"tools: {run: {shel: command}, x: {base: workspace}, y: {read: path, base: wrkspace}}\n",
			"p.yaml:3:15: tools.run: unknown key \"shel\" (did you mean \"shell\"?)\n" +
				"p.yaml:3:34: tools.x: it binds nothing: name the argument that is read, written, deleted, listed, connected to or run by a shell\n" +
				`p.yaml:3:56: tools.y: base "wrkspace" (did you mean "workspace"?)`},
		"command": {
			"commands: {deploy: {operands: [reed], options: {}}}\n",
			`p.yaml:3:20: commands.deploy: operands: role "reed" (did you mean "read"?)`},
		"yaml": {
			"rules: [\n",
			`p.yaml:3:1: did not find expected node content`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := policy.Parse("p.yaml", []byte(defaults+c.src))
			require.EqualError(t, err, c.want)
			require.IsType(t, &policy.LoadError{}, err)
		})
	}
}

// Loops over words, lists and arguments are affordable; loops over both of two
// long things aren't, whatever they are called.
func TestCosts(t *testing.T) {
	long := `["` + strings.Repeat(`word", "`, 999) + `word"]`
	for when, fine := range map[string]bool{
		`action.args.exists(a, a in few)`:                                                                                    true,
		`action.args.exists(a, few.exists(b, a.startsWith(b)))`:                                                              true,
		`action.args.exists(a, a.contains_any(few))`:                                                                         true,
		`action.args.exists(a, a.matches("^-[a-z]*r[a-z]*f(orce)?$"))`:                                                       true,
		`action.args.exists(a, a in many)`:                                                                                   true,
		`action.args.contains_any(many)`:                                                                                     true,
		`words.exists(a, a in few) && words.size() > 3`:                                                                      true,
		`call.args.files.exists(f, f.contains("/etc"))`:                                                                      true,
		`string(call.args.to).matches("^[a-z]+@example[.]com$")`:                                                             true,
		`action.args.exists(a, many.exists(b, a.contains(b) && b.contains(a)))`:                                              false,
		`action.args.exists(a, words.exists(b, a == b))`:                                                                     false,
		`call.args.files.exists(f, call.args.files.exists(g, f == g))`:                                                       false,
		`["1", "2", "3", "4", "5", "6", "7", "8"].exists(b, action.args.exists(a, a.matches("^([a-z]{1,9}[0-9]{1,9}){7}")))`: false,
		`string(text_of_it).matches("^([a-z]{1,9}[0-9]{1,9}){7}") && words.size() == 1`:                                      true,
	} {
		src := "lists: {few: [x, y, z], many: " + long + "}\nvariables:\n  words: action.args.filter(a, a.size() > 2)\n  text_of_it: call.args.?x.orValue('')\nrules:\n" +
			"  - {id: use, effect: ask, on: {exec: y}, when: 'action.program in few && action.program in many && action.program in words && action.program == text_of_it'}\n" +
			"  - id: r\n    effect: deny\n    on: {exec: x}\n    when: >\n      " + when + "\n"
		_, err := policy.Parse("p.yaml", []byte(defaults+src))
		if fine {
			require.NoError(t, err, when)
			continue
		}
		require.ErrorContains(t, err, `rule "r": it may cost too much to evaluate: nest fewer loops, or compare shorter texts`, when)
	}
}

func TestProblemsOfTheWholeFile(t *testing.T) {
	for src, want := range map[string]string{
		"":                            "p.yaml: empty: begin with version: 1",
		"[]":                          "p.yaml:1:1: policy: want a mapping, not a list",
		"rules: []":                   "p.yaml:1:1: policy: version is missing: begin with version: 1\np.yaml:1:1: default: exec, read, write, delete, list, connect, unknown, use missing: say what is decided where no rule fires, or extend a preset",
		"version: 2\nextends: strict": "p.yaml:1:10: version \"2\": this program reads version 1",
		"version: 1\ndefault: {exec: allow, read: deny, write: deny, delete: deny, list: deny, connect: ask, use: ask}": "p.yaml:2:10: default: unknown missing: say what is decided where no rule fires, or extend a preset",
		"version: 1\nextends: strict\n---\na: 1": "p.yaml:3:1: a second document: a policy is one document",
		strings.Repeat("#", 1<<20+1):             "p.yaml: 1048577 bytes: at most 1048576 are read",
	} {
		_, err := policy.Parse("p.yaml", []byte(src))
		require.EqualError(t, err, want)
	}
}

// Everything is reported at once, in order.
func TestProblemsAreReportedTogether(t *testing.T) {
	_, err := policy.Parse("p.yaml", []byte(defaults+`
mode: audti
rules:
  - {id: a, effect: deny, on: {exec: rm}, when: x}
  - {id: b, effect: deny, on: {read: x}, unless: y, message: "{z}"}
`))
	var le *policy.LoadError
	require.ErrorAs(t, err, &le)
	var lines []int
	for _, p := range le.Problems {
		lines = append(lines, p.Line)
	}
	require.Equal(t, []int{4, 6, 7, 7, 7}, lines)
}

func TestLoadExtendsFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	base := write("base/base.yaml", "version: 1\nextends: [standard]\nrules:\n  - {id: no-make, effect: deny, on: {exec: make}}\n")
	main := write("policy.yaml", "version: 1\nextends: [base/base.yaml]\ndisable: [no-make]\ndefault: {use: deny}\nrules:\n  - {id: no-ls, effect: deny, on: {exec: ls}}\n")

	p, err := policy.Load(main)
	require.NoError(t, err)
	require.Equal(t, []string{base, main}, p.Files())
	require.Equal(t, guard.Deny, decide(p, exec("ls")).Effect)
	require.Equal(t, guard.Allow, decide(p, exec("make")).Effect)
	require.Equal(t, guard.Deny, decide(p, guard.Action{Kind: guard.KindUse}).Effect)
	require.Equal(t, guard.Ask, decide(p, guard.Action{Kind: guard.KindUnknown}).Effect)

	digest := p.Digest()
	require.Len(t, digest, 64)
	require.Equal(t, digest, decide(p, exec("ls")).Policy)

	// A change in what is extended counts after a reload, and in the digest.
	write("base/base.yaml", "version: 1\nextends: [standard]\nrules:\n  - {id: no-make, effect: deny, on: {exec: make}}\n  - {id: no-cc, effect: deny, on: {exec: cc}}\n")
	require.Equal(t, guard.Allow, decide(p, exec("cc")).Effect)
	require.NoError(t, p.Reload())
	require.Equal(t, guard.Deny, decide(p, exec("cc")).Effect)
	require.NotEqual(t, digest, p.Digest())

	// A file that doesn't load leaves the last good one in force.
	digest = p.Digest()
	write("base/base.yaml", "version: 1\nextends: [../policy.yaml]\n")
	err = p.Reload()
	require.ErrorContains(t, err, `extends "../policy.yaml": the file extends itself`)
	require.Equal(t, err, p.Err())
	require.Equal(t, digest, p.Digest())
	require.Equal(t, guard.Deny, decide(p, exec("cc")).Effect)
	require.NoError(t, os.Remove(base))
	require.Error(t, p.Reload())

	_, err = policy.Load(filepath.Join(dir, "none.yaml"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = policy.Preset("standart")
	require.EqualError(t, err, `preset "standart" (did you mean "standard"?)`)
}

// While a policy is reloaded under load, every call is judged by one state of
// it: the digest says which, and the decision is that state's.
func TestReloadIsAtomic(t *testing.T) {
	file := filepath.Join(t.TempDir(), "policy.yaml")
	texts := []string{
		defaults + "rules:\n  - {id: one, effect: deny, on: {exec: x}}\n  - {id: two, effect: deny, on: {exec: y}}\n",
		defaults + "rules:\n  - {id: three, effect: ask, on: {exec: [x, y]}}\n",
		"version: 1\nrules: [",
	}
	want := map[string]guard.Effect{}
	require.NoError(t, os.WriteFile(file, []byte(texts[1]), 0o600))
	p, err := policy.Load(file)
	require.NoError(t, err)
	want[p.Digest()] = guard.Ask
	require.NoError(t, os.WriteFile(file, []byte(texts[0]), 0o600))
	require.NoError(t, p.Reload())
	want[p.Digest()] = guard.Deny

	stop := make(chan struct{})
	done := make(chan error, 4)
	for range cap(done) {
		go func() {
			for {
				select {
				case <-stop:
					done <- nil
					return
				default:
				}
				d := decide(p, exec("x"), exec("y"))
				if e, ok := want[d.Policy]; !ok || e != d.Effect {
					done <- fmt.Errorf("%s by %s", d, d.Policy)
					return
				}
			}
		}()
	}
	for i := range 30 {
		require.NoError(t, os.WriteFile(file, []byte(texts[i%3]), 0o600))
		require.Equal(t, i%3 == 2, p.Reload() != nil)
		require.Equal(t, i%3 == 2, p.Err() != nil)
	}
	close(stop)
	for range cap(done) {
		require.NoError(t, <-done)
	}
}

// What tools mean and what is allowed changes as one: while a policy is
// reloaded, no call is inspected by one text and decided by another, which here
// would deny it.
func TestReloadSwapsTheVocabularyToo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "policy.yaml")
	text := func(does, allowed, denied string) []byte {
		return []byte(strings.ReplaceAll(defaults, "deny", "ask") + "tools: {t: {" + does + ": x}}\nrules:\n" +
			"  - {id: a, effect: allow, on: {" + allowed + ": '**'}}\n  - {id: d, effect: deny, on: {" + denied + ": '**'}}\n")
	}
	texts := [][]byte{text("read", "read", "write"), text("write", "write", "read")}
	require.NoError(t, os.WriteFile(file, texts[0], 0o600))
	p, err := policy.Load(file)
	require.NoError(t, err)
	e, err := guard.New(guard.Config{
		Inspector: guard.InspectorFunc(func(context.Context, *guard.Call) ([]guard.Action, error) {
			kind := guard.KindRead
			if tool, _ := p.Tool("t"); tool.Write != "" {
				kind = guard.KindWrite
			}
			runtime.Gosched()
			return []guard.Action{{Kind: kind, Path: "/x", Resolved: "/x"}}, nil
		}),
		Guard: guard.All(p, p.WithOverlay("o.yaml", []byte("version: 1\n"))),
		Audit: guard.AuditFunc(func(context.Context, guard.Record) error { return nil }),
	})
	require.NoError(t, err)
	stop, denied := make(chan struct{}), make(chan string, 4)
	for range cap(denied) {
		go func() {
			for {
				select {
				case <-stop:
					denied <- ""
					return
				default:
				}
				if d := e.Decide(context.Background(), guard.Call{Tool: "t"}); d.Effect != guard.Allow && !strings.Contains(d.Reason, "being changed") {
					denied <- d.String()
					return
				}
			}
		}()
	}
	for i := range 40 {
		require.NoError(t, os.WriteFile(file, texts[i%2], 0o600))
		require.NoError(t, p.Reload())
	}
	close(stop)
	for range cap(denied) {
		require.Empty(t, <-denied)
	}
}

// A reload tells what it did, and why it didn't.
func TestOnReload(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.yaml")
	require.NoError(t, os.WriteFile(path, []byte(defaults), 0o600))
	p, err := policy.Load(path)
	require.NoError(t, err)
	var got []policy.Reloaded
	p.WithOverlay("o.yaml", []byte("version: 1\n")).OnReload(func(r policy.Reloaded) { got = append(got, r) })
	first, version := p.Digest(), p.Version()

	require.NoError(t, os.WriteFile(path, []byte(defaults+"mode: audit\n"), 0o600))
	require.NoError(t, p.Reload())
	second := p.Digest()
	require.Greater(t, p.Version(), version)
	version = p.Version()
	require.NoError(t, os.WriteFile(path, []byte("version: 2\n"), 0o600))
	require.Error(t, p.Reload())
	require.Equal(t, version, p.Version())
	require.NoError(t, os.Remove(path))
	require.ErrorIs(t, p.Reload(), os.ErrNotExist)

	require.Len(t, got, 3)
	require.Equal(t, policy.Reloaded{Before: first, After: second}, got[0])
	require.Equal(t, second, got[1].After)
	require.ErrorContains(t, got[1].Err, `policy.yaml:1:10: version "2": this program reads version 1`)
	require.ErrorIs(t, got[2].Err, os.ErrNotExist)
	require.Equal(t, got[2].Err, p.Err())

	require.NoError(t, os.WriteFile(path, []byte(defaults), 0o600))
	require.NoError(t, p.Reload())
	require.NoError(t, p.Err())
}

func TestMeta(t *testing.T) {
	p := load(t, "rules:\n  - {id: r, effect: deny, on: {exec: rm}, meta: {owner: team-a, ticket: 12}}\n")
	require.Equal(t, []policy.Rule{{ID: "r", Pos: "p.yaml:4", Effect: guard.Deny, Meta: map[string]string{"owner": "team-a", "ticket": "12"}}}, p.Rules())
}

func TestVocabulary(t *testing.T) {
	p := load(t, `
lists: {sensitive: ["**/*.pem", "**/.env", "!**/test.pem"]}
tools:
  run: {shell: command, dir: cwd, base: workspace}
  mv: {move: [from, to]}
commands:
  deploy:
    operands: [read..., write]
    options: {"f,force": flag, o: "?write"}
    commands: {now: {operands: [data]}}
`)
	tool, ok := p.Tool("run")
	require.True(t, ok)
	require.Equal(t, guard.Tool{Shell: "command", Dir: "cwd", Base: guard.BaseWorkspace}, tool)
	tool, _ = p.Tool("mv")
	require.Equal(t, [2]string{"from", "to"}, tool.Move)
	_, ok = p.Tool("Run")
	require.False(t, ok)
	c, ok := p.Command("deploy")
	require.True(t, ok)
	require.Equal(t, []string{"read...", "write"}, c.Operands)
	require.Contains(t, c.Commands, "now")
	for path, want := range map[string]bool{
		"/a/x.pem": true, "/a/X.PEM": true, "/a/test.pem": false, "/a/.env": true, "/a/.e*": true, "/a/*": false,
		"/a/TEST.pem": true, "/a/t*.pem": true, "/a/env": false, "/a/.env/x": false,
	} {
		require.Equal(t, want, p.Sensitive(path), path)
	}
}

// The zero Policy and nil deny everything.
func TestZeroPolicy(t *testing.T) {
	for _, p := range []*policy.Policy{nil, {}} {
		d := p.Decide(context.Background(), &guard.Call{Actions: []guard.Action{exec("ls")}})
		require.Equal(t, guard.Deny, d.Effect)
		require.Error(t, p.Err())
		require.Error(t, p.Reload())
		_, ok := p.Tool("x")
		require.False(t, ok)
		require.Empty(t, p.Files())
	}
}
