package cli_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/guard/cli"
)

// host is a guarded workspace whose agent asks.
type host struct {
	t     *testing.T
	rt    *runtimeguard.Runtime
	state string
}

func newHost(t *testing.T, c approval.Config) *host {
	base, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	h := &host{t: t, state: filepath.Join(base, "state")}
	for _, d := range []string{"ws", "tmp"} {
		require.NoError(t, os.Mkdir(filepath.Join(base, d), 0o755))
	}
	h.rt, err = runtimeguard.Open(runtimeguard.Config{
		Workspace: filepath.Join(base, "ws"), State: h.state, Temp: []string{filepath.Join(base, "tmp")}, Home: base, Approvals: c,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.rt.Close()) })
	return h
}

// ask makes a call and returns the request that it waits for, or "".
func (h *host) ask(command string) string {
	h.t.Helper()
	err := h.rt.Do(h.t.Context(), guard.Call{Tool: "run_command", Args: map[string]any{"command": command}},
		func(context.Context) (guard.Outcome, error) { return guard.Outcome{}, nil })
	var p *guard.PendingError
	if err == nil {
		return ""
	}
	require.ErrorAs(h.t, err, &p)
	return p.Request
}

// screen is what a command prints while it runs.
type screen struct {
	mu   sync.Mutex
	cond *sync.Cond
	text bytes.Buffer
	over bool
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cond.Broadcast()
	return s.text.Write(b)
}

// wait takes what matches off the screen.
func (s *screen) wait(t *testing.T, pattern string) []string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for re := regexp.MustCompile(pattern); ; s.cond.Wait() {
		if m := re.FindStringSubmatchIndex(s.text.String()); m != nil {
			found := re.FindStringSubmatch(s.text.String())
			s.text.Next(m[1])
			return found
		}
		require.False(t, s.over, "the command has ended: %s", s.text.String())
	}
}

// terminal runs a command and returns its screen and its keyboard.
func terminal(t *testing.T, args ...string) (*screen, io.WriteCloser, func() int) {
	s := &screen{}
	s.cond = sync.NewCond(&s.mu)
	in, keyboard := io.Pipe()
	status := make(chan int, 1)
	go func() {
		status <- cli.Main(args, in, s, s)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.over = true
		s.cond.Broadcast()
	}()
	return s, keyboard, func() int { return <-status }
}

// Requests come onto the screen by themselves, are answered there, and what
// others answered is said.
func TestWatch(t *testing.T) {
	h := newHost(t, approval.Config{})
	first := h.ask("git push --force")
	s, keyboard, ended := terminal(t, "approvals", "-state", h.state, "watch")
	key := func(line string) {
		_, err := io.WriteString(keyboard, line+"\n")
		require.NoError(t, err)
	}
	s.wait(t, `request     \| `+first+`, pending\n(?s:.*)--> yes (\w{4}), or no \w{4} and why\n`)
	key("yes " + first[:4])
	s.wait(t, first+` approved by \S+: run_command: exec git push --force\n`)
	require.Empty(t, h.ask("git push --force"), "the call goes through, once")

	second := h.ask("git push --force")
	s.wait(t, `request     \| `+second+`, pending\n(?s:.*)-->`)
	for line, says := range map[string]string{
		"yes " + first[:4]:              "there is no such request",
		"yes":                           "give at least 4 characters",
		"yes " + second[:4] + " please": "want yes ID",
		"y " + second[:4]:               "want yes ID",
		"show " + second[:4]:            "request     | " + second,
	} {
		key(line)
		s.wait(t, regexp.QuoteMeta(says))
	}
	require.Equal(t, second, h.ask("git push --force"), "nothing of that was an answer")
	key("no " + second[:4] + "  not on a Friday ")
	s.wait(t, second+` denied by `)
	status, out, _ := run("", "approvals", "-state", h.state, "-all", "show", second)
	require.Zero(t, status)
	require.Contains(t, out, "reason      | not on a Friday\n")

	third := h.ask("git push --force origin main")
	s.wait(t, `request     \| `+third)
	status, _, errs := run("", "approvals", "-state", h.state, "deny", third)
	require.Zero(t, status, errs)
	s.wait(t, third+` denied by `)
	key("quit")
	require.Zero(t, ended())
}

