// Package shell finds out what a shell command would do before it runs: which
// programs it would start, which files it would read, write, delete or list,
// which hosts it would reach, and what of that can't be known.
//
// It parses the text and walks the tree as an abstract interpreter. Nothing is
// run, and files are only read through [Options.View].
package shell

import (
	"hash/maphash"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"mvdan.cc/sh/v3/syntax"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Bounds of [Analyze]. Past one of them, the answer holds an unknown that says
// which.
const (
	MaxSource  = 64 << 10 // bytes of text
	MaxDepth   = 64       // constructs within each other
	MaxActions = 4096
)

// Options says where a command would run and what is known there. The zero
// Options know nothing: relative paths become unknowns.
type Options struct {
	// Dialect is the shell's language; none: the text is judged in both, and
	// what either reading does counts.
	Dialect guard.Dialect
	// Dir is the absolute working folder, Home the user's home, Temp the folder
	// for temporary files.
	Dir, Home, Temp string
	// Toplevel returns what "git rev-parse --show-toplevel" prints in a folder; ""
	// is unknown. It may be nil, which knows none.
	Toplevel func(dir string) string
	// Real returns an absolute path without links in it, as realpath prints it,
	// or "" where that is not known or realpath fails: the folder of the path must
	// be there. It may be nil, which knows none.
	Real func(path string) string
	// Env holds the variables known at the start. HOME, PWD and TMPDIR come from
	// the fields above.
	Env map[string]string
	// View returns the content of a script, a Makefile or the like by its
	// absolute path. It bounds what it reads and refuses what must not be read.
	// nil: nothing is read.
	View func(path string) ([]byte, error)
	// Command returns the specification of a program by base name, and comes
	// before the built-in ones. It may be nil.
	Command func(name string) (guard.Command, bool)
	// Sensitive reports whether an absolute path, or a glob that might cover
	// one, is a file that the policy calls sensitive. It may be nil.
	Sensitive func(path string) bool
}

// Analyze returns the actions of a shell command, in no particular order and
// without duplicates. What can't be known is an action of [guard.KindUnknown]
// with its reason: an empty answer means that the text does nothing. Paths are
// absolute but otherwise as requested: Resolved, Zone and Root are left for
// the caller. The functions in o must be safe for concurrent use if Analyze is
// called concurrently, which is allowed.
func Analyze(src string, o Options) (actions []guard.Action) {
	a := analyses.Get().(*analysis)
	a.o, a.left = o, workBase+min(len(src), MaxSource)/bytesOfWork
	defer func() {
		if p := recover(); p != nil { // a is left as it is, and to the collector
			actions = append(slices.Clone(a.actions), guard.Action{Kind: guard.KindUnknown, Reason: "the analysis met a case that it can't handle"})
			return
		}
		room, rooms := a.actions[:0], a.rooms
		clear(room[:len(a.actions)])
		rooms.clear()
		if *a = (analysis{rooms: rooms}); cap(room) <= maxRoom {
			a.actions = room
		}
		analyses.Put(a)
	}()
	switch o.Dialect {
	case guard.DialectBash:
		a.top(src, false)
	case guard.DialectPOSIX:
		a.top(src, true)
	default:
		if !a.top(src, false).sameInBoth() {
			a.top(src, true)
		}
	}
	a.markOpaque()
	a.markBuilt()
	if len(a.actions) == 0 {
		return nil
	}
	return slices.Clone(unique(a.actions))
}

// sameInBoth reports whether a text that was walked is a list of commands that
// either dialect takes for the same programs with the same words.
func (u *unit) sameInBoth() bool {
	if u.program != "" {
		return findBuiltin(u.program) == nil
	}
	return u.list != nil && !strings.Contains(u.src, "~") &&
		!slices.ContainsFunc(u.list, func(s *syntax.Stmt) bool { return !startsPrograms(s) })
}

// startsPrograms reports whether all commands of a simple list are programs by
// name.
func startsPrograms(s *syntax.Stmt) bool {
	switch c := s.Cmd.(type) {
	case *syntax.BinaryCmd:
		return startsPrograms(c.X) && startsPrograms(c.Y)
	case *syntax.CallExpr:
		name := c.Args[0].Lit()
		return name != "" && !strings.ContainsAny(name, "*?") && findBuiltin(name) == nil
	}
	return false
}

// analyses are those that ended: their room is used again. Nothing that Analyze
// returns lies in it.
var analyses = sync.Pool{New: func() any { return &analysis{rooms: new(rooms)} }}

// maxRoom is how many actions room is kept for.
const maxRoom = 256

// Work of one analysis, counted in statements, words, what is copied or merged of
// long values, lists and sets, and nested texts: so much at least, and one more for
// so many bytes of the text. Eight hundred ordinary commands need no more than that.
const (
	workBase    = 7_000
	bytesOfWork = 6
	bytesAgain  = 8  // of a statement are one, each time that it is walked
	bytesRead   = 16 // of a text that a program reads
	bytesPassed = 64 // of a file's content, of a path
	workOfLocal = 5  // to keep what a local variable hides, and to give it back
	named       = 64 // words or options that one is looked for among, or is put beside
)

// analysis is one run of Analyze.
type analysis struct {
	o             Options
	rooms         *rooms
	actions       []guard.Action
	left          int    // work
	again         int    // loops around whose body is walked once more
	full          bool   // a bound was reached and reported
	texts         int    // texts within each other
	toplevel      string // of the repository, where "git rev-parse" told it
	links         []link
	written       []place
	blanks        bool // a name that is written holds a blank
	dashes        bool // one begins with a dash
	builds        []build
	beside        int // backgrounds, pipes and loops around
	ran           []ran
	descriptors   int               // writes to what may be a name of standard output
	remotes       [][]word          // names and addresses that "git remote" gives
	substitutions map[string]stream // process substitutions by their names
}

// outermost is what walks the command itself in one dialect.
type outermost struct {
	unit  unit
	proc  process
	loops loop
	st    state
	w     walker
}

// link says that a path is another name of an older one, or holds what that
// held.
type link struct {
	from, to string // absolute and clean; to may be a glob
	glob     bool
	copied   bool // only the content is the same
}

// top walks the command itself, in one of the two dialects.
func (a *analysis) top(src string, posix bool) *unit {
	a.links, a.written, a.ran, a.remotes, a.blanks, a.dashes = nil, nil, nil, nil, false, false
	t := a.rooms.outermost.new()
	t.unit = unit{src: src, posix: posix}
	t.st = state{a: a, dir: place{path: a.o.Dir}, lost: "the parameters of the caller are not known"}
	t.w = walker{a: a, u: &t.unit, proc: &t.proc, loops: &t.loops}
	st, w := &t.st, &t.w
	if a.o.Dir == "" {
		st.dir.reason = "the working folder is not known"
	}
	for name, v := range a.o.Env {
		if name != "HOME" && name != "PWD" && name != "TMPDIR" {
			st.put(name, variable{value: text(v), exported: true})
		}
	}
	w.finish(w.code(guard.Span{End: min(len(src), MaxSource)}, worlds{st}).all())
	a.writtenLater()
	return &t.unit
}

// step counts a unit of work, two for what has been walked before. It returns
// false when none is left.
func (a *analysis) step() bool { return a.spend(1 + min(a.again, 1)) }

func (a *analysis) spend(n int) bool {
	if a.left -= n; a.left < 0 {
		a.limit("the command is more work to analyse than its length allows")
		return false
	}
	return true
}

// reads counts a text that a program goes over, which it may do many times with
// one text: a document, a file.
func (a *analysis) reads(text string) bool { return a.spend(len(text) / bytesRead) }

// exhausted reports whether no work is left, which was reported.
func (a *analysis) exhausted() bool { return a.left < 0 }

// limit reports that a bound was reached, once.
func (a *analysis) limit(reason string) {
	if !a.full {
		a.full = true
		a.actions = append(a.actions, guard.Action{Kind: guard.KindUnknown, Reason: reason})
	}
}

func (a *analysis) add(x guard.Action) {
	if len(a.actions) >= MaxActions {
		a.limit("the command has more than 4096 actions")
		a.left = -1
		return
	}
	a.spend(len(x.Path) / bytesPassed)
	a.actions = append(a.actions, x)
}

func (a *analysis) unknown(span guard.Span, reason string, opaque bool) {
	a.add(guard.Action{Kind: guard.KindUnknown, Reason: reason, Opaque: opaque, Span: span})
}

// temp is the folder for temporary files.
func (a *analysis) temp() string {
	if a.o.Temp != "" {
		return a.o.Temp
	}
	return "/tmp"
}

var verbs = map[guard.Kind]string{
	guard.KindRead: "reads", guard.KindWrite: "writes", guard.KindDelete: "deletes", guard.KindList: "lists",
}

// file reports an action on the file that a word names.
func (a *analysis) file(st *state, kind guard.Kind, dir place, w word, recursive bool) {
	if kind == guard.KindWrite && a.mayBeOutput(dir, w) {
		a.descriptors++
	}
	if kind == guard.KindWrite {
		a.blanks = a.blanks || indexOf(w.text, " \t\n") >= 0
		a.dashes = a.dashes || strings.HasPrefix(w.text[strings.LastIndexByte(w.text, '/')+1:], "-")
	}
	if w.kind == unknown {
		if kind != guard.KindList {
			a.lostFile(w.span, kind, "whose name is not known: "+w.reason)
		}
		return
	}
	if a.exhausted() {
		return
	}
	p, glob, ok := dir.abs(w)
	if !ok {
		a.lostFile(w.span, kind, "in a working folder that is not known")
		return
	}
	if w.tree {
		glob, recursive = dir.glob, true
	}
	if harmlessDevice(p) {
		return
	}
	if magicPath(p) {
		a.unknown(w.span, "it "+verbs[kind]+" a path of /proc or /dev/fd that stands for another", false)
	}
	a.add(guard.Action{Kind: kind, Path: p, Pattern: glob, Recursive: recursive, Span: w.span})
	if len(a.links) > 0 {
		a.follow(kind, p, glob, recursive, w.span)
	}
}

// mayBeOutput reports whether a file's name may stand for standard output.
func (a *analysis) mayBeOutput(dir place, w word) bool {
	p, glob, ok := dir.abs(w)
	if !ok || w.kind == unknown {
		return !strings.HasPrefix(w.text, "/") || strings.HasPrefix(w.text, "/dev/") || strings.HasPrefix(w.text, "/proc/")
	}
	for hops := 0; hops < 4; hops++ {
		if next, _, ok := a.original(p); ok {
			p = next
		}
	}
	p = path.Clean(p)
	if !glob {
		return p == "/dev/stdout" || p == "/dev/fd/1" || magicPath(p)
	}
	plain := p
	if i := indexOf(p, globMeta); i >= 0 {
		plain = p[:i]
	}
	return strings.HasPrefix("/dev/", plain) || strings.HasPrefix("/proc/", plain) || strings.HasPrefix(p, "/dev/") || magicPath(p)
}

// harmlessDevice reports whether a path is a device that reading or writing
// changes nothing of, or one of the command's own descriptors.
func harmlessDevice(p string) bool {
	rest, ok := strings.CutPrefix(p, "/dev/")
	if !ok {
		return false
	}
	switch rest {
	case "null", "zero", "full", "random", "urandom", "tty", "stdin", "stdout", "stderr":
		return true
	}
	fd, ok := strings.CutPrefix(rest, "fd/")
	return ok && isNumber(fd)
}

// magicPath reports whether a path goes through a link of /proc that leads
// anywhere.
func magicPath(p string) bool {
	if strings.HasPrefix(p, "/dev/fd/") {
		return true
	}
	if !strings.HasPrefix(p, "/proc/") && !strings.Contains(p, "/proc/") {
		return false
	}
	parts := strings.Split(path.Clean(p), "/")
	if len(parts) < 4 || parts[1] != "proc" {
		return false
	}
	for _, part := range parts[3:] {
		switch part {
		case "root", "cwd", "fd", "exe", "map_files", "mem", "environ", "task":
			return true
		}
	}
	return false
}

// follow reports an action on what a path is another name for.
func (a *analysis) follow(kind guard.Kind, p string, glob, recursive bool, span guard.Span) {
	for hops := 0; hops < 4; hops++ {
		next, l, ok := a.original(p)
		if !ok {
			return
		}
		through := strings.HasSuffix(p, "/") || len(path.Clean(p)) > len(l.from)
		if l.copied && kind != guard.KindRead || kind == guard.KindDelete && !through {
			return
		}
		glob = glob || l.glob
		a.add(guard.Action{Kind: kind, Path: next, Pattern: glob, Recursive: recursive, Span: span})
		p = next
	}
}

// original is the path that another name stands for, by the newest link.
func (a *analysis) original(p string) (string, link, bool) {
	c := path.Clean(p)
	for i := len(a.links) - 1; i >= 0; i-- {
		l := a.links[i]
		if c == l.from {
			return l.to, l, true
		}
		if rest, ok := strings.CutPrefix(c, l.from+"/"); ok {
			return strings.TrimSuffix(l.to, "/") + "/" + rest, l, true
		}
	}
	return "", link{}, false
}

// noteLink remembers that from is another name of to.
func (a *analysis) noteLink(dir place, from, to word, copied, symbolic bool) {
	f, fglob, ok1 := dir.abs(from)
	t, tglob, ok2 := dir.abs(to)
	if !ok1 || !ok2 || fglob || len(a.links) >= 64 || to.kind == unknown {
		return
	}
	if symbolic && !path.IsAbs(to.text) { // a link's target is taken from where it lies
		t = path.Dir(f) + "/" + to.text
	}
	if path.Clean(f) == path.Clean(t) {
		return
	}
	a.links = append(a.links, link{path.Clean(f), t, tglob, copied})
}

// noteWritten remembers that the command writes a file.
func (a *analysis) noteWritten(dir place, w word) {
	if p, glob, ok := dir.abs(w); ok && w.kind != unknown {
		a.note(place{path: path.Clean(p), glob: glob})
	}
}

// note remembers a file that is written; past a bound, it may be any.
func (a *analysis) note(file place) {
	if len(a.written) < maxWritten {
		a.written = append(a.written, file)
	}
}

const maxWritten = 256

// lostFile says that something is done to a file that isn't known. One that is
// written or deleted may be any.
func (a *analysis) lostFile(span guard.Span, kind guard.Kind, why string) {
	a.unknown(span, "it "+verbs[kind]+" a file "+why, false)
	if kind == guard.KindWrite || kind == guard.KindDelete {
		a.note(place{path: "/**", glob: true})
	}
}

// wrote reports whether the command may have written a file, or a folder that
// it lies in.
func (a *analysis) wrote(p string) bool {
	if len(a.written) == 0 || len(a.written) == maxWritten {
		return len(a.written) != 0
	}
	p = path.Clean(p)
	for _, w := range a.written {
		if w.glob && len(p) < maxMatch && (!a.spend(1) || globMatch(w.path, p)) || w.path == p || strings.HasPrefix(p, strings.TrimSuffix(w.path, "/")+"/") {
			return true
		}
	}
	return false
}

// moved reports whether the command may put something else in the place of a path
// or of a folder that it lies in: a link, for one.
func (a *analysis) moved(p string) bool { return a.wrote(p) || a.does(guard.KindDelete, p) }

// does reports whether the command may do something of a kind to a path or a folder
// that it lies in.
func (a *analysis) does(kind guard.Kind, p string) bool {
	p = path.Clean(p)
	if !a.spend(len(a.actions) / named) {
		return true
	}
	for i := range a.actions {
		x := &a.actions[i]
		if x.Kind != kind {
			continue
		}
		if i := indexOf(x.Path, globMeta); x.Pattern && i >= 0 {
			if strings.HasPrefix(p, x.Path[:i]) {
				return true
			}
		} else if within(p, path.Clean(x.Path)) {
			return true
		}
	}
	return false
}

// real is a place without links in its name.
func (a *analysis) real(p place) place {
	if p.path == "" {
		return p
	}
	if !p.glob && a.o.Real != nil && !magicPath(p.path) && !a.moved(p.path) {
		if r := a.o.Real(p.path); r != "" && !a.moved(r) {
			return place{path: r}
		}
	}
	return place{reason: "where a link leads is not known"}
}

// repository is the top folder of the repository that a place lies in, or "" if
// that isn't known.
func (a *analysis) repository(p place) string {
	dir := a.real(p).path
	if dir == "" || a.o.Toplevel == nil || slices.ContainsFunc(a.actions, makesRepository) {
		return ""
	}
	top := a.o.Toplevel(dir)
	for d := dir; within(d, top); d = path.Dir(d) {
		for _, f := range [...]string{"/HEAD", "/config", "/commondir"} {
			if f = d + "/.git" + f; a.does(guard.KindWrite, f) || a.does(guard.KindDelete, f) {
				return ""
			}
		}
		if d == "/" {
			break
		}
	}
	return top
}

// makesRepository reports whether a command may make a repository in a folder that
// it doesn't name.
func makesRepository(x guard.Action) bool {
	return x.Command == "git init" || strings.HasPrefix(x.Command, "git submodule")
}

// connect reports that the host in a word is reached.
func (a *analysis) connect(w word) {
	host, sure := hostOf(w)
	if !sure {
		a.unknown(w.span, strings.TrimSuffix("it reaches a host that is not known: "+w.why(), ": "), false)
	}
	a.add(guard.Action{Kind: guard.KindConnect, Host: host, Span: w.span})
}

// hostOf is the host in a URL, host, host:port or user@host:path.
func hostOf(w word) (host string, sure bool) {
	s := w.text
	_, rest, url := strings.Cut(s, "://")
	switch {
	case url:
		s = rest
	case strings.HasPrefix(s, "//") || strings.HasPrefix(s, `\\`): // of a share
		s = s[2:]
	}
	end := strings.IndexAny(s, "/?#\\")
	ended := end >= 0
	if ended {
		s = s[:end]
	}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = s[i+1:]
	}
	if strings.HasPrefix(s, "[") {
		if i := strings.IndexByte(s, ']'); i > 0 {
			return strings.ToLower(s[1:i]), true
		}
		return "", false
	}
	if i := strings.IndexByte(s, ':'); i >= 0 {
		s, ended = s[:i], true
	}
	if w.kind != known && !ended || strings.ContainsAny(s, globMeta) && w.kind == pattern {
		return "", false
	}
	return strings.ToLower(s), s != ""
}

