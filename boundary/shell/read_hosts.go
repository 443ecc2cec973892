package shell

import (
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

func init() {
	register(readDownload, "aria2c axel lwp-download httrack you-get svtplay-dl instaloader gdown get_iplayer lux gallery-dl youtube-dl yt-dlp oras croc")
	register(readCaller, "hurl vegeta ab wrk wrk2 hey siege k6 bombardier oha autocannon jmeter newman grpcurl websocat wscat evans ghz rpcclient nmblookup smbcacls smbcquotas evil-winrm weechat "+
		"weechat-headless irssi mosquitto_pub mosquitto_sub mosquitto_rr rdesktop vncviewer xvncviewer xtigervncviewer gvncviewer rlogin ncftpget serveo transfersh transfer dnscat dnscat2 iodine ptunnel sshuttle ngrok cloudflared lt localtunnel frpc bore chisel inlets tailscale openvpn3")
	register(readCaller, "crane gcrane krane skopeo regctl cosign notation")
	register(readUnpacked, "mutool pdfdetach borg")
	register(readCaller, "ping ping6 fping fping6 traceroute traceroute6 tcptraceroute tracepath tracepath6 mtr arping hping3 nping zmap masscan nmap iperf iperf3 speedtest speedtest-cli wakeonlan ntpdate sntp chronyc "+
		"snmpwalk snmpget snmpbulkwalk snmpbulkget snmpgetnext snmpdf snmptable snmpstatus snmpdelta snmpusm snmptest snmpset snmptrap snmpinform ldapsearch ldapwhoami ldapcompare ldapexop ldapmodrdn ldapmodify ldapadd "+
		"ldapdelete ldappasswd smbmap enum4linux enum4linux-ng nikto sqlmap hydra xhydra medusa gobuster ffuf wfuzz dirb amass subfinder httpx dnsx nuclei wpscan whatweb adig ahost")
	register(readServer, "live-server x11vnc vncserver tigervncserver Xvnc x0vncserver frps zerotier-cli wg-quick wireguard openvpn stunnel redsocks iodined "+
		"syncthing proxify mitmproxy mitmdump mitmweb ettercap bettercap wormhole magic-wormhole gsocket minicom picocom kermit ckermit wermit")
	register(readFreeRDP, "xfreerdp wlfreerdp sdl-freerdp freerdp")
}

// readCaller reads programs whose work is with hosts: one that isn't named is
// in a file or a setting, or it's the program's own choice.
func readCaller(inv *invocation) {
	n := len(inv.a.actions)
	a := inv.parse()
	a.apply()
	a.calls(n)
}

// calls says that a host is reached where none was found among the actions from
// the nth on.
func (a *arguments) calls(n int) {
	inv := a.inv
	site := sites[inv.name]
	if site == "" && !a.spec.calls || inv.idle() || len(inv.args) == 1 && idleAlone[inv.args[0].text] || inv.flag("help") {
		return
	}
	if h := a.letter('h'); inv.flag("h") && (h == nil || !h.takesValue()) {
		return
	}
	if site != "" {
		inv.connect(lit(site, inv.span))
		return
	}
	if inv.connects(n) {
		return
	}
	if s := inv.stdin; s.set && s.text.kind == known && len(a.operands) == 0 {
		fields := strings.Fields(s.text.text)
		addresses := slices.ContainsFunc(fields, func(f string) bool { return isAddress(lit(f, inv.span)) })
		for _, f := range fields[:min(len(fields), maxItems)] {
			if w := lit(f, inv.span); !addresses || isAddress(w) {
				inv.connect(w)
			}
		}
		if len(fields) > 0 && len(fields) <= maxItems {
			return
		}
	}
	inv.connect(word{kind: unknown, reason: inv.title() + " listens, or the host is not named", span: inv.span})
}

// connects reports whether a host is among the actions from the nth on.
func (inv *invocation) connects(n int) bool {
	for _, act := range inv.a.actions[min(n, len(inv.a.actions)):] {
		if act.Kind == guard.KindConnect {
			return true
		}
	}
	return false
}

// idleAlone are words that, with no others, make a program only speak of
// itself.
var idleAlone = wordSet("-help -V -version")

// sites are the hosts of services that programs are made for, whatever else they
// are given.
var sites = map[string]string{
	"instaloader": "www.instagram.com", "gdown": "drive.google.com", "get_iplayer": "www.bbc.co.uk", "ngrok": "ngrok.com", "cloudflared": "argotunnel.com", "tailscale": "tailscale.com",
	"speedtest": "www.speedtest.net", "speedtest-cli": "www.speedtest.net", "lt": "localtunnel.me", "croc": "croc.schollz.com", "localtunnel": "localtunnel.me",
}

// readDownload reads programs that write what they load into a folder, which an
// option may name, as an option may name the file.
func readDownload(inv *invocation) {
	n := len(inv.a.actions)
	a := inv.parse()
	var folders []string
	var folder word
	loads, written := len(a.operands) > 0, false
	for _, g := range a.given {
		switch {
		case !g.has:
		case g.opt.role == guard.RoleDir:
			folders, folder, written = append(folders, g.names[0]), g.value, true
			kind, rest, ok := folder.cut(":")
			if ok && inv.name == "yt-dlp" && !strings.Contains(kind, "/") { // home:DIR
				folder = rest
			}
			inv.write(folder)
			if _, cache, ok := folder.cut(","); ok && inv.name == "httrack" {
				inv.write(cache)
			}
		case g.opt.role == roleHosts:
			loads = true
		case g.opt.role == guard.RoleWrite && (g.is("o") || g.is("O")):
			written = true
		}
	}
	if len(folders) > 0 {
		inv.chdir(folder)
	}
	a.options(folders...)
	if sites[inv.name] != "" && a.spec.many == guard.RoleConnect { // the operands are names there
		for _, w := range a.operands {
			inv.datum(w)
		}
		a.operands = nil
	}
	a.meaning()
	a.strays()
	if loads && !written && a.takesFolder() && !inv.idle() {
		inv.write(inv.here())
	}
	a.calls(n)
}

// takesFolder reports whether the command, and not only one that it belongs to,
// has an option for the folder that it writes to or loads without one.
func (a *arguments) takesFolder() bool {
	for _, o := range a.spec.options {
		if o.role == guard.RoleDir {
			return true
		}
	}
	return len(a.parents) == 0 && a.spec.commands == nil
}

// hosts judges a file of hosts, or an address in its place.
func (inv *invocation) hosts(w word) {
	if isAddress(w) {
		inv.connect(w)
		return
	}
	inv.read(w)
	inv.connect(word{kind: unknown, reason: inv.title() + " takes the hosts from a file", span: w.span})
}

// images are the kinds of images that lie here: in files, or in the store of
// the machine.
var images = map[string]bool{"dir": true, "oci": true, "oci-archive": true, "docker-archive": true, "ocidir": true, "tarball": true, "sif": true, "containers-storage": false, "docker-daemon": false, "ostree": false}

// image judges a reference to an image, which begins with the host of its
// registry or means one of docker.io.
func (inv *invocation) image(w word, written bool) {
	if w.is("-") || w.is("") {
		return
	}
	kind, rest, ok := w.cut(":")
	here, isKind := images[kind]
	rest.text = strings.TrimPrefix(rest.text, "//")
	path := looksLikePath(w.text) && strings.IndexAny(w.text, "/~.") == 0
	switch {
	case kind == "docker" && ok:
		w = rest
	case ok && isKind && !here:
		inv.unknown(w.span, inv.title()+" reaches the images of this machine")
		return
	case ok && isKind || path:
		if path {
			rest = w
		}
		rest.text, _, _ = strings.Cut(rest.text, ":")
		if written {
			inv.write(rest)
		} else {
			inv.read(rest)
		}
		return
	}
	registry, _, named := strings.Cut(w.text, "/")
	switch {
	case isAddress(w) || named && (strings.ContainsAny(registry, ".:") || registry == "localhost"):
		inv.connect(w)
	case named || w.kind == known || strings.ContainsAny(w.text, ":@") && !strings.ContainsAny(w.text, globMeta):
		inv.connect(lit("docker.io", w.span))
	default:
		inv.connect(word{kind: unknown, reason: "it is an image of a registry that is not known", span: w.span})
	}
}

// hostPaths are programs whose words name a file here, or behind "host:" one of
// another machine.
var hostPaths = wordSet("rclone restic rustic borg duplicity rdiff-backup unison lsyncd")

// stores are kinds of storage in front of an address.
var stores = wordSet("sftp rest s3 b2 azure gs swift rclone opendal")

// elsewhereAt reaches the host of a word of another machine.
func (inv *invocation) elsewhereAt(w word) {
	if kind, rest, _ := w.cut(":"); stores[kind] && !strings.HasPrefix(rest.text, "/") && rest.text != "" {
		w = rest
	}
	inv.connect(w)
}

// readFreeRDP reads options as Windows writes them: /name:value.
func readFreeRDP(inv *invocation) {
	n := len(inv.a.actions)
	for _, w := range inv.args {
		name, v, ok := w.after(1).cut(":")
		switch {
		case w.kind == unknown && w.text == "":
			inv.unknown(w.span, "a word for "+inv.title()+" is not known: "+w.reason)
			continue
		case !w.starts("/") && !w.starts("+") && !w.starts("-"):
			if strings.HasSuffix(w.text, ".rdp") || looksLikePath(w.text) {
				inv.hosts(w)
			} else {
				inv.connect(w)
			}
			continue
		}
		name = strings.TrimPrefix(name, "-")
		inv.flags = append(inv.flags, name)
		switch name {
		case "v", "g", "gateway", "proxy", "vmconnect", "load-balance-info":
			if name == "gateway" {
				for _, p := range v.list(",") {
					_, h, _ := p.cut(":")
					inv.connect(h)
				}
				continue
			}
			if ok {
				inv.connect(v)
				inv.pathToo(v)
			}
		case "drive":
			if _, dir, ok := v.cut(","); ok {
				v = dir
			}
			inv.touch(guard.KindRead, v, true)
			inv.touch(guard.KindWrite, v, true)
		case "args-from", "action-script", "rdp2tcp", "plugin", "vc", "dvc", "addin":
			inv.unknown(w.span, "an option makes "+inv.title()+" run or load something")
		default:
			inv.readSecrets(v, besideKeywords)
		}
	}
	if len(inv.args) == 1 && (inv.flag("help", "version", "buildconfig", "kbd-list", "monitor-list")) {
		return
	}
	if inv.connects(n) {
		return
	}
	inv.connect(word{kind: unknown, reason: inv.title() + " reaches a host that is not named", span: inv.span})
}
