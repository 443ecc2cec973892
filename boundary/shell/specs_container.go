package shell

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
		"docker-compose,podman-compose":                   with(cmd("", "read: f,file env-file", "dir: project-directory", "data: p,project-name profile parallel"), composeCommands),
		"buildah,kaniko,img,buildctl":                     cmd("code...", "read: f,file"),
		"skopeo,crane,gcrane,oras,regctl,cosign,notation": cmd("connect...", "write: o,output", "read: config", "data: f,format s,severity"),
		"dive,syft,grype,trivy,docker-slim":               cmd("read...", "write: o,output", "read: config"),
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
