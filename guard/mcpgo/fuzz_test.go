package mcpgo_test

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/guard/mcpgo"
)

// open is an Enforcer that allows everything and keeps the last call.
func open(t testing.TB, last **guard.Call) *guard.Enforcer {
	e, err := guard.New(guard.Config{
		Inspector: guard.InspectorFunc(func(_ context.Context, c *guard.Call) ([]guard.Action, error) {
			*last = c
			return []guard.Action{{Kind: guard.KindUse}}, nil
		}),
		Guard: guard.GuardFunc(func(context.Context, *guard.Call) guard.Decision { return guard.Decision{Effect: guard.Allow} }),
		Audit: guard.AuditFunc(func(context.Context, guard.Record) error { return nil }),
	})
	require.NoError(t, err)
	return e
}

// Whatever bytes a client sends: every way in which a handler can read them
// gives what was judged.
func FuzzArguments(f *testing.F) {
	for _, seed := range []string{`{"path":"/a"}`, `{"path":"/a","PATH":"/b"}`, `{"path":"/a","path":"/b"}`, `null`, ` {} `,
		`{"path":"\ud800"}`, `{"paſth":"\u0070"}`, `{"path":1e400}`, `{"path":["/a"]}`, `{"path":"/a"}{}`, "{\"path\":\"\xff\"}", `"x"`} {
		f.Add([]byte(seed))
	}
	type typed struct {
		Path any `json:"path"`
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var judged *guard.Call
		var got mcp.CallToolRequest
		var bound typed
		handler := mcpgo.Middleware(open(t, &judged), mcpgo.Options{})(mcp.NewTypedToolHandler(
			func(_ context.Context, r mcp.CallToolRequest, args typed) (*mcp.CallToolResult, error) {
				got, bound = r, args
				return mcp.NewToolResultText("ran"), nil
			}))
		var r mcp.CallToolRequest
		r.Params.RawArguments = raw
		result, err := handler(t.Context(), r)
		require.NoError(t, err)
		if result.IsError {
			return
		}
		require.Equal(t, string(judged.Raw), string(got.Params.RawArguments))
		var untyped map[string]any
		require.NoError(t, json.Unmarshal(judged.Raw, &untyped))
		require.Equal(t, untyped, got.Params.Arguments)
		if _, ok := judged.Args["path"]; ok {
			require.Equal(t, untyped["path"], bound.Path)
		}
	})
}

// Whatever path a handler takes a file URI for, it is among those judged.
func FuzzResourceURI(f *testing.F) {
	for _, seed := range []string{"file:///a/b", "file:///a%2fb", "file:///a/%252e%252e/b", "FILE:///a", "file://h/a", "file:///a#b", "file:///100%", "db://x", "file:////a", "file:///a/../b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		var judged *guard.Call
		ran := false
		handler := mcpgo.ResourceMiddleware(open(t, &judged), mcpgo.Options{})(
			func(context.Context, mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
				ran = true
				return nil, nil
			})
		var r mcp.ReadResourceRequest
		r.Params.URI = uri
		if _, err := handler(t.Context(), r); err != nil {
			require.False(t, ran)
			return
		}
		require.Equal(t, uri, judged.Args["uri"])
		u, err := url.Parse(uri)
		isFile := len(uri) > 5 && strings.EqualFold(uri[:5], "file:")
		require.Equal(t, isFile, judged.Tool == "resources/read:file")
		if !isFile {
			return
		}
		require.Contains(t, judged.Args["path"], uri[len("file://"):])
		if err == nil {
			require.Contains(t, judged.Args["path"], u.Path)
			require.Empty(t, u.Host)
			again, err := url.PathUnescape(u.Path)
			if err == nil {
				require.Contains(t, judged.Args["path"], again)
			}
		}
	})
}

// The adapter's own part of a call, Enforcer.Do with empty parts included.
func BenchmarkMiddleware(b *testing.B) {
	var last *guard.Call
	handler := mcpgo.Middleware(open(b, &last), mcpgo.Options{})(
		func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return mcp.NewToolResultText("x"), nil
		})
	var wire mcp.CallToolParams
	require.NoError(b, json.Unmarshal([]byte(`{"name":"read_file","arguments":{"path":"/a/b/c.txt","head":10}}`), &wire))
	for b.Loop() {
		handler(b.Context(), mcp.CallToolRequest{Params: wire})
	}
}
