package console_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/guard/console"
)

// The answers of the console, as far as tests look at them. A text is pieces
// and escapes in turn.
type (
	text []string
	line struct {
		ID, State   string
		Summary, By text
	}
	row struct {
		Label string
		Value text
	}
	requests struct {
		Pending, Past []line
		Halted        bool
		Why, Who      text
		Problem       []text
	}
	request struct {
		line
		Why, Rule, Said text
		Args            []struct {
			Name  text
			Lines []text
		}
		Sections []struct {
			Kind, Title string
			Decided     bool
			Does        text
			Rows        []row
		}
	}
	entries struct {
		Entries []struct {
			Event, Effect     string
			Tool, Does, Agent text
			Approved          bool
			Rows              []row
		}
		Older   *time.Time
		Problem []text
	}
	chain struct {
		Lines  uint64
		Broken text
	}
	backups struct {
		Backups []struct {
			ID      string
			Restore bool
		}
	}
	backup struct {
		Plan    string
		Changes int
		Diff    []string
	}
)

func (t text) String() string { return strings.Join(t, "") }

func TestAnswers(t *testing.T) {
	w := newWorld(t)
	b := enter(t, w.console())
	yes, no := w.ask("git push --force origin main"), w.ask("git push --force origin dev")
	var all requests
	b.get("/api/requests", &all)
	require.Len(t, all.Pending, 2)
	require.Equal(t, yes, all.Pending[0].ID, "oldest first")
	require.Equal(t, "ann@desk", all.Who.String())

	b.post("/api/requests/"+yes+"/approve", "{}", http.StatusOK)
	a := w.request(yes).Answer
	require.Equal(t, "ann@desk", a.Who)
	require.True(t, w.key.PublicKey().Equal(a.Key))
	require.NoError(t, w.call("run_command", map[string]any{"command": "git push --force origin main"}, nil))
	require.Error(t, w.call("run_command", map[string]any{"command": "git push --force origin main"}, nil), "once")

	b.post("/api/requests/"+no+"/deny", `{"reason":"not on a Friday"}`, http.StatusOK)
	require.ErrorContains(t, w.call("run_command", map[string]any{"command": "git push --force origin dev"}, nil), "not on a Friday")
	var one request
	b.get("/api/requests/"+no, &one)
	require.Equal(t, []string{"denied", "not on a Friday", "ann@desk"}, []string{one.State, one.Said.String(), one.By.String()})

	require.Contains(t, b.post("/api/requests/"+no+"/approve", "{}", http.StatusConflict), "denied")
	b.post("/api/requests/aaaaaaaaaaaaaaaa/approve", "{}", http.StatusNotFound)
	for _, body := range []string{"", "x", "[]", `{"who":"root"}`, `{} {}`, `{"id":"` + no + `"}`} {
		b.post("/api/requests/"+no+"/approve", body, http.StatusBadRequest)
	}
	b.post("/api/requests/"+no+"/deny", `{"reason":"`+strings.Repeat("x", 9000)+`"}`, http.StatusRequestEntityTooLarge)
	require.Equal(t, http.StatusBadRequest, b.send("POST", "/api/halt", "{}", header("Content-Type", "text/plain")).Code)
	b.get("/api/requests", &all)
	require.Len(t, all.Pending, 1, "what was used is asked anew")
	require.Len(t, all.Past, 1)
	require.Equal(t, no, all.Past[0].ID)
}

