package policy

import (
	"strings"
	"unicode/utf8"

	"github.com/runtimeguard/runtimeguard/guard"
)

// kindIndex finds the rules that may match an action of one kind.
type kindIndex struct {
	always  []int32            // whatever the action is
	byTool  map[string][]int32 // whatever the action is, of one tool
	words   wordIndex
	paths   pathIndex
	texts   textIndex // for patterns and folders with everything in them
	pathIDs []int32   // all that have globs
	hosts   hostIndex
	use     map[string][]int32
}

type hostIndex struct {
	exact, suffixes table
	rest            []int32
}

// add puts a rule in the index of one kind.
func (x *kindIndex) add(r *rule, h *head, id int32) {
	if h.all {
		x.addAlways(r.tools, id)
		return
	}
	if h.words != nil {
		for _, head := range h.words.heads {
			x.words.add(head, id)
		}
	}
	if h.paths != nil {
		for _, g := range h.paths.globs {
			x.paths.add(g, id)
			x.texts.add(g, id)
		}
		x.pathIDs = append(x.pathIDs, id)
	}
	if h.hosts != nil {
		x.hosts.add(h.hosts, id)
	}
	if h.tools != nil {
		if len(h.tools.stars) > 0 {
			x.always = append(x.always, id)
		}
		for name := range h.tools.exact {
			x.use = put(x.use, name, id)
		}
	}
}

func (x *kindIndex) addAlways(tools *nameSet, id int32) {
	if tools == nil || tools.all || len(tools.stars) > 0 {
		x.always = append(x.always, id)
		return
	}
	for name := range tools.exact {
		x.byTool = put(x.byTool, name, id)
	}
}

func (x *hostIndex) add(s *hostSet, id int32) {
	for host := range s.exact {
		x.exact.put(host, id)
	}
	for suffix := range s.suffixes {
		x.suffixes.put(suffix, id)
	}
	if len(s.ranges) > 0 {
		x.rest = append(x.rest, id)
	}
}

func (x *kindIndex) lookup(f *frame, out []int32) []int32 {
	if len(x.always) > 0 { // append calls memmove for nothing too
		out = append(out, x.always...)
	}
	if len(x.byTool) > 0 {
		out = append(out, x.byTool[f.call.Tool]...)
	}
	a := f.action
	switch a.Kind {
	case guard.KindExec:
		out = x.words.lookup(a, out)
		if a.Path == "" {
			return out
		}
	case guard.KindConnect:
		return x.hosts.lookup(a.Host, out)
	case guard.KindUse:
		return append(out, x.use[f.call.Tool]...)
	}
	if a.Path == "" || a.Resolved == "" || tooLong(a) {
		return append(out, x.pathIDs...)
	}
	out = x.lookupPath(f, 0, out)
	if a.Resolved != a.Path {
		out = x.lookupPath(f, 1, out)
	}
	return out
}

// lookupPath looks a path up as it is, for exact globs, and where that differs
// as folded ones want it.
func (x *kindIndex) lookupPath(f *frame, i int, out []int32) []int32 {
	p, folded := f.pathAt(i), f.foldedPath(i)
	switch {
	case f.action.Pattern:
		out = x.texts.lookup(f.pattern(i, false), out)
		if folded != p {
			out = x.texts.lookup(f.pattern(i, true), out)
		}
		return out
	case f.action.Recursive:
		out = x.texts.lookupFolder(p, out)
		if folded != p {
			out = x.texts.lookupFolder(folded, out)
		}
		return out
	}
	out = x.paths.lookup(p, out)
	if folded != p {
		out = x.paths.lookup(folded, out)
	}
	return out
}

func (x *hostIndex) lookup(host string, out []int32) []int32 {
	out = append(out, x.rest...)
	out = x.exact.find(host, out)
	for i := range len(host) {
		if host[i] == '.' && i > 0 {
			out = x.suffixes.find(host[i:], out)
		}
	}
	return out
}

// table finds ids by a text, in the case it was put or in lower case.
type table struct {
	ids    map[string][]int32
	shapes [4]uint64 // of the texts: most of those that aren't there differ
}

func (t *table) put(key string, id int32) {
	n := shape(key)
	t.shapes[n/64] |= 1 << (n % 64)
	t.ids = put(t.ids, key, id)
}

// has reports whether a key of a shape may be there.
func (t *table) has(shape uint8) bool { return t.shapes[shape/64]&(1<<(shape%64)) != 0 }

// find appends what stands under a key and under the key in lower case.
func (t *table) find(key string, out []int32) []int32 {
	if !t.has(shape(key)) {
		return out
	}
	return t.get(key, out)
}

func (t *table) get(key string, out []int32) []int32 {
	out = append(out, t.ids[key]...)
	var buf [256]byte
	if lower, ok := lower(key, buf[:0]); ok {
		out = append(out, t.ids[string(lower)]...)
	}
	return out
}

// shape is a number of eight bits that is the same for texts that differ in
// case only.
func shape(s string) uint8 {
	if s == "" {
		return 0
	}
	return uint8(len(s))<<5 ^ (s[0]|0x20)*3 ^ (s[len(s)-1]|0x20)*13 ^ (s[len(s)/2] | 0x20)
}

