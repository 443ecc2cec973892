//go:build linux || darwin

package backup_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/runtimeguard/runtimeguard/backup"
)

// A pipe in a folder is noted; the folder around it is saved and restored, and
// a pipe that is gone is said to be gone.
func TestSpecialFilesAreNoted(t *testing.T) {
	l := newLab(t)
	l.write("sub/a", "a")
	must(t, unix.Mkfifo(l.path("sub/pipe"), 0o600))
	id := l.snapshot(l.delete("sub")...)
	before := l.state()
	must(t, os.Remove(l.path("sub/a")))
	l.restore(id)
	require.Equal(t, before, l.state())

	must(t, os.RemoveAll(l.path("sub")))
	plan, err := l.v.Plan(t.Context(), id)
	require.NoError(t, err)
	r, err := l.v.Apply(t.Context(), plan)
	require.ErrorContains(t, err, "1 of 3 changes could not be made")
	require.Equal(t, backup.OpCannot, r.Outcomes[2].Op)
	require.FileExists(t, l.path("sub/a"))
}

func TestHardLinksWithinTheWorkspaceAreSaved(t *testing.T) {
	l := newLab(t)
	l.write("a", "a")
	must(t, os.Link(l.path("a"), l.path("b")))
	before := l.state()
	id := l.snapshot(unknown)
	must(t, os.Remove(l.path("a")), os.Remove(l.path("b")))
	l.restore(id)
	require.Equal(t, before, l.state())
	_, entries, err := l.v.Get(t.Context(), id)
	require.NoError(t, err)
	require.EqualValues(t, 2, entries[1].Links)
}
