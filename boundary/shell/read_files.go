package shell

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// The programs whose last operand, or an option, is where the others go.
func init() {
	register(readCopy, "cp gcp install ginstall ditto mcopy")
	register(readMove, "mv gmv")
	register(readLink, "ln gln link symlink")
	register(readDd, "dd gdd")
	register(readModes, "chmod chown chgrp chflags gchmod gchown gchgrp")
	register(readUudecode, "uudecode")
	register(readSvnadmin, "svnadmin")
	register(readInPlace, "ast-grep semgrep opengrep spatch")
	register(readRename, "rename prename file-rename")
	register(readSplit, "split csplit")
	register(readMassMove, "mmv mcp mln mad")
	register(readExif, "exiftool")
	register(readExtracted, "mkvextract")
	register(readYosys, "yosys")
	register(readRsync, "rsync")
	register(readMktemp, "mktemp")
	register(readMkdir, "mkdir gmkdir")
	register(readTouchless, "dos2unix unix2dos mac2unix")
	register(readHere, "ls dir vdir eza exa lsd tree du dust dutree ncdu gdu dua duf tokei cloc scc")
	register(readSearch, "rg ag ack ugrep ug grep egrep fgrep ggrep rgrep")
}

// targetOf parts sources and target: -t names a folder, else it is the last
// operand, which is the one thing written where only sources can't be.
func (a *arguments) targetOf() (sources []word, target word, folder, ok bool) {
	if t, ok := a.value("target-directory"); ok {
		return a.operands, t, true, true
	}
	n := len(a.operands)
	if n < 2 {
		return a.operands, word{}, false, false
	}
	return a.operands[:n-1], a.operands[n-1], n > 2, true
}

// place writes the sources under a target, which is a folder or may be one.
func (a *arguments) place(sources []word, target word, folder bool) {
	if a.inv.flag("no-target-directory") {
		a.replace(target)
		return
	}
	if !folder && !a.inv.isFolder(target) {
		a.replace(target)
	}
	for _, s := range sources {
		if a.inv.flag("parents") && s.kind != unknown && target.kind != unknown { // under its whole name
			a.replace(word{text: globOf(target) + "/" + globOf(s), kind: pattern, span: target.span})
		} else if in, ok := inFolder(target, s); ok {
			a.replace(in)
		} else {
			a.replace(target)
		}
	}
}

// replace writes a file and the copy of it that --backup keeps: its name with a
// suffix behind it, or with a number between tildes (GNU Coreutils, "Backup
// options").
func (a *arguments) replace(w word) {
	inv := a.inv
	inv.write(w)
	if !inv.flag("b", "backup", "suffix") || w.kind == unknown || w.tree {
		return
	}
	if control, _ := a.value("backup"); control.is("none") || control.is("off") {
		return
	}
	inv.write(word{text: globOf(w) + ".~*~", kind: pattern, span: w.span})
	suffix, ok := a.value("suffix")
	if v, set := inv.st.lookup("SIMPLE_BACKUP_SUFFIX"); !ok && set && !v.unset && !v.is("") {
		suffix, ok = v.word(w.span), true
	}
	if !ok {
		suffix = lit("~", w.span)
	}
	inv.copyOf(w, suffix)
}

// copyOf writes the copy of a file whose name has a suffix behind it.
func (inv *invocation) copyOf(f, suffix word) {
	if suffix.kind == unknown || f.kind == unknown {
		inv.unknown(suffix.span, inv.title()+" keeps a copy whose name is not known")
		return
	}
	if f.kind == known && suffix.kind == known {
		inv.write(lit(f.text+suffix.text, f.span))
		return
	}
	inv.write(word{text: globOf(f) + globOf(suffix), kind: pattern, span: f.span})
}

