package shell

import "slices"

// Building and testing: they run the workspace's own code, as make does.
func buildSpecs() commands {
	return commands{
		"make,gmake,bmake,remake": cmd("read...", "read: f,file,makefile", "dir: C,directory", "own: I,include-dir", "code: eval E",
			"data: W,what-if,new-file,assume-new o,old-file,assume-old O,output-sync", "?data: j,jobs l,load-average debug",
			"flag: n,just-print,dry-run,recon k,keep-going B,always-make s,silent,quiet q,question t,touch i,ignore-errors p,print-data-base r R w"),
		"just": cmd("read...", "own: f,justfile", "read: dotenv-path", "dir: d,working-directory", "shell: c,command", "code: shell shell-arg chooser",
			"data: set dotenv-filename color", "flag: l,list n,dry-run summary dump fmt e,edit choose evaluate init show s v q"),
		"rake": cmd("read...", "own: f,rakefile R,rakelibdir I,libdir", "dir: C,directory", "code: r,require", "inline: e,p,E,execute,execute-print,execute-continue",
			"flag: g,system G,no-system N A,all B D P T W n,dry-run m q s t v"),
		"task,go-task": cmd("read...", "own: t,taskfile", "dir: d,dir", "data: o,output C,concurrency I,interval", "flag: f,force g,global l,list a,list-all n,dry p,parallel s,silent w,watch y,yes x"),
		"tox":          with(cmd("read...", "own: c,conf root", "code: x,override", "write: workdir result-json", "data: e p,parallel s", "flag: r,recreate l,listenvs v q"), commands{"exec,e": cmd("command...", "data: e p", "own: c,conf root")}),
		"earthly":      cmd("target...", "own: f", "write: a,artifact", "read: env-file-path arg-file-path secret-file-path secret-file", "data: build-arg s,secret platform", "flag: P,allow-privileged push ci i,interactive"),
		"mage,invoke,inv,nox,pydoit,waf,scons,ant,bake,mill,lein,boot,grunt,gulp,jake," +
			"xmake,premake5,gn,fab,thor,phing,cake,nuke,sbt": cmd("read...",
			"own: f,file,fabfile,buildfile,makefile gulpfile gruntfile noxfile c,conf search-root site-dir", "dir: d,dir C,directory cwd", "code: override", "inline: E,execute-code", "data: e s,session p,parallel x n"),
		"cmake": cmd("list...", "own: S C toolchain preset-file", "write: B graphviz", "data: G T A D U W preset log-level", "command: E",
			"flag: build install open N L P find-package workflow list-presets"),
		"ctest,cpack": cmd("read...", "dir: test-dir", "code: S,script build-and-test SP overwrite", "own: config", "write: O,output-log output-junit B",
			"data: R,tests-regex E,exclude-regex L,label-regex j,parallel C,build-config timeout G I,tests-information repeat",
			"flag: V,verbose N,show-only output-on-failure Q,quiet"),
		"ninja,samu,n2": cmd("read...", "own: f", "dir: C", "data: j k l d t w", "flag: n v"),
		"meson": with(cmd("read..."), commands{"setup,configure": cmd("write list", "own: native-file cross-file", "data: D prefix buildtype",
			"flag: wipe reconfigure"), "compile,test,install,dist,introspect,init,format,fmt,subprojects,wrap,rewrite,env2mfile": cmd("read...", "dir: C",
			"code: wrap,wrapper gdb-path", "data: j suite timeout-multiplier"), "devenv": cmd("command...", "dir: C w,workdir", "data: dump-format", "?write: dump")}),
		"bazel,bazelisk,blaze": with(cmd("data...", "own: bazelrc", "code: output_user_root output_base server_javabase", "jvm: host_jvm_args"), commands{"build,test,run,query,cquery,aquery,clean,info,fetch,sync,coverage,version,help,shutdown,mod,mobile-install": cmd("data...",
			"code: run_under workspace_status_command credential_helper shell_executable", "=own: override_repository override_module", "own: extra_toolchains",
			"write: profile build_event_json_file build_event_binary_file build_event_text_file explain script_path symlink_prefix disk_cache", "connect: remote_cache remote_executor bes_backend",
			"data: c,compilation_mode config jobs test_filter", "jvm: host_jvm_args")}),
		"mvn,mvnw,mvnd,gradle,gradlew": oneDash("read...", "own: s,settings gs t,toolchains f,file b,build-file c,settings-file", "code: I,init-script g,gradle-user-home", "connect: gradle-distribution-url", "dir: p,project-dir",
			"data: P,activate-profiles pl,projects D T,threads x,exclude-task rf console tests", "flag: o,offline q,quiet B,batch-mode U am amd continue daemon stop"),
		"libtool": cmd("command...", "data: mode tag", "write: o", "flag: silent quiet debug verbose n,dry-run static dynamic"),
		"autoconf,automake,autoreconf,aclocal,autoheader,libtoolize,pkg-config,pkgconf,configure,xcodebuild,msbuild,nmake,qmake,xcrun," +
			"agvtool,pod,carthage,tuist": cmd("read...", "write: o,output"),
		"go": with(oneDash("", "dir: C"), commands{
			"build,install": oneDash("read...", append(slices.Clip(goBuild), "write: o")...),
			"run":           oneDash("read...", append(slices.Clip(goBuild), "code: exec")...),
			"test": oneDash("read...", append(slices.Clip(goBuild),
				"write: o coverprofile cpuprofile memprofile blockprofile mutexprofile trace outputdir fuzzcachedir test.coverprofile test.cpuprofile test.memprofile test.blockprofile test.mutexprofile test.trace test.outputdir test.testlogfile test.gocoverdir", "code: exec",
				"data: run bench count timeout cpu parallel short skip fuzz fuzztime benchtime covermode coverpkg list vet shuffle",
				"flag: cover benchmem failfast json c")...),
			"vet":                  oneDash("read...", append(slices.Clip(goBuild), "code: vettool")...),
			"list":                 oneDash("read...", append(slices.Clip(goBuild), "data: f", "flag: m u json e deps test export compiled find")...),
			"doc,version,help,bug": oneDash("read...", "data: f", "flag: m u json all src short"),
			"env":                  oneDash("read...", "flag: w u json changed"),
			"fmt":                  oneDash("read...", "read: modfile", "flag: n x"),
			"generate":             oneDash("read...", "data: run skip tags", "flag: n v x"),
			"fix":                  oneDash("read...", "code: fixtool", "data: fix tags"),
			"clean":                oneDash("read...", append(slices.Clip(goBuild), "flag: cache testcache modcache fuzzcache r")...),
			"get":                  oneDash("read...", append(slices.Clip(goBuild), "flag: u t d tool")...),
			"mod": with(oneDash(""), commands{"tidy,download,verify,vendor,init,edit,graph,why": oneDash("read...", "read: modfile", "write: o",
				"data: go compat replace require droprequire dropreplace", "flag: v json m e x print fmt")}),
			"work": with(oneDash(""), commands{"init,use,edit,sync,vendor": oneDash("list...", "flag: r json print fmt")}),
			"tool": with(oneDash("code...", "read: modfile", "flag: n"), commands{"cover,pprof,trace,nm,objdump,compile,asm,link,vet,fix,doc,buildid,pack,addr2line,test2json,dist,cgo,covdata": oneDash("read...",
				"write: o html-out outputfile output", "code: vettool toolexec tools fixtool", "data: mode var", "own: extld", "connect: http")}),
			"telemetry": oneDash("read..."),
		}),
		"cargo": with(cmd("read...", "dir: C", "code: config", "data: color Z", "flag: q,quiet v,verbose offline locked frozen"), commands{
			"build,b,check,c,test,t,bench,clippy,doc,d,rustc,rustdoc,fix,run,r,nextest,llvm-cov,tarpaulin,miri,expand,bloat,asm,criterion," +
				"fuzz,hack,udeps,mutants,careful,insta,tree,metadata,clean,verify-project,locate-project,pkgid,fetch,generate-lockfile,version,help,search," +
				"info,read-manifest,report,vendor,outdated,audit,deny,machete,msrv,sort,new,init,fmt,features,about,geiger,semver-checks,spellcheck,modules," +
				"web,wasi,leptos,lambda,make,binutils,zigbuild,xtask": cmd("read...", cargoOptions...),
			"flamegraph": cmd("read...", append(slices.Clip(cargoOptions), "write: o", "shell: c,cmd post-process")...),
			"watch":      cmd("read...", "shell: s,shell", "dir: C,workdir", "read: w,watch", "data: x,exec i,ignore d,delay features E,env B", "flag: q,quiet c,clear why postpone poll N"),
			"add,update,upgrade,remove,rm,install,uninstall,binstall,publish,yank,owner,login,logout,package,release,dist": cmd("read...", append(slices.Clip(cargoOptions),
				"connect: git", "list: path", "data: root registry index token vers,version tag branch rev rename")...),
		}),
		"npm,cnpm": with(cmd("read...", npmOptions...), npmCommands),
		"yarn,yarnpkg": with(cmd("read...", append(slices.Clip(npmOptions), "dir: cwd")...), npmCommands, commands{
			"node,workspaces,workspace,plugin,set,import,global,policies,generate-lock-entry,autoclean,versions": cmd("read..."),
		}),
		"pnpm": with(cmd("read...", append(slices.Clip(npmOptions), "dir: dir", "data: F,filter", "flag: r,recursive")...), npmCommands, commands{"store,env,server,deploy,patch,patch-commit,fetch,rebuild,setup,licenses": cmd("read...", npmOptions...)}),
		"bun": with(cmd("read...", append(slices.Clip(npmOptions), "code: e,eval p,print r,preload", "dir: cwd")...), npmCommands, commands{
			"build": cmd("read...", "write: outdir outfile metafile"), "upgrade,pm,repl,patch": cmd("read..."),
		}),
		"npx,pnpx,bunx": cmd("command...", "shell: c,call", "data: p,package w,workspace", "flag: y,yes q,quiet no no-install bun"),
		"pixi":          with(cmd("read..."), commands{"run,r": cmd("command...", "own: m,manifest-path", "data: e,environment"), "exec,x": cmd("command...", "data: s,spec c,channel")}),
		"nx":            with(cmd("read..."), commands{"exec": cmd("command...", "data: p,projects")}),
		"turbo,rush,moon,lage,wireit,corepack,nvm,n,sdk,ghcup,juliaup,tfenv,devbox,devenv,proto,aqua,hermit": cmd("read..."),
		"mise,rtx": with(cmd("read...", "dir: C,cd", "data: E,env P,profile j,jobs"), commands{
			"exec,x": cmd("data...", "shell: c,command"),
			"run,r":  cmd("target word...", "dir: C,cd", "shell: s,shell", "data: t,tool o,output j,jobs"),
		}),
		"asdf,rbenv,pyenv,nodenv,goenv,jenv": with(cmd("read..."), commands{"exec": cmd("command...")}),
		"volta":                              with(cmd("read..."), commands{"run": cmd("command...", "data: node npm pnpm yarn env")}),
		"fnm":                                with(cmd("read..."), commands{"exec": cmd("command...", "data: using")}),
		"rustup":                             with(cmd("read..."), commands{"run": cmd("data command...", "flag: install")}),
		"c8,nyc": with(cmd("command...", "own: c,config nycrc-path", "dir: cwd", "package: i,require", "write: temp-dir,temp-directory,t report-dir,reports-dir,o", "data: r,reporter n,include x,exclude e,extension branches lines functions statements src allowExternal",
			"flag: all a check-coverage silent s clean cache"), commands{"report,merge,check-coverage,instrument": cmd("read...", "write: temp-dir,temp-directory,t report-dir,reports-dir,o", "data: r,reporter n,include x,exclude")}),
		"jest,vitest,mocha,ava,tap,jasmine,karma,cypress,playwright,testcafe,webdriverio,wdio,cucumber,cucumber-js,uvu,tape,qunit,ctrf": cmd("read...",
			"package: r,require import loader", "own: config,c config-file", "target: reporter ui format globalSetup globalTeardown testRunner reporters transform env environment resolver runner filter testSequencer setupFiles setupFilesAfterEnv snapshotSerializers testResultsProcessor watchPlugins rootDir roots projects project preset file root", "write: outputFile output-file output o report-dir coverageDirectory",
			"data: t,testNamePattern testPathPattern g,grep w,maxWorkers timeout", "flag: ci coverage watch u,update"),
		"rollup":  cmd("read...", "read: i,input", "own: c,config", "target: p,plugin configPlugin", "write: o,file d,dir", "data: f,format e,external g,globals n,name environment", "flag: w,watch m,sourcemap silent"),
		"postcss": cmd("read...", "own: config", "target: u,use parser stringifier syntax", "write: o,output d,dir", "data: ext base env poll", "flag: r,replace m,map no-map w,watch verbose"),
		"sphinx-build": cmd("own write read...", "own: c,conf-dir", "write: d,doctree-dir w,warning-file", "data: b,builder M D,define A,html-define t,tag j,jobs",
			"flag: a,write-all E,fresh-env C,isolated n,nitpicky N,no-color q,quiet Q,silent v,verbose T,show-traceback W,fail-on-warning keep-going P,pdb"),
		"sphinx-apidoc,sphinx-autogen": cmd("read...", "write: o,output-dir", "own: t,templates,templatedir", "data: d,maxdepth H,doc-project A,doc-author V,doc-version s,suffix", "flag: f,force e,separate F,full a E,no-headings P,private"),
		"sphinx-quickstart":            cmd("write", "own: t,templatedir", "data: p,project a,author v r,release l,language d", "flag: q,quiet sep no-sep"),
		"uvicorn":                      cmd("read...", "own: app-dir log-config", "read: env-file ssl-keyfile ssl-certfile", "data: host port workers log-level loop http ws lifespan uds fd reload-dir", "flag: reload factory"),
		"uwsgi": cmd("read...", "shell: exec-asap exec-pre-jail exec-post-jail exec-in-jail exec-as-root exec-as-user exec-as-user-atexit exec-pre-app exec-post-app",
			"own: ini xml yaml yml json pyargv file wsgi-file plugin,plugins plugin-dir import", "code: eval", "dir: chdir", "write: pidfile logto daemonize,d", "data: http socket,s module,w processes,p threads callable uid gid stats", "flag: master,M enable-threads vacuum"),
		"tsc-watch":          cmd("read...", "shell: onSuccess onFailure onFirstSuccess onEmit onCompilationStarted onCompilationComplete", "own: p,project", "flag: noColors noClear silent"),
		"gunicorn,hypercorn": cmd("read...", "own: c,config paste pythonpath", "dir: chdir", "write: access-logfile error-logfile,log-file p,pid", "read: certfile keyfile ca-certs", "own: log-config", "data: b,bind w,workers k,worker-class t,timeout n,name u,user g,group e,env threads log-level", "flag: reload preload D,daemon"),
		"prove":              cmd("own...", "shell: e,exec", "own: I rc", "package: P,plugin", "code: M", "write: a,archive", "data: j,jobs formatter source harness state ext", "flag: l,lib b,blib r,recurse v,verbose s,shuffle q,quiet"),
		"fio":                cmd("own...", "shell: exec_prerun exec_postrun trigger", "write: filename directory output aux-path write_bw_log write_lat_log write_iops_log", "data: name size rw bs ioengine iodepth numjobs runtime direct output-format"),
		"vite,webpack,esbuild,parcel,tsup,swc,babel,rspack,rolldown,next,nuxt,astro,gatsby,remix,ng,vue,ember,svelte-kit,react-scripts," +
			"storybook,docusaurus,vuepress,eleventy,hugo,jekyll,zola,mkdocs,gitbook,mdbook,wasm-pack,trunk,dioxus,tauri,expo-cli,ionic," +
			"quasar,craco,microbundle,ncc,nexe,electron,electron-builder": cmd("read...",
			"write: o,output,out outfile outdir d,outDir out-dir dist-dir site-dir destination", "own: c,config config-file", "target: plugins presets", "shell: onSuccess", "code: plugin r,require",
			"data: t,target mode format p,port host base minify platform external loader b j f theme env"),
		"pytest,py.test,pytest-3": cmd("list...", "connect: pastebin", "own: c,config-file confcutdir rootdir cov-config", "list: ignore", "write: basetemp junitxml,junit-xml html json-report-file self-contained-html log-file report-log resultlog", "code: pdbcls",
			"data: k m n,numprocesses o,override-ini p tb W,pythonwarnings durations maxfail deselect color cov-fail-under r log-level cov-report "+
				"timeout dist", "?data: cov", "flag: v,verbose q,quiet x,exitfirst s l lf,last-failed ff pdb co,collect-only"),
		"coverage": with(cmd("read..."), commands{"run": cmd("script word...", "own: rcfile", "write: data-file", "module: m,module", "data: source omit include context concurrency",
			"flag: a p,parallel-mode branch"), "report,html,xml,json,lcov,combine,erase,debug,annotate,help": cmd("read...", "write: o d", "read: rcfile",
			"data: fail-under include omit", "flag: m,show-missing i")}),
		"nosetests,nose2,unittest,green,behave,robot,hatch,flit,setuptools,twine-check,build,pyproject-build,maturin,cibuildwheel,rye,briefcase": cmd("read...",
			"write: d,outdir o", "read: c,config"),
		"rails": with(cmd("read...", "code: r,require"), commands{
			"runner,r": cmd("script word...", "data: e,environment"), "console,c,dbconsole,db": cmd("word...", "data: e,environment p"),
			"server,s": cmd("read...", "own: c,config", "data: b,binding p,port e,environment u,using P,pid"),
		}),
		"memray,scalene,kernprof,pyinstrument,viztracer": with(cmd("script word...", pythonRuns...), commands{"run": cmd("script word...", pythonRuns...),
			"live,attach,flamegraph,table,tree,summary,stats,parse,transform": cmd("read...", "write: o,output")}),
		"py-spy":                      with(cmd("read..."), commands{"record,top,dump": cmd("command...", "write: o,output", "data: p,pid d,duration r,rate f,format")}),
		"streamlit,marimo":            with(cmd("read..."), commands{"run,edit": cmd("script word...")}),
		"jupyter":                     with(cmd("read...", "own: config", "connect: ip"), commands{"nbconvert,execute,run": cmd("own...", notebookOptions...)}),
		"jupyter-nbconvert,nbconvert": cmd("own...", notebookOptions...),
		"jupytext":                    cmd("write...", "write: o,output", "shell: pipe check", "dir: ", "data: from to set-formats update-metadata pipe-fmt opt format-options set-kernel k  diff-format", "flag: s,sync p,paired-paths update e,execute test x,stop test-strict q,quiet show-changes diff pre-commit"),
		"buck,buck2,plz,pants": cmd("data...",
			"own: f,file c,conf,config-file,flagfile,pants-config-files,build-file-parser", "dir: d,dir C,directory cwd", "code: override", "data: e s j,jobs"),
		"papermill":                     cmd("script write word..."),
		"locust":                        cmd("read...", "own: f,locustfile config", "connect: master-host", "write: html csv json-file logfile", "data: H,host u,users r,spawn-rate t,run-time P,web-port L,loglevel"),
		"torchrun,accelerate,deepspeed": cmd("command...", "data: nproc_per_node,nproc-per-node nnodes node_rank,node-rank master_addr,master-addr master_port,master-port rdzv_id rdzv_backend rdzv_endpoint", "module: m,module"),
		"foreman,overmind,hivemind,honcho,goreman": with(cmd("read...", procfile...), commands{"run": cmd("command...", procfile...)}),
		"rspec,minitest,cucumber-rb,bundle-exec,rackup,puma,unicorn,middleman,nanoc": cmd("read...",
			"target: r,require", "own: I", "own: O,options", "write: o,out", "data: e,example p,port t,tag format seed environment"),
		"phpunit,pest,codecept,artisan,symfony,behat,infection,paratest,phpbench,magento,laravel": cmd("read...", "own: c,configuration bootstrap prepend",
			"write: log-junit coverage-html coverage-clover", "data: filter testsuite group"),
		"dotnet": with(cmd("read...", "flag: info list-sdks list-runtimes version"), commands{
			"build,test,run,clean,restore,publish,pack,format,watch,sln,list,msbuild,new,dev-certs,user-secrets,store,vstest,help,sdk,workload,reference": cmd("read...",
				"write: o,output artifacts-path", "own: s,settings runsettings test-adapter-path",
				"own: project", "target: l,logger", "data: c,configuration f,framework r,runtime filter v,verbosity n,name p,property a,arch", "flag: no-build no-restore"),
			"add,remove,tool,nuget,package": cmd("read...", "data: v,version s,source k,api-key"),
			"exec,fsi,script":               cmd("code..."),
		}),
		"swift": with(cmd("read...", "code: e", "data: c"), commands{"build,test,run,package,repl,format,sdk": cmd("read...", "dir: package-path C",
			"write: scratch-path build-path", "data: c,configuration filter product target j triple Xswiftc Xcc")}),
		"zig": with(oneDash("read..."), commands{"build,test,run,fmt,build-exe,build-lib,build-obj,cc,c++,ast-check,translate-c,init,fetch,targets,version,env,zen,libc,std,ar,ranlib,dlltool," +
			"rc,objcopy,lib,reduce,help": oneDash("read...", "write: femit-bin o cache-dir global-cache-dir p,prefix", "data: target mcpu O D j", "own: fplugin", "shell: test-cmd",
			"flag: summary check")}),
		"clj,clojure": oneDash("read...", "code: e,eval Sdeps Scp", "own: i,init", "jvm: J", "data: m,main", "?data: M X T A"),
		"platformio,pio": with(cmd("read...", "dir: d,project-dir", "own: c,project-conf conf", "code: x O,project-option", "write: o,output", "read: f,file config",
			"data: e,environment t,target b,board upload-port p,port j,jobs i,ignore"), commands{"eval": cmd("code...")}),
		"stack,cabal,ghcid,elm,elm-test,spago,purs,dune,opam-exec,esy,rebar3,mix,gleam,crystal,shards,nimble,nim,dub,v,odin,flutter,dart," +
			"pub,melos,fvm,forge,anvil,cast,hardhat,truffle,foundry,sui,anchor,solana,near,ponyc,shadow-cljs,kotlin,scala-cli," +
			"ballerina,haxe,haxelib,alire,alr,fpm,conan,vcpkg,xrepo,spack,arduino-cli,idf.py,west,esptool,esptool.py,avrdude,openocd," +
			"probe-rs,espflash": with(cmd("read...", "write: o,output", "code: e,eval x-eval", "target: test-wrapper with-compiler with-hc with-gcc with-ld", "read: f,file config"), commands{"eval": cmd("code..."), "exec": cmd("command...", "dir: root", "data: package profile context"), "cmd": cmd("command...", "data: app", "dir: cd")}),
		"act,circleci,gitlab-runner,drone,jenkins-cli,buildkite-agent,concourse,woodpecker-cli": cmd("read...",
			"read: W,workflows e,eventpath secret-file env-file var-file", "flag: l,list n,dryrun"),
		"dagger": cmd("read...", "own: m,mod", "inline: c,command", "write: o,output"),
		"repomix,code2prompt,gitingest,aider,claude,codex,gemini,opencode,copilot,llm,qwen,cursor-agent,amp": cmd("read...", "write: o,output"),
	}
}

