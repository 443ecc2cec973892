package shell

import (
	"path"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

func init() {
	register(readCurl, "curl curlie")
	register(readWget, "wget wget2")
	register(readHTTP, "http https httpie xh xhs")
	register(readSSH, "ssh mosh autossh slogin dbclient")
	register(readScp, "scp")
	register(readMixed, "pandoc weasyprint wkhtmltopdf pdftotext helm xdg-open open gio-open sensible-browser x-www-browser lynx w3m links elinks hg svn aws gsutil semgrep opengrep buildah gh glab")
	register(readSocket, "nc ncat netcat nc.openbsd nc.traditional socat telnet ftp lftp tftp rsh rexec cryptcat mail mailx sendmail msmtp swaks smbclient")
	register(readServer, "http-server serve live-server webfsd darkhttpd miniserve updog browser-sync thttpd lighttpd nginx httpd apache2 caddy php-fpm filebrowser smbserver.py "+
		"gost surge tcpsvd udpsvd ftpd telnetd tftpd dnsd inetd fakeidentd dropbear sshd vsftpd pure-ftpd proftpd dufs simplehttpserver")
	register(readSocket, "ftpput ftpget mutt neomutt s-nail ncftp ncftpput cadaver")
	register(readSocket, "ssmtp exim exim4 mpack metasend sendEmail sendemail xdg-email nail uuenview mailutils tnftp atftp curlmail")
	register(readServer, "pastebinit pastebin wgetpaste ix sprunge dpaste termbin fiche gist-paste hastebin haste paste.rs transfer.sh 0x0 nsupdate tarsnap kopia uucp uux rdist mini_httpd atftpd twist twist3 twistd")
	register(readMixed, "gio bzr brz")
	register(readFinger, "finger rusers")
	register(readGetent, "getent")
}

// idle are words with which a server listens to nobody: what it is asked for
// instead, as its first word or as an option; those of all are under "".
var idle = map[string]map[string]bool{
	"":      wordSet("help version --help --version"),
	"caddy": wordSet("adapt add-package build-info environ fmt hash-password list-modules manpage remove-package storage stop trust untrust upgrade validate"),
	"nginx": wordSet("-t -T -s -v -V"), "httpd": wordSet("-t"), "apache2": wordSet("-t"), "lighttpd": wordSet("-t -tt"), "php-fpm": wordSet("-t -tt"),
	"surge": wordSet("list whoami logout token plus"), "weechat": wordSet("-a --no-connect -p --no-plugin -l --license -c --colors"), "irssi": wordSet("-! --noconnect"),
	"whatweb": wordSet("-l --list-plugins -I --info-plugins"), "nmap": wordSet("--iflist -V"), "nikto": wordSet("-Version -list-plugins"), "frpc": wordSet("-v verify"), "wg-quick": wordSet("down strip save"), "syncthing": wordSet("cli generate decrypt --paths"), "frps": wordSet("-v"),
	"ngrok": wordSet("config completion"), "wfuzz": wordSet("-e"), "jmeter": wordSet("-v -g"), "k6": wordSet("new inspect archive"), "medusa": wordSet("-q -d -V"), "amass": wordSet("viz track db -list"),
	"gobuster": wordSet("completion"), "vncserver": wordSet("-kill -list"), "yt-dlp": wordSet("--list-extractors"),
}

// readServer reads programs that listen, or give files to whoever asks.
func readServer(inv *invocation) {
	inv.parse().apply()
	if inv.idle() {
		return
	}
	inv.connect(word{kind: unknown, reason: inv.title() + " serves or sends files to other hosts", span: inv.span})
}

// idle reports whether a program that reaches hosts was asked for something
// else.
func (inv *invocation) idle() bool {
	for i, w := range inv.args {
		if w.kind == known && (i == 0 && idle[""][w.text] || (i == 0 || w.starts("-")) && idle[inv.name][w.text]) {
			return true
		}
	}
	return len(inv.args) == 1 && inv.args[0].is("-h")
}

// readFinger reads finger, which asks a host for the users behind an "@".
func readFinger(inv *invocation) {
	for _, w := range inv.args {
		if _, host, ok := w.cut("@"); ok || w.kind == unknown {
			inv.connect(host)
		}
	}
}

// readGetent reads getent, which prints databases of the system by name.
func readGetent(inv *invocation) {
	inv.applySpec(builtinSpec(inv.name))
	for _, w := range inv.args {
		if w.is("shadow") || w.is("gshadow") {
			inv.read(lit("/etc/"+w.text, w.span))
		}
	}
}

// place of a URL's file: the last part of its path.
func urlBase(w word) word {
	s, _, _ := strings.Cut(w.text, "?")
	s, _, _ = strings.Cut(s, "#")
	_, rest, ok := strings.Cut(s, "://")
	if !ok {
		rest = s
	}
	base := "index.html"
	if strings.Contains(rest, "/") && !strings.HasSuffix(rest, "/") {
		base = path.Base(rest)
	}
	if w.kind == unknown {
		return word{text: "*", kind: pattern, span: w.span}
	}
	if w.kind == pattern {
		return word{text: base, kind: pattern, span: w.span}
	}
	return lit(base, w.span)
}

// curlFiles are options of curl whose value may name a file after a mark, and
// the mark.
var curlFiles = map[string]string{
	"data": "@", "data-binary": "@", "json": "@", "data-urlencode": "@", "form": "@<", "header": "@", "proxy-header": "@", "write-out": "@", "url-query": "@", "variable": "@",
}

func readCurl(inv *invocation) {
	if a := inv.args; len(a) == 2 && (a[0].is("--help") || a[0].is("-h")) && a[1].kind == known && !mayBeOption(a[1]) {
		return // the name of a group of options
	}
	a := inv.parse()
	a.options("upload-file", "output", "config")
	for _, g := range a.given {
		if !g.has {
			continue
		}
		for _, n := range g.names {
			if marks := curlFiles[n]; marks != "" {
				inv.curlValue(g.value, marks)
				break
			}
		}
	}
	if c, ok := a.value("cookie"); ok && !strings.Contains(c.text, "=") {
		inv.read(c)
	}
	for _, v := range a.values("upload-file") {
		inv.read(v)
	}
	for _, v := range a.values("config") {
		inv.read(v)
		inv.unknown(v.span, "curl takes its options from a file")
	}
	for _, v := range a.values("output") {
		inv.write(v)
	}
	urls := append(a.operands[:len(a.operands):len(a.operands)], a.values("url")...)
	for _, w := range a.operands {
		inv.connect(w)
	}
	if inv.flag("remote-name", "remote-name-all") {
		for _, w := range urls {
			inv.write(urlBase(w))
		}
	}
}

// curlValue reads the file that a value names: after the mark at its begin, or
// after name=.
func (inv *invocation) curlValue(v word, marks string) {
	if v.kind == unknown && v.text == "" {
		inv.unknown(v.span, "what "+inv.title()+" sends is not known: "+v.reason)
		return
	}
	first := true // of the marks, behind which no name goes on
	for i := 0; i < len(v.text); i++ {
		if strings.IndexByte(marks, v.text[i]) < 0 {
			continue
		}
		name := first && marks != "@<" && isName(v.text[:i])
		if first = false; i > 0 && marks != "@<" && !name && v.text[i-1] != '=' {
			continue
		}
		if i > 0 && v.text[i-1] != '=' && marks == "@<" {
			continue
		}
		file := v.after(i + 1)
		file.text, _, _ = strings.Cut(file.text, ";")
		for _, f := range strings.Split(file.text, ",") {
			if marks != "@<" {
				f = file.text
			}
			file.text = f
			inv.read(file)
		}
		return
	}
}

func readWget(inv *invocation) {
	a := inv.parse()
	a.options("output-document", "execute", "directory-prefix")
	for _, e := range a.values("execute") {
		name, _, _ := e.cut("=")
		switch name = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(name), "_", "")); {
		case e.kind != known, strings.Contains(name, "askpass"), strings.Contains(name, "file"), strings.Contains(name, "proxy"), strings.Contains(name, "input"), strings.Contains(name, "output"), strings.Contains(name, "dir"):
			inv.unknown(e.span, "a setting of wget may run, read or write something")
		}
	}
	if f, ok := a.value("input-file"); ok {
		inv.connect(word{kind: unknown, reason: "wget takes the URLs from a file", span: f.span})
	}
	for _, w := range a.operands {
		inv.connect(w)
	}
	if o, ok := a.value("output-document"); ok {
		inv.write(o)
		return
	}
	if inv.flag("spider", "version", "help") {
		return
	}
	a.chdir("directory-prefix")
	for _, w := range a.operands {
		inv.write(urlBase(w))
	}
}

