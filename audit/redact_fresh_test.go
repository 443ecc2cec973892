package audit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"mvdan.cc/sh/v3/shell"
)

// TestRedactionFresh holds sets that were each written when the rules stood,
// without a look at them: testdata/redact. What a first measurement missed was
// mended by a rule for its kind, and the next set was written; the sixth passed
// at once. Each text is logged as one text, as a shell's argument would be, and
// where it is one plain command also as the program's words, which is how the
// record of a command looks.
func TestRedactionFresh(t *testing.T) {
	files, err := filepath.Glob("testdata/redact/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		secrets, lookAlikes := readSamples(t, f)
		require.GreaterOrEqual(t, min(len(secrets), len(lookAlikes)), 50)
		name := strings.TrimSuffix(filepath.Base(f), ".txt")
		checkRedaction(t, name+" set, as text", secrets, lookAlikes)
		checkRedaction(t, name+" set, as words", plain(secrets), plain(lookAlikes))
	}
}

// readSamples reads a set: texts with a secret between « and », a line "--",
// texts with none. A · stands inside known shapes, so that scanners of
// repositories don't take them for real, and is left out; ⏎ is a new line.
func readSamples(t *testing.T, file string) (secrets, lookAlikes []sample) {
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	list := &secrets
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "--" {
			list = &lookAlikes
		}
		if line == "--" || strings.HasPrefix(line, "#") {
			continue
		}
		s := sample{args: []string{"-c", strings.NewReplacer("·", "", "⏎", "\n", "«", "", "»", "").Replace(line)}}
		if _, rest, ok := strings.Cut(line, "«"); ok {
			s.secret, _, _ = strings.Cut(strings.ReplaceAll(rest, "·", ""), "»")
		}
		require.Equal(t, list == &secrets, s.secret != "", line)
		*list = append(*list, s)
	}
	return secrets, lookAlikes
}

// plain returns those of the texts that are one plain command, as its words.
func plain(texts []sample) (list []sample) {
	for _, s := range texts {
		if strings.ContainsAny(s.args[1], "\n>|<") {
			continue
		}
		words, err := shell.Fields(s.args[1], func(name string) string { return "$" + name })
		if err == nil && !strings.Contains(words[0], "=") {
			list = append(list, run(s.secret, words[0], words[1:]...))
		}
	}
	return list
}
