package approval_test

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/approval/approvaltest"
	"github.com/runtimeguard/runtimeguard/guard"
)

// system is an approver under attack.
type system interface {
	process(t *testing.T) guard.Approver       // the approver as a new process of the host has it
	dir() string                               // what every program of the host's user reads and writes
	approve(t *testing.T, id, who string)      // by the operator, whose transport says who
	selfApprove(t *testing.T, id string) error // by a program of the host's user
	shown(t *testing.T, id string) string      // what the operator is shown
	approvedBy(t *testing.T, id string) string // who is recorded
	later()                                    // a day passes
}

// fortress is the system that this package makes: a folder, and an operator
// whose key lies elsewhere.
type fortress struct {
	*side
	folder string
}

func newFortress(t *testing.T) system {
	folder := filepath.Join(t.TempDir(), "approvals")
	s := newSide(t, openFolder(t, folder))
	return &fortress{s, folder}
}

func (f *fortress) process(t *testing.T) guard.Approver { return f.queue(t) }
func (f *fortress) dir() string                         { return f.folder }
func (f *fortress) later()                              { f.now = f.now.Add(24 * time.Hour) }

func (f *fortress) approve(t *testing.T, id, who string) {
	must(t)(f.Approve(t.Context(), id, who, f.key))
}

func (f *fortress) shown(t *testing.T, id string) string {
	r, err := f.Get(t.Context(), id)
	require.NoError(t, err)
	return r.Text()
}

func (f *fortress) approvedBy(t *testing.T, id string) string {
	r, err := f.Get(t.Context(), id)
	require.NoError(t, err)
	return r.Answer.Who
}

