// Package approvaltest holds the tests that every [approval.Store] must pass,
// for the stores of this library and for others'.
package approvaltest

import (
	"context"
	"encoding/binary"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/approval"
)

// Store tests what the documentation of [approval.Store] promises. fresh makes
// a new, empty store and returns a function that opens it: each call gives a
// handle of its own, as another process would have, or the same one where
// there can be only one.
func Store(t *testing.T, fresh func(t *testing.T) (open func() approval.Store)) {
	for name, test := range map[string]func(*testing.T, func() approval.Store){
		"empty": testEmpty, "swap": testSwap, "stale": testStale, "copies": testCopies, "refusals": testRefusals,
		"list": testList, "handles": testHandles, "ended context": testEnded, "concurrent": testConcurrent,
		"watch": testWatch,
	} {
		t.Run(name, func(t *testing.T) { test(t, fresh(t)) })
	}
}

const id = "0a-z9"

func testEmpty(t *testing.T, open func() approval.Store) {
	e, err := open().Get(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, approval.Entry{ID: id}, e)
	require.Empty(t, list(t, open()))
}

func testSwap(t *testing.T, open func() approval.Store) {
	s := open()
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for v, data := range [][]byte{[]byte("one"), all, {}, []byte("four"), make([]byte, 1<<20)} {
		require.NoError(t, s.Swap(t.Context(), id, uint64(v), data))
		e, err := s.Get(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, id, e.ID)
		require.Equal(t, uint64(v+1), e.Version)
		require.Equal(t, string(data), string(e.Data))
	}
	e, err := s.Get(t.Context(), "0a-z")
	require.NoError(t, err)
	require.Zero(t, e.Version, "an id that begins another is another")
}

// A version that has been used never comes back, even where its data is gone.
func testStale(t *testing.T, open func() approval.Store) {
	s := open()
	for v := range uint64(5) {
		require.NoError(t, s.Swap(t.Context(), id, v, []byte{byte(v)}))
		for old := range uint64(8) {
			if old != v+1 {
				require.ErrorIs(t, s.Swap(t.Context(), id, old, []byte("stale")), approval.ErrConflict)
			}
		}
	}
	require.Error(t, s.Swap(t.Context(), id, 1<<64-1, []byte("wraps around")))
	e, err := s.Get(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, approval.Entry{ID: id, Version: 5, Data: []byte{4}}, e)
}

func testCopies(t *testing.T, open func() approval.Store) {
	s := open()
	data := []byte("mine")
	require.NoError(t, s.Swap(t.Context(), id, 0, data))
	data[0] = 'X'
	for range 2 {
		e, err := s.Get(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, "mine", string(e.Data))
		e.Data[0] = 'Y'
	}
}

func testRefusals(t *testing.T, open func() approval.Store) {
	s := open()
	for _, bad := range []string{
		"", ".", "..", "a/b", "/a", "../a", `a\b`, "a.1", "a.", ".a", "A", "a b", "a\x00b", "ä", "a:b", "a\n", "%2e", "a_b",
		strings.Repeat("a", 129),
	} {
		_, err := s.Get(t.Context(), bad)
		require.Error(t, err, "%q", bad)
		require.Error(t, s.Swap(t.Context(), bad, 0, []byte("x")), "%q", bad)
	}
	require.NoError(t, s.Swap(t.Context(), strings.Repeat("a", 128), 0, nil))
	require.Error(t, s.Swap(t.Context(), id, 0, make([]byte, 1<<20+1)))
	e, err := s.Get(t.Context(), id)
	require.NoError(t, err)
	require.Zero(t, e.Version)
}

func testList(t *testing.T, open func() approval.Store) {
	s := open()
	want := map[string]approval.Entry{}
	for i := range 70 {
		id := strings.Repeat("a", i+1)
		for v := range uint64(i%3 + 1) {
			require.NoError(t, s.Swap(t.Context(), id, v, []byte{byte(i), byte(v)}))
			want[id] = approval.Entry{ID: id, Version: v + 1, Data: []byte{byte(i), byte(v)}}
		}
	}
	require.Equal(t, want, list(t, s))
	for _, err := range s.List(t.Context()) {
		require.NoError(t, err)
		break // a caller may stop
	}
}

