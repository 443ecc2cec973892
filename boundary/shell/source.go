package shell

import (
	"slices"
	"strings"
	"sync"

	"mvdan.cc/sh/v3/syntax"

	"github.com/runtimeguard/runtimeguard/boundary/internal/parsed"
	"github.com/runtimeguard/runtimeguard/guard"
)

// body is code that a function holds, with the text it comes from.
type body struct {
	stmt *syntax.Stmt
	unit *unit
}

// unit is one text that is analysed: the command itself, or code found in it.
type unit struct {
	src   string
	posix bool
	// span is where a nested text stands in the command; a text that isn't
	// nested has positions of its own.
	nested bool
	span   guard.Span
	file   bool // it is a file's: its words are not quoted in reasons
	venv   bool // it enters a virtual environment

	extended bool // it may hold extended patterns

	// What a text is that needs no parser: one command with its program's name, or
	// a list of simple ones.
	program string
	list    []*syntax.Stmt
}

// textOf is the source of a node, as far as its position in backquotes is exact.
func (u *unit) textOf(n syntax.Node) string {
	end := min(int(n.End().Offset()), len(u.src))
	return u.src[min(int(n.Pos().Offset()), end):end]
}

// at is the span of a node in the command's text.
func (u *unit) at(n syntax.Node) guard.Span {
	if u.nested {
		return u.span
	}
	return guard.Span{Start: int(n.Pos().Offset()), End: int(n.End().Offset())}
}

// over is the span of words.
func (u *unit) over(words []word) guard.Span {
	return guard.Span{Start: words[0].span.Start, End: words[len(words)-1].span.End}
}

// simple reads a text that is a list of simple commands, in which all is seen.
// The tree of a whole call is left to those who look at it next.
func (u *unit) simple() bool {
	f := parsed.Simple(u.src)
	if f == nil {
		return false
	}
	if u.list = f.Stmts; !u.nested && !u.posix {
		parsed.Leave(u.src, f)
	}
	return true
}

// parse reads a text. Where it isn't understood, problem says why, and the
// statements before the fault are returned. The tree of a whole call, as the
// parser made it, is left to those who look at it next.
func parse(src string, posix, whole bool) (stmts []*syntax.Stmt, problem string) {
	if problem := prescan(src); problem != "" {
		return nil, problem
	}
	f, err := parsed.Parse(src, posix)
	if err != nil {
		return salvage(src, posix), "the text can't be parsed: " + syntaxProblem(err)
	}
	c := checker{src: src, documents: strings.Contains(src, "<<")}
	problem = c.check(f)
	if whole && !posix && !c.unfolded {
		parsed.Leave(src, f)
	}
	return f.Stmts, problem
}

// salvage returns the statements before a fault: a shell runs a text line by
// line and may have run them before it meets the fault. The parser's Stmts may
// panic on an error (mvdan.cc/sh v3.14.1, "0&00\xcc0").
func salvage(src string, posix bool) (stmts []*syntax.Stmt) {
	if len(src) > MaxSource/16 {
		return nil
	}
	defer func() { _ = recover() }()
	lang := syntax.LangBash
	if posix {
		lang = syntax.LangPOSIX
	}
	p := syntax.NewParser(syntax.Variant(lang), syntax.KeepComments(true))
	for s, err := range p.StmtsSeq(strings.NewReader(src)) {
		if err != nil {
			break
		}
		syntax.Walk(s, func(n syntax.Node) bool {
			if s, ok := n.(*syntax.Stmt); ok {
				unfold(s)
			}
			return true
		})
		stmts = append(stmts, s)
	}
	return stmts
}

// syntaxProblem is a parse error without the text it quotes.
func syntaxProblem(err error) string {
	s := err.Error()
	if len(s) > 80 {
		s = s[:80]
	}
	return s
}