// selfApprove tries every key that lies about, and one of its own, by the
// front door and by writing to the store.
func (f *fortress) selfApprove(t *testing.T, id string) error {
	keys := []approval.Key{approval.NewKey()}
	require.NoError(t, filepath.WalkDir(f.folder, func(path string, _ fs.DirEntry, err error) error {
		if key, err := approval.LoadKey(path); err == nil {
			keys = append(keys, key)
		}
		return err
	}))
	var errs []error
	for _, key := range keys {
		_, err := f.queue(t).Approve(t.Context(), id, "the-boss", key)
		errs = append(errs, err)
		thief, err := approval.New(approval.Config{Store: openFolder(t, f.folder), Keys: []ed25519.PublicKey{key.PublicKey()}, Now: func() time.Time { return f.now }})
		require.NoError(t, err)
		_, err = thief.Approve(t.Context(), id, "the-boss", key)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// ask makes a call that waits.
func ask(t *testing.T, s system, call *guard.Call, d guard.Decision) string {
	t.Helper()
	return pending(t, s.process(t).Find(t.Context(), call, d))
}

// takes reports whether a call is let through in a new process.
func takes(t *testing.T, s system, call *guard.Call, d guard.Decision) bool {
	_, err := s.process(t).Claim(t.Context(), call, d)
	return err == nil
}

// move is a call of mv.
func move(from, to string) (*guard.Call, guard.Decision) {
	call, d := approvaltest.Call()
	call.Raw, _ = json.Marshal(map[string]string{"command": "mv " + from + " " + to})
	call.Actions = []guard.Action{
		{Kind: guard.KindExec, Program: "mv", Args: []string{from, to}},
		{Kind: guard.KindDelete, Path: "/work/" + from, Resolved: "/work/" + from},
		{Kind: guard.KindWrite, Path: "/work/" + to, Resolved: "/work/" + to},
	}
	d.Action = nil
	return call, d
}

// attacks return whether they succeeded. Each succeeds on the naive approver.
var attacks = map[string]func(t *testing.T, s system) bool{
	"a yes to mv Report.txt x1 for mv report.txt X1": func(t *testing.T, s system) bool {
		call, d := move("Report.txt", "x1")
		s.approve(t, ask(t, s, call, d), "ann")
		other, d := move("report.txt", "X1")
		return takes(t, s, other, d)
	},
	"a link that was swapped after the yes": func(t *testing.T, s system) bool {
		call, d := move("a", "b")
		s.approve(t, ask(t, s, call, d), "ann")
		call.Actions[2].Resolved = "/etc/cron.d/b"
		return takes(t, s, call, d)
	},
	"a script that was changed after the yes": func(t *testing.T, s system) bool {
		call, d := move("a", "b")
		s.approve(t, ask(t, s, call, d), "ann")
		call.Actions[0].Hash[0] = 1
		return takes(t, s, call, d)
	},
	"another agent's yes": func(t *testing.T, s system) bool {
		call, d := move("a", "b")
		s.approve(t, ask(t, s, call, d), "ann")
		call.Principal.Session = "another"
		return takes(t, s, call, d)
	},
	"a yes under another policy": func(t *testing.T, s system) bool {
		call, d := move("a", "b")
		s.approve(t, ask(t, s, call, d), "ann")
		d.Policy = "another"
		return takes(t, s, call, d)
	},
	"one yes, sixteen at once": func(t *testing.T, s system) bool {
		call, d := move("a", "b")
		s.approve(t, ask(t, s, call, d), "ann")
		var all sync.WaitGroup
		if n, ok := s.(*naive); ok { // its race is always lost
			var met sync.WaitGroup
			met.Add(16)
			n.meet = func() { met.Done(); met.Wait() }
		}
		var won atomic.Int32
		for range 16 {
			all.Go(func() {
				if takes(t, s, call, d) {
					won.Add(1)
				}
			})
		}
		all.Wait()
		require.Positive(t, won.Load())
		return won.Load() > 1
	},
	"a yes put back": func(t *testing.T, s system) bool {
		call, d := move("a", "b")
		s.approve(t, ask(t, s, call, d), "ann")
		saved := save(t, s.dir())
		require.True(t, takes(t, s, call, d))
		put(t, s.dir(), saved)
		return takes(t, s, call, d)
	},
	"a yes put back, and all else taken away": func(t *testing.T, s system) bool {
		host := s.process(t)
		call, d := move("a", "b")
		s.approve(t, ask(t, s, call, d), "ann")
		saved := save(t, s.dir())
		_, err := host.Claim(t.Context(), call, d)
		require.NoError(t, err)
		for name := range save(t, s.dir()) {
			require.NoError(t, os.Remove(filepath.Join(s.dir(), name)))
		}
		put(t, s.dir(), saved)
		_, err = host.Claim(t.Context(), call, d)
		return err == nil
	},
	"another call's yes under this one's name": func(t *testing.T, s system) bool {
		call, d := move("a", "b")
		harmless, _ := move("c", "d")
		before := save(t, s.dir())
		id := ask(t, s, call, d)
		mine := added(before, save(t, s.dir()))
		before = save(t, s.dir())
		s.approve(t, ask(t, s, harmless, d), "ann")
		theirs := added(before, save(t, s.dir()))
		require.NotEmpty(t, id)
		for name := range mine {
			for _, text := range theirs {
				id, _, _ := strings.Cut(name, ".")
				text := strings.ReplaceAll(text, "mv c d", "mv a b")
				if _, ok := s.(*naive); ok { // whose signature the host's user can make
					text = strings.Replace(text, `"Mac":"`, `"Mac":"`+s.(*naive).mac(id, "approved")+`","X":"`, 1)
				}
				put(t, s.dir(), map[string]string{name: text, id + ".2": text})
			}
		}
		return takes(t, s, call, d)
	},
	"a yes by a program of the host's user": func(t *testing.T, s system) bool {
		call, d := move("a", "b")
		_ = s.selfApprove(t, ask(t, s, call, d))
		return takes(t, s, call, d)
	},
	"an approver's name in the arguments": func(t *testing.T, s system) bool {
		call, d := move("a", "b")
		call.Raw = []byte(`{"command":"mv a b","approver":"the-boss","who":"the-boss","user":"the-boss"}`)
		id := ask(t, s, call, d)
		s.approve(t, id, "ann")
		return s.approvedBy(t, id) != "ann"
	},
	"a yes that is a day old": func(t *testing.T, s system) bool {
		call, d := move("a", "b")
		s.approve(t, ask(t, s, call, d), "ann")
		s.later()
		return takes(t, s, call, d)
	},
	"text that hides itself": func(t *testing.T, s system) bool {
		call, d := move("a", "b")
		call.Raw = []byte("{\"command\":\"ls \x1b[8m; rm -rf ~\x1b[0m \u202e \u200b\"}")
		return strings.ContainsFunc(s.shown(t, ask(t, s, call, d)), func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) })
	},
	"text that looks like another line": func(t *testing.T, s system) bool {
		call, d := move("a", "b")
		call.Tool = "ls\nreason: harmless\nasked by    | rule harmless (policy.yaml:1)"
		for line := range strings.Lines(s.shown(t, ask(t, s, call, d))) {
			if strings.HasPrefix(line, "reason: harmless") || strings.HasPrefix(line, "asked by    | rule harmless") {
				return true
			}
		}
		return false
	},
	"text whose end isn't shown": func(t *testing.T, s system) bool {
		call, d := move("a", "b")
		call.Raw = []byte(`{"command":"ls` + strings.Repeat(" ", 1<<20) + `; rm -rf ~"}`)
		text := s.shown(t, ask(t, s, call, d))
		return !strings.Contains(text, "rm -rf ~") || !strings.Contains(text, fmt.Sprint(len(call.Raw)))
	},
}

func TestAttacks(t *testing.T) {
	for name, attack := range attacks {
		t.Run(name, func(t *testing.T) {
			require.True(t, attack(t, newNaive(t)), "the attack doesn't even succeed on a naive approver")
			require.False(t, attack(t, newFortress(t)), "the attack succeeds")
		})
	}
}

// save reads a folder's files, put writes them back.
func save(t *testing.T, dir string) map[string]string {
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		if e.Name() != "secret" && e.Name() != ".lock" {
			out[e.Name()] = string(text)
		}
	}
	return out
}

func put(t *testing.T, dir string, files map[string]string) {
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
}

// added are the files of after that weren't there before, or not so.
func added(before, after map[string]string) map[string]string {
	out := map[string]string{}
	for name, text := range after {
		if before[name] != text {
			out[name] = text
		}
	}
	return out
}
