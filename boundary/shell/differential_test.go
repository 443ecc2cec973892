package shell_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestParserDifferentials holds inputs that mvdan.cc/sh v3.14.1 parses without
// an error, though its tree lacks or misplaces what Bash 5.2 runs, and inputs
// that shells and parsers read differently. Each must be an unknown.
func TestParserDifferentials(t *testing.T) {
	for _, c := range []struct{ src, tree, bash string }{
		{"echo \"$\\\n(halt)\"", "literal text", "runs halt"},
		{"cat <<E\n$\\\n(halt)\nE", "literal text", "runs halt"},
		{"echo \"$\\\n{HOME}\"", "literal text", "expands HOME"},
		{"$\\\n! x", "literal $", "expands $!"},
		{"$\\\n'\\x72m' -rf x", "a $ before a quoted text", "an ANSI-C quote: the name is rm"},
		{"ls # note \\\nhalt", "halt is an operand of ls", "runs halt"},
		{"ls \\\r\nhalt", "a continuation: halt is an operand", "an escaped CR, then halt runs"},
		{"ls\r# x; halt", "CR dropped, then a comment", "CR is part of a word; halt runs"},
		{"let 0||halt", "one arithmetic expression", "a list: runs halt"},
		{"let 1&&halt", "one arithmetic expression", "a list: runs halt"},
		{"let x=1|halt", "one arithmetic expression", "a pipe: runs halt"},
		{"let x=1<f", "one arithmetic expression", "a redirection"},
		{"let x=1 &>f; halt $x", "an assignment in the background, then a redirection", "one command: x is 1"},
		{"cat <<E; let 'i=1'\n\"\nE\nhalt\n\"\n", "an empty document, then a quoted text", "a document of one line: runs halt"},
		{"f() {\na=(x !(y))\nhalt\n}", "a function", "an error in the list where extglob is off; behind it, runs halt"},
		{"v=1; ls ${v#\\\n#*}", "one #, and a pattern", "two to dash"},
		{"a=(x)#; halt", "a comment", "# belongs to the word; halt runs"},
		{"!(halt)", "a pattern", "a negated subshell: runs halt"},
		{"v=!(f*) ls; halt", "a pattern", "a syntax error where extglob is off"},
		{"coproc 2>/dev/null halt", "a program named 2", "runs halt"},
		{"coproc 2>&1 halt", "a coprocess named 2", "runs halt"},
		{"if !(halt); then ls; fi", "a pattern", "a negated subshell: runs halt"},
		{"ha\x00lt", "a NUL in a word", "drops the NUL: runs halt"},
		{"ls \x01", "a control character in a word", "a control character in a word"},
		{"$\\\n(halt)", "no tree: a syntax error", "runs halt"},
		{"true &\\\n& halt", "no tree: a syntax error", "runs halt"},
		{"cat <\\\n<E\nx\nE\nhalt", "no tree: a syntax error", "runs halt"},
		{"x=$(cat <<E)\nhalt\nE", "text", "text to Bash, dash runs halt"},
		{"x=`cat <<E`\nhalt\nE", "text", "runs halt"},
		{"cat <(cat <<E)\nhalt\nE", "text", "text to Bash, not to other shells"},
		{"x=$(cat <<E\nx\nE\nls a; halt b\n)", "two commands", "one: the \";\" is lost"},
		{"x=$(cat <<E && ls a; halt b\nx\nE\n)", "two commands", "one: the \";\" is lost"},
		{"x=$(if cat <<E\nx\nE\nthen\nls\nhalt\nfi)", "a line of text", "ls is text too"},
		{"x=$(cat <<E\nx\nEhalt)\nE\n)", "a line of text", "a line that begins with the delimiter ends the document: runs halt"},
		{"cat <(cat <<-E\n\tEhalt)\nE\n)", "a line of text", "runs halt"},
		{"x=$(cat <<EE\nE\\\nEhalt)\nEE\n)", "two lines of text", "one line, that begins with the delimiter: runs halt"},
		{"x=$(>f if halt; >f then ls; >f fi)", "programs named if, then and fi", "an if: the redirections come last"},
		{"x=$(>f ! halt)", "no tree: a syntax error", "runs halt"},
		{"cat <(<f [[ a ]])", "a program named [[", "a condition"},
		{"x=$(coproc ls)", "a coprocess ls", "runs a program COPROC"},
		{"x=$(if ls \\&; then ls; fi)", "an if", "a syntax error when it runs: the text is empty"},
		{"x=$(while ls a\\&; do ls; done)", "a while", "a syntax error when it runs: the text is empty"},
		{"x=$(ls 1<>f)", "output to f", "input from f: the output is the text"},
		{"x=$(case a in (esac) ls;; esac)", "one substitution", "it ends at esac)"},
		{"echo ${x:-<(halt)}", "text", "runs halt"},
		{"[[ a == @($(halt)) ]]", "text", "runs halt"},
		{"[[ a == !(`halt`) ]]", "text", "runs halt"},
		{"shopt -s extglob\nls @(<(halt))", "text", "runs halt"},
		{"shopt -s extglob\nrm @($x)", "text", "expands x"},
		{"echo ${x#a<(halt)}", "text", "runs halt"},
		{"echo \"${x/a/>(halt)}\"", "text", "runs halt"},
		{"v=1; echo \"${v:\\\n+'$(halt)'}\"", "a part of v from an offset on", "what stands instead: runs halt"},
		{"v=1; echo ${v:-$[1};halt;echo ]}", "one expansion", "ends at the first }: runs halt"},
		{"x=\"$(echo ${v:-$'a\\'c'})\"; halt", "text", "an error: the line isn't run"},
		{"rm >&--rf /opt", "a redirection to --rf", "closes standard output: runs rm -rf /opt"},
		{"rm <&--rf /opt", "a redirection from --rf", "closes standard input: runs rm -rf /opt"},
		{"rm >& \"-rf\" >&-\"rf\" /opt", "a redirection to -rf", "closes standard output: rf is a word"},
		{"ls \"$${v#\"$x\"}\"", "a quoted text, then $x", "one quoted text"},
		{"cat <<$(x)\n$(halt)\n$(x)", "no tree: a syntax error", "runs halt"},
		{"cat <<E; (:\nx\nE\n:\n)\nhalt\nE\n", "the document begins behind the subshell: halt is a line of it", "it begins behind the first line: runs halt"},
		{"cat <<E; f() (\nx\nE\n:\n)\nhalt\nE\n", "the document begins behind the function", "runs halt"},
		{"cat <<E; a=(\nx\nE\n)\nhalt\nE\n", "the document begins behind the array", "runs halt"},
	} {
		t.Run(c.src, func(t *testing.T) {
			require.Contains(t, lines(c.src, options()), "unknown", "tree: %s; bash: %s", c.tree, c.bash)
		})
	}
}

