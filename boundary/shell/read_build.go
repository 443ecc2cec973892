package shell

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Build tools run the workspace's own code. Where what a target runs can be
// read, what is known of it is judged too; what isn't is the workspace's own
// program.
func init() {
	register(readMake, "make gmake bmake remake")
	register(readNpm, "npm cnpm yarn yarnpkg pnpm bun")
	register(readNpx, "npx pnpx bunx")
	register(readCMake, "cmake")
	register(readSlashes, "msbuild nmake csc vbc fsc mcs")
	register(readGo, "go")
	register(readBuild, `ninja samu n2 ctest meson mvn mvnw mvnd gradle gradlew cargo just task go-task mage rake tox nox scons ant buck buck2 plz pants earthly sbt lein grunt gulp jake
		xmake pytest py.test jest vitest mocha ava tap jasmine karma cypress playwright vite webpack rollup rspack rolldown next nuxt astro gatsby rspec cucumber rails phpunit pest behat dotnet swift zig mix stack cabal dune rebar3 flutter dart`)
	register(readRunner, "earthly dagger nimble crystal v odin forge hardhat truffle spago elm shards dub gleam scala-cli robot behave green nose2 locust foreman overmind hivemind honcho goreman artisan symfony magento laravel")
	register(readCompiler, compilers)
	register(readRustc, "rustc")
	register(readProtoc, "protoc")
	register(readDocker, "docker podman nerdctl finch docker-compose podman-compose")
	register(readKubectl, "kubectl oc k3s microk8s")
}

func readMake(inv *invocation) {
	a := inv.parse()
	a.options("file")
	files := a.values("file")
	for _, f := range files {
		inv.codeFile(f, nil)
	}
	var targets []string
	vars := map[string]string{}
	for _, w := range a.operands {
		name, v, ok := w.cut("=")
		if !ok {
			targets = append(targets, w.arg())
			continue
		}
		if strings.HasSuffix(name, "!") {
			inv.shell(v, guard.DialectPOSIX)
		}
		name = strings.TrimRight(name, ":?+!")
		inv.makeVariable(name, v)
		if v.kind == known {
			vars[name] = v.text
		}
	}
	inv.ownFolder(inv.here())
	given := len(files) > 0
	if !given { // one of them
		files = []word{lit("GNUmakefile", inv.span), lit("makefile", inv.span), lit("Makefile", inv.span)}
	}
	for _, f := range files {
		if content, ok := inv.content(f); ok && !inv.a.exhausted() {
			inv.recipes(inv.a.parseMakefile(content, vars), targets)
			if !given {
				break
			}
		}
	}
}

// readBuild is for build tools and test runners that a table describes. What
// they run lies in the folder that they work in, or in one that a word names.
func readBuild(inv *invocation) { inv.parse().build() }

// readRunner is readBuild for what may be told to run any program.
func readRunner(inv *invocation) {
	a := inv.parse()
	a.build()
	a.told()
}

// mavenFiles are properties of Maven that name what is written.
var mavenFiles = wordSet("maven.repo.local output outputFile outputDirectory reportsDirectory mdep.outputFile project.build.directory")

func (a *arguments) build() {
	inv := a.inv
	a.options()
	a.operandRoles()
	if len(a.rest) > 0 {
		inv.run(a.rest)
	}
	a.passOn()
	if asksOnly(inv) {
		return
	}
	for _, v := range a.values("cov-report") { // of pytest: html:folder
		if _, to, ok := v.cut(":"); ok && !strings.HasPrefix(v.text, "term") {
			inv.write(to)
		}
	}
	for _, v := range append(a.values("p"), a.values("property")...) { // of dotnet
		if name, v, ok := v.cut("="); ok && msbuildCode.MatchString(name) {
			inv.inlineCode(v)
		}
	}
	if inv.name == "dotnet" {
		inv.loggers()
	}
	for _, v := range a.values("config") { // of Jest
		if v.starts("{") && inv.a.reads(v.text) {
			for _, m := range jqTexts.FindAllStringSubmatch(v.text, -1) {
				inv.role(roleTarget, lit(m[1], v.span))
			}
		}
	}
	for _, v := range a.values("D") { // of Maven and Gradle
		switch name, v, _ := v.cut("="); {
		case strings.HasSuffix(name, "executable") && !v.is("java") || name == "source" || name == "jvm":
			inv.inlineCode(v)
		case name == "argLine" || strings.HasSuffix(name, "jvmargs"):
			inv.javaOptions(v)
		case mavenFiles[name]:
			inv.write(v)
		case strings.HasPrefix(name, "maven.ext.") || strings.HasSuffix(name, "java.home"):
			inv.own(v)
		}
	}
	for _, v := range a.values("override-ini") { // of pytest
		switch name, v, _ := v.cut("="); name {
		case "cache_dir", "log_file", "junit_logging", "faulthandler_file":
			inv.write(v)
		case "pythonpath", "addopts":
			inv.own(v)
		}
	}
	inv.ownFolder(inv.here())
	for _, w := range append(a.operands, a.values("manifest-path")...) {
		if w.kind == known && strings.Contains(w.text, "/") && looksLikePath(w.text) && !(labelled[inv.name] && w.starts("//")) {
			inv.ownFolder(w)
		}
	}
	for _, w := range append(a.values("config"), a.values("c")...) {
		if strings.HasPrefix(w.text, "/") {
			inv.ownFolder(w)
		}
	}
}

