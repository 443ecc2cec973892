package approval_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/approval/approvaltest"
	"github.com/runtimeguard/runtimeguard/guard"
)

// parts deals bytes out as the fields of a call: few letters and short words,
// so that the fuzzer finds neighbours that a careless encoding would mix up.
type parts struct{ data []byte }

func (p *parts) next(n int) int {
	if len(p.data) == 0 {
		return 0
	}
	b := int(p.data[0])
	p.data = p.data[1:]
	return b % n
}

func (p *parts) word() string {
	b := make([]byte, p.next(4))
	for i := range b {
		b[i] = "a\x00\x01b"[p.next(4)]
	}
	return string(b)
}

func (p *parts) words() (out []string) {
	for range p.next(3) {
		out = append(out, p.word())
	}
	return out
}

func (p *parts) call() (*guard.Call, guard.Decision) {
	c := &guard.Call{Tool: p.word(), Raw: []byte(p.word()), Dir: p.word(), Engine: guard.Engine(p.word()), Tier: guard.Tier(p.next(4))}
	c.Principal = guard.Principal{Agent: p.word(), Session: p.word(), User: p.word(), Verified: p.next(2) == 1}
	for range p.next(3) {
		c.Actions = append(c.Actions, guard.Action{
			Kind: guard.Kind(p.word()), Program: p.word(), Command: p.word(), Args: p.words(), Flags: p.words(), Via: p.words(),
			Path: p.word(), Resolved: p.word(), Pattern: p.next(2) == 1, Zone: guard.Zone(p.word()), Root: p.next(2) == 1,
			Recursive: p.next(2) == 1, Host: p.word(), Opaque: p.next(2) == 1, Reason: p.word(), Hash: [32]byte{byte(p.next(2))},
		})
	}
	return c, guard.Decision{Policy: p.word()}
}

// Two calls have one key if, and only if, they are the same call: tried on
// neighbours, which differ in one choice.
func FuzzKey(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		data := make([]byte, 60)
		for i := range data {
			data[i] = byte(r.IntN(12))
		}
		f.Add(data, r.IntN(60), byte(r.IntN(12)))
	}
	f.Fuzz(func(t *testing.T, x []byte, at int, b byte) {
		y := bytes.Clone(x)
		if at >= 0 && at < len(y) {
			y[at] = b
		}
		one, d1 := (&parts{x}).call()
		two, d2 := (&parts{y}).call()
		same := reflect.DeepEqual(one, two) && d1.Policy == d2.Policy
		require.Equal(t, same, approval.KeyOf(one, d1) == approval.KeyOf(two, d2))
	})
}

// Any bytes: no panic, and what is read is exactly what would be written.
func FuzzDecode(f *testing.F) {
	s := newSide(f, approval.Memory())
	call, d := approvaltest.Call()
	for range 2 {
		_ = s.Find(f.Context(), call, d)
		all, err := s.List(f.Context())
		require.NoError(f, err)
		f.Add(s.entry(f).Data)
		_, err = s.Approve(f.Context(), all[0].ID, "ann", s.key)
		require.NoError(f, err)
		f.Add(s.entry(f).Data)
		_, err = s.Claim(f.Context(), call, d)
		require.NoError(f, err)
		f.Add(s.entry(f).Data)
	}
	f.Add([]byte("runtimeguard approval record 2\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		again, err := approval.Reencode(data)
		if err == nil {
			require.True(t, bytes.Equal(data, again))
		}
		store := approval.Memory()
		require.NoError(t, store.Swap(t.Context(), s.entry(t).ID, 0, nil))
		require.NoError(t, store.Swap(t.Context(), s.entry(t).ID, 1, data))
		q := (&side{store: store, key: s.key, now: s.now}).queue(t)
		if q.Find(t.Context(), call, d) == nil {
			require.True(t, bytes.HasPrefix(data, []byte("runtimeguard approval record 2\n")), "a grant out of nothing")
		}
		all, _ := q.List(t.Context())
		for _, r := range all {
			_, _ = r.Text(), r.Summary()
		}
	})
}

// A key marshals to nothing.
func TestNothingSecretPrints(t *testing.T) {
	key := approval.NewKey()
	text, err := json.Marshal(map[string]any{"key": key})
	require.NoError(t, err)
	require.Equal(t, `{"key":{}}`, string(text))
}
