package boundary

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
	"github.com/runtimeguard/runtimeguard/guard"
)

// MaxFileSize is the largest file, in bytes, that [Files] reads or writes.
const MaxFileSize = 16 << 20

// Files are operations on files that can't leave the workspace. A path is
// absolute or relative to the first root; links in it are followed as
// [Workspace.Resolve] does, and what that gives is opened beneath the root's
// handle without following any link: whoever swaps a link in between gains
// nothing. Beyond the roots and the temporary folders nothing is opened,
// whatever a policy allows; nor are devices, pipes, and for writing files with
// several hard links. The roots themselves are not removed, moved or replaced.
//
// Files must be made by [NewFiles]. It is safe for concurrent use.
type Files struct {
	// Step, where it isn't nil, is asked right before each operation with what
	// it will really touch; an error ends the operation. [guard.Step] fits for
	// handlers of guarded calls. It must not be changed once Files is in use.
	Step func(ctx context.Context, actions ...guard.Action) error

	w     *Workspace
	roots []openRoot // deepest first
}

// openRoot is a folder held open.
type openRoot struct {
	dir string
	*fsys.Root
	held *fsys.Root // owns the handles
}

// NewFiles opens the workspace's roots and those of its temporary folders that
// exist. Close gives them back.
func NewFiles(w *Workspace) (*Files, error) {
	if w == nil || len(w.whole) == 0 {
		return nil, errors.New("files: no workspace")
	}
	f := &Files{w: w}
	for _, dir := range slices.Concat(w.roots, w.readOnly, w.temp) {
		held, err := fsys.OpenRoot(dir)
		if err != nil {
			if slices.Contains(w.temp, dir) && errors.Is(err, fs.ErrNotExist) {
				continue
			}
			return nil, errors.Join(fmt.Errorf("files: root %s: %w", dir, reason(err)), f.Close())
		}
		f.roots = append(f.roots, openRoot{dir, held.NoLinks(), held})
	}
	slices.SortStableFunc(f.roots, func(a, b openRoot) int { return len(b.dir) - len(a.dir) })
	return f, nil
}

// Close closes the roots.
func (f *Files) Close() error {
	var errs []error
	for _, r := range f.roots {
		errs = append(errs, r.held.Close())
	}
	return errors.Join(errs...)
}

// place is a file beneath an open root.
type place struct {
	root openRoot
	name string // relative to the root; "." is the root itself
	path string // resolved
}

func (p place) isRoot() bool { return p.name == "." }

// sync makes a change of the folder that the file stands in durable.
func (p place) sync() error { return p.root.SyncDir(path.Dir(p.name)) }

// find resolves a path and the root that it lies in, and refuses what the
// workspace forbids. A delete takes a link itself, everything else what it
// leads to.
func (f *Files) find(ctx context.Context, name string, kind guard.Kind, recursive bool) (place, error) {
	if f == nil || f.w == nil {
		return place{}, errors.New("files: not opened")
	}
	if err := ctx.Err(); err != nil {
		return place{}, err
	}
	if name == "" {
		return place{}, errors.New("the path is empty")
	}
	if !strings.HasPrefix(name, "/") {
		name = f.w.base() + "/" + name
	}
	resolved, err := resolve(name, kind != guard.KindDelete)
	if err != nil {
		return place{}, err
	}
	a := guard.Action{Kind: kind, Path: name, Resolved: resolved, Recursive: recursive,
		Zone: f.w.Zone(resolved), Root: f.w.isWhole(resolved, false)}
	if why := f.w.forbids(&a); why != "" {
		return place{}, errors.New(why)
	}
	p, ok := f.beneath(resolved)
	if !ok {
		return place{}, fmt.Errorf("%q: lies outside the workspace", guard.Printable(name))
	}
	if p.isRoot() && (kind == guard.KindWrite || kind == guard.KindDelete) {
		return place{}, fmt.Errorf("%q: is a root of the workspace: name something in it", guard.Printable(name))
	}
	if f.Step != nil {
		err = f.Step(ctx, a)
	}
	return p, err
}

// beneath finds the deepest root that a resolved path lies in.
func (f *Files) beneath(resolved string) (place, bool) {
	for _, r := range f.roots {
		if within(resolved, r.dir) {
			name := strings.TrimPrefix(strings.TrimPrefix(resolved, r.dir), "/")
			if name == "" {
				name = "."
			}
			return place{r, name, resolved}, true
		}
	}
	return place{}, false
}

// Read returns the content of a regular file of at most max bytes (at most and
// by default, where max isn't positive, MaxFileSize). A larger file is an error
// that wraps [fsys.ErrTooLarge].
func (f *Files) Read(ctx context.Context, path string, max int64) ([]byte, error) {
	if max <= 0 || max > MaxFileSize {
		max = MaxFileSize
	}
	p, err := f.find(ctx, path, guard.KindRead, false)
	if err != nil {
		return nil, err
	}
	return p.root.ReadFile(p.name, max)
}

