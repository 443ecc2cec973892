package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/runtimeguard/runtimeguard/guard"
)

// document is one policy file as it stands, before anything is put together.
type document struct {
	r         *reader
	src       []byte
	path      string // absolute, or "" for a preset or a text
	preset    bool
	extends   []item
	audit     bool
	defaults  map[guard.Kind]fallback
	defaulted *yaml.Node // the key default, or the root
	lists     []list
	variables []definition
	disable   []item
	rules     []*ruleText
	tools     map[string]guard.Tool
	commands  map[string]guard.Command
}

// fallback is what is decided for a kind where no rule fires.
type fallback struct {
	effect guard.Effect
	pos    string
	preset bool // of a preset that the policy extends
}

type list struct {
	name  string
	node  *yaml.Node
	items []item
}

type definition struct {
	name string
	node *yaml.Node
	expr expression
}

// ruleText is a rule as it stands.
type ruleText struct {
	r            *reader
	preset       bool // of a preset, whose tests have checked it
	node         *yaml.Node
	id           string
	effect       guard.Effect
	audit        bool
	on           *yaml.Node
	heads        []headText
	when, unless *expression
	whenNode     *yaml.Node
	require      []guard.Requirement
	message      string
	messageNode  *yaml.Node
	meta         map[string]string
}

// headText is one entry of a rule's head.
type headText struct {
	key   string // a kind, or "tool"
	node  *yaml.Node
	items []item
}

// kinds are the kinds of action that the rule is for.
func (t *ruleText) kinds() []guard.Kind {
	var out []guard.Kind
	for _, k := range guard.Kinds() {
		if slices.ContainsFunc(t.heads, func(h headText) bool { return h.key == string(k) }) {
			out = append(out, k)
		}
	}
	if out == nil {
		return guard.Kinds() // only tools are named, or nothing
	}
	return out
}

var (
	documentKeys = keyNames(documentModel)
	overlayKeys  = []string{"version", "lists", "variables", "rules"}
	ruleKeys     = keyNames(ruleModel)
	headKeys     = keyNames(headModel)
	modes        = []string{"enforce", "audit"}
	effects      = []string{"deny", "ask", "allow"}
	requirements = []string{"backup", "backup-or-ask", "landlock", "seccomp", "namespace"}
	bases        = []string{string(guard.BaseWorkspace), string(guard.BaseProcess)}
	dialects     = []string{string(guard.DialectBash), string(guard.DialectPOSIX)}

	identifier = regexp.MustCompile(anyNames)
	ruleID     = regexp.MustCompile(anyRuleID)
)

// readDocument reads a file's text. Whatever is wrong goes to found; the
// document holds the rest.
func readDocument(file string, src []byte, overlay bool, found *problems) *document {
	d := &document{r: &reader{file: file, found: found}, src: src}
	root := d.r.root(src)
	if root == nil {
		return d
	}
	d.defaulted = root
	keys := documentKeys
	if overlay {
		keys = overlayKeys
	}
	version := false
	d.r.fields(root, "policy", keys, func(key string, n *yaml.Node) {
		version = version || key == "version"
		d.section(key, n)
	})
	if !version && root.Kind == yaml.MappingNode {
		d.r.fail(root, "policy: version is missing: begin with version: 1")
	}
	if overlay {
		d.checkOverlay()
	}
	return d
}

func (d *document) section(key string, n *yaml.Node) {
	switch key {
	case "version":
		if n.Tag != "!!int" || n.Value != "1" {
			d.r.fail(n, "version %q: this program reads version 1", n.Value)
		}
	case "extends":
		d.extends = d.r.items(n, key)
	case "mode":
		d.audit = d.r.choice(n, key, modes) == "audit"
	case "default":
		d.readDefaults(n)
	case "lists":
		d.r.entries(n, key, func(k, v *yaml.Node) {
			if d.nameOK(k, "list") {
				d.lists = append(d.lists, list{k.Value, k, d.r.items(v, "list "+k.Value)})
			}
		})
	case "variables":
		d.r.entries(n, key, func(k, v *yaml.Node) {
			if e, ok := d.r.expression(v, "variable "+k.Value); d.nameOK(k, "variable") && ok {
				d.variables = append(d.variables, definition{k.Value, k, e})
			}
		})
	case "disable":
		d.disable = d.r.items(n, key)
	case "rules":
		d.readRules(n)
	case "tools":
		d.readTools(n)
	case "commands":
		d.readCommands(n)
	}
}

