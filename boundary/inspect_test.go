package boundary_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/guard"
)

// vocabulary is a table of bindings as a policy would bring them.
type vocabulary map[string]guard.Tool

func (v vocabulary) Tool(name string) (guard.Tool, bool)       { t, ok := v[name]; return t, ok }
func (v vocabulary) Command(name string) (guard.Command, bool) { return guard.Command{}, false }

func sensitive(path string) bool {
	return strings.HasSuffix(path, "/.env") || strings.HasSuffix(path, ".pem") || strings.HasSuffix(path, "/key")
}

func inspector(t testing.TB, w *boundary.Workspace, tools map[string]guard.Tool) *boundary.Inspector {
	t.Helper()
	in, err := boundary.NewInspector(boundary.InspectorConfig{Workspace: w, Tools: tools, Sensitive: sensitive})
	require.NoError(t, err)
	return in
}

// inspect runs the arguments through the strict decoder first, as the Enforcer
// does.
func inspect(in *boundary.Inspector, tool, args, dir string) ([]guard.Action, error) {
	parsed, err := guard.ParseArgs([]byte(args))
	if err != nil {
		return nil, err
	}
	return in.Inspect(context.Background(), &guard.Call{Tool: tool, Raw: []byte(args), Args: parsed, Dir: dir})
}

// brief is an action in one line.
func brief(a guard.Action) string {
	s := string(a.Kind)
	switch {
	case a.Kind == guard.KindConnect:
		return s + " " + a.Host
	case a.Path == "":
		return s
	}
	s += " " + a.Path
	if a.Resolved != a.Path {
		s += " => " + a.Resolved
	}
	s += " " + string(a.Zone)
	for _, f := range []struct {
		name string
		on   bool
	}{{"root", a.Root}, {"recursive", a.Recursive}, {"pattern", a.Pattern}} {
		if f.on {
			s += " " + f.name
		}
	}
	return s
}

func briefs(actions []guard.Action) []string {
	var out []string
	for _, a := range actions {
		out = append(out, brief(a))
	}
	return out
}

