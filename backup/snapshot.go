package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
	"github.com/runtimeguard/runtimeguard/guard"
)

// Snapshot saves what the call's actions would change or delete, as far as it
// lies in the roots, and returns the snapshot's id once all of it is durable;
// "" where nothing in the roots is touched. It implements [guard.Snapshotter].
//
// Saved are the files of write and delete actions: patterns are expanded and
// folders saved whole. What isn't there is noted, so that restoring removes
// what the call creates. A program that changes files which no action names
// ([guard.Action].Opaque) and an unknown save the roots whole, unless the exact
// engine will see the unknown's words when they are real. More than the budget
// ([guard.ErrBudget]), a file that can't be read, and one that keeps changing
// are errors.
//
// Where all of it stands as a snapshot has it that was taken for the same call
// before, that one is returned.
func (v *Vault) Snapshot(ctx context.Context, call *guard.Call) (string, error) {
	rs, err := v.openRoots()
	if err != nil {
		return "", fmt.Errorf("backup: %w", err)
	}
	defer rs.close()
	targets, err := rs.targets(ctx, call)
	if err != nil || len(targets) == 0 {
		return "", err
	}
	lock, err := v.store.root.RLock(lockName) // no prune meanwhile
	if err != nil {
		return "", fmt.Errorf("backup: %w", err)
	}
	defer lock.Unlock()
	return v.save(ctx, rs, targets, Snapshot{Call: call.ID, Tool: call.Tool,
		Agent: call.Principal.Agent, Session: call.Principal.Session, User: call.Principal.User})
}

// target is a file in a root.
type target struct {
	root int
	name string
}

// goal is a file to save, with everything in it if it is a folder, unless the
// folder alone is meant.
type goal struct {
	target
	alone bool
}

func (a target) compare(b target) int {
	if a.root != b.root {
		return a.root - b.root
	}
	return strings.Compare(a.name, b.name)
}

// covers reports whether saving a saves b.
func (a target) covers(b target) bool {
	return a.root == b.root && (a.name == "." || a.name == b.name || strings.HasPrefix(b.name, a.name+"/"))
}

// save makes a snapshot of the targets durable. The vault's lock is held.
func (v *Vault) save(ctx context.Context, rs *roots, goals []goal, head Snapshot) (string, error) {
	head.Version, head.Time, head.Roots = formatVersion, v.c.Now().UTC(), v.roots
	s := &saver{v: v, ctx: ctx, rs: rs, batch: v.store.batch(), m: manifest{Snapshot: head},
		noted: map[target]Type{}, warm: map[target]cached{}, links: linkCount{}, whole: map[int]bool{}}
	id, err := s.run(goals)
	if werr := s.batch.wait(); err == nil {
		err = werr
	}
	if err != nil {
		return "", fmt.Errorf("backup: %w", err)
	}
	return id, nil
}

// saver is one snapshot in the making.
type saver struct {
	v     *Vault
	ctx   context.Context
	rs    *roots
	batch *batch
	m     manifest
	noted map[target]Type   // parents that are in the manifest, or not there
	warm  map[target]cached // what becomes the cache once the objects are durable
	links linkCount         // names of files that have several
	whole map[int]bool      // roots that are saved whole
	ahead <-chan reading    // folders of the present goal, read beforehand
}

func (s *saver) run(goals []goal) (string, error) {
	for _, g := range reduce(goals) {
		if err := s.goal(g); err != nil {
			return "", err
		}
	}
	if err := s.otherNames(); err != nil {
		return "", err
	}
	if len(s.m.Entries) == 0 {
		return "", nil
	}
	slices.SortStableFunc(s.m.Entries, func(a, b record) int {
		return target{a.Root, string(a.Name)}.compare(target{b.Root, string(b.Name)})
	})
	if err := s.batch.wait(); err != nil {
		return "", err
	}
	if id := s.again(); id != "" {
		return id, nil
	}
	if err := s.batch.commit(); err != nil {
		return "", err
	}
	s.v.keep(s.warm)
	data, err := encode(&s.m)
	if err != nil {
		return "", err
	}
	id := idOf(s.m.Time, data)
	err = s.v.store.root.CreateExclusive(manifestsDir+"/"+id+".json", data, 0o400)
	if errors.Is(err, fs.ErrExist) { // the same bytes: the name holds their hash
		err = s.v.store.root.SyncDir(manifestsDir)
	}
	if err == nil {
		_, err = s.v.load(id)
	}
	if err != nil {
		return "", err
	}
	s.v.remember(s.m.Call, id)
	return id, nil
}

