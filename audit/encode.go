package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Version is the version of the schema that lines are written in.
const Version = 1

// MaxLine bounds a line of the log in bytes, its newline included. The bounds
// of its parts, all in bytes as encoded, add up to less.
const MaxLine = 64 << 10

const (
	maxName    = 512      // a name, an id
	maxText    = 1 << 10  // a reason, an error
	maxPath    = 2 << 10  // a path
	maxWord    = 4 << 10  // a word of a command line
	maxArgs    = 8 << 10  // the words of one action
	maxWords   = 1 << 10  // its flags, its wrappers
	maxActions = 28 << 10 // the actions of one line
	maxRules   = 6 << 10  // its rules
)

// timeFormat has a fixed width, so that lines sort by it.
const timeFormat = "2006-01-02T15:04:05.000000000Z"

// encoder appends JSON to buf. Its strings are redacted and bounded, and are
// safe to show: whatever could steer a terminal or hide text is escaped.
type encoder struct {
	buf      []byte
	r        *redactor
	redacted int // secrets taken out
	cut      int // strings and lists that were too long
	replaced int // strings that were not valid UTF-8

	session string // the last one, and what stands for it
	digest  []byte
}

// reset makes e ready for another line.
func (e *encoder) reset() { e.buf, e.redacted, e.cut, e.replaced = e.buf[:0], 0, 0, 0 }

// record returns the line of a record but for its first fields, which only the
// writer knows, and for the brace that opens it.
func (e *encoder) record(r *guard.Record) error {
	if r.Call == nil {
		return errors.New("audit: the record has no call")
	}
	switch r.Phase {
	case guard.PhaseDecided, guard.PhaseStepped, guard.PhaseFinished, guard.PhaseOperated:
	default:
		return fmt.Errorf("audit: the record has no known phase: %q", r.Phase)
	}
	if y := r.Time.UTC().Year(); y < 1 || y > 9999 {
		return fmt.Errorf("audit: the record's year is %d", y)
	}
	e.raw("event", string(r.Phase))
	e.time("time", r.Time)
	e.call(r.Call, r.Phase)
	e.decision(r)
	e.outcome(r)
	e.altered()
	e.buf = append(e.buf, '}', '\n')
	if len(e.buf) > MaxLine-maxFixed {
		return fmt.Errorf("audit: the record takes %d bytes, a line has %d", len(e.buf), MaxLine)
	}
	return nil
}

// maxFixed is more than the members before "event" take.
const maxFixed = 128

func (e *encoder) call(c *guard.Call, phase guard.Phase) {
	e.own("id", c.ID, maxName)
	e.str("agent", c.Principal.Agent, maxName)
	switch id := c.Principal.Session; {
	case phase == guard.PhaseOperated:
		e.str("session", id, maxName)
	case id != "":
		if id != e.session {
			e.session, e.digest = id, appendDigest(e.digest[:0], id)
		}
		e.key("session")
		e.buf = append(append(append(e.buf, '"'), e.digest...), '"')
	}
	e.str("user", c.Principal.User, maxName)
	e.bool("verified", c.Principal.Verified)
	e.str("tool", c.Tool, maxName)
	e.str("dir", c.Dir, maxPath)
	if len(c.Raw) > 0 {
		sum := sha256.Sum256(c.Raw)
		e.key("args")
		e.buf = append(e.buf, `{"sha256":"`...)
		e.buf = hex.AppendEncode(e.buf, sum[:])
		e.buf = append(e.buf, `","size":`...)
		e.buf = strconv.AppendInt(e.buf, int64(len(c.Raw)), 10)
		e.buf = append(e.buf, '}')
	}
	e.own("engine", string(c.Engine), maxName)
	e.raw("tier", c.Tier.String())
}

// appendDigest appends what stands for an agent's session: 128 bits of the
// SHA-256 of its id. Whoever knows the id of an MCP session can often take part
// in it.
func appendDigest(buf []byte, session string) []byte {
	sum := sha256.Sum256([]byte(session))
	return hex.AppendEncode(append(buf, "sha256:"...), sum[:16])
}

