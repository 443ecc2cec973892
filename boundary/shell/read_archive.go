package shell

import (
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Archives: what is packed is read, and where it is unpacked is written.
func init() {
	register(readTar, "tar gtar bsdtar")
	register(readZip, "zip")
	register(readUnzip, "unzip bsdunzip")
	register(readUnshar, "unshar")
	register(readCpio, "cpio bsdcpio")
	register(readPax, "pax")
	register(readSeven, "7z 7za 7zr 7zz rar unrar")
	register(readAr, "ar llvm-ar")
	register(readGzip, "gzip bzip2 xz zstd lz4 lzma lzop lzip brotli compress pigz pbzip2 pixz p7zip gunzip bunzip2 unxz unzstd unlz4 unlzma uncompress")
}

var tarSpec = compile(cmd("read...", "dir: C,directory,cd", "read: T,files-from X,exclude-from add-file owner-map group-map exclude-ignore exclude-ignore-recursive", "write: g,listed-incremental", "read: f,file",
	"shell: I,use-compress-program to-command F,info-script,new-volume-script rsh-command rmt-command", "write: index-file volno-file", "write: one-top-level",
	"data: b,blocking-factor K,starting-file L,tape-length N,newer,after-date V,label H,format s transform,xform strip-components,strip exclude include exclude-tag owner group mode mtime sort checkpoint-action suffix record-size newer-mtime level pax-option warning sparse-version",
	"?data: checkpoint backup totals utc occurrence",
	"flag: c,create x,extract,get t,list r,append u,update A,catenate,concatenate d,diff,compare delete v,verbose z,gzip,gunzip,ungzip j,bzip2 J,xz Z,compress,uncompress a,auto-compress lzma zstd lzip lzop p,preserve-permissions,same-permissions P,absolute-names,absolute-paths,insecure k,keep-old-files O,to-stdout m,touch h,dereference o U,unlink-first W,verify S,sparse i B R,block-number G,incremental l w,interactive,confirmation keep-newer-files overwrite overwrite-dir recursive-unlink remove-files force-local numeric-owner no-same-owner no-recursion null no-null exclude-vcs test-label skip-old-files one-file-system wildcards no-wildcards anchored"))

// readTar reads tar, whose first word may be a cluster of options without a
// dash.
func readTar(inv *invocation) {
	args := inv.args
	if len(args) > 0 && args[0].kind == known && args[0].text != "" && args[0].text[0] != '-' {
		args = oldTar(args)
	}
	inner := *inv
	inner.args = args
	a := inner.arguments(tarSpec)
	inv.flags = inner.flags
	inv.settle()
	a.inv = inv
	for _, v := range a.values("checkpoint-action") {
		if cmd, ok := strings.CutPrefix(v.text, "exec="); ok || v.kind != known {
			inv.relay(v.after(len(v.text) - len(cmd)))
		}
	}
	start := inv.dir
	archive, _ := a.value("file")
	inv.recursive = !inv.flag("no-recursion")
	switch {
	case inv.flag("create", "append", "update", "catenate"):
		inv.archive(archive, true)
		a.options("file", "directory")
		inv.pack(a)
	case inv.flag("extract"):
		inv.archive(archive, inv.flag("delete"))
		a.options("file")
		inv.unpack(a)
	default:
		inv.archive(archive, inv.flag("delete"))
		a.options("file")
		if inv.flag("diff") {
			inv.read(inv.here())
		}
	}
	for _, v := range a.values("include") { // of bsdtar
		inv.chooseGlob([]word{inv.here()}, v)
	}
	inv.readChosen()
	inv.dir = start
}

// members reads those members of an archive whose names are a secret's: what
// was packed is as secret as the file was.
func (inv *invocation) members(names []word) {
	for _, w := range names {
		if w = asGlob(w); inv.a.sensitive(inv.dir, w) {
			inv.read(w)
		}
	}
}

// oldTar gives the first word a dash and each of its options that takes a value
// the word that follows in turn.
func oldTar(args []word) []word {
	var out []word
	rest := args[1:]
	for i := 0; i < len(args[0].text); i++ {
		out = append(out, lit("-"+args[0].text[i:i+1], args[0].span))
		if o := tarSpec.shortOption(args[0].text[i]); o != nil && o.takesValue() && len(rest) > 0 {
			out, rest = append(out, rest[0]), rest[1:]
		}
	}
	return append(out, rest...)
}

func (inv *invocation) archive(w word, written bool) {
	recursive := inv.recursive
	inv.recursive = false
	switch {
	case remote(w) && !inv.flag("force-local"):
		inv.connect(w)
	case written:
		inv.write(w)
	default:
		inv.read(w)
	}
	inv.recursive = recursive
}

// pack reads what goes into an archive; each -C moves on from the folder
// before.
func (inv *invocation) pack(a *arguments) {
	var dirs []word
	dirs = append(dirs, a.values("directory")...)
	bases := []place{inv.dir}
	for _, d := range dirs {
		if !inv.a.spend(len(bases[len(bases)-1].path) / bytesPassed) {
			break
		}
		bases = append(bases, bases[len(bases)-1].join(d))
	}
	for _, w := range a.operands {
		if rest, ok := strings.CutPrefix(w.text, "@"); ok && inv.name == "bsdtar" {
			w = w.after(len(w.text) - len(rest))
		}
		for _, b := range bases[min(1, len(bases)-1):] {
			if inv.dir = b; inv.a.exhausted() {
				break
			}
			inv.read(w)
			if inv.flag("remove-files") {
				inv.delete(w, true)
			}
		}
	}
	inv.dir = bases[0]
	if f, ok := a.value("files-from"); ok {
		inv.dir = bases[len(bases)-1]
		if f.is("-") {
			for _, w := range inv.items(byLine) {
				inv.read(w)
			}
		} else {
			inv.unknown(f.span, "tar takes the names of its files from a file")
		}
	}
}

// unpack writes into the folder; what the archive holds isn't known.
func (inv *invocation) unpack(a *arguments) {
	if inv.flag("absolute-names") {
		inv.unknown(inv.span, "an archive may name files anywhere (-P)")
	}
	if v, ok := a.value("transform"); ok && strings.Contains(v.text, "/") && inv.flag("absolute-names") {
		inv.unknown(v.span, "the names in an archive are changed")
	}
	inv.members(a.operands)
	if inv.flag("to-stdout", "to-command") {
		return
	}
	inv.unpackHere()
}

// unpackHere writes what an archive holds into the working folder.
func (inv *invocation) unpackHere() {
	recursive := inv.recursive
	inv.recursive = false
	inv.write(inv.here())
	inv.recursive = recursive
}

// readZip reads zip, whose -TT runs a command and whose -@ reads names.
func readZip(inv *invocation) {
	var args []word
	for i := 0; i < len(inv.args); i++ {
		w := inv.args[i]
		if w.starts("-TT") {
			text := w.after(3)
			if text.is("") && i+1 < len(inv.args) {
				i++
				text = inv.args[i]
			}
			inv.flags = append(inv.flags, "TT", "unzip-command")
			inv.relay(text)
			continue
		}
		args = append(args, w)
	}
	inner := inv.args
	inv.args = args
	a := inv.parse()
	inv.args = inner
	a.options()
	for i, w := range a.operands {
		if i == 0 {
			inv.write(w)
			continue
		}
		inv.read(w)
		if inv.flag("move") {
			inv.delete(w, true)
		}
	}
	for _, v := range append(a.values("include"), a.values("exclude")...) {
		if v.starts("@") {
			inv.read(v.after(1))
		}
	}
	for _, v := range a.values("include") {
		inv.chooseGlob(a.operands[min(1, len(a.operands)):], v)
	}
	inv.readChosen()
	if inv.flag("@") {
		for _, w := range inv.items(byLine) {
			inv.read(w)
		}
	}
}

func readUnzip(inv *invocation) {
	a := inv.parse()
	if len(a.operands) > 0 {
		inv.read(a.operands[0])
	}
	if inv.flag(":") {
		inv.unknown(inv.span, "an archive may name files above the folder (-:)")
	}
	if len(a.operands) > 1 && !inv.flag("l", "v", "t", "Z", "z") {
		inv.members(a.operands[1:])
	}
	a.options()
	if len(a.operands) > 0 && !inv.flag("l", "v", "t", "p", "Z", "z") {
		inv.unpackHere()
	}
}

// readUnshar reads unshar, whose archives are scripts.
func readUnshar(inv *invocation) {
	a := inv.parse()
	if d, ok := a.value("directory"); ok {
		inv.write(d)
	}
	for _, w := range a.operands {
		inv.read(w)
		inv.script(w, nil, guard.DialectPOSIX, false)
	}
	if len(a.operands) == 0 && inv.stdin.set {
		inv.shellStream(inv.stdin, lit("sh", inv.span), nil, guard.DialectPOSIX)
	}
}

func readCpio(inv *invocation) {
	a := inv.parse()
	a.options("directory")
	switch {
	case inv.flag("list"):
	case inv.flag("extract"):
		if !inv.flag("no-absolute-filenames") && (inv.name == "cpio" || inv.flag("insecure")) {
			inv.unknown(inv.span, "an archive may name files anywhere")
		}
		a.chdir("directory")
		inv.unpackHere()
	case inv.flag("create", "pass-through"):
		for _, w := range inv.items(byLine) {
			inv.read(w)
		}
		for _, w := range a.operands {
			inv.write(w)
		}
	}
}

// readPax reads pax: -r unpacks, -w packs, and both copy into the last operand.
func readPax(inv *invocation) {
	a := inv.parse()
	a.options("f")
	inv.recursive = true
	files, archive := a.operands, word{}
	if f, ok := a.value("f"); ok {
		archive = f
	}
	switch {
	case inv.flag("r") && inv.flag("w"):
		if n := len(files); n > 0 {
			inv.write(files[n-1])
			files = files[:n-1]
		}
		for _, w := range files {
			inv.read(w)
		}
	case inv.flag("w"):
		inv.archive(archive, true)
		for _, w := range files {
			inv.read(w)
		}
		if len(files) == 0 {
			for _, w := range inv.items(byLine) {
				inv.read(w)
			}
		}
	default:
		inv.archive(archive, false)
		inv.members(files)
		if inv.flag("r") {
			inv.unknown(inv.span, "an archive may name files anywhere")
			inv.unpackHere()
		}
	}
}

func (a *arguments) chdir(option string) {
	for _, d := range a.values(option) {
		a.inv.chdir(d)
	}
}

// readSeven reads 7z and rar: a command, an archive, files.
func readSeven(inv *invocation) {
	var words []word
	rar := strings.HasSuffix(inv.name, "rar")
	for _, w := range inv.args {
		switch {
		case rar && w.starts("-op"):
			inv.chdir(w.after(3))
		case rar && w.starts("-ilog"):
			inv.write(w.after(5))
		case w.starts("-w") && looksLikePath(w.text[2:]):
			inv.write(w.after(2))
		case w.starts("-o") && w.kind == known && len(w.text) > 2:
			inv.chdir(w.after(2))
		case w.starts("-spf"):
			inv.unknown(w.span, "an archive may name files anywhere (-spf)")
		case sevenList.MatchString(w.text):
			i := strings.IndexAny(w.text, "@!")
			if inv.read(w.after(i + 1)); w.kind != known {
				inv.unknown(w.span, "what "+inv.title()+" packs is not known")
			}
		case w.starts("-"):
			inv.flags = append(inv.flags, w.text[1:])
			if _, list, ok := w.cut("@"); ok {
				inv.read(list)
			}
		case rar && w.starts("@"):
			inv.read(w.after(1))
		default:
			words = append(words, w)
		}
	}
	if len(words) < 2 {
		return
	}
	switch do := words[0].text; do {
	case "l", "t", "h", "i", "b", "v", "lb", "lt", "p":
		inv.read(words[1])
	case "x", "e":
		inv.read(words[1])
		if last := words[len(words)-1]; rar && len(words) > 2 && inv.isFolder(last) {
			inv.chdir(last)
		}
		inv.unpackHere()
	default:
		inv.write(words[1])
		inv.recursive = true
		for _, w := range words[2:] {
			inv.read(w)
		}
	}
}

// readAr reads ar: a cluster, an archive, members.
func readAr(inv *invocation) {
	for i, w := range inv.args {
		name, dir, ok := w.cut("=")
		if !ok && i+1 < len(inv.args) {
			dir = inv.args[i+1]
		}
		if name == "--output" {
			inv.chdir(dir)
			next := i + 2
			if ok {
				next = i + 1
			}
			inv.args = append(inv.args[:i:i], inv.args[min(next, len(inv.args)):]...)
			break
		}
	}
	if i := slices.IndexFunc(inv.args, func(w word) bool { return w.starts("--plugin") }); i >= 0 {
		_, file, ok := inv.args[i].cut("=")
		next := i + 1
		if !ok && next < len(inv.args) {
			file, next = inv.args[next], next+1
		}
		inv.args = append(inv.args[:i:i], inv.args[next:]...)
		inv.own(file)
	}
	if len(inv.args) < 2 {
		return
	}
	do := strings.TrimPrefix(inv.args[0].text, "-")
	archive, members := inv.args[1], inv.args[2:]
	if strings.ContainsAny(do, "abi") && len(members) > 0 {
		archive, members = members[0], members[1:]
	}
	switch {
	case strings.Contains(do, "x"):
		inv.read(archive)
		inv.unpackHere()
	case strings.ContainsAny(do, "tp"):
		inv.read(archive)
	default:
		inv.write(archive)
		for _, w := range members {
			inv.read(w)
		}
	}
}

var packedSuffix = map[string]string{"gzip": ".gz", "pigz": ".gz", "bzip2": ".bz2", "pbzip2": ".bz2", "xz": ".xz", "pixz": ".xz", "zstd": ".zst", "lz4": ".lz4",
	"lzma": ".lzma", "lzop": ".lzo", "lzip": ".lz", "brotli": ".br", "compress": ".Z", "p7zip": ".7z"}

// readGzip reads the compressors, which put another file in the place of each
// operand.
func readGzip(inv *invocation) {
	a := inv.parse()
	a.options()
	look := inv.flag("stdout", "test", "list", "version", "help")
	keep := inv.flag("keep", "output") || inv.name == "zstd" || inv.name == "unzstd" || inv.name == "lz4" || inv.name == "unlz4" || inv.name == "brotli" || inv.name == "lzop"
	for _, w := range a.operands {
		inv.read(w)
		if look {
			continue
		}
		if !keep || inv.flag("rm") {
			inv.delete(w, false)
		}
		if other, ok := packedName(inv, w); ok && !inv.flag("output") {
			inv.write(other)
		} else if !inv.flag("output") {
			inv.write(w)
		}
	}
}

// packedName is the file that takes the place of the operand.
func packedName(inv *invocation, w word) (word, bool) {
	if w.kind == unknown || w.tree || inv.recursive {
		return w, false
	}
	suffix, packs := packedSuffix[inv.name]
	if packs && !inv.flag("decompress") {
		w.text += suffix
		return w, true
	}
	i := strings.LastIndexByte(w.text, '.')
	if i <= strings.LastIndexByte(w.text, '/') {
		return w, false
	}
	w.text = w.text[:i]
	return w, true
}
