package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/policy"
)

// maxLine bounds a line of check's input, in bytes.
const maxLine = guard.MaxArgsSize + 1<<16

type check struct {
	workspace, home, state, temp, policy string
	engine, tier                         string
	explain, trace                       bool
}

func setupCheck(f *flag.FlagSet) func(*env, []string) error {
	c := &check{}
	f.StringVar(&c.workspace, "workspace", ".", "the workspace's `folder`; it need not exist")
	f.StringVar(&c.home, "home", "", "the home `folder` that ~ means (default: the user's)")
	f.StringVar(&c.state, "state", "", "the guard's state `folder` (default: the workspace's own)")
	f.StringVar(&c.temp, "temp", "", "the temporary `folder` (default: the system's)")
	f.StringVar(&c.policy, "policy", "standard", "a `policy`: standard, strict, readonly or a file")
	f.StringVar(&c.engine, "engine", "none", "judge as if the `engine` ran it: none, compat or exact")
	f.StringVar(&c.tier, "tier", "none", "judge as if the `tier` held it: none, landlock, seccomp or namespace")
	f.BoolVar(&c.explain, "explain", false, "show every action and every rule that fired")
	f.BoolVar(&c.trace, "trace", false, "show the value of each part of the conditions of what fired, too; implies -explain")
	return c.run
}

// question is a line of input: a command, or a tool call.
type question struct {
	ID      json.RawMessage `json:"id"`
	Command *string         `json:"command"`
	Cwd     string          `json:"cwd"`
	Agent   string          `json:"agent"`
	Tool    string          `json:"tool"`
	Args    json.RawMessage `json:"args"`
}

// answer is a line of output.
type answer struct {
	ID      json.RawMessage `json:"id,omitempty"`
	Effect  guard.Effect    `json:"effect"`
	Rules   []string        `json:"rules"`
	Reason  string          `json:"reason"`
	Actions int             `json:"actions"`
	Explain *explanation    `json:"explain,omitempty"`
}

func (c *check) run(e *env, args []string) error {
	ctx := context.Background()
	c.explain = c.explain || c.trace
	judge, err := c.judge()
	if err != nil {
		return err
	}
	if len(args) > 1 {
		return usageError("one command at most: quote it as one word")
	}
	if len(args) == 1 {
		return c.one(ctx, e, judge, args[0])
	}
	return c.lines(ctx, e, judge)
}

func (c *check) one(ctx context.Context, e *env, j *judge, text string) error {
	d, call, err := j.decide(ctx, &question{Command: &text})
	if err != nil {
		return err
	}
	if c.explain {
		c.explanation(j, call, d).print(e.out, text)
		return nil
	}
	return json.NewEncoder(e.out).Encode(answerTo(nil, call, d))
}

// lines answers each line of standard input with one line, in order.
func (c *check) lines(ctx context.Context, e *env, j *judge) error {
	in, out := bufio.NewReaderSize(e.in, 1<<16), bufio.NewWriter(e.out)
	defer out.Flush()
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	broken := false
	for {
		line, err := readLine(in)
		if err == io.EOF {
			break
		}
		if err == nil && len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var q question
		if err == nil {
			err = json.Unmarshal(line, &q)
		}
		var a *answer
		if err == nil {
			a, err = c.answer(ctx, j, &q)
		}
		if err != nil {
			broken = true
			if err := enc.Encode(map[string]any{"id": q.ID, "error": err.Error()}); err != nil {
				return err
			}
			continue
		}
		if err := enc.Encode(a); err != nil {
			return err
		}
	}
	if broken {
		return errFound
	}
	return nil
}

func (c *check) answer(ctx context.Context, j *judge, q *question) (*answer, error) {
	d, call, err := j.decide(ctx, q)
	if err != nil {
		return nil, err
	}
	a := answerTo(q.ID, call, d)
	if c.explain {
		a.Explain = c.explanation(j, call, d)
	}
	return a, nil
}

// readLine reads a line of at most maxLine bytes; the rest of a longer one is
// skipped.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	tooLong := false
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			tooLong = true
		} else {
			line = append(line, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err != nil && (err != io.EOF || len(line) == 0 && !tooLong):
			return nil, err
		case tooLong:
			return nil, fmt.Errorf("line: longer than %d bytes", maxLine)
		}
		return line, nil
	}
}

