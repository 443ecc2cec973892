package shell

import (
	"hash/maphash"
	"iter"
	"slices"
)

// byName is a set of things by name that never changes: a tree in which each bit
// of the hash of a name says on which side it lies. A changed set shares what it
// doesn't change, so that sets are cheap to keep and to compare. nil is empty.
type byName[T any] struct {
	name        string
	hash        uint64
	v           *T // nil: the name is not in the set
	sides       [2]*byName[T]
	child       *byName[T] // see exported
	childIsMade bool
}

type (
	vars      = byName[variable]
	functions = byName[function]
	aliases   = byName[[]value] // the texts that one may have
	locals    = byName[local]
)

var namesSeed = maphash.MakeSeed()

func (n *byName[T]) get(name string) *T {
	if n == nil {
		return nil
	}
	for h := maphash.String(namesSeed, name); n != nil; h >>= 1 {
		if n.name == name {
			return n.v
		}
		n = n.sides[h&1]
	}
	return nil
}

// with is the set with another thing of that name, or with none where v is nil.
func (n *byName[T]) with(name string, v *T) *byName[T] {
	return n.insert(&byName[T]{name: name, hash: maphash.String(namesSeed, name), v: v}, 0)
}

func (n *byName[T]) insert(x *byName[T], depth int) *byName[T] {
	if n == nil {
		return x
	}
	if n.name == x.name {
		x.sides = n.sides
		return x
	}
	c := &byName[T]{name: n.name, hash: n.hash, v: n.v, sides: n.sides}
	side := x.hash >> depth & 1
	c.sides[side] = n.sides[side].insert(x, depth+1)
	return c
}

// exported is what a program sees that is started: a variable that isn't set
// stays one.
func exported(n *vars) *vars {
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
	c.sides = [2]*vars{exported(n.sides[0]), exported(n.sides[1])}
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
func differing[T any](a, b *byName[T]) []string {
	out := unshared(nil, a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

func unshared[T any](out []string, a, b *byName[T]) []string {
	if a == b {
		return out
	}
	var left, right [2]*byName[T]
	if a != nil {
		out, left = append(out, a.name), a.sides
	}
	if b != nil {
		out, right = append(out, b.name), b.sides
	}
	return unshared(unshared(out, left[0], right[0]), left[1], right[1])
}

// all are the names in the set and what they stand for.
func (n *byName[T]) all() iter.Seq2[string, *T] {
	return func(yield func(string, *T) bool) { n.each(yield) }
}

func (n *byName[T]) each(yield func(string, *T) bool) bool {
	return n == nil || (n.v == nil || yield(n.name, n.v)) && n.sides[0].each(yield) && n.sides[1].each(yield)
}
