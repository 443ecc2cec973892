package shell

import "slices"

// Version control but for git, and the clients of forges.
func versionSpecs() commands {
	return commands{
		"hg,chg": with(cmd("data...", "dir: cwd", "list: R,repository", "code: config"), commands{
			"status,st,log,diff,annotate,blame,cat,identify,id,branch,branches,tags,heads,parents,paths,summary,sum,tip,root,manifest,files,locate,grep," +
				"bookmarks,bookmark,config,showconfig,version,help,verify,outgoing,out,incoming,in,export,describe,resolve,phase,bundle,archive": cmd("data...",
				"write: o,output", "data: r,rev m,message", "code: program"),
			"add,addremove,commit,ci,update,up,checkout,co,merge,rename,mv,copy,cp,graft,init,tag,import,unbundle,shelve,unshelve,amend,histedit,rebase": cmd("data...",
				"data: r,rev m,message u,user t,tool", "read: l,logfile", "flag: A,addremove C,clean n,dry-run"),
			"extdiff": cmd("data...", "code: p,program o,option", "data: r,rev c,change from to", "flag: patch confirm"),
			"revert,remove,rm,forget,purge,clean,strip,rollback,backout,evolve,prune,uncommit": cmd("delete...", "data: r,rev m,message",
				"flag: a,all n,dry-run p,print f,force C,no-backup A,after"),
			"bisect":                cmd("data...", "shell: c,command", "flag: g,good b,bad s,skip e,extend r,reset U,noupdate"),
			"pull,push,clone,serve": cmd("connect...", "code: e,ssh remotecmd", "data: r,rev b,branch", "flag: f,force u,update"),
		}),
		"svn": with(cmd("", "data: username password", "code: config-dir config-option", "flag: non-interactive"), commands{
			"status,stat,st,log,diff,di,blame,annotate,cat,info,list,ls,proplist,propget,pg,pl,help,resolve,changelist,auth": cmd("read...", "code: diff-cmd",
				"data: r,revision l,limit c,change x,extensions"),
			"add,mkdir,move,mv,copy,cp,rename,merge,update,up,switch,sw,commit,ci,cleanup,propset,ps,propedit,lock,unlock,resolved,relocate,upgrade,patch": cmd("write...",
				"code: editor-cmd diff3-cmd", "read: F,file targets", "data: m,message r,revision"),
			"revert,delete,del,remove,rm": cmd("delete...", "recursive: R,recursive", "data: m,message depth", "read: targets", "flag: keep-local force"),
			"checkout,co,export":          cmd("connect write", "data: r,revision m,message depth", "flag: force"),
			"import":                      cmd("connect...", "read: F,file", "data: m,message depth", "flag: force"),
		}),
		"bzr,brz": with(cmd("data..."), commands{"push,pull,branch,clone,checkout,co,get,missing,send,merge,bind,switch,dpush,merge-directive": cmd("connect...",
			"data: r,revision m,message", "flag: overwrite remember"),
			"clean-tree,revert,uncommit,break-lock,zap": cmd("data...", "data: r,revision", "flag: force dry-run ignored unknown detritus no-backup"),
			"status,st,diff,log,add,commit,ci,remove,rm,mv,info,version,help,cat,ls,annotate,resolve,shelve,unshelve,tag,tags,root,nick,init,ignore,conflicts,whoami": cmd("data...",
				"data: m,message r,revision", "read: F,file")}),
		"jj":  cmd("data...", "dir: R,repository", "code: config config-toml", "own: config-file"),
		"cvs": cmd("data...", "code: e", "data: d z s T", "flag: f l n q Q w x v H"),
		"svnadmin,svnlook,svnsync,fossil,darcs,pijul,sl,p4,dvc,repo,vcsh,gita,mr,myrepos,sapling,bk,b4,ghq,got": cmd("data..."),
		"gh": with(cmd("data...", "data: R,repo"), commands{
			"pr": with(cmd("", "data: R,repo"), commands{
				"list,ls,view,status,checks,diff": cmd("data...", ghRead...),
				"create,new,edit,comment,review,merge,close,reopen,ready,lock,unlock,revert,update-branch": cmd("data...", ghWrite...),
				"checkout,co": cmd("data...", "data: b,branch", "flag: f,force detach"),
			}),
			"issue": with(cmd("", "data: R,repo"), commands{"list,ls,view,status": cmd("data...", ghRead...),
				"create,new,edit,comment,close,reopen,delete,transfer,pin,unpin,lock,unlock,develop": cmd("data...", ghWrite...)}),
			"run": with(cmd("", "data: R,repo"), commands{"list,ls,view,watch": cmd("data...", ghRead...), "download": cmd("data...", "dir: D,dir",
				"data: n,name p,pattern"), "rerun,cancel,delete": cmd("data...")}),
			"workflow": with(cmd("", "data: R,repo"), commands{"list,ls,view": cmd("data...", ghRead...), "run,enable,disable": cmd("data...", "data: f,raw-field F,field r,ref")}),
			"release": with(cmd("", "data: R,repo"), commands{"list,ls,view,verify": cmd("data...", ghRead...), "create,new": cmd("data connect...", ghWrite...),
				"upload": cmd("data connect...", "flag: clobber"), "download": cmd("data...", "dir: D,dir", "write: O,output", "data: p,pattern A,archive"),
				"edit,delete,delete-asset": cmd("data...", ghWrite...)}),
			"repo": with(cmd("", "data: R,repo"), commands{"list,ls,view": cmd("data...", ghRead...), "clone": cmd("data write", "data: u"),
				"create,new,fork,delete,edit,rename,archive,unarchive,sync,set-default,deploy-key,garden,autolink": cmd("data...", ghWrite...)}),
			"gist": with(cmd(""), commands{"list,ls,view": cmd("data...", ghRead...), "create,new": cmd("connect...", "data: d,desc f,filename",
				"flag: p,public w,web"), "edit": cmd("data connect...", "read: a,add"), "delete,rename,clone": cmd("data...")}),
			"api": cmd("data", "data: X,method f,raw-field F,field H,header q,jq t,template hostname cache p,preview", "read: input", "flag: paginate i,include silent slurp"),
			"auth,config,secret,variable,ssh-key,gpg-key,extension,ext,alias,codespace,cs,copilot,attestation,cache,ruleset,rs,project,label,org,preview," +
				"agent-task,skill": cmd("data...", "read: f,env-file body-file", "data: b,body e,env o,org h,hostname", "flag: with-token"),
			"search,browse,status,help,version,completion": cmd("data...", ghRead...),
		}),
		"glab,tea,bb,forgejo-cli,berg": cmd("data...", "read: F,file"),
		"hub":                          with(cmd("data..."), commands{"alias,api,browse,ci-status,compare,create,delete,fork,gist,issue,pr,pull-request,release,sync": cmd("data...", "read: F,file")}),
		"pre-commit,lefthook,husky,commitlint,cz,commitizen,semantic-release,standard-version,release-it,changeset,lerna,git-cliff,gitlint," +
			"conventional-changelog": cmd("data...", "own: c,config", "read: files", "write: o,output"),
		"gitk": cmd("data...", "shell: argscmd"),
		"tig,lazygit,gitui,git-gui,meld,kdiff3,p4merge,gitg,smerge":  cmd("data..."),
		"gitleaks,trufflehog,detect-secrets,git-secrets,noseyparker": cmd("data...", "read: c,config s,source", "write: r,report-path"),
	}
}

