// Package approval keeps the questions that a policy asks humans, and their
// answers.
//
// A call that a policy decides to ask about becomes a [Request]: the exact
// call, the actions it would take with their resolved targets, and the rule
// that asks. A human reads [Request.Text] and answers outside of the agent's
// reach. A yes is good for exactly that call, for a short time, once.
//
// What holds, and what it rests on:
//
//   - The same call is the same request: its key is the SHA-256 of the call,
//     of the actions shown, and of the diffs and code shown with them. Any
//     difference (a letter's case, a link that now leads elsewhere, a file that
//     has changed, another policy) is another request.
//   - An answer is signed with the approver's Ed25519 key over the digest of
//     everything that was shown. The host holds public keys only; it can file
//     and spend, but not answer. A file that was forged or altered in the
//     store is an [AlteredError], never a grant.
//   - A grant is spent by one compare-and-swap on the store's version. Two
//     processes can't both win, and a version never comes back: a record is
//     good only at the version it was written for.
//
// Who can both write to the store and take away what stands in it can put a
// spent grant back until it expires. A [Folder] can't tell, and no mark in it
// could: whoever takes the one away takes the other. A Queue remembers what it
// has spent, and what it has seen that others had; a process that began later
// does not. Beyond that the store must be out of the agent's reach, or be one
// that takes nothing back (package postgres, set up as it says). The record
// holds every use: a grant that stands twice in it was put back.
//
// A [Queue] serves both sides. The host uses Find, Claim and Wait; the
// operator List, Get, Watch, Approve, Deny and Remove. Stores only store:
// [Memory] for tests and single processes, [OpenFolder] for many processes on
// one machine, package postgres for many machines.
package approval
