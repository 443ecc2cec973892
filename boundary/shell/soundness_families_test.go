//go:build unix

package shell_test

import (
	_ "embed"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

//go:embed testdata/soundness.families
var familiesText string

// family is a set of scripts: texts with marks, and what may stand for each mark.
// The grammar seldom brings two rare things together; here each meets each.
type family struct {
	name  string
	texts []string
	parts map[string][]string
}

func families(t testing.TB) (out []family) {
	t.Helper()
	mark := ""
	for line := range strings.Lines(familiesText) {
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutPrefix(line, "= "); ok {
			out = append(out, family{name: name, parts: map[string][]string{}})
			mark = ""
			continue
		}
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		require.NotEmpty(t, out, "soundness.families: %q stands before a family", line)
		f := &out[len(out)-1]
		switch m, ok := strings.CutPrefix(line, "- "); {
		case ok:
			mark = m
		case mark == "":
			f.texts = append(f.texts, line)
		default:
			f.parts[mark] = append(f.parts[mark], strings.Replace(line, "ε", "", 1))
		}
	}
	return out
}

// script puts something in for each mark, the same wherever it stands.
func (f *family) script(r *rand.Rand) string {
	text := pick(r, f.texts)
	for again := true; again; { // what is put in may hold marks
		again = false
		for _, m := range slices.Sorted(maps.Keys(f.parts)) {
			if strings.Contains(text, "{"+m+"}") {
				part, document, _ := strings.Cut(pick(r, f.parts[m]), "⏎⏎")
				if text = strings.ReplaceAll(text, "{"+m+"}", part); document != "" {
					text += "⏎" + document
				}
				again = true
			}
		}
	}
	return strings.ReplaceAll(text, "⏎", "\n") + "\n"
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

// TestFamilies does with scripts of families what TestSoundness does with
// generated ones. RUNTIMEGUARD_FAMILIES sets how many, RUNTIMEGUARD_SEED where the
// seeds begin.
func TestFamilies(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs many scripts")
	}
	all := families(t)
	c := &campaign{box: newSandbox(t), enough: int(envNumber("RUNTIMEGUARD_FAILURES", 5)), sample: func(seed uint64, posix bool) *sample {
		r := rand.New(rand.NewPCG(seed, 0))
		return &sample{seed: seed, posix: posix, text: all[seed%uint64(len(all))].script(r), files: scriptFiles()}
	}}
	scripts := int(envNumber("RUNTIMEGUARD_FAMILIES", 600))
	c.report(t, envNumber("RUNTIMEGUARD_SEED", 1), scripts)
}

// TestFamiliesAreWhole: no mark is left in a script, and each part is used.
func TestFamiliesAreWhole(t *testing.T) {
	for _, f := range families(t) {
		used := strings.Join(f.texts, "\n")
		for _, m := range slices.Sorted(maps.Keys(f.parts)) {
			require.NotEmpty(t, f.parts[m], f.name)
			used += strings.Join(f.parts[m], "\n")
		}
		for m := range f.parts {
			require.Contains(t, used, "{"+m+"}", "%s: nothing holds the mark %s", f.name, m)
		}
		for seed := range uint64(200) {
			text := f.script(rand.New(rand.NewPCG(seed, 0)))
			for m := range f.parts {
				require.NotContains(t, text, "{"+m+"}", fmt.Sprintf("%s: seed %d", f.name, seed))
			}
		}
	}
}
