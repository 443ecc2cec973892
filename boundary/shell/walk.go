package shell

import (
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/runtimeguard/runtimeguard/guard"
)

// walker interprets one text for one shell process. A subshell gets a copy.
type walker struct {
	a     *analysis
	u     *unit
	stdin stream   // what commands read unless they are redirected
	out   *capture // where their output goes, if anyone looks
	cond  int      // conditions around, in which a failure doesn't end a set -e shell
	async int      // pipes and backgrounds around
	depth int
	proc  *process
	calls []*syntax.Stmt // function bodies being walked
	outer []*locals      // the local variables of their callers
	front []front        // assignments in front of the commands being walked
	alias []string       // aliases being walked
	loops *loop          // the innermost one
	rets  *worlds        // states at return; nil outside a function and a sourced file
	anew  *bool          // whether a sourced file sets the parameters that it was given
	begun int            // how many of front were there when that began
}

// process is what belongs to one shell process: its traps and the states in
// which it may end.
type process struct {
	traps   []trapped
	exits   worlds // states in which exit ends the shell
	errors  worlds // states in which an error may
	aborts  worlds // states in which an error may end the line of the text
	anytime bool   // a trap may run at any statement
	caught  int    // commands around that an error ends instead of the shell
}

// trapped is the text of a trap. anytime says that not only the end of the
// process makes it run.
type trapped struct {
	text    word
	anytime bool
}

// capture collects what commands write.
type capture struct {
	parts []stream
	mixed bool // not everything is written on every way

	partial bool // a command may not be run, as a redirection may fail
}

func (c *capture) add(s stream) {
	if c != nil && len(c.parts) < 256 {
		c.parts = append(c.parts, s)
	}
}

func (c *capture) mix() {
	if c != nil {
		c.mixed = true
	}
}

// miss notes that a part of the output may be missing.
func (c *capture) miss() {
	if c != nil {
		c.partial = true
	}
}

// same reports whether the same was written.
func (c *capture) same(o *capture) bool {
	return o != nil && c.mixed == o.mixed && c.partial == o.partial &&
		slices.EqualFunc(c.parts, o.parts, func(a, b stream) bool {
			return a.text == b.text && a.names == nil && b.names == nil && a.file == nil && b.file == nil && a.size == b.size
		})
}

// join adds what was written to another.
func (c *capture) join(o *capture) {
	if c == nil || o == nil {
		return
	}
	c.mixed, c.partial = c.mixed || o.mixed, c.partial || o.partial
	for _, p := range o.parts {
		c.add(p)
	}
}

// stream is all that was written.
func (c *capture) stream() stream {
	s := c.whole()
	if !c.partial {
		return s
	}
	switch t := s.text; {
	case t.kind == pattern && strings.Trim(t.text, "*") == "":
		s.text = t.orNone()
	case t.kind == known && t.text != "" || t.kind == pattern:
		return opaqueStream("the output depends on the way taken")
	}
	return s
}

// alternatives is what was written on one way or another, where each part is of
// the kind that programs print about versions and numbers: some of them.
func (c *capture) alternatives() stream {
	all := number()
	for _, p := range c.parts {
		v := p.text
		switch {
		case p.names != nil, p.file != nil, p.size != 0:
			return opaqueStream("the output depends on the way taken")
		case v.kind == pattern && (v.text == "*" || v.text == "**"):
			all.num = all.num && v.num
		case v.kind == known && isNumber(strings.TrimSpace(v.text)):
		case v.kind == known && version.MatchString(v.text):
			all.num = false
		default:
			return opaqueStream("the output depends on the way taken")
		}
		if v.text == "**" {
			all.text = "**"
		}
	}
	return textStream(all.orNone()).several()
}

// version fits what stands for a version that isn't known.
var version = regexp.MustCompile(`^(v?[0-9]+([.][0-9]+)*(-[a-z0-9.]+)?|unknown|none|dev|main|master|HEAD|latest|local)\n?$`)

func (c *capture) whole() stream {
	switch {
	case len(c.parts) >= 256:
		return opaqueStream("the output depends on the way taken")
	case c.mixed:
		return c.alternatives()
	case len(c.parts) == 0:
		return textStream(text(""))
	case len(c.parts) == 1:
		return c.parts[0]
	}
	var b strings.Builder
	out := stream{set: true}
	for _, p := range c.parts {
		out.names = append(out.names, p.names...)
		out.dir, out.ends = p.dir, p.ends
		if p.text.kind != known {
			out.text = p.text
		}
		b.WriteString(p.text.text)
	}
	if out.text.kind == known {
		return textStream(text(b.String()))
	}
	if out.text.kind == pattern {
		return opaqueStream("the output of several commands is not known")
	}
	for _, p := range c.parts {
		if p.names == nil || p.ends != out.ends {
			return stream{set: true, text: out.text}
		}
	}
	return out
}

