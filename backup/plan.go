package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
	"github.com/runtimeguard/runtimeguard/guard"
)

// Op is what restoring does to a path.
type Op string

// The operations. A path whose type changes has two.
const (
	OpCreate    Op = "create"
	OpOverwrite Op = "overwrite"
	OpDelete    Op = "delete"
	OpMode      Op = "mode"       // the content is the same; mode, owner or time differ
	OpCannot    Op = "impossible" // a device, pipe or socket is gone: it can't be made again
)

// Change is one thing that restoring would do.
type Change struct {
	Op   Op     `json:"op"`
	Path string `json:"path"` // absolute
	// From and To describe the path now and afterwards.
	From Entry `json:"-"`
	To   Entry `json:"-"`

	target target
	was    fsys.Info
	want   record
	tie    *target // the file that it is to be a hard link to
}

// Plan is what restoring a snapshot would change, against the state that was
// found. It is made by [Vault.Plan] and not changed afterwards.
type Plan struct {
	Snapshot string // id
	Changes  []Change
	// Hash stands for the snapshot, every change and the state of each file
	// that the changes start from.
	Hash string

	paths []string
	dirs  []Change // folders whose attributes are set once their content is
}

// Plan works out what restoring the snapshot would change. With paths, only
// those and what lies in them are restored: absolute, or relative to the first
// root; each must be in the snapshot. It reads files but changes none.
func (v *Vault) Plan(ctx context.Context, id string, paths ...string) (*Plan, error) {
	rs, err := v.openRoots()
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	defer rs.close()
	return v.plan(ctx, rs, id, paths)
}

func (v *Vault) plan(ctx context.Context, rs *roots, id string, paths []string) (*Plan, error) {
	m, err := v.load(id)
	if err != nil {
		return nil, err
	}
	p := &planner{v: v, ctx: ctx, rs: rs, plan: &Plan{Snapshot: id, paths: paths}}
	if err := p.choose(m, paths); err != nil {
		return nil, err
	}
	for i := range m.Entries {
		if err := p.entry(&m.Entries[i]); err != nil {
			return nil, fmt.Errorf("snapshot %s: %w", id, err)
		}
	}
	for i, c := range p.chosen {
		if !p.found[i] {
			return nil, fmt.Errorf("snapshot %s: %s is not in it", id, guard.Printable(rs.path(c.root, c.name)))
		}
	}
	p.tie()
	p.addParents()
	return p.plan, p.finish()
}

// planner compares a snapshot with the present.
type planner struct {
	v       *Vault
	ctx     context.Context
	rs      *roots
	plan    *Plan
	roots   []int    // of the manifest's roots, the vault's
	chosen  []target // what is to be restored; none: all
	found   []bool
	parents []record
	names   []name // of files that had several
	alone   []name // of files that have several and had one
	deletes []Change
	puts    []Change
}

// choose maps the snapshot's roots and the paths onto the vault's roots.
func (p *planner) choose(m *manifest, paths []string) error {
	for _, dir := range m.Roots {
		i := slices.Index(p.rs.paths, dir)
		if i < 0 {
			return fmt.Errorf("snapshot %s: it is of other folders than this vault's roots", m.ID)
		}
		p.roots = append(p.roots, i)
	}
	for _, path := range paths {
		if !filepath.IsAbs(path) {
			path = filepath.Join(p.rs.paths[0], path)
		}
		real, err := realPath(path)
		if err != nil {
			return fmt.Errorf("snapshot %s: %s: %w", m.ID, guard.Printable(path), reason(err))
		}
		root, name, ok := p.rs.find(real)
		if !ok {
			return fmt.Errorf("snapshot %s: %s is not in it", m.ID, guard.Printable(path))
		}
		p.chosen = append(p.chosen, target{root, name})
	}
	p.found = make([]bool, len(p.chosen))
	return nil
}

// wanted reports whether t is to be restored, and whether something in it may
// be.
func (p *planner) wanted(t target) (itself, inside bool) {
	if len(p.chosen) == 0 {
		return true, true
	}
	for i, c := range p.chosen {
		if c.covers(t) {
			p.found[i], itself, inside = true, true, true
		} else if t.covers(c) {
			inside = true
		}
	}
	return itself, inside
}

// entry plans one entry of the manifest and what is listed beneath it.
func (p *planner) entry(r *record) error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	t := target{p.roots[r.Root], string(r.Name)}
	if r.Parent {
		p.parents = append(p.parents, *r)
		return nil
	}
	itself, inside := p.wanted(t)
	if !inside {
		return nil
	}
	if r.Type == TypeAbsent && !itself { // only something beneath it was chosen
		return p.absentBeneath(t)
	}
	info, err := p.present(t)
	if err != nil {
		return err
	}
	if itself {
		if err := p.compare(t, r, info); err != nil {
			return err
		}
	}
	if r.List == "" {
		return nil
	}
	if !itself {
		p.parents = append(p.parents, *r)
	}
	return p.folder(t, r, info)
}

