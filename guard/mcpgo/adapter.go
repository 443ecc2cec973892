package mcpgo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/runtimeguard/runtimeguard/guard"
)

// adapter turns the SDK's requests into calls and refusals into its results.
type adapter struct {
	enforcer *guard.Enforcer
	o        Options
	log      *slog.Logger
}

func newAdapter(enforcer *guard.Enforcer, o Options) adapter {
	a := adapter{enforcer: enforcer, o: o, log: o.Logger}
	if a.o.Principal == nil {
		a.o.Principal = SessionPrincipal
	}
	if a.log == nil {
		a.log = slog.Default()
	}
	return a
}

// SessionPrincipal is the default of [Options.Principal]: the MCP session, and
// as Agent the name that the client gives itself, which nothing has verified.
// Over HTTP with protocol 2026-07-28 there are no sessions, and Session is "":
// all clients of that name are then one principal, and an approval that one of
// them waited for another may use.
func SessionPrincipal(ctx context.Context, _ http.Header) guard.Principal {
	var p guard.Principal
	if s := server.ClientSessionFromContext(ctx); s != nil {
		p.Session = s.SessionID()
		if c, ok := s.(server.SessionWithClientInfo); ok {
			p.Agent = c.GetClientInfo().Name
		}
	}
	if r := server.RequestProtocolInfoFromContext(ctx); r != nil && r.ClientInfo != nil {
		p.Agent = r.ClientInfo.Name
	}
	return p
}

// tool is the middleware of tools.
func (a adapter) tool(next server.ToolHandlerFunc) server.ToolHandlerFunc {
	return func(ctx context.Context, r mcp.CallToolRequest) (result *mcp.CallToolResult, err error) {
		refusal, err := a.call(ctx, &r, func(ctx context.Context) (guard.Outcome, error) {
			var err error
			if result, err = next(ctx, r); result == nil {
				return guard.Outcome{}, err
			}
			return outcome(result.Content, result.StructuredContent, result.IsError), err
		})
		if refusal != "" {
			return mcp.NewToolResultError(refusal), nil
		}
		return result, err
	}
}

// task is what tool is, for the handlers of task tools.
func (a adapter) task(next server.TaskToolHandlerFunc) server.TaskToolHandlerFunc {
	return func(ctx context.Context, r mcp.CallToolRequest) (result *mcp.CreateTaskResult, err error) {
		refusal, err := a.call(ctx, &r, func(ctx context.Context) (guard.Outcome, error) {
			var err error
			if result, err = next(ctx, r); result == nil {
				return guard.Outcome{}, err
			}
			return outcome(result.Content, result.StructuredContent, result.IsError), err
		})
		if refusal != "" {
			return &mcp.CreateTaskResult{Content: []mcp.Content{mcp.NewTextContent(refusal)}, IsError: true}, nil
		}
		return result, err
	}
}

// call enforces a tool call. After it has returned, and whenever run runs, the
// request holds the bytes that were judged.
func (a adapter) call(ctx context.Context, r *mcp.CallToolRequest, run func(context.Context) (guard.Outcome, error)) (refusal string, err error) {
	if err := pin(&r.Params); err != nil {
		a.log.Error("mcpgo: a call was refused", "tool", r.Params.Name, "error", err)
		return "deny: " + err.Error(), nil
	}
	if r.Params.Task != nil {
		// The SDK ends the request's context once the client knows the task's id,
		// when the task has only begun.
		ctx = context.WithoutCancel(ctx)
	}
	return a.enforce(ctx, asked{r.Header, r.Params.Meta, r.Params.Name, r.Params.RawArguments}, run)
}

// asked is what a request holds that the guard needs.
type asked struct {
	header http.Header
	meta   *mcp.Meta
	tool   string
	raw    []byte
}

