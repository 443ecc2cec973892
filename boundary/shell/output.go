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
	if o, ok := outputs[inv.command]; ok {
		if o.options != nil && !inv.onlyFlags(o.options) {
			return inv.unclear()
		}
		return o.of(inv)
	}
	if strings.HasSuffix(inv.name, "-config") || inv.name == "pkgconf" {
		return inv.buildFlags()
	}
	return inv.unclear()
}

// compilerOptions covers the options that pkg-config and its kin write: folders,
// libraries and macros. What a library of the workspace adds to them is the
// workspace's own, as its makefiles are.
const compilerOptions = "-[DILWflmp]*"

// buildFlags is what a program says of how to build with a library.
func (inv *invocation) buildFlags() stream {
	asks := false
	for _, a := range inv.args {
		option, long := strings.CutPrefix(a.text, "--")
		asks = asks || long && buildQuestions[option]
		if a.kind != known || strings.HasPrefix(a.text, "-") && !buildQuestions[option] && a.text != "--static" {
			return inv.unclear()
		}
	}
	if !asks {
		return inv.unclear()
	}
	return textStream(patternValue(compilerOptions).orNone()).several()
}

var buildQuestions = wordSet("cflags libs cflags-only-I cflags-only-other libs-only-l libs-only-L libs-only-other includes ldflags cxxflags cppflags")

// unclear is the output of a program of which nothing is known.
func (inv *invocation) unclear() stream {
	return opaqueStream("the output of " + inv.title() + " is not known")
}

// onlyFlags reports whether no option is set but these and numbers: another may
// put something else into the output.
func (inv *invocation) onlyFlags(plain map[string]bool) bool {
	return !slices.ContainsFunc(inv.flags, func(f string) bool { return !plain[f] && !isNumber(f) })
}

// tokens are words of letters, digits and marks that are no options and hold no
// slash; refs are such that may hold slashes.
func (inv *invocation) tokens() stream { return textStream(patternValue("*").orNone()).several() }
func (inv *invocation) refs() stream   { return textStream(patternValue("**").orNone()).several() }

// several says that an output is several words, of which each is covered.
func (s stream) several() stream {
	s.text.several = true
	return s
}

// onlyOne says that it is one line, if so, which holds no blanks where its words are
// tokens, refs or numbers.
func (s stream) onlyOne(one bool) stream {
	if one && s.ends != blank { // else its line may hold several
		s.text.several, s.single = false, true
	}
	return s
}

// output says what a command writes.
type output struct {
	options map[string]bool // with others it may write something else; nil: of judges them
	of      func(inv *invocation) stream
}

// prints is an output with options that leave it as of says.
func prints(of func(inv *invocation) stream, options string) output {
	return output{wordSet(options), of}
}

// inGit is prints for a command of git, whose own options may stand in front.
func inGit(of func(inv *invocation) stream, options string) output {
	return prints(of, options+" C no-pager")
}

// judged is an output whose function judges the options.
func judged(of func(inv *invocation) stream) output { return output{nil, of} }

