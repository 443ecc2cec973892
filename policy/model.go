package policy

import (
	"reflect"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// key is one key of a mapping in a policy file: what the reader takes, the
// schema says and the reference explains.
type key struct {
	name string
	doc  string
	want schema
}

// schema is a JSON Schema.
type schema map[string]any

// Parts of schemas.
var (
	aText       = schema{"type": "string", "pattern": `\S`}
	someTexts   = schema{"anyOf": []schema{aText, {"type": "array", "items": aText, "minItems": 1}}}
	aList       = schema{"anyOf": []schema{aText, {"type": "array", "items": aText, "minItems": 1}}, "description": "a list, or one item; $name is the items of another list"}
	aCondition  = schema{"type": "string", "pattern": `\S`, "maxLength": maxExpression, "description": "a CEL expression"}
	anyNames    = `^[A-Za-z_][A-Za-z0-9_]*$`
	anyRuleID   = `^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`
	someRuleIDs = schema{"anyOf": []schema{{"type": "string"}, {"type": "array", "items": schema{"type": "string"}, "minItems": 1}}}
)

func choice(words []string) schema { return schema{"enum": words} }

func mapOf(names string, value schema) schema {
	s := schema{"type": "object", "additionalProperties": value}
	if names != "" {
		s["propertyNames"] = schema{"pattern": names}
	}
	return s
}

func defined(name string) schema { return schema{"$ref": "#/$defs/" + name} }

var documentModel = []key{
	{"version", "the version of the format: 1; it fixes what expressions may hold", schema{"const": 1}},
	{"extends", "what this policy builds on: presets by name (standard, strict, readonly), or files relative to this one", someTexts},
	{"mode", "audit decides and records, and lets every call through: for a first roll-out", choice(modes)},
	{"default", "what is decided for each kind of action where no allow rule fires; every kind is wanted, here or in what is extended", defined("default")},
	{"lists", "lists of texts by name, for heads ($name) and conditions; one that is inherited is added to by beginning it with $name", mapOf(anyNames, aList)},
	{"variables", "expressions by name, for conditions; each is evaluated once for an action, if at all", mapOf(anyNames, aCondition)},
	{"disable", "ids of inherited rules that this policy is without", someRuleIDs},
	{"rules", "the rules, in any order: deny before ask before allow", schema{"type": "array", "items": defined("rule"), "maxItems": maxRules}},
	{"tools", "what the arguments of tools mean, by the tool's name", mapOf("", defined("tool"))},
	{"commands", "what the words of programs mean, by base name; it comes before what is built in", mapOf("", defined("command"))},
}

var ruleModel = []key{
	{"id", "the rule's name in decisions, the record and tests: letters, digits, - and _", schema{"type": "string", "pattern": anyRuleID}},
	{"effect", "deny, ask or allow", choice(effects)},
	{"on", "the head: which actions the rule is for", defined("on")},
	{"when", "the condition under which the rule fires; without it, always", aCondition},
	{"unless", "the exception under which the rule doesn't fire", aCondition},
	{"require", "what must hold before the call may run", schema{"anyOf": []schema{choice(requirements), {"type": "array", "items": choice(requirements), "minItems": 1}}}},
	{"message", "why, for the agent, the human and the record; may hold values: {action.path}", aText},
	{"mode", "audit reports the rule without effect", choice(modes)},
	{"meta", "texts by name that decide nothing: an owner, a ticket", mapOf("", schema{"type": []string{"string", "number", "boolean", "null"}})},
}

var headModel = []key{
	{string(guard.KindExec), `programs with sub-commands ("git stash drop", "mkfs.*", "*"), or path:GLOB for one that is named by its path`, aList},
	{string(guard.KindRead), `doublestar globs of files that are read; one after "!" is taken out again`, aList},
	{string(guard.KindWrite), "globs of files that are created or changed", aList},
	{string(guard.KindDelete), "globs of files or folders that are removed", aList},
	{string(guard.KindList), "globs of folders that are listed", aList},
	{string(guard.KindConnect), `hosts: a name, "*.example.com" for every host beneath, an address, a range, "*" for every host, known or not`, aList},
	{string(guard.KindUnknown), `"*": what can't be known before it runs`, aList},
	{string(guard.KindUse), `names of tools that nothing says the meaning of; "*" is any text`, aList},
	{"tool", `names of tools whose calls the rule is for; alone, for actions of every kind`, aList},
}

// toolDocs says what the keys of a tool's binding mean: see [guard.Tool].
var toolDocs = map[string]string{
	"shell":     "argument that holds a command line",
	"read":      "argument that names files that are read",
	"write":     "argument that names files that are created or changed",
	"delete":    "argument that names files or folders that are removed",
	"list":      "argument that names folders that are listed",
	"connect":   "argument that holds URLs or hosts",
	"move":      "arguments that name a source, which is deleted, and a destination, which is written",
	"exec":      "a program with its first words that the tool starts whatever its arguments are",
	"content":   "argument that holds what is written",
	"replaces":  "argument that holds the text in the file whose place content takes",
	"dir":       "argument that names the folder which relative paths and commands start from; it may be absent",
	"base":      "where relative paths start where dir is absent",
	"dialect":   "the language that the handler's shell reads; without it, every text is judged in both",
	"recursive": "folders are meant with everything in them",
	"optional":  "bound arguments that may be absent",
}

// commandDocs says what the keys of a command mean: see [guard.Command].
var commandDocs = map[string]string{
	"operands":   `a role for each operand in turn; "read..." takes as many as the others leave`,
	"options":    `roles of options' values by the options' spellings without dashes: "o,output": write; "?data" takes a value only where it is glued on`,
	"commands":   "sub-commands by name",
	"singleDash": "long options begin with one dash",
	"recursive":  "folders are always meant whole",
	"opaque":     "it changes files that its words don't name",
}

// structModel are the keys of a struct that a policy file may hold.
func structModel(t reflect.Type, docs map[string]string, wants map[string]schema) []key {
	var out []key
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "-" {
			continue
		}
		want, ok := wants[name]
		if !ok {
			want = goSchema(f.Type)
		}
		out = append(out, key{name, docs[name], want})
	}
	return out
}