var ghRead = []string{"data: L,limit s,state q,jq t,template json a,author A,assignee l,label S,search B,base H,head j,job R,repo workflow b,branch u,user e,event",
	"flag: w,web log log-failed c,comments"}
var ghWrite = []string{"read: F,body-file notes-file",
	"data: t,title b,body B,base H,head a,assignee l,label r,reviewer m,milestone p,project n,notes target c,comment add-label remove-label " +
		"description homepage template", "flag: d,delete-branch merge squash rebase draft fill admin auto yes web"}

// gitShow are the options of the git commands that print changes.
var gitShow = []string{
	"write: output", "read: O ignore-revs-file", "list:",
	"data: S G L format pretty date since after until before author committer grep n,max-count skip U,unified diff-filter word-diff-regex " +
		"inter-hunk-context src-prefix dst-prefix stat-width encoding exclude diff-algorithm anchored submodule-format",
	"?data: color M,find-renames C,find-copies B,break-rewrites stat dirstat word-diff color-words decorate abbrev branches tags remotes " +
		"submodule ws-error-highlight relative ignore-submodules show-notes notes",
	"flag: p,u,patch s,no-patch name-only name-status numstat shortstat summary oneline graph all cached,staged no-index ext-diff no-ext-diff " +
		"textconv no-textconv w b quiet exit-code raw z reverse merges no-merges first-parent follow cc c m full-diff check R",
}

