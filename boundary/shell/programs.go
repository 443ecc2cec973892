package shell

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/runtimeguard/runtimeguard/guard"
)

// core reads the programs that take part in the interpretation itself: shells,
// and what makes command lines of variables or of its input.
var core = map[string]reader{
	"bash": shellProgram(guard.DialectBash), "rbash": shellProgram(guard.DialectBash), "zsh": shellProgram(guard.DialectBash), "rzsh": shellProgram(guard.DialectBash),
	"ksh": shellProgram(guard.DialectBash), "ksh93": shellProgram(guard.DialectBash), "mksh": shellProgram(guard.DialectBash), "yash": shellProgram(guard.DialectPOSIX),
	"oksh": shellProgram(guard.DialectBash), "loksh": shellProgram(guard.DialectBash), "lksh": shellProgram(guard.DialectBash), "pdksh": shellProgram(guard.DialectBash),
	"bash-static": shellProgram(guard.DialectBash), "osh": shellProgram(guard.DialectBash), "brush": shellProgram(guard.DialectBash), "hush": shellProgram(guard.DialectPOSIX),
	"sh": shellProgram(guard.DialectPOSIX), "dash": shellProgram(guard.DialectPOSIX), "ash": shellProgram(guard.DialectPOSIX), "posh": shellProgram(guard.DialectPOSIX),
	"fish": foreignShell, "csh": foreignShell, "tcsh": foreignShell, "elvish": foreignShell, "nu": foreignShell, "xonsh": foreignShell,
	"rc": foreignShell, "es": foreignShell, "sash": foreignShell, "ion": foreignShell, "ysh": foreignShell,
	"env": env, "xargs": xargs, "gxargs": xargs, "parallel": parallel,
	"busybox": applets, "toybox": applets, "coreutils": applets,
	"echo": printed, "printf": printed,
}

// printed is echo or printf as a program: data, known on standard output.
func printed(inv *invocation) {
	if inv.name == "printf" {
		inv.stdout = formatted(inv.args)
		inv.stdout.dir = inv.dir
		return
	}
	args, newline := inv.args, true
	if len(args) > 0 && args[0].is("-n") {
		args, newline = args[1:], false
	}
	inv.stdout = echoed(args, newline, false)
	inv.stdout.dir = inv.dir
}

// applets runs the program that the first word names, from the one file that
// holds them all.
func applets(inv *invocation) {
	for i, w := range inv.args {
		if option, name, ok := w.cut("="); ok && strings.HasPrefix(option, "--coreutils-prog") {
			w = name
		}
		if w.starts("-") && w.kind == known {
			inv.flags = append(inv.flags, strings.TrimLeft(w.text, "-"))
			continue
		}
		if w.kind == known {
			w.text = path.Base(w.text)
		}
		if w.kind == known && findReader(w.text) == nil && builtinSpec(w.text) == nil {
			inv.unknown(w.span, inv.title()+" runs a program of its own that is not known: "+w.text)
		}
		inv.run(append([]word{w}, inv.args[i+1:]...))
		return
	}
}

// shellCall is the command line of a shell.
type shellCall struct {
	command, stdin, noexec, login, interactive bool
	startFiles                                 []word
	words                                      []word
}

const otherWords = "an option changes how the shell reads words"

// readShell takes the options of a shell.
func (inv *invocation) readShell() shellCall {
	var s shellCall
	args := inv.args
	for len(args) > 0 {
		a := args[0]
		if !mayBeOption(a) && !(len(a.text) > 1 && a.text[0] == '+') && !a.is("-") {
			break
		}
		if a.kind != known {
			inv.unknown(a.span, "a word that may be an option of "+inv.title()+" is not known: "+a.why())
			break
		}
		args = args[1:]
		if a.is("-") || a.is("--") {
			break
		}
		if name, ok := strings.CutPrefix(a.text, "--"); ok {
			name, value, _ := strings.Cut(name, "=")
			inv.flags = append(inv.flags, name)
			if (name == "rcfile" || name == "init-file") && value == "" && len(args) > 0 {
				s.startFiles, args = append(s.startFiles, args[0]), args[1:]
			} else if value != "" {
				s.startFiles = append(s.startFiles, lit(value, a.span))
			}
			s.login = s.login || name == "login"
			if name == "posix" {
				inv.unknown(a.span, otherWords)
			}
			continue
		}
		for _, c := range a.text[1:] {
			inv.flags = append(inv.flags, string(c))
			on := a.text[0] == '-'
			switch c {
			case 'c':
				s.command = s.command || on
			case 's':
				s.stdin = s.stdin || on
			case 'n':
				s.noexec = on
			case 'i':
				s.interactive = on
			case 'k', 'B', 'H':
				if on == (c != 'B') {
					inv.unknown(a.span, otherWords)
				}
			case 'l':
				s.login = on
			case 'o', 'O':
				if len(args) > 0 && !mayBeOption(args[0]) {
					s.noexec = s.noexec || on && args[0].is("noexec")
					if strangeOptions[args[0].text] || on && args[0].is("histexpand") {
						inv.unknown(a.span, otherWords)
					}
					if on && c == 'O' {
						inv.shopts |= optionNames[args[0].text]
					}
					args = args[1:]
				}
			}
		}
	}
	s.words = args
	return s
}

