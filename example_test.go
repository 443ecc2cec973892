package runtimeguard_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/backup"
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

// What an agent's command destroyed is put back.
func Example_restore() {
	ctx := context.Background()
	workspace, state, temp, remove := exampleFolders()
	defer remove()
	notes := filepath.Join(workspace, "notes")
	if err := os.WriteFile(notes, []byte("don't lose this\n"), 0o640); err != nil {
		log.Fatal(err)
	}
	rt, err := runtimeguard.Open(runtimeguard.Config{Workspace: workspace, State: state, Temp: []string{temp}})
	if err != nil {
		log.Fatal(err)
	}
	defer rt.Close()

	command := `f=notes; rm "$f"`
	call := guard.Call{Tool: "run_command", Args: map[string]any{"command": command}}
	err = rt.Do(ctx, call, func(ctx context.Context) (guard.Outcome, error) {
		result, err := rt.Shell.Run(ctx, boundary.Command{Text: command})
		return result.Outcome(), err
	})
	if err != nil {
		log.Fatal(err)
	}

	saved, err := rt.Backups.Find(ctx, backup.Query{Path: notes}) // by file, call or time
	if err != nil {
		log.Fatal(err)
	}
	plan, err := rt.Backups.Plan(ctx, saved[len(saved)-1].ID)
	if err != nil {
		log.Fatal(err)
	}
	for _, change := range plan.Changes {
		fmt.Println(change.Op, filepath.Base(change.Path)) // or rt.Backups.Diff
	}
	if _, err := rt.Backups.Apply(ctx, plan); err != nil { // exactly that, or nothing
		log.Fatal(err)
	}

	text, err := os.ReadFile(notes)
	fmt.Printf("%s%v\n", text, err)
	// Output:
	// create notes
	// don't lose this
	// <nil>
}
