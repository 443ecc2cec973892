package audit

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// secretFlags says which short options of known programs take a secret. A
// separator after the option's name says that only what follows it is one:
// "-u:" is name:password. "=" stands for a value glued to the option, without
// which the option takes none, and "." for one that is always the next word.
var secretFlags = map[string]string{
	"mysql": "-p=", "mysqldump": "-p=", "mysqladmin": "-p=", "mysqlimport": "-p=", "mysqlshow": "-p=", "mariadb": "-p=", "mariadb-dump": "-p=",
	"sshpass":   "-p",
	"redis-cli": "-a",
	"mongo":     "-p", "mongosh": "-p", "mongodump": "-p", "mongorestore": "-p", "mongoexport": "-p", "mongoimport": "-p",
	"curl": "-u: --user: -U: --proxy-user:", "http": "-a: --auth:", "https": "-a: --auth:", "xh": "-a: --auth:",
	"lftp": "-u,", "smbclient": "-U% --user%", "rpcclient": "-U% --user%", "smbcacls": "-U% --user%", "smbget": "-U% --user%", "skopeo": "--creds: --src-creds: --dest-creds:", "buildah": "--creds:",
	"zip": "-P", "unzip": "-P", "7z": "-p=", "7za": "-p=", "7zz": "-p=", "rar": "-p= -hp=", "unrar": "-p=",
	"ldapsearch": "-w", "ldapadd": "-w", "ldapmodify": "-w", "ldapdelete": "-w", "ldappasswd": "-w -s", "ldapwhoami": "-w",
	"sqlcmd": "-P", "bcp": "-P", "ipmitool": "-P", "snmpget": "-A -X -c", "snmpwalk": "-A -X -c", "snmpset": "-A -X -c", "snmpbulkwalk": "-A -X -c",
	"rabbitmqadmin": "-p", "cqlsh": "-p", "influx": "-t", "ncftpput": "-p", "ncftpget": "-p", "twine": "-p", "etcdctl": "--user:",
	"mosquitto_pub": "-P", "mosquitto_sub": "-P", "cypher-shell": "-p", "couchbase-cli": "-p", "cbq": "-p", "mssql-cli": "-P", "mysqlsh": "-p=",
	"plink": "-pw.", "pscp": "-pw.", "psftp": "-pw.", "psexec": "-p.", "rdesktop": "-p.", "evil-winrm": "-p.", "smbmap": "-p.", "yt-dlp": "-p.",
	"ssh-keygen": "-N -P", "pdftotext": "-upw. -opw.", "pdftk": "input_pw. user_pw. owner_pw.", "swaks": "-ap.", "sendemail": "-xp.", "useradd": "-p.", "usermod": "-p.",
	"gem": "--key -k", "snowsql": "-p",
	"nuget": "-k -apikey -ApiKey", "iw": "key.",
	"openssl": "-k. -K.", "nmcli": "password.", "xfreerdp": "/p:", "wfreerdp": "/p:",
}

// secretSub does the same for sub-commands, by program.
var secretSub = map[string]map[string]string{
	"docker": {"login": "-p"}, "podman": {"login": "-p"}, "nerdctl": {"login": "-p"}, "buildah": {"login": "-p"},
	"oc": {"login": "-p"}, "az": {"login": "-p"}, "oras": {"login": "-p"},
	"dotnet": {"nuget push": "-k"},
	"helm":   {"registry login": "-p"}, "crane": {"auth login": "-p"},
}

// secretOperands say after which words, joined, a program takes a secret.
var secretOperands = map[string]*regexp.Regexp{
	"rabbitmqctl": regexp.MustCompile(`^(?:-\S+ )*(?:add_user|change_password|authenticate_user) \S+ $`),
	"mc":          regexp.MustCompile(`^(?:alias set|config host add|admin user add) \S+ \S+ (?:\S+ )?$`),
	"mcli":        regexp.MustCompile(`^(?:alias set|admin user add) \S+ \S+ (?:\S+ )?$`),
	"rclone":      regexp.MustCompile(`^obscure $`),
	"poetry":      regexp.MustCompile(`^config (?:http-basic\.\S+ \S+|pypi-token\.\S+) $`),
	"htpasswd":    regexp.MustCompile(`^(?:-\w*b\w* (?:-\S+ )*\S+ |-(?:\w*n\w*b|\w*b\w*n)\w* (?:-\S+ )*)\S+ $`),
	"net":         regexp.MustCompile(`^(?:user \S+|use (?:\S: |\* )?\\\S+) $`),

	"wpa_passphrase": regexp.MustCompile(`^\S+ $`),
	"isql":           regexp.MustCompile(`^\S+ \S+ $`),
}

