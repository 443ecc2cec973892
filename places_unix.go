//go:build unix

package runtimeguard

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// othersMayWrite says who but the host's user and root could change a file,
// or nil.
func othersMayWrite(info fs.FileInfo) error {
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 && int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("belongs to user %d: it must belong to the user who runs the guard, or to root", st.Uid)
	}
	if info.Mode().Perm()&0o022 != 0 {
		return errors.New("others may write it: chmod go-w")
	}
	return nil
}

// absent reports whether nothing stands at a path, not even a link.
func absent(path string) bool {
	for {
		var st syscall.Stat_t
		if err := syscall.Lstat(path, &st); err != syscall.EINTR {
			return err == syscall.ENOENT
		}
	}
}
