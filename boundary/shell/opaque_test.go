package shell

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
)

// What changes files that its words don't name is opaque; what only looks, and
// what names all it changes, isn't.
func TestOpaquePrograms(t *testing.T) {
	for command, want := range map[string]bool{
		"make": true, "go test ./...": true, "npm test": true, "./run.sh": true, "python3 x.py": true, "python3.12 x.py": true,
		"env -i make": true, "timeout 9 nice pytest": true, "noonesprogram x": true, "git clean -fd": true, "git checkout .": true,
		"git reset --hard": true, "git stash": true, "git stash pop": true, "git reflog expire --all": true, "git branch -D x": true,
		"perl -i -pe s/a/b/ f": true, "find . -empty -delete": true, "docker run x": true, "svn revert -R .": true, "cargo build && ls": true,

		"ls": false, "rm -rf x": false, "sed -i s/a/b/ f": false, "cd x; echo hi > f": false, "git status": false, "git log": false,
		"git reflog": false, "git commit -m x": false, "git branch": false, "git tag v1": false, "go version": false, "npm --version": false,
		"bash -c 'rm x'": false, "find . -delete": false, "test -f x && [ -d y ]": false, "docker ps": false, "tar xf a.tar": false,
	} {
		got := false
		for _, a := range Analyze(command, Options{Dialect: guard.DialectBash, Dir: "/srv/proj", Home: "/home/u"}) {
			got = got || a.Kind == guard.KindExec && a.Opaque
		}
		require.Equal(t, want, got, command)
	}
}

func TestOpaqueByVocabulary(t *testing.T) {
	o := Options{Dialect: guard.DialectBash, Dir: "/srv/proj", Command: func(name string) (guard.Command, bool) {
		return guard.Command{Operands: []string{"data..."}, Opaque: name == "deploy"}, name == "deploy" || name == "make"
	}}
	require.True(t, Analyze("deploy x", o)[0].Opaque)
	require.False(t, Analyze("make x", o)[0].Opaque)
}

// The copies that sed -i keeps are written too.
func TestSedKeepsCopies(t *testing.T) {
	for command, want := range map[string]string{
		"sed -i s/a/b/ f":                  "/w/f",
		"sed -i.bak s/a/b/ d/f":            "/w/d/f /w/d/f.bak",
		"sed --in-place=.o s/a/b/ *.c":     "/w/*.c /w/*.c.o",
		"sed -i'old_*' s/a/b/ d/f":         "/w/d/f /w/d/old_f",
		"sed -i'/tmp/*.orig' -e p d/f":     "/tmp/f.orig /w/d/f",
		`sed -i"$unset_x"y s/a/b/ f`:       "/w/f",
		"gsed -n -i.1 -e s/a/b/ -- f g":    "/w/f /w/f.1 /w/g /w/g.1",
		"sed -n -e 's/i/.bak/' f":          "",
		"sed s/a/b/ f; sed -Ei.bak p /x/g": "/x/g /x/g.bak",
	} {
		var got []string
		for _, a := range Analyze(command, Options{Dialect: guard.DialectBash, Dir: "/w"}) {
			if a.Kind == guard.KindWrite {
				got = append(got, a.Path)
			}
		}
		slices.Sort(got)
		require.Equal(t, want, strings.Join(got, " "), command)
	}
}
