package shell

import "strings"

// regexNames are globs for the last part of the paths that a regular expression
// matches, in any of the usual dialects: enough to tell what it names, not to
// tell what it leaves out. whole says that it must match all of the path.
func (a *analysis) regexNames(w word, anyCase, whole bool) names {
	if w.kind == unknown || len(w.text) > 256 || !a.spend(len(w.text)) {
		return nil
	}
	r := regexReader{text: w.text}
	var out names
	for _, g := range r.alternatives() {
		if !whole {
			g = "*" + g + "*"
			g = strings.TrimSuffix(strings.TrimPrefix(g, "*"+lineStart), lineEnd+"*")
		}
		g = strings.NewReplacer(lineStart, "", lineEnd, "").Replace(g)
		g = g[strings.LastIndexByte(g, '/')+1:]
		// A wildcard may stand for a slash: the name begins behind it.
		for i := 0; i < len(g) && len(out) < maxNames; i++ {
			switch {
			case g[i] == '\\':
				i++
			case g[i] == '*' && i > 0:
				out = append(out, spelled(g[i:], anyCase)...)
			case g[i] == '?':
				out = append(out, spelled(g[i+1:], anyCase)...)
			}
		}
		out = append(out, spelled(g, anyCase)...)
	}
	return out
}

const (
	maxNames  = 64     // of one expression
	lineStart = "\x01" // ^ and $, until the ends are seen to
	lineEnd   = "\x02"
)

// regexReader makes globs of an expression.
type regexReader struct {
	text  string
	i     int
	depth int
}

// alternatives reads up to a closing parenthesis.
func (r *regexReader) alternatives() []string {
	var all []string
	for {
		all = append(all, r.sequence()...)
		if len(all) > maxNames {
			all = all[:maxNames]
		}
		if !r.take("|") && !r.take(`\|`) {
			return all
		}
	}
}

func (r *regexReader) take(s string) bool {
	if !strings.HasPrefix(r.text[r.i:], s) {
		return false
	}
	r.i += len(s)
	return true
}

func (r *regexReader) at(s ...string) bool {
	for _, x := range s {
		if strings.HasPrefix(r.text[r.i:], x) {
			return true
		}
	}
	return false
}

func (r *regexReader) sequence() []string {
	out := []string{""}
	for r.i < len(r.text) && !r.at("|", `\|`) {
		if r.at(")", `\)`) {
			if r.depth > 0 {
				break
			}
			r.i++ // of no group
			continue
		}
		atom := r.repeated(r.atom())
		var next []string
		for _, o := range out {
			for _, a := range atom {
				if len(next) < maxNames {
					next = append(next, o+a)
				}
			}
		}
		out = next
	}
	return out
}

// atom reads what a repetition would be of.
func (r *regexReader) atom() []string {
	switch {
	case r.take("(") || r.take(`\(`):
		if r.take("?") {
			for r.i < len(r.text) && !r.at(":", ">", "=", "!", ")") {
				r.i++
			}
			if !r.at(")") {
				r.i++
			}
		}
		r.i = min(r.i, len(r.text))
		r.depth++
		all := r.alternatives()
		r.depth--
		_ = r.take(")") || r.take(`\)`)
		return all
	case r.at("["):
		return []string{r.class()}
	}
	c := r.text[r.i]
	r.i++
	switch c {
	case '.':
		return []string{"?"}
	case '^':
		return []string{lineStart}
	case '$':
		return []string{lineEnd}
	case '\\':
		if r.i >= len(r.text) {
			return []string{""}
		}
		c = r.text[r.i]
		r.i++
		switch {
		case strings.IndexByte("wWdDsSx", c) >= 0:
			return []string{"?"}
		case strings.IndexByte("bB<>`'AzZQE", c) >= 0:
			return []string{""}
		}
	}
	return []string{quoteGlob(string(c))}
}

// class reads a bracket expression, which globs write alike.
func (r *regexReader) class() string {
	from := r.i
	r.i++
	_ = r.take("^")
	_ = r.take("]")
	for r.i < len(r.text) && r.text[r.i] != ']' {
		switch {
		case r.at(`\`):
			r.i++
		case r.at("[:"):
			if end := strings.Index(r.text[r.i:], ":]"); end > 0 {
				r.i += end + 1
			}
		}
		r.i++
	}
	if r.i >= len(r.text) {
		r.i = len(r.text)
		return "?"
	}
	r.i++
	inner := r.text[from+1 : r.i-1]
	if strings.ContainsAny(inner, `\[]`) || strings.HasPrefix(inner, "^") {
		return "?"
	}
	return "[" + inner + "]"
}

// repeated reads the repetitions behind an atom.
func (r *regexReader) repeated(atom []string) []string {
	for r.i < len(r.text) {
		switch {
		case r.take("*"):
			atom = []string{"*"}
		case r.take("+") || r.take(`\+`):
			for i, a := range atom {
				if a == "?" || a == "*" {
					atom[i] = "*"
				} else {
					atom[i] = a + "*"
				}
			}
		case r.take("?") || r.take(`\?`):
			if len(atom) == 1 && atom[0] == "*" {
				continue // it is only lazy
			}
			atom = append([]string{""}, atom...)
		case r.at("{") && r.i+1 < len(r.text) && r.text[r.i+1] >= '0' && r.text[r.i+1] <= '9':
			end := strings.IndexByte(r.text[r.i:], '}')
			if end < 0 {
				return atom
			}
			if r.text[r.i:r.i+end] != "{1" {
				atom = []string{"*"}
			}
			r.i += end + 1
		default:
			return atom
		}
	}
	return atom
}
