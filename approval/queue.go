package approval

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Bounds of a store's content, in requests.
const (
	maxOpenInAll = 1024 // pending, of all sessions together
	maxClosed    = 1000 // spent and expired ones that are kept to be looked at
	maxTries     = 100  // rounds of one call against faster ones
)

// Config says how a [Queue] works.
type Config struct {
	// Store must be set.
	Store Store
	// Keys are the approvers' public keys, at least one. An answer signed with
	// another is none. Without its key, a standing answer is refused.
	Keys []ed25519.PublicKey
	// DecideWithin is how long a request can be answered; 0: an hour.
	DecideWithin time.Duration
	// UseWithin is how long a yes can be used; 0: 15 minutes.
	UseWithin time.Duration
	// DenyFor is how long a no stands; 0: 24 hours.
	DenyFor time.Duration
	// MaxOpen is how many pending requests a session may have; 0: 32.
	MaxOpen int
	// Tool returns a tool's binding, so that a request can show what a write
	// changes; nil: it shows the arguments only.
	Tool func(name string) (guard.Tool, bool)
	// Notify is told of each request that this queue files; nil: nobody is.
	Notify Notifier
	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

// Queue keeps requests in a [Store] and decides what they mean. It is the
// [guard.Approver] of the host and the list of the operator. It is safe for
// concurrent use, and any number of queues in any number of processes may
// share one store.
type Queue struct {
	c      Config
	filing sync.Mutex // makes MaxOpen exact within this process

	mu    sync.Mutex
	spent map[string]*Answer // grants this queue has spent or seen spent, until they expire
}

var _ interface {
	guard.Approver
	guard.Attributor
	guard.Waiter
} = (*Queue)(nil)

// New returns a Queue. It refuses a configuration in which nothing could be
// approved, and negative bounds.
func New(c Config) (*Queue, error) {
	switch {
	case c.Store == nil:
		return nil, errors.New("approval: Config.Store is nil: there is nowhere to keep requests")
	case len(c.Keys) == 0:
		return nil, errors.New("approval: Config.Keys is empty: nobody could approve")
	case c.DecideWithin < 0 || c.UseWithin < 0 || c.DenyFor < 0 || c.MaxOpen < 0:
		return nil, errors.New("approval: a bound in Config is negative")
	}
	for _, k := range c.Keys {
		if len(k) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("approval: a key in Config.Keys has %d bytes, an Ed25519 public key has %d", len(k), ed25519.PublicKeySize)
		}
	}
	c.Keys = slices.Clone(c.Keys)
	c.DecideWithin = cmp.Or(c.DecideWithin, time.Hour)
	c.UseWithin = cmp.Or(c.UseWithin, 15*time.Minute)
	c.DenyFor = cmp.Or(c.DenyFor, 24*time.Hour)
	c.MaxOpen = cmp.Or(c.MaxOpen, 32)
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Queue{c: c, spent: map[string]*Answer{}}, nil
}

// AlteredError says that the store holds something that this package did not
// write there, or whose signature isn't a trusted approver's. It is never
// taken for an answer; the call it belongs to is refused until an operator
// has looked into it and removed the entry ([Queue.Remove]).
type AlteredError struct {
	Entry string // the store's id of the entry
	Why   string
}

// Error says which entry and why.
func (e *AlteredError) Error() string {
	return fmt.Sprintf("approval: store entry %s was forged or altered: %s; find out who wrote it, then take it out with \"approvals remove\"", guard.Printable(e.Entry), guard.Printable(e.Why))
}

// Find implements [guard.Approver]. It returns nil where an unspent grant
// stands for exactly this call. Else it files the request, unless it is
// pending already, and returns a *[guard.PendingError]; a standing no is a
// *[guard.RejectedError]. It also refuses a session's request past MaxOpen, one
// past [MaxRequestSize], and an [AlteredError].
func (q *Queue) Find(ctx context.Context, call *guard.Call, d guard.Decision) error {
	_, err := q.standing(ctx, newRequest(call, d, q.c.Tool))
	return err
}

// Claim implements [guard.Approver]. It spends the grant for exactly this
// call by one Swap and returns the request's ID. If another was faster, it
// does what Find does.
func (q *Queue) Claim(ctx context.Context, call *guard.Call, d guard.Decision) (grant string, err error) {
	want := newRequest(call, d, q.c.Tool)
	for range maxTries {
		r, err := q.standing(ctx, want)
		if err != nil {
			return "", err
		}
		version := r.version()
		r.Spent = q.now()
		err = q.c.Store.Swap(ctx, r.storeID(), version, r.encode())
		if err == nil {
			q.remember(r)
			return r.ID, nil
		}
		if !errors.Is(err, ErrConflict) {
			return "", fmt.Errorf("approval: request %s: the grant could not be spent: %w", r.ID, err)
		}
	}
	return "", errBusy
}

