package runtimeguard_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/boundary/contain"
	"github.com/runtimeguard/runtimeguard/guard"
)

// attacks is a Go test that the agent writes. Each attack prints whether it
// worked, the ones that must be held from a tier on with the tier's name.
const attacks = `package m

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

const (
	host   = %d
	state  = %q
	secret = %q // a file within, for a user of the machine to read
	sock   = %q // a daemon's, in the temporary folder
	tcp    = %q
	udp    = %q
)

func call(nr uintptr, args ...uintptr) error {
	var a [6]uintptr
	copy(a[:], args)
	if _, _, errno := syscall.Syscall6(nr, a[0], a[1], a[2], a[3], a[4], a[5]); errno != 0 {
		return errno
	}
	return nil
}

func str(s string) uintptr { p, _ := syscall.BytePtrFromString(s); return uintptr(unsafe.Pointer(p)) }

func open(path string, flags int) error {
	fd, err := syscall.Open(path, flags, 0o600)
	if err == nil {
		syscall.Close(fd)
	}
	return err
}

// any works where f does for one file of the state.
func any(f func(path string) error) error {
	err := fmt.Errorf("the state isn't there")
	filepath.WalkDir(state, func(path string, d fs.DirEntry, _ error) error {
		if e := f(path); e == nil {
			err = nil
		}
		return nil
	})
	for _, name := range []string{"policy.yaml", "keys/approver.key", "keys/approvers", "roots.json", "halt", "approvals/x", "audit/x"} {
		if f(filepath.Join(state, name)) == nil {
			err = nil
		}
	}
	return err
}

func dial(network, address string) error {
	c, err := net.Dial(network, address)
	if err != nil {
		return err
	}
	defer c.Close()
	for range 3 { // a datagram that nobody takes is an error of the next
		if _, err := c.Write([]byte("x")); err != nil {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil
}

func TestAttacks(t *testing.T) {
	runtime.LockOSThread()
	proc := fmt.Sprint("/proc/", host)
	for _, a := range []struct {
		tier, name string
		f          func() error
	}{
		{"none", "this works", func() error { return os.WriteFile("fine", nil, 0o600) }},
		{"landlock", "reads the key", func() error { return any(func(p string) error { _, err := os.ReadFile(p); return err }) }},
		{"landlock", "lists the state", func() error { _, err := os.ReadDir(state); return err }},
		{"landlock", "writes into the state", func() error { return any(func(p string) error { return open(p, syscall.O_WRONLY|syscall.O_CREAT) }) }},
		{"landlock", "appends to the log", func() error { return any(func(p string) error { return open(p, syscall.O_WRONLY|syscall.O_APPEND) }) }},
		{"landlock", "truncates the log", func() error { return any(func(p string) error { return os.Truncate(p, 0) }) }},
		{"landlock", "truncates it by opening", func() error { return any(func(p string) error { return open(p, syscall.O_RDONLY|syscall.O_TRUNC) }) }},
		{"landlock", "removes", func() error { return any(os.Remove) }},
		{"landlock", "renames", func() error { return any(func(p string) error { return os.Rename(p, "taken") }) }},
		{"landlock", "puts a file over", func() error { return any(func(p string) error { os.WriteFile("mine", nil, 0o600); return os.Rename("mine", p) }) }},
		{"landlock", "hard link out", func() error { return any(func(p string) error { return os.Link(p, "linked") }) }},
		{"landlock", "hard link in", func() error { os.WriteFile("mine", nil, 0o600); return os.Link("mine", state+"/approvals/mine") }},
		{"landlock", "a link in the workspace", func() error { os.Symlink(secret, "ln"); _, err := os.ReadFile("ln"); return err }},
		{"landlock", "from within the folder", func() error {
			defer os.Chdir("/")
			if err := os.Chdir(filepath.Dir(secret)); err != nil {
				return err
			}
			_, err := os.ReadFile(filepath.Base(secret))
			return err
		}},
		{"landlock", "through the host's root", func() error { _, err := os.ReadFile(proc + "/root" + secret); return err }},
		{"landlock", "through the host's folder", func() error { _, err := os.ReadDir(proc + "/cwd/"); return err }},
		{"landlock", "through the host's files", func() error {
			err := fmt.Errorf("none")
			for fd := range 64 {
				if e := open(fmt.Sprint(proc, "/fd/", fd), syscall.O_RDONLY|syscall.O_NONBLOCK); e == nil {
					err = nil
				}
			}
			return err
		}},
		{"landlock", "the host's memory", func() error { return open(proc+"/mem", syscall.O_RDWR) }},
		{"landlock", "the host's environment", func() error { _, err := os.ReadFile(proc + "/environ"); return err }},
		{"landlock", "traces the host", func() error {
			err := syscall.PtraceAttach(host)
			if err == nil {
				var ws syscall.WaitStatus
				syscall.Wait4(host, &ws, 0, nil)
				syscall.PtraceDetach(host)
			}
			return err
		}},
		{"landlock", "reads the host's memory", func() error {
			var b [1]byte
			v := [2]uintptr{uintptr(unsafe.Pointer(&b)), 1}
			return call(310, host, uintptr(unsafe.Pointer(&v)), 1, uintptr(unsafe.Pointer(&v)), 1)
		}},
		{"landlock", "takes the host's descriptors", func() error {
			fd, _, errno := syscall.Syscall(434, host, 0, 0)
			if errno != 0 {
				return errno
			}
			return call(438, fd, 1, 0)
		}},
		{"landlock", "signals the host", func() error { return syscall.Kill(host, syscall.SIGWINCH) }},
		{"landlock", "signals the host by descriptor", func() error {
			fd, _, errno := syscall.Syscall(434, host, 0, 0)
			if errno != 0 {
				return errno
			}
			return call(424, fd, uintptr(syscall.SIGWINCH), 0, 0)
		}},
		{"landlock", "an abstract socket", func() error { return dial("unix", "@"+sock) }},
		{"landlock", "TCP", func() error { return dial("tcp", tcp) }},
		{"landlock", "mounts", func() error { return syscall.Mount(filepath.Dir(secret), "/tmp", "", syscall.MS_BIND, "") }},
		{"landlock", "makes a device", func() error { return syscall.Mknod("dev", syscall.S_IFBLK|0o600, 254<<8) }},
		{"seccomp", "a daemon's socket", func() error { return dial("unix", sock) }},
		{"seccomp", "UDP", func() error { return dial("udp", udp) }},
		{"seccomp", "netlink", func() error { _, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW, 0); return err }},
		{"seccomp", "a packet socket", func() error { _, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_RAW, 0); return err }},
		{"seccomp", "io_uring", func() error { var p [120]byte; return call(425, 4, uintptr(unsafe.Pointer(&p))) }},
		{"seccomp", "a user namespace", func() error { return call(272, syscall.CLONE_NEWUSER) }},
		{"seccomp", "bpf", func() error { var p [120]byte; return call(321, 0, uintptr(unsafe.Pointer(&p)), 120) }},
		{"seccomp", "keys", func() error { return call(250, 0, 0xfffffffd, 1) }},
		{"seccomp", "userfaultfd", func() error { return call(323, 1) }},
		{"seccomp", "files by handle", func() error { var p [64]byte; return call(304, 0, uintptr(unsafe.Pointer(&p)), 0) }},
		{"seccomp", "a foreign call", func() error { return call(0x40000000 | 39) }},
		{"namespace", "sees the host", func() error { _, err := os.Stat(proc + "/status"); if err != nil { return err }
			b, _ := os.ReadFile(proc + "/comm"); return fmt.Errorf("another process: %%s", strings.TrimSpace(string(b))) }},
		{"namespace", "sees that the state exists", func() error { _, err := os.Stat(state); return err }},
		{"namespace", "takes the modes off the state", func() error { return os.Chmod(state, 0o777) }},
		{"namespace", "sets the state's times", func() error { return syscall.Utimes(state, make([]syscall.Timeval, 2)) }},
		{"namespace", "writes the kernel's settings", func() error { return open("/proc/sys/kernel/core_pattern", syscall.O_WRONLY) }},
	} {
		if err := a.f(); err != nil {
			fmt.Printf("ATTACK\t%%s\theld\t%%s\t%%v\n", a.tier, a.name, err)
		} else {
			fmt.Printf("ATTACK\t%%s\tworked\t%%s\n", a.tier, a.name)
		}
	}
}
`

