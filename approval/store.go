package approval

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"sync"
)

// ErrConflict says that a [Store] holds another version than the one that was
// to be replaced: somebody was faster.
var ErrConflict = errors.New("approval: the entry has changed")

// Entry is what a [Store] holds under an id.
type Entry struct {
	ID      string
	Version uint64 // 0: nothing was ever stored; each Swap adds one
	Data    []byte // opaque to the store; may be empty
}

// Store holds opaque bytes under an id, with a version. Stores only store:
// what the bytes mean is the [Queue]'s business, and nothing in them is
// secret to it. A Store is safe for concurrent use, by many processes where it
// is shared. What Get and List return is the caller's own.
//
// An id is 1 to 128 of the characters a-z, 0-9 and "-"; anything else is an
// error, and so are data of more than 1 MiB. A Store that is a [Watcher] too lets
// waiting calls wake at once. Package approvaltest holds the tests that every
// Store must pass.
type Store interface {
	// Get returns the newest version of an entry, or an Entry with Version 0
	// where there is none.
	Get(ctx context.Context, id string) (Entry, error)
	// List yields the newest version of every entry, in no order. Entries that
	// change meanwhile may be yielded as they were before. It ends after the
	// first error.
	List(ctx context.Context) iter.Seq2[Entry, error]
	// Swap stores data as version+1 if the newest version is the one given, in
	// one atomic step, and returns once it is durable. Else it returns
	// ErrConflict and changes nothing. After any other error either may have
	// happened. A version, once used, is never used again for that id.
	Swap(ctx context.Context, id string, version uint64, data []byte) error
}

// Watcher is a [Store] that tells when something in it may have changed, so
// that who waits for an answer needn't keep asking.
type Watcher interface {
	// Watch returns a channel on which a value arrives soon after each change, by
	// any process, that begins once Watch has returned. One value may stand for
	// many changes or for none; where a store can't be reached, some may not
	// come. The channel is never closed; nothing arrives once ctx has ended.
	Watch(ctx context.Context) <-chan struct{}
}

// Bell tells any number of watchers that something has changed: a part of
// stores that are a [Watcher]. The zero Bell is ready. It is safe for concurrent
// use.
type Bell struct {
	mu       sync.Mutex
	watchers map[chan struct{}]struct{}
}

// Watch returns a channel with room for one value, for Watcher.Watch.
func (b *Bell) Watch(ctx context.Context) <-chan struct{} {
	c := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.watchers == nil {
		b.watchers = map[chan struct{}]struct{}{}
	}
	b.watchers[c] = struct{}{}
	context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.watchers, c)
	})
	return c
}

// Ring gives a value to every watcher that hasn't one waiting.
func (b *Bell) Ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.watchers {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

func (b *Bell) watched() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.watchers) > 0
}

const (
	maxIDLen = 128
	maxData  = 1 << 20
)

// CheckEntry holds what every [Store] refuses: an id that isn't one, a version
// that has none after it, and data that are too large.
func CheckEntry(id string, version uint64, data []byte) error {
	if err := checkID(id); err != nil {
		return err
	}
	if version == math.MaxUint64 {
		return errors.New("approval: the entry has no version left")
	}
	if len(data) > maxData {
		return fmt.Errorf("approval: an entry has at most %d bytes, this one has %d", maxData, len(data))
	}
	return nil
}

// checkID refuses every id that could mean something to a file system.
func checkID(id string) error {
	if id == "" || len(id) > maxIDLen {
		return errors.New("approval: a store's id has 1 to 128 characters")
	}
	for _, c := range []byte(id) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return errors.New("approval: a store's id consists of a-z, 0-9 and -")
		}
	}
	return nil
}

// Memory returns a Store that lasts as long as the process: for tests, and
// for programs whose operator's side runs in the same process.
func Memory() Store { return &memory{entries: map[string]Entry{}} }

type memory struct {
	Bell
	mu      sync.Mutex
	entries map[string]Entry
}

func (m *memory) Get(ctx context.Context, id string) (Entry, error) {
	if err := errors.Join(checkID(id), ctx.Err()); err != nil {
		return Entry{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.entries[id]
	return Entry{ID: id, Version: e.Version, Data: slices.Clone(e.Data)}, nil
}

func (m *memory) List(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		m.mu.Lock()
		ids := slices.Collect(maps.Keys(m.entries))
		m.mu.Unlock()
		for _, id := range ids {
			e, err := m.Get(ctx, id)
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

func (m *memory) Swap(ctx context.Context, id string, version uint64, data []byte) error {
	if err := errors.Join(CheckEntry(id, version, data), ctx.Err()); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries[id].Version != version {
		return ErrConflict
	}
	m.entries[id] = Entry{ID: id, Version: version + 1, Data: slices.Clone(data)}
	m.Ring()
	return nil
}