// sub is the walker of a subshell.
func (w *walker) sub() *walker {
	c := w.a.rooms.subshells.new()
	c.walker = *w
	c.walker.proc, c.walker.loops = &c.proc, &c.loops
	if w.rets != nil {
		c.walker.rets = &c.rets
	}
	for _, t := range w.proc.traps { // of some, set -E and -T give it a copy
		if t.anytime {
			c.proc.traps, c.proc.anytime = append(c.proc.traps, t), true
		}
	}
	return &c.walker
}

// subshell is what walks a subshell.
type subshell struct {
	walker walker
	proc   process
	loops  loop
	rets   worlds
}

// finish walks the traps of a process that ends in these states: those of its end,
// and in the states that they go through the others.
func (w *walker) finish(ws worlds) {
	if ws = ws.add(w.proc.exits).add(w.proc.errors).add(w.proc.aborts); w.rets != nil { // a subshell that returns from its function
		ws = ws.add(*w.rets)
	}
	traps := w.proc.traps
	*w.proc = process{anytime: w.proc.anytime}
	for _, t := range traps {
		if t.anytime {
			w.proc.traps = append(w.proc.traps, t)
		}
	}
	last := ws
	for _, t := range traps {
		for _, st := range ws {
			if !t.anytime {
				last = last.add(w.nested(t.text, st).all())
			}
		}
	}
	last = last.add(w.proc.exits).add(w.proc.errors).add(w.proc.aborts)
	traps = w.proc.traps
	*w.proc = process{anytime: w.proc.anytime}
	for _, t := range traps {
		for _, st := range last {
			if t.anytime {
				w.runTrap(t.text, st)
			}
		}
	}
}

// list walks statements in turn.
func (w *walker) list(stmts []*syntax.Stmt, in worlds) flow {
	f := both(in)
	for _, s := range stmts {
		cur := f.all()
		if len(cur) == 0 {
			return flow{}
		}
		if w.a.exhausted() {
			return f
		}
		f = w.stmt(s, cur)
	}
	return f
}

// lines walks the statements of a text. An error in an expansion ends what
// stands on its line, however deep, and the shell goes on with the next one.
func (w *walker) lines(stmts []*syntax.Stmt, in worlds) flow {
	around := w.proc.aborts
	w.proc.aborts = nil
	var aborts, stopped worlds
	f, line, begun := both(in), uint(0), in
	for _, s := range stmts {
		if s.Pos().Line() > line && len(w.proc.aborts) > 0 {
			f.fail, aborts = f.fail.add(w.proc.aborts), aborts.add(w.proc.aborts)
			w.proc.aborts = nil
		}
		if s.Pos().Line() > line {
			begun = f.all()
		}
		if w.mayNotParse(s, begun) {
			stopped = stopped.add(begun)
		}
		line = s.End().Line()
		f = w.stmt(s, f.all())
	}
	f.fail, aborts = f.fail.add(w.proc.aborts), aborts.add(w.proc.aborts)
	f.fail = f.fail.add(stopped)
	if len(w.alias) > 0 { // the text of an alias is a part of the line
		around = around.add(aborts)
	}
	w.proc.aborts = around
	return f
}

// mayNotParse reports whether a statement holds an extended pattern that is an
// error where the option extglob is off: the text ends before it.
func (w *walker) mayNotParse(s *syntax.Stmt, in worlds) bool {
	if !w.u.extended || !slices.ContainsFunc(in, func(st *state) bool { return st.opts&optExtglob == 0 }) {
		return false
	}
	if !holdsExtended(s) {
		return false
	}
	syntax.Walk(s, func(n syntax.Node) bool {
		if l, ok := n.(*syntax.ArrayExpr); ok && holdsExtended(l) {
			w.a.unknown(w.u.at(l), "a list with an extended pattern is an error behind which the shell reads on, in shells that aren't told to read it", false)
		}
		return true
	})
	return true
}

// holdsExtended reports whether extended patterns stand in a node, but for
// those of [[ ]], which has them in any case.
func holdsExtended(n syntax.Node) bool {
	found := false
	syntax.Walk(n, func(n syntax.Node) bool {
		switch n.(type) {
		case *syntax.TestClause:
			return false
		case *syntax.ExtGlob:
			found = true
		}
		return !found
	})
	return found
}

// mayAbort notes a state in which an error may end the line. A POSIX shell
// ends.
func (w *walker) mayAbort(st *state) {
	if w.u.posix {
		w.mayExit(worlds{st})
		return
	}
	w.proc.aborts = w.proc.aborts.add(worlds{st})
}

