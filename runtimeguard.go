// Package runtimeguard stands between an AI agent's tool calls and the
// handlers that carry them out. [Open] assembles the whole thing for one
// workspace:
//
//	rt, err := runtimeguard.Open(runtimeguard.Config{Workspace: "."})
//	...
//	defer rt.Close()
//	err = rt.Do(ctx, guard.Call{Tool: "run_command", Raw: args}, handler)
//
// From a call it works out the actions the call would take (programs started,
// files read, written or deleted, hosts reached, things that can't be known
// yet), decides allow, ask or deny by a policy, and enforces the decision: a
// human's approval out of the agent's reach, a backup before anything is
// destroyed, a record that shows tampering.
//
// This package holds no logic of its own. The parts are in guard, boundary,
// policy, approval, backup and audit, and can be put together otherwise.
package runtimeguard

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/audit"
	"github.com/runtimeguard/runtimeguard/backup"
	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/policy"
)

// Config says what to guard. The zero value of each field but Workspace is
// usable.
type Config struct {
	// Workspace is the folder the agent works in. It must exist.
	Workspace string
	// Roots are more folders the agent may work in; ReadOnly are those it may
	// only read.
	Roots, ReadOnly []string
	// Temp are the temporary folders; none means the system's.
	Temp []string
	// Home is the home folder that ~ means; "" means the user's.
	Home string
	// State is the folder that holds approvals, backups, the log and keys; ""
	// means [StateDir] of the workspace. It is created with mode 0700. No tool
	// reaches it.
	State string
	// Policy is a preset (standard, strict, readonly) or a policy file; ""
	// means policy.yaml in the state folder where that exists, else standard.
	Policy string
	// Tools bind tools to what their arguments mean, by name. They come before
	// the policy's bindings, which come before [Bindings].
	Tools map[string]guard.Tool
	// ShellTools names the tools whose handlers run their command by
	// Runtime.Shell and by nothing else; nil means run_command. Only of these
	// does the record say what runs and holds them.
	ShellTools []string
	// Worker is the absolute path of a program whose main begins with [Worker],
	// as the operator's command does: commands are judged again, while they run,
	// in it. "" means this program, where its main does. It is refused where
	// commands may write.
	Worker string
	// Env is added to the clean environment of the commands that Shell runs,
	// as "NAME=value".
	Env []string
	// Containment says what holds those commands; zero means the best tier that
	// this machine has. Its Sensitive and Plants are the policy's where they
	// are nil.
	Containment boundary.Containment
	// Approvals says where requests are kept, who is told of them and how long
	// they and their answers last. Without a Store it is a folder in the state
	// folder; without Keys they are those in the state folder's keys folder, where
	// one is made when there is none; without Tool, tools mean what they mean here.
	Approvals approval.Config
	// Audit says how the log is kept: its key, sinks, redaction.
	Audit audit.Config
	// BackupFiles and BackupBytes bound what is saved for one call, as
	// [backup.Config] says; zero means its defaults.
	BackupFiles int
	BackupBytes int64
	// InsistOnApprovals refuses to open where approvals are only advisory: see
	// [Runtime.Advisory].
	InsistOnApprovals bool
	// Guards judge beside the policy; the strictest wins.
	Guards []guard.Guard
}

// Runtime is everything assembled. It is safe for concurrent use.
type Runtime struct {
	*guard.Enforcer
	// Files and Shell are handlers for tools: they hold the workspace's
	// boundary once more while they work.
	Files *boundary.Files
	Shell *boundary.Shell
	// Policy is the policy in force; its Reload reads the files anew.
	Policy *policy.Policy
	// Approvals holds the requests that wait for a human. It only shows and
	// finds them: answering needs a key.
	Approvals *approval.Queue
	Backups   *backup.Vault
	Log       *audit.Log

	inspector *boundary.Inspector
}

// Open assembles a Runtime. It refuses, saying why, a state folder that lies
// inside a folder the agent may touch or around one, a policy file that the
// agent may write, and files or folders that other users may write.
func Open(c Config) (*Runtime, error) {
	p, err := c.places()
	if err != nil {
		return nil, err
	}
	pol, err := p.loadPolicy(c.Policy)
	if err != nil {
		return nil, err
	}
	rt := &Runtime{Policy: pol}
	if err := rt.assemble(c, p); err != nil {
		return nil, errors.Join(err, rt.Close())
	}
	if c.InsistOnApprovals && rt.Advisory() != "" {
		err := fmt.Errorf("runtimeguard: approvals are advisory: %s", rt.Advisory())
		return nil, errors.Join(err, rt.Close())
	}
	return rt, nil
}

