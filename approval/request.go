package approval

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"github.com/runtimeguard/runtimeguard/guard"
)

// State says where a [Request] stands.
type State string

// The states. Each follows from the one before it by one Swap; expiry needs
// none.
const (
	Pending  State = "pending"  // nobody has answered
	Approved State = "approved" // a yes stands, unspent
	Denied   State = "denied"   // a no stands
	Spent    State = "spent"    // the yes has been used
	Expired  State = "expired"  // nobody answered in time, or the answer's time is over
)

// Bounds of a request.
const (
	// MaxRequestSize is how many bytes a request may have. What is larger is
	// more than a human can judge, and is refused.
	MaxRequestSize = 256 << 10
	// MaxArgsShown is how many bytes of the arguments a request keeps; of
	// longer ones it keeps the first three quarters and the last quarter of
	// that, the length and the SHA-256.
	MaxArgsShown = 16 << 10
)

// Request is one question to a human: may exactly this call run, once? It is
// a snapshot of what the store held when it was read, and isn't safe for
// concurrent changes.
type Request struct {
	// ID names the request to agents and humans: 16 characters that follow
	// from everything below up to UseWithin, so that no other request has it
	// and no altered one keeps it.
	ID string
	// Key is the SHA-256 of the call and the actions shown.
	Key [32]byte

	// The call.
	Tool      string
	Args      Excerpt // its arguments' exact bytes
	Dir       string
	Principal guard.Principal
	Engine    guard.Engine
	Tier      guard.Tier
	Policy    string // digest of the policy that asks
	Actions   []guard.Action
	Previews  []Preview // what the first of the actions change or run

	// Why it is asked: the decision's words, and the index in Actions of the
	// action that decided, or -1.
	Reason  string
	Fired   []guard.Fired
	Require []guard.Requirement
	Decided int

	// Created is when it was filed, DecideBy until when it can be answered.
	// A yes is good for UseWithin from then, a no stands for DenyFor.
	Created, DecideBy  time.Time
	UseWithin, DenyFor time.Duration

	// State is how things stood when the request was read.
	State State
	// Answer is the answer, or nil.
	Answer *Answer
	// Spent is when the yes was used, or zero.
	Spent time.Time

	epoch uint64   // the store's version at which it was filed
	nonce [16]byte // so that an agent can't choose the ID
	seen  [32]byte // digest of all that the human is shown
}

// Digest is the SHA-256 of everything that a human is shown of the request. An
// answer's signature covers it.
func (r *Request) Digest() [32]byte { return r.seen }

// Answer is a human's yes or no, signed.
type Answer struct {
	Yes    bool
	Who    string            // who answered, as their transport says
	Reason string            // in their words, or ""
	Time   time.Time         // when
	Until  time.Time         // a yes can be used, a no stands, until then
	Key    ed25519.PublicKey // what verifies Sig
	Sig    []byte
}

// Excerpt is a text, or the head and the tail of a long one.
type Excerpt struct {
	Size       int      // bytes of the whole
	Sum        [32]byte // SHA-256 of the whole
	Head, Tail string   // Head is the whole, or Tail ends it
}

func excerpt(b []byte) Excerpt {
	e := Excerpt{Size: len(b), Sum: sha256.Sum256(b), Head: string(b)}
	if len(b) > MaxArgsShown {
		e.Head, e.Tail = string(b[:MaxArgsShown/4*3]), string(b[len(b)-MaxArgsShown/4:])
	}
	return e
}

// Cut returns how many bytes are missing between Head and Tail.
func (e *Excerpt) Cut() int { return e.Size - len(e.Head) - len(e.Tail) }

// valid reports whether excerpt could have made it.
func (e *Excerpt) valid() bool {
	if e.Size > MaxArgsShown {
		return len(e.Head) == MaxArgsShown/4*3 && len(e.Tail) == MaxArgsShown/4
	}
	return e.Size == len(e.Head) && e.Tail == "" && e.Sum == sha256.Sum256([]byte(e.Head))
}

// newRequest is the question whether the call may run. The slices are the
// call's.
func newRequest(call *guard.Call, d guard.Decision, tool func(string) (guard.Tool, bool)) *Request {
	r := &Request{
		Tool: call.Tool, Args: excerpt(call.Raw), Dir: call.Dir, Principal: call.Principal,
		Engine: call.Engine, Tier: call.Tier, Policy: d.Policy, Actions: call.Actions,
		Previews: previews(call, tool),
		Reason:   d.Reason, Fired: d.Fired, Require: d.Require,
	}
	r.Decided = slices.IndexFunc(call.Actions, func(a guard.Action) bool { return d.Action != nil && a.Same(d.Action) })
	r.Key = r.key()
	return r
}

// file completes a request for being stored as the version given.
func (r *Request) file(version uint64, now time.Time, c *Config) error {
	r.epoch, r.Created, r.DecideBy = version, now, now.Add(c.DecideWithin)
	r.UseWithin, r.DenyFor = c.UseWithin, c.DenyFor
	rand.Read(r.nonce[:])
	r.seal()
	if n := len(r.encode()); n > MaxRequestSize {
		return fmt.Errorf("approval: the request has %d bytes, at most %d can be judged by a human: split the call", n, MaxRequestSize)
	}
	return nil
}

// at returns the state at a time.
func (r *Request) at(now time.Time) State {
	switch a := r.Answer; {
	case !r.Spent.IsZero():
		return Spent
	case a == nil && now.Before(r.DecideBy):
		return Pending
	case a == nil || !now.Before(a.Until):
		return Expired
	case a.Yes:
		return Approved
	default:
		return Denied
	}
}

// version is the one version of the store at which the request may stand as
// it is: each step takes one Swap. An older file put back under a new version
// doesn't fit.
func (r *Request) version() uint64 {
	v := r.epoch
	if r.Answer != nil {
		v++
	}
	if !r.Spent.IsZero() {
		v++
	}
	return v
}
