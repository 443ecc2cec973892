package approval

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
	"github.com/runtimeguard/runtimeguard/guard"
)

// PreviewKind says what a [Preview] shows.
type PreviewKind string

// The kinds.
const (
	PreviewDiff   PreviewKind = "diff"   // what a write changes, line by line: "-" goes, "+" comes, " " stays, "." is left out
	PreviewScript PreviewKind = "script" // the code that an action runs
)

// Preview shows a human what an action's words don't say: what a write
// changes, the code that would run. A grant is for exactly what was shown: if
// the file changes, it is another request.
type Preview struct {
	Action int // index in Request.Actions
	Kind   PreviewKind
	Text   Excerpt // its lines
	Note   string  // what the text is, or why there is none
}

// Bounds of previews.
const (
	maxPreviews = 8        // of one request
	maxCode     = 64 << 10 // bytes of code, as much as is ever analysed
)

// previews returns what can be shown of a call's actions.
func previews(call *guard.Call, tool func(string) (guard.Tool, bool)) []Preview {
	w := written(call, tool)
	var out []Preview
	for i := range call.Actions {
		a := &call.Actions[i]
		p := Preview{Action: i, Text: excerpt(nil)}
		switch {
		case len(out) == maxPreviews:
			return out
		case a.Hash != [32]byte{}:
			p.code(a)
		case a.Kind == guard.KindWrite && !a.Pattern && w != nil:
			p.change(a, w)
		default:
			continue
		}
		out = append(out, p)
	}
	return out
}

// content is what a call writes, as its tool's binding says.
type content struct {
	part     bool // replaces takes the place of a part of the file
	replaces string
	text     string
}

// written returns nil where the call doesn't say what it writes.
func written(call *guard.Call, tool func(string) (guard.Tool, bool)) *content {
	if tool == nil {
		return nil
	}
	t, _ := tool(call.Tool)
	c := &content{part: t.Replaces != ""}
	var said, saidOld bool
	c.text, said = call.Args[t.Content].(string)
	c.replaces, saidOld = call.Args[t.Replaces].(string)
	if t.Write == "" || t.Content == "" || !said || c.part && !saidOld {
		return nil
	}
	return c
}

// change shows what a write does to the file as it is now.
func (p *Preview) change(a *guard.Action, w *content) {
	p.Kind = PreviewDiff
	from, to := []byte(w.replaces), []byte(w.text)
	p.Note = fmt.Sprintf("a part of the file, %d bytes, becomes %d bytes", len(from), len(to))
	if !w.part {
		var err error
		from, err = readFile(a.Resolved, fsys.MaxDiffSize)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			p.Note = fmt.Sprintf("a new file of %d bytes", len(to))
		case err != nil:
			p.Note = "the file as it is can't be shown: " + reason(err)
			from = nil
		default:
			p.Note = fmt.Sprintf("%d bytes become %d bytes", len(from), len(to))
		}
	}
	lines, ok := fsys.Diff(from, to)
	if !ok {
		p.Note += "; it isn't text, or too much of it changes to be compared"
	} else if len(lines) == 0 {
		p.Note += "; nothing changes"
	}
	var b strings.Builder
	for _, l := range lines {
		b.WriteByte(l.Op)
		b.WriteString(l.Text)
		b.WriteByte('\n')
	}
	p.Text = excerpt([]byte(b.String()))
}

// code shows the code that an action runs, if the file still holds it.
func (p *Preview) code(a *guard.Action) {
	p.Kind = PreviewScript
	path := a.Resolved
	if path == "" {
		path = a.Path
	}
	text, err := readFile(path, maxCode)
	switch {
	case err != nil:
		p.Note = "the code can't be shown: " + reason(err)
	case sha256.Sum256(text) != a.Hash:
		p.Note = "the code can't be shown: the file has changed since the call was judged"
	case bytes.IndexByte(text, 0) >= 0:
		p.Note = fmt.Sprintf("%d bytes that aren't text", len(text))
	default:
		p.Note = fmt.Sprintf("the code, %d bytes", len(text))
		p.Text = excerpt(text)
	}
}

// readFile reads a regular file whose path has no links left. What says that
// it is empty isn't read: files of /proc say so, and reading some does things.
func readFile(path string, max int64) ([]byte, error) {
	if !filepath.IsAbs(path) {
		return nil, fs.ErrInvalid
	}
	root, err := fsys.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	r := root.NoLinks()
	info, err := r.Lstat(filepath.Base(path))
	if err != nil || info.Mode.IsRegular() && info.Size == 0 {
		return nil, err
	}
	return r.ReadFile(filepath.Base(path), max)
}

// reason is an error without the file's name, which stands beside it, in words
// that don't change from one try to the next.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return err.Error()
}