// outputs computes what commands write.
var outputs = map[string]output{
	"pwd":       prints(func(inv *invocation) stream { return lineOf(inv.a.real(inv.dir).value()) }, "P physical"),
	"basename":  prints(basename, ""),
	"dirname":   prints(dirname, ""),
	"realpath":  prints(realpath, "m canonicalize-missing q quiet P physical"),
	"readlink":  prints(readlink, "f canonicalize m canonicalize-missing q quiet s silent"),
	"mktemp":    judged(mktemp),
	"seq":       prints(seq, "w equal-width"),
	"date":      prints(date, "u utc universal d date r reference I iso-8601 rfc-3339 j v"),
	"cksum":     judged(checksum),
	"md5sum":    judged(checksum),
	"sha1sum":   judged(checksum),
	"sha256sum": judged(checksum),
	"sha512sum": judged(checksum),
	"expr":      judged(func(inv *invocation) stream { return numeric(inv, "+-*/%():0123456789") }),
	"wc":        judged(wc),
	"uname": prints(func(inv *invocation) stream {
		return inv.tokens().onlyOne(len(inv.args) == 0 || len(inv.args) == 1 && len(inv.args[0].text) == 2)
	}, "s kernel-name n nodename r kernel-release m machine p processor i hardware-platform"),
	"whoami":  prints(oneToken, ""),
	"logname": prints(oneToken, ""),
	"arch":    prints(oneToken, ""),
	"uuidgen": prints(oneToken, "r random t time"),
	"hostname": prints(func(inv *invocation) stream {
		return inv.tokens().onlyOne(!inv.flag("i", "I", "ip-address", "all-ip-addresses"))
	}, "s short f fqdn long d domain i ip-address I all-ip-addresses"),
	"nproc": prints(func(inv *invocation) stream { return inv.numberIf(len(inv.operands()) == 0) }, "all ignore"),
	"id": prints(func(inv *invocation) stream {
		return inv.numberOr(inv.flag("u", "g") && !inv.flag("n", "name") && len(inv.operands()) <= 1)
	}, "u user g group G groups n name r real"),
	"tput":           judged(func(inv *invocation) stream { return inv.numberIf(inv.asks("cols", "lines", "colors")) }),
	"getconf":        judged(func(inv *invocation) stream { return inv.numberIf(inv.asks(numericConf...)) }),
	"pgrep":          prints(processes, "c count f full u euid U uid P parent x exact i ignore-case n newest o oldest"),
	"pidof":          prints(processes, "s"),
	"git rev-list":   inGit(revList, "count all branches tags remotes since until after before no-merges merges first-parent n max-count author grep"),
	"git merge-base": inGit(func(inv *invocation) stream { return inv.tokens().onlyOne(!inv.flag("a", "all", "independent")) }, "a all octopus independent fork-point is-ancestor"),
	"git hash-object": inGit(func(inv *invocation) stream {
		return inv.tokens().onlyOne(len(inv.operands()) == 1 && !inv.flag("stdin", "stdin-paths"))
	}, "t w stdin stdin-paths no-filters path"),
	"git tag":          inGit(gitTags, "l list sort contains no-contains merged no-merged points-at i ignore-case format"),
	"openssl":          judged(random),
	"openssl rand":     judged(random),
	"git write-tree":   inGit(oneToken, "missing-ok"),
	"tr":               judged(trimmed),
	"du":               judged(du),
	"lsof":             judged(listeners),
	"cut":              judged(firstField),
	"awk":              judged(firstField),
	"sed":              judged(firstField),
	"git rev-parse":    judged(revParse),
	"git ls-files":     inGit(lsFiles, "c cached d deleted m modified o others i ignored k killed x exclude X exclude-from exclude-per-directory exclude-standard directory error-unmatch z with-tree"),
	"git grep":         inGit(gitGrep, "l files-with-matches name-only L files-without-match i ignore-case v invert-match w word-regexp E F G P e I a and or not all-match z n line-number"),
	"git diff":         inGit(gitDiff, "name-only cached staged diff-filter merge-base M find-renames no-renames relative a text w z ignore-submodules"),
	"git branch":       inGit(gitBranch, "a all r remotes l list merged no-merged contains no-contains sort points-at show-current i ignore-case format no-color no-column D d delete m move c copy"),
	"git describe":     inGit(gitDescribe, "all tags contains abbrev candidates exact-match long match exclude always first-parent dirty broken"),
	"git symbolic-ref": inGit(func(inv *invocation) stream { return inv.refs().onlyOne(true) }, "short q quiet d delete m"),
	"git log":          inGit(gitLog, "n max-count format pretty abbrev abbrev-commit no-patch s reverse date since until after before no-merges merges first-parent all oneline decorate"),
	"go list":          prints((*invocation).refs, "deps test e find tags mod race C compiled export cover"),
	"ls":               prints(ls, "1 a all A almost-all d directory t r reverse S c U u v X B I ignore sort time group-directories-first H L h"),
	"rg":               judged(grep),
	"grep":             judged(grep),
	"egrep":            judged(grep),
	"fgrep":            judged(grep),
	"cat":              judged(cat),
	"tee":              prints(func(inv *invocation) stream { return inv.stdin }, "a append i ignore-interrupts p output-error"),
	"head":             prints(filter, "n lines q quiet silent z zero-terminated"),
	"tail":             prints(filter, "n lines q quiet silent z zero-terminated f follow F retry s sleep-interval pid"),
	"sort": prints(filter, `b ignore-leading-blanks d dictionary-order f ignore-case g general-numeric-sort i ignore-nonprinting M month-sort h human-numeric-sort
		n numeric-sort R random-sort r reverse V version-sort sort m merge s stable u unique k key t field-separator S buffer-size T temporary-directory parallel batch-size random-source z zero-terminated`),
	"uniq":  prints(filter, "i ignore-case d repeated u unique f skip-fields s skip-chars w check-chars z zero-terminated"),
	"shuf":  prints(filter, "n head-count r repeat random-source z zero-terminated"),
	"tac":   judged(tac),
	"env":   judged(passed),
	"stat":  judged(stat),
	"true":  prints(silent, ""),
	"sleep": prints(silent, ""),
	"rm":    prints(silent, "r R recursive f force d dir i I interactive one-file-system preserve-root no-preserve-root"),
	"rmdir": prints(silent, "p parents ignore-fail-on-non-empty"),
	"mkdir": prints(silent, "p parents m mode Z context"),
	"touch": prints(silent, "a c no-create d date f h no-dereference m r reference t time"),
	"chmod": prints(silent, "R recursive f silent quiet reference preserve-root no-preserve-root r w x X s t u g o"),
	"cp":    prints(silent, copyOptions+" a archive d H L dereference P no-dereference l link s symbolic-link p preserve no-preserve parents R r recursive x one-file-system"),
	"mv":    prints(silent, copyOptions),
	"ln":    prints(silent, copyOptions+" s symbolic n no-dereference r relative L logical P physical"),
}

