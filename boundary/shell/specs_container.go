package shell

import "slices"

// Containers and virtual machines. What runs inside doesn't see the files of
// this machine but for those it is given.
func containerSpecs() commands {
	return commands{
		"docker,podman,nerdctl,finch": with(cmd("", "connect: H,host", "data: c,context l,log-level", "read: config tlscacert tlscert tlskey", "flag: D,debug tls remote"), dockerCommands, commands{
			"container": with(cmd(""), dockerContainer, commands{"ls,list,ps": cmd("data...", dockerList...), "prune": cmd("", "flag: f,force")}),
			"image": with(cmd(""), dockerImage, commands{"ls,list": cmd("data...", dockerList...), "rm,remove": cmd("data..."), "prune": cmd("",
				"flag: f,force a,all"), "inspect": cmd("data...")}),
			"volume,network,context,system,builder,buildx,plugin,secret,config,node,stack,service,swarm,manifest,trust,machine,pod,kube,scout,checkpoint," +
				"artifact,quadlet": cmd("data...", "flag: f,force a,all volumes"),
			"compose": with(cmd("", "read: f,file env-file", "dir: project-directory", "data: p,project-name profile parallel"), composeCommands),
		}),
		"docker-compose,podman-compose":     with(cmd("", "read: f,file env-file", "dir: project-directory", "data: p,project-name profile parallel"), composeCommands),
		"buildah,kaniko,img,buildctl":       cmd("code...", "read: f,file"),
		"dive,syft,grype,trivy,docker-slim": cmd("read...", "write: o,output", "read: config"),
		"ctr,crictl,runc,crun,youki,lxc,lxd,incus,lxc-start,lxc-execute,multipass,vagrant,limactl,lima,colima,qemu-system-x86_64,virsh," +
			"virt-install,VBoxManage,vboxmanage,apptainer,singularity,flatpak,snap,toolbox,distrobox,enroot,charliecloud,wsl,orb": cmd("data..."),

		"qemu-img": with(cmd("data..."), commands{"create,resize,rebase,commit,snapshot,amend,bitmap": cmd("write data...", "read: b", "data: f o F s u a c d l object",
			"flag: q shrink"), "convert": cmd("read... write", "read: B", "data: f O o S m t T l", "flag: c p q n U"), "info,check,map,compare,measure": cmd("read...", "data: f F O o output", "flag: U q")}),
		"kubectl,oc,k3s,microk8s": with(cmd("", "data: n,namespace context cluster user l,selector o,output v request-timeout as",
			"read: kubeconfig certificate-authority client-key client-certificate", "connect: s,server"), commands{
			"get,describe,logs,explain,api-resources,api-versions,version,cluster-info,top,events,auth,wait,config,options,completion,diff": cmd("data...",
				"read: f,filename k,kustomize", "data: c,container since tail raw", "recursive: R,recursive"),
			"apply,create,replace,patch,delete,edit,label,annotate,scale,autoscale,rollout,set,expose,taint,drain,cordon,uncordon,certificate": cmd("data...",
				"connect: f,filename k,kustomize", "read: from-file from-env-file patch-file", "data: p,patch type replicas grace-period", "recursive: R,recursive",
				"flag: force all"),
			"exec,run,attach,debug,cp,port-forward,plugin,kustomize": cmd("data..."),
			"proxy": cmd("data...", "read: w,www", "data: api-prefix P,www-prefix p,port address accept-hosts accept-paths reject-paths reject-methods", "write: u,unix-socket"),
		}),
		"helm": with(cmd("", "data: n,namespace kube-context", "read: kubeconfig"), commands{
			"template,lint,show,list,ls,status,get,history,search,version,env,package,dependency,dep,verify,repo": cmd("connect...", "read: f,values",
				"write: d,destination output-dir", "data: set set-string o,output version", "code: post-renderer"),
			"install,upgrade,uninstall,rollback,delete,test,push,pull,plugin,registry,create": cmd("connect...", "read: f,values",
				"data: set set-string o,output version", "code: post-renderer"),
		}),
		"minikube,kind,k3d,kubectx,kubens,kustomize,k9s,stern,kubeseal,argocd,flux,istioctl,tilt,skaffold,devspace,okteto,velero,kubeadm,eksctl," +
			"talosctl,nomad,consul,vcluster": cmd("data...", "read: f,filename config kubeconfig"),
	}
}

