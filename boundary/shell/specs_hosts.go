package shell

import "slices"

// Programs that reach hosts: what they load from them, put to the test, hold
// sessions with, or are reached through. Of their options those with values
// are all said, since a value must not take a host's place.

// Downloads. What a program calls its folder is where it writes.
func downloadSpecs() commands {
	return commands{
		"aria2c": cmd("connect...", "write: o,out l,log save-session save-cookies server-stat-of dht-file-path dht-file-path6", "=write: O,index-out", "dir: d,dir",
			"hosts: i,input-file T,torrent-file M,metalink-file", "read: load-cookies conf-path certificate private-key ca-certificate netrc-path server-stat-if rpc-certificate rpc-private-key",
			"connect: all-proxy http-proxy https-proxy ftp-proxy bt-tracker",
			"code: on-download-complete on-download-start on-download-error on-download-stop on-download-pause on-bt-download-complete",
			"data: x,max-connection-per-server s,split j,max-concurrent-downloads k,min-split-size header m,max-tries t,timeout connect-timeout retry-wait U,user-agent referer ftp-user ftp-passwd "+
				"http-user http-passwd all-proxy-user all-proxy-passwd http-proxy-user http-proxy-passwd https-proxy-user https-proxy-passwd ftp-proxy-user ftp-proxy-passwd u,max-upload-limit "+
				"max-overall-upload-limit max-download-limit max-overall-download-limit lowest-speed-limit checksum seed-ratio seed-time listen-port dht-listen-port select-file rpc-secret "+
				"rpc-listen-port a,file-allocation piece-length log-level console-log-level summary-interval stop bt-max-peers bt-exclude-tracker interface max-file-not-found "+
				"metalink-language metalink-location metalink-os metalink-version uri-selector stream-piece-selector disk-cache async-dns-server",
			"?data: P,parameterized-uri V,check-integrity c,continue R,remote-time Z,force-sequential S,show-files q,quiet D,daemon n,no-netrc p,ftp-pasv h,help"),
		"axel": cmd("connect...", "write: o,output", "data: s,max-speed n,num-connections m,max-redirect H,header U,user-agent T,timeout", "?data: S,search",
			"flag: 4 6 a,alternate N,no-proxy k,insecure c,no-clobber v,verbose q,quiet p,percentage h,help V,version"),
		"lwp-download": cmd("connect write", "flag: a s"),
		"httrack": cmd("connect...", "dir: O,path", "code: V,userdef-cmd wrapper-function", "connect: P,proxy", "hosts: list", "read: cookies-file", "write: urlhack-log",
			"data: F,user-agent user referer", "?data: r,depth N,structure R,retries T,timeout c,sockets E,max-time A,max-rate m,max-files M,max-size K,keep-links b,cookies j,parse-java s,robots X,purge-old",
			"flag: Y,mirrorlinks w,mirror W,mirror-wizard g,get-files i,continue q,quiet Q,do-not-log v,verbose n,near update"),
		"you-get": cmd("connect...", "dir: o,output-dir", "write: O,output-filename", "hosts: I,input-file", "read: c,cookies m3u8", "code: p,player",
			"connect: x,http-proxy y,extractor-proxy s,socks-proxy", "data: F,format itag P,password t,timeout first last size page-size",
			"flag: i,info u,url json n,no-merge no-caption postfix prefix f,force skip-existing-file-size-check no-proxy l,playlist d,debug a,auto-rename k,insecure"),
		"svtplay-dl": cmd("connect...", "dir: o,output", "write: output-format filename", "read: config cookies-file", "connect: proxy", "code: postprocess-cmd",
			"data: q,quality Q,flexible-quality P,preferred u,username p,password format-preferred resolution audio-language cookies http-header user-agent "+
				"days-back stream-prio exclude include chapters only-chapter token all-last limit-rate",
			"flag: f,force r,resume l,live c,capture_time s,silent S,subtitle M,merge-subtitle A,all-episodes v,verbose V,version remux T,thumbnail"),
		"instaloader": cmd("connect...", "dir: dirname-pattern", "write: filename-pattern resume-prefix", "?write: latest-stamps", "read: f,sessionfile", "code: b,load-cookies post-filter storyitem-filter only-if B,cookiefile",
			"data: l,login p,password c,count max-connection-attempts request-timeout user-agent abort-on slide title-pattern post-metadata-txt storyitem-metadata-txt",
			"flag: s,stories F,fast-update q,quiet C,comments V,no-videos P,no-profile-pic no-pictures G,geotags highlights tagged igtv reels stories-only"),
		"gdown": cmd("connect...", "write: O,output", "connect: proxy", "data: speed format user-agent", "flag: q,quiet fuzzy id c,continue folder remaining-ok no-cookies no-check-certificate"),
		"get_iplayer": cmd("connect...", "dir: o,output output-radio output-tv", "write: profile-dir cache-dir", "read: pid-index", "code: command command-radio command-tv ffmpeg atomicparsley",
			"connect: p,proxy", "data: pid type file-prefix subdir-format modes quality tv-quality radio-quality channel category exclude exclude-channel since before start stop limit-matches search sort "+
				"versions aactomp3 available-since refresh-limit tag-format",
			"flag: g,get i,info f,refresh s,subdir l,long h,help q,quiet v,verbose e u x r t,test subtitles subtitles-only pid-recursive"),
		"lux": oneDash("connect...", "dir: o", "write: O", "hosts: F", "read: c,cookie", "connect: aria2-addr", "data: f n r start end items retry cs chunk-size aria2-method aria2-token ytb-client ccode ck password",
			"flag: i j p s m d v C aria2 eto u"),
		"gallery-dl": cmd("connect...", "dir: D,directory d,destination", "write: cookies-export download-archive write-log write-unsupported write-pages e,error-file", "hosts: i,input-file I,input-file-comment x,input-file-delete",
			"read: C,cookies", "shell: exec exec-after", "code: c,config config-json config-yaml config-toml o,option P,postprocessor O,postprocessor-option filter image-filter chapter-filter X,extractors cookies-from-browser",
			"connect: proxy", "data: u,username p,password f,filename a,user-agent R,retries http-timeout source-address r,limit-rate chunk-size sleep sleep-request sleep-429 sleep-extractor range image-range chapter-range "+
				"A,abort T,terminate filesize-min filesize-max mtime ugoira rename rename-to clear-cache print  ",
			"flag: g,get-urls G,resolve-urls j,dump-json J s,simulate E,extractor-info K,list-keywords q,quiet w,warning v,verbose V,version h,help N"),
		"youtube-dl,yt-dlp": cmd("connect...", "write: o,output download-archive cache-dir load-info", "dir: P,paths", "hosts: a,batch-file", "read: config-location,config-locations cookies load-info-json client-certificate client-certificate-key",
			"shell: exec exec-before-download",
			"code: external-downloader,downloader downloader-args,external-downloader-args postprocessor-args,ppa use-postprocessor ffmpeg-location cookies-from-browser plugin-dirs netrc-cmd netrc-location js-runtimes",
			"connect: proxy geo-verification-proxy",
			"data: f,format u,username p,password S,format-sort r,limit-rate throttled-rate audio-format audio-quality I,playlist-items playlist-start playlist-end R,retries fragment-retries file-access-retries extractor-retries "+
				"retry-sleep N,concurrent-fragments merge-output-format sub-langs,sub-lang sub-format date datebefore dateafter match-filters,match-filter break-match-filters match-title reject-title min-filesize max-filesize "+
				"min-views max-views age-limit max-downloads user-agent referer add-headers,add-header extractor-args impersonate remux-video recode-video convert-subs convert-thumbnails video-password 2,twofactor ap-mso "+
				"ap-username ap-password default-search O,print print-to-file t,preset-alias parse-metadata replace-in-metadata metadata-from-title download-sections sponsorblock-mark sponsorblock-remove sponsorblock-api "+
				"sleep-interval,min-sleep-interval max-sleep-interval sleep-requests sleep-subtitles socket-timeout source-address buffer-size http-chunk-size autonumber-start autonumber-size trim-filenames output-na-placeholder "+
				"compat-options color encoding xff geo-bypass-country geo-bypass-ip-block progress-template progress-delta fixup concat-playlist alias  ",
			"flag: F,list-formats x,extract-audio k,keep-video i,ignore-errors q,quiet v,verbose s,simulate j,dump-json J,dump-single-json g,get-url e,get-title w,no-overwrites c,continue n,netrc h,help U,update 4 6"),
	}
}

