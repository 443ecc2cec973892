package shell

import (
	"path"
	"slices"

	"github.com/runtimeguard/runtimeguard/guard"
)

// build is a run of a compiler on the workspace's own code: what it wrote and
// did is in the actions between two indexes.
type build struct {
	from, to int
	command  string // "" of what makes no more than a folder
}

var (
	builders = wordSet(compilers + " rustc ghc swiftc go")
	// notBuilding are options that make a compiler do something else than leave a
	// program.
	notBuilding = []string{"n", "E", "S", "M", "MM", "fsyntax-only", "###", "version", "help", "emit", "print"}
)

// maxBuilds bounds the builds, and the programs built, that are looked at.
const maxBuilds = 16

// noteBuild notes what a compiler makes of the workspace's own code.
func (inv *invocation) noteBuild(first int) {
	a := inv.a
	command := ""
	switch {
	case len(a.builds) == maxBuilds || !builders[versionless(inv.name)] && inv.name != "mkdir":
		return
	case inv.name == "mkdir":
	case inv.name == "go" && inv.command != "go build" && inv.command != "go test", inv.flag(notBuilding...), !a.ownPath(inv.dir.path) || inv.dir.glob:
		return
	default:
		command = inv.command
		sources := inv.name == "go"
		for i := range a.actions[first:] {
			switch x := &a.actions[first+i]; {
			case x.Kind == guard.KindRead && a.ownPath(x.Path):
				sources = true
			case x.Kind != guard.KindWrite && x.Kind != guard.KindExec:
				return
			}
		}
		if !sources || slices.ContainsFunc(inv.args, func(w word) bool { return w.is("-") }) {
			return
		}
	}
	a.builds = append(a.builds, build{first, len(a.actions), command})
}

// ownPath reports whether a path lies beneath the folder that the call works in,
// and not among temporary files.
func (a *analysis) ownPath(p string) bool {
	p = path.Clean(p)
	for _, root := range []string{a.o.Dir, a.toplevel} {
		if within(p, root) && !a.isTemp(p) {
			return true
		}
	}
	return false
}

// markBuilt gives a program of the temporary folder the command that made it,
// where the text writes it in no other way.
func (a *analysis) markBuilt() {
	left := maxBuilds
	for i := range a.actions {
		x := &a.actions[i]
		if len(a.builds) == 0 || left == 0 {
			return
		}
		if x.Kind == guard.KindExec && x.Program == "" && x.Command == "" && !x.Pattern && a.isTemp(x.Path) {
			x.Command, left = a.builtBy(path.Clean(x.Path), i), left-1
		}
	}
}

// builtBy is the command that wrote a program before the action that starts it.
func (a *analysis) builtBy(program string, start int) (command string) {
	for i := range a.actions {
		x := &a.actions[i]
		if x.Pattern && !a.spend(1) {
			return ""
		}
		if x.Kind != guard.KindWrite || !covers(x, program) {
			continue
		}
		n := slices.IndexFunc(a.builds, func(b build) bool { return b.from <= i && i < b.to })
		switch {
		case n < 0:
			return ""
		case i < start && a.builds[n].command != "":
			command = a.builds[n].command
		}
	}
	return command
}

// covers reports whether an action may touch a file, or a folder around it.
func covers(x *guard.Action, file string) bool {
	p := path.Clean(x.Path)
	return x.Pattern && (len(file) >= maxMatch || globMatch(p, file)) || within(file, p)
}
