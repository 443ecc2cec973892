package guard

import (
	"fmt"
	"slices"
	"strings"
)

// Call is one tool call as the agent sent it, with what has been found out
// about it since. Everything in it but Principal.Verified is untrusted.
// A Call is a value: [Enforcer.Do] works on its own copy.
type Call struct {
	// ID names this run of the call in the record. The Enforcer sets it.
	ID string
	// Tool is the tool's name, exactly as sent.
	Tool string
	// Raw holds the arguments' exact bytes, a JSON object: what the handler
	// will read and what digests are taken over.
	Raw []byte
	// Args is Raw decoded by [ParseArgs]. The Enforcer decodes it itself, so
	// the two can't disagree; where Raw is empty it is encoded from Args.
	Args map[string]any
	// Principal says who calls. It comes from the transport.
	Principal Principal
	// Dir is the absolute folder that relative paths are taken from, or "".
	Dir string
	// Actions is what the Inspector found the call would do.
	Actions []Action
	// Engine and Tier say what will run the call, settled before Decide.
	Engine Engine
	Tier   Tier
}

// Principal says on whose behalf a call is made. It is filled from the
// transport, never from the arguments.
type Principal struct {
	// Agent and Session name the client and its session; User the human or
	// account behind it.
	Agent, Session, User string
	// Verified is true where the transport authenticated the names. A name
	// that a client gave itself is only a label.
	Verified bool
}

// Kind is the sort of thing an action does.
type Kind string

// The kinds of action.
const (
	KindExec    Kind = "exec"    // starts a program
	KindRead    Kind = "read"    // reads a file's content
	KindWrite   Kind = "write"   // creates, overwrites, appends to or changes a file
	KindDelete  Kind = "delete"  // removes a file or a folder
	KindList    Kind = "list"    // lists a folder, or asks for a file's attributes
	KindConnect Kind = "connect" // reaches a host, or opens a port
	KindUnknown Kind = "unknown" // can't be known before it runs; Reason says why
	KindUse     Kind = "use"     // a tool call with no closer meaning
)

// Kinds lists every kind, in a fixed order.
func Kinds() []Kind {
	return []Kind{KindExec, KindRead, KindWrite, KindDelete, KindList, KindConnect, KindUnknown, KindUse}
}

// Zone says where a path lies.
type Zone string

// The zones of a path. The empty zone means that it is not known, and counts
// as outside.
const (
	ZoneWorkspace Zone = "workspace" // beneath a root the agent works in
	ZoneTemp      Zone = "temp"      // beneath a temporary folder
	ZoneSystem    Zone = "system"    // beneath the operating system's own folders
	ZoneOutside   Zone = "outside"   // anywhere else
)

// Engine names what runs a shell command.
type Engine string

// The engines.
const (
	EngineNone   Engine = ""       // not a shell command, or it isn't run by this library
	EngineCompat Engine = "compat" // a real shell: words are judged before it runs
	EngineExact  Engine = "exact"  // an interpreter: every start and open is judged again by Step
)

// Span is a half-open range of byte offsets into the command's text. The zero
// Span means that an action has no text of its own.
type Span struct{ Start, End int }

// Action is one thing that a call would do: a kind and a resource. Policies
// judge actions. Which fields are set depends on the kind.
type Action struct {
	Kind Kind

	// Program is the base name of the program that an exec starts, after
	// wrappers such as env or nice. It is set only where the program is looked
	// up in PATH or lies in a system folder: ./cat is not cat, and has only a
	// Path.
	Program string
	// Command is Program followed by the sub-commands that its specification
	// knows, separated by one space: "git stash drop".
	Command string
	// Args are the words after the program's name, as the program will see
	// them. A word that isn't known is "\x00", which no real word can be.
	Args []string
	// Flags are the options among Args by name, without dashes, clusters taken
	// apart and abbreviations written out, each in every spelling that the
	// specification knows: rm -fr has f, force, r, recursive.
	Flags []string
	// Via lists the wrappers that start the program, outermost first.
	Via []string

	// Path is the file as requested, made absolute. Resolved is the same with
	// links followed.
	Path, Resolved string
	// Pattern says that Path and Resolved are glob patterns (Bash's, with ** for
	// any depth) that cover every file the action may touch.
	Pattern bool
	// Zone is where Resolved lies.
	Zone Zone
	// Root says that Resolved is the root of its zone or lies above one, or that
	// the pattern covers everything in a root: all of it at once.
	Root bool
	// Recursive says that a folder is meant with everything in it.
	Recursive bool

	// Host is the host of a connect, in lower case, without port; "" where it
	// isn't known.
	Host string

	// Opaque says of an unknown that nobody will see inside (a program's own
	// code); false means that the exact engine will see the words when they
	// are real. Of an exec it says that the program may change files of the
	// workspace that no other action names.
	Opaque bool
	// Reason says why an unknown can't be known. It never quotes a file.
	Reason string
	// Hash is the SHA-256 of the code or script that an exec would run, or
	// zero.
	Hash [32]byte
	// Span is where the action stands in the command's text.
	Span Span
}

// UnknownWord stands in [Action.Args] for a word that isn't known.
const UnknownWord = "\x00"

// Flag reports whether any of the names, without dashes, is among Flags.
func (a *Action) Flag(names ...string) bool {
	for _, n := range names {
		if slices.Contains(a.Flags, n) {
			return true
		}
	}
	return false
}

// Same reports whether two actions do the same thing to the same resource.
// Where they stand in a text doesn't count.
func (a *Action) Same(b *Action) bool {
	return a.Kind == b.Kind && a.Program == b.Program && a.Command == b.Command &&
		slices.Equal(a.Args, b.Args) && slices.Equal(a.Flags, b.Flags) && slices.Equal(a.Via, b.Via) &&
		a.Path == b.Path && a.Resolved == b.Resolved && a.Pattern == b.Pattern &&
		a.Root == b.Root && a.Recursive == b.Recursive && a.Host == b.Host && a.Opaque == b.Opaque &&
		a.Reason == b.Reason && a.Hash == b.Hash
}

// Describe says on one line what the action touches: a program with its words,
// a path and where its links lead, a host; the zone, and how much of it. Like all
// of an action it may hold what an agent chose: see [Printable].
func (a *Action) Describe() string {
	var b strings.Builder
	switch a.Kind {
	case KindExec:
		for _, v := range a.Via {
			b.WriteString(v + " › ")
		}
		name := a.Program
		if name == "" {
			name = a.Path
		}
		b.WriteString(name)
		for _, w := range a.Args {
			if w == UnknownWord {
				w = "‹unknown›"
			}
			b.WriteString(" " + w)
		}
	case KindConnect:
		b.WriteString(a.Host)
		if a.Host == "" {
			b.WriteString("‹unknown host›")
		}
	case KindUnknown:
		b.WriteString(a.Reason)
	default:
		b.WriteString(a.Path)
		if a.Resolved != a.Path && a.Resolved != "" {
			b.WriteString(" → " + a.Resolved)
		}
	}
	if a.Zone != "" {
		fmt.Fprintf(&b, "  [%s]", a.Zone)
	}
	for _, l := range []struct {
		on   bool
		name string
	}{{a.Pattern, "pattern"}, {a.Root, "whole root"}, {a.Recursive, "recursive"}, {a.Opaque, "opaque"}} {
		if l.on {
			b.WriteString("  " + l.name)
		}
	}
	return b.String()
}