// aborted walks something and puts right the states in which it may have been
// aborted.
func (w *walker) aborted(walk func() flow, right func(worlds) worlds) flow {
	before := w.proc.aborts
	w.proc.aborts = nil
	f := walk()
	if len(w.proc.aborts) > 0 {
		before = before.add(right(w.proc.aborts))
	}
	w.proc.aborts = before
	return f
}

func (w *walker) stmt(s *syntax.Stmt, in worlds) flow {
	if len(in) == 0 {
		return flow{}
	}
	w.depth++
	defer func() { w.depth-- }()
	if w.depth > 4*MaxDepth {
		w.a.limit("it is nested deeper than 64")
		return both(in)
	}
	if len(in) == 1 {
		if !w.begin(s) {
			return both(in)
		}
		return w.stmtIn(s, in)
	}
	var out flow
	written := w.out
	var first *capture
	for i := range in {
		if !w.begin(s) {
			return both(in)
		}
		c := &capture{}
		if w.out = c; written == nil {
			w.out = nil
		}
		out = out.add(w.stmtIn(s, in[i:i+1:i+1]))
		switch {
		case w.out != c: // exec redirected it, in one state at least
			written.mix()
		case i == 0:
			first = c
		case !c.same(first):
			written.mix()
		}
	}
	w.out = written
	w.out.join(first)
	return out
}

// begin counts the work of a statement, which grows with the text that isn't that
// of other statements.
func (w *walker) begin(s *syntax.Stmt) bool {
	size := 0
	for _, r := range s.Redirs {
		if r.Hdoc != nil {
			size += extentOf(r.Hdoc)
		}
	}
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr, *syntax.DeclClause, *syntax.ArithmCmd, *syntax.TestClause, *syntax.LetClause:
		size += extentOf(c)
	case *syntax.ForClause:
		size += extentOf(c.Loop)
	case *syntax.CaseClause:
		size += extentOf(c.Word)
		for _, it := range c.Items {
			for _, p := range it.Patterns {
				size += extentOf(p)
			}
		}
	}
	return w.a.step() && w.a.spend(size/bytesAgain)
}

func extentOf(n syntax.Node) int { return int(n.End().Offset()) - int(n.Pos().Offset()) }

// stmtIn walks a statement in one state.
func (w *walker) stmtIn(s *syntax.Stmt, in worlds) flow {
	if in.any()&optExits != 0 || w.proc.anytime {
		w.mayExit(in)
	}
	if s.Coprocess || s.Disown {
		w.a.unknown(w.u.at(s), "a kind of statement that is not known", false)
	}
	if s.Background {
		b := *s
		b.Background = false
		c := w.sub()
		c.async++
		w.a.beside++
		c.finish(c.stmtIn(&b, in).all())
		w.a.beside--
		return both(in)
	}
	if s.Negated {
		w.cond++
		defer func() { w.cond-- }()
	}
	f := w.redirected(s, in)
	if s.Negated {
		f.ok, f.fail = f.fail, f.ok
	}
	return f
}

// mayExit notes states in which an error may end the shell before its text does,
// for its traps, or for what goes on.
func (w *walker) mayExit(ws worlds) {
	if len(w.proc.traps) > 0 || w.proc.caught > 0 {
		w.proc.errors = w.proc.errors.add(ws)
	}
}

// redirected applies the redirections of a statement and walks its command.
func (w *walker) redirected(s *syntax.Stmt, in worlds) flow {
	if len(s.Redirs) == 0 {
		return w.command(s.Cmd, in, in[0])
	}
	stdin, out := w.stdin, w.out
	if !isExec(s.Cmd) && slices.ContainsFunc(s.Redirs, func(r *syntax.Redirect) bool { return mayFail(r) && !toOutput(r) }) {
		w.out.miss()
	}
	var f flow
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		f = w.call(c, s.Redirs, in, in[0])
	case *syntax.DeclClause:
		f = w.declare(c, s.Redirs, in, in[0])
	default:
		st, failed := w.redirects(s.Redirs, in[0])
		f = w.command(s.Cmd, back(in, st), st)
		f.fail = f.fail.add(failed)
		if _, ok := c.(*syntax.Subshell); ok { // it is what redirects
			f = both(in)
		}
	}
	if !isExec(s.Cmd) {
		w.stdin, w.out = stdin, out
	}
	return f
}

// redirects applies redirections in turn: those of a simple command come after
// its words, those of a compound one before it. Where one fails, the command
// isn't run and failed is what is left.
func (w *walker) redirects(rs []*syntax.Redirect, st *state) (after *state, failed worlds) {
	for _, r := range rs {
		before := st
		if st = w.redirect(r, st); !mayFail(r) {
			continue
		}
		if failed = failed.add(worlds{st}); r.N != nil && strings.HasPrefix(r.N.Value, "{") {
			failed = failed.add(worlds{before})
		}
	}
	return st, failed
}

