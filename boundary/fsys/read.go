package fsys

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
)

// Open opens a regular file for reading. A link at the end of the name is
// followed, unless r is a [Root.NoLinks] view. Anything else, a folder too, is
// refused with what it is.
func (r *Root) Open(name string) (*os.File, error) {
	f, _, err := r.OpenInfo(name)
	return f, err
}

// OpenInfo is Open and says what was opened.
func (r *Root) OpenInfo(name string) (*os.File, Info, error) {
	f, info, err := r.openFile(name, flagsRead, regular)
	if err != nil {
		return nil, info, pathError("open", name, err)
	}
	return f, info, nil
}

func regular(info Info) error {
	if !info.Mode.IsRegular() {
		return fmt.Errorf("is %s: only regular files are opened", Kind(info.Mode))
	}
	return nil
}

// plain checks that a file that was opened is regular, and makes it blocking.
func plain(f *os.File) (Info, error) {
	info, err := infoOf(f)
	if err == nil {
		err = regular(info)
	}
	if err == nil {
		err = settle(f)
	}
	return info, err
}

// OpenDir opens a folder. Its entries' attributes must be asked through r:
// those of os.DirEntry are looked up by path.
func (r *Root) OpenDir(name string) (*os.File, error) {
	f, _, err := r.openFile(name, flagsFolder, func(info Info) error {
		if !info.Mode.IsDir() {
			return errors.New("is not a folder")
		}
		return nil
	})
	if err != nil {
		return nil, pathError("open", name, err)
	}
	return f, nil
}

// InfoOf describes an open file.
func InfoOf(f *os.File) (Info, error) { return infoOf(f) }

// Resolved returns the absolute path, links followed, under which an open file
// stands right now; false where the system doesn't tell. A file that has been
// deleted has no path that means anything.
func Resolved(f *os.File) (path string, ok bool) { return resolved(f) }

// ReadFile returns the content of a regular file of at most max bytes; a
// larger one is an error that wraps [ErrTooLarge].
func (r *Root) ReadFile(name string, max int64) ([]byte, error) {
	f, info, err := r.OpenInfo(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := readAll(f, info.Size, max)
	if err != nil {
		return nil, pathError("read", name, err)
	}
	return data, nil
}

// readAll reads a file that may grow while it is read.
func readAll(f io.Reader, size, max int64) ([]byte, error) {
	if size > max {
		return nil, fmt.Errorf("%w: %d bytes, at most %d are read", ErrTooLarge, size, max)
	}
	data := make([]byte, 0, size+512)
	for {
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if int64(len(data)) > max {
			return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, max)
		}
		if err == io.EOF {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
		data = slices.Grow(data, 512)
	}
}

// Sub opens a folder beneath r as a root of its own, which closing r leaves
// open. Links in the name are followed as everywhere.
func (r *Root) Sub(name string) (*Root, error) {
	f, err := r.OpenDir(name)
	if err != nil {
		return nil, err
	}
	sub := &Root{dir: r.dir + "/" + name, handle: f, mount: r.mount, noLinks: r.noLinks}
	if r.Faults != nil {
		sub.Faults = func(op, n string) error { return r.Faults(op, name+"/"+n) }
	}
	if sub.root, err = r.root.OpenRoot(name); err == nil {
		if err = sub.oneFolder(); err == nil {
			return sub, nil
		}
		sub.root.Close()
	}
	f.Close()
	return nil, pathError("open", name, err)
}

// oneFolder makes sure that both handles of a root are of the same folder: they
// were opened one after the other.
func (r *Root) oneFolder() error {
	f, err := r.root.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	a, err := infoOf(f)
	if err != nil {
		return err
	}
	b, err := infoOf(r.handle)
	if err == nil && (a.Dev != b.Dev || a.Inode != b.Inode) {
		err = errMoved
	}
	return err
}

// Lstat describes a file, not following a link at the end of the name. The
// name "." is the folder itself.
func (r *Root) Lstat(name string) (Info, error) {
	if name == "." {
		return r.Stat(name)
	}
	var info Info
	err := r.in("lstat", name, func(d *folder, base string) (err error) {
		info, err = d.lstat(base)
		return err
	})
	return info, err
}

// Stat describes a file, following links. It opens the file to do so: one that
// can't be opened has no Stat, a device or pipe aside.
func (r *Root) Stat(name string) (Info, error) {
	f, info, err := r.openFile(name, flagsStat, func(Info) error { return nil })
	if err != nil {
		return info, pathError("stat", name, err)
	}
	return info, f.Close()
}

// Readlink returns the target of a link.
func (r *Root) Readlink(name string) (target string, err error) {
	err = r.in("readlink", name, func(d *folder, base string) (err error) {
		target, err = d.readlink(base)
		return err
	})
	return target, err
}

// Names returns the names of what lies in a folder, sorted.
func (r *Root) Names(name string) ([]string, error) {
	d, names, err := r.openNames(name)
	if err != nil {
		return nil, err
	}
	defer d.close()
	slices.Sort(names)
	return names, nil
}

// openNames opens a folder and reads the names of what lies in it.
func (r *Root) openNames(name string) (*folder, []string, error) {
	d, err := r.openFolder(name)
	if err != nil {
		return nil, nil, pathError("readdir", name, err)
	}
	names, err := d.names()
	if err != nil {
		d.close()
		return nil, nil, pathError("readdir", name, err)
	}
	return d, names, nil
}

// ReadDir describes what lies in a folder, sorted by name. What vanishes while
// it is read is left out.
func (r *Root) ReadDir(name string) ([]Info, error) {
	d, names, err := r.openNames(name)
	if err != nil {
		return nil, err
	}
	defer d.close()
	infos := make([]Info, 0, len(names))
	for _, n := range names {
		info, err := d.lstat(n)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, pathError("readdir", name, err)
		}
		infos = append(infos, info)
	}
	slices.SortFunc(infos, func(a, b Info) int { return cmp.Compare(a.Name, b.Name) })
	return infos, nil
}
