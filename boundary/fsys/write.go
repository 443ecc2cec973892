package fsys

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
)

// TempPrefix begins the names of the temporary files that a write leaves
// behind if the process is killed within it. They stand in the folder of the
// file that was to be written.
const TempPrefix = ".runtimeguard-tmp-"

// File says what [Root.Replace] puts under a name.
type File struct {
	// Mode holds the permissions, setuid, setgid and sticky bits. The umask
	// doesn't apply.
	Mode fs.FileMode
	// Owned says that UID and GID are to be set; else the file is the
	// process's own.
	Owned    bool
	UID, GID int
	// ModTime is set where it isn't zero.
	ModTime time.Time
	// Was is the state in which the target must still be right before it is
	// replaced ([Info.Unmoved]); the zero Info says that there must be none;
	// nil, that it doesn't matter.
	Was *Info
	// Untie says that a target with other hard links is not refused: this name
	// gets the new file, and the others keep the old one.
	Untie bool
	// Write writes the content to an empty file open for reading and writing.
	Write func(f *os.File) error
}

// Replace writes a file whole: into a temporary file in the same folder, which
// is synced and renamed over the name, and the folder is synced. Whoever reads
// the name sees all of the old file or all of the new one, also after a power
// failure. Replace returns when the new one is durable; after an error the old
// one stands, unless the error came from the last sync.
//
// A target that isn't a regular file or that is a link is refused, and one that
// has other hard links unless file.Untie is set. Access control lists and extended attributes of the old
// file are not kept.
func (r *Root) Replace(name string, file File) error {
	return r.in("write", name, func(d *folder, base string) error {
		was, err := target(d, base, file.Untie)
		if err != nil {
			return err
		}
		if file.Was != nil && !was.Unmoved(*file.Was) {
			return errMoved
		}
		tmp, err := r.temp(d, name, file)
		if err != nil {
			return err
		}
		if err := r.put(d, tmp, base, name, file.Was); err != nil {
			d.unlink(tmp)
			return err
		}
		return r.syncDir(d, name)
	})
}

// Link says what [Root.ReplaceLink] puts under a name.
type Link struct {
	Target string
	// Owned says that UID and GID are to be set; a refusal of that is no error.
	Owned    bool
	UID, GID int
	// ModTime is set where it isn't zero.
	ModTime time.Time
	// Was is the state that the name must be in, as in [File].
	Was *Info
}

// ReplaceLink makes a symbolic link, in place of a link or a file with one
// name that stands there, in one step.
func (r *Root) ReplaceLink(name string, link Link) error {
	return r.in("symlink", name, func(d *folder, base string) error {
		if err := r.Fault("symlink", name); err != nil {
			return err
		}
		tmp := TempPrefix + rand.Text()
		if err := d.symlink(link.Target, tmp); err != nil {
			return err
		}
		if err := r.finishLink(d, tmp, base, name, link); err != nil {
			d.unlink(tmp)
			return err
		}
		return r.syncDir(d, name)
	})
}

func (r *Root) finishLink(d *folder, tmp, base, name string, link Link) error {
	if link.Owned {
		if err := d.chown(tmp, link.UID, link.GID); err != nil && !errors.Is(err, fs.ErrPermission) {
			return err
		}
	}
	if !link.ModTime.IsZero() {
		if err := d.chtimes(tmp, link.ModTime); err != nil {
			return err
		}
	}
	return r.put(d, tmp, base, name, link.Was)
}

// Tie makes name another name of the regular file oldName, in place of what
// stands there, which must be in the state was, as in [File]. It returns when
// that is durable.
func (r *Root) Tie(oldName, name string, was *Info) error {
	return r.in("link", oldName, func(from *folder, oldBase string) error {
		return r.in("link", name, func(d *folder, base string) error {
			if err := r.Fault("link", name); err != nil {
				return err
			}
			if _, err := target(d, base, true); err != nil {
				return err
			}
			tmp := TempPrefix + rand.Text()
			if err := from.link(oldBase, d, tmp); err != nil {
				return err
			}
			defer d.unlink(tmp) // a rename onto another name of the same file does nothing
			if _, err := target(d, tmp, true); err != nil {
				return err
			}
			if err := r.put(d, tmp, base, name, was); err != nil {
				return err
			}
			return r.syncDir(d, name)
		})
	})
}

var errMoved = errors.New("the file has changed meanwhile")