func TestBindings(t *testing.T) {
	dir := tree(t, "ws/f", "ws/sub/g", "ws/link -> sub/g", "ws/out -> $/secret/key", "ws/outdir -> $/secret", "secret/key", "secret/sub/", "secret/in -> $/ws/f")
	ws := dir + "/ws"
	w := workspace(t, elsewhere(ws))
	for _, c := range []struct {
		name string
		tool guard.Tool
		args string
		dir  string
		want []string // "$" is the tree
	}{
		{"read", guard.Tool{Read: "path"}, `{"path":"$/ws/f"}`, "", []string{"read $/ws/f workspace"}},
		{"other arguments don't matter", guard.Tool{Read: "path"}, `{"path":"$/ws/f","mode":{"x":[1]}}`, "", []string{"read $/ws/f workspace"}},
		{"a list", guard.Tool{Read: "paths"}, `{"paths":["$/ws/f","$/secret/key"]}`, "", []string{"read $/ws/f workspace", "read $/secret/key outside"}},
		{"relative to the call", guard.Tool{Read: "path"}, `{"path":"g"}`, ws + "/sub", []string{"read $/ws/sub/g workspace"}},
		{"relative to the workspace", guard.Tool{Read: "path", Base: guard.BaseWorkspace}, `{"path":"f"}`, "", []string{"read $/ws/f workspace"}},
		{"relative to an argument", guard.Tool{Read: "path", Dir: "cwd"}, `{"path":"g","cwd":"$/ws/sub"}`, "", []string{"read $/ws/sub/g workspace"}},
		{"relative to a relative argument", guard.Tool{Read: "path", Dir: "cwd"}, `{"path":"g","cwd":"sub"}`, ws, []string{"read $/ws/sub/g workspace"}},
		{"the argument before the call", guard.Tool{Read: "path", Dir: "cwd"}, `{"path":"key","cwd":"$/secret"}`, ws, []string{"read $/secret/key outside"}},
		{"the argument may be absent", guard.Tool{Read: "path", Dir: "cwd"}, `{"path":"f"}`, ws, []string{"read $/ws/f workspace"}},
		{"a link", guard.Tool{Read: "path"}, `{"path":"$/ws/out"}`, "", []string{"read $/ws/out => $/secret/key outside"}},
		{"back from a link", guard.Tool{Read: "path"}, `{"path":"outdir/sub/../key"}`, ws, []string{"read $/ws/outdir/sub/../key => $/secret/key outside"}},
		{"a list of folders", guard.Tool{List: "path", Recursive: true}, `{"path":"$/ws"}`, "", []string{"list $/ws workspace root recursive"}},
		{"above the workspace", guard.Tool{List: "path"}, `{"path":"$"}`, "", []string{"list $ outside root"}},
		{"write", guard.Tool{Write: "path", Content: "content"}, `{"path":"$/ws/new","content":""}`, "", []string{"write $/ws/new workspace"}},
		{"write through a link", guard.Tool{Write: "path"}, `{"path":"$/ws/out"}`, "", []string{"write $/ws/out => $/secret/key outside", "write $/ws/out workspace"}},
		{"write over a link that leads in", guard.Tool{Write: "path"}, `{"path":"$/secret/in"}`, "", []string{"write $/secret/in => $/ws/f workspace", "write $/secret/in outside"}},
		{"delete", guard.Tool{Delete: "path"}, `{"path":"$/ws/f"}`, "", []string{"delete $/ws/f workspace"}},
		{"delete a link: itself, and what the handler may make of it", guard.Tool{Delete: "path"}, `{"path":"$/ws/out"}`, "", []string{"delete $/ws/out workspace", "delete $/secret/key outside"}},
		{"delete through a link", guard.Tool{Delete: "path"}, `{"path":"$/ws/outdir/key"}`, "", []string{"delete $/ws/outdir/key => $/secret/key outside"}},
		{"move", guard.Tool{Move: [2]string{"from", "to"}}, `{"from":"$/ws/f","to":"$/ws/new"}`, "",
			[]string{"read $/ws/f workspace recursive", "delete $/ws/f workspace recursive", "write $/ws/new workspace"}},
		{"an optional read is the folder", guard.Tool{Read: "path", Optional: []string{"path"}}, `{}`, ws, []string{"read $/ws/. => $/ws workspace root"}},
		{"an optional list is the folder", guard.Tool{List: "path", Optional: []string{"path"}, Dir: "cwd"}, `{"cwd":"$/ws/sub"}`, "", []string{"list $/ws/sub/. => $/ws/sub workspace"}},
		{"an optional write is nothing", guard.Tool{Read: "path", Write: "out", Optional: []string{"out"}}, `{"path":"$/ws/f"}`, "", []string{"read $/ws/f workspace"}},
		{"nothing at all", guard.Tool{Write: "out", Optional: []string{"out"}}, `{}`, "", []string{"use"}},
		{"an empty binding", guard.Tool{}, `{}`, "", []string{"use"}},
		{"connect", guard.Tool{Connect: "url"}, `{"url":"HTTPS://User@Example.COM.:443/x"}`, "", []string{"connect example.com"}},
		{"connect to a file", guard.Tool{Connect: "url"}, `{"url":"file://$/secret/k%65y"}`, "", []string{"read $/secret/key outside"}},
		{"a process's folder is unresolved", guard.Tool{Read: "path"}, `{"path":"/proc/self/cwd/f"}`, "", []string{"read /proc/self/cwd/f =>  "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := inspector(t, w, map[string]guard.Tool{"t": c.tool})
			got, err := inspect(in, "t", strings.ReplaceAll(c.args, "$", dir), c.dir)
			require.NoError(t, err)
			var want []string
			for _, s := range c.want {
				want = append(want, strings.ReplaceAll(s, "$", dir))
			}
			require.Equal(t, want, briefs(got))
		})
	}
}

