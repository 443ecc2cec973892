package boundary_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/guard"
)

// bench is a shell behind an enforcer: what a host makes of them.
type bench struct {
	dir      string
	shell    *boundary.Shell
	in       *boundary.Inspector
	enforcer *guard.Enforcer

	mu      sync.Mutex
	records []guard.Record
	saved   []string
}

// rules decide as far as a test needs it: what lies outside the workspace and
// the system's folders is denied, and secrets are; unknowns are asked unless the
// exact engine sees them later.
func rules(_ context.Context, call *guard.Call) guard.Decision {
	d := guard.Decision{Effect: guard.Allow, Require: []guard.Requirement{guard.RequireBackup}}
	refuse := func(e guard.Effect, a *guard.Action, rule, why string) {
		if e < d.Effect {
			d = guard.Decision{Effect: e, Reason: why, Action: a, Fired: []guard.Fired{{Rule: rule, Pos: "test:1", Effect: e}}}
		}
	}
	for i := range call.Actions {
		a := &call.Actions[i]
		switch {
		case a.Kind == guard.KindExec && (a.Program == "sudo" || a.Program == "nl"):
			refuse(guard.Deny, a, "programs", "not this one")
		case a.Kind == guard.KindUnknown && (call.Engine != guard.EngineExact || a.Opaque):
			refuse(guard.Ask, a, "unknown", a.Reason)
		case a.Path == "":
		case sensitive(a.Path) || sensitive(a.Resolved):
			refuse(guard.Deny, a, "sensitive", "a secret")
		case a.Zone == guard.ZoneOutside && a.Kind != guard.KindExec,
			a.Zone == guard.ZoneSystem && (a.Kind == guard.KindWrite || a.Kind == guard.KindDelete):
			refuse(guard.Deny, a, "outside", "outside the workspace")
		}
	}
	return d
}

func newBench(t testing.TB, dir string, edit func(*boundary.ShellConfig)) *bench {
	t.Helper()
	w := workspace(t, boundary.WorkspaceConfig{
		Roots: []string{dir + "/ws"}, Temp: []string{dir + "/tmp"}, Home: dir + "/home", State: dir + "/state",
	})
	in := inspector(t, w, map[string]guard.Tool{"run_command": {Shell: "command", Dir: "cwd", Base: guard.BaseWorkspace, Dialect: guard.DialectBash}})
	b := &bench{dir: dir, in: in}
	b.shell = newShell(t, dir, func(c *boundary.ShellConfig) {
		c.Workspace, c.Inspector, c.Tools = w, in, []string{"run_command"}
		if edit != nil {
			edit(c)
		}
	})
	t.Cleanup(func() { require.NoError(t, b.shell.Close()) })
	var err error
	b.enforcer, err = guard.New(guard.Config{
		Inspector: in, Guard: guard.All(w, guard.GuardFunc(rules)), Container: b.shell, Backup: b,
		Audit: guard.AuditFunc(func(_ context.Context, r guard.Record) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.records = append(b.records, r)
			return nil
		}),
	})
	require.NoError(t, err)
	return b
}

// Snapshot notes what would be saved.
func (b *bench) Snapshot(_ context.Context, call *guard.Call) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range call.Actions {
		if a.Kind == guard.KindDelete || a.Kind == guard.KindWrite {
			if _, err := os.Lstat(a.Resolved); err == nil {
				b.saved = append(b.saved, strings.TrimPrefix(a.Resolved, b.dir+"/"))
			}
		}
	}
	return "snapshot", nil
}

// run has a command judged and run.
func (b *bench) run(ctx context.Context, text string) (engine guard.Engine, r boundary.Result, err error) {
	raw, _ := json.Marshal(map[string]any{"command": text})
	err = b.enforcer.Do(ctx, guard.Call{Tool: "run_command", Raw: raw}, func(ctx context.Context) (guard.Outcome, error) {
		call, _ := guard.Running(ctx)
		engine = call.Engine
		r, err = b.shell.Run(ctx, boundary.Command{Text: text, Timeout: time.Minute})
		return r.Outcome(), err
	})
	return engine, r, err
}

