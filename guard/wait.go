package guard

import (
	"cmp"
	"context"
	"errors"
	"time"
)

// Waiter is an [Approver] that can wait. Wait returns nil once the request is
// no longer pending, whatever came of it, and an error where ctx ends before
// that or nothing is known of the request.
type Waiter interface {
	Wait(ctx context.Context, request string) error
}

// Wait says how a call waits for a human.
type Wait struct {
	// For is how long it waits at most, all in all; 0: not at all.
	For time.Duration
	// Tell, where it isn't nil, is called when the waiting begins and again every
	// Every (0: 5 seconds) while it goes on.
	Tell  func(ctx context.Context, request string, waited time.Duration)
	Every time.Duration
}

// maxAsked bounds how often a waiting call starts over.
const maxAsked = 16

// DoWaiting is [Enforcer.Do] for a call that may wait for a human: where a
// request is pending, it waits as w says for the answer, and then the call
// starts over from its beginning, at Inspect, so that what runs is what stands
// then. What it returns is what the last Do returned; where the time is over
// before the answer has come, that is the pending request. An Approver that is
// no [Waiter] isn't waited for.
func (e *Enforcer) DoWaiting(ctx context.Context, call Call, w Wait, run func(context.Context) (Outcome, error)) error {
	if w.For <= 0 || run == nil {
		return e.Do(ctx, call, run)
	}
	waiting, cancel := context.WithTimeout(ctx, w.For)
	defer cancel()
	began := time.Now()
	for range maxAsked - 1 {
		started := false
		err := e.Do(ctx, call, func(ctx context.Context) (Outcome, error) {
			started = true
			return run(ctx)
		})
		var pending *PendingError
		if started || !errors.As(err, &pending) || e.wait(waiting, w, pending.Request, began) != nil {
			return err
		}
	}
	return e.Do(ctx, call, run)
}

// wait waits for one answer and tells of it meanwhile.
func (e *Enforcer) wait(ctx context.Context, w Wait, request string, began time.Time) error {
	if e == nil {
		return errors.New("no guard is configured")
	}
	waiter, ok := e.c.Approver.(Waiter)
	if err := ctx.Err(); err != nil || !ok {
		return cmp.Or(err, errors.New("the approver can't wait"))
	}
	answered := make(chan error, 1)
	go func() {
		answered <- safely("approver", func() error { return waiter.Wait(ctx, request) })
	}()
	tick := time.NewTicker(max(cmp.Or(w.Every, 5*time.Second), time.Millisecond))
	defer tick.Stop()
	for {
		if w.Tell != nil {
			w.Tell(ctx, request, time.Since(began))
		}
		select {
		case err := <-answered:
			return err
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
