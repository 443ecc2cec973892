package boundary_test

import (
	"context"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary"
)

func TestRunsInASessionOfItsOwn(t *testing.T) {
	s := newShell(t, tree(t, "ws/", "tmp/", "home/"), nil)
	r, err := s.Run(context.Background(), boundary.Command{Text: "read -r _ _ _ _ _ session _ </proc/$$/stat; [ $session = $$ ]"})
	require.NoError(t, err)
	require.Zero(t, r.Exit, string(r.Output))
}

// TestEscapeIsNotWaitedFor: a process that leaves the group holds the output
// open, and the call returns all the same.
func TestEscapeIsNotWaitedFor(t *testing.T) {
	if _, err := exec.LookPath("setsid"); err != nil {
		t.Skip("there is no setsid")
	}
	dir := tree(t, "ws/", "tmp/", "home/")
	s := newShell(t, dir, uncontained)
	r, err := s.Run(context.Background(), boundary.Command{
		Text: `setsid bash -c 'echo $$ >pid; echo escaped; echo x >ready; exec sleep 1000' & while [ ! -e ready ]; do :; done`,
	})
	require.NoError(t, err)
	require.False(t, r.TimedOut)
	require.Equal(t, "escaped\n", string(r.Output))
	for _, pid := range pids(t, dir+"/ws/pid") {
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	}
}
