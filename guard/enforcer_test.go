package guard_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
)

// parts is an Enforcer's surroundings as functions, with a trace of what was
// called in which order.
type parts struct {
	mu      sync.Mutex
	trace   []string
	records []guard.Record
	effect  guard.Effect
	require []guard.Requirement
	tier    guard.Tier
	fail    string // the part that fails
	panics  string // the part that panics
}

var errPart = errors.New("secret detail /var/lib/state")

func (p *parts) at(name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trace = append(p.trace, name)
	if p.panics == name {
		panic("boom")
	}
	if p.fail == name {
		return errPart
	}
	return nil
}

type approver struct{ *parts }

func (a approver) Find(context.Context, *guard.Call, guard.Decision) error { return a.at("find") }
func (a approver) Claim(context.Context, *guard.Call, guard.Decision) (string, error) {
	return "grant-1", a.at("claim")
}

type snapshotter struct{ *parts }

func (s snapshotter) Snapshot(context.Context, *guard.Call) (string, error) {
	return "snap-1", s.at("snapshot")
}

type container struct{ *parts }

func (c container) Contain(context.Context, *guard.Call) (guard.Engine, guard.Tier, error) {
	return guard.EngineCompat, c.tier, c.at("contain")
}

func (p *parts) config() guard.Config {
	return guard.Config{
		Inspector: guard.InspectorFunc(func(_ context.Context, c *guard.Call) ([]guard.Action, error) {
			return []guard.Action{{Kind: guard.KindUse}}, p.at("inspect")
		}),
		Guard: guard.GuardFunc(func(_ context.Context, c *guard.Call) guard.Decision {
			if p.at("decide") != nil {
				return guard.Decision{}
			}
			return guard.Decision{Effect: p.effect, Require: p.require, Reason: "because"}
		}),
		Audit: guard.AuditFunc(func(_ context.Context, r guard.Record) error {
			if err := p.at(string(r.Phase)); err != nil {
				return err
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			p.records = append(p.records, r)
			return nil
		}),
		Approver:  approver{p},
		Backup:    snapshotter{p},
		Container: container{p},
	}
}

func (p *parts) do(t *testing.T, ctx context.Context) error {
	t.Helper()
	e, err := guard.New(p.config())
	require.NoError(t, err)
	return e.Do(ctx, guard.Call{Tool: "t"}, func(context.Context) (guard.Outcome, error) {
		return guard.Outcome{Exit: 3}, p.at("run")
	})
}

func TestDoKeepsTheOrder(t *testing.T) {
	p := &parts{effect: guard.Ask, require: []guard.Requirement{guard.RequireBackup}}
	require.NoError(t, p.do(t, t.Context()))
	require.Equal(t, []string{"inspect", "contain", "decide", "find", "snapshot", "decided", "claim", "run", "finished"}, p.trace)
	decided, finished := p.records[0], p.records[1]
	require.Equal(t, "snap-1", decided.Snapshot)
	require.Equal(t, "grant-1", finished.Grant)
	require.True(t, finished.Started)
	require.Equal(t, 3, finished.Outcome.Exit)
	require.Equal(t, decided.Call.ID, finished.Call.ID)
	require.NotEmpty(t, decided.Call.ID)
}

func TestDoAsksNobodyWhenAllowed(t *testing.T) {
	p := &parts{effect: guard.Allow}
	require.NoError(t, p.do(t, t.Context()))
	require.Equal(t, []string{"inspect", "contain", "decide", "decided", "run", "finished"}, p.trace)
}

// Whatever fails or panics before the handler, the handler doesn't run and
// the grant isn't spent; the agent doesn't see the failure's text.
func TestEveryFailureRefuses(t *testing.T) {
	before := []string{"inspect", "contain", "decide", "find", "snapshot", "decided"}
	for _, how := range []string{"fails", "panics"} {
		for _, part := range append(before, "claim") {
			t.Run(part+" "+how, func(t *testing.T) {
				p := &parts{effect: guard.Ask, require: []guard.Requirement{guard.RequireBackup}}
				if how == "fails" {
					p.fail = part
				} else {
					p.panics = part
				}
				err := p.do(t, t.Context())
				var denied *guard.DeniedError
				require.ErrorAs(t, err, &denied)
				require.Equal(t, guard.Deny, denied.Decision.Effect)
				require.NotContains(t, p.trace, "run")
				if part != "claim" {
					require.NotContains(t, p.trace, "claim")
				}
				if part != "decided" {
					require.NotEmpty(t, p.records, "a refusal is recorded")
				}
				if part != "inspect" && part != "contain" { // their text is for the agent
					require.NotContains(t, err.Error(), "secret detail")
				}
			})
		}
	}
}

func TestMissingPartsRefuse(t *testing.T) {
	never := func(context.Context) (guard.Outcome, error) {
		t.Error("the handler ran")
		return guard.Outcome{}, nil
	}
	var none *guard.Enforcer
	for name, e := range map[string]*guard.Enforcer{"nil": none, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, guard.Deny, e.Decide(t.Context(), guard.Call{}).Effect)
			var denied *guard.DeniedError
			require.ErrorAs(t, e.Do(t.Context(), guard.Call{}, never), &denied)
		})
	}
	for name, remove := range map[string]func(*guard.Config){
		"inspector": func(c *guard.Config) { c.Inspector = nil },
		"guard":     func(c *guard.Config) { c.Guard = nil },
		"audit":     func(c *guard.Config) { c.Audit = nil },
	} {
		t.Run(name, func(t *testing.T) {
			c := (&parts{}).config()
			remove(&c)
			e, err := guard.New(c)
			require.Error(t, err)
			require.Nil(t, e)
		})
	}
	for name, c := range map[string]struct {
		effect  guard.Effect
		require []guard.Requirement
		remove  func(*guard.Config)
		says    string
	}{
		"approver":  {guard.Ask, nil, func(c *guard.Config) { c.Approver = nil }, "no approval stands"},
		"backup":    {guard.Allow, []guard.Requirement{"backup"}, func(c *guard.Config) { c.Backup = nil }, "backup"},
		"container": {guard.Allow, []guard.Requirement{"landlock"}, func(c *guard.Config) { c.Container = nil }, "containment by landlock"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := (&parts{effect: c.effect, require: c.require, tier: guard.TierNamespace}).config()
			c.remove(&cfg)
			e, err := guard.New(cfg)
			require.NoError(t, err)
			require.ErrorContains(t, e.Do(t.Context(), guard.Call{}, never), c.says)
		})
	}
	t.Run("handler", func(t *testing.T) {
		e, err := guard.New((&parts{effect: guard.Allow}).config())
		require.NoError(t, err)
		require.ErrorContains(t, e.Do(t.Context(), guard.Call{}, nil), "no handler")
	})
}

