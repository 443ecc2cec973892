//go:build unix

package approval_test

import (
	"os"
	"syscall"
)

func group(i os.FileInfo) any { return i.Sys().(*syscall.Stat_t).Gid }
