package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/audit"
)

// places are the folders of the play, all of them temporary.
type places struct {
	workspace string // what the agent works in: a git repository
	origin    string // its bare remote, beside it
	state     string // the guard's own; no tool reaches it
	temp      string // the agent's temporary folder
	home      string // what ~ means
}

// prepare makes a repository with a history, a secret, a remote, and a home
// folder with something to lose.
func prepare(base string) (*places, error) {
	base, err := filepath.EvalSymlinks(base)
	if err != nil {
		return nil, err
	}
	p := &places{}
	for dir, name := range map[*string]string{&p.workspace: "project", &p.origin: "origin.git", &p.state: "state", &p.temp: "tmp", &p.home: "home"} {
		*dir = filepath.Join(base, name)
		if err := os.MkdirAll(*dir, 0o700); err != nil {
			return nil, err
		}
	}
	for path, content := range map[string]string{
		filepath.Join(p.workspace, "README.md"):         "# A project\n",
		filepath.Join(p.workspace, "notes.md"):          "remember the milk\n",
		filepath.Join(p.workspace, ".gitignore"):        ".env\n",
		filepath.Join(p.workspace, ".env"):              secret,
		filepath.Join(p.home, "projects", "thesis.txt"): thesis,
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			return nil, err
		}
	}
	for _, words := range [][]string{
		{"init", "-q", "--bare", "-b", "main", p.origin},
		{"init", "-q", "-b", "main"},
		{"config", "user.name", "Agent"},
		{"config", "user.email", "agent@example.com"},
		{"remote", "add", "origin", p.origin},
		{"add", "."},
		{"commit", "-q", "-m", "first"},
		{"push", "-q", "-u", "origin", "main"},
	} {
		if _, err := git(p.workspace, words...); err != nil {
			return nil, err
		}
	}
	return p, nil
}

const (
	secret = "TOKEN=not-for-agents\n"
	thesis = "three years of work\n"
)