// Load tests and clients of one kind of service.
func loadSpecs() commands {
	return commands{
		"hurl": cmd("hosts...", "read: variables-file secrets-file cacert E,cert key file-root netrc-file b,cookie", "write: o,output report-html report-json report-junit report-tap c,cookie-jar curl",
			"connect: x,proxy connect-to unix-socket", "data: variable secret u,user A,user-agent m,max-time connect-timeout retry retry-interval max-redirs max-filesize limit-rate resolve delay jobs repeat to-entry from-entry "+
				"aws-sigv4 H,header error-format progress noproxy glob", "flag: L,location k,insecure i,include v,verbose very-verbose test json compressed 0 4,ipv4 6,ipv6 continue-on-error"),
		"vegeta": with(oneDash("", "data: cpus", "write: profile"), commands{
			"attack": oneDash("data...", "hosts: targets", "read: body cert key root-certs", "write: output", "connect: unix-socket",
				"data: duration rate workers max-workers connections max-connections timeout header proxy-header name format redirects laddr resolvers dns-ttl max-body prometheus-addr connect-to",
				"flag: h2c http2 insecure keepalive lazy chunked session-tickets"),
			"report,plot,encode,dump": oneDash("read...", "write: output", "data: type every buckets threshold title to"),
		}),
		"ab":       cmd("connect...", "read: p u E", "write: g e", "connect: X", "data: n c t s b B T v x y z C H A P m Z f", "flag: w i V k d q S l r h I"),
		"wrk,wrk2": cmd("connect...", "code: s,script", "data: c,connections d,duration t,threads H,header timeout R,rate", "flag: latency L U v,version"),
		"hey":      oneDash("connect...", "read: D", "connect: x", "data: n c q z m H t A d T a o host cpus U", "flag: h2 disable-compression disable-keepalive disable-redirects more"),
		"siege": cmd("connect...", "hosts: f,file", "read: R,rc", "?write: l,log", "data: c,concurrent r,reps t,time d,delay m,mark H,header A,user-agent T,content-type",
			"flag: V,version h,help C,config v,verbose q,quiet g,get p,print b,benchmark i,internet j,json-output no-parser no-follow"),
		"k6": with(cmd("", "read: c,config", "=write: log-output", "connect: a,address"), commands{
			"run,cloud,archive,inspect": cmd("hosts...", "=write: o,out", "write: summary-export console-output O,archive-out traces-output", "connect: dns http-proxy",
				"data: u,vus d,duration i,iterations s,stage e,env tag system-tags execution-segment execution-segment-sequence t,type summary-mode summary-time-unit summary-trend-stats "+
					"rps max-redirects batch batch-per-host user-agent blacklist-ip block-hostnames min-iteration-duration", "flag: p,paused w,throw q,quiet v,verbose no-setup no-teardown"),
			"new": cmd("write"), "version,help,completion": cmd("data..."), "login,pause,resume,scale,stats,status": cmd("data...", "data: u p t"),
		}),
		"bombardier": cmd("connect...", "read: f,body-file cert key", "data: n,requests c,connections d,duration t,timeout m,method b,body H,header r,rate p,print o,format",
			"flag: s,stream k,insecure l,latencies a,disableKeepAlives q,no-print http1 http2 fasthttp"),
		"oha": cmd("connect...", "read: D cacert cert key", "write: o,output db-url", "connect: connect-to unix-socket x,proxy", "data: n c p z q t,timeout m,method H,headers d A T a s b u,time-unit redirect r burst-delay "+
			"burst-rate http-version aws-sigv4 output-format fps host max-repeat dump-urls vsock-addr proxy-header", "flag: j,json no-tui disable-compression insecure ipv4 ipv6 latency-correction rand-regex-url urls-from-file"),
		"autocannon": cmd("connect...", "read: i,input har cert key ca", "code: on-port", "connect: S,socketPath", "data: c,connections p,pipelining d,duration a,amount L,sampleInt F,form H,headers m,method b,body t,timeout w,workers "+
			"R,overallRate r,connectionRate  T,title B,bailout M,maxConnectionRequests O,maxOverallRequests D,reconnectRate s,servername W,warmup  E,expectBody", "flag: l,latency j,json f,forever I,idReplacement n x,debug h v"),
		"jmeter": cmd("data...", "hosts: t,testfile", "write: l,logfile j,jmeterlogfile o,reportoutputfolder", "read: p,propfile q,addprop i,jmeterlogconf g,reportonly S,systemPropertyFile", "code: d,homedir",
			"connect: H,proxyHost R,remotestart", "data: J,jmeterproperty G,globalproperty D,systemproperty L,loglevel N,nonProxyHosts u,username a,password E,proxyScheme P,proxyPort",
			"flag: n,nongui r,runremote s,server X,remoteexit f,forceDeleteResultFile e,reportatendofloadtests v,version h,help"),
		"newman": with(cmd(""), commands{
			"run": cmd("hosts", "read: e,environment g,globals d,iteration-data cookie-jar ssl-client-cert ssl-client-key ssl-extra-ca-certs ssl-client-cert-list working-dir reporter-html-template",
				"write: export-environment export-globals export-collection export-cookie-jar reporter-json-export reporter-junit-export reporter-html-export reporter-htmlextra-export reporter-cli-export",
				"data: n,iteration-count r,reporters folder env-var global-var timeout timeout-request timeout-script delay-request color ssl-client-passphrase postman-api-key ",
				"flag: k,insecure bail silent verbose x,suppress-exit-code disable-unicode ignore-redirects no-insecure-file-read"),
		}),
		"grpcurl": oneDash("connect data...", "read: cacert cert key proto protoset import-path", "write: protoset-out proto-out-dir",
			"data: d H rpc-header reflect-header authority servername connect-timeout max-time keepalive-time format max-msg-sz user-agent alts-handshaker-service alts-target-service-account",
			"flag: plaintext insecure v vv emit-defaults use-reflection alts format-error msg-template allow-unknown-fields expand-headers unix version help"),
		"websocat": cmd("connect...", "read: F,static-file client-pkcs12-der pkcs12-der", "data: H,header basic-auth protocol,restrict-uri origin ws-c-uri B,buffer-size close-status-code close-reason ping-interval ping-timeout "+
			"max-messages max-messages-rev server-header server-protocol socks5-bind-script", "connect: socks5 tls-domain", "code: exec-args"),
		"wscat": cmd("data...", "connect: c,connect proxy", "read: ca cert key", "data: l,listen H,header x,execute o,origin s,subprotocol host auth p,protocol passphrase w,wait", "flag: n,no-check P,show-ping-pong slash no-color L,location V,version"),
		"evans": with(cmd("read...", "connect: host", "read: path proto f,file cacert cert certkey", "data: p,port package service header servername call", "flag: web r,reflection t,tls s,silent v,version e,edit edit-global verbose"),
			commands{"cli": with(cmd("read...", "read: f,file"), commands{"call,list,desc": cmd("data...", "read: f,file", "data: o,output", "flag: emit-defaults enrich")}), "repl": cmd("read...")}),
		"ghz": cmd("connect...", "read: proto protoset i,import-paths cacert cert key D,data-file B,binary-file M,metadata-file config", "write: o,output",
			"data: d,data b m,metadata O,format call c,concurrency n,total r,rps z,duration t,timeout x,max-duration connections connect-timeout keepalive name tags cpus debug cname load-schedule load-start load-step load-end "+
				"load-step-duration load-max-duration async-timeout concurrency-schedule authority lb-strategy stream-interval reflect-metadata count-errors", "flag: insecure skipTLS skipFirst e,enable-compression v,version h,help"),
	}
}

