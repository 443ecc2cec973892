package boundary

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/runtimeguard/runtimeguard/boundary/contain"
)

// maxScan is how many files are looked through for what has to be masked.
const maxScan = 2_000_000

// scanner finds the files in writable folders that are out of reach, or that
// can't be changed. It remembers what a folder held for as long as its time of
// change stays the same.
type scanner struct {
	sensitive, plants func(path string) bool
	skip              []string // folders that aren't looked into

	mu      sync.Mutex
	folders map[string]*scanned
}

// scanned is what one folder held.
type scanned struct {
	changed time.Time
	at      time.Time // when it was read
	count   int       // of entries
	folders []string
	masks   contain.Masks
}

// settled is how old a change must be for a folder's time to tell it from a
// later one.
const settled = 2 * time.Second

var errScan = errors.New("more than 2,000,000 files stand where commands may write, and secrets among them can't be found: " +
	"name fewer folders, or set Containment.Tier to seccomp")

// scan looks through folders.
func (s *scanner) scan(roots []string) (contain.Masks, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.folders
	s.folders = map[string]*scanned{}
	var out contain.Masks
	left := maxScan
	todo := slices.Clone(roots)
	for len(todo) > 0 {
		dir := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if slices.Contains(s.skip, dir) || s.folders[dir] != nil {
			continue
		}
		f := s.folder(dir, known[dir])
		if f == nil {
			continue
		}
		s.folders[dir] = f
		if left -= f.count; left < 0 {
			return contain.Masks{}, errScan
		}
		out.Hide = append(out.Hide, f.masks.Hide...)
		out.Hold = append(out.Hold, f.masks.Hold...)
		out.Pin = append(out.Pin, f.masks.Pin...)
		todo = append(todo, f.folders...)
	}
	for _, list := range [][]string{out.Hide, out.Hold, out.Pin} {
		slices.Sort(list) // folders before what is in them
	}
	return out, nil
}

// folder reads a folder, unless it is known and hasn't changed.
func (s *scanner) folder(dir string, known *scanned) *scanned {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() {
		return nil
	}
	if known != nil && known.changed.Equal(info.ModTime()) && known.at.Sub(known.changed) > settled {
		return known
	}
	f := &scanned{changed: info.ModTime(), at: time.Now()}
	d, err := openDir(dir)
	if err != nil {
		return f // the commands can't list it either
	}
	defer d.Close()
	for {
		entries, err := d.ReadDir(1024)
		for _, e := range entries {
			f.count++
			s.entry(f, dir+"/"+e.Name(), e)
		}
		if err != nil {
			return f
		}
	}
}

func (s *scanner) entry(f *scanned, path string, e fs.DirEntry) {
	switch {
	case s.sensitive != nil && s.sensitive(path):
		if e.Type()&fs.ModeSymlink != 0 {
			if target, err := filepath.EvalSymlinks(path); err == nil {
				path = target
			}
		}
		f.masks.Hide = append(f.masks.Hide, path)
		return
	case s.plants != nil && s.plants(path):
		// A folder of which only some files are meant stays writable.
		if e.IsDir() && !s.plants(path+"/.any") {
			f.masks.Pin = append(f.masks.Pin, path)
			break
		}
		f.masks.Hold = append(f.masks.Hold, path)
		return
	}
	if e.IsDir() {
		f.folders = append(f.folders, path)
	}
}