func (rt *Runtime) assemble(c Config, p *places) error {
	ws, err := boundary.NewWorkspace(p.workspace())
	if err != nil {
		return err
	}
	rt.inspector, err = boundary.NewInspector(boundary.InspectorConfig{
		Workspace: ws, Vocabulary: rt.Policy, Tools: rt.bindings(c.Tools), Sensitive: rt.Policy.Sensitive,
	})
	if err != nil {
		return err
	}
	if rt.Files, err = boundary.NewFiles(ws); err != nil {
		return err
	}
	rt.Files.Step = guard.Step // judged again on what is really opened
	rt.Shell, err = boundary.NewShell(boundary.ShellConfig{
		Workspace: ws, Env: c.Env, Tools: c.shellTools(), Containment: rt.containment(c.Containment),
		Inspector: rt.inspector, Worker: c.Worker,
	})
	if err != nil {
		return err
	}
	if rt.Log, err = audit.Open(p.in(auditDir), c.Audit); err != nil {
		return err
	}
	if rt.Backups, err = openBackups(p, c); err != nil {
		return err
	}
	if c.Approvals.Tool == nil {
		c.Approvals.Tool = rt.Tool
	}
	if rt.Approvals, err = openApprovals(p.state, c.Approvals); err != nil {
		return err
	}
	guards := append([]guard.Guard{haltGuard{p.in(haltFile)}, ws, rt.Policy}, c.Guards...)
	rt.Enforcer, err = guard.New(guard.Config{
		Inspector: rt.inspector,
		Guard:     guard.All(guards...),
		Audit:     rt.Log,
		Approver:  rt.Approvals,
		Backup:    rt.Backups,
		Container: rt.Shell,
	})
	return err
}

// Tool returns the binding of a tool, and whether it has one: what adapters
// need to report the tools that are only asked about.
func (rt *Runtime) Tool(name string) (guard.Tool, bool) { return rt.inspector.Tool(name) }

// Advisory says why approvals, backups and the log only hold against an
// agent's tool calls and not against programs that the agent has written and
// runs, or "" where they hold against both. Those programs run as the host's
// user; from the tier landlock on the state folder is out of their reach, and
// the host's memory where main begins with [Worker] or Config.Worker names a
// program. It speaks of the programs that Shell runs: handlers that start
// programs themselves contain nothing.
func (rt *Runtime) Advisory() string {
	switch {
	case rt.Shell.Apart():
		return ""
	case rt.Shell.Tier() >= guard.TierLandlock:
		return "the host starts the programs that the agent runs itself, so they could read its memory:" +
			" let main begin with runtimeguard.Worker(), or name a worker in Config.Worker"
	}
	return "programs that the agent runs have the host's user and nothing contains them, so they could reach the state folder" +
		" (runtimeguard doctor says what this machine lacks)"
}

// containment is a configuration's with what the policy knows.
func (rt *Runtime) containment(c boundary.Containment) boundary.Containment {
	if c.Sensitive == nil {
		c.Sensitive = rt.Policy.Sensitive
	}
	if c.Plants == nil {
		c.Plants = rt.Policy.Plants
	}
	return c
}

// Close writes the log's last checkpoint and lets go of all folders. Calls
// after Close are refused, since they can't be recorded.
func (rt *Runtime) Close() error {
	var errs []error
	errs = append(errs, rt.Shell.Close())
	if rt.Files != nil {
		errs = append(errs, rt.Files.Close())
	}
	if rt.Backups != nil {
		errs = append(errs, rt.Backups.Close())
	}
	if rt.Log != nil {
		errs = append(errs, rt.Log.Close())
	}
	return errors.Join(errs...)
}

// Bindings returns the meaning of the tools that the examples serve: a shell
// and the file tools. Open uses them, and restore_backup on its own backups,
// for names that neither Config.Tools nor the policy binds.
func Bindings() map[string]guard.Tool {
	return map[string]guard.Tool{
		"run_command":    {Shell: "command", Dir: "cwd", Base: guard.BaseWorkspace, Dialect: guard.DialectBash},
		"read_file":      {Read: "path", Base: guard.BaseWorkspace},
		"write_file":     {Write: "path", Content: "content", Base: guard.BaseWorkspace},
		"edit_file":      {Write: "path", Content: "new", Replaces: "old", Base: guard.BaseWorkspace},
		"delete_file":    {Delete: "path", Base: guard.BaseWorkspace},
		"move_file":      {Move: [2]string{"source", "destination"}, Base: guard.BaseWorkspace},
		"list_directory": {List: "path", Base: guard.BaseWorkspace, Optional: []string{"path"}},
	}
}