// samba are the options that its programs share.
var samba = []string{"connect: I,ip-address", "read: A,authentication-file s,configfile", "write: l,log-basename",
	"data: U,user W,workgroup p,port d,debuglevel m,max-protocol n,netbiosname i,scope O,socket-options option R,name-resolve password client-protection use-kerberos",
	"flag: N,no-pass k,kerberos P,machine-pass pw-nt-hash V,version"}

// Sessions: screens and shells of other machines, chats, shares.
func remoteSpecs() commands {
	return commands{
		"rlogin":     cmd("connect", "data: e i l p", "flag: 8 E K L d x 4 6"),
		"ncftpget":   cmd("connect write data...", "read: f", "write: d", "data: u p P r t B W X Y", "flag: R V v F"),
		"rpcclient":  cmd("connect", append(slices.Clip(samba), "data: c,command")...),
		"nmblookup":  cmd("connect...", "connect: B,broadcast U,unicast", "read: s,configfile", "data: d,debuglevel n,netbiosname i,scope W,workgroup O,socket-options", "flag: M R S A T f r V"),
		"smbcacls":   cmd("connect data", append(slices.Clip(samba), "data: a,add D,delete M,modify S,set C,chown G,chgrp domain-sid max-protocol-version", "read: save restore")...),
		"smbcquotas": cmd("connect", append(slices.Clip(samba), "data: u,quota-user S,set", "flag: L,list F,show")...),
		"mount.cifs": cmd("connect write", "=read: o", "flag: v r w f n"),
		"evil-winrm": cmd("data...", "connect: i,ip", "read: s,scripts e,executables c,pub-key k,priv-key", "data: u,user p,password H,hash P,port r,realm U,url spn", "flag: S,ssl n,no-colors N l,log V,version"),
		"weechat,weechat-headless": cmd("connect...", "dir: d,dir", "code: r,run-command", "data: P,plugins",
			"flag: a,no-connect p,no-plugin s,no-script c,colors l,license t,temp-dir u,upgrade daemon stdout"),
		"irssi": cmd("connect...", "connect: c,connect", "own: config home", "data: w,password p,port n,nick h,hostname", "flag: noconnect v,version"),
		"mosquitto_pub,mosquitto_sub,mosquitto_rr": cmd("data...", "connect: h,host L,url proxy", "read: f,file cafile capath cert key", "code: tls-engine",
			"data: p,port t,topic T,filter-out u,username P,pw i,id I,id-prefix q,qos k,keepalive V,protocol-version C W F U,unsubscribe A,bind m,message e,response-topic psk psk-identity ciphers tls-version tls-alpn "+
				"will-topic will-payload will-qos repeat repeat-delay x,session-expiry-interval D,property", "flag: d,debug l,stdin-line s,stdin-file n,null-message r,retain c,disable-clean-session E N R S v,verbose 1 2 quiet insecure"),
		"rdesktop": cmd("connect data...", "=write: r", "data: u d s c p n k g L A V S T o X a x", "flag: B i f b t E v m C D K e M N z P 0 4 5 6 q"),
		"vncviewer,xvncviewer,xtigervncviewer,gvncviewer,tigervnc": oneDash("connect data...", "read: passwd PasswordFile passwordfile config X509CA X509CRL", "connect: via proxy",
			"data: geometry display Log log encodings encoding quality compresslevel depth PreferredEncoding QualityLevel CompressLevel SecurityTypes DesktopSize MenuKey",
			"flag: bgr233 fullscreen FullScreen viewonly ViewOnly shared Shared noraiseonbeep owncmap truecolour autopass nocursorshape x11cursor AcceptClipboard SendClipboard"),
		"x11vnc": oneDash("data...", "read: auth passwdfile ssl sslverify rc", "write: o logfile logappend flag rfbauth storepasswd", "connect: connect connect_or_exit proxy", "shell: accept afteraccept gone prog unixpw_cmd stunnel3",
			"code: R,remote,query,Q pipeinput rawfb", "data: display id sid clip geometry scale rfbport autoport listen allow timeout cursor passwd viewpasswd users desktop wait defer input deferupdate tag http httpport",
			"flag: forever loop shared once many bg quiet q noxdamage noxrecord noxfixes viewonly create find usepw localhost nopw ncache repeat norepeat nap h help opts version"),
		"vncserver,tigervncserver,Xvnc,x0vncserver": oneDash("data...", "own: xstartup", "read: passwd rfbauth PasswordFile SecurityConfig", "write: log", "data: geometry depth name pixelformat kill rfbport SecurityTypes display interface rfbwait fp cc",
			"flag: localhost fg list clean useold autokill alwaysshared nevershared"),
	}
}

