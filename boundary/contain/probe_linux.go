package contain

import (
	"fmt"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Probe says which tiers this machine has, in their order, and why not. It
// starts nothing that lasts.
func Probe() []Status {
	landlock := probeLandlock()
	seccomp := probeSeccomp(landlock)
	return []Status{landlock, seccomp, {Tier: guard.TierNamespace, Why: "not built yet"}}
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
