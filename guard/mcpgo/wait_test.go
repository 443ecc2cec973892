package mcpgo_test

import (
	"context"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/guard/mcpgo"
)

// desk is an Approver whose human answers when told to.
type desk struct {
	mu     sync.Mutex
	yes    bool
	answer chan struct{}
}

func (d *desk) stands() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.yes {
		return nil
	}
	return &guard.PendingError{Request: "r-1"}
}

func (d *desk) Find(context.Context, *guard.Call, guard.Decision) error { return d.stands() }

func (d *desk) Claim(context.Context, *guard.Call, guard.Decision) (string, error) {
	return "r-1", d.stands()
}

func (d *desk) Wait(ctx context.Context, _ string) error {
	select {
	case <-d.answer:
		d.mu.Lock()
		defer d.mu.Unlock()
		d.yes = true
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// waiting is a server whose calls of "read" wait for the desk.
func waiting(t *testing.T, d *desk, wait time.Duration) (*server.MCPServer, *seen) {
	s := &seen{}
	enforcer, err := guard.New(guard.Config{
		Inspector: guard.InspectorFunc(func(context.Context, *guard.Call) ([]guard.Action, error) {
			return []guard.Action{{Kind: guard.KindUse}}, nil
		}),
		Guard:    guard.GuardFunc(func(context.Context, *guard.Call) guard.Decision { return guard.Decision{Effect: guard.Ask} }),
		Audit:    guard.AuditFunc(func(context.Context, guard.Record) error { return nil }),
		Approver: d,
	})
	require.NoError(t, err)
	srv := server.NewMCPServer("s", "1")
	srv.AddTool(mcp.NewTool("read"), s.handle)
	_, err = mcpgo.Install(srv, enforcer, mcpgo.Options{Wait: wait})
	require.NoError(t, err)
	return srv, s
}

// A client is told that its call waits, and gets its answer once a human has
// said yes.
func TestWaitTellsTheClient(t *testing.T) {
	for era, options := range eras {
		t.Run(era, func(t *testing.T) {
			d := &desk{answer: make(chan struct{})}
			srv, s := waiting(t, d, time.Hour)
			web := httptest.NewServer(server.NewStreamableHTTPServer(srv))
			defer web.Close()
			way, err := transport.NewStreamableHTTP(web.URL)
			require.NoError(t, err)
			c := client.NewClient(way, options...)
			defer c.Close()
			told := make(chan map[string]any, 9)
			c.OnNotification(func(n mcp.JSONRPCNotification) { told <- n.Params.AdditionalFields })
			start(t, c)
			r := request("read", `{}`)
			r.Params.Meta = &mcp.Meta{ProgressToken: "token-7"}
			done := make(chan *mcp.CallToolResult)
			go func() {
				result, err := c.CallTool(t.Context(), r)
				if err != nil {
					t.Error(err)
				}
				done <- result
			}()
			n := <-told
			require.Equal(t, "token-7", n["progressToken"])
			require.Equal(t, 3600.0, n["total"])
			require.Contains(t, n["message"], "request r-1 waits for a human")
			require.Empty(t, s.calls, "nothing runs before the answer")
			close(d.answer)
			result := <-done
			require.False(t, result.IsError)
			require.Equal(t, "hello", text(t, result.Content))
			require.Len(t, s.calls, 1)
		})
	}
}

func TestWaitIsBounded(t *testing.T) {
	for _, wait := range []time.Duration{0, 30 * time.Millisecond} {
		srv, s := waiting(t, &desk{answer: make(chan struct{})}, wait)
		result, err := dial(t, srv).CallTool(t.Context(), request("read", `{}`))
		require.NoError(t, err)
		require.True(t, result.IsError)
		require.Contains(t, text(t, result.Content), "request r-1 waits for a human")
		require.Empty(t, s.calls)
	}
}
