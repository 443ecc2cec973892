package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/runtimeguard/runtimeguard/guard"
)

// rule is a rule ready to be evaluated.
type rule struct {
	id, pos      string
	effect       guard.Effect
	audit        bool
	preset       bool             // it comes from a preset that the policy extends
	loosened     bool             // a mutant: it matches as its stricter original did
	heads        [kindCount]*head // nil: not for this kind
	tools        *nameSet         // nil: of every tool
	when, unless *condition
	require      []guard.Requirement
	message      message
	meta         map[string]string
}

// strict rules are generous in what they match; an allow rule is exact.
func (r *rule) strict() bool { return r.effect != guard.Allow || r.loosened }

// head says which actions of a kind a rule is for: one of the sets, or all.
type head struct {
	all   bool
	words *wordSet // exec
	paths *pathSet // files, and exec by path
	hosts *hostSet // connect
	tools *nameSet // use
}

const kindCount = 8

// kindNumber returns a kind's place in [guard.Kinds], or -1.
func kindNumber(k guard.Kind) int {
	switch k {
	case guard.KindExec:
		return 0
	case guard.KindRead:
		return 1
	case guard.KindWrite:
		return 2
	case guard.KindDelete:
		return 3
	case guard.KindList:
		return 4
	case guard.KindConnect:
		return 5
	case guard.KindUnknown:
		return 6
	case guard.KindUse:
		return 7
	}
	return -1
}

// match reports whether the rule's head matches the action at hand.
func (r *rule) match(f *frame, kind int) bool {
	h := r.heads[kind]
	return h != nil && (r.tools == nil || r.tools.match(f.call.Tool)) && (h.all || h.match(f, r.strict()))
}

func (h *head) match(f *frame, strict bool) bool {
	a := f.action
	return h.words != nil && h.words.match(a, strict) ||
		h.paths != nil && f.matchPaths(h.paths, strict) ||
		h.hosts != nil && h.hosts.match(a.Host) ||
		h.tools != nil && h.tools.match(f.call.Tool)
}

// matchPaths reports whether a head's globs match the action's file. For deny
// and ask the requested or the resolved path is enough, and a pattern that may
// match; an allow needs both, and a pattern that it surely covers.
func (f *frame) matchPaths(s *pathSet, strict bool) bool {
	a := f.action
	if a.Kind == guard.KindExec && a.Path == "" {
		return false
	}
	if a.Path == "" || a.Resolved == "" || len(a.Path) > maxText || len(a.Resolved) > maxText {
		return strict && (a.Resolved == "" && a.Path == "" || len(a.Path) > maxText || len(a.Resolved) > maxText || f.matchPath(s, 0, true) || f.matchPath(s, 1, true))
	}
	first := f.matchPath(s, 0, strict)
	if first == strict || a.Path == a.Resolved {
		return first
	}
	return f.matchPath(s, 1, strict)
}

func (f *frame) matchPath(s *pathSet, i int, strict bool) bool {
	p := f.pathAt(i)
	switch {
	case p == "":
		return false
	case !f.isPattern():
		if strict {
			return s.match(p, f.foldedPath(i))
		}
		return s.match(p, p)
	case strict:
		return s.meets(f.pattern(i, false), f.pattern(i, true))
	}
	return s.covers(f.pattern(i, false), f.pattern(i, false))
}

// isPattern reports whether the action is on more than the one file that its
// path names.
func (f *frame) isPattern() bool { return f.action.Pattern || f.action.Recursive }

// fires evaluates the rule for the action at hand, whose head matches. An
// error makes a deny or ask rule fire and keeps an allow rule from it.
func (r *rule) fires(f *frame) (fires bool, problem string) {
	if r.when != nil {
		holds, err := r.when.holds(f)
		switch {
		case err != nil && !r.strict():
			return false, "when: " + err.Error()
		case err != nil:
			problem = "when: " + err.Error()
		case !holds:
			return false, ""
		}
	}
	if r.unless == nil {
		return true, problem
	}
	excepted, err := r.unless.holds(f)
	switch {
	case err == nil:
		return !excepted, problem
	case !r.strict():
		return false, "unless: " + err.Error()
	case problem == "":
		problem = "unless: " + err.Error()
	}
	return true, problem
}

// message is a rule's message; values stand between its texts.
type message struct {
	texts  []string // one more than values
	values []func(f *frame) string
}

// messageValues are what a message may hold in braces.
var messageValues = map[string]func(f *frame) string{
	"action.kind":    func(f *frame) string { return string(f.action.Kind) },
	"action.program": func(f *frame) string { return programName(f.action) },
	"action.path":    func(f *frame) string { return f.action.Path },
	"action.zone":    func(f *frame) string { return string(f.action.Zone) },
	"action.host":    func(f *frame) string { return f.action.Host },
	"action.reason":  func(f *frame) string { return f.action.Reason },
	"call.tool":      func(f *frame) string { return f.call.Tool },
	"call.agent":     func(f *frame) string { return f.call.Principal.Agent },
	"call.user":      func(f *frame) string { return f.call.Principal.User },
}

func messageNames() []string { return slices.Sorted(maps.Keys(messageValues)) }

// parseMessage reads a message, whose values stand in braces: {action.path}.
func parseMessage(s string) (message, error) {
	var m message
	for {
		before, rest, found := strings.Cut(s, "{")
		if !found {
			m.texts = append(m.texts, s)
			return m, nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return m, fmt.Errorf("message: a { that isn't closed")
		}
		value, ok := messageValues[name]
		if !ok {
			return m, fmt.Errorf("message: unknown value {%s}%s", name, suggest(name, messageNames()))
		}
		m.texts, m.values, s = append(m.texts, before), append(m.values, value), after
	}
}

// write fills the values in. A message without values says what it is about
// at the end.
func (m *message) write(f *frame) string {
	if len(m.texts) == 0 {
		return about(f.action, f.call)
	}
	if len(m.values) == 0 {
		if what := about(f.action, f.call); what != "" {
			return m.texts[0] + ": " + what
		}
		return m.texts[0]
	}
	var b strings.Builder
	for i, value := range m.values {
		b.WriteString(m.texts[i])
		b.WriteString(value(f))
	}
	b.WriteString(m.texts[len(m.texts)-1])
	return b.String()
}

// about names what an action touches, in bounded length.
func about(a *guard.Action, call *guard.Call) string { return shorten(subject(a, call), maxAbout) }

func subject(a *guard.Action, call *guard.Call) string {
	switch a.Kind {
	case guard.KindExec:
		return programName(a)
	case guard.KindConnect:
		if a.Host == "" {
			return "a host that isn't known"
		}
		return a.Host
	case guard.KindUnknown:
		return a.Reason
	case guard.KindUse:
		return call.Tool
	}
	return a.Path
}

// line makes a text fit for a reason: one line, at most maxReason characters.
func line(s string) string { return shorten(guard.Printable(s), maxReason) }

// shorten cuts a text to a number of characters.
func shorten(s string, most int) string {
	if len(s) <= most || utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}
