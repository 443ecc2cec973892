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
		{[]string{"-----begin "}, findPEM},
		{[]string{"private-lines:"}, after(regexp.MustCompile(`^(?is)private-lines:\s*\d+(.*?)(?:Private-MAC|$)`))},
		{[]string{"machine"}, after(regexp.MustCompile(`^machine\s+\S+\s+login\s+\S+\s+password\s+([^\s"'\\]+)`))},
		{[]string{"password-command", "password-file", "passcommand"}, after(regexp.MustCompile(`^\S+?[= ]["']?(?:<\()?(?:echo|printf) ["']?([^\s"')]+)`))},
		{[]string{"identified by"}, after(regexp.MustCompile(`^(?i)identified by\s+'([^']+)'`))},
		{[]string{":aa"}, findTelegram},
		{[]string{".atlasv1."}, findAtlas},
		{[]string{"--password-stdin", "--with-token", "sudo -s", "chpasswd", "passwd --stdin"}, findPiped},
	}
}

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
	i = skipBlank(s, i)
	if i >= len(s) || s[i] != ':' && s[i] != '=' {
		return v, false
	}
	v.from = skipBlank(s, i+1)
	for v.from < len(s) && (s[v.from] == '"' || s[v.from] == '\'' || s[v.from] == '\\') {
		v.from++
	}
	for v.to = v.from; v.to < len(s) && strings.IndexByte("\"'\n\r\\`", s[v.to]) < 0; v.to++ {
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

var hereString = regexp.MustCompile(`^[^|;&\n<]*<<<\s*["']?([^\s"'|]+)`)

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
