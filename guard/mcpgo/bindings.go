package mcpgo

import "github.com/runtimeguard/runtimeguard/guard"

// FilesystemBindings returns the bindings of the tools of two filesystem
// servers: github.com/mark3labs/mcp-filesystem-server v0.11, and the reference
// server @modelcontextprotocol/server-filesystem. Relative paths are refused: one
// server takes them from its process's folder, the other from one of the folders
// it serves. The map is the caller's.
func FilesystemBindings() map[string]guard.Tool {
	read := guard.Tool{Read: "path"}
	list := guard.Tool{List: "path"}
	listAll := guard.Tool{List: "path", Recursive: true}
	return map[string]guard.Tool{
		"read_file":                 read,
		"read_text_file":            read,
		"read_media_file":           read,
		"read_multiple_files":       {Read: "paths"},
		"search_within_files":       {Read: "path", Recursive: true},
		"write_file":                {Write: "path", Content: "content"},
		"modify_file":               {Read: "path", Write: "path", Content: "replace", Replaces: "find"},
		"edit_file":                 {Read: "path", Write: "path"},
		"create_directory":          {Write: "path"},
		"copy_file":                 {Read: "source", Write: "destination", Recursive: true},
		"move_file":                 {Move: [2]string{"source", "destination"}},
		"delete_file":               {Delete: "path", Recursive: true},
		"list_directory":            list,
		"list_directory_with_sizes": list,
		"get_file_info":             list,
		"tree":                      listAll,
		"directory_tree":            listAll,
		"search_files":              listAll,
		// It has no arguments, and tells which folders may be worked in.
		"list_allowed_directories": {List: "path", Optional: []string{"path"}, Base: guard.BaseWorkspace},
	}
}

// ShellBindings returns bindings for the names and arguments that most shell
// servers use: a command line in "command" and, for run_command, a folder in
// "cwd". Look at the server's own schema first: an argument that no binding
// names, another working folder say, is not judged.
func ShellBindings() map[string]guard.Tool {
	shell := guard.Tool{Shell: "command", Base: guard.BaseProcess}
	return map[string]guard.Tool{
		"run_command":           {Shell: "command", Dir: "cwd", Base: guard.BaseProcess},
		"shell_exec":            shell,
		"execute_command":       shell,
		"execute_shell_command": shell,
	}
}
