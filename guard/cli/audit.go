package cli

import (
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
	f.BoolVar(&a.json, "json", false, "tail: the log's own lines")
	f.StringVar(&a.filter.Agent, "agent", "", "tail: only this `agent`")
	f.StringVar(&a.filter.Session, "session", "", "tail: only this `session`")
	f.StringVar(&a.filter.Tool, "tool", "", "tail: only this `tool`")
	f.StringVar(&a.filter.Effect, "effect", "", "tail: only this `effect`: allow, ask or deny")
	f.StringVar(&a.filter.Rule, "rule", "", "tail: only where this `rule` fired")
	f.StringVar(&a.filter.Path, "path", "", "tail: only what touches this `path` or what is beneath it")
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
	case verb == "verify" && len(args) == 0:
		return a.verify(ctx, e, dir)
	}
	return usageError("want tail or verify")
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
	for x, err := range entries {
		if err != nil {
			return err
		}
		a.print(w, &x)
	}
	return nil
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
	line := fmt.Sprintf("%s  %-8s  %-5s  %s", x.Time.Local().Format(time.DateTime), x.Event, r.Decision.Effect, r.Call.Tool)
	if len(r.Call.Actions) > 0 {
		line += "  " + describe(&r.Call.Actions[0])
		if n := len(r.Call.Actions) - 1; n > 0 {
			line += fmt.Sprintf(" (+%d)", n)
		}
	}
	for _, p := range []struct{ name, value string }{
		{"rule", r.Decision.Rule().Rule}, {"agent", r.Call.Principal.Agent}, {"request", r.Request},
		{"grant", r.Grant}, {"backup", r.Snapshot}, {"error", r.Err},
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
