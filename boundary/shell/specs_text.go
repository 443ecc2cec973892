package shell

import "slices"

// Text: searching, comparing, changing, formatting.
func textSpecs() commands {
	return commands{
		"grep,egrep,fgrep,ggrep,zgrep,bzgrep,xzgrep,zstdgrep,rgrep": cmd("data read...", grepOptions...),
		"rg": whole("data read...", append(slices.Clip(searchOptions),
			"code: pre hostname-bin",
			"data: g,glob iglob t,type T,type-not E,encoding j,threads M,max-columns r,replace d,max-depth,maxdepth max-filesize sort sortr pre-glob "+
				"type-add type-clear colors engine path-separator regex-size-limit dfa-size-limit context-separator",
			"read: ignore-file", "flag: files z,search-zip u,unrestricted S,smart-case N I json stats hidden U,multiline L,follow P,pcre2 0,null p,pretty no-ignore heading trim")...),
		"ag,ack,ugrep,ug,sift,pt": whole("data read...", append(slices.Clip(searchOptions),
			"code: pager filter", "write: save-config", "read: p,path-to-ignore ackrc ignore-file",
			"data: G,file-search-regex depth ignore ignore-dir type-set g W,width", "flag: u,unrestricted files")...),
		"pdfgrep,agrep,pcregrep,pcre2grep,ripgrep-all,rga": cmd("data read...", append(slices.Clip(grepOptions), "code: pre")...),
		"look":     cmd("data read", "data: t,terminate"),
		"ast-grep": with(whole("read...", astGrep...), commands{"run,scan": whole("read...", astGrep...), "test,new,lsp,completions,help": cmd("read...", astGrep...)}),
		"semgrep,opengrep": with(whole("read...", "connect: c,config f", "write: o,output", "data: e,pattern l,lang exclude include", "flag: autofix a"), commands{"scan,ci": whole("read...",
			"connect: c,config f", "write: o,output", "data: e,pattern l,lang", "flag: autofix")}),

		"sed,gsed":                              cmd("data read..."),
		"awk,gawk,mawk,nawk,original-awk,goawk": cmd("data read..."),
		"tr,seq,expr,factor,numfmt,yes,jot":     cmd("data...", "data: s,separator f,format d,delimiter field from to padding w,equal-width"),
		"cut":                                   cmd("read...", "data: b,bytes c,characters d,delimiter f,fields output-delimiter"),
		"paste":                                 cmd("read...", "data: d,delimiters"),
		"fold":                                  cmd("read...", "data: w,width", "flag: b,bytes s,spaces"),
		"fmt":                                   cmd("read...", "data: w,width p,prefix g,goal", "flag: s,split-only u t c"),
		"pr":                                    cmd("read...", "data: h,header l,length w,width W,page-width D,date-format o,indent N,first-line-number"),
		"ptx": cmd("read write", "read: b,break-file i,ignore-file o,only-file",
			"data: g,gap-size w,width F,flag-truncation M,macro-name S,sentence-regexp W,word-regexp"),
		"column,colrm,col,ul": cmd("read...",
			"data: s,separator o,output-separator c,output-width N,table-columns R,table-right H,table-hide l,table-columns-limit n,table-name O,"+
				"table-order W,table-wrap", "flag: t,table x,fillrows e J,json b"),
		"sort,gsort": cmd("read...", "write: o,output T,temporary-directory", "read: files0-from random-source", "code: compress-program",
			"data: k,key t,field-separator S,buffer-size batch-size parallel sort", "flag: u,unique r,reverse n,numeric-sort h f c,check m,merge s V z b"),
		"uniq":              cmd("read write", "data: f,skip-fields s,skip-chars w,check-chars", "?data: D all-repeated group", "flag: c,count d,repeated u,unique i z"),
		"shuf":              cmd("read", "write: o,output", "read: random-source", "data: n,head-count i,input-range", "flag: e,echo r,repeat z"),
		"tsort":             cmd("read"),
		"iconv":             cmd("read...", "write: o,output", "data: f,from-code t,to-code", "flag: l,list c s"),
		"recode,uconv,enca": cmd("data write..."),
		"dos2unix,unix2dos,mac2unix,fromdos,todos": cmd("write...", "data: c,convmode D,display-enc", "?data: i,info", "flag: n,newfile o,oldfile k q f"),
		"jq,gojq,jaq": cmd("data read...", "read: f,from-file", "list: L,library-path", "data: indent", "flag: n,null-input r,raw-output R,raw-input s,slurp c,compact-output e S j a C M"),
		"yq": cmd("data read...", "read: from-file", "write: s,split-exp", "data: p,input-format o,output-format I,indent expression",
			"flag: i,inplace n,null-input e,exit-status r,unwrapScalar P,prettyPrint N C y Y"),
		"dasel,tomlq,htmlq,pup,xsv,qsv,choose,jo": cmd("data read...", "read: f,file filename", "write: o,output"),
		"gron,jless":  cmd("read...", "read: f,file filename", "write: o,output"),
		"vd,visidata": cmd("read...", "write: o,output", "own: p,play config", "data: f,filetype"),
		"xq,fx":       cmd("word read...", "read: f,file", "write: o,output"),
		"csvtool":     with(cmd("data read...", "read: f,file filename", "write: o,output"), commands{"call": cmd("shell read...")}),
		"mlr":         cmd("data read...", "read: from mfrom", "shell: prepipe prepipex", "own: f,file s load mload", "write: o,output"),
		"csvcut,csvgrep,csvlook,csvstat,csvsort,csvjoin,csvstack,csvformat,csvclean,csvjson,in2csv": cmd("read...",
			"data: c,columns d,delimiter m,match r,regex q,quotechar e,encoding f,format", "read: file"),
		"xmllint":  cmd("read...", "write: o,output", "loose: shell", "read: schema relaxng schematron dtdvalid dtdvalidfpi catalogs", "data: xpath encode pattern maxmem", "flag: format noout valid html"),
		"xsltproc": cmd("read...", "write: o,output", "data: param stringparam"),
		"xmlstarlet,xml": with(cmd("data..."), commands{
			"sel,el,val,fo,format,c14n,ls,pyx,depyx,elements,select,validate": cmd("data..."),
			"ed,edit": cmd("write...", "data: u,update d,delete i,insert a,append s,subnode r,rename m,move x,expr v,value t,type n N var",
				"flag: L,inplace"),
			"tr,transform": cmd("code read..."),
		}),
		"diff,gdiff,colordiff,wdiff,difft,delta,icdiff,diff-so-fancy,vimdiff": cmd("read...", "code: pager", "read: config gitconfig", "recursive: r,recursive", "read: from-file to-file X,exclude-from", "write: output",
			"data: x,exclude I,ignore-matching-lines L,label F,show-function-line C U,unified c-context W,width D,ifdef starting-file S horizon-lines "+
				"tabsize color palette", "flag: u q,brief N,new-file a b w B i y s"),
		"diff3": cmd("read read read", "code: diff-program", "data: L,label", "flag: m,merge"),
		"sdiff": cmd("read read", "write: o,output", "code: diff-program", "data: w,width I"),
		"patch": cmd("write read", "read: i,input", "write: o,output r,reject-file", "dir: d,directory",
			"write: B,prefix Y,basename-prefix",
			"data: p,strip F,fuzz D,ifdef z,suffix V,version-control g,get", "flag: dry-run R,reverse N,forward f,force s"),
		"combinediff,filterdiff,interdiff,lsdiff,diffstat": cmd("read...", "data: i,include x,exclude p,strip-match"),
		"merge,wiggle": cmd("write read read", "data: L", "flag: p q"),
		"echo,printf,print,toilet,figlet,banner,gum": cmd("data...", "data: v"),
		"cowsay,cowthink":  cmd("data...", "own: f", "data: e T W", "flag: l n b d g p s t w y"),
		"envsubst":         cmd("data..."),
		"gomplate":         cmd("data...", "inline: i,in", "read: f,file input-dir t,template", "=read: d,datasource c,context", "write: o,out output-dir", "code: plugin", "data: left-delim right-delim"),
		"gettext,ngettext": cmd("data..."),
		"msgmerge":         cmd("read...", "write: o,output-file", "read: C,compendium", "dir: D,directory", "data: lang w,width suffix backup", "flag: U,update q,quiet N,no-fuzzy-matching previous sort-output"),
		"xgettext,msgfmt,msgcat,msginit,msgattrib": cmd("read...", "write: o,output-file", "read: f,files-from C,compendium", "dir: D,directory",
			"write: p,output-dir", "data: L,language k,keyword d,default-domain l,locale from-code"),
		"a2ps":     cmd("read...", "write: o,output", "data: P,printer b,header u,underlay t,title n,copies L,lines-per-page l,chars-per-line f,font-size T,tabsize M,medium X,encoding columns rows pages a", "?data: E,pretty-print", "flag: 1 2 3 4 R,landscape r,portrait q,quiet v,verbose"),
		"hunspell": cmd("read...", "data: d i", "read: p", "flag: l L G a t n H X O 1 w D m s r"),
		"enscript": cmd("read...", "write: p,output o", "shell: I,filter", "data: b,header f,font F,header-font L,lines-per-page M,media t,title J,job-header n,copies P,printer,queue d S,statusdict s,baselineskip T,tabsize i,indent a,pages X,encoding", "?data: 1 2 C,line-numbers E,highlight G,fancy-header u,underlay", "flag: B,no-header c,truncate-lines j,borders k,page-prefeed q,quiet r,landscape R,portrait v,verbose"),
		"aspell": with(cmd("read...", "write: c,check p,personal repl", "data: d,lang l master mode W ignore encoding", "flag: a"), commands{
			"check": cmd("write..."), "list,pipe,dump,munch,expand,clean,soundslike,config,dicts,help": cmd("read...")}),
		"ispell,codespell,typos,cspell,vale": cmd("read...", "data: d,lang l L,ignore-words-list S,skip",
			"read: p,personal c,config I,ignore-words D,dictionary", "flag: w,write-changes write a,list"),
		"tokei,cloc,scc,loc,sloccount": whole("list...", "shell: extract-with", "read: list-file exclude-list-file read-lang-def", "write: out o,output report-file",
			"data: e,exclude exclude-dir include-lang f,format t,type s,sort"),
		"ctags,etags,gtags,cscope":          whole("read...", "write: f,o O", "read: L,I,options i", "data: languages exclude"),
		"mbuffer,buffer":                    cmd("read...", "read: i", "write: o l T", "connect: I O", "data: b s m L d D P p r R W A"),
		"pv":                                cmd("read...", "write: o P,pidfile", "data: s,size N,name i,interval L,rate-limit B,buffer-size d,watchfd R,remote"),
		"sd":                                cmd("data data write...", "flag: p,preview F,fixed-strings s,string-mode"),
		"perltidy,uncrustify,astyle,indent": cmd("write...", "read: c,config,options f", "write: o"),
		"ts,unts,vis,unvis,lolcat,nkf,ansi2html,aha": cmd("read...", "read: f"),
		"hexyl,xd,bless":                cmd("read", "data: n,length c,bytes s,skip o,display-offset"),
		"m4,gm4":                        cmd("code...", "list: I,include", "data: D,define U,undefine", "read: R,reload-state", "write: F,freeze-state o,error-output debugfile"),
		"dc":                            cmd("read...", "data: e,expression", "read: f,file"),
		"bc":                            cmd("read...", "data: e,expression S,scale", "read: f,file", "flag: l,mathlib q,quiet"),
		"units,calc,qalc,numbat,genius": cmd("data...", "read: f,file"),
		"man,info,tldr,cheat,help,pinfo": cmd("data...", "pager: P,pager", "?code: H,html", "own: C,config-file,conf", "read: f,file render", "write: o,output",
			"list: M,manpath d,directory", "data: S,s,sections L,locale m,systems p,preprocessor E,encoding n,node", "flag: k,apropos f0 w a K"),
		"groff,troff,nroff,pic,mandoc,grotty": cmd("read...", "loose: U", "list: F I M", "data: T m d r f n o K", "flag: t p e s R"),
		"pandoc": with(cmd("connect...", "write: o,output extract-media log", "code: F,filter L,lua-filter pdf-engine-opt", "own: data-dir d,defaults", "target: f,from,r,read t,to,w,write",
			"read: template c,css H,include-in-header B,include-before-body A,include-after-body bibliography csl metadata-file reference-doc "+
				"syntax-definition epub-cover-image",
			"shell: pdf-engine", "data: V,variable M,metadata columns toc-depth highlight-style resource-path", "flag: s,standalone toc"), commands{"lua": cmd("script word...", "code: e l", "flag: v i E W")}),
		"markdown,cmark,md2html,asciidoctor,asciidoc,lowdown,glow,mdcat": cmd("read...", "write: o,out-file,output D,destination-dir",
			"data: a,attribute b,backend t,to w,width style", "code: r,require"),
		"pygmentize": cmd("read...", "write: o", "target: l f", "data: S a O P F N", "flag: x g L V s v C"),
		"lnav":       cmd("read...", "code: c e", "own: f I", "data: d", "flag: n r R q N S i u C H W V h"),
		"highlight,source-highlight,chroma": cmd("read...", "write: o,output outdir", "read: i,input", "own: plug-in config-file",
			"data: l,lexer S,syntax f,formatter O s,style", "code: P"),
		"bat,batcat": cmd("read...", "pager: pager",
			"data: l,language H,highlight-line file-name theme style r,line-range tabs wrap color paging m,map-syntax decorations",
			"flag: p,plain n,number A,show-all"),
		"mkpasswd,pwgen,apg,diceware,xkcdpass":         cmd("data..."),
		"uuidgen,uuid,cal,ncal,ddate,dateadd,datediff": cmd("data..."),
	}
}

