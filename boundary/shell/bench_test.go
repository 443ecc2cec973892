package shell_test

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"mvdan.cc/sh/v3/syntax"

	"github.com/runtimeguard/runtimeguard/boundary/shell"
	"github.com/runtimeguard/runtimeguard/guard"
)

// everyday is a list of commands of all kinds, one a line: {"command": "…"}.
const everyday = "../../../shared/corpora/tldr.jsonl"

// passes is how often a text is measured: the least time counts, as what else
// the machine does only adds to it.
const passes = 9

// BenchmarkTldr measures the analysis of everyday commands, and how it
// compares to the bare parse of the same ones.
func BenchmarkTldr(b *testing.B) {
	commands := corpus(b, everyday)
	for name, d := range map[string]guard.Dialect{"bash": guard.DialectBash, "any": guard.DialectAny} {
		b.Run(name, func(b *testing.B) {
			o := options()
			o.Dialect = d
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				analysis := least(commands, func(s string) { shell.Analyze(s, o) })
				p := syntax.NewParser(syntax.Variant(syntax.LangBash), syntax.KeepComments(true))
				bare := least(commands, func(s string) { _, _ = p.Parse(strings.NewReader(s), "") })
				b.ReportMetric(percentile(analysis, 50), "p50-ns")
				b.ReportMetric(percentile(analysis, 99), "p99-ns")
				b.ReportMetric(sum(analysis)/sum(bare), "x-parse")
				b.StartTimer()
				for _, s := range commands {
					shell.Analyze(s, o)
				}
			}
		})
	}
}

// BenchmarkBounds measures texts that are as much work as a text can be.
func BenchmarkBounds(b *testing.B) {
	cases := bounds()
	for name, src := range heavy() {
		cases[name] = src
	}
	names := make([]string, 0, len(cases))
	for name := range cases {
		names = append(names, name)
	}
	slices.Sort(names)
	for b.Loop() {
		times := map[string]time.Duration{}
		for _, name := range names {
			times[name] = least([]string{cases[name]}, func(s string) { shell.Analyze(s, options()) })[0]
		}
		slices.SortFunc(names, func(x, y string) int { return cmp.Compare(times[y], times[x]) })
		for _, name := range names[:9] { // a benchmark prints ten lines
			b.Logf("%-22s %8.2f ms", name, times[name].Seconds()*1e3)
		}
		b.ReportMetric(times[names[0]].Seconds()*1e3, "worst-ms")
	}
}

