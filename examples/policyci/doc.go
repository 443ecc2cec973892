// Package policyci is a policy as a team keeps it in CI: policy.yaml, its tests
// and the check. README.md is the way there, step by step.
package policyci
