// Package fsys works on files beneath a folder that is held open, so that no
// name, link or race leads outside it. It is what the rest of the library
// touches disks through: the agent's workspace as well as its own state.
//
// Names are slash-separated and relative to the folder. They are never cleaned
// lexically: ".." and symbolic links mean what POSIX says ("ln/../f" is beside
// what ln points to), and a name that would leave the folder is an error
// ([ErrOutside]). A link is followed in the middle of a name, and at its end
// only where that is said; a link with an absolute target is never followed.
//
// What is held depends on the system:
//
//   - Linux from 5.6: openat2 with RESOLVE_BENEATH, RESOLVE_NO_MAGICLINKS and
//     RESOLVE_NO_XDEV. Mount points within the folder are refused too.
//   - Linux without openat2 (old, or filtered away) and after too many
//     concurrent renames: [os.Root], and the mount of what was opened must be
//     the root's, where the kernel tells it (5.8).
//   - macOS: os.Root. Bind-like mounts within the folder are not noticed.
//   - other systems: os.Root for everything. Hard links, owners and changes of
//     a file within one step are not noticed there.
//
// Every open is non-blocking and looked at before it is used: named pipes,
// devices and sockets are refused. Opening one has no effect but what its
// driver does on open.
package fsys

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"
)

// ErrOutside says that a name leads out of the folder, through a link with an
// absolute target, or onto another mount.
var ErrOutside = errors.New("leads outside the folder or onto another mount")

// ErrLocked says that somebody else holds a lock.
var ErrLocked = errors.New("locked by another")

// ErrLink says that a name goes through a symbolic link where none is followed.
var ErrLink = errors.New("goes through a symbolic link")

// ErrTooLarge says that a file is larger than its reader allows.
var ErrTooLarge = errors.New("the file is too large")

// Faults is called before each operation that changes or syncs something, with
// its name ("write", "fsync", "rename", "link", "remove", "mkdir", "symlink",
// "chmod", "chown", "chtimes", "create", "syncfs", "syncdir") and the name of
// the file. An error is returned in the operation's place. It is for tests:
// a disk that is full or fails, a process killed at this point.
type Faults func(op, name string) error

// Root is a folder held open. It stays the same folder when it is renamed. It
// is safe for concurrent use, unless Faults is changed meanwhile.
type Root struct {
	// Faults, where it isn't nil, is asked before every change. It is nil in
	// production.
	Faults Faults

	dir     string
	root    *os.Root
	handle  *os.File // the same folder as a file
	mount   uint64   // id of its mount, or 0
	noLinks bool
	view    bool // shares the handles of another Root
}

// OpenRoot opens the folder dir. Links in dir itself are followed.
func OpenRoot(dir string) (*Root, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	handle, err := root.Open(".")
	if err != nil {
		root.Close()
		return nil, err
	}
	return &Root{dir: dir, root: root, handle: handle, mount: mountOf(int(handle.Fd()))}, nil
}

// NoLinks returns a view of the same folder in which no link is followed, not
// even within a name: a name that goes through one is an error. It must not be
// used after r is closed.
func (r *Root) NoLinks() *Root {
	view := *r
	view.noLinks, view.view = true, true
	return &view
}

// Dir returns the folder's path as it was given to [OpenRoot].
func (r *Root) Dir() string { return r.dir }

// Close closes the folder. Files opened beneath it stay open.
func (r *Root) Close() error {
	if r.view {
		return nil
	}
	return errors.Join(r.handle.Close(), r.root.Close())
}

// Info describes a file, without following a link.
type Info struct {
	Name       string      // base name
	Mode       fs.FileMode // type and permissions
	Size       int64       // bytes
	ModTime    time.Time
	ChangeTime time.Time // of content or attributes; zero where the system has none
	Dev, Inode uint64    // zero where the system has none
	Links      uint64    // hard links; 1 where the system doesn't tell
	UID, GID   int       // -1 where the system has none
}

// Same reports whether i and j are the same file in the same state: if both
// were taken of one path, nobody has written to it in between. Two writes
// within one tick of the file system's clock look like one.
func (i Info) Same(j Info) bool {
	return i.Mode == j.Mode && i.Size == j.Size && i.Dev == j.Dev && i.Inode == j.Inode &&
		i.ModTime.Equal(j.ModTime) && i.ChangeTime.Equal(j.ChangeTime)
}

// Unmoved reports whether i is the file j, which has not been written to in
// between. It is Same, but for a file that had several names: what happens to
// the others shows in its ChangeTime and Links, and doesn't count.
func (i Info) Unmoved(j Info) bool {
	if j.Links > 1 {
		i.ChangeTime = j.ChangeTime
	}
	return i.Same(j)
}

// Kind says in words what sort of file a mode describes.
func Kind(m fs.FileMode) string {
	switch {
	case m.IsRegular():
		return "a regular file"
	case m.IsDir():
		return "a folder"
	case m&fs.ModeSymlink != 0:
		return "a symbolic link"
	case m&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	}
	return "a special file"
}

// Fault asks Faults, if there is one, about an operation that is about to be
// done on a file opened beneath r. The operations of this package ask
// themselves.
func (r *Root) Fault(op, name string) error {
	if r.Faults == nil {
		return nil
	}
	if err := r.Faults(op, name); err != nil {
		return pathError(op, name, err)
	}
	return nil
}

// pathError names the operation and the file, and turns the several ways in
// which systems say "outside" into one.
func pathError(op, name string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	var le *os.LinkError
	if errors.As(err, &le) {
		err = le.Err
	}
	if errors.Is(err, syscall.EXDEV) || strings.Contains(err.Error(), "path escapes from parent") {
		err = ErrOutside
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}

// split takes a name apart into the folder and the last component, which must
// be a file's own name: what is changed is what is named.
func split(op, name string) (parent, base string, err error) {
	parent, base = ".", name
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		parent, base = name[:i+1], name[i+1:]
	}
	if base == "" || base == "." || base == ".." {
		return "", "", &fs.PathError{Op: op, Path: name, Err: errors.New("the name must end in the name of a file or folder")}
	}
	return parent, base, nil
}

// folder opens the folder that name lies in.
func (r *Root) folder(op, name string) (*folder, string, error) {
	parent, base, err := split(op, name)
	if err != nil {
		return nil, "", err
	}
	if parent == "." {
		return r.self(), base, nil
	}
	d, err := r.openFolder(parent)
	if err != nil {
		return nil, "", pathError(op, name, err)
	}
	return d, base, nil
}

// in runs f on the folder that name lies in and gives its error the
// operation's name.
func (r *Root) in(op, name string, f func(d *folder, base string) error) error {
	d, base, err := r.folder(op, name)
	if err != nil {
		return err
	}
	defer d.close()
	if err := f(d, base); err != nil {
		return pathError(op, name, err)
	}
	return nil
}
