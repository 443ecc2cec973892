package shell

import (
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// arguments are a program's words taken apart by its specification, before
// they are given a meaning.
type arguments struct {
	inv      *invocation
	spec     *spec // of the last sub-command
	parents  []*spec
	operands []word
	given    []given
	rest     []word // from the operand on that starts another program
	module   bool   // which is a module of Python
	dashed   int    // index of the first operand after "--", or -1
	lost     word   // one that may be an option and isn't known
	strange  bool   // an option was given that the specification doesn't say
}

// given is one option on the command line.
type given struct {
	opt   *option
	names []string // in every spelling
	value word
	has   bool // it has a value
}

// arguments takes the words apart and notes the flags and the sub-command.
func (inv *invocation) arguments(s *spec) *arguments {
	a := inv.a.rooms.arguments.new()
	a.inv, a.spec, a.dashed = inv, s, -1
	script := false
	for words := inv.args; len(words) > 0; {
		w := words[0]
		words = words[1:]
		switch {
		case script || a.dashed >= 0 || !mayBeOption(w):
			if a.subCommand(w) {
				continue
			}
			role := a.nextRole()
			script = script || role == roleScript
			if starts(role) {
				a.module = role == roleModule
				a.rest = inv.args[len(inv.args)-len(words)-1:]
				words = nil
				continue
			}
			a.operand(w)
		case w.kind != known && (w.text == "" || w.text == "-"):
			a.lost = w
			a.operand(w)
		case w.is("--"):
			a.dashed = len(a.operands)
		default:
			o, glue := a.named(w)
			if o != nil || strings.HasPrefix(w.text, "--") {
				words = a.long(o, glue, w, words)
			} else {
				words = a.short(w, words)
			}
		}
	}
	inv.settle()
	a.unsaid()
	inv.included()
	if a.module {
		a.rest = append([]word{lit("python3", inv.span), lit("-m", inv.span)}, a.rest...)
	}
	return a
}

func (a *arguments) operand(w word) {
	if a.operands == nil {
		a.operands = a.inv.a.rooms.words.empty(4)
	}
	a.operands = append(a.operands, w)
}

// nextRole is the role of the next operand.
func (a *arguments) nextRole() guard.Role {
	if n := len(a.operands); n < len(a.spec.head) {
		return a.spec.head[n]
	} else if n > len(a.spec.head) {
		return ""
	}
	return a.spec.many
}

// starts reports whether a word of the role starts a program, whose arguments
// the words behind it are.
func starts(r guard.Role) bool { return r == guard.RoleCommand || r == roleModule }

func (a *arguments) subCommand(w word) bool {
	if len(a.operands) > 0 || w.kind != known || a.spec.commands[w.text] == nil {
		return false
	}
	a.parents = append(a.parents, a.spec)
	a.spec = a.spec.commands[w.text]
	a.inv.command += " " + w.text
	return true
}

// named is the option that a word names in full, or nil, and what stands between
// it and a value in the same word: -javaagent:x.jar.
func (a *arguments) named(w word) (o *option, glue string) {
	if !a.spec.singleDash && !strings.HasPrefix(w.text, "--") {
		return nil, ""
	}
	text := strings.TrimPrefix(w.text[1:], "-")
	for _, glue := range []string{"=", ":"} {
		name, _, glued := strings.Cut(text, glue)
		if glue == ":" && !glued {
			break
		}
		o := a.spec.longOption(name)
		if o.spelled(name) {
			return o, glue
		}
		for _, p := range a.parents {
			if of := p.longOption(name); o == nil || of.spelled(name) {
				o = of
			}
		}
		if o != nil {
			return o, glue
		}
	}
	return nil, "="
}

// spelled reports whether a name is one of the option's in full.
func (o *option) spelled(name string) bool { return o != nil && slices.Contains(o.names, name) }

func (a *arguments) long(o *option, glue string, w word, words []word) []word {
	dashes := 1
	if strings.HasPrefix(w.text, "--") {
		dashes = 2
	}
	name, value, glued := w.after(dashes).cut(glue)
	if o == nil || o == &ambiguous {
		a.strange = a.strange || !glued
		o = &option{names: []string{name}, role: guard.RoleFlag}
	}
	if !glued && w.kind != known {
		a.lost = w
	}
	g := given{opt: o, names: o.names, value: value, has: glued}
	if o.role == guard.RoleRecursive {
		a.inv.recursive = true
	}
	if !glued && o.takesValue() && len(words) > 0 {
		if starts(o.role) {
			a.module = o.role == roleModule
			a.note(g)
			a.rest = words
			return nil
		}
		g.value, g.has, words = words[0], true, words[1:]
	}
	a.note(g)
	return words
}

func (a *arguments) short(w word, words []word) []word {
	for i := 1; i < len(w.text); i++ {
		o := a.letter(w.text[i])
		if o == nil {
			o = &option{names: []string{w.text[i : i+1]}, role: guard.RoleFlag}
			a.strange = true
			if a.spec.singleDash {
				name, value, glued := w.after(1).cut("=")
				a.note(given{opt: o, names: []string{name}, value: value, has: glued})
				return words
			}
			if v, last := gluedPath(w, i); v.text != "" {
				a.note(given{opt: o, names: o.names, value: v, has: true})
				if last {
					return words
				}
				continue
			}
		}
		g := given{opt: o, names: o.names}
		if o.role == guard.RoleRecursive {
			a.inv.recursive = true
		}
		if o.isFlag() {
			a.note(g)
			continue
		}
		if rest := w.after(i + 1); rest.text != "" || rest.kind != known {
			g.value, g.has = rest, true
		} else if o.takesValue() && len(words) > 0 {
			if starts(o.role) {
				a.module = o.role == roleModule
				a.note(g)
				a.rest = words
				return nil
			}
			g.value, g.has, words = words[0], true, words[1:]
		}
		a.note(g)
		return words
	}
	if w.kind != known {
		a.lost = w
	}
	return words
}

// gluedPath is what may be a path behind the letter i of an option that isn't
// known: -I/etc/x, -fdir/x, -name=dir/x. last says that no letters follow.
func gluedPath(w word, i int) (v word, last bool) {
	rest := w.after(i + 1)
	begins := rest.text != "" && strings.IndexByte("=/.~", rest.text[0]) >= 0
	switch {
	case !begins && i > 1 || !looksLikePath(rest.text): // the first is fast, as each letter comes here
		return word{}, false
	case rest.text[0] == '=':
		return rest.after(1), true
	}
	return rest, begins
}

func (a *arguments) letter(c byte) *option {
	if o := a.spec.shortOption(c); o != nil {
		return o
	}
	for _, p := range a.parents {
		if o := p.shortOption(c); o != nil {
			return o
		}
	}
	return nil
}

// takesValue reports whether the option takes the next word as its value.
func (o *option) takesValue() bool {
	return !o.glued && !o.isFlag()
}

// isFlag reports whether the option has no value.
func (o *option) isFlag() bool {
	return o.role == guard.RoleFlag || o.role == guard.RoleRecursive || o.role == roleLoose
}

func (a *arguments) note(g given) {
	if a.given == nil {
		n := a.dashes()
		a.given, a.inv.flags = a.inv.a.rooms.given.empty(n), slices.Grow(a.inv.flags, n)
	}
	if g.has && g.opt.role == guard.RoleCommand { // glued, it is all of the command
		a.rest, g.has = []word{g.value}, false
	}
	a.given = append(a.given, g)
	if name, ok := strings.CutPrefix(g.names[0], "no-"); ok {
		a.takeBack(name)
	}
	a.inv.flags = append(a.inv.flags, g.names...)
}

// takeBack drops a flag in all its spellings, which --no- in front of its name
// takes back.
func (a *arguments) takeBack(name string) {
	o := a.spec.longOption(name)
	switch {
	case o == nil:
		o = &option{names: []string{name}, role: guard.RoleFlag}
	case o.takesValue() || o.role == guard.RoleRecursive:
		return
	}
	if !a.inv.a.spend(len(a.inv.flags) / named) {
		return
	}
	a.inv.flags = slices.DeleteFunc(slices.Clone(a.inv.flags), func(f string) bool { return slices.Contains(o.names, f) })
}

// dashes is about how many options the words hold.
func (a *arguments) dashes() (n int) {
	for i := range a.inv.args {
		switch w := &a.inv.args[i]; {
		case !mayBeOption(*w):
		case len(w.text) > 2 && w.text[1] != '-' && !a.spec.singleDash:
			n += min(len(w.text)-1, 4)
		default:
			n++
		}
	}
	return n
}

// value is the last value of an option.
func (a *arguments) value(name string) (word, bool) {
	all := a.values(name)
	if len(all) == 0 {
		return word{}, false
	}
	return all[len(all)-1], true
}

// values are all values of an option in turn.
func (a *arguments) values(name string) []word {
	var out []word
	if !a.inv.a.spend(len(a.given) / named) {
		return nil
	}
	for _, g := range a.given {
		if g.has && g.is(name) {
			out = append(out, g.value)
		}
	}
	return out
}

func (g given) is(name string) bool {
	for _, n := range g.names {
		if n == name {
			return true
		}
	}
	return false
}

// options gives the values of the options their meaning, save those named,
// which the caller sees to.
func (a *arguments) options(save ...string) {
	if a.lost.kind != known && a.spec.risky {
		a.inv.unknown(a.inv.span, "a word that may be an option of "+a.inv.title()+" is not known")
	}
next:
	for _, g := range a.given {
		for _, n := range save {
			if g.is(n) {
				continue next
			}
		}
		switch {
		case g.opt.role == roleLoose:
			a.inv.role(roleLoose, lit("", a.inv.span))
		case !g.has:
		case g.opt.isFlag():
			a.inv.anyWord(g.value)
		case g.opt.role == guard.RoleShell:
			a.inv.relay(g.value)
		case g.opt.role == guard.RoleCode && g.value.kind == known && a.inv.a.sensitive(a.inv.dir, g.value):
			a.inv.read(g.value)
			a.inv.role(g.opt.role, g.value)
		default:
			a.inv.role(g.opt.role, g.value)
		}
	}
}

// relays are programs that an option may well name: compressors, transports.
var relays = map[string]bool{
	"gzip": true, "pigz": true, "bzip2": true, "pbzip2": true, "lbzip2": true, "xz": true, "pixz": true, "zstd": true, "zstdmt": true, "lz4": true,
	"lzop": true, "lzma": true, "lzip": true, "brotli": true, "ssh": true, "cat": true, "git-upload-pack": true, "git-receive-pack": true, "rsync": true,
}

// relay judges a command that an option makes a program run. Whatever else it
// does, it is an unusual thing to ask for.
func (inv *invocation) relay(w word) {
	inv.shell(w, guard.DialectPOSIX)
	words := strings.Fields(w.text)
	if w.kind == known && len(words) > 0 && relays[words[0]] && plainWords(words[1:]) {
		return
	}
	if w.kind == known {
		inv.unknown(w.span, "an option makes "+inv.title()+" run a command")
	}
}

// plainWords reports whether words of a command say no more than numbers and
// short options.
func plainWords(words []string) bool {
	for _, w := range words {
		if strings.Trim(w, "-0123456789") != "" && (len(w) > 3 || strings.IndexByte("oecF", w[len(w)-1]) >= 0) {
			return false
		}
	}
	return true
}

// parse takes the words apart by the specification in the table.
func (inv *invocation) parse() *arguments {
	s := builtinSpec(inv.name)
	if s == nil {
		s = builtinSpec(versionless(inv.name))
	}
	if s == nil {
		s = compile(guard.Command{Operands: []string{"read..."}})
	}
	return inv.arguments(s)
}
