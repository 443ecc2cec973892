package shell

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// effect says what a variable does to the programs that see it.
type effect uint8

const (
	unlisted effect = iota // nothing is known of the variable
	harmless
	code      // any value makes programs load or run something
	command   // the value is a command that programs run
	searched  // the value lists folders that code is taken from
	options   // the value holds options, of which some run code
	startFile // the value names a file that a shell reads
	proxy     // the value names a host that traffic goes through
	redirects // the value moves where configuration is taken from
	settings  // as redirects, and what is taken from there runs code
	sanitizer // the value holds options of a sanitizer, of which some name files
	libraries // as searched, and what is taken from there gets into every program
	prompt    // the value is expanded each time it is shown
	reveals   // the value makes a program print secrets
	machine   // the value names files or folders that code is taken from, where only the system's are trusted
	compiles  // the value holds options of a compiler, of which some run code
	letters   // the value names the encoding by which a shell reads texts
)

// variables says what is known of names. Of one that isn't here, and that no
// pattern of variablePatterns fits, the value alone can tell something: see hint.
var variables = map[string]effect{
	"BASH_ENV": code, "ENV": startFile, "PROMPT_COMMAND": code, "PS0": prompt, "PS1": prompt, "PS2": prompt, "PS4": prompt, "SHELLOPTS": code, "BASHOPTS": code,
	"BASH_CMDS": code, "BASH_ALIASES": code, "BASH_LOADABLES_PATH": code, "EXECIGNORE": code, "GLOBIGNORE": harmless, "INPUTRC": code, "FIGNORE": harmless,
	"PATH": searched, "CDPATH": harmless, "SHELL": command, "HOSTALIASES": code, "GCONV_PATH": code, "LOCPATH": code, "NLSPATH": code, "GETCONF_DIR": code, "LC_ALL": letters, "LC_CTYPE": letters, "LANG": letters, "TEXTDOMAINDIR": machine,
	"GLIBC_TUNABLES": code, "MALLOC_CHECK_": harmless, "TERMINFO": code, "TERMCAP": code, "LD_LIBRARY_PATH": libraries, "DYLD_LIBRARY_PATH": libraries, "DYLD_FALLBACK_LIBRARY_PATH": libraries, "RESOLV_HOST_CONF": code, "LOCALDOMAIN": code, "PYTHONHOME": code,

	"PAGER": command, "MANPAGER": command, "GIT_PAGER": command, "BAT_PAGER": command, "SYSTEMD_PAGER": command, "PSQL_PAGER": command, "DELTA_PAGER": command,
	"EDITOR": command, "VISUAL": command, "GIT_EDITOR": command, "GIT_SEQUENCE_EDITOR": command, "SUDO_EDITOR": command, "SVN_EDITOR": command, "FCEDIT": command, "HGEDITOR": command,
	"BROWSER": command, "LESSOPEN": code, "LESSCLOSE": code, "LESSEDIT": code, "LESSKEY": code, "LESSKEYIN": code, "LESSKEY_CONTENT": code, "MANOPT": options, "MANROFFOPT": options, "MANROFFSEQ": code, "LESS": options, "MORE": options,

	"GIT_SSH": command, "GIT_SSH_COMMAND": command, "GIT_ASKPASS": command, "SSH_ASKPASS": command, "SUDO_ASKPASS": command, "GIT_PROXY_COMMAND": command, "GIT_EXTERNAL_DIFF": command,
	"GIT_EXEC_PATH": code, "GIT_TEMPLATE_DIR": code, "GIT_CONFIG": code, "GIT_CONFIG_GLOBAL": code, "GIT_CONFIG_SYSTEM": code, "GIT_CONFIG_COUNT": code, "GIT_CONFIG_PARAMETERS": code, "GIT_CONFIG_NOSYSTEM": harmless,
	"GIT_DIR": redirects, "GIT_COMMON_DIR": redirects, "GIT_WORK_TREE": redirects, "GIT_INDEX_FILE": redirects, "GIT_OBJECT_DIRECTORY": redirects, "GIT_ALTERNATE_OBJECT_DIRECTORIES": redirects, "GIT_ALLOW_PROTOCOL": code, "GIT_PROTOCOL_FROM_USER": code,
	"GIT_ATTR_SOURCE": redirects, "GIT_TRACE": options, "GIT_TRACE2": options, "GIT_SSL_NO_VERIFY": code, "GIT_SSL_CAINFO": code, "GIT_NAMESPACE": harmless,

	"NODE_OPTIONS": options, "NODE_PATH": searched, "NODE_EXTRA_CA_CERTS": code, "NODE_TLS_REJECT_UNAUTHORIZED": code, "NODE_REPL_EXTERNAL_MODULE": code, "ELECTRON_RUN_AS_NODE": code, "DENO_DIR": redirects, "BUN_OPTIONS": options,
	"PYTHONSTARTUP": code, "PYTHONPATH": searched, "PYTHONINSPECT": harmless, "PYTHONUSERBASE": searched, "PYTHONBREAKPOINT": code, "PYTHONWARNINGS": options, "PYTHONEXECUTABLE": code, "PYTHONPLATLIBDIR": code, "PYTHONPYCACHEPREFIX": redirects, "PYTEST_PLUGINS": code, "PYTEST_ADDOPTS": options,
	"PERL5LIB": searched, "PERLLIB": searched, "PERL5OPT": code, "PERL5DB": code, "PERL5SHELL": code, "PERL_UNICODE": harmless,
	"RUBYOPT": code, "RUBYLIB": searched, "RUBYSHELL": code, "GEM_HOME": settings, "GEM_PATH": settings, "BUNDLE_GEMFILE": settings, "BUNDLE_PATH": settings,
	"JAVA_TOOL_OPTIONS": options, "_JAVA_OPTIONS": options, "JDK_JAVA_OPTIONS": options, "JAVA_OPTS": options, "MAVEN_OPTS": options, "MAVEN_ARGS": options, "ANT_ARGS": options, "ANT_OPTS": options, "JAVACMD": command, "LEIN_JAVA_CMD": command, "CLJ_CONFIG": settings, "GRADLE_OPTS": options, "SBT_OPTS": options, "CLASSPATH": searched, "JAVA_HOME": redirects, "GRADLE_USER_HOME": settings, "GRADLE_HOME": settings, "M2_HOME": settings, "MAVEN_HOME": settings,
	"LUA_INIT": code, "LUA_PATH": searched, "LUA_CPATH": searched, "R_PROFILE": code, "R_PROFILE_USER": code, "R_ENVIRON": code, "R_ENVIRON_USER": code, "R_LIBS": searched, "PHPRC": code, "PHP_INI_SCAN_DIR": code, "JULIA_LOAD_PATH": searched, "JULIA_DEPOT_PATH": settings, "ERL_FLAGS": options, "ERL_AFLAGS": options, "ERL_ZFLAGS": options, "ELIXIR_ERL_OPTIONS": options, "ERL_LIBS": searched, "ERL_INETRC": settings, "MIX_EXS": settings, "MIX_HOME": settings, "GUILE_LOAD_PATH": searched, "TCLLIBPATH": searched, "GROOVY_OPTS": options, "AWKPATH": searched, "AWKLIBPATH": searched, "GHCRTS": options, "OCAMLRUNPARAM": harmless, "PSMODULEPATH": searched, "DOTNET_STARTUP_HOOKS": code, "CORECLR_PROFILER_PATH": code, "CORECLR_PROFILER": code,

	"GOFLAGS": options, "GOROOT": redirects, "GOTOOLDIR": code, "HF_ENDPOINT": proxy, "GOPROXY": proxy, "GONOSUMCHECK": harmless, "GONOSUMDB": code, "GONOSUMBD": code, "GOINSECURE": code, "GOSUMDB": options, "GOENV": machine, "GOWORK": settings, "GOTOOLCHAIN": options, "GOCACHEPROG": command, "GOAUTH": code, "GOVCS": code, "GO_EXTLINK_ENABLED": harmless, "CGO_CFLAGS": options, "CGO_LDFLAGS": options,
	"CC": command, "CXX": command, "LD": command, "AR": command, "AS": command, "CPP": command, "FC": command, "RUSTC": command, "RUSTC_WRAPPER": command, "RUSTC_WORKSPACE_WRAPPER": command, "RUSTDOC": command, "CARGO": command, "RUSTFLAGS": options, "RUSTDOCFLAGS": options, "CARGO_ENCODED_RUSTFLAGS": options, "RUSTUP_TOOLCHAIN": settings, "RUSTFMT": command,
	"CARGO_HOME": settings, "RUSTUP_HOME": settings, "CMAKE_TOOLCHAIN_FILE": settings, "CMAKE_C_COMPILER_LAUNCHER": command, "CMAKE_CXX_COMPILER_LAUNCHER": command, "COMPILER_PATH": machine, "GCC_EXEC_PREFIX": code, "CCACHE_PREFIX": command, "CCACHE_PREFIX_CPP": command, "CCACHE_COMPILER": command, "CCC_OVERRIDE_OPTIONS": code, "RUSTC_LINKER": command, "DEPENDENCIES_OUTPUT": redirects, "SUNPRO_DEPENDENCIES": redirects,
	"M4": command, "AUTOM4TE": command, "AUTOCONF": command, "AUTOHEADER": command, "AUTOMAKE": command, "ACLOCAL": command, "ACLOCAL_PATH": searched, "AUTOPOINT": command, "LIBTOOLIZE": command, "CONFIG_SHELL": command, "CONFIG_SITE": code, "MAKEFLAGS": options, "MFLAGS": options, "GNUMAKEFLAGS": options, "MAKEFILES": code, "LIBTOOL": command, "PKG_CONFIG": command, "PKG_CONFIG_PATH": searched,

	"TAR_OPTIONS": code, "RSYNC_RSH": command, "RSYNC_PROXY": proxy, "RSYNC_CONNECT_PROG": command, "ZIPOPT": code, "UNZIP": options, "UNZIPOPT": options, "GZIP": options, "XZ_OPT": options, "XZ_DEFAULTS": options, "ZSTD_CLEVEL": harmless, "GREP_OPTIONS": code, "RIPGREP_CONFIG_PATH": code, "ACKRC": code, "FZF_DEFAULT_COMMAND": command, "FZF_DEFAULT_OPTS": options, "BAT_CONFIG_PATH": code, "CURL_HOME": settings, "WGETRC": code, "SYSTEM_WGETRC": code, "NETRC": redirects, "CVS_RSH": command, "SVN_SSH": command, "HGRCPATH": code, "PSQLRC": code, "PGSERVICEFILE": redirects, "PGPASSFILE": redirects, "MYSQL_HOME": settings, "SQLITE_HISTORY": redirects, "SCREENRC": code, "TMUX_TMPDIR": redirects, "VIMINIT": code, "EXINIT": code, "GVIMINIT": code, "MYVIMRC": code, "VIM": code, "VIMRUNTIME": code, "NVIM_APPNAME": code, "EMACSLOADPATH": code, "NANORC": code,
	"PIP_INDEX_URL": proxy, "PIP_EXTRA_INDEX_URL": proxy, "PIP_TRUSTED_HOST": proxy, "PIP_CONFIG_FILE": settings, "PIP_TARGET": redirects, "PIP_PREFIX": redirects, "PIP_FIND_LINKS": redirects, "UV_INDEX_URL": proxy, "UV_DEFAULT_INDEX": proxy, "UV_EXTRA_INDEX_URL": proxy, "UV_INDEX": proxy, "POETRY_REPOSITORIES": proxy, "YARN_REGISTRY": proxy, "YARN_RC_FILENAME": code, "YARN_YARN_PATH": code, "COREPACK_NPM_REGISTRY": proxy, "HOMEBREW_BOTTLE_DOMAIN": proxy,
	"DISPLAY": options, "PULSE_SERVER": options, "HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "ALL_PROXY": proxy, "FTP_PROXY": proxy, "http_proxy": proxy, "https_proxy": proxy, "all_proxy": proxy, "ftp_proxy": proxy, "NO_PROXY": harmless, "no_proxy": harmless,
	"SSL_CERT_FILE": code, "SSL_CERT_DIR": code, "CURL_CA_BUNDLE": code, "REQUESTS_CA_BUNDLE": code, "OPENSSL_CONF": code, "OPENSSL_MODULES": code, "OPENSSL_ENGINES": code, "SSLKEYLOGFILE": redirects,
	"KUBECONFIG": settings, "KUBE_EDITOR": command, "DOCKER_HOST": proxy, "DOCKER_CONFIG": settings, "AWS_CONFIG_FILE": settings, "AWS_SHARED_CREDENTIALS_FILE": redirects, "AWS_ENDPOINT_URL": proxy, "AWS_PAGER": command, "GH_HOST": proxy, "GH_PAGER": command, "GH_EDITOR": command, "GH_BROWSER": command, "GH_CONFIG_DIR": settings, "SSH_AUTH_SOCK": redirects, "WG_HIDE_KEYS": reveals, "GNUPGHOME": settings, "GPG_TTY": harmless, "PINENTRY_USER_DATA": harmless, "ANSIBLE_CONFIG": settings, "ANSIBLE_LIBRARY": searched, "ANSIBLE_MODULE_UTILS": searched, "ANSIBLE_ROLES_PATH": searched, "ANSIBLE_COLLECTIONS_PATH": searched, "ANSIBLE_SSH_EXECUTABLE": settings, "HELM_PLUGINS": searched, "JJ_CONFIG": settings, "TF_CLI_CONFIG_FILE": settings, "TF_CLI_ARGS": options,
	"ZDOTDIR": machine, "COMPOSER_HOME": settings, "PYLINTRC": settings, "IPYTHONDIR": settings, "JUPYTER_CONFIG_DIR": settings, "CABAL_DIR": settings, "CABAL_CONFIG": settings, "CONAN_HOME": settings, "CONAN_USER_HOME": settings, "CCACHE_CONFIGPATH": settings, "POETRY_CONFIG_DIR": settings,
	"GOCACHE": redirects, "GOTMPDIR": redirects, "GOCOVERDIR": redirects, "GOPATH": redirects, "GOMODCACHE": redirects, "GOBIN": redirects, "CARGO_TARGET_DIR": redirects, "CARGO_INSTALL_ROOT": redirects, "CCACHE_DIR": redirects, "SCCACHE_DIR": redirects, "SCCACHE_ERROR_LOG": redirects, "DESTDIR": redirects,
	"LLVM_PROFILE_FILE": redirects, "GCOV_PREFIX": redirects, "COVERAGE_FILE": redirects, "COVERAGE_RCFILE": settings, "FLASK_APP": settings, "NOXFILE": settings, "HARNESS_PERL_SWITCHES": code, "HARNESS_PERL": command, "BUNDLE_APP_CONFIG": settings, "TS_NODE_COMPILER": settings, "TS_NODE_PROJECT": settings, "JULIA_BINDIR": settings, "JULIA_PROJECT": settings, "DOTNET_ROOT": settings, "VALGRIND_LIB": machine, "TAPE": options, "FFREPORT": options, "DBUS_SESSION_BUS_ADDRESS": options, "DBUS_SYSTEM_BUS_ADDRESS": options, "BZR_SSH": command, "BZR_PLUGIN_PATH": searched, "GDBHISTFILE": redirects, "COVERAGE_PROCESS_START": settings, "NODE_V8_COVERAGE": redirects, "NODE_REDIRECT_WARNINGS": redirects, "NODE_COMPILE_CACHE": redirects, "GMON_OUT_PREFIX": redirects, "MALLOC_TRACE": redirects, "CPUPROFILE": redirects, "HEAPPROFILE": redirects, "VALGRIND_OPTS": options, "MALLOC_CONF": options,
	"YACC": command, "LEX": command, "RM": command, "CMAKE": command, "PROTOC": command, "HGMERGE": command, "SVN_MERGE": command, "CVSEDITOR": command, "PARALLEL_SHELL": command,
	"TARGET_CC": command, "TARGET_CXX": command, "TARGET_AR": command, "HOST_CC": command, "HOST_CXX": command, "HOST_AR": command,
	"BAT_OPTS": options, "SYSTEMD_LESS": options, "PARALLEL": options, "SPEC_OPTS": options, "USE_BAZEL_VERSION": options,
	"FZF_DEFAULT_OPTS_FILE": machine, "SYSSCREENRC": machine, "LATEXMKRCSYS": machine, "LIBCLANG_PATH": machine, "JUST_JUSTFILE": settings, "MONO_PATH": searched, "TS_NODE_REQUIRE": code,
	"BAZELISK_BASE_URL": proxy, "DISTCC_HOSTS": proxy, "SCCACHE_ENDPOINT": proxy, "NUGET_PACKAGES": redirects, "MIX_BUILD_PATH": redirects, "MIX_DEPS_PATH": redirects,
	"CFLAGS": compiles, "CXXFLAGS": compiles, "CPPFLAGS": compiles, "LDFLAGS": compiles, "FFLAGS": compiles, "FCFLAGS": compiles, "BINDGEN_EXTRA_CLANG_ARGS": compiles,
	"TEXMFOUTPUT": redirects, "TEXMFCNF": machine, "shell_escape": code, "openout_any": code, "openin_any": code, "MAGICK_CONFIGURE_PATH": machine, "MAGICK_CODER_MODULE_PATH": machine, "MAGICK_CODER_FILTER_PATH": machine, "MAGICK_HOME": settings, "TF_LOG_PATH": redirects, "TF_DATA_DIR": redirects, "TF_PLUGIN_CACHE_DIR": redirects, "XDG_CACHE_HOME": redirects, "XDG_STATE_HOME": redirects, "LESSHISTFILE": redirects, "UV_PROJECT_ENVIRONMENT": redirects, "UV_TOOL_DIR": redirects, "UV_TOOL_BIN_DIR": redirects, "PIPX_HOME": redirects, "PIPX_BIN_DIR": redirects, "YARN_CACHE_FOLDER": redirects,
	"PUPPETEER_EXECUTABLE_PATH": command, "CHROME_BIN": command, "CHROME_PATH": command, "PLAYWRIGHT_BROWSERS_PATH": settings, "ESBUILD_BINARY_PATH": command,
	"HOME": redirects, "XDG_CONFIG_HOME": redirects, "XDG_DATA_HOME": redirects, "XDG_CONFIG_DIRS": redirects, "XDG_DATA_DIRS": redirects, "TMPDIR": redirects, "HISTFILE": redirects, "MAIL": harmless, "MAILPATH": code, "GDBINIT": code, "DEBUGINFOD_URLS": proxy, "QT_PLUGIN_PATH": code, "QT_QPA_PLATFORM_PLUGIN_PATH": code, "GTK_MODULES": code, "GTK_PATH": code, "GIO_EXTRA_MODULES": code, "GST_PLUGIN_PATH": code, "LIBGL_DRIVERS_PATH": code, "VK_ICD_FILENAMES": code, "OCL_ICD_VENDORS": code, "TEXINPUTS": searched, "MANPATH": searched, "INFOPATH": harmless, "GROFF_COMMAND_PREFIX": code, "GROFF_TYPESETTER": harmless, "M4PATH": searched, "BASH_XTRACEFD": harmless,
}

