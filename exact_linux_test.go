package runtimeguard_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/guard"
)

// What is only known while a command runs is judged then, by the preset: backed
// up and allowed, or refused with its rule, and recorded.
func TestRealWordsAreJudged(t *testing.T) {
	f := newFolders(t)
	rt := open(t, f.config())
	require.Equal(t, guard.EngineExact, rt.Shell.Engine())
	notes := filepath.Join(f.workspace, "notes")
	run := func(list string) (r boundary.Result) {
		require.NoError(t, os.WriteFile(notes, []byte("x"), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(f.workspace, "list"), []byte(list), 0o600))
		err := rt.Do(t.Context(), guard.Call{Tool: "run_command", Raw: []byte(`{"command":"rm $(cat list)"}`)}, func(ctx context.Context) (_ guard.Outcome, err error) {
			r, err = rt.Shell.Run(ctx, boundary.Command{Text: "rm $(cat list)"})
			return r.Outcome(), err
		})
		require.NoError(t, err)
		return r
	}
	require.Zero(t, run("notes").Exit)
	require.NoFileExists(t, notes)
	saved, err := rt.Backups.List(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, saved)

	r := run("/etc/hostname")
	require.Equal(t, 126, r.Exit)
	require.Regexp(t, `^runtimeguard: deny.*\n$`, string(r.Output))

	var log strings.Builder
	segments, err := filepath.Glob(filepath.Join(runtimeguard.AuditDir(f.state), "*.jsonl"))
	require.NoError(t, err)
	for _, s := range segments {
		text, _ := os.ReadFile(s)
		log.Write(text)
	}
	require.Regexp(t, `"event":"stepped".*"engine":"exact"`, log.String())
	require.Regexp(t, `"event":"stepped".*"effect":"deny"`, log.String())
}