// gitSpecs is git with its sub-commands. Its reader adds what the words mean
// together: refspecs, path specs, configuration.
func gitSpecs() commands {
	return commands{
		"git": with(cmd("", "dir: C", "data: c config-env namespace super-prefix list-cmds attr-source", "?data: exec-path", "list: git-dir work-tree",
			"flag: p,paginate P,no-pager bare no-replace-objects literal-pathspecs glob-pathspecs noglob-pathspecs icase-pathspecs no-optional-locks html-path man-path info-path v,version h,help"),
			gitLook, gitWork, gitRemote, gitHistory, gitPlumbing),
		"git-lfs,git-annex,git-crypt,git-filter-repo,git-extras,bfg": cmd("data..."),
	}
}

// Commands that look at a repository.
var gitLook = commands{
	"status": cmd("list...", "?data: untracked-files u porcelain ignored column ignore-submodules", "flag: s,short b,branch v,verbose z long"),
	"log,show,whatchanged,diff,range-diff,shortlog,diff-tree,diff-index,diff-files,rev-list,cherry,difftool": cmd("data...", gitShow...),
	"reflog": with(cmd("data...", gitShow...), commands{"show,list,exists,write": cmd("data...", gitShow...), "expire,delete,drop": cmd("data...",
		"data: expire expire-unreachable", "flag: all n,dry-run rewrite updateref stale-fix")}),
	"format-patch": cmd("data...", append(slices.Clip(gitShow), "list: o,output-directory",
		"data: v,reroll-count to in-reply-to subject-prefix start-number suffix base signature", "?data: attach inline thread cover-letter",
		"flag: numbered k,keep-subject stdout")...),
	"blame,annotate": cmd("data...", "read: contents S ignore-revs-file", "data: L ignore-rev since date abbrev", "flag: w C M p s e f n"),
	"grep": cmd("data...", "?code: O,open-files-in-pager", "read: f", "data: e A,after-context B,before-context C,context m,max-count max-depth threads",
		"flag: n,line-number i,ignore-case v,invert-match w,word-regexp l,files-with-matches L,files-without-match c,count q,quiet h H E F G P o "+
			"cached no-index untracked and or not a I W p all-match"),
	"ls-files": cmd("list...", "read: X,exclude-from", "data: x,exclude exclude-per-directory with-tree format abbrev",
		"flag: c,cached d,deleted m,modified o,others i,ignored s,stage u,unmerged k,killed z t v exclude-standard directory error-unmatch"),
	"ls-tree,cat-file,rev-parse,describe,name-rev,merge-base,for-each-ref,show-ref,show-branch,count-objects,verify-commit,verify-tag," +
		"verify-pack,var,check-ignore,check-attr,check-mailmap,check-ref-format,symbolic-ref,get-tar-commit-id,patch-id,merge-tree,stripspace,column," +
		"help,version,last-modified,for-each-repo": cmd("data...", "data: format sort contains points-at match exclude count abbrev candidates",
		"?data: batch batch-check batch-command", "flag: d,delete textconv filters"),
	"request-pull":            cmd("data...", "flag: p"),
	"fsck,diagnose,bugreport": cmd("data...", "write: o,output-directory"),
	"archive":                 cmd("data...", "write: o,output", "read: add-file", "connect: remote", "shell: exec", "data: format prefix", "flag: l,list v,verbose"),
	"bundle":                  with(cmd(""), commands{"create": cmd("write data..."), "verify,list-heads,unbundle": cmd("read data...")}),
}

