package shell

import (
	"slices"
	"strings"
)

// pythonCode judges a program of Python in full: its words, the modules that it
// imports and the files that it opens by name, which are reported. It is false
// where any of that isn't known to be harmless. Nothing of Python reaches further
// than its names: no other is used than those that are listed here and those that
// the program gives to values of its own.
func (inv *invocation) pythonCode(src string) bool {
	p := pythonReader{src: src}
	if !p.split() {
		return false
	}
	p.bind()
	if !p.importAll() || !p.judge() || !inv.importsPlainly(p.imports) {
		return false
	}
	for _, f := range p.files {
		w := lit(f.name, inv.span)
		if f.read {
			inv.read(w)
		}
		if f.write {
			inv.write(w)
			inv.a.noteWritten(inv.dir, w)
		}
		if f.looks {
			inv.list(w)
		}
	}
	return true
}

// importsPlainly reports whether modules come from Python itself or from the
// workspace, whose code is its own: the working folder is looked into first.
func (inv *invocation) importsPlainly(modules []string) bool {
	if len(modules) == 0 {
		return true
	}
	dir := inv.dir.path
	if dir == "" || inv.dir.glob || !inv.a.ownPath(dir) {
		return false
	}
	return !slices.ContainsFunc(modules, func(m string) bool {
		name, _, _ := strings.Cut(m, ".")
		return inv.a.wrote(dir+"/"+name) || inv.a.wrote(dir+"/"+name+".py")
	})
}

// pythonMembers are the names of each module that reach nothing but values, the
// standard streams and files that were opened already.
var pythonMembers = map[string]map[string]bool{}

// pythonNames are the builtins of that sort and the keywords; pythonAttributes
// the methods and fields of values.
var pythonNames, pythonAttributes map[string]bool

