package mcpgo_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/guard/mcpgo"
)

// What the examples' readers have already.
var (
	workspace, state = ".", ""
	enforcer         *guard.Enforcer
	srv              = server.NewMCPServer("files", "1.0.0")
)

func readFile(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	data, err := os.ReadFile(r.GetString("path", ""))
	if err != nil {
		return mcp.NewToolResultError(err.Error()), nil
	}
	return mcp.NewToolResultText(string(data)), nil
}

func startBuild(context.Context, mcp.CallToolRequest) (*mcp.CreateTaskResult, error) {
	return &mcp.CreateTaskResult{Content: []mcp.Content{mcp.NewTextContent("built")}}, nil
}

func userOf(context.Context) string { return "ada" }

// One call guards all of a server's tools. The bindings say what the arguments
// of this one's mean.
func ExampleInstall() {
	rt, err := runtimeguard.Open(runtimeguard.Config{Workspace: workspace, State: state, Tools: mcpgo.FilesystemBindings()})
	if err != nil {
		log.Fatal(err)
	}
	srv := server.NewMCPServer("files", "1.0.0")
	srv.AddTool(mcp.NewTool("read_file", mcp.WithString("path")), readFile)

	if _, err := mcpgo.Install(srv, rt.Enforcer, mcpgo.Options{}); err != nil {
		log.Fatal(err)
	}
	log.Fatal(server.ServeStdio(srv))
}

// Task tools go in by the Installation: the SDK runs them without middleware.
func ExampleInstallation_AddTaskTool() {
	in, err := mcpgo.Install(srv, enforcer, mcpgo.Options{})
	if err != nil {
		log.Fatal(err)
	}
	in.AddTaskTool(mcp.NewTool("build"), startBuild)
}

// The principal comes from what the transport has authenticated: here, from
// what an HTTP middleware has put into the request's context.
func ExampleOptions() {
	_, err := mcpgo.Install(srv, enforcer, mcpgo.Options{
		Principal: func(ctx context.Context, h http.Header) guard.Principal {
			p := mcpgo.SessionPrincipal(ctx, h)
			p.User, p.Verified = userOf(ctx), true
			return p
		},
	})
	if err != nil {
		log.Fatal(err)
	}
}

// A refusal is a result that the model reads.
func ExampleMiddleware() {
	handler := mcpgo.Middleware(enforcer, mcpgo.Options{})(readFile) // nil refuses
	result, err := handler(context.Background(), mcp.CallToolRequest{Params: mcp.CallToolParams{
		Name: "read_file", Arguments: map[string]any{"path": "/etc/hostname"},
	}})
	fmt.Println(err, result.IsError, result.Content[0].(mcp.TextContent).Text)
	// Output:
	// <nil> true deny: no guard is configured
}
