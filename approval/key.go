package approval

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
)

// Key is an approver's private key. Whoever holds it can say yes, so it
// belongs out of the agent's reach: under another user, or on another machine.
// It is a [crypto.Signer], prints as its public key, and is safe for
// concurrent use. The zero Key signs nothing.
type Key struct{ private ed25519.PrivateKey }

// NewKey returns a new random key.
func NewKey() Key {
	_, private, _ := ed25519.GenerateKey(rand.Reader) // crypto/rand does not fail
	return Key{private}
}

// Public returns the ed25519.PublicKey.
func (k Key) Public() crypto.PublicKey { return k.PublicKey() }

// PublicKey returns the key that the host needs in [Config.Keys].
func (k Key) PublicKey() ed25519.PublicKey {
	if k.private == nil {
		return nil
	}
	return k.private.Public().(ed25519.PublicKey)
}

// Sign implements [crypto.Signer].
func (k Key) Sign(random io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	if k.private == nil {
		return nil, errors.New("approval: the key is empty")
	}
	return k.private.Sign(random, message, opts)
}

// String returns the public key's text.
func (k Key) String() string { return FormatPublicKey(k.PublicKey()) }

// GoString returns the public key's text.
func (k Key) GoString() string { return k.String() }

const publicPrefix = "ed25519:"

// FormatPublicKey returns a public key as one word of text: "ed25519:" and
// 43 characters of base64.
func FormatPublicKey(k ed25519.PublicKey) string {
	return publicPrefix + base64.RawURLEncoding.EncodeToString(k)
}

// ParsePublicKey reads what [FormatPublicKey] writes.
func ParsePublicKey(s string) (ed25519.PublicKey, error) {
	k, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(s, publicPrefix))
	if err != nil || len(k) != ed25519.PublicKeySize || FormatPublicKey(k) != s { // one spelling each
		return nil, fmt.Errorf("public key %q: want %q and 43 characters of base64", s, publicPrefix)
	}
	return k, nil
}

// ParsePublicKeys reads a file of public keys, one a line. Empty lines, and
// what follows a "#", say nothing. A line that isn't a key is an error with its
// number.
func ParsePublicKeys(text []byte) ([]ed25519.PublicKey, error) {
	var keys []ed25519.PublicKey
	for i, line := range strings.Split(string(text), "\n") {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		k, err := ParsePublicKey(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		keys = append(keys, k)
	}
	return keys, nil
}

const pemType = "PRIVATE KEY"

// encode returns PKCS #8 in PEM, as other tools read and write it.
func (k Key) encode() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der}), nil
}

func parseKey(text []byte) (Key, error) {
	block, rest := pem.Decode(text)
	if block == nil || block.Type != pemType || strings.TrimSpace(string(rest)) != "" {
		return Key{}, errors.New("it isn't one private key in PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return Key{}, errors.New("it isn't a private key in PKCS #8")
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return Key{}, errors.New("it isn't an Ed25519 key")
	}
	return Key{private}, nil
}

// LoadKey reads an approver's key: a file in PEM (PKCS #8, Ed25519) that
// belongs to this user and that nobody else can read.
func LoadKey(path string) (Key, error) {
	root, name, err := keyFolder(path)
	if err != nil {
		return Key{}, err
	}
	defer root.Close()
	return loadKey(root, name, path)
}

// LoadOrCreateKey is [LoadKey], and makes a new key, with mode 0600, if there
// is no such file. Its folder must exist.
func LoadOrCreateKey(path string) (Key, error) {
	root, name, err := keyFolder(path)
	if err != nil {
		return Key{}, err
	}
	defer root.Close()
	k, err := loadKey(root, name, path)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	k = NewKey()
	text, err := k.encode()
	if err == nil {
		err = root.CreateExclusive(name, text, 0o600)
	}
	if errors.Is(err, fs.ErrExist) { // another process was faster
		return loadKey(root, name, path)
	}
	if err != nil {
		return Key{}, fmt.Errorf("approval: key %s: %w", path, err)
	}
	return k, nil
}

func keyFolder(path string) (*fsys.Root, string, error) {
	root, err := fsys.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, "", fmt.Errorf("approval: key %s: %w", path, err)
	}
	return root, filepath.Base(path), nil
}

const maxKeyFile = 16 << 10

func loadKey(root *fsys.Root, name, path string) (Key, error) {
	f, info, err := root.NoLinks().OpenInfo(name)
	if err != nil {
		return Key{}, fmt.Errorf("approval: key %s: %w", path, err)
	}
	defer f.Close()
	if err := own(path, info, 0o077); err != nil {
		return Key{}, fmt.Errorf("approval: key %w", err)
	}
	text := make([]byte, min(info.Size, maxKeyFile))
	if _, err = f.ReadAt(text, 0); err == nil {
		var k Key
		if k, err = parseKey(text); err == nil {
			return k, nil
		}
	}
	return Key{}, fmt.Errorf("approval: key %s: %w", path, err)
}
