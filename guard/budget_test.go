package guard_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
)

type snapshotFunc func() (string, error)

func (f snapshotFunc) Snapshot(context.Context, *guard.Call) (string, error) { return f() }

type findFunc func(d guard.Decision) error

func (f findFunc) Find(_ context.Context, _ *guard.Call, d guard.Decision) error { return f(d) }
func (f findFunc) Claim(context.Context, *guard.Call, guard.Decision) (string, error) {
	return "grant-1", nil
}

// Past the backup's budget a call is refused or asked, as the policy says, and
// never run without a word.
func TestPastTheBudget(t *testing.T) {
	tooMuch := fmt.Errorf("more than 5 files: %w", guard.ErrBudget)
	for _, c := range []struct {
		name    string
		effect  guard.Effect
		require []guard.Requirement
		err     error
		granted bool
		want    string // part of the refusal, or "" where it runs
		asked   bool
	}{
		{"backup is refused", guard.Allow, []guard.Requirement{"backup"}, tooMuch, true, "could not be made", false},
		{"backup-or-ask is asked", guard.Allow, []guard.Requirement{"backup-or-ask"}, tooMuch, false, "it would run without a backup: past the backup's budget", true},
		{"backup-or-ask runs with a grant", guard.Allow, []guard.Requirement{"backup-or-ask"}, tooMuch, true, "", true},
		{"both is refused", guard.Allow, []guard.Requirement{"backup-or-ask", "backup"}, tooMuch, true, "could not be made", false},
		{"another error is refused", guard.Allow, []guard.Requirement{"backup-or-ask"}, errors.New("disk full"), true, "could not be made", false},
		{"what was asked anyway runs with its grant", guard.Ask, []guard.Requirement{"backup-or-ask"}, tooMuch, true, "", true},
		{"what was asked anyway and needs it is refused", guard.Ask, []guard.Requirement{"backup"}, tooMuch, true, "could not be made", true},
		{"what fits runs", guard.Allow, []guard.Requirement{"backup-or-ask"}, nil, false, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &parts{effect: c.effect, require: c.require}
			config := p.config()
			config.Backup = snapshotFunc(func() (string, error) { return "snap-1", c.err })
			asked, ran, last := false, false, ""
			config.Approver = findFunc(func(d guard.Decision) error {
				require.Equal(t, guard.Ask, d.Effect)
				last = d.Reason
				if asked = true; !c.granted {
					return &guard.PendingError{Request: "req-1"}
				}
				return nil
			})
			e, err := guard.New(config)
			require.NoError(t, err)
			err = e.Do(t.Context(), guard.Call{}, func(context.Context) (guard.Outcome, error) {
				ran = true
				return guard.Outcome{}, nil
			})
			require.Equal(t, c.asked, asked)
			require.Equal(t, c.want == "", ran)
			if c.want != "" {
				require.ErrorContains(t, err, c.want)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.err == nil, p.records[0].Snapshot == "snap-1")
			if c.err != nil {
				require.Contains(t, p.records[0].Decision.Reason, "without a backup")
				require.Equal(t, "grant-1", p.records[1].Grant)
				require.Contains(t, last, "without a backup", "the grant that is spent is for that")
			}
		})
	}
}

// In a running call only a yes to running without a backup stands in for one.
func TestAStepPastTheBudget(t *testing.T) {
	for _, effect := range []guard.Effect{guard.Allow, guard.Ask} {
		for _, told := range []bool{false, true} {
			p := &parts{effect: effect}
			orAsk := []guard.Requirement{guard.RequireBackupOrAsk}
			if told {
				p.require = orAsk
			}
			config := p.config()
			config.Backup = snapshotFunc(func() (string, error) { return "", guard.ErrBudget })
			e, err := guard.New(config)
			require.NoError(t, err)
			require.NoError(t, e.Do(t.Context(), guard.Call{}, func(ctx context.Context) (guard.Outcome, error) {
				p.require = orAsk
				err := guard.Step(ctx, guard.Action{Kind: guard.KindUse})
				require.Equal(t, told, err == nil, "%v, told %v: %v", effect, told, err)
				return guard.Outcome{}, nil
			}))
		}
	}
}
