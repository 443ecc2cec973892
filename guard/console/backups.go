package console

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/backup"
)

// Bounds of the backups' pages.
const (
	maxBackups = 300       // listed
	maxDiff    = 256 << 10 // bytes shown of one plan
	maxResults = 500       // shown of one restore
)

type backupLine struct {
	ID      string    `json:"id"`
	Time    time.Time `json:"time"`
	Tool    shown     `json:"tool"`
	Agent   shown     `json:"agent"`
	Files   int       `json:"files"`
	Bytes   int64     `json:"bytes"`
	Call    string    `json:"call"`
	Restore bool      `json:"restore"` // taken before a restore
}

func backupLineOf(s *backup.Snapshot) backupLine {
	return backupLine{s.ID, s.Time, show(s.Tool), show(s.Agent), s.Files, s.Bytes, s.Call, s.Undo != ""}
}

type backupsPage struct {
	Backups []backupLine `json:"backups"` // newest first
	More    int          `json:"more"`
	Problem []shown      `json:"problem"`
}

func (c *Console) backups(r *http.Request) (any, error) {
	v, err := runtimeguard.OpenBackups(c.c.State)
	if err != nil {
		return nil, err
	}
	defer v.Close()
	all, err := v.List(r.Context())
	p := &backupsPage{Backups: []backupLine{}}
	if err != nil {
		p.Problem = lines(err.Error())
	}
	slices.Reverse(all)
	p.More = max(0, len(all)-maxBackups)
	for _, s := range all[:len(all)-p.More] {
		p.Backups = append(p.Backups, backupLineOf(&s))
	}
	return p, nil
}

// backupPage is what restoring a backup would change now.
type backupPage struct {
	backupLine
	Plan    string   `json:"plan"`    // its hash
	Changes int      `json:"changes"` // how many
	Diff    []string `json:"diff"`    // printable lines
	Cut     bool     `json:"cut"`     // of the diff
}

func (c *Console) backup(r *http.Request) (any, error) {
	v, err := runtimeguard.OpenBackups(c.c.State)
	if err != nil {
		return nil, err
	}
	defer v.Close()
	s, _, err := v.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	plan, err := v.Plan(r.Context(), s.ID)
	if err != nil {
		return nil, err
	}
	diff := &bounded{}
	if err := v.Diff(r.Context(), diff, plan); err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	text := strings.TrimSuffix(diff.text.String(), "\n")
	return &backupPage{backupLineOf(&s), plan.Hash, len(plan.Changes), strings.Split(text, "\n"), diff.cut}, nil
}

// bounded is a buffer that has had enough at maxDiff bytes.
type bounded struct {
	text bytes.Buffer
	cut  bool
}

var errEnough = errors.New("enough")

func (b *bounded) Write(p []byte) (int, error) {
	if b.text.Len()+len(p) > maxDiff {
		b.cut = true
		return 0, errEnough
	}
	return b.text.Write(p)
}

var errMoved = errors.New("the files have changed since this was shown: look at it again")

type restored struct {
	Undo     string    `json:"undo"` // the backup that undoes it
	Outcomes []outcome `json:"outcomes"`
	Error    shown     `json:"error,omitempty"`
}

type outcome struct {
	Op    string `json:"op"`
	Path  shown  `json:"path"`
	Error shown  `json:"error,omitempty"`
}

// restore carries out the plan that was shown, which its hash stands for, or
// nothing.
func (c *Console) restore(r *http.Request) (any, error) {
	var body struct {
		Plan string `json:"plan"`
	}
	if err := read(r, &body); err != nil {
		return nil, err
	}
	c.restoring.Lock()
	defer c.restoring.Unlock()
	v, err := runtimeguard.OpenBackups(c.c.State)
	if err != nil {
		return nil, err
	}
	defer v.Close()
	ctx := context.WithoutCancel(r.Context()) // not half of it because a window was closed
	plan, err := v.Plan(ctx, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	if plan.Hash != body.Plan {
		return nil, errMoved
	}
	result, err := c.operator(r).Restore(ctx, v, plan)
	if err != nil && len(result.Outcomes) == 0 {
		return nil, err
	}
	return restoredOf(&result, err), nil
}

func restoredOf(result *backup.Result, err error) *restored {
	out := &restored{Undo: result.Undo, Outcomes: []outcome{}}
	if err != nil {
		out.Error = show(err.Error())
	}
	for _, o := range result.Outcomes[:min(len(result.Outcomes), maxResults)] {
		x := outcome{Op: string(o.Op), Path: show(o.Path)}
		if o.Err != nil {
			x.Error = show(o.Err.Error())
		}
		out.Outcomes = append(out.Outcomes, x)
	}
	return out
}
