package shell_test

import (
	_ "embed"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/policy"
	"github.com/runtimeguard/runtimeguard/policy/policytest"
)

//go:embed testdata/classes.txt
var classes string

// TestClasses judges the commands of each class by the preset standard.
func TestClasses(t *testing.T) {
	standard, err := policy.Preset("standard")
	require.NoError(t, err)
	world := policytest.Fixture{Policy: standard, Workspace: "/srv/proj", Home: "/home/dev"}
	class, want := "", ""
	for _, l := range strings.Split(classes, "\n") {
		if head, ok := strings.CutPrefix(l, "= "); ok {
			class, want, _ = strings.Cut(head, " ")
			continue
		}
		if l == "" || class == "" {
			continue
		}
		got := world.Command(t, strings.ReplaceAll(l, "⏎", "\n")).Decision
		if want == "stop" && got.Effect != guard.Allow || got.Effect.String() == want {
			continue
		}
		t.Errorf("%s: %s: want %s, got %s", class, l, want, got)
	}
}
