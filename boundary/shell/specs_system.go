package shell

// The machine: processes, services, disks, users, packages of the kernel.
func systemSpecs() commands {
	return commands{
		"pidstat": cmd("data...", "command: e", "data: p C G T U"),
		"ps,top,htop,btop,btm,glances,pstree,pidof,pgrep,procs,vmstat,iostat,mpstat,free,slabtop,w,who,last,lastb,lastlog,iotop," +
			"nmon,atop,nvidia-smi,sensors,pmap,jobs": cmd("data...",
			"read: F,pidfile", "data: p,pid u,user U C o,format s,sort d,delay n,iterations g,group t,tty P,parent"),
		"sar": cmd("data...", "write: o", "read: f", "data: s e i P I n j dev iface", "flag: A b B d F h H q r R S u v w W y z"),
		"pkill": cmd("data...", "data: signal q,queue u,euid U,uid g,pgroup G,group P,parent s,session t,terminal O,older r,runstates cgroup env ns nslist", "read: F,pidfile",
			"flag: f,full x,exact v,inverse n,newest o,oldest i,ignore-case e,echo c,count a L A"),
		"killall": cmd("data...", "data: s,signal u,user Z,context n,ns o,older-than y,younger-than c t",
			"flag: e,exact I,ignore-case g,process-group i,interactive l,list q,quiet r,regexp v,verbose V,version w,wait m d"),
		"kill,killall5,xkill,skill": cmd("data...",
			"data: s,signal n q,queue u,user U,uid g,pgroup G,group P,parent t,terminal e x,exact o,older-than y,younger-than timeout", "read: F,pidfile",
			"flag: 9 KILL STOP l,list f,full"),
		"id,locale,getconf,lscpu,lsmem,lspci,lsusb,lsblk,lsscsi,lshw,hwinfo,inxi,neofetch,fastfetch,screenfetch,findmnt," +
			"lslocks,lsns,lsipc,lslogins,ipcs,lsmod,modinfo,sw_vers,system_profiler,osquery": cmd("data...", "data: o,output t,types s,sysroot", "list: F,fstab"),
		"dmidecode":          cmd("data...", "write: dump-bin", "read: from-dump", "data: s,string t,type H,handle d,dev-mem", "flag: q,quiet u,dump no-sysfs"),
		"blkid":              cmd("data...", "write: c,cache-file", "data: o,output s,match-tag t,match-token L,label U,uuid n,match-types u,usages O,offset S,size H,hint", "flag: d,no-encoding g,garbage-collect k,list-filesystems l,list-one p,probe i,info D,no-part-details"),
		"finger,rwho,rusers": cmd("data..."),
		"getent":             with(cmd("data...", "data: s,service", "flag: i,no-idn"), commands{"hosts,ahosts,ahostsv4,ahostsv6,networks": cmd("connect...")}),
		"dmesg":              cmd("data...", "read: F,file K,kmsg-file", "data: l,level f,facility n,console-level s,buffer-size", "flag: C,clear c,read-clear D,console-off E,console-on H w T,ctime"),
		"journalctl": cmd("data...", "read: file", "list: D,directory root", "connect: H,host", "data: u,unit n,lines S,since U,until p,priority o,output b,boot t,identifier g,grep M,machine",
			"flag: rotate vacuum-time vacuum-size vacuum-files flush sync f,follow x,catalog e r k"),
		"date": cmd("data...", "data: d,date s,set rfc-3339", "?data: I,iso-8601", "read: f,file", "list: r,reference", "flag: u,utc R debug"),
		"sleep,usleep,wait,bell,tput,clear,reset,stty,tset,resize,infocmp,toe,tabs,mesg,write,beep": cmd("data...", "data: F,file T"),
		"setterm":                oneDash("data...", "write: file F", "data: term foreground background cursor blank powersave powerdown msg msglevel bfreq blength tabs clrtabs regtabs resize", "flag: dump append reset initialize store default"),
		"printenv":               cmd("data..."),
		"systemd-tmpfiles":       cmd("read...", "data: prefix exclude-prefix", "dir: root", "flag: remove purge clean create boot cat-config user dry-run"),
		"ipmitool":               cmd("data...", "connect: H", "read: f", "data: I U P E L"),
		"udisksctl":              cmd("data...", "data: b,block-device p,object-path t,filesystem-type o,options", "list: f,file"),
		"bindfs":                 cmd("list...", "data: u,force-user g,force-group p,perms o r"),
		"hostname":               cmd("data", "read: F,file b"),
		"sync":                   cmd("list...", "flag: d f"),
		"cron,crond,anacron,atd": cmd("data..."),
		"crontab":                cmd("read", "data: u,user", "flag: e l r i"),
		"at,batch":               cmd("data...", "read: f,file", "data: q,queue t", "flag: l d r c m"),
		"atq,atrm":               cmd("data..."),
		"systemctl": with(cmd("data...", "connect: H,host", "data: t,type p,property o,output n,lines M,machine s,signal state root job-mode kill-whom",
			"flag: user system now force f runtime no-pager a,all l,full q,quiet"), commands{
			"status,show,cat,is-active,is-enabled,is-failed,list-units,list-unit-files,list-timers,list-sockets,list-paths,list-automounts,list-dependencies,list-jobs," +
				"list-machines,get-default,show-environment,help,is-system-running": cmd("data..."),
			"start,stop,restart,reload,try-restart,reload-or-restart,kill,enable,disable,reenable,mask,unmask,link,revert,edit,set-default,isolate," +
				"daemon-reload,daemon-reexec,set-environment,unset-environment,import-environment,reset-failed,set-property,preset,add-wants,add-requires," +
				"cancel,clean,freeze,thaw": cmd("data..."),
			"poweroff,reboot,halt,kexec,soft-reboot,suspend,hibernate,hybrid-sleep,suspend-then-hibernate,sleep,exit,rescue,emergency,default,switch-root": cmd("data..."),
		}),
		"service,rc-service,initctl,sv,svc,runit,launchctl,rc-update,chkconfig,update-rc.d,loginctl,machinectl,hostnamectl,timedatectl,localectl," +
			"networkctl,bootctl,udevadm,systemd-analyze,homectl,userdbctl,portablectl,oomctl,systemd-cryptenroll," +
			"kernel-install": cmd("data..."),
		"coredumpctl": with(cmd("data...", "data: F,field n S,since U,until", "list: D,directory root", "read: file", "flag: 1 r,reverse q,quiet a,all"), commands{
			"list,info": cmd("data..."), "dump": cmd("data...", "write: o,output"), "debug,gdb": cmd("data...", "code: debugger A,debugger-arguments")}),
		"systemd-resolve":              cmd("connect...", "data: i,interface t,type c,class p,protocol", "flag: status statistics reset-statistics flush-caches"),
		"resolvectl":                   with(cmd("data..."), commands{"query,openpgp,tlsa,service": cmd("connect...", "data: i,interface t,type c,class p,protocol")}),
		"busctl,gdbus":                 with(cmd("code..."), commands{"list,status,tree,introspect,monitor,help,wait": cmd("data...")}),
		"dbus-send,qdbus,dbus-monitor": cmd("code..."),
		"sysctl":                       cmd("data...", "?read: p,load", "data: r,pattern", "flag: w,write a,all n,values q e"),
		"mount":                        cmd("data list", "data: t,types o,options O L,label U,uuid", "list: T,fstab", "flag: a,all B,bind R,rbind M,move"),
		"umount,swapon,swapoff,eject,losetup,pmount,fusermount,fusermount3,sshfs,mountpoint,quota,quotaon,quotaoff,edquota,blockdev," +
			"hdparm,smartctl,nvme,partprobe,kpartx,fstrim,e2label,e2fsck,fsck,xfs_repair,btrfs,zfs,zpool,mdadm,cryptsetup,dmsetup,veritysetup," +
			"integritysetup,badblocks,isosize,tune2fs,resize2fs,dumpe2fs,debugfs,xfs_growfs,xfs_admin,lvm,lvs,vgs,pvs,lvdisplay,vgdisplay,pvdisplay," +
			"pvscan,vgscan,lvscan,pivot_root,mergerfs,fuse-overlayfs,systemd-mount,systemd-umount": cmd("data..."),
		"xfs_io": cmd("write...", "code: c", "data: C p t", "flag: r f d s a i m n x F T L R"),
		"lndir":  whole("read write", "flag: silent ignorelinks withrevinfo"),
		"iptables,ip6tables,iptables-save,iptables-restore,nft,ufw,firewall-cmd,ebtables,arptables,ipset,fail2ban-client,setenforce,getenforce," +
			"semanage,setsebool,getsebool,restorecon,semodule,aa-enforce,aa-complain,aa-disable,apparmor_parser,auditctl,ausearch": cmd("data...", "read: f,file"),
		"wg": with(cmd("data..."), commands{"genkey,genpsk,pubkey,show,showconf,help": cmd("data..."), "set": cmd("read..."), "setconf,addconf,syncconf": cmd("data read")}),
		"ulimit,cpupower,powertop,tuned-adm,rfkill,brightnessctl,xset,setxkbmap,loadkeys,xrandr": cmd("data..."),
		"renice":         cmd("data..."),
		"schedtool":      cmd("data...", "command: e", "data: p n a", "flag: N F R B I D v r"),
		"systemd-notify": cmd("data...", "data: pid uid status fd fdname", "flag: ready reloading stopping booted no-block exec"),
		"logger":         cmd("data...", "read: f,file", "connect: n,server", "data: p,priority t,tag P,port"),
		"xclip,xsel,pbcopy,pbpaste,wl-copy,wl-paste,clip":       cmd("read...", "data: selection se l,loops d,display t,target", "flag: i,in o,out"),
		"notify-send,zenity,kdialog,dialog,whiptail,espeak,say": cmd("data...", "read: f,file textbox", "write: save", "code: prgbox prg-box"),
		"screencapture,scrot,import-screen,flameshot,maim":      cmd("write...", "shell: e,exec", "data: d,delay"),
	}
}

