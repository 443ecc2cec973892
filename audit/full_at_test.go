//go:build linux || darwin

package audit_test

import (
	"context"
	"fmt"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/audit"
)

func init() { roles["full"] = appendUntilFull }

// appendUntilFull appends until files can't grow any more, which cuts a line
// in two, and again when they can.
func appendUntilFull(args []string) {
	signal.Ignore(syscall.SIGXFSZ)
	var was syscall.Rlimit
	check(syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was))
	l, err := audit.Open(args[0], audit.Config{})
	check(err)
	check(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 20000, Max: was.Max}))
	refused := 0
	for i := 0; i < 100; i++ {
		if i == 50 {
			check(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was))
		}
		r := record(i)
		if err := l.Append(context.Background(), r); err == nil {
			fmt.Println(r.Call.ID)
		} else {
			refused++
		}
	}
	check(l.Close())
	fmt.Println("refused", refused)
}

func TestDiskFull(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	out, err := start(t, "full", dir).Output()
	require.NoError(t, err)
	ids := strings.Fields(string(out))
	n := len(ids) - 2
	require.Equal(t, "refused", ids[n])
	require.NotEqual(t, "0", ids[n+1], "a full disk refuses")
	_, err = audit.Verify(context.Background(), dir, audit.VerifyConfig{})
	require.NoError(t, err)
	var logged []string
	for e, err := range audit.Query(context.Background(), dir, audit.Filter{Tool: "run_command"}) {
		require.NoError(t, err)
		logged = append(logged, e.Record.Call.ID)
	}
	require.Equal(t, ids[:n], logged, "all that was acknowledged, and nothing that was refused")
}
