package shell

import (
	"hash/maphash"
	"slices"
)

// vars is a set of variables that never changes: a tree in which each bit of
// the hash of a name says on which side it lies. A changed set shares what it
// doesn't change, so that sets are cheap to keep and to compare. nil is empty.
type vars struct {
	name        string
	hash        uint64
	v           *variable // nil: the name is not in the set
	sides       [2]*vars
	child       *vars // see exported
	childIsMade bool
}

var varsSeed = maphash.MakeSeed()

func (n *vars) get(name string) *variable {
	if n == nil {
		return nil
	}
	for h := maphash.String(varsSeed, name); n != nil; h >>= 1 {
		if n.name == name {
			return n.v
		}
		n = n.sides[h&1]
	}
	return nil
}

// with is the set with another value of a variable.
func (n *vars) with(name string, v *variable) *vars {
	return n.insert(&vars{name: name, hash: maphash.String(varsSeed, name), v: v}, 0)
}

func (n *vars) insert(x *vars, depth int) *vars {
	if n == nil {
		return x
	}
	if n.name == x.name {
		x.sides = n.sides
		return x
	}
	c := &vars{name: n.name, hash: n.hash, v: n.v, sides: n.sides}
	side := x.hash >> depth & 1
	c.sides[side] = n.sides[side].insert(x, depth+1)
	return c
}

// exported is what a program sees that is started: a variable that isn't set
// stays one.
func (n *vars) exported() *vars {
	if n == nil {
		return nil
	}
	if n.childIsMade {
		return n.child
	}
	c := &vars{name: n.name, hash: n.hash, childIsMade: true}
	c.child = c
	if n.v != nil && (n.v.exported || n.v.unset) && !n.v.uncovers && !n.v.array {
		c.v = n.v.inherited(n.name)
	}
	c.sides = [2]*vars{n.sides[0].exported(), n.sides[1].exported()}
	switch {
	case c.v == n.v && c.sides == n.sides:
		c = n
	case c.v == nil && c.sides == [2]*vars{}:
		c = nil
	}
	n.child, n.childIsMade = c, true
	return c
}

// inherited is an exported variable as a shell finds it that is started: without
// attributes. No shell takes IFS.
func (v *variable) inherited(name string) *variable {
	switch {
	case name == "IFS":
		return nil
	case startsAnew[name] && !v.unset:
		n := v.lost("shells begin with a value of their own for " + name)
		return &n
	case !v.integer && v.folds == 0 && !v.nameref && !v.readonly:
		return v
	}
	n := *v
	n.integer, n.folds, n.nameref, n.readonly = false, 0, false, false
	return &n
}

// startsAnew are variables that some shells don't take from whoever starts them.
var startsAnew = wordSet("OPTIND OPTERR PS1 PS2 PS4 SHLVL OLDPWD BASH BASH_VERSION PPID HISTCMD")

// differing are the names that may stand for something else in one of two
// sets, in order.
func differing(a, b *vars) []string {
	names := unshared(nil, a, b)
	slices.Sort(names)
	return slices.Compact(names)
}

func unshared(names []string, a, b *vars) []string {
	if a == b {
		return names
	}
	var left, right [2]*vars
	if a != nil {
		names, left = append(names, a.name), a.sides
	}
	if b != nil {
		names, right = append(names, b.name), b.sides
	}
	return unshared(unshared(names, left[0], right[0]), left[1], right[1])
}
