package mcpgo

import "github.com/runtimeguard/runtimeguard/guard"

// FilesystemBindings returns the bindings of the tools of two filesystem
// servers: github.com/mark3labs/mcp-filesystem-server v0.11, and the reference
// server @modelcontextprotocol/server-filesystem. Both take relative paths from
// their process's folder. Change the map as you like.
func FilesystemBindings() map[string]guard.Tool {
	read := guard.Tool{Read: "path", Base: guard.BaseProcess}
	list := guard.Tool{List: "path", Base: guard.BaseProcess}
	listAll := guard.Tool{List: "path", Base: guard.BaseProcess, Recursive: true}
	return map[string]guard.Tool{
		"read_file":                 read,
		"read_text_file":            read,
		"read_media_file":           read,
		"read_multiple_files":       {Read: "paths", Base: guard.BaseProcess},
		"search_within_files":       {Read: "path", Base: guard.BaseProcess, Recursive: true},
		"write_file":                {Write: "path", Content: "content", Base: guard.BaseProcess},
		"modify_file":               {Read: "path", Write: "path", Content: "replace", Base: guard.BaseProcess},
		"edit_file":                 {Read: "path", Write: "path", Base: guard.BaseProcess},
		"create_directory":          {Write: "path", Base: guard.BaseProcess},
		"copy_file":                 {Read: "source", Write: "destination", Base: guard.BaseProcess, Recursive: true},
		"move_file":                 {Move: [2]string{"source", "destination"}, Base: guard.BaseProcess},
		"delete_file":               {Delete: "path", Base: guard.BaseProcess, Recursive: true},
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
