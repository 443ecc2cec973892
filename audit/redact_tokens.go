package audit

import (
	"regexp"
	"strings"
	"sync"
)

// tokenShapes are the texts that are secrets by their shape: the keyword that
// they begin with and a regular expression, tried at the keyword. What its
// first group matches is taken out, or all of it where there is no group. A
// letter or digit before it, or after it, makes it something else.
var tokenShapes = []struct{ keys, re string }{
	{"ghp_ gho_ ghu_ ghs_ ghr_", `gh[pousr]_[A-Za-z0-9]{20,}`},
	{"github_pat_", `github_pat_[A-Za-z0-9_]{20,}`},
	{"glpat- gldt- glrt- glptt- glft- glsoat- glcbt- glimt- glagent-", `gl[a-z]+-[A-Za-z0-9_=.-]{16,}`},
	{"xoxa- xoxb- xoxe- xoxe. xoxo- xoxp- xoxr- xoxs-", `xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9.-]{10,}`},
	{"xapp-", `xapp-\d-[A-Za-z0-9-]{10,}`},
	{"sk-", `sk-[A-Za-z0-9_-]*\d[A-Za-z0-9_-]*\d[A-Za-z0-9_-]*`},
	{"sk_live_ sk_test_ rk_live_ rk_test_", `[rs]k_(?:live|test)_[A-Za-z0-9]{16,}`},
	{"whsec_", `whsec_[A-Za-z0-9+/=]{20,}`},
	{"akia asia abia acca", `(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}`},
	{"aiza", `AIza[A-Za-z0-9_-]{30,}`},
	{"ya29.", `ya29\.[A-Za-z0-9_-]{20,}`},
	{"gocspx-", `GOCSPX-[A-Za-z0-9_-]{20,}`},
	{"npm_", `npm_[A-Za-z0-9]{30,}`},
	{"pypi-", `pypi-AgE[A-Za-z0-9_-]{20,}`},
	{"dop_v1_ doo_v1_ dor_v1_", `do[opr]_v1_[a-f0-9]{32,}`},
	{"sg.", `SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}`},
	{"hf_", `hf_[A-Za-z0-9]{30,}`},
	{"shpat_ shpca_ shppa_ shpss_", `shp[a-z]{2}_[a-fA-F0-9]{32}`},
	{"hooks.slack.com/", `hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9/_-]{20,})`},
	{"discord.com/api/webhooks/ discordapp.com/api/webhooks/", `discord(?:app)?\.com/api/webhooks/(\d+/[A-Za-z0-9_-]{30,})`},
	{"sk", `SK[0-9a-f]{32}`},
	{"key-", `key-[0-9a-f]{32}`},
	{"sq0atp- sq0csp-", `sq0(?:atp|csp)-[A-Za-z0-9_-]{20,}`},
	{"dapi", `dapi[0-9a-f]{32}(?:-\d)?`},
	{"dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.", `dp\.[a-z]+\.[A-Za-z0-9._]{30,}`},
	{"hvs. hvb. hvr.", `hv[sbr]\.[A-Za-z0-9_-]{20,}`},
	{"lin_api_ lin_oauth_", `lin_[a-z]+_[A-Za-z0-9]{32,}`},
	{"ntn_", `ntn_[A-Za-z0-9]{40,}`},
	{"secret_", `secret_[A-Za-z0-9]{40,}`},
	{"pmak-", `PMAK-[a-f0-9]{24}-[a-f0-9]{34}`},
	{"nrak- nrjs- nrii- nrra-", `NR[A-Z]{2}-[A-Za-z0-9_-]{20,}`},
	{"glc_ glsa_", `gl(?:c|sa)_[A-Za-z0-9_+/=-]{20,}`},
	{"sntrys_ sntryu_", `sntry[su]_[A-Za-z0-9_+/=-]{20,}`},
	{"dckr_pat_ dckr_oat_", `dckr_[po]at_[A-Za-z0-9_-]{20,}`},
	{"figd_", `figd_[A-Za-z0-9_-]{20,}`},
	{"gsk_", `gsk_[A-Za-z0-9]{30,}`},
	{"pplx-", `pplx-[A-Za-z0-9]{30,}`},
	{"r8_", `r8_[A-Za-z0-9]{30,}`},
	{"xai-", `xai-[A-Za-z0-9]{30,}`},
	{"nvapi-", `nvapi-[A-Za-z0-9_-]{30,}`},
	{"lsv2_pt_ lsv2_sk_", `lsv2_(?:pt|sk)_[a-f0-9]{20,}(?:_[a-f0-9]+)?`},
	{"tskey-", `tskey-[a-z]+-[A-Za-z0-9-]{10,}`},
	{"flyv1", `FlyV1 (fm[12][a-z]*_[A-Za-z0-9+/=,_-]{20,})`},
	{"fo1_", `fo1_[A-Za-z0-9_-]{20,}`},
	{"pscale_tkn_ pscale_pw_ pscale_oauth_", `pscale_[a-z]+_[A-Za-z0-9_.=-]{20,}`},
	{"sbp_", `sbp_[a-f0-9]{40}`},
	{"sb_secret_", `sb_secret_[A-Za-z0-9_-]{20,}`},
	{"bkua_", `bkua_[a-f0-9]{40}`},
	{"ccipat_", `CCIPAT_[A-Za-z0-9_]{20,}`},
	{"nfp_", `nfp_[A-Za-z0-9]{30,}`},
	{"atatt3", `ATATT3[A-Za-z0-9_=-]{30,}`},
	{"atbb", `ATBB[A-Za-z0-9]{28,}`},
	{"pul-", `pul-[a-f0-9]{40}`},
	{"rubygems_", `rubygems_[a-f0-9]{48}`},
	{"oy2", `oy2[a-z0-9]{43}`},
	{"clojars_", `CLOJARS_[a-z0-9]{60}`},
	{"akcp", `AKCp[A-Za-z0-9]{10,}`},
	{"squ_ sqp_ sqa_", `sq[upa]_[a-f0-9]{40}`},
	{"age-secret-key-", `AGE-SECRET-KEY-1[A-Z0-9]{50,}`},
	{"hrku-", `HRKU-[A-Za-z0-9_-]{30,}`},
	{"phx_", `phx_[A-Za-z0-9]{40,}`},
	{"re_", `re_[A-Za-z0-9]{6,}_[A-Za-z0-9]{18,}`},
	{"ops_eyj", `ops_eyJ[A-Za-z0-9_=-]{40,}`},
	{"eaa", `EAA[A-Za-z0-9]{60,}`},
	{"sl.", `sl\.[A-Za-z0-9_-]{60,}`},
	{"private+key+", `PRIVATE\+KEY\+[^\s"']+`},
	{"eyj", `eyJ[A-Za-z0-9_-]{6,}\.(?:eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)?|[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)`},
}

