package approval

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/runtimeguard/runtimeguard/guard"
)

// One description of the fields serves for writing and for reading, for the
// key, the digest and the store. Numbers are 8 bytes, big-endian; strings and
// lists have their length before them. So no two values have one encoding and
// no value has two (an empty list is nil). A change of the fields must change
// the domains.
const (
	keyDomain    = "runtimeguard approval key 2\n"
	seenDomain   = "runtimeguard approval request 2\n"
	answerDomain = "runtimeguard approval answer 2\n"
	recordMagic  = "runtimeguard approval record 2\n"
)

var errEncoding = errors.New("it isn't a record of this version")

type coder struct {
	buf     []byte // what is written, or what is left to read
	reading bool
	err     error
}

// take reads n bytes; after an error it gives zeros.
func (c *coder) take(n uint64) []byte {
	if c.err != nil || n > uint64(len(c.buf)) {
		c.err = errEncoding
		return nil
	}
	b := c.buf[:n]
	c.buf = c.buf[n:]
	return b
}

func number[N ~int | ~uint8 | ~int64 | ~uint64](c *coder, n *N) {
	if !c.reading {
		c.buf = binary.BigEndian.AppendUint64(c.buf, uint64(*n))
		return
	}
	*n = 0
	if b := c.take(8); b != nil {
		v := binary.BigEndian.Uint64(b)
		if *n = N(v); uint64(*n) != v {
			c.err = errEncoding
		}
	}
}

func text[S ~string | ~[]byte](c *coder, s *S) {
	n := uint64(len(*s))
	number(c, &n)
	if c.reading {
		*s = S(bytes.Clone(c.take(n)))
		return
	}
	c.buf = append(c.buf, *s...)
}

func (c *coder) fixed(b []byte) {
	if c.reading {
		copy(b, c.take(uint64(len(b))))
		return
	}
	c.buf = append(c.buf, b...)
}

func (c *coder) flag(b *bool) {
	var n uint64
	if *b {
		n = 1
	}
	number(c, &n)
	if n > 1 {
		c.err = errEncoding
	}
	if c.reading {
		*b = n == 1
	}
}

// time has nanoseconds and no zone.
func (c *coder) time(t *time.Time) {
	n := t.UnixNano()
	number(c, &n)
	if c.reading {
		*t = time.Unix(0, n).UTC()
	}
}

func list[T any](c *coder, l *[]T, each func(*coder, *T)) {
	n := uint64(len(*l))
	number(c, &n)
	if c.reading {
		*l = nil
	}
	for i := uint64(0); i < n && c.err == nil; i++ {
		if c.reading {
			*l = append(*l, *new(T))
		}
		each(c, &(*l)[i])
	}
}

func word[S ~string](c *coder, s *S) { text(c, s) }

// subject is what the key is taken over: the call and its actions.
func (r *Request) subject(c *coder) {
	word(c, &r.Tool)
	r.Args.code(c)
	word(c, &r.Dir)
	word(c, &r.Principal.Agent)
	word(c, &r.Principal.Session)
	word(c, &r.Principal.User)
	c.flag(&r.Principal.Verified)
	word(c, &r.Engine)
	number(c, &r.Tier)
	word(c, &r.Policy)
	word(c, &r.Reason)
	list(c, &r.Actions, action)
	list(c, &r.Previews, func(c *coder, p *Preview) {
		number(c, &p.Action)
		word(c, &p.Kind)
		p.Text.code(c)
		word(c, &p.Note)
	})
}

func (e *Excerpt) code(c *coder) {
	number(c, &e.Size)
	c.fixed(e.Sum[:])
	word(c, &e.Head)
	word(c, &e.Tail)
	if c.reading && !e.valid() {
		c.err = errEncoding
	}
}

// action leaves out Span, which is where the text of an action stands and not
// what it does.
func action(c *coder, a *guard.Action) {
	word(c, &a.Kind)
	word(c, &a.Program)
	word(c, &a.Command)
	list(c, &a.Args, word)
	list(c, &a.Flags, word)
	list(c, &a.Via, word)
	word(c, &a.Path)
	word(c, &a.Resolved)
	c.flag(&a.Pattern)
	word(c, &a.Zone)
	c.flag(&a.Root)
	c.flag(&a.Recursive)
	word(c, &a.Host)
	c.flag(&a.Opaque)
	word(c, &a.Reason)
	c.fixed(a.Hash[:])
}

// shown is everything that the human is shown, the subject included.
func (r *Request) shown(c *coder) {
	r.subject(c)
	list(c, &r.Fired, func(c *coder, f *guard.Fired) {
		word(c, &f.Rule)
		word(c, &f.Pos)
		number(c, &f.Effect)
		word(c, &f.Message)
		number(c, &f.Action)
		word(c, &f.Err)
		c.flag(&f.Audit)
	})
	list(c, &r.Require, word)
	number(c, &r.Decided)
	c.time(&r.Created)
	c.time(&r.DecideBy)
	number(c, &r.UseWithin)
	number(c, &r.DenyFor)
	number(c, &r.epoch)
	c.fixed(r.nonce[:])
}

// said is what an answer says, without who signed it.
func (a *Answer) said(c *coder) {
	c.flag(&a.Yes)
	word(c, &a.Who)
	word(c, &a.Reason)
	c.time(&a.Time)
	c.time(&a.Until)
}

func (r *Request) record(c *coder) {
	r.shown(c)
	answered, spent := r.Answer != nil, !r.Spent.IsZero()
	if c.flag(&answered); answered {
		if c.reading {
			r.Answer = &Answer{}
		}
		r.Answer.said(c)
		text(c, &r.Answer.Key)
		text(c, &r.Answer.Sig)
	}
	if c.flag(&spent); spent {
		c.time(&r.Spent)
	}
}

func write(prefix string, f func(*coder)) []byte {
	c := coder{buf: []byte(prefix)}
	f(&c)
	return c.buf
}

func (r *Request) key() [32]byte { return sha256.Sum256(write(keyDomain, r.subject)) }

func (r *Request) storeID() string { return hex.EncodeToString(r.Key[:]) }

var idEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

const idLen = 16

// seal sets what follows from the rest: the digest and the ID.
func (r *Request) seal() {
	r.seen = sha256.Sum256(write(seenDomain, r.shown))
	r.ID = strings.ToLower(idEncoding.EncodeToString(r.seen[:]))[:idLen]
}

func (r *Request) encode() []byte { return write(recordMagic, r.record) }

// signed is what an answer's signature is taken over: everything shown, and
// everything said.
func (r *Request) signed(a *Answer) []byte {
	return write(answerDomain, func(c *coder) {
		seen := r.seen
		c.fixed(seen[:])
		a.said(c)
	})
}

// decode reads a record. It accepts exactly what encode writes.
func decode(data []byte) (*Request, error) {
	rest, ok := bytes.CutPrefix(data, []byte(recordMagic))
	if !ok || len(data) > 2*MaxRequestSize {
		return nil, errEncoding
	}
	r := &Request{}
	c := &coder{buf: rest, reading: true}
	r.record(c)
	if c.err != nil || len(c.buf) > 0 || !r.Spent.IsZero() && (r.Answer == nil || !r.Answer.Yes) {
		return nil, errEncoding
	}
	r.Key = r.key()
	r.seal()
	return r, nil
}
