package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
	"golang.org/x/text/unicode/norm"
)

// Bounds of the globs in a policy file.
const (
	maxGlob     = 1 << 10 // bytes
	maxBranches = 256     // that the braces of one glob stand for
)

// glob is a doublestar pattern for absolute paths, one alternative of its
// braces, taken apart into names. A folded glob takes every spelling of a path
// that some file system takes for the same; the others compare exactly.
type glob struct {
	text   string
	fold   bool
	names  []name
	plain  bool // no text of its own: it matches by place only, as "**" does
	covers bool // "**": it matches every path

	anywhere bool // "**/NAME": only a path's last name counts

	// What patterns that go through many folders are held against, and those among
	// them that look for a text in names: see sweep. Of one visible name, patterns
	// of one folder too.
	swept, searched *glob
	visible         bool
}

// name is one component of a glob or a pattern.
type name struct {
	kind nameKind
	text string    // of a literal
	els  []element // of a literal of a pattern: none
}

type nameKind uint8

const (
	nameLiteral nameKind = iota
	nameWild             // els say what it matches
	nameAny              // exactly one name, whatever it is: "*" of a glob
	nameDeep             // any number of names: "**"
)

// element is a part of a wild name.
type element struct {
	kind  elementKind
	r     rune
	class string // of elementClass: the bracket's content
}

type elementKind uint8

const (
	elementRune  elementKind = iota
	elementOne               // any one character
	elementClass             // one character of a class
	elementMany              // any text
	elementText              // any text that the pattern names, as @(a|b) does
)

// parseGlobs reads a glob and returns one for each alternative of its braces.
func parseGlobs(text string, fold bool) ([]*glob, error) {
	switch {
	case len(text) > maxGlob:
		return nil, fmt.Errorf("glob of %d bytes: at most %d", len(text), maxGlob)
	case !doublestar.ValidatePattern(text):
		return nil, fmt.Errorf("glob %q: unbalanced brackets, braces or backslash", text)
	}
	alternatives, err := expandBraces(text)
	if err != nil {
		return nil, fmt.Errorf("glob %q: %w", text, err)
	}
	var out []*glob
	for _, alt := range alternatives {
		g, err := parseGlob(alt, fold)
		if err != nil {
			return nil, fmt.Errorf("glob %q: %w", text, err)
		}
		out = append(out, g)
	}
	return out, nil
}

func parseGlob(text string, fold bool) (*glob, error) {
	g := &glob{text: text, fold: fold, plain: true}
	rest, absolute := strings.CutPrefix(text, "/")
	if !absolute && text != "**" && !strings.HasPrefix(text, "**/") {
		return nil, fmt.Errorf("not absolute (did you mean %q?)", "**/"+strings.TrimPrefix(text, "./"))
	}
	for _, part := range strings.Split(rest, "/") {
		n, err := parseName(part, fold)
		if err != nil {
			return nil, err
		}
		g.names = append(g.names, n)
		g.plain = g.plain && !n.hasText()
	}
	deep := g.names[0].kind == nameDeep
	g.covers = len(g.names) == 1 && deep
	g.anywhere = len(g.names) == 2 && deep && g.names[1].kind != nameDeep
	if fold {
		g.sweep()
	}
	return g, nil
}

// sweep notes that whoever says *.json of all folders doesn't name a hidden
// file, or one of a hidden folder, that ends so: **/.docker/config.json. Its
// extension becomes classes, which nothing spells out. Nor does who looks for
// *config* in all folders, if that is the whole name. A single file that isn't
// hidden, **/sitecustomize.py, isn't named by *.py in one folder either.
func (g *glob) sweep() {
	hidden := func(n name) bool { return n.hasText() && n.els[0].r == '.' }
	last := len(g.names) - 1
	n := g.names[last]
	ext, ok := n.extension()
	from := len(n.els) - len(ext)
	g.visible = g.anywhere && n.kind == nameLiteral && !hidden(n)
	if !ok || from < 2 || !commonExtensions[ext] || !g.visible && !slices.ContainsFunc(g.names, hidden) {
		return
	}
	g.swept = g.classed(from)
	if n.kind == nameLiteral && commonStems[strings.TrimSuffix(n.text, "."+ext)] {
		g.searched = g.classed(0)
	}
}

