package policy

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// pathSet is a list of globs, those that begin with "!" taken out again.
type pathSet struct {
	globs []*glob
	not   []*glob // exact, whatever the others are: a carve-out is never generous
	index keyIndex
	texts keyIndex // each glob under every text that it names
	all   bool     // holds "**" and nothing is taken out
}

func (s *pathSet) add(globs []*glob) {
	for _, g := range globs {
		s.index.add(g, int32(len(s.globs)))
		s.texts.addAll(g, int32(len(s.globs)))
		s.globs = append(s.globs, g)
		s.all = s.all || g.covers
	}
}

func (s *pathSet) remove(globs []*glob) { s.not = append(s.not, globs...) }

// match reports whether the set holds a path. folded is the path as
// [foldable] prepares it where the set is folded, else the path.
func (s *pathSet) match(path, folded string) bool {
	if s.all && len(s.not) == 0 {
		return true
	}
	var buf [32]int32
	for _, i := range s.index.lookup(folded, buf[:0]) {
		if s.globs[i].match(folded) {
			return !matchAny(s.not, path)
		}
	}
	return false
}

func matchAny(globs []*glob, path string) bool {
	for _, g := range globs {
		if g.match(path) {
			return true
		}
	}
	return false
}

// meets reports whether the set may hold a path that the pattern matches: see
// glob.meets.
func (s *pathSet) meets(p *pattern, folded *pattern) bool {
	if folded.folder != "" {
		var buf [64]int32
		for _, i := range s.texts.lookupAll(folded.folder, buf[:0]) {
			if s.globs[i].meets(folded) {
				return !coversAny(s.not, p)
			}
		}
		return false
	}
	for _, g := range s.globs {
		if g.meets(folded) {
			return !coversAny(s.not, p)
		}
	}
	return false
}

// covers reports whether the set surely holds every path that the pattern
// matches.
func (s *pathSet) covers(p, folded *pattern) bool {
	if !coversAny(s.globs, folded) {
		return false
	}
	for _, g := range s.not {
		if g.meets(p) {
			return false
		}
	}
	return true
}

func coversAny(globs []*glob, p *pattern) bool {
	for _, g := range globs {
		if g.coversAll(p) {
			return true
		}
	}
	return false
}

// keyIndex finds the globs that may match a path without looking at the
// others: each stands under a name that every path it matches holds, or under
// the last name's extension.
type keyIndex struct {
	names map[string][]int32
	exts  map[string][]int32
	rest  []int32
}

func (k *keyIndex) add(g *glob, id int32) {
	for i := len(g.names) - 1; i >= 0; i-- {
		if n := &g.names[i]; n.kind == nameLiteral {
			k.names = put(k.names, n.text, id)
			return
		}
	}
	if ext, ok := g.names[len(g.names)-1].extension(); ok {
		k.exts = put(k.exts, ext, id)
		return
	}
	k.rest = append(k.rest, id)
}

// addAll puts the glob under every text that it names: where a folder with
// everything in it is meant, one of these must stand in its path.
func (k *keyIndex) addAll(g *glob, id int32) {
	rest := g.plain
	for i := range g.names {
		n := &g.names[i]
		if n.kind == nameLiteral {
			k.names = put(k.names, n.text, id)
		} else if ext, ok := n.extension(); ok {
			k.exts = put(k.exts, ext, id)
		} else if n.hasText() {
			rest = true
		}
	}
	if rest {
		k.rest = append(k.rest, id)
	}
}

