package guard_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/guard"
)

func TestParseArgs(t *testing.T) {
	args, err := guard.ParseArgs([]byte(` {"path":"a","n":3,"f":1.5,"big":1e30,"ok":true,"no":null,"l":[1,{"k":"v"}],"o":{}} `))
	require.NoError(t, err)
	require.Equal(t, map[string]any{
		"path": "a", "n": int64(3), "f": 1.5, "big": 1e30, "ok": true, "no": nil,
		"l": []any{int64(1), map[string]any{"k": "v"}}, "o": map[string]any{},
	}, args)
}

func TestParseArgsRefuses(t *testing.T) {
	for _, c := range []struct{ name, raw, says string }{
		{"empty", ``, "arguments: not valid JSON: unexpected end of JSON input"},
		{"list", `["a"]`, "arguments: not a JSON object"},
		{"string", `"a"`, "arguments: not a JSON object"},
		{"null", `null`, "arguments: not a JSON object"},
		{"duplicate", `{"a":1,"a":1}`, `arguments: key "a" stands twice`},
		{"escaped duplicate", `{"path":1,"p\u0061th":1}`, `arguments: key "path" stands twice`},
		{"case", `{"path":1,"PATH":1}`, `arguments: keys "path" and "PATH" differ only in case`},
		{"Kelvin sign", `{"key":1,"\u212aey":1}`, "arguments: keys \"key\" and \"\u212aey\" differ only in case"},
		{"long s", `{"session":1,"ſession":1}`, `arguments: keys "session" and "ſession" differ only in case`},
		{"nested duplicate", `{"x":[{"a":1,"A":2}]}`, `arguments: keys "a" and "A" differ only in case`},
		{"second value", `{} {}`, "arguments: not valid JSON: invalid character '{' after top-level value"},
		{"trailing text", `{} x`, "arguments: not valid JSON: invalid character 'x' after top-level value"},
		{"unclosed", `{"a":1`, "arguments: not valid JSON: unexpected end of JSON input"},
		{"trailing comma", `{"a":1,}`, "arguments: not valid JSON: "},
		{"invalid UTF-8", "{\"a\":\"\xff\"}", "arguments: not valid UTF-8"},
		{"overlong", "{\"a\":\"\xc0\xaf\"}", "arguments: not valid UTF-8"},
		{"lone high surrogate", `{"a":"\ud83d"}`, `arguments: unpaired surrogate \ud83d`},
		{"lone low surrogate", `{"a":"\ude00"}`, `arguments: unpaired surrogate \ude00`},
		{"two high surrogates", `{"a":"\ud83d\ud83d"}`, `arguments: unpaired surrogate \ud83d`},
		{"lone in a key", `{"\udc00":1}`, `arguments: unpaired surrogate \udc00`},
		{"number out of range", `{"a":1e999}`, "arguments: number 1e999 is out of range"},
		{"depth", `{"a":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`, "arguments: nested deeper than 64"},
		{"size", `{"a":"` + strings.Repeat("x", guard.MaxArgsSize) + `"}`, "arguments: 4194312 bytes, at most 4194304 are read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			args, err := guard.ParseArgs([]byte(c.raw))
			require.ErrorContains(t, err, c.says)
			require.Nil(t, args)
		})
	}
}

func TestParseArgsAcceptsPairs(t *testing.T) {
	args, err := guard.ParseArgs([]byte(`{"a":"\ud83d\ude00","b":"\\ud83d","c":"\u0041"}`))
	require.NoError(t, err)
	require.Equal(t, map[string]any{"a": "😀", "b": `\ud83d`, "c": "A"}, args)
	_, err = guard.ParseArgs([]byte(`{"a":` + strings.Repeat("[", 63) + strings.Repeat("]", 63) + `}`))
	require.NoError(t, err)
}

// What ParseArgs accepts, encoding/json reads to the same values; and no
// second spelling of a key is left for it to merge.
func FuzzParseArgs(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":[1,2.5,"x",null,true]}`, `{"a":1,"A":2}`, `{"a":"\ud83d\ude00"}`, `{"a":{"b":{}}} `, "{\"\x00\":1}", `{"a":-0}`, `{ "a" : [ 1 , true,false ] , "b":{ } }`, `{"a":"\\\"\\n"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		args, err := guard.ParseArgs(raw)
		if err != nil {
			require.Nil(t, args)
			return
		}
		var std map[string]any
		require.NoError(t, json.Unmarshal(raw, &std))
		require.Equal(t, std, floats(args))
	})
}

func floats(v any) any {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = floats(v[i])
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k := range v {
			out[k] = floats(v[k])
		}
		return out
	}
	return v
}
