package contain

import "github.com/runtimeguard/runtimeguard/guard"

// Status says whether this machine has a tier.
type Status struct {
	Tier guard.Tier
	// Available: programs can be started under it.
	Available bool
	// Why is what it stands on, or what is missing and what to do about it.
	Why string
	// Gaps are what it doesn't hold here and does elsewhere.
	Gaps []string
}

// Best is the best tier that is available.
func Best(all []Status) guard.Tier {
	best := guard.TierNone
	for _, s := range all {
		if s.Available {
			best = max(best, s.Tier)
		}
	}
	return best
}
