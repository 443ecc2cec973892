package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/guard/cli"
)

// Users and a group that no system has.
const (
	agentID     = 54321
	annID       = 54322
	approversID = 54323
)

// The set-up that SECURITY.md describes, carried out: the host's user gets its
// answers from an operator with another, and can't answer itself.
func TestOperatorWithAnotherUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: only root can be two other users")
	}
	base, err := os.MkdirTemp("/tmp", "users") // t.TempDir lies where others may not look
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(base) })
	require.NoError(t, os.Chmod(base, 0o755))
	state := filepath.Join(base, "state")
	setUp(t, state)
	for dir, id := range map[string]int{"ws": agentID, "tmp": agentID, "home": agentID, "ann": annID} {
		require.NoError(t, os.Mkdir(filepath.Join(base, dir), 0o700))
		require.NoError(t, os.Chown(filepath.Join(base, dir), id, id))
	}
	self := filepath.Join(base, "test")
	copyFile(t, os.Args[0], self)
	as := func(id int, part string, args ...string) *exec.Cmd {
		cmd := exec.Command(self, append([]string{"-test.run=^TestPart$", "--"}, args...)...)
		cmd.Env = []string{"CLI_TEST_PART=" + part, "CLI_TEST_BASE=" + base, "HOME=" + filepath.Join(base, "ann"), "USER=the-boss"}
		cmd.Dir = base
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(id), Gid: uint32(id), Groups: []uint32{approversID}}, Pdeathsig: syscall.SIGKILL}
		return cmd
	}
	ann := func(args ...string) string {
		out, err := as(annID, "ann", append([]string{"approvals", "-state", state}, args...)...).CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	line := regexp.MustCompile(`(?m)^ed25519:.*$`).FindString(ann("key"))
	require.NotEmpty(t, line)
	require.NoError(t, os.WriteFile(filepath.Join(state, "keys", "approvers"), []byte(line+"\n"), 0o644))

	require.Contains(t, run1(t, "doctor", "-state", state), "nobody else may write it")
	run1(t, "halt", "-state", state, "before the host has begun its log")
	run1(t, "resume", "-state", state)
	host := as(agentID, "host")
	host.Stderr = os.Stderr
	said, err := host.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, host.Start())
	lines := bufio.NewScanner(said)
	require.True(t, lines.Scan())
	id := strings.TrimPrefix(lines.Text(), "waits ")
	require.Contains(t, ann("list"), id+"  pending")
	require.Contains(t, ann("approve", id), fmt.Sprintf("%s approved by uid %d@", id, annID))
	require.True(t, lines.Scan(), "the host has ended")
	require.Equal(t, "ran", lines.Text())
	require.True(t, lines.Scan())
	again := strings.TrimPrefix(lines.Text(), "waits ")
	require.NotEqual(t, id, again)
	require.Contains(t, ann("deny", again, "not", "again"), again+" denied")
	require.True(t, lines.Scan())
	require.Contains(t, lines.Text(), "not again")
	require.NoError(t, host.Wait())
	require.Equal(t, 2, strings.Count(run1(t, "audit", "query", "-state", state, "-event", "operated"), "by="))
	require.Contains(t, run1(t, "audit", "verify", "-state", state), "the chain holds")
}

// setUp runs SECURITY.md's commands for a folder and users of the test's own.
func setUp(t *testing.T, state string) {
	text, err := os.ReadFile(filepath.Join("..", "..", "SECURITY.md"))
	require.NoError(t, err)
	script := regexp.MustCompile("(?s)```sh\n(state=.*?)```").FindSubmatch(text)
	require.NotNil(t, script)
	commands := strings.NewReplacer("/var/lib/runtimeguard/project", state, "-o agent", fmt.Sprint("-o ", agentID), "-g approvers", fmt.Sprint("-g ", approversID)).
		Replace(string(script[1]))
	out, err := exec.Command("sh", "-euc", commands).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

func copyFile(t *testing.T, from, to string) {
	in, err := os.Open(from)
	require.NoError(t, err)
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	require.NoError(t, err)
	_, err = io.Copy(out, in)
	require.NoError(t, errors.Join(err, out.Close()))
}

// TestPart is a process of TestOperatorWithAnotherUser.
func TestPart(t *testing.T) {
	base, args := os.Getenv("CLI_TEST_BASE"), os.Args
	for i, a := range os.Args {
		if a == "--" {
			args = os.Args[i+1:]
		}
	}
	switch os.Getenv("CLI_TEST_PART") {
	case "ann":
		var out bytes.Buffer
		status := cli.Main(args, strings.NewReader(""), &out, &out)
		fmt.Print(out.String())
		os.Exit(status)
	case "host":
		if err := playHost(base); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

// playHost asks, tries to answer itself, and asks again.
func playHost(base string) error {
	state := filepath.Join(base, "state")
	rt, err := runtimeguard.Open(runtimeguard.Config{
		Workspace: filepath.Join(base, "ws"), State: state, Temp: []string{filepath.Join(base, "tmp")}, Home: filepath.Join(base, "home"),
	})
	if err != nil {
		return err
	}
	defer rt.Close()
	for _, want := range []string{"ran", ""} {
		err := rt.DoWaiting(context.Background(), guard.Call{Tool: "run_command", Args: map[string]any{"command": "git push --force"}},
			guard.Wait{For: time.Hour, Tell: func(_ context.Context, request string, waited time.Duration) {
				if waited < time.Second {
					fmt.Println("waits", request)
				}
				if err := selfApprove(base, request); err != nil {
					fmt.Println(err)
				}
			}}, func(context.Context) (guard.Outcome, error) { return guard.Outcome{}, nil })
		if want != "" && err == nil {
			fmt.Println(want)
		} else {
			fmt.Println(err)
		}
	}
	return nil
}

// selfApprove is what an agent's program tries that runs as the host does. It
// returns an error where something worked.
func selfApprove(base, request string) error {
	state, annKey := filepath.Join(base, "state"), filepath.Join(base, "ann", ".config", "runtimeguard", "approver.key")
	mine := filepath.Join(base, "home", "my.key")
	key, err := approval.LoadOrCreateKey(mine)
	if err != nil {
		return err
	}
	approvers := filepath.Join(state, "keys", "approvers")
	for what, try := range map[string]func() error{
		"read the approver's key":  func() error { _, err := os.ReadFile(annKey); return err },
		"add a key":                func() error { return os.WriteFile(approvers, []byte(key.String()), 0o644) },
		"take the keys away":       func() error { return os.Remove(approvers) },
		"put another folder there": func() error { return os.Rename(filepath.Join(state, "keys"), filepath.Join(state, "old")) },
		"make a folder beside it":  func() error { return os.Mkdir(filepath.Join(state, "more"), 0o700) },
	} {
		if err := try(); !errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("%s: %v", what, err)
		}
	}
	for _, k := range [][]string{nil, {"-key", annKey}, {"-key", mine}} {
		if cli.Main(append(append([]string{"approvals", "-state", state}, k...), "approve", request), strings.NewReader(""), io.Discard, io.Discard) == 0 {
			return fmt.Errorf("approved itself with %v", k)
		}
	}
	return nil
}