// isFolder reports whether a word certainly names a folder.
func (inv *invocation) isFolder(w word) bool {
	if w.kind == unknown {
		return false
	}
	if strings.HasSuffix(w.text, "/") || w.text == "." || w.text == ".." || strings.HasSuffix(w.text, "/.") || strings.HasSuffix(w.text, "/..") {
		return true
	}
	p, glob, ok := inv.dir.abs(w)
	if !ok || glob {
		return false
	}
	p = path.Clean(p)
	return p == "/" || p == inv.a.o.Dir || p == inv.a.o.Home || p == "/tmp" || inv.a.o.Temp != "" && p == inv.a.o.Temp
}

// inFolder is the name that a source gets in a folder.
func inFolder(dir, source word) (word, bool) {
	if dir.kind == unknown {
		return dir, true
	}
	if source.kind == unknown || source.tree {
		return word{}, false
	}
	base := path.Base(source.text)
	if base == "." || base == ".." || base == "/" {
		return word{}, false
	}
	if dir.kind == known && source.kind == known {
		return lit(strings.TrimSuffix(dir.text, "/")+"/"+base, dir.span), true
	}
	if source.kind == known {
		base = quoteGlob(base)
	}
	return word{text: strings.TrimSuffix(globOf(dir), "/") + "/" + base, kind: pattern, span: dir.span}, true
}

func readCopy(inv *invocation) {
	a := inv.parse()
	a.options("target-directory")
	if inv.flag("directory") {
		for _, w := range a.operands {
			inv.write(w)
		}
		return
	}
	sources, target, folder, ok := a.targetOf()
	for _, s := range sources {
		inv.read(s)
	}
	if ok {
		a.place(sources, target, folder)
	}
}

func readMove(inv *invocation) {
	a := inv.parse()
	a.options("target-directory")
	sources, target, folder, ok := a.targetOf()
	inv.recursive = true // a folder is moved with all that is in it
	for _, s := range sources {
		inv.read(s)
		inv.delete(s, true)
	}
	if ok {
		a.place(sources, target, folder)
	}
}

// readLink says of a link's target that it is read: what the new name is used
// for is judged by where it leads.
func readLink(inv *invocation) {
	a := inv.parse()
	a.options("target-directory")
	sources, target, folder, ok := a.targetOf()
	if !ok && len(sources) == 1 {
		target, folder, ok = inv.here(), true, true
	}
	if !ok {
		return
	}
	a.place(sources, target, folder)
	from := inv.dir
	if inv.flag("symbolic") && !inv.flag("relative") && !folder && target.kind == known {
		// A symbolic link is taken from the folder that it stands in.
		if d := path.Dir(target.text); d != "." && !strings.HasSuffix(target.text, "/") {
			inv.dir = inv.dir.join(lit(d, target.span))
		}
	}
	inv.recursive = true
	for _, s := range sources {
		inv.read(s)
	}
	inv.dir, inv.recursive = from, false
}

func readDd(inv *invocation) {
	for _, w := range inv.args {
		name, v, ok := w.cut("=")
		switch {
		case !ok && w.kind != known:
			inv.unknown(w.span, "an operand of dd is not known: "+w.why())
		case ok && name == "if":
			inv.read(v)
		case ok && name == "of":
			inv.write(v)
		}
		if ok {
			inv.flags = append(inv.flags, name)
		}
	}
}

// readRename reads Perl's rename, whose first word is code that runs on every
// name, and the simple one of util-linux.
func readRename(inv *invocation) {
	a := inv.parse()
	a.options()
	if len(a.operands) == 0 {
		return
	}
	expr := a.operands[0]
	files := a.operands[1:]
	switch {
	case expr.kind != known:
		inv.unknown(expr.span, "what rename does is not known: "+expr.why())
	case !strings.Contains(expr.text, "/") && len(files) > 1:
		files = files[1:] // from, to, files
	case !plainSubstitution(expr.text):
		inv.opaque(expr.span, "rename runs Perl code")
	}
	if inv.flag("dry-run", "nono") {
		return
	}
	for _, f := range files {
		inv.write(f)
		inv.delete(f, true)
	}
}

