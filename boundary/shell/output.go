package shell

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// output is what a program writes on standard output, where its words tell.
func (inv *invocation) output() stream {
	if f := outputs[inv.command]; f != nil {
		return f(inv)
	}
	if strings.HasSuffix(inv.name, "-config") || inv.name == "pkgconf" {
		return inv.buildFlags()
	}
	if tokens[inv.command] {
		return inv.token()
	}
	return opaqueStream("the output of " + inv.title() + " is not known")
}

// compilerOptions covers the options that pkg-config and its kin write: folders,
// libraries and macros. What a library of the workspace adds to them is the
// workspace's own, as its makefiles are.
const compilerOptions = "-[DILWflmp]*"

// buildFlags is what a program says of how to build with a library.
func (inv *invocation) buildFlags() stream {
	asks := false
	for _, a := range inv.args {
		option, _ := strings.CutPrefix(a.text, "--")
		asks = asks || slices.Contains([]string{"cflags", "libs", "cflags-only-I", "libs-only-l", "libs-only-L", "includes", "ldflags", "cxxflags", "cppflags"}, option)
		if a.kind != known || strings.HasPrefix(a.text, "-") && (option == a.text || strings.Contains(option, "=")) {
			return opaqueStream("the output of " + inv.title() + " is not known")
		}
	}
	if !asks {
		return opaqueStream("the output of " + inv.title() + " is not known")
	}
	return textStream(patternValue(compilerOptions))
}

// tokens are commands that write one word of letters, digits and marks that is
// no option and holds no slash.
var tokens = map[string]bool{
	"uname": true, "whoami": true, "hostname": true, "arch": true, "uuidgen": true, "logname": true, "tty": false,
	"git rev-parse": true, "git merge-base": true, "git describe": true, "git hash-object": true, "git write-tree": true,
	"cksum": true, "sha256sum": true, "md5sum": true, "sha1sum": true,
}

func (inv *invocation) token() stream {
	for _, a := range inv.args {
		if a.kind == unknown || strings.Contains(a.text, "%") && strings.Contains(a.text, "/") || strings.HasPrefix(a.text, "--show") || strings.Contains(a.text, "git-") {
			return opaqueStream("the output of " + inv.title() + " is not known")
		}
	}
	return textStream(patternValue("*").orNone())
}

// outputs computes what commands write.
var outputs = map[string]func(inv *invocation) stream{
	"pwd":              func(inv *invocation) stream { return lineOf(inv.dir.value()) },
	"basename":         basename,
	"dirname":          dirname,
	"realpath":         realpath,
	"readlink":         realpath,
	"mktemp":           mktemp,
	"seq":              seq,
	"date":             date,
	"expr":             func(inv *invocation) stream { return numeric(inv, "+-*/%():0123456789") },
	"wc":               wc,
	"nproc":            func(inv *invocation) stream { return inv.numberOr(len(inv.operands()) == 0) },
	"id":               func(inv *invocation) stream { return inv.numberOr(inv.flag("u", "g") && !inv.flag("n", "name")) },
	"tput":             func(inv *invocation) stream { return inv.numberOr(inv.asks("cols", "lines", "colors")) },
	"getconf":          func(inv *invocation) stream { return inv.numberIf(inv.asks(numericConf...)) },
	"pgrep":            func(inv *invocation) stream { return inv.numberIf(inv.flag("c", "count")) },
	"git rev-list":     func(inv *invocation) stream { return inv.numberOr(inv.flag("count") && !inv.flag("left-right")) },
	"tr":               trimmed,
	"du":               du,
	"lsof":             listeners,
	"cut":              firstField,
	"awk":              firstField,
	"git rev-parse":    revParse,
	"git ls-files":     lsFiles,
	"git grep":         treeIf("l", "files-with-matches", "name-only", "L"),
	"git diff":         treeIf("name-only"),
	"git branch":       refs,
	"git symbolic-ref": refs,
	"git log":          gitLog,
	"go list":          goList,
	"ls":               ls,
	"fd":               tree,
	"fdfind":           tree,
	"rg":               treeIf("l", "files-with-matches", "files", "files-without-match"),
	"grep":             grep,
	"egrep":            grep,
	"fgrep":            grep,
	"cat":              cat,
	"tee":              func(inv *invocation) stream { return inv.stdin },
	"head":             filter,
	"tail":             filter,
	"sort":             filter,
	"uniq":             filter,
	"shuf":             filter,
	"tac":              filter,
	"env":              passed,
	"stat":             func(inv *invocation) stream { return numeric(inv, "%-cfszYXWaugoh= /+.") },
	"true":             func(inv *invocation) stream { return textStream(text("")) },
	"rm":               silent, "mkdir": silent, "cp": silent, "mv": silent, "touch": silent, "chmod": silent, "rmdir": silent, "ln": silent, "sleep": silent,
}