// TestAgentsProgramReachesNothing: an allowed go test whose code the agent wrote
// tries to approve its own request, to read the key, to edit the policy, to
// stop the guard and to reach the log.
func TestAgentsProgramReachesNothing(t *testing.T) {
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go")
	}
	out, err := exec.Command(tool, "env", "GOROOT", "GOCACHE").Output()
	require.NoError(t, err)
	goEnv := strings.Fields(string(out))
	for _, s := range contain.Probe("") {
		t.Run(s.Tier.String(), func(t *testing.T) {
			if !s.Available {
				t.Skip("no such tier here: " + s.Why)
			}
			f := newFolders(t)
			require.NoError(t, os.Mkdir(f.base+"/home", 0o755))
			c := f.config()
			c.InsistOnApprovals = true
			c.Env = []string{"PATH=" + goEnv[0] + "/bin:/usr/bin:/bin", "GOCACHE=" + goEnv[1], "GOTOOLCHAIN=local"}
			c.Containment = boundary.Containment{Tier: s.Tier, Write: goEnv[1:]}
			rt := open(t, c)
			ran, err := do(rt, "run_command", `{"command": "git push --force"}`) // a request that waits
			require.False(t, ran)
			require.Error(t, err)
			before := fingerprint(t, f.state)
			server := listen(t, f.temp)
			plantModule(t, f, server)

			output := runCommand(t, rt, "make")
			held := 0
			lines := bufio.NewScanner(strings.NewReader(output))
			for lines.Scan() {
				part := strings.Split(lines.Text(), "\t")
				if part[0] != "ATTACK" {
					continue
				}
				from, err := guard.ParseTier(part[1])
				require.NoError(t, err)
				if from > guard.TierNone && from <= s.Tier {
					require.Equal(t, "held", part[2], lines.Text())
					held++
				} else {
					t.Log(lines.Text())
				}
			}
			require.Greater(t, held, 20, output)
			if s.Tier >= guard.TierSeccomp {
				require.Zero(t, server.heard.Load(), "a daemon outside was reached")
			}
			if s.Tier == guard.TierNamespace {
				require.Empty(t, difference(before, fingerprint(t, f.state)))
			}
			list, err := rt.Approvals.List(context.Background())
			require.NoError(t, err)
			require.Len(t, list, 1)
		})
	}
}

