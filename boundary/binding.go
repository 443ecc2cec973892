package boundary

import (
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/runtimeguard/runtimeguard/boundary/shell"
	"github.com/runtimeguard/runtimeguard/guard"
)

// checkTool refuses a binding that contradicts itself.
func checkTool(t guard.Tool) error {
	switch t.Base {
	case guard.BaseNone, guard.BaseWorkspace, guard.BaseProcess:
	default:
		return fmt.Errorf("base %q: want workspace or process", t.Base)
	}
	switch t.Dialect {
	case guard.DialectAny, guard.DialectBash, guard.DialectPOSIX:
	default:
		return fmt.Errorf("dialect %q: want bash or posix", t.Dialect)
	}
	if (t.Move[0] == "") != (t.Move[1] == "") {
		return errors.New("move: both the source's and the destination's key are needed")
	}
	for _, w := range t.Exec {
		if w == "" || strings.IndexByte(w, 0) >= 0 {
			return errors.New("exec: a word is empty or holds a NUL")
		}
	}
	bound := append(t.Move[:], t.Shell, t.Read, t.Write, t.Delete, t.List, t.Connect, t.Content, t.Replaces, t.Dir)
	for _, key := range t.Optional {
		if key == "" || !slices.Contains(bound, key) {
			return fmt.Errorf("optional: %q is not a bound key", key)
		}
	}
	return nil
}

// binding reads the arguments of one call as its tool's binding says. The
// first error sticks.
type binding struct {
	in   *Inspector
	look lookup
	tool guard.Tool
	call *guard.Call
	args map[string]any
	out  []guard.Action
	err  error

	dir   string // the base folder, once it is known
	known bool

	files shell.Options // what looks at files, of this binding
}

// bindings are those that were released. Nothing that an [Inspector] returns
// points to one.
var bindings = sync.Pool{New: func() any {
	b := new(binding)
	b.files = shell.Options{View: b.view, Toplevel: b.toplevel, Real: b.real}
	return b
}}

func (in *Inspector) bind(t guard.Tool) *binding {
	b := bindings.Get().(*binding)
	b.in, b.look, b.tool = in, in.c.Workspace.first, t
	return b
}

func (b *binding) release() {
	*b = binding{files: b.files}
	bindings.Put(b)
}

// collect works through the fields of the binding.
func (b *binding) collect() {
	t := &b.tool
	b.words(t.Content, true)
	b.words(t.Replaces, true)
	if t.Dir != "" {
		b.base() // a Dir that can't be read refuses even where nothing is relative
	}
	for _, f := range []struct {
		key  string
		kind guard.Kind
	}{
		{t.Read, guard.KindRead},
		{t.Write, guard.KindWrite},
		{t.Delete, guard.KindDelete},
		{t.List, guard.KindList},
	} {
		b.paths(f.key, f.kind)
	}
	b.move(t.Move[0], t.Move[1])
	for _, target := range b.words(t.Connect, false) {
		b.connect(target)
	}
	for _, text := range b.words(t.Shell, false) {
		b.shell(text)
	}
	if len(t.Exec) > 0 {
		b.exec(t.Exec)
	}
}

func (b *binding) fail(format string, args ...any) {
	if b.err == nil {
		b.err = fmt.Errorf(format, args...)
	}
}

