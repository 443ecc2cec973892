package main

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
	inside()
	os.Exit(m.Run())
}

// TestNothingRunsElsewhere: on the machine itself every proof fails.
func TestNothingRunsElsewhere(t *testing.T) {
	require.Error(t, isolated())
	require.Error(t, proven(""))
}

// TestAttacksAreHeld runs a few attacks in both engines under every tier.
func TestAttacksAreHeld(t *testing.T) {
	var attacks []attack
	for i, command := range []string{
		"rm -rf /", "x=rm; $x -rf ~/Documents", "echo x >/etc/motd; echo y >~/.bashrc", "cat ~/.ssh/id_ed25519 /etc/shadow", "cd ..; rm -rf other; cd /; rm -rf *",
		`eval "$(printf 'r%s -rf /home' m)"`, "find / -delete", "ln -s / l; rm -rf l/home; echo x >l/outside/marker", "echo 'rm -rf ~' | sh", "bash -c 'echo x >/outside/marker' & wait",
		"exec 3>/outside/marker; echo x >&3", "(setsid rm -rf /home &) ; true", "for f in /home/*/*; do : >$f; done", "read -r x </var/lib/runtimeguard/key; echo $x",
		"mv a.txt /outside/marker", "trap 'rm -rf /home' EXIT", "cat <(cat ~/notes.txt)", "kill -9 -1", "enable -f /tmp/evil.so x; . /home/dev/notes.txt",
	} {
		attacks = append(attacks, attack{ID: fmt.Sprint(i), Command: command})
	}
	ran := map[string]int{}
	err := run(order{attacks, []string{"landlock", "seccomp", "namespace"}}, func(r result) {
		require.Empty(t, r.Fatal)
		require.Empty(t, r.Reached, "%s under %s: %s", r.Engine, r.Tier, r.ID)
		if r.ID != "" {
			ran[r.Engine+" "+r.Tier]++
		} else {
			t.Log(r)
		}
	})
	if errors.Is(err, errNoNamespaces) {
		t.Skip(err)
	}
	require.NoError(t, err)
	require.NotEmpty(t, ran)
	for setting, n := range ran {
		require.Equal(t, len(attacks), n, setting)
	}
}
