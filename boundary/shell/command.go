package shell

import (
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// spec is a guard.Command made ready for use.
type spec struct {
	head, tail []guard.Role // operands before and after those of many
	many       guard.Role   // "" where no operand may repeat
	options    []option
	short      [128]uint8 // index into options, plus one
	commands   map[string]*spec
	singleDash bool
	recursive  bool
	risky      bool // an option may read, write, run or connect
}

type option struct {
	names []string
	role  guard.Role
	glued bool // the value is taken only when it is glued to the option
}

func compile(c guard.Command) *spec {
	s := &spec{singleDash: c.SingleDash, recursive: c.Recursive}
	for _, o := range c.Operands {
		role, many := strings.CutSuffix(o, "...")
		switch {
		case many && s.many == "":
			s.many = guard.Role(role)
		case s.many != "":
			s.tail = append(s.tail, guard.Role(role))
		default:
			s.head = append(s.head, guard.Role(role))
		}
	}
	for names, role := range c.Options {
		r, glued := strings.CutPrefix(role, "?")
		s.addOption(strings.Split(names, ","), guard.Role(r), glued)
	}
	if len(c.Commands) > 0 {
		s.commands = make(map[string]*spec, len(c.Commands))
		for name, sub := range c.Commands {
			for _, n := range strings.Split(name, ",") {
				s.commands[n] = compile(sub)
			}
		}
	}
	return s
}

func (s *spec) addOption(names []string, role guard.Role, glued bool) {
	s.options = append(s.options, option{names, role, glued})
	for _, n := range names {
		if len(n) == 1 && n[0] < 128 && len(s.options) < 256 {
			s.short[n[0]] = uint8(len(s.options))
		}
	}
	switch role {
	case guard.RoleData, guard.RoleFlag, guard.RoleRecursive:
	default:
		s.risky = true
	}
}

func (s *spec) shortOption(c byte) *option {
	if c >= 128 || s.short[c] == 0 {
		return nil
	}
	return &s.options[s.short[c]-1]
}

// longOption finds an option by its name or, if only one begins so, by an
// abbreviation of it.
func (s *spec) longOption(name string) *option {
	var found *option
	for i := range s.options {
		for _, n := range s.options[i].names {
			if n == name && (len(n) > 1 || s.singleDash) {
				return &s.options[i]
			}
			if len(n) > 1 && strings.HasPrefix(n, name) && name != "" && !s.singleDash {
				if found != nil && found != &s.options[i] {
					found = &ambiguous
				} else {
					found = &s.options[i]
				}
			}
		}
	}
	return found
}

// ambiguous stands for an abbreviation of several options: most programs
// refuse it, and it has no name.
var ambiguous = option{role: guard.RoleFlag}

// apply reads the invocation's words as a specification says.
func (inv *invocation) apply(c guard.Command) { inv.applySpec(compile(c)) }

// scan is the state of one pass over the words.
type scan struct {
	*invocation
	spec     *spec
	parents  []*spec
	operands []word
	i        int  // next word
	ended    bool // "--" was met
	done     bool // a command took the remaining words
}

func (inv *invocation) applySpec(s *spec) {
	sc := scan{invocation: inv, spec: s}
	for sc.i < len(inv.args) && !sc.done {
		w := inv.args[sc.i]
		sc.i++
		switch {
		case sc.ended || !mayBeOption(w):
			sc.operand(w)
		case w.kind != known && (w.text == "" || w.text == "-"):
			sc.unknownOption(w)
		case w.text == "--" && w.kind == known:
			sc.ended = true
		case strings.HasPrefix(w.text, "--") || sc.spec.singleDash && sc.long(w) != nil:
			sc.longWord(w)
		default:
			sc.cluster(w)
		}
	}
	if !sc.done {
		sc.finish()
	}
}

// mayBeOption reports whether a word begins with a dash, or may.
func mayBeOption(w word) bool {
	switch w.kind {
	case known:
		return len(w.text) > 1 && w.text[0] == '-'
	case pattern:
		return strings.HasPrefix(w.text, "-")
	}
	return w.text == "" || w.text[0] == '-'
}

// unknownOption takes a word that may be an option, or several words.
func (sc *scan) unknownOption(w word) {
	if sc.spec.risky {
		sc.unknown(w.span, "a word that may be an option of "+sc.title()+" is not known: "+w.why())
	}
	sc.operand(w)
}

// long finds the option that a word with one or two dashes names, here or in
// the commands above.
func (sc *scan) long(w word) *option {
	name, _, _ := strings.Cut(strings.TrimPrefix(w.text[1:], "-"), "=")
	for _, s := range append([]*spec{sc.spec}, sc.parents...) {
		if o := s.longOption(name); o != nil {
			return o
		}
	}
	return nil
}

func (sc *scan) longWord(w word) {
	dashes := len(w.text) - len(strings.TrimLeft(w.text, "-"))
	name, value, glued := w.after(min(dashes, 2)).cut("=")
	o := sc.long(w)
	if o == nil {
		sc.flags = append(sc.flags, name)
		if glued {
			sc.anyWord(value)
		}
		return
	}
	sc.flags = append(sc.flags, o.names...)
	if o == &ambiguous {
		sc.flags = append(sc.flags, name)
	}
	switch {
	case glued:
		sc.role(o.valueRole(), value)
	case w.kind == unknown:
		sc.unknown(w.span, "an option of "+sc.title()+" is not known: "+w.reason)
	default:
		sc.value(o, w)
	}
}

// valueRole is the role of a value that is there although the option may take
// none.
func (o *option) valueRole() guard.Role {
	if o.role == guard.RoleFlag || o.role == guard.RoleRecursive {
		return guard.RoleData
	}
	return o.role
}

// value takes the next word as the option's value where it wants one.
func (sc *scan) value(o *option, w word) {
	switch {
	case o.role == guard.RoleRecursive:
		sc.recursive = true
	case o.role == guard.RoleFlag || o.glued:
	case sc.i < len(sc.args):
		v := sc.args[sc.i]
		sc.i++
		if o.role == guard.RoleCommand {
			sc.finish()
			sc.startFrom(sc.i - 1)
			return
		}
		sc.role(o.role, v)
	}
}

// cluster reads -abc, and -ovalue.
func (sc *scan) cluster(w word) {
	if sc.spec.singleDash && sc.spec.shortOption(w.text[1]) == nil {
		name, value, glued := w.after(1).cut("=")
		sc.flags = append(sc.flags, name)
		if glued {
			sc.anyWord(value)
		}
		return
	}
	for i := 1; i < len(w.text); i++ {
		o := sc.shortIn(w.text[i])
		if o == nil {
			sc.flags = append(sc.flags, w.text[i:i+1])
			if rest := w.after(i + 1); looksLikePath(rest.text) {
				sc.anyWord(rest)
			}
			continue
		}
		sc.flags = append(sc.flags, o.names...)
		if o.role == guard.RoleRecursive {
			sc.recursive = true
		}
		if o.role == guard.RoleFlag || o.role == guard.RoleRecursive {
			continue
		}
		if rest := w.after(i + 1); rest.text != "" || rest.kind != known {
			sc.role(o.role, rest)
		} else {
			sc.value(o, w)
		}
		return
	}
	if w.kind == unknown {
		sc.unknown(w.span, "an option of "+sc.title()+" is not known: "+w.reason)
	}
}

func (sc *scan) shortIn(c byte) *option {
	if o := sc.spec.shortOption(c); o != nil {
		return o
	}
	for _, p := range sc.parents {
		if o := p.shortOption(c); o != nil {
			return o
		}
	}
	return nil
}

// operand takes a word that is no option: a sub-command, the start of another
// command, or one to be given its role at the end.
func (sc *scan) operand(w word) {
	if sc.spec.commands != nil && len(sc.operands) == 0 {
		if w.kind == known && sc.spec.commands[w.text] != nil {
			sc.parents = append(sc.parents, sc.spec)
			sc.spec = sc.spec.commands[w.text]
			sc.command += " " + w.text
			sc.ended = false
			return
		}
		if len(sc.spec.head) == 0 && sc.spec.many == "" {
			sc.unknown(w.span, sc.command+": its sub-command is not known")
		}
	}
	n := len(sc.operands)
	if n < len(sc.spec.head) && sc.spec.head[n] == guard.RoleCommand || n == len(sc.spec.head) && sc.spec.many == guard.RoleCommand {
		sc.finish()
		sc.startFrom(sc.i - 1)
		return
	}
	sc.operands = append(sc.operands, w)
}

// startFrom runs the words from i on.
func (sc *scan) startFrom(i int) {
	sc.done = true
	sc.run(sc.args[i:])
}

// finish gives the operands their roles: the last ones those of tail, the
// first ones those of head, the rest that of many.
func (sc *scan) finish() {
	s := sc.spec
	sc.recursive = sc.recursive || s.recursive
	n := len(sc.operands)
	tail := max(n-len(s.tail), 0)
	for i, w := range sc.operands {
		switch {
		case i >= tail && i-tail < len(s.tail) && (i >= len(s.head) || s.many == ""):
			sc.role(s.tail[i-tail], w)
			if w.kind != known && s.many != "" {
				sc.role(s.many, w)
			}
		case i < len(s.head):
			sc.role(s.head[i], w)
		case s.many != "":
			sc.role(s.many, w)
		default:
			sc.extra(w)
		}
	}
}

// extra is an operand that the specification has no role for.
func (sc *scan) extra(w word) {
	if sc.spec.commands != nil {
		return // reported with the sub-command
	}
	sc.unknown(w.span, "an operand of "+sc.command+" has no known meaning")
	if w.kind != unknown {
		sc.anyWord(w)
	}
}

// role does what a word means by its role.
func (inv *invocation) role(r guard.Role, w word) {
	switch r {
	case guard.RoleData, guard.RoleFlag, guard.RoleRecursive:
	case guard.RoleRead:
		inv.read(w)
	case guard.RoleWrite:
		inv.write(w)
	case guard.RoleDelete:
		inv.delete(w, inv.recursive)
	case guard.RoleList:
		inv.list(w)
	case guard.RoleConnect:
		inv.connect(w)
	case guard.RoleDir:
		inv.chdir(w)
	case guard.RoleShell:
		inv.shell(w, guard.DialectPOSIX)
	case guard.RoleCommand:
		inv.run([]word{w})
	case guard.RoleCode:
		inv.opaque(w.span, "code for "+inv.title()+" in an argument")
	default:
		inv.unknown(w.span, "a word of "+inv.title()+" has the role "+string(r)+", which is not known")
	}
}
