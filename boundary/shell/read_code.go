package shell

import (
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Interpreters. A script file is started as a program is: where it lies says
// whose code it is. Code in an argument is unknown unless it is plainly
// harmless, and so is what comes on standard input.
func init() {
	register(readPython, "python python3 python2 pypy pypy3 ipython bpython micropython")
	register(readScript, "perl ruby jruby truffleruby mruby irb pry node nodejs ts-node tsx qjs esr babel-node php php-cgi hhvm lua luajit texlua luau")
	register(readForeign, "tclsh wish guile scheme racket mzscheme gosh csi sbcl clisp ecl ccl abcl janet fennel newlisp ghci runghc runhaskell erl escript elixir iex julia octave octave-cli matlab R Rscript scala groovy groovysh swipl gprolog yap gforth raku perl6 osascript pwsh powershell maxima gap sage gnuplot jshell jjs kotlin ocaml utop bsh rhino js d8 jsc amm m4 gm4 expect gdb lldb bpftrace stap")
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
	}
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
	if w.kind == known && inv.harmless(w.text) {
		return
	}
	inv.opaque(w.span, "code for "+inv.title()+" in an argument")
}

// harmless reports whether code is known to do nothing that isn't reported.
func (inv *invocation) harmless(code string) bool {
	switch {
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

// withoutNumbers takes the options that may hold a number, -l and -0, out of the
// clusters of perl and ruby: letters behind the number are options again.
func withoutNumbers(args []word) []word {
	out := slices.Clone(args)
	for i, w := range out {
		if w.kind != known || len(w.text) < 2 || w.text[0] != '-' || w.text[1] == '-' {
			if w.kind == known && (len(w.text) < 2 || w.text[0] != '-') && (i == 0 || !strings.HasSuffix(out[i-1].text, "e")) {
				break // the program, and its own words
			}
			continue
		}
		kept := "-"
		for j := 1; j < len(w.text); j++ {
			c := w.text[j]
			if c != 'l' && c != '0' {
				if strings.IndexByte("eEiFMmICDxrW", c) >= 0 {
					kept += w.text[j:]
					break
				}
				kept += string(c)
				continue
			}
			for j+1 < len(w.text) && (w.text[j+1] >= '0' && w.text[j+1] <= '7' || c == '0' && (w.text[j+1] == 'x' || w.text[j+1] == 'X')) {
				j++
			}
		}
		out[i].text = kept
	}
	return slices.DeleteFunc(out, func(w word) bool { return w.is("-") })
}

func readScript(inv *invocation) {
	if inv.name == "perl" || strings.HasSuffix(inv.name, "ruby") {
		inv.args = withoutNumbers(inv.args)
	}
	for i, w := range inv.args {
		if strings.HasPrefix(inv.name, "node") && w.is("-pe") { // the one cluster that it knows
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
	case "node", "nodejs", "ts-node", "tsx", "babel-node", "qjs", "esr":
		held = a.codeOptions("eval", "print")
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
		for _, w := range operands[1:] {
			inv.anyWord(w)
		}
	case !inv.asksVersion():
		inv.codeInput()
	}
}

func readForeign(inv *invocation) {
	a := inv.parse()
	a.options()
	held := false
	for _, g := range a.given {
		held = held || g.has && g.opt.role == guard.RoleCode
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
	"coverage": "coverage", "tox": "tox", "nox": "nox", "twine": "twine", "poetry": "poetry", "uv": "uv", "pre_commit": "pre-commit", "pipx": "pipx", "virtualenv": "virtualenv",
	"autopep8": "autopep8", "yapf": "yapf", "bandit": "bandit", "mkdocs": "mkdocs", "sphinx": "sphinx-build", "build": "build", "streamlit": "streamlit", "jupyter": "jupyter",
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
	switch m.text {
	case "http.server", "SimpleHTTPServer", "pyftpdlib", "smtpd", "aiosmtpd", "xmlrpc.server", "webbrowser", "ftplib", "telnetlib":
		inv.connect(word{kind: unknown, reason: "it serves or reaches any host", span: m.span})
	case "timeit", "code", "pdb", "cProfile", "profile", "trace", "runpy", "idlelib", "asyncio", "sqlite3":
		inv.inner(m, rest)
	case "pty":
		inv.words(rest)
		if len(rest) == 0 {
			inv.codeInput() // a shell's
		}
	case "venv":
		for _, w := range rest {
			if !w.starts("-") {
				inv.write(w)
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
		inv.words(rest)
	}
}

// inner is a module that runs code or a script of its words.
func (inv *invocation) inner(m word, rest []word) {
	for i, w := range rest {
		switch {
		case w.is("-c") || w.is("-s") && m.text == "timeit":
			if i+1 < len(rest) {
				inv.inlineCode(rest[i+1])
			}
		case w.is("-m"):
			inv.words(rest[i:])
			return
		case m.text == "timeit" || m.text == "sqlite3":
			if !w.starts("-") && (i == 0 || !rest[i-1].starts("-")) {
				inv.inlineCode(w)
			}
		case !w.starts("-") && strings.HasSuffix(w.text, ".py"):
			inv.codeFile(w, rest[i+1:])
			inv.words(rest[i+1:])
			return
		}
	}
	inv.words(rest)
	if len(rest) == 0 {
		inv.codeInput()
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
var denoSpec = compile(cmd("command...", "own: c,config import-map", "read: cert", "?read: env-file env", "code: preload import require", "write: o,output", "?write: lock coverage",
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
	a.options()
	rest := a.rest
	switch inv.args[0].text {
	case "run", "test", "bench", "serve", "compile", "x":
		if len(rest) > 0 {
			inv.codeFile(rest[0], rest[1:])
		}
		inv.words(rest)
	case "eval", "repl":
		inv.inlineCode(joined(rest))
	default:
		inv.words(inv.args)
	}
}

func readJava(inv *invocation) {
	a := inv.parse()
	a.options("jar")
	if j, ok := a.value("jar"); ok {
		inv.codeFile(j, a.operands)
		inv.words(a.operands)
		return
	}
	if len(a.operands) > 0 && strings.HasSuffix(a.operands[0].text, ".java") {
		inv.codeFile(a.operands[0], a.operands[1:])
	}
	inv.words(a.operands)
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
