package console

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"time"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/audit"
	"github.com/runtimeguard/runtimeguard/guard"
)

// Bounds of the record's page, in entries.
const (
	defaultEntries = 100
	maxEntries     = 500
	maxProblems    = 20
)

// auditEntry is a line of the log in a list, with its details.
type auditEntry struct {
	Seq      uint64    `json:"seq"`
	Time     time.Time `json:"time"`
	Event    string    `json:"event"`
	Effect   string    `json:"effect"`
	Tool     shown     `json:"tool"`
	Does     shown     `json:"does"`
	More     int       `json:"more"` // actions beside the one that Does shows
	Rule     shown     `json:"rule"`
	Agent    shown     `json:"agent"`
	Approved bool      `json:"approved"` // by a human
	Failed   bool      `json:"failed"`
	Rows     []row     `json:"rows"`
}

type auditPage struct {
	Entries []auditEntry `json:"entries"` // newest first
	Older   *time.Time   `json:"older"`   // until: asks for those before, or nil
	Problem []shown      `json:"problem"` // lines that can't be read
}

// filterOf reads a filter from a URL's query.
func filterOf(r *http.Request) (f audit.Filter, n int, err error) {
	q := r.URL.Query()
	f = audit.Filter{
		ID: q.Get("id"), Agent: q.Get("agent"), Session: q.Get("session"), User: q.Get("user"), Tool: q.Get("tool"),
		Event: q.Get("event"), Effect: q.Get("effect"), Rule: q.Get("rule"), Path: q.Get("path"),
	}
	n = defaultEntries
	if s := q.Get("n"); s != "" {
		if n, err = strconv.Atoi(s); err != nil || n < 1 || n > maxEntries {
			return f, n, badRequest(fmt.Sprintf("n: want 1 to %d", maxEntries))
		}
	}
	if s := q.Get("until"); s != "" {
		if f.Until, err = time.Parse(time.RFC3339Nano, s); err != nil {
			return f, n, badRequest("until: want a time as in 2006-01-02T15:04:05Z")
		}
	}
	return f, n, nil
}

func (c *Console) audit(r *http.Request) (any, error) {
	f, n, err := filterOf(r)
	if err != nil {
		return nil, err
	}
	p := &auditPage{Entries: []auditEntry{}}
	entries, problems, err := last(r.Context(), runtimeguard.AuditDir(c.c.State), f, n)
	if err != nil {
		return nil, err
	}
	for _, err := range problems {
		p.Problem = append(p.Problem, show(err.Error()))
	}
	if len(entries) == n {
		p.Older = &entries[0].Time
	}
	for i := len(entries) - 1; i >= 0; i-- {
		if e := &entries[i]; e.Record.Call.Tool != "" || f.Event != "" { // the log's own only where they are asked for
			p.Entries = append(p.Entries, entryOf(e))
		}
	}
	return p, nil
}

// last returns the newest entries, oldest first. In a log with lines that
// can't be read, it reads all of it and says which.
func last(ctx context.Context, dir string, f audit.Filter, n int) (entries []audit.Entry, problems []error, err error) {
	entries, err = audit.Last(ctx, dir, f, n)
	if err == nil || errors.Is(err, fs.ErrNotExist) || ctx.Err() != nil {
		return entries, nil, ctx.Err()
	}
	entries = nil
	for e, err := range audit.Query(ctx, dir, f) {
		switch {
		case err == nil:
			if entries = append(entries, e); len(entries) > n {
				entries = entries[1:]
			}
		case len(problems) < maxProblems:
			problems = append(problems, err)
		}
	}
	return entries, problems, ctx.Err()
}

