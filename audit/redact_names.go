package audit

import (
	"regexp"
	"strings"
	"unicode"
)

// This file finds the values of names that say "secret": assignments, JSON and
// YAML members, flags, headers, query parameters, XML elements.

// nameRules are the keywords within names. Which names mean a secret is said
// by secretName.
func nameRules() []rulesFor {
	return []rulesFor{{
		[]string{"pass", "pwd", "secret", "token", "key", "cred", "auth", "signature", "sig=", "sessid", "sessionid", "appid", "bearer", "_pw", "-pw", "pw=", "opw", "upw", "_pat", "-pat", "-sig", "psk"},
		findNamed,
	}}
}

// strength says how much a name promises that its value is a secret.
type strength int

const (
	harmless strength = iota
	faint             // a secret where the value can hardly be anything else
	weak              // a secret where the value looks like one
	strong
)

// lastWords say what a name means by its last word.
var lastWords = map[string]strength{
	"password": strong, "passwd": strong, "passphrase": strong, "passcode": strong, "pwd": strong, "secret": strong,
	"pass": strong, "secrets": weak, "token": weak, "credential": weak, "credentials": weak, "cred": weak, "creds": weak, "auth": weak, "authtoken": strong, "bearer": weak, "signature": weak, "sig": weak,
	"apikey": strong, "secretkey": strong, "accesskey": strong, "privatekey": strong, "authkey": strong,
	"accountkey": strong, "masterkey": strong, "encryptionkey": strong, "signingkey": strong, "accesstoken": strong,
	"pw": strong, "opw": strong, "upw": strong, "psk": strong, "pat": weak, "appid": weak, "sessid": weak, "phpsessid": weak, "jsessionid": weak, "sessionid": weak,
}

// keyWords are the words before "key" that make it a secret one.
var keyWords = map[string]strength{
	"api": strong, "access": strong, "secret": strong, "private": strong, "auth": strong, "encryption": strong,
	"signing": strong, "master": strong, "account": strong, "shared": weak, "subscription": weak, "session": weak,
	"app": weak, "application": weak, "consumer": weak, "license": weak, "integration": weak, "storage": weak,
	"admin": weak, "service": weak, "deploy": weak, "webhook": weak, "hmac": strong, "crypto": weak, "aes": strong, "jwt": strong,
}

// notKeys stand before "key" in names of keys that open nothing.
var notKeys = wordSet("primary foreign partition sort cache row hash range public routing shard group join lookup idempotency map dict index composite unique natural surrogate " +
	"object bucket s3 file path registry config setting shortcut hot arrow enter escape translation i18n message label color host known ssh gpg pgp")

// gluedWords make a secret of a name that ends in them without a separator.
var gluedWords = []string{"password", "passwd", "passphrase", "apikey", "secretkey", "accesskey", "privatekey", "authtoken", "accesstoken", "clientsecret"}

// stores hold secrets under names of their own: secrets.jwt.
var stores = wordSet("secret secrets credentials passwords")

// notPasses end in "pass" and are none.
var notPasses = wordSet("bypass compass encompass multipass overpass surpass trespass underpass renderpass subpass")

// qualifiers may follow the word that says what a name means.
var qualifiers = wordSet("prod production dev staging stage test local old new current base base64 b64 value plain plaintext raw main backup default primary secondary string v1 v2")

// notTokens stand before "token" in names of tokens that are no secrets.
var notTokens = wordSet("next page continuation continue cancellation cancel stop start end pad eos bos unk sep mask special sync prev previous last first resume cursor input output per cls")

// notNames begin names of options that say what to do with a secret.
var notNames = wordSet("no without skip disable remove show print list verify")

