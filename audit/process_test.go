package audit_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/audit"
)

// The test binary is also the processes that the tests start.
const roleVar = "RUNTIMEGUARD_AUDIT_TEST_ROLE"

func TestMain(m *testing.M) {
	if role, ok := roles[os.Getenv(roleVar)]; ok {
		role(os.Args[1:])
		return
	}
	os.Exit(m.Run())
}

var roles = map[string]func(args []string){"writer": writeUntilKilled, "appender": appendMany, "verifier": verifyOnly}

func start(t *testing.T, role string, args ...string) *exec.Cmd {
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(exe, args...)
	cmd.Env = append(os.Environ(), roleVar+"="+role)
	cmd.Stderr = os.Stderr
	return cmd
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// smallSegments makes processes begin segments while others write.
var smallSegments = audit.Config{SegmentSize: 64 << 10, CheckpointEvery: 50}

// writeUntilKilled appends and prints the id of each record once it is
// durable.
func writeUntilKilled(args []string) {
	l, err := audit.Open(args[0], smallSegments)
	check(err)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := 0; ; i++ {
				r := record(i)
				r.Call.ID = fmt.Sprintf("p%d-g%d-%d", os.Getpid(), g, i)
				check(l.Append(context.Background(), r))
				mu.Lock()
				fmt.Println(r.Call.ID)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

// TestKilled kills a writer at random moments: nothing that was acknowledged
// may be gone, and the log must verify every time. It does so 60 times, or as
// often as RUNTIMEGUARD_ROUNDS says:
//
//	RUNTIMEGUARD_ROUNDS=500 go test -v -run TestKilled -timeout 1h ./audit
func TestKilled(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	seed := rand.Uint64()
	fmt.Printf("killed writer: seed %d\n", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	acked := map[string]bool{}
	n := rounds(60)
	if testing.Short() {
		n = 3
	}
	for range n {
		cmd := start(t, "writer", dir)
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		lines := bufio.NewScanner(out)
		for i := r.IntN(60); i >= 0 && lines.Scan(); i-- {
			acked[lines.Text()] = true
		}
		time.Sleep(time.Duration(r.IntN(2000)) * time.Microsecond)
		require.NoError(t, cmd.Process.Kill())
		for lines.Scan() { // what was printed before the end; each line is one write
			acked[lines.Text()] = true
		}
		cmd.Wait()
		_, err = audit.Verify(context.Background(), dir, audit.VerifyConfig{})
		require.NoError(t, err)
	}
	for e, err := range audit.Query(context.Background(), dir, audit.Filter{}) {
		require.NoError(t, err)
		delete(acked, e.Record.Call.ID)
	}
	require.Empty(t, acked, "acknowledged, but not in the log")
}

// appendMany appends records from 8 goroutines.
func appendMany(args []string) {
	n, err := strconv.Atoi(args[1])
	check(err)
	l, err := audit.Open(args[0], smallSegments)
	check(err)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := g; i < n; i += 8 {
				r := record(i)
				r.Call.ID = fmt.Sprintf("p%d-%d", os.Getpid(), i)
				check(l.Append(context.Background(), r))
			}
		})
	}
	wg.Wait()
	check(l.Close())
}

// verifyOnly verifies a log, and prints what the system says about the process.
func verifyOnly(args []string) {
	_, err := audit.Verify(context.Background(), args[0], audit.VerifyConfig{})
	check(err)
	status, err := os.ReadFile("/proc/self/status")
	check(err)
	os.Stdout.Write(status)
}

// TestProcesses appends 10,000 records from 8 goroutines in each of 8 processes;
// with RUNTIMEGUARD_ROUNDS set, 100,000:
//
//	RUNTIMEGUARD_ROUNDS=1 go test -v -run TestProcesses -timeout 1h ./audit
func TestProcesses(t *testing.T) {
	procs, each := 8, 1250
	if testing.Short() {
		procs, each = 3, 100
	}
	if os.Getenv("RUNTIMEGUARD_ROUNDS") != "" {
		each = 12500
	}
	dir := filepath.Join(t.TempDir(), "log")
	l, err := audit.Open(dir, smallSegments)
	require.NoError(t, err)
	require.NoError(t, l.Close())
	var cmds []*exec.Cmd
	for range procs {
		cmd := start(t, "appender", dir, fmt.Sprint(each))
		require.NoError(t, cmd.Start())
		cmds = append(cmds, cmd)
	}
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() { // a log can be verified while it is written
		for {
			select {
			case <-done:
				return
			case <-time.After(50 * time.Millisecond):
				if _, err := audit.Verify(context.Background(), dir, audit.VerifyConfig{}); err != nil {
					t.Errorf("while it is written: %v", err)
				}
			}
		}
	})
	for _, cmd := range cmds {
		require.NoError(t, cmd.Wait())
	}
	close(done)
	watching.Wait()
	_, err = audit.Verify(context.Background(), dir, audit.VerifyConfig{})
	require.NoError(t, err)
	ids := map[string]int{}
	for e, err := range audit.Query(context.Background(), dir, audit.Filter{Tool: "run_command"}) {
		require.NoError(t, err)
		ids[e.Record.Call.ID]++
	}
	require.Len(t, ids, procs*each)
	for id, n := range ids {
		require.Equal(t, 1, n, id)
	}
}

