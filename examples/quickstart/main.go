// Command quickstart shows the whole way of a tool call, in one program and
// with nothing but Go and git: an MCP server with seven guarded tools, an agent
// that drives it by an MCP client through a session in a temporary git
// repository, and an operator who answers from outside the agent's reach.
//
//	go run ./examples/quickstart
//
// It prints a table of what the agent tried and what came of it, and exits with
// a status other than zero if anything turned out otherwise than it should.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/examples/internal/tools"
)

func main() {
	runtimeguard.Worker()
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func run(out io.Writer) (err error) {
	base, err := os.MkdirTemp("", "quickstart-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(base)
	p, err := prepare(base)
	if err != nil {
		return err
	}
	rt, err := runtimeguard.Open(runtimeguard.Config{
		Workspace: p.workspace, State: p.state, Temp: []string{p.temp}, Home: p.home,
		Containment: boundary.Containment{Write: []string{p.origin}}, // a push to a folder writes there
	})
	if err != nil {
		return err
	}
	defer rt.Close()
	agent, err := connect(rt)
	if err != nil {
		return err
	}
	defer agent.Close()
	s := &session{ctx: context.Background(), out: out, rt: rt, agent: agent, places: p}
	s.play()
	fmt.Fprintf(out, "\n%d steps, %d not as they should be\n", s.steps, len(s.wrong))
	if len(s.wrong) > 0 {
		return fmt.Errorf("not as it should be:\n  %s", strings.Join(s.wrong, "\n  "))
	}
	return nil
}

// connect starts the server and a client of it, within this process.
func connect(rt *runtimeguard.Runtime) (*client.Client, error) {
	srv, err := tools.Server(rt)
	if err != nil {
		return nil, err
	}
	agent, err := client.NewInProcessClient(srv)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	if err := agent.Start(ctx); err != nil {
		return nil, err
	}
	var hello mcp.InitializeRequest
	hello.Params.ProtocolVersion = mcp.LATEST_PROTOCOL_VERSION
	hello.Params.ClientInfo = mcp.Implementation{Name: "quickstart-agent", Version: "0.1.0"}
	_, err = agent.Initialize(ctx, hello)
	return agent, err
}

// play is the session, from the first look around to the proof that the log
// shows tampering.
func (s *session) play() {
	notes := filepath.Join(s.workspace, "notes.md")

	s.title("What a developer does all day is allowed")
	s.call("list_directory", args{}, allowed("README.md"))
	s.call("read_file", args{"path": "notes.md"}, allowed("remember the milk"))
	s.call("run_command", args{"command": "git status --short && grep -rn milk ."}, allowed("notes.md"))
	s.call("edit_file", args{"path": "notes.md", "old": "the milk", "new": "the oat milk"}, allowed("edited"))
	s.call("write_file", args{"path": "docs.md", "content": "Never run `rm -rf ~` here.\n"}, allowed("wrote"))
	s.call("run_command", args{"command": `git add docs.md notes.md && git commit -qm "docs: why rm -rf ~ is bad"`}, allowed(""))

	s.title("What would do harm is refused, however it is spelled")
	s.call("run_command", args{"command": "rm -rf ~"}, denied)
	s.call("run_command", args{"command": `echo "cleaning $(r''m -r -f "$HOME"/projects)"`}, denied)
	s.call("run_command", args{"command": "cat .env"}, denied)
	s.call("read_file", args{"path": ".env"}, denied)
	s.call("read_file", args{"path": "../home/projects/thesis.txt"}, denied)
	s.call("write_file", args{"path": filepath.Join(s.home, "projects", "thesis.txt"), "content": "x"}, denied)
	s.check("home, secrets and neighbours are as they were", s.untouched())

	s.title("What can't be undone needs a human")
	force := args{"command": "git commit -q --amend -m 'docs: reworded' && git push --force origin main"}
	s.call("run_command", force, asked)
	s.call("run_command", force, asked) // nothing has changed: the same request
	s.approve("git push")
	s.call("run_command", force, allowed(""))
	s.check("the push arrived", s.pushed())
	s.call("run_command", force, asked) // the approval is spent

	s.title("What is lost can be had back")
	s.call("delete_file", args{"path": "notes.md"}, allowed("deleted"))
	s.check("notes.md is gone", absent(notes))
	s.call("restore_backup", args{"snapshot": s.lastBackup()}, allowed("restored"))
	s.check("notes.md is back as it was", holds(notes, "remember the oat milk\n"))

	s.title("What happened can be proved")
	s.check("the audit log verifies", s.verifies(s.auditDir()))
	s.check("a copy with one flipped byte doesn't", s.flipped())
}
