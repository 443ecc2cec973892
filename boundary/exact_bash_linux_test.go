package boundary_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/boundary/internal/emptyroot"
	"github.com/runtimeguard/runtimeguard/guard"
)

// everyday are command lines that people use.
const everyday = "../../shared/corpora/tldr.jsonl"

// programs that the empty root holds; every other one that a command line
// names is a stub, which notes its words.
var realPrograms = []string{"bash", "sh", "dash", "cat", "tr", "head", "sort", "wc", "xargs", "find", "env", "nohup", "nice", "timeout", "true", "false", "seq", "basename", "dirname"}

// tally is what came of the comparison.
type tally struct {
	Cases, Same, Late          int
	Compat, Refused, Different []string
}

// TestExactIsBash compares the exact engine with bash, on command lines that
// people use, in an empty root with stubs for programs: the same words, exit
// status and output. What differs must have been refused.
// RUNTIMEGUARD_EVERY=1 takes every command line, not each fortieth.
func TestExactIsBash(t *testing.T) {
	corpus, err := os.ReadFile(cmp.Or(os.Getenv("RUNTIMEGUARD_CORPUS"), everyday))
	if err != nil {
		t.Skip("the corpus isn't here")
	}
	every, _ := strconv.Atoi(cmp.Or(os.Getenv("RUNTIMEGUARD_EVERY"), "40"))
	var in bytes.Buffer
	for i, line := range slices.Collect(bytes.Lines(corpus)) {
		if i%every == 0 {
			in.Write(line)
		}
	}
	var programs []string
	for _, name := range realPrograms {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skip("there is no " + name)
		}
		programs = append(programs, path)
	}
	var out bytes.Buffer
	err = emptyroot.Run(t.Context(), "exact is bash", &in, &out, programs...)
	if errors.Is(err, emptyroot.ErrUnavailable) {
		t.Skip(err)
	}
	require.NoError(t, err, out.String())
	var got tally
	require.NoError(t, json.Unmarshal(out.Bytes(), &got), out.String())
	t.Logf("%d command lines: %d for bash, %d the same, %d refused, %d too late to compare, %d different", got.Cases, len(got.Compat), got.Same, len(got.Refused), got.Late, len(got.Different))
	for what, list := range map[string][]string{"for bash": got.Compat, "refused": got.Refused, "different": got.Different} {
		t.Logf("%s:\n%s", what, strings.Join(list, "\n"))
	}
	require.LessOrEqual(t, 1000*len(got.Different), 2*got.Cases)
	require.LessOrEqual(t, 100*(len(got.Compat)+len(got.Refused)), 5*got.Cases)
}

