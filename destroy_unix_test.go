//go:build linux || darwin

package runtimeguard_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/backup"
	"github.com/runtimeguard/runtimeguard/boundary"
	"github.com/runtimeguard/runtimeguard/guard"
)

// destroyers are ways in which commands destroy files.
var destroyers = []struct{ name, command, needs string }{
	{"rm", `rm a.txt`, ""},
	{"rm -rf", `rm -rf dir`, ""},
	{"rm without a suffix", `rm Makefile`, ""},
	{"rm a pattern", `rm *.txt`, ""},
	{"rm with a space", `rm "my file.txt"`, ""},
	{"rm a variable", `f=a.txt; rm $f`, ""},
	{"rm in another folder", `cd dir && rm x`, ""},
	{"find -delete", `find . -name '*.txt' -delete`, ""},
	{"find | xargs rm", `find dir -type f | xargs rm -f`, ""},
	{"shred", `shred -u a.txt`, "shred"},
	{"mv over", `mv b.txt a.txt`, ""},
	{"mv a folder", `mv dir moved`, ""},
	{"cp over", `cp b.txt a.txt`, ""},
	{"> over", `echo new > a.txt`, ""},
	{">| over", `set -C; echo new >| a.txt`, ""},
	{"tee", `echo new | tee a.txt b.txt`, ""},
	{"sed -i", `sed -i.bak s/line/changed/ a.txt dir/x`, ""},
	{"truncate", `truncate -s 1 a.txt dir/hard`, "truncate"},
	{"dd", `dd if=/dev/zero of=a.txt bs=4 count=1 conv=notrunc`, ""},
	{"rsync --delete", `rsync -a --delete src/ dir/`, "rsync"},
	{"git checkout", `git checkout -- .`, "git"},
	{"git clean", `git clean -fdx`, "git"},
	{"git reset", `git reset --hard`, "git"},
	{"perl -i", `perl -i -pe 's/line/changed/' a.txt`, "perl"},
	{"python", `python3 -c 'import os, shutil; os.remove("a.txt"); shutil.rmtree("dir"); open("b.txt", "w").write("x")'`, "python3"},
	{"make", `make destroy`, "make"},

	// More of the same.
	{"git stash", `git stash -u`, "git"},
	{"git rm", `git rm -f a.txt`, "git"},
	{"a script", `./destroy.sh`, ""},
	{"a script with an interpreter", `sh destroy.sh`, ""},
	{"a hard link is written", `echo new | tee hard`, ""},
	{"a hard link is removed", `rm hard`, ""},
	{"a link is replaced", `ln -sfn b.txt link`, ""},
	{"a link is removed", `rm link`, ""},
	{"through a link", `echo new > link`, ""},
	{"append", `echo new >> a.txt`, ""},
	{"a folder with odd names", `rm -r 'dir/sub folder'`, ""},
	{"chmod and touch", `chmod -R u+x dir; touch a.txt`, ""},
	{"rmdir", `rmdir empty`, ""},
	{"creates", `mkdir -p new/deep && echo x > new/deep/file`, ""},
	{"sort -o", `sort -r -o a.txt a.txt`, ""},
	{"gzip", `gzip b.txt`, "gzip"},
	{"a pipeline of all", `cat b.txt > a.txt; rm -rf dir/*; mv link moved`, ""},
}