// loggers judges options of MSBuild that name a class of an assembly, and settings
// behind it.
func (inv *invocation) loggers() {
	for _, w := range inv.args {
		if name, v, ok := w.cut(":"); ok && slices.Contains([]string{"l", "logger", "dl", "distributedlogger"}, strings.TrimLeft(name, "-/")) {
			v.text, _, _ = strings.Cut(v.text[strings.IndexByte(v.text, ',')+1:], ";")
			inv.toolProgram(v)
		}
	}
}

// behindDashes are commands that give what stands behind "--" to another one.
var behindDashes = map[string][]string{
	"cargo rustc": {"rustc"}, "cargo rustdoc": {"rustdoc"}, "cargo clippy": {"rustc"}, "gotestsum": {"go", "test"}, "richgo": {"go", "test"},
}

// passOn judges the words that a command gives to another one.
func (a *arguments) passOn() {
	words := behindDashes[a.inv.command]
	if words == nil || a.dashed < 0 || a.dashed >= len(a.operands) {
		return
	}
	var out []word
	for _, w := range words {
		out = append(out, lit(w, a.inv.span))
	}
	a.inv.run(append(out, a.operands[a.dashed:]...))
}

// msbuildCode fits properties whose values a build runs or loads.
var msbuildCode = regexp.MustCompile(`(?i)(event|command|exe|toolpath|toolexe|targets|props|tasks|assembly)$`)

// own says that the code or the settings of a file or folder run.
func (inv *invocation) own(w word) {
	if w.is(".") || w.is("./") {
		inv.ownFolder(w)
		return
	}
	inv.read(w)
	if w.kind == unknown || w.text == "" {
		return
	}
	if hosted.MatchString(w.text) {
		inv.unknown(w.span, inv.title()+" runs what it loads from a host")
		return
	}
	for _, root := range []string{"/usr/", "/bin/", "/lib", "/etc/", "/opt/"} {
		if w.kind == known && strings.HasPrefix(path.Clean(w.text), root) {
			return
		}
	}
	inv.ownFolder(w)
}

// hosted fits addresses of code, with the name of the scheme or without.
var hosted = regexp.MustCompile(`^[a-z][a-z0-9+.-]*://|^[a-z0-9-]+([.][a-z0-9-]+)*[.](com|org|net|io|dev|sh|example)/`)

// compilerFlags judges options that reach a compiler or linker inside a text:
// those that name code that it loads.
func (inv *invocation) compilerFlags(v word) {
	for _, f := range strings.FieldsFunc(v.text, func(r rune) bool { return strings.ContainsRune(" \t\n,'\"", r) }) {
		for _, p := range loading {
			if file, ok := strings.CutPrefix(f, p); ok && strings.Contains(file, "/") {
				inv.own(lit(strings.TrimPrefix(file, "="), v.span))
				break
			}
		}
	}
}

// loading are beginnings of options of compilers and linkers that name code or
// settings.
var loading = []string{"-fplugin", "-fpass-plugin", "-specs", "--specs", "-B", "-wrapper", "-fuse-ld", "-plugin", "--plugin", "-load", "--ld-path", "@"}

// gluedOptions are options of compilers whose value may follow without a blank.
var gluedOptions = []string{"-MF", "-MJ", "-MT", "-MQ", "-include", "-imacros", "-isystem", "-idirafter", "-iquote"}

// passes are programs to which a compiler gives what stands behind -Wl, and its
// like, and behind -Xlinker.
var passes = map[string]string{"l": "ld", "a": "as", "p": "gcc", "Xlinker": "ld", "Xassembler": "as", "Xpreprocessor": "gcc"}

// compilerOutputs and compilerInputs are beginnings of the names of options -f
// that name a file.
var (
	compilerOutputs = []string{"dump-", "opt-info", "profile-generate", "profile-dir", "profile-instr-generate", "cs-profile-generate", "time-trace", "crash-diagnostics-dir",
		"save-optimization-record", "foptimization-record-file", "diagnostics-", "auxname", "coverage-data-file"}
	compilerInputs = []string{"auto-profile", "profile-use", "profile-instr-use", "profile-sample-use", "module-map-file", "module-file", "sanitize-ignorelist", "sanitize-blacklist"}
)