const copyOptions = "b backup f force i interactive n no-clobber S suffix t target-directory T no-target-directory u update strip-trailing-slashes"

func oneToken(inv *invocation) stream { return inv.tokens().onlyOne(true) }

func lineOf(v value) stream {
	if v.kind == known {
		v.text += "\n"
	}
	return textStream(v)
}

// silent is the output of commands that write nothing unless they are asked
// to.
func silent(*invocation) stream { return textStream(text("")) }

// passed is what the program wrote that a wrapper started.
func passed(inv *invocation) stream {
	if inv.stdout.set {
		return inv.stdout
	}
	return inv.unclear()
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
	if len(args) == 0 || len(args) > 2 {
		return opaqueStream("the output of basename is not known")
	}
	v := args[0].value()
	switch {
	case v.kind == unknown || v.text == "":
		return opaqueStream("a part of a name that is not known")
	case v.tree || v.kind == pattern && strings.Contains(v.text, "]"): // any name, or a set that a slash may stand in
		return inv.tokens().onlyOne(!v.joined)
	}
	v.text, v.several = path.Base(v.text), v.kind == pattern && v.joined
	if len(args) == 2 {
		s, ok := strings.CutSuffix(v.text, args[1].text)
		switch {
		case args[1].kind != known:
			return opaqueStream("a part of a name that is not known")
		case ok && s != "":
			v.text = s
		case v.kind == pattern: // what its wildcards stand for may end so
			v.text = "*"
		}
	}
	return lineOf(v)
}

func dirname(inv *invocation) stream {
	args := inv.plainArgs()
	if len(args) != 1 || args[0].kind == unknown || args[0].joined || args[0].mixed {
		return opaqueStream("a part of a name that is not known")
	}
	v := args[0].value()
	v.several = v.kind == pattern && args[0].many
	if v.tree { // a folder of it, or the one that it lies in
		if base := path.Base(v.text); base != "." && base != ".." {
			v.text = path.Dir(v.text)
		}
		return textStream(v)
	}
	i := strings.LastIndexByte(strings.TrimRight(v.text, "/"), '/')
	switch {
	case i < 0 && strings.HasPrefix(v.text, "/"):
		v.text = "/"
	case i < 0:
		v.text = "."
	case i == 0:
		v.text = "/"
	default:
		v.text = strings.TrimRight(v.text[:i], "/")
	}
	if v.kind == pattern && !isGlob(v.text) {
		if v.several {
			return opaqueStream("how often the name of a folder is written is not known")
		}
		v = text(unquoteGlob(v.text))
	}
	return lineOf(v)
}

// readlink is realpath where it follows all links.
func readlink(inv *invocation) stream {
	if !inv.flag("f", "canonicalize", "m", "canonicalize-missing") {
		return opaqueStream("where a link leads is not known")
	}
	return realpath(inv)
}

func realpath(inv *invocation) stream {
	args := inv.plainArgs()
	if len(args) != 1 || args[0].kind == unknown || args[0].text == "" {
		return opaqueStream("where a link leads is not known")
	}
	return lineOf(inv.a.real(inv.dir.join(args[0])).value())
}

// mktemp makes a fresh name. Where it may fail it writes none: in a folder that
// isn't there, and by a template with few X.
func mktemp(inv *invocation) stream {
	temp := place{path: inv.a.temp()}
	dir, template := temp, lit("tmp.XXXXXXXXXX", inv.span)
	shown := strings.TrimSuffix(temp.path, "/") + "/" // what it writes in front of the name
	suffix, suffixed := word{}, false
	templates, inTemp, lost := 0, false, !inv.temp().is(temp.path)
	for i := 0; i < len(inv.args); i++ {
		a := inv.args[i]
		tempDir := func(w word) {
			dir, shown, inTemp = inv.dir.join(w), strings.TrimSuffix(w.text, "/")+"/", true
			lost = lost || w.text == ""
		}
		switch {
		case a.kind != known:
			lost = true
		case a.starts("--suffix="):
			suffix, suffixed = a.after(len("--suffix=")), true
		case a.is("--suffix") && i+1 < len(inv.args):
			i++
			suffix, suffixed = inv.args[i], true
		case a.starts("--tmpdir="):
			tempDir(a.after(len("--tmpdir=")))
		case a.starts("--"):
			inTemp = inTemp || a.is("--tmpdir")
			lost = lost || !slices.Contains([]string{"--", "--tmpdir", "--directory", "--dry-run", "--quiet"}, a.text)
		case a.starts("-"):
			letters, of, p := strings.Cut(a.text[1:], "p")
			inTemp = inTemp || p || strings.Contains(letters, "t")
			lost = lost || strings.Trim(letters, "dqtu") != "" || p && inv.flag("t")
			if p && of != "" {
				tempDir(a.after(len(a.text) - len(of)))
			} else if p && i+1 < len(inv.args) {
				i++
				tempDir(inv.args[i])
			}
		default:
			template = a
			templates++
		}
	}
	folder, base := path.Split(template.text)
	if templates > 0 && (path.IsAbs(folder) || !inTemp) {
		dir, shown = inv.dir, ""
	}
	if folder != "" {
		dir = dir.join(lit(folder, template.span))
	}
	shown += folder
	name, sure := freshName(base)
	if suffixed {
		lost = lost || suffix.kind != known || strings.ContainsAny(suffix.text, "/\n") || !strings.HasSuffix(base, "XXX")
		name += quoteGlob(suffix.text)
	}
	if lost || dir.path == "" {
		return opaqueStream("the name of a temporary file is not known")
	}
	sure = sure && templates <= 1 && (dir == temp || !dir.glob && inv.a.real(place{path: dir.path + "/."}).path != "")
	v := patternValue(quoteGlob(shown) + name)
	v.empty, v.fresh = !sure, !dir.glob
	return textStream(v)
}

