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
		if !means[c] {
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
	if strings.Contains(words[0], "=") || reserved[words[0]] {
		return nil
	}
	return words
}

// Bounds of [Pipeline].
const (
	maxPipeline = 4 << 10 // bytes
	maxCommands = 16
)

// Pipeline returns the words of each command of a text that is a pipeline of
// such commands; nil for any other, and for one of many commands.
func Pipeline(text string) (commands [][]string) {
	if len(text) > maxPipeline || strings.IndexByte(text, '|') < 0 {
		return nil
	}
	commands = make([][]string, 0, 4)
	for command := range strings.SplitSeq(text, "|") {
		words := Words(command)
		if words == nil || len(commands) == maxCommands {
			return nil
		}
		commands = append(commands, words)
	}
	return commands
}

// means are the bytes that mean themselves in a command, and the blank.
var means = func() (t [256]bool) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _-./:=,@%+") {
		t[c] = true
	}
	return t
}()

// reserved are the words that begin something else than a simple command, and
// the builtins that take assignments as words.
var reserved = map[string]bool{
	"if": true, "then": true, "else": true, "elif": true, "fi": true, "for": true, "while": true, "until": true, "do": true, "done": true,
	"case": true, "esac": true, "in": true, "select": true, "function": true, "time": true, "coproc": true, "let": true,
	"declare": true, "local": true, "export": true, "readonly": true, "typeset": true, "nameref": true,
}
