package runtimeguard_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/guard"
)

// Everyday commands from the short to the long.
var everyday = []struct{ name, command string }{
	{"ls", `ls -la`},
	{"git", `git status --short`},
	{"deny-direct", `rm -rf /tmp/build`},
	{"go-test", `go test ./... -run TestFoo -count=1 -v`},
	{"pipeline", `find . -name '*.go' -type f | xargs grep -n TODO | sort | uniq -c | sort -rn | head -20`},
	{"chain", `mkdir -p build && cd build && cmake .. -DCMAKE_BUILD_TYPE=Release && make -j8 2>&1 | tee build.log`},
	{"subst", `echo "built $(git rev-parse --short HEAD) at $(date -u +%FT%TZ)" > VERSION`},
	{"bash-c", `bash -c 'for f in *.txt; do wc -l "$f"; done'`},
	{"curl", `curl -fsSL https://api.github.com/repos/golang/go/releases/latest | jq -r .tag_name`},
	{"script", `python3 scripts/build.py --out dist/app.js`},
	{"long", `docker run --rm -v $PWD:/src -w /src -e CGO_ENABLED=0 -e GOFLAGS=-mod=vendor golang:1.22 sh -c 'go vet ./... && go build -trimpath -ldflags "-s -w -X main.version=1.2.3" -o out/app ./cmd/app && ls -l out'`},
}

// BenchmarkDecide judges commands with the preset standard in a workspace that
// exists.
func BenchmarkDecide(b *testing.B) {
	base, err := filepath.EvalSymlinks(b.TempDir())
	require.NoError(b, err)
	workspace, temp := filepath.Join(base, "home", "dev", "src", "proj"), filepath.Join(base, "tmp")
	require.NoError(b, os.MkdirAll(workspace, 0o755))
	require.NoError(b, os.Mkdir(temp, 0o755))
	rt := open(b, runtimeguard.Config{Workspace: workspace, State: filepath.Join(base, "state"), Temp: []string{temp},
		Home: filepath.Join(base, "home", "dev")})
	for _, c := range everyday {
		b.Run(c.name, func(b *testing.B) {
			raw, err := json.Marshal(map[string]any{"command": c.command})
			require.NoError(b, err)
			call := guard.Call{Tool: "run_command", Raw: raw} // as an adapter hands it on
			b.ReportAllocs()
			for b.Loop() {
				rt.Decide(b.Context(), call)
			}
		})
	}
}
