package guard

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"
)

// Inspector finds out what a call would do. It may read the file system, but
// must not change anything. It must be safe for concurrent use. An error
// refuses the call; its text may be shown to the agent.
type Inspector interface {
	Inspect(ctx context.Context, call *Call) ([]Action, error)
}

// InspectorFunc is a function as an [Inspector].
type InspectorFunc func(ctx context.Context, call *Call) ([]Action, error)

// Inspect calls f.
func (f InspectorFunc) Inspect(ctx context.Context, call *Call) ([]Action, error) {
	return f(ctx, call)
}

// Approver keeps the requests that humans answer. It must be safe for
// concurrent use by many processes.
type Approver interface {
	// Find returns nil where an unspent grant stands for exactly this call with
	// these actions. Else it files the request, once, and returns a
	// *PendingError, or a *RejectedError where a human has said no. Any other
	// error refuses too.
	Find(ctx context.Context, call *Call, d Decision) error
	// Claim spends the grant in one atomic step and returns its id. It returns
	// a *PendingError where the grant has been spent by another.
	Claim(ctx context.Context, call *Call, d Decision) (grant string, err error)
}

// Attributor is an [Approver] that knows whose yes a grant is. It is asked once
// about each grant that was just claimed, for [Record.Approver].
type Attributor interface {
	// ApprovedBy returns the approver's name as their transport knew it, or ""
	// where it isn't known.
	ApprovedBy(grant string) string
}

// Snapshotter saves what a call's actions would change or delete. Snapshot
// returns once the copy is durable, with its id, or "" where there is nothing
// to save. An error that wraps [ErrBudget] says that it is more than may be
// saved. It must be safe for concurrent use.
type Snapshotter interface {
	Snapshot(ctx context.Context, call *Call) (id string, err error)
}

// Container says what will run a call and what the operating system will hold
// then. It is asked before Decide, with the call's actions known, and what it
// says must be so when the handler runs. An error refuses.
type Container interface {
	Contain(ctx context.Context, call *Call) (Engine, Tier, error)
}

// Config holds the parts of an [Enforcer].
type Config struct {
	// Inspector, Guard and Audit must be set: without them nothing can be
	// judged or recorded.
	Inspector Inspector
	Guard     Guard
	Audit     Auditor
	// Approver may be nil: then Ask is Deny.
	Approver Approver
	// Backup may be nil: then a call that requires a backup is refused.
	Backup Snapshotter
	// Container may be nil: then nothing is contained, and a call that requires
	// a tier is refused.
	Container Container
}

// Enforcer carries decisions out (a policy enforcement point). The zero value
// and nil refuse every call. It is safe for concurrent use.
type Enforcer struct {
	c Config
}

// New returns an Enforcer. It refuses a configuration that could not allow
// anything.
func New(c Config) (*Enforcer, error) {
	switch {
	case c.Inspector == nil:
		return nil, errors.New("guard: Config.Inspector is nil: nothing would say what a call does")
	case c.Guard == nil:
		return nil, errors.New("guard: Config.Guard is nil: nothing would be allowed")
	case c.Audit == nil:
		return nil, errors.New("guard: Config.Audit is nil: no call runs without a record")
	}
	return &Enforcer{c: c}, nil
}

// Decide judges a call without any side effect: nothing is filed, saved,
// recorded or run. It is what tests and dry runs call.
func (e *Enforcer) Decide(ctx context.Context, call Call) Decision {
	return e.judge(ctx, &call)
}