// Programs that a policy refuses by name: power, disks, accounts. What they are
// given makes no difference, but a device is a write.
func powerSpecs() commands {
	return table(
		each(cmd("data..."), "shutdown reboot halt poweroff init telinit kexec pm-suspend pm-hibernate pm-suspend-hybrid zzz ZZZ s2ram s2disk s2both openrc-shutdown soft-reboot rtcwake"),
		each(cmd("write..."),
			"mkfs "+
				"wipefs fdisk sfdisk cfdisk gdisk sgdisk parted gparted blkdiscard format newfs diskutil"),
		each(cmd("write data", "read: l d", "write: z", "data: b C E g G i I J L m M N o O r t T U e", "flag: c D F j K n q v S V"), "mke2fs mkfs.ext2 mkfs.ext3 mkfs.ext4"),
		each(cmd("write data", "read: l m", "data: b D f F g h i M n r R s S offset mbr", "flag: a A c C I v"), "mkfs.vfat mkfs.fat mkfs.msdos mkdosfs"),
		each(cmd("write data", "data: c,cluster-size L,label s,sector-size p,partition-start H,heads S,sectors-per-track z,mft-zone-multiplier",
			"flag: Q,f,fast,quick C,enable-compression n,no-action I,no-indexing U,with-uuid F,force q,quiet v,verbose T,zero-time"), "mkfs.ntfs mkntfs"),
		each(cmd("write...", "read: p", "data: L"), "mkfs.xfs"),
		each(cmd("write...", "read: r,rootdir", "data: L,label U,uuid n,nodesize s,sectorsize O,features R d,data m,metadata b,byte-count"), "mkfs.btrfs"),
		each(cmd("write...", "data: l"), "mkfs.f2fs"),
		each(cmd("write...", "data: L,volume-label U,volume-guid s,sector-size c,cluster-size b,boundary-align pack-bitmap", "flag: f,full q,quiet v,verbose"), "mkfs.exfat"),
		each(cmd("write data", "data: L,label U,uuid p,pagesize s,size o,offset v,swapversion e,endianness", "flag: c,check f,force q,quiet F,file verbose"), "mkswap"),
		each(cmd("read write", "write: z", "data: o", "flag: f h n v"), "e2undo"),
		each(cmd("data...", "write: r,read o,output x,extract", "read: w,write v,verify l,layout", "data: p,programmer c,chip i,image",
			"flag: E,erase V,verbose f,force n,noverify L,list-supported ifd"), "flashrom"),
		each(cmd("data..."),
			"lvremove lvcreate lvextend lvreduce lvresize lvconvert lvchange lvrename vgremove vgcreate vgreduce vgextend vgchange vgrename pvremove "+
				"pvcreate pvmove pvresize pvchange"),
		each(cmd("data..."), "modprobe insmod rmmod depmod kmod dkms update-initramfs dracut mkinitcpio grub-install grub-mkconfig update-grub efibootmgr setpci fwupdmgr"),
		each(cmd("data..."),
			"useradd userdel usermod adduser deluser groupadd groupdel groupmod addgroup delgroup passwd chpasswd gpasswd chage chsh chfn newusers "+
				"pwconv pwunconv grpconv pwck grpck dscl sysadminctl vipw vigr faillock pam_tally2 newgrp"),
		each(cmd("read...", "read: f,file", "write: x,export", "flag: c,check q,quiet s,strict V,version"), "visudo"),
		each(cmd("data..."), "update-alternatives update-ca-certificates ldconfig locale-gen dpkg-reconfigure hwclock tzselect mokutil sbctl"),
	)
}

