package audit_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/audit"
	"github.com/runtimeguard/runtimeguard/guard"
)

// digestOf is what stands in the log for an agent's session.
func digestOf(session string) string {
	return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(session)))[:len("sha256:")+32]
}

// TestSessionIsNoSecret looks for the ids of sessions in a log: with one, a
// client of an MCP server can take part in the session.
func TestSessionIsNoSecret(t *testing.T) {
	dir, _ := filterLog(t)
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		require.NotContains(t, string(b), `"s-1"`)
		require.NotContains(t, string(b), `"s-2"`)
	}
}

// filterLog holds records that differ in one thing each.
func filterLog(t *testing.T) (dir string, at time.Time) {
	dir = t.TempDir()
	l, err := audit.Open(dir, audit.Config{NoSync: true, SegmentSize: 2000})
	require.NoError(t, err)
	at = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, change := range []func(r *guard.Record){
		func(r *guard.Record) {},
		func(r *guard.Record) { r.Call.Principal.Agent = "other" },
		func(r *guard.Record) { r.Call.Principal.Session = "s-2" },
		func(r *guard.Record) { r.Call.Principal.User = "bob \"b\"" },
		func(r *guard.Record) { r.Call.Tool = "read_file" },
		func(r *guard.Record) { r.Decision.Effect = guard.Deny },
		func(r *guard.Record) { r.Decision.Fired[0].Rule = "rm-outside" },
		func(r *guard.Record) { r.Call.Actions[1].Resolved = "/etc/app/x" },
		func(r *guard.Record) { r.Phase = guard.PhaseFinished },
		func(r *guard.Record) { r.Decision.Effect = guard.Ask },
		func(r *guard.Record) {
			r.Phase, r.Call.Tool, r.Call.Principal.Session = guard.PhaseOperated, "restore", "console 7"
		},
	} {
		r := record(i)
		r.Time = at.Add(time.Duration(i) * time.Hour)
		change(&r)
		require.NoError(t, l.Append(context.Background(), r))
	}
	require.NoError(t, l.Close())
	return dir, at
}

func ids(t *testing.T, dir string, f audit.Filter) (list []int) {
	list = []int{}
	for e, err := range audit.Query(context.Background(), dir, f) {
		require.NoError(t, err)
		var n int
		_, err = fmt.Sscanf(e.Record.Call.ID, "CALL%d", &n)
		require.NoError(t, err)
		list = append(list, n)
	}
	return list
}

func TestQuery(t *testing.T) {
	dir, at := filterLog(t)
	for name, tc := range map[string]struct {
		f    audit.Filter
		want []int
	}{
		"agent":        {audit.Filter{Agent: "other"}, []int{1}},
		"session":      {audit.Filter{Session: "s-2"}, []int{2}},
		"its digest":   {audit.Filter{Session: digestOf("s-2")}, []int{2}},
		"an operator":  {audit.Filter{Session: "console 7"}, []int{10}},
		"user":         {audit.Filter{User: "bob \"b\""}, []int{3}},
		"tool":         {audit.Filter{Tool: "read_file"}, []int{4}},
		"deny":         {audit.Filter{Effect: "deny"}, []int{5}},
		"ask":          {audit.Filter{Effect: "ask"}, []int{9}},
		"rule":         {audit.Filter{Rule: "rm-outside"}, []int{6}},
		"path above":   {audit.Filter{Path: "/etc"}, []int{7}},
		"path itself":  {audit.Filter{Path: "/etc/app/x"}, []int{7}},
		"path beside":  {audit.Filter{Path: "/etc/ap"}, []int{}},
		"event":        {audit.Filter{Event: "finished"}, []int{8}},
		"id":           {audit.Filter{ID: record(3).Call.ID}, []int{3}},
		"since, until": {audit.Filter{Tool: "run_command", Since: at.Add(2 * time.Hour), Until: at.Add(4 * time.Hour)}, []int{2, 3}},
		"two":          {audit.Filter{Agent: "coder", Rule: "rm-outside"}, []int{6}},
		"nothing":      {audit.Filter{Agent: "nobody"}, []int{}},
		"part":         {audit.Filter{Agent: "code"}, []int{}},
		"bad effect":   {audit.Filter{Effect: "maybe"}, []int{}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, tc.want, ids(t, dir, tc.f)) })
	}
	all := 0
	for _, err := range audit.Query(context.Background(), dir, audit.Filter{}) {
		require.NoError(t, err)
		all++
	}
	rep, err := audit.Verify(context.Background(), dir, audit.VerifyConfig{})
	require.NoError(t, err)
	require.EqualValues(t, rep.Lines, all)
}

