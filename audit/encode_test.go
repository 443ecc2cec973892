package audit_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/audit"
	"github.com/runtimeguard/runtimeguard/guard"
)

// entryOf appends a record to a new log and reads it again.
func entryOf(t *testing.T, r guard.Record) audit.Entry {
	dir := t.TempDir()
	l, err := audit.Open(dir, audit.Config{NoSync: true})
	require.NoError(t, err)
	require.NoError(t, l.Append(context.Background(), r))
	require.NoError(t, l.Close())
	list, err := audit.Last(context.Background(), dir, audit.Filter{Event: string(r.Phase)}, 1)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.LessOrEqual(t, len(list[0].Raw), audit.MaxLine)
	return list[0]
}

// full is a record with every field set.
func full() guard.Record {
	r := record(1)
	r.Phase, r.Time = guard.PhaseFinished, time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	r.Call.Actions = append(r.Call.Actions, guard.Action{
		Kind: guard.KindExec, Program: "p", Command: "p q", Args: []string{"a", guard.UnknownWord, "\u202e\x1b[31m", "日本", "\U000e0041"}, Flags: []string{"f"}, Via: []string{"env", "nice"},
		Path: "/a", Resolved: "/b", Pattern: true, Zone: guard.ZoneOutside, Root: true, Recursive: true,
		Host: "example.com", Opaque: true, Reason: "why \"quoted\" \\ \n\t\r", Hash: [32]byte{1, 31: 2}, Span: guard.Span{Start: 3, End: 9},
	})
	r.Decision = guard.Decision{
		Effect: guard.Ask, Reason: "because", Action: &r.Call.Actions[2], Require: []guard.Requirement{guard.RequireBackup, guard.RequireLandlock},
		Policy: "abc", Audit: true, Observed: guard.Deny,
		Fired: []guard.Fired{{Rule: "r", Pos: "p.yaml:1", Effect: guard.Ask, Message: "m", Action: 2, Err: "e", Audit: true}, {Rule: "s", Action: -1}},
	}
	r.Request, r.Grant, r.Approver, r.Snapshot, r.Started = "req", "grant", "ada", "snap", true
	r.Outcome, r.Duration, r.Err = guard.Outcome{Exit: -1, Output: 1 << 40, Failed: true}, 1234567*time.Microsecond, "it failed"
	return r
}

func TestRoundTrip(t *testing.T) {
	want := full()
	e := entryOf(t, want)
	require.True(t, e.Exact())
	require.EqualValues(t, len(want.Call.Raw), e.ArgsSize)
	require.Equal(t, hashOf(want.Call.Raw), e.ArgsHash)
	want.Call.Raw, want.Call.Principal.Session = nil, digestOf("s-1")
	require.Equal(t, want, e.Record)
	require.NotContains(t, string(e.Raw), "\u202e", "text that hides text is escaped")
	require.NotContains(t, string(e.Raw), "\x1b")
}

// TestNoContents looks for the arguments and their values in the log.
func TestNoContents(t *testing.T) {
	r := record(1)
	r.Call.Raw = []byte(`{"path":"a.txt","content":"the text of a file"}`)
	r.Call.Args = map[string]any{"content": "the text of a file"}
	require.NotContains(t, string(entryOf(t, r).Raw), "text of a file")
}

func TestRefusedRecords(t *testing.T) {
	l, err := audit.Open(t.TempDir(), audit.Config{NoSync: true})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	for what, change := range map[string]func(r *guard.Record){
		"no call":        func(r *guard.Record) { r.Call = nil },
		"no phase":       func(r *guard.Record) { r.Phase = "" },
		"a forged event": func(r *guard.Record) { r.Phase = audit.EventCheckpoint },
		"no time":        func(r *guard.Record) { r.Time = time.Time{}.AddDate(-5, 0, 0) },
	} {
		r := record(1)
		change(&r)
		require.Error(t, l.Append(ctx, r), what)
	}
	cancel()
	require.ErrorIs(t, l.Append(ctx, record(1)), context.Canceled)
	require.NoError(t, l.Close())
	require.ErrorIs(t, l.Append(context.Background(), record(1)), audit.ErrClosed)
	require.ErrorIs(t, l.Close(), audit.ErrClosed)
}

