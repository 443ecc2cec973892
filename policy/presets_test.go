package policy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/policy"
	"github.com/runtimeguard/runtimeguard/policy/policytest"
)

// Every rule and every outcome of a condition is seen by a case, and no rule
// can be made weaker without a case that notices.
func TestPresets(t *testing.T) {
	for _, name := range policy.Presets() {
		t.Run(name, func(t *testing.T) { policytest.Thorough(t, "presets/"+name+"_test.yaml") })
	}
}

// A preset's own text passes every check that a user's file does.
func TestPresetsPassTheChecks(t *testing.T) {
	for _, name := range policy.Presets() {
		_, err := policy.Parse(name+".yaml", policy.PresetText(name))
		require.NoError(t, err)
	}
}