// fileOption judges an option -f by the file that it names.
func (inv *invocation) fileOption(v word) {
	name, file, _ := v.cut("=")
	begins := func(p string) bool { return strings.HasPrefix(name, p) }
	switch {
	case file.text == "":
	case slices.ContainsFunc(compilerOutputs, begins) && looksLikePath(file.text):
		inv.write(file)
	case slices.ContainsFunc(compilerInputs, begins):
		inv.read(file)
	}
}

const compilers = `tcc gcc g++ cc c++ clang clang++ gfortran icc nvcc emcc em++ c99 c89 cpp mpicc mpicxx gcc-12 gcc-13 clang-17 clang-18 musl-gcc
	arm-none-eabi-gcc x86_64-w64-mingw32-gcc aarch64-linux-gnu-gcc`

// readCompiler reads compilers: @file holds more options, and options for the
// passes and the linker may name plugins.
func readCompiler(inv *invocation) {
	var args []word
	for _, w := range inv.args {
		if w.kind == pattern && w.text == compilerOptions {
			continue
		}
		i := slices.IndexFunc(gluedOptions, func(o string) bool { return w.starts(o) && !w.is(o) && !w.starts(o+"-") && !w.starts(o+"=") })
		if i >= 0 {
			args = append(args, lit(gluedOptions[i], w.span))
			w = w.after(len(gluedOptions[i]))
		}
		args = append(args, w)
	}
	inv.args = args
	a := inv.parse()
	a.options()
	for _, w := range a.operands {
		if file := w.after(1); w.starts("@") {
			inv.own(file)
		} else if inv.flag("run") { // of tcc
			inv.codeFile(w, nil)
		} else {
			inv.read(w)
		}
	}
	given := map[string][]word{}
	for _, g := range a.given {
		switch name, words, _ := g.value.cut(","); {
		case g.is("W") && passes[name] != "":
			given[passes[name]] = append(given[passes[name]], words.list(",")...)
		case passes[g.names[0]] != "":
			given[passes[g.names[0]]] = append(given[passes[g.names[0]]], g.value)
		case g.is("f"):
			inv.fileOption(g.value)
		}
	}
	for _, name := range []string{"as", "gcc", "ld"} {
		if words := given[name]; len(words) > 0 {
			inv.innerWords(builtinSpec(name), words)
		}
	}
	for _, g := range a.given {
		switch {
		case g.is("W") || g.is("f"):
			v := g.value
			v.text = "-" + g.names[0] + v.text
			if _, options, ok := v.cut(","); ok {
				options.text = strings.NewReplacer("-plugin,", "-plugin=").Replace(options.text)
				v = options
			}
			inv.compilerFlags(v)
		case (g.is("Xclang") || g.is("Xlinker")) && strings.HasSuffix(g.value.text, ".so"):
			_, file, ok := g.value.cut("=")
			if !ok {
				file = g.value
			}
			inv.own(file)
		}
	}
}

// readRustc reads rustc: a linker, a backend and macros are code that it runs.
func readRustc(inv *invocation) {
	a := inv.parse()
	a.options()
	for _, w := range a.operands {
		if file := w.after(1); w.starts("@") {
			inv.own(file)
		} else {
			inv.read(w)
		}
	}
	for _, g := range a.given {
		name, v, ok := g.value.cut("=")
		if ok && (g.is("extern") || name == "linker" || name == "codegen-backend" || name == "linker-plugin-lto") {
			inv.toolProgram(v)
		}
		if ok && strings.HasPrefix(name, "link-arg") {
			inv.compilerFlags(v)
		}
		if ok && name == "incremental" {
			inv.write(v)
		}
	}
}

// readProtoc reads protoc, whose outputs stand behind parameters.
func readProtoc(inv *invocation) {
	a := inv.parse()
	for i, g := range a.given {
		if at := strings.LastIndexByte(g.value.text, ':'); strings.HasSuffix(g.names[0], "_out") && g.has {
			a.given[i].value = g.value.after(at + 1)
			a.given[i].opt = &option{names: g.names, role: guard.RoleWrite}
		}
	}
	a.options()
	for _, w := range a.operands {
		inv.read(w.after(len(w.text) - len(strings.TrimPrefix(w.text, "@"))))
	}
}

// linkFlags judges the options that go gives to its linker: it may start
// another one.
func (inv *invocation) linkFlags(v word) {
	words := strings.FieldsFunc(v.text, func(r rune) bool { return strings.ContainsRune(" \t\n'\"", r) })
	for i, f := range words {
		name, program, ok := strings.Cut(strings.TrimLeft(f[strings.LastIndex(f, "=-")+1:], "-"), "=")
		if name != "extld" && name != "extar" {
			continue
		}
		if !ok && i+1 < len(words) {
			program = words[i+1]
		}
		inv.toolProgram(lit(program, v.span))
	}
	if strings.Contains(v.text, "extldflags") {
		inv.compilerFlags(v)
	}
}

