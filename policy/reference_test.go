package policy

import (
	goflag "flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = goflag.Bool("update", false, "write REFERENCE.md anew")

// REFERENCE.md is what the program says: go test ./policy -run Reference -update.
func TestReferenceIsCurrent(t *testing.T) {
	if *update {
		require.NoError(t, os.WriteFile("REFERENCE.md", Reference(), 0o644))
	}
	text, err := os.ReadFile("REFERENCE.md")
	require.NoError(t, err)
	require.Equal(t, string(Reference()), string(text), "run: go test ./policy -run Reference -update")
}

// Whatever the model holds is explained.
func TestModelIsDocumented(t *testing.T) {
	for _, model := range [][]key{documentModel, ruleModel, headModel, toolModel(), commandModel()} {
		for _, k := range model {
			require.NotEmpty(t, k.doc, k.name)
		}
	}
	for _, x := range append(actionFields, callFields...) {
		require.NotEmpty(t, x.doc, x.name)
	}
	require.Equal(t, append(kindNames(), "tool"), headKeys)
	require.Len(t, toolDocs, len(toolModel()))
	require.Len(t, commandDocs, len(commandModel()))
}
