package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
)

// A checkpoint is a signed note, in the format of golang.org/x/mod/sumdb/note:
//
//	runtimeguard/audit/V5YKJX2AQ3BHL6WZ7N4MCDETPS
//	1000
//	0Yv5bRr1mVq0o2d0Jp3p1S7wXz0o3v8m3yq9h0dI6bE=
//	2026-01-02T15:04:05.000000000Z
//
//	— runtimeguard/audit xFZ8A1b2...
//
// the log, the number of its lines, the SHA-256 of the last one, the time.
type checkpoint struct {
	log  string
	seq  uint64
	head [32]byte
	time time.Time
}

const (
	originPrefix = "runtimeguard/audit/"
	keyName      = "runtimeguard/audit"
	algEd25519   = 1
)

func (c checkpoint) text() string {
	return originPrefix + c.log + "\n" + strconv.FormatUint(c.seq, 10) + "\n" +
		base64.StdEncoding.EncodeToString(c.head[:]) + "\n" + c.time.UTC().Format(timeFormat) + "\n"
}

// parseCheckpoint reads a checkpoint's text; what it would not write itself it
// refuses.
func parseCheckpoint(text string) (c checkpoint, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 {
		return c, errNoCheckpoint
	}
	c.log = strings.TrimPrefix(lines[0], originPrefix)
	c.seq, err = strconv.ParseUint(lines[1], 10, 64)
	head, err2 := base64.StdEncoding.DecodeString(lines[2])
	copy(c.head[:], head)
	t, err3 := time.Parse(timeFormat, lines[3])
	c.time = t
	if errors.Join(err, err2, err3) != nil || c.text() != text {
		return c, errNoCheckpoint
	}
	return c, nil
}

var errNoCheckpoint = errors.New("not a checkpoint of an audit log")

// signer makes signed notes.
type signer struct {
	name string
	key  ed25519.PrivateKey
}

func (s signer) verifier() string {
	return encodeKey(s.name, s.key.Public().(ed25519.PublicKey))
}

func (s signer) sign(text string) string {
	id := binary.BigEndian.AppendUint32(nil, keyHash(s.name, s.key.Public().(ed25519.PublicKey)))
	sig := append(id, ed25519.Sign(s.key, []byte(text))...)
	return text + "\n— " + s.name + " " + base64.StdEncoding.EncodeToString(sig) + "\n"
}

// VerifierKey returns a public key in the form that [VerifyConfig.Keys] and
// the note package of golang.org/x/mod take: name, hash and key.
func VerifierKey(key ed25519.PublicKey) string { return encodeKey(keyName, key) }

func encodeKey(name string, key ed25519.PublicKey) string {
	return fmt.Sprintf("%s+%08x+%s", name, keyHash(name, key), base64.StdEncoding.EncodeToString(append([]byte{algEd25519}, key...)))
}

func keyHash(name string, key ed25519.PublicKey) uint32 {
	h := sha256.New()
	h.Write([]byte(name + "\n"))
	h.Write([]byte{algEd25519})
	h.Write(key)
	return binary.BigEndian.Uint32(h.Sum(nil))
}