func TestQueryStopsAndErrs(t *testing.T) {
	dir, _ := filterLog(t)
	for range audit.Query(context.Background(), dir, audit.Filter{}) {
		break
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, err := range audit.Query(ctx, dir, audit.Filter{}) {
		require.ErrorIs(t, err, context.Canceled)
	}
	for _, err := range audit.Query(context.Background(), filepath.Join(dir, "no"), audit.Filter{}) {
		require.ErrorIs(t, err, os.ErrNotExist)
	}
	c := load(t, dir)
	c.segs[1][1] = []byte("no line\n")
	good, bad := 0, 0
	for e, err := range audit.Query(context.Background(), c.store(t), audit.Filter{}) {
		if err != nil {
			require.Equal(t, "00000002.jsonl", e.Segment)
			require.ErrorContains(t, err, "00000002.jsonl:2")
			bad++
		} else {
			good++
		}
	}
	require.Equal(t, 1, bad)
	require.Greater(t, good, 10)
}

func TestLast(t *testing.T) {
	dir, _ := filterLog(t)
	for n := range 12 {
		list, err := audit.Last(context.Background(), dir, audit.Filter{User: "ada"}, n)
		require.NoError(t, err)
		require.Len(t, list, min(n, 10))
		if n > 0 {
			require.Equal(t, record(10).Call.ID, list[len(list)-1].Record.Call.ID)
		}
	}
}

func TestTail(t *testing.T) {
	dir := t.TempDir()
	l, err := audit.Open(dir, audit.Config{NoSync: true, SegmentSize: 3000})
	require.NoError(t, err)
	defer l.Close()
	for i := range 10 {
		require.NoError(t, l.Append(context.Background(), record(i)))
	}
	last, err := audit.Last(context.Background(), dir, audit.Filter{Tool: "run_command"}, 3)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	want := 7
	for e, err := range audit.Tail(ctx, dir, audit.Filter{Tool: "run_command"}, last[0].Seq-1) {
		require.NoError(t, err)
		require.Equal(t, record(want).Call.ID, e.Record.Call.ID)
		if want++; want >= 10 && want < 16 {
			require.NoError(t, l.Append(context.Background(), record(want)))
		}
		if want == 16 {
			cancel()
		}
	}
	require.Equal(t, 16, want)
}

func TestSinks(t *testing.T) {
	dir := t.TempDir()
	var got []audit.Entry
	block := make(chan struct{})
	slow := audit.SinkFunc(func(ctx context.Context, e audit.Entry) error {
		<-block
		return nil
	})
	l, err := audit.Open(dir, audit.Config{NoSync: true, SinkQueue: 20, CheckpointEvery: 1000, Sinks: []audit.Sink{
		audit.SinkFunc(func(ctx context.Context, e audit.Entry) error { got = append(got, e); return nil }),
		slow,
		audit.SinkFunc(func(ctx context.Context, e audit.Entry) error { panic("a sink's own fault") }),
		audit.SinkFunc(func(ctx context.Context, e audit.Entry) error { return errors.New("unreachable") }),
	}})
	require.NoError(t, err)
	const n = 100
	for i := range n {
		require.NoError(t, l.Append(context.Background(), record(i)), "a slow sink holds nothing up")
		time.Sleep(time.Millisecond / 4)
	}
	close(block)
	require.NoError(t, l.Close())
	rep, err := audit.Verify(context.Background(), dir, audit.VerifyConfig{})
	require.NoError(t, err)
	dropped := map[string]uint64{}
	for e, err := range audit.Query(context.Background(), dir, audit.Filter{Event: audit.EventDropped}) {
		require.NoError(t, err)
		dropped[e.Sink[:1]] += e.Dropped
	}
	require.Positive(t, dropped["2"], "the log says what the slow sink missed")
	require.GreaterOrEqual(t, dropped["3"], uint64(n)+2, "with the first line and the checkpoint")
	require.GreaterOrEqual(t, dropped["4"], uint64(n)+2)
	require.EqualValues(t, 1, got[0].Seq)
	for i := 1; i < len(got); i++ {
		require.Greater(t, got[i].Seq, got[i-1].Seq, "in order")
	}
	require.LessOrEqual(t, uint64(len(got)), rep.Lines)
	note := ""
	for _, e := range got {
		if e.Event == audit.EventCheckpoint {
			note = e.Note
		}
	}
	rep, err = audit.Verify(context.Background(), dir, audit.VerifyConfig{Head: []byte(note), Keys: []string{l.Key()}})
	require.NoError(t, err, "a sink can keep the heads")
	require.Positive(t, rep.Checkpoints)
}
