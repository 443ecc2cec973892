package policy

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/runtimeguard/runtimeguard/guard"
)

// pathSet is a list of globs, those that begin with "!" taken out again.
type pathSet struct {
	globs []*glob
	not   []*glob // exact, whatever the others are: a carve-out is never generous
	index pathIndex
	texts textIndex // for patterns
	all   bool      // holds "**" and nothing is taken out
}

func (s *pathSet) add(globs []*glob) {
	for _, g := range globs {
		s.index.add(g, int32(len(s.globs)))
		s.texts.add(g, int32(len(s.globs)))
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
	var buf [64]int32
	for _, i := range s.texts.lookup(folded, buf[:0]) {
		if g := s.globs[i]; g.meets(folded) && !coversAny(s.not, g.named(p)) {
			return true
		}
	}
	return false
}

// named is what the glob takes of a folder with everything in it: the folder
// alone where only a path's last name counts.
func (g *glob) named(p *pattern) *pattern {
	if n := len(p.names) - 1; g.anywhere && n > 0 && p.names[n].kind == nameDeep {
		return &pattern{names: p.names[:n]}
	}
	return p
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
	case w.differs(s):
		return false
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

// differs reports whether a starry word begins with another character than s,
// case aside: most do.
func (w *word) differs(s string) bool {
	first := w.parts[0]
	return first != "" && (s == "" || s[0] < utf8.RuneSelf && s[0]|0x20 != first[0]|0x20)
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
	first  table // of one word, by it
	second table // of several words, by the first two
	all    table // of several words, by the first
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
		x.first.put(first.text, id)
	default:
		x.all.put(first.text, id)
		x.second.put(first.text+" "+head[1].text, id)
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
	end := strings.IndexByte(command, ' ')
	if end < 0 {
		return x.all.find(command, x.find(command, out))
	}
	out = x.find(command[:end], out)
	if next := strings.IndexByte(command[end+1:], ' '); next >= 0 {
		command = command[:end+1+next]
	}
	return x.second.find(command, out)
}

func (x *wordIndex) find(program string, out []int32) []int32 {
	out = x.first.find(program, out)
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
