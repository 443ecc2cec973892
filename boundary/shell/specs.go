package shell

import (
	"strings"
	"sync"

	"github.com/runtimeguard/runtimeguard/guard"
)

// specs says what the words of each program mean, by base name. What isn't
// said of a program's options touches nothing, so an option is listed where it
// reads, writes, connects or runs something, where its value would be taken for
// an operand, or where a policy asks for it by name.
//
// It is made when the first program is looked up: most of a short process'
// start would go into it.
var specs = sync.OnceValue(func() commands {
	all := make([]commands, len(families))
	for i, f := range families {
		all[i] = f()
	}
	return table(all...)
})

var families = []func() commands{
	fileSpecs, archiveSpecs, textSpecs, editorSpecs,
	systemSpecs, powerSpecs, terminalSpecs, wrapperSpecs, ownCode(containerSpecs), ownCode(registrySpecs),
	networkSpecs, downloadSpecs, loadSpecs, remoteSpecs, tunnelSpecs, backupSpecs, captureSpecs, scanSpecs, cloudSpecs, databaseSpecs,
	ownCode(versionSpecs), ownCode(gitSpecs),
	ownCode(buildSpecs), compilerSpecs, ownCode(languageSpecs), ownCode(packageSpecs), ownCode(checkSpecs),
	mediaSpecs, documentSpecs, scienceSpecs, quietSpecs,
}

// readers are for programs whose words need more than a table.
var readers = map[string]reader{}

// commands are specifications by name; names that share one stand in one key,
// separated by commas.
type commands = map[string]guard.Command

// roleLoose is that of a flag with which a program runs what its input says.
const roleLoose guard.Role = "loose"

// roleOwn is, beside the roles that a policy may give, that of a file or folder
// whose code or settings a program runs.
const roleOwn guard.Role = "own"

// rolePager is that of a program that is given text to show, and rolePackage
// that of code of a package by its name.
const (
	rolePager   guard.Role = "pager"
	rolePackage guard.Role = "package"
)

// Roles of code: roleInline is that of code in a word; roleScript of a file of
// it, or of code in its place, behind which no options stand; roleModule of a
// module of Python, whose words follow; roleWord of a word that code of the
// workspace is given; roleTarget of a target by its name or a file that runs; and roleJVM of options
// of a virtual machine of Java.
const (
	roleInline guard.Role = "inline"
	roleScript guard.Role = "script"
	roleModule guard.Role = "module"
	roleWord   guard.Role = "word"
	roleTarget guard.Role = "target"
	roleJVM    guard.Role = "jvm"
)

// Roles of names beyond this machine: roleHosts is that of a file that says
// which hosts are reached, or of one such address; roleImage of an image or an
// artifact of a registry, or of a local one behind the name of its kind; and
// rolePush of one that is written.
const (
	roleHosts guard.Role = "hosts"
	roleImage guard.Role = "image"
	rolePush  guard.Role = "push"
)

// cmd writes a specification in short. The operands are roles separated by
// blanks. Each option group is "role: spellings", the options separated by
// blanks and their spellings by commas. "=role" is that of what stands behind
// "=" in a value, or in each of its parts between commas:
//
//	cmd("read...", "write: o,output", "data: k,key t,field-separator")
func cmd(operands string, groups ...string) guard.Command {
	c := guard.Command{Operands: strings.Fields(operands)}
	if len(groups) > 0 {
		c.Options = make(map[string]string, 4*len(groups))
	}
	for _, g := range groups {
		role, names, _ := strings.Cut(g, ": ")
		for _, n := range strings.Fields(names) {
			if c.Options[n] != "" {
				panic("shell: option " + n + " is said twice: " + g)
			}
			c.Options[n] = role
		}
	}
	return c
}

// oneDash is cmd for programs whose long options begin with one dash.
func oneDash(operands string, groups ...string) guard.Command {
	c := cmd(operands, groups...)
	c.SingleDash = true
	return c
}

// whole is cmd for programs that mean folders with everything in them.
func whole(operands string, groups ...string) guard.Command {
	c := cmd(operands, groups...)
	c.Recursive = true
	return c
}

// wholeDash is oneDash for programs that mean folders with everything in them.
func wholeDash(operands string, groups ...string) guard.Command {
	c := oneDash(operands, groups...)
	c.Recursive = true
	return c
}

// with gives a command its sub-commands; of two by one name the later counts.
func with(c guard.Command, subs ...commands) guard.Command {
	c.Commands = table(subs...)
	return c
}

// each gives every name the same specification.
func each(c guard.Command, names string) commands {
	out := make(commands)
	for _, n := range strings.Fields(names) {
		out[n] = c
	}
	return out
}

// table joins the families and takes apart names that share a specification.
func table(families ...commands) commands {
	all := make(commands)
	for _, f := range families {
		for names, c := range f {
			for _, n := range strings.Split(names, ",") {
				all[n] = c
			}
		}
	}
	return all
}
