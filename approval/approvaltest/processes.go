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
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/guard"
)

// The environment of a process that a test starts.
const (
	envStore = "APPROVALTEST_STORE" // where the store is
	envKey   = "APPROVALTEST_KEY"   // the approver's public key, or the file of the private one
	envPart  = "APPROVALTEST_PART"  // what the process plays
	envArg   = "APPROVALTEST_ARG"
)

// parts are what a process can play.
var parts = map[string]func(store approval.Store) error{"claim": claim, "loop": loop, "wait": wait}

// Process is called first in TestMain of a package that calls [Claims],
// [Killed] or [Wakes]: in a process that these have started it plays its part
// and exits, else it returns. open opens the store that where names.
func Process(open func(where string) (approval.Store, error)) {
	where := os.Getenv(envStore)
	if where == "" {
		return
	}
	store, err := open(where)
	if err == nil {
		err = parts[os.Getenv(envPart)](store)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Rounds returns how often a test is to be repeated: RUNTIMEGUARD_ROUNDS, or
// what CI can afford.
func Rounds(usual int) int {
	if n, err := strconv.Atoi(os.Getenv("RUNTIMEGUARD_ROUNDS")); err == nil {
		return n
	}
	return usual
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
// time, round after round, and requires that each time exactly one succeeds and
// that all others wait for one new request. store and where are the same store.
func Claims(t *testing.T, store approval.Store, where string, processes, goroutines, rounds int) {
	key := approval.NewKey()
	q := queue(t, store, key.PublicKey())
	var claimers []*process
	for range processes {
		claimers = append(claimers, start(t, where, "claim", key.String(), strconv.Itoa(goroutines)))
	}
	for round := range rounds {
		grant := granted(t, q, key)
		for _, c := range claimers {
			c.say(t, "go")
		}
		won, waits := 0, map[string]int{}
		for range processes * goroutines {
			verb, id, _ := strings.Cut(claimers[0].hear(t), " ")
			if verb == "won" {
				require.Equal(t, grant, id)
				won++
			} else {
				require.Equal(t, "waits", verb)
				waits[id]++
			}
			claimers = append(claimers[1:], claimers[0])
		}
		require.Equal(t, 1, won, "round %d", round)
		require.Len(t, waits, 1, "all losers wait for the same request")
		require.NotContains(t, waits, grant)
		for id, n := range waits {
			require.Equal(t, processes*goroutines-1, n)
			require.NoError(t, q.Remove(t.Context(), id))
		}
	}
	for _, c := range claimers {
		c.end(t)
	}
}

func queue(t *testing.T, store approval.Store, key ed25519.PublicKey) *approval.Queue {
	q, err := approval.New(approval.Config{Store: store, Keys: []ed25519.PublicKey{key}})
	require.NoError(t, err)
	return q
}

// granted files the call and says yes.
func granted(t *testing.T, q *approval.Queue, key approval.Key) string {
	call, d := Call()
	var pending *guard.PendingError
	require.ErrorAs(t, q.Find(t.Context(), call, d), &pending)
	_, err := q.Approve(t.Context(), pending.Request, "ann", key)
	require.NoError(t, err)
	return pending.Request
}

// process is a process that a test has started.
type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

// start returns when the process is ready.
func start(t *testing.T, where, part, key, arg string) *process {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), envStore+"="+where, envPart+"="+part, envKey+"="+key, envArg+"="+arg)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	p := &process{cmd, in, bufio.NewScanner(out)}
	require.Equal(t, "ready", p.hear(t))
	return p
}

func (p *process) say(t *testing.T, line string) {
	_, err := io.WriteString(p.in, line+"\n")
	require.NoError(t, err)
}

func (p *process) hear(t *testing.T) string {
	require.True(t, p.out.Scan(), "the process has ended")
	return p.out.Text()
}

// end lets the process end by itself.
func (p *process) end(t *testing.T) {
	require.NoError(t, p.in.Close())
	require.NoError(t, p.cmd.Wait())
}

// played is the queue of a process that a test has started.
func played(store approval.Store) (*approval.Queue, error) {
	key, err := approval.ParsePublicKey(os.Getenv(envKey))
	if err != nil {
		return nil, err
	}
	return approval.New(approval.Config{Store: store, Keys: []ed25519.PublicKey{key}})
}

// claim tries to claim the call at each line, in many goroutines at once.
func claim(store approval.Store) error {
	q, err := played(store)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(os.Getenv(envArg))
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var wg sync.WaitGroup
		begin := make(chan struct{})
		for range n {
			wg.Go(func() {
				<-begin
				fmt.Println(try(q))
			})
		}
		close(begin)
		wg.Wait()
	}
	return nil
}

// try says in one line what came of a claim.
func try(q *approval.Queue) string {
	call, d := Call()
	id, err := q.Claim(context.Background(), call, d)
	var p *guard.PendingError
	switch {
	case err == nil:
		return "won " + id
	case errors.As(err, &p):
		return "waits " + p.Request
	}
	return "failed " + err.Error()
}