func (e *encoder) decision(r *guard.Record) {
	d, actions := &r.Decision, r.Call.Actions
	kept := e.list("actions", len(actions), maxActions, func(i int) { e.action(&actions[i]) })
	e.raw("effect", d.Effect.String())
	e.str("reason", d.Reason, maxText)
	if i := deciding(d, actions); i >= 0 && i < kept {
		e.key("by")
		e.buf = strconv.AppendInt(e.buf, int64(i), 10)
	} else if d.Action != nil {
		e.key("deciding")
		e.action(d.Action)
	}
	e.list("rules", len(d.Fired), maxRules, func(i int) { e.rule(&d.Fired[i]) })
	e.list("require", len(d.Require), maxWords, func(i int) { e.quote(string(d.Require[i]), maxName) })
	e.own("policy", d.Policy, maxName)
	if d.Audit {
		e.bool("audit", true)
		e.raw("observed", d.Observed.String())
	}
	e.str("request", r.Request, maxName)
	e.str("grant", r.Grant, maxName)
	e.str("approver", r.Approver, maxName)
	e.str("snapshot", r.Snapshot, maxName)
}

// deciding returns the index of the action that decided, or -1.
func deciding(d *guard.Decision, actions []guard.Action) int {
	if d.Action == nil {
		return -1
	}
	for i := range actions {
		if d.Action == &actions[i] {
			return i
		}
	}
	return slices.IndexFunc(actions, func(a guard.Action) bool {
		return a.Same(d.Action) && a.Zone == d.Action.Zone && a.Span == d.Action.Span
	})
}

func (e *encoder) outcome(r *guard.Record) {
	if r.Started {
		e.bool("started", true)
		e.int("exit", int64(r.Outcome.Exit))
		e.int("output", r.Outcome.Output)
		e.bool("failed", r.Outcome.Failed)
		e.int("duration_ns", int64(r.Duration))
	}
	e.str("error", r.Err, maxText)
}

// altered says how the line differs from the record, where it does.
func (e *encoder) altered() {
	if e.redacted+e.cut+e.replaced == 0 {
		return
	}
	e.key("altered")
	e.buf = append(e.buf, '{')
	e.int("redacted", int64(e.redacted))
	e.int("cut", int64(e.cut))
	e.int("replaced", int64(e.replaced))
	e.buf = append(e.buf, '}')
}

func (e *encoder) action(a *guard.Action) {
	e.buf = append(e.buf, '{')
	e.own("kind", string(a.Kind), maxName)
	e.str("program", a.Program, maxName)
	e.str("command", a.Command, maxName)
	e.args(a)
	e.strs("flags", a.Flags, maxWords)
	e.strs("via", a.Via, maxWords)
	e.str("path", a.Path, maxPath)
	e.str("resolved", a.Resolved, maxPath)
	e.bool("pattern", a.Pattern)
	e.own("zone", string(a.Zone), maxName)
	e.bool("root", a.Root)
	e.bool("recursive", a.Recursive)
	e.str("host", a.Host, maxName)
	e.bool("opaque", a.Opaque)
	e.str("reason", a.Reason, maxText)
	if a.Hash != [32]byte{} {
		e.key("hash")
		e.buf = append(e.buf, '"')
		e.buf = hex.AppendEncode(e.buf, a.Hash[:])
		e.buf = append(e.buf, '"')
	}
	if a.Span != (guard.Span{}) {
		e.key("span")
		e.buf = append(e.buf, '[')
		e.buf = strconv.AppendInt(e.buf, int64(a.Span.Start), 10)
		e.buf = append(e.buf, ',')
		e.buf = strconv.AppendInt(e.buf, int64(a.Span.End), 10)
		e.buf = append(e.buf, ']')
	}
	e.buf = append(e.buf, '}')
}

