package backup

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/runtimeguard/runtimeguard/guard"
)

// maxActions bounds the changes that a tool may restore at once; an operator's
// Plan and Apply have no such bound.
const maxActions = 2048

// Actions says which files a restore tool's call would change, for its
// binding: guard.Tool{Actions: vault.Actions}. It reads the arguments
// "snapshot", an id, and "paths", optionally, a list of paths or one path. Its
// handler calls [Vault.Restore] with the same values.
func (v *Vault) Actions(ctx context.Context, call *guard.Call) ([]guard.Action, error) {
	id, paths, err := arguments(call)
	if err != nil {
		return nil, err
	}
	plan, err := v.Plan(ctx, id, paths...)
	if err != nil {
		return nil, err
	}
	if len(plan.Changes) > maxActions {
		return nil, fmt.Errorf("snapshot %s: restoring it changes %d files, a tool may change %d at once: name paths", id, len(plan.Changes), maxActions)
	}
	v.judge(id, paths, plan.Hash)
	if len(plan.Changes) == 0 { // looking was all there is to it
		return []guard.Action{{Kind: guard.KindList, Path: v.roots[0]}}, nil
	}
	return plan.Actions(), nil
}

// Actions are what carrying the plan out does to files, as a policy and the record
// see it.
func (p *Plan) Actions() []guard.Action {
	var actions []guard.Action
	for _, c := range p.Changes {
		kind := guard.KindWrite
		if c.Op == OpDelete {
			kind = guard.KindDelete
		}
		actions = append(actions, guard.Action{Kind: kind, Path: c.Path})
	}
	return actions
}

func arguments(call *guard.Call) (id string, paths []string, err error) {
	id, ok := call.Args["snapshot"].(string)
	if !ok {
		return "", nil, errors.New(`restore: the argument "snapshot" must be the id of a snapshot`)
	}
	switch list := call.Args["paths"].(type) {
	case nil:
	case string:
		paths = []string{list}
	case []any:
		for _, p := range list {
			s, ok := p.(string)
			if !ok {
				return "", nil, errors.New(`restore: the argument "paths" must be a list of paths`)
			}
			paths = append(paths, s)
		}
	default:
		return "", nil, errors.New(`restore: the argument "paths" must be a list of paths`)
	}
	return id, paths, nil
}

// maxJudged bounds how many judged plans are remembered for their handlers.
const maxJudged = 1024

func (v *Vault) judge(id string, paths []string, hash string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.judged) >= maxJudged {
		clear(v.judged) // their calls are refused and can be made again
	}
	v.judged[request(id, paths)] = hash
}

func request(id string, paths []string) string { return id + "\x00" + strings.Join(paths, "\x00") }

// Restore plans and applies a restore for a tool's handler. It carries out only
// what [Vault.Actions] last showed the policy for the same arguments, once: if
// the files have changed since, it is [ErrMoved], and the call can be made
// again.
func (v *Vault) Restore(ctx context.Context, id string, paths ...string) (Result, error) {
	v.mu.Lock()
	judged := v.judged[request(id, paths)]
	delete(v.judged, request(id, paths))
	v.mu.Unlock()
	plan, err := v.Plan(ctx, id, paths...)
	if err != nil {
		return Result{}, err
	}
	if judged != plan.Hash {
		return Result{}, ErrMoved
	}
	return v.Apply(ctx, plan)
}