// slashPassword are the programs that take name/password@where.
var slashPassword = wordSet("sqlplus sqlldr expdp impdp rman")

// programs are those that flagSecrets knows.
var programs = func() map[string]bool {
	m := wordSet("vault kubectl oc")
	maps.Copy(m, slashPassword)
	for p := range secretOperands {
		m[p] = true
	}
	for p := range secretFlags {
		m[p] = true
	}
	for p := range secretSub {
		m[p] = true
	}
	return m
}()

// programRules look at the known programs in the text of a command line, word
// by word.
func programRules() []rulesFor {
	keys := slices.Collect(maps.Keys(programs))
	return []rulesFor{{keys, findProgram}, {storeVerbs, findStored}, {[]string{" login ", " auth "}, findLogin}}
}

// isOperand reports whether the word after these is one of secretOperands.
func isOperand(after *regexp.Regexp, before []string) bool {
	return after != nil && after.MatchString(strings.Join(before, " ")+" ")
}

// findLogin finds what any program is given to log in with: a token, or a
// password after -p.
func findLogin(s string, at, end int, out []span) []span {
	texts, places := fields(s, end-1)
	for i, sp := range loginSecrets(texts) {
		out = append(out, span{places[i] + sp.from, places[i] + sp.to})
	}
	return join(out)
}

func loginSecrets(args []string) (found map[int]span) {
	for i, w := range args {
		if (i == 0 && random(w) && strings.ContainsAny(w, digits) || i > 0 && args[i-1] == "-p") && !strings.ContainsAny(w, "=./") && !strings.HasPrefix(w, "-") && !placeholder(w) {
			found = put(found, i, span{0, len(w)})
		}
	}
	return found
}

// storeVerbs put name=value pairs, or what stands on the input, into a store of
// secrets.
var storeVerbs = []string{
	"secret set", "secret put", "secret add", "secret update", "secrets set", "secrets put", "secrets add", "secrets update", "secrets create", "secrets import",
	"secret:set", "secret:add", "secret:create", "secrets:set", "secrets:add", "secrets:create",
}

func findStored(s string, at, end int, out []span) []span {
	if !startsWord(s, at) || end >= len(s) || s[end] != ' ' {
		return out
	}
	texts, places := fields(s, end)
	for i, w := range texts {
		from, ok := stored(texts, i)
		if ok && !placeholder(w[from:]) {
			out = append(out, span{places[i] + from, places[i] + len(w)})
		}
	}
	return out
}

// storeOptions are options of such a verb that take the secret.
var storeOptions = wordSet("--body -b --value -v --secret-string --secret-value --plaintext --string --text --data")

// stored reports whether word i after a storing verb holds what is stored, and
// from where on.
func stored(args []string, i int) (from int, ok bool) {
	w := args[i]
	if i > 0 && (args[i-1] == "<<<" || storeOptions[args[i-1]]) {
		return 0, true
	}
	name, rest, ok := strings.Cut(w, "=")
	if name == "--from-literal" {
		key, _, pair := strings.Cut(rest, "=")
		return len(name) + len(key) + 2, pair
	}
	return len(name) + 1, ok && (w[0] != '-' || storeOptions[name])
}

func findProgram(s string, at, end int, out []span) []span {
	if !startsWord(s, at) || end >= len(s) || s[end] != ' ' && s[end] != '\t' {
		return out
	}
	texts, places := fields(s, end)
	for i, sp := range flagSecrets(s[at:end], texts) {
		out = append(out, span{places[i] + sp.from, places[i] + sp.to})
	}
	return join(out)
}

// maxFields bounds the words that are looked at after a program.
const maxFields = 64