var errBusy = errors.New("approval: others keep changing the same request; try again")

// standing returns the grant that stands for the request. Where none does it
// sees to it that the request is filed.
func (q *Queue) standing(ctx context.Context, want *Request) (*Request, error) {
	putBack := false
	for range maxTries {
		e, err := q.c.Store.Get(ctx, want.storeID())
		if err != nil {
			return nil, &storeError{"the store can't be read", err}
		}
		r, err := q.read(e)
		if err != nil {
			return nil, err
		}
		now := q.now()
		switch {
		case r == nil:
		case r.State == Approved && now.Before(r.Answer.Time.Add(q.c.UseWithin)): // the host's own bound
			if !q.hasSpent(r) {
				return r, nil
			}
			if putBack {
				return nil, &AlteredError{Entry: e.ID, Why: "a spent grant was put back"}
			}
			putBack = true // unless it was spent after it was read: look again
			continue
		case r.State == Denied:
			return nil, &guard.RejectedError{Request: r.ID, By: r.Answer.Who, Reason: r.Answer.Reason}
		case r.State == Pending:
			return nil, &guard.PendingError{Request: r.ID}
		}
		id, err := q.file(ctx, *want, e.Version, now)
		if err == nil {
			return nil, &guard.PendingError{Request: id}
		}
		if !errors.Is(err, ErrConflict) {
			return nil, err
		}
	}
	return nil, errBusy
}

// read opens an entry of the store and checks everything that can be checked.
// Where nothing is filed it returns nil.
func (q *Queue) read(e Entry) (*Request, error) {
	if len(e.Data) == 0 {
		return nil, nil
	}
	altered := func(why string) (*Request, error) { return nil, &AlteredError{Entry: e.ID, Why: why} }
	r, err := decode(e.Data)
	switch {
	case err != nil:
		return altered(err.Error())
	case r.storeID() != e.ID:
		return altered("it holds another call's request")
	case r.version() != e.Version:
		return altered("it was written for another version: something older was put back")
	}
	r.State = r.at(q.now())
	if r.Answer == nil {
		return r, nil
	}
	switch err := q.verify(r); {
	case errors.Is(err, errUntrusted) && r.State != Approved && r.State != Denied:
		r.Answer = nil // a key that was trusted once; it is over, and nobody vouches for what it said
	case err != nil:
		return altered(err.Error())
	case r.State == Spent:
		q.remember(r)
	}
	return r, nil
}

var errUntrusted = errors.New("its answer isn't signed with a trusted key")

// verify checks that a trusted approver gave the answer, to this request,
// within its bounds.
func (q *Queue) verify(r *Request) error {
	a := r.Answer
	trusted := slices.ContainsFunc(q.c.Keys, func(k ed25519.PublicKey) bool { return k.Equal(a.Key) })
	switch {
	case !trusted:
		return errUntrusted
	case !ed25519.Verify(a.Key, r.signed(a), a.Sig):
		return errors.New("the signature of its answer doesn't fit")
	case !a.Time.Before(r.DecideBy) || a.Until.After(a.Time.Add(r.lasts(a.Yes))):
		return errors.New("its answer is out of its time")
	}
	return nil
}

// lasts is how long an answer is good for.
func (r *Request) lasts(yes bool) time.Duration {
	if yes {
		return r.UseWithin
	}
	return r.DenyFor
}

// file stores the request in place of the version given and returns its ID.
func (q *Queue) file(ctx context.Context, r Request, version uint64, now time.Time) (string, error) {
	q.filing.Lock()
	defer q.filing.Unlock()
	if e, err := q.c.Store.Get(ctx, r.storeID()); err == nil && e.Version != version {
		return "", ErrConflict // while this waited, as when many make the same call; so the store isn't listed for each
	}
	if err := q.room(ctx, &r); err != nil {
		return "", err
	}
	if err := r.file(version+1, now, &q.c); err != nil {
		return "", err
	}
	if err := q.c.Store.Swap(ctx, r.storeID(), version, r.encode()); err != nil {
		return "", fmt.Errorf("approval: the request could not be filed: %w", err)
	}
	q.notify(ctx, &r)
	return r.ID, nil
}

