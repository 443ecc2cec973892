package fsys

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds of [Diff].
const (
	MaxDiffSize = 256 << 10 // bytes of each side
	maxEdits    = 1000      // lines removed and added
	diffContext = 3         // lines shown around a change
)

// Line is one line of a difference.
type Line struct {
	Op   byte   // ' ' kept, '-' removed, '+' added, '.' some that are kept and not shown
	Text string // without its end; as it is, whatever is in it
}

// Diff returns the lines that lead from one content of a file to another, with
// some of what is around them. It is false where a side isn't text (valid
// UTF-8 without NUL) or is larger than MaxDiffSize, and where more than a
// thousand lines differ. A last line that has no end says so.
func Diff(from, to []byte) ([]Line, bool) {
	for _, side := range [][]byte{from, to} {
		if len(side) > MaxDiffSize || !utf8.Valid(side) || bytes.IndexByte(side, 0) >= 0 {
			return nil, false
		}
	}
	all, ok := shortest(splitLines(from), splitLines(to))
	near := make([]bool, len(all))
	for i, l := range all {
		if l.Op != ' ' {
			for j := max(0, i-diffContext); j <= min(len(all)-1, i+diffContext); j++ {
				near[j] = true
			}
		}
	}
	var shown []Line
	for i, l := range all {
		if near[i] {
			text, ended := strings.CutSuffix(l.Text, "\n")
			if !ended {
				text += `\ no newline at the end`
			}
			shown = append(shown, Line{l.Op, text})
		} else if i > 0 && near[i-1] {
			shown = append(shown, Line{Op: '.'})
		}
	}
	return shown, ok
}

func splitLines(b []byte) []string {
	lines := strings.SplitAfter(string(b), "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// shortest finds the shortest way from a to b (Myers 1986, greedy); false past
// maxEdits. trace[d] holds, per diagonal, how far d edits reach.
func shortest(a, b []string) ([]Line, bool) {
	limit := min(len(a)+len(b), maxEdits)
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
func walkBack(trace [][]int, a, b []string) []Line {
	var lines []Line
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
			lines = append(lines, Line{' ', a[x-1]})
		}
		switch op {
		case '+':
			y--
			lines = append(lines, Line{op, b[y]})
		case '-':
			x--
			lines = append(lines, Line{op, a[x]})
		}
	}
	slices.Reverse(lines)
	return lines
}
