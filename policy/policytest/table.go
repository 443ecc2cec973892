package policytest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/policy"
)

// maxTable bounds a test file, in bytes.
const maxTable = 4 << 20

// Report is the outcome of a test file.
type Report struct {
	File string
	// Policy is what was tested: a preset's name, or a path as it is reached from
	// where File is.
	Policy  string
	Cases   []Result // in the file's order; never none
	Unfired []string // rules of the policy's own that fired in no case

	policy *policy.Policy
	judged []judged
}

// judged is a case with what was decided.
type judged struct {
	*tableCase
	verdict *Verdict
}

// Failed counts the cases that failed.
func (r *Report) Failed() int {
	n := 0
	for _, c := range r.Cases {
		if c.Err != nil {
			n++
		}
	}
	return n
}

// Result is the outcome of one case.
type Result struct {
	Name string // its name, or what it judges
	Pos  string // "policy_test.yaml:12"
	Err  error  // why it failed, or nil
}

// Run runs the cases of a test file, which names its policy, each as a
// sub-test where t has them. A file without cases fails.
func Run(t testing.TB, file string) {
	t.Helper()
	run(t, file)
}

func run(t testing.TB, file string) Report {
	t.Helper()
	report, err := RunFile(nil, file)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range report.Cases {
		if tt, ok := t.(*testing.T); ok {
			tt.Run(c.Name, func(t *testing.T) {
				t.Helper()
				if c.Err != nil {
					t.Errorf("%s: %v", c.Pos, c.Err)
				}
			})
		} else if c.Err != nil {
			t.Errorf("%s: %s: %v", c.Pos, c.Name, c.Err)
		}
	}
	return report
}

// RunFile runs the cases of a test file against a policy; nil means the one
// that the file names. A case that fails is in the report. The error says why
// the file can't be run: it can't be read, holds an unknown key, no cases, or
// an expectation that isn't one.
func RunFile(p *policy.Policy, file string) (Report, error) {
	tab, lines, err := readTable(file)
	if err != nil {
		return Report{}, err
	}
	report := Report{File: file, Policy: tab.policyPath(filepath.Dir(file)), policy: p}
	if p == nil {
		if report.policy, err = tab.loadPolicy(report.Policy); err != nil {
			return Report{}, fmt.Errorf("%s: %w", file, err)
		}
	}
	for i := range tab.Cases {
		c := &tab.Cases[i]
		c.setting = tab.setting.with(c.setting)
		r := Result{Name: c.name(), Pos: fmt.Sprintf("%s:%d", filepath.Base(file), lines[i])}
		var v *Verdict
		if v, r.Err = c.judge(report.policy); r.Err == nil {
			report.judged = append(report.judged, judged{c, v})
			r.Err = c.check(v)
		}
		report.Cases = append(report.Cases, r)
	}
	report.Unfired = report.unfired()
	return report, nil
}

func (r *Report) unfired() []string {
	fired := map[string]bool{}
	for _, j := range r.judged {
		for _, f := range j.verdict.Decision.Fired {
			fired[f.Rule] = true
		}
	}
	var out []string
	for _, x := range r.policy.Rules() {
		if !x.Preset && !fired[x.ID] {
			out = append(out, x.ID)
		}
	}
	return out
}

// table is a test file.
type table struct {
	Policy  string `yaml:"policy"`
	setting `yaml:",inline"`
	Tools   map[string]guard.Tool `yaml:"tools"`
	Cases   []tableCase           `yaml:"cases"`
}

// setting is what a table fixes for its cases, and a case for itself.
type setting struct {
	Workspace string   `yaml:"workspace"`
	Home      string   `yaml:"home"`
	Temp      []string `yaml:"temp"`
	Dir       string   `yaml:"dir"`
	Agent     string   `yaml:"agent"`
	Session   string   `yaml:"session"`
	User      string   `yaml:"user"`
	Verified  *bool    `yaml:"verified"`
	Engine    string   `yaml:"engine"` // none, compat or exact
	Tier      string   `yaml:"tier"`   // none, landlock, seccomp or namespace
}

type tableCase struct {
	Name    string `yaml:"name"`
	setting `yaml:",inline"`

	// One of these says what is judged.
	Command string         `yaml:"command"`
	Tool    string         `yaml:"tool"`
	Args    map[string]any `yaml:"args"`
	Actions []tableAction  `yaml:"actions"`

	Expect  string    `yaml:"expect"`
	Rule    oneOrMore `yaml:"rule"`    // one of them must have decided
	Require oneOrMore `yaml:"require"` // all of them
	Fires   oneOrMore `yaml:"fires"`   // all of them fired, whatever they say
	Reason  string    `yaml:"reason"`  // stands in the decision's reason

	tools map[string]guard.Tool
}