func lineOf(v value) stream {
	if v.kind == known {
		v.text += "\n"
	}
	return textStream(v)
}

// silent is the output of commands that write nothing unless they are asked
// to.
func silent(inv *invocation) stream {
	if inv.flag("v", "verbose", "help", "version") {
		return opaqueStream("the output of " + inv.title() + " is not known")
	}
	return textStream(text(""))
}

// passed is what the program wrote that a wrapper started.
func passed(inv *invocation) stream {
	if inv.stdout.set {
		return inv.stdout
	}
	return opaqueStream("the output of " + inv.title() + " is not known")
}

// plainArgs are the words that are no options.
func (inv *invocation) plainArgs() []word {
	var out []word
	ended := false
	for _, a := range inv.args {
		switch {
		case !ended && a.is("--"):
			ended = true
		case ended || !mayBeOption(a) || a.kind == unknown && a.text == "":
			out = append(out, a)
		}
	}
	return out
}

func basename(inv *invocation) stream {
	args := inv.plainArgs()
	if len(args) == 0 || len(args) > 2 || inv.flag("a", "s", "z", "multiple", "suffix", "zero") {
		return opaqueStream("the output of basename is not known")
	}
	v := args[0].value()
	if v.kind == unknown || v.text == "" {
		return opaqueStream("a part of a name that is not known")
	}
	v.text = path.Base(v.text)
	if len(args) == 2 {
		if args[1].kind != known {
			return opaqueStream("a part of a name that is not known")
		}
		if s, ok := strings.CutSuffix(v.text, args[1].text); ok && s != "" {
			v.text = s
		}
	}
	return lineOf(v)
}

func dirname(inv *invocation) stream {
	args := inv.plainArgs()
	if len(args) != 1 || args[0].kind == unknown {
		return opaqueStream("a part of a name that is not known")
	}
	v := args[0].value()
	i := strings.LastIndexByte(strings.TrimRight(v.text, "/"), '/')
	switch {
	case i < 0:
		v = text(".")
		if strings.HasPrefix(args[0].text, "/") {
			v = text("/")
		}
	case i == 0:
		v.text = "/"
	default:
		v.text = strings.TrimRight(v.text[:i], "/")
	}
	if v.kind == pattern && !isGlob(v.text) {
		v = text(unquoteGlob(v.text))
	}
	return lineOf(v)
}

func realpath(inv *invocation) stream {
	args := inv.plainArgs()
	if len(args) != 1 || args[0].kind == unknown || inv.name == "readlink" && !inv.flag("f", "canonicalize", "e", "m") || inv.flag("relative-to", "relative-base") {
		return opaqueStream("where a link leads is not known")
	}
	p, glob, ok := inv.dir.abs(args[0])
	if !ok {
		return opaqueStream("the working folder is not known")
	}
	if glob {
		return textStream(patternValue(p))
	}
	return lineOf(text(p))
}

