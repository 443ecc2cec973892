package shell

import (
	"path"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// invocation is one program start, wrappers taken off: what a reader looks at
// and reports through.
type invocation struct {
	a    *analysis
	st   *state // the shell's state at the start; replaced, never changed in place
	name string // base name of a program found in PATH or a system folder, else ""
	args []word // the words after the name
	via  []string
	span guard.Span

	command   string    // name and the sub-commands found so far
	flags     []string  // options found so far, without dashes, in every spelling
	dir       place     // the folder it works in: the shell's, or that of -C
	recursive bool      // folders are meant whole
	shopts    optionSet // of a shell that it starts, by -O
	chosen    []word    // secrets that its selectors pick out of a folder

	stdin   stream // what it reads on standard input
	stdout  stream // what it writes on standard output, where that can be known
	unheard bool   // nothing depends on what it writes
	index   int    // of its exec action, or -1
	depth   int    // program starts around it
}

// reader finds out what a program would do from its words.
type reader func(inv *invocation)

// flag reports whether any of the options, named without dashes, was given.
func (inv *invocation) flag(names ...string) bool {
	if !inv.a.spend(len(names) * len(inv.flags) / (4 * named)) { // it may be asked for each of many words
		return false
	}
	for _, n := range names {
		if slices.Contains(inv.flags, n) {
			return true
		}
	}
	return false
}

// read says that the file is read, or the folder with all in it where the
// invocation is recursive.
func (inv *invocation) read(w word) { inv.touch(guard.KindRead, w, inv.recursive) }

// write says that the file is created or changed.
func (inv *invocation) write(w word) { inv.touch(guard.KindWrite, w, inv.recursive) }

// list says that the folder is listed or the file looked at from outside.
func (inv *invocation) list(w word) { inv.touch(guard.KindList, w, inv.recursive) }

// delete says that the file or folder is removed.
func (inv *invocation) delete(w word, recursive bool) { inv.touch(guard.KindDelete, w, recursive) }

// touch reports an action on the file that the word names. An empty word
// names none, and "-" is standard input or output save to a deletion and to
// programs that know no such name.
func (inv *invocation) touch(kind guard.Kind, w word, recursive bool) {
	if w.kind == known && (w.text == "" || w.text == "-" && kind != guard.KindDelete && !plainDash[inv.name]) {
		return
	}
	if kind == guard.KindRead && w.all && printers[inv.name] && !inv.flag("in-place") && inv.wholeRoot(w) {
		inv.unknown(w.span, inv.title()+" prints every file, hidden ones too")
	}
	inv.a.file(inv.st, kind, inv.dir, w, recursive)
}

// plainDash are programs to which "-" is a file of that name.
var plainDash = wordSet("cp gcp mv ln link install ginstall tee gtee mkdir rmdir mkfifo mknod truncate")

// printers are programs that print what is in a file, all or much of it.
var printers = wordSet(`cat tac rev nl head tail less more most bat batcat ccat pygmentize highlight od xxd hexdump hd strings base64 base32 basenc uuencode cut paste pr fold fmt expand
	unexpand column sort uniq shuf zcat bzcat xzcat zstdcat view vim vi nvim nano emacs awk gawk mawk sed gsed enscript a2ps iconv cpio shar`)

// wholeRoot reports whether the word stands for all of the folder that the call
// works in, or for more.
func (inv *invocation) wholeRoot(w word) bool {
	p, glob, ok := inv.dir.abs(lit(w.text, w.span))
	p = path.Clean(p)
	return ok && !glob && (within(inv.a.o.Dir, p) || within(inv.a.toplevel, p))
}

// within reports whether a clean path is a folder or lies beneath it. Nothing
// does where one of them is not known.
func within(p, folder string) bool {
	return p != "" && folder != "" && (p == folder || strings.HasPrefix(p, strings.TrimSuffix(folder, "/")+"/"))
}

// connect says that a host is reached. The word is a URL, a host, host:port or
// user@host:path; a file: URL is a read.
func (inv *invocation) connect(w word) {
	if rest, ok := strings.CutPrefix(strings.ToLower(w.text), "file:"); ok {
		n := len(w.text) - len(strings.TrimPrefix(strings.TrimPrefix(rest, "//"), "localhost"))
		inv.read(w.after(n))
		return
	}
	inv.a.connect(w)
}

// unknown says that something can't be known before the command runs.
func (inv *invocation) unknown(span guard.Span, reason string) { inv.a.unknown(span, reason, false) }

// opaque says that nobody will see inside: a program's own code.
func (inv *invocation) opaque(span guard.Span, reason string) { inv.a.unknown(span, reason, true) }

// chdir makes the invocation work in another folder, taken from the present
// one.
func (inv *invocation) chdir(w word) {
	if inv.a.spend(len(inv.dir.path) / bytesPassed) {
		inv.dir = inv.dir.join(w)
	}
}

// run starts another program: words holds its name and its arguments.
func (inv *invocation) run(words []word) {
	if len(words) == 0 {
		return
	}
	if len(words) == 1 && inv.a.commandLine(words[0]) {
		inv.shell(words[0], guard.DialectPOSIX)
		return
	}
	via := inv.via
	if inv.name != "" {
		via = append(via[:len(via):len(via)], inv.name)
	}
	next := inv.a.rooms.invocations.new()
	*next = invocation{
		st: inv.st, args: words, via: via, span: inv.span, dir: inv.dir, stdin: inv.stdin, unheard: inv.unheard, depth: inv.depth + 1,
	}
	inv.stdout = inv.a.start(next)
}

// shell runs the text as a shell of the dialect would, with the words after it
// as $0, $1 and on. Text that isn't known is an unknown.
func (inv *invocation) shell(text word, dialect guard.Dialect, params ...word) {
	inv.a.shellText(inv, text, dialect, params)
}

// all is everything beneath the working folder, as a word: what a program
// means that is given no operands.
func (inv *invocation) here() word { return lit(".", inv.span) }

// looksLikePath reports whether a word of a program without a specification
// may well name a file.
func looksLikePath(s string) bool {
	return strings.Contains(s, "/") && !strings.Contains(s, "://") || strings.HasPrefix(s, ".") || strings.HasPrefix(s, "~")
}

// anyWord judges a word whose meaning isn't known: it is a read where it looks
// like a path, or is sensitive.
func (inv *invocation) anyWord(w word) {
	if w.kind == unknown {
		inv.unknown(w.span, "a word for "+inv.title()+" is not known: "+w.reason)
		return
	}
	if w.text == "" || w.text == "." || w.text == "..." {
		return
	}
	if strings.HasPrefix(strings.ToLower(w.text), "file:") {
		inv.connect(w)
		return
	}
	if v, ok := slashOption(w, inv.via); ok {
		inv.anyWord(v)
		return
	}
	if looksLikePath(w.text) || inv.a.sensitive(inv.dir, w) {
		inv.read(w)
	}
}

// slashOption tells an option as Windows writes it, /name:value, from a path.
// Without a value it counts as one only beneath a program that runs such
// programs.
func slashOption(w word, via []string) (value word, ok bool) {
	beneath := slices.ContainsFunc(via, func(p string) bool { return strings.HasPrefix(p, "wine") })
	if w.text == "/?" && beneath { // nothing of that length lies in the root
		return word{}, true
	}
	if w.kind != known || len(w.text) < 2 || w.text[0] != '/' {
		return word{}, false
	}
	name, v, colon := w.after(1).cut(":")
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ?") != "" || name == "" {
		return word{}, false
	}
	return v, colon || beneath
}

