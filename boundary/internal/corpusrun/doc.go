// Command corpusrun runs attacks, to see that containment alone holds them.
//
//	go run ./boundary/internal/corpusrun -corpus attacks.jsonl
//
// A corpus is JSON lines with "id", "command" and "expect"; the cases whose
// expect is "deny" or "notallow" are run, in both engines and under every tier
// that the machine has, with a policy that allows everything.
//
// Nothing of a corpus runs on the machine itself. The program starts itself
// again as the first process of user, mount, process and network namespaces, as
// a user who is nobody outside, and there makes a file system in memory its
// root: a shell, its libraries, files that are to be guarded, and stubs. Every
// program that a case names is a stub: it tries to write the marker outside the
// workspace, to change what its arguments name and to read it. Before each case
// it is proved that this is the root; without that, and without namespaces,
// nothing runs, and the program says so.
package main
