package shell

import (
	"path"
	"regexp"
	"slices"
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
	reaches    bool // a word may name a host
	calls      bool // it is a host's own name, and not that of an image
	host       bool // an operand surely does, among others that don't
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
	for i, r := range slices.Concat(s.head, []guard.Role{s.many}, s.tail) {
		s.names(r)
		s.host = s.host || r == guard.RoleConnect && i < len(s.head) && s.many != r
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
	s.names(role)
	switch role {
	case guard.RoleData, guard.RoleFlag, guard.RoleRecursive:
	default:
		s.risky = true
	}
}

// names notes that words have a role.
func (s *spec) names(r guard.Role) {
	s.calls = s.calls || r == guard.RoleConnect || r == roleHosts
	s.reaches = s.reaches || s.calls || r == roleImage || r == rolePush
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

// applySpec gives the words their meaning: options as they come, then the
// operands, then the program that they start.
func (inv *invocation) applySpec(s *spec) { inv.arguments(s).apply() }

func (a *arguments) apply() {
	inv := a.inv
	if a.lost.kind != known && (a.spec.risky || a.lost.text != "") {
		inv.unknown(a.lost.span, "a word that may be an option of "+inv.title()+" is not known: "+a.lost.why())
	}
	dir := inv.dir
	for _, g := range a.given {
		switch {
		case g.opt.role == roleLoose:
			inv.role(roleLoose, lit("", inv.span))
		case !g.has:
		case g.opt.isFlag():
			inv.anyWord(g.value)
		default:
			inv.role(g.opt.role, g.value)
		}
	}
	inv.movedFrom(dir)
	a.meaning()
	a.strays()
	if len(a.rest) > 0 {
		inv.run(a.rest)
	}
	a.hidden()
}

// strays judges words of a program that reaches hosts which may be another
// thing than they seem: a file where a host is expected, and any operand behind
// an option whose value it may be instead, so that the next one is the host.
func (a *arguments) strays() {
	inv, s := a.inv, a.spec
	if !s.reaches {
		return
	}
	for i, w := range a.operands {
		role := s.roleAt(i, len(a.operands))
		if role == guard.RoleRead {
			inv.readSecrets(w, besideKeywords)
		}
		switch {
		case role == guard.RoleConnect:
			inv.pathToo(w)
		case a.strange && s.host:
			inv.connect(w)
			inv.pathToo(w)
		}
	}
	for _, g := range a.given {
		switch {
		case !g.has:
		case g.opt.role == guard.RoleConnect:
			inv.pathToo(g.value)
		case g.opt.role == guard.RoleData || g.opt.role == guard.RoleRead:
			inv.readSecrets(g.value, besideKeywords)
		}
	}
}

// pathToo reads what is more likely a file than a host. "//server/share" is a
// host.
func (inv *invocation) pathToo(w word) {
	t := w.text
	away := strings.HasPrefix(t, "/") && !strings.HasPrefix(t, "//") || strings.HasPrefix(t, "~") || strings.HasPrefix(t, "./") || strings.HasPrefix(t, "../")
	if w.kind != unknown && away || inv.a.sensitive(inv.dir, w) {
		inv.read(w)
	}
}

// hidden looks for a program that the specification doesn't see: in the value
// of an option of a wrapper, or behind "--" where the operands mean nothing.
func (a *arguments) hidden() {
	inv, s := a.inv, a.spec
	if len(a.rest) > 0 || s.many == guard.RoleCommand {
		for _, g := range a.given {
			if g.has && g.opt.role == guard.RoleData && g.value.kind == known && inv.a.isCommand(g.value.text) {
				inv.unknown(g.value.span, inv.title()+" may run "+g.value.text)
			}
		}
	}
	a.told()
	a.passOn()
	if s.commands != nil || s.many != guard.RoleData || a.dashed < 1 || a.dashed >= len(a.operands) {
		return
	}
	if w := a.operands[a.dashed]; w.kind == known && inv.a.isCommand(w.text) {
		inv.unknown(w.span, inv.title()+" may run "+w.text)
		inv.run(a.operands[a.dashed:])
	}
}

// runners are words that tell many programs to run what follows them.
var runners = wordSet("exec run shell forall foreach each sh watch x do")

// told looks for a program behind an operand that tells to run one: repo forall,
// lerna exec.
func (a *arguments) told() {
	inv := a.inv
	if len(a.rest) > 0 || !specs()[inv.name].Opaque || len(a.operands) == 0 || !runners[a.operands[0].text] {
		return
	}
	for i, w := range a.operands[1:] {
		switch {
		case inv.a.commandLine(w):
			inv.unknown(w.span, inv.title()+" may run a word that is a command line")
			inv.shell(w, guard.DialectPOSIX)
			return
		case w.kind == known && inv.a.isCommand(w.text) && i < 3:
			inv.unknown(w.span, inv.title()+" may run "+w.text)
			inv.run(a.operands[i+1:])
			return
		}
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

// meaning gives the operands their roles: the last ones those of tail, the
// first ones those of head, the rest that of many.
func (a *arguments) meaning() {
	inv, s := a.inv, a.spec
	if len(a.operands) > 0 && s.commands != nil && len(s.head) == 0 && s.many == "" {
		inv.unknown(a.operands[0].span, inv.command+": its sub-command is not known")
	}
	inv.recursive = inv.recursive || s.recursive
	for i, w := range a.operands {
		last, isLast := s.last(i, len(a.operands))
		switch {
		case isLast:
			inv.role(last, w)
			if w.kind != known && s.many != "" {
				inv.role(s.many, w)
			}
		case i < len(s.head):
			inv.role(s.head[i], w)
		case s.many == guard.RoleData:
			inv.datum(w)
		case s.many != "":
			inv.role(s.many, w)
		case s.commands == nil: // else reported with the sub-command
			a.extra(w)
		}
	}
}

// roleAt is the role of one of n operands.
func (s *spec) roleAt(i, n int) guard.Role {
	if r, ok := s.last(i, n); ok {
		return r
	}
	if i < len(s.head) {
		return s.head[i]
	}
	return s.many
}

// last is the role of one of n operands as one of the last ones, if it is. The
// first ones come first where there may be many.
func (s *spec) last(i, n int) (r guard.Role, ok bool) {
	j := i - max(n-len(s.tail), 0)
	if j < 0 || j >= len(s.tail) || i < len(s.head) && s.many != "" {
		return "", false
	}
	return s.tail[j], true
}

// textual are programs whose words are texts and names, whatever file or host
// they spell.
var textual = wordSet("echo printf expr basename dirname yes seq true false : [ test git hg jj logger notify-send figlet toilet cowsay espeak say")

// datum is one of the words of a program that are said to touch nothing: most
// programs open a file that is named so all the same, or reach an address.
func (inv *invocation) datum(w word) {
	switch {
	case textual[inv.name]:
	case isAddress(w):
		inv.connect(w)
	case inv.a.sensitive(inv.dir, w):
		inv.read(w)
	}
}

// isAddress reports whether a word is a URL of another machine.
func isAddress(w word) bool {
	scheme, rest, ok := strings.Cut(w.text, "://")
	return ok && w.kind != unknown && rest != "" && rest[0] != '/' && !strings.EqualFold(scheme, "file") && !strings.ContainsAny(w.text, " \t\n") &&
		len(scheme) > 1 && strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-") == ""
}

// extra is an operand that the specification has no role for.
func (a *arguments) extra(w word) {
	a.inv.unknown(w.span, "an operand of "+a.inv.command+" has no known meaning")
	if w.kind != unknown {
		a.inv.anyWord(w)
	}
}

// parts does what the parts of a word mean by the role of what stands behind "="
// in them.
func (inv *invocation) parts(r guard.Role, w word) {
	if w.kind == unknown {
		inv.role(r, w)
		return
	}
	for _, part := range w.list(",") {
		if _, v, ok := part.cut("="); ok {
			inv.role(r, v)
		}
	}
}

// movedFrom says that code of the folder runs to which options brought the
// program.
func (inv *invocation) movedFrom(dir place) {
	if inv.dir != dir && specs()[inv.name].Opaque {
		inv.ownFolder(inv.here())
	}
}

// packageName fits the names of packages of JavaScript and of files in them:
// code that was installed for the workspace. A path or an address isn't one.
var packageName = regexp.MustCompile(`^(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9_-]*([.][a-z]+)?(/[A-Za-z0-9_-]+([.][a-z]+)?)*$`)

// role does what a word means by its role.
func (inv *invocation) role(r guard.Role, w word) {
	if isAddress(w) && (r == guard.RoleRead || r == guard.RoleWrite || r == roleOwn) {
		inv.connect(w)
	}
	if hostPaths[inv.name] && remote(w) && (r == guard.RoleRead || r == guard.RoleWrite || r == guard.RoleDelete || r == guard.RoleList) {
		inv.elsewhereAt(w)
		return
	}
	switch r {
	case guard.RoleData, guard.RoleFlag, guard.RoleRecursive:
	case guard.RoleRead:
		if specs()[inv.name].Opaque && inv.a.commandLine(w) {
			inv.unknown(w.span, inv.title()+" may run a word that is a command line")
			return
		}
		if specs()[inv.name].Opaque && strings.Contains(w.text, "://") {
			inv.connect(w)
			return
		}
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
	case roleOwn:
		inv.own(w)
	case roleHosts:
		inv.hosts(w)
	case roleImage:
		inv.image(w, false)
	case rolePush:
		inv.image(w, true)
	case rolePager:
		if w.kind != known || !plainCommand(w.text) {
			inv.opaque(w.span, inv.title()+" may run the pager that it is given")
		}
	case rolePackage:
		if w.kind != known || !packageName.MatchString(w.text) {
			inv.opaque(w.span, "code for "+inv.title()+" in an argument")
		}
	case roleInline:
		inv.inlineCode(w)
	case roleScript:
		inv.scriptOrCode(w)
	case roleModule:
		inv.run([]word{lit("python3", w.span), lit("-m", w.span), w})
	case roleJVM:
		inv.javaOptions(w)
	case roleTarget:
		if looksLikePath(w.text) || hosted.MatchString(w.text) || w.kind == known && scriptEnds[path.Ext(w.text)] {
			inv.own(w)
		} else {
			inv.anyWord(w)
		}
	case roleWord:
		inv.words([]word{w})
	case roleLoose:
		inv.opaque(w.span, "an option lets what "+inv.title()+" reads run something")
	case guard.RoleCode:
		inv.opaque(w.span, "code for "+inv.title()+" in an argument")
	default:
		if inner, ok := strings.CutPrefix(string(r), "="); ok {
			inv.parts(guard.Role(inner), w)
			return
		}
		inv.unknown(w.span, "a word of "+inv.title()+" has the role "+string(r)+", which is not known")
	}
}