// Tunnels, and what transfers files or serves through them.
func tunnelSpecs() commands {
	return commands{
		"live-server": cmd("read...", "code: browser middleware https", "read: htpasswd", "data: port host open proxy ignore ignorePattern wait entry-file mount", "flag: no-browser spa cors q,quiet V,verbose v,version h,help no-css-inject"),
		"gsocket":     cmd("command...", "read: k", "write: L", "data: s p", "flag: T l i q r w v"),
		"serveo,transfersh,transfer,dnscat,dnscat2,iodined,redsocks,stunnel4": cmd("connect data..."),
		"ngrok": with(cmd("data...", "read: config", "write: log"), commands{
			"http,tcp,tls,tunnel,start": cmd("connect...", "read: config traffic-policy-file cacert mutual-tls-cas crt key", "write: log", "data: authtoken domain hostname subdomain basic-auth region oauth oidc host-header label "+
				"metadata scheme proto remote-addr url log-level log-format name request-header-add request-header-remove response-header-add response-header-remove cidr-allow cidr-deny app-protocol pooling-enabled inspect", "flag: all none bind-tls compression")}),
		"cloudflared":    cmd("data...", "connect: url hostname edge destination", "read: config credentials-file origincert cred-file", "write: logfile log-directory pidfile trace-output", "data: name token protocol region metrics loglevel port address upstream retries grace-period tag label"),
		"lt,localtunnel": cmd("data...", "connect: h,host l,local-host", "read: local-cert local-key local-ca", "data: p,port s,subdomain", "flag: o,open print-requests local-https allow-invalid-cert help version"),
		"frpc,frps": with(cmd("data...", "hosts: c,config config_dir", "connect: s,server_addr,server-addr i,local_ip,local-ip", "write: log_file,log-file", "data: P,server_port,server-port u,user t,token n,proxy_name,proxy-name l,local_port,local-port r,remote_port,remote-port "+
			"p,protocol log_level,log-level log_max_days d,custom_domain,custom-domain sd bind_addr,bind-addr bind_port,bind-port k,kcp_bind_port dashboard_addr dashboard_port dashboard_user dashboard_pwd", "flag: v,version h,help strict_config"), commands{"verify": cmd("data...", "read: c,config", "flag: strict_config")}),
		"bore":   with(cmd("data..."), commands{"local": cmd("data", "connect: t,to l,local-host", "data: p,port s,secret"), "server": cmd("", "connect: bind-addr bind-tunnels", "data: s,secret min-port max-port")}),
		"chisel": with(cmd(""), commands{"server": cmd("", "read: keyfile authfile tls-key tls-cert tls-ca", "connect: backend proxy", "data: host p,port key auth keepalive keygen tls-domain", "flag: v pid socks5 reverse"), "client": cmd("connect data...", "read: tls-ca tls-cert tls-key", "connect: proxy", "data: auth fingerprint header hostname sni keepalive max-retry-count max-retry-interval", "flag: v pid tls-skip-verify")}),
		"inlets": with(cmd(""), commands{"server,http,tcp,client,uplink": cmd("data...", "connect: r,remote,url u,upstream", "read: token-from T,token-file", "data: p,port t,token data-addr control-port auto-tls auto-tls-san")}),
		"tailscale": with(cmd("", "data: socket"), commands{
			"up,login,set,switch,logout,down,netcheck,bugreport,status,ip,whois,version,update,lock,dns,licenses,exit-node,metrics,debug,completion,configure,id-token,syspolicy,appc-routes,wait,web,help": cmd("data...",
				"connect: exit-node login-server", "data: auth-key,authkey advertise-routes advertise-tags hostname operator accept-risk netfilter-mode timeout nickname qr-format snat-subnet-routes listen client-id client-secret"),
			"ping": cmd("connect...", "data: c timeout size", "flag: tsmp icmp peerapi until-direct verbose"), "nc": cmd("connect data"), "ssh": cmd("connect command..."),
			"file":         with(cmd(""), commands{"cp": cmd("read... connect", "data: name", "flag: targets verbose"), "get": cmd("write", "data: conflict", "flag: loop wait verbose")}),
			"serve,funnel": cmd("read...", "data: https http tcp tls-terminated-tcp set-path service", "flag: bg yes"), "cert": cmd("data...", "write: cert-file key-file", "data: min-validity", "flag: serve-demo"),
			"drive": with(cmd(""), commands{"share": cmd("data read"), "rename,unshare,list": cmd("data...")}),
		}),
		"zerotier-cli": cmd("data...", "dir: D", "data: p T", "flag: j h v q"),
		"openvpn3": with(cmd(""), commands{"session-start,session-auth,session-manage": cmd("data...", "hosts: c,config", "data: timeout", "flag: D,disconnect P,pause R,resume restart"), "config-import": cmd("data...", "read: c,config", "data: n,name", "flag: p,persistent"),
			"config-manage,config-remove,config-show,configs-list,config-dump,config-acl,sessions-list,session-acl,session-stats,log,version,help": cmd("data...", "data: c,config n o,path S,show I,interface", "flag: D,disconnect P,pause R,resume force")}),
		"wg-quick": with(cmd(""), commands{"up,down,save,strip": cmd("own")}), "wireguard": cmd("data..."),
		"openvpn": cmd("own", "dir: cd chroot", "own: config", "connect: http-proxy socks-proxy", "read: ca cert key dh pkcs12 tls-auth tls-crypt tls-crypt-v2 secret auth-user-pass crl-verify askpass extra-certs capath client-config-dir",
			"shell: up down route-up route-pre-down ipchange client-connect client-disconnect learn-address auth-user-pass-verify tls-verify tls-export-cert", "code: plugin pkcs11-providers", "write: log log-append status writepid replay-persist ifconfig-pool-persist",
			"data: remote proto port lport rport dev dev-type dev-node topology cipher data-ciphers auth verb mute keepalive ping user group script-security remote-cert-tls ns-cert-type management server push route ifconfig",
			"flag: daemon client nobind persist-key persist-tun pull auth-nocache"),
		"croc": with(cmd("data...", "dir: out", "connect: relay relay6 socks5 connect", "data: pass curve ip multicast throttleUpload throttle-upload", "flag: yes stdout remember internal-dns classic debug ask local no-compress overwrite ignore-stdin"), commands{
			"send": cmd("read...", "data: c,code hash t,text port transfers exclude", "flag: zip no-local no-multi git delete"), "relay": cmd("connect...", "data: host ports port transfers"),
		}),
		"wormhole,magic-wormhole": with(cmd("", "connect: relay-url transit-helper", "data: appid dump-timing"), commands{
			"send": cmd("read", "data: code c,code-length text", "flag: 0 v verify tor no-listen"), "receive,recv,rx": cmd("data...", "write: o,output-file", "data: c,code-length", "flag: 0 v t,only-text accept-file"),
			"ssh": with(cmd(""), commands{"accept": cmd("data..."), "invite": cmd("data...", "data: c,code-length u,user")}), "tx": cmd("read"), "help": cmd("data...")}),
		"iodine":    cmd("connect...", "read: F", "data: P T O L I M m d u t z R", "flag: f r v h 4 6"),
		"ptunnel":   oneDash("data...", "connect: p da", "write: f", "data: lp dp c m v udp x"),
		"stunnel":   cmd("own", "data: fd"),
		"sshuttle":  cmd("connect...", "connect: r,remote ns-hosts to-ns", "shell: e,ssh-cmd", "read: X,exclude-from s,subnets", "write: pidfile", "data: x,exclude l,listen python method seed-hosts user tmark", "flag: N,auto-nets H,auto-hosts D,daemon v,verbose dns no-latency-control"),
		"syncthing": cmd("data...", "write: logfile home config,conf data", "data: gui-address gui-apikey log-level log-max-size log-max-old-files log-level-db device-id", "flag: no-browser paths verbose unpaused paused allow-newer-config"),
		"proxify": oneDash("read...", "hosts: config", "write: o,output oca,out-ca dump-resp dump-req store-response", "connect: hp,http-proxy sp,socks5-proxy elastic-address kafka-addr dr dns-resolver", "data: ha,http-addr sa,socks-addr da,dns-addr of,output-format dm,dns-mapping "+
			"req-fd,request-dsl resp-fd,response-dsl req-mrd resp-mrd export-max-body-size max-size a,allow d,deny pt,passthrough", "flag: h,help silent v vv nc,no-color version"),
		"mitmproxy,mitmdump,mitmweb": cmd("data...", "read: r,rfile C,client-replay S,server-replay certs confdir", "write: w,save-stream-file", "code: s,scripts set", "data: p,listen-port listen-host m,mode  B,modify-body H,modify-headers M,map-remote map-local stickycookie stickyauth "+
			"ignore-hosts allow-hosts tcp-hosts proxyauth upstream-auth intercept view-filter save-stream-filter web-host web-port flow-detail", "flag: n,no-server q,quiet v,verbose R,anticache z,anticomp ssl-insecure"),
	}
}

