// Package boundary says where things lie and holds them there.
//
//   - [Workspace] turns a name into the path that it really means, and says in
//     which zone that is.
//   - [Inspector] turns a tool call's arguments into the actions that the call
//     would take, by the bindings of the tools.
//   - [Files] are file operations that can't leave the workspace, whatever
//     happens between the decision and the open.
//   - [Shell] runs commands: a clean environment, bounds, and nothing left
//     running afterwards.
//
// Paths are POSIX paths. The package compiles on Windows, where [NewWorkspace]
// refuses.
package boundary