func shellProgram(dialect guard.Dialect) reader {
	return func(inv *invocation) {
		s := inv.readShell()
		if s.login || s.interactive {
			inv.movedSettings()
			inv.ownStartFiles(s.login)
		}
		for _, f := range s.startFiles {
			inv.read(f)
			inv.script(f, nil, dialect, false)
			if _, ok := inv.content(f); !ok && s.interactive {
				inv.unknown(f.span, "a shell runs a file that can't be read here")
			}
		}
		switch {
		case inv.flag("version", "help", "dump-strings", "dump-po-strings", "D"):
		case s.command && len(s.words) > 0:
			if s.noexec && !s.interactive {
				return
			}
			params := s.words[1:]
			if len(params) == 0 {
				params = []word{lit(inv.name, inv.span)}
			}
			inv.shell(s.words[0], dialect, params...)
		case s.command:
		case s.stdin || len(s.words) == 0:
			if s.noexec && !s.interactive {
				return
			}
			inv.shellStream(inv.stdin, lit(inv.name, inv.span), s.words, dialect)
		default:
			inv.read(s.words[0])
			if !s.noexec || s.interactive {
				f := s.words[0]
				if read := inv.script(f, s.words[1:], dialect, false); !read && f.kind == known && !strings.Contains(f.text, "/") {
					inv.run(s.words) // Bash searches PATH for what isn't there
				}
			}
		}
	}
}

// ownStartFiles sees to the files in the home folder that a login shell or an
// interactive one may run. They are the user's own, unless the same command
// writes them.
func (inv *invocation) ownStartFiles(login bool) {
	files := []string{".bashrc", ".shrc", ".kshrc", ".mkshrc"}
	if login {
		files = append(files, ".bash_profile", ".bash_login", ".profile", ".bash_logout")
	}
	home := inv.a.o.Home
	for _, f := range files {
		if home != "" && inv.a.wrote(home+"/"+f) {
			inv.unknown(inv.span, "it runs a file that the same command writes")
			return
		}
	}
}

// foreignShell is a shell whose language isn't read here: what a POSIX reading
// of its text finds counts, and the text itself is unknown.
func foreignShell(inv *invocation) {
	s := inv.readShell()
	if inv.flag("version", "help", "n", "no-execute") {
		return
	}
	for _, w := range s.words {
		if s.command && w.kind == known {
			inv.shell(w, guard.DialectBash)
			break
		}
		inv.anyWord(w)
	}
	inv.unknown(inv.span, "the language of "+inv.title()+" is not read here")
}

// env sets variables and starts a program.
func env(inv *invocation) {
	args := inv.args
	for len(args) > 0 {
		a := args[0]
		if a.kind == unknown && a.text == "" {
			inv.unknown(a.span, "what env starts is not known: "+a.reason)
			args = args[1:]
			continue
		}
		if !strings.HasPrefix(a.text, "-") {
			break
		}
		args = args[1:]
		if a.is("--") {
			break
		}
		var done bool
		if args, done = inv.envOption(a, args); done {
			return
		}
	}
	st := inv.st
	if inv.flag("i") {
		st = inv.a.inChild(st, st.dir)
		st.vars = nil
		st.put("HOME", variable{unset: true})
	}
	inv.st = st
	for len(args) > 0 && inv.environ(args[0]) {
		args = args[1:]
	}
	inv.run(args)
}

