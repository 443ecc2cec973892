//go:build unix

package shell_test

import (
	_ "embed"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// scriptsText holds scripts between lines of dashes, each about one thing in
// which shells are odd.
//
//go:embed testdata/soundness.scripts
var scriptsText string

// TestScripts runs scripts written by hand in Bash and in dash, and compares what
// they do with what the analysis says, as TestSoundness does with generated ones.
func TestScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs scripts")
	}
	box := newSandbox(t)
	for _, posix := range []bool{false, true} {
		t.Run(shellOf(posix), func(t *testing.T) {
			t.Parallel()
			starts := 0
			for i, text := range strings.Split(strings.TrimSpace(scriptsText), "\n---\n") {
				starts += runScript(t, box, text, i, posix)
			}
			require.Positive(t, starts)
		})
	}
}

// runScript runs one script and returns how many programs it started.
func runScript(t *testing.T, box *sandbox, text string, i int, posix bool) int {
	x := &sample{seed: uint64(i), posix: posix, text: text, files: scriptFiles()}
	require.True(t, x.harmless(), text)
	require.NoError(t, box.prepare(x, shellOf(posix)+strconv.Itoa(i)))
	defer x.clear()
	actions := x.analyze()
	require.NoError(t, box.runAlone(x, shellOf(posix)))
	require.Empty(t, x.lost, text)
	require.NoError(t, x.collect())
	if missing, _ := x.uncovered(actions); len(missing) > 0 {
		t.Errorf("in %s:\n%s\nuncovered: %s\nthe analysis says: %s", shellOf(posix), text, strings.Join(missing, "; "), x.says())
	}
	return len(x.starts)
}