func TestRequirements(t *testing.T) {
	for _, c := range []struct {
		name    string
		require guard.Requirement
		tier    guard.Tier
		runs    bool
	}{
		{"held", guard.RequireLandlock, guard.TierSeccomp, true},
		{"not held", guard.RequireNamespace, guard.TierSeccomp, false},
		{"unknown", "prayer", guard.TierNamespace, false},
		{"none is not a requirement", "none", guard.TierNamespace, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &parts{effect: guard.Allow, require: []guard.Requirement{c.require}, tier: c.tier}
			err := p.do(t, t.Context())
			require.Equal(t, c.runs, err == nil, "%v", err)
			require.NotContains(t, p.trace, "snapshot")
		})
	}
}

func TestPendingIsToldAndTakesNoSnapshot(t *testing.T) {
	p := &parts{effect: guard.Ask, require: []guard.Requirement{guard.RequireBackup}}
	c := p.config()
	c.Approver = pending{p}
	e, err := guard.New(c)
	require.NoError(t, err)
	err = e.Do(t.Context(), guard.Call{Tool: "t"}, func(context.Context) (guard.Outcome, error) {
		t.Error("the handler ran")
		return guard.Outcome{}, nil
	})
	var want *guard.PendingError
	require.ErrorAs(t, err, &want)
	require.Equal(t, "ask: because; request r-7 waits for a human, who answers outside of this session: make exactly the same call again after that", err.Error())
	require.Equal(t, "r-7", p.records[0].Request)
	require.Equal(t, guard.Ask, p.records[0].Decision.Effect)
	require.NotContains(t, p.trace, "snapshot")
}

type pending struct{ *parts }

func (pending) Find(context.Context, *guard.Call, guard.Decision) error {
	return &guard.PendingError{Request: "r-7"}
}
func (pending) Claim(context.Context, *guard.Call, guard.Decision) (string, error) {
	return "", &guard.PendingError{Request: "r-8"}
}

// spent finds a grant that another process spends before the claim.
type spent struct{ pending }

func (spent) Find(context.Context, *guard.Call, guard.Decision) error { return nil }

func TestALostClaimIsPendingAgain(t *testing.T) {
	p := &parts{effect: guard.Ask}
	c := p.config()
	c.Approver = spent{}
	e, err := guard.New(c)
	require.NoError(t, err)
	err = e.Do(t.Context(), guard.Call{}, func(context.Context) (guard.Outcome, error) {
		t.Error("the handler ran")
		return guard.Outcome{}, nil
	})
	require.ErrorContains(t, err, "request r-8 waits")
	last := p.records[len(p.records)-1]
	require.Equal(t, guard.PhaseFinished, last.Phase)
	require.False(t, last.Started)
	require.Equal(t, "r-8", last.Request)
}

