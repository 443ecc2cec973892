package exact

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMessages(t *testing.T) {
	r := Request{ID: 7, Op: OpStart, Args: []string{"a", "", "\xff\x00"}, Via: []string{"env"}, Dir: "/w", Env: []string{"A=b"}, Path: "p", Flags: 0o101, Follow: true, Target: 1 << 40, Text: "t", Exit: 126}
	var got Request
	require.NoError(t, decode(encode(&r), &got))
	require.Equal(t, r, got)
	a := Reply{ID: 7, Exit: 3, Refused: "no", Errno: 2, Created: true, Entries: []Entry{{"x", 1 << 31}, {"\xfe", 0}}, Script: &Script{Text: "echo", Name: "n", Params: []string{"1"}, POSIX: true}}
	var b Reply
	require.NoError(t, decode(encode(&a), &b))
	require.Equal(t, a, b)
	j := Job{Script: *a.Script, Dir: "/d", Env: []string{"X=\xf0"}}
	var k Job
	require.NoError(t, decode(encode(&j), &k))
	require.Equal(t, j, k)
	for n := range encode(&a) {
		require.Error(t, decode(encode(&a)[:n], &Reply{}))
	}
	require.Error(t, decode(append(encode(&a), 0), &Reply{}))
}

// FuzzDecode: whatever a worker sends, reading it ends and allocates no more
// than a multiple of what came.
func FuzzDecode(f *testing.F) {
	f.Add(encode(&Request{Op: OpStart, Args: []string{"a"}}))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		var r Request
		if decode(data, &r) == nil {
			var again Request
			require.NoError(t, decode(encode(&r), &again))
			require.Equal(t, r, again)
		}
		_ = decode(data, &Reply{})
	})
}

func TestSocket(t *testing.T) {
	host, theirs, err := Pair()
	require.NoError(t, err)
	worker, err := NewConn(theirs)
	require.NoError(t, err)
	defer host.Close()
	dir, err := os.Open(t.TempDir())
	require.NoError(t, err)
	go func() {
		worker.Send(&Request{ID: 1, Text: string(make([]byte, 1<<20))}, dir, dir, dir)
		worker.Send(&Request{ID: 2}, dir)
		worker.Send(&Request{ID: 3})
		worker.Close()
	}()
	for i, files := range []int{3, 1, 0} {
		var r Request
		got, err := host.Receive(&r)
		require.NoError(t, err)
		require.Equal(t, uint64(i+1), r.ID)
		require.Len(t, got, files)
		for _, f := range got {
			info, err := f.Stat()
			require.NoError(t, err)
			require.True(t, info.IsDir())
			f.Close()
		}
	}
	_, err = host.Receive(&Request{})
	require.Error(t, err)
}
