package parsed_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"mvdan.cc/sh/v3/syntax"

	"github.com/runtimeguard/runtimeguard/boundary/internal/parsed"
)

func byParser(text string, lang syntax.LangVariant) (*syntax.File, error) {
	return syntax.NewParser(syntax.Variant(lang), syntax.KeepComments(true)).Parse(strings.NewReader(text), "")
}

// requireTree: where a tree is made without the parser, it is the parser's in
// both dialects.
func requireTree(t *testing.T, text string) (simple bool) {
	f := parsed.Simple(text)
	if f == nil {
		return false
	}
	for _, lang := range []syntax.LangVariant{syntax.LangBash, syntax.LangPOSIX} {
		want, err := byParser(text, lang)
		require.NoError(t, err, "%q", text)
		require.Equal(t, want, f, "%q", text)
	}
	return true
}

func TestSimple(t *testing.T) {
	for _, text := range []string{
		"ls", "ls -la", " a  b\t", "a|b", "a | b|c && d || e;f ; g;", "grep -n 'a b' \"c d\" ''\"\"x", "a'b'\"c\"d *.go ~/x a?b", "-", "1 2",
		"echo a=b 'declare' x", "'if' a", "a ~ b", strings.Repeat("a|", 31) + "a",
	} {
		require.True(t, requireTree(t, text), text)
	}
	for _, text := range []string{
		"", " ", ";", "a;;b", "a|", "|a", "a && ", "a & b", "a |& b", "a\nb", "a #b", "$a", "a `b`", `a "$b"`, `a \b`, "a 'b", `a "b`, "if a", "a; time b",
		"a=b c", "x=", "a''=b", "a >b", "{ a", "! a", "a (b", "f() { a; }", "[ a ]", "a [b]", "a {b,c}", "export a=b", "a 'é'", "a é", "a\rb", "a\x00",
		strings.Repeat("a|", 32) + "a", "a " + strings.Repeat("b", 2048),
	} {
		require.Nil(t, parsed.Simple(text), text)
	}
}

func TestSimpleIsTheParse(t *testing.T) {
	pieces := []string{
		" ", " ", " ", "  ", "\t", "|", "||", "&&", ";", "&", "a", "ls", "-la", "x=", "=", "'", "'a b'", `"c d"`, `""`, "''", `"'"`, `'"'`, "*", "?", "~", "/", "if", "fi", "do",
		"time", "declare", "export", "let", "function", "{", "}", "[", "]", "(", ")", "!", "#", "$", "`", `\`, "\n", "<", ">", "0", "1", "@", "+", "%", "^", "-", ":", ",", "case", "in", "select", "coproc",
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	simple := 0
	for range 50_000 {
		var b strings.Builder
		for range 1 + r.IntN(9) {
			b.WriteString(pieces[r.IntN([]int{21, 34, len(pieces)}[r.IntN(3)])])
		}
		if requireTree(t, b.String()) {
			simple++
		}
	}
	require.Greater(t, simple, 10_000)
}

func FuzzSimple(f *testing.F) {
	f.Add(`a -b 'c' "d"e *.x | f && g;`)
	f.Fuzz(func(t *testing.T, text string) { requireTree(t, text) })
}
