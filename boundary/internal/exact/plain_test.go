package exact

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary/internal/parsed"
	"github.com/runtimeguard/runtimeguard/boundary/internal/plain"
)

// A plain command is judged without a parse as it is with one.
func TestPlainIsTheParse(t *testing.T) {
	words := []string{
		"ls", "-la", "a=b", "x", "time", "if", "fi", "for", "in", "do", "echo", "-n", "-e", "test", "-f", "declare", "-x", "export", "let", "cd", "-P", "kill",
		"builtin", "command", "-v", "read", "-r", "mapfile", "set", "-e", "-o", "shopt", "-s", "exec", "parallel", "zsh", "/usr/bin/zsh", "env", "trap", "ulimit", "wait",
		"coproc", "select", "function", "a.b", "./run", "@", "%1", "+x", "-", "--", "git", "status", "printf", "umask", "source", ".", "eval", "a:b", "1", "then", "case", "esac",
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	fast := 0
	for range 20_000 {
		var text []string
		for range 1 + r.IntN(5) {
			text = append(text, words[r.IntN(len(words))])
		}
		line := strings.Join(text, " ")
		if plain.Words(line) == nil {
			continue
		}
		fast++
		want := "its syntax"
		if file, err := parsed.Parse(line, false); err == nil {
			want = walk(file)
		}
		require.Equal(t, want, Inexact(line, false), line)
	}
	require.Greater(t, fast, 5_000)
}

// Lists of commands of which nothing is walked are judged as if all was.
func TestStatementsAreTheWalk(t *testing.T) {
	words := []string{
		"ls", "a=b", "'a b'", `"a"`, `"$x"`, `"${x@P}"`, "$RANDOM", "$BASHPID", "*.go", ".*", "a/.[a-z]", `".*"`, `'.'*`, "?", "<(ls)", ">out", "3>out", "2>&1", "&>out", "$(a | b)",
		"`kill x`", "echo", "-e", "kill", `ki"ll"`, `k\\ill`, "%1", "/usr/bin/zsh", "zsh", "/opt/zsh", "cd", "-P", "declare", "-i", "export", "-n", "time", "@(a|b)", "$[1]", "{ a; }",
		"mapfile", "set", "+x", "trap", "( a )", "! a", "until a; do kill; done", "f() a",
	}
	operators := []string{" ", " ", " ", " ", "; ", " | ", " |& ", " && ", " || ", " & ", "\n"}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	read, inexactly := 0, 0
	for range 50_000 {
		var text strings.Builder
		for range 1 + r.IntN(6) {
			text.WriteString(words[r.IntN(len(words))])
			text.WriteString(operators[r.IntN(len(operators))])
		}
		file, err := parsed.Parse(text.String(), false)
		if err != nil {
			continue
		}
		read++
		want := walk(file)
		if want != "" {
			inexactly++
		}
		require.Equal(t, want, inexact(file), text.String())
	}
	require.Greater(t, inexactly, 5_000)
	require.Greater(t, read-inexactly, 5_000)
}
