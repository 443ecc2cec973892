package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

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

// signer signs checkpoints.
type signer struct {
	note.Verifier
	key  ed25519.PrivateKey
	text string // the public key, as VerifierKey writes it
}

func newSigner(key ed25519.PrivateKey) (signer, error) {
	pub, ok := key.Public().(ed25519.PublicKey)
	if !ok || len(key) != ed25519.PrivateKeySize {
		return signer{}, errors.New("audit: Config.Key is not an Ed25519 key")
	}
	text := VerifierKey(pub)
	v, err := note.NewVerifier(text)
	return signer{v, key, text}, err
}

// Sign makes a signer a [note.Signer].
func (s signer) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.key, msg), nil }

func (s signer) note(c checkpoint) (string, error) {
	signed, err := note.Sign(&note.Note{Text: c.text()}, s)
	return string(signed), err
}

// VerifierKey returns a public key, of 32 bytes, in the form that
// [VerifyConfig.Keys] and golang.org/x/mod/sumdb/note take: name, hash and key.
func VerifierKey(key ed25519.PublicKey) string {
	text, err := note.NewEd25519VerifierKey(keyName, key)
	if err != nil {
		return "" // not a key, and no note is signed by it
	}
	return text
}

func parseKeys(list []string) (note.Verifiers, error) {
	var keys []note.Verifier
	for _, s := range list {
		v, err := note.NewVerifier(strings.TrimSpace(s))
		if err != nil {
			return nil, fmt.Errorf("audit: key %q: want name+hash+key, as in the log's key.pub", s)
		}
		keys = append(keys, v)
	}
	return note.VerifierList(keys...), nil
}

// openNote reads the checkpoint in a signed note. Of the keys at least one must
// have signed it; signatures of others don't count, and a wrong one of a known
// key is an error. Where keys is nil nobody need have signed it.
func openNote(text []byte, keys note.Verifiers) (checkpoint, error) {
	known := keys
	if known == nil {
		known = note.VerifierList()
	}
	n, err := note.Open(text, known)
	var unsigned *note.UnverifiedNoteError
	switch {
	case errors.As(err, &unsigned) && keys == nil:
		n = unsigned.Note
	case errors.As(err, &unsigned):
		return checkpoint{}, errors.New("none of the keys has signed it")
	case err != nil:
		return checkpoint{}, err
	}
	return parseCheckpoint(n.Text)
}

// The files of a log's folder beside its segments.
const (
	lockName       = "lock"
	turnName       = "turn"       // held by who waits for the lock
	keyFile        = "key"        // the private key, PRIVATE+KEY+name+hash+seed
	verifierFile   = "key.pub"    // its public half
	checkpointFile = "checkpoint" // the last checkpoint
)

// maxNote bounds what is read of these files, in bytes.
const maxNote = 1 << 20

// folderKey returns the key in the folder, which is made where the log is
// begun. A log without one is signed with a key that lies elsewhere, and a
// second one beside it would not prove anything.
func folderKey(dir *fsys.Root) (signer, error) {
	key, err := loadKey(dir)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if begun, err := segments(dir); err != nil || len(begun) > 0 {
		return signer{}, err
	}
	return makeKey(dir)
}

func loadKey(dir *fsys.Root) (signer, error) {
	data, err := dir.ReadFile(keyFile, maxNote)
	if err != nil {
		return signer{}, fmt.Errorf("audit: %w", err)
	}
	text := strings.TrimSpace(string(data))
	parts := strings.SplitN(text, "+", 5) // PRIVATE+KEY+name+hash+seed
	seed, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if s, err2 := note.NewSigner(text); err != nil || err2 != nil || s.Name() != keyName || len(seed) != 1+ed25519.SeedSize {
		return signer{}, errBadKey
	}
	return newSigner(ed25519.NewKeyFromSeed(seed[1:]))
}

var errBadKey = errors.New("audit: the file key in the log's folder doesn't hold a key: put the right one back")

func makeKey(dir *fsys.Root) (signer, error) {
	private, public, err := note.GenerateKey(rand.Reader, keyName)
	if err != nil {
		return signer{}, fmt.Errorf("audit: %w", err)
	}
	if err := dir.CreateExclusive(keyFile, []byte(private+"\n"), 0o600); err != nil {
		return signer{}, fmt.Errorf("audit: %w", err)
	}
	if err := dir.WriteFile(verifierFile, []byte(public+"\n"), 0o600); err != nil {
		return signer{}, fmt.Errorf("audit: %w", err)
	}
	return loadKey(dir)
}

// lineEnd returns the length of the first line in lines, newline included.
func lineEnd(lines []byte) int {
	if i := bytes.IndexByte(lines, '\n'); i >= 0 {
		return i + 1
	}
	return len(lines)
}
