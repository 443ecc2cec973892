//go:build linux || darwin

package fsys_test

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestSpecialFiles(t *testing.T) {
	root, ws, _ := world(t)
	require.NoError(t, unix.Mkfifo(filepath.Join(ws, "fifo"), 0o600))
	t.Chdir(ws) // socket paths are short
	l, err := net.Listen("unix", "sock")
	require.NoError(t, err)
	defer l.Close()
	_, err = root.Open("fifo")
	require.ErrorContains(t, err, "is a named pipe: only regular files are opened")
	_, err = root.Open("sock")
	require.Error(t, err)
	require.Error(t, root.WriteFile("fifo", nil, 0o600))
	_, err = root.OpenAppend("fifo", 0o600)
	require.Error(t, err)
	require.Error(t, root.Chmod("fifo", 0o777))
	info, err := root.Stat("fifo")
	require.NoError(t, err)
	require.NotZero(t, info.Mode&os.ModeNamedPipe)
	if unix.Mknod(filepath.Join(ws, "zero"), unix.S_IFCHR|0o666, int(unix.Mkdev(1, 5))) == nil {
		_, err = root.Open("zero")
		require.ErrorContains(t, err, "is a device")
	}
}

func TestOpenFilesBlock(t *testing.T) {
	root, _, _ := world(t)
	f, err := root.Open("a")
	require.NoError(t, err)
	defer f.Close()
	flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0)
	require.NoError(t, err)
	require.Zero(t, flags&unix.O_NONBLOCK)
	flags, err = unix.FcntlInt(f.Fd(), unix.F_GETFD, 0)
	require.NoError(t, err)
	require.NotZero(t, flags&unix.FD_CLOEXEC)
}
