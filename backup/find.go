package backup

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Query chooses snapshots. A zero field chooses all.
type Query struct {
	Call  string    // the id of the call
	Since time.Time // taken at that time or later
	// Path is the absolute path of a file that the snapshot can restore, if only
	// by removing it.
	Path string
}

// Find returns the snapshots that a query chooses, oldest first. What stood at
// a time is in the first one since then that has the path: it was taken before
// the next change. A damaged snapshot is an error beside the others.
func (v *Vault) Find(ctx context.Context, q Query) ([]Snapshot, error) {
	all, damaged := v.List(ctx)
	var found []Snapshot
	for _, s := range all {
		if q.Call != "" && s.Call != q.Call || s.Time.Before(q.Since) {
			continue
		}
		if q.Path != "" {
			has, err := v.has(s.ID, q.Path)
			if err != nil {
				return nil, err
			}
			if !has {
				continue
			}
		}
		found = append(found, s)
	}
	return found, damaged
}

// has reports whether a snapshot says what stood at a path.
func (v *Vault) has(id, path string) (bool, error) {
	real, err := realPath(path)
	if err != nil {
		return false, fmt.Errorf("backup: %w", reason(err))
	}
	m, err := v.load(id)
	if err != nil {
		return false, err
	}
	for i := range m.Entries {
		r := &m.Entries[i]
		name, ok := strings.CutPrefix(real, joinPath(m.Roots[r.Root], string(r.Name)))
		if ok && !r.Parent && (name == "" || name[0] == '/' && (r.List != "" || r.Type == TypeAbsent)) {
			return true, nil
		}
	}
	return false, nil
}
