package contain

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/runtimeguard/runtimeguard/boundary/internal/socket"
	"github.com/runtimeguard/runtimeguard/guard"
)

// initName is what an init is called in its arguments.
const initName = "runtimeguard-init"

// nonceSize is the length of a nonce's text, at least.
const nonceSize = 26

var mainCallsInit atomic.Bool

// Init must be the first thing that main does in a program whose programs are
// to have the tier namespace, or to be kept from their host under the others:
// it is started again as the first process of each call, and Init takes that
// process over and doesn't return. In every other process it returns at once.
//
// Such a process has a socket that it inherited, and the word that the host
// sends there among its arguments. Who starts it otherwise gains nothing: it
// has no right that its starter hasn't.
func Init() {
	mainCallsInit.Store(true)
	if len(os.Args) != 2 || os.Args[0] != initName || len(os.Args[1]) < nonceSize {
		return
	}
	err := serve(os.NewFile(3, "host"), os.Args[1])
	fmt.Fprintln(os.Stderr, "contain:", err)
	os.Exit(1)
}

// The messages. A host sends a setup and then, for the call, masks; an init
// answers each with a reply. After that it takes any number of requests, and
// answers each with a reply when the program has started and another when it
// has ended. The last request ends them all; so does the host's end.
type (
	setup struct {
		Nonce   string
		Plan    Plan
		Tier    guard.Tier
		Network bool
	}
	request struct {
		ID        int
		Path, Dir string
		Args, Env []string
		Have      []int // which descriptors the files that came along are
		Kill      bool
		End       bool
	}
	reply struct {
		ID    int // 0: nothing runs any more
		Pid   int
		Ended bool
		Exit  int
		Err   string
	}
)

// initProcess is the first process of a call's namespaces.
type initProcess struct {
	conn   *conn
	hold   *hold
	thread *thread // starts the programs

	mu      sync.Mutex
	running map[int]int // pids of what was started, to their requests' IDs
	wake    *sync.Cond  // something was started
}

func serve(f *os.File, nonce string) error {
	k, err := socket.New(f, bounds)
	if err != nil {
		return err
	}
	c := newConn(k)
	var s setup
	if _, err := c.receive(&s); err != nil {
		return err
	}
	if subtle.ConstantTimeCompare([]byte(s.Nonce), []byte(nonce)) != 1 {
		return errors.New("not started by a host")
	}
	// Caught rather than ignored: what is ignored stays so in the programs.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught)
	p := &initProcess{conn: c, running: map[int]int{}}
	p.wake = sync.NewCond(&p.mu)
	if err := p.answer(p.prepare(&s)); err != nil {
		return err
	}
	var m Masks
	if _, err := c.receive(&m); err != nil {
		return nil
	}
	if err := p.answer(p.finish(&s.Plan, &m)); err != nil {
		return err
	}
	go p.reap()
	for {
		var r request
		files, err := c.receive(&r)
		if err != nil {
			return nil // the host is gone, and the kernel ends everything with this process
		}
		if r.End {
			socket.CloseAll(files)
			return p.end()
		}
		p.handle(&r, files)
	}
}

// answer tells the host how a step went.
func (p *initProcess) answer(err error) error {
	var r reply
	if err != nil {
		r.Err = err.Error()
	}
	return errors.Join(err, p.conn.send(r))
}

// prepare makes the namespaces what the plan says. Programs may be held as the
// thread is that starts them, and must not reach this process's memory by it.
func (p *initProcess) prepare(s *setup) (err error) {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return err
	}
	if p.hold, err = newHold(&s.Plan, s.Tier, s.Network); err != nil {
		return err
	}
	if s.Tier != guard.TierNamespace {
		return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	}
	if unix.Getpid() != 1 {
		return errors.New("not the first process of a namespace")
	}
	if !s.Network {
		if err := loopbackUp(); err != nil {
			return fmt.Errorf("the loopback: %w", err)
		}
	}
	return buildRoot(&s.Plan)
}

// finish adds what belongs to one call. Landlock repeats what the mounts say,
// where there is one; under it nothing can be mounted.
func (p *initProcess) finish(plan *Plan, m *Masks) (err error) {
	if p.hold.tier == guard.TierNamespace {
		if err := p.mask(plan, m); err != nil {
			return err
		}
	}
	p.thread = newThread(p.hold.apply)
	return nil
}

