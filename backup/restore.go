package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"syscall"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
	"github.com/runtimeguard/runtimeguard/guard"
)

// ErrMoved says that files have changed since a plan was made: make a new one.
var ErrMoved = errors.New("backup: the files have changed since the restore was planned: plan it again")

// Outcome is how one change went. Err is nil where the path is now as the
// snapshot has it.
type Outcome struct {
	Op   Op
	Path string
	Err  error
}

// Result is how a restore went.
type Result struct {
	// Undo is the snapshot of the state before, or "" where nothing was
	// changed.
	Undo     string
	Outcomes []Outcome
}

// Err sums up the changes that weren't made; nil if all were.
func (r Result) Err() error {
	var failed int
	var first Outcome
	for _, o := range r.Outcomes {
		if o.Err != nil {
			if failed++; failed == 1 {
				first = o
			}
		}
	}
	if failed == 0 {
		return nil
	}
	return fmt.Errorf("backup: %d of %d changes could not be made, first %s %s: %w",
		failed, len(r.Outcomes), first.Op, guard.Printable(first.Path), first.Err)
}

// Apply carries out a plan: all of it, against exactly the state that was
// planned from, or else [ErrMoved]. The present is saved first. Every file is
// replaced whole and read again afterwards; links are not followed, files with
// other hard links are not written. A change that can't be made doesn't stop
// the others: see [Result.Err], which Apply returns too.
func (v *Vault) Apply(ctx context.Context, plan *Plan) (Result, error) {
	lock, err := v.store.root.RLock(lockName) // no prune meanwhile
	if err != nil {
		return Result{}, fmt.Errorf("backup: %w", err)
	}
	defer lock.Unlock()
	rs, err := v.openRoots()
	if err != nil {
		return Result{}, fmt.Errorf("backup: %w", err)
	}
	defer rs.close()
	fresh, err := v.plan(ctx, rs, plan.Snapshot, plan.paths)
	if err != nil {
		return Result{}, err
	}
	if fresh.Hash != plan.Hash {
		return Result{}, ErrMoved
	}
	if len(fresh.Changes) == 0 {
		return Result{}, nil
	}
	var goals []goal
	for _, c := range fresh.Changes {
		goals = append(goals, goal{c.target, c.Op == OpMode})
	}
	for _, c := range fresh.dirs { // of which only the time changes
		if !c.want.Parent && !c.was.ModTime.Equal(c.want.modTime()) {
			goals = append(goals, goal{c.target, true})
		}
	}
	undo, err := v.save(ctx, rs, goals, Snapshot{Tool: "restore", Undo: plan.Snapshot})
	if err != nil {
		return Result{}, err
	}
	a := &applier{v: v, ctx: ctx, rs: rs}
	result := Result{Undo: undo, Outcomes: a.run(fresh)}
	return result, errors.Join(result.Err(), a.sync(fresh))
}

// sync makes attributes and removals durable; contents are already.
func (a *applier) sync(plan *Plan) error {
	dirs := map[target]bool{}
	for _, c := range plan.Changes {
		t := target{c.target.root, path.Dir(c.target.name)}
		if c.want.Type == TypeDir && c.Op != OpDelete {
			t = c.target
		}
		dirs[t] = true
	}
	for t := range dirs {
		err := a.rs.dirs[t.root].SyncDir(t.name)
		if err != nil && !noFolder(err) {
			return fmt.Errorf("backup: %w", err)
		}
	}
	return nil
}

// noFolder reports whether an error says that there is no folder of that name:
// nothing, something else, or a link.
func noFolder(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, fsys.ErrLink)
}

// applier carries out changes.
type applier struct {
	v   *Vault
	ctx context.Context
	rs  *roots
}

func (a *applier) run(plan *Plan) []Outcome {
	var out []Outcome
	dirs := slices.Clone(plan.dirs)
	at := map[target]int{} // outcome of each folder
	for _, c := range plan.Changes {
		err := a.ctx.Err()
		if err == nil {
			err = a.change(&c)
		}
		if err == nil && c.want.Type == TypeDir {
			dirs = append(dirs, c)
			at[c.target] = len(out)
		}
		out = append(out, Outcome{c.Op, c.Path, reasonOrNil(err)})
	}
	// A folder's time and mode come last: what is made in it changes the one,
	// and may need the other.
	slices.SortFunc(dirs, func(a, b Change) int { return b.target.compare(a.target) })
	for _, c := range dirs {
		if err := a.attributes(&c); err != nil {
			if i, ok := at[c.target]; ok {
				out[i].Err = reason(err)
			} else {
				out = append(out, Outcome{OpMode, a.rs.path(c.target.root, c.target.name), reason(err)})
			}
		}
	}
	return out
}

