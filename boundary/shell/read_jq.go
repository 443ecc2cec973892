package shell

import "strings"

func init() {
	register(readJq, "jq gojq jaq")
	register(readYq, "yq")
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
	for _, e := range expression {
		if e.kind == unknown || strings.Contains(e.text, "load") {
			inv.unknown(e.span, "an expression of yq may read files")
		}
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
