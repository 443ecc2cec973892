package backup

import (
	"context"
	"fmt"
	"io"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
	"github.com/runtimeguard/runtimeguard/guard"
)

// Diff writes what a plan would change, line by line where both sides are
// small text files: "-" is now, "+" is after restoring. Control characters are
// written as escapes.
func (v *Vault) Diff(ctx context.Context, w io.Writer, plan *Plan) error {
	rs, err := v.openRoots()
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer rs.close()
	for _, c := range plan.Changes {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%-10s %s%s\n", c.Op, guard.Printable(c.Path), c.detail()); err != nil {
			return err
		}
		if err := v.diffFile(w, rs, &c); err != nil {
			return err
		}
	}
	return nil
}

// diffFile writes the lines of one change, or nothing where they can't be
// shown.
func (v *Vault) diffFile(w io.Writer, rs *roots, c *Change) error {
	if c.Op == OpMode || c.From.Type != TypeFile && c.To.Type != TypeFile {
		return nil
	}
	var now, then []byte
	var err error
	if c.From.Type == TypeFile {
		if now, err = rs.dirs[c.target.root].ReadFile(c.target.name, fsys.MaxDiffSize); err != nil {
			return nil
		}
	}
	if c.To.Type == TypeFile {
		if then, err = v.store.read(c.want.SHA256, fsys.MaxDiffSize); err != nil {
			return nil
		}
	}
	lines, _ := fsys.Diff(now, then)
	for _, l := range lines {
		text := string(l.Op) + guard.Printable(l.Text)
		if l.Op == '.' {
			text = "..."
		}
		if _, err := fmt.Fprintf(w, "  %s\n", text); err != nil {
			return err
		}
	}
	return nil
}
