package boundary

import (
	"github.com/runtimeguard/runtimeguard/boundary/contain"
	"github.com/runtimeguard/runtimeguard/boundary/internal/exact"
)

// Worker must be the first thing that a program's main does, so that a [Shell]
// in it can have commands run by the exact engine: it starts the program anew,
// and that process is a worker, which Worker never returns from. In every other
// process Worker returns at once. Nothing in the environment makes a worker,
// only how it is started, and the socket and the number that it is given.
//
// A test binary calls it first in TestMain. Beyond Linux there are no workers.
func Worker() {
	contain.Init()
	exact.Main()
}
