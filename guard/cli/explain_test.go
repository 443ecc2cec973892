package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A decision is told as a person reads it: what decided, where that stands in
// the text, and why the condition held.
func TestExplain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "policy.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`version: 1
extends: [standard]
rules:
  - id: no-make
    effect: deny
    on: {exec: make}
    when: action.flag("j") && call.args.command.startsWith("cd")
    unless: call.verified || call.args.who == "me"
    message: build with ninja
`), 0o600))
	_, out, errs := check("", "-policy", file, "-trace", "ls; make -j8 all")
	require.Empty(t, errs)
	require.Regexp(t, "^allow by rule", out)
	require.NotContains(t, out, "because of")

	_, out, errs = check("", "-policy", file, "-trace", "cd src; make -j8 all")
	require.Empty(t, errs)
	require.Regexp(t, `^deny by rule "no-make" \(policy.yaml:4\): build with ninja: make \(its condition failed: unless: no such key: who\)
because of action 1: exec     make -j8 all  opaque
               from make -j8 all
`, out)
	require.Contains(t, out, `
rules
  deny  no-make  policy.yaml:4  action 1
        build with ninja: make (its condition failed: unless: no such key: who)
        when    action.flag("j") && call.args.command.startsWith("cd")  →  true
                  action.flag("j")  →  true
                  call.args.command.startsWith("cd")  →  true
                    call.args.command  →  "cd src; make -j8 all"
`)
	require.Contains(t, out, "unless  call.verified || call.args.who == \"me\"  →  error: no such key: who\n")
	require.Regexp(t, `\npolicy [0-9a-f]{64}\n$`, out)

	// For machines the same.
	_, out, errs = check(`{"command":"cd src; make -j8 all"}`, "-policy", file, "-trace")
	require.Empty(t, errs)
	var got struct {
		Explain struct {
			Policy string
			Rules  []struct {
				Rule, Error string
				Trace       []struct{ Key, Text, Value, Pos string }
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	require.Equal(t, "no-make", got.Explain.Rules[0].Rule)
	require.Equal(t, "unless: no such key: who", got.Explain.Rules[0].Error)
	require.Equal(t, "true", got.Explain.Rules[0].Trace[0].Value)
	require.Equal(t, "policy.yaml:7:28", got.Explain.Rules[0].Trace[0].Pos)
	require.Len(t, got.Explain.Policy, 64)
}
