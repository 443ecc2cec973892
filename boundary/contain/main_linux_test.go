package contain_test

import (
	"os"
	"testing"

	"github.com/runtimeguard/runtimeguard/boundary/contain"
)

func TestMain(m *testing.M) {
	contain.Init()
	os.Exit(m.Run())
}
