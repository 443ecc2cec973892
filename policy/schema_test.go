package policy

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// validator reads the few words of JSON Schema that the schema uses; any other
// is an error, so that nothing is taken for checked that isn't.
type validator struct{ root map[string]any }

func (v *validator) check(s map[string]any, x any, at string) (errs []string) {
	fail := func(format string, args ...any) { errs = append(errs, at+": "+fmt.Sprintf(format, args...)) }
	for word, want := range s {
		switch word {
		case "$schema", "title", "description", "$defs":
		case "$ref":
			def := v.root["$defs"].(map[string]any)[strings.TrimPrefix(want.(string), "#/$defs/")]
			errs = append(errs, v.check(def.(map[string]any), x, at)...)
		case "const":
			if !reflect.DeepEqual(want, x) {
				fail("not %v", want)
			}
		case "enum":
			if !contains(want.([]any), x) {
				fail("none of %v", want)
			}
		case "type":
			if list, ok := want.([]any); ok && contains(list, typeOf(x)) || want == typeOf(x) {
				continue
			}
			fail("not a %v", want)
		case "anyOf":
			ok := false
			for _, one := range want.([]any) {
				ok = ok || len(v.check(one.(map[string]any), x, at)) == 0
			}
			if !ok {
				fail("none of the forms")
			}
		case "pattern", "maxLength":
			if text, ok := x.(string); ok && (word == "pattern" && !regexp.MustCompile(want.(string)).MatchString(text) ||
				word == "maxLength" && float64(utf8.RuneCountInString(text)) > want.(float64)) {
				fail("%s %v", word, want)
			}
		case "items", "minItems", "maxItems":
			errs = append(errs, v.list(word, want, x, at)...)
		default:
			errs = append(errs, v.object(s, word, want, x, at)...)
		}
	}
	return errs
}

func (v *validator) list(word string, want, x any, at string) (errs []string) {
	list, ok := x.([]any)
	switch {
	case !ok:
	case word == "items":
		for i, e := range list {
			errs = append(errs, v.check(want.(map[string]any), e, fmt.Sprintf("%s[%d]", at, i))...)
		}
	case word == "minItems" && float64(len(list)) < want.(float64), word == "maxItems" && float64(len(list)) > want.(float64):
		errs = append(errs, at+": "+word)
	}
	return errs
}

func (v *validator) object(s map[string]any, word string, want, x any, at string) (errs []string) {
	m, ok := x.(map[string]any)
	properties, _ := s["properties"].(map[string]any)
	for _, known := range []string{"properties", "additionalProperties", "propertyNames", "required", "minProperties"} {
		if ok = ok || word == known; word == known {
			known = ""
		}
	}
	switch word {
	case "properties", "additionalProperties", "propertyNames":
		for name, e := range m {
			p, known := properties[name].(map[string]any)
			more, some := want.(map[string]any)
			switch {
			case word == "properties" && known:
				errs = append(errs, v.check(p, e, at+"."+name)...)
			case word == "additionalProperties" && !known && some:
				errs = append(errs, v.check(more, e, at+"."+name)...)
			case word == "additionalProperties" && !known:
				errs = append(errs, at+": no key "+name)
			case word == "propertyNames":
				errs = append(errs, v.check(more, name, at+"."+name)...)
			}
		}
	case "required":
		for _, name := range want.([]any) {
			if _, there := m[name.(string)]; m != nil && !there {
				errs = append(errs, at+": "+name.(string)+" is missing")
			}
		}
	case "minProperties":
		if m != nil && float64(len(m)) < want.(float64) {
			errs = append(errs, at+": "+word)
		}
	default:
		errs = append(errs, at+": the test doesn't know "+word)
	}
	return errs
}

func contains(list []any, x any) bool {
	for _, e := range list {
		if reflect.DeepEqual(e, x) {
			return true
		}
	}
	return false
}

func typeOf(x any) string {
	switch x.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	case bool:
		return "boolean"
	case nil:
		return "null"
	}
	return "number"
}

// validate checks a policy's text by the schema alone.
func validate(t *testing.T, src []byte) []string {
	t.Helper()
	var s map[string]any
	require.NoError(t, json.Unmarshal(Schema(), &s))
	var x, doc any
	require.NoError(t, yaml.Unmarshal(src, &x))
	text, err := json.Marshal(x)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &doc))
	return (&validator{s}).check(s, doc, "policy")
}