func init() {
	for m, names := range map[string]string{
		"sys": "argv version version_info platform stdin stdout stderr maxsize maxunicode byteorder executable prefix exit implementation hexversion " +
			"getsizeof float_info getrecursionlimit setrecursionlimit getdefaultencoding api_version",
		"os":                 "path cpu_count name sep linesep pathsep getcwd getpid uname getenv environ",
		"os.path":            "join basename dirname splitext abspath normpath relpath split isabs sep exists isfile isdir getsize getmtime",
		"json":               "load loads dump dumps JSONDecodeError",
		"re":                 "sub subn findall finditer search match fullmatch compile split escape I IGNORECASE M MULTILINE S DOTALL X VERBOSE",
		"math":               "pi e tau inf nan sqrt cbrt floor ceil trunc pow exp log log2 log10 sin cos tan asin acos atan atan2 hypot degrees radians gcd lcm factorial comb perm isqrt fabs fmod fsum prod dist isclose isnan isinf",
		"random":             "random randint choice choices sample shuffle seed uniform randrange gauss getrandbits",
		"datetime":           "datetime date time timedelta timezone UTC",
		"time":               "time sleep strftime localtime gmtime perf_counter monotonic ctime time_ns process_time mktime strptime",
		"uuid":               "uuid1 uuid3 uuid4 uuid5 UUID NAMESPACE_DNS NAMESPACE_URL",
		"secrets":            "token_hex token_urlsafe token_bytes choice randbelow",
		"string":             "ascii_letters ascii_lowercase ascii_uppercase digits hexdigits punctuation printable whitespace",
		"platform":           "platform system machine python_version python_implementation release node processor architecture version",
		"base64":             "b64encode b64decode urlsafe_b64encode urlsafe_b64decode standard_b64encode standard_b64decode b32encode b32decode b16encode b16decode",
		"hashlib":            "md5 sha1 sha224 sha256 sha384 sha512 blake2b blake2s",
		"collections":        "Counter defaultdict OrderedDict deque namedtuple",
		"itertools":          "chain product combinations permutations groupby islice count cycle repeat accumulate zip_longest takewhile dropwhile starmap tee",
		"functools":          "reduce partial cache lru_cache",
		"textwrap":           "dedent indent fill wrap shorten",
		"statistics":         "mean fmean median mode stdev pstdev variance pvariance quantiles",
		"decimal":            "Decimal",
		"fractions":          "Fraction",
		"shutil":             "which",
		"ast":                "parse dump literal_eval walk unparse",
		"tomllib":            "load loads",
		"yaml":               "safe_load safe_load_all safe_dump YAMLError",
		"csv":                "reader writer DictReader DictWriter",
		"pprint":             "pprint pformat",
		"html":               "escape unescape",
		"urllib.parse":       "quote unquote quote_plus unquote_plus urlencode urlparse urlsplit urljoin parse_qs parse_qsl",
		"importlib.metadata": "version",
		"unicodedata":        "name normalize category",
		"struct":             "pack unpack calcsize",
		"binascii":           "hexlify unhexlify crc32",
		"zlib":               "crc32 adler32",
		"pathlib":            "Path",
		"pathlib.Path":       "",
		"calendar":           "month monthrange isleap",
		"sysconfig":          "get_path get_paths get_config_var get_platform",
	} {
		pythonMembers[m] = wordSet(names)
	}
	pythonNames = wordSet(`False None True and as assert break continue def del elif else except finally for global if in is lambda nonlocal not or pass raise return try while with yield
		abs all any ascii bin bool bytearray bytes chr complex dict divmod enumerate exit filter float format frozenset hash hex id int isinstance issubclass iter len list map max min next
		oct ord pow print quit range repr reversed round set slice sorted str sum tuple type zip __name__
		ArithmeticError AssertionError AttributeError EOFError Exception FileNotFoundError ImportError IndexError KeyError KeyboardInterrupt LookupError ModuleNotFoundError NameError NotImplementedError
		OSError OverflowError PermissionError RuntimeError StopIteration SystemExit TypeError UnicodeDecodeError UnicodeEncodeError ValueError ZeroDivisionError`)
	pythonAttributes = wordSet(`upper lower title capitalize casefold swapcase strip lstrip rstrip split rsplit splitlines join replace startswith endswith find rfind index rindex count format zfill ljust rjust
		center encode decode isdigit isnumeric isdecimal isalpha isalnum isspace isupper islower isidentifier partition rpartition expandtabs removeprefix removesuffix translate maketrans hex fromhex
		append extend insert pop remove sort reverse clear copy get items keys values update setdefault fromkeys add discard union intersection difference symmetric_difference issubset issuperset
		read readline readlines write writelines flush close seek tell buffer isatty
		group groups groupdict start end span search match fullmatch findall finditer sub subn pattern
		year month day hour minute second microsecond days seconds total_seconds timestamp strftime isoformat weekday isoweekday isocalendar now today utcnow fromtimestamp utcfromtimestamp strptime
		fromisoformat date time astimezone utc max min hexdigest digest most_common elements popleft appendleft bit_length to_bytes from_bytes real imag numerator denominator is_integer quantize
		fieldnames line_num writerow writerows writeheader major minor micro releaselevel serial name version machine system release node sysname nodename args code msg lineno
		scheme netloc path params query fragment hostname port __version__ __name__ __doc__ int hex urn bytes`)
}

// pythonFile is a file that the program names, and what it may do with it.
type pythonFile struct {
	name               string
	read, write, looks bool
}

type pythonKind uint8

const (
	pythonName   pythonKind = iota
	pythonNumber            // as everything else that is no name, no text and no sign
	pythonText              // a string; plain ones have their value
	pythonSign              // one character
	pythonLine              // the end of a line, or ";"
)

type pythonToken struct {
	kind  pythonKind
	text  string
	plain bool // of a string: text is its value
}

type pythonReader struct {
	src     string
	tokens  []pythonToken
	bound   map[string]bool   // names that the program gives to something
	modules map[string]string // names of modules
	ends    map[int]int       // of the import statements
	imports []string
	files   []pythonFile
	paths   []string // those of pathlib
}

