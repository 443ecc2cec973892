package boundary

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is remembered of a call's folders changes nothing: a lookup leads where
// a walk, component by component, leads.
func TestLookupIsTheWalk(t *testing.T) {
	base, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	for _, d := range []string{"d/e/f", "w"} {
		require.NoError(t, os.MkdirAll(filepath.Join(base, d), 0o755))
	}
	require.NoError(t, os.WriteFile(filepath.Join(base, "d/file"), nil, 0o600))
	for name, target := range map[string]string{
		"l": "d", "d/up": "..", "d/e/abs": base + "/w", "loop": "loop", "d/gone": "nowhere/x", "d/e/far": "../../l/e", "dev": "/dev", "w/self": "/proc/self",
	} {
		require.NoError(t, os.Symlink(target, filepath.Join(base, name)))
	}
	names := []string{"d", "e", "f", "l", "up", "abs", "loop", "gone", "far", "file", "w", "none", "dev", "null", "fd", "self", "cwd", "status", ".", "..", ""}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 300 {
		var look lookup
		for range 30 {
			parts := []string{base}
			for range r.IntN(7) {
				parts = append(parts, names[r.IntN(len(names))])
			}
			name, last := strings.Join(parts, "/"), r.IntN(2) == 0
			want, wantErr := walk(name, last)
			got, err := look.find(name, last)
			require.Equal(t, wantErr == nil, err == nil, "%s: %v, %v", name, wantErr, err)
			require.Equal(t, want, got, "%s (last %v)", name, last)
		}
	}
}

// walk is find without a shortcut.
func walk(name string, last bool) (location, error) {
	w := walker{rest: name, last: last}
	for w.rest != "" {
		if err := w.step(); err != nil {
			return location{}, err
		}
	}
	if w.at == "" {
		w.at = "/"
	}
	return location{w.at, w.missing > 0}, nil
}
