package shell

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Programs that start others in a way that a table can't say.
func init() {
	register(readEntr, "entr")
	register(readJoined, "watch watchexec")
	register(readPrivileged, "sudo sudo-rs doas sudoedit pfexec please dzdo run0 gksudo gksu kdesudo kdesu beesu pbrun")
	register(readNotify, "systemd-notify")
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
	register(readMise, "mise rtx chokidar onchange")
	register(readArch, "setarch")
	register(readShelled, "linux32 linux64 i386 x86_64 uname26 fakeroot pseudo aa-exec unshare chroot nsenter newrole firejail pkexec ttyrec")
	register(readNamespace, "ip")
	register(readMessage, "xdotool swaymsg i3-msg hyprctl")
	register(readUserDir, "xdg-user-dir")
	register(readMacros, "rpm rpmbuild rpmspec")
	register(readDevices, `fsarchiver flash_erase flash_eraseall flashcp nandwrite nandtest mtd_debug ubiformat ubiupdatevol sg_format sg_sanitize sg_write_buffer sg_write_same
		sg_dd sgp_dd sgm_dd sg_raw sg_unmap partimage ntfsclone`)
	register(readMknod, "mknod")
}

// readNotify reads systemd-notify, which starts the program behind a word ";".
func readNotify(inv *invocation) {
	inv.parse().options()
	if i := slices.IndexFunc(inv.args, func(w word) bool { return w.is(";") }); i >= 0 && inv.flag("exec") {
		inv.run(inv.args[i+1:])
	}
}