// args writes an action's words; which of them are secret can depend on the
// program and on the word before.
func (e *encoder) args(a *guard.Action) {
	spans := e.r.words(a.Program, a.Args[:min(len(a.Args), maxArgs/len(`"",`))]) // more can't be shown
	e.list("args", len(a.Args), maxArgs, func(i int) {
		s := a.Args[i]
		if sp, ok := spans[i]; ok {
			s = s[:sp.from] + redactedMark + s[sp.to:]
			e.redacted++
		}
		e.quote(s, maxWord)
	})
}

func (e *encoder) rule(f *guard.Fired) {
	e.buf = append(e.buf, '{')
	e.own("rule", f.Rule, maxName)
	e.own("pos", f.Pos, maxName)
	e.raw("effect", f.Effect.String())
	e.str("message", f.Message, maxText)
	e.key("action")
	e.buf = strconv.AppendInt(e.buf, int64(f.Action), 10)
	e.str("error", f.Err, maxText)
	e.bool("audit", f.Audit)
	e.buf = append(e.buf, '}')
}

// key begins a member of an object.
func (e *encoder) key(k string) {
	if n := len(e.buf); n > 0 && e.buf[n-1] != '{' {
		e.buf = append(e.buf, ',')
	}
	e.buf = append(e.buf, '"')
	e.buf = append(e.buf, k...)
	e.buf = append(e.buf, '"', ':')
}

// raw writes text of the library's own, which needs neither redaction nor
// escapes.
func (e *encoder) raw(k, s string) {
	e.key(k)
	e.buf = append(e.buf, '"')
	e.buf = append(e.buf, s...)
	e.buf = append(e.buf, '"')
}

func (e *encoder) time(k string, t time.Time) {
	e.key(k)
	year, month, day := t.UTC().Date()
	hour, minute, second := t.UTC().Clock()
	e.digits('"', year, 4)
	e.digits('-', int(month), 2)
	e.digits('-', day, 2)
	e.digits('T', hour, 2)
	e.digits(':', minute, 2)
	e.digits(':', second, 2)
	e.digits('.', t.Nanosecond(), 9)
	e.buf = append(e.buf, 'Z', '"')
}

// digits appends the last width digits of n after c.
func (e *encoder) digits(c byte, n, width int) {
	e.buf = append(e.buf, c)
	e.buf = append(e.buf, "000000000"[:width]...)
	for i := len(e.buf) - 1; n > 0 && width > 0; i, width = i-1, width-1 {
		e.buf[i] = byte('0' + n%10)
		n /= 10
	}
}

// int, bool and str leave out what is zero.
func (e *encoder) int(k string, n int64) {
	if n != 0 {
		e.key(k)
		e.buf = strconv.AppendInt(e.buf, n, 10)
	}
}

func (e *encoder) bool(k string, b bool) {
	if b {
		e.key(k)
		e.buf = append(e.buf, "true"...)
	}
}

func (e *encoder) str(k, s string, limit int) {
	if s != "" {
		e.key(k)
		e.quote(s, limit)
	}
}

// own writes a text of the host's or its policy's, in which no agent has a hand:
// nobody looks for secrets in it.
func (e *encoder) own(k, s string, limit int) {
	r := e.r
	e.r = plain
	e.str(k, s, limit)
	e.r = r
}

func (e *encoder) strs(k string, list []string, limit int) {
	e.list(k, len(list), limit, func(i int) { e.quote(list[i], maxWord) })
}

// list writes at most limit bytes of items and returns how many that were. How
// many are left out, and the SHA-256 of their text, stand under k + "_cut".
func (e *encoder) list(k string, n, limit int, item func(i int)) int {
	if n == 0 {
		return 0
	}
	e.key(k)
	e.buf = append(e.buf, '[')
	start := len(e.buf)
	for i := range n {
		end := len(e.buf)
		if i > 0 {
			e.buf = append(e.buf, ',')
		}
		item(i)
		if len(e.buf)-start > limit {
			return e.rest(k, n, i, end, item)
		}
	}
	e.buf = append(e.buf, ']')
	return n
}

