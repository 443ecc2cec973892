package policy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// compileHead turns the entries of a rule's head into sets.
func (l *loader) compileHead(t *ruleText, r *rule) {
	t.r.rule = t.id
	defer func() { t.r.rule = "" }()
	kinds := 0
	for _, h := range t.heads {
		for _, i := range h.items {
			if name, isRef := strings.CutPrefix(i.text, "$"); isRef {
				l.reference(t.r, i.node, name)
			}
		}
		items := l.expand(h.items, nil)
		if h.key == "tool" {
			r.tools = l.tools(t, items)
			continue
		}
		kinds++
		r.heads[kindNumber(guard.Kind(h.key))] = l.head(t, guard.Kind(h.key), items, r.strict())
	}
	if kinds == 0 && r.tools != nil {
		for i := range r.heads {
			r.heads[i] = &head{all: true}
		}
	}
}

// head reads the items for one kind.
func (l *loader) head(t *ruleText, kind guard.Kind, items []item, strict bool) *head {
	h := &head{}
	switch kind {
	case guard.KindExec:
		var globs []item
		h.words = &wordSet{}
		for _, i := range items {
			if glob, isPath := strings.CutPrefix(i.text, "path:"); isPath {
				globs = append(globs, item{glob, i.node})
			} else if words, err := programWords(i.text, strict); err != nil {
				t.r.fail(i.node, "on.exec: %s", err)
			} else {
				h.words.add(words)
			}
		}
		if len(globs) > 0 {
			h.paths = l.globs(t, globs, strict)
		}
		h.all = h.words.all
	case guard.KindConnect:
		h.hosts = &hostSet{}
		for _, i := range items {
			if err := h.hosts.add(i.text); err != nil {
				t.r.fail(i.node, "on.connect: %s", err)
			}
		}
		h.all = h.hosts.all
	case guard.KindUse:
		h.tools = l.tools(t, items)
		h.all = h.tools.all
	case guard.KindUnknown:
		for _, i := range items {
			if i.text != "*" && i.text != "**" {
				t.r.fail(i.node, `on.unknown %q: want "*": what isn't known has no name; ask action.reason or action.opaque in when`, i.text)
			}
		}
		h.all = true
	default:
		h.paths = l.globs(t, items, strict)
		h.all = h.paths.all && len(h.paths.not) == 0
	}
	return h
}

var programWord = regexp.MustCompile(`^[^\s/\\$'"` + "`" + `]+$`)

// programWords reads a program with sub-commands.
func programWords(text string, strict bool) ([]string, error) {
	words := strings.Fields(text)
	for _, w := range words {
		switch {
		case strings.Contains(w, "/"):
			return nil, fmt.Errorf("%q: a program is named without its folder; write path:%s for a path", text, w)
		case !programWord.MatchString(w):
			return nil, fmt.Errorf("%q: want a program's name and its sub-commands", text)
		case strings.HasPrefix(w, "-"):
			return nil, fmt.Errorf("%q: options are asked in when: action.flag(%q)", text, strings.TrimLeft(w, "-"))
		}
	}
	if strict {
		for i := range words {
			words[i] = strings.ToLower(words[i])
		}
	}
	if len(words) == 0 {
		return nil, errors.New("empty")
	}
	return words, nil
}

// globs reads globs for files, noting which are wrong.
func (l *loader) globs(t *ruleText, items []item, strict bool) *pathSet {
	return l.pathSetOf(items, strict, func(i item, err error) { t.r.fail(i.node, "%s", err) })
}

// namedPaths are the globs of a list that others than rules ask about, nil
// where there is none.
func (l *loader) namedPaths(name string) *pathSet {
	s, ok := l.lists[name]
	if !ok {
		return nil
	}
	d := l.documents[len(l.documents)-1]
	return l.pathSetOf(l.expand(s.items, nil), true, func(i item, err error) { d.r.fail(i.node, "list %q: %s", name, err) })
}

func (l *loader) pathSetOf(items []item, strict bool, fail func(item, error)) *pathSet {
	s := &pathSet{}
	for _, i := range items {
		text, out := strings.CutPrefix(i.text, "!")
		if text == "*" {
			text = "**"
		}
		globs, err := parseGlobs(text, strict && !out)
		switch {
		case err != nil:
			fail(i, err)
		case out:
			s.remove(globs)
		default:
			s.add(globs)
		}
	}
	return s
}

