package fsys

import (
	"errors"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// maxRetries bounds how often an open is tried again while somebody renames
// folders beside it; the kernel asks for that with EAGAIN.
const maxRetries = 128

const flagsStat = unix.O_PATH

// openat2 is replaced in tests by one that isn't there.
var openat2 = unix.Openat2

// openFD opens an existing file beneath the root.
func (r *Root) openFD(name string, flags int) (int, error) {
	how := unix.OpenHow{
		Flags:   uint64(flags | flagsAlways),
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS | unix.RESOLVE_NO_XDEV,
	}
	if flags == flagsStat { // openat2 refuses what O_PATH would ignore
		how.Flags = unix.O_PATH | unix.O_CLOEXEC
	}
	if r.noLinks {
		how.Resolve |= unix.RESOLVE_NO_SYMLINKS
	}
	for range maxRetries {
		fd, err := openat2(int(r.handle.Fd()), name, &how)
		switch {
		case err == nil:
			return fd, nil
		case err == unix.ELOOP && r.noLinks:
			return -1, ErrLink
		case err == unix.ENOSYS, err == unix.EPERM: // not there, or filtered away
			return r.openWithout(name, flags)
		case err != unix.EAGAIN && err != unix.EINTR:
			return -1, err
		}
	}
	return r.openWithout(name, flags)
}

// openWithout opens without openat2. There O_PATH would open a link itself.
func (r *Root) openWithout(name string, flags int) (int, error) {
	if flags == flagsStat {
		flags = flagsRead
	}
	if r.noLinks {
		return r.openSteps(name, flags)
	}
	return r.openRoot(name, flags)
}

// chtimesFile sets times through a handle; kernels before 5.8 only by name.
func chtimesFile(d *folder, base string, f *os.File, mtime time.Time) error {
	m, err := unix.TimeToTimespec(mtime)
	if err != nil {
		return err
	}
	err = unix.UtimesNanoAt(int(f.Fd()), "", []unix.Timespec{m, m}, unix.AT_EMPTY_PATH)
	if err == unix.EINVAL || err == unix.ENOENT {
		return d.chtimes(base, mtime)
	}
	return err
}

// mountOf returns the id of the mount that a file lies on, or 0.
func mountOf(fd int) uint64 {
	var st unix.Statx_t
	err := unix.Statx(fd, "", unix.AT_EMPTY_PATH, unix.STATX_MNT_ID, &st)
	if err != nil || st.Mask&unix.STATX_MNT_ID == 0 {
		return 0
	}
	return st.Mnt_id
}

func resolved(f *os.File) (string, bool) {
	path, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(int(f.Fd())))
	return path, err == nil
}

func renameNoReplace(from *folder, base string, to *folder, toBase string) error {
	return unix.Renameat2(from.fd, base, to.fd, toBase, unix.RENAME_NOREPLACE)
}

func fsync(fd int) error { return unix.Fsync(fd) }

func (r *Root) syncFS() error { return unix.Syncfs(int(r.handle.Fd())) }

func clone(dst, src *os.File) error {
	err := unix.IoctlFileClone(int(dst.Fd()), int(src.Fd()))
	if err != nil {
		return errors.ErrUnsupported
	}
	return nil
}

func statTimes(st *unix.Stat_t) (mtime, ctime unix.Timespec) { return st.Mtim, st.Ctim }
