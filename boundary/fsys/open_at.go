//go:build linux || darwin

package fsys

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// openFile opens a file that passes check, and makes it blocking.
func (r *Root) openFile(name string, flags int, check func(Info) error) (*os.File, Info, error) {
	fd, err := r.openFD(name, flags)
	if err != nil {
		return nil, Info{}, err
	}
	info, err := infoOfFD(fd, name)
	if err == nil {
		err = check(info)
	}
	if err == nil && flags != flagsStat {
		_, err = unix.FcntlInt(uintptr(fd), unix.F_SETFL, 0) // before NewFile, which would poll it
	}
	if err != nil {
		unix.Close(fd)
		return nil, info, err
	}
	return os.NewFile(uintptr(fd), name), info, nil
}

func (r *Root) openFolder(name string) (*folder, error) {
	fd, err := r.openFD(name, flagsFolder)
	if err != nil {
		return nil, err
	}
	return &folder{fd: fd}, nil
}

// openRoot opens an existing file through os.Root and holds what os.Root
// doesn't: that it lies on the root's own mount.
func (r *Root) openRoot(name string, flags int) (int, error) {
	if name == "" {
		return -1, unix.ENOENT
	}
	f, err := r.root.OpenFile(name, flags|flagsAlways, 0)
	if err != nil {
		return -1, err
	}
	defer f.Close()
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	return r.ownMount(fd)
}

// ownMount closes what lies on another mount than the root.
func (r *Root) ownMount(fd int) (int, error) {
	if m := mountOf(fd); m != r.mount && m != 0 {
		unix.Close(fd)
		return -1, ErrOutside
	}
	return fd, nil
}

// openSteps opens an existing file one component at a time, following no link.
func (r *Root) openSteps(name string, flags int) (int, error) {
	if name == "" || name[0] == '/' {
		return -1, unix.ENOENT
	}
	at, err := r.self().openFD(".", flagsFolder, 0)
	if err != nil {
		return -1, err
	}
	parts := strings.FieldsFunc(name, func(c rune) bool { return c == '/' })
	for i, part := range parts {
		want := flagsFolder
		if i == len(parts)-1 && !strings.HasSuffix(name, "/") {
			want = flags
		}
		next, err := -1, ErrOutside
		if part != ".." {
			next, err = (&folder{fd: at}).openFD(part, want, 0)
		}
		unix.Close(at)
		if err != nil {
			return -1, err
		}
		at = next
	}
	return r.ownMount(at)
}

// enter opens a folder in a folder for RemoveAll.
func (r *Root) enter(d *folder, base string) (*folder, error) {
	fd, err := d.openFD(base, flagsFolder, 0)
	if err == nil {
		fd, err = r.ownMount(fd)
	}
	if err != nil {
		return nil, err
	}
	return &folder{fd: fd}, nil
}
