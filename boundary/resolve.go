package boundary

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Bounds of [Workspace.Resolve].
const (
	maxLinks = 40      // symbolic links followed, as Linux does
	maxPath  = 1 << 16 // bytes, links written out
)

// Resolve returns where an absolute path leads, symbolic links followed as the
// kernel follows them: component by component, so that "ln/../f" is beside
// what ln points to. What doesn't exist is kept as it is written, so that the
// path of a file to be created resolves too. The standard streams in /dev and
// /proc resolve to /dev/stdin, /dev/stdout and /dev/stderr.
//
// A path is refused that depends on the process that opens it (other
// descriptors in /dev/fd, /proc/self/cwd and kin), that has a NUL, more than
// 40 links or a folder that can't be searched.
func (w *Workspace) Resolve(path string) (resolved string, err error) {
	return resolve(path, true)
}

// resolve is Resolve; last says whether a link that is the last component is
// followed.
func resolve(path string, last bool) (string, error) {
	p, err := find(path, last)
	return p.path, err
}

// location is where a path leads.
type location struct {
	path    string
	missing bool // nothing stands there
}

func find(name string, last bool) (location, error) {
	switch {
	case !strings.HasPrefix(name, "/"):
		return location{}, fmt.Errorf("%q: not an absolute path", guard.Printable(name))
	case strings.IndexByte(name, 0) >= 0:
		return location{}, fmt.Errorf("%q: a path can't hold a NUL", guard.Printable(name))
	}
	if p, ok := direct(name); ok {
		return p, nil
	}
	w := walker{rest: name, last: last}
	for w.rest != "" {
		if err := w.step(); err != nil {
			return location{}, fmt.Errorf("%q: %w", guard.Printable(name), err)
		}
	}
	if w.at == "" {
		w.at = "/"
	}
	return location{w.at, w.missing > 0}, nil
}

// direct resolves a path that has no link in it, of which the last components
// may not exist: what ".." means is then seen from the text. It saves the walk,
// nothing else, and is not ok where the system has no such way.
func direct(name string) (p location, ok bool) {
	exists := name
	for {
		err := openWithoutLinks(exists)
		if err == nil {
			break
		}
		i := strings.LastIndexByte(exists, '/')
		base := exists[i+1:]
		if !errors.Is(err, fs.ErrNotExist) || i == 0 || base == "" || base == "." || base == ".." {
			return location{}, false
		}
		exists = exists[:i]
	}
	// Of what doesn't exist no component is empty, "." or "..".
	resolved := path.Clean(name)
	return location{resolved, len(exists) < len(name)}, !isMagic(resolved)
}

// isMagic reports whether a folder holds names that [magicLink] may know.
func isMagic(folder string) bool { return within(folder, "/proc") || within(folder, "/dev") }

// lookup resolves the paths of one call. Where a folder leads is looked up
// once: most paths of a call stand in the same few.
type lookup struct {
	root    string   // a folder that led to itself when is was taken; "": not known, or another stands there now
	is      identity // of root
	open    *os.File // root, to look things up from there: a shorter way; may be nil
	seen    bool     // root was looked at for this call
	folders []folder // at most maxFolders
}

// knowing is a lookup that knows a folder which leads to itself.
func knowing(root string) lookup {
	is, err := identify(root)
	if err != nil {
		return lookup{}
	}
	l := lookup{root: root, is: is}
	if f, err := openDir(root); err == nil {
		if opened, err := identifyOpen(f); err == nil && opened == is {
			l.open = f
		} else {
			f.Close()
		}
	}
	return l
}

// folder is a name of a folder and where it leads.
type folder struct {
	name  string
	leads location
}

// maxFolders bounds the folders of a call that are remembered: the further ones
// are looked up each time.
const maxFolders = 64

func (l *lookup) known(name string) (location, bool) {
	for i := range l.folders {
		if f := &l.folders[i]; f.name == name {
			return f.leads, true
		}
	}
	return location{}, false
}

// resolve is the package's resolve.
func (l *lookup) resolve(name string, last bool) (string, error) {
	p, err := l.find(name, last)
	return p.path, err
}

func (l *lookup) find(name string, last bool) (location, error) {
	i := strings.LastIndexByte(name, '/')
	if i < 0 || strings.IndexByte(name, 0) >= 0 {
		return find(name, last)
	}
	dir, err := l.folder(name[:i])
	base := name[i+1:]
	switch {
	case err != nil || isMagic(dir.path):
		return find(name, last)
	case base == "" || base == ".":
		return dir, nil
	case base == "..":
		return l.folder(path.Dir(dir.path))
	}
	p := location{name, dir.missing}
	if dir.path != name[:i] || dir.path == "/" {
		p.path = strings.TrimSuffix(dir.path, "/") + "/" + base
	}
	if p.missing {
		return p, nil // there is nothing beneath either
	}
	link, err := l.isLink(p.path)
	p.missing = errors.Is(err, fs.ErrNotExist)
	if p.missing || err == nil && !link {
		return p, nil
	}
	return find(name, last)
}