// Terminals. They start a program that is named behind an option or "--", or by
// the operands; settings may name one too.
func terminalSpecs() commands {
	control := with(cmd("code..."), commands{"ls": cmd("data...")})
	kitten := with(cmd("code..."), commands{
		"@":         control,
		"clipboard": cmd("write...", "data: m,mime a,alias", "flag: g,get-clipboard p,use-primary wait-for-completion"),
		"icat": cmd("read...", "data: align place scale-up background mirror transfer-mode z-index l,loop use-window-size image-id passthrough engine",
			"flag: clear n,no-trailing-newline hold detect-support print-window-size"),
		"diff": cmd("read read", "own: config", "code: o,override", "data: context"),
		"unicode_input,unicode-input,show_key,show-key,query_terminal,query-terminal": cmd("data..."),
	})
	return commands{
		"xterm,urxvt,rxvt": oneDash("code...", "command: e", "code: xrm", "connect: display",
			"data: T title n name geometry g fn fb fa fs fd bg fg bd cr ms class tn sl bw b into tm kt ti"),
		"konsole": oneDash("code...", "command: e", "code: p tabs-from-file layout", "data: profile builtin-profile qwindowtitle title name", "connect: display", "dir: workdir"),
		"alacritty": with(cmd("code...", "command: e,command", "code: o,option config-file", "data: T,title class embed socket", "dir: working-directory"), commands{
			"help": cmd("data..."), "migrate": cmd("", "write: c,config-file", "flag: d,dry-run i,skip-imports s,silent")}),
		"gnome-terminal": cmd("command...", "shell: e,command", "command: x,execute", "code: load-config gtk-module", "connect: display", "write: save-config",
			"data: t,title geometry role zoom profile window-with-profile tab-with-profile class name app-id startup-id fd gdk-debug gdk-no-debug gtk-debug gtk-no-debug sm-client-id sm-client-state-file", "dir: working-directory"),
		"xfce4-terminal": cmd("code...", "shell: e,command", "command: x,execute",
			"code: gtk-module", "connect: display", "data: T,title initial-title dynamic-title-mode I,icon geometry role startup-id font zoom color-text color-bg class active-tab", "dir: working-directory default-working-directory"),
		"terminator": cmd("code...", "shell: e,command", "command: x,execute", "own: g,config", "code: j,config-json gtk-module", "connect: display",
			"data: T,title geometry i,icon r,role c,classname p,profile l,layout", "dir: working-directory"),
		"foot,footclient": cmd("command...", "own: c,config", "code: o,override", "data: t,term T,title a,app-id f,font w,window-size-pixels W,window-size-chars d,log-level toplevel-tag pty",
			"?data: l,log-colorize", "?write: s,server", "write: server-socket p,print-pid", "dir: D,working-directory", "flag: C,check-config L,login-shell m,maximized F,fullscreen H,hold S,log-no-syslog N,no-wait E,client-environment e"),
		"st": cmd("command...", "command: e", "write: o", "data: c f g l n t T w"),
		"kitty": with(cmd("code...", "own: c,config session", "code: o,override watcher", "data: T,title class name start-as instance-group listen-on",
			"dir: d,directory", "flag: 1,single-instance hold detach v,version"), commands{
			"+kitten": kitten, "+": with(cmd("code..."), commands{"kitten": kitten}), "+list-fonts": cmd("data..."), "@": control}),
		"kitten": kitten,
		"wezterm": with(cmd("code...", "command: e", "code: config", "own: config-file", "flag: n,skip-config"), commands{
			"start,blocking-start": cmd("command...", "data: class workspace position domain", "dir: cwd", "flag: e"),
			"cli": with(cmd("code...", "data: class", "flag: prefer-mux no-auto-start"), commands{
				"list,list-clients,get-text,get-pane-direction,activate-pane,activate-pane-direction,activate-tab,adjust-pane-size,zoom-pane,set-tab-title," +
					"set-window-title,rename-workspace,move-pane-to-new-tab": cmd("data..."),
				"spawn,split-pane": cmd("command...", "data: pane-id percent cells move-pane-id domain-name window-id workspace", "dir: cwd")}),
			"record":        cmd("command...", "dir: cwd", "write: o"),
			"imgcat,replay": cmd("read...", "data: width height"),
			"ls-fonts,show-keys,help,shell-completion": cmd("data..."),
		}),
		"ghostty": with(cmd("code...", "command: e", "shell: command initial-command", "own: config-file", "code: config-default-files input"), commands{
			"+list-actions,+list-fonts,+list-keybinds,+list-themes,+list-colors,+show-config,+show-face,+validate-config,+version,+help": cmd("data...")}),
	}
}

