package shell

import (
	"crypto/sha256"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"mvdan.cc/sh/v3/syntax"

	"github.com/runtimeguard/runtimeguard/boundary/internal/plain"
	"github.com/runtimeguard/runtimeguard/guard"
)

// call walks a simple command.
func (w *walker) call(c *syntax.CallExpr, redirs []*syntax.Redirect, in worlds, st *state) flow {
	before := st
	x := expansion{w, st}
	words := x.commandWords(c.Args)
	st = x.st
	if len(words) == 0 && !w.u.posix {
		st := w.assigns(c.Assigns, st)
		after, failed := w.redirects(redirs, st)
		return both(back(in, either(st, after, redirector))).add(flow{fail: failed})
	}
	after, failed := w.redirects(redirs, st)
	if after != st && !w.redirectsItself(words, st) {
		after = either(st, after, redirector)
	}
	st = after
	return w.called(c, words, redirs, in, before, st).add(flow{fail: failed})
}

const redirector = "it depends on whether the shell itself or a child of it redirects"

// redirectsItself reports whether the shell itself makes the redirections of a
// command, as it does for functions and builtins.
func (w *walker) redirectsItself(words []word, st *state) bool {
	if len(words) == 0 || words[0].kind != known {
		return false
	}
	name := words[0].text
	f := st.funcs.get(name)
	return f != nil && !f.maybe || findBuiltin(name) != nil && !(w.u.posix && posixLacks[name])
}

// called does what follows the expansion of a command's words and redirections.
func (w *walker) called(c *syntax.CallExpr, words []word, redirs []*syntax.Redirect, in worlds, before, st *state) flow {
	if len(words) == 0 {
		return both(back(in, w.assigns(c.Assigns, st)))
	}
	if len(c.Assigns) == 0 {
		return w.runAlias(c, before).add(w.run(words, back(in, st), st, w.u.at(c)))
	}
	env := w.inFront(c.Assigns, st)
	around := w.front
	w.front = slices.Clip(around)
	names := targets(c.Assigns, st)
	if !w.a.spend(len(names) + len(names)*len(names)/64) { // each is looked for among all
		return both(in)
	}
	touched := make([]bool, len(names))
	for i, name := range names {
		w.front = append(w.front, front{name, st, &touched[i]})
	}
	defer func() { w.front = around }()
	if after := env.without(names, st); after != st { // what their values assign stays
		in, st = worlds{after}, after
		if !w.u.posix && slices.ContainsFunc(redirs, func(r *syntax.Redirect) bool { _, plain := literal(r.Word); return !plain || r.Hdoc != nil }) {
			w.a.unknown(w.u.at(c), "what stands in front of a command changes where a redirection of it goes", false)
		}
	}
	if w.u.posix && len(redirs) > 0 && endsShell(words[0].text) { // before they are made
		w.mayExit(in)
	}
	w.runAlias(c, before) // its words don't see the assignments, its programs do
	f := w.aborted(func() flow { return w.runAlias(c, env).add(w.run(words, worlds{env}, env, w.u.at(c))) },
		func(ws worlds) worlds { return restore(ws, names, touched, in, env, st) })
	if w.u.posix && specialBuiltin[words[0].text] {
		return f // POSIX: the assignments stay
	}
	restored := flow{restore(f.ok, names, touched, in, env, st), restore(f.fail, names, touched, in, env, st)}
	if w.u.posix && (words[0].is("local") || aliased(c, st)) { // for such a builtin, perhaps
		return f.add(restored)
	}
	return restored
}

// assigns makes the assignments of a command without words.
func (w *walker) assigns(as []*syntax.Assign, st *state) *state {
	for _, a := range as {
		st = w.assign(a, st, false)
	}
	return st
}

// commandWords expands the words of a command. The parser knows the words of
// export and its like that are assignments in Bash where nothing stands in front
// of it, but not those of alias, and none in a POSIX shell.
func (x *expansion) commandWords(ws []*syntax.Word) []word {
	if !x.w.u.posix && (len(ws) < 2 || !declarers[ws[0].Lit()]) {
		return x.fields(ws)
	}
	out := x.w.a.rooms.words.empty(len(ws) + 2)
	for _, w := range ws {
		if n := assignedName(w); n > 0 && x.declares(out) && (x.w.u.posix || !hasBrace(w)) {
			out = append(out, x.assignedWord(w, n))
		} else {
			out = x.field(out, w, argument)
		}
	}
	return out
}

// declares reports whether a command assigns with its words.
func (x *expansion) declares(words []word) bool {
	for x.w.u.posix && len(words) > 1 && words[0].is("command") {
		for words = words[1:]; len(words) > 1 && words[0].starts("-"); {
			words = words[1:]
		}
	}
	if len(words) == 0 || x.st.funcs.get(words[0].text) != nil {
		return false
	}
	return words[0].kind == known && declarers[words[0].text]
}

// declarers are builtins whose words may be assignments.
var declarers = wordSet("export readonly local alias declare typeset")

// assignedName is how long the name of a word that looks like an assignment is.
func assignedName(w *syntax.Word) int {
	l, ok := w.Parts[0].(*syntax.Lit)
	if !ok {
		return 0
	}
	if n := strings.IndexByte(l.Value, '='); n > 0 && isName(strings.TrimSuffix(l.Value[:n], "+")) {
		return n
	}
	return 0
}

