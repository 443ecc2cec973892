package mcpgo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/guard/mcpgo"
)

// world is an Enforcer that reads a call's effect from its tool's name or its
// path, and keeps the records.
type world struct {
	mu      sync.Mutex
	records []guard.Record
	fail    guard.Phase // of this phase, no record can be written
	log     bytes.Buffer
}

type approver struct{}

func (approver) Find(context.Context, *guard.Call, guard.Decision) error {
	return &guard.PendingError{Request: "r-1"}
}

func (approver) Claim(context.Context, *guard.Call, guard.Decision) (string, error) {
	return "", errors.New("never")
}

func (w *world) enforcer(t testing.TB) *guard.Enforcer {
	t.Helper()
	e, err := guard.New(guard.Config{
		Inspector: guard.InspectorFunc(func(_ context.Context, c *guard.Call) ([]guard.Action, error) {
			if v, ok := c.Args["path"]; ok {
				if s, ok := v.(string); ok {
					return []guard.Action{{Kind: guard.KindRead, Path: s}}, nil
				}
				if l, ok := v.([]any); ok && strings.HasPrefix(c.Tool, "resources/") {
					var out []guard.Action
					for _, s := range l {
						out = append(out, guard.Action{Kind: guard.KindRead, Path: s.(string)})
					}
					return out, nil
				}
				return nil, errors.New(`argument "path": is not a string`)
			}
			return []guard.Action{{Kind: guard.KindUse}}, nil
		}),
		Guard: guard.GuardFunc(func(_ context.Context, c *guard.Call) guard.Decision {
			for _, a := range c.Actions {
				if strings.Contains(a.Path, "secret") || strings.Contains(a.Path, "shadow") {
					return guard.Decision{Effect: guard.Deny, Reason: "a secret\nfile", Fired: []guard.Fired{{Rule: "secrets", Pos: "p.yaml:7"}}}
				}
				if strings.Contains(a.Path, "maybe") {
					return guard.Decision{Effect: guard.Ask, Reason: "who knows"}
				}
			}
			return guard.Decision{Effect: guard.Allow}
		}),
		Audit: guard.AuditFunc(func(_ context.Context, r guard.Record) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			if r.Phase == w.fail {
				return errors.New("/state/audit: disk full")
			}
			w.records = append(w.records, r)
			return nil
		}),
		Approver: approver{},
	})
	require.NoError(t, err)
	return e
}

func (w *world) options() mcpgo.Options {
	return mcpgo.Options{Logger: slog.New(slog.NewTextHandler(&w.log, nil))}
}

func (w *world) last(t testing.TB, phase guard.Phase) guard.Record {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := len(w.records) - 1; i >= 0; i-- {
		if w.records[i].Phase == phase {
			return w.records[i]
		}
	}
	require.Fail(t, "no record", phase)
	return guard.Record{}
}

// seen is what a handler was given.
type seen struct {
	mu    sync.Mutex
	calls []mcp.CallToolRequest
}

func (s *seen) handle(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, r)
	return mcp.NewToolResultText("hello"), nil
}

var eras = map[string][]client.ClientOption{
	//lint:ignore SA1019 old clients are served too
	"2025-11-25": {client.WithLegacyProtocolOnly()},
	"2026-07-28": nil,
}

func dial(t testing.TB, srv *server.MCPServer, options ...client.ClientOption) *client.Client {
	t.Helper()
	c, err := client.NewInProcessClientWithOptions(srv, options...)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	start(t, c)
	return c
}

func start(t testing.TB, c *client.Client) {
	t.Helper()
	require.NoError(t, c.Start(t.Context()))
	var init mcp.InitializeRequest
	init.Params.ProtocolVersion = mcp.LATEST_PROTOCOL_VERSION
	init.Params.ClientInfo = mcp.Implementation{Name: "tester", Version: "1"}
	_, err := c.Initialize(t.Context(), init)
	require.NoError(t, err)
}

func request(tool, raw string) mcp.CallToolRequest {
	var r mcp.CallToolRequest
	r.Params.Name = tool
	r.Params.RawArguments = json.RawMessage(raw)
	return r
}

func text(t testing.TB, content []mcp.Content) string {
	t.Helper()
	require.Len(t, content, 1)
	return content[0].(mcp.TextContent).Text
}

func install(t testing.TB, w *world, srv *server.MCPServer) *mcpgo.Installation {
	t.Helper()
	in, err := mcpgo.Install(srv, w.enforcer(t), w.options())
	require.NoError(t, err)
	return in
}

