//go:build unix

package boundary_test

import (
	"context"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSpecialFiles would hang if one of them were opened as others are.
func TestSpecialFiles(t *testing.T) {
	ctx := context.Background()
	dir := tree(t, "ws/", "ws/link -> pipe")
	require.NoError(t, syscall.Mkfifo(dir+"/ws/pipe", 0o600))
	f := files(t, elsewhere(dir+"/ws"))
	for _, name := range []string{"pipe", "link"} {
		_, err := f.Read(ctx, name, 0)
		require.ErrorContains(t, err, "named pipe")
		require.ErrorContains(t, f.Write(ctx, name, nil), "named pipe")
		_, err = f.Edit(ctx, name, []byte("a"), []byte("b"), false)
		require.Error(t, err)
		_, err = f.List(ctx, name)
		require.Error(t, err)
	}
	_, err := f.Stat(ctx, "pipe")
	require.NoError(t, err)
	require.NoError(t, f.Delete(ctx, "pipe", false))
	require.NoError(t, f.Write(ctx, "pipe", []byte("a file now")))
	fi, err := os.Lstat(dir + "/ws/pipe")
	require.NoError(t, err)
	require.True(t, fi.Mode().IsRegular())
}
