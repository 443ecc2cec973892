package mcpgo_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
)

func taskServer() *server.MCPServer {
	return server.NewMCPServer("s", "1", server.WithTaskCapabilities(true, true, true), server.WithToolCapabilities(true))
}

// callAsTask calls a tool as a task and waits for what becomes of it.
func callAsTask(t *testing.T, srv *server.MCPServer, tool, raw string) (*mcp.TaskResultResult, error) {
	t.Helper()
	message := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"` + tool + `","arguments":` + raw + `,"task":{}}}`
	switch answer := srv.HandleMessage(t.Context(), json.RawMessage(message)).(type) {
	case mcp.JSONRPCError:
		return nil, errors.New(answer.Error.Message)
	case mcp.JSONRPCResponse:
		created := answer.Result.(*mcp.CreateTaskResult)
		var r mcp.TaskResultRequest
		r.Params.TaskId = created.Task.TaskId
		//lint:ignore SA1019 old clients are served too
		return dial(t, srv, client.WithLegacyProtocolOnly()).TaskResult(t.Context(), r)
	default:
		require.Fail(t, "an answer of another kind", "%T", answer)
		return nil, nil
	}
}

func TestTaskToolsOutsideTheGuardAreHidden(t *testing.T) {
	w := &world{}
	srv := taskServer()
	ran := false
	wild := func(context.Context, mcp.CallToolRequest) (*mcp.CreateTaskResult, error) {
		ran = true
		return &mcp.CreateTaskResult{Content: []mcp.Content{mcp.NewTextContent("wild")}}, nil
	}
	task := mcp.WithTaskSupport(mcp.TaskSupportRequired)
	srv.AddTaskTool(mcp.NewTool("before", task), wild)
	in := install(t, w, srv)
	srv.AddTaskTool(mcp.NewTool("after", task), wild)
	in.AddTaskTool(mcp.NewTool("taken", task), wild)
	srv.AddTaskTool(mcp.NewTool("taken", task), wild) // over the guarded one
	for _, tool := range []string{"before", "after", "taken"} {
		_, err := callAsTask(t, srv, tool, `{"path":"/ok"}`)
		require.ErrorContains(t, err, "not found", tool)
	}
	require.False(t, ran)
	list, err := dial(t, srv).ListTools(t.Context(), mcp.ListToolsRequest{})
	require.NoError(t, err)
	require.Empty(t, list.Tools)
	require.Contains(t, w.log.String(), "tool=before")
	require.Contains(t, w.log.String(), "Installation.AddTaskTool")
}

func TestGuardedTaskTools(t *testing.T) {
	w := &world{}
	srv := taskServer()
	in := install(t, w, srv)
	var got []mcp.CallToolRequest
	in.AddTaskTool(mcp.NewTool("read"), func(_ context.Context, r mcp.CallToolRequest) (*mcp.CreateTaskResult, error) {
		got = append(got, r)
		return &mcp.CreateTaskResult{Content: []mcp.Content{mcp.NewTextContent("hello")}}, nil
	})
	in.AddTaskTool(mcp.NewTool("fails"), func(context.Context, mcp.CallToolRequest) (*mcp.CreateTaskResult, error) {
		return nil, errors.New("the disk is on fire")
	})

	result, err := callAsTask(t, srv, "read", `{"path":"/ok"}`)
	require.NoError(t, err)
	require.False(t, result.IsError)
	require.Equal(t, "hello", text(t, result.Content))
	require.Equal(t, `{"path":"/ok"}`, string(got[0].Params.RawArguments))

	for _, raw := range []string{`{"path":"/secret"}`, `{"path":"/maybe"}`, `{"path":"/ok","PATH":"/etc/shadow"}`} {
		result, err = callAsTask(t, srv, "read", raw)
		require.NoError(t, err)
		require.True(t, result.IsError)
		require.Regexp(t, `^(deny|ask)`, text(t, result.Content))
	}
	require.Len(t, got, 1)

	_, err = callAsTask(t, srv, "fails", `{"path":"/ok"}`)
	require.ErrorContains(t, err, "the disk is on fire")

	list, err := dial(t, srv).ListTools(t.Context(), mcp.ListToolsRequest{})
	require.NoError(t, err)
	require.Len(t, list.Tools, 2)
}

func TestOrdinaryToolRunAsTask(t *testing.T) {
	w, s := &world{}, &seen{}
	srv := taskServer()
	install(t, w, srv)
	srv.AddTool(mcp.NewTool("read", mcp.WithTaskSupport(mcp.TaskSupportOptional)), s.handle)
	result, err := callAsTask(t, srv, "read", `{"path":"/secret"}`)
	require.NoError(t, err)
	require.True(t, result.IsError)
	require.Empty(t, s.calls)
	_, err = callAsTask(t, srv, "read", `{"path":"/ok"}`)
	require.NoError(t, err)
	require.Len(t, s.calls, 1)
}

// session is a client's session with tools of its own.
type session struct {
	tools map[string]server.ServerTool
}

func (*session) Initialize()       {}
func (*session) Initialized() bool { return true }
func (*session) NotificationChannel() chan<- mcp.JSONRPCNotification {
	return make(chan mcp.JSONRPCNotification, 8)
}
func (*session) SessionID() string                                    { return "session-7" }
func (s *session) GetSessionTools() map[string]server.ServerTool      { return s.tools }
func (s *session) SetSessionTools(tools map[string]server.ServerTool) { s.tools = tools }

func TestSessionTools(t *testing.T) {
	w, s := &world{}, &seen{}
	srv := taskServer()
	install(t, w, srv)
	srv.AddTaskTool(mcp.NewTool("read", mcp.WithTaskSupport(mcp.TaskSupportRequired)), nil) // hidden, but for this session
	own := &session{tools: map[string]server.ServerTool{"read": {Tool: mcp.NewTool("read"), Handler: s.handle}}}
	ctx := srv.WithContext(t.Context(), own)
	for path, bad := range map[string]bool{"/ok": false, "/secret": true} {
		answer := srv.HandleMessage(ctx, json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":{"path":"`+path+`"}}}`))
		require.Equal(t, bad, answer.(mcp.JSONRPCResponse).Result.(*mcp.CallToolResult).IsError)
		require.Equal(t, guard.Principal{Session: "session-7"}, w.last(t, guard.PhaseDecided).Call.Principal)
	}
	require.Len(t, s.calls, 1)
}