// readMise reads mise and what waits for changes of files: words in front of
// "--" are tools or names of files, those behind it a program.
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
	for _, v := range a.values("env") { // of strace
		if !inv.environ(v) {
			inv.removes(v)
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
	if inv.name != "watch" {
		a = inv.parse()
	}
	a.options("env")
	for _, v := range a.values("env") {
		inv.environ(v)
	}
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
	if inv.flag("shell", "login") && len(words) > 0 && (inv.name == "sudo" || inv.name == "sudo-rs" || inv.name == "doas") {
		inv.shell(joined(words), guard.DialectAny)
		return
	}
	if len(words) > 0 && strings.Contains(words[0].text, "=") && !strings.Contains(words[0].text[:strings.IndexByte(words[0].text, '=')], "/") {
		words = append([]word{lit("env", words[0].span)}, words...)
	}
	inv.run(words)
}

// readShelled reads wrappers that start a shell where they are given no program:
// it runs what stands on their standard input.
func readShelled(inv *invocation) {
	inv.applySpec(builtinSpec(inv.name))
	if inv.stdin.set && len(inv.reparse().rest) == 0 && !inv.flag("version", "help", "list") {
		inv.run([]word{lit("sh", inv.span)})
	}
}

// readArch reads setarch, whose first word is an architecture unless it is an
// option.
func readArch(inv *invocation) {
	if len(inv.args) > 0 && mayBeOption(inv.args[0]) {
		inv.args = append([]word{lit("linux64", inv.span)}, inv.args...)
	}
	readShelled(inv)
}

// readNamespace reads ip, which starts a program in one of its namespaces, or in
// all of them.
func readNamespace(inv *invocation) {
	inv.applySpec(builtinSpec(inv.name))
	if a := inv.reparse(); inv.flag("all") && strings.HasPrefix(inv.command, "ip n") && len(a.rest) > 0 {
		inv.unknown(inv.span, "ip starts a program in every namespace")
	}
}

// starters are words by which a window manager starts a program.
var starters = wordSet("exec exec_always exec-once spawn execr")

// readMessage reads programs that tell a window manager what to do. What that
// starts is none of this command's programs.
func readMessage(inv *invocation) {
	var words []word
	for _, w := range inv.args {
		for _, f := range strings.Fields(w.text) {
			words = append(words, word{kind: w.kind, text: f, reason: w.reason, span: w.span})
		}
	}
	for i, w := range words {
		if !starters[strings.Trim(w.text, `"[](),;`)] {
			continue
		}
		inv.opaque(w.span, inv.title()+" makes another program start one")
		rest := words[i+1:]
		for len(rest) > 0 && rest[0].starts("--") {
			rest = rest[1:]
		}
		if len(rest) > 0 {
			inv.shell(joined(rest), guard.DialectPOSIX)
		}
		return
	}
}

// readUserDir reads a script that evaluates its word as a part of a variable's
// name.
func readUserDir(inv *invocation) {
	for _, w := range inv.args {
		if w.kind != known || strings.Trim(w.text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-help") != "" {
			inv.opaque(w.span, inv.title()+" evaluates its word")
		}
	}
}

// readMacros reads programs whose words may hold macros of RPM, some of which run
// commands or code.
func readMacros(inv *invocation) {
	inv.applySpec(builtinSpec(inv.name))
	for _, w := range inv.args {
		_, text, ok := w.cut("%(")
		if ok {
			text.text = strings.TrimSuffix(text.text, ")")
			inv.shell(text, guard.DialectPOSIX)
		}
		if ok || strings.Contains(w.text, "%{lua:") {
			inv.opaque(w.span, "a macro for "+inv.title()+" runs code")
		}
	}
}

// tmuxCommands are those of tmux that do no more than open windows, run a
// program or look. Where they are given no program they start the user's shell.
var tmuxCommands = sync.OnceValue(func() commands {
	return table(commands{
		"new-session,new":     cmd("command...", "dir: c", "data: e F f n s t x y", "flag: A d D E P X"),
		"new-window,neww":     cmd("command...", "dir: c", "data: e F n t", "flag: a b d k P S"),
		"split-window,splitw": cmd("command...", "dir: c", "data: e F l p t", "flag: b d f h I v P Z"),
		"respawn-pane,respawnp,respawn-window,respawnw":                   cmd("command...", "dir: c", "data: e t", "flag: k"),
		"display-popup,popup":                                             cmd("command...", "dir: d", "data: b c e h s S t T w x y", "flag: B C E k N"),
		"run-shell,run":                                                   cmd("shell", "dir: c", "data: d t", "flag: b E"),
		"pipe-pane,pipep":                                                 cmd("shell", "data: t", "flag: I O o"),
		"list-sessions,ls,list-windows,lsw,list-panes,lsp":                cmd("data...", "data: F f t O", "flag: a r s"),
		"list-clients,lsc,list-keys,lsk,list-commands,lscm":               cmd("data...", "data: F f t P T O", "flag: 1 a N r"),
		"has-session,has,attach-session,attach,a,at":                      cmd("data...", "data: c f t", "flag: d E r x"),
		"kill-session,kill-window,killw,kill-pane,killp":                  cmd("data...", "data: t", "flag: a C"),
		"kill-server,start-server,start,info,server-info":                 cmd("data..."),
		"detach-client,detach":                                            cmd("data...", "shell: E", "data: s t", "flag: a P"),
		"capture-pane,capturep":                                           cmd("data...", "data: b E S t", "flag: a C e F J M N p P q T"),
		"select-window,selectw,select-pane,selectp,select-layout,selectl": cmd("data...", "data: t T P", "flag: d D e E l L m M n o p R U Z"),
		"rename-session,rename,rename-window,renamew":                     cmd("data...", "data: t"),
		"switch-client,switchc,resize-pane,resizep,resize-window,resizew,swap-pane,swapp,swap-window,swapw,move-window,movew,move-pane,movep": cmd("data...",
			"data: c l s t T x y", "flag: a b d D E h k L M n p r R U v Z"),
		"display-message,display": cmd("data...", "data: c d F t", "flag: a C I l N p v"),
		"show-options,show,show-window-options,showw,show-environment,showenv,show-messages,showmsgs,show-buffer,showb,list-buffers,lsb": cmd("data...",
			"data: b F f t", "flag: A g h H p q s T v w J"),
		"wait-for,wait,clear-history,clearhist,last-window,last,next-window,next,previous-window,prev": cmd("data...", "data: t", "flag: a H L S U"),
	})
})

// readTmux reads tmux: the commands that open a window start a program in it,
// and so does "#(" in any of its words.
func readTmux(inv *invocation) {
	a := inv.parse()
	a.options("f")
	for _, v := range a.values("f") {
		inv.codeFile(v, nil)
	}
	if inv.flag("C") && inv.stdin.set {
		inv.codeInput()
	}
	for i, words := range tmuxSplit(a.rest) {
		if len(words) == 0 {
			continue
		}
		if i == 0 {
			inv.command += " " + words[0].arg()
		}
		inv.tmuxCommand(words)
	}
}

// tmuxSplit takes the words apart into commands, which a semicolon at the end of
// a word ends.
func tmuxSplit(words []word) (out [][]word) {
	var one []word
	for _, w := range words {
		end := strings.HasSuffix(w.text, ";") && !strings.HasSuffix(w.text, `\;`) && w.kind == known
		if end {
			w.text = strings.TrimSuffix(w.text, ";")
		}
		if w.text != "" || !end {
			one = append(one, w)
		}
		if end {
			out, one = append(out, one), nil
		}
	}
	return append(out, one)
}

// tmuxCommand reads one command of tmux, whose name may be shortened.
func (inv *invocation) tmuxCommand(words []word) {
	for _, w := range words {
		if _, text, ok := w.cut("#("); ok {
			inv.unknown(w.span, "a format of tmux runs a command")
			text.text = strings.TrimSuffix(text.text, ")")
			inv.shell(text, guard.DialectPOSIX)
		}
	}
	c, ok := tmuxCommands()[words[0].text]
	for name := range tmuxCommands() {
		if !ok && len(words[0].text) > 2 && words[0].kind == known && strings.HasPrefix(name, words[0].text) {
			c, ok = tmuxCommands()[name], true
		}
	}
	if !ok {
		inv.unknown(words[0].span, "a command of tmux may run programs")
		return
	}
	one := *inv
	one.args, one.index = words[1:], -1
	a := one.arguments(compile(c))
	a.options("e")
	for _, v := range a.values("e") {
		one.environ(v)
	}
	switch {
	case len(a.rest) == 1:
		one.shell(a.rest[0], guard.DialectPOSIX)
	case len(a.rest) > 1:
		one.run(a.rest)
	case len(a.operands) > 0 && a.spec.takesShell():
		one.shell(joined(a.operands), guard.DialectPOSIX)
	}
}

// takesShell reports whether the operands are a text for a shell.
func (s *spec) takesShell() bool {
	return s.many == guard.RoleShell || len(s.head) > 0 && s.head[0] == guard.RoleShell
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
		if isParent(w) {
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
			everything = everything || inv.a.matchesAny(w.text) || inv.a.fits(w.text, "runtimeguard") || inv.flag("full") && inv.a.fits(w.text, guardLines)
		}
	}
	if everything {
		inv.flags = append(inv.flags, "everything")
	}
}