// classed is the glob with classes in place of the characters of its last name.
func (g *glob) classed(from int) *glob {
	last := len(g.names) - 1
	els := slices.Clone(g.names[last].els)
	for i := from; i < len(els); i++ {
		els[i] = element{kind: elementClass, class: string(els[i].r)}
	}
	c := *g
	c.names = append(slices.Clone(g.names[:last]), name{kind: nameWild, els: els})
	return &c
}

// commonExtensions and commonStems are those of code, settings and data of all
// kinds.
var (
	commonExtensions = map[string]bool{"el": true, "json": true, "lua": true, "py": true, "toml": true, "xml": true, "yaml": true, "yml": true}
	commonStems      = map[string]bool{"config": true, "settings": true}
)

// parseName reads one component of a glob.
func parseName(part string, fold bool) (name, error) {
	switch part {
	case "":
		return name{}, errors.New("an empty name: write no slash at the end, and none twice")
	case ".", "..":
		return name{}, fmt.Errorf("%q in a path that is matched resolved", part)
	case "*":
		return name{kind: nameAny}, nil
	case "**":
		return name{kind: nameDeep}, nil
	}
	if fold {
		part = foldPath(part)
	}
	var els []element
	literal := true
	for i := 0; i < len(part); {
		e, n := globElement(part[i:])
		i += n
		if e.kind == elementMany && len(els) > 0 && els[len(els)-1].kind == elementMany {
			continue
		}
		literal = literal && e.kind == elementRune
		els = append(els, e)
	}
	if literal {
		return name{kind: nameLiteral, text: runesOf(els), els: els}, nil
	}
	return name{kind: nameWild, els: els}, nil
}

// globElement reads one element of a valid doublestar name.
func globElement(s string) (e element, size int) {
	switch s[0] {
	case '*':
		return element{kind: elementMany}, 1
	case '?':
		return element{kind: elementOne}, 1
	case '[':
		if n := classEnd(s); n > 0 {
			return element{kind: elementClass, class: s[1 : n-1]}, n
		}
	case '\\':
		if len(s) > 1 {
			r, n := utf8.DecodeRuneInString(s[1:])
			return element{r: r}, n + 1
		}
	}
	r, n := utf8.DecodeRuneInString(s)
	return element{r: r}, n
}

// classEnd returns the length of the bracket that s begins with.
func classEnd(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ']':
			return i + 1
		}
	}
	return 0
}

// inClass reports whether a bracket's content holds the character.
func inClass(class string, r rune) bool {
	negated := class != "" && (class[0] == '^' || class[0] == '!')
	if negated {
		class = class[1:]
	}
	in := false
	for class != "" {
		lo, rest := classRune(class)
		hi := lo
		if len(rest) > 1 && rest[0] == '-' {
			hi, rest = classRune(rest[1:])
		}
		in = in || lo <= r && r <= hi
		class = rest
	}
	return in != negated
}

func classRune(s string) (rune, string) {
	if s[0] == '\\' && len(s) > 1 {
		s = s[1:]
	}
	r, n := utf8.DecodeRuneInString(s)
	return r, s[n:]
}

func runesOf(els []element) string {
	var b strings.Builder
	for _, e := range els {
		b.WriteRune(e.r)
	}
	return b.String()
}

// hasText reports whether the component names any character; a dot only counts
// at the beginning.
func (n *name) hasText() bool {
	for i, e := range n.els {
		if e.kind == elementRune && (e.r != '.' || i == 0) {
			return true
		}
	}
	return n.kind == nameLiteral
}

// expandBraces returns the alternatives of a glob's braces.
func expandBraces(s string) ([]string, error) {
	open, end, commas := findBraces(s)
	if open < 0 {
		return []string{s}, nil
	}
	var out []string
	from := open + 1
	for _, c := range append(commas, end) {
		rest, err := expandBraces(s[:open] + s[from:c] + s[end+1:])
		if err != nil {
			return nil, err
		}
		if out = append(out, rest...); len(out) > maxBranches {
			return nil, fmt.Errorf("its braces stand for more than %d", maxBranches)
		}
		from = c + 1
	}
	return out, nil
}