// variablePatterns are for names that come in families. The first that fits
// counts.
var variablePatterns = []struct {
	prefix, suffix string
	effect         effect
}{
	{"LD_", "", code}, {"DYLD_", "", code}, {"BASH_FUNC_", "", code}, {"GIT_CONFIG_KEY_", "", code}, {"GIT_CONFIG_VALUE_", "", code}, {"GIT_TRACE", "", options},
	{"npm_config_", "", options}, {"NPM_CONFIG_", "", options}, {"YARN_", "_PATH", code}, {"PERL5", "", code}, {"CARGO_TARGET_", "_RUNNER", command}, {"CARGO_TARGET_", "_LINKER", command}, {"CARGO_BUILD_", "", options}, {"TF_CLI_ARGS", "", options}, {"COR_", "", code}, {"CORECLR_", "", code},
	{"", "_PAGER", command}, {"", "_EDITOR", command}, {"", "_ASKPASS", command}, {"", "_RSH", command}, {"", "_PRELOAD", code}, {"", "_SSH_COMMAND", command}, {"", "_PROXY", proxy}, {"", "_proxy", proxy}, {"", "_INDEX_URL", proxy}, {"", "_RC_FILE", redirects},
	{"LUA_INIT_", "", code}, {"LUA_PATH_", "", searched}, {"LUA_CPATH_", "", searched}, {"OCTAVE_", "", settings}, {"TEXMF", "", settings}, {"ANSIBLE_", "_PLUGINS", searched}, {"", "_SYMBOLIZER_PATH", settings}, {"", "_JVM_OPTS", options}, {"", "_JAVA_OPTS", options},
	{"", "SAN_OPTIONS", sanitizer}, {"", "_CACHE_DIR", redirects}, {"", "_HISTFILE", redirects}, {"", "_HISTORY_FILE", redirects}, {"", "_LOG_FILE", redirects}, {"", "_LOGFILE", redirects},
	{"CC_", "_gnu", command}, {"CXX_", "_gnu", command}, {"CC_", "_musl", command}, {"CXX_", "_musl", command}, {"CC_", "_darwin", command}, {"CXX_", "_darwin", command},
	{"CFLAGS_", "", compiles}, {"CXXFLAGS_", "", compiles}, {"BINDGEN_EXTRA_CLANG_ARGS_", "", compiles}, {"", "_LOG_PATH", redirects},
}

