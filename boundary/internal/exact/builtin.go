package exact

import (
	"regexp"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/boundary/internal/plain"
)

// lacking are builtins that the interpreter has not, or not as bash has them.
var lacking = setOf("kill jobs fg bg ulimit history bind complete compgen compopt fc disown suspend enable caller logout newgrp umask times hash help mapfile readarray unalias")

func setOf(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// options are those of each builtin that mean the same to the interpreter, as a
// pattern of the words that begin with a dash.
var options = map[string]*regexp.Regexp{
	"cd":      regexp.MustCompile(`^-$`),
	"pwd":     regexp.MustCompile(`^-L$`),
	"read":    regexp.MustCompile(`^-[rsa]+$`),
	"type":    regexp.MustCompile(`^-[tpP]$`),
	"command": regexp.MustCompile(`^-v$`),
	"exec":    regexp.MustCompile(`^--$^`), // none
	"wait":    regexp.MustCompile(`^--$^`),
	"dirs":    regexp.MustCompile(`^--$^`),
	"pushd":   regexp.MustCompile(`^--$^`),
	"popd":    regexp.MustCompile(`^--$^`),
	"unset":   regexp.MustCompile(`^-[vf]$`),
	"alias":   regexp.MustCompile(`^--$^`),
	"set":     regexp.MustCompile(`^-[euxfan]*o?$`),
	"shopt":   regexp.MustCompile(`^-[su]$`),
	"builtin": regexp.MustCompile(`^--$^`),
	"source":  regexp.MustCompile(`^--$^`),
	".":       regexp.MustCompile(`^--$^`),
	"eval":    regexp.MustCompile(`^--$^`),
	"trap":    regexp.MustCompile(`^-$`),
}

var (
	setNames   = setOf("allexport errexit noexec noglob nounset xtrace pipefail")
	shoptNames = setOf("extglob globstar nullglob nocaseglob expand_aliases")
	// verbs are the printf formats that the interpreter knows as bash does.
	verbs = regexp.MustCompile(`^([^%]|%%|%-?[0-9]*s|%-?0?[0-9]*[dicxXuo])*$`)
	// escapes are the backslashes in formats and after echo -e that it knows.
	escapes = regexp.MustCompile(`^([^\\]|\\[abefnrtv\\]|\\x[0-9A-Fa-f]{2}|\\0[0-7]{3})*$`)
)

// endsOptions are the builtins for which the interpreter takes "--" as bash does.
var endsOptions = setOf("set read type command wait shopt trap")

// builtin looks at a command whose words are known. It returns them in the form
// that the interpreter understands as bash does, or why it has none. Words that
// aren't a builtin are returned as they are.
func builtin(args []string, posix bool) (out []string, reason string) {
	name := args[0]
	if lacking[name] || strings.HasPrefix(name, "%") { // a job
		return nil, name
	}
	if rewrite, ok := rewrites[name]; ok {
		if args, reason = rewrite(args, posix); reason != "" {
			return nil, name + ": " + reason
		}
	}
	ok := options[name]
	if ok == nil {
		return args, ""
	}
	for _, a := range args[1:] {
		if a == "" || a[0] != '-' || a == "--" && endsOptions[name] {
			break
		}
		if !ok.MatchString(a) {
			return nil, name + " " + a
		}
	}
	if name == "builtin" || name == "command" {
		return nested(args, posix)
	}
	return args, ""
}

// rewrites bring a builtin's words into a form that the interpreter understands
// as bash does.
var rewrites = map[string]func(args []string, posix bool) (out []string, reason string){
	"echo":   rewriteEcho,
	"printf": checkPrintf,
	"cd":     rewriteCd,
	"read":   rewriteRead,
	"set":    checkSet,
	"shopt":  checkShopt,
	"trap":   rewriteTrap,
	"shift":  checkShift,
	"alias":  checkAlias,
	"dirs":   checkStack,
	"pushd":  checkStack,
	"popd":   checkStack,
}

var echoOption = regexp.MustCompile(`^-[neE]+$`)

// rewriteEcho takes clusters of options apart; dash's echo reads escapes
// always and knows -n alone.
func rewriteEcho(args []string, posix bool) (out []string, reason string) {
	known := echoOption
	if posix {
		known = regexp.MustCompile(`^-n$`)
	}
	out, rest := []string{"echo"}, args[1:]
	expand := posix
	for len(rest) > 0 && known.MatchString(rest[0]) {
		for _, c := range rest[0][1:] {
			out = append(out, "-"+string(c))
			if c != 'n' {
				expand = c == 'e'
			}
		}
		rest = rest[1:]
		if posix {
			break
		}
	}
	text := strings.Join(rest, " ")
	if !strings.Contains(text, `\`) {
		expand = false
	}
	if expand && !escapes.MatchString(text) {
		return nil, "an escape of this kind"
	}
	if posix && len(rest) > 0 && echoOption.MatchString(rest[0]) {
		return nil, "a word that bash takes for an option"
	}
	if expand {
		out = append(out, "-e")
	} else {
		out = append(out, "-E")
	}
	if len(rest) > 0 && echoOption.MatchString(rest[0]) {
		return nil, "a word that looks like an option"
	}
	return append(out, rest...), ""
}

func checkPrintf(args []string, _ bool) ([]string, string) {
	if len(args) > 1 && args[1] == "--" {
		args = append([]string{"printf"}, args[2:]...)
	} else if len(args) > 1 && strings.HasPrefix(args[1], "-") {
		return nil, args[1]
	}
	if len(args) > 1 && (!verbs.MatchString(args[1]) || !escapes.MatchString(args[1])) {
		return nil, "a format of this kind"
	}
	return args, ""
}

func rewriteCd(args []string, _ bool) ([]string, string) {
	if len(args) > 1 && args[1] == "--" {
		args = append([]string{"cd"}, args[2:]...)
	}
	if len(args) > 1 && args[1] == "" {
		return []string{"true"}, ""
	}
	return args, ""
}

// rewriteRead leaves the prompt away: it is for terminals.
func rewriteRead(args []string, _ bool) ([]string, string) {
	out := []string{"read"}
	for i := 1; i < len(args); i++ {
		switch {
		case args[i] == "-p" || args[i] == "-rp" || args[i] == "-sp":
			if rest := strings.TrimSuffix(args[i], "p"); rest != "-" {
				out = append(out, rest)
			}
			i++
		case strings.HasPrefix(args[i], "-"):
			out = append(out, args[i])
		default:
			return append(out, args[i:]...), ""
		}
	}
	return out, ""
}

func checkSet(args []string, _ bool) ([]string, string) {
	if len(args) == 1 {
		return nil, "a list of all variables"
	}
	for i := 1; i < len(args); i++ {
		a := args[i]
		if a == "--" || a == "-" || a == "" || a[0] != '-' && a[0] != '+' {
			return args, ""
		}
		if a[0] == '+' && !options["set"].MatchString("-"+a[1:]) {
			return nil, a
		}
		if strings.HasSuffix(a, "o") {
			if i++; i == len(args) || !setNames[args[i]] {
				return nil, "an option of this name"
			}
		}
	}
	return args, ""
}

func checkShopt(args []string, _ bool) ([]string, string) {
	if len(args) < 3 {
		return nil, "a list of options"
	}
	for _, a := range args[2:] {
		if !shoptNames[a] {
			return nil, a
		}
	}
	return args, ""
}

// rewriteTrap keeps what the interpreter traps. Signals don't reach it: nobody
// but the host can send it one, and that kills.
func rewriteTrap(args []string, _ bool) ([]string, string) {
	if len(args) < 3 || args[1] != "-" && strings.HasPrefix(args[1], "-") {
		return nil, "these words"
	}
	out := []string{"trap", args[1]}
	for _, sig := range args[2:] {
		sig = strings.TrimPrefix(strings.ToUpper(sig), "SIG")
		switch sig {
		case "0", "EXIT":
			out = append(out, "EXIT")
		case "ERR":
			out = append(out, sig)
		case "1", "2", "3", "15", "HUP", "INT", "QUIT", "TERM", "PIPE", "USR1", "USR2":
		default:
			return nil, sig
		}
	}
	if len(out) == 2 {
		return []string{"true"}, ""
	}
	return out, ""
}

// checkShift: a number below zero would end the interpreter.
func checkShift(args []string, _ bool) ([]string, string) {
	if len(args) == 2 && strings.Trim(args[1], "0123456789") == "" || len(args) == 1 {
		return args, ""
	}
	return nil, "these words"
}

// checkAlias: the interpreter takes a value for words, whatever it holds.
func checkAlias(args []string, _ bool) ([]string, string) {
	for _, a := range args[1:] {
		if _, value, ok := strings.Cut(a, "="); ok && value != "" && plain.Words(value) == nil {
			return nil, "a text of this kind"
		}
	}
	return args, ""
}

// checkStack: folders are not named by their place on the stack.
func checkStack(args []string, _ bool) ([]string, string) {
	for _, a := range args[1:] {
		if strings.HasPrefix(a, "+") {
			return nil, a
		}
	}
	return args, ""
}

// nested: builtin and command run another builtin without asking again.
func nested(args []string, posix bool) ([]string, string) {
	if len(args) < 2 || strings.HasPrefix(args[1], "-") {
		return args, ""
	}
	if slices.Contains([]string{"source", ".", "eval", "builtin", "command", "exec"}, args[1]) {
		return nil, args[1]
	}
	inner, reason := builtin(args[1:], posix)
	return append([]string{args[0]}, inner...), reason
}
