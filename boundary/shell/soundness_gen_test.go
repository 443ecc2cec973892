//go:build unix

package shell_test

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

//go:embed testdata/soundness.grammar
var grammarText string

// grammar holds the productions of each symbol.
type grammar map[string][]production

type production struct {
	weight int
	bash   bool     // only Bash has it
	parts  []string // texts and <symbols>
	height int      // of the lowest tree it can make
	forks  bool     // it starts a process, which costs more than all the rest
}

var symbols = regexp.MustCompile(`<[a-z]+[0-9]?(:[a-z]+)?>`)

var theGrammar = readGrammar(grammarText)

func readGrammar(text string) grammar {
	g := grammar{}
	name := ""
	for _, l := range strings.Split(text, "\n") {
		head, rest, _ := strings.Cut(l, " ")
		switch {
		case l == "" || l[0] == '#':
		case strings.HasSuffix(l, ":") && rest == "":
			name = strings.TrimSuffix(l, ":")
		default:
			digits, bash := strings.CutSuffix(head, "b")
			n, err := strconv.Atoi(digits)
			if err != nil {
				panic("soundness.grammar: " + l)
			}
			g[name] = append(g[name], production{
				weight: n, bash: bash, parts: splitSymbols(strings.ReplaceAll(rest, "⏎", "\n")), forks: forking.MatchString(rest),
			})
		}
	}
	g.measure()
	return g
}

var forking = regexp.MustCompile("\\|&? |&( |$)|\\$\\([^(]|`|(^|[^(])\\(<[a-z]|<\\(|>\\(|coproc|<(wrap|shell|tool|script|stage)>")

func splitSymbols(s string) []string {
	var parts []string
	last := 0
	for _, at := range symbols.FindAllStringIndex(s, -1) {
		if at[0] > last {
			parts = append(parts, s[last:at[0]])
		}
		parts = append(parts, s[at[0]:at[1]])
		last = at[1]
	}
	if last < len(s) {
		parts = append(parts, s[last:])
	}
	return parts
}

func isSymbol(part string) bool { return len(part) > 2 && symbols.FindString(part) == part }

const tall = 1 << 20

// measure finds the height of each production, for an expansion that must end.
func (g grammar) measure() {
	heights := map[string]int{}
	for name, ps := range g {
		heights[name] = tall
		for i := range ps {
			ps[i].height = tall
		}
	}
	for changed := true; changed; {
		changed = false
		for name, ps := range g {
			for i := range ps {
				h := ps[i].tallest(heights)
				if h < ps[i].height && !ps[i].bash {
					ps[i].height = h
				}
				if h < heights[name] && !ps[i].bash {
					heights[name], changed = h, true
				}
			}
		}
	}
}

func (p production) tallest(heights map[string]int) int {
	h := 0
	for _, part := range p.parts {
		if !isSymbol(part) {
			continue
		}
		name := strings.Trim(part, "<>")
		if _, inner, ok := strings.Cut(name, ":"); ok {
			name = inner
		}
		h = max(h, 1+heights[name])
	}
	return min(h, tall)
}

// node is a derivation: texts, nodes, or a text in a form of its own.
type node struct {
	symbol string
	form   form
	delim  string
	text   string
	kids   []*node
	gone   bool // left out by the minimiser
}

type form uint8

const (
	plainForm  form = iota
	aloneForm       // a text on its own: its here-documents end in it
	singleForm      // in single quotes
	doubleForm      // in double quotes
	docForm         // the body of a here-document
)

// writer renders nodes. The bodies of here-documents wait for the end of the
// line.
type writer struct {
	strings.Builder
	bodies []string
}

func (n *node) String() string {
	w := &writer{}
	n.write(w)
	w.flush()
	return w.Builder.String()
}

// flush ends the line if bodies wait for that.
func (w *writer) flush() {
	if len(w.bodies) > 0 {
		w.text("\n")
	}
}

func (w *writer) text(s string) {
	for {
		i := strings.IndexByte(s, '\n')
		if i < 0 || len(w.bodies) == 0 {
			w.WriteString(s)
			return
		}
		w.WriteString(s[:i+1])
		s = s[i+1:]
		for _, b := range w.bodies {
			w.WriteString(b)
		}
		w.bodies = nil
	}
}

