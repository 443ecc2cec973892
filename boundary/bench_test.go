package boundary_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
)

func BenchmarkResolve(b *testing.B) {
	dir := tree(b, "a/b/c/d/f", "ln -> a/b/c/d")
	w := workspace(b, elsewhere(dir))
	for name, path := range map[string]string{"file": "/a/b/c/d/f", "link": "/ln/f", "missing": "/a/b/c/d/x/y/z"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := w.Resolve(dir + path); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkInspect(b *testing.B) {
	dir := tree(b, "a/b/c/d/f", "ln -> a/b/c/d")
	in := inspector(b, workspace(b, elsewhere(dir)), map[string]guard.Tool{"t": {Read: "path"}})
	args := `{"path":"` + dir + `/a/b/c/d/f"}`
	for b.Loop() {
		_, err := inspect(in, "t", args, "")
		require.NoError(b, err)
	}
}
