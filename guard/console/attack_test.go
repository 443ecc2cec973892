package console_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/approval"
)

// routes is every way in but the link, with its method.
var routes = []struct{ method, path string }{
	{"GET", "/"}, {"GET", "/console.js"}, {"GET", "/console.css"}, {"GET", "/icon.svg"}, {"GET", "/events"},
	{"GET", "/api/requests"}, {"GET", "/api/requests/ID"}, {"GET", "/api/audit"}, {"GET", "/api/audit/verify"},
	{"GET", "/api/backups"}, {"GET", "/api/backups/ID"},
	{"POST", "/api/requests/ID/approve"}, {"POST", "/api/requests/ID/deny"}, {"POST", "/api/backups/ID/restore"},
	{"POST", "/api/halt"}, {"POST", "/api/resume"},
}

func header(name string, values ...string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Del(name)
		for _, v := range values {
			r.Header.Add(name, v)
		}
	}
}

// attack reports whether it got what it wanted. b has the page open; id is a
// request that waits.
type attack struct {
	name string
	do   func(w *world, b *browser, id string) bool
}

// approves reports whether a request that is made in the operator's browser,
// or by a program, approves.
func approves(method, body string, change ...func(*http.Request)) func(*world, *browser, string) bool {
	return func(w *world, b *browser, id string) bool {
		b.send(method, "/api/requests/"+id+"/approve", body, change...)
		return w.request(id).State == approval.Approved
	}
}

// reads reports whether somebody gets at data.
func reads(change ...func(*http.Request)) func(*world, *browser, string) bool {
	return func(_ *world, b *browser, id string) bool {
		r := b.send("GET", "/api/requests", "", change...)
		return r.Code == http.StatusOK && strings.Contains(r.Body.String(), id)
	}
}