// heavy are further texts beside those of bounds.
func heavy() map[string]string {
	fill := func(s string) string { return strings.Repeat(s, shell.MaxSource/len(s)) }
	most := func(s string) string { return strings.Repeat(s, 60_000/len(s)) } // where more stands around
	numbered := func(n int, format string) string {
		var s strings.Builder
		for i := range n {
			s.WriteString(strings.ReplaceAll(format, "#", fmt.Sprint(i)))
		}
		return s.String()
	}
	loops := func(body string) string {
		return strings.Repeat("for i in {1..128}; do ", 3) + body + strings.Repeat(" done;", 3)
	}
	return map[string]string{
		"a thousand deep":      strings.Repeat("$(", 1000) + "a" + strings.Repeat(")", 1000),
		"range":                "rm {1..1000000000}",
		"ranges":               "rm " + strings.Repeat("{1..9999}", 50),
		"ranges in words":      "rm " + fill("{1..200} ")[:60_000],
		"range list":           fill("rm {1..99};"),
		"words":                "rm " + strings.Repeat("abc ", 10_000),
		"words read":           "cat " + numbered(10_000, "f# "),
		"single quotes":        fill("'a'"),
		"double quotes":        fill(`"a"`),
		"quoted words":         fill(`'a' "b" `),
		"here-documents":       fill("cat <<E\nx\nE\n"),
		"here-documents to":    fill("sh <<E\nx\nE\n"),
		"pipes":                fill("a|") + "a",
		"pipes of text":        "echo a" + strings.Repeat("|cat", 10_000),
		"env":                  fill("env ") + "a",
		"commands":             fill("a;"),
		"commands apart":       numbered(9_000, "a#;"),
		"sequences":            fill("a&&"),
		"files":                numbered(7_000, "cat f#\n"),
		"redirections":         numbered(9_000, ">f# "),
		"nested braces":        "rm " + fill("{a,b}"),
		"braces in braces":     "rm " + strings.Repeat("{a,", 60) + strings.Repeat("}", 60),
		"loops in loops":       strings.Repeat("for i in 1 2 3; do ", 60) + "a;" + strings.Repeat(" done;", 60),
		"while in while":       strings.Repeat("while a; do x=$x$y; ", 60) + "a;" + strings.Repeat(" done;", 60),
		"functions":            numbered(1_500, "f#() { cat x#; f$((#+1)); f1 a; f2; };") + "f1",
		"calls":                numbered(60, "f#() { f1; f2; f3; f4; };") + "f1",
		"calls with variables": "g() { " + numbered(60, "v#=1; ") + "};" + numbered(60, "f#() { v#=y f$((#+1)); };") + "f60() { g; }; f0",
		"assignments":          numbered(4_096, "x#=y#;") + "rm $x1",
		"assignments of":       numbered(4_000, "x#=$x1$x#;") + "rm $x1",
		"doubling long":        "x=aaaaaaaaaaaaaaaa;" + fill("x=$x$x;")[:60_000/7*7] + "rm $x",
		"case":                 "case $x in " + numbered(5_000, "a#) b;;") + " esac",
		"elif":                 "if a; then b; " + numbered(3_000, "elif a#; then b;") + " fi",
		"arithmetic":           "echo $((" + fill("1+")[:60_000] + "1))",
		"arithmetic deep":      "echo $((" + strings.Repeat("(1+", 50) + "1" + strings.Repeat(")", 50) + "))",
		"expansions":           "echo " + fill("$x")[:60_000],
		"expansions long":      "x=" + strings.Repeat("a", 30_000) + ";" + strings.Repeat("cat $x;", 4_000),
		"patterns":             "x=" + strings.Repeat("a", 20_000) + "; echo " + strings.Repeat("${x//a*a*b/c} ", 2_000),
		"globs":                "rm " + strings.Repeat("*a", 15_000),
		"comments":             fill("#\n"),
		"newlines":             fill("\n"),
		"tests":                fill("[[ a == b ]];"),
		"evals in evals":       strings.Repeat("eval 'a;a;a;a' ", 4_000),
		"variables":            numbered(2_000, "x#=y#;") + strings.Repeat("if a; then x1=2; fi;", 1_000) + "rm $x1",
		"loops of values":      loops(strings.Repeat("x=$y$i;", 8_000)),
		"loops of numbers":     loops(strings.Repeat("x=$((x+1));", 5_000)),
		"loops of tests":       loops(strings.Repeat("[[ a == b ]];", 4_000)),
		"loops of conditions":  loops(strings.Repeat("if [[ $x ]]; then x=2; fi;", 2_000)),
		"loops of functions":   "f() { x=$1; y=$2; };" + loops(strings.Repeat("f a b;", 9_000)),
		"loops of nothing":     strings.Repeat("for i in {1..128}; do ", 10) + "x=$i" + strings.Repeat("; done", 10) + strings.Repeat(" ", 60_000),
		"loops of lists":       loops(strings.Repeat("a=(1 2 3);", 5_000)),
		"loops of long lists":  loops("a=(" + strings.Repeat("1 ", 30_000) + ");"),
		"loops of words":       loops("a " + strings.Repeat("1 ", 30_000) + ";"),
		"loops of arithmetic":  loops("((" + strings.Repeat("x+", 25_000) + "1));"),
		"loops of documents":   loops("cat <<E\n" + strings.Repeat("$x ", 18_000) + "\nE\n"),
		"loops of cases long":  loops("case $x in " + strings.Repeat("a|", 25_000) + "b) c;; esac;"),
		"loops of programs":    loops("awk '{" + strings.Repeat("print $1;", 5_000) + "}';"),
		"loops of prefixes":    loops(numbered(6_000, "v#=1 ") + "a;"),
		"loops of growth":      loops("set -- \"$@\" a; b+=(\"$@\");"),
		"loops of text":        "x=" + strings.Repeat("1+", 15_000) + "1;" + loops("y=$((x)); y=${#x}; y=${x:1};"),
		"merged variables":     "case $x in " + numbered(3_000, "a#) v#=1;;") + "esac",
		"merged calls":         "g() { " + numbered(60, "v#=1; ") + "};" + numbered(60, "f#() { v#=y f$((#+1)); };") + "f60() { g; };" + strings.Repeat("f0;", 100),
		"merged functions":     numbered(1_500, "f#() { a; };") + numbered(1_000, "if a; then f#() { b; }; fi;"),
		"merged aliases":       numbered(1_500, "alias f#=a;") + numbered(1_500, "if a; then alias f#=b; fi;"),
		"aliases of one name":  numbered(1_000, "alias f='b#'\n") + strings.Repeat("f\n", 9_000),
		"functions unset":      numbered(1_500, "f#() { a; };") + numbered(1_500, "if a; then unset -f f#; fi;"),
		"locals":               "g() { local " + numbered(1_000, "v# ") + "; };" + strings.Repeat("g;", 5_000),
		"exits with variables": "trap b EXIT; set -e;" + numbered(4_000, "v#=$(a);"),
		"parameters":           "set -- " + numbered(5_000, "a# ") + ";" + strings.Repeat("a \"$@\";", 1_500),
		"parameters in turn":   "set -- " + numbered(5_000, "a# ") + ";" + strings.Repeat("for i; do :; done;", 1_500),
		"elements":             "a=(" + numbered(5_000, "a# ") + ");" + numbered(1_500, "x=${a[@]};"),
		"elements added":       "a=(" + numbered(5_000, "a# ") + ");" + numbered(1_500, "a+=(b#);"),
		"keys":                 "declare -A a;" + numbered(3_000, "a[k#]=b;"),
		"xargs":                strings.Repeat("xargs ", 9_000),
		"toplevels":            strings.Repeat("cd $(git rev-parse --show-toplevel);", 1_700),
		"substitutions around": strings.Repeat("$(", 60) + strings.Repeat("a;", 20_000) + "cat <<E\nE\n" + strings.Repeat(")", 60),
		"loops of braces":      loops(strings.Repeat("x={1..200};a=({1..200});", 2_000)),
		"loops of patterns":    "x=aaaaaaaaaaaaaaaa;" + loops(strings.Repeat("y=${x//a/b};", 4_000)),
		"loops of subshells":   loops(strings.Repeat("(x=1);", 8_000)),
		"loops of cases":       loops(strings.Repeat("case $x in a|b|c) ;; *) x=1;; esac;", 1_500)),
		"children":             numbered(1_000, "export x#=y#;") + strings.Repeat("sh -c a;", 4_000),
		"letters and words":    "gzip -" + strings.Repeat("a", 30_000) + strings.Repeat(" f", 15_000),
		"letters of nothing":   "z -" + strings.Repeat("Q", 60_000) + "/",
		"letters of builtins":  "read -" + strings.Repeat("-", 60_000),
		"letters of values":    "perl -" + strings.Repeat("0", 30_000) + strings.Repeat("l", 30_000) + " -e 1",
		"options taken back":   "ls " + most("--no-a "),
		"words of options":     "env -S '" + most("-S -i ") + "'",
		"folders of options":   "tar -c " + strings.Repeat("-Caaaa ", 3_000) + strings.Repeat("ffff ", 7_000),
		"options in options":   "bazel" + most(" --host_jvm_args v"),
		"files of m4":          "m4" + strings.Repeat(" ffffff", 8_000),
		"marks of values":      "curl -d '" + strings.Repeat("a", 30_000) + "-" + strings.Repeat("@", 30_000) + "' x",
		"names of tags":        "exiftool " + most("'-filename<date' "),
		"names listed":         "x=$(rg -l x" + strings.Repeat(" ffffffff", 3_000) + ")",
		"places of items":      "printf " + strings.Repeat("a", 29_000) + "|xargs -I{} rm " + strings.Repeat("{}", 14_000),
		"places of files":      "find " + strings.Repeat("dddd ", 4_000) + "-exec rm " + strings.Repeat("{}", 19_000) + " \\;",
		"tests of names":       "find . " + most("-name .env -o "),
		"tests in brackets":    "find " + strings.Repeat("\\( -name .env       ", 2_500),
		"folders and tests":    "find " + strings.Repeat("dddddddd ", 2_500) + "\\( " + strings.Repeat("-name aaaa -o ", 1_000) + "-name b \\) -print",
		"folders and actions":  "find " + strings.Repeat("d ", 10_000) + strings.Repeat("-print ", 5_000),
		"folders and globs":    "grep -r x" + strings.Repeat(" d", 9_000) + strings.Repeat(" --include=.env", 2_500),
		"folders and ends":     "fd -eenv" + strings.Repeat(" -eenv", 4_000) + " a" + strings.Repeat(" d", 9_000),
		"braces of globs":      "rg x" + strings.Repeat(" -g '"+strings.Repeat("{a,b}", 200)+"'", 58),
		"expressions":          fill("fd '" + strings.Repeat("(a|.|x*)", 28) + "';"),
		"expressions large":    "pkill '" + strings.Repeat("a{1000}", 3_000) + "'",
		"expressions larger":   fill("pkill '" + strings.Repeat("a{1000}", 30) + "';"),
		"stars in values":      "x=" + strings.Repeat("a", 127) + ";" + most("y=${x//*a*a*a*a*a*a*b/c};"),
		"stars in files":       numbered(250, "tee *a*a*a*a*a*a*a*a#;") + strings.Repeat("sh aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&", 1_200),
		"locals at once":       "f() { local " + numbered(9_000, "a# ") + "; }; f",
		"links to long names":  "ln -s " + strings.Repeat("a/", 14_000) + " b;" + strings.Repeat("cat b;", 4_000),
		"input of psql":        "{ " + strings.Repeat("psql;", 6_000) + "} <<E\n" + strings.Repeat("a.b\n", 7_500) + "E\n",
		"input of python":      "{ " + strings.Repeat("python3;", 6_000) + "} <<E\n" + strings.Repeat("lambda ", 1_150) + "\nE\n",
		"input of perl":        "{ " + strings.Repeat("perl;", 9_000) + "} <<E\n" + strings.Repeat("print 1;", 240) + "\nE\n",
		"input of gcc":         "{ " + strings.Repeat("gcc;", 7_000) + "} <<E\n" + strings.Repeat("a.b\n", 7_500) + "E\n",
		"input of xargs":       "{ " + strings.Repeat("xargs a;", 3_500) + "} <<E\n" + strings.Repeat("a.b\n", 7_500) + "E\n",
		"input of git":         "{ " + strings.Repeat("git cat-file --batch;", 1_400) + "} <<E\n" + strings.Repeat("a.b\n", 7_500) + "E\n",
		"input of ed":          "{ " + strings.Repeat("ed;", 9_000) + "} <<E\n" + strings.Repeat("a.b\n", 7_500) + "E\n",
		"documents apart":      numbered(4_500, "a<<E#\nE#\n"),
		"documents quoted":     fill("<<'E'\n`\nE\n"),
		"documents within":     strings.Repeat("$(", 60) + "cat <<E\n" + strings.Repeat("\n", 58_000) + "E\n" + strings.Repeat(")", 60),
		"quotes with dollars":  fill("'$\\\n'"),
		"lists with comments":  strings.Repeat("a=();", 6_000) + strings.Repeat("#\n", 14_000),
	}
}

// corpus reads the commands of a file.
func corpus(b testing.TB, name string) (commands []string) {
	f, err := os.Open(name)
	if err != nil {
		b.Skip("the corpus is not here: ", name)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		var line struct{ Command string }
		require.NoError(b, json.Unmarshal(s.Bytes(), &line))
		commands = append(commands, line.Command)
	}
	require.NotEmpty(b, commands)
	return commands
}

// least is the least time that f takes for each text.
func least(texts []string, f func(string)) []time.Duration {
	out := make([]time.Duration, len(texts))
	for pass := range passes {
		for i, s := range texts {
			start := time.Now()
			f(s)
			if t := time.Since(start); pass == 0 || t < out[i] {
				out[i] = t
			}
		}
	}
	return out
}

func sum(ts []time.Duration) (total float64) {
	for _, t := range ts {
		total += float64(t)
	}
	return total
}

func percentile(ts []time.Duration, p int) float64 {
	return float64(slices.Sorted(slices.Values(ts))[len(ts)*p/100])
}
