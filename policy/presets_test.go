package policy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/policy"
	"github.com/runtimeguard/runtimeguard/policy/policytest"
)

func TestPresets(t *testing.T) {
	for _, name := range policy.Presets() {
		t.Run(name, func(t *testing.T) { policytest.Run(t, "testdata/"+name+"_test.yaml") })
	}
}

// A preset's own text passes every check that a user's file does.
func TestPresetsPassTheChecks(t *testing.T) {
	for _, name := range policy.Presets() {
		_, err := policy.Parse(name+".yaml", policy.PresetText(name))
		require.NoError(t, err)
	}
}

// Every rule of the presets' own is fired by some case.
func TestPresetsAreCovered(t *testing.T) {
	report, err := policytest.RunFile(nil, "testdata/standard_test.yaml")
	require.NoError(t, err)
	require.Empty(t, report.Unfired)
}