func TestInstallGuardsCalls(t *testing.T) {
	for era, options := range eras {
		t.Run(era, func(t *testing.T) {
			w, s := &world{}, &seen{}
			srv := server.NewMCPServer("s", "1")
			install(t, w, srv)
			srv.AddTool(mcp.NewTool("read"), s.handle) // later than Install
			c := dial(t, srv, options...)

			result, err := c.CallTool(t.Context(), request("read", `{"path":"/ok"}`))
			require.NoError(t, err)
			require.False(t, result.IsError)
			require.Equal(t, "hello", text(t, result.Content))
			require.Len(t, s.calls, 1)
			finished := w.last(t, guard.PhaseFinished)
			require.Positive(t, finished.Outcome.Output)
			require.False(t, finished.Outcome.Failed)

			for path, want := range map[string]string{
				"/secret": `deny by rule "secrets" (p.yaml:7): a secret\u000afile`,
				"/maybe": "ask: who knows; request r-1 waits for a human, who answers outside of this session: " +
					"make exactly the same call again after that",
			} {
				result, err = c.CallTool(t.Context(), request("read", `{"path":"`+path+`"}`))
				require.NoError(t, err, "a refusal is never a protocol error")
				require.True(t, result.IsError)
				require.Equal(t, want, text(t, result.Content))
			}
			require.Len(t, s.calls, 1, "the handler never ran")
		})
	}
}

