package approval_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/approval/approvaltest"
	"github.com/runtimeguard/runtimeguard/guard"
)

func TestMain(m *testing.M) {
	if crashes() {
		return
	}
	approvaltest.Process(func(dir string) (approval.Store, error) { return approval.OpenFolder(dir) })
	os.Exit(m.Run())
}

// crashes is set where a test process plays a part of its own.
var crashes = func() bool { return false }

// side is a queue with its clock and the approver's key.
type side struct {
	*approval.Queue
	store approval.Store
	key   approval.Key
	now   time.Time
}

func newSide(t testing.TB, store approval.Store) *side {
	s := &side{store: store, key: approval.NewKey(), now: time.Date(2026, 3, 4, 5, 6, 7, 8, time.UTC)}
	s.Queue = s.queue(t)
	return s
}

// queue is another queue on the same store, as another process has it.
func (s *side) queue(t testing.TB) *approval.Queue {
	q, err := approval.New(approval.Config{
		Store: s.store, Keys: []ed25519.PublicKey{s.key.PublicKey()}, Now: func() time.Time { return s.now },
	})
	require.NoError(t, err)
	return q
}

func pending(t *testing.T, err error) string {
	t.Helper()
	var p *guard.PendingError
	require.ErrorAs(t, err, &p)
	return p.Request
}

// granted files the call and says yes.
func (s *side) granted(t *testing.T, call *guard.Call, d guard.Decision) string {
	t.Helper()
	id := pending(t, s.Find(t.Context(), call, d))
	r, err := s.Approve(t.Context(), id, "ann", s.key)
	require.NoError(t, err)
	require.Equal(t, approval.Approved, r.State)
	return id
}

// entry is the only entry of the store.
func (s *side) entry(t testing.TB) approval.Entry {
	t.Helper()
	var out []approval.Entry
	for e, err := range s.store.List(t.Context()) {
		require.NoError(t, err)
		out = append(out, e)
	}
	require.Len(t, out, 1)
	return out[0]
}

func TestGrantIsSpentOnce(t *testing.T) {
	s := newSide(t, approval.Memory())
	call, d := approvaltest.Call()
	id := pending(t, s.Find(t.Context(), call, d))
	require.Equal(t, id, pending(t, s.Find(t.Context(), call, d)), "the same call is the same request")
	_, err := s.Claim(t.Context(), call, d)
	require.Equal(t, id, pending(t, err), "nothing to claim yet")

	r, err := s.Approve(t.Context(), id, "ann", s.key)
	require.NoError(t, err)
	require.Equal(t, "ann", r.Answer.Who)
	require.NoError(t, s.Find(t.Context(), call, d))
	require.NoError(t, s.Find(t.Context(), call, d), "finding spends nothing")

	grant, err := s.Claim(t.Context(), call, d)
	require.NoError(t, err)
	require.Equal(t, id, grant)
	r, err = s.Get(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, approval.Spent, r.State)
	require.Equal(t, s.now, r.Spent)

	_, err = s.Claim(t.Context(), call, d)
	again := pending(t, err)
	require.NotEqual(t, id, again, "a new request, never the spent one")
	require.Equal(t, again, pending(t, s.Find(t.Context(), call, d)))
	_, err = s.Approve(t.Context(), id, "ann", s.key)
	require.ErrorIs(t, err, approval.ErrNotFound)
}

func TestNoSticks(t *testing.T) {
	s := newSide(t, approval.Memory())
	call, d := approvaltest.Call()
	id := pending(t, s.Find(t.Context(), call, d))
	r, err := s.Deny(t.Context(), id, "ann", "not on a Friday", s.key)
	require.NoError(t, err)
	require.Equal(t, approval.Denied, r.State)
	var no *guard.RejectedError
	for range 2 {
		require.ErrorAs(t, s.Find(t.Context(), call, d), &no)
		_, err = s.Claim(t.Context(), call, d)
		require.ErrorAs(t, err, &no)
		require.Equal(t, guard.RejectedError{Request: id, By: "ann", Reason: "not on a Friday"}, *no)
		s.now = s.now.Add(24*time.Hour - 1)
	}
	d.Policy = "digest-2"
	require.NotEqual(t, id, pending(t, s.Find(t.Context(), call, d)), "another policy, another request")
	d.Policy = "digest-1"
	s.now = s.now.Add(1)
	require.NotEqual(t, id, pending(t, s.Find(t.Context(), call, d)), "the no has expired")
}

