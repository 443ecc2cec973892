package boundary

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/runtimeguard/runtimeguard/boundary/contain"
	"github.com/runtimeguard/runtimeguard/boundary/fsys"
	"github.com/runtimeguard/runtimeguard/boundary/internal/exact"
	"github.com/runtimeguard/runtimeguard/guard"
)

// Bounds of one session.
const (
	maxRequests = 256     // answered at the same time: programs that run, mostly
	maxListed   = 1 << 16 // files of a folder that a pattern is matched against
)

// session is one command in a worker. Whatever the worker asks is answered, or
// refused; it isn't trusted.
type session struct {
	x    *exactEngine
	ctx  context.Context // the call's, and ends with the command
	w    *workerProcess
	cell *contain.Cell // nil until it is open, before anything is answered
	text string
	out  *capped

	ended   chan struct{} // closed when the worker has hung up
	answers sync.WaitGroup

	mu         sync.Mutex
	closed     bool
	busy       int
	running    map[uint64]*contain.Process
	listed     map[string]string // what was said of folders and files that were looked at
	done       bool              // the worker has said how it ended
	exit       int
	impossible string // why bash is needed after all
}

// begin hands the worker its job.
func (s *session) begin(j job, out *os.File) error {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	m := exact.Job{Script: exact.Script{Text: j.Text, Name: "bash"}, Dir: j.dir, Env: s.x.s.environ(j.dir)}
	return s.w.conn.Send(&m, null, out, out)
}

// end ends the worker and all that it had started, and waits for what is being
// answered. It may be called twice.
func (s *session) end() {
	s.mu.Lock()
	was, done := s.closed, s.done
	s.closed = true
	s.mu.Unlock()
	if was {
		return
	}
	if s.w.proc.Kill(); done { // and what it has begun in the background
		go s.w.close() // to take a process down lasts longer than to stop it
	} else {
		s.w.close()
	}
	if s.cell != nil {
		s.cell.Close()
	}
	s.answers.Wait()
}

// explain adds a line to the output where the command was cut short.
func (s *session) explain() {
	switch {
	case s.impossible != "":
		s.x.s.bashes.add(s.text)
		fmt.Fprintf(s.out, "runtimeguard: this needs bash itself (%s): run it again, it will be judged as such\n", guard.Printable(s.impossible))
		s.exit = 126
	case !s.done:
		fmt.Fprintf(s.out, "runtimeguard: the interpreter of this command has ended: it used too much memory, or met what it can't handle\n")
	}
}

// serve answers until the worker hangs up.
func (s *session) serve() {
	defer close(s.ended)
	for {
		var r exact.Request
		files, err := s.w.conn.Receive(&r)
		if err != nil {
			return
		}
		switch r.Op {
		case exact.OpDone:
			s.mu.Lock()
			s.exit, s.done = r.Exit&0xff, true
			s.mu.Unlock()
			closeFiles(files)
			return
		case exact.OpImpossible:
			s.needsBash(r.Text)
			closeFiles(files)
			return
		case exact.OpKill:
			s.kill(r.Target)
			closeFiles(files)
		default:
			if !s.answer(&r, files) {
				return
			}
		}
	}
}

func (s *session) needsBash(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.impossible == "" {
		s.impossible = reason
	}
}

func (s *session) kill(id uint64) {
	s.mu.Lock()
	p := s.running[id]
	s.mu.Unlock()
	if p != nil {
		p.Kill()
	}
}

// answer answers a request on its own; a worker that asks for too much at once
// is refused.
func (s *session) answer(r *exact.Request, files []*os.File) bool {
	s.mu.Lock()
	full := s.busy >= maxRequests
	if !full {
		s.busy++
	}
	s.mu.Unlock()
	if full {
		closeFiles(files)
		return s.w.conn.Send(&exact.Reply{ID: r.ID, Refused: fmt.Sprintf("more than %d things at once", maxRequests)}) == nil
	}
	s.answers.Go(func() {
		a, f := s.reply(r, files)
		closeFiles(files)
		a.ID = r.ID
		s.mu.Lock()
		s.busy--
		delete(s.running, r.ID)
		s.mu.Unlock()
		if f == nil {
			s.w.conn.Send(&a)
			return
		}
		s.w.conn.Send(&a, f)
		f.Close()
	})
	return true
}

func (s *session) reply(r *exact.Request, files []*os.File) (a exact.Reply, f *os.File) {
	var err error
	switch r.Op {
	case exact.OpStart:
		a, err = s.start(r, files)
	case exact.OpInside:
		err = s.inside(r)
	case exact.OpScript:
		a.Script, err = s.script(r)
	case exact.OpOpen:
		f, a.Created, err = s.open(r)
	case exact.OpStat:
		f, err = s.stat(r)
	case exact.OpList:
		a.Entries, err = s.list(r)
	case exact.OpAccess:
		err = s.access(r)
	default:
		err = errors.New("no such request")
	}
	if err != nil {
		return refusal(err), nil
	}
	return a, f
}