func TestHandlersReadWhatWasJudged(t *testing.T) {
	for name, test := range map[string]struct{ raw, refusal, judged string }{
		"exact":              {raw: `{"path":"/ok"}`, judged: `{"path":"/ok"}`},
		"absent":             {raw: ``, judged: `{}`},
		"null":               {raw: `null`, judged: `{}`},
		"empty":              {raw: `{}`, judged: `{}`},
		"large number":       {raw: `{"n":9007199254740993}`, judged: `{"n":9007199254740993}`},
		"twin in other case": {raw: `{"path":"/ok","PATH":"/etc/shadow"}`, refusal: `deny: arguments: keys "path" and "PATH" differ only in case`},
		"twin":               {raw: `{"path":"/ok","path":"/etc/shadow"}`, refusal: `deny: arguments: key "path" stands twice`},
		"list":               {raw: `{"path":["/ok","/etc/shadow"]}`, refusal: `deny: argument "path": is not a string`},
		"not an object":      {raw: `["/ok"]`, refusal: `deny: arguments: not a JSON object`},
		"a string":           {raw: `"{\"path\":\"/ok\"}"`, refusal: `deny: arguments: not a JSON object`},
		"invalid UTF-8":      {raw: "{\"path\":\"/ok\xff\"}", refusal: `deny: arguments: not valid UTF-8`},
		"half a surrogate":   {raw: `{"path":"\ud800"}`, refusal: `deny: arguments: unpaired surrogate \ud800`},
	} {
		t.Run(name, func(t *testing.T) {
			w, s := &world{}, &seen{}
			srv := server.NewMCPServer("s", "1")
			install(t, w, srv)
			var typed []map[string]any
			srv.AddTool(mcp.NewTool("untyped"), s.handle)
			srv.AddTool(mcp.NewTool("typed"), mcp.NewTypedToolHandler(
				func(ctx context.Context, r mcp.CallToolRequest, args map[string]any) (*mcp.CallToolResult, error) {
					typed = append(typed, args)
					return s.handle(ctx, r)
				}))
			for _, tool := range []string{"untyped", "typed"} {
				message := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"` + tool + `"`
				if test.raw != "" {
					message += `,"arguments":` + test.raw
				}
				answer := srv.HandleMessage(t.Context(), json.RawMessage(message+`}}`)).(mcp.JSONRPCResponse)
				result := answer.Result.(*mcp.CallToolResult)
				if test.refusal != "" {
					require.True(t, result.IsError)
					require.Equal(t, test.refusal, text(t, result.Content))
					require.Equal(t, guard.Deny, w.last(t, guard.PhaseDecided).Decision.Effect, "the refusal is recorded")
					require.Empty(t, s.calls)
					continue
				}
				require.False(t, result.IsError)
				require.Equal(t, test.judged, string(w.last(t, guard.PhaseDecided).Call.Raw))
				got := s.calls[len(s.calls)-1]
				require.Equal(t, test.judged, string(got.Params.RawArguments))
				var want map[string]any
				require.NoError(t, json.Unmarshal([]byte(test.judged), &want))
				require.Equal(t, want, got.Params.Arguments)
			}
			if test.refusal == "" {
				require.Len(t, typed, 1)
				require.Equal(t, s.calls[0].Params.Arguments, any(typed[0]))
			}
		})
	}
}

// A typed handler binds "PATH" to a field "path"; the Inspector must not read
// past it. The real one names the key.
func TestOnlyAnotherCase(t *testing.T) {
	in := inspector(t, map[string]guard.Tool{"read": {Read: "path"}})
	e, err := guard.New(guard.Config{
		Inspector: in,
		Guard:     guard.GuardFunc(func(context.Context, *guard.Call) guard.Decision { return guard.Decision{Effect: guard.Allow} }),
		Audit:     guard.AuditFunc(func(context.Context, guard.Record) error { return nil }),
	})
	require.NoError(t, err)
	s := &seen{}
	handler := mcpgo.Middleware(e, mcpgo.Options{})(s.handle)
	for raw, want := range map[string]string{
		`{"PATH":"/etc/shadow"}`: "PATH",
		`{}`:                     "missing",
		`{"path":7}`:             "not a string",
		`{"path":["/a",7]}`:      "not a string",
		`{"path":"notes.txt"}`:   "relative",
	} {
		result, err := handler(t.Context(), request("read", raw))
		require.NoError(t, err)
		require.True(t, result.IsError, raw)
		require.Contains(t, text(t, result.Content), want, raw)
	}
	require.Empty(t, s.calls)
}

func TestMiddlewareBeforeTheGuard(t *testing.T) {
	set := func(args any, raw string) func(*mcp.CallToolParams) {
		return func(p *mcp.CallToolParams) {
			p.Arguments, p.RawArguments = args, json.RawMessage(raw)
		}
	}
	rewritten := map[string]any{"path": "/rewritten"}
	for name, test := range map[string]struct {
		change  func(*mcp.CallToolParams)
		refusal string
		judged  string
	}{
		"Arguments alone": {
			change:  func(p *mcp.CallToolParams) { p.Arguments = rewritten },
			refusal: "differ",
		},
		"Arguments in place": {
			change:  func(p *mcp.CallToolParams) { p.Arguments.(map[string]any)["path"] = "/rewritten" },
			refusal: "differ",
		},
		"RawArguments alone": {
			change:  func(p *mcp.CallToolParams) { p.RawArguments = json.RawMessage(`{"path":"/rewritten"}`) },
			refusal: "differ",
		},
		"both":                 {change: set(rewritten, `{"path":"/rewritten"}`), judged: `{"path":"/rewritten"}`},
		"Arguments, raw nil":   {change: set(rewritten, ``), judged: `{"path":"/rewritten"}`},
		"Arguments as bytes":   {change: set(json.RawMessage(`{"path":"/rewritten"}`), ``), judged: `{"path":"/rewritten"}`},
		"a struct":             {change: set(struct{ Path string }{"/x"}, ``), judged: `{"Path":"/x"}`},
		"to a secret":          {change: set(map[string]any{"path": "/secret"}, ``), refusal: "secrets"},
		"bytes that are none":  {change: set(nil, `{"path`), refusal: "not valid JSON"},
		"what JSON can't hold": {change: set(make(chan int), ``), refusal: "can't be written as JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			w, s := &world{}, &seen{}
			srv := server.NewMCPServer("s", "1")
			srv.Use(func(next server.ToolHandlerFunc) server.ToolHandlerFunc {
				return func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
					test.change(&r.Params)
					return next(ctx, r)
				}
			})
			install(t, w, srv)
			srv.AddTool(mcp.NewTool("read"), s.handle)
			result, err := dial(t, srv).CallTool(t.Context(), request("read", `{"path":"/ok"}`))
			require.NoError(t, err)
			if test.refusal != "" {
				require.True(t, result.IsError)
				require.Contains(t, text(t, result.Content), test.refusal)
				require.Empty(t, s.calls)
				return
			}
			require.Equal(t, test.judged, string(w.last(t, guard.PhaseDecided).Call.Raw))
			require.Equal(t, test.judged, string(s.calls[0].Params.RawArguments))
			require.IsType(t, map[string]any{}, s.calls[0].Params.Arguments)
		})
	}
}