func TestBindingsRefuse(t *testing.T) {
	w := workspace(t, elsewhere("/srv/proj"))
	read := guard.Tool{Read: "path", Dir: "cwd"}
	for _, c := range []struct {
		name string
		tool guard.Tool
		args string
		want string
	}{
		{"absent", read, `{}`, `argument "path": is missing`},
		{"in another case only", read, `{"PATH":"/etc/shadow"}`, `argument "path": stands as "PATH"`},
		{"in another case too", read, `{"path":"/ok","PATH":"/etc/shadow"}`, "differ only in case"},
		{"with a long s", guard.Tool{Read: "paths"}, `{"path\u017f":"/etc/shadow"}`, `argument "paths": stands as`},
		{"a folder in another case", read, `{"path":"f","CWD":"/etc"}`, `argument "cwd": stands as "CWD"`},
		{"an optional key in another case", guard.Tool{Read: "path", Optional: []string{"path"}}, `{"Path":"/etc/shadow"}`, `argument "path": stands as "Path"`},
		{"null", read, `{"path":null}`, `argument "path": is not a string`},
		{"a number", read, `{"path":7}`, `argument "path": is not a string`},
		{"true", read, `{"path":true}`, `argument "path": is not a string`},
		{"an object", read, `{"path":{"path":"/ok"}}`, `argument "path": is not a string`},
		{"a list with a number", read, `{"path":["/ok",7]}`, `argument "path": is not a string`},
		{"a list in a list", read, `{"path":[["/ok"]]}`, `argument "path": is not a string`},
		{"an empty list", read, `{"path":[]}`, `argument "path": is an empty list`},
		{"an empty string", read, `{"path":""}`, `argument "path": is an empty string`},
		{"an empty string in a list", read, `{"path":["/ok",""]}`, `argument "path": is an empty string`},
		{"a NUL", read, `{"path":"/ok\u0000/../etc/shadow"}`, `argument "path": holds a NUL`},
		{"relative to nothing", read, `{"path":"f"}`, `argument "path": is a relative path`},
		{"a relative folder", read, `{"path":"f","cwd":"sub"}`, `argument "cwd": is a relative path`},
		{"a relative folder for an absolute path", read, `{"path":"/f","cwd":"sub"}`, `argument "cwd": is a relative path`},
		{"a folder that is a number", read, `{"path":"/f","cwd":1}`, `argument "cwd": is not a string`},
		{"an empty folder", read, `{"path":"/f","cwd":""}`, `argument "cwd": is an empty string`},
		{"two folders", read, `{"path":"f","cwd":["/a","/b"]}`, `argument "cwd": more than one folder`},
		{"a tilde", read, `{"path":"~/.ssh/id_rsa","cwd":"/srv/proj"}`, "begins with a tilde"},
		{"another's tilde", read, `{"path":"~root/x","cwd":"/srv/proj"}`, "begins with a tilde"},
		{"a URL", read, `{"path":"file:///etc/shadow","cwd":"/srv/proj"}`, "is a URL"},
		{"content that is missing", guard.Tool{Write: "path", Content: "content"}, `{"path":"/srv/proj/f"}`, `argument "content": is missing`},
		{"content that is an object", guard.Tool{Write: "path", Content: "content"}, `{"path":"/srv/proj/f","content":{}}`, `argument "content": is not a string`},
		{"half a move", guard.Tool{Move: [2]string{"from", "to"}}, `{"from":"/srv/proj/f"}`, `argument "to": is missing`},
		{"a command that is a list of lists", guard.Tool{Shell: "command"}, `{"command":[["ls"]]}`, `argument "command": is not a string`},
		{"a command with a NUL", guard.Tool{Shell: "command"}, `{"command":"r\u0000m x"}`, `argument "command": holds a NUL`},
		{"a file URL without a path", guard.Tool{Connect: "url"}, `{"url":"file:etc/shadow"}`, "which file"},
		{"a file URL of another host", guard.Tool{Connect: "url"}, `{"url":"file://host/etc/shadow"}`, "which file"},
		{"a file URL in odd form", guard.Tool{Connect: "url"}, `{"url":"FILE://%2fetc/shadow"}`, "which file"},
		{"too many", read, `{"path":["/x"` + strings.Repeat(`,"/x"`, 5000) + `]}`, "more than 4096"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := inspector(t, w, map[string]guard.Tool{"t": c.tool})
			actions, err := inspect(in, "t", c.args, "")
			require.ErrorContains(t, err, c.want)
			require.Empty(t, actions)
		})
	}
	t.Run("in another case too, past the decoder", func(t *testing.T) {
		in := inspector(t, w, map[string]guard.Tool{"t": read})
		_, err := in.Inspect(context.Background(), &guard.Call{Tool: "t", Args: map[string]any{"path": "/ok", "PATH": "/etc/shadow"}})
		require.ErrorContains(t, err, `argument "path": stands as "PATH"`)
	})
	t.Run("a call's folder that is relative", func(t *testing.T) {
		_, err := inspect(inspector(t, w, map[string]guard.Tool{"t": read}), "t", `{"path":"f"}`, "sub")
		require.ErrorContains(t, err, "not an absolute path")
	})
}

