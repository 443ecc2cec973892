package policy

import (
	"slices"
	"strings"
)

// maxPattern bounds the patterns that are taken apart, in bytes. A longer one
// may match anything.
const maxPattern = 1 << 10

// pattern covers the paths that an action may touch: a glob as Bash reads it,
// with ** for any depth, or a folder with everything in it. It is read
// generously: a bracket is any one character unless it is a letter in both cases,
// an extended glob any text.
type pattern struct {
	names []name
	huge  bool
	els   []element // of names
}

// parsePattern reads a pattern, or a literal path where isGlob is false. whole
// means with everything beneath.
func parsePattern(path string, isGlob, whole bool) *pattern {
	p := &pattern{}
	p.parse(path, isGlob, whole)
	return p
}

// parse is parsePattern into p, whose memory it uses again.
func (p *pattern) parse(path string, isGlob, whole bool) {
	p.names, p.els = p.names[:0], p.els[:0]
	if p.huge = len(path) > maxPattern; p.huge {
		return
	}
	for part, at := nextName(path, 0); part != ""; part, at = nextName(path, at) {
		if isGlob {
			p.names = append(p.names, p.name(part))
		} else {
			p.names = append(p.names, name{text: part})
		}
	}
	if whole {
		p.names = append(p.names, name{kind: nameDeep})
	}
}