// mktemp makes a fresh name.
func mktemp(inv *invocation) stream {
	dir, template := quoteGlob(inv.a.temp()), "tmp.??????????"
	var lost bool
	for i := 0; i < len(inv.args); i++ {
		a := inv.args[i]
		next := func() (w word) {
			if i+1 < len(inv.args) {
				i++
				w = inv.args[i]
			}
			return w
		}
		switch {
		case a.kind != known:
			lost = true
		case a.text == "-p":
			dir, lost = inv.tempDir(next(), lost)
		case strings.HasPrefix(a.text, "--tmpdir="):
			dir, lost = inv.tempDir(a.after(len("--tmpdir=")), lost)
		case a.text == "--suffix" || strings.HasPrefix(a.text, "--suffix="):
			lost = true
		case strings.HasPrefix(a.text, "-"):
		case strings.Contains(a.text, "/"):
			if path.IsAbs(a.text) {
				dir = quoteGlob(path.Dir(a.text))
			} else {
				dir = quoteGlob(path.Join(inv.dir.path, path.Dir(a.text)))
				lost = lost || inv.dir.path == "" || inv.dir.glob
			}
			template = freshName(path.Base(a.text))
		default:
			template = freshName(a.text)
			if !inv.tempFlag() {
				dir = quoteGlob(inv.dir.path)
				lost = lost || inv.dir.path == "" || inv.dir.glob
			}
		}
	}
	if lost {
		return opaqueStream("the name of a temporary file is not known")
	}
	return textStream(patternValue(dir + "/" + template))
}

func (inv *invocation) tempDir(w word, lost bool) (string, bool) {
	p, glob, ok := inv.dir.abs(w)
	if w.kind == unknown || !ok {
		return "", true
	}
	if !glob {
		p = quoteGlob(p)
	}
	return strings.TrimSuffix(p, "/"), lost
}

// tempFlag reports whether a bare template of mktemp is taken from the
// temporary folder.
func (inv *invocation) tempFlag() bool {
	for _, a := range inv.args {
		if strings.HasPrefix(a.text, "--tmpdir") || len(a.text) > 1 && a.text[0] == '-' && a.text[1] != '-' && strings.ContainsAny(a.text, "tp") {
			return true
		}
	}
	return false
}

func freshName(template string) string {
	s := quoteGlob(template)
	i := strings.LastIndex(s, "XXX")
	if i < 0 {
		return s + ".*"
	}
	j := i + 3
	for i > 0 && s[i-1] == 'X' {
		i--
	}
	return s[:i] + strings.Repeat("?", j-i) + s[j:]
}

// numericConf are those variables of getconf whose values are numbers.
var numericConf = []string{"_NPROCESSORS_ONLN", "_NPROCESSORS_CONF", "NPROCESSORS_ONLN", "NPROCESSORS_CONF", "PAGESIZE", "PAGE_SIZE", "CLK_TCK", "LONG_BIT", "ARG_MAX"}

// asks reports whether the only word is one of the names.
func (inv *invocation) asks(names ...string) bool {
	return len(inv.args) == 1 && inv.args[0].kind == known && slices.Contains(names, inv.args[0].text)
}

// numberOr is a number, if so, or else a word of text.
func (inv *invocation) numberOr(isNumber bool) stream {
	if t := inv.token(); !isNumber || t.text.kind == unknown {
		return t
	}
	return textStream(number().orNone())
}

// numberIf is a number, if so, or else not known.
func (inv *invocation) numberIf(isNumber bool) stream {
	if isNumber {
		return inv.numberOr(true)
	}
	return opaqueStream("the output of " + inv.title() + " is not known")
}

// trimmed is what tr leaves of a number whose blanks it takes away.
func trimmed(inv *invocation) stream {
	if s := inv.stdin; s.text.num && len(inv.args) == 2 && inv.args[0].is("-d") && slices.Contains([]string{" ", `\n`, ` \n`, "[:space:]", "[:blank:]"}, inv.args[1].text) {
		return s
	}
	return opaqueStream("the output of tr is not known")
}

