// Package guard is the narrow waist of runtimeguard: the words every other
// package speaks, the contracts between them, and the one place where a
// decision is carried out. It needs the standard library only.
//
// A tool call travels one way:
//
//	Call ─► Inspector: actions ─► Guard: Decision ─► Ask? a grant must stand
//	     ─► Snapshot ─► Record decided (durable) ─► claim the grant
//	     ─► handler ─► Record finished
//
// [Enforcer.Do] is that way. Each step takes the value of the step before; a
// failure anywhere before the handler refuses the call. While the handler
// runs it may come back through one door, [Step], with the real words of what
// it is about to start or open.
//
// Everything refuses by default: the zero [Effect] is Deny, the zero and the
// nil [Enforcer] deny, [All] of no guards denies, and a part that is missing,
// fails or panics refuses.
package guard
