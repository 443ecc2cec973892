package guard

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// DeniedError says that a call was refused and why. Its text is one line that
// may be shown to the agent: it names the rule and the reason and, for a call
// that waits for a human, the request; it never holds the text of Err.
type DeniedError struct {
	Call     *Call
	Decision Decision
	// Err is what made an allowed call a refused one (a record that couldn't
	// be written, a backup that failed), or a *PendingError; nil where the
	// decision alone refuses. It is for the host's own log.
	Err error
}

// Error returns the line for the agent.
func (e *DeniedError) Error() string {
	var p *PendingError
	if errors.As(e.Err, &p) {
		return e.Decision.String() + Printable("; request "+p.Request+
			" waits for a human, who answers outside of this session: make exactly the same call again after that")
	}
	d := e.Decision
	d.Effect = Deny
	return d.String()
}

// Unwrap returns Err.
func (e *DeniedError) Unwrap() error { return e.Err }

// PendingError says that a human must answer a request before the call can
// run.
type PendingError struct {
	Request string // the request's id, safe to show to the agent
}

// Error says which request waits.
func (e *PendingError) Error() string { return "request " + e.Request + " waits for an answer" }

// ErrBudget says that a call would change or delete more than may be saved for
// one call.
var ErrBudget = errors.New("past the backup's budget")

// UnrecordedError says that a call ran and that its last record could not be
// written. Its text may be shown to the agent; Err is for the host's own log.
type UnrecordedError struct {
	Call string // the call's ID
	Err  error
}

// Error names the call.
func (e *UnrecordedError) Error() string {
	return "call " + e.Call + " ran, but how it ended could not be recorded"
}

// Unwrap returns Err.
func (e *UnrecordedError) Unwrap() error { return e.Err }

// RejectedError says that a human has answered no. The no stands until it
// expires or the policy changes.
type RejectedError struct {
	Request string
	By      string // who said no
	Reason  string // in their words, or ""
}

// Error is one line that may be shown to the agent.
func (e *RejectedError) Error() string {
	s := "request " + e.Request + " was denied by " + e.By
	if e.Reason != "" {
		s += ": " + e.Reason
	}
	return Printable(s)
}

// Printable returns s on one line with everything in it that can't be seen, or
// that changes how the rest is seen, written as an escape: control and format
// characters (bidi, zero width), line separators, blanks other than the space,
// characters that aren't assigned, and bytes that aren't UTF-8. So a hostile
// word can't forge a line or hide another.
func Printable(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0 {
		return s
	}
	if !strings.ContainsFunc(s, unseen) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unseen(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

func unseen(r rune) bool {
	return !unicode.IsPrint(r) || r == utf8.RuneError || r == '\u2800' ||
		r > unicode.MaxASCII && unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
