package cli_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/approval"
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
}

// A state folder may be looked into where the secrets in it may not be read, as
// root's in SECURITY.md; nobody else may write.
func TestDoctorLooksAtTheState(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes say nothing here")
	}
	h := newHost(t, approval.Config{})
	key, approvers, approvals := filepath.Join(h.state, "keys", "approver.key"), filepath.Join(h.state, "keys", "approvers"), filepath.Join(h.state, "approvals")
	for _, c := range []struct {
		file string
		mode os.FileMode
		says string
	}{
		{h.state, 0o755, ""}, {filepath.Dir(key), 0o755, ""}, {approvers, 0o644, ""}, {approvals, os.ModeSetgid | 0o770, ""},
		{h.state, 0o775, "may write"}, {h.state, 0o702, "may write"}, {filepath.Dir(key), 0o777, "may write"}, {approvers, 0o664, "may write"}, {approvals, 0o770, "may write"},
		{key, 0o640, "read the secret"}, {key, 0o604, "read the secret"}, {filepath.Join(h.state, "audit", "key"), 0o644, "read the secret"},
	} {
		info, err := os.Stat(c.file)
		require.NoError(t, err)
		require.NoError(t, os.Chmod(c.file, c.mode))
		code, out, _ := run("", "doctor", "-state", h.state)
		require.Equal(t, c.says != "", code == 1, "%v: %s", c, out)
		require.Equal(t, c.says != "", strings.Contains(out, c.file+": others may "), "%v: %s", c, out)
		require.Contains(t, out, c.says)
		require.NoError(t, os.Chmod(c.file, info.Mode()))
	}
	code, out, _ := run("", "doctor", "-state", h.state)
	require.Zero(t, code)
	require.Contains(t, out, "nobody else may write")
}