// eager answers a request that comes while the screen still shows the one
// before it.
type eager struct {
	bytes.Buffer
	once   sync.Once
	answer func()
}

func (e *eager) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte("request     | ")) {
		e.once.Do(e.answer)
	}
	return e.Buffer.Write(b)
}

// An answer is for what was shown: one that names a request that nobody has
// seen yet is none, even with its whole id.
func TestWatchAnswersOnlyWhatWasShown(t *testing.T) {
	for range 5 {
		h := newHost(t, approval.Config{})
		h.ask("git push --force")
		in, keyboard := io.Pipe()
		var id string
		s := &eager{}
		s.answer = func() { // the list that is being shown is older than this
			id = h.ask("git push --force origin main")
			_, err := io.WriteString(keyboard, "yes "+id+"\nquit\n")
			require.NoError(t, err)
		}
		require.Zero(t, cli.Main([]string{"approvals", "-state", h.state, "watch"}, in, s, s))
		said, answered := s.String(), ": run_command: exec git push --force origin main\n"
		if at := strings.Index(said, id+" approved by "); at >= 0 { // it came onto the screen first
			require.Contains(t, said[:at], "request     | "+id)
			require.Contains(t, said[at:], answered)
		} else {
			require.Contains(t, said, id+": no request that waits was shown under this id")
		}
	}
}

// A watch that nobody types into goes on.
func TestWatchWithoutKeyboard(t *testing.T) {
	h := newHost(t, approval.Config{})
	s, keyboard, ended := terminal(t, "approvals", "-state", h.state, "watch")
	s.wait(t, "watching")
	again, keyboard2, ended2 := terminal(t, "approvals", "-state", h.state, "watch")
	require.NoError(t, keyboard2.Close())
	id := h.ask("git push --force")
	again.wait(t, id)
	s.wait(t, id)
	_, err := io.WriteString(keyboard, "quit\n")
	require.NoError(t, err)
	require.Zero(t, ended())
	self, err := os.FindProcess(os.Getpid())
	require.NoError(t, err)
	require.NoError(t, self.Signal(os.Interrupt))
	require.Zero(t, ended2())
}