// Do judges the call and, where it is allowed, runs it; it returns what run
// returns. A call that isn't carried out gives a *DeniedError. Do is the one
// place that fixes the order of things:
//
//	inspect, decide, find the grant, probe containment, snapshot,
//	record decided, claim the grant, run, record finished
//
// A failure at any step refuses the call, and the refusal is recorded where
// it can be. run gets a context that [Step] knows. If run panics, the finished
// record is written and the panic goes on.
func (e *Enforcer) Do(ctx context.Context, call Call, run func(context.Context) (Outcome, error)) error {
	call.ID = rand.Text()
	d := e.judge(ctx, &call)
	rec := Record{Phase: PhaseDecided, Call: &call, Decision: d}
	if run == nil {
		return e.refuse(ctx, rec, "the call has no handler", nil)
	}
	if d.Effect == Deny {
		return e.refuse(ctx, rec, "", nil)
	}
	if d.Effect == Ask {
		if err := e.find(ctx, &call, d); err != nil {
			return e.refuse(ctx, rec, unapproved(err), err)
		}
	}
	if err := satisfied(&call, d); err != nil {
		return e.refuse(ctx, rec, err.Error(), err)
	}
	var err error
	unbacked := false
	if rec.Snapshot, err = e.snapshot(ctx, &call, d); err != nil {
		if !unsaved(d, err) {
			return e.refuse(ctx, rec, noBackup, err)
		}
		// A yes to the call with a backup isn't one to the call without.
		d, unbacked = askUnsaved(d), true
		rec.Decision = d
		if err := e.find(ctx, &call, d); err != nil {
			return e.refuse(ctx, rec, unapproved(err), err)
		}
	}
	if err := ctx.Err(); err != nil {
		return e.refuse(ctx, rec, "the call was cancelled", err)
	}
	if err := e.record(ctx, rec); err != nil {
		return &DeniedError{Call: &call, Decision: denied(d, "the record could not be written"), Err: err}
	}
	rec.Phase = PhaseFinished
	if d.Effect == Ask {
		if rec.Grant, err = e.claim(ctx, &call, d); err != nil {
			return e.refuse(ctx, rec, "the approval could not be claimed", err)
		}
		rec.Approver = e.approvedBy(rec.Grant)
	}
	s := &running{e: e, call: &call, granted: rec.Grant != "", unbacked: unbacked}
	return s.run(ctx, rec, run)
}

// run starts the handler and records how it ended, whatever happens.
func (s *running) run(ctx context.Context, rec Record, run func(context.Context) (Outcome, error)) (err error) {
	start := time.Now()
	returned := false
	defer func() {
		s.ended.Store(true)
		rec.Started, rec.Duration = true, time.Since(start)
		switch {
		case !returned:
			rec.Err = "the handler panicked"
		case err != nil:
			rec.Err = err.Error()
		}
		if e := s.e.record(ctx, rec); e != nil && returned {
			err = errors.Join(err, &UnrecordedError{Call: rec.Call.ID, Err: e})
		}
	}()
	rec.Outcome, err = run(context.WithValue(ctx, runningKey{}, s))
	returned = true
	return err
}

// refuse records a refusal and returns it. The reason, where there is one,
// replaces the decision's, which allowed or asked.
func (e *Enforcer) refuse(ctx context.Context, rec Record, reason string, err error) error {
	var pending *PendingError
	var rejected *RejectedError
	if errors.As(err, &rejected) {
		rec.Request, rec.Approver = rejected.Request, rejected.By
	}
	if errors.As(err, &pending) {
		rec.Request = pending.Request
	} else if reason != "" {
		rec.Decision = denied(rec.Decision, reason)
	}
	if err != nil {
		rec.Err = err.Error()
	}
	if rerr := e.record(ctx, rec); rerr != nil {
		err = errors.Join(err, rerr)
	}
	return &DeniedError{Call: rec.Call, Decision: rec.Decision, Err: err}
}

// denied is the decision d turned into a refusal.
func denied(d Decision, reason string) Decision {
	if d.Effect == Ask && d.Reason != "" {
		reason += " (" + d.Reason + ")"
	}
	d.Effect, d.Reason = Deny, reason
	return d
}

