package boundary

import "github.com/runtimeguard/runtimeguard/guard"

// placePattern appends an action on a pattern.
func (in *Inspector) placePattern(out []guard.Action, a guard.Action) []guard.Action {
	return append(out, a)
}
