package mcpgo_test

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/guard/mcpgo"
)

func inspector(t *testing.T, tools map[string]guard.Tool) *boundary.Inspector {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	ws, err := boundary.NewWorkspace(boundary.WorkspaceConfig{Roots: []string{dir}, Home: dir})
	require.NoError(t, err)
	in, err := boundary.NewInspector(boundary.InspectorConfig{Workspace: ws, Tools: tools})
	require.NoError(t, err)
	return in
}

// The ready bindings name the keys that the servers use, and mean the right
// thing.
func TestReadyBindings(t *testing.T) {
	tools := mcpgo.FilesystemBindings()
	maps.Copy(tools, mcpgo.GitBindings())
	maps.Copy(tools, mcpgo.ResourceBindings())
	in := inspector(t, tools)
	for _, test := range []struct{ tool, args, want string }{
		{"read_file", `{"path":"/a"}`, "read /a"},
		{"read_file", `{"path":"a","head":3}`, "! relative path"},
		{"read_multiple_files", `{"paths":["/a","/b"]}`, "read /a, read /b"},
		{"write_file", `{"path":"/a","content":""}`, "write /a"},
		{"modify_file", `{"path":"/a","find":"x","replace":"y"}`, "read /a, write /a"},
		{"edit_file", `{"path":"/a","edits":[{"oldText":"x","newText":"y"}]}`, "read /a, write /a"},
		{"create_directory", `{"path":"/a"}`, "write /a"},
		{"copy_file", `{"source":"/a","destination":"/b"}`, "read /a all, write /b all"},
		{"move_file", `{"source":"/a","destination":"/b"}`, "read /a all, delete /a all, write /b"},
		{"delete_file", `{"path":"/a"}`, "delete /a all"},
		{"list_directory", `{"path":"/a"}`, "list /a"},
		{"get_file_info", `{"path":"/a"}`, "list /a"},
		{"directory_tree", `{"path":"/a"}`, "list /a all"},
		{"search_files", `{"path":"/a","pattern":"x"}`, "list /a all"},
		{"search_within_files", `{"path":"/a","substring":"x"}`, "read /a all"},
		{"git_status", `{"repo_path":"/r"}`, "list /r, git status"},
		{"git_diff", `{"repo_path":"/r","target":"main","context_lines":3}`, "list /r, git diff main"},
		{"git_show", `{"repo_path":"/r","revision":"HEAD:.env"}`, "list /r, read /r/.env, git show HEAD:.env"},
		{"git_add", `{"repo_path":"/r","files":["a","/b"]}`, "list /r, read /r/a, read /b, git add a /b"},
		{"git_commit", `{"repo_path":"/r","message":"-x"}`, "list /r, git commit -m -x"},
		{"git_checkout", `{"repo_path":"/r","branch_name":"."}`, "list /r, git checkout ."},
		{"git_create_branch", `{"repo_path":"/r","branch_name":"a","base_branch":null}`, "list /r, git branch a"},
		{"git_log", `{"repo_path":"/r","max_count":5,"start_timestamp":"1 week ago"}`, "list /r, git log --since 1 week ago"},
		{"git_diff", `{"repo_path":"/r","target":"--output=/etc/x"}`, "! begins with a dash"},
		{"git_checkout", `{"repo_path":"/r","branch_name":"-f"}`, "! begins with a dash"},
		{"git_status", `{"repo_path":"r"}`, "! absolute path"},
		{"git_status", `{"REPO_PATH":"/r"}`, "! absolute path"},
		{"git_status", `{"repo_path":"/r","git_dir":"/x"}`, "! doesn't know"},
		{"git_add", `{"repo_path":"/r","files":[7]}`, "! want a string"},
		{"resources/read:https", `{"uri":"https://example.com/x"}`, "connect example.com"},
		{"resources/read:file", `{"uri":"file:///a","path":["/a"]}`, "read /a"},
	} {
		call := guard.Call{Tool: test.tool, Raw: []byte(test.args)}
		var err error
		call.Args, err = guard.ParseArgs(call.Raw)
		require.NoError(t, err)
		actions, err := in.Inspect(t.Context(), &call)
		if want, refused := strings.CutPrefix(test.want, "! "); refused {
			require.ErrorContains(t, err, want, test.args)
			continue
		}
		require.NoError(t, err, test.tool)
		require.Equal(t, test.want, describe(actions), "%s %s", test.tool, test.args)
	}
}

func describe(actions []guard.Action) string {
	var out []string
	for _, a := range actions {
		s := string(a.Kind) + " " + a.Path
		switch {
		case a.Kind == guard.KindExec:
			s = a.Program + " " + strings.Join(a.Args, " ")
		case a.Kind == guard.KindConnect:
			s = "connect " + a.Host
		case a.Recursive:
			s += " all"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func TestShellBindings(t *testing.T) {
	in := inspector(t, mcpgo.ShellBindings())
	for name, b := range mcpgo.ShellBindings() {
		raw, err := json.Marshal(map[string]string{b.Shell: "cat /etc/hostname"})
		require.NoError(t, err)
		call := guard.Call{Tool: name, Raw: raw}
		call.Args, err = guard.ParseArgs(raw)
		require.NoError(t, err)
		actions, err := in.Inspect(t.Context(), &call)
		require.NoError(t, err, name)
		require.NotEmpty(t, actions)
		require.NotEqual(t, guard.KindUse, actions[0].Kind)
	}
}