func TestToolsAndVocabulary(t *testing.T) {
	w := workspace(t, elsewhere("/srv/proj"))
	boom := fmt.Errorf("no plan")
	in, err := boundary.NewInspector(boundary.InspectorConfig{
		Workspace:  w,
		Vocabulary: vocabulary{"both": {Read: "path"}, "policy": {Write: "path"}},
		Tools: map[string]guard.Tool{
			"both": {Delete: "path"},
			"go": {Actions: func(ctx context.Context, call *guard.Call) ([]guard.Action, error) {
				return []guard.Action{{Kind: guard.KindWrite, Path: "/srv/proj/x", Resolved: "/lie", Zone: guard.ZoneTemp}}, nil
			}},
			"relative": {Actions: func(context.Context, *guard.Call) ([]guard.Action, error) {
				return []guard.Action{{Kind: guard.KindWrite, Path: "x"}}, nil
			}},
			"error": {Actions: func(context.Context, *guard.Call) ([]guard.Action, error) { return nil, boom }},
		},
	})
	require.NoError(t, err)
	for tool, want := range map[string]string{
		"both":    "delete /srv/proj/f workspace",
		"policy":  "write /srv/proj/f workspace",
		"nothing": "use",
		"go":      "write /srv/proj/x workspace",
	} {
		got, err := inspect(in, tool, `{"path":"/srv/proj/f"}`, "")
		require.NoError(t, err)
		require.Equal(t, []string{want}, briefs(got), tool)
	}
	_, err = inspect(in, "relative", `{}`, "/srv/proj")
	require.ErrorContains(t, err, "not an absolute path")
	_, err = inspect(in, "error", `{}`, "")
	require.ErrorIs(t, err, boom)
	_, ok := in.Tool("nothing")
	require.False(t, ok)
	bound, ok := in.Tool("policy")
	require.True(t, ok)
	require.Equal(t, "path", bound.Write)
}

func TestNewInspectorRefuses(t *testing.T) {
	w := workspace(t, elsewhere("/srv/proj"))
	for want, tool := range map[string]guard.Tool{
		`base "home"`:            {Read: "path", Base: "home"},
		`dialect "fish"`:         {Shell: "command", Dialect: "fish"},
		"move: both":             {Move: [2]string{"from", ""}},
		`"other" is not a bound`: {Read: "path", Optional: []string{"other"}},
		"exec:":                  {Exec: []string{"git", "a\x00b"}},
	} {
		_, err := boundary.NewInspector(boundary.InspectorConfig{Workspace: w, Tools: map[string]guard.Tool{"t": tool}})
		require.ErrorContains(t, err, want)
	}
	_, err := boundary.NewInspector(boundary.InspectorConfig{})
	require.ErrorContains(t, err, "Workspace is nil")
}

// pattern makes a call whose one action is on a pattern.
func pattern(t *testing.T, w *boundary.Workspace, kind guard.Kind, path string) []guard.Action {
	t.Helper()
	in := inspector(t, w, map[string]guard.Tool{"t": {Actions: func(context.Context, *guard.Call) ([]guard.Action, error) {
		return []guard.Action{{Kind: kind, Path: path, Pattern: true}}, nil
	}}})
	got, err := inspect(in, "t", `{}`, "")
	require.NoError(t, err)
	return got
}