func (p *pattern) name(part string) name {
	if !strings.ContainsAny(part, `*?[(\`) {
		return name{text: part}
	}
	if part == "**" {
		return name{kind: nameDeep}
	}
	from := len(p.els)
	literal := true
	if isExtended(part) {
		p.els, part, literal = append(p.els, element{kind: elementText}), "", false
	}
	for i := 0; i < len(part); {
		e, n := patternElement(part[i:])
		p.els, i = append(p.els, e), i+n
		literal = literal && e.kind == elementRune
	}
	els := p.els[from:len(p.els):len(p.els)]
	if literal {
		return name{text: runesOf(els)}
	}
	return name{kind: nameWild, els: els}
}

func patternElement(s string) (e element, size int) {
	if s[0] != '[' {
		return globElement(s)
	}
	n := bracketEnd(s)
	switch {
	case n == 4 && foldRune(rune(s[1])) == foldRune(rune(s[2])): // [eE] spells it out
		return element{kind: elementClass, class: s[1:3]}, n
	case n > 0:
		return element{kind: elementOne}, n
	}
	return element{r: '['}, 1
}

// bracketEnd returns the length of the bracket that s begins with, as Bash
// reads it, or 0. Within one, [:x:], [.x.] and [=x=] may hold "]".
func bracketEnd(s string) int {
	i := 1
	if i < len(s) && (s[i] == '!' || s[i] == '^') {
		i++
	}
	for first := i; i < len(s); i++ {
		switch {
		case s[i] == ']' && i > first:
			return i + 1
		case s[i] == '[' && i+1 < len(s) && strings.IndexByte(":.=", s[i+1]) >= 0:
			if end := strings.Index(s[i+2:], s[i+1:i+2]+"]"); end >= 0 {
				i += 2 + end + 1
			}
		case s[i] == '\\':
			i++
		}
	}
	return 0
}

// isExtended reports whether a component holds an extended glob: @(a|b).
func isExtended(part string) bool {
	for i := 1; i < len(part); i++ {
		if part[i] == '(' && strings.IndexByte("?*+@!", part[i-1]) >= 0 {
			return true
		}
	}
	return false
}

// What is known of how a glob and a pattern may meet, as bits.
const (
	meetsBlind uint8 = 1 << iota // some path is in both
	meetsNamed                   // and the pattern names some of the glob's text
	atStart                      // of a name: nothing of it has been taken yet
	sawDot                       // one dot of its text was named, and nothing else
	sawOne                       // one other character was
)

// meets reports whether some path may match both the glob and the pattern, and
// at least two characters of the glob's own text, one of them no dot, are
// spelled out in one name of the pattern. A glob with less text needs less. So
// .e* and .??v meet **/.env, and *, f* and main.* meet no secret file. But .*
// means every hidden file.
func (g *glob) meets(p *pattern) bool {
	if p.huge || g.covers {
		return true
	}
	if g.swept != nil && (g.visible || p.sweeps()) {
		if g.searched != nil && p.searches() {
			g = g.searched
		} else {
			g = g.swept
		}
	}
	if n := len(g.names) - 1; g.names[0].kind != nameDeep && len(p.names) > 0 && p.names[0].kind == nameLiteral &&
		n >= 0 && !g.names[0].match(p.names[0].text, g.fold) {
		return false
	}
	cols := len(p.names) + 1
	var stack [256]uint8
	table := stack[:]
	if size := cols * (len(g.names) + 1); size > len(table) {
		table = make([]uint8, size)
	}
	table[0] = meetsBlind
	for i := 0; i <= len(g.names); i++ {
		for j := 0; j < cols; j++ {
			if bits := table[i*cols+j]; bits != 0 {
				g.advance(p, table, cols, i, j, bits)
			}
		}
	}
	end := table[len(g.names)*cols+len(p.names)]
	return end&meetsNamed != 0 || g.plain && end != 0
}

// sweeps reports whether the pattern names files of folders of any depth.
func (p *pattern) sweeps() bool {
	last := len(p.names) - 1
	return last > 0 && slices.ContainsFunc(p.names[:last], func(n name) bool { return n.kind == nameDeep })
}

// searches reports whether the pattern's last name holds a text between stars.
func (p *pattern) searches() bool {
	els := p.names[len(p.names)-1].els
	return len(els) > 2 && els[0].kind == elementMany && els[len(els)-1].kind == elementMany
}

// advance marks what can be reached from one pair of positions.
func (g *glob) advance(p *pattern, table []uint8, cols, i, j int, bits uint8) {
	if i < len(g.names) && g.names[i].kind == nameDeep {
		table[(i+1)*cols+j] |= bits
		if j < len(p.names) {
			table[i*cols+j+1] |= bits
		}
		return
	}
	if j < len(p.names) && p.names[j].kind == nameDeep {
		table[i*cols+j+1] |= bits
		if i < len(g.names) {
			table[(i+1)*cols+j] |= bits
		}
		return
	}
	if i == len(g.names) || j == len(p.names) {
		return
	}
	m := g.names[i].meets(&p.names[j], g.fold)
	if m == 0 {
		return
	}
	if m&meetsBlind != 0 {
		table[(i+1)*cols+j+1] |= bits
	}
	if m&meetsNamed != 0 {
		table[(i+1)*cols+j+1] |= meetsNamed
	}
}

// meets says how two names, neither of which is "**", may be the same.
func (n *name) meets(p *name, fold bool) uint8 {
	if p.kind == nameLiteral {
		switch {
		case !n.match(p.text, fold):
			return 0
		case n.hasText():
			return meetsNamed
		}
		return meetsBlind
	}
	if n.kind == nameAny {
		return meetsBlind
	}
	return meetElements(n.els, p.els, fold)
}

// meetElements is glob.meets for the elements of two names. As in Bash, a dot
// at the beginning is only matched by a dot.
func meetElements(g, p []element, fold bool) uint8 {
	if differ(&g[0], &p[0], fold) || differ(&g[len(g)-1], &p[len(p)-1], fold) {
		return 0
	}
	cols := len(p) + 1
	var stack [512]uint8
	table := stack[:]
	size := cols * (len(g) + 1)
	if size > len(table) {
		table = make([]uint8, size)
	}
	table[0] = atStart
	hidden := onlyDots(p)
	for i := 0; i <= len(g); i++ {
		for j := 0; j < cols; j++ {
			bits := table[i*cols+j]
			if bits == 0 {
				continue
			}
			if i < len(g) && g[i].kind == elementMany {
				table[(i+1)*cols+j] |= bits
			}
			if j < len(p) && (p[j].kind == elementMany || p[j].kind == elementText) {
				table[i*cols+j+1] |= bits
			}
			if i < len(g) && j < len(p) {
				meetCharacter(table, cols, i, j, &g[i], &p[j], fold, hidden)
			}
		}
	}
	bits := table[size-1]
	if bits&sawOne != 0 && oneLetter(g) {
		bits |= meetsNamed
	}
	return named(bits)
}

// named is what counts of the bits behind a whole name.
func named(bits uint8) uint8 {
	if bits&meetsNamed != 0 {
		return meetsNamed
	}
	if bits&^atStart != 0 {
		return meetsBlind
	}
	return 0
}

// oneLetter reports whether a glob's name has no more text than one character
// and dots.
func oneLetter(g []element) bool {
	n := 0
	for i := range g {
		if g[i].kind == elementRune && g[i].r != '.' {
			n++
		}
	}
	return n == 1
}

// differ reports whether two elements are characters and not the same.
func differ(g, p *element, fold bool) bool {
	if g.kind != elementRune || p.kind != elementRune {
		return false
	}
	return g.r != p.r && !(fold && g.r == foldRune(p.r))
}

// onlyDots reports whether a pattern's name has no text but dots.
func onlyDots(p []element) bool {
	return !slices.ContainsFunc(p, func(e element) bool { return e.kind == elementRune && e.r != '.' || e.kind == elementClass })
}

// meetCharacter marks what can be reached by one character that both elements
// take.
func meetCharacter(table []uint8, cols, i, j int, g, p *element, fold, hidden bool) {
	bits := table[i*cols+j]
	ok := true
	if p.kind == elementRune {
		r := p.r
		if fold {
			r = foldRune(r)
		}
		ok = g.accepts(r, fold)
	} else if p.kind == elementClass {
		ok = g.kind != elementRune || inClass(p.class, g.r)
	} else if g.kind == elementRune && g.r == '.' && p.kind != elementText {
		bits &^= atStart
	}
	if !ok || bits == 0 {
		return
	}
	first := bits&atStart != 0
	if first {
		bits = bits&^atStart | meetsBlind
	}
	switch {
	case g.kind != elementRune || p.kind == elementMany || p.kind == elementOne:
	case p.kind == elementText, bits&sawOne != 0, first && hidden,
		bits&sawDot != 0 && g.r != '.':
		bits = meetsNamed
	case bits&meetsNamed != 0:
	case g.r == '.':
		bits = bits&^meetsBlind | sawDot
	default:
		bits = bits&^(meetsBlind|sawDot) | sawOne
	}
	ni, nj := i+1, j+1
	if g.kind == elementMany {
		ni = i
	}
	if p.kind == elementMany || p.kind == elementText {
		nj = j
	}
	if ni == i && nj == j {
		return // both take any text: one of them goes on without
	}
	table[ni*cols+nj] |= bits
}

// coversAll reports whether the glob surely matches every path that the
// pattern does.
func (g *glob) coversAll(p *pattern) bool {
	if g.covers {
		return true
	}
	if p.huge {
		return false
	}
	var buf, next [64]bool
	states, out := buf[:], next[:]
	if n := len(g.names) + 1; n > len(states) {
		states, out = make([]bool, n), make([]bool, n)
	}
	states[0] = true
	g.skipDeep(states)
	for i := range p.names {
		clear(out)
		g.coverName(states, out, &p.names[i])
		states, out = out, states
		if !slices.Contains(states, true) {
			return false
		}
	}
	return states[len(g.names)]
}

func (g *glob) skipDeep(states []bool) {
	for i := range g.names {
		if states[i] && g.names[i].kind == nameDeep {
			states[i+1] = true
		}
	}
}

// coverName marks in out the positions behind one more name of the pattern,
// whatever that name is.
func (g *glob) coverName(states, out []bool, p *name) {
	for i := range g.names {
		n := &g.names[i]
		switch {
		case !states[i]:
		case n.kind == nameDeep:
			out[i] = true
		case p.kind == nameDeep:
		case n.kind == nameAny:
			out[i+1] = true
		case p.kind == nameLiteral && n.match(p.text, g.fold):
			out[i+1] = true
		}
	}
	g.skipDeep(out)
}

// isGlob reports whether a path holds anything that Bash would expand.
func isGlob(path string) bool { return strings.ContainsAny(path, `*?[(`) }
