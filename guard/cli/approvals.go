package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/guard"
)

type approvals struct {
	place
	key string
	all bool
}

func setupApprovals(f *flag.FlagSet) func(*env, []string) error {
	a := &approvals{}
	a.flags(f)
	f.StringVar(&a.key, "key", "", "the approver's private key `file` (default: keys/"+runtimeguard.KeyFile+" in the state folder)")
	f.BoolVar(&a.all, "all", false, "list also what is answered or expired")
	return a.run
}

func (a *approvals) run(e *env, args []string) error {
	ctx := context.Background()
	state, err := a.dir()
	if err != nil {
		return err
	}
	q, err := runtimeguard.OpenApprovals(state)
	if err != nil {
		return err
	}
	verb, args := split(args, "list")
	switch {
	case verb == "list" && len(args) == 0:
		return a.list(ctx, e, q)
	case verb == "show" && len(args) == 1:
		r, err := q.Get(ctx, args[0])
		if err != nil {
			return err
		}
		fmt.Fprint(e.out, r.Text())
		return nil
	case verb == "approve" && len(args) == 1, verb == "deny" && len(args) >= 1:
		return a.answer(ctx, e, q, state, verb == "approve", args[0], strings.Join(args[1:], " "))
	}
	return usageError("want list, show ID, approve ID or deny ID [REASON]")
}

// split takes the verb off the arguments.
func split(args []string, none string) (string, []string) {
	if len(args) == 0 {
		return none, nil
	}
	return args[0], args[1:]
}

func (a *approvals) list(ctx context.Context, e *env, q *approval.Queue) error {
	requests, err := q.List(ctx)
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	n := 0
	for _, r := range requests {
		if !a.all && r.State != approval.Pending {
			continue
		}
		n++
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.ID, r.State, r.Created.Local().Format(time.DateTime), r.Summary())
	}
	if n == 0 && err == nil {
		fmt.Fprintln(w, "nothing waits for an answer")
	}
	return errors.Join(w.Flush(), err)
}

func (a *approvals) answer(ctx context.Context, e *env, q *approval.Queue, state string, yes bool, id, reason string) error {
	file := a.key
	if file == "" {
		file = filepath.Join(state, runtimeguard.KeysDir, runtimeguard.KeyFile)
	}
	key, err := approval.LoadKey(file)
	if err != nil {
		return err
	}
	who, err := operator()
	if err != nil {
		return err
	}
	var r *approval.Request
	if yes {
		r, err = q.Approve(ctx, id, who, key)
	} else {
		r, err = q.Deny(ctx, id, who, reason, key)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "%s %s by %s: %s\n", r.ID, r.State, guard.Printable(who), r.Summary())
	return nil
}

// operator is who runs the command, as the operating system knows them. $USER
// and kin are the caller's to set and aren't asked.
func operator() (string, error) {
	u, err := user.Current()
	if err != nil {
		return "", fmt.Errorf("the user can't be found: %w", err)
	}
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	return u.Username + "@" + host, nil
}
