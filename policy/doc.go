// Package policy decides calls by rules. A policy is a YAML file:
//
//	version: 1
//	extends: [standard]              # presets, or files relative to this one
//	default: {connect: deny}         # per kind, where no allow rule fires
//	lists: {prod: ["*.prod.example.com"]}
//	variables: {outside: 'action.zone == "outside"'}
//	disable: [git-push-force]        # inherited rules
//	rules:
//	  - id: rm-outside
//	    effect: deny                 # or ask, or allow
//	    on: {delete: "**", exec: [rm, git clean]}
//	    when: action.recursive && outside
//	    unless: call.agent == "janitor" && call.verified
//	    require: [backup]            # landlock, seccomp, namespace
//	    message: "deletes {action.path}, outside the workspace"
//	    mode: audit                  # reported, without effect
//	tools: {run: {shell: command, dir: cwd}}
//	commands: {deploy: {operands: [read...]}}
//
// The preset standard is the best example; [PresetText] returns it. REFERENCE.md
// lists every key, field and function, and [Schema] is for editors.
//
// # What is decided
//
// Every action of a call is judged by every rule that matches it. Where an
// allow rule fires the action is allowed, else the default of its kind holds;
// of that and the deny and ask rules that fire the strictest decides, and the
// strictest of the actions decides the call. There are no priorities. A rule
// that asks or denies is opened by unless, or by disabling it; a default is
// opened by an allow rule.
//
// An error in a condition makes a deny or ask rule fire, keeps an allow rule
// from firing, and in unless counts as no exception. A path that is a pattern,
// a link that leads elsewhere, an argument or a host that isn't known are
// errors where the answer depends on them.
//
// What a condition reads is bounded: a longer field is an error, and a path or a
// host past the bound is never allowed without a question. What an expression may
// cost is estimated when it is loaded.
//
// Of a file everything that can be found wrong is told at once, in a [LoadError];
// a Reload that fails leaves the policy in force. [Policy.Trace] says why a
// condition held.
//
// # Heads
//
// The head (on) is matched without CEL and by an index. Its keys are the kinds
// of action, and tool for the names of tools ("*" is any text):
//
//   - exec: a program with sub-commands, "git stash drop"; "mkfs.*"; "*" is
//     every program; "path:/tmp/**" one that is named by its path.
//   - read, write, delete, list: doublestar globs for absolute paths; one after
//     "!" is taken out again.
//   - connect: a host; "*.example.com" is every host beneath; an address or a
//     range; "*" is every host, and the only one that matches an unknown host.
//   - unknown: "*". use: names of tools.
//
// A list is named as $name. Deny and ask rules are generous: they ignore case,
// match the requested or the resolved path, a pattern that may match and spells
// some of the glob out (.e* is .env; * is not, nor is **/*.json
// .docker/config.json), and a wrapper in front of the program. Allow rules are exact: they want both paths, and a pattern that the
// glob surely covers.
package policy
