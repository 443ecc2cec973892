package guard

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Bounds of [ParseArgs].
const (
	MaxArgsSize  = 4 << 20 // bytes
	MaxArgsDepth = 64      // objects and lists within each other
)

// ParseArgs decodes a tool call's arguments so that every reader of the same
// bytes sees the same values. It refuses what JSON decoders disagree about: a
// value that isn't an object, a key that stands twice or twice but for case
// (Go binds "PATH" to a field "path"), invalid UTF-8, unpaired surrogates,
// anything after the object, and sizes past MaxArgsSize and MaxArgsDepth.
// Strings are string, whole numbers that fit int64, other numbers float64,
// the rest bool, nil, []any and map[string]any.
func ParseArgs(raw []byte) (map[string]any, error) {
	if len(raw) > MaxArgsSize {
		return nil, fmt.Errorf("arguments: %d bytes, at most %d are read", len(raw), MaxArgsSize)
	}
	if !utf8.Valid(raw) {
		return nil, errors.New("arguments: not valid UTF-8")
	}
	if err := checkSurrogates(raw); err != nil {
		return nil, err
	}
	// encoding/json says whether it is JSON; what it accepts has one reading.
	if !json.Valid(raw) {
		return nil, fmt.Errorf("arguments: not valid JSON: %w", json.Unmarshal(raw, new(json.RawMessage)))
	}
	r := argsReader{raw: raw}
	if r.space() != '{' {
		return nil, errors.New("arguments: not a JSON object")
	}
	return r.object(1)
}

// argsReader reads a text that is known to be JSON.
type argsReader struct {
	raw []byte
	at  int
}

// space goes to the next byte that isn't white space and returns it.
func (r *argsReader) space() byte {
	for {
		switch c := r.raw[r.at]; c {
		case ' ', '\t', '\r', '\n':
			r.at++
		default:
			return c
		}
	}
}

// skip goes behind the byte c, if it comes next.
func (r *argsReader) skip(c byte) {
	if r.space() == c {
		r.at++
	}
}

func (r *argsReader) object(depth int) (map[string]any, error) {
	m := map[string]any{}
	var few [8]string
	keys := few[:0]
	for r.skip('{'); r.space() != '}'; r.skip(',') {
		key, err := r.text()
		if err != nil {
			return nil, err
		}
		r.skip(':')
		if m[key], err = r.value(depth); err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	r.skip('}')
	if err := distinct(keys); err != nil {
		return nil, err
	}
	return m, nil
}

func (r *argsReader) list(depth int) ([]any, error) {
	l := []any{}
	for r.skip('['); r.space() != ']'; r.skip(',') {
		v, err := r.value(depth)
		if err != nil {
			return nil, err
		}
		l = append(l, v)
	}
	r.skip(']')
	return l, nil
}

func (r *argsReader) value(depth int) (any, error) {
	switch c := r.space(); {
	case c == '{' || c == '[':
		if depth == MaxArgsDepth {
			return nil, fmt.Errorf("arguments: nested deeper than %d", MaxArgsDepth)
		}
		if c == '{' {
			return r.object(depth + 1)
		}
		return r.list(depth + 1)
	case c == '"':
		return r.text()
	case c == '-' || '0' <= c && c <= '9':
		return r.number()
	}
	switch word := r.word(); word {
	case "null":
		return nil, nil
	default:
		return word == "true", nil
	}
}

func (r *argsReader) text() (string, error) {
	start, escaped := r.at, false
	for r.at++; r.raw[r.at] != '"'; r.at++ {
		if r.raw[r.at] == '\\' {
			escaped = true
			r.at++
		}
	}
	r.at++
	if !escaped {
		return string(r.raw[start+1 : r.at-1]), nil
	}
	var s string
	err := json.Unmarshal(r.raw[start:r.at], &s)
	return s, err
}

// word returns what stands up to the next space, comma or closing bracket.
func (r *argsReader) word() string {
	start := r.at
	r.at += bytes.IndexAny(r.raw[start:], " \t\r\n,]}")
	return string(r.raw[start:r.at])
}

func (r *argsReader) number() (any, error) {
	n := r.word()
	if i, err := strconv.ParseInt(n, 10, 64); err == nil {
		return i, nil
	}
	f, err := strconv.ParseFloat(n, 64)
	if err != nil {
		return nil, fmt.Errorf("arguments: number %s is out of range", n)
	}
	return f, nil
}

// distinct refuses keys that some reader takes for the same.
func distinct(keys []string) error {
	if len(keys) < 2 {
		return nil
	}
	folded := make(map[string]string, len(keys))
	for _, key := range keys {
		f := fold(key)
		switch old, twice := folded[f]; {
		case twice && old == key:
			return fmt.Errorf("arguments: key %q stands twice", key)
		case twice:
			return fmt.Errorf("arguments: keys %q and %q differ only in case", old, key)
		}
		folded[f] = key
	}
	return nil
}

// fold maps every spelling of a key that a case-insensitive reader could take
// for another to one string.
func fold(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		out = append(out, least)
	}
	return string(out)
}

// checkSurrogates refuses \u escapes of unpaired surrogates, which decoders
// replace, keep or drop as they like. In JSON a backslash stands only within
// strings, so the text needn't be parsed for this.
func checkSurrogates(raw []byte) error {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		i++
		hi, ok := surrogate(raw, i)
		if !ok {
			continue
		}
		lo, paired := rune(0), false
		if i+5 < len(raw) && raw[i+5] == '\\' {
			lo, paired = surrogate(raw, i+6)
		}
		if hi >= 0xDC00 || !paired || lo < 0xDC00 {
			return fmt.Errorf("arguments: unpaired surrogate \\u%04x", hi)
		}
		i += 10
	}
	return nil
}

// surrogate reads the escape uXXXX at raw[i:], if it is half a surrogate pair.
func surrogate(raw []byte, i int) (rune, bool) {
	if i+5 > len(raw) || raw[i] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(raw[i+1:i+5]), 16, 16)
	if err != nil || n < 0xD800 || n > 0xDFFF {
		return 0, false
	}
	return rune(n), true
}
