package boundary

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Defaults and bounds of a [Shell].
const (
	DefaultTimeout   = 2 * time.Minute
	DefaultMaxOutput = 1 << 20 // bytes
	MaxCommand       = 1 << 16 // bytes of a command's text
)

// ShellConfig says how commands are run.
type ShellConfig struct {
	// Workspace must be set.
	Workspace *Workspace
	// Tools names the tools whose handlers run their command by Run and by
	// nothing else: of these Contain says what holds them.
	Tools []string
	// Env are further variables ("NAME=value") of the commands' environment.
	// They replace built-in ones of the same name. Names that make a shell or
	// the loader run or read something else than was judged are refused.
	Env []string
	// Timeout is how long a command may run, at most; zero means
	// DefaultTimeout.
	Timeout time.Duration
	// MaxOutput is how many bytes of output are kept, half from the beginning
	// and half from the end; zero means DefaultMaxOutput.
	MaxOutput int
	// Bash is the absolute path of bash; "" means the first in the system's
	// folders.
	Bash string
	// Inspector says what programs do with their real words. nil means that
	// there is no exact engine.
	Inspector *Inspector
	// Worker is the absolute path of a program whose main begins with [Worker],
	// as the operator's command does: the exact engine runs commands in it. ""
	// means this program itself, where its main does; else there is no exact
	// engine. It is refused where commands may write.
	Worker string
	// Containment says what holds the commands; zero means the best tier that
	// this machine has.
	Containment Containment
}

// Shell runs commands, by the exact engine where there is one and it can run the
// command, else by a real bash, the engine "compat". It is a [guard.Container].
// It must be made by [NewShell] and is safe for concurrent use.
type Shell struct {
	c         ShellConfig
	env       []string
	contained *contained
	exact     *exactEngine // nil: there is none
	bashes    remembered   // commands of which it turned out that they need bash
}

// NewShell checks the configuration and finds bash.
func NewShell(c ShellConfig) (*Shell, error) {
	if c.Workspace == nil {
		return nil, errors.New("shell: ShellConfig.Workspace is nil")
	}
	if c.Timeout < 0 || c.MaxOutput < 0 {
		return nil, errors.New("shell: Timeout and MaxOutput can't be negative")
	}
	if c.Timeout == 0 {
		c.Timeout = DefaultTimeout
	}
	if c.MaxOutput == 0 {
		c.MaxOutput = DefaultMaxOutput
	}
	var err error
	if c.Bash, err = findBash(c.Bash); err != nil {
		return nil, err
	}
	k, err := newContained(c.Containment, c.Workspace, c.Worker)
	if err != nil {
		return nil, err
	}
	env, err := environment(c.Workspace, k.environ(c.Workspace), c.Env)
	if err != nil {
		return nil, err
	}
	c.Tools = slices.Clone(c.Tools)
	s := &Shell{c: c, env: env, contained: k}
	if s.exact, err = newExact(s); err != nil {
		return nil, errors.Join(err, k.box.Close())
	}
	return s, nil
}

// Close ends the processes that wait for the next command. Commands must not be run afterwards.
func (s *Shell) Close() error {
	if s == nil || s.contained == nil {
		return nil
	}
	err := s.contained.box.Close()
	if s.exact != nil {
		err = errors.Join(err, s.exact.close())
	}
	return err
}

// Engine is the engine that runs what it can.
func (s *Shell) Engine() guard.Engine {
	if s == nil || s.exact == nil {
		return guard.EngineCompat
	}
	return guard.EngineExact
}

// environ is the environment of commands that start in a folder.
func (s *Shell) environ(dir string) []string { return append(slices.Clone(s.env), "PWD="+dir) }

func findBash(path string) (string, error) {
	candidates := []string{path}
	if path == "" {
		for _, dir := range programFolders {
			candidates = append(candidates, dir+"/bash")
		}
	} else if !filepath.IsAbs(path) {
		return "", fmt.Errorf("shell: Bash %q: not an absolute path", path)
	}
	for _, p := range candidates {
		if fi, err := os.Stat(p); p != "" && err == nil && fi.Mode().IsRegular() && fi.Mode()&0o111 != 0 {
			return p, nil
		}
	}
	if path != "" {
		return "", fmt.Errorf("shell: Bash %s: not a program", path)
	}
	return "", errors.New("shell: there is no bash in the system's folders: install it, or set Bash")
}

