package audit

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/runtimeguard/runtimeguard/guard"
)

// The events that the log itself writes, beside the phases of a record.
const (
	EventSegment    = "segment"    // the first line of a segment
	EventCheckpoint = "checkpoint" // a signed statement about the line before
	EventRecovered  = "recovered"  // bytes of a crashed writer were set aside
	EventDropped    = "dropped"    // a sink missed entries
)

// Entry is one line of a log, decoded.
type Entry struct {
	// Segment and Line say where the line stands: "00000001.jsonl", counting
	// from 1. They are zero in an entry that a sink is given.
	Segment string
	Line    int
	// Raw is the line itself with its newline. It must not be changed.
	Raw []byte

	Seq  uint64 // counts the lines of a log from 1, across segments
	Prev string // SHA-256 of the line before, newline included, in hex
	// Event is the phase of a record, or one of the log's own events.
	Event string
	Time  time.Time

	// Record is what was recorded. Its Call is never nil; an agent's Session
	// is a digest of its id there, and it holds no arguments: of those only ArgsHash (SHA-256, hex) and ArgsSize (bytes)
	// are kept. In an entry of the log's own it is empty.
	Record   guard.Record
	ArgsHash string
	ArgsSize int64
	// Redacted, Cut and Replaced count the secrets that were taken out, the
	// strings and lists that were too long and the strings that were not valid
	// UTF-8.
	Redacted, Cut, Replaced int

	Log     string // segment: the log's random id
	Number  int    // segment: its number, from 1
	Note    string // checkpoint: the signed note
	Sink    string // dropped: which sink
	Dropped uint64 // dropped: how many entries it missed since the last such line
	Torn    Torn   // recovered
}

// Torn describes bytes that a crashed writer had left at the end of a segment,
// never acknowledged, and that were moved to a file of their own.
type Torn struct {
	File   string // in the log's folder
	Size   int64  // bytes
	SHA256 string // hex
}

// Exact reports whether the record's text is the one that was judged: false
// where something was redacted, cut or replaced, and such an entry can't be
// replayed against a policy as it was.
func (e *Entry) Exact() bool { return e.Redacted+e.Cut+e.Replaced == 0 }

// line is how an entry stands in the log.
type line struct {
	V     int       `json:"v"`
	Seq   uint64    `json:"seq"`
	Prev  string    `json:"prev"`
	Event string    `json:"event"`
	Time  time.Time `json:"time"`

	ID       string `json:"id"`
	Agent    string `json:"agent"`
	Session  string `json:"session"`
	User     string `json:"user"`
	Verified bool   `json:"verified"`
	Tool     string `json:"tool"`
	Dir      string `json:"dir"`
	Args     struct {
		SHA256 string `json:"sha256"`
		Size   int64  `json:"size"`
	} `json:"args"`
	Engine   guard.Engine        `json:"engine"`
	Tier     guard.Tier          `json:"tier"`
	Actions  []action            `json:"actions"`
	Effect   guard.Effect        `json:"effect"`
	Reason   string              `json:"reason"`
	By       *int                `json:"by"`
	Deciding *action             `json:"deciding"`
	Rules    []rule              `json:"rules"`
	Require  []guard.Requirement `json:"require"`
	Policy   string              `json:"policy"`
	Audit    bool                `json:"audit"`
	Observed guard.Effect        `json:"observed"`
	Request  string              `json:"request"`
	Grant    string              `json:"grant"`
	Approver string              `json:"approver"`
	Snapshot string              `json:"snapshot"`
	Started  bool                `json:"started"`
	Exit     int                 `json:"exit"`
	Output   int64               `json:"output"`
	Failed   bool                `json:"failed"`
	Duration time.Duration       `json:"duration_ns"`
	Error    string              `json:"error"`
	Altered  struct {
		Redacted int `json:"redacted"`
		Cut      int `json:"cut"`
		Replaced int `json:"replaced"`
	} `json:"altered"`

	Log     string `json:"log"`
	Segment int    `json:"segment"`
	Note    string `json:"note"`
	Sink    string `json:"sink"`
	Count   uint64 `json:"count"`
	File    string `json:"file"`
	Size    int64  `json:"size"`
	SHA256  string `json:"sha256"`
}