// mask takes away what one call must not reach. Landlock repeats what the
// mounts say, where there is one; under it nothing can be mounted.
func (p *initProcess) mask(plan *Plan, m *Masks) (err error) {
	if err := m.mount(plan.Hidden); err != nil {
		return err
	}
	if abi, _ := landlockABI(); abi >= 3 {
		inside := Plan{
			Write: slices.Concat(plan.Write, plan.Private, []string{"/dev/shm", "/dev/pts", "/dev/ptmx"}),
			Read:  append([]string{"/proc", "/dev"}, plan.Read...),
		}
		p.hold.rules, err = newRuleset(&inside, true)
	}
	return err
}

func (p *initProcess) handle(r *request, files []*os.File) {
	defer socket.CloseAll(files)
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Kill {
		p.kill(r.ID)
		return
	}
	pid, err := p.start(r, files)
	answer := reply{ID: r.ID, Pid: pid}
	if err != nil {
		answer.Err, answer.Ended = err.Error(), true
	} else {
		p.running[pid] = r.ID
		p.wake.Signal()
	}
	p.conn.send(answer) // before the reaper tells of its end
}

func (p *initProcess) start(r *request, files []*os.File) (int, error) {
	if len(r.Have) != len(files) {
		return 0, errors.New("files were lost")
	}
	cmd := Cmd{Path: r.Path, Args: r.Args, Env: r.Env, Dir: r.Dir, Files: make([]*os.File, 3)}
	for i, at := range r.Have {
		if at < 0 || at >= bounds.Files {
			return 0, errors.New("no such descriptor")
		}
		for len(cmd.Files) <= at {
			cmd.Files = append(cmd.Files, nil)
		}
		cmd.Files[at] = files[i]
	}
	started, err := launch(&cmd, session(), p.thread.do)
	if err != nil {
		return 0, err
	}
	return started.Process.Pid, nil
}

func (p *initProcess) kill(id int) {
	for pid, of := range p.running {
		if of == id {
			syscall.Kill(-pid, syscall.SIGKILL)
		}
	}
}

// end ends every program, whatever session it is in, and tells the host, which
// needn't wait until this process is gone.
func (p *initProcess) end() error {
	for {
		if !p.killAll() { // who else is left isn't known here
			p.mu.Lock()
			left := len(p.running)
			p.mu.Unlock()
			if left == 0 {
				return p.conn.send(reply{Ended: true})
			}
			time.Sleep(time.Millisecond)
			continue
		}
		switch _, err := syscall.Wait4(-1, nil, 0, nil); err {
		case nil, syscall.EINTR:
		case syscall.ECHILD:
			return p.conn.send(reply{Ended: true})
		default:
			return err
		}
	}
}

// killAll kills every process of the namespace, or where there is none the
// programs and who lost its parent: what those leave behind comes next. It is
// false where the system doesn't say who that is.
func (p *initProcess) killAll() bool {
	if p.hold.tier == guard.TierNamespace {
		syscall.Kill(-1, syscall.SIGKILL)
		return true
	}
	p.mu.Lock()
	for pid := range p.running {
		syscall.Kill(-pid, syscall.SIGKILL)
	}
	p.mu.Unlock()
	lists, _ := filepath.Glob("/proc/self/task/*/children")
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		for _, word := range strings.Fields(string(text)) {
			if pid, err := strconv.Atoi(word); err == nil {
				syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	}
	return len(lists) > 0
}

// reap reaps every process that has no other parent and reports those it was
// asked for.
func (p *initProcess) reap() {
	for {
		pid, err := ended()
		switch {
		case err == syscall.EINTR:
			continue
		case err != nil: // nothing to wait for
			p.mu.Lock()
			if len(p.running) == 0 {
				p.wake.Wait()
			}
			p.mu.Unlock()
			continue
		}
		p.mu.Lock()
		id, ours := p.running[pid]
		delete(p.running, pid)
		p.mu.Unlock()
		if ours && p.hold.tier != guard.TierNamespace {
			syscall.Kill(-pid, syscall.SIGKILL) // what is left of the group, while its number can't be another's
		}
		var ws syscall.WaitStatus
		if _, err := syscall.Wait4(pid, &ws, 0, nil); err == nil && ours {
			p.conn.send(reply{ID: id, Ended: true, Exit: exitStatus(ws)})
		}
	}
}

// ended waits until a child has ended and returns it, without reaping it.
func ended() (pid int, err error) {
	var info unix.Siginfo
	err = unix.Waitid(unix.P_ALL, 0, &info, unix.WEXITED|unix.WNOWAIT, nil)
	return int(*(*int32)(unsafe.Add(unsafe.Pointer(&info), offPid))), err
}

// offPid is where the number of the process stands in a siginfo_t.
const offPid = 8 + unsafe.Sizeof(uintptr(0))
