package backup_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/backup"
)

// disk is what of a vault a power failure would leave, as far as the
// operations on it tell: contents that were not synced may be lost, and so may
// names whose folder was not synced.
type disk struct {
	contents, names map[string]bool     // at risk
	written         map[string][]string // temporary files by their folders
}

func diskAfter(ops []string) *disk {
	d := &disk{contents: map[string]bool{}, names: map[string]bool{}, written: map[string][]string{}}
	for _, line := range ops {
		op, name, _ := strings.Cut(line, " ")
		d.do(op, name)
	}
	return d
}

func (d *disk) do(op, name string) {
	switch op {
	case "create", "mkdir", "link":
		d.names[name] = true
	case "write":
		dir := path.Dir(name)
		d.contents[name], d.written[dir] = true, append(d.written[dir], name)
	case "rename": // of one of those in the folder; which doesn't matter once all have their names
		dir := path.Dir(name)
		from := d.written[dir][0]
		d.written[dir] = d.written[dir][1:]
		delete(d.names, from)
		d.names[name] = true
		if d.contents[from] {
			delete(d.contents, from)
			d.contents[name] = true
		}
	case "fsync":
		delete(d.contents, name)
	case "syncdir":
		if strings.HasSuffix(name, ".json") { // of the folder in which a file was made
			name = path.Dir(name)
		}
		for n := range d.names {
			if path.Dir(n) == name {
				delete(d.names, n)
			}
		}
	case "syncfs":
		clear(d.names)
		clear(d.contents)
	}
}

// fail copies a vault as a power failure would leave it; lost chooses among
// what may be lost.
func (d *disk) fail(t testing.TB, vault, to string, lost func() bool) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(vault, func(p string, e fs.DirEntry, err error) error {
		require.NoError(t, err)
		name, err := filepath.Rel(vault, p)
		require.NoError(t, err)
		target := filepath.Join(to, name)
		switch {
		case d.names[name] && lost():
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		case e.IsDir():
			return os.MkdirAll(target, 0o700)
		}
		data, err := os.ReadFile(p)
		require.NoError(t, err)
		if d.contents[name] && lost() {
			data = data[:len(data)/2]
		}
		return os.WriteFile(target, data, 0o400)
	}))
}

// survives says what is wrong with a vault after a power failure: damage, or a
// snapshot that had been reported and can't be restored.
func (l *lab) survives(d *disk, reported []string, lost func() bool) error {
	l.t.Helper()
	dir := filepath.Join(l.t.TempDir(), "vault")
	d.fail(l.t, l.vaultDir, dir, lost)
	c := l.c
	c.Faults = nil
	v, err := backup.Open(dir, c)
	if err != nil {
		return err
	}
	defer v.Close()
	r, err := v.Verify(l.t.Context(), nil)
	if err != nil || len(r.Damaged) > 0 {
		return fmt.Errorf("damaged: %v %v", r.Damaged, err)
	}
	for _, id := range reported {
		if _, _, err := v.Get(l.t.Context(), id); err != nil {
			return err
		}
	}
	id, err := v.Snapshot(l.t.Context(), call(unknown)) // what was lost is written again
	if err != nil {
		return err
	}
	if r, err = v.Verify(l.t.Context(), nil); err != nil || len(r.Damaged) > 0 {
		return fmt.Errorf("damaged after the next snapshot %s: %v %v", id, r.Damaged, err)
	}
	return nil
}

func always() bool { return true }

// The power fails between the operations of a snapshot: what was reported is
// there, nothing is damaged, and the next snapshot is whole. With a
// sync left out, or the manifest named before its contents are durable, this very
// test finds damage.
func TestPowerFailure(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	maybe := func() bool { return random.IntN(2) == 0 }
	for _, files := range []int{3, 20} { // each synced alone, all synced at once
		t.Run(fmt.Sprint(files), func(t *testing.T) {
			l := newLab(t)
			for i := range files {
				l.write(fmt.Sprintf("sub/%d", i), fmt.Sprint(i))
			}
			l.snapshot(l.delete("sub/0")...)
			first := l.snapshot(l.delete("sub/0")...)
			var ops []string
			l.c.Faults = func(op, name string) error {
				for i, lost := range []func() bool{always, maybe} {
					if (len(ops)+i)%4 != 0 && !strings.Contains(op, "sync") {
						continue
					}
					if err := l.survives(diskAfter(ops), []string{first}, lost); err != nil {
						t.Errorf("before %s %s: %v", op, name, err)
					}
				}
				ops = append(ops, op+" "+name)
				return nil
			}
			l.open()
			second := l.snapshot(unknown)
			l.c.Faults = nil
			reported := []string{first, second}
			require.NoError(t, l.survives(diskAfter(ops), reported, always))
			require.NoError(t, l.survives(diskAfter(ops), reported, maybe))
			found := 0
			for i, op := range ops {
				without := slices.Delete(slices.Clone(ops), i, i+1)
				if strings.Contains(op, "sync") && atRisk(diskAfter(without)) {
					require.Error(t, l.survives(diskAfter(without), reported, always), "without %s", op)
					found++
				}
			}
			require.GreaterOrEqual(t, found, 3)
			// Another planted fault: the manifest gets its name first.
			early := diskAfter(ops[:slices.IndexFunc(ops, func(op string) bool { return strings.Contains(op, "sync") })])
			require.Error(t, l.survives(early, []string{first}, always), "the manifest before its contents")
			t.Logf("%d operations, %d planted faults found", len(ops), found)
		})
	}
}

func atRisk(d *disk) bool { return len(d.names)+len(d.contents) > 0 }
