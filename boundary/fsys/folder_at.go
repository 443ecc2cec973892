//go:build linux || darwin

package fsys

import (
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Flags of open that every system has under some name.
const (
	flagsRead   = unix.O_RDONLY
	flagsFolder = unix.O_RDONLY | unix.O_DIRECTORY
	flagsAppend = unix.O_WRONLY | unix.O_APPEND
	flagsLock   = unix.O_RDWR
	flagsNew    = unix.O_RDWR | unix.O_CREAT | unix.O_EXCL

	flagsAlways = unix.O_NONBLOCK | unix.O_NOCTTY | unix.O_CLOEXEC
)

// folder is one open folder. Its methods take a single component and never
// follow a link, so that nothing can change between finding a name's folder
// and working in it.
type folder struct {
	fd   int
	kept bool // by the Root, which closes it
}

// self is the root as one of its folders.
func (r *Root) self() *folder { return &folder{int(r.handle.Fd()), true} }

func (d *folder) close() error {
	if d.kept {
		return nil
	}
	return unix.Close(d.fd)
}

func (d *folder) sync() error { return fsync(d.fd) }

func (d *folder) open(base string, flags int, perm fs.FileMode) (*os.File, error) {
	fd, err := d.openFD(base, flags, perm)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), base), nil
}

func (d *folder) openFD(base string, flags int, perm fs.FileMode) (int, error) {
	flags |= flagsAlways | unix.O_NOFOLLOW
	if flags&unix.O_EXCL != 0 {
		flags &^= unix.O_NONBLOCK // it is a new file, and regular
	}
	fd, err := retry(func() (int, error) { return unix.Openat(d.fd, base, flags, uint32(perm.Perm())) })
	if err == unix.ELOOP || err == unix.ENOTDIR && d.isLink(base) {
		err = ErrLink
	}
	return fd, err
}

func (d *folder) isLink(base string) bool {
	info, err := d.lstat(base)
	return err == nil && info.Mode&fs.ModeSymlink != 0
}

func (d *folder) lstat(base string) (Info, error) {
	var st unix.Stat_t
	for {
		err := unix.Fstatat(d.fd, base, &st, unix.AT_SYMLINK_NOFOLLOW)
		if err != unix.EINTR {
			return infoFrom(base, &st), err
		}
	}
}

func (d *folder) names() (names []string, err error) {
	buf := make([]byte, 32<<10)
	for {
		n, err := retry(func() (int, error) { return unix.ReadDirent(d.fd, buf) })
		if err != nil || n <= 0 {
			return names, err
		}
		_, _, names = unix.ParseDirent(buf[:n], -1, names)
	}
}

func (d *folder) mkdir(base string, perm fs.FileMode) error {
	return unix.Mkdirat(d.fd, base, uint32(perm.Perm()))
}

func (d *folder) unlink(base string) error { return unix.Unlinkat(d.fd, base, 0) }
func (d *folder) rmdir(base string) error  { return unix.Unlinkat(d.fd, base, unix.AT_REMOVEDIR) }

func (d *folder) rename(base string, to *folder, toBase string) error {
	return unix.Renameat(d.fd, base, to.fd, toBase)
}

func (d *folder) link(base string, to *folder, toBase string) error {
	return unix.Linkat(d.fd, base, to.fd, toBase, 0)
}

func (d *folder) symlink(target, base string) error { return unix.Symlinkat(target, d.fd, base) }

func (d *folder) readlink(base string) (string, error) {
	for size := 256; ; size *= 2 {
		buf := make([]byte, size)
		n, err := unix.Readlinkat(d.fd, base, buf)
		if err != nil {
			return "", err
		}
		if n < size {
			return string(buf[:n]), nil
		}
	}
}

func (d *folder) chmod(base string, mode fs.FileMode) error {
	return unix.Fchmodat(d.fd, base, unixMode(mode), unix.AT_SYMLINK_NOFOLLOW)
}

func (d *folder) chown(base string, uid, gid int) error {
	return unix.Fchownat(d.fd, base, uid, gid, unix.AT_SYMLINK_NOFOLLOW)
}

func (d *folder) chtimes(base string, mtime time.Time) error {
	m, err := unix.TimeToTimespec(mtime)
	if err != nil {
		return err
	}
	return unix.UtimesNanoAt(d.fd, base, []unix.Timespec{m, m}, unix.AT_SYMLINK_NOFOLLOW)
}

func chownFile(f *os.File, uid, gid int) error { return f.Chown(uid, gid) }

// retry repeats what a signal interrupted.
func retry(f func() (int, error)) (int, error) {
	for {
		n, err := f()
		if err != unix.EINTR {
			return n, err
		}
	}
}

// settle makes an open file blocking again.
func settle(f *os.File) error { return unix.SetNonblock(int(f.Fd()), false) }

func infoOf(f *os.File) (Info, error) { return infoOfFD(int(f.Fd()), f.Name()) }

func infoOfFD(fd int, name string) (Info, error) {
	var st unix.Stat_t
	_, err := retry(func() (int, error) { return 0, unix.Fstat(fd, &st) })
	return infoFrom(filepath.Base(name), &st), err
}

func infoFrom(name string, st *unix.Stat_t) Info {
	mtime, ctime := statTimes(st)
	return Info{
		Name: name, Mode: goMode(uint32(st.Mode)), Size: st.Size,
		ModTime: time.Unix(mtime.Unix()), ChangeTime: time.Unix(ctime.Unix()),
		Dev: uint64(st.Dev), Inode: st.Ino, Links: uint64(st.Nlink), UID: int(st.Uid), GID: int(st.Gid),
	}
}

// bits are the mode bits that Go and Unix write differently.
var bits = []struct {
	unix uint32
	mode fs.FileMode
}{{unix.S_ISUID, fs.ModeSetuid}, {unix.S_ISGID, fs.ModeSetgid}, {unix.S_ISVTX, fs.ModeSticky}}

var types = map[uint32]fs.FileMode{
	unix.S_IFREG: 0, unix.S_IFDIR: fs.ModeDir, unix.S_IFLNK: fs.ModeSymlink, unix.S_IFIFO: fs.ModeNamedPipe,
	unix.S_IFSOCK: fs.ModeSocket, unix.S_IFBLK: fs.ModeDevice, unix.S_IFCHR: fs.ModeDevice | fs.ModeCharDevice,
}

func goMode(m uint32) fs.FileMode {
	mode, ok := types[m&unix.S_IFMT]
	if !ok {
		mode = fs.ModeIrregular
	}
	mode |= fs.FileMode(m & 0o777)
	for _, b := range bits {
		if m&b.unix != 0 {
			mode |= b.mode
		}
	}
	return mode
}

func unixMode(mode fs.FileMode) uint32 {
	m := uint32(mode.Perm())
	for _, b := range bits {
		if mode&b.mode != 0 {
			m |= b.unix
		}
	}
	return m
}