// environ puts name=value into the environment of what is started. It reports
// whether a word is that.
func (inv *invocation) environ(a word) bool {
	name, v, ok := a.cut("=")
	if !ok {
		return false
	}
	if !inv.a.step() {
		return true
	}
	w := &walker{a: inv.a, u: &unit{nested: true, span: inv.span}, proc: &process{}, loops: &loop{}}
	if isName(name) {
		inv.st = w.assignVar(inv.st, name, v.value(), a.span, true)
	} else {
		w.environment(inv.st, name, v.value(), a.span, true)
	}
	return true
}

// envOption takes one option of env and returns the words that are left.
func (inv *invocation) envOption(a word, args []word) (rest []word, done bool) {
	take := func(glued word) word {
		if glued.text != "" || glued.kind == unknown {
			return glued
		}
		if len(args) == 0 {
			return word{}
		}
		w := args[0]
		args = args[1:]
		return w
	}
	name, value, _ := a.cut("=")
	if strings.HasPrefix(name, "--") { // in full or shortened as far as it is clear
		inv.flags = append(inv.flags, name[2:])
		switch {
		case strings.HasPrefix("--split-string", name):
			return inv.splitString(take(value), args), false
		case strings.HasPrefix("--chdir", name):
			inv.chdir(take(value))
		case strings.HasPrefix("--unset", name):
			inv.removes(take(value))
		case strings.HasPrefix("--argv0", name):
			take(value)
		case strings.HasPrefix("--ignore-environment", name):
			inv.flags = append(inv.flags, "i")
		}
		return args, false
	}
	if a.is("-") {
		inv.flags = append(inv.flags, "i")
	}
	for i := 1; i < len(a.text); i++ {
		inv.flags = append(inv.flags, a.text[i:i+1])
		switch a.text[i] {
		case 'S':
			return inv.splitString(take(a.after(i+1)), args), false
		case 'C':
			inv.chdir(take(a.after(i + 1)))
			return args, false
		case 'u':
			inv.removes(take(a.after(i + 1)))
			return args, false
		case 'P', 'a':
			take(a.after(i + 1))
			return args, false
		}
	}
	if a.kind == unknown {
		inv.unknown(a.span, "an option of env is not known: "+a.reason)
	}
	return args, false
}

// removes says that a variable is not in the environment of what is started.
func (inv *invocation) removes(name word) {
	if name.kind != known {
		inv.unknown(name.span, "which variable env removes is not known: "+name.why())
		return
	}
	inv.st = inv.st.set(name.text, variable{unset: true})
}

// splitString is env -S: the text is taken apart into words, and options may
// be among them.
func (inv *invocation) splitString(w word, rest []word) []word {
	if w.kind != known {
		inv.unknown(w.span, "env -S takes text apart that is not known: "+w.why())
		return rest
	}
	if !inv.a.spend(workOfText + 2*len(rest)/named) {
		return nil
	}
	words, ok := splitWords(w)
	if !ok {
		inv.unknown(w.span, "env -S takes text with escapes or variables apart")
		inv.shell(w, guard.DialectPOSIX)
	}
	return append(words, rest...)
}

// splitWords takes text apart at blanks, minding quotes. ok is false where it
// holds more than plain text.
func splitWords(w word) (words []word, ok bool) {
	if strings.ContainsAny(w.text, "\\$`#\n;&|<>()") {
		for _, f := range strings.Fields(w.text) {
			words = append(words, lit(f, w.span))
		}
		return words, !strings.ContainsAny(w.text, "\\$#\"'")
	}
	stmts, problem := parse(w.text, true, false)
	if problem != "" || len(stmts) > 1 {
		return nil, false
	}
	if len(stmts) == 0 {
		return nil, true
	}
	call, isCall := stmts[0].Cmd.(*syntax.CallExpr)
	if !isCall {
		for _, f := range strings.Fields(w.text) {
			words = append(words, lit(f, w.span))
		}
		return words, true
	}
	for _, as := range call.Assigns {
		words = append(words, lit(w.text[as.Pos().Offset():as.End().Offset()], w.span))
	}
	for _, arg := range call.Args {
		words = append(words, lit(unquoteWord(arg), w.span))
	}
	return words, true
}

