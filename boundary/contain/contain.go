// Package contain starts programs that the operating system holds: the tiers of
// [guard.Tier].
//
// A [Plan] says what programs may reach. [Prepare] turns it into a [Box] once;
// [Box.Open] opens a [Cell] for one call, in which programs are started. Closing
// the cell ends whatever was started in it.
//
// What each tier holds, and what it doesn't, is said at [Plan].
package contain

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Plan says what programs may reach. Every path is absolute and resolved.
//
// Under landlock, files outside Write and Read can't be opened, created,
// renamed or removed; without network no TCP port can be bound or connected
// to; processes outside can't be traced or, from ABI 6 on, signalled. Not held:
// names, sizes and times of files (stat), their modes and owners (chmod, which
// needs no open file), unix sockets by path (below ABI 9), UDP, and files that
// lie in Write or Read and were hidden after Prepare.
//
// Seccomp adds the groups of [Groups]. Not held: modes and owners, as before.
//
// Namespace adds a file system of the call's own, in which nothing else
// exists: what is hidden isn't there, what may be read can't be changed in any
// way, other processes can't be seen, and without network there is none but a
// loopback of its own.
type Plan struct {
	// Write are folders and files that may be read, changed and run.
	Write []string
	// Read are folders and files that may be read and run. They may lie within
	// Write, and then are read-only under namespace alone.
	Read []string
	// Private are folders that under namespace exist for the call alone, empty
	// and writable.
	Private []string
	// Hidden are files and folders within Read and Write that are out of
	// reach, whether they exist yet or not. Under landlock and seccomp, those
	// within Read and not within Write.
	Hidden []string
	// Grant names the groups of system calls that may be used all the same.
	Grant []Group
	// Limits bound each program.
	Limits Limits
	// Init is the path of a program whose main calls [Init]; "" means this one.
	Init string
	// Own says that the programs are the host's own, which it starts itself.
	Own bool
}

// Limits bound what one program may use. Zero means the defaults; below zero
// nothing is bounded.
type Limits struct {
	Processes int64 // of the user, all in all; default 4096
	Files     int64 // open at once; default 4096
	FileSize  int64 // bytes of one file; default 16 GiB
	Memory    int64 // bytes of data; default none, since some run times reserve much more than they use
}

// Access is what one call may have beyond the plan, and what it may not.
type Access struct {
	// Network lets the call reach the network. It is none of its own then.
	Network bool
	// Masks are for the tier namespace.
	Masks Masks
}

// Masks are files and folders within Plan.Write that are out of reach or can't
// be changed for one call, under the tier namespace. None may be a link. What
// doesn't exist when the cell is opened is left out.
type Masks struct {
	// Hide can't be read or changed: a folder is empty, a file can't be opened.
	Hide []string
	// Hold can be read and not changed.
	Hold []string
	// Pin can be changed and not be renamed or removed, so that nothing is put
	// in the place of the folder that something held lies in.
	Pin []string
}

// Cmd is a program to start.
type Cmd struct {
	// Path is the program's absolute path; Args begin with its name.
	Path string
	Args []string
	// Env is the whole environment.
	Env []string
	// Dir is the folder it starts in.
	Dir string
	// Files are its descriptors from 0 on; nil is nothing to read and nowhere
	// to write.
	Files []*os.File
}

func (c *Cmd) check() error {
	switch {
	case !filepath.IsAbs(c.Path):
		return fmt.Errorf("contain: program %q: not an absolute path", guard.Printable(c.Path))
	case !filepath.IsAbs(c.Dir):
		return fmt.Errorf("contain: folder %q: not an absolute path", guard.Printable(c.Dir))
	case len(c.Args) == 0:
		return errors.New("contain: a program without a name")
	}
	return nil
}

func (p *Plan) check() error {
	for _, path := range slices.Concat(p.Write, p.Read, p.Hidden) {
		if !filepath.IsAbs(path) || filepath.Clean(path) != path {
			return fmt.Errorf("contain: %q: not an absolute, clean path", guard.Printable(path))
		}
	}
	for _, g := range p.Grant {
		if !slices.ContainsFunc(Groups, func(k GroupInfo) bool { return k.Group == g }) {
			return fmt.Errorf("contain: no group of system calls is named %q", guard.Printable(string(g)))
		}
	}
	return nil
}

// Group names system calls that the tier seccomp denies together.
type Group string

// The groups.
const (
	Sockets   Group = "unix"      // unix sockets
	UDP       Group = "udp"       // datagrams, also where the call has the network
	Netlink   Group = "netlink"   // netlink and all other kinds of sockets
	Mount     Group = "mount"     // mounts and namespaces
	Trace     Group = "trace"     // other processes' memory, descriptors and limits
	IOURing   Group = "io_uring"  // io_uring
	BPF       Group = "bpf"       // BPF and performance counters
	Keys      Group = "keys"      // the kernel's key rings
	Faults    Group = "faults"    // userfaultfd
	Handles   Group = "handles"   // files by handle
	Machine   Group = "machine"   // modules, clocks, swap, reboot, accounting
	Terminals Group = "terminals" // typing into a terminal
)

// GroupInfo says what a group denies and what needs it.
type GroupInfo struct {
	Group  Group
	Denies string
	Needed string // by which programs, "" if by none that work unprivileged
}

// Groups are all groups.
var Groups = []GroupInfo{
	{Sockets, "unix sockets but for pairs", "clients of local daemons: docker, ssh-agent, databases on sockets"},
	{UDP, "UDP sockets", "DNS and QUIC where the call has the network"},
	{Netlink, "netlink, raw, packet and all other sockets", "ip, ss, ping"},
	{Mount, "mounts, new namespaces, changes of the root", "bubblewrap, rootless containers, browsers with a sandbox of their own"},
	{Trace, "ptrace, process_vm_readv and kin, other processes' limits", "debuggers, strace"},
	{IOURing, "io_uring", ""},
	{BPF, "bpf, perf_event_open", "perf, bpftrace"},
	{Keys, "add_key, request_key, keyctl", ""},
	{Faults, "userfaultfd", "migration of virtual machines, CRIU"},
	{Handles, "open_by_handle_at and name_to_handle_at", ""},
	{Machine, "kernel modules, kexec, clocks, swap, reboot, quotas, accounting, kernel log", ""},
	{Terminals, "TIOCSTI and TIOCLINUX", ""},
}
