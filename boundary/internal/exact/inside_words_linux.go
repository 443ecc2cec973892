package exact

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Bounds of what xargs and find put on one command line.
const (
	maxBatchBytes = 100 << 10
	maxBatchWords = 4096
)

// xargs are the options of xargs that are understood inside.
type xargs struct {
	null, skipEmpty bool
	max             int    // words of a command, 0 for no bound
	replace         string // the place of a line, "" for none
	command         []string
}

// readXargs takes the options; not ok is an option that isn't understood.
func readXargs(args []string) (x xargs, ok bool) {
	value := func(glued string) string {
		if glued != "" || len(args) == 0 {
			return glued
		}
		v := args[0]
		args = args[1:]
		return v
	}
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		w := args[0]
		args = args[1:]
		if w == "--" {
			break
		}
		var err error
		switch {
		case w == "-0" || w == "--null":
			x.null = true
		case w == "-r" || w == "--no-run-if-empty":
			x.skipEmpty = true
		case w == "-0r" || w == "-r0":
			x.null, x.skipEmpty = true, true
		case strings.HasPrefix(w, "-n"):
			x.max, err = strconv.Atoi(value(w[2:]))
		case strings.HasPrefix(w, "--max-args="):
			x.max, err = strconv.Atoi(w[len("--max-args="):])
		case strings.HasPrefix(w, "-P"):
			_, err = strconv.Atoi(value(w[2:])) // one after the other is one of the orders
		case strings.HasPrefix(w, "-I"):
			x.replace = value(w[2:])
			ok = x.replace != ""
			if !ok {
				return x, false
			}
		default:
			return x, false
		}
		if err != nil || x.max < 0 {
			return x, false
		}
	}
	if x.command = args; len(args) == 0 {
		x.command = []string{"echo"}
	}
	return x, x.replace == "" || x.max == 0
}

func insideXargs(args []string) runner {
	x, ok := readXargs(args)
	if !ok {
		return nil
	}
	return x.run
}

func (x *xargs) run(ctx context.Context, w *worker, sc *scope, via []string) (int, error) {
	in := io.Reader(strings.NewReader(""))
	if sc.in != nil {
		in = sc.in
	}
	quiet := *sc
	quiet.in = w.null
	b := batch{base: x.command, max: x.max, run: func(words []string) (int, error) {
		return w.program(ctx, &quiet, words, via)
	}}
	read := bufio.NewReader(in)
	for !b.stopped() {
		word, err := x.next(read)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			b.flush(false)
			io.WriteString(sc.err, "xargs: "+err.Error()+"\n")
			return 1, b.err
		}
		if x.replace != "" {
			b.replace(x.replace, word)
		} else {
			b.add(word)
		}
	}
	if x.replace == "" {
		b.flush(!x.skipEmpty && !b.ran)
	}
	return b.exit, b.err
}

