package shell

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/runtimeguard/runtimeguard/guard"
)

// The programs that run others for the files they find.
func init() {
	register(readFind, "find gfind bfs")
	register(readFd, "fd fdfind")
}

// register gives programs a reader.
func register(r reader, names string) {
	for _, n := range strings.Fields(names) {
		readers[n] = r
	}
}

// finder reads find's expression. The globs of its name tests narrow down what
// its actions are done to.
type finder struct {
	*invocation
	starts []word
	words  []word
	i      int
	base   int  // chosen before the alternative that is read
	hollow bool // what got so far is a link or holds nothing

	follows bool // links are followed, which may lead elsewhere

	printed []word // what is written by an action
	prints  bool   // an action is done, so names are written by -print only
	visible bool   // a test leaves hidden files out
	mixed   bool   // something else than names may be written
	syntax  string // of regular expressions, where it isn't the usual one
}

// names are globs one of which every file matches that got so far; nil: any.
type names []string

func readFind(inv *invocation) {
	f := &finder{invocation: inv}
	inv.recursive = true
	f.findStarts()
	for _, s := range f.starts {
		inv.list(s)
	}
	var all names
	for f.i < len(f.words) {
		all = f.or(nil)
		f.i++ // an unmatched ")"
	}
	if !f.prints {
		f.print(all)
	}
	inv.stdout = inv.listing(f.withChosen(f.printed))
	switch {
	case f.mixed || f.follows || slices.ContainsFunc(f.words, word.lost):
		inv.stdout = opaqueStream("the output of find is not known")
	case len(f.printed) == 0:
		inv.stdout = textStream(text(""))
	}
}

// print notes that the names of what was found are written.
func (f *finder) print(found names) {
	if found != nil {
		f.printed = append(f.printed, f.targets(found)...)
		return
	}
	for _, s := range f.targets(nil) {
		if s.kind == pattern && !s.tree {
			s.text += "/**"
		}
		f.printed = append(f.printed, f.everything(s))
	}
}

func (f *finder) findStarts() {
	args := f.args
	i := 0
	for i < len(args) && args[i].kind == known && (args[i].text == "-H" || args[i].text == "-L" || args[i].text == "-P" ||
		args[i].text == "-D" || args[i].text == "-X" || args[i].text == "-E" || args[i].text == "-s" || strings.HasPrefix(args[i].text, "-O")) {
		switch args[i].text {
		case "-D":
			i++
		case "-L":
			f.follows = true
		}
		i++
	}
	for i = min(i, len(args)); i < len(args) && !startsExpression(args[i]); i++ {
		if args[i].kind == unknown && args[i].text == "" {
			f.unknown(args[i].span, "a word that may be an action of find is not known: "+args[i].reason)
		}
		f.starts = append(f.starts, args[i])
	}
	if len(f.starts) == 0 {
		f.starts = []word{f.here()}
	}
	f.words = args[i:]
	f.follows = f.follows || slices.ContainsFunc(f.words, func(w word) bool { return w.is("-follow") })
}

func startsExpression(w word) bool {
	return w.starts("-") || w.is("(") || w.is("!") || w.is(")") || w.is(",")
}

// or reads alternatives up to the closing parenthesis and returns what the
// files match that pass.
func (f *finder) or(outer names) names {
	var all names
	first, any := true, false
	base, chosen, before := f.base, slices.Clip(f.chosen), f.chosen
	hollow, every := f.hollow, true
	for f.a.spend(len(before) / bytesOfWork) { // which is copied
		f.chosen, f.base = before[:len(before):len(before)], len(before)
		f.hollow = hollow
		n := f.and(outer)
		every = every && f.hollow
		chosen = append(chosen, f.chosen[f.base:]...)
		any = any || n == nil
		all = append(all, n...)
		first = false
		if f.i >= len(f.words) || !f.words[f.i].is("-o") && !f.words[f.i].is("-or") && !f.words[f.i].is(",") {
			break
		}
		f.i++
	}
	f.chosen, f.base, f.hollow = chosen, base, every
	if any || first {
		return nil
	}
	return all
}