var attacks = []attack{
	{"CSRF: a form of another site, with the cookie", approves("POST", "", header("Origin", "http://evil.example"), header("X-Runtimeguard-Token"), header("Content-Type", "text/plain"), header("Sec-Fetch-Site", "cross-site"))},
	{"CSRF: a browser that says nothing of sites", approves("POST", "{}", header("Origin", "http://evil.example"), header("Sec-Fetch-Site"))},
	{"CSRF: no origin at all", approves("POST", "{}", header("Origin"), header("Sec-Fetch-Site"))},
	{"CSRF: a sandboxed frame", approves("POST", "{}", header("Origin", "null"))},
	{"CSRF: two origins", approves("POST", "{}", header("Origin", "http://"+home, "http://evil.example"))},
	{"CSRF: an origin that begins with ours", approves("POST", "{}", header("Origin", "http://"+home+".evil.example"))},
	{"CSRF: another port of this host", approves("POST", "{}", header("Origin", "http://127.0.0.1:8080"), header("Sec-Fetch-Site", "same-site"))},
	{"CSRF: everything right but the token", approves("POST", "{}", header("X-Runtimeguard-Token"))},
	{"CSRF: an image of another port reads", reads(header("Sec-Fetch-Site", "same-site"))},
	{"a cookie that was caught at another port approves", approves("POST", "{}", header("X-Runtimeguard-Token", ""))},
	{"a cookie that was caught at another port reads", reads(header("X-Runtimeguard-Token"))},
	{"a token without its cookie", approves("POST", "{}", header("Cookie"))},
	{"the token of another session", func(w *world, b *browser, id string) bool {
		return approves("POST", "{}", header("X-Runtimeguard-Token", enter(w.t, b.h).token))(w, b, id)
	}},
	{"the cookie's MAC as a token", approves("POST", "{}", func(r *http.Request) {
		_, mac, _ := strings.Cut(r.Header.Get("Cookie"), ".")
		r.Header.Set("X-Runtimeguard-Token", mac)
	})},
	{"a session of the console before", func(w *world, b *browser, id string) bool {
		later := *b
		later.h = w.again(b.h)
		return approves("POST", "{}")(w, &later, id)
	}},
	{"DNS rebinding reads", reads(func(r *http.Request) { r.Host = "evil.example:4711" })},
	{"DNS rebinding approves", approves("POST", "{}", func(r *http.Request) { r.Host = "evil.example:4711" }, header("Origin", "http://evil.example:4711"))},
	{"DNS rebinding by a name that looks like ours", reads(func(r *http.Request) { r.Host = "127.0.0.1.evil.example" })},
	{"DNS rebinding without a name", reads(func(r *http.Request) { r.Host = "" })},
	{"a GET that approves", approves("GET", "{}", header("Content-Type", "application/json"))},
	{"a HEAD that approves", approves("HEAD", "{}", header("Content-Type", "application/json"))},
	{"a GET that says it is a POST", approves("GET", "{}", header("Content-Type", "application/json"), header("X-HTTP-Method-Override", "POST"))},
	{"a GET that halts", func(w *world, b *browser, _ string) bool {
		b.send("GET", "/api/halt?reason=x", "")
		_, halted := runtimeguard.Halted(w.state)
		return halted
	}},
	{"a machine other than this one", reads(func(r *http.Request) { r.RemoteAddr = "192.0.2.7:50000" })},
	{"a spoofed origin and nothing else, as in the original", approves("POST", "{}", header("Cookie"), header("X-Runtimeguard-Token"))},
	{"an approver named in the body", func(w *world, b *browser, id string) bool {
		b.send("POST", "/api/requests/"+id+"/approve", `{"who":"root"}`)
		a := w.request(id).Answer
		return a != nil && a.Who == "root"
	}},
	{"an approver named in a header", func(w *world, b *browser, id string) bool {
		b.send("POST", "/api/requests/"+id+"/approve", `{}`, header("X-Forwarded-User", "root"), header("X-Remote-User", "root"), header("Authorization", "Basic cm9vdDo="))
		return strings.HasPrefix(w.request(id).Answer.Who, "root")
	}},
	{"an approver named in the address", func(w *world, b *browser, id string) bool {
		b.send("POST", "/api/requests/"+id+"/approve?who=root", `{"who":"root"}`)
		a := w.request(id).Answer
		return a != nil && a.Who == "root"
	}},
	{"a body that doesn't end", func(_ *world, b *browser, id string) bool {
		var read endless
		b.send("POST", "/api/requests/"+id+"/deny", "", func(r *http.Request) { r.Body = io.NopCloser(&read) })
		return read > 1<<20
	}},
	{"script in a request's text", func(w *world, b *browser, _ string) bool {
		w.ask(`git push --force '<img src=x onerror=alert(1)>'`)
		found := false
		for _, route := range routes[:8] {
			if route.path == "/events" { // which doesn't end; TestEvents reads it
				continue
			}
			found = found || strings.Contains(b.send(route.method, route.path, "").Body.String(), "<img src=x")
		}
		return found
	}},
	{"a page around the page", func(_ *world, b *browser, _ string) bool {
		h := b.send("GET", "/", "").Header()
		return h.Get("X-Frame-Options") != "DENY" || !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'")
	}},
	{"what is guessed to be script", func(_ *world, b *browser, _ string) bool {
		return b.send("GET", "/api/requests", "").Header().Get("X-Content-Type-Options") != "nosniff"
	}},
	{"what a cache keeps", func(_ *world, b *browser, _ string) bool {
		return b.send("GET", "/api/requests", "").Header().Get("Cache-Control") != "no-store"
	}},
	{"script beside the page's own", func(_ *world, b *browser, _ string) bool {
		csp := b.send("GET", "/", "").Header().Get("Content-Security-Policy")
		return !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe")
	}},
	{"a cookie that script reads, or that other sites send", func(w *world, b *browser, _ string) bool {
		set := b.send("GET", "/enter?secret="+secret, "").Header().Get("Set-Cookie")
		return !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "SameSite=Strict")
	}},
	{"more windows than there may be", func(_ *world, b *browser, _ string) bool { return manyListen(b, 17) == 17 }},
}

// TestAttacks makes every attack on the console, and on the naive one.
func TestAttacks(t *testing.T) {
	naive, real := newWorld(t), newWorld(t)
	for i, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			works := func(w *world, h http.Handler) bool {
				w.t, w.session = t, fmt.Sprint("s-", i) // no more than 32 may wait of one
				defer runtimeguard.Resume(w.state)
				return a.do(w, enter(t, h), w.ask(fmt.Sprint("git push --force origin b", i)))
			}
			require.True(t, works(naive, naive.naive()), "the attack doesn't even work on the naive console")
			require.False(t, works(real, real.console()))
		})
	}
}

// endless is a body of which it counts how much was read.
type endless int

func (e *endless) Read(p []byte) (int, error) {
	if *e > 8<<20 {
		return 0, io.EOF
	}
	for i := range p {
		p[i] = 'x'
	}
	if *e == 0 {
		copy(p, `{"reason":"`)
	}
	*e += endless(len(p))
	return len(p), nil
}

