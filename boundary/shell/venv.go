package shell

import (
	"path"
	"strings"
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