// refusal is an error as the worker is told it: the system's by its number,
// any other in words. It never says more than the agent may know.
func refusal(err error) exact.Reply {
	var errno syscall.Errno
	var denied *guard.DeniedError
	switch {
	case errors.As(err, &denied):
		return exact.Reply{Refused: denied.Error()}
	case errors.As(err, &errno):
		return exact.Reply{Errno: int(errno)}
	}
	return exact.Reply{Refused: guard.Printable(err.Error())}
}

func closeFiles(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}

// start judges a program and runs it to its end.
func (s *session) start(r *exact.Request, files []*os.File) (a exact.Reply, err error) {
	if len(files) != 3 {
		return a, errors.New("a program needs three descriptors")
	}
	p, file, err := s.program(r)
	if err != nil {
		return a, err
	}
	script, err := s.own(file)
	if err != nil {
		return a, err
	}
	if script != nil {
		a.Script = script
		return a, s.startScript(p, script, r)
	}
	actions, err := s.judged(p, r.Via)
	if err != nil {
		return a, err
	}
	if err := s.step(actions); err != nil {
		return a, err
	}
	proc, err := s.cell.Start(&contain.Cmd{Path: file, Args: r.Args, Env: sane(r.Env), Dir: p.dir, Files: files})
	if err != nil {
		return a, err
	}
	closeFiles(files) // so that pipes end when the program does
	s.mu.Lock()
	s.running[r.ID] = proc
	late := s.closed
	s.mu.Unlock()
	if late || s.ctx.Err() != nil {
		proc.Kill()
	}
	a.Exit = proc.Exit()
	return a, nil
}

// program is what a request would start, and its file.
func (s *session) program(r *exact.Request) (p program, file string, err error) {
	if len(r.Args) == 0 || slices.ContainsFunc(r.Args, hasNUL) {
		return p, "", errors.New("a program without a name, or with a NUL in its words")
	}
	if p.dir, err = s.x.s.folder(r.Dir); err != nil {
		return p, "", err
	}
	p.args = slices.Clone(r.Args)
	for _, kv := range sane(r.Env) {
		name, _, _ := strings.Cut(kv, "=")
		if !slices.Contains(s.x.s.env, kv) && !slices.Contains([]string{"PWD", "OLDPWD", "SHLVL", "_"}, name) {
			p.env = append(p.env, kv)
		}
	}
	if file, err = lookProgram(r.Args[0], p.dir, r.Env); err != nil {
		return p, "", err
	}
	if !strings.Contains(r.Args[0], "/") && !slices.Contains(programFolders, path.Dir(file)) {
		p.args[0] = file // it isn't the program that its name says
	}
	return p, file, nil
}

func hasNUL(s string) bool { return strings.IndexByte(s, 0) >= 0 }

// sane are the variables that can be in an environment.
func sane(env []string) (out []string) {
	for _, kv := range env {
		name, value, ok := strings.Cut(kv, "=")
		if ok && variableName.MatchString(name) && !hasNUL(value) {
			out = append(out, kv)
		}
	}
	return out
}

// lookProgram finds a program as execvp does.
func lookProgram(name, dir string, env []string) (string, error) {
	if strings.Contains(name, "/") {
		if !strings.HasPrefix(name, "/") {
			name = dir + "/" + name
		}
		return name, executable(name)
	}
	list := "/bin:/usr/bin" // without a PATH
	for _, kv := range env {
		if value, ok := strings.CutPrefix(kv, "PATH="); ok {
			list = value
		}
	}
	found := error(syscall.ENOENT)
	for _, folder := range strings.Split(list, ":") {
		if !strings.HasPrefix(folder, "/") {
			folder = dir + "/" + folder
		}
		file := strings.TrimSuffix(folder, "/") + "/" + name
		switch err := executable(file); err {
		case nil:
			return file, nil
		case syscall.EACCES:
			found = err
		}
	}
	return "", found
}

func executable(file string) error {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		var errno syscall.Errno
		if errors.As(err, &errno) {
			return errno
		}
		return syscall.ENOENT
	case info.IsDir():
		return syscall.EACCES
	case unix.Access(file, unix.X_OK) != nil:
		return syscall.EACCES
	}
	return nil
}

