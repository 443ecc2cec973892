//go:build unix

package boundary

import (
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// openDir opens a folder for listing and nothing else: a pipe in its place
// neither blocks nor is opened.
func openDir(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NONBLOCK, 0)
}

// readlink returns the target of a symbolic link, "" for any other file.
func readlink(path string) (target string, err error) {
	var buf [4097]byte // more than any target
	n := 0
	err = retry(func() error { n, err = unix.Readlink(path, buf[:]); return err })
	switch {
	case err == unix.EINVAL:
		return "", nil
	case err != nil:
		return "", err
	case n == 0 || n == len(buf):
		return "", unix.ENAMETOOLONG
	}
	return string(buf[:n]), nil
}

// isLink reports whether the file at a path is a symbolic link.
func isLink(path string) (bool, error) {
	var st unix.Stat_t
	err := retry(func() error { return unix.Lstat(path, &st) })
	return st.Mode&unix.S_IFMT == unix.S_IFLNK, err
}

// isLinkIn is isLink for a path from an open folder.
func isLinkIn(dir *os.File, path string) (bool, error) {
	var st unix.Stat_t
	err := retry(func() error { return unix.Fstatat(int(dir.Fd()), path, &st, unix.AT_SYMLINK_NOFOLLOW) })
	runtime.KeepAlive(dir)
	return st.Mode&unix.S_IFMT == unix.S_IFLNK, err
}

// identity tells a file from all others that exist at the same time.
type identity struct{ device, inode uint64 }

// identify looks at the file that a path leads to.
func identify(path string) (identity, error) {
	var st unix.Stat_t
	err := retry(func() error { return unix.Stat(path, &st) })
	return identity{uint64(st.Dev), st.Ino}, err
}

// identifyOpen looks at an open file.
func identifyOpen(f *os.File) (identity, error) {
	var st unix.Stat_t
	err := retry(func() error { return unix.Fstat(int(f.Fd()), &st) })
	runtime.KeepAlive(f)
	return identity{uint64(st.Dev), st.Ino}, err
}

// sameDevice reports whether two folders lie on one file system: git looks for a
// repository in no other.
func sameDevice(a, b string) bool {
	x, err1 := identify(a)
	y, err2 := identify(b)
	return err1 == nil && err2 == nil && x.device == y.device
}

// retry calls f again when a signal came in between.
func retry(f func() error) error {
	for {
		if err := f(); err != unix.EINTR {
			return err
		}
	}
}

// isOurs reports whether a file belongs to the user that this process runs as.
func isOurs(info os.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid()
}

// ownedByUs reports whether a file belongs to the user that this process runs
// as, and nobody else may change it.
func ownedByUs(info os.FileInfo) bool { return isOurs(info) && info.Mode()&0o022 == 0 }
