package console

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

const (
	enterPath   = "/enter"
	tokenHeader = "X-Runtimeguard-Token"
	minSecret   = 20 // characters
)

// NewSecret returns a random secret of 128 bits for [Config.Secret].
func NewSecret() string { return rand.Text() }

// Path returns the path of the link that opens a session, to be put behind the
// console's origin. It holds the secret.
func Path(secret string) string { return enterPath + "?" + url.Values{"secret": {secret}}.Encode() }

// door decides who comes in. It keeps no sessions: a session is a random id
// with its MAC, and the token another MAC of the same id.
type door struct {
	secret  [32]byte // SHA-256
	key     [32]byte // of the MACs, new with each Console
	cookie  string   // its name; other consoles on the host have others
	origins []string
}

func newDoor(secret string, origins []string) (*door, error) {
	if len(secret) < minSecret {
		return nil, fmt.Errorf("console: Config.Secret has %d characters, at least %d are needed: take NewSecret", len(secret), minSecret)
	}
	for _, o := range origins {
		u, err := url.Parse(o)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || o != u.Scheme+"://"+u.Host {
			return nil, fmt.Errorf("console: Config.Origins: %q is no origin: want https://HOST or https://HOST:PORT", o)
		}
	}
	d := &door{secret: sha256.Sum256([]byte(secret)), origins: slices.Clone(origins)}
	rand.Read(d.key[:])
	d.cookie = "runtimeguard-" + hex.EncodeToString(d.mac("cookie's name", "")[:4])
	return d, nil
}

// headers keep other pages from framing, reading and guessing this one, and
// this one from running or loading anything but its own files.
func (d *door) headers(h http.Header) {
	for name, value := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
			"form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"Referrer-Policy":              "no-referrer",
		"Cache-Control":                "no-store",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
	} {
		h.Set(name, value)
	}
}

// host refuses requests that were sent to another name, as a browser does when
// somebody's name was bound to this address, and, where only loopback is
// served, those from elsewhere.
func (d *door) host(r *http.Request) error {
	if len(d.origins) > 0 {
		if d.originOf(r) == "" {
			return errors.New("this console isn't served under that name")
		}
		return nil
	}
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err != nil || !peer.Addr().Unmap().IsLoopback() {
		return errors.New("this console is for this machine only")
	}
	if !loopback(r.Host) {
		return errors.New("this console is served under a loopback address only")
	}
	return nil
}

// loopback reports whether a Host header names this machine without asking
// anybody.
func loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// originOf returns the origin that the Host header stands for, or "".
func (d *door) originOf(r *http.Request) string {
	if len(d.origins) == 0 {
		return "http://" + r.Host
	}
	for _, o := range d.origins {
		if _, host, _ := strings.Cut(o, "://"); host == r.Host {
			return o
		}
	}
	return ""
}

// from refuses what another page sent. Browsers name the sender of everything
// that isn't a GET; of a GET they say whether it was another site, or another
// port.
func (d *door) from(r *http.Request) error {
	origin, sent := r.Header.Get("Origin"), len(r.Header["Origin"]) > 0
	read := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch site := r.Header.Get("Sec-Fetch-Site"); {
	case sent && (origin != d.originOf(r) || len(r.Header["Origin"]) > 1),
		!sent && !read,
		site != "" && site != "same-origin" && site != "none":
		return errors.New("another page sent this")
	}
	return nil
}

// enter opens a session for who has the link. The token comes to the page
// behind the "#" of its address, which browsers send nowhere.
func (d *door) enter(w http.ResponseWriter, r *http.Request) {
	got := sha256.Sum256([]byte(r.URL.Query().Get("secret")))
	if r.Method != http.MethodGet || subtle.ConstantTimeCompare(got[:], d.secret[:]) != 1 {
		refuse(w, http.StatusUnauthorized, errNoSession)
		return
	}
	id := rand.Text()
	http.SetCookie(w, &http.Cookie{
		Name: d.cookie, Value: id + "." + encode(d.mac("session", id)), Path: "/",
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: strings.HasPrefix(d.originOf(r), "https:"),
	})
	http.Redirect(w, r, "/#"+encode(d.mac("token", id)), http.StatusSeeOther)
}

var errNoSession = errors.New(`open the link that "runtimeguard serve" printed`)

// session gives the id of a request's session. It refuses requests without one,
// and without its token where there are data.
func (d *door) session(r *http.Request) (string, error) {
	for _, c := range r.CookiesNamed(d.cookie) {
		id, mac, _ := strings.Cut(c.Value, ".")
		if !d.is("session", id, mac) {
			continue
		}
		if strings.HasPrefix(r.URL.Path, "/api/") && !d.is("token", id, r.Header.Get(tokenHeader)) {
			continue
		}
		return id, nil
	}
	return "", errNoSession
}

func (d *door) mac(use, id string) []byte {
	h := hmac.New(sha256.New, d.key[:])
	fmt.Fprintf(h, "%s\n%s", use, id)
	return h.Sum(nil)
}

func (d *door) is(use, id, got string) bool {
	return hmac.Equal([]byte(encode(d.mac(use, id))), []byte(got))
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// refuse answers with an error in JSON, or as text where a human may have
// typed the address.
func refuse(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintln(w, guard.Printable(err.Error()))
}
