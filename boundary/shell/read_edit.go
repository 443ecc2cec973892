package shell

import (
	"regexp"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Editors, pagers and the clients of databases: programs with a language of
// their own that can start others.
func init() {
	register(readVi, "vi vim nvim gvim view ex vimx vim.tiny vim.basic rvim vimdiff")
	register(readLess, "less more most pg lv xzless xzmore zless zmore bzless bzmore lzless lzmore zstdless")
	register(readScreen, "fzf sk peco percol fzy dmenu kak emacsclient tig lazygit gitui lf vifm broot ranger nnn yazi feh imv sxiv nsxiv mpv mc tdbtool")
	register(readEd, "ed red")
	register(readCalculator, "dc")
	register(readPatch, "patch")
	register(readSQLite, "sqlite3 sqlite litecli duckdb")
	register(readPsql, "psql pgcli")
	register(readMySQL, "mysql mariadb mycli")
	register(readPostgres, "pg_dump pg_dumpall pg_basebackup pg_receivewal pg_restore pg_isready createdb createuser dropdb dropuser vacuumdb reindexdb clusterdb pgbench")
}

var viSpec = compile(cmd("write...", "data: c cmd T t servername server", "code: S u U i remote-expr remote-send", "write: w W", "?data: o O p V r", "flag: s e E n R M m y g q v d b version help noplugin clean headless N Z l"))

func readVi(inv *invocation) {
	var words []word
	for _, w := range inv.args {
		if cmd, ok := strings.CutPrefix(w.text, "+"); ok {
			inv.editorCommand(w.after(len(w.text) - len(cmd)))
			continue
		}
		words = append(words, w)
	}
	args := inv.args
	inv.args = words
	a := inv.arguments(viSpec)
	inv.args = args
	a.options("c", "cmd", "u")
	for _, v := range append(a.values("c"), a.values("cmd")...) {
		inv.editorCommand(v)
	}
	for _, v := range a.values("V") { // a level and the file that its messages go to
		if f := strings.TrimLeft(v.text, "0123456789"); f != "" {
			inv.write(v.after(len(v.text) - len(f)))
		}
	}
	for _, v := range a.values("u") {
		if !v.is("NONE") && !v.is("NORC") && !v.is("DEFAULTS") {
			inv.codeFile(v, nil)
		}
	}
	files := a.operands
	if inv.name == "nvim" && inv.flag("l") && len(files) > 0 {
		inv.codeFile(files[0], files[1:])
		files = nil
	}
	if inv.flag("s") && !inv.flag("e", "E") && inv.name != "ex" && len(files) > 0 {
		inv.codeFile(files[0], nil) // keys that are typed
		inv.opaque(files[0].span, inv.title()+" types what a file says")
		files = files[1:]
	}
	for _, w := range files {
		if strings.Contains(w.text, "://") {
			inv.connect(w)
			continue
		}
		inv.read(w)
		if !inv.flag("R", "M") && inv.name != "view" {
			inv.write(w)
		}
	}
	if inv.stdin.set && (inv.flag("e", "s", "E") || inv.name == "ex") {
		inv.editorInput()
	}
}

// editorCommand is one command of vi. Moving, searching, saving and leaving
// are harmless; anything else is code.
func (inv *invocation) editorCommand(w word) {
	switch t := strings.TrimSpace(w.text); {
	case w.kind != known:
	case strings.Trim(t, "0123456789$") == "", t == "q", t == "q!", t == "qa", t == "qa!", t == "wq", t == "x", t == "w", t == "wqa", t == "wa", t == "xa",
		strings.HasPrefix(t, "/") && !strings.Contains(t, "|"), t == "%p", t == "syntax on", t == "set nu", t == "set number", t == "set list", t == "set paste", t == "noh", t == "help", t == "version":
		return
	case strings.HasPrefix(t, "%s/") && !strings.ContainsAny(t, "|\\\n"):
		return
	}
	inv.opaque(w.span, inv.title()+" runs a command of its own language")
}

// editorInput is for an editor that takes its commands from standard input.
func (inv *invocation) editorInput() {
	if inv.stdin.text.kind != known || !inv.a.reads(inv.stdin.text.text) {
		inv.opaque(inv.span, inv.title()+" runs what it reads on standard input")
		return
	}
	for _, line := range strings.Split(inv.stdin.text.text, "\n") {
		inv.editorCommand(lit(line, inv.span))
	}
}

func readEd(inv *invocation) {
	a := inv.parse()
	a.options()
	for _, w := range a.operands {
		if strings.HasPrefix(w.text, "!") {
			inv.inside(w.after(1))
			continue
		}
		inv.read(w)
		inv.write(w)
	}
	if !inv.stdin.set {
		return
	}
	if inv.stdin.text.kind != known || !inv.a.reads(inv.stdin.text.text) {
		inv.opaque(inv.span, "ed runs what it reads on standard input")
		return
	}
	for _, line := range strings.Split(inv.stdin.text.text, "\n") {
		line = strings.TrimLeft(line, "0123456789,.$%;+- ")
		if i := strings.IndexByte(line, '!'); i >= 0 && i < 4 {
			inv.inside(lit(line[i+1:], inv.span))
		}
		if f := strings.Fields(line); len(f) > 1 && len(f[0]) == 1 && strings.Contains("wWreEf", f[0]) {
			inv.write(lit(f[1], inv.span))
			inv.read(lit(f[1], inv.span))
		}
	}
}

// readLess reads pagers: a word that begins with + is a command.
func readLess(inv *invocation) {
	var words []word
	for _, w := range inv.args {
		cmd, ok := strings.CutPrefix(w.text, "+")
		if !ok {
			words = append(words, w)
			continue
		}
		cmd = strings.TrimPrefix(cmd, "+")
		if w.kind == unknown || strings.Trim(cmd, "0123456789FGgp%") != "" && !strings.HasPrefix(cmd, "/") && !strings.HasPrefix(cmd, "?") {
			inv.unknown(w.span, inv.title()+" runs a command that it is given (+)")
		}
	}
	args := inv.args
	inv.args = words
	a := inv.parse()
	inv.args = args
	a.options()
	for _, w := range a.operands {
		inv.read(w)
	}
}

// readScreen reads programs that fill the screen. Each has a language of its own,
// so that a command line among their words is one, and a word behind "+" that is
// no place in a file.
func readScreen(inv *invocation) {
	inv.applySpec(builtinSpec(inv.name))
	runs := func(w word) { inv.opaque(w.span, inv.title()+" runs a command that it is given") }
	for _, w := range inv.reparse().operands {
		if place, plus := strings.CutPrefix(w.text, "+"); w.starts("!") || plus && strings.Trim(place, "0123456789:,") != "" {
			runs(w)
		}
	}
	for _, w := range inv.args {
		if _, v, glued := w.cut("="); inv.a.commandLine(w) || glued && w.starts("-") && inv.a.commandLine(v) {
			runs(w)
		}
	}
}

// sqlRisks are parts of SQL by which a server reads or writes files or starts
// programs.
var sqlRisks = []string{"readfile", "writefile", "load_extension", "edit(", "attach", "fts3_tokenizer", "into outfile", "into dumpfile", "load_file", "load data", "program", "pg_read", "pg_ls", "lo_import", "lo_export",
	"copy ", "system", "source ", "read_csv", "read_parquet", "read_text", "read_blob", "read_json", "install ", "create function", "dblink", "vacuum into", "fsdir", "lsdir", "zipfile", "delegate", "sys_exec", "xp_cmdshell"}

// sqlFiles are names of files and addresses that stand for tables.
var sqlFiles = regexp.MustCompile(`(?i)\b(?:from|join|describe|summarize)\s+['"]([^'"]+)['"]`)

// sql judges text for a database: commands of the client, and functions that
// reach files.
func (inv *invocation) sql(w word, escape string) {
	if w.kind == unknown {
		inv.unknown(w.span, "what "+inv.title()+" runs is not known: "+w.reason)
		return
	}
	if !inv.a.reads(w.text) {
		return
	}
	if inv.name == "duckdb" && inv.a.reads(w.text) {
		for _, m := range sqlFiles.FindAllStringSubmatch(w.text, -1) {
			inv.urlOrFile(lit(m[1], w.span))
		}
	}
	if escape == "." {
		w = inv.sqliteFiles(w)
	}
	text := strings.ToLower(w.text)
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if escape != "" && strings.HasPrefix(line, escape) && !harmlessMeta(line[len(escape):]) || escape == `\` && strings.Contains(line, `\!`) {
			inv.opaque(w.span, "a command of "+inv.title()+" may run programs or reach files")
			return
		}
	}
	for _, r := range sqlRisks {
		if strings.Contains(text, r) {
			inv.opaque(w.span, "SQL that may reach files or run programs ("+strings.TrimRight(r, " (")+")")
			return
		}
	}
}

// sqliteMeta is a command of SQLite's client that reads or writes one file which it
// names in full, and sqlInto and sqlAttach are such statements.
var (
	sqliteMeta = regexp.MustCompile(`^[.](import|backup|save|restore|clone|output|once) +(?:--csv +)?(?:--skip [0-9]+ +)?(['"]?)([A-Za-z0-9_./][A-Za-z0-9_./-]*)(['"]?)( +[A-Za-z0-9_]+)? *$`)
	sqlInto    = regexp.MustCompile(`(?i)\bvacuum\s+(?:main\s+)?into\s+'([A-Za-z0-9_./-]+)'\s*(;|$)`)
	sqlAttach  = regexp.MustCompile(`(?i)\battach\s+(?:database\s+)?'([A-Za-z0-9_./-]+)'\s+as\s+[a-z0-9_]+\s*(;|$)`)
)

// sqliteFiles sees to the files that commands of SQLite name, and returns the rest.
func (inv *invocation) sqliteFiles(w word) word {
	changes := func(file string) {
		f := lit(file, w.span)
		inv.write(f)
		inv.a.noteWritten(inv.dir, f)
	}
	var rest []string
	for _, line := range strings.Split(w.text, "\n") {
		m := sqliteMeta.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil || m[2] != m[4] || (m[5] != "") != (m[1] == "import") {
			rest = append(rest, line)
			continue
		}
		switch m[1] {
		case "import", "restore":
			inv.read(lit(m[3], w.span))
		default:
			changes(m[3])
		}
	}
	w.text = strings.Join(rest, "\n")
	for _, m := range sqlInto.FindAllStringSubmatch(w.text, -1) {
		changes(m[1])
	}
	for _, m := range sqlAttach.FindAllStringSubmatch(w.text, -1) {
		inv.read(lit(m[1], w.span))
		changes(m[1])
	}
	w.text = sqlAttach.ReplaceAllString(sqlInto.ReplaceAllString(w.text, ";"), ";")
	return w
}

// harmlessMeta reports whether a command of a client looks around.
func harmlessMeta(line string) bool {
	word, _, _ := strings.Cut(line, " ")
	switch strings.TrimRight(word, ";+") {
	case "tables", "schema", "fullschema", "headers", "header", "mode", "quit", "exit", "indexes", "indices", "databases", "show", "timer", "width", "dbinfo", "nullvalue", "separator", "help", "stats", "changes", "eqp", "explain", "dump", "sha3sum", "lint",
		"d", "dt", "dn", "du", "l", "q", "di", "dv", "df", "conninfo", "x", "timing", "z", "ds", "dp", "encoding", "pset":
		return true
	}
	return false
}

// sqlInput judges what a client reads on standard input.
func (inv *invocation) sqlInput(escape string) {
	s := inv.stdin
	switch {
	case !s.set:
	case s.text.kind == known:
		inv.sql(lit(s.text.text, inv.span), escape)
	default:
		inv.opaque(inv.span, inv.title()+" runs what it reads on standard input")
	}
}

func readSQLite(inv *invocation) {
	if i := slices.IndexFunc(inv.args, func(w word) bool { return w.starts("-A") || w.starts("-archive") }); i >= 0 && inv.name == "sqlite3" {
		inv.sqlArchive(inv.args[i:])
		inv.args = inv.args[:i]
	}
	a := inv.arguments(sqliteSpec)
	a.options("cmd", "c", "s", "init")
	for _, v := range a.values("init") {
		inv.sqlFile(v, ".")
	}
	for _, v := range slices.Concat(a.values("cmd"), a.values("c"), a.values("s")) {
		inv.sql(v, ".")
	}
	for i, w := range a.operands {
		if i > 0 {
			inv.sql(w, ".")
			continue
		}
		if strings.Contains(w.text, "://") {
			inv.connect(w)
			continue
		}
		if w.is(":memory:") || w.kind == known && strings.HasPrefix(w.text, "|") {
			continue
		}
		if rest, ok := strings.CutPrefix(w.text, "file:"); ok {
			w = w.after(len(w.text) - len(rest))
			w.text, _, _ = strings.Cut(w.text, "?")
		}
		inv.read(w)
		if !inv.flag("readonly") {
			inv.write(w)
		}
	}
	if len(a.operands) < 2 && !inv.flag("version", "help") {
		inv.sqlInput(".")
	}
}

// sqlArchive reads the words of sqlite3 -A, which are much like those of tar.
func (inv *invocation) sqlArchive(words []word) {
	dir, unpacks := inv.here(), false
	inv.recursive = true
	for i := 0; i < len(words); i++ {
		w := words[i]
		option := w.starts("-")
		unpacks = unpacks || w.is("--extract") || option && !w.starts("--") && strings.Contains(w.text, "x")
		switch {
		case (w.is("-C") || w.is("--directory")) && i+1 < len(words):
			i++
			dir = words[i]
		case w.starts("--directory="):
			_, dir, _ = w.cut("=")
		case (w.is("-f") || w.is("--file")) && i+1 < len(words):
			i++
			inv.write(words[i])
		case !option:
			inv.anyWord(w)
		}
	}
	if unpacks {
		inv.write(dir)
		inv.unknown(words[0].span, "an archive may name files anywhere")
	}
	inv.recursive = false
}

var sqliteSpec = compile(oneDash("write data...", "read: init", "data: cmd c s separator nullvalue newline vfs maxsize mmap", "flag: header noheader csv json column line list html batch readonly bail echo interactive safe table markdown box quote version help"))

func readPsql(inv *invocation) {
	a := inv.parse()
	a.options("command", "host", "file")
	for _, v := range a.values("command") {
		inv.sql(v, `\`)
	}
	for _, v := range a.values("file") {
		inv.read(v)
		inv.sqlFile(v, `\`)
	}
	inv.databaseHost(a)
	for _, w := range a.operands {
		if strings.Contains(w.text, "://") {
			inv.connect(w)
		}
	}
	if !inv.flag("command", "file", "list", "version", "help") {
		inv.sqlInput(`\`)
	}
}

// sqlFile judges a file of SQL.
func (inv *invocation) sqlFile(w word, escape string) {
	if content, ok := inv.content(w); ok {
		inv.sql(lit(content, w.span), escape)
		return
	}
	inv.codeFile(w, nil)
}

func (inv *invocation) databaseHost(a *arguments) {
	for _, h := range a.values("host") {
		if !localHosts[h.text] && !strings.HasPrefix(h.text, "/") {
			inv.connect(h)
		}
	}
}

// readPostgres reads the tools of PostgreSQL, to which a database may be an
// address or settings with a host among them.
func readPostgres(inv *invocation) {
	a := inv.parse()
	a.options("host")
	inv.databaseHost(a)
	a.operandRoles()
	for _, w := range append(a.values("dbname"), a.operands...) {
		if strings.Contains(w.text, "://") {
			inv.connect(w)
			continue
		}
		for _, setting := range strings.Fields(w.text) {
			if host, ok := strings.CutPrefix(setting, "host="); ok && !localHosts[host] && !strings.HasPrefix(host, "/") {
				inv.connect(lit(host, w.span))
			}
		}
	}
}

// localHosts are names of this machine.
var localHosts = wordSet("localhost 127.0.0.1 ::1")

func readMySQL(inv *invocation) {
	a := inv.parse()
	a.options("execute", "host")
	for _, v := range a.values("execute") {
		inv.sql(v, `\`)
	}
	inv.databaseHost(a)
	if !inv.flag("execute", "version", "help") {
		inv.sqlInput(`\`)
	}
}

// readCalculator reads dc, in which "!" runs a command.
func readCalculator(inv *invocation) {
	a := inv.parse()
	a.options()
	texts := a.values("expression")
	if len(texts) == 0 && len(a.operands) == 0 && inv.stdin.set {
		texts = append(texts, inv.stdin.text.word(inv.span))
	}
	for _, f := range append(a.values("file"), a.operands...) {
		inv.read(f)
		if content, ok := inv.content(f); ok {
			texts = append(texts, lit(content, f.span))
		}
	}
	for _, t := range texts {
		if t.kind != known || strings.Contains(t.text, "!") {
			inv.unknown(t.span, "dc may run a command")
		}
	}
}

// readPatch reads patch: the files that it changes are named where they are
// operands, else in the patch.
func readPatch(inv *invocation) {
	a := inv.parse()
	a.options()
	a.meaning()
	inv.takesBackWork(a)
	if len(a.operands) == 0 && !inv.flag("output", "dry-run") && len(a.values("directory")) > 0 {
		inv.touch(guard.KindWrite, inv.here(), true)
	}
}
