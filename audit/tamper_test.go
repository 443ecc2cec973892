package audit_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/audit"
)

// copyOf is a log in memory: the lines of its segments, and its other files.
type copyOf struct {
	segs  [][][]byte
	files map[string][]byte
}

func segName(i int) string { return fmt.Sprintf("%08d.jsonl", i+1) }

func load(t *testing.T, dir string) (c copyOf) {
	c.files = map[string][]byte{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		if filepath.Ext(e.Name()) == ".jsonl" {
			lines := bytes.SplitAfter(data, []byte("\n"))
			c.segs = append(c.segs, lines[:len(lines)-1])
		} else {
			c.files[e.Name()] = data
		}
	}
	return c
}

func (c copyOf) clone() copyOf {
	out := copyOf{files: map[string][]byte{}}
	for _, s := range c.segs {
		var lines [][]byte
		for _, l := range s {
			lines = append(lines, bytes.Clone(l))
		}
		out.segs = append(out.segs, lines)
	}
	for n, f := range c.files {
		out.files[n] = bytes.Clone(f)
	}
	return out
}

func (c copyOf) store(t *testing.T) string {
	dir := t.TempDir()
	for i, s := range c.segs {
		if s != nil {
			require.NoError(t, os.WriteFile(filepath.Join(dir, segName(i)), bytes.Join(s, nil), 0o600))
		}
	}
	for n, f := range c.files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, n), f, 0o600))
	}
	return dir
}

// place names a line as Verify does: segment and line from 0.
func place(seg, line int) string { return fmt.Sprintf("%s:%d", segName(seg), line+1) }

// next is the place of the line after (seg, line).
func (c copyOf) next(seg, line int) string {
	if line+1 < len(c.segs[seg]) {
		return place(seg, line+1)
	}
	return place(seg+1, 0)
}

func (c copyOf) verify(t *testing.T, vc audit.VerifyConfig) (audit.Report, string) {
	rep, err := audit.Verify(context.Background(), c.store(t), vc)
	if err == nil {
		return rep, ""
	}
	var broken *audit.BrokenError
	require.ErrorAs(t, err, &broken)
	t.Log(broken)
	return rep, fmt.Sprintf("%s:%d", broken.Segment, broken.Line)
}

// naive is the verifier that one would write first: every line holds the hash
// of the one before.
func (c copyOf) naive() bool {
	var last []byte
	for _, s := range c.segs {
		for _, l := range s {
			if last != nil && !bytes.Contains(l, []byte(hashOf(last))) {
				return false
			}
			last = l
		}
	}
	return true
}

func hashOf(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:])
}

var firstMembers = regexp.MustCompile(`^\{"v":1,"seq":(\d+),"prev":"([0-9a-f]{64})"`)

func seqOf(line []byte) int {
	n, _ := strconv.Atoi(string(firstMembers.FindSubmatch(line)[1]))
	return n
}

// forge makes a line follow another.
func forge(line []byte, seq int, before []byte) []byte {
	head := fmt.Sprintf(`{"v":1,"seq":%d,"prev":"%s"`, seq, hashOf(before))
	return append([]byte(head), line[len(firstMembers.Find(line)):]...)
}

// realLog writes a log of several segments.
func realLog(t *testing.T, n int) copyOf {
	dir := t.TempDir()
	l, err := audit.Open(dir, audit.Config{SegmentSize: 9000, CheckpointEvery: 7, NoSync: true})
	require.NoError(t, err)
	for i := range n {
		require.NoError(t, l.Append(context.Background(), record(i)))
	}
	require.NoError(t, l.Close())
	c := load(t, dir)
	require.GreaterOrEqual(t, len(c.segs), 3)
	_, bad := c.verify(t, audit.VerifyConfig{})
	require.Empty(t, bad)
	return c
}

// each calls f for every line of a log.
func (c copyOf) each(f func(seg, line int)) {
	for i, s := range c.segs {
		for j := range s {
			f(i, j)
		}
	}
}

