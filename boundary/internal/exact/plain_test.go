package exact

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary/internal/parsed"
	"github.com/runtimeguard/runtimeguard/boundary/internal/plain"
)

// A plain command, or a pipeline of some, is judged without a parse as it is with one.
func TestPlainIsTheParse(t *testing.T) {
	words := []string{
		"ls", "-la", "a=b", "x", "time", "if", "fi", "for", "in", "do", "echo", "-n", "-e", "test", "-f", "declare", "-x", "export", "let", "cd", "-P", "kill",
		"builtin", "command", "-v", "read", "-r", "mapfile", "set", "-e", "-o", "shopt", "-s", "exec", "parallel", "zsh", "/usr/bin/zsh", "env", "trap", "ulimit", "wait",
		"|", "|", "|", "|", "|", "|", "|", "|", "coproc", "select", "function", "a.b", "./run", "@", "%1", "+x", "-", "--", "git", "status", "printf", "umask", "source", ".", "eval", "a:b", "1", "then", "case", "esac",
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	fast, piped := 0, 0
	for range 20_000 {
		var text []string
		for range 1 + r.IntN(5) {
			text = append(text, words[r.IntN(len(words))])
		}
		line := strings.Join(text, " ")
		if plain.Words(line) == nil && plain.Pipeline(line) == nil {
			continue
		}
		fast++
		piped += strings.Count(line, "|")
		want := "its syntax"
		if file, err := parsed.Parse(line, false); err == nil {
			want = inexact(file)
		}
		require.Equal(t, want, Inexact(line, false), line)
	}
	require.Greater(t, fast, 5_000)
	require.Greater(t, piped, 1_000)
}
