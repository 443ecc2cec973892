package boundary

import (
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
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
	root := knowing(filepath.Join(base, "d"))
	require.NotNil(t, root.open)
	names := []string{"d", "e", "f", "l", "up", "abs", "loop", "gone", "far", "file", "w", "none", "dev", "null", "fd", "self", "cwd", "status", ".", "..", ""}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 300 {
		look := root
		for range 30 {
			parts := []string{base}
			for range r.IntN(7) {
				parts = append(parts, names[r.IntN(len(names))])
			}
			name, last := strings.Join(parts, "/"), r.IntN(2) == 0
			if r.IntN(4) == 0 {
				name = "/" + name
			}
			if r.IntN(4) == 0 {
				name = "//" + path.Base(base)
			}
			if r.IntN(4) == 0 {
				name = []string{"/", "/tmp/", "/dev/", "/proc/", "/bin/", "/none/"}[r.IntN(6)] + names[r.IntN(len(names))]
			}
			want, wantErr := walk(name, last)
			got, err := look.find(name, last)
			require.Equal(t, wantErr == nil, err == nil, "%s: %v, %v", name, wantErr, err)
			require.Equal(t, want, got, "%s (last %v)", name, last)
		}
	}
}

// A root that another folder has taken the place of is looked up like any
// other.
func TestLookupOfAnotherRoot(t *testing.T) {
	base, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	root, other := filepath.Join(base, "root"), filepath.Join(base, "other")
	require.NoError(t, os.Mkdir(root, 0o755))
	require.NoError(t, os.Mkdir(other, 0o755))
	w, err := NewWorkspace(WorkspaceConfig{Roots: []string{root}})
	require.NoError(t, err)
	before := w.first
	got, err := before.resolve(root+"/f", true)
	require.NoError(t, err)
	require.Equal(t, root+"/f", got)

	require.NoError(t, os.Remove(root))
	require.NoError(t, os.Symlink("other", root))
	after := w.first
	got, err = after.resolve(root+"/f", true)
	require.NoError(t, err)
	require.Equal(t, other+"/f", got)

	// What is in the folder that the root was is nobody's concern.
	require.NoError(t, os.Remove(root))
	require.NoError(t, os.Mkdir(root, 0o755))
	require.NoError(t, os.Symlink(other, root+"/l"))
	again := w.first
	got, err = again.resolve(root+"/l", true)
	require.NoError(t, err)
	require.Equal(t, other, got)
}

// What is told of protected files without folding them is what folding tells.
func TestElsewhereIsNotThere(t *testing.T) {
	w := &Workspace{protected: []string{foldPath("/srv/State"), foldPath("/Käse/state")}}
	names := []string{"srv", "SRV", "state", "State", "\u017ftate", "Käse", "KÄSE", "\u212aäse", "x", "s", ".", "..", "", "st"}
	apart := 0
	for range 20000 {
		name := ""
		for range 1 + rand.IntN(4) {
			name += "/" + names[rand.IntN(len(names))]
		}
		if rand.IntN(9) == 0 {
			name = name[1:]
		}
		a := guard.Action{Kind: guard.KindDelete, Path: name}
		if w.elsewhere(name) {
			apart++
			folded := targetOf(&a, name)
			for _, p := range w.protected {
				require.False(t, folded.covers(p, true), name)
			}
		}
	}
	require.Greater(t, apart, 1000)
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

// A host's name is read without regular expressions as with them.
func TestHostNames(t *testing.T) {
	name := regexp.MustCompile(`^([a-z0-9_][a-z0-9_-]{0,62}\.)*[a-z0-9_][a-z0-9_-]{0,62}$`)
	before := func(h string) string {
		h = strings.TrimSuffix(strings.ToLower(h), ".")
		if addr := normalAddr(h); addr != "" {
			return addr
		}
		if len(h) > 253 || !name.MatchString(h) {
			return ""
		}
		if labels := strings.Split(h, "."); numericRE.MatchString(labels[len(labels)-1]) {
			return numericHost(labels)
		}
		return h
	}
	pieces := []string{".", ".", ".", ":", "::", "a", "Z", "-", "_", "0", "1", "127", "0x7f", "255", "ff", "%eth0", "ffff", " ", "é", "\u212a", "x.example", "\n", "1e", strings.Repeat("b", 62), strings.Repeat("c", 100)}
	names := 0
	for range 200_000 {
		h := ""
		for range rand.IntN(9) {
			h += pieces[rand.IntN(len(pieces))]
		}
		if before(h) != "" {
			names++
		}
		require.Equal(t, before(h), normalHost(h), "%q", h)
	}
	require.Greater(t, names, 10_000)
}
