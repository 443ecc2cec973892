// Package tools is the MCP server that the examples run: seven tools for an
// agent that works in one folder, behind a runtimeguard. Copy it and change
// what you like.
package tools

import (
	"context"
	"fmt"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/guard/mcpgo"
)

// Server returns a server whose tools work by rt's Files, Shell and Backups,
// and run behind rt's Enforcer. What their arguments mean, Open knows already:
// see runtimeguard.Bindings.
func Server(rt *runtimeguard.Runtime) (*server.MCPServer, error) {
	s := server.NewMCPServer("workspace", "0.1.0")
	h := handlers{rt}
	text := func(name, description string) mcp.ToolOption {
		return mcp.WithString(name, mcp.Required(), mcp.Description(description))
	}
	path := text("path", "Absolute, or relative to the workspace")

	s.AddTool(mcp.NewTool("run_command", mcp.WithDescription("Run a command line in bash."),
		text("command", "The command line"), mcp.WithString("cwd", mcp.Description("The folder to start in; the workspace without it"))),
		mcp.NewTypedToolHandler(h.runCommand))
	s.AddTool(mcp.NewTool("read_file", mcp.WithDescription("Read a file."), path), mcp.NewTypedToolHandler(h.readFile))
	s.AddTool(mcp.NewTool("write_file", mcp.WithDescription("Create a file, or replace what is in it."), path,
		text("content", "What the file shall hold")), mcp.NewTypedToolHandler(h.writeFile))
	s.AddTool(mcp.NewTool("edit_file", mcp.WithDescription("Replace a piece of text that stands in one place of a file."), path,
		text("old", "The text to replace, exactly"), text("new", "The text in its place")), mcp.NewTypedToolHandler(h.editFile))
	s.AddTool(mcp.NewTool("delete_file", mcp.WithDescription("Delete a file or an empty folder."), path), mcp.NewTypedToolHandler(h.deleteFile))
	s.AddTool(mcp.NewTool("list_directory", mcp.WithDescription("List a folder; without a path, the workspace."),
		mcp.WithString("path")), mcp.NewTypedToolHandler(h.listDirectory))
	s.AddTool(mcp.NewTool("restore_backup", mcp.WithDescription("Put files back as a backup has them."),
		text("snapshot", "The backup's id"), mcp.WithArray("paths", mcp.WithStringItems(), mcp.Description("Only these files"))),
		mcp.NewTypedToolHandler(h.restoreBackup))

	_, err := mcpgo.Install(s, rt.Enforcer, mcpgo.Options{Binding: rt.Tool})
	return s, err
}

// handlers carry calls out. They check nothing: the guard stands before them,
// and Files and Shell hold the workspace's boundary.
type handlers struct{ rt *runtimeguard.Runtime }

type result = *mcp.CallToolResult

// answer is a tool's result: what it says, or what went wrong, for the model
// to read.
func answer(text string, err error) (result, error) {
	if err != nil {
		return mcp.NewToolResultError(err.Error()), nil
	}
	return mcp.NewToolResultText(text), nil
}

// commandResult is the structured content of run_command.
type commandResult struct {
	Output    string `json:"output"`
	Exit      int    `json:"exit"`
	Truncated bool   `json:"truncated,omitempty"`
	TimedOut  bool   `json:"timedOut,omitempty"`
}

// Outcome tells the audit log how the command ended.
func (r commandResult) Outcome() guard.Outcome {
	return guard.Outcome{Exit: r.Exit, Failed: r.Exit != 0}
}

func (h handlers) runCommand(ctx context.Context, _ mcp.CallToolRequest, args struct {
	Command string `json:"command"`
	Cwd     string `json:"cwd"`
}) (result, error) {
	r, err := h.rt.Shell.Run(ctx, boundary.Command{Text: args.Command, Dir: args.Cwd})
	if err != nil {
		return answer("", err)
	}
	out := commandResult{Output: string(r.Output), Exit: r.Exit, Truncated: r.Truncated, TimedOut: r.TimedOut}
	text := out.Output
	if r.Exit != 0 {
		text += fmt.Sprintf("\nexit status %d", r.Exit)
	}
	return mcp.NewToolResultStructured(out, text), nil
}

type pathArgs struct {
	Path string `json:"path"`
}

func (h handlers) readFile(ctx context.Context, _ mcp.CallToolRequest, args pathArgs) (result, error) {
	data, err := h.rt.Files.Read(ctx, args.Path, 0)
	return answer(string(data), err)
}

func (h handlers) writeFile(ctx context.Context, _ mcp.CallToolRequest, args struct {
	Path    string `json:"path"`
	Content string `json:"content"`
}) (result, error) {
	err := h.rt.Files.Write(ctx, args.Path, []byte(args.Content))
	return answer(fmt.Sprintf("wrote %d bytes", len(args.Content)), err)
}

func (h handlers) editFile(ctx context.Context, _ mcp.CallToolRequest, args struct {
	Path string `json:"path"`
	Old  string `json:"old"`
	New  string `json:"new"`
}) (result, error) {
	_, err := h.rt.Files.Edit(ctx, args.Path, []byte(args.Old), []byte(args.New), false)
	return answer("edited", err)
}

func (h handlers) deleteFile(ctx context.Context, _ mcp.CallToolRequest, args pathArgs) (result, error) {
	return answer("deleted", h.rt.Files.Delete(ctx, args.Path, false))
}

func (h handlers) listDirectory(ctx context.Context, _ mcp.CallToolRequest, args pathArgs) (result, error) {
	if args.Path == "" {
		args.Path = "."
	}
	entries, err := h.rt.Files.List(ctx, args.Path)
	if err != nil {
		return answer("", err)
	}
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "%s %10d %s\n", e.Mode, e.Size, e.Name)
	}
	return answer(b.String(), nil)
}

func (h handlers) restoreBackup(ctx context.Context, _ mcp.CallToolRequest, args struct {
	Snapshot string   `json:"snapshot"`
	Paths    []string `json:"paths"`
}) (result, error) {
	r, err := h.rt.Backups.Restore(ctx, args.Snapshot, args.Paths...)
	if err != nil {
		return answer("", err)
	}
	return answer(fmt.Sprintf("restored %d files; backup %s undoes it", len(r.Outcomes), r.Undo), nil)
}