// prescan refuses what a parser should not even see: text past the bounds,
// and bytes that shells and parsers read differently.
func prescan(src string) string {
	if len(src) > MaxSource {
		return "the text is longer than 64 KiB"
	}
	for i := 0; i < len(src); i++ {
		if c := src[i]; c < ' ' && c != '\t' && c != '\n' || c == 0x7f {
			return controlProblem(c)
		}
	}
	if tooDeep(src) {
		return "it is nested deeper than 64"
	}
	return ""
}

// tooDeep estimates the nesting of a text from its bytes: parsing what is
// nested thousands of times is slow. What it takes for quoted may not be; the
// tree is measured again.
func tooDeep(src string) bool {
	plain, code, words := 0, 0, 0 // brackets anywhere, brackets that aren't quoted, reserved words
	var quote byte
	start := true // a command may start here
	for i := 0; i < len(src); i++ {
		switch c := src[i]; c {
		case '\\':
			i++
			start = false
		case '\'', '"':
			if quote == 0 {
				quote = c
			} else if quote == c {
				quote = 0
			}
			start = false
		case '(', '{', '[':
			plain++
			if quote != '\'' {
				code++
			}
			start = true
		case ')', '}', ']':
			plain = max(plain-1, 0)
			if quote != '\'' {
				code = max(code-1, 0)
			}
			start = true
		case ' ', '\t':
		case '\n', ';', '&', '|', '!', '`':
			start = true
		default:
			j := i
			for j < len(src) && src[j] >= 'a' && src[j] <= 'z' {
				j++
			}
			d, reserved := nesting[src[i:j]]
			if start {
				words = max(words+d, 0)
			}
			start = start && reserved
			i = max(j-1, i)
		}
		if plain > MaxDepth || code > MaxDepth || words > MaxDepth {
			return true
		}
	}
	return false
}

// nesting says what reserved words open and close.
var nesting = map[string]int{
	"if": 1, "while": 1, "until": 1, "for": 1, "case": 1, "select": 1, "function": 1, "coproc": 1, "fi": -1, "done": -1, "esac": -1, "then": 0, "do": 0, "else": 0, "elif": 0, "time": 0,
}

func controlProblem(c byte) string {
	switch c {
	case 0:
		return "it holds a NUL byte"
	case '\r':
		return "it holds a carriage return"
	}
	return "it holds a control character"
}

// checker goes over a tree and compares it with its text: what a tree lacks or
// misplaces is found here (mvdan.cc/sh v3.14.1 and Bash 5.2 read some inputs
// differently, see the table in differential_test.go).
type checker struct {
	src       string
	documents bool // there may be here-documents
	problem   string
	covered   []byte   // bytes that belong to a leaf of the tree
	quotes    []extent // single quotes and here-documents that don't expand
	texts     []int    // offsets of text that would be an expansion outside of those
	arrays    []int    // offsets of the ")" of arrays
	ends      []string // delimiters of here-documents
	ended     int      // the one that was met last
	hashes    []*syntax.Comment
	depth     int
	walked    int      // nodes and text of substitutions that were looked through for here-documents
	inner     []extent // quotes and expansions, where there may be here-documents
	docs      []hereDocument
	within    int  // the depth of the substitution around, or 0
	unfolded  bool // the tree isn't as the parser made it
}

type extent struct{ start, end int }

// hereDocument is one: where its operator stands, and its lines with that
// of the delimiter, which are none where it is empty.
type hereDocument struct {
	op    int
	lines extent
	end   string
}

var coverPool = sync.Pool{New: func() any { b := make([]byte, 0, 1024); return &b }}

func (c *checker) check(f *syntax.File) string {
	buf := coverPool.Get().(*[]byte)
	defer coverPool.Put(buf)
	if cap(*buf) < len(c.src) {
		*buf = make([]byte, len(c.src))
	}
	c.covered = (*buf)[:len(c.src)]
	clear(c.covered)
	syntax.Walk(f, c.visit)
	slices.SortFunc(c.quotes, func(a, b extent) int { return a.start - b.start })
	for i := range c.quotes[min(1, len(c.quotes)):] { // where any ends that begins there or before
		c.quotes[i+1].end = max(c.quotes[i+1].end, c.quotes[i].end)
	}
	for _, h := range c.hashes {
		c.comment(h)
	}
	c.late()
	for _, p := range c.arrays {
		if p+1 < len(c.src) && strings.IndexByte(" \t\n;&|()<>`#", c.src[p+1]) < 0 {
			c.fail("text follows an array without a blank")
		}
	}
	for _, at := range c.texts {
		if c.quoteAt(at) == 0 {
			c.fail("an expansion is text in the tree")
		}
	}
	if c.problem == "" {
		c.dollars()
	}
	if c.problem == "" {
		c.gaps()
	}
	return c.problem
}

