// Package exact is the worker's side of the exact engine: an interpreter of
// shell text in a process of its own, which starts no program and opens no file
// itself. Whatever the text comes to, it asks the host for, with the real words,
// over the socket that it was born with.
//
// The worker is not trusted with anything: it holds descriptors that the host
// gave it, and nothing else. It may panic, run out of memory or never end, and
// the host outlives that.
package exact

// Bounds of what goes over the socket.
const (
	MaxMessage = 4 << 20 // bytes of one message
	MaxScript  = 1 << 20 // bytes of a script that is run inside
)

// Job is what a worker is to run: the host's only message that isn't an
// answer. Its files are standard input, output and error.
type Job struct {
	Script
	Dir string   // absolute; what the shell calls its working folder
	Env []string // the whole environment
}

// Script is shell text with its parameters.
type Script struct {
	Text   string
	Name   string // $0
	Params []string
	Set    []string // options, as set takes them
	POSIX  bool     // else bash
}

// Op names what a request asks for.
type Op string

// The operations.
const (
	OpReady      Op = "ready"      // the worker is there; Text is the nonce
	OpStart      Op = "start"      // start a program: files are its first three descriptors; the answer comes when it has ended
	OpInside     Op = "inside"     // may this program be run inside the interpreter?
	OpKill       Op = "kill"       // end the program of the request Target
	OpScript     Op = "script"     // read a script that Args[0] names and the shell Via's last will run
	OpOpen       Op = "open"       // open a file
	OpStat       Op = "stat"       // describe a file
	OpList       Op = "list"       // list a folder
	OpAccess     Op = "access"     // may the file be read, written, run?
	OpImpossible Op = "impossible" // this can't be run here: Text says why
	OpDone       Op = "done"       // the text has run: Exit
)

// Request is what a worker asks.
type Request struct {
	ID     uint64
	Op     Op
	Args   []string // a program's words
	Via    []string // the programs that start it, outermost first
	Dir    string   // the working folder
	Env    []string
	Path   string // absolute, as the text names it
	Flags  int    // of open, or the mode of access
	Follow bool   // stat follows a link at the end
	Target uint64
	Text   string
	Exit   int
}

// Reply answers the request with the same ID. The answer to open and stat has
// one file.
type Reply struct {
	ID      uint64
	Exit    int
	Refused string // a line that says why not
	Errno   int    // the system's error
	Created bool   // open made the file
	Entries []Entry
	Script  *Script // run this inside instead
}

// Entry is a file in a folder.
type Entry struct {
	Name string
	Type uint32 // as io/fs.FileMode has it
}