// maxPython bounds the text in bytes.
const maxPython = 8 << 10

// split takes the text apart.
func (p *pythonReader) split() bool {
	if len(p.src) > maxPython {
		return false
	}
	for _, c := range []byte(p.src) {
		if c < ' ' && c != '\n' && c != '\t' {
			return false
		}
	}
	return p.splitCode(p.src, 0)
}

func (p *pythonReader) add(k pythonKind, text string) {
	p.tokens = append(p.tokens, pythonToken{kind: k, text: text})
}

func (p *pythonReader) splitCode(s string, depth int) bool {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\t':
			i++
		case c == '\n' || c == ';':
			p.add(pythonLine, "")
			i++
		case c == '#':
			line, _, _ := strings.Cut(s[i:], "\n")
			if strings.Contains(line, "coding") { // it may say what the bytes mean
				return false
			}
			i += len(line)
		case c == '"' || c == '\'':
			n, ok := p.splitText(s[i:], "", depth)
			if !ok {
				return false
			}
			i += n
		case c == '_' || isLetter(c):
			j := i
			for j < len(s) && (s[j] == '_' || isLetter(s[j]) || isDigit(s[j])) {
				j++
			}
			word := s[i:j]
			if i = j; j < len(s) && (s[j] == '"' || s[j] == '\'') {
				n, ok := p.splitText(s[j:], strings.ToLower(word), depth)
				if !ok {
					return false
				}
				i += n
				continue
			}
			p.add(pythonName, word)
		case isDigit(c):
			j := i
			for j < len(s) && (s[j] == '_' || s[j] == '.' || isLetter(s[j]) || isDigit(s[j])) {
				j++
			}
			// "1.real" is a number and an attribute, "1if x" one and a keyword.
			if strings.Trim(s[i:j], "0123456789._jJxXabcdefABCDEFoO") != "" || strings.Count(s[i:j], ".") > 1 {
				return false
			}
			p.add(pythonNumber, s[i:j])
			i = j
		case strings.IndexByte("()[]{},.:=+-*/%<>!&|^~", c) >= 0:
			p.add(pythonSign, s[i:i+1])
			i++
		default:
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// splitText reads a string that s begins with, and the code in braces of one that
// is formatted.
func (p *pythonReader) splitText(s, prefix string, depth int) (size int, ok bool) {
	switch prefix {
	case "", "r", "b", "u", "f", "rb", "br", "rf", "fr":
	default:
		return 0, false
	}
	quote := s[:1]
	if long := strings.Repeat(quote, 3); strings.HasPrefix(s, long) {
		quote = long
	}
	end := len(quote)
	for ; ; end++ {
		switch {
		case end >= len(s), len(quote) == 1 && s[end] == '\n':
			return 0, false
		case s[end] == '\\':
			end++
			continue
		}
		if strings.HasPrefix(s[end:], quote) {
			break
		}
	}
	text := s[len(quote):end]
	if strings.Contains(prefix, "f") && !p.splitBraces(text, depth) {
		return 0, false
	}
	p.tokens = append(p.tokens, pythonToken{pythonText, text, (prefix == "" || prefix == "r" || prefix == "u") && !strings.Contains(text, `\`)})
	return end + len(quote), true
}

// splitBraces reads the code in a formatted string.
func (p *pythonReader) splitBraces(s string, depth int) bool {
	if depth == 2 {
		return false
	}
	for {
		i := strings.IndexAny(s, "{}")
		if i < 0 {
			return true
		}
		if strings.HasPrefix(s[i:], "{{") || strings.HasPrefix(s[i:], "}}") {
			s = s[i+2:]
			continue
		}
		code, rest, closed := strings.Cut(s[i+1:], "}")
		if s[i] == '}' || !closed || strings.ContainsAny(code, "{\\") {
			return false
		}
		// A conversion and a format follow the code. A ":" of its own stands in
		// brackets, as in a[1:2]: what is cut there doesn't balance.
		code, _, _ = strings.Cut(strings.TrimSuffix(code, "="), ":")
		if n := len(code); n > 2 && code[n-2] == '!' {
			code = code[:n-2]
		}
		p.add(pythonSign, "(")
		if !p.splitCode(code, depth+1) {
			return false
		}
		p.add(pythonSign, ")")
		s = rest
	}
}

func (p *pythonReader) sign(i int, text string) bool {
	return i >= 0 && i < len(p.tokens) && p.tokens[i].kind == pythonSign && p.tokens[i].text == text
}

func (p *pythonReader) word(i int, text string) bool {
	return i >= 0 && i < len(p.tokens) && p.tokens[i].kind == pythonName && p.tokens[i].text == text
}

// bind collects the names that the program gives to something: by an assignment,
// for, as, def, lambda. A name that is no builtin has no other meaning.
func (p *pythonReader) bind() {
	p.bound, p.modules = map[string]bool{}, map[string]string{}
	upTo := func(i int, end func(i int) bool) int {
		for ; i < len(p.tokens) && p.tokens[i].kind != pythonLine && !end(i); i++ {
			if p.tokens[i].kind == pythonName && !p.sign(i-1, ".") {
				p.bound[p.tokens[i].text] = true
			}
		}
		return i
	}
	start, targets := 0, true // the statement's begin; no "=" stood in it yet
	colon, in := 0, 0         // up to where a search for them went
	for i, t := range p.tokens {
		switch {
		case t.kind == pythonLine || t.kind == pythonSign && t.text == ":":
			start, targets = i+1, true
		case t.kind == pythonSign && t.text == "=" && !p.sign(i+1, "=") && !p.sign(i-1, "="):
			if i > 0 && p.tokens[i-1].kind == pythonName && !p.sign(i-2, ".") {
				p.bound[p.tokens[i-1].text] = true
			}
			if targets && p.plainNames(start, i) {
				upTo(start, func(j int) bool { return j == i })
			}
			targets = false
			if p.sign(i-1, ":") && i > 1 && p.tokens[i-2].kind == pythonName {
				p.bound[p.tokens[i-2].text] = true
			}
		case t.kind != pythonName:
		case t.text == "for" && i >= in:
			in = upTo(i+1, func(j int) bool { return p.word(j, "in") })
		case t.text == "as":
			upTo(i+1, func(j int) bool { return j > i+1 })
		case (t.text == "def" || t.text == "lambda") && i >= colon:
			colon = upTo(i+1, func(j int) bool { return p.sign(j, ":") })
		}
	}
}

// plainNames reports whether the tokens are names with commas between them.
func (p *pythonReader) plainNames(from, to int) bool {
	for i := from; i < to; i++ {
		if p.tokens[i].kind != pythonName && !p.sign(i, ",") && !p.sign(i, "(") && !p.sign(i, ")") {
			return false
		}
	}
	return true
}

// pathMethods are what a path of pathlib does with its file; the others of its
// methods aren't known to this reader, or make another path.
var pathMethods = map[string]pythonFile{
	"read_text": {read: true}, "read_bytes": {read: true}, "write_text": {write: true}, "write_bytes": {write: true}, "touch": {write: true},
	"exists": {looks: true}, "is_file": {looks: true}, "is_dir": {looks: true}, "stem": {}, "suffix": {}, "parts": {},
}

// path reads Path("NAME").
func (p *pythonReader) path(i int) (last int, ok bool) {
	name, last, ok := p.named(i)
	if ok {
		p.paths = append(p.paths, name)
	}
	return last, ok
}

// handlesPaths reports whether all that is done with paths of pathlib is known,
// and notes it: each method may be called on each path.
func (p *pythonReader) handlesPaths() bool {
	var does pythonFile
	for i, t := range p.tokens {
		switch m, ok := pathMethods[t.text]; {
		case t.kind == pythonSign && t.text == "/": // it makes another path
			return false
		case t.kind != pythonName || !p.sign(i-1, "."):
		case t.text == "replace" && (!p.sign(i+1, "(") || p.arguments(i+1) < 2), t.text == "copy" && !(p.sign(i+1, "(") && p.sign(i+2, ")")):
			return false // it may be the path's, which moves the file
		case ok:
			does.read, does.write, does.looks = does.read || m.read, does.write || m.write, does.looks || m.looks
		}
	}
	for _, name := range p.paths {
		does.name = name
		p.files = append(p.files, does)
	}
	return true
}

// arguments counts what stands between commas in parentheses; none where one
// argument may stand for several.
func (p *pythonReader) arguments(i int) int {
	depth, n := 0, 1
	for ; i < len(p.tokens); i++ {
		switch t := p.tokens[i]; {
		case t.kind != pythonSign:
		case strings.Contains("([{", t.text):
			depth++
		case strings.Contains(")]}", t.text):
			if depth--; depth == 0 {
				return n
			}
		case t.text == "*" && depth == 1:
			return 0
		case t.text == "," && depth == 1 && !p.sign(i+1, ")"):
			n++
		}
	}
	return 0
}

// importAll reads the import statements, wherever they stand: what comes earlier
// in the text may run later.
func (p *pythonReader) importAll() bool {
	p.ends = map[int]int{}
	for i := 0; i < len(p.tokens); i++ {
		if p.word(i, "import") || p.word(i, "from") {
			last, ok := p.importing(i)
			if !ok {
				return false
			}
			p.ends[i], i = last, last
		}
	}
	return true
}

// names gives a module a name, which no other has.
func (p *pythonReader) names(module, as string) bool {
	if other, ok := p.modules[as]; ok && other != module {
		return false
	}
	p.modules[as] = module
	return true
}

// judge reports whether every name is harmless.
func (p *pythonReader) judge() bool {
	for i := 0; i < len(p.tokens); i++ {
		t := p.tokens[i]
		if t.kind != pythonName {
			continue
		}
		var ok bool
		switch m, isModule := p.modules[t.text]; {
		case p.ends[i] > 0:
			i, ok = p.ends[i], true
		case p.sign(i-1, "."):
			_, ofPath := pathMethods[t.text]
			ok = pythonAttributes[t.text] || ofPath
		case t.text == "open":
			i, ok = p.opens(i)
		case isModule:
			i, ok = p.member(i, m)
		default:
			ok = pythonNames[t.text] || p.own(t.text)
		}
		if !ok {
			return false
		}
	}
	return !slices.Contains(p.imports, "pathlib") || p.handlesPaths()
}

// own reports whether a name is one of the program's own.
func (p *pythonReader) own(name string) bool {
	return p.bound[name] && !strings.HasPrefix(name, "__") && !pythonBuiltins[name]
}

// pythonBuiltins are the builtins that aren't harmless, or not known to be.
var pythonBuiltins = wordSet(`open exec eval compile getattr setattr delattr hasattr input globals locals vars dir breakpoint help memoryview classmethod staticmethod property super object callable
	aiter anext copyright credits license get_ipython execfile file reload raw_input unicode long unichr xrange apply buffer intern cmp coerce basestring`)

// member reads MODULE.NAME.
func (p *pythonReader) member(i int, module string) (last int, ok bool) {
	if module == "pathlib.Path" {
		return p.path(i)
	}
	if !p.sign(i+1, ".") || i+2 >= len(p.tokens) || p.tokens[i+2].kind != pythonName {
		return i, false
	}
	name := p.tokens[i+2].text
	if inner := module + "." + name; pythonMembers[inner] != nil {
		return p.member(i+2, inner)
	}
	if !pythonMembers[module][name] {
		return i, false
	}
	if module == "os.path" && pythonLooks[name] {
		return p.looks(i + 2)
	}
	return i + 2, true
}

// pythonLooks are the functions of os.path that look at a file.
var pythonLooks = wordSet("exists isfile isdir getsize getmtime")

func (p *pythonReader) looks(i int) (last int, ok bool) {
	name, last, ok := p.named(i)
	if ok {
		p.files = append(p.files, pythonFile{name: name, looks: true})
	}
	return last, ok
}

// named reads what follows a function that is given one file by its name:
// ("NAME").
func (p *pythonReader) named(i int) (name string, last int, ok bool) {
	if !p.sign(i+1, "(") || !p.sign(i+3, ")") || !p.tokens[i+2].plain {
		return "", i, false
	}
	return p.tokens[i+2].text, i + 3, true
}

// opens reads open("NAME", "MODE", encoding="…").
func (p *pythonReader) opens(i int) (last int, ok bool) {
	if i++; !p.sign(i, "(") || i+2 >= len(p.tokens) {
		return i, false
	}
	i++
	name, mode := p.tokens[i], "r"
	switch {
	case name.plain && name.text != "":
	case name.kind == pythonNumber && name.text == "0": // standard input
	default:
		return i, false
	}
	i++
	if p.sign(i, ",") && i+1 < len(p.tokens) && p.tokens[i+1].kind == pythonText {
		if mode = p.tokens[i+1].text; !p.tokens[i+1].plain || strings.Trim(mode, "rwaxbt+") != "" {
			return i, false
		}
		i += 2
	}
	for p.sign(i, ",") && (p.word(i+1, "encoding") || p.word(i+1, "errors") || p.word(i+1, "newline")) && p.sign(i+2, "=") && i+3 < len(p.tokens) && p.tokens[i+3].plain {
		i += 4
	}
	if !p.sign(i, ")") {
		return i, false
	}
	if name.kind == pythonText {
		p.files = append(p.files, pythonFile{name: name.text, read: !strings.ContainsAny(mode, "wax"), write: strings.ContainsAny(mode, "wax+")})
	}
	return i, true
}

// importing reads an import statement to its end.
func (p *pythonReader) importing(i int) (last int, ok bool) {
	from, module := p.word(i, "from"), ""
	if from {
		if module, i = p.dotted(i + 1); pythonMembers[module] == nil || !p.word(i, "import") {
			return i, false
		}
		p.imports = append(p.imports, module)
	}
	for i++; ; i++ {
		if from && p.sign(i, "(") {
			i++
		}
		name, next := p.dotted(i)
		as := name
		if i = next; p.word(i, "as") && i+1 < len(p.tokens) {
			as = p.tokens[i+1].text
			i += 2
		}
		switch full := module + "." + name; {
		case strings.HasPrefix(as, "__") || pythonNames[as] || pythonBuiltins[as]:
			return i, false
		case !from && pythonMembers[name] != nil && name != "pathlib.Path":
			p.imports = append(p.imports, name)
			if top, _, nested := strings.Cut(name, "."); nested && as == name {
				as, name = top, top
			}
			if !p.names(name, as) {
				return i, false
			}
		case from && pythonMembers[full] != nil:
			if !p.names(full, as) {
				return i, false
			}
		case from && pythonMembers[module][name] && !pythonLooks[name]:
			p.bound[as] = true
		default:
			return i, false
		}
		if from && p.sign(i, ")") {
			i++
		}
		if !p.sign(i, ",") {
			break
		}
	}
	return i - 1, i == len(p.tokens) || p.tokens[i].kind == pythonLine
}

// dotted reads a name with dots.
func (p *pythonReader) dotted(i int) (name string, next int) {
	var b strings.Builder
	for ; i < len(p.tokens) && p.tokens[i].kind == pythonName; i++ {
		if b.WriteString(p.tokens[i].text); !p.sign(i+1, ".") {
			return b.String(), i + 1
		}
		b.WriteByte('.')
		i++
	}
	return b.String(), i
}