func (c *checker) fail(problem string) {
	if c.problem == "" {
		c.problem = problem
	}
}

func (c *checker) cover(start, end int) {
	if start < 0 || end > len(c.src) || start > end {
		return
	}
	b := c.covered[start:end]
	for i := range b {
		b[i] = 1
	}
}

func (c *checker) coverNode(n syntax.Node) {
	c.cover(int(n.Pos().Offset()), int(n.End().Offset()))
}

func (c *checker) visit(n syntax.Node) bool {
	if n == nil {
		if c.depth--; c.depth < c.within {
			c.within = 0
		}
		return true
	}
	if c.depth++; c.depth > 4*MaxDepth {
		c.fail("it is nested deeper than 64")
		c.depth--
		return false
	}
	if c.documents {
		switch n.(type) {
		case *syntax.SglQuoted, *syntax.DblQuoted, *syntax.CmdSubst, *syntax.ProcSubst, *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.ParamExp:
			c.inner = append(c.inner, extent{int(n.Pos().Offset()), int(n.End().Offset())})
		}
	}
	switch n := n.(type) {
	case *syntax.Comment:
		c.hashes = append(c.hashes, n)
	case *syntax.Lit:
		c.coverNode(n)
		if holdsExpansion(n.Value) {
			c.texts = append(c.texts, int(n.Pos().Offset()))
		}
	case *syntax.SglQuoted:
		c.coverNode(n)
		c.quotes = append(c.quotes, extent{int(n.Pos().Offset()), int(n.End().Offset())})
	case *syntax.DeclClause:
		c.coverNode(n.Variant)
	case *syntax.TimeClause:
		if n.Stmt == nil {
			break
		}
		if call, ok := n.Stmt.Cmd.(*syntax.CallExpr); ok && len(call.Args) > 0 && strings.HasPrefix(call.Args[0].Lit(), "-") {
			c.fail("an option of time is a program in the tree")
		}
	case *syntax.CmdSubst:
		if n.Backquotes { // positions within nested ones are not exact
			c.coverNode(n)
			if joinsLines(n) {
				c.fail("a line goes on in quotes, a comment or a document between backquotes, where shells join it all the same")
			}
		} else {
			c.enter()
		}
		c.opened(int(n.Left.Offset()) + len("$("))
		if c.documents && c.problem == "" {
			c.substitution(n, n.Right)
		}
	case *syntax.Subshell:
		c.opened(int(n.Lparen.Offset()) + len("("))
	case *syntax.ProcSubst:
		c.enter()
		if c.documents && c.problem == "" {
			c.substitution(n, n.Rparen)
		}
	case *syntax.ParamExp:
		c.coverNode(n)
		c.expansion(n)
		if end := int(n.End().Offset()); n.Short && n.Param.Value == "$" && end < len(c.src) && strings.IndexByte("{([", c.src[end]) >= 0 {
			c.fail("what $$ stands in front of is read differently by shells")
		}
	case *syntax.ExtGlob:
		c.coverNode(n)
		if strings.ContainsAny(n.Pattern.Value, "$`") || parsed.HidesProcess(n.Pattern) {
			c.fail("an extended pattern holds an expansion") // which is text in the tree
		}
	case *syntax.DblQuoted, *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.TestClause:
		c.coverNode(n)
	case *syntax.LetClause:
		c.let(n)
	case *syntax.ForClause:
		if l, ok := n.Loop.(*syntax.CStyleLoop); ok {
			c.coverNode(l)
		}
	case *syntax.ArrayExpr:
		c.arrays = append(c.arrays, int(n.Rparen.Offset()))
	case *syntax.Redirect:
		c.redirect(n)
	case *syntax.CallExpr:
		c.call(n)
	case *syntax.Word:
		if l, ok := n.Parts[len(n.Parts)-1].(*syntax.Lit); ok && c.within > 0 && strings.HasSuffix(l.Value, `\&`) {
			c.fail(anew)
		}
	case *syntax.CoprocClause:
		if _, simple := n.Stmt.Cmd.(*syntax.CallExpr); simple && c.within > 0 {
			c.fail(anew)
		}
	case *syntax.CaseItem:
		if n.Patterns[0].Lit() == "esac" {
			c.fail("a pattern of case is its end to some shells")
		}
	case *syntax.BinaryCmd:
		if f, ok := n.Y.Cmd.(*syntax.FuncDecl); ok {
			if _, list := f.Body.Cmd.(*syntax.BinaryCmd); list { // (a || f() …) && b is taken for a || (f() … && b)
				c.fail("a function's definition in a list is read differently by shells")
			}
		}
	case *syntax.Stmt:
		c.unfolded = unfold(n) || c.unfolded
	case *syntax.FuncDecl:
		c.function(n)
	}
	return true
}