// sensitive reports whether the policy calls the file sensitive that a word
// would name.
func (a *analysis) sensitive(dir place, w word) bool {
	if a.o.Sensitive == nil || w.kind == unknown || w.text == "" {
		return false
	}
	p, _, ok := dir.abs(w)
	return ok && a.o.Sensitive(p)
}

// substitution makes the name of a process substitution.
func (a *analysis) substitution(s stream) string {
	if a.substitutions == nil {
		a.substitutions = map[string]stream{}
	}
	name := "/dev/fd/" + strconv.Itoa(63-len(a.substitutions))
	a.substitutions[name] = s
	return name
}

// unique drops actions that stand there already.
func unique(actions []guard.Action) []guard.Action {
	if len(actions) <= 12 {
		n := 0
		for i := range actions {
			j := 0
			for j < n && !actions[j].Same(&actions[i]) {
				j++
			}
			if j < n {
				continue
			}
			if n < i {
				actions[n] = actions[i]
			}
			n++
		}
		return actions[:n]
	}
	out := actions[:0]
	seen := make(map[uint64]int, len(actions)) // places in out, plus one
	older := make([]int, 1, len(actions)+1)    // the place before of the same hash
	for i := range actions {
		h := hashAction(&actions[i])
		j := seen[h]
		for j > 0 && !out[j-1].Same(&actions[i]) {
			j = older[j]
		}
		if j > 0 {
			continue
		}
		older = append(older, seen[h])
		out = append(out, actions[i])
		seen[h] = len(out)
	}
	return out
}

// hashAction is the same for actions that are the same.
func hashAction(a *guard.Action) uint64 {
	var h maphash.Hash
	h.SetSeed(namesSeed)
	for _, s := range [...]string{string(a.Kind), a.Program, a.Path, a.Host, a.Reason} {
		h.WriteString(s)
		h.WriteByte(0)
	}
	for _, words := range [...][]string{a.Args, a.Flags, a.Via} {
		for _, s := range words {
			h.WriteString(s)
			h.WriteByte(0)
		}
		h.WriteByte(1)
	}
	return h.Sum64()
}