// A yes is to what was said as the reason too.
func TestAnotherReasonIsAnotherRequest(t *testing.T) {
	s := newSide(t, approval.Memory())
	call, d := approvaltest.Call()
	id := pending(t, s.Find(t.Context(), call, d))
	_, err := s.Approve(t.Context(), id, "ann", s.key)
	require.NoError(t, err)
	unsaved := d
	unsaved.Reason += "; it would run without a backup"
	require.NotEqual(t, id, pending(t, s.Find(t.Context(), call, unsaved)))
	require.NoError(t, s.Find(t.Context(), call, d))
}

func TestClocks(t *testing.T) {
	s := newSide(t, approval.Memory())
	call, d := approvaltest.Call()
	id := pending(t, s.Find(t.Context(), call, d))
	s.now = s.now.Add(time.Hour)
	r, err := s.Get(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, approval.Expired, r.State)
	_, err = s.Approve(t.Context(), id, "ann", s.key)
	var closed *approval.ClosedError
	require.ErrorAs(t, err, &closed)
	require.ErrorContains(t, err, "is expired")

	second := s.granted(t, call, d)
	require.NotEqual(t, id, second)
	s.now = s.now.Add(15*time.Minute - 1)
	require.NoError(t, s.Find(t.Context(), call, d))
	s.now = s.now.Add(1)
	_, err = s.Claim(t.Context(), call, d)
	require.NotEqual(t, second, pending(t, err), "a yes that wasn't used in time is over")
}

// A host's own bound holds against a request that says otherwise.
func TestHostsOwnUseWithin(t *testing.T) {
	s := newSide(t, approval.Memory())
	call, d := approvaltest.Call()
	s.granted(t, call, d)
	strict, err := approval.New(approval.Config{
		Store: s.store, Keys: []ed25519.PublicKey{s.key.PublicKey()}, UseWithin: time.Minute, Now: func() time.Time { return s.now },
	})
	require.NoError(t, err)
	require.NoError(t, strict.Find(t.Context(), call, d))
	s.now = s.now.Add(time.Minute)
	require.NoError(t, s.Find(t.Context(), call, d))
	_, err = strict.Claim(t.Context(), call, d)
	pending(t, err)
}

func TestOtherCallsAreOtherRequests(t *testing.T) {
	for name, change := range map[string]func(*guard.Call, *guard.Decision){
		"case of a word":     func(c *guard.Call, _ *guard.Decision) { c.Actions[0].Args[1] = "--Force" },
		"a link that moved":  func(c *guard.Call, _ *guard.Decision) { c.Actions[0].Resolved = "/tmp/git" },
		"a script's content": func(c *guard.Call, _ *guard.Decision) { c.Actions[0].Hash[31] = 1 },
		"a space":            func(c *guard.Call, _ *guard.Decision) { c.Raw = []byte(`{"command": "git push --force"}`) },
		"words moved":        func(c *guard.Call, _ *guard.Decision) { c.Actions[0].Args = []string{"push --force"} },
		"list moved": func(c *guard.Call, _ *guard.Decision) {
			c.Actions[0].Args, c.Actions[0].Flags = []string{"push"}, []string{"--force", "f", "force"}
		},
		"one action more": func(c *guard.Call, _ *guard.Decision) {
			c.Actions = append(c.Actions, guard.Action{Kind: guard.KindUse})
		},
		"no action":         func(c *guard.Call, _ *guard.Decision) { c.Actions = nil },
		"another policy":    func(_ *guard.Call, d *guard.Decision) { d.Policy = "digest-2" },
		"another session":   func(c *guard.Call, _ *guard.Decision) { c.Principal.Session = "s2" },
		"a label, verified": func(c *guard.Call, _ *guard.Decision) { c.Principal.Verified = true },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSide(t, approval.Memory())
			call, d := approvaltest.Call()
			id := s.granted(t, call, d)
			other, od := approvaltest.Call()
			change(other, &od)
			require.NotEqual(t, id, pending(t, s.Find(t.Context(), other, od)))
			_, err := s.Claim(t.Context(), other, od)
			require.NotEqual(t, id, pending(t, err))
			require.NoError(t, s.Find(t.Context(), call, d))
		})
	}
}

// Every field of a call, its principal and its actions counts, those too that
// a later version of guard adds.
func TestEveryFieldCounts(t *testing.T) {
	base, d := approvaltest.Call()
	skip := map[string]bool{"ID": true, "Span": true, "Actions": true, "Principal": true}
	targets := map[string]func(*guard.Call) any{
		"Call":      func(c *guard.Call) any { return c },
		"Principal": func(c *guard.Call) any { return &c.Principal },
		"Action":    func(c *guard.Call) any { return &c.Actions[0] },
	}
	for name, target := range targets {
		typ := reflect.TypeOf(target(base)).Elem()
		for i := range typ.NumField() {
			field := typ.Field(i)
			if skip[field.Name] || field.Type.Kind() == reflect.Map { // a call's Args are its Raw, decoded
				continue
			}
			t.Run(name+"."+field.Name, func(t *testing.T) {
				s := newSide(t, approval.Memory())
				s.granted(t, base, d)
				other, _ := approvaltest.Call()
				change(reflect.ValueOf(target(other)).Elem().Field(i))
				pending(t, s.Find(t.Context(), other, d))
			})
		}
	}
}