// enforce is Enforcer.DoWaiting with the error taken apart: a line for the
// agent, or what the handler returned.
func (a adapter) enforce(ctx context.Context, r asked, run func(context.Context) (guard.Outcome, error)) (refusal string, err error) {
	tool := r.tool
	var own error // the handler's
	err = a.enforcer.DoWaiting(ctx, guard.Call{
		Tool:      tool,
		Raw:       r.raw,
		Principal: a.o.Principal(ctx, r.header),
		Dir:       a.o.Dir,
	}, guard.Wait{For: a.o.Wait, Tell: a.progress(r.meta)}, func(ctx context.Context) (o guard.Outcome, err error) {
		o, own = run(ctx)
		return o, own
	})
	if unrecorded := (*guard.UnrecordedError)(nil); errors.As(err, &unrecorded) {
		a.log.Error("mcpgo: "+unrecorded.Error(), "tool", tool, "error", unrecorded.Err)
		if own == nil {
			return unrecorded.Error() + ": tell the operator", nil
		}
		err = own
	}
	var denied *guard.DeniedError
	switch {
	case err == nil:
		return "", nil
	case errors.As(err, &denied): // the call, or a step of it
		if pending := (*guard.PendingError)(nil); denied.Err != nil && !errors.As(denied.Err, &pending) {
			a.log.Warn("mcpgo: a call was refused", "tool", tool, "call", denied.Call.ID, "error", denied.Err)
		}
		return denied.Error(), nil
	}
	return "", err
}

// progress returns what tells the client that a call waits, or nil where the
// client hasn't asked to be told. Clients that are told don't give a call up.
func (a adapter) progress(meta *mcp.Meta) func(ctx context.Context, request string, waited time.Duration) {
	if meta == nil || meta.ProgressToken == nil {
		return nil
	}
	return func(ctx context.Context, request string, waited time.Duration) {
		srv := server.ServerFromContext(ctx)
		if srv == nil {
			return
		}
		err := srv.SendNotificationToClient(ctx, string(mcp.MethodNotificationProgress), map[string]any{
			"progressToken": meta.ProgressToken,
			"progress":      waited.Seconds(),
			"total":         a.o.Wait.Seconds(),
			"message":       "request " + request + " waits for a human, who answers outside of this session",
		})
		if err != nil {
			a.log.Warn("mcpgo: a client can't be told that its call waits", "request", request, "error", err)
		}
	}
}

// pin makes all forms of the arguments say the same. The raw bytes are what a
// client sent and what typed handlers read; Arguments is decoded from them
// anew. Where a middleware has changed only Arguments, the two kinds of
// handler would read different things, and neither may win silently.
func pin(p *mcp.CallToolParams) error {
	raw, err := rawArguments(p)
	if err != nil {
		return err
	}
	var args any
	if err := json.Unmarshal(raw, &args); err != nil {
		args = nil // the Enforcer refuses such bytes, and says why
	}
	if len(p.RawArguments) > 0 && p.Arguments != nil && !reflect.DeepEqual(p.Arguments, args) {
		return errors.New("arguments: RawArguments and Arguments differ: a middleware before the guard must set both, or clear RawArguments")
	}
	p.RawArguments, p.Arguments = raw, args
	return nil
}

// rawArguments returns the arguments' bytes. Absent arguments and null are an
// empty object; a caller within the process may have set Arguments only.
func rawArguments(p *mcp.CallToolParams) (json.RawMessage, error) {
	raw := p.RawArguments
	if len(raw) == 0 {
		var err error
		if raw, err = json.Marshal(p.Arguments); err != nil {
			return nil, errors.New("arguments: they can't be written as JSON")
		}
	}
	if string(bytes.TrimSpace(raw)) == "null" {
		return json.RawMessage("{}"), nil
	}
	return bytes.Clone(raw), nil
}

// outcome tells the record what the agent was given. Structured content knows
// the rest, such as a command's exit status, if it has a method Outcome.
func outcome(content []mcp.Content, structured any, failed bool) (o guard.Outcome) {
	if t, ok := structured.(interface{ Outcome() guard.Outcome }); ok {
		o = t.Outcome()
	}
	o.Output, o.Failed = size(content)+size(structured), o.Failed || failed
	return o
}

// size is the length of v as JSON, the form in which it is sent.
func size(v any) int64 {
	if v == nil {
		return 0
	}
	b, err := json.Marshal(v)
	if err != nil {
		return 0
	}
	return int64(len(b))
}
