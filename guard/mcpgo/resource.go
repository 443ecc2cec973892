package mcpgo

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/runtimeguard/runtimeguard/guard"
)

// ResourceMiddleware guards resource handlers, those of templates too. A read
// is judged as a call of the tool "resources/read:" + the URI's scheme in
// lower case, with the arguments
//
//	uri        the URI as sent
//	path       of a file URI: a list of the paths that a handler could take it for
//	arguments  the request's own, where there are any
//
// [ResourceBindings] holds bindings for it; a scheme without one is a use of
// that tool. A file URI must be file:///absolute/path, without query and
// fragment.
func ResourceMiddleware(enforcer *guard.Enforcer, o Options) server.ResourceHandlerMiddleware {
	return newAdapter(enforcer, o).resource
}

// ResourceBindings returns the bindings of reads by [ResourceMiddleware]:
// files are read, web addresses are connected to.
func ResourceBindings() map[string]guard.Tool {
	return map[string]guard.Tool{
		resourceTool + "file":  {Read: "path"},
		resourceTool + "http":  {Connect: "uri"},
		resourceTool + "https": {Connect: "uri"},
	}
}

const resourceTool = "resources/read:"

func (a adapter) resource(next server.ResourceHandlerFunc) server.ResourceHandlerFunc {
	return func(ctx context.Context, r mcp.ReadResourceRequest) (contents []mcp.ResourceContents, err error) {
		tool, raw, err := resourceCall(r.Params)
		if err != nil {
			return nil, errors.New("deny: " + guard.Printable(err.Error()))
		}
		refusal, err := a.enforce(ctx, asked{r.Header, r.Params.Meta, tool, raw}, func(ctx context.Context) (guard.Outcome, error) {
			var err error
			contents, err = next(ctx, r)
			return guard.Outcome{Output: size(contents), Failed: err != nil}, err
		})
		if refusal != "" {
			return nil, errors.New(refusal)
		}
		return contents, err
	}
}

// resourceCall writes a read as the tool and the arguments of a call.
func resourceCall(p mcp.ReadResourceParams) (tool string, raw []byte, err error) {
	if !utf8.ValidString(p.URI) {
		return "", nil, errors.New("uri: not valid UTF-8")
	}
	scheme, rest, ok := strings.Cut(p.URI, ":")
	if scheme = strings.ToLower(scheme); !ok || !validScheme(scheme) {
		return "", nil, errors.New("uri: it has no scheme")
	}
	args := map[string]any{"uri": p.URI}
	if scheme == "file" {
		if args["path"], err = filePaths(rest); err != nil {
			return "", nil, err
		}
	}
	if len(p.Arguments) > 0 {
		args["arguments"] = p.Arguments
	}
	raw, err = json.Marshal(args)
	return resourceTool + scheme, raw, err
}

// validScheme reports whether s, in lower case, is the scheme of a URI.
func validScheme(s string) bool {
	for i, c := range []byte(s) {
		letter := 'a' <= c && c <= 'z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789+-.", rune(c))) {
			return false
		}
	}
	return s != ""
}

// maxUnescapes bounds how often a path may be escaped over.
const maxUnescapes = 8

// filePaths lists every path that handlers could take the rest of a file URI
// for: one cuts off "file://", another unescapes, a template's has been
// unescaped once already.
func filePaths(rest string) ([]string, error) {
	path, ok := strings.CutPrefix(rest, "//")
	if !ok || !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?#\\") {
		return nil, errors.New("uri: want file:///absolute/path, without query and fragment")
	}
	paths := []string{path}
	for range maxUnescapes {
		next, err := url.PathUnescape(path)
		if err != nil || next == path {
			return paths, nil
		}
		if strings.ContainsRune(next, 0) || !utf8.ValidString(next) {
			return nil, errors.New("uri: it hides bytes that no path can hold")
		}
		path = next
		paths = append(paths, path)
	}
	return nil, errors.New("uri: escaped over and over")
}