// exact runs a command that must be run by the exact engine.
func (b *bench) exact(t testing.TB, text string) boundary.Result {
	t.Helper()
	engine, r, err := b.run(t.Context(), text)
	require.NoError(t, err, text)
	require.Equal(t, guard.EngineExact, engine, text)
	return r
}

// stepped are the actions that were judged at run time, in short.
func (b *bench) stepped() (out []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.records {
		for _, a := range r.Call.Actions {
			if r.Phase == guard.PhaseStepped {
				out = append(out, fmt.Sprintf("%s %s %s", r.Decision.Effect, a.Kind, strings.ReplaceAll(a.Describe(), b.dir+"/", "$/")))
			}
		}
	}
	return out
}

func TestExact(t *testing.T) {
	dir := tree(t, "ws/f", "ws/list", "ws/.env", "ws/a.b", "ws/sub/g", "tmp/", "home/", "state/", "secret/key", "ws/out -> $/secret")
	b := newBench(t, dir, nil)
	for _, c := range []struct {
		text, output string
		exit         int
	}{
		{"echo hello", "hello\n", 0},
		{"cat f", "content of ws/f\n", 0},
		{"cat f | tr a-z A-Z | wc -l", "1\n", 0},
		{"x=$(cat f); echo \"<$x>\"", "<content of ws/f>\n", 0},
		{"for i in 1 2; do /bin/echo $i; done", "1\n2\n", 0},
		{"exit 3", "", 3},
		{"false || echo no", "no\n", 0},
		{"cd sub && pwd && cat g", dir + "/ws/sub\ncontent of ws/sub/g\n", 0},
		{"echo *.*", "a.b\n", 0},
		{"echo a > new; cat new; echo b >> new; cat new", "a\na\nb\n", 0},
		{"no-such-program", "bash: no-such-program: command not found\n", 127},
		{"cat <<< 'a b'; cat <<E\nx\nE", "a b\nx\n", 0},
		{"sh -c 'echo $0 $1' a b", "a b\n", 0},
		{"echo 'echo from stdin' | bash", "from stdin\n", 0},
		{"printf 'f\\nlist\\n' | xargs ls", "f\nlist\n", 0},
		{"find . -name g -exec cat {} ';'", "content of ws/sub/g\n", 0},
		{"env X=1 sh -c 'echo $X'", "1\n", 0},
		{"test -f f && [ -d sub ] && [[ ! -e nothing ]] && echo yes", "yes\n", 0},
		{"echo err >&2", "err\n", 0},
		{"(exit 4); echo $?", "4\n", 0},
		{"kill -0 1 2>/dev/null; true", "", -1},
	} {
		engine, r, err := b.run(t.Context(), c.text)
		require.NoError(t, err, c.text)
		if c.exit < 0 {
			require.Equal(t, guard.EngineCompat, engine)
			continue
		}
		require.Equal(t, guard.EngineExact, engine, c.text)
		require.Equal(t, c.output, string(r.Output), c.text)
		require.Equal(t, c.exit, r.Exit, c.text)
	}
}