func TestErrorsOfHandlers(t *testing.T) {
	w := &world{}
	srv := server.NewMCPServer("s", "1")
	install(t, w, srv)
	srv.AddTool(mcp.NewTool("breaks"), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return nil, errors.New("the disk is on fire")
	})
	srv.AddTool(mcp.NewTool("fails"), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultError("no such file"), nil
	})
	srv.AddTool(mcp.NewTool("steps"), func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		err := guard.Step(ctx, guard.Action{Kind: guard.KindRead, Path: "/secret"})
		return nil, fmt.Errorf("the tool stopped: %w", err)
	})
	c := dial(t, srv)

	_, err := c.CallTool(t.Context(), request("breaks", ``))
	require.ErrorContains(t, err, "the disk is on fire")
	require.Equal(t, "the disk is on fire", w.last(t, guard.PhaseFinished).Err)

	result, err := c.CallTool(t.Context(), request("fails", ``))
	require.NoError(t, err)
	require.Equal(t, "no such file", text(t, result.Content))
	require.True(t, w.last(t, guard.PhaseFinished).Outcome.Failed)

	result, err = c.CallTool(t.Context(), request("steps", ``))
	require.NoError(t, err, "a refused step is a refusal")
	require.True(t, result.IsError)
	require.Contains(t, text(t, result.Content), `deny by rule "secrets"`)
	require.Contains(t, w.last(t, guard.PhaseFinished).Err, "the tool stopped")
}

type exited struct{ Exit int }

func (e exited) Outcome() guard.Outcome { return guard.Outcome{Exit: e.Exit, Failed: true} }

func TestStructuredContentTellsTheOutcome(t *testing.T) {
	w := &world{}
	_, err := mcpgo.Middleware(w.enforcer(t), w.options())(func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultStructured(exited{3}, "status 3"), nil
	})(t.Context(), request("read", `{}`))
	require.NoError(t, err)
	o := w.last(t, guard.PhaseFinished).Outcome
	require.Equal(t, 3, o.Exit)
	require.True(t, o.Failed)
	require.EqualValues(t, len(`[{"type":"text","text":"status 3"}]`)+len(`{"Exit":3}`), o.Output)
}

func TestNothingLeaksWhenRecordsFail(t *testing.T) {
	for phase, want := range map[guard.Phase]string{
		guard.PhaseDecided:  "the record could not be written",
		guard.PhaseFinished: "ran, but how it ended could not be recorded: tell the operator",
	} {
		w, s := &world{fail: phase}, &seen{}
		srv := server.NewMCPServer("s", "1")
		install(t, w, srv)
		srv.AddTool(mcp.NewTool("read"), s.handle)
		result, err := dial(t, srv).CallTool(t.Context(), request("read", `{"path":"/ok"}`))
		require.NoError(t, err)
		require.True(t, result.IsError)
		require.Contains(t, text(t, result.Content), want)
		require.NotContains(t, text(t, result.Content), "/state")
		require.Contains(t, w.log.String(), "disk full", "the operator is told")
		require.Equal(t, phase == guard.PhaseFinished, len(s.calls) == 1)
	}

	w := &world{fail: guard.PhaseFinished}
	own := errors.New("the disk is on fire")
	_, err := mcpgo.Middleware(w.enforcer(t), w.options())(func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return nil, own
	})(t.Context(), request("read", `{}`))
	require.Equal(t, own, err, "the handler's error is handed on as it is")
	require.Contains(t, w.log.String(), "disk full")
}

func TestPanicGoesOn(t *testing.T) {
	w := &world{}
	handler := mcpgo.Middleware(w.enforcer(t), w.options())(func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		panic("boom")
	})
	require.PanicsWithValue(t, "boom", func() { handler(t.Context(), request("read", `{}`)) })
	require.Equal(t, "the handler panicked", w.last(t, guard.PhaseFinished).Err)
}

// A handler that asks the client for input is run again with the answer; each
// run is judged.
func TestEachRoundTripIsJudged(t *testing.T) {
	for era, options := range eras {
		t.Run(era, func(t *testing.T) {
			w := &world{}
			srv := server.NewMCPServer("s", "1", server.WithElicitation())
			install(t, w, srv)
			srv.AddTool(mcp.NewTool("greet"), func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				if a := server.ElicitationResponse(r.Params.InputResponses, "name"); a != nil {
					return mcp.NewToolResultText("hello " + fmt.Sprint(a.Content)), nil
				}
				return server.NewInputRequestBuilder("state").Elicit("name", mcp.ElicitationParams{
					Message: "who?", RequestedSchema: map[string]any{"type": "object", "properties": map[string]any{}},
				}).ToolResult(), nil
			})
			c := dial(t, srv, append(options, client.WithElicitationHandler(elicit{}))...)
			result, err := c.CallTool(t.Context(), request("greet", `{"path":"/ok"}`))
			require.NoError(t, err)
			require.Contains(t, text(t, result.Content), "hello")
			decided := 0
			for _, r := range w.records {
				if r.Phase == guard.PhaseDecided {
					decided++
					require.Equal(t, `{"path":"/ok"}`, string(r.Call.Raw))
				}
			}
			require.Equal(t, 2, decided)
		})
	}
}

