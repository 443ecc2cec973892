package shell

import (
	"regexp"
	"slices"
	"strings"
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
	for _, w := range inv.args {
		if millerRuns.MatchString(w.text) {
			inv.unknown(w.span, "an expression of mlr may run or write something")
		}
	}
}
