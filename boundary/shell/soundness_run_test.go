//go:build unix

package shell_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// started is one start of a stub, as it logged it.
type started struct {
	dir  string
	args []string
}

// change is a file that is not what it was: created, changed or deleted.
type change struct {
	path string
	kind string
	dir  bool
}

// sample is a script on its way: where it runs and what it did.
type sample struct {
	seed    uint64
	tree    *node
	text    string
	root    string            // its folder; it works in root/a/b/c/w
	files   map[string]string // script files beneath the working folder
	posix   bool
	starts  []started
	changes []change
	lost    string // why it has no result
}

func (s *sample) work() string { return s.root + "/a/b/c/w" }
func (s *sample) home() string { return s.root + "/a/b/home" }

// sandbox is a folder with the stubs, which are all of PATH.
type sandbox struct {
	root       string
	bash, dash string
}

// real are programs that are taken from the system: they start others, or write
// what the analysis reads. The ones that act on files go through a check.
var real = strings.Fields("env nice xargs find nohup timeout basename dirname realpath readlink seq expr wc head tail sort uniq tac tr cut grep ls stat date nproc id du echo printf")
var checked = []string{"rm", "touch", "mkdir", "rmdir", "cp", "mv", "tee", "cat", "ln"}

// stubs and the status that they exit with.
var stubs = map[string]int{"s1": 0, "s2": 0, "s3": 0, "s4": 0, "s5": 0, "s6": 0, "n1": 1, "n2": 2}

func newSandbox(t testing.TB) *sandbox {
	t.Helper()
	b := &sandbox{root: t.TempDir()}
	var err error
	b.root, err = filepath.EvalSymlinks(b.root)
	require.NoError(t, err)
	if b.bash, err = exec.LookPath("bash"); err != nil {
		t.Skip("there is no bash")
	}
	if b.dash, err = exec.LookPath("dash"); err != nil {
		t.Skip("there is no dash")
	}
	out, err := exec.Command(b.bash, "--norc", "-c", "echo ${BASH_VERSINFO[0]}").Output()
	if v, _ := strconv.Atoi(strings.TrimSpace(string(out))); err != nil || v < 5 {
		t.Skip("bash is older than 5")
	}
	bin := b.root + "/bin"
	require.NoError(t, os.MkdirAll(bin, 0o755))
	link := func(from, to string) { require.NoError(t, os.Symlink(from, bin+"/"+to)) }
	link(b.bash, "bash")
	link(b.dash, "dash")
	link(b.dash, "sh")
	for _, name := range real {
		if p, err := exec.LookPath(name); err == nil {
			link(p, name)
		}
	}
	for name, status := range stubs {
		b.stub(t, name, fmt.Sprintf("exit %d\n", status))
	}
	for _, name := range checked {
		if p, err := exec.LookPath(name); err == nil {
			b.stub(t, name, fmt.Sprintf("case $PWD/ in %s/*/a/b/*) ;; *) exit 99;; esac\n", b.root)+
				fmt.Sprintf("for a; do case $a in %s/*/a/b/*) ;; /*|*../..*) exit 98;; esac; done\nexec %s \"$@\"\n", b.root, p))
		}
	}
	if os.Getuid() == 0 { // so that a slip harms nothing
		require.NoError(t, os.Chmod(filepath.Dir(b.root), 0o755))
	}
	return b
}

// logLine writes a record of the log: the folder, the name, the words, \2.
const logLine = `printf '%s\0' "$PWD" `

func (b *sandbox) stub(t testing.TB, name, then string) {
	text := "#!" + b.dash + "\n" + logLine + "${0##*/} \"$@\" '\x02' >&9\n" + then
	require.NoError(t, os.WriteFile(b.root+"/bin/"+name, []byte(text), 0o755))
}

// driver is a script that runs the scripts of a batch one after the other,
// each in a subshell in which functions stand in for the stubs: starting a
// program takes several times as long as all the rest. The substitution around
// a script ends when the last process that it left behind does.
func (b *sandbox) driver(batch []*sample, shell string) string {
	var s strings.Builder
	s.WriteString("ulimit -f 2048; ulimit -t 60; ulimit -v 4000000\nFUNCNEST=40\n")
	s.WriteString(stubFunctions(shell))
	s.WriteString("R() { cd \"$1/a/b/c/w\" || exit; HOME=$1/a/b/home; OLDPWD=; set --; }\n")
	for i, x := range batch {
		if shell == "bash" && x.tame() {
			fmt.Fprintf(&s, "R '%s'; unset OLDPWD; . '%[1]s/script' </dev/null >/dev/null 2>&1 9>>'%[1]s/log'\n%s\necho %d\n", x.root, x.afresh(), i)
			continue
		}
		fmt.Fprintf(&s, "R '%s'; unset OLDPWD; X=$( unset -f R; unset X; exec 8>&1 9>>'%[1]s/log' >/dev/null 2>&1; . '%[1]s/script' ) 2>/dev/null; echo %d\n", x.root, i)
	}
	return s.String()
}

