package audit_test

import (
	"context"
	"crypto/ed25519"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/audit"
	"github.com/runtimeguard/runtimeguard/boundary/fsys"
	"github.com/runtimeguard/runtimeguard/guard"
)

// operated is what an operator's process writes.
func operated() guard.Record {
	r := record(0)
	r.Phase, r.Call.Tool, r.Call.Principal = guard.PhaseOperated, "halt", guard.Principal{User: "ann@desk", Verified: true}
	return r
}

// A process without the log's key, which lies elsewhere, writes its records
// into the chain, and neither signs nor leaves a key beside the log.
func TestRecordsOfAProcessWithoutTheKey(t *testing.T) {
	pub, key, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	dir, ctx := t.TempDir(), context.Background()
	host, err := audit.Open(dir, audit.Config{Key: key, SegmentSize: 4 << 10})
	require.NoError(t, err)
	for i := range 8 { // past the segment's size, which only who signs may end
		require.NoError(t, host.Append(ctx, record(i)))
		operator, err := audit.Open(dir, audit.Config{SegmentSize: 1})
		require.NoError(t, err)
		require.Empty(t, operator.Key())
		require.NoError(t, operator.Append(ctx, operated()))
		require.NoError(t, operator.Close())
	}
	require.NoError(t, host.Close())
	require.NoFileExists(t, filepath.Join(dir, "key"))
	require.NoFileExists(t, filepath.Join(dir, "key.pub"))
	rep, err := audit.Verify(ctx, dir, audit.VerifyConfig{Keys: []string{audit.VerifierKey(pub)}})
	require.NoError(t, err)
	require.EqualValues(t, rep.Lines-1, rep.Signed, "the host's last checkpoint covers the operator's lines")
	require.Greater(t, rep.Segments, 1)
	n := 0
	for e, err := range audit.Query(ctx, dir, audit.Filter{Event: "operated", User: "ann@desk", Tool: "halt"}) {
		require.NoError(t, err)
		require.Equal(t, guard.PhaseOperated, e.Record.Phase)
		n++
	}
	require.Equal(t, 8, n)
}

// What root writes for an operator stays the host's, or the host could write
// nothing more.
func TestRootLeavesTheLogToItsUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: only root can write into another user's folder")
	}
	dir, ctx := t.TempDir(), context.Background()
	require.NoError(t, os.Chown(dir, 54321, 54321))
	for range 2 {
		l, err := audit.Open(dir, audit.Config{SegmentSize: 1})
		require.NoError(t, err)
		require.NoError(t, l.Append(ctx, operated()))
		require.NoError(t, l.Close())
	}
	root, err := fsys.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close()
	infos, err := root.ReadDir(".")
	require.NoError(t, err)
	require.Greater(t, len(infos), 4)
	for _, i := range infos {
		require.Equal(t, 54321, i.UID, i.Name)
	}
}
