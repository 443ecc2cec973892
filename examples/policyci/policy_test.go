package policyci

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/policy"
)

// What can be found wrong is found when the policy is loaded.
func TestPolicyLoads(t *testing.T) {
	_, err := policy.Load("policy.yaml")
	require.NoError(t, err)
}
