package shell

// The network: names, remote shells, servers.
func networkSpecs() commands {
	return commands{
		"curl,curlie": cmd("connect...",
			"write: o,output D,dump-header c,cookie-jar trace trace-ascii stderr libcurl etag-save hsts alt-svc", "dir: output-dir",
			"read: T,upload-file K,config E,cert key cacert capath netrc-file etag-compare crlfile proxy-cacert proxy-cert proxy-key",
			"connect: url x,proxy socks5 socks5-hostname socks4 socks4a preproxy doh-url dns-servers connect-to unix-socket abstract-unix-socket",
			"data: X,request A,user-agent e,referer u,user U,proxy-user m,max-time connect-timeout retry retry-delay retry-max-time w,write-out r,range "+
				"C,continue-at limit-rate y,speed-time Y,speed-limit interface resolve ciphers oauth2-bearer max-redirs z,time-cond cert-type key-type pass "+
				"proto proto-default aws-sigv4 P,ftp-port Q,quote t,telnet-option noproxy local-port keepalive-time max-filesize parallel-max tls-max "+
				"request-target variable create-file-mode",
			"data: d,data,data-ascii data-binary data-raw data-urlencode json F,form form-string url-query H,header proxy-header b,cookie",
			"flag: O,remote-name J,remote-header-name remote-name-all L,location s,silent S,show-error f,fail k,insecure I,head i,include v,verbose G,"+
				"get g,globoff N,no-buffer n,netrc a,append p,proxytunnel q,disable R,remote-time Z,parallel # 0 4 6"),
		"wget,wget2": cmd("connect...",
			"write: O,output-document o,output-file a,append-output save-cookies warc-file rejected-log", "dir: P,directory-prefix",
			"read: i,input-file post-file body-file load-cookies certificate private-key ca-certificate ca-directory config",
			"code: e,execute use-askpass", "connect: B,base",
			"data: t,tries T,timeout U,user-agent header post-data body-data method user password referer w,wait A,accept R,reject l,level Q,quota D,"+
				"domains I,include-directories X,exclude-directories limit-rate cut-dirs default-page dns-timeout connect-timeout read-timeout",
			"flag: q,quiet c,continue N,timestamping r,recursive m,mirror np,no-parent spider S,server-response nv k,convert-links p,page-requisites K,"+
				"backup-converted nc,no-clobber b,background no-check-certificate"),
		"http,https,httpie,xh,xhs": cmd("connect data...", "write: o,output", "read: cert cert-key session-path",
			"data: a,auth s,style pretty session timeout p,print verify proxy", "flag: d,download f,form j,json m,multipart h,headers b,body v,verbose"),

		"ssh,mosh,autossh,slogin,dbclient,sshpass-ssh,et": cmd("data..."),
		"sshpass":           cmd("command...", "read: f", "data: p d P", "flag: e v"),
		"scp":               cmd("read... write"),
		"sftp":              cmd("connect...", "code: D S", "read: b F i", "data: B c J l o P R s X", "flag: r a C f p q v 4 6"),
		"ssh-keygen":        cmd("data...", "write: f", "data: t b C N P m O I n V Z z Y R F r", "read: s K", "code: D w", "flag: y l e i p q A"),
		"ssh-keyscan":       cmd("connect...", "read: f", "data: p T t", "flag: H"),
		"ssh-copy-id":       cmd("connect...", "read: i F", "data: p o", "flag: n f"),
		"ssh-add":           cmd("read...", "code: s e S", "data: t E", "flag: l L D d K k x X q"),
		"ssh-agent":         cmd("command...", "write: a", "data: t E", "flag: k s c d D"),
		"ztcp,zftp,zsocket": cmd("connect data..."), // of zsh
		"nc,ncat,netcat,nc.openbsd,nc.traditional,socat,telnet,rsh,rexec,tftp,ftp,ftpput,ftpget,lftp,ncftp,ncftpput,cadaver,cryptcat,pwncat,sbd," +
			"smbclient,mutt,mail,mailx,sendmail,msmtp,swaks,s-nail,gs-netcat": cmd("connect data..."),
		"http-server,serve,webfsd,darkhttpd,miniserve,updog,browser-sync,thttpd,lighttpd,nginx,httpd," +
			"apache2,apachectl,caddy,php-fpm,uvicorn-serve,filebrowser,smbserver.py,gost,tcpsvd,udpsvd,ftpd,telnetd,tftpd,dnsd,inetd,fakeidentd,dropbear," +
			"sshd,vsftpd,pure-ftpd,proftpd,dufs,simplehttpserver": cmd("data...", "read: c,config f"),

		"dig,delv,kdig,dog,doggo,drill,host,nslookup,whois,q": cmd("connect...", "hosts: f", "read: k", "data: p t c b m q y x,reverse type R W N", "flag: v a 4 6"),
		"ip": with(oneDash("data...", "code: b,batch", "data: n,netns f,family l,loops rc,rcvbuf", "flag: br,brief s j c 4 6 d o,oneline a,all"), commands{
			"addr,address,a,link,l,route,r,rule,neigh,neighbor,n,tunnel,tuntap,maddr,mroute,monitor,xfrm,token": cmd("data..."),
			"netns,netn,net": with(cmd("data..."), commands{"exec,exe,ex,e": cmd("data command...")}),
			"vrf,vr,v":       with(cmd("data..."), commands{"exec,exe,ex,e": cmd("data command...")}),
		}),
		"ifconfig,ifup,ifdown,route,arp,brctl,bridge,iw,iwconfig,ethtool,nmcli,tc,mii-tool,dhclient,dhcpcd,wpa_supplicant,wpa_cli,connmanctl,networksetup,scutil": cmd("data..."),
		"ss,netstat,nstat,ifstat,iftop,nethogs,bmon,vnstat,iptraf,conntrack": cmd("data...", "read: F,filter", "write: D,diag",
			"data: f,family A,query"),
		"tcpdump": cmd("data...", "write: w", "read: r F", "code: z", "data: i,interface c s C G W B Z,relinquish-privileges T y E", "flag: n v X A e l"),
		"openssl": with(oneDash("data...", "own: config", "code: engine provider-path", "write: writerand"), commands{
			"version,help,list,rand,prime,speed,ciphers,errstr,passwd,info": oneDash("data...", "write: out", "read: in"),
			"enc,dgst,md5,sha1,sha256,sha384,sha512,base64,aes-256-cbc,aes-128-cbc,des3,rsa,dsa,ec,pkey,genrsa,genpkey,gendsa,ecparam,dhparam,req,x509," +
				"verify,pkcs12,pkcs8,pkcs7,crl,asn1parse,rsautl,pkeyutl,cms,smime,ca,nseq,spkac,storeutl,mac,kdf,ts,rehash,crl2pkcs7,sess_id,dsaparam," +
				"pkeyparam": oneDash("read...",
				"write: out keyout writerand CAserial",
				"read: in inkey key signkey CA CAkey CAfile CApath extfile kfile rand certfile recip signer signature untrusted trusted cert content "+
					"password-file",
				"own: config", "code: engine provider provider-path",
				"data: pass passin passout k K S iv md days subj newkey inform outform name purpose nameopt certopt sigopt pkeyopt set_serial addext "+
					"extensions reqexts macopt algorithm iter",
				"flag: d e a base64 A salt nosalt noout text nodes new modulus pubin pubout p check hex r binary sign verify dgst pbkdf2"),
			"engine,fipsinstall": oneDash("code...", "code: pre post module", "flag: t c v vv vvv tt"),
			"s_client,s_server,s_time,ocsp,tsget": oneDash("connect...", "connect: connect host url proxy accept", "read: cert key CAfile CApath in",
				"write: out keylogfile msgfile", "data: servername port starttls alpn"),
		}),
		"gpg,gpg2": cmd("read...", "write: o,output status-file log-file attribute-file export-ownertrust", "dir:",
			"read: passphrase-file keyring secret-keyring", "own: options exec-path",
			"connect: keyserver recv-keys send-keys search-keys refresh-keys fetch-keys", "code: photo-viewer exec agent-program dirmngr-program gpg-program",
			"data: r,recipient u,local-user passphrase passphrase-fd pinentry-mode homedir cipher-algo digest-algo compress-algo status-fd default-key",
			"flag: d,decrypt e,encrypt s,sign b,detach-sign a,armor c,symmetric verify k,list-keys K,list-secret-keys import export export-secret-keys "+
				"gen-key full-generate-key delete-keys batch yes q,quiet"),
		"gpg-connect-agent,gpgsm,gpg-agent": cmd("data...", "write: o,output log-file", "read: options", "dir: homedir", "own: r,run", "code: agent-program dirmngr-program keyboxd-program gpg-program pinentry-program scdaemon-program tpm2daemon-program protect-tool-program",
			"data: u,local-user recipient passphrase-fd status-fd"),
		"gpgconf,gpgv,pinentry,keychain,pass,gopass,secret-tool,keyctl,security,bw,lpass,ykman,kinit,klist,step," +
			"mkcert,vault,sops,age-plugin,keepassxc-cli": cmd("data...", "read: f,file keyring"),
		"doppler": with(cmd("data..."), commands{"run": cmd("command...", "shell: command", "data: p,project c,config t,token fallback mount")}),
		"certbot,acme.sh": cmd("data...", "shell: pre-hook post-hook deploy-hook renew-hook manual-auth-hook manual-cleanup-hook reloadcmd",
			"read: c,config csr", "dir: config-dir work-dir logs-dir home", "data: d,domain,domains m,email cert-name webroot-path server", "flag: n,non-interactive q,quiet"),
		"age,rage":                     cmd("read", "write: o,output", "read: R,recipients-file i,identity", "data: r,recipient", "flag: d,decrypt e,encrypt p,passphrase a,armor"),
		"age-keygen":                   cmd("read", "write: o,output", "flag: y"),
		"minisign,signify":             cmd("data...", "read: m p s", "write: x", "flag: S V G q"),
		"lynx,w3m,links,elinks,browsh": oneDash("connect...", "own: cfg cmd_script config config-file config-dir", "shell: editor", "write: cmd_log", "flag: dump source M"),
		"firefox,firefox-esr,librewolf,chromium,chromium-browser,google-chrome,google-chrome-stable,google-chrome-beta,chrome,brave,brave-browser,microsoft-edge,microsoft-edge-stable,vivaldi," +
			"vivaldi-stable,opera,epiphany,falkon,qutebrowser,midori,surf,konqueror,netsurf": oneDash("connect...", "write: screenshot print-to-pdf user-data-dir profile",
			"code: load-extension renderer-cmd-prefix utility-cmd-prefix gpu-launcher browser-subprocess-path", "data: P basedir target", "flag: headless version help new-tab new-window private-window"),
		"gnutls-cli,tlsx,sslscan,testssl.sh": cmd("connect...", "read: l x509cafile x509certfile x509keyfile", "data: p,port priority sni-hostname starttls-proto", "write: save-cert save-ocsp"),
		"adnshost,resolveip,gethostip,unbound-host,avahi-resolve,avahi-resolve-host-name,avahi-resolve-address,avahi-browse,dnstracer,showmount,rpcinfo,nfsstat": cmd("connect...", "data: t c"),
		"gio": with(cmd(""), commands{"cat,open,mount,info,list,tree,monitor": cmd("connect...", "data: a,attributes"), "copy,move": cmd("read... write", "flag: b,backup i,interactive"),
			"remove,trash": whole("delete..."), "mkdir,save": cmd("write..."), "rename": cmd("delete data"), "set": cmd("write data...", "data: t,type"),
			"launch": cmd("code..."), "mime,help,version": cmd("data...")}),
		"nsupdate": cmd("read...", "read: k"),
		"pastebinit,pastebin,wgetpaste,ix,sprunge,dpaste,termbin,fiche,gist-paste,hastebin,haste,paste.rs,transfer.sh,0x0": cmd("read...", "read: i"),
		"tarsnap,kopia,uucp,uux,rdist":          cmd("read...", "read: f"),
		"bup":                                   cmd("read...", "connect: r,remote", "data: n,name"),
		"mini_httpd,atftpd,twist,twist3,twistd": cmd("data...", "read: C"),
		"ssmtp,exim,exim4,mpack,metasend,sendEmail,sendemail,xdg-email,nail,uuenview,mailutils,tnftp,atftp,curlmail": cmd("connect data..."),
	}
}

