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
	reason, halted := h.stands()
	switch {
	case !halted:
		return guard.Decision{Effect: guard.Allow}
	case reason == "":
		return guard.Refuse("stopped by the operator")
	}
	return guard.Refuse("stopped by the operator: %s", reason)
}

// stands reports whether there is a stop; one that can't be read is one.
func (h haltGuard) stands() (reason string, halted bool) {
	if absent(h.file) {
		return "", false
	}
	text, err := os.ReadFile(h.file)
	if err != nil {
		return "", true
	}
	return strings.TrimSpace(string(text[:min(len(text), maxHaltReason)])), true
}

// Halted reports whether a [Halt] stands, and its reason.
func Halted(state string) (reason string, halted bool) {
	return haltGuard{filepath.Join(state, haltFile)}.stands()
}

// Halt stops every process that uses the state folder: from now on each call
// is refused with the reason, until [Resume]. Calls that already run go on.
func Halt(state, reason string) error {
	return os.WriteFile(filepath.Join(state, haltFile), []byte(reason[:min(len(reason), maxHaltReason)]+"\n"), 0o644) // a host of another user tells agents the reason
}

// Resume ends a [Halt]; without one it does nothing.
func Resume(state string) error {
	err := os.Remove(filepath.Join(state, haltFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
