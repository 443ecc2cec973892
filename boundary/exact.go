package boundary

import (
	"bytes"
	"context"
	"crypto/sha256"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/runtimeguard/runtimeguard/boundary/internal/exact"
	"github.com/runtimeguard/runtimeguard/guard"
)

// engine runs a command's text. There are two: a real bash (compat), and an
// interpreter in a process of its own (exact), whose every program start and
// file opening is judged by [guard.Step] with the words as they are then.
type engine interface {
	run(ctx context.Context, j job) (Result, error)
}

// job is one command to run.
type job struct {
	Command
	dir string // resolved
	out *capped
}

// choose says which engine a call's command is run by. It is asked before the
// call is judged, and the answer stands in the decision. The interpreter takes
// what it runs as bash does; whatever it lacks, and a text of which it turned
// out while it ran, is for bash.
func (s *Shell) choose(call *guard.Call) guard.Engine {
	if s.exact == nil {
		return guard.EngineCompat
	}
	t, ok := s.c.Inspector.Tool(call.Tool)
	text, one := call.Args[t.Shell].(string)
	if !ok || !one || t.Dialect == guard.DialectPOSIX || s.inexact(text) != "" || s.bashes.has(text) {
		return guard.EngineCompat
	}
	for i := range call.Actions {
		if a := &call.Actions[i]; staysUnknown(a) || a.Kind == guard.KindExec && (exact.Elsewhere(a.Program) || s.scriptNeedsBash(a)) {
			return guard.EngineCompat
		}
	}
	return guard.EngineExact
}

// staysUnknown: what a variable makes programs load isn't seen at their start
// either.
func staysUnknown(a *guard.Action) bool {
	return a.Kind == guard.KindUnknown && strings.HasSuffix(a.Reason, "makes programs run or load something")
}

func (s *Shell) inexact(text string) string {
	if len(text) > MaxCommand {
		return "its length"
	}
	return exact.Inexact(text, false)
}

// scriptNeedsBash looks into a script that was read to judge the call.
func (s *Shell) scriptNeedsBash(a *guard.Action) bool {
	if a.Hash == [32]byte{} || a.Resolved == "" {
		return false
	}
	b := s.c.Inspector.bind(guard.Tool{})
	defer b.release()
	data, err := b.view(a.Resolved)
	if err != nil {
		return false
	}
	lang, _, isScript := language(data)
	return isScript && exact.Inexact(string(data), lang == guard.DialectPOSIX) != ""
}

// shells are those whose scripts the interpreter runs.
var shells = map[string]guard.Dialect{"bash": guard.DialectBash, "sh": guard.DialectPOSIX, "dash": guard.DialectPOSIX}

// language says whether a file is a shell's script, by how it begins, in which
// dialect it is written and with which options. A file without a first line that
// names its program is run by the shell that starts it.
func language(head []byte) (d guard.Dialect, set []string, isScript bool) {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	after, named := bytes.CutPrefix(line, []byte("#!"))
	if !named {
		return guard.DialectBash, nil, bytes.IndexByte(line, 0) < 0
	}
	words := strings.Fields(string(after))
	if len(words) > 1 && path.Base(words[0]) == "env" {
		words = words[1:]
	}
	if len(words) == 0 || len(words) > 2 || len(words) == 2 && !scriptOptions.MatchString(words[1]) {
		return "", nil, false
	}
	d, ok := shells[path.Base(words[0])]
	return d, words[1:], ok
}

var scriptOptions = regexp.MustCompile(`^-[euxf]+$`)

// remembered are texts, by their hash, up to a number: then the memory begins
// anew. It is safe for concurrent use.
type remembered struct {
	mu    sync.Mutex
	texts map[[32]byte]bool
}

const maxRemembered = 4096

func (r *remembered) add(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.texts == nil || len(r.texts) >= maxRemembered {
		r.texts = map[[32]byte]bool{}
	}
	r.texts[sha256.Sum256([]byte(text))] = true
}

func (r *remembered) has(text string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.texts) > 0 && r.texts[sha256.Sum256([]byte(text))]
}
