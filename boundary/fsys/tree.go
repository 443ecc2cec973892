package fsys

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
)

// Mkdir makes a folder. The umask applies to perm. SyncDir of the folder it
// stands in makes it durable.
func (r *Root) Mkdir(name string, perm fs.FileMode) error {
	return r.change("mkdir", strings.TrimRight(name, "/"), func(d *folder, base string) error { return d.mkdir(base, perm) })
}

// MkdirAll makes a folder and those it lies in, where they don't stand yet.
func (r *Root) MkdirAll(name string, perm fs.FileMode) error {
	for i, c := range name + "/" {
		if c != '/' {
			continue
		}
		switch prefix := name[:i]; prefix[strings.LastIndexByte(prefix, '/')+1:] {
		case "", ".", "..":
		default:
			if err := r.Mkdir(prefix, perm); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
		}
	}
	d, err := r.OpenDir(name)
	if err != nil {
		return err
	}
	return d.Close()
}

// change is in with the fault asked before.
func (r *Root) change(op, name string, f func(d *folder, base string) error) error {
	return r.in(op, name, func(d *folder, base string) error {
		if err := r.Fault(op, name); err != nil {
			return err
		}
		return f(d, base)
	})
}

// Remove removes a file, a link itself, or an empty folder. SyncDir makes it
// durable.
func (r *Root) Remove(name string) error {
	return r.change("remove", name, func(d *folder, base string) error {
		info, err := d.lstat(base)
		if err != nil {
			return err
		}
		if info.Mode.IsDir() {
			return d.rmdir(base)
		}
		return d.unlink(base)
	})
}

// maxDepth bounds how deep RemoveAll goes: each level holds a folder open.
const maxDepth = 512