func (c *Config) shellTools() []string {
	if c.ShellTools == nil {
		return []string{"run_command"}
	}
	return c.ShellTools
}

// bindings are the user's before the policy's before the built-in ones.
func (rt *Runtime) bindings(tools map[string]guard.Tool) map[string]guard.Tool {
	out := Bindings()
	out["restore_backup"] = guard.Tool{Actions: func(ctx context.Context, call *guard.Call) ([]guard.Action, error) {
		return rt.Backups.Actions(ctx, call)
	}}
	for name := range out {
		if _, bound := rt.Policy.Tool(name); bound {
			delete(out, name)
		}
	}
	maps.Copy(out, tools)
	return out
}

// OpenApprovals opens the requests of a state folder for an operator. The keys
// it trusts are those in the folder.
func OpenApprovals(state string) (*approval.Queue, error) {
	return openApprovals(state, approval.Config{})
}

func openApprovals(state string, c approval.Config) (_ *approval.Queue, err error) {
	if len(c.Keys) == 0 {
		if c.Keys, err = trustedKeys(filepath.Join(state, KeysDir)); err != nil {
			return nil, err
		}
	}
	if c.Store == nil {
		if c.Store, err = approval.OpenFolder(filepath.Join(state, approvalsDir)); err != nil {
			return nil, err
		}
	}
	return approval.New(c)
}

// OpenBackups opens the backups of a state folder for an operator, with the
// roots of the Runtime that last used it. Close it after use.
func OpenBackups(state string) (*backup.Vault, error) {
	text, err := os.ReadFile(filepath.Join(state, rootsFile))
	if err != nil {
		return nil, fmt.Errorf("no guard has used this state folder: %w", err)
	}
	var roots []string
	if err := json.Unmarshal(text, &roots); err != nil {
		return nil, fmt.Errorf("%s: %w", rootsFile, err)
	}
	return backup.Open(filepath.Join(state, backupsDir), backup.Config{Roots: roots})
}

// openBackups opens them for a Runtime and leaves word of the roots.
func openBackups(p *places, c Config) (*backup.Vault, error) {
	v, err := backup.Open(p.in(backupsDir), backup.Config{Roots: p.roots, Named: p.temp, MaxFiles: c.BackupFiles, MaxBytes: c.BackupBytes})
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(p.writable())
	if err == nil {
		err = os.WriteFile(p.in(rootsFile), text, 0o600)
	}
	if err != nil {
		return nil, errors.Join(err, v.Close())
	}
	return v, nil
}

// AuditDir returns the folder of a state folder's log, for [audit.Verify] and
// its kin.
func AuditDir(state string) string { return filepath.Join(state, auditDir) }

// ApprovalsDir returns the folder of a state folder's approvals, for
// [approval.OpenFolder].
func ApprovalsDir(state string) string { return filepath.Join(state, approvalsDir) }

// trustedKeys reads the approvers' public keys. Where there are none yet it
// makes a pair: fine for trying things out, and for operators who share the
// host's user anyway.
func trustedKeys(dir string) ([]ed25519.PublicKey, error) {
	file := filepath.Join(dir, ApproversFile)
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		key, err := approval.LoadOrCreateKey(filepath.Join(dir, KeyFile))
		if err != nil {
			return nil, err
		}
		text = []byte(approval.FormatPublicKey(key.PublicKey()) + "\n")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			return nil, err
		}
	} else if err != nil {
		return nil, err
	}
	keys, err := approval.ParsePublicKeys(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s holds no key: add the line that \"runtimeguard approvals key\" prints for whoever is to approve", file)
	}
	return keys, nil
}

// The state folder's keys folder, and what is in it.
const (
	KeysDir       = "keys"
	ApproversFile = "approvers"    // the public keys whose answers count, one a line
	KeyFile       = "approver.key" // an approver's private key, where it is kept here
)

// The state folder's parts.
const (
	auditDir     = "audit"
	backupsDir   = "backups"
	approvalsDir = "approvals"
	haltFile     = "halt"
	rootsFile    = "roots.json"
	policyFile   = "policy.yaml"
)

func (p *places) in(name string) string { return filepath.Join(p.state, name) }
