package webhook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/approval/webhook"
)

var secret = []byte("0123456789abcdef0123456789")

// receiver answers with one status after the other, then with 200.
type receiver struct {
	*httptest.Server
	mu       sync.Mutex
	statuses []int
	headers  []http.Header
	bodies   []string
}

func receive(t *testing.T, statuses ...int) *receiver {
	r := &receiver{statuses: statuses}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.headers, r.bodies = append(r.headers, q.Header), append(r.bodies, string(body))
		if n := len(r.bodies); n <= len(r.statuses) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(r.statuses[n-1])
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// deliver sends one notice and returns what failed.
func deliver(t *testing.T, url string, n approval.Notice) (failed []string) {
	w, err := webhook.New(webhook.Config{URL: url, Secret: secret, Failed: func(err error) { failed = append(failed, err.Error()) }})
	require.NoError(t, err)
	w.SetPause(time.Millisecond)
	w.Notify(t.Context(), n)
	require.NoError(t, w.Close())
	w.Notify(t.Context(), n) // nobody is there any more
	require.NoError(t, w.Close())
	return failed
}

var notice = approval.Notice{Request: "abcdefgh22334455", Digest: [32]byte{1}, Created: time.Unix(9, 0).UTC(), DecideBy: time.Unix(99, 0).UTC()}

func TestDelivery(t *testing.T) {
	r := receive(t)
	require.Empty(t, deliver(t, r.URL+"/hook", notice))
	require.Len(t, r.bodies, 1)
	require.JSONEq(t, `{"type":"approval.requested","timestamp":"1970-01-01T00:00:09Z","data":{
		"request":"abcdefgh22334455","decideBy":"1970-01-01T00:01:39Z",
		"digest":"0100000000000000000000000000000000000000000000000000000000000000"}}`, r.bodies[0])
	h := r.headers[0]
	m := hmac.New(sha256.New, secret)
	m.Write([]byte("abcdefgh22334455." + h.Get("webhook-timestamp") + "." + r.bodies[0]))
	require.Equal(t, "v1,"+base64.StdEncoding.EncodeToString(m.Sum(nil)), h.Get("webhook-signature"))
	require.Equal(t, "abcdefgh22334455", h.Get("webhook-id"))
}

func TestRetries(t *testing.T) {
	for name, c := range map[string]struct {
		statuses []int
		got      int
		failed   string
	}{
		"comes back":           {[]int{500, 429, 408, 503}, 5, ""},
		"stays down":           {[]int{500, 500, 500, 500, 502}, 5, "answered 502"},
		"refuses":              {[]int{404}, 1, "answered 404"},
		"redirects, unheeded":  {[]int{307}, 1, "answered 307"},
		"says yes another way": {[]int{204}, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := receive(t, c.statuses...)
			failed := strings.Join(deliver(t, r.URL, notice), "\n")
			require.Len(t, r.bodies, c.got)
			require.Contains(t, failed, c.failed)
			require.Equal(t, c.failed == "", failed == "")
		})
	}
}

func TestNobodyListens(t *testing.T) {
	r := receive(t)
	r.Close()
	failed := deliver(t, r.URL+"/a-secret-path", notice)
	require.Len(t, failed, 1)
	require.NotContains(t, failed[0], "a-secret-path")
	require.Contains(t, failed[0], "request abcdefgh22334455: ")
}

// A receiver that doesn't answer holds nobody up: what comes too much is
// dropped, and that is said.
func TestNotifyNeverWaits(t *testing.T) {
	hold := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hold }))
	defer srv.Close()
	dropped := make(chan error, 100)
	w, err := webhook.New(webhook.Config{URL: srv.URL, Secret: secret, Failed: func(err error) { dropped <- err }})
	require.NoError(t, err)
	for range 70 {
		w.Notify(t.Context(), notice)
	}
	require.ErrorContains(t, <-dropped, "dropped: 64 others wait")
	close(hold)
	require.NoError(t, w.Close())
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []webhook.Config{
		{Secret: secret},
		{URL: "http://example.com/", Secret: secret},
		{URL: "http://127.0.0.1.example.com/", Secret: secret},
		{URL: "ftp://localhost/", Secret: secret},
		{URL: "https:///path", Secret: secret},
		{URL: "https://example.com/\x00", Secret: secret},
		{URL: "https://example.com/", Secret: secret[:23]},
	} {
		_, err := webhook.New(c)
		require.Error(t, err, c.URL)
	}
	for _, url := range []string{"https://example.com/x", "http://localhost:9/", "http://[::1]:9/"} {
		w, err := webhook.New(webhook.Config{URL: url, Secret: secret})
		require.NoError(t, err)
		require.NoError(t, w.Close())
	}
}
