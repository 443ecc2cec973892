package shell

import "slices"

// Files and folders: coreutils, findutils and their like.
func fileSpecs() commands {
	return commands{
		"woeusb": cmd("read write", "data: l,label target-filesystem,tgt-fs", "flag: d,device p,partition v,verbose V,version h,help"),
		"cat,rev,zcat,bzcat,xzcat,zstdcat,lz4cat,gzcat,lzcat": cmd("read..."),
		"tac": cmd("read...", "data: s,separator"),
		"nl": cmd("read...",
			"data: b,body-numbering d,section-delimiter f,footer-numbering h,header-numbering i,line-increment l,join-blank-lines v,starting-line-number "+
				"w,number-width s,number-separator n,number-format"),
		"expand,unexpand":             cmd("read...", "data: t,tabs"),
		"head,tail":                   cmd("read...", "data: n,lines c,bytes s,sleep-interval pid max-unchanged-stats", "flag: f F,follow q,quiet v,verbose r z"),
		"wc":                          cmd("read...", "read: files0-from", "data: total"),
		"od":                          cmd("read...", "data: A,address-radix j,skip-bytes N,read-bytes S t,format", "?data: w,width"),
		"hexdump,hd":                  cmd("read...", "read: f,format-file", "data: n,length e,format s,skip"),
		"xxd":                         oneDash("read write", "data: b c cols g groupsize l len o s seek n name R", "flag: a autoskip bits d E e i include p ps plain postscript r revert u v"),
		"strings":                     cmd("read...", "data: n,bytes t,radix e,encoding s,output-separator T,target", "flag: a,all f"),
		"uudecode":                    cmd("read...", "write: o,output-file", "flag: c"),
		"base64,base32,basenc,base58": cmd("read", "read: input", "write: output", "data: w,wrap b,break", "flag: d,decode D i,ignore-garbage"),
		"md5sum,sha1sum,sha224sum,sha256sum,sha384sum,sha512sum,b2sum,b3sum,cksum,sum,md5,shasum,crc32,xxhsum,xxh64sum": cmd("read...",
			"data: a,algorithm l,length", "flag: c,check b,binary t,text r,reverse s,sysv q,quiet"),

		"ls,dir,vdir,eza,exa,lsd": cmd("list...", "recursive: R,recursive T,tree",
			"data: I,ignore hide block-size sort time time-style w,width quoting-style indicator-style level", "flag: a l h t r S 1 d,directory"),
		"tree": whole("list...", "write: o", "read: fromfile gitfile infofile", "data: I P L sort timefmt charset H T filelimit"),
		"lsof": cmd("list...", "data: i s u p c d g o r F T", "list: D", "flag: t n P l a M w b O R U V v h N"),
		"stat": cmd("list...", "data: c,format printf t", "?data: cached", "flag: L,dereference f,file-system x r s q n l F"),
		"readlink,realpath,pathchk,namei,lsattr,getfacl,getfattr,isutf8": cmd("list...",
			"data: relative-to relative-base", "recursive: R,recursive"),
		"fuser":                        cmd("list...", "data: n,namespace", "flag: k,kill i,interactive m,mount M,ismountpoint a,all s,silent v,verbose u,user w,write l,list-signals 4,ipv4 6,ipv6 9 KILL TERM INT HUP"),
		"file":                         cmd("read...", "read: f,files-from m,magic-file", "data: e,exclude F,separator P,parameter", "flag: C,compile i,mime b,brief"),
		"du":                           whole("list...", "read: files0-from X,exclude-from", "data: d,max-depth B,block-size t,threshold exclude time time-style"),
		"df":                           cmd("data...", "data: B,block-size t,type x,exclude-type output"),
		"dust,dutree,ncdu,gdu,duf,dua": whole("list...", "write: o", "read: f", "data: d n X exclude"),
		"test,[":                       cmd("data..."),
		"basename,dirname":             cmd("data...", "data: s,suffix"),
		"pwd,whoami,groups,logname,tty,arch,nproc,uname,hostid,uptime,users,true,false,:": cmd("data..."),

		"touch":        cmd("write...", "list: r,reference", "data: d,date t time"),
		"truncate":     cmd("write...", "list: r,reference", "data: s,size"),
		"mkdir":        cmd("write...", "data: m,mode Z,context", "flag: p,parents"),
		"mkfifo,mknod": cmd("write data...", "data: m,mode Z,context"),
		"fallocate":    cmd("write", "data: l,length o,offset", "flag: d,dig-holes p,punch-hole z,zero-range"),
		"tee":          cmd("write...", "?data: output-error", "flag: a,append i,ignore-interrupts"),
		"sponge":       cmd("write", "flag: a"),
		"mktemp":       cmd("write", "data: suffix", "dir: p,tmpdir", "flag: d,directory u,dry-run q t"),

		"rm":                        cmd("delete...", "recursive: r R recursive", "flag: f,force i I d,dir v,verbose one-file-system no-preserve-root preserve-root"),
		"rmdir":                     cmd("delete...", "flag: p,parents ignore-fail-on-non-empty v,verbose"),
		"unlink":                    cmd("delete"),
		"shred,srm,wipe":            cmd("delete...", "read: random-source", "data: n,iterations s,size", "?data: remove", "recursive: r", "flag: u f,force z,zero v"),
		"trash,trash-put,gio-trash": whole("delete..."),
		"trash-list,trash-restore":  cmd("data..."),
		"trash-empty":               cmd("data..."),

		"chmod,chown,chgrp,chflags": cmd("data write...", "recursive: R,recursive", "list: reference", "data: from", "flag: c,changes f,silent,quiet v,verbose h,no-dereference H L P"),
		"chattr":                    cmd("data write...", "recursive: R", "data: p v", "flag: V f"),
		"chcon":                     cmd("data write...", "recursive: R,recursive", "data: u,user r,role t,type l,range", "list: reference"),
		"setfacl": cmd("write...", "recursive: R,recursive", "data: m,modify x,remove s,set", "read: M,modify-file X,remove-file set-file restore",
			"flag: b,remove-all k,remove-default"),
		"setfattr,setcap": cmd("data write...", "data: n,name v,value x,remove", "flag: r q"),
		"getcap":          cmd("list...", "recursive: r"),
		"umask":           cmd("data..."),

		// Their readers know which operand is the target.
		"cp,gcp": cmd("read... write", "recursive: r R recursive a,archive", "write: t,target-directory",
			"data: S,suffix", "?data: backup preserve no-preserve reflink sparse context update",
			"flag: T,no-target-directory l,link s,symbolic-link f,force i,interactive n,no-clobber p P,no-dereference L,dereference d v,verbose u x parents b"),
		"mv": cmd("delete... write", "write: t,target-directory", "data: S,suffix", "?data: backup update",
			"flag: T,no-target-directory f,force i,interactive n,no-clobber v,verbose u b"),
		"ln": cmd("list... write", "write: t,target-directory", "data: S,suffix", "?data: backup",
			"flag: T,no-target-directory s,symbolic f,force n,no-dereference r,relative v,verbose L,logical P,physical i b"),
		"install,ginstall": cmd("read... write", "write: t,target-directory", "data: m,mode o,owner g,group S,suffix Z,context", "code: strip-program", "?data: backup",
			"flag: T,no-target-directory d,directory D C,compare s,strip p,preserve-timestamps v,verbose b"),
		"dd":                               cmd("data..."),
		"rsync":                            cmd("read... write"),
		"ditto":                            whole("read... write"),
		"mmv,mcp,mln,mad":                  cmd("write...", "flag: m x r c o a l s h d p g t v n"),
		"rename,prename,file-rename,vidir": cmd("data write...", "code: e", "flag: n,nono,dry-run f,force v,verbose"),
		"mcopy":                            cmd("read... write"),
		"link,symlink":                     cmd("list write"),

		"split": cmd("read data", "data: a,suffix-length b,bytes C,line-bytes l,lines n,number t,separator additional-suffix hex-suffixes numeric-suffixes",
			"code: filter", "flag: d x e u verbose"),
		"csplit": cmd("read data...", "data: f,prefix b,suffix-format n,digits", "flag: k,keep-files s,quiet,silent z,elide-empty-files suppress-matched"),

		"find,gfind,bfs": oneDash("list..."),
		"fd,fdfind": whole("data list...", "command: x,exec X,exec-batch", "list: search-path", "dir: C,base-directory", "read: ignore-file",
			"data: t,type e,extension d,max-depth,maxdepth min-depth exact-depth E,exclude c,color j,threads S,size o,owner changed-within "+
				"changed-before path-separator max-results and format batch-size",
			"flag: H,hidden I,no-ignore u,unrestricted s,case-sensitive i,ignore-case g,glob F,fixed-strings a,absolute-path l,list-details L,follow p,full-path 0,print0 q,quiet 1"),
		"locate,mlocate,plocate":                 cmd("data...", "read: d,database", "data: l,limit n"),
		"updatedb":                               cmd("", "write: o,output", "list: U,database-root localpaths", "data: e,add-prunepaths prunepaths netpaths"),
		"which,whereis,type,whatis,apropos,hash": cmd("data..."),

		"fdupes,jdupes,rdfind,fclones": whole("list...", "flag: d,delete N,noprompt r,recurse"),
		"cmp":                          cmd("read read data...", "data: i,ignore-initial n,bytes"),
		"comm":                         cmd("read read", "data: output-delimiter"),
		"join":                         cmd("read read", "data: 1 2 a e j o t v"),
		"md5deep,hashdeep,sha256deep":  whole("read...", "read: k x m"),
		"lockfile":                     cmd("write...", "data: r l s"),
		"logrotate":                    cmd("code...", "write: s,state l,log", "flag: f,force d,debug v"),
		"inotifywait,fswatch": whole("list...", "write: o,outfile", "read: fromfile",
			"data: e,event t,timeout format timefmt exclude excludei include includei", "flag: m,monitor r,recursive q"),
		"stow":         cmd("data...", "list: d,dir", "write: t,target", "flag: n,no,simulate D,delete R,restow S,stow"),
		"chezmoi,yadm": cmd("data..."),
	}
}

