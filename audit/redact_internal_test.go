package audit

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestKeywordsOfNames holds because a word before another is looked at only if
// it has a keyword: no name that means a secret may be without one.
func TestKeywordsOfNames(t *testing.T) {
	r, err := newRedactor(nil)
	require.NoError(t, err)
	names := append([]string{"api-key", "dbpass"}, gluedWords...)
	for w := range lastWords {
		names = append(names, w)
	}
	for _, w := range names {
		require.NotEqual(t, harmless, secretName(w), w)
		require.True(t, r.auto.holds("--"+w), w)
		require.NotEmpty(t, r.words("tool", []string{"--" + w, "Zk81Qp-Tt0aBc"}), w)
	}
	for p := range programs {
		require.True(t, r.auto.holds(p), p)
	}
	for o := range optionNames {
		require.True(t, r.auto.holds("--"+o), o)
	}
}
