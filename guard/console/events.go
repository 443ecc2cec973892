package console

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/runtimeguard/runtimeguard"
)

const (
	lookEvery   = 2 * time.Second  // at the halt and the log; the requests' store tells by itself
	aliveEvery  = 15 * time.Second // so that a dead connection is noticed
	writeWithin = 10 * time.Second
)

// versions stands for what the page may be showing: when one changes, the
// page asks for the data anew. It says nothing about them, so that the cookie
// is enough to hear it.
type versions struct {
	Requests string `json:"requests"`
	Halt     string `json:"halt"`
	Audit    string `json:"audit"`
}

// events is the stream of versions, as server-sent events.
func (c *Console) events(w http.ResponseWriter, r *http.Request) {
	if c.listeners.Add(1) > maxListeners {
		c.listeners.Add(-1)
		refuse(w, http.StatusServiceUnavailable, errors.New("the console is open in too many windows: close some"))
		return
	}
	defer c.listeners.Add(-1)
	w.Header().Set("Content-Type", "text/event-stream")
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // the server's is for requests that end
	changed := c.c.Approvals.Watch(r.Context())
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var last versions
	var said time.Time
	for {
		now := c.versions(r.Context())
		if now != last || time.Since(said) > aliveEvery {
			if send(w, now) != nil {
				return
			}
			last, said = now, time.Now()
		}
		select {
		case <-r.Context().Done():
			return
		case <-changed:
		case <-tick.C:
		}
	}
}

func send(w http.ResponseWriter, v versions) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(writeWithin)) // not every server has one
	if _, err := fmt.Fprintf(w, "data: %s\n\n", data); err != nil {
		return err
	}
	return control.Flush()
}

func (c *Console) versions(ctx context.Context) versions {
	all, err := c.c.Approvals.List(ctx)
	requests := fmt.Sprint(err)
	for _, r := range all {
		requests += r.ID + string(r.State)
	}
	reason, halted := runtimeguard.Halted(c.c.State)
	return versions{digest(requests), digest(fmt.Sprint(halted, reason)), digest(logSize(runtimeguard.AuditDir(c.c.State)))}
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}

// logSize changes whenever a line is written to the log in the folder.
func logSize(dir string) string {
	entries, err := os.ReadDir(dir)
	out := fmt.Sprint(err)
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			out += fmt.Sprint(e.Name(), info.Size())
		}
	}
	return out
}