// freshName is the name that a template makes. It is not sure that mktemp takes a
// template whose last X are fewer than three.
func freshName(template string) (name string, sure bool) {
	s := quoteGlob(template)
	i := strings.LastIndex(s, "XXX")
	if i < 0 {
		return s + ".*", false
	}
	j := i + 3
	for i > 0 && s[i-1] == 'X' {
		i--
	}
	return s[:i] + strings.Repeat("?", j-i) + s[j:], !strings.Contains(s[j:], "X")
}

// numericConf are those variables of getconf whose values are numbers.
var numericConf = []string{"_NPROCESSORS_ONLN", "_NPROCESSORS_CONF", "NPROCESSORS_ONLN", "NPROCESSORS_CONF", "PAGESIZE", "PAGE_SIZE", "CLK_TCK", "LONG_BIT", "ARG_MAX"}

// asks reports whether the only word is one of the names.
func (inv *invocation) asks(names ...string) bool {
	return len(inv.args) == 1 && inv.args[0].kind == known && slices.Contains(names, inv.args[0].text)
}

// numberOr is a number, if so, or else tokens.
func (inv *invocation) numberOr(isNumber bool) stream {
	if !isNumber {
		return inv.tokens()
	}
	return textStream(number().orNone())
}

// numberIf is a number, if so, or else not known.
func (inv *invocation) numberIf(isNumber bool) stream {
	if isNumber {
		return textStream(number().orNone())
	}
	return inv.unclear()
}

// trimmed is what tr leaves of a number whose blanks it takes away.
func trimmed(inv *invocation) stream {
	s := inv.stdin
	if len(inv.args) == 2 && inv.args[0].kind == known && inv.args[1].kind == known && s.set && s.names == nil && s.file == nil && s.size == 0 {
		put := mapped[inv.args[0].text+" "+inv.args[1].text]
		switch {
		case put == nil:
		case s.text.kind == known && ascii(s.text.text):
			s.text.text = put.Replace(s.text.text)
			return s
		case s.text.kind == pattern && s.text.text == "**" && !s.text.tree && put.Replace("/") != "/": // names of branches
			s.text.text = "*"
			return s
		case s.text.kind == pattern && (s.text.text == "*" || s.text.text == "**") && !s.text.tree:
			return s
		}
	}
	if s.text.num && len(inv.args) == 2 && inv.args[0].is("-d") && slices.Contains([]string{" ", `\n`, ` \n`, "[:space:]", "[:blank:]"}, inv.args[1].text) {
		return s
	}
	return opaqueStream("the output of tr is not known")
}

// mapped are what tr does by two sets of characters.
var mapped = func() map[string]*strings.Replacer {
	var lower, upper []string
	for c := 'a'; c <= 'z'; c++ {
		l, u := string(c), strings.ToUpper(string(c))
		lower, upper = append(lower, u, l), append(upper, l, u)
	}
	toLower, toUpper := strings.NewReplacer(lower...), strings.NewReplacer(upper...)
	return map[string]*strings.Replacer{
		"[:upper:] [:lower:]": toLower, "A-Z a-z": toLower, "[A-Z] [a-z]": toLower, "[:lower:] [:upper:]": toUpper, "a-z A-Z": toUpper, "[a-z] [A-Z]": toUpper,
		"/ -": strings.NewReplacer("/", "-"), "/ _": strings.NewReplacer("/", "_"),
	}
}()

// reparse takes the words apart once more, without noting anything.
func (inv *invocation) reparse() *arguments {
	c := *inv
	c.flags, c.index = nil, -1
	return c.parse()
}

// operands are the words that are neither options nor their values.
func (inv *invocation) operands() []word { return inv.reparse().operands }

