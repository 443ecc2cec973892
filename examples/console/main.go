// Command console shows the operator's page at work: an agent in a temporary
// git repository loses a file, and then wants to push by force. Open the link
// that is printed, look at the request, and answer it.
//
//	go run ./examples/console
//
// It also shows how a program serves the page by itself; with the operator's
// command it is "runtimeguard serve".
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/guard/console"
)

func main() {
	runtimeguard.Worker()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "console:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	base, err := os.MkdirTemp("", "console-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(base)
	d, err := open(ctx, base)
	if err != nil {
		return err
	}
	defer d.close()
	fmt.Fprintf(out, "the operator's page (stop with Ctrl-C):\n\n  %s\n\n", d.link)
	if err := d.deleteFile(ctx, "notes.md"); err != nil {
		return err
	}
	fmt.Fprintln(out, "the agent has deleted notes.md: see Backups")
	for n := 1; ctx.Err() == nil; n++ {
		fmt.Fprintln(out, "the agent asks to push by force, and waits")
		err := d.command(ctx, fmt.Sprintf("git commit -q --allow-empty -m 'try %d' && git push --force origin main", n), time.Hour)
		fmt.Fprintln(out, "  it is told:", outcome(err))
	}
	return nil
}

func outcome(err error) string {
	if err == nil {
		return "done"
	}
	return guard.Printable(err.Error())
}

// demo is an agent's side and an operator's side in one program.
type demo struct {
	rt        *runtimeguard.Runtime
	workspace string
	state     string
	link      string
	server    *http.Server
}

func open(ctx context.Context, base string) (d *demo, err error) {
	if base, err = filepath.EvalSymlinks(base); err != nil {
		return nil, err
	}
	d = &demo{workspace: filepath.Join(base, "project"), state: filepath.Join(base, "state")}
	temp := filepath.Join(base, "tmp")
	if err := prepare(ctx, d.workspace, filepath.Join(temp, "origin.git"), temp); err != nil {
		return nil, err
	}
	d.rt, err = runtimeguard.Open(runtimeguard.Config{Workspace: d.workspace, State: d.state, Temp: []string{temp}, Home: base})
	if err != nil {
		return nil, err
	}
	if err := d.serve(); err != nil {
		return nil, errors.Join(err, d.rt.Close())
	}
	return d, nil
}

// serve is the operator's side. It opens the requests and the key by itself:
// the agent's Runtime holds neither the key nor the secret of the link.
func (d *demo) serve() error {
	requests, err := runtimeguard.OpenApprovals(d.state)
	if err != nil {
		return err
	}
	key, err := approval.LoadKey(filepath.Join(d.state, runtimeguard.KeysDir, runtimeguard.KeyFile))
	if err != nil {
		return err
	}
	secret := console.NewSecret()
	page, err := console.New(console.Config{State: d.state, Approvals: requests, Key: key, Who: "operator", Secret: secret})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	d.link = "http://" + l.Addr().String() + console.Path(secret)
	d.server = &http.Server{Handler: page, ReadHeaderTimeout: 10 * time.Second}
	go d.server.Serve(l)
	return nil
}

func (d *demo) close() error { return errors.Join(d.server.Close(), d.rt.Close()) }

// call is one tool call of the agent, which waits for a human as long as it is
// given.
func (d *demo) call(ctx context.Context, tool string, args map[string]any, wait time.Duration, run func(context.Context) (guard.Outcome, error)) error {
	call := guard.Call{Tool: tool, Args: args, Principal: guard.Principal{Agent: "release-bot", Session: "s-17"}}
	return d.rt.DoWaiting(ctx, call, guard.Wait{For: wait}, run)
}

func (d *demo) command(ctx context.Context, text string, wait time.Duration) error {
	return d.call(ctx, "run_command", map[string]any{"command": text}, wait, func(ctx context.Context) (guard.Outcome, error) {
		result, err := d.rt.Shell.Run(ctx, boundary.Command{Text: text})
		if err == nil && result.Exit != 0 {
			err = fmt.Errorf("exit %d: %s", result.Exit, result.Output)
		}
		return result.Outcome(), err
	})
}

func (d *demo) deleteFile(ctx context.Context, name string) error {
	return d.call(ctx, "delete_file", map[string]any{"path": name}, 0, func(ctx context.Context) (guard.Outcome, error) {
		return guard.Outcome{}, d.rt.Files.Delete(ctx, filepath.Join(d.workspace, name), false)
	})
}

func (d *demo) writeFile(ctx context.Context, name, text string, wait time.Duration) error {
	return d.call(ctx, "write_file", map[string]any{"path": name, "content": text}, wait, func(ctx context.Context) (guard.Outcome, error) {
		return guard.Outcome{}, d.rt.Files.Write(ctx, filepath.Join(d.workspace, name), []byte(text))
	})
}

// prepare makes a repository with something to lose, and its remote.
func prepare(ctx context.Context, workspace, origin, temp string) error {
	for _, dir := range []string{workspace, temp} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	notes := "# Notes\n\n* call the printer\n* buy milk\n* the deploy key is rotated on Fridays\n"
	if err := os.WriteFile(filepath.Join(workspace, "notes.md"), []byte(notes), 0o600); err != nil {
		return err
	}
	for _, words := range [][]string{
		{"init", "-q", "--bare", "-b", "main", origin},
		{"init", "-q", "-b", "main"},
		{"config", "user.name", "Agent"},
		{"config", "user.email", "agent@example.com"},
		{"remote", "add", "origin", origin},
		{"add", "."},
		{"commit", "-q", "-m", "first"},
		{"push", "-q", "-u", "origin", "main"},
	} {
		if _, err := git(ctx, workspace, words...); err != nil {
			return err
		}
	}
	return nil
}

func git(ctx context.Context, dir string, words ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", words...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", words[0], err, out)
	}
	return string(out), nil
}