// operands are the words that are neither options nor their values.
func (inv *invocation) operands() []word {
	c := *inv
	c.flags, c.index = nil, -1
	return c.parse().operands
}

func seq(inv *invocation) stream {
	var n [3]int
	if len(inv.args) == 0 || len(inv.args) > 3 {
		return opaqueStream("the output of seq is not known")
	}
	for i, a := range inv.args {
		v, err := strconv.Atoi(a.text)
		if a.kind == known && strings.Trim(a.text, "+-.0123456789") != "" {
			return opaqueStream("the output of seq is not known")
		}
		if err != nil || a.kind != known || v < -1e6 || v > 1e6 {
			return textStream(number())
		}
		n[i] = v
	}
	from, step, to := 1, 1, n[0]
	switch len(inv.args) {
	case 2:
		from, to = n[0], n[1]
	case 3:
		from, step, to = n[0], n[1], n[2]
	}
	if step == 0 || (to-from)/step > maxItems {
		return textStream(number())
	}
	var b strings.Builder
	for i := from; step > 0 && i <= to || step < 0 && i >= to; i += step {
		b.WriteString(strconv.Itoa(i))
		b.WriteByte('\n')
	}
	return textStream(text(b.String()))
}

// listeners are the numbers of processes, where lsof is asked for no more than
// those that use a port.
func listeners(inv *invocation) stream {
	terse, port := false, false
	for i, a := range inv.args {
		m := portOption.FindStringSubmatch(a.text)
		switch {
		case a.kind != known:
			return opaqueStream("the output of lsof is not known")
		case m != nil:
			terse = terse || strings.Contains(m[1], "t")
			port = port || m[3] != ""
		case i > 0 && strings.HasSuffix(inv.args[i-1].text, "i") && portAddress.MatchString(a.text):
			port = true
		case a.text != "-sTCP:LISTEN":
			return opaqueStream("the output of lsof is not known")
		}
	}
	return inv.numberIf(terse && port)
}

var (
	portOption  = regexp.MustCompile(`^-([tnPwl]*)(i([46]?([a-zA-Z]+)?:[0-9,-]+)?)?$`)
	portAddress = regexp.MustCompile(`^[46]?([a-zA-Z]+)?:[0-9,-]+$`)
)

// numeric is a number where the words hold only the given characters.
func numeric(inv *invocation, chars string) stream {
	for _, a := range inv.args {
		if a.kind == known && strings.Trim(a.text, chars) == "" || a.kind == pattern && a.text == "*" {
			continue
		}
		if inv.name == "stat" && a.kind != unknown && !strings.HasPrefix(a.text, "-") && !strings.Contains(a.text, "%n") {
			continue
		}
		return opaqueStream("the output of " + inv.title() + " is not known")
	}
	return textStream(number())
}

// numericDate are formats that come to a number without a zero in front.
var numericDate = regexp.MustCompile(`^\+(%[YGsu]|%-[mdHMSjVI])(%-?[YGsumdHMSjVIN]|[0-9])*$`)

// date writes digits and words, unless its format holds a slash.
func date(inv *invocation) stream {
	for _, a := range inv.args {
		if a.kind == unknown || strings.HasPrefix(a.text, "+") && strings.ContainsAny(a.text, "/DxX") || strings.HasPrefix(a.text, "-f") || strings.HasPrefix(a.text, "--f") {
			return opaqueStream("the output of date is not known")
		}
		if a.is("+%N") || numericDate.MatchString(a.text) {
			return textStream(number())
		}
	}
	return textStream(patternValue("*"))
}