// readMassMove reads mmv, which gives the files that one pattern covers the names
// that another makes of them.
func readMassMove(inv *invocation) {
	a := inv.parse()
	for i, w := range a.operands {
		if w = asGlob(w); i%2 == 0 {
			inv.read(w)
			if !inv.flag("n") && inv.name == "mmv" {
				inv.delete(w, true)
			}
			continue
		}
		if parts := strings.Split(w.text, "#"); w.kind != unknown && len(parts) > 1 {
			for j := range parts[1:] {
				parts[j+1] = strings.TrimLeft(parts[j+1], "lu123456789")
			}
			w.text, w.kind = strings.Join(parts, "*"), pattern
		}
		if !inv.flag("n") {
			inv.write(w)
		}
	}
}

// exifNames are tags of exiftool that stand for the name of the file.
var exifNames = wordSet("filename directory testname hardlink symlink")

// readExif reads exiftool, which moves a file where it is given a name as a tag.
func readExif(inv *invocation) {
	inv.applySpec(builtinSpec(inv.name))
	formats := inv.reparse().values("d")
	for _, w := range inv.args {
		i := strings.IndexAny(w.text, "=<")
		if !w.starts("-") || i < 0 {
			continue
		}
		tag := strings.ToLower(strings.Trim(w.text[1:i], "+-^"))
		switch {
		case !exifNames[strings.TrimSuffix(tag[strings.LastIndexByte(tag, ':')+1:], "#")]:
		case w.text[i] == '<' && strings.Contains(tag+strings.ToLower(w.text[i:]), "date"): // in the form that -d says
			for _, d := range formats {
				folder, _, _ := strings.Cut(d.text, "%")
				inv.write(lit(folder[:strings.LastIndexByte(folder, '/')+1], d.span))
			}
		case w.text[i] == '<':
			inv.unknown(w.span, "exiftool makes the names of files of what is in them")
		default:
			inv.write(w.after(i + 1))
		}
	}
}

// readExtracted reads mkvextract: a file and what to take out of it, in either
// order, then the files that are written, each behind a number.
func readExtracted(inv *invocation) {
	for i, w := range inv.parse().operands {
		switch n, file, ok := w.cut(":"); {
		case i < 2:
			inv.anyWord(w)
		case ok && isNumber(n):
			inv.write(file)
		default:
			inv.write(w)
		}
	}
}

// readYosys reads yosys, whose commands may run others and write files.
func readYosys(inv *invocation) {
	a := inv.parse()
	a.options()
	texts := a.values("p")
	for _, w := range append(a.values("s"), a.operands...) {
		if strings.HasSuffix(w.text, ".ys") || strings.HasSuffix(w.text, ".tcl") {
			inv.codeFile(w, nil)
		} else {
			inv.read(w)
		}
	}
	for _, t := range texts {
		for _, c := range strings.FieldsFunc(t.text, func(r rune) bool { return r == ';' || r == '\n' }) {
			words := strings.Fields(c)
			switch {
			case len(words) == 0:
			case strings.HasPrefix(words[0], "!"), words[0] == "exec", words[0] == "tcl", words[0] == "script", words[0] == "shell", words[0] == "plugin":
				inv.opaque(t.span, "a command of yosys runs others")
			case strings.HasPrefix(words[0], "write_"):
				inv.write(lit(words[len(words)-1], t.span))
			}
		}
	}
}

// substitution is s/…/…/ of which neither part holds code: in the first a $ ends
// the name or what a group looks for, in the second it begins what a group found.
var substitution = regexp.MustCompile("^s/([^/$@`{\\\\]|\\\\[^/]|[$][|)])*[$]?/([^/$@`{\\\\]|\\\\[0-9A-Za-z._ -]|[$][0-9])*/[gix]*$")