// toolProgram judges a word that names a program for a build: one of the
// workspace, the system or in PATH is usual.
func (inv *invocation) toolProgram(v word) {
	if v.text, _, _ = strings.Cut(v.text, " "); strings.Contains(v.text, "/") {
		inv.own(v)
	}
}

func asksOnly(inv *invocation) bool { return inv.flag("version", "help") }

// ownFolder says that code of a folder runs, where it isn't the folder that the
// call works in or one beneath.
func (inv *invocation) ownFolder(w word) {
	p, glob, ok := inv.dir.abs(w)
	if ok && !(glob && climbs(p)) {
		p = path.Clean(p)
		for _, root := range []string{inv.a.o.Dir, inv.a.toplevel} {
			if glob {
				root = quoteGlob(root)
			}
			if within(p, root) {
				return
			}
		}
	}
	if !ok || glob {
		inv.unknown(w.span, inv.title()+" runs code of a folder that is not known")
		return
	}
	inv.a.add(guard.Action{Kind: guard.KindExec, Path: p, Via: append(inv.via[:len(inv.via):len(inv.via)], inv.name), Span: w.span})
}

// climbs reports whether a name of a glob may be "..".
func climbs(glob string) bool {
	return slices.ContainsFunc(strings.Split(glob, "/"), func(name string) bool {
		return name == ".." || strings.HasPrefix(name, ".") && isGlob(name) || strings.HasPrefix(name, `\.`)
	})
}

// makeVariable judges a variable that is set on the command line: recipes may
// run what it says.
func (inv *invocation) makeVariable(name string, v word) {
	switch name {
	case "SHELL", ".SHELLFLAGS", "MAKEFLAGS", "MAKEFILES", "GNUMAKEFLAGS":
		inv.unknown(v.span, "the variable "+name+" says what make runs")
		return
	}
	if v.kind == unknown {
		return // its text stands as one word for make
	}
	if effectOf(name) > harmless { // recipes have it in their environment
		inv.environ(word{text: name + "=" + v.text, kind: v.kind, reason: v.reason, span: v.span})
	}
	if strings.ContainsAny(v.text, ";&|<>`\n") || strings.Contains(v.text, "$(") {
		inv.unknown(v.span, "recipes may run what the variable "+name+" says")
		return
	}
	if first, _, _ := strings.Cut(v.text, " "); inv.a.commandLine(v) || first != v.text && inv.a.isCommand(first) && effectOf(name) == command || strings.Contains(v.text, " #") {
		inv.unknown(v.span, "recipes may run what the variable "+name+" says")
	}
	if effectOf(name) == command || makePrograms[name] || strings.HasPrefix(name, "HOST") {
		inv.toolProgram(v)
	}
	if strings.HasSuffix(name, "FLAGS") {
		inv.compilerFlags(v)
	}
	inv.anyWord(v)
}

// makePrograms are variables that usually name a program of a recipe, beside
// those that name one in the environment.
var makePrograms = wordSet("CROSS_COMPILE PYTHON PYTHON3 NODE GO CARGO NPM NPX YARN PNPM PERL RUBY JAVA JAVAC SED AWK GREP INSTALL TAR GIT PIP YACC LEX FLEX BISON NASM STRIP RANLIB OBJCOPY NM RUSTFMT CLANG GCC CMAKE MAKE BASH")

// makefile is what could be read of one.
type makefile struct {
	rules map[string]*makeRule
	first string
}

type makeRule struct {
	needs  []string
	recipe []string
}

// parseMakefile reads rules whose lines hold no more than plain variables.
func (a *analysis) parseMakefile(text string, vars map[string]string) makefile {
	m := makefile{rules: map[string]*makeRule{}}
	var current []*makeRule
	lines := strings.Split(strings.ReplaceAll(text, "\\\n", " "), "\n")
	a.spend(len(lines) / bytesOfWork)
	for _, line := range lines {
		if strings.HasPrefix(line, "\t") {
			if cmd, ok := a.expandMake(strings.TrimLeft(line, "\t @-+"), vars); ok && a.spend(len(current)/named) {
				for _, r := range current {
					r.recipe = append(r.recipe, cmd)
				}
			}
			continue
		}
		line, _, _ = strings.Cut(line, "#")
		name, value, set := strings.Cut(line, "=")
		name = strings.TrimSpace(strings.TrimRight(strings.TrimSpace(name), ":?+"))
		if set && !strings.ContainsAny(name, " :\t") {
			if v, ok := a.expandMake(strings.TrimSpace(value), vars); ok && vars[name] == "" {
				vars[name] = v
			}
			continue
		}
		heads, needs, isRule := strings.Cut(line, ":")
		if !isRule || strings.TrimSpace(heads) == "" {
			continue
		}
		current = nil
		needs, _, _ = strings.Cut(needs, ";")
		for _, h := range strings.Fields(heads) {
			r := m.rules[h]
			if r == nil {
				r = &makeRule{}
				m.rules[h] = r
			}
			if m.first == "" && !strings.HasPrefix(h, ".") {
				m.first = h
			}
			if n, ok := a.expandMake(needs, vars); ok {
				r.needs = append(r.needs, strings.Fields(n)...)
			}
			current = append(current, r)
		}
	}
	return m
}

