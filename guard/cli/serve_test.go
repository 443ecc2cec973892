package cli_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/guard/cli"
)

// serving runs "serve" until it is stopped, and returns its link.
func serving(t *testing.T, args ...string) (link string, ended <-chan int) {
	t.Helper()
	out, in := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- cli.Main(append([]string{"serve"}, args...), strings.NewReader(""), in, os.Stderr)
		in.Close()
	}()
	lines := bufio.NewScanner(out)
	for link == "" && lines.Scan() {
		if line := strings.TrimSpace(lines.Text()); strings.HasPrefix(line, "http") {
			link = line
		}
	}
	go io.Copy(io.Discard, out)
	require.NotEmpty(t, link)
	return link, done
}

// The console is the operator's: it answers with their key, as the system's
// user, for whoever has the link.
func TestServe(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process can't interrupt itself")
	}
	base, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	ws, state, temp := filepath.Join(base, "ws"), filepath.Join(base, "state"), filepath.Join(base, "tmp")
	require.NoError(t, os.Mkdir(ws, 0o755))
	require.NoError(t, os.Mkdir(temp, 0o755))
	rt, err := runtimeguard.Open(runtimeguard.Config{Workspace: ws, State: state, Temp: []string{temp}, Home: base})
	require.NoError(t, err)
	defer rt.Close()
	push := func() error {
		return rt.Do(t.Context(), guard.Call{Tool: "run_command", Raw: []byte(`{"command":"git push --force"}`)},
			func(context.Context) (guard.Outcome, error) { return guard.Outcome{}, nil })
	}
	var pending *guard.PendingError
	require.ErrorAs(t, push(), &pending)

	link, ended := serving(t, "-state", state)
	kept := filepath.Join(state, "console.link")
	text, err := os.ReadFile(kept)
	require.NoError(t, err)
	require.Equal(t, link+"\n", string(text))
	info, err := os.Stat(kept)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	origin, _, _ := strings.Cut(link, "/enter")
	require.Regexp(t, `^http://127\.0\.0\.1:\d+$`, origin)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Get(link)
	require.NoError(t, err)
	answer.Body.Close()
	_, token, _ := strings.Cut(answer.Header.Get("Location"), "#")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, origin+"/api/requests/"+pending.Request+"/approve", strings.NewReader("{}"))
	require.NoError(t, err)
	r.AddCookie(answer.Cookies()[0])
	for name, value := range map[string]string{"X-Runtimeguard-Token": token, "Origin": origin, "Content-Type": "application/json"} {
		r.Header.Set(name, value)
	}
	answer, err = client.Do(r)
	require.NoError(t, err)
	answer.Body.Close()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.NoError(t, push())
	requests, err := rt.Approvals.List(t.Context())
	require.NoError(t, err)
	host, err := os.Hostname()
	require.NoError(t, err)
	require.Contains(t, requests[0].Answer.Who, "@"+host)

	self, err := os.FindProcess(os.Getpid())
	require.NoError(t, err)
	require.NoError(t, self.Signal(os.Interrupt))
	require.Zero(t, <-ended)
	require.NoFileExists(t, kept, "the link is of no use any more")
}

func TestServeRefuses(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	require.Equal(t, 1, first(run("", "serve", "-state", state)), "a state folder that no guard has used")
	base := t.TempDir()
	rt, err := runtimeguard.Open(runtimeguard.Config{Workspace: mkdir(t, base, "ws"), State: filepath.Join(base, "state"), Temp: []string{mkdir(t, base, "tmp")}, Home: base})
	require.NoError(t, err)
	require.NoError(t, rt.Close())
	state = filepath.Join(base, "state")
	for says, args := range map[string][]string{
		"say with -origin": {"-listen", "0.0.0.0:0"},
		"is no origin":     {"-origin", "console.example.com"},
		"approver.key":     {"-key", filepath.Join(base, "none", "approver.key")},
	} {
		status, _, errs := run("", append([]string{"serve", "-state", state}, args...)...)
		require.Equal(t, 1, status, errs)
		require.Contains(t, errs, says)
	}
	require.Equal(t, 2, first(run("", "serve", "-state", state, "now")))
	require.NoFileExists(t, filepath.Join(state, "console.link"))
}

func first(status int, _, _ string) int { return status }

func mkdir(t *testing.T, parts ...string) string {
	t.Helper()
	dir := filepath.Join(parts...)
	require.NoError(t, os.Mkdir(dir, 0o700))
	return dir
}