// reserved are names that expressions have already.
var reserved = []string{"action", "call", "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function",
	"if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while"}

func (d *document) nameOK(n *yaml.Node, what string) bool {
	switch {
	case !identifier.MatchString(n.Value):
		d.r.fail(n, "%s %q: a name is letters, digits and _", what, n.Value)
	case slices.Contains(reserved, n.Value):
		d.r.fail(n, "%s %q: the name is taken", what, n.Value)
	default:
		return true
	}
	return false
}

func (d *document) readDefaults(n *yaml.Node) {
	d.defaulted = n
	d.defaults = map[guard.Kind]fallback{}
	d.r.fields(n, "default", kindNames(), func(key string, v *yaml.Node) {
		if s := d.r.choice(v, "default."+key, effects); s != "" {
			effect, _ := guard.ParseEffect(s)
			d.defaults[guard.Kind(key)] = fallback{effect: effect, pos: fmt.Sprintf("%s:%d", d.r.file, v.Line)}
		}
	})
}

func (d *document) readRules(n *yaml.Node) {
	if n.Kind != yaml.SequenceNode {
		d.r.fail(n, "rules: want a list, not %s", describe(n))
		return
	}
	if len(n.Content) > maxRules {
		d.r.fail(n, "rules: %d of them: at most %d", len(n.Content), maxRules)
		return
	}
	for _, c := range n.Content {
		d.readRule(c)
	}
	d.r.rule = ""
}

func (d *document) readRule(n *yaml.Node) {
	t := &ruleText{r: d.r, node: n}
	d.r.rule = ""
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == "id" {
				d.r.rule = n.Content[i+1].Value
			}
		}
	}
	seen := map[string]bool{}
	d.r.fields(n, "rule", ruleKeys, func(key string, v *yaml.Node) {
		seen[key] = true
		t.field(d.r, key, v)
	})
	if n.Kind != yaml.MappingNode {
		return
	}
	for _, key := range []string{"id", "effect", "on"} {
		if !seen[key] {
			d.r.fail(n, "%s is missing", key)
			return
		}
	}
	d.rules = append(d.rules, t)
}

func (t *ruleText) field(r *reader, key string, n *yaml.Node) {
	switch key {
	case "id":
		if s, ok := r.text(n, key); ok {
			if t.id = s; !ruleID.MatchString(s) {
				r.fail(n, "id %q: want letters, digits, - and _, at most 64", s)
			}
		}
	case "effect":
		t.effect, _ = guard.ParseEffect(r.choice(n, key, effects))
	case "mode":
		t.audit = r.choice(n, key, modes) == "audit"
	case "on":
		t.on = n
		r.fields(n, "on", headKeys, func(k string, v *yaml.Node) {
			t.heads = append(t.heads, headText{k, v, r.items(v, "on."+k)})
		})
		if n.Kind == yaml.MappingNode && len(n.Content) == 0 {
			r.fail(n, `on: empty: name the kinds that the rule is for, or tool: "*" for all of them`)
		}
	case "when":
		if e, ok := r.expression(n, key); ok {
			t.when, t.whenNode = &e, n
		}
	case "unless":
		if e, ok := r.expression(n, key); ok {
			t.unless = &e
		}
	case "require":
		for _, i := range r.items(n, key) {
			if !slices.Contains(requirements, i.text) {
				r.fail(i.node, "require %q%s", i.text, suggest(i.text, requirements))
			}
			t.require = append(t.require, guard.Requirement(i.text))
		}
	case "message":
		if s, ok := r.word(n, key); ok {
			t.message, t.messageNode = s, n
		}
	case "meta":
		r.entries(n, key, func(k, v *yaml.Node) {
			if v.Kind != yaml.ScalarNode {
				r.fail(v, "meta.%s: want text, not %s", k.Value, describe(v))
			}
			t.meta = setText(t.meta, k.Value, v.Value)
		})
	}
}