// mayFail reports whether a redirection may fail: all but that from a process
// substitution of commands.
func mayFail(r *syntax.Redirect) bool {
	if r.Op != syntax.RdrIn || r.N != nil || len(r.Word.Parts) != 1 {
		return true
	}
	p, ok := r.Word.Parts[0].(*syntax.ProcSubst)
	return !ok || len(p.Stmts) == 0
}

// toOutput reports whether a redirection goes to what is open from the start.
func toOutput(r *syntax.Redirect) bool {
	name := r.Word.Lit()
	return r.Hdoc != nil || r.Op == syntax.WordHdoc || r.Op == syntax.DplOut && (name == "1" || name == "2") || name == "/dev/null"
}

// isExec reports whether a command is exec without a program, whose
// redirections stay.
func isExec(c syntax.Command) bool {
	call, ok := c.(*syntax.CallExpr)
	return ok && len(call.Args) > 0 && strings.TrimLeft(call.Args[0].Lit(), `\`) == "exec"
}

// back is the world of a state: in itself where that is its only one.
func back(in worlds, st *state) worlds {
	if len(in) == 1 && in[0] == st {
		return in
	}
	return worlds{st}
}

func (w *walker) command(cmd syntax.Command, in worlds, st *state) flow {
	switch c := cmd.(type) {
	case nil:
		return both(in)
	case *syntax.CallExpr:
		return w.call(c, nil, in, st)
	case *syntax.Block:
		return w.list(c.Stmts, in)
	case *syntax.Subshell:
		s := w.sub()
		s.finish(s.list(c.Stmts, in).all())
		return both(in)
	case *syntax.BinaryCmd:
		return w.binary(c, in)
	case *syntax.IfClause:
		w.out.mix()
		return w.ifClause(c, in)
	case *syntax.WhileClause:
		w.out.mix()
		return w.while(c, in)
	case *syntax.ForClause:
		return w.forClause(c, in, st)
	case *syntax.CaseClause:
		w.out.mix()
		return w.caseClause(c, in, st)
	case *syntax.FuncDecl:
		n := st.copy()
		if c.Name == nil {
			w.a.unknown(w.u.at(c), "a function without a name", false)
			return both(in)
		}
		n.funcs = st.funcs.with(c.Name.Value, &function{name: c.Name.Value, bodies: []body{{c.Body, w.u}}})
		if st.opts&optAllexport != 0 && !w.u.posix {
			w.a.unknown(w.u.at(c), exportedFunction, false)
		}
		if c.Name.Value == "command_not_found_handle" { // Bash calls it by itself
			w.handler(n, body{c.Body, w.u})
		}
		return both(worlds{n})
	case *syntax.ArithmCmd:
		x := expansion{w, st}
		x.expression(c.X)
		return both(back(in, x.st))
	case *syntax.TestClause:
		x := expansion{w, st}
		x.test(c.X)
		return both(back(in, x.st))
	case *syntax.DeclClause:
		return w.declare(c, nil, in, st)
	case *syntax.LetClause:
		x := expansion{w, st}
		for _, e := range c.Exprs {
			x.expression(e)
		}
		if st.opts&(optNullglob|optFailglob) != 0 && isGlob(w.u.textOf(c)) { // to let, they are words
			w.mayAbort(st)
			x.st = either(st, x.st, "it depends on which files the words of let match")
		}
		return both(back(in, x.st))
	case *syntax.TimeClause:
		if c.Stmt == nil {
			return both(in)
		}
		return w.stmt(c.Stmt, in)
	case *syntax.CoprocClause:
		w.coproc(c, st)
		n := st.copy()
		for _, name := range coprocNames(c) {
			if old, _ := st.lookup(name); old.nameref || old.readonly {
				w.a.unknown(w.u.at(c), "a coprocess is named by a reference, or by a variable that may not be changed", false)
			}
			n.put(name, variable{value: unknownValue("a descriptor or the number of a coprocess")})
		}
		return both(worlds{n})
	}
	w.a.unknown(w.u.at(cmd), "a kind of command that is not known", false)
	return both(in)
}

// handler walks the function that Bash calls for a program it can't find.
func (w *walker) handler(st *state, b body) {
	c := w.sub()
	args := []word{{kind: unknown, reason: "the words of a command that is not found", split: true}}
	c.function("command_not_found_handle", b, args, worlds{st}, st)
}

// coprocNames are the variables that a coprocess sets.
func coprocNames(c *syntax.CoprocClause) []string {
	names := []string{"COPROC", "COPROC_PID"}
	if c.Name != nil && isName(c.Name.Lit()) {
		names = append(names, c.Name.Lit(), c.Name.Lit()+"_PID")
	}
	return names
}

// coproc walks a coprocess. Without a compound command the parser takes its
// first word for a name where Bash takes it for the program.
func (w *walker) coproc(c *syntax.CoprocClause, st *state) {
	s := w.sub()
	s.async++
	w.a.beside++
	defer func() { w.a.beside-- }()
	s.stdin = opaqueStream("what reaches a coprocess is not known")
	s.out = nil
	if c.Stmt != nil {
		s.finish(s.stmt(c.Stmt, worlds{st}).all())
	}
	x := expansion{s, st}
	if c.Stmt != nil && compound(c.Stmt.Cmd) {
		if c.Name != nil && c.Name.Lit() == "" {
			x.one(c.Name)
			w.a.unknown(w.u.at(c.Name), "the name of a coprocess is worked out", false)
		}
		return
	}
	var words []word
	if c.Name != nil {
		words = x.fields([]*syntax.Word{c.Name})
	}
	if c.Stmt != nil {
		if call, ok := c.Stmt.Cmd.(*syntax.CallExpr); ok {
			assigns := call.Assigns
			for _, arg := range call.Args {
				for len(assigns) > 0 && assigns[0].Pos().Offset() < arg.Pos().Offset() {
					words, assigns = append(words, x.assignWord(assigns[0])), assigns[1:]
				}
				words = x.field(words, arg, argument)
			}
			for _, as := range assigns {
				words = append(words, x.assignWord(as))
			}
		}
		for _, r := range c.Stmt.Redirs {
			x.st = s.redirect(r, x.st)
		}
	}
	if len(words) > 0 {
		s.run(words, worlds{x.st}, x.st, w.u.at(c))
	}
	if len(words) > 0 && (isNumber(words[0].text) || words[0].starts("{")) {
		w.a.unknown(w.u.at(c), "a coprocess with a redirection in front is read differently by shells", false)
	}
	for len(words) > 1 { // what looks like an assignment is one if it isn't quoted
		name, v, ok := words[0].cut("=")
		if !ok || !isName(name) {
			return
		}
		x.st = s.assignVar(x.st, name, v.value(), words[0].span, true)
		words = words[1:]
		s.run(words, worlds{x.st}, x.st, w.u.at(c))
	}
}

// assignWord is an assignment as the word that it is behind a program.
func (x *expansion) assignWord(as *syntax.Assign) word {
	v := x.one(as.Value)
	if v.kind != known || as.Value != nil && hasBrace(as.Value) || as.Append || as.Array != nil || as.Index != nil {
		return word{kind: unknown, reason: "a word that looks like an assignment", split: true, span: x.w.u.at(as)}
	}
	v.text = as.Name.Value + "=" + v.text
	return v
}

func compound(c syntax.Command) bool {
	switch c.(type) {
	case nil, *syntax.CallExpr:
		return false
	}
	return true
}

func (w *walker) binary(c *syntax.BinaryCmd, in worlds) flow {
	switch c.Op {
	case syntax.AndStmt, syntax.OrStmt:
		w.cond++
		f := w.stmt(c.X, in)
		w.cond--
		w.out.mix()
		if c.Op == syntax.AndStmt {
			g := w.stmt(c.Y, f.ok)
			return flow{g.ok, f.fail.add(g.fail)}
		}
		g := w.stmt(c.Y, f.fail)
		return flow{f.ok.add(g.ok), g.fail}
	case syntax.Pipe, syntax.PipeAll:
		return w.pipe(c, in)
	}
	w.a.unknown(w.u.at(c), "an operator that is not known", false)
	return both(in)
}

// pipe walks both sides as subshells; the second reads what the first writes.
func (w *walker) pipe(c *syntax.BinaryCmd, in worlds) flow {
	w.a.beside++
	defer func() { w.a.beside-- }()
	x := w.sub()
	x.async++
	written := &capture{}
	x.out = written
	x.finish(x.stmt(c.X, in).all())
	if c.Op == syntax.PipeAll {
		written.add(opaqueStream("what commands write as errors is not known"))
	}
	y := w.sub()
	y.async++
	y.stdin = written.stream()
	if len(in) > 1 && y.stdin.text.kind == known && y.stdin.names == nil {
		y.stdin = opaqueStream("the output depends on the way taken")
	}
	f := y.stmt(c.Y, in)
	y.finish(f.all())
	if in.any()&optLastpipe != 0 {
		return flow{in.add(f.ok), in.add(f.fail)}
	}
	return both(in)
}

func (w *walker) ifClause(c *syntax.IfClause, in worlds) flow {
	if c.ThenPos.IsValid() || len(c.Cond) > 0 {
		w.cond++
		f := w.list(c.Cond, in)
		w.cond--
		g := w.list(c.Then, f.ok)
		if c.Else == nil {
			g.ok = g.ok.add(f.fail)
			return g
		}
		return g.add(w.ifClause(c.Else, f.fail))
	}
	return w.list(c.Then, in) // else
}

func (w *walker) while(c *syntax.WhileClause, in worlds) flow {
	l := &loop{around: w.loops, calls: len(w.calls), front: len(w.front)}
	w.loops = l
	var ends worlds
	after := w.repeat(in, c, func(in worlds) worlds {
		w.cond++
		f := w.list(c.Cond, in)
		w.cond--
		if c.Until {
			f.ok, f.fail = f.fail, f.ok
		}
		ends = ends.add(f.fail)
		return w.list(c.Do, f.ok).all().add(l.jumps)
	})
	w.loops = l.around
	return both(after.add(ends).add(l.jumps))
}

// loop is a loop being walked.
type loop struct {
	jumps  worlds // states at break and continue
	around *loop
	calls  int // functions around
	front  int // assignments in front of commands around
}

// maxRounds bounds the walks of a loop's body; each makes at least one more
// thing unknown, so it is not reached by ordinary loops.
const maxRounds = 6

// repeat walks a body any number of times: once as it is, then with what it
// changes made unknown, until nothing more changes. It returns the states
// before and after any round.
func (w *walker) repeat(in worlds, n syntax.Node, round func(worlds) worlds) worlds {
	w.a.beside++
	defer func() { w.a.beside-- }()
	out, all := round(in), in
	for i := 0; ; i++ {
		next := all.add(out)
		if len(next) == len(all) && (len(next) == 0 || next[0] == all[0]) {
			return all
		}
		wide := next.narrowed("it changes in a loop")
		if i > 0 && slices.EqualFunc(wide, all, (*state).sameAs) {
			return all
		}
		if i == maxRounds {
			w.a.unknown(w.u.at(n), "a loop changes too much to be followed", false)
			return wide
		}
		all = wide
		out = round(all)
	}
}

// sameAs reports whether two states know the same.
func (st *state) sameAs(o *state) bool {
	if st.equal(o) {
		return true
	}
	a, b := *st, *o
	a.vars, b.vars = nil, nil
	if !a.equal(&b) {
		return false
	}
	for _, name := range differing(st.vars, o.vars) {
		v, vok := st.lookup(name)
		u, uok := o.lookup(name)
		if vok != uok || !v.same(u) {
			return false
		}
	}
	return true
}

// maxItems is how many words of a loop are walked one by one.
const maxItems = 128

func (w *walker) forClause(c *syntax.ForClause, in worlds, st *state) flow {
	loop := &loop{around: w.loops, calls: len(w.calls), front: len(w.front)}
	w.loops = loop
	defer func() { w.loops = loop.around }()
	if l, ok := c.Loop.(*syntax.CStyleLoop); ok {
		w.out.mix()
		x := expansion{w, st}
		x.expression(l.Init)
		var ends worlds
		after := w.repeat(back(in, x.st), c, func(in worlds) worlds {
			in = w.eachState(in, func(x *expansion) { x.expression(l.Cond) })
			ends = ends.add(in)
			in = w.list(c.Do, in).all().add(loop.jumps)
			return w.eachState(in, func(x *expansion) { x.expression(l.Post) })
		})
		return both(after.add(ends).add(loop.jumps))
	}
	l, ok := c.Loop.(*syntax.WordIter)
	if !ok {
		w.a.unknown(w.u.at(c), "a kind of loop that is not known", false)
		return both(in)
	}
	x := expansion{w, st}
	items := x.fields(l.Items)
	if !l.InPos.IsValid() {
		items = x.params(w.u.at(l))
	}
	in = back(in, x.st)
	name := l.Name.Value
	span := w.u.at(l.Name)
	if c.Select { // it is nothing where the answer isn't one of the numbers
		items = append(slices.Clip(items), lit("", span))
		in = w.bind(in, "REPLY", word{kind: unknown, reason: "what select reads is not known", span: span}, span)
	}
	if c.Select || len(items) > maxItems {
		bind := w.bind
		if c.Select {
			bind = w.assignEach
		}
		w.out.mix()
		after := w.repeat(in, c, func(in worlds) worlds {
			out := loop.jumps
			for _, it := range anyOf(items) {
				out = out.add(w.list(c.Do, bind(in, name, it, span)).all())
			}
			return out
		})
		return both(after.add(loop.jumps))
	}
	cur := in
	var failed worlds
	for i, it := range items {
		if w.a.exhausted() {
			break
		}
		it.empty = it.empty && !it.split // none of several words is empty

		if (it.kind != known || !isName(it.text)) && refers(cur, name) { // Bash ends the loop with an error
			failed = failed.add(cur)
		}
		if i == 1 {
			w.a.again++
			defer func() { w.a.again-- }()
		}
		if it.kind == known {
			cur = w.list(c.Do, w.bind(cur, name, it, span)).all()
		} else {
			w.out.mix()
			cur = w.repeat(cur, c, func(in worlds) worlds {
				return w.list(c.Do, w.bind(in, name, it, span)).all().add(loop.jumps)
			})
		}
		cur = cur.add(loop.jumps)
	}
	return both(cur.add(failed))
}

// refers reports whether a variable is a reference in one of the states.
func refers(ws worlds, name string) bool {
	return slices.ContainsFunc(ws, func(st *state) bool {
		v, ok := st.lookup(name)
		return ok && v.nameref
	})
}

// anyOf makes a few words that stand for all of many.
func anyOf(items []word) []word {
	if len(items) <= 16 {
		return items
	}
	return []word{{kind: unknown, reason: "it is one of many words", span: items[0].span}}
}

// assignEach assigns to a variable in each of the states.
func (w *walker) assignEach(in worlds, name string, item word, span guard.Span) worlds {
	out := make(worlds, len(in))
	for i, st := range in {
		out[i] = w.assignVar(st, name, item.value(), span, false)
	}
	return out
}

// bind assigns a loop's variable.
func (w *walker) bind(in worlds, name string, item word, span guard.Span) worlds {
	out := make(worlds, len(in))
	for i, st := range in {
		if old, ok := st.lookup(name); ok && old.nameref { // Bash binds the reference anew
			w.nameOperand(item)
			old.value = item.value()
			out[i] = w.change(st, name, old)
			continue
		}
		out[i] = w.assignVar(st, name, item.value(), span, false)
	}
	return out
}

func (w *walker) eachState(in worlds, f func(x *expansion)) worlds {
	out := make(worlds, len(in))
	for i, st := range in {
		x := expansion{w, st}
		f(&x)
		out[i] = x.st
	}
	return out
}

// params are the positional parameters as words.
func (x *expansion) params(span guard.Span) []word {
	if x.st.lost != "" {
		return []word{{kind: unknown, reason: x.st.lost, split: true, span: span}}
	}
	if !x.w.a.spend(len(x.st.params)) {
		return nil
	}
	out := make([]word, len(x.st.params))
	for i, v := range x.st.params {
		out[i] = v.word(span)
	}
	return out
}

func (w *walker) caseClause(c *syntax.CaseClause, in worlds, st *state) flow {
	x := expansion{w, st}
	x.one(c.Word)
	in = back(in, x.st)
	for _, it := range c.Items {
		w.a.step()
		for _, p := range it.Patterns {
			if lit := p.Lit(); lit == "" || strings.ContainsAny(lit, "$`<>(){}[\\~") { // else nothing happens as it is expanded
				x.globOf(p, false)
				in = in.add(worlds{x.st}) // it isn't expanded if one before matches
			}
		}
	}
	var out flow
	if !slices.ContainsFunc(c.Items, matchesAll) {
		out = both(in)
	}
	through := worlds(nil)
	for _, it := range c.Items {
		f := w.list(it.Stmts, in.add(through))
		through = nil
		if it.Op != syntax.Break {
			through = f.all()
		}
		out = out.add(f)
	}
	return out
}