// The schema takes the policies that load.
func TestSchemaTakesPolicies(t *testing.T) {
	files := []string{"../guard/cli/init/policy.yaml", "../examples/policyci/policy.yaml"}
	for _, name := range Presets() {
		files = append(files, "presets/"+name+".yaml")
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Empty(t, validate(t, src), file)
	}
	for seed := range uint64(50) {
		g := newGen(9000 + seed)
		require.Empty(t, validate(t, []byte(g.header()+"rules:\n"+strings.Join(g.rules("r", 5, "deny", "ask", "allow"), ""))))
	}
	require.Empty(t, validate(t, []byte(everyKey)))
	_, err := Parse("p.yaml", []byte(everyKey))
	require.NoError(t, err)
}

// everyKey is a policy with every key of the model.
const everyKey = `
version: 1
extends: standard
mode: audit
default: {connect: deny}
lists: {prod: [a.example, "*.b.example"], one: c.example}
variables: {mine: call.agent == "me"}
disable: [privilege, disks]
rules:
  - id: everything
    effect: ask
    on: {exec: [x, git push], read: /x, write: [/x], delete: /x, list: /x, connect: [$prod, $one], unknown: "*", use: [t], tool: [t]}
    when: mine
    unless: call.verified
    require: [backup, landlock]
    message: it is {action.path}
    mode: audit
    meta: {owner: team, ticket: 12, reviewed: true}
tools:
  run: {shell: command, dir: cwd, base: workspace, dialect: bash}
  mv: {move: [from, to], optional: [to], recursive: true}
  put: {write: path, content: text, replaces: old}
  fixed: {exec: [git, reset]}
  all: {read: r, delete: d, list: l, connect: c}
commands:
  deploy:
    operands: [read..., write]
    options: {"f,force": flag, o: "?write"}
    commands: {now: {operands: [data], singleDash: true, recursive: true, opaque: true}}
`

// What is wrong in form the schema refuses, as loading does.
func TestSchemaRefuses(t *testing.T) {
	var doc map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(everyKey), &doc))
	for name, edit := range map[string][2]string{
		"unknown key":      {"mode: audit\ndef", "mod: audit\ndef"},
		"version":          {"version: 1", "version: 2"},
		"no version":       {"version: 1", ""},
		"mode":             {"mode: audit\ndef", "mode: audti\ndef"},
		"default":          {"connect: deny", "connect: dney"},
		"default's kind":   {"connect: deny", "conect: deny"},
		"list's name":      {"{prod:", "{a-b: x, prod:"},
		"empty list":       {"disable: [privilege, disks]", "disable: []"},
		"variable":         {`call.agent == "me"`, "12"},
		"rule without id":  {"id: everything", ""},
		"id":               {"id: everything", `id: "a b"`},
		"effect":           {"effect: ask", "effect: asks"},
		"head's kind":      {"exec: [x", "exce: [x"},
		"head's item":      {"read: /x", "read: [1]"},
		"requirement":      {"[backup, landlock]", "[backups]"},
		"condition":        {"when: mine", "when: ''"},
		"long condition":   {"when: mine", "when: mine || '" + strings.Repeat("x", maxExpression) + "' == ''"},
		"meta":             {"owner: team", "owner: [team]"},
		"tool's key":       {"shell: command", "shel: command"},
		"move":             {"[from, to]", "[from]"},
		"base":             {"base: workspace", "base: here"},
		"role":             {"[read...,", "[reed...,"},
		"option":           {`"f,force"`, `"-f,force"`},
		"option's role":    {`"?write"`, `"?writes"`},
		"command's key":    {"singleDash", "singledash"},
		"nested role":      {"operands: [data]", "operands: [date]"},
		"something else's": {"recursive: true}\n  put", "recursive: 1}\n  put"},
	} {
		require.Equal(t, 1, strings.Count(everyKey, edit[0]), name)
		src := []byte(strings.Replace(everyKey, edit[0], edit[1], 1))
		require.NotEmpty(t, validate(t, src), name)
		_, err := Parse("p.yaml", src)
		require.Error(t, err, name)
	}
	require.NotEmpty(t, validate(t, []byte("version: 1\nrules:\n  - {id: a, effect: deny, on: {}}\n")))
	require.NotEmpty(t, validate(t, []byte("version: 1\nrules: {}\n")))
}