func change(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Uint8:
		v.SetUint(v.Uint() + 1)
	case reflect.Slice:
		v.Set(reflect.Append(v, reflect.New(v.Type().Elem()).Elem()))
	case reflect.Array:
		change(v.Index(v.Len() - 1))
	default:
		panic("no change for " + v.Type().String())
	}
}

// Where an action stands in the text and the id of the run make no difference.
func TestWhatDoesNotCount(t *testing.T) {
	s := newSide(t, approval.Memory())
	call, d := approvaltest.Call()
	s.granted(t, call, d)
	call.ID, call.Actions[0].Span = "run-2", guard.Span{Start: 3, End: 9}
	require.NoError(t, s.Find(t.Context(), call, d))
}

func TestOpenRequestsAreBounded(t *testing.T) {
	s := newSide(t, approval.Memory())
	ask := func(session string, n int) error {
		call, d := approvaltest.Call()
		call.Principal.Session, call.Raw = session, fmt.Appendf(nil, `{"n":%d}`, n)
		return s.Find(t.Context(), call, d)
	}
	var first string
	for n := range 32 {
		id := pending(t, ask("s1", n))
		if n == 0 {
			first = id
		}
	}
	err := ask("s1", 32)
	require.ErrorContains(t, err, "32 requests of this session")
	require.False(t, errors.As(err, new(*guard.PendingError)))
	require.Equal(t, first, pending(t, ask("s1", 0)), "those that stand still stand")
	pending(t, ask("s2", 32))
	_, err = s.Deny(t.Context(), first, "ann", "", s.key)
	require.NoError(t, err)
	pending(t, ask("s1", 32))
	require.Error(t, ask("s1", 33))
	s.now = s.now.Add(time.Hour)
	pending(t, ask("s1", 33))
}

func TestOpenRequestsAreBoundedInParallel(t *testing.T) {
	s := newSide(t, approval.Memory())
	var wg sync.WaitGroup
	var filed, refused atomic.Int32
	for n := range 64 {
		wg.Go(func() {
			call, d := approvaltest.Call()
			call.Raw = fmt.Appendf(nil, `{"n":%d}`, n)
			if errors.As(s.Find(t.Context(), call, d), new(*guard.PendingError)) {
				filed.Add(1)
			} else {
				refused.Add(1)
			}
		})
	}
	wg.Wait()
	require.Equal(t, []int32{32, 32}, []int32{filed.Load(), refused.Load()})
}

// What is over is kept to be looked at, but not for ever.
func TestClosedRequestsAreBounded(t *testing.T) {
	s := newSide(t, approval.Memory())
	for n := range 1050 {
		scratch := newSide(t, approval.Memory()) // filing in a store of its own is fast
		scratch.now = s.now.Add(time.Duration(n) * time.Second)
		call, d := approvaltest.Call()
		call.Raw = fmt.Appendf(nil, `{"n":%d}`, n)
		pending(t, scratch.Find(t.Context(), call, d))
		e := scratch.entry(t)
		require.NoError(t, s.store.Swap(t.Context(), e.ID, 0, e.Data))
	}
	s.now = s.now.Add(2 * time.Hour)
	last, d := approvaltest.Call()
	pending(t, s.Find(t.Context(), last, d))
	all, err := s.List(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 1001)
	require.Equal(t, `{"n":50}`, all[0].Args.Head, "the oldest have gone")
	call, d := approvaltest.Call()
	call.Raw = []byte(`{"n":0}`)
	s.granted(t, call, d)
	_, err = s.Claim(t.Context(), call, d)
	require.NoError(t, err, "and may come again")
}

func TestLargeRequests(t *testing.T) {
	s := newSide(t, approval.Memory())
	call, d := approvaltest.Call()
	call.Raw = []byte(`{"content":"` + strings.Repeat("a", 1<<20) + `"}`)
	id := s.granted(t, call, d)
	r, err := s.Get(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, len(call.Raw), r.Args.Size)
	require.Equal(t, len(call.Raw)-approval.MaxArgsShown, r.Args.Cut())
	require.NoError(t, s.Find(t.Context(), call, d))
	call.Raw[500_000] = 'b'
	pending(t, s.Find(t.Context(), call, d))

	call, d = approvaltest.Call()
	for range 3000 {
		call.Actions = append(call.Actions, guard.Action{Kind: guard.KindDelete, Path: "/work/project/file"})
	}
	err = s.Find(t.Context(), call, d)
	require.ErrorContains(t, err, "can be judged by a human")
	require.False(t, errors.As(err, new(*guard.PendingError)))
}