// reduce sorts goals and drops those that another one covers.
func reduce(goals []goal) []goal {
	whole := map[target]bool{}
	all := map[target]bool{}
	for _, g := range goals {
		all[g.target] = true
		if !g.alone {
			whole[g.target] = true
		}
	}
	var out []goal
	for t := range all {
		if t.name == "." || !whole[target{t.root, "."}] && !under(whole, t) {
			out = append(out, goal{t, !whole[t]})
		}
	}
	slices.SortFunc(out, func(a, b goal) int { return a.compare(b.target) })
	return out
}

// under reports whether a folder that t lies in is among the set.
func under(set map[target]bool, t target) bool {
	for i := range len(t.name) {
		if t.name[i] == '/' && set[target{t.root, t.name[:i]}] {
			return true
		}
	}
	return false
}

// goal saves one file or tree, with the folders it lies in noted. Where one of
// those is missing, that it is missing is all there is to say.
func (s *saver) goal(g goal) error {
	if g.name != "." {
		if _, err := s.parent(target{g.root, "."}); err != nil {
			return err
		}
	}
	for i := range len(g.name) {
		if g.name[i] != '/' {
			continue
		}
		there, err := s.parent(target{g.root, g.name[:i]})
		if err != nil || !there {
			return err
		}
	}
	info, err := s.rs.dirs[g.root].Lstat(g.name)
	if errors.Is(err, fs.ErrNotExist) {
		s.note(g.target, record{Type: TypeAbsent})
		return nil
	}
	if err != nil {
		return s.failed(g.target, err)
	}
	r := describe(g.name, info)
	if !g.alone && r.Type == TypeDir {
		s.whole[g.root] = s.whole[g.root] || g.name == "."
		defer s.readAhead(g.target)()
	}
	if !g.alone || r.Type != TypeDir {
		if r, err = s.record(g.target, info); err != nil {
			return err
		}
	}
	s.note(g.target, r)
	return nil
}

// parent notes a folder above a goal, and reports whether something can lie in
// it.
func (s *saver) parent(t target) (bool, error) {
	if typ, ok := s.noted[t]; ok {
		return typ == TypeDir, nil
	}
	info, err := s.rs.dirs[t.root].Lstat(t.name)
	if errors.Is(err, fs.ErrNotExist) {
		s.note(t, record{Type: TypeAbsent})
		return false, nil
	}
	if err != nil {
		return false, s.failed(t, err)
	}
	if !info.Mode.IsDir() {
		return false, nil
	}
	r := describe(t.name, info)
	r.Parent = true
	if r.Names, err = s.rs.names(t); err != nil {
		return false, s.failed(t, err)
	}
	s.note(t, r)
	return true, nil
}

// note adds a record to the manifest.
func (s *saver) note(t target, r record) {
	r.Root, r.Name = t.root, text(t.name)
	s.noted[t] = r.Type
	s.m.Entries = append(s.m.Entries, r)
}

func (s *saver) failed(t target, err error) error {
	return fmt.Errorf("%s can't be saved: %w", guard.Printable(s.rs.path(t.root, t.name)), reason(err))
}

// record saves what info describes and returns its record under its base name.
func (s *saver) record(t target, info fsys.Info) (record, error) {
	r := describe(info.Name, info)
	if err := s.ctx.Err(); err != nil {
		return r, err
	}
	if err := s.count(r.Size); err != nil {
		return r, err
	}
	var err error
	switch r.Type {
	case TypeFile:
		s.links.add(t, info)
		err = s.file(t, info, &r)
	case TypeLink:
		var to string
		to, err = s.rs.dirs[t.root].Readlink(t.name)
		r.Target, err = text(to), vanished(err)
	case TypeDir:
		r.List, err = s.dir(t)
		return r, err
	}
	if err != nil {
		err = s.failed(t, err)
	}
	return r, err
}

// budgetError is a [guard.ErrBudget] that says what doesn't fit.
type budgetError string

func (e budgetError) Error() string        { return string(e) }
func (e budgetError) Is(target error) bool { return target == guard.ErrBudget }

// count refuses past the budget, before anything is copied.
func (s *saver) count(size int64) error {
	s.m.Files++
	s.m.Bytes += size
	if s.m.Files > s.v.c.MaxFiles {
		return budgetError(fmt.Sprintf("more than %d files would have to be saved: name fewer, or raise the budget", s.v.c.MaxFiles))
	}
	if s.m.Bytes > s.v.c.MaxBytes {
		return budgetError(fmt.Sprintf("more than %d bytes would have to be saved: name fewer files, or raise the budget", s.v.c.MaxBytes))
	}
	return nil
}

// dir saves everything in a folder and returns the hash of its listing.
func (s *saver) dir(t target) (string, error) {
	infos, err := s.readDir(t)
	if err != nil {
		return "", s.failed(t, vanished(err))
	}
	list := make([]record, 0, len(infos))
	for _, info := range infos {
		r, err := s.record(target{t.root, joinName(t.name, info.Name)}, info)
		if errors.Is(err, errVanished) {
			s.m.Files--
			s.m.Bytes -= info.Size
			continue
		}
		if err != nil {
			return "", err
		}
		list = append(list, r)
	}
	return s.batch.data(encodeList(list))
}