type elicit struct{}

func (elicit) Elicit(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{
		Action: mcp.ElicitationResponseActionAccept, Content: map[string]any{"name": "Ada"},
	}}, nil
}

func TestPrincipal(t *testing.T) {
	w, s := &world{}, &seen{}
	srv := server.NewMCPServer("s", "1")
	install(t, w, srv)
	srv.AddTool(mcp.NewTool("read"), s.handle)
	const claims = `{"agent":"root","session":"theirs","user":"root"}`

	c := dial(t, srv)
	_, err := c.CallTool(t.Context(), request("read", claims))
	require.NoError(t, err)
	got := w.last(t, guard.PhaseDecided).Call.Principal
	require.Equal(t, "tester", got.Agent)
	require.NotEmpty(t, got.Session)
	require.NotEqual(t, "theirs", got.Session)
	require.False(t, got.Verified, "a client's name for itself is a label")

	// Without a session.
	srv.HandleMessage(t.Context(), json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":`+claims+`}}`))
	require.Equal(t, guard.Principal{}, w.last(t, guard.PhaseDecided).Call.Principal)

	// The user's own function, from the header.
	o := w.options()
	o.Dir = "/base"
	o.Principal = func(_ context.Context, h http.Header) guard.Principal {
		return guard.Principal{Agent: h.Get("X-Agent"), Verified: true}
	}
	r := request("read", claims)
	r.Header = http.Header{"X-Agent": {"ci"}}
	_, err = mcpgo.Middleware(w.enforcer(t), o)(s.handle)(t.Context(), r)
	require.NoError(t, err)
	call := w.last(t, guard.PhaseDecided).Call
	require.Equal(t, guard.Principal{Agent: "ci", Verified: true}, call.Principal)
	require.Equal(t, "/base", call.Dir)
}

func TestInstallRefuses(t *testing.T) {
	w := &world{}
	_, err := mcpgo.Install(nil, w.enforcer(t), mcpgo.Options{})
	require.ErrorContains(t, err, "the server is nil")
	_, err = mcpgo.Install(server.NewMCPServer("s", "1"), nil, mcpgo.Options{})
	require.ErrorContains(t, err, "the enforcer is nil")

	// Without Install's check, a nil Enforcer still refuses.
	s := &seen{}
	result, err := mcpgo.Middleware(nil, mcpgo.Options{})(s.handle)(t.Context(), request("read", `{}`))
	require.NoError(t, err)
	require.True(t, result.IsError)
	require.Equal(t, "deny: no guard is configured", text(t, result.Content))
	require.Empty(t, s.calls)
}

func TestReportsToolsWithoutBinding(t *testing.T) {
	w, s := &world{}, &seen{}
	srv := server.NewMCPServer("s", "1")
	for _, name := range []string{"zip", "read", "ascii"} {
		srv.AddTool(mcp.NewTool(name), s.handle)
	}
	o := w.options()
	o.Binding = func(tool string) (guard.Tool, bool) { return guard.Tool{Read: "path"}, tool == "read" }
	in, err := mcpgo.Install(srv, w.enforcer(t), o)
	require.NoError(t, err)
	require.Equal(t, []string{"ascii", "zip"}, in.Unbound())
	require.Equal(t, 1, strings.Count(w.log.String(), "\n"))
	require.Contains(t, w.log.String(), "[ascii zip]")

	srv.AddTool(mcp.NewTool("later"), s.handle)
	c := dial(t, srv)
	for range 2 {
		_, err := c.ListTools(t.Context(), mcp.ListToolsRequest{})
		require.NoError(t, err)
	}
	require.Equal(t, []string{"ascii", "later", "zip"}, in.Unbound())
	require.Equal(t, 2, strings.Count(w.log.String(), "\n"), "each is said once")
	require.Contains(t, w.log.String(), "tool=later")
}

func TestConcurrentCalls(t *testing.T) {
	w, s := &world{}, &seen{}
	srv := server.NewMCPServer("s", "1")
	in := install(t, w, srv)
	srv.AddTool(mcp.NewTool("read"), s.handle)
	c := dial(t, srv)
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			path, bad := "/ok", i%2 == 1
			if bad {
				path = "/secret"
			}
			result, err := c.CallTool(t.Context(), request("read", fmt.Sprintf(`{"path":%q,"i":%d}`, path, i)))
			require.NoError(t, err)
			require.Equal(t, bad, result.IsError)
			in.AddTaskTool(mcp.NewTool(fmt.Sprint("task", i)), nil)
		})
	}
	wg.Wait()
	require.Len(t, s.calls, 16)
}
