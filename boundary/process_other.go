//go:build !unix

package boundary

import (
	"context"
	"errors"
)

// compat runs commands by bash, where there is one.
type compat struct{ s *Shell }

func (compat) run(context.Context, job) (Result, error) {
	return Result{}, errors.New("shell: not supported on this system")
}
