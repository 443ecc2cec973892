//go:build linux || darwin

package fsys

import (
	"os"

	"golang.org/x/sys/unix"
)

func lockFile(f *os.File, exclusive, wait bool) error {
	how := unix.LOCK_SH
	if exclusive {
		how = unix.LOCK_EX
	}
	if !wait {
		how |= unix.LOCK_NB
	}
	_, err := retry(func() (int, error) { return 0, unix.Flock(int(f.Fd()), how) })
	if err == unix.EWOULDBLOCK {
		return ErrLocked
	}
	return err
}
