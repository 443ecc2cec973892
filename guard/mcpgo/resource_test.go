package mcpgo_test

import (
	"context"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
)

func TestResources(t *testing.T) {
	w := &world{}
	srv := server.NewMCPServer("s", "1", server.WithResourceCapabilities(true, true))
	install(t, w, srv)
	reads := 0
	read := func(_ context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		reads++
		return []mcp.ResourceContents{mcp.TextResourceContents{URI: r.Params.URI, Text: "hello"}}, nil
	}
	for _, template := range []string{"file://{+rest}", "FILE://{+rest}", "file:{+rest}", "db://{+rest}", "{+rest}"} {
		srv.AddResourceTemplate(mcp.NewResourceTemplate(template, template), read)
	}
	srv.AddResource(mcp.NewResource("file:///fixed/secret", "fixed"), read)
	c := dial(t, srv)
	for uri, test := range map[string]struct{ refusal, tool, path string }{
		"file:///a/notes":               {tool: "resources/read:file", path: "/a/notes"},
		"FILE:///a/notes":               {tool: "resources/read:file", path: "/a/notes"},
		"file:///a/100%25":              {tool: "resources/read:file", path: "/a/100%25 /a/100%"},
		"file:///a/my%20notes":          {tool: "resources/read:file", path: "/a/my%20notes /a/my notes"},
		"db://table/row":                {tool: "resources/read:db"},
		"file:///fixed/secret":          {refusal: `deny by rule "secrets"`},
		"file:///a/secret":              {refusal: `deny by rule "secrets"`},
		"file:///a/s%65cret":            {refusal: `deny by rule "secrets"`},
		"file:///a/s%2565cret":          {refusal: `deny by rule "secrets"`},
		"file:///maybe":                 {refusal: "request r-1 waits"},
		"file:/etc/passwd":              {refusal: "want file:///absolute/path"},
		"file://etc/passwd":             {refusal: "want file:///absolute/path"},
		"file://localhost/etc":          {refusal: "want file:///absolute/path"},
		"file:///a?b":                   {refusal: "want file:///absolute/path"},
		"file:///a/%00":                 {refusal: "hides bytes"},
		"file:///a/%ff":                 {refusal: "hides bytes"},
		"no-scheme":                     {refusal: "no scheme"},
		"7up:x":                         {refusal: "no scheme"},
		"file:///%25252525252525252541": {refusal: "over and over"},
	} {
		before := reads
		var r mcp.ReadResourceRequest
		r.Params.URI = uri
		_, err := c.ReadResource(t.Context(), r)
		if test.refusal != "" {
			require.ErrorContains(t, err, test.refusal, uri)
			require.NotContains(t, err.Error(), "\n")
			require.Equal(t, before, reads, uri)
			continue
		}
		require.NoError(t, err, uri)
		require.Equal(t, before+1, reads, uri)
		call := w.last(t, guard.PhaseDecided).Call
		require.Equal(t, test.tool, call.Tool)
		require.Equal(t, uri, call.Args["uri"])
		if test.path == "" {
			require.Equal(t, guard.KindUse, call.Actions[0].Kind)
			continue
		}
		var paths []string
		for _, a := range call.Actions {
			paths = append(paths, a.Path)
		}
		require.Equal(t, test.path, strings.Join(paths, " "), uri)
		require.Positive(t, w.last(t, guard.PhaseFinished).Outcome.Output)
	}
}
