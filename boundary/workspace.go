package boundary

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// WorkspaceConfig says which folders are what. Every path is absolute; none
// needs to exist.
type WorkspaceConfig struct {
	// Roots are the folders that the agent works in; relative paths are taken
	// from the first. At least one of Roots and ReadOnly is needed.
	Roots []string
	// ReadOnly are folders that belong to the workspace and are not changed.
	// They may lie within a root.
	ReadOnly []string
	// Temp are the temporary folders; none means [os.TempDir] and /tmp.
	Temp []string
	// Home is the user's home folder; "" means [os.UserHomeDir].
	Home string
	// State is the guard's own folder, which no call may touch; "" means that
	// there is none. It may not lie in a root, nor a root in it.
	State string
	// Protected are further files or folders that no call may touch.
	Protected []string
}

// Workspace knows where paths lead and in which zone they lie. It is a
// [guard.Guard] that refuses what no policy may allow. It must be made by
// [NewWorkspace]; it holds no state of calls and is safe for concurrent use.
type Workspace struct {
	roots, readOnly, temp []string // resolved
	home, state           string
	protected             []string // state and the others, as given and resolved, folded
	hidden                []string // state and the others, resolved
	whole                 []string // folders that Action.Root speaks of
	first                 lookup   // as it begins: knows the folder that base names
}

// NewWorkspace checks the configuration and resolves its folders, once: a link
// on the way to a root that is changed later changes nothing.
func NewWorkspace(c WorkspaceConfig) (*Workspace, error) {
	if runtime.GOOS == "windows" {
		return nil, errors.New("workspace: Windows is not supported")
	}
	if len(c.Roots)+len(c.ReadOnly) == 0 {
		return nil, errors.New("workspace: no root: name the folder that the agent works in")
	}
	if len(c.Temp) == 0 {
		c.Temp = []string{os.TempDir(), "/tmp"}
	}
	if c.Home == "" {
		c.Home, _ = os.UserHomeDir()
	}
	w := &Workspace{}
	var errs [5]error
	w.roots, errs[0] = w.folders("root", c.Roots)
	w.readOnly, errs[1] = w.folders("read-only root", c.ReadOnly)
	w.temp, errs[2] = w.folders("temporary folder", c.Temp)
	w.home, errs[3] = w.folder("home", c.Home)
	w.state, errs[4] = w.folder("state folder", c.State)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	if err := w.protect(c); err != nil {
		return nil, err
	}
	if err := w.checkRoots(); err != nil {
		return nil, err
	}
	w.whole = slices.Concat(w.roots, w.readOnly, w.temp, systemFolders)
	if w.home != "" {
		w.whole = append(w.whole, w.home)
	}
	w.first = knowing(w.base())
	return w, nil
}

