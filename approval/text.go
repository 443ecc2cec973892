package approval

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Layout of a request's text. Everything that an agent can choose stands right
// of a bar on lines no longer than width, so that it can't be taken for a
// label, nor for a line of its own where a terminal wraps.
const (
	labelWidth = 11
	width      = 66   // columns right of the bar
	maxShown   = 8192 // bytes of one value; of a longer one the middle is left out
)

// Text shows the request to a human, on lines of at most 80 columns: the call,
// what it would do, the rule that asks, until when an answer counts, and what
// would be changed or run.
// Control, bidi and zero-width characters and bytes that aren't UTF-8 are
// written as escapes. Values past 8 KiB (arguments: [MaxArgsShown]) are shown
// without their middle, with their length and SHA-256.
func (r *Request) Text() string {
	var b strings.Builder
	sections := r.Sections()
	for i, s := range sections {
		if i > 0 && (s.Action < 0 || sections[i-1].Action < 0) {
			b.WriteByte('\n')
		}
		for _, row := range s.Rows {
			row.write(&b)
		}
	}
	return b.String()
}

// Section is a part of what a human is shown: the call, each action, why a
// human is asked, the times, and the previews.
type Section struct {
	Action int // index into [Request.Actions], or -1
	Rows   []Row
}

// Row is a labelled value. Neither is fit for a page or a terminal as it is:
// both may hold what an agent chose.
type Row struct {
	Label, Value string
	// Line says that the value is a line of a diff or of code. Its label is "+",
	// "-", "" for one that stays, or its number; "..." for the rest of a line
	// whose beginning isn't shown, and "~" where something is left out.
	Line bool
}

// Sections is what [Request.Text] shows, with long values shortened and before
// anything in it is made visible, for other ways to show it.
func (r *Request) Sections() []Section {
	call := &Section{Action: -1}
	call.row("request", r.ID+", "+string(r.State))
	call.row("agent", principal(r.Principal))
	call.row("tool", r.Tool)
	call.row("folder", r.Dir)
	call.rows("arguments", r.Args.String())
	out := []Section{*call}
	for i := range r.Actions {
		a := &Section{Action: i}
		a.action(i+1, &r.Actions[i], i == r.Decided)
		out = append(out, *a)
	}
	why, times := &Section{Action: -1}, &Section{Action: -1}
	why.why(r)
	times.times(r)
	out = append(out, *why, *times)
	for i := range r.Previews {
		p := &Section{Action: -1}
		p.preview(&r.Previews[i])
		out = append(out, *p)
	}
	return out
}

// Summary is the request on one line of at most 120 characters, for lists.
func (r *Request) Summary() string {
	s := guard.Printable(r.Tool)
	if len(r.Actions) > 0 {
		a := &r.Actions[max(0, min(r.Decided, len(r.Actions)-1))]
		s += ": " + guard.Printable(strings.TrimSpace(string(a.Kind)+" "+does(a)))
	}
	if n := []rune(s); len(n) > 120 {
		s = string(n[:117]) + "..."
	}
	return s
}

// String is the text, or its head and tail with what is missing between them.
func (e Excerpt) String() string {
	if e.Cut() == 0 {
		return e.Head
	}
	return e.Head + missing(e.Cut(), e.Size, e.Sum) + e.Tail
}

func missing(cut, size int, sum [32]byte) string {
	return fmt.Sprintf(" [... %d of %d bytes are not shown; SHA-256 of all %x ...] ", cut, size, sum)
}

// row adds a value; empty ones are left out, and long ones are shortened.
func (t *Section) row(label, value string) { t.rows(label, shorten(value)) }

func (t *Section) rows(label, value string) {
	if value != "" {
		t.Rows = append(t.Rows, Row{Label: label, Value: value})
	}
}

// write puts the value right of the bar.
func (r *Row) write(b *strings.Builder) {
	label, rest, value := guard.Printable(r.Label), "", r.Value
	if r.Line {
		label, rest = fmt.Sprintf("%*s", labelWidth, label), fmt.Sprintf("%*s", labelWidth, "...")
		value = strings.ReplaceAll(value, "\t", "→   ")
	}
	for _, line := range wrap(guard.Printable(value)) {
		fmt.Fprintf(b, "%-*s | %s\n", labelWidth, label, line)
		label = rest
	}
}

func (t *Section) rowf(label, format string, args ...any) { t.row(label, fmt.Sprintf(format, args...)) }

func (t *Section) action(n int, a *guard.Action, decided bool) {
	label := fmt.Sprintf("%d. %s", n, a.Kind)
	if len(label) > labelWidth {
		label = fmt.Sprintf("%d.", n)
	}
	t.row(label, does(a))
	if decided {
		t.row("  asks", "this action is why a human is asked")
	}
	t.row("  program", a.Program)
	t.row("  through", words(a.Via))
	t.row("  path", a.Path)
	t.row("  really", differs(a.Resolved, a.Path))
	t.row("  zone", string(a.Zone))
	t.row("  host", a.Host)
	t.row("  why", a.Reason)
	t.row("  means", meaning(a))
	t.row("  code hash", hash(a.Hash))
}

// preview shows a diff or code line by line.
func (t *Section) preview(p *Preview) {
	label := fmt.Sprintf("code of %d", p.Action+1)
	if p.Kind == PreviewDiff {
		label = fmt.Sprintf("diff of %d", p.Action+1)
	}
	t.row(label, p.Note)
	t.lines(p.Kind, p.Text.Head, false)
	if p.Text.Cut() > 0 {
		t.line("~", missing(p.Text.Cut(), p.Text.Size, p.Text.Sum))
		t.lines(p.Kind, p.Text.Tail, true)
	}
}

