package shell

// Maps, genomes, molecules, models, circuits.
func scienceSpecs() commands {
	return commands{
		"gdal_translate,gdalwarp": oneDash("read... write", "read: cutline", "data: of ot b mask expand co a_srs a_nodata r s_srs t_srs dstnodata srcnodata wo wm et nomd colorinterp"),
		// It is told the result first, and options with four values may stand in front of it.
		"ogr2ogr": oneDash("write...", "data: f of sql dialect where select a_srs t_srs s_srs nln nlt lco dsco oo doo simplify segmentize limit gt dim zfield mapFieldType"),
		"osmium": with(cmd("read...", "write: o,output", "data: f,output-format F,input-format S,option output-header generator", "flag: O,overwrite v,verbose progress"), commands{
			"tags-filter":  cmd("read data...", "read: e,expressions", "flag: R,omit-referenced i,invert-match t,remove-tags"),
			"extract":      cmd("read", "code: c,config", "read: p,polygon", "write: d,directory", "data: b,bbox s,strategy", "flag: H,with-history"),
			"getid":        cmd("read data...", "read: i,id-file I,id-osm-file", "flag: r,add-referenced t,remove-tags H"),
			"export":       cmd("read...", "read: c,config C,config-index", "data: u,add-unique-id a,attributes n i,index-type x,format-option geometry-types", "flag: e,show-errors r,stop-on-error"),
			"fileinfo":     cmd("read...", "data: g,get", "flag: e,extended j,json c,crc"),
			"help,version": cmd("data..."),
		}),

		"samtools": with(cmd("write...", "write: o,output", "data: O,output-fmt @,threads"), commands{
			"view": cmd("read data...", "write: o,output U,unoutput,output-unselected", "read: L,targets-file T,reference t,fai-reference R,read-group-file N,qname-file",
				"data: r,read-group s,subsample q,min-MQ m,min-qlen l,library e,expr f,require-flags F,excl-flags G rf,incl-flags d,tag D,tag-file x,remove-tag O,output-fmt @,threads",
				"flag: b,bam C,cram 1,fast u,uncompressed h,with-header H,header-only c,count S P,fetch-pairs M,use-index X"),
			"sort": cmd("read...", "write: o T", "data: O,output-fmt m l t K @,threads", "flag: n N u"),
			"flagstat,flagstats,idxstats,stats,quickcheck,tview,checksum,head,samples,flags,depth,coverage,bedcov,mpileup,collate,cat,consensus": cmd("read...",
				"write: o,output", "data: @,threads", "flag: O"),
			"fastq,fasta,bam2fq":    cmd("read...", "write: o 0 1 2 s", "data: f F G T @,threads", "flag: O n N t c"),
			"markdup,fixmate,rmdup": cmd("read write", "write: T f", "data: O,output-fmt @,threads"),
			"merge":                 cmd("write read...", "write: o", "read: b h L", "data: R O,output-fmt @,threads", "flag: f n c p"),
			"faidx,fqidx":           cmd("write data...", "write: o,output", "read: r,region-file"),
			"version,help":          cmd("data..."),
		}),
		// A filter may name code in Perl.
		"bcftools": with(cmd("code..."), commands{
			"view,query,call,norm,mpileup,concat,merge,isec,annotate,consensus,filter,sort,stats,head,gtcheck,roh,convert,csq,cnv,reheader": cmd("read...",
				"code: i,include e,exclude", "write: o,output p,prefix T,temp-dir", "data: O,output-type r,regions t,targets threads"),
			"index,tabix": cmd("write...", "write: o,output", "data: threads"), "version,help": cmd("data..."),
		}),
		"bedtools": oneDash("data read...", "read: a b i g fi bed ibam abam bams files", "write: fo fq fq2 p prefix", "data: f F o n k w iobuf delim opCols ops",
			"flag: wa wb wo wao bga bg bedpe ubam filenames full fullHeader name nameOnly nonamecheck noOverlapping pct"),
		"bwa": with(cmd("write...", "data: p a b t"), commands{
			"mem": cmd("read...", "write: o", "read: H", "data: t k w d r y D W m A B O E L U R v T h I Q K x z c G X N",
				"flag: a p P S Y M C j e q 5"),
			"aln":         cmd("read...", "write: f", "data: n o e i d l k m t M O E R q B", "flag: L N I b Y 0 1 2"),
			"samse,sampe": cmd("read...", "write: f", "data: n r a o N c", "flag: P s A"),
		}),
		"blastn,blastp,blastx,tblastn,tblastx,psiblast,rpsblast,rpstblastn,deltablast": oneDash("data...",
			"read: query subject db import_search_strategy in_pssm in_msa phi_pattern gilist seqidlist negative_gilist negative_seqidlist taxidlist negative_taxidlist filtering_db window_masker_db",
			"write: out export_search_strategy out_pssm out_ascii_pssm", "flag: remote"),
		"fastqc": oneDash("write...", "write: o,outdir d,dir", "read: c,contaminants a,adapters l,limits", "data: t,threads f,format k,kmers", "code: j,java"),
		"seqkit": with(cmd("data read...", "write: o,out-file O,out-dir", "read: f,pattern-file X,infile-list", "data: w,line-width j,threads t,seq-type"), commands{
			"split,split2,faidx,sana,scat,pair": cmd("write...", "write: o,out-file O,out-dir 1,read1 2,read2", "data: s,by-size p,by-part")}),
		"vcftools": oneDash("data...", "read: vcf gzvcf bcf bed exclude-bed positions exclude-positions keep remove snps exclude diff gzdiff diff-bcf diff-indv-map weir-fst-pop mask",
			"write: out temp", "flag: c stdout"),
		"bowtie2": cmd("read...", "read: x 1 2 U b interleaved tab5 tab6", "write: S un al un-conc al-conc un-gz al-gz un-conc-gz al-conc-gz met-file temp-directory",
			"data: p,threads k s,skip u,upto 5,trim5 3,trim3 N L i I,minins X,maxins D R", "flag: q f r c a t e"),
		"minimap2": cmd("read...", "write: o d split-prefix", "read: junc-bed alt", "data: x k w I f g G F r n m p N A B O E z s u t K R e", "flag: a c P H Q X L Y 2 y"),
		"obabel":   cmd("read...", "write: O", "data: i o f l s v", "?data: x a", "flag: b c d e h p m k z"),
		// Most of its options name a result to one sub-command or another.
		"gmx": oneDash("data write...", "read: f s n"),

		"blender": oneDash("read...", "write: o,render-output", "code: P,python python-expr python-text c,command addons app-template",
			"data: f,render-frame s,frame-start e,frame-end j,frame-jump S,scene E,engine F,render-format t,threads",
			"flag: b,background a,render-anim x,use-extension y,enable-autoexec Y,disable-autoexec python-console"),
		"openscad": cmd("read...", "write: o d s x", "shell: m", "read: p", "data: D,define P camera imgsize projection colorscheme export-format render preview"),
		"gerbv":    cmd("read...", "write: o,output", "read: p,project t,tools", "data: b,background f,foreground x,export D,dpi O,origin B,border W,window_inch w,window T,translate r,rotate"),
		"iverilog": cmd("read...", "write: o M N", "read: c f l", "code: B L m", "list: I y Y", "data: D s g p P W T t", "flag: E S i u v V"),
		"verilator": oneDash("read...", "write: Mdir o", "read: f F", "list: y I", "shell: pipe-filter", "code: CFLAGS LDFLAGS MAKEFLAGS compiler gdb",
			"data: top-module top prefix j threads language x-assign x-initial", "flag: cc sc binary exe build lint-only c E Wall trace timing"),
		"qgis_process,openfoam,gradio,mlflow,tensorboard,labelImg,freecad,slic3r,prusa-slicer,kicad-cli,vvp,nextpnr,ghdl,gtkwave": cmd("read... write",
			"write: o,output", "code: e b,background P,python c", "read: f"),
	}
}

func init() {
	register(readBlast, "blastn blastp blastx tblastn tblastx psiblast rpsblast rpstblastn deltablast")
	register(readBlender, "blender")
}

// readBlast sees to a search at the public service.
func readBlast(inv *invocation) {
	inv.applySpec(builtinSpec(inv.name))
	if inv.flag("remote") {
		inv.connect(lit("blast.ncbi.nlm.nih.gov", inv.span))
	}
}

// readBlender sees to code that stands in a scene or on standard input.
func readBlender(inv *invocation) {
	inv.applySpec(builtinSpec(inv.name))
	if inv.flag("enable-autoexec", "python-console") {
		inv.opaque(inv.span, "blender runs code that it is not given by name")
	}
}
