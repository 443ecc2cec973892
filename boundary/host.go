package boundary

import (
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

var (
	schemeRE   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`)
	hostPortRE = regexp.MustCompile(`^(?:[A-Za-z0-9._-]+@)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[^/\\].*|:)?$`)
	hostRE     = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,62}\.?)*$`)
	numericRE  = regexp.MustCompile(`^(0[xX][0-9A-Fa-f]*|[0-9]+)$`)
)

// parseTarget reads a URL, a host, host:port or user@host:path. It returns the
// host in its normal form, "" where readers would disagree about it, or for a
// file URL the file's path.
func parseTarget(target string) (host, file string) {
	if !strings.Contains(target, "://") {
		m := hostPortRE.FindStringSubmatch(target)
		if m == nil {
			if addr, err := netip.ParseAddr(target); err == nil {
				return normalHost(addr.String()), ""
			}
			return "", ""
		}
		return normalHost(strings.Trim(m[1], "[]")), ""
	}
	u, err := url.Parse(target)
	if err != nil || strings.ContainsAny(target, "\\\t\r\n ") || u.Opaque != "" {
		if strings.HasPrefix(strings.ToLower(target), "file:") {
			return "", "/\x00" // a file, and nobody knows which
		}
		return "", ""
	}
	if u.Scheme == "file" {
		if u.Host != "" && !strings.EqualFold(u.Host, "localhost") || u.Path == "" {
			return "", "/\x00"
		}
		return "", u.Path
	}
	return normalHost(u.Hostname()), ""
}

// normalHost returns a host in lower case, without a final dot, numeric
// addresses in their usual form, or "" for what isn't a host or is read
// differently by different readers.
func normalHost(h string) string {
	h = strings.TrimSuffix(strings.ToLower(h), ".")
	if addr, err := netip.ParseAddr(h); err == nil {
		return addr.Unmap().WithZone("").String()
	}
	if len(h) > 253 || !hostRE.MatchString(h) || strings.Contains(h, "..") {
		return ""
	}
	labels := strings.Split(h, ".")
	if numericRE.MatchString(labels[len(labels)-1]) {
		return numericHost(labels)
	}
	return h
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
