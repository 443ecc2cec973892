package cli

import (
	"context"
	"flag"
	"fmt"
	"strings"
)

func setupHalt(f *flag.FlagSet) func(*env, []string) error {
	p := &place{}
	p.flags(f)
	return func(e *env, args []string) error {
		o, err := p.operator()
		if err != nil {
			return err
		}
		if err := e.unrecorded(o.Halt(context.Background(), strings.Join(args, " "))); err != nil {
			return err
		}
		fmt.Fprintf(e.out, "halted: every call is refused until \"runtimeguard resume\"\n")
		return nil
	}
}

func setupResume(f *flag.FlagSet) func(*env, []string) error {
	p := &place{}
	p.flags(f)
	return func(e *env, args []string) error {
		if len(args) > 0 {
			return usageError("no arguments are taken")
		}
		o, err := p.operator()
		if err != nil {
			return err
		}
		if err := e.unrecorded(o.Resume(context.Background())); err != nil {
			return err
		}
		fmt.Fprintln(e.out, "resumed")
		return nil
	}
}