// fields splits a command line at blanks, up to its end, quotes taken off.
func fields(s string, i int) (texts []string, places []int) {
	for len(texts) < maxFields {
		i = skipBlank(s, i)
		if i >= len(s) || strings.IndexByte(";&|\n)", s[i]) >= 0 {
			break
		}
		to := i
		for to < len(s) && strings.IndexByte(" \t\n;&|)", s[to]) < 0 {
			if c := s[to]; c == '"' || c == '\'' {
				to += 1 + closing(s[to+1:], string(c))
			}
			to = min(to+1, len(s))
		}
		from, end := i, to
		if c := s[i]; to-i >= 2 && (c == '"' || c == '\'') && s[to-1] == c {
			from, end = i+1, to-1
		}
		texts, places = append(texts, s[from:end]), append(places, from)
		i = to
	}
	return texts, places
}

// words finds the words of an action's arguments that are secret because of
// the program or of the word before; by index.
func (r *redactor) words(program string, args []string) map[int]span {
	if r.auto == nil || len(args) == 0 {
		return nil
	}
	found := flagSecrets(program, args)
	if strings.EqualFold(args[0], "login") || strings.EqualFold(args[0], "auth") {
		for i, sp := range loginSecrets(args[1:]) {
			found = put(found, i+1, sp)
		}
	}
	for i := 1; i < len(args); i++ {
		if args[i-1] != "-p" && !r.auto.holds(args[i-1]) {
			continue
		}
		if programs[args[i-1]] { // docker exec db mysql -psecret
			for j, sp := range flagSecrets(args[i-1], args[i:min(len(args), i+maxFields)]) {
				found = put(found, i+j, sp)
			}
		}
		if sp, ok := pair(program, args, i); ok {
			found = put(found, i, sp)
		}
	}
	return found
}

// pair finds what is secret in word i because of the words before it.
func pair(program string, args []string, i int) (sp span, ok bool) {
	v := value{how: byWord, name: args[i-1], span: span{0, len(args[i])}}
	switch {
	case strings.HasPrefix(v.name, "-"):
		v.how, v.name = byFlag, strings.TrimLeft(v.name, "-")
	case i > 1 && strings.HasSuffix(args[i-2], "set"):
		v.how = bySet
	}
	switch {
	case args[i] == guard.UnknownWord:
		return sp, false
	case v.how == byFlag && optionNames[v.name]:
		return v.span, !placeholder(args[i]) && namesSecret(args[max(0, i-maxFields):i-1])
	case v.how == byFlag && v.name == "p" && i > 2 && userOptions[args[i-3]]:
		return v.span, !noPassword(program) && afterUser(args[i])
	case len(v.name) < 2, len(v.name) > 2*maxNameSize, !onlyName(v.name):
		return sp, false
	}
	v.class = secretName(v.name)
	return v.span, v.class != harmless && v.secret(args[i])
}

// optionNames take a value that another word names.
var optionNames = wordSet("value body content data string")

var userOptions = wordSet("-u -U -user --user --username")

// onlyName reports whether a word could be a name, or a path that ends in one.
func onlyName(w string) bool {
	for i := range len(w) {
		if c := w[i]; !isNameByte(c) && c != '/' && c != ':' {
			return false
		}
	}
	return true
}

func put(m map[int]span, i int, sp span) map[int]span {
	if m == nil {
		m = map[int]span{}
	}
	m[i] = sp
	return m
}

