package contain

import (
	"fmt"
	"sync"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Probe says which tiers this machine has, in their order, and why not. init
// is as in [Plan].
func Probe(init string) []Status {
	landlock := probeLandlock()
	seccomp := probeSeccomp(landlock)
	return []Status{landlock, seccomp, probeNamespace(init, seccomp)}
}

func probeLandlock() Status {
	s := Status{Tier: guard.TierLandlock}
	abi, err := landlockABI()
	if err != nil {
		s.Why = err.Error()
		return s
	}
	s.Why = fmt.Sprintf("Landlock ABI %d", abi)
	if abi < leastABI {
		s.Why += fmt.Sprintf(": files and TCP are held from ABI %d on (Linux 6.7)", leastABI)
		return s
	}
	s.Available = true
	for _, gap := range []struct {
		abi  int
		what string
	}{
		{5, "devices that a program may open take any ioctl (ABI 5, Linux 6.10)"},
		{6, "signals to the host's processes, abstract unix sockets (ABI 6, Linux 6.12)"},
		{9, "unix sockets by path, unless seccomp holds them (ABI 9)"},
	} {
		if abi < gap.abi {
			s.Gaps = append(s.Gaps, gap.what)
		}
	}
	return s
}

func probeSeccomp(landlock Status) Status {
	s := Status{Tier: guard.TierSeccomp}
	err := seccompMissing()
	switch {
	case err != nil:
		s.Why = err.Error()
	case !landlock.Available:
		s.Why = "it holds what landlock holds and more, and there is no landlock: " + landlock.Why
	default:
		s.Available, s.Why = true, "seccomp filters"
	}
	return s
}

// probeNamespace tries: what forbids namespaces is in too many places to look
// for.
func probeNamespace(init string, seccomp Status) Status {
	s := Status{Tier: guard.TierNamespace}
	if init == "" && !mainCallsInit.Load() {
		s.Why = "main doesn't begin with runtimeguard.Worker(), and no worker is named: nothing can set the namespaces up"
		return s
	}
	if err := seccompMissing(); err != nil {
		s.Why = "it holds what seccomp holds and more, and there is no seccomp: " + seccomp.Why
		return s
	}
	if err := tryNamespace(init); err != nil {
		s.Why = err.Error()
		return s
	}
	s.Available, s.Why = true, "user, mount, process, IPC and network namespaces"
	return s
}

var tried sync.Map // by init: func() error

// tryNamespace starts a program in namespaces, once for each init.
func tryNamespace(init string) error {
	try, _ := tried.LoadOrStore(init, sync.OnceValue(func() error {
		b := newBox(Plan{Read: []string{"/usr"}, Init: init}, guard.TierNamespace)
		b.spare.closed = true // one is enough
		c, err := b.Open(Access{})
		if err != nil {
			return err
		}
		return c.Close()
	}))
	return try.(func() error)()
}
