package approval_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/approval/approvaltest"
	"github.com/runtimeguard/runtimeguard/guard"
)

// shown files a call and returns its request.
func (s *side) shown(t testing.TB, call *guard.Call, d guard.Decision) *approval.Request {
	_ = s.Find(t.Context(), call, d)
	all, err := s.List(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 1)
	return all[0]
}

func TestText(t *testing.T) {
	s := newSide(t, approval.Memory())
	call, d := approvaltest.Call()
	call.Principal.User, call.Engine, call.Tier = "kim lee", guard.EngineExact, guard.TierLandlock
	call.Actions = append(call.Actions,
		guard.Action{
			Kind: guard.KindDelete, Path: "/work/project/ln", Resolved: "/tmp/b", Zone: guard.ZoneTemp,
			Recursive: true, Pattern: true, Via: []string{"env", "nice"},
		},
		guard.Action{Kind: guard.KindExec, Path: "/work/project/run me", Args: []string{"it's", "", "a b", guard.UnknownWord}, Hash: [32]byte{1}},
		guard.Action{Kind: guard.KindConnect},
		guard.Action{Kind: guard.KindUnknown, Reason: "a program's own code", Opaque: true})
	d.Action, d.Require = &call.Actions[0], []guard.Requirement{guard.RequireBackup}
	d.Fired = append(d.Fired, guard.Fired{Rule: "watch", Pos: "p.yaml:3", Effect: guard.Deny, Message: "not there", Audit: true, Err: "no such key"})
	r := s.shown(t, call, d)
	require.Equal(t, `request     | ID, pending
agent       | agent, session s1, user 'kim lee' (names the client gave itself)
tool        | run_command
folder      | /work/project
arguments   | {"command":"git push --force"}

1. exec     | git push --force
  asks      | this action is why a human is asked
  program   | git
  path      | /usr/bin/git
2. delete   | /tmp/b
  through   | env nice
  path      | /work/project/ln
  really    | /tmp/b
  zone      | temp
  means     | every file that the pattern covers; with everything in it
3. exec     | '/work/project/run me' 'it'\''s' '' 'a b' <not known>
  path      | /work/project/run me
  code hash | 0100000000000000000000000000000000000000000000000000000000000000
4. connect  | a host that isn't known
5. unknown  | something that can't be known before it runs
  why       | a program's own code
  means     | nobody will see inside

asked by    | rule git-force-push (policy.yaml:12)
because     | rewrites history
fired       | ask: git-force-push (policy.yaml:12) rewrites history
fired       | deny: watch (p.yaml:3) not there
            | only watching: it has no effect
            | could not be evaluated: no such key
requires    | backup
policy      | digest-1
digest      | DIGEST
runs in     | engine exact, contained by landlock

asked at    | 2026-03-04 05:06:07 UTC
answer by   | 2026-03-04 06:06:07 UTC
a yes       | can be used once, within 15m0s of the answer

code of 3   | the code can't be shown: no such file or directory
`, regexp.MustCompile("[0-9a-f]{60,}\n(runs)").ReplaceAllString(strings.ReplaceAll(r.Text(), r.ID, "ID"), "DIGEST\n$1"))
	require.Equal(t, "run_command: exec git push --force", r.Summary())

	must(t)(s.Deny(t.Context(), r.ID, "ann", "no\nway", s.key))
	r = s.shown(t, call, d)
	require.Contains(t, r.Text(), `
answer      | no, by ann
signed by   | `+s.key.String()+`
reason      | no\u000away
answered at | 2026-03-04 05:06:07 UTC
good until  | 2026-03-05 05:06:07 UTC
`)
}