// plainSubstitution reports whether the text is s/…/…/ or y/…/…/ with no code
// in it, that moves nothing into another folder by a name of its own.
func plainSubstitution(text string) bool {
	if strings.Contains(text, `\/`) || strings.Contains(text, "/..") {
		return false
	}
	if substitution.MatchString(text) {
		return true
	}
	if strings.ContainsAny(text, "`$@{(") || len(text) < 4 {
		return false
	}
	i := strings.LastIndexByte(text, '/')
	return (strings.HasPrefix(text, "s/") || strings.HasPrefix(text, "y/") || strings.HasPrefix(text, "tr/")) && strings.Trim(text[i+1:], "gix") == ""
}

// readSplit reads split and csplit, which write files that begin with a
// prefix.
func readSplit(inv *invocation) {
	a := inv.parse()
	a.options()
	prefix := lit("x", inv.span)
	if inv.name == "csplit" {
		prefix.text = "xx"
	}
	if len(a.operands) > 0 {
		inv.read(a.operands[0])
	}
	if inv.name == "split" && len(a.operands) > 1 {
		prefix = a.operands[1]
	}
	if p, ok := a.value("prefix"); ok {
		prefix = p
	}
	if inv.flag("filter") {
		return
	}
	if prefix.kind != unknown {
		prefix = word{text: globOf(prefix) + "*", kind: pattern, span: prefix.span}
	}
	inv.write(prefix)
}

var rsyncSpec = compile(cmd("read...", "shell: e,rsh rsync-path", "read: files-from exclude-from include-from password-file config early-input read-batch",
	"write: log-file write-batch only-write-batch T,temp-dir backup-dir partial-dir", "list: compare-dest copy-dest link-dest",
	"data: B,block-size f,filter exclude include M,remote-option max-size min-size bwlimit timeout contimeout port sockopts chmod chown usermap groupmap suffix modify-window skip-compress compress-choice compress-level checksum-choice info debug out-format log-file-format stop-after protocol iconv address max-delete max-alloc outbuf",
	"recursive: r,recursive a,archive", "flag: n,dry-run delete,del delete-before delete-during delete-delay delete-after delete-excluded delete-missing-args remove-source-files v,verbose q,quiet c,checksum u,update l,links p,perms t,times g o D z,compress x P partial progress h stats i,itemize-changes list-only force inplace append ignore-existing existing,ignore-non-existing b,backup R,relative H A X S W m,prune-empty-dirs s,protect-args daemon"))

func readRsync(inv *invocation) {
	a := inv.arguments(rsyncSpec)
	a.options(rsyncBeside...)
	a.besideTarget()
	n := len(a.operands)
	for _, v := range a.values("filter") {
		if rule, file, ok := v.cut(" "); ok && mergeRule.MatchString(rule) {
			inv.read(file)
		}
	}
	if inv.flag("daemon") {
		inv.unknown(inv.span, "rsync serves files by its configuration")
	}
	if n == 0 || inv.flag("dry-run") && !anyRemote(a.operands) {
		for _, s := range a.operands {
			inv.list(s)
		}
		return
	}
	sources, target := a.operands, word{}
	if n > 1 {
		sources, target = a.operands[:n-1], a.operands[n-1]
		a.rsyncSelectors(sources)
	}
	if v, ok := a.value("files-from"); ok && v.is("-") && len(sources) > 0 && !remote(sources[0]) {
		for _, f := range inv.items(byLine) {
			if f.kind != unknown { // else no more than of a whole folder
				inv.read(word{text: globOf(sources[0]) + "/" + globOf(f), kind: pattern, span: f.span})
			}
		}
	}
	for _, s := range sources {
		switch {
		case remote(s):
			inv.connect(s)
		case n == 1:
			inv.list(s)
		default:
			inv.read(s)
			if inv.flag("remove-source-files") {
				inv.delete(s, true)
			}
		}
	}
	switch {
	case n < 2 || inv.flag("dry-run") && !remote(target):
	case remote(target):
		inv.connect(target)
	default:
		for _, f := range inv.flags {
			if strings.HasPrefix(f, "delete") {
				inv.delete(target, true)
				break
			}
		}
		inv.write(target)
		for _, s := range sources {
			if in, ok := inFolder(target, s); ok && !inv.recursive && !remote(s) {
				inv.write(in)
			}
		}
	}
}

