package backup

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"syscall"
	"time"
)

// Damage is something in a snapshot that can't be restored.
type Damage struct {
	Snapshot string // id
	Path     string // the first path that needs it, or "" where the snapshot itself is damaged
	Err      error
}

// Report is what [Vault.Verify] found.
type Report struct {
	Snapshots int
	Objects   int   // contents that are needed
	Bytes     int64 // of them
	Damaged   []Damage
}

// Verify reads every snapshot and everything they need, and names what is
// damaged. progress, where it isn't nil, is called after each content with the
// number read so far and the number there are. The error says that Verify
// could not do its work, not that something is damaged.
func (v *Vault) Verify(ctx context.Context, progress func(done, total int)) (Report, error) {
	lock, err := v.store.root.RLock(lockName)
	if err != nil {
		return Report{}, fmt.Errorf("backup: %w", err)
	}
	defer lock.Unlock()
	ids, err := v.ids()
	if err != nil {
		return Report{}, fmt.Errorf("backup: %w", err)
	}
	report := Report{Snapshots: len(ids)}
	m := &marker{v: v, ctx: ctx, need: map[string]use{}}
	for _, id := range ids {
		damaged := m.snapshot(id)
		if i := slices.IndexFunc(damaged, func(d Damage) bool { return exhausted(d.Err) }); i >= 0 {
			return report, fmt.Errorf("backup: %w", damaged[i].Err)
		}
		report.Damaged = append(report.Damaged, damaged...)
	}
	hashes := make([]string, 0, len(m.need))
	for hash := range m.need {
		hashes = append(hashes, hash)
	}
	slices.Sort(hashes)
	for i, hash := range hashes {
		if err := ctx.Err(); err != nil {
			return report, err
		}
		info, err := v.store.check(hash)
		if exhausted(err) {
			return report, fmt.Errorf("backup: %w", err)
		}
		report.Objects++
		report.Bytes += info.Size
		if use := m.need[hash]; err != nil && !use.list {
			report.Damaged = append(report.Damaged, Damage{use.snapshot, use.path, err})
		}
		if progress != nil {
			progress(i+1, len(hashes))
		}
	}
	return report, ctx.Err()
}

// exhausted reports whether an error says something of this process or machine,
// and nothing of what was to be read.
func exhausted(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ENOMEM)
}

// marker finds the objects that snapshots need, each with the first path that
// needs it.
type marker struct {
	v     *Vault
	ctx   context.Context
	need  map[string]use
	added []string // by the last snapshot
}

func (m *marker) mark(hash string, u use) {
	m.need[hash] = u
	m.added = append(m.added, hash)
}

type use struct {
	snapshot, path string
	list           bool
}

// snapshot marks what one snapshot needs and returns what can't be read of it.
func (m *marker) snapshot(id string) []Damage {
	m.added = nil
	man, err := m.v.load(id)
	if err != nil {
		return []Damage{{id, "", err}}
	}
	var damaged []Damage
	for i := range man.Entries {
		r := &man.Entries[i]
		damaged = append(damaged, m.record(id, man.Roots[r.Root], r)...)
	}
	return damaged
}

func (m *marker) record(id, root string, r *record) (damaged []Damage) {
	path := joinPath(root, string(r.Name))
	if r.SHA256 != "" {
		if _, ok := m.need[r.SHA256]; !ok {
			m.mark(r.SHA256, use{id, path, false})
		}
	}
	if r.List == "" || m.need[r.List].list || m.ctx.Err() != nil {
		return nil // what it holds is marked already
	}
	list, err := m.v.listing(r.List)
	if err != nil {
		return []Damage{{id, path, err}}
	}
	m.mark(r.List, use{id, path, true})
	for i := range list {
		list[i].Name = text(joinName(string(r.Name), string(list[i].Name)))
		damaged = append(damaged, m.record(id, root, &list[i])...)
	}
	return damaged
}

// Keep says which snapshots stay. Where several bounds are set, each must be
// met. A zero field is no bound; the zero Keep keeps all.
type Keep struct {
	Age   time.Duration // none older than that
	Count int           // the newest so many
	Bytes int64         // the newest whose contents together fit
}

// Pruned says what [Vault.Prune] removed.
type Pruned struct {
	Snapshots []string // ids
	Objects   int
	Bytes     int64
}

