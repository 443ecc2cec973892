package exact

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/runtimeguard/runtimeguard/boundary/internal/parsed"
	"github.com/runtimeguard/runtimeguard/boundary/internal/plain"
)

// Inexact says why text needs a real shell: it uses what the interpreter lacks
// or does otherwise. It returns "" where the interpreter does what bash does,
// as far as that can be seen before the words are known; for those that are
// known later, [builtin] is asked again.
func Inexact(text string, posix bool) string {
	if words := plain.Words(text); words != nil {
		return simple(words, len(words))
	}
	if !posix {
		if file, ok := parsed.Take(text); ok {
			return inexact(file)
		}
	}
	file, err := parsed.Parse(text, posix)
	if err != nil {
		return "its syntax"
	}
	return inexact(file)
}

func inexact(file *syntax.File) string {
	for _, s := range file.Stmts {
		if reason := statement(s); reason != "" {
			return reason
		}
	}
	return ""
}

// statement sees what [walk] sees. Lists of commands without redirections, which
// most texts are, need no walk.
func statement(s *syntax.Stmt) string {
	if len(s.Redirs) > 0 || s.Coprocess || s.Disown {
		return walk(s)
	}
	switch c := s.Cmd.(type) {
	case *syntax.BinaryCmd:
		if reason := statement(c.X); reason != "" {
			return reason
		}
		return statement(c.Y)
	case *syntax.CallExpr:
		if len(c.Assigns) > 0 {
			break
		}
		if reason := call(c); reason != "" {
			return reason
		}
		for _, w := range c.Args {
			if reason := word(w); reason != "" {
				return reason
			}
		}
		return ""
	}
	return walk(s)
}

func word(w *syntax.Word) string {
	if slices.ContainsFunc(w.Parts, expands) {
		return walk(w)
	}
	return dots(w)
}

// expands reports whether a part of a word is more than text.
func expands(p syntax.WordPart) bool {
	switch p := p.(type) {
	case *syntax.Lit, *syntax.SglQuoted:
		return false
	case *syntax.DblQuoted:
		return slices.ContainsFunc(p.Parts, expands)
	}
	return true
}

func walk(n syntax.Node) (reason string) {
	syntax.Walk(n, func(n syntax.Node) bool {
		if reason == "" && n != nil {
			reason = node(n)
		}
		return reason == ""
	})
	return reason
}

func node(n syntax.Node) string {
	switch n := n.(type) {
	case *syntax.CoprocClause:
		return "coproc"
	case *syntax.TimeClause:
		return "time"
	case *syntax.ForClause:
		if n.Select {
			return "select"
		}
	case *syntax.ProcSubst:
		return "process substitution"
	case *syntax.ExtGlob:
		return "extended patterns"
	case *syntax.Redirect:
		return redirect(n)
	case *syntax.ParamExp:
		return parameter(n)
	case *syntax.DeclClause:
		return declaration(n)
	case *syntax.FuncDecl:
		if _, list := n.Body.Cmd.(*syntax.BinaryCmd); list { // the parser takes the list for the body
			return "a definition in a list"
		}
	case *syntax.CallExpr:
		return call(n)
	case *syntax.Word:
		return dots(n)
	case *syntax.Stmt:
		if n.Coprocess || n.Disown {
			return "coprocesses"
		}
	}
	return ""
}

// redirect: descriptors from 3 on, and files opened to read and write.
func redirect(r *syntax.Redirect) string {
	n := ""
	if r.N != nil {
		n = r.N.Value
	}
	ok := false
	switch r.Op {
	case syntax.RdrIn, syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc:
		ok = n == "" || n == "0"
	case syntax.RdrOut, syntax.AppOut:
		ok = n == "" || n == "1" || n == "2"
	case syntax.RdrAll, syntax.AppAll:
		ok = n == ""
	case syntax.DplOut:
		ok = slices.Contains([]string{"", "1", "2"}, n) && slices.Contains([]string{"1", "2", "-"}, r.Word.Lit())
	}
	switch {
	case !ok:
		return "a redirection of this kind"
	case strings.HasPrefix(r.Word.Lit(), "/dev/tcp/"), strings.HasPrefix(r.Word.Lit(), "/dev/udp/"):
		return "a network connection by redirection"
	}
	return ""
}

// foreign are variables that bash sets and the interpreter doesn't.
var foreign = regexp.MustCompile(`^(BASH(_.*|PID|OPTS)?|PIPESTATUS|FUNCNAME|LINENO|SECONDS|HOSTNAME|HOSTTYPE|OSTYPE|MACHTYPE|EPOCH.*|SHLVL|DIRSTACK|GROUPS|COMP_.*|SHELLOPTS|HISTCMD|COPROC|_|-)$`)

