package runtimeguard

import (
	"context"
	"crypto"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/audit"
	"github.com/runtimeguard/runtimeguard/backup"
	"github.com/runtimeguard/runtimeguard/guard"
)

// Operator is a person at a state folder. What they do by its methods is in the
// folder's log, beside the calls of agents, as records of
// [guard.PhaseOperated]. Nothing that can't be recorded is restored or pruned; a
// halt, its end and answers stand all the same, and the error is a
// *[guard.UnrecordedError]. An answer isn't recorded where there is no log, or
// one that is out of this user's reach: it is signed, and the host records
// whose it is when it is used. An Operator is a value, and safe for concurrent
// use.
type Operator struct {
	// State is the state folder, or "" for a person who has none at hand.
	State string
	// Who is the person's name as the system knows them, and Session what they
	// are in, such as a session of the console, or "".
	Who, Session string
}

// Halt is [Halt], recorded.
func (o Operator) Halt(ctx context.Context, reason string) error {
	if err := Halt(o.State, reason); err != nil {
		return err
	}
	return o.done(ctx, o.record("halt", reason))
}

// Resume is [Resume], recorded.
func (o Operator) Resume(ctx context.Context) error {
	if err := Resume(o.State); err != nil {
		return err
	}
	return o.done(ctx, o.record("resume", ""))
}

// Approve is [approval.Queue.Approve], recorded.
func (o Operator) Approve(ctx context.Context, q *approval.Queue, id string, key crypto.Signer) (*approval.Request, error) {
	r, err := q.Approve(ctx, id, o.Who, key)
	if err != nil {
		return nil, err
	}
	return r, o.answered(ctx, "approve", r.ID, "")
}

// Deny is [approval.Queue.Deny], recorded.
func (o Operator) Deny(ctx context.Context, q *approval.Queue, id, reason string, key crypto.Signer) (*approval.Request, error) {
	r, err := q.Deny(ctx, id, o.Who, reason, key)
	if err != nil {
		return nil, err
	}
	return r, o.answered(ctx, "deny", r.ID, reason)
}

// Remove is [approval.Queue.Remove], recorded.
func (o Operator) Remove(ctx context.Context, q *approval.Queue, id string) error {
	if err := q.Remove(ctx, id); err != nil {
		return err
	}
	return o.answered(ctx, "remove", id, "")
}

func (o Operator) answered(ctx context.Context, what, request, reason string) error {
	rec := o.record(what, reason)
	rec.Request, rec.Approver = request, o.Who
	var u *guard.UnrecordedError
	err := o.done(ctx, rec)
	if errors.As(err, &u) && (errors.Is(u.Err, fs.ErrNotExist) || errors.Is(u.Err, fs.ErrPermission)) {
		return nil
	}
	return err
}

// Restore is [backup.Vault.Apply], recorded before it begins, with every path
// that it changes, and after it has ended, with what came of it.
func (o Operator) Restore(ctx context.Context, v *backup.Vault, plan *backup.Plan) (result backup.Result, err error) {
	rec := o.record("restore", fmt.Sprintf("snapshot %s: %s", plan.Snapshot, counted(len(plan.Changes), "change")))
	rec.Call.Actions = plan.Actions()
	err = o.around(ctx, &rec, func() error {
		result, err = v.Apply(ctx, plan)
		rec.Snapshot = result.Undo
		rec.Decision.Reason = fmt.Sprintf("snapshot %s: %s", plan.Snapshot, tally(result.Outcomes))
		return err
	})
	return result, err
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// tally counts outcomes: "1 create, 1 failed, 2 overwrite".
func tally(outcomes []backup.Outcome) string {
	n := map[string]int{}
	for _, o := range outcomes {
		if o.Err != nil {
			n["failed"]++
		} else {
			n[string(o.Op)]++
		}
	}
	var out []string
	for _, what := range slices.Sorted(maps.Keys(n)) {
		out = append(out, fmt.Sprintf("%d %s", n[what], what))
	}
	if len(out) == 0 {
		return "nothing was changed"
	}
	return strings.Join(out, ", ")
}

// Prune is [backup.Vault.Prune], recorded before and after.
func (o Operator) Prune(ctx context.Context, v *backup.Vault, keep backup.Keep, progress func(done, total int)) (p backup.Pruned, err error) {
	rec := o.record("prune", fmt.Sprintf("keep: age %s, count %d, bytes %d", keep.Age, keep.Count, keep.Bytes))
	err = o.around(ctx, &rec, func() error {
		p, err = v.Prune(ctx, keep, progress)
		rec.Decision.Reason = fmt.Sprintf("%s and %s removed", counted(len(p.Snapshots), "snapshot"), counted(p.Objects, "content"))
		return err
	})
	return p, err
}

// record begins the record of something that an operator does.
func (o Operator) record(what, reason string) guard.Record {
	return guard.Record{
		Phase:    guard.PhaseOperated,
		Call:     &guard.Call{ID: rand.Text(), Tool: what, Principal: guard.Principal{User: o.Who, Session: o.Session, Verified: true}},
		Decision: guard.Decision{Effect: guard.Allow, Reason: reason},
	}
}

// done records what has been done.
func (o Operator) done(ctx context.Context, rec guard.Record) error {
	log, err := o.open()
	if err == nil {
		err = errors.Join(write(ctx, log, rec), log.Close())
	}
	if err != nil {
		return &guard.UnrecordedError{Call: rec.Call.ID, Err: err}
	}
	return nil
}

// around does something between the record of its beginning and that of its
// end.
func (o Operator) around(ctx context.Context, rec *guard.Record, do func() error) error {
	log, err := o.open()
	if err == nil {
		if err = write(ctx, log, *rec); err != nil {
			err = errors.Join(err, log.Close())
		}
	}
	if err != nil {
		return fmt.Errorf("%s: nothing was done, since it can't be recorded: %w", rec.Call.Tool, err)
	}
	start := time.Now()
	err = do()
	rec.Started, rec.Duration, rec.Outcome.Failed = true, time.Since(start), err != nil
	if err != nil {
		rec.Err = err.Error()
	}
	if lost := errors.Join(write(ctx, log, *rec), log.Close()); lost != nil {
		err = errors.Join(err, &guard.UnrecordedError{Call: rec.Call.ID, Err: lost})
	}
	return err
}

// SpentTwice returns the grants that were spent more than once, as the log in a
// folder has it: somebody has put a spent grant back into the store. Lines that
// can't be read are passed over; [audit.Verify] finds those.
func SpentTwice(ctx context.Context, log string) (grants []string, err error) {
	spent := map[string]int{}
	for e, err := range audit.Query(ctx, log, audit.Filter{Event: string(guard.PhaseFinished)}) {
		if err != nil && e.Raw == nil {
			return nil, err
		}
		if grant := e.Record.Grant; err == nil && grant != "" {
			if spent[grant]++; spent[grant] == 2 {
				grants = append(grants, grant)
			}
		}
	}
	return grants, nil
}

// open opens the log, which a guard has begun.
func (o Operator) open() (*audit.Log, error) {
	dir := AuditDir(o.State)
	if o.State == "" {
		return nil, fs.ErrNotExist
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, err
	}
	return audit.Open(dir, audit.Config{})
}

// write writes a record, even where an interrupt has ended the context.
func write(ctx context.Context, log *audit.Log, rec guard.Record) error {
	rec.Time = time.Now()
	return log.Append(context.WithoutCancel(ctx), rec)
}