func entryOf(e *audit.Entry) auditEntry {
	r, call := &e.Record, e.Record.Call
	out := auditEntry{
		Seq: e.Seq, Time: e.Time, Event: e.Event, Tool: show(call.Tool), Rule: show(r.Decision.Rule().Rule),
		Agent: show(call.Principal.Agent), Approved: r.Grant != "", Failed: r.Outcome.Failed || r.Err != "", Rows: details(e),
	}
	if r.Phase == guard.PhaseOperated { // nobody was judged
		out.Agent, out.Does = show(call.Principal.User), show(r.Decision.Reason)
		return out
	}
	if call.Tool != "" {
		out.Effect = r.Decision.Effect.String()
	}
	if a := r.Decision.Action; a != nil {
		out.Does = show(string(a.Kind) + " " + a.Describe())
	} else if len(call.Actions) > 0 {
		out.Does = show(string(call.Actions[0].Kind) + " " + call.Actions[0].Describe())
	}
	out.More = max(0, len(call.Actions)-1)
	return out
}

// details is the rest of an entry.
func details(e *audit.Entry) []row {
	r, call := &e.Record, e.Record.Call
	out := rows(
		[2]string{"time", e.Time.Format(time.RFC3339Nano)},
		[2]string{"reason", r.Decision.Reason},
		[2]string{"session", call.Principal.Session},
		[2]string{"user", call.Principal.User},
		[2]string{"folder", call.Dir},
		[2]string{"call", call.ID},
		[2]string{"request", r.Request},
		[2]string{"grant", r.Grant},
		[2]string{"answered by", r.Approver},
		[2]string{"backup", r.Snapshot},
		[2]string{"error", r.Err},
	)
	if r.Started && r.Phase == guard.PhaseOperated {
		out = append(out, rows([2]string{"took", r.Duration.Round(time.Millisecond).String()})...)
	} else if r.Started {
		out = append(out, rows([2]string{"ran", fmt.Sprintf("%s, exit %d, %d bytes of output", r.Duration.Round(time.Millisecond), r.Outcome.Exit, r.Outcome.Output)})...)
	}
	for i := range call.Actions {
		out = append(out, rows([2]string{fmt.Sprint("action ", i+1), string(call.Actions[i].Kind) + " " + call.Actions[i].Describe()})...)
	}
	for _, f := range r.Decision.Fired {
		out = append(out, rows([2]string{"rule", fmt.Sprintf("%s: %s (%s) %s", f.Effect, f.Rule, f.Pos, f.Message)})...)
	}
	return append(out, rows([2]string{"policy", r.Decision.Policy}, [2]string{"arguments", hashed(e)},
		[2]string{"note", e.Note}, [2]string{"line", fmt.Sprintf("%s:%d, number %d", e.Segment, e.Line, e.Seq)})...)
}

func hashed(e *audit.Entry) string {
	if e.ArgsHash == "" {
		return ""
	}
	return fmt.Sprintf("%d bytes, SHA-256 %s", e.ArgsSize, e.ArgsHash)
}

// chainPage is how Verify went.
type chainPage struct {
	Lines       uint64  `json:"lines"`
	Segments    int     `json:"segments"`
	Checkpoints int     `json:"checkpoints"`
	Broken      shown   `json:"broken,omitempty"`
	Twice       []shown `json:"twice,omitempty"` // grants that were spent more than once
	Unknown     []shown `json:"unknown"`
}

func (c *Console) verify(r *http.Request) (any, error) {
	c.verifying.Lock()
	defer c.verifying.Unlock()
	report, err := audit.Verify(r.Context(), runtimeguard.AuditDir(c.c.State), audit.VerifyConfig{})
	p := &chainPage{Lines: report.Lines, Segments: report.Segments, Checkpoints: report.Checkpoints}
	for _, u := range report.Unknown {
		p.Unknown = append(p.Unknown, show(u))
	}
	if broken := (*audit.BrokenError)(nil); errors.As(err, &broken) {
		p.Broken = show(broken.Error())
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	twice, err := runtimeguard.SpentTwice(r.Context(), runtimeguard.AuditDir(c.c.State))
	for _, grant := range twice {
		p.Twice = append(p.Twice, show(grant))
	}
	return p, err
}
