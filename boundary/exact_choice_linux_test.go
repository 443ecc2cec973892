package boundary_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/guard"
)

// TestEngineIsChosenBefore: what a command is written with decides.
func TestEngineIsChosenBefore(t *testing.T) {
	dir := tree(t, "ws/f", "tmp/", "home/", "state/")
	require.NoError(t, os.WriteFile(dir+"/ws/plain.sh", []byte("#!/bin/sh\nrm $1\n"), 0o755))
	require.NoError(t, os.WriteFile(dir+"/ws/odd.sh", []byte("#!/bin/bash\nmapfile x </dev/null\n"), 0o755))
	b := newBench(t, dir, nil)
	require.Equal(t, guard.EngineExact, b.shell.Engine())
	for text, want := range map[string]guard.Engine{
		"ls": guard.EngineExact, "rm $(cat f)": guard.EngineExact, "make && ./x | tee y 2>&1": guard.EngineExact,
		"./plain.sh f": guard.EngineExact, "sh plain.sh f": guard.EngineExact, "f() { local x=1; }; f": guard.EngineExact,
		"echo 'coproc x'": guard.EngineExact, "nice -n 5 ls *.go": guard.EngineExact, "set -euo pipefail; ls": guard.EngineExact,
		"coproc cat": guard.EngineCompat, "exec 3<f": guard.EngineCompat, "diff <(ls) f": guard.EngineCompat, "time ls": guard.EngineCompat,
		"kill 1": guard.EngineCompat, "echo .*": guard.EngineCompat, "ls sub/.[a-z]*": guard.EngineCompat, `ls ".e"*`: guard.EngineCompat, "ls $d.*": guard.EngineCompat, "ls {.a,b}*": guard.EngineCompat,
		"grep 'a.*b' f": guard.EngineExact, "ls *.go a.b*": guard.EngineExact, "echo ${x@P}": guard.EngineCompat,
		"nice parallel rm <f": guard.EngineCompat, "echo $PIPESTATUS": guard.EngineCompat, "read -d x y": guard.EngineCompat, "shopt -s dotglob": guard.EngineCompat,
		"./odd.sh": guard.EngineCompat, "bash odd.sh": guard.EngineCompat, "if": guard.EngineCompat, "builtin eval x": guard.EngineCompat,
		"f() { ls; } | cat": guard.EngineCompat, "f() { ls; } && ls": guard.EngineCompat,
		"echo ${x:-<(ls)}": guard.EngineCompat, "echo ${x/a/>(ls)}": guard.EngineCompat, "echo ${x:-a}": guard.EngineExact,
		"unalias x && ls": guard.EngineCompat, "alias x='a && b'": guard.EngineCompat, "alias x='a b'": guard.EngineExact, "dirs +1": guard.EngineCompat, "%": guard.EngineCompat, "pushd +4": guard.EngineCompat, "pushd sub": guard.EngineExact,
		"LD_PRELOAD=x ls": guard.EngineCompat, "cat </dev/tcp/localhost/1": guard.EngineCompat, "declare -i x=1": guard.EngineCompat, "printf -v x y": guard.EngineCompat,
	} {
		raw, _ := json.Marshal(map[string]any{"command": text})
		var got guard.Engine
		e, err := guard.New(guard.Config{
			Inspector: b.in, Container: b.shell, Audit: guard.AuditFunc(func(context.Context, guard.Record) error { return nil }),
			Guard: guard.GuardFunc(func(_ context.Context, call *guard.Call) guard.Decision { got = call.Engine; return guard.Decision{} }),
		})
		require.NoError(t, err)
		e.Decide(t.Context(), guard.Call{Tool: "run_command", Raw: raw})
		require.Equal(t, want, got, text)
	}
}

// TestImpossibleIsRunAgain: what only shows while it runs isn't run otherwise
// than it was judged; the same command is for bash the next time.
func TestImpossibleIsRunAgain(t *testing.T) {
	dir := tree(t, "ws/f", "tmp/", "home/", "state/")
	require.NoError(t, os.WriteFile(dir+"/ws/code", []byte("echo one; ulimit -n >/dev/null; echo two"), 0o644))
	b := newBench(t, dir, nil)
	r := b.exact(t, `eval "$(cat code)"`)
	require.Equal(t, 126, r.Exit)
	require.Contains(t, string(r.Output), "run it again")
	require.NotContains(t, string(r.Output), "one")
	_, _, err := b.run(t.Context(), `eval "$(cat code)"`)
	require.ErrorContains(t, err, "no approval stands") // an unknown, which bash alone can't be allowed
}

