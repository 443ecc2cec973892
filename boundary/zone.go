package boundary

import (
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/runtimeguard/runtimeguard/guard"
)

// systemFolders are the operating system's own: programs, libraries, settings
// and what the kernel shows.
var systemFolders = []string{
	"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/usr", "/etc",
	"/proc", "/sys", "/dev",
	"/nix", "/gnu",
	"/System", "/Library", "/private/etc",
}

// Zone says where a resolved path lies. A root counts before a temporary
// folder, and that before a system folder, so that a workspace may lie in
// either. Names are compared exactly: on a file system that ignores case
// another spelling counts as outside. For a pattern, the folder that it begins
// with counts.
func (w *Workspace) Zone(resolved string) guard.Zone {
	switch {
	case !strings.HasPrefix(resolved, "/"):
		return ""
	case withinAny(resolved, w.roots), withinAny(resolved, w.readOnly):
		return guard.ZoneWorkspace
	case withinAny(resolved, w.temp):
		return guard.ZoneTemp
	case withinAny(resolved, systemFolders):
		return guard.ZoneSystem
	}
	return guard.ZoneOutside
}

// isWhole reports whether an action takes a whole root: its path is one or
// lies above one, or its pattern covers all of one.
func (w *Workspace) isWhole(resolved string, isPattern bool) bool {
	var p pattern
	if isPattern {
		p = newPattern(resolved)
	}
	for _, root := range w.whole {
		if !isPattern && within(root, resolved) || isPattern && p.takesAll(root) {
			return true
		}
	}
	return false
}

// leadsIn reports whether a folder that the agent has no business in is on the
// way to one where it has, by its name.
func (w *Workspace) leadsIn(folder string) bool {
	if w.Zone(folder) != guard.ZoneOutside {
		return false
	}
	return slices.ContainsFunc(slices.Concat(w.roots, w.readOnly, w.temp), func(r string) bool { return within(r, folder) })
}

func withinAny(p string, folders []string) bool {
	for _, f := range folders {
		if within(p, f) {
			return true
		}
	}
	return false
}

// within reports whether a path is a folder or lies beneath it, by components.
// Both are absolute and without "." and "..".
func within(p, folder string) bool {
	if folder == "/" {
		return true
	}
	rest, ok := strings.CutPrefix(p, folder)
	return ok && (rest == "" || rest[0] == '/')
}

// foldPath maps every spelling of a path that some file system takes for the
// same to one, for comparisons that refuse: case and the two normal forms.
func foldPath(p string) string {
	p = path.Clean(p)
	if isASCII(p) {
		return strings.ToLower(p)
	}
	return norm.NFC.String(strings.Map(foldRune, norm.NFD.String(p)))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// foldRune is the least lower-case letter among those that differ in case only.
func foldRune(r rune) rune {
	least := unicode.ToLower(r)
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, unicode.ToLower(f))
	}
	return least
}
