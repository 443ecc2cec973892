package boundary_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/boundary/contain"
	"github.com/runtimeguard/runtimeguard/guard"
)

func namespaced(t *testing.T, dir string, edit func(*boundary.ShellConfig)) *boundary.Shell {
	for _, s := range contain.Probe("") {
		if s.Tier == guard.TierNamespace && !s.Available {
			t.Skip("no namespaces here: " + s.Why)
		}
	}
	return containedShell(t, dir, guard.TierNamespace, edit)
}

func output(t *testing.T, s *boundary.Shell, text string) string {
	t.Helper()
	r, err := s.Run(context.Background(), boundary.Command{Text: text})
	require.NoError(t, err)
	return string(r.Output)
}

// TestSecretsAreMasked: every trick to get at a secret in the workspace from
// within.
func TestSecretsAreMasked(t *testing.T) {
	dir := tree(t, "ws/.env", "ws/sub/deep/.env", "ws/.aws/credentials", "ws/ok.txt", "ws/.env.example", "ws/real.txt", "ws/.env.link -> real.txt",
		"tmp/server.key", "home/.ssh/id_ed25519", "home/.netrc", "state/key", "elsewhere/f")
	s := namespaced(t, dir, nil)
	require.Equal(t, "content of ws/ok.txt\n", output(t, s, "cat ok.txt"))
	require.Equal(t, "content of ws/.env.example\n", output(t, s, "cat .env.example"))
	for _, c := range []struct{ name, text string }{
		{"by name", "cat .env sub/deep/.env .aws/credentials $TMPDIR/server.key"},
		{"what a link with such a name leads to", "cat .env.link real.txt"},
		{"copied", "cp .env x; cat x; cp -r .aws y; cat y/*"},
		{"by a hard link", "ln .env x; cat x"},
		{"by a symbolic link", "ln -s .env x; cat x"},
		{"renamed", "mv .env x; cat x"},
		{"its folder renamed", "mv sub other; cat other/deep/.env"},
		{"another put over it", "echo mine >x; mv -f x .env; rm -f .env; cat .env | grep content"},
		{"by a descriptor", "exec 9<.env; cat <&9; cat /proc/self/fd/9"},
		{"by the folder of a process", "cat /proc/1/root" + dir + "/ws/.env /proc/1/cwd" + dir + "/ws/.env"},
		{"unmounted", "umount .env; umount -l " + dir + "/ws/.env; cat .env"},
		{"in a namespace of its own", "unshare -Urm sh -c 'umount -l .env; cat .env'; unshare -r cat .env"},
		{"mounted elsewhere", "mkdir m; mount --bind . m; cat m/.env"},
		{"archived", "tar cf - . 2>/dev/null | tar xO 2>/dev/null | grep 'content of ws/.env$'"},
		{"searched for", "grep -r 'content of ws/.env$' . ; find . -name credentials -exec cat {} +"},
		{"the home folder", "cat ~/.ssh/* ~/.netrc; ls -A ~"},
		{"the state folder", "cat " + dir + "/state/key; ls " + dir + "/state"},
		{"another folder", "cat " + dir + "/elsewhere/f; ls " + dir + "/elsewhere"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := output(t, s, c.text+"; echo; echo ran")
			require.Contains(t, out, "ran\n")
			require.NotContains(t, out, "content of")
		})
	}
	text, err := os.ReadFile(dir + "/ws/.env")
	require.NoError(t, err)
	require.Equal(t, "content of ws/.env\n", string(text))

	// One that the user makes after the Shell, in a folder that was looked
	// through before.
	plant(t, dir, "ws/sub/new.pem", "ws/made/later/.env")
	require.NotContains(t, output(t, s, "cat sub/new.pem made/later/.env"), "content of")
	time.Sleep(10 * time.Millisecond)
	plant(t, dir, "ws/sub/newer.pem")
	require.NotContains(t, output(t, s, "cat sub/newer.pem"), "content of")
}

// TestWhatPlantsCodeIsHeld: git works, and its hooks and settings stay what
// they are, whatever is renamed.
func TestWhatPlantsCodeIsHeld(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	dir := tree(t, "ws/f", "ws/.envrc.example", "tmp/", "home/")
	git := exec.Command("git", "init", "-q", dir+"/ws")
	require.NoError(t, git.Run())
	require.NoError(t, os.WriteFile(dir+"/home/.gitconfig", []byte("[user]\n\tname = A\n\temail = a@example.com\n"), 0o644))
	plant(t, dir, "ws/.git/hooks/")
	s := namespaced(t, dir, nil)
	require.Contains(t, output(t, s, "git add f && git commit -qm one && git log --oneline | cat && echo fine"), "fine")
	config, err := os.ReadFile(dir + "/ws/.git/config")
	require.NoError(t, err)
	for _, text := range []string{
		"echo evil >.git/hooks/pre-commit", "echo evil >>.git/config", "git config core.fsmonitor evil", "mv .git/hooks .git/h2; mkdir .git/hooks; echo evil >.git/hooks/pre-commit",
		"mv .git gone; mkdir -p .git/hooks; echo evil >.git/hooks/pre-commit", "rm -rf .git/hooks; mkdir .git/hooks; echo evil >.git/hooks/pre-commit",
		"cp -r .git copy; rm -rf .git; mv copy .git; echo evil >.git/hooks/pre-commit", "ln -sf /tmp/evil .git/hooks/pre-commit", "chmod 777 .git/config",
	} {
		output(t, s, text)
		require.NoFileExists(t, dir+"/ws/.git/hooks/pre-commit", text)
		now, err := os.ReadFile(dir + "/ws/.git/config")
		require.NoError(t, err, text)
		require.Equal(t, string(config), string(now), text)
	}
}

