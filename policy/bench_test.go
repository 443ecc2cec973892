package policy

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
)

// manyRules writes n rules of the usual sorts, none of which a call of
// quietCall meets.
func manyRules(n int) string {
	var b strings.Builder
	b.WriteString("version: 1\ndefault: {exec: allow, read: allow, write: allow, delete: allow, list: allow, connect: ask, unknown: ask, use: ask}\nrules:\n")
	for i := range n {
		switch i % 4 {
		case 0:
			fmt.Fprintf(&b, "  - {id: r%d, effect: ask, on: {exec: [tool%d, git sub%d]}, when: 'action.flag(\"f\") && call.agent == \"a%d\"'}\n", i, i, i, i)
		case 1:
			fmt.Fprintf(&b, "  - {id: r%d, effect: deny, on: {read: \"/data/set%d/**\", write: \"**/*.secret%d\"}, when: 'action.zone == \"outside\" || call.session == \"s%d\"'}\n", i, i, i, i)
		case 2:
			fmt.Fprintf(&b, "  - {id: r%d, effect: ask, on: {connect: \"*.host%d.example\"}, unless: 'call.agent == \"b%d\"'}\n", i, i, i)
		case 3:
			fmt.Fprintf(&b, "  - {id: r%d, effect: deny, on: {use: tool_%d, exec: app%d}, when: 'call.args.?x.orValue(0) == %d'}\n", i, i, i, i)
		}
	}
	return b.String()
}

func quietCall() *guard.Call {
	at := func(k guard.Kind, p string) guard.Action {
		return guard.Action{Kind: k, Path: p, Resolved: p, Zone: guard.ZoneWorkspace}
	}
	return &guard.Call{Tool: "run_command", Actions: []guard.Action{
		{Kind: guard.KindExec, Program: "go", Command: "go test", Args: []string{"test", "./..."}},
		at(guard.KindRead, "/srv/proj/internal/server/handler.go"),
	}}
}

// Three commands as a developer's line has them, with the files they touch.
func shellCall() *guard.Call {
	at := func(k guard.Kind, p string, recursive bool) guard.Action {
		return guard.Action{Kind: k, Path: p, Resolved: p, Zone: guard.ZoneWorkspace, Recursive: recursive}
	}
	return &guard.Call{Tool: "run_command", Actions: []guard.Action{
		{Kind: guard.KindExec, Program: "mkdir", Command: "mkdir", Args: []string{"-p", "build"}, Flags: []string{"p", "parents"}},
		at(guard.KindWrite, "/srv/proj/build", false),
		{Kind: guard.KindExec, Program: "git", Command: "git checkout", Args: []string{"checkout", "-b", "feature"}, Flags: []string{"b"}},
		{Kind: guard.KindExec, Program: "grep", Command: "grep", Args: []string{"-rn", "TODO", "src"}, Flags: []string{"r", "recursive", "n", "line-number"}},
		at(guard.KindRead, "/srv/proj/src", true),
	}}
}

func mustParse(t testing.TB, src string) *Policy {
	t.Helper()
	p, err := Parse("p.yaml", []byte(src))
	require.NoError(t, err)
	return p
}

// Where no rule is a candidate nothing is allocated.
func TestNothingIsAllocatedWithoutCandidates(t *testing.T) {
	p, c, ctx := mustParse(t, manyRules(100)), quietCall(), context.Background()
	require.Equal(t, guard.Allow, p.Decide(ctx, c).Effect)
	if raceEnabled {
		t.Skip("the race detector empties pools")
	}
	require.Zero(t, testing.AllocsPerRun(100, func() { p.Decide(ctx, c) }))
}

func BenchmarkNoCandidate(b *testing.B) {
	for _, n := range []int{100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			p, c, ctx := mustParse(b, manyRules(n)), quietCall(), context.Background()
			b.ReportAllocs()
			for b.Loop() {
				p.Decide(ctx, c)
			}
		})
	}
}

func BenchmarkShellCall(b *testing.B) {
	for _, name := range Presets() {
		b.Run(name, func(b *testing.B) {
			p, err := Preset(name)
			require.NoError(b, err)
			c, ctx := shellCall(), context.Background()
			b.ReportAllocs()
			for b.Loop() {
				p.Decide(ctx, c)
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{200, 1000} {
		src := []byte(manyRules(n))
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := Parse("p.yaml", src); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("standard", func(b *testing.B) {
		for b.Loop() {
			if _, err := Preset("standard"); err != nil {
				b.Fatal(err)
			}
		}
	})
}
