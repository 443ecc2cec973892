package contain

import "golang.org/x/sys/unix"

const nativeArch = unix.AUDIT_ARCH_X86_64

// machineCalls are those that other processors don't have.
var machineCalls = []uint32{unix.SYS_IOPL, unix.SYS_IOPERM, unix.SYS_CREATE_MODULE, unix.SYS_USELIB, unix.SYS_USTAT, unix.SYS_SYSFS, unix.SYS__SYSCTL, unix.SYS_MODIFY_LDT}

// foreignCalls refuses the calls of x32, which have other numbers.
func foreignCalls() filter {
	var f filter
	f.skipUnless(unix.BPF_JGE, 0x4000_0000, filter{}.deny(unix.ENOSYS), false)
	return f
}