// An entry that was forged is said, and can be taken out.
func TestForgedEntryIsRemoved(t *testing.T) {
	h := newHost(t, approval.Config{})
	id := h.ask("git push --force")
	files, err := filepath.Glob(filepath.Join(h.state, "approvals", "*.1"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	require.NoError(t, os.WriteFile(files[0], []byte("approved"), 0o600))
	status, _, errs := run("", "approvals", "-state", h.state)
	require.Equal(t, 1, status)
	entry := strings.TrimSuffix(filepath.Base(files[0]), ".1")
	require.Contains(t, errs, entry+" was forged or altered")
	status, _, errs = run("", "approvals", "-state", h.state, "remove", entry)
	require.Zero(t, status, errs)
	require.NotEqual(t, id, h.ask("git push --force"))
	status, _, _ = run("", "approvals", "-state", h.state, "remove", entry[:10])
	require.Equal(t, 1, status)
}

// A grant that was put back by who can take files out of the folder, and used by
// a host that began later, is in the record twice, and is found there.
func TestReplayedGrantIsFoundInTheRecord(t *testing.T) {
	h := newHost(t, approval.Config{})
	id := h.ask("git push --force")
	run1(t, "approvals", "-state", h.state, "approve", id)
	files, err := filepath.Glob(filepath.Join(h.state, "approvals", "*.2"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	grant, err := os.ReadFile(files[0])
	require.NoError(t, err)
	require.Empty(t, h.ask("git push --force"))
	require.Contains(t, run1(t, "audit", "-state", h.state, "verify"), "the chain holds")
	require.NoError(t, os.Remove(strings.TrimSuffix(files[0], "2")+"3"))
	require.NoError(t, os.WriteFile(files[0], grant, 0o600))
	err = h.rt.Do(t.Context(), guard.Call{Tool: "run_command", Args: map[string]any{"command": "git push --force"}},
		func(context.Context) (guard.Outcome, error) { panic("ran") })
	require.ErrorAs(t, err, new(*approval.AlteredError), "the host that spent it")

	base := filepath.Dir(h.state)
	later, err := runtimeguard.Open(runtimeguard.Config{Workspace: filepath.Join(base, "ws"), State: h.state, Temp: []string{filepath.Join(base, "tmp")}, Home: base})
	require.NoError(t, err)
	err = later.Do(t.Context(), guard.Call{Tool: "run_command", Args: map[string]any{"command": "git push --force"}},
		func(context.Context) (guard.Outcome, error) { return guard.Outcome{}, nil })
	require.NoError(t, errors.Join(err, later.Close()), "what the folder store can't hold: see SECURITY.md")
	status, out, _ := run("", "audit", "-state", h.state, "verify")
	require.Equal(t, 1, status)
	require.Contains(t, out, "SPENT TWICE grant "+id)
}

// The approver's key is their own: made on their side, its public half given to
// the host. What a host finds in its own folder approves nothing then.
func TestKeyOfTheOperatorsOwn(t *testing.T) {
	config := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", config)
	t.Setenv("HOME", config)
	elsewhere := filepath.Join(config, "none")
	status, out, errs := run("", "approvals", "-state", elsewhere, "key")
	require.Zero(t, status, errs)
	require.Contains(t, errs, "made a key in "+config)
	_, again, errs := run("", "approvals", "-state", elsewhere, "key")
	require.Equal(t, out, again)
	require.Empty(t, errs)
	require.Regexp(t, `^ed25519:\S{43} # \S.*@`, out)
	keys, err := approval.ParsePublicKeys([]byte(out))
	require.NoError(t, err)

	h := newHost(t, approval.Config{Keys: keys})
	id := h.ask("git push --force")
	status, _, _ = run("", "approvals", "-state", h.state, "list")
	require.Zero(t, status)
	approvers := filepath.Join(config, "approvers")
	require.NoError(t, os.WriteFile(approvers, []byte(out), 0o600))
	status, _, errs = run("", "approvals", "-state", h.state, "-approvers", approvers, "approve", id)
	require.Equal(t, 1, status)
	require.Contains(t, errs, "isn't signed with a trusted key", "the host's own key is none")
	require.Equal(t, id, h.ask("git push --force"))
	require.NoError(t, os.Remove(filepath.Join(h.state, "keys", "approver.key")))
	status, _, errs = run("", "approvals", "-state", h.state, "-approvers", approvers, "approve", id)
	require.Zero(t, status, errs)
	require.Empty(t, h.ask("git push --force"))
}

// A file of approvers without any is said, and lets nothing through.
func TestNobodyIsTrusted(t *testing.T) {
	h := newHost(t, approval.Config{})
	file := filepath.Join(h.state, "keys", "approvers")
	require.NoError(t, os.WriteFile(file, []byte("# nobody yet\n"), 0o600))
	status, _, errs := run("", "approvals", "-state", h.state)
	require.Equal(t, 1, status)
	require.Contains(t, errs, file+" holds no key")
}

// Who answers is who the system says, whatever the environment says.
func TestWhoIsNotTheEnvironments(t *testing.T) {
	for _, v := range []string{"USER", "LOGNAME", "USERNAME", "SUDO_USER"} {
		t.Setenv(v, "the-boss")
	}
	h := newHost(t, approval.Config{})
	id := h.ask("git push --force")
	status, out, errs := run("", "approvals", "-state", h.state, "approve", id)
	require.Zero(t, status, errs)
	require.NotContains(t, out, "the-boss")
	require.Equal(t, "the-boss", os.Getenv("USER"))
}

func TestStoreThatIsNotLinked(t *testing.T) {
	status, _, errs := run("", "approvals", "-state", t.TempDir(), "-store", "postgres://db.example.com/x", "-approvers", os.DevNull, "list")
	require.Equal(t, 1, status)
	require.Contains(t, errs, `knows no store of the kind "postgres"`)
}

// The operator sees what would run and what would be changed, where the guard
// has bound the tools itself.
func TestRequestShowsCodeAndDiff(t *testing.T) {
	h := newHost(t, approval.Config{})
	ws := filepath.Join(filepath.Dir(h.state), "ws")
	require.NoError(t, os.WriteFile(filepath.Join(ws, "release.sh"), []byte("#!/bin/bash\ncd out\ngit push --force\n"), 0o755))
	show := func(id string) string {
		status, out, errs := run("", "approvals", "-state", h.state, "show", id)
		require.Zero(t, status, errs)
		return out
	}
	for _, command := range []string{"./release.sh", "bash release.sh"} {
		require.Contains(t, show(h.ask(command)), `the code, 36 bytes
          1 | #!/bin/bash
          2 | cd out
          3 | git push --force
`)
	}
	hooks := filepath.Join(ws, ".git", "hooks")
	require.NoError(t, os.MkdirAll(hooks, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(hooks, "pre-commit"), []byte("go vet ./...\n"), 0o755))
	for tool, args := range map[string]map[string]any{
		"write_file": {"path": ".git/hooks/pre-commit", "content": "go test ./...\n"},
		"edit_file":  {"path": ".git/hooks/pre-commit", "old": "go vet ./...\n", "new": "go test ./...\n"},
	} {
		err := h.rt.Do(t.Context(), guard.Call{Tool: tool, Args: args}, func(context.Context) (guard.Outcome, error) { panic("ran") })
		var p *guard.PendingError
		require.ErrorAs(t, err, &p)
		require.Contains(t, show(p.Request), "          - | go vet ./...\n          + | go test ./...\n")
	}
}

// A yes is for where a link led when it was given.
func TestLinkSwappedAfterTheYes(t *testing.T) {
	h := newHost(t, approval.Config{})
	ws := filepath.Join(filepath.Dir(h.state), "ws")
	for _, d := range []string{"a", "b"} {
		require.NoError(t, os.Mkdir(filepath.Join(ws, d), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(ws, d, "run.sh"), []byte("git push --force\n"), 0o755))
	}
	link := func(to string) {
		_ = os.Remove(filepath.Join(ws, "ln"))
		require.NoError(t, os.Symlink(to, filepath.Join(ws, "ln")))
	}
	link("a")
	id := h.ask("bash ln/run.sh")
	status, _, errs := run("", "approvals", "-state", h.state, "approve", id)
	require.Zero(t, status, errs)
	link("b")
	require.NotContains(t, []string{id, ""}, h.ask("bash ln/run.sh"), "the same words, another file")
	link("a")
	require.Empty(t, h.ask("bash ln/run.sh"))
}

// No tool reaches the key, the requests or the command: these calls are
// refused, not asked about.
func TestAgentReachesNoKey(t *testing.T) {
	h := newHost(t, approval.Config{})
	id := h.ask("git push --force")
	ws, key := filepath.Join(filepath.Dir(h.state), "ws"), filepath.Join(h.state, "keys", "approver.key")
	require.FileExists(t, key)
	require.NoError(t, os.Symlink(h.state, filepath.Join(ws, "ln")))
	for _, command := range []string{
		"cat " + key, "cat ln/keys/approver.key", "cp -r ln/keys .", "ln " + key + " here", "tar cf - ../state", "cd ln && cat keys/*",
		"echo x > ln/keys/approvers", "echo ed25519:x >> " + filepath.Join(h.state, "keys", "approvers"), "rm -rf " + h.state, "mv ../state s",
		"runtimeguard approvals approve " + id, "env -- runtimeguard approvals -state ln approve " + id, "sh -c 'runtimeguard approvals key'",
	} {
		d := h.rt.Decide(t.Context(), guard.Call{Tool: "run_command", Args: map[string]any{"command": command}})
		require.Equal(t, guard.Deny, d.Effect, "%s: %s", command, d)
	}
	for tool, args := range map[string]map[string]any{
		"read_file":   {"path": "ln/keys/approver.key"},
		"write_file":  {"path": key, "content": "x"},
		"delete_file": {"path": "ln/keys/approvers"},
		"edit_file":   {"path": "ln/keys/approvers", "old": "a", "new": "b"},
		"move_file":   {"source": "ln/keys", "destination": "k"},
	} {
		d := h.rt.Decide(t.Context(), guard.Call{Tool: tool, Args: args})
		require.Equal(t, guard.Deny, d.Effect, "%s: %s", tool, d)
		err := h.rt.Do(t.Context(), guard.Call{Tool: tool, Args: args}, func(context.Context) (guard.Outcome, error) { panic("ran") })
		require.NotContains(t, err.Error(), "PRIVATE KEY")
	}
}