// No byte of a standing grant can be changed, and no end cut off.
func TestAlteredGrant(t *testing.T) {
	s := newSide(t, approval.Memory())
	call, d := approvaltest.Call()
	s.granted(t, call, d)
	good := s.entry(t)
	try := func(data []byte) {
		t.Helper()
		store := approval.Memory()
		require.NoError(t, store.Swap(t.Context(), good.ID, 0, nil))
		require.NoError(t, store.Swap(t.Context(), good.ID, 1, data))
		q, err := approval.New(approval.Config{Store: store, Keys: []ed25519.PublicKey{s.key.PublicKey()}, Now: func() time.Time { return s.now }})
		require.NoError(t, err)
		var altered *approval.AlteredError
		require.ErrorAs(t, q.Find(t.Context(), call, d), &altered)
		_, err = q.Claim(t.Context(), call, d)
		require.ErrorAs(t, err, &altered)
		all, err := q.List(t.Context())
		require.ErrorAs(t, err, &altered)
		require.Empty(t, all)
	}
	for i := range good.Data {
		data := append([]byte(nil), good.Data...)
		data[i] ^= 1
		try(data)
	}
	for _, data := range [][]byte{good.Data[:len(good.Data)-1], append(good.Data[:len(good.Data):len(good.Data)], 0), []byte("x"), make([]byte, 1<<20)} {
		try(data)
	}
}

// Whoever can write to the store, but has no approver's key, gains nothing.
func TestForgeries(t *testing.T) {
	for name, forge := range map[string]func(t *testing.T, s *side, call *guard.Call, d guard.Decision){
		"signed with another key": func(t *testing.T, s *side, call *guard.Call, d guard.Decision) {
			thief := &side{store: s.store, key: approval.NewKey(), now: s.now}
			thief.Queue = thief.queue(t)
			thief.granted(t, call, d)
		},
		"another call's grant": func(t *testing.T, s *side, call *guard.Call, d guard.Decision) {
			scratch := newSide(t, approval.Memory())
			scratch.key = s.key
			scratch.Queue = scratch.queue(t)
			other, _ := approvaltest.Call()
			other.Actions[0].Resolved = "/tmp/git"
			scratch.granted(t, other, d)
			e := scratch.entry(t)
			pending(t, s.Find(t.Context(), call, d))
			require.NoError(t, s.store.Swap(t.Context(), s.entry(t).ID, 1, e.Data))
		},
		"the grant of an earlier request put into a later one": func(t *testing.T, s *side, call *guard.Call, d guard.Decision) {
			s.granted(t, call, d)
			e := s.entry(t)
			other := s.queue(t)
			_, err := other.Claim(t.Context(), call, d)
			require.NoError(t, err)
			require.NoError(t, s.store.Swap(t.Context(), e.ID, 3, e.Data))
		},
		"the grant put over a later request": func(t *testing.T, s *side, call *guard.Call, d guard.Decision) {
			s.granted(t, call, d)
			e := s.entry(t)
			other := s.queue(t)
			_, err := other.Claim(t.Context(), call, d)
			require.NoError(t, err)
			pending(t, other.Find(t.Context(), call, d))
			require.NoError(t, s.store.Swap(t.Context(), e.ID, 4, e.Data))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSide(t, approval.Memory())
			call, d := approvaltest.Call()
			forge(t, s, call, d)
			var altered *approval.AlteredError
			require.ErrorAs(t, s.Find(t.Context(), call, d), &altered)
			_, err := s.Claim(t.Context(), call, d)
			require.ErrorAs(t, err, &altered)
			require.NotContains(t, err.Error(), "/")
		})
	}
}

// Even who takes files away can't have a grant spent twice by the host that
// spent it.
func TestRolledBackFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "approvals")
	s := newSide(t, openFolder(t, dir))
	call, d := approvaltest.Call()
	s.granted(t, call, d)
	e := s.entry(t)
	_, err := s.Claim(t.Context(), call, d)
	require.NoError(t, err)
	require.NoError(t, os.Remove(filepath.Join(dir, e.ID+".3")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, e.ID+".2"), e.Data, 0o600))
	var altered *approval.AlteredError
	require.ErrorAs(t, s.Find(t.Context(), call, d), &altered)
	_, err = s.Claim(t.Context(), call, d)
	require.ErrorAs(t, err, &altered)
	s.now = s.now.Add(time.Hour)
	pending(t, s.queue(t).Find(t.Context(), call, d))
}