// rsyncBeside are folders that rsync takes from its target where they are no
// absolute paths.
var rsyncBeside = []string{"compare-dest", "copy-dest", "link-dest", "backup-dir"}

func (a *arguments) besideTarget() {
	inv, dir := a.inv, a.inv.dir
	if n := len(a.operands); n > 1 && !remote(a.operands[n-1]) {
		inv.chdir(a.operands[n-1])
	}
	for _, name := range rsyncBeside {
		for _, v := range a.values(name) {
			if name == "backup-dir" {
				inv.write(v)
			} else {
				inv.list(v)
			}
		}
	}
	inv.dir = dir
}

// rsyncSelectors reads the secrets that filters let pass.
func (a *arguments) rsyncSelectors(sources []word) {
	var dirs []word
	for _, s := range sources {
		if !remote(s) {
			dirs = append(dirs, s)
		}
	}
	for _, v := range a.values("include") {
		a.inv.chooseGlob(dirs, v)
	}
	for _, v := range a.values("filter") {
		for _, rule := range []string{"+ ", "+_", "include ", "include_"} {
			if v.starts(rule) {
				a.inv.chooseGlob(dirs, v.after(len(rule)))
			}
		}
	}
	a.inv.readChosen()
}

func anyRemote(words []word) bool {
	for _, w := range words {
		if remote(w) {
			return true
		}
	}
	return false
}

// remote reports whether a word names a file of another host: host:path,
// host::module or a URL.
func remote(w word) bool {
	i := strings.IndexByte(w.text, ':')
	return i > 0 && !strings.Contains(w.text[:i], "/")
}

func readMktemp(inv *invocation) {
	a := inv.parse()
	a.options("tmpdir")
	if inv.flag("dry-run") {
		return
	}
	dir, inTemp := a.value("tmpdir")
	if temp := inv.temp(); !inTemp && !temp.is(inv.a.temp()) && (len(a.operands) == 0 || inv.flag("t", "tmpdir")) {
		dir, inTemp = temp, true
	}
	for _, w := range a.operands {
		if w.kind == unknown || inTemp && dir.kind == unknown {
			inv.write(word{kind: unknown, reason: cmp.Or(w.reason, dir.reason), span: w.span})
			continue
		}
		name := strings.ReplaceAll(w.text, "X", "?")
		switch {
		case inTemp:
			w.text = strings.TrimSuffix(dir.text, "/") + "/" + name
		case inv.flag("t", "tmpdir") && !strings.HasPrefix(w.text, "/"):
			w.text = strings.TrimSuffix(inv.a.temp(), "/") + "/" + name
		default:
			w.text = name
		}
		w.kind = pattern
		inv.write(w)
	}
	if len(a.operands) == 0 && inTemp {
		inv.write(word{text: strings.TrimSuffix(globOf(dir), "/") + "/tmp.*", kind: max(pattern, dir.kind), reason: dir.reason, span: dir.span})
	}
}

// temp is the folder for temporary files.
func (inv *invocation) temp() word {
	if v, ok := inv.st.lookup("TMPDIR"); ok && !v.unset && !v.is("") {
		return v.word(inv.span)
	}
	return lit(inv.a.temp(), inv.span)
}

// readTouchless reads the converters of line ends: with -n, the operands are
// pairs of a source and a target.
func readTouchless(inv *invocation) {
	a := inv.parse()
	a.options()
	for i, w := range a.operands {
		if inv.flag("newfile") && i%2 == 0 || inv.flag("info") {
			inv.read(w)
		} else {
			inv.write(w)
		}
	}
}

