//go:build !linux

package boundary

import "context"

// exactEngine: there is none here.
type exactEngine struct{}

func newExact(*Shell) (*exactEngine, error) { return nil, nil }

func (*exactEngine) run(context.Context, job) (Result, error) { panic("unreachable") }

func (*exactEngine) close() error { return nil }