// expandMake puts known variables in; it is not ok where others stand.
func (a *analysis) expandMake(s string, vars map[string]string) (string, bool) {
	var b strings.Builder
	defer func() { a.spend(b.Len() / bytesPassed) }()
	if a.exhausted() {
		return "", false
	}
	for i := 0; i < len(s); i++ {
		if s[i] != '$' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i >= len(s) {
			return "", false
		}
		switch s[i] {
		case '$':
			b.WriteByte('$')
		case '(', '{':
			end := strings.IndexAny(s[i:], ")}")
			if end < 0 {
				return "", false
			}
			v, ok := vars[s[i+1:i+end]]
			if !ok {
				return "", false
			}
			b.WriteString(v)
			i += end
		default:
			return "", false
		}
		if b.Len() > MaxSource {
			return "", false
		}
	}
	return b.String(), true
}

// maxRecipes bounds the lines of a Makefile that are looked at.
const maxRecipes = 100

// recipes judges what targets would run.
func (inv *invocation) recipes(m makefile, targets []string) {
	if len(targets) == 0 {
		targets = []string{m.first}
	}
	seen := map[string]bool{}
	lines := 0
	for len(targets) > 0 {
		t := targets[0]
		targets = targets[1:]
		r := m.rules[t]
		if r == nil || seen[t] {
			continue
		}
		seen[t] = true
		targets = append(targets, r.needs...)
		for _, line := range r.recipe {
			if lines++; lines > maxRecipes {
				return
			}
			inv.ownText(line, inv.span)
		}
	}
}

// ownText judges text of the workspace's own that a program runs. What isn't
// known in it is the workspace's own code.
func (inv *invocation) ownText(text string, span guard.Span) {
	inv.keep(func() { inv.shell(lit(text, span), guard.DialectPOSIX) }, func(a *guard.Action) bool { return a.Kind != guard.KindUnknown })
}

// readNpm reads the package managers of JavaScript: run and its short forms
// start scripts of package.json.
// npmAliases are names of commands that hardly anyone writes.
var npmAliases = map[string]string{
	"in": "install", "ins": "install", "inst": "install", "insta": "install", "instal": "install", "isnt": "install", "isnta": "install", "isntal": "install", "isntall": "install",
	"clean-install": "ci", "ic": "ci", "install-clean": "ci", "isntall-clean": "ci", "it": "install-test", "cit": "install-test", "sit": "install-test", "install-ci-test": "install-test", "clean-install-test": "install-test",
	"a": "add", "up": "update", "udpate": "update", "innit": "init", "ln": "link", "rb": "rebuild",
}

func readNpm(inv *invocation) {
	a := inv.parse()
	a.options()
	if len(a.rest) > 0 {
		a.runPackage()
		return
	}
	name, sub, _ := strings.Cut(inv.command, " ")
	if long, ok := npmAliases[sub]; ok { // rules know the usual names
		sub, inv.command = long, name+" "+long
	}
	script := ""
	switch sub {
	case "node":
		inv.runFrom(sub)
		return
	case "run", "run-script", "rum", "urn":
		if len(a.operands) > 0 {
			script = a.operands[0].text
		}
	case "t", "tst":
		script = "test"
	case "test", "start", "stop", "restart", "build", "dev", "lint", "format", "check", "watch", "serve":
		script = sub
	case "":
		if len(a.operands) > 0 {
			script = a.operands[0].text
		}
	}
	for _, w := range a.operands {
		inv.anyWord(w)
	}
	if inv.name == "bun" && (script == "-" || script != "" && looksLikePath(script) || codeAddress.MatchString(script)) {
		inv.codeFile(a.operands[0], a.operands[1:])
		return
	}
	if jsRunners[script] && inv.name != "npm" {
		inv.runFrom(script)
		return
	}
	if script != "" {
		inv.ownFolder(inv.here())
		inv.packageScript(script)
	}
	if (sub == "config" || sub == "c" || sub == "set") && len(a.operands) > 0 {
		inv.npmSetting(a.operands)
	}
}