// readMkdir reads mkdir: with -p, what stands in front of ".." is made too.
func readMkdir(inv *invocation) {
	a := inv.parse()
	a.options()
	for _, w := range a.operands {
		for i := 1; i < len(w.text) && inv.flag("parents"); i++ {
			if strings.HasPrefix(w.text[i:], "/..") && inv.a.step() {
				above := w
				above.text = w.text[:i]
				inv.write(above)
			}
		}
		inv.write(w)
	}
}

// readHere is for programs that look at the working folder when they are given
// no operand.
func readHere(inv *invocation) {
	a := inv.parse()
	a.options()
	inv.recursive = inv.recursive || a.spec.recursive
	for _, w := range a.operands {
		inv.list(w)
	}
	if len(a.operands) == 0 && !inv.flag("version", "help", "files0-from") {
		inv.list(inv.here())
	}
}

// readSearch is for grep and its kin, whose first operand is a pattern unless
// an option gave one, and which look through the working folder when they are
// given none.
func readSearch(inv *invocation) {
	a := inv.parse()
	inv.recursive = inv.recursive || a.spec.recursive
	a.options()
	files := a.operands
	if !inv.flag("regexp", "file", "files", "type-list", "version", "help") && len(files) > 0 {
		if files[0].kind == unknown && files[0].split {
			inv.unknown(files[0].span, "a word that may be several for "+inv.title()+" is not known: "+files[0].reason)
		}
		files = files[1:]
	}
	if v, ok := a.value("directories"); ok && v.is("recurse") {
		inv.recursive = true
	}
	for _, f := range files {
		inv.read(f)
	}
	if len(files) == 0 && inv.recursive && !inv.stdin.set && !inv.flag("version", "help", "type-list") {
		inv.read(inv.here())
	}
	if inv.recursive {
		a.searchSelectors(files)
	}
	if !inv.flag("files", "type-list") {
		inv.readChosen()
	}
	if inv.name == "rg" && a.hiddenToo() && (a.times("unrestricted") > 0 || inv.flag("no-ignore", "no-ignore-vcs")) {
		inv.leavesNothingOut()
	}
}

// times is how often an option is given.
func (a *arguments) times(name string) (n int) {
	for _, g := range a.given {
		if g.is(name) {
			n++
		}
	}
	return n
}

// hiddenToo reports whether rg looks at hidden files, and at all of them.
func (a *arguments) hiddenToo() bool {
	for _, g := range a.given {
		if g.is("type") || (g.is("glob") || g.is("iglob")) && !g.value.starts("!") {
			return false
		}
	}
	return a.times("unrestricted") > 1 || a.inv.flag("hidden", ".")
}

// searchSelectors notes the secrets that a search's globs pick out. Those of rg
// pick hidden files too, and those that begin with "!" leave files out.
func (a *arguments) searchSelectors(dirs []word) {
	if len(dirs) == 0 {
		dirs = []word{a.inv.here()}
	}
	for _, option := range []string{"include", "glob", "iglob", "type-add"} {
		for _, v := range a.values(option) {
			if _, glob, ok := v.cut(":"); ok && option == "type-add" {
				v = glob
			}
			a.inv.chooseGlob(dirs, v)
		}
	}
	for _, v := range a.values("file-search-regex") {
		a.inv.choose(dirs, a.inv.a.regexNames(v, true, false))
	}
}

// elsewhere runs something whose files aren't those of this machine: what it
// would start and reach counts, what it would touch doesn't.
func (inv *invocation) elsewhere(do func()) {
	inv.keep(do, func(act *guard.Action) bool {
		return act.Kind == guard.KindExec || act.Kind == guard.KindConnect || act.Kind == guard.KindUnknown
	})
}

