package console

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/guard"
)

// answering is one request for data or for a change: what it returns is sent
// as JSON.
type answering func(r *http.Request) (any, error)

func (f answering) serve(w http.ResponseWriter, r *http.Request) {
	v, err := f(r)
	if err != nil {
		refuse(w, status(err), err)
		return
	}
	data, err := json.Marshal(v)
	if err != nil {
		refuse(w, http.StatusInternalServerError, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(data)
}

// badRequest is an error of who asks.
type badRequest string

func (e badRequest) Error() string { return string(e) }

func status(err error) int {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge
	case errors.As(err, new(badRequest)):
		return http.StatusBadRequest
	case errors.Is(err, approval.ErrNotFound):
		return http.StatusNotFound
	case errors.As(err, new(*approval.ClosedError)), errors.Is(err, approval.ErrConflict), errors.Is(err, errMoved):
		return http.StatusConflict
	}
	return http.StatusInternalServerError
}

// read decodes a body of exactly the fields of v. A field that it doesn't
// know, such as who approves, is refused.
func read(r *http.Request, v any) error {
	if r.Header.Get("Content-Type") != "application/json" {
		return badRequest("the body must be application/json")
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("something follows it")
		}
	}
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return err
	}
	if err != nil {
		return badRequest("the body isn't what was asked for: " + err.Error())
	}
	return nil
}

// Bounds of what is listed, in requests.
const (
	maxPending = 200
	maxPast    = 100
)

// requestLine is a request in a list.
type requestLine struct {
	ID       string     `json:"id"`
	State    string     `json:"state"`
	Summary  shown      `json:"summary"`
	Agent    shown      `json:"agent"`
	Created  time.Time  `json:"created"`
	DecideBy time.Time  `json:"decideBy"`
	By       shown      `json:"by,omitempty"`
	Answered *time.Time `json:"answered,omitempty"`
}

func lineOf(r *approval.Request) requestLine {
	l := requestLine{ID: r.ID, State: string(r.State), Summary: show(r.Summary()), Agent: show(r.Principal.Agent), Created: r.Created, DecideBy: r.DecideBy}
	if a := r.Answer; a != nil {
		l.By, l.Answered = show(a.Who), &a.Time
	}
	return l
}

type requestsPage struct {
	Now     time.Time     `json:"now"`
	Who     shown         `json:"who"`
	Halted  bool          `json:"halted"`
	Why     shown         `json:"why"`     // of the halt
	Pending []requestLine `json:"pending"` // oldest first
	Past    []requestLine `json:"past"`    // newest first
	More    int           `json:"more"`    // pending ones that aren't listed
	Problem []shown       `json:"problem"` // what was forged or can't be read
}

func (c *Console) requests(r *http.Request) (any, error) {
	all, err := c.c.Approvals.List(r.Context())
	p := &requestsPage{Now: time.Now(), Who: show(c.c.Who), Pending: []requestLine{}, Past: []requestLine{}}
	if err != nil {
		p.Problem = lines(err.Error())
	}
	reason, halted := runtimeguard.Halted(c.c.State)
	p.Halted, p.Why = halted, show(reason)
	for _, r := range all {
		switch {
		case r.State != approval.Pending:
			p.Past = append(p.Past, lineOf(r))
		case len(p.Pending) < maxPending:
			p.Pending = append(p.Pending, lineOf(r))
		default:
			p.More++
		}
	}
	slices.SortStableFunc(p.Past, func(a, b requestLine) int { return b.last().Compare(a.last()) })
	p.Past = p.Past[:min(len(p.Past), maxPast)]
	return p, nil
}

func (l *requestLine) last() time.Time {
	if l.Answered != nil {
		return *l.Answered
	}
	return l.Created
}

// requestPage is everything of one request.
type requestPage struct {
	requestLine
	Session  shown     `json:"session"`
	Verified bool      `json:"verified"`
	Why      shown     `json:"why"`
	Rule     shown     `json:"rule"`
	Said     shown     `json:"said,omitempty"` // the answer's reason
	Args     []arg     `json:"args"`           // none where they are too long to be read
	Sections []section `json:"sections"`
}

// arg is one argument, read.
type arg struct {
	Name  shown   `json:"name"`
	Lines []shown `json:"lines"`
}

// section is a part of what is shown: "call", "why", "times", "action" or
// "preview".
type section struct {
	Kind    string `json:"kind"`
	Title   string `json:"title"`
	Decided bool   `json:"decided,omitempty"` // the action that is why a human is asked
	Does    shown  `json:"does,omitempty"`    // of an action
	Rows    []row  `json:"rows"`
}

