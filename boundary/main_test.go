package boundary_test

import (
	"os"
	"testing"

	"github.com/runtimeguard/runtimeguard/boundary"
)

// enterParts runs what tests have run in a process of its own, where this is one.
var enterParts = func() {}

func TestMain(m *testing.M) {
	boundary.Worker()
	enterParts()
	os.Exit(m.Run())
}
