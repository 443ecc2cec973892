package cli

import (
	"fmt"
	"os"
)

// progress returns a function that shows how far a long command is, or nil
// where nobody watches: standard error isn't a terminal.
func (e *env) progress() func(done, total int) {
	f, ok := e.err.(*os.File)
	if !ok {
		return nil
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	shown := -1
	return func(done, total int) {
		percent := 100
		if total > 0 {
			percent = min(100, done*100/total)
		}
		if percent == shown {
			return
		}
		shown = percent
		fmt.Fprintf(f, "\r%3d %%", percent)
		if percent == 100 {
			fmt.Fprint(f, "\r     \r")
		}
	}
}
