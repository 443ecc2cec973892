//go:build !linux

package boundary

import "errors"

func openWithoutLinks(string) error { return errors.ErrUnsupported }