// fingerprint is what the state holds, the log and its like aside.
func fingerprint(t *testing.T, dir string) map[string]string {
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := d.Info()
		require.NoError(t, err)
		out[path] = info.Mode().String()
		if d.Type().IsRegular() && !strings.Contains(path, "/audit/") {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			out[path] += string(text)
		}
		return nil
	}))
	return out
}

func difference(before, after map[string]string) (out []string) {
	for path, was := range before {
		if after[path] != was {
			out = append(out, path)
		}
	}
	return out
}

// servers are daemons of the user outside.
type servers struct {
	unix, tcp, udp string
	heard          atomic.Int64
}

func listen(t *testing.T, temp string) *servers {
	s := &servers{unix: temp + "/d.sock"}
	for _, path := range []string{s.unix, "@" + s.unix} {
		l, err := net.Listen("unix", path)
		require.NoError(t, err)
		s.serve(t, l)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.tcp = l.Addr().String()
	s.serve(t, l)
	p, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	s.udp = p.LocalAddr().String()
	t.Cleanup(func() { p.Close() })
	go func() {
		for {
			if _, _, err := p.ReadFrom(make([]byte, 8)); err != nil {
				return
			}
			s.heard.Add(1)
		}
	}()
	return s
}

func (s *servers) serve(t *testing.T, l net.Listener) {
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.heard.Add(1)
			c.Close()
		}
	}()
}

