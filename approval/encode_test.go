package approval_test

import (
	"bytes"
	"encoding/json"
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

// Two calls have one key if, and only if, they are the same call.
func FuzzKey(f *testing.F) {
	f.Add([]byte("\x01\x00\x01\x03"), []byte("\x01\x00\x01\x01"))
	f.Add([]byte{}, []byte{0})
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, []byte{0, 1, 0})
	f.Fuzz(func(t *testing.T, x, y []byte) {
		a, da := (&parts{x}).call()
		b, db := (&parts{y}).call()
		same := reflect.DeepEqual(a, b) && da.Policy == db.Policy
		require.Equal(t, same, approval.KeyOf(a, da) == approval.KeyOf(b, db))
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
	f.Add([]byte("runtimeguard approval record 1\n"))
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
			require.True(t, bytes.HasPrefix(data, []byte("runtimeguard approval record 1\n")), "a grant out of nothing")
		}
		all, _ := q.List(t.Context())
		for _, r := range all {
			_, _ = r.Text(), r.Summary()
		}
	})
}

// A request prints without a private part, and no key prints its secret.
func TestNothingSecretPrints(t *testing.T) {
	key := approval.NewKey()
	text, err := json.Marshal(key)
	require.NoError(t, err)
	require.Equal(t, "{}", string(text))
}
