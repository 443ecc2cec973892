//go:build !unix

package boundary

import (
	"context"
	"errors"
	"time"

	"github.com/runtimeguard/runtimeguard/boundary/contain"
)

type process struct {
	cell    *contain.Cell
	path    string
	argv    []string
	dir     string
	env     []string
	timeout time.Duration
	out     *capped
}

func (p *process) run(context.Context) (Result, error) {
	return Result{}, errors.New("shell: not supported on this system")
}
