package approval_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/guard"
)

// tools are the bindings that the tests' queues know.
func tools(name string) (guard.Tool, bool) {
	t, ok := map[string]guard.Tool{
		"write_file": {Write: "path", Content: "content"},
		"edit_file":  {Write: "path", Content: "new", Replaces: "old"},
	}[name]
	return t, ok
}

// showing is a side whose requests show what writes change.
func showing(t *testing.T) *side {
	s := &side{store: approval.Memory(), key: approval.NewKey(), now: time.Date(2026, 3, 4, 5, 6, 7, 8, time.UTC)}
	var err error
	s.Queue, err = approval.New(approval.Config{
		Store: s.store, Keys: []ed25519.PublicKey{s.key.PublicKey()}, Tool: tools, Now: func() time.Time { return s.now },
	})
	require.NoError(t, err)
	return s
}

// writes is a call of a tool that writes a file.
func writes(tool, path string, args map[string]any) (*guard.Call, guard.Decision) {
	call := &guard.Call{Tool: tool, Raw: fmt.Appendf(nil, "%v", args), Args: args,
		Actions: []guard.Action{{Kind: guard.KindWrite, Path: path, Resolved: path}}}
	return call, guard.Decision{Effect: guard.Ask}
}

// preview is the part of a request's text that shows a diff or code.
func preview(t *testing.T) func(*guard.Call, guard.Decision) string {
	return func(call *guard.Call, d guard.Decision) string {
		t.Helper()
		text := showing(t).shown(t, call, d).Text()
		requireHarmless(t, text)
		_, p, _ := strings.Cut(text, "of the answer\n\n")
		return p
	}
}

