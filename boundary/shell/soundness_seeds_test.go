//go:build unix

package shell_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"mvdan.cc/sh/v3/syntax"
)

// seedScripts are the texts of this package's own tables whose programs can be
// replaced by stubs, with that done, and the scripts of TestScripts.
var seedScripts = sync.OnceValue(func() []string {
	var out []string
	for _, name := range []string{"shell_test.go", "differential_test.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			l, ok := n.(*ast.BasicLit)
			if !ok || l.Kind != token.STRING {
				return true
			}
			if s, err := strconv.Unquote(l.Value); err == nil && strings.ContainsAny(s, " \n") {
				if s = toStubs(s); seedable(s) {
					out = append(out, s)
				}
			}
			return true
		})
	}
	for _, s := range strings.Split(scriptsText, "\n---\n") {
		if seedable(s) {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
})

// seedNode parts a seed into its statements, so that the minimiser can take some
// away.
func seedNode(s string) *node {
	f, err := syntax.NewParser().Parse(strings.NewReader(s), "")
	if err != nil || strings.Contains(s, "<<") {
		return &node{kids: []*node{{symbol: "stmt", text: s}, {text: "\n"}}}
	}
	n := &node{}
	for _, st := range f.Stmts {
		n.kids = append(n.kids, &node{symbol: "stmt", text: s[st.Pos().Offset():st.End().Offset()]}, &node{text: "\n"})
	}
	return n
}

// seedWords says what stands for the programs and files of the tables.
var seedWords = []struct {
	word *regexp.Regexp
	stub string
}{
	{regexp.MustCompile(`\brm -rf\b`), "s1"},
	{regexp.MustCompile(`\b(rm|reboot|cat|git [a-z]+)\b`), "s2"},
	{regexp.MustCompile(`\b(halt|ls|cp|mv|wc|date)\b`), "s3"},
	{regexp.MustCompile(`/(opt|srv)\b`), "d1"},
	{regexp.MustCompile(`/etc/x`), "o.1"},
	{regexp.MustCompile(`\.env\b`), "f1"},
	{regexp.MustCompile(`/dev/null`), "o.2"},
}

func toStubs(s string) string {
	for _, w := range seedWords {
		s = w.word.ReplaceAllString(s, w.stub)
	}
	return s
}

// quietWords may stand in a seed, in front of words or alone.
var quietWords = strings.Fields(`echo printf : true false cd set eval trap test [ read export declare local unset shift pushd popd
	alias shopt command builtin exec let mapfile return . source command_not_found_handle f g h i typeset readonly getopts wait readarray dirs hash type
	unalias enable bash sh env xargs find cat rm touch mkdir cp mv tee nice timeout break continue exit`)

// seedable reports whether a text starts nothing but stubs and surely ends.
func seedable(s string) bool {
	f, err := syntax.NewParser().Parse(strings.NewReader(s), "")
	if err != nil || !harmless(s) || strings.Contains(s, "..1000") {
		return false
	}
	ok, starts := true, false
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.WhileClause, *syntax.CoprocClause:
			ok = false
		case *syntax.CallExpr:
			if len(n.Args) == 0 {
				break
			}
			name := n.Args[0].Lit()
			_, stub := stubs[name]
			starts = starts || stub
			ok = ok && (stub || name == "" || slices.Contains(quietWords, name))
		}
		return true
	})
	return ok && starts
}
