//go:build amd64 || arm64

package contain

import (
	"fmt"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The offsets of what a filter sees of a system call.
const (
	offNumber = 0
	offArch   = 4
	offArgs   = 16 // six of eight bytes; the low half of each comes first
)

// denied are the system calls of each group, refused whatever their arguments.
var denied = map[Group][]uint32{
	Mount: {unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT, unix.SYS_MOVE_MOUNT, unix.SYS_OPEN_TREE, unix.SYS_OPEN_TREE_ATTR,
		unix.SYS_FSOPEN, unix.SYS_FSCONFIG, unix.SYS_FSMOUNT, unix.SYS_FSPICK, unix.SYS_MOUNT_SETATTR, unix.SYS_UNSHARE, unix.SYS_SETNS},
	Trace: {unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PROCESS_MADVISE, unix.SYS_PROCESS_MRELEASE,
		unix.SYS_PIDFD_GETFD, unix.SYS_KCMP, unix.SYS_MOVE_PAGES, unix.SYS_MIGRATE_PAGES},
	IOURing: {unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER},
	BPF:     {unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_LOOKUP_DCOOKIE},
	Keys:    {unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_KEYCTL},
	Faults:  {unix.SYS_USERFAULTFD},
	Handles: {unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_NAME_TO_HANDLE_AT},
	Machine: slices.Concat([]uint32{unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE, unix.SYS_KEXEC_LOAD, unix.SYS_KEXEC_FILE_LOAD,
		unix.SYS_REBOOT, unix.SYS_SWAPON, unix.SYS_SWAPOFF, unix.SYS_ACCT, unix.SYS_QUOTACTL, unix.SYS_QUOTACTL_FD, unix.SYS_SYSLOG, unix.SYS_VHANGUP,
		unix.SYS_SETTIMEOFDAY, unix.SYS_CLOCK_SETTIME, unix.SYS_CLOCK_ADJTIME, unix.SYS_ADJTIMEX, unix.SYS_SETHOSTNAME, unix.SYS_SETDOMAINNAME,
		unix.SYS_NFSSERVCTL, unix.SYS_FANOTIFY_INIT}, machineCalls),
}

// newNamespaces are the flags of clone that make namespaces.
const newNamespaces = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWIPC |
	unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP

// filter is a seccomp filter, to be applied to any number of threads.
type filter []unix.SockFilter

// newFilter denies every group that isn't granted. families are the kinds of
// sockets that may be made.
func newFilter(granted []Group, families families) filter {
	var f filter
	f.load(offArch)
	f.skipUnless(unix.BPF_JEQ, nativeArch, filter{}.deny(unix.ENOSYS), true)
	f.load(offNumber)
	f = append(f, foreignCalls()...)
	for _, g := range Groups {
		if slices.Contains(granted, g.Group) {
			continue
		}
		errno := unix.EPERM
		if g.Group == IOURing {
			errno = unix.ENOSYS // programs fall back quietly
		}
		for _, nr := range denied[g.Group] {
			f.when(nr, filter{}.deny(errno))
		}
	}
	if !slices.Contains(granted, Mount) {
		// The C library falls back to clone, whose flags can be seen.
		f.when(unix.SYS_CLONE3, filter{}.deny(unix.ENOSYS))
		f.when(unix.SYS_CLONE, onArg(0, unix.BPF_JSET, newNamespaces, unix.EPERM))
	}
	if !slices.Contains(granted, Trace) { // the limits of others, which can end them
		var others filter
		others.load(offArgs)
		others.skipUnless(unix.BPF_JEQ, 0, filter{}.deny(unix.EPERM), true)
		f.when(unix.SYS_PRLIMIT64, others)
	}
	if !slices.Contains(granted, Terminals) {
		f.when(unix.SYS_IOCTL, onArg(1, unix.BPF_JEQ, unix.TIOCSTI, unix.EPERM))
		f.when(unix.SYS_IOCTL, onArg(1, unix.BPF_JEQ, unix.TIOCLINUX, unix.EPERM))
	}
	f.when(unix.SYS_SOCKET, families.sockets())
	f.when(unix.SYS_SOCKETPAIR, families.pairs())
	return append(f, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW})
}

// families are the kinds of sockets that a program may make. Pairs of unix
// sockets reach nobody and are always allowed.
type families struct{ unix, inet, udp, others bool }

func (s families) sockets() filter {
	var f filter
	if s.others {
		return f
	}
	f.load(offArgs) // the family
	if s.unix {
		f.allowIf(unix.AF_UNIX)
	}
	if s.inet {
		stream := filter{}.sockType(s.udp)
		f.skipUnless(unix.BPF_JEQ, unix.AF_INET, stream, false)
		f.skipUnless(unix.BPF_JEQ, unix.AF_INET6, stream, false)
	}
	return append(f, filter{}.deny(unix.EACCES)...)
}

// sockType allows streams, and datagrams where udp is set.
func (f filter) sockType(udp bool) filter {
	f.load(offArgs + 8)
	f = append(f, unix.SockFilter{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: 0xf}) // without SOCK_CLOEXEC and kin
	f.allowIf(unix.SOCK_STREAM)
	if udp {
		f.allowIf(unix.SOCK_DGRAM)
	}
	return append(f, filter{}.deny(unix.EACCES)...)
}

func (s families) pairs() filter {
	var f filter
	if s.others {
		return f
	}
	f.load(offArgs)
	f.allowIf(unix.AF_UNIX)
	return append(f, filter{}.deny(unix.EACCES)...)
}

// onArg refuses where the low half of an argument passes a test.
func onArg(i uint32, test uint16, value uint32, errno unix.Errno) filter {
	var f filter
	f.load(offArgs + 8*i)
	f.skipUnless(test, value, filter{}.deny(errno), false)
	return f
}

// when runs body for one system call. Body may change what is loaded.
func (f *filter) when(nr uint32, body filter) {
	if len(body) > 0 {
		body = append(slices.Clone(body), unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offNumber})
		f.skipUnless(unix.BPF_JEQ, nr, body, false)
	}
}

// skipUnless runs body where the test of what is loaded holds, or where it
// doesn't with not set.
func (f *filter) skipUnless(test uint16, value uint32, body filter, not bool) {
	i := unix.SockFilter{Code: unix.BPF_JMP | test | unix.BPF_K, K: value}
	if not {
		i.Jt = uint8(len(body))
	} else {
		i.Jf = uint8(len(body))
	}
	*f = append(append(*f, i), body...)
}

func (f *filter) load(offset uint32) {
	*f = append(*f, unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset})
}

func (f *filter) allowIf(value uint32) {
	f.skipUnless(unix.BPF_JEQ, value, filter{{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW}}, false)
}

func (f filter) deny(errno unix.Errno) filter {
	return append(f, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(errno)})
}

// restrict applies the filter to the calling thread, for good.
func (f filter) restrict() error {
	prog := unix.SockFprog{Len: uint16(len(f)), Filter: &f[0]}
	if _, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&prog))); errno != 0 {
		return fmt.Errorf("seccomp: %w", errno)
	}
	return nil
}

// seccompMissing says why there is no seccomp, or nil.
func seccompMissing() error {
	action := uint32(unix.SECCOMP_RET_ERRNO)
	if _, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_GET_ACTION_AVAIL, 0, uintptr(unsafe.Pointer(&action))); errno != 0 {
		return fmt.Errorf("the kernel has no seccomp filters: %w", errno)
	}
	return nil
}
