package audit_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/audit"
)

// TestVerifyMemory verifies a log in a process of its own, whose memory stays
// smaller than the log. The log has 64 MiB, or as many as RUNTIMEGUARD_AUDIT_MIB
// says:
//
//	RUNTIMEGUARD_AUDIT_MIB=1024 go test -v -run TestVerifyMemory ./audit
func TestVerifyMemory(t *testing.T) {
	mib := 64
	if n, err := strconv.Atoi(os.Getenv("RUNTIMEGUARD_AUDIT_MIB")); err == nil {
		mib = max(n, mib)
	}
	if testing.Short() {
		t.Skip("writes 64 MiB")
	}
	dir := t.TempDir()
	l, err := audit.Open(dir, audit.Config{NoSync: true})
	require.NoError(t, err)
	r := record(1)
	r.Decision.Reason = string(make([]byte, 600)) // 3,600 bytes as escaped
	size := func() (sum int64) {
		files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
		require.NoError(t, err)
		for _, f := range files {
			info, err := os.Stat(f)
			require.NoError(t, err)
			sum += info.Size()
		}
		return sum
	}
	for size() < int64(mib)<<20 {
		for range 1000 {
			require.NoError(t, l.Append(context.Background(), r))
		}
	}
	require.NoError(t, l.Close())
	cmd := start(t, "verifier", dir)
	begun := time.Now()
	status, err := cmd.Output()
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(status), "VmHWM:") // rusage has the parent's too
	require.True(t, ok)
	peak, err := strconv.Atoi(strings.Fields(rest)[0])
	require.NoError(t, err)
	peak >>= 10
	fmt.Printf("verify: %d MiB in %v, peak of %d MiB of memory\n", size()>>20, time.Since(begun).Round(time.Millisecond), peak)
	require.Less(t, peak, 48, "MiB")
}