// RemoveAll removes a file or a folder with everything in it. It follows no
// link and enters no other mount. What isn't there is no error. It stops at
// the first error, and past 512 levels.
func (r *Root) RemoveAll(name string) error {
	err := r.in("remove", name, func(d *folder, base string) error { return r.removeAll(d, base, name, maxDepth) })
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (r *Root) removeAll(d *folder, base, name string, depth int) error {
	info, err := d.lstat(base)
	if err != nil {
		return err
	}
	if !info.Mode.IsDir() {
		if err := r.Fault("remove", name); err != nil {
			return err
		}
		return d.unlink(base)
	}
	if depth == 0 {
		return fmt.Errorf("folders nested deeper than %d", maxDepth)
	}
	if err := r.empty(d, base, name, depth); err != nil {
		return err
	}
	if err := r.Fault("remove", name); err != nil {
		return err
	}
	return d.rmdir(base)
}

// empty removes what lies in a folder.
func (r *Root) empty(d *folder, base, name string, depth int) error {
	sub, err := r.enter(d, base)
	if err != nil {
		return err
	}
	defer sub.close()
	names, err := sub.names()
	if err != nil {
		return err
	}
	for _, n := range names {
		err := r.removeAll(sub, n, name+"/"+n, depth-1)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Rename renames a file or a folder within the root, replacing a file that
// stands under the new name, and returns when that is durable.
func (r *Root) Rename(oldName, newName string) error {
	return r.rename(oldName, newName, func(d *folder, base string, to *folder, toBase string) error {
		return d.rename(base, to, toBase)
	})
}

// RenameNoReplace is Rename that fails with fs.ErrExist where the new name
// stands.
func (r *Root) RenameNoReplace(oldName, newName string) error {
	return r.rename(oldName, newName, renameNoReplace)
}

func (r *Root) rename(oldName, newName string, do func(d *folder, base string, to *folder, toBase string) error) error {
	return r.moved(oldName, newName, func(d *folder, base string, to *folder, toBase string) error {
		if err := do(d, base, to, toBase); err != nil {
			return err
		}
		if err := r.syncDir(to, newName); err != nil {
			return err
		}
		return r.syncDir(d, oldName)
	})
}

// Move is Rename without the syncs: SyncDir of both folders, or SyncFS, makes
// it durable.
func (r *Root) Move(oldName, newName string) error {
	return r.moved(oldName, newName, func(d *folder, base string, to *folder, toBase string) error {
		return d.rename(base, to, toBase)
	})
}

// MoveNew is Move that fails with fs.ErrExist where the new name stands.
func (r *Root) MoveNew(oldName, newName string) error {
	return r.moved(oldName, newName, renameNoReplace)
}

func (r *Root) moved(oldName, newName string, do func(d *folder, base string, to *folder, toBase string) error) error {
	return r.in("rename", oldName, func(d *folder, base string) error {
		return r.in("rename", newName, func(to *folder, toBase string) error {
			if err := r.Fault("rename", newName); err != nil {
				return err
			}
			return do(d, base, to, toBase)
		})
	})
}

// Symlink makes a symbolic link called name. The target is only text: where it
// leads is looked at when the link is followed.
func (r *Root) Symlink(target, name string) error {
	return r.change("symlink", name, func(d *folder, base string) error { return d.symlink(target, base) })
}

// Chmod sets the permissions of a regular file with one name, or of a folder
// (the root itself is "."), following no link. The file is opened and its handle changed.
func (r *Root) Chmod(name string, mode fs.FileMode) error {
	return r.attribute("chmod", name,
		func(_ *folder, _ string, f *os.File) error { return f.Chmod(mode) },
		func(d *folder, base string, info Info) error {
			if info.Mode&fs.ModeSymlink != 0 {
				return ErrLink
			}
			return d.chmod(base, mode)
		})
}

// Chown sets the owner of a regular file with one name, of a folder, or of a
// link itself.
func (r *Root) Chown(name string, uid, gid int) error {
	return r.attribute("chown", name,
		func(_ *folder, _ string, f *os.File) error { return chownFile(f, uid, gid) },
		func(d *folder, base string, _ Info) error { return d.chown(base, uid, gid) })
}

// Chtimes sets the times of a regular file with one name, of a folder, or of a
// link itself.
func (r *Root) Chtimes(name string, mtime time.Time) error {
	return r.attribute("chtimes", name,
		func(d *folder, base string, f *os.File) error { return chtimesFile(d, base, f, mtime) },
		func(d *folder, base string, _ Info) error { return d.chtimes(base, mtime) })
}

// attribute changes a file through its handle, after a look at what was
// opened. A link, and a file that may not be read, is changed by its name,
// which follows no link either.
func (r *Root) attribute(op, name string, byHandle func(*folder, string, *os.File) error, byName func(*folder, string, Info) error) error {
	work := func(d *folder, base string) error {
		f, err := d.open(base, flagsRead, 0)
		if err == nil {
			defer f.Close()
			if err = changeable(infoOf(f)); err == nil {
				err = byHandle(d, base, f)
			}
			return err
		}
		if !errors.Is(err, ErrLink) && !errors.Is(err, fs.ErrPermission) {
			return err
		}
		info, err := d.lstat(base)
		if err == nil && info.Mode&fs.ModeSymlink == 0 {
			err = changeable(info, nil)
		}
		if err != nil {
			return err
		}
		return byName(d, base, info)
	}
	if name == "." {
		return r.ofRoot(op, work)
	}
	return r.change(op, name, work)
}

// ofRoot runs f on the root itself, by the name "." in itself.
func (r *Root) ofRoot(op string, f func(d *folder, base string) error) error {
	d, err := r.openFolder(".")
	if err == nil {
		defer d.close()
		if err = r.Fault(op, "."); err == nil {
			err = f(d, ".")
		}
	}
	if err != nil {
		return pathError(op, ".", err)
	}
	return nil
}

func changeable(info Info, err error) error {
	switch {
	case err != nil:
		return err
	case !info.Mode.IsRegular() && !info.Mode.IsDir():
		return fmt.Errorf("is %s: only files, folders and links are changed", Kind(info.Mode))
	case info.Mode.IsRegular() && info.Links > 1:
		return manyNames(info)
	}
	return nil
}

// SyncFile makes the content of a file durable.
func (r *Root) SyncFile(name string) error {
	if err := r.Fault("fsync", name); err != nil {
		return err
	}
	f, err := r.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// SyncDir makes what was created, renamed and removed in a folder durable.
func (r *Root) SyncDir(name string) error {
	d, err := r.openFolder(name)
	if err != nil {
		return pathError("syncdir", name, err)
	}
	defer d.close()
	return r.syncDir(d, name)
}

func (r *Root) syncDir(d *folder, name string) error {
	if err := r.Fault("syncdir", name); err != nil {
		return err
	}
	return d.sync()
}

// SyncFS makes everything on the folder's file system durable, in one step. It
// is errors.ErrUnsupported where the system has none that waits: then each file
// and folder has to be synced.
func (r *Root) SyncFS() error {
	if err := r.Fault("syncfs", "."); err != nil {
		return err
	}
	return r.syncFS()
}
