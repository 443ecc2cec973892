package shell

import (
	"regexp"
	"strings"
)

// included looks for secrets that text for a program includes: text in its words
// and on its standard input. A file behind "@" holds more words of a program that
// knows such files.
func (inv *invocation) included() {
	if includers[inv.name] {
		if s := inv.stdin; s.set && s.text.kind == known {
			inv.includes(s.text.word(inv.span))
		}
		for _, w := range inv.args {
			inv.includes(w)
		}
	}
	if responders[inv.name] {
		for _, w := range inv.args {
			if w.starts("@") && len(w.text) > 1 {
				inv.own(w.after(1))
			}
		}
	}
}

var (
	// includers are programs whose text may name files that are put into it.
	includers = wordSet(`gcc g++ cc c++ clang clang++ cpp gfortran nvcc as gas nasm yasm groff troff nroff mandoc asciidoctor asciidoc rst2html rst2latex rst2man pandoc sphinx-build
		tex latex pdftex pdflatex xetex xelatex luatex lualatex context gnuplot dot`)

	// responders are programs that read words from a file behind "@".
	responders = wordSet(`nm strings size readelf objdump addr2line c++filt gprof ar ranlib strip objcopy ld gold lld as javac javadoc jar jlink jpackage kotlinc scalac groovyc
		mypy pylint pytest py.test pytest-3 tsc 7z 7za 7zz 7zr rar unrar dmd ldc2 swiftc csc`)

	inText = regexp.MustCompile(`[A-Za-z0-9_./~+-]+`)
)

func (inv *invocation) includes(w word) {
	if w.kind != known || strings.IndexByte(w.text, '.') < 0 || !inv.a.reads(w.text) {
		return
	}
	for _, at := range inText.FindAllStringIndex(w.text, -1) {
		if f := lit(w.text[at[0]:at[1]], w.span); inv.a.sensitive(inv.dir, f) {
			inv.read(f)
		}
	}
}