// judged are the actions of a program's start.
func (s *session) judged(p program, via []string) ([]guard.Action, error) {
	actions, err := s.x.s.c.Inspector.starting(p)
	if err != nil {
		return nil, err
	}
	if len(actions) == 0 {
		return nil, errors.New("nothing says what this program does")
	}
	for i := range actions {
		if a := &actions[i]; a.Kind == guard.KindExec && len(via) > 0 {
			a.Via = slices.Concat(via, a.Via)
		}
	}
	return actions, nil
}

// step judges actions, backs up what they would destroy and records them. Where
// what refuses them is only that something isn't known even now, the command
// is one for bash, in which humans are asked about that.
func (s *session) step(actions []guard.Action) error {
	err := guard.Step(s.ctx, actions...)
	var denied *guard.DeniedError
	if errors.As(err, &denied) && slices.ContainsFunc(actions, func(a guard.Action) bool { return a.Kind == guard.KindUnknown }) &&
		denied.Decision.Action != nil && denied.Decision.Action.Kind == guard.KindUnknown {
		s.x.s.bashes.add(s.text)
	}
	return err
}

// inside judges the start of a program that the worker runs itself: of its
// actions only that it is started, since the others come with their real words.
func (s *session) inside(r *exact.Request) error {
	p, _, err := s.program(r)
	if err != nil {
		return err
	}
	actions, err := s.judged(p, r.Via)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(actions, func(a guard.Action) bool { return a.Kind == guard.KindExec && len(a.Via) == len(r.Via) })
	if i < 0 {
		return errors.New("nothing says what this program does")
	}
	return s.step(actions[i : i+1])
}

// own returns a shell's script that lies where commands may write, and nil for
// any other program. The system's own scripts are programs like others.
func (s *session) own(file string) (*exact.Script, error) {
	resolved, err := s.x.s.c.Workspace.Resolve(file)
	if err != nil {
		return nil, err
	}
	at, ok := s.x.files.beneath(resolved)
	if !ok {
		return nil, nil
	}
	f, err := at.root.Open(at.name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, 256))
	if err != nil {
		return nil, err
	}
	lang, set, isScript := language(head)
	if !isScript {
		return nil, nil
	}
	rest, err := io.ReadAll(io.LimitReader(f, exact.MaxScript+1))
	if len(head)+len(rest) > exact.MaxScript {
		return nil, fmt.Errorf("%s: a script of more than %d bytes", path.Base(file), exact.MaxScript)
	}
	return &exact.Script{Text: string(append(head, rest...)), POSIX: lang == guard.DialectPOSIX, Set: set}, err
}

// startScript judges a script that is started as a program. The worker runs the
// bytes that were judged.
func (s *session) startScript(p program, script *exact.Script, r *exact.Request) error {
	actions, err := s.judged(p, r.Via)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(actions, func(a guard.Action) bool { return a.Kind == guard.KindExec && a.Path != "" && len(a.Via) == len(r.Via) })
	if i < 0 {
		return errors.New("nothing says what this program does")
	}
	actions[i].Hash = sha256.Sum256([]byte(script.Text))
	script.Name, script.Params = r.Args[0], r.Args[1:]
	return s.step(actions[i : i+1])
}

// script judges a script that a shell or source is given by name, and returns
// what it holds.
func (s *session) script(r *exact.Request) (*exact.Script, error) {
	if len(r.Via) == 0 || len(r.Args) == 0 {
		return nil, errors.New("no script is named")
	}
	dir, err := s.x.s.folder(r.Dir)
	if err != nil {
		return nil, err
	}
	text, read, err := s.content(r.Path)
	if err != nil {
		return nil, err
	}
	via := r.Via[len(r.Via)-1]
	actions, err := s.judged(program{args: slices.Concat([]string{via}, r.Args), dir: dir}, nil)
	if err != nil {
		return nil, err
	}
	for _, a := range actions {
		if a.Kind == guard.KindExec && a.Path != "" && len(a.Via) == 1 && a.Via[0] == via {
			a.Hash = sha256.Sum256(text)
			read = append(read, a)
			break
		}
	}
	if err := s.step(read); err != nil {
		return nil, err
	}
	return &exact.Script{Text: string(text), Name: r.Args[0], Params: r.Args[1:]}, nil
}

// content reads a script, and returns the actions of doing so: nothing of it is
// shown to anybody before they are judged.
func (s *session) content(name string) ([]byte, []guard.Action, error) {
	actions, err := s.x.s.c.Inspector.touching(guard.KindRead, name)
	if err != nil {
		return nil, nil, err
	}
	f, err := s.openRead(actions[0].Resolved)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, exact.MaxScript+1))
	switch {
	case err != nil:
		return nil, nil, err
	case len(text) > exact.MaxScript:
		return nil, nil, fmt.Errorf("a script of more than %d bytes", exact.MaxScript)
	case bytes.IndexByte(text[:min(len(text), 80)], 0) >= 0:
		return nil, nil, errors.New("cannot execute binary file")
	}
	return text, actions, nil
}

