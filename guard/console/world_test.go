package console_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/guard/console"
)

const (
	secret = "a-secret-of-the-operators-own"
	home   = "127.0.0.1:4711" // the Host header of an honest browser
)

// world is a guarded workspace, and the operator's queue and key.
type world struct {
	t                *testing.T
	rt               *runtimeguard.Runtime
	workspace, state string
	session          string
	queue            *approval.Queue
	key              approval.Key
}

func newWorld(t *testing.T) *world {
	t.Helper()
	base, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	w := &world{t: t, session: "s-1", workspace: filepath.Join(base, "ws"), state: filepath.Join(base, "state")}
	for _, dir := range []string{w.workspace, filepath.Join(base, "tmp")} {
		require.NoError(t, os.Mkdir(dir, 0o700))
	}
	w.rt, err = runtimeguard.Open(runtimeguard.Config{Workspace: w.workspace, State: w.state, Temp: []string{filepath.Join(base, "tmp")}, Home: base})
	require.NoError(t, err)
	t.Cleanup(func() { w.rt.Close() })
	w.queue, err = runtimeguard.OpenApprovals(w.state)
	require.NoError(t, err)
	w.key, err = approval.LoadKey(filepath.Join(w.state, runtimeguard.KeysDir, runtimeguard.KeyFile))
	require.NoError(t, err)
	return w
}

// call makes a call of the agent's whose handler does nothing, or what is
// given.
func (w *world) call(tool string, args map[string]any, do func(context.Context) error) error {
	return w.rt.Do(w.t.Context(), guard.Call{Tool: tool, Args: args, Principal: guard.Principal{Agent: "robot", Session: w.session}},
		func(ctx context.Context) (guard.Outcome, error) {
			if do == nil {
				return guard.Outcome{}, nil
			}
			return guard.Outcome{}, do(ctx)
		})
}

// ask makes a call that is asked about, and returns the request's id.
func (w *world) ask(command string) string {
	w.t.Helper()
	var pending *guard.PendingError
	require.ErrorAs(w.t, w.call("run_command", map[string]any{"command": command}, nil), &pending)
	return pending.Request
}

func (w *world) request(id string) *approval.Request {
	w.t.Helper()
	r, err := w.queue.Get(w.t.Context(), id)
	require.NoError(w.t, err)
	return r
}

func (w *world) config() console.Config {
	return console.Config{State: w.state, Approvals: w.queue, Key: w.key, Who: "ann@desk", Secret: secret}
}

func (w *world) console() http.Handler {
	w.t.Helper()
	c, err := console.New(w.config())
	require.NoError(w.t, err)
	return c
}

// browser sends requests to a handler as a browser does that has the page open.
type browser struct {
	t             *testing.T
	h             http.Handler
	host, origin  string
	cookie, token string
}

// enter opens the link.
func enter(t *testing.T, h http.Handler) *browser {
	t.Helper()
	b := &browser{t: t, h: h, host: home, origin: "http://" + home}
	r := b.send(http.MethodGet, console.Path(secret), "")
	require.Equal(t, http.StatusSeeOther, r.Code, r.Body)
	b.cookie = strings.Split(r.Header().Get("Set-Cookie"), ";")[0]
	_, b.token, _ = strings.Cut(r.Header().Get("Location"), "#")
	require.NotEmpty(t, b.token)
	return b
}

// send sends one request; change may make it what no honest browser sends.
func (b *browser) send(method, path, body string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	b.t.Helper()
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	r := httptest.NewRequestWithContext(b.t.Context(), method, path, in)
	r.Host, r.RemoteAddr = b.host, "127.0.0.1:50000"
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if method != http.MethodGet {
		r.Header.Set("Origin", b.origin)
		r.Header.Set("Content-Type", "application/json")
	}
	if b.cookie != "" {
		r.Header.Set("Cookie", b.cookie)
		r.Header.Set("X-Runtimeguard-Token", b.token)
	}
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	return w
}

// get decodes an answer.
func (b *browser) get(path string, into any) {
	b.t.Helper()
	r := b.send(http.MethodGet, path, "")
	require.Equal(b.t, http.StatusOK, r.Code, "%s: %s", path, r.Body)
	require.NoError(b.t, json.Unmarshal(r.Body.Bytes(), into))
}

func (b *browser) post(path, body string, status int) string {
	b.t.Helper()
	r := b.send(http.MethodPost, path, body)
	require.Equal(b.t, status, r.Code, "%s: %s", path, r.Body)
	return r.Body.String()
}