// Write creates or replaces a regular file in one durable step: readers see
// the old file or the new one. An existing file keeps its permissions and
// owner, a new one gets 0644. The folder must exist.
func (f *Files) Write(ctx context.Context, path string, data []byte) error {
	if len(data) > MaxFileSize {
		return fmt.Errorf("%w: %d bytes, at most %d are written", fsys.ErrTooLarge, len(data), MaxFileSize)
	}
	p, err := f.find(ctx, path, guard.KindWrite, false)
	if err != nil {
		return err
	}
	return p.root.WriteFile(p.name, data, 0o644)
}

// Edit replaces old by new, byte for byte, and returns in how many places.
// Without all, old must stand in exactly one place: more is an error that says
// how many. Everything else of the file is kept: line ends, invalid UTF-8, a
// missing last newline, permissions and owner. If somebody else writes to the
// file meanwhile, it is an error.
func (f *Files) Edit(ctx context.Context, path string, old, new []byte, all bool) (n int, err error) {
	p, err := f.find(ctx, path, guard.KindWrite, false)
	if err != nil {
		return 0, err
	}
	file, was, err := p.root.OpenInfo(p.name)
	if err != nil {
		return 0, err
	}
	data, err := io.ReadAll(io.LimitReader(file, MaxFileSize+1))
	file.Close()
	if err != nil {
		return 0, err
	}
	data, n, err = edit(data, old, new, all)
	switch {
	case err != nil:
		return 0, &fs.PathError{Op: "edit", Path: p.name, Err: err}
	case len(data) > MaxFileSize:
		return 0, fmt.Errorf("%w: at most %d bytes are edited", fsys.ErrTooLarge, MaxFileSize)
	case was.Mode&0o222 == 0:
		return 0, &fs.PathError{Op: "edit", Path: p.name, Err: fs.ErrPermission}
	}
	return n, p.root.Replace(p.name, fsys.File{
		Mode: was.Mode, Owned: true, UID: was.UID, GID: was.GID, Was: &was,
		Write: func(f *os.File) error { _, err := f.Write(data); return err },
	})
}

// edit replaces one place or all; overlapping places make the one ambiguous.
func edit(data, old, new []byte, all bool) (out []byte, n int, err error) {
	if len(old) == 0 {
		return nil, 0, errors.New("the text to replace is empty")
	}
	if all {
		n = bytes.Count(data, old)
	} else {
		for i := bytes.Index(data, old); i >= 0; n++ {
			next := bytes.Index(data[i+1:], old)
			if i += 1 + next; next < 0 {
				i = -1
			}
		}
	}
	switch {
	case n == 0:
		return nil, 0, errors.New("the text to replace isn't in the file")
	case n > 1 && !all:
		return nil, 0, fmt.Errorf("the text to replace stands in %d places: give more of what is around it, or replace all", n)
	}
	if len(data)+n*(len(new)-len(old)) > MaxFileSize {
		return nil, 0, fmt.Errorf("%w: at most %d bytes are written", fsys.ErrTooLarge, MaxFileSize)
	}
	return bytes.ReplaceAll(data, old, new), n, nil
}

// Delete removes a file, a link itself, or an empty folder; with recursive
// also a folder with everything in it. What isn't there is an error.
func (f *Files) Delete(ctx context.Context, path string, recursive bool) error {
	p, err := f.find(ctx, path, guard.KindDelete, recursive)
	if err != nil {
		return err
	}
	if recursive {
		if _, err := p.root.Lstat(p.name); err != nil {
			return err
		}
		err = p.root.RemoveAll(p.name)
	} else {
		err = p.root.Remove(p.name)
	}
	if err != nil {
		return err
	}
	return p.sync()
}

// Move renames a file, a link itself or a folder, durably. A file that stands
// under the new name is replaced. Both must lie in the same root.
func (f *Files) Move(ctx context.Context, from, to string) error {
	source, err := f.find(ctx, from, guard.KindDelete, true)
	if err != nil {
		return err
	}
	target, err := f.find(ctx, to, guard.KindWrite, true)
	if err != nil {
		return err
	}
	if source.root.dir != target.root.dir {
		return fmt.Errorf("%q and %q lie in different roots: write the file anew and delete the old one", guard.Printable(from), guard.Printable(to))
	}
	return source.root.Rename(source.name, target.name)
}

// List describes what lies in a folder, sorted by name, links not followed.
func (f *Files) List(ctx context.Context, path string) ([]fsys.Info, error) {
	p, err := f.find(ctx, path, guard.KindList, false)
	if err != nil {
		return nil, err
	}
	return p.root.ReadDir(p.name)
}

// Stat describes a file; links are followed.
func (f *Files) Stat(ctx context.Context, path string) (fsys.Info, error) {
	p, err := f.find(ctx, path, guard.KindList, false)
	if err != nil {
		return fsys.Info{}, err
	}
	return p.root.Lstat(p.name)
}

// Mkdir makes a folder, and those it lies in where they don't exist.
func (f *Files) Mkdir(ctx context.Context, path string) error {
	p, err := f.find(ctx, path, guard.KindWrite, false)
	if err != nil {
		return err
	}
	if err := p.root.MkdirAll(p.name, 0o755); err != nil {
		return err
	}
	return p.sync()
}