// Registries of images and artifacts.
func registrySpecs() commands {
	crane := commands{
		"append": cmd("data...", "image: b,base t,new_tag", "read: f,new_layer", "write: o,output", "flag: annotate set-base-image-annotations"), "auth": with(cmd(""), commands{"login,logout,get,token": cmd("connect...", "data: u,username p,password m,mount", "flag: password-stdin push H")}),
		"blob,config,digest,manifest,ls,delete,gc": cmd("image...", "read: tarball", "data: j,jobs", "flag: full-ref O,omit-digest-tags o r,recursive json"), "catalog": cmd("connect...", "flag: full-ref"), "copy,cp": cmd("image image", "data: j,jobs", "flag: a,all-tags n,no-clobber r,recursive"),
		"export": cmd("image write"), "pull": cmd("image... write", "write: c,cache_path", "data: format", "flag: annotate-ref"), "flatten,optimize": cmd("image...", "image: t,tag dst"), "index": with(cmd(""), commands{"append,filter": cmd("image...", "image: m,manifest t,tag", "data: platform", "flag: flatten docker-empty-base")}),
		"mutate": cmd("image...", "image: t,tag", "read: append", "write: o,output", "data: a,annotation l,label e,env entrypoint cmd u,user w,workdir exposed-ports set-platform repo"), "push": cmd("read image", "write: image-refs", "flag: index"),
		"rebase": cmd("image", "image: old_base new_base t,tag"), "registry": with(cmd(""), commands{"serve": cmd("", "write: disk", "connect: address", "flag: blobs-to-disk")}), "tag": cmd("image data"), "validate": cmd("data...", "image: remote", "read: tarball", "flag: fast"),
		"version,help,completion": cmd("data..."), "layout": with(cmd(""), commands{"gc": cmd("write")}), "edit": with(cmd(""), commands{"config,manifest,fs": cmd("image...", "image: t,tag")}),
	}
	regctl := cmd("image...", "read: f,file subject-file", "write: o,output", "data: format p,platform annotation label artifact-type media-type m file-media-type config-type platforms by-digest tag filter sort-annotation name level n,limit last exclude include subject refers dest", "flag: r force-tag-dereference digest-tags referrers list head strip-dirs latest external fast")
	regctlTo, regctlFrom := regctl, regctl
	regctlTo.Operands, regctlFrom.Operands = []string{"image", "write"}, []string{"image", "read"}
	key := []string{"read: key ca-roots ca-intermediates certificate certificate-chain cert-chain cert k signature payload predicate bundle policy trusted-root timestamp-certificate-chain timestamp-client-cacert timestamp-client-cert timestamp-client-key registry-cacert registry-client-cert registry-client-key root rekor-entry sbom rfc3161-timestamp signing-config",
		"write: output-signature output-certificate output-payload output-file outfile output-attestation new-bundle output-key-prefix", "connect: fulcio-url oidc-issuer timestamp-server-url oidc-provider-url registry-server-name",
		"image: attachment-image", "data: a,annotations attachment attachment-tag-prefix certificate-identity certificate-identity-regexp certificate-oidc-issuer certificate-oidc-issuer-regexp certificate-github-workflow-name certificate-github-workflow-repository " +
			"certificate-github-workflow-ref certificate-github-workflow-sha certificate-github-workflow-trigger type output o t,timeout d issue-certificate identity-token fulcio-auth-flow oidc-client-id oidc-redirect-url oidc-provider slot platform max-workers " +
			"registry-username registry-password registry-token predicate-type sk only input-format", "code: sigstore-conformance policy-engine",
		"flag: y,yes f,force r,recursive upload tlog-upload insecure-ignore-tlog insecure-ignore-sct allow-insecure-registry allow-http-registry check-claims local-image offline private-infrastructure verbose json"}
	return commands{
		"crane,gcrane,krane": with(cmd("", "data: platform", "flag: insecure v,verbose allow-nondistributable-artifacts"), crane),
		"skopeo": with(cmd("", "read: policy registries.d registries-conf", "write: tmpdir", "data: command-timeout override-arch override-os override-variant user-agent-prefix", "flag: debug insecure-policy v,version"), commands{
			"copy,sync": cmd("image push", append(slices.Clip(skopeoOptions), "data: f,format s,src d,dest a additional-tag multi-arch retry-times src-creds dest-creds src-username src-password dest-username dest-password dest-compress-format dest-compress-level "+
				"sign-by sign-identity encryption-key encrypt-layer decryption-key src-daemon-host dest-daemon-host image-parallel-copies", "read: sign-by-sigstore sign-by-sigstore-private-key sign-by-sq-fingerprint sign-passphrase-file", "write: digestfile dest-shared-blob-dir src-shared-blob-dir",
				"flag: all preserve-digests remove-signatures q,quiet scoped keep-going dry-run append-suffix dest-compress dest-decompress")...),
			"delete,inspect,list-tags,layers": cmd("image...", append(slices.Clip(skopeoOptions), "data: f,format retry-times daemon-host", "read: shared-blob-dir", "flag: raw config n,no-tags no-creds")...),
			"login,logout":                    cmd("connect", append(slices.Clip(skopeoOptions), "data: u,username p,password", "flag: password-stdin get-login a,all verbose")...),
			"manifest-digest":                 cmd("read"), "standalone-sign": cmd("read data data", "write: o,output", "read: passphrase-file"), "standalone-verify": cmd("read data data read", "read: public-key-file"),
			"generate-sigstore-key": cmd("", "write: output-prefix", "read: passphrase-file"), "help,completion": cmd("data..."),
		}),
		"oras": with(cmd("", "data: u,username p,password identity-token format template artifact-type subject platform concurrency depth distribution-spec image-spec header H,header-add a,annotation resolve from-username from-password to-username to-password from-identity-token tag last",
			"read: registry-config ca-file cert-file key-file annotation-file config export-manifest-from", "write: export-manifest", "flag: d,debug v,verbose no-tty insecure plain-http k,keep-old-files r,recursive f,force y,yes oci-layout from-oci-layout to-oci-layout disable-path-validation password-stdin identity-token-stdin descriptor pretty"), commands{
			"push,attach": cmd("image read..."), "pull": cmd("image", "dir: o,output"), "cp,copy": cmd("image image"), "discover,resolve": cmd("image...", "data: o,output"), "login,logout": cmd("connect"), "tag": cmd("image data..."),
			"blob": with(cmd(""), commands{"push": cmd("image read", "data: media-type size"), "fetch,delete": cmd("image...", "write: o,output")}), "repo,repository": with(cmd(""), commands{"ls,list": cmd("connect"), "tags,show-tags": cmd("image")}),
			"manifest": with(cmd(""), commands{"push": cmd("image read", "data: media-type"), "fetch,fetch-config,delete": cmd("image...", "write: o,output", "data: media-type"), "index": with(cmd(""), commands{"create,update": cmd("image data...", "write: o,output", "data: add merge remove")})}),
			"backup":   cmd("image...", "write: o,output"), "restore": cmd("image...", "read: i,input"), "version,help,completion": cmd("data..."),
		}),
		"regctl": with(cmd("", "data: v,verbosity logopt user-agent", "read: "), commands{
			"artifact,blob,digest,image,index,manifest,referrer,tag": with(regctl, commands{
				"copy,cp,delete,rm,remove,digest,get,head,inspect,ls,list,manifest,mod,ratelimit,ratelimit-remaining,check-base,create,add,tree,diff,diff-config,diff-layer,get-file,config": regctl,
				"put,push": regctl, "export": regctlTo, "import": regctlFrom}),
			"registry": with(cmd(""), commands{"login,logout,set,config,whoami": cmd("connect...", "connect: hostname mirror", "read: cacert client-cert client-key", "data: u,user p,pass tls priority repo-auth scheme format cred-helper path-prefix req-concurrent req-per-sec blob-chunk blob-max", "flag: pass-stdin skip-check")}),
			"repo":     with(cmd(""), commands{"ls,list": cmd("connect...", "data: format last limit include exclude"), "copy": cmd("image image", "data: include exclude")}), "version,completion,help,config": cmd("data...", "data: format"),
		}),
		"cosign": with(oneDash("", key...), commands{
			"sign,verify,attest,verify-attestation,tree,triangulate,clean,generate,copy,cp": oneDash("image...", "connect: rekor-url"), "sign-blob,verify-blob,attest-blob,verify-blob-attestation": oneDash("read...", "connect: rekor-url"), "save": oneDash("image", "write: dir"), "load": oneDash("image", "read: dir"),
			"attach": with(oneDash(""), commands{"sbom,signature,attestation": oneDash("image...", "read: attestation")}), "download": with(oneDash(""), commands{"sbom,signature,attestation": oneDash("image...", "write: output-dir")}),
			"upload": with(oneDash(""), commands{"blob,wasm": oneDash("image...", "read: f,files ct")}), "dockerfile,manifest": with(oneDash(""), commands{"verify,resolve": oneDash("hosts...", "connect: rekor-url", "flag: base-image-only")}),
			"generate-key-pair,import-key-pair": oneDash("write...", "connect: kms"), "initialize": oneDash("data...", "connect: mirror"), "public-key,env,version,completion,help,pkcs11-tool,piv-tool,trusted-root,bundle,signing-config": oneDash("data..."), "login": oneDash("connect...", "data: u,username p,password", "flag: password-stdin"),
		}),
		"notation": with(cmd("", "data: u,username p,password k,key id plugin plugin-config signature-format e,expiry m,user-metadata max-signatures  o,output", "read: signature  timestamp-root-cert", "connect: timestamp-url", "flag: d,debug v,verbose insecure-registry plain-http allow-referrers-api force-referrers-tag"), commands{
			"sign,verify,list,ls,inspect": cmd("image..."), "login,logout": cmd("connect"), "key,plugin,version,help,completion": cmd("data...", "read: file", "connect: url", "data: sha256sum n,name"),
			"cert,certificate": with(cmd(""), commands{"add": cmd("read...", "data: t,type s,store"), "list,ls,show,delete,generate-test,cleanup-test": cmd("data...", "data: t,type s,store b,bits")}),
			"policy":           with(cmd(""), commands{"import": cmd("read"), "show,init": cmd("data...")}), "blob": with(cmd(""), commands{"sign,verify,inspect": cmd("read...", "write: signature-directory"), "policy": cmd("data...")}),
		}),
	}
}

