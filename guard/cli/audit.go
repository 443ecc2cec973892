package cli

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/audit"
	"github.com/runtimeguard/runtimeguard/guard"
)

type auditing struct {
	place
	log    string
	head   string
	key    string
	filter audit.Filter
	n      int
	follow bool
	json   bool
}

func setupAudit(f *flag.FlagSet) func(*env, []string) error {
	a := &auditing{}
	a.flags(f)
	f.StringVar(&a.log, "log", "", "the log's `folder` (default: the one in the state folder)")
	f.StringVar(&a.head, "head", "", "verify: a checkpoint `file` that was kept elsewhere; finds a cut or rolled-back log")
	f.StringVar(&a.key, "key", "", "verify: the `key` that checkpoints must be signed with (default: the one beside the log, which whoever could rewrite the log could replace)")
	f.IntVar(&a.n, "n", 20, "tail: how many records")
	f.BoolVar(&a.follow, "f", false, "tail: go on as records come")
	f.BoolVar(&a.json, "json", false, "tail, query: the log's own lines")
	f.StringVar(&a.filter.Agent, "agent", "", "only this `agent`")
	f.StringVar(&a.filter.Session, "session", "", "only this `session`: its id, or the digest in the record")
	f.StringVar(&a.filter.Tool, "tool", "", "only this `tool`")
	f.StringVar(&a.filter.Effect, "effect", "", "only this `effect`: allow, ask or deny")
	f.StringVar(&a.filter.Rule, "rule", "", "only where this `rule` fired")
	f.StringVar(&a.filter.User, "user", "", "only this `user`")
	f.StringVar(&a.filter.ID, "id", "", "only the call with this `id`")
	f.StringVar(&a.filter.Event, "event", "", "only this `event`: decided, stepped, finished, operated (by operators), or one of the log's own")
	f.Func("since", "only from this `time` on: 2026-01-31, 2026-01-31T12:00:00Z, or 2h for two hours ago", instant(&a.filter.Since))
	f.Func("until", "only before this `time`", instant(&a.filter.Until))
	f.StringVar(&a.filter.Path, "path", "", "only what touches this `path` or what is beneath it")
	return a.run
}

func (a *auditing) run(e *env, args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	dir := a.log
	if dir == "" {
		state, err := a.dir()
		if err != nil {
			return err
		}
		dir = runtimeguard.AuditDir(state)
	}
	verb, args := split(args, "tail")
	switch {
	case verb == "tail" && len(args) == 0:
		return a.tail(ctx, e, dir)
	case verb == "query" && len(args) == 0:
		return a.goOn(e.out, audit.Query(ctx, dir, a.filter))
	case verb == "verify" && len(args) == 0:
		return a.verify(ctx, e, dir)
	}
	return usageError("want tail, query or verify")
}

// instant reads a time into t: a date, a time, or how long ago.
func instant(t *time.Time) func(string) error {
	return func(s string) error {
		if ago, err := time.ParseDuration(s); err == nil && ago >= 0 {
			*t = time.Now().Add(-ago)
			return nil
		}
		for _, layout := range []string{time.DateOnly, time.DateTime} {
			if at, err := time.ParseInLocation(layout, s, time.Local); err == nil {
				*t = at
				return nil
			}
		}
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return errors.New("want 2026-01-31, 2026-01-31T12:00:00Z or 2h")
		}
		*t = at
		return nil
	}
}

func (a *auditing) verify(ctx context.Context, e *env, dir string) error {
	var c audit.VerifyConfig
	if a.head != "" {
		head, err := os.ReadFile(a.head)
		if err != nil {
			return err
		}
		c.Head = head
	}
	if a.key != "" {
		c.Keys = []string{a.key}
	}
	if p := e.progress(); p != nil {
		c.Progress = func(done, total int64) { p(int(done), int(total)) }
	}
	report, err := audit.Verify(ctx, dir, c)
	fmt.Fprintf(e.out, "%d lines in %d segments, %d signed checkpoints\n", report.Lines, report.Segments, report.Checkpoints)
	var broken *audit.BrokenError
	if errors.As(err, &broken) {
		fmt.Fprintf(e.out, "BROKEN %s\n", guard.Printable(broken.Error()))
		return errFound
	}
	if err != nil {
		return err
	}
	twice, err := runtimeguard.SpentTwice(ctx, dir)
	for _, grant := range twice {
		fmt.Fprintf(e.out, "SPENT TWICE grant %s: it was put back into the store after it was spent\n", guard.Printable(grant))
	}
	if err != nil || len(twice) > 0 {
		return cmp.Or(err, errFound)
	}
	fmt.Fprintln(e.out, "the chain holds")
	for _, u := range report.Unknown {
		fmt.Fprintf(e.out, "not known: %s\n", guard.Printable(u))
	}
	return nil
}

func (a *auditing) tail(ctx context.Context, e *env, dir string) error {
	last, err := audit.Last(ctx, dir, a.filter, a.n)
	if err != nil {
		return err
	}
	var seq uint64
	for _, x := range last {
		a.print(e.out, &x)
		seq = x.Seq
	}
	if !a.follow {
		return nil
	}
	return a.goOn(e.out, audit.Tail(ctx, dir, a.filter, seq))
}

func (a *auditing) goOn(w io.Writer, entries iter.Seq2[audit.Entry, error]) error {
	var bad error
	for x, err := range entries {
		if err != nil {
			bad = errors.Join(bad, err)
			continue
		}
		a.print(w, &x)
	}
	return bad
}

func (a *auditing) print(w io.Writer, x *audit.Entry) {
	if a.json {
		w.Write(x.Raw)
		return
	}
	if x.Record.Call == nil || x.Record.Call.Tool == "" {
		return // the log's own entries
	}
	r := &x.Record
	what, by := r.Decision.Effect.String(), ""
	if r.Phase == guard.PhaseOperated {
		what, by = "", "  by="+r.Call.Principal.User
		if r.Decision.Reason != "" {
			by += "  " + r.Decision.Reason
		}
	}
	line := fmt.Sprintf("%s  %-8s  %-5s  %s%s", x.Time.Local().Format(time.DateTime), x.Event, what, r.Call.Tool, by)
	if len(r.Call.Actions) > 0 {
		line += "  " + r.Call.Actions[0].Describe()
		if n := len(r.Call.Actions) - 1; n > 0 {
			line += fmt.Sprintf(" (+%d)", n)
		}
	}
	for _, p := range []struct{ name, value string }{
		{"rule", r.Decision.Rule().Rule}, {"agent", r.Call.Principal.Agent}, {"request", r.Request},
		{"grant", r.Grant}, {"approver", r.Approver}, {"backup", r.Snapshot}, {"error", r.Err},
	} {
		if p.value != "" {
			line += "  " + p.name + "=" + p.value
		}
	}
	if r.Outcome.Exit != 0 {
		line += fmt.Sprintf("  exit=%d", r.Outcome.Exit)
	}
	fmt.Fprintln(w, guard.Printable(strings.ToValidUTF8(line, "?")))
}
