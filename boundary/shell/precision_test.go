package shell_test

import (
	"cmp"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary/shell"
	"github.com/runtimeguard/runtimeguard/guard"
)

// mostUnknown is the share of everyday commands, in percent, that may hold
// something that isn't known.
const mostUnknown = 6

// TestPrecision reports how many commands of a corpus hold something that isn't
// known, and why: run it with -v to see where work pays. RUNTIMEGUARD_CORPUS
// names another corpus, of lines {"command": "…"}.
func TestPrecision(t *testing.T) {
	name := cmp.Or(os.Getenv("RUNTIMEGUARD_CORPUS"), everyday)
	commands := corpus(t, name)
	o := options()
	o.Dialect = guard.DialectBash
	unknown, opaque := 0, 0
	reasons, examples := map[string]int{}, map[string]string{}
	for _, c := range commands {
		found := map[string]bool{}
		seen := false
		for _, a := range shell.Analyze(c, o) {
			if a.Kind == guard.KindUnknown {
				found[a.Reason] = true
				seen = seen || !a.Opaque
			}
		}
		switch {
		case seen:
			unknown++
		case len(found) > 0:
			opaque++
		}
		for r := range found {
			reasons[r]++
			if old, ok := examples[r]; !ok || len(c) < len(old) {
				examples[r] = c
			}
		}
	}
	share := 100 * float64(unknown+opaque) / float64(len(commands))
	t.Logf("%d commands: %.2f %% hold an unknown, %.2f %% only a program's own code", len(commands), share, 100*float64(opaque)/float64(len(commands)))
	order := slices.SortedFunc(maps.Keys(reasons), func(a, b string) int {
		return cmp.Or(reasons[b]-reasons[a], strings.Compare(a, b))
	})
	for _, r := range order[:min(len(order), 40)] {
		t.Logf("%5d  %s\n         as in: %s", reasons[r], r, guard.Printable(examples[r]))
	}
	if name == everyday {
		require.LessOrEqual(t, share, float64(mostUnknown))
	}
}
