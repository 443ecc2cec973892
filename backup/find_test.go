package backup_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/backup"
)

func TestFind(t *testing.T) {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	l := newLab(t, func(c *backup.Config) { c.Now = func() time.Time { return now } })
	l.tree()
	var ids []string
	save := func(name string, names ...string) {
		c := call(l.delete(names...)...)
		c.ID = name
		id, err := l.v.Snapshot(t.Context(), c)
		require.NoError(t, err)
		ids = append(ids, id)
		now = now.Add(time.Hour)
	}
	save("one", "a.txt")
	save("two", "sub")
	save("two", "none/at/all")
	save("three", "sub/b.bin")
	for _, c := range []struct {
		q    backup.Query
		want []int
	}{
		{backup.Query{}, []int{0, 1, 2, 3}},
		{backup.Query{Call: "two"}, []int{1, 2}},
		{backup.Query{Call: "none"}, nil},
		{backup.Query{Since: now.Add(-2 * time.Hour)}, []int{2, 3}},
		{backup.Query{Path: l.path("a.txt")}, []int{0}},
		{backup.Query{Path: l.path("sub/b.bin")}, []int{1, 3}},
		{backup.Query{Path: l.path("sub/not/there")}, []int{1}},
		{backup.Query{Path: l.path("sub")}, []int{1}},
		{backup.Query{Path: l.path("none/at/all")}, []int{2}},
		{backup.Query{Path: l.path("none")}, []int{2}},
		{backup.Query{Path: l.path("sub/b.bin"), Since: now.Add(-2 * time.Hour)}, []int{3}},
		{backup.Query{Path: l.outside + "/secret"}, nil},
	} {
		found, err := l.v.Find(t.Context(), c.q)
		require.NoError(t, err)
		var got []int
		for _, s := range found {
			for i, id := range ids {
				if s.ID == id {
					got = append(got, i)
				}
			}
		}
		require.Equal(t, c.want, got, "%+v", c.q)
	}
	must(t, os.Remove(l.path("a.txt")))
	_, err := l.v.Find(t.Context(), backup.Query{Path: "relative"})
	require.Error(t, err)
}
