//go:build unix

package postgres_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard"
	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/approval/approvaltest"
	"github.com/runtimeguard/runtimeguard/approval/postgres"
	"github.com/runtimeguard/runtimeguard/guard"
	"github.com/runtimeguard/runtimeguard/guard/cli"
)

func queue(t *testing.T, s approval.Store, key approval.Key) *approval.Queue {
	q, err := approval.New(approval.Config{Store: s, Keys: []ed25519.PublicKey{key.PublicKey()}})
	require.NoError(t, err)
	return q
}

func pending(t *testing.T, err error) string {
	t.Helper()
	var p *guard.PendingError
	require.ErrorAs(t, err, &p)
	return p.Request
}

// The server is killed and started again while calls wait and grants stand:
// nothing is lost, nobody has to start anew.
func TestServerKilled(t *testing.T) {
	url := fresh(t)
	key := approval.NewKey()
	host, operator := queue(t, open(t, url), key), queue(t, open(t, url), key)
	call, d := approvaltest.Call()
	id := pending(t, host.Find(t.Context(), call, d))
	woke := make(chan error, 1)
	go func() { woke <- host.Wait(t.Context(), id) }()

	needServer(t).restart(t)
	require.Equal(t, id, pending(t, host.Find(t.Context(), call, d)), "the request still stands")
	select {
	case err := <-woke:
		require.Fail(t, "woke without an answer", "%v", err)
	default:
	}
	_, err := operator.Approve(t.Context(), id, "ann", key)
	require.NoError(t, err)
	require.NoError(t, <-woke)

	needServer(t).restart(t)
	grant, err := host.Claim(t.Context(), call, d)
	require.NoError(t, err)
	require.Equal(t, id, grant, "the grant still stood")
	needServer(t).restart(t)
	require.NotEqual(t, id, pending(t, operator.Find(t.Context(), call, d)), "and is spent")
}

// The server is killed at random moments of filing, approving and claiming. A
// claim that fails may have been carried out; but no grant is claimed twice, and
// none that was reported vanishes before anybody tried to claim it.
func TestServerKilledAtRandom(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	url := fresh(t)
	key := approval.NewKey()
	q := queue(t, open(t, url), key)
	ctx, stop := context.WithCancel(t.Context())
	claimed, failures, lost := map[string]int{}, 0, 0
	var working sync.WaitGroup
	working.Go(func() {
		call, d := approvaltest.Call()
		for ctx.Err() == nil {
			var p *guard.PendingError
			err := q.Find(t.Context(), call, d)
			if errors.As(err, &p) {
				_, err = q.Approve(t.Context(), p.Request, "ann", key)
			}
			reported := err == nil && p != nil
			for tries := 1; err == nil; tries++ {
				id := ""
				if id, err = q.Claim(t.Context(), call, d); err == nil {
					claimed[id]++
					break
				}
				if errors.As(err, new(*guard.PendingError)) {
					if reported && tries == 1 {
						lost++
					}
					break
				}
				failures++
				err = nil
				time.Sleep(time.Millisecond)
			}
			if err != nil && !errors.As(err, new(*guard.PendingError)) {
				failures++
				time.Sleep(time.Millisecond)
			}
		}
	})
	for range approvaltest.Rounds(4) {
		time.Sleep(time.Duration(50+random.IntN(200)) * time.Millisecond)
		needServer(t).restart(t)
	}
	stop()
	working.Wait()
	t.Logf("%d grants claimed, %d failures", len(claimed), failures)
	require.Zero(t, lost)
	require.NotEmpty(t, claimed)
	for id, n := range claimed {
		require.Equal(t, 1, n, id)
	}
}

// Many processes may find the table missing at once.
func TestTableIsMadeOnce(t *testing.T) {
	url := fresh(t)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			s, err := postgres.Open(t.Context(), url)
			if err != nil {
				t.Error(err)
				return
			}
			s.Close()
		})
	}
	wg.Wait()
}

