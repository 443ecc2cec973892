package parsed_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"mvdan.cc/sh/v3/syntax"

	"github.com/runtimeguard/runtimeguard/boundary/internal/parsed"
)

// A tree is handed on once, and only for its own text.
func TestTake(t *testing.T) {
	file := &syntax.File{}
	parsed.Leave("a", file)
	got, ok := parsed.Take("a")
	require.True(t, ok)
	require.Same(t, file, got)
	_, ok = parsed.Take("a")
	require.False(t, ok)
	parsed.Leave("a", file)
	_, ok = parsed.Take("b")
	require.False(t, ok)
}