// runFrom starts the program of a name among the words.
func (inv *invocation) runFrom(name string) {
	if i := slices.IndexFunc(inv.args, func(w word) bool { return w.is(name) }); i >= 0 {
		inv.run(inv.args[i:])
	}
}

func readNpx(inv *invocation) {
	a := inv.parse()
	a.options()
	a.runPackage()
}

// runPackage starts the program of a package. Flags holds no-install where it
// is never fetched, and then it is one of the workspace's own.
func (a *arguments) runPackage() {
	inv := a.inv
	local := a.installsNothing()
	inv.flags = slices.DeleteFunc(inv.flags, func(f string) bool { return f == "no-install" })
	name := inv.name
	if local {
		inv.flags = append(inv.flags, "no-install")
		inv.name = "" // nobody in front of it matters
	}
	inv.run(a.rest)
	inv.name = name
}

// installsNothing reports whether options keep npx and its like from fetching
// what isn't there. Of npm --no is short for --no-yes, which the last yes undoes.
func (a *arguments) installsNothing() bool {
	nothing := false
	for _, g := range a.given {
		no := g.is("no") && (a.inv.name == "npx" || a.inv.name == "npm") || g.is("no-install") && (a.inv.name == "npx" || a.inv.name == "bunx")
		if g.is("yes") || no && g.has {
			return false
		}
		nothing = nothing || no
	}
	return nothing
}

// npmSetting judges a setting that is kept: some name programs.
func (inv *invocation) npmSetting(words []word) {
	for _, w := range words {
		for _, key := range []string{"script-shell", "shell", "git", "editor", "viewer", "browser", "node-options", "init-module", "init.module", "registry", "proxy", "ignore-scripts", "strict-ssl", "prefix", "userconfig", "yarnPath", "globalconfig"} {
			if (w.is(key) || w.starts(key+"=")) && !words[0].is("get") {
				inv.unknown(w.span, "a setting of "+inv.title()+" is kept: it may run or reach something later")
				return
			}
		}
	}
}

func (inv *invocation) packageScript(name string) {
	content, ok := inv.content(lit("package.json", inv.span))
	if !ok || !inv.a.reads(content) {
		return
	}
	var p struct{ Scripts map[string]string }
	if json.Unmarshal([]byte(content), &p) != nil {
		return
	}
	for _, n := range []string{"pre" + name, name, "post" + name} {
		if text := p.Scripts[n]; text != "" {
			inv.ownText(text, inv.span)
		}
	}
}

func readCMake(inv *invocation) {
	args := inv.args
	for i, w := range args {
		switch {
		case w.is("-E") && i+1 < len(args):
			inv.flags = append(inv.flags, "E")
			inv.settle()
			inv.cmakeTool(args[i+1:])
			return
		case w.is("-P") && i+1 < len(args):
			inv.codeFile(args[i+1], args[i+2:])
			return
		case w.is("--build") || w.is("--install") || w.is("--open"):
			inv.flags = append(inv.flags, w.text[2:])
			if i+1 < len(args) {
				inv.list(args[i+1])
				inv.ownFolder(args[i+1])
			}
			inv.cmakePrefix(args[i+1:])
			if at := slices.IndexFunc(args, func(w word) bool { return w.is("--") }); at >= 0 {
				a := inv.innerOptions(builtinSpec("make"), args[at+1:])
				a.options("file")
				for _, f := range a.values("file") {
					inv.codeFile(f, nil)
				}
			}
			return
		}
	}
	a := inv.parse()
	a.options()
	for _, w := range a.operands {
		inv.list(w)
		inv.ownFolder(w)
	}
	if len(a.operands) == 0 && !inv.flag("S") && len(a.given) > 0 && !asksOnly(inv) {
		inv.ownFolder(inv.here())
	}
	for _, d := range a.values("D") {
		name, v, _ := d.cut("=")
		inv.cmakeVariable(strings.SplitN(name, ":", 2)[0], v)
	}
}

// cmakePrograms are ends of the names of variables whose values cmake starts or
// reads commands from.
var cmakePrograms = []string{"_COMPILER", "_LAUNCHER", "_TOOLCHAIN_FILE", "_INCLUDE", "_INCLUDE_BEFORE", "_INCLUDES", "_INCLUDES_BEFORE", "_MODULE_PATH", "_MAKE_PROGRAM", "_LINKER", "_AR", "_RANLIB",
	"_EXECUTABLE", "_COMMAND", "_EMULATOR", "_CLANG_TIDY", "_CPPCHECK", "_CPPLINT", "_USE", "_RULE_LAUNCH_COMPILE", "_RULE_LAUNCH_LINK", "_PROGRAM", "_INITIAL_CACHE", "_DEPENDENCY_PROVIDERS"}

