package guard

import (
	"context"
	"time"
)

// Phase says when in a call's life a [Record] was made.
type Phase string

// The phases.
const (
	PhaseDecided  Phase = "decided"  // judged; durable before the handler starts
	PhaseStepped  Phase = "stepped"  // an action of the running handler was judged
	PhaseFinished Phase = "finished" // the handler returned or panicked, or was not started
	PhaseOperated Phase = "operated" // no call: an operator has done something, or is about to
)

// Record is one line of the audit log.
type Record struct {
	Phase Phase
	Time  time.Time
	// Call is the call with the actions that were judged. What an auditor
	// keeps of it is its own choice; Raw and Args may hold file contents. Of
	// PhaseOperated it is what was done (Tool: halt, restore, approve, ...), by
	// whom (Principal.User), and to which files.
	Call *Call
	// Decision is what was decided; its effect is what was enforced.
	Decision Decision
	// Request is the request that a refused call waits for or that was answered
	// no, Grant the one that was spent.
	Request, Grant string
	// Approver is who answered Grant or Request, as their transport knew them, or
	// "".
	Approver string
	// Snapshot is the backup that was taken, or "".
	Snapshot string
	// Started says of PhaseFinished that the handler was started.
	Started bool
	// Outcome, Duration and Err say how the handler ended.
	Outcome  Outcome
	Duration time.Duration
	Err      string
}

// Outcome is what a handler tells about how it went.
type Outcome struct {
	Exit   int   // exit status of the command, or 0
	Output int64 // bytes given to the agent
	Failed bool  // the tool reported an error to the agent
}

// Auditor keeps records. Append returns once the record is durable; where it
// returns an error the call is refused. It must be safe for concurrent use and
// must not keep or change the record's pointers after it returns.
type Auditor interface {
	Append(ctx context.Context, r Record) error
}

// AuditFunc is a function as an [Auditor].
type AuditFunc func(ctx context.Context, r Record) error

// Append calls f.
func (f AuditFunc) Append(ctx context.Context, r Record) error { return f(ctx, r) }
