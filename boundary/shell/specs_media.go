package shell

// Pictures, sound, documents.
func mediaSpecs() commands {
	return commands{
		"ffmpeg,ffplay,avconv": cmd("data..."),
		"ffprobe,mediainfo,identify,exif,mp3info,soxi,pdfinfo,pdffonts,jhead,ogrinfo,gdalinfo,jpeginfo": oneDash("read...", "read: i", "write: o",
			"data: of print_format show_entries select_streams v loglevel format Output f l"),
		"convert,magick,mogrify,composite,montage,compare,import,animate,display,conjure,stream,gm": cmd("data..."),
		"exiftool": oneDash("write...", "write: o,out", "code: config if p", "read: @ tagsfromfile csv json", "data: d ext x charset", "flag: r j g s overwrite_original n"),
		"sox,rec,play,lame,oggenc,flac,opusenc,faac,mpg123,mpv,mplayer,vlc,cvlc,aplay,arecord,paplay,parecord,ffmpegthumbnailer,ffmpeg-normalize," +
			"mkvmerge,mkvextract,mp4box,melt": cmd("write...", "write: o,output", "code: script scripts lua", "data: b r c q V"),
		"handbrakecli,HandBrakeCLI": cmd("read...", "read: i,input", "write: o,output", "data: t,title preset q,quality e,encoder"),
		"cwebp,dwebp,pngcrush,pngquant,optipng,oxipng,jpegoptim,jpegtran,cjpeg,djpeg,gifsicle,guetzli,zopflipng,svgo,rsvg-convert,inkscape,gimp," +
			"potrace,qrencode,zbarimg,tesseract,img2pdf,timg,chafa,viu,feh,sxiv,imv,avifenc,cavif,heif-convert,gifski,vips": oneDash("write...",
			"write: o,output outfile export-filename dest d out", "code: b,batch shell actions", "data: q w h s l resize quality size ext"),
		"pdftotext,pdftoppm,pdftocairo,pdftohtml,pdfseparate,pdfunite,pdfdetach,pdftk,qpdf,mutool,ps2pdf,pdf2ps,pdfcrop,pdfjam,pdfnup,wkhtmltopdf," +
			"weasyprint,prince,libreoffice,soffice,unoconv,ebook-convert,djvutxt,catdoc,antiword,docx2txt,odt2txt,html2text,textutil,jupytext,nbconvert," +
			"tabula": oneDash("connect...", "write: o outdir", "code: macro", "data: f l r x y W H convert-to enc"),
		"gs,ghostscript": oneDash("code...", "write: sOutputFile o", "code: c", "data: d s I"),
		"latex,pdflatex,xelatex,lualatex,tex,pdftex,luatex,xetex,context,tectonic,arara,rubber,bibtex,biber,makeindex,dvips,dvipdf,texi2pdf," +
			"texi2dvi,lacheck,chktex,texcount,latexpand": oneDash("read...", "write: output-directory outdir aux-directory o jobname",
			"code: shell-escape enable-write18 e r lua", "data: interaction fmt output-format engine", "flag: pdf c C f g pvc halt-on-error"),
		"latexmk": oneDash("read...", "?write: output-directory outdir aux-directory auxdir jobname", "?code: shell-escape usepretex pretex", "code: e r",
			"?shell: latex pdflatex lualatex xelatex hilatex latexoption dvi-filter ps-filter print", "flag: pdf pdflua pdfxe c C f g pvc pv halt-on-error interaction silent"),
		"dot,neato,fdp,sfdp,twopi,circo,gvpr,plantuml,mmdc,d2,ditaa,seqdiag,blockdiag,graph-easy,gource,drawio,structurizr-cli": oneDash("read...",
			"write: o output w", "read: i,input c", "data: T K G N E l t b s"),
		"gdal_translate,gdalwarp,ogr2ogr,osmium,qgis_process,samtools,bcftools,bedtools,bwa,blastn,blastp,fastqc,seqkit,vcftools,bowtie2,minimap2," +
			"obabel,gmx,openfoam,gradio,mlflow,tensorboard,labelImg,blender,openscad,freecad,slic3r,prusa-slicer,kicad-cli," +
			"gerbv,iverilog,vvp,verilator,yosys,nextpnr,ghdl,gtkwave": cmd("read... write", "write: o,output", "code: e b,background P,python c", "read: f"),
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
