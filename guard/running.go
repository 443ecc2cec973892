package guard

import "context"

// Running returns the call whose handler runs in ctx, with the actions that
// were judged, and whether there is one. A handler that contains what it starts
// learns from it what the call may need. The call must not be changed.
func Running(ctx context.Context) (*Call, bool) {
	s, _ := ctx.Value(runningKey{}).(*running)
	if s == nil || s.ended.Load() {
		return nil, false
	}
	return s.call, true
}
