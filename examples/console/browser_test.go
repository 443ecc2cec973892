package main

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/audit"
	"github.com/runtimeguard/runtimeguard/guard"
)

// patience is how long the browser may take for one thing: long enough for a
// slow machine, and never a measure of anything.
const patience = time.Minute

// The size of a desktop's window, in pixels.
const width, height = 1280, 860

// browser is one tab of a Chromium of its own.
type browser struct {
	t   *testing.T
	ctx context.Context
	dir string // where pictures go
}

// newBrowser starts Chromium, or skips the test where there is none.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("SKIPPED: there is no Chromium here: on Debian, apt-get install chromium")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(width, height), chromedp.WSURLReadTimeout(patience)}
	for _, flag := range []string{"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync", "disable-dev-shm-usage", "hide-scrollbars"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	require.NoError(t, chromedp.Do(ctx))
	return &browser{t, ctx, t.ArtifactDir()}
}

// run does things in the page; what is said is for a failure.
func (b *browser) run(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	b.good(what, chromedp.Do(ctx, steps...))
}

func (b *browser) good(what string, err error) {
	b.t.Helper()
	if err != nil {
		b.shot("failure")
		focus, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.activeElement.outerHTML.slice(0, 80)`))
		require.NoError(b.t, err, "%s\nfocus: %s\n%s", what, focus, b.text("body"))
	}
}

// script runs JavaScript in the page.
func (b *browser) script(what, text string) {
	b.t.Helper()
	b.run(what, chromedp.Evaluate[chromedp.Void](text))
}

// until waits for a JavaScript expression to be true.
func (b *browser) until(what, expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for {
		yes, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`!!(`+expression+`)`))
		if yes {
			return
		}
		if err == nil {
			err = chromedp.Do(ctx, chromedp.Sleep(50*time.Millisecond))
		}
		b.good(what, err)
	}
}

// shows waits until an element's text holds what is given.
func (b *browser) shows(selector, text string) {
	b.t.Helper()
	b.until(selector+" shows "+text, `(document.querySelector(`+quoted(selector)+`)?.innerText || "").includes(`+quoted(text)+`)`)
}

func quoted(s string) string {
	return "`" + strings.NewReplacer(`\`, `\\`, "`", "\\`", "$", `\$`).Replace(s) + "`"
}

func (b *browser) text(selector string) string {
	s, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.querySelector(`+quoted(selector)+`)?.innerText || ""`))
	return s
}

// press presses one key, as a human does, on whatever has the focus.
func (b *browser) press(key string) {
	b.t.Helper()
	if len(key) != 1 || key[0] < ' ' { // a key with a name
		b.write(key)
		return
	}
	for _, p := range []input.DispatchKeyEventParams{
		{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Text: key, UnmodifiedText: key},
		{Type: input.DispatchKeyEventTypeKeyUp, Key: key},
	} {
		_, err := chromedp.Call(b.ctx, input.DispatchKeyEvent, p)
		b.good("press "+key, err)
	}
}

func (b *browser) write(text string) {
	b.t.Helper()
	b.run("write "+text, chromedp.KeyEvent(text))
}

func (b *browser) click(selector string) {
	b.t.Helper()
	b.run("click "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// closed waits until the dialog is away.
func (b *browser) closed() {
	b.t.Helper()
	b.until("it is closed", `!document.querySelector("#dialog").open`)
}

// shot keeps a picture: go test -artifacts says where.
func (b *browser) shot(name string) {
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Logf("picture %s: %v", name, err)
		return
	}
	require.NoError(b.t, os.WriteFile(filepath.Join(b.dir, name+".png"), png, 0o600))
}

// scheme says what the operator's system prefers: light or dark.
func (b *browser) scheme(name string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
	})
	b.good(name, err)
}

// looks takes a picture in light, in dark, and as wide as a phone.
func (b *browser) looks(name string) {
	b.t.Helper()
	b.shot(name + "-light")
	b.scheme("dark")
	b.shot(name + "-dark")
	b.scheme("light")
	b.run("phone", chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(2), chromedp.EmulateMobile))
	b.shot(name + "-phone")
	b.until(name+" fits a phone", `document.documentElement.scrollWidth <= innerWidth`)
	b.run("desktop", chromedp.EmulateViewport(width, height))
}

// later makes a call that waits for its answer.
func later(call func() error) <-chan error {
	done := make(chan error, 1)
	go func() { done <- call() }()
	return done
}

func answered(t *testing.T, done <-chan error) error {
	t.Helper()
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
		t.Fatal("the call still waits")
		return nil
	}
}