func (c *Console) request(r *http.Request) (any, error) {
	q, err := c.c.Approvals.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	d := guard.Decision{Effect: guard.Ask, Fired: q.Fired}
	p := &requestPage{
		requestLine: lineOf(q), Session: show(q.Principal.Session), Verified: q.Principal.Verified,
		Why: show(q.Reason), Rule: show("no rule, the default"), Args: readable(&q.Args),
	}
	if f := d.Rule(); f.Rule != "" {
		p.Rule = show(f.Rule + " (" + f.Pos + ")")
	}
	if q.Answer != nil {
		p.Said = show(q.Answer.Reason)
	}
	kinds := []string{"call", "why", "times"} // in the order they come in, and then previews
	for _, s := range q.Sections() {
		out := sectionOf(q, &s)
		switch {
		case out.Kind != "":
		case len(kinds) > 0:
			out.Kind, kinds = kinds[0], kinds[1:]
		default:
			out.Kind = "preview"
		}
		p.Sections = append(p.Sections, out)
	}
	return p, nil
}

func sectionOf(q *approval.Request, s *approval.Section) section {
	var out section
	if s.Action >= 0 {
		a := &q.Actions[s.Action]
		out = section{Kind: "action", Title: string(a.Kind), Decided: s.Action == q.Decided, Does: show(s.Rows[0].Value)}
	} else if len(s.Rows) > 0 {
		out.Title = s.Rows[0].Label
	}
	for _, r := range s.Rows {
		out.Rows = append(out.Rows, row{strings.TrimSpace(guard.Printable(r.Label)), show(r.Value), r.Line})
	}
	return out
}

// readable takes the arguments apart, sorted by name.
func readable(e *approval.Excerpt) []arg {
	out := []arg{}
	if e.Cut() > 0 {
		return out
	}
	args, err := guard.ParseArgs([]byte(e.Head))
	if err != nil {
		return out
	}
	for name, v := range args {
		text, ok := v.(string)
		if !ok {
			data, err := json.MarshalIndent(v, "", "  ")
			if err != nil {
				return nil
			}
			text = string(data)
		}
		out = append(out, arg{show(name), lines(text)})
	}
	slices.SortFunc(out, func(a, b arg) int { return slices.Compare(a.Name, b.Name) })
	return out
}

// approve answers yes to the request whose whole id is in the path. Nothing
// is taken from the body.
func (c *Console) approve(r *http.Request) (any, error) {
	if err := read(r, &struct{}{}); err != nil {
		return nil, err
	}
	return answered(c.operator(r).Approve(r.Context(), c.c.Approvals, r.PathValue("id"), c.c.Key))
}

func (c *Console) deny(r *http.Request) (any, error) {
	var body struct {
		Reason string `json:"reason"`
	}
	if err := read(r, &body); err != nil {
		return nil, err
	}
	return answered(c.operator(r).Deny(r.Context(), c.c.Approvals, r.PathValue("id"), body.Reason, c.c.Key))
}

func answered(r *approval.Request, err error) (any, error) {
	if r == nil {
		return nil, err
	}
	return done(lineOf(r), err)
}

// operator is who uses the page, in the session of the request.
func (c *Console) operator(r *http.Request) runtimeguard.Operator {
	id, _ := c.door.session(r) // it has one, or it wouldn't be here
	return runtimeguard.Operator{State: c.c.State, Who: c.c.Who, Session: "console " + digest(id)}
}

// did is what has been done, with the reason for which it isn't in the log.
type did struct {
	What       any   `json:"what"`
	Unrecorded shown `json:"unrecorded,omitempty"`
}

func done(what any, err error) (any, error) {
	if u := (*guard.UnrecordedError)(nil); errors.As(err, &u) {
		return did{what, show(u.Err.Error())}, nil
	}
	return did{What: what}, err
}

func (c *Console) halt(r *http.Request) (any, error) {
	var body struct {
		Reason string `json:"reason"`
	}
	if err := read(r, &body); err != nil {
		return nil, err
	}
	return done(nil, c.operator(r).Halt(r.Context(), body.Reason))
}

func (c *Console) resume(r *http.Request) (any, error) {
	if err := read(r, &struct{}{}); err != nil {
		return nil, err
	}
	return done(nil, c.operator(r).Resume(r.Context()))
}