// room checks the bounds on open requests, and empties the oldest closed ones
// past theirs.
func (q *Queue) room(ctx context.Context, want *Request) error {
	session, all := 0, 0
	var closed []*Request
	for e, err := range q.c.Store.List(ctx) {
		if err != nil {
			return &storeError{"the store can't be listed", err}
		}
		r, err := q.read(e)
		switch {
		case err != nil || r == nil || r.Key == want.Key: // List reports altered ones; Swap knows of the request itself
		case r.State == Pending:
			all++
			if r.Principal.Session == want.Principal.Session {
				session++
			}
		case r.State == Spent || r.State == Expired:
			closed = append(closed, r)
		}
	}
	if session >= q.c.MaxOpen || all >= maxOpenInAll {
		return fmt.Errorf("approval: %d requests of this session and %d in all wait for an answer already; at most %d and %d may", session, all, q.c.MaxOpen, maxOpenInAll)
	}
	q.prune(ctx, closed)
	return nil
}

// prune empties the oldest past maxClosed. The versions stay, so that nothing
// old fits again; one that changed meanwhile is left alone.
func (q *Queue) prune(ctx context.Context, closed []*Request) {
	if len(closed) <= maxClosed {
		return
	}
	slices.SortFunc(closed, func(a, b *Request) int { return a.Created.Compare(b.Created) })
	for _, r := range closed[:len(closed)-maxClosed] {
		_ = q.c.Store.Swap(ctx, r.storeID(), r.version(), nil)
	}
}

// hasSpent reports whether this queue knows that the grant was spent.
func (q *Queue) hasSpent(r *Request) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	_, ok := q.spent[r.ID]
	return ok
}

// remember keeps in mind that a grant was spent, for as long as it could be put
// back.
func (q *Queue) remember(r *Request) {
	now := q.now()
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.spent[r.ID] != nil || now.After(r.Answer.Until) {
		return
	}
	for id, a := range q.spent {
		if now.After(a.Until) {
			delete(q.spent, id)
		}
	}
	q.spent[r.ID] = r.Answer
}

// ApprovedBy implements [guard.Attributor] for the grants that this queue has
// spent, or seen spent, and that haven't expired since. Beside the name, which the approver's
// side has said, it gives the key that signed, which nobody else could use.
func (q *Queue) ApprovedBy(grant string) string {
	q.mu.Lock()
	defer q.mu.Unlock()
	if a := q.spent[grant]; a != nil {
		return a.Who + " (" + FormatPublicKey(a.Key) + ")"
	}
	return ""
}

// now has no zone and no monotonic reading: what is stored is what is
// compared.
func (q *Queue) now() time.Time { return q.c.Now().UTC().Round(0) }

// How often a store is looked at for changes: one that doesn't tell of them,
// and one that does, in case it couldn't.
const (
	pollStore   = time.Second
	pollWatched = 5 * time.Second
)

// Watch returns a channel on which a value arrives when something in the store
// may have changed, within a second of it, at once where the store is a
// [Watcher], and now and then without reason. It is closed after ctx has ended.
func (q *Queue) Watch(ctx context.Context) <-chan struct{} {
	out := make(chan struct{}, 1)
	pause := pollStore
	var told <-chan struct{}
	if w, ok := q.c.Store.(Watcher); ok {
		told, pause = w.Watch(ctx), pollWatched
	}
	go func() {
		defer close(out)
		for ctx.Err() == nil {
			select {
			case <-ctx.Done():
				return
			case <-told:
			case <-time.After(pause):
			}
			select {
			case out <- struct{}{}:
			default:
			}
		}
	}()
	return out
}

// Wait implements [guard.Waiter]. It returns nil once the request with that ID
// is no longer pending: it was answered, it expired, or it is gone. What the
// answer was, the call finds out by starting over. It returns the context's
// error if that ends first, and [ErrNotFound] where the store doesn't hold the
// request. A store that can't be read is asked again for as long as the request
// could be answered.
func (q *Queue) Wait(ctx context.Context, id string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	changed := q.Watch(ctx) // before the first look, so that no change is missed
	over, last := time.NewTimer(q.c.DecideWithin), false
	defer over.Stop()
	for r := (*Request)(nil); ; {
		now, err := q.look(ctx, id, r)
		switch {
		case errors.As(err, new(*storeError)) && !last:
		case err != nil:
			return err
		case now == nil || now.ID != id || now.State != Pending:
			return nil
		default:
			r, last = now, false
			over.Reset(max(r.DecideBy.Sub(q.now()), pollStore))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		case <-over.C:
			last = true
		}
	}
}

// look finds a request, and where it was found before, reads it anew.
func (q *Queue) look(ctx context.Context, id string, before *Request) (*Request, error) {
	if before == nil {
		return q.Get(ctx, id)
	}
	e, err := q.c.Store.Get(ctx, before.storeID())
	if err != nil {
		return nil, &storeError{"the store can't be read", err}
	}
	return q.read(e)
}

// storeError says that the store failed, and not what it holds.
type storeError struct {
	what string
	err  error
}

func (e *storeError) Error() string { return "approval: " + e.what + ": " + e.err.Error() }
func (e *storeError) Unwrap() error { return e.err }
