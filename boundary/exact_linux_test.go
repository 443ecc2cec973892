package boundary_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
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
		case a.Kind == guard.KindExec && (a.Program == "sudo" || a.Program == "forbidden"):
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

var _ = errors.New
