package contain

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// place is something to be mounted in the new root.
type place struct {
	path string
	tree int // a detached tree, or -1 for an empty folder of the call's own
	dir  bool
}

// Attributes of what is mounted.
const (
	readWrite = unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV
	readOnly  = readWrite | unix.MOUNT_ATTR_RDONLY
)

// buildRoot makes the calling process's root a new one, which holds what the
// plan names and nothing else. Trees are taken from the old root before
// anything covers it, and put into the new one when the old is gone.
func buildRoot(p *Plan) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("private mounts: %w", err)
	}
	places, err := takeTrees(p)
	if err != nil {
		return err
	}
	links := rootLinks()
	if err := enterNewRoot(); err != nil {
		return fmt.Errorf("the new root: %w", err)
	}
	for name, target := range links {
		if err := os.Symlink(target, "/"+name); err != nil {
			return reason(err)
		}
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Compare(a.path, b.path) }) // folders before what is in them
	for _, pl := range places {
		if err := pl.put(); err != nil {
			return fmt.Errorf("%s: %w", pl.path, err)
		}
	}
	for _, l := range [][2]string{{"/proc/self/fd", "/dev/fd"}, {"fd/0", "/dev/stdin"}, {"fd/1", "/dev/stdout"}, {"fd/2", "/dev/stderr"}, {"pts/ptmx", "/dev/ptmx"}} {
		if err := os.Symlink(l[0], l[1]); err != nil {
			return reason(err)
		}
	}
	for _, path := range []string{"/", "/dev"} {
		if err := unix.MountSetattr(unix.AT_FDCWD, path, 0, &unix.MountAttr{Attr_set: readOnly}); err != nil {
			return fmt.Errorf("%s read-only: %w", path, err)
		}
	}
	return nil
}

// takeTrees takes everything that the new root will hold.
func takeTrees(p *Plan) (places []place, err error) {
	add := func(path string, tree int, dir bool, err2 error) {
		switch {
		case err2 == nil:
			places = append(places, place{path, tree, dir})
		case err2 != unix.ENOENT:
			err = errors.Join(err, fmt.Errorf("%s: %w", path, err2))
		}
	}
	taken := func(path string) bool {
		return slices.ContainsFunc(slices.Concat(p.Write, p.Read), func(w string) bool { return within(path, w) })
	}
	for _, path := range p.Private {
		if !taken(path) {
			add(path, -1, true, nil)
		}
	}
	for _, path := range p.Write {
		tree, dir, e := takeTree(path, readWrite)
		add(path, tree, dir, e)
	}
	for _, path := range p.Read {
		if path == "/proc" || within(path, "/dev") {
			continue
		}
		tree, dir, e := takeTree(path, readOnly)
		add(path, tree, dir, e)
	}
	add("/dev", -1, true, nil)
	add("/dev/shm", -1, true, nil)
	for _, path := range devices {
		tree, dir, e := takeTree(path, unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NOEXEC)
		add(path, tree, dir, e)
	}
	for path, fs := range map[string]fileSystem{
		"/proc":    {"proc", nil, readOnly | unix.MOUNT_ATTR_NOEXEC},
		"/dev/pts": {"devpts", map[string]string{"ptmxmode": "0666", "mode": "620"}, unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NOEXEC},
	} {
		tree, e := fs.create()
		add(path, tree, true, e)
	}
	return places, err
}

// takeTree clones what is mounted at and beneath a path.
func takeTree(path string, attributes uint64) (tree int, dir bool, err error) {
	tree, err = unix.OpenTree(unix.AT_FDCWD, path, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE|unix.AT_SYMLINK_NOFOLLOW)
	if err != nil {
		return -1, false, err
	}
	var st unix.Stat_t
	if err = unix.Fstat(tree, &st); err == nil {
		err = unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH|unix.AT_RECURSIVE, &unix.MountAttr{Attr_set: attributes})
	}
	return tree, st.Mode&unix.S_IFMT == unix.S_IFDIR, err
}

// fileSystem is a new file system.
type fileSystem struct {
	kind       string
	options    map[string]string
	attributes int
}

// create makes it, mounted nowhere yet.
func (f fileSystem) create() (tree int, err error) {
	fd, err := unix.Fsopen(f.kind, unix.FSOPEN_CLOEXEC)
	if err != nil {
		return -1, err
	}
	defer unix.Close(fd)
	for k, v := range f.options {
		if err := unix.FsconfigSetString(fd, k, v); err != nil {
			return -1, err
		}
	}
	if err := unix.FsconfigCreate(fd); err != nil {
		return -1, err
	}
	return unix.Fsmount(fd, unix.FSMOUNT_CLOEXEC, f.attributes)
}

// emptyFolder is a folder of the call's own.
func emptyFolder(mode string, attributes int) (int, error) {
	return fileSystem{"tmpfs", map[string]string{"mode": mode}, attributes}.create()
}