// field fills a workspace with files of every sort, in a git repository with
// changes that are not committed.
func (f folders) field(t *testing.T) {
	write := func(name, text string, mode os.FileMode) {
		path := filepath.Join(f.workspace, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), mode))
		require.NoError(t, os.Chmod(path, mode))
	}
	git := func(args ...string) {
		cmd := exec.Command("git", append([]string{"-C", f.workspace, "-c", "user.name=t", "-c", "user.email=t@example.com"}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
	}
	write("a.txt", "first line\nsecond line\r\nno end", 0o640)
	write("b.txt", "another line\n", 0o644)
	write("my file.txt", "spaces\n", 0o600)
	write("dir/x", "a line in dir\n", 0o755)
	write("dir/sub folder/\xff odd\nname", "\x00\xff\xfe", 0o644)
	write("dir/big", strings.Repeat("0123456789abcdef", 100_000), 0o644)
	write("src/new", "from src\n", 0o644)
	write("Makefile", "destroy:\n\t@rm -rf a.txt dir && echo x > b.txt\n", 0o644)
	write("destroy.sh", "#!/bin/sh\nrm -rf a.txt dir\necho x > b.txt\n", 0o755)
	write(".gitignore", "ignored\n", 0o644)
	require.NoError(t, os.Symlink("a.txt", filepath.Join(f.workspace, "link")))
	require.NoError(t, os.Symlink("/nowhere/at all", filepath.Join(f.workspace, "dir/dangling")))
	require.NoError(t, os.Mkdir(filepath.Join(f.workspace, "empty"), 0o711))
	if _, err := exec.LookPath("git"); err == nil {
		git("init", "-q", "--template=")
		git("add", ".")
		git("commit", "-qm", "first")
	}
	write("a.txt", "not committed line\nsecond line\r\nno end", 0o640)
	write("untracked", "untracked\n", 0o644)
	write("ignored", "ignored\n", 0o644)
	require.NoError(t, os.Link(filepath.Join(f.workspace, "untracked"), filepath.Join(f.workspace, "hard")))
	require.NoError(t, os.Link(filepath.Join(f.workspace, "untracked"), filepath.Join(f.workspace, "dir/hard")))
	n := time.Duration(0)
	require.NoError(t, filepath.WalkDir(f.workspace, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSymlink != 0 {
			return err
		}
		n += 1_000_003 * time.Nanosecond
		then := time.Unix(1_600_000_000, 0).Add(n)
		return os.Chtimes(path, then, then)
	}))
}

// everything describes each file of a folder, the folder itself too: type,
// mode, owner, time, content or target, and its other names.
func everything(t *testing.T, dir string) map[string]string {
	t.Helper()
	out, names := map[string]string{}, map[uint64][]string{}
	inodes := map[string]uint64{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := d.Info()
		require.NoError(t, err)
		name, err := filepath.Rel(dir, path)
		require.NoError(t, err)
		st := info.Sys().(*syscall.Stat_t)
		s := fmt.Sprintf("%v %d:%d %v", info.Mode(), st.Uid, st.Gid, info.ModTime().UnixNano())
		switch {
		case info.Mode().IsRegular():
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			s += fmt.Sprintf(" %d %x", len(data), sha256.Sum256(data))
			names[uint64(st.Ino)] = append(names[uint64(st.Ino)], name)
			inodes[name] = uint64(st.Ino)
		case info.Mode()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			require.NoError(t, err)
			s += " " + target
		}
		out[name] = s
		return nil
	}))
	for name, inode := range inodes {
		slices.Sort(names[inode])
		out[name] += fmt.Sprintf(" %q", names[inode])
	}
	return out
}

// differences lists the files that two states don't share.
func differences(want, got map[string]string) (out []string) {
	for name, s := range want {
		if got[name] != s {
			out = append(out, fmt.Sprintf("%s: want %s, got %s", name, s, got[name]))
		}
	}
	for name := range got {
		if want[name] == "" {
			out = append(out, name+": too many")
		}
	}
	slices.Sort(out)
	return out
}

// guarded runs a command as an agent's tool would, with an operator who says
// yes to what is asked.
func guarded(t *testing.T, f folders, rt *runtimeguard.Runtime, command string) error {
	t.Helper()
	do := func() error {
		return rt.Do(t.Context(), guard.Call{Tool: "run_command", Args: map[string]any{"command": command}}, func(ctx context.Context) (guard.Outcome, error) {
			r, err := rt.Shell.Run(ctx, boundary.Command{Text: command})
			if err == nil && r.Exit != 0 {
				t.Logf("exit %d: %s", r.Exit, r.Output)
			}
			return r.Outcome(), err
		})
	}
	err := do()
	var pending *guard.PendingError
	if !errors.As(err, &pending) {
		return err
	}
	key, err := approval.LoadKey(filepath.Join(f.state, runtimeguard.KeysDir, runtimeguard.KeyFile))
	require.NoError(t, err)
	me, err := user.Current()
	require.NoError(t, err)
	_, err = rt.Approvals.Approve(t.Context(), pending.Request, me.Username, key)
	require.NoError(t, err)
	return do()
}

