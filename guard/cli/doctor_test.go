package cli_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDoctor(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	code, out, errs := run("", "doctor", "-state", state)
	require.Zero(t, code, errs)
	for _, want := range []string{"landlock", "seccomp", "namespace", "commands of boundary.Shell run under: ", "none yet"} {
		require.Contains(t, out, want)
	}
	if runtime.GOOS != "linux" {
		require.Contains(t, out, "advisory")
	}
	require.NoError(t, os.Mkdir(state, 0o755))
	code, out, _ = run("", "doctor", "-state", state)
	if runtime.GOOS != "windows" {
		require.Equal(t, 1, code)
		require.Contains(t, out, "chmod 0700")
	}
	require.NoError(t, os.Chmod(state, 0o700))
	code, out, _ = run("", "doctor", "-state", state)
	require.Zero(t, code)
	require.Contains(t, out, "private")
}