// readHTTP reads HTTPie: a method, a URL, and items of which name@file and
// name=@file send files.
func readHTTP(inv *invocation) {
	a := inv.parse()
	a.options()
	words := a.operands
	if len(words) > 1 && words[0].text != "" && strings.Trim(words[0].text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		inv.flags = append(inv.flags, words[0].text)
		words = words[1:]
	}
	for i, w := range words {
		if i == 0 {
			inv.connect(w)
		} else if _, f, ok := w.cut("@"); ok {
			inv.read(f)
		}
	}
}

var sshSpec = compile(cmd("connect command...", "write: E", "read: F i", "data: B b c D e I J L l m O o p Q R S W w", "shell: P", "flag: A a C f G g K k M N n q s T t V v X x Y y 1 2 4 6"))

// sshRuns are settings of ssh that run something on this machine.
var sshRuns = []string{"proxycommand", "localcommand", "knownhostscommand", "include", "pkcs11provider", "securitykeyprovider", "xauthlocation", "match", "proxyusefdpass", "permitlocalcommand"}

func (inv *invocation) sshSetting(w word) {
	key, v, ok := w.cut("=")
	if !ok {
		key, v, _ = w.cut(" ")
	}
	key = strings.ToLower(strings.TrimSpace(key))
	if w.kind == unknown && key == "" {
		inv.unknown(w.span, "a setting of ssh is not known: "+w.reason)
	}
	for _, r := range sshRuns {
		if key != r || v.is("none") || v.is("no") {
			continue
		}
		inv.unknown(w.span, "a setting of ssh runs a command here ("+key+")")
		if strings.HasSuffix(key, "command") && key != "permitlocalcommand" {
			inv.shell(v, guard.DialectPOSIX)
		}
	}
	if strings.HasSuffix(key, "file") {
		inv.read(v)
	}
}

