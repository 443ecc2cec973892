package shell

import (
	"slices"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// Linters and formatters write their operands only where they are told to, or
// where that is all they do.
func init() {
	register(readCheck, `gofmt goimports gofumpt golines gci rustfmt prettier biome dprint standard xo oxlint oxfmt eslint eslint_d tslint stylelint htmlhint
		jshint markdownlint markdownlint-cli2 remark textlint black isort autopep8 yapf autoflake pyupgrade docformatter blue djlint 2to3 php-cs-fixer phpcbf
		clang-format cmake-format shfmt nixfmt alejandra ormolu fourmolu hindent ocamlformat stylua swiftformat swift-format ktlint google-java-format scalafmt
		taplo yamlfmt jsonnetfmt buildifier sqlfmt pg_format latexindent tidy rubyfmt standardrb rufo ruff rubocop shellcheck yamllint perltidy astyle uncrustify
		addlicense licenseheaders codespell typos sqlfluff cspell`)
	register(readMagick, "convert magick mogrify composite montage compare import animate display conjure stream gm identify")
	register(readFFmpeg, "ffmpeg ffplay avconv")
	register(readMerged, "msgmerge")
	register(readSquashed, "mksquashfs")
	register(readRofi, "rofi")
	register(readPiped, "sox soxi rec play dvips")
	register(readOpenSSL, "openssl")
	register(readCleared, "virtualenv")
	register(readTwins, "fdupes jdupes")
}

// writers are formatters that write unless they are told not to.
var writers = map[string]bool{
	"black": true, "isort": true, "rustfmt": true, "ruff format": true, "pyupgrade": true, "stylua": true, "swiftformat": true, "blue": true, "alejandra": true, "nixfmt": true,
	"taplo": true, "buildifier": true, "phpcbf": true, "php-cs-fixer": true, "scalafmt": true, "yamlfmt": true, "addlicense": true, "licenseheaders": true, "rufo": true, "sqlfmt": true, "djlint": true, "astyle": true,
}

func readCheck(inv *invocation) {
	a := inv.parse()
	a.options()
	inv.recursive = true
	writes := (writers[inv.command] || inv.flag("w", "write", "write-changes", "fix", "fix-dry", "i", "in-place", "inplace", "unsafe-fixes", "autocorrect", "autocorrect-all", "auto-correct", "auto-correct-all", "A", "a", "F", "format", "replace", "b", "U", "apply", "m", "modify")) &&
		!inv.flag("check", "d", "diff", "dry-run", "stdout", "l", "list-different", "lint")
	words := a.operands
	if inv.command == inv.name && len(words) > 0 && (words[0].is("check") || words[0].is("fix") || words[0].is("format") || words[0].is("fmt") || words[0].is("lint")) {
		writes = writes || words[0].is("fix") || (words[0].is("format") || words[0].is("fmt")) && !inv.flag("check")
		words = words[1:]
	}
	for _, w := range words {
		inv.read(w)
		if writes {
			inv.write(w)
		}
	}
}

// readMerged reads msgmerge, whose --update writes into the first file.
func readMerged(inv *invocation) {
	a := inv.parse()
	a.apply()
	if inv.flag("update") && len(a.operands) > 0 {
		inv.write(a.operands[0])
	}
}

// readSquashed reads mksquashfs: the sources, the target, then the options.
func readSquashed(inv *invocation) {
	n := slices.IndexFunc(inv.args, func(w word) bool { return w.starts("-") && !w.is("-") })
	if n < 0 {
		n = len(inv.args)
	}
	inv.recursive = true
	for i, w := range inv.args[:n] {
		if i == n-1 && n > 1 {
			inv.write(w)
		} else {
			inv.read(w)
		}
	}
	inv.recursive = false
	inv.innerOptions(builtinSpec(inv.name), inv.args[n:]).options()
}

// readPiped reads programs to which a name behind "|" or "!" is a command.
func readPiped(inv *invocation) {
	inv.parse().apply()
	for _, w := range inv.args {
		if w.starts("|") || w.starts("!") {
			inv.shell(w.after(1), guard.DialectPOSIX)
		}
	}
}

// readRofi reads rofi, of whose modes some are scripts: name:script.
func readRofi(inv *invocation) {
	readScreen(inv)
	a := inv.reparse()
	for _, v := range slices.Concat(a.values("modi"), a.values("modes"), a.values("show")) {
		for _, m := range v.list(",") {
			if _, script, ok := m.cut(":"); ok {
				inv.relay(script)
			}
		}
	}
}

// readOpenSSL reads openssl, which takes passwords from files.
func readOpenSSL(inv *invocation) {
	inv.parse().apply()
	if inv.command == "openssl s_server" && !inv.flag("help") {
		inv.connect(word{kind: unknown, reason: "it serves any host", span: inv.span})
	}
	for _, w := range inv.args {
		if w.starts("file:") {
			inv.read(w.after(len("file:")))
		}
	}
}

// readCleared reads what makes virtual environments: with --clear it deletes what
// was there.
func readCleared(inv *invocation) {
	a := inv.parse()
	a.apply()
	if inv.flag("clear") {
		for _, w := range a.operands {
			inv.delete(w, true)
		}
	}
}

// readTwins reads programs that delete files which others are like.
func readTwins(inv *invocation) {
	a := inv.parse()
	a.apply()
	for _, w := range a.operands {
		if inv.flag("delete") && w.kind != unknown {
			inv.delete(word{text: globOf(w) + "/**", kind: pattern, span: w.span}, true)
		}
	}
}

// readMagick reads ImageMagick, whose names may hold the format, and whose last
// word is what is written.
func readMagick(inv *invocation) {
	var files []word
	args := inv.args
	for i := 0; i < len(args); i++ {
		w := args[i]
		switch {
		case (w.is("-write") || w.is("+write")) && i+1 < len(args):
			i++
			inv.magickFile(args[i], true)
		case w.is("-script"):
			inv.opaque(w.span, "a script of "+inv.title())
		case w.starts("-") && w.kind == known && len(w.text) > 1, w.starts("+"):
			inv.flags = append(inv.flags, strings.TrimLeft(w.text, "-+"))
		default:
			files = append(files, w)
		}
	}
	for i, w := range files {
		last := i == len(files)-1 && inv.name != "display" && inv.name != "animate" && inv.name != "identify"
		inv.magickFile(w, last && (len(files) > 1 || inv.name == "import") || inv.name == "mogrify" || inv.name == "conjure")
	}
}

// magickFile reads or writes a file that may stand behind a format or an @.
func (inv *invocation) magickFile(w word, writes bool) {
	if w.is("(") || w.is(")") {
		return
	}
	if i := strings.IndexByte(w.text, ':'); i > 0 && !strings.Contains(w.text[:i], "/") {
		format := strings.ToLower(w.text[:i])
		switch {
		case format == "http" || format == "https" || format == "ftp" || format == "url":
			inv.connect(w)
			return
		case format == "msl" || format == "ephemeral" || format == "mvg" || format == "show" || format == "x" || format == "win":
			inv.opaque(w.span, inv.title()+" runs what a file says ("+format+":)")
		}
		w = w.after(i + 1)
	}
	w2 := w
	if strings.HasPrefix(w.text, "@") {
		w2 = w.after(1)
	}
	if strings.HasPrefix(w.text, "|") {
		inv.unknown(w.span, inv.title()+" runs a command")
	}
	inv.read(w2)
	if writes {
		inv.write(w2)
	}
}

// ffmpegFiles are options of ffmpeg whose value is a file.
var ffmpegFiles = map[string]bool{"-i": false, "-filter_complex_script": false, "-filter_script": false, "-attach": false, "-passlogfile": true, "-report": true, "-vstats_file": true, "-progress": true, "-dump_attachment": true, "-sdp_file": true,
	"-segment_list": true, "-hls_segment_filename": true, "-hls_key_info_file": false, "-stats_enc_pre": true, "-stats_enc_post": true, "-stats_mux_pre": true}

// readFFmpeg reads ffmpeg: an option before a file belongs to it and takes one
// word, but for a few; what no option takes is written.
func readFFmpeg(inv *invocation) {
	args, format := inv.args, word{}
	for i := 0; i < len(args); i++ {
		w := args[i]
		name, _, _ := strings.Cut(w.text, ":")
		if name == "-f" && i+1 < len(args) {
			format = args[i+1]
		}
		writes, file := ffmpegFiles[name]
		switch {
		case file && i+1 < len(args):
			i++
			inv.mediaFile(args[i], writes)
		case w.starts("-") && w.kind == known && len(w.text) > 1:
			inv.flags = append(inv.flags, w.text[1:])
			if i+1 < len(args) && !ffmpegFlags[name] {
				if v := inv.filterFiles(args[i+1]); strings.Contains(v.text, "movie=") || strings.Contains(v.text, "file=") || strings.Contains(v.text, "subtitles=") || strings.Contains(v.text, "ass=") || strings.Contains(v.text, "lut3d=") {
					inv.unknown(v.span, "a filter of ffmpeg may read files")
				}
				if i+2 < len(args) || args[i+1].starts("-") {
					i++
					inv.anyWord(args[i])
				}
			}
		case format.is("tee"): // it writes several files, each behind its options
			for _, f := range strings.Split(w.text, "|") {
				inv.mediaFile(lit(f[strings.LastIndexByte(f, ']')+1:], w.span), true)
			}
		default:
			inv.mediaFile(w, inv.name != "ffplay")
		}
	}
}

var ffmpegFlags = map[string]bool{"-y": true, "-n": true, "-vn": true, "-an": true, "-sn": true, "-dn": true, "-hide_banner": true, "-nostdin": true, "-stats": true, "-nostats": true, "-shortest": true, "-re": true, "-version": true, "-formats": true, "-codecs": true, "-encoders": true, "-decoders": true, "-devices": true, "-filters": true, "-h": true, "-L": true, "-benchmark": true, "-copyts": true, "-accurate_seek": true, "-nodisp": true, "-autoexit": true, "-fs": true}

func (inv *invocation) mediaFile(w word, writes bool) {
	for _, p := range []string{"async:", "cache:", "crypto:", "file:", "concat:"} {
		if strings.HasPrefix(w.text, p) {
			w = w.after(len(p))
		}
	}
	if strings.HasPrefix(w.text, "subfile,") {
		w = w.after(strings.Index(w.text, ":") + 1)
	}
	if parts := strings.Split(w.text, "|"); len(parts) > 1 && !writes && w.kind == known {
		for _, f := range parts {
			inv.mediaFile(lit(f, w.span), false)
		}
		return
	}
	switch {
	case strings.Contains(w.text, "://"):
		inv.connect(w)
	case strings.HasPrefix(w.text, "pipe:"):
	case writes:
		inv.write(w)
	default:
		inv.read(w)
	}
}
