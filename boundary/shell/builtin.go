package shell

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/runtimeguard/runtimeguard/boundary/internal/plain"
	"github.com/runtimeguard/runtimeguard/guard"
)

// builtin is a command of the shell itself that changes the shell's state.
// Builtins that don't (kill, test -f) may be programs like others.
type builtin func(w *walker, c *builtinCall) flow

type builtinCall struct {
	invocation
	in worlds
}

// stay is the flow of a builtin that changes nothing.
func (c *builtinCall) stay() flow { return both(c.in) }

// become is the flow of a builtin that leaves another state.
func (c *builtinCall) become(st *state) flow { return both(back(c.in, st)) }

var builtins = map[string]builtin{
	":": quiet, "true": quiet, "false": quiet, "cd": cd, "chdir": cd, "pushd": pushd, "popd": popd, "dirs": quiet,
	"pwd": pwd, "echo": echo, "printf": printf, "eval": eval, ".": source, "source": source, "exec": execute,
	"command": commandBuiltin, "builtin": builtinBuiltin, "exit": exit, "return": returnBuiltin, "break": breakBuiltin,
	"continue": breakBuiltin, "shift": shift, "set": set, "unset": unset, "export": declareWords, "readonly": declareWords,
	"declare": declareWords, "typeset": declareWords, "local": declareWords, "read": read, "mapfile": mapfile, "readarray": mapfile,
	"let": let, "test": test, "[": test, "trap": trap, "alias": aliasBuiltin, "unalias": quiet, "shopt": shopt, "hash": hash,
	"enable": enable, "type": quiet, "getopts": getopts, "umask": quiet, "ulimit": quiet, "wait": wait, "jobs": jobs, "fg": quiet,
	"bg": quiet, "disown": quiet, "times": quiet, "caller": quiet, "help": quiet, "logout": exit, "history": history,
	"fc": refuse("fc runs commands of the history"), "compgen": compgen, "complete": compgen, "compopt": quiet,
	"bind": refuse("bind may run commands"), "suspend": refuse("the shell stops itself"),
}

// findBuiltin finds a builtin; it is set in init, as builtins run commands.
var findBuiltin func(name string) builtin

// posixLacks are builtins of Bash that a POSIX shell looks up as programs.
var posixLacks = map[string]bool{
	"pushd": true, "popd": true, "dirs": true, "source": true, "builtin": true, "declare": true, "typeset": true, "mapfile": true,
	"readarray": true, "let": true, "shopt": true, "enable": true, "disown": true, "caller": true, "help": true, "logout": true,
	"compgen": true, "complete": true, "compopt": true, "bind": true, "suspend": true,
}

// runBuiltin runs a builtin, or the program of that name.
func (w *walker) runBuiltin(words []word, in worlds, st *state, span guard.Span) flow {
	name := words[0].text
	b := findBuiltin(name)
	if b == nil || w.u.posix && posixLacks[name] {
		w.start(words, st, span)
		return both(in)
	}
	if !w.a.step() {
		return both(in)
	}
	c := &builtinCall{in: in}
	c.invocation = invocation{a: w.a, st: st, name: name, command: name, args: words[1:], span: span, dir: st.dir, stdin: w.stdin, unheard: w.out == nil, index: -1}
	c.exec(name, words[0])
	if lists(name, c.args) {
		w.out.add(opaqueStream("what " + name + " writes is not known"))
	}
	if w.u.posix && endsShell(name) {
		w.mayExit(in)
	}
	f := b(w, c)
	c.settle()
	return f
}

// listers are builtins that write something about the shell: always, or where
// they are given no words or a word with one of these letters.
var listers = map[string]string{
	"dirs": "*", "pushd": "*", "popd": "*", "type": "*", "jobs": "*", "ulimit": "*", "times": "*", "caller": "*", "help": "*", "fg": "*", "bg": "*",
	"history": "*", "fc": "*", "compgen": "*", "complete": "*", "bind": "*",
	"set": "o", "export": "pf", "readonly": "pf", "declare": "pfF", "typeset": "pfF", "local": "p", "trap": "plP", "shopt": "pqo", "hash": "lt", "enable": "pas", "umask": "pS", "alias": "p",
}

// lists reports whether a builtin may write something about the shell.
func lists(name string, args []word) bool {
	letters, ok := listers[name]
	if !ok || letters == "*" || len(args) == 0 {
		return ok
	}
	a := args[0]
	switch {
	case a.kind == unknown && a.text == "", strings.HasPrefix(a.text, "-") && strings.ContainsAny(a.text, letters), name == "set" && a.text == "+o":
		return true
	case name == "alias":
		return slices.ContainsFunc(args, func(a word) bool { return !strings.Contains(a.text, "=") })
	}
	return name == "shopt" && !strings.HasPrefix(a.text, "-")
}

func quiet(w *walker, c *builtinCall) flow {
	for _, a := range c.args {
		if c.a.sensitive(c.dir, a) {
			c.read(a)
		}
	}
	return c.stay()
}

func refuse(reason string) builtin {
	return func(w *walker, c *builtinCall) flow {
		c.unknown(c.span, reason)
		return c.stay()
	}
}