func effectOf(name string) effect {
	if e, ok := variables[name]; ok {
		return e
	}
	for _, p := range variablePatterns {
		if len(name) > len(p.prefix)+len(p.suffix) && strings.HasPrefix(name, p.prefix) && strings.HasSuffix(name, p.suffix) {
			return p.effect
		}
	}
	return unlisted
}

// plainValues are values of variables that do nothing unexpected.
var plainValues = map[string]string{
	"WG_HIDE_KEYS": "always", "PYTHONBREAKPOINT": "0 pdb.set_trace ipdb.set_trace", "GOENV": "off", "GIT_CONFIG_COUNT": "0", "GOPROXY": "off direct https://proxy.golang.org https://proxy.golang.org,direct",
	"shell_escape": "f n p 0", "openout_any": "p r", "openin_any": "p r",
	"DISTCC_HOSTS": "localhost", "HGMERGE": "internal:merge internal:fail internal:local internal:other :merge :fail :local :other",
}

// plainCommands are values of PAGER, EDITOR, CC and the like that do nothing
// unexpected.
var plainCommands = map[string]bool{
	"": true, "cat": true, "less": true, "more": true, "true": true, ":": true, "false": true, "echo": true, "vi": true, "vim": true, "nano": true, "nvim": true, "emacs": true, "ed": true,
	"bat": true, "delta": true, "code": true, "ssh": true, "gcc": true, "g++": true, "cc": true, "c++": true, "clang": true, "clang++": true, "ld": true, "lld": true, "gold": true, "mold": true, "ar": true, "as": true, "rustc": true, "sccache": true, "ccache": true, "distcc": true,
	"gfortran": true, "musl-gcc": true, "/bin/true": true, "/bin/cat": true, "/usr/bin/true": true, "/bin/false": true, "zig": true, "cargo": true, "rustdoc": true, "none": true, "pkg-config": true, "lynx": true, "w3m": true,
}

