package fsys

import (
	"errors"
	"io/fs"
	"os"
)

// OpenWrite opens a regular file for writing and leaves what is in it; if there
// is none it makes an empty one with perm, and says so. Where atEnd is set, all
// that is written goes to the end. A link, and a file with other hard links, is
// refused.
func (r *Root) OpenWrite(name string, atEnd bool, perm fs.FileMode) (f *os.File, made bool, err error) {
	flags := os.O_WRONLY
	if atEnd {
		flags = flagsAppend
	}
	err = r.in("open", name, func(d *folder, base string) (err error) {
		for range maxRaces {
			if f, err = d.open(base, flags, 0); !errors.Is(err, fs.ErrNotExist) {
				break
			}
			if err = r.Fault("create", name); err != nil {
				return err
			}
			made = true
			if f, err = d.open(base, flags|flagsNew&^flagsLock, perm); !errors.Is(err, fs.ErrExist) {
				break
			}
			made = false
		}
		if err != nil {
			return err
		}
		info, err := plain(f)
		if err == nil && info.Links > 1 {
			err = manyNames(info)
		}
		if err != nil {
			f.Close()
		}
		return err
	})
	if err != nil {
		return nil, false, err
	}
	return f, made, nil
}