// wc writes a number where it reads its standard input.
func wc(inv *invocation) stream {
	if len(inv.plainArgs()) == 0 && len(inv.args) == 1 {
		return textStream(number())
	}
	s := opaqueStream("the output of wc is not known")
	if inv.sizeOf("-l", "-c", "-w", "-m") {
		s.size = ' '
	}
	return s
}

// du writes the size of each folder, which is a number unless it is to be read
// by people.
func du(inv *invocation) stream {
	s := opaqueStream("the output of du is not known")
	if inv.sizeOf("-s", "-sk", "-ks", "-sm", "-ms", "-sb", "-bs") {
		s.size = '\t'
	}
	return s
}

// sizeOf reports whether the words are one of the options and one name, on one
// line.
func (inv *invocation) sizeOf(options ...string) bool {
	a := inv.args
	return len(a) == 2 && a[0].kind == known && slices.Contains(options, a[0].text) &&
		a[1].kind == known && !strings.Contains(a[1].text, "\n") && !mayBeOption(a[1])
}

// firstField is the number in front of a name.
func firstField(inv *invocation) stream {
	before := inv.stdin.size
	if before == '\t' && inv.asks("-f1") && inv.name == "cut" || before != 0 && inv.asks("{print $1}") && inv.name == "awk" {
		return textStream(number())
	}
	return opaqueStream("the output of " + inv.title() + " is not known")
}

func revParse(inv *invocation) stream {
	if inv.flag("show-toplevel") || len(inv.args) > 0 && inv.args[len(inv.args)-1].is("--show-toplevel") {
		top := inv.a.o.Toplevel
		if top != "" && (inv.dir.path == top || strings.HasPrefix(inv.dir.path, top+"/")) {
			return lineOf(text(top))
		}
		return opaqueStream("the top folder of the repository is not known")
	}
	return inv.token()
}

// tree says that the output names files beneath the folder.
func tree(inv *invocation) stream {
	return stream{set: true, text: unknownValue("names of files"), names: inv.withChosen([]word{{text: ".", kind: pattern, tree: true}}), dir: inv.dir}
}

// lsFiles is what "git ls-files" names: files that its patterns cover, whose
// stars cross folders. Files that aren't tracked, and those that are ignored,
// may well be secrets.
func lsFiles(inv *invocation) stream {
	if inv.flag("o", "others") && (inv.flag("i", "ignored") || !inv.flag("exclude-standard", "exclude-per-directory", "X", "exclude-from")) {
		return opaqueStream("names of files that git ignores")
	}
	inv.chooseFrom(inv.plainArgs())
	out := tree(inv)
	if inv.flag("format", "s", "stage", "u", "unmerged", "eol", "debug") {
		return opaqueStream("the output of " + inv.title() + " is not known")
	}
	args := inv.plainArgs()
	args = args[1+slices.IndexFunc(args, func(w word) bool { return w.is("ls-files") }):]
	var names []word
	for _, a := range args {
		first, last := strings.TrimPrefix(a.text, "*"), strings.TrimSuffix(a.text, "*")
		switch {
		case a.kind != known || a.starts(":") || inv.flag("x", "exclude", "X", "exclude-from"):
			return out
		case first != a.text && !strings.ContainsAny(first, "/"+globMeta):
			names = append(names, word{text: "./**/*" + first, kind: pattern, span: a.span})
		case !isGlob(a.text):
			names = append(names, word{text: a.text, kind: pattern, tree: true, span: a.span})
		case strings.HasSuffix(last, "/") && !isGlob(last):
			names = append(names, word{text: a.text + "*", kind: pattern, span: a.span})
		case last != "" && !isGlob(last):
			names = append(names, word{text: a.text, kind: pattern, span: a.span}, word{text: a.text + "/**", kind: pattern, span: a.span})
		default:
			return out
		}
	}
	if len(names) > 0 {
		out.names = inv.withChosen(names)
	}
	return out
}