// reading is a folder that was read.
type reading struct {
	target
	infos []fsys.Info
	err   error
}

// maxAhead bounds how many folders are read before they are needed.
const maxAhead = 64

// readAhead reads the folders of a tree beside the work on their files, in the
// order in which dir asks for them, until the function that it returns is
// called.
func (s *saver) readAhead(t target) (stop func()) {
	ctx, cancel := context.WithCancel(s.ctx)
	out := make(chan reading, maxAhead)
	go func() {
		defer close(out)
		readTree(ctx, s.rs, t, out)
	}()
	s.ahead = out
	return func() {
		cancel()
		for range out { // it uses the roots until it has ended
		}
		s.ahead = nil
	}
}

func readTree(ctx context.Context, rs *roots, t target, out chan<- reading) bool {
	infos, err := rs.dirs[t.root].ReadDir(t.name)
	select {
	case out <- reading{t, infos, err}:
	case <-ctx.Done():
		return false
	}
	for _, info := range infos {
		if info.Mode.IsDir() && !readTree(ctx, rs, target{t.root, joinName(t.name, info.Name)}, out) {
			return false
		}
	}
	return true
}

// readDir takes the next folder that was read ahead.
func (s *saver) readDir(t target) ([]fsys.Info, error) {
	if s.ahead != nil {
		if r, ok := <-s.ahead; ok && r.target == t {
			return r.infos, r.err
		}
	}
	return s.rs.dirs[t.root].ReadDir(t.name)
}

// cached is what a file held when it was last read.
type cached struct {
	stamp stamp
	hash  string
}

// settled is how long a file must have been left alone before its stamp is
// trusted: longer than any file system's clock ticks.
const settled = 2 * time.Second

// maxTries bounds how often a file that changes while it is copied is copied.
const maxTries = 3

var (
	errChanging = errors.New("it keeps changing while it is copied")
	errVanished = errors.New("it has vanished")
)

// vanished tells a file that somebody has removed since its folder was read
// from one that is missing in the vault.
func vanished(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return errVanished
	}
	return err
}

// file saves a file's content, or relies on an object that holds it.
func (s *saver) file(t target, info fsys.Info, r *record) error {
	if hash, ok := s.v.cachedHash(t, info); ok && s.batch.has(hash) {
		r.SHA256 = hash
		return nil
	}
	for range maxTries {
		began := time.Now()
		hash, now, err := s.copy(t)
		if errors.Is(err, errChanging) {
			continue
		}
		if err != nil {
			return err
		}
		s.m.Bytes += now.Size - info.Size
		name := r.Name
		*r = describe(string(name), now)
		r.SHA256 = hash
		if !now.ChangeTime.IsZero() && began.Sub(now.ChangeTime) > settled {
			s.warm[t] = cached{stampOf(now), hash}
		}
		return nil
	}
	return errChanging
}

// copy saves a file as it stands and describes what was copied.
func (s *saver) copy(t target) (string, fsys.Info, error) {
	f, before, err := s.rs.dirs[t.root].OpenInfo(t.name)
	if err != nil {
		return "", before, vanished(err)
	}
	defer f.Close()
	hash, n, err := s.batch.file(f, before.Size)
	if err != nil {
		return "", before, err
	}
	after, err := fsys.InfoOf(f)
	if err == nil && (!after.Same(before) || n != after.Size) {
		err = errChanging
	}
	return hash, after, err
}

func (v *Vault) cachedHash(at target, info fsys.Info) (string, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	c, ok := v.cache[at]
	return c.hash, ok && c.stamp == stampOf(info)
}

// keep adds to the cache; it starts anew rather than outgrow a snapshot's
// budget.
func (v *Vault) keep(warm map[target]cached) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.cache)+len(warm) > 2*v.c.MaxFiles {
		v.cache = map[target]cached{}
	}
	for at, c := range warm {
		v.cache[at] = c
	}
}

// targets works out what to save for a call.
func (rs *roots) targets(ctx context.Context, call *guard.Call) ([]goal, error) {
	var out []goal
	for i := range call.Actions {
		a := &call.Actions[i]
		switch {
		case a.Kind == guard.KindUnknown && (a.Opaque || call.Engine != guard.EngineExact), a.Kind == guard.KindExec && a.Opaque:
			out = append(out, rs.all()...)
			continue
		case a.Kind != guard.KindWrite && a.Kind != guard.KindDelete:
			continue
		}
		found, err := rs.action(ctx, a)
		if err != nil {
			return nil, err
		}
		for _, t := range found {
			out = append(out, goal{target: t})
		}
	}
	return out, nil
}