// flagSecrets finds secrets among the words after a known program, or after
// the verb of a store of secrets.
func flagSecrets(program string, args []string) (found map[int]span) {
	if !programs[program] && !slices.ContainsFunc(verbs(args), func(w string) bool { return strings.HasPrefix(w, "secret") }) {
		return nil
	}
	for _, opt := range strings.Fields(optionsOf(program, args)) {
		name, sep := opt, byte(0)
		if c := opt[len(opt)-1]; !isAlnum(c) {
			name, sep = opt[:len(opt)-1], c
		}
		for i, w := range args {
			found = flagSecret(found, args, i, w, name, sep)
		}
	}
	stores, after := storesPairs(program, args), secretOperands[program]
	for i, w := range args {
		from, ok := 0, false
		if stores {
			from, ok = stored(args, i)
		}
		switch {
		case ok && !placeholder(w[from:]):
			found = put(found, i, span{from, len(w)})
		case program == "curl" && i > 0 && (args[i-1] == "-b" || args[i-1] == "--cookie") && cookie(w) > 0:
			found = put(found, i, span{cookie(w), len(w)})
		case program == "openssl" && strings.HasPrefix(w, "pass:"):
			found = put(found, i, span{len("pass:"), len(w)})
		case slashPassword[program] && strings.Contains(w, "/"):
			from, to := strings.Index(w, "/")+1, len(w)
			if i := strings.LastIndex(w, "@"); i > from {
				to = i
			}
			found = put(found, i, span{from, to})
		case i > 0 && i < 8 && isOperand(after, args[:i]) && !placeholder(w):
			found = put(found, i, span{0, len(w)})
		}
	}
	return found
}

// cookie returns where the value of a cookie begins that looks like a session,
// or 0.
func cookie(w string) int {
	i := strings.IndexByte(w, '=') + 1
	if i == 0 || !random(w[i:]) || placeholder(w[i:]) {
		return 0
	}
	return i
}

// verbs are the words among which a program's sub-commands stand.
func verbs(args []string) []string { return args[:min(len(args), 4)] }

// storesPairs reports whether a command puts name=value pairs into a store of
// secrets.
func storesPairs(program string, args []string) bool {
	line := strings.Join(verbs(args), " ") + " "
	if slices.ContainsFunc(storeVerbs, func(v string) bool { return strings.HasPrefix(line, v+" ") || strings.Contains(line, " "+v+" ") }) {
		return true
	}
	if program != "vault" && program != "kubectl" && program != "oc" {
		return false
	}
	if program == "vault" {
		return strings.HasPrefix(line, "kv put ") || strings.HasPrefix(line, "kv patch ") || strings.HasPrefix(line, "write ")
	}
	return strings.Contains(line, "create secret generic ")
}

// optionsOf returns the options of a program, or those of its sub-command.
func optionsOf(program string, args []string) string {
	subs := secretSub[program]
	for n := min(len(args), 2); n > 0 && subs != nil; n-- {
		if o, ok := subs[strings.Join(args[:n], " ")]; ok {
			return o
		}
	}
	return secretFlags[program]
}

// flagSecret looks whether word i is the option, and where its secret is: in
// the rest of the word, or in the next one.
func flagSecret(found map[int]span, args []string, i int, w, name string, sep byte) map[int]span {
	if sep == ':' && strings.HasPrefix(name, "/") { // /p:secret
		if strings.HasPrefix(w, name+":") && len(w) > len(name)+1 {
			found = put(found, i, span{len(name) + 1, len(w)})
		}
		return found
	}
	rest, ok := strings.CutPrefix(w, name)
	if sep == ':' && len(name) == 2 && cluster(w, name[1]) {
		rest, ok = "", true
	}
	if !ok {
		return found
	}
	from := len(name)
	if sep == '.' && rest != "" {
		return found
	}
	if rest == "" {
		if i++; sep == '=' || i >= len(args) {
			return found
		}
		rest, from = args[i], 0
	} else if strings.HasPrefix(name, "--") {
		if rest[0] != '=' {
			return found
		}
		rest, from = rest[1:], from+1
	}
	if sep != 0 && sep != '=' && sep != '.' {
		_, secret, ok := strings.Cut(rest, string(sep))
		if !ok {
			return found
		}
		from, rest = from+len(rest)-len(secret), secret
	}
	if rest == "" || placeholder(rest) && !fileLike(rest) || strings.HasPrefix(rest, "-") && from == 0 {
		return found
	}
	return put(found, i, span{from, from + len(rest)})
}

// cluster reports whether a word is a few short options, of which the last one
// takes the next word.
func cluster(w string, last byte) bool {
	return len(w) > 2 && len(w) < 6 && w[0] == '-' && w[len(w)-1] == last && strings.Trim(w[1:], letters) == ""
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// fileLike is a placeholder only in places where a file could stand.
func fileLike(s string) bool { return filePath.MatchString(s) || fileName.MatchString(s) }