// assignedWord expands name=value as an assignment. Some shells split what
// stands in it without quotes.
func (x *expansion) assignedWord(w *syntax.Word, name int) word {
	first := *w.Parts[0].(*syntax.Lit)
	prefix := first.Value[:name+1]
	first.Value = first.Value[name+1:]
	parts := append([]syntax.WordPart{&first}, w.Parts[1:]...)
	v := x.single(parts, x.w.u.at(w), assigned)
	if x.w.u.posix && v.kind == known && strings.ContainsAny(v.text, " \t\n*?[") && slices.ContainsFunc(parts, expands) {
		v = word{kind: unknown, reason: "shells differ in whether they split what is assigned", span: v.span}
	}
	v.text = prefix + v.text
	return v
}

// expands reports whether a part stands for a value without quotes.
func expands(p syntax.WordPart) bool {
	switch p.(type) {
	case *syntax.Lit, *syntax.SglQuoted, *syntax.DblQuoted:
		return false
	}
	return true
}

// inFront walks the assignments in front of a command. Once a substitution in
// one of them assigns a variable, Bash 5 forgets those before it, so that it is
// walked without them too.
func (w *walker) inFront(assigns []*syntax.Assign, st *state) *state {
	env := st
	for i, as := range assigns {
		if v, _ := env.lookup(as.Name.Value); v.lists() { // it is another variable than the list
			v = v.lost("a list hidden by a variable in front of a command")
			v.listed = false
			env = env.set(as.Name.Value, v)
		}
		env = w.assign(as, env.plain(as), true)
		if i == 0 || w.u.posix || !substitutes(as.Value) {
			continue
		}
		x := expansion{w, st}
		if v, _ := env.lookup(as.Name.Value); x.one(as.Value).value() != v.value {
			env = w.assignVar(env, as.Name.Value, unknownValue("a substitution in front of a command may not see what is assigned before it"), w.u.at(as), true)
		}
	}
	return env
}

// plain is the state in which the variable of an assignment in front of a command
// has no attributes: it is another one than that of the shell.
func (st *state) plain(as *syntax.Assign) *state {
	name, _ := st.referent(as.Name.Value)
	v, ok := st.lookup(name)
	if !ok || !v.integer && v.folds == 0 {
		return st
	}
	if as.Append {
		v = v.lost("something is added to a variable with attributes")
	}
	v.integer, v.folds = false, 0
	return st.set(name, v)
}

// substitutes reports whether a word holds a command substitution.
func substitutes(w *syntax.Word) bool {
	if w == nil {
		return false
	}
	found := false
	syntax.Walk(w, func(n syntax.Node) bool {
		_, is := n.(*syntax.CmdSubst)
		found = found || is
		return !found
	})
	return found
}

var specialBuiltin = map[string]bool{
	".": true, ":": true, "break": true, "continue": true, "eval": true, "exec": true, "exit": true, "export": true,
	"readonly": true, "return": true, "set": true, "shift": true, "times": true, "trap": true, "unset": true,
}

// endsShell reports whether an error in a builtin ends a POSIX shell: dash counts
// local among the special ones.
func endsShell(name string) bool { return specialBuiltin[name] || name == "local" }

// front is an assignment in front of a command that is being walked.
type front struct {
	name    string
	old     *state // from before it
	touched *bool  // the command assigned it too, on some way
}

// targets are the variables that assignments set: what a reference refers to
// too.
func targets(assigns []*syntax.Assign, st *state) (names []string) {
	for _, as := range assigns {
		names = append(names, as.Name.Value)
		if target, ok := st.referent(as.Name.Value); ok && target != as.Name.Value {
			names = append(names, target)
		}
	}
	return names
}

// hides reports whether a variable may hide another of its name: it is local to
// a caller, or assigned in front of a command.
func (w *walker) hides(name string) bool {
	return w.inFrontOf(name) || slices.ContainsFunc(w.outer, func(l *locals) bool { return l.get(name) != nil })
}

func (w *walker) inFrontOf(name string) bool {
	return slices.ContainsFunc(w.front, func(f front) bool { return f.name == name })
}

// touch notes that a variable is assigned that may stand in front of a command.
func (w *walker) touch(name string) {
	w.a.spend(len(w.front) / bytesOfWork)
	for _, f := range w.front {
		if f.name == name {
			*f.touched = true
		}
	}
}

// jump takes back what was assigned in front of commands that a jump ends: those
// from the n-th on.
func (w *walker) jump(ws worlds, n int) worlds {
	if len(w.front) == n {
		return ws
	}
	out := make(worlds, len(ws))
	for i, st := range ws {
		out[i] = st.copy()
		for _, f := range slices.Backward(w.front[n:]) {
			out[i].restoreVar(f.name, f.old)
		}
	}
	if w.u.posix { // those in front of a special builtin stay
		return ws.add(out)
	}
	return out
}

// restore takes the assignments in front of a command to these names back. A variable that the
// command changed may stay: Bash keeps what is exported, and what builtins
// assign.
func restore(ws worlds, names []string, touched []bool, in worlds, env, st *state) worlds {
	untouched := !slices.Contains(touched, true)
	if untouched && len(ws) == 1 && ws[0] == env {
		return back(in, st)
	}
	var out worlds
	for _, s := range ws {
		if untouched && s == env {
			out = out.add(worlds{st})
			continue
		}
		changed := false
		n, kept := s.copy(), s
		for i, name := range names {
			if n.restoreVar(name, st); !touched[i] && s.vars.get(name) == env.vars.get(name) {
				kept = kept.copy()
				kept.restoreVar(name, st)
			} else {
				changed = true
				if old, _ := st.lookup(name); old.integer || old.folds != 0 { // the value takes its attributes
					v, _ := s.lookup(name)
					v = v.lost("a variable with attributes is assigned behind one without")
					v.integer, v.folds = old.integer, old.folds
					kept = kept.copy()
					kept.put(name, v)
				}
			}
		}
		if out = out.add(worlds{n}); changed {
			out = out.add(worlds{kept})
		}
	}
	return out
}

