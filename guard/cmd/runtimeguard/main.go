// Command runtimeguard is the operator's side: it checks commands against a
// policy, tests policies, answers requests, restores backups and verifies the
// log. Run it without arguments for help.
package main

import (
	"os"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/guard/cli"
)

func main() {
	runtimeguard.Worker()
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
