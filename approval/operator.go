package approval

import (
	"cmp"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/runtimeguard/runtimeguard/guard"
)

// ErrNotFound says that the store holds no such request.
var ErrNotFound = errors.New("approval: there is no such request")

// Bounds of what an approver says, in bytes.
const (
	maxWho    = 256
	maxReason = 1024
)

// minPrefix is how many characters of an ID say at least which is meant.
const minPrefix = 4

// List returns every request that the store holds, oldest first, whatever its
// state. Entries that were forged or altered are left out, and are the error,
// joined: what is returned beside an error is good.
func (q *Queue) List(ctx context.Context) ([]*Request, error) {
	var out []*Request
	var errs []error
	for e, err := range q.c.Store.List(ctx) {
		if err != nil {
			errs = append(errs, &storeError{"the store can't be listed", err})
			break
		}
		r, err := q.read(e)
		if err != nil {
			errs = append(errs, err)
		} else if r != nil {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b *Request) int {
		return cmp.Or(a.Created.Compare(b.Created), strings.Compare(a.ID, b.ID))
	})
	return out, errors.Join(errs...)
}

// Get returns the request with that ID, or the only one whose ID begins with
// it (four characters at least).
func (q *Queue) Get(ctx context.Context, id string) (*Request, error) {
	all, err := q.List(ctx)
	id = strings.ToLower(strings.TrimSpace(id))
	if len(id) < minPrefix {
		return nil, fmt.Errorf("approval: %q: give at least %d characters of a request's id", id, minPrefix)
	}
	var found []*Request
	for _, r := range all {
		if strings.HasPrefix(r.ID, id) {
			found = append(found, r)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, fmt.Errorf("approval: %q begins the ids of %d requests: give more of it", id, len(found))
	case err != nil:
		return nil, err
	}
	return nil, fmt.Errorf("%w: %q", ErrNotFound, id)
}

// Approve answers yes, once, for exactly the call that the request shows. The
// id must be given in full: it follows from what was shown, so that nothing
// else can be approved in its place. who is the approver's name as the
// transport knows it (the user of the operating system, the session of a
// console), never a part of what they sent. The signer's key must be one of
// Config.Keys. A request that was answered, has expired or is gone is refused.
// It returns the request as it now stands.
func (q *Queue) Approve(ctx context.Context, id, who string, signer crypto.Signer) (*Request, error) {
	return q.answer(ctx, id, Answer{Yes: true, Who: who}, signer)
}

// Deny answers no, with a reason in the approver's words or "". The no stands
// for the request's DenyFor, for exactly the same call under the same policy.
// It refuses what [Queue.Approve] does.
func (q *Queue) Deny(ctx context.Context, id, who, reason string, signer crypto.Signer) (*Request, error) {
	return q.answer(ctx, id, Answer{Who: who, Reason: reason}, signer)
}

func (q *Queue) answer(ctx context.Context, id string, a Answer, signer crypto.Signer) (*Request, error) {
	switch {
	case len(id) != idLen:
		return nil, fmt.Errorf("approval: %q: an answer needs the request's whole id, %d characters", id, idLen)
	case strings.TrimSpace(a.Who) == "" || len(a.Who) > maxWho:
		return nil, fmt.Errorf("approval: an answer needs the name of who gives it, at most %d bytes", maxWho)
	case len(a.Reason) > maxReason:
		return nil, fmt.Errorf("approval: the reason has %d bytes, at most %d are kept", len(a.Reason), maxReason)
	}
	r, err := q.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.State != Pending {
		return nil, &ClosedError{Request: r}
	}
	a.Time = q.now()
	a.Until = a.Time.Add(r.lasts(a.Yes))
	if err := q.sign(r, &a, signer); err != nil {
		return nil, err
	}
	version := r.version()
	r.Answer = &a
	r.State = r.at(a.Time)
	if err := q.verify(r); err != nil {
		return nil, fmt.Errorf("approval: request %s: not answered: %w", r.ID, err)
	}
	err = q.c.Store.Swap(ctx, r.storeID(), version, r.encode())
	if errors.Is(err, ErrConflict) {
		return nil, fmt.Errorf("approval: request %s has changed meanwhile: look at it again: %w", r.ID, err)
	}
	if err != nil {
		return nil, fmt.Errorf("approval: request %s: the answer could not be stored: %w", r.ID, err)
	}
	return r, nil
}

// Remove takes a request out of the store, so that a yes which hasn't been used
// is withdrawn, and a no is lifted; or an entry that was forged or altered, so
// that its call can be asked about anew. id is a request's whole ID, or the
// Entry of an [AlteredError]. Nobody's key is needed: it approves nothing.
func (q *Queue) Remove(ctx context.Context, id string) error {
	e := Entry{ID: id}
	if len(id) == idLen {
		r, err := q.Get(ctx, id)
		if err != nil {
			return err
		}
		e = Entry{ID: r.storeID(), Version: r.version()}
	} else {
		var err error
		if e, err = q.c.Store.Get(ctx, id); err != nil {
			return &storeError{"the store can't be read", err}
		}
		if len(e.Data) == 0 {
			return fmt.Errorf("%w: %q", ErrNotFound, id)
		}
	}
	if err := q.c.Store.Swap(ctx, e.ID, e.Version, nil); err != nil {
		return fmt.Errorf("approval: %s could not be removed: %w", guard.Printable(id), err)
	}
	return nil
}

func (q *Queue) sign(r *Request, a *Answer, signer crypto.Signer) (err error) {
	if signer == nil {
		return errors.New("approval: an answer needs the approver's key")
	}
	pub, ok := signer.Public().(ed25519.PublicKey)
	if !ok {
		return errors.New("approval: the approver's key isn't an Ed25519 key")
	}
	a.Key = pub
	if a.Sig, err = signer.Sign(rand.Reader, r.signed(a), crypto.Hash(0)); err != nil {
		return fmt.Errorf("approval: the answer could not be signed: %w", err)
	}
	return nil
}

// ClosedError says that a request can't be answered any more.
type ClosedError struct{ Request *Request }

// Error says why, and by whom it was answered.
func (e *ClosedError) Error() string {
	s := fmt.Sprintf("approval: request %s is %s", e.Request.ID, e.Request.State)
	if a := e.Request.Answer; a != nil {
		s += fmt.Sprintf(": %s answered at %s", a.Who, a.Time.Format(time.RFC3339))
	}
	return guard.Printable(s)
}
