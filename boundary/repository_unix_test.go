//go:build unix

package boundary_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/guard"
)

// bash runs a harmless script in a folder and returns what it writes.
func bash(t *testing.T, dir, script string) string {
	t.Helper()
	c := exec.Command("bash", "-c", script)
	c.Dir = dir
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C"}
	out, _ := c.Output() // what fails writes nothing
	return string(out)
}

// says is the path that a command would delete, or "" where it isn't known.
func says(t *testing.T, in *boundary.Inspector, command, dir string) string {
	t.Helper()
	actions, err := inspect(in, "run", `{"command":`+quoted(command)+`,"cwd":`+quoted(dir)+`}`, "")
	require.NoError(t, err)
	path, unknown := "", false
	for _, a := range actions {
		unknown = unknown || a.Kind == guard.KindUnknown
		if a.Kind == guard.KindDelete {
			path = a.Path
		}
	}
	if unknown {
		return ""
	}
	require.NotEmpty(t, path, "%s: %v", command, briefs(actions))
	return path
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

// What git prints as the top of a repository is known only where it prints that:
// where it fails, the path that begins with it is one of the system.
func TestToplevel(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	for _, c := range []struct{ name, prepare, dir, then, want string }{
		{"a repository", "git init -q; mkdir d", ".", "", "$"},
		{"a folder of it", "git init -q; mkdir -p d/e", "d/e", "", "$"},
		{"a clone", "git init -q o; git -C o -c user.name=u -c user.email=u@x commit -q --allow-empty -m x; git clone -q o c; mkdir c/d", "c/d", "", "$/c"},
		{"hooks of its own", "git init -q; git config core.hooksPath .husky; git config user.name 'A B'; git config branch.main.merge refs/heads/main", ".", "", "$"},
		{"settings for later", "git init -q; git config pull.rebase maybe; git config lfs.repositoryformatversion 0; git config filter.lfs.clean 'git-lfs clean -- %f'; git config color.ui auto; " +
			"git config push.default simple; git config alias.st status; git config credential.helper store; git config diff.x.textconv cat; git config core.pager less", ".", "", "$"},
		{"one in another", "git init -q; git init -q d; mkdir d/e", "d/e", "", "$/d"},
		{"from outside into it", "git init -q; git init -q d", ".", "cd d &&", "$/d"},
		{"with -C", "git init -q; git init -q d", ".", "", "$"},
		{"through a link", "git init -q; mkdir d; git init -q e; ln -s ../e d/l", ".", "cd d/l &&", "$/e"},
		{"no repository", "mkdir d", "d", "", ""},
		{"within .git", "git init -q", ".", "cd .git;", ""},
		{"beneath .git", "git init -q", ".", "cd .git/hooks;", ""},
		{"a bare repository", "git init -q; git init -q --bare d", ".", "cd d;", ""},
		{"bare by its settings", "git init -q; git config core.bare true", ".", "", ""},
		{"another work tree", "git init -q; mkdir d; git config core.worktree ../d", ".", "", ""},
		{"a linked work tree", "git init -q; git -c user.name=u -c user.email=u@x commit -q --allow-empty -m x; git worktree add -q d", "d", "", ""},
		{"settings with an error", "git init -q; echo '[core' >> .git/config", ".", "", ""},
		{"a setting with an error", "git init -q; git config core.filemode maybe", ".", "", ""},
		{"another with one", "git init -q; git config core.compression best", ".", "", ""},
		{"a push with one", "git init -q; git config push.default best", ".", "", ""},
		{"a setting without a value", "git init -q; printf '[core]\\n\\teditor\\n' >> .git/config", ".", "", ""},
		{"a home that isn't", "git init -q; git config core.hooksPath '~nobody9/x'", ".", "", ""},
		{"settings from elsewhere", "git init -q; git config include.path ../x; printf '[core]\\nbare=true\\n' > x", ".", "", ""},
		{"a format to come", "git init -q; git config core.repositoryformatversion 9", ".", "", ""},
		{"an extension to come", "git init -q; git config core.repositoryformatversion 1; git config extensions.later yes", ".", "", ""},
		{"no objects", "git init -q; rm -rf .git/objects", ".", "", ""},
		{"no head", "git init -q; rm .git/HEAD", ".", "", ""},
		{"a head that is none", "git init -q; echo x > .git/HEAD", ".", "", ""},
		{"a file for .git", "git init -q --separate-git-dir=g .", ".", "", ""},
		{"settings that the command writes", "git init -q; cp .git/config c", ".", "cp c .git/config;", ""},
		{"a repository that the command makes", "git init -q; mkdir d", "d", "git init -q;", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := tree(t, "ws/", "tmp/")
			bash(t, dir+"/ws", c.prepare)
			w := elsewhere(dir + "/ws")
			w.Temp = []string{dir + "/tmp"}
			in := inspector(t, workspace(t, w), map[string]guard.Tool{"run": {Shell: "command", Dir: "cwd", Base: guard.BaseWorkspace}})
			top := c.then + ` %s "$(git rev-parse --show-toplevel)/build"`
			got := says(t, in, strings.ReplaceAll(top, "%s", "rm"), c.dir)
			real := strings.TrimSuffix(bash(t, dir+"/ws/"+c.dir, strings.ReplaceAll(top, "%s", "echo")), "\n")
			if want := strings.ReplaceAll(c.want, "$", dir+"/ws"); want != "" {
				require.Equal(t, want+"/build", real, "what git says")
				require.Equal(t, want+"/build", got)
				return
			}
			require.Empty(t, got, "git says %s", real)
		})
	}
}

// Where realpath says where a path leads, it says so; else it isn't known.
func TestReal(t *testing.T) {
	dir := tree(t, "ws/f", "ws/d/g", "ws/d/e/", "ws/l -> d", "ws/out -> $/far", "ws/lost -> nothing/x", "ws/loop -> loop", "ws/d/up -> ../f", "ws/chain -> l/up", "far/k", "tmp/")
	w := elsewhere(dir + "/ws")
	w.Temp = []string{dir + "/tmp"}
	in := inspector(t, workspace(t, w), map[string]guard.Tool{"run": {Shell: "command", Dir: "cwd", Base: guard.BaseWorkspace}})
	known := 0
	for _, name := range []string{
		"f", "./f", "d", "d/", "d/.", "d/..", "d/e/../g", "l", "l/", "l/g", "l/e", "l/..", "l/../f", "out", "out/k", "out/..", "lost", "loop", "loop/x", "d/up", "chain",
		"new", "d/new", "l/new", "new/x", "new/", "new/.", "new/..", "f/", "f/x", "f/..", ".", "..", "out/new", dir + "/ws/l/g", "/proc/self/cwd", "l//g",
	} {
		for _, command := range []string{"realpath %s", "readlink -f %s", "cd -P %s && echo $PWD", "cd %s && pwd -P", "cd %s && env pwd"} {
			command = strings.ReplaceAll(command, "%s", name)
			got := says(t, in, `rm "$(`+command+`)/x"`, ".")
			real := strings.TrimSuffix(bash(t, dir+"/ws", `echo "$(`+command+`)/x"`), "\n")
			if got != "" && slices.Contains([]string{"realpath", "readlink"}, strings.Fields(command)[0]) {
				known++
				require.Equal(t, real, got, command)
			} else if got != "" && real != "/x" { // cd that fails leaves the rest out
				require.Equal(t, real, got, command)
			}
		}
	}
	require.Greater(t, known, 30)
}