// matchesAll reports whether an arm of a case is taken where none before it is.
func matchesAll(it *syntax.CaseItem) bool {
	return slices.ContainsFunc(it.Patterns, func(p *syntax.Word) bool { return p.Lit() == "*" })
}

// test walks the expressions of [[ ]].
func (x *expansion) test(e syntax.TestExpr) {
	switch e := e.(type) {
	case *syntax.ParenTest:
		x.test(e.X)
	case *syntax.Word:
		x.one(e)
	case *syntax.UnaryTest:
		w, ok := e.X.(*syntax.Word)
		if !ok {
			x.test(e.X)
			return
		}
		v := x.one(w)
		if e.Op == syntax.TsVarSet || e.Op == syntax.TsRefVar {
			x.w.nameOperand(v)
		} else if fileTest(e.Op) {
			x.w.a.file(x.st, guard.KindList, x.st.dir, v, false)
		}
	case *syntax.BinaryTest:
		x.binaryTest(e)
	}
}

func fileTest(op syntax.UnTestOperator) bool {
	switch op {
	case syntax.TsEmpStr, syntax.TsNempStr, syntax.TsOptSet, syntax.TsNot, syntax.TsParen, syntax.TsFdTerm:
		return false
	}
	return true
}

func (x *expansion) binaryTest(e *syntax.BinaryTest) {
	l, lok := e.X.(*syntax.Word)
	r, rok := e.Y.(*syntax.Word)
	if !lok || !rok || e.Op == syntax.AndTest || e.Op == syntax.OrTest {
		x.test(e.X)
		before := x.st
		x.test(e.Y)
		x.st = either(before, x.st, "it depends on a test")
		return
	}
	switch e.Op {
	case syntax.TsEql, syntax.TsNeq, syntax.TsLeq, syntax.TsGeq, syntax.TsLss, syntax.TsGtr:
		x.evaluate(x.one(l).value(), l, 0)
		x.evaluate(x.one(r).value(), r, 0)
	case syntax.TsNewer, syntax.TsOlder, syntax.TsDevIno:
		x.w.a.file(x.st, guard.KindList, x.st.dir, x.one(l), false)
		x.w.a.file(x.st, guard.KindList, x.st.dir, x.one(r), false)
	default:
		x.one(l)
		x.globOf(r, true)
	}
}

