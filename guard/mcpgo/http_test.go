package mcpgo_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/guard/mcpgo"
)

// Over HTTP the principal comes from what the transport has authenticated.
func TestHTTP(t *testing.T) {
	for era, options := range eras {
		t.Run(era, func(t *testing.T) {
			w, s := &world{}, &seen{}
			srv := server.NewMCPServer("s", "1")
			o := w.options()
			o.Principal = func(ctx context.Context, h http.Header) guard.Principal {
				p := mcpgo.SessionPrincipal(ctx, h)
				if h.Get("Authorization") == "Bearer ada's" {
					p.User, p.Verified = "ada", true
				}
				return p
			}
			_, err := mcpgo.Install(srv, w.enforcer(t), o)
			require.NoError(t, err)
			srv.AddTool(mcp.NewTool("read"), s.handle)
			web := httptest.NewServer(server.NewStreamableHTTPServer(srv))
			defer web.Close()

			way, err := transport.NewStreamableHTTP(web.URL, transport.WithHTTPHeaders(map[string]string{"Authorization": "Bearer ada's"}))
			require.NoError(t, err)
			c := client.NewClient(way, options...)
			defer c.Close()
			start(t, c)
			result, err := c.CallTool(t.Context(), request("read", `{"path":"/ok"}`))
			require.NoError(t, err)
			require.False(t, result.IsError)
			p := w.last(t, guard.PhaseDecided).Call.Principal
			require.Equal(t, "ada", p.User)
			require.Equal(t, "tester", p.Agent)
			require.Equal(t, era == "2026-07-28", p.Session == "", "protocol 2026-07-28 has no sessions")

			result, err = c.CallTool(t.Context(), request("read", `{"path":"/ok","PATH":"/etc/shadow"}`))
			require.NoError(t, err)
			require.True(t, result.IsError)
			require.Contains(t, text(t, result.Content), "differ only in case")
			require.Len(t, s.calls, 1)
		})
	}
}
