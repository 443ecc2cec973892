package shell

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/runtimeguard/runtimeguard/guard"
)

// ownCode says of a family of programs that they change files which their
// words don't name: they run code of their own, or work on what they find.
func ownCode(family func() commands) func() commands {
	return func() commands {
		all := family()
		for names, c := range all {
			c.Opaque = true
			all[names] = c
		}
		return all
	}
}

// markOpaque says of each program that is started whether it may change files
// that no action names.
func (a *analysis) markOpaque() {
	for i := range a.actions {
		if act := &a.actions[i]; act.Kind == guard.KindExec {
			act.Opaque = a.isOpaque(act)
		}
	}
}

// isOpaque is true of what isn't known: a program without a specification, and
// one that is named by its path.
func (a *analysis) isOpaque(act *guard.Action) bool {
	if act.Program == "" || act.Flag(findsHollow) {
		return true
	}
	if a.o.Command != nil {
		if c, ok := a.o.Command(act.Program); ok {
			return c.Opaque
		}
	}
	for _, name := range []string{act.Program, versionless(act.Program)} {
		if c, ok := specs()[name]; ok {
			return c.Opaque && !looks(act, name)
		}
		if core[name] != nil || readers[name] != nil || findBuiltin(name) != nil {
			return false
		}
	}
	return true
}

// looks reports whether a program of an opaque family only looks this time, or
// is a shell, whose text is judged by what it says.
func looks(act *guard.Action, name string) bool {
	if core[name] != nil || len(act.Args) == 1 && slices.Contains(versionWords, act.Args[0]) {
		return true
	}
	_, sub, _ := strings.Cut(act.Command, " ")
	sub, more, _ := strings.Cut(sub, " ")
	switch name {
	case "git":
		return sub == "" || quietGit()[sub] || quietGit()[sub+" "+more] ||
			(sub == "branch" || sub == "tag") && !act.Flag("d", "D", "delete", "f", "force", "m", "M", "move", "c", "C", "copy")
	case "go":
		return slices.Contains([]string{"version", "list", "doc", "env", "help"}, sub)
	case "docker", "podman", "kubectl":
		return slices.Contains([]string{"ps", "images", "logs", "inspect", "version", "info", "get", "describe"}, sub)
	}
	return false
}

var versionWords = []string{"--version", "-version", "-V", "version", "--help", "-h", "help"}

// quietGit returns git's commands that neither change working files nor lose
// anything of the repository. A blank at the end stands for no sub-command.
var quietGit = sync.OnceValue(func() map[string]bool {
	quiet := map[string]bool{}
	for _, names := range append(slices.Collect(maps.Keys(gitLook)), "add,stage,commit,config,init,init-db,push,fetch,clone,ls-remote,remote",
		"stash list,stash show,worktree list,reflog ,reflog show,reflog list,reflog exists,notes,commit-tree,mktree,mktag,hash-object,write-tree,pack-objects") {
		for n := range strings.SplitSeq(names, ",") {
			quiet[n] = n != "reflog"
		}
	}
	return quiet
})
