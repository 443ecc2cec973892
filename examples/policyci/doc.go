// Package policyci is a policy as a team keeps it in CI: policy.yaml and its
// tests.
package policyci
