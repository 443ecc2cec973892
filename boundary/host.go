package boundary

import (
	"errors"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

var (
	// host, host:port, user@host:path; an IPv6 address in brackets.
	bareRE    = regexp.MustCompile(`^(?:[A-Za-z0-9._-]+@)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?$`)
	scpRE     = regexp.MustCompile(`^[A-Za-z0-9._-]+@([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[^/\\]`)
	numericRE = regexp.MustCompile(`^(0x[0-9a-f]*|[0-9]+)$`)
)

// parseTarget reads a URL, a host, host:port or user@host:path. It returns the
// host in its normal form, "" where readers would disagree about it; for a file
// URL the file's path. A file URL in an odd form is an error: it reads a file,
// and nobody knows which.
func parseTarget(target string) (host, file string, err error) {
	scheme, rest, _ := strings.Cut(target, ":")
	switch {
	case strings.EqualFold(scheme, "file"):
		file, err = fileURL(target)
		return "", file, err
	case strings.HasPrefix(rest, "//"):
		u, err := url.Parse(target)
		if err != nil || strings.ContainsAny(target, "\\\t\r\n ") {
			return "", "", nil
		}
		return normalHost(u.Hostname()), "", nil
	}
	for _, re := range []*regexp.Regexp{bareRE, scpRE} {
		if m := re.FindStringSubmatch(target); m != nil {
			return normalHost(strings.Trim(m[1], "[]")), "", nil
		}
	}
	return normalAddr(target), "", nil
}

func fileURL(target string) (path string, err error) {
	u, err := url.Parse(target)
	if err != nil || u.Host != "" && !strings.EqualFold(u.Host, "localhost") || !strings.HasPrefix(u.Path, "/") || strings.IndexByte(u.Path, 0) >= 0 {
		return "", errors.New("which file the URL means isn't clear: write file:///path")
	}
	return u.Path, nil
}

// normalAddr returns an IP address in its usual form, or "".
func normalAddr(s string) string {
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return ""
	}
	return addr.Unmap().WithZone("").String()
}

// normalHost returns a host in lower case, without a final dot, numeric
// addresses in their usual form, or "" for what isn't a host or is read
// differently by different readers.
func normalHost(h string) string {
	h = strings.TrimSuffix(strings.ToLower(h), ".")
	last := h[strings.LastIndexByte(h, '.')+1:]
	numeric := last != "" && '0' <= last[0] && last[0] <= '9'
	if numeric || strings.IndexByte(h, ':') >= 0 {
		if addr := normalAddr(h); addr != "" {
			return addr
		}
	}
	if len(h) > 253 || !isHostName(h) {
		return ""
	}
	if numeric && numericRE.MatchString(last) {
		return numericHost(strings.Split(h, "."))
	}
	return h
}

// isHostName reports whether a name consists of labels of 1 to 63 lower-case
// letters, digits and marks that don't begin with a dash.
func isHostName(h string) bool {
	for label := range strings.SplitSeq(h, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' {
				return false
			}
		}
	}
	return true
}

// numericHost reads the short, decimal and hexadecimal forms of an IPv4
// address. A leading zero means octal to some and nothing to others.
func numericHost(labels []string) string {
	if len(labels) > 4 {
		return ""
	}
	var addr uint64
	for i, l := range labels {
		base := 10
		if hex, ok := strings.CutPrefix(l, "0x"); ok {
			l, base = "0"+hex, 16
		} else if len(l) > 1 && l[0] == '0' {
			return ""
		}
		n, err := strconv.ParseUint(l, base, 32)
		bits := 8
		if i == len(labels)-1 {
			bits = 8 * (5 - len(labels))
		}
		if err != nil || n >= 1<<bits {
			return ""
		}
		addr = addr<<bits | n
	}
	return netip.AddrFrom4([4]byte{byte(addr >> 24), byte(addr >> 16), byte(addr >> 8), byte(addr)}).String()
}
