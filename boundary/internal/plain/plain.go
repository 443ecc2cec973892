// Package plain tells the commands that need no parser: most of those that
// people and agents write.
package plain

import "strings"

// Words returns the words of a text that is one simple command in which nothing
// is quoted, expanded or reserved, in Bash and in a POSIX shell; nil for any
// other. Blanks are all that stands between them.
func Words(text string) []string {
	n, before := 0, byte(' ')
	for i := range len(text) {
		c := text[i]
		if c != ' ' && !means[c] {
			return nil
		}
		if before == ' ' && c != ' ' {
			n++
		}
		before = c
	}
	if n == 0 {
		return nil
	}
	words := make([]string, 0, n)
	for w := range strings.SplitSeq(text, " ") {
		if w != "" {
			words = append(words, w)
		}
	}
	if strings.Contains(words[0], "=") || Reserved(words[0]) {
		return nil
	}
	return words
}

// Means reports whether a byte stands for itself in a word.
func Means(c byte) bool { return means[c] }

var means = func() (t [256]bool) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,@%+") {
		t[c] = true
	}
	return t
}()

// Reserved reports whether a word begins something else than a simple command,
// or is a builtin that takes assignments as words.
func Reserved(word string) bool { return reserved[word] }

var reserved = map[string]bool{
	"if": true, "then": true, "else": true, "elif": true, "fi": true, "for": true, "while": true, "until": true, "do": true, "done": true,
	"case": true, "esac": true, "in": true, "select": true, "function": true, "time": true, "coproc": true, "let": true,
	"declare": true, "local": true, "export": true, "readonly": true, "typeset": true, "nameref": true,
}