func wordSet(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// secretName says what the value of a name is.
func secretName(name string) strength {
	last, rest := lastWord(name)
	for qualifiers[last] || isDigits(last) {
		word, before := lastWord(rest)
		if word == "" {
			break
		}
		last, rest = word, before
	}
	before, _ := lastWord(rest)
	if before != "" && notNames[firstWord(name)] {
		return harmless
	}
	if last == "key" {
		if s, ok := keyWords[before]; ok || before == "" || notKeys[before] {
			return s
		}
		return faint
	}
	if last == "token" && notTokens[before] || last == "pass" && before == "by" || last == "secret" && before == "existing" {
		return harmless
	}
	if s := lastWords[last]; s != harmless {
		return s
	}
	if strings.HasSuffix(last, "pass") && !notPasses[last] {
		return strong
	}
	if stores[before] && strings.Contains(name, ".") {
		return weak
	}
	for _, g := range gluedWords {
		if strings.HasSuffix(last, g) {
			return strong
		}
	}
	return harmless
}

// lastWord takes the last word off a name, in lower case. Words end at
// separators and at changes of case.
func lastWord(name string) (word, rest string) {
	name = strings.TrimRight(name, "_-.")
	from := len(name)
	for from > 0 && !isSeparator(name[from-1]) {
		if from--; from > 0 && isUpper(name[from]) && (!isUpper(name[from-1]) || from+1 < len(name) && isLower(name[from+1])) {
			break
		}
	}
	return strings.ToLower(name[from:]), name[:from]
}

func isSeparator(c byte) bool { return c == '_' || c == '-' || c == '.' }

// firstWord returns the first word of a name, in lower case.
func firstWord(name string) string {
	name = strings.TrimLeft(name, "_-.")
	to := 0
	for to < len(name) && !isSeparator(name[to]) && (to == 0 || !isUpper(name[to]) || isUpper(name[to-1])) {
		to++
	}
	return strings.ToLower(name[:to])
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isAlnum(c byte) bool { return isUpper(c) || isLower(c) || isDigit(c) }

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func isNameByte(c byte) bool { return isAlnum(c) || c == '_' || c == '-' || c == '.' }

// maxNameSize bounds a name on each side of its keyword, in bytes.
const maxNameSize = 64

// nameAt widens a keyword to the name that it stands in.
func nameAt(s string, at, end int) span {
	n := span{at, end}
	for n.from > 0 && at-n.from < maxNameSize && isNameByte(s[n.from-1]) {
		if n.from >= 2 && s[n.from-2] == '\\' { // the escape \n isn't the name's
			break
		}
		n.from--
	}
	for n.to < len(s) && n.to-end < maxNameSize && isNameByte(s[n.to]) {
		n.to++
	}
	return n
}

// how says what joins a name and its value.
type how int

const (
	notJoined how = iota
	byEquals
	byColon // name: value, which prose has too
	byFlag  // --name value
	byTag   // <name>value<
	byWord  // name value
	bySet   // set name value
	byLine  // name value, and nothing else in the line
	byComma // "name", "value"
	byCall  // name("value")
	byAttr  // name="name">value<, key="name" value="value", <key>name</key><string>value<
	bySed   // s/name/value/
)

func findNamed(s string, at, end int, out []span) []span {
	if s[end-1] == '=' {
		end-- // the keyword's own
	}
	n := nameAt(s, at, end)
	name := strings.TrimLeft(s[n.from:n.to], "-.")
	class := secretName(name)
	if class == harmless {
		return out
	}
	flag := s[n.from] == '-' && len(name) > 1
	join, i := joint(s, n, flag)
	if join == notJoined {
		return out
	}
	v := value{how: join, name: name, class: class}
	v.read(s, i)
	if v.secret(s) {
		out = append(out, v.span)
	}
	return out
}

// joint reads what stands between the name and its value, and returns where
// the value begins.
func joint(s string, n span, flag bool) (how, int) {
	if n.from > 0 && s[n.from-1] == '<' && n.to < len(s) && s[n.to] == '>' {
		return byTag, n.to + 1
	}
	if m := attribute.FindString(s[n.to:]); m != "" && named.MatchString(s[max(0, n.from-6):n.from]) {
		return byAttr, n.to + len(m)
	}
	if m := substitution.FindString(s[max(0, n.from-3):n.from]); m != "" && n.to < len(s) && s[n.to] == m[len(m)-1] {
		return bySed, n.to + 1
	}
	i := n.to
	for i < len(s) && i-n.to < 4 && strings.IndexByte(`\"'`+"`", s[i]) >= 0 {
		i++
	}
	if i > n.to && i < len(s) && s[i] == ']' {
		i++
	}
	j := skipBlank(s, i)
	rest := s[j:]
	switch {
	case strings.HasPrefix(rest, "==") || strings.HasPrefix(rest, "=~"):
		return notJoined, 0
	case strings.HasPrefix(rest, "=>"), strings.HasPrefix(rest, ":="), strings.HasPrefix(rest, "+="), strings.HasPrefix(rest, "?="):
		return byEquals, skipBlank(s, j+2)
	case strings.HasPrefix(rest, "="):
		return byEquals, skipBlank(s, j+1)
	case strings.HasPrefix(rest, "%3D"), strings.HasPrefix(rest, "%3d"):
		return byEquals, j + 3
	case strings.HasPrefix(rest, ":") && !strings.HasPrefix(rest, "::"):
		return byColon, skipBlank(s, j+1)
	case strings.HasPrefix(rest, ",") && i > n.to && quoted(s, skipBlank(s, j+1)):
		return byComma, skipBlank(s, j+1)
	case strings.HasPrefix(rest, "(") && i == n.to && quoted(s, j+1):
		return byCall, j + 1
	case flag && j > i && i == n.to:
		return byFlag, j
	case j > i && strings.HasPrefix(rest, "'") && s[n.from:n.to] == "PASSWORD": // SQL
		return byEquals, j
	case j > i && i == n.to && strings.HasSuffix(s[:n.from], "set "):
		return bySet, j
	case j > i && i == n.to && startsLine(s, n.from) && endsLine(s, j):
		return byLine, j
	case j > i && i == n.to:
		return byWord, j
	}
	return notJoined, 0
}

// startsLine and endsLine report whether a line, or a text in quotes, begins at
// i, and whether it ends with the word at i.
func startsLine(s string, i int) bool {
	for i > 0 && (s[i-1] == ' ' || s[i-1] == '\t') {
		i--
	}
	return i == 0 || strings.IndexByte("\n\"'", s[i-1]) >= 0 || i > 1 && s[i-2:i] == `\n`
}

func endsLine(s string, i int) bool {
	to := strings.IndexAny(s[i:], " \t\n\"'\\")
	return to < 0 || strings.IndexByte("\n\"'\\", s[i+to]) >= 0
}

var (
	named        = regexp.MustCompile(`(?:name=|key=|<key>)["']?$`)
	attribute    = regexp.MustCompile(`^(?:["'] ?>|["'] value=["']|</key>\s*<string>)`)
	substitution = regexp.MustCompile(`(?:^|\W)s[/|#,]$`)
)

// quoted reports whether a quote opens at i.
func quoted(s string, i int) bool { return i < len(s) && (s[i] == '"' || s[i] == '\'') }

func skipBlank(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return i
}

// value is what stands after a name.
type value struct {
	how    how
	name   string
	class  strength
	quoted bool
	span
}

var nextPair = regexp.MustCompile(`^,(?:\s|$|["']?[\w.-]+["']?\s*[=:])`)

// read finds the value that begins at i: up to its closing quote, or to what
// can't stand in a bare word.
func (v *value) read(s string, i int) {
	quote := i
	for quote < len(s) && s[quote] == '\\' && quote-i < 3 {
		quote++
	}
	if v.how == byAttr || v.how == bySed {
		size := strings.IndexAny(s[i:], "\"'<\n/|#,")
		v.from, v.to = i, i+max(size, 0)
		return
	}
	if m := wrapped.FindString(s[i:]); m != "" {
		i += len(m)
		quote = i
	}
	if quote < len(s) && strings.IndexByte("\"'`", s[quote]) >= 0 && v.how != byTag {
		if quote == i && closes(s, i) {
			v.from, v.to = i, i
			return
		}
		v.quoted = true
		v.from = quote + 1
		v.to = v.from + closing(s[v.from:], s[i:quote+1])
		return
	}
	v.from, v.to = i, i
	if strings.HasPrefix(s[i:], "{{") { // a template, with blanks in it
		v.to = i + max(strings.Index(s[i:], "}}"), 0)
	}
	for v.to < len(s) {
		c := s[v.to]
		if c <= ' ' || strings.IndexByte("\"'`;&|)}]<>\\", c) >= 0 || c == ',' && nextPair.MatchString(s[v.to:]) {
			break
		}
		v.to++
	}
}

// wrapped begins a call that makes a value of a literal, such as its hash.
var wrapped = regexp.MustCompile(`^(?i)[\w.:]*(?:crypt|hash|md5|sha\d*|encode|make|from|string|str|bytes)\(`)

// closes reports whether the quote at i ends what another opened before it in
// the line: it would be an odd one, and nothing is glued to it.
func closes(s string, i int) bool {
	if i+1 < len(s) && strings.IndexByte(" \t\n;&|)", s[i+1]) < 0 {
		return false
	}
	line := s[strings.LastIndexByte(s[:i], '\n')+1 : i]
	return strings.Count(line, s[i:i+1])%2 == 1
}

// closing returns where the quote ends that was opened by open, which may
// carry backslashes; the end of the line where it isn't closed.
func closing(s, open string) int {
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], open):
			return i
		case s[i] == '\\' && len(open) == 1:
			i++
		case s[i] == '\n':
			return i
		}
	}
	return len(s)
}

