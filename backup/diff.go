package backup

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Bounds of a text diff; past them a change is only summed up.
const (
	maxDiffSize  = 256 << 10 // bytes of a file
	maxDiffEdits = 1000      // lines removed and added
	diffContext  = 3         // lines shown around a change
)

// Diff writes what a plan would change, line by line where both sides are
// small text files: "-" is now, "+" is after restoring. Control characters are
// written as escapes.
func (v *Vault) Diff(ctx context.Context, w io.Writer, plan *Plan) error {
	rs, err := v.openRoots()
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer rs.close()
	for _, c := range plan.Changes {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%-10s %s%s\n", c.Op, guard.Printable(c.Path), c.detail()); err != nil {
			return err
		}
		if err := v.diffFile(w, rs, &c); err != nil {
			return err
		}
	}
	return nil
}

// diffFile writes the lines of one change, or nothing where they can't be
// shown.
func (v *Vault) diffFile(w io.Writer, rs *roots, c *Change) error {
	if c.Op == OpMode || c.From.Type != TypeFile && c.To.Type != TypeFile {
		return nil
	}
	var now, then []byte
	var err error
	if c.From.Type == TypeFile {
		if now, err = rs.dirs[c.target.root].ReadFile(c.target.name, maxDiffSize); err != nil {
			return nil
		}
	}
	if c.To.Type == TypeFile {
		if then, err = v.store.read(c.want.SHA256, maxDiffSize); err != nil {
			return nil
		}
	}
	if !isText(now) || !isText(then) {
		return nil
	}
	return writeDiff(w, splitLines(now), splitLines(then))
}

func isText(b []byte) bool { return utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 }

func splitLines(b []byte) []string {
	lines := strings.SplitAfter(string(b), "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// line is one line of a diff: ' ' kept, '-' removed, '+' added.
type line struct {
	op   byte
	text string
}

// writeDiff writes the changed lines with some context.
func writeDiff(w io.Writer, a, b []string) error {
	lines, ok := diff(a, b)
	if !ok {
		return nil
	}
	near := make([]bool, len(lines))
	for i, l := range lines {
		if l.op != ' ' {
			for j := max(0, i-diffContext); j <= min(len(lines)-1, i+diffContext); j++ {
				near[j] = true
			}
		}
	}
	for i, l := range lines {
		if !near[i] {
			if i > 0 && near[i-1] {
				fmt.Fprintln(w, "  ...")
			}
			continue
		}
		text, end := strings.CutSuffix(l.text, "\n")
		if !end {
			text += `\ no newline at the end`
		}
		if _, err := fmt.Fprintf(w, "  %c%s\n", l.op, guard.Printable(text)); err != nil {
			return err
		}
	}
	return nil
}

// diff finds the shortest way from a to b (Myers 1986, greedy); false past
// maxDiffEdits. trace[d] holds, per diagonal, how far d edits reach.
func diff(a, b []string) ([]line, bool) {
	limit := min(len(a)+len(b), maxDiffEdits)
	reach := make([]int, 2*limit+2)
	var trace [][]int
	for d := 0; d <= limit; d++ {
		trace = append(trace, append([]int(nil), reach[limit-d:limit+d+1]...))
		for k := -d; k <= d; k += 2 {
			x := step(reach, limit, d, k)
			for x < len(a) && x-k < len(b) && a[x] == b[x-k] {
				x++
			}
			reach[limit+k] = x
			if x >= len(a) && x-k >= len(b) {
				return walkBack(trace, a, b), true
			}
		}
	}
	return nil, false
}

// step goes one edit on to diagonal k: down (an addition) or right (a removal).
func step(reach []int, mid, d, k int) int {
	switch {
	case d == 0:
		return 0
	case k == -d || k != d && reach[mid+k-1] < reach[mid+k+1]:
		return reach[mid+k+1]
	}
	return reach[mid+k-1] + 1
}

// walkBack follows the trace from the end: at each d the common lines after
// the edit, then the edit.
func walkBack(trace [][]int, a, b []string) []line {
	var lines []line
	x, y := len(a), len(b)
	for d := len(trace) - 1; d >= 0; d-- {
		reach, k := trace[d], x-y // index d of reach is diagonal 0
		startX, op := 0, byte(' ')
		switch {
		case d == 0:
		case k == -d || k != d && reach[d+k-1] < reach[d+k+1]:
			startX, op = reach[d+k+1], '+'
		default:
			startX, op = reach[d+k-1]+1, '-'
		}
		for ; x > startX; x, y = x-1, y-1 {
			lines = append(lines, line{' ', a[x-1]})
		}
		switch op {
		case '+':
			y--
			lines = append(lines, line{op, b[y]})
		case '-':
			x--
			lines = append(lines, line{op, a[x]})
		}
	}
	slices.Reverse(lines)
	return lines
}
