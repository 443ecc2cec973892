package cli

import (
	"embed"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

//go:embed init/policy.yaml init/policy_test.yaml
var initFiles embed.FS

func setupInit(f *flag.FlagSet) func(*env, []string) error {
	p := &place{}
	p.flags(f)
	dir := f.String("dir", "", "the `folder` to write to (default: the state folder, where the guard finds the policy by itself)")
	return func(e *env, args []string) error {
		if len(args) > 0 {
			return usageError("no arguments are taken")
		}
		to := *dir
		if to == "" {
			state, err := p.dir()
			if err != nil {
				return err
			}
			to = state
		}
		if err := os.MkdirAll(to, 0o700); err != nil {
			return err
		}
		for _, name := range []string{"policy.yaml", "policy_test.yaml"} {
			if err := writeNew(filepath.Join(to, name), "init/"+name); err != nil {
				return err
			}
			fmt.Fprintf(e.out, "wrote %s\n", filepath.Join(to, name))
		}
		fmt.Fprintf(e.out, "next: runtimeguard test %s\n", filepath.Join(to, "policy_test.yaml"))
		return nil
	}
}

// writeNew writes an embedded file where nothing stands yet.
func writeNew(path, embedded string) error {
	text, err := initFiles.ReadFile(embedded)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	return err
}