// optionLetters are the options of builtins that change the shell's state:
// with another they do nothing.
var optionLetters = map[string]string{
	"printf": "v", "read": "EadeinNprstu", "mapfile": "CcdnOstu", "readarray": "CcdnOstu", "unset": "fnv", "shopt": "opqsu", "pushd": "n",
	"trap": "lpP", "hash": "lrpdt", "exec": "acl", "command": "pvV", "builtin": "", "source": "p", ".": "p", "eval": "",
}

// options takes the option letters in front of the words. with lists those
// that take a value, which come back in values.
func (c *builtinCall) options(with string) (letters string, vals map[byte]word) {
	var all []byte
	for len(c.args) > 0 {
		a := c.args[0]
		if a.kind == unknown && a.split && a.text == "" {
			return string(all), vals
		}
		if a.kind != known && strings.HasPrefix(a.text, "-") {
			c.unknown(a.span, "an option of "+c.name+" is not known: "+a.why())
		}
		if a.kind != known || len(a.text) < 2 || a.text[0] != '-' {
			return string(all), vals
		}
		c.args = c.args[1:]
		if a.text == "--" {
			return string(all), vals
		}
		for i := 1; i < len(a.text); i++ {
			all = append(all, a.text[i])
			if has, ok := optionLetters[c.name]; ok && strings.IndexByte(has, a.text[i]) < 0 {
				c.unknown(a.span, c.name+" has an option that is not known, and may do nothing")
			}
			if strings.IndexByte(with, a.text[i]) < 0 {
				continue
			}
			if vals == nil {
				vals = map[byte]word{}
			}
			if i+1 < len(a.text) {
				vals[a.text[i]] = a.after(i + 1)
			} else if len(c.args) > 0 {
				vals[a.text[i]] = c.args[0]
				c.args = c.args[1:]
			}
			break
		}
	}
	return string(all), vals
}

func cd(w *walker, c *builtinCall) flow {
	physical := false // the last of the two counts
	for len(c.args) > 0 && c.args[0].kind == known && len(c.args[0].text) > 1 && c.args[0].text[0] == '-' {
		if i := strings.LastIndexAny(c.args[0].text, "LP"); i > 0 {
			physical = c.args[0].text[i] == 'P'
		}
		end := c.args[0].text == "--"
		if !end && strings.Trim(c.args[0].text[1:], "LPe@") != "" { // an error, or a number on the stack
			return flow{ok: worlds{c.st.inDir(place{reason: "cd has an option that is not known"})}, fail: c.in}
		}
		c.args = c.args[1:]
		if end {
			break
		}
	}
	x := expansion{w, c.st}
	var target word
	switch {
	case len(c.args) == 0:
		target = x.home("").word(c.span)
	case c.args[0].is("-"):
		target = c.st.oldDir.value().word(c.span)
		if v, ok := c.st.lookup("OLDPWD"); ok {
			target = v.word(c.span)
		}
	default:
		target = c.args[0]
	}
	if v, ok := c.st.lookup("CDPATH"); len(c.args) > 0 && c.args[0].is("-") || ok && !v.unset {
		w.out.add(opaqueStream("what cd writes is not known"))
	}
	f := w.changeDir(c, target, physical)
	switch {
	case target.kind != pattern || !target.empty && !target.absent:
	case target.split: // without a word, cd goes home
		f.ok = f.ok.add(worlds{c.st.inDir(place{reason: "cd goes home where the output of a command is empty, or a pattern matches nothing"})})
	default: // Bash stays where it is
		f.ok = f.ok.add(c.in)
	}
	if len(c.args) > 1 || len(c.args) > 0 && c.args[0].is("-") { // too many words, or no folder from before
		f.fail = f.fail.add(c.in)
	}
	return f
}

// changeDir makes the flow of a change of the working folder: it may fail,
// save for folders that are surely there.
func (w *walker) changeDir(c *builtinCall, target word, physical bool) flow {
	to := w.destination(c.st, target, physical)
	f := flow{ok: worlds{c.st.inDir(to)}, fail: c.in}
	if target.kind == known && (surely(target.text) || target.text == c.a.o.Home && c.a.o.Home != "" || to.path == c.a.o.Dir && !strings.Contains(target.text, "/..")) {
		f.fail = nil
	}
	if c.st.opts&optErrexit != 0 && w.cond == 0 {
		f.fail = nil
	}
	if f.fail == nil && w.cond == 0 {
		f.fail = f.ok
	}
	return f
}

// movedTo gives the variables of the working folder their values, if something
// else was assigned to them.
func (st *state) movedTo() {
	_, pwd := st.lookup("PWD")
	if pwd {
		st.put("PWD", variable{value: st.dir.value(), exported: true})
	}
	if _, ok := st.lookup("OLDPWD"); ok || pwd {
		st.put("OLDPWD", variable{value: unknownValue("the working folder before is not known"), exported: true})
	}
}

// surely reports whether a folder is certainly there.
func surely(p string) bool { return p == "/" || p == "." || p == ".." || p == "/tmp" || p == "" }

// destination is where cd goes. Like Bash, it takes ".." away by the name
// unless told to follow links.
func (w *walker) destination(st *state, target word, physical bool) place {
	if v, ok := st.lookup("CDPATH"); ok && !v.unset && !v.is("") && !strings.HasPrefix(target.text, "/") && !strings.HasPrefix(target.text, ".") {
		return place{reason: "CDPATH is set"}
	}
	if target.kind == pattern && (target.tree || matchesAbove(target.text+"/x")) {
		return place{reason: "the working folder is one of many"}
	}
	to := st.dir.join(target)
	if physical {
		return w.a.real(to)
	}
	if to.path != "" && !to.glob {
		to.path = path.Clean(to.path)
	}
	return to
}