func TestVerifyFindsTheLine(t *testing.T) {
	log := realLog(t, 30)
	last := len(log.segs) - 1
	missed := map[string]int{}
	check := func(what string, c copyOf, want string) {
		t.Helper()
		_, bad := c.verify(t, audit.VerifyConfig{})
		require.Equal(t, want, bad, what)
		if c.naive() {
			missed[what]++
		}
	}
	log.each(func(i, j int) {
		c := log.clone()
		line := c.segs[i][j]
		line[len(line)*2/3] ^= 1
		check("edit", c, place(i, j))

		c = log.clone()
		c.segs[i] = slices.Delete(c.segs[i], j, j+1)
		want := place(i, j)
		if j == len(log.segs[i])-1 {
			want = log.next(i, j)
		}
		if i == last && j == len(log.segs[i])-1 {
			want = "" // the closing checkpoint: nothing that it doesn't say itself is lost
		}
		check("delete", c, want)

		c = log.clone()
		fake := forge(bytes.Replace(log.segs[0][3], []byte(`coder`), []byte(`other`), 1), seqOf(log.segs[i][j])+1, log.segs[i][j])
		c.segs[i] = slices.Insert(c.segs[i], j+1, fake)
		if i != last || j != len(log.segs[i])-1 { // at the very end it is what a writer could have written
			check("insert", c, place(i, j+1))
		}

		c = log.clone()
		c.segs[i] = slices.Insert(c.segs[i], j+1, bytes.Clone(log.segs[i][j]))
		check("duplicate", c, place(i, j+1))

		if j+1 < len(log.segs[i]) {
			c = log.clone()
			c.segs[i][j], c.segs[i][j+1] = c.segs[i][j+1], c.segs[i][j]
			check("reorder", c, place(i, j))
		}

		c = log.clone()
		c.segs[i] = slices.Insert(c.segs[i], j, []byte("{\"note\":\"hello\"}\n"))
		check("junk", c, place(i, j))
	})
	fmt.Printf("tampering that a plain hash chain misses: %v\n", missed)
	require.NotEmpty(t, missed)
}

func TestVerifySegments(t *testing.T) {
	log, other := realLog(t, 30), realLog(t, 30)
	last := len(log.segs) - 1
	for name, tc := range map[string]struct {
		change func(c *copyOf)
		want   string
	}{
		"a segment is missing":       {func(c *copyOf) { c.segs[1] = nil }, "00000002.jsonl:0"},
		"the first is missing":       {func(c *copyOf) { c.segs[0] = nil }, "00000001.jsonl:0"},
		"all are missing":            {func(c *copyOf) { c.segs = nil }, "00000001.jsonl:0"},
		"a segment is empty":         {func(c *copyOf) { c.segs[1] = [][]byte{} }, "00000002.jsonl:1"},
		"a segment stands twice":     {func(c *copyOf) { c.segs = slices.Insert(c.segs, 2, c.segs[1]) }, "00000003.jsonl:1"},
		"a copy at the end":          {func(c *copyOf) { c.segs = append(c.segs, c.segs[1]) }, fmt.Sprintf("%08d.jsonl:1", last+2)},
		"segments change places":     {func(c *copyOf) { c.segs[0], c.segs[1] = c.segs[1], c.segs[0] }, "00000001.jsonl:1"},
		"another log's segment":      {func(c *copyOf) { c.segs[1] = other.segs[1] }, "00000002.jsonl:1"},
		"another log":                {func(c *copyOf) { c.segs = other.segs }, "00000001.jsonl:1"},
		"a segment ends in a line":   {func(c *copyOf) { s := c.segs[0]; s[len(s)-1] = s[len(s)-1][:40] }, place(0, len(log.segs[0])-1)},
		"a segment lost its end":     {func(c *copyOf) { c.segs[0] = c.segs[0][:5] }, "00000002.jsonl:1"},
		"the last segment is gone":   {func(c *copyOf) { c.segs = c.segs[:last] }, place(last-1, len(log.segs[last-1]))},
		"a checkpoint's file forged": {func(c *copyOf) { f := c.files["checkpoint"]; f[30] ^= 1 }, "checkpoint:0"},
	} {
		t.Run(name, func(t *testing.T) {
			c := log.clone()
			tc.change(&c)
			_, bad := c.verify(t, audit.VerifyConfig{})
			require.Equal(t, tc.want, bad)
		})
	}
}

// TestVerifyFork splices two logs that began as one.
func TestVerifyFork(t *testing.T) {
	log := realLog(t, 30)
	fork := log.clone()
	fork.segs = fork.segs[:1]
	delete(fork.files, "checkpoint")
	dir := fork.store(t)
	l, err := audit.Open(dir, audit.Config{SegmentSize: 9000, CheckpointEvery: 7, NoSync: true})
	require.NoError(t, err)
	for i := range 30 {
		require.NoError(t, l.Append(context.Background(), record(100+i)))
	}
	require.NoError(t, l.Close())
	fork = load(t, dir)

	c := fork.clone()
	c.segs[2] = log.segs[1]
	c.segs[1] = fork.segs[1]
	_, bad := c.verify(t, audit.VerifyConfig{})
	require.Equal(t, "00000003.jsonl:1", bad, "a segment of the same log under another name")

	c = fork.clone()
	c.segs[1] = log.segs[1]
	_, bad = c.verify(t, audit.VerifyConfig{})
	require.Equal(t, "00000002.jsonl:1", bad, "the first line that doesn't follow")

	rep, bad := fork.verify(t, audit.VerifyConfig{Head: log.files["checkpoint"]})
	require.NotEmpty(t, bad, "the fork isn't the log that the head signs")
	require.Less(t, rep.Signed, uint64(seqOf(log.segs[len(log.segs)-1][0])+100))
}

