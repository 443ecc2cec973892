package audit

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFaults lets every operation on the disk fail once, at every point: what
// was acknowledged is in the log, and the log verifies.
func TestFaults(t *testing.T) {
	c := Config{SegmentSize: 4000, CheckpointEvery: 4, NoSync: false}
	errDisk := errors.New("the disk fails")
	for _, op := range []string{"write", "fsync", "truncate", "create", "rename", "syncdir"} {
		failed := 0
		for at := 1; ; at++ {
			dir := t.TempDir()
			l, err := Open(dir, c)
			require.NoError(t, err)
			n := 0
			l.w.dir.Faults = func(o, name string) error {
				if o == op {
					n++
				}
				if o == op && n == at || op == "truncate" && o == "fsync" && n == 0 && at == 1 {
					return errDisk
				}
				return nil
			}
			acked, refused := map[string]bool{}, map[string]bool{}
			for i := range 12 {
				r := benchRecord()
				r.Call.ID = fmt.Sprint("id", i)
				if err := l.Append(context.Background(), *r); err == nil {
					acked[r.Call.ID] = true
				} else {
					refused[r.Call.ID] = true
					failed++
				}
			}
			l.w.dir.Faults = nil
			l.Close()
			l, err = Open(dir, c)
			require.NoError(t, err, "%s %d", op, at)
			require.NoError(t, l.Append(context.Background(), *benchRecord()))
			require.NoError(t, l.Close())
			_, err = Verify(context.Background(), dir, VerifyConfig{})
			require.NoError(t, err, "%s %d", op, at)
			for e, err := range Query(context.Background(), dir, Filter{}) {
				require.NoError(t, err)
				delete(acked, e.Record.Call.ID)
				require.False(t, op != "truncate" && refused[e.Record.Call.ID], "%s %d: refused, but in the log", op, at)
			}
			require.Empty(t, acked, "%s %d", op, at)
			if n < at {
				break
			}
		}
		if op == "write" || op == "fsync" {
			require.Positive(t, failed, "an error of %s refuses", op)
		}
	}
}
