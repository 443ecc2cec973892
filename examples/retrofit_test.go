package examples

import (
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-filesystem-server/filesystemserver"
	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/guard/mcpgo"
)

// A server that somebody else wrote, unmodified, behind the guard. Its own
// check allows everything beneath base; the guard knows the workspace.
func TestRetrofit(t *testing.T) {
	base, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	workspace := filepath.Join(base, "project")
	write(t, filepath.Join(workspace, "notes.md"), "remember the milk\n")
	write(t, filepath.Join(workspace, "docs", "a.md"), "a\n")
	write(t, filepath.Join(workspace, ".env"), "TOKEN=x\n")
	write(t, filepath.Join(base, "process", "notes.md"), "another file of that name\n")
	write(t, filepath.Join(base, "other", "thesis.txt"), "three years of work\n")
	require.NoError(t, os.Mkdir(filepath.Join(base, "tmp"), 0o700))
	require.NoError(t, os.Symlink(filepath.Join(base, "other"), filepath.Join(workspace, "link")))
	t.Chdir(filepath.Join(base, "process")) // where the server takes relative paths from

	rt, c := retrofit(t, base)

	text, refused := call(t, c, "read_file", map[string]any{"path": filepath.Join(workspace, "notes.md")})
	require.False(t, refused, text)
	require.Contains(t, text, "remember the milk")
	text, refused = call(t, c, "list_allowed_directories", map[string]any{})
	require.False(t, refused, text)

	before := tree(t, base)
	for name, test := range map[string]struct {
		tool string
		args map[string]any
	}{
		"a write outside":      {"write_file", map[string]any{"path": filepath.Join(base, "other", "new"), "content": "x"}},
		"a write over":         {"write_file", map[string]any{"path": filepath.Join(base, "other", "thesis.txt"), "content": "x"}},
		"through a link":       {"write_file", map[string]any{"path": filepath.Join(workspace, "link", "thesis.txt"), "content": "x"}},
		"a relative path":      {"read_file", map[string]any{"path": "notes.md"}},
		"a relative write":     {"write_file", map[string]any{"path": "notes.md", "content": "x"}},
		"one bad in a list":    {"read_multiple_files", map[string]any{"paths": []string{filepath.Join(workspace, "notes.md"), filepath.Join(base, "other", "thesis.txt")}}},
		"one secret in a list": {"read_multiple_files", map[string]any{"paths": []string{filepath.Join(workspace, "notes.md"), filepath.Join(workspace, ".env")}}},
		"a secret":             {"read_file", map[string]any{"path": filepath.Join(workspace, ".env")}},
		"a secret by its move": {"move_file", map[string]any{"source": filepath.Join(workspace, ".env"), "destination": filepath.Join(workspace, "env.txt")}},
		"a secret by its copy": {"copy_file", map[string]any{"source": filepath.Join(workspace, ".env"), "destination": filepath.Join(workspace, "env.txt")}},
		"a folder outside":     {"delete_file", map[string]any{"path": filepath.Join(base, "other"), "recursive": true}},
		"the whole workspace":  {"delete_file", map[string]any{"path": workspace, "recursive": true}},
		"no path":              {"read_file", map[string]any{}},
		"another key":          {"write_file", map[string]any{"PATH": filepath.Join(workspace, "x"), "content": "x"}},
	} {
		text, refused := call(t, c, test.tool, test.args)
		require.True(t, refused, "%s: %s", name, text)
		require.Regexp(t, `^(deny|ask)\b`, text, name)
		require.NotContains(t, text, "three years")
		require.NotContains(t, text, "TOKEN")
		require.Equal(t, before, tree(t, base), name)
	}

	text, refused = call(t, c, "write_file", map[string]any{"path": filepath.Join(workspace, "docs", "a.md"), "content": "b\n"})
	require.False(t, refused, text)
	list, err := rt.Backups.List(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 1, "what was overwritten is in a backup")
}

// The system goes up from where a link leads, the server cleans the name first:
// the one finds homework there, the other the thesis.
func TestRetrofitDotsAfterALink(t *testing.T) {
	base, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	workspace := filepath.Join(base, "project")
	deep := filepath.Join(workspace, "a", "b", "c", "d")
	require.NoError(t, os.MkdirAll(deep, 0o700))
	write(t, filepath.Join(workspace, "a", "other", "thesis.txt"), "homework\n")
	write(t, filepath.Join(base, "other", "thesis.txt"), "three years of work\n")
	require.NoError(t, os.MkdirAll(filepath.Join(workspace, "sub"), 0o700))
	require.NoError(t, os.Mkdir(filepath.Join(base, "tmp"), 0o700))
	require.NoError(t, os.Symlink(deep, filepath.Join(workspace, "sub", "deep")))
	_, c := retrofit(t, base)
	text, refused := call(t, c, "read_file", map[string]any{"path": workspace + "/sub/deep/../../../other/thesis.txt"})
	require.True(t, refused, text)
}

// retrofit opens a guard for base/project, and puts it before a filesystem
// server that serves all of base.
func retrofit(t *testing.T, base string) (*runtimeguard.Runtime, *client.Client) {
	t.Helper()
	rt, err := runtimeguard.Open(runtimeguard.Config{
		Workspace: filepath.Join(base, "project"),
		State:     filepath.Join(base, "state"),
		Temp:      []string{filepath.Join(base, "tmp")},
		Home:      base,
		Tools:     mcpgo.FilesystemBindings(),
	})
	require.NoError(t, err)
	t.Cleanup(func() { rt.Close() })
	srv, err := filesystemserver.NewFilesystemServer([]string{base})
	require.NoError(t, err)
	in, err := mcpgo.Install(srv, rt.Enforcer, mcpgo.Options{
		Binding: func(tool string) (guard.Tool, bool) { b, ok := mcpgo.FilesystemBindings()[tool]; return b, ok },
		Logger:  slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	require.Empty(t, in.Unbound(), "the ready bindings know all of its tools")
	return rt, connect(t, srv)
}

func write(t *testing.T, path, content string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
}

// tree is what lies beneath a folder, the guard's own state aside.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || path == filepath.Join(dir, "state"):
			return errOrSkip(err)
		case d.Type().IsRegular():
			data, err := os.ReadFile(path)
			out[path] = string(data)
			return err
		}
		out[path] = d.Type().String()
		return nil
	})
	require.NoError(t, err)
	return out
}

func errOrSkip(err error) error {
	if err != nil {
		return err
	}
	return fs.SkipDir
}

func connect(t *testing.T, srv *server.MCPServer) *client.Client {
	t.Helper()
	c, err := client.NewInProcessClient(srv)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.Start(t.Context()))
	var hello mcp.InitializeRequest
	hello.Params.ProtocolVersion = mcp.LATEST_PROTOCOL_VERSION
	_, err = c.Initialize(t.Context(), hello)
	require.NoError(t, err)
	return c
}

// call calls a tool, and says whether its result is an error.
func call(t *testing.T, c *client.Client, tool string, args map[string]any) (text string, isError bool) {
	t.Helper()
	var r mcp.CallToolRequest
	r.Params.Name = tool
	raw, err := json.Marshal(args)
	require.NoError(t, err)
	r.Params.RawArguments = raw
	result, err := c.CallTool(context.Background(), r)
	require.NoError(t, err, "never a protocol error")
	for _, content := range result.Content {
		if t, ok := content.(mcp.TextContent); ok {
			text += t.Text + "\n"
		}
	}
	return strings.TrimSpace(text), result.IsError
}
