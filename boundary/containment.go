package boundary

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/boundary/contain"
	"github.com/runtimeguard/runtimeguard/guard"
)

// Containment says how commands are contained. Zero means: by the best tier
// that this machine has.
type Containment struct {
	// Tier is the tier to use; without it NewShell fails. TierNone means the best
	// there is.
	Tier guard.Tier
	// Off runs commands without any containment.
	Off bool
	// Read and Write are more files and folders that commands may read, or also
	// change: tool chains and caches in the home folder, which otherwise is out of
	// reach but for git's and Go's settings. Absolute paths.
	Read, Write []string
	// Network opens the network for every command. Otherwise it is open to those
	// that were judged with an action of [guard.KindConnect].
	Network bool
	// Grant names groups of system calls that are not denied.
	Grant []contain.Group
	// Limits bound each program.
	Limits contain.Limits
	// Sensitive reports whether a file holds secrets: it is out of reach.
	// Plants reports whether a file makes programs run something later: it can't
	// be changed. nil: none is.
	Sensitive, Plants func(path string) bool
}

// readable are the folders beside systemFolders that hold programs and their
// settings, and those of them that are left out: devices are granted one by one.
var readable = []string{"/opt", "/snap", "/run/current-system", "/var/lib/alternatives", "/var/lib/ca-certificates"}

// settings are files in the home folder that tools read.
var settings = []string{
	".gitconfig", ".config/git/config", ".config/git/ignore", ".config/git/attributes", ".config/go/env", goDownloads,
}

// goDownloads is where Go keeps modules as it got them.
const goDownloads = "go/pkg/mod/cache/download"

// plan is what commands may reach.
func (c *Containment) plan(w *Workspace) contain.Plan {
	p := contain.Plan{
		Write: slices.Concat(w.roots, w.temp, c.Write),
		Read:  slices.Concat(w.readOnly, c.Read),
		Grant: c.Grant, Limits: c.Limits,
		Hidden:  slices.Clone(w.hidden),
		Private: []string{"/run", "/var/tmp"},
	}
	for _, dir := range slices.Concat(systemFolders, readable) {
		if dir != "/dev" {
			p.Read = append(p.Read, dir)
		}
	}
	if w.home != "" {
		p.Private = append(p.Private, w.home)
		for _, name := range settings {
			p.Read = append(p.Read, w.home+"/"+name)
		}
	}
	if resolv, err := filepath.EvalSymlinks("/etc/resolv.conf"); err == nil {
		p.Read = append(p.Read, resolv)
	}
	for _, dir := range programFolders {
		p.Hidden = append(p.Hidden, dir+"/"+operatorsCommand)
	}
	p.Hidden = append(p.Hidden, c.secrets("/etc", 4)...)
	p.Write = existing(p.Write)
	p.Read = existing(p.Read)
	return p
}

// operatorsCommand is the name of the command that answers requests.
const operatorsCommand = "runtimeguard"