// target describes what a write would replace; the zero Info if there is
// nothing.
func target(d *folder, base string, untie bool) (Info, error) {
	info, err := d.lstat(base)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Info{}, nil
	case err != nil:
		return info, err
	case !info.Mode.IsRegular():
		return info, fmt.Errorf("is %s: only regular files are written", Kind(info.Mode))
	case info.Links > 1 && !untie:
		return info, manyNames(info)
	}
	return info, nil
}

func manyNames(info Info) error {
	return fmt.Errorf("has %d hard links: only files with one name are changed", info.Links)
}

// put gives a finished temporary file its name.
func (r *Root) put(d *folder, tmp, base, name string, was *Info) error {
	if err := r.Fault("rename", name); err != nil {
		return err
	}
	if was == nil {
		return d.rename(tmp, d, base)
	}
	if was.Mode == 0 && was.Inode == 0 {
		return renameNoReplace(d, tmp, d, base)
	}
	now, err := d.lstat(base)
	if err == nil && !now.Unmoved(*was) {
		err = errMoved
	}
	if err != nil {
		return err
	}
	return d.rename(tmp, d, base)
}

// temp writes a durable temporary file beside name and returns its base name.
func (r *Root) temp(d *folder, name string, file File) (string, error) {
	tmp := TempPrefix + rand.Text()
	if err := r.Fault("create", name); err != nil {
		return "", err
	}
	f, err := d.open(tmp, flagsNew, 0o600)
	if err != nil {
		return "", err
	}
	err = r.fill(d, f, tmp, name, file)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		d.unlink(tmp)
		return "", err
	}
	return tmp, nil
}

// fill gives a temporary file its content and attributes. The owner comes
// before the mode, since a change of owner clears the setuid bit.
func (r *Root) fill(d *folder, f *os.File, tmp, name string, file File) error {
	for _, step := range []struct {
		op string
		do func() error
	}{
		{"write", func() error { return file.Write(f) }},
		{"chown", func() error {
			if !file.Owned {
				return nil
			}
			return own(d, f, tmp, file.UID, file.GID)
		}},
		{"chmod", func() error { return f.Chmod(file.Mode) }},
		{"chtimes", func() error {
			if file.ModTime.IsZero() {
				return nil
			}
			return d.chtimes(tmp, file.ModTime)
		}},
		{"fsync", f.Sync},
	} {
		if err := r.Fault(step.op, name); err != nil {
			return err
		}
		if err := step.do(); err != nil {
			return err
		}
	}
	return nil
}

// own changes the owner where it isn't the right one already.
func own(d *folder, f *os.File, base string, uid, gid int) error {
	info, err := infoOf(f)
	if err != nil || info.UID == uid && info.GID == gid {
		return err
	}
	if err := d.chown(base, uid, gid); err != nil {
		return fmt.Errorf("the owner can't be kept: %w", err)
	}
	return nil
}

// WriteFile replaces or creates a file as [Root.Replace] does. An existing
// file keeps its permissions and its owner, and is refused if nobody may write
// to it; a new one gets perm.
func (r *Root) WriteFile(name string, data []byte, perm fs.FileMode) error {
	return r.Replace(name, r.keep(name, data, perm))
}

// keep is a new content with the old attributes.
func (r *Root) keep(name string, data []byte, perm fs.FileMode) File {
	file := File{Mode: perm, Write: func(f *os.File) error {
		_, err := f.Write(data)
		return err
	}}
	info, err := r.Lstat(name)
	if err != nil || !info.Mode.IsRegular() {
		return file // Replace says what is wrong with it
	}
	file.Mode, file.Owned, file.UID, file.GID = info.Mode, true, info.UID, info.GID
	if info.Mode&0o222 == 0 {
		file.Write = func(*os.File) error { return fs.ErrPermission }
	}
	return file
}

// Edit replaces the one place in a file where old stands by new, byte for byte,
// and keeps everything else: line ends, invalid UTF-8, a missing last newline.
// It is an error if old is empty, isn't there, or is there more than once
// (overlapping places count), if the file is larger than max bytes, and if
// somebody else writes to it meanwhile. It writes as [Root.WriteFile] does.
func (r *Root) Edit(name string, old, new []byte, max int64) error {
	f, was, err := r.OpenInfo(name)
	if err != nil {
		return err
	}
	data, err := readAll(f, was.Size, max)
	f.Close()
	if err == nil {
		data, err = edit(data, old, new)
	}
	if err != nil {
		return pathError("edit", name, err)
	}
	if int64(len(data)) > max {
		return pathError("edit", name, fmt.Errorf("%w: %d bytes after the edit, at most %d are written", ErrTooLarge, len(data), max))
	}
	file := r.keep(name, data, was.Mode)
	file.Was = &was
	return r.Replace(name, file)
}

