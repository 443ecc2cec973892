package shell_test

import (
	"math/rand/v2"
	"slices"
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

// A text whose dialect isn't known is what it is in either.
func TestEitherDialect(t *testing.T) {
	words := []string{
		"ls", "-la", "a=b", "x=~/b", "'a b'", `"*"`, "*.go", "?", "~/.ssh", "echo", "-n", "cd", "/tmp", "rm", "-rf", "..", "command", "read", "set", "exec", "env", "trap", "./run",
		"'rm'", "git", "status", "-c", "push", "source", "eval", "sh", "sudo", "find", "-delete", "-exec", "xargs", "alias", "ll=rm", "printf", "tee", "bash", "python3", "'print(1)'",
		"local", "type", "curl", "https://example.com/x", "-o", "test", "umask", "|", "|", "||", "&&", ";", "mapfile", "shopt", "[[", "make",
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 20_000 {
		var line []string
		for range 1 + r.IntN(8) {
			line = append(line, words[r.IntN(len(words))])
		}
		text := strings.Join(line, " ")
		o := options()
		o.Dialect = guard.DialectBash
		want := shell.Analyze(text, o)
		o.Dialect = guard.DialectPOSIX
		for _, a := range shell.Analyze(text, o) {
			if !slices.ContainsFunc(want, func(b guard.Action) bool { return a.Same(&b) }) {
				want = append(want, a)
			}
		}
		o.Dialect = guard.DialectAny
		require.ElementsMatch(t, want, shell.Analyze(text, o), text)
	}
}