// unquoteWord is the text of a word without expansions.
func unquoteWord(w *syntax.Word) string {
	var b strings.Builder
	for _, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			b.WriteString(p.Value)
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			for _, q := range p.Parts {
				if l, ok := q.(*syntax.Lit); ok {
					b.WriteString(l.Value)
				}
			}
		}
	}
	return b.String()
}

// xargsValues are options of xargs that take a value.
const xargsValues = "IJLnPsdEaRS"

// xargs starts a program with the words that it reads.
func xargs(inv *invocation) {
	args := inv.args
	replace, chunk := "", word{}
	var in division
	for len(args) > 0 && mayBeOption(args[0]) {
		a := args[0]
		args = args[1:]
		if a.kind != known {
			inv.unknown(a.span, "a word that may be an option of xargs is not known: "+a.why())
			continue
		}
		if a.is("--") {
			break
		}
		letters, value := xargsOptions(a)
		last := letters[len(letters)-1]
		inv.flags = append(inv.flags, letters...)
		if value.text == "" && len(last) == 1 && strings.Contains(xargsValues, last) && !strings.Contains(a.text, "=") && len(args) > 0 {
			value, args = args[0], args[1:]
		}
		if value.kind != known && strings.Contains("IJidEe", last) {
			inv.unknown(value.span, "what xargs puts where is not known: "+value.why())
		}
		for _, letter := range letters {
			switch letter {
			case "a":
				inv.read(value)
				in.file = true
			case "I", "J", "i":
				if replace = value.text; replace == "" {
					replace = "{}"
				}
			case "d":
				in.delimiter = value.text
			case "0":
				in.delimiter = `\0`
			case "E", "e":
				in.ends = value.text != ""
			case "n":
				chunk = value
			case "L", "l", "s", "x":
				chunk = word{kind: unknown, text: letter}
			}
		}
	}
	if len(args) == 0 {
		return // echo
	}
	in.lines = replace != ""
	input := inv.items(in)
	inv.stdin = stream{set: true, text: text("")}
	if replace != "" {
		inv.eachItem(args, input, replace)
		return
	}
	inv.eachChunk(args, input, chunk)
}

// eachChunk starts the program with so many items at a time. Where it isn't
// known which items come together, any may.
func (inv *invocation) eachChunk(args, items []word, size word) {
	n, err := strconv.Atoi(size.text)
	switch {
	case size.kind == known && size.text == "", items != nil && len(items) == 0, len(items) == 1 && items[0].kind == known:
		n = max(len(items), 1)
	case size.kind != known || err != nil || n < 1:
		inv.run(append(args[:len(args):len(args)], word{kind: unknown, reason: "which words xargs gives together is not known", split: true, span: inv.span}))
	}
	single := size.is("1")
	if !inv.flag("r") && !slices.ContainsFunc(items, func(w word) bool { return w.kind == known }) {
		inv.run(args) // once, where there are none
	}
	var out stream
	for rest := items; !inv.a.exhausted(); {
		k := min(max(n, 1), len(rest))
		given := append(args[:len(args):len(args)], rest[:k]...)
		if single && k == 1 {
			given[len(args)].split, given[len(args)].many = given[len(args)].kind == unknown, false
		}
		inv.run(given)
		out = inv.stdout
		if rest = rest[k:]; len(rest) == 0 {
			break
		}
		out = stream{}
	}
	inv.stdout = out
}

// xargsOptions takes a word of options of xargs apart: their letters, and a glued
// value of the last one.
func xargsOptions(a word) (letters []string, value word) {
	if long, value, _ := a.cut("="); strings.HasPrefix(long, "--") {
		for _, o := range [...][2]string{{"--arg-file", "a"}, {"--replace", "i"}, {"--delimiter", "d"}, {"--null", "0"}, {"--max-args", "n"}, {"--max-procs", "P"}, {"--max-chars", "s"}, {"--eof", "e"}, {"--max-lines", "l"}, {"--no-run-if-empty", "r"}, {"--verbose", "t"}, {"--interactive", "p"}, {"--exit", "x"}, {"--open-tty", "o"}, {"--process-slot-var", "v"}} {
			if strings.HasPrefix(o[0], long) {
				return []string{o[1]}, value
			}
		}
		return []string{long}, value
	}
	for i := 1; i < len(a.text); i++ {
		letters = append(letters, a.text[i:i+1])
		if strings.IndexByte(xargsValues+"iel", a.text[i]) >= 0 {
			return letters, a.after(i + 1)
		}
	}
	return letters, word{}
}