var (
	reference   = regexp.MustCompile(`^(?:\$\w+|\$[@*#?!-]|\$\{.*|\$\(.*|\$\[.*|\{\{.*|<.*|%[A-Za-z_]\w*%|\[redacted\].*|@[A-Za-z(].*)$`)
	withLiteral = regexp.MustCompile(`^(?:\$\{\w+:?[-=]([^$}]+)|\{\{\s*["']([^"']+)["'])`)
	maskedValue = regexp.MustCompile(`^(?:[*x•.X#_-]+|\.\.\.|…|(?i:change[-_]?me|replace[-_]?me|(?:put[-_]?|insert[-_]?)?your[-_]\S*))$`)
	filePath    = regexp.MustCompile(`^(?:(?:~|\.{1,2})?/[\w.-]+(?:/[\w.-]*)*|[A-Za-z_.-]+(?:/[A-Za-z_.-]+)+|[A-Za-z_-]+[_-](?:file|path|dir))$`)
	fileName    = regexp.MustCompile(`(?i)^[\w./-]*\.(?:pem|key|json|txt|ya?ml|env|crt|cer|p12|pfx|pub|asc|gpg|go|py|js|ts|rb|md|conf|cfg|toml|ini|sh)$`)
	dotted      = regexp.MustCompile(`^[A-Za-z_]+(?:\.[A-Za-z_]+)+$`)
	identifier  = regexp.MustCompile(`^[A-Za-z_][A-Za-z_-]*$`)
	prose       = regexp.MustCompile(`(?i)\b(?:enter|your|please|must|required|invalid|incorrect|missing|optional|forgot|reset|confirm|repeat|choose|new|the)\b`)
)

