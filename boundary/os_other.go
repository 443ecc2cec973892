//go:build !unix

package boundary

import "os"

func openDir(path string) (*os.File, error) { return os.Open(path) }
