//go:build !unix

package runtimeguard

import "io/fs"

// othersMayWrite knows no owners and modes here: the folder's access list is
// the operator's own care.
func othersMayWrite(fs.FileInfo) error { return nil }
