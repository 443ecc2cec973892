package shell

import (
	"crypto/sha256"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Interpreters. A script file is started as a program is: where it lies says
// whose code it is. Code in an argument is unknown unless it is plainly
// harmless, and so is what comes on standard input.
func init() {
	register(readPython, "python python3 python2 python-dbg python3-dbg pypy pypy3 ipython bpython micropython")
	register(readScript, "perl ruby jruby truffleruby mruby irb pry node nodejs ts-node tsx qjs esr esno swc-node babel-node php php-cgi hhvm lua luajit texlua luau")
	register(readForeign, `tclsh wish guile scheme racket mzscheme gosh csi sbcl clisp ecl ccl abcl janet fennel newlisp ghci runghc runhaskell erl escript elixir iex julia octave octave-cli matlab R Rscript scala groovy groovysh swipl gprolog yap gforth raku perl6 osascript pwsh powershell maxima gap sage gnuplot jshell jjs kotlin ocaml utop bsh rhino js d8 jsc amm m4 gm4 expect gdb lldb bpftrace stap`)
	register(readUnread, `chicken pil pforth io squeak pharo gst spidermonkey cscript gp mathematica wolframscript dotnet-script csharp fsharpi nashorn v8 scsh ammonite tclkit smlnj poly mosml kotlinc-jvm`)
	register(readTyped, "pike regina rexx bb clj coffee lsc livescript cqlsh cqlsh.py usql swift clojure")
	register(readNim, "nim")
	register(readGvpr, "gvpr")
	register(readUv, "uv")
	register(readDeno, "deno")
	register(readJava, "java javaw")
}

// codeFile starts a script that an interpreter reads.
func (inv *invocation) codeFile(w word, args []word) {
	a := inv.a
	switch {
	case w.kind != known:
		inv.unknown(w.span, inv.title()+" runs a file whose name is not known: "+w.why())
		return
	case w.text == "-" || strings.HasPrefix(w.text, "/dev/"):
		inv.codeInput()
		return
	case strings.Contains(w.text, "://"):
		inv.connect(w)
		inv.unknown(w.span, inv.title()+" runs what it loads from a host")
		return
	case strings.ContainsAny(w.text, ":@") && codeAddress.MatchString(w.text):
		inv.unknown(w.span, inv.title()+" runs code by an address")
		return
	}
	inv.consoleOf(args)
	if _, ok := a.substitutions[w.text]; ok {
		inv.unknown(w.span, inv.title()+" runs the output of a command")
		return
	}
	p, glob, ok := inv.dir.abs(w)
	if !ok || glob {
		inv.unknown(w.span, inv.title()+" runs a file from a working folder that is not known")
		return
	}
	inv.read(w)
	act := guard.Action{Kind: guard.KindExec, Path: p, Args: argTexts(args), Via: append(inv.via[:len(inv.via):len(inv.via)], inv.name), Span: w.span}
	if content, ok := inv.content(w); ok {
		act.Hash = sha256.Sum256([]byte(content))
	}
	a.add(act)
	if a.wrote(p) {
		inv.unknown(w.span, inv.title()+" runs a file that the same command writes")
	}
	a.runsBeside(p, w)
}

// codeOption is the option at a place among the words by its name, or by its
// last letter, and the value that it would have.
func codeOption(words []word, i int) (option string, value word) {
	w := words[i]
	if w.kind != known || !mayBeOption(w) || w.is("--") {
		return "", word{}
	}
	if n := strings.IndexAny(w.text, "=: "); n > 2 && w.text[n] != ' ' {
		return strings.TrimLeft(w.text[:n], "-"), w.after(n + 1)
	}
	if strings.HasPrefix(w.text, "-e") && looksLikeCode(w.text) {
		return "e", w.after(2)
	}
	if i+1 >= len(words) {
		return "", word{}
	}
	option = strings.TrimLeft(w.text, "-")
	if n := len(option); !w.starts("--") && n > 1 && n < 4 {
		option = option[n-1:]
	}
	return option, words[i+1]
}

// takesCode reports whether the value of an option that nothing is known of is
// likely to be code. Short options mean too much else to tell by their names.
func takesCode(option, value string) bool {
	switch option {
	case "eval", "exec", "execute", "command", "run", "cmd", "expr", "expression", "execute-string", "eval-string":
		return strings.ContainsAny(value, " (;|&`\"'")
	case "e", "x", "c", "E":
		return looksLikeCode(value)
	}
	return false
}

// looksLikeCode reports whether a text has what code of most languages has and
// ordinary values have not.
func looksLikeCode(s string) bool {
	return strings.ContainsAny(s, "(;`&|!'\"") && codeLike.MatchString(s)
}

var codeLike = regexp.MustCompile("[A-Za-z_]\\(|[;`]|\\$\\(|&&|\\|\\||^[(!]|[A-Za-z] ['\"][^ '\"]")

// unsaid looks for code behind options that the specification of a program that
// runs code says nothing of.
func (a *arguments) unsaid() {
	inv := a.inv
	if !specs()[inv.name].Opaque {
		return
	}
	words := inv.args[:len(inv.args)-len(a.rest)]
	for i, w := range words {
		if w.is("--") || w.kind == known && inv.a.isCommand(w.text) {
			return
		}
		if option, v := codeOption(words, i); takesCode(option, v.text) && !a.says(option) {
			inv.inlineCode(v)
		}
	}
	inv.consoleOf(words)
}

// consoles are words by which the programs of frameworks, and of the workspace,
// are told to run the code that they are given.
var consoles = wordSet("shell shell_plus console repl tinker dbshell dbconsole psysh irb pry")

// consoleOf judges the words of a console: it runs what its options hold, or
// what it reads.
func (inv *invocation) consoleOf(words []word) {
	found := false
	for i, w := range words {
		option, v := codeOption(words, i)
		switch {
		case w.is("--"):
			return
		case !found && w.starts("-"):
		case !found:
			if !consoles[w.text] || w.kind != known {
				return
			}
			found = true
			if inv.stdin.set {
				inv.codeInput()
			}
		case option == "c" || option == "command" || option == "execute" || option == "eval":
			inv.inlineCode(v)
		}
	}
}

// says reports whether the specification has an option.
func (a *arguments) says(option string) bool {
	for _, s := range append(a.parents[:len(a.parents):len(a.parents)], a.spec) {
		if len(option) == 1 && s.shortOption(option[0]) != nil || s.longOption(option) != nil {
			return true
		}
	}
	return false
}

// scriptOrCode runs a file, or code that stands in its place.
func (inv *invocation) scriptOrCode(w word) {
	if w.kind == known && !codeAddress.MatchString(w.text) && (!plainName.MatchString(w.text) || methodCall.MatchString(w.text) && !scriptEnds[path.Ext(w.text)]) {
		inv.inlineCode(w)
		return
	}
	inv.codeFile(w, nil)
}

var (
	// codeAddress fits what names code elsewhere than in a file: of a host, of a
	// package, or the code itself.
	codeAddress = regexp.MustCompile(`^(https?|file|data|blob|npm|jsr|gh|github|git|gist):|^[^/]+@`)
	plainName   = regexp.MustCompile(`^[\w./~@+-]*$`)
	methodCall  = regexp.MustCompile(`^[A-Z]\w*([.]\w+)+$`)
	scriptEnds  = wordSet(".java .scala .kt .kts .hs .php .rb .py .js .ts .sc .jl .jar .lua .cjs .mjs")
)

// codeInput is for an interpreter that runs what it reads on standard input.
func (inv *invocation) codeInput() {
	s := inv.stdin
	if s.set && s.text.kind == known && (strings.TrimSpace(s.text.text) == "" || inv.harmless(s.text.text)) {
		return
	}
	inv.opaque(inv.span, inv.title()+" runs what it reads on standard input")
}

// inlineCode judges code in an argument.
func (inv *invocation) inlineCode(w word) {
	if w.is("-") {
		inv.codeInput()
		return
	}
	if w.kind == known && inv.harmless(w.text) {
		return
	}
	inv.opaque(w.span, "code for "+inv.title()+" in an argument")
}

// harmless reports whether code is known to do nothing that isn't reported.
func (inv *invocation) harmless(code string) bool {
	switch {
	case !inv.a.reads(code):
		return false
	case harmlessCode(code):
		return true
	case strings.HasPrefix(inv.name, "python"), strings.HasPrefix(inv.name, "pypy"):
		return inv.pythonCode(code)
	case inv.name == "perl":
		return perlCode(code)
	case strings.HasPrefix(inv.name, "node"):
		return inv.nodeCode(code)
	}
	return false
}

// readUnread is for interpreters of which no more than that is known.
func readUnread(inv *invocation) {
	inv.applySpec(builtinSpec(inv.name))
	if inv.stdin.set {
		inv.codeInput()
	}
}

// readTyped is for programs that run what stands on their standard input where
// they are given nothing else to run.
func readTyped(inv *invocation) {
	switch inv.name {
	case "clojure", "clj":
		readRunner(inv)
	default:
		inv.applySpec(builtinSpec(inv.name))
	}
	if !inv.stdin.set || inv.command != inv.name || inv.asksVersion() || inv.flag("eval", "e", "execute", "f", "file", "command", "c") {
		return
	}
	if operands := inv.reparse().operands; len(operands) == 0 || operands[len(operands)-1].is("-") || plainAddress[inv.name] {
		inv.codeInput()
	}
}

// readGvpr reads gvpr, whose programs may run commands and write files.
func readGvpr(inv *invocation) {
	inv.applySpec(builtinSpec(inv.name))
	for _, w := range inv.args {
		if strings.Contains(w.text, "system") || strings.Contains(w.text, "openF") {
			inv.inlineCode(w)
		}
	}
}

// readNim reads nim, whose options have their values behind a colon.
func readNim(inv *invocation) {
	var args []word
	for _, w := range inv.args {
		option, v, ok := w.cut(":")
		switch {
		case !ok || !mayBeOption(w) || w.kind != known:
			args = append(args, w)
		case nimWrites[option]:
			inv.write(v)
		case option == "-p" || option == "--path" || option == "--import" || option == "--include":
			inv.own(v)
		case len(option) > 2: // eval, and whatever else is in the table
			args = append(args, w)
		}
	}
	inv.args = args
	readRunner(inv)
}

var nimWrites = wordSet("-o --out --outdir --nimcache")

// plainAddress are programs whose operands say where they connect to.
var plainAddress = wordSet("cqlsh cqlsh.py usql")

func (inv *invocation) asksVersion() bool { return inv.flag("version", "help", "V", "h") }

// scriptOptions runs the code options, gives the others their meaning, and
// says whether any held the program.
func (a *arguments) codeOptions(program ...string) (held bool) {
	inv := a.inv
	a.options(program...)
	for _, name := range program {
		for _, v := range a.values(name) {
			inv.inlineCode(v)
			held = true
		}
	}
	return held
}

// perlValues and rubyValues are options by the characters that their values may
// have, which touch nothing.
var (
	perlValues = map[byte]string{'l': "01234567", '0': "01234567", 'C': "0123456789IOEioADSLa", 'D': "0123456789", 'd': "t"}
	rubyValues = map[byte]string{'l': "", '0': "01234567", 'W': "0123456789", 'T': "0123456789", 'K': "aEnNsSuU"}
)

// withoutValues takes such options out of the clusters of perl and ruby: letters
// behind the value are options again.
func withoutValues(args []word, values map[byte]string) []word {
	out := slices.Clone(args)
	for i, w := range out {
		if w.kind != known || len(w.text) < 2 || w.text[0] != '-' || w.text[1] == '-' {
			if w.kind == known && (len(w.text) < 2 || w.text[0] != '-') && (i == 0 || !strings.HasSuffix(out[i-1].text, "e")) {
				break // the program, and its own words
			}
			continue
		}
		kept := []byte("-")
		for j := 1; j < len(w.text); j++ {
			c := w.text[j]
			value, ok := values[c]
			if !ok {
				if strings.IndexByte("eEiFMmICDxrW", c) >= 0 {
					kept = append(kept, w.text[j:]...)
					break
				}
				kept = append(kept, c)
				continue
			}
			if rest := w.text[j+1:]; c == '0' && (strings.HasPrefix(rest, "x") || strings.HasPrefix(rest, "X")) {
				value = "xX0123456789abcdfABCDF"
			}
			for j+1 < len(w.text) && strings.IndexByte(value, w.text[j+1]) >= 0 {
				j++
			}
			if j+1 < len(w.text) && w.text[j+1] == ':' { // a module behind -d, a category behind -W
				break
			}
		}
		out[i].text = string(kept)
	}
	return slices.DeleteFunc(out, func(w word) bool { return w.is("-") })
}

func readScript(inv *invocation) {
	switch {
	case inv.name == "perl":
		inv.args = withoutValues(inv.args, perlValues)
	case strings.HasSuffix(inv.name, "ruby"):
		inv.args = withoutValues(inv.args, rubyValues)
	}
	for i, w := range inv.args {
		if (w.is("-pe") || w.is("-ep")) && jsRunners[inv.name] { // a cluster that they know
			inv.args = slices.Clone(inv.args)
			inv.args[i].text = "-p"
		}
	}
	a := inv.parse()
	var held bool
	switch inv.name {
	case "perl":
		held = a.codeOptions("e", "E")
		for _, w := range a.operands {
			if inv.flag("n", "p") && w.kind == known && strings.ContainsAny(w.text, "|<>") {
				inv.unknown(w.span, "perl opens a name with |, < or > as a command or a redirection")
			}
		}
		held = inv.flag("v", "V") || held
	case "ruby", "jruby", "truffleruby", "mruby", "irb", "pry":
		held = a.codeOptions("e") || inv.flag("v")
	case "node", "nodejs", "ts-node", "tsx", "babel-node", "qjs", "esr", "esno", "swc-node":
		held = a.codeOptions("eval", "print")
		if inv.flag("test") {
			for _, w := range a.operands {
				inv.own(w)
			}
		}
		held = held || inv.flag("test") || inv.flag("v")
	case "php", "php-cgi", "hhvm":
		for _, v := range a.values("define") {
			inv.phpSetting(v)
		}
		held = a.codeOptions("run", "process-begin", "process-code", "process-end")
		held = held || inv.flag("info", "m", "v", "ini", "i")
		if f, ok := a.value("file"); ok {
			inv.codeFile(f, a.operands)
			held = true
		}
		if inv.flag("server") {
			held = true
		}
	default:
		held = a.codeOptions("e")
		held = held || inv.flag("v")
	}
	inv.program(a.operands, held, inv.flag("c", "check", "syntax-check") && inv.name != "lua")
	if inv.flag("i") && inv.name != "node" && inv.name != "lua" && held {
		suffix, _ := a.value("i")
		for _, w := range a.operands {
			if inv.write(w); suffix.text != "" || suffix.kind == unknown {
				inv.suffixed(w, suffix)
			}
		}
	}
}

// jsRunners are interpreters of JavaScript that package managers start by name.
var jsRunners = wordSet("node nodejs ts-node tsx babel-node esr esno swc-node")

// phpSetting judges php -d: some settings load code.
func (inv *invocation) phpSetting(v word) {
	key, _, _ := v.cut("=")
	for _, k := range []string{"memory_limit", "display_errors", "error_reporting", "max_execution_time", "date.timezone", "xdebug.mode", "opcache.enable", "opcache.enable_cli", "zend.assertions", "assert.exception", "phar.readonly", "short_open_tag"} {
		if key == k {
			return
		}
	}
	inv.unknown(v.span, "a setting of php may load code")
}

// program starts the script that the first operand names. held: the operands
// are data of a program that an option held. checks: it is only looked at.
func (inv *invocation) program(operands []word, held, checks bool) {
	switch {
	case held || checks:
		for _, w := range operands {
			inv.anyWord(w)
		}
	case len(operands) > 0:
		inv.codeFile(operands[0], operands[1:])
		inv.words(operands[1:])
	case !inv.asksVersion():
		inv.codeInput()
	}
}

// debugging are commands of debuggers that run the program, stop it or show what
// is in it; a call of a function, an assignment and a redirection are none.
var debugging = regexp.MustCompile(`^(r(un)?|start|bt( full| [0-9]+)?|backtrace( full| [0-9]+)?|where|thread (apply all (bt|backtrace)( full)?|backtrace( all)?|[0-9]+)|q(uit)?|exit|kill|detach|c(ontinue)?|n(ext)?|s(tep)?|fin(ish)?|up|down|` +
	`(info|help|frame|f|list|l|b|break|tbreak|disas|disassemble|ptype|whatis|register read)( [A-Za-z0-9_.:$*-]+)*|(p|print|x|display)(/[0-9a-z]+)? [$&*]?[A-Za-z_$][A-Za-z0-9_.$>\[\]-]*|` +
	`set (pagination|confirm|width|height|print [a-z-]+)( (on|off|[0-9]+))?|breakpoint list|image list|process status)$`)

// debugs reads the commands that a debugger is given, and runs its program where
// one of them does.
func (a *arguments) debugs() {
	inv, runs := a.inv, false
	commands := []string{"eval-command", "one-line"}
	a.options(commands...)
	for _, v := range slices.Concat(a.values(commands[0]), a.values(commands[1])) {
		if v.kind != known || !debugging.MatchString(strings.TrimSpace(v.text)) {
			inv.role(guard.RoleCode, v)
		}
		runs = runs || strings.HasPrefix(v.text, "r") || strings.HasPrefix(v.text, "start")
	}
	if runs && len(a.operands) > 0 {
		inv.run(a.operands[:1])
	}
}

func readForeign(inv *invocation) {
	a := inv.parse()
	if inv.name == "gdb" || inv.name == "lldb" {
		a.debugs()
	} else {
		a.options()
	}
	held := false
	for _, g := range a.given {
		held = held || g.has && (g.opt.role == guard.RoleCode || g.opt.role == roleInline || g.opt.role == roleScript)
	}
	switch {
	case inv.asksVersion(), versionLetter[inv.name] && len(inv.args) == 1 && inv.args[0].is("-v"):
	case inv.name == "gdb" || inv.name == "lldb":
		for _, w := range a.operands {
			inv.read(w)
		}
		for _, v := range a.values("pid") {
			if v.kind != known {
				inv.unknown(v.span, inv.title()+" takes hold of a process that is not known")
			}
		}
		if inv.stdin.set || inv.flag("args") {
			inv.opaque(inv.span, inv.title()+" runs the commands that it is given")
		}
	case inv.name == "m4" || inv.name == "gm4":
		for _, v := range a.values("define") {
			if strings.Contains(v.text, "syscmd") {
				inv.inlineCode(v)
			}
		}
		inv.macros(a.operands)
	default:
		inv.program(a.operands, held, false)
	}
}

// versionLetter are interpreters that tell their version when they are given -v.
var versionLetter = wordSet("elixir iex julia octave groovy guile expect")

// macros reads m4, whose texts may run commands.
func (inv *invocation) macros(files []word) {
	for _, f := range files {
		inv.codeFile(f, nil)
	}
	if len(files) == 0 {
		inv.codeInput()
	}
}

// pythonTools are modules of Python that are also programs.
var pythonTools = map[string]string{
	"pip": "pip", "pip3": "pip", "pytest": "pytest", "mypy": "mypy", "black": "black", "ruff": "ruff", "flake8": "flake8", "isort": "isort", "pylint": "pylint",
	"coverage": "coverage", "tox": "tox", "nox": "nox", "twine": "twine", "poetry": "poetry", "uv": "uv", "pre_commit": "pre-commit", "lib2to3": "2to3", "pipx": "pipx", "virtualenv": "virtualenv",
	"autopep8": "autopep8", "yapf": "yapf", "bandit": "bandit", "mkdocs": "mkdocs", "sphinx": "sphinx-build", "build": "build", "streamlit": "streamlit", "jupyter": "jupyter",
	"IPython": "ipython", "django": "django-admin", "flask": "flask", "robot": "robot", "behave": "behave", "locust": "locust", "memray": "memray", "scalene": "scalene", "kernprof": "kernprof",
	"pyinstrument": "pyinstrument", "viztracer": "viztracer", "nbconvert": "jupyter-nbconvert", "papermill": "papermill", "marimo": "marimo", "invoke": "invoke",
	"awscli": "aws", "ansible": "ansible", "yt_dlp": "yt-dlp", "gunicorn": "gunicorn", "uvicorn": "uvicorn", "pipenv": "pipenv", "pdm": "pdm", "hatch": "hatch", "conda": "conda",
}

func readPython(inv *invocation) {
	args := inv.args
	var module word
	var rest []word
	// Everything after -c CODE or -m MODULE is for the program.
	for i, w := range args {
		if w.kind != known || len(w.text) < 2 || w.text[0] != '-' || strings.HasPrefix(w.text, "--") {
			if w.kind == known && len(w.text) > 1 && w.text[0] == '-' || w.kind == known && i > 0 && (args[i-1].is("-X") || args[i-1].is("-W")) {
				continue
			}
			break
		}
		at := strings.IndexAny(w.text, "cm")
		if at < 0 || strings.ContainsAny(w.text[1:at], "WX") {
			continue
		}
		value, next := w.after(at+1), i+1
		if value.is("") {
			if next >= len(args) {
				return
			}
			value, next = args[next], next+1
		}
		inv.flags = append(inv.flags, w.text[at:at+1])
		inv.settle()
		for _, f := range w.text[1:at] {
			inv.flags = append(inv.flags, string(f))
		}
		rest = args[next:]
		if w.text[at] == 'c' {
			inv.inlineCode(value)
			inv.words(rest)
			return
		}
		module = value
		inv.module(module, rest)
		return
	}
	a := inv.parse()
	a.options("c", "m")
	inv.program(a.operands, false, false)
}

// words judges the words of a program's own.
func (inv *invocation) words(words []word) {
	for _, w := range words {
		if _, v, ok := w.cut("="); ok && strings.HasPrefix(w.text, "-") {
			inv.anyWord(v)
		} else if !w.starts("-") {
			inv.anyWord(w)
		}
	}
}

// module runs a module of Python: a tool that is known by itself, a part of
// the standard library, or the workspace's own.
func (inv *invocation) module(m word, rest []word) {
	if len(rest) == 1 && (rest[0].is("--help") || rest[0].is("-h")) && m.is("http.server") {
		inv.command += " " + m.text
		return
	}
	if m.kind != known {
		inv.unknown(m.span, "the module that python runs is not known: "+m.why())
		return
	}
	inv.command += " " + m.text
	name, _, _ := strings.Cut(m.text, ".")
	if tool, ok := pythonTools[name]; ok {
		inv.run(append([]word{lit(tool, m.span)}, rest...))
		return
	}
	if s := pythonModules[m.text]; s != nil {
		inv.innerWords(s, rest)
		if len(rest) == 0 && m.text != "unittest" {
			inv.codeInput()
		}
		return
	}
	switch m.text {
	case "http.server", "SimpleHTTPServer", "pyftpdlib", "smtpd", "aiosmtpd", "xmlrpc.server", "wsgiref.simple_server", "webbrowser", "ftplib", "telnetlib":
		inv.connect(word{kind: unknown, reason: "it serves or reaches any host", span: m.span})
	case "pty":
		inv.words(rest)
		if len(rest) == 0 {
			inv.codeInput() // a shell's
		}
	case "venv":
		cleared := slices.ContainsFunc(rest, func(w word) bool { return w.starts("--c") })
		for _, w := range rest {
			if !w.starts("-") {
				inv.write(w)
			}
			if !w.starts("-") && cleared {
				inv.delete(w, true)
			}
		}
	case "zipfile", "tarfile":
		inv.words(rest)
		for i, w := range rest {
			if (w.is("-e") || w.is("--extract")) && i+2 < len(rest) {
				inv.write(rest[i+2])
			}
		}
	case "json.tool":
		inv.jsonTool(rest)
	default:
		for i, w := range rest {
			if option, v := codeOption(rest, i); takesCode(option, v.text) {
				inv.inlineCode(v)
			} else if i < 3 && w.kind == known && inv.a.isCommand(w.text) {
				inv.unknown(w.span, "the module "+m.text+" may run "+w.text)
			}
		}
		inv.consoleOf(rest)
		inv.words(rest)
	}
}

// pythonModules are modules that run code or a script of their words.
var pythonModules = map[string]*spec{}

func init() {
	for name, c := range table(commands{
		"timeit":           cmd("inline...", "inline: s,setup", "data: n,number r,repeat u,unit", "flag: p,process t,time c,clock v,verbose h,help"),
		"pdb,bdb,ipdb":     cmd("script word...", "inline: c,command", "module: m", "data: p,pid"),
		"cProfile,profile": cmd("script word...", "write: o,outfile", "data: s,sort", "module: m"),
		"trace": cmd("script word...", "write: f,file C,coverdir", "data: ignore-module ignore-dir", "module: module",
			"flag: c,count t,trace l,listfuncs T,trackcalls r,report R,no-report m,missing s,summary g,timing"),
		"runpy":        cmd("module..."),
		"zipapp":       cmd("own", "write: o,output", "data: p,python m,main", "flag: c,compress info"),
		"compileall":   cmd("write...", "read: i", "data: d s p j,workers o r x invalidation-mode e hardlink-dupes", "flag: l f q b"),
		"pydoc":        cmd("target...", "connect: n p", "flag: b k w"),
		"code,asyncio": cmd("word..."),
		"idlelib":      cmd("read...", "inline: c", "script: r"),
		"sqlite3":      cmd("read inline..."),
		"debugpy":      cmd("script word...", "inline: c", "module: m", "data: listen connect log-to pid", "flag: wait-for-client"),
		"doctest":      cmd("target...", "data: o,option", "flag: v,verbose f,fail-fast"),
		"unittest":     cmd("target...", "own: s,start-directory t,top-level-directory", "data: k p,pattern durations", "flag: v,verbose q,quiet f,failfast c,catch b,buffer locals"),
	}) {
		pythonModules[name] = compile(c)
	}
}

// innerOptions takes words apart by a specification of their own.
func (inv *invocation) innerOptions(s *spec, words []word) *arguments {
	inner := *inv
	inner.args, inner.flags = words, nil // else those of all such options double with each
	a := inner.arguments(s)
	inv.flags = append(inv.flags, inner.flags...)
	inv.settle()
	a.inv = inv
	return a
}

// innerWords are those of a program inside another, by a specification of their
// own.
func (inv *invocation) innerWords(s *spec, words []word) {
	a := inv.innerOptions(s, words)
	a.options()
	a.meaning()
	if len(a.rest) > 0 {
		inv.run(a.rest)
	}
}

func (inv *invocation) jsonTool(rest []word) {
	n := 0
	for i, w := range rest {
		if w.starts("-") || i > 0 && rest[i-1].is("--indent") {
			continue
		}
		if n++; n == 1 {
			inv.read(w)
		} else {
			inv.write(w)
		}
	}
}

// denoSpec is the command line behind a sub-command of deno: what follows the
// script is the script's own.
var denoSpec = compile(cmd("command...", "own: c,config import-map", "read: cert", "?read: env-file env", "code: preload import require", "inline: eval", "script: eval-file", "dir: cwd", "write: o,output,output-dir junit-path", "?write: lock coverage",
	"data: L,log-level seed location port host target icon include exclude ext minimum-dependency-age", "flag: A,allow-all q,quiet r,reload check no-check cached-only watch"))

func readDeno(inv *invocation) {
	if len(inv.args) == 0 {
		inv.codeInput()
		return
	}
	inv.command += " " + inv.args[0].arg()
	inner := *inv
	inner.args = inv.args[1:]
	a := inner.arguments(denoSpec)
	inv.flags = inner.flags
	inv.settle()
	a.inv = inv
	a.options("eval")
	rest := a.rest
	switch inv.args[0].text {
	case "run", "test", "bench", "serve", "compile", "x":
		if len(rest) > 0 {
			inv.codeFile(rest[0], rest[1:])
		}
		inv.words(rest)
	case "eval":
		inv.inlineCode(joined(rest))
	case "repl":
		for _, v := range a.values("eval") {
			inv.inlineCode(v)
		}
	case "task":
		for _, v := range a.values("eval") {
			inv.shell(v, guard.DialectPOSIX)
		}
		inv.words(rest)
	case "fmt":
		for _, w := range rest {
			inv.read(w)
			if !inv.flag("check") {
				inv.write(w)
			}
		}
	default:
		if _, ok := specs()["deno"].Commands[inv.args[0].text]; !ok && (looksLikePath(inv.args[0].text) || codeAddress.MatchString(inv.args[0].text)) {
			inv.codeFile(inv.args[0], inv.args[1:])
		}
		for _, w := range rest {
			inv.urlOrFile(w)
		}
		inv.words(inv.args)
	}
}

// readUv reads uv, whose run starts a program, a script or what it reads.
func readUv(inv *invocation) {
	a, dir := inv.parse(), inv.dir
	a.options()
	inv.movedFrom(dir)
	a.meaning()
	if inv.command == "uv venv" && inv.flag("clear") {
		for _, w := range append(a.operands, lit(".venv", inv.span))[:1] {
			inv.delete(w, true)
		}
	}
	switch {
	case len(a.rest) == 0:
	case inv.command == "uv run" && (a.rest[0].is("-") || codeAddress.MatchString(a.rest[0].text)):
		inv.codeFile(a.rest[0], a.rest[1:])
	default:
		inv.run(a.rest)
	}
	a.hidden()
}

func readJava(inv *invocation) {
	a := inv.parse()
	a.javaValues()
	for len(a.operands) > 0 && a.operands[0].starts("@") {
		inv.own(a.operands[0].after(1))
		a.operands = a.operands[1:]
	}
	if j, ok := a.value("jar"); ok {
		inv.codeFile(j, a.operands)
		inv.words(a.operands)
		return
	}
	if len(a.operands) > 0 && (strings.HasSuffix(a.operands[0].text, ".java") || strings.Contains(a.operands[0].text, "/")) {
		inv.codeFile(a.operands[0], a.operands[1:])
	}
	inv.words(a.operands)
}

// javaOptions judges options that the virtual machine of Java gets inside a text.
func (inv *invocation) javaOptions(v word) {
	var words []word
	for _, f := range strings.Fields(v.text) {
		words = append(words, lit(f, v.span))
	}
	inv.innerOptions(builtinSpec("java"), words).javaValues()
}

// javaValues gives the options of Java their meaning: lists of folders of code,
// agents, and files that hold the output of a log.
func (a *arguments) javaValues() {
	inv := a.inv
	a.options("jar", "cp", "p", "upgrade-module-path", "agentlib", "Xlog", "XX:StartFlightRecording")
	for _, path := range []string{"cp", "p", "upgrade-module-path"} {
		for _, v := range a.values(path) {
			inv.ownPaths(v)
		}
	}
	for _, v := range a.values("agentlib") {
		if strings.Contains(v.text, "launch=") {
			inv.opaque(v.span, "an agent that "+inv.title()+" loads runs a program")
		}
	}
	for _, v := range append(a.values("Xlog"), a.values("XX:StartFlightRecording")...) {
		for _, f := range strings.FieldsFunc(v.text, func(r rune) bool { return r == ':' || r == ',' }) {
			if _, file, ok := strings.Cut(f, "="); ok {
				f = file
			}
			if strings.Contains(f, "/") {
				inv.write(lit(f, v.span))
			}
		}
	}
}

// ownPaths says that the code of folders and archives runs that stand between
// colons.
func (inv *invocation) ownPaths(v word) {
	if v.kind == unknown || strings.Contains(v.text, "://") {
		inv.own(v)
		return
	}
	for _, p := range strings.Split(v.text, ":") {
		if p != "" {
			inv.own(word{text: strings.TrimSuffix(p, "/*"), kind: v.kind, span: v.span})
		}
	}
}

// harmlessWords are the names that harmless code may use: printing, arithmetic
// and what an interpreter says of itself.
var harmlessWords = map[string]bool{}

func init() {
	for _, w := range strings.Fields(`print printf puts p say echo console log import from sys version version_info platform python_version process
		math pi e sqrt floor ceil pow abs min max sum len range str int float round sorted list for in if else and or not True False None true false null undefined
		string number local implementation name major minor micro maxsize byteorder hexversion api_version executable prefix end sep join format
		JSON stringify Math Object keys versions arch random uuid uuid4 uuid1 secrets token_hex token_urlsafe datetime now isoformat date today time
		RUBY_VERSION PHP_VERSION PHP_EOL _VERSION phpversion os cpu_count PHP_INT_MAX map upper lower strip split reversed zip enumerate bin hex oct ord chr`) {
		harmlessWords[w] = true
	}
}

// harmlessCode reports whether code prints literals and sums and does nothing
// else. The grammar is the same for all languages: numbers, operators,
// strings in which nothing is expanded, and harmless names.
func harmlessCode(src string) bool {
	if len(src) > 2000 {
		return false
	}
	for i := 0; i < len(src); {
		c := src[i]
		switch {
		case c == '"' || c == '\'':
			j := i + 1
			for j < len(src) && src[j] != c {
				if strings.IndexByte("\\`$@#{\n", src[j]) >= 0 {
					return false
				}
				j++
			}
			if j >= len(src) {
				return false
			}
			i = j + 1
		case c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			j := i
			for j < len(src) && (src[j] == '_' || src[j] >= 'a' && src[j] <= 'z' || src[j] >= 'A' && src[j] <= 'Z' || src[j] >= '0' && src[j] <= '9') {
				j++
			}
			if !harmlessWords[src[i:j]] || j < len(src) && (src[j] == '"' || src[j] == '\'') {
				return false
			}
			i = j
		case c >= '0' && c <= '9' || strings.IndexByte(" \t\n;,.()[]+-*/%<>=!:", c) >= 0:
			i++
		default:
			return false
		}
	}
	return true
}