func (f *finder) and(outer names) names {
	found := outer
	for f.i < len(f.words) && !f.a.exhausted() {
		w := f.words[f.i]
		if w.is(")") || w.is("-o") || w.is("-or") || w.is(",") {
			break
		}
		if n := f.primary(found); found == nil {
			found = n
		}
	}
	return found
}

func (f *finder) primary(found names) names {
	w := f.words[f.i]
	f.i++
	if w.kind != known {
		f.unknown(w.span, "a word that may be an action of find is not known: "+w.why())
		return nil
	}
	switch w.text {
	case "(":
		n := f.or(found)
		if f.i < len(f.words) && f.words[f.i].is(")") {
			f.i++
		}
		return n
	case "!", "-not":
		if f.i < len(f.words) {
			chosen, hollow := f.chosen, f.hollow
			f.visible = f.visible || f.leavesHiddenOut()
			f.primary(found)
			f.chosen, f.hollow = chosen, hollow
		}
	case "-name", "-iname":
		n := nameTest(f.next(), w.text == "-iname")
		f.choose(f.starts, n)
		return n
	case "-path", "-wholename", "-ipath", "-iwholename":
		v := f.next()
		if v.kind != unknown {
			f.choose(f.starts, append(spelled(lastName(v).text, w.text[1] == 'i'), strings.ReplaceAll("/"+v.text, "/*/", "/**/")))
		}
		return pathTest(v, w.text[1] == 'i')
	case "-regex", "-iregex":
		v := f.next()
		f.choose(f.starts, f.a.regexNames(v, w.text[1] == 'i', true))
		return f.regexTest(v, w.text[1] == 'i')
	case "-prune": // what is left out isn't found
		f.chosen = f.chosen[:min(f.base, len(f.chosen))]
	case "-regextype":
		f.syntax = f.next().text
	case "-print", "-print0":
		f.mixed = f.mixed || f.prints && f.flag("print0") != (w.text == "-print0")
		if f.prints = true; w.text == "-print0" {
			f.flags = append(f.flags, "print0")
		}
		f.print(found)
	case "-printf", "-ls":
		f.prints, f.mixed = true, true
		if w.text == "-printf" {
			f.next()
		}
	case "-empty":
		f.hollow = true
	case "-type", "-xtype":
		f.hollow = f.next().is("l") || f.hollow
	case "-delete", "-rm":
		f.prints = true
		if found == nil && f.hollow && !f.follows && len(f.chosen) == 0 && f.ownStarts() {
			f.flags = append(f.flags, findsHollow)
			break
		}
		f.leads(w)
		for _, t := range f.targets(found) {
			f.delete(t, found == nil)
		}
		for _, t := range f.chosen {
			f.delete(t, false)
		}
	case "-exec", "-execdir", "-ok", "-okdir":
		f.prints, f.mixed = true, true
		f.leads(w)
		f.exec(strings.HasSuffix(w.text, "dir"), found)
	case "-fprint", "-fprint0", "-fls", "-fprintf":
		f.prints = true
		v := f.next()
		f.write(v)
		f.a.noteWritten(f.dir, v)
		if w.text == "-fprintf" {
			f.next()
		}
	case "-newer", "-anewer", "-cnewer":
		f.list(f.next())
	case "-samefile":
		v := f.next()
		f.list(v)
		if f.a.sensitive(f.dir, v) {
			f.chosen = append(f.chosen, v)
		}
	case "-files0-from":
		f.read(f.next())
		f.unknown(w.span, "find takes the names of its folders from a file")
	default:
		if takesWord(w.text) {
			f.next()
		}
	}
	return nil
}

// leads reports that an action may be done to files elsewhere.
func (f *finder) leads(action word) {
	if f.follows {
		f.unknown(action.span, "find follows links, which may lead elsewhere")
	}
}

// findsHollow is the flag of a find that deletes only what holds nothing, which
// is not all of the workspace though it may lie anywhere in it.
const findsHollow = "finds-hollow"

