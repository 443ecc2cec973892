package approval

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
)

// Folder is a [Store] in a folder that any number of processes share, without
// a daemon. Version 3 of an entry is the file "id.3": a
// finished temporary file that is linked to that name, which fails if the name
// stands, while the folder's lock is held. File and folder are synced before
// Swap returns. The highest version counts, so a process that is killed at any
// point leaves the old version or the new one.
type Folder struct {
	root *fsys.Root    // follows no link
	held *fsys.Root    // what Close closes
	turn chan struct{} // one of this process's goroutines at a time tries for the lock
	perm fs.FileMode   // of new files

	bell    Bell
	mu      sync.Mutex
	polling bool
}

const lockName = ".lock"

// OpenFolder opens a folder as a store, making it with mode 0700 if there is
// none. It must belong to this user, and group and others may not write to it:
// else it is refused.
//
// A folder that several users share (the host's and the operators') has mode
// 2770: what it belongs to is a group of just these users. That it is
// set-group-ID says that it is meant so, and makes new files the group's.
func OpenFolder(dir string) (*Folder, error) {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("approval: %w", err)
	}
	root, err := fsys.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("approval: %w", err)
	}
	f := &Folder{root: root.NoLinks(), held: root, turn: make(chan struct{}, 1), perm: 0o600}
	if err := f.check(dir); err != nil {
		root.Close()
		return nil, fmt.Errorf("approval: %w", err)
	}
	return f, nil
}