// TestRealWords: words that nobody knows before the command runs are judged
// when it does.
func TestRealWords(t *testing.T) {
	for i, c := range []struct {
		text    string
		exit    int
		gone    []string // in the workspace
		saved   string
		refused string // what the record of the refusal says
	}{
		{"rm $(cat list)", 0, []string{"f", "sub/g"}, "ws/f ws/sub/g", ""},
		{"rm $(cat evil)", 126, nil, "", "deny delete $/secret/key"},
		{"x=rm; $x $(cat evil)", 126, nil, "", "deny delete $/secret/key"},
		{"cat evil | xargs rm", 126, nil, "", "deny delete $/secret/key"},
		{"cat list | xargs -n 1 rm", 0, []string{"f", "sub/g"}, "ws/f ws/sub/g", ""},
		{"sh -c \"rm $(cat evil)\"", 126, nil, "", "deny delete $/secret/key"},
		{"nice -n 3 sh -c 'rm $(cat evil)'", 126, nil, "", "deny delete $/secret/key"},
		{"env A=1 nohup timeout 20 bash -c 'rm $(cat evil)'", 126, nil, "", "deny delete $/secret/key"},
		{"exec rm $(cat evil)", 126, nil, "", "deny delete $/secret/key"},
		{"command rm $(cat evil)", 126, nil, "", "deny delete $/secret/key"},
		{"eval \"$(cat code)\"", 126, nil, "", "deny delete $/secret/key"},
		{"cat code | sh", 126, nil, "", "deny delete $/secret/key"},
		{"./plain", 126, nil, "", "deny delete $/secret/key"},
		{"./script", 126, nil, "", "deny delete $/secret/key"},
		{"sh script", 126, nil, "", "deny delete $/secret/key"},
		{". ./script; true", 0, nil, "", "deny delete $/secret/key"},
		{"find $(cat outside)/ -name 'k*' -delete", 126, nil, "", "deny list $/ws/out/ → $/secret"},
		{"find sub -name g -delete", 0, []string{"sub/g"}, "ws/sub/g", ""},
		{"find $(cat sub.txt) -type f -exec rm {} +", 0, []string{"sub/g"}, "ws/sub/g", ""},
		{"find . -name evil -exec sh -c 'rm $(cat $1)' x {} ';'", 0, nil, "", "deny delete $/secret/key"},
		{"f() { rm $(cat evil); }; f", 126, nil, "", "deny delete $/secret/key"},
		{"trap 'rm $(cat evil)' EXIT; true", 0, nil, "", "deny delete $/secret/key"},
		{"echo x > $(cat evil)", 1, nil, "", "deny write $/secret/key"},
		{"echo x > $(cat one)", 0, nil, "ws/f", ""},
		{"echo x > $(cat etc)", 1, nil, "", "deny write /etc/passwd"},
		{"cat < $(cat evil)", 1, nil, "", "deny read $/secret/key"},
		{"x=$(< $(cat evil)); echo \"<$x>\"", 0, nil, "", "deny read $/secret/key"},
		{"d=$(cat evil); echo ${d%key}*", 0, nil, "", "deny list $/secret"},
		{"cd \"$(dirname $(cat evil))\"", 1, nil, "", "deny list $/secret"},
		{"$(cat prog) now", 126, nil, "", "deny exec nl now"},
		{"export \"$(cat preload)\"; ls", 126, nil, "", "deny unknown"},
	} {
		t.Run(strconv.Itoa(i), func(t *testing.T) { // names would stand in the folder's
			dir := tree(t, "ws/f", "ws/sub/g", "tmp/", "home/", "state/", "secret/key", "ws/out -> $/secret")
			for name, text := range map[string]string{
				"preload": "LD_PRELOAD=/none.so", "one": "f", "etc": "/etc/passwd", "prog": "nl", "outside": "out", "sub.txt": "sub",
				"list": "f sub/g\n", "evil": dir + "/secret/key\n", "code": "rm " + dir + "/secret/key\n",
				"plain": "rm $(cat evil)\n", "script": "#!/bin/sh\nrm $(cat evil)\n",
			} {
				require.NoError(t, os.WriteFile(dir+"/ws/"+name, []byte(text), 0o755))
			}
			b := newBench(t, dir, nil)
			r := b.exact(t, c.text)
			require.FileExists(t, dir+"/secret/key")
			require.Equal(t, "content of secret/key\n", content(t, dir+"/secret/key"))
			require.Equal(t, c.exit, r.Exit, "%s\n%s", r.Output, strings.Join(b.stepped(), "\n"))
			for _, name := range c.gone {
				require.NoFileExists(t, dir+"/ws/"+name)
			}
			require.Equal(t, c.saved, strings.Join(b.saved, " "))
			if c.refused != "" {
				require.Contains(t, strings.Join(b.stepped(), "\n"), c.refused)
			}
			if c.exit == 126 {
				require.Regexp(t, `(?m)^runtimeguard: deny( by rule "\w+" \(test:1\))?: `, string(r.Output))
			}
		})
	}
}