func (v value) is(s string) bool { return v.kind == known && v.text == s }

func pushd(w *walker, c *builtinCall) flow {
	letters, _ := c.options("")
	if len(c.args) == 0 || strings.HasPrefix(c.args[0].text, "+") || strings.HasPrefix(c.args[0].text, "-") {
		n := c.st.copy()
		n.oldDir = n.dir
		switch {
		case len(n.stack) > 0 && len(c.args) == 0:
			last := len(n.stack) - 1
			n.stack = slices.Clone(n.stack)
			n.dir, n.stack[last] = n.stack[last], n.dir
		case len(n.stack) > 0:
			n.loseStack()
		}
		n.movedTo()
		return flow{worlds{n}, c.in}
	}
	f, behind := flow{ok: c.in, fail: c.in}, c.st.dir
	if strings.Contains(letters, "n") {
		behind = place{reason: "a folder was put on the stack unseen"}
	} else {
		f = w.changeDir(c, c.args[0], false)
	}
	for i, st := range f.ok {
		n := st.copy()
		n.stack = append(n.stack[:len(n.stack):len(n.stack)], behind)
		f.ok = slices.Clone(f.ok)
		f.ok[i] = n
	}
	if len(f.fail) > 0 && f.fail[0] != c.st {
		f.fail = f.ok
	}
	if len(c.args) > 1 { // an error
		f.fail = f.fail.add(c.in)
	}
	return f
}

// loseStack is what is left of the folders where one of them is chosen by its
// number.
func (st *state) loseStack() {
	st.dir = place{reason: "a folder of the stack is not known"}
	st.stack = slices.Repeat([]place{st.dir}, len(st.stack))
}

func popd(w *walker, c *builtinCall) flow {
	if len(c.st.stack) == 0 {
		return c.stay()
	}
	n := c.st.copy()
	last := len(n.stack) - 1
	n.oldDir, n.dir, n.stack = n.dir, n.stack[last], n.stack[:last]
	if len(c.args) > 0 {
		n.loseStack()
	}
	n.movedTo()
	if n.dir.path == "" { // it may not be there
		return flow{worlds{n}, c.in}
	}
	return c.become(n)
}

func pwd(w *walker, c *builtinCall) flow {
	dir := c.st.dir
	if letters, _ := c.options(""); strings.HasSuffix(letters, "P") {
		dir = c.a.real(dir)
	}
	w.out.add(lineOf(dir.value()))
	return c.stay()
}

func echo(w *walker, c *builtinCall) flow {
	args, newline, escapes := c.args, true, false
	for len(args) > 0 && args[0].kind == known && len(args[0].text) > 1 && args[0].text[0] == '-' && strings.Trim(args[0].text[1:], "neE") == "" {
		newline = newline && !strings.Contains(args[0].text, "n")
		escapes = escapes || strings.Contains(args[0].text, "e")
		args = args[1:]
	}
	out := echoed(args, newline, escapes || w.u.posix)
	out.dir = c.dir
	w.out.add(out)
	return c.stay()
}