// without is the state with variables as they are in another, which it is where
// nothing else differs.
func (st *state) without(names []string, old *state) *state {
	differs := func(name string) bool {
		return !slices.Contains(names, name) && st.vars.get(name) != old.vars.get(name)
	}
	if !slices.ContainsFunc(differing(st.vars, old.vars), differs) {
		return old
	}
	n := st.copy()
	for _, name := range names {
		n.restoreVar(name, old)
	}
	return n
}

// restoreVar sets a variable to what it was in another state.
func (st *state) restoreVar(name string, old *state) {
	if v, ok := old.lookup(name); ok {
		st.put(name, v)
		return
	}
	if _, ok := st.lookup(name); ok {
		st.put(name, notSet(name))
	}
}

// run looks the first word up as the shell does: functions, builtins, programs.
func (w *walker) run(words []word, in worlds, st *state, span guard.Span) flow {
	name := words[0]
	if name.kind != known {
		w.start(words, st, span)
		return both(in)
	}
	var out flow
	if f := st.funcs.get(name.text); f != nil {
		for _, b := range f.bodies {
			out = out.add(w.function(f.name, b, words[1:], in, st))
		}
		if !f.maybe {
			return out
		}
	}
	return out.add(w.runPerhaps(words, in, st, span))
}

// runPerhaps runs a builtin or a program without those of its words that may be
// none, and with all.
func (w *walker) runPerhaps(words []word, in worlds, st *state, span guard.Span) (f flow) {
	var optional []int
	for i, a := range words {
		if a.kind == pattern && (a.empty && a.split || a.absent) && !heedless[words[0].text] {
			optional = append(optional, i)
		}
	}
	if len(optional) > 3 {
		w.a.unknown(span, "which words "+words[0].text+" is given depends on the files that there are, or on what other commands write", false)
		optional = nil
	}
	for left := 1; left < 1<<len(optional); left++ {
		var few []word
		for i, a := range words {
			if j := slices.Index(optional, i); j < 0 || left>>j&1 == 0 {
				few = append(few, a)
			}
		}
		s := *w
		if w.out != nil {
			s.out = &capture{}
		}
		f = f.add(s.runBuiltin(few, in, st, span))
		w.out.mix()
	}
	return f.add(w.runBuiltin(words, in, st, span))
}

// heedless are commands that do no more without a word than with it and write
// nothing else that matters, and cd, which sees to it itself.
var heedless = wordSet("echo printf : true false test [ cd basename dirname realpath readlink kill rm rmdir mkdir touch")

// runAlias walks what an alias makes of a command: the text of the alias with
// that of the words after it. Bash scripts don't expand aliases unless told to,
// so the command itself is walked too.
func (w *walker) runAlias(c *syntax.CallExpr, st *state) (out flow) {
	name := c.Args[0].Lit()
	texts := st.aliases.get(name)
	if texts == nil || slices.Contains(w.alias, name) {
		return flow{}
	}
	for _, v := range slices.Backward(*texts) {
		t := v.word(w.u.at(c))
		if t.kind == known && len(c.Args) > 1 && t.text != strings.TrimRight(t.text, " \t") {
			w.a.unknown(t.span, "an alias that ends in a blank makes an alias of the word after it", false)
		}
		if strings.Contains(t.text, "<<") {
			w.a.unknown(t.span, "an alias holds a here-document", false)
		}
		if t.kind == known {
			t.text += sourceOf(c.Args[1:])
		}
		s := *w
		s.alias = append(slices.Clone(w.alias), name)
		f := s.nested(t, st)
		w.stdin, w.out = s.stdin, s.out
		out = out.add(f)
	}
	return out
}

// aliased reports whether the first word of a command may be an alias.
func aliased(c *syntax.CallExpr, st *state) bool {
	return st.aliases.get(c.Args[0].Lit()) != nil
}

// sourceOf writes words as they may stand in a text.
func sourceOf(words []*syntax.Word) string {
	var b strings.Builder
	p := syntax.NewPrinter()
	for _, w := range words {
		b.WriteByte(' ')
		_ = p.Print(&b, w) // a builder takes it all
	}
	return b.String()
}

// withParams gives states the positional parameters of another.
func withParams(ws worlds, of *state) worlds {
	out := make(worlds, len(ws))
	for i, s := range ws {
		out[i] = s.copy()
		out[i].params, out[i].lost = of.params, of.lost
	}
	return out
}

// values makes positional parameters of words.
func values(words []word) (params []value, lost string) {
	params = make([]value, len(words))
	for i, a := range words {
		if a.kind == unknown && a.split {
			return nil, a.reason
		}
		params[i] = a.element()
	}
	return params, ""
}

// maxCalls is how often a function may call itself before that is an unknown.
const maxCalls = 2

