package audit

import (
	"encoding/base64"
	"regexp"
	"strings"
)

// This file finds secrets by the place they stand in: headers, URLs, key files,
// and texts piped into programs.

func placeRules() []rulesFor {
	return []rulesFor{
		{[]string{"authorization"}, findAuthorization},
		{[]string{"cookie"}, findCookie},
		{[]string{"bearer"}, findBearer},
		{[]string{"basic "}, findBasic},
		{[]string{"://"}, findURL},
		{[]string{"@tcp(", "@unix("}, findDSN},
		{[]string{"@"}, findAccount},
		{[]string{"-----begin "}, findPEM},
		{[]string{"private-lines:"}, after(regexp.MustCompile(`^(?is)private-lines:\s*\d+(.*?)(?:Private-MAC|$)`))},
		{[]string{"machine"}, after(regexp.MustCompile(`^machine\s+\S+\s+login\s+\S+\s+password\s+([^\s"'\\]+)`))},
		{[]string{"password-command", "password-file", "passcommand", "private-key", "preshared-key", "passphrase-file", "-passwd"},
			after(regexp.MustCompile(`^[\w-]+?[= ]["']?(?:[<$]\()?(?:echo|printf)(?: -\w)* ["']?([^\s"')]+)`))},
		{[]string{"identified"}, after(regexp.MustCompile(`^(?i)identified (?:with \S+ )?by\s+(?:password\s+)?'([^']+)'`))},
		{[]string{"set password"}, after(regexp.MustCompile(`^(?i)set password(?: for \S+)?\s*=\s*(?:password\()?'([^']+)'`))},
		{[]string{":5432:", ":*:"}, after(regexp.MustCompile(`^:[\d*]+:[^:\s]+:[^:\s]+:([^\s"']+)`))}, // .pgpass
		{[]string{" -p "}, findUserPassword},
		{[]string{"<<<"}, findHere},
		{[]string{"--value", "--body", "--content", "--data", "--string"}, findOption},
		{[]string{"pass", "secret", "token", "key", "cred", "pwd"}, findWritten},
		{[]string{":aa"}, findTelegram},
		{[]string{".atlasv1."}, findAtlas},
		{[]string{"-stdin"}, findStdin},
		{[]string{"--with-token", "sudo -s", "chpasswd", "passwd --stdin", "passphrase-fd 0", "-pass stdin", "-passin stdin", "-passout stdin",
			"cryptsetup", "kinit", "smbpasswd", "vncpasswd"}, findPiped},
		{[]string{"auth", "login", "credentials"}, after(regexp.MustCompile(`^\w*\s*[=:]?\s*[(\[]\s*` + quotedText + `,\s*` + quotedSecret))},
		{[]string{"connect("}, after(regexp.MustCompile(`^.{8}\s*` + quotedText + `,\s*` + quotedText + `,\s*` + quotedSecret))},
	}
}

// Arguments of functions.
const (
	quotedText   = `["'][^"'\n]*["']\s*`
	quotedSecret = `["']([^"'\n]+)["']`
)

// after is a finder that takes out the first group of an expression tried at
// the keyword.
func after(re *regexp.Regexp) finder {
	return func(s string, at, _ int, out []span) []span {
		m := re.FindStringSubmatchIndex(s[at:])
		if m == nil || placeholder(s[at+m[2]:at+m[3]]) {
			return out
		}
		return append(out, span{at + m[2], at + m[3]})
	}
}

func placeholder(text string) bool {
	v := value{}
	return v.harmless(text)
}

// header returns the value of the header whose name ends at end: up to the
// quote that was opened before the name, or the end of the line.
func header(s string, at, end int) (v span, ok bool) {
	i := end
	for i < len(s) && (s[i] == '"' || s[i] == '\'' || s[i] == '\\') {
		i++
	}
	bare := i == end
	i = skipBlank(s, i)
	if i >= len(s) || s[i] != ':' && s[i] != '=' {
		return v, false
	}
	v.from = skipBlank(s, i+1)
	for v.from < len(s) && (s[v.from] == '"' || s[v.from] == '\'' || s[v.from] == '\\') {
		v.from++
	}
	switch {
	case bare && at == 0: // a word of its own
		line, _, _ := strings.Cut(s[v.from:], "\n")
		v.to = v.from + len(line)
	case bare && quoted(s, at-1):
		v.to = v.from + closing(s[v.from:], s[at-1:at])
	default:
		for v.to = v.from; v.to < len(s) && strings.IndexByte("\"'\n\r\\`", s[v.to]) < 0; v.to++ {
		}
	}
	return v, v.to > v.from
}

var authScheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*[ ]+`)

func findAuthorization(s string, at, end int, out []span) []span {
	v, ok := header(s, at, end)
	if !ok {
		return out
	}
	scheme := authScheme.FindString(s[v.from:v.to])
	v.from += len(scheme)
	text := s[v.from:v.to]
	if placeholder(text) || !random(text) {
		return out
	}
	return append(out, v)
}

func findCookie(s string, at, end int, out []span) []span {
	v, ok := header(s, at, end)
	if !ok || !strings.Contains(s[v.from:v.to], "=") {
		return out
	}
	_, text, _ := strings.Cut(s[v.from:v.to], "=")
	if placeholder(text) {
		return out
	}
	return append(out, v)
}

var bearerToken = regexp.MustCompile(`^(?i)bearer(?:[ :=]|%20)+["']?([A-Za-z0-9._~+/=-]{10,})`)

func findBearer(s string, at, _ int, out []span) []span {
	m := bearerToken.FindStringSubmatchIndex(s[at:])
	if m == nil || !startsWord(s, at) || !random(s[at+m[2]:at+m[3]]) {
		return out
	}
	return append(out, span{at + m[2], at + m[3]})
}

var base64Word = regexp.MustCompile(`^[A-Za-z0-9+/_-]{6,}={0,2}`)

// findBasic finds what decodes to name:password.
func findBasic(s string, _, end int, out []span) []span {
	i := skipBlank(s, end)
	word := base64Word.FindString(s[i:])
	data, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(word, "="))
	if word == "" || err != nil || !strings.Contains(string(data), ":") {
		return out
	}
	return append(out, span{i, i + len(word)})
}

var (
	urlPassword = regexp.MustCompile("^://[^\\s/?#\"'<>@:`]*:([^\\s/\"'<>`]+)@")
	urlToken    = regexp.MustCompile("^://([A-Za-z0-9_-]{12,})@")
)

func findURL(s string, at, _ int, out []span) []span {
	m := urlPassword.FindStringSubmatchIndex(s[at:])
	if m == nil {
		if m = urlToken.FindStringSubmatchIndex(s[at:]); m == nil || !random(s[at+m[2]:at+m[3]]) {
			return out
		}
	}
	if placeholder(s[at+m[2] : at+m[3]]) {
		return out
	}
	return append(out, span{at + m[2], at + m[3]})
}

// maxLookBack bounds how far before its keyword a finder looks, in bytes.
const maxLookBack = 256

// before returns the text before a keyword, and where it begins.
func before(s string, at int) (string, int) {
	from := max(0, at-maxLookBack)
	return s[from:at], from
}

var dsnPassword = regexp.MustCompile(`[^\s:/"'=]+:([^\s"']+)$`)

// findDSN finds the password of name:password@tcp(host). It begins before the
// keyword; nothing that is a secret by another rule can stand there.
func findDSN(s string, at, _ int, out []span) []span {
	text, from := before(s, at)
	m := dsnPassword.FindStringSubmatchIndex(text)
	if m == nil || placeholder(text[m[2]:m[3]]) {
		return out
	}
	return append(out, span{from + m[2], from + m[3]})
}

var (
	accountHost     = regexp.MustCompile(`^@[A-Za-z][\w.-]*`)
	accountPassword = regexp.MustCompile(`(?:^|[\s"'=/\\])[\w.-]+:([^\s:/@"']{6,})$`)
	versionOrHash   = regexp.MustCompile(`^v?\d+\.|^@sha\d+$`)
)

// findAccount finds the password of name:password@host.
func findAccount(s string, at, _ int, out []span) []span {
	host := accountHost.FindString(s[at:])
	text, from := before(s, at)
	m := accountPassword.FindStringSubmatchIndex(text)
	if host == "" || m == nil || versionOrHash.MatchString(host) {
		return out
	}
	word := text[m[2]:m[3]]
	if !strings.ContainsAny(word, digits) || isDigits(word) || versionOrHash.MatchString(word) || placeholder(word) {
		return out
	}
	return append(out, span{from + m[2], from + m[3]})
}

var pemHeader = regexp.MustCompile(`^-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----`)

func findPEM(s string, at, _ int, out []span) []span {
	h := pemHeader.FindString(s[at:])
	if h == "" {
		return out
	}
	from := at + len(h)
	to := strings.Index(s[from:], "-----END")
	if to < 0 {
		to = len(s) - from
	}
	return append(out, span{from, from + to})
}

var telegramToken = regexp.MustCompile(`^:AA[A-Za-z0-9_-]{32,}`)

func findTelegram(s string, at, _ int, out []span) []span {
	t := telegramToken.FindString(s[at:])
	from := at
	for from > 0 && isDigit(s[from-1]) && at-from < 12 {
		from--
	}
	if t == "" || at-from < 8 {
		return out
	}
	return append(out, span{from, at + len(t)})
}

var atlasToken = regexp.MustCompile(`^\.atlasv1\.[A-Za-z0-9_=-]{40,}`)

func findAtlas(s string, at, _ int, out []span) []span {
	t := atlasToken.FindString(s[at:])
	from := at
	for from > 0 && isAlnum(s[from-1]) && at-from < 20 {
		from--
	}
	if t == "" || at-from < 10 {
		return out
	}
	return append(out, span{from, at + len(t)})
}

var pipedText = regexp.MustCompile(`(?:echo|printf)\s+(?:-n\s+|-e\s+|'?%s(?:\\n)?'?\s+)?["']?([^\s"'|]+)["']?\s*\|[^|;&\n]*$`)