// check looks at whose the folder is, and readies a shared one.
func (f *Folder) check(dir string) error {
	info, err := f.root.Stat(".")
	if err != nil {
		return err
	}
	if info.Mode&fs.ModeSetgid == 0 || info.Mode.Perm() != 0o770 {
		return own(dir, info, 0o022)
	}
	f.perm = 0o640
	if _, err := f.root.Lstat(lockName); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err = f.root.CreateExclusive(lockName, nil, 0o660)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// Close closes the folder. Nothing may be in progress or follow.
func (f *Folder) Close() error { return f.held.Close() }

// own refuses a file that isn't this user's, or whose mode has one of the bits.
// Systems without owners aren't asked.
func own(path string, info fsys.Info, loose fs.FileMode) error {
	switch {
	case info.UID < 0:
		return nil
	case info.UID != os.Geteuid():
		return fmt.Errorf("%s belongs to user %d and not to this one, %d", path, info.UID, os.Geteuid())
	case info.Mode&loose != 0:
		return fmt.Errorf("%s has mode %04o: others can get at it; take %04o away", path, info.Mode.Perm(), info.Mode&loose)
	}
	return nil
}

// fileName is the file of a version; versionOf reads it back.
func fileName(id string, version uint64) string {
	return id + "." + strconv.FormatUint(version, 10)
}

// versionOf takes a file's name apart. Anything but what fileName gives is no
// version of anything.
func versionOf(name string) (id string, version uint64, ok bool) {
	id, digits, ok := strings.Cut(name, ".")
	version, err := strconv.ParseUint(digits, 10, 64)
	return id, version, ok && err == nil && checkID(id) == nil && version > 0 && fileName(id, version) == name
}

// names returns the names of all files.
func (f *Folder) names() ([]string, error) {
	d, err := f.root.OpenDir(".")
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Readdirnames(-1)
}

// newest returns the highest version of every entry, or of one.
func newest(names []string, only string) map[string]uint64 {
	out := map[string]uint64{}
	for _, name := range names {
		if id, v, ok := versionOf(name); ok && (only == "" || id == only) {
			out[id] = max(out[id], v)
		}
	}
	return out
}

// Get implements [Store].
func (f *Folder) Get(ctx context.Context, id string) (Entry, error) {
	if err := checkID(id); err != nil {
		return Entry{}, err
	}
	for range maxTries {
		if err := ctx.Err(); err != nil {
			return Entry{}, err
		}
		version, err := f.version(ctx, id)
		if err != nil {
			return Entry{}, err
		}
		e, err := f.read(id, version)
		if !errors.Is(err, fs.ErrNotExist) {
			return e, err
		}
	} // it was replaced before it could be read
	return Entry{}, errBusy
}

// version returns the highest version of an entry. A listing may miss a name
// that comes while another goes, so that there is none is asked again under the
// lock.
func (f *Folder) version(ctx context.Context, id string) (uint64, error) {
	names, err := f.names()
	if v := newest(names, id)[id]; v > 0 || err != nil {
		return v, err
	}
	unlock, err := f.lock(ctx)
	if err != nil {
		return 0, err
	}
	defer unlock()
	names, err = f.names()
	return newest(names, id)[id], err
}

func (f *Folder) read(id string, version uint64) (e Entry, err error) {
	e = Entry{ID: id, Version: version}
	if version > 0 {
		e.Data, err = f.root.ReadFile(fileName(id, version), maxData)
	}
	return e, err
}

// List implements [Store].
func (f *Folder) List(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		names, err := f.names()
		if err != nil {
			yield(Entry{}, err)
			return
		}
		for id, version := range newest(names, "") {
			if err := ctx.Err(); err != nil {
				yield(Entry{}, err)
				return
			}
			e, err := f.read(id, version)
			if errors.Is(err, fs.ErrNotExist) {
				e, err = f.Get(ctx, id)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// Swap implements [Store].
func (f *Folder) Swap(ctx context.Context, id string, version uint64, data []byte) error {
	if err := errors.Join(CheckEntry(id, version, data), ctx.Err()); err != nil {
		return err
	}
	unlock, err := f.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	names, err := f.names()
	if err != nil {
		return err
	}
	if newest(names, id)[id] != version {
		return ErrConflict
	}
	err = f.root.CreateExclusive(fileName(id, version+1), data, f.perm)
	if errors.Is(err, fs.ErrExist) {
		return ErrConflict
	}
	if err == nil {
		f.clean(names, id)
	}
	return err
}

// clean removes the versions that are old now, and temporary files, which only
// a killed process leaves, since they are written under the lock. What can't
// be removed is left for the next time.
func (f *Folder) clean(names []string, id string) {
	for _, name := range names {
		of, _, ok := versionOf(name)
		if ok && of == id || strings.HasPrefix(name, fsys.TempPrefix) {
			_ = f.root.Remove(name)
		}
	}
}

// lock waits for the folder's lock until the context ends. The link alone
// would not do: a process that has slept while two others went on and removed
// "id.3" could link it again.
func (f *Folder) lock(ctx context.Context) (unlock func(), err error) {
	select {
	case f.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var lock *fsys.FileLock
	var failed error
	locked := make(chan struct{})
	go func() {
		lock, failed = f.root.Lock(lockName)
		close(locked)
	}()
	unlock = func() {
		<-locked
		if failed == nil {
			lock.Unlock()
		}
		<-f.turn
	}
	select {
	case <-locked:
		if failed != nil {
			unlock()
			return nil, failed
		}
		return unlock, nil
	case <-ctx.Done():
		go unlock() // as soon as it is there
		return nil, ctx.Err()
	}
}

// pollFolder is how often a folder that is watched is looked at. A look takes
// some microseconds.
const pollFolder = 20 * time.Millisecond

// Watch implements [Watcher]: each Swap changes the folder's modification
// time, which one goroutine looks at while anybody watches.
func (f *Folder) Watch(ctx context.Context) <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.bell.Watch(ctx)
	if !f.polling {
		f.polling = true
		go f.poll(f.modified())
	}
	return c
}

// poll rings where the time has changed, and once more after that: two changes
// within one tick of the file system's clock look like one.
func (f *Folder) poll(last time.Time) {
	for again := false; f.stillWatched(); time.Sleep(pollFolder) {
		now := f.modified()
		changed := now.IsZero() || !now.Equal(last)
		if changed || again {
			f.bell.Ring()
		}
		last, again = now, changed
	}
}

func (f *Folder) stillWatched() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.polling = f.bell.watched()
	return f.polling
}

// modified is zero where it can't be told.
func (f *Folder) modified() time.Time {
	info, err := f.root.Stat(".")
	if err != nil {
		return time.Time{}
	}
	return info.ModTime
}
