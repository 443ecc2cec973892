package boundary

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// programFolders is the PATH of commands.
var programFolders = []string{
	"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
	"/opt/homebrew/bin", "/run/current-system/sw/bin",
}

// steering names variables that make a shell or the loader run or read
// something else than the text says.
var steering = regexp.MustCompile(`^(BASH.*|ENV|LD_.*|DYLD_.*|GCONV_PATH|LOCPATH|NLSPATH|SHELLOPTS|PS4|PROMPT_COMMAND|IFS|CDPATH|GLOBIGNORE|EXECIGNORE|FIGNORE|POSIXLY_CORRECT|PWD|OLDPWD|GLIBC_TUNABLES|MALLOC_.*)$`)

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// environment is what every command sees, sorted: nothing of the host's.
func environment(w *Workspace, builtin, extra []string) ([]string, error) {
	vars := map[string]string{
		"PATH": strings.Join(programFolders, ":"),
		"LANG": "C.UTF-8",
		"TERM": "dumb",
	}
	if w.home != "" {
		vars["HOME"] = w.home
	}
	if len(w.temp) > 0 {
		vars["TMPDIR"] = w.temp[0]
	}
	for _, kv := range builtin {
		name, value, _ := strings.Cut(kv, "=")
		vars[name] = value
	}
	for _, kv := range extra {
		name, value, ok := strings.Cut(kv, "=")
		switch {
		case !ok || !variableName.MatchString(name):
			return nil, fmt.Errorf("shell: Env %q: want NAME=value", kv)
		case steering.MatchString(name):
			return nil, fmt.Errorf("shell: Env %s: it makes commands do other things than they say", name)
		case strings.IndexByte(value, 0) >= 0:
			return nil, fmt.Errorf("shell: Env %s: holds a NUL", name)
		}
		vars[name] = value
	}
	var env []string
	for name, value := range vars {
		env = append(env, name+"="+value)
	}
	slices.Sort(env)
	return env, nil
}