// next is the next word, or line.
func (x *xargs) next(r *bufio.Reader) (string, error) {
	switch {
	case x.null:
		return delimited(r, 0)
	case x.replace != "":
		for {
			line, err := delimited(r, '\n')
			if line = strings.TrimLeft(line, " \t"); line != "" || err != nil {
				if strings.ContainsAny(line, `'"\`) {
					return "", errors.New("quotes in a line are not read here: use -0")
				}
				return line, err
			}
		}
	}
	return quoted(r)
}

// delimited is what stands before the next delimiter; the last one may lack it.
func delimited(r *bufio.Reader, delim byte) (string, error) {
	s, err := r.ReadString(delim)
	if err != nil && s == "" || err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimSuffix(s, string(rune(delim))), nil
}

// quoted is the next word between blanks, in which quotes and backslashes count.
func quoted(r *bufio.Reader) (string, error) {
	var word []byte
	some := false
	quote := byte(0)
	for {
		c, err := r.ReadByte()
		switch {
		case err != nil && quote != 0:
			return "", errors.New("unmatched quote")
		case err != nil && some:
			return string(word), nil
		case err != nil:
			return "", err
		case quote != 0 && c == '\n':
			return "", errors.New("unmatched quote")
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word = append(word, c)
		case c == '\'' || c == '"':
			quote, some = c, true
		case c == '\\':
			if c, err = r.ReadByte(); err == nil {
				word, some = append(word, c), true
			}
		case c == ' ' || c == '\t' || c == '\n':
			if some {
				return string(word), nil
			}
		default:
			word, some = append(word, c), true
		}
	}
}

// batch gathers words and runs a command on them.
type batch struct {
	base  []string
	max   int
	run   func(words []string) (int, error)
	words []string
	bytes int
	ran   bool
	exit  int
	err   error
}

func (b *batch) stopped() bool { return b.err != nil || b.exit >= 124 }

func (b *batch) add(word string) {
	b.words = append(b.words, word)
	b.bytes += len(word)
	if len(b.words) == b.max || len(b.words) >= maxBatchWords || b.bytes >= maxBatchBytes {
		b.flush(false)
	}
}

// flush runs the command on the words; on none only where empty is set.
func (b *batch) flush(empty bool) {
	if len(b.words) == 0 && !empty || b.stopped() {
		return
	}
	words := slices.Concat(b.base, b.words)
	b.words, b.bytes = nil, 0
	b.start(words)
}

func (b *batch) replace(place, with string) {
	words := slices.Clone(b.base)
	for i := range words[1:] {
		words[i+1] = strings.ReplaceAll(words[i+1], place, with)
	}
	b.start(words)
}

// start runs one command; the exit status is as xargs has it.
func (b *batch) start(words []string) {
	b.ran = true
	exit, err := b.run(words)
	switch {
	case err != nil:
		b.err = err
	case exit == 255:
		b.exit = 124
	case exit == 126 || exit == 127:
		b.exit = exit
	case exit > 128:
		b.exit = 125
	case exit != 0:
		b.exit = 123
	}
}

// findActions are the primaries of find that do something; with another than
// the last one, find is judged as a whole.
var findActions = setOf("-exec -execdir -ok -okdir -print -print0 -printf -fprint -fprint0 -fprintf -ls -fls -delete -quit")

// insideFind runs find -delete and -exec where that is the last thing of its
// expression: find itself only finds, and what it finds is judged and run here.
func insideFind(args []string) runner {
	begin := slices.IndexFunc(args, func(a string) bool { return strings.HasPrefix(a, "-") && !setOf("-H -L -P")[a] || a == "(" || a == "!" })
	at := slices.IndexFunc(args, func(a string) bool { return findActions[a] })
	if begin <= 0 || at < begin || args[at-1] == "!" || args[at-1] == "-not" {
		return nil
	}
	find := slices.Concat(args[:begin], args[begin:at], []string{"-print0"})
	last := args[len(args)-1]
	switch {
	case args[at] == "-delete" && at == len(args)-1:
		find = slices.Concat(args[:begin], []string{"-depth"}, args[begin:at], []string{"-print0"})
		f := found{find: find, base: []string{"rm", "-d", "--"}, many: true, skip: "."}
		return f.run
	case args[at] != "-exec" || len(args)-at < 3 || slices.Contains(args[at+1:len(args)-1], ";"):
		return nil
	case last == "+" && args[len(args)-2] == "{}" && !strings.Contains(strings.Join(args[at+1:len(args)-2], " "), "{}"):
		f := found{find: find, base: args[at+1 : len(args)-2], many: true}
		return f.run
	case last == ";":
		f := found{find: find, base: args[at+1 : len(args)-1]}
		return f.run
	}
	return nil
}

// found runs a command on what a find finds.
type found struct {
	find, base []string
	many       bool   // on as much as fits
	skip       string // a name that is left alone
}

func (f *found) run(ctx context.Context, w *worker, sc *scope, via []string) (int, error) {
	r, end, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	type result struct {
		exit int
		err  error
	}
	ended := make(chan result, 1)
	go func() {
		finding := *sc
		finding.in, finding.out = w.null, end
		exit, err := w.start(ctx, &finding, f.find, nil)
		end.Close()
		ended <- result{exit, err}
	}()
	b := batch{base: f.base, run: func(words []string) (int, error) { return w.program(ctx, sc, words, via) }}
	read := bufio.NewReader(r)
	for b.err == nil {
		name, err := delimited(read, 0)
		if err != nil {
			break
		}
		switch {
		case name == f.skip:
		case f.many:
			b.add(name)
		default:
			b.replaceAll(name)
			b.exit = 0 // what a command of -exec ends with only tells find whether it is true
		}
	}
	b.flush(false)
	r.Close()
	e := <-ended
	if b.err != nil || e.err != nil {
		return 0, errors.Join(b.err, e.err)
	}
	if b.exit != 0 && e.exit == 0 {
		e.exit = 1
	}
	return e.exit, nil
}

// replaceAll is replace for find, which replaces in the program's name too.
func (b *batch) replaceAll(with string) {
	words := slices.Clone(b.base)
	for i := range words {
		words[i] = strings.ReplaceAll(words[i], "{}", with)
	}
	b.start(words)
}