// Whatever a command destroys is there again after a restore: every byte, mode,
// owner, time and link.
func TestWhatCommandsDestroyIsRestored(t *testing.T) {
	var ran atomic.Int32
	t.Cleanup(func() { t.Logf("%d of %d ways to destroy files undone", ran.Load(), len(destroyers)) })
	for _, d := range destroyers {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			if d.needs != "" {
				if _, err := exec.LookPath(d.needs); err != nil {
					t.Skip("there is no " + d.needs)
				}
			}
			f := newFolders(t)
			f.field(t)
			rt := open(t, f.config())
			before := everything(t, f.workspace)
			require.NoError(t, guarded(t, f, rt, d.command))
			after := everything(t, f.workspace)
			require.NotEqual(t, before, after, "the command destroyed nothing")

			saved, err := rt.Backups.List(t.Context())
			require.NoError(t, err)
			require.NotEmpty(t, saved) // of the call, and then of each of its steps
			oldest := slices.MinFunc(saved, func(a, b backup.Snapshot) int { return a.Time.Compare(b.Time) })
			plan, err := rt.Backups.Plan(t.Context(), oldest.ID)
			require.NoError(t, err)
			result, err := rt.Backups.Apply(t.Context(), plan)
			require.NoError(t, err, plan)
			require.Empty(t, differences(before, everything(t, f.workspace)))

			plan, err = rt.Backups.Plan(t.Context(), result.Undo)
			require.NoError(t, err)
			_, err = rt.Backups.Apply(t.Context(), plan)
			require.NoError(t, err)
			require.Empty(t, differences(after, everything(t, f.workspace)), "the undo")
			report, err := rt.Backups.Verify(t.Context(), nil)
			require.NoError(t, err)
			require.Empty(t, report.Damaged)
			ran.Add(1)
		})
	}
}

// What is more than may be saved is refused, or asked and then run without a
// backup, and the record says so; it is never left out without a word.
func TestPastTheBackupsBudget(t *testing.T) {
	f := newFolders(t)
	for i := range 10 {
		require.NoError(t, os.WriteFile(filepath.Join(f.workspace, fmt.Sprint("f", i)), []byte("x"), 0o644))
	}
	if _, err := os.Stat("/usr/bin/python3"); err != nil {
		t.Skip("there is no python3")
	}
	require.NoError(t, os.WriteFile(filepath.Join(f.workspace, "tool"), []byte("#!/usr/bin/python3\nimport os\nos.remove('f9')\n"), 0o755))
	c := f.config()
	c.BackupFiles = 5
	rt := open(t, c)

	ran, err := do(rt, "run_command", `{"command":"rm f0 f1 f2 f3 f4 f5"}`)
	require.ErrorContains(t, err, "the backup that the policy requires could not be made")
	require.False(t, ran)
	ran, err = do(rt, "run_command", `{"command":"rm f0"}`)
	require.NoError(t, err)
	require.True(t, ran)

	ran, err = do(rt, "run_command", `{"command":"./tool"}`)
	require.ErrorContains(t, err, "it would run without a backup: past the backup")
	require.ErrorContains(t, err, "waits for a human")
	require.False(t, ran)
	require.NoError(t, guarded(t, f, rt, "./tool"))
	require.NoFileExists(t, filepath.Join(f.workspace, "f9"))
	saved, err := rt.Backups.List(t.Context())
	require.NoError(t, err)
	require.Len(t, saved, 1, "only that of rm f0")
}
