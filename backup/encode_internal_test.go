package backup

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// A listing is written as encoding/json would write it, and read again.
func TestListingsAreJSON(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	names := []text{"a", "", "a b", "\"\\", "<&>", "é", "\xff\x00", "\u2028", "\x7f", "~", "a\nb"}
	name := func() text { return names[r.IntN(len(names))] }
	number := func() int64 { return []int64{0, 1, -1, 1 << 40}[r.IntN(4)] }
	for range 2000 {
		list := []record{}
		for range r.IntN(4) {
			list = append(list, record{Root: int(number()), Name: name(), Type: TypeFile, Mode: uint32(r.IntN(2) * 0o644), UID: int(number()), GID: int(number()),
				MTime: [2]int64{number(), number()}, Size: number(), SHA256: string([]string{"", "ab"}[r.IntN(2)]), Target: name(), Links: uint64(r.IntN(3)),
				Inode: uint64(r.IntN(2)) << 63, List: []string{"", "cd"}[r.IntN(2)], Parent: r.IntN(2) == 0, Names: []string{"", "ef"}[r.IntN(2)]})
		}
		want, err := encode(list)
		require.NoError(t, err)
		require.Equal(t, string(want), string(encodeList(list)))
		var again []record
		require.NoError(t, decode(encodeList(list), &again))
		require.Equal(t, list, again)
	}
}
