package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/require"
)

// The test's own binary is the server that the client starts.
func TestMain(m *testing.M) {
	if os.Getenv("EXAMPLE_SERVER") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestServerOverStdio(t *testing.T) {
	base, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	workspace := filepath.Join(base, "project")
	require.NoError(t, os.Mkdir(workspace, 0o700))
	require.NoError(t, os.Mkdir(filepath.Join(base, "tmp"), 0o700))
	for name, content := range map[string]string{"notes.md": "remember the milk\n", ".env": "TOKEN=x\n"} {
		require.NoError(t, os.WriteFile(filepath.Join(workspace, name), []byte(content), 0o600))
	}
	c, err := client.NewStdioMCPClient(os.Args[0], []string{"EXAMPLE_SERVER=1"}, "-workspace", workspace,
		"-policy", "standard", "-state", filepath.Join(base, "state"), "-temp", filepath.Join(base, "tmp"))
	require.NoError(t, err)
	defer c.Close()
	var hello mcp.InitializeRequest
	hello.Params.ProtocolVersion = mcp.LATEST_PROTOCOL_VERSION
	_, err = c.Initialize(t.Context(), hello)
	require.NoError(t, err)

	list, err := c.ListTools(t.Context(), mcp.ListToolsRequest{})
	require.NoError(t, err)
	require.Len(t, list.Tools, 7)
	for path, refused := range map[string]bool{"notes.md": false, ".env": true} {
		var r mcp.CallToolRequest
		r.Params.Name, r.Params.Arguments = "read_file", map[string]any{"path": path}
		result, err := c.CallTool(t.Context(), r)
		require.NoError(t, err)
		require.Equal(t, refused, result.IsError, path)
	}
}
