package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// testFiles are the test files that an argument names: a file; a folder, for
// those in it; and DIR/... for those in and beneath it. Beneath, folders are
// passed over that begin with "." or "_", and node_modules, testdata and vendor.
// An argument that names none is an error: nothing would be tested.
func testFiles(arg string) ([]string, error) {
	dir, beneath := strings.CutSuffix(filepath.ToSlash(arg), "...")
	if beneath && (dir == "" || strings.HasSuffix(dir, "/")) {
		return found(arg, filepath.FromSlash(dir), true)
	}
	info, err := os.Stat(arg)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", arg, cause(err))
	case info.IsDir():
		return found(arg, arg, false)
	}
	return []string{arg}, nil
}

// found lists the test files in a folder, or in it and beneath it.
func found(arg, dir string, beneath bool) ([]string, error) {
	dir = filepath.Clean(dir)
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != dir && (!beneath || passedOver(d.Name())):
			return filepath.SkipDir
		case !d.IsDir() && isTestFile(d.Name()):
			files = append(files, path)
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", arg, cause(err))
	case len(files) == 0:
		return nil, fmt.Errorf("%s: no files named *_test.yaml", arg)
	}
	return files, nil
}

func passedOver(dir string) bool {
	return strings.HasPrefix(dir, ".") || strings.HasPrefix(dir, "_") || slices.Contains([]string{"node_modules", "testdata", "vendor"}, dir)
}

func isTestFile(name string) bool {
	return strings.HasSuffix(name, "_test.yaml") || strings.HasSuffix(name, "_test.yml")
}
