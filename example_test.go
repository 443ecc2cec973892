package runtimeguard_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/guard"
)

// exampleFolders makes a workspace and a place for the state beside it.
func exampleFolders() (workspace, state, temp string, remove func()) {
	base, err := os.MkdirTemp("", "example-")
	if err != nil {
		log.Fatal(err)
	}
	workspace, temp = filepath.Join(base, "ws"), filepath.Join(base, "tmp")
	for _, d := range []string{workspace, temp} {
		if err := os.Mkdir(d, 0o755); err != nil {
			log.Fatal(err)
		}
	}
	return workspace, filepath.Join(base, "state"), temp, func() { os.RemoveAll(base) }
}

func Example() {
	ctx := context.Background()
	workspace, state, temp, remove := exampleFolders()
	defer remove()

	config := runtimeguard.Config{Workspace: workspace, State: state, Temp: []string{temp}}

	rt, err := runtimeguard.Open(config)
	if err != nil {
		log.Fatal(err)
	}
	defer rt.Close()

	command := `echo tidying up; r''m -rf /opt/"$(echo data)"`
	call := guard.Call{Tool: "run_command", Args: map[string]any{"command": command}}
	err = rt.Do(ctx, call, func(ctx context.Context) (guard.Outcome, error) {
		result, err := rt.Shell.Run(ctx, boundary.Command{Text: command}) // never reached
		return result.Outcome(), err
	})
	fmt.Println(err)
	// Output:
	// deny by rule "default.delete" (standard.yaml:27): no rule allows this delete: /opt/data lies outside the workspace
}
