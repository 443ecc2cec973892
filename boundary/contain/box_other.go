//go:build !linux

package contain

import (
	"errors"
	"os"
	"sync"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Probe says which tiers this machine has, in their order, and why not. init
// is as in [Plan].
func Probe(init string) []Status {
	const why = "built for Linux only"
	return []Status{
		{Tier: guard.TierLandlock, Why: why}, {Tier: guard.TierSeccomp, Why: why}, {Tier: guard.TierNamespace, Why: why},
	}
}

// Box is a prepared [Plan]. It is safe for concurrent use.
type Box struct{}

// Init does nothing on this system: see the one for Linux.
func Init() {}

// Prepare makes a Box of a tier, and refuses a tier that this machine doesn't
// have: all but [guard.TierNone].
func Prepare(p Plan, tier guard.Tier) (*Box, error) {
	if tier != guard.TierNone {
		return nil, errors.New("contain: no tier " + tier.String() + " here: built for Linux only")
	}
	return &Box{}, p.check()
}

// Tier is what holds the programs of the box's cells.
func (b *Box) Tier() guard.Tier { return guard.TierNone }

// Apart reports whether something else than the host starts the programs.
func (b *Box) Apart() bool { return false }

// Close does nothing here.
func (b *Box) Close() error { return nil }

// Cell is where the programs of one call run. It is safe for concurrent use.
type Cell struct {
	mu     sync.Mutex
	closed bool
	procs  map[*Process]bool
}

// Open opens a cell for a call. Close it after use.
func (b *Box) Open(Access) (*Cell, error) { return &Cell{procs: map[*Process]bool{}}, nil }

// Start starts a program in the cell.
func (c *Cell) Start(cmd *Cmd) (*Process, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, os.ErrClosed
	}
	p, err := startPlain(cmd)
	if err == nil {
		c.procs[p] = true
	}
	return p, err
}

// Close ends every program of the cell and waits for them.
func (c *Cell) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for p := range c.procs {
		p.Kill()
		<-p.Ended()
	}
	return nil
}
