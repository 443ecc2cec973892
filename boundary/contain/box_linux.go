package contain

import (
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Box is a prepared [Plan]. It is safe for concurrent use.
type Box struct {
	plan  Plan
	tier  guard.Tier
	spare *spare

	mu    sync.Mutex
	holds [2]*hold // of programs that the host starts, without and with the network
}

// Prepare makes a Box of a tier, and refuses a tier that this machine doesn't
// have.
func Prepare(p Plan, tier guard.Tier) (*Box, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	for _, s := range Probe(p.Init) {
		if s.Tier == tier && !s.Available {
			return nil, fmt.Errorf("contain: no tier %s here: %s", tier, s.Why)
		}
	}
	return newBox(p, tier), nil
}

func newBox(p Plan, tier guard.Tier) *Box {
	b := &Box{plan: p, tier: tier, spare: &spare{}}
	runtime.AddCleanup(b, func(s *spare) { go s.close() }, b.spare)
	return b
}

// Close ends what waits for the next cell. Cells that are open stay so.
func (b *Box) Close() error { return b.spare.close() }

// Tier is what holds the programs of the box's cells.
func (b *Box) Tier() guard.Tier { return b.tier }

// Apart reports whether an init starts the programs. What starts them is held
// as they are, so that they can signal it and read its memory: where it is the
// host, they can reach that.
func (b *Box) Apart() bool {
	return b.tier == guard.TierNamespace || b.tier != guard.TierNone && !b.plan.Own && (b.plan.Init != "" || mainCallsInit.Load())
}

// Cell is where the programs of one call run. It is safe for concurrent use.
type Cell struct {
	start func(*Cmd) (*Process, error)
	kill  func() // what Process.Kill doesn't reach
	free  func() // called when everything has ended

	closing sync.Once

	mu     sync.Mutex
	closed bool
	procs  map[*Process]bool
}

// Open opens a cell for a call. Close it after use.
func (b *Box) Open(a Access) (*Cell, error) {
	c := &Cell{procs: map[*Process]bool{}}
	if b.Apart() {
		n, err := b.starter(a)
		if err != nil {
			return nil, err
		}
		c.start, c.kill, c.free = n.start, n.end, func() { time.AfterFunc(rest, func() { b.spare.fill(b.plan, b.tier) }) }
		return c, nil
	}
	h, err := b.hold(a.Network)
	if err != nil {
		return nil, err
	}
	t := newThread(h.apply)
	c.start = func(cmd *Cmd) (*Process, error) { return start(cmd, session(), t.do, b.plan.Limits.apply) }
	c.kill, c.free = func() {}, t.end
	return c, nil
}

// hold is what a thread is held by.
type hold struct {
	tier   guard.Tier
	rules  *ruleset
	filter filter
}

// hold is made once: the same for all calls.
func (b *Box) hold(network bool) (*hold, error) {
	i := 0
	if network {
		i = 1
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.holds[i] == nil {
		h, err := newHold(&b.plan, b.tier, network)
		if err != nil {
			return nil, err
		}
		b.holds[i] = h
	}
	return b.holds[i], nil
}

// newHold is what holds the programs of a call, but for the masks of the tier
// namespace.
func newHold(p *Plan, tier guard.Tier, network bool) (h *hold, err error) {
	h = &hold{tier: tier}
	granted := func(g Group) bool { return slices.Contains(p.Grant, g) }
	apart := tier == guard.TierNamespace // without network it has one of its own
	if tier >= guard.TierSeccomp {
		h.filter = newFilter(p.Grant, families{
			unix: granted(Sockets), inet: network || apart, udp: network || apart || granted(UDP), others: granted(Netlink),
		})
	}
	if tier >= guard.TierLandlock && !apart {
		h.rules, err = newRuleset(p, network)
	}
	return h, err
}

// apply holds the calling thread and what it starts, for good.
func (h *hold) apply() error {
	if h.tier == guard.TierNone {
		return nil
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	if err := dropCapabilities(); err != nil {
		return err
	}
	if h.rules != nil {
		if err := h.rules.restrict(); err != nil {
			return err
		}
	}
	if h.tier >= guard.TierSeccomp {
		return h.filter.restrict()
	}
	return nil
}

// Start starts a program in the cell.
func (c *Cell) Start(cmd *Cmd) (*Process, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, os.ErrClosed
	}
	p, err := c.start(cmd)
	if err != nil {
		return nil, err
	}
	c.procs[p] = true
	go func() {
		<-p.ended
		c.mu.Lock()
		delete(c.procs, p)
		c.mu.Unlock()
	}()
	return p, nil
}

// Close ends every program of the cell and waits for them.
func (c *Cell) Close() error {
	c.closing.Do(func() {
		c.mu.Lock()
		c.closed = true
		procs := slices.Collect(maps.Keys(c.procs))
		c.mu.Unlock()
		for _, p := range procs {
			p.Kill()
		}
		c.kill()
		for _, p := range procs {
			<-p.ended
		}
		c.free()
	})
	return nil
}

// kept are the capabilities that a privileged host's programs keep: to change
// files of other users where files may be changed at all.
var kept = []int{unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_FOWNER, unix.CAP_FSETID}

// dropCapabilities takes all others from the calling thread and what it
// starts. A host without privileges has none.
func dropCapabilities() error {
	for i := range unix.CAP_LAST_CAP + 1 {
		if slices.Contains(kept, i) {
			continue
		}
		err := unix.Prctl(unix.PR_CAPBSET_DROP, uintptr(i), 0, 0, 0)
		if err != nil && err != unix.EINVAL && err != unix.EPERM {
			return fmt.Errorf("capabilities: %w", err)
		}
	}
	return unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
}

// apply bounds a program that has just started. Out of memory, the kernel ends
// it before the host.
func (l Limits) apply(pid int) {
	for _, b := range l.bounds() {
		v := uint64(b.value)
		unix.Prlimit(pid, b.resource, &unix.Rlimit{Cur: v, Max: v}, nil)
	}
	os.WriteFile("/proc/"+strconv.Itoa(pid)+"/oom_score_adj", []byte("1000"), 0)
}

type bound struct {
	resource int
	value    int64
}

func (l Limits) bounds() (out []bound) {
	for _, b := range []struct {
		resource         int
		value, byDefault int64
	}{
		{unix.RLIMIT_NPROC, l.Processes, 4096},
		{unix.RLIMIT_NOFILE, l.Files, 4096},
		{unix.RLIMIT_FSIZE, l.FileSize, 16 << 30},
		{unix.RLIMIT_DATA, l.Memory, -1},
		{unix.RLIMIT_CORE, 0, 0},
	} {
		if b.value == 0 {
			b.value = b.byDefault
		}
		if b.value >= 0 {
			out = append(out, bound{b.resource, b.value})
		}
	}
	return out
}
