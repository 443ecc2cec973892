package boundary_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/boundary/contain"
	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/policy"
)

// eachTier runs a test under every tier that this machine has.
func eachTier(t *testing.T, f func(t *testing.T, tier guard.Tier)) {
	for _, s := range contain.Probe("") {
		t.Run(s.Tier.String(), func(t *testing.T) {
			if !s.Available {
				t.Skip("no such tier here: " + s.Why)
			}
			f(t, s.Tier)
		})
	}
}

// containedShell is a Shell under a tier with what the standard policy knows.
func containedShell(t testing.TB, dir string, tier guard.Tier, edit func(*boundary.ShellConfig)) *boundary.Shell {
	t.Helper()
	pol, err := policy.Preset("standard")
	require.NoError(t, err)
	return newShell(t, dir, func(c *boundary.ShellConfig) {
		c.Containment = boundary.Containment{Tier: tier, Sensitive: pol.Sensitive, Plants: pol.Plants}
		c.Timeout = 5 * time.Minute
		if edit != nil {
			edit(c)
		}
	})
}

// goPath is a PATH with the Go tool chain, and the cache that the tests' own
// builds use: so the standard library is compiled once.
func goPath(t *testing.T) (path, cache string) {
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go")
	}
	out, err := exec.Command(tool, "env", "GOROOT", "GOCACHE").Output()
	require.NoError(t, err)
	lines := strings.Fields(string(out))
	require.Len(t, lines, 2)
	return "PATH=" + lines[0] + "/bin:/usr/local/bin:/usr/bin:/bin", lines[1]
}

// TestToolChains: what developers run works in the workspace.
func TestToolChains(t *testing.T) {
	path, cache := goPath(t)
	eachTier(t, func(t *testing.T, tier guard.Tier) {
		dir := tree(t, "ws/c/", "tmp/", "home/", "state/key")
		require.NoError(t, os.WriteFile(dir+"/home/.gitconfig", []byte("[user]\n\tname = A\n\temail = a@example.com\n"), 0o644))
		for name, text := range map[string]string{
			"go.mod": "module example.com/m\n\ngo 1.22\n", "m.go": "package m\n\nfunc One() int { return 1 }\n",
			"m_test.go":    "package m\n\nimport \"testing\"\n\nfunc TestOne(t *testing.T) {\n\tif One() != 1 {\n\t\tt.Fatal()\n\t}\n}\n",
			"c/c.c":        "#include <stdio.h>\nint main(void) { puts(\"from c\"); }\n",
			"c/Makefile":   "all: c\n\t./c\nc: c.c\n\tgcc -o c c.c\n",
			"p.py":         "import subprocess, json, sqlite3, tempfile\nprint(subprocess.run(['echo', 'from python'], capture_output=True, text=True).stdout)\n",
			"n.js":         "console.log(require('child_process').execSync('echo from node').toString())\n",
			"package.json": `{"name": "m", "version": "1.0.0", "scripts": {"test": "echo from npm"}}`,
		} {
			require.NoError(t, os.WriteFile(dir+"/ws/"+name, []byte(text), 0o644))
		}
		s := containedShell(t, dir, tier, func(c *boundary.ShellConfig) {
			c.Env = []string{path, "GOFLAGS=-mod=mod", "GOTOOLCHAIN=local", "GOCACHE=" + cache}
			c.Containment.Write = []string{cache}
		})
		for _, c := range []struct{ name, needs, text, want string }{
			{"git", "git", "git init -q . && git add -A . && git commit -qm one && git log --oneline | cat && git checkout -qb b && git status --short && git stash list && git gc -q && git fsck && echo fine", "fine"},
			{"go", "go", "go build ./... && go vet . && go test -count=1 .", "ok"},
			{"gcc and make", "gcc", "make -s -C c", "from c"},
			{"python", "python3", "python3 p.py", "from python"},
			{"node", "node", "node n.js", "from node"},
			{"npm", "npm", "npm test --silent", "from npm"},
			{"files", "tar", "tar cf x.tar m.go && tar tf x.tar && sed -i s/One/Two/ m.go && grep -c Two m.go && find . -name '*.go' | xargs wc -l && sort <(echo b; echo a) && mktemp", "tmp"},
		} {
			t.Run(c.name, func(t *testing.T) {
				if _, err := exec.LookPath(c.needs); err != nil {
					t.Skip("there is no " + c.needs)
				}
				r, err := s.Run(context.Background(), boundary.Command{Text: c.text})
				require.NoError(t, err)
				require.Contains(t, string(r.Output), c.want)
				require.Zero(t, r.Exit, string(r.Output))
			})
		}
	})
}