// pythonRuns are options of programs that watch a script of Python run.
var pythonRuns = []string{"write: o,output,outfile,output-file,output_file html json cpuprofile", "inline: c", "module: m,module", "data: u,unit i,interval skip-zero", "flag: l,line-by-line v,view b,builtin p r f native live cpu gpu memory"}

var procfile = []string{"own: f,procfile", "dir: d,root app-root", "read: e,env", "data: p,port m,formation c,concurrency"}

var notebookOptions = []string{"write: output output-dir", "own: config template", "data: to"}

var goBuild = []string{
	"code: toolexec", "read: pgo", "own: modfile overlay", "write: pkgdir",
	"data: p tags ldflags gcflags asmflags gccgoflags mod buildmode compiler installsuffix", "flag: v x n a race msan asan work trimpath i buildvcs linkshared",
}

var cargoOptions = []string{
	"read: manifest-path lockfile-path", "write: target-dir,out-dir,artifact-dir output-path output lcov-path", "code: config",
	"data: p,package j,jobs F,features target profile message-format color bin example test bench exclude Z edition name vcs i invert depth prune e,edges f,format W s",
	"flag: r,release all,workspace all-targets all-features no-default-features q,quiet v,verbose no-run lib bins tests locked offline frozen n,dry-run check fix force allow-dirty",
}

