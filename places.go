package runtimeguard

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/policy"
)

// places are the folders of a Config, absolute, links followed.
type places struct {
	roots, readOnly, temp []string
	home, state           string
}

// StateDir returns the default state folder of a workspace: a folder named
// after it beneath the user's state folder ($XDG_STATE_HOME or
// ~/.local/state; on macOS and Windows the user's configuration folder).
func StateDir(workspace string) (string, error) {
	ws, err := resolved(workspace)
	if err != nil {
		return "", err
	}
	base := os.Getenv("XDG_STATE_HOME")
	switch {
	case runtime.GOOS == "windows" || runtime.GOOS == "darwin":
		if base, err = os.UserConfigDir(); err != nil {
			return "", err
		}
	case !filepath.IsAbs(base):
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		base = filepath.Join(home, ".local", "state")
	}
	sum := sha256.Sum256([]byte(ws))
	return filepath.Join(base, "runtimeguard", filepath.Base(ws)+"-"+hex.EncodeToString(sum[:4])), nil
}

// places resolves and checks the folders of a Config.
func (c *Config) places() (*places, error) {
	if c.Workspace == "" {
		return nil, errors.New("runtimeguard: Config.Workspace is empty: name the folder the agent works in")
	}
	p := &places{home: c.Home}
	var err error
	if p.roots, err = existing(append([]string{c.Workspace}, c.Roots...)); err != nil {
		return nil, err
	}
	if p.readOnly, err = existing(c.ReadOnly); err != nil {
		return nil, err
	}
	if p.temp, err = existing(temporary(c.Temp)); err != nil {
		return nil, err
	}
	if p.home == "" {
		if p.home, err = os.UserHomeDir(); err != nil {
			return nil, fmt.Errorf("runtimeguard: Config.Home is empty and the user's can't be found: %w", err)
		}
	}
	if err := p.openState(c); err != nil {
		return nil, err
	}
	return p, nil
}

// temporary returns the folders given, or those of the system that exist.
func temporary(dirs []string) []string {
	if len(dirs) > 0 {
		return dirs
	}
	return slices.DeleteFunc([]string{os.TempDir(), "/tmp"}, func(d string) bool {
		_, err := os.Stat(d)
		return err != nil
	})
}

