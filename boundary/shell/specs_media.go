package shell

// Pictures, sound, documents.
func mediaSpecs() commands {
	return commands{
		"ffmpeg,ffplay,avconv": cmd("data..."),
		"identify":             cmd("read..."),
		"ffprobe,mediainfo,exif,mp3info,soxi,pdfinfo,pdffonts,jhead,ogrinfo,gdalinfo,jpeginfo": oneDash("read...", "read: i", "write: o",
			"data: of print_format show_entries select_streams v loglevel format Output f l"),
		"convert,magick,mogrify,composite,montage,compare,import,animate,display,conjure,stream,gm": cmd("data..."),
		"pdftotext,pdftohtml,pdftocairo,pdftoppm,pdftops,pdfimages,pdf2ps,ps2pdf,pdf2svg,djvutxt": oneDash("read write",
			"data: f l r rx ry x y W H scale-to scale-to-x scale-to-y enc eol opw upw jpegopt page", "flag: layout raw png jpeg tiff singlefile"),
		"pdfunite": cmd("read... write"),
		"wkhtmltopdf,wkhtmltoimage,weasyprint": cmd("connect... write", "read: user-style-sheet stylesheet header-html footer-html",
			"data: s,page-size O,orientation T,margin-top B,margin-bottom L,margin-left R,margin-right d,dpi zoom title f,format width height quality javascript-delay encoding", "flag: q,quiet g,grayscale"),
		"pod2text,pod2man,pod2latex,pod2markdown": cmd("read write", "data: i,indent w,width l,loose s,section c,center r,release n,name"),
		"pod2html": cmd("", "read: infile podpath podroot css", "write: outfile cachedir", "data: title htmldir htmlroot"),
		"rst2html,rst2man,rst2latex,rst2odt,rst2xml,rst2pseudoxml,rst2s,rst2xetex,rst2html.py,rst2html5.py,rst2man.py,rst2latex.py,rst2odt.py,rst2xml.py,rst2pseudoxml.py,rst2s5.py": cmd("read write",
			"read: stylesheet-path stylesheet template config", "write: record-dependencies warnings", "data: title report language i,input-encoding o,output-encoding", "flag: q,quiet"),
		"d2":         cmd("read write data...", "data: t,theme l,layout pad dark-theme scale target", "flag: w,watch s,sketch"),
		"mkvextract": cmd("data..."),
		"yosys":      cmd("data...", "data: p f b k d r", "read: s", "code: c m", "write: o l L E", "flag: V q Q T S H h v"),
		"exiftool":   oneDash("write...", "write: o,out", "code: config if p", "read: @ tagsfromfile csv json", "data: d ext x charset", "flag: r j g s overwrite_original n"),
		"sox,rec,play,lame,oggenc,flac,opusenc,faac,mpg123,mplayer,vlc,cvlc,aplay,arecord,paplay,parecord,ffmpegthumbnailer,ffmpeg-normalize," +
			"mkvmerge,mp4box,melt": cmd("write...", "write: o,output", "code: script scripts lua", "data: b r c q V"),
		"feh": cmd("read...", "shell: A,action action1 action2 action3 action4 action5 action6 action7 action8 action9 info",
			"write: o,output O,output-only f,filelist", "dir: j,output-dir", "data: b g,geometry D,slideshow-delay S,sort z R,reload W H y,thumb-width E,thumb-height C e M,menu-font"),
		"imv": cmd("read...", "code: c", "data: b s u w t n"),
		"mpv": oneDash("read...", "code: input-commands script scripts lua", "own: include input-conf config-dir input-file", "write: o stream-record stream-dump record-file log-file dump-stats input-ipc-server screenshot-directory",
			"read: sub-file audio-file external-file playlist"),
		"gifsicle": oneDash("write...", "write: o,output", "data: delete replace insert-before append t,transparent d,delay l,loopcount D,disposal crop resize resize-width resize-height resize-fit resize-method scale k,colors color-method f,dither "+
			"use-colormap gamma O,optimize lossy j,threads n,name c,comment x,extension app-extension B,background S,logical-screen p,position", "flag: b,batch e,explode E,explode-by-name I,info U,unoptimize i,interlace w,no-warnings m,merge V,verbose h,help version"),
		"handbrakecli,HandBrakeCLI": cmd("read...", "read: i,input", "write: o,output", "data: t,title preset q,quality e,encoder"),
		"cwebp,dwebp,pngcrush,pngquant,optipng,oxipng,jpegoptim,jpegtran,cjpeg,djpeg,guetzli,zopflipng,svgo,rsvg-convert,inkscape,gimp," +
			"potrace,qrencode,zbarimg,tesseract,img2pdf,timg,chafa,viu,sxiv,nsxiv,avifenc,cavif,heif-convert,gifski,vips": oneDash("write...",
			"write: o,output outfile export-filename dest d out dir outdir", "code: b,batch shell actions", "data: q w h s l resize quality size ext"),
		"gs,ghostscript": oneDash("code...", "write: sOutputFile o", "code: c", "data: d s I"),
		"latex,pdflatex,xelatex,lualatex,tex,pdftex,luatex,xetex,context,arara,rubber,bibtex,biber,makeindex,dvips,texi2pdf," +
			"texi2dvi,lacheck,chktex,texcount,latexpand": oneDash("read...", "write: output-directory outdir aux-directory o jobname",
			"loose: shell-e shell-es shell-esc shell-esca shell-escap shell-escape enable-w enable-wr enable-wri enable-writ enable-write enable-write1 enable-write18",
			"code: cnf-line output-driver e r lua", "own: luaonly", "data: interaction fmt output-format engine", "flag: pdf c C f g pvc halt-on-error"),
		"dvipdf":   oneDash("read write", "data: p"),
		"tectonic": cmd("read...", "write: o,outdir makefile-rules", "code: Z", "own: b,bundle", "data: c,chatter color r,reruns p,pass f,format outfmt w,web-bundle", "flag: X k,keep-intermediates keep-logs synctex C,only-cached"),
		"latexmk": oneDash("read...", "?write: output-directory outdir aux-directory auxdir jobname", "loose: shell-escape enable-write18", "?code: usepretex pretex latexoption", "code: e r",
			"?shell: latex pdflatex lualatex xelatex hilatex dvi-filter ps-filter print", "flag: pdf pdflua pdfxe c C f g pvc pv halt-on-error interaction silent"),
		"dot,neato,fdp,sfdp,twopi,circo,gvpr,plantuml,mmdc,ditaa,seqdiag,blockdiag,graph-easy,gource,drawio,structurizr-cli": oneDash("read...",
			"write: o output w", "read: i,input c", "data: T K G N E l t b s"),
	}
}

