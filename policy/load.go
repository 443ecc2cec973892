package policy

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"go.yaml.in/yaml/v3"

	"github.com/runtimeguard/runtimeguard/guard"
)

// loader puts the documents of one policy together.
type loader struct {
	found     problems
	documents []*document // each after those it extends
	open      []string    // files that are being read, for cycles
	base      *engine     // of an overlay: its ids are taken

	lax        bool // let rules pass that are of no use: for tests
	incomplete bool // something that is extended is missing

	ids       map[string]*ruleText
	rules     []*ruleText
	lists     map[string]list
	inherited map[string]bool // lists and variables of files extended
	used      map[string]bool // lists and variables
	engine    *engine
	c         *compiler
}

// read reads a document and, before it, what it extends.
func (l *loader) read(file, path string, src []byte, overlay bool) *document {
	d := readDocument(file, src, overlay, &l.found)
	d.path = path
	key := cmp.Or(path, file)
	l.open = append(l.open, key)
	for _, x := range d.extends {
		l.extend(d, x)
	}
	l.open = l.open[:len(l.open)-1]
	l.documents = append(l.documents, d)
	return d
}

// extend reads a preset, or a file relative to the one that names it.
func (l *loader) extend(d *document, x item) {
	before := len(l.found.list)
	defer func() { l.incomplete = l.incomplete || len(l.found.list) > before }()
	if IsPreset(x.text) {
		l.readOnce(x.text+".yaml", "", presetText(x.text), true)
		return
	}
	if !strings.ContainsAny(x.text, `./\`) {
		d.r.fail(x.node, "extends %q: no such preset%s", x.text, suggest(x.text, Presets()))
		return
	}
	path := x.text
	if !filepath.IsAbs(path) {
		if d.path == "" {
			d.r.fail(x.node, "extends %q: a text has no folder that files could be relative to", x.text)
			return
		}
		path = filepath.Join(filepath.Dir(d.path), path)
	}
	if slices.Contains(l.open, path) {
		d.r.fail(x.node, "extends %q: the file extends itself", x.text)
		return
	}
	src, err := readFile(path)
	if err != nil {
		d.r.fail(x.node, "extends %q: %s", x.text, err)
		return
	}
	l.readOnce(l.label(path), path, src, false)
}

// label is what a file is called in messages: its path from the folder of the
// policy itself, where it lies beneath that.
func (l *loader) label(path string) string {
	rel, err := filepath.Rel(filepath.Dir(l.open[0]), path)
	if err != nil || !filepath.IsLocal(rel) {
		return filepath.Base(path)
	}
	return filepath.ToSlash(rel)
}

func (l *loader) readOnce(file, path string, src []byte, preset bool) {
	if len(l.documents) >= maxFiles {
		l.found.add(Problem{File: file, Message: fmt.Sprintf("a policy of more than %d files", maxFiles)})
		return
	}
	for _, d := range l.documents {
		if d.path == path && d.r.file == file {
			return
		}
	}
	l.read(file, path, src, false).preset = preset
}

// readFile reads a policy file of bounded size.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}

// build turns the documents into an engine.
func (l *loader) build() (*engine, error) {
	var err error
	if l.c, err = newCompiler(); err != nil {
		return nil, err
	}
	l.ids, l.lists = map[string]*ruleText{}, map[string]list{}
	l.inherited, l.used = map[string]bool{}, map[string]bool{}
	l.engine = &engine{names: map[string]int{}, tools: map[string]guard.Tool{}, commands: map[string]guard.Command{}}
	defaults := map[guard.Kind]fallback{}
	for i, d := range l.documents {
		l.merge(d, i == len(l.documents)-1, defaults)
	}
	if l.base == nil {
		l.checkDefaults(defaults)
	}
	l.compileRules()
	l.setDefaults(defaults)
	if !l.lax {
		l.checkUse()
	}
	l.engine.sensitive, l.engine.plants = l.namedPaths("sensitive"), l.namedPaths("plants")
	l.engine.env = l.c.env
	l.sign()
	if err := l.found.err(); err != nil {
		return nil, err
	}
	return l.engine, nil
}

// checkUse notes what is of no use: rules that can't decide, names that nothing
// uses. The latter can only be told where nothing else is wrong.
func (l *loader) checkUse() {
	l.checkShadowed()
	l.checkAsks()
	if len(l.found.list) == 0 {
		l.checkUnused()
	}
}

// merge adds a document to what the ones before it hold.
func (l *loader) merge(d *document, last bool, defaults map[guard.Kind]fallback) {
	for k, e := range d.defaults {
		e.preset = d.preset && !last
		defaults[k] = e
	}
	for _, x := range d.lists {
		l.mergeList(d, x)
	}
	for _, v := range d.variables {
		l.mergeVariable(d, v)
	}
	l.mergeRules(d)
	for name, t := range d.tools {
		l.engine.tools[name] = t
	}
	for name, c := range d.commands {
		l.engine.commands[name] = c
	}
	if last {
		l.engine.audit = d.audit
		return
	}
	for _, x := range d.lists {
		l.inherited[x.name] = true
	}
	for _, v := range d.variables {
		l.inherited[v.name] = true
	}
}

// mergeList adds a list. One that is inherited can only be added to: its new
// text must begin with the old one, so that nothing is lost by accident.
func (l *loader) mergeList(d *document, x list) {
	if _, taken := l.engine.names[x.name]; taken {
		d.r.fail(x.node, "list %q: a variable has this name", x.name)
		return
	}
	if old, ok := l.lists[x.name]; ok {
		if len(x.items) == 0 || x.items[0].text != "$"+x.name {
			d.r.fail(x.node, "list %q is inherited: begin it with $%s to add to it, or choose another name", x.name, x.name)
			return
		}
		x.items = append(slices.Clone(old.items), x.items[1:]...)
	} else if err := l.c.declare(x.name, textList); err != nil {
		d.r.fail(x.node, "list %q: %s", x.name, err)
		return
	}
	for _, i := range x.items {
		if name, isRef := strings.CutPrefix(i.text, "$"); isRef {
			l.reference(d.r, i.node, name)
		}
	}
	l.lists[x.name] = x
	l.c.sizes.lists[x.name] = sizeOf(l.expand(x.items, nil))
}

// reference checks that a list is known, and notes that it is used.
func (l *loader) reference(r *reader, n *yaml.Node, name string) {
	if _, ok := l.lists[name]; !ok {
		var names []string
		for k := range l.lists {
			names = append(names, "$"+k)
		}
		slices.Sort(names)
		r.fail(n, "unknown list \"$%s\"%s", name, suggest("$"+name, names))
		return
	}
	l.used[name] = true
}

func (l *loader) mergeVariable(d *document, v definition) {
	_, twice := l.engine.names[v.name]
	if _, isList := l.lists[v.name]; twice || isList {
		d.r.fail(v.node, "variable %q: the name is taken already", v.name)
		return
	}
	x := l.c.compile(v.expr, nil, l.found.add)
	l.engine.names[v.name] = len(l.engine.variables)
	if x == nil {
		// Checking goes on as if it could be of any type.
		x, l.c.broken = &compiled{typ: types.DynType}, true
	}
	l.use(x.uses)
	for name := range x.uses.names { // what a variable looks at through others
		if i, ok := l.engine.names[name]; ok {
			for field, at := range l.engine.variables[i].uses.fields {
				x.uses.fields[field] = at
			}
		}
	}
	y := variable{name: v.name, program: x.program, uses: x.uses}
	if x.ast != nil && x.typ.IsExactType(types.BoolType) {
		y.direct = l.engine.direct(x.ast.NativeRep().Expr())
	}
	l.engine.variables = append(l.engine.variables, y)
	if err := l.c.declare(v.name, x.typ); err != nil {
		d.r.fail(v.node, "variable %q: %s", v.name, err)
	}
}

func (l *loader) use(u uses) {
	for name := range u.names {
		l.used[name] = true
	}
}

// mergeRules applies what the document disables, then adds its rules.
func (l *loader) mergeRules(d *document) {
	for _, x := range d.disable {
		if _, ok := l.ids[x.text]; !ok {
			d.r.fail(x.node, "disable %q: no inherited rule has this id%s", x.text, suggest(x.text, l.ruleIDs()))
			continue
		}
		delete(l.ids, x.text)
		l.rules = slices.DeleteFunc(l.rules, func(t *ruleText) bool { return t.id == x.text })
	}
	for _, t := range d.rules {
		d.r.rule, t.preset = t.id, d.preset
		old, taken := l.ids[t.id]
		switch {
		case t.id == "":
		case taken && old.r == t.r:
			d.r.fail(t.node, "the id stands twice: first in line %d", old.node.Line)
		case taken:
			d.r.fail(t.node, "the id is inherited from %s: disable it there (disable: [%s]) and use another id", old.r.file, t.id)
		case l.base != nil && slices.ContainsFunc(l.base.rules, func(r rule) bool { return r.id == t.id }):
			d.r.fail(t.node, "the id is one of the policy beneath: use another")
		default:
			l.ids[t.id] = t
			l.rules = append(l.rules, t)
		}
	}
	d.r.rule = ""
	if len(l.rules) > maxRules {
		l.found.add(Problem{File: d.r.file, Message: fmt.Sprintf("%d rules with those inherited: at most %d", len(l.rules), maxRules)})
		l.rules = l.rules[:maxRules]
	}
}

func (l *loader) ruleIDs() []string {
	var out []string
	for _, t := range l.rules {
		out = append(out, t.id)
	}
	return out
}

// checkDefaults wants a default for every kind.
func (l *loader) checkDefaults(defaults map[guard.Kind]fallback) {
	var missing []string
	for _, k := range guard.Kinds() {
		if _, ok := defaults[k]; !ok {
			missing = append(missing, string(k))
		}
	}
	d := l.documents[len(l.documents)-1]
	if len(missing) > 0 && d.defaulted != nil && d.defaulted.Kind == yaml.MappingNode && !l.incomplete {
		d.r.fail(d.defaulted, "default: %s missing: say what is decided where no rule fires, or extend a preset", strings.Join(missing, ", "))
	}
}

func (l *loader) setDefaults(defaults map[guard.Kind]fallback) {
	for i, k := range guard.Kinds() {
		l.engine.defaults[i] = defaults[k]
		if l.base != nil {
			l.engine.defaults[i] = fallback{effect: guard.Allow} // an overlay only adds to what another policy says
		}
	}
}

// compileRules compiles the rules, several at a time, and puts them in the
// index.
func (l *loader) compileRules() {
	l.engine.rules = make([]rule, len(l.rules))
	var wg sync.WaitGroup
	var mu sync.Mutex
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, t := range l.rules {
		wg.Add(1)
		slots <- struct{}{}
		go func() {
			defer func() { <-slots; wg.Done() }()
			r := &l.engine.rules[i]
			*r = rule{id: t.id, pos: fmt.Sprintf("%s:%d", t.r.file, t.node.Line), effect: t.effect, audit: t.audit, require: t.require, meta: t.meta,
				preset: t.preset && t.r != l.documents[len(l.documents)-1].r}
			l.compileRule(t, r, &mu)
		}()
	}
	wg.Wait()
	for i := range l.engine.rules {
		r := &l.engine.rules[i]
		l.compileHead(l.rules[i], r)
		if t := l.rules[i]; l.checks(t) {
			l.checkCondition(t, r)
		} else {
			l.useOf(r)
		}
		for kind, h := range r.heads {
			if h != nil {
				l.engine.index[kind].add(r, h, int32(i))
			}
		}
	}
	for name, x := range l.lists {
		l.engine.names[name] = len(l.engine.variables)
		l.engine.variables = append(l.engine.variables, variable{name: name, value: l.listValue(x)})
	}
}

// checks reports whether a rule is looked at for what is of no use.
func (l *loader) checks(t *ruleText) bool { return !l.lax && !t.preset }

// compileRule compiles a rule's conditions and message.
func (l *loader) compileRule(t *ruleText, r *rule, mu *sync.Mutex) {
	report := func(p Problem) {
		mu.Lock()
		defer mu.Unlock()
		l.found.add(p)
	}
	compile := func(e *expression) *condition {
		if e == nil {
			return nil
		}
		x := l.c.compile(*e, types.BoolType, report)
		if x == nil {
			return nil
		}
		c := &condition{program: x.program, direct: l.engine.direct(x.ast.NativeRep().Expr()), uses: x.uses, source: *e}
		if l.checks(t) {
			c.always = l.c.constants(x, t.kinds())
		}
		return c
	}
	r.when, r.unless = compile(t.when), compile(t.unless)
	if t.messageNode != nil {
		m, err := parseMessage(t.message)
		if err != nil {
			report(Problem{t.r.file, t.messageNode.Line, t.messageNode.Column, t.id, err.Error()})
		}
		r.message = m
		for i := range m.texts {
			m.texts[i] = line(m.texts[i])
		}
	}
}

// listValue is a list as conditions see it: its own texts.
func (l *loader) listValue(x list) ref.Val {
	var texts []string
	for _, i := range l.expand(x.items, nil) {
		texts = append(texts, i.text)
	}
	return types.NewStringList(types.DefaultTypeAdapter, texts)
}

// expand replaces $name by the list's items.
func (l *loader) expand(items []item, within []string) []item {
	var out []item
	for _, i := range items {
		name, isRef := strings.CutPrefix(i.text, "$")
		if !isRef {
			out = append(out, i)
			continue
		}
		if x, ok := l.lists[name]; ok && !slices.Contains(within, name) {
			out = append(out, l.expand(x.items, append(within, name))...)
		}
	}
	return out
}

// sign takes the digest over every text, each with its length in front.
func (l *loader) sign() {
	h := sha256.New()
	for _, d := range l.documents {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(d.src))))
		h.Write(d.src)
		if d.path != "" {
			l.engine.files = append(l.engine.files, d.path)
		}
	}
	l.engine.digest = hex.EncodeToString(h.Sum(nil))
}

func digestOf(digests ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(digests, "\n")))
	return hex.EncodeToString(sum[:])
}

// askForAll is what stands for an overlay that doesn't load.
func askForAll(name string, src []byte) *engine {
	e := &engine{names: map[string]int{}, digest: digestOf(string(src))}
	r := rule{id: "overlay-broken", pos: name, effect: guard.Ask,
		message: message{texts: []string{"the project's own policy can't be loaded, so that everything is asked"}}}
	for i := range r.heads {
		r.heads[i] = &head{all: true}
		e.defaults[i].effect = guard.Allow
		e.index[i].always = []int32{0}
	}
	e.rules = []rule{r}
	return e
}
