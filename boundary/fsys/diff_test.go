package fsys_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
)

func diffText(t *testing.T, from, to string) string {
	lines, ok := fsys.Diff([]byte(from), []byte(to))
	require.True(t, ok)
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%c%s\n", l.Op, l.Text)
	}
	return b.String()
}

func TestDiff(t *testing.T) {
	numbers := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintln(&b, i)
		}
		return b.String()
	}
	for _, c := range []struct{ from, to, want string }{
		{"", "", ""},
		{"a\n", "a\n", ""},
		{"", "a\nb\n", "+a\n+b\n"},
		{"a\nb", "", "-a\n-b\\ no newline at the end\n"},
		{"a\nb\n", "a\nc\n", " a\n-b\n+c\n"},
		{"a", "a\n", "-a\\ no newline at the end\n+a\n"},
		{numbers(20), strings.Replace(numbers(20), "10\n", "ten\n", 1), " 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n.\n"},
	} {
		require.Equal(t, c.want, diffText(t, c.from, c.to))
	}
	for _, bad := range []string{"\xff", "a\x00b", strings.Repeat("x", fsys.MaxDiffSize+1), numbers(1200)} {
		_, ok := fsys.Diff([]byte(bad), nil)
		require.False(t, ok)
		_, ok = fsys.Diff(nil, []byte(bad))
		require.False(t, ok)
	}
}

// Where everything is shown, the removed and kept lines are the one side, the
// added and kept ones the other.
func TestDiffLeadsFromOneToTheOther(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	random := func() string {
		var b strings.Builder
		for range r.IntN(6) {
			b.WriteString(strings.Repeat("ab"[r.IntN(2):][:1], 1+r.IntN(2)) + "\n")
		}
		return b.String()
	}
	whole := 0
	for range 2000 {
		from, to := random(), random()
		var old, new strings.Builder
		lines, ok := fsys.Diff([]byte(from), []byte(to))
		require.True(t, ok)
		for _, l := range lines {
			if l.Op != '+' {
				old.WriteString(l.Text + "\n")
			}
			if l.Op != '-' {
				new.WriteString(l.Text + "\n")
			}
		}
		if from != to && old.Len() == len(from) { // nothing is left out
			require.Equal(t, []string{from, to}, []string{old.String(), new.String()})
			whole++
		}
	}
	require.Greater(t, whole, 1000)
}