func reasonOrNil(err error) error {
	if err == nil {
		return nil
	}
	return reason(err)
}

func (a *applier) change(c *Change) error {
	dir := a.rs.dirs[c.target.root]
	switch {
	case c.Op == OpCannot:
		return errors.New("a device, pipe or socket can't be made again")
	case c.Op == OpDelete:
		return a.remove(dir, c)
	case c.want.Type == TypeDir && c.Op == OpMode:
		return nil // later
	case c.want.Type == TypeDir:
		return dir.Mkdir(c.target.name, 0o700)
	case c.Op == OpMode:
		return a.attributes(c)
	case c.tie != nil:
		return a.tie(dir, c)
	case c.want.Type == TypeFile:
		return a.file(dir, c)
	}
	return dir.ReplaceLink(c.target.name, fsys.Link{Target: string(c.want.Target), Owned: c.want.UID >= 0, UID: c.want.UID,
		GID: c.want.GID, ModTime: c.want.modTime(), Was: &c.was})
}

// remove removes what was planned and nothing else: a folder only when it has
// become empty.
func (a *applier) remove(dir *fsys.Root, c *Change) error {
	now, err := dir.Lstat(c.target.name)
	if err != nil {
		return err
	}
	if c.was.Mode.IsDir() != now.Mode.IsDir() || now.Inode != c.was.Inode || !now.Mode.IsDir() && !now.Unmoved(c.was) {
		return ErrMoved
	}
	return dir.Remove(c.target.name)
}

// file replaces a file by the content that was saved. Who may not give it to
// its owner still gets the content back, and is told.
func (a *applier) file(dir *fsys.Root, c *Change) error {
	file := fsys.File{
		Mode: c.want.mode(), Owned: c.want.UID >= 0, UID: c.want.UID, GID: c.want.GID, ModTime: c.want.modTime(), Was: &c.was, Untie: true,
		Write: func(f *os.File) error { return a.v.store.copyTo(f, c.want.SHA256) },
	}
	err := dir.Replace(c.target.name, file)
	if errors.Is(err, fs.ErrPermission) {
		file.Owned = false
		file.Mode &^= fs.ModeSetuid | fs.ModeSetgid
		err = dir.Replace(c.target.name, file)
	}
	if err != nil {
		return err
	}
	return a.verify(dir, c)
}

// verify reads again what was written.
func (a *applier) verify(dir *fsys.Root, c *Change) error {
	f, info, err := dir.OpenInfo(c.target.name)
	if err != nil {
		return err
	}
	defer f.Close()
	hash, err := hashOf(f, c.want.Size)
	switch now := describe("", info); {
	case err != nil:
		return err
	case hash != c.want.SHA256 || now.MTime != c.want.MTime:
		return errors.New("what was written isn't what was saved: somebody else has written to it")
	case now.UID != c.want.UID || now.GID != c.want.GID || now.Mode != c.want.Mode:
		return fmt.Errorf("the content is restored, but as mode %04o of owner %d:%d instead of %04o of %d:%d: only its owner or root can give it back",
			now.Mode, now.UID, now.GID, c.want.Mode, c.want.UID, c.want.GID)
	}
	return nil
}

// time gives a folder that was not restored itself, and the root, its time
// back, if it holds what it held.
func (a *applier) time(c *Change, now record) error {
	if c.want.Names != "" {
		if names, err := a.rs.names(c.target); err != nil || names != c.want.Names {
			return err
		}
	}
	if now.Type != TypeDir || now.MTime == c.want.MTime {
		return nil
	}
	return a.rs.dirs[c.target.root].Chtimes(c.target.name, c.want.modTime())
}

// attributes gives a file, folder or link its owner, mode and time back.
func (a *applier) attributes(c *Change) error {
	dir, name := a.rs.dirs[c.target.root], c.target.name
	info, err := dir.Lstat(name)
	if err != nil {
		return err
	}
	now := describe(name, info)
	if c.want.Parent || name == "." {
		return a.time(c, now)
	}
	if now.Type != c.want.Type || now.Type != TypeDir && !info.Same(c.was) {
		return ErrMoved
	}
	if now.Links > 1 {
		return fmt.Errorf("has %d hard links: only files with one name are changed", now.Links)
	}
	if c.want.UID >= 0 && (now.UID != c.want.UID || now.GID != c.want.GID) {
		if err := dir.Chown(name, c.want.UID, c.want.GID); err != nil {
			return err
		}
		now.Mode = ^uint32(0) // a change of owner clears setuid
	}
	if now.Mode != c.want.Mode && c.want.Type != TypeLink {
		if err := dir.Chmod(name, c.want.mode()); err != nil {
			return err
		}
	}
	if now.MTime != c.want.MTime {
		return dir.Chtimes(name, c.want.modTime())
	}
	return nil
}
