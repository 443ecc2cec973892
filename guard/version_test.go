package guard_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
)

// swapped is a guard whose rules may be swapped at any time.
type swapped struct{ version *uint64 }

func (s swapped) Version() uint64 { return *s.version }
func (s swapped) Decide(_ context.Context, call *guard.Call) guard.Decision {
	if call.Actions[0].Path == "" {
		panic("boom")
	}
	return guard.Decision{Effect: guard.Allow, Reason: call.Actions[0].Reason}
}

// A call whose policy is swapped between Inspect and Decide is judged again by
// the newer one, and refused where that doesn't end.
func TestACallIsJudgedByOneVersion(t *testing.T) {
	for swaps, want := range map[int]guard.Effect{0: guard.Allow, 1: guard.Allow, 3: guard.Allow, 1000: guard.Deny} {
		version, inspected := uint64(7), 0
		e, err := guard.New(guard.Config{
			Inspector: guard.InspectorFunc(func(context.Context, *guard.Call) ([]guard.Action, error) {
				if inspected++; inspected <= swaps {
					version++
				}
				return []guard.Action{{Kind: guard.KindRead, Path: "/x"}}, nil
			}),
			Guard: guard.All(guard.GuardFunc(swapped{&version}.Decide), swapped{&version}),
			Audit: guard.AuditFunc(func(context.Context, guard.Record) error { return nil }),
		})
		require.NoError(t, err)
		require.Equal(t, want, e.Decide(t.Context(), guard.Call{Tool: "t"}).Effect, "%d swaps", swaps)
		require.Equal(t, min(swaps+1, 4), inspected)
	}
}

// A version that can't be told doesn't stand in the way of the decision, which
// denies where the guard panics.
func TestAVersionThatPanics(t *testing.T) {
	e, err := guard.New(guard.Config{
		Inspector: guard.InspectorFunc(func(context.Context, *guard.Call) ([]guard.Action, error) { return []guard.Action{{}}, nil }),
		Guard:     swapped{},
		Audit:     guard.AuditFunc(func(context.Context, guard.Record) error { return nil }),
	})
	require.NoError(t, err)
	d := e.Decide(t.Context(), guard.Call{Tool: "t"})
	require.Equal(t, guard.Deny, d.Effect)
	require.Contains(t, d.Reason, "the guard failed")
}