func (inv *invocation) cmakeVariable(name string, v word) {
	for _, end := range cmakePrograms {
		if strings.HasSuffix(name, end) {
			for _, f := range strings.Split(v.text, ";") {
				v.text = f
				inv.toolProgram(v)
			}
			return
		}
	}
	if strings.HasSuffix(name, "FLAGS") {
		inv.compilerFlags(v)
	}
}

// cmakePrefix sees to where an installation goes.
func (inv *invocation) cmakePrefix(args []word) {
	for i, w := range args {
		if name, v, ok := w.cut("="); ok && name == "--prefix" {
			inv.touch(guard.KindWrite, v, true)
		} else if w.is("--prefix") && i+1 < len(args) {
			inv.touch(guard.KindWrite, args[i+1], true)
		}
	}
}

// cmakeTools are commands of cmake -E by the programs that do the same.
var cmakeTools = map[string][]string{
	"remove": {"rm"}, "remove_directory": {"rm", "-r"}, "rm": {"rm"}, "copy": {"cp"}, "copy_directory": {"cp", "-r"}, "copy_if_different": {"cp"}, "rename": {"mv"},
	"create_symlink": {"ln", "-s"}, "create_hardlink": {"ln"}, "make_directory": {"mkdir"}, "touch": {"touch"}, "cat": {"cat"}, "env": {"env"}, "time": {"time"},
	"compare_files": {"cmp"}, "md5sum": {"md5sum"}, "sha256sum": {"sha256sum"}, "tar": {"tar"}, "echo": {"echo"}, "true": {"true"}, "false": {"false"}, "sleep": {"sleep"},
}

func (inv *invocation) cmakeTool(words []word) {
	if words[0].is("chdir") && len(words) > 2 {
		inv.chdir(words[1])
		inv.run(words[2:])
		return
	}
	tool, ok := cmakeTools[words[0].text]
	if !ok {
		inv.words(words[1:])
		return
	}
	var out []word
	for _, t := range tool {
		out = append(out, lit(t, words[0].span))
	}
	inv.run(append(out, words[1:]...))
}

// readGo reads the go command; go run starts a program of the workspace, a
// file or a module.
func readGo(inv *invocation) {
	a := inv.parse()
	a.options()
	a.operandRoles()
	_, sub, _ := strings.Cut(inv.command, " ")
	for _, v := range a.values("ldflags") {
		inv.linkFlags(v)
	}
	for _, v := range a.values("gccgoflags") {
		inv.compilerFlags(v)
	}
	switch sub {
	case "build", "install", "list":
		inv.ownFolder(inv.here())
	case "run", "test", "generate", "vet":
		inv.ownFolder(inv.here())
		for _, w := range a.operands {
			if w.kind == known && looksLikePath(w.text) {
				inv.ownFolder(w)
			}
		}
	}
	switch {
	case sub == "run" && len(a.operands) > 0:
		w := a.operands[0]
		if _, version, ok := w.cut("@"); ok && version.text != "" || w.kind == unknown {
			inv.unknown(w.span, "go runs a module that it loads")
		} else {
			inv.programFolder(w, a.operands[1:])
		}
	case sub == "env" && inv.flag("w"):
		for _, w := range a.operands {
			inv.unknown(w.span, "a setting of go is kept: it may run something in every build")
		}
	case sub == "" && len(a.operands) > 0:
		inv.unknown(a.operands[0].span, "go "+a.operands[0].text+" is no command of go")
	}
}

// programFolder starts a program that is built from a folder or file.
func (inv *invocation) programFolder(w word, args []word) {
	if p, glob, ok := inv.dir.abs(w); ok && !glob && (looksLikePath(w.text) || strings.HasSuffix(w.text, ".go")) {
		inv.a.add(guard.Action{Kind: guard.KindExec, Path: p, Args: argTexts(args), Via: append(inv.via[:len(inv.via):len(inv.via)], inv.name), Span: w.span})
	}
}

// operandRoles gives the operands the roles of the specification.
func (a *arguments) operandRoles() {
	inv := a.inv
	inv.recursive = inv.recursive || a.spec.recursive
	for i, w := range a.operands {
		role := a.spec.many
		if i < len(a.spec.head) {
			role = a.spec.head[i]
		}
		switch role {
		case guard.RoleData:
		case guard.RoleRead, "":
			inv.buildWord(w)
		default:
			inv.role(role, w)
		}
	}
}

// buildWord is an operand of a build tool: a target, a file, an address, or a
// command of its own language.
func (inv *invocation) buildWord(w word) {
	switch first, _, _ := strings.Cut(w.text, " "); {
	case strings.Contains(w.text, "://"):
		inv.connect(w)
	case w.kind == known && first != w.text && (first == "eval" || first == "set"):
		inv.inlineCode(w)
	case inv.a.commandLine(w):
		inv.unknown(w.span, inv.title()+" may run a word that is a command line")
	default:
		inv.anyWord(w)
	}
}