type tableAction struct {
	Kind      guard.Kind `yaml:"kind"`
	Program   string     `yaml:"program"`
	Command   string     `yaml:"command"`
	Args      []string   `yaml:"args"`
	Flags     []string   `yaml:"flags"`
	Via       []string   `yaml:"via"`
	Path      string     `yaml:"path"`
	Resolved  string     `yaml:"resolved"`
	Zone      guard.Zone `yaml:"zone"`
	Pattern   bool       `yaml:"pattern"`
	Root      bool       `yaml:"root"`
	Recursive bool       `yaml:"recursive"`
	Host      string     `yaml:"host"`
	Opaque    bool       `yaml:"opaque"`
	Reason    string     `yaml:"reason"`
}

// oneOrMore is a string or a list of strings.
type oneOrMore []string

// UnmarshalYAML implements [yaml.Unmarshaler].
func (o *oneOrMore) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*o = []string{n.Value}
		return nil
	}
	return n.Decode((*[]string)(o))
}

// readTable reads a test file and the line that each case begins in.
func readTable(file string) (*table, []int, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxTable {
		return nil, nil, fmt.Errorf("%s: want a regular file of at most %d bytes", file, maxTable)
	}
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	dec := yaml.NewDecoder(bytes.NewReader(src))
	dec.KnownFields(true)
	var t table
	if err := dec.Decode(&t); err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, unreadable(file, err)
	}
	lines := caseLines(src)
	if len(t.Cases) == 0 || len(lines) != len(t.Cases) {
		return nil, nil, fmt.Errorf("%s: no cases: a test that tests nothing fails", file)
	}
	for i := range t.Cases {
		t.Cases[i].tools = t.Tools
		if err := t.Cases[i].valid(); err != nil {
			return nil, nil, fmt.Errorf("%s:%d: %w", file, lines[i], err)
		}
	}
	return &t, lines, nil
}

// unknownKey is how the YAML package says that a key isn't one of ours.
var unknownKey = regexp.MustCompile(`^line (\d+): field (\S+) not found in type policytest\.(\w+)$`)

// unreadable is an error of reading a table, with its places as in other
// messages.
func unreadable(file string, err error) error {
	lines := []string{err.Error()}
	var typed *yaml.TypeError
	if errors.As(err, &typed) {
		lines = typed.Errors
	}
	for i, l := range lines {
		if m := unknownKey.FindStringSubmatch(l); m != nil {
			l = fmt.Sprintf("line %s: unknown key %q: want one of %s", m[1], m[2], strings.Join(keys(m[3]), ", "))
		}
		l = strings.TrimPrefix(l, "yaml: ")
		if at, rest, ok := strings.Cut(l, ": "); ok && strings.HasPrefix(at, "line ") {
			lines[i] = file + ":" + strings.TrimPrefix(at, "line ") + ": " + rest
		} else {
			lines[i] = file + ": " + l
		}
	}
	return errors.New(strings.Join(lines, "\n"))
}

// keys are those of a part of a table, by the name of its type.
func keys(part string) (out []string) {
	for _, x := range []any{table{}, tableCase{}, tableAction{}, guard.Tool{}} {
		if t := reflect.TypeOf(x); t.Name() == part {
			for _, f := range reflect.VisibleFields(t) {
				if name, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); name != "" && name != "-" {
					out = append(out, name)
				}
			}
		}
	}
	return out
}

func caseLines(src []byte) []int {
	var root yaml.Node
	if yaml.Unmarshal(src, &root) != nil || len(root.Content) == 0 {
		return nil
	}
	var lines []int
	for i, m := 0, root.Content[0]; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == "cases" {
			for _, c := range m.Content[i+1].Content {
				lines = append(lines, c.Line)
			}
		}
	}
	return lines
}

// policyPath is where the policy lies, or a preset's name.
func (t *table) policyPath(dir string) string {
	if t.Policy == "" || policy.IsPreset(t.Policy) || filepath.IsAbs(t.Policy) {
		return t.Policy
	}
	return filepath.Join(dir, t.Policy)
}