// TestHostSurvives: whatever a script does to the interpreter, the worker dies
// alone, and the next command runs.
func TestHostSurvives(t *testing.T) {
	dir := tree(t, "ws/f", "tmp/", "home/", "state/")
	b := newBench(t, dir, nil)
	for name, text := range map[string]string{
		"a panic in a goroutine": "set -- a; x=-1; shift $x | cat; echo on",
		"output without end":     "x=$(cat /dev/zero | tr '\\0' y); echo ${#x}",
		"a doubling variable":    "x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done",
		"a doubling array":       "a=(1 2 3 4); while :; do a=(\"${a[@]}\" \"${a[@]}\"); done",
		"recursion":              "f() { f; }; f",
		"a fork bomb":            "bomb() { bomb | bomb & }; bomb; wait",
		"a brace bomb":           "echo {1..9}{1..9}{1..9}{1..9}{1..9}{1..9}{1..9}{1..9}{1..9} | wc -c",
		"many background jobs":   "for i in {1..600}; do sleep 100 & done; echo started; true",
		"eval in eval":           "x='eval \"$x\"'; eval \"$x\"",
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			_, r, err := b.run(ctx, text)
			if err != nil {
				require.ErrorIs(t, err, context.DeadlineExceeded)
			}
			t.Logf("exit %d: %.200s", r.Exit, r.Output)
			r = b.exact(t, "echo alive")
			require.Equal(t, "alive\n", string(r.Output))
		})
	}
}