// function walks the body of a function with the words as its parameters.
func (w *walker) function(name string, f body, args []word, in worlds, st *state) flow {
	n := 0
	for _, b := range w.calls {
		if b == f.stmt {
			n++
		}
	}
	if n >= maxCalls || len(w.calls) >= MaxDepth {
		reason := "the function " + name + " calls itself"
		if w.async > 0 {
			reason += " in the background or a pipe, without end: a fork bomb"
		}
		w.a.unknown(w.u.at(f.stmt), reason, false)
		return both(in)
	}
	inner := st.copy()
	inner.params, inner.lost = values(args)
	inner.locals = nil
	rets := worlds{}
	c := *w
	c.u = f.unit
	c.calls = append(w.calls[:len(w.calls):len(w.calls)], f.stmt)
	c.outer = append(w.outer[:len(w.outer):len(w.outer)], st.locals)
	c.rets, c.begun = &rets, len(w.front)
	traps, exits, errors := len(w.proc.traps), w.proc.exits, w.proc.errors
	w.proc.exits, w.proc.errors = nil, nil
	out := c.aborted(func() flow { return c.stmt(f.stmt, worlds{inner}) }, func(ws worlds) worlds { return leave(ws, st) })
	if w.u.posix { // some shells leave the function before they end
		exits = exits.add(leave(w.proc.exits, st))
	}
	w.proc.exits = exits.add(w.proc.exits)
	w.proc.errors = errors.add(leave(w.proc.errors, st)).add(w.proc.errors) // so does Bash, at an error
	w.stdin, w.out = c.stdin, c.out
	if w.proc.anytime || w.async > 0 && len(w.proc.traps) > traps { // a child that is only this call ends in it
		w.mayExit(out.all().add(rets))
	}
	return flow{leave(out.ok.add(rets), st), leave(out.fail.add(rets), st)}
}

// leave takes back what belongs to a call: the parameters and the locals.
func leave(ws worlds, caller *state) worlds {
	out := make(worlds, len(ws))
	for i, s := range ws {
		n := s.copy()
		n.params, n.lost = caller.params, caller.lost
		for name, l := range s.locals.all() {
			if caller.a.spend(1); name == "-" {
				if n.opts &^= optNoglob; !l.maybe {
					n.opts = n.opts&^localOptions | l.opts&localOptions
				}
				continue
			}
			if l.had {
				old := l.old
				if v, _ := s.lookup(name); l.maybe && v.readonly { // it may be the same variable
					old.readonly = true
				}
				n.put(name, old)
			} else {
				n.put(name, notSet(name))
			}
		}
		n.locals = caller.locals
		if n.equal(caller) {
			n = caller
		}
		out[i] = n
	}
	return out
}

// start runs a program for the shell.
func (w *walker) start(words []word, st *state, span guard.Span) {
	inv := w.a.rooms.invocations.new()
	*inv = invocation{st: w.a.inChild(st, st.dir), args: words, span: span, dir: st.dir, stdin: w.stdin, unheard: w.out == nil}
	w.out.add(w.a.start(inv))
}

// maxStarts bounds the program starts within each other (env env env …).
const maxStarts = 200

// start judges one program start, given as args[0] and the words after it, and
// returns what it writes.
func (a *analysis) start(inv *invocation) stream {
	if !a.step() || !a.spend(len(inv.args)/bytesOfWork) {
		return stream{}
	}
	if inv.depth > maxStarts {
		a.limit("programs start each other deeper than 200")
		return stream{}
	}
	inv.a = a
	name := inv.args[0]
	inv.args = inv.args[1:]
	inv.index = -1
	if name.kind != known || name.tree {
		inv.unknown(name.span, "the program's name is not known: "+name.why())
		a.words(inv)
		return stream{}
	}
	if name.text == "" {
		return stream{}
	}
	base := name.text
	if strings.Contains(base, "/") {
		if !systemFolder(path.Dir(base)) {
			inv.exec("", name)
			inv.script(name, inv.args, guard.DialectAny, true)
			if known := inv.ownTool(base); known != "" {
				inv.name, inv.command = known, known
				a.interpret(inv)
				inv.settle()
			} else {
				a.words(inv)
			}
			return stream{}
		}
		base = path.Base(base)
	}
	inv.name, inv.command = base, base
	inv.exec(base, name)
	if settled[base] {
		inv.movedSettings()
	}
	first, descriptors := len(a.actions), a.descriptors
	a.interpret(inv)
	inv.settle()
	inv.aftermath(first)
	inv.noteBuild(first)
	if a.descriptors != descriptors {
		inv.stdout = opaqueStream("what is written to a descriptor by its name is not known")
	}
	if !inv.stdout.set && !inv.unheard {
		inv.stdout = inv.output()
	}
	return inv.stdout
}

// contentWriters are programs whose output a later command of the same text
// may run.
var contentWriters = wordSet(`cp gcp mv gmv ln install ditto tee gtee sponge curl wget aria2c axel ftp lftp http xh rsync scp sftp dd sed gsed awk gawk mawk jq yq sd envsubst m4
	tar bsdtar cpio pax unzip 7z 7za 7zz ar gunzip gzip bunzip2 bzip2 unxz xz unzstd zstd unlz4 lz4 brotli base64 base32 basenc xxd uudecode openssl gpg
	patch split csplit printf sort shuf uniq iconv truncate ed ex vi vim nvim`)

// writesHere are programs, and commands of some, that write in the folder they run
// in without being told a name. It counts where that is another one than the
// call's.
var writesHere = wordSet("gcc cc g++ c++ clang clang++ gfortran rustc javac as ld pdflatex xelatex lualatex latex tex latexmk bison yacc flex lex ctags cscope patch cmake meson bundle")

func init() {
	for program, commands := range map[string]string{
		"git": "init checkout commit merge pull gc rebase revert reset add rm mv switch restore am apply cherry-pick clean fetch format-patch repack prune",
		"hg":  "init commit update merge pull add remove rename revert tag rebase shelve unshelve", "svn": "update commit add delete move revert merge switch checkout",
		"go": "mod fmt generate get work", "cargo": "init new fmt fix add remove update build", "npm": "init", "pnpm": "init", "yarn": "init", "bun": "init", "deno": "init", "uv": "init add remove sync lock venv", "poetry": "init add remove lock",
		"terraform": "init apply fmt destroy", "ruff": "format", "dotnet": "new build clean", "mix": "new format", "rails": "new generate",
	} {
		for c := range strings.FieldsSeq(commands) {
			writesHere[program+" "+c] = true
		}
	}
}

