package fsys

import (
	"bytes"
	"errors"
	"os"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const flagsStat = flagsRead

func (r *Root) openFD(name string, flags int) (int, error) {
	if r.noLinks {
		return r.openSteps(name, flags)
	}
	return r.openRoot(name, flags)
}

// chtimesFile goes by name: through a handle, times would be cut to
// microseconds.
func chtimesFile(d *folder, base string, _ *os.File, mtime time.Time) error {
	return d.chtimes(base, mtime)
}

func mountOf(int) uint64 { return 0 }

func resolved(f *os.File) (string, bool) {
	buf := make([]byte, 4*1024)
	var pin runtime.Pinner
	pin.Pin(&buf[0])
	defer pin.Unpin()
	if _, err := unix.FcntlInt(f.Fd(), unix.F_GETPATH, int(uintptr(unsafe.Pointer(&buf[0])))); err != nil {
		return "", false
	}
	path, _, ok := bytes.Cut(buf, []byte{0})
	return string(path), ok
}

func renameNoReplace(from *folder, base string, to *folder, toBase string) error {
	return unix.RenameatxNp(from.fd, base, to.fd, toBase, unix.RENAME_EXCL)
}

// fsync waits for the disk itself, as os.File.Sync does.
func fsync(fd int) error {
	_, err := unix.FcntlInt(uintptr(fd), unix.F_FULLFSYNC, 0)
	if err == unix.ENOTSUP {
		err = unix.Fsync(fd)
	}
	return err
}

func (r *Root) syncFS() error { return errors.ErrUnsupported }

func clone(_, _ *os.File) error { return errors.ErrUnsupported }

func statTimes(st *unix.Stat_t) (mtime, ctime unix.Timespec) { return st.Mtim, st.Ctim }
