package runtimeguard

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// haltGuard refuses every call while the operator's stop stands.
type haltGuard struct{ file string }

// maxHaltReason bounds the reason in bytes.
const maxHaltReason = 500

func (h haltGuard) Decide(context.Context, *guard.Call) guard.Decision {
	if _, err := os.Lstat(h.file); errors.Is(err, fs.ErrNotExist) {
		return guard.Decision{Effect: guard.Allow}
	}
	reason, err := os.ReadFile(h.file)
	if err != nil {
		return guard.Refuse("stopped by the operator")
	}
	text := strings.TrimSpace(string(reason[:min(len(reason), maxHaltReason)]))
	if text == "" {
		return guard.Refuse("stopped by the operator")
	}
	return guard.Refuse("stopped by the operator: %s", text)
}

// Halt stops every process that uses the state folder: from now on each call
// is refused with the reason, until [Resume]. Calls that already run go on.
func Halt(state, reason string) error {
	return os.WriteFile(filepath.Join(state, haltFile), []byte(reason[:min(len(reason), maxHaltReason)]+"\n"), 0o600)
}

// Resume ends a [Halt]; without one it does nothing.
func Resume(state string) error {
	err := os.Remove(filepath.Join(state, haltFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
