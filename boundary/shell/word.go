package shell

import (
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// wordKind says how much of a word is known.
type wordKind uint8

const (
	known   wordKind = iota // text is the word
	pattern                 // text is a glob (Bash's) that covers whatever the word may be
	unknown                 // reason says why; text is what is known of its beginning
)

// word is one word of a command line after expansion.
type word struct {
	text   string
	reason string     // of an unknown
	span   guard.Span // where it stands in the text
	kind   wordKind
	split  bool // of an unknown or a pattern: it stood unquoted and may be no word or several
	tree   bool // of a pattern: any file beneath the folder text
	all    bool // of a tree: hidden files and ignored ones are meant too
	joined bool // of a pattern: several words that it covers may stand in one text
	mixed  bool // of a pattern: several stand in it beside other text, and it covers not each
	many   bool // of a pattern: it surely stands for all that match, which may be several words
	num    bool // of a pattern: it covers an integer
	empty  bool // of a pattern: it may also be empty
	absent bool // of a pattern: no file may match, and it is no word then
	fresh  bool // of a pattern: its wildcards cover letters and digits only
	gone   bool // of a pattern: git found nothing any more where the files that it covers stood
}

// lit makes a known word.
func lit(text string, span guard.Span) word { return word{text: text, span: span} }

// code is the word as a text for a shell. A wildcard that covers letters and digits
// stays one there, outside of quotes, where it can't be another thing.
func (w word) code() word {
	if w.kind != pattern || !w.fresh || w.empty || w.joined || w.mixed || w.tree {
		return w
	}
	var b strings.Builder
	quote := ""
	for i := 0; i < len(w.text); i++ {
		c := w.text[i]
		wild := c == '*' || c == '?'
		if c == '\\' && i+1 < len(w.text) {
			i++
			c = w.text[i]
		}
		switch {
		case wild:
			b.WriteString(quote + string(c) + quote)
			continue
		case quote != "'" && strings.IndexByte("$`\\{[(<>~!#=", c) >= 0:
			return w
		case quote == string(c):
			quote = ""
		case quote == "" && (c == '\'' || c == '"'):
			quote = string(c)
		}
		b.WriteByte(c)
	}
	if quote != "" {
		return w
	}
	return lit(b.String(), w.span)
}

// lost reports whether nothing is known of the word.
func (w word) lost() bool { return w.kind == unknown }

// is reports whether the word is exactly this text.
func (w word) is(text string) bool { return w.kind == known && w.text == text }

// starts reports whether the word certainly begins with the text.
func (w word) starts(prefix string) bool { return strings.HasPrefix(w.text, prefix) }

// after is the word without its first n bytes, which must be known ones.
func (w word) after(n int) word {
	w.text = w.text[min(n, len(w.text)):]
	w.split = false
	return w
}

// list takes the word apart at a separator. A list may end in one.
func (w word) list(sep string) (out []word) {
	for at := 0; at < len(w.text); {
		part := w.after(at)
		part.text, _, _ = strings.Cut(part.text, sep)
		out = append(out, part)
		at += len(part.text) + len(sep)
	}
	return out
}

// cut splits the word around the first sep in its known text.
func (w word) cut(sep string) (before string, after word, ok bool) {
	i := strings.Index(w.text, sep)
	if i < 0 {
		return w.text, word{}, false
	}
	return w.text[:i], w.after(i + len(sep)), true
}

// arg is the word as it stands in an action's Args.
func (w word) arg() string {
	if w.kind == unknown || w.empty && !w.split && strings.Trim(w.text, "*") != "" {
		return guard.UnknownWord
	}
	if w.tree {
		return w.text + "/**"
	}
	return w.text
}

const globMeta = `*?[\`

// quoteGlob escapes what a glob would give a meaning.
func quoteGlob(s string) string {
	if !strings.ContainsAny(s, globMeta) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if strings.IndexByte(globMeta, s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// unquoteGlob takes the escapes of quoteGlob away.
func unquoteGlob(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// why is the reason for which a word isn't known.
func (w word) why() string {
	if w.kind == pattern {
		return "it is a pattern"
	}
	return w.reason
}
