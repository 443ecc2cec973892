package shell

// rooms are memory for the first of what an analysis makes most of. They go back
// into the pool with it: nothing that Analyze returns may lie in them.
type rooms struct {
	outermost   room[outermost]
	subshells   room[subshell]
	states      room[state]
	invocations room[invocation]
	arguments   room[arguments]
	words       chunk[word]
	given       chunk[given]
}

func (r *rooms) clear() {
	r.outermost.clear()
	r.subshells.clear()
	r.states.clear()
	r.invocations.clear()
	r.arguments.clear()
	r.words.clear()
	r.given.clear()
}

// room holds the first values of a type; the later ones are allocated.
type room[T any] struct {
	used   int
	values [4]T
}

// new returns a value that is zero.
func (r *room[T]) new() *T {
	if r.used == len(r.values) {
		return new(T)
	}
	r.used++
	return &r.values[r.used-1]
}

func (r *room[T]) clear() {
	clear(r.values[:r.used])
	r.used = 0
}

// chunk holds the first slices of a type.
type chunk[T any] struct {
	used   int
	values [24]T
}

// empty returns a slice without elements and with room for n. What is appended
// past that leaves the room.
func (r *chunk[T]) empty(n int) []T {
	if n > len(r.values)-r.used {
		return make([]T, 0, n)
	}
	r.used += n
	return r.values[r.used-n : r.used-n : r.used]
}

func (r *chunk[T]) clear() {
	clear(r.values[:r.used])
	r.used = 0
}