// What can't be seen is shown as escapes that can't be mistaken for text.
func TestARequestIsShownExactly(t *testing.T) {
	w := newWorld(t)
	b := enter(t, w.console())
	id := w.ask("git push --force 'a\u202eb\\u202ec'\n\tgit status")
	var r request
	b.get("/api/requests/"+id, &r)
	require.Len(t, r.Args, 1)
	require.Equal(t, "command", r.Args[0].Name.String())
	require.Equal(t, []text{{"git push --force 'a", `\u202e`, `b\u202ec'`}, {"", `\u0009`, "git status"}}, r.Args[0].Lines)
	kinds := map[string]int{}
	for _, s := range r.Sections {
		kinds[s.Kind]++
		if s.Decided {
			require.Equal(t, text{"git push --force 'a", `\u202e`, `b\u202ec'`}, s.Does)
		}
	}
	require.Equal(t, map[string]int{"call": 1, "action": 2, "why": 1, "times": 1}, kinds)
	require.Contains(t, r.Rule.String(), "git-push-force (standard.yaml:")

	// Everything that the command shows is on the page.
	shown := map[string]bool{}
	for _, s := range r.Sections {
		for _, row := range s.Rows {
			shown[row.Label+"|"+row.Value.String()] = true
		}
	}
	for _, s := range w.request(id).Sections() {
		for _, row := range s.Rows {
			require.True(t, shown[strings.TrimSpace(row.Label)+"|"+guard.Printable(row.Value)], row)
		}
	}

	// So is what a write changes.
	var pending *guard.PendingError
	require.ErrorAs(t, w.call("write_file", map[string]any{"path": ".git/hooks/pre-push", "content": "#!/bin/sh\nexit\t0\n"}, nil), &pending)
	b.get("/api/requests/"+pending.Request, &r)
	last := r.Sections[len(r.Sections)-1]
	require.Equal(t, "preview", last.Kind)
	require.Equal(t, row{"+", text{"exit", `\u0009`, "0"}}, last.Rows[len(last.Rows)-1])

	long := w.ask("git push --force # " + strings.Repeat("x", 20<<10))
	b.get("/api/requests/"+long, &r)
	require.Empty(t, r.Args, "arguments that are cut can't be taken apart")
	require.Contains(t, b.send("GET", "/api/requests/"+long, "").Body.String(), "bytes are not shown; SHA-256 of all")
}

func TestHaltAndResume(t *testing.T) {
	w := newWorld(t)
	b := enter(t, w.console())
	b.post("/api/halt", `{"reason":"an incident"}`, http.StatusOK)
	require.ErrorContains(t, w.call("run_command", map[string]any{"command": "ls"}, nil), "an incident")
	var all requests
	b.get("/api/requests", &all)
	require.True(t, all.Halted)
	require.Equal(t, "an incident", all.Why.String())
	b.post("/api/resume", `{}`, http.StatusOK)
	require.NoError(t, w.call("run_command", map[string]any{"command": "ls"}, nil))
	b.get("/api/requests", &all)
	require.False(t, all.Halted)
}

func TestTheRecord(t *testing.T) {
	w := newWorld(t)
	b := enter(t, w.console())
	require.NoError(t, w.call("run_command", map[string]any{"command": "ls"}, nil))
	require.Error(t, w.call("run_command", map[string]any{"command": "rm -rf /"}, nil))
	id := w.ask("git push --force")
	b.post("/api/requests/"+id+"/approve", "{}", http.StatusOK)
	require.NoError(t, w.call("run_command", map[string]any{"command": "git push --force"}, nil))

	for query, want := range map[string][]string{
		"": {"finished ask", "decided ask", "operated ", "decided ask", "decided deny", "finished allow", "decided allow"},
		"event=operated&tool=approve&user=" + url.QueryEscape("ann@desk"): {"operated "},
		"effect=deny":                              {"decided deny"},
		"event=finished":                           {"finished ask", "finished allow"},
		"rule=git-push-force&n=1":                  {"finished ask"},
		"agent=nobody":                             nil,
		"effect=nonsense":                          nil,
		"until=2001-01-01T00:00:00Z":               nil,
		"effect=deny&path=" + url.QueryEscape("/"): {"decided deny"},
		"tool=run_command&session=s-1&event=decided&effect=allow": {"decided allow"},
	} {
		var e entries
		b.get("/api/audit?"+query, &e)
		var got []string
		for _, x := range e.Entries {
			got = append(got, x.Event+" "+x.Effect)
		}
		require.Equal(t, want, got, query)
	}
	var e entries
	b.get("/api/audit?n=1", &e)
	require.True(t, e.Entries[0].Approved)
	require.Equal(t, "exec git push --force", e.Entries[0].Does.String(), "the action that decided")
	require.NotNil(t, e.Older)
	b.get("/api/audit?n=1&until="+url.QueryEscape(e.Older.Format(time.RFC3339Nano)), &e)
	require.False(t, e.Entries[0].Approved)
	for _, bad := range []string{"n=0", "n=501", "n=x", "until=yesterday"} {
		require.Equal(t, http.StatusBadRequest, b.send("GET", "/api/audit?"+bad, "").Code, bad)
	}

	var c chain
	b.get("/api/audit/verify", &c)
	require.Empty(t, c.Broken)
	require.Positive(t, c.Lines)
	logs, err := filepath.Glob(filepath.Join(w.state, "audit", "*.jsonl"))
	require.NoError(t, err)
	data, err := os.ReadFile(logs[0])
	require.NoError(t, err)
	broken := strings.Replace(strings.Replace(string(data), `"agent":"robot"`, `"agent":"human"`, 1), `"effect":"deny"`, `"effect":deny"`, 1)
	require.NoError(t, os.WriteFile(logs[0], []byte(broken), 0o600))
	b.get("/api/audit/verify", &c)
	require.NotEmpty(t, c.Broken)
	b.get("/api/audit", &e)
	require.Len(t, e.Problem, 1, "a line that can't be read is said, and the others are shown")
	require.Len(t, e.Entries, 6)
}

