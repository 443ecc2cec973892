package shell

import "strings"

func init() {
	register(readPdftk, "pdftk")
	register(readQpdf, "qpdf")
	register(readOffice, "libreoffice soffice loffice localc lowriter limpress lodraw")
	register(readEbook, "ebook-convert")
	register(readJupytext, "jupytext")
}

// pdftkWork are the operations of pdftk, and whether their words are files.
var pdftkWork = map[string]bool{
	"cat": false, "shuffle": false, "rotate": false, "burst": false, "generate_fdf": false, "dump_data": false, "dump_data_utf8": false, "dump_data_fields": false, "dump_data_fields_utf8": false,
	"dump_data_annots": false, "unpack_files": false, "fill_form": true, "background": true, "multibackground": true, "stamp": true, "multistamp": true, "update_info": true, "update_info_utf8": true, "attach_files": true,
}

// readPdftk reads pdftk: the inputs, an operation, "output" and a file, and how
// it is written.
func readPdftk(inv *invocation) {
	const (
		inputs = iota
		passwords
		work
		result
	)
	state, files, here, out := inputs, true, false, false
	for i := 0; i < len(inv.args); i++ {
		w := inv.args[i]
		operation, isWork := pdftkWork[w.text]
		switch {
		case w.is("output"):
			state = result
			if i++; i < len(inv.args) {
				out = true
				inv.write(inv.args[i])
			}
		case state <= passwords && w.kind == known && isWork:
			state, files = work, operation
			inv.flags = append(inv.flags, w.text)
			here = w.is("burst") || w.is("unpack_files")
		case state == inputs && w.is("input_pw"):
			state = passwords
		case state == inputs:
			if handle, f, ok := w.cut("="); ok && strings.Trim(handle, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
				w = f
			}
			inv.read(w)
		case w.is("to_page") || w.is("relative"):
			files = false
		case state == work && files, w.kind == unknown:
			inv.anyWord(w)
			if w.kind != unknown && !looksLikePath(w.text) {
				inv.read(w)
			}
		default:
			inv.datum(w)
		}
	}
	if here && !out {
		inv.write(inv.here())
	}
}

// qpdfParts are options of qpdf behind which words up to "--" are files, or
// false where they are settings.
var qpdfParts = map[string]bool{"pages": true, "overlay": true, "underlay": true, "add-attachment": true, "copy-attachments-from": true, "encrypt": false, "set-page-labels": false, "file": true}

// qpdfReads are options whose value is a file.
var qpdfReads = wordSet("copy-encryption password-file file update-from-json job-json-file json-input copy-attachments-from")

// readQpdf reads qpdf: an input, an output, and options with words of their own
// up to "--".
func readQpdf(inv *invocation) {
	var operands []word
	part, files := false, false
	for _, w := range inv.args {
		if !mayBeOption(w) || w.kind != known {
			switch {
			case w.starts("@") && w.kind == known:
				inv.read(w.after(1))
				inv.unknown(w.span, "qpdf takes its options from a file")
			case part && files:
				inv.read(w)
			case part:
				inv.datum(w)
			default:
				operands = append(operands, w)
			}
			continue
		}
		name, v, glued := w.cut("=")
		name = strings.TrimLeft(name, "-")
		inv.flags = append(inv.flags, name)
		switch opens, isPart := qpdfParts[name]; {
		case name == "":
			part = false
		case glued && qpdfReads[name]:
			inv.read(v)
			if name == "job-json-file" {
				inv.unknown(w.span, "qpdf takes its options from a file")
			}
		case glued && name != "password" && name != "prefix":
			inv.anyWord(v)
		case isPart && !glued:
			part, files = true, opens
		}
	}
	if inv.flag("empty") && len(operands) > 0 {
		inv.write(operands[0])
		operands = operands[1:]
	}
	for i, w := range operands {
		if i == 0 {
			inv.read(w)
		}
		if i > 0 || inv.flag("replace-input") {
			inv.write(w)
		}
	}
}

// readOffice reads an office suite: documents, and macros that it runs.
func readOffice(inv *invocation) {
	a := inv.parse()
	a.apply()
	for _, w := range a.operands {
		if scheme, _, ok := w.cut(":"); ok && (strings.EqualFold(scheme, "macro") || strings.HasPrefix(strings.ToLower(scheme), "vnd.sun.star.")) {
			inv.opaque(w.span, "code for "+inv.title()+" in an argument")
		}
	}
	if _, ok := a.value("outdir"); !ok && inv.flag("convert-to") {
		inv.write(inv.here())
	}
}

// readUnpacked reads programs of which a command takes files out of another, into
// the working folder.
func readUnpacked(inv *invocation) {
	a := inv.parse()
	a.apply()
	_, named := a.value("o")
	if strings.HasSuffix(inv.command, " extract") && !inv.flag("n", "dry-run", "stdout") || inv.name == "pdfdetach" && !named && !inv.flag("list") {
		inv.write(inv.here())
	}
}

// readEbook reads ebook-convert, to which a recipe is a program that loads what
// it makes a book of.
func readEbook(inv *invocation) {
	a := inv.parse()
	a.apply()
	if len(a.operands) > 0 && strings.HasSuffix(a.operands[0].text, ".recipe") {
		inv.own(a.operands[0])
		inv.connect(word{kind: unknown, reason: "a recipe says what is loaded", span: a.operands[0].span})
	}
}

// readJupytext reads jupytext, which may run the notebooks that it writes.
func readJupytext(inv *invocation) {
	a := inv.parse()
	a.apply()
	for _, w := range a.operands {
		inv.read(w)
		if inv.flag("execute") {
			inv.own(w)
		}
	}
}