// Nor by another process that has seen it spent, such as one whose call waited
// too, or a list of it.
func TestRolledBackFolderWasSeen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "approvals")
	s := newSide(t, openFolder(t, dir))
	call, d := approvaltest.Call()
	s.granted(t, call, d)
	e := s.entry(t)
	other := s.queue(t)
	_, err := s.Claim(t.Context(), call, d)
	require.NoError(t, err)
	_, err = other.List(t.Context())
	require.NoError(t, err)
	require.NoError(t, os.Remove(filepath.Join(dir, e.ID+".3")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, e.ID+".2"), e.Data, 0o600))
	_, err = other.Claim(t.Context(), call, d)
	require.ErrorAs(t, err, new(*approval.AlteredError))
}

// What no approver's command writes isn't taken from an approver's key either.
func TestBoundsOfAnAnswer(t *testing.T) {
	for _, c := range []struct {
		name   string
		yes    bool
		change func(r *approval.Request)
	}{
		{"a yes for longer", true, func(r *approval.Request) { r.Answer.Until = r.Answer.Until.Add(1) }},
		{"a no for longer", false, func(r *approval.Request) { r.Answer.Until = r.Answer.Until.Add(1) }},
		{"too late", true, func(r *approval.Request) {
			r.Answer.Time, r.Answer.Until = r.DecideBy, r.DecideBy.Add(r.UseWithin)
		}},
		{"a no that was used", false, func(r *approval.Request) { r.Spent = r.Answer.Time }},
		{"arguments that aren't whole", true, func(r *approval.Request) { r.Args.Head = r.Args.Head[1:] }},
		{"other arguments", true, func(r *approval.Request) { r.Args.Head = strings.Replace(r.Args.Head, "git", "rm ", 1) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSide(t, approval.Memory())
			call, d := approvaltest.Call()
			id := pending(t, s.Find(t.Context(), call, d))
			if c.yes {
				must(t)(s.Approve(t.Context(), id, "ann", s.key))
			} else {
				must(t)(s.Deny(t.Context(), id, "ann", "", s.key))
			}
			good := s.entry(t)
			e := approval.Rewrite(good.Data, s.key, c.change)
			s.store = approval.Memory()
			for v := range e.Version {
				require.NoError(t, s.store.Swap(t.Context(), e.ID, v, e.Data))
			}
			_, err := s.queue(t).List(t.Context())
			require.ErrorAs(t, err, new(*approval.AlteredError))
			if e.ID == good.ID {
				require.ErrorAs(t, s.queue(t).Find(t.Context(), call, d), new(*approval.AlteredError))
			}
		})
	}
}

// Before it says that a spent grant was put back, a queue looks again: another
// goroutine may have spent it after it was read.
func TestGrantSpentWhileItIsRead(t *testing.T) {
	s := newSide(t, approval.Memory())
	late := &lateStore{Store: s.store}
	s.store = late
	q := s.queue(t)
	call, d := approvaltest.Call()
	id := s.granted(t, call, d)
	old := s.entry(t)
	_, err := q.Claim(t.Context(), call, d)
	require.NoError(t, err)
	late.next = &old
	require.NotEqual(t, id, pending(t, q.Find(t.Context(), call, d)))
}

// At the bound too, the same call asked twice at once is one request.
func TestFiledWhileItIsRead(t *testing.T) {
	s := newSide(t, approval.Memory())
	late := &lateStore{Store: s.store}
	s.store = late
	q, err := approval.New(approval.Config{Store: late, Keys: []ed25519.PublicKey{s.key.PublicKey()}, MaxOpen: 1})
	require.NoError(t, err)
	call, d := approvaltest.Call()
	id := pending(t, q.Find(t.Context(), call, d))
	late.next = &approval.Entry{ID: s.entry(t).ID}
	require.Equal(t, id, pending(t, q.Find(t.Context(), call, d)))
}

// lateStore answers one Get with what stood before.
type lateStore struct {
	approval.Store
	next *approval.Entry
}

func (s *lateStore) Get(ctx context.Context, id string) (approval.Entry, error) {
	if e := s.next; e != nil {
		s.next = nil
		return *e, nil
	}
	return s.Store.Get(ctx, id)
}

// An agent can't work out which id its request will have.
func TestIDsCannotBeChosen(t *testing.T) {
	call, d := approvaltest.Call()
	ids := map[string]bool{}
	for range 20 {
		ids[pending(t, newSide(t, approval.Memory()).Find(t.Context(), call, d))] = true
	}
	require.Len(t, ids, 20, "the same call at the same time")
}