func (t *Section) line(label, value string) {
	t.Rows = append(t.Rows, Row{Label: label, Value: value, Line: true})
}

// maxSame is how often a line is shown again before repetitions are counted.
const maxSame = 3

// lines shows the lines of a preview's text, or of its tail.
func (t *Section) lines(kind PreviewKind, text string, tail bool) {
	if text == "" {
		return
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		t.line(lineLabel(kind, lines[i], i, tail))
		same := 0
		for i+same+1 < len(lines) && lines[i+same+1] == lines[i] {
			same++
		}
		if same > maxSame {
			t.line("~", fmt.Sprintf("this line %d times more", same))
			i += same
		}
	}
}

// lineLabel takes a line's operation off, or counts it. The first line of a
// tail is a part of one, and the numbers of the others aren't known.
func lineLabel(kind PreviewKind, line string, i int, tail bool) (label, value string) {
	switch {
	case tail && i == 0:
		return "...", line
	case kind == PreviewDiff && strings.HasPrefix(line, "."):
		return "~", "lines that stay as they are"
	case kind == PreviewDiff && line != "":
		return strings.TrimSpace(line[:1]), line[1:]
	case tail || kind == PreviewDiff:
		return "", line
	}
	return strconv.Itoa(i + 1), line
}

// does says in one line what an action does to what.
func does(a *guard.Action) string {
	switch a.Kind {
	case guard.KindExec:
		name := a.Program
		if name == "" {
			name = a.Path
		}
		return words(append([]string{name}, a.Args...))
	case guard.KindConnect:
		if a.Host == "" {
			return "a host that isn't known"
		}
		return a.Host
	case guard.KindUnknown:
		return "something that can't be known before it runs"
	case guard.KindUse:
		return "the tool"
	}
	if a.Resolved != "" {
		return a.Resolved
	}
	return a.Path
}

// meaning puts an action's marks into words.
func meaning(a *guard.Action) string {
	var out []string
	for _, m := range []struct {
		is   bool
		says string
	}{
		{a.Pattern, "every file that the pattern covers"},
		{a.Recursive, "with everything in it"},
		{a.Root, "all of a root at once"},
		{a.Opaque, "nobody will see inside"},
	} {
		if m.is {
			out = append(out, m.says)
		}
	}
	return strings.Join(out, "; ")
}

func differs(s, from string) string {
	if s == from {
		return ""
	}
	return s
}

func hash(h [32]byte) string {
	if h == [32]byte{} {
		return ""
	}
	return fmt.Sprintf("%x", h)
}

func (t *Section) why(r *Request) {
	d := guard.Decision{Effect: guard.Ask, Fired: r.Fired}
	if f := d.Rule(); f.Rule != "" {
		t.rowf("asked by", "rule %s (%s)", f.Rule, f.Pos)
	} else {
		t.row("asked by", "no rule, the default")
	}
	t.row("because", r.Reason)
	for _, f := range r.Fired {
		t.rowf("fired", "%s: %s (%s) %s", f.Effect, f.Rule, f.Pos, f.Message)
		if f.Audit {
			t.row("", "only watching: it has no effect")
		}
		if f.Err != "" {
			t.row("", "could not be evaluated: "+f.Err)
		}
	}
	for _, q := range r.Require {
		t.row("requires", string(q))
	}
	t.row("policy", r.Policy)
	t.row("digest", hash(r.seen))
	t.rowf("runs in", "engine %s, contained by %s", orNone(string(r.Engine)), r.Tier)
}

func (t *Section) times(r *Request) {
	t.row("asked at", stamp(r.Created))
	t.row("answer by", stamp(r.DecideBy))
	t.rowf("a yes", "can be used once, within %s of the answer", r.UseWithin)
	if a := r.Answer; a != nil {
		verdict := "no"
		if a.Yes {
			verdict = "yes"
		}
		t.rowf("answer", "%s, by %s", verdict, quote(a.Who))
		t.row("signed by", FormatPublicKey(a.Key))
		t.row("reason", a.Reason)
		t.row("answered at", stamp(a.Time))
		t.row("good until", stamp(a.Until))
	}
	if !r.Spent.IsZero() {
		t.row("used at", stamp(r.Spent))
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func principal(p guard.Principal) string {
	s := fmt.Sprintf("%s, session %s", quote(p.Agent), quote(p.Session))
	if p.User != "" {
		s += ", user " + quote(p.User)
	}
	if !p.Verified {
		s += " (names the client gave itself)"
	}
	return s
}

// words shows a command's words so that their boundaries are seen.
func words(ws []string) string {
	out := make([]string, len(ws))
	for i, w := range ws {
		out[i] = quote(w)
	}
	return strings.Join(out, " ")
}

const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-~"

func quote(w string) string {
	switch {
	case w == guard.UnknownWord:
		return "<not known>"
	case w != "" && strings.Trim(w, plain) == "":
		return w
	}
	return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
}

// shorten leaves the middle of a long value out.
func shorten(s string) string {
	if len(s) <= maxShown {
		return s
	}
	head, tail := maxShown/4*3, maxShown/4
	return s[:head] + missing(len(s)-head-tail, len(s), sha256.Sum256([]byte(s))) + s[len(s)-tail:]
}

// wrap cuts a value into lines of width columns; what isn't ASCII counts two.
func wrap(s string) []string {
	var lines []string
	start, columns := 0, 0
	for i, r := range s {
		n := 1
		if r >= utf8.RuneSelf {
			n = 2
		}
		if columns += n; columns > width {
			lines = append(lines, s[start:i])
			start, columns = i, n
		}
	}
	return append(lines, s[start:])
}