// TestCoprocName: to the parser the word is a name, to Bash it is the program.
func TestCoprocName(t *testing.T) {
	require.Contains(t, lines("coproc halt >f", options()), "exec halt")
	require.Contains(t, lines("coproc sh <<< 'halt'", options()), "exec halt")
	require.Contains(t, lines("coproc N { halt; }", options()), "exec halt")
	require.Contains(t, lines("coproc halt x | ls", options()), "exec halt")
	require.Contains(t, lines("coproc N { halt; } | ls | pwd", options()), "exec pwd")
	require.Contains(t, lines("coproc { trap halt 0; }", options()), "exec halt", "a coprocess ends like any subshell")
}

// TestAfterAFunction: the parser takes a list after a definition into the
// function's body, Bash runs it. It is put right.
func TestAfterAFunction(t *testing.T) {
	for _, src := range []string{
		"f() { :; } | halt", "f() { :; } && halt", "f() { :; } || halt", "f() { :; } |& halt", "f() { :; } | ls && halt",
		"function f { :; } | halt", "! f() ( : ) | halt", "f() { halt; } && f", "f() { :; } | halt; (",
	} {
		t.Run(src, func(t *testing.T) {
			require.Contains(t, lines(src, options()), "exec halt")
		})
	}
	require.NotContains(t, lines("f() { halt; } | cat", options()), "exec halt", "the function is never called")
	require.Contains(t, lines("f() ! { :; } | halt", options()), "unknown")
}

// TestReadAlike holds inputs that look like the ones above but that both read
// the same way: they must not be unknowns.
func TestReadAlike(t *testing.T) {
	for _, src := range []string{
		"echo a#b", "ls # it's fine", "echo '$\\\n(x)'", "let x=1+2", "ls \\\n  -la", "cat <<'E'\n$\\\n(x)\nE",
		"[[ a < b ]] && echo lt", "cat <<-E\n\tx\n\tE\n", "a=(1 2) # x", "echo \"`echo \\`date\\``\"", "time -p ls", "f() { :; } # c",
		"if a; then b; elif c; then d; else e; fi", "case x in (a) b;; c|d) e;; esac", "for ((i=0;i<3;i++)); do :; done", "export A=1 B", "select x in a; do :; done",
		"function g { :; }", "echo ${a[1]} ${#b} ${c:-d}", "cat <<A <<B\n1\nA\n2\nB", "{ ls; } 2>&1 | cat", "! ls", "echo $[1+2]",
		"x=$(cat <<E; ls\nx\nE\n)", "x=$(cat <<E\n(x) E\n E)\nE\n)", "echo $(sed 's/a/\\&/' f) b\\&", "x=$(coproc { ls; })", "x=$(case a in (a) ls;; esac) 1<>f", "x=$(ls; cat <<E\nx\nE\n)", "x=$(cat <<E\nx\nE\nls\npwd\n)", "x=`cat <<E\nx\nE\nls; pwd\n`", "x=$(while read -r y; do :; done <<E\nx\nE\n)",
		"ls >&log", "ls >& ~/x", "ls >&2", "ls >& 'a b'",
	} {
		t.Run(src, func(t *testing.T) {
			require.NotContains(t, lines(src, options()), "unknown")
		})
	}
}