func (inv *invocation) sshConfig(a *arguments) {
	for _, s := range a.values("o") {
		inv.sshSetting(s)
	}
	for _, f := range a.values("F") {
		if !f.is("/dev/null") && !f.is("none") {
			inv.unknown(f.span, "a configuration of ssh may run commands here")
		}
	}
}

// readSSH reads ssh, which hands its words to a shell on another machine.
func readSSH(inv *invocation) {
	a := inv.arguments(sshSpec)
	a.options("o")
	inv.sshConfig(a)
	for _, j := range a.values("J") {
		inv.connect(j)
	}
	for _, h := range a.operands {
		inv.connect(h)
	}
	if len(a.rest) > 0 {
		inv.elsewhere(func() { inv.shell(joined(a.rest), guard.DialectPOSIX) })
	}
}

var scpSpec = compile(cmd("read... write", "shell: S", "read: F i", "data: c D J l o P X", "recursive: r", "flag: 3 4 6 A B C O p q R s T v"))

func readScp(inv *invocation) {
	a := inv.arguments(scpSpec)
	a.options("o")
	inv.sshConfig(a)
	n := len(a.operands)
	for i, w := range a.operands {
		switch {
		case remote(w) || strings.HasPrefix(w.text, "scp://"):
			inv.connect(w)
		case i == n-1 && n > 1:
			inv.write(w)
		default:
			inv.read(w)
		}
	}
}