// Commands that change working files, the index and refs.
var gitWork = commands{
	"add,stage": cmd("list...", "read: pathspec-from-file", "data: chmod", "flag: A,all u,update n,dry-run f,force p,patch i,interactive e,edit N,intent-to-add v,verbose"),
	"commit": cmd("data...", "read: F,file t,template pathspec-from-file",
		"data: m,message C,reuse-message c,reedit-message author date fixup squash trailer cleanup", "?data: S,gpg-sign u,untracked-files",
		"flag: a,all amend n,no-verify s,signoff q,quiet v,verbose e,edit no-edit allow-empty allow-empty-message dry-run p,patch short porcelain o,only i,include reset-author no-gpg-sign"),
	"checkout": cmd("data...", "data: b B orphan conflict", "read: pathspec-from-file", "?data: t,track recurse-submodules",
		"flag: f,force d,detach q,quiet m,merge p,patch ours theirs l guess no-track progress overlay no-overlay ignore-skip-worktree-bits"),
	"switch":  cmd("data...", "data: c,create C,force-create orphan conflict", "?data: t,track", "flag: f,force,discard-changes d,detach q,quiet m,merge guess"),
	"restore": cmd("data...", "data: s,source conflict", "read: pathspec-from-file", "flag: S,staged W,worktree p,patch q,quiet ours theirs m,merge ignore-unmerged overlay no-overlay"),
	"reset":   cmd("data...", "read: pathspec-from-file", "flag: hard soft mixed merge keep q,quiet p,patch N,intent-to-add"),
	"clean":   cmd("data...", "data: e,exclude", "flag: f,force d x X n,dry-run q,quiet i,interactive"),
	"rm":      cmd("data...", "read: pathspec-from-file", "flag: r f,force n,dry-run cached q,quiet ignore-unmatch sparse"),
	"mv":      cmd("data...", "flag: f,force n,dry-run v,verbose k"),
	"stash": with(cmd("data...", "data: m,message", "read: pathspec-from-file", "flag: k,keep-index u,include-untracked a,all p,patch q,quiet S,staged"), commands{
		"list,show": cmd("data...", gitShow...), "drop,clear,pop,apply,branch,store,create,export,import": cmd("data...", "flag: index q,quiet"),
		"push,save": cmd("data...", "data: m,message", "read: pathspec-from-file", "flag: k,keep-index u,include-untracked a,all p,patch q,quiet S,staged"),
	}),
	"branch": cmd("data...", "data: u,set-upstream-to sort format points-at", "?data: contains no-contains merged no-merged t,track color column abbrev",
		"flag: d,delete D f,force m,move M c,copy C a,all r,remotes l,list v,verbose vv q,quiet show-current unset-upstream edit-description i,ignore-case"),
	"tag": cmd("data...", "read: F,file", "data: m,message u,local-user sort format points-at cleanup trailer", "?data: n contains no-contains merged no-merged color column",
		"flag: d,delete f,force l,list a,annotate s,sign v,verify"),
	"worktree": with(cmd("data..."), commands{"list": cmd("data..."), "add": cmd("write data", "data: b B reason", "flag: f,force d,detach lock orphan"),
		"remove": cmd("delete", "flag: f,force"), "move": cmd("list write", "flag: f,force"), "prune,lock,unlock,repair": cmd("data...", "data: reason expire", "flag: n,dry-run f,force v")}),
	"init,init-db": cmd("write", "code: template", "write: separate-git-dir", "data: b,initial-branch object-format shared", "flag: q,quiet bare"),
	"config": cmd("data...", "write: f,file", "read: blob", "data: type default comment value",
		"flag: global system local worktree l,list get get-all get-regexp get-urlmatch unset unset-all remove-section rename-section e,edit add "+
			"replace-all show-origin show-scope z,null name-only bool int path includes"),
	"apply,am": cmd("read...", "write: build-fake-ancestor", "data: p C whitespace exclude include directory patch-format",
		"flag: check R,reverse 3,3way index cached stat numstat summary reject abort skip continue k,keep s,signoff i,interactive unsafe-paths"),
	"sparse-checkout": cmd("data..."),
	"notes": with(cmd("data...", "read: F,file", "data: m,message ref"), commands{"list,show,add,copy,append,edit,merge,get-ref,remove,prune": cmd("data...",
		"read: F,file", "data: m,message C,reuse-message c,reedit-message s,strategy", "flag: f,force n,dry-run stdin ignore-missing v,verbose q,quiet")}),
	"maintenance": with(cmd("data...", "data: task schedule scheduler", "flag: auto q,quiet"), commands{"run,start,stop,register,unregister,is-needed": cmd("data...", "data: task schedule scheduler", "flag: auto q,quiet")}),
	"rerere,gc,repack,prune,pack-refs,prune-packed,update-server-info,commit-graph,multi-pack-index": cmd("data...", "write: expire-to", "data: expire cruft-expiration max-cruft-size",
		"?data: prune", "flag: auto aggressive force n,dry-run"),
	"update-index": cmd("list...", "data: cacheinfo chmod", "flag: assume-unchanged no-assume-unchanged skip-worktree no-skip-worktree refresh add remove force-remove"),
	"hook":         cmd("data..."),
	"mergetool":    cmd("data...", "data: t,tool", "read: O", "flag: tool-help y,no-prompt g,gui"),
	"lfs": with(cmd("data..."), commands{
		"migrate": with(cmd("data..."), commands{"import,export,info": cmd("data...", "data: I,include X,exclude above")}),
		"prune,push,pull,fetch,install,update,uninstall,track,untrack,ls-files,status,env,lock,unlock,locks,checkout,clone,dedup,fsck,logs,version,pointer": cmd("data...")}),
	"flow,annex,crypt,extras,secret,town,machete,absorb,standup,changelog,ignore,cliff": cmd("data..."),
	// Of git-extras: the first ones only count and list.
	"commits-since,show-tree,local-commits,missing":                                                  cmd("data...", gitShow...),
	"summary,effort,info,count,show-merged-branches,show-unmerged-branches,contrib,guilt,root,alias": cmd("data..."),
	"undo":            cmd("data...", "flag: h,hard s,soft"),
	"authors":         cmd("write", "flag: l,list no-email"),
	"gui,citool,cola": cmd("data..."), // windows in which somebody works
}

