package approval_test

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/approval/approvaltest"
	"github.com/runtimeguard/runtimeguard/guard"
)

// The environment of a process that is killed.
const (
	crashDir  = "APPROVAL_CRASH_DIR"
	crashKey  = "APPROVAL_CRASH_KEY"
	crashStep = "APPROVAL_CRASH_STEP" // file, approve or claim
	crashAt   = "APPROVAL_CRASH_AT"   // the operation on the disk in which it dies
)

func init() { crashes = crash }

// crash is the life of a process that is killed in the middle of a step: it
// prints what it was told is done.
func crash() bool {
	dir := os.Getenv(crashDir)
	if dir == "" {
		return false
	}
	ok := func(err error) {
		if p := (*guard.PendingError)(nil); err != nil && !errors.As(err, &p) {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	folder, err := approval.OpenFolder(dir)
	ok(err)
	key, err := approval.LoadKey(os.Getenv(crashKey))
	ok(err)
	q, err := approval.New(approval.Config{Store: folder, Keys: []ed25519.PublicKey{key.PublicKey()}})
	ok(err)
	if at, _ := strconv.Atoi(os.Getenv(crashAt)); at > 0 {
		folder.SetFaults(func(op, _ string) error {
			if at--; at == 0 {
				self, _ := os.FindProcess(os.Getpid())
				_ = self.Kill()
				select {}
			}
			return nil
		})
	}
	call, d := approvaltest.Call()
	id := ""
	steps := map[string]func(){
		"file": func() {
			p := (*guard.PendingError)(nil)
			err := q.Find(context.Background(), call, d)
			ok(err)
			if errors.As(err, &p) {
				id = p.Request
				fmt.Println("file", id)
			}
		},
		"approve": func() {
			if id == "" {
				all, err := q.List(context.Background())
				ok(err)
				id = all[0].ID
			}
			_, err := q.Approve(context.Background(), id, "ann", key)
			ok(err)
			fmt.Println("approve", id)
		},
		"claim": func() {
			id, err := q.Claim(context.Background(), call, d)
			ok(err)
			fmt.Println("claim", id)
		},
	}
	fmt.Println("ready")
	steps[os.Getenv(crashStep)]()
	return true
}

// dying starts such a process and returns what it printed before it died, or
// ended.
func dying(t *testing.T, dir, key, step string, at int) (printed []string, died bool) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDir+"="+dir, crashKey+"="+key, crashStep+"="+step, crashAt+"="+strconv.Itoa(at))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan())
	require.Equal(t, "ready", lines.Text())
	for lines.Scan() {
		printed = append(printed, lines.Text())
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	require.True(t, err == nil || errors.As(err, &exit) && exit.ExitCode() == -1, "%v", err)
	return printed, err != nil
}

// A process is killed in every operation on the disk of every step. What it
// had reported stands; what it hadn't is done or not done; nothing is half
// done, and the next step cleans up.
func TestKilledInEveryOperation(t *testing.T) {
	keyFile := filepath.Join(t.TempDir(), "key")
	key, err := approval.LoadOrCreateKey(keyFile)
	require.NoError(t, err)
	deaths := map[string]int{}
	for _, step := range []string{"file", "approve", "claim"} {
		for at, died := 1, true; died; at++ {
			dir := filepath.Join(t.TempDir(), "approvals")
			s := &side{store: openFolder(t, dir), key: key, now: time.Now()}
			s.Queue = s.queue(t)
			call, d := approvaltest.Call()
			before := []approval.State{""}
			if step != "file" {
				pending(t, s.Find(t.Context(), call, d))
				before = []approval.State{approval.Pending}
			}
			if step == "claim" {
				all, err := s.List(t.Context())
				require.NoError(t, err)
				must(t)(s.Approve(t.Context(), all[0].ID, "ann", key))
				before = []approval.State{approval.Approved}
			}
			var printed []string
			printed, died = dying(t, dir, keyFile, step, at)
			if died {
				deaths[step]++
			}
			after := map[string]approval.State{"file": approval.Pending, "approve": approval.Approved, "claim": approval.Spent}[step]
			state := approval.State("")
			all, err := s.List(t.Context())
			require.NoError(t, err)
			if len(all) > 0 {
				state = all[0].State
			}
			if len(printed) > 0 {
				require.Equal(t, after, state, "%s, killed in operation %d: what was reported stands", step, at)
			} else {
				require.Contains(t, append(before, after), state, "%s, killed in operation %d", step, at)
			}
			finish(t, s, state)
			requireClean(t, dir)
		}
	}
	t.Log(deaths)
	for step, n := range deaths {
		require.GreaterOrEqual(t, n, 5, step)
	}
	require.Len(t, deaths, 3)
}

// finish goes on from a state to a spent grant, once.
func finish(t *testing.T, s *side, state approval.State) {
	call, d := approvaltest.Call()
	if state != approval.Approved {
		_, err := s.Claim(t.Context(), call, d)
		must(t)(s.Approve(t.Context(), pending(t, err), "ann", s.key))
	}
	_, err := s.Claim(t.Context(), call, d)
	require.NoError(t, err)
}

// requireClean requires that a folder holds one version of one entry.
func requireClean(t *testing.T, dir string) {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	require.Len(t, names, 2, "%v", names)
	require.Equal(t, ".lock", names[0])
}

// The process is killed at random moments.
func TestKilledAtRandom(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "approvals")
	approvaltest.Killed(t, openFolder(t, dir), dir, approvaltest.Rounds(60))
}