// ownStarts reports whether find starts in the folder that the call works in or
// beneath.
func (f *finder) ownStarts() bool {
	return !slices.ContainsFunc(f.starts, func(s word) bool {
		p, glob, ok := f.dir.abs(s)
		return !ok || glob || s.kind != known || strings.Contains(p+"/", "/../") || !f.a.ownPath(p)
	})
}

// leavesHiddenOut reports whether the test that comes is one that the hidden
// files pass, those with secrets at least.
func (f *finder) leavesHiddenOut() bool {
	test, name := f.words[f.i], word{}
	if f.i+1 < len(f.words) {
		name = f.words[f.i+1]
	}
	switch test.text {
	case "-name", "-iname":
		return name.is(".*") || name.is(".?*") || name.starts(".env")
	case "-path", "-ipath", "-wholename":
		return strings.HasSuffix(name.text, "/.*") || strings.HasSuffix(name.text, "*/.*/*") || strings.Contains(name.text, "/.env")
	}
	return false
}

// takesWord reports whether a test of find takes a value that names no file.
func takesWord(test string) bool {
	switch test {
	case "-size", "-mtime", "-atime", "-ctime", "-Btime", "-mmin", "-amin", "-cmin", "-Bmin", "-user", "-group", "-uid", "-gid", "-perm",
		"-maxdepth", "-mindepth", "-inum", "-links", "-fstype", "-lname", "-ilname",
		"-context", "-used", "-flags", "-exclude", "-depth+", "-unique":
		return true
	}
	return strings.HasPrefix(test, "-newer")
}

func (f *finder) next() word {
	if f.i >= len(f.words) {
		return word{}
	}
	f.i++
	return f.words[f.i-1]
}

// nameTest is what -name says of the last part of a file's path. A glob of
// find covers hidden files too, one of the shell doesn't.
func nameTest(w word, anyCase bool) names {
	if w.kind == unknown || strings.Contains(w.text, "/") || w.text == "" {
		return nil
	}
	g, hidden := w.text, w.text
	if anyCase { // a hidden name in another case is not worth a false alarm
		g, hidden = bothCases(g), strings.ToLower(g)
	}
	switch w.text[0] {
	case '*':
		return names{g, "." + hidden}
	case '?':
		return names{g, "." + g[1:]}
	case '[':
		return names{g, ".*"}
	}
	return names{g}
}