func testHandles(t *testing.T, open func() approval.Store) {
	a, b := open(), open()
	require.NoError(t, a.Swap(t.Context(), id, 0, []byte("a")))
	require.ErrorIs(t, b.Swap(t.Context(), id, 0, []byte("b")), approval.ErrConflict)
	require.NoError(t, b.Swap(t.Context(), id, 1, []byte("b")))
	for _, s := range []approval.Store{a, b, open()} {
		e, err := s.Get(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, approval.Entry{ID: id, Version: 2, Data: []byte("b")}, e)
		require.Len(t, list(t, s), 1)
	}
}

func testEnded(t *testing.T, open func() approval.Store) {
	s := open()
	require.NoError(t, s.Swap(t.Context(), id, 0, []byte("x")))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Get(ctx, id)
	require.Error(t, err)
	require.Error(t, s.Swap(ctx, id, 1, []byte("y")))
	for _, err := range s.List(ctx) {
		require.Error(t, err)
	}
	require.Equal(t, "x", string(list(t, s)[id].Data))
}

// Writers that each add one to a counter by Get and Swap lose nothing, and
// readers never see it go back or vanish.
func testConcurrent(t *testing.T, open func() approval.Store) {
	const writers, each = 8, 10
	require.NoError(t, open().Swap(t.Context(), id, 0, make([]byte, 8)))
	var writing, reading sync.WaitGroup
	var done atomic.Bool
	for range writers {
		s := open()
		writing.Go(func() {
			for range each {
				if err := increment(t.Context(), s); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 2 {
		s := open()
		reading.Go(func() {
			for last := uint64(1); !done.Load(); {
				e, err := s.Get(t.Context(), id)
				if err != nil || e.Version < last || binary.BigEndian.Uint64(e.Data) != e.Version-1 {
					t.Errorf("after version %d: %v, %v", last, e, err)
					return
				}
				last = e.Version
			}
		})
	}
	writing.Wait()
	done.Store(true)
	reading.Wait()
	e, err := open().Get(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, uint64(writers*each), binary.BigEndian.Uint64(e.Data))
	require.Equal(t, uint64(writers*each+1), e.Version)
}

// Who looks only when told misses no change that another handle makes. Stores
// that don't tell have nothing to test.
func testWatch(t *testing.T, open func() approval.Store) {
	const changes = 20
	s := open()
	w, ok := s.(approval.Watcher)
	if !ok {
		return
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	told := w.Watch(ctx)
	other := open()
	var writing sync.WaitGroup
	writing.Go(func() {
		for v := range uint64(changes) {
			if err := other.Swap(t.Context(), id, v, nil); err != nil {
				t.Error(err)
			}
			runtime.Gosched()
		}
	})
	for {
		e, err := s.Get(ctx, id)
		require.NoError(t, err)
		if e.Version == changes {
			break
		}
		<-told
	}
	writing.Wait()
	cancel()
	require.NoError(t, other.Swap(t.Context(), id, changes, nil), "a watcher that has gone is no hindrance")
}

func increment(ctx context.Context, s approval.Store) error {
	for {
		e, err := s.Get(ctx, id)
		if err != nil {
			return err
		}
		n := binary.BigEndian.Uint64(e.Data)
		err = s.Swap(ctx, id, e.Version, binary.BigEndian.AppendUint64(nil, n+1))
		if !errors.Is(err, approval.ErrConflict) {
			return err
		}
	}
}

func list(t *testing.T, s approval.Store) map[string]approval.Entry {
	out := map[string]approval.Entry{}
	for e, err := range s.List(t.Context()) {
		require.NoError(t, err)
		require.NotContains(t, out, e.ID)
		out[e.ID] = e
	}
	return out
}
