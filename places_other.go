//go:build !unix

package runtimeguard

import (
	"errors"
	"io/fs"
	"os"
)

// othersMayWrite knows no owners and modes here: the folder's access list is
// the operator's own care.
func othersMayWrite(fs.FileInfo) error { return nil }

func absent(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}