// harmless are devices that reading and writing changes nothing of.
var harmless = []string{"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"}

// open opens a file for a redirection.
func (s *session) open(r *exact.Request) (f *os.File, made bool, err error) {
	kind := guard.KindRead
	if r.Flags&(os.O_WRONLY|os.O_RDWR) != 0 {
		kind = guard.KindWrite
	}
	if slices.Contains(harmless, r.Path) {
		f, err = os.OpenFile(r.Path, os.O_RDWR, 0)
		return f, false, err
	}
	actions, err := s.x.s.c.Inspector.touching(kind, r.Path)
	if err != nil {
		return nil, false, err
	}
	if err := s.step(actions); err != nil {
		return nil, false, err
	}
	if kind == guard.KindRead {
		f, err = s.openRead(actions[0].Resolved)
		return f, false, err
	}
	at, ok := s.x.files.beneath(actions[0].Resolved)
	switch {
	case !ok:
		return nil, false, fmt.Errorf("%q: lies outside the workspace", guard.Printable(r.Path))
	case at.isRoot():
		return nil, false, syscall.EISDIR
	}
	return at.root.OpenWrite(at.name, r.Flags&os.O_APPEND != 0, 0o666)
}

// openRead opens a regular file by its resolved path, in which no link is
// followed any more.
func (s *session) openRead(resolved string) (*os.File, error) {
	if at, ok := s.x.files.beneath(resolved); ok {
		return at.root.Open(at.name)
	}
	f, err := openPlain(resolved, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY)
	if err != nil {
		return nil, err
	}
	if info, err := fsys.InfoOf(f); err != nil || !info.Mode.IsRegular() {
		f.Close()
		return nil, errors.Join(err, errors.New("not a regular file"))
	}
	return f, unix.SetNonblock(int(f.Fd()), false)
}

func openPlain(resolved string, flags int) (*os.File, error) {
	fd, err := unix.Openat2(unix.AT_FDCWD, resolved, &unix.OpenHow{Flags: uint64(flags) | unix.O_CLOEXEC, Resolve: unix.RESOLVE_NO_SYMLINKS})
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), resolved), nil
}

// look judges that a file or folder is looked at, once for each in a command,
// and returns where it is.
func (s *session) look(name string, follow bool) (resolved string, err error) {
	if !strings.HasPrefix(name, "/") || hasNUL(name) {
		return "", syscall.ENOENT
	}
	if resolved, err = resolve(name, follow); err != nil {
		return "", syscall.EACCES
	}
	if slices.Contains(harmless, resolved) {
		return resolved, nil
	}
	s.mu.Lock()
	said, known := s.listed[resolved]
	s.mu.Unlock()
	if !known {
		actions, err := s.x.s.c.Inspector.touching(guard.KindList, resolved)
		if err == nil {
			err = s.step(actions)
		}
		if err != nil {
			said = refusal(err).Refused
		}
		s.mu.Lock()
		if len(s.listed) < maxListed {
			s.listed[resolved] = said
		}
		s.mu.Unlock()
	}
	if said != "" {
		return "", errors.New(said)
	}
	return resolved, nil
}

// stat opens a file for nothing but to be described.
func (s *session) stat(r *exact.Request) (*os.File, error) {
	resolved, err := s.look(r.Path, r.Follow)
	if err != nil {
		return nil, err
	}
	return openPlain(resolved, unix.O_PATH|unix.O_NOFOLLOW)
}

func (s *session) access(r *exact.Request) error {
	resolved, err := s.look(r.Path, true)
	if err != nil {
		return err
	}
	return unix.Access(resolved, uint32(r.Flags&7))
}

// list lists a folder for a pattern. A pattern's folders are listed from the
// root of the file system on: those that lead to the workspace are there, and
// that is all that is said of them.
func (s *session) list(r *exact.Request) ([]exact.Entry, error) {
	if s.x.s.c.Workspace.leadsIn(path.Clean(r.Path)) {
		return nil, nil
	}
	resolved, err := s.look(r.Path, true)
	if err != nil {
		return nil, err
	}
	f, err := openPlain(resolved, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NONBLOCK)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := f.ReadDir(maxListed + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(entries) > maxListed {
		return nil, fmt.Errorf("a folder with more than %d files", maxListed)
	}
	out := make([]exact.Entry, len(entries))
	for i, e := range entries {
		out[i] = exact.Entry{Name: e.Name(), Type: uint32(e.Type() & fs.ModeType)}
	}
	return out, nil
}