func treeIf(flags ...string) func(inv *invocation) stream {
	return func(inv *invocation) stream {
		if inv.flag(flags...) {
			return tree(inv)
		}
		return opaqueStream("the output of " + inv.title() + " is not known")
	}
}

// goList names packages unless another form is asked for.
func goList(inv *invocation) stream {
	for _, a := range inv.args {
		if a.kind == unknown || a.starts("-f") || a.starts("--f") || a.starts("-json") || a.starts("--json") || a.starts("-m") || a.starts("--m") {
			return opaqueStream("the output of go list is not known")
		}
	}
	return refs(inv)
}

// refs are words that may hold slashes, but are no options.
func refs(inv *invocation) stream { return textStream(patternValue("**")) }

func gitLog(inv *invocation) stream {
	for _, a := range inv.args {
		if _, f, ok := a.cut("="); ok && strings.HasSuffix(strings.SplitN(a.text, "=", 2)[0], "format") || strings.HasPrefix(a.text, "--pretty") {
			f := strings.TrimPrefix(f.text, "format:")
			if strings.Trim(f, "%hHcstiad") == "" || f == "%at" || f == "%ct" {
				return textStream(patternValue("*"))
			}
		}
	}
	return opaqueStream("the output of git log is not known")
}

func ls(inv *invocation) stream {
	if inv.flag("l", "R", "recursive", "g", "o", "n", "s", "i", "p", "F", "Q") {
		return opaqueStream("the output of ls is not known")
	}
	s := stream{set: true, text: unknownValue("names of files"), dir: inv.dir}
	args := inv.plainArgs()
	for _, a := range args {
		if a.kind == unknown {
			return opaqueStream("the output of ls is not known")
		}
		if a.kind == pattern && !a.tree {
			s.names = append(s.names, a)
		} else if len(args) == 1 {
			s.names = append(s.names, word{text: "*", kind: pattern, span: a.span})
		}
	}
	if len(args) == 0 {
		s.names = append(s.names, word{text: "*", kind: pattern})
	}
	if inv.flag("a", "A", "all", "almost-all") {
		s.names = append(s.names, word{text: ".*", kind: pattern})
	}
	return s
}

// grep passes lines on, or lists the files that match.
func grep(inv *invocation) stream {
	files := inv.operands()
	if !inv.flag("regexp", "file") && len(files) > 0 {
		files = files[1:]
	}
	recursive := inv.recursive || inv.flag("directories")
	switch {
	case inv.flag("c", "count"):
		if len(files) <= 1 && !recursive && (len(files) == 0 || files[0].kind == known) {
			return textStream(number())
		}
	case inv.flag("l", "files-with-matches", "L", "files-without-match"):
		return tree(inv)
	case len(files) == 0 && !recursive && !inv.flag("o", "n", "H", "b", "only-matching", "line-number", "T", "color", "colour", "help", "version"):
		return inv.lines()
	}
	return opaqueStream("the output of grep is not known")
}

// filter passes some of the lines that it reads on.
func filter(inv *invocation) stream {
	if inv.flag("c", "count", "bytes", "files0-from", "v", "verbose", "group", "debug", "help", "version") || inv.name == "shuf" && inv.flag("i", "e") || len(inv.operands()) > 0 {
		return opaqueStream("the output of " + inv.title() + " is not known")
	}
	return inv.lines()
}

// lines is the standard input of a program that passes some of its lines on,
// where all of them are alike.
func (inv *invocation) lines() stream {
	if s := inv.stdin; s.names != nil || s.set && s.text.kind == pattern {
		return s
	}
	return opaqueStream("the output of " + inv.title() + " is not known")
}

func cat(inv *invocation) stream {
	if args := inv.plainArgs(); len(inv.args) == 0 || len(inv.args) == 1 && len(args) == 1 && args[0].is("-") {
		if inv.stdin.set && inv.stdin.file == nil {
			return inv.stdin
		}
	}
	return opaqueStream("the content of a file is not known")
}