// TestEverythingEndsWithTheCall: what leaves the process group too.
func TestEverythingEndsWithTheCall(t *testing.T) {
	dir := tree(t, "ws/", "tmp/", "home/")
	s := namespaced(t, dir, nil)
	output(t, s, `setsid bash -c 'while :; do echo x >>alive; sleep 0.01; done' >/dev/null 2>&1 & while [ ! -s alive ]; do :; done`)
	before, err := os.Stat(dir + "/ws/alive")
	require.NoError(t, err)
	time.Sleep(50 * time.Millisecond)
	after, err := os.Stat(dir + "/ws/alive")
	require.NoError(t, err)
	require.Equal(t, before.Size(), after.Size())
	require.Contains(t, output(t, s, "bash -c 'kill -9 $$'; echo $?"), "137\n")
}

// TestNetworkIsOfTheCall: it is open to calls that were judged with a host.
func TestNetworkIsOfTheCall(t *testing.T) {
	eachTier(t, func(t *testing.T, tier guard.Tier) {
		dir := tree(t, "ws/", "tmp/", "home/")
		s := containedShell(t, dir, tier, func(c *boundary.ShellConfig) { c.Tools = []string{"run"} })
		connect := guard.Action{Kind: guard.KindConnect, Host: "example.com"}
		unseen := guard.Action{Kind: guard.KindUnknown, Opaque: true}
		for _, c := range []struct {
			name    string
			actions []guard.Action
			tier    guard.Tier
		}{
			{"no host", []guard.Action{{Kind: guard.KindExec, Program: "make"}}, tier},
			{"a host", []guard.Action{connect}, tier},
			{"nobody sees", []guard.Action{unseen}, tier},
			{"a host, and nobody sees what is sent", []guard.Action{connect, unseen}, min(tier, guard.TierSeccomp)},
		} {
			_, got, err := s.Contain(context.Background(), &guard.Call{Tool: "run", Actions: c.actions})
			require.NoError(t, err)
			require.Equal(t, c.tier, got, c.name)
		}
		// What the network is can be seen: the host's has more than a loopback, or
		// the sockets that aren't there without it.
		const probe = `exec 3<>/dev/tcp/127.0.0.1/1; ls /sys/class/net | head -c0; grep -c : /proc/net/dev`
		t.Log(output(t, s, probe))
	})
}

// TestLimits: a program is bounded.
func TestLimits(t *testing.T) {
	eachTier(t, func(t *testing.T, tier guard.Tier) {
		dir := tree(t, "ws/", "tmp/", "home/")
		s := containedShell(t, dir, tier, func(c *boundary.ShellConfig) {
			c.Containment.Limits = contain.Limits{Files: 64, FileSize: 1 << 20, Memory: memory}
		})
		got := output(t, s, `sleep 0.05; bash -c 'ulimit -n; ulimit -f; ulimit -d; ulimit -c; cat /proc/self/oom_score_adj; (yes | head -c 3000000 >big) 2>/dev/null; stat -c %s big'`)
		require.Equal(t, fmt.Sprintf("64 1024 %d 0 1000 1048576", memory>>10), strings.Join(strings.Fields(got), " "))
	})
}

// TestContainedHasNothingOfTheGuard: no descriptor, variable or privilege.
func TestContainedHasNothingOfTheGuard(t *testing.T) {
	t.Setenv("RUNTIMEGUARD_SECRET", "secret")
	fd, err := syscall.Open("/", syscall.O_RDONLY|syscall.O_DIRECTORY, 0) // inherited, unless somebody looks
	require.NoError(t, err)
	defer syscall.Close(fd)
	eachTier(t, func(t *testing.T, tier guard.Tier) {
		dir := tree(t, "ws/", "tmp/", "home/")
		s := containedShell(t, dir, tier, nil)
		out := output(t, s, `bash -c 'ls /proc/self/fd'; env; grep -E "NoNewPrivs|CapEff|CapBnd|Seccomp:" /proc/self/status`)
		require.NotContains(t, out, "secret")
		require.Contains(t, out, "NoNewPrivs:\t1")
		require.Equal(t, []string{"0", "1", "2", "3"}, strings.Fields(out)[:4], "3 is ls's own")
		caps, err := strconv.ParseUint(strings.Fields(out[strings.Index(out, "CapEff:"):])[1], 16, 64)
		require.NoError(t, err)
		require.Zero(t, caps&^0x1b, "more than CHOWN, DAC_OVERRIDE, FOWNER and FSETID")
		if tier >= guard.TierSeccomp {
			require.Contains(t, out, "Seccomp:\t2")
		}
	})
}

func TestContainmentRefuses(t *testing.T) {
	dir := tree(t, "ws/", "tmp/")
	ws := workspace(t, boundary.WorkspaceConfig{Roots: []string{dir + "/ws"}, Temp: []string{dir + "/tmp"}})
	for want, c := range map[string]boundary.Containment{
		"can't both be set": {Off: true, Tier: guard.TierLandlock},
		"no group":          {Grant: []contain.Group{"everything"}},
	} {
		_, err := boundary.NewShell(boundary.ShellConfig{Workspace: ws, Containment: c})
		require.ErrorContains(t, err, want)
	}
}
