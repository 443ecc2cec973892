package fsys

import "os"

// FileLock is an advisory lock on a whole file, held by this open of it: it
// excludes other processes and other calls in this process alike. It ends with
// Unlock or with the process, and is not passed on to children.
type FileLock struct{ f *os.File }

// Lock creates the file if there is none, and waits until it holds it alone.
func (r *Root) Lock(name string) (*FileLock, error) { return r.lock(name, true, true) }

// RLock is Lock shared with other readers.
func (r *Root) RLock(name string) (*FileLock, error) { return r.lock(name, false, true) }

// TryLock is Lock without waiting: the error is ErrLocked where somebody else
// holds the file.
func (r *Root) TryLock(name string) (*FileLock, error) { return r.lock(name, true, false) }

func (r *Root) lock(name string, exclusive, wait bool) (*FileLock, error) {
	f, err := r.openOrCreate("lock", name, flagsLock, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f, exclusive, wait); err != nil {
		f.Close()
		return nil, pathError("lock", name, err)
	}
	return &FileLock{f}, nil
}

// Unlock gives the lock back.
func (l *FileLock) Unlock() error { return l.f.Close() }
