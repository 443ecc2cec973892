package policyci

import (
	"testing"

	"github.com/runtimeguard/runtimeguard/policy/policytest"
)

func TestPolicy(t *testing.T) { policytest.Thorough(t, "policy_test.yaml") }
