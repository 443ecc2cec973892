package shell_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary/shell"
	"github.com/runtimeguard/runtimeguard/guard"
)

// A plain command is judged as it is when the parser reads it: the line end
// behind it makes it one that isn't plain.
func TestPlainIsTheParse(t *testing.T) {
	words := []string{
		"ls", "-la", "a=b", "x", "time", "if", "fi", "for", "in", "do", "echo", "-n", "test", "declare", "-x", "export", "let", "cd", "/tmp", "rm", "-rf", "..",
		"builtin", "command", "-v", "read", "-r", "set", "-e", "exec", "parallel", "env", "A=1", "trap", "EXIT", "coproc", "function", "./run", "@", "%1", "-", "--",
		"git", "status", "-c", "push", "--force", "source", ".", "eval", "sh", "1", "then", "esac", "sudo", "-u", "root", "find", "-delete", "-exec", "alias", "ll=rm", "x,y", "a:b", "nameref",
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 20_000 {
		var line strings.Builder
		for range 1 + r.IntN(6) {
			line.WriteString(strings.Repeat(" ", r.IntN(3)) + words[r.IntN(len(words))] + " ")
		}
		for _, d := range []guard.Dialect{guard.DialectBash, guard.DialectPOSIX} {
			o := options()
			o.Dialect = d
			want := shell.Analyze(line.String()+"\n", o)
			for i := range want { // a text that can't be read ends with the line's end
				want[i].Span.End = min(want[i].Span.End, line.Len())
			}
			require.Equal(t, want, shell.Analyze(line.String(), o), line.String())
		}
	}
}
