package boundary_test

import (
	"os"
	"testing"

	"github.com/runtimeguard/runtimeguard/boundary"
)

func TestMain(m *testing.M) {
	boundary.Worker()
	os.Exit(m.Run())
}