// echoed is what echo writes. Where it decodes escapes, text with any isn't
// known.
func echoed(args []word, newline, escapes bool) stream {
	var parts []string
	if namesOnly(args) {
		return stream{set: true, text: unknownValue("names that a pattern covers"), names: args, ends: blank}
	}
	for _, a := range args {
		switch {
		case a.kind != known:
			return opaqueStream("echo writes what is not known: " + a.why())
		case escapes && strings.Contains(a.text, `\`):
			return opaqueStream("echo writes text with escapes")
		}
		parts = append(parts, a.text)
	}
	s := strings.Join(parts, " ")
	if newline {
		s += "\n"
	}
	return textStream(text(s))
}

// namesOnly reports whether words, one of them a pattern, are names that
// nothing takes apart once they are written with blanks between them.
func namesOnly(words []word) bool {
	found := false
	for _, w := range words {
		if w.kind == unknown || w.num || w.kind == known && (w.text == "" || strings.ContainsAny(w.text, " \t\n\\'\"")) {
			return false
		}
		found = found || w.kind == pattern
	}
	return found
}

func printf(w *walker, c *builtinCall) flow {
	_, vals := c.options("v")
	out := formatted(c.args)
	if name, ok := vals['v']; ok {
		w.nameOperand(name)
		if isName(name.text) {
			st := w.assignVar(c.st, name.text, out.text, name.span, false)
			if w.u.posix { // few shells have the option
				st = either(c.st, st, "shells differ in what printf -v does")
			}
			return c.become(st)
		}
		return c.stay()
	}
	if len(c.args) > 0 && c.args[0].kind == unknown && c.args[0].split && c.args[0].text == "" {
		c.unknown(c.args[0].span, "a word that may be an option of printf is not known")
	}
	out.dir = c.dir
	w.out.add(out)
	return c.stay()
}

// plainNumber reports whether a text is a number as printf writes it.
func plainNumber(s string) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	return err == nil && strconv.FormatInt(n, 10) == s
}

// namesFormats are formats of printf that write one name after the other.
var namesFormats = map[string]ending{`%s\n`: newline, `%s\0`: nul}

// formatted is what printf writes: known for formats of plain text, %s, %d,
// \n and \t.
func formatted(args []word) stream {
	lost := opaqueStream("printf writes what is not known")
	if len(args) == 0 || args[0].kind != known {
		return lost
	}
	format, rest := args[0].text, args[1:]
	if end, ok := namesFormats[format]; ok && namesOnly(rest) {
		return stream{set: true, text: unknownValue("names that a pattern covers"), names: rest, ends: end}
	}
	const digits = "\x00" // in the text, for a number that isn't known
	var b strings.Builder
	padded := false
	for round := 0; round == 0 || len(rest) > 0; round++ {
		used := false
		for i := 0; i < len(format); i++ {
			c := format[i]
			if c == '%' && i+1 == len(format) {
				return lost // an error
			}
			if c != '%' && c != '\\' || i+1 == len(format) {
				b.WriteByte(c)
				continue
			}
			i++
			width := 0
			if c == '%' && format[i] == '0' {
				for i++; i < len(format) && isDigit(format[i]) && width < 100; i++ {
					width = 10*width + int(format[i]-'0')
				}
				padded = true
				if width == 0 || i == len(format) || format[i] != 'd' {
					return lost
				}
			}
			switch {
			case c == '\\' && format[i] == 'n':
				b.WriteByte('\n')
			case c == '\\' && format[i] == 't':
				b.WriteByte('\t')
			case c == '\\' && format[i] == '\\':
				b.WriteByte('\\')
			case c == '%' && format[i] == '%':
				b.WriteByte('%')
			case c == '%' && (format[i] == 's' || format[i] == 'd'):
				used = true
				arg := lit("", guard.Span{})
				if len(rest) > 0 {
					arg, rest = rest[0], rest[1:]
				}
				if format[i] == 'd' && arg.is("") {
					arg.text = "0"
				}
				switch n, _ := strconv.Atoi(arg.text); {
				case arg.kind == pattern && arg.num && !arg.split && !arg.empty:
					b.WriteString(digits)
				case arg.kind != known || format[i] == 'd' && !plainNumber(arg.text):
					return lost
				case width > 0:
					fmt.Fprintf(&b, "%0*d", width, n)
				default:
					b.WriteString(arg.text)
				}
			default:
				return lost
			}
		}
		if !used || b.Len() > maxValue {
			break
		}
	}
	out := b.String()
	if !strings.Contains(out, digits) {
		return textStream(text(out))
	}
	switch out = strings.TrimSuffix(out, "\n"); {
	case strings.Contains(out, "\n"):
		return lost
	case out == digits && !padded:
		return textStream(number())
	}
	return textStream(patternValue(strings.ReplaceAll(quoteGlob(out), digits, "*")))
}

func eval(w *walker, c *builtinCall) flow {
	c.options("")
	var parts []string
	for _, a := range c.args {
		if c.st.opts&optNoglob == 0 {
			a = a.code()
		}
		if a.kind != known {
			c.unknown(a.span, "eval runs text that is not known: "+a.why())
			return c.stay()
		}
		parts = append(parts, a.text)
	}
	if len(parts) == 0 {
		return c.stay()
	}
	return w.nested(lit(strings.Join(parts, " "), c.span), c.st)
}

func source(w *walker, c *builtinCall) flow {
	if c.name == "source" || !w.u.posix {
		c.options("p")
	}
	if len(c.args) == 0 {
		return c.stay()
	}
	f := c.args[0]
	c.read(f)
	if p, glob, ok := c.dir.abs(f); ok && f.kind == known && !strings.Contains(f.text, "/") {
		c.a.add(guard.Action{Kind: guard.KindExec, Path: p, Pattern: glob, Via: []string{c.name}, Span: f.span})
	}
	src, ok := c.content(f)
	if !ok {
		c.unknown(f.span, "the shell runs a file that can't be read here")
		return c.stay()
	}
	in := c.in
	given := c.st.copy()
	if len(c.args) > 1 {
		given.params, given.lost = values(c.args[1:])
		in = worlds{given}
		if w.u.posix { // some shells don't give the words to the file
			in = in.add(c.in)
		}
	}
	rets, anew := worlds{}, false
	n := *w
	n.rets, n.anew, n.begun = &rets, &anew, len(w.front)
	if c.activates(f) {
		u := *w.u
		u.venv, n.u, src = true, &u, otherShells.Replace(src)
	}
	if standardInput(f) { // nothing is left of it for what it runs
		n.stdin = opaqueStream("the shell read it")
	}
	out := flow{}
	for i := range in {
		out = out.add(n.text(src, f.span, in[i:i+1:i+1], true))
	}
	w.stdin, w.out = n.stdin, n.out
	out = out.add(both(rets))
	if len(c.args) > 1 {
		out = flow{sourced(out.ok, given, c.st, anew), sourced(out.fail, given, c.st, anew)}
	}
	return out
}

// sourced puts the caller's parameters back after a file that was given its
// own, and maybe where it set them anew, be it to the same.
func sourced(ws worlds, given, caller *state, anew bool) worlds {
	var kept worlds
	for _, s := range ws {
		if anew || s.lost != given.lost || !slices.Equal(s.params, given.params) {
			kept = append(kept, s)
		}
	}
	return withParams(ws, caller).add(kept)
}

// content is the text of a file that an interpreter runs: one that can be read
// now and isn't written or deleted by the command itself, or a process
// substitution of known text.
func (inv *invocation) content(w word) (string, bool) {
	if w.kind != known {
		return "", false
	}
	if s, ok := inv.a.substitutions[w.text]; ok {
		return s.text.text, s.text.kind == known
	}
	if s := inv.stdin; standardInput(w) && s.set {
		if s.file != nil && !standardInput(*s.file) {
			from := *inv
			from.dir = s.dir
			return from.content(*s.file)
		}
		return s.text.text, s.text.kind == known && s.file == nil
	}
	p, glob, ok := inv.dir.abs(w)
	if !ok || glob || inv.a.o.View == nil || inv.a.moved(p) {
		return "", false
	}
	inv.a.runsBeside(p, w)
	b, err := inv.a.view(p)
	return string(b), err == nil
}

// view is the content of a file, which is work each time that it is read.
func (a *analysis) view(p string) ([]byte, error) {
	if !a.spend(1) {
		return nil, errors.New("no work is left for it")
	}
	b, err := a.o.View(p)
	a.spend(len(b) / bytesPassed)
	return b, err
}

func execute(w *walker, c *builtinCall) flow {
	c.options("a")
	if len(c.args) > 0 {
		w.mayExit(c.in) // where there is no such program
		c.run(c.args)
		w.out.add(c.stdout)
	}
	return c.stay()
}

func commandBuiltin(w *walker, c *builtinCall) flow {
	letters, _ := c.options("")
	if strings.ContainsAny(letters, "vV") || len(c.args) == 0 {
		w.out.add(opaqueStream("where a program lies is not known"))
		return c.stay()
	}
	if !w.u.posix {
		return w.runWords(c)
	}
	// In some shells an error in what it runs ends that, and not the shell.
	errors := w.proc.errors
	w.proc.errors = nil
	w.proc.caught++
	f := w.runWords(c)
	w.proc.caught--
	f = f.add(both(withParams(w.proc.errors, c.st)))
	w.proc.errors = errors.add(w.proc.errors)
	return f
}

func builtinBuiltin(w *walker, c *builtinCall) flow {
	c.options("")
	if len(c.args) == 0 {
		return c.stay()
	}
	return w.runWords(c)
}

// runWords runs a call's words without looking at functions.
func (w *walker) runWords(c *builtinCall) flow {
	if c.args[0].kind != known {
		w.start(c.args, c.st, c.span)
		return c.stay()
	}
	f := w.runBuiltin(c.args, c.in, c.st, c.span)
	if w.u.posix && c.args[0].is("local") { // for no longer than this command, in some shells
		f = f.add(c.stay())
	}
	return f
}

// exit ends the shell process, unless it is given words that it may refuse.
func exit(w *walker, c *builtinCall) flow {
	w.proc.exits = w.proc.exits.add(c.in).add(w.jump(c.in, 0)) // those in front of a function stay
	return c.unlessMany()
}

// unlessMany is what is left by a builtin that leaves, but is an error where it
// is given several words.
func (c *builtinCall) unlessMany() flow {
	if len(c.args) > 1 || len(c.args) == 1 && c.args[0].kind == unknown && c.args[0].split {
		return c.stay()
	}
	return flow{}
}

func returnBuiltin(w *walker, c *builtinCall) flow {
	if w.rets == nil { // an error, unless somebody sources the text
		w.mayExit(c.in)
		return c.stay()
	}
	*w.rets = w.rets.add(w.jump(c.in, w.begun))
	return c.unlessMany()
}

// breakBuiltin notes the state as one in which the loop may end, or those
// around it that it is told to leave.
func breakBuiltin(w *walker, c *builtinCall) flow {
	levels := 1
	if len(c.args) > 0 {
		n, err := strconv.Atoi(c.args[0].text)
		if levels = n; err != nil || c.args[0].kind != known || n < 1 { // of 0, Bash leaves all
			levels = MaxDepth
		}
	}
	for l := w.loops; l != nil && levels > 0; l, levels = l.around, levels-1 {
		l.jumps = l.jumps.add(w.jump(c.in, l.front))
	}
	if len(c.args) == 0 && w.loops.around != nil && w.loops.calls == len(w.calls) {
		return flow{} // surely within a loop
	}
	return c.stay()
}

func shift(w *walker, c *builtinCall) flow {
	n := 1
	if len(c.args) > 0 {
		var err error
		if n, err = strconv.Atoi(c.args[0].text); err != nil || c.args[0].kind != known || n < 0 {
			st := c.st.copy()
			st.params, st.lost = nil, "shift by a number that is not known"
			return c.become(st)
		}
	}
	if c.st.lost != "" {
		return c.stay()
	}
	st := c.st.copy()
	if first := firstSeveral(st.params[:min(n, len(st.params))]); first >= 0 {
		f := c.become(st)
		if first > 0 && (n > first+1 || st.params[first].empty) { // there may be fewer
			f.fail = c.in
		}
		st.params = slices.Clone(st.params[first:]) // any of them may be left, or none
		if slices.ContainsFunc(st.params, func(v value) bool { return v.kind != pattern || !isGlob(v.text) && !v.tree }) {
			st.params, st.lost = nil, "a part of a list whose length is not known"
		}
		for i := range st.params {
			st.params[i].several, st.params[i].empty = true, true
		}
		return f
	}
	if n > len(st.params) {
		return c.stay()
	}
	st.params = st.params[n:]
	return c.become(st)
}

var setLetters = map[byte]optionSet{'e': optErrexit | optExits, 'a': optAllexport, 'f': optNoglob, 'u': optExits}

func set(w *walker, c *builtinCall) flow {
	st := c.st.copy()
	for len(c.args) > 0 {
		a := c.args[0]
		anyText := a.kind == pattern && !a.many && !a.fresh && a.text != "" && strings.IndexByte(globMeta, a.text[0]) >= 0
		if a.kind == unknown && a.text == "" || anyText || a.kind != known && (a.starts("-") || a.starts("+")) {
			c.unknown(a.span, "options of set are not known: "+a.why())
			w.setParams(st, nil, a.why())
			return c.become(st)
		}
		if a.kind != known || a.text == "" || a.text[0] != '-' && a.text[0] != '+' {
			break
		}
		c.args = c.args[1:]
		if a.text == "--" {
			params, lost := values(c.args)
			w.setParams(st, params, lost)
			return c.become(st)
		}
		if a.text == "-" { // it ends the options, and alone changes nothing
			break
		}
		if strings.Trim(a.text[1:], "abefhkmnptuvxBCEHPTo") != "" { // an error in most shells
			w.setParams(st, nil, "set has an option that is not known")
			return flow{worlds{st}, c.in}
		}
		if !c.setOption(st, a) {
			w.setParams(st, nil, "set has an option that is not known")
			return flow{worlds{st}, c.in}
		}
	}
	if len(c.args) > 0 {
		params, lost := values(c.args)
		w.setParams(st, params, lost)
	}
	return c.become(st)
}

func (w *walker) setParams(st *state, params []value, lost string) {
	st.params, st.lost = params, lost
	if w.anew != nil {
		*w.anew = true
	}
}

// longOptions are the names of set -o, besides those of optionNames.
var longOptions = setOf("braceexpand emacs errtrace functrace hashall histexpand history ignoreeof interactive-comments keyword monitor noclobber noexec nolog notify onecmd physical pipefail posix privileged verbose vi xtrace")

// strangeOptions change how words are read or where they lead.
var strangeOptions = setOf("k B P keyword braceexpand physical posix cdable_vars autocd xpg_echo localvar_inherit localvar_unset compat31 compat32 compat40 compat41 compat42 compat43 compat44 extquote sourcepath")

func setOf(names string) map[string]bool {
	set := map[string]bool{}
	for n := range strings.FieldsSeq(names) {
		set[n] = true
	}
	return set
}

// strange reports an option that changes how the rest is read.
func (c *builtinCall) strange(name string, on bool, span guard.Span) {
	if strangeOptions[name] || on && (name == "H" || name == "histexpand") {
		c.unknown(span, "the option "+name+" changes how the shell reads words")
	}
}

// setOption takes one word of options: -eu, +f, -o pipefail. It is false where
// an option is surely or maybe an error.
func (c *builtinCall) setOption(st *state, a word) bool {
	for _, l := range []byte(a.text[1:]) {
		o := setLetters[l]
		c.strange(string(l), a.text[0] == '-', a.span)
		if l == 'o' && len(c.args) > 0 {
			name := c.args[0]
			if name.kind != known {
				c.unknown(name.span, "an option of set is not known: "+name.why())
			}
			c.strange(name.text, a.text[0] == '-', name.span)
			o = optionNames[name.text]
			if c.args = c.args[1:]; o == 0 && !longOptions[name.text] {
				return false
			}
		}
		if a.text[0] == '-' {
			st.opts |= o
		} else {
			st.opts &^= o &^ optExits
		}
	}
	return true
}

func shopt(w *walker, c *builtinCall) flow {
	letters, _ := c.options("")
	st := c.st.copy()
	for _, a := range c.args {
		if a.kind != known {
			c.unknown(a.span, "an option of the shell is not known")
			continue
		}
		if strings.ContainsAny(letters, "su") {
			c.strange(a.text, strings.Contains(letters, "s"), a.span)
		}
		if strings.Contains(letters, "s") {
			st.opts |= optionNames[a.text]
		}
		if strings.Contains(letters, "u") {
			st.opts &^= optionNames[a.text] &^ (optNullglob | optFailglob)
		}
	}
	return c.become(st)
}

// emptyPath says where programs come from without PATH.
const emptyPath = "without PATH programs are taken from the working folder"

func unset(w *walker, c *builtinCall) flow {
	letters, _ := c.options("")
	st := c.st.copy()
	for _, a := range c.args {
		w.nameOperand(a)
		if a.kind != known {
			continue
		}
		if w.u.posix && !isName(a.text) { // an error, behind those that went
			w.mayExit(worlds{st.copy()})
		}
		name, ok := a.text, true
		if !strings.Contains(letters, "n") { // else a reference itself
			name, ok = w.referent(st, name, a.span)
		}
		if !ok {
			continue
		}
		w.touch(name)
		if w.hides(name) {
			c.unknown(a.span, "unset may uncover another variable "+name)
		}
		if name == "PATH" && !strings.Contains(letters, "f") {
			c.unknown(a.span, emptyPath)
		}
		switch v, _ := st.lookup(name); {
		case strings.Contains(letters, "n") && !v.nameref: // it is none, and stays
		case strings.Contains(letters, "n") && v.kind == unknown: // it may be one
			st.put(name, variable{value: v.value})
		case !strings.Contains(letters, "f") && isName(name) && !v.readonly:
			st.put(name, variable{unset: true, uncovers: st.locals.get(name) != nil})
		}
		if f := st.funcs.get(a.text); f != nil && !strings.Contains(letters, "v") {
			var left *function
			if w.u.posix && letters == "" { // where it means only variables, it stays
				left = &function{f.name, f.bodies, true}
			}
			st.funcs = st.funcs.with(a.text, left)
		}
	}
	return c.become(st)
}

func read(w *walker, c *builtinCall) flow {
	letters, vals := c.options("adinNptu")
	st := c.st
	names := c.args
	if a, ok := vals['a']; ok {
		names = append(names[:len(names):len(names)], a)
	}
	if len(names) == 0 {
		names = []word{lit("REPLY", c.span)}
	}
	v := unknownValue("what read reads is not known")
	if strings.IndexByte(letters, 'u') < 0 && len(names) == 1 {
		v = w.stdin.line(w.a, c.dir, delimited(vals))
	}
	w.takesInput()
	for _, n := range names {
		w.nameOperand(n)
	}
	assign := func(v value) worlds {
		st := st
		for _, n := range names {
			if n.kind == known && isName(n.text) {
				st = w.assignVar(st, n.text, v, n.span, false)
				if _, ok := vals['a']; ok {
					st = w.isArray(st, n, "what read reads is not known")
				}
			}
		}
		return worlds{st}
	}
	if v.kind != pattern {
		return both(assign(v))
	}
	blank := v // a name may be made of blanks, which are taken away
	blank.empty = blank.empty || strings.Trim(v.text, "*?") == ""
	return flow{assign(blank), assign(v.orNone())} // at the end there is nothing to read
}

// takesInput says that a part of the standard input is gone: whoever runs the
// rest runs another text. A list of names stays one.
func (w *walker) takesInput() {
	if s := w.stdin; s.set && s.names == nil && (s.file != nil || s.text.kind == known) {
		w.stdin = opaqueStream("a part of it was read before")
	}
}

// delimited is what read and mapfile take lines to end in.
func delimited(options map[byte]word) ending {
	d, ok := options['d']
	switch {
	case !ok:
		return newline
	case d.is(""):
		return nul
	}
	return blank // or whatever else: no names are taken apart by it
}

// line is a value that covers any line of a stream, or what else ends so.
func (s stream) line(a *analysis, dir place, end ending) value {
	if end == blank || s.ends != end {
		return unknownValue("what read reads is not known")
	}
	if n, ok := s.name(a, dir); ok && strings.Trim(n.text, " \t") == n.text { // blanks around it are taken away
		return n.value()
	}
	return unknownValue("what read reads is not known")
}

func mapfile(w *walker, c *builtinCall) flow {
	defer w.takesInput()
	letters, vals := c.options("CcdnOsu")
	st := c.st
	if cb, ok := vals['C']; ok {
		lost := st.copy() // it is given an index and a line
		lost.params, lost.lost = nil, "what mapfile reads is not known"
		cb.text += ` "$@"`
		w.nested(cb, lost)
		c.unknown(cb.span, "what mapfile runs may change the shell")
	}
	name := lit("MAPFILE", c.span)
	if len(c.args) > 0 {
		name = c.args[0]
	}
	w.nameOperand(name)
	if name.kind == known && isName(name.text) {
		old, _ := st.lookup(name.text)
		st = w.assignVar(st, name.text, unknownValue("what mapfile reads is not known"), name.span, false)
		st = w.isArray(st, name, "what mapfile reads is not known")
		list := w.stdin.elements(c.dir)
		if end := delimited(vals); end == blank || w.stdin.names != nil && w.stdin.ends != end || strings.Trim(letters, "td") != "" || strings.IndexByte(letters, 't') < 0 {
			list = nil
		}
		if list != nil && !old.integer && !old.nameref && !old.readonly && old.folds == 0 {
			st = w.change(st, name.text, variable{array: true, list: list, exported: old.exported})
		}
	}
	return c.become(st)
}

// elements are values that cover the lines of a stream of names, or nil. As
// elements of a list each stands for any number of them.
func (s stream) elements(dir place) []value {
	var out []value
	switch {
	case s.set && s.text.kind == pattern && !strings.Contains(s.text.text, "\n"):
		out = []value{s.text.orNone()}
	case s.set && s.dir == dir:
		for _, n := range s.names {
			out = append(out, n.value().orNone())
		}
	}
	for i := range out {
		out[i].several = true
	}
	return out
}

func let(w *walker, c *builtinCall) flow {
	x := expansion{w, c.st}
	for _, a := range c.args {
		x.evaluate(a.value(), &syntax.Lit{}, 0)
	}
	return c.become(x.st)
}

func test(w *walker, c *builtinCall) flow {
	for i, a := range c.args {
		if i+1 == len(c.args) || a.kind != known {
			continue
		}
		next := c.args[i+1]
		switch a.text {
		case "-v", "-R":
			w.nameOperand(next)
		case "-e", "-f", "-d", "-r", "-w", "-x", "-s", "-L", "-h", "-p", "-S", "-b", "-c", "-g", "-k", "-u", "-N", "-O", "-G":
			if next.kind != unknown {
				c.list(next)
			}
		case "-nt", "-ot", "-ef":
			c.list(next)
		}
	}
	return c.stay()
}

func trap(w *walker, c *builtinCall) flow {
	letters, _ := c.options("")
	if strings.ContainsAny(letters, "lpP") || len(c.args) < 2 || c.args[0].is("-") || c.args[0].is("") {
		return c.stay()
	}
	t := c.args[0]
	if c.st.opts&optNoglob == 0 {
		t = t.code()
	}
	atEnd := true
	for _, sig := range c.args[1:] {
		atEnd = atEnd && (sig.is("EXIT") || sig.is("0"))
	}
	if !atEnd || t.kind != known {
		w.proc.anytime = true
		w.runTrap(t, c.st)
	}
	if t.kind == known && len(w.proc.traps) < 64 {
		w.proc.traps = append(w.proc.traps, trapped{t, !atEnd})
	}
	return c.stay()
}

// runTrap walks a trap that may run at any time: what follows doesn't see what
// it changes.
func (w *walker) runTrap(t word, st *state) {
	f := w.nested(t, st)
	if slices.ContainsFunc(f.all(), func(after *state) bool { return !after.equal(st) }) {
		w.a.unknown(t.span, "a trap that may run at any time changes the shell's state", false)
	}
}

func aliasBuiltin(w *walker, c *builtinCall) flow {
	st := c.st.copy()
	for _, a := range c.args {
		name, v, ok := a.cut("=")
		if a.kind == unknown && !ok {
			c.unknown(a.span, "an alias is not known: "+a.reason)
		}
		if plain.Reserved(name) || strings.Trim(name, "{}![]") == "" {
			c.unknown(a.span, "an alias of a reserved word changes what the text means")
		}
		if ok {
			st.addAlias(name, v.value())
		}
	}
	return c.become(st)
}

func hash(w *walker, c *builtinCall) flow {
	letters, _ := c.options("p")
	if strings.Contains(letters, "p") {
		c.unknown(c.span, "hash -p makes a name start another program")
	}
	return c.stay()
}

func enable(w *walker, c *builtinCall) flow {
	letters, _ := c.options("f")
	if strings.ContainsAny(letters, "fn") {
		c.unknown(c.span, "enable changes what the shell's own commands are")
	}
	return c.stay()
}

func getopts(w *walker, c *builtinCall) flow {
	st := c.st
	if len(c.args) > 1 {
		w.nameOperand(c.args[1])
		if c.args[1].kind == known && isName(c.args[1].text) {
			st = w.assignVar(st, c.args[1].text, patternValue("?"), c.args[1].span, false)
		}
	}
	st = st.assign("OPTIND", number())
	return c.become(st.assign("OPTARG", unknownValue("the value of an option of the caller")))
}

func wait(w *walker, c *builtinCall) flow {
	_, vals := c.options("p")
	n, ok := vals['p']
	if !ok {
		return c.stay()
	}
	w.nameOperand(n)
	if n.kind != known || !isName(n.text) {
		return c.stay()
	}
	return c.become(w.assignVar(c.st, n.text, unknownValue("the number of a process"), n.span, false))
}

func history(w *walker, c *builtinCall) flow {
	letters, _ := c.options("d")
	if v, ok := c.st.lookup("HISTFILE"); ok && !v.unset && (letters == "" || len(c.args) == 0) {
		c.args = append(c.args, v.word(c.span))
	}
	for _, a := range c.args {
		switch {
		case strings.Contains(letters, "s"):
			c.unknown(a.span, "text is put into the history, from where it may be run")
		case strings.ContainsAny(letters, "aw"):
			c.write(a)
		default:
			c.anyWord(a)
		}
	}
	return c.stay()
}

func compgen(w *walker, c *builtinCall) flow {
	_, vals := c.options("ACFGoPSVWX")
	for _, l := range []byte("CF") {
		v, ok := vals[l]
		if !ok {
			continue
		}
		if v.kind == known { // the word and its neighbours come behind it
			v.text += ` "compgen" "${x-}"`
		}
		w.nested(v, c.st)
	}
	if v, ok := vals['W']; ok && (v.kind != known || strings.ContainsAny(v.text, "$`")) {
		c.unknown(v.span, "a list of words is expanded again")
	}
	if v, ok := vals['V']; ok { // from Bash 5.3 on
		w.nameOperand(v)
		return c.become(w.isArray(w.assignVar(c.st, v.text, unknownValue("what compgen finds is not known"), v.span, false), v, "what compgen finds is not known"))
	}
	return c.stay()
}

// jobs -x runs a command, in this shell.
func jobs(w *walker, c *builtinCall) flow {
	if letters, _ := c.options(""); strings.IndexByte(letters, 'x') >= 0 && len(c.args) > 0 {
		c.unknown(c.span, "jobs runs a command")
		c.run(c.args)
	}
	return c.stay()
}
