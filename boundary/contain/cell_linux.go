package contain

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/runtimeguard/runtimeguard/boundary/internal/socket"
	"github.com/runtimeguard/runtimeguard/guard"
)

// starter is an init as its host sees it.
type starter struct {
	conn   *conn
	thread *thread // that started the init, which ends with it
	init   *Process
	places []standing
	over   chan struct{} // closed when nothing runs any more

	mu    sync.Mutex
	last  int // the last request's ID
	procs map[int]*remote
	gone  bool // no more answers come
}

// remote is a program that an init starts.
type remote struct {
	*Process
	started chan error // gets one value
	told    bool
}

// starter takes an init that waits, or starts one, and masks what the call has
// to be kept from.
func (b *Box) starter(a Access) (_ *starter, err error) {
	n := b.spare.take(!a.Network)
	if n == nil {
		if n, err = newStarter(&b.plan, b.tier, a.Network); err != nil {
			return nil, err
		}
	}
	if err := n.ask(a.Masks); err != nil {
		n.close()
		return nil, fmt.Errorf("contain: the first process: %w", err)
	}
	go n.listen()
	return n, nil
}

// newStarter starts an init and has it set up what belongs to the plan.
func newStarter(p *Plan, tier guard.Tier, network bool) (_ *starter, err error) {
	n := &starter{procs: map[int]*remote{}, places: placesOf(p), over: make(chan struct{})}
	nonce := rand.Text()
	ours, theirs, err := socket.Pair(bounds)
	if err != nil {
		return nil, err
	}
	n.conn = newConn(ours)
	path := p.Init
	if path == "" {
		path = "/proc/self/exe"
	}
	attributes := session()
	if tier == guard.TierNamespace {
		attributes = inNamespaces(network)
	}
	n.thread = newThread(func() error { return nil })
	n.init, err = start(&Cmd{Path: path, Args: []string{initName, nonce}, Dir: "/", Files: []*os.File{nil, nil, nil, theirs}},
		attributes, n.thread.do, p.Limits.apply)
	theirs.Close() // so that it is seen here when the init ends, or a program that is none
	if err != nil {
		n.thread.end()
		ours.Close()
		return nil, fmt.Errorf("contain: the first process: %w", err)
	}
	if err := n.ask(setup{nonce, *p, tier, network}); err != nil {
		n.close()
		return nil, fmt.Errorf("contain: the first process: %w", err)
	}
	return n, nil
}

// rest is how long after a call the init for the next one is started: it would
// take the time of what the host does with the answer.
const rest = 50 * time.Millisecond

// spare is an init that waits for a call without network: to start one costs
// more than all else.
type spare struct {
	mu      sync.Mutex
	n       *starter
	filling bool
	closed  bool
}

// take takes it, if the plan's files are still the same ones.
func (s *spare) take(wanted bool) *starter {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.n
	if n == nil || !wanted {
		return nil
	}
	s.n = nil
	if slices.Equal(n.places, placesAgain(n.places)) {
		return n
	}
	go n.close()
	return nil
}

func (s *spare) fill(p Plan, tier guard.Tier) {
	s.mu.Lock()
	if s.closed || s.filling || s.n != nil {
		s.mu.Unlock()
		return
	}
	s.filling = true
	s.mu.Unlock()
	n, _ := newStarter(&p, tier, false)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.filling = false
	if s.closed && n != nil {
		n.close()
		return
	}
	s.n = n
}

func (s *spare) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	n := s.n
	if s.n = nil; n == nil {
		return nil
	}
	return n.close()
}

// standing is which file stands at a path.
type standing struct {
	path     string
	dev, ino uint64
}

// placesOf are the files that a plan names.
func placesOf(p *Plan) (out []standing) {
	for _, path := range slices.Concat(p.Write, p.Read, p.Hidden) {
		out = append(out, standing{path: path})
	}
	return placesAgain(out)
}

func placesAgain(places []standing) []standing {
	out := slices.Clone(places)
	for i := range out {
		var st unix.Stat_t
		unix.Lstat(out[i].path, &st) // zero where there is none
		out[i].dev, out[i].ino = uint64(st.Dev), st.Ino
	}
	return out
}

// patience is how long an init may take for one answer: a program that is none
// may never give one.
const patience = time.Minute

