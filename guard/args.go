package guard

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	p := argsParser{json.NewDecoder(bytes.NewReader(raw))}
	p.dec.UseNumber()
	tok, err := p.dec.Token()
	if err != nil {
		return nil, syntaxError(err)
	}
	if tok != json.Delim('{') {
		return nil, errors.New("arguments: not a JSON object")
	}
	args, err := p.object(1)
	if err != nil {
		return nil, err
	}
	if _, err := p.dec.Token(); err != io.EOF {
		return nil, errors.New("arguments: more than one JSON value")
	}
	return args, nil
}

func syntaxError(err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("arguments: not valid JSON: %w", err)
}

type argsParser struct{ dec *json.Decoder }

func (p argsParser) object(depth int) (map[string]any, error) {
	m, folded := map[string]any{}, map[string]string{}
	for p.dec.More() {
		tok, err := p.dec.Token()
		if err != nil {
			return nil, syntaxError(err)
		}
		key := tok.(string) // the decoder accepts nothing else here
		f := fold(key)
		if old, twice := folded[f]; twice {
			if old == key {
				return nil, fmt.Errorf("arguments: key %q stands twice", key)
			}
			return nil, fmt.Errorf("arguments: keys %q and %q differ only in case", old, key)
		}
		folded[f] = key
		if m[key], err = p.value(depth); err != nil {
			return nil, err
		}
	}
	return m, p.end()
}

func (p argsParser) list(depth int) ([]any, error) {
	l := []any{}
	for p.dec.More() {
		v, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		l = append(l, v)
	}
	return l, p.end()
}

func (p argsParser) end() error {
	if _, err := p.dec.Token(); err != nil {
		return syntaxError(err)
	}
	return nil
}

func (p argsParser) value(depth int) (any, error) {
	tok, err := p.dec.Token()
	if err != nil {
		return nil, syntaxError(err)
	}
	switch t := tok.(type) {
	case json.Delim:
		if depth == MaxArgsDepth {
			return nil, fmt.Errorf("arguments: nested deeper than %d", MaxArgsDepth)
		}
		if t == '{' {
			return p.object(depth + 1)
		}
		return p.list(depth + 1)
	case json.Number:
		if i, err := strconv.ParseInt(t.String(), 10, 64); err == nil {
			return i, nil
		}
		f, err := t.Float64()
		if err != nil {
			return nil, fmt.Errorf("arguments: number %s is out of range", t)
		}
		return f, nil
	default:
		return tok, nil
	}
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