// hostile are texts that would hide or forge something if they were printed
// as they are.
var hostile = []string{
	"a\nrequest     | forged, approved", "a\r\nb", "\x1b[2J\x1b]0;x\a", "safe\u202egnp.exe", "a\u200bb\u200d\ufeff\u2060", "\u2066x\u2069",
	"\x9b31m", "\xff\xfe", "\u2028\u2029\u0085", "\u3164\u115f\u2800\u034f\ufe0f\U000e0061", "\u00a0\u3000", "\x00\x08\x7f", "\U0010ffff\ue000", "\ud7ff\ufffd",
	strings.Repeat("x", 66) + "asked by    | rule allow-all (policy.yaml:1)",
	strings.Repeat("\u4e00", 40) + "because     | x",
}

var line = regexp.MustCompile(`^(|[-+~a-z0-9. ]{11} \| .*)$`)

func requireHarmless(t testing.TB, text string) {
	require.True(t, utf8.ValidString(text))
	for _, l := range strings.Split(text, "\n") {
		require.Regexp(t, line, l)
		columns := 0
		for _, r := range l {
			require.True(t, r != '\u2800' && unicode.IsPrint(r) && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector), "%q", l)
			columns++
			if r >= utf8.RuneSelf {
				columns++
			}
		}
		require.LessOrEqual(t, columns, 80, "%q", l)
	}
}

func TestTextHostile(t *testing.T) {
	for _, h := range hostile {
		call, d := approvaltest.Call()
		call.Tool, call.Dir, call.Raw = h, h, []byte(h)
		call.Principal = guard.Principal{Agent: h, Session: h, User: h}
		call.Actions = []guard.Action{
			{Kind: guard.KindExec, Program: h, Args: []string{h}, Via: []string{h}, Path: h, Resolved: h + "x", Zone: guard.Zone(h)},
			{Kind: guard.KindConnect, Host: h}, {Kind: guard.KindUnknown, Reason: h}, {Kind: guard.KindWrite, Path: h}, {Kind: guard.KindUse},
		}
		d.Reason, d.Policy, d.Action = h, h, nil
		d.Fired = []guard.Fired{{Rule: h, Pos: h, Effect: guard.Ask, Message: h, Err: h}}
		s := newSide(t, approval.Memory())
		r := s.shown(t, call, d)
		must(t)(s.Deny(t.Context(), r.ID, "ann"+h, h, s.key))
		r = s.shown(t, call, d)
		requireHarmless(t, r.Text())
		require.Equal(t, 1, strings.Count("\n"+r.Text(), "\nrequest "))
		require.Equal(t, 1, strings.Count("\n"+r.Text(), "\nasked by "))
		require.LessOrEqual(t, utf8.RuneCountInString(r.Summary()), 120)
		for _, c := range r.Summary() {
			require.True(t, unicode.IsPrint(c))
		}
	}
}

func TestTextLong(t *testing.T) {
	call, d := approvaltest.Call()
	call.Raw = []byte(`{"content":"` + strings.Repeat("a", 1<<20) + `the end"}`)
	call.Actions[0].Args = []string{strings.Repeat("b", 20_000) + "tail"}
	text := newSide(t, approval.Memory()).shown(t, call, d).Text()
	requireHarmless(t, text)
	require.Less(t, len(text), 40_000)
	flat := strings.ReplaceAll(regexp.MustCompile(`(?m)^.{11} \| `).ReplaceAllString(text, ""), "\n", "")
	require.Contains(t, flat, `the end"}`)
	require.Contains(t, flat, "of 1048597 bytes are not shown; SHA-256 of all")
	require.Contains(t, flat, "btail")
	require.Contains(t, flat, "of 20008 bytes are not shown")
}

func FuzzText(f *testing.F) {
	for _, h := range hostile {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, h string) {
		v := guard.Printable(h)
		require.True(t, utf8.ValidString(v))
		for _, r := range v {
			require.True(t, unicode.IsPrint(r), "%q", r)
		}
		if strings.IndexFunc(h, func(r rune) bool { return r < ' ' || r > '~' }) < 0 {
			require.Equal(t, h, v)
		}
		call, d := approvaltest.Call()
		call.Tool, call.Actions[0].Args = h, []string{h}
		requireHarmless(t, newSide(t, approval.Memory()).shown(t, call, d).Text())
	})
}
