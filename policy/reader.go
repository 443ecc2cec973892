package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// reader walks a YAML document and notes what is wrong, with positions.
type reader struct {
	file  string
	lines []string // of the source, without their ends
	rule  string   // the id of the rule that is being read
	found *problems
}

// root parses the document and returns its mapping, or nil.
func (r *reader) root(src []byte) *yaml.Node {
	if len(src) > maxFile {
		r.found.add(Problem{File: r.file, Message: fmt.Sprintf("%d bytes: at most %d are read", len(src), maxFile)})
		return nil
	}
	r.lines = strings.Split(strings.ReplaceAll(string(src), "\r\n", "\n"), "\n")
	dec := yaml.NewDecoder(bytes.NewReader(src))
	var doc, second yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("empty: begin with version: 1")
		}
		r.yamlError(err)
		return nil
	}
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		if err != nil {
			r.yamlError(err)
		} else {
			r.fail(&second, "a second document: a policy is one document")
		}
		return nil
	}
	return doc.Content[0]
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(?s:(.*))$`)

// yamlError notes an error of the YAML package, which names the line at most.
func (r *reader) yamlError(err error) {
	list := []string{err.Error()}
	if t := (*yaml.TypeError)(nil); errors.As(err, &t) {
		list = t.Errors
	}
	for _, text := range list {
		m := yamlLine.FindStringSubmatch(text)
		line, _ := strconv.Atoi(m[1])
		p := Problem{File: r.file, Line: line, Rule: r.rule, Message: m[2]}
		if line > 0 {
			p.Column = 1
		}
		r.found.add(p)
	}
}

func (r *reader) fail(n *yaml.Node, format string, args ...any) {
	r.failAt(n.Line, n.Column, format, args...)
}

func (r *reader) failAt(line, column int, format string, args ...any) {
	r.found.add(Problem{File: r.file, Line: line, Column: column, Rule: r.rule, Message: fmt.Sprintf(format, args...)})
}

// entries calls f for each key of a mapping, in order. Doubles are noted.
func (r *reader) entries(n *yaml.Node, what string, f func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.fail(n, "%s: want a mapping, not %s", what, describe(n))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			r.fail(key, "%s: a key is %s", what, describe(key))
			continue
		}
		if seen[key.Value] {
			r.fail(key, "%s: %q stands twice", what, key.Value)
			continue
		}
		seen[key.Value] = true
		f(key, value)
	}
}

// fields is entries for a mapping whose keys are known.
func (r *reader) fields(n *yaml.Node, what string, known []string, f func(key string, value *yaml.Node)) {
	r.entries(n, what, func(key, value *yaml.Node) {
		for _, k := range known {
			if k == key.Value {
				f(k, value)
				return
			}
		}
		r.fail(key, "%s: unknown key %q%s", what, key.Value, suggest(key.Value, known))
	})
}

// text returns a string. Numbers and the like must be quoted to be one.
func (r *reader) text(n *yaml.Node, what string) (string, bool) {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" {
		hint := ""
		if n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
			hint = fmt.Sprintf(": quote it (%q)", n.Value)
		}
		r.fail(n, "%s: want text, not %s%s", what, describe(n), hint)
		return "", false
	}
	return n.Value, true
}

// word is text that isn't empty.
func (r *reader) word(n *yaml.Node, what string) (string, bool) {
	s, ok := r.text(n, what)
	if ok && strings.TrimSpace(s) == "" {
		r.fail(n, "%s: empty", what)
		return "", false
	}
	return s, ok
}

// item is one string of a list and where it stands.
type item struct {
	text string
	node *yaml.Node
}

// items returns a list of words, or the one word that stands in its place.
func (r *reader) items(n *yaml.Node, what string) []item {
	if n.Kind != yaml.SequenceNode {
		if s, ok := r.word(n, what); ok {
			return []item{{s, n}}
		}
		return nil
	}
	if len(n.Content) == 0 {
		r.fail(n, "%s: an empty list", what)
	}
	var out []item
	for _, c := range n.Content {
		if s, ok := r.word(c, what); ok {
			out = append(out, item{s, c})
		}
	}
	return out
}

// choice returns text that is one of the words.
func (r *reader) choice(n *yaml.Node, what string, words []string) string {
	s, ok := r.text(n, what)
	if !ok {
		return ""
	}
	for _, w := range words {
		if s == w {
			return s
		}
	}
	r.fail(n, "%s %q%s", what, s, suggest(s, words))
	return ""
}

func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias (write it out)"
	}
	switch n.Tag {
	case "!!str":
		return "text"
	case "!!null":
		return "nothing"
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	}
	return "a value of type " + n.Tag
}

// decode fills a struct from a mapping whose keys are the struct's yaml tags.
func (r *reader) decode(n *yaml.Node, what string, into any) bool {
	before := len(r.found.list)
	r.known(n, what, reflect.TypeOf(into).Elem())
	if len(r.found.list) > before {
		return false
	}
	if err := n.Decode(into); err != nil {
		r.yamlError(err)
		return false
	}
	return true
}

// known notes the keys of a mapping that the struct type doesn't have, and
// aliases anywhere in it.
func (r *reader) known(n *yaml.Node, what string, t reflect.Type) {
	keys := make([]string, 0, t.NumField())
	types := map[string]reflect.Type{}
	for i := range t.NumField() {
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if key != "-" {
			keys, types[key] = append(keys, key), t.Field(i).Type
		}
	}
	r.fields(n, what, keys, func(key string, value *yaml.Node) {
		field := types[key]
		if field.Kind() == reflect.Map && field.Elem().Kind() == reflect.Struct {
			r.entries(value, what+"."+key, func(k, v *yaml.Node) { r.known(v, what+"."+key+"."+k.Value, field.Elem()) })
			return
		}
		r.noAlias(value)
	})
}

func (r *reader) noAlias(n *yaml.Node) {
	if n.Kind == yaml.AliasNode {
		r.fail(n, "an alias: write it out")
		return
	}
	for _, c := range n.Content {
		r.noAlias(c)
	}
}
