package audit

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
)

func benchRecord() *guard.Record {
	call := &guard.Call{
		ID: "CALL0000000000000000000001", Tool: "run_command", Raw: []byte(`{"command":"git -C /work/app commit -m 'x'"}`),
		Principal: guard.Principal{Agent: "coder", Session: "s-1", User: "ada", Verified: true},
		Dir:       "/work/app", Engine: guard.EngineCompat, Tier: guard.TierLandlock,
		Actions: []guard.Action{
			{Kind: guard.KindExec, Program: "git", Command: "git commit", Args: []string{"-C", "/work/app", "commit", "-m", "x"}, Flags: []string{"m", "message"}, Span: guard.Span{End: 29}},
			{Kind: guard.KindWrite, Path: "/work/app/.git", Resolved: "/work/app/.git", Zone: guard.ZoneWorkspace, Recursive: true},
		},
	}
	return &guard.Record{Phase: guard.PhaseDecided, Time: time.Now(), Call: call, Decision: guard.Decision{
		Effect: guard.Allow, Policy: "5f2a7c31", Fired: []guard.Fired{{Rule: "git-daily", Pos: "policy.yaml:12", Effect: guard.Allow}},
	}}
}

// BenchmarkEncode is a record of about 700 bytes, with and without redaction;
// the difference is what redaction costs.
func BenchmarkEncode(b *testing.B) {
	full, err := newRedactor(nil)
	require.NoError(b, err)
	for name, r := range map[string]*redactor{"redacting": full, "plain": plain} {
		b.Run(name, func(b *testing.B) {
			rec := benchRecord()
			var e encoder
			b.ReportAllocs()
			for b.Loop() {
				e.reset()
				e.r = r
				require.NoError(b, e.record(rec))
			}
			b.ReportMetric(float64(len(e.buf)), "bytes")
		})
	}
}

// BenchmarkRedact is one text of 700 bytes without secrets.
func BenchmarkRedact(b *testing.B) {
	r, err := newRedactor(nil)
	require.NoError(b, err)
	text := ""
	for len(text) < 700 {
		text += "go test ./internal/server -run TestRoutes -count 1 -timeout 60s > build/out.log 2>&1 && git diff --stat HEAD~1 "
	}
	text = text[:700]
	for b.Loop() {
		if _, n := r.text(text); n > 0 {
			b.Fatal("nothing is secret here")
		}
	}
}

// FuzzQuote compares one text with what encoding/json makes of it, whatever the
// bound.
func FuzzQuote(f *testing.F) {
	full, err := newRedactor(nil)
	require.NoError(f, err)
	for _, s := range []string{"", "\"\\\b\f\n\r\t\x00\x7f", "é日\U0001F600\u2028\u202e\U000e0041", "\xff\xed\xa0\x80", "curl -u a:", "mysql -p", "password=", "://a:b@c", "-----BEGIN PRIVATE KEY-----x"} {
		f.Add(s, 200)
	}
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = 150 + limit&1023
		full.text(s) // never panics
		full.words("curl", strings.Split(s, " "))
		e := encoder{r: plain}
		e.quote(s, limit)
		require.LessOrEqual(t, len(e.buf), limit+2)
		var got, want string
		require.NoError(t, json.Unmarshal(e.buf, &got))
		data, err := json.Marshal(s)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, &want))
		if e.cut == 0 {
			require.Equal(t, want, got)
		} else {
			kept, _, _ := strings.Cut(got, "…[")
			require.True(t, strings.HasPrefix(want, kept) || strings.Contains(want, "…["))
		}
	})
}