var npmOptions = []string{
	"dir: C prefix", "own: userconfig globalconfig", "code: script-shell node-options git shell init-module editor",
	"write: cache modules-folder cache-folder store-dir modules-dir virtual-store-dir pack-destination", "read: cafile", "data: w,workspace loglevel registry tag otp scope omit include depth access before",
	"flag: g,global D,save-dev E,save-exact s,silent json y,yes f,force workspaces if-present dry-run long parseable production legacy-peer-deps",
}

// npmCommands are those of npm, yarn, pnpm and bun. The first run the
// workspace's own scripts or look around.
var npmCommands = commands{
	"run,run-script,rum,urn,test,t,tst,start,stop,restart,build,dev,lint,format,check,watch,serve": cmd("read...", npmOptions...),
	"ls,list,ll,la,view,v,info,show,outdated,audit,why,explain,help,help-search,search,find,root,bin,prefix,config,c,get,doctor,fund,pack,query," +
		"version,ping,whoami,docs,home,bugs,repo,completion,diff,sbom,pkg,licenses,cache,prune,dedupe,ddp,shrinkwrap,init,create,innit,set": cmd("read...", npmOptions...),
	"install,i,in,ins,inst,insta,instal,isnt,isnta,isntal,isntall,add,a,ci,clean-install,ic,install-clean,isntall-clean,install-test,it,cit,sit,install-ci-test,clean-install-test,update,up,upgrade,udpate,uninstall,un,unlink,remove,rm,r," +
		"link,ln,rebuild,rb": cmd("read...", npmOptions...),
	"publish,unpublish,deprecate,dist-tag,owner,access,adduser,login,logout,token,team,org,hook,profile,star,unstar,edit": cmd("read...", npmOptions...),
	"exec,x,dlx,explore": cmd("command...", append(slices.Clip(npmOptions), "shell: c,call", "data: p,package", "flag: no")...),
}