// anew: Bash 5.2 makes the text of a substitution from its tree before it runs
// it, and there are trees that don't survive that.
const anew = "the text of a substitution is read differently when it runs"

// enter notes that a substitution begins, if none is around.
func (c *checker) enter() {
	if c.within == 0 {
		c.within = c.depth
	}
}

// expansion refuses what the words within ${…} hold without the tree: a process
// substitution, which is text there; a quote that Bash can't find the end of where
// it reads the text of a substitution again; and $[…], in which Bash finds the end
// of the expansion. So does a line that goes on before the operator, which Bash
// finds without it.
func (c *checker) expansion(p *syntax.ParamExp) {
	if !p.Short && p.Dollar.IsValid() {
		start, end := int(p.Dollar.Offset()), int(p.End().Offset())
		switch { // behind the operator
		case p.Exp != nil && p.Exp.Word != nil:
			end = int(p.Exp.Word.Pos().Offset()) + len("\\\n")
		case p.Repl != nil && p.Repl.Orig != nil:
			end = int(p.Repl.Orig.Pos().Offset()) + len("\\\n")
		case p.Slice != nil && p.Slice.Offset != nil:
			end = int(p.Slice.Offset.Pos().Offset())
		}
		if end = min(end, len(c.src)); start < end && strings.Contains(c.src[start:end], "\\\n") {
			c.fail("a line goes on within the operator of an expansion")
		}
	}
	for _, part := range parsed.Parts(p) {
		if parsed.HidesProcess(part) {
			c.fail("an expansion holds a process substitution")
		}
		if q, ok := part.(*syntax.SglQuoted); ok && q.Dollar && strings.Contains(q.Value, `\'`) {
			c.fail("an expansion holds an escaped quote")
		}
		if parsed.OldArithmetic(part) && strings.Contains(c.src[part.Pos().Offset():part.End().Offset()], "}") {
			c.fail("an expansion holds arithmetic in brackets in which it ends")
		}
	}
}

// unfold gives "f() { :; } | cmd" and "coproc x | cmd" the shape that they have
// in Bash: a list whose first command is the definition or the coprocess. The
// parser takes the list for the body.
func unfold(s *syntax.Stmt) (changed bool) {
	var body *syntax.Stmt
	switch c := s.Cmd.(type) {
	case *syntax.FuncDecl:
		body = c.Body
	case *syntax.CoprocClause:
		body = c.Stmt
	}
	if body == nil {
		return false
	}
	list, ok := body.Cmd.(*syntax.BinaryCmd)
	if !ok || body.Negated || len(body.Redirs) > 0 {
		return false // refused by the checker, if it is a function's
	}
	first := list
	for {
		next, ok := first.X.Cmd.(*syntax.BinaryCmd)
		if !ok {
			break
		}
		first = next
	}
	x := &syntax.Stmt{Position: s.Position}
	switch c := s.Cmd.(type) {
	case *syntax.FuncDecl:
		x.Cmd = &syntax.FuncDecl{Position: c.Position, RsrvWord: c.RsrvWord, Parens: c.Parens, Name: c.Name, Names: c.Names, Body: first.X}
	case *syntax.CoprocClause:
		x.Cmd = &syntax.CoprocClause{Coproc: c.Coproc, Name: c.Name, Stmt: first.X}
	}
	first.X, s.Cmd = x, list
	return true
}