// The operator's day in a real browser, from a request that arrives to a
// resumed guard.
func TestConsoleInABrowser(t *testing.T) {
	b := newBrowser(t)
	d, err := open(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.close()) })

	b.run("the page without the link", chromedp.Navigate(strings.SplitAfter(d.link, "/enter")[0]))
	b.shows("body", "runtimeguard serve")
	b.run("the link", chromedp.Navigate(d.link))
	b.shows("#empty", "Nothing waits for you")
	b.shows("#link", "live")
	b.until("the secrets are out of the address", `location.hash === "#waiting" && !location.search`)
	b.looks("1-nothing")
	b.script("mark the page", `window.marked = true`)

	approves(t, b, d)
	denies(t, b, d)
	readsADiff(t, b, d)
	looksBack(t, b, d)
	restores(t, b, d)
	halts(t, b, d)
	looksAtOperators(t, b)

	b.press("?")
	b.shows("#dialog", "approve what is shown")
	b.shot("11-keys-light")
	b.press(kb.Escape)
	b.closed()

	who := approvers(t, d)
	require.Len(t, who, 3)
	for _, name := range who {
		require.Regexp(t, `^operator\b`, name)
	}
}

// approves: a request arrives, is read, and approved.
func approves(t *testing.T, b *browser, d *demo) {
	t.Helper()
	push := later(func() error {
		return d.command(t.Context(), "git commit -q --allow-empty -m release && git push --force origin main", patience)
	})
	b.shows("#list", "git push --force")
	b.until("it came without a reload", `window.marked === true && document.title.startsWith("(1)")`)
	b.press("j")
	b.shows("#detail h2", "git push --force origin main")
	b.shows("#detail", "release-bot")
	b.looks("2-request")
	b.press("a")
	b.shows("#dialog", "Approve this call, once?")
	b.looks("3-approve")
	b.press(kb.Enter)
	require.NoError(t, answered(t, push))
	here, err := git(t.Context(), d.workspace, "rev-parse", "main")
	require.NoError(t, err)
	there, err := git(t.Context(), d.workspace, "ls-remote", "origin", "main")
	require.NoError(t, err)
	require.Contains(t, there, strings.TrimSpace(here), "the push arrived")
	b.shows("#empty", "Nothing waits for you")
}

// denies: what an agent writes is text, whatever it looks like.
func denies(t *testing.T, b *browser, d *demo) {
	t.Helper()
	hostile := "git push --force origin '<img src=x onerror=\"window.owned=1\"><script>window.owned=1</script>\u202egnp.exe\u200b' # раypal\n\tgit push --force origin second"
	refused := later(func() error { return d.command(t.Context(), hostile, patience) })
	b.shows("#list", "<img src=x")
	b.press("j")
	b.shows("#detail", `\u202e`)
	b.until("it is text", `!window.owned && !document.querySelector("#main img") && document.querySelectorAll("#main .esc").length > 0`)
	b.looks("4-hostile")
	b.press("d")
	b.write("not like this")
	b.shot("5-deny-light")
	b.press(kb.Enter)
	require.ErrorContains(t, answered(t, refused), "denied by operator: not like this")
	b.shows("#empty", "Nothing waits for you")
	b.closed()
}

// readsADiff: what a write changes is shown line by line.
func readsADiff(t *testing.T, b *browser, d *demo) {
	t.Helper()
	hook := later(func() error { return d.writeFile(t.Context(), ".git/hooks/pre-push", "#!/bin/sh\nexit 0\n", patience) })
	b.shows("#list", "pre-push")
	b.press("j")
	b.shows("#detail", "What would change")
	b.script("open all of it", `document.querySelector(".all").open = true`)
	b.looks("5-write")
	b.press("d")
	b.press(kb.Enter)
	require.ErrorContains(t, answered(t, hook), "denied by operator")
	b.shows("#empty", "Nothing waits for you")
	b.closed()
}

// looksBack: the history, and the record with its chain.
func looksBack(t *testing.T, b *browser, d *demo) {
	t.Helper()
	b.press("2")
	b.shows("#list", "used")
	b.press("j")
	b.shows("#detail", "Answered by operator")
	b.looks("6-history")

	// The record shows it, and that its chain holds.
	b.press("3")
	b.shows("#chain", "the chain holds")
	b.run("filter", chromedp.SetValue(chromedp.CSS(`#filters [name=event]`), "finished"))
	b.script("filter", `document.querySelector("#filters").dispatchEvent(new Event("change"))`)
	b.until("only what ended", `[...document.querySelectorAll("#list li")].length > 0 && [...document.querySelectorAll("#list li")].every((li) => li.innerText.includes("finished"))`)
	b.run("focus", chromedp.Focus(chromedp.CSS("#list")))
	b.press("j")
	b.shows("#detail", "answered by")
	b.looks("7-record")
}

