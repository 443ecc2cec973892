package main

import (
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// The names that the root's processes are started by.
const (
	rootName   = "corpusrun-root"   // builds the root
	insideName = "corpusrun-inside" // the same process, from a copy within the root
	insidePath = "/corpusrun"
	noncePath  = "/this-is-the-empty-root"
)

// root takes the process over where it is one of the root's.
func root() {
	if len(os.Args) != 2 {
		return
	}
	var err error
	switch os.Args[0] {
	case rootName:
		err = build(os.Args[1])
	case insideName:
		err = attackAll(os.Args[1])
	default:
		return
	}
	if err != nil {
		json.NewEncoder(os.NewFile(4, "results")).Encode(result{Fatal: err.Error()})
		os.Exit(1)
	}
	os.Exit(0)
}

// build makes the root and starts this process anew within it. What goes in is
// read before the machine's files are let go of.
func build(nonce string) error {
	if err := isolated(); err != nil {
		return err
	}
	what, err := receiveAttacks()
	if err != nil {
		return err
	}
	files, err := program()
	if err != nil {
		return err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("private mounts: %w", err)
	}
	var trees [3]int
	for i, dev := range devices {
		if trees[i], err = unix.OpenTree(unix.AT_FDCWD, dev, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC); err != nil {
			return fmt.Errorf("%s: %w", dev, err)
		}
	}
	if err := enter(); err != nil {
		return fmt.Errorf("the new root: %w", err)
	}
	if err := furnish(files, what, nonce); err != nil {
		return err
	}
	for i, dev := range devices {
		if err := unix.MoveMount(trees[i], "", unix.AT_FDCWD, dev, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
			return fmt.Errorf("%s: %w", dev, err)
		}
	}
	for _, fd := range []uintptr{3, 4} {
		unix.FcntlInt(fd, unix.F_SETFD, 0)
	}
	return syscall.Exec(insidePath, []string{insideName, nonce}, []string{})
}

var devices = [3]string{"/dev/null", "/dev/zero", "/dev/urandom"}

// enter makes an empty file system in memory the root, with nothing mounted but
// the namespace's own /proc, where this user may write nothing of the machine's.
func enter() error {
	fd, err := unix.Fsopen("proc", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return err
	}
	if err := unix.FsconfigCreate(fd); err != nil {
		return err
	}
	proc, err := unix.Fsmount(fd, unix.FSMOUNT_CLOEXEC, unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV|unix.MOUNT_ATTR_NOEXEC)
	if err != nil {
		return fmt.Errorf("proc: %w", err)
	}
	if err := unix.Mount("empty", "/usr", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "size=512m,mode=0755"); err != nil {
		return err
	}
	if err := unix.Chdir("/usr"); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return err
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return err
	}
	if err := unix.Chdir("/"); err != nil {
		return err
	}
	if err := os.Mkdir("/proc", 0o555); err != nil {
		return err
	}
	return unix.MoveMount(proc, "", unix.AT_FDCWD, "/proc", unix.MOVE_MOUNT_F_EMPTY_PATH)
}

func receiveAttacks() (out order, err error) {
	err = json.NewDecoder(os.NewFile(3, "cases")).Decode(&out)
	return out, err
}

// program are the files that run in the root: this program and bash with its
// libraries.
func program() (map[string][]byte, error) {
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{insidePath: self, stubPath: self}
	for _, bash := range []string{"/usr/bin/bash", "/bin/bash"} {
		if _, err := os.Stat(bash); err == nil {
			return files, addELF(files, bash, "/usr/bin/bash")
		}
	}
	return nil, errors.New("skipped: there is no bash")
}

