package shell

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
)

// A program of the temporary folder has the command that made it, if the text
// makes it of the code that it works on and writes it in no other way.
func TestBuilt(t *testing.T) {
	for src, want := range map[string]string{
		"go build -o /tmp/a ./cmd/a && /tmp/a":                  "go build",
		"go test -c -o /tmp/a ./x && /tmp/a -test.v":            "go test",
		"gcc-13 -O2 -o /tmp/a a.c && time /tmp/a":               "gcc-13",
		"rustc -o /tmp/a a.rs; /tmp/a":                          "rustc",
		"mkdir -p /tmp/d && go build -o /tmp/d/a . && /tmp/d/a": "go build",

		"/tmp/a":                                           "",
		"/tmp/a; go build -o /tmp/a .":                     "",
		"go build -o /tmp/b . && /tmp/a":                   "",
		"go build -n -o /tmp/a . && /tmp/a":                "",
		"go run -o /tmp/a . && /tmp/a":                     "",
		"cd /tmp && go build -o /tmp/a . && /tmp/a":        "",
		"go build -C /opt/x -o /tmp/a . && /tmp/a":         "",
		"go build -o /tmp/a . && echo > /tmp/a; /tmp/a":    "",
		"go build -o /tmp/a . && tar xf x -C /tmp; /tmp/a": "",
		"go build -o /tmp/a . && mv x /tmp/[a]; /tmp/a":    "",
		"go build -o /tmp/a . && /tmp/a; curl -o /tmp/a h": "",
		"gcc -o /tmp/a /tmp/a.c && /tmp/a":                 "",
		"gcc -o /tmp/a a.c /opt/b.c && /tmp/a":             "",
		"gcc -xc -o /tmp/a - <<< x && /tmp/a":              "",
		"gcc -E -o /tmp/a a.c && /tmp/a":                   "",
	} {
		got := "not started"
		for _, a := range Analyze(src, Options{Dialect: guard.DialectBash, Dir: "/w", Home: "/home/u"}) {
			if a.Kind == guard.KindExec && a.Program == "" && a.Path != "/opt/x" && a.Path != "/tmp" {
				got = a.Command
			}
		}
		require.Equal(t, want, got, src)
	}
}
