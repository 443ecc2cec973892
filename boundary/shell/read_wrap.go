package shell

import (
	"regexp"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Programs that start others in a way that a table can't say.
func init() {
	register(readJoined, "watch")
	register(readPrivileged, "sudo doas sudoedit pfexec please dzdo run0 gksudo gksu kdesudo")
	register(readPrivileged, "systemd-run cross-env cross-env-shell env-cmd dotenv-cli faketime")
	register(readTmux, "tmux")
	register(readCommand, "command")
	register(readKill, "kill")
	register(readKillByName, "pkill killall skill")
	register(readTypescript, "script")
	register(readFuser, "fuser")
	register(readSeized, "renice prlimit chrt taskset ionice gcore reptyr")
	register(readPS, "ps")
	register(readTracer, "strace ltrace")
	register(readMise, "mise rtx")
}

// readMise reads mise: words in front of "--" are tools, those behind it a
// program.
func readMise(inv *invocation) {
	a := inv.parse()
	for _, v := range a.values("command") {
		inv.shell(v, guard.DialectAny)
	}
	a.options("command")
	switch {
	case a.spec.many != guard.RoleData:
		a.operandRoles()
	case a.dashed >= 0:
		inv.run(a.operands[a.dashed:])
	}
}

// readTracer reads programs that watch another one: one that they start, or one
// that runs already.
func readTracer(inv *invocation) {
	a := inv.parse()
	a.options("output", "pid", "p", "attach")
	for _, name := range []string{"pid", "attach", "p"} {
		for _, v := range a.values(name) {
			if v.kind != known {
				inv.unknown(v.span, inv.title()+" takes hold of a process that is not known")
			}
		}
	}
	for _, v := range a.values("output") {
		if strings.HasPrefix(v.text, "|") || strings.HasPrefix(v.text, "!") { // of strace
			inv.shell(v.after(1), guard.DialectPOSIX)
		} else {
			inv.write(v)
		}
	}
	if len(a.rest) > 0 {
		inv.run(a.rest)
	}
}

// readJoined is for programs that make one text of their words and give it to
// a shell.
func readJoined(inv *invocation) {
	a := inv.arguments(watchSpec)
	a.options()
	switch {
	case len(a.rest) == 0:
	case inv.flag("exec"):
		inv.run(a.rest)
	default:
		inv.shell(joined(a.rest), guard.DialectPOSIX)
	}
}

var watchSpec = compile(cmd("command...", "data: n,interval q,equexit s,shotsdir", "?data: d,differences", "flag: t,no-title b,beep e,errexit g,chgexit c,color C,no-color x,exec p,precise w,no-wrap r,no-rerun"))

// readPrivileged is for wrappers before whose program variables may be set.
func readPrivileged(inv *invocation) {
	a := inv.parse()
	a.options()
	words := a.rest
	if inv.flag("edit") || inv.name == "sudoedit" {
		for _, w := range words {
			inv.write(w)
		}
		return
	}
	if inv.flag("shell", "login") && len(words) > 0 && (inv.name == "sudo" || inv.name == "doas") {
		inv.shell(joined(words), guard.DialectAny)
		return
	}
	if len(words) > 0 && strings.Contains(words[0].text, "=") && !strings.Contains(words[0].text[:strings.IndexByte(words[0].text, '=')], "/") {
		words = append([]word{lit("env", words[0].span)}, words...)
	}
	inv.run(words)
}

// readTmux reads tmux: the commands that open a window start a program in it.
func readTmux(inv *invocation) {
	args := inv.args
	for len(args) > 0 && args[0].starts("-") {
		n := 1
		if args[0].is("-L") || args[0].is("-S") || args[0].is("-f") || args[0].is("-c") {
			n = 2
			if len(args) > 1 && args[0].is("-f") {
				inv.codeFile(args[1], nil)
			}
			if len(args) > 1 && args[0].is("-c") {
				inv.shell(args[1], guard.DialectPOSIX)
			}
		}
		args = args[min(n, len(args)):]
	}
	if len(args) == 0 {
		return
	}
	name := args[0].text
	inv.command += " " + args[0].arg()
	switch name {
	case "new", "new-session", "neww", "new-window", "splitw", "split-window", "respawnp", "respawn-pane", "respawnw", "respawn-window", "run", "run-shell", "pipe-pane", "pipep", "popup", "display-popup":
		inv.tmuxProgram(args[1:])
	case "ls", "list-sessions", "lsw", "list-windows", "lsp", "list-panes", "has", "has-session", "kill-session", "kill-window", "kill-pane", "kill-server", "a", "attach", "attach-session", "detach", "capture-pane", "capturep", "info", "select-window", "selectw", "rename", "rename-session", "rename-window", "switch-client", "lsc", "list-clients", "list-keys", "lsk", "list-commands", "resize-pane", "display-message", "display", "show", "show-options", "wait", "wait-for":
	default:
		inv.unknown(args[0].span, "a command of tmux may run programs")
	}
}

func (inv *invocation) tmuxProgram(args []word) {
	for len(args) > 0 && args[0].starts("-") && !args[0].is("--") {
		n := 1
		if len(args[0].text) == 2 && strings.Contains("scntxyeFlpbhwEITS", args[0].text[1:]) && len(args) > 1 {
			n = 2
			if args[0].is("-c") {
				inv.chdir(args[1])
			}
		}
		args = args[n:]
	}
	if len(args) > 0 && args[0].is("--") {
		args = args[1:]
	}
	if len(args) > 0 {
		inv.shell(joined(args), guard.DialectPOSIX)
	}
}

// readCommand is the program "command", which starts another unless it only
// looks for it.
func readCommand(inv *invocation) {
	a := inv.parse()
	if !inv.flag("v", "V") {
		inv.run(a.rest)
	}
}

// readKill gives the words of kill no meaning but for their number.
func readKill(inv *invocation) {
	for _, w := range inv.args {
		if w.kind == pattern && strings.HasSuffix(w.text, parent.text) { // or its group
			inv.flags = append(inv.flags, "everything")
		}
		if w.starts("-") && w.kind == known {
			inv.flags = append(inv.flags, strings.TrimLeft(w.text, "-"))
		}
	}
}

// readKillByName reads pkill and killall. Where their words are no choice
// among the processes of a user, the flag everything says so.
func readKillByName(inv *invocation) {
	a := inv.parse()
	a.options()
	everything := len(a.operands) == 0 && inv.flag("u", "U", "user", "euid", "uid", "G", "group", "g", "pgroup", "s", "session", "t", "terminal", "v", "inverse") || inv.name == "pkill" && inv.flag("v", "inverse")
	for _, w := range a.operands {
		if w.kind == known && (inv.name == "pkill" || inv.flag("r", "regexp")) {
			everything = everything || matchesAny(w.text) || fits(w.text, "runtimeguard")
		}
	}
	if everything {
		inv.flags = append(inv.flags, "everything")
	}
}

// fits reports whether a regular expression fits a name.
func fits(expr, name string) bool {
	re, err := regexp.Compile(expr)
	return err != nil || re.MatchString(name)
}

// readTypescript reads script, which starts a shell unless it is given a command:
// as an option, or behind its file where it is BSD's.
func readTypescript(inv *invocation) {
	a := inv.parse()
	a.options("command")
	for _, w := range a.operands[:min(1, len(a.operands))] {
		inv.write(w)
	}
	for _, v := range a.values("command") {
		inv.shell(v, guard.DialectPOSIX)
	}
	switch {
	case len(a.operands) > 1:
		inv.run(a.operands[1:])
	case !inv.flag("command", "version", "help"):
		inv.run([]word{lit("sh", inv.span)})
	}
}

// readFuser reads fuser, whose -k kills whatever uses a file. That is everything
// where the file is a folder or a whole file system.
func readFuser(inv *invocation) {
	a := inv.parse()
	a.options()
	everything := inv.flag("mount", "ismountpoint")
	for _, w := range a.operands {
		everything = everything || w.kind != known || inv.isFolder(w) || strings.HasPrefix(w.text, "..")
		inv.list(w)
	}
	if inv.flag("kill") && everything {
		inv.flags = append(inv.flags, "everything")
	}
}

// readSeized reads programs that start another one, or change one that runs:
// which one must be known.
func readSeized(inv *invocation) {
	a := inv.parse()
	a.options()
	a.meaning()
	pids := append(a.values("pid"), a.values("p")...)
	if inv.flag("pid", "p") || inv.name != "chrt" && inv.name != "taskset" && len(a.rest) == 0 {
		pids = append(append(pids, a.operands...), a.rest...)
		a.rest = nil
	}
	for _, v := range pids {
		if v.kind == unknown {
			inv.unknown(v.span, inv.title()+" takes hold of a process that is not known")
		}
	}
	if len(a.rest) > 0 {
		inv.run(a.rest)
	}
}

// matchesAny reports whether a regular expression fits whatever process there
// is.
func matchesAny(expr string) bool {
	re, err := regexp.Compile(expr)
	if err != nil {
		return true
	}
	for _, name := range []string{"systemd", "bash", "node", "init", "sshd", "dockerd", "python3"} {
		if !re.MatchString(name) {
			return false
		}
	}
	return true
}

// psValues are letters and words of ps that take a value, glued or as the next
// word.
const psValues = "pOoUukNtqGgCs"

var psLong = wordSet("--sort --pid --ppid --quick-pid --user --User --group --Group --cols --columns --width --format --tty --sid --rows --lines --deselect")

// readPS reads ps: its option e without a dash prints the environments.
func readPS(inv *invocation) {
	environments := false
	for i := 0; i < len(inv.args); i++ {
		w := inv.args[i]
		if w.kind != known {
			if w.text == "" {
				inv.anyWord(w)
			}
			continue
		}
		letters, dash := strings.CutPrefix(w.text, "-")
		if strings.HasPrefix(letters, "-") {
			inv.flags = append(inv.flags, letters[1:])
			if psLong[w.text] {
				i++
			}
			continue
		}
		if strings.HasPrefix(letters, "aux") {
			dash = false // so it is read where there is no user x
		}
		for j, c := range letters {
			inv.flags = append(inv.flags, string(c))
			environments = environments || c == 'e' && !dash || c == 'E'
			if !strings.ContainsRune(psValues, c) || !dash && (c == 'u' || c == 's' || c == 'g' || c == 'C') {
				continue
			}
			if j+1 == len(letters) {
				i++
			}
			break
		}
	}
	if environments {
		inv.read(word{text: "/proc/*/environ", kind: pattern, span: inv.span})
	}
}
