package guard

import "fmt"

// Tier is what the operating system holds while a call runs. Tiers are
// ordered; each holds what the ones before it hold.
type Tier uint8

// The tiers of containment.
const (
	TierNone      Tier = iota // nothing is held
	TierLandlock              // files outside the workspace, TCP
	TierSeccomp               // and other sockets and dangerous system calls
	TierNamespace             // and a file system of the call's own
)

var tierNames = [...]string{TierNone: "none", TierLandlock: "landlock", TierSeccomp: "seccomp", TierNamespace: "namespace"}

// String returns the tier's name in policies.
func (t Tier) String() string {
	if int(t) < len(tierNames) {
		return tierNames[t]
	}
	return "none"
}

// ParseTier reads a tier's name.
func ParseTier(s string) (Tier, error) {
	for t, name := range tierNames {
		if s == name {
			return Tier(t), nil
		}
	}
	return TierNone, fmt.Errorf("tier %q: want none, landlock, seccomp or namespace", s)
}

// MarshalText implements [encoding.TextMarshaler].
func (t Tier) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (t *Tier) UnmarshalText(text []byte) (err error) {
	*t, err = ParseTier(string(text))
	return err
}

// Requirement is an obligation that a rule attaches to an allowed call:
// without it the call is refused.
type Requirement string

// The requirements. RequireBackup: what the call would change or delete is
// saved before it runs. RequireBackupOrAsk: the same, but where it is more than
// may be saved, a human's yes to the call stands in for the backup. Of a call
// for which rules require both, the stricter holds as everywhere: it is refused
// where it is more than may be saved, since no yes stands in for the backup
// that one of the rules insists on. The others name the least [Tier] under which
// the call may run.
const (
	RequireBackup      Requirement = "backup"
	RequireBackupOrAsk Requirement = "backup-or-ask"
	RequireLandlock    Requirement = "landlock"
	RequireSeccomp     Requirement = "seccomp"
	RequireNamespace   Requirement = "namespace"
)

// Tier returns the tier that a requirement names, or TierNone and false.
func (r Requirement) Tier() (Tier, bool) {
	t, err := ParseTier(string(r))
	return t, err == nil && t != TierNone
}
