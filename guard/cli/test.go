package cli

import (
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/policy"
	"github.com/runtimeguard/runtimeguard/policy/policytest"
)

// testing is one run of test files.
type testing struct {
	policy   string
	verbose  bool
	coverage bool
	mutate   bool
	require  float64 // percent
	failed   bool
	policies []tested // in the order in which they were met
}

// tested is a policy with the reports of the files that test it.
type tested struct {
	name    string
	reports []policytest.Report
}

func setupTest(f *flag.FlagSet) func(*env, []string) error {
	t := &testing{}
	f.BoolVar(&t.verbose, "v", false, "print every case")
	f.StringVar(&t.policy, "policy", "", "try this `policy` instead of the one that the files name")
	f.BoolVar(&t.coverage, "coverage", false, "print which rules and which outcomes of conditions no case has seen")
	f.Func("require-coverage", "fail below this `percentage` of coverage, or \"all\"; prints it too", t.requirement)
	f.BoolVar(&t.mutate, "mutate", false, "weaken the policy, one rule at a time, and fail for each change that no case notices")
	return t.run
}

// requirement reads the flag -require-coverage.
func (t *testing) requirement(s string) error {
	t.coverage = true
	if s == "all" {
		t.require = 100
		return nil
	}
	var err error
	t.require, err = strconv.ParseFloat(strings.TrimSuffix(s, "%"), 64)
	if err != nil || !(t.require > 0 && t.require <= 100) {
		return errors.New(`want a percentage from 1 to 100, or "all"`)
	}
	return nil
}

func (t *testing) run(e *env, args []string) error {
	var pol *policy.Policy
	if t.policy != "" {
		var err error
		if pol, err = loadPolicy(t.policy); err != nil {
			return err
		}
	}
	if len(args) == 0 {
		args = []string{"."}
	}
	for _, arg := range args {
		files, err := testFiles(arg)
		if err != nil {
			t.fail(e, "%v", err)
		}
		for _, file := range files {
			t.file(e, pol, file)
		}
	}
	for _, p := range t.policies {
		t.about(e, p)
	}
	if t.failed {
		fmt.Fprintln(e.out, "FAIL")
		return errFound
	}
	return nil
}

// fail notes that something failed and says what.
func (t *testing) fail(e *env, format string, args ...any) {
	t.failed = true
	fmt.Fprintf(e.out, "FAIL  "+format+"\n", args...)
}

// file runs the cases of one file.
func (t *testing) file(e *env, pol *policy.Policy, file string) {
	start := time.Now()
	report, err := policytest.RunFile(pol, file)
	if err != nil {
		t.fail(e, "%s", placed(file, err))
		return
	}
	for _, c := range report.Cases {
		switch {
		case c.Err != nil:
			fmt.Fprintf(e.out, "--- FAIL: %s\n    %s: %s\n", guard.Printable(c.Name), beside(file, c.Pos), indented(c.Err))
		case t.verbose:
			fmt.Fprintf(e.out, "--- PASS: %s\n", guard.Printable(c.Name))
		}
	}
	took := fmt.Sprintf("%.2fs", time.Since(start).Seconds())
	if n := report.Failed(); n > 0 {
		t.fail(e, "%s  %d of %s failed  %s", file, n, many(len(report.Cases), "case"), took)
	} else {
		fmt.Fprintf(e.out, "ok    %s  %s  %s\n", file, many(len(report.Cases), "case"), took)
	}
	t.add(report)
}

// many writes a number of things.
func many(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// placed is an error of a test file with the positions of a policy's problems
// as they are reached from the working folder.
func placed(file string, err error) string {
	var load *policy.LoadError
	if !errors.As(err, &load) {
		return err.Error()
	}
	lines := []string{file + ": its policy can't be loaded"}
	for _, p := range problems(file, load) {
		lines = append(lines, "    "+p.String())
	}
	return strings.Join(lines, "\n")
}

// beside is a position in a file that lies in the folder of another.
func beside(file, pos string) string { return filepath.Join(filepath.Dir(file), pos) }

func indented(err error) string {
	return strings.ReplaceAll(err.Error(), "\n\t", "\n        ")
}

// add puts a report to those of the same policy.
func (t *testing) add(r policytest.Report) {
	name := r.Policy
	if t.policy != "" {
		name = t.policy
	}
	for i := range t.policies {
		if t.policies[i].name == name {
			t.policies[i].reports = append(t.policies[i].reports, r)
			return
		}
	}
	t.policies = append(t.policies, tested{name, []policytest.Report{r}})
}

// about says what the tests of one policy are worth.
func (t *testing) about(e *env, p tested) {
	cover := policytest.Cover(p.reports...)
	if t.coverage {
		t.cover(e, p, &cover)
	} else if ids := unfired(&cover); len(ids) > 0 && !policy.IsPreset(p.name) {
		fmt.Fprintf(e.out, "note  %s: rules that no case fires: %s\n", p.name, strings.Join(ids, ", "))
	}
	switch {
	case !t.mutate:
	case p.failed():
		t.fail(e, "%s: not mutated: cases that fail notice nothing", p.name)
	default:
		t.survivors(e, p)
	}
}

func (p *tested) failed() bool {
	for _, r := range p.reports {
		if r.Failed() > 0 {
			return true
		}
	}
	return false
}

// pos is where a rule of the policy stands.
func (p *tested) pos(r policy.Rule) string {
	if policy.IsPreset(p.name) {
		return r.Pos
	}
	return beside(p.name, r.Pos)
}

func unfired(c *policytest.Coverage) (ids []string) {
	for _, g := range c.Gaps {
		if g.Unseen[0] == "fired" {
			ids = append(ids, g.Rule.ID)
		}
	}
	return ids
}

func (t *testing) cover(e *env, p tested, c *policytest.Coverage) {
	low := c.Percent() < t.require
	line := fmt.Sprintf("%s: coverage %.1f%% of its own rules and conditions (%d of %d)", p.name, c.Percent(), c.Seen, c.Points)
	switch {
	case c.Points == 0:
		fmt.Fprintf(e.out, "ok    %s: no rules of its own to cover\n", p.name)
	case low:
		t.fail(e, "%s: want %g%%", line, t.require)
	default:
		fmt.Fprintf(e.out, "ok    %s\n", line)
	}
	for _, g := range c.Gaps {
		g.Rule.Pos = p.pos(g.Rule)
		fmt.Fprintf(e.out, "    %s\n", g)
	}
}

func (t *testing) survivors(e *env, p tested) {
	start := time.Now()
	m := policytest.Mutate(p.reports...)
	line := fmt.Sprintf("%s: %d of %d weaker policies noticed  %.2fs", p.name, m.Mutants-len(m.Survived), m.Mutants, time.Since(start).Seconds())
	switch {
	case m.Mutants == 0:
		fmt.Fprintf(e.out, "ok    %s: no rules of its own to weaken\n", p.name)
		return
	case len(m.Survived) == 0:
		fmt.Fprintf(e.out, "ok    %s\n", line)
		return
	}
	t.fail(e, "%s", line)
	for _, s := range m.Survived {
		s.Rule.Pos = p.pos(s.Rule)
		fmt.Fprintf(e.out, "    %s\n", s)
	}
}