func (rs *roots) all() (out []goal) {
	for i := range rs.known {
		out = append(out, goal{target: target{i, "."}})
	}
	return out
}

func (rs *roots) action(ctx context.Context, a *guard.Action) ([]target, error) {
	if a.Pattern {
		pattern := a.Resolved
		if pattern == "" {
			pattern = a.Path
		}
		return rs.pattern(ctx, pattern)
	}
	var out []target
	for _, path := range []string{a.Resolved, a.Path} {
		if path == "" {
			continue
		}
		real, err := realPath(path)
		if err != nil {
			return nil, fmt.Errorf("backup: %s: %w", guard.Printable(path), reason(err))
		}
		out = append(out, rs.at(real)...)
	}
	return out, nil
}

// at gives the targets for a real path: the file, or the roots that lie in it.
func (rs *roots) at(path string) []target {
	if root, name, ok := rs.find(path); ok {
		return []target{{root, name}}
	}
	var out []target
	for i, dir := range rs.paths {
		if within(dir, path) {
			out = append(out, target{i, "."})
		}
	}
	return out
}

// realPath follows the links in the folders of a path, but not a link at its
// end: what is there is what gets saved. Beneath a folder that doesn't exist
// there are no links.
func realPath(path string) (string, error) {
	if !filepath.IsAbs(path) {
		return "", errors.New("is not an absolute path")
	}
	dir, base := filepath.Split(path)
	if base == "" || base == "." || base == ".." {
		return existing(path)
	}
	real, err := existing(dir)
	return filepath.Join(real, base), err
}

func existing(dir string) (string, error) {
	real, err := filepath.EvalSymlinks(dir)
	if err == nil || !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
		return real, err
	}
	parent := filepath.Dir(strings.TrimRight(dir, string(filepath.Separator)))
	base := filepath.Base(dir)
	if info, lerr := os.Lstat(dir); lerr == nil && info.Mode()&fs.ModeSymlink != 0 {
		return "", errors.New("lies beneath a link to nothing")
	}
	if base == ".." || parent == dir {
		return "", err
	}
	if real, err = existing(parent); err != nil {
		return "", err
	}
	return filepath.Join(real, base), nil
}

// pattern gives every file that a glob pattern covers. A pattern that can't be
// matched here covers its folder.
func (rs *roots) pattern(ctx context.Context, pattern string) ([]target, error) {
	start, exact := literalDir(pattern)
	real, err := existing(start)
	if err != nil {
		return nil, fmt.Errorf("backup: %s: %w", guard.Printable(start), reason(err))
	}
	from := rs.at(real)
	if !exact || !doublestar.ValidatePattern(pattern) {
		return from, nil
	}
	rest := pattern[len(start):]
	var out []target
	for _, t := range from {
		dir, ok := strings.CutPrefix(rs.path(t.root, t.name), real)
		if !ok {
			dir = ""
		}
		g := &globber{ctx: ctx, rs: rs, pattern: strings.Trim(rest, "/")}
		if err := g.walk(t, strings.Trim(filepath.ToSlash(dir), "/")); err != nil {
			return nil, err
		}
		out = append(out, g.found...)
	}
	return out, nil
}

// literalDir is the folder that everything a pattern matches lies in, and
// whether the rest is in the language that can be matched here.
func literalDir(pattern string) (dir string, exact bool) {
	meta := strings.IndexAny(pattern, `*?[]{}()!@+\`)
	if meta < 0 {
		meta = len(pattern)
	}
	dir = pattern[:strings.LastIndexByte(pattern[:meta], '/')+1]
	return dir, !strings.ContainsAny(pattern[len(dir):], `()\`) && !strings.Contains(pattern, "[:")
}

// globber finds what a pattern matches beneath a folder, without following
// links.
type globber struct {
	ctx     context.Context
	rs      *roots
	pattern string
	found   []target
	seen    int
}

// maxWalk bounds how many files are looked at to expand one pattern.
const maxWalk = 1 << 20

func (g *globber) walk(t target, path string) error {
	if err := g.ctx.Err(); err != nil {
		return err
	}
	infos, err := g.rs.dirs[t.root].ReadDir(t.name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("backup: %s: %w", guard.Printable(g.rs.path(t.root, t.name)), reason(err))
	}
	if g.seen += len(infos); g.seen > maxWalk {
		return budgetError(fmt.Sprintf("backup: the pattern covers more than %d files: name fewer", maxWalk))
	}
	for _, info := range infos {
		child, at := target{t.root, joinName(t.name, info.Name)}, strings.TrimLeft(path+"/"+info.Name, "/")
		if ok, err := doublestar.Match(g.pattern, at); ok || err != nil {
			g.found = append(g.found, child)
			continue
		}
		if info.Mode.IsDir() {
			if err := g.walk(child, at); err != nil {
				return err
			}
		}
	}
	return nil
}
