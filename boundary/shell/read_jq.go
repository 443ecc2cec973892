package shell

import (
	"regexp"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

func init() {
	register(readJq, "jq gojq jaq")
	register(readYq, "yq")
	register(readMiller, "mlr")
}

// jqTwo are options of jq that take two words: a name, and a value or a file.
var jqTwo = map[string]bool{"--arg": false, "--argjson": false, "--rawfile": true, "--slurpfile": true, "--argfile": true}

func readJq(inv *invocation) {
	args := inv.args
	words := inv.a.rooms.words.empty(len(args))
	for i := 0; i < len(args); i++ {
		w := args[i]
		file, two := jqTwo[w.text]
		if !two || w.kind != known {
			words = append(words, w)
			continue
		}
		inv.flags = append(inv.flags, strings.TrimLeft(w.text, "-"))
		i += 2
		if file && i < len(args) {
			inv.read(args[i])
		}
	}
	inv.args = words
	a := inv.parse()
	inv.args = args
	a.options("from-file")
	files := a.operands
	if f, ok := a.value("from-file"); ok {
		inv.read(f)
	} else if len(files) > 0 {
		a.jqModules(files[0])
		if w := files[0]; w.kind == unknown && w.split {
			inv.unknown(w.span, "a word that may be several for jq is not known: "+w.reason)
		}
		files = files[1:]
	}
	if inv.flag("args", "jsonargs") {
		return
	}
	for _, f := range files {
		inv.read(f)
	}
}

// Modules that an expression of jq takes in, with or without data in them, and
// texts among which are the folders that they are looked for in.
var (
	jqImports = regexp.MustCompile(`\b(?:import|include)\s*"([^"\\]+)"`)
	jqTexts   = regexp.MustCompile(`"([^"\\]*)"`)
)

// jqModules reads the files of modules.
func (a *arguments) jqModules(w word) {
	inv := a.inv
	if !strings.Contains(w.text, "import") && !strings.Contains(w.text, "include") || !inv.a.reads(w.text) {
		return
	}
	folders := a.values("library-path")
	for _, m := range jqTexts.FindAllStringSubmatch(w.text, 16) {
		if rest, ok := strings.CutPrefix(m[1], "~/"); ok && inv.a.o.Home != "" {
			m[1] = inv.a.o.Home + "/" + rest
		}
		if looksLikePath(m[1]) {
			folders = append(folders, lit(m[1], w.span))
		}
	}
	for _, m := range jqImports.FindAllStringSubmatch(w.text, 16) {
		for _, f := range append(folders, lit(".", w.span)) {
			for _, end := range []string{".json", ".jq"} {
				if f.kind == known {
					inv.read(lit(f.text+"/"+m[1]+end, w.span))
				}
			}
		}
	}
}

// readYq reads both programs of this name: one changes files with -i and has
// functions that load others.
func readYq(inv *invocation) {
	a := inv.parse()
	a.options("expression")
	words := a.operands
	if len(words) > 0 && (words[0].is("eval") || words[0].is("e") || words[0].is("eval-all") || words[0].is("ea")) {
		words = words[1:]
	}
	expression := a.values("expression")
	if len(expression) == 0 && !inv.flag("from-file") && len(words) > 1 {
		expression, words = words[:1], words[1:]
	}
	for i, e := range append(slices.Clip(expression), words...) {
		if i < len(expression) && e.kind == unknown || yqLoads.MatchString(e.text) {
			inv.unknown(e.span, "an expression of yq may read files")
		}
	}
	if v, ok := a.value("split-exp"); ok && strings.Contains(v.text, "/") {
		inv.unknown(v.span, "an expression of yq says where files are written")
	}
	for _, f := range words {
		if len(words) == 1 && len(expression) == 0 && !looksLikePath(f.text) && !strings.Contains(f.text, ".") {
			inv.anyWord(f)
			continue
		}
		inv.read(f)
		if inv.flag("inplace") {
			inv.write(f)
		}
	}
}

// yqLoads fits functions of yq that read files or start programs.
var yqLoads = regexp.MustCompile(`\b(load\w*|eval|system|exec)\s*\(`)

// millerRuns fits functions of Miller that start programs, and statements that
// write elsewhere than to the output.
var millerRuns = regexp.MustCompile(`\b(system|exec)\s*\(|\b(tee|emit[1pf]?|emitp|emitf|printn?|dump|edump)\b[^;>|]*[>|]`)

// readMiller reads Miller, whose verbs put and filter hold code.
func readMiller(inv *invocation) {
	inv.applySpec(builtinSpec(inv.name))
	for i, w := range inv.args {
		switch rest := inv.args[i+1:]; {
		case w.is("tee"): // a verb
			pipes := false
			for len(rest) > 0 && rest[0].starts("-") {
				pipes = pipes || rest[0].is("-p")
				rest = rest[1:]
			}
			if len(rest) > 0 && pipes {
				inv.shell(rest[0], guard.DialectPOSIX)
			} else if len(rest) > 0 {
				inv.write(rest[0])
			}
		case w.is("split"):
			prefix := lit("split", w.span)
			if j := slices.IndexFunc(rest, func(w word) bool { return w.is("--prefix") }); j >= 0 && j+1 < len(rest) {
				prefix = rest[j+1]
			}
			inv.write(word{text: globOf(prefix) + "_*", kind: pattern, span: w.span})
		case inv.flag("I") && !w.starts("-") && (looksLikePath(w.text) || strings.Contains(w.text, ".")):
			inv.write(w)
		}
		if millerRuns.MatchString(w.text) {
			inv.unknown(w.span, "an expression of mlr may run or write something")
		}
	}
}