func TestPatterns(t *testing.T) {
	dir := tree(t,
		"ws/a.go", "ws/b.go", "ws/.env", "ws/server.pem", "ws/x[1].go",
		"ws/sub/c.go", "ws/sub/deep/d.go", "ws/sub/deep/tls.pem", "ws/.git/key",
		"ws/link.go -> $/secret/key", "ws/dir -> $/secret", "ws/loop.c -> loop.c", "ws/in.txt -> a.go",
		"secret/key", "secret/z.go", "tmp/", "ws/back -> .",
	)
	c := elsewhere(dir + "/ws")
	c.Temp, c.Home = []string{dir + "/tmp"}, dir+"/home"
	w := workspace(t, c)
	for _, c := range []struct {
		name string
		kind guard.Kind
		path string
		want []string
	}{
		{"nothing odd", guard.KindRead, "$/ws/[ab].go", []string{"read $/ws/[ab].go workspace pattern"}},
		{"a link out", guard.KindRead, "$/ws/*.go", []string{"read $/ws/*.go workspace pattern", "read $/ws/link.go => $/secret/key outside"}},
		{"a delete takes the link", guard.KindDelete, "$/ws/*.go", []string{"delete $/ws/*.go workspace pattern"}},
		{"a link within", guard.KindRead, "$/ws/*.txt", []string{"read $/ws/*.txt workspace pattern", "read $/ws/in.txt => $/ws/a.go workspace"}},
		{"secrets", guard.KindRead, "$/ws/*.pem", []string{"read $/ws/*.pem workspace pattern", "read $/ws/server.pem workspace"}},
		{"a dot for a dot", guard.KindRead, "$/ws/.e*", []string{"read $/ws/.e* workspace pattern", "read $/ws/.env workspace"}},
		{"no dot, no secret", guard.KindRead, "$/ws/*nv", []string{"read $/ws/*nv workspace pattern"}},
		{"through a linked folder", guard.KindRead, "$/ws/d*/z.go", []string{"read $/ws/d*/z.go workspace pattern", "read $/ws/dir/z.go => $/secret/z.go outside"}},
		{"the folder's link is literal", guard.KindRead, "$/ws/dir/*.go", []string{"read $/ws/dir/*.go => $/secret/*.go outside pattern"}},
		{"a loop can't be known", guard.KindRead, "$/ws/*.c", []string{"read $/ws/*.c workspace pattern", "read $/ws/loop.c =>  "}},
		{"any depth", guard.KindRead, "$/ws/sub/**/*.pem", []string{"read $/ws/sub/**/*.pem workspace pattern", "read $/ws/sub/deep/tls.pem workspace"}},
		{"escapes", guard.KindRead, `$/ws/x\[1\]*`, []string{`read $/ws/x\[1\]* workspace pattern`}},
		{"nothing there", guard.KindRead, "$/ws/none/*", []string{"read $/ws/none/* workspace pattern"}},
		{"a pattern, then ..", guard.KindRead, "$/ws/*/../x", []string{"read $/ws/*/../x =>   pattern"}},
		{".., then a pattern", guard.KindRead, "$/ws/dir/../*.x", []string{"read $/ws/dir/../*.x => $/*.x outside pattern"}},

		{"all of the workspace", guard.KindDelete, "$/ws/*", []string{"delete $/ws/* workspace root pattern", "delete $/ws/server.pem workspace"}},
		{"all of it, hidden", guard.KindRead, "$/ws/.??*", []string{"read $/ws/.??* workspace root pattern", "read $/ws/.env workspace"}},
		{"the workspace by pattern", guard.KindList, "$/w?", []string{"list $/w? outside root pattern"}},
		{"all of the temporary folder", guard.KindDelete, "$/tmp/**", []string{"delete $/tmp/** temp root pattern"}},
		{"all of home", guard.KindDelete, "$/home/*", []string{"delete $/home/* outside root pattern"}},
		{"all", guard.KindDelete, "/*", []string{"delete /* outside root pattern"}},
		{"all of a folder", guard.KindList, "$/ws/sub/*", []string{"list $/ws/sub/* workspace pattern"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want []string
			for _, s := range c.want {
				want = append(want, strings.ReplaceAll(s, "$", dir))
			}
			got := pattern(t, w, c.kind, strings.ReplaceAll(c.path, "$", dir))
			require.Equal(t, want, briefs(got))
		})
	}
}