// restores: what was lost is had back.
func restores(t *testing.T, b *browser, d *demo) {
	t.Helper()
	notes := filepath.Join(d.workspace, "notes.md")
	before, err := os.ReadFile(notes)
	require.NoError(t, err)
	require.NoError(t, d.deleteFile(t.Context(), "notes.md"))
	require.NoFileExists(t, notes)
	b.press("4")
	b.shows("#list", "delete_file")
	b.press("j")
	b.shows("#detail", "rotated on Fridays")
	b.looks("8-backup")
	b.press("r")
	b.shows("#dialog", "Restore this backup?")
	b.press(kb.Enter)
	b.shows("#detail", "Nothing: everything is as it was")
	after, err := os.ReadFile(notes)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after))
	b.closed()
	b.shot("9-restored-light")
}

// halts, and resumes.
func halts(t *testing.T, b *browser, d *demo) {
	t.Helper()
	b.click("#halt")
	b.shows("#dialog", "Halt everything?")
	b.write("an incident")
	b.press(kb.Enter)
	b.shows("#banner", "an incident")
	b.closed()
	b.press("1")
	b.looks("10-halted")
	require.ErrorContains(t, d.command(t.Context(), "ls", 0), "stopped by the operator: an incident")
	b.click("#halt")
	b.press(kb.Enter)
	b.shows("#running", "running")
	b.closed()
	require.NoError(t, d.command(t.Context(), "ls", 0))
}

// looksAtOperators: what was done on the page is in the record too.
func looksAtOperators(t *testing.T, b *browser) {
	t.Helper()
	b.press("3")
	b.shows("#chain", "the chain holds")
	b.run("filter", chromedp.SetValue(chromedp.CSS(`#filters [name=event]`), "operated"))
	b.script("filter", `document.querySelector("#filters").dispatchEvent(new Event("change"))`)
	b.until("only operators'", `[...document.querySelectorAll("#list li")].length === 7 && [...document.querySelectorAll("#list li")].every((li) => li.innerText.includes("◆ operator"))`)
	b.run("focus", chromedp.Focus(chromedp.CSS("#list")))
	for range 3 {
		b.press("j")
	}
	b.shows("#detail", "1 create")
	b.looks("12-operators")
}

// approvers is who the log says has answered.
func approvers(t *testing.T, d *demo) (who []string) {
	t.Helper()
	for e, err := range audit.Query(t.Context(), runtimeguard.AuditDir(d.state), audit.Filter{}) {
		require.NoError(t, err)
		if e.Record.Approver != "" && (e.Event == "finished" || e.Record.Decision.Effect == guard.Deny) {
			who = append(who, e.Record.Approver)
		}
	}
	return who
}

// A page at another port of the same host is given the console's cookie by the
// browser, and can do nothing with it.
func TestAnotherPortInABrowser(t *testing.T) {
	b := newBrowser(t)
	d, err := open(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.close()) })
	b.run("the link", chromedp.Navigate(d.link))
	b.shows("#link", "live")

	origin := strings.Split(d.link, "/enter")[0]
	cookies := make(chan string, 1)
	other := serveAnother(t, func(w http.ResponseWriter, r *http.Request) {
		if c := r.Header.Get("Cookie"); c != "" {
			select {
			case cookies <- c:
			default:
			}
		}
		w.Header().Set("Content-Type", "text/html")
	})
	b.run("the agent's page", chromedp.Navigate(other))
	stolen := <-cookies
	require.Contains(t, stolen, "runtimeguard-", "that is why the cookie isn't enough")

	b.script("send requests", `window.sent = 0; for (const [path, body] of [["/api/requests"], ["/events"], ["/api/halt", "{}"]])
		fetch(`+quoted(origin)+` + path, body ? { method: "POST", body, credentials: "include", mode: "no-cors" } : { credentials: "include", mode: "no-cors" }).catch(() => {}).finally(() => window.sent++)`)
	b.until("all are answered", `window.sent === 3`)
	require.NoError(t, d.command(t.Context(), "ls", 0), "nothing was halted")

	for _, path := range []string{"/api/requests", "/api/audit", "/api/backups"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, origin+path, nil)
		require.NoError(t, err)
		r.Header.Set("Cookie", stolen)
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		answer.Body.Close()
		require.Equal(t, http.StatusUnauthorized, answer.StatusCode, path)
	}
}

// serveAnother serves at another port of the console's host.
func serveAnother(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	srv := &http.Server{Handler: h, ReadHeaderTimeout: patience}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return "http://" + l.Addr().String() + "/"
}