// title names the program in a reason.
func (inv *invocation) title() string {
	if inv.name == "" {
		return "the program"
	}
	return inv.name
}

// place is a working folder: an absolute path, a glob that covers it, or
// unknown with a reason.
type place struct {
	path, reason string
	glob         bool
}

// join is the place that a word names from here. Only "." is taken away: ".."
// after a link isn't the folder before it.
func (p place) join(w word) place {
	if w.kind == unknown {
		return place{reason: "the working folder is not known: " + w.reason}
	}
	if w.text == "" || w.is(".") {
		return p
	}
	text, glob, ok := p.abs(w)
	if !ok {
		return p
	}
	return place{path: text, glob: glob}
}

// abs is the absolute path, or the glob, that a word names from here. It is
// not cleaned.
func (p place) abs(w word) (text string, glob, ok bool) {
	if path.IsAbs(w.text) {
		return w.text, w.kind == pattern, true
	}
	if p.path == "" {
		return "", false, false
	}
	dir, base := strings.TrimSuffix(p.path, "/"), w.text
	glob = p.glob || w.kind == pattern
	if glob && !p.glob {
		dir = quoteGlob(dir)
	}
	if glob && w.kind == known {
		base = quoteGlob(base)
	}
	return dir + "/" + base, glob, true
}
