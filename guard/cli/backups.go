package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/backup"
	"github.com/runtimeguard/runtimeguard/guard"
)

// backing is a run of the command backups.
type backing struct {
	place
	query backup.Query
	keep  backup.Keep
	dry   bool
	v     *backup.Vault
	o     runtimeguard.Operator
}

func setupBackups(f *flag.FlagSet) func(*env, []string) error {
	b := &backing{}
	b.flags(f)
	f.BoolVar(&b.dry, "n", false, "restore: only show what would change")
	f.StringVar(&b.query.Call, "call", "", "list, diff, restore: what was saved for the call with this `id`")
	f.StringVar(&b.query.Path, "path", "", "list, diff, restore: only this `file` or folder; without -time as it was saved last")
	f.Func("time", "list, diff, restore: what has been saved since this `time`, which is what stood then: 2026-01-31, 2026-01-31T12:00:00Z, or 2h for two hours ago", instant(&b.query.Since))
	f.IntVar(&b.keep.Count, "keep", 0, "prune: keep the newest so many")
	f.DurationVar(&b.keep.Age, "age", 0, "prune: keep none older than this: 720h")
	f.Int64Var(&b.keep.Bytes, "bytes", 0, "prune: keep the newest whose contents fit into so many `bytes`")
	return b.run
}

func (b *backing) run(e *env, args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if b.o, err = b.operator(); err != nil {
		return err
	}
	if b.query.Path != "" {
		if b.query.Path, err = filepath.Abs(b.query.Path); err != nil {
			return err
		}
	}
	if b.v, err = runtimeguard.OpenBackups(b.o.State); err != nil {
		return err
	}
	defer b.v.Close()
	verb, args := split(args, "list")
	switch {
	case verb == "list" && len(args) == 0:
		return b.list(ctx, e)
	case verb == "verify" && len(args) == 0:
		return b.verify(ctx, e)
	case verb == "prune" && len(args) == 0:
		return b.prune(ctx, e)
	case verb == "show" && len(args) == 1:
		return b.show(ctx, e, args[0])
	case verb == "diff":
		return b.each(ctx, args, func(id string, paths []string) error { return b.diff(ctx, e, id, paths) })
	case verb == "restore":
		return b.each(ctx, args, func(id string, paths []string) error { return b.restore(ctx, e, id, paths) })
	}
	return usageError("want list, show ID, diff [ID [PATH...]], restore [ID [PATH...]], verify or prune")
}

// each calls f for the snapshot that the arguments name, or for those that the
// flags choose: the newest with a file, or the first since a time; without a
// file all of them, the newest first, since each undoes one call.
func (b *backing) each(ctx context.Context, args []string, f func(id string, paths []string) error) error {
	chosen := b.query != (backup.Query{})
	if chosen == (len(args) > 0) {
		return usageError("name a snapshot, or choose by -call, -path or -time")
	}
	if !chosen {
		return f(args[0], args[1:])
	}
	found, err := b.v.Find(ctx, b.query)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return errors.New("nothing like that has been saved")
	}
	var paths []string
	slices.Reverse(found)
	if b.query.Path != "" {
		paths = []string{b.query.Path}
		found = found[b.pick(found):][:1]
	}
	for _, s := range found {
		if err := f(s.ID, paths); err != nil {
			return err
		}
	}
	return nil
}

// pick chooses among snapshots, newest first, the one that holds a file as it
// stood at the time given; without one, before the last call that changed it.
func (b *backing) pick(found []backup.Snapshot) int {
	if b.query.Since.IsZero() {
		return max(0, slices.IndexFunc(found, func(s backup.Snapshot) bool { return s.Undo == "" }))
	}
	return len(found) - 1
}

func (b *backing) list(ctx context.Context, e *env) error {
	all, err := b.v.Find(ctx, b.query)
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	for _, s := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d files\t%d bytes\t%s\n", s.ID, s.Time.Local().Format(time.DateTime),
			guard.Printable(s.Tool), s.Files, s.Bytes, guard.Printable(s.Agent))
	}
	if len(all) == 0 && err == nil {
		fmt.Fprintln(w, "nothing has been saved")
	}
	return errors.Join(w.Flush(), err)
}

func (b *backing) show(ctx context.Context, e *env, id string) error {
	s, entries, err := b.v.Get(ctx, id)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "%s  %s  tool %s, call %s\n", s.ID, s.Time.Local().Format(time.DateTime), guard.Printable(s.Tool), s.Call)
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	for _, x := range entries {
		path := guard.Printable(x.Path)
		if x.Type == backup.TypeLink {
			path += " → " + guard.Printable(x.Target)
		}
		fmt.Fprintf(w, "  %s\t%s\t%d\t%.12s\t%s\n", x.Type, x.Mode, x.Size, x.SHA256, path)
	}
	return w.Flush()
}

func (b *backing) diff(ctx context.Context, e *env, id string, paths []string) error {
	plan, err := b.v.Plan(ctx, id, paths...)
	if err != nil {
		return err
	}
	return b.v.Diff(ctx, e.out, plan)
}

func (b *backing) restore(ctx context.Context, e *env, id string, paths []string) error {
	plan, err := b.v.Plan(ctx, id, paths...)
	if err != nil {
		return err
	}
	if len(plan.Changes) == 0 {
		fmt.Fprintln(e.out, "nothing to restore: everything is as it was")
		return nil
	}
	if b.dry {
		fmt.Fprint(e.out, plan)
		return nil
	}
	result, err := b.o.Restore(ctx, b.v, plan)
	for _, o := range result.Outcomes {
		if o.Err == nil {
			fmt.Fprintf(e.out, "%-9s %s\n", o.Op, guard.Printable(o.Path))
		} else {
			fmt.Fprintf(e.out, "%-9s %s: %v\n", "FAILED", guard.Printable(o.Path), o.Err)
		}
	}
	if result.Undo != "" {
		fmt.Fprintf(e.out, "undo with: runtimeguard backups restore %s\n", result.Undo)
	}
	return err
}

func (b *backing) verify(ctx context.Context, e *env) error {
	report, err := b.v.Verify(ctx, e.progress())
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "%d snapshots, %d contents, %d bytes\n", report.Snapshots, report.Objects, report.Bytes)
	for _, d := range report.Damaged {
		fmt.Fprintf(e.out, "DAMAGED %s\n", guard.Printable(fmt.Sprintf("%s %s: %v", d.Snapshot, d.Path, d.Err)))
	}
	if len(report.Damaged) > 0 {
		return errFound
	}
	fmt.Fprintln(e.out, "all of it is whole")
	return nil
}

// prune removes old snapshots; with no bound only what none of them needs.
func (b *backing) prune(ctx context.Context, e *env) error {
	if b.keep.Count < 0 || b.keep.Age < 0 || b.keep.Bytes < 0 {
		return usageError("-keep, -age and -bytes can't be negative")
	}
	p, err := b.o.Prune(ctx, b.v, b.keep, e.progress())
	fmt.Fprintf(e.out, "removed %d snapshots, and %d contents (%d bytes) that no other needs\n", len(p.Snapshots), p.Objects, p.Bytes)
	return err
}
