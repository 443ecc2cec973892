package audit_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/runtimeguard/runtimeguard/audit"
)

// A sink carries the checkpoints to where the log's host can't change them;
// Verify compares the log with the last one.
func Example() {
	dir, err := os.MkdirTemp("", "audit")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	elsewhere := filepath.Join(dir, "head") // on another machine, in truth
	keep := audit.SinkFunc(func(_ context.Context, e audit.Entry) error {
		if e.Event != audit.EventCheckpoint {
			return nil
		}
		return os.WriteFile(elsewhere, []byte(e.Note), 0o600)
	})

	log, err := audit.Open(filepath.Join(dir, "log"), audit.Config{Sinks: []audit.Sink{keep}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range 3 {
		if err := log.Append(context.Background(), record(i)); err != nil {
			fmt.Println(err)
		}
	}
	if err := log.Close(); err != nil {
		fmt.Println(err)
	}

	head, err := os.ReadFile(elsewhere)
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := audit.Verify(context.Background(), filepath.Join(dir, "log"), audit.VerifyConfig{
		Head: head,
		Keys: []string{log.Key()},
	})
	fmt.Println(report.Lines, "lines,", report.Signed, "signed,", err)
	// Output: 5 lines, 4 signed, <nil>
}