// aftermath notes what a program does to the names of files that the rest of
// the text uses.
func (inv *invocation) aftermath(first int) {
	a := inv.a
	if contentWriters[inv.name] {
		for i := first; i < len(a.actions); i++ {
			if w := &a.actions[i]; w.Kind == guard.KindWrite {
				a.note(place{path: path.Clean(w.Path), glob: w.Pattern})
			}
		}
	}
	switch inv.name {
	case "ln", "cp", "mv", "install", "rsync":
		inv.noteNames()
	}
	if d := inv.dir.path; d != a.o.Dir && d != "" && (writesHere[inv.name] || writesHere[inv.command]) && !within(path.Clean(d), a.o.Dir) && !inv.flag("help", "version", "dry-run") {
		inv.write(lit(".", inv.span))
	}
	for _, f := range buildFiles[inv.name] {
		p, glob, ok := inv.dir.abs(lit(f, inv.span))
		if ok && !glob && slices.ContainsFunc(a.written, func(w place) bool { return w.path == path.Clean(p) }) {
			inv.unknown(inv.span, runsWritten)
		}
	}
}

// buildFiles are the files by which programs know, without being told, what to
// run.
var buildFiles = map[string][]string{}

func init() {
	for programs, files := range map[string]string{
		"make gmake bmake":   "GNUmakefile makefile Makefile",
		"npm pnpm yarn bun":  "package.json",
		"just":               "justfile Justfile .justfile",
		"task go-task":       "Taskfile.yml Taskfile.yaml taskfile.yml",
		"rake":               "Rakefile rakefile",
		"gradle gradlew":     "build.gradle build.gradle.kts settings.gradle",
		"mvn":                "pom.xml",
		"ant":                "build.xml",
		"cmake":              "CMakeLists.txt",
		"tox nox invoke fab": "tox.ini noxfile.py tasks.py fabfile.py",
		"scons waf":          "SConstruct wscript",
		"foreman honcho":     "Procfile",
		"deno":               "deno.json deno.jsonc",
		"composer":           "composer.json",
		"vagrant":            "Vagrantfile",
		"pre-commit":         ".pre-commit-config.yaml",
		"mise":               "mise.toml .mise.toml",
	} {
		for _, p := range strings.Fields(programs) {
			buildFiles[p] = strings.Fields(files)
		}
	}
}

// noteNames notes the new names that ln, cp and mv give to files.
func (inv *invocation) noteNames() {
	var ops []word
	var target word
	for i := 0; i < len(inv.args); i++ {
		w := inv.args[i]
		switch {
		case w.kind == known && (w.text == "-t" || w.text == "--target-directory" || len(w.text) > 2 && w.text[0] == '-' && w.text[1] != '-' && strings.HasSuffix(w.text, "t") && inv.name != "rsync"):
			if i+1 < len(inv.args) {
				i++
				target = inv.args[i]
			}
		case w.starts("--target-directory="):
			target = w.after(len("--target-directory="))
		case w.starts("-t") && inv.name != "rsync":
			target = w.after(2)
		case w.starts("-") && !w.is("-"):
		default:
			ops = append(ops, w)
		}
	}
	symbolic := inv.flag("s", "symbolic", "symbolic-link") && (inv.name == "ln" || inv.name == "cp")
	copied := inv.name != "ln" && !symbolic && !inv.flag("l", "link")
	if target.text == "" && len(ops) > 1 {
		target, ops = ops[len(ops)-1], ops[:len(ops)-1]
	}
	for _, src := range ops {
		if src.kind == unknown {
			continue
		}
		base := lit(path.Base(src.text), src.span)
		if target.text == "" {
			inv.a.noteLink(inv.dir, base, src, copied, symbolic)
			continue
		}
		in := target
		in.text = strings.TrimSuffix(in.text, "/") + "/" + base.text
		inv.a.noteLink(inv.dir, target, src, copied, symbolic)
		inv.a.noteLink(inv.dir, in, src, copied, symbolic)
	}
}

// systemFolder reports whether programs in a folder may be known by their
// names. The path must be written plainly.
func systemFolder(dir string) bool {
	switch dir {
	case "/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/opt/homebrew/bin":
		return true
	}
	return false
}

// wrappers start the build tool of their name.
var wrappers = wordSet("bazel bazelisk gradlew mvnw")

// ownTool is the known program that one of the workspace takes the words of: a
// virtual environment's python or pip, or a wrapper of a build tool.
func (inv *invocation) ownTool(name string) string {
	p, glob, ok := inv.dir.abs(lit(name, inv.span))
	if !ok || glob || p != path.Clean(p) && !strings.HasPrefix(name, "./") || strings.Contains(p, "/../") || inv.a.isTemp(p) || !inv.a.inside(inv.st, "", p) || strings.HasPrefix(p, "/usr/") {
		return ""
	}
	dir, base := path.Split(path.Clean(p))
	switch known := versionless(base); {
	case wrappers[known], known == "rails" && strings.HasSuffix(dir, "/bin/"):
		return known
	case known == "python" || known == "pip":
		if strings.HasSuffix(dir, "/.venv/bin/") || strings.HasSuffix(dir, "/venv/bin/") || strings.HasSuffix(dir, "/env/bin/") {
			return known
		}
	}
	return ""
}