func seq(inv *invocation) stream {
	var n [3]int
	args, wide := inv.args, len(inv.args) > 0 && (inv.args[0].is("-w") || inv.args[0].is("--equal-width"))
	if wide {
		args = args[1:]
	}
	if len(args) == 0 || len(args) > 3 {
		return opaqueStream("the output of seq is not known")
	}
	for i, a := range args {
		if wide && (a.kind != known || strings.Trim(a.text, "0123456789") != "" || strings.HasPrefix(a.text, "0")) {
			return opaqueStream("the output of seq is not known")
		}
		v, err := strconv.Atoi(a.text)
		if a.kind == known && (strings.Trim(a.text, "+-.0123456789") != "" || strings.HasPrefix(a.text, "-0")) {
			return opaqueStream("the output of seq is not known")
		}
		if (err != nil || a.kind != known || v < -1e6 || v > 1e6) && !wide {
			return textStream(number()).several()
		} else if err != nil || v > 1e6 {
			return inv.tokens()
		}
		n[i] = v
	}
	from, step, to := 1, 1, n[0]
	switch len(args) {
	case 2:
		from, to = n[0], n[1]
	case 3:
		from, step, to = n[0], n[1], n[2]
	}
	if (step == 0 || (to-from)/step > maxItems) && wide {
		return inv.tokens()
	} else if step == 0 || (to-from)/step > maxItems {
		return textStream(number()).several()
	}
	var b strings.Builder
	for i := from; step > 0 && i <= to || step < 0 && i >= to; i += step {
		item := strconv.Itoa(i)
		if wide {
			item = strings.Repeat("0", max(len(strconv.Itoa(max(from, to)))-len(item), 0)) + item
		}
		b.WriteString(item)
		b.WriteByte('\n')
	}
	return textStream(text(b.String()))
}

// processes are the numbers of processes that bear a name. It isn't the guard's,
// nor one that fits any.
func processes(inv *invocation) stream {
	if inv.flag("c", "count") {
		return textStream(number().orNone())
	}
	names := inv.plainArgs()
	for _, w := range names {
		if w.kind != known || inv.a.matchesAny(w.text) || inv.a.fits(w.text, "runtimeguard") {
			return inv.unclear()
		}
	}
	return inv.numberIf(len(names) > 0).several()
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
	return inv.numberIf(terse && port).several()
}

var (
	portOption  = regexp.MustCompile(`^-([tnPwl]*)(i([46]?([a-zA-Z]+)?:[0-9,-]+)?)?$`)
	portAddress = regexp.MustCompile(`^[46]?([a-zA-Z]+)?:[0-9,-]+$`)
)

// numeric is a number where the words hold only the given characters.
func numeric(inv *invocation, chars string) stream {
	for _, a := range inv.args {
		if a.kind == known && strings.Trim(a.text, chars) == "" || a.kind == pattern && a.num {
			continue
		}
		return inv.unclear()
	}
	return textStream(number().orNone())
}

// stat writes a number where it is asked for one, of one file.
func stat(inv *invocation) stream {
	a := inv.reparse()
	format, _ := a.value("format")
	if !statNumber.MatchString(format.text) || !a.inv.onlyFlags(statPlain) || len(a.operands) != 1 || a.operands[0].kind != known {
		return inv.unclear()
	}
	return textStream(number().orNone())
}

var (
	statPlain = wordSet("c format L dereference")
	// statNumber are GNU's formats of decimal numbers.
	statNumber = regexp.MustCompile(`^%[abBdghiosuWXYZ]$`)
)

// checksum writes hashes, and the names of the files that it is given.
func checksum(inv *invocation) stream {
	if len(inv.args) == 1 && inv.args[0].kind == known && !mayBeOption(inv.args[0]) && !strings.ContainsAny(inv.args[0].text, "\\\r\n") {
		s := inv.unclear()
		s.size = hashed
		return s
	}
	if len(inv.args) > 0 {
		return inv.unclear()
	}
	return inv.tokens()
}

// hashed, as the size of a stream, says that its lines begin with a hash and a blank.
const hashed = '#'

// random is what openssl makes of so many bytes.
func random(inv *invocation) stream {
	if a := inv.args; len(a) == 3 && a[0].is("rand") && a[1].is("-hex") && a[2].kind == known && isNumber(a[2].text) {
		return inv.tokens().onlyOne(true)
	}
	return inv.unclear()
}

// revList is hashes, or how many.
func revList(inv *invocation) stream {
	if inv.flag("count") {
		return inv.numberIf(true)
	}
	counts, _ := logCounts(inv.args)
	return inv.tokens().onlyOne(asksForOne(counts))
}

// gitTags names tags.
func gitTags(inv *invocation) stream {
	if !inv.formatted("--format", refFormat) {
		return inv.unclear()
	}
	return inv.refs()
}

// logCounts are the words that say how many commits git shows, and whether one of
// all the words holds a blank.
func logCounts(args []word) (counts []word, blank bool) {
	for i, a := range args {
		if logCount.MatchString(a.text) || i > 0 && args[i-1].is("-n") {
			counts = append(counts, a)
		}
		blank = blank || strings.Contains(a.text, " ")
	}
	return counts, blank
}

// numericDate are formats that come to a number without a zero in front.
var numericDate = regexp.MustCompile(`^\+(%[YGsu]|%-[mdHMSjVI])(%-?[0-9]?[YGsumdHMSjVIN]|[0-9])*$`)

