//go:build unix

package shell_test

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary/shell"
	"github.com/runtimeguard/runtimeguard/guard"
)

// judge runs the analysis of a sample, before the script runs.
func (x *sample) analyze() []guard.Action {
	o := shell.Options{
		Dialect: guard.DialectBash, Dir: x.work(), Home: x.home(), Temp: x.root + "/tmp", View: x.view, Real: realName,
		Env: environment, Command: stubSpec,
	}
	if !x.posix {
		return shell.Analyze(x.text, o)
	}
	o.Dialect = guard.DialectAny
	return shell.Analyze(x.text, o)
}

// realName is a path without links; only its last name may be missing.
func realName(name string) string {
	if p, err := filepath.EvalSymlinks(name); err == nil {
		return p
	}
	folder, base := path.Split(name)
	p, err := filepath.EvalSymlinks(folder)
	_, there := os.Lstat(name)
	if err != nil || there == nil || base == "" || base == "." || base == ".." {
		return ""
	}
	return p + "/" + base
}

// stubSpec says that the words of stubs are data: their real ones may be
// anything, and needn't be reported.
func stubSpec(name string) (guard.Command, bool) {
	_, ok := stubs[name]
	return guard.Command{Operands: []string{"data..."}}, ok
}

func (x *sample) view(name string) ([]byte, error) {
	rel, ok := strings.CutPrefix(path.Clean(name), x.work()+"/")
	if text, there := x.files[rel]; ok && there {
		return []byte(text), nil
	}
	return nil, errors.New("there is no such file")
}

// uncovered lists what a script did that the analysis doesn't say. byUnknown
// reports whether something is covered only by an unknown.
func (x *sample) uncovered(actions []guard.Action) (missing []string, byUnknown bool) {
	anyStart, anyChange := unknowns(actions)
	for _, s := range x.starts {
		switch {
		case slices.ContainsFunc(actions, func(a guard.Action) bool { return coversStart(&a, s) }):
		case anyStart:
			byUnknown = true
		default:
			missing = append(missing, fmt.Sprintf("start %q in %s", s.args, strings.TrimPrefix(s.dir, x.root)))
		}
	}
	for _, c := range x.changes {
		switch {
		case slices.ContainsFunc(actions, func(a guard.Action) bool { return coversChange(&a, c) }):
		case anyChange:
			byUnknown = true
		default:
			missing = append(missing, c.kind+" "+strings.TrimPrefix(c.path, x.root))
		}
	}
	return missing, byUnknown
}

// unknowns says what the unknowns of an answer cover: one about a file's name
// or a program's word doesn't cover starts.
func unknowns(actions []guard.Action) (start, change bool) {
	for _, a := range actions {
		if a.Kind == guard.KindUnknown {
			change = true
			start = start || !aboutWords.MatchString(a.Reason)
		}
	}
	return start, change
}

var aboutWords = regexp.MustCompile(`^(it (reads|writes|deletes|lists) a file|a word for|a redirection goes to)`)

func coversStart(a *guard.Action, s started) bool {
	return a.Kind == guard.KindExec && a.Program == s.args[0] && coversWords(substitutionNames(a.Args), substitutionNames(s.args[1:]))
}

var descriptors = regexp.MustCompile(`(?i)dev/fd/[0-9]+`)

// substitutionNames makes the names of process substitutions alike: their
// numbers say nothing.
func substitutionNames(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = descriptors.ReplaceAllString(strings.ReplaceAll(w, "\x01", "\n"), "dev/fd/n") // see readLog
	}
	return out
}