func tokenRules() (list []rulesFor) {
	for _, t := range tokenShapes {
		re := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^(?:" + t.re + ")") })
		list = append(list, rulesFor{strings.Fields(t.keys), func(s string, at, _ int, out []span) []span {
			if !startsWord(s, at) {
				return out
			}
			m := re().FindStringSubmatchIndex(s[at:])
			if m == nil || at+m[1] < len(s) && isAlnum(s[at+m[1]]) || m[1] < minToken {
				return out
			}
			if len(m) > 2 && m[2] >= 0 {
				m = m[2:]
			}
			return append(out, span{at + m[0], at + m[1]})
		}})
	}
	return list
}

// minToken is the length in bytes of the shortest token.
const minToken = 18

// startsWord reports whether a word begins at i: what stands before is no
// letter, digit, - or _, or it is the end of an escape such as \n or %3D.
func startsWord(s string, i int) bool {
	switch {
	case i == 0 || !isAlnum(s[i-1]) && s[i-1] != '_' && s[i-1] != '-':
		return true
	case i >= 2 && s[i-2] == '\\' && strings.IndexByte("ntr", s[i-1]) >= 0:
		return true
	}
	return i >= 3 && s[i-3] == '%' && isHex(s[i-2]) && isHex(s[i-1])
}

func isHex(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F' }