// Backups and mirrors, between folders here and names of other places.
func backupSpecs() commands {
	repository := []string{"write: r,repo,repository cache-dir from-repo repo-hot log-file", "read: repository-file p,password-file cacert tls-client-cert from-password-file from-repository-file",
		"shell: password-command from-password-command", "data: o,option compression key-hint from-key-hint pack-size limit-upload limit-download retry-lock cleanup-cache P,use-profile password log-level"}
	return commands{
		"rclone": with(whole("", "read: config include-from exclude-from filter-from files-from files-from-raw ca-cert client-cert client-key", "write: log-file cache-dir backup-dir cpuprofile memprofile temp-dir", "shell: password-command",
			"data: transfers checkers bwlimit include exclude filter f max-age min-age max-size min-size max-depth log-level stats retries low-level-retries timeout contimeout tpslimit buffer-size user-agent suffix order-by compare-dest copy-dest "+
				"drive-shared-with-me drive-root-folder-id s3-provider header header-upload multi-thread-streams max-transfer max-delete vfs-cache-mode dir-cache-time",
			"flag: n,dry-run i,interactive v,verbose q,quiet P,progress u,update c,checksum I,ignore-times L,copy-links l,links x,one-file-system M,metadata"), commands{
			"copy,copyto,sync,bisync,mount,nfsmount,cmount": whole("read write"), "move,moveto": whole("delete write"), "delete,purge,deletefile,rmdir,rmdirs,cleanup": whole("delete..."),
			"ls,lsd,lsf,lsl,lsjson,tree,size,about,ncdu": whole("list...", "data: format F,format-csv p s separator"), "md5sum,sha1sum,cat,check,checksum,cryptcheck,cryptdecode": whole("read...", "write: output-file combined differ error match missing-on-dst missing-on-src"),
			"hashsum": whole("data read..."), "mkdir,touch,rcat,dedupe": whole("write..."), "serve": whole("data read", "data: addr user pass baseurl", "read: htpasswd cert key"), "copyurl": whole("connect write"),
			"config,listremotes,version,help,obscure,completion,genautocomplete,selfupdate,authorize,backend,rc,rcd,link,settier,gendocs": whole("data...", "connect: url rc-addr", "read: json"),
		}),
		"restic,rustic": with(cmd("", repository...), commands{
			"backup": whole("read...", "read: files-from files-from-verbatim files-from-raw exclude-file iexclude-file glob-file", "data: e,exclude iexclude exclude-if-present exclude-larger-than H,host t,tag parent time stdin-filename g,group-by read-concurrency glob label as-path",
				"flag: x,one-file-system f,force n,dry-run with-atime stdin stdin-from-command skip-if-unchanged"),
			"restore": whole("data write", "write: t,target", "read: include-file exclude-file", "data: i,include iinclude e,exclude iexclude H,host tag path overwrite glob", "flag: delete verify sparse dry-run"),
			"mount":   cmd("write data", "data: H,host tag path path-template time-template"), "dump": cmd("data...", "write: t,target", "data: a,archive H,host tag path"),
			"init,snapshots,ls,find,forget,prune,check,cat,diff,copy,key,tag,stats,unlock,cache,list,migrate,rebuild-index,repair,rewrite,recover,config,merge,repoinfo,webdav": cmd("data...", "read: new-password-file exclude-file",
				"data: l,keep-last H,host keep-hourly keep-daily keep-weekly keep-monthly keep-yearly keep-within keep-tag tag path g,group-by add set remove e,exclude mode read-data-subset max-unused max-repack-size copy-chunker-params repository-version n N O S R address"),
			"self-update,generate,version,help,completions,show-config,docs,options": cmd("data...", "write: output man bash-completion zsh-completion fish-completion"),
		}),
		"borg": with(cmd("", "shell: rsh", "code: remote-path", "data: lock-wait umask upload-ratelimit upload-buffer debug-topic"), commands{
			"create": whole("write read...", "read: patterns-from exclude-from paths-from", "shell: paths-from-command content-from-command", "data: C,compression e,exclude pattern exclude-if-present comment timestamp c,checkpoint-interval chunker-params filter files-cache stdin-name stdin-user stdin-group",
				"flag: s,stats n,dry-run x,one-file-system v,verbose p,progress list json"),
			"extract": whole("read data...", "read: patterns-from exclude-from", "data: e,exclude pattern strip-components", "flag: n,dry-run stdout list"),
			"init,prune,compact,rename,config,break-lock,recreate,upgrade,delete": cmd("write data...", "read: patterns-from exclude-from",
				"data: e,encryption,exclude storage-quota H,keep-hourly d,keep-daily w,keep-weekly m,keep-monthly y,keep-yearly keep-within,keep-last keep-secondly P,prefix,glob-prefix a,glob-archives,match-archives C,compression comment timestamp target threshold first last sort-by",
				"flag: n,dry-run s,stats list force save-space append-only make-parent-dirs cleanup-commits progress"),
			"list,info,check,diff,mount": cmd("read data...", "data: P,prefix a,glob-archives format first last sort-by o e,exclude pattern max-duration", "flag: short json json-lines repair verify-data f,foreground same-owner sort"),
			"key":                        with(cmd(""), commands{"export": cmd("read write", "flag: paper qr-html"), "import": cmd("write read"), "change-passphrase,change-location,change-algorithm": cmd("write data...")}),
			"export-tar":                 whole("read write data...", "shell: tar-filter"), "import-tar": whole("write read", "shell: tar-filter"), "with-lock": cmd("write command..."), "umount": cmd("write"),
			"serve": whole("data...", "read: restrict-to-path restrict-to-repository"), "benchmark": with(cmd(""), commands{"crud": cmd("write write"), "cpu": cmd("data...")}), "help,completion": cmd("data..."),
		}),
		"duplicity": with(whole("read write", "read: include-filelist exclude-filelist ssl-cacert-file include-globbing-filelist exclude-globbing-filelist", "write: archive-dir log-file tempdir", "code: gpg-binary gpg-options ssh-options rsync-options use-scp",
			"data: full-if-older-than include exclude encrypt-key hidden-encrypt-key sign-key encrypt-sign-key encrypt-secret-keyring file-to-restore,path-to-restore r t,time,restore-time volsize name num-retries timeout v,verbosity max-blocksize s3-region-name s3-endpoint-url backend-retry-delay",
			"flag: no-encryption no-compression force dry-run progress allow-source-mismatch asynchronous-upload"), commands{
			"full,incremental,incr,inc,backup,restore,verify": whole("read write"), "collection-status,list-current-files": whole("read"), "cleanup": whole("write"),
			"remove-older-than,remove-all-but-n-full,remove-all-inc-of-but-n-full": whole("data write"),
		}),
		"rdiff-backup": with(whole("read write", "shell: remote-schema", "read: include-filelist exclude-filelist include-globbing-filelist exclude-globbing-filelist", "write: tempdir remote-tempdir",
			"data: at r,restore-as-of remove-older-than api-version include exclude include-regexp exclude-regexp v,verbosity V current-time terminal-verbosity", "flag: b,backup-mode l,list-increments force print-statistics create-full-path"), commands{
			"backup,restore,regression": whole("read write", "data: increments at"), "list,calculate,info,test,server,complete": whole("data...", "data: at changed-since method"), "verify,compare": whole("read...", "data: at method"),
			"regress": whole("write"), "remove": whole("data write", "data: older-than")}),
		"unison": wholeDash("write write data...", "code: sshcmd servercmd rshcmd merge diff sshargs", "write: logfile backupdir rootalias", "read: include source copyprog", "data: ignore ignorenot path force prefer backup maxbackups fastcheck perms retry repeat follow addprefsto label ui doc height maxthreads preferpartial noupdate nodeletion nocreation",
			"flag: auto batch silent terse testserver times sshversion ignorecase confirmbigdel dumbtty group owner version help"),
		"lsyncd": oneDash("write...", "read: rsync direct rsyncssh", "write: logfile pidfile statusfile", "data: delay log monitor insist ", "flag: nodaemon help version"),
	}
}