var skopeoOptions = []string{"read: authfile src-authfile dest-authfile cert-dir src-cert-dir dest-cert-dir", "data: creds registry-token src-registry-token dest-registry-token", "flag: tls-verify src-tls-verify dest-tls-verify src-no-creds dest-no-creds"}

var dockerList = []string{"data: f,filter format n,last", "flag: a,all q,quiet s,size no-trunc l,latest"}

var dockerContainer = commands{
	"run,create": cmd("data..."),
	"exec":       cmd("data..."),
	"cp":         cmd("data data", "flag: a,archive L,follow-link q,quiet"),
	"start,stop,restart,kill,pause,unpause,wait,rm,rename,update,attach,commit": cmd("data...", "data: t,time s,signal m,message a,author c,change",
		"flag: f,force v,volumes l,link i,interactive"),
	"inspect,stats,top,port,diff": cmd("data...", "data: f,format type", "flag: s,size a,all no-stream"),
	"logs":                        cmd("data...", "data: n,tail since until", "flag: f,follow t,timestamps"),
	"export":                      cmd("data", "write: o,output"),
}

var dockerImage = commands{
	"build": cmd("connect...", "read: f,file secret env-file",
		"data: t,tag build-arg target label platform cache-from cache-to network progress add-host build-context ssh", "write: iidfile metadata-file o,output",
		"flag: pull no-cache q,quiet push load squash rm"),
	"pull,push":   cmd("data...", "data: platform", "flag: a,all-tags q,quiet"),
	"tag,history": cmd("data...", "data: format"),
	"save":        cmd("data...", "write: o,output"),
	"load":        cmd("", "read: i,input"),
	"import":      cmd("connect data", "data: c,change m,message platform"),
}

var dockerCommands = table(dockerContainer, dockerImage, commands{
	"ps,images": cmd("data...", dockerList...),
	"version,info,search,events,login,logout,rmi,system-df,init,debug,ai,desktop,generate,healthcheck,unshare,mount,untag,auto-update,help": cmd("data...",
		"data: f,format p,password u,username filter", "flag: a,all force password-stdin"),
})

var composeCommands = commands{
	"ps,ls,logs,config,images,top,port,version,events,convert,stats,volumes": cmd("data...", "data: n,tail since format", "flag: f,follow a,all q,quiet"),
	"up,start,restart,build,pull,create,scale,watch":                         cmd("data...", "data: t,timeout scale", "flag: d,detach build force-recreate pull no-deps"),
	"down,stop,kill,rm,pause,unpause,push":                                   cmd("data...", "data: t,timeout s,signal rmi", "flag: v,volumes f,force remove-orphans"),
	"run,exec,cp,attach,export,commit,wait":                                  cmd("data..."),
}