// Cloud services. Most of what they do is at the service.
func cloudSpecs() commands {
	return commands{
		"aws": with(cmd("read...", "data: region profile output query endpoint-url cli-read-timeout", "read: ca-bundle"), commands{
			"s3": with(cmd("read...", "data: region profile"), commands{
				"ls,presign,mb,rb,website": cmd("read...", "flag: recursive force"),
				"cp,sync,mv":               cmd("connect...", "data: acl exclude include storage-class", "flag: recursive delete dryrun quiet"),
				"rm":                       cmd("read...", "flag: recursive dryrun"),
			}),
			"configure,sso,help,history": cmd("read..."),
		}),
		"gsutil": with(cmd("read...", "flag: m q"), commands{
			"ls,du,stat,version,cat,help": cmd("read..."), "cp,mv,rsync": cmd("connect...", "flag: r R d n"), "rm,mb,rb,acl,iam,cors,setmeta": cmd("read..."),
		}),
		"gcloud,az,doctl,linode-cli,ibmcloud,oci,openstack,scw,hcloud,exo,flyctl,fly,heroku,vercel,netlify,surge,firebase,supabase,wrangler,railway," +
			"render,eb,sam,serverless,sls,cdk,amplify,cf,apprise,stripe,twilio,slack,ntfy,pagerduty,datadog,sentry-cli,snyk,codecov,kaggle," +
			"hf,huggingface-cli,ollama,wandb,modal,replicate,b2,s3cmd,s5cmd,azcopy,nats,rpk,kcat,kafkacat,pulumi,jira," +
			"vultr-cli,civo,scalingo,zapier,shopify,expo,eas,appcenter,fastlane": cmd("read..."),
		"bundletool": with(cmd(""), commands{
			"build-apks": cmd("", "read: bundle ks device-spec", "write: output", "code: aapt2 adb", "data: ks-pass key-pass ks-key-alias mode device-id max-threads output-format modules device-tier", "flag: overwrite connected-device local-testing"),
			"extract-apks,install-apks,get-size,install-multi-apks": cmd("data...", "read: apks apks-zip device-spec", "write: output-dir", "code: adb aapt2", "data: modules device-id dimensions", "flag: human-readable-sizes"),
			"get-device-spec":               cmd("", "write: output", "code: adb", "data: device-id", "flag: overwrite"),
			"dump":                          cmd("data", "read: bundle", "data: xpath module resource", "flag: values"),
			"validate":                      cmd("", "read: bundle"),
			"build-bundle,build-sdk-bundle": cmd("", "read: modules config metadata-file", "write: output", "flag: overwrite uncompressed"),
			"version,help":                  cmd("data..."),
		}),
		"awslogs":          cmd("data...", "data: p,profile aws-region s,start e,end f,filter-pattern q,query i,watch-interval aws-access-key-id aws-secret-access-key aws-session-token aws-endpoint-url", "flag: w,watch S G no-group no-stream timestamp ingestion-time"),
		"cli4,pvesh,pveum": cmd("data..."), // paths of an interface
		"terraform,tofu,terragrunt,opentofu": with(oneDash("", "dir: chdir"), commands{
			"fmt": oneDash("write...", "flag: check recursive diff write list"),
			"validate,version,show,output,graph,providers,console,state,workspace,get,metadata,test,modules,login,logout,taint,untaint,force-unlock": oneDash("read...",
				"write: out state-out", "read: var-file state", "data: var", "flag: check recursive diff write list json"),
			"init,plan,apply,destroy,import,refresh": oneDash("read...", "write: out state-out", "read: var-file backend-config state",
				"data: var target parallelism lock-timeout", "flag: auto-approve upgrade input lock destroy reconfigure migrate-state"),
		}),
		"ansible,ansible-playbook,ansible-galaxy,ansible-vault,ansible-inventory,ansible-doc,ansible-pull,ansible-console,ansible-lint": cmd("read...",
			"read: i,inventory vault-password-file private-key", "data: e,extra-vars l,limit t,tags a,args m,module-name u,user f,forks", "code: M,module-path",
			"flag: C,check D,diff syntax-check list-tasks list-tags list-hosts"),
		"salt-call": with(cmd("code...", "own: c,config-dir file-root pillar-root module-dirs m", "data: l,log-level out output", "write: out-file output-file log-file"), commands{
			"cmd.run,cmd.shell,cmd.run_all,cmd.run_stdout,cmd.run_stderr,cmd.retcode": cmd("shell..."), "test.ping,test.version,grains.items,grains.get,grains.ls,sys.doc,sys.list_functions": cmd("data...")}),
		"packer,puppet,chef,chef-client,knife,salt,salt-ssh,cfengine,bolt,capistrano,cap": cmd("read..."),
	}
}

