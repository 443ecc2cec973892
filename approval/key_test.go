package approval_test

import (
	"crypto/ed25519"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/approval"
)

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "approver.key")
	_, err := approval.LoadKey(path)
	require.ErrorIs(t, err, os.ErrNotExist)
	key, err := approval.LoadOrCreateKey(path)
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, "-rw-------", info.Mode().String())
	for _, load := range []func(string) (approval.Key, error){approval.LoadKey, approval.LoadOrCreateKey} {
		again, err := load(path)
		require.NoError(t, err)
		require.Equal(t, key, again)
		sig, err := again.Sign(nil, []byte("x"), &ed25519.Options{})
		require.NoError(t, err)
		require.True(t, ed25519.Verify(key.PublicKey(), []byte("x"), sig))
	}
	secret, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(secret), "BEGIN PRIVATE KEY")
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		require.Equal(t, key.String(), fmt.Sprintf(format, key))
	}
}

func TestKeyFileRefusals(t *testing.T) {
	path := filepath.Join(t.TempDir(), "approver.key")
	_, err := approval.LoadOrCreateKey(path)
	require.NoError(t, err)
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, c := range []struct {
		name    string
		prepare func(path string) error
		says    string
	}{
		{"readable by the group", func(p string) error { return os.Chmod(p, 0o640) }, "mode 0640: others can get at it; take 0040 away"},
		{"writable by all", func(p string) error { return os.Chmod(p, 0o602) }, "mode 0602"},
		{"empty", func(p string) error { return os.WriteFile(p, nil, 0o600) }, "isn't one private key in PEM"},
		{"two keys", func(p string) error { return os.WriteFile(p, append(good, good...), 0o600) }, "isn't one private key in PEM"},
		{"cut", func(p string) error {
			return os.WriteFile(p, []byte(strings.Replace(string(good), "MC4", "", 1)), 0o600)
		}, "isn't"},
		{"huge", func(p string) error { return os.WriteFile(p, make([]byte, 1<<20), 0o600) }, "isn't one private key in PEM"},
		{"a folder", func(p string) error { os.Remove(p); return os.Mkdir(p, 0o700) }, "is a folder"},
		{"a link", func(p string) error { os.Remove(p); return os.Symlink(path, p) }, "link"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := filepath.Join(t.TempDir(), "k")
			require.NoError(t, os.WriteFile(p, good, 0o600))
			require.NoError(t, c.prepare(p))
			_, err := approval.LoadOrCreateKey(p)
			require.ErrorContains(t, err, c.says)
			require.ErrorContains(t, err, p)
		})
	}
	_, err = approval.LoadOrCreateKey(filepath.Join(t.TempDir(), "no", "folder"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestKeyIsCreatedOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "approver.key")
	keys := make([]approval.Key, 8)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			var err error
			if keys[i], err = approval.LoadOrCreateKey(path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, k := range keys {
		require.Equal(t, keys[0], k)
	}
}

func TestPublicKeys(t *testing.T) {
	a, b := approval.NewKey().PublicKey(), approval.NewKey().PublicKey()
	text := approval.FormatPublicKey(a)
	require.Regexp(t, `^ed25519:[A-Za-z0-9_-]{43}$`, text)
	keys, err := approval.ParsePublicKeys([]byte("# approvers\r\n\r\n" + text + "  # ann\r\n\t" + approval.FormatPublicKey(b)))
	require.NoError(t, err)
	require.Equal(t, []ed25519.PublicKey{a, b}, keys)
	keys, err = approval.ParsePublicKeys(nil)
	require.NoError(t, err)
	require.Empty(t, keys)
	for _, bad := range []string{"", "ed25519:", text[8:], text[:50], text + "A", text + "=", "ED25519:" + text[8:], "x" + text, text[:10] + "\n" + text[10:]} {
		_, err := approval.ParsePublicKey(bad)
		require.Error(t, err, "%q", bad)
	}
	_, err = approval.ParsePublicKeys([]byte(text + "\n" + text + " ann\n"))
	require.ErrorContains(t, err, "line 2: public key ")
}