func TestPreviewOfWrites(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "f")
	require.NoError(t, os.WriteFile(file, []byte("one\ntwo\n\tthree\nfour\nfive\nsix\n"), 0o600))
	require.NoError(t, os.Symlink(file, filepath.Join(dir, "ln")))
	for _, c := range []struct {
		name, tool, path string
		args             map[string]any
		want             string
	}{
		{"a change", "write_file", file, map[string]any{"content": "one\n2\n\tthree\nfour\nfive\nsix\n"}, `diff of 1   | 29 bytes become 27 bytes
            | one
          - | two
          + | 2
            | →   three
            | four
            | five
          ~ | lines that stay as they are
`},
		{"a new file", "write_file", filepath.Join(dir, "new"), map[string]any{"content": "x"}, `diff of 1   | a new file of 1 bytes
          + | x\ no newline at the end
`},
		{"no change", "write_file", file, map[string]any{"content": "one\ntwo\n\tthree\nfour\nfive\nsix\n"}, `diff of 1   | 29 bytes become 29 bytes; nothing changes
`},
		{"not text", "write_file", file, map[string]any{"content": "a\x00"}, `diff of 1   | 29 bytes become 2 bytes; it isn't text, or too much of it changes 
            | to be compared
`},
		{"a part", "edit_file", file, map[string]any{"old": "two", "new": "\u202eowt\u200b"}, `diff of 1   | a part of the file, 3 bytes, becomes 9 bytes
          - | two\ no newline at the end
          + | \u202eowt\u200b\ no newline at the end
`},
		{"lines that say they are others", "write_file", filepath.Join(dir, "new"),
			map[string]any{"content": "+ | x\n~ | lines that stay as they are\n" + strings.Repeat("y", 70) + "\n" + strings.Repeat("\n", 300) + "rm -rf ~\n"},
			`diff of 1   | a new file of 418 bytes
          + | + | x
          + | ~ | lines that stay as they are
          + | ` + strings.Repeat("y", 66) + `
        ... | yyyy
          + | ` + `
          ~ | this line 299 times more
          + | rm -rf ~
`},
		{"a folder", "write_file", dir, map[string]any{"content": "x\n"}, `diff of 1   | the file as it is can't be shown: is a folder: only regular files 
            | are opened
          + | x
`},
		{"a link put there since", "write_file", filepath.Join(dir, "ln"), map[string]any{"content": "x\n"}, `diff of 1   | the file as it is can't be shown: goes through a symbolic link
          + | x
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, preview(t)(writes(c.tool, c.path, c.args)))
		})
	}
}

func TestNoPreviewOfWhatIsNotKnown(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f")
	for name, change := range map[string]func(*guard.Call){
		"a pattern":       func(c *guard.Call) { c.Actions[0].Pattern = true },
		"another tool":    func(c *guard.Call) { c.Tool = "unbound" },
		"no content":      func(c *guard.Call) { c.Args = nil },
		"another kind":    func(c *guard.Call) { c.Actions[0].Kind = guard.KindDelete },
		"content's type":  func(c *guard.Call) { c.Args["content"] = []any{"x"} },
		"nothing to find": func(c *guard.Call) { c.Tool, c.Args = "edit_file", map[string]any{"new": "x"} },
	} {
		call, d := writes("write_file", file, map[string]any{"content": "x"})
		change(call)
		require.Empty(t, preview(t)(call, d), name)
	}
}

// runs is a call that runs a file.
func runs(path, code string) (*guard.Call, guard.Decision) {
	return &guard.Call{Tool: "run_command", Raw: []byte("{}"), Actions: []guard.Action{
		{Kind: guard.KindExec, Program: "sh"}, {Kind: guard.KindExec, Path: path, Hash: sha256.Sum256([]byte(code))},
	}}, guard.Decision{Effect: guard.Ask}
}

func TestPreviewOfCode(t *testing.T) {
	file := filepath.Join(t.TempDir(), "run.sh")
	code := "#!/bin/sh\n\trm -rf build\r\n" + strings.Repeat("\n", 500) + "echo done"
	require.NoError(t, os.WriteFile(file, []byte(code), 0o700))
	require.Equal(t, `code of 2   | the code, 534 bytes
          1 | #!/bin/sh
          2 | →   rm -rf build\u000d
          3 | `+`
          ~ | this line 499 times more
        503 | echo done
`, preview(t)(runs(file, code)))
	require.Equal(t, `code of 2   | the code can't be shown: the file has changed since the call was j
            | udged
`, preview(t)(runs(file, code+"x")))
	require.Contains(t, preview(t)(runs(file+"x", code)), "can't be shown: no such file")
	require.Contains(t, preview(t)(runs("run.sh", code)), "can't be shown")
	require.NoError(t, os.WriteFile(file, []byte("\x7fELF\x00"), 0o700))
	require.Contains(t, preview(t)(runs(file, "\x7fELF\x00")), "5 bytes that aren't text")
}

// What is long is cut, and its length and hash are said.
func TestPreviewIsCut(t *testing.T) {
	var long strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&long, "line %d\n", i)
	}
	file := filepath.Join(t.TempDir(), "long")
	require.NoError(t, os.WriteFile(file, []byte(long.String()), 0o600))
	text := preview(t)(runs(file, long.String()))
	sum := sha256.Sum256([]byte(long.String()))
	flat := strings.ReplaceAll(text, "\n        ... | ", "")
	require.Contains(t, flat, fmt.Sprintf("~ |  [... %d of %d bytes are not shown; SHA-256 of all %x ...]", long.Len()-approval.MaxArgsShown, long.Len(), sum))
	require.Contains(t, text, "          1 | line 0\n")
	require.Contains(t, text, "            | line 2999\n")
	require.NotContains(t, text, "line 2000\n")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	call, d := writes("write_file", file, map[string]any{"content": strings.Repeat(long.String(), 20)})
	require.Contains(t, preview(t)(call, d), "0 bytes become 577800 bytes; it isn't text, or too much of it")

	for range 20 {
		call.Actions = append(call.Actions, call.Actions[0])
	}
	r := showing(t).shown(t, call, d)
	require.Len(t, r.Previews, 8)
}

// A grant is for what was shown: where the file or the script has changed, it
// is another request.
func TestPreviewIsPartOfTheGrant(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(file, []byte("one\n"), 0o600))
	s := showing(t)
	call, d := writes("write_file", file, map[string]any{"content": "two\n"})
	id := s.granted(t, call, d)
	require.NoError(t, os.WriteFile(file, []byte("three\n"), 0o600))
	_, err := s.Claim(t.Context(), call, d)
	require.NotEqual(t, id, pending(t, err))
	require.NoError(t, os.WriteFile(file, []byte("one\n"), 0o600))
	got, err := s.Claim(t.Context(), call, d)
	require.NoError(t, err)
	require.Equal(t, id, got)
}
