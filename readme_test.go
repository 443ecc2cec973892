package runtimeguard_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every code block of the README is part of a file that is compiled and run:
// the comment before it names the file and, for Go, the function.
func TestReadmeBlocksAreRun(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	fenced := regexp.MustCompile("(?s)(<!-- (?:example: (\\w+) in|file:) (\\S+) -->\n)?```(\\w*)\n(.*?)```")
	blocks := fenced.FindAllStringSubmatch(string(readme), -1)
	require.NotEmpty(t, blocks)
	for _, b := range blocks {
		function, file, language, text := b[2], b[3], b[4], b[5]
		require.NotEmpty(t, file, "a block without a source:\n%s", text)
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		body := string(source)
		if language == "go" {
			require.NotEmpty(t, function)
			body = functionBody(t, body, function)
		}
		require.Contains(t, flat(body), flat(text), "%s isn't what the README shows", file)
		require.NotEmpty(t, strings.TrimSpace(text))
	}
}

// The first code block is short and on the first screen.
func TestReadmeLeadsWithCode(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(readme), "```go\n")
	require.True(t, found)
	block, _, _ := strings.Cut(rest, "```")
	require.LessOrEqual(t, strings.Count(block, "\n"), 15)
	require.LessOrEqual(t, strings.Count(before, "\n"), 12)
}

func functionBody(t *testing.T, source, name string) string {
	_, rest, found := strings.Cut(source, "\nfunc "+name+"(")
	require.True(t, found, "there is no func %s", name)
	body, _, found := strings.Cut(rest, "\n}\n")
	require.True(t, found)
	return body
}

// flat drops indentation.
func flat(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
