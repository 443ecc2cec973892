//go:build linux || darwin

package fsys

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

func (r *Root) openFolder(name string) (*folder, error) {
	f, err := r.openFile(name, flagsFolder)
	if err != nil {
		return nil, err
	}
	return &folder{f}, nil
}

// openRoot opens an existing file through os.Root and holds what os.Root
// doesn't: that it lies on the root's own mount.
func (r *Root) openRoot(name string, flags int) (*os.File, error) {
	if name == "" {
		return nil, unix.ENOENT
	}
	f, err := r.root.OpenFile(name, flags|flagsAlways, 0)
	if err != nil {
		return nil, err
	}
	if m := mountOf(f); m != r.mount && m != 0 {
		f.Close()
		return nil, ErrOutside
	}
	return f, nil
}

// openSteps opens an existing file one component at a time, following no link.
func (r *Root) openSteps(name string, flags int) (*os.File, error) {
	if name == "" || name[0] == '/' {
		return nil, unix.ENOENT
	}
	at, err := r.root.Open(".")
	if err != nil {
		return nil, err
	}
	parts := strings.FieldsFunc(name, func(c rune) bool { return c == '/' })
	for i, part := range parts {
		if part == ".." {
			at.Close()
			return nil, ErrOutside
		}
		want := flagsFolder
		if i == len(parts)-1 && !strings.HasSuffix(name, "/") {
			want = flags
		}
		next, err := (&folder{at}).open(part, want, 0)
		at.Close()
		if err != nil {
			return nil, err
		}
		at = next
	}
	if m := mountOf(at); m != r.mount && m != 0 {
		at.Close()
		return nil, ErrOutside
	}
	return at, nil
}

// enter opens a folder in a folder for RemoveAll.
func (r *Root) enter(d *folder, base string) (*folder, error) {
	f, err := d.open(base, flagsFolder, 0)
	if err != nil {
		return nil, err
	}
	if m := mountOf(f); m != r.mount && m != 0 {
		f.Close()
		return nil, ErrOutside
	}
	return &folder{f}, nil
}