func (t *table) loadPolicy(path string) (*policy.Policy, error) {
	switch {
	case path == "":
		return nil, errors.New("policy is missing: name a preset, or a file relative to this one")
	case policy.IsPreset(path):
		return policy.Preset(path)
	}
	return policy.Load(path)
}

// with returns the setting with what another one says put over it.
func (s setting) with(over setting) setting {
	for _, x := range []struct{ into, from *string }{
		{&s.Workspace, &over.Workspace}, {&s.Home, &over.Home}, {&s.Dir, &over.Dir}, {&s.Agent, &over.Agent},
		{&s.Session, &over.Session}, {&s.User, &over.User}, {&s.Engine, &over.Engine}, {&s.Tier, &over.Tier},
	} {
		if *x.from != "" {
			*x.into = *x.from
		}
	}
	if over.Temp != nil {
		s.Temp = over.Temp
	}
	if over.Verified != nil {
		s.Verified = over.Verified
	}
	return s
}

// valid checks that a case judges one thing and expects something.
func (c *tableCase) valid() error {
	subjects := 0
	for _, given := range []bool{c.Command != "", c.Tool != "", len(c.Actions) > 0} {
		if given {
			subjects++
		}
	}
	if subjects != 1 {
		return errors.New("a case has one of command, tool and actions")
	}
	if c.Expect == "" {
		return errors.New("expect is missing: deny, ask or allow")
	}
	if _, err := guard.ParseEffect(c.Expect); err != nil {
		return fmt.Errorf("expect: %w", err)
	}
	if c.Tier != "" {
		if _, err := guard.ParseTier(c.Tier); err != nil {
			return err
		}
	}
	switch c.Engine {
	case "", "none", "compat", "exact":
		return nil
	}
	return fmt.Errorf("engine %q: want none, compat or exact", c.Engine)
}

func (c *tableCase) name() string {
	if c.Name != "" {
		return c.Name
	}
	x, err := c.call()
	if err != nil {
		return c.Tool
	}
	return x.String()
}

func (c *tableCase) call() (call, error) {
	switch {
	case c.Command != "":
		raw, err := json.Marshal(map[string]string{"command": c.Command})
		return call{tool: "run_command", raw: raw}, err
	case c.Tool != "":
		args := c.Args
		if args == nil {
			args = map[string]any{}
		}
		raw, err := json.Marshal(args)
		return call{tool: c.Tool, raw: raw}, err
	}
	var out []guard.Action
	for _, a := range c.Actions {
		out = append(out, guard.Action{
			Kind: a.Kind, Program: a.Program, Command: a.Command, Args: a.Args, Flags: a.Flags, Via: a.Via, Path: a.Path, Resolved: a.Resolved,
			Zone: a.Zone, Pattern: a.Pattern, Root: a.Root, Recursive: a.Recursive, Host: a.Host, Opaque: a.Opaque, Reason: a.Reason})
	}
	return call{tool: "actions", actions: out}, nil
}

// judge decides what the case is about.
func (c *tableCase) judge(p *policy.Policy) (*Verdict, error) {
	x, err := c.call()
	if err != nil {
		return nil, err
	}
	return c.fixture(p).judge(x)
}

// check compares what was decided with what the case expects.
func (c *tableCase) check(v *Verdict) error {
	effect, _ := guard.ParseEffect(c.Expect)
	if err := v.check(effect, c.Rule); err != nil {
		return err
	}
	if err := v.checkFires(c.Fires); err != nil {
		return err
	}
	for _, r := range c.Require {
		if !v.Decision.Requires(guard.Requirement(r)) {
			return fmt.Errorf("want it to require %s, got %v", r, v.Decision.Require)
		}
	}
	if !strings.Contains(v.Decision.Reason, c.Reason) {
		return fmt.Errorf("want a reason with %q, got %q", c.Reason, v.Decision.Reason)
	}
	return nil
}

func (c *tableCase) fixture(p *policy.Policy) Fixture {
	f := Fixture{
		Policy: p, Workspace: c.Workspace, Home: c.Home, Temp: c.Temp, Dir: c.Dir, Tools: c.tools,
		Principal: guard.Principal{Agent: c.Agent, Session: c.Session, User: c.User, Verified: c.Verified != nil && *c.Verified},
	}
	if c.Engine != "none" {
		f.Engine = guard.Engine(c.Engine)
	}
	f.Tier, _ = guard.ParseTier(c.Tier)
	return f
}