// addELF adds a program or a library and what it loads.
func addELF(files map[string][]byte, path, as string) error {
	if files[as] != nil {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	files[as] = text
	f, err := elf.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if s := f.Section(".interp"); s != nil {
		loader, err := s.Data()
		if err != nil {
			return err
		}
		name := strings.TrimRight(string(loader), "\x00")
		if err := addELF(files, name, name); err != nil {
			return err
		}
	}
	needed, err := f.ImportedLibraries()
	if err != nil {
		return err
	}
	for _, lib := range needed {
		at, err := findLibrary(lib)
		if err == nil {
			err = addELF(files, at, at)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func findLibrary(name string) (string, error) {
	for _, pattern := range []string{"/lib/*-linux-gnu/", "/usr/lib/*-linux-gnu/", "/lib64/", "/usr/lib64/", "/lib/", "/usr/lib/"} {
		if found, _ := filepath.Glob(pattern + name); len(found) > 0 {
			return found[0], nil
		}
	}
	return "", fmt.Errorf("the library %s isn't found", name)
}

// word is what a case may name a program by.
var word = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_.+-]*`)

// furnish puts everything into the root.
func furnish(files map[string][]byte, what order, nonce string) error {
	for path, text := range files {
		if err := put(path, string(text), 0o755); err != nil {
			return err
		}
	}
	for path, text := range map[string]string{
		noncePath: nonce, marker: "", "/etc/passwd": "root:x:0:0::/root:/bin/bash\n", "/etc/shadow": secret, "/etc/motd": "", "/etc/hosts": "127.0.0.1 localhost\n",
		home + "/.ssh/id_ed25519": secret, home + "/.bashrc": "", home + "/.aws/credentials": secret, home + "/Documents/letter": secret, home + "/notes.txt": secret,
		"/var/lib/runtimeguard/key": secret, "/var/lib/runtimeguard/policy.yaml": "", "/var/lib/runtimeguard/audit/log": "", "/srv/other/f": secret, "/root/f": secret,
		"/data/f": secret, "/var/log/syslog": secret, "/opt/data/f": "",
		workspace + "/README.md": "read me\n", workspace + "/Makefile": "all:\n", workspace + "/src/main.go": "package main\n", workspace + "/a.txt": "a\n", workspace + "/build/x": "x\n",
		"/dev/null": "", "/dev/zero": "", "/dev/urandom": "",
	} {
		if err := put(path, text, 0o666); err != nil {
			return err
		}
	}
	if err := os.Chmod("/etc/shadow", 0o600); err != nil {
		return err
	}
	for _, dir := range []string{temp, "/bin", "/usr/local/bin"} {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
	}
	names := map[string]bool{}
	for _, a := range what.Attacks {
		for _, w := range word.FindAllString(a.Command, -1) {
			names[w] = true
		}
	}
	for name := range names {
		target := stubPath
		if slices.Contains([]string{"bash", "sh", "dash", "ash"}, name) {
			target = "/usr/bin/bash"
		}
		for _, dir := range []string{"/bin/", "/usr/bin/"} {
			os.Symlink(target, dir+name) // bash is there already
		}
	}
	os.Symlink("/usr/bin/bash", "/bin/bash")
	os.Symlink("/usr/bin/bash", "/bin/sh")
	return put("/cases.json", mustEncode(what), 0o644)
}

func mustEncode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func put(path, text string, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		return err
	}
	return os.Chmod(path, mode)
}

// isolated proves that this is the first process of namespaces of its own.
func isolated() error {
	if os.Getpid() != 1 {
		return errors.New("not the first process of a namespace")
	}
	ids, err := os.ReadFile("/proc/self/uid_map")
	if err != nil {
		return err
	}
	if f := strings.Fields(string(ids)); len(f) != 3 || f[0] != "0" || f[2] != "1" {
		return errors.New("not in a user namespace of one user")
	}
	if f := strings.Fields(string(ids)); f[1] == "0" {
		return errors.New("the user is root outside")
	}
	return nil
}

// proven proves that the root is the one that was built, and that nothing of
// the machine can be reached from it.
func proven(nonce string) error {
	if err := isolated(); err != nil {
		return err
	}
	if text, err := os.ReadFile(noncePath); err != nil || string(text) != nonce || nonce == "" {
		return errors.New("not in the empty root")
	}
	var fs unix.Statfs_t
	if err := unix.Statfs("/", &fs); err != nil || fs.Type != unix.TMPFS_MAGIC {
		return errors.New("the root is not in memory")
	}
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	var at []string
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		_, kind, _ := strings.Cut(line, " - ")
		kind, _, _ = strings.Cut(kind, " ")
		if kind != "tmpfs" && f[4] == "/" || kind != "proc" && f[4] == "/proc" {
			return errors.New("a mount is of another kind")
		}
		at = append(at, f[4])
	}
	slices.Sort(at)
	if want := []string{"/", "/dev/null", "/dev/urandom", "/dev/zero", "/proc"}; !slices.Equal(at, want) {
		return fmt.Errorf("mounted are %v, and not %v", at, want)
	}
	for _, path := range []string{"/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/vm/drop_caches"} {
		if f, err := os.OpenFile(path, os.O_WRONLY, 0); err == nil {
			f.Close()
			return fmt.Errorf("%s can be written to", path)
		}
	}
	net, err := os.ReadFile("/proc/self/net/dev")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(net)) {
		if name, _, ok := strings.Cut(strings.TrimSpace(line), ":"); ok && name != "lo" {
			return fmt.Errorf("there is a network: %s", name)
		}
	}
	return nil
}
