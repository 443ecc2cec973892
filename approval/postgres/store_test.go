//go:build unix

package postgres_test

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/approval/approvaltest"
	"github.com/runtimeguard/runtimeguard/approval/postgres"
)

func TestMain(m *testing.M) {
	approvaltest.Process(func(url string) (approval.Store, error) { return postgres.Open(context.Background(), url) })
	running := false
	ensure := started
	started = func() (*server, error) {
		s, err := ensure()
		running = err == nil
		return s, err
	}
	status := m.Run()
	if running {
		s, _ := ensure()
		s.stop()
	}
	os.Exit(status)
}

var schemas atomic.Int64

// fresh makes a schema of its own and returns its URL.
func fresh(t *testing.T) string {
	t.Helper()
	s := needServer(t)
	name := fmt.Sprintf("t%d", schemas.Add(1))
	sql(t, s.url(""), "CREATE SCHEMA "+name)
	return s.url(name)
}

func sql(t *testing.T, url, statement string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer c.Close(context.Background())
	_, err = c.Exec(t.Context(), statement)
	require.NoError(t, err)
}

func open(t *testing.T, url string) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestStore(t *testing.T) {
	approvaltest.Store(t, func(t *testing.T) func() approval.Store {
		url := fresh(t)
		return func() approval.Store { return open(t, url) }
	})
}

func TestOneGrantManyProcesses(t *testing.T) {
	url := fresh(t)
	approvaltest.Claims(t, open(t, url), url, 8, 16, approvaltest.Rounds(5))
}

func TestKilledAtRandom(t *testing.T) {
	url := fresh(t)
	approvaltest.Killed(t, open(t, url), url, approvaltest.Rounds(60))
}

// How soon a waiting call in another process wakes is printed, not required: a
// loaded machine is slow.
func TestWakes(t *testing.T) {
	url := fresh(t)
	approvaltest.Wakes(t, open(t, url), url, approvaltest.Rounds(10))
}
