//go:build unix

package shell_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fault is a mistake to be planted in the analyser: a text that stands once in
// a file, and what to write instead.
type fault struct{ name, file, old, new string }

var faults = []fault{
	{"function bodies skipped", "run.go", "return c.stmt(f.stmt, worlds{inner}) }", "return both(worlds{inner}) }"},
	{"one redirection ignored", "redirect.go", "case syntax.RdrOut, syntax.AppOut,", "case syntax.AppOut:\n\tcase syntax.RdrOut,"},
	{"a subshell's state leaks", "walk.go", "s.finish(s.list(c.Stmts, in).all())\n\t\treturn both(in)", "return s.list(c.Stmts, in)"},
	{"first case arm dropped", "walk.go", "for _, it := range c.Items {\n\t\tf :=", "for _, it := range c.Items[1:] {\n\t\tf :="},
	{"else branch dropped", "walk.go", "return g.add(w.ifClause(c.Else, f.fail))", "return g"},
	{"background command dropped", "walk.go", "c.finish(c.stmtIn(&b, in).all())", "c.finish(nil)"},
	{"second redirection ignored", "walk.go", "for _, r := range rs {\n\t\tbefore", "for _, r := range rs[:min(len(rs), 1)] {\n\t\tbefore"},
	{"here-documents ignored", "redirect.go", "return x.document(r.Hdoc)", "return word{}"},
	{"alias ignored", "run.go", "f := s.nested(t, st)\n\t\tw.stdin", "f := both(worlds{st})\n\t\tw.stdin"},
	{"eval text ignored", "builtin.go", "return w.nested(lit(strings.Join(parts, \" \"), c.span), c.st)", "return c.stay()"},
	{"brace expansion off", "expand.go", "if !x.w.u.posix && hasBrace(w) {", "if false {"},
	{"\"$@\" loses words", "walk.go", "for i, v := range x.st.params {\n\t\tout[i]", "out = out[:min(len(out), 1)]\n\tfor i, v := range x.st.params[:len(out)] {\n\t\tout[i]"},
	{"assignment not applied", "run.go", "st = w.assign(a, st, false)", "w.assign(a, st, false)"},
	{"a pipeline's last stage dropped", "walk.go", "f := y.stmt(c.Y, in)", "f := both(in)"},
	{"trap ignored", "builtin.go", "w.proc.traps = append(w.proc.traps, trapped{t, !atEnd})", "_ = t"},
	{"while condition skipped", "walk.go", "f := w.list(c.Cond, in)\n\t\tw.cond--\n\t\tif c.Until", "f := both(in)\n\t\tw.cond--\n\t\tif c.Until"},
	{"a loop's last word dropped", "walk.go", "for i, it := range items {\n\t\tif w.a.exhausted()", "for i, it := range items[:max(len(items)-1, 0)] {\n\t\tif w.a.exhausted()"},
	{"process substitution skipped", "walk.go", "s.finish(s.list(p.Stmts, worlds{st}).all())\n\tout :=", "out :="},
	{"shift does nothing", "builtin.go", "st.params = st.params[n:]", "_ = n"},
	{"a failing cd not thought of", "builtin.go", "f := flow{ok: worlds{c.st.inDir(to)}, fail: c.in}", "f := flow{ok: worlds{c.st.inDir(to)}}"},
	{"|| not followed", "walk.go", "g := w.stmt(c.Y, f.fail)\n\t\treturn", "g := both(f.fail)\n\t\treturn"},
	{"IFS ignored", "expand.go", "return v.value\n\t}\n\treturn text(\" \\t\\n\")", "_ = v\n\t}\n\treturn text(\" \\t\\n\")"},
}

// TestFaults plants one fault at a time in a copy of the analyser and has the
// harness find it. It takes minutes: RUNTIMEGUARD_FAULTS=1 asks for it, and
// -run TestFaults/trap for one.
func TestFaults(t *testing.T) {
	if os.Getenv("RUNTIMEGUARD_FAULTS") == "" {
		t.Skip("RUNTIMEGUARD_FAULTS is not set")
	}
	for _, f := range append([]fault{{name: "no fault", file: "run.go"}}, faults...) {
		t.Run(f.name, func(t *testing.T) {
			found, took := runFault(t, f)
			t.Logf("%-34s found %-5v %5.1f s", f.name, found, took.Seconds())
			require.Equal(t, f.old != "", found, "a fault must be found, and nothing without one")
		})
	}
}

// TestFaultTexts keeps the faults such that they can be planted.
func TestFaultTexts(t *testing.T) {
	for _, f := range faults {
		f.plant(t)
	}
}

// plant is the text of the file with the fault in it.
func (f fault) plant(t *testing.T) string {
	source, err := os.ReadFile(f.file)
	require.NoError(t, err)
	if f.old == "" {
		return string(source)
	}
	require.Equal(t, 1, strings.Count(string(source), f.old), "%s: its text must stand once in %s: write it anew", f.name, f.file)
	return strings.Replace(string(source), f.old, f.new, 1)
}

// runFault builds the test with a fault and runs it until something is found.
func runFault(t *testing.T, f fault) (found bool, took time.Duration) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(dir+"/fault.go", []byte(f.plant(t)), 0o644))
	path, err := filepath.Abs(f.file)
	require.NoError(t, err)
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {path: dir + "/fault.go"}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(dir+"/overlay.json", overlay, 0o644))
	out, err := exec.Command("go", "test", "-c", "-overlay", dir+"/overlay.json", "-o", dir+"/shell.test", ".").CombinedOutput()
	require.NoError(t, err, "%s: %s", f.name, out)

	begin := time.Now()
	c := exec.Command(dir+"/shell.test", "-test.run", "^TestSoundness$", "-test.v")
	c.Env = append(os.Environ(), "RUNTIMEGUARD_FAILURES=1")
	if f.old != "" { // about a minute's
		c.Env = append(c.Env, "RUNTIMEGUARD_SCRIPTS=10000")
	}
	out, err = c.CombinedOutput()
	took = time.Since(begin)
	if m := regexp.MustCompile(`(?m)^.*scripts/s$`).Find(out); m != nil {
		t.Logf("%s", strings.TrimSpace(string(m)))
	} else {
		t.Errorf("%s: the harness didn't end: %s", f.name, out)
	}
	return err != nil, took
}
