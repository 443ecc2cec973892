package shell

import (
	"regexp"
	"strings"
)

// perlCode reports whether a program of Perl is a list of the statements that
// one-liners over lines are made of: s/…/…/, tr/…/…/, print, next and last, under
// a condition or none. No text in them is evaluated.
func perlCode(src string) bool {
	if len(src) > 2000 || strings.ContainsAny(src, "`\x00") {
		return false
	}
	for rest := src; ; {
		rest = strings.TrimLeft(rest, " \t\n;")
		if rest == "" {
			return true
		}
		n := perlStatement(rest)
		if n == 0 {
			return false
		}
		rest = strings.TrimLeft(rest[n:], " \t\n")
		if rest != "" && rest[0] != ';' {
			return false
		}
	}
}

// perlStatement is the size of the statement that s begins with, or 0.
func perlStatement(s string) int {
	n := perlChange(s)
	if n == 0 {
		n = len(perlSimple.FindString(s))
	}
	if n == 0 {
		return 0
	}
	condition := perlCondition.FindString(s[n:])
	if condition == "" {
		return n
	}
	n += len(condition)
	if size := perlMatch(s[n:]); size > 0 {
		return n + size
	}
	size := len(perlCompare.FindString(s[n:]))
	if size == 0 {
		return 0
	}
	return n + size
}

// Values are the fields of a line and texts in which nothing is expanded.
const (
	perlValue  = `(?:\$(?:[0-9&_.]|F\[-?[0-9]+\])|"(?:[^"\\$@]|\\[ntr\\"]|\$(?:[0-9&_]\b|F\[-?[0-9]+\]))*"|'[^'\\]*'|[0-9]+)`
	perlNumber = `(?:\$\.|\$F\[-?[0-9]+\]|\$[0-9]|[0-9]+)`
)

var (
	perlSimple    = regexp.MustCompile(`^(?:print(?: *\(? *` + perlValue + `(?: *[,.] *` + perlValue + `)* *\)?)?|next|last|chomp)(?:\b|$)?`)
	perlCondition = regexp.MustCompile(`^[ \t\n]*(?:if|unless)[ \t\n]*`)
	perlCompare   = regexp.MustCompile(`^(?:\(? *` + perlNumber + ` *(?:==|!=|<=|>=|<|>|\.\.\.?) *` + perlNumber + ` *\)?|eof)`)
)

// perlMatch is the size of the match /…/ that s begins with, or 0.
func perlMatch(s string) int {
	n := 0
	if strings.HasPrefix(s, "!") {
		n = 1
	}
	if strings.HasPrefix(s[n:], "m") {
		n++
	}
	if n >= len(s) || strings.IndexByte("/#!,|", s[n]) < 0 || s[n] != '/' && (n == 0 || s[n-1] != 'm') {
		return 0
	}
	end := perlPart(s, n+1, s[n], true)
	if end == 0 {
		return 0
	}
	return perlFlags(s, end)
}

// perlChange is the size of the s/…/…/ or tr/…/…/ that s begins with, or 0.
func perlChange(s string) int {
	verb := ""
	for _, v := range []string{"s", "tr", "y"} {
		if strings.HasPrefix(s, v) && len(s) > len(v) && strings.IndexByte("/#!,|", s[len(v)]) >= 0 {
			verb = v
		}
	}
	if verb == "" {
		return 0
	}
	quote := s[len(verb)]
	from := perlPart(s, len(verb)+1, quote, verb == "s")
	if from == 0 {
		return 0
	}
	to := perlPart(s, from, quote, false)
	if to == 0 {
		return 0
	}
	return perlFlags(s, to)
}

// perlPart is where a part of a match or of a change ends, behind the character
// that ends it, or 0. What it expands are the groups of the match.
func perlPart(s string, i int, quote byte, pattern bool) int {
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c == quote:
			return i + 1
		case c == '\\':
			if i++; i < len(s) && s[i] == quote && strings.IndexByte("|!#", quote) >= 0 {
				return 0
			}
		case c == '@', pattern && strings.HasPrefix(s[i:], "(?") && (i+2 == len(s) || strings.IndexByte(":=!<i>", s[i+2]) < 0):
			return 0
		case c == '$':
			next := byte(' ')
			if i+1 < len(s) {
				next = s[i+1]
			}
			switch {
			case isDigit(next), next == '&' && !pattern:
			case pattern && (next == quote || next == ')' || next == '|'):
			default:
				return 0
			}
		}
	}
	return 0
}

// perlFlags is where the letters behind a change end, or 0 where one of them
// evaluates.
func perlFlags(s string, i int) int {
	for i < len(s) && isLetter(s[i]) && strings.IndexByte("gimsxr", s[i]) >= 0 {
		i++
	}
	if i < len(s) && (isLetter(s[i]) && !perlCondition.MatchString(s[i:]) || s[i] == '_' || isDigit(s[i])) {
		return 0
	}
	return i
}

// nodeData are the files of data that a program of node loads, and what of them
// it takes.
var nodeData = regexp.MustCompile(`\brequire\((?:'(\.{1,2}/[\w./-]+\.json)'|"(\.{1,2}/[\w./-]+\.json)")\)((?:\.[A-Za-z_]\w*|\[(?:'[\w./@-]+'|"[\w./@-]+"|\d+)\])*)`)

// nodeCode judges a program that prints what stands in files of data.
func (inv *invocation) nodeCode(src string) bool {
	found := nodeData.FindAllStringSubmatch(src, -1)
	for _, m := range found {
		if strings.Contains(m[3], "constructor") || strings.Contains(m[3], "__") {
			return false
		}
	}
	if len(found) == 0 || !harmlessCode(nodeData.ReplaceAllString(src, "0")) {
		return false
	}
	for _, m := range found {
		inv.read(lit(m[1]+m[2], inv.span))
	}
	return true
}