func goSchema(t reflect.Type) schema {
	switch t.Kind() {
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.Slice:
		return schema{"type": "array", "items": goSchema(t.Elem())}
	case reflect.Array:
		return schema{"type": "array", "items": goSchema(t.Elem()), "minItems": t.Len(), "maxItems": t.Len()}
	}
	return schema{"type": "string"}
}

func toolModel() []key {
	return structModel(reflect.TypeFor[guard.Tool](), toolDocs, map[string]schema{"base": choice(bases), "dialect": choice(dialects)})
}

func commandModel() []key {
	role := "(" + strings.Join(roleNames(), "|") + ")"
	return structModel(reflect.TypeFor[guard.Command](), commandDocs, map[string]schema{
		"operands": {"type": "array", "items": schema{"type": "string", "pattern": "^" + role + `(\.\.\.)?$`}},
		"options":  mapOf(`^[^-,][^,]*(,[^-,][^,]*)*$`, schema{"type": "string", "pattern": `^\??` + role + "$"}),
		"commands": mapOf("", defined("command")),
	})
}

// keyNames lists the names of a model's keys.
func keyNames(model []key) []string {
	var out []string
	for _, k := range model {
		out = append(out, k.name)
	}
	return out
}

// object is a model's schema.
func object(model []key, required ...string) schema {
	properties := schema{}
	for _, k := range model {
		s := schema{"description": k.doc}
		for name, v := range k.want {
			if name != "description" {
				s[name] = v
			}
		}
		properties[k.name] = s
	}
	out := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// newSchema is the JSON Schema of policy files.
func newSchema() schema {
	kinds := []key{}
	for _, k := range guard.Kinds() {
		kinds = append(kinds, key{string(k), "where no rule allows an action of kind " + string(k), choice(effects)})
	}
	head := object(headModel)
	head["minProperties"] = 1
	command := object(commandModel())
	s := object(documentModel, "version")
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "runtimeguard policy"
	s["$defs"] = schema{"default": object(kinds), "rule": object(ruleModel, "id", "effect", "on"), "on": head, "tool": object(toolModel()), "command": command}
	return s
}