func (n *node) write(w *writer) {
	if n.gone {
		w.text(map[string]string{"args": "", "redir": "", "word": "x"}[n.symbol])
		if n.symbol == "stmt" || n.symbol == "line" || n.symbol == "cmd" {
			w.text(":")
		}
		return
	}
	switch n.form {
	case plainForm:
		w.text(n.text)
		for _, k := range n.kids {
			k.write(w)
		}
	case aloneForm:
		w.text(n.kids[0].String())
	case singleForm:
		w.text("'" + strings.ReplaceAll(n.kids[0].String(), "'", `'\''`) + "'")
	case doubleForm: // the counter of a loop must count when it runs
		w.text(`"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", "$((k", `\$((k`).Replace(n.kids[0].String()) + `"`)
	case docForm:
		w.text("<<" + n.delim)
		body := n.kids[0].String()
		if !strings.HasSuffix(body, "\n") {
			body += "\n"
		}
		w.bodies = append(w.bodies, body+strings.Trim(n.delim, `-'\"`)+"\n")
	}
}

// each visits the nodes that a minimiser may take away, outermost first.
func (n *node) each(f func(*node)) {
	switch n.symbol {
	case "stmt", "line", "cmd", "args", "redir", "word":
		f(n)
	}
	for _, k := range n.kids {
		k.each(f)
	}
}

// generator makes scripts of a grammar.
type generator struct {
	*rand.Rand
	posix  bool
	calm   bool // nothing that starts a process
	left   int  // nodes until only the lowest productions are taken
	depth  int  // symbols around
	rank   int  // functions below this number may be called
	low    bool // within a function that has the name of a stub, or a file
	nofile bool // within a script file
	again  int  // loops, functions and traps around
	ups    int  // ".." that are left
	count  int
	known  []int // functions that were defined
}

func newGenerator(seed uint64, posix bool) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, 1)), posix: posix, rank: 5, ups: 2}
}

// script makes a script; size is how many nodes it may have, roughly.
func (g *generator) script(size int) *node {
	g.left = size
	g.calm = g.IntN(12) > 0
	if g.IntN(8) > 0 {
		return g.expand("script")
	}
	n := &node{kids: []*node{g.expand("prelude"), {text: "\n"}}}
	seeds := seedScripts()
	for range 1 + g.IntN(3) {
		seed := seeds[g.IntN(len(seeds))]
		if strings.Contains(seed, "..") {
			if g.ups == 0 {
				continue
			}
			g.ups = 0
		}
		n.kids = append(n.kids, seedNode(seed))
		if g.IntN(3) == 0 {
			n.kids = append(n.kids, g.expand("stmt"), &node{text: "\n"})
		}
	}
	n.kids = append(n.kids, g.expand("probe"))
	return n
}

// file makes the text of a script file.
func (g *generator) file() string {
	rank, low, nofile, ups := g.rank, g.low, g.nofile, g.ups
	g.rank, g.low, g.nofile, g.ups, g.left = 0, true, true, 0, 12
	n := g.expand("block")
	g.rank, g.low, g.nofile, g.ups = rank, low, nofile, ups
	return n.String() + "\n"
}

const maxTree = 14

func (g *generator) expand(symbol string) *node {
	if n := g.special(symbol); n != nil {
		return n
	}
	ps := theGrammar[symbol]
	if ps == nil {
		panic("soundness.grammar: no symbol " + symbol)
	}
	g.left--
	if g.short() {
		switch symbol {
		case "stmt", "line", "block":
			ps = theGrammar["small"]
		}
	}
	g.depth++
	p := g.choose(ps)
	n := &node{symbol: symbol}
	loops := symbol == "stmt" && hasLoop(p)
	if loops || symbol == "trap" {
		g.again++
		defer func() { g.again-- }()
	}
	for _, part := range p.parts {
		if isSymbol(part) {
			n.kids = append(n.kids, g.expand(strings.Trim(part, "<>")))
		} else {
			n.kids = append(n.kids, &node{text: g.lower(part)})
		}
	}
	g.depth--
	return n
}

func (g *generator) short() bool { return g.left <= 0 || g.depth > maxTree }

func hasLoop(p production) bool {
	for _, part := range p.parts {
		if strings.Contains(part, "do ") || strings.Contains(part, "do\n") {
			return true
		}
	}
	return false
}

// lower keeps functions with the names of stubs from calling each other.
func (g *generator) lower(s string) string {
	if !g.low {
		return s
	}
	return strings.NewReplacer("s4", "s1", "s5", "s2", "s6", "s3").Replace(s)
}

func (g *generator) choose(ps []production) production {
	short := g.short()
	least := tall
	for _, p := range ps {
		least = min(least, p.height)
	}
	total := 0
	fits := func(p production) bool {
		return !(p.bash && g.posix) && !(p.forks && g.calm) && (!short || p.height == least)
	}
	for _, p := range ps {
		if fits(p) {
			total += p.weight
		}
	}
	if total == 0 {
		panic("soundness.grammar: no production fits")
	}
	n := g.IntN(total)
	for _, p := range ps {
		if !fits(p) {
			continue
		}
		if n -= p.weight; n < 0 {
			return p
		}
	}
	panic("unreachable")
}

