// Package emptyroot runs a part of a test where nothing can be hurt: in a root
// of its own that holds a shell, what it needs and stubs, on tmpfs, in user,
// mount, network and process namespaces of its own. What commands of a corpus do
// there is gone when it ends.
package emptyroot

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	outside = "runtimeguard-emptyroot"  // builds the root
	inside  = "runtimeguard-emptyroot:" // runs in it
	nonce   = "/emptyroot"              // what tells the root from every other
)

// ErrUnavailable says that this machine lets nobody make the namespaces.
var ErrUnavailable = errors.New("no namespaces for an empty root here")

// Main runs the part that the process was started for by [Run], and doesn't
// return then. It must be called first in TestMain.
func Main(parts map[string]func() error) {
	if len(os.Args) < 3 {
		return
	}
	var err error
	switch os.Args[0] {
	case outside:
		err = build(os.Args[1], os.Args[2], os.Args[3:])
	case inside:
		if err = Check(); err == nil {
			err = parts[os.Args[1]]()
		}
	default:
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "emptyroot:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Run runs a part of [Main] in an empty root that holds the programs named, by
// their absolute paths, and copies its output to out.
func Run(ctx context.Context, part string, in io.Reader, out io.Writer, programs ...string) error {
	dir, err := os.MkdirTemp("", "emptyroot")
	if err != nil {
		return err
	}
	defer os.Remove(dir)
	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Args = append([]string{outside, part, dir}, programs...)
	cmd.Env = []string{"PATH=/usr/bin:/bin"}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return cmd.Wait()
}

// build makes the root and begins anew in it.
func build(part, dir string, programs []string) error {
	if os.Getpid() != 1 {
		return errors.New("not in namespaces of its own")
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("mounts of its own: %w", err)
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "size=512m,mode=0755"); err != nil {
		return fmt.Errorf("tmpfs: %w", err)
	}
	for _, d := range []string{"/old", "/proc", "/dev", "/tmp", "/etc", "/usr/bin", "/ws", "/state", "/home"} {
		if err := os.MkdirAll(dir+d, 0o755); err != nil {
			return err
		}
	}
	for link, to := range map[string]string{"/bin": "usr/bin", "/sbin": "usr/bin"} {
		if err := os.Symlink(to, dir+link); err != nil {
			return err
		}
	}
	if err := copyProgram("/proc/self/exe", dir, "/self"); err != nil {
		return err
	}
	for _, p := range programs {
		real, err := filepath.EvalSymlinks(p)
		if err == nil {
			err = copyProgram(real, dir, "/usr/bin/"+filepath.Base(p))
		}
		if err != nil {
			return err
		}
	}
	for _, d := range []string{"/dev/null", "/dev/zero", "/dev/urandom"} {
		if err := errors.Join(os.WriteFile(dir+d, nil, 0o666), unix.Mount(d, dir+d, "", unix.MS_BIND, "")); err != nil {
			return err
		}
	}
	if err := unix.Mount("proc", dir+"/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("proc: %w", err)
	}
	return enter(dir, part)
}

// enter leaves the old root behind.
func enter(dir, part string) error {
	if err := os.WriteFile(dir+nonce, []byte(dir), 0o444); err != nil {
		return err
	}
	for _, f := range []func() error{
		func() error { return os.Chdir(dir) },
		func() error { return unix.PivotRoot(".", "old") },
		func() error { return os.Chdir("/") },
		func() error { return unix.Unmount("/old", unix.MNT_DETACH) },
		func() error { return os.Remove("/old") },
	} {
		if err := f(); err != nil {
			return fmt.Errorf("the new root: %w", err)
		}
	}
	return syscall.Exec("/self", []string{inside, part, dir}, []string{"PATH=/usr/bin"})
}

// Check makes sure, before something of a corpus is run, that this process sees
// the empty root and nothing else.
func Check() error {
	var st unix.Statfs_t
	if err := unix.Statfs("/", &st); err != nil || st.Type != unix.TMPFS_MAGIC {
		return errors.New("the root isn't a tmpfs")
	}
	if _, err := os.Stat(nonce); err != nil {
		return errors.New("the root isn't the empty one")
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(mounts)) {
		f := strings.Fields(line)
		if len(f) < 5 || !strings.HasPrefix(f[4], "/dev/") && f[4] != "/" && f[4] != "/proc" {
			return fmt.Errorf("something else is mounted: %s", line)
		}
	}
	interfaces, err := os.ReadFile("/proc/net/dev")
	if err == nil && strings.Count(string(interfaces), ":") > 1 {
		err = errors.New("there is a network")
	}
	return err
}

// copyProgram copies a program and the libraries that it needs.
func copyProgram(from, root, to string) error {
	if err := copyFile(from, root+to); err != nil {
		return err
	}
	f, err := elf.Open(from)
	if err != nil {
		return nil // a script
	}
	defer f.Close()
	libs, err := f.ImportedLibraries()
	if err != nil {
		return err
	}
	for i, lib := range libs {
		if libs[i] = library(lib); libs[i] == "" {
			return fmt.Errorf("%s: no library %s", from, lib)
		}
	}
	if s := f.Section(".interp"); s != nil {
		data, err := s.Data()
		if err != nil {
			return err
		}
		libs = append(libs, strings.TrimRight(string(data), "\x00"))
	}
	for _, lib := range libs {
		if _, err := os.Stat(root + lib); err == nil {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(root+lib), 0o755); err != nil {
			return err
		}
		if err := copyProgram(lib, root, lib); err != nil {
			return err
		}
	}
	return nil
}

func library(name string) string {
	for _, pattern := range []string{"/lib64/", "/usr/lib64/", "/lib/*/", "/usr/lib/*/", "/lib/", "/usr/lib/"} {
		if found, _ := filepath.Glob(pattern + name); len(found) > 0 {
			return found[0]
		}
	}
	return ""
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
