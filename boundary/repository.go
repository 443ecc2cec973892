package boundary

import (
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// elsewhere reports whether a path lies in a workspace or a home that this machine
// doesn't have: it is judged for another, where nothing in it is a link.
func (b *binding) elsewhere(name string) bool {
	w := b.in.c.Workspace
	return slices.ContainsFunc(append(slices.Clip(w.roots), w.home), func(root string) bool {
		return root != "" && within(name, root) && absent(root)
	})
}

// absent reports whether there surely is nothing at a path.
func absent(name string) bool {
	_, err := os.Lstat(name)
	return os.IsNotExist(err)
}

// real is an absolute path without links in it as realpath prints it, or "" where
// that prints nothing.
func (b *binding) real(name string) string {
	clean := path.Clean(name)
	if b.elsewhere(clean) {
		return clean
	}
	found, err := b.look.find(name, true)
	if err != nil || isMagic(found.path) {
		return ""
	}
	_, err = os.Stat(name)
	folder, base := path.Split(name)
	named := base != "" && base != "." && base != ".."
	if err == nil || os.IsNotExist(err) && named && isFolder(folder) && isFolder(path.Dir(found.path)) {
		return found.path
	}
	return ""
}

func isFolder(name string) bool {
	fi, err := os.Stat(name)
	return err == nil && fi.IsDir()
}

// toplevel is what "git rev-parse --show-toplevel" prints in a folder of the
// workspace whose name holds no link. It is "" unless git surely prints that: where
// git fails, "$(…)/etc" is a path of the system.
func (b *binding) toplevel(dir string) string {
	w := b.in.c.Workspace
	for _, root := range w.roots {
		if within(dir, root) && absent(root) {
			return root // the workspace is the repository
		}
	}
	for d := dir; d != "" && w.Zone(d) == guard.ZoneWorkspace; d = path.Dir(d) {
		if !absent(d + "/HEAD") {
			return "" // a repository without a top, or a part of one
		}
		if absent(d + "/.git") {
			continue
		}
		if b.usualRepository(d) && sameDevice(dir, d) {
			return d
		}
		return ""
	}
	return ""
}

// usualRepository reports whether git takes a folder for the top of a repository,
// and reads its settings without an error.
func (b *binding) usualRepository(d string) bool {
	for _, name := range [...]string{"", "/.git", "/.git/objects", "/.git/refs"} {
		if fi, err := os.Lstat(d + name); err != nil || !fi.IsDir() || !isOurs(fi) {
			return false
		}
	}
	head, err1 := b.view(d + "/.git/HEAD")
	config, err2 := b.view(d + "/.git/config")
	return absent(d+"/.git/commondir") && err1 == nil && err2 == nil && gitHead.Match(head) && usualConfig(string(config))
}

// usualConfig reports whether every line of a repository's configuration is one
// that git surely accepts, and that says nothing of where the files are.
func usualConfig(text string) bool {
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if m := gitSection.FindStringSubmatch(line); m != nil {
			section = strings.ToLower(m[1])
			if m[2] != "" {
				section += ".*"
			}
			continue
		}
		m := gitSetting.FindStringSubmatch(line)
		if m == nil || !gitUsual.MatchString(section+"."+strings.ToLower(m[1])+"="+m[2]) {
			return false
		}
	}
	return true
}

// gitLater are settings that git reads when it does more than look for a
// repository.
const gitLater = `(remote|branch|submodule|lfs|credential|filter|url|http|diff|difftool|merge|mergetool|gitflow|gui)\.\*\.|` +
	`(lfs|credential|http|diff|difftool|merge|mergetool|pull|fetch|rebase|init|commit|tag|gc|maintenance|rerere|alias|gpg|log|color|gui)\.[^=]+=`

var (
	gitHead    = regexp.MustCompile(`^(ref: refs/\S+|[0-9a-f]{40}|[0-9a-f]{64})\n?$`)
	gitSection = regexp.MustCompile(`^\[([A-Za-z][A-Za-z0-9-]*)( "[^"\\]*")?\]$`)
	gitSetting = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]*) *= *([^"\\]*)$`)
	gitUsual   = regexp.MustCompile(`^(` + gitLater + `|user\.(name|email|signingkey)=|` +
		`core\.(repositoryformatversion=[01]|bare=false|autocrlf=(true|false|input)|eol=(lf|crlf|native)|hookspath=[\w.][\w./-]*|(pager|sshcommand|editor)=.|` +
		`(filemode|logallrefupdates|ignorecase|precomposeunicode|symlinks|protectntfs|protecthfs|sparsecheckout|sparsecheckoutcone|longpaths|quotepath|fsmonitor|untrackedcache)=(true|false)$)|` +
		`push\.(default=(nothing|current|upstream|simple|matching)|followtags=(true|false)|autosetupremote=(true|false))$|` +
		`branch\.(autosetupmerge=(true|false)|autosetuprebase=(never|local|remote|always))$|` +
		`extensions\.(partialclone=[\w.-]+|objectformat=sha(1|256))$)`)
)