// keep does something and keeps only some of the actions that it adds.
func (inv *invocation) keep(do func(), wanted func(*guard.Action) bool) {
	n := len(inv.a.actions)
	do()
	kept := inv.a.actions[:min(n, len(inv.a.actions))]
	for i := n; i < len(inv.a.actions); i++ {
		if wanted(&inv.a.actions[i]) {
			kept = append(kept, inv.a.actions[i])
		}
	}
	inv.a.actions = kept
}

// isDashedMode reports whether a word of chmod looks like options and is a mode:
// its options are no letters of modes.
func isDashedMode(w word) bool {
	return w.kind == known && len(w.text) > 1 && w.text[0] == '-' && strings.IndexByte("rwxXstugoa01234567", w.text[1]) >= 0
}

// mergeRule fits filters of rsync that take more of them from a file.
var mergeRule = regexp.MustCompile(`^([.:]|(dir-)?merge)[,_]?[-+CenwsprxC/!]*$`)

// filterFiles reads the files that filters of ffmpeg name plainly, and returns
// the filters without them.
func (inv *invocation) filterFiles(v word) word {
	if v.kind != known {
		return v
	}
	for _, m := range filterFile.FindAllStringSubmatch(v.text, -1) {
		inv.read(lit(m[1], v.span))
	}
	v.text = filterFile.ReplaceAllString(v.text, "")
	return v
}

var filterFile = regexp.MustCompile(`\b(?:subtitles|ass|lut3d)=(?:f(?:ile(?:name)?)?=)?'?([A-Za-z0-9_./~-]+)`)

// sevenList fits options of 7z that name files to pack, or a list of them.
var sevenList = regexp.MustCompile(`^-(i|ai|an)r?[0-9-]?[@!]|^-(x|ax)r?[0-9-]?@`)

// readSvnadmin reads svnadmin, of whose words behind the command most are
// repositories that it changes.
func readSvnadmin(inv *invocation) {
	inv.applySpec(builtinSpec(inv.name))
	if ops := inv.reparse().operands; len(ops) > 1 && svnChanges[ops[0].text] {
		for _, w := range ops[1:] {
			inv.write(w)
		}
	}
}

var svnChanges = wordSet("create hotcopy load pack recover rmlocks rmtxns setlog setrevprop setuuid unlock upgrade")

// readUudecode reads uudecode, whose input names the file that it writes.
func readUudecode(inv *invocation) {
	inv.applySpec(builtinSpec(inv.name))
	if !inv.flag("output-file", "c", "help", "version") {
		inv.unknown(inv.span, "what uudecode reads names the file that it writes")
	}
}

// readInPlace reads programs that change the files in which they find something,
// if an option says so.
func readInPlace(inv *invocation) {
	if inv.name == "semgrep" || inv.name == "opengrep" {
		readMixed(inv)
	} else {
		inv.applySpec(builtinSpec(inv.name))
	}
	if !inv.flag("update-all", "autofix", "a", "in-place") || inv.flag("dryrun") {
		return
	}
	files := inv.reparse().operands
	if len(files) == 0 {
		files = []word{inv.here()}
	}
	for _, w := range files {
		inv.touch(guard.KindWrite, w, true)
	}
}

// readModes reads chmod and its like, whose first operand is no file unless a
// reference stands for it.
func readModes(inv *invocation) {
	if inv.name == "chmod" || inv.name == "gchmod" {
		if i := slices.IndexFunc(inv.args, isDashedMode); i >= 0 {
			inv.args = append(append([]word{inv.args[i].after(1)}, inv.args[:i]...), inv.args[i+1:]...)
		}
	}
	if a := inv.parse(); len(a.values("reference")) > 0 {
		a.options()
		for _, w := range a.operands {
			inv.write(w)
		}
		return
	}
	inv.flags = nil
	inv.command = inv.name
	inv.applySpec(builtinSpec(inv.name))
}