// TestVerifyHead cuts the log in every place, takes the folder's own
// checkpoint with it, and looks with and without a checkpoint kept elsewhere.
func TestVerifyHead(t *testing.T) {
	log := realLog(t, 30)
	vc := audit.VerifyConfig{Head: log.files["checkpoint"], Keys: []string{string(log.files["key.pub"])}}
	rep, bad := log.verify(t, vc)
	require.Empty(t, bad)
	require.Empty(t, rep.Unknown[1:], "only the line after the checkpoint")
	log.each(func(i, j int) {
		c := log.clone()
		c.segs = c.segs[:i+1]
		c.segs[i] = c.segs[i][:j+1]
		delete(c.files, "checkpoint")
		if i == len(log.segs)-1 && j >= len(log.segs[i])-2 {
			return // only the closing checkpoint is gone
		}
		rep, bad := c.verify(t, audit.VerifyConfig{})
		require.Empty(t, bad, "a cut can't be seen without a head")
		require.Contains(t, fmt.Sprint(rep.Unknown), "cut off at the end", "and Verify says so")
		_, bad = c.verify(t, vc)
		require.Equal(t, place(i, j+1), bad)
	})
}

// TestVerifyRewritten rewrites the log from one line on, with a chain that
// holds.
func TestVerifyRewritten(t *testing.T) {
	log := realLog(t, 30)
	c := log.clone()
	line := c.segs[0][3]
	c.segs[0][3] = bytes.Replace(line, []byte(`"effect":"allow"`), []byte(`"effect":"deny"`), 1)
	require.NotEqual(t, line, c.segs[0][3])
	last := c.segs[0][2]
	first := "" // the first checkpoint after the change
	c.each(func(i, j int) {
		if i > 0 || j >= 3 {
			c.segs[i][j] = forge(c.segs[i][j], seqOf(c.segs[i][j]), last)
			if first == "" && bytes.Contains(c.segs[i][j], []byte(`"event":"checkpoint"`)) {
				first = place(i, j)
			}
		}
		last = c.segs[i][j]
	})
	require.True(t, c.naive())
	_, bad := c.verify(t, audit.VerifyConfig{})
	require.Equal(t, first, bad)
}

// rounds is how often a test with random parts is repeated: n times, or as
// often as RUNTIMEGUARD_ROUNDS says.
func rounds(n int) int {
	if m, err := strconv.Atoi(os.Getenv("RUNTIMEGUARD_ROUNDS")); err == nil {
		return m
	}
	return n
}

// TestVerifyCheckpointLine changes a checkpoint's line where its signature
// doesn't reach.
func TestVerifyCheckpointLine(t *testing.T) {
	log := realLog(t, 30)
	last := &log.segs[len(log.segs)-1]
	line := &(*last)[len(*last)-1]
	changed := bytes.Replace(*line, []byte(`"time":"2`), []byte(`"time":"1`), 1)
	require.NotEqual(t, *line, changed)
	*line = changed
	_, bad := log.verify(t, audit.VerifyConfig{})
	require.Equal(t, place(len(log.segs)-1, len(*last)-1), bad)
}

// TestVerifyBits flips single bits.
func TestVerifyBits(t *testing.T) {
	log := realLog(t, 30)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range rounds(100) {
		i := r.IntN(len(log.segs))
		j := r.IntN(len(log.segs[i]))
		c := log.clone()
		line := c.segs[i][j]
		line[r.IntN(len(line))] ^= 1 << r.IntN(8)
		rep, bad := c.verify(t, audit.VerifyConfig{})
		if rep.Torn > 0 {
			continue // the newline at the very end: a line that is being written
		}
		if i == len(log.segs)-1 && j == len(log.segs[i])-2 && bad == place(i, j+1) {
			continue // nothing after the last line says which of the last two was changed
		}
		require.Equal(t, place(i, j), bad)
	}
}