// plainShells are values of SHELL and the like. Anywhere else a shell runs what
// a pager is to show, or what an editor is to change.
var plainShells = wordSet("sh bash zsh dash /bin/sh /bin/bash /bin/zsh /usr/bin/sh /usr/bin/bash /usr/bin/zsh")

// riskyOptions are parts of values that make programs load or run something.
var riskyOptions = []string{
	"-r", "--require", "-eval", "--import", "--loader", "--experimental-loader", "--eval", "-e ", "--inspect", "-javaagent", "-agentlib", "-agentpath", "-Xbootclasspath", "-XX:OnError", "-XX:OnOutOfMemoryError", "-XX:Flags", "-XX:VMOptionsFile", "@",
	"-toolexec", "-exec", "-overlay", "-modfile", "-ldflags", "-gcflags", "-fplugin", "-specs", "-wrapper", "-B", "-Wl,", "-load", "linker", "--eval=", "-f", "-C", "-I", "-p ", "--plugin", "--preview", "--bind", "--execute", "!", "+", "$(", "`", "/", "-H", "-P", "script_shell", "script-shell",
}

// environment judges an assignment by what the variable does to programs. One
// that nothing is known of only counts where programs get it.
func (w *walker) environment(st *state, name string, v value, span guard.Span, export bool) {
	e := effectOf(name)
	if e == harmless || e == unlisted && !export || v.kind == known && v.text == "" && name != "PATH" || w.u.venv && w.a.activation(st, name, v) {
		return
	}
	if e == compiles && !export || e == letters && v.kind != known && ascii(w.u.src) {
		return
	}
	if reason := w.a.danger(st, name, e, v); reason != "" {
		w.a.unknown(span, reason, false)
		if e == command && v.kind == known {
			c := w.sub()
			c.out = nil
			c.nested(v.word(span), w.a.inChild(st, st.dir))
		}
	}
}

