package exact

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"
)

// shellOptions are the options of a shell that are understood inside, by letter;
// others leave the shell to the host, which judges it as a whole.
const shellOptions = "cseuxfa"

// insideShell runs a shell's text, script or standard input inside.
func insideShell(name string, args []string) runner {
	var set []string
	command, stdin := false, false
	for len(args) > 0 && len(args[0]) > 1 && (args[0][0] == '-' || args[0][0] == '+') {
		word := args[0]
		args = args[1:]
		if word == "--" {
			break
		}
		if word == "--norc" || word == "--noprofile" || word == "--posix" && name != "bash" {
			continue
		}
		for _, c := range word[1:] {
			switch {
			case c == 'o' && len(args) > 0 && setNames[args[0]]:
				set = append(set, word[:1]+"o", args[0])
				args = args[1:]
			case !strings.ContainsRune(shellOptions, c):
				return nil
			case c == 'c':
				command = true
			case c == 's':
				stdin = true
			default:
				set = append(set, word[:1]+string(c))
			}
		}
	}
	script := Script{Name: name, POSIX: name != "bash", Set: set}
	switch {
	case command && len(args) == 0:
		return nil
	case command:
		if script.Text, args = args[0], args[1:]; len(args) > 0 {
			script.Name, script.Params = args[0], args[1:]
		}
		return func(ctx context.Context, w *worker, sc *scope, _ []string) (int, error) {
			return w.run(ctx, sc, &script)
		}
	case stdin || len(args) == 0:
		script.Params = args
		return func(ctx context.Context, w *worker, sc *scope, _ []string) (int, error) {
			text, err := w.input(sc)
			if err != nil {
				return 0, err
			}
			script.Text = text
			rest := *sc
			rest.in = w.null
			return w.run(ctx, &rest, &script)
		}
	}
	return func(ctx context.Context, w *worker, sc *scope, via []string) (int, error) {
		a, err := w.ask(ctx, &Request{Op: OpScript, Args: args, Via: via, Dir: sc.dir, Env: sc.env, Path: absolute(sc.dir, args[0])})
		switch {
		case err != nil:
			return 0, err
		case a.Script == nil:
			exit := notStarted(sc, args[0], &a.Reply)
			if exit == 127 {
				exit = script.missing()
			}
			return exit, nil
		}
		a.Script.POSIX, a.Script.Set = script.POSIX, set
		return w.run(ctx, sc, a.Script)
	}
}

// missing is the exit status of a shell whose script doesn't exist.
func (s *Script) missing() int {
	switch {
	case s.POSIX:
		return 2 // dash
	case slices.Contains(s.Set, "-e"):
		return 1
	}
	return 127
}

// input is all of standard input: text for a shell.
func (w *worker) input(sc *scope) (string, error) {
	if sc.in == nil {
		return "", nil
	}
	data, err := io.ReadAll(io.LimitReader(sc.in, MaxScript+1))
	if err != nil || len(data) > MaxScript {
		return "", w.impossible("a shell with too much on its standard input")
	}
	return string(data), nil
}

// prefix is a program that starts the one that follows its own words.
type prefix struct {
	valued string // options that take a word, by letter
	long   string // long options that take a word
	words  int    // words before the program
	assign bool   // NAME=value may stand before the program
	run    func(own []string, next runner) runner
}

// prefixes are run inside where what they start is; otherwise the host starts
// them, with all their words.
var prefixes = map[string]prefix{
	"env":     {assign: true, run: insideEnv},
	"nohup":   {},
	"nice":    {valued: "n", long: "adjustment"},
	"ionice":  {valued: "cn", long: "class classdata"},
	"stdbuf":  {valued: "ioe", long: "input output error"},
	"setsid":  {},
	"timeout": {valued: "ks", long: "kill-after signal", words: 1, run: insideTimeout},
}

func (p prefix) inside(_ string, args []string) runner {
	i := 0
	for i < len(args) && strings.HasPrefix(args[i], "-") && len(args[i]) > 1 {
		word := args[i]
		i++
		if word == "--" {
			break
		}
		if name, ok := strings.CutPrefix(word, "--"); ok {
			if name, _, glued := strings.Cut(name, "="); !glued && setOf(p.long)[name] {
				i++
			}
			continue
		}
		if j := strings.IndexAny(word[1:], p.valued); j >= 0 && p.valued != "" && j+2 == len(word) {
			i++
		}
	}
	i += p.words
	for p.assign && i < len(args) && strings.Contains(args[i], "=") {
		i++
	}
	if i >= len(args) {
		return nil
	}
	own, rest := args[:i], args[i:]
	if inside(rest) == nil {
		return nil
	}
	next := func(ctx context.Context, w *worker, sc *scope, via []string) (int, error) {
		return w.program(ctx, sc, rest, via)
	}
	if p.run == nil {
		return next
	}
	return p.run(own, next)
}

// insideEnv changes the environment.
func insideEnv(own []string, next runner) runner {
	var set, unset []string
	clear := false
	for i := 0; i < len(own); i++ {
		w := own[i]
		switch {
		case w == "-i" || w == "-" || w == "--ignore-environment":
			clear = true
		case w == "-u" && i+1 < len(own):
			i++
			unset = append(unset, own[i])
		case strings.HasPrefix(w, "--unset="):
			unset = append(unset, w[len("--unset="):])
		case !strings.HasPrefix(w, "-") && strings.Contains(w, "="):
			set = append(set, w)
		case w != "--":
			return nil // -S, -C and whatever else: the host judges env as a whole
		}
	}
	return func(ctx context.Context, w *worker, sc *scope, via []string) (int, error) {
		changed := *sc
		changed.env = nil
		for _, kv := range sc.env {
			name, _, _ := strings.Cut(kv, "=")
			if !clear && !named(unset, name) && !named(set, name) {
				changed.env = append(changed.env, kv)
			}
		}
		changed.env = append(changed.env, set...)
		return next(ctx, w, &changed, via)
	}
}

func named(list []string, name string) bool {
	for _, kv := range list {
		if n, _, _ := strings.Cut(kv, "="); n == name {
			return true
		}
	}
	return false
}

// insideTimeout ends what it starts after its time.
func insideTimeout(own []string, next runner) runner {
	limit, ok := duration(own[len(own)-1])
	if !ok {
		return nil
	}
	return func(ctx context.Context, w *worker, sc *scope, via []string) (int, error) {
		inner, cancel := ctx, context.CancelFunc(func() {})
		if limit > 0 {
			inner, cancel = context.WithTimeout(ctx, limit)
		}
		defer cancel()
		exit, err := next(inner, w, sc, via)
		if inner.Err() != nil && ctx.Err() == nil {
			return 124, nil
		}
		return exit, err
	}
}

// duration reads what timeout takes: a number with s, m, h or d.
func duration(s string) (time.Duration, bool) {
	scale := 1.0
	if s != "" {
		switch s[len(s)-1] {
		case 'd':
			s, scale = s[:len(s)-1]+"h", 24
		case 's', 'm', 'h':
		default:
			s += "s"
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, false
	}
	return time.Duration(float64(d) * scale), true
}
