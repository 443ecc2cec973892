package audit

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// redactedMark stands in the log where a secret stood.
const redactedMark = "[redacted]"

// redactor takes secrets out of texts. One pass of an automaton finds the
// keywords that secrets stand beside or begin with; only where one is found is
// its rule looked at. The zero redactor finds nothing.
type redactor struct {
	auto *automaton
	user []*regexp.Regexp
}

var plain = &redactor{}

// Bounds of a user's own patterns.
const (
	maxPatterns    = 64
	maxPatternSize = 1 << 10 // bytes
)

func newRedactor(patterns []string) (*redactor, error) {
	r := &redactor{auto: builtin()}
	if len(patterns) > maxPatterns {
		return nil, fmt.Errorf("audit: Config.Redact holds %d patterns, at most %d are tried", len(patterns), maxPatterns)
	}
	for i, p := range patterns {
		re, err := regexp.Compile(p)
		switch {
		case err != nil:
			return nil, fmt.Errorf("audit: Config.Redact[%d]: %w", i, err)
		case len(p) > maxPatternSize:
			return nil, fmt.Errorf("audit: Config.Redact[%d] is longer than %d bytes", i, maxPatternSize)
		case re.MatchString(""):
			return nil, fmt.Errorf("audit: Config.Redact[%d] matches the empty text, and so would match everywhere: %q", i, p)
		}
		r.user = append(r.user, re)
	}
	return r, nil
}

// span is a half-open range of a text.
type span struct{ from, to int }

// finder looks at the keyword that stands at s[at:end] and appends the secrets
// that it finds beside it.
type finder func(s string, at, end int, out []span) []span

// text returns s without its secrets, and how many they were.
func (r *redactor) text(s string) (string, int) {
	spans := r.spans(s)
	if len(spans) == 0 {
		return s, 0
	}
	var b strings.Builder
	done := 0
	for _, sp := range spans {
		b.WriteString(s[done:sp.from])
		b.WriteString(redactedMark)
		done = sp.to
	}
	b.WriteString(s[done:])
	return b.String(), len(spans)
}

// spans finds the secrets in s, in order, none overlapping.
func (r *redactor) spans(s string) (out []span) {
	if r.auto == nil {
		return nil
	}
	out = r.auto.find(s)
	for _, re := range r.user {
		for _, m := range re.FindAllStringSubmatchIndex(s, -1) {
			if len(m) > 2 && m[2] >= 0 {
				m = m[2:]
			}
			out = append(out, span{m[0], m[1]})
		}
	}
	return join(out)
}

// join sorts spans and makes one of those that overlap. Empty ones go.
func join(spans []span) []span {
	if len(spans) == 0 {
		return nil
	}
	spans = slices.DeleteFunc(spans, func(s span) bool { return s.from >= s.to })
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && s.from < out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// automaton finds all keywords of a set in one pass, whatever their case
// (Aho and Corasick).
type automaton struct {
	class [256]uint8 // of a byte; 0 for those in no keyword
	width int
	next  []uint32    // by state*width+class: the next state*width
	hits  uint32      // the first state*width in which a keyword ends; such states come last
	found [][]keyword // by state from hits on
}

type keyword struct {
	size int
	find finder
}

// maxLooks bounds how many keywords of one text are looked at. From there on
// everything counts as secret.
const maxLooks = 512

// holds reports whether a keyword stands in s.
func (a *automaton) holds(s string) bool {
	state := uint32(0)
	for i := range len(s) {
		if state = a.next[state+uint32(a.class[s[i]])]; state >= a.hits {
			return true
		}
	}
	return false
}

// find runs every keyword's finder and collects what they find. Within a
// secret nothing more is looked for.
func (a *automaton) find(s string) (out []span) {
	state, done, looks := uint32(0), 0, 0
	for i := range len(s) {
		if state = a.next[state+uint32(a.class[s[i]])]; state < a.hits {
			continue
		}
		for _, k := range a.found[int(state-a.hits)/a.width] {
			at := i + 1 - k.size
			if at < done {
				continue
			}
			if looks++; looks > maxLooks {
				return append(out, span{at, len(s)})
			}
			n := len(out)
			if out = k.find(s, at, i+1, out); len(out) > n {
				done = max(done, out[len(out)-1].to)
			}
		}
	}
	return out
}

// builtin is the automaton of the built-in rules.
var builtin = sync.OnceValue(func() *automaton {
	var list []rulesFor
	list = append(list, nameRules()...)
	list = append(list, tokenRules()...)
	list = append(list, placeRules()...)
	list = append(list, programRules()...)
	return newAutomaton(list)
})

// rulesFor is a finder with the keywords, in lower case, that it looks at.
type rulesFor struct {
	keys []string
	find finder
}

func newAutomaton(list []rulesFor) *automaton {
	a := &automaton{width: 1}
	for _, r := range list {
		for _, k := range r.keys {
			a.learn(k)
		}
	}
	trie := [][]int{make([]int, a.width)}
	a.found = make([][]keyword, 1)
	for _, r := range list {
		for _, k := range r.keys {
			trie = a.insert(trie, k, r.find)
		}
	}
	a.link(trie)
	return a
}

// learn gives the bytes of a keyword their classes.
func (a *automaton) learn(k string) {
	for i := range len(k) {
		if c := k[i]; a.class[c] == 0 {
			a.class[c] = uint8(a.width)
			if 'a' <= c && c <= 'z' {
				a.class[c-'a'+'A'] = uint8(a.width)
			}
			a.width++
		}
	}
}

func (a *automaton) insert(trie [][]int, k string, find finder) [][]int {
	state := 0
	for i := range len(k) {
		c := a.class[k[i]]
		if trie[state][c] == 0 {
			trie[state][c] = len(trie)
			trie = append(trie, make([]int, a.width))
			a.found = append(a.found, nil)
		}
		state = trie[state][c]
	}
	a.found[state] = append(a.found[state], keyword{len(k), find})
	return trie
}

// link turns the trie into transitions: where it has none, those of the
// longest suffix that it knows.
func (a *automaton) link(trie [][]int) {
	fail := make([]int, len(trie))
	for queue := []int{0}; len(queue) > 0; queue = queue[1:] {
		state := queue[0]
		for c, to := range trie[state] {
			switch {
			case to == 0 && state != 0:
				trie[state][c] = trie[fail[state]][c]
			case to != 0:
				if state != 0 {
					fail[to] = trie[fail[state]][c]
				}
				a.found[to] = append(a.found[to], a.found[fail[to]]...)
				queue = append(queue, to)
			}
		}
	}
	a.lay(trie)
}

// lay makes one table of the states, those in which a keyword ends last.
func (a *automaton) lay(trie [][]int) {
	var order, hits []int
	for state := range trie {
		if len(a.found[state]) > 0 {
			hits = append(hits, state)
		} else {
			order = append(order, state)
		}
	}
	a.hits = uint32(len(order) * a.width)
	order = append(order, hits...)
	place := make([]uint32, len(trie))
	for i, state := range order {
		place[state] = uint32(i * a.width)
	}
	var found [][]keyword
	for _, state := range hits {
		found = append(found, a.found[state])
	}
	for _, state := range order {
		for _, to := range trie[state] {
			a.next = append(a.next, place[to])
		}
	}
	a.found = found
}