// lookupAll is lookup for addAll.
func (k *keyIndex) lookupAll(path string, out []int32) []int32 {
	out = append(out, k.rest...)
	for part, at := nextName(path, 0); part != ""; part, at = nextName(path, at) {
		if k.names != nil {
			out = find(k.names, part, out)
		}
		if dot := strings.LastIndexByte(part, '.'); dot >= 0 && k.exts != nil {
			out = find(k.exts, part[dot+1:], out)
		}
	}
	return out
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

// lookup appends the ids of the globs that may match the path, perhaps some
// of them twice. Names are looked up in lower case too, for folded globs.
func (k *keyIndex) lookup(path string, out []int32) []int32 {
	out = append(out, k.rest...)
	last := ""
	for part, at := nextName(path, 0); part != ""; part, at = nextName(path, at) {
		if k.names != nil {
			out = find(k.names, part, out)
		}
		last = part
	}
	if dot := strings.LastIndexByte(last, '.'); dot >= 0 && k.exts != nil {
		out = find(k.exts, last[dot+1:], out)
	}
	return out
}

// find appends what stands under a key and under the key in lower case.
func find(m map[string][]int32, key string, out []int32) []int32 {
	out = append(out, m[key]...)
	var buf [256]byte
	if lower, ok := lower(key, buf[:0]); ok {
		out = append(out, m[string(lower)]...)
	}
	return out
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

// wordSet is a list of program names with, perhaps, the sub-commands that
// follow: "rm", "git stash drop", "mkfs.*".
type wordSet struct {
	heads [][]word
	index wordIndex
	all   bool // holds "*"
}

func (s *wordSet) add(words []string) {
	if len(words) == 1 && (words[0] == "*" || words[0] == "**") {
		s.all = true
		return
	}
	head := make([]word, len(words))
	for i, w := range words {
		head[i] = newWord(w)
	}
	s.index.add(head, int32(len(s.heads)))
	s.heads = append(s.heads, head)
}

// word is a text in which "*" is any text.
type word struct {
	text   string
	starry bool
	parts  []string // between the stars
}

func newWord(text string) word {
	if !strings.Contains(text, "*") {
		return word{text: text}
	}
	return word{text: text, starry: true, parts: strings.Split(text, "*")}
}

// match reports whether the word matches a text. Words of strict sets are in
// lower case.
func (w *word) match(s string, strict bool) bool {
	switch {
	case !w.starry:
		return s == w.text || strict && len(s) == len(w.text) && equalLower(s, w.text)
	case strict:
		s = strings.ToLower(s)
	}
	first, last := w.parts[0], w.parts[len(w.parts)-1]
	if !strings.HasPrefix(s, first) {
		return false
	}
	s = s[len(first):]
	for _, part := range w.parts[1 : len(w.parts)-1] {
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return strings.HasSuffix(s, last)
}

// match reports whether the set holds the program that an action starts. A
// strict set is generous: it ignores case, and it holds what a wrapper in
// front is, and sub-commands that the program's specification doesn't know.
func (s *wordSet) match(a *guard.Action, strict bool) bool {
	if s.all {
		return true
	}
	var buf [32]int32
	for _, i := range s.index.lookup(a, buf[:0]) {
		if matchWords(s.heads[i], a, strict) {
			return true
		}
	}
	return false
}

func matchWords(head []word, a *guard.Action, strict bool) bool {
	command := a.Command
	if command == "" {
		command = a.Program
	}
	rest := head
	for len(rest) > 0 && command != "" {
		var next string
		next, command, _ = strings.Cut(command, " ")
		if !rest[0].match(next, strict) {
			return strict && matchVia(head, a)
		}
		rest = rest[1:]
	}
	switch {
	case len(rest) == 0:
		return true
	case strict && len(rest) == len(head)-1:
		return matchArgs(rest, a.Args) || matchVia(head, a)
	}
	return strict && matchVia(head, a)
}

// matchArgs reports whether the words stand among the arguments in this
// order.
func matchArgs(words []word, args []string) bool {
	for _, arg := range args {
		if len(words) > 0 && words[0].match(arg, true) {
			words = words[1:]
		}
	}
	return len(words) == 0
}

// matchVia reports whether a head of one word is one of the wrappers.
func matchVia(head []word, a *guard.Action) bool {
	if len(head) != 1 {
		return false
	}
	for _, v := range a.Via {
		v, _, _ = strings.Cut(v, " ")
		if head[0].match(v, true) {
			return true
		}
	}
	return false
}

// wordIndex finds the heads that may match an action by the first word, and
// the second.
type wordIndex struct {
	first  map[string][]int32 // of one word, by it
	second map[string][]int32 // of several words, by the first two
	all    map[string][]int32 // of several words, by the first
	stars  []starred
}

type starred struct {
	word word
	id   int32
}

func (x *wordIndex) add(head []word, id int32) {
	switch first := head[0]; {
	case first.starry:
		x.stars = append(x.stars, starred{first, id})
	case len(head) == 1 || head[1].starry:
		x.first = put(x.first, first.text, id)
	default:
		x.all = put(x.all, first.text, id)
		x.second = put(x.second, first.text+" "+head[1].text, id)
	}
}

func (x *wordIndex) lookup(a *guard.Action, out []int32) []int32 {
	for _, v := range a.Via {
		v, _, _ = strings.Cut(v, " ")
		out = x.find(v, out)
	}
	command := a.Command
	if command == "" {
		command = a.Program
	}
	if command == "" {
		return out
	}
	program, rest, several := strings.Cut(command, " ")
	out = x.find(program, out)
	if !several {
		return find(x.all, program, out)
	}
	sub, _, _ := strings.Cut(rest, " ")
	return find(x.second, command[:len(program)+1+len(sub)], out)
}

func (x *wordIndex) find(program string, out []int32) []int32 {
	out = find(x.first, program, out)
	for i := range x.stars {
		if s := &x.stars[i]; s.word.match(program, true) {
			out = append(out, s.id)
		}
	}
	return out
}

// hostSet is a list of host names, "*.example.com" for every host beneath a
// domain, and address ranges.
type hostSet struct {
	all      bool // "*": every host, known or not
	exact    map[string]bool
	suffixes map[string]bool // ".example.com"
	ranges   []netip.Prefix
}

// match reports whether the set holds a host; one that isn't known only if it
// holds every host.
func (s *hostSet) match(host string) bool {
	if s.all || host == "" {
		return s.all
	}
	if s.exact[host] {
		return true
	}
	for i := range len(host) {
		if host[i] == '.' && i > 0 && s.suffixes[host[i:]] {
			return true
		}
	}
	if len(s.ranges) == 0 {
		return false
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, r := range s.ranges {
		if r.Contains(addr) {
			return true
		}
	}
	return false
}

// nameSet is a list of tools' names, in which "*" is any text.
type nameSet struct {
	all   bool
	exact map[string]bool
	stars []word
}

func (s *nameSet) match(tool string) bool {
	if s.all || s.exact[tool] {
		return true
	}
	for i := range s.stars {
		if s.stars[i].match(tool, false) {
			return true
		}
	}
	return false
}

// add reads a host, a domain or a range.
func (s *hostSet) add(text string) error {
	if text == "*" || text == "**" {
		s.all = true
		return nil
	}
	if strings.Contains(text, "/") {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return fmt.Errorf("host %q: want a name, *.name, an address or a range such as 10.0.0.0/8", text)
		}
		s.ranges = append(s.ranges, prefix.Masked())
		return nil
	}
	host := strings.ToLower(strings.TrimSuffix(text, "."))
	domain, below := strings.CutPrefix(host, "*.")
	if addr, err := netip.ParseAddr(host); err == nil {
		host = addr.Unmap().String()
	} else if !hostName.MatchString(domain) {
		return fmt.Errorf("host %q: want a name, *.name, an address or a range such as 10.0.0.0/8", text)
	}
	if below {
		s.suffixes = setOf(s.suffixes, "."+domain)
	} else {
		s.exact = setOf(s.exact, host)
	}
	return nil
}

var hostName = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$`)

func setOf(m map[string]bool, key string) map[string]bool {
	if m == nil {
		m = map[string]bool{}
	}
	m[key] = true
	return m
}