func git(dir string, words ...string) (string, error) {
	cmd := exec.Command("git", words...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", words[0], err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// session plays the agent and the operator, and keeps score.
type session struct {
	*places
	ctx   context.Context
	out   io.Writer
	rt    *runtimeguard.Runtime
	agent *client.Client
	steps int
	wrong []string
}

type args map[string]any

// expect says what should come of a call.
type expect struct{ effect, text string }

// allowed expects that a call is carried out and that its result holds a text.
func allowed(text string) expect { return expect{"allow", text} }

var (
	denied = expect{effect: "deny"}
	asked  = expect{"ask", "waits for a human"}
)

func (s *session) title(text string) { fmt.Fprintf(s.out, "\n%s\n", text) }

// call makes one tool call as the agent.
func (s *session) call(tool string, a args, want expect) {
	var r mcp.CallToolRequest
	r.Params.Name, r.Params.Arguments = tool, map[string]any(a)
	result, err := s.agent.CallTool(s.ctx, r)
	effect, text := outcome(result, err)
	var bad error
	if effect != want.effect || !strings.Contains(text, want.text) {
		bad = fmt.Errorf("want %s %q: %s", want.effect, want.text, text)
	}
	s.row(effect, tool+" "+a.String(), bad)
	if effect != "allow" {
		fmt.Fprintf(s.out, "          %s\n", text)
	}
}

// outcome reads from a result what the guard has decided: a refusal is a
// result with isError that begins with the effect.
func outcome(result *mcp.CallToolResult, err error) (effect, text string) {
	if err != nil {
		return "error", err.Error()
	}
	for _, c := range result.Content {
		if t, ok := c.(mcp.TextContent); ok {
			text += t.Text
		}
	}
	switch {
	case !result.IsError:
		return "allow", text
	case strings.HasPrefix(text, "deny"):
		return "deny", text
	case strings.HasPrefix(text, "ask"):
		return "ask", text
	}
	return "failed", text
}

func (a args) String() string {
	for _, key := range []string{"command", "path", "snapshot"} {
		if v, ok := a[key].(string); ok {
			return v
		}
	}
	b, _ := json.Marshal(a)
	return string(b)
}

// check adds a row of the host's own.
func (s *session) check(what string, err error) { s.row("-", what, err) }

func (s *session) row(effect, what string, err error) {
	s.steps++
	mark := "ok"
	if err != nil {
		mark = "WRONG"
		s.wrong = append(s.wrong, fmt.Sprintf("%s: %v", what, err))
	}
	if utf8.RuneCountInString(what) > 96 {
		what = string([]rune(what)[:95]) + "…"
	}
	fmt.Fprintf(s.out, "  %-6s %-6s %s\n", mark, effect, what)
}

// approve answers the one request that waits, as the operator: with a key that
// no tool can reach. On the command line it is: runtimeguard approvals approve ID
func (s *session) approve(shown string) {
	request, err := s.answer(shown)
	s.check("the operator is shown the call, and approves "+request, err)
}

func (s *session) answer(shown string) (string, error) {
	queue, err := runtimeguard.OpenApprovals(s.state)
	if err != nil {
		return "", err
	}
	requests, err := queue.List(s.ctx)
	if err != nil {
		return "", err
	}
	if len(requests) != 1 || requests[0].State != approval.Pending {
		return "", fmt.Errorf("%d requests, want one that waits", len(requests))
	}
	if text := requests[0].Text(); !strings.Contains(text, shown) {
		return "", fmt.Errorf("the request doesn't show %q:\n%s", shown, text)
	}
	key, err := approval.LoadKey(filepath.Join(s.state, runtimeguard.KeysDir, runtimeguard.KeyFile))
	if err != nil {
		return "", err
	}
	_, err = queue.Approve(s.ctx, requests[0].ID, "operator", key)
	return requests[0].ID, err
}

// lastBackup is the id of the newest backup. On the command line:
// runtimeguard backups list
func (s *session) lastBackup() string {
	list, err := s.rt.Backups.List(s.ctx)
	if err != nil || len(list) == 0 {
		s.check("there is a backup", errors.Join(err, errors.New("none")))
		return ""
	}
	return list[len(list)-1].ID
}

func (s *session) untouched() error {
	return errors.Join(
		holds(filepath.Join(s.workspace, ".env"), secret),
		holds(filepath.Join(s.home, "projects", "thesis.txt"), thesis),
	)
}

// pushed compares the remote with the workspace.
func (s *session) pushed() error {
	here, err := git(s.workspace, "rev-parse", "main")
	if err != nil {
		return err
	}
	there, err := git(s.origin, "rev-parse", "main")
	if err == nil && here != there {
		err = fmt.Errorf("the remote has %s, want %s", there, here)
	}
	return err
}

func holds(path, want string) error {
	got, err := os.ReadFile(path)
	if err == nil && string(got) != want {
		err = fmt.Errorf("%s holds %q, want %q", path, got, want)
	}
	return err
}

func absent(path string) error {
	_, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return errors.Join(err, fmt.Errorf("%s is there", path))
}

func (s *session) auditDir() string { return filepath.Join(s.state, "audit") }

// verifies checks the log. On the command line: runtimeguard audit verify
func (s *session) verifies(dir string) error {
	report, err := audit.Verify(s.ctx, dir, audit.VerifyConfig{})
	if err == nil && report.Lines == 0 {
		err = errors.New("it is empty")
	}
	return err
}

// flipped copies the log, flips one bit in the middle of it, and is content if
// Verify names the place.
func (s *session) flipped() error {
	dir := filepath.Join(s.temp, "audit")
	if err := os.CopyFS(dir, os.DirFS(s.auditDir())); err != nil {
		return err
	}
	segments, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil || len(segments) == 0 {
		return errors.Join(err, errors.New("no file of the log"))
	}
	data, err := os.ReadFile(segments[0])
	if err != nil {
		return err
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(segments[0], data, 0o600); err != nil {
		return err
	}
	err = s.verifies(dir)
	if broken := (*audit.BrokenError)(nil); errors.As(err, &broken) {
		fmt.Fprintf(s.out, "                %v\n", broken)
		return nil
	}
	return errors.Join(err, errors.New("the change was not found"))
}
