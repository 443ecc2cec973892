package parsed_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary/internal/parsed"
)

// The tree of a pipeline is the one that the parser makes of it, in both
// languages.
func TestPipelineIsWhatTheParserMakes(t *testing.T) {
	pieces := []string{
		"|", "|", "|", "||", "|&", " ", "  ", "\t", "\n", ";", "a", "b-c", "-x", "--y=z", "n=1", "if", "if-x", "then", "do", "time", "export", "declare", "let", "!", "{", "}",
		"[", "[[", "#", "%", "+(", "@", "/bin/sh", "1", "2>f", "é", "''", "$x", "\\", "~", "-", ".", "..", ":", "in", "function", "f()", "coproc", "select", "eval", "a=b", "+=", "a+=b", "0x1",
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	found := 0
	for range 800_000 {
		var b strings.Builder
		for range 1 + r.IntN(9) {
			b.WriteString(pieces[r.IntN(len(pieces))])
			b.WriteString(" "[:r.IntN(2)])
		}
		text := b.String()
		f := parsed.Pipeline(text)
		if f == nil {
			continue
		}
		found++
		for _, posix := range []bool{false, true} {
			want, err := parsed.Parse(text, posix)
			require.NoError(t, err, text)
			require.Equal(t, want, f, text)
		}
	}
	require.Greater(t, found, 1000)
	require.Nil(t, parsed.Pipeline("a"))
	require.Nil(t, parsed.Pipeline("a |"))
	require.Nil(t, parsed.Pipeline(strings.Repeat("a|", 16)+"a"))
	require.NotNil(t, parsed.Pipeline(strings.Repeat("a|", 15)+"a"))
}
