package boundary

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// pattern is a glob pattern by components: Bash's, with ** for any depth. It
// is read generously: a bracket is any one character, an extended glob any
// text. What it matches is therefore never less than what Bash matches.
type pattern []string

// maxComponents is how many components are told apart: as many as states has
// bits, less the last.
const maxComponents = 63

func newPattern(p string) pattern {
	return components(strings.FieldsFunc(p, func(r rune) bool { return r == '/' }))
}

// components makes a pattern of its components. What is beyond the bound
// counts as any depth, which matches no less.
func components(names []string) pattern {
	if len(names) > maxComponents {
		return append(slices.Clone(names[:maxComponents-1]), "**")
	}
	return names
}

// states are the positions in a pattern up to which a path may have matched,
// each a bit; the one after the last component is the whole pattern.
type states uint64

func (s states) has(i int) bool { return s>>i&1 == 1 }

func (p pattern) start() states { return p.skip(1) }

// skip adds the positions behind a ** that matches nothing (more).
func (p pattern) skip(s states) states {
	for i, c := range p {
		if s.has(i) && c == "**" {
			s |= 1 << (i + 1)
		}
	}
	return s
}

// next is what remains possible after one more name.
func (p pattern) next(s states, name string) states {
	var out states
	for i, c := range p {
		switch {
		case !s.has(i):
		case c == "**":
			out |= 1 << i
		case matchName(c, name):
			out |= 1 << (i + 1)
		}
	}
	return p.skip(out)
}

// throughLink is what remains possible behind a link: as in Bash, ** doesn't go
// through one.
func (p pattern) throughLink(s states) states {
	for i, c := range p {
		if c == "**" {
			s &^= 1 << i
		}
	}
	return s
}

func (p pattern) matched(s states) bool { return s.has(len(p)) }

// open reports whether something further down may match.
func (p pattern) open(s states) bool { return s&(1<<len(p)-1) != 0 }

// reaches reports whether the pattern may match the path or something beneath
// it, and whether it may match a folder above the path.
func (p pattern) reaches(path string) (in, above bool) {
	s := p.start()
	for name := range strings.SplitSeq(path, "/") {
		if name != "" {
			above = above || p.matched(s)
			s = p.next(s, name)
		}
	}
	return p.matched(s) || p.open(s), above
}

// takesAll reports whether the pattern may match the folder, one above it, or
// everything in one of these.
func (p pattern) takesAll(folder string) bool {
	all := func(s states) bool {
		return p.matched(s) || len(p) > 0 && s.has(len(p)-1) && isEverything(p[len(p)-1])
	}
	s := p.start()
	for name := range strings.SplitSeq(folder, "/") {
		if name == "" {
			continue
		}
		if all(s) {
			return true
		}
		s = p.next(s, name)
	}
	return all(s)
}

// isEverything reports whether a component matches so much that a folder's
// content is meant: "*", "**", ".*", "?*", "[!.]*", "[a-z]*".
func isEverything(name string) bool {
	var rest strings.Builder
	for i := 0; i < len(name); {
		if n := bracket(name[i:]); name[i] == '[' && n > 0 && isBroad(name[i+1:i+n-1]) {
			rest.WriteByte('?')
			i += n
			continue
		}
		rest.WriteByte(name[i])
		i++
	}
	return strings.Contains(rest.String(), "*") && strings.Trim(rest.String(), "*?.") == ""
}

// isBroad reports whether what stands in brackets matches most characters.
func isBroad(class string) bool {
	return strings.HasPrefix(class, "!") || strings.HasPrefix(class, "^") || strings.Contains(class, "[:") ||
		strings.Contains(class, "a-z") || strings.Contains(class, "A-Z")
}

// isPattern reports whether a component holds anything that matches more than
// itself.
func isPattern(name string) bool { return strings.ContainsAny(name, "*?[(\\") }

// matchName reports whether one component may match a file's name. As in Bash
// a leading dot is matched by a dot only; but ** matches every name.
func matchName(p, name string) bool {
	if p == "**" || isExtended(p) {
		return true
	}
	if strings.HasPrefix(name, ".") && p != "" && strings.IndexByte("*?[", p[0]) >= 0 {
		return false
	}
	// Of several stars only the last needs to be tried at other places.
	star, from := -1, 0
	i, j := 0, 0
	for {
		if i < len(p) && p[i] == '*' {
			star, from = i, j
			i++
			continue
		}
		if i == len(p) && j == len(name) {
			return true
		}
		if pn, nn, ok := matchOne(p[i:], name[j:]); ok {
			i, j = i+pn, j+nn
			continue
		}
		if star < 0 || from >= len(name) {
			return false
		}
		from++
		i, j = star+1, from
	}
}

// matchOne matches the first element of a pattern, which isn't a star, and
// returns how many bytes of each it takes.
func matchOne(p, name string) (pn, nn int, ok bool) {
	if p == "" || name == "" {
		return 0, 0, false
	}
	_, any := utf8.DecodeRuneInString(name)
	switch p[0] {
	case '?':
		return 1, any, true
	case '[':
		if n := bracket(p); n > 0 {
			return n, any, true
		}
	case '\\':
		if len(p) > 1 {
			return 2, 1, p[1] == name[0]
		}
	}
	return 1, 1, p[0] == name[0]
}

// bracket returns the length of the bracket expression that p begins with, or
// 0 where it isn't closed. Within one, [:x:], [.x.] and [=x=] may hold "]".
func bracket(p string) int {
	i := 1
	if i < len(p) && (p[i] == '!' || p[i] == '^') {
		i++
	}
	for first := i; i < len(p); i++ {
		switch {
		case p[i] == ']' && i > first:
			return i + 1
		case p[i] == '[' && i+1 < len(p) && strings.IndexByte(":.=", p[i+1]) >= 0:
			end := strings.Index(p[i+2:], p[i+1:i+2]+"]")
			if end >= 0 {
				i += 2 + end + 1
			}
		case p[i] == '\\':
			i++
		}
	}
	return 0
}

// isExtended reports whether a component holds an extended glob: @(a|b).
func isExtended(p string) bool {
	for i := 1; i < len(p); i++ {
		if p[i] == '(' && strings.IndexByte("?*+@!", p[i-1]) >= 0 {
			return true
		}
	}
	return false
}
