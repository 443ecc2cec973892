package webhook

import "time"

// SetPause shortens the pauses between tries.
func (w *Webhook) SetPause(d time.Duration) { w.pause = d }