// packFlags are those that the compressors share.
var packFlags = []string{"flag: c,stdout,to-stdout d,decompress,uncompress k,keep f,force t,test l,list v,verbose q,quiet rm", "recursive: r,recursive"}

// Archives and compressed files.
func archiveSpecs() commands {
	return commands{
		"tar,gtar,bsdtar": cmd("read..."),
		"gzip,bzip2,compress,gunzip,bunzip2,uncompress,lz4,unlz4,lzop,lzip": cmd("write...", packFlags...),
		"xz,unxz,lzma,unlzma":           cmd("write...", append(slices.Clip(packFlags), "data: S,suffix F,format C,check T,threads M,memlimit block-size")...),
		"zstd,unzstd":                   cmd("write...", append(slices.Clip(packFlags), "write: o output-dir-flat", "read: D patch-from filelist", "data: T,threads M,memory")...),
		"brotli,pigz,pbzip2,pixz,p7zip": cmd("write...", append(slices.Clip(packFlags), "write: o,output")...),
		"zip": cmd("write read...", "recursive: r,recurse-paths R", "write: O,out logfile-path lf", "dir: b,temp-path",
			"code: unzip-command", "data: P,password n,suffixes x,exclude i,include t,from-date tt,before-date s,split-size Z,compression-method",
			"flag: T,test d,delete m,move u,update f,freshen j,junk-paths q,quiet 9 @ y,symlinks e,encrypt l v D g"),
		"unzip,bsdunzip":            cmd("read data...", "dir: d", "data: x P", "flag: l o n q p t v j a Z"),
		"zipinfo,unzipsfx":          cmd("read data...", "dir: b", "flag: 1 l v h t w"),
		"zipnote,zipcloak,zipsplit": cmd("write", "write: b O,output-file", "data: n r", "flag: w d q i p s t"),
		"7z,7za,7zr,7zz":            cmd("data write read..."),
		"rar,unrar":                 cmd("data write read..."),
		"unar,lsar": oneDash("read data...", "write: o output-directory", "data: p password e encoding E password-encoding i indexes",
			"flag: f force-overwrite r force-rename s force-skip d force-directory D no-directory q quiet"),
		"dpkg-deb":   cmd("read write data...", "data: z Z S D", "flag: b,build c,contents I,info x,extract X,vextract R,raw-extract e,control f,field t,fsys-tarfile W,show"),
		"unsquashfs": oneDash("read data...", "write: d dest", "read: ef e", "data: p processors da fr", "flag: l ls ll lls f force s stat i info n no-progress q quiet"),
		"cabextract": cmd("read...", "write: d,directory", "data: F,filter e,encoding", "flag: l,list t,test q,quiet p,pipe f,fix L,lowercase s,single"),
		"unshar":     cmd("read...", "data: E,split-at", "dir: d,directory", "flag: c,overwrite f,force X,exit-0 e"),
		"ar,llvm-ar": cmd("data write read..."),
		"cpio,bsdcpio": cmd("data...", "write: O", "read: I E,pattern-file", "write: F,file", "code: rsh-command", "dir: D,directory", "data: H,format C,io-size M,message R,owner",
			"flag: i,extract o,create p,pass-through t,list d,make-directories absolute-filenames no-absolute-filenames insecure u,unconditional v"),
		"pax":     cmd("read...", "write: f", "code: s", "data: b p o x", "flag: r w v a"),
		"zipgrep": cmd("data read..."),
		"xzless,xzmore,zless,zmore,bzless,bzmore,lzless,lzmore,zstdless": cmd("read..."),
		"zdiff,xzdiff,bzdiff,zcmp":                                       cmd("read read"),
		"atool,aunpack,apack,als,acat,adiff,arepack": cmd("write read...", "dir: X,extract-to", "data: F,format O,format-option", "code: o,option",
			"read: config", "flag: x,extract l,list a,add c,cat e,each"),
	}
}