// rootLinks are the links in the root, such as /bin to usr/bin.
func rootLinks() map[string]string {
	links := map[string]string{}
	entries, _ := os.ReadDir("/")
	for _, e := range entries {
		if target, err := os.Readlink("/" + e.Name()); err == nil {
			links[e.Name()] = target
		}
	}
	return links
}

// enterNewRoot makes an empty folder the root, and lets go of the old.
func enterNewRoot() error {
	tree, err := emptyFolder("0755", unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV)
	if err != nil {
		return err
	}
	const at = "/usr" // any folder: it is covered for an instant
	if err := unix.MoveMount(tree, "", unix.AT_FDCWD, at, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return err
	}
	if err := unix.Chdir(at); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return err
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return err
	}
	return unix.Chdir("/")
}

// put mounts a place where it belongs.
func (pl *place) put() error {
	if err := os.MkdirAll(filepath.Dir(pl.path), 0o755); err != nil {
		return reason(err)
	}
	if pl.tree < 0 {
		var err error
		if pl.tree, err = emptyFolder("0755", readWrite); err != nil {
			return err
		}
	}
	if _, err := os.Lstat(pl.path); err != nil {
		err = makeMountPoint(pl.path, pl.dir)
		if err != nil {
			return reason(err)
		}
	}
	return mountOn(pl.tree, pl.path)
}

func makeMountPoint(path string, dir bool) error {
	if dir {
		return os.Mkdir(path, 0o755)
	}
	return os.WriteFile(path, nil, 0o644)
}

// mountOn mounts a detached tree on a path that has no links in it, and closes
// it.
func mountOn(tree int, path string) error {
	defer unix.Close(tree)
	fd, err := openPlace(path)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.MoveMount(tree, "", fd, "", unix.MOVE_MOUNT_F_EMPTY_PATH|unix.MOVE_MOUNT_T_EMPTY_PATH)
}

func openPlace(path string) (int, error) {
	return unix.Openat2(unix.AT_FDCWD, path, &unix.OpenHow{
		Flags: unix.O_PATH | unix.O_CLOEXEC | unix.O_NOFOLLOW, Resolve: unix.RESOLVE_NO_SYMLINKS,
	})
}

// mount puts the masks over what is there.
func (m *Masks) mount(hidden []string) error {
	for _, path := range append(slices.Clone(hidden), m.Hide...) {
		if err := mask(path); err != nil {
			return fmt.Errorf("a mask: %w", err)
		}
	}
	for _, list := range []struct {
		paths      []string
		attributes uint64
	}{{m.Pin, 0}, {m.Hold, unix.MOUNT_ATTR_RDONLY}} {
		for _, path := range list.paths {
			if err := cover(path, list.attributes); err != nil {
				return fmt.Errorf("what is held: %w", err)
			}
		}
	}
	return nil
}

// mask hides what stands at a path: an empty folder in place of a folder, a
// device that can't be opened in place of a file.
func mask(path string) error {
	fd, err := openPlace(path)
	switch {
	case err == unix.ENOENT, err == unix.ENOTDIR, err == unix.ELOOP: // beyond a link lies something that has its own name
		return nil
	case err != nil:
		return err
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	var tree int
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFLNK:
		return nil
	case unix.S_IFDIR:
		tree, err = emptyFolder("0555", readOnly)
	default:
		tree, _, err = takeTree("/dev/null", readOnly|unix.MOUNT_ATTR_NOEXEC)
	}
	if err != nil {
		return err
	}
	defer unix.Close(tree)
	return unix.MoveMount(tree, "", fd, "", unix.MOVE_MOUNT_F_EMPTY_PATH|unix.MOVE_MOUNT_T_EMPTY_PATH)
}

// cover mounts a path on itself.
func cover(path string, attributes uint64) error {
	fd, err := openPlace(path)
	switch {
	case err == unix.ENOENT, err == unix.ENOTDIR, err == unix.ELOOP:
		return nil
	case err != nil:
		return err
	}
	defer unix.Close(fd)
	tree, err := unix.OpenTree(fd, "", unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_EMPTY_PATH|unix.AT_RECURSIVE)
	if err != nil {
		return err
	}
	defer unix.Close(tree)
	if attributes != 0 {
		if err := unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH|unix.AT_RECURSIVE, &unix.MountAttr{Attr_set: attributes}); err != nil {
			return err
		}
	}
	return unix.MoveMount(tree, "", fd, "", unix.MOVE_MOUNT_F_EMPTY_PATH|unix.MOVE_MOUNT_T_EMPTY_PATH)
}

// loopbackUp switches the loopback of the process's own network on.
func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	r, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	r.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, r)
}

// within reports whether a path is a folder or lies beneath it.
func within(path, folder string) bool {
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(folder, "/"))
	return ok && (rest == "" || rest[0] == '/')
}
