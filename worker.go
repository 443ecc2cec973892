package runtimeguard

import "github.com/runtimeguard/runtimeguard/boundary"

// Worker must be the first thing that main does, so that Runtime.Shell can judge
// commands again while they run: it runs them in an interpreter in a process of
// its own, for which it starts the program anew. That process is a worker, and
// Worker doesn't return in it; everywhere else Worker returns at once. Without
// it, and without [Config.Worker], commands are run by bash, and what can't be
// known before is asked. A test binary calls it first in TestMain.
func Worker() { boundary.Worker() }