func setText(m map[string]string, key, value string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	m[key] = value
	return m
}

func (d *document) checkOverlay() {
	for _, t := range d.rules {
		d.r.rule = t.id
		switch {
		case t.effect == guard.Allow:
			d.r.fail(t.node, "effect allow: an overlay only denies and asks")
		case t.audit:
			d.r.fail(t.node, "mode audit: an overlay's rules are enforced")
		}
	}
	d.r.rule = ""
}

func (d *document) readTools(n *yaml.Node) {
	d.tools = map[string]guard.Tool{}
	d.r.entries(n, "tools", func(k, v *yaml.Node) {
		var t guard.Tool
		if what := "tools." + k.Value; d.r.decode(v, what, &t) {
			if err := checkTool(t); err != nil {
				d.r.fail(v, "%s: %s", what, err)
			}
			d.tools[k.Value] = t
		}
	})
}

func checkTool(t guard.Tool) error {
	bound := slices.DeleteFunc([]string{t.Shell, t.Read, t.Write, t.Delete, t.List, t.Connect, t.Move[0], t.Move[1], t.Dir, t.Content, t.Replaces},
		func(s string) bool { return s == "" })
	switch {
	case len(bound) == 0 && len(t.Exec) == 0:
		return fmt.Errorf("it binds nothing: name the argument that is read, written, deleted, listed, connected to or run by a shell")
	case (t.Move[0] == "") != (t.Move[1] == ""):
		return fmt.Errorf("move: want the keys of a source and a destination")
	case t.Base != "" && !slices.Contains(bases, string(t.Base)):
		return fmt.Errorf("base %q%s", t.Base, suggest(string(t.Base), bases))
	case t.Dialect != "" && !slices.Contains(dialects, string(t.Dialect)):
		return fmt.Errorf("dialect %q%s", t.Dialect, suggest(string(t.Dialect), dialects))
	}
	for _, o := range t.Optional {
		if !slices.Contains(bound, o) {
			return fmt.Errorf("optional %q: nothing is bound to it%s", o, suggest(o, bound))
		}
	}
	return nil
}

func (d *document) readCommands(n *yaml.Node) {
	d.commands = map[string]guard.Command{}
	d.r.entries(n, "commands", func(k, v *yaml.Node) {
		var c guard.Command
		if what := "commands." + k.Value; d.r.decode(v, what, &c) {
			if err := checkCommand(c); err != nil {
				d.r.fail(v, "%s: %s", what, err)
			}
			d.commands[k.Value] = c
		}
	})
}

func checkCommand(c guard.Command) error {
	many := 0
	for _, o := range c.Operands {
		role, repeats := strings.CutSuffix(o, "...")
		if repeats {
			many++
		}
		if err := checkRole(role); err != nil {
			return fmt.Errorf("operands: %w", err)
		}
	}
	if many > 1 {
		return fmt.Errorf("operands: only one may take many")
	}
	for name, role := range c.Options {
		if err := checkRole(strings.TrimPrefix(role, "?")); err != nil {
			return fmt.Errorf("options.%s: %w", name, err)
		}
		for _, spelling := range strings.Split(name, ",") {
			if spelling == "" || strings.HasPrefix(spelling, "-") {
				return fmt.Errorf("options %q: write the spellings without dashes, with commas between", name)
			}
		}
	}
	for name, sub := range c.Commands {
		if err := checkCommand(sub); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func checkRole(role string) error {
	if names := roleNames(); !slices.Contains(names, role) {
		return fmt.Errorf("role %q%s", role, suggest(role, names))
	}
	return nil
}

func roleNames() []string {
	var out []string
	for _, r := range guard.Roles() {
		out = append(out, string(r))
	}
	return out
}
