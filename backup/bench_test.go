package backup_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func (l *lab) fill(files, size int) {
	l.t.Helper()
	for i := range files {
		name := l.path(fmt.Sprintf("d%03d/f%05d", i%100, i))
		if i < 100 {
			must(l.t, os.MkdirAll(filepath.Dir(name), 0o755))
		}
		text := fmt.Sprintf("%08d", i)
		must(l.t, os.WriteFile(name, []byte(strings.Repeat(text, size/8)), 0o644))
	}
	must(l.t, exec.Command("sync", "-f", l.ws).Run())
}

// BenchmarkCold saves 1,000 files of 8 KiB durably, beside cp -r and sync -f of
// the same files in the same run.
func BenchmarkCold(b *testing.B) {
	l := newLab(b)
	l.fill(1000, 8<<10)
	var ours, plain time.Duration
	for i := range b.N {
		l.vaultDir = filepath.Join(filepath.Dir(l.ws), fmt.Sprint("v", i))
		l.open()
		start := time.Now()
		l.snapshot(unknown)
		ours += time.Since(start)
		copied := filepath.Join(filepath.Dir(l.ws), fmt.Sprint("c", i))
		start = time.Now()
		must(b, exec.Command("cp", "-r", l.ws, copied).Run(), exec.Command("sync", "-f", copied).Run())
		plain += time.Since(start)
	}
	b.ReportMetric(float64(ours.Milliseconds())/float64(b.N), "ours-ms")
	b.ReportMetric(float64(plain.Milliseconds())/float64(b.N), "cp-ms")
	b.ReportMetric(float64(ours)/float64(plain), "ours/cp")
}

// BenchmarkWarm saves 20,000 files of which one has changed since the snapshot
// before, beside a walk that only looks at each of them, in the same run.
func BenchmarkWarm(b *testing.B) {
	l := newLab(b)
	l.fill(20_000, 64)
	time.Sleep(2100 * time.Millisecond) // until the files' times are trusted
	l.snapshot(unknown)
	var ours, walk time.Duration
	for i := range b.N {
		l.write("d000/changes", fmt.Sprint(i))
		start := time.Now()
		l.snapshot(unknown)
		ours += time.Since(start)
		start = time.Now()
		must(b, filepath.WalkDir(l.ws, func(_ string, d fs.DirEntry, err error) error {
			if err == nil {
				_, err = d.Info()
			}
			return err
		}))
		walk += time.Since(start)
	}
	b.ReportMetric(float64(ours.Milliseconds())/float64(b.N), "ours-ms")
	b.ReportMetric(float64(walk.Milliseconds())/float64(b.N), "walk-ms")
	b.ReportMetric(float64(ours)/float64(walk), "ours/walk")
}

// A snapshot's cost doesn't grow with the snapshots before it.
func BenchmarkHistory(b *testing.B) {
	for _, before := range []int{0, 200, 800} {
		b.Run(fmt.Sprint(before), func(b *testing.B) {
			l := newLab(b)
			l.fill(100, 64)
			for i := range before {
				l.write("d000/changes", fmt.Sprint(-i))
				l.snapshot(l.writes("d000/changes")...)
			}
			for i := 0; b.Loop(); i++ {
				l.write("d000/changes", fmt.Sprint(i))
				id, err := l.v.Snapshot(b.Context(), call(l.writes("d000/changes")...))
				require.NoError(b, err)
				require.NotEmpty(b, id)
			}
		})
	}
}

// BenchmarkAgain saves 20,000 files for a step of a call that has saved them
// already: nothing is written.
func BenchmarkAgain(b *testing.B) {
	l := newLab(b)
	l.fill(20_000, 64)
	time.Sleep(2100 * time.Millisecond)
	c := call(unknown)
	first, err := l.v.Snapshot(b.Context(), c)
	require.NoError(b, err)
	for b.Loop() {
		id, err := l.v.Snapshot(b.Context(), c)
		require.NoError(b, err)
		require.Equal(b, first, id)
	}
}