// opened refuses a parenthesis that stands behind another one and a line break
// with a backslash in front of it: shells take the two for the beginning of
// arithmetic.
func (c *checker) opened(at int) {
	rest := c.src[min(at, len(c.src)):]
	if next := strings.TrimLeft(rest, "\\\n"); next != rest && strings.HasPrefix(rest, "\\\n") && strings.HasPrefix(next, "(") {
		c.fail("two parentheses stand on two lines")
	}
}

// function refuses what isn't a compound command as a function's body.
func (c *checker) function(n *syntax.FuncDecl) {
	switch n.Body.Cmd.(type) {
	case *syntax.BinaryCmd, *syntax.FuncDecl, *syntax.CoprocClause, *syntax.TimeClause:
		c.fail("a function's body is read differently by shells")
	}
}

// call refuses "!(cmd)" where a program's name stands: to the parser it is a
// pattern, to Bash without extglob a negated subshell. A reserved word that is a
// name, as it stands behind a redirection, is one again in a substitution when
// Bash runs it.
func (c *checker) call(n *syntax.CallExpr) {
	if len(n.Args) == 0 {
		return
	}
	if name := n.Args[0].Lit(); reserved[name] || reservedMarks[name] {
		c.fail("a reserved word stands where a program's name is expected")
	}
	if _, ok := n.Args[0].Parts[0].(*syntax.ExtGlob); ok {
		c.fail("an extended pattern stands where a program's name is expected")
	}
}

var reservedMarks = wordSet("! { } [[ ]]")

// let refuses unquoted operators that end the command in Bash but are
// arithmetic to the parser.
func (c *checker) let(n *syntax.LetClause) {
	c.coverNode(n)
	start, end := int(n.Pos().Offset()), int(n.End().Offset())
	if end > len(c.src) || start > end {
		c.fail("let has no readable end")
		return
	}
	if strings.HasPrefix(strings.TrimLeft(c.src[end:], " \t"), "&>") { // to the parser, two operators
		c.fail("an operator in let is read differently by shells")
	}
	var quote byte
	for _, b := range []byte(c.src[start:end]) {
		switch {
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case b == '\'' || b == '"':
			quote = b
		case strings.IndexByte("|&<>", b) >= 0:
			c.fail("an operator in let is read differently by shells")
		}
	}
}

// maxWalked bounds what is looked through: those within each other are each.
const maxWalked = 100_000

// substitution refuses several here-documents in a substitution, and one beside
// a command in the background: Bash 5.2 writes the text of a substitution anew,
// and loses ends of commands and documents then. One whose lines follow behind
// the substitution is text to some shells and commands to others. One with a line
// that begins with its delimiter and holds a parenthesis ends there.
func (c *checker) substitution(n syntax.Node, end syntax.Pos) {
	documents, background := 0, 0
	syntax.Walk(n, func(n syntax.Node) bool {
		c.walked++
		switch n := n.(type) {
		case *syntax.Redirect:
			if n.Hdoc != nil {
				documents++
			}
			if n.Hdoc != nil && (n.Hdoc.Pos().Offset() >= end.Offset() || c.endsEarly(n)) {
				documents = 2
			}
		case *syntax.Stmt:
			if n.Background {
				background = 1
			}
		}
		return true
	})
	if c.walked > maxWalked {
		c.fail("substitutions beside a here-document are too many to read")
	}
	if documents > 0 && (documents+background > 1 || losesEnds(n)) {
		c.fail("here-documents in a substitution are read differently by shells")
	}
}