// absentBeneath plans chosen files beneath a path where there was nothing.
func (p *planner) absentBeneath(t target) error {
	for i, c := range p.chosen {
		if !t.covers(c) {
			continue
		}
		p.found[i] = true
		info, err := p.present(c)
		if err != nil {
			return err
		}
		if err := p.remove(c, info); err != nil {
			return err
		}
	}
	return nil
}

// folder plans what a folder held, and the removal of what it didn't hold.
func (p *planner) folder(t target, r *record, info fsys.Info) error {
	list, err := p.v.listing(r.List)
	if err != nil {
		return fmt.Errorf("folder %s: %w", guard.Printable(p.rs.path(t.root, t.name)), err)
	}
	held := map[string]bool{}
	for i := range list {
		held[string(list[i].Name)] = true
		list[i].Root, list[i].Name = r.Root, text(joinName(t.name, string(list[i].Name)))
		if err := p.entry(&list[i]); err != nil {
			return err
		}
	}
	if !info.Mode.IsDir() {
		return nil
	}
	now, err := p.rs.dirs[t.root].ReadDir(t.name)
	if err != nil {
		return p.failed(t, err)
	}
	for _, extra := range now {
		child := target{t.root, joinName(t.name, extra.Name)}
		if held[extra.Name] {
			continue
		}
		itself, inside := p.wanted(child)
		if itself {
			err = p.remove(child, extra)
		} else if inside {
			err = p.absentBeneath(child)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *planner) failed(t target, err error) error {
	return fmt.Errorf("%s: %w", guard.Printable(p.rs.path(t.root, t.name)), reason(err))
}

// present describes what stands at a path now; the zero Info is nothing.
func (p *planner) present(t target) (fsys.Info, error) {
	info, err := p.rs.dirs[t.root].Lstat(t.name)
	if noFolder(err) {
		return fsys.Info{}, nil // where a folder has become something else, nothing stands beneath it
	}
	if err != nil {
		return info, p.failed(t, err)
	}
	return info, nil
}

func exists(i fsys.Info) bool { return i.Mode != 0 || i.Inode != 0 || i.Name != "" }

// compare plans what turns the present into the record.
func (p *planner) compare(t target, r *record, info fsys.Info) error {
	now := describe(t.name, info)
	if !exists(info) {
		now.Type = TypeAbsent
	}
	if now.Type == r.Type {
		return p.same(t, r, now, info)
	}
	if now.Type != TypeAbsent {
		if err := p.remove(t, info); err != nil {
			return err
		}
	}
	switch r.Type {
	case TypeFile:
		return p.file(t, r, record{Type: TypeAbsent}, fsys.Info{})
	case TypeAbsent:
	case TypeSpecial:
		p.put(OpCannot, t, r, record{Type: TypeAbsent}, fsys.Info{})
	default:
		p.put(OpCreate, t, r, record{Type: TypeAbsent}, fsys.Info{})
	}
	return nil
}

// same compares where the type is right.
func (p *planner) same(t target, r *record, now record, info fsys.Info) error {
	content := true
	switch r.Type {
	case TypeAbsent, TypeSpecial:
		return nil
	case TypeFile:
		return p.file(t, r, now, info)
	case TypeLink:
		to, err := p.rs.dirs[t.root].Readlink(t.name)
		if err != nil {
			return p.failed(t, err)
		}
		now.Target = text(to)
		content = now.Target == r.Target
	}
	attributes := now.Mode == r.Mode && now.UID == r.UID && now.GID == r.GID
	switch {
	case !content:
		p.put(OpOverwrite, t, r, now, info)
	case t.name == "." && !attributes: // a root's owner and mode are its operator's
	case !attributes || r.Type != TypeDir && now.MTime != r.MTime:
		p.put(OpMode, t, r, now, info)
	case r.Type == TypeDir: // its time alone is no change to show, but is put right with others
		p.plan.dirs = append(p.plan.dirs, Change{target: t, want: *r, was: info})
	}
	return nil
}

// hash reads a file as it stands.
func (p *planner) hash(t target, info fsys.Info) (string, error) {
	if err := p.ctx.Err(); err != nil {
		return "", err
	}
	if hash, ok := p.v.cachedHash(t, info); ok {
		return hash, nil
	}
	f, err := p.rs.dirs[t.root].Open(t.name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return hashOf(f, info.Size)
}

// hashOf reads a file that should have size bytes, and not much more.
func hashOf(f io.Reader, size int64) (string, error) {
	h := sha256.New()
	_, err := io.Copy(h, io.LimitReader(f, size+1))
	return sumText(h), err
}

func (p *planner) put(op Op, t target, want *record, now record, info fsys.Info) {
	path := p.rs.path(t.root, t.name)
	c := Change{Op: op, Path: path, From: now.entry(path), To: want.entry(path), target: t, was: info, want: *want}
	p.puts = append(p.puts, c)
}

// remove plans the removal of a file, or of a folder with each thing in it.
func (p *planner) remove(t target, info fsys.Info) error {
	if err := p.ctx.Err(); err != nil || !exists(info) {
		return err
	}
	now, path := describe(t.name, info), p.rs.path(t.root, t.name)
	p.deletes = append(p.deletes, Change{Op: OpDelete, Path: path, From: now.entry(path), To: Entry{Path: path, Type: TypeAbsent}, target: t, was: info})
	if !info.Mode.IsDir() {
		return nil
	}
	infos, err := p.rs.dirs[t.root].ReadDir(t.name)
	if err != nil {
		return p.failed(t, err)
	}
	for _, child := range infos {
		if err := p.remove(target{t.root, joinName(t.name, child.Name)}, child); err != nil {
			return err
		}
	}
	return nil
}

// addParents plans the folders that are missing above what is created.
func (p *planner) addParents() {
	needed := map[target]bool{}
	for _, c := range p.puts {
		if c.Op == OpCreate {
			for i := range len(c.target.name) {
				if c.target.name[i] == '/' {
					needed[target{c.target.root, c.target.name[:i]}] = true
				}
			}
		}
	}
	for _, r := range p.parents {
		t := target{p.roots[r.Root], string(r.Name)}
		if !needed[t] {
			continue
		}
		if info, err := p.present(t); err == nil && !exists(info) {
			r.List, r.Parent = "", false
			p.put(OpCreate, t, &r, record{Type: TypeAbsent}, fsys.Info{})
		}
	}
	p.parentTimes()
}

// parentTimes plans to set the times of folders in which something is changed.
func (p *planner) parentTimes() {
	changed := map[target]bool{}
	for _, c := range slices.Concat(p.deletes, p.puts) {
		changed[target{c.target.root, path.Dir(c.target.name)}] = true
	}
	for _, r := range p.parents {
		t := target{p.roots[r.Root], string(r.Name)}
		if changed[t] && r.Parent {
			p.plan.dirs = append(p.plan.dirs, Change{target: t, want: r})
		}
	}
}

// finish puts the changes in the order in which they can be made: removals
// from the leaves, then creations from the root, and hashes them.
func (p *planner) finish() error {
	slices.SortStableFunc(p.deletes, func(a, b Change) int { return b.target.compare(a.target) })
	slices.SortStableFunc(p.puts, func(a, b Change) int { // a hard link after what it links to
		switch {
		case a.tie == nil && b.tie != nil:
			return -1
		case a.tie != nil && b.tie == nil:
			return 1
		}
		return a.target.compare(b.target)
	})
	p.plan.Changes = append(p.deletes, p.puts...)
	h := sha256.New()
	data, err := encode([]any{p.plan.Snapshot, p.plan.paths})
	h.Write(data)
	for _, c := range p.plan.Changes {
		data, cerr := encode([]any{c.Op, text(c.Path), c.want, c.was.Dev, c.was.Inode, uint32(c.was.Mode), c.was.Size,
			c.was.ModTime.UnixNano(), c.was.ChangeTime.UnixNano(), c.was.Links, c.tie != nil})
		err = errors.Join(err, cerr)
		h.Write(data)
	}
	p.plan.Hash = hex.EncodeToString(h.Sum(nil))
	return err
}

// String lists the changes, one a line.
func (p *Plan) String() string {
	if len(p.Changes) == 0 {
		return "nothing to restore: everything is as it was\n"
	}
	var b strings.Builder
	for _, c := range p.Changes {
		fmt.Fprintf(&b, "%-10s %s%s\n", c.Op, guard.Printable(c.Path), c.detail())
	}
	return b.String()
}

func (c *Change) detail() string {
	switch c.Op {
	case OpCreate:
		if c.tie != nil {
			return " (hard link to " + guard.Printable(c.tie.name) + ")"
		}
		return fmt.Sprintf(" (%s)", c.To.Type)
	case OpMode:
		if c.From.Mode != c.To.Mode {
			return fmt.Sprintf(" (%04o to %04o)", permBits(c.From.Mode), permBits(c.To.Mode))
		}
		if c.From.UID != c.To.UID || c.From.GID != c.To.GID {
			return fmt.Sprintf(" (owner %d:%d to %d:%d)", c.From.UID, c.From.GID, c.To.UID, c.To.GID)
		}
		return " (time)"
	case OpOverwrite:
		if c.tie != nil {
			return fmt.Sprintf(" (hard link to %s)", guard.Printable(c.tie.name))
		}
		if c.To.Type == TypeFile {
			return fmt.Sprintf(" (%d to %d bytes)", c.From.Size, c.To.Size)
		}
		return fmt.Sprintf(" (link to %s)", guard.Printable(c.To.Target))
	}
	return ""
}
