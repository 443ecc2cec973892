//go:build !linux && !darwin && !windows

package fsys

import (
	"errors"
	"os"
)

func lockFile(*os.File, bool, bool) error {
	return errors.New("files can't be locked on this system")
}