// Commands that reach other repositories.
var gitRemote = commands{
	"fetch,pull": cmd("data...", "shell: upload-pack",
		"data: depth deepen shallow-since shallow-exclude j,jobs o,server-option refmap negotiation-tip filter s,strategy X,strategy-option",
		"?data: r,rebase recurse-submodules S,gpg-sign",
		"flag: all p,prune P,prune-tags f,force t,tags n,no-tags a,append dry-run q,quiet v,verbose u,update-head-ok k,keep unshallow ff-only no-ff no-rebase squash autostash prefetch"),
	"push": cmd("data...", "shell: receive-pack,exec", "data: o,push-option repo", "?data: force-with-lease recurse-submodules signed",
		"flag: f,force d,delete mirror prune all,branches tags follow-tags n,dry-run u,set-upstream q,quiet v,verbose no-verify porcelain atomic force-if-includes"),
	"clone": cmd("connect write", "shell: u,upload-pack", "data: c,config", "read: reference reference-if-able bundle-uri", "code: template",
		"write: separate-git-dir", "data: b,branch o,origin depth shallow-since shallow-exclude j,jobs filter server-option revision",
		"?data: recurse-submodules,recursive",
		"flag: q,quiet v,verbose n,no-checkout bare mirror single-branch no-single-branch no-tags l,local s,shared sparse shallow-submodules"),
	"ls-remote": cmd("data...", "shell: upload-pack,exec", "data: o,server-option sort", "flag: h,heads,branches t,tags refs q,quiet get-url symref exit-code"),
	"remote": with(cmd("data...", "flag: v,verbose"), commands{"show,get-url,update,prune": cmd("data...", "flag: n,dry-run all push p"),
		"add,set-url,rename,rename,remove,rm,set-head,set-branches": cmd("data...", "data: t m", "flag: f,fetch push add delete a,auto d mirror tags")}),
	"submodule": with(cmd("data...", "flag: q,quiet"), commands{"status,summary,init,sync,absorbgitdirs,deinit": cmd("data...",
		"flag: recursive f,force all cached"), "update,add": cmd("data...", "data: b,branch name reference depth j,jobs filter",
		"flag: init remote recursive f,force merge rebase"), "foreach": cmd("shell...", "flag: recursive"), "set-branch,set-url": cmd("data...")}),
	"upload-pack,receive-pack,upload-archive,send-pack,fetch-pack,http-push,http-fetch,http-backend,remote-ext,remote-fd," +
		"cvsserver,imap-send,shell": cmd("code...", "shell: exec upload-pack receive-pack"),
	"daemon,instaweb": cmd("connect...", "list: base-path", "data: port p listen httpd d browser b"),
	"send-email":      cmd("connect...", "shell: smtp-server to-cmd cc-cmd sendmail-cmd", "flag: dry-run"),
	"svn": with(cmd("data..."), commands{"dcommit,set-tree,commit-diff,branch,tag": cmd("data..."), "clone,init": cmd("connect data...", "data: r,revision T,trunk b,branches t,tags prefix username ignore-paths include-paths rewrite-root", "read: A,authors-file",
		"flag: s,stdlayout q,quiet no-metadata preserve-empty-dirs"),
		"fetch,rebase,log,info,find-rev,blame,show-ignore,gc,reset,proplist,propget": cmd("data...")}),
	"p4": with(cmd("data..."), commands{"submit": cmd("data..."), "clone,sync,rebase,shelve,unshelve,branches": cmd("data...")}),
	"cvsimport,cvsexportcommit,archimport,quiltimport": cmd("data..."),
	"fast-export,fast-import":                          cmd("data...", "write: export-marks export-pack-edges", "read: import-marks import-marks-if-exists anonymize-map", "flag: f,force all"),
	"credential":                                       cmd("data"), "credential-store": cmd("data", "write: file"), "credential-cache": cmd("data", "write: socket", "data: timeout"),
}