// slashedDate are numbers with one mark between two of them.
var slashedDate = regexp.MustCompile(`^\+%[Ymd]([-_./]?%[YmdHMSj])*$`)

// plainDate are formats that come to no option and no slash.
var plainDate = regexp.MustCompile(`^\+([A-Za-z0-9_]|%-?[YmdHMSsNjuwaAbBeCGgVUWIklFTRpyZn])([A-Za-z0-9_:.,@T -]|%[-_0^#]?[0-9]?[YmdHMSsNjuwaAbBeCGgVUWIklFTRpPyZztn]|%:z)*$`)

// blankDate finds a blank in what a format comes to.
var blankDate = regexp.MustCompile(`[ ]|%[^A-Za-z]*[ntceklr]|%_`)

// dateOption finds a word of a format that may begin with a dash.
var dateOption = regexp.MustCompile(`( |%[nt])(-|%:?z)`)

// date writes digits and words, in the form that it is asked for.
func date(inv *invocation) stream {
	numeric, one, slashed := false, false, ""
	for _, a := range inv.args {
		switch {
		case a.kind == known && slashedDate.MatchString(a.text) && strings.Contains(a.text, "/"):
			slashed = dateField.ReplaceAllString(a.text[1:], "[0-9]*")
		case a.kind == unknown || a.starts("+") && (!plainDate.MatchString(a.text) || dateOption.MatchString(a.text)):
			return opaqueStream("the output of date is not known")
		case a.starts("+"):
			numeric = a.is("+%N") || numericDate.MatchString(a.text)
			one = !blankDate.MatchString(a.text)
		}
	}
	if slashed != "" {
		v := patternValue(slashed)
		v.empty = len(inv.args) > 1 // a date that is given may be none
		return textStream(v).onlyOne(true)
	}
	return inv.numberOr(numeric).onlyOne(one)
}

var dateField = regexp.MustCompile(`%[A-Za-z]`)

