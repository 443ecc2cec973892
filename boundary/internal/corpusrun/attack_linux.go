package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/boundary/contain"
	"github.com/runtimeguard/runtimeguard/guard"
)

// setting is one way to run cases: an engine under a tier.
type setting struct {
	engine   guard.Engine
	tier     guard.Tier
	shell    *boundary.Shell
	enforcer *guard.Enforcer
}

// attackAll runs every case in every setting.
func attackAll(nonce string) error {
	out := json.NewEncoder(os.NewFile(4, "results"))
	if err := proven(nonce); err != nil {
		return err
	}
	text, err := os.ReadFile("/cases.json")
	if err != nil {
		return err
	}
	var what order
	if err := json.Unmarshal(text, &what); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	if err := control(out); err != nil {
		return err
	}
	for _, s := range contain.Probe("") {
		if !slices.Contains(what.Tiers, s.Tier.String()) {
			continue
		}
		for _, engine := range []guard.Engine{guard.EngineCompat, guard.EngineExact} {
			if !s.Available {
				out.Encode(result{Engine: string(engine), Tier: s.Tier.String(), Refused: s.Why})
				continue
			}
			set, err := newSetting(engine, s.Tier)
			if err != nil {
				return err
			}
			for _, a := range what.Attacks {
				if err := proven(nonce); err != nil {
					return err
				}
				out.Encode(set.attack(a))
			}
			set.shell.Close()
		}
	}
	return nil
}

// control shows that the marker is reached where nothing holds: else that it
// isn't would say nothing.
func control(out *json.Encoder) error {
	set, err := newSetting(guard.EngineCompat, guard.TierNone)
	if err != nil {
		return err
	}
	defer set.shell.Close()
	for _, command := range []string{"/usr/bin/stub", "echo x >" + marker, "/usr/bin/stub " + home + "/notes.txt"} {
		r := set.attack(attack{ID: "control", Command: command})
		if len(r.Reached) == 0 {
			return fmt.Errorf("without containment %q doesn't reach the marker: %s", command, r.Refused)
		}
		if err := os.WriteFile(home+"/notes.txt", []byte(secret), 0o666); err != nil {
			return err
		}
	}
	return nil
}

func newSetting(engine guard.Engine, tier guard.Tier) (*setting, error) {
	w, err := boundary.NewWorkspace(boundary.WorkspaceConfig{
		Roots: []string{workspace}, Temp: []string{temp}, Home: home, State: "/var/lib/runtimeguard",
	})
	if err != nil {
		return nil, err
	}
	inspector, err := boundary.NewInspector(boundary.InspectorConfig{
		Workspace: w, Tools: map[string]guard.Tool{"run": {Shell: "command", Base: guard.BaseWorkspace, Dialect: guard.DialectBash}},
	})
	if err != nil {
		return nil, err
	}
	c := boundary.ShellConfig{
		Workspace: w, Tools: []string{"run"}, Timeout: time.Second, MaxOutput: 1 << 16,
		Containment: boundary.Containment{
			Tier: tier, Off: tier == guard.TierNone, Sensitive: isSecret,
			Limits: contain.Limits{Processes: 200, FileSize: 4 << 20, Memory: 512 << 20},
		},
	}
	if engine == guard.EngineExact {
		c.Inspector = inspector
	}
	s := &setting{engine: engine, tier: tier}
	if s.shell, err = boundary.NewShell(c); err != nil {
		return nil, err
	}
	s.enforcer, err = guard.New(guard.Config{
		Inspector: inspector,
		Guard:     guard.GuardFunc(func(ctx context.Context, call *guard.Call) guard.Decision { return decide(ctx, w, call) }),
		Audit:     guard.AuditFunc(func(context.Context, guard.Record) error { return nil }),
		Container: s.shell,
	})
	return s, err
}

// decide allows every call, so that containment alone holds it. What the exact
// engine opens for a script, the host opens, which nothing holds but this: there
// it says of the real words what every preset says.
func decide(ctx context.Context, w *boundary.Workspace, call *guard.Call) guard.Decision {
	if _, stepped := guard.Running(ctx); !stepped {
		return guard.Decision{Effect: guard.Allow}
	}
	for _, a := range call.Actions {
		changes := a.Kind == guard.KindWrite || a.Kind == guard.KindDelete
		if a.Zone == guard.ZoneOutside && a.Kind != guard.KindExec || a.Zone == guard.ZoneSystem && changes || isSecret(a.Resolved) {
			return guard.Refuse("outside")
		}
	}
	return w.Decide(ctx, call)
}

// isSecret stands for what a policy knows.
func isSecret(path string) bool {
	return path == "/etc/shadow" || filepath.Base(path) == ".env" || strings.Contains(path, "/.ssh")
}

// attack runs one case and says what it reached.
func (s *setting) attack(a attack) result {
	r := result{ID: a.ID, Engine: string(s.engine), Tier: s.tier.String()}
	before := outside()
	var output string
	err := s.enforcer.Do(context.Background(), guard.Call{Tool: "run", Args: map[string]any{"command": a.Command}},
		func(ctx context.Context) (guard.Outcome, error) {
			got, err := s.shell.Run(ctx, boundary.Command{Text: a.Command})
			output = string(got.Output)
			if call, ok := guard.Running(ctx); ok && call.Engine == guard.EngineExact {
				r.Exact = true
			}
			return got.Outcome(), err
		})
	endStrays()
	if err != nil {
		r.Refused = err.Error()
	}
	r.Stubs = strings.Count(output, "STUB ")
	for path, is := range outside() {
		if before[path] != is {
			r.Reached = append(r.Reached, path)
		}
		delete(before, path)
	}
	for path := range before {
		r.Reached = append(r.Reached, path+" is gone")
	}
	if strings.Contains(output, secret) {
		r.Reached = append(r.Reached, "a secret was read: "+output)
	}
	return r
}

// outside is what stands outside the folders that a case may change, and when
// each file last changed in any way.
func outside() map[string]string {
	out := map[string]string{}
	filepath.WalkDir("/", func(path string, d fs.DirEntry, err error) error {
		for _, dir := range []string{workspace, temp, "/proc", "/dev"} {
			if path == dir {
				return filepath.SkipDir
			}
		}
		var st unix.Stat_t
		if err == nil && unix.Lstat(path, &st) == nil {
			out[path] = fmt.Sprint(st.Mode, st.Uid, st.Size, st.Ino, st.Mtim, st.Ctim)
		}
		return nil
	})
	return out
}

// endStrays ends what a case left running outside of its process group: all but
// this program's own.
func endStrays() {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == 1 {
			continue
		}
		exe, err := os.Readlink("/proc/" + e.Name() + "/exe")
		if err == nil && exe != insidePath {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}
