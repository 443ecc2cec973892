package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/backup"
	"github.com/runtimeguard/runtimeguard/guard"
)

func setupBackups(f *flag.FlagSet) func(*env, []string) error {
	p := &place{}
	p.flags(f)
	dry := f.Bool("n", false, "restore: only show what would change")
	return func(e *env, args []string) error {
		state, err := p.dir()
		if err != nil {
			return err
		}
		v, err := runtimeguard.OpenBackups(state)
		if err != nil {
			return err
		}
		defer v.Close()
		return backups(context.Background(), e, v, args, *dry)
	}
}

func backups(ctx context.Context, e *env, v *backup.Vault, args []string, dry bool) error {
	verb, args := split(args, "list")
	switch {
	case verb == "list" && len(args) == 0:
		return backupsList(ctx, e, v)
	case verb == "verify" && len(args) == 0:
		return backupsVerify(ctx, e, v)
	case verb == "show" && len(args) == 1:
		return backupsShow(ctx, e, v, args[0])
	case verb == "diff" && len(args) >= 1:
		return backupsDiff(ctx, e, v, args[0], args[1:])
	case verb == "restore" && len(args) >= 1:
		return backupsRestore(ctx, e, v, args[0], args[1:], dry)
	}
	return usageError("want list, show ID, diff ID [PATH...], restore ID [PATH...] or verify")
}

func backupsList(ctx context.Context, e *env, v *backup.Vault) error {
	all, err := v.List(ctx)
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

func backupsShow(ctx context.Context, e *env, v *backup.Vault, id string) error {
	s, entries, err := v.Get(ctx, id)
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

func backupsDiff(ctx context.Context, e *env, v *backup.Vault, id string, paths []string) error {
	plan, err := v.Plan(ctx, id, paths...)
	if err != nil {
		return err
	}
	return v.Diff(ctx, e.out, plan)
}

func backupsRestore(ctx context.Context, e *env, v *backup.Vault, id string, paths []string, dry bool) error {
	plan, err := v.Plan(ctx, id, paths...)
	if err != nil {
		return err
	}
	if len(plan.Changes) == 0 {
		fmt.Fprintln(e.out, "nothing to restore: everything is as it was")
		return nil
	}
	if dry {
		fmt.Fprint(e.out, plan)
		return nil
	}
	result, err := v.Apply(ctx, plan)
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

func backupsVerify(ctx context.Context, e *env, v *backup.Vault) error {
	report, err := v.Verify(ctx, e.progress())
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