// danger says why a value of a variable is not harmless; "" where it is.
func (a *analysis) danger(st *state, name string, e effect, v value) string {
	reason := "the variable " + name + " makes programs run or load something"
	if e == letters {
		reason = "the variable " + name + " may change how the shell reads what isn't ASCII"
	}
	switch {
	case e == libraries && (v.grown || v.kind == known && a.trusted(st, name, v.text)):
		return "programs take libraries from a folder of the workspace: " + name
	case v.grown || slices.Contains(strings.Fields(plainValues[name]), v.text) && v.kind == known:
		return ""
	case (e == unlisted || e == compiles) && v.kind != known, e == command && v.kind == known && namedTool(name, v.text):
		return ""
	case v.kind != known:
		moves := e == redirects || e == settings
		if moves && v.kind == pattern && strings.HasPrefix(v.text, a.temp()+"/") || v.num && !v.empty {
			return ""
		}
		if moves {
			return "the variable " + name + " has a value that is not known"
		}
		return reason
	}
	switch e {
	case code:
		if v.text == "/dev/null" || onlyWarnings(name, v.text) {
			return ""
		}
	case command:
		if plainCommand(v.text) || toolchain[name] && plainTool.MatchString(v.text) || name == "MANPAGER" && v.text == "col -b" || (name == "SHELL" || name == "CONFIG_SHELL") && plainShells[v.text] {
			return ""
		}
	case options:
		if !riskyValue(name, v.text) {
			return ""
		}
		if (name == "CGO_CFLAGS" || name == "CGO_LDFLAGS") && a.plainFolders(st, v.text) {
			return ""
		}
	case searched:
		if a.trusted(st, name, v.text) {
			return ""
		}
	case machine:
		if systemFiles(v.text) {
			return ""
		}
	case compiles:
		if !compilerCode.MatchString(v.text) {
			return a.hint(st, name, v.text)
		}
	case startFile:
		if !strings.ContainsAny(v.text, "/.~$`") {
			return ""
		}
	case letters:
		if plainLocale.MatchString(v.text) && v.text != "zh_TW" && v.text != "zh_HK" {
			return ""
		}
	case proxy:
		return "the variable " + name + " sends traffic through another host"
	case reveals:
		return "the variable " + name + " makes programs print secrets"
	case unlisted:
		return a.hint(st, name, v.text)
	case prompt:
		if plainPrompt.MatchString(v.text) {
			return ""
		}
	case sanitizer:
		if a.sanitizerOptions(st, name, v.text) {
			return ""
		}
		return "the variable " + name + " makes programs read, write or run a file"
	case redirects, settings:
		if a.inside(st, name, v.text) {
			return ""
		}
		return "the variable " + name + " makes programs take their settings or data from another place"
	}
	return reason
}

// toolchain are variables that name the programs of a compiler, and plainTool is
// one of these as systems name it: with a version or a target, alone or in the
// system's folder.
var (
	toolchain = wordSet("CC CXX LD AR AS CPP FC HOSTCC HOSTCXX HOSTLD HOSTAR")
	plainTool = regexp.MustCompile(`^(/usr/(local/)?bin/)?((x86_64|i[3-6]86|aarch64|arm[a-z0-9]*|riscv(32|64)|mips[a-z0-9]*|powerpc[a-z0-9]*|s390x)-([a-z0-9_]+-){0,2})?(gcc|g[+][+]|cc|c[+][+]|clang|clang[+][+]|cpp|gfortran|ar|as|ld|gcc-ar|llvm-ar|llvm-as|ld[.](lld|gold|bfd|mold)|lld|flang)(-[0-9.]+)?$`)
)

// cgoFolders fits the options by which cgo is told of folders and libraries.
var cgoFolders = regexp.MustCompile(`^(-[IL](/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*/?)|-l[A-Za-z0-9_+.-]+|-O[0-3sg]?|-g[0-3]?|-W[a-z-]+|-D[A-Za-z0-9_]+(=[A-Za-z0-9_.]+)?)$`)

// plainFolders reports whether options only name folders of the workspace or of
// the system, and libraries.
func (a *analysis) plainFolders(st *state, options string) bool {
	for _, o := range strings.Fields(options) {
		m := cgoFolders.FindStringSubmatch(o)
		if m == nil || m[2] != "" && !a.inside(st, "", m[2]) && !strings.HasPrefix(path.Clean(m[2]), "/opt/homebrew/") {
			return false
		}
	}
	return true
}

// plainPrompt are prompts that only show variables.
var plainPrompt = regexp.MustCompile(`^([^$` + "`" + `\\]|\$[A-Za-z_][A-Za-z_0-9]*|\$\{[A-Za-z_][A-Za-z_0-9]*(\[[0-9]\])?(##\*/)?\})*$`)

// plainLocale are locales whose encodings have no byte of ASCII within another
// character, as GBK, Big5 (that of zh_TW and zh_HK) and Shift_JIS have it: there,
// a backslash before a quote may be half of one.
var plainLocale = regexp.MustCompile(`^(C|POSIX|[a-z]{2,3}([_-][A-Za-z0-9]{2,4})?)?([.](?i:utf-?8|iso-?8859-?[0-9]+|koi8-[rtu]|cp125[0-9]|us-ascii|euc-?(jp|kr|cn)))?(@[a-z]+)?$`)