// wc writes a number where it reads its standard input.
func wc(inv *invocation) stream {
	if len(inv.args) == 1 && inv.args[0].kind == known && slices.Contains([]string{"-l", "-c", "-w", "-m", "-L", "--lines", "--bytes", "--words", "--chars"}, inv.args[0].text) {
		return textStream(number().orNone())
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
	if asks := firstFields[inv.stdin.size]; asks != nil && !slices.ContainsFunc(inv.args, func(w word) bool { return w.kind != known }) &&
		slices.Contains(asks, inv.name+" "+strings.Join(argTexts(inv.args), " ")) {
		s := textStream(number().orNone())
		if inv.stdin.size == hashed {
			s = inv.tokens().onlyOne(!inv.stdin.text.several)
		}
		s.text.several = inv.stdin.text.several
		return s
	}
	return inv.unclear()
}

// firstFields are the ways to ask for what stands in front of a character.
var firstFields = map[byte][]string{
	'\t':   {"cut -f1", "cut -f 1", "awk {print $1}", "awk {print$1}"},
	' ':    {"cut -d  -f1", "cut -d  -f 1", "cut -f1 -d ", "awk {print $1}", "awk {print$1}"},
	hashed: {"cut -d  -f1", "cut -d  -f 1", "cut -f1 -d ", "awk {print $1}", "awk {print$1}"},
	':':    {"cut -d: -f1", "cut -d: -f 1", "cut -d : -f 1", "cut -d : -f1", "cut -f1 -d:", "awk -F: {print $1}", "awk -F : {print $1}", "awk -F: {print$1}", "sed s/:.*//"},
}

func revParse(inv *invocation) stream {
	if inv.flag("show-cdup") {
		top := inv.a.repository(inv.dir)
		if here := inv.a.real(inv.dir).path; here == path.Clean(inv.dir.path) && len(inv.args) == 2 && inv.args[0].is("rev-parse") && within(here, top) {
			return lineOf(text(strings.Repeat("../", strings.Count(strings.TrimPrefix(here, top), "/"))))
		}
		return opaqueStream("the top folder of the repository is not known")
	}
	if inv.flag("show-toplevel") {
		args := inv.args
		for len(args) > 2 && args[0].is("-C") {
			args = args[2:]
		}
		if top := inv.a.repository(inv.dir); top != "" && len(args) == 2 && args[0].is("rev-parse") {
			inv.a.toplevel = top
			return lineOf(text(top))
		}
		return opaqueStream("the top folder of the repository is not known")
	}
	revisions := 0
	for i, a := range inv.args {
		if i == 0 && a.is("rev-parse") {
			continue
		}
		// What is no revision is written as it stands.
		if !(revision.MatchString(a.text) || a.kind == pattern && a.text == "*") {
			return inv.unclear()
		}
		if !a.starts("-") {
			revisions++
		}
	}
	return inv.refs().onlyOne(revisions <= 1)
}

var revision = regexp.MustCompile(`^(--(short(=[0-9]+)?|verify|quiet|abbrev-ref|symbolic-full-name|is-[a-z-]+)|-q|[A-Za-z0-9@_][A-Za-z0-9@_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*([~^][0-9]*|[~^@]\{[a-z]*\})*)$`)

// endsInNUL are the options by which programs end names in a NUL.
var endsInNUL = map[string][]string{
	"git": {"z", "null"}, "grep": {"Z", "null"}, "rg": {"0", "null"}, "fd": {"0", "print0"}, "fdfind": {"0", "print0"}, "ls": {"zero"}, "find": {"print0"},
}

// listing is an output of names of files, as they are from the working folder.
func (inv *invocation) listing(names []word) stream {
	s := stream{set: true, text: unknownValue("names of files"), names: names, dir: inv.dir}
	if inv.flag(endsInNUL[inv.name]...) {
		s.ends = nul
	}
	return s
}

// tree says that the output names files beneath the working folder, or among
// these words and beneath them.
func (inv *invocation) tree(in ...word) stream {
	s := inv.listing(nil)
	for _, w := range in {
		if w.kind == unknown {
			return opaqueStream("names of files that are not known")
		}
		if s.names = append(s.names, everything(w)); w.kind == pattern && !w.tree {
			w.text += "/**"
			s.names = append(s.names, w)
		}
	}
	if len(in) == 0 {
		s.names = []word{{text: ".", kind: pattern, tree: true}}
	}
	s.names = inv.withChosen(s.names)
	return s
}

// lsFiles is what "git ls-files" names: files that its patterns cover, whose
// stars cross folders. Files that aren't tracked, and those that are ignored,
// may well be secrets.
func lsFiles(inv *invocation) stream {
	if inv.flag("o", "others") && (inv.flag("i", "ignored") || !inv.flag("exclude-standard", "exclude-per-directory", "X", "exclude-from")) {
		return opaqueStream("names of files that git ignores")
	}
	inv.chooseFrom(inv.plainArgs())
	out := inv.tree()
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
	return out.onlyGone(inv)
}

// onlyGone notes that git lists only files that are no more.
func (s stream) onlyGone(inv *invocation) stream {
	if inv.flag("d", "deleted") && !inv.flag("c", "cached", "m", "modified", "o", "others", "k", "killed") {
		for i := range s.names {
			s.names[i].gone = true
		}
	}
	return s
}

// gitGrep names files that hold a match.
func gitGrep(inv *invocation) stream {
	if !inv.flag("l", "files-with-matches", "name-only", "L", "files-without-match") || inv.leaves("grep") {
		return inv.unclear()
	}
	return inv.tree()
}

// leaves reports whether a word of git's command may name something outside the
// working folder, or another tree.
func (inv *invocation) leaves(command string) bool {
	for _, a := range inv.plainArgs() {
		if !a.is(command) && (a.kind == unknown || strings.Contains(a.text, "..") || strings.ContainsAny(a.text[:min(len(a.text), 1)], "/~:")) {
			return true
		}
	}
	return false
}

// gitDiff names the files that differ.
func gitDiff(inv *invocation) stream {
	if !inv.flag("name-only") {
		return inv.unclear()
	}
	return inv.tree()
}

// gitBranch names branches, and marks one with a star.
func gitBranch(inv *invocation) stream {
	if !inv.formatted("--format", refFormat) {
		return inv.unclear()
	}
	return inv.refs().onlyOne(inv.flag("show-current"))
}

// formatted reports whether every word that may begin the option gives it a value
// as it is to be: git takes an option by its beginning too.
func (inv *invocation) formatted(option string, value *regexp.Regexp) bool {
	return !slices.ContainsFunc(inv.args, func(a word) bool {
		name, v, ok := a.cut("=")
		return strings.HasPrefix(name, option[:4]) && !(ok && name == option && value.MatchString(v.text))
	})
}

// gitDescribe names a tag; what stands for changes behind it is the caller's.
func gitDescribe(inv *invocation) stream {
	if slices.ContainsFunc(inv.args, func(a word) bool { return a.starts("--d") && !a.is("--dirty") || a.starts("--b") && !a.is("--broken") }) {
		return inv.unclear()
	}
	return inv.refs().onlyOne(len(inv.operands()) <= 2)
}

var refFormat = regexp.MustCompile(`^%\(refname(:short)?\)$`)

func gitLog(inv *invocation) stream {
	if inv.flag("oneline") && !inv.flag("format", "pretty") {
		s := inv.unclear().several()
		s.size = hashed
		return s
	}
	if inv.flag("oneline") || !inv.flag("format", "pretty") || !inv.formatted("--format", logFormat) || !inv.formatted("--pretty", logFormat) {
		return inv.unclear()
	}
	counts, blank := logCounts(inv.args)
	return inv.tokens().onlyOne(asksForOne(counts) && !blank)
}

var (
	logCount = regexp.MustCompile(`^-([n0-9]|-max)`)
	// logFormat are the formats of hashes and times.
	logFormat = regexp.MustCompile(`^(t?format:)?(%([hHtT]|[ac][st])[-_. ]?)+$`)
)

// ls writes the names of what a folder holds, or the files that it is given. A
// glob is taken to match files, which it does in all but odd cases.
func ls(inv *invocation) stream {
	args := inv.operands()
	if slices.ContainsFunc(args, word.lost) {
		return inv.unclear()
	}
	s := inv.listing(nil)
	itself, hidden := inv.flag("d", "directory"), inv.flag("a", "A", "all", "almost-all")
	held := len(args) == 0
	for _, a := range args {
		isFile := a.kind == pattern || itself || strings.HasPrefix(path.Base(a.text), ".") && !inv.isFolder(a) || inv.a.sensitive(inv.dir, a)
		if isFile {
			s.names = append(s.names, a)
		} else if len(args) > 1 {
			return inv.unclear()
		}
		held = held || !isFile || hidden && !itself
	}
	if held {
		s.names = append(s.names, word{text: "*", kind: pattern})
	}
	if held && hidden {
		s.names = append(s.names, word{text: ".*", kind: pattern})
	}
	return s
}

// grep passes lines on, or lists the files that match.
func grep(inv *invocation) stream {
	files := inv.operands()
	if !inv.flag("regexp", "file", "files") && len(files) > 0 {
		files = files[1:]
	}
	recursive := inv.recursive || inv.flag("directories") || inv.name == "rg"
	switch {
	case inv.flag("c", "count"):
		if len(files) <= 1 && !recursive && (len(files) == 0 || files[0].kind == known) && !inv.flag("H", "with-filename") {
			return textStream(number().orNone())
		}
	case inv.flag("l", "files-with-matches", "L", "files-without-match", "files"):
		if inv.onlyFlags(grepPlain) && (len(files) > 0 || recursive) {
			s := inv.tree(files...)
			hidden := inv.name == "rg" && inv.reparse().hiddenToo()
			for i := range s.names {
				s.names[i].all = s.names[i].tree && hidden
			}
			return s
		}
	case len(files) == 0 && !recursive && inv.onlyFlags(linesPlain):
		return inv.lines()
	case inv.flag("n", "line-number") && len(files) <= 1 && !recursive && (len(files) == 0 || files[0].kind == known) && inv.onlyFlags(linesNumbered):
		s := inv.unclear().several()
		s.size = ':'
		return s
	}
	return inv.unclear()
}

const lineFlags = `v invert-match i ignore-case y E extended-regexp F fixed-strings P perl-regexp G basic-regexp w word-regexp x line-regexp
	e regexp f file s no-messages q quiet silent m max-count line-buffered a text h no-filename z null-data`

var (
	// linesPlain are the options of grep with which it writes whole lines of what
	// it reads.
	linesPlain    = wordSet(lineFlags)
	linesNumbered = wordSet(lineFlags + " n line-number")
	// grepPlain are those with which it and rg list files by nothing but their
	// names.
	grepPlain = wordSet(lineFlags + ` l files-with-matches L files-without-match files r R recursive dereference-recursive include exclude exclude-dir
		I binary-files n line-number H with-filename Z null 0 t type T type-not g glob iglob S smart-case hidden . no-ignore no-ignore-vcs u unrestricted N sort U multiline follow max-depth d directories`)
)

// filter passes some of the lines that it reads on.
func filter(inv *invocation) stream {
	if len(inv.operands()) > 0 {
		return inv.unclear()
	}
	return inv.lines().onlyOne((inv.name == "head" || inv.name == "tail") && asksForOne(inv.args))
}

// asksForOne reports whether words ask for one line.
func asksForOne(args []word) bool {
	if len(args) == 2 {
		return args[0].is("-n") && args[1].is("1")
	}
	return len(args) == 1 && args[0].kind == known && slices.Contains([]string{"-1", "-n1", "--lines=1", "--max-count=1"}, args[0].text)
}

// tac passes all lines on, in another order.
func tac(inv *invocation) stream {
	if len(inv.args) > 0 {
		return inv.unclear()
	}
	return inv.lines()
}

// lines is the standard input of a program that passes some of its lines on,
// where all of them are alike.
func (inv *invocation) lines() stream {
	s := inv.stdin
	if inv.flag("z", "zero-terminated", "null-data") != (s.ends == nul) {
		return inv.unclear()
	}
	for i, n := range s.names {
		if n.kind == known { // its line may be left out
			s.names = slices.Clone(s.names)
			s.names[i].kind, s.names[i].text = pattern, quoteGlob(n.text)
		}
	}
	if s.names != nil || s.size != 0 || s.set && s.text.kind == pattern {
		return s
	}
	return inv.unclear()
}

func cat(inv *invocation) stream {
	if args := inv.plainArgs(); len(inv.args) == 0 || len(inv.args) == 1 && len(args) == 1 && args[0].is("-") {
		if inv.stdin.set && inv.stdin.file == nil {
			return inv.stdin
		}
	}
	return opaqueStream("the content of a file is not known")
}
