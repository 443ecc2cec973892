package policy_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/policy"
)

// fastest is how long a decision takes that nothing disturbs.
func fastest(p *policy.Policy, call *guard.Call) time.Duration {
	best := time.Hour
	for range 15 {
		start := time.Now()
		p.Decide(context.Background(), call)
		best = min(best, time.Since(start))
	}
	return best
}

// What is known to hang other engines takes no longer here than what is within
// bounds, or grows no faster than its input. Times are only compared with each
// other: each trap's with that of the harmless call before it.
func TestTraps(t *testing.T) {
	unknown := func(reason string) *guard.Call {
		return &guard.Call{Actions: []guard.Action{{Kind: guard.KindUnknown, Reason: reason}}}
	}
	run := func(n int) *guard.Call {
		return &guard.Call{Actions: []guard.Action{exec("x", strings.Split(strings.Repeat("word ", n), " ")[:n]...)}}
	}
	read := func(path string, shape bool) *guard.Call {
		a := file(guard.KindRead, path)
		a.Pattern = shape
		return &guard.Call{Actions: []guard.Action{a}}
	}
	doubling := func(n int) string {
		var b strings.Builder
		b.WriteString("variables:\n  v0: action.reason + action.reason\n")
		for i := range n {
			fmt.Fprintf(&b, "  v%d: v%d + v%d\n", i+1, i, i)
		}
		return b.String() + fmt.Sprintf("rules:\n  - {id: r, effect: deny, on: {unknown: '*'}, when: v%d.contains('x')}\n", n)
	}
	lists := func(n int) string {
		var b strings.Builder
		b.WriteString("variables:\n  v0: 'dyn([call.args])'\n")
		for i := range n {
			fmt.Fprintf(&b, "  v%d: 'dyn([v%d, v%d])'\n", i+1, i, i)
		}
		return b.String() + fmt.Sprintf("rules:\n  - {id: r, effect: deny, on: {unknown: '*'}, when: 'v%d == [call.args, v%d]'}\n", n, n-1)
	}
	rule := func(on, when string) string {
		return "rules:\n  - {id: r, effect: deny, on: {" + on + "}, when: " + when + "}\n"
	}
	regex := rule("unknown: '*'", `"action.reason.matches('[a-z]{1,99}Z')"`)
	nested := rule("exec: x", `"['a', 'b', 'c'].exists(x, action.args.exists(a, a == x))"`)
	for name, c := range map[string]struct {
		easy, hard string // policies
		call, trap *guard.Call
		ratio      float64
		err        string // of the rule on the trap
	}{
		"a regular expression on 1 MB": {regex, regex, unknown(strings.Repeat("a", 4<<10)), unknown(strings.Repeat("a", 1<<20)), 2,
			"when: a text of 1048576 bytes: conditions read at most 4096"},
		"a regular expression within bounds": {regex, regex, unknown(strings.Repeat("a", 512)), unknown(strings.Repeat("a", 4<<10)), 8 * 4, ""},
		"texts that double": {doubling(3), doubling(12), unknown(strings.Repeat("a", 4<<10)), unknown(strings.Repeat("a", 4<<10)), 60,
			"when: variable v"},
		"lists that double": {lists(3), lists(20), unknown("a"), unknown("a"), 400, "when: variable v"},
		"nested loops":      {nested, nested, run(64), run(1024), 16 * 4, ""},
		"more words than are read": {nested, nested, run(1024), run(4096), 2,
			"when: a list of 4096 words: conditions read at most 1024"},
		"a glob with many stars": {rule("read: '**/a/**/a/**/a/**/b'", "action.recursive == false"), rule("read: '**/a/**/a/**/a/**/b'", "action.recursive == false"),
			read(strings.Repeat("/a", 256), false), read(strings.Repeat("/a", 2048), false), 8 * 4, ""},
		"a name with many stars": {rule("read: '/**/*a*a*a*a*b'", "action.recursive == false"), rule("read: '/**/*a*a*a*a*b'", "action.recursive == false"),
			read("/"+strings.Repeat("a", 256), false), read("/"+strings.Repeat("a", 2048), false), 8 * 4, ""},
		"a pattern with many stars": {rule("read: '/**/*a*a*a*a*b'", "action.pattern"), rule("read: '/**/*a*a*a*a*b'", "action.pattern"),
			read("/"+strings.Repeat("*a", 64), true), read("/"+strings.Repeat("*a", 500), true), 8 * 4, ""},
	} {
		t.Run(name, func(t *testing.T) {
			easy, hard := load(t, c.easy), load(t, c.hard)
			ratio := 0.0
			for range 5 { // a machine that is busy gets other chances
				a, b := fastest(easy, c.call), fastest(hard, c.trap)
				if ratio = float64(b) / float64(a); ratio <= c.ratio {
					break
				}
			}
			require.LessOrEqual(t, ratio, c.ratio)
			if c.err != "" {
				d := hard.Decide(context.Background(), c.trap)
				require.Equal(t, guard.Deny, d.Effect)
				require.Contains(t, d.Rule().Err, c.err)
			}
		})
	}
}