// rest ends a list of n items that is full at item i; the item's text begins
// at end, and is taken back.
func (e *encoder) rest(k string, n, i, end int, item func(i int)) int {
	sum, r := sha256.New(), e.r
	e.r = plain // nobody reads these
	for j := i; j < n; j++ {
		e.buf = e.buf[:end]
		item(j)
		sum.Write(e.buf[end:])
		sum.Write([]byte{'\n'})
	}
	e.r = r
	e.cut++
	e.buf = append(e.buf[:end], ']')
	e.key(k + "_cut")
	e.buf = append(e.buf, `{"count":`...)
	e.buf = strconv.AppendInt(e.buf, int64(n-i), 10)
	e.buf = append(e.buf, `,"sha256":"`...)
	e.buf = hex.AppendEncode(e.buf, sum.Sum(nil))
	e.buf = append(e.buf, '"', '}')
	return i
}

// quote writes a string of at most limit bytes; of a longer one the beginning,
// its size, and the SHA-256 of the whole. Only what can be shown, and a margin
// in which a secret can end, is looked at for secrets: the work is bounded.
func (e *encoder) quote(s string, limit int) {
	head := s[:min(len(s), limit+redactMargin)]
	text, n := e.r.text(head)
	e.redacted += n
	e.buf = append(e.buf, '"')
	start := len(e.buf)
	if len(head) < len(s) || !e.chars(text, start+limit) {
		e.cut++
		e.buf = e.buf[:start]
		sum := sha256.New()
		io.WriteString(sum, text)
		io.WriteString(sum, s[len(head):])
		mark := fmt.Sprintf("…[%d bytes, sha256 %x]", len(s), sum.Sum(nil))
		e.chars(text, start+limit-len(mark))
		e.buf = append(e.buf, mark...)
	}
	e.buf = append(e.buf, '"')
}

const redactMargin = 4 << 10

const hexDigits = "0123456789abcdef"

// chars writes a string's characters, and stops and returns false before the
// buffer is longer than end.
func (e *encoder) chars(s string, end int) bool {
	plain, valid := 0, true
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf && safe[c] {
			i++
			continue
		}
		if !e.flush(s[plain:i], end-maxEscape) {
			return false
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		valid = valid && (r != utf8.RuneError || size > 1)
		e.char(r)
		i += size
		plain = i
	}
	if !valid {
		e.replaced++
	}
	return e.flush(s[plain:], end)
}

// maxEscape is the longest text of one character: a surrogate pair.
const maxEscape = len(`\ud834\udd1e`)

func (e *encoder) flush(s string, end int) bool {
	room := end - len(e.buf)
	if len(s) <= room {
		e.buf = append(e.buf, s...)
		return true
	}
	if room > 0 {
		e.buf = append(e.buf, s[:room]...)
	}
	return false
}

func (e *encoder) char(r rune) {
	switch {
	case r == '"' || r == '\\':
		e.buf = append(e.buf, '\\', byte(r))
	case r == '\n':
		e.buf = append(e.buf, '\\', 'n')
	case r == '\t':
		e.buf = append(e.buf, '\\', 't')
	case r > 0xFFFF && hidden(r):
		r -= 0x10000
		e.escape(0xD800 + r>>10)
		e.escape(0xDC00 + r&0x3FF)
	case hidden(r):
		e.escape(r)
	default:
		e.buf = utf8.AppendRune(e.buf, r) // invalid UTF-8 is U+FFFD here
	}
}

func (e *encoder) escape(r rune) {
	e.buf = append(e.buf, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

// hidden reports whether a character is no text but steers how text is shown:
// control and format characters, line separators, private ones.
func hidden(r rune) bool {
	return r < 0x20 || r == 0x7F || r > 0x7F && unicode.In(r, unicode.C, unicode.Zl, unicode.Zp)
}

// safe are the ASCII characters that stand for themselves.
var safe = func() (t [utf8.RuneSelf]bool) {
	for c := range t {
		t[c] = c >= 0x20 && c != 0x7F && c != '"' && c != '\\'
	}
	return t
}()
