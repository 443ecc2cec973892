package boundary

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What leaves next to nothing of a folder counts as all of it.
func TestPatternsThatTakeAll(t *testing.T) {
	for pattern, all := range map[string]bool{
		"/ws/*": true, "/ws/**": true, "/ws/.*": true, "/ws/?*": true, "/*": true, "/ws": true, "/*/*": true,
		"/ws/[!.]*": true, "/ws/[^.]*": true, "/ws/*[!z]": true, "/ws/[a-z]*": true, "/ws/[[:alpha:]]*": true,
		"/ws/*.o": false, "/ws/[0-9]*": false, "/ws/a*": false, "/ws/[ab]*": false, "/ws/d/[!.]*": false, "/ws/[!.]": false, "/other/*": false, "/ws/[": false,
	} {
		require.Equal(t, all, newPattern(pattern).takesAll("/ws"), pattern)
	}
}