// TestBounds appends what is far too long.
func TestBounds(t *testing.T) {
	r := full()
	for i := range 4096 {
		r.Call.Actions = append(r.Call.Actions, guard.Action{Kind: guard.KindDelete, Path: fmt.Sprintf("/w/%d", i), Resolved: fmt.Sprintf("/w/%d", i)})
		r.Decision.Fired = append(r.Decision.Fired, guard.Fired{Rule: fmt.Sprint("rule-", i), Effect: guard.Deny, Action: i})
	}
	r.Decision.Action = &r.Call.Actions[4000]
	e := entryOf(t, r)
	require.Equal(t, 2, e.Cut)
	require.False(t, e.Exact())
	require.Greater(t, len(e.Record.Call.Actions), 100)
	require.Equal(t, r.Call.Actions[:len(e.Record.Call.Actions)], e.Record.Call.Actions)
	require.Equal(t, r.Call.Actions[4000], *e.Record.Decision.Action, "the action that decided is always there")
	require.Contains(t, string(e.Raw), fmt.Sprintf(`"actions_cut":{"count":%d,"sha256":"`, len(r.Call.Actions)-len(e.Record.Call.Actions)))

	r = full()
	huge := strings.Repeat("\x01é\"", 1<<20)
	c := r.Call
	c.ID, c.Tool, c.Dir, c.Principal = huge, huge, huge, guard.Principal{Agent: huge, Session: huge, User: huge}
	r.Decision.Reason, r.Err, r.Request, r.Grant, r.Snapshot, r.Decision.Policy = huge, huge, huge, huge, huge, huge
	a := guard.Action{Kind: guard.KindExec, Program: huge, Command: huge, Path: huge, Resolved: huge, Host: huge, Reason: huge, Zone: guard.Zone(huge)}
	for range 100 {
		a.Args, a.Flags, a.Via = append(a.Args, huge[:5000]), append(a.Flags, huge[:5000]), append(a.Via, huge[:5000])
	}
	c.Actions = []guard.Action{a, a, a, a}
	r.Decision.Action = &c.Actions[3]
	r.Decision.Fired = []guard.Fired{{Rule: huge, Pos: huge, Message: huge, Err: huge}, {Rule: huge, Pos: huge, Message: huge, Err: huge}}
	r.Decision.Require = []guard.Requirement{guard.Requirement(huge)}
	e = entryOf(t, r)
	require.NotEmpty(t, e.Record.Decision.Action.Args)
	require.Contains(t, string(e.Raw), fmt.Sprintf("…[%d bytes, sha256 %s]", len(huge), hashOf([]byte(huge))))
}

// TestRedactionIsBounded gives texts in which every few bytes are a keyword,
// and looks that they neither take long nor let a secret through.
func TestRedactionIsBounded(t *testing.T) {
	secret := "hunter" + "2hunter2"
	for _, part := range []string{"://:", "curl -u ", "password=$", "authorization:", "sk-", "eyJ", "-----BEGIN ", "ldappasswd -w ", "token <<< x ", " -p ", "a:b1c2d3@h "} {
		r := record(1)
		for range 20 {
			r.Call.Actions[0].Args = append(r.Call.Actions[0].Args, strings.Repeat(part, 4000/len(part))+" password="+secret)
		}
		r.Call.Actions[0].Args = append(r.Call.Actions[0].Args, strings.Repeat(part, 1<<20/len(part))+" password="+secret)
		e := entryOf(t, r)
		require.NotContains(t, string(e.Raw), secret, part)
	}
}

func TestInvalidUTF8(t *testing.T) {
	r := record(1)
	r.Call.Actions[0].Args = []string{"a\xffb", "\uFFFD is a character"}
	e := entryOf(t, r)
	require.Equal(t, 1, e.Replaced)
	require.False(t, e.Exact())
	require.Equal(t, "a\uFFFDb", e.Record.Call.Actions[0].Args[0])
}

// FuzzEncode compares the texts of an entry with what encoding/json makes of
// them.
func FuzzEncode(f *testing.F) {
	for _, s := range []string{"", "plain", "\"\\/\b\f\n\r\t\x00\x7f", "é日\U0001F600\u2028\u202e\ufeff", "\xff\xc0\xaf\xed\xa0\x80", strings.Repeat("a\"", 600), "password=hunter2 x", guard.UnknownWord} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		r := record(1)
		r.Call.Tool = a
		r.Call.Actions[0].Args = []string{b, a}
		r.Call.Actions[1].Path = b
		e := entryOf(t, r)
		require.True(t, utf8.Valid(e.Raw))
		require.True(t, json.Valid(e.Raw))
		require.Equal(t, 1, strings.Count(string(e.Raw), "\n"))
		require.Equal(t, e.Replaced > 0 || e.Cut > 0 || e.Redacted > 0, !e.Exact())
		if e.Redacted+e.Cut > 0 {
			return
		}
		viaJSON := func(s string) (out string) {
			data, err := json.Marshal(s)
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(data, &out))
			return out
		}
		require.Equal(t, viaJSON(a), e.Record.Call.Tool)
		require.Equal(t, []string{viaJSON(b), viaJSON(a)}, e.Record.Call.Actions[0].Args)
		require.Equal(t, viaJSON(b), e.Record.Call.Actions[1].Path)
	})
}

// TestRandomRecords never finds a line that is too long or can't be read.
func TestRandomRecords(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	text := func() string {
		b := make([]byte, r.IntN(1+r.IntN(3000)))
		for i := range b {
			b[i] = byte(r.IntN(256))
		}
		return string(b)
	}
	dir := t.TempDir()
	l, err := audit.Open(dir, audit.Config{NoSync: true})
	require.NoError(t, err)
	const n = 100
	for i := range n {
		rec := record(i)
		rec.Call.Dir, rec.Err, rec.Decision.Reason = text(), text(), text()
		for range r.IntN(60) {
			a := guard.Action{Kind: guard.KindExec, Program: text(), Path: text(), Resolved: text()}
			for range r.IntN(20) {
				a.Args = append(a.Args, text())
			}
			rec.Call.Actions = append(rec.Call.Actions, a)
		}
		require.NoError(t, l.Append(context.Background(), rec))
	}
	require.NoError(t, l.Close())
	_, err = audit.Verify(context.Background(), dir, audit.VerifyConfig{})
	require.NoError(t, err)
	got := 0
	for e, err := range audit.Query(context.Background(), dir, audit.Filter{Tool: "run_command"}) {
		require.NoError(t, err)
		require.LessOrEqual(t, len(e.Raw), audit.MaxLine)
		got++
	}
	require.Equal(t, n, got)
}
