//go:build !linux && !darwin

package fsys

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

const (
	flagsRead   = os.O_RDONLY
	flagsFolder = os.O_RDONLY
	flagsAppend = os.O_WRONLY | os.O_APPEND
	flagsLock   = os.O_RDWR
	flagsNew    = os.O_RDWR | os.O_CREATE | os.O_EXCL
	flagsStat   = os.O_RDONLY
)

// folder is one open folder, through os.Root alone. A link is looked for
// before a component is used; os.Root holds what is swapped in afterwards
// beneath this folder.
type folder struct {
	root *os.Root
	kept bool // by the Root, which closes it
}

// self is the root as one of its folders.
func (r *Root) self() *folder { return &folder{r.root, true} }

func (d *folder) close() error {
	if d.kept {
		return nil
	}
	return d.root.Close()
}

func (d *folder) sync() error { return nil } // a folder can't be synced here

func (d *folder) open(base string, flags int, perm fs.FileMode) (*os.File, error) {
	if info, err := d.root.Lstat(base); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return nil, ErrLink
	}
	return d.root.OpenFile(base, flags, perm)
}

func (d *folder) lstat(base string) (Info, error) {
	info, err := d.root.Lstat(base)
	if err != nil {
		return Info{}, err
	}
	return infoFrom(info), nil
}

func (d *folder) names() ([]string, error) {
	f, err := d.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Readdirnames(-1)
}

func (d *folder) mkdir(base string, perm fs.FileMode) error { return d.root.Mkdir(base, perm) }
func (d *folder) unlink(base string) error                  { return d.remove(base, false) }
func (d *folder) rmdir(base string) error                   { return d.remove(base, true) }

func (d *folder) remove(base string, dir bool) error {
	info, err := d.root.Lstat(base)
	if err != nil {
		return err
	}
	if info.IsDir() != dir {
		return errors.New("is " + Kind(info.Mode()))
	}
	return d.root.Remove(base)
}

func (d *folder) rename(base string, to *folder, toBase string) error {
	if to == d {
		return d.root.Rename(base, toBase)
	}
	return os.Rename(d.root.Name()+"/"+base, to.root.Name()+"/"+toBase)
}

func (d *folder) link(base string, to *folder, toBase string) error {
	if to == d {
		return d.root.Link(base, toBase)
	}
	return os.Link(d.root.Name()+"/"+base, to.root.Name()+"/"+toBase)
}

func (d *folder) symlink(target, base string) error         { return d.root.Symlink(target, base) }
func (d *folder) readlink(base string) (string, error)      { return d.root.Readlink(base) }
func (d *folder) chmod(base string, mode fs.FileMode) error { return d.root.Chmod(base, mode) }
func (d *folder) chown(base string, uid, gid int) error     { return nil } // there are no owners to keep

func (d *folder) chtimes(base string, mtime time.Time) error {
	return d.root.Chtimes(base, mtime, mtime)
}

func chownFile(*os.File, int, int) error { return nil }

func chtimesFile(d *folder, base string, _ *os.File, mtime time.Time) error {
	return d.chtimes(base, mtime)
}

func settle(*os.File) error { return nil }

func infoOf(f *os.File) (Info, error) {
	info, err := f.Stat()
	if err != nil {
		return Info{}, err
	}
	return infoFrom(info), nil
}

func infoFrom(info fs.FileInfo) Info {
	return Info{Name: info.Name(), Mode: info.Mode(), Size: info.Size(), ModTime: info.ModTime(), Links: 1, UID: -1, GID: -1}
}

// openFile opens a file that passes check.
func (r *Root) openFile(name string, flags int, check func(Info) error) (*os.File, Info, error) {
	open := r.openSteps
	if !r.noLinks {
		open = func(name string, flags int) (*os.File, error) { return r.root.OpenFile(name, flags, 0) }
	}
	f, err := open(name, flags)
	if err != nil {
		return nil, Info{}, err
	}
	info, err := infoOf(f)
	if err == nil {
		err = check(info)
	}
	if err != nil {
		f.Close()
		return nil, info, err
	}
	return f, info, nil
}

func (r *Root) openFolder(name string) (*folder, error) {
	if r.noLinks {
		f, err := r.openSteps(name, flagsFolder)
		if err != nil {
			return nil, err
		}
		f.Close()
	}
	root, err := r.root.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	return &folder{root: root}, nil
}

// openSteps refuses a name that goes through a link.
func (r *Root) openSteps(name string, flags int) (*os.File, error) {
	for i := range len(name) {
		if name[i] != '/' && i < len(name)-1 {
			continue
		}
		if info, err := r.root.Lstat(name[:i+1]); err != nil {
			return nil, err
		} else if info.Mode()&fs.ModeSymlink != 0 {
			return nil, ErrLink
		}
	}
	return r.root.OpenFile(name, flags, 0)
}

func renameNoReplace(from *folder, base string, to *folder, toBase string) error {
	if _, err := to.lstat(toBase); err == nil {
		return fs.ErrExist
	}
	return from.rename(base, to, toBase)
}

func mountOf(int) uint64 { return 0 }

func resolved(*os.File) (string, bool) { return "", false }

func (r *Root) syncFS() error { return errors.ErrUnsupported }

func clone(_, _ *os.File) error { return errors.ErrUnsupported }

func (r *Root) enter(d *folder, base string) (*folder, error) {
	root, err := d.root.OpenRoot(base)
	if err != nil {
		return nil, err
	}
	return &folder{root: root}, nil
}
