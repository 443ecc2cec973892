package cli

import (
	"flag"
	"fmt"

	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/policy"
	"github.com/runtimeguard/runtimeguard/policy/policytest"
)

func setupTest(f *flag.FlagSet) func(*env, []string) error {
	verbose := f.Bool("v", false, "print every case")
	name := f.String("policy", "", "try this `policy` instead of the one that the files name")
	return func(e *env, files []string) error {
		if len(files) == 0 {
			return usageError("name the test files")
		}
		var pol *policy.Policy
		if *name != "" {
			var err error
			if pol, err = loadPolicy(*name); err != nil {
				return err
			}
		}
		failed := false
		for _, file := range files {
			ok, err := testFile(e, pol, file, *verbose)
			if err != nil {
				fmt.Fprintf(e.out, "FAIL  %v\n", err)
			}
			failed = failed || !ok || err != nil
		}
		if failed {
			return errFound
		}
		return nil
	}
}

func testFile(e *env, pol *policy.Policy, file string, verbose bool) (ok bool, err error) {
	report, err := policytest.RunFile(pol, file)
	if err != nil {
		return false, err
	}
	for _, c := range report.Cases {
		switch {
		case c.Err != nil:
			fmt.Fprintf(e.out, "--- FAIL: %s (%s)\n    %s\n", guard.Printable(c.Name), c.Pos, c.Err)
		case verbose:
			fmt.Fprintf(e.out, "--- PASS: %s (%s)\n", guard.Printable(c.Name), c.Pos)
		}
	}
	word := "ok    "
	if report.Failed() > 0 {
		word = "FAIL  "
	}
	fmt.Fprintf(e.out, "%s%s  %d cases, %d failed\n", word, file, len(report.Cases), report.Failed())
	return report.Failed() == 0, nil
}