// TestTorn leaves what a crash can leave at the end of a segment.
func TestTorn(t *testing.T) {
	for name, tail := range map[string]string{
		"half a line":         `{"v":1,"seq":99,"prev":"00`,
		"a line and a half":   "", // made below
		"zeros":               strings.Repeat("\x00", 5000),
		"zeros and a newline": strings.Repeat("\x00", 5000) + "}\n" + `{"v":1}` + "\n",
		"a long half line":    strings.Repeat("x", 300000),
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l, err := audit.Open(dir, audit.Config{})
			require.NoError(t, err)
			for i := range 5 {
				require.NoError(t, l.Append(context.Background(), record(i)))
			}
			require.NoError(t, l.Close())
			path := filepath.Join(dir, "00000001.jsonl")
			before, err := os.ReadFile(path)
			require.NoError(t, err)
			if tail == "" {
				lines := bytes.SplitAfter(before, []byte("\n"))
				last := lines[len(lines)-2]
				whole := string(forge(lines[3], seqOf(last)+1, last))
				before, tail = append(before, whole...), `{"v":1,`
				require.NoError(t, os.WriteFile(path, before, 0o600))
			}
			require.NoError(t, os.WriteFile(path, append(bytes.Clone(before), tail...), 0o600))

			l, err = audit.Open(dir, audit.Config{})
			require.NoError(t, err)
			require.NoError(t, l.Append(context.Background(), record(6)))
			require.NoError(t, l.Close())
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			require.True(t, bytes.HasPrefix(after, before), "every whole line stays")
			_, err = audit.Verify(context.Background(), dir, audit.VerifyConfig{})
			require.NoError(t, err)
			var torn []audit.Torn
			for e, err := range audit.Query(context.Background(), dir, audit.Filter{Event: audit.EventRecovered}) {
				require.NoError(t, err)
				torn = append(torn, e.Torn)
			}
			require.Len(t, torn, 1, "the log says so")
			aside, err := os.ReadFile(filepath.Join(dir, torn[0].File))
			require.NoError(t, err)
			require.Equal(t, tail, string(aside))
			require.Equal(t, hashOf(aside), torn[0].SHA256)
		})
	}
}

// handOver has whoever holds the log give it back: to a process that opens it.
func handOver(t *testing.T, dir string) {
	l, err := audit.Open(dir, audit.Config{})
	require.NoError(t, err)
	require.NoError(t, l.Close())
}

// TestTornByAnother lets a second process crash while this one has the log
// open.
func TestTornByAnother(t *testing.T) {
	dir := t.TempDir()
	l, err := audit.Open(dir, audit.Config{})
	require.NoError(t, err)
	require.NoError(t, l.Append(context.Background(), record(1)))
	handOver(t, dir)
	f, err := os.OpenFile(filepath.Join(dir, "00000001.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(`{"v":1,"seq":3`)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.NoError(t, l.Append(context.Background(), record(2)))
	require.NoError(t, l.Close())
	_, err = audit.Verify(context.Background(), dir, audit.VerifyConfig{})
	require.NoError(t, err)
}

// TestEmptySegment is a crash between a segment's making and its first line.
func TestEmptySegment(t *testing.T) {
	log := realLog(t, 30)
	log.segs = append(log.segs, [][]byte{})
	dir := log.store(t)
	_, err := audit.Verify(context.Background(), dir, audit.VerifyConfig{})
	require.NoError(t, err)
	l, err := audit.Open(dir, audit.Config{})
	require.NoError(t, err)
	require.NoError(t, l.Append(context.Background(), record(2)))
	require.NoError(t, l.Close())
	rep, err := audit.Verify(context.Background(), dir, audit.VerifyConfig{})
	require.NoError(t, err)
	require.Equal(t, len(log.segs), rep.Segments)
}