type rejecting struct{ pending }

func (rejecting) Find(context.Context, *guard.Call, guard.Decision) error {
	return &guard.RejectedError{Request: "r-7", By: "ann", Reason: "not today\nreally"}
}

func TestANoIsTold(t *testing.T) {
	c := (&parts{effect: guard.Ask}).config()
	c.Approver = rejecting{}
	e, err := guard.New(c)
	require.NoError(t, err)
	err = e.Do(t.Context(), guard.Call{}, func(context.Context) (guard.Outcome, error) { panic("ran") })
	require.EqualError(t, err, `deny: request r-7 was denied by ann: not today\u000areally (because)`)
}

func TestPanicIsRecordedAndGoesOn(t *testing.T) {
	p := &parts{effect: guard.Allow, panics: "run"}
	require.PanicsWithValue(t, "boom", func() { _ = p.do(t, t.Context()) })
	last := p.records[len(p.records)-1]
	require.Equal(t, guard.PhaseFinished, last.Phase)
	require.True(t, last.Started)
	require.Equal(t, "the handler panicked", last.Err)
}

func TestHandlersErrorIsReturnedAndRecorded(t *testing.T) {
	p := &parts{effect: guard.Allow, fail: "run"}
	require.Equal(t, errPart, p.do(t, t.Context()))
	require.Equal(t, errPart.Error(), p.records[1].Err)
}

func TestFinishedFailureIsTold(t *testing.T) {
	p := &parts{effect: guard.Allow, fail: "finished"}
	err := p.do(t, t.Context())
	var unrecorded *guard.UnrecordedError
	require.ErrorAs(t, err, &unrecorded)
	require.ErrorIs(t, err, errPart)
	require.NotContains(t, err.Error(), "secret detail")
}

func TestEndedContextRefuses(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := &parts{effect: guard.Allow}
	require.ErrorContains(t, p.do(t, ctx), "cancelled")
	require.Len(t, p.records, 1, "the refusal is recorded although the context has ended")
}

func TestFinishedIsWrittenAfterTheContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := &parts{effect: guard.Allow}
	c := p.config()
	c.Audit = guard.AuditFunc(func(ctx context.Context, r guard.Record) error {
		p.records = append(p.records, r)
		return ctx.Err()
	})
	e, err := guard.New(c)
	require.NoError(t, err)
	require.NoError(t, e.Do(ctx, guard.Call{}, func(context.Context) (guard.Outcome, error) {
		cancel()
		return guard.Outcome{}, nil
	}))
	require.Len(t, p.records, 2)
}

func TestCallsAreReadStrictly(t *testing.T) {
	p := &parts{effect: guard.Allow}
	e, err := guard.New(p.config())
	require.NoError(t, err)
	d := e.Decide(t.Context(), guard.Call{Raw: []byte(`{"path":"/ok","PATH":"/etc/shadow"}`)})
	require.Equal(t, guard.Deny, d.Effect)
	require.Contains(t, d.Reason, "differ only in case")

	// Args can't say anything else than Raw does.
	c := p.config()
	c.Inspector = guard.InspectorFunc(func(_ context.Context, c *guard.Call) ([]guard.Action, error) {
		require.Equal(t, map[string]any{"path": "real"}, c.Args)
		return []guard.Action{{Kind: guard.KindUse}}, nil
	})
	e, err = guard.New(c)
	require.NoError(t, err)
	require.Equal(t, guard.Allow, e.Decide(t.Context(), guard.Call{
		Raw: []byte(`{"path":"real"}`), Args: map[string]any{"path": "fake"}}).Effect)
}

func TestNoActionsRefuse(t *testing.T) {
	c := (&parts{effect: guard.Allow}).config()
	c.Inspector = guard.InspectorFunc(func(context.Context, *guard.Call) ([]guard.Action, error) { return nil, nil })
	e, err := guard.New(c)
	require.NoError(t, err)
	require.Equal(t, guard.Deny, e.Decide(t.Context(), guard.Call{}).Effect)
}

func TestDecideHasNoSideEffect(t *testing.T) {
	p := &parts{effect: guard.Ask, require: []guard.Requirement{guard.RequireBackup}}
	e, err := guard.New(p.config())
	require.NoError(t, err)
	require.Equal(t, guard.Ask, e.Decide(t.Context(), guard.Call{}).Effect)
	require.Equal(t, []string{"inspect", "contain", "decide"}, p.trace)
}

// --- Step ---

