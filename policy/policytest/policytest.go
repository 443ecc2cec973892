// Package policytest runs unit tests of policies, from Go and from YAML tables.
package policytest

import (
	"testing"

	"github.com/runtimeguard/runtimeguard/policy"
)

// Run runs the cases of a test file as sub-tests of t.
func Run(t testing.TB, file string) { t.Helper() }

// RunFile runs the cases of a test file. Where p is nil the file's own policy
// is loaded. The error says why the file can't be run.
func RunFile(p *policy.Policy, file string) (Report, error) { return Report{}, nil }

// Report is the outcome of a test file.
type Report struct {
	File  string
	Cases []Result
}

// Passed reports whether there are cases and all passed.
func (r *Report) Passed() bool { return false }

// Result is the outcome of one case.
type Result struct {
	Name string
	Pos  string // "policy_test.yaml:12"
	Err  error  // why it failed, or nil
}