func put(m map[string][]int32, key string, id int32) map[string][]int32 {
	if m == nil {
		m = map[string][]int32{}
	}
	if ids := m[key]; len(ids) == 0 || ids[len(ids)-1] != id {
		m[key] = append(ids, id)
	}
	return m
}

// lower returns s in lower case, if that is another text.
func lower(s string, buf []byte) ([]byte, bool) {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			return lowerAll(append(buf, s...)), true
		}
	}
	return nil, false
}

func lowerAll(b []byte) []byte {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return b
}

// pathIndex finds the globs that may match a path without looking at the
// others: each stands under a name that every path it matches holds (where that
// is the first one, only paths that begin so), or under the last name's extension
// or first letter.
type pathIndex struct {
	tops     table
	names    table
	exts     table
	initials table
	rest     []int32
}

func (x *pathIndex) add(g *glob, id int32) {
	for i := len(g.names) - 1; i >= 0; i-- {
		switch n := &g.names[i]; {
		case n.kind != nameLiteral:
		case i == 0:
			x.tops.put(n.text, id)
			return
		default:
			x.names.put(n.text, id)
			return
		}
	}
	last := &g.names[len(g.names)-1]
	if ext, ok := last.extension(); ok {
		x.exts.put(ext, id)
		return
	}
	if initial, ok := last.initial(); ok {
		x.initials.put(initial, id)
		return
	}
	x.rest = append(x.rest, id)
}

// lookup appends the ids of the globs that may match the path, perhaps some
// of them twice.
func (x *pathIndex) lookup(path string, out []int32) []int32 {
	out = append(out, x.rest...)
	last := ""
	for part, at := nextName(path, 0); part != ""; part, at = nextName(path, at) {
		n := shape(part)
		if last == "" && x.tops.has(n) {
			out = x.tops.get(part, out)
		}
		if x.names.has(n) {
			out = x.names.get(part, out)
		}
		last = part
	}
	if dot := strings.LastIndexByte(last, '.'); dot >= 0 {
		out = x.exts.find(last[dot+1:], out)
	}
	if last != "" {
		out = x.initials.find(last[:1], out)
	}
	return out
}

// textIndex finds the globs that a pattern may meet or be covered by. A glob
// that has text is one of them only where a name of the pattern spells some of
// it out (see glob.meets), so that each stands under every text that it names.
type textIndex struct {
	names   table // by literal names
	endings table // by their extensions
	exts    table // by the extensions of other names
	rest    []int32
	all     []int32
}

func (x *textIndex) add(g *glob, id int32) {
	rest := g.plain
	for i := range g.names {
		n := &g.names[i]
		if n.kind == nameLiteral {
			x.names.put(n.text, id)
			if ext, ok := n.extension(); ok {
				x.endings.put(ext, id)
			}
		} else if ext, ok := n.extension(); ok {
			x.exts.put(ext, id)
		} else if n.hasText() {
			rest = true
		}
	}
	if rest {
		x.rest = append(x.rest, id)
	}
	x.all = append(x.all, id)
}

// lookup appends the ids of the globs that the pattern may meet, or that may
// cover it, perhaps some of them twice.
func (x *textIndex) lookup(p *pattern, out []int32) []int32 {
	if p.huge {
		return append(out, x.all...)
	}
	from := len(out)
	out = append(out, x.rest...)
	for i := range p.names {
		n := &p.names[i]
		switch ext, ok := n.extension(); {
		case n.kind == nameLiteral:
			out = x.lookupName(n.text, out)
		case ok:
			out = x.exts.find(ext, x.endings.find(ext, out))
		case n.kind != nameDeep && n.spells():
			return append(out[:from], x.all...)
		}
	}
	return out
}

// lookupFolder is lookup for a folder with everything in it.
func (x *textIndex) lookupFolder(path string, out []int32) []int32 {
	out = append(out, x.rest...)
	for part, at := nextName(path, 0); part != ""; part, at = nextName(path, at) {
		out = x.lookupName(part, out)
	}
	return out
}

func (x *textIndex) lookupName(name string, out []int32) []int32 {
	out = x.names.find(name, out)
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		out = x.exts.find(name[dot+1:], out)
	}
	return out
}

// extension returns what follows the last dot in every name that n matches.
func (n *name) extension() (ext string, ok bool) {
	for i := len(n.els) - 1; i >= 0; i-- {
		switch e := n.els[i]; {
		case e.kind != elementRune:
			return "", false
		case e.r == '.':
			return runesOf(n.els[i+1:]), true
		}
	}
	return "", false
}

// initial returns the ASCII letter that every name begins with that n matches.
func (n *name) initial() (letter string, ok bool) {
	if len(n.els) == 0 || n.els[0].kind != elementRune || n.els[0].r >= utf8.RuneSelf {
		return "", false
	}
	return string(n.els[0].r), true
}

// spells reports whether a pattern's name spells any text out.
func (n *name) spells() bool {
	for i := range n.els {
		if k := n.els[i].kind; k == elementRune || k == elementText || k == elementClass {
			return true
		}
	}
	return n.kind == nameLiteral
}
