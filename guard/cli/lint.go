package cli

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/runtimeguard/runtimeguard/policy"
)

func setupLint(f *flag.FlagSet) func(*env, []string) error {
	asJSON := f.Bool("json", false, "print each problem as one JSON object a line")
	return func(e *env, files []string) error {
		if len(files) == 0 {
			return usageError("name the policy files")
		}
		failed := false
		for _, file := range files {
			p, err := loadPolicy(file)
			for _, x := range problems(file, err) {
				failed = true
				if err := printProblem(e, x, *asJSON); err != nil {
					return err
				}
			}
			if err == nil && !*asJSON {
				fmt.Fprintf(e.out, "ok    %s  %d rules\n", file, len(p.Rules()))
			}
		}
		if failed {
			return errFound
		}
		return nil
	}
}

// problems are what an error of loading a file says, with files named as they
// are reached from the working folder.
func problems(file string, err error) []policy.Problem {
	if err == nil {
		return nil
	}
	var load *policy.LoadError
	if !errors.As(err, &load) {
		return []policy.Problem{{File: file, Message: cause(err).Error()}}
	}
	out := load.Problems
	for i := range out {
		if path := filepath.Join(filepath.Dir(file), filepath.FromSlash(out[i].File)); exists(path) {
			out[i].File = path
		}
	}
	return out
}

// cause is an error without the path in front, which the problem names itself.
func cause(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func printProblem(e *env, x policy.Problem, asJSON bool) error {
	if !asJSON {
		_, err := fmt.Fprintln(e.out, x)
		return err
	}
	enc := json.NewEncoder(e.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(x)
}

func setupSchema(f *flag.FlagSet) func(*env, []string) error {
	reference := f.Bool("reference", false, "print the reference of the format instead, as Markdown")
	return func(e *env, args []string) error {
		if len(args) > 0 {
			return usageError("no arguments are taken")
		}
		text := policy.Schema()
		if *reference {
			text = policy.Reference()
		}
		_, err := e.out.Write(text)
		return err
	}
}
