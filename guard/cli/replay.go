package cli

import (
	"bufio"
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"time"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/audit"
	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/policy"
)

// replaying judges the decisions of an audit log again.
type replaying struct {
	place
	policy  string
	since   time.Time
	verbose bool

	pol     *policy.Policy
	judged  int
	altered int // redacted, cut or replaced text
	unkept  int // rules read arguments or the session, which no log keeps
	beside  int // refused by something else than a rule
	broken  int // lines that can't be read
	changes []change
}

// change is a decision that would be another.
type change struct {
	time     time.Time
	call     *guard.Call
	old, now guard.Effect
	rule     guard.Fired // the new policy's where it is stricter, else the old one's
}

// maxShown is how many examples of a change are shown unless all are.
const maxShown = 3

func setupReplay(f *flag.FlagSet) func(*env, []string) error {
	r := &replaying{}
	r.flags(f)
	f.StringVar(&r.policy, "policy", "", "the new `policy`: standard, strict, readonly or a file")
	f.Func("since", "only from this `time` on: 2026-01-31, 2026-01-31T12:00:00Z, or 2h for two hours ago", instant(&r.since))
	f.BoolVar(&r.verbose, "v", false, "show every decision that would be another, not only some")
	return r.run
}

func (r *replaying) run(e *env, args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if r.policy == "" || len(args) > 1 {
		return usageError("name the new policy (-policy), and one log at most")
	}
	log, err := r.log(args)
	if err != nil {
		return err
	}
	if r.pol, err = loadPolicy(r.policy); err != nil {
		return err
	}
	total, err := logSize(log)
	if err != nil {
		return err
	}
	done, progress := int64(0), e.progress()
	for x, err := range entries(ctx, log) {
		switch {
		case err != nil && x.Raw == nil:
			return err
		case err != nil:
			r.broken++
		default:
			r.entry(&x)
		}
		if done += int64(len(x.Raw)); progress != nil {
			progress(int(done), int(max(total, done)))
		}
	}
	r.print(e.out, log)
	return nil
}

// log is the log's folder or file.
func (r *replaying) log(args []string) (string, error) {
	if len(args) == 1 {
		return args[0], nil
	}
	state, err := r.dir()
	return runtimeguard.AuditDir(state), err
}

// logSize is how many bytes a log's folder or file holds.
func logSize(log string) (total int64, err error) {
	err = filepath.WalkDir(log, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path != log && filepath.Ext(path) != ".jsonl" {
			return err
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return total, err
}

// entries yields the entries of a log: a folder, or a file with its lines. An
// entry with an error and text is a line that can't be read.
func entries(ctx context.Context, log string) iter.Seq2[audit.Entry, error] {
	if info, err := os.Stat(log); err == nil && info.IsDir() {
		return audit.Query(ctx, log, audit.Filter{})
	}
	return func(yield func(audit.Entry, error) bool) {
		f, err := os.Open(log)
		if err != nil {
			yield(audit.Entry{}, err)
			return
		}
		defer f.Close()
		in := bufio.NewReaderSize(f, audit.MaxLine)
		for {
			raw, err := readLine(in)
			if err == io.EOF {
				return
			}
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(audit.Entry{}, err)
				return
			}
			if !yield(audit.Decode(raw)) {
				return
			}
		}
	}
}

// entry judges a recorded decision again, where that can be done.
func (r *replaying) entry(x *audit.Entry) {
	phase, d := x.Record.Phase, &x.Record.Decision
	if phase != guard.PhaseDecided && phase != guard.PhaseStepped || x.Time.Before(r.since) {
		return
	}
	old, byRule := ruled(d)
	call := x.Record.Call
	switch {
	case len(call.Actions) == 0 || !byRule:
		r.beside++
	case !x.Exact():
		r.altered++
	case r.pol.ReadsArguments(call):
		r.unkept++
	default:
		r.judged++
		now := r.pol.Decide(context.Background(), call)
		effect := now.Effect
		if now.Audit {
			effect = now.Observed
		}
		if effect != old {
			r.changes = append(r.changes, change{x.Time, call, old, effect, dueTo(d, &now, old, effect)})
		}
	}
}

// ruled is what a policy's rules said, whatever was enforced then: an ask that
// nobody answered is an ask. false: something else refused, such as a backup
// that failed or a path of the guard's own.
func ruled(d *guard.Decision) (guard.Effect, bool) {
	if d.Audit {
		return d.Observed, true
	}
	effect := guard.Allow
	for _, f := range d.Fired {
		if !f.Audit {
			effect = guard.Strictest(effect, f.Effect)
		}
	}
	return effect, d.Effect == guard.Allow || effect != guard.Allow
}

// dueTo is the rule that a change is due to: the one that is stricter.
func dueTo(old, now *guard.Decision, was, is guard.Effect) guard.Fired {
	d, effect := now, is
	if is > was {
		d, effect = old, was
	}
	for _, f := range d.Fired {
		if !f.Audit && f.Effect == effect {
			return f
		}
	}
	return guard.Fired{}
}

func (r *replaying) print(w io.Writer, log string) {
	fmt.Fprintf(w, "%s: %s judged again by %s, %d would be others\n", log, many(r.judged, "decision"), r.policy, len(r.changes))
	for _, n := range []struct {
		n   int
		why string
	}{
		{r.altered, "not replayable: secrets were taken out of their text, or it was cut"},
		{r.unkept, "not replayable: a rule reads call.args or call.session, of which the log keeps digests"},
		{r.beside, "left out: something else than a rule refused"},
		{r.broken, "lines can't be read: see runtimeguard audit verify"},
	} {
		if n.n > 0 {
			fmt.Fprintf(w, "%8d %s\n", n.n, n.why)
		}
	}
	for _, group := range grouped(r.changes) {
		r.printGroup(w, group)
	}
}

// grouped puts changes of the same sort by the same rule together, those that
// loosen first, then those with the most.
func grouped(changes []change) [][]change {
	type key struct {
		old, now guard.Effect
		rule     string
	}
	m := map[key][]change{}
	for _, c := range changes {
		k := key{c.old, c.now, c.rule.Rule}
		m[k] = append(m[k], c)
	}
	var out [][]change
	for _, g := range m {
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b []change) int {
		x, y := &a[0], &b[0]
		return cmp.Or(cmp.Compare(y.now, x.now), cmp.Compare(len(b), len(a)), cmp.Compare(x.old, y.old), cmp.Compare(x.rule.Rule, y.rule.Rule))
	})
	return out
}

func (r *replaying) printGroup(w io.Writer, group []change) {
	c := &group[0]
	whose := "by rule"
	if c.now > c.old {
		whose = "no longer by rule"
	}
	fmt.Fprintf(w, "\n%s instead of %s, %s %q (%s): %d\n", c.now, c.old, whose, c.rule.Rule, c.rule.Pos, len(group))
	for i, c := range group {
		if i == maxShown && !r.verbose {
			fmt.Fprintf(w, "    and %d more\n", len(group)-i)
			return
		}
		about := &c.call.Actions[0]
		if c.rule.Action >= 0 && c.rule.Action < len(c.call.Actions) {
			about = &c.call.Actions[c.rule.Action]
		}
		fmt.Fprintf(w, "    %s  %s  %s\n", c.time.Local().Format(time.DateTime), guard.Printable(c.call.Tool),
			guard.Printable(string(about.Kind)+" "+about.Describe()))
	}
}