// judge fills the call in place and decides it.
func (e *Enforcer) judge(ctx context.Context, call *Call) Decision {
	if e == nil || e.c.Inspector == nil || e.c.Guard == nil || e.c.Audit == nil {
		return Refuse("no guard is configured")
	}
	if err := ctx.Err(); err != nil {
		return Refuse("the call was cancelled")
	}
	if err := decode(call); err != nil {
		return Refuse("%v", err)
	}
	for range maxRejudge {
		before := version(e.c.Guard)
		if d := e.judgeOnce(ctx, call); version(e.c.Guard) == before {
			return d
		}
	}
	return Refuse("the policy is being changed: make the call again")
}

// maxRejudge is how often a call is judged whose policy changes meanwhile.
const maxRejudge = 4

// judgeOnce finds the call's actions and decides them.
func (e *Enforcer) judgeOnce(ctx context.Context, call *Call) Decision {
	err := safely("inspector", func() (err error) {
		call.Actions, err = e.c.Inspector.Inspect(ctx, call)
		return err
	})
	if err != nil {
		call.Actions = nil
		return Refuse("%v", err)
	}
	if len(call.Actions) == 0 {
		return Refuse("nothing says what this call does")
	}
	if err := e.contain(ctx, call); err != nil {
		return Refuse("%v", err)
	}
	return decide(ctx, e.c.Guard, call)
}

// decode makes Raw and Args agree. Raw is the handler's truth.
func decode(call *Call) (err error) {
	if len(call.Raw) == 0 {
		if call.Args == nil {
			call.Args = map[string]any{}
		}
		if call.Raw, err = json.Marshal(call.Args); err != nil {
			return fmt.Errorf("arguments: %w", err)
		}
	} else {
		call.Raw = slices.Clone(call.Raw)
	}
	call.Args, err = ParseArgs(call.Raw)
	return err
}

func (e *Enforcer) contain(ctx context.Context, call *Call) error {
	call.Engine, call.Tier = EngineNone, TierNone
	if e.c.Container == nil {
		return nil
	}
	return safely("container", func() (err error) {
		call.Engine, call.Tier, err = e.c.Container.Contain(ctx, call)
		return err
	})
}

// satisfied checks the requirements that don't need to be carried out: the
// tier, and that each is known.
func satisfied(call *Call, d Decision) error {
	for _, r := range d.Require {
		if r == RequireBackup || r == RequireBackupOrAsk {
			continue
		}
		tier, ok := r.Tier()
		if !ok {
			return fmt.Errorf("the policy requires %q, which nothing here provides", string(r))
		}
		if call.Tier < tier {
			return fmt.Errorf("the policy requires containment by %s, and this call would run with %s", tier, call.Tier)
		}
	}
	return nil
}

func (e *Enforcer) find(ctx context.Context, call *Call, d Decision) error {
	if e.c.Approver == nil {
		return errors.New("nobody is configured to approve")
	}
	return safely("approver", func() error { return e.c.Approver.Find(ctx, call, d) })
}

// unapproved is the reason of a call without a grant.
func unapproved(err error) string {
	if r := (*RejectedError)(nil); errors.As(err, &r) {
		return r.Error()
	}
	return "no approval stands"
}

func (e *Enforcer) claim(ctx context.Context, call *Call, d Decision) (grant string, err error) {
	err = safely("approver", func() (err error) {
		grant, err = e.c.Approver.Claim(ctx, call, d)
		return err
	})
	if err == nil && grant == "" {
		err = errors.New("approver: a claim without a grant")
	}
	return grant, err
}

// approvedBy says whose yes a grant is. A name that can't be told stops nothing.
func (e *Enforcer) approvedBy(grant string) (name string) {
	if a, ok := e.c.Approver.(Attributor); ok {
		_ = safely("approver", func() error { name = a.ApprovedBy(grant); return nil })
	}
	return name
}

const noBackup = "the backup that the policy requires could not be made"

// unsaved reports whether a human's yes may stand in for a backup that failed.
func unsaved(d Decision, err error) bool {
	return errors.Is(err, ErrBudget) && !d.Requires(RequireBackup)
}