var toolName = regexp.MustCompile(`^[^\s]+$`)

func (l *loader) tools(t *ruleText, items []item) *nameSet {
	s := &nameSet{}
	for _, i := range items {
		switch {
		case i.text == "*" || i.text == "**":
			s.all = true
		case !toolName.MatchString(i.text):
			t.r.fail(i.node, "tool %q: a tool's name has no spaces", i.text)
		case strings.Contains(i.text, "*"):
			s.stars = append(s.stars, newWord(i.text))
		default:
			s.exact = setOf(s.exact, i.text)
		}
	}
	return s
}

// useOf notes the names that a rule's conditions use.
func (l *loader) useOf(r *rule) {
	for _, c := range []*condition{r.when, r.unless} {
		if c != nil {
			l.use(c.uses)
		}
	}
}

// checkCondition notes fields that no kind of the rule has, and conditions
// that are always the same.
func (l *loader) checkCondition(t *ruleText, r *rule) {
	l.useOf(r)
	kinds := t.kinds()
	l.checkMessage(t, kinds)
	for _, c := range []struct {
		what string
		cond *condition
		expr *expression
	}{{"when", r.when, t.when}, {"unless", r.unless, t.unless}} {
		if c.cond == nil {
			continue
		}
		l.checkFields(t, c.cond, kinds)
		t.checkConstant(c.what, c.cond, c.expr, kinds)
	}
}

func (l *loader) checkFields(t *ruleText, c *condition, kinds []guard.Kind) {
	all := c.uses
	for name := range c.uses.names {
		if i, ok := l.engine.names[name]; ok {
			for f := range l.engine.variables[i].uses.fields {
				if _, ok := all.fields[f]; !ok {
					all.fields[f] = expressionPos{t.node.Line, t.node.Column}
				}
			}
		}
	}
	for _, x := range slices.Concat(actionFields, actionFunctions) {
		if at, used := all.fields[x.name]; used && !slices.ContainsFunc(kinds, x.has) {
			t.lacks(at.line, at.column, &x, kinds)
		}
	}
}

// checkMessage notes values in a message that no kind of the rule has.
func (l *loader) checkMessage(t *ruleText, kinds []guard.Kind) {
	for _, x := range actionFields {
		if strings.Contains(t.message, "{action."+x.name+"}") && !slices.ContainsFunc(kinds, x.has) {
			t.lacks(t.messageNode.Line, t.messageNode.Column, &x, kinds)
		}
	}
}

func (t *ruleText) lacks(line, column int, x *field, kinds []guard.Kind) {
	t.r.rule = t.id
	t.r.failAt(line, column, "action.%s: no action of kind %s has it: it is of %s", x.name, oneOf(names(kinds)), oneOf(names(x.kinds)))
	t.r.rule = ""
}

func names(kinds []guard.Kind) []string {
	var out []string
	for _, k := range kinds {
		out = append(out, string(k))
	}
	return out
}

func (t *ruleText) checkConstant(what string, c *condition, e *expression, kinds []guard.Kind) {
	line, column := e.at(1, 0)
	t.r.rule = t.id
	defer func() { t.r.rule = "" }()
	for v, of := range c.always {
		switch {
		case len(of) == len(kinds):
			t.r.failAt(line, column, "%s is always %v", what, v)
		case !v:
			t.r.failAt(line, column, "%s is always false for the kind %s: take it out of on", what, oneOf(names(of)))
		}
	}
}

// checkUnused notes lists and variables that nothing uses. Those inherited may
// stay; the list sensitive is used by the analysis of commands, and both it and
// plants by containment.
func (l *loader) checkUnused() {
	d := l.documents[len(l.documents)-1]
	for _, x := range d.lists {
		if !l.used[x.name] && !l.inherited[x.name] && x.name != "sensitive" && x.name != "plants" {
			d.r.fail(x.node, "list %q: nothing uses it", x.name)
		}
	}
	for _, v := range d.variables {
		if !l.used[v.name] {
			d.r.fail(v.node, "variable %q: nothing uses it", v.name)
		}
	}
}

