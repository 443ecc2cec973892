package audit_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/audit"
	"github.com/runtimeguard/runtimeguard/guard"
)

func openBench(b *testing.B, c audit.Config) *audit.Log {
	l, err := audit.Open(b.TempDir(), c)
	require.NoError(b, err)
	b.Cleanup(func() { l.Close() })
	return l
}

// BenchmarkAppendNoSync is what an append costs beside the disk: one record of
// about 700 bytes encoded, redacted, hashed and written; by one goroutine, and
// by 64.
func BenchmarkAppendNoSync(b *testing.B) {
	ctx := context.Background()
	b.Run("1", func(b *testing.B) {
		l, r := openBench(b, audit.Config{NoSync: true}), record(1)
		for b.Loop() {
			if err := l.Append(ctx, r); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("64", func(b *testing.B) {
		l := openBench(b, audit.Config{NoSync: true})
		b.SetParallelism(32)
		b.RunParallel(func(pb *testing.PB) {
			for r := record(1); pb.Next(); {
				if err := l.Append(ctx, r); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

// BenchmarkAppend compares one sync a record with 8 and with 64 writers that
// share syncs: how many times as many records they write is among the figures.
func BenchmarkAppend(b *testing.B) {
	var alone time.Duration // a record of one writer
	for _, n := range []int{1, 8, 64} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			l := openBench(b, audit.Config{})
			var wg sync.WaitGroup
			for i := range n {
				wg.Go(func() {
					r := record(i)
					for j := i; j < b.N; j += n {
						if err := l.Append(context.Background(), r); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
			each := b.Elapsed() / time.Duration(b.N)
			switch {
			case n == 1:
				alone = each
			case alone < 100*time.Microsecond:
				b.Log("one sync takes less than 100 µs, or wasn't measured: group commit is not measurable here")
			default:
				b.ReportMetric(float64(alone)/float64(each), "times")
			}
		})
	}
}

// BenchmarkSync is the disk alone: one write and one sync.
func BenchmarkSync(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "f"))
	require.NoError(b, err)
	defer f.Close()
	buf := make([]byte, 700)
	for b.Loop() {
		f.Write(buf)
		f.Sync()
	}
}

func BenchmarkVerify(b *testing.B) {
	dir := b.TempDir()
	l, err := audit.Open(dir, audit.Config{NoSync: true})
	require.NoError(b, err)
	for i := range 20000 {
		require.NoError(b, l.Append(context.Background(), record(i)))
	}
	require.NoError(b, l.Close())
	info, err := os.Stat(filepath.Join(dir, "00000001.jsonl"))
	require.NoError(b, err)
	b.SetBytes(info.Size())
	b.ReportAllocs()
	for b.Loop() {
		_, err := audit.Verify(context.Background(), dir, audit.VerifyConfig{})
		require.NoError(b, err)
	}
}

func BenchmarkQuery(b *testing.B) {
	dir := b.TempDir()
	l, err := audit.Open(dir, audit.Config{NoSync: true})
	require.NoError(b, err)
	for i := range 5000 {
		require.NoError(b, l.Append(context.Background(), record(i)))
	}
	require.NoError(b, l.Close())
	for name, f := range map[string]audit.Filter{"all": {}, "none": {Agent: "nobody"}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				for _, err := range audit.Query(context.Background(), dir, f) {
					require.NoError(b, err)
				}
			}
		})
	}
	_ = guard.Allow
}