// hint says what in a value of a variable that nothing is known of makes
// programs run something, reach a host or leave the workspace.
func (a *analysis) hint(st *state, name, s string) string {
	if a.commandLine(lit(s, guard.Span{})) {
		return "the variable " + name + " holds a command line"
	}
	if !strings.ContainsAny(s, "/~.-+@") { // no address, path or option
		return ""
	}
	loads := loader.MatchString(name)
	for _, m := range addressed.FindAllStringSubmatch(s, -1) {
		if loads && !localHost.MatchString(m[1]) {
			return "the variable " + name + " names another host"
		}
	}
	optional := false
	for _, f := range strings.FieldsFunc(addressed.ReplaceAllString(s, " "), func(r rune) bool { return strings.ContainsRune(" \t\n,;:='\"", r) }) {
		if strings.ContainsAny(f[:1], "-+@") {
			if optional = true; codeOptions[f] {
				return "the variable " + name + " holds an option that runs code"
			}
			f = f[max(strings.IndexAny(f, "/~"), 0):]
		}
		if !loads && !optional || !machinePath.MatchString(f) || a.inside(st, "", f) || a.isTemp(f) && !optional {
			continue
		}
		return "the variable " + name + " names a file outside of the workspace"
	}
	return ""
}

var (
	// loader fits the names of variables that say what a program runs or loads, and
	// from where. Others hold what an application works with: hosts, files of data.
	loader = regexp.MustCompile(`(?i)(^|_)(cmd|command|exec|executable|prog|program|opts?|options|args?|flags|switches|plugins?|preload|loader|libs?|library|init|initfile|rc|rcfile|startup|hooks?|shell|` +
		`editor|viewer|pager|browser|compiler|wrapper|launcher|proxy|mirror|registry|index|toolchain|modules?|script|callbacks?|fetcher|download)s?[0-9]*(_|$)`)
	// addressed is the beginning of an address, up to its host.
	addressed = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://(?:[^/@\s"']*@)?([^/:?#,\s"']*)`)
	// localHost are hosts of this machine or of a network of its own.
	localHost = regexp.MustCompile(`^(|127[.][0-9.]+|0[.]0[.]0[.]0|\[|[A-Za-z][A-Za-z0-9_-]*|.*[.](localhost|local|test|internal))$`)
	// machinePath tells a path of this machine from one of a server, as in
	// BASE_URL=/docs.
	machinePath = regexp.MustCompile(`^(~|[.][.](/|$)|/(home|root|Users|srv|var|mnt|media|boot|tmp|etc|dev/shm)(/|$))`)
	// codeOptions tell programs of many languages to run what follows.
	codeOptions = wordSet("-eval --eval -exec -toolexec -wrapper -load --require --loader --import -agentlib -agentpath -javaagent")
)

// sanitizerOptions reports whether the files that options of a sanitizer name
// lie where programs may work.
func (a *analysis) sanitizerOptions(st *state, name, list string) bool {
	for _, o := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(": ,\t\n", r) }) {
		key, file, ok := strings.Cut(o, "=")
		switch {
		case !ok, file == "stdout", file == "stderr", !sanitizerFiles.MatchString(key):
		case strings.HasPrefix(key, "external_") && !systemFolder(path.Dir(file)), !a.inside(st, name, file) && !a.isTemp(file), a.sensitive(st.dir, lit(file, guard.Span{})):
			return false
		}
	}
	return true
}

var sanitizerFiles = regexp.MustCompile(`(path|dir|suppressions|include|include_if_exists|file)$`)

// onlyWarnings reports whether options of an interpreter in a value do no more
// than turn its warnings on or off.
func onlyWarnings(name, s string) bool {
	switch name {
	case "RUBYOPT":
		return rubyWarnings.MatchString(s)
	case "PERL5OPT":
		return s == "-w" || s == "-W" || s == "-X"
	}
	return false
}

var rubyWarnings = regexp.MustCompile(`^-(w|W[012]?|W:[a-z_-]+)( -(w|W[012]?|W:[a-z_-]+))*$`)

// plainRust are options of rustc that choose lints and how code is made, and
// name neither a program nor a file.
var plainRust = regexp.MustCompile(`^ *((-[ADWF] ?[a-z][a-z_:-]*|-C ?(opt-level|target-cpu|target-feature|debuginfo|lto|codegen-units|panic|overflow-checks|` +
	`debug-assertions|strip|instrument-coverage|force-frame-pointers|split-debuginfo|prefer-dynamic)(=[a-z0-9,.+_-]+)?|` +
	`--cfg[ =][a-z_]+(="?[a-z0-9_-]+"?)?|--cap-lints[ =][a-z]+) *)+$`)

// plainCommand reports whether a value is a known program with plain flags.
func plainCommand(s string) bool {
	f := strings.Fields(s)
	if len(f) == 0 {
		return true
	}
	for _, arg := range f[1:] {
		if strings.ContainsAny(arg, "$`;|&<>(){}!+/'\"\\") || !strings.HasPrefix(arg, "-") && !plainCommands[arg] {
			return false
		}
		if strings.HasPrefix(arg, "-c") || strings.HasPrefix(arg, "-e") || strings.HasPrefix(arg, "-o") || strings.HasPrefix(arg, "-F") {
			return false
		}
	}
	return plainCommands[f[0]]
}

// namedTool reports whether a value is the program that its variable is named
// after, or a kind of it, with no more than short flags.
func namedTool(name, s string) bool {
	f := strings.Fields(s)
	if len(f) == 0 {
		return false
	}
	for _, arg := range f[1:] {
		if len(arg) != 2 || arg[0] != '-' {
			return false
		}
	}
	tool := strings.TrimPrefix(f[0], "/usr/bin/")
	return tool == strings.ToLower(name) || slices.Contains(strings.Fields(kinds[name]), tool) || compilerName.MatchString(tool)
}

// kinds are other programs of the kind that a variable is named after.
var kinds = map[string]string{"YACC": "bison byacc", "LEX": "flex", "M4": "gm4", "LIBTOOLIZE": "glibtoolize", "HARNESS_PERL": "perl", "PARALLEL_SHELL": "sh bash zsh dash /bin/sh /bin/bash /bin/zsh"}

// compilerName fits the names of compilers for a target or of a version.
var compilerName = regexp.MustCompile(`^([a-z0-9_]+(-[a-z0-9_]+)*-)?(gcc|g[+][+]|clang|clang[+][+]|gfortran|cpp|ar|ranlib|ld|as)(-[0-9.]+)?$`)