// coversWords matches the words of an action with real ones: an unknown word
// stands for any number of words, a glob for as many as it matches.
func coversWords(args, words []string) bool {
	covered := make([]bool, len(words)+1) // so many words may be covered by the arguments so far
	covered[0] = true
	for _, a := range args {
		next := make([]bool, len(covered))
		glob := strings.ContainsAny(a, `*?[\`)
		var m *regexp.Regexp
		if glob {
			m = globRegexp(a, ".")
		}
		more := false // the argument may cover the word too
		for n, reached := range covered {
			if more = more && (a == guard.UnknownWord || glob && m.MatchString(words[n-1])); a == guard.UnknownWord || glob {
				more = more || reached
				next[n] = more
			}
			if n > 0 && covered[n-1] && words[n-1] == a {
				next[n] = true
			}
		}
		covered = next
	}
	return covered[len(words)]
}

func coversChange(a *guard.Action, c change) bool {
	switch {
	case a.Kind != guard.KindWrite && a.Kind != guard.KindDelete:
		return false
	case a.Kind == guard.KindWrite && c.kind == "deleted", a.Kind == guard.KindDelete && c.kind == "created":
		return false
	}
	p := path.Clean(a.Path)
	if p == c.path || a.Recursive && strings.HasPrefix(c.path, p+"/") {
		return true
	}
	if c.dir && strings.HasPrefix(p, c.path+"/") { // mkdir -p
		return true
	}
	return a.Pattern && coversPath(a.Path, c.path, a.Recursive)
}

func coversPath(glob, name string, recursive bool) bool {
	m := globRegexp(path.Clean(glob), "[^/]")
	for {
		if m.MatchString(name) {
			return true
		}
		i := strings.LastIndexByte(name, '/')
		if !recursive || i <= 0 {
			return false
		}
		name = name[:i]
	}
}

var regexps sync.Map

var classNames = regexp.MustCompile(`\[:[a-z]+:\]`)

// globRegexp compiles a glob; char is what ? matches. It is written anew here:
// the analyser's own matcher isn't the one to judge it.
func globRegexp(glob, char string) *regexp.Regexp {
	key := char + "\x00" + glob
	if m, ok := regexps.Load(key); ok {
		return m.(*regexp.Regexp)
	}
	var b strings.Builder
	b.WriteString(`(?s)^`)
	begin := 0
	if strings.HasPrefix(glob, "./**") { // programs leave the folder that they work in away
		b.WriteString(`(?:\./)?`)
		begin = 2
	}
	for i := begin; i < len(glob); i++ {
		switch c := glob[i]; c {
		case '\\':
			if i+1 < len(glob) {
				i++
			}
			b.WriteString(regexp.QuoteMeta(glob[i : i+1]))
		case '?':
			b.WriteString(char)
		case '/':
			if glob[i:] == "/**" { // the folder itself too
				b.WriteString("(?:/.*)?")
				i += 2
				continue
			}
			b.WriteByte('/')
		case '*':
			if strings.HasPrefix(glob[i:], "**/") {
				b.WriteString("(?:.*/)?")
				i += 2
			} else if strings.HasPrefix(glob[i:], "**") {
				b.WriteString(".*")
				i++
			} else {
				b.WriteString(char + "*")
			}
		case '[':
			end := strings.IndexByte(classNames.ReplaceAllStringFunc(glob[i+1:], func(s string) string { return strings.Repeat("x", len(s)) }), ']')
			if end <= 0 {
				b.WriteString(`\[`)
				continue
			}
			class := strings.ReplaceAll(glob[i+1:i+1+end], `\`, `\\`)
			if class[0] == '!' {
				class = "^" + class[1:]
			}
			b.WriteString("[" + class + "]")
			i += end + 1
		default:
			b.WriteString(regexp.QuoteMeta(glob[i : i+1]))
		}
	}
	b.WriteString("$")
	m, err := regexp.Compile(b.String())
	if err != nil {
		m = regexp.MustCompile(regexp.QuoteMeta(strings.ToValidUTF8(glob, "\uFFFD")))
	}
	regexps.Store(key, m)
	return m
}

// newSample makes the script of a seed.
func newSample(seed uint64, posix bool) *sample {
	g := newGenerator(seed, posix)
	x := &sample{seed: seed, posix: posix}
	x.tree = g.script(30 + g.IntN(90))
	x.text = x.tree.String()
	if text := g.damage(x.text); text != x.text {
		x.tree, x.text = nil, text
	}
	x.files = scriptFiles()
	for name := range x.files {
		if strings.Contains(x.text, path.Base(name)) {
			x.files[name] = g.file()
		}
	}
	return x
}

// scriptFiles are the script files that a script may run.
func scriptFiles() map[string]string {
	return map[string]string{"x.sh": "s1 x \"$1\"\n", "d1/y.sh": "s2 y\n", "lib.sh": "w1=l\n", "d1/lib2.sh": "s1 l\n"}
}

// campaign is a run of the harness.
type campaign struct {
	box     *sandbox
	sample  func(seed uint64, posix bool) *sample // makes the script of a seed
	mu      sync.Mutex
	failed  []*sample
	scripts int
	starts  int
	changes int
	unknown int // scripts whose answer holds an unknown
	needed  int // scripts for which one was needed
	lost    int
	enough  int // failures after which it ends
}

const batchSize = 32

// run runs the scripts of the seeds from first on.
func (c *campaign) run(t testing.TB, first uint64, count int, posix bool) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range max(runtime.GOMAXPROCS(0), 2) {
		wg.Go(func() {
			for at := range next {
				if err := c.batch(first+uint64(at), min(batchSize, count-at), posix); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for at := 0; at < count && len(c.found()) < c.enough; at += batchSize {
		next <- at
	}
	close(next)
	wg.Wait()
}

func (c *campaign) found() []*sample {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}

func (c *campaign) batch(first uint64, count int, posix bool) error {
	var batch []*sample
	answers := map[*sample][]guard.Action{}
	for i := range count {
		x := c.sample(first+uint64(i), posix)
		if !x.harmless() {
			c.count(func() { c.lost++ })
			continue
		}
		if err := c.box.prepare(x, shellOf(posix)+strconv.FormatUint(x.seed, 10)); err != nil {
			return err
		}
		answers[x] = x.analyze()
		batch = append(batch, x)
	}
	return c.box.run(batch, shellOf(posix), func(x *sample) {
		if x.lost == "" {
			if err := x.collect(); err != nil {
				x.lost = err.Error()
			}
		}
		x.clear()
		c.judge(x, answers[x])
	})
}

func shellOf(posix bool) string {
	if posix {
		return "dash"
	}
	return "bash"
}

func (x *sample) harmless() bool {
	for _, text := range x.files {
		if !harmless(text) {
			return false
		}
	}
	return harmless(x.text)
}

func (c *campaign) count(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

func (c *campaign) judge(x *sample, actions []guard.Action) {
	missing, byUnknown := x.uncovered(actions)
	if len(missing) > 0 {
		missing = c.confirm(x)
	}
	c.count(func() {
		if x.lost != "" {
			c.lost++
			return
		}
		c.scripts++
		c.starts += len(x.starts)
		c.changes += len(x.changes)
		if slices.ContainsFunc(actions, func(a guard.Action) bool { return a.Kind == guard.KindUnknown }) {
			c.unknown++
		}
		if byUnknown {
			c.needed++
		}
		if len(missing) > 0 {
			c.failed = append(c.failed, x)
		}
	})
}

// confirm runs a script again as a file in a shell of its own, with programs
// for stubs, and says what it did then that the analysis doesn't say.
func (c *campaign) confirm(x *sample) []string {
	y := &sample{seed: x.seed, text: x.text, files: x.files, posix: x.posix}
	if !y.harmless() || c.box.prepare(y, "alone"+strconv.FormatUint(x.seed, 10)) != nil {
		return nil
	}
	defer y.clear()
	actions := y.analyze()
	if c.box.runAlone(y, shellOf(x.posix)) != nil || y.lost != "" || y.collect() != nil {
		return nil
	}
	missing, _ := y.uncovered(actions)
	return missing
}

// minimise takes parts of a script away for as long as something stays
// uncovered.
func (c *campaign) minimise(x *sample) (text string, missing []string) {
	missing = c.confirm(x)
	if x.tree == nil {
		return x.text, missing
	}
	for tries, again := 0, true; again && tries < 150; {
		again = false
		x.tree.each(func(n *node) {
			if n.gone || tries >= 150 {
				return
			}
			tries++
			n.gone = true
			was := x.text
			x.text = x.tree.String()
			if m := c.confirm(x); len(m) > 0 && len(x.text) < len(was) {
				missing, again = m, true
				return
			}
			n.gone, x.text = false, was
		})
	}
	return x.text, missing
}

func envNumber(name string, otherwise uint64) uint64 {
	if n, err := strconv.ParseUint(os.Getenv(name), 10, 64); err == nil {
		return n
	}
	return otherwise
}

// TestSoundness runs generated scripts in Bash and in dash and compares what
// they do with what the analysis says. RUNTIMEGUARD_SCRIPTS sets how many,
// RUNTIMEGUARD_SEED where the seeds begin. Most of the time goes into folders:
// with TMPDIR in memory it is three times as fast.
func TestSoundness(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs many scripts")
	}
	c := &campaign{box: newSandbox(t), sample: newSample, enough: int(envNumber("RUNTIMEGUARD_FAILURES", 5))}
	c.report(t, envNumber("RUNTIMEGUARD_SEED", 1), int(envNumber("RUNTIMEGUARD_SCRIPTS", 1500)))
}

// report runs so many scripts, four of five in Bash and the rest in dash, and
// says what was found.
func (c *campaign) report(t *testing.T, seed uint64, scripts int) {
	begin := time.Now()
	c.run(t, seed, scripts*4/5, false)
	c.run(t, seed, scripts/5, true)
	t.Logf("seed %d: %d scripts, %d starts, %d changed files, %d uncovered; an unknown stands in %.1f %% of the answers and was needed in %.1f %%; %d left out; %.0f scripts/s",
		seed, c.scripts, c.starts, c.changes, len(c.failed), 100*float64(c.unknown)/float64(max(c.scripts, 1)), 100*float64(c.needed)/float64(max(c.scripts, 1)), c.lost, float64(c.scripts)/time.Since(begin).Seconds())
	for _, x := range c.failed[:min(len(c.failed), c.enough)] {
		text, missing := c.minimise(x)
		t.Errorf("seed %d in %s:\n%s\nfiles %q\nuncovered: %s\nthe analysis says: %s", x.seed, shellOf(x.posix), text, x.usedFiles(), strings.Join(missing, "; "), x.says())
	}
	require.Positive(t, c.starts)
}

// says is the analysis in short.
func (x *sample) says() string {
	var out []string
	for _, a := range x.analyze() {
		s := strings.TrimSpace(string(a.Kind) + " " + a.Program + " " + strings.TrimPrefix(a.Path, x.root))
		if len(a.Args) > 0 {
			s += fmt.Sprintf(" %q", a.Args)
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

// usedFiles are the script files that a script names.
func (x *sample) usedFiles() map[string]string {
	out := map[string]string{}
	for name, text := range x.files {
		if strings.Contains(x.text, path.Base(name)) {
			out[name] = text
		}
	}
	return out
}