// Command is one command line to run.
type Command struct {
	// Text is the command: exactly the bytes that were judged, at most
	// MaxCommand.
	Text string
	// Dir is the folder that it starts in, absolute or relative to the
	// workspace's first root; "" is that root.
	Dir string
	// Timeout shortens the Shell's; zero and longer ones don't.
	Timeout time.Duration
}

// Result is how a command ended.
type Result struct {
	// Output is what it wrote to standard output and error, in order.
	Output []byte
	// Exit is its exit status, 128 and the signal's number where a signal ended
	// it.
	Exit int
	// Truncated says that a line in the middle of Output stands for what was
	// left out.
	Truncated bool
	// TimedOut says that it was killed for running too long.
	TimedOut bool
}

// Outcome is what the record keeps of a result.
func (r Result) Outcome() guard.Outcome {
	return guard.Outcome{Exit: r.Exit, Output: int64(len(r.Output)), Failed: r.Exit != 0}
}

// Run runs a command with a clean environment, nothing on its standard input,
// no terminal, and in a process group of its own. The group is killed when the
// command's shell has ended, when the timeout strikes and when ctx ends, and
// what it started in the background with it. A process that leaves the group
// (setsid) escapes that; Run doesn't wait for it.
//
// An exit status is not an error. The error is ctx's where it has ended, and
// says so where the command couldn't be started; the Result holds what there
// is.
func (s *Shell) Run(ctx context.Context, c Command) (Result, error) {
	if s == nil || s.c.Workspace == nil {
		return Result{}, errors.New("shell: not configured")
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	switch {
	case len(c.Text) > MaxCommand:
		return Result{}, fmt.Errorf("the command is longer than %d bytes: put it into a script", MaxCommand)
	case strings.IndexByte(c.Text, 0) >= 0:
		return Result{}, errors.New("the command holds a NUL")
	}
	dir, err := s.folder(c.Dir)
	if err != nil {
		return Result{}, err
	}
	if c.Timeout <= 0 || c.Timeout > s.c.Timeout {
		c.Timeout = s.c.Timeout
	}
	e, err := s.engine(ctx)
	if err != nil {
		return Result{}, err
	}
	return e.run(ctx, job{Command: c, dir: dir, out: &capped{max: s.c.MaxOutput}})
}

// engine is the one that the running call was judged with. Outside of a call
// there is nothing that could judge, and bash runs the command.
func (s *Shell) engine(ctx context.Context) (engine, error) {
	call, ok := guard.Running(ctx)
	switch {
	case !ok || call.Engine != guard.EngineExact:
		return compat{s}, nil
	case s.exact == nil:
		return nil, errors.New("shell: the call was judged for the exact engine, and there is none here")
	}
	return s.exact, nil
}

// folder is where a command starts: the same that the Inspector judged.
func (s *Shell) folder(dir string) (string, error) {
	w := s.c.Workspace
	if !strings.HasPrefix(dir, "/") {
		dir = w.base() + "/" + dir
	}
	resolved, err := w.Resolve(dir)
	if err != nil {
		return "", err
	}
	a := guard.Action{Kind: guard.KindList, Path: dir, Resolved: resolved}
	if why := w.forbids(&a); why != "" {
		return "", errors.New(why)
	}
	if fi, err := os.Stat(resolved); err != nil || !fi.IsDir() {
		return "", fmt.Errorf("%q: is not a folder", guard.Printable(dir))
	}
	return resolved, nil
}

// Contain implements [guard.Container]: commands of the configured tools are
// run under the Shell's tier, by the engine that can run them.
func (s *Shell) Contain(_ context.Context, call *guard.Call) (guard.Engine, guard.Tier, error) {
	if s == nil || !slices.Contains(s.c.Tools, call.Tool) {
		return guard.EngineNone, guard.TierNone, nil
	}
	return s.choose(call), s.contained.tier(call), nil
}
