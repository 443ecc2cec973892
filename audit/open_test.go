package audit_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/audit"
	"github.com/runtimeguard/runtimeguard/guard"
)

func TestOpenRefuses(t *testing.T) {
	for what, patterns := range map[string][]string{
		"a bad pattern":       {"ok", "a("},
		"one for everything":  {"x*"},
		"one that is too big": {strings.Repeat("a", 2000)},
		"too many":            make([]string, 100),
	} {
		_, err := audit.Open(t.TempDir(), audit.Config{Redact: patterns})
		require.ErrorContains(t, err, "Config.Redact", what)
	}
	if runtime.GOOS != "windows" {
		dir := t.TempDir()
		require.NoError(t, os.Chmod(dir, 0o770))
		_, err := audit.Open(dir, audit.Config{})
		require.ErrorContains(t, err, "other users")
	}
	file := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := audit.Open(file, audit.Config{})
	require.Error(t, err)
}

func TestModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes")
	}
	dir := filepath.Join(t.TempDir(), "a", "log")
	l, err := audit.Open(dir, audit.Config{})
	require.NoError(t, err)
	require.NoError(t, l.Append(context.Background(), record(1)))
	require.NoError(t, l.Close())
	require.NoError(t, filepath.WalkDir(filepath.Dir(dir), func(path string, d os.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := d.Info()
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, path)
		return nil
	}))
}

// TestShorterLog takes lines away from a log, closed and open.
func TestShorterLog(t *testing.T) {
	log := realLog(t, 30)
	for what, change := range map[string]func(c *copyOf){
		"the last segment": func(c *copyOf) { c.segs = c.segs[:len(c.segs)-1] },
		"every segment":    func(c *copyOf) { c.segs = nil },
		"the last lines":   func(c *copyOf) { s := &c.segs[len(c.segs)-1]; *s = (*s)[:2] },
		"a bad last line":  func(c *copyOf) { s := &c.segs[len(c.segs)-1]; *s = append(*s, []byte("x\n")) },
		"a bad first line": func(c *copyOf) { c.segs[len(c.segs)-1][0] = []byte("{}\n") },
		"another's name":   func(c *copyOf) { c.segs = append(c.segs, c.segs[1]) },
	} {
		c := log.clone()
		change(&c)
		_, err := audit.Open(c.store(t), audit.Config{})
		require.ErrorContains(t, err, "keep the folder for review", what)
	}

	dir := t.TempDir()
	l, err := audit.Open(dir, audit.Config{})
	require.NoError(t, err)
	require.NoError(t, l.Append(context.Background(), record(1)))
	handOver(t, dir)
	require.NoError(t, os.Remove(filepath.Join(dir, "00000001.jsonl")))
	for range 2 {
		require.ErrorContains(t, l.Append(context.Background(), record(2)), "lines are gone", "an open log refuses from then on")
	}
	require.Error(t, l.Close())
}

// TestCutWhileHeld cuts lines off behind a writer that goes on: it stops as
// soon as it looks.
func TestCutWhileHeld(t *testing.T) {
	dir := t.TempDir()
	l, err := audit.Open(dir, audit.Config{NoSync: true})
	require.NoError(t, err)
	for i := range 5 {
		require.NoError(t, l.Append(context.Background(), record(i)))
	}
	require.NoError(t, os.Truncate(filepath.Join(dir, "00000001.jsonl"), 2000))
	for i := range 5 {
		l.Append(context.Background(), record(i)) // the lock may be held yet
	}
	other, err := audit.Open(dir, audit.Config{})
	if err == nil {
		other.Close()
	}
	require.ErrorContains(t, l.Append(context.Background(), record(1)), "lines are gone")
	require.Error(t, l.Close())
	_, err = audit.Verify(context.Background(), dir, audit.VerifyConfig{})
	require.Error(t, err)
}