// Databases and message stores.
func databaseSpecs() commands {
	return commands{
		"psql,pgcli": cmd("data data",
			"data: c,command h,host p,port U,username d,dbname F,field-separator P,pset R,record-separator T,table-attr v,set,variable", "read: f,file",
			"write: o,output L,log-file", "flag: l,list A,no-align t,tuples-only q,quiet X,no-psqlrc x,expanded 1,single-transaction"),
		"pg_dump,pg_dumpall,pg_basebackup,pg_receivewal": cmd("data", "write: f,file D,pgdata l",
			"data: h,host p,port U,username d,dbname F,format n,schema t,table j,jobs Z,compress", "flag: s,schema-only a,data-only c,clean C,create v"),
		"pg_restore": cmd("read", "write: f,file", "data: h,host p,port U,username d,dbname F,format n,schema t,table j,jobs", "flag: l,list c,clean C,create a s v"),
		"pg_isready,createdb,createuser,dropdb,dropuser,vacuumdb,reindexdb,clusterdb,pg_ctl,initdb,postgres,pg_config,pg_upgrade,pgbench,pg_waldump," +
			"pg_combinebackup": cmd("data...", "write: D,pgdata l,log", "data: h,host p,port U,username d,dbname"),
		"mysql,mariadb,mycli": cmd("data", "code: e,execute init-command", "read: defaults-file defaults-extra-file ssl-ca ssl-cert ssl-key",
			"code: plugin-dir pager", "write: tee", "connect: h,host", "data: u,user P,port D,database S,socket", "?data: p,password", "flag: N B s v A t"),
		"mysqldump,mariadb-dump,mysqlpump": cmd("data...", "write: r,result-file T,tab", "read: defaults-file", "connect: h,host", "data: u,user P,port ignore-table w,where", "?data: p,password"),
		"mysqladmin,mysqlcheck,mysqlimport,mysqlshow,mysqlbinlog,mysqld,mysqld_safe,mysqlsh,mysql_upgrade": cmd("read...", "write: r,result-file",
			"read: defaults-file", "connect: h,host", "data: u,user P,port", "?data: p,password"),
		"sqlite3,sqlite,litecli,duckdb": cmd("write data...", "read: init", "code: cmd c", "data: separator nullvalue",
			"flag: header noheader csv json column line list html batch readonly bail echo interactive safe table markdown box quote"),
		"redis-cli,valkey-cli,keydb-cli": cmd("data...", "connect: h u", "code: eval", "data: p n a,pass r i d s user", "write: rdb functions-rdb",
			"read: cacert cert key", "flag: scan bigkeys stat latency pipe x"),
		"mongo,mongosh": cmd("connect read...", "code: eval", "data: u,username p,password port authenticationDatabase", "connect: host", "read: f,file", "flag: quiet norc"),
		"mongodump,mongoexport,mongorestore,mongoimport,mongod,mongostat,mongotop,bsondump": cmd("read...", "write: o,out", "read: file config",
			"connect: uri h,host", "data: d,db c,collection q,query u,username p,password port"),
		"influx":                           oneDash("data...", "connect: host H", "data: port database execute", "read: import path"),
		"cqlsh,cqlsh.py":                   cmd("connect data", "read: f,file cqlshrc", "data: e,execute u,username p,password k,keyspace"),
		"clickhouse-client":                cmd("data...", "connect: h,host", "read: queries-file C,config-file", "data: q,query u,user password d,database port f,format"),
		"cypher-shell":                     cmd("data...", "connect: a,address uri", "read: f,file", "data: u,username p,password d,database"),
		"etcdctl,etcdutl":                  with(cmd("data...", "connect: endpoints", "read: cacert cert key", "data: user w,write-out"), commands{"lock": cmd("data command...", "data: ttl"), "watch": cmd("data...", "data: rev")}),
		"sqlcmd,tsql,trino,presto,beeline": cmd("data...", "connect: S,server H u", "read: i f,file", "write: o", "data: U P Q q d p"),
		"kafka-topics,kafka-console-producer,kafka-console-consumer": cmd("data...", "connect: bootstrap-server broker-list", "read: producer.config consumer.config command-config", "data: topic group"),
		"clickhouse,clickhouse-local,neo4j,neo4j-admin,arangosh,couchdb,zkCli.sh,rabbitmqctl," +
			"memcached,redis-server,bq,snowsql,isql,usql,dolt,hive," +
			"spark-sql,impala-shell,sqlplus,impdp,expdp,prisma,flyway,liquibase,alembic,goose,dbmate,sqlx,diesel," +
			"migrate,sqlfluff,sqldiff,sqlite-utils,csvsql": cmd("data...", "read: f,file", "write: o,output"),
	}
}