// findBraces finds the first outer pair of braces and the commas directly in
// it.
func findBraces(s string) (open, end int, commas []int) {
	open = -1
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '[':
			if n := classEnd(s[i:]); n > 0 {
				i += n - 1
			}
		case '{':
			if depth++; depth == 1 {
				open = i
			}
		case ',':
			if depth == 1 {
				commas = append(commas, i)
			}
		case '}':
			if depth--; depth == 0 {
				return open, i, commas
			}
		}
	}
	return -1, 0, nil
}

// match reports whether the glob matches an absolute path. A folded glob wants
// a path that [foldable] has prepared.
func (g *glob) match(path string) bool {
	if g.covers {
		return true
	}
	if last := path[strings.LastIndexByte(path, '/')+1:]; g.anywhere && last != "" && last != "." {
		return g.names[1].match(last, g.fold)
	}
	// Of several "**" only the last needs to be tried at other places.
	i, at := 0, 0
	deep, from := -1, 0
	for {
		if i < len(g.names) && g.names[i].kind == nameDeep {
			i++
			deep, from = i, at
			continue
		}
		part, next := nextName(path, at)
		if part == "" {
			for i < len(g.names) && g.names[i].kind == nameDeep {
				i++
			}
			return i == len(g.names)
		}
		if i < len(g.names) && g.names[i].match(part, g.fold) {
			i, at = i+1, next
			continue
		}
		if deep < 0 {
			return false
		}
		_, from = nextName(path, from)
		i, at = deep, from
	}
}

// nextName returns the component of a path that begins at or after at, "" at
// the end, and where it ends.
func nextName(path string, at int) (part string, end int) {
	for {
		for at < len(path) && path[at] == '/' {
			at++
		}
		end = at
		for end < len(path) && path[end] != '/' {
			end++
		}
		if part = path[at:end]; part != "." {
			return part, end
		}
		at = end
	}
}

// match reports whether the component, which isn't "**", matches a name.
func (n *name) match(s string, fold bool) bool {
	switch n.kind {
	case nameLiteral:
		return s == n.text || fold && len(s) == len(n.text) && equalLower(s, n.text)
	case nameAny:
		return true
	}
	i, at := 0, 0
	star, from := -1, 0
	for {
		if i < len(n.els) && n.els[i].kind == elementMany {
			i++
			star, from = i, at
			continue
		}
		if at == len(s) && i == len(n.els) {
			return true
		}
		if at < len(s) && i < len(n.els) {
			if size := n.els[i].match(s[at:], fold); size > 0 {
				i, at = i+1, at+size
				continue
			}
		}
		if star < 0 || from >= len(s) {
			return false
		}
		_, size := utf8.DecodeRuneInString(s[from:])
		from += size
		i, at = star, from
	}
}

// match returns the size of the character that the element takes, or 0.
func (e *element) match(s string, fold bool) int {
	r, size := utf8.DecodeRuneInString(s)
	if fold && 'A' <= r && r <= 'Z' {
		r += 'a' - 'A'
	}
	if e.accepts(r, fold) {
		return size
	}
	return 0
}

func (e *element) accepts(r rune, fold bool) bool {
	switch e.kind {
	case elementRune:
		return e.r == r
	case elementClass:
		return inClass(e.class, r) || fold && inClass(e.class, unicode.ToUpper(r))
	}
	return true
}

// equalLower reports whether s in lower case is lower, which is.
func equalLower(s, lower string) bool {
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// foldable prepares a path for folded globs, which see to ASCII themselves.
func foldable(path string) string {
	if isASCII(path) {
		return path
	}
	return foldPath(path)
}

// foldPath maps every spelling that some file system takes for the same to
// one: case, and the composed and decomposed forms.
func foldPath(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return norm.NFC.String(strings.Map(foldRune, norm.NFD.String(s)))
}

// foldRune is the least lower-case letter among those that differ in case only.
func foldRune(r rune) rune {
	least := unicode.ToLower(r)
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, unicode.ToLower(f))
	}
	return least
}

func isASCII(s string) bool {
	for ; len(s) >= 8; s = s[8:] {
		if s[0]|s[1]|s[2]|s[3]|s[4]|s[5]|s[6]|s[7] >= utf8.RuneSelf {
			return false
		}
	}
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