// A rotated key's answers don't stand, and leave no call stuck once their time
// is over.
func TestRotatedKey(t *testing.T) {
	s := newSide(t, approval.Memory())
	call, d := approvaltest.Call()
	s.granted(t, call, d)
	s.key = approval.NewKey()
	q := s.queue(t)
	var altered *approval.AlteredError
	require.ErrorAs(t, q.Find(t.Context(), call, d), &altered)
	s.now = s.now.Add(15 * time.Minute)
	all, err := q.List(t.Context())
	require.NoError(t, err)
	require.Equal(t, approval.Expired, all[0].State)
	require.Nil(t, all[0].Answer, "nobody vouches for it")
	id := pending(t, q.Find(t.Context(), call, d))
	_, err = q.Approve(t.Context(), id, "ann", s.key)
	require.NoError(t, err)
	require.NoError(t, q.Find(t.Context(), call, d))
}

func TestAnswersAreRefused(t *testing.T) {
	s := newSide(t, approval.Memory())
	call, d := approvaltest.Call()
	id := pending(t, s.Find(t.Context(), call, d))
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	for _, c := range []struct {
		name, id, who, reason string
		signer                crypto.Signer
		says                  string
	}{
		{"no id", "", "ann", "", s.key, "needs the request's whole id"},
		{"a prefix", id[:8], "ann", "", s.key, "needs the request's whole id"},
		{"no such request", "aaaaaaaaaaaaaaaa", "ann", "", s.key, "there is no such request"},
		{"nobody", id, " ", "", s.key, "needs the name of who gives it"},
		{"a long name", id, strings.Repeat("a", 257), "", s.key, "at most 256 bytes"},
		{"a long reason", id, "ann", strings.Repeat("a", 1025), s.key, "at most 1024 are kept"},
		{"no key", id, "ann", "", nil, "needs the approver's key"},
		{"an empty key", id, "ann", "", approval.Key{}, "could not be signed"},
		{"an untrusted key", id, "ann", "", approval.NewKey(), "isn't signed with a trusted key"},
		{"another kind of key", id, "ann", "", curve, "isn't an Ed25519 key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := s.Deny(t.Context(), c.id, c.who, c.reason, c.signer)
			require.ErrorContains(t, err, c.says)
			if c.reason == "" {
				_, err = s.Approve(t.Context(), c.id, c.who, c.signer)
				require.ErrorContains(t, err, c.says)
			}
			require.Equal(t, id, pending(t, s.Find(t.Context(), call, d)), "nothing was answered")
		})
	}
	_, err = s.Approve(t.Context(), id, "ann\x1b[2J", s.key)
	require.NoError(t, err)
	for _, second := range []func() (*approval.Request, error){
		func() (*approval.Request, error) { return s.Approve(t.Context(), id, "bob", s.key) },
		func() (*approval.Request, error) { return s.Deny(t.Context(), id, "bob", "", s.key) },
	} {
		_, err = second()
		var closed *approval.ClosedError
		require.ErrorAs(t, err, &closed)
		require.ErrorContains(t, err, `is approved: ann\u001b[2J answered at 2026-03-04T05:06:07Z`)
	}
}

