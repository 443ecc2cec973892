package cli

import (
	"context"
	"crypto/ed25519"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/approval"
)

// desk is where an approver sits: the requests they look at, and their key.
type desk struct {
	place
	store, approvers, key string
}

// storeVariable is the environment variable that stands in for -store.
const storeVariable = "RUNTIMEGUARD_STORE"

func (d *desk) flags(f *flag.FlagSet) {
	d.place.flags(f)
	f.StringVar(&d.key, "key", "", "the approver's private key `file` (default: keys/"+runtimeguard.KeyFile+" in the state folder where there is one, else "+runtimeguard.KeyFile+" in the user's configuration folder)")
	f.StringVar(&d.store, "store", os.Getenv(storeVariable), "the `URL` of a store of approvals, instead of the state folder's (default: $"+storeVariable+")")
	f.StringVar(&d.approvers, "approvers", "", "a `file` of the public keys whose answers count (default: those in the state folder; with -store, the approver's own)")
}

// queue opens the requests; close what it returns.
func (d *desk) queue(ctx context.Context, e *env) (q *approval.Queue, done func() error, err error) {
	done = func() error { return nil }
	if d.store == "" && d.approvers == "" {
		state, err := d.dir()
		if err == nil {
			q, err = runtimeguard.OpenApprovals(state)
		}
		return q, done, err
	}
	var c approval.Config
	if c.Keys, err = d.trusted(); err != nil {
		return nil, done, err
	}
	if c.Store, err = d.openStore(ctx, e); err != nil {
		return nil, done, err
	}
	if closer, ok := c.Store.(interface{ Close() error }); ok {
		done = closer.Close
	}
	q, err = approval.New(c)
	return q, done, err
}

// openStore opens the store that the flags name.
func (d *desk) openStore(ctx context.Context, e *env) (approval.Store, error) {
	if d.store == "" {
		state, err := d.dir()
		if err != nil {
			return nil, err
		}
		return approval.OpenFolder(runtimeguard.ApprovalsDir(state))
	}
	scheme, _, _ := strings.Cut(d.store, ":")
	open := e.stores[scheme]
	if open == nil {
		return nil, fmt.Errorf("-store: this command knows no store of the kind %q (PostgreSQL: approval/postgres/cmd/runtimeguard)", scheme)
	}
	return open(ctx, d.store)
}

// trusted returns the public keys whose answers count.
func (d *desk) trusted() ([]ed25519.PublicKey, error) {
	if d.approvers == "" {
		key, err := d.signer()
		return []ed25519.PublicKey{key.PublicKey()}, err
	}
	text, err := os.ReadFile(d.approvers)
	if err != nil {
		return nil, err
	}
	keys, err := approval.ParsePublicKeys(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.approvers, err)
	}
	return keys, nil
}

// signer reads the key that answers are signed with.
func (d *desk) signer() (approval.Key, error) {
	file, err := d.keyFile()
	if err != nil {
		return approval.Key{}, err
	}
	return approval.LoadKey(file)
}

// keyFile is the flag's, or the one in the state folder where there is one that
// this user may see, or the user's own.
func (d *desk) keyFile() (string, error) {
	if d.key != "" {
		return d.key, nil
	}
	if state, err := d.dir(); err == nil {
		file := filepath.Join(state, runtimeguard.KeysDir, runtimeguard.KeyFile)
		if _, err := os.Lstat(file); err == nil {
			return file, nil
		}
	}
	config, err := os.UserConfigDir()
	return filepath.Join(config, "runtimeguard", runtimeguard.KeyFile), err
}

// showKey prints the public key for the host's file of approvers, and makes the
// pair where there is none.
func (d *desk) showKey(e *env) error {
	file, err := d.keyFile()
	if err != nil {
		return err
	}
	if d.key == "" {
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
	}
	_, err = os.Lstat(file)
	made := errors.Is(err, fs.ErrNotExist)
	key, err := approval.LoadOrCreateKey(file)
	if err != nil {
		return err
	}
	who, err := whoami()
	if err != nil {
		return err
	}
	if made {
		fmt.Fprintf(e.err, "made a key in %s; the line below goes into the hosts' keys/%s\n", file, runtimeguard.ApproversFile)
	}
	fmt.Fprintf(e.out, "%s # %s\n", key, strings.ReplaceAll(who, "\n", " "))
	return nil
}

// operator is who runs the command, at the state folder.
func (p *place) operator() (runtimeguard.Operator, error) {
	state, err := p.dir()
	if err != nil {
		return runtimeguard.Operator{}, err
	}
	who, err := whoami()
	return runtimeguard.Operator{State: state, Who: who}, err
}

// operator is who answers. The log of a state folder that nobody named has
// nothing to do with a store elsewhere.
func (d *desk) operator() (o runtimeguard.Operator, err error) {
	if d.store == "" || d.state != "" {
		return d.place.operator()
	}
	o.Who, err = whoami()
	return o, err
}

// whoami is who runs the command, as the operating system knows them by
// their id. $USER and kin are the caller's to set and aren't asked: os/user
// falls back to $USER, unless it isn't there.
func whoami() (string, error) {
	if user, ok := os.LookupEnv("USER"); ok && os.Getuid() >= 0 {
		os.Unsetenv("USER")
		defer os.Setenv("USER", user)
	}
	name := "uid " + strconv.Itoa(os.Getuid())
	if u, err := user.Current(); err == nil {
		name = u.Username
	} else if os.Getuid() < 0 { // a system without such ids
		return "", fmt.Errorf("the user can't be found: %w", err)
	}
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	return name + "@" + host, nil
}
