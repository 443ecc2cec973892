package boundary

import (
	"context"
	"errors"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
)

// Files are operations on files that can't leave the workspace.
type Files struct{ w *Workspace }

var errTODO = errors.New("files: not ready")

// NewFiles opens the roots and temporary folders of a workspace.
func NewFiles(w *Workspace) (*Files, error) { return &Files{w}, nil }

// Close closes the roots.
func (f *Files) Close() error { return nil }

// Read returns a file's content; a file of more than max bytes is an error.
func (f *Files) Read(ctx context.Context, path string, max int64) ([]byte, error) {
	return nil, errTODO
}

// Write creates or replaces a file at once.
func (f *Files) Write(ctx context.Context, path string, data []byte) error { return errTODO }

// Edit replaces old by new.
func (f *Files) Edit(ctx context.Context, path string, old, new []byte, all bool) (n int, err error) {
	return 0, errTODO
}

// Delete removes a file, a link or an empty folder; with recursive also a
// folder with all in it.
func (f *Files) Delete(ctx context.Context, path string, recursive bool) error { return errTODO }

// Move renames a file or folder.
func (f *Files) Move(ctx context.Context, from, to string) error { return errTODO }

// List returns what is in a folder, by name.
func (f *Files) List(ctx context.Context, path string) ([]fsys.Info, error) { return nil, errTODO }

// Stat describes a file.
func (f *Files) Stat(ctx context.Context, path string) (fsys.Info, error) {
	return fsys.Info{}, errTODO
}

// Mkdir makes a folder.
func (f *Files) Mkdir(ctx context.Context, path string) error { return errTODO }
