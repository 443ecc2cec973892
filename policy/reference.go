package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/decls"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// Schema returns the JSON Schema of policy files, for editors: save it, and
// begin a policy with "# yaml-language-server: $schema=" and its place.
func Schema() []byte {
	out, err := json.MarshalIndent(newSchema(), "", "  ")
	if err != nil {
		panic(err) // a table of this package
	}
	return append(out, '\n')
}

// Reference returns the reference of the format, as Markdown: every key,
// field, function and bound.
func Reference() []byte {
	r := &reference{}
	r.text("# Reference of the policy format, version 1", "Generated from the program: `runtimeguard schema -reference` prints it. How policies decide is told by the",
		"[package documentation](doc.go), and by the presets, which are policies.")
	r.text("")
	r.keys("Policy", documentModel)
	r.keys("Rule", ruleModel)
	r.keys("Head", headModel)
	r.keys("Tool", toolModel())
	r.keys("Command", commandModel())
	r.text("Roles of words: "+code(roleNames()...)+".", "")
	r.text("Messages may hold "+code(messageNames()...)+", in braces.", "")
	r.fields("action", "An action is one thing that the call would do. A field that a kind doesn't have is refused in its rules.", actionFields)
	r.fields("call", "", callFields)
	r.functions()
	r.standard()
	r.bounds()
	return r.Bytes()
}

type reference struct{ bytes.Buffer }

func (r *reference) text(lines ...string) {
	for _, l := range lines {
		r.WriteString(l + "\n")
		if strings.HasPrefix(l, "#") {
			r.WriteString("\n")
		}
	}
}

func (r *reference) table(columns ...string) {
	r.row(columns...)
	r.row(slices.Repeat([]string{"---"}, len(columns))...)
}

func (r *reference) row(cells ...string) {
	for i := range cells {
		cells[i] = strings.ReplaceAll(cells[i], "|", `\|`)
	}
	r.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

func (r *reference) keys(title string, model []key) {
	r.text("## " + title)
	r.table("key", "")
	for _, k := range model {
		doc := k.doc
		if words, ok := k.want["enum"].([]string); ok && !strings.Contains(doc, words[0]) {
			doc += " (" + oneOf(words) + ")"
		}
		r.row(code(k.name), doc)
	}
	r.text("")
}

func (r *reference) fields(object, doc string, fields []field) {
	r.text("## Fields of " + object)
	if doc != "" {
		r.text(doc, "")
	}
	r.table("field", "type", "of", "")
	for _, x := range fields {
		of := "every kind"
		if len(x.kinds) > 0 {
			of = strings.Join(names(x.kinds), ", ")
		}
		if object == "call" {
			of = ""
		}
		doc := x.doc
		if len(x.words) > 0 {
			doc += " (" + oneOf(x.words) + ")"
		}
		r.row(code(object+"."+x.name), typeText(x.typ), of, doc)
	}
	r.text("")
}

func (r *reference) functions() {
	r.text("## Functions")
	r.text("Globs, folders, hosts and regular expressions are literal texts: they are checked when the policy is loaded.", "")
	r.table("function", "")
	for _, f := range functions {
		for _, o := range f.overloads {
			if o.id == "action_flag_1" || !strings.HasPrefix(o.id, "action_flag_") {
				r.row(code(signature(f.name, o.args, o.result, true)), f.doc)
			}
		}
	}
	r.text("", fmt.Sprintf("`flag` takes up to %d names. `has(action.host)` says whether a field is set.", maxFlags), "")
}

// standard lists what CEL itself brings.
func (r *reference) standard() {
	env, err := environment()
	if err != nil {
		panic(err) // a table of this package
	}
	r.text("## CEL", "Operators: `! && || == != < <= > >= in + - * / % ?:`, `list[0]`, `map[\"key\"]`, `map.?key`. Macros: "+code(macros...)+".", "")
	r.table("function", "")
	var rows []string
	for name, f := range env.Functions() {
		_, operator := operators.FindReverse(name)
		own := slices.ContainsFunc(functions, func(f function) bool { return f.name == name })
		if !own && !operator && name != "in" && !strings.ContainsAny(name, "_@") {
			rows = append(rows, code(name)+"\x00"+signatures(f))
		}
	}
	slices.Sort(rows)
	for _, row := range rows {
		r.row(strings.Split(row, "\x00")...)
	}
	r.text("")
}

var macros = []string{"has", "all", "exists", "exists_one", "filter", "map", "optMap", "optFlatMap"}

func signatures(f *decls.FunctionDecl) string {
	var out []string
	for _, o := range f.OverloadDecls() {
		out = append(out, signature(f.Name(), o.ArgTypes(), o.ResultType(), o.IsMemberFunction()))
	}
	slices.Sort(out)
	return code(slices.Compact(out)...)
}

func signature(name string, args []*types.Type, result *types.Type, member bool) string {
	var list []string
	for _, a := range args {
		list = append(list, typeText(a))
	}
	if member {
		name, list = list[0]+"."+name, list[1:]
	}
	return name + "(" + strings.Join(list, ", ") + ") → " + typeText(result)
}

// typeText is a type in the words of the reference.
func typeText(t *types.Type) string {
	switch {
	case t.IsExactType(actionType):
		return "action"
	case t.IsExactType(callType):
		return "call"
	case t.IsExactType(pathType):
		return "path"
	case t.IsExactType(hostType):
		return "host"
	}
	return cel.FormatCELType(t)
}

func (r *reference) bounds() {
	r.text("## Bounds")
	r.table("of a policy", "at most")
	for _, b := range []struct {
		what string
		most int
		unit string
	}{
		{"a file", maxFile, "bytes"}, {"files that a policy is loaded from", maxFiles, ""}, {"rules, with those inherited", maxRules, ""},
		{"an expression", maxExpression, "bytes"}, {"loops within each other in an expression", maxNesting, ""},
		{"a regular expression", maxRegex, "instructions"}, {"a glob", maxGlob, "bytes"}, {"alternatives of a glob's braces", maxBranches, ""},
	} {
		r.row(b.what, strings.TrimSpace(fmt.Sprint(b.most, " ", b.unit)))
	}
	r.text("", "What conditions read is bounded too; past a bound, reading is an error, which fires a deny or ask rule and grants nothing.", "")
	r.table("of a call", "at most")
	r.row("a field or an argument", fmt.Sprint(maxText, " bytes"))
	r.row("arguments, flags or wrappers of an action", fmt.Sprint(maxWords, ", ", maxWordText, " bytes of all"))
	r.row("`call.args`", fmt.Sprint(maxArgs, " bytes as JSON"))
}

// code writes texts as Markdown's code.
func code(texts ...string) string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = "`" + s + "`"
	}
	return strings.Join(out, ", ")
}