// exec reports the start itself; settle completes it once the words are read.
func (inv *invocation) exec(program string, name word) {
	act := guard.Action{Kind: guard.KindExec, Program: program, Command: program, Via: inv.via, Span: inv.span}
	if len(inv.args) > 0 {
		act.Args = make([]string, len(inv.args))
		for i, w := range inv.args {
			act.Args[i] = w.arg()
		}
	}
	if strings.Contains(name.text, "/") {
		p, glob, ok := inv.dir.abs(name)
		if !ok {
			inv.unknown(name.span, "a program is named from a working folder that is not known")
			return
		}
		act.Path, act.Pattern = p, glob
	}
	inv.index = len(inv.a.actions)
	inv.a.add(act)
}

func (inv *invocation) settle() {
	if inv.index >= 0 && inv.index < len(inv.a.actions) {
		act := &inv.a.actions[inv.index]
		act.Command, act.Flags = inv.command, inv.flags
	}
}

// interpret finds what a program's words mean: by the policy's specification,
// by a reader, by the table, or by their looks.
func (a *analysis) interpret(inv *invocation) {
	if a.o.Command != nil {
		if c, ok := a.o.Command(inv.name); ok {
			inv.apply(c)
			return
		}
	}
	if a.interpretAs(inv, inv.name) {
		return
	}
	if name := versionless(inv.name); name == inv.name || !a.interpretAs(inv, name) {
		inv.looseWords()
	}
}

// interpretAs reads the words as those of the program of a name, if it is
// known.
func (a *analysis) interpretAs(inv *invocation, name string) bool {
	if r := findReader(name); r != nil {
		r(inv)
		return true
	}
	s := builtinSpec(name)
	if s != nil {
		inv.applySpec(s)
	}
	return s != nil
}

// findReader finds what reads a program's words. It is set in init because
// the readers start programs in their turn.
var findReader func(name string) reader

func init() {
	findReader = func(name string) reader {
		if r := core[name]; r != nil {
			return r
		}
		return readers[name]
	}
	findBuiltin = func(name string) builtin { return builtins[name] }
}

var compiled sync.Map // of *spec by name

// builtinSpec is the specification in the table of a program.
func builtinSpec(name string) *spec {
	if s, ok := compiled.Load(name); ok {
		return s.(*spec)
	}
	c, ok := specs()[name]
	if !ok {
		return nil
	}
	s := compile(c)
	compiled.Store(name, s)
	return s
}

// versionless is a program's name without the version behind it (python3.12,
// gcc-13).
func versionless(name string) string {
	if s := strings.TrimRight(name, "0123456789."); s != name && s != "" {
		return strings.TrimSuffix(s, "-")
	}
	return name
}

// looseWords judges the words of a program without a specification.
func (inv *invocation) looseWords() {
	a := inv.a
	for i, w := range inv.args {
		if w.kind == known && i < 3 && a.isCommand(w.text) {
			inv.unknown(w.span, "the program "+inv.name+" is not known and may run "+w.text)
			break
		}
		switch {
		case i > 0 || w.kind != known:
		case sendingVerbs[w.text]:
			inv.unknown(w.span, "the program "+inv.name+" is not known and may install or send something: "+w.text)
		case toolNames[w.text] && len(inv.args) > 1:
			inner := *inv
			inner.run(inv.args)
		}
		if inv.name != "" && strings.IndexByte(w.text, ':') > 0 && (isAddress(w) || strings.IndexByte(w.text, '@') > 0 && remoteFile.MatchString(w.text)) {
			inv.connect(w)
		}
		if option, v := codeOption(inv.args, i); takesCode(option, v.text) || strings.HasPrefix(option, "exec") && a.isCommand(v.text) {
			inv.unknown(v.span, "the program "+inv.name+" is not known and may run code in an argument")
		}
		if _, v, ok := w.cut("="); inv.name != "" && (a.commandLine(w) || ok && w.starts("-") && a.commandLine(v)) {
			inv.unknown(w.span, "the program "+inv.name+" is not known and may run a word that is a command line")
		}
	}
	a.words(inv)
}

// commandLine reports whether a word is likely to be a whole command line: the
// name of a program, and behind it an option, a path or an operator.
func (a *analysis) commandLine(w word) bool {
	name, rest, ok := strings.Cut(w.text, " ")
	if w.kind != known || !ok || !a.isCommand(name) {
		return false
	}
	for _, f := range strings.Fields(rest) {
		if strings.ContainsAny(f[:1], "-/~.$`") && len(f) > 1 || strings.ContainsAny(f, ";|&<>") || a.isCommand(f) && f != "find" && f != "cat" {
			return true
		}
	}
	return false
}

// isCommand reports whether a word is the name of a known program that is
// hardly ever a plain word.
func (a *analysis) isCommand(name string) bool {
	return commandNames[path.Base(name)] && (path.Base(name) == name || systemFolder(path.Dir(name)))
}

// commandNames are programs that an unknown program is likely to be told to
// run.
var commandNames = map[string]bool{
	"rm": true, "sh": true, "bash": true, "dash": true, "zsh": true, "dd": true, "mv": true, "cp": true, "chmod": true,
	"chown": true, "curl": true, "wget": true, "sudo": true, "su": true, "cat": true, "tee": true, "python": true, "python3": true,
	"perl": true, "ruby": true, "node": true, "env": true, "xargs": true, "find": true, "eval": true, "exec": true, "reboot": true,
	"shutdown": true, "halt": true, "poweroff": true, "kill": true, "mkfs": true, "nc": true, "ln": true, "truncate": true, "shred": true,
	"sed": true, "awk": true, "tar": true, "scp": true, "rsync": true, "ssh": true, "base64": true, "unlink": true, "rmdir": true,
}

// toolNames are programs whose names are plain words too, of which it counts what
// they would do if an unknown program ran them.
var toolNames = wordSet("git npm npx pnpm yarn docker podman kubectl terraform make cargo go pip pip3")

