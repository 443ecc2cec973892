// Package cli is the operator's command as a package, so that a program with
// stores or guards of its own can link the same command: see [Main].
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/guard"
)

// Exit statuses of [Main].
const (
	exitOK    = 0
	exitFail  = 1 // something was found wrong, or went wrong
	exitUsage = 2
)

// env is what a command has to work with.
type env struct {
	in       io.Reader
	out, err io.Writer
	stores   map[string]OpenStore
}

// command is one sub-command.
type command struct {
	name, args, summary string
	// flags declares the command's flags and returns what runs it.
	setup func(f *flag.FlagSet) func(e *env, args []string) error
}

var commands = []command{
	{"check", "[COMMAND]", "judge a command, or JSON lines on standard input, without running anything", setupCheck},
	{"init", "", "write a commented policy and a first test", setupInit},
	{"test", "[FILE | FOLDER | FOLDER/...]...", "run policy tests: the files named *_test.yaml", setupTest},
	{"lint", "FILE...", "say what is wrong with policies, with file, line and column", setupLint},
	{"replay", "[AUDIT-LOG]", "judge the decisions of an audit log again by a new policy, and show what would change", setupReplay},
	{"schema", "", "print the JSON Schema of policies, for editors", setupSchema},
	{"approvals", "list | watch | show ID | approve ID | deny ID [REASON] | remove ID | key", "answer the requests that wait for a human", setupApprovals},
	{"serve", "", "answer requests, read the log and restore backups on a page in your browser", setupServe},
	{"backups", "list | show ID | diff [ID [PATH...]] | restore [ID [PATH...]] | verify | prune", "look at what was saved, and put it back", setupBackups},
	{"audit", "tail | query | verify", "read the log, and verify its chain", setupAudit},
	{"doctor", "", "say what this machine holds: containment, approvals, state", setupDoctor},
	{"halt", "[REASON]", "refuse every call from now on", setupHalt},
	{"resume", "", "end a halt", setupResume},
}

// errFound ends a command with status 1; it has said why already.
var errFound = errors.New("")

// usageError ends a command with status 2.
type usageError string

func (e usageError) Error() string { return string(e) }

// OpenStore opens the store of approvals that a URL names.
type OpenStore func(ctx context.Context, url string) (approval.Store, error)

// Command is the operator's command with what a program links into it. The zero
// Command knows state folders only.
type Command struct {
	// Stores are approval stores by the scheme of their URL, for the flag -store.
	Stores map[string]OpenStore
}

// Main is [Command.Main] of the zero Command.
func Main(args []string, in io.Reader, out, errw io.Writer) int {
	return Command{}.Main(args, in, out, errw)
}

// Main runs the operator's command with the arguments after the program's
// name, and returns its exit status: 0, 1 where something was found or went
// wrong, 2 for wrong arguments.
func (c Command) Main(args []string, in io.Reader, out, errw io.Writer) int {
	e := &env{in, out, errw, c.Stores}
	if len(args) == 0 {
		help(errw)
		return exitUsage
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		help(out)
		return exitOK
	}
	for _, c := range commands {
		if c.name == args[0] {
			return c.main(e, args[1:])
		}
	}
	fmt.Fprintf(errw, "runtimeguard: unknown command %q\n\n", args[0])
	help(errw)
	return exitUsage
}

func (c *command) main(e *env, args []string) int {
	f := flag.NewFlagSet(c.name, flag.ContinueOnError)
	f.SetOutput(e.err)
	f.Usage = func() {
		fmt.Fprintf(e.err, "usage: runtimeguard %s [flags] %s\n\n%s.\n", c.name, c.args, upper(c.summary))
		f.PrintDefaults()
	}
	run := c.setup(f)
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return exitOK
		}
		return exitUsage
	}
	words := f.Args()
	if len(words) > 1 && c.isVerb(words[0]) { // flags may stand behind the verb too
		if err := f.Parse(words[1:]); err != nil {
			return exitUsage
		}
		words = append(words[:1:1], f.Args()...)
	}
	err := run(e, words)
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		fmt.Fprintf(e.err, "runtimeguard %s: %s\n", c.name, usage)
		f.Usage()
		return exitUsage
	case err != errFound:
		fmt.Fprintf(e.err, "runtimeguard %s: %v\n", c.name, err)
	}
	return exitFail
}

// unrecorded says that what has been done isn't in the log; any other error is
// returned.
func (e *env) unrecorded(err error) error {
	var u *guard.UnrecordedError
	if !errors.As(err, &u) {
		return err
	}
	fmt.Fprintf(e.err, "runtimeguard: it is done, but the log has no record of it: %v\n", u.Err)
	return nil
}

// isVerb reports whether a word is one of those that the command's arguments
// begin with.
func (c *command) isVerb(word string) bool {
	for form := range strings.SplitSeq(c.args, "|") {
		if first, _, _ := strings.Cut(strings.TrimSpace(form), " "); first == word && strings.Contains(c.args, "|") {
			return true
		}
	}
	return false
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func help(w io.Writer) {
	fmt.Fprint(w, `runtimeguard stands between an AI agent's tool calls and what carries them out.

usage: runtimeguard COMMAND [flags] [arguments]

`)
	for _, c := range commands {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.summary)
	}
	fmt.Fprint(w, `
"runtimeguard COMMAND -help" tells a command's flags and arguments.
`)
}

// place is where a workspace's state lies.
type place struct{ workspace, state string }

func (p *place) flags(f *flag.FlagSet) {
	f.StringVar(&p.workspace, "workspace", ".", "the workspace's `folder`")
	f.StringVar(&p.state, "state", "", "the state `folder` (default: the workspace's own beneath the user's state folder)")
}

func (p *place) dir() (string, error) {
	if p.state != "" {
		return p.state, nil
	}
	return runtimeguard.StateDir(p.workspace)
}