// regexTest is what -regex says of a path where it begins with ".*" and ends
// with text or with one of several texts.
func (f *finder) regexTest(w word, anyCase bool) names {
	open, or, end := `\(`, `\|`, `\)`
	switch f.syntax {
	case "":
	case "posix-extended", "egrep", "posix-egrep":
		open, or, end = "(", "|", ")"
	default:
		return nil
	}
	rest, ok := strings.CutPrefix(w.text, ".*")
	if w.kind != known || !ok || f.flagged("-E") {
		return nil
	}
	text, group, ok := strings.Cut(strings.TrimSuffix(rest, "$"), open)
	alternatives := []string{""}
	if ok {
		if group, ok = strings.CutSuffix(group, end); !ok {
			return nil
		}
		alternatives = strings.Split(group, or)
	}
	var out names
	for _, alt := range alternatives {
		ending := strings.ReplaceAll(text+alt, `\.`, "a")
		if ending == "" || ok && alt == "" || strings.Trim(ending, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != "" {
			return nil
		}
		out = append(out, nameTest(lit("*"+strings.ReplaceAll(text+alt, `\.`, "."), w.span), anyCase)...)
	}
	return out
}

// flagged reports whether a word in front of the starting points is the option.
func (f *finder) flagged(option string) bool {
	return slices.ContainsFunc(f.args[:len(f.args)-len(f.words)], func(w word) bool { return w.is(option) })
}

// pathTest is what -path says. Its stars cross folders.
func pathTest(w word, anyCase bool) names {
	if w.kind == unknown || anyCase || w.text == "" {
		return nil
	}
	var out []string
	for _, part := range strings.Split(w.text, "/") {
		if part == "*" {
			part = "**"
		} else if strings.ContainsAny(part, globMeta) {
			out = append(out, "**")
			break
		}
		out = append(out, part)
	}
	return names{"/" + strings.Join(out, "/")}
}

// bothCases makes letters of a glob match in either case.
func bothCases(g string) string {
	var b strings.Builder
	inside := false
	for _, r := range g {
		switch {
		case r == '[':
			inside = true
		case r == ']':
			inside = false
		case unicode.IsLetter(r) && !inside:
			b.WriteString("[" + string(unicode.ToLower(r)) + string(unicode.ToUpper(r)) + "]")
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// targets are the files that an action of find is done to.
func (f *finder) targets(found names) []word {
	if !f.a.spend(len(f.starts) * (1 + len(found)) / bytesOfWork) {
		return nil
	}
	if found == nil {
		return f.starts
	}
	var out []word
	for _, s := range f.starts {
		for _, n := range found {
			out = append(out, beneath(s, n))
		}
	}
	return out
}

// beneath is a pattern for what a glob matches under a folder. A glob that
// begins with a slash holds the folder itself.
func beneath(dir word, glob string) word {
	if dir.kind == unknown {
		return dir
	}
	if rest, ok := strings.CutPrefix(glob, "/"); ok {
		if strings.HasPrefix(rest, "**") {
			return beneath(dir, strings.TrimPrefix(strings.TrimPrefix(rest, "**"), "/"))
		}
		return word{text: rest, kind: pattern, span: dir.span}
	}
	if glob == "" {
		return everything(dir)
	}
	return word{text: strings.TrimSuffix(globOf(dir), "/") + "/**/" + glob, kind: pattern, span: dir.span}
}

// globOf is the word as a glob.
func globOf(w word) string {
	if w.kind == known {
		return quoteGlob(w.text)
	}
	return w.text
}

// choose notes the names that pick out a secret beneath the folders: what is
// done to all that is found is done to it by its name. A name is one of a secret
// where it is in any folder.
func (inv *invocation) choose(dirs []word, globs names) {
	for _, n := range globs {
		own := word{text: strings.TrimPrefix(strings.TrimPrefix(n, "/"), "**/")}
		if strings.HasPrefix(n, "*.") && !isGlob(n[1:]) {
			own.text = n[1:] // the shortest of them
		}
		if isGlob(own.text) {
			own.kind = pattern
		}
		if !inv.a.sensitive(place{path: "/x", glob: own.kind == pattern}, own) {
			continue
		}
		if !inv.a.spend(len(dirs) / bytesOfWork) {
			return
		}
		for _, d := range dirs {
			if d.kind != unknown {
				inv.chosen = append(inv.chosen, beneath(d, n))
			}
		}
	}
}

// chooseFrom is choose for the globs that are operands.
func (inv *invocation) chooseFrom(globs []word) {
	for _, w := range globs {
		if w = asGlob(w); inv.a.sensitive(inv.dir, w) {
			inv.chosen = append(inv.chosen, w)
		} else {
			inv.chooseGlob([]word{inv.here()}, w)
		}
	}
}

// asGlob is a quoted word that the program itself takes for a glob.
func asGlob(w word) word {
	if w.kind == known && isGlob(w.text) {
		w.kind = pattern
	}
	return w
}

// leavesNothingOut notes that what lists files lists hidden and ignored ones
// too, with nothing to narrow it down: some may well be secrets.
func (inv *invocation) leavesNothingOut() {
	inv.stdout = opaqueStream("names of files that are hidden or ignored")
}

// chooseGlob is choose for the glob of an option, which may hold braces and
// folders, and leaves files out where it begins with "!".
func (inv *invocation) chooseGlob(dirs []word, glob word) {
	if glob.kind == unknown || strings.HasPrefix(glob.text, "!") || !inv.a.spend(len(glob.text)/bytesOfWork) {
		return
	}
	if strings.Contains(glob.text, "{") && !inv.a.spend(len(glob.text)) {
		return
	}
	for _, g := range alternatives(glob.text, maxNames) {
		inv.choose(dirs, spelled(g[strings.LastIndexByte(g, '/')+1:], true))
		if strings.Contains(g, "/") {
			inv.choose(dirs, names{"/**/" + strings.TrimLeft(g, "/")})
		}
	}
}

// alternatives are the globs that braces stand for, at most so many.
func alternatives(glob string, most int) []string {
	from := strings.IndexByte(glob, '{')
	if from < 0 || most <= 1 || len(glob) > 1024 {
		return []string{glob}
	}
	var out []string
	depth, start := 0, from+1
	for i := from; i < len(glob); i++ {
		switch c := glob[i]; {
		case c == '{':
			depth++
		case c == '}' || c == ',' && depth == 1:
			if c == '}' {
				depth--
			}
			if c == ',' || depth == 0 {
				for _, g := range alternatives(glob[:from]+glob[start:i]+afterBraces(glob, from), most-len(out)) {
					if len(out) < most {
						out = append(out, g)
					}
				}
				start = i + 1
			}
			if depth == 0 {
				return out
			}
		}
	}
	return []string{glob}
}

// afterBraces is what stands behind the braces that open at from.
func afterBraces(glob string, from int) string {
	depth := 0
	for i := from; i < len(glob); i++ {
		switch glob[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return glob[i+1:]
			}
		}
	}
	return ""
}

// readChosen reads the secrets that the selectors pick out.
func (inv *invocation) readChosen() {
	for _, w := range inv.chosen {
		inv.read(w)
	}
}

// withChosen adds the secrets that were picked out, unless they stand there.
func (inv *invocation) withChosen(words []word) []word {
	if words = slices.Clip(words); !inv.a.spend(len(inv.chosen) * (len(words) + len(inv.chosen)) / (4 * named)) {
		return words
	}
	for _, c := range inv.chosen {
		if !slices.ContainsFunc(words, func(w word) bool { return w.text == c.text && w.kind == c.kind }) {
			words = append(words, c)
		}
	}
	return words
}

// spelled is a glob as a selector that may name a secret. One that spells
// nothing names none; the policy takes either case for the same.
func spelled(glob string, anyCase bool) names {
	if strings.Trim(glob, "*?") == "" {
		return nil
	}
	if anyCase {
		glob = strings.ToLower(glob)
	}
	out := names{glob}
	if rest := strings.TrimLeft(glob, "*?"); rest != glob && rest[0] != '.' && len(strings.Trim(rest, "*?")) > 1 {
		out = append(out, "."+rest)
	} else if rest != glob {
		out = append(out, rest)
	}
	return out
}

// lastName is what a glob says of the last part of a path.
func lastName(w word) word {
	w.text = w.text[strings.LastIndexByte(w.text, '/')+1:]
	return w
}

// everything is all that lies beneath a starting point, hidden files with it
// unless a test leaves them out.
func (f *finder) everything(s word) word {
	s = everything(s)
	s.all = s.tree && !f.visible
	return s
}

// everything is all that lies beneath a folder.
func everything(dir word) word {
	if dir.kind == unknown || dir.tree {
		return dir
	}
	return word{text: dir.text, kind: pattern, tree: dir.kind == known, span: dir.span}
}

// exec reads a command of find up to its ";" or "+".
func (f *finder) exec(inFolder bool, found names) {
	from := f.i
	for f.i < len(f.words) {
		w := f.words[f.i]
		if w.is(";") || w.is("+") && f.i > from && f.words[f.i-1].is("{}") {
			break
		}
		f.i++
	}
	words, each := f.words[from:f.i], f.i == len(f.words) || f.words[f.i].is(";")
	f.i++
	targets := f.targets(found)
	if found == nil {
		targets = nil
		for _, s := range f.targets(nil) {
			targets = append(targets, f.everything(s))
		}
	}
	targets = f.withChosen(targets)
	f.runFor(words, targets, each, inFolder)
}

// runFor runs a command with the files in place of "{}": with each of them, or
// with all.
func (f *finder) runFor(words, files []word, each, inFolder bool) {
	dir := f.dir
	if inFolder {
		for i, w := range files {
			if p, glob, ok := dir.abs(w); ok && w.kind != unknown {
				files[i].text = p
				if glob && w.kind == known {
					files[i].kind = pattern
				}
			}
		}
		f.dir = place{reason: "the program runs in every folder that find meets"}
	}
	f.runWith(words, files, each, "{}")
	f.dir = dir
}

// replace puts words in the place of a mark. Where the mark is only a part of
// a word, each of them is joined with what stands around it.
func (a *analysis) replace(words []word, mark string, with []word) []word {
	out := make([]word, 0, len(words)+len(with))
	for _, w := range words {
		switch {
		case w.is(mark):
			out = append(out, with...)
		case w.kind == known && mark != "" && strings.Contains(w.text, mark):
			for _, v := range with {
				out = append(out, a.put(w, mark, v))
			}
		default:
			out = append(out, w)
		}
	}
	return out
}

func readFd(inv *invocation) {
	a := inv.parse()
	inv.recursive = true
	a.options()
	var dirs []word
	if len(a.operands) > 1 {
		dirs = a.operands[1:]
	}
	dirs = append(dirs, a.values("search-path")...)
	if len(dirs) == 0 {
		dirs = []word{inv.here()}
	}
	var files []word
	for _, d := range dirs {
		inv.list(d)
		files = append(files, a.fdMatches(d)...)
	}
	for _, e := range a.values("extension") {
		inv.choose(dirs, spelled("*."+strings.TrimPrefix(globOf(e), "."), true))
	}
	if len(a.operands) > 0 {
		if w := a.operands[0]; inv.flag("glob") {
			inv.choose(dirs, spelled(lastName(w).text, true))
		} else if !inv.flag("fixed-strings") && strings.ContainsAny(w.text, `\.*+?()[]{}|^$`) {
			inv.choose(dirs, inv.a.regexNames(w, true, false))
		}
	}
	files = inv.withChosen(files)
	if inv.stdout = inv.listing(files); !inv.onlyFlags(fdPlain) {
		inv.stdout = inv.unclear()
	}
	if len(a.operands) == 0 && !inv.flag("extension") && (inv.flag("unrestricted") || inv.flag("hidden") && inv.flag("no-ignore")) {
		inv.leavesNothingOut()
	}
	if words := a.rest; len(words) > 0 {
		inv.recursive, inv.stdout = false, inv.unclear()
		if inv.flag("follow") {
			inv.unknown(words[0].span, "fd follows links, which may lead elsewhere")
		}
		if i := slices.IndexFunc(words, func(w word) bool { return w.is(";") }); i >= 0 {
			words = words[:i]
		}
		marks := []string{"{}", "{/}", "{//}", "{.}", "{/.}"}
		if slices.ContainsFunc(words, func(w word) bool { return strings.Contains(w.text, "{//}") || w.is("{.}") || w.is("{/.}") }) {
			files = nil // folders, and names without the end that was looked for
			for _, d := range dirs {
				files = append(files, everything(d))
			}
			files = inv.withChosen(files)
		}
		if marked, _ := marksIn(words, marks); !marked {
			words = append(words[:len(words):len(words)], lit("{}", inv.span))
		}
		inv.runWith(words, files, !inv.flag("exec-batch"), marks...)
	}
}

// fdPlain are the options with which fd lists files by their names.
var fdPlain = wordSet(`t type e extension d max-depth maxdepth min-depth exact-depth E exclude j threads S size o owner changed-within changed-before max-results
	H hidden I no-ignore u unrestricted s case-sensitive i ignore-case g glob F fixed-strings p full-path 0 print0 1 search-path`)

// fdMatches is what fd's pattern and its extensions may match beneath a folder: a
// glob with -g, a part of the name where it holds no operators, else anything.
func (a *arguments) fdMatches(dir word) []word {
	glob, narrow := "*", false
	var ends []string
	if len(a.operands) > 0 && a.operands[0].kind != unknown && a.operands[0].text != "" {
		switch p := a.operands[0]; {
		case a.inv.flag("glob"):
			glob, narrow = p.text, true
		case !strings.ContainsAny(p.text, `\/.*+?()[]{}|^$`):
			glob, narrow = "*"+globOf(p)+"*", true
		case p.kind == known && !a.inv.flag("fixed-strings", "full-path"):
			ends = fdEnds(p.text)
			if slices.ContainsFunc(ends, func(g string) bool { // hidden folders, which have most of them, aren't looked at
				return a.inv.a.sensitive(a.inv.dir, beneath(dir, g))
			}) {
				ends = nil
			}
		}
	}
	globs := []string{glob}
	if ends != nil {
		globs, narrow = ends, true
	}
	if extensions := a.values("extension"); len(extensions) > 0 && ends == nil && !a.inv.flag("glob") && !slices.ContainsFunc(extensions, word.lost) {
		globs, narrow = nil, true
		for _, e := range extensions {
			globs = append(globs, strings.TrimSuffix(glob, "*")+"*."+strings.TrimPrefix(globOf(e), "."))
		}
	}
	if !narrow {
		all := everything(dir)
		all.all = all.tree && a.inv.flag("hidden", "unrestricted")
		return []word{all}
	}
	var out []word
	if !a.inv.a.spend(len(globs) / bytesOfWork) {
		return nil
	}
	for _, g := range globs {
		for _, n := range nameTest(word{text: g}, !a.inv.flag("case-sensitive")) {
			out = append(out, beneath(dir, n))
		}
	}
	return out
}

// fdEnds are globs for the names that a regular expression of fd covers which looks
// for an end that it spells, or for one of several; nil for any other.
func fdEnds(regex string) []string {
	m := fdEnding.FindStringSubmatch(regex)
	if m == nil {
		return nil
	}
	var out []string
	for alt := range strings.SplitSeq(m[3], "|") {
		if alt = strings.ReplaceAll(m[2]+alt, `\.`, "."); alt == "" {
			return nil
		}
		out = append(out, "*"+alt)
	}
	return out
}

// fdEnding fits a regular expression that ends with text, and a group of texts.
var fdEnding = regexp.MustCompile(`^([.][*])?((?:[A-Za-z0-9_-]|\\[.])*)(?:\(((?:[A-Za-z0-9_|-]|\\[.])+)\))?\$$`)

// runWith runs a command with files in the place of marks: once with each of
// them, or with all, of which any may be missing.
func (inv *invocation) runWith(words, files []word, each bool, marks ...string) {
	marked, glued := marksIn(words, marks)
	run := func(files []word) {
		words := words
		for _, m := range marks {
			words = inv.a.replace(words, m, files)
		}
		inv.run(words)
	}
	switch {
	case !marked:
		run(nil)
	case each:
		for _, f := range files {
			if inv.a.exhausted() {
				break
			}
			if base := path.Base(f.text); glued && f.tree && base != "." && base != ".." { // it may be a file
				run([]word{lit(f.text, f.span)})
			}
			run([]word{f})
		}
	default:
		run(perhapsNone(files))
	}
}

// marksIn reports whether a mark stands in the words, and whether one is a part of
// a word.
func marksIn(words []word, marks []string) (marked, glued bool) {
	for _, w := range words {
		for _, m := range marks {
			marked = marked || strings.Contains(w.text, m)
			glued = glued || strings.Contains(w.text, m) && w.text != m
		}
	}
	return marked, glued
}

// perhapsNone are words each of which stands for none, one or several.
func perhapsNone(files []word) []word {
	out := slices.Clone(files)
	for i := range out {
		if out[i].kind == pattern && !out[i].num {
			out[i].split, out[i].empty, out[i].many = true, true, true
		}
	}
	return out
}

// joined is the words with blanks between them, as ssh and watch make them.
func joined(words []word) word {
	var texts []string
	for _, w := range words {
		if w.kind != known {
			return word{kind: unknown, reason: w.why(), span: w.span}
		}
		texts = append(texts, w.text)
	}
	out := lit(strings.Join(texts, " "), guard.Span{})
	if len(words) > 0 {
		out.span = guard.Span{Start: words[0].span.Start, End: words[len(words)-1].span.End}
	}
	return out
}
