package guard_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
)

// desk is an Approver at which each request is answered in its turn.
type desk struct {
	answers  []string // "yes", "no", or "" while nobody answers; by request
	after    time.Duration
	filed    int // requests so far
	answered bool
	waits    error
}

func (d *desk) Find(context.Context, *guard.Call, guard.Decision) error {
	if !d.answered {
		if d.filed == 0 {
			d.filed++
		}
		return &guard.PendingError{Request: fmt.Sprint("r-", d.filed)}
	}
	switch d.answers[d.filed-1] {
	case "yes":
		return nil
	case "no":
		return &guard.RejectedError{Request: fmt.Sprint("r-", d.filed), By: "ann", Reason: "no"}
	}
	d.filed, d.answered = d.filed+1, false // it has expired
	return &guard.PendingError{Request: fmt.Sprint("r-", d.filed)}
}

func (d *desk) Claim(context.Context, *guard.Call, guard.Decision) (string, error) {
	d.answered = false
	return fmt.Sprint("r-", d.filed), nil
}

func (d *desk) ApprovedBy(grant string) string { return "ann for " + grant }

func (d *desk) Wait(ctx context.Context, _ string) error {
	if d.waits != nil {
		return d.waits
	}
	select {
	case <-time.After(d.after):
		d.answered = true
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestDoWaiting(t *testing.T) {
	for name, c := range map[string]struct {
		desk     desk
		wait     time.Duration
		run      bool
		inspects int
		took     time.Duration
		says     string
	}{
		"yes":                        {desk: desk{answers: []string{"yes"}, after: time.Minute}, wait: time.Hour, run: true, inspects: 2, took: time.Minute},
		"no":                         {desk: desk{answers: []string{"no"}, after: time.Minute}, wait: time.Hour, inspects: 2, took: time.Minute, says: "denied by ann: no"},
		"another request first":      {desk: desk{answers: []string{"", "yes"}, after: time.Minute}, wait: time.Hour, run: true, inspects: 3, took: 2 * time.Minute},
		"not in time":                {desk: desk{answers: []string{"yes"}, after: 2 * time.Hour}, wait: time.Hour, inspects: 1, took: time.Hour, says: "request r-1 waits for a human"},
		"not at all":                 {desk: desk{answers: []string{"yes"}, after: time.Minute}, inspects: 1, says: "request r-1 waits for a human"},
		"the bound is for all":       {desk: desk{answers: []string{"", "yes"}, after: 40 * time.Minute}, wait: time.Hour, inspects: 2, took: time.Hour, says: "request r-2 waits for a human"},
		"an approver that errs":      {desk: desk{waits: errors.New("down")}, wait: time.Hour, inspects: 1, says: "request r-1 waits for a human"},
		"answers that are no answer": {desk: desk{answers: make([]string, 99)}, wait: time.Hour, inspects: 16, says: "waits for a human"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &parts{effect: guard.Ask}
				config := p.config()
				config.Approver = &c.desk
				e, err := guard.New(config)
				require.NoError(t, err)
				ran, told := false, map[string]int{}
				began := time.Now()
				err = e.DoWaiting(t.Context(), guard.Call{Tool: "t"}, guard.Wait{
					For: c.wait, Every: 30 * time.Second,
					Tell: func(_ context.Context, request string, waited time.Duration) {
						told[request]++
						require.Equal(t, time.Since(began), waited)
					},
				}, func(context.Context) (guard.Outcome, error) { ran = true; return guard.Outcome{}, nil })
				require.Equal(t, c.run, ran)
				require.Equal(t, c.took, time.Since(began))
				inspects := 0
				for _, s := range p.trace {
					if s == "inspect" {
						inspects++
					}
				}
				require.Equal(t, c.inspects, inspects, "a call that has waited starts over")
				if c.says != "" {
					require.ErrorContains(t, err, c.says)
				} else {
					require.NoError(t, err)
				}
				if name == "yes" {
					require.InDelta(t, 2, told["r-1"], 1)
				}
			})
		})
	}
}

// A handler that ran is never run again, whatever its own error says.
func TestDoWaitingRunsOnce(t *testing.T) {
	for _, effect := range []guard.Effect{guard.Allow, guard.Ask} {
		config := (&parts{effect: effect}).config()
		config.Approver = &desk{answers: []string{"yes"}, filed: 1, answered: true}
		e, err := guard.New(config)
		require.NoError(t, err)
		n := 0
		err = e.DoWaiting(t.Context(), guard.Call{Tool: "t"}, guard.Wait{For: time.Hour}, func(context.Context) (guard.Outcome, error) {
			n++
			return guard.Outcome{}, &guard.PendingError{Request: "another"}
		})
		require.ErrorAs(t, err, new(*guard.PendingError))
		require.Equal(t, 1, n)
	}
}

func TestDoWaitingRefuses(t *testing.T) {
	for _, e := range []*guard.Enforcer{nil, {}} {
		err := e.DoWaiting(t.Context(), guard.Call{Tool: "t"}, guard.Wait{For: time.Hour}, func(context.Context) (guard.Outcome, error) { panic("ran") })
		require.ErrorContains(t, err, "no guard is configured")
	}
	e, err := guard.New((&parts{effect: guard.Allow}).config())
	require.NoError(t, err)
	require.ErrorContains(t, e.DoWaiting(t.Context(), guard.Call{Tool: "t"}, guard.Wait{For: time.Hour}, nil), "no handler")
}

// The record says who approved, and who denied what.
func TestRecordNamesTheApprover(t *testing.T) {
	p := &parts{effect: guard.Ask}
	config := p.config()
	d := &desk{answers: []string{"yes"}, filed: 1, answered: true}
	config.Approver = d
	e, err := guard.New(config)
	require.NoError(t, err)
	do := func() error {
		return e.Do(t.Context(), guard.Call{Tool: "t"}, func(context.Context) (guard.Outcome, error) { return guard.Outcome{}, nil })
	}
	require.NoError(t, do())
	last := p.records[len(p.records)-1]
	require.Equal(t, []string{"r-1", "ann for r-1"}, []string{last.Grant, last.Approver})
	d.answers, d.answered = []string{"no"}, true
	require.Error(t, do())
	last = p.records[len(p.records)-1]
	require.Equal(t, []string{"r-1", "ann", ""}, []string{last.Request, last.Approver, last.Grant})
	require.Equal(t, guard.Deny, last.Decision.Effect)
}