// Documents: what reads them, and what it makes of them.
func documentSpecs() commands {
	return commands{
		"pdfseparate":   oneDash("read write", "data: f l"),
		"pdfdetach":     oneDash("read", "write: o", "data: save savefile enc opw upw", "flag: list saveall v h"),
		"pdftk":         cmd("read..."),
		"qpdf":          cmd("read write"),
		"pdfcrop":       cmd("read write", "code: gscmd pdftexcmd xetexcmd luatexcmd", "data: margins resolution bbox bbox-odd bbox-even papersize pdfversion uncompress", "flag: verbose debug clip hires ini pdftex xetex luatex"),
		"pdfjam,pdfnup": cmd("read...", "write: o,outfile", "code: latex preamble runs configpath", "data: paper papersize scale offset nup angle frame trim clip delta suffix pagecommand pdftitle pdfauthor signature column noautoscale fitpaper checkfiles no-landscape", "flag: landscape twoside batch q,quiet vanilla keepinfo"),
		"mutool": with(oneDash(""), commands{
			"draw,convert":              oneDash("read data...", "write: o m", "read: U X", "data: p F r w h c R W H S A O e  s B T", "flag: f g L P N E j J D i I q"),
			"clean,recolor,bake,poster": oneDash("read write data...", "write: o", "data: p O x y c", "flag: g d i f a z l s t D A S L"),
			"extract,info,show,pages,audit,trace,grep,barcode": oneDash("read data...", "write: o", "data: p  G n", "flag: r a N F I M P S X b e g i v w"),
			"merge,create": oneDash("read...", "write: o", "data: O"), "sign": oneDash("read data...", "read: s", "write: o", "data: P C N"), "run": oneDash("own data..."),
		}),
		"prince": cmd("read...", "write: o,output log", "read: s,style attach cookiejar ssl-cacert ssl-cert ssl-key job  prince-pdf", "hosts: l,input-list", "connect: http-proxy", "code: script",
			"data: i,input baseurl remap media page-size page-margin pdf-title pdf-author pdf-subject pdf-keywords pdf-lang pdf-profile auth auth-user auth-password auth-method auth-scheme auth-server user-password owner-password key-bits "+
				"raster-output raster-format raster-dpi raster-pages css-dpi http-timeout cookie header", "flag: v,verbose j,javascript no-network server control silent encrypt"),
		"libreoffice,soffice,loffice,localc,lowriter,limpress,lodraw": oneDash("read...", "write: outdir", "connect: accept unaccept", "data: convert-to infilter pt printer-name language display convert-images-to",
			"flag: headless invisible nologo norestore nodefault nolockcheck minimized p print-to-file cat view safe-mode quickstart nofirststartwizard writer calc draw impress math base global web n o show version help h"),
		"unoconv,unoconvert": cmd("read...", "write: o,output", "read: t,template", "connect: s,server host", "data: c,connection d,doctype e,export f,format,convert-to F,field i,import I,import-filter-name M,meta p,port P,password T,timeout pipe", "flag: l,listener n,no-launch stdout v,verbose"),
		"ebook-convert": cmd("read write", "read: cover m,read-metadata-from-opf,from-opf search-replace transform-css-rules transform-html-rules", "write: d,debug-pipeline", "data: "+
			"title authors author-sort title-sort language tags series series-index publisher pubdate comments book-producer isbn rating timestamp level1-toc level2-toc level3-toc chapter chapter-mark page-breaks-before start-reading-at "+
			"toc-filter toc-threshold toc-title max-toc-links base-font-size font-size-mapping line-height minimum-line-height margin-top margin-bottom margin-left margin-right input-encoding input-profile output-profile extra-css "+
			"sr1-search sr1-replace sr2-search sr2-replace sr3-search sr3-replace filter-css embed-font-family change-justification insert-blank-line-size remove-paragraph-spacing-indent-size html-unwrap-factor flow-size epub-version "+
			"paper-size custom-size unit pdf-header-template pdf-footer-template pdf-default-font-size pdf-mono-font-size pdf-page-margin-top pdf-page-margin-bottom pdf-page-margin-left pdf-page-margin-right formatting-type paragraph-type "+
			"mobi-toc-title mobi-file-type share-not-sync personal-doc max-line-length newline txt-output-formatting txt-output-encoding epub-inline-toc u,username p,password max-levels  recipe-specific-option"),
		"catdoc,catppt,xls2csv": cmd("read...", "data: s d f m c  b", "flag: a w t u v x V l g"),
		"antiword":              cmd("read...", "read: m", "data: p x a w i", "flag: f r s t L h"), "docx2txt,docx2txt.pl": cmd("read write"),
		"odt2txt": cmd("read...", "write: output", "data: width encoding subst", "flag: raw force"), "html2text": oneDash("read...", "write: o", "read: rcfile", "data: width style from_encoding to_encoding b body-width", "flag: nobs ascii utf8 check"),
		"textutil":                 oneDash("read...", "write: output outputdir", "data: convert cat extension fontname font fontsize format inputencoding encoding title author subject keywords comment editor company excludedelements prefixspaces baseurl timeout textsizemultiplier", "flag: info stdin stdout strip load noload nostore help"),
		"tabula":                   cmd("read...", "write: o,outfile b,batch", "data: p,pages a,area c,columns f,format s,password", "flag: g,guess l,lattice n,no-spreadsheet r,spreadsheet t,stream i,silent u,use-line-returns d,debug h v"),
		"pdf-parser,pdf-parser.py": cmd("read", "write: x,extract d,dump", "read: y,yara", "code: decoders D", "data: s,search o,object r,reference e,elements t,type O,objstm searchstream decoderoptions k,key overridingfilters", "flag: f,filter w,raw a,stats v,verbose H,hash n,nocanonicalizedoutput c,content g,generate unfiltered casesensitive regex yarastrings i,id j,jsonoutput h,help m,man"),
	}
}

