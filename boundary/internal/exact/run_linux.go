package exact

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync/atomic"
	"syscall"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"

	"github.com/runtimeguard/runtimeguard/boundary/internal/parsed"
	"github.com/runtimeguard/runtimeguard/boundary/internal/socket"
)

// scope is where a program or a script runs.
type scope struct {
	dir      string
	env      []string
	in       *os.File // nil: closed
	out, err io.Writer
}

// shell runs one script; scripts within it have shells of their own.
type shell struct {
	w       *worker
	posix   bool
	sourced map[string]string // scripts that are about to be read, by path
}

// run runs a script and returns its exit status. An error ends the job.
func (w *worker) run(ctx context.Context, sc *scope, script *Script) (int, error) {
	file, err := parsed.Parse(script.Text, script.POSIX)
	if err != nil {
		return 0, w.impossible("the syntax of a script")
	}
	if reason := inexact(file); reason != "" {
		return 0, w.impossible(reason)
	}
	file.Name = script.Name
	s := &shell{w: w, posix: script.POSIX, sourced: map[string]string{}}
	env := &environ{Environ: expand.ListEnviron(sc.env...)}
	r, err := interp.New(
		interp.Env(env),
		interp.Dir("/"),
		interp.StdIO(nil, sc.out, sc.err),
		interp.Params(append(append(append([]string{}, script.Set...), "--"), script.Params...)...),
		interp.CallHandler(s.call),
		interp.ExecHandlers(func(interp.ExecHandlerFunc) interp.ExecHandlerFunc { return s.exec }),
		interp.OpenHandler(s.open),
		interp.ReadDirHandler2(s.list),
		interp.StatHandler(s.stat),
		interp.AccessHandler(s.access),
	)
	if err != nil {
		return 0, err
	}
	if sc.in != nil {
		interp.StdIO(sc.in, sc.out, sc.err)(r)
	}
	r.Dir = sc.dir // asking the system whether it exists is the host's business
	r.Reset()
	env.started.Store(true)
	return status(r.Run(ctx, file))
}

// status is an exit status; any other error ends the job.
func status(err error) (int, error) {
	var exit interp.ExitStatus
	switch {
	case err == nil:
		return 0, nil
	case errors.As(err, &exit):
		return int(exit), nil
	}
	return 0, err
}

// environ is a script's environment. The interpreter makes pipes in the folder
// that TMPDIR names when it is made, and opens files there itself: it is given
// one that can't exist.
type environ struct {
	expand.Environ
	started atomic.Bool
}

func (e *environ) Get(name string) expand.Variable {
	if name == "TMPDIR" && !e.started.Load() {
		return expand.Variable{Set: true, Kind: expand.String, Str: os.DevNull + "/none"}
	}
	return e.Environ.Get(name)
}

// scopeOf is where the command of a handler's context runs.
func scopeOf(ctx context.Context) *scope {
	hc := interp.HandlerCtx(ctx)
	in, _ := hc.Stdin.(*os.File)
	return &scope{dir: hc.Dir, env: exported(hc.Env), in: in, out: hc.Stdout, err: hc.Stderr}
}

// exported are the variables that programs see.
func exported(env expand.Environ) []string {
	at := map[string]int{}
	var out []string
	for name, v := range env.Each {
		kv := ""
		if v.IsSet() && v.Exported && v.Kind == expand.String {
			kv = name + "=" + v.Str
		}
		if i, ok := at[name]; ok {
			out[i] = kv
		} else if kv != "" {
			at[name] = len(out)
			out = append(out, kv)
		}
	}
	kept := out[:0]
	for _, kv := range out {
		if kv != "" {
			kept = append(kept, kv)
		}
	}
	return kept
}

// absolute is a path as the text names it, made absolute without being cleaned.
func absolute(dir, name string) string {
	if strings.HasPrefix(name, "/") {
		return name
	}
	return strings.TrimSuffix(dir, "/") + "/" + name
}