func TestKeys(t *testing.T) {
	pub, key, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	dir := t.TempDir()
	l, err := audit.Open(dir, audit.Config{Key: key})
	require.NoError(t, err)
	require.Equal(t, audit.VerifierKey(pub), l.Key())
	require.NoError(t, l.Append(context.Background(), record(1)))
	require.NoError(t, l.Close())
	require.NoFileExists(t, filepath.Join(dir, "key"), "a key that is given stays where it is")

	ctx := context.Background()
	rep, err := audit.Verify(ctx, dir, audit.VerifyConfig{Keys: []string{l.Key()}})
	require.NoError(t, err)
	require.Positive(t, rep.Checkpoints)
	rep, err = audit.Verify(ctx, dir, audit.VerifyConfig{})
	require.NoError(t, err)
	require.Zero(t, rep.Checkpoints)
	require.Contains(t, strings.Join(rep.Unknown, "\n"), "no key was given")

	other, _, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	_, err = audit.Verify(ctx, dir, audit.VerifyConfig{Keys: []string{audit.VerifierKey(other)}})
	require.ErrorContains(t, err, "none of the keys has signed it")
	_, err = audit.Verify(ctx, dir, audit.VerifyConfig{Keys: []string{"x+1+y"}})
	require.ErrorContains(t, err, "key.pub")
	_, err = audit.Verify(ctx, dir, audit.VerifyConfig{Head: []byte("no note")})
	require.Error(t, err)
}

// TestUserPatterns redacts what only the user knows to be secret.
func TestUserPatterns(t *testing.T) {
	dir := t.TempDir()
	l, err := audit.Open(dir, audit.Config{NoSync: true, Redact: []string{`ACME-(\d{6})`, `project falcon`}})
	require.NoError(t, err)
	r := record(1)
	r.Call.Actions[0].Args = []string{"open ACME-123456 of project falcon"}
	require.NoError(t, l.Append(context.Background(), r))
	require.NoError(t, l.Close())
	list, err := audit.Last(context.Background(), dir, audit.Filter{Tool: "run_command"}, 1)
	require.NoError(t, err)
	require.Equal(t, []string{"open ACME-[redacted] of [redacted]"}, list[0].Record.Call.Actions[0].Args)
	require.Equal(t, 2, list[0].Redacted)
}

// TestCheckpointAfter waits for the checkpoint of a line that stays alone.
func TestCheckpointAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		l, err := audit.Open(dir, audit.Config{NoSync: true})
		require.NoError(t, err)
		require.NoError(t, l.Append(context.Background(), record(1)))
		notes := func() (n int) {
			for _, err := range audit.Query(context.Background(), dir, audit.Filter{Event: audit.EventCheckpoint}) {
				require.NoError(t, err)
				n++
			}
			return n
		}
		before := notes()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		require.Equal(t, before+1, notes())
		time.Sleep(time.Hour)
		synctest.Wait()
		require.Equal(t, before+1, notes(), "an idle log is signed once")
		require.NoError(t, l.Close())
		require.Equal(t, before+1, notes())
	})
}

func TestSlog(t *testing.T) {
	var buf bytes.Buffer
	l, err := audit.Open(t.TempDir(), audit.Config{NoSync: true, Sinks: []audit.Sink{audit.Slog(slog.New(slog.NewJSONHandler(&buf, nil)))}})
	require.NoError(t, err)
	r := record(1)
	require.NoError(t, l.Append(context.Background(), r))
	r.Decision = guard.Refuse("it is forbidden")
	require.NoError(t, l.Append(context.Background(), r))
	require.NoError(t, l.Close())
	var levels, effects []any
	for line := range strings.Lines(buf.String()) {
		var m map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &m))
		if m["tool"] == "run_command" {
			levels, effects = append(levels, m["level"]), append(effects, m["effect"])
		}
	}
	require.Equal(t, []any{"INFO", "WARN"}, levels)
	require.Equal(t, []any{"allow", "deny"}, effects)
}
