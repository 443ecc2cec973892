package console

import (
	"strings"
	"unicode/utf8"

	"github.com/runtimeguard/runtimeguard/guard"
)

// shown is a text as a human is to see it: pieces that stand there as they
// are, and between them, at each odd index, the escapes that
// [guard.Printable] writes for what couldn't be seen. So the page can tell an
// escape from the same characters in the text.
type shown []string

func show(s string) shown {
	if guard.Printable(s) == s {
		return shown{s}
	}
	out := shown{""}
	for s != "" {
		_, n := utf8.DecodeRuneInString(s)
		piece := guard.Printable(s[:n])
		if hidden := piece != s[:n]; hidden == (len(out)%2 == 1) {
			out = append(out, "")
		}
		out[len(out)-1] += piece
		s = s[n:]
	}
	return out
}

// lines shows a text of several lines.
func lines(s string) []shown {
	var out []shown
	for line := range strings.SplitSeq(s, "\n") {
		out = append(out, show(line))
	}
	return out
}

// row is a labelled value.
type row struct {
	Label string `json:"label"`
	Value shown  `json:"value"`
	Line  bool   `json:"line,omitempty"` // of a diff or of code
}

// rows leaves out what is empty.
func rows(all ...[2]string) []row {
	var out []row
	for _, r := range all {
		if r[1] != "" {
			out = append(out, row{Label: r[0], Value: show(r[1])})
		}
	}
	return out
}