// call looks at every simple command once its words are known.
func (s *shell) call(ctx context.Context, args []string) ([]string, error) {
	hc := interp.HandlerCtx(ctx)
	for _, w := range []io.Writer{hc.Stdout, hc.Stderr} {
		if o, ok := w.(*output); ok {
			o.begin()
		}
	}
	out, reason := builtin(args, s.posix)
	if reason != "" {
		return nil, s.w.impossible(reason)
	}
	switch out[0] {
	case "eval":
		text := strings.Join(out[1:], " ")
		if reason := Inexact(text, false); reason != "" {
			return nil, s.w.impossible("eval of text with " + reason)
		}
	case "source", ".":
		return s.source(ctx, out)
	}
	return out, nil
}

// source has the script read by the host first, which judges it, and looks
// into it. The bytes that were judged are those that run.
func (s *shell) source(ctx context.Context, args []string) ([]string, error) {
	if len(args) < 2 {
		return nil, s.w.impossible("source without a file")
	}
	sc := scopeOf(ctx)
	name := args[1]
	if !strings.Contains(name, "/") {
		name = inPath(sc, name)
	}
	name = absolute(sc.dir, name)
	a, err := s.w.ask(ctx, &Request{Op: OpScript, Args: append([]string{args[1]}, args[2:]...), Via: []string{args[0]}, Dir: sc.dir, Env: sc.env, Path: name})
	switch {
	case err != nil:
		return nil, err
	case a.Script == nil:
		io.WriteString(sc.err, complaint("bash", args[1], &a.Reply))
		return []string{"false"}, nil
	}
	if reason := Inexact(a.Script.Text, false); reason != "" {
		return nil, s.w.impossible("a script with " + reason)
	}
	s.w.mu.Lock()
	s.sourced[name] = a.Script.Text
	s.w.mu.Unlock()
	return append([]string{args[0], name}, args[2:]...), nil
}

// inPath is the file that source finds in PATH, or the name itself.
func inPath(sc *scope, name string) string {
	for _, dir := range strings.Split(variable(sc.env, "PATH"), ":") {
		p := absolute(absolute(sc.dir, dir), name)
		if info, err := os.Stat(p); dir != "" && err == nil && info.Mode().IsRegular() {
			return p
		}
	}
	return name
}

func variable(env []string, name string) string {
	for _, kv := range env {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			return v
		}
	}
	return ""
}

// complaint is the line on standard error that says why not.
func complaint(who, what string, r *Reply) string {
	if r.Refused != "" {
		return "runtimeguard: " + r.Refused + "\n"
	}
	return who + ": " + what + ": " + systemError(syscall.Errno(r.Errno)) + "\n"
}

// systemError is an error as the C library writes it.
func systemError(e syscall.Errno) string {
	text := e.Error()
	return strings.ToUpper(text[:1]) + text[1:]
}

// open opens a file for a redirection.
func (s *shell) open(ctx context.Context, name string, flag int, _ os.FileMode) (io.ReadWriteCloser, error) {
	sc := scopeOf(ctx)
	s.w.mu.Lock()
	text, ok := s.sourced[name]
	delete(s.sourced, name)
	s.w.mu.Unlock()
	if ok {
		return sourcedFile{strings.NewReader(text)}, nil
	}
	if f, ok := standard(sc, name); ok {
		return f, nil
	}
	if strings.HasPrefix(name, "/dev/tcp/") || strings.HasPrefix(name, "/dev/udp/") {
		return nil, s.w.impossible("a network connection by redirection")
	}
	if name == "" {
		return nil, pathError(name, &Reply{Errno: int(syscall.ENOENT)})
	}
	full := absolute(sc.dir, name)
	a, err := s.w.ask(ctx, &Request{Op: OpOpen, Path: full, Flags: flag})
	switch {
	case err != nil:
		return nil, err
	case a.file == nil:
		return nil, pathError(name, &a.Reply)
	case flag&(os.O_WRONLY|os.O_RDWR) == 0:
		return a.file, nil
	}
	o := &output{File: a.file, w: s.w, truncate: flag&os.O_TRUNC != 0}
	if a.Created {
		o.made = path.Clean(full)
		s.w.hide(o.made, 1)
	}
	return o, nil
}

type sourcedFile struct{ *strings.Reader }

func (sourcedFile) Write([]byte) (int, error) { return 0, os.ErrPermission }
func (sourcedFile) Close() error              { return nil }

