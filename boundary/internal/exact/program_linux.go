package exact

import (
	"context"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"

	"mvdan.cc/sh/v3/interp"

	"github.com/runtimeguard/runtimeguard/boundary/internal/socket"
)

// exec runs a program of a script.
func (s *shell) exec(ctx context.Context, args []string) error {
	sc := scopeOf(ctx)
	for _, w := range []io.Writer{sc.out, sc.err} {
		if o, ok := w.(*output); ok {
			o.begin()
		}
	}
	exit, err := s.w.program(ctx, sc, args, nil)
	if err == nil && exit != 0 {
		err = interp.ExitStatus(exit)
	}
	return err
}

// program runs a program: inside where it makes command lines of its own, else
// by the host. via are the programs that start it.
func (w *worker) program(ctx context.Context, sc *scope, args, via []string) (int, error) {
	run := inside(args)
	if run == nil {
		return w.start(ctx, sc, args, via)
	}
	a, err := w.ask(ctx, &Request{Op: OpInside, Args: args, Via: via, Dir: sc.dir, Env: sc.env})
	if err != nil {
		return 0, err
	}
	if a.Refused != "" || a.Errno != 0 {
		return notStarted(sc, args[0], &a.Reply), nil
	}
	return run(ctx, w, sc, append(slices.Clip(via), path.Base(args[0])))
}

// runner runs a program inside.
type runner func(ctx context.Context, w *worker, sc *scope, via []string) (int, error)

// inside returns how a program is run inside, or nil where the host starts it:
// because all its words are known, and judged, with the program itself.
func inside(args []string) runner {
	name, ok := program(args[0])
	if !ok {
		return nil
	}
	switch name {
	case "sh", "dash", "bash":
		return insideShell(name, args[1:])
	case "xargs":
		return insideXargs(args[1:])
	case "find":
		return insideFind(args)
	}
	if p, ok := prefixes[name]; ok {
		return p.inside(name, args[1:])
	}
	return nil
}

// notStarted says on standard error why a program wasn't started, and returns
// the exit status that a shell has then.
func notStarted(sc *scope, name string, r *Reply) int {
	if r.Refused == "" && r.Errno == int(syscall.ENOENT) && !strings.Contains(name, "/") {
		io.WriteString(sc.err, "bash: "+name+": command not found\n")
		return 127
	}
	io.WriteString(sc.err, complaint("bash", name, r))
	if r.Refused == "" && r.Errno == int(syscall.ENOENT) {
		return 127
	}
	return 126
}

// start has the host start a program, and waits for its end.
func (w *worker) start(ctx context.Context, sc *scope, args, via []string) (int, error) {
	files := []*os.File{w.null, nil, nil}
	if sc.in != nil {
		files[0] = sc.in
	}
	var err error
	var copies sync.WaitGroup
	var ends []*os.File // ours, to be closed when the program has its own
	if files[1], err = w.writable(sc.out, &copies, &ends); err == nil {
		if files[2] = files[1]; sc.err != sc.out {
			files[2], err = w.writable(sc.err, &copies, &ends)
		}
	}
	if err != nil {
		socket.CloseAll(ends)
		return 0, err
	}
	a, err := w.askThen(ctx, func() { socket.CloseAll(ends) }, &Request{Op: OpStart, Args: args, Via: via, Dir: sc.dir, Env: sc.env}, files...)
	copies.Wait()
	switch {
	case err != nil:
		return 0, err
	case ctx.Err() != nil:
		return 128 + int(syscall.SIGKILL), nil
	case a.Refused != "" || a.Errno != 0:
		return notStarted(sc, args[0], &a.Reply), nil
	case a.Script != nil:
		return w.run(ctx, sc, a.Script)
	}
	return a.Exit, nil
}

// writable is a file that a program can write to, for a writer that may be
// anything.
func (w *worker) writable(out io.Writer, copies *sync.WaitGroup, ends *[]*os.File) (*os.File, error) {
	switch out := out.(type) {
	case *os.File:
		return out, nil
	case *output:
		out.begin()
		return out.File, nil
	case again:
		return w.writable(out.Writer, copies, ends)
	}
	if out == io.Discard {
		return w.null, nil
	}
	r, end, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	*ends = append(*ends, end)
	copies.Go(func() {
		io.Copy(out, r)
		r.Close()
	})
	return end, nil
}
