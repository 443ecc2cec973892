package mcpgo

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Options says what the SDK can't know. The zero Options is usable.
type Options struct {
	// Principal says on whose behalf a request is made, from what the
	// transport's own hooks have put into the context and from the HTTP header
	// (nil on other transports). Nil is [SessionPrincipal].
	Principal func(ctx context.Context, header http.Header) guard.Principal
	// Dir is the absolute folder that the server's tools take relative paths
	// from. Empty leaves it to each tool's binding.
	Dir string
	// Wait is how long a call that a human must answer waits for the answer; 0: it
	// returns at once, with the request's id, and is made again later. A client
	// that sends a progress token is told every five seconds, and should take that
	// as a sign of life. A waiting call holds one of the transport's workers (over
	// stdio see server.WithWorkerPoolSize).
	Wait time.Duration
	// Binding finds a tool's binding, as guard.Vocabulary's method Tool does. It
	// only serves to report tools that have none. Nil reports nothing.
	Binding func(tool string) (guard.Tool, bool)
	// Logger gets what the server's operator must know: tools without a
	// binding, hidden task tools, why a call was refused in more detail than
	// the agent is told. Nil is slog.Default.
	Logger *slog.Logger
}

// Install guards all of a server's tools and resources, those that are added
// later too. Call it once per server, after every other Use.
func Install(srv *server.MCPServer, enforcer *guard.Enforcer, o Options) (*Installation, error) {
	switch {
	case srv == nil:
		return nil, errors.New("mcpgo: the server is nil")
	case enforcer == nil:
		return nil, errors.New("mcpgo: the enforcer is nil: every call would be refused")
	}
	in := &Installation{adapter: newAdapter(enforcer, o), server: srv, tasks: map[*mcp.ToolExecution]bool{}, told: map[string]bool{}}
	srv.Use(in.tool)
	server.WithToolFilter(in.filter)(srv)
	server.WithResourceHandlerMiddleware(in.resource)(srv)
	if names := in.Unbound(); len(names) > 0 {
		in.log.Warn("mcpgo: tools without a binding: the guard can't know what their calls do", "tools", names)
		for _, name := range names {
			in.told[name] = true
		}
	}
	return in, nil
}

// Middleware guards tool handlers only. It does not see task tools and
// resources: [Install] does.
func Middleware(enforcer *guard.Enforcer, o Options) server.ToolHandlerMiddleware {
	return newAdapter(enforcer, o).tool
}

// Installation is a guarded server. It is safe for concurrent use.
type Installation struct {
	adapter
	server *server.MCPServer

	mu    sync.Mutex
	tasks map[*mcp.ToolExecution]bool // the tools that AddTaskTool made
	names []string                    // and their names
	told  map[string]bool             // tools that have been reported
}

// maxTold bounds Installation.told: session tools may have any number of names.
const maxTold = 4096

// AddTaskTool adds a task tool whose handler runs behind the guard. A tool
// that doesn't say how it supports tasks gets mcp.TaskSupportRequired. A
// refusal is the task's result, with isError. The handler's context has no end
// of its own, so tasks/cancel does not stop the handler: the SDK ends that
// context as soon as the task's id is sent, and cannot tell the two apart.
func (in *Installation) AddTaskTool(tool mcp.Tool, handler server.TaskToolHandlerFunc) {
	// The filter knows the tool by this pointer and not by its name: another
	// tool could later take the name.
	execution := &mcp.ToolExecution{TaskSupport: mcp.TaskSupportRequired}
	if tool.Execution != nil && tool.Execution.TaskSupport != "" {
		*execution = *tool.Execution
	}
	tool.Execution = execution
	in.mu.Lock()
	in.tasks[execution] = true
	in.names = append(in.names, tool.Name)
	in.mu.Unlock()
	in.server.AddTaskTool(tool, in.task(handler))
	in.report(tool.Name)
}

// Unbound lists the server's tools, task tools included, that have no
// binding, in order. Tools of one session are reported to the Logger when
// they are first listed or called.
func (in *Installation) Unbound() []string {
	if in.o.Binding == nil {
		return nil
	}
	in.mu.Lock()
	names := slices.Clone(in.names)
	in.mu.Unlock()
	names = slices.AppendSeq(names, maps.Keys(in.server.ListTools()))
	names = slices.DeleteFunc(names, in.bound)
	slices.Sort(names)
	return slices.Compact(names)
}

func (in *Installation) bound(tool string) bool {
	if in.o.Binding == nil {
		return true
	}
	_, ok := in.o.Binding(tool)
	return ok
}

// filter is asked for every list and, with one tool, for every call. It hides
// the task tools that the guard would not see.
func (in *Installation) filter(ctx context.Context, tools []mcp.Tool) []mcp.Tool {
	kept := make([]mcp.Tool, 0, len(tools))
	for _, t := range tools {
		if !in.guarded(ctx, t) {
			in.tell(t.Name, "mcpgo: a task tool is hidden: add it by Installation.AddTaskTool")
			continue
		}
		in.report(t.Name)
		kept = append(kept, t)
	}
	return kept
}

// guarded reports whether calls of a tool pass through the guard: it is one of
// the tools that have middleware, or a task tool from AddTaskTool. What is
// found in neither place is a task tool of the server.
func (in *Installation) guarded(ctx context.Context, t mcp.Tool) bool {
	in.mu.Lock()
	task := t.Execution != nil && in.tasks[t.Execution]
	in.mu.Unlock()
	if task || in.server.GetTool(t.Name) != nil {
		return true
	}
	session, ok := server.ClientSessionFromContext(ctx).(server.SessionWithTools)
	if !ok {
		return false
	}
	_, ok = session.GetSessionTools()[t.Name]
	return ok
}

func (in *Installation) report(tool string) {
	if !in.bound(tool) {
		in.tell(tool, "mcpgo: a tool without a binding: the guard can't know what its calls do")
	}
}

// tell logs a message about a tool, one per tool.
func (in *Installation) tell(tool, message string) {
	in.mu.Lock()
	fresh := !in.told[tool] && len(in.told) < maxTold
	if fresh {
		in.told[tool] = true
	}
	in.mu.Unlock()
	if fresh {
		in.log.Warn(message, "tool", tool)
	}
}
