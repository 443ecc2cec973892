// Command server is an MCP server over standard input and output, for any
// client that starts one. Its tools work in one folder and run behind a guard:
//
//	server -workspace ~/project
//
// The operator answers requests, reads the log and restores backups with the
// command runtimeguard, which finds the same state folder by the workspace.
package main

import (
	"flag"
	"fmt"
	"log/slog"
	"os"

	mcp "github.com/mark3labs/mcp-go/server"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/examples/internal/tools"
)

func main() {
	runtimeguard.Worker()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

func run() error {
	var c runtimeguard.Config
	flag.StringVar(&c.Workspace, "workspace", ".", "the `folder` that the agent works in")
	flag.StringVar(&c.Policy, "policy", "", "a policy `file`, or standard, strict or readonly (default: policy.yaml in the state folder, else standard)")
	flag.StringVar(&c.State, "state", "", "the `folder` of approvals, backups and the log (default: one for this workspace in the user's state folder)")
	flag.Func("temp", "a `folder` for temporary files (default: the system's)", func(dir string) error {
		c.Temp = append(c.Temp, dir)
		return nil
	})
	flag.Parse()

	rt, err := runtimeguard.Open(c)
	if err != nil {
		return err
	}
	defer rt.Close()
	// Standard output belongs to the protocol.
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, nil)))
	if why := rt.Advisory(); why != "" {
		slog.Warn("approvals are advisory", "why", why)
	}
	s, err := tools.Server(rt)
	if err != nil {
		return err
	}
	return mcp.ServeStdio(s)
}