func parameter(p *syntax.ParamExp) string {
	switch {
	case p.Param != nil && foreign.MatchString(p.Param.Value):
		return "the variable " + p.Param.Value
	case p.Exp != nil && p.Exp.Op == syntax.OtherParamOps:
		return "an expansion with @"
	case slices.ContainsFunc(parsed.Parts(p), parsed.HidesProcess):
		return "process substitution"
	case slices.ContainsFunc(parsed.Parts(p), parsed.OldArithmetic):
		return "arithmetic in brackets"
	}
	return ""
}

// declaration: the options of declare and its kin that mean something else to
// the interpreter, or nothing.
func declaration(d *syntax.DeclClause) string {
	if len(d.Args) == 0 {
		return d.Variant.Value + " without words"
	}
	for _, a := range d.Args {
		if !a.Naked || a.Value == nil {
			continue
		}
		w := a.Value.Lit()
		if strings.HasPrefix(w, "+") || strings.HasPrefix(w, "-") && !slices.Contains([]string{"-x", "-r", "-a", "-A", "-g", "--"}, w) {
			return d.Variant.Value + " " + w
		}
		if w == "--" {
			return d.Variant.Value + " --"
		}
	}
	return ""
}

// call: what can be seen of a command before its words are known.
func call(c *syntax.CallExpr) string {
	if len(c.Args) == 0 {
		return ""
	}
	if name, ok := literal(c.Args[0]); !ok || !special[path.Base(name)] && !strings.HasPrefix(name, "%") {
		return ""
	}
	words := make([]string, 0, len(c.Args))
	for _, w := range c.Args {
		text, ok := literal(w)
		if !ok {
			break
		}
		words = append(words, text)
	}
	return simple(words, len(c.Args))
}

// simple is call for the words of n that are known.
func simple(words []string, n int) string {
	if len(words) == 0 {
		return ""
	}
	if name, ok := program(words[0]); ok && Elsewhere(name) {
		return name
	}
	if len(words) == n {
		_, reason := builtin(words, false)
		return reason
	}
	if lacking[words[0]] {
		return words[0]
	}
	return ""
}

// elsewhere are programs that make command lines of what they read, and aren't
// run inside.
var elsewhere = map[string]bool{
	"parallel": true, "zsh": true, "ksh": true, "mksh": true, "fish": true, "csh": true, "tcsh": true,
}

// special are the base names of commands that [simple] looks at, beside jobs.
var special = func() map[string]bool {
	m := maps.Clone(elsewhere)
	maps.Copy(m, lacking)
	for name := range rewrites {
		m[name] = true
	}
	for name := range options {
		m[name] = true
	}
	return m
}()

// program is the name of a program that PATH or a system folder names.
func program(word string) (name string, ok bool) {
	dir := path.Dir(word)
	return path.Base(word), !strings.Contains(word, "/") || dir == "/bin" || dir == "/usr/bin" || dir == "/usr/local/bin"
}

// Elsewhere reports whether a program makes command lines of what it reads, and
// isn't run inside: bash and a rule for all it may do are what there is then.
func Elsewhere(name string) bool { return elsewhere[name] }

// literal is the text of a word without expansions.
func literal(w *syntax.Word) (text string, ok bool) {
	for _, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			if strings.ContainsAny(p.Value, "*?[\\~{") {
				return "", false
			}
			text += p.Value
		case *syntax.SglQuoted:
			if p.Dollar {
				return "", false
			}
			text += p.Value
		case *syntax.DblQuoted:
			inner, ok := literal(&syntax.Word{Parts: p.Parts})
			if !ok {
				return "", false
			}
			text += inner
		default:
			return "", false
		}
	}
	return text, true
}

// leadingDot is a pattern that names hidden files.
var leadingDot = regexp.MustCompile(`(^|[/{,])\.[^/]*[*?\[]`)

// dots: patterns match no hidden files here at all. The interpreter would match
// too many: "*.*" would match ".env", which it doesn't in bash.
func dots(w *syntax.Word) string {
	if text := outline(w.Parts); strings.Contains(text, ".") && strings.ContainsAny(text, "*?[") && leadingDot.MatchString(text) {
		return "a pattern of hidden files"
	}
	return ""
}

var quotedMeta = strings.NewReplacer("*", "x", "?", "x", "[", "x")

// outline is a word in which a slash stands for what isn't known, and nothing
// that is quoted is a pattern.
func outline(parts []syntax.WordPart) string {
	if len(parts) == 1 {
		if l, ok := parts[0].(*syntax.Lit); ok {
			return l.Value
		}
	}
	var b strings.Builder
	for _, p := range parts {
		switch p := p.(type) {
		case *syntax.Lit:
			b.WriteString(p.Value)
		case *syntax.SglQuoted:
			b.WriteString(quotedMeta.Replace(p.Value))
		case *syntax.DblQuoted:
			b.WriteString(quotedMeta.Replace(outline(p.Parts)))
		default:
			b.WriteByte('/')
		}
	}
	return b.String()
}
