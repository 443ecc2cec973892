// Package mcpgo puts a [guard.Enforcer] before the tools of an MCP server
// built with github.com/mark3labs/mcp-go.
//
//	srv := server.NewMCPServer("files", "1.0.0")
//	srv.AddTool(readFile, handleReadFile)
//	in, err := mcpgo.Install(srv, enforcer, mcpgo.Options{})
//	...
//	in.AddTaskTool(build, handleBuild) // instead of srv.AddTaskTool
//
// [Install] covers every way in which the SDK reaches a handler:
//
//   - tools, also those of one session, also run as a task: by [Middleware].
//   - task tools, which the SDK runs without any middleware: a tool filter hides
//     and refuses each one that was not added by [Installation.AddTaskTool].
//   - resources: by [ResourceMiddleware]. Prompts are not guarded.
//
// Install it last: a middleware that is used after it runs between the guard
// and the handler, and could change what was judged.
//
// A refused call is a tool result with isError and one line of text, so that
// the model reads it. It is never a protocol error, which the model might not
// see. A refused resource read is a protocol error: it has no other form.
//
// A call that a human must answer returns at once with the request's id, or
// waits for the answer while the client is told so: [Options.Wait].
//
// What was judged is what the handler reads. The request's raw arguments are
// the truth; before the handler runs, Arguments is decoded from them anew. A
// request in which the two differ has been changed by a middleware, and is
// refused.
//
// A handler whose structured content has a method Outcome() guard.Outcome tells
// the record how it went, as for [guard.Wrap].
//
// Who calls comes from the transport: [Options.Principal] sees the context and
// the HTTP header, and no arguments.
//
// What the arguments of a tool mean is said by bindings, in a policy file or in
// Go. [FilesystemBindings], [GitBindings] and [ShellBindings] hold those of
// well-known servers.
package mcpgo
