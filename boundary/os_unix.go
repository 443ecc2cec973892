//go:build unix

package boundary

import (
	"os"
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
	for {
		n, err = unix.Readlink(path, buf[:])
		if err != unix.EINTR {
			break
		}
	}
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

// ownedByUs reports whether a file belongs to the user that this process runs
// as, and nobody else may change it.
func ownedByUs(info os.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid() && info.Mode()&0o022 == 0
}
