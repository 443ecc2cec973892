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
// error, and so are data of more than 1 MiB. Package approvaltest holds the tests that every Store must pass.
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

const (
	maxIDLen = 128
	maxData  = 1 << 20
)

// checkSwap holds what every store refuses.
func checkSwap(ctx context.Context, id string, version uint64, data []byte) error {
	if err := errors.Join(checkID(id), ctx.Err()); err != nil {
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
	if err := checkSwap(ctx, id, version, data); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries[id].Version != version {
		return ErrConflict
	}
	m.entries[id] = Entry{ID: id, Version: version + 1, Data: slices.Clone(data)}
	return nil
}