// openState makes the state folder and refuses one that the agent or another
// user could touch.
func (p *places) openState(c *Config) (err error) {
	dir := c.State
	if dir == "" {
		if dir, err = StateDir(c.Workspace); err != nil {
			return err
		}
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	// Judged before it is made, so that nothing is created inside a root.
	if dir, err = resolvedPrefix(dir); err != nil {
		return err
	}
	if err := p.apart(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("runtimeguard: state folder: %w", err)
	}
	if p.state, err = filepath.EvalSymlinks(dir); err != nil {
		return err
	}
	if err := p.apart(p.state); err != nil {
		return err
	}
	if err := private(p.state); err != nil {
		return fmt.Errorf("runtimeguard: state folder %w", err)
	}
	for _, d := range []string{auditDir, backupsDir, approvalsDir, KeysDir} {
		if err := os.Mkdir(p.in(d), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if d == approvalsDir {
			continue // operators with users of their own may share it: OpenFolder looks at it
		}
		if err := private(p.in(d)); err != nil {
			return fmt.Errorf("runtimeguard: state folder %w", err)
		}
	}
	return nil
}

// apart refuses a state folder inside a folder the agent may touch, or around
// one.
func (p *places) apart(state string) error {
	for _, root := range slices.Concat(p.roots, p.readOnly, p.temp) {
		if within(state, root) {
			return fmt.Errorf("runtimeguard: state folder %s lies inside %s, which the agent may touch: choose a folder outside", state, root)
		}
		if within(root, state) {
			return fmt.Errorf("runtimeguard: %s, which the agent may touch, lies inside the state folder %s: choose another", root, state)
		}
	}
	return nil
}

// loadPolicy loads a preset or a file that only the operator can write.
func (p *places) loadPolicy(name string) (*policy.Policy, error) {
	if name == "" {
		name = "standard"
		if _, err := os.Lstat(p.in(policyFile)); err == nil {
			name = p.in(policyFile)
		}
	}
	if policy.IsPreset(name) {
		return policy.Preset(name)
	}
	file, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	pol, err := policy.Load(file)
	if err != nil {
		return nil, err
	}
	for _, f := range pol.Files() {
		if err := p.operatorsOwn(f); err != nil {
			return nil, err
		}
	}
	return pol, nil
}

// operatorsOwn refuses a file that the agent or another user could change or
// replace, by its name or where its links lead.
func (p *places) operatorsOwn(file string) error {
	target, err := filepath.EvalSymlinks(file)
	if err != nil {
		return err
	}
	for _, f := range []string{file, target} {
		for _, root := range slices.Concat(p.roots, p.temp) {
			if within(f, root) {
				return fmt.Errorf("runtimeguard: policy file %s lies inside %s, where the agent may write: keep it outside", f, root)
			}
		}
		if err := private(f); err != nil {
			return fmt.Errorf("runtimeguard: policy file %w", err)
		}
		if err := private(filepath.Dir(f)); err != nil {
			return fmt.Errorf("runtimeguard: policy folder %w", err)
		}
	}
	return nil
}

// private refuses a file or folder that others may write.
func private(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if err := othersMayWrite(info); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// stateFiles are the parts of a state folder that others must not write or,
// where they hold a secret, even read.
var stateFiles = []struct {
	name   string
	secret bool
}{
	{".", false}, {auditDir, false}, {auditDir + "/key", true}, {backupsDir, false}, {approvalsDir, false},
	{KeysDir, false}, {KeysDir + "/" + ApproversFile, false}, {KeysDir + "/" + KeyFile, true},
	{policyFile, false}, {rootsFile, false}, {haltFile, false}, {"console.link", true},
}

// CheckState says of a state folder what others than its user may write that
// they must not, and which secret they may read, each with its remedy. What
// isn't there, or is out of this user's sight, is passed over.
func CheckState(state string) (problems []error) {
	for _, f := range stateFiles {
		path := filepath.Join(state, f.name)
		info, err := os.Stat(path)
		if err != nil || runtime.GOOS == "windows" || f.name == approvalsDir && shared(info) {
			continue
		}
		mode := info.Mode().Perm()
		switch {
		case mode&0o022 != 0:
			problems = append(problems, fmt.Errorf("%s: others may write it (%v): chmod go-w", path, mode))
		case f.secret && mode&0o077 != 0:
			problems = append(problems, fmt.Errorf("%s: others may read the secret in it (%v): chmod go= and make a new one", path, mode))
		}
	}
	return problems
}

// shared reports whether a folder of approvals is a group's, as
// [approval.OpenFolder] takes it.
func shared(info fs.FileInfo) bool {
	return info.Mode()&fs.ModeSetgid != 0 && info.Mode().Perm() == 0o770
}

func (p *places) workspace() boundary.WorkspaceConfig {
	return boundary.WorkspaceConfig{Roots: p.roots, ReadOnly: p.readOnly, Temp: p.temp, Home: p.home, State: p.state}
}

// writable are the folders whose files a call may change.
func (p *places) writable() []string { return slices.Concat(p.roots, p.temp) }

// existing resolves folders, each of which must exist.
func existing(dirs []string) ([]string, error) {
	var out []string
	for _, d := range dirs {
		r, err := resolved(d)
		if err != nil {
			return nil, fmt.Errorf("runtimeguard: %w", err)
		}
		info, err := os.Stat(r)
		if err != nil {
			return nil, fmt.Errorf("runtimeguard: %w", err)
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("runtimeguard: %s is not a folder", d)
		}
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out, nil
}

// resolvedPrefix follows the links of as much of a path as exists.
func resolvedPrefix(path string) (string, error) {
	r, err := filepath.EvalSymlinks(path)
	if !errors.Is(err, fs.ErrNotExist) || filepath.Dir(path) == path {
		return r, err
	}
	parent, err := resolvedPrefix(filepath.Dir(path))
	return filepath.Join(parent, filepath.Base(path)), err
}

func resolved(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

// within reports whether path is dir or lies beneath it, by components.
func within(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