// words returns the strings bound to a key: one, or a list. A key that is
// absent and optional has none.
func (b *binding) words(key string, empty bool) []string {
	if key == "" || b.err != nil {
		return nil
	}
	v, ok := b.args[key]
	if !ok || len(b.args) > 1 {
		for k := range b.args {
			if k != key && strings.EqualFold(k, key) {
				b.fail("argument %q: stands as %q: write it exactly so", key, k)
				return nil
			}
		}
	}
	if !ok {
		if !slices.Contains(b.tool.Optional, key) && key != b.tool.Dir {
			b.fail("argument %q: is missing", key)
		}
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	if len(list) == 0 && !empty {
		b.fail("argument %q: is an empty list", key)
	}
	var out []string
	for _, v := range list {
		s, ok := v.(string)
		switch {
		case !ok:
			b.fail("argument %q: is not a string or a list of strings", key)
		case s == "" && !empty:
			b.fail("argument %q: is an empty string", key)
		case strings.IndexByte(s, 0) >= 0 && key != b.tool.Content && key != b.tool.Replaces:
			b.fail("argument %q: holds a NUL", key)
		}
		out = append(out, s)
	}
	if b.err != nil {
		return nil
	}
	return out
}

// base returns the absolute folder that relative paths are taken from.
func (b *binding) base() string {
	if !b.known && b.err == nil {
		b.known = true
		b.dir = b.findBase()
	}
	return b.dir
}

func (b *binding) findBase() string {
	dir := b.words(b.tool.Dir, false)
	switch {
	case len(dir) > 1:
		b.fail("argument %q: more than one folder", b.tool.Dir)
	case len(dir) == 1 && strings.HasPrefix(dir[0], "/"):
		return dir[0]
	}
	base := b.call.Dir
	if base == "" {
		base = b.in.baseOf(b.tool.Base)
	}
	if base != "" && !strings.HasPrefix(base, "/") {
		b.fail("the call's folder is not an absolute path")
	}
	if len(dir) == 1 {
		return b.join(b.tool.Dir, base, dir[0])
	}
	return base
}

func (in *Inspector) baseOf(base guard.Base) string {
	switch base {
	case guard.BaseWorkspace:
		return in.c.Workspace.base()
	case guard.BaseProcess:
		dir, _ := os.Getwd()
		return dir
	}
	return ""
}

// join puts a folder before a relative path. What handlers read differently
// (a tilde, a URL) is refused.
func (b *binding) join(key, base, path string) string {
	switch {
	case strings.HasPrefix(path, "/"):
		return path
	case strings.HasPrefix(path, "~"):
		b.fail("argument %q: begins with a tilde, which not everyone reads the same: write the folder out, or ./~", key)
	case strings.Contains(path, "://"):
		b.fail("argument %q: is a URL where a path is needed", key)
	case base == "":
		b.fail("argument %q: is a relative path, and no folder is known to take it from: give an absolute path", key)
	}
	return strings.TrimSuffix(base, "/") + "/" + path
}

// paths adds an action for each path bound to a key.
func (b *binding) paths(key string, kind guard.Kind) {
	names := b.words(key, false)
	if key != "" && b.err == nil && names == nil && (kind == guard.KindRead || kind == guard.KindList) {
		names = []string{"."}
	}
	for _, name := range names {
		b.path(key, name, kind, b.tool.Recursive)
	}
}

func (b *binding) path(key, name string, kind guard.Kind, recursive bool) {
	base := ""
	if !strings.HasPrefix(name, "/") {
		base = b.base()
	}
	a := guard.Action{Kind: kind, Path: b.join(key, base, name), Recursive: recursive}
	b.plain(key, a.Path)
	b.out = append(b.out, a)
	// A handler may resolve a name before it deletes.
	if kind == guard.KindDelete {
		itself, err1 := b.look.resolve(a.Path, false)
		followed, err2 := b.look.resolve(a.Path, true)
		if err2 == nil && (err1 != nil || followed != itself) {
			a.Path = followed
			b.out = append(b.out, a)
		}
	}
}

// plain refuses a path in which ".." stands after a link: the system goes up
// from where the link leads, and handlers that clean the path first don't.
func (b *binding) plain(key, name string) {
	cleaned := path.Clean(name)
	if b.err != nil || cleaned == name || !strings.Contains(name, "..") {
		return
	}
	followed, err := b.look.resolve(name, true)
	other, err2 := b.look.resolve(cleaned, true)
	if err != nil || err2 != nil || followed != other {
		b.fail("argument %q: \"..\" after a link, which not everyone reads the same: write the path out", key)
	}
}

// move takes the source away with all in it, and writes the destination.
func (b *binding) move(source, destination string) {
	for _, name := range b.words(source, false) {
		b.path(source, name, guard.KindRead, true)
		b.path(source, name, guard.KindDelete, true)
	}
	for _, name := range b.words(destination, false) {
		b.path(destination, name, guard.KindWrite, b.tool.Recursive)
	}
}

// connect adds the action for a URL or a host.
func (b *binding) connect(target string) {
	host, file, err := parseTarget(target)
	if err != nil {
		b.fail("argument %q: %w", b.tool.Connect, err)
		return
	}
	if file != "" {
		b.path(b.tool.Connect, file, guard.KindRead, b.tool.Recursive)
		return
	}
	b.out = append(b.out, guard.Action{Kind: guard.KindConnect, Host: host})
}
