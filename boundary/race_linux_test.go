package boundary_test

import (
	"context"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/guard"
)

// swap exchanges two names again and again until the test ends.
func swap(t *testing.T, a, b string) {
	var stop atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		for !stop.Load() {
			unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
		}
	}()
	t.Cleanup(func() { stop.Store(true); <-done })
}

// TestRace reads, writes and deletes while somebody swaps a folder and a file
// for links that lead outside. A naive reader that checks and then opens loses
// in the same run; Files never does.
func TestRace(t *testing.T) {
	const operations = 3000
	ctx := context.Background()
	dir := tree(t, "ws/d/f", "secret/f", "ws/l -> $/secret", "ws/file", "ws/lfile -> $/secret/f", "secret/d/f")
	w := workspace(t, elsewhere(dir+"/ws"))
	f, err := boundary.NewFiles(w)
	require.NoError(t, err)
	defer f.Close()
	secret := content(t, dir+"/secret/f")
	swap(t, dir+"/ws/d", dir+"/ws/l")
	swap(t, dir+"/ws/file", dir+"/ws/lfile")

	naive := func(path string) string {
		resolved, err := w.Resolve(path)
		if err != nil || !strings.HasPrefix(resolved, dir+"/ws/") {
			return ""
		}
		data, _ := os.ReadFile(path)
		return string(data)
	}
	lost := 0
	for range 2_000_000 { // a bound, not a duration: it has lost long before
		if naive(dir+"/ws/d/f") == secret || naive(dir+"/ws/file") == secret {
			if lost++; lost == 10 {
				break
			}
		}
	}
	require.Positive(t, lost, "nobody swapped anything: the test shows nothing")

	read := 0
	for range operations {
		for _, name := range []string{"d/f", "file"} {
			data, err := f.Read(ctx, name, 0)
			require.NotEqual(t, secret, string(data))
			if err == nil {
				read++
			}
			if name == "d/f" {
				f.Write(ctx, "d/planted", []byte("x"))
				f.Delete(ctx, "d/planted", false)
				f.Delete(ctx, "d/d", true)
			}
			f.Edit(ctx, name, []byte("secret"), []byte("ruined"), false)
		}
	}
	// A link within the workspace: what is read is what Step was told.
	told := ""
	f.Step = func(_ context.Context, actions ...guard.Action) error {
		told = actions[0].Resolved
		return nil
	}
	plant(t, dir, "ws/plain", "ws/hidden", "ws/lplain -> hidden")
	swap(t, dir+"/ws/plain", dir+"/ws/lplain")
	for range operations {
		if data, err := f.Read(ctx, "plain", 0); err == nil {
			require.Equal(t, "content of "+strings.TrimPrefix(told, dir+"/")+"\n", string(data))
		}
	}
	require.Positive(t, read)
	t.Logf("naive lost %d times; of %d reads %d went through, none outside", lost, 2*operations, read)
	require.Equal(t, secret, content(t, dir+"/secret/f"))
	require.FileExists(t, dir+"/secret/d/f")
	require.NoFileExists(t, dir+"/secret/planted")
}
