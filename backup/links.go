package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
	"github.com/runtimeguard/runtimeguard/guard"
)

// names is a hash of the names in a folder.
func (rs *roots) names(t target) (string, error) {
	list, err := rs.dirs[t.root].Names(t.name)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, n := range list {
		h.Write(append([]byte(n), 0))
	}
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}

// inode is a file in a root, whatever it is called.
type inode struct {
	root int
	dev  uint64
	ino  uint64
}

// linkCount holds the names that were met of each file that has several.
type linkCount map[inode]*linked

type linked struct {
	links uint64
	names map[string]bool
}

func (c linkCount) add(t target, info fsys.Info) {
	if info.Links < 2 || !info.Mode.IsRegular() {
		return
	}
	at := inode{t.root, info.Dev, info.Inode}
	if c[at] == nil {
		c[at] = &linked{info.Links, map[string]bool{}}
	}
	c[at].names[t.name] = true
}

// missing reports whether a file may have names in the root that weren't met.
func (c linkCount) missing(root int) bool {
	for at, l := range c {
		if at.root == root && uint64(len(l.names)) < l.links {
			return true
		}
	}
	return false
}

// otherNames saves the other names of files of which one is saved: what
// changes through one changes under all. Names outside the roots are out of
// reach.
func (s *saver) otherNames() error {
	for root := range s.rs.paths {
		if s.whole[root] || !s.links.missing(root) {
			continue
		}
		seen := 0
		if err := s.walkNames(target{root, "."}, &seen); err != nil {
			return err
		}
	}
	return nil
}

func (s *saver) walkNames(t target, seen *int) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	infos, err := s.rs.dirs[t.root].ReadDir(t.name)
	if noFolder(err) || errors.Is(err, fs.ErrPermission) {
		return nil // nothing is changed through names that can't be reached
	}
	if err != nil {
		return s.failed(t, err)
	}
	if *seen += len(infos); *seen > maxWalk {
		return budgetError(fmt.Sprintf("a file with several hard links is changed, and the workspace has more than %d files to find them among", maxWalk))
	}
	for _, info := range infos {
		child := target{t.root, joinName(t.name, info.Name)}
		if l := s.links[inode{t.root, info.Dev, info.Inode}]; l != nil && !l.names[child.name] && info.Mode.IsRegular() {
			err = s.goal(goal{target: child})
		} else if info.Mode.IsDir() {
			err = s.walkNames(child, seen)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// name is one name of a file as it was saved, and what stands there now.
type name struct {
	target
	want   *record
	now    record
	info   fsys.Info
	intact bool // content and attributes are those that were saved
}

// file plans a file. One with several names, then or now, is planned when all
// its names are known.
func (p *planner) file(t target, r *record, now record, info fsys.Info) error {
	n := name{target: t, want: r, now: now, info: info}
	content := now.Type == TypeFile && now.Size == r.Size
	if content {
		hash, err := p.hash(t, info)
		if err != nil {
			return p.failed(t, err)
		}
		content = hash == r.SHA256
	}
	n.intact = content && now.Mode == r.Mode && now.UID == r.UID && now.GID == r.GID && now.MTime == r.MTime
	switch {
	case r.Inode != 0:
		p.names = append(p.names, n)
	case n.intact && now.Links > 1:
		p.alone = append(p.alone, n)
	case n.intact:
	case content && now.Links < 2:
		p.put(OpMode, t, r, now, info)
	default: // what has several names is replaced, so that the others keep theirs
		p.putFile(n, nil)
	}
	return nil
}

func (p *planner) putFile(n name, tie *target) {
	op := OpOverwrite
	if n.now.Type == TypeAbsent {
		op = OpCreate
	}
	p.put(op, n.target, n.want, n.now, n.info)
	p.puts[len(p.puts)-1].tie = tie
}

// tie plans the files that had several names, and takes apart names that had
// a file each.
func (p *planner) tie() {
	owner := map[inode]bool{} // files that belong to one group of names
	var order []inode
	groups := map[inode][]name{}
	for _, n := range p.names {
		at := inode{root: n.root, ino: n.want.Inode}
		if groups[at] == nil {
			order = append(order, at)
		}
		groups[at] = append(groups[at], n)
	}
	for _, at := range order {
		if i := p.tieGroup(groups[at], owner); i >= 0 {
			lead := groups[at][i].info
			owner[inode{at.root, lead.Dev, lead.Inode}] = true
		}
	}
	for _, n := range p.alone {
		at := inode{n.root, n.info.Dev, n.info.Inode}
		if owner[at] {
			p.putFile(n, nil)
		}
		owner[at] = true
	}
}

// tieGroup plans the names of one file and returns which of them stands as it
// was and keeps its file, or -1.
func (p *planner) tieGroup(names []name, taken map[inode]bool) int {
	whole := func(n name) bool { return n.intact && !taken[inode{n.root, n.info.Dev, n.info.Inode}] }
	lead := slices.IndexFunc(names, func(n name) bool { return whole(n) && n.info.Inode == n.want.Inode })
	if lead < 0 {
		lead = slices.IndexFunc(names, whole)
	}
	keeps := lead
	if lead < 0 {
		lead = 0
		p.putFile(names[0], nil)
	}
	for i, n := range names {
		tied := keeps >= 0 && n.intact && n.info.Inode == names[keeps].info.Inode
		if i != lead && !tied {
			p.putFile(n, &names[lead].target)
		}
	}
	return keeps
}

// tie makes a name another one of a file that stands.
func (a *applier) tie(dir *fsys.Root, c *Change) error {
	if err := dir.Tie(c.tie.name, c.target.name, &c.was); err != nil {
		return err
	}
	lead, err := dir.Lstat(c.tie.name)
	if err != nil {
		return err
	}
	if now, err := dir.Lstat(c.target.name); err != nil || now.Inode != lead.Inode || now.Dev != lead.Dev {
		return fmt.Errorf("it is no hard link to %s: somebody else has changed it", guard.Printable(c.tie.name))
	}
	return a.verify(dir, c)
}