// ask sends what an init answers once.
func (n *starter) ask(v any) error {
	var r reply
	if err := n.conn.send(v); err != nil {
		return err
	}
	n.conn.SetReadDeadline(time.Now().Add(patience))
	defer n.conn.SetReadDeadline(time.Time{})
	if _, err := n.conn.receive(&r); err != nil {
		return fmt.Errorf("the first process gives no answer (does its main begin with Worker?): %w", err)
	}
	if r.Err != "" {
		return errors.New(r.Err)
	}
	return nil
}

// inNamespaces starts a process as the first one of its own namespaces. It is
// the same user there, with every right over them and none over anything else.
func inNamespaces(network bool) *syscall.SysProcAttr {
	a := session()
	a.Cloneflags = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWIPC
	if !network {
		a.Cloneflags |= unix.CLONE_NEWNET
	}
	a.UidMappings, a.GidMappings = sameID(os.Geteuid()), sameID(os.Getegid())
	if os.Geteuid() == 0 {
		a.UidMappings, a.GidMappings = allIDs("/proc/self/uid_map"), allIDs("/proc/self/gid_map")
		allowed, _ := os.ReadFile("/proc/self/setgroups")
		a.GidMappingsEnableSetgroups = strings.TrimSpace(string(allowed)) == "allow"
	} else {
		a.AmbientCaps = []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_NET_ADMIN, unix.CAP_SETPCAP}
	}
	return a
}

func sameID(id int) []syscall.SysProcIDMap {
	return []syscall.SysProcIDMap{{ContainerID: id, HostID: id, Size: 1}}
}

// allIDs maps every ID that a privileged host has to itself: its programs may
// change what belongs to others, where they may change anything.
func allIDs(file string) (out []syscall.SysProcIDMap) {
	f, err := os.Open(file)
	if err != nil {
		return sameID(0)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var inside, outside, size int
		if _, err := fmt.Sscan(strings.TrimSpace(lines.Text()), &inside, &outside, &size); err == nil {
			out = append(out, syscall.SysProcIDMap{ContainerID: inside, HostID: inside, Size: size})
		}
	}
	return out
}

// start has the init start a program.
func (n *starter) start(c *Cmd) (*Process, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	r := request{Path: c.Path, Dir: c.Dir, Args: c.Args, Env: c.Env}
	var files []*os.File
	for i, f := range c.Files {
		if f != nil {
			r.Have, files = append(r.Have, i), append(files, f)
		}
	}
	p := &remote{Process: &Process{ended: make(chan struct{})}, started: make(chan error, 1)}
	n.mu.Lock()
	if n.gone {
		n.mu.Unlock()
		return nil, errors.New("contain: the first process is gone")
	}
	n.last++
	r.ID = n.last
	n.procs[r.ID] = p
	n.mu.Unlock()
	p.kill = func() { n.conn.send(request{ID: r.ID, Kill: true}) }
	if err := n.conn.send(r, files...); err != nil {
		return nil, err
	}
	if err := <-p.started; err != nil {
		return nil, err
	}
	return p.Process, nil
}

// listen hands the init's answers on until everything has ended, with it at
// the latest.
func (n *starter) listen() {
	for {
		var r reply
		if _, err := n.conn.receive(&r); err != nil {
			<-n.init.ended
			break
		}
		if r.ID == 0 && r.Ended {
			break
		}
		n.mu.Lock()
		if p := n.procs[r.ID]; p != nil {
			p.take(&r)
			if r.Ended {
				delete(n.procs, r.ID)
			}
		}
		n.mu.Unlock()
	}
	close(n.over)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.gone = true
	for _, p := range n.procs {
		p.take(&reply{Ended: true, Exit: 128 + int(syscall.SIGKILL), Err: "the first process is gone"})
	}
	n.procs = nil
}

func (p *remote) take(r *reply) {
	if !p.told {
		p.told = true
		var err error
		if r.Err != "" {
			err = errors.New(r.Err)
		}
		p.started <- err
	}
	if r.Ended {
		p.exit = r.Exit
		close(p.ended)
	}
}

// end ends everything that was started, whatever session it is in. An init that
// doesn't say so in time is ended first.
func (n *starter) end() {
	n.conn.send(request{End: true})
	late := time.AfterFunc(patience, n.init.Kill)
	<-n.over
	late.Stop()
	go n.close()
}

// close ends the init, and with it all else.
func (n *starter) close() error {
	n.init.Kill()
	<-n.init.ended
	n.thread.end()
	return n.conn.Close()
}
