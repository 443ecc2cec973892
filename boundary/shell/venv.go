package shell

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// activates reports whether a file is the script by which a virtual environment
// of Python in the workspace is entered.
func (inv *invocation) activates(file word) bool {
	p, glob, ok := inv.dir.abs(file)
	if !ok || glob || file.kind != known || path.Base(p) != "activate" || !inv.a.ownPath(p) {
		return false
	}
	dir := path.Dir(path.Clean(p))
	return toolFolder(dir) && strings.HasSuffix(dir, "venv/bin")
}

// otherShells are words that the script holds for shells which Bash isn't, and
// that it can't parse. It never comes to them.
var otherShells = strings.NewReplacer("${(%):-%x}", "$0", "${.sh.file}", "$0")

// activation reports whether a value is one that the script gives a variable:
// what it was before, behind folders of programs that may be searched. What it
// puts in front of them is code of the workspace, as the environment's programs
// are.
func (a *analysis) activation(st *state, name string, v value) bool {
	if v.kind != unknown {
		return false
	}
	switch name {
	case "PATH":
		front, _ := strings.CutSuffix(v.text, ":")
		return v.text == "" || front != v.text && a.trusted(st, name, front)
	case "PS1":
		return !strings.ContainsAny(v.text, "$`\\")
	case "PYTHONHOME", "PKG_CONFIG_PATH":
		return v.text == "" || a.trusted(st, name, v.text)
	}
	return false
}

// grown marks the value of a list of folders to which the text adds some of the
// workspace, whatever was in it before.
func (x *expansion) grown(name string, w *syntax.Word, v value) value {
	old, set := x.st.lookup(name)
	if e := effectOf(name); v.kind != unknown || e != searched && e != libraries || set && !old.grown || name == "PATH" || !onlyVariables(w) {
		return v
	}
	before := expansion{x.w, x.st.set(name, variable{value: text("")})}
	added := before.one(w)
	v.grown = added.kind == known && x.w.a.trusted(x.st, name, added.text)
	return v
}

// onlyVariables reports whether nothing but variables is expanded in a word.
func onlyVariables(w *syntax.Word) bool {
	only := true
	syntax.Walk(w, func(n syntax.Node) bool {
		switch n.(type) {
		case *syntax.CmdSubst, *syntax.ProcSubst, *syntax.ArithmExp:
			only = false
		}
		return only
	})
	return only
}