// A host's own role needs no more than to read, add and change, and not even
// with that is a spent grant put back or anything taken away.
func TestHostCannotGoBack(t *testing.T) {
	admin := fresh(t)
	s := open(t, admin)
	schema := admin[strings.LastIndex(admin, "search_path=")+len("search_path="):]
	schema, _, _ = strings.Cut(schema, "&")
	role := "host_" + schema
	sql(t, admin, `CREATE ROLE `+role+` LOGIN; GRANT USAGE ON SCHEMA `+schema+` TO `+role+`; GRANT SELECT, INSERT, UPDATE ON runtimeguard_approvals TO `+role)
	key := approval.NewKey()
	url := strings.Replace(admin, "user=postgres", "user="+role, 1)
	host := open(t, url)
	q := queue(t, host, key)
	call, d := approvaltest.Call()
	_, err := queue(t, s, key).Approve(t.Context(), pending(t, q.Find(t.Context(), call, d)), "ann", key)
	require.NoError(t, err)
	_, err = q.Claim(t.Context(), call, d)
	require.NoError(t, err)

	c, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer c.Close(context.Background())
	for _, statement := range []string{
		`DELETE FROM runtimeguard_approvals`,
		`TRUNCATE runtimeguard_approvals`,
		`UPDATE runtimeguard_approvals SET version = version - 1`,
		`UPDATE runtimeguard_approvals SET version = version`,
		`UPDATE runtimeguard_approvals SET version = version + 2`,
		`UPDATE runtimeguard_approvals SET id = 'another', version = version + 1`,
		`INSERT INTO runtimeguard_approvals VALUES ('another', 2, '')`,
		`INSERT INTO runtimeguard_approvals VALUES ('ANOTHER', 1, '')`,
		`ALTER TABLE runtimeguard_approvals DISABLE TRIGGER ALL`,
		`DROP TRIGGER only_forward ON runtimeguard_approvals`,
		`CREATE OR REPLACE FUNCTION runtimeguard_approvals_only_forward() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$`,
		`DROP TABLE runtimeguard_approvals`,
	} {
		_, err := c.Exec(t.Context(), statement)
		require.Error(t, err, statement)
	}
	sql(t, admin, `REVOKE ALL ON runtimeguard_approvals FROM `+role+`; REVOKE USAGE ON SCHEMA `+schema+` FROM `+role+`; DROP ROLE `+role)
}

// A host and an operator meet in the database: no state folder is shared, and
// the host holds no private key.
func TestOperatorElsewhere(t *testing.T) {
	url := fresh(t)
	base, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	keyFile := filepath.Join(base, "ann.key")
	command := func(args ...string) (int, string) {
		var out bytes.Buffer
		open := func(ctx context.Context, url string) (approval.Store, error) { return postgres.Open(ctx, url) }
		status := cli.Command{Stores: map[string]cli.OpenStore{"postgres": open}}.Main(
			append([]string{"approvals", "-store", url, "-key", keyFile}, args...), strings.NewReader(""), &out, &out)
		return status, out.String()
	}
	status, line := command("key")
	require.Zero(t, status, line)
	keys, err := approval.ParsePublicKeys([]byte(line[strings.Index(line, "ed25519:"):]))
	require.NoError(t, err)

	for _, d := range []string{"ws", "tmp"} {
		require.NoError(t, os.Mkdir(filepath.Join(base, d), 0o755))
	}
	rt, err := runtimeguard.Open(runtimeguard.Config{
		Workspace: filepath.Join(base, "ws"), State: filepath.Join(base, "state"), Temp: []string{filepath.Join(base, "tmp")}, Home: base,
		Approvals: approval.Config{Store: open(t, url), Keys: keys},
	})
	require.NoError(t, err)
	defer rt.Close()
	ran := make(chan error, 1)
	go func() {
		ran <- rt.DoWaiting(t.Context(), guard.Call{Tool: "run_command", Args: map[string]any{"command": "git push --force"}}, guard.Wait{For: time.Hour},
			func(context.Context) (guard.Outcome, error) { return guard.Outcome{}, nil })
	}()
	id := ""
	for id == "" {
		_, list := command("list")
		if fields := strings.Fields(list); len(fields) > 1 && fields[1] == "pending" {
			id = fields[0]
		}
	}
	status, text := command("show", id)
	require.Zero(t, status)
	require.Contains(t, text, "git push --force")
	status, text = command("approve", id)
	require.Zero(t, status, text)
	require.NoError(t, <-ran)
	_, text = command("-all", "list")
	require.Contains(t, text, id+"  spent")
	require.NoFileExists(t, filepath.Join(base, "state", "keys", "approver.key"))
}

// What goes wrong on the way to the server doesn't tell the password.
func TestErrorsTellNoPassword(t *testing.T) {
	for _, url := range []string{
		"postgres://host:s3cret@127.0.0.1:1/guard?connect_timeout=2",
		"postgres://host:s3cret@127.0.0.1:bad/guard",
		"host=127.0.0.1 port=1 user=host password=s3cret",
	} {
		_, err := postgres.Open(t.Context(), url)
		require.ErrorContains(t, err, "postgres: ")
		require.NotContains(t, err.Error(), "s3cret")
	}
}
