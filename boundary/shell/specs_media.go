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
		"handbrakecli,HandBrakeCLI": cmd("read...", "read: i,input", "write: o,output", "data: t,title preset q,quality e,encoder"),
		"cwebp,dwebp,pngcrush,pngquant,optipng,oxipng,jpegoptim,jpegtran,cjpeg,djpeg,gifsicle,guetzli,zopflipng,svgo,rsvg-convert,inkscape,gimp," +
			"potrace,qrencode,zbarimg,tesseract,img2pdf,timg,chafa,viu,sxiv,nsxiv,avifenc,cavif,heif-convert,gifski,vips": oneDash("write...",
			"write: o,output outfile export-filename dest d out dir outdir", "code: b,batch shell actions", "data: q w h s l resize quality size ext"),
		"pdfseparate,pdfdetach,pdftk,qpdf,mutool,pdfcrop,pdfjam,pdfnup," +
			"prince,libreoffice,soffice,unoconv,ebook-convert,catdoc,antiword,docx2txt,odt2txt,html2text,textutil,jupytext,nbconvert," +
			"tabula": oneDash("connect...", "write: o outdir", "code: macro", "data: f l r x y W H convert-to enc"),
		"gs,ghostscript": oneDash("code...", "write: sOutputFile o", "code: c", "data: d s I"),
		"latex,pdflatex,xelatex,lualatex,tex,pdftex,luatex,xetex,context,tectonic,arara,rubber,bibtex,biber,makeindex,dvips,dvipdf,texi2pdf," +
			"texi2dvi,lacheck,chktex,texcount,latexpand": oneDash("read...", "write: output-directory outdir aux-directory o jobname",
			"code: shell-escape enable-write18 e r lua", "data: interaction fmt output-format engine", "flag: pdf c C f g pvc halt-on-error"),
		"latexmk": oneDash("read...", "?write: output-directory outdir aux-directory auxdir jobname", "?code: shell-escape usepretex pretex", "code: e r",
			"?shell: latex pdflatex lualatex xelatex hilatex latexoption dvi-filter ps-filter print", "flag: pdf pdflua pdfxe c C f g pvc pv halt-on-error interaction silent"),
		"dot,neato,fdp,sfdp,twopi,circo,gvpr,plantuml,mmdc,ditaa,seqdiag,blockdiag,graph-easy,gource,drawio,structurizr-cli": oneDash("read...",
			"write: o output w", "read: i,input c", "data: T K G N E l t b s"),
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
		"procmail":     cmd("own...", "data: a d f", "flag: m t o Y v p"),
		"xdg-user-dir": cmd("data"),
		"lp,lpr":       cmd("read...", "connect: h H", "data: d P n o t q i U C J T", "flag: c m r s"),
		"xdotool,wmctrl,xprop,xwininfo,xev,xinput,swaymsg,i3-msg,hyprctl,bspc,playerctl,pactl,amixer,alsamixer,pamixer,wpctl,light," +
			"redshift,gammastep,bluetoothctl,nmtui,lpstat,lpq,lprm,cancel,arandr,gsettings,dconf,xfconf-query,kwriteconfig5,defaults,plutil,pmset," +
			"mdfind,mdls,sips,afplay,tmutil,spctl,csrutil,nvram": cmd("data..."),
	}
}