var hereString = regexp.MustCompile(`^[^|;&\n<]*<<<\s*\$?["']?([^\s"'|\\)]+)`)

var (
	userOption  = regexp.MustCompile(`(\S+).*?\s(?:-u|-U|-user|--user|--username)[ =][^\s-]\S*$`)
	optionValue = regexp.MustCompile(`^ -p ["']?([^\s"'|;&]+)`)
)

// findUserPassword finds what stands in -u name -p password, whatever the
// program, unless it is one whose -p takes none.
func findUserPassword(s string, at, _ int, out []span) []span {
	text, _ := before(s, at)
	if m := userOption.FindStringSubmatch(text); m == nil || noPassword(m[1]) {
		return out
	}
	m := optionValue.FindStringSubmatchIndex(s[at:])
	if m == nil || !afterUser(s[at+m[2]:at+m[3]]) {
		return out
	}
	return append(out, span{at + m[2], at + m[3]})
}

// noPassword reports whether a program's -p takes no password as its next word.
func noPassword(program string) bool {
	return strings.Contains(secretFlags[program], "-p=") || program == "sudo" || program == "psql"
}

// afterUser reports whether a word after -u name -p is a password: no port and
// no path.
func afterUser(text string) bool {
	return !isDigits(text) && !strings.ContainsAny(text, ":/") && !strings.HasPrefix(text, "-") && !placeholder(text)
}

var hereText = regexp.MustCompile(`^<<<\s*\$?["']?([^\s"'|\\)]+)`)

// findHere finds a here-string for a command that has a word which names a
// secret.
func findHere(s string, at, _ int, out []span) []span {
	text, _ := before(s, at)
	text = text[strings.LastIndexAny(text, ";|&\n(")+1:]
	m := hereText.FindStringSubmatchIndex(s[at:])
	if m == nil || !random(s[at+m[2]:at+m[3]]) || placeholder(s[at+m[2]:at+m[3]]) {
		return out
	}
	if secretWord.MatchString(text) {
		out = append(out, span{at + m[2], at + m[3]})
	}
	return out
}

var secretWord = regexp.MustCompile(`(?i)secret|passw|passphrase|\bpass\b|token|credential|_key\b`)

var optionText = regexp.MustCompile(`^--(?:value|body|content|data|string)[ =]["']?([^\s"'|;&]+)`)

// findOption finds the --value of a command in which a word ends in the name of
// a secret, such as a key's path in a store.
func findOption(s string, at, _ int, out []span) []span {
	text, _ := before(s, at)
	m := optionText.FindStringSubmatchIndex(s[at:])
	if m == nil || placeholder(s[at+m[2]:at+m[3]]) || !namesSecret(strings.Fields(text[strings.LastIndexAny(text, ";|&\n(")+1:])) {
		return out
	}
	return append(out, span{at + m[2], at + m[3]})
}

// namesSecret reports whether one of the words is the name of a password.
func namesSecret(words []string) bool {
	for _, w := range words {
		if len(w) <= 2*maxNameSize && !strings.HasPrefix(w, "-") && isPassword(w) {
			return true
		}
	}
	return false
}

var writtenText = regexp.MustCompile(`(?:echo|printf)(?: -\w+| '%s[^']*')* ["']?([^\s"'|;&>]+)["']?\s*>>?\s*["']?[^\s"';|&>]*$`)

// findWritten finds a text that is written into a file whose name says what it
// is.
func findWritten(s string, at, end int, out []span) []span {
	n := nameAt(s, at, end)
	text, from := before(s, n.from)
	name, _, _ := strings.Cut(strings.TrimLeft(s[n.from:n.to], "."), ".")
	if !strings.Contains(text, ">") || secretName(name) == harmless {
		return out
	}
	m := writtenText.FindStringSubmatchIndex(text)
	if m == nil || !random(text[m[2]:m[3]]) || placeholder(text[m[2]:m[3]]) {
		return out
	}
	return append(out, span{from + m[2], from + m[3]})
}

// findStdin does the same for an option like --password-stdin.
func findStdin(s string, at, end int, out []span) []span {
	n := nameAt(s, at, end)
	if secretName(s[n.from:at]) == harmless {
		return out
	}
	return findPiped(s, at, end, out)
}

// findPiped finds a text that is given to a program that takes a secret from
// its input, through a pipe or a here-string.
func findPiped(s string, at, _ int, out []span) []span {
	text, from := before(s, at)
	m := pipedText.FindStringSubmatchIndex(text)
	if m == nil {
		if m = hereString.FindStringSubmatchIndex(s[at:]); m != nil && !placeholder(s[at+m[2]:at+m[3]]) {
			out = append(out, span{at + m[2], at + m[3]})
		}
		return out
	}
	sp := span{from + m[2], from + m[3]}
	if i := strings.IndexByte(s[sp.from:sp.to], ':'); i > 0 {
		sp.from += i + 1 // chpasswd: name:password
	}
	if placeholder(s[sp.from:sp.to]) {
		return out
	}
	return append(out, sp)
}