// endsEarly reports whether a line of a here-document begins with the delimiter
// and goes on with a parenthesis in it: to Bash such a line ends the document,
// and what follows the delimiter is code.
func (c *checker) endsEarly(r *syntax.Redirect) bool {
	end, _, _ := delimiter(r.Word)
	to := min(int(r.Hdoc.End().Offset()), len(c.src))
	text := c.src[min(int(r.Hdoc.Pos().Offset()), to):to]
	c.walked += len(text) / bytesAgain
	for _, text := range []string{text, strings.ReplaceAll(text, "\\\n", "")} {
		for line := range strings.Lines(text) {
			if rest, ok := strings.CutPrefix(strings.TrimLeft(line, "\t"), end); ok && strings.Contains(rest, ")") {
				return true
			}
		}
	}
	return false
}

// joinsLines reports whether a backslash ends a line where the tree keeps both:
// between backquotes shells take them away before they read the command.
func joinsLines(sub *syntax.CmdSubst) (joins bool) {
	syntax.Walk(sub, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.SglQuoted:
			joins = joins || strings.Contains(n.Value, "\\\n")
		case *syntax.Comment:
			joins = joins || strings.HasSuffix(n.Text, `\`) || strings.Contains(n.Text, "\\\n")
		case *syntax.Redirect:
			if n.Hdoc != nil {
				syntax.Walk(n.Hdoc, func(n syntax.Node) bool {
					l, ok := n.(*syntax.Lit)
					joins = joins || ok && strings.Contains(l.Value, "\\\n")
					return true
				})
			}
		}
		return !joins
	})
	return joins
}

// losesEnds reports whether a ";" follows a here-document of a substitution, or
// the document stands in a condition: Bash 5.2 may lose the one, or the place of
// the other. It keeps the ";" of the document's own command, and all between
// backquotes.
func losesEnds(sub syntax.Node) bool {
	if s, ok := sub.(*syntax.CmdSubst); ok && s.Backquotes {
		return false
	}
	document, last := -1, -1
	var conds []extent
	syntax.Walk(sub, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst, *syntax.ProcSubst:
			return n == sub
		case *syntax.IfClause:
			conds = append(conds, extent{int(n.Pos().Offset()), int(n.ThenPos.Offset())})
		case *syntax.WhileClause:
			conds = append(conds, extent{int(n.Pos().Offset()), int(n.DoPos.Offset())})
		case *syntax.Stmt:
			if i := slices.IndexFunc(n.Redirs, func(r *syntax.Redirect) bool { return r.Hdoc != nil }); i >= 0 {
				document = int(n.Redirs[i].OpPos.Offset())
			} else if n.Semicolon.IsValid() {
				last = max(last, int(n.Semicolon.Offset()))
			}
		}
		return true
	})
	return document >= 0 && (last > document ||
		slices.ContainsFunc(conds, func(e extent) bool { return e.start < document && document < e.end }))
}

func (c *checker) redirect(n *syntax.Redirect) {
	at := int(n.OpPos.Offset())
	c.cover(at, at+len(n.Op.String()))
	if n.Op == syntax.RdrInOut && n.N != nil && c.within > 0 { // of standard output it becomes one of standard input
		c.fail(anew)
	}
	if (n.Op == syntax.DplOut || n.Op == syntax.DplIn) && n.Word.Lit() != "-" {
		if l, ok := n.Word.Parts[0].(*syntax.Lit); ok && strings.HasPrefix(l.Value, "-") {
			c.fail("a word behind >&- is another one to Bash")
		}
	}
	if n.Op != syntax.Hdoc && n.Op != syntax.DashHdoc {
		return
	}
	end, quoted, plain := delimiter(n.Word)
	if !plain {
		c.fail("the delimiter of a here-document is not plain text")
	}
	c.ends = append(c.ends, end)
	d := hereDocument{op: at, end: end}
	defer func() { c.docs = append(c.docs, d) }()
	if n.Hdoc != nil {
		d.lines.start = strings.LastIndexByte(c.src[:min(int(n.Hdoc.Pos().Offset()), len(c.src))], '\n') + 1
		d.lines.end = c.coverDocument(n, end)
		if quoted {
			c.quotes = append(c.quotes, extent{int(n.Hdoc.Pos().Offset()), int(n.Hdoc.End().Offset())})
		}
	}
}

// delimiter is the line that ends a here-document, as its word names it. plain
// says that nothing else than text and quotes is in it.
func delimiter(w *syntax.Word) (text string, quoted, plain bool) {
	var b strings.Builder
	plain = true
	for _, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			quoted = quoted || strings.Contains(p.Value, "\\")
			b.WriteString(strings.ReplaceAll(p.Value, "\\", ""))
		case *syntax.SglQuoted:
			quoted = true
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			quoted = true
			for _, q := range p.Parts {
				if l, ok := q.(*syntax.Lit); ok {
					b.WriteString(l.Value)
				}
			}
		default:
			plain = false
		}
	}
	return b.String(), quoted, plain
}

// coverDocument covers the lines of a here-document up to its end: the nodes
// in one whose tabs are taken away don't hold all of its bytes. It returns where
// the next line begins.
func (c *checker) coverDocument(n *syntax.Redirect, delimiter string) int {
	c.coverNode(n.Hdoc)
	for at := int(n.Hdoc.Pos().Offset()); at < len(c.src); {
		end := len(c.src)
		if i := strings.IndexByte(c.src[at:], '\n'); i >= 0 {
			end = at + i
		}
		line := c.src[at:end]
		c.cover(at, end)
		if line == delimiter || n.Op == syntax.DashHdoc && strings.TrimLeft(line, "\t") == delimiter {
			if end+1 < int(n.Hdoc.End().Offset()) {
				c.fail("a here-document goes on behind its end")
			}
			return end + 1
		}
		at = end + 1
	}
	return len(c.src)
}

// late refuses here-documents that don't begin where shells begin to read them:
// behind the line of their operator, though the line end within a subshell or a
// list, and behind the documents whose operators stand on that line before. The
// parser reads on to the end of a subshell first: what stands behind that is a
// command to a shell, and lines of the document in the tree.
func (c *checker) late() {
	if len(c.docs) == 0 || c.problem != "" {
		return
	}
	slices.SortFunc(c.inner, func(a, b extent) int { return a.start - b.start })
	slices.SortFunc(c.docs, func(a, b hereDocument) int { return a.op - b.op })
	ends := make(map[int]int, len(c.docs))
	for _, d := range c.docs {
		ends[d.lines.start] = d.lines.end
	}
	for _, d := range c.docs {
		if !c.begins(d, ends) {
			c.fail("a here-document doesn't begin behind the line that names it")
			return
		}
	}
}

// begins reports whether a document stands where shells look for it. ends are the
// ends of those with lines, by where they begin.
func (c *checker) begins(d hereDocument, ends map[int]int) bool {
	for at := c.lineEnd(d.op); c.walked <= maxWalked; c.walked++ {
		line, _, _ := strings.Cut(c.src[at:], "\n")
		text := strings.TrimLeft(line, "\t")
		end, ok := ends[at]
		switch {
		case d.lines.end > 0 && at >= d.lines.start:
			return at == d.lines.start
		case d.lines.end == 0 && !ok && text == d.end:
			return true
		case !ok && slices.ContainsFunc(c.docs, func(o hereDocument) bool { return o.lines.end == 0 && o.end == text }):
			end = min(at+len(line)+1, len(c.src))
		}
		if end <= at {
			return false
		}
		at = end
	}
	return false
}

// lineEnd is where the line after the one begins that holds an operator: quotes
// and expansions behind it may hold line ends of their own.
func (c *checker) lineEnd(op int) int {
	first, _ := slices.BinarySearchFunc(c.inner, op, func(e extent, op int) int {
		if e.start > op {
			return 1
		}
		return -1
	})
	for i := op; c.walked <= maxWalked; {
		n := strings.IndexByte(c.src[i:], '\n')
		if n < 0 {
			break
		}
		c.walked += 1 + n/bytesAgain
		i += n
		over := i
		for ; first < len(c.inner) && c.inner[first].start <= i; first++ {
			over = max(over, c.inner[first].end)
		}
		switch {
		case over > i:
			i = over
		case i > 0 && c.src[i-1] == '\\':
			i++
		default:
			return i + 1
		}
		if i >= len(c.src) {
			break
		}
	}
	return len(c.src)
}

// comment checks that Bash would see the comment too, and that it ends where
// the parser says.
func (c *checker) comment(h *syntax.Comment) {
	at := int(h.Hash.Offset())
	if strings.Contains(h.Text, "\n") {
		c.fail("a comment goes on after its line's end")
	}
	if at > 0 && at <= len(c.src) && strings.IndexByte(" \t\n;&|()`", c.src[at-1]) < 0 {
		c.fail("a comment begins within a word")
	}
	if at > 0 && at <= len(c.src) && c.src[at-1] == ')' && slices.Contains(c.arrays, at-1) {
		c.fail("a comment begins within a word")
	}
	c.cover(at, at+1+len(h.Text))
}

// dollars refuses a line continuation behind a "$": Bash takes it away before
// it looks what the "$" begins, the parser after.
func (c *checker) dollars() {
	for i := 0; ; {
		j := strings.Index(c.src[i:], "$\\\n")
		if j < 0 {
			return
		}
		i += j
		end := c.quoteAt(i)
		if end == 0 {
			c.fail("a line continuation follows a dollar sign")
			return
		}
		i = end
	}
}

// quoteAt is where the quotes around an offset end, 0 where there are none.
func (c *checker) quoteAt(at int) (end int) {
	n, _ := slices.BinarySearchFunc(c.quotes, at+1, func(q extent, at int) int { return q.start - at })
	if n == 0 || c.quotes[n-1].end <= at {
		return 0
	}
	return c.quotes[n-1].end
}

// holdsExpansion reports whether a text that isn't quoted holds what runs a
// command, or may. The parser knows those, but not everywhere.
func holdsExpansion(text string) bool {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '`':
			return true
		case '$':
			if i+1 < len(text) && (text[i+1] == '(' || text[i+1] == '{') {
				return true
			}
		}
	}
	return false
}