func TestBackups(t *testing.T) {
	w := newWorld(t)
	b := enter(t, w.console())
	file := filepath.Join(w.workspace, "notes")
	require.NoError(t, os.WriteFile(file, []byte("one\ntwo\n"), 0o600))
	require.NoError(t, w.call("delete_file", map[string]any{"path": "notes"}, func(ctx context.Context) error { return w.rt.Files.Delete(ctx, file, false) }))

	var all backups
	b.get("/api/backups", &all)
	require.NotEmpty(t, all.Backups)
	before := len(all.Backups)
	path := "/api/backups/" + all.Backups[0].ID
	var one backup
	b.get(path, &one)
	require.Equal(t, 1, one.Changes)
	require.Contains(t, one.Diff, "  +two")

	// Only the plan that was shown is carried out.
	b.post(path+"/restore", `{}`, http.StatusConflict)
	require.NoError(t, os.WriteFile(file, []byte("another\n"), 0o600))
	require.Contains(t, b.post(path+"/restore", `{"plan":"`+one.Plan+`"}`, http.StatusConflict), "changed since")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "another\n", string(text))

	b.get(path, &one)
	require.Contains(t, one.Diff, "  -another")
	b.post(path+"/restore", `{"plan":"`+one.Plan+`"}`, http.StatusOK)
	text, err = os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "one\ntwo\n", string(text))
	b.get(path, &one)
	require.Zero(t, one.Changes)
	b.get("/api/backups", &all)
	require.Len(t, all.Backups, before+1)
	require.True(t, all.Backups[0].Restore, "the restore can be undone")
	require.NotEqual(t, http.StatusOK, b.send("GET", "/api/backups/..%2f..%2fkeys", "").Code)
}

// The stream tells of what the agent does and of what other operators do.
func TestEvents(t *testing.T) {
	w := newWorld(t)
	b := enter(t, w.console())
	srv := httptest.NewServer(b.h)
	t.Cleanup(srv.Close)
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel) // before the server closes
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/events", nil)
	require.NoError(t, err)
	r.Header.Set("Cookie", b.cookie)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { answer.Body.Close() })
	require.Equal(t, "text/event-stream", answer.Header.Get("Content-Type"))

	stream := bufio.NewScanner(answer.Body)
	last := map[string]string{}
	next := func(want string) {
		t.Helper()
		for stream.Scan() {
			data, ok := strings.CutPrefix(stream.Text(), "data: ")
			if !ok {
				continue
			}
			now := map[string]string{}
			require.NoError(t, json.Unmarshal([]byte(data), &now))
			was := last[want]
			last = now
			if was != now[want] {
				require.NotContains(t, data, "git push", "it only says that something has changed")
				return
			}
		}
		require.Fail(t, "the stream ended", "%v", stream.Err())
	}
	next("requests")
	id := w.ask("git push --force")
	next("requests")
	_, err = w.queue.Deny(t.Context(), id, "another", "", w.key)
	require.NoError(t, err)
	next("requests")
	require.NoError(t, runtimeguard.Halt(w.state, "x"))
	next("halt")
	require.Error(t, w.call("run_command", map[string]any{"command": "ls"}, nil))
	next("audit")
}

// Behind TLS, under a name of its own.
func TestOrigins(t *testing.T) {
	w := newWorld(t)
	c := w.config()
	c.Origins = []string{"https://console.example.com"}
	h, err := console.New(c)
	require.NoError(t, err)
	b := &browser{t: t, h: h, host: "console.example.com", origin: "https://console.example.com"}
	far := func(r *http.Request) { r.RemoteAddr = "192.0.2.7:50000" }
	in := b.send("GET", console.Path(secret), "", far)
	require.Equal(t, http.StatusSeeOther, in.Code)
	require.Contains(t, in.Header().Get("Set-Cookie"), "Secure")
	b.cookie = strings.Split(in.Header().Get("Set-Cookie"), ";")[0]
	_, b.token, _ = strings.Cut(in.Header().Get("Location"), "#")
	require.Equal(t, http.StatusOK, b.send("POST", "/api/resume", "{}", far).Code)
	require.Equal(t, http.StatusForbidden, b.send("POST", "/api/resume", "{}", far, header("Origin", "http://console.example.com")).Code)
	for _, host := range []string{"127.0.0.1:80", "localhost", "console.example.com:8443", "evil.example", ""} {
		require.Equal(t, http.StatusMisdirectedRequest, b.send("GET", "/", "", far, func(r *http.Request) { r.Host = host }).Code, host)
	}
}