// pathError is an error that the interpreter prints as bash would.
func pathError(name string, r *Reply) error {
	if r.Refused != "" {
		return &os.PathError{Op: "runtimeguard:", Path: name, Err: errors.New(r.Refused)}
	}
	return &os.PathError{Op: "bash:", Path: name, Err: errors.New(systemError(syscall.Errno(r.Errno)))}
}

// standard is the shell's own standard input, output or error, by its name.
func standard(sc *scope, name string) (io.ReadWriteCloser, bool) {
	switch name {
	case "/dev/stdin", "/dev/fd/0":
		if sc.in != nil {
			if fd, err := socket.Duplicate(sc.in); err == nil {
				return os.NewFile(uintptr(fd), name), true
			}
		}
	case "/dev/stdout", "/dev/fd/1":
		return again{sc.out}, true
	case "/dev/stderr", "/dev/fd/2":
		return again{sc.err}, true
	}
	return nil, false
}

// again writes to what is open already, and doesn't close it.
type again struct{ io.Writer }

func (again) Read([]byte) (int, error) { return 0, io.EOF }
func (again) Close() error             { return nil }

// output is a file that a redirection writes to. The shell opens it before the
// command's words are expanded, while bash does it after: so it is emptied, and
// becomes visible to patterns, when the words are known.
type output struct {
	*os.File
	w        *worker
	truncate bool
	made     string
	begun    atomic.Bool
}

func (o *output) begin() {
	if o.begun.Swap(true) {
		return
	}
	if o.truncate {
		if info, err := o.Stat(); err == nil && info.Mode().IsRegular() {
			o.Truncate(0)
		}
	}
	if o.made != "" {
		o.w.hide(o.made, -1)
	}
}

func (o *output) Write(p []byte) (int, error) {
	o.begin()
	return o.File.Write(p)
}

func (o *output) WriteString(s string) (int, error) { return o.Write([]byte(s)) }

func (o *output) Close() error {
	o.begin()
	return o.File.Close()
}

func (w *worker) hide(p string, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.hidden[p] += n; w.hidden[p] <= 0 {
		delete(w.hidden, p)
	}
}

// list lists a folder for a pattern. Hidden files are left out: see dots.
func (s *shell) list(ctx context.Context, name string) ([]fs.DirEntry, error) {
	a, err := s.w.ask(ctx, &Request{Op: OpList, Path: name})
	if err != nil {
		return nil, err
	}
	if a.Errno != 0 || a.Refused != "" {
		return nil, failure("readdir", name, &a.Reply)
	}
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	var out []fs.DirEntry
	for _, e := range a.Entries {
		if !strings.HasPrefix(e.Name, ".") && s.w.hidden[path.Join(name, e.Name)] == 0 {
			out = append(out, entry{e})
		}
	}
	return out, nil
}

func failure(op, name string, r *Reply) error {
	if r.Refused != "" {
		return &fs.PathError{Op: op, Path: name, Err: syscall.EACCES}
	}
	return &fs.PathError{Op: op, Path: name, Err: syscall.Errno(r.Errno)}
}

// entry is an Entry as an fs.DirEntry.
type entry struct{ e Entry }

func (e entry) Name() string               { return e.e.Name }
func (e entry) Type() fs.FileMode          { return fs.FileMode(e.e.Type) }
func (e entry) IsDir() bool                { return e.Type().IsDir() }
func (e entry) Info() (fs.FileInfo, error) { return nil, fs.ErrInvalid }

// stat describes a file by a descriptor that the host opened for no more.
func (s *shell) stat(ctx context.Context, name string, follow bool) (fs.FileInfo, error) {
	a, err := s.w.ask(ctx, &Request{Op: OpStat, Path: name, Follow: follow})
	if err != nil {
		return nil, err
	}
	if a.file == nil {
		return nil, failure("stat", name, &a.Reply)
	}
	defer a.file.Close()
	return a.file.Stat()
}

func (s *shell) access(ctx context.Context, name string, mode interp.AccessMode) error {
	a, err := s.w.ask(ctx, &Request{Op: OpAccess, Path: name, Flags: int(mode)})
	if err != nil {
		return err
	}
	if a.Errno != 0 || a.Refused != "" {
		return failure("access", name, &a.Reply)
	}
	return nil
}