// nameOperand takes a word that names a variable for a builtin: a subscript in
// it is evaluated, and it may be any variable if it isn't known.
func (w *walker) nameOperand(v word) {
	if v.kind != known || strings.ContainsAny(v.text, "[`$") {
		w.a.unknown(v.span, "a name of a variable may hold code", false)
	}
}

// substitute walks a command substitution and returns its text.
func (x *expansion) substitute(c *syntax.CmdSubst) value {
	w := x.w
	if len(c.Stmts) == 1 && c.Stmts[0].Cmd == nil && len(c.Stmts[0].Redirs) > 0 && !c.Stmts[0].Negated {
		s := w.sub()
		for _, r := range c.Stmts[0].Redirs {
			s.redirect(r, x.st)
		}
		return unknownValue("the content of a file is not known")
	}
	if w.depth > 4*MaxDepth || !w.a.step() {
		w.a.limit("it is nested deeper than 64")
		return unknownValue("it is nested too deep")
	}
	s := w.sub()
	s.depth++
	written := &capture{} // exec may give s another output
	s.out = written
	s.finish(s.list(c.Stmts, worlds{x.st}).all())
	out := written.stream()
	v := out.text
	switch {
	case !out.set:
		return unknownValue("the output of a command is not known")
	case len(out.names) > 0 && v.kind == unknown:
		return x.nameList(out)
	case v.kind != unknown:
		v.text = strings.TrimRight(v.text, "\n")
	}
	return v
}

