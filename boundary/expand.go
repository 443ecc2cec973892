package boundary

import (
	"io/fs"
	"os"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// maxEntries is how many names of files one call's patterns look at.
const maxEntries = 2000

// placer resolves the actions of one call.
type placer struct {
	in   *Inspector
	look *lookup
	more []guard.Action // beside the call's own
	left int            // names of files that may still be looked at
}

// pattern resolves an action on a pattern and adds, for what it matches right
// now, an action on each file that holds secrets or that a link leads to. Where the
// names run out, a pattern that changes files leaves an unknown.
func (p *placer) pattern(a *guard.Action) {
	w := p.in.c.Workspace
	dir, rest, ok := splitPattern(a.Path)
	if !ok {
		return
	}
	dir, err := p.look.resolve(dir, true)
	if err != nil {
		return
	}
	a.Resolved = strings.TrimSuffix(escape(dir), "/") + "/" + strings.Join(rest, "/")
	a.Zone, a.Root = w.Zone(dir), w.isWhole(a.Resolved, true)
	if a.Zone == guard.ZoneOutside {
		return // no policy needs to know what lies there
	}
	e := expansion{p: p, a: *a, pattern: components(rest)}
	e.walk(strings.TrimSuffix(dir, "/"), e.pattern.start())
	changes := a.Kind == guard.KindWrite || a.Kind == guard.KindDelete
	if p.left <= 0 && changes {
		p.more = append(p.more, guard.Action{Kind: guard.KindUnknown, Span: a.Span,
			Reason: "the pattern may match more files than are looked at: name fewer"})
	}
}

// splitPattern takes a pattern apart into the folder that it begins with and
// the components from the first that isn't one name. It is not ok where ".."
// follows: what that is depends on what the pattern matches.
func splitPattern(path string) (dir string, rest []string, ok bool) {
	for _, name := range strings.Split(path, "/") {
		text, plain := literal(name)
		switch {
		case len(rest) == 0 && plain:
			dir += "/" + text
		case name == "" || name == ".":
		case name == "..":
			return "", nil, false
		default:
			rest = append(rest, name)
		}
	}
	return dir, rest, true
}

// expansion is one pattern's walk over the files that stand now.
type expansion struct {
	p       *placer
	a       guard.Action
	pattern pattern
}

func (e *expansion) walk(dir string, s states) {
	f, err := openDir(dir + "/")
	if err != nil {
		return // nothing stands there, or the call will not see it either
	}
	defer f.Close()
	for e.p.left > 0 {
		entries, err := f.ReadDir(min(256, e.p.left))
		e.p.left -= len(entries)
		for _, entry := range entries {
			e.entry(dir+"/"+entry.Name(), entry, e.pattern.next(s, entry.Name()))
		}
		if err != nil {
			return
		}
	}
}

func (e *expansion) entry(path string, entry fs.DirEntry, s states) {
	if e.pattern.matched(s) {
		e.match(path)
	}
	switch {
	case entry.Type()&fs.ModeSymlink != 0:
		s = e.pattern.throughLink(s)
		if fi, err := os.Stat(path); err != nil || !fi.IsDir() {
			return
		}
	case !entry.IsDir():
		return
	}
	if e.pattern.open(s) {
		e.walk(path, s)
	}
}

// match adds an action for a file that isn't what the pattern says of it.
func (e *expansion) match(path string) {
	a := e.a
	a.Path, a.Pattern = path, false
	resolved, err := resolve(path, a.Kind != guard.KindDelete)
	if err != nil || resolved != path || e.p.in.sensitive(path) {
		e.p.file(&a)
		e.p.more = append(e.p.more, a)
	}
}

func (in *Inspector) sensitive(path string) bool {
	return in.c.Sensitive != nil && in.c.Sensitive(path)
}

// literal returns the one name that a component matches, if it is one.
func literal(name string) (text string, ok bool) {
	if !isPattern(name) {
		return name, true
	}
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] == '\\' && i+1 < len(name) {
			i++
		} else if isPattern(name[i : i+1]) {
			return "", false
		}
		b.WriteByte(name[i])
	}
	return b.String(), true
}

var escaper = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `(`, `\(`)

// escape makes a path a pattern that matches nothing else.
func escape(path string) string { return escaper.Replace(path) }