// dockerRun is the command line of docker run and exec: options, an image or a
// container, and the command inside.
var dockerRun = compile(cmd("data command...", "read: env-file label-file", "write: cidfile",
	"data: v,volume mount e,env w,workdir u,user p,publish name l,label network,net entrypoint h,hostname m,memory c,cpu-shares cpus cpuset-cpus device a,attach add-host cap-add cap-drop dns expose gpus group-add ip ipc link log-driver log-opt pid platform pull restart runtime security-opt shm-size stop-signal stop-timeout sysctl tmpfs ulimit userns uts volumes-from volume-driver detach-keys cgroupns annotation health-cmd storage-opt oom-score-adj index scale",
	"flag: i,interactive t,tty d,detach rm init privileged P,publish-all read-only q,quiet no-healthcheck T,no-TTY no-deps build service-ports remove-orphans"))

func readDocker(inv *invocation) {
	a := inv.parse()
	_, sub, _ := strings.Cut(inv.command, " ")
	verb := sub[strings.LastIndexByte(sub, ' ')+1:]
	a.options()
	switch verb {
	case "run", "exec", "create":
		inv.dockerRun(verb)
	case "cp":
		for i, w := range a.operands {
			if i > 1 || remote(w) || w.is("-") {
				continue
			}
			inv.recursive = true
			if i == 0 {
				inv.read(w)
			} else {
				inv.write(w)
			}
		}
	case "build":
		inv.recursive = true
		for _, w := range a.operands {
			inv.urlOrFile(w)
		}
	default:
		for _, w := range a.operands {
			inv.anyWord(w)
		}
	}
}

// dockerRun reads the words after run, exec or create: folders of this machine
// that are mounted, and the command that runs inside.
func (inv *invocation) dockerRun(verb string) {
	words := inv.args
	for i, w := range words {
		if w.is(verb) {
			words = words[i+1:]
			break
		}
	}
	inner := *inv
	inner.args = words
	a := inner.arguments(dockerRun)
	inv.flags = inner.flags
	inv.settle()
	a.inv = inv
	a.options()
	for _, v := range a.values("volume") {
		from, to, ok := v.cut(":")
		inv.mount(word{text: from, kind: v.kind, reason: v.reason, span: v.span}, ok, strings.HasSuffix(to.text, ":ro"))
	}
	for _, v := range a.values("mount") {
		readonly := strings.Contains(v.text, "readonly") || strings.Contains(v.text, ",ro")
		for _, f := range strings.Split(v.text, ",") {
			if key, file, ok := strings.Cut(f, "="); ok && (key == "source" || key == "src") {
				inv.mount(word{text: file, kind: v.kind, reason: v.reason, span: v.span}, true, readonly)
			}
		}
	}
	if len(a.rest) > 0 {
		inv.elsewhere(func() { inv.run(a.rest) })
	}
}

// mount gives a container a folder of this machine.
func (inv *invocation) mount(from word, ok, readonly bool) {
	if from.kind == unknown && from.text == "" {
		inv.unknown(from.span, "a folder that the container gets is not known: "+from.reason)
		return
	}
	if !ok || !strings.HasPrefix(from.text, "/") && !strings.HasPrefix(from.text, ".") && !strings.HasPrefix(from.text, "~") {
		return // a volume by its name
	}
	inv.recursive = true
	inv.read(from)
	if !readonly {
		inv.write(from)
	}
	inv.recursive = false
}

func readKubectl(inv *invocation) {
	a := inv.parse()
	_, sub, _ := strings.Cut(inv.command, " ")
	for _, g := range a.given {
		if g.has && (g.opt.role == guard.RoleConnect || g.is("filename") || g.is("kustomize")) {
			inv.urlOrFile(g.value)
		}
	}
	a.options("filename", "kustomize", "server")
	switch sub {
	case "exec", "run", "debug":
		if a.dashed >= 0 && a.dashed < len(a.operands) {
			inv.elsewhere(func() { inv.run(a.operands[a.dashed:]) })
		}
	case "cp":
		for i, w := range a.operands {
			switch {
			case remote(w):
			case i == 0:
				inv.read(w)
			default:
				inv.write(w)
			}
		}
	default:
		for _, w := range a.operands {
			inv.anyWord(w)
		}
	}
}

// readSlashes reads programs whose options may begin with a slash.
func readSlashes(inv *invocation) {
	var words []word
	if inv.name == "msbuild" {
		inv.loggers()
	}
	for _, w := range inv.args {
		if v, ok := slashOption(w, nil); ok {
			inv.anyWord(v)
		} else {
			words = append(words, w)
		}
	}
	inv.args = words
	inv.applySpec(builtinSpec(inv.name))
}

// labelled are build tools to which // is the top of the workspace.
var labelled = wordSet("buck buck2 plz pants")
