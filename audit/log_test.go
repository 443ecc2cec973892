package audit_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/audit"
	"github.com/runtimeguard/runtimeguard/guard"
)

// record is a record as a shell call makes it, about 700 bytes in the log.
func record(i int) guard.Record {
	call := &guard.Call{
		ID: fmt.Sprintf("CALL%022d", i), Tool: "run_command", Raw: []byte(`{"command":"git -C /work/app commit -m 'x'"}`),
		Principal: guard.Principal{Agent: "coder", Session: "s-1", User: "ada", Verified: true},
		Dir:       "/work/app", Engine: guard.EngineCompat, Tier: guard.TierLandlock,
		Actions: []guard.Action{
			{Kind: guard.KindExec, Program: "git", Command: "git commit", Args: []string{"-C", "/work/app", "commit", "-m", "x"}, Flags: []string{"m", "message"}, Span: guard.Span{End: 29}},
			{Kind: guard.KindWrite, Path: "/work/app/.git", Resolved: "/work/app/.git", Zone: guard.ZoneWorkspace, Recursive: true},
		},
	}
	return guard.Record{
		Phase: guard.PhaseDecided, Time: time.Now(), Call: call,
		Decision: guard.Decision{
			Effect: guard.Allow, Reason: "", Policy: "5f2a7c31", Action: &call.Actions[0],
			Fired: []guard.Fired{{Rule: "git-daily", Pos: "policy.yaml:12", Effect: guard.Allow, Action: 0}},
		},
	}
}

func TestAppendVerifyQuery(t *testing.T) {
	dir := t.TempDir()
	l, err := audit.Open(dir, audit.Config{})
	require.NoError(t, err)
	for i := range 10 {
		require.NoError(t, l.Append(context.Background(), record(i)))
	}
	require.NoError(t, l.Close())
	rep, err := audit.Verify(context.Background(), dir, audit.VerifyConfig{})
	require.NoError(t, err)
	require.EqualValues(t, 12, rep.Lines)
	require.EqualValues(t, 11, rep.Signed)
	n := 0
	for e, err := range audit.Query(context.Background(), dir, audit.Filter{Tool: "run_command", Rule: "git-daily", Path: "/work"}) {
		require.NoError(t, err)
		want := record(n)
		want.Time, want.Call.Raw, want.Call.Principal.Session = e.Record.Time, nil, digestOf("s-1")
		require.Equal(t, want, e.Record)
		n++
	}
	require.Equal(t, 10, n)
}