// astGrep are options of ast-grep.
var astGrep = []string{"data: p,pattern l,lang selector strictness globs threads j inline-rules format context A,after B,before C filter", "data: r,rewrite", "read: c,config rule", "flag: U,update-all i,interactive json"}

// searchOptions are those that all search tools share.
var searchOptions = []string{
	"read: f,file",
	"data: e,regexp A,after-context B,before-context C,context m,max-count color colour",
	"flag: i,ignore-case v,invert-match n,line-number l,files-with-matches c,count o,only-matching q,quiet,silent w,word-regexp x,line-regexp F," +
		"fixed-strings H,with-filename h,no-filename s,no-messages a,text",
}

// grepOptions are those of grep and its family.
var grepOptions = append(slices.Clip(searchOptions),
	"recursive: r R recursive dereference-recursive", "read: exclude-from",
	"data: d,directories D,devices include exclude exclude-dir label binary-files",
	"flag: L,files-without-match E,extended-regexp P,perl-regexp G,basic-regexp z,null-data Z,null")

// Editors and pagers: they change what they open, and most run commands.
func editorSpecs() commands {
	return commands{
		"vi,vim,nvim,gvim,view,ex,vimx,vim.tiny,vim.basic,rvim": cmd("write..."),
		"kak": cmd("write...", "code: e E f", "data: c s C d ui", "flag: n l p q ro clear"),
		"jed": oneDash("write...", "code: f", "own: l", "data: g", "flag: batch n hook insert tmp"),
		"nano,pico,micro,joe,hx,helix,mcedit,ne,mg": cmd("write...", "code: s,speller", "own: f,rcfile config-dir c,config", "code: e",
			"write: o,operatingdir C,backupdir", "data: r,fill T,tabsize Y,syntax"),
		"emacsclient": cmd("write...", "shell: a,alternate-editor", "code: e,eval", "read: f,server-file", "connect: s,socket-name",
			"data: F,frame-parameters d,display parent-id T,tramp", "flag: n,no-wait c,create-frame r,reuse-frame t,tty nw q,quiet u"),
		"emacs,xemacs,zile": cmd("write...", "code: eval,execute e l,load f,funcall script x", "connect: s,socket-name",
			"flag: batch Q,quick q nw,no-window-system n,no-wait c,create-frame"),
		"ed,red": cmd("write", "data: p,prompt", "flag: s,quiet,silent"),
		"code,code-insiders,codium,cursor,subl,gedit,kate,zed,idea,mousepad,pluma,xed": cmd("write...", "code: install-extension user-data-dir extensions-dir add-mcp",
			"read: g,goto", "data: locale", "flag: d,diff w,wait n,new-window r,reuse-window a,add"),
		"less,more,most,pg,lv": cmd("read...", "code: cmd lesskey-content", "write: o,log-file O,LOG-FILE", "own: k,lesskey-file lesskey-src", "read: T,tag-file",
			"data: p,pattern b,buffers h,max-back-scroll j,jump-target P,prompt t,tag x,tabs y,max-forw-scroll z,window D,color n",
			"flag: R,RAW-CONTROL-CHARS N,LINE-NUMBERS S,chop-long-lines F,quit-if-one-screen X,no-init i e E f,force s"),
		"sk": cmd("data...", "code: c,cmd preview bind with-shell pre-select-file", "data: q,query f,filter d,delimiter n,nth with-nth I cmd-query cmd-prompt p,prompt t,tiebreak b height layout "+
			"header color history-size expect", "write: history cmd-history", "flag: m,multi i,interactive e,exact 0,exit-0 1,select-1 reverse ansi"),
		"rofi": oneDash("data...", "code: run-command run-list-command run-shell-command terminal ssh-command ssh-client window-command", "own: config theme", "read: input", "data: modi modes show"),
		"fzf,peco,percol,fzy,dmenu": cmd("data...", "code: preview bind execute with-shell info-command",
			"data: q,query f,filter d,delimiter n,nth with-nth m,multi height layout border prompt header tiebreak expect history-size", "write: history",
			"connect: listen", "flag: 1,select-1 0,exit-0 e,exact"),
		"sensible-editor,editor": cmd("write..."), "sensible-pager,pager": cmd("read..."), "xdg-open,open,gio-open,sensible-browser,x-www-browser,www-browser": cmd("connect..."),
		"mc":              with(cmd("list...", "write: e,edit", "read: v,view", "code: cmd command"), commands{"cp,mv,mirror,pipe,put,get,cat,ls,rm,share,alias,mb,rb": cmd("connect...")}),
		"lf":              oneDash("list...", "code: command remote", "read: config", "write: log selection-path last-dir-path"),
		"vifm":            cmd("list...", "code: c remote remote-expr", "write: choose-files choose-dir", "data: server-name plugins-dir on-choose delimiter"),
		"broot":           cmd("list...", "code: c,cmd", "write: outcmd verb-output", "read: conf", "data: max-depth sort-by"),
		"ranger,nnn,yazi": cmd("list...", "code: cmd command", "write: choosefile choosefiles choosedir chooser-file cwd-file"),
	}
}