// compilerCode are options of compilers and linkers that make them run or load
// something, or take their own programs from another folder.
var compilerCode = regexp.MustCompile(`(^|[ \t])["']?(-fplugin|-B|--?specs|-wrapper|-load|-fuse-ld=[^ ]*/|--ld-path|-fpass-plugin|-Wl,([^ ]*,)?--?(load-pass-)?plugin)`)

// systemFiles reports whether a list names none but files and folders of the
// system.
func systemFiles(list string) bool {
	for _, p := range strings.Split(list, ":") {
		if p != "" && (p != path.Clean(p) || !strings.HasPrefix(p, "/usr/")) {
			return false
		}
	}
	return true
}

// riskyParts are what in options for a program makes it run or load something,
// or reach another machine.
var riskyParts = map[string]*regexp.Regexp{
	"BAT_OPTS": regexp.MustCompile(`--pager|--config|--map`), "SYSTEMD_LESS": regexp.MustCompile(`[+!]|^-?-?[oOk]| -?-[oOk]|--log|--lesskey`),
	"PARALLEL":          regexp.MustCompile(`(^| )(-S|--ssh|--rsh|--wd|--profile|-J|--results|--joblog|--tmp|--sql|--filter|--rpl|--limit)`),
	"SPEC_OPTS":         regexp.MustCompile(`(^| )(-r|--require|-I|-O|--options|-o|--out|-P|--pattern|--default-path|-f ?[./])|/`),
	"USE_BAZEL_VERSION": regexp.MustCompile(`/`),
}

// riskyValue reports whether options in a value may run something.
func riskyValue(name, s string) bool {
	switch {
	case riskyParts[name] != nil:
		return riskyParts[name].MatchString(s)
	case strings.HasPrefix(strings.ToLower(name), "npm_config_"):
		return riskyNpm(strings.ToLower(name)[len("npm_config_"):], s)
	case strings.HasPrefix(name, "GIT_TRACE"):
		return strings.Contains(s, "/") && !traceFile.MatchString(s)
	case strings.HasPrefix(name, "ERL_") && erlangPlain.MatchString(s):
		return false
	case name == "DISPLAY" || name == "PULSE_SERVER": // of another machine
		return !strings.HasPrefix(s, ":") && !strings.HasPrefix(s, "unix:") && !strings.HasPrefix(s, "localhost:") && !strings.HasPrefix(s, "/run/")
	case strings.HasPrefix(name, "DBUS_"):
		return !strings.HasPrefix(s, "unix:")
	case name == "TAPE" && strings.Contains(s, ":"): // of another machine
		return true
	case name == "GOTOOLCHAIN":
		return strings.Contains(s, "path")
	case name == "GOSUMDB":
		return s != "sum.golang.org"
	case strings.HasPrefix(name, "RUST") && plainRust.MatchString(s):
		return false
	case name == "PYTHONWARNINGS":
		return strings.Contains(s, "::") && strings.Contains(s, ".")
	}
	for _, o := range riskyOptions {
		if strings.Contains(s, o) {
			return !benignOptions(name, s)
		}
	}
	return false
}

var (
	// traceFile is a file of the temporary folder itself that nobody reads as code.
	traceFile = regexp.MustCompile(`^/tmp/[A-Za-z0-9_-]+[.](log|txt|trace|json)$`)
	// erlangPlain are options of Erlang's emulator about its processes.
	erlangPlain = regexp.MustCompile(`^ *([+](S|SDcpu|SDio|A|P|Q|K|s?bt|sbwt|sbwtdcpu|sbwtdio|hms|zdbbl|c|C) +[a-z0-9:_]+ *|[+]B *)+$`)
)

// benignOptions lets well-known harmless values through that hold a part that
// looks risky.
func benignOptions(name, s string) bool {
	for _, f := range strings.Fields(s) {
		ok := false
		for _, p := range benignPrefixes[name] {
			ok = ok || strings.HasPrefix(f, p)
		}
		if !ok || strings.ContainsAny(f, "$`!@") {
			return false
		}
	}
	return true
}

var benignPrefixes = map[string][]string{
	"LESS": {"-F", "-R", "-X", "-S", "-i", "-M", "-N", "F", "R", "X", "S"}, "GOFLAGS": {"-mod=mod", "-mod=vendor", "-mod=readonly", "-tags=", "-race", "-count=", "-trimpath", "-buildvcs=", "-v", "-p="},
	"NODE_OPTIONS":      {"--max-old-space-size", "--max_old_space_size", "--no-warnings", "--enable-source-maps", "--trace-warnings", "--openssl-legacy-provider", "--unhandled-rejections", "--stack-trace-limit", "--experimental-vm-modules", "--trace-deprecation"},
	"JAVA_TOOL_OPTIONS": {"-Xm", "-Xs", "-Dfile.encoding=", "-Duser.", "-XX:MaxRAM", "-XX:+Use"}, "MAVEN_OPTS": {"-Xm", "-Xs", "-XX:MaxRAM", "-XX:+Use", "-Djava.awt.headless="}, "GRADLE_OPTS": {"-Xm", "-Dorg.gradle."}, "JAVA_OPTS": {"-Xm", "-Xs"},
	"MAKEFLAGS": {"-j", "-s", "-k", "--no-print-directory"}, "PYTEST_ADDOPTS": {"-v", "-q", "-x", "--tb=", "--color=", "-n", "--maxfail"}, "CGO_CFLAGS": {"-O", "-g", "-W"}, "CGO_LDFLAGS": {"-l"},
}

// riskyNpm reports whether a setting of npm runs or fetches something.
func riskyNpm(setting, s string) bool {
	switch setting {
	case "script_shell", "node_options", "git", "shell", "editor", "viewer", "browser", "registry", "userconfig", "globalconfig", "prefix", "cache", "proxy", "https_proxy", "init_module", "call", "onload_script", "node_gyp", "scripts_prepend_node_path", "cafile", "strict_ssl":
		return true
	}
	return strings.Contains(s, "/")
}

// trusted reports whether every folder of a list is one that code may be taken
// from.
func (a *analysis) trusted(st *state, name, list string) bool {
	for _, dir := range strings.Split(list, ":") {
		if !a.trustedFolder(st, name, dir) {
			return false
		}
	}
	return true
}