func plantModule(t *testing.T, f folders, s *servers) {
	for name, text := range map[string]string{
		"go.mod":    "module example.com/m\n\ngo 1.22\n",
		"Makefile":  "all:\n\tgo test -count=1 -v .\n",
		"m.go":      "package m\n",
		"m_test.go": fmt.Sprintf(attacks, os.Getpid(), f.state, f.state+"/keys/approvers", s.unix, s.tcp, s.udp),
	} {
		require.NoError(t, os.WriteFile(f.workspace+"/"+name, []byte(text), 0o644))
	}
}

// runCommand runs an allowed command as the tool would.
func runCommand(t *testing.T, rt *runtimeguard.Runtime, text string) (output string) {
	call := guard.Call{Tool: "run_command", Args: map[string]any{"command": text}, Principal: guard.Principal{Agent: "a", Session: "s"}}
	err := rt.Do(context.Background(), call, func(ctx context.Context) (guard.Outcome, error) {
		r, err := rt.Shell.Run(ctx, boundary.Command{Text: text, Timeout: 5 * time.Minute})
		output = string(r.Output)
		return r.Outcome(), err
	})
	require.NoError(t, err, output)
	return output
}

// TestAgentsMakefileReachesNothing is the same with what a shell can do, from a
// program that the Makefile starts: its recipes are read by the guard.
func TestAgentsMakefileReachesNothing(t *testing.T) {
	for _, needed := range []string{"make", "python3"} {
		if _, err := exec.LookPath(needed); err != nil {
			t.Skip("there is no " + needed)
		}
	}
	attempts := []string{
		"cat $S/keys/*", "cp -r $S stolen", "echo x >>$S/policy.yaml", "mv $S gone", "rm -r $S", "ln $S/keys/approvers taken",
		"kill -WINCH $H", "cat /proc/$H/root$S/keys/approvers", "cat /proc/$H/environ", "touch $S/halt", "echo >$S/audit/x",
		"for a in $S/approvals/*; do echo approved >$a; done 2>/dev/null; [ -e $S/approvals/* ]",
		"cd $S && ls", "tar cf t.tar -C $S keys", "dd if=$S/keys/approvers", "find $S -name '*.key' -exec cat {} + | grep .",
		"nsenter -t $H -a cat $S/keys/approvers", "unshare -rm cat $S/keys/approvers", "setsid kill -WINCH $H", "chroot /proc/$H/root cat $S/keys/approvers",
	}
	for _, s := range contain.Probe("") {
		t.Run(s.Tier.String(), func(t *testing.T) {
			if !s.Available {
				t.Skip("no such tier here: " + s.Why)
			}
			f := newFolders(t)
			c := f.config()
			c.Containment = boundary.Containment{Tier: s.Tier}
			rt := open(t, c)
			_, err := do(rt, "run_command", `{"command": "git push --force"}`)
			require.Error(t, err)
			script := "import subprocess\nprint('begun')\n"
			for _, a := range attempts {
				script += fmt.Sprintf("if subprocess.run(['bash', '-c', %q], capture_output=True).returncode == 0:\n    print('WORKED', %q)\n",
					fmt.Sprintf("S=%s H=%d; %s", f.state, os.Getpid(), a), a)
			}
			script += "print('ended')\n"
			require.NoError(t, os.WriteFile(f.workspace+"/attack.py", []byte(script), 0o644))
			require.NoError(t, os.WriteFile(f.workspace+"/Makefile", []byte("all:\n\t@python3 attack.py\n"), 0o644))
			before := fingerprint(t, f.state)
			require.Equal(t, "begun\nended\n", runCommand(t, rt, "make"))
			require.Empty(t, difference(before, fingerprint(t, f.state)))
		})
	}
}