// ordinary are values that are no secrets.
var ordinary = wordSet("new await true false yes no on off null nil none undefined str string text bytes byte int integer number bool boolean any object optional required enabled disabled " +
	"public include omit same-origin basic bearer digest oauth oauth2 ldap anonymous prompt ask stdin env file keyring invalid missing expired empty redacted hidden masked")

// secret reports whether the value is one.
func (v *value) secret(s string) bool {
	text := s[v.from:v.to]
	if v.fallback(text) {
		return true
	}
	if v.harmless(text) || !v.quoted && v.expression(s, text) {
		return false
	}
	switch {
	case v.how == byWord:
		return mixed(text) || isPassword(v.name) && random(text) && !strings.ContainsAny(text, "./:()[]= ")
	case v.how == byAttr, v.how == bySed:
		return !identifier.MatchString(text) && !strings.Contains(text, " ") && (v.how == byAttr || random(text))
	case v.how == byComma, v.how == byCall && !setter(v.name):
		return random(text) && !strings.Contains(text, " ")
	case v.how == bySet:
		return !identifier.MatchString(text) && !isDigits(text) || mixed(text)
	case v.class == faint:
		return random(text)
	case v.how == byLine:
		return random(text) && text[0] != '-'
	case v.how == byColon && !v.quoted && !v.plausible(s, text):
		return false
	case v.class == weak && v.how != byFlag && !(v.how == byEquals && v.name == strings.ToUpper(v.name)):
		return random(text)
	case v.class == weak:
		return !isDigits(text) || len(text) >= 8
	}
	return v.name != "pass" || !isDigits(text)
}