func TestPatternsAreBounded(t *testing.T) {
	dir := tree(t, "ws/")
	for i := range 2500 {
		require.NoError(t, os.WriteFile(fmt.Sprintf("%s/ws/f%04d", dir, i), nil, 0o644))
	}
	w := workspace(t, elsewhere(dir+"/ws"))
	require.Len(t, pattern(t, w, guard.KindRead, dir+"/ws/f*"), 1)
	got := pattern(t, w, guard.KindDelete, dir+"/ws/f*")
	require.Len(t, got, 2)
	require.Equal(t, guard.KindUnknown, got[1].Kind)
	require.Contains(t, got[1].Reason, "name fewer")
}

func TestHosts(t *testing.T) {
	w := workspace(t, elsewhere("/srv/proj"))
	in := inspector(t, w, map[string]guard.Tool{"t": {Connect: "url"}})
	for target, want := range map[string]string{
		"https://example.com/x":            "example.com",
		"https://EXAMPLE.com":              "example.com",
		"https://example.com./x":           "example.com",
		"https://user:pw@example.com:8443": "example.com",
		"https://good.com@evil.com/":       "evil.com",
		"https://evil.com#@good.com/":      "evil.com",
		"https://evil.com?@good.com/":      "evil.com",
		"ssh://git@host.example:22/x":      "host.example",
		"example.com":                      "example.com",
		"example.com:443":                  "example.com",
		"localhost:8080":                   "localhost",
		"git@github.com:owner/repo":        "github.com",
		"http://[::1]:80/":                 "::1",
		"http://[fe80::1%25eth0]/":         "fe80::1",
		"[2001:DB8::1]:443":                "2001:db8::1",
		"::1":                              "::1",
		"http://[::ffff:127.0.0.1]/":       "127.0.0.1",
		"http://127.0.0.1/":                "127.0.0.1",
		"http://127.1/":                    "127.0.0.1",
		"http://0x7f.1/":                   "127.0.0.1",
		"http://0x7f000001/":               "127.0.0.1",
		"http://2130706433/":               "127.0.0.1",
		"http://1.2.3/":                    "1.2.0.3",
		"http://0/":                        "0.0.0.0",
		"http://0x/":                       "0.0.0.0",

		// What readers disagree about is no known host.
		"http://0177.0.0.1/":          "",
		"http://1.2.3.256/":           "",
		"http://1.2.3.4.5/":           "",
		"http://4294967296/":          "",
		"http:80":                     "http",
		`http://good.com\@evil.com/`:  "",
		"http://good.com\t@evil.com/": "",
		"http://ex ample.com/":        "",
		"http://exa%6Dple.com/":       "",
		"http://b\u00fccher.example/": "",
		"http://\u2460.example/":      "",
		"http:example.com":            "",
		"http:/example.com":           "",
		"http:\\\\example.com":        "",
		"//example.com/x":             "",
		"http:///example.com":         "",
		"http://":                     "",
		"http://..":                   "",
		"http://a..b/":                "",
		"javascript:alert(1)":         "",
		"host:path":                   "",
		"a b":                         "",
		"data:text/plain,x":           "",
		"https://-x.example/":         "",
		"jar:https://example.com!/x":  "",
		"view-source:http://x.com":    "",
	} {
		args := map[string]any{"url": target}
		got, err := in.Inspect(context.Background(), &guard.Call{Tool: "t", Args: args})
		require.NoError(t, err, target)
		require.Equal(t, []guard.Action{{Kind: guard.KindConnect, Host: want}}, got, target)
	}
}
