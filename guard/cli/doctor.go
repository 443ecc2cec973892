package cli

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/boundary/contain"
	"github.com/runtimeguard/runtimeguard/guard"
)

func setupDoctor(f *flag.FlagSet) func(*env, []string) error {
	p := &place{}
	p.flags(f)
	worker := f.String("worker", "", "judge for a host that names this `program` as its worker (default: a host whose main begins with runtimeguard.Worker)")
	return func(e *env, args []string) error {
		if len(args) > 0 {
			return usageError("no arguments are taken")
		}
		tiers := contain.Probe(*worker)
		printTiers(e.out, tiers)
		printApprovals(e.out, contain.Best(tiers))
		return printState(e.out, p)
	}
}

// held says what each tier adds, in a few words.
var held = map[guard.Tier]string{
	guard.TierLandlock:  "files outside the workspace, TCP, other processes",
	guard.TierSeccomp:   "as well unix, UDP and netlink sockets, dangerous system calls",
	guard.TierNamespace: "as well a file system, processes and network of the call's own; secrets are masked",
}

func printTiers(w io.Writer, tiers []contain.Status) {
	fmt.Fprintf(w, "containment (%s/%s)\n", runtime.GOOS, runtime.GOARCH)
	for _, s := range tiers {
		fmt.Fprintf(w, "  %-10s %-4s %s\n", s.Tier, yesNo(s.Available), s.Why)
		fmt.Fprintf(w, "  %-10s      holds %s\n", "", held[s.Tier])
		for _, gap := range s.Gaps {
			fmt.Fprintf(w, "  %-10s      not held here: %s\n", "", gap)
		}
	}
	best := contain.Best(tiers)
	fmt.Fprintf(w, "  commands of boundary.Shell run under: %s\n", best)
}

func printApprovals(w io.Writer, best guard.Tier) {
	fmt.Fprintln(w, "approvals")
	if best >= guard.TierLandlock {
		fmt.Fprintln(w, "  enforced: programs that the agent runs by boundary.Shell can't reach the state folder")
	} else {
		fmt.Fprintln(w, "  advisory: programs that the agent runs have the host's user and nothing contains them;")
		fmt.Fprintln(w, "  give the state folder to another user, or run where Landlock is")
	}
	fmt.Fprintln(w, "  tools that start programs by themselves contain nothing")
}

// printState says whether the state folder is as private as it must be.
func printState(w io.Writer, p *place) error {
	dir, err := p.dir()
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "state")
	if _, err := os.Stat(dir); err != nil {
		fmt.Fprintf(w, "  %s: none yet; it is made when a host opens the workspace\n", dir)
		return nil
	}
	problems := runtimeguard.CheckState(dir)
	for _, problem := range problems {
		fmt.Fprintf(w, "  %v\n", problem)
	}
	if len(problems) == 0 {
		fmt.Fprintf(w, "  %s: nobody else may write it, nor read a secret in it\n", dir)
	}
	if reason, halted := runtimeguard.Halted(dir); halted {
		fmt.Fprintf(w, "  halted: %s\n", guard.Printable(reason))
	}
	if len(problems) > 0 {
		return errFound
	}
	return nil
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