// guardLines are beginnings of the guard's command line.
const guardLines = "/usr/bin/runtimeguard /usr/local/bin/runtimeguard -state /var/lib/runtimeguard"

// fits reports whether a regular expression fits a name.
func (a *analysis) fits(expr, name string) bool {
	re := a.regex(expr)
	return re == nil || re.MatchString(name)
}

// regex compiles a regular expression. It is nil for one that isn't any or may
// be far larger than its text, by repetitions with a number and classes of
// characters by name.
func (a *analysis) regex(expr string) *regexp.Regexp {
	if len(expr) > maxMatch || strings.Contains(expr, "{") || strings.Contains(strings.ToLower(expr), `\p`) || !a.spend(3*len(expr)) {
		return nil
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil
	}
	return re
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
		if v.kind == unknown || isParent(v) {
			inv.unknown(v.span, inv.title()+" takes hold of a process that is not known")
		}
	}
	if len(a.rest) > 0 {
		inv.run(a.rest)
	}
}

// isParent reports whether a word is the number of the process that started the
// shell, or of its group.
func isParent(w word) bool { return w.kind == pattern && strings.HasSuffix(w.text, parent.text) }

// readDevices reads programs that write devices as a whole, which may stand behind
// the name of a setting.
func readDevices(inv *invocation) {
	for _, w := range inv.args {
		if i := strings.Index(w.text, "/dev/"); i >= 0 {
			inv.write(w.after(i))
		} else if !w.starts("-") {
			inv.anyWord(w)
		}
	}
}

// readMknod reads mknod, which makes another door to a device.
func readMknod(inv *invocation) {
	inv.applySpec(builtinSpec(inv.name))
	if ops := inv.reparse().operands; len(ops) > 1 && !ops[1].is("p") {
		inv.unknown(ops[1].span, "mknod makes a device")
	}
}

// matchesAny reports whether a regular expression fits whatever process there
// is.
func (a *analysis) matchesAny(expr string) bool {
	re := a.regex(expr)
	if re == nil {
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

// readEntr reads entr, which puts the first file that changed, of those on its
// input, in place of a word "/_".
func readEntr(inv *invocation) {
	at := slices.IndexFunc(inv.args, func(w word) bool { return w.is("/_") })
	files := []word{{}}
	if at >= 0 {
		files = inv.items(division{lines: true})
	}
	args, flags := inv.args, inv.flags
	for _, f := range files {
		if inv.args, inv.flags = slices.Clone(args), slices.Clip(flags); at >= 0 {
			f.split = false
			inv.args[at] = f
		}
		inv.parse().apply()
	}
}
