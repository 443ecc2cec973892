package approvaltest

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/guard"
)

// Killed kills a process that files, approves, claims and runs as fast as it
// can at random moments, and requires that no grant is spent or run twice and
// that none which was reported is lost. store and where are the same store. It
// prints its seed; RUNTIMEGUARD_SEED repeats one.
func Killed(t *testing.T, store approval.Store, where string, rounds int) {
	seed := rand.Uint64()
	if n, err := strconv.ParseUint(os.Getenv("RUNTIMEGUARD_SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Logf("seed %d", seed)
	k := &killing{t: t, random: rand.New(rand.NewPCG(seed, 0)), spent: map[string]bool{}, died: map[string]int{}}
	k.ran = filepath.Join(t.TempDir(), "ran")
	k.key = filepath.Join(t.TempDir(), "key")
	key, err := approval.LoadOrCreateKey(k.key)
	require.NoError(t, err)
	k.q = queue(t, store, key.PublicKey())
	for range rounds {
		k.check(k.life(where))
	}
	k.checkRan()
	t.Logf("%d rounds, %d grants spent; killed after %v", rounds, len(k.spent), k.died)
}

type killing struct {
	t        *testing.T
	random   *rand.Rand
	q        *approval.Queue
	key, ran string // files
	spent    map[string]bool
	died     map[string]int // by the last step that was reported
}

// life lets one process work and kills it; it returns the lines it printed.
func (k *killing) life(where string) []string {
	p := start(k.t, where, "loop", k.key, k.ran)
	var said []string
	for n := k.random.IntN(9); n > 0; n-- {
		said = append(said, p.hear(k.t))
	}
	time.Sleep(time.Duration(k.random.IntN(4000)) * time.Microsecond)
	require.NoError(k.t, p.cmd.Process.Kill())
	for p.out.Scan() {
		said = append(said, p.out.Text())
	}
	require.Error(k.t, p.cmd.Wait())
	last := "nothing"
	if len(said) > 0 {
		last, _, _ = strings.Cut(said[len(said)-1], " ")
	}
	k.died[last]++
	return said
}

// check compares what stands with what was reported, and uses up what is left.
func (k *killing) check(said []string) {
	approved := ""
	for _, line := range said {
		verb, id, _ := strings.Cut(line, " ")
		switch verb {
		case "approved":
			approved = id
		case "claimed":
			k.spend(id)
		}
	}
	call, d := Call()
	if approved != "" && !k.spent[approved] {
		r, err := k.q.Get(k.t.Context(), approved)
		require.NoError(k.t, err, "the grant that was reported is lost")
		require.Contains(k.t, []approval.State{approval.Approved, approval.Spent}, r.State)
	}
	id, err := k.q.Claim(k.t.Context(), call, d)
	if err == nil {
		k.spend(id)
		return
	}
	require.ErrorAs(k.t, err, new(*guard.PendingError))
}

func (k *killing) spend(id string) {
	require.False(k.t, k.spent[id], "%s was spent twice", id)
	k.spent[id] = true
}

// checkRan requires that no grant ran twice, and none that wasn't spent.
func (k *killing) checkRan() {
	text, err := os.ReadFile(k.ran)
	require.NoError(k.t, err)
	ran := map[string]bool{}
	for _, id := range strings.Fields(string(text)) {
		require.False(k.t, ran[id], "%s ran twice", id)
		require.True(k.t, k.spent[id], "%s ran without being spent", id)
		ran[id] = true
	}
}

// loop is the life of a process that is killed: it prints what it was told is
// done, and writes down what it has run.
func loop(store approval.Store) error {
	key, err := approval.LoadKey(os.Getenv(envKey))
	if err != nil {
		return err
	}
	q, err := approval.New(approval.Config{Store: store, Keys: []ed25519.PublicKey{key.PublicKey()}})
	if err != nil {
		return err
	}
	ran, err := os.OpenFile(os.Getenv(envArg), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	ctx := context.Background()
	call, d := Call()
	for err == nil {
		var id string
		var pending *guard.PendingError
		if errors.As(q.Find(ctx, call, d), &pending) {
			if _, err = q.Approve(ctx, pending.Request, "ann", key); err != nil {
				break
			}
			fmt.Println("approved", pending.Request)
		}
		if id, err = q.Claim(ctx, call, d); err == nil {
			fmt.Println("claimed", id)
			time.Sleep(time.Millisecond) // so that some are killed here
			_, err = fmt.Fprintln(ran, id)
			fmt.Println("ran", id)
		}
	}
	return err
}

// Wakes lets a process wait for a request that this one approves, round after
// round, and prints how long after the approval it woke. store and where are
// the same store.
func Wakes(t *testing.T, store approval.Store, where string, rounds int) {
	key := approval.NewKey()
	q := queue(t, store, key.PublicKey())
	p := start(t, where, "wait", key.String(), "")
	var took []time.Duration
	for round := range rounds {
		call, d := Call()
		call.Raw = fmt.Appendf(nil, `{"round":%d}`, round)
		var pending *guard.PendingError
		require.ErrorAs(t, q.Find(t.Context(), call, d), &pending)
		p.say(t, pending.Request)
		require.Equal(t, "waiting", p.hear(t))
		time.Sleep(10 * time.Millisecond) // so that it sleeps by now; nothing depends on it
		_, err := q.Approve(t.Context(), pending.Request, "ann", key)
		require.NoError(t, err)
		approved := time.Now()
		nanos, err := strconv.ParseInt(p.hear(t), 10, 64)
		require.NoError(t, err)
		took = append(took, time.Unix(0, nanos).Sub(approved))
	}
	p.end(t)
	slices.Sort(took)
	t.Logf("woke after %s at the median of %d, %s at the most", took[rounds/2], rounds, took[rounds-1])
}

// wait waits for the request of each line and prints when it woke.
func wait(store approval.Store) error {
	q, err := played(store)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Println("waiting")
		if err := q.Wait(context.Background(), lines.Text()); err != nil {
			return err
		}
		fmt.Println(time.Now().UnixNano())
	}
	return nil
}