// harmless reports whether a text is a placeholder, a file, or an ordinary word.
func (v *value) harmless(text string) bool {
	switch {
	case !strings.ContainsFunc(text, isWordRune), strings.HasPrefix(text, "\x00"), strings.HasPrefix(text, "-") && v.how == byFlag,
		reference.MatchString(text), maskedValue.MatchString(text), ordinary[strings.ToLower(text)],
		filePath.MatchString(text), fileName.MatchString(text), strings.HasPrefix(text, "id="), strings.HasPrefix(text, "env:"), strings.HasPrefix(text, "file:"):
		return true
	case strings.Contains(text, " ") && prose.MatchString(text):
		return !strings.Contains(strings.ToLower(v.name), "phrase")
	case strings.Contains(text, "://"):
		return v.class == weak // its own password is another rule's
	}
	return identifier.MatchString(text) && v.aboutItself(text)
}

// fallback reports whether a reference has a secret in it, for where there is
// nothing to refer to: ${NAME:-secret}, {{ "secret" | filter }}.
func (v *value) fallback(text string) bool {
	m := withLiteral.FindStringSubmatch(text)
	return m != nil && !v.harmless(m[1]+m[2])
}

// setter reports whether a function of that name is given what it is named
// after, rather than told which one to get.
func setter(name string) bool {
	name = strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
	return strings.HasPrefix(name, "set") || strings.HasPrefix(name, "with") || strings.HasPrefix(name, "use")
}

// passwords are the last words of names whose values have the looks of nothing
// in particular.
var passwords = wordSet("password passwd passphrase passcode pwd pw psk apikey")

// isPassword reports whether a name is one of a password.
func isPassword(name string) bool {
	last, _ := lastWord(name)
	if passwords[last] {
		return true
	}
	return strings.HasSuffix(last, "password") || strings.HasSuffix(last, "apikey")
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// aboutItself reports whether a word of letters only names a secret rather
// than being one: token=token, secret: my-db-secret, "password": "Password".
func (v *value) aboutItself(text string) bool {
	return (v.quoted || v.how != byEquals || v.name != strings.ToUpper(v.name)) && secretName(text) != harmless
}

// expression reports whether a bare value is code that computes one.
func (v *value) expression(s, text string) bool {
	if v.name == strings.ToUpper(v.name) && v.how == byEquals {
		return false // a shell's assignment is literal
	}
	next := byte(0)
	if v.to < len(s) {
		next = s[v.to]
	}
	return dotted.MatchString(text) || strings.ContainsAny(text, "([") || next == '(' || next == '['
}

// plausible tells a bare value after a colon from prose: it isn't a plain word,
// or it is the last of its line.
func (v *value) plausible(s, text string) bool {
	if strings.ContainsFunc(strings.TrimRight(text, ".,:!?"), func(r rune) bool { return !unicode.IsLetter(r) && r != '-' && r != '\'' }) {
		return true
	}
	rest := s[v.to:]
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line) == "" || strings.HasPrefix(line, `\n`)
}

// mixed reports whether a text is a word of both cases and digits, as generated
// secrets are, and the names of things seldom.
func mixed(text string) bool {
	return len(text) >= 10 && strings.ContainsAny(text, digits) && strings.ContainsAny(text, letters[:26]) && strings.ContainsAny(text, letters[26:]) &&
		!strings.ContainsAny(text, "./:()[]= ")
}

const digits = "0123456789"

// random reports whether a text looks like no word: digits among letters, or
// very long.
func random(text string) bool {
	nums, alphas := 0, 0
	for i := range len(text) {
		if isDigit(text[i]) {
			nums++
		} else if isAlnum(text[i]) {
			alphas++
		}
	}
	return len(text) >= 8 && nums > 0 && alphas > 0 || len(text) >= 24 && !strings.Contains(text, " ") || nums >= 8 && alphas == 0
}