// nameList is the value of an output that lists files: a glob where one covers
// them all.
func (x *expansion) nameList(s stream) value {
	if n, ok := s.name(x.w.a, x.st.dir); ok && s.ends != nul { // which gets lost
		v := n.value().orNone()
		v.several = !s.single
		return v
	}
	return unknownValue("the output of a command is not known")
}

// name is a pattern that covers all names of the stream. That a star of find
// covers hidden files too is not thought of where more of the name is known and
// none of them is a secret.
func (s stream) name(a *analysis, dir place) (word, bool) {
	if !s.set || s.dir != dir || len(s.names) == 0 || len(s.names) > 2 || s.names[0].kind != pattern {
		return word{}, false
	}
	n := s.names[0]
	last := strings.LastIndexByte(n.text, '/') + 1
	if len(s.names) == 2 && n.text[last:] == "*" && s.names[1].text == n.text[:last]+".*" {
		return word{text: folderOf(strings.TrimSuffix(n.text[:last], "**/")), kind: pattern, tree: true, all: true, span: n.span}, true
	}
	return n, len(s.names) == 1 || s.names[1].text == n.text[:last]+"."+n.text[last:] && !a.sensitive(dir, s.names[1])
}

// folderOf is a folder without the slash behind it.
func folderOf(p string) string {
	switch p {
	case "":
		return "."
	case "/":
		return p
	}
	return strings.TrimRight(p, "/")
}

// process walks a process substitution and returns the name that stands for
// it.
func (w *walker) process(p *syntax.ProcSubst, st *state) string {
	w.a.beside++
	defer func() { w.a.beside-- }()
	s := w.sub()
	s.async++
	s.depth++
	if w.depth > 4*MaxDepth || !w.a.step() {
		w.a.limit("it is nested deeper than 64")
		return "/dev/fd/63"
	}
	if p.Op == syntax.CmdOut {
		s.stdin = opaqueStream("what is written to a process substitution is not known")
		s.finish(s.list(p.Stmts, worlds{st}).all())
		return w.a.substitution(opaqueStream("a process substitution"))
	}
	written := &capture{}
	s.out = written
	s.finish(s.list(p.Stmts, worlds{st}).all())
	out := written.stream()
	if !out.set {
		out = opaqueStream("what a process substitution brings is not known")
	}
	return w.a.substitution(out)
}