// manyListen opens event streams and returns how many were served.
func manyListen(b *browser, n int) (served int) {
	ctx, cancel := context.WithCancel(b.t.Context())
	defer cancel()
	srv := httptest.NewServer(b.h)
	defer srv.Close()
	defer cancel() // before the server closes, which waits for its streams
	for range n {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/events", nil)
		require.NoError(b.t, err)
		r.Header.Set("Cookie", b.cookie)
		answer, err := http.DefaultClient.Do(r)
		require.NoError(b.t, err)
		defer answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			served++
		}
	}
	return served
}

// TestEveryRouteNeedsTheSecret goes to every route without a session, with
// sessions that are none, and with the cookie alone.
func TestEveryRouteNeedsTheSecret(t *testing.T) {
	w := newWorld(t)
	id := w.ask("git push --force")
	b := enter(t, w.console())
	naive := enter(t, w.naive())
	sessions := map[string][]func(*http.Request){
		"no session":        {header("Cookie"), header("X-Runtimeguard-Token")},
		"an empty session":  {header("Cookie", strings.Split(b.cookie, "=")[0]+"=")},
		"no MAC":            {header("Cookie", strings.Split(b.cookie, ".")[0])},
		"another MAC":       {header("Cookie", strings.Split(b.cookie, ".")[0]+"."+strings.Repeat("A", 43))},
		"another name":      {header("Cookie", "x"+b.cookie)},
		"the secret itself": {header("Cookie", strings.Split(b.cookie, "=")[0]+"="+secret), header("X-Runtimeguard-Token", secret), header("Authorization", "Bearer "+secret)},
		"only the token":    {header("Cookie")},
	}
	for _, route := range routes {
		path := strings.ReplaceAll(route.path, "ID", id)
		for name, change := range sessions {
			r := b.send(route.method, path, "", change...)
			require.Equal(t, http.StatusUnauthorized, r.Code, "%s %s with %s", route.method, path, name)
			require.NotContains(t, r.Body.String(), "git push")
		}
		if strings.HasPrefix(path, "/api/") {
			require.Equal(t, http.StatusUnauthorized, b.send(route.method, path, "", header("X-Runtimeguard-Token")).Code, "%s with the cookie alone", path)
		}
		require.Equal(t, http.StatusOK, naive.send(route.method, path, "", header("Cookie")).Code, "%s on the naive console", path)
	}
	_, halted := runtimeguard.Halted(w.state)
	require.False(t, halted)
}

// TestTheLink tries secrets that aren't the secret.
func TestTheLink(t *testing.T) {
	b := &browser{t: t, h: newWorld(t).console(), host: home, origin: "http://" + home}
	for _, path := range []string{"/enter", "/enter?secret=", "/enter?secret=" + secret[:len(secret)-1], "/enter?secret=" + secret + "x", "/enter?secret=" + strings.ToUpper(secret), "/enter?Secret=" + secret, "/enter?secret=x&secret=" + secret, "//enter?secret=" + secret} {
		r := b.send("GET", path, "")
		require.Equal(t, http.StatusUnauthorized, r.Code, path)
		require.Empty(t, r.Header()["Set-Cookie"], path)
	}
	require.Equal(t, http.StatusUnauthorized, b.send("POST", "/enter?secret="+secret, "").Code)
	require.Equal(t, http.StatusForbidden, b.send("GET", "/enter?secret="+secret, "", header("Sec-Fetch-Site", "cross-site")).Code)
	require.Equal(t, http.StatusSeeOther, b.send("GET", "/enter?secret="+secret, "", header("Sec-Fetch-Site", "none")).Code)
	require.Equal(t, http.StatusRequestURITooLong, b.send("GET", "/?"+strings.Repeat("x", 9000), "").Code)
}

// TestHosts tries the names under which a loopback address is reached.
func TestHosts(t *testing.T) {
	b := &browser{t: t, h: newWorld(t).console(), origin: "http://" + home}
	for host, good := range map[string]bool{
		"127.0.0.1:1": true, "127.0.0.1": true, "localhost:8080": true, "[::1]:80": true, "[::1]": true, "127.9.9.9:80": true,
		"": false, "example.com": false, "localhost.example.com": false, "127.0.0.1.nip.io:80": false, "0.0.0.0:80": false, "192.168.0.1": false, "127.1": false, "2130706433": false, "[::ffff:10.0.0.1]:1": false,
	} {
		b.host = host
		want := http.StatusMisdirectedRequest
		if good {
			want = http.StatusSeeOther
		}
		require.Equal(t, want, b.send("GET", "/enter?secret="+secret, "").Code, fmt.Sprintf("%q", host))
	}
}