// folder resolves a folder with all links followed.
func (l *lookup) folder(name string) (location, error) {
	if name == "" || name == "/" {
		return location{path: "/"}, nil
	}
	if l.isRoot(name) {
		return location{path: name}, nil
	}
	if p, ok := l.known(name); ok {
		return p, nil
	}
	look := find
	parent := name[:strings.LastIndexByte(name, '/')]
	if _, ok := l.known(parent); ok || parent == "" || l.isRoot(parent) {
		look = l.find // one step from what is known
	}
	p, err := look(name, true)
	if err == nil && len(l.folders) < maxFolders {
		l.folders = append(l.folders, folder{name, p})
	}
	return p, err
}

// isRoot reports whether a name is the root's and the same folder stands there
// still. This costs less than to look for links on the way to it.
func (l *lookup) isRoot(name string) bool {
	if l.root == "" || name != l.root {
		return false
	}
	if !l.seen {
		l.seen = true
		if now, err := identify(name); err != nil || now != l.is {
			l.root = ""
		}
	}
	return l.root != ""
}

// isLink reports whether the file at a path is a symbolic link. No folder on the
// way to it is one.
func (l *lookup) isLink(path string) (bool, error) {
	if n := len(l.root); l.open != nil && l.seen && n > 0 && len(path) > n && path[n] == '/' && path[:n] == l.root {
		return isLinkIn(l.open, path[n+1:])
	}
	return isLink(path)
}

// walker resolves a path one component at a time. at is what has been
// resolved, without links and without a final slash ("" is the root); rest is
// what is still to be walked from there.
type walker struct {
	at, rest string
	missing  int // components at the end of at that don't exist
	links    int
	last     bool
}

func (w *walker) step() error {
	name, rest, slash := strings.Cut(w.rest, "/")
	w.rest = rest
	if len(w.at)+len(name)+len(rest) > maxPath {
		return errors.New("the path is too long")
	}
	switch name {
	case "", ".":
		return nil
	case "..":
		w.at = w.at[:max(0, strings.LastIndexByte(w.at, '/'))]
		w.missing = max(0, w.missing-1)
		return nil
	}
	next := w.at + "/" + name
	target, magic, err := magicLink(next)
	if err != nil {
		return err
	}
	if !magic && w.missing == 0 {
		target, err = readlink(next)
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
			w.at, w.missing = next, 1 // beneath a file there is nothing either
			return nil
		case err != nil:
			return reason(err)
		}
	} else if w.missing > 0 {
		w.missing++
	}
	if target == "" || !slash && !w.last {
		w.at = next
		return nil
	}
	return w.follow(target, slash)
}

// follow puts a link's target before what is still to be walked.
func (w *walker) follow(target string, slash bool) error {
	if w.links++; w.links > maxLinks {
		return errors.New("more than 40 symbolic links")
	}
	if strings.HasPrefix(target, "/") {
		w.at, w.missing = "", 0
	}
	if slash {
		target += "/" + w.rest
	}
	w.rest = target
	return nil
}

// reason is an error without the path that the system names: it may be one
// that the agent hasn't named.
func reason(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

var errProcess = errors.New("where it leads depends on the process that opens it: name the file itself")

// streams are the names in /dev/fd and /proc/self/fd that lead to something
// which was judged when it was opened.
var streams = map[string]string{"0": "/dev/stdin", "1": "/dev/stdout", "2": "/dev/stderr"}

// magicLink knows the names that mean something else for each process, by
// name, whether they exist here or not: what the guard's own process would see
// there says nothing. It returns a target to follow in their place; magic
// without a target means that the name stands for itself.
func magicLink(path string) (target string, magic bool, err error) {
	switch path {
	case "/dev/stdin", "/dev/stdout", "/dev/stderr":
		return "", true, nil
	case "/dev/fd":
		return "/proc/self/fd", true, nil
	case "/proc/self", "/proc/thread-self":
		return "", true, nil
	}
	rest, ok := strings.CutPrefix(path, "/proc/")
	if !ok {
		return "", false, nil
	}
	process, rest, _ := strings.Cut(rest, "/")
	self := process == "self" || process == "thread-self"
	if !self && strings.Trim(process, "0123456789") != "" {
		return "", false, nil
	}
	// A thread has the same names again.
	if task, ok := strings.CutPrefix(rest, "task/"); ok {
		_, rest, _ = strings.Cut(task, "/")
		self = false
	}
	name, entry, _ := strings.Cut(rest, "/")
	switch name {
	case "root":
		if self && entry == "" {
			return "/", true, nil
		}
		return "", true, errProcess
	case "cwd", "exe":
		return "", true, errProcess
	case "fd", "map_files", "ns":
		if entry == "" {
			return "", true, nil
		}
		if stream := streams[entry]; self && name == "fd" && stream != "" {
			return stream, true, nil
		}
		return "", true, errProcess
	}
	return "", true, nil
}