// special makes what a grammar can't say.
func (g *generator) special(symbol string) *node {
	name, inner, _ := strings.Cut(symbol, ":")
	switch name {
	case "k": // the condition of a loop: it holds twice
		g.count++
		return &node{text: fmt.Sprintf("[ $((k%d=k%[1]d+1)) -le 2 ]", g.count)}
	case "cnt":
		return &node{text: strconv.Itoa(g.count)}
	case "dir":
		return &node{text: g.folder()}
	case "run":
		if g.nofile {
			return &node{text: "s1"}
		}
		return &node{text: []string{"./x.sh", "./d1/y.sh", "d1/y.sh"}[g.IntN(3)]}
	case "call":
		return &node{text: g.callee()}
	case "fn":
		return &node{text: fmt.Sprintf("fn%d", 1+g.IntN(4))}
	case "fdef":
		return g.function()
	case "sub":
		return &node{form: aloneForm, kids: []*node{g.expand(inner)}}
	case "sq":
		return &node{form: singleForm, kids: []*node{g.expand(inner)}}
	case "dq":
		return &node{form: doubleForm, kids: []*node{g.expand(inner)}}
	case "doc":
		if inner == "" {
			return nil
		}
		g.count++
		d := fmt.Sprintf([]string{"E%d", "E%d", "'E%d'", `\E%d`, `"E%d"`, "-E%d"}[g.IntN(6)], g.count)
		return &node{form: docForm, delim: d, kids: []*node{g.expand(inner)}}
	}
	return nil
}

// folder is where cd goes. ".." stands only where it runs once, so that no
// script leaves its folder.
func (g *generator) folder() string {
	if g.again == 0 && g.ups > 0 && g.IntN(5) == 0 {
		g.ups--
		return []string{"..", "d1/..", "../w"}[g.IntN(3)]
	}
	return []string{"d1", "d1", "d2", "d1/e1", "nosuch", "~", ".", "./d1", `"$v1"`, "-P d1", "d1 2>/dev/null", "$(echo d1)"}[g.IntN(12)]
}

// callee is a function that may be called here, if there is one.
func (g *generator) callee() string {
	var may []int
	for _, k := range g.known {
		if k < g.rank {
			may = append(may, k)
		}
	}
	if len(may) == 0 {
		return "s1"
	}
	return fmt.Sprintf("fn%d", may[g.IntN(len(may))])
}

// function makes a definition. Functions call only those of a lower rank.
func (g *generator) function() *node {
	rank, low := g.rank, g.low
	g.again++
	defer func() { g.rank, g.low = rank, low; g.again-- }()
	name := fmt.Sprintf("fn%d", max(rank-1, 1))
	if rank > 1 {
		k := 1 + g.IntN(rank-1)
		name, g.rank = fmt.Sprintf("fn%d", k), k
		defer func() { g.known = append(g.known, k) }()
	}
	if g.IntN(8) == 0 && !g.low {
		name, g.rank, g.low = []string{"s4", "s6"}[g.IntN(2)], 1, true
	}
	head, tail := name+"() {\n", "\n}"
	switch form := g.IntN(8); {
	case form == 0:
		head, tail = name+"() ( ", "\n)"
	case form == 1 && !g.posix:
		head = "function " + name + " {\n"
	case form == 2:
		tail = "\n} > o.f"
	case form == 3:
		head, tail = name+" () { s1 \"$@\"; ", "\n}"
	}
	if rank <= 1 {
		return g.expand("cmd")
	}
	return &node{symbol: "stmt", kids: []*node{{text: head}, g.expand("block"), {text: tail}}}
}

// damage changes a few places of a script, so that the analyser's parser and
// the shells' may read it differently. Scripts with loops and functions are
// left alone: they might not end.
func (g *generator) damage(s string) string {
	if g.IntN(6) > 0 || len(s) < 8 || endless.MatchString(s) {
		return s
	}
	for range 1 + g.IntN(3) {
		i := g.IntN(len(s) - 1)
		switch j := min(i+1+g.IntN(6), len(s)); g.IntN(4) {
		case 0:
			s = s[:i] + s[j:]
		case 1:
			s = s[:j] + s[i:]
		default:
			s = s[:i] + odd[g.IntN(len(odd))] + s[i:]
		}
		if len(s) < 2 {
			break
		}
	}
	return s
}

var endless = regexp.MustCompile(`while|until|for |\(\)|function|alias|trap|coproc`)

// odd holds what shells and parsers trip over.
var odd = []string{
	"\\", "\"", "'", "`", "$", "#", " #", "{", "}", "(", ")", ";", "&", "|", "<", ">", "\n", "\\\n", "!", "! ", "*", "[", "]", "=", "+=", ",",
	"$(", "${", "$((", "))", "<<", "<<<", "<(", "&>", ">&", "|&", "||", "&&", ";;", "$'", "$\"", "s1 ", "\ns2 ", "\t", " ", "é", "\\\n(", "$\\\n", "[[ ", " ]]", "{fd}>", "-", "2>", "time ", "in ",
}

// absolute finds paths that don't begin in the working folder or at home.
var absolute = regexp.MustCompile("(^|[\\s\"'`=<>|&;(){},:\\\\!])/")

// harmless reports whether a script names no absolute path. The operators of
// ${x//a/b} and paths beneath $HOME are no such names.
func harmless(script string) bool {
	return !absolute.MatchString(strings.ReplaceAll(script, "/dev/null", "")) && strings.IndexFunc(script, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t'
	}) < 0
}