// CreateExclusive creates a file whole and durable, in one step among all
// processes: a finished temporary file is given its name by link(2), which
// fails with fs.ErrExist if the name stands.
func (r *Root) CreateExclusive(name string, data []byte, perm fs.FileMode) error {
	return r.in("create", name, func(d *folder, base string) error {
		tmp, err := r.temp(d, name, File{Mode: perm, Write: func(f *os.File) error {
			_, err := f.Write(data)
			return err
		}})
		if err != nil {
			return err
		}
		defer d.unlink(tmp)
		if err := r.Fault("link", name); err != nil {
			return err
		}
		if err := d.link(tmp, d, base); err != nil {
			return err
		}
		return r.syncDir(d, name)
	})
}

// Create creates an empty file for reading and writing; fs.ErrExist if the
// name stands. Nothing is synced.
func (r *Root) Create(name string, perm fs.FileMode) (f *os.File, err error) {
	if err := r.Fault("create", name); err != nil {
		return nil, err
	}
	err = r.in("create", name, func(d *folder, base string) (err error) {
		f, err = d.open(base, flagsNew, perm)
		return err
	})
	return f, err
}

// openOrCreate opens a regular file, making an empty one if there is none.
func (r *Root) openOrCreate(op, name string, flags int, perm fs.FileMode) (f *os.File, err error) {
	err = r.in(op, name, func(d *folder, base string) error {
		for range maxRaces {
			f, err = d.open(base, flags, 0)
			if !errors.Is(err, fs.ErrNotExist) {
				break
			}
			if err = r.Fault("create", name); err != nil {
				return err
			}
			f, err = d.open(base, flags|flagsNew&^flagsLock, perm)
			if !errors.Is(err, fs.ErrExist) {
				break
			}
		}
		if err != nil {
			return err
		}
		if _, err = plain(f); err != nil {
			f.Close()
		}
		return err
	})
	return f, err
}

// maxRaces bounds how often an open is tried against another process that
// creates and deletes the same file.
const maxRaces = 16

// Appender appends to a file. It is safe for concurrent use; what one Write
// writes stays together.
type Appender struct {
	r    *Root
	name string
	f    *os.File
}

// OpenAppend opens a regular file for appending, creating it with perm if
// there is none. A link, and a file with other hard links, is refused.
func (r *Root) OpenAppend(name string, perm fs.FileMode) (*Appender, error) {
	f, err := r.openOrCreate("append", name, flagsAppend, perm)
	if err != nil {
		return nil, err
	}
	info, err := infoOf(f)
	if err == nil && info.Links > 1 {
		err = manyNames(info)
	}
	if err != nil {
		f.Close()
		return nil, pathError("append", name, err)
	}
	return &Appender{r, name, f}, nil
}

// Write appends. Nothing is durable before Sync.
func (a *Appender) Write(data []byte) (int, error) {
	if err := a.r.Fault("write", a.name); err != nil {
		return 0, err
	}
	return a.f.Write(data)
}

// Sync makes what was written durable.
func (a *Appender) Sync() error {
	if err := a.r.Fault("fsync", a.name); err != nil {
		return err
	}
	return a.f.Sync()
}

// Info describes the open file: its size is where the next Write begins,
// unless another process writes before.
func (a *Appender) Info() (Info, error) { return infoOf(a.f) }

// Truncate cuts the file to size bytes.
func (a *Appender) Truncate(size int64) error {
	if err := a.r.Fault("truncate", a.name); err != nil {
		return err
	}
	return a.f.Truncate(size)
}

// Close closes the file; it doesn't sync it.
func (a *Appender) Close() error { return a.f.Close() }

// Clone makes dst, an empty file, share the content of src where the file
// system can copy on write; else it is an error and dst stays as it was.
func Clone(dst, src *os.File) error { return clone(dst, src) }

func edit(data, old, new []byte) ([]byte, error) {
	if len(old) == 0 {
		return nil, errors.New("the text to replace is empty")
	}
	s, o := string(data), string(old)
	first, n := strings.Index(s, o), 0
	for i := first; i >= 0; n++ {
		next := strings.Index(s[i+1:], o)
		if next < 0 {
			n++
			break
		}
		i += 1 + next
	}
	if n == 0 {
		return nil, errors.New("the text to replace isn't in the file")
	}
	if n > 1 {
		return nil, fmt.Errorf("the text to replace stands in %d places: give more of what is around it", n)
	}
	return []byte(s[:first] + string(new) + s[first+len(o):]), nil
}
