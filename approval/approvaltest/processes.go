package approvaltest

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/guard"
)

// The environment of a process that Claims starts.
const (
	envStore      = "APPROVALTEST_STORE"
	envKey        = "APPROVALTEST_KEY"
	envGoroutines = "APPROVALTEST_GOROUTINES"
)

// Process is called first in TestMain of a package that calls [Claims] or
// [Killed]: in a process that these have started it plays its part and exits,
// else it returns. open opens the store that where names.
func Process(open func(where string) (approval.Store, error)) {
	where := os.Getenv(envStore)
	if where == "" {
		return
	}
	if err := claim(where, open); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Call is the call that the processes make.
func Call() (*guard.Call, guard.Decision) {
	call := &guard.Call{
		Tool: "run_command", Raw: []byte(`{"command":"git push --force"}`), Dir: "/work/project",
		Principal: guard.Principal{Agent: "agent", Session: "s1"},
		Actions: []guard.Action{{
			Kind: guard.KindExec, Program: "git", Command: "git push", Args: []string{"push", "--force"},
			Flags: []string{"f", "force"}, Path: "/usr/bin/git", Resolved: "/usr/bin/git",
		}},
	}
	return call, guard.Decision{
		Effect: guard.Ask, Reason: "rewrites history", Policy: "digest-1", Action: &call.Actions[0],
		Fired: []guard.Fired{{Rule: "git-force-push", Pos: "policy.yaml:12", Effect: guard.Ask, Message: "rewrites history"}},
	}
}

// Claims lets many goroutines in many processes claim one grant at the same
// time, and requires that exactly one succeeds and that all others wait for
// one new request. store and where are the same store.
func Claims(t *testing.T, store approval.Store, where string, processes, goroutines int) {
	key := approval.NewKey()
	q, err := approval.New(approval.Config{Store: store, Keys: []ed25519.PublicKey{key.PublicKey()}})
	require.NoError(t, err)
	call, d := Call()
	var pending *guard.PendingError
	require.ErrorAs(t, q.Find(t.Context(), call, d), &pending)
	_, err = q.Approve(t.Context(), pending.Request, "ann", key)
	require.NoError(t, err)

	var claimers []*claimer
	for range processes {
		claimers = append(claimers, start(t, envStore+"="+where, envKey+"="+key.String(), envGoroutines+"="+strconv.Itoa(goroutines)))
	}
	for _, c := range claimers {
		require.NoError(t, c.in.Close())
	}
	won, waits := 0, map[string]int{}
	for _, c := range claimers {
		for c.out.Scan() {
			verb, id, _ := strings.Cut(c.out.Text(), " ")
			if verb == "won" {
				require.Equal(t, pending.Request, id)
				won++
			} else {
				waits[id]++
			}
		}
		require.NoError(t, c.cmd.Wait())
	}
	require.Equal(t, 1, won)
	require.Len(t, waits, 1, "all losers wait for the same request")
	require.NotContains(t, waits, pending.Request)
	for _, n := range waits {
		require.Equal(t, processes*goroutines-1, n)
	}
}

// claimer is a process that waits for its standard input to end.
type claimer struct {
	cmd *exec.Cmd
	in  io.Closer
	out *bufio.Scanner
}

// start returns when the process is ready.
func start(t *testing.T, env ...string) *claimer {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	c := &claimer{cmd, in, bufio.NewScanner(out)}
	require.True(t, c.out.Scan())
	require.Equal(t, "ready", c.out.Text())
	return c
}

// claim is what one process does: it says when it is ready, waits for its
// standard input to end, and tries.
func claim(where string, open func(string) (approval.Store, error)) error {
	store, err := open(where)
	if err != nil {
		return err
	}
	key, err := approval.ParsePublicKey(os.Getenv(envKey))
	if err != nil {
		return err
	}
	q, err := approval.New(approval.Config{Store: store, Keys: []ed25519.PublicKey{key}})
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(os.Getenv(envGoroutines))
	if err != nil {
		return err
	}
	fmt.Println("ready")
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	var wg sync.WaitGroup
	var failed atomic.Value
	for range n {
		wg.Go(func() {
			call, d := Call()
			id, err := q.Claim(context.Background(), call, d)
			if p := (*guard.PendingError)(nil); errors.As(err, &p) {
				fmt.Println("waits", p.Request)
			} else if err != nil {
				failed.Store(err)
			} else {
				fmt.Println("won", id)
			}
		})
	}
	wg.Wait()
	err, _ = failed.Load().(error)
	return err
}
