package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAgent(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(&out))
	require.Regexp(t, `(?s)written.*hello, world.*deny.*ask.*echo hello`, out.String())
}