// judge decides questions: the whole way up to the decision and nothing after.
type judge struct {
	enforcer *guard.Enforcer
	policy   *policy.Policy
	last     *guard.Call // the call as the guard saw it
	dir      string
}

func (c *check) judge() (*judge, error) {
	tier, err := guard.ParseTier(c.tier)
	if err != nil {
		return nil, usageError(err.Error())
	}
	engine, err := parseEngine(c.engine)
	if err != nil {
		return nil, err
	}
	wc, err := c.places()
	if err != nil {
		return nil, err
	}
	ws, err := boundary.NewWorkspace(wc)
	if err != nil {
		return nil, err
	}
	pol, err := loadPolicy(c.policy)
	if err != nil {
		return nil, err
	}
	inspector, err := boundary.NewInspector(boundary.InspectorConfig{
		Workspace: ws, Vocabulary: pol, Tools: runtimeguard.Bindings(), Sensitive: pol.Sensitive})
	if err != nil {
		return nil, err
	}
	j := &judge{dir: wc.Roots[0], policy: pol}
	decide := guard.All(ws, pol)
	j.enforcer, err = guard.New(guard.Config{
		Inspector: inspector,
		Guard: guard.GuardFunc(func(ctx context.Context, call *guard.Call) guard.Decision {
			j.last = call
			return decide.Decide(ctx, call)
		}),
		Audit:     guard.AuditFunc(func(context.Context, guard.Record) error { return errors.New("check records nothing") }),
		Container: supposed{engine, tier},
	})
	return j, err
}

// supposed is the containment that check's flags name.
type supposed struct {
	engine guard.Engine
	tier   guard.Tier
}

func (s supposed) Contain(context.Context, *guard.Call) (guard.Engine, guard.Tier, error) {
	return s.engine, s.tier, nil
}

func parseEngine(s string) (guard.Engine, error) {
	switch e := guard.Engine(s); e {
	case guard.EngineCompat, guard.EngineExact:
		return e, nil
	case "none":
		return guard.EngineNone, nil
	}
	return "", usageError(fmt.Sprintf("engine %q: want none, compat or exact", s))
}

func (c *check) places() (w boundary.WorkspaceConfig, err error) {
	root, err := filepath.Abs(c.workspace)
	if err != nil {
		return w, err
	}
	w.Roots = []string{root}
	if w.Home = c.home; w.Home == "" {
		if w.Home, err = os.UserHomeDir(); err != nil {
			return w, err
		}
	}
	if w.State = c.state; w.State == "" {
		// A workspace that doesn't exist has no state folder yet.
		w.State, _ = runtimeguard.StateDir(c.workspace)
	}
	if c.temp != "" {
		w.Temp = []string{c.temp}
	}
	return w, nil
}

func loadPolicy(name string) (*policy.Policy, error) {
	if policy.IsPreset(name) {
		return policy.Preset(name)
	}
	return policy.Load(name)
}

func (j *judge) decide(ctx context.Context, q *question) (guard.Decision, *guard.Call, error) {
	call := guard.Call{Tool: q.Tool, Raw: q.Args, Principal: guard.Principal{Agent: q.Agent}, Dir: q.Cwd}
	switch {
	case q.Command != nil && q.Tool != "":
		return guard.Decision{}, nil, errors.New(`line: has both "command" and "tool"`)
	case q.Command != nil:
		raw, err := json.Marshal(map[string]string{"command": *q.Command})
		if err != nil {
			return guard.Decision{}, nil, err
		}
		call.Tool, call.Raw = "run_command", raw
	case q.Tool == "":
		return guard.Decision{}, nil, errors.New(`line: has neither "command" nor "tool"`)
	}
	if call.Dir == "" {
		call.Dir = j.dir
	}
	j.last = nil
	d := j.enforcer.Decide(ctx, call)
	if j.last == nil {
		j.last = &call
	}
	return d, j.last, nil
}

func answerTo(id json.RawMessage, call *guard.Call, d guard.Decision) *answer {
	return &answer{ID: id, Effect: d.Effect, Rules: ruleIDs(d), Reason: d.Reason, Actions: len(call.Actions)}
}

// ruleIDs lists the rules that fired and count, once each.
func ruleIDs(d guard.Decision) []string {
	ids, seen := []string{}, map[string]bool{}
	for _, f := range d.Fired {
		if !f.Audit && !seen[f.Rule] {
			seen[f.Rule] = true
			ids = append(ids, f.Rule)
		}
	}
	return ids
}