// readMixed is for programs whose operands may be files or URLs.
func readMixed(inv *invocation) {
	a := inv.parse()
	var connects []string
	for _, g := range a.given {
		if g.has && g.opt.role == guard.RoleConnect {
			if !slices.Contains(connects, g.names[0]) { // they may be many, of few names
				connects = append(connects, g.names[0])
			}
			inv.urlOrFile(g.value)
		}
	}
	a.options(connects...)
	inv.recursive = inv.recursive || a.spec.recursive
	for i, w := range a.operands {
		role := a.spec.many
		if i < len(a.spec.head) {
			role = a.spec.head[i]
		} else if n := len(a.operands) - len(a.spec.tail); i >= n && len(a.spec.tail) > 0 {
			role = a.spec.tail[i-n]
		}
		if inv.name == "gio" && strings.Contains(w.text, "://") {
			role = guard.RoleConnect
		}
		switch role {
		case guard.RoleConnect:
			inv.urlOrFile(w)
		case guard.RoleData, "":
			if i >= len(a.spec.head) || inv.a.sensitive(inv.dir, w) { // of the first ones it is known
				inv.anyWord(w)
			}
		default:
			inv.role(role, w)
		}
	}
}

// urlOrFile judges a word that may be a URL, host:path or a file.
func (inv *invocation) urlOrFile(w word) {
	if strings.Contains(w.text, "://") || remote(w) {
		inv.connect(w)
		return
	}
	inv.read(w)
}

// Characters beside which a word may name a file: among settings, and among what
// a program sends, which has many ways to name them.
const (
	besideKeywords = ",:@"
	amongSent      = " =@,;"
)

// readSecrets reads the secrets that a word names, alone or beside these
// characters.
func (inv *invocation) readSecrets(w word, marks string) {
	if w.kind != known {
		return
	}
	for _, f := range strings.FieldsFunc(w.text, func(r rune) bool { return strings.ContainsRune(marks, r) }) {
		if f := lit(f, w.span); inv.a.sensitive(inv.dir, f) {
			inv.read(f)
		}
	}
}

// socketHelp are words that, with no others, make such a program only speak of
// itself.
var socketHelp = wordSet("-h --help --version")

// readSocket is for programs that hold a conversation with a host, whose
// options may start a program at this end.
func readSocket(inv *invocation) {
	if len(inv.args) == 1 && (socketHelp[inv.args[0].text] || inv.name == "socat" && inv.args[0].is("-V")) {
		inv.flags = append(inv.flags, strings.TrimLeft(inv.args[0].text, "-"))
		return
	}
	words := inv.args
	host := false
	for i := 0; i < len(words); i++ {
		w := words[i]
		lower := strings.ToLower(w.text)
		inv.readSecrets(w, amongSent)
		switch {
		case w.is("-e") || w.is("-c") || w.is("--exec") || w.is("--sh-exec") || w.is("--lua-exec"):
			inv.flags = append(inv.flags, strings.TrimLeft(w.text, "-"))
			if i++; i < len(words) {
				inv.shell(words[i], guard.DialectPOSIX)
			}
		case w.starts("--exec=") || w.starts("--sh-exec="):
			_, v, _ := w.cut("=")
			inv.shell(v, guard.DialectPOSIX)
		case strings.HasPrefix(lower, "exec:") || strings.HasPrefix(lower, "system:") || strings.HasPrefix(lower, "shell:"):
			inv.shell(w.after(strings.IndexByte(w.text, ':')+1), guard.DialectPOSIX)
		case strings.HasPrefix(lower, "open:") || strings.HasPrefix(lower, "create:") || strings.HasPrefix(lower, "file:") || strings.HasPrefix(lower, "gopen:"):
			v := w.after(strings.IndexByte(w.text, ':') + 1)
			v.text, _, _ = strings.Cut(v.text, ",")
			inv.write(v)
		case w.starts("-") && len(w.text) > 1:
			inv.flags = append(inv.flags, strings.TrimLeft(w.text, "-"))
		case w.kind == known && strings.Trim(w.text, "-0123456789") == "":
		default:
			if inv.name == "socat" {
				if i := strings.IndexByte(w.text, ':'); i >= 0 {
					w = w.after(i + 1)
				}
			}
			host = true
			inv.connect(w)
		}
	}
	if !host {
		inv.connect(word{kind: unknown, reason: "it listens, or the host is not named", span: inv.span})
	}
}
