package policyci

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard/cli"
)

// blocks of README.md: what is done with a file, if anything, and the text.
var block = regexp.MustCompile("(?ms)^(?:<!-- (write|append|change) (\\S+) -->\n)?```(\\w+)\n(.*?)^```\n")

// vary are what differs from run to run, and from one release of a preset to
// the next.
var vary = regexp.MustCompile(`\d+\.\d\ds|standard\.yaml:\d+|  \d+ rules`)

// README.md's steps, taken one after the other in an empty folder, print what
// it says, and lead to the files beside it.
func TestJourney(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	here, err := os.Getwd()
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	written, printed := map[string]bool{}, 0
	for _, b := range block.FindAllStringSubmatch(string(readme), -1) {
		switch verb, file, language, text := b[1], b[2], b[3], b[4]; {
		case verb != "":
			edit(t, verb, file, text)
			written[file] = true
		case language == "console":
			console(t, text)
			printed++
		}
	}
	require.Equal(t, 8, printed)
	require.Equal(t, map[string]bool{"policy.yaml": true, "policy_test.yaml": true, "ci.yaml": true}, written)
	for file := range written {
		require.Equal(t, read(t, filepath.Join(here, file)), read(t, file), file)
	}
	require.Equal(t, []string{"lint policy.yaml", "test -require-coverage all -mutate ./..."}, ciRuns(t), "what ci.yaml runs is the last step")
}

func read(t *testing.T, file string) string {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}

// edit does to a file what a block says.
func edit(t *testing.T, verb, file, text string) {
	switch verb {
	case "append":
		text = read(t, file) + text
	case "change":
		var before, after strings.Builder
		for line := range strings.Lines(text) {
			sign, rest := line[0], line[1:]
			if sign != '+' {
				before.WriteString(rest)
			}
			if sign != '-' {
				after.WriteString(rest)
			}
		}
		old := read(t, file)
		require.Equal(t, 1, strings.Count(old, before.String()), before.String())
		text = strings.Replace(old, before.String(), after.String(), 1)
	}
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
}

// console runs the block's commands and compares what they print.
func console(t *testing.T, text string) {
	var got bytes.Buffer
	for line := range strings.Lines(text) {
		if command, ok := strings.CutPrefix(line, "$ runtimeguard "); ok {
			got.WriteString(line)
			status := cli.Main(strings.Fields(command), strings.NewReader(""), &got, &got)
			require.Equal(t, strings.Contains(text, "FAIL") || strings.Contains(text, "did you mean"), status != 0, "%s", got.String())
		}
	}
	require.Equal(t, vary.ReplaceAllString(text, "-"), vary.ReplaceAllString(got.String(), "-"))
}

// ciRuns are the commands of ci.yaml that are runtimeguard's.
func ciRuns(t *testing.T) (commands []string) {
	for line := range strings.Lines(read(t, "ci.yaml")) {
		if c, ok := strings.CutPrefix(strings.TrimSpace(line), "- run: runtimeguard "); ok {
			commands = append(commands, c)
		}
	}
	return commands
}
