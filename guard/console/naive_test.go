package console_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/runtimeguard/runtimeguard"
)

// naive is the console as one may write it at first: it serves loopback, so
// what should happen? Each attack works on it, which shows that the attack's
// test can fail.
func (w *world) naive() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/enter", func(rw http.ResponseWriter, r *http.Request) {
		http.SetCookie(rw, &http.Cookie{Name: "session", Value: r.URL.Query().Get("secret")})
		http.Redirect(rw, r, "/#none", http.StatusSeeOther)
	})
	mux.HandleFunc("/{$}", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		all, _ := w.queue.List(r.Context())
		for _, q := range all {
			fmt.Fprintf(rw, "<li>%s by %s</li>", q.Summary(), q.Principal.Agent)
		}
	})
	for _, path := range []string{"/console.js", "/console.css", "/icon.svg"} {
		mux.HandleFunc(path, func(http.ResponseWriter, *http.Request) {})
	}
	list := func(rw http.ResponseWriter, r *http.Request) {
		all, _ := w.queue.List(r.Context())
		json.NewEncoder(rw).Encode(all)
	}
	for _, path := range []string{"/events", "/api/requests", "/api/requests/{id}", "/api/audit", "/api/audit/verify", "/api/backups", "/api/backups/{id}"} {
		mux.HandleFunc(path, list)
	}
	answer := func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var said struct{ Who, Reason string }
		_ = json.Unmarshal(body, &said)
		if said.Who == "" {
			said.Who = r.Header.Get("X-Forwarded-User") + "someone"
		}
		w.queue.Approve(r.Context(), r.PathValue("id"), said.Who, w.key)
	}
	mux.HandleFunc("/api/requests/{id}/approve", answer)
	mux.HandleFunc("/api/requests/{id}/deny", answer)
	mux.HandleFunc("/api/backups/{id}/restore", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/api/halt", func(_ http.ResponseWriter, r *http.Request) { runtimeguard.Halt(w.state, r.FormValue("reason")) })
	mux.HandleFunc("/api/resume", func(http.ResponseWriter, *http.Request) { runtimeguard.Resume(w.state) })
	return mux
}

// again is the console after it was started again.
func (w *world) again(h http.Handler) http.Handler {
	if _, naive := h.(*http.ServeMux); naive {
		return h
	}
	return w.console()
}
