package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with a policy file.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`           // from 1, or 0 for the file as a whole
	Column  int    `json:"column"`         // from 1, in characters
	Rule    string `json:"rule,omitempty"` // the id of the rule that it is in
	Message string `json:"message"`
}

// String is the problem in one line: "policy.yaml:12:9: rule "x": ...".
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": ")
	if p.Rule != "" {
		fmt.Fprintf(&b, "rule %q: ", p.Rule)
	}
	b.WriteString(p.Message)
	return b.String()
}

// LoadError says everything that is wrong with a policy.
type LoadError struct {
	Problems []Problem // at least one, in the order of the files' lines
}

// Error lists the problems, one a line.
func (e *LoadError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// problems collects what is wrong in one load.
type problems struct{ list []Problem }

func (p *problems) add(x Problem) {
	if !slices.Contains(p.list, x) {
		p.list = append(p.list, x)
	}
}

// err returns what was collected, each file's problems by line.
func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	order := map[string]int{}
	for _, x := range p.list {
		if _, ok := order[x.File]; !ok {
			order[x.File] = len(order)
		}
	}
	slices.SortStableFunc(p.list, func(a, b Problem) int {
		if a.File != b.File {
			return order[a.File] - order[b.File]
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return &LoadError{Problems: p.list}
}

// suggest returns a hint at what was meant: the nearest of the words, or all
// of them where they are few.
func suggest(word string, words []string) string {
	best, distance := "", 1+min(3, len(word)/2)
	for _, w := range words {
		if d := editDistance(strings.ToLower(word), strings.ToLower(w)); d < distance {
			best, distance = w, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf(" (did you mean %q?)", best)
	case len(words) > 0 && len(words) <= 12:
		return ": want " + oneOf(words)
	}
	return ""
}

// oneOf writes "a, b or c".
func oneOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " or " + words[n]
}

// editDistance counts the characters to insert, delete, replace or swap.
func editDistance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 64 || len(y) > 64 {
		return 64
	}
	var before, last []int
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		before, last, row = last, row, make([]int, len(y)+1)
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(y)]
}
