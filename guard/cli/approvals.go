package cli

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/guard"
)

type approvals struct {
	desk
	all bool
}

func setupApprovals(f *flag.FlagSet) func(*env, []string) error {
	a := &approvals{}
	a.flags(f)
	f.BoolVar(&a.all, "all", false, "list also what is answered or expired")
	return a.run
}

func (a *approvals) run(e *env, args []string) (err error) {
	ctx := context.Background()
	verb, args := split(args, "list")
	if verb == "key" && len(args) == 0 {
		return a.showKey(e)
	}
	q, done, err := a.queue(ctx, e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	switch {
	case verb == "list" && len(args) == 0:
		return a.list(ctx, e, q)
	case verb == "watch" && len(args) == 0:
		return a.watch(ctx, e, q)
	case verb == "show" && len(args) == 1:
		r, err := q.Get(ctx, args[0])
		if err != nil {
			return err
		}
		fmt.Fprint(e.out, r.Text())
		return nil
	case verb == "remove" && len(args) == 1:
		o, err := a.operator()
		if err != nil {
			return err
		}
		return e.unrecorded(o.Remove(ctx, q, args[0]))
	case verb == "approve" && len(args) == 1, verb == "deny" && len(args) >= 1:
		return a.answer(ctx, e, q, verb == "approve", args[0], strings.Join(args[1:], " "))
	}
	return usageError("want list, watch, show ID, approve ID, deny ID [REASON], remove ID or key")
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

func (a *approvals) answer(ctx context.Context, e *env, q *approval.Queue, yes bool, id, reason string) error {
	key, err := a.signer()
	if err != nil {
		return err
	}
	o, err := a.operator()
	if err != nil {
		return err
	}
	var r *approval.Request
	if yes {
		r, err = o.Approve(ctx, q, id, key)
	} else {
		r, err = o.Deny(ctx, q, id, reason, key)
	}
	if err := e.unrecorded(err); err != nil {
		return err
	}
	fmt.Fprintln(e.out, outcome(r))
	return nil
}

// outcome says in one line what has become of a request.
func outcome(r *approval.Request) string {
	by := ""
	if r.Answer != nil {
		by = " by " + guard.Printable(r.Answer.Who)
	}
	return fmt.Sprintf("%s %s%s: %s", r.ID, r.State, by, r.Summary())
}

// watcher shows requests as they come, and takes answers.
type watcher struct {
	*approvals
	e     *env
	q     *approval.Queue
	shown map[string]bool // pending requests that stand on the screen, by ID
	alarm string          // the last error of the list, so that it is said once
}

// watch goes on until it is interrupted, or told to quit.
func (a *approvals) watch(ctx context.Context, e *env, q *approval.Queue) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	w := &watcher{approvals: a, e: e, q: q, shown: map[string]bool{}}
	changed := q.Watch(ctx)
	said := make(chan string)
	go read(ctx, e.in, said)
	fmt.Fprintln(e.out, "watching: answer with yes ID, no ID [REASON] or show ID; quit ends it")
	for {
		w.look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		case line := <-said:
			if strings.TrimSpace(line) == "quit" {
				return nil
			}
			if err := w.obey(ctx, line); err != nil {
				fmt.Fprintln(e.out, err)
			}
		}
	}
}

// read hands lines on until there are no more.
func read(ctx context.Context, in io.Reader, said chan<- string) {
	for lines := bufio.NewScanner(in); lines.Scan(); {
		select {
		case said <- lines.Text():
		case <-ctx.Done():
			return
		}
	}
}

// look shows what is new, and what has become of what was shown.
func (w *watcher) look(ctx context.Context) {
	requests, err := w.q.List(ctx)
	for _, r := range requests {
		switch pending := r.State == approval.Pending; {
		case pending && !w.shown[r.ID]:
			w.shown[r.ID] = true
			fmt.Fprintf(w.e.out, "\n%s\n--> yes %[2]s, or no %[2]s and why\n", r.Text(), r.ID[:4])
		case !pending && w.shown[r.ID]:
			delete(w.shown, r.ID)
			fmt.Fprintln(w.e.out, outcome(r))
		}
	}
	alarm := ""
	if err != nil && ctx.Err() == nil {
		alarm = err.Error()
	}
	if alarm != "" && alarm != w.alarm {
		fmt.Fprintln(w.e.out, alarm)
	}
	w.alarm = alarm
}

// obey carries a line out. An answer must name, by its first characters, a
// request that was shown: these are random, so that no answer typed ahead meets
// one that has just come.
func (w *watcher) obey(ctx context.Context, line string) error {
	verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	id, reason, _ := strings.Cut(strings.TrimSpace(rest), " ")
	if verb == "" {
		return nil
	}
	r, err := w.q.Get(ctx, id)
	switch {
	case verb != "yes" && verb != "no" && verb != "show" || verb == "yes" && reason != "":
		return errors.New("want yes ID, no ID [REASON], show ID or quit")
	case err != nil:
		return err
	case verb == "show":
		fmt.Fprint(w.e.out, r.Text())
		return nil
	case !w.shown[r.ID]:
		return fmt.Errorf("%s: no request that waits was shown under this id", guard.Printable(id))
	}
	if err := w.answer(ctx, w.e, w.q, verb == "yes", r.ID, strings.TrimSpace(reason)); err != nil {
		return err
	}
	delete(w.shown, r.ID) // its outcome has been said
	return nil
}