func TestNewRefuses(t *testing.T) {
	w := newWorld(t)
	for says, change := range map[string]func(*console.Config){
		"State is empty":        func(c *console.Config) { c.State = "" },
		"Approvals is nil":      func(c *console.Config) { c.Approvals = nil },
		"Key is nil":            func(c *console.Config) { c.Key = nil },
		"Who is empty":          func(c *console.Config) { c.Who = " " },
		"at least 20":           func(c *console.Config) { c.Secret = "short" },
		`"example.com" is no`:   func(c *console.Config) { c.Origins = []string{"example.com"} },
		`"https://a/" is no`:    func(c *console.Config) { c.Origins = []string{"https://a/"} },
		`"ftp://a" is no`:       func(c *console.Config) { c.Origins = []string{"ftp://a"} },
		`"https://u:p@a" is no`: func(c *console.Config) { c.Origins = []string{"https://u:p@a"} },
	} {
		c := w.config()
		change(&c)
		_, err := console.New(c)
		require.ErrorContains(t, err, says)
	}
	require.NotEqual(t, console.NewSecret(), console.NewSecret())
}

// The page holds nothing that could run or load what isn't its own, and
// nothing that parses text as HTML.
func TestThePageIsInert(t *testing.T) {
	for _, name := range []string{"index.html", "console.js", "console.css", "icon.svg"} {
		data, err := os.ReadFile(filepath.Join("page", name))
		require.NoError(t, err)
		for _, bad := range []string{
			`innerHTML`, `outerHTML`, `insertAdjacent`, `document\.write`, `\beval\b`, `new Function`, `createContextualFragment`, `DOMParser`, `srcdoc`, `javascript:`,
			`(?i)<script>`, `(?i)<style`, `(?i)\sstyle=`, `(?i)\son[a-z]+=`, `@import`, `url\(`,
		} {
			require.NotRegexp(t, bad, string(data), name)
		}
		for _, address := range regexp.MustCompile(`(https?:)?//[\w.]+`).FindAllString(string(data), -1) {
			require.Equal(t, "http://www.w3.org", address, name) // SVG's namespace, which nothing loads
		}
	}
	b := enter(t, newWorld(t).console())
	for path, kind := range map[string]string{"/": "text/html; charset=utf-8", "/console.js": "text/javascript; charset=utf-8", "/console.css": "text/css; charset=utf-8", "/icon.svg": "image/svg+xml"} {
		r := b.send("GET", path, "")
		require.Equal(t, http.StatusOK, r.Code, path)
		require.Equal(t, kind, r.Header().Get("Content-Type"), path)
	}
	require.Equal(t, http.StatusNotFound, b.send("GET", "/page/index.html", "").Code)
}

// A forged entry in the store is a problem that is shown, and no request.
func TestAForgedRequest(t *testing.T) {
	w := newWorld(t)
	b := enter(t, w.console())
	id := w.ask("git push --force origin main")
	files, err := filepath.Glob(filepath.Join(w.state, "approvals", "*"))
	require.NoError(t, err)
	forged := 0
	for _, f := range files {
		if data, err := os.ReadFile(f); err == nil && strings.Contains(string(data), "origin main") {
			require.NoError(t, os.Remove(f))
			require.NoError(t, os.WriteFile(f, []byte(strings.ReplaceAll(string(data), "origin main", "origin <b>x")), 0o600))
			forged++
		}
	}
	require.Positive(t, forged)
	var all requests
	b.get("/api/requests", &all)
	require.Empty(t, all.Pending)
	require.Contains(t, all.Problem[0].String(), "forged or altered")
	b.send("POST", "/api/requests/"+id+"/approve", "{}")
	require.ErrorAs(t, w.call("run_command", map[string]any{"command": "git push --force origin main"}, nil), new(*approval.AlteredError))
}