// existing are the files among paths that exist, links followed.
func existing(paths []string) (out []string) {
	for _, p := range paths {
		if p, err := filepath.EvalSymlinks(p); err == nil && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// secrets are the sensitive files of a system folder that not everybody may
// read anyway.
func (c *Containment) secrets(dir string, depth int) (out []string) {
	entries, err := os.ReadDir(dir)
	if err != nil || depth == 0 || c.Sensitive == nil {
		return nil
	}
	for _, e := range entries {
		path := dir + "/" + e.Name()
		info, err := e.Info()
		switch {
		case err != nil || e.Type()&os.ModeSymlink != 0:
		case c.Sensitive(path) && (e.IsDir() || info.Mode()&0o004 == 0):
			out = append(out, path)
		case e.IsDir():
			out = append(out, c.secrets(path, depth-1)...)
		}
	}
	return out
}

// contained is the containment of a Shell.
type contained struct {
	c       Containment
	box     *contain.Box
	cache   string
	write   []string // folders that commands may change
	scanner scanner
}

// newContained prepares it. init is as in [contain.Plan].
func newContained(c Containment, w *Workspace, init string) (*contained, error) {
	tier := c.Tier
	switch {
	case c.Off && tier != guard.TierNone:
		return nil, errors.New("shell: Containment: Off and Tier can't both be set")
	case !c.Off && tier == guard.TierNone:
		tier = contain.Best(contain.Probe(init))
	}
	k := &contained{c: c, scanner: scanner{sensitive: c.Sensitive, plants: c.Plants}}
	var err error
	if tier > guard.TierNone {
		if k.cache, err = cacheFolder(w); err != nil {
			return nil, err
		}
	}
	k.scanner.skip = []string{k.cache}
	plan := c.plan(w)
	plan.Init = init
	k.write = plan.Write
	k.box, err = contain.Prepare(plan, tier)
	return k, err
}

// cacheFolder is a folder for tools' caches in the first temporary folder, the
// same for every Shell of the workspace. Caches of the user's own aren't used:
// what a contained program puts there would end in programs that nothing
// contains.
func cacheFolder(w *Workspace) (string, error) {
	if len(w.temp) == 0 {
		return "", nil
	}
	sum := sha256.Sum256([]byte(fmt.Sprint(os.Getuid(), w.roots, w.readOnly)))
	dir := w.temp[0] + "/runtimeguard-cache-" + hex.EncodeToString(sum[:6])
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("shell: a folder for caches: %w", reason(err))
	}
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() || !ownedByUs(info) {
		return "", fmt.Errorf("shell: %s is not a folder of this user's: remove it", dir)
	}
	return dir, nil
}

// environ are the variables that lead tools' caches to where they may write.
func (k *contained) environ(w *Workspace) []string {
	if k.cache == "" {
		return nil
	}
	env := []string{
		"XDG_CACHE_HOME=" + k.cache,
		"npm_config_cache=" + k.cache + "/npm",
		"GOMODCACHE=" + k.cache + "/gomod",
	}
	downloads := w.home + "/" + goDownloads
	if info, err := os.Stat(downloads); err == nil && info.IsDir() && !strings.ContainsAny(downloads, ",|") {
		env = append(env, "GOPROXY=file://"+downloads+","+goProxy(w.home))
	}
	return env
}

// goProxy is where Go's settings say that modules come from; without them, from
// their repositories. The host's own environment isn't asked: it may hold a
// password.
func goProxy(home string) string {
	text, _ := os.ReadFile(home + "/.config/go/env")
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), "GOPROXY="); ok && value != "" {
			return value
		}
	}
	return "direct"
}

// network reports whether a call reaches hosts.
func (k *contained) network(call *guard.Call) bool {
	return k.c.Network || call != nil && slices.ContainsFunc(call.Actions, func(a guard.Action) bool { return a.Kind == guard.KindConnect })
}

// tier is what holds a call. With the network open to it and parts that nobody
// sees, what those send isn't held.
func (k *contained) tier(call *guard.Call) guard.Tier {
	tier := k.box.Tier()
	unseen := func(a guard.Action) bool { return a.Kind == guard.KindUnknown && a.Opaque }
	if k.network(call) && slices.ContainsFunc(call.Actions, unseen) {
		tier = min(tier, guard.TierSeccomp)
	}
	return tier
}

// cell opens a cell for the call that runs in ctx.
func (s *Shell) cell(ctx context.Context) (*contain.Cell, error) {
	k := s.contained
	call, _ := guard.Running(ctx)
	a := contain.Access{Network: k.network(call)}
	if k.box.Tier() == guard.TierNamespace {
		var err error
		if a.Masks, err = k.scanner.scan(k.write); err != nil {
			return nil, err
		}
		a.Masks.Hold, a.Masks.Pin = judged(a.Masks.Hold, call), judged(a.Masks.Pin, call)
	}
	return k.box.Open(a)
}

// judged leaves out of what is held the files that the call was judged to
// write or delete: it may.
func judged(held []string, call *guard.Call) []string {
	if call == nil {
		return held
	}
	return slices.DeleteFunc(held, func(path string) bool {
		return slices.ContainsFunc(call.Actions, func(a guard.Action) bool {
			switch {
			case a.Pattern || a.Resolved == "":
				return false
			case a.Kind == guard.KindDelete:
				return within(a.Resolved, path) || within(path, a.Resolved)
			}
			return a.Kind == guard.KindWrite && within(a.Resolved, path)
		})
	})
}

// Apart reports whether commands are started by another process than the host,
// which they can't reach then: from the tier landlock on, where main begins with
// [Worker] or a worker is named.
func (s *Shell) Apart() bool {
	return s != nil && s.contained != nil && s.contained.box.Apart()
}

// Tier is the tier that commands are run under.
func (s *Shell) Tier() guard.Tier {
	if s == nil || s.contained == nil {
		return guard.TierNone
	}
	return s.contained.box.Tier()
}
