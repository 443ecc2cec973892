package boundary_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/guard"
)

// bench is a shell behind an enforcer: what a host makes of them.
type bench struct {
	dir      string
	shell    *boundary.Shell
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
	b := &bench{dir: dir}
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
		{"LD_PRELOAD=$(cat list) ls", 126, nil, "", "deny unknown"},
	} {
		t.Run(strconv.Itoa(i), func(t *testing.T) { // names would stand in the folder's
			dir := tree(t, "ws/f", "ws/sub/g", "tmp/", "home/", "state/", "secret/key", "ws/out -> $/secret")
			for name, text := range map[string]string{
				"one": "f", "etc": "/etc/passwd", "prog": "nl", "outside": "out", "sub.txt": "sub",
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
			ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
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