// Commands that rewrite history.
var gitHistory = commands{
	"merge,cherry-pick,revert": cmd("data...", "read: F,file", "data: m,message s,strategy X,strategy-option mainline cleanup", "?data: S,gpg-sign log",
		"flag: no-ff ff ff-only squash abort continue quit skip no-commit n e,edit no-edit x signoff allow-unrelated-histories q,quiet autostash"),
	"rebase": cmd("data...", "shell: x,exec", "data: onto s,strategy X,strategy-option whitespace C empty", "?data: S,gpg-sign r,rebase-merges",
		"flag: i,interactive abort continue skip quit edit-todo show-current-patch root autosquash no-autosquash autostash f,force-rebase,no-ff keep-base update-refs q,quiet k"),
	"bisect": with(cmd("data..."), commands{"run": cmd("command..."), "start,good,bad,old,new,skip,reset,log,view,visualize,terms,next": cmd("data..."),
		"replay": cmd("read")}),
	"filter-branch": cmd("data...", "shell: env-filter tree-filter index-filter parent-filter msg-filter commit-filter tag-name-filter setup",
		"data: subdirectory-filter original d", "flag: f,force"),
	"filter-repo": cmd("data...",
		"code: blob-callback commit-callback filename-callback message-callback name-callback email-callback refname-callback tag-callback reset-callback",
		"read: paths-from-file replace-text replace-message mailmap", "data: path path-glob path-regex", "flag: force invert-paths"),
	"replace,fast-forward,history,replay": cmd("data...", "flag: d,delete f,force e"),
}

// Plumbing that changes things.
var gitPlumbing = commands{
	"update-ref,commit-tree,mktree,mktag,hash-object,write-tree,unpack-objects,unpack-file,merge-one-file," +
		"interpret-trailers,fmt-merge-msg,checkout-index": cmd("data...",
		"write: prefix", "read: F index-output", "data: m p t trailer where if-exists if-missing stage", "flag: d w a,all f,force u,update n z in-place reset merge hard i"),
	"merge-index":  cmd("command...", "flag: o q a"),
	"mailinfo":     cmd("write write", "data: encoding quoted-cr", "flag: k b u n m,message-id scissors"),
	"mailsplit":    cmd("read...", "write: o", "data: f d", "flag: b keep-cr mboxrd"),
	"merge-file":   cmd("read...", "data: L marker-size diff-algorithm", "flag: p,stdout q,quiet object-id ours theirs union diff3 zdiff3"),
	"index-pack":   cmd("read...", "write: o", "data: threads max-input-size object-format", "?data: keep strict", "flag: v stdin fix-thin verify"),
	"pack-objects": cmd("write...", "data: window depth threads max-pack-size window-memory filter keep-pack compression", "flag: stdout q all revs"),
	"read-tree": cmd("data...", "write: prefix index-output", "data: exclude-per-directory super-prefix", "?data: recurse-submodules",
		"flag: n,dry-run m u i v q,quiet reset trivial aggressive empty no-sparse-checkout"),
}