// folders resolves configured folders and drops doubles.
func (w *Workspace) folders(what string, paths []string) ([]string, error) {
	var out []string
	for _, p := range paths {
		if p == "" {
			return nil, fmt.Errorf("workspace: a %s is the empty path", what)
		}
		r, err := w.folder(what, p)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out, nil
}

func (w *Workspace) folder(what, p string) (string, error) {
	if p == "" {
		return "", nil
	}
	r, err := w.Resolve(p)
	if err != nil {
		return "", fmt.Errorf("workspace: %s: %w", what, err)
	}
	return r, nil
}

func (w *Workspace) protect(c WorkspaceConfig) error {
	given := c.Protected
	if c.State != "" {
		given = append(slices.Clone(given), c.State)
	}
	resolved, err := w.folders("protected path", given)
	if err != nil {
		return err
	}
	w.hidden = resolved
	for _, p := range slices.Concat(given, resolved) {
		if p = foldPath(p); p == "/" {
			return errors.New("workspace: the whole file system can't be protected")
		}
		if !slices.Contains(w.protected, p) {
			w.protected = append(w.protected, p)
		}
	}
	return nil
}

func (w *Workspace) checkRoots() error {
	for _, r := range slices.Concat(w.roots, w.readOnly) {
		for _, s := range systemFolders {
			if within(s, r) {
				return fmt.Errorf("workspace: root %s holds the system's folder %s: choose a folder below it", r, s)
			}
		}
		if w.state != "" && (within(w.state, r) || within(r, w.state)) {
			return fmt.Errorf("workspace: root %s and the state folder lie in each other: put the state where the agent has no business", r)
		}
	}
	return nil
}

// Roots returns the folders that the agent works in, resolved.
func (w *Workspace) Roots() []string { return slices.Clone(w.roots) }

// ReadOnly returns the read-only roots, resolved.
func (w *Workspace) ReadOnly() []string { return slices.Clone(w.readOnly) }

// Temp returns the temporary folders, resolved.
func (w *Workspace) Temp() []string { return slices.Clone(w.temp) }

// Home returns the user's home folder, resolved, or "".
func (w *Workspace) Home() string { return w.home }

// State returns the guard's own folder, resolved, or "".
func (w *Workspace) State() string { return w.state }

// base is the folder that relative paths are taken from.
func (w *Workspace) base() string {
	if len(w.roots) > 0 {
		return w.roots[0]
	}
	return w.readOnly[0]
}

// Decide refuses what no policy may allow: touching the guard's own files or
// what lies above them with all in it, changing a read-only root, and paths
// that can't be resolved. It allows everything else and is meant to stand
// beside a policy, in [guard.All].
func (w *Workspace) Decide(_ context.Context, call *guard.Call) guard.Decision {
	if w == nil || len(w.whole) == 0 {
		return guard.Refuse("no workspace is configured")
	}
	for i := range call.Actions {
		a := &call.Actions[i]
		if reason := w.forbids(a); reason != "" {
			d := guard.Refuse("%s", reason)
			d.Action = a
			return d
		}
	}
	return guard.Decision{Effect: guard.Allow}
}

// forbids returns why an action is refused whatever the policy says, or "".
func (w *Workspace) forbids(a *guard.Action) string {
	if a.Path == "" && a.Resolved == "" {
		switch a.Kind {
		case guard.KindRead, guard.KindWrite, guard.KindDelete, guard.KindList:
			return "a file is touched, and nothing says which"
		}
		return ""
	}
	if !strings.HasPrefix(a.Resolved, "/") {
		return fmt.Sprintf("where %s leads can't be known: name the file by its real path", a.Path)
	}
	// What protects is never named: the agent needn't learn where it is.
	if w.touches(a, a.Resolved) || a.Path != a.Resolved && w.touches(a, a.Path) {
		return "the guard's own files are touched"
	}
	if a.Kind == guard.KindWrite || a.Kind == guard.KindDelete {
		t := targetOf(a, a.Resolved)
		for _, r := range w.readOnly {
			if t.covers(foldPath(r), a.Recursive || a.Kind == guard.KindDelete) {
				return fmt.Sprintf("%s may be read and not changed", r)
			}
		}
	}
	return ""
}

// touches reports whether an action on path reaches a protected file.
func (w *Workspace) touches(a *guard.Action, path string) bool {
	if !a.Pattern && w.elsewhere(path) {
		return false
	}
	whole := a.Recursive || a.Kind == guard.KindWrite || a.Kind == guard.KindDelete
	t := targetOf(a, path)
	return slices.ContainsFunc(w.protected, func(p string) bool { return t.covers(p, whole) })
}

// elsewhere reports whether a path written plainly neither lies in a protected
// file nor above one: most do, and needn't be folded for that.
func (w *Workspace) elsewhere(path string) bool {
	names, absolute := strings.CutPrefix(path, "/")
	if !absolute || !isASCII(path) {
		return false
	}
	for name := range strings.SplitSeq(names, "/") {
		if name == "" || name == "." || name == ".." {
			return false
		}
	}
	return !slices.ContainsFunc(w.protected, func(p string) bool {
		n := min(len(p), len(path))
		return strings.EqualFold(p[:n], path[:n])
	})
}

// target is what an action is on, for comparisons that refuse.
type target struct {
	path    string // folded
	pattern pattern
	globs   bool // pattern counts
}

func targetOf(a *guard.Action, path string) target {
	t := target{path: foldPath(path), globs: a.Pattern}
	if t.globs {
		t.pattern = newPattern(t.path)
	}
	return t
}

// covers reports whether the target lies in folder, which is folded, or, where
// whole is set, above it.
func (t *target) covers(folder string, whole bool) bool {
	if !t.globs {
		return within(t.path, folder) || whole && within(folder, t.path)
	}
	in, above := t.pattern.reaches(folder)
	return in || whole && above
}
