// Package console is the operator's web page: the requests that wait for a
// human, and their answers; what was answered before; the audit log and the
// state of its chain; backups, their diffs and their restoring; halt and
// resume. [New] returns it as an [http.Handler]; "runtimeguard serve" serves
// it.
//
// # Who gets in
//
// Whoever has the link that [Path] makes of the secret. It opens a session: a
// cookie (HttpOnly, SameSite=Strict) and a token, both of which every request
// for data must carry. The cookie alone opens nothing but the empty page,
// because browsers send the cookies of one port to every other port of the same
// host, where an agent's own server may listen; the token is kept by the page,
// which no other port can read. Sessions end with the Console: nothing that was
// caught is good for the next one. Give each Console a new secret.
//
// Against other pages in the operator's browser stand the Host header (a name
// that was bound to a loopback address is not this host), the Origin header,
// Sec-Fetch-Site, and that a GET changes nothing. The page itself runs no script
// but its own file, and shows every text as text.
//
// The approver's name is [Config.Who]. What a request's body says of it is
// refused.
package console

import (
	"crypto"
	"embed"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/runtimeguard/runtimeguard/approval"
)

// Config says what a Console shows and who answers there. All fields but
// Origins must be set.
type Config struct {
	// State is the state folder whose log, backups and halt are shown.
	State string
	// Approvals holds the requests.
	Approvals *approval.Queue
	// Key is the approver's key, which signs the answers given on the page.
	Key crypto.Signer
	// Who is the approver's name, as the system knows who runs the console.
	Who string
	// Secret is what the link holds: see [NewSecret]. Only its hash is kept.
	Secret string
	// Origins are the origins the page is reached at, as in
	// "https://console.example.com:8443"; none means http at a loopback
	// address, any port, from this machine only. Beyond loopback put TLS before
	// the Console: over plain http the secret can be read on the way.
	Origins []string
}

// Console is the page as a handler. It is safe for concurrent use.
type Console struct {
	c         Config
	door      door
	mux       *http.ServeMux
	listeners atomic.Int64 // open event streams
	verifying sync.Mutex   // reading a whole log once at a time is enough
	restoring sync.Mutex
}

// Bounds of what a browser may ask.
const (
	maxBody      = 8 << 10 // bytes of a request's body
	maxQuery     = 8 << 10 // bytes of a URL
	maxListeners = 16      // event streams at a time
)

//go:embed page
var files embed.FS

// New returns a Console. It refuses a configuration that lacks something, a
// short secret, and an origin that isn't one.
func New(c Config) (*Console, error) {
	switch {
	case c.State == "":
		return nil, errors.New("console: Config.State is empty: name the state folder")
	case c.Approvals == nil:
		return nil, errors.New("console: Config.Approvals is nil: there is nothing to answer")
	case c.Key == nil:
		return nil, errors.New("console: Config.Key is nil: answers must be signed by an approver")
	case strings.TrimSpace(c.Who) == "":
		return nil, errors.New("console: Config.Who is empty: an answer needs the name of who gives it")
	}
	d, err := newDoor(c.Secret, c.Origins)
	if err != nil {
		return nil, err
	}
	c.Secret = ""
	con := &Console{c: c, door: *d, mux: http.NewServeMux()}
	con.routes()
	return con, nil
}

// routes is every way in. What changes something is a POST, and everything
// under /api/ needs the token.
func (c *Console) routes() {
	for path, file := range map[string]string{
		"GET /{$}": "index.html", "GET /console.js": "console.js", "GET /console.css": "console.css", "GET /icon.svg": "icon.svg",
	} {
		c.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "page/"+file) })
	}
	c.mux.HandleFunc("GET /events", c.events)
	for path, get := range map[string]answering{
		"GET /api/requests":               c.requests,
		"GET /api/requests/{id}":          c.request,
		"GET /api/audit":                  c.audit,
		"GET /api/audit/verify":           c.verify,
		"GET /api/backups":                c.backups,
		"GET /api/backups/{id}":           c.backup,
		"POST /api/requests/{id}/approve": c.approve,
		"POST /api/requests/{id}/deny":    c.deny,
		"POST /api/backups/{id}/restore":  c.restore,
		"POST /api/halt":                  c.halt,
		"POST /api/resume":                c.resume,
	} {
		c.mux.HandleFunc(path, get.serve)
	}
}

// ServeHTTP lets in who may come in, and bounds what they may send.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.door.headers(w.Header())
	if err := c.door.host(r); err != nil {
		refuse(w, http.StatusMisdirectedRequest, err)
		return
	}
	if err := c.door.from(r); err != nil {
		refuse(w, http.StatusForbidden, err)
		return
	}
	if len(r.URL.RawQuery)+len(r.URL.Path) > maxQuery {
		refuse(w, http.StatusRequestURITooLong, errors.New("the address is too long"))
		return
	}
	if r.URL.Path == enterPath {
		c.door.enter(w, r)
		return
	}
	if _, err := c.door.session(r); err != nil {
		refuse(w, http.StatusUnauthorized, err)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	c.mux.ServeHTTP(w, r)
}