var (
	shown = guard.Action{Kind: guard.KindDelete, Path: "/w/a", Resolved: "/w/a"}
	other = guard.Action{Kind: guard.KindDelete, Path: "/w/a", Resolved: "/elsewhere/a"}
)

// stepping runs inside a call whose request showed the action shown.
func stepping(t *testing.T, p *parts, run func(ctx context.Context)) error {
	t.Helper()
	c := p.config()
	c.Inspector = guard.InspectorFunc(func(context.Context, *guard.Call) ([]guard.Action, error) {
		return []guard.Action{shown}, nil
	})
	e, err := guard.New(c)
	require.NoError(t, err)
	return e.Do(t.Context(), guard.Call{}, func(ctx context.Context) (guard.Outcome, error) {
		run(ctx)
		return guard.Outcome{}, nil
	})
}

func TestStepOutsideACallRefuses(t *testing.T) {
	require.Error(t, guard.Step(t.Context(), shown))
	var kept context.Context
	require.NoError(t, stepping(t, &parts{effect: guard.Allow}, func(ctx context.Context) {
		kept = ctx
		require.Error(t, guard.Step(ctx), "no actions")
		require.NoError(t, guard.Step(ctx, shown))
	}))
	require.Error(t, guard.Step(kept, shown), "the call has ended")
}

func TestStepUsesTheNewestPolicyAndRecords(t *testing.T) {
	p := &parts{effect: guard.Allow}
	require.NoError(t, stepping(t, p, func(ctx context.Context) {
		p.require = []guard.Requirement{guard.RequireBackup}
		require.NoError(t, guard.Step(ctx, other))
		p.effect = guard.Deny
		var denied *guard.DeniedError
		require.ErrorAs(t, guard.Step(ctx, other), &denied)
	}))
	require.Equal(t, guard.PhaseStepped, p.records[1].Phase)
	require.Equal(t, "snap-1", p.records[1].Snapshot)
	require.Equal(t, []guard.Action{other}, p.records[1].Call.Actions)
	require.Equal(t, p.records[0].Call.ID, p.records[1].Call.ID)
	require.Equal(t, guard.Deny, p.records[2].Decision.Effect)
}

func TestAGrantCoversOnlyWhatWasShown(t *testing.T) {
	p := &parts{effect: guard.Ask}
	require.NoError(t, stepping(t, p, func(ctx context.Context) {
		moved := shown
		moved.Span = guard.Span{Start: 4, End: 9}
		require.NoError(t, guard.Step(ctx, moved), "where it stands doesn't matter")
		require.ErrorContains(t, guard.Step(ctx, other), "run this as a call of its own")
		require.Error(t, guard.Step(ctx, shown, other), "all of them must have been shown")
	}))
	// A call that needed no grant has none to cover an Ask.
	p = &parts{effect: guard.Allow}
	require.NoError(t, stepping(t, p, func(ctx context.Context) {
		p.effect = guard.Ask
		require.Error(t, guard.Step(ctx, shown))
	}))
}

func TestStepFailuresRefuse(t *testing.T) {
	for _, part := range []string{"snapshot", "stepped", "decide"} {
		t.Run(part, func(t *testing.T) {
			p := &parts{effect: guard.Allow}
			require.NoError(t, stepping(t, p, func(ctx context.Context) {
				p.require = []guard.Requirement{guard.RequireBackup}
				p.fail = part
				require.Error(t, guard.Step(ctx, shown))
				p.fail = ""
			}))
		})
	}
	t.Run("tier", func(t *testing.T) {
		p := &parts{effect: guard.Allow}
		require.NoError(t, stepping(t, p, func(ctx context.Context) {
			p.require = []guard.Requirement{guard.RequireNamespace}
			require.ErrorContains(t, guard.Step(ctx, shown), "containment")
		}))
	})
	t.Run("cancelled", func(t *testing.T) {
		require.NoError(t, stepping(t, &parts{effect: guard.Allow}, func(ctx context.Context) {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			require.Error(t, guard.Step(ctx, shown))
		}))
	})
}

func TestConcurrentCallsAndSteps(t *testing.T) {
	p := &parts{effect: guard.Allow}
	e, err := guard.New(p.config())
	require.NoError(t, err)
	var ran atomic.Int32
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			err := e.Do(context.Background(), guard.Call{Tool: "t"}, func(ctx context.Context) (guard.Outcome, error) {
				ran.Add(1)
				var steps sync.WaitGroup
				for range 4 {
					steps.Go(func() {
						if err := guard.Step(ctx, shown); err != nil {
							t.Error(err)
						}
					})
				}
				steps.Wait()
				return guard.Outcome{}, nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 32, ran.Load())
	require.Len(t, p.records, 32*6)
}