// gaps checks that what lies between the leaves of the tree is nothing but
// blanks, operators, reserved words and the ends of here-documents.
func (c *checker) gaps() {
	for i := 0; i < len(c.src); {
		if c.covered[i] != 0 || gapBytes[c.src[i]] {
			i++
			continue
		}
		if c.src[i] == '\\' && i+1 < len(c.src) && c.src[i+1] == '\n' {
			i += 2
			continue
		}
		j := i
		for j < len(c.src) && c.covered[j] == 0 && !gapBytes[c.src[j]] {
			j++
		}
		if !c.gapWord(i, j) {
			c.fail("a part of the text is in no command that was found")
			return
		}
		i = j
	}
}

var gapBytes = func() (t [256]bool) {
	for _, b := range []byte(" \t\n;&|<>(){}!=+[]$`") {
		t[b] = true
	}
	return t
}()

// gapWord reports whether the uncovered word src[i:j] may stand outside the
// tree.
func (c *checker) gapWord(i, j int) bool {
	if w := c.src[i:j]; reserved[w] || w == "time" || w == "-p" {
		return true
	}
	line, _, _ := strings.Cut(c.src[i:], "\n")
	for k := range c.ends { // which mostly come in turn
		end := c.ends[(c.ended+k)%len(c.ends)]
		if line == end || strings.HasPrefix(line, end) && strings.IndexByte(")`", line[len(end)]) >= 0 {
			c.cover(i, i+len(end))
			c.ended += k
			return true
		}
	}
	return false
}

// reserved are the reserved words that are letters, but time, which is a program
// too.
var reserved = wordSet("if then elif else fi while until for select in do done case esac coproc function")
