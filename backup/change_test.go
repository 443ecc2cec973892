package backup_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/backup"
)

// A file that somebody writes to while it is copied is copied again, and in
// the end refused.
func TestFileChangesWhileItIsSaved(t *testing.T) {
	large := strings.Repeat(".", 2<<20) // which is copied from file to file
	for times, says := range map[int]string{1: "", 100: "a can't be saved: it keeps changing"} {
		l := newLab(t)
		l.write("a", "first"+large)
		n := 0
		l.c.Faults = func(op, name string) error {
			if op == "write" && strings.HasPrefix(name, "tmp/") && n < times {
				n++
				l.write("a", fmt.Sprint("changed ", n, large))
			}
			return nil
		}
		l.open()
		id, err := l.v.Snapshot(t.Context(), call(l.delete("a")...))
		if says != "" {
			require.ErrorContains(t, err, says)
			continue
		}
		require.NoError(t, err)
		must(t, os.Remove(l.path("a")))
		l.restore(id)
		data, err := os.ReadFile(l.path("a"))
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint("changed ", 1, large), string(data))
	}
}

// A plan is bound to contents, not only to sizes.
func TestPlanSeesAnotherContentOfTheSameSize(t *testing.T) {
	l := newLab(t)
	l.write("a", "first")
	id := l.snapshot(l.delete("a")...)
	l.write("a", "other")
	plan, err := l.v.Plan(t.Context(), id)
	require.NoError(t, err)
	l.write("a", "third")
	_, err = l.v.Apply(t.Context(), plan)
	require.ErrorIs(t, err, backup.ErrMoved)
	data, err := os.ReadFile(l.path("a"))
	require.NoError(t, err)
	require.Equal(t, "third", string(data))
}

// What was written after the present was saved is not removed.
func TestRemovalOfAFileThatChangesMeanwhile(t *testing.T) {
	l := newLab(t)
	id := l.snapshot(l.writes("new", "other")...)
	l.write("new", "first")
	l.write("other", "first")
	restoring := false
	l.c.Faults = func(op, name string) error {
		if restoring && op == "remove" && name == "other" {
			return os.WriteFile(l.path("new"), []byte("not saved anywhere"), 0o644)
		}
		return nil
	}
	l.open()
	plan, err := l.v.Plan(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, l.path("other"), plan.Changes[0].Path, "the order this test needs")
	restoring = true
	r, err := l.v.Apply(t.Context(), plan)
	require.ErrorIs(t, err, backup.ErrMoved)
	require.Len(t, r.Outcomes, 2)
	require.FileExists(t, l.path("new"))
	require.NoFileExists(t, l.path("other"))
}

// Names in a manifest that would lead elsewhere are damage, even where the
// hash is right.
func TestManifestNames(t *testing.T) {
	l := newLab(t)
	for i, entry := range []string{
		`{"name":"../outside/planted","type":"absent"}`, `{"name":"/etc/x","type":"absent"}`, `{"name":"a//b","type":"absent"}`,
		`{"name":"a/../../x","type":"absent"}`, `{"name":"","type":"absent"}`, `{"root":1,"name":"a","type":"absent"}`, `{"root":-1,"name":"a","type":"absent"}`,
		`{"name":"a","type":"absent","unknown":1}`,
	} {
		data := fmt.Sprintf(`{"version":1,"time":"2030-01-02T03:04:05Z","call":"","tool":"","roots":[%q],"files":0,"bytes":0,"entries":[%s]}`+"\n", l.ws, entry)
		sum := sha256.Sum256([]byte(data))
		id := "20300102T030405.000000Z-" + hex.EncodeToString(sum[:12])
		must(t, os.WriteFile(filepath.Join(l.vaultDir, "manifests", id+".json"), []byte(data), 0o400))
		_, err := l.v.Plan(t.Context(), id)
		require.ErrorContains(t, err, "damaged", i)
	}
}
