//go:build linux || darwin

package backup_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/runtimeguard/runtimeguard/backup"
	"github.com/runtimeguard/runtimeguard/guard"
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

// ties lists, for each file with several names, those in dir.
func ties(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[uint64][]string{}
	for name := range state(t, dir) {
		var st unix.Stat_t
		require.NoError(t, unix.Lstat(filepath.Join(dir, name), &st))
		if st.Mode&unix.S_IFMT == unix.S_IFREG {
			files[st.Ino] = append(files[st.Ino], name)
		}
	}
	out := map[string]string{}
	for _, names := range files {
		slices.Sort(names)
		if len(names) > 1 {
			out[names[0]] = strings.Join(names, " ")
		}
	}
	return out
}

// Names of one file are names of one file again, whichever of them was saved
// and however they were changed.
func TestHardLinks(t *testing.T) {
	for _, c := range []struct {
		name    string
		actions func(l *lab) []guard.Action
		do      func(l *lab)
	}{
		{"written through one name", func(l *lab) []guard.Action { return l.writes("a") }, func(l *lab) { l.write("a", "changed") }},
		{"truncated through one name", func(l *lab) []guard.Action { return l.writes("sub/b") }, func(l *lab) { must(l.t, os.Truncate(l.path("sub/b"), 0)) }},
		{"one name replaced", func(l *lab) []guard.Action { return l.writes("a") }, func(l *lab) {
			l.write("tmp", "changed")
			must(l.t, os.Rename(l.path("tmp"), l.path("a")))
		}},
		{"one name removed", func(l *lab) []guard.Action { return l.delete("a") }, func(l *lab) { must(l.t, os.Remove(l.path("a"))) }},
		{"the folder of a name removed", func(l *lab) []guard.Action { return l.delete("sub") }, func(l *lab) { must(l.t, os.RemoveAll(l.path("sub"))) }},
		{"all names removed", func(l *lab) []guard.Action { return l.delete("a", "sub/b", "c") }, func(l *lab) {
			must(l.t, os.Remove(l.path("a")), os.Remove(l.path("sub/b")), os.Remove(l.path("c")))
		}},
		{"mode changed through one name", func(l *lab) []guard.Action { return l.writes("c") }, func(l *lab) { must(l.t, os.Chmod(l.path("c"), 0o600)) }},
		{"time changed through one name", func(l *lab) []guard.Action { return l.writes("c") }, func(l *lab) {
			must(l.t, os.Chtimes(l.path("c"), time.Unix(1, 0), time.Unix(1, 0)))
		}},
		{"taken apart", func(l *lab) []guard.Action { return []guard.Action{unknown} }, func(l *lab) {
			data, err := os.ReadFile(l.path("a"))
			info, serr := os.Stat(l.path("a"))
			must(l.t, err, serr, os.Remove(l.path("a")), os.WriteFile(l.path("a"), data, 0o644), os.Chtimes(l.path("a"), info.ModTime(), info.ModTime()))
		}},
		{"put together", func(l *lab) []guard.Action { return []guard.Action{unknown} }, func(l *lab) {
			must(l.t, os.Remove(l.path("other")), os.Link(l.path("twin"), l.path("other")))
		}},
		{"put to the others", func(l *lab) []guard.Action { return []guard.Action{unknown} }, func(l *lab) {
			must(l.t, os.Remove(l.path("twin")), os.Link(l.path("a"), l.path("twin")))
		}},
		{"a folder in a name's place", func(l *lab) []guard.Action { return []guard.Action{unknown} }, func(l *lab) {
			must(l.t, os.Remove(l.path("a")))
			l.write("a/x", "x")
		}},
		{"one more name", func(l *lab) []guard.Action { return l.writes("new") }, func(l *lab) { must(l.t, os.Link(l.path("a"), l.path("new"))) }},
		{"one more name, then written", func(l *lab) []guard.Action { return l.writes("new", "a") }, func(l *lab) {
			must(l.t, os.Link(l.path("a"), l.path("new")))
			l.write("new", "changed")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t)
			old := time.Unix(1_500_000_000, 5)
			for _, name := range []string{"a", "twin", "other", "sub/single"} {
				l.write(name, "content")
				must(t, os.Chtimes(l.path(name), old, old))
			}
			must(t, os.Link(l.path("a"), l.path("sub/b")), os.Link(l.path("a"), l.path("c")), os.Link(l.path("a"), filepath.Join(l.outside, "d")))
			before, tied := l.state(), ties(t, l.ws)
			require.Equal(t, map[string]string{"a": "a c sub/b"}, tied)
			id := l.snapshot(c.actions(l)...)
			c.do(l)
			after, outside := l.state(), state(t, l.outside)
			r := l.restore(id)
			require.Equal(t, before, l.state())
			require.Equal(t, tied, ties(t, l.ws))
			require.Equal(t, outside, state(t, l.outside), "other names outside are left alone")
			plan, err := l.v.Plan(t.Context(), id)
			require.NoError(t, err)
			require.Empty(t, plan.Changes)
			l.restore(r.Undo)
			require.Equal(t, after, l.state())
			l.sound()
		})
	}
}

// That a process has no room for another open file says nothing of a backup.
func TestVerifyWithoutRoom(t *testing.T) {
	l := newLab(t)
	l.tree()
	l.snapshot(unknown)
	l.open()
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	less := limit
	less.Cur = min(limit.Cur, 200)
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &less))
	defer syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	for spare := range 8 { // Verify fails at each place where it opens something
		var full []*os.File
		for {
			f, err := os.Open(os.DevNull)
			if err != nil {
				break
			}
			full = append(full, f)
		}
		for range min(spare, len(full)) {
			full[len(full)-1].Close()
			full = full[:len(full)-1]
		}
		report, err := l.v.Verify(t.Context(), nil)
		for _, f := range full {
			f.Close()
		}
		require.Empty(t, report.Damaged)
		if err != nil {
			require.ErrorIs(t, err, syscall.EMFILE)
		}
		if spare == 0 {
			require.Error(t, err)
		}
	}
	l.sound()
}