// division is how a program makes words of its input, as xargs does.
type division struct {
	file      bool   // it reads another file
	delimiter string // as it is written; "": blanks and the ends of lines, with quotes
	lines     bool   // the ends of lines only, where there is no delimiter
	ends      bool   // at a word of its own
}

var byLine = division{delimiter: `\n`}

// isSpace reports whether a byte is one of those between xargs' words.
func isSpace(r rune) bool { return r == ' ' || '\t' <= r && r <= '\r' }

// items are the words that a program makes of its input.
func (inv *invocation) items(in division) []word {
	s := inv.stdin
	switch {
	case in.file || in.ends:
	case len(s.names) > 0 && !in.parts(s.ends):
	case s.set && len(s.names) > 0 && s.dir == inv.dir:
		return perhapsNone(s.names)
	case s.set && s.text.kind == known && (in.delimiter == "" || in.delimiter == `\n`):
		if !inv.a.reads(s.text.text) || strings.ContainsAny(s.text.text, `\"'`) && in.delimiter == "" {
			break
		}
		fields := in.split(s.text.text)
		if len(fields) > maxItems {
			break
		}
		out := make([]word, len(fields))
		for i, f := range fields {
			out[i] = lit(f, inv.span)
		}
		return out
	case s.set && s.text.kind == pattern && (in.delimiter == "" || in.delimiter == `\n`):
		it := s.text.word(inv.span)
		if it.text = strings.TrimSuffix(it.text, "\n"); strings.ContainsFunc(it.text, isSpace) || strings.ContainsAny(it.text, `\"'`) && in.delimiter == "" {
			break
		}
		it.split = !it.num || it.empty
		return []word{it}
	}
	return []word{{kind: unknown, reason: "what xargs reads is not known", split: true, span: inv.span}}
}

// parts reports whether names that end so are told apart.
func (in division) parts(end ending) bool {
	switch in.delimiter {
	case "":
		return end == newline || end == blank && !in.lines
	case `\n`:
		return end == newline
	case `\0`:
		return end == nul
	}
	return false
}

// split makes words of a text without quotes. Blanks before a line's word don't
// count, those behind it do.
func (in division) split(text string) (words []string) {
	switch {
	case in.delimiter == "" && !in.lines:
		return strings.FieldsFunc(text, isSpace)
	case in.delimiter != "" && text != "":
		return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	}
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimLeftFunc(line, isSpace); line != "" {
			words = append(words, line)
		}
	}
	return words
}

// eachItem starts the program once for each item, put in for a mark.
func (inv *invocation) eachItem(args, items []word, mark string) {
	var out stream
	for _, it := range items {
		if inv.a.exhausted() {
			break
		}
		words := make([]word, len(args))
		for i, a := range args {
			words[i] = inv.a.put(a, mark, it)
		}
		inv.run(words)
		out = inv.stdout
	}
	if len(items) != 1 {
		out = stream{}
	}
	inv.stdout = out
}

// put is a word with an item in place of a mark, which is work.
func (a *analysis) put(w word, mark string, item word) word {
	if n := strings.Count(w.text, mark) * len(item.text); n > maxValue {
		return word{kind: unknown, reason: "it grows too long", span: w.span}
	} else if !a.spend((len(w.text) + n) / bytesPassed) {
		return w
	}
	return w.put(mark, item)
}

// put is the word with an item in place of a mark.
func (a word) put(mark string, item word) word {
	i := strings.Index(a.text, mark)
	if a.kind == unknown || i < 0 {
		return a
	}
	if a.is(mark) {
		item.split, item.many = false, false
		return item
	}
	if item.kind == known && a.kind == known {
		a.text = strings.ReplaceAll(a.text, mark, item.text)
		return a
	}
	if item.kind == unknown {
		return word{kind: unknown, text: a.text[:i], reason: item.reason, span: a.span}
	}
	glob := item.text
	if item.tree {
		glob += "/**"
	}
	parts := strings.Split(a.text, mark)
	for j := range parts {
		if a.kind == known {
			parts[j] = quoteGlob(parts[j])
		}
	}
	return word{kind: pattern, text: strings.Join(parts, glob), span: a.span}
}

// parallelOptions are options of parallel that take a value, and its role.
var parallelOptions = map[string]guard.Role{}

