// Command runtimeguard is the operator's command with PostgreSQL linked: its
// flag -store takes a "postgres://" URL.
package main

import (
	"context"
	"os"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/approval/postgres"
	"github.com/runtimeguard/runtimeguard/guard/cli"
)

func main() {
	runtimeguard.Worker()
	open := func(ctx context.Context, url string) (approval.Store, error) { return postgres.Open(ctx, url) }
	command := cli.Command{Stores: map[string]cli.OpenStore{"postgres": open, "postgresql": open}}
	os.Exit(command.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
