package runtimeguard_test

import (
	"os"
	"testing"

	"github.com/runtimeguard/runtimeguard"
)

func TestMain(m *testing.M) {
	runtimeguard.Worker()
	os.Exit(m.Run())
}
