package contain

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// leastABI is the first version of Landlock that holds files and TCP: before 3
// a file outside can be truncated, before 4 there is no network.
const leastABI = 4

// What a version of Landlock can tell apart.
const (
	rightsOfFiles = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE |
		unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	toRead = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	toList = unix.LANDLOCK_ACCESS_FS_READ_DIR
	toUse  = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV

	allTCP   = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
	allUDP   = unix.LANDLOCK_ACCESS_NET_BIND_UDP | unix.LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP
	allScope = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
)

// makeDevices are rights that nothing is granted: to make device files.
const makeDevices = unix.LANDLOCK_ACCESS_FS_MAKE_CHAR | unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK

// landlockABI is the kernel's version of Landlock.
func landlockABI() (int, error) {
	v, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	switch errno {
	case 0:
		return int(v), nil
	case unix.ENOSYS:
		return 0, errors.New("the kernel has no Landlock")
	case unix.EOPNOTSUPP:
		return 0, errors.New(`landlock: is built in and not switched on: add landlock to the kernel's parameter lsm=`)
	}
	return 0, fmt.Errorf("landlock: %w", errno)
}

// handled are the rights that a version knows: what isn't granted of them is
// denied.
func handled(abi int, network bool) unix.LandlockRulesetAttr {
	fs := map[int]uint64{
		1: unix.LANDLOCK_ACCESS_FS_MAKE_SYM<<1 - 1,
		2: unix.LANDLOCK_ACCESS_FS_REFER,
		3: unix.LANDLOCK_ACCESS_FS_TRUNCATE,
		5: unix.LANDLOCK_ACCESS_FS_IOCTL_DEV,
		9: unix.LANDLOCK_ACCESS_FS_RESOLVE_UNIX,
	}
	var a unix.LandlockRulesetAttr
	for v, rights := range fs {
		if abi >= v {
			a.Handled_access_fs |= rights
		}
	}
	if abi >= 4 && !network {
		a.Handled_access_net = allTCP
	}
	if abi >= 6 {
		a.Scoped = allScope
	}
	return a
}

// ruleset is a Landlock ruleset, to be applied to any number of threads.
type ruleset struct {
	fd  int
	all uint64 // the rights to files that it handles
}

// newRuleset grants what a plan allows.
func newRuleset(p *Plan, network bool) (*ruleset, error) {
	abi, err := landlockABI()
	if err != nil {
		return nil, err
	}
	attr := handled(abi, network)
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), attrSize(abi), 0)
	if errno != 0 {
		return nil, fmt.Errorf("landlock: a ruleset: %w", errno)
	}
	r := &ruleset{int(fd), attr.Handled_access_fs}
	runtime.AddCleanup(r, func(fd int) { unix.Close(fd) }, r.fd)
	for _, path := range p.Write {
		if err := r.grant(path, r.all&^makeDevices); err != nil {
			return nil, err
		}
	}
	for _, path := range p.Read {
		if err := r.grantAround(path, p.Hidden); err != nil {
			return nil, err
		}
	}
	for _, path := range devices {
		if err := r.grant(path, toUse); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// attrSize is the size that a version's attribute has: a kernel refuses a
// longer one only if what it doesn't know isn't zero, so this is for old ones.
func attrSize(abi int) uintptr {
	switch {
	case abi < 4:
		return 8
	case abi < 6:
		return 16
	}
	return 24
}

// devices may be used by every program.
var devices = []string{"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"}

// grantAround grants reading beneath a path and leaves out what is hidden:
// there is no rule that takes a right away, so that everything beside the hidden
// is granted instead. What is put beside it later isn't.
func (r *ruleset) grantAround(path string, hidden []string) error {
	if slices.Contains(hidden, path) {
		return nil
	}
	var beneath []string
	for _, h := range hidden {
		if strings.HasPrefix(h, strings.TrimSuffix(path, "/")+"/") {
			beneath = append(beneath, h)
		}
	}
	if len(beneath) == 0 {
		return r.grant(path, toRead)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil // nobody can read it, or it isn't there
	}
	if err := r.grant(path, toList); err != nil {
		return err
	}
	for _, e := range entries {
		if e.Type()&os.ModeSymlink != 0 {
			continue // what it leads to counts
		}
		if err := r.grantAround(strings.TrimSuffix(path, "/")+"/"+e.Name(), beneath); err != nil {
			return err
		}
	}
	return nil
}

// grant adds a rule. What doesn't exist is left out, and so stays out of reach.
func (r *ruleset) grant(path string, rights uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0)
	switch {
	case err == unix.ENOENT, err == unix.EACCES, err == unix.ENOTDIR:
		return nil
	case err != nil:
		return fmt.Errorf("landlock: %s: %w", path, err)
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return fmt.Errorf("landlock: %s: %w", path, err)
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
	case unix.S_IFLNK:
		return nil
	default:
		rights &= rightsOfFiles
	}
	rule := unix.LandlockPathBeneathAttr{Allowed_access: rights & r.all, Parent_fd: int32(fd)}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(r.fd), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0)
	if errno != 0 {
		return fmt.Errorf("landlock: a rule for %s: %w", path, errno)
	}
	return nil
}

// restrict applies the ruleset to the calling thread, for good.
func (r *ruleset) restrict() error {
	_, _, errno := unix.RawSyscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(r.fd), 0, 0)
	runtime.KeepAlive(r)
	if errno != 0 {
		return fmt.Errorf("landlock: %w", errno)
	}
	return nil
}
