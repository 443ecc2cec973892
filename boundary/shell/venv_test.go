package shell

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Entering a virtual environment of the workspace is nothing unknown, as long as
// its script does what such scripts do.
func TestActivate(t *testing.T) {
	const script = `
leave() {
	if [ -n "${_BEFORE:-}" ]; then PATH="${_BEFORE:-}"; export PATH; unset _BEFORE; fi
	if [ -n "${_HOME_BEFORE:-}" ]; then PYTHONHOME="$_HOME_BEFORE"; export PYTHONHOME; fi
}
leave
if [ -n "${ZSH_VERSION:+x}" ]; then HERE="${(%):-%x}"; fi
VIRTUAL_ENV="/w/.venv"
_BEFORE="$PATH"
PATH="$VIRTUAL_ENV/bin:$PATH"
export PATH VIRTUAL_ENV
PS1="(.venv) ${PS1:-}"
`
	change := func(old, new string) string { return strings.Replace(script, old, new, 1) }
	for _, c := range []struct {
		src, file, script string
		unknown           bool
	}{
		{". .venv/bin/activate && pytest", "/w/.venv/bin/activate", script, false},
		{"cd api && source ./venv/bin/activate; leave", "/w/api/./venv/bin/activate", script, false},
		{". .venv/bin/activate", "/w/.venv/bin/activate", change("$VIRTUAL_ENV/bin:", "/tmp/x:"), true},
		{". .venv/bin/activate", "/w/.venv/bin/activate", change("/bin:$PATH", "/bin:/tmp/x:$PATH"), true},
		{". .venv/bin/activate", "/w/.venv/bin/activate", change("PS1=\"", "PS1=\"\\$(halt)"), true},
		{". .venv/bin/activate", "/w/.venv/bin/activate", change("export", "export LD_PRELOAD=$X"), true},
		{". .venv/bin/activate; PATH=x:$PATH", "/w/.venv/bin/activate", script, true},
		{". scripts/activate", "/w/scripts/activate", script, true},
		{". /tmp/.venv/bin/activate", "/tmp/.venv/bin/activate", script, true},
		{". .venv/bin/activate", "", "", true},
	} {
		got := false
		o := Options{Dialect: guard.DialectBash, Dir: "/w", Home: "/home/u", View: func(name string) ([]byte, error) {
			if name != c.file {
				return nil, errors.New("not there")
			}
			return []byte(c.script), nil
		}}
		for _, a := range Analyze(c.src, o) {
			got = got || a.Kind == guard.KindUnknown
		}
		require.Equal(t, c.unknown, got, c.src+"\n"+c.script)
	}
}