// askUnsaved is the decision d turned into a question, because what the call
// would destroy can't be saved.
func askUnsaved(d Decision) Decision {
	reason := "it would run without a backup: " + ErrBudget.Error()
	if d.Effect == Ask && d.Reason != "" {
		reason = d.Reason + "; " + reason
	}
	d.Effect, d.Reason = Ask, reason
	return d
}

func (e *Enforcer) snapshot(ctx context.Context, call *Call, d Decision) (id string, err error) {
	if !d.Requires(RequireBackup) && !d.Requires(RequireBackupOrAsk) {
		return "", nil
	}
	if e.c.Backup == nil {
		return "", errors.New("no backup is configured")
	}
	err = safely("backup", func() (err error) {
		id, err = e.c.Backup.Snapshot(ctx, call)
		return err
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

// record writes a record even when the call's context has ended.
func (e *Enforcer) record(ctx context.Context, r Record) error {
	if e == nil || e.c.Audit == nil {
		return nil // there is nowhere to write; the call is refused already
	}
	r.Time = time.Now()
	return safely("audit", func() error { return e.c.Audit.Append(context.WithoutCancel(ctx), r) })
}

// safely turns a part's panic into its error, so that a part that fails
// refuses.
func safely(part string, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%s: panic: %v", part, v)
		}
	}()
	return f()
}

// running is a call whose handler runs; Step finds it in the context.
type running struct {
	e        *Enforcer
	call     *Call
	granted  bool // a human was asked
	unbacked bool // and told that nothing is saved
	ended    atomic.Bool
}

type runningKey struct{}

// Step judges, backs up and records what the running call is about to do, with
// the real words, before it does it; nil means go on. The newest policy
// decides. A grant covers an Ask only for an action that the human was shown;
// any other Ask is refused, and says to run it as a call of its own. Outside a
// call, after it has ended, and without actions, Step refuses.
//
// Paths in the actions must be resolved and zoned by whoever calls Step. It is
// safe for concurrent use within one call.
func Step(ctx context.Context, actions ...Action) error {
	s, _ := ctx.Value(runningKey{}).(*running)
	if s == nil || s.ended.Load() || len(actions) == 0 {
		return &DeniedError{Call: &Call{Actions: actions}, Decision: Refuse("no call runs here")}
	}
	call := *s.call
	call.Actions = slices.Clone(actions)
	return s.step(ctx, &call)
}

func (s *running) step(ctx context.Context, call *Call) error {
	d := decide(ctx, s.e.c.Guard, call)
	rec := Record{Phase: PhaseStepped, Call: call, Decision: d}
	switch {
	case ctx.Err() != nil:
		return s.e.refuse(ctx, rec, "the call was cancelled", ctx.Err())
	case d.Effect == Deny:
		return s.e.refuse(ctx, rec, "", nil)
	case d.Effect == Ask && !s.covers(call.Actions):
		return s.e.refuse(ctx, rec, "nobody was shown this when the call was approved: run this as a call of its own", nil)
	}
	if err := satisfied(call, d); err != nil {
		return s.e.refuse(ctx, rec, err.Error(), err)
	}
	var err error
	if rec.Snapshot, err = s.e.snapshot(ctx, call, d); err != nil {
		if !unsaved(d, err) || !s.unbacked || !s.covers(call.Actions) {
			return s.e.refuse(ctx, rec, noBackup, err)
		}
		rec.Decision = askUnsaved(d)
	}
	if err := s.e.record(ctx, rec); err != nil {
		return &DeniedError{Call: call, Decision: denied(d, "the record could not be written"), Err: err}
	}
	return nil
}

// covers reports whether the grant's request showed every one of the actions.
func (s *running) covers(actions []Action) bool {
	if !s.granted {
		return false
	}
	for i := range actions {
		if !slices.ContainsFunc(s.call.Actions, func(shown Action) bool { return shown.Same(&actions[i]) }) {
			return false
		}
	}
	return true
}