// exactIsBash is the part in the empty root.
func exactIsBash() error {
	var cases []string
	dec := json.NewDecoder(os.Stdin)
	for dec.More() {
		var c struct{ Command string }
		if err := dec.Decode(&c); err != nil {
			return err
		}
		cases = append(cases, c.Command)
	}
	if err := stubs(cases); err != nil {
		return err
	}
	both, err := newPair()
	if err != nil {
		return err
	}
	t := tally{Cases: len(cases)}
	for _, text := range cases {
		if err := emptyroot.Check(); err != nil {
			return err
		}
		if err := both.compare(&t, text, 3); err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(t)
}

const stub = `#!/usr/bin/bash
printf '%s\0' "${0##*/}" "$@" $'\n' >>/log
printf 'stub %s\n' "${0##*/}"
`

var nameRE = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_.+-]*`)

func stubs(cases []string) error {
	if err := os.WriteFile("/usr/bin/.stub", []byte(stub), 0o755); err != nil {
		return err
	}
	for _, c := range cases {
		for _, name := range nameRE.FindAllString(c, -1) {
			if err := os.Symlink(".stub", "/usr/bin/"+name); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
		}
	}
	return nil
}

// pair is bash and the exact engine in the same root.
type pair struct {
	bash, exact *boundary.Shell
	enforcer    *guard.Enforcer
}

func newPair() (*pair, error) {
	w, err := boundary.NewWorkspace(boundary.WorkspaceConfig{Roots: []string{"/ws"}, Temp: []string{"/tmp"}, Home: "/home", State: "/state"})
	if err != nil {
		return nil, err
	}
	in, err := boundary.NewInspector(boundary.InspectorConfig{Workspace: w, Sensitive: sensitive, Tools: map[string]guard.Tool{"run": {Shell: "command", Base: guard.BaseWorkspace}}})
	if err != nil {
		return nil, err
	}
	c := boundary.ShellConfig{Workspace: w, Tools: []string{"run"}, Containment: boundary.Containment{Off: true}}
	p := &pair{}
	if p.bash, err = boundary.NewShell(c); err != nil {
		return nil, err
	}
	c.Inspector = in
	if p.exact, err = boundary.NewShell(c); err != nil {
		return nil, err
	}
	p.enforcer, err = guard.New(guard.Config{
		Inspector: in, Container: p.exact,
		Guard: guard.GuardFunc(func(context.Context, *guard.Call) guard.Decision { return guard.Decision{Effect: guard.Allow} }),
		Audit: guard.AuditFunc(func(context.Context, guard.Record) error { return nil }),
	})
	return p, err
}

// seen is what can be seen of a command.
type seen struct {
	exit     int
	started  []string
	output   string
	timedOut bool
}

// compare runs a command in both. What differs by the moment in which programs of
// a pipeline write doesn't differ in all of some tries.
func (p *pair) compare(t *tally, text string, tries int) error {
	var got seen
	var engine guard.Engine
	if err := reset(); err != nil {
		return err
	}
	err := p.enforcer.Do(context.Background(), guard.Call{Tool: "run", Args: map[string]any{"command": text}}, func(ctx context.Context) (guard.Outcome, error) {
		call, _ := guard.Running(ctx)
		if engine = call.Engine; engine == guard.EngineCompat {
			return guard.Outcome{}, nil
		}
		r, err := p.exact.Run(ctx, boundary.Command{Text: text, Timeout: 20 * time.Second})
		got = observe(r)
		return r.Outcome(), err
	})
	var denied *guard.DeniedError
	switch {
	case errors.As(err, &denied):
		t.Refused = append(t.Refused, text+": "+denied.Error())
		return nil
	case err != nil:
		return fmt.Errorf("%s: %w", text, err)
	}
	if engine == guard.EngineCompat {
		t.Compat = append(t.Compat, text)
		return nil
	}
	if err := reset(); err != nil {
		return err
	}
	r, err := p.bash.Run(context.Background(), boundary.Command{Text: text, Timeout: 20 * time.Second})
	if err != nil {
		return err
	}
	want := observe(r)
	switch {
	case got.timedOut || want.timedOut:
		t.Late++
	case strings.Contains(got.output, "runtimeguard: "):
		t.Refused = append(t.Refused, text+": "+got.output)
	case got.exit == want.exit && got.output == want.output && slices.Equal(got.started, want.started):
		t.Same++
	case tries > 1:
		return p.compare(t, text, tries-1)
	default:
		t.Different = append(t.Different, fmt.Sprintf("%s\n  exact: %+v\n  bash:  %+v", text, got, want))
	}
	return nil
}

// complaints are the shell's own, which no two shells word alike.
var complaints = regexp.MustCompile(`(?m)^(bash|sh|dash|xargs|find|local|/\S+): .*\n`)

func observe(r boundary.Result) seen {
	log, _ := os.ReadFile("/log")
	started := strings.SplitAfter(string(log), "\n\x00")
	slices.Sort(started)
	lines := strings.SplitAfter(complaints.ReplaceAllString(string(r.Output), ""), "\n")
	slices.Sort(lines) // programs of a pipeline write in any order
	return seen{r.Exit, started, strings.Join(lines, ""), r.TimedOut}
}

// reset makes the workspace what it was.
func reset() error {
	entries, err := os.ReadDir("/ws")
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll("/ws/"+e.Name()))
	}
	for _, f := range []string{"path/to/file", "path/to/file.ext", "file", "file.txt", "file1", "file2", ".hidden", "path/to/directory/f"} {
		err = errors.Join(err, os.MkdirAll(filepath.Dir("/ws/"+f), 0o755), os.WriteFile("/ws/"+f, []byte("a line of "+f+"\n"), 0o644))
	}
	return errors.Join(err, os.WriteFile("/log", nil, 0o666))
}

func init() {
	enterParts = func() { emptyroot.Main(map[string]func() error{"exact is bash": exactIsBash}) }
}
