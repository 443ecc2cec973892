//go:build !unix

package boundary

import (
	"context"
	"errors"
	"time"
)

type process struct {
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