func init() {
	for role, names := range map[guard.Role]string{
		guard.RoleData: "j jobs P max-procs n N max-args L l max-lines s max-chars I C colsep d delimiter delay timeout retries halt load memfree memsuspend block nice E eof arg-sep arg-file-sep env " +
			"header id semaphorename semaphoretimeout process-slot-var recstart recend sshdelay tagstring termseq trim max-replace-args bt limit-rate group-by shebang-wrap",
		guard.RoleRead:  "a arg-file profile J transferfile tf basefile bf template tmpl",
		guard.RoleWrite: "results joblog tmpdir tempdir tmux-socket",
		guard.RoleCode:  "rsh ssh rpl filter-hosts-cmd limit compress-program decompress-program S sshlogin sshloginfile slf workdir wd trc return sqlmaster sqlworker sqlandworker filter",
	} {
		for n := range strings.FieldsSeq(names) {
			parallelOptions[n] = role
		}
	}
}

// parallel starts its command once for each argument. The command is text for
// a shell, and without one each argument is.
func parallel(inv *invocation) {
	args := inv.args
	if len(args) == 1 && args[0].kind == known && slices.Contains([]string{"--version", "-V", "--help", "-h"}, args[0].text) {
		return
	}
	for len(args) > 0 && mayBeOption(args[0]) {
		a := args[0]
		args = args[1:]
		if a.kind != known {
			inv.unknown(a.span, "a word that may be an option of parallel is not known: "+a.why())
			continue
		}
		name, value, glued := a.cut("=")
		if name = strings.TrimLeft(name, "-"); !glued && !a.starts("--") && len(name) > 1 && parallelOptions[name] == "" && parallelOptions[name[:1]] != "" {
			name, value, glued = name[:1], a.after(2), true // -j4
		}
		inv.flags = append(inv.flags, name)
		role := parallelOptions[name]
		if role != "" && !glued && len(args) > 0 {
			value, args = args[0], args[1:]
		}
		if role != "" && !(role == guard.RoleRead && strings.Contains(value.text, "{}")) {
			inv.role(role, value)
		}
	}
	command, items := args, []word(nil)
	for i, a := range args {
		if strings.HasPrefix(a.text, ":::") {
			command, items = args[:i], args[i+1:]
			if a.text != ":::" {
				items = nil
			}
			break
		}
	}
	if len(command) == len(args) {
		in := byLine
		if in.file = inv.flag("a", "arg-file"); inv.flag("0", "null") {
			in.delimiter = `\0`
		}
		items = inv.items(in)
	} else if items == nil {
		items = []word{{kind: unknown, reason: "what parallel reads is not known", split: true, span: inv.span}}
	}
	inv.stdin = stream{set: true, text: text("")}
	inv.parallelRuns(command, items)
}

func (inv *invocation) parallelRuns(command, items []word) {
	if len(items) > maxItems {
		items = []word{{kind: unknown, reason: "it is one of many words", span: inv.span}}
	}
	for _, it := range items {
		if inv.a.exhausted() {
			return
		}
		words := make([]word, len(command))
		marked := false
		plain := it.kind == known
		var texts []string
		quoted := it // as it stands in the text for the shell
		if len(command) > 0 && it.kind == known {
			quoted.text = "'" + strings.ReplaceAll(it.text, "'", `'\''`) + "'"
		}
		for i, a := range command {
			t := a
			for _, mark := range []string{"{}", "{.}", "{/}", "{//}", "{/.}"} {
				marked = marked || strings.Contains(a.text, mark)
				if mark != "{}" && strings.Contains(a.text, mark) {
					it = word{kind: unknown, reason: "a part of a name that is not known", span: it.span}
					plain = false
				}
				t = inv.a.put(t, mark, quoted)
				a = inv.a.put(a, mark, it)
			}
			words[i] = a
			plain = plain && a.kind == known
			texts = append(texts, t.text)
		}
		if !marked {
			words = append(words, it)
			texts = append(texts, quoted.text)
		}
		if plain {
			inv.shell(lit(strings.Join(texts, " "), inv.span), guard.DialectAny)
		} else if len(command) > 0 && !strings.ContainsAny(command[0].text, " ;&|") {
			inv.run(words)
		} else {
			inv.unknown(inv.span, "parallel runs text that is not known")
		}
	}
}
