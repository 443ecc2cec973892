package console

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
)

// What show returns is what Printable writes, in pieces: escapes at odd places,
// text without escapes at even ones.
func FuzzShow(f *testing.F) {
	for _, s := range []string{"", "ls", "\u202els", "a\tb\nc", `\u202e`, "\xff\xfe", "é\u200b\u200bп", "\x00"} {
		f.Add(s)
	}
	escapes := regexp.MustCompile(`^(\\u[0-9a-f]{4,6}|\\x[0-9a-f]{2})+$`)
	f.Fuzz(func(t *testing.T, s string) {
		parts := show(s)
		require.Equal(t, guard.Printable(s), strings.Join(parts, ""))
		for i, p := range parts {
			if i%2 == 1 {
				require.Regexp(t, escapes, p)
			} else {
				require.Equal(t, guard.Printable(p), p)
				require.Contains(t, s, p)
			}
		}
	})
}