// What is seen on the network, and lines to machines beside this one.
func captureSpecs() commands {
	return commands{
		"dumpcap,tshark": cmd("data...", "write: w", "=write:  export-tls-session-keys", "read: r K H", "code: X", "data: i,interface f Y,display-filter R T e E d c a b B s F o z j J  t N O y,linktype u W C temp-dir capture-comment time-stamp-type",
			"flag: D,list-interfaces L,list-data-link-types q Q l n x V P p I S g h,help v,version 2"),
		"ettercap,bettercap":    cmd("data...", "write: w L l m O P,record", "read: r j", "code: F f,filter eval caplet autostart caplets-path", "data: i,iface M,mitm t,proto e,regex V,visual Y A,address gateway-override", "flag: T,text q,quiet C,curses G D u p z o d k silent no-colors"),
		"minicom":               cmd("data...", "connect: D,device p,ptty", "code: S,script", "write: C,capturefile", "data: b,baudrate c,color a,attrib t,term R,remotecharset F,statlinefmt d", "flag: s o m M z l L w 8 7 H h v"),
		"picocom":               cmd("connect", "code: s,send-cmd v,receive-cmd", "write: g,logfile", "data: b,baud f,flow y,parity d,databits p,stopbits e,escape x,exit-after t,initstring imap omap emap I,imap2   ", "flag: c,echo i,noinit r,noreset q,quiet h,help n,no-escape u,nolock X,exit"),
		"kermit,ckermit,wermit": cmd("own...", "code: C y", "connect: j J l", "write: k a", "read: s", "data: b e p", "flag: q i r g h"),
	}
}

var (
	snmp = []string{"data: v c a A e E l n u x X Z m M P O I r t C Y T D", "flag: h H d V"}
	ldap = []string{"connect: H h", "data: p D w b a l z o O U X R Y e E P d F", "flag: x Z W n N v V c u M A L I Q C"}
)