type action struct {
	Kind      guard.Kind `json:"kind"`
	Program   string     `json:"program"`
	Command   string     `json:"command"`
	Args      []string   `json:"args"`
	Flags     []string   `json:"flags"`
	Via       []string   `json:"via"`
	Path      string     `json:"path"`
	Resolved  string     `json:"resolved"`
	Pattern   bool       `json:"pattern"`
	Zone      guard.Zone `json:"zone"`
	Root      bool       `json:"root"`
	Recursive bool       `json:"recursive"`
	Host      string     `json:"host"`
	Opaque    bool       `json:"opaque"`
	Reason    string     `json:"reason"`
	Hash      hash       `json:"hash"`
	Span      [2]int     `json:"span"`
}

type rule struct {
	Rule    string       `json:"rule"`
	Pos     string       `json:"pos"`
	Effect  guard.Effect `json:"effect"`
	Message string       `json:"message"`
	Action  int          `json:"action"`
	Error   string       `json:"error"`
	Audit   bool         `json:"audit"`
}

type hash [32]byte

func (h *hash) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err == nil && len(b) != len(h) {
		err = errors.New("not a SHA-256")
	}
	copy(h[:], b)
	return err
}

func (a *action) guard() guard.Action {
	return guard.Action{
		Kind: a.Kind, Program: a.Program, Command: a.Command, Args: a.Args, Flags: a.Flags, Via: a.Via,
		Path: a.Path, Resolved: a.Resolved, Pattern: a.Pattern, Zone: a.Zone, Root: a.Root, Recursive: a.Recursive,
		Host: a.Host, Opaque: a.Opaque, Reason: a.Reason, Hash: a.Hash, Span: guard.Span{Start: a.Span[0], End: a.Span[1]},
	}
}

// Decode reads one line of a log.
func Decode(raw []byte) (Entry, error) {
	var l line
	if err := json.Unmarshal(raw, &l); err != nil {
		return Entry{Raw: raw}, fmt.Errorf("audit: not a line of a log: %w", err)
	}
	if l.V != Version {
		return Entry{Raw: raw}, fmt.Errorf("audit: the line is of version %d, this program reads version %d", l.V, Version)
	}
	return Entry{
		Raw: raw, Seq: l.Seq, Prev: l.Prev, Event: l.Event, Time: l.Time,
		Record: l.record(), ArgsHash: l.Args.SHA256, ArgsSize: l.Args.Size,
		Redacted: l.Altered.Redacted, Cut: l.Altered.Cut, Replaced: l.Altered.Replaced,
		Log: l.Log, Number: l.Segment, Note: l.Note, Sink: l.Sink, Dropped: l.Count,
		Torn: Torn{File: l.File, Size: l.Size, SHA256: l.SHA256},
	}, nil
}

func (l *line) record() guard.Record {
	call := &guard.Call{
		ID: l.ID, Tool: l.Tool, Dir: l.Dir, Engine: l.Engine, Tier: l.Tier,
		Principal: guard.Principal{Agent: l.Agent, Session: l.Session, User: l.User, Verified: l.Verified},
	}
	for i := range l.Actions {
		call.Actions = append(call.Actions, l.Actions[i].guard())
	}
	r := guard.Record{
		Phase: guard.Phase(l.Event), Time: l.Time, Call: call,
		Decision: guard.Decision{
			Effect: l.Effect, Reason: l.Reason, Require: l.Require,
			Policy: l.Policy, Audit: l.Audit, Observed: l.Observed,
		},
		Request: l.Request, Grant: l.Grant, Approver: l.Approver, Snapshot: l.Snapshot, Started: l.Started,
		Outcome:  guard.Outcome{Exit: l.Exit, Output: l.Output, Failed: l.Failed},
		Duration: l.Duration, Err: l.Error,
	}
	if l.By != nil && *l.By >= 0 && *l.By < len(call.Actions) {
		r.Decision.Action = &call.Actions[*l.By]
	} else if l.Deciding != nil {
		a := l.Deciding.guard()
		r.Decision.Action = &a
	}
	for _, f := range l.Rules {
		r.Decision.Fired = append(r.Decision.Fired, guard.Fired{
			Rule: f.Rule, Pos: f.Pos, Effect: f.Effect, Message: f.Message, Action: f.Action, Err: f.Error, Audit: f.Audit,
		})
	}
	return r
}
