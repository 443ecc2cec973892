package fsys

import "golang.org/x/sys/unix"

// WithoutOpenat2 runs f as on a kernel whose openat2 fails with err.
func WithoutOpenat2(err error, f func()) {
	openat2 = func(int, string, *unix.OpenHow) (int, error) { return -1, err }
	defer func() { openat2 = unix.Openat2 }()
	f()
}
