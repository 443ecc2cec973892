package boundary_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
)

func TestShellBindings(t *testing.T) {
	dir := tree(t,
		"ws/f", "ws/sub/g", "ws/link -> sub", "ws/out -> $/secret", "secret/key", "secret/x",
		"tmp/",
	)
	c := elsewhere(dir + "/ws")
	c.Temp = []string{dir + "/tmp"}
	in := inspector(t, workspace(t, c), map[string]guard.Tool{
		"run":   {Shell: "command", Dir: "cwd", Base: guard.BaseWorkspace},
		"reset": {Exec: []string{"rm", "it's $(here)"}, Base: guard.BaseWorkspace},
	})
	for _, c := range []struct{ name, tool, args, want string }{
		{"a read", "run", `{"command":"cat f"}`, "read $/ws/f workspace"},
		{"through a link", "run", `{"command":"cat out/key"}`, "read $/ws/out/key => $/secret/key outside"},
		{"back from a link", "run", `{"command":"cat out/../tmp/x"}`, "read $/ws/out/../tmp/x => $/tmp/x temp"},
		{"in a folder", "run", `{"command":"cat g","cwd":"sub"}`, "read $/ws/sub/g workspace"},
		{"in a linked folder, by its real name", "run", `{"command":"cat g","cwd":"link"}`, "read $/ws/sub/g workspace"},
		{"a list of commands", "run", `{"command":["cat f","cat sub/g"]}`, "read $/ws/sub/g workspace"},
		{"a delete takes the link", "run", `{"command":"rm out"}`, "delete $/ws/out workspace"},
		{"a delete with a slash goes through it", "run", `{"command":"rm -r out/"}`, "delete $/ws/out/ => $/secret outside recursive"},
		{"the whole workspace", "run", `{"command":"rm -rf ."}`, "root"},
		{"a fixed program", "reset", `{}`, "delete $/ws/it's $(here) workspace"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := inspect(in, c.tool, c.args, "")
			require.NoError(t, err)
			want := strings.ReplaceAll(c.want, "$/", dir+"/")
			require.True(t, slices.ContainsFunc(briefs(got), func(s string) bool { return strings.Contains(s, want) }), "%v\nlack %s", briefs(got), want)
		})
	}
	got, err := inspect(in, "run", `{"command":"# nothing"}`, "")
	require.NoError(t, err)
	require.Equal(t, []guard.Action{{Kind: guard.KindExec, Program: "true", Command: "true"}}, got)
}