// tame reports whether a script neither ends its shell nor leaves anything
// behind in it that can't be put back. Such a script needs no process of its
// own, which would cost more than all the rest.
func (x *sample) tame() bool { return x.tree != nil && !wild.MatchString(x.text) }

var wild = regexp.MustCompile(`exit|exec|trap|coproc|readonly|-r v3|:\?|[<>]\(|set [-+][^-]|[^&>|<]&([^&>0-9]|$)`)

// afresh puts a shell back to what it was before a tame script.
func (x *sample) afresh() string {
	var s, names, values strings.Builder
	for name, v := range environment {
		if counter := name[0] == 'k' || name[0] == 'j'; !counter || strings.Contains(x.text, name) {
			fmt.Fprintf(&names, " %s", name)
			fmt.Fprintf(&values, " %s='%s'", name, v)
		}
	}
	s.WriteString("unalias -a\n{ unset -n r1; unset -f fn1 fn2 fn3 fn4 f; dirs -c\n")
	s.WriteString("shopt -u nullglob dotglob extglob globstar nocasematch lastpipe nocaseglob failglob expand_aliases localvar_inherit inherit_errexit xpg_echo cdable_vars execfail; shopt -s patsub_replacement sourcepath\n")
	s.WriteString("unset IFS OPTIND OPTARG REPLY MAPFILE CDPATH q fd1" + names.String() + "\nexport" + values.String() + "\n")
	s.WriteString(stubFunctions("bash") + "} >/dev/null 2>&1")
	return s.String()
}

// stubFunctions stand in for the stubs.
func stubFunctions(shell string) string {
	var s strings.Builder
	for name, status := range stubs {
		if shell == "bash" {
			fmt.Fprintf(&s, "%s() { builtin printf '%%s\\0' \"$PWD\" %[1]s \"${@//$'\\n'/$'\\1'}\" $'\\2' >&9; return %d; }\n", name, status)
		} else {
			fmt.Fprintf(&s, "%s() { command printf '%%s\\0' \"$PWD\" %[1]s \"$@\" '\x02' >&9; return %d; }\n", name, status)
		}
	}
	return s.String()
}

// prepare makes a script's folder.
func (b *sandbox) prepare(x *sample, name string) error {
	x.root = b.root + "/" + name
	w := x.work()
	for _, d := range []string{w + "/d1/e1", w + "/d2", x.home()} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	files := map[string]string{"f1": "x\n", "f2": "y\n", "a.txt": "t\n", "b.txt": "t\n", ".h1": "h\n", "d1/g1": "g\n", "d1/c.txt": "t\n"}
	for name, text := range x.files {
		files[name] = text
	}
	for name, text := range files {
		if err := os.WriteFile(w+"/"+name, []byte(text), 0o755); err != nil {
			return err
		}
	}
	if err := os.WriteFile(x.root+"/script", []byte(x.text+"\n"), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(x.root+"/log", nil, 0o666); err != nil {
		return err
	}
	return x.age()
}

var old = time.Unix(1_000_000_000, 0)

// age makes everything old and another user's if need be.
func (x *sample) age() error {
	return filepath.WalkDir(x.root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if os.Getuid() == 0 {
			if err := os.Chown(p, nobody, nobody); err != nil {
				return err
			}
		}
		if d.IsDir() {
			return nil
		}
		return os.Chtimes(p, old, old)
	})
}

// nobody is the user that scripts run as when the test runs as root.
const nobody = 65534

// collect reads what a script did.
func (x *sample) collect() error {
	log, err := os.ReadFile(x.root + "/log")
	if err != nil {
		return err
	}
	x.starts = readLog(log)
	x.changes, err = x.listChanges()
	return err
}

func readLog(log []byte) []started {
	var out []started
	var fields []string
	for len(log) > 0 {
		f, rest, ok := bytes.Cut(log, []byte{0})
		if !ok {
			break
		}
		log = rest
		if string(f) != "\x02" {
			fields = append(fields, strings.ReplaceAll(string(f), "\x01", "\n"))
			continue
		}
		if len(fields) > 1 {
			out = append(out, started{fields[0], fields[1:]})
		}
		fields = nil
	}
	return out
}

// listChanges compares the files with what they were.
func (x *sample) listChanges() ([]change, error) {
	left := map[string]bool{}
	for _, name := range []string{"", "/d1", "/d1/e1", "/d2", "/f1", "/f2", "/a.txt", "/b.txt", "/.h1", "/d1/g1", "/d1/c.txt"} {
		left[x.work()+name] = true
	}
	for name := range x.files {
		left[x.work()+"/"+name] = true
	}
	for _, d := range []string{"/a", "/a/b", "/a/b/c", "/a/b/home", "/script", "/log", ""} {
		left[x.root+d] = true
	}
	var out []change
	err := filepath.WalkDir(x.root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		known := left[p]
		delete(left, p)
		if p == x.root+"/log" {
			return nil
		}
		if !known {
			out = append(out, change{p, "created", d.IsDir()})
			return nil
		}
		if info, err := d.Info(); err == nil && !d.IsDir() && !info.ModTime().Equal(old) {
			out = append(out, change{p, "changed", false})
		}
		return nil
	})
	for p := range left {
		out = append(out, change{p, "deleted", false})
	}
	return out, err
}

