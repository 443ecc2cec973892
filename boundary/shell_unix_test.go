//go:build unix

package boundary_test

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/guard"
)

func newShell(t testing.TB, dir string, edit func(*boundary.ShellConfig)) *boundary.Shell {
	t.Helper()
	c := boundary.ShellConfig{Workspace: workspace(t, boundary.WorkspaceConfig{
		Roots: []string{dir + "/ws"}, Temp: []string{dir + "/tmp"}, Home: dir + "/home", State: dir + "/state",
	})}
	if edit != nil {
		edit(&c)
	}
	s, err := boundary.NewShell(c)
	require.NoError(t, err)
	return s
}

func TestRun(t *testing.T) {
	dir := tree(t, "ws/f", "ws/sub/g", "tmp/", "home/.bashrc", "home/.bash_profile", "state/", "ws/link -> sub", "ws/out -> $/state")
	s := newShell(t, dir, nil)
	for _, c := range []struct {
		name, text, dir, output string
		exit                    int
	}{
		{"output", "echo out", "", "out\n", 0},
		{"both streams, in order", "echo a; echo b >&2; echo c", "", "a\nb\nc\n", 0},
		{"an exit status", "exit 3", "", "", 3},
		{"no such command", "no-such-command-anywhere 2>/dev/null", "", "", 127},
		{"a signal", "kill -9 $$", "", "", 128 + 9},
		{"nothing", "# only a comment", "", "", 0},
		{"a syntax error", "if", "", "", 2},
		{"bash, not sh", "a=(1 2 3); [[ ${a[1]} == 2 ]] && echo ${#a[@]}", "", "3\n", 0},
		{"a dash in front", "-c 'echo no'; echo $-", "", "", 0},
		{"nothing to read", "cat; read x || echo end", "", "end\n", 0},
		{"no terminal", "true </dev/tty || echo none", "", "", 0},
		{"in the root", "pwd; cat f", "", dir + "/ws\ncontent of ws/f\n", 0},
		{"in a folder", "pwd; cat g", "sub", dir + "/ws/sub\ncontent of ws/sub/g\n", 0},
		{"in a linked folder, by its real name", "pwd; cd ..; pwd", "link", dir + "/ws/sub\n" + dir + "/ws\n", 0},
		{"no start-up files", "type content", "", "", 1},
		{"bytes as they are", "printf '\\xff\\x00\\r\\n'", "", "\xff\x00\r\n", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := s.Run(context.Background(), boundary.Command{Text: c.text, Dir: c.dir})
			require.NoError(t, err)
			require.Equal(t, c.exit, r.Exit, string(r.Output))
			if c.output != "" {
				require.Equal(t, c.output, string(r.Output))
			}
			require.Equal(t, guard.Outcome{Exit: c.exit, Output: int64(len(r.Output)), Failed: c.exit != 0}, r.Outcome())
		})
	}
	for _, c := range []struct{ name, text, dir, want string }{
		{"a NUL", "r\x00m x", "", "NUL"},
		{"too long", strings.Repeat("x", boundary.MaxCommand+1), "", "longer than"},
		{"no such folder", "pwd", "none", "not a folder"},
		{"a file as the folder", "pwd", "f", "not a folder"},
		{"the state folder", "pwd", dir + "/state", "guard's own"},
		{"the state folder through a link", "pwd", "out", "guard's own"},
		{"another process's folder", "pwd", "/proc/self/cwd", "depends on the process"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := s.Run(context.Background(), boundary.Command{Text: c.text, Dir: c.dir})
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestEnvironment(t *testing.T) {
	dir := tree(t, "ws/", "tmp/", "home/", "evil")
	for _, name := range []string{"BASH_ENV", "ENV", "LD_PRELOAD", "LD_LIBRARY_PATH", "SECRET_TOKEN", "BASH_FUNC_ls%%", "PS4", "IFS", "CDPATH", "SHELLOPTS"} {
		t.Setenv(name, dir+"/evil")
	}
	s := newShell(t, dir, func(c *boundary.ShellConfig) {
		c.Env, c.Containment.Off = []string{"GOFLAGS=-mod=mod", "PATH=/usr/bin:/bin"}, true
	})
	r, err := s.Run(context.Background(), boundary.Command{Text: "env"})
	require.NoError(t, err)
	got := map[string]string{}
	for line := range strings.Lines(string(r.Output)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		got[name] = value
	}
	delete(got, "_") // bash's own
	require.Equal(t, map[string]string{
		"PATH": "/usr/bin:/bin", "HOME": dir + "/home", "TMPDIR": dir + "/tmp", "PWD": dir + "/ws",
		"LANG": "C.UTF-8", "TERM": "dumb", "GOFLAGS": "-mod=mod", "SHLVL": "0",
	}, merge(got, map[string]string{"SHLVL": "0"}))
}

func merge(a, b map[string]string) map[string]string {
	for k, v := range b {
		a[k] = v
	}
	return a
}

func TestNewShellRefuses(t *testing.T) {
	dir := tree(t, "ws/", "bash")
	w := workspace(t, elsewhere(dir+"/ws"))
	for _, c := range []struct {
		want string
		c    boundary.ShellConfig
	}{
		{"Workspace is nil", boundary.ShellConfig{}},
		{"want NAME=value", boundary.ShellConfig{Env: []string{"X"}}},
		{"want NAME=value", boundary.ShellConfig{Env: []string{"A B=c"}}},
		{"Env BASH_ENV", boundary.ShellConfig{Env: []string{"BASH_ENV=/x"}}},
		{"Env ENV", boundary.ShellConfig{Env: []string{"ENV=/x"}}},
		{"Env LD_PRELOAD", boundary.ShellConfig{Env: []string{"LD_PRELOAD=/x"}}},
		{"Env DYLD_INSERT_LIBRARIES", boundary.ShellConfig{Env: []string{"DYLD_INSERT_LIBRARIES=/x"}}},
		{"Env X: holds a NUL", boundary.ShellConfig{Env: []string{"X=a\x00b"}}},
		{"not an absolute path", boundary.ShellConfig{Bash: "bash"}},
		{"not a program", boundary.ShellConfig{Bash: dir + "/bash"}},
		{"not a program", boundary.ShellConfig{Bash: dir}},
		{"negative", boundary.ShellConfig{Timeout: -1}},
	} {
		if c.want != "Workspace is nil" {
			c.c.Workspace = w
		}
		_, err := boundary.NewShell(c.c)
		require.ErrorContains(t, err, c.want)
	}
	_, err := (*boundary.Shell)(nil).Run(context.Background(), boundary.Command{Text: "true"})
	require.Error(t, err)
}

// uncontained is for commands that tell their process ids, which in a namespace
// are others than here.
func uncontained(c *boundary.ShellConfig) { c.Containment.Off = true }

// pids reads the process ids that a command wrote, one a line.
func pids(t *testing.T, path string) []int {
	t.Helper()
	var out []int
	for line := range strings.Lines(content(t, path)) {
		pid, err := strconv.Atoi(strings.TrimSpace(line))
		require.NoError(t, err)
		out = append(out, pid)
	}
	return out
}

// gone waits until a process is dead; a zombie is.
func gone(t *testing.T, pid int) {
	t.Helper()
	require.Eventually(t, func() bool {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			return true
		}
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		return err == nil && strings.Contains(string(stat), ") Z ")
	}, time.Minute, 5*time.Millisecond, "process %d runs on", pid)
}

// family starts a child and a grandchild that ignore polite signals, and says
// in the file pids who they are, then in ready that all of them run.
const family = `trap '' TERM HUP INT
(trap '' TERM HUP INT; echo $BASHPID >>pids; (echo $BASHPID >>pids; echo x >ready; exec sleep 1000) & wait) &
while [ ! -e ready ]; do :; done
`

func TestTimeoutKillsAll(t *testing.T) {
	// A machine that is too slow to start three processes in time gets more.
	for timeout := 250 * time.Millisecond; ; timeout *= 2 {
		dir := tree(t, "ws/", "tmp/", "home/")
		s := newShell(t, dir, uncontained)
		r, err := s.Run(context.Background(), boundary.Command{Text: family + "echo before; wait", Timeout: timeout})
		require.NoError(t, err)
		require.True(t, r.TimedOut)
		require.Equal(t, 128+9, r.Exit)
		if string(r.Output) != "before\n" && timeout < time.Minute {
			continue
		}
		for _, pid := range pids(t, dir+"/ws/pids") {
			gone(t, pid)
		}
		r, err = s.Run(context.Background(), boundary.Command{Text: "echo still here"})
		require.NoError(t, err)
		require.False(t, r.TimedOut)
		require.Equal(t, "still here\n", string(r.Output))
		return
	}
}

func TestCancelKillsAll(t *testing.T) {
	dir := tree(t, "ws/", "tmp/", "home/")
	s := newShell(t, dir, uncontained)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for {
			if _, err := os.Stat(dir + "/ws/ready"); err == nil {
				cancel()
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	r, err := s.Run(ctx, boundary.Command{Text: "echo before; " + family + "wait"})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, "before\n", string(r.Output))
	require.False(t, r.TimedOut)
	for _, pid := range pids(t, dir+"/ws/pids") {
		gone(t, pid)
	}
	_, err = s.Run(ctx, boundary.Command{Text: "touch late"})
	require.ErrorIs(t, err, context.Canceled)
	require.NoFileExists(t, dir+"/ws/late")
}

// TestBackgroundEndsWithTheCall: the call returns when its shell does, though a
// child holds its output open, and the child is killed.
func TestBackgroundEndsWithTheCall(t *testing.T) {
	dir := tree(t, "ws/", "tmp/", "home/")
	s := newShell(t, dir, uncontained)
	r, err := s.Run(context.Background(), boundary.Command{Text: family + "echo done"})
	require.NoError(t, err)
	require.Equal(t, "done\n", string(r.Output))
	require.Zero(t, r.Exit)
	for _, pid := range pids(t, dir+"/ws/pids") {
		gone(t, pid)
	}
}

func TestOutputIsCapped(t *testing.T) {
	dir := tree(t, "ws/", "tmp/", "home/")
	s := newShell(t, dir, func(c *boundary.ShellConfig) { c.MaxOutput = 1000 })
	r, err := s.Run(context.Background(), boundary.Command{Text: "echo first; head -c 20000000 /dev/zero; echo; echo last"})
	require.NoError(t, err)
	require.Zero(t, r.Exit)
	require.True(t, r.Truncated)
	out := string(r.Output)
	require.True(t, strings.HasPrefix(out, "first\n"))
	require.True(t, strings.HasSuffix(out, "\nlast\n"))
	require.Contains(t, out, "\n[19999012 bytes left out]\n")
	require.Less(t, len(out), 1100)

	r, err = s.Run(context.Background(), boundary.Command{Text: "head -c 1000 /dev/zero"})
	require.NoError(t, err)
	require.False(t, r.Truncated)
	require.Len(t, r.Output, 1000)

	// What stands in the pipe when the command ends belongs to it.
	s = newShell(t, dir, nil)
	for range 50 {
		r, err = s.Run(context.Background(), boundary.Command{Text: "printf %60000s x"})
		require.NoError(t, err)
		require.Len(t, r.Output, 60000)
	}
}

func TestRunsAtOnce(t *testing.T) {
	dir := tree(t, "ws/", "tmp/", "home/")
	s := newShell(t, dir, nil)
	type answer struct {
		want string
		r    boundary.Result
		err  error
	}
	answers := make(chan answer)
	for i := range 16 {
		go func() {
			n := strconv.Itoa(i)
			r, err := s.Run(context.Background(), boundary.Command{Text: "seq 20000 | tail -n1 >/dev/null; echo " + n + "; exit " + n})
			answers <- answer{n, r, err}
		}()
	}
	for range 16 {
		a := <-answers
		require.NoError(t, a.err)
		require.Equal(t, a.want+"\n", string(a.r.Output))
		require.Equal(t, a.want, strconv.Itoa(a.r.Exit))
	}
}

func TestContain(t *testing.T) {
	dir := tree(t, "ws/", "tmp/", "home/")
	s := newShell(t, dir, func(c *boundary.ShellConfig) { c.Tools = []string{"run_command"} })
	for tool, want := range map[string]guard.Engine{"run_command": guard.EngineCompat, "read_file": guard.EngineNone, "RUN_COMMAND": guard.EngineNone} {
		engine, tier, err := s.Contain(context.Background(), &guard.Call{Tool: tool})
		require.NoError(t, err)
		require.Equal(t, want, engine)
		if want == guard.EngineNone {
			require.Equal(t, guard.TierNone, tier)
		} else {
			require.Equal(t, s.Tier(), tier)
		}
	}
}
