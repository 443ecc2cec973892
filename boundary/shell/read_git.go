package shell

import (
	"path"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Git. Beside the options on the command line, Flags tells what the words mean
// to a policy:
//
//	push      force for +ref, delete for :ref
//	fetch     refs where a branch or tag of this repository is overwritten or deleted
//	worktree  force where a branch is moved
//	checkout  pathspec where working files are overwritten
//	restore   worktree where working files are overwritten
//	clean     force where it is configured not to be needed
func init() {
	register(readGit, "git")
	register(readHub, "hub")
}

// readHub gives to git what hub has no command for.
func readHub(inv *invocation) {
	s := builtinSpec("hub")
	if len(inv.args) == 0 || s.commands[inv.args[0].text] != nil {
		inv.applySpec(s)
		return
	}
	inv.run(append([]word{lit("git", inv.span)}, inv.args...))
}

func readGit(inv *invocation) {
	a := inv.parse()
	configured := a.gitGlobals()
	_, sub, ok := strings.Cut(inv.command, " ")
	if !ok {
		if len(a.operands) > 0 {
			inv.unknown(a.operands[0].span, "git "+a.operands[0].text+" is no command of git: an alias or a program")
			inv.words(a.operands)
		}
		return
	}
	if configured {
		inv.flags = append(inv.flags, "force")
	}
	if inv.flag("help") {
		return
	}
	if act := gitActs[sub]; act != nil {
		act(inv, a)
		return
	}
	if act := gitActs[strings.SplitN(sub, " ", 2)[0]]; act != nil {
		act(inv, a)
		return
	}
	a.options()
	a.plain()
}

// plain gives the operands the roles of the specification; data may still be
// the name of a file.
func (a *arguments) plain() {
	for i, w := range a.operands {
		role := a.spec.many
		if i < len(a.spec.head) {
			role = a.spec.head[i]
		}
		if role == guard.RoleData || role == "" {
			a.inv.anyWord(w)
		} else {
			a.inv.role(role, w)
		}
	}
	if len(a.rest) > 0 {
		a.inv.run(a.rest)
	}
}

// gitGlobals sees to the options before the command. It reports whether
// clean.requireForce is off.
func (a *arguments) gitGlobals() (unforced bool) {
	inv := a.inv
	for _, g := range a.given {
		switch {
		case !g.has || !a.global(g):
		case g.is("C"):
			inv.list(g.value)
			inv.chdir(g.value)
		case g.is("c"):
			key, v, ok := g.value.cut("=")
			if !ok {
				key, v = g.value.text, lit("true", g.value.span)
			}
			if g.value.kind != known && !ok {
				inv.unknown(g.value.span, "a setting of git is not known: "+g.value.why())
			}
			inv.gitSetting(key, v)
			if gitFiles[strings.ToLower(key)] && inv.a.sensitive(inv.dir, v) {
				inv.read(v)
			}
			unforced = unforced || strings.EqualFold(key, "clean.requireForce") && !v.is("true")
		case g.is("config-env"):
			key, _, _ := g.value.cut("=")
			inv.gitSetting(key, word{kind: unknown, reason: "it comes from a variable", span: g.value.span})
		case g.is("exec-path"):
			inv.unknown(g.value.span, "git takes its programs from another folder (--exec-path)")
		case g.is("git-dir"), g.is("work-tree"):
			inv.list(g.value)
			if g.is("git-dir") && !g.value.is(".git") && !g.value.is("./.git") {
				inv.unknown(g.value.span, "the configuration of another repository may run programs (--git-dir)")
			}
		}
	}
	return unforced
}

// global reports whether an option is one of git itself.
func (a *arguments) global(g given) bool {
	top := a.spec
	if len(a.parents) > 0 {
		top = a.parents[0]
	}
	for i := range top.options {
		if g.opt == &top.options[i] {
			return true
		}
	}
	return false
}

// gitFiles are settings that name a file of which some command prints what it
// can't understand, or what it found.
var gitFiles = wordSet("core.excludesfile mailmap.file blame.ignorerevsfile diff.orderfile")

// gitGiven are the values of settings that hold for this run alone, by the
// beginning and the end of their names.
func (a *arguments) gitGiven(prefix, suffix string) (out []word) {
	for _, g := range a.given {
		if !g.has || !g.is("c") && !g.is("config-env") || !a.global(g) {
			continue
		}
		key, v, ok := g.value.cut("=")
		switch {
		case g.is("config-env"):
			v = word{kind: unknown, reason: "it comes from a variable", span: g.value.span}
		case !ok:
			key, v = g.value.text, lit("true", g.value.span)
		}
		if key = strings.ToLower(key); strings.HasPrefix(key, prefix) && strings.HasSuffix(key, suffix) {
			out = append(out, v)
		}
	}
	return out
}

// gitOn reports whether such a setting is on.
func (a *arguments) gitOn(prefix, suffix string) bool {
	return slices.ContainsFunc(a.gitGiven(prefix, suffix), func(v word) bool {
		return !slices.Contains([]string{"false", "no", "off", "0", ""}, strings.ToLower(v.text)) || v.kind != known
	})
}

// gitRuns are settings whose value git runs, by the beginning and the end of
// their names.
var gitRuns = []struct{ prefix, suffix string }{
	{"core.fsmonitor", ""}, {"core.sshcommand", ""}, {"core.editor", ""}, {"core.pager", ""}, {"core.askpass", ""}, {"core.gitproxy", ""}, {"core.hookspath", ""},
	{"core.alternaterefscommand", ""}, {"core.attributesfile", ""}, {"core.worktree", ""}, {"sequence.editor", ""}, {"pager.", ""}, {"alias.", ""},
	{"diff.external", ""}, {"diff.", ".command"}, {"diff.", ".textconv"}, {"difftool.", ".cmd"}, {"difftool.", ".path"}, {"mergetool.", ".cmd"}, {"mergetool.", ".path"},
	{"merge.", ".driver"}, {"filter.", ""}, {"credential.", "helper"}, {"gpg.", "program"}, {"gpg.ssh.defaultkeycommand", ""}, {"include.path", ""}, {"includeif.", ""},
	{"protocol.", "allow"}, {"url.", "insteadof"}, {"uploadpack.packobjectshook", ""}, {"remote.", "url"}, {"branch.", "remote"}, {"remote.pushdefault", ""}, {"remote.", ".uploadpack"}, {"remote.", ".receivepack"}, {"remote.", ".vcs"}, {"remote.", ".proxy"},
	{"submodule.", ".update"}, {"browser.", ""}, {"web.browser", ""}, {"man.", ""}, {"trailer.", ".command"}, {"trailer.", ".cmd"}, {"interactive.difffilter", ""},
	{"sendemail.", "cmd"}, {"sendemail.smtpserver", ""}, {"guitool.", ""}, {"init.templatedir", ""}, {"commit.template", ""}, {"lfs.", "path"}, {"lfs.", ".clean"}, {"lfs.", ".smudge"}, {"lfs.customtransfer.", ""},
	{"tar.", ".command"}, {"safe.directory", ""}, {"http.proxy", ""}, {"http.sslverify", ""}, {"http.cookiefile", ""}, {"http.sslcert", ""}, {"http.sslkey", ""}, {"hook.", ".command"}, {"gc.recentobjectshook", ""}, {"ssh.variant", ""}, {"fsmonitor.", ""}, {"maintenance.", ""},
	{"receive.", ""}, {"transfer.hiderefs", ""}, {"bundle.", "uri"}, {"fetch.bundleuri", ""}, {"imap.tunnel", ""}, {"imap.host", ""},
	// What nothing refers to any more is lost sooner.
	{"gc.pruneexpire", ""}, {"gc.worktreepruneexpire", ""}, {"gc.reflogexpire", ""}, {"gc.reflogexpireunreachable", ""}, {"gc.", ".reflogexpire"}, {"gc.", ".reflogexpireunreachable"},
}

// gitRunsSetting reports whether git may run, reach or lose what the setting says.
func gitRunsSetting(key string) bool {
	key = strings.ToLower(key)
	for _, r := range gitRuns {
		if r.suffix == "" && (key == r.prefix || strings.HasSuffix(r.prefix, ".") && strings.HasPrefix(key, r.prefix)) ||
			r.suffix != "" && strings.HasPrefix(key, r.prefix) && strings.HasSuffix(key, r.suffix) {
			return true
		}
	}
	return false
}

// emptyFile are settings to which the file that is always empty says that there
// are none.
var emptyFile = wordSet("core.hookspath core.attributesfile core.excludesfile")

// gitSetting judges a setting that is given or kept.
func (inv *invocation) gitSetting(key string, v word) {
	if v.is("/dev/null") && emptyFile[strings.ToLower(key)] || !gitRunsSetting(key) || v.kind == known && !strings.ContainsAny(v.text, ":/") && strings.HasPrefix(key, "branch.") || v.kind == known && (plainCommand(v.text) || v.text == "false" || v.text == "0" && !strings.HasPrefix(strings.ToLower(key), "gc.") || v.text == "never" || v.text == "no") && !strings.HasPrefix(strings.ToLower(key), "safe.") {
		return
	}
	inv.unknown(v.span, "the setting "+key+" makes git run, reach or lose something")
	if v.kind != known {
		return
	}
	text := strings.TrimPrefix(v.text, "!")
	if strings.HasPrefix(strings.ToLower(key), "alias.") && text == v.text {
		inv.run([]word{lit("git", v.span), lit(strings.Fields(text + " help")[0], v.span)})
		return
	}
	if strings.ContainsAny(text, " ") || text != v.text {
		inv.shell(lit(text, v.span), guard.DialectPOSIX)
	}
}

// gitActs are the commands whose words need more than the table.
var gitActs map[string]func(inv *invocation, a *arguments)

func init() {
	look := func(inv *invocation, a *arguments) { inv.gitLook(a) }
	reach := func(inv *invocation, a *arguments) { inv.gitRemote(a) }
	gitActs = map[string]func(inv *invocation, a *arguments){
		"diff": look, "show": look, "log": look, "whatchanged": look, "blame": look, "annotate": look, "difftool": look, "cat-file": (*invocation).gitObjects, "rev-list": look,
		"diff-tree": look, "diff-index": look, "diff-files": look, "archive": look, "shortlog": look, "reflog": look, "range-diff": look, "format-patch": (*invocation).gitFormatPatch,
		"check-ignore": (*invocation).gitNamed, "check-attr": (*invocation).gitNamed, "ls-tree": (*invocation).gitNamed,
		"grep":     (*invocation).gitGrep,
		"checkout": (*invocation).gitCheckout, "restore": (*invocation).gitRestore, "reset": (*invocation).gitReset,
		"clean": (*invocation).gitClean, "rm": (*invocation).gitRemove, "mv": (*invocation).gitMove,
		"push": (*invocation).gitPush, "daemon": gitServe, "instaweb": gitServe, "imap-send": gitServe, "svn dcommit": gitServe, "svn set-tree": gitServe, "svn commit-diff": gitServe, "svn branch": gitServe, "svn tag": gitServe, "p4 submit": gitServe,
		"lfs push": reach, "worktree": (*invocation).gitWorktree, "fetch": (*invocation).gitFetch, "pull": (*invocation).gitFetch, "ls-remote": reach, "clone": (*invocation).gitClone,
		"remote": (*invocation).gitRemotes, "config": (*invocation).gitConfig, "submodule": (*invocation).gitSubmodule, "bisect": (*invocation).gitBisect,
		"apply": (*invocation).gitApply, "am": (*invocation).gitApply, "add": (*invocation).gitAdd, "stage": (*invocation).gitAdd,
		"commit": (*invocation).gitCommit, "interpret-trailers": (*invocation).gitTrailers, "hash-object": (*invocation).gitPlumbing, "checkout-index": (*invocation).gitPlumbing,
		"update-index": (*invocation).gitIndex, "merge-file": (*invocation).gitMergeFile, "request-pull": (*invocation).gitRequest, "unpack-file": look,
		"commits-since": look, "show-tree": look, "local-commits": look, "missing": look, "effort": (*invocation).gitEffort,
		"authors": (*invocation).gitAuthors, "alias": (*invocation).gitAlias, "stash": (*invocation).gitStash, "branch": (*invocation).gitNames, "tag": (*invocation).gitNames, "switch": (*invocation).gitNames, "merge": (*invocation).gitNames,
	}
}

// gitLook reads commands that show what files hold.
func (inv *invocation) gitLook(a *arguments) {
	a.options()
	for _, v := range a.values("output") {
		inv.a.noteWritten(inv.dir, v)
	}
	if inv.flag("no-index") {
		for _, w := range a.operands {
			inv.read(w)
		}
		return
	}
	for _, v := range a.values("L") { // log -L1,5:FILE
		if i := strings.LastIndexByte(v.text, ':'); v.kind == unknown {
			inv.anyWord(v)
		} else if i > 0 && inv.command != "git blame" && inv.command != "git annotate" {
			inv.gitFile(v.after(i + 1))
		}
	}
	named := inv.gitOnlyNames()
	if _, sub, _ := strings.Cut(inv.command, " "); gitPatches[sub] && !named && !inv.flag("stat", "name-only", "name-status", "numstat", "shortstat", "quiet") {
		inv.stdout = inv.unclear()
		inv.stdout.shown = true
	}
	for i, w := range a.operands {
		switch pathspec := a.dashed >= 0 && i >= a.dashed; {
		case named && w.kind != unknown && pathspec:
			inv.pathspec(w, inv.list)
		case named && w.kind != unknown && !strings.Contains(w.text, ":") && inv.a.sensitive(inv.dir, w):
			inv.list(w)
		default:
			inv.gitName(w, pathspec)
		}
	}
}

// gitPatches are commands that show changes as patches.
var gitPatches = map[string]bool{"diff": true, "show": true, "stash show": true, "diff-index": true, "diff-files": true, "diff-tree": true}

// gitNamed reads commands that say something of files by their names.
func (inv *invocation) gitNamed(a *arguments) {
	a.options()
	for _, w := range a.operands {
		inv.list(w)
	}
}

// gitOnlyNames reports whether a command that shows changes shows no more than
// which files they are in.
func (inv *invocation) gitOnlyNames() bool {
	_, sub, _ := strings.Cut(inv.command, " ")
	switch sub {
	case "log", "shortlog", "rev-list", "reflog", "reflog show":
	case "diff", "show", "diff-tree", "diff-index", "diff-files":
		if !inv.flag("stat", "name-only", "name-status", "numstat", "shortstat", "summary", "dirstat", "quiet", "s", "no-patch") {
			return false
		}
	default:
		return false
	}
	return !slices.ContainsFunc(inv.flags, func(f string) bool { return !gitNamesOnly[f] && !isNumber(f) })
}

// gitNamesOnly are options of commands that show changes which show nothing of
// what the files hold.
var gitNamesOnly = func() map[string]bool {
	out := map[string]bool{}
	for f := range strings.FieldsSeq("stat name-only name-status numstat shortstat summary dirstat quiet q exit-code s no-patch n max-count skip count oneline graph all " +
		"cached staged since until after before author committer grep format pretty date follow first-parent merges no-merges reverse diff-filter decorate abbrev " +
		"color no-color no-pager P z branches tags remotes M find-renames C find-copies no-renames full-history simplify-merges simplify-by-decoration " +
		"topo-order date-order author-date-order regexp-ignore-case i left-right no-decorate ancestry-path remove-empty sparse dense show-pulls " +
		"cherry-pick cherry-mark boundary parents children") {
		out[f] = true
	}
	return out
}()

// gitName judges a word that names a commit, a file in one, or a file.
func (inv *invocation) gitName(w word, pathspec bool) {
	if w.kind == unknown {
		if w.text == "" {
			inv.anyWord(w)
		}
		return
	}
	if pathspec {
		inv.pathspec(w, inv.read)
		return
	}
	if strings.HasPrefix(w.text, ":/") { // a commit by its message, or a file where no message fits
		if file := w.after(2); inv.a.sensitive(inv.dir, file) {
			inv.gitFile(file)
		}
		return
	}
	if _, file, ok := w.cut(":"); ok && !strings.HasPrefix(w.text, ":(") && !strings.HasPrefix(w.text, ":!") {
		if n := file.text; len(n) > 1 && n[0] >= '0' && n[0] <= '3' && n[1] == ':' {
			file = file.after(2)
		}
		if file.text != "" {
			inv.gitFile(file)
		}
		return
	}
	if strings.Contains(w.text, "..") && !strings.HasPrefix(w.text, "../") && w.text != ".." && !strings.Contains(w.text, "/../") {
		return
	}
	inv.anyWord(w)
}

// gitFile reads a file as it was in a commit, whose paths are taken from the
// repository's top.
func (inv *invocation) gitFile(w word) {
	dir := inv.dir
	if top := inv.a.toplevel; top != "" && !strings.HasPrefix(w.text, "./") && !strings.HasPrefix(w.text, "../") && (dir.path == top || strings.HasPrefix(dir.path, top+"/")) {
		inv.dir = place{path: top}
	}
	inv.read(w)
	inv.dir = dir
}

// pathspec does something to the files that a pathspec names.
func (inv *invocation) pathspec(w word, do func(word)) {
	switch {
	case strings.HasPrefix(w.text, ":!") || strings.HasPrefix(w.text, ":^") || strings.HasPrefix(w.text, ":(exclude"):
	case strings.HasPrefix(w.text, ":/"):
		if rest := w.after(2); rest.text != "" {
			do(rest)
		} else {
			do(inv.here())
		}
	case strings.HasPrefix(w.text, ":("):
		if i := strings.IndexByte(w.text, ')'); i > 0 {
			do(w.after(i + 1))
		}
	case w.kind == known && strings.ContainsAny(w.text, "*?["):
		do(word{text: "**/" + w.text, kind: pattern, span: w.span})
	default:
		do(w)
	}
}

func (inv *invocation) gitFormatPatch(a *arguments) {
	a.options()
	for _, v := range a.gitGiven("format.signaturefile", "") {
		inv.read(v)
	}
	if !inv.flag("stdout") {
		folders := append(a.gitGiven("format.outputdirectory", ""), a.values("output-directory")...)
		for _, d := range folders[max(0, len(folders)-1):] {
			inv.write(d)
			inv.a.noteWritten(inv.dir, d)
		}
	}
	for _, w := range a.operands {
		inv.gitName(w, false)
	}
}

func (inv *invocation) gitGrep(a *arguments) {
	a.options()
	words := a.operands
	if !inv.flag("e", "f") && len(words) > 0 {
		words = words[1:]
	}
	for i, w := range words {
		inv.gitName(w, a.dashed >= 0 && i >= a.dashed-1 || inv.flag("no-index"))
	}
	if len(words) == 0 {
		recursive := inv.recursive
		inv.recursive = true
		inv.list(inv.here())
		inv.recursive = recursive
	}
}

// gitCheckout tells a switch of branches from the loss of changes in files.
func (inv *invocation) gitCheckout(a *arguments) {
	a.options()
	var files []word
	switch {
	case a.dashed >= 0:
		files = a.operands[a.dashed:]
	case inv.flag("b", "B", "orphan", "detach", "track"):
	case inv.flag("pathspec-from-file"):
		inv.flags = append(inv.flags, "pathspec")
	case len(a.operands) > 1:
		files = a.operands[1:]
	case len(a.operands) == 1 && inv.namesFile(a.operands[0]):
		files = a.operands
	}
	if len(files) == 0 {
		for _, w := range a.operands {
			inv.gitRef(w)
		}
		return
	}
	inv.flags = append(inv.flags, "pathspec")
	inv.overwrite(files)
}

// gitRef is a word that names a commit and touches nothing; one that isn't
// known may be anything.
func (inv *invocation) gitRef(w word) {
	if w.kind == unknown && w.text == "" && w.split {
		inv.unknown(w.span, "a word of "+inv.command+" is not known: "+w.reason)
	}
}

// plainFiles are files and folders of repositories whose names look like those of
// branches.
var plainFiles = wordSet(`Makefile GNUmakefile makefile Dockerfile Containerfile LICENSE LICENCE COPYING NOTICE AUTHORS CONTRIBUTORS CODEOWNERS README CHANGELOG
	Gemfile Rakefile Podfile Fastfile Brewfile Procfile Pipfile Vagrantfile Jenkinsfile Caddyfile Tiltfile Earthfile Justfile justfile Taskfile BUILD WORKSPACE
	src lib include cmd pkg internal vendor scripts tests node_modules`)

// namesFile reports whether a word is a file rather than a branch, whose name
// can't begin with a dot.
func (inv *invocation) namesFile(w word) bool {
	if w.kind == pattern || strings.HasPrefix(w.text, ".") || strings.HasPrefix(w.text, "/") || plainFiles[w.text] ||
		strings.HasPrefix(w.text, ":") || strings.HasSuffix(w.text, "/") || strings.ContainsAny(w.text, "*?[") {
		return true
	}
	if _, ok := inv.content(w); ok {
		return true
	}
	ext := path.Ext(w.text)
	return len(ext) > 1 && len(ext) < 6 && strings.Trim(ext[1:], "abcdefghijklmnopqrstuvwxyz") == ""
}

// overwrite writes working files, folders with all in them.
func (inv *invocation) overwrite(files []word) {
	recursive := inv.recursive
	inv.recursive = true
	for _, f := range files {
		inv.pathspec(f, inv.write)
	}
	inv.recursive = recursive
}

func (inv *invocation) gitRestore(a *arguments) {
	a.options()
	if inv.flag("staged") && !inv.flag("worktree") {
		return
	}
	inv.flags = append(inv.flags, "worktree")
	inv.overwrite(a.operands)
}

func (inv *invocation) gitReset(a *arguments) {
	a.options()
	for _, w := range a.operands {
		inv.gitRef(w)
	}
}

func (inv *invocation) gitClean(a *arguments) {
	a.options()
	if inv.flag("dry-run") {
		return
	}
	recursive := inv.recursive
	inv.recursive = inv.flag("d")
	for _, w := range a.operands {
		inv.pathspec(w, func(w word) { inv.delete(w, inv.recursive) })
	}
	if len(a.operands) == 0 {
		inv.list(inv.here())
	}
	inv.recursive = recursive
}

func (inv *invocation) gitRemove(a *arguments) {
	a.options()
	if inv.flag("cached", "dry-run") {
		return
	}
	for _, w := range a.operands {
		if w.gone && !inv.flag("r", "f") { // git forgets files that are no more, and never a folder
			continue
		}
		inv.pathspec(w, func(w word) { inv.delete(w, inv.flag("r")) })
	}
	if inv.flag("pathspec-from-file") {
		inv.unknown(inv.span, "git rm takes the names of its files from a file")
	}
}

func (inv *invocation) gitMove(a *arguments) {
	a.options()
	n := len(a.operands)
	if n < 2 || inv.flag("dry-run") {
		return
	}
	for _, w := range a.operands[:n-1] {
		inv.delete(w, true)
	}
	a.place(a.operands[:n-1], a.operands[n-1], n > 2)
}

func (inv *invocation) gitPush(a *arguments) {
	refs := a.operands
	if len(refs) > 0 && !inv.flag("repo") {
		refs = refs[1:]
	}
	for _, v := range a.values("repo") {
		inv.repository(v)
	}
	if a.gitOn("remote.", ".mirror") {
		inv.flags = append(inv.flags, "mirror")
	}
	for _, r := range append(a.gitGiven("remote.", ".push"), refs...) {
		if strings.HasPrefix(r.text, "+") {
			inv.flags = append(inv.flags, "force")
		}
		if strings.HasPrefix(strings.TrimPrefix(r.text, "+"), ":") && len(r.text) > 1 {
			inv.flags = append(inv.flags, "delete")
		}
		if r.kind == unknown && r.text == "" {
			inv.unknown(r.span, "what git pushes is not known: "+r.reason)
		}
	}
	inv.gitRemote(a)
}

// gitRemote reaches the repository that the first operand names.
func (inv *invocation) gitRemote(a *arguments) {
	a.options()
	if len(a.operands) > 0 {
		inv.repository(a.operands[0])
		return
	}
	for _, r := range inv.a.remotes {
		inv.connect(r[1])
	}
}

// gitFetch tells a refspec that overwrites branches and tags from one that is
// for what is known of the remote.
func (inv *invocation) gitFetch(a *arguments) {
	inv.gitRemote(a)
	refs := slices.Concat(a.gitGiven("remote.", ".fetch"), a.values("refmap"), a.operands[min(1, len(a.operands)):])
	overwrites := inv.flag("prune-tags") || a.gitOn("fetch.prunetags", "") || a.gitOn("remote.", ".prunetags")
	for _, r := range refs {
		from, to, ok := r.cut(":")
		overwrites = overwrites || ok && !strings.HasPrefix(to.text, "refs/remotes/") && (strings.HasPrefix(from, "+") || inv.flag("force", "prune"))
	}
	if overwrites {
		inv.flags = append(inv.flags, "refs")
	}
}

// gitWorktree reads git worktree, whose -B moves a branch that exists.
func (inv *invocation) gitWorktree(a *arguments) {
	a.options()
	a.plain()
	if inv.flag("B") {
		inv.flags = append(inv.flags, "force")
	}
}

// gitObjects reads git cat-file, which may take the names of what it shows from
// standard input.
func (inv *invocation) gitObjects(a *arguments) {
	inv.gitLook(a)
	if !inv.flag("batch", "batch-command") {
		return
	}
	if inv.stdin.text.kind != known || !inv.stdin.set || !inv.a.reads(inv.stdin.text.text) {
		inv.unknown(inv.span, "which objects git shows is not known")
		return
	}
	for _, f := range strings.Fields(inv.stdin.text.text) {
		inv.gitName(lit(f, inv.span), false)
	}
}

// repository judges the name of a remote, a URL, host:path or a folder.
func (inv *invocation) repository(w word) {
	switch {
	case strings.Contains(w.text, "::"):
		inv.unknown(w.span, "the transport of a repository may run a command")
		if _, text, _ := w.cut("::"); strings.HasPrefix(w.text, "ext::") {
			inv.shell(text, guard.DialectPOSIX)
		}
	case strings.Contains(w.text, "://") || remote(w):
		inv.connect(w)
	case w.kind == unknown:
		inv.unknown(w.span, "the repository that git reaches is not known: "+w.reason)
	case looksLikePath(w.text):
		inv.read(w)
	}
	for _, r := range inv.a.remotes {
		if r[0].kind != known || r[0].text == w.text {
			inv.connect(r[1])
		}
	}
}

func (inv *invocation) gitClone(a *arguments) {
	a.options()
	for _, c := range a.values("config") {
		key, v, _ := c.cut("=")
		inv.gitSetting(key, v)
	}
	if len(a.operands) == 0 {
		return
	}
	source := a.operands[0]
	inv.repository(source)
	if len(a.operands) > 1 {
		inv.write(a.operands[1])
	} else if source.kind == known {
		name := path.Base(strings.TrimSuffix(strings.TrimSuffix(source.text, "/"), ".git"))
		if i := strings.LastIndexByte(name, ':'); i >= 0 {
			name = name[i+1:]
		}
		inv.write(lit(name, source.span))
	}
}

func (inv *invocation) gitRemotes(a *arguments) {
	a.options()
	if strings.HasSuffix(inv.command, " add") && inv.flag("fetch") && len(a.operands) > 1 {
		inv.repository(a.operands[1])
	}
	if strings.HasSuffix(inv.command, " add") || strings.HasSuffix(inv.command, " set-url") {
		for _, w := range a.operands[min(1, len(a.operands)):] {
			if strings.Contains(w.text, "::") {
				inv.repository(w)
			}
		}
		if len(a.operands) > 1 { // a push to it by its name goes there
			inv.a.remotes = append(inv.a.remotes, a.operands[:2:2])
		}
	}
}

// gitConfig tells a setting that makes git run something from all others.
func (inv *invocation) gitConfig(a *arguments) {
	a.options("file", "blob")
	for _, v := range a.values("blob") {
		inv.gitName(v, false)
	}
	words := a.operands
	if len(words) > 0 {
		switch words[0].text {
		case "set":
			words = words[1:]
			if len(words) == 1 {
				words = append(words, lit("", words[0].span))
			}
		case "get", "list", "unset", "rename-section", "remove-section", "edit":
			inv.flags = append(inv.flags, words[0].text)
			words = words[1:]
		}
	}
	sets := len(words) > 1 && !inv.flag("get", "get-all", "get-regexp", "get-urlmatch", "unset", "unset-all", "list", "rename-section", "remove-section") || inv.flag("unset", "unset-all", "edit", "rename-section", "remove-section")
	if f, ok := a.value("file"); ok {
		inv.read(f)
		if sets {
			inv.write(f)
		}
	}
	if !sets {
		return
	}
	inv.flags = append(inv.flags, "set")
	if inv.flag("edit") {
		return
	}
	if len(words) > 1 {
		if words[0].kind != known {
			inv.unknown(words[0].span, "which setting of git changes is not known: "+words[0].why())
			return
		}
		inv.gitSetting(words[0].text, words[1])
	}
	if inv.flag("global") && inv.a.o.Home != "" {
		inv.write(lit(inv.a.o.Home+"/.gitconfig", inv.span))
	}
	if inv.flag("system") {
		inv.write(lit("/etc/gitconfig", inv.span))
	}
}

func (inv *invocation) gitSubmodule(a *arguments) {
	a.options()
	switch {
	case strings.HasSuffix(inv.command, " foreach"):
		if len(a.operands) > 0 {
			dir := inv.dir
			inv.dir = place{reason: "the command runs in every submodule"}
			inv.shell(joined(a.operands), guard.DialectPOSIX)
			inv.dir = dir
		}
	case strings.HasSuffix(inv.command, " add") && len(a.operands) > 0:
		inv.repository(a.operands[0])
		if len(a.operands) > 1 {
			inv.write(a.operands[1])
		}
	}
}

func (inv *invocation) gitBisect(a *arguments) {
	a.options()
	if len(a.rest) > 0 {
		inv.run(a.rest)
	}
	for i, w := range inv.args {
		if !(w.is("view") || w.is("visualize")) || !strings.HasSuffix(inv.command, " "+w.text) {
			continue
		}
		words := inv.args[i+1:]
		switch { // a command of git, by its own name or by that of a program
		case len(words) == 0 || words[0].starts("-"):
		case words[0].starts("git") || words[0].is("tig"):
			inv.run(words)
		default:
			inv.run(append([]word{lit("git", w.span)}, words...))
		}
		break
	}
	if strings.HasSuffix(inv.command, " replay") {
		for _, w := range a.operands {
			inv.read(w)
		}
	}
}

// gitApply reads patches, which change files in the working folder.
func (inv *invocation) gitApply(a *arguments) {
	a.options()
	for _, w := range a.operands {
		inv.read(w)
	}
	inv.takesBackWork(a)
	if inv.flag("unsafe-paths") {
		inv.unknown(inv.span, "a patch may change files anywhere (--unsafe-paths)")
	}
	if !inv.flag("check", "stat", "numstat", "summary", "abort", "skip", "quit") {
		inv.write(inv.here())
	}
}

// takesBackWork reports that a patch of the changes that git just showed is
// applied in reverse: they are lost.
func (inv *invocation) takesBackWork(a *arguments) {
	if inv.stdin.shown && inv.flag("reverse") && !inv.flag("check", "stat", "numstat", "summary", "dry-run") {
		inv.unknown(inv.span, inv.title()+" takes the changes back that git shows")
	}
}

// gitAdd copies files into the repository, from where anyone can show them.
func (inv *invocation) gitAdd(a *arguments) {
	a.options()
	files := a.operands
	if v, ok := a.value("pathspec-from-file"); ok && v.is("-") {
		files = append(files[:len(files):len(files)], inv.items(byLine)...)
	}
	for _, w := range files {
		inv.pathspec(w, inv.read)
	}
}

// gitCommit gives its pathspecs no meaning: a commit loses nothing.
func (inv *invocation) gitCommit(a *arguments) {
	a.options()
	for _, w := range a.operands {
		inv.gitRef(w)
	}
}

func (inv *invocation) gitTrailers(a *arguments) {
	a.options()
	for _, w := range a.operands {
		inv.read(w)
		if inv.flag("in-place") {
			inv.write(w)
		}
	}
}

func (inv *invocation) gitPlumbing(a *arguments) {
	a.options()
	files := a.operands
	if inv.flag("stdin-paths") {
		files = append(files[:len(files):len(files)], inv.items(byLine)...)
	}
	for _, w := range files {
		inv.read(w)
	}
}

// gitIndex reads git update-index: with --add it copies files into the
// repository.
func (inv *invocation) gitIndex(a *arguments) {
	a.options()
	do, files := inv.list, a.operands
	if inv.flag("add") {
		do = inv.read
	}
	if inv.flag("add") && inv.flag("stdin") {
		files = append(files[:len(files):len(files)], inv.items(byLine)...)
	}
	for _, w := range files {
		do(w)
	}
}

// gitMergeFile reads git merge-file, whose result goes into the first file.
func (inv *invocation) gitMergeFile(a *arguments) {
	a.options()
	for i, w := range a.operands {
		if inv.flag("object-id") {
			inv.gitName(w, false)
			continue
		}
		inv.read(w)
		if i == 0 && !inv.flag("stdout") {
			inv.write(w)
		}
	}
}

// gitRequest reads git request-pull, which asks the repository that its second
// word names.
func (inv *invocation) gitRequest(a *arguments) {
	a.options()
	if len(a.operands) > 1 {
		inv.repository(a.operands[1])
	}
}

func (inv *invocation) gitStash(a *arguments) {
	a.options()
	if strings.HasSuffix(inv.command, " show") {
		inv.gitLook(a)
	}
}

// gitEffort hands what stands behind "--" to git log, as text.
func (inv *invocation) gitEffort(a *arguments) {
	a.options()
	a.plain()
	if a.dashed >= 0 && a.dashed < len(a.operands) {
		inv.unknown(a.operands[a.dashed].span, "git effort hands its words on as text of a shell")
	}
}

// gitAuthors makes a list of them, unless it shows it.
func (inv *invocation) gitAuthors(a *arguments) {
	a.options()
	switch {
	case inv.flag("list"):
	case len(a.operands) == 0:
		inv.write(lit("AUTHORS", inv.span))
	default:
		a.plain()
	}
}

// gitAlias is given a name and what it shall run, or shows what there is.
func (inv *invocation) gitAlias(a *arguments) {
	a.options()
	if len(a.operands) > 1 {
		inv.unknown(a.operands[1].span, "git runs what the name of a command stands for")
	}
}

// gitNames is for commands whose operands are names of branches and commits.
func (inv *invocation) gitNames(a *arguments) {
	a.options()
	for _, w := range a.operands {
		inv.gitRef(w)
	}
}

// gitServe opens the repository to others.
func gitServe(inv *invocation, a *arguments) {
	a.options()
	inv.connect(word{kind: unknown, reason: "it serves or reaches any host", span: inv.span})
}
