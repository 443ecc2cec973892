package contain_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary/contain"
	"github.com/runtimeguard/runtimeguard/guard"
)

var system = []string{"/bin", "/sbin", "/lib", "/lib64", "/usr", "/etc", "/proc"}

// run runs a shell script in a cell and returns what it wrote.
func run(t *testing.T, c *contain.Cell, dir, script string) (string, int) {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	p, err := c.Start(&contain.Cmd{
		Path: "/bin/bash", Args: []string{"bash", "-c", script}, Dir: dir,
		Env: []string{"PATH=/usr/bin:/bin"}, Files: []*os.File{nil, w, w},
	})
	w.Close()
	require.NoError(t, err)
	out, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(out), p.Exit()
}

func TestSmoke(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(dir+"/ws", 0o755))
	require.NoError(t, os.WriteFile(dir+"/secret", []byte("secret"), 0o644))
	for _, tier := range []guard.Tier{guard.TierNone, guard.TierLandlock, guard.TierSeccomp, guard.TierNamespace} {
		t.Run(tier.String(), func(t *testing.T) {
			b, err := contain.Prepare(contain.Plan{Write: []string{dir + "/ws"}, Read: system}, tier)
			require.NoError(t, err)
			c, err := b.Open(contain.Access{})
			require.NoError(t, err)
			defer c.Close()
			out, exit := run(t, c, dir+"/ws", "echo x >f; cat f ../secret; echo $?")
			t.Log(out, exit)
		})
	}
}
