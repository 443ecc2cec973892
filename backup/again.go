package backup

import (
	"path"
	"slices"
	"strings"
)

// A call is saved when it is decided, and again for each step: for most of them
// nothing has changed in between. The saver describes the present all the same,
// from the files themselves; where a snapshot of the same call says the same of
// every path, that one is the backup, and nothing is written.

// maxCalls bounds the calls whose snapshots are remembered.
const maxCalls = 1024

// again returns the snapshot of the same call that holds all that this one
// would hold, or "".
func (s *saver) again() string {
	if len(s.batch.fresh) > 0 { // something that was saved is gone from the vault
		return ""
	}
	for _, id := range s.v.ofCall(s.m.Call) {
		if m, err := s.v.load(id); err == nil && s.v.says(m, s.m.Entries) {
			return id
		}
	}
	return ""
}

// ofCall returns the last and the first snapshot of a call of this process.
func (v *Vault) ofCall(call string) []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.calls[call])
}

// remember notes a call's snapshot.
func (v *Vault) remember(call, id string) {
	if call == "" {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.calls) >= maxCalls {
		clear(v.calls) // they are saved again, that is all
	}
	if before := v.calls[call]; len(before) > 0 {
		v.calls[call] = []string{id, before[len(before)-1]}
	} else {
		v.calls[call] = []string{id}
	}
}

// says reports whether a manifest says the same of every entry's path. Folders
// that are only known as those that something lies in aren't asked about.
func (v *Vault) says(m *manifest, entries []record) bool {
	if !slices.Equal(m.Roots, v.roots) {
		return false
	}
	at := map[target]*record{}
	for i := range m.Entries {
		if e := &m.Entries[i]; !e.Parent {
			at[target{e.Root, string(e.Name)}] = e
		}
	}
	for i := range entries {
		r := &entries[i]
		if r.Parent {
			continue
		}
		was, ok := v.lookUp(at, target{r.Root, string(r.Name)})
		if !ok || !r.same(&was) {
			return false
		}
	}
	return true
}

// lookUp finds what a manifest's entries say of a path: themselves, or by the
// listing of a folder above it.
func (v *Vault) lookUp(at map[target]*record, t target) (record, bool) {
	rest := ""
	for name := t.name; ; name = path.Dir(name) {
		if e := at[target{t.root, name}]; e != nil {
			return v.beneath(*e, rest)
		}
		if name == "." {
			return record{}, false
		}
		rest = path.Join(path.Base(name), rest)
	}
}

// beneath follows a name from a record on through listings.
func (v *Vault) beneath(r record, name string) (record, bool) {
	for name != "" {
		if r.Type == TypeAbsent {
			return r, true
		}
		list, err := v.listing(r.List)
		if err != nil { // or it was saved without what it holds
			return record{}, false
		}
		var first string
		first, name, _ = strings.Cut(name, "/")
		i := slices.IndexFunc(list, func(r record) bool { return string(r.Name) == first })
		if i < 0 {
			return record{Type: TypeAbsent}, true
		}
		r = list[i]
	}
	return r, true
}

// same compares what two records say of a path. A folder's time changes with
// what comes and goes in it, and isn't compared.
func (r *record) same(other *record) bool {
	a, b := *r, *other
	for _, x := range []*record{&a, &b} {
		x.Root, x.Name, x.Names = 0, "", ""
		if x.Type == TypeDir {
			x.MTime = [2]int64{}
		}
	}
	return a == b
}
