package shell

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
)

// TestSpecsAreWellFormed looks at every specification: roles that exist,
// options that can be typed, none said twice.
func TestSpecsAreWellFormed(t *testing.T) {
	seen := map[string]int{}
	for _, family := range families {
		for names := range family() {
			for _, n := range strings.Split(names, ",") {
				seen[n]++
			}
		}
	}
	var twice []string
	for n, times := range seen {
		if times > 1 {
			twice = append(twice, n)
		}
	}
	slices.Sort(twice)
	if len(twice) > 0 {
		t.Errorf("programs with two specifications: %v", twice)
	}
	require.GreaterOrEqual(t, len(specs()), 300)
	for _, name := range slices.Sorted(maps.Keys(specs())) {
		checkSpec(t, name, specs()[name])
	}
	for name, c := range tmuxCommands() {
		checkSpec(t, "tmux "+name, c)
	}
	t.Logf("%d programs", len(specs()))
}

var spelling = regexp.MustCompile(`^[A-Za-z0-9@#/?.+][A-Za-z0-9_.:/+-]*$`)

func checkSpec(t *testing.T, name string, c guard.Command) {
	t.Helper()
	roles := append(guard.Roles(), roleOwn, rolePager, rolePackage, roleInline, roleScript, roleModule, roleWord, roleTarget, roleJVM, roleLoose,
		roleHosts, roleImage, rolePush)
	many := 0
	for i, o := range c.Operands {
		role, more := strings.CutSuffix(o, "...")
		if more {
			many++
		}
		require.Contains(t, roles, guard.Role(role), "%s: operand %d", name, i)
	}
	require.LessOrEqual(t, many, 1, name)
	seen := map[string]bool{}
	for names, role := range c.Options {
		require.Contains(t, roles, guard.Role(strings.TrimLeft(role, "?=")), "%s: option %s", name, names)
		for _, n := range strings.Split(names, ",") {
			require.Regexp(t, spelling, n, "%s: option %s", name, names)
			if seen[n] {
				t.Errorf("%s: option %s is said twice", name, n)
			}
			seen[n] = true
		}
	}
	subs := map[string]bool{}
	for names, sub := range c.Commands {
		for _, n := range strings.Split(names, ",") {
			require.Regexp(t, `^([a-zA-Z0-9+-][a-zA-Z0-9_+:.-]*|@)$`, n, name)
			require.False(t, subs[n], "%s: command %s is said twice", name, n)
			subs[n] = true
		}
		checkSpec(t, name+" "+names, sub)
	}
}