// Programs that touch no files, or only their own.
func quietSpecs() commands {
	return commands{
		"alias,unalias,bg,fg,disown,dirs,times,caller,shopt,bind,logout,exit,return,break,continue,shift,getopts,let,suspend": cmd("data..."),
		"fortune,cmatrix,rolldice,lorem,rig,pipes.sh,asciiquarium,nyancat,boxes,figlist,ponysay,espeak-ng,morse,primes," +
			"charinfo,z,zoxide,autojump,fasd,starship,thefuck,watson,timew,todo.sh,topydo,taskwarrior,khal,remind,calcurse,bcal,wtf,ddgr,googler," +
			"surfraw,ani-cli": cmd("data..."),
		"tdbtool":      cmd("data..."),
		"getopt":       cmd("data..."),
		"procmail":     cmd("own...", "data: a d f", "flag: m t o Y v p"),
		"xdg-user-dir": cmd("data"),
		"lp,lpr":       cmd("read...", "connect: h H", "data: d P n o t q i U C J T", "flag: c m r s"),
		"xdotool,wmctrl,xprop,xwininfo,xev,xinput,swaymsg,i3-msg,hyprctl,bspc,playerctl,pactl,amixer,alsamixer,pamixer,wpctl,light," +
			"redshift,gammastep,bluetoothctl,nmtui,lpstat,lpq,lprm,cancel,arandr,gsettings,dconf,xfconf-query,kwriteconfig5,defaults,plutil,pmset," +
			"mdfind,mdls,sips,afplay,tmutil,spctl,csrutil,nvram": cmd("data..."),
	}
}