func (a *analysis) trustedFolder(st *state, name, dir string) bool {
	if name == "PATH" {
		return path.IsAbs(dir) && (systemFolder(strings.TrimSuffix(dir, "/")) || toolFolder(dir) && !a.isTemp(dir))
	}
	if dir == "" {
		return true
	}
	if strings.ContainsAny(dir, ";?@") && name != "LUA_PATH" && name != "LUA_CPATH" {
		return false
	}
	return a.inside(st, name, dir)
}

// toolFolder reports whether programs are usually installed in a folder.
func toolFolder(dir string) bool {
	dir = strings.TrimSuffix(dir, "/")
	if dir != path.Clean(dir) {
		return false
	}
	for _, end := range []string{"/node_modules/.bin", "/.venv/bin", "/venv/bin", "/go/bin", "/.cargo/bin", "/.local/bin", "/.bun/bin", "/.deno/bin", "/snap/bin", "/opt/homebrew/sbin", "/usr/games", "/usr/local/games"} {
		if strings.HasSuffix(dir, end) {
			return true
		}
	}
	return strings.HasPrefix(dir, "/usr/lib/") || strings.HasPrefix(dir, "/opt/") && strings.HasSuffix(dir, "/bin") || strings.HasPrefix(dir, "/usr/local/") && strings.HasSuffix(dir, "/bin")
}

func (a *analysis) isTemp(dir string) bool {
	dir = path.Clean(dir)
	for _, t := range []string{a.temp(), "/tmp", "/var/tmp", "/dev/shm"} {
		if dir == t || strings.HasPrefix(dir, t+"/") {
			return true
		}
	}
	return false
}

// inside reports whether a folder lies beneath the working folder, or is the
// system's.
func (a *analysis) inside(st *state, name, dir string) bool {
	if strings.HasPrefix(dir, "~") {
		return false
	}
	p, glob, ok := st.dir.abs(lit(dir, guard.Span{}))
	if !ok || glob {
		return false
	}
	p = path.Clean(p)
	root := a.o.Dir
	if a.toplevel != "" {
		root = a.toplevel
	}
	if within(p, root) {
		return true
	}
	switch {
	case name == "HOME" && p == a.o.Home, name == "TMPDIR" && a.isTemp(p), strings.HasPrefix(p, "/usr/") && !written[name], p == "/dev/null":
		return true
	}
	// Where caches of builds are by default.
	if home := a.o.Home; home != "" && buildCaches[name] {
		for _, dir := range []string{"/.cache", "/go", "/.dotnet"} {
			if p == home+dir || strings.HasPrefix(p, home+dir+"/") {
				return true
			}
		}
	}
	// Settings and caches in a temporary folder are what isolated runs use.
	return effectOf(name) == redirects && a.isTemp(p) && (!strings.HasPrefix(name, "GIT_") || name == "GIT_INDEX_FILE") && name != "GOROOT" && name != "JAVA_HOME"
}

// settled are programs that run what settings in the home folder say, and
// places are the variables that move those. The
// environment holds them, so that they are exported without being told to.
var (
	settled = wordSet(`git git-lfs hg svn gh hub tig npm npx pnpm pnpx yarn bun bunx cargo rustup go mvn mvnw mvnd gradle gradlew sbt lein clojure clj mix rebar3 composer bundle gem
		vi vim view vimdiff ex nvim emacs ssh scp sftp rsync gdb lldb psql sqlite3 irb pry ipython jupyter zsh fish tmux screen docker podman kubectl helm aws ansible
		ansible-playbook terraform tofu R Rscript julia octave ghci stack cabal opam pip pip3 uv poetry mypy pylint curl wget mutt man less`)
	places = []string{"HOME", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_DATA_HOME", "XDG_DATA_DIRS"}
)

// buildCaches are variables that usually say no more than the default.
var buildCaches = wordSet("GOCACHE GOPATH GOMODCACHE GOBIN CCACHE_DIR SCCACHE_DIR XDG_CACHE_HOME DOTNET_ROOT")

// written are variables whose value is a file or folder that is written to.
var written = wordSet(`CARGO_TARGET_DIR CARGO_INSTALL_ROOT GIT_INDEX_FILE GIT_DIR GIT_OBJECT_DIRECTORY GOCACHE GOBIN GOTMPDIR GOCOVERDIR PYTHONPYCACHEPREFIX NODE_V8_COVERAGE
	NODE_COMPILE_CACHE NODE_REDIRECT_WARNINGS COVERAGE_FILE XDG_CACHE_HOME XDG_STATE_HOME CCACHE_DIR CCACHE_LOGFILE SCCACHE_DIR SCCACHE_ERROR_LOG NUGET_PACKAGES MIX_BUILD_PATH
	MIX_DEPS_PATH LLVM_PROFILE_FILE GCOV_PREFIX GMON_OUT_PREFIX MALLOC_TRACE CPUPROFILE HEAPPROFILE TEXMFOUTPUT TF_LOG_PATH TF_DATA_DIR DEPENDENCIES_OUTPUT SSLKEYLOGFILE HISTFILE PIP_TARGET PIP_PREFIX`)

func wordSet(words string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// movedSettings says that a program takes its settings from another place than
// the home folder. A folder that was made just now, of a name that isn't known,
// holds none.
func (inv *invocation) movedSettings() {
	for _, name := range places {
		v, ok := inv.st.lookup(name)
		if !ok || v.unset || v.env || v.kind == pattern && inv.a.isTemp(v.text) || v.kind == known && (v.text == "" || v.text == "/dev/null" || v.text == inv.a.o.Env[name]) {
			continue
		}
		dir, home := strings.TrimSuffix(v.text, "/"), inv.a.o.Home
		if home != "" && (dir == home || strings.HasPrefix(dir, home+"/.")) || strings.HasSuffix(name, "_DIRS") && systemFolders(dir) {
			continue
		}
		inv.unknown(inv.span, "the variable "+name+" makes "+inv.title()+" take its settings from another place")
	}
}

// systemFolders reports whether a list holds none but the system's folders.
func systemFolders(list string) bool {
	for _, dir := range strings.Split(list, ":") {
		if dir != path.Clean(dir) || !strings.HasPrefix(dir, "/usr/") && dir != "/etc/xdg" {
			return false
		}
	}
	return true
}