func TestOneAnswerAmongMany(t *testing.T) {
	s := newSide(t, approval.Memory())
	call, d := approvaltest.Call()
	id := pending(t, s.Find(t.Context(), call, d))
	var wg sync.WaitGroup
	var yes, no atomic.Int32
	for i := range 32 {
		q := s.queue(t)
		wg.Go(func() {
			if i%2 == 0 {
				if _, err := q.Approve(t.Context(), id, "ann", s.key); err == nil {
					yes.Add(1)
				}
			} else if _, err := q.Deny(t.Context(), id, "bob", "", s.key); err == nil {
				no.Add(1)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, yes.Load()+no.Load())
	err := s.Find(t.Context(), call, d)
	require.Equal(t, yes.Load() == 1, err == nil)
}

func TestGet(t *testing.T) {
	s := newSide(t, approval.Memory())
	var ids []string
	for n := range 20 {
		call, d := approvaltest.Call()
		call.Raw = fmt.Appendf(nil, `{"n":%d}`, n)
		ids = append(ids, pending(t, s.Find(t.Context(), call, d)))
		s.now = s.now.Add(time.Second)
	}
	all, err := s.List(t.Context())
	require.NoError(t, err)
	for i, r := range all {
		require.Equal(t, ids[i], r.ID, "oldest first")
		require.Regexp(t, "^[a-z2-7]{16}$", r.ID)
		for _, spelling := range []string{r.ID, r.ID[:10], strings.ToUpper(r.ID[:12]) + "\n"} {
			got, err := s.Get(t.Context(), spelling)
			require.NoError(t, err)
			require.Equal(t, r, got)
		}
	}
	_, err = s.Get(t.Context(), ids[0][:3])
	require.ErrorContains(t, err, "at least 4 characters")
	_, err = s.Get(t.Context(), "zzzzzzzz")
	require.ErrorIs(t, err, approval.ErrNotFound)
}

// Two requests whose ids begin alike are told apart by nothing less.
func TestGetAmbiguous(t *testing.T) {
	s := newSide(t, approval.Memory())
	call, d := approvaltest.Call()
	entries := map[string]approval.Entry{}
	for n := 0; ; n++ {
		scratch := &side{store: approval.Memory(), key: s.key, now: s.now}
		scratch.Queue = scratch.queue(t)
		call.Raw = fmt.Appendf(nil, `{"n":%d}`, n)
		id := pending(t, scratch.Find(t.Context(), call, d))
		e := scratch.entry(t)
		if twin, ok := entries[id[:4]]; ok {
			require.NoError(t, s.store.Swap(t.Context(), e.ID, 0, e.Data))
			require.NoError(t, s.store.Swap(t.Context(), twin.ID, 0, twin.Data))
			_, err := s.Get(t.Context(), id[:4])
			require.ErrorContains(t, err, "begins the ids of 2 requests")
			r, err := s.Get(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, id, r.ID)
			return
		}
		entries[id[:4]] = e
	}
}

func TestOneGrantManyGoroutines(t *testing.T) {
	for name, store := range map[string]approval.Store{"memory": approval.Memory(), "folder": openFolder(t, filepath.Join(t.TempDir(), "a"))} {
		t.Run(name, func(t *testing.T) {
			s := newSide(t, store)
			call, d := approvaltest.Call()
			id := s.granted(t, call, d)
			var wg sync.WaitGroup
			var won atomic.Int32
			waits := make(chan string, 64)
			for range 64 {
				q := s.queue(t)
				wg.Go(func() {
					grant, err := q.Claim(t.Context(), call, d)
					var p *guard.PendingError
					if err == nil && grant == id {
						won.Add(1)
					} else if errors.As(err, &p) {
						waits <- p.Request
					} else {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			close(waits)
			require.EqualValues(t, 1, won.Load())
			next := map[string]int{}
			for w := range waits {
				next[w]++
			}
			require.Len(t, next, 1, "the losers wait for one new request")
			require.NotContains(t, next, id)
		})
	}
}

func TestWait(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, q *approval.Queue, id string, key approval.Key){
		"yes": func(t *testing.T, q *approval.Queue, id string, key approval.Key) {
			must(t)(q.Approve(t.Context(), id, "ann", key))
		},
		"no": func(t *testing.T, q *approval.Queue, id string, key approval.Key) {
			must(t)(q.Deny(t.Context(), id, "ann", "", key))
		},
		"expires": func(t *testing.T, q *approval.Queue, id string, key approval.Key) {},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				key := approval.NewKey()
				q, err := approval.New(approval.Config{Store: approval.Memory(), Keys: []ed25519.PublicKey{key.PublicKey()}})
				require.NoError(t, err)
				call, d := approvaltest.Call()
				id := pending(t, q.Find(t.Context(), call, d))
				done := make(chan time.Time)
				go func() {
					if err := q.Wait(t.Context(), id); err != nil {
						t.Error(err)
					}
					done <- time.Now()
				}()
				time.Sleep(10 * time.Minute)
				answered := time.Now()
				end(t, q, id, key)
				if name == "expires" {
					answered = answered.Add(50 * time.Minute)
				}
				require.WithinRange(t, <-done, answered, answered.Add(time.Second), "it looks once a second at least")
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		key := approval.NewKey()
		q, err := approval.New(approval.Config{Store: approval.Memory(), Keys: []ed25519.PublicKey{key.PublicKey()}})
		require.NoError(t, err)
		call, d := approvaltest.Call()
		id := pending(t, q.Find(t.Context(), call, d))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.ErrorIs(t, q.Wait(ctx, id), context.DeadlineExceeded)
		require.ErrorIs(t, q.Wait(t.Context(), "aaaaaaaaaaaaaaaa"), approval.ErrNotFound)
	})
}

func must(t *testing.T) func(*approval.Request, error) {
	return func(_ *approval.Request, err error) { require.NoError(t, err) }
}

func TestNewRefuses(t *testing.T) {
	good := []ed25519.PublicKey{approval.NewKey().PublicKey()}
	for _, c := range []struct {
		config approval.Config
		says   string
	}{
		{approval.Config{Keys: good}, "Store is nil"},
		{approval.Config{Store: approval.Memory()}, "nobody could approve"},
		{approval.Config{Store: approval.Memory(), Keys: []ed25519.PublicKey{nil}}, "has 0 bytes"},
		{approval.Config{Store: approval.Memory(), Keys: good, MaxOpen: -1}, "negative"},
		{approval.Config{Store: approval.Memory(), Keys: good, UseWithin: -1}, "negative"},
	} {
		_, err := approval.New(c.config)
		require.ErrorContains(t, err, c.says)
	}
}

// The queue does its part in the whole way of a call.
func TestInTheEnforcer(t *testing.T) {
	s := newSide(t, approval.Memory())
	call, d := approvaltest.Call()
	e, err := guard.New(guard.Config{
		Inspector: guard.InspectorFunc(func(context.Context, *guard.Call) ([]guard.Action, error) { return call.Actions, nil }),
		Guard:     guard.GuardFunc(func(context.Context, *guard.Call) guard.Decision { return d }),
		Audit:     guard.AuditFunc(func(context.Context, guard.Record) error { return nil }),
		Approver:  s,
	})
	require.NoError(t, err)
	ran := 0
	do := func() error {
		return e.Do(t.Context(), *call, func(context.Context) (guard.Outcome, error) { ran++; return guard.Outcome{}, nil })
	}
	for n := range 3 {
		id := pending(t, do())
		require.Equal(t, n, ran)
		must(t)(s.Approve(t.Context(), id, "ann", s.key))
		require.NoError(t, do())
		require.Equal(t, n+1, ran)
	}
	id := pending(t, do())
	must(t)(s.Deny(t.Context(), id, "ann", "enough", s.key))
	require.ErrorContains(t, do(), "denied by ann: enough")
	require.Equal(t, 3, ran)
}

// The name of who approved is there to be recorded, with the key that signed.
func TestApprovedBy(t *testing.T) {
	s := newSide(t, approval.Memory())
	call, d := approvaltest.Call()
	id := s.granted(t, call, d)
	require.Empty(t, s.ApprovedBy(id), "it isn't spent yet")
	must(t)(s.Get(t.Context(), id))
	_, err := s.Claim(t.Context(), call, d)
	require.NoError(t, err)
	require.Equal(t, "ann ("+s.key.String()+")", s.ApprovedBy(id))
	require.Empty(t, s.ApprovedBy("another"))
}

func TestRemove(t *testing.T) {
	s := newSide(t, approval.Memory())
	call, d := approvaltest.Call()
	id := s.granted(t, call, d)
	require.NoError(t, s.Remove(t.Context(), id))
	again := pending(t, s.Find(t.Context(), call, d))
	require.NotEqual(t, id, again, "a yes that was withdrawn is none")
	must(t)(s.Deny(t.Context(), again, "ann", "", s.key))
	require.NoError(t, s.Remove(t.Context(), again))
	third := pending(t, s.Find(t.Context(), call, d))
	e := s.entry(t)
	require.NoError(t, s.store.Swap(t.Context(), e.ID, e.Version, []byte("forged")))
	var altered *approval.AlteredError
	require.ErrorAs(t, s.Find(t.Context(), call, d), &altered)
	require.ErrorAs(t, s.Remove(t.Context(), third), &altered)
	require.NoError(t, s.Remove(t.Context(), altered.Entry))
	s.granted(t, call, d)
	for _, none := range []string{"aaaaaaaaaaaaaaaa", strings.Repeat("a", 64)} {
		require.ErrorIs(t, s.Remove(t.Context(), none), approval.ErrNotFound)
	}
	require.Error(t, s.Remove(t.Context(), "../a"))
}

// Whoever is told of a request is told once, and nothing that approves.
func TestNotify(t *testing.T) {
	s := newSide(t, approval.Memory())
	var got []approval.Notice
	q, err := approval.New(approval.Config{
		Store: s.store, Keys: []ed25519.PublicKey{s.key.PublicKey()}, Now: func() time.Time { return s.now },
		Notify: approval.NotifierFunc(func(ctx context.Context, n approval.Notice) {
			got = append(got, n)
			panic("a notifier that fails stops nothing")
		}),
	})
	require.NoError(t, err)
	call, d := approvaltest.Call()
	id := pending(t, q.Find(t.Context(), call, d))
	require.Equal(t, id, pending(t, q.Find(t.Context(), call, d)))
	r, err := s.Get(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, []approval.Notice{{Request: id, Digest: r.Digest(), Created: r.Created, DecideBy: r.DecideBy}}, got)
	require.Contains(t, r.Text(), fmt.Sprintf("%x", r.Digest()))
}
