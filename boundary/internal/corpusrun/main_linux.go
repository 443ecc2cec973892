package main

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/runtimeguard/runtimeguard/boundary"
)

// attack is a case of a corpus.
type attack struct {
	ID      string `json:"id"`
	Command string `json:"command"`
	Expect  string `json:"expect"`
}

// order is what the root is to run. No tiers are all of them.
type order struct {
	Attacks []attack
	Tiers   []string
}

// result is how a case went.
type result struct {
	ID      string   `json:"id,omitempty"`
	Engine  string   `json:"engine,omitempty"`
	Tier    string   `json:"tier,omitempty"`
	Reached []string `json:"reached,omitempty"` // what it changed or read outside
	Refused string   `json:"refused,omitempty"` // why it didn't run
	Fatal   string   `json:"fatal,omitempty"`   // why nothing runs any more
	Exact   bool     `json:"exact,omitempty"`   // the exact engine ran it, and didn't leave it to bash
	Stubs   int      `json:"stubs,omitempty"`   // programs that the case started
}

func main() {
	inside()
	corpus := flag.String("corpus", "", "the corpus's `file`; - means standard input")
	from := flag.Int("skip", 0, "leave out the first `cases`")
	most := flag.Int("n", 0, "run at most so many `cases`; 0 means all")
	tiers := flag.String("tiers", "landlock,seccomp,namespace", "the `tiers` to run under")
	verbose := flag.Bool("v", false, "print every result")
	flag.Parse()
	attacks, err := load(*corpus)
	if err == nil {
		attacks = attacks[min(*from, len(attacks)):]
		if *most > 0 {
			attacks = attacks[:min(*most, len(attacks))]
		}
		err = report(order{attacks, strings.Split(*tiers, ",")}, *verbose)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "corpusrun:", err)
		os.Exit(1)
	}
}

// inside takes the process over where it is one of the root's own.
func inside() {
	boundary.Worker()
	stub()
	root()
}

// load reads the cases that must not be allowed.
func load(file string) (out []attack, err error) {
	in := os.Stdin
	if file != "-" {
		if in, err = os.Open(file); err != nil {
			return nil, err
		}
		defer in.Close()
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var a attack
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			return nil, err
		}
		if a.Expect == "deny" || a.Expect == "notallow" {
			out = append(out, a)
		}
	}
	return out, lines.Err()
}

// report runs the attacks and says how many reached what they wanted.
func report(o order, verbose bool) error {
	type key struct{ engine, tier string }
	ran, refused, reached, stubs, exact := map[key]int{}, map[key]int{}, map[key]int{}, map[key]int{}, map[key]int{}
	var keys []key
	fatal := ""
	err := run(o, func(r result) {
		if r.Fatal != "" {
			fatal = r.Fatal
			return
		}
		k := key{r.Engine, r.Tier}
		if ran[k]+refused[k] == 0 {
			keys = append(keys, k)
		}
		if r.Refused != "" {
			refused[k]++
		} else {
			ran[k]++
		}
		stubs[k] += r.Stubs
		if r.Exact {
			exact[k]++
		}
		if len(r.Reached) > 0 {
			reached[k]++
		}
		if verbose || len(r.Reached) > 0 {
			text, _ := json.Marshal(r)
			fmt.Println(string(text))
		}
	})
	for _, k := range keys {
		fmt.Printf("engine %-7s tier %-10s ran %d (%d by exact), refused %d, programs started %d, reached the marker %d\n",
			k.engine, k.tier, ran[k], exact[k], refused[k], stubs[k], reached[k])
	}
	for k, n := range reached {
		if k.tier != "none" && n > 0 {
			err = errors.Join(err, fmt.Errorf("%s under %s: %d cases reached the marker", k.engine, k.tier, n))
		}
	}
	if fatal != "" {
		err = errors.Join(err, errors.New(fatal))
	}
	return err
}

// errNoNamespaces says that nothing was run.
var errNoNamespaces = errors.New("skipped: namespaces can't be made here")

// run starts the root and hands each result on.
func run(o order, each func(result)) error {
	cases, send, err := os.Pipe()
	if err != nil {
		return err
	}
	receive, results, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Args = []string{rootName, rand.Text()}
	cmd.Env = []string{}
	cmd.Dir = "/"
	cmd.Stderr = os.Stderr
	cmd.ExtraFiles = []*os.File{cases, results}
	cmd.SysProcAttr = nobodyAnywhere()
	unix.CloseRange(3, 1<<30, unix.CLOSE_RANGE_CLOEXEC)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%w: %w", errNoNamespaces, err)
	}
	cases.Close()
	results.Close()
	go func() {
		json.NewEncoder(send).Encode(o)
		send.Close()
	}()
	in := json.NewDecoder(receive)
	for {
		var r result
		if err := in.Decode(&r); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		each(r)
	}
	return cmd.Wait()
}

// nobodyAnywhere starts a process that has a user of its own, who outside is
// nobody, or for an unprivileged user that user, and nothing of the machine's
// network and processes.
func nobodyAnywhere() *syscall.SysProcAttr {
	uid, gid := os.Geteuid(), os.Getegid()
	if uid == 0 {
		uid, gid = 65534, 65534
	}
	return &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: gid, Size: 1}},
		Credential:  &syscall.Credential{Uid: 0, Gid: 0, NoSetGroups: true},
		Pdeathsig:   syscall.SIGKILL,
	}
}