// BenchmarkExact runs a contained script of ten programs with a worker that
// waits, and plain bash right after it, and reports how much longer it takes. The
// worker for the next run is started outside of the measured time.
func BenchmarkExact(b *testing.B) {
	const script = "for i in 1 2 3 4 5 6 7 8 9 10; do /bin/echo $i; done"
	dir := tree(b, "ws/f", "tmp/", "home/", "state/")
	for _, c := range []struct {
		name string
		edit func(*boundary.ShellConfig)
	}{{"contained", nil}, {"uncontained", func(c *boundary.ShellConfig) { c.Containment.Off = true }}} {
		bench := newBench(b, dir, c.edit)
		b.Run(c.name, func(b *testing.B) {
			var cold time.Duration
			var ratios []float64
			for i := range b.N + 1 {
				start := time.Now()
				require.Equal(b, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", string(bench.exact(b, script).Output))
				ours := time.Since(start)
				bench.shell.AwaitWorker()
				time.Sleep(300 * time.Millisecond) // and what holds the next one's programs
				start = time.Now()
				out, err := exec.Command("/bin/bash", "-c", script).Output()
				plain := time.Since(start)
				require.NoError(b, err)
				require.Len(b, out, 21)
				if i == 0 {
					cold = ours
					continue
				}
				ratios = append(ratios, float64(ours)/float64(plain))
			}
			slices.Sort(ratios)
			b.ReportMetric(ratios[len(ratios)/2], "×bash")
			b.ReportMetric(float64(cold)/1e6, "cold-ms")
		})
	}
}

// TestExactDoesWhatBashDoes: what the interpreter does otherwise is mended, or
// left to bash.
func TestExactDoesWhatBashDoes(t *testing.T) {
	dir := tree(t, "ws/f", "ws/.env", "ws/a.b", "ws/sub/.hid", "ws/sub/g.h", "tmp/", "home/", "state/")
	b := newBench(t, dir, nil)
	for _, text := range []string{
		"echo *.*", "echo ./*.*", "echo sub/*", "echo */*.*", "echo ?env [.]env", "shopt -s nullglob; echo *.none; echo *",
		"for f in " + dir + "/ws/*.*; do echo $f; done",
		"echo $(cat f) >f; cat f", "sort f a.b >f; cat f", "echo * >newfile; cat newfile; rm newfile", "x=$(cat f) >f; echo $x; cat f",
		"{ cat f; echo x; } >g; cat g; rm g", "while read -r l; do echo \"<$l>\"; done <a.b >g; cat g; rm g", "(echo a; echo b >&2) 2>&1 | sort",
		"echo -ne 'a\\tb'; echo -en x; echo -nE 'a\\tb'", "echo -e 'a\\nb'", "echo 'a\\nb' -n", "echo -- x", "printf '%s-%d|' a 1 b 2", "printf -- '%5s|%-5s|%05d' a b 3",
		"cd -- sub; pwd; cd - >/dev/null; pwd", "cd ''; pwd", "cd none || echo no", "cd f || echo no",
		"trap 'echo bye' EXIT INT TERM; echo hi", "trap 'echo err' ERR; false; true", "trap '' INT; echo x",
		"set -- a b c; shift; echo $1 $#; shift 2; echo $#", "set -e; false; echo no", "set -o pipefail; false | true; echo $?",
		"read -r a b <<<'1 2 3'; echo $b", "read -p prompt x <<<y; echo $x", "IFS=: read a b <<<x:y; echo $b",
		"sh -c 'echo \"a\\tb\"'", "bash -c 'echo \"a\\tb\"'", "sh -c 'echo $0 $# $1' zero one", "sh -ec 'false; echo no'; echo $?", "echo 'echo $1' | bash -s x",
		"printf 'a b\\nc\\n' | xargs -n1 echo", "printf 'a b\\nc\\n' | xargs -I{} echo '<{}>'", "printf '' | xargs echo none", "printf '' | xargs -r echo none", "printf 'a\\0b c\\0' | xargs -0 -n1 echo", "echo x | xargs false; echo $?", "echo \"'a b' c\\\\ d\" | xargs -n1 echo",
		"find sub -type f -name '*.h' -exec echo {} ';'", "find sub -type f -exec echo {} + | tr ' ' '\\n' | sort", "find . -name g.h -exec sh -c 'echo got $1' x {} ';'",
		"env -i X=1 sh -c 'echo $X$HOME'", "env -u HOME sh -c 'echo ${HOME-unset}'", "nice sh -c 'echo n'", "timeout 20 sh -c 'exit 5'; echo $?",
		"false & wait $!; echo $?", "sleep 0 & wait; echo done", "exec sh -c 'exit 7'", "command -v cat sh echo", "command echo x; builtin echo y", "type -t cd cat if",
		"x=5; (( x > 3 )) && echo $((x*2))", "a=(1 2 3); echo ${a[1]} ${#a[@]}", "declare -A m; m[k]=v; echo ${m[k]}", "f() { local x=1; return 3; }; f; echo $?", "case abc in a*) echo yes;; esac",
		"[ -f f ] && [ -d sub ] && [ ! -e no ] && [ f -ef f ] && echo ok", "[[ abc =~ ^a(.)c$ ]] && echo m", "test -r f -a -s f; echo $?", "test -x f; echo $?",
		"cat <<E\n$((1+1)) $(echo sub)\nE", "cat <<'E'\n$x\nE", "echo {1..3} {a,b}c", "echo ~ ~/x", "echo ${x:-d} ${x:=e} $x ${x^^} ${x%e}", "y=abcabc; echo ${y/b/X} ${y//b/X} ${y:1:2} ${#y}",
		"no-such-program 2>/dev/null; echo $?", "./f; echo $?", "./sub; echo $?", "cat none; echo $?", "cat <none; echo $?", "echo x >sub; echo $?", "echo x >none/y; echo $?",
		"kill -0 $$; echo $?", "ulimit -n >/dev/null; echo ok", "echo a 3>&1 >&3", "time true", "diff <(echo a) <(echo a) && echo same", "mapfile -t l <f; echo ${#l[@]}", "echo .e*", "echo $- >/dev/null; echo ${PIPESTATUS[0]}",
		". ./lib.sh arg; echo $V", "source ./lib.sh; echo $V", "./run.sh 1 2; echo $?", "sh run.sh 1; bash ./run.sh", "./noshebang x",
	} {
		for name, body := range map[string]string{"lib.sh": "V=lib$1\n", "run.sh": "#!/bin/bash -e\necho run $0 $#\nfalse\n", "noshebang": "echo plain $1\n"} {
			require.NoError(t, os.WriteFile(dir+"/ws/"+name, []byte(body), 0o755))
		}
		text = strings.ReplaceAll(text, `\n`+"$((", "\n$((")
		require.NoError(t, os.WriteFile(dir+"/ws/f", []byte("content of f\n"), 0o644))
		want, err := b.shell.Run(t.Context(), boundary.Command{Text: text})
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(dir+"/ws/f", []byte("content of f\n"), 0o644))
		engine, got, err := b.run(t.Context(), text)
		require.NoError(t, err, text)
		t.Logf("%s: %s", engine, text)
		tidy := func(r boundary.Result) string {
			return regexp.MustCompile(`(?m)^((bash|sh|\./\w+|xargs|cat|cd): .*|prompt)\n?`).ReplaceAllString(string(r.Output), "")
		}
		assert.Equal(t, tidy(want), tidy(got), text)
		assert.Equal(t, want.Exit, got.Exit, text)
	}
}
