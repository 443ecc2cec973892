package backup_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/backup"
	"github.com/runtimeguard/runtimeguard/boundary/fsys"
)

// helperEnv makes the test binary a process that works on a vault until it is
// done or killed.
const helperEnv = "RUNTIMEGUARD_TEST_HELPER"

func TestMain(m *testing.M) {
	if job := os.Getenv(helperEnv); job != "" {
		if err := helper(job, os.Args[1], os.Args[2]); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// version is the content of every file in one state of the workspace.
func version(n int) []byte { return []byte(strings.Repeat(fmt.Sprintf("%08d", n), 500)) }

var killFiles = []string{"a", "sub/b", "sub/deep/c"}

func helper(job, ws, vaultDir string) error {
	ctx := context.Background()
	v, err := backup.Open(vaultDir, backup.Config{Roots: []string{ws}})
	if err != nil {
		return err
	}
	root, err := fsys.OpenRoot(ws)
	if err != nil {
		return err
	}
	base, rounds := 0, 8
	if job == "killed" {
		base, rounds = int(time.Now().UnixMilli()%50_000_000), 1<<30
	}
	if job == "killed" {
		fmt.Println("ready")
	}
	for i := base; i < base+rounds; i++ {
		if err := helperRound(ctx, v, root, job, i); err != nil {
			return err
		}
	}
	return nil
}

func helperRound(ctx context.Context, v *backup.Vault, root *fsys.Root, job string, n int) error {
	if job != "killed" {
		if err := root.WriteFile(job, version(n), 0o644); err != nil {
			return err
		}
		return report(v.Snapshot(ctx, call(unknown)))(n)
	}
	for _, name := range killFiles {
		if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := root.WriteFile(name, version(n), 0o644); err != nil {
			return err
		}
	}
	id, err := v.Snapshot(ctx, call(unknown))
	if err := report(id, err)(n); err != nil {
		return err
	}
	if err := root.RemoveAll("sub"); err != nil {
		return err
	}
	plan, err := v.Plan(ctx, id)
	if err != nil {
		return err
	}
	if _, err = v.Apply(ctx, plan); err != nil {
		return err
	}
	if n%3 == 0 {
		_, err = v.Prune(ctx, backup.Keep{Count: 20}, nil)
	}
	return err
}

// report tells the parent that a snapshot is saved.
func report(id string, err error) func(n int) error {
	return func(n int) error {
		if err == nil {
			_, err = fmt.Println("saved", id, n)
		}
		return err
	}
}

func (l *lab) helper(job string) (*exec.Cmd, *bufio.Scanner) {
	l.t.Helper()
	exe, err := os.Executable()
	require.NoError(l.t, err)
	cmd := exec.Command(exe, l.ws, l.vaultDir)
	cmd.Env = append(os.Environ(), helperEnv+"="+job)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(l.t, err)
	require.NoError(l.t, cmd.Start())
	return cmd, bufio.NewScanner(out)
}

// A process killed at any moment: what it had reported as saved is whole, and
// every file is of one state. RUNTIMEGUARD_KILLS sets how often,
// RUNTIMEGUARD_SEED when.
func TestKill(t *testing.T) {
	kills, err := strconv.Atoi(os.Getenv("RUNTIMEGUARD_KILLS"))
	if err != nil {
		kills = 60
	}
	seed, err := strconv.ParseUint(os.Getenv("RUNTIMEGUARD_SEED"), 10, 64)
	if err != nil {
		seed = rand.Uint64()
	}
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	l := newLab(t)
	reported := 0
	round := 100 * time.Millisecond // about what a snapshot takes here and now; a restore takes as long
	for range kills {
		cmd, out := l.helper("killed")
		require.True(t, out.Scan())
		require.Equal(t, "ready", out.Text())
		var ids []string
		var last int
		began := time.Now()
		hear := func() bool {
			if !out.Scan() {
				return false
			}
			var id string
			if _, err := fmt.Sscanf(out.Text(), "saved %s %d", &id, &last); err != nil {
				t.Fatal(out.Text())
			}
			ids = append(ids, id)
			return true
		}
		if r.IntN(3) > 0 && hear() { // else in the first snapshot
			round = min(time.Since(began), time.Second)
		}
		kill := time.AfterFunc(time.Duration(r.Int64N(int64(round))), func() { cmd.Process.Kill() })
		for hear() {
		}
		cmd.Wait()
		kill.Stop()
		reported += len(ids)
		require.NoError(t, l.v.Close())
		l.open()
		l.sound()
		require.NoError(t, filepath.WalkDir(l.ws, func(path string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && !strings.HasPrefix(d.Name(), fsys.TempPrefix) {
				data, rerr := os.ReadFile(path)
				require.NoError(t, rerr)
				require.Len(t, data, 4000, path)
				require.Equal(t, strings.Repeat(string(data[:8]), 500), string(data), "torn: %s", path)
			}
			return err
		}))
		if len(ids) == 0 {
			continue
		}
		for _, id := range ids[max(0, len(ids)-10):] {
			_, _, err := l.v.Get(t.Context(), id)
			require.NoError(t, err)
		}
		l.restore(ids[len(ids)-1])
		for _, name := range killFiles {
			data, err := os.ReadFile(l.path(name))
			require.NoError(t, err)
			require.Equal(t, string(version(last)), string(data))
		}
		_, err := l.v.Prune(t.Context(), backup.Keep{Count: 20}, nil)
		require.NoError(t, err)
		l.sound()
	}
	t.Logf("%d kills, %d snapshots reported as saved", kills, reported)
}

// Processes that take snapshots, and one that prunes beside them, don't take
// anything from each other.
func TestProcessesShareAVault(t *testing.T) {
	l := newLab(t)
	l.tree()
	var ids []string
	done := make(chan []string)
	for _, job := range []string{"one", "two"} {
		cmd, out := l.helper(job)
		go func() {
			var ids []string
			for out.Scan() {
				ids = append(ids, strings.Fields(out.Text())[1])
			}
			cmd.Wait()
			done <- ids
		}()
	}
	for running := 2; running > 0; {
		select {
		case more := <-done:
			ids = append(ids, more...)
			running--
		default:
			_, err := l.v.Prune(t.Context(), backup.Keep{}, nil)
			require.NoError(t, err)
			l.snapshot(unknown)
		}
	}
	require.Len(t, ids, 16)
	l.open()
	l.sound()
	for _, id := range ids {
		_, _, err := l.v.Get(t.Context(), id)
		require.NoError(t, err)
	}
}
