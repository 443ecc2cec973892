package policy

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// expression is the text of a CEL expression and where each part of it stands
// in the file.
type expression struct {
	text string
	file string
	rule string
	// at returns the position of a character of text: line from 1, column
	// from 0, both in text; the answer counts from 1.
	at func(line, column int) (int, int)
}

// expression reads an expression. In a block scalar the lines are taken from
// the source as they stand, so that positions hold; CEL doesn't mind line
// breaks where YAML would have folded them.
func (r *reader) expression(n *yaml.Node, what string) (expression, bool) {
	s, ok := r.word(n, what)
	if !ok {
		return expression{}, false
	}
	if len(s) > maxExpression {
		r.fail(n, "%s: %d bytes: at most %d", what, len(s), maxExpression)
		return expression{}, false
	}
	e := expression{text: s, file: r.file, rule: r.rule, at: func(int, int) (int, int) { return n.Line, n.Column }}
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		r.block(n, &e)
	case n.Line <= len(r.lines):
		r.flow(n, &e)
	}
	return e, true
}

// block takes the lines beneath the | or > as they stand.
func (r *reader) block(n *yaml.Node, e *expression) {
	first := n.Line // the index of the line after the indicator's
	indent := -1
	var lines []string
	for _, line := range r.lines[min(first, len(r.lines)):] {
		margin := len(line) - len(strings.TrimLeft(line, " "))
		blank := margin == len(line)
		if indent < 0 && !blank {
			indent = margin
		}
		if !blank && margin < indent {
			break
		}
		lines = append(lines, line[min(max(indent, 0), len(line)):])
	}
	text := strings.TrimRight(strings.Join(lines, "\n"), "\n ")
	if !sameWords(text, e.text) {
		return
	}
	e.text = text
	e.at = func(line, column int) (int, int) { return first + line, indent + column + 1 }
}

// sameWords reports whether two texts differ in white space only.
func sameWords(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)
	return strings.Join(x, " ") == strings.Join(y, " ")
}

// flow maps the characters of a plain or quoted scalar on one line.
func (r *reader) flow(n *yaml.Node, e *expression) {
	line := r.lines[n.Line-1]
	start := byteOffset(line, n.Column-1)
	raw := line[start:]
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) == 0 {
		r.plain(n, e, raw)
		return
	}
	double := n.Style&yaml.DoubleQuotedStyle != 0
	columns := quotedColumns(raw, double)
	if len(columns) == 0 || len(columns) < utf8.RuneCountInString(e.text) {
		return // it goes on in the next line, or holds escapes of several characters
	}
	e.at = func(_, column int) (int, int) {
		return n.Line, n.Column + columns[min(column, len(columns)-1)]
	}
}

// plain maps the characters of a plain scalar, whose lines are taken as they
// stand.
func (r *reader) plain(n *yaml.Node, e *expression, raw string) {
	if strings.HasPrefix(raw, e.text) {
		e.at = func(_, column int) (int, int) { return n.Line, n.Column + column }
		return
	}
	text := raw
	for i := n.Line; i < len(r.lines) && len(text) < 2*maxExpression && !sameWords(text, e.text); i++ {
		text += "\n" + r.lines[i]
	}
	if !sameWords(text, e.text) {
		return // comments stand in it, or what follows in the same line
	}
	e.text = text
	e.at = func(line, column int) (int, int) {
		if line == 1 {
			return n.Line, n.Column + column
		}
		return n.Line + line - 1, column + 1
	}
}

// quotedColumns returns the column of each character of a quoted scalar,
// counted from its quote.
func quotedColumns(raw string, double bool) []int {
	var out []int
	runes := []rune(raw)
	for i := 1; i < len(runes); i++ {
		switch {
		case double && runes[i] == '\\':
			out = append(out, i)
			i++
			i += map[rune]int{'x': 2, 'u': 4, 'U': 8}[runes[min(i, len(runes)-1)]]
			continue
		case !double && runes[i] == '\'' && i+1 < len(runes) && runes[i+1] == '\'':
			out = append(out, i)
			i++
			continue
		case double && runes[i] == '"', !double && runes[i] == '\'':
			return append(out, i)
		}
		out = append(out, i)
	}
	return nil
}

func byteOffset(line string, column int) int {
	for i := range line {
		if column == 0 {
			return i
		}
		column--
	}
	return len(line)
}
