package mcpgo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// GitBindings returns the bindings of the reference git server
// (mcp-server-git): each call is the git command that it stands for, in the
// folder repo_path, which must be absolute. An argument that begins with a
// dash, which git would take for an option, and one that the table doesn't know
// are refused.
func GitBindings() map[string]guard.Tool {
	tools := map[string]guard.Tool{}
	for name, t := range gitTools {
		tools[name] = guard.Tool{Actions: func(_ context.Context, call *guard.Call) ([]guard.Action, error) {
			return t.actions(call.Args)
		}}
	}
	return tools
}

// gitTool is one git command: its first words, the arguments that follow them
// in this order, and those that change nothing that a policy judges.
type gitTool struct {
	words []string
	args  []gitArg
	plain []string
}

type gitArg struct {
	key    string
	option string // stands before the value, which may then begin with a dash
	file   bool   // the value is a file of the repository, not a revision
}

var gitTools = map[string]gitTool{
	"git_status":        {words: []string{"status"}},
	"git_init":          {words: []string{"init"}},
	"git_reset":         {words: []string{"reset"}},
	"git_diff_unstaged": {words: []string{"diff"}, plain: []string{"context_lines"}},
	"git_diff_staged":   {words: []string{"diff", "--cached"}, plain: []string{"context_lines"}},
	"git_diff":          {words: []string{"diff"}, args: []gitArg{{key: "target"}}, plain: []string{"context_lines"}},
	"git_show":          {words: []string{"show"}, args: []gitArg{{key: "revision"}}},
	"git_log":           {words: []string{"log"}, args: []gitArg{{key: "start_timestamp", option: "--since"}, {key: "end_timestamp", option: "--until"}}, plain: []string{"max_count"}},
	"git_add":           {words: []string{"add"}, args: []gitArg{{key: "files", file: true}}},
	"git_commit":        {words: []string{"commit"}, args: []gitArg{{key: "message", option: "-m"}}},
	"git_branch":        {words: []string{"branch", "--list"}, args: []gitArg{{key: "contains", option: "--contains"}, {key: "not_contains", option: "--no-contains"}}, plain: []string{"branch_type"}},
	"git_create_branch": {words: []string{"branch"}, args: []gitArg{{key: "branch_name"}, {key: "base_branch"}}},
	"git_checkout":      {words: []string{"checkout"}, args: []gitArg{{key: "branch_name"}}},
}

const repoKey = "repo_path"

// actions are the command, the look at its folder and the files it names.
func (t gitTool) actions(args map[string]any) ([]guard.Action, error) {
	repo, ok := args[repoKey].(string)
	if !ok || !strings.HasPrefix(repo, "/") {
		return nil, fmt.Errorf("argument %q: want the absolute path of a repository", repoKey)
	}
	for key := range args {
		if key != repoKey && !t.knows(key) {
			return nil, fmt.Errorf("argument %q: the tool's binding doesn't know it", key)
		}
	}
	command := guard.Action{Kind: guard.KindExec, Program: "git", Command: "git " + t.words[0], Args: slices.Clone(t.words)}
	for _, w := range t.words[1:] {
		command.Flags = append(command.Flags, strings.TrimLeft(w, "-"))
	}
	actions := []guard.Action{{Kind: guard.KindList, Path: repo}}
	for _, a := range t.args {
		values, err := a.values(args)
		if err != nil {
			return nil, err
		}
		for _, v := range values {
			if a.option != "" {
				command.Args = append(command.Args, a.option)
				command.Flags = append(command.Flags, strings.TrimLeft(a.option, "-"))
			} else if file := a.names(v); file != "" {
				actions = append(actions, guard.Action{Kind: guard.KindRead, Path: beneath(repo, file)})
			}
			command.Args = append(command.Args, v)
		}
	}
	return append(actions, command), nil
}

func (t gitTool) knows(key string) bool {
	return slices.Contains(t.plain, key) || slices.ContainsFunc(t.args, func(a gitArg) bool { return a.key == key })
}

// values returns an argument's strings; null is none.
func (a gitArg) values(args map[string]any) ([]string, error) {
	v := args[a.key]
	list, ok := v.([]any)
	if !ok && v != nil {
		list = []any{v}
	}
	var out []string
	for _, v := range list {
		s, ok := v.(string)
		switch {
		case !ok || s == "":
			return nil, fmt.Errorf("argument %q: want a string or a list of strings", a.key)
		case a.option == "" && strings.HasPrefix(s, "-"):
			return nil, fmt.Errorf("argument %q: begins with a dash, which git takes for an option", a.key)
		}
		out = append(out, s)
	}
	return out, nil
}

// names returns the file that a word names: itself, or what stands after the
// colon of REVISION:FILE.
func (a gitArg) names(word string) string {
	if a.file {
		return word
	}
	if i := strings.LastIndex(word, ":"); i >= 0 {
		return word[i+1:]
	}
	return ""
}

func beneath(dir, file string) string {
	if strings.HasPrefix(file, "/") {
		return file
	}
	return strings.TrimSuffix(dir, "/") + "/" + file
}