// TestGrantCovers: a human's yes covers what they were shown, and nothing that
// shows later.
func TestGrantCovers(t *testing.T) {
	dir := tree(t, "ws/f", "tmp/", "home/", "state/")
	require.NoError(t, os.WriteFile(dir+"/ws/code", []byte("import os; os.remove('f')"), 0o644))
	b := newBench(t, dir, nil)
	spent := atomic.Int32{}
	e, err := guard.New(guard.Config{
		Inspector: b.in, Container: b.shell, Audit: guard.AuditFunc(func(context.Context, guard.Record) error { return nil }),
		Guard: guard.GuardFunc(func(_ context.Context, call *guard.Call) guard.Decision {
			for i := range call.Actions {
				if a := &call.Actions[i]; a.Kind == guard.KindDelete {
					return guard.Decision{Effect: guard.Ask, Reason: "a deletion", Action: a}
				}
			}
			return guard.Decision{Effect: guard.Allow}
		}),
		Approver: yes{&spent},
	})
	require.NoError(t, err)
	for _, c := range []struct {
		text  string
		exit  int
		spent int32
	}{
		{"rm f", 0, 1},          // shown, and covered
		{"rm $(cat n)", 126, 0}, // not shown
	} {
		require.NoError(t, os.WriteFile(dir+"/ws/f", nil, 0o644))
		require.NoError(t, os.WriteFile(dir+"/ws/n", []byte("f"), 0o644))
		spent.Store(0)
		err := e.Do(t.Context(), guard.Call{Tool: "run_command", Args: map[string]any{"command": c.text}}, func(ctx context.Context) (guard.Outcome, error) {
			r, err := b.shell.Run(ctx, boundary.Command{Text: c.text})
			require.Equal(t, c.exit, r.Exit, string(r.Output))
			return r.Outcome(), err
		})
		require.NoError(t, err)
		require.Equal(t, c.spent, spent.Load())
	}
}

// yes has approved everything.
type yes struct{ spent *atomic.Int32 }

func (yes) Find(context.Context, *guard.Call, guard.Decision) error { return nil }

func (y yes) Claim(context.Context, *guard.Call, guard.Decision) (string, error) {
	y.spent.Add(1)
	return "grant", nil
}

// TestWorkerIsTrusted: a program that commands could change isn't a worker, nor
// is one that doesn't begin as one, nor one that the environment says is.
func TestWorkerIsTrusted(t *testing.T) {
	dir := tree(t, "ws/evil", "tmp/", "home/", "state/")
	w := workspace(t, boundary.WorkspaceConfig{Roots: []string{dir + "/ws"}, Temp: []string{dir + "/tmp"}, Home: dir + "/home"})
	c := boundary.ShellConfig{Workspace: w, Inspector: inspector(t, w, nil), Worker: dir + "/ws/evil", Containment: boundary.Containment{Off: true}}
	_, err := boundary.NewShell(c)
	require.ErrorContains(t, err, "lies where commands may write")

	b := newBench(t, dir, func(c *boundary.ShellConfig) { c.Worker, c.Containment.Off = "/bin/true", true })
	_, _, err = b.run(t.Context(), "echo x")
	require.ErrorContains(t, err, "does its main begin with runtimeguard.Worker?")

	// Without a socket the name makes nothing.
	cmd := exec.Command("/proc/self/exe")
	cmd.Args = []string{"runtimeguard-worker", "nonce"}
	cmd.Env = []string{"RUNTIMEGUARD_WORKER=1"}
	var exit *exec.ExitError
	require.True(t, errors.As(cmd.Run(), &exit))
	require.Equal(t, 2, exit.ExitCode())

	// Without an inspector nothing says what programs do.
	s, err := boundary.NewShell(boundary.ShellConfig{Workspace: w})
	require.NoError(t, err)
	require.Equal(t, guard.EngineCompat, s.Engine())
}
