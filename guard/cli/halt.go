package cli

import (
	"flag"
	"fmt"
	"strings"

	"github.com/runtimeguard/runtimeguard"
)

func setupHalt(f *flag.FlagSet) func(*env, []string) error {
	p := &place{}
	p.flags(f)
	return func(e *env, args []string) error {
		dir, err := p.dir()
		if err != nil {
			return err
		}
		if err := runtimeguard.Halt(dir, strings.Join(args, " ")); err != nil {
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
		dir, err := p.dir()
		if err != nil {
			return err
		}
		if err := runtimeguard.Resume(dir); err != nil {
			return err
		}
		fmt.Fprintln(e.out, "resumed")
		return nil
	}
}