// checkShadowed notes rules that can never decide, because a stricter one
// fires whenever they do.
func (l *loader) checkShadowed() {
	for i := range l.engine.rules {
		weak := &l.engine.rules[i]
		if weak.audit {
			continue
		}
		for j := range l.engine.rules {
			strong := &l.engine.rules[j]
			if strong.effect < weak.effect && strong.when == nil && strong.unless == nil && !strong.audit &&
				l.rules[j].when == nil && l.rules[j].unless == nil && l.headWithin(i, j) {
				t := l.rules[i]
				t.r.rule = t.id
				t.r.fail(t.node, "it can never decide: rule %q (%s) always says %s where it fires", strong.id, strong.pos, strong.effect)
				t.r.rule = ""
				break
			}
		}
	}
}

// checkAsks notes ask rules of the file itself that can never decide, because
// nothing allows what they are for and the default denies it.
func (l *loader) checkAsks() {
	var allowed [kindCount]bool
	for i := range l.engine.rules {
		for k, h := range l.engine.rules[i].heads {
			allowed[k] = allowed[k] || h != nil && l.engine.rules[i].effect == guard.Allow
		}
	}
	for i, t := range l.rules {
		r := &l.engine.rules[i]
		var dead []guard.Kind
		alive := r.effect != guard.Ask || t.r != l.documents[len(l.documents)-1].r
		for k, h := range r.heads {
			if h != nil && (allowed[k] || l.engine.defaults[k].effect != guard.Deny) {
				alive = true
			} else if h != nil {
				dead = append(dead, guard.Kinds()[k])
			}
		}
		if !alive && len(dead) > 0 {
			t.r.rule = t.id
			t.r.fail(t.node, "it can never decide: without an allow rule for %s the default is deny", oneOf(names(dead)))
			t.r.rule = ""
		}
	}
}

// headWithin reports whether each entry of rule i's head surely lies within
// rule j's.
func (l *loader) headWithin(i, j int) bool {
	a, b := &l.engine.rules[i], &l.engine.rules[j]
	if b.tools != nil && !b.tools.all && !(a.tools != nil && within(a.tools, b.tools)) {
		return false
	}
	some := false
	for k := range a.heads {
		if a.heads[k] == nil {
			continue
		}
		some = true
		if b.heads[k] == nil || !b.heads[k].holds(a.heads[k]) {
			return false
		}
	}
	return some
}

func within(a, b *nameSet) bool {
	if a.all {
		return b.all
	}
	for name := range a.exact {
		if !b.match(name) {
			return false
		}
	}
	for _, s := range a.stars {
		if !b.all && !slices.ContainsFunc(b.stars, func(w word) bool { return w.text == s.text }) {
			return false
		}
	}
	return true
}

// holds reports whether the head surely matches whatever the other one does.
func (h *head) holds(other *head) bool {
	switch {
	case h.all:
		return true
	case other.all:
		return false
	case other.words != nil && !h.holdsWords(other.words), other.paths != nil && !h.holdsPaths(other.paths):
		return false
	case other.tools != nil:
		return h.tools != nil && within(other.tools, h.tools)
	case other.hosts != nil:
		return h.hosts != nil && h.hosts.holds(other.hosts)
	}
	return true
}

func (h *head) holdsWords(other *wordSet) bool {
	for _, words := range other.heads {
		if h.words == nil || !slices.ContainsFunc(h.words.heads, func(mine []word) bool {
			return len(mine) <= len(words) && slices.EqualFunc(mine, words[:len(mine)], func(m, w word) bool { return m.text == strings.ToLower(w.text) })
		}) {
			return false
		}
	}
	return true
}

func (h *head) holdsPaths(other *pathSet) bool {
	if h.paths == nil || len(h.paths.not) > 0 {
		return false
	}
	for _, g := range other.globs {
		if !slices.ContainsFunc(h.paths.globs, func(mine *glob) bool {
			return mine.covers || strings.EqualFold(mine.text, g.text) || mine.coversGlob(g)
		}) {
			return false
		}
	}
	return true
}

// coversGlob reports whether the glob is a folder with everything in it that
// surely holds what the other one matches.
func (g *glob) coversGlob(other *glob) bool {
	return g.coversAll(&pattern{names: other.names})
}

func (s *hostSet) holds(other *hostSet) bool {
	for host := range other.exact {
		if !s.match(host) {
			return false
		}
	}
	for suffix := range other.suffixes {
		if !s.suffixes[suffix] {
			return false
		}
	}
	return len(other.ranges) == 0
}