// Prune removes the snapshots that keep doesn't keep, and then every content
// that no remaining snapshot needs. It waits for running snapshots and
// restores of every process to end, and they wait for it. If a remaining
// snapshot is damaged, nothing it might need can be told, and no content is
// removed. progress, where it isn't nil, is called after each content with the
// number looked at so far and the number there are.
func (v *Vault) Prune(ctx context.Context, keep Keep, progress func(done, total int)) (Pruned, error) {
	lock, err := v.store.root.Lock(lockName)
	if err != nil {
		return Pruned{}, fmt.Errorf("backup: %w", err)
	}
	defer lock.Unlock()
	p := &pruner{v: v, marker: marker{v: v, ctx: ctx, need: map[string]use{}}, progress: progress}
	if err := p.snapshots(keep); err != nil {
		return p.pruned, fmt.Errorf("backup: %w", err)
	}
	if err := p.objects(); err != nil {
		return p.pruned, fmt.Errorf("backup: %w", err)
	}
	return p.pruned, nil
}

type pruner struct {
	v      *Vault
	marker marker
	pruned Pruned
	bytes  int64 // marked

	progress func(done, total int)
}

// snapshots removes manifests from the newest kept one on, and marks what the
// kept ones need.
func (p *pruner) snapshots(keep Keep) error {
	ids, err := p.v.ids()
	if err != nil {
		return err
	}
	slices.Reverse(ids)
	kept, full := 0, false
	for _, id := range ids {
		m, err := p.v.load(id)
		if err != nil {
			return fmt.Errorf("nothing is removed beside a damaged snapshot: %w", err)
		}
		old := keep.Age > 0 && p.v.c.Now().Sub(m.Time) > keep.Age || keep.Count > 0 && kept == keep.Count
		if !old && !full {
			if damaged := p.marker.snapshot(id); len(damaged) > 0 {
				return fmt.Errorf("nothing is removed beside a damaged snapshot: %s: %w", id, damaged[0].Err)
			}
			if full = keep.Bytes > 0 && p.measure() > keep.Bytes; full {
				p.marker.unmark()
			}
		}
		if !old && !full {
			kept++
			continue
		}
		p.pruned.Snapshots = append(p.pruned.Snapshots, id)
	}
	return p.drop()
}

// unmark takes back what the last snapshot added.
func (m *marker) unmark() {
	for _, hash := range m.added {
		delete(m.need, hash)
	}
}

// measure is the size of everything marked so far.
func (p *pruner) measure() int64 {
	for _, hash := range p.marker.added {
		if info, err := p.v.store.root.Lstat(objectName(hash)); err == nil {
			p.bytes += info.Size
		}
	}
	return p.bytes
}

// drop removes manifests, durably before any of their contents. The oldest go
// first.
func (p *pruner) drop() error {
	root := p.v.store.root
	for _, id := range slices.Backward(p.pruned.Snapshots) {
		if err := p.marker.ctx.Err(); err != nil {
			return err
		}
		if err := root.Remove(manifestsDir + "/" + id + ".json"); err != nil {
			return err
		}
	}
	return root.SyncDir(manifestsDir)
}

// objects removes what no snapshot needs. No snapshot is in the making: what
// lies among the temporary files is left from a process that was killed.
func (p *pruner) objects() error {
	root := p.v.store.root
	dirs := []string{tmpDir}
	fans, err := root.ReadDir(objectsDir)
	if err != nil {
		return err
	}
	for _, fan := range fans {
		dirs = append(dirs, objectsDir+"/"+fan.Name)
	}
	var names []string
	for _, dir := range dirs {
		in, err := root.Names(dir)
		if err != nil {
			return err
		}
		for _, n := range in {
			names = append(names, dir+"/"+n)
		}
	}
	for i, name := range names {
		if err := p.object(name); err != nil {
			return err
		}
		if p.progress != nil {
			p.progress(i+1, len(names))
		}
	}
	return nil
}

// object removes one, unless it is needed.
func (p *pruner) object(name string) error {
	dir, base := path.Split(name)
	if _, ok := p.marker.need[path.Base(dir)+base]; ok && dir != tmpDir+"/" {
		return nil
	}
	root := p.v.store.root
	info, err := root.Lstat(name)
	if err := errors.Join(err, p.marker.ctx.Err()); err != nil {
		return err
	}
	if err := root.Remove(name); err != nil {
		return err
	}
	p.pruned.Objects++
	p.pruned.Bytes += info.Size
	return nil
}