// sendingVerbs are commands of programs that fetch and run code of others, or send
// something away.
var sendingVerbs = wordSet("install upgrade publish deploy upload push")

// remoteFile is a file on another machine: user@host:name.
var remoteFile = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*@[A-Za-z0-9_.-]+:`)

// outputNames are options by which programs are told where to write, changeNames
// those by which they change the files that they are given.
var (
	outputNames = wordSet("o O output out outfile out-file output-file outdir out-dir output-dir output-directory outputdir dest destination target-dir log-file logfile report-file")
	changeNames = wordSet("in-place inplace write overwrite fix delete remove")
)

// words judges words without a known meaning, options taken apart.
func (a *analysis) words(inv *invocation) {
	inv.consoleOf(inv.args)
	output, changes := false, false
	for _, w := range inv.args {
		given := output
		if output = false; w.starts("-") {
			name, value, glued := w.cut("=")
			name = strings.TrimLeft(name, "-")
			if w.kind == known || glued {
				inv.flags = append(inv.flags, name)
			}
			changes = changes || changeNames[name]
			switch {
			case glued && outputNames[name]:
				inv.outputWord(value)
			case glued:
				inv.anyWord(value)
			case w.kind == unknown:
				inv.anyWord(w)
			case len(w.text) > 2 && w.text[1] != '-':
				if v := w.after(2); w.text[1] == 'o' && looksLikePath(v.text) {
					inv.outputWord(v)
				} else if strings.ContainsAny(v.text, "./~_") && a.sensitive(inv.dir, v) {
					inv.read(v)
				}
			default:
				output = outputNames[name]
			}
			continue
		}
		if given {
			inv.outputWord(w)
			continue
		}
		if changes && w.kind != unknown && looksLikePath(w.text) {
			inv.write(w)
		}
		if _, v, ok := w.cut("="); ok && v.kind == known && looksLikePath(v.text) && !looksLikePath(w.text[:1]) {
			inv.anyWord(v)
			continue
		}
		if strings.ContainsAny(w.text, besideKeywords) {
			inv.readSecrets(w, besideKeywords)
		}
		inv.anyWord(w)
	}
	inv.settle()
}

// outputWord judges a word that a program without a specification is told to write
// to.
func (inv *invocation) outputWord(w word) {
	if w.kind != unknown && looksLikePath(w.text) {
		inv.write(w)
		return
	}
	inv.anyWord(w)
}

// nested walks code found in a word, in this shell: eval, traps, aliases. It
// returns the states after it.
func (w *walker) nested(t word, st *state) flow {
	in := worlds{st}
	if st.opts&optNoglob == 0 {
		t = t.code()
	}
	if t.kind != known {
		w.a.unknown(t.span, "the shell runs text that is not known: "+t.why(), false)
		return both(in)
	}
	return w.text(t.text, t.span, in, w.u.file)
}

// maxTexts bounds texts within each other (eval 'eval …').
const maxTexts = 16

// workOfText is what it takes to begin to read one.
const workOfText = 3

func (w *walker) text(src string, span guard.Span, in worlds, file bool) flow {
	a := w.a
	if a.texts >= maxTexts {
		a.limit("texts for a shell lie within each other deeper than 16")
		return both(in)
	}
	if !a.spend(workOfText + len(src)/bytesOfWork) {
		return both(in)
	}
	a.texts++
	defer func() { a.texts-- }()
	c := *w
	c.u = &unit{src: src, posix: w.u.posix, nested: true, span: span, file: file, venv: w.u.venv}
	f := c.code(span, in)
	w.stdin, w.out = c.stdin, c.out
	return f
}

// code walks the text of the walker's unit.
func (w *walker) code(span guard.Span, in worlds) flow {
	st := in[0]
	if len(in) == 1 && st.aliases == nil && st.opts&optExits == 0 && !w.proc.anytime {
		if words := w.plain(); words != nil {
			w.u.program = words[0].text
			f := w.run(words, in, st, w.u.over(words))
			f.fail = f.fail.add(w.proc.aborts)
			return f
		}
	}
	if w.u.simple() {
		return w.lines(w.u.list, in)
	}
	stmts, problem := parse(w.u.src, w.u.posix, !w.u.nested)
	if problem != "" {
		if w.u.file {
			problem = "a script can't be read as shell text"
		}
		w.a.unknown(span, problem, false)
	}
	w.u.extended = !w.u.posix && opensExtended(0, w.u.src)
	return w.lines(stmts, in)
}

// plain are the words of a text that needs no parser, or nil.
func (w *walker) plain() []word {
	if len(w.u.src) > MaxSource {
		return nil
	}
	texts := plain.Words(w.u.src)
	if texts == nil || !w.a.spend(1+len(texts)) {
		return nil
	}
	words, at := w.a.rooms.words.empty(len(texts)), 0
	for _, t := range texts {
		for w.u.src[at] == ' ' {
			at++
		}
		span := w.u.span
		if !w.u.nested {
			span = guard.Span{Start: at, End: at + len(t)}
		}
		words = append(words, lit(t, span))
		at += len(t)
	}
	return words
}

// shellText runs text in a new shell: a child process with its own state.
func (a *analysis) shellText(inv *invocation, t word, dialect guard.Dialect, params []word) {
	if t.kind != known {
		inv.unknown(t.span, "a shell runs text that is not known: "+t.why())
		return
	}
	for _, posix := range []bool{true, false} {
		if posix && dialect == guard.DialectBash {
			continue
		}
		st := inv.a.inChild(inv.st, inv.dir)
		st.opts |= inv.shopts
		if len(params) > 0 {
			zero, rest := params[0], params[1:]
			if zero.split { // any of them may come first, or the name of the shell
				zero, rest = word{kind: unknown, reason: "a part of a list whose length is not known"}, perhapsNone(params)
			}
			st.put("0", variable{value: zero.value()})
			st.params, st.lost = values(rest)
		}
		a.process(t.text, t.span, posix, st, inv.stdin, false)
	}
}

// process walks a text as a shell process of its own.
func (a *analysis) process(src string, span guard.Span, posix bool, st *state, stdin stream, file bool) {
	w := &walker{a: a, u: &unit{posix: posix, file: file}, stdin: stdin, proc: &process{}, loops: &loop{}}
	f := w.text(src, span, worlds{st}, file)
	w.finish(f.all())
}

// script runs a file as a program: its content is analysed where it is shell
// text that can be read. It is in the dialect of the shell that is given it, or,
// where direct says that the file is started by its name, in its own. It reports
// whether the file could be read.
func (inv *invocation) script(w word, args []word, dialect guard.Dialect, direct bool) (read bool) {
	a := inv.a
	if w.kind != known {
		inv.unknown(w.span, "a script is run whose name is not known: "+w.why())
		return false
	}
	if s, ok := a.substitutions[w.text]; ok {
		inv.shellStream(s, w, args, dialect)
		return false
	}
	if standardInput(w) && !direct {
		inv.shellStream(inv.stdin, w, args, dialect)
		return false
	}
	p, glob, ok := inv.dir.abs(w)
	if !ok || glob {
		inv.unknown(w.span, "a script is run from a working folder that is not known")
		return false
	}
	act := inv.index
	if !direct {
		act = len(a.actions)
		a.add(guard.Action{Kind: guard.KindExec, Path: p, Args: argTexts(args), Via: []string{inv.name}, Span: w.span})
	}
	if a.wrote(p) {
		inv.unknown(w.span, runsWritten)
		return false
	}
	a.runsBeside(p, w)
	if a.o.View == nil {
		return false
	}
	content, err := a.view(p)
	if err != nil {
		return false
	}
	if act >= 0 && act < len(a.actions) {
		a.actions[act].Hash = sha256.Sum256(content)
	}
	if direct {
		var isShell bool
		if dialect, isShell = shebang(content); !isShell {
			return true
		}
	}
	for _, posix := range []bool{true, false} {
		if posix && dialect == guard.DialectBash {
			continue
		}
		st := inv.a.inChild(inv.st, inv.dir)
		st.opts |= inv.shopts
		st.put("0", variable{value: text(w.text)})
		st.params, st.lost = values(args)
		a.process(string(content), w.span, posix, st, inv.stdin, true)
	}
	if a.wrote(p) { // a shell reads its script line by line
		inv.unknown(w.span, "it runs a file that writes itself")
	}
	return true
}

const runsWritten = "it runs a file that the same command writes"

// ran is a script that runs while other commands do, or more than once.
type ran struct {
	path string
	span guard.Span
}

// runsBeside remembers a script that what follows in the text may write before
// it is read.
func (a *analysis) runsBeside(p string, w word) {
	if a.beside > 0 {
		a.ran = append(a.ran, ran{p, w.span})
	}
}

// writtenLater looks at those scripts again when all writes are known.
func (a *analysis) writtenLater() {
	for _, r := range a.ran {
		if a.wrote(r.path) {
			a.unknown(r.span, runsWritten, false)
		}
	}
}

// standardInput reports whether a word is a name of what a program reads on
// standard input.
func standardInput(w word) bool { return w.is("/dev/stdin") || w.is("/dev/fd/0") }

func argTexts(args []word) []string {
	out := make([]string, len(args))
	for i, w := range args {
		out[i] = w.arg()
	}
	return out
}

// shebang says whether a script that is started by its name is for a shell, and
// for which. Without a "#!", whoever starts it hands it to sh, or is a shell
// and reads it itself.
func shebang(content []byte) (guard.Dialect, bool) {
	s := string(content[:min(len(content), 256)])
	if strings.IndexByte(s, 0) >= 0 {
		return "", false
	}
	line, ok := strings.CutPrefix(s, "#!")
	if !ok {
		return guard.DialectAny, true
	}
	line, _, _ = strings.Cut(line, "\n")
	for _, f := range strings.Fields(line) {
		switch path.Base(f) {
		case "bash", "zsh", "ksh":
			return guard.DialectBash, true
		case "sh", "dash", "ash":
			return guard.DialectPOSIX, true
		}
	}
	return "", false
}

// shellStream runs what a shell reads on standard input or from a process
// substitution.
func (inv *invocation) shellStream(s stream, w word, args []word, dialect guard.Dialect) {
	switch {
	case s.set && s.file != nil && s.file.kind == known:
		f := *inv
		f.dir = s.dir
		f.script(*s.file, args, dialect, false)
		if !inv.a.viewable(s.dir, *s.file) {
			inv.unknown(w.span, "a shell runs a file that can't be read here")
		}
	case s.set && s.text.kind == known:
		t := s.text.word(w.span)
		inv.stdin = stream{}
		inv.shell(t, dialect, append([]word{w}, args...)...)
	case s.set:
		reason := s.text.reason
		if s.text.kind == pattern || reason == "" {
			reason = "its input is not known"
		}
		inv.unknown(w.span, "a shell runs what it reads: "+reason)
	default:
		inv.unknown(w.span, "a shell runs what it reads from its standard input")
	}
}

// viewable reports whether a file can be read for its text.
func (a *analysis) viewable(dir place, w word) bool {
	p, glob, ok := dir.abs(w)
	if !ok || glob || a.o.View == nil {
		return false
	}
	_, err := a.view(p)
	return err == nil
}