// verifierKey is a parsed VerifierKey.
type verifierKey struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func parseKeys(list []string) (keys []verifierKey, err error) {
	for _, s := range list {
		k, err := parseKey(strings.TrimSpace(s))
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}

func parseKey(s string) (k verifierKey, err error) {
	name, rest, _ := strings.Cut(s, "+")
	hash, data, _ := strings.Cut(rest, "+")
	key, err := base64.StdEncoding.DecodeString(data)
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != algEd25519 || name == "" || strings.ContainsAny(name, " \t\n") {
		return k, fmt.Errorf("audit: key %q: want name+hash+key, as in the log's key.pub", s)
	}
	k = verifierKey{name, keyHash(name, key[1:]), key[1:]}
	if fmt.Sprintf("%08x", k.hash) != hash {
		return k, fmt.Errorf("audit: key %q: the hash isn't the key's", s)
	}
	return k, nil
}

const (
	maxNote       = 1 << 20 // bytes
	maxSignatures = 100
)

// openNote returns the text of a signed note that at least one of the keys has
// signed. Signatures of other keys don't count; a wrong one of a known key is
// an error.
func openNote(note string, keys []verifierKey) (text string, err error) {
	text, sigs, ok := splitNote(note)
	if !ok {
		return "", errors.New("not a signed note")
	}
	signed := false
	for i, line := range strings.SplitAfter(sigs, "\n") {
		if line == "" {
			break
		}
		name, id, sig, ok := parseSignature(line)
		if !ok || i >= maxSignatures {
			return "", errors.New("not a signed note: it has a bad line below its text")
		}
		for _, k := range keys {
			if k.name != name || k.hash != id {
				continue
			}
			if !ed25519.Verify(k.key, []byte(text), sig) {
				return "", fmt.Errorf("the signature of %s is wrong", name)
			}
			signed = true
		}
	}
	if !signed {
		return "", errors.New("none of the keys has signed it")
	}
	return text, nil
}

// splitNote takes a note apart at its last empty line.
func splitNote(note string) (text, sigs string, ok bool) {
	bad := func(r rune) bool { return r < 0x20 && r != '\n' || r == utf8.RuneError }
	i := strings.LastIndex(note, "\n\n")
	if len(note) > maxNote || i < 0 || strings.ContainsFunc(note, bad) || !strings.HasSuffix(note[i+2:], "\n") {
		return "", "", false
	}
	return note[:i+1], note[i+2:], true
}

func parseSignature(line string) (name string, id uint32, sig []byte, ok bool) {
	line, ok = strings.CutPrefix(strings.TrimSuffix(line, "\n"), "— ")
	name, b64, found := strings.Cut(line, " ")
	data, err := base64.StdEncoding.DecodeString(b64)
	if !ok || !found || name == "" || err != nil || len(data) < 5 {
		return "", 0, nil, false
	}
	return name, binary.BigEndian.Uint32(data), data[4:], true
}

// The files of a log's folder beside its segments.
const (
	lockName       = "lock"
	keyFile        = "key"        // the private key, PRIVATE+KEY+name+hash+seed
	verifierFile   = "key.pub"    // its public half
	checkpointFile = "checkpoint" // the last checkpoint
)

const privatePrefix = "PRIVATE+KEY+"

// loadKey returns the key in the folder, and makes one if there is none.
func loadKey(dir *fsys.Root) (signer, error) {
	data, err := dir.ReadFile(keyFile, maxNote)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(dir)
	}
	if err != nil {
		return signer{}, fmt.Errorf("audit: %w", err)
	}
	s := strings.TrimSpace(string(data))
	parts := strings.SplitN(strings.TrimPrefix(s, privatePrefix), "+", 3)
	if !strings.HasPrefix(s, privatePrefix) || len(parts) != 3 || parts[0] != keyName {
		return signer{}, errBadKey
	}
	seed, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(seed) != 1+ed25519.SeedSize || seed[0] != algEd25519 {
		return signer{}, errBadKey
	}
	return signer{keyName, ed25519.NewKeyFromSeed(seed[1:])}, nil
}

var errBadKey = errors.New("audit: the file key in the log's folder doesn't hold a key: put the right one back, or remove it to have a new one made")

func makeKey(dir *fsys.Root) (signer, error) {
	pub, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return signer{}, fmt.Errorf("audit: %w", err)
	}
	seed := base64.StdEncoding.EncodeToString(append([]byte{algEd25519}, key.Seed()...))
	text := fmt.Sprintf("%s%s+%08x+%s\n", privatePrefix, keyName, keyHash(keyName, pub), seed)
	if err := dir.CreateExclusive(keyFile, []byte(text), 0o600); err != nil {
		return signer{}, fmt.Errorf("audit: %w", err)
	}
	s := signer{keyName, key}
	if err := dir.WriteFile(verifierFile, []byte(s.verifier()+"\n"), 0o600); err != nil {
		return signer{}, fmt.Errorf("audit: %w", err)
	}
	return s, nil
}

// lineEnd returns the length of the first line in lines, newline included.
func lineEnd(lines []byte) int {
	if i := bytes.IndexByte(lines, '\n'); i >= 0 {
		return i + 1
	}
	return len(lines)
}