// clear removes a script's folder.
func (x *sample) clear() { _ = os.RemoveAll(x.root) }

// stuck is how long the slowest script may take. One that takes longer is left
// out.
const stuck = 5 * time.Second

// run runs scripts with a driver. done is called for each as soon as it has
// ended.
func (b *sandbox) run(batch []*sample, shell string, done func(*sample)) error {
	for len(batch) > 0 {
		n, err := b.runSome(batch, shell, done)
		if err != nil {
			return err
		}
		if n < len(batch) {
			batch[n].lost = "it didn't end"
			done(batch[n])
			n++
		}
		batch = batch[n:]
	}
	return nil
}

// runSome runs scripts until one gets stuck, and returns how many ended.
func (b *sandbox) runSome(batch []*sample, shell string, done func(*sample)) (int, error) {
	name := map[string]string{"bash": b.bash, "dash": b.dash}[shell]
	file := batch[0].root + "/driver"
	if err := os.WriteFile(file, []byte(b.driver(batch, shell)), 0o644); err != nil {
		return 0, err
	}
	c := b.command(name, file)
	out, err := c.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := c.Start(); err != nil {
		return 0, err
	}
	dog := time.AfterFunc(stuck, func() { end(c.Process.Pid) })
	n := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lines.Text() != strconv.Itoa(n) {
			continue
		}
		dog.Reset(stuck)
		_ = os.Remove(file)
		done(batch[n])
		n++
	}
	dog.Stop()
	end(c.Process.Pid)
	_ = c.Wait()
	return n, nil
}

// end kills a shell with all that it has started: its session, as a script may
// make process groups of its own.
func end(shell int) {
	_ = syscall.Kill(-shell, syscall.SIGKILL)
	for range 100 {
		found := false
		stats, _ := filepath.Glob("/proc/[0-9]*/stat")
		for _, name := range stats {
			data, _ := os.ReadFile(name)
			_, fields, _ := strings.Cut(string(data), ") ") // state, parent, group, session
			var state string
			var parent, group, session int
			if _, err := fmt.Sscan(fields, &state, &parent, &group, &session); err != nil || session != shell || state == "Z" {
				continue
			}
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			_ = syscall.Kill(pid, syscall.SIGKILL)
			found = true
		}
		if !found {
			return
		}
	}
}

// environment holds the variables that scripts begin with.
var environment = variables()

func variables() map[string]string {
	vars := map[string]string{
		"v1": "u", "v2": "a b", "v3": "f1", "w1": "w", "c1": "s1", "c2": "s2 c", "c3": "s3", "i1": "1", "a1": "e", "m1": "m", "r1": "v2", "nope": "",
		"o1": "", "x": "1", "y": "2",
	}
	for i := range 60 {
		vars["k"+strconv.Itoa(i)] = "0"
		vars["j"+strconv.Itoa(i)] = "0"
	}
	return vars
}

// command is a shell with nothing but the stubs.
func (b *sandbox) command(args ...string) *exec.Cmd {
	c := exec.Command(args[0], args[1:]...)
	c.Dir = b.root
	c.Env = []string{"PATH=" + b.root + "/bin", "LC_ALL=C.UTF-8"}
	for name, v := range environment {
		c.Env = append(c.Env, name+"="+v)
	}
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if os.Getuid() == 0 {
		c.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	return c
}

// runAlone runs one script as a file in a shell of its own, with stubs that are
// programs: what the quick way finds must be found so too.
func (b *sandbox) runAlone(x *sample, shell string) error {
	log, err := os.OpenFile(x.root+"/log", os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer log.Close()
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	c := b.command(map[string]string{"bash": b.bash, "dash": b.dash}[shell], x.root+"/script")
	c.Dir = x.work()
	c.Env = append(c.Env, "HOME="+x.home(), "PWD="+x.work())
	c.ExtraFiles = make([]*os.File, 7) // descriptors 3 to 9
	c.ExtraFiles[5], c.ExtraFiles[6] = w, log
	if err := c.Start(); err != nil {
		w.Close()
		return err
	}
	w.Close()
	dog := time.AfterFunc(stuck, func() { end(c.Process.Pid); x.lost = "it didn't end" })
	defer dog.Stop()
	_ = c.Wait()
	_, _ = r.Read(make([]byte, 1)) // until the last process has ended
	end(c.Process.Pid)
	return nil
}