// Scanners, and what asks hosts what they are.
func scanSpecs() commands {
	return commands{
		"ping,ping6":   cmd("connect...", "data: c i I W w s t m M p Q S T l e F N G g h z", "flag: a A b B d D f L n O q r R U v V 4 6 3 H C o"),
		"fping,fping6": cmd("connect...", "hosts: f,file", "data: c,count C,vcount t,timeout i,interval p,period b,size B,backoff H,ttl I,iface O,tos r,retry S,src x,reachable X,fast-reachable Q,squiet k,fwmark", "flag: a A d D e l m M n N o q R s u v 4 6 g,generate h"),
		"traceroute,traceroute6,tcptraceroute": cmd("connect data...", "connect: g,gateway", "data: f,first m,max-hops,max i,interface N,sim-queries p,port t,tos l,flowlabel w,wait q,queries s,source z,sendwait M,module O,options P,protocol,proto sport fwmark",
			"flag: 4 6 d F I T U D n r e V A S mtu back"),
		"tracepath,tracepath6": cmd("connect data...", "data: m l p", "flag: 4 6 n b V"),
		"mtr,mtr-packet": cmd("connect...", "hosts: F,filename", "data: i,interval c,report-cycles s,psize B,bitpattern G,gracetime Q,tos Z,timeout P,port L,localport f,first-ttl m,max-ttl U,max-unknown a,address I,interface o,order y,ipinfo N,displaymode M,mark D",
			"flag: r,report w,report-wide x,xml C,csv j,json l,raw p,split n,no-dns b,show-ips e,mpls z,aslookup t,curses g,gtk u,udp T,tcp S,sctp 4 6 h v"),
		"arping": cmd("connect...", "data: c w W i I s S t T C g m V Q", "flag: A b D f q U v 0 d r R e p P a u h"),
		"hping3": with(cmd("connect", "read: E,file", "data: c,count i,interval I,interface a,spoof t,ttl N,id g,fragoff m,mtu o,tos C,icmptype K,icmpcode s,baseport p,destport w,win O,tcpoff M,setseq L,setack d,data e,sign 8,scan 9,listen "+
			"H,ipproto icmp-ipver icmp-iphlen icmp-iplen icmp-ipid icmp-ipproto icmp-cksum icmp-gw lsrr ssrr apd-send  ",
			"flag: 0,rawip 1,icmp 2,udp n,numeric q,quiet V,verbose D,debug z,bind Z,unbind r,rel f,frag x,morefrag y,dontfrag F,fin S,syn R,rst P,push A,ack U,urg X,xmas Y,ymas Q,seqnum j,dump J,print B,safe u,end T,traceroute b,badcksum fast faster flood rand-source h,help v,version"),
			commands{"exec": cmd("own data...")}),
		"nping": oneDash("connect...", "connect: dest-ip", "data: p,dest-port g,source-port c,count delay rate e,interface data data-string data-length ttl flags seq ack win S,source-ip source-mac dest-mac ether-type tos id mtu ec,echo-client ep,echo-port "+
			"icmp-type icmp-code icmp-id icmp-seq arp-type host-timeout ip-options channel", "flag: tcp udp icmp arp tr,traceroute tcp-connect privileged unprivileged v q d 4 6 h V badsum df evil"),
		"zmap": cmd("connect...", "hosts: w,whitelist-file,allowlist-file I,list-of-ips-file", "read: b,blacklist-file,blocklist-file C,config", "write: o,output-file l,log-file L,log-directory m,metadata-file u,status-updates-file",
			"data: p,target-port,target-ports n,max-targets N,max-results r,rate B,bandwidth t,max-runtime c,cooldown-time e,seed s,source-port S,source-ip G,gateway-mac i,interface X,source-mac M,probe-module O,output-module f,output-fields F,output-filter P,probes T,sender-threads "+
				"shards shard probe-args output-args notes user-metadata v,verbosity retries max-sendto-failures min-hitrate cores", "flag: d,dryrun q,quiet g,summary x,iplayer h V"),
		"masscan": oneDash("connect...", "connect: range", "hosts: iL includefile c,conf", "read: excludefile readscan resume nmap-payloads pcap-payloads hello-file", "write: oX oJ oG oB oL oU output-filename pcap rotate-dir",
			"data: p,ports rate,max-rate output-format top-ports e,adapter adapter-ip adapter-mac adapter-port router-mac,router-ip source-ip source-port exclude shard,shards seed retries wait rotate rotate-size http-user-agent hello connection-timeout ttl capture nocapture",
			"flag: banners open open-only echo ping append-output nmap offline sL v d h sS Pn n resume-index packet-trace status"),
		"nmap": oneDash("connect...", "write: oN oX oG oA oS", "hosts: iL", "read: excludefile servicedb versiondb stylesheet resume script-args-file", "code: script datadir", "connect: proxies,proxy dns-servers sI b",
			"data: p,ports exclude-ports exclude top-ports port-ratio max-retries host-timeout scan-delay max-scan-delay min-rate max-rate min-parallelism max-parallelism min-hostgroup max-hostgroup min-rtt-timeout max-rtt-timeout initial-rtt-timeout D S e g,source-port data "+
				"data-string data-length ip-options ttl spoof-mac scanflags mtu script-args script-timeout script-help version-intensity iR stats-every", "flag: r,report z v a 4 6 A F O n R d sn sS sT sU sV sC sA sL open reason"),
		"iperf,iperf3": cmd("data...", "connect: c,client", "write: logfile I,pidfile o,output", "read: F,file rsa-public-key-path rsa-private-key-path authorized-users-path",
			"data: p,port P,parallel t,time n,num b,bandwidth,bitrate l,len w,window M,set-mss i,interval f,format B,bind S,tos k,blockcount O,omit C,congestion L,flowlabel T,title,ttl cport A,affinity username x y",
			"flag: s,server R,reverse u,udp Z,zerocopy d r J,json D,daemon V,verbose v,version 1,one-off 4 6 N,no-delay e"),
		"speedtest,speedtest-cli": cmd("data...", "connect: o,host mini", "data: s,server-id server exclude source timeout csv-delimiter f,format u,unit P,precision I,interface i,ip p,progress", "read: ca-certificate",
			"flag: L,servers V,version v h list simple csv json share bytes single secure no-download no-upload"),
		"wakeonlan": cmd("data...", "connect: i", "data: p", "read: f", "flag: n q v h"),
		"ntpdate":   cmd("connect...", "read: k", "data: a e o p t U", "flag: b B d q s u v 4 6"),
		"sntp":      cmd("connect...", "connect: c,concurrent", "read: k,keyfile", "write: K,kod l,filelog D", "data: a,authentication B,bctimeout b g,gap M,steplimit o,ntpversion u,uctimeout", "flag: d 4 6 S,step s,slew r w j"),
		"chronyc":   cmd("data...", "connect: h", "read: f", "data: p", "flag: a n c d e N m 4 6 v"),

		"snmpwalk,snmpget,snmpbulkwalk,snmpbulkget,snmpgetnext,snmpdf,snmptable,snmpstatus,snmpdelta,snmpusm,snmptest,snmpset,snmptrap,snmpinform": cmd("connect data...", snmp...),
		"ldapsearch": cmd("data...", append(slices.Clip(ldap), "write: T", "read: y f", "data: s S", "flag: t")...),
		"ldapwhoami,ldapcompare,ldapexop,ldapmodrdn,ldapurl": cmd("data...", append(slices.Clip(ldap), "read: y T f", "data: s")...),
		"ldapmodify,ldapadd,ldapdelete":                      cmd("data...", append(slices.Clip(ldap), "read: y f,file", "write: S", "data: j", "flag: r")...),
		"ldappasswd":                                         cmd("data...", "connect: H h", "read: y T t", "data: p D w a s o O U X R Y e E P d", "flag: x Z W n N v V A S I Q C"),

		"smbmap": cmd("data...", "connect: H,host", "hosts: host-file", "read: upload", "write: csv g", "data: u,username p,password d,domain P s,share x,command mode  A depth exclude F timeout search-path search-timeout download delete ",
			"flag: L R q,quiet v,version signing admin no-banner no-color no-update dir-only"),
		"enum4linux":    cmd("connect...", "read: s", "data: u p w k R K", "flag: U M S P G d a r l o i v n h"),
		"enum4linux-ng": cmd("connect...", "read: s K", "write: oJ oY oA", "data: u p w k r t d", "flag: A As U G Gm S C P O L I R N v"),
		"nikto": oneDash("connect...", "connect: h,host url useproxy", "write: o,output Save,save", "own: config", "read: key RSAcert",
			"data: p,port F,Format,format C,Cgidirs,cgidirs D,Display,display evasion id Plugins,plugins T,Tuning,tuning timeout vhost root until mutate mutate-options Pause,pause maxtime Add-header useragent Platform Userdbs ",
			"flag: ssl nossl update dbcheck no404 nolookup nointeractive list-plugins nocache followredirects Help ipv4 ipv6  Version"),
		"sqlmap": cmd("data...", "connect: u,url d proxy csrf-url second-url dns-domain", "hosts: m l r c second-req", "read: load-cookies proxy-file auth-file sql-file file-write shared-lib wordlist", "write: output-dir tmp-dir dump-file s t har results-file ",
			"shell: alert", "code: tamper eval preprocess postprocess msf-path",
			"data: g data param-del cookie cookie-del A,user-agent H,header method host referer headers auth-type auth-cred ignore-code delay timeout retries randomize safe-url safe-post safe-freq csrf-token csrf-method csrf-data p skip param-exclude param-filter dbms dbms-cred "+
				"os prefix suffix level risk string not-string regexp code technique time-sec union-cols union-char union-from union-values D T C X U pivot-column where start stop first last sql-query os-cmd file-read file-dest reg-key reg-value reg-data reg-type answers base64 charset crawl crawl-exclude csv-del "+
				"dump-format encoding scope test-filter test-skip time-limit web-root z threads v tor-type",
			"flag: b,banner a,all f,fingerprint o batch dbs tables columns dump dump-all forms random-agent tor os-shell os-pwn flush-session wizard purge current-user current-db is-dba users passwords hh"),
		"hydra,xhydra": cmd("connect data...", "hosts: M", "read: L P C", "write: o", "data: l p b t T w W s x e m c", "flag: f F R I S O K q v V d u r y 4 6 U j h"),
		"medusa":       cmd("data...", "connect: h", "hosts: H", "read: U P C", "write: O", "data: u p M m e n g r R c t T w v Z", "flag: b s L f F d q V"),
		"gobuster": with(cmd("", "read: w,wordlist p,pattern", "write: o,output debug-file", "connect: proxy", "data: t,threads delay", "flag: q,quiet v,verbose z,no-progress no-error no-color debug"), commands{
			"dir,vhost,fuzz": cmd("data...", "connect: u,url", "read: X,extensions-file client-cert-p12 client-cert-pem client-cert-pem-key",
				"data: x,extensions s,status-codes b,status-codes-blacklist,excludestatuscodes H,headers a,useragent U,username P,password c,cookies m,method timeout exclude-length xl domain retry-attempts client-cert-p12-password B,body",
				"flag: r,follow-redirect e,expanded f,add-slash d,discover-backup k,no-tls-validation l,include-length hide-length n,no-status append-domain random-agent retry"),
			"dns":                     cmd("data...", "connect: d,domain,do r,resolver protocol", "data: timeout", "flag: i,show-ips c,show-cname wildcard no-fqdn"),
			"s3,gcs":                  cmd("data...", "data: m,maxfiles a,useragent timeout", "flag: k,no-tls-validation random-agent"),
			"tftp":                    cmd("data...", "connect: s,server", "data: timeout"),
			"version,help,completion": cmd("data..."),
		}),
		"ffuf": oneDash("connect...", "connect: u x replay-proxy", "hosts: request config", "read: w cc ck", "write: o od debug-log audit-log", "shell: input-cmd", "code: input-shell scraperfile",
			"data: X d H b request-proto of mc ml mr ms mw mt mmode fc fl fr fs fw ft fmode t p rate recursion-depth recursion-strategy e input-num mode timeout maxtime maxtime-job sni search ach acs acc enc scrapers",
			"flag: r recursion ac raw http2 ignore-body s v V c D k se sf sa json noninteractive ic h"),
		"wfuzz": cmd("connect...", "connect: u p", "read: w recipe", "write: f oF dump-recipe", "code: script prefilter", "data: z d H b X t s hc hl hw hh hs sc sl sw sh ss o e m R script-args slice field efield filter conn-delay req-delay ip basic ntlm digest zP zD zE", "flag: c v A h L Z V follow"),
		"dirb":  oneDash("connect read...", "read: E x", "write: o", "connect: p", "data: a c H M N P u X z", "flag: f i l r R S t v w"),
		"amass": with(oneDash("", "flag: h help version"), commands{
			"enum,intel": oneDash("connect...", "connect: d addr cidr r tr", "hosts: df", "read: config w aw rf trf nf ef if blf", "write: o oA json log dir", "code: scripts", "data: p,ports asn org iface max-dns-queries dns-qps rqps trqps timeout wm awm max-depth min-for-recursive bl exclude include  ",
				"flag: active passive brute alts list whois src ip ipv4 ipv6 nocolor silent v noalts norecursive demo"),
			"viz,track,db,subs,assoc,emails,engine": oneDash("data...", "read: config df i", "write: o oA json dir", "data: d enum since last p", "flag: d3 dot gexf graphistry maltego names show list nocolor silent summary ip ipv4 ipv6"),
		}),
		"subfinder": oneDash("data...", "connect: d,domain r proxy", "hosts: dL,list", "read: config pc,provider-config rL,rlist", "write: o,output oD,output-dir", "data: s,sources es,exclude-sources m,match f,filter t rl,rate-limit rls,rate-limits timeout max-time ",
			"flag: all recursive silent nW,active oJ,json cs,collect-sources oI,ip ei,exclude-ip v nc ls version up,update duc"),
		"httpx": oneDash("connect...", "connect: u,target http-proxy,proxy", "hosts: l,list rr,request", "read: config im-file r,resolvers", "write: o,output srd,store-response-dir download  ",
			"data: p,ports path mc,match-code ml ms mlc mwc mfc me mr mcdn fc,filter-code fl fs flc fwc ffc fe fcdn t,threads rl,rate-limit rlm H,header x,X m,method body d,data c,content params j,json-body auth cookies timeout retries er,extract-regex ep,extract-preset hash sni,sni-name maxr,max-redirects delay rsts rstr input-mode im rrd f,files   ",
			"flag: sc,status-code cl ct location title ip cname probe silent json csv fr,follow-redirects v nc td,tech-detect server vhost follow-host-redirects ss,screenshot version up duc stats"),
		"dnsx": oneDash("data...", "hosts: l,list", "connect: d,domain r,resolver proxy", "read: w,wordlist config", "write: o,output", "data: wd,wildcard-domain t,threads rl,rate-limit rc,rcode wt,wildcard-threshold retry hf,hostsfile e,exclude-type ",
			"flag: a aaaa cname ns txt srv ptr mx soa any axfr caa recon re,resp ro,resp-only silent v raw json j cdn asn trace nc,no-color version up duc stats"),
		"nuclei": oneDash("connect...", "connect: u,target tu,template-url wu,workflow-url proxy,p iserver,interactsh-server", "hosts: l,list", "read: t,templates w,workflows config tp,profile rc,report-config r,resolvers et,exclude-templates it,include-templates sf,secret-file  ",
			"write: o,output me,markdown-export se,sarif-export je,json-export jle,jsonl-export srd,store-resp-dir elog,error-log tlog,trace-log rdb,report-db project-path", "code: code",
			"data: c,concurrency rl,rate-limit rld bs,bulk-size hbs tags etags,exclude-tags itags,include-tags s,severity es,exclude-severity pt,type ept a,author id,template-id eid,exclude-id tc,template-condition H,header V,var timeout retries mhe,max-host-error im,input-mode i,interface sip,source-ip hc,headless-concurrency jsc pc prc iv,ip-version ps,payload-concurrency exclude-hosts,eh sni",
			"flag: silent v nc nh json j jsonl stats nt as sr,store-resp fr,follow-redirects headless version up,update ut,update-templates tl validate debug ni duc"),
		"wpscan": cmd("data...", "connect: url proxy ", "read: U,usernames P,passwords user-agents-list,ua-list", "write: o,output cookie-jar cache-dir", "?data: e,enumerate",
			"data: f,format detection-mode proxy-auth cookie-string api-token http-auth user-agent,ua wp-content-dir wp-plugins-dir wp-version-detection plugins-list plugins-detection plugins-version-detection themes-list themes-detection exclude-content-based t,max-threads throttle request-timeout connect-timeout scope vhost "+
				"headers multicall-max-passwords password-attack cache-ttl", "flag: v,verbose force update no-update random-user-agent,rua stealthy disable-tls-checks ignore-main-redirect no-banner clear-cache hh h"),
		"whatweb": cmd("connect...", "connect: proxy", "hosts: i,input-file", "code: plugin-dir", "write: log-brief log-verbose log-errors log-xml log-json log-json-verbose log-sql log-sql-create log-magictree log-object log-elastic-index output-sync",
			"data: a,aggression p,plugins U,user-agent H,header u,user c,cookie cookie-jar proxy-user url-prefix url-suffix url-pattern g,grep dorks search-plugins custom-plugin t,max-threads open-timeout read-timeout wait follow-redirect max-redirects color,colour", "?data: I,info-plugins", "flag: v,verbose q,quiet l,list-plugins no-errors"),
		"adig,ahost": cmd("connect...", "connect: s", "data: c t x T U   L N ", "flag: h"),
	}
}
