package boundary

import "golang.org/x/sys/unix"

// openWithoutLinks looks a path up and fails where any of its components is a
// link or doesn't exist.
func openWithoutLinks(path string) error {
	fd, err := unix.Openat2(unix.AT_FDCWD, path, &unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_NO_SYMLINKS,
	})
	if err != nil {
		return err
	}
	return unix.Close(fd)
}