// Programs that start the program named by their operands.
func wrapperSpecs() commands {
	return commands{
		"nice,gnice": cmd("command...", "data: n,adjustment"),
		"nohup,setsid,unbuffer,eatmydata,catchsegv,torify,proxychains,proxychains4,tsocks,linux32,linux64,i386,x86_64,uname26,nocache," +
			"builtin,coproc,primusrun,optirun,gamemoderun,mangohud,dbus-launch,aa-exec,with-contenv,chronic,firejail," +
			"catatonit,tini,dumb-init,retry": cmd("command...",
			"data: q s,signal p,profile i H l t", "flag: f c,ctty w,wait k"),
		"rlwrap": cmd("command...", "write: l,logfile H,history-filename", "read: f,file", "code: z,filter", "data: b,break-chars C,command-name D,history-no-dupes M,multi-line-ext O,only-cook P,pre-given q,quote-characters s,histsize S,substitute-prompt t,set-term-name w,wait-before-prompt g,forget-matching",
			"?data: a,always-readline m,multi-line p,prompt-colour e,extra-char-after-completion", "flag: A,ansi-colour-aware c,complete-filenames i,case-insensitive n,no-warnings N,no-children r,remember R,renice o,one-shot"),
		"ifne,zrun,austin":   cmd("command...", "write: o,output", "data: i,interval p,pid t,timeout x,exposure", "flag: n"),
		"pee,mispipe,poop":   cmd("shell...", "data: d,duration"),
		"logsave,s6-setlock": cmd("write command...", "data: d t", "flag: a s v n N r w"),
		"s6-envdir":          cmd("read command...", "flag: I i f n"),
		"samply":             with(cmd("read..."), commands{"record": cmd("command...", "write: o,output", "data: r,rate p,pid d,duration", "flag: s,save-only n,no-open")}),
		"flamegraph":         cmd("command...", "write: o,output", "shell: c,cmd post-process", "data: p,pid F,freq", "flag: open root reverse"),
		"torsocks":           cmd("command...", "data: a,address P,port u,user p,pass", "flag: i,isolate d,debug q,quiet"),
		"caffeinate":         cmd("command...", "data: t w", "flag: d i m s u"),
		"timeout,gtimeout":   cmd("data command...", "data: k,kill-after s,signal", "flag: foreground preserve-status v,verbose"),
		"stdbuf,gstdbuf":     cmd("command...", "data: i,input o,output e,error"),
		"ionice":             cmd("command...", "data: c,class n,classdata p,pid P,pgid u,uid", "flag: t,ignore"),
		"chrt": cmd("data command...", "data: p,pid T,sched-runtime P,sched-period D,sched-deadline",
			"flag: b,batch f,fifo i,idle o,other r,rr a,all-tasks m,max v"),
		"taskset": cmd("data command...", "flag: a,all-tasks p,pid c,cpu-list"),
		"numactl": cmd("command...", "data: i,interleave m,membind N,cpunodebind C,physcpubind p,preferred", "flag: s,show H,hardware l,localalloc"),
		"prlimit": cmd("command...", "data: p,pid o,output",
			"?data: c,core d,data e,nice f,fsize i,sigpending l,locks m,rss n,nofile q,msgqueue r,rtprio s,stack t,cpu u,nproc v,as x"),
		"time,gtime":         cmd("command...", "write: o,output", "data: f,format", "flag: p,portability v,verbose a,append"),
		"exec":               cmd("command...", "data: a", "flag: c l"),
		"command":            cmd("command...", "flag: p v V"),
		"setarch":            cmd("data command...", "flag: R,addr-no-randomize v,verbose"),
		"chpst":              cmd("command...", "data: u U b d n o p f c r t m", "dir: C /", "read: e"),
		"softlimit,cpulimit": cmd("command...", "data: a c d f m o p r s t l,limit e,exe"),
		"flock": cmd("write command...", "shell: c,command", "data: w,timeout,wait E,conflict-exit-code",
			"flag: s,shared x,exclusive,e n,nonblock u,unlock o,close F,no-fork"),
		"lckdo,with-lock-ex,dotlockfile,setlock": cmd("write command...", "data: W w E"),
		"strace": cmd("command...", "write: o,output",
			"data: e,expr,trace p,attach s,string-limit u,user a,columns S,summary-sort-by P,trace-path O X b I E,env",
			"flag: f,follow-forks c,summary-only C,summary t tt T y v x q k i"),
		"ltrace":   cmd("command...", "write: o,output", "data: e p s u a n x l A D F library", "flag: f c C S t T i"),
		"valgrind": cmd("command...", "shell: db-command", "write: log-file xml-file log-socket", "read: suppressions", "target: tool", "data: leak-check"),
		"perf": with(cmd(""), commands{
			"stat,record,trace,mem,c2c,kvm,lock,sched,ftrace,kwork": cmd("command...", "write: o,output",
				"shell: pre post", "data: e,event p,pid t,tid C,cpu r,repeat F,freq c,count I,interval-print u,uid", "flag: a,all-cpus g v,verbose"),
			"script": cmd("read...", "read: i,input", "code: s,script g,gen-script dlfilter", "data: F,fields C,cpu c,comms"),
			"report,annotate,diff,archive,evlist,list,top,bench,buildid-list,config,version,probe,test,help": cmd("read...", "read: i,input", "own: objdump addr2line", "data: s,sort e,event"),
		}),
		"lldb": oneDash("read...", "code: o,one-line O,one-line-before-file s,source S,source-before-file k,one-line-on-crash K,source-on-crash",
			"read: c,core f,file", "data: p,attach-pid,pid n,attach-name a,arch l,script-language", "flag: b,batch Q,source-quietly w,wait-for x,no-lldbinit"),
		"gdb,cgdb,gdb-multiarch,rust-gdb": oneDash("read...",
			"code: ex,eval-command iex x,command ix init-eval-command init-command o,one-line source S k", "read: c,core se e,exec s,symbols", "data: p,pid",
			"dir: cd", "flag: batch q,quiet nx args"),
		"rr,uftrace,heaptrack,systemtap,stap,bpftrace": cmd("code...", "code: e", "shell: c"),
		"hyperfine": cmd("shell...", "shell: p,prepare s,setup c,cleanup C,conclude", "write: export-json export-csv export-markdown export-asciidoc export-orgmode output", "read: input",
			"data: w,warmup m,min-runs M,max-runs r,runs P,parameter-scan D,parameter-step-size L,parameter-list n,command-name u,time-unit style sort",
			"flag: i,ignore-failure N show-output", "shell: S,shell"),
		"watch": cmd("shell...", "data: n,interval q,equexit s,shotsdir", "flag: d,differences t,no-title b,beep e,errexit g,chgexit c,color x,exec p,precise"),
		"entr":  cmd("command...", "shell: s", "flag: a c d n p r z"),
		"script": cmd("write data...", "shell: c,command", "write: B,log-io I,log-in O,log-out T,log-timing t,timing", "data: E,echo m,logging-format o,output-limit",
			"flag: a,append e,return f,flush q,quiet force"),
		"scriptreplay,asciinema,termtosvg": cmd("read...", "shell: c,command", "data: t i"),
		"ttyrec":                           cmd("write", "shell: e", "flag: a u"),
		"expect,autoexpect":                cmd("code...", "code: c f", "flag: b d i n"),
		"screen":                           oneDash("command...", "own: c", "write: Logfile", "shell: s", "code: X", "data: S e h p t T", "flag: d D m r R x L ls,list q U wipe"),
		"tmux":                             cmd("command...", "shell: c", "code: f", "data: L S T", "flag: 2 8 C D l N u V v h"),
		"zellij,byobu,dtach,abduco,dvtm":   cmd("code...", "flag: l"),
		"xvfb-run": cmd("command...", "write: e,error-file f,auth-file", "data: n,server-num s,server-args w,wait p,xauth-protocol",
			"flag: a,auto-servernum l,listen-tcp"),
		"faketime,libfaketime":       cmd("data command...", "flag: f m"),
		"fakeroot,fakechroot,pseudo": cmd("command...", "read: i", "write: s", "code: l,lib", "data: b", "flag: u"),
		"run-parts":                  cmd("own", "data: a,arg regex u,umask", "flag: lsbsysinit new-session test list reverse exit-on-error report random v,verbose"),
		"dbus-run-session,gtk-launch,start-stop-daemon,daemonize,daemon": cmd("command...", "code: a,startas x,exec", "dir: d,chdir c",
			"write: p,pidfile o e l E", "data: n,name u,user g,group s,signal", "flag: S,start K,stop b,background"),
		"watchexec": cmd("command...", "data: w,watch W,watch-non-recursive e,exts f,filter i,ignore d,debounce s,signal stop-signal stop-timeout delay-run poll o,on-busy-update "+
			"j,filter-prog fs-events map-signal emit-events-to wrap-process socket", "data: E,env shell", "read: F,filter-file ignore-file", "dir: workdir project-origin",
			"flag: r,restart c,clear n N,notify p,postpone 1 v,verbose q,quiet"),
		"chokidar,onchange":                            cmd("data...", "shell: c,command", "data: d,debounce,delay t,throttle j,jobs e,exclude f,filter", "flag: i,initial p,polling s,silent k,kill v,verbose"),
		"reflex,modd,when-changed":                     cmd("command...", "data: r,regex R,inverse-regex g,glob G,inverse-glob", "shell: c,command", "flag: s,start-service d v"),
		"nodemon,ts-node-dev,node-dev":                 cmd("read...", "shell: x,exec", "data: w,watch e,ext i,ignore d,delay", "own: config", "code: r,require"),
		"concurrently":                                 cmd("shell...", "data: n,names c,prefix-colors p,prefix m,max-processes", "flag: k,kill-others r,raw"),
		"direnv":                                       with(cmd("data..."), commands{"exec": cmd("own command...")}),
		"dotenv,dotenvx":                               with(cmd("command...", "read: f,file e"), commands{"run": cmd("command..."), "list,get,set,unset": cmd("data...")}),
		"aws-vault,chamber":                            with(cmd("data..."), commands{"exec": cmd("data command...", "data: d,duration region n,no-session")}),
		"envdir,op,infisical,envchain,teller":          cmd("data command...", "read: f,file e"),
		"cross-env,cross-env-shell,env-cmd,dotenv-cli": cmd("command...", "read: f,file"),
		"sudo,doas,sudoedit,pfexec,please,dzdo,run0,gksudo,gksu,kdesudo,kdesu,calife,super,sudo-rs,beesu,pbrun": cmd("command...",
			"data: u,user g,group p,prompt C,close-from h,host r,role t,type T,command-timeout U,other-user a,auth-type c,login-class", "dir: D,chdir R,chroot",
			"flag: E,preserve-env n,non-interactive S,stdin k K b,background A,askpass i,login s,shell e,edit l,list v,validate"),
		"su,su-rs,runuser":                    cmd("data data...", "shell: c,command session-command", "code: s,shell", "data: u,user g,group G,supp-group w", "flag: l,login m,p,preserve-environment"),
		"pkexec":                              cmd("command...", "data: user"),
		"sg":                                  cmd("data shell...", "shell: c"),
		"ksu":                                 cmd("data...", "command: e", "shell: a", "data: n c r l p", "flag: k D q C z Z"),
		"login":                               cmd("data...", "data: h r", "flag: f p H"),
		"setuidgid,s6-setuidgid,gosu,su-exec": cmd("data command...", "flag: s"),
		"newrole,runcon,capsh,setpriv,systemd-inhibit": cmd("command...", "data: r,role t,type u,user l,range what who why mode"),
		"chroot":  cmd("dir command...", "data: userspec groups", "flag: skip-chdir"),
		"unshare": cmd("command...", "write: m,mount", "dir: R,root w,wd", "data: S,setuid G,setgid propagation map-user map-group", "flag: r,map-root-user U,user p,pid n,net f,fork"),
		"nsenter": cmd("command...", "data: t,target S,setuid G,setgid", "?read: m,mount u,uts i,ipc n,net p,pid C,cgroup U,user", "?dir: r,root w,wd", "flag: a,all F"),
		"systemd-run": cmd("command...",
			"data: u,unit p,property slice uid gid nice E,setenv on-active on-boot on-calendar on-startup on-unit-active M,machine description", "connect: H,host",
			"dir: working-directory", "flag: user system scope t,pty P,pipe d,same-dir r"),
		"systemd-nspawn,schroot,pbuilder,debootstrap,proot,bwrap,lxc-attach": cmd("code...", "dir: D,directory"),
		"busybox,toybox": cmd("command..."),
		"ld.so,ld-linux.so.2,ld-linux-x86-64.so.2,ld-linux-aarch64.so.1,ld-musl-x86_64.so.1,ld-musl-aarch64.so.1": cmd("command...",
			"code: library-path preload audit", "data: argv0 inhibit-rpath glibc-hwcaps-prepend", "flag: list verify inhibit-cache"),
		"ccache": cmd("command...", "own: config-path", "code: o,set-config", "data: d,dir k,get-config F,max-files M,max-size X,recompress", "flag: c,cleanup C,clear p,show-config s,show-stats v,verbose x,show-compression z,zero-stats"),
		"winpty,rlfe,sccache,distcc,icecc,bear,intercept-build,scan-build,wine,wine64,box64,qemu-x86_64,qemu-aarch64,qemu-arm": cmd("command...", "write: o,output cdb", "data: L"),
	}
}
