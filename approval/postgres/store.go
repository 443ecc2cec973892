package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/runtimeguard/runtimeguard/approval"
)

// Store is an [approval.Store] and an [approval.Watcher] in a PostgreSQL
// database. It is safe for concurrent use, by any number of processes.
type Store struct {
	pool *pgxpool.Pool
	bell approval.Bell

	start  sync.Once     // of the listener
	heard  chan struct{} // closed once the listener has tried to connect
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

var _ interface {
	approval.Store
	approval.Watcher
} = (*Store)(nil)

// Open connects to the database that url names, in the form of libpq
// ("postgres://user@host/database?sslmode=verify-full", or "host=... user=...");
// what it leaves out comes from the environment variables and files that libpq
// reads (PGPASSFILE and kin). Where the database doesn't hold the table yet,
// Open makes it. Close the store after use.
func Open(ctx context.Context, url string) (*Store, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	c.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec // nothing of a connection outlives a query
	c.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return true }
	c.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, durable)
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	s := &Store{pool: pool, heard: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if err := s.prepare(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("postgres: %w", err)
	}
	return s, nil
}

// Close ends all connections. Nothing may be in progress or follow.
func (s *Store) Close() error {
	s.cancel()
	s.wg.Wait()
	s.pool.Close()
	return nil
}

// durable makes a commit wait for the disk where the server's setting doesn't.
const durable = `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`

// schema is run under a lock, since two processes may find the table missing.
const schema = `
CREATE TABLE runtimeguard_approvals (
	id      text   PRIMARY KEY CHECK (id ~ '^[a-z0-9-]{1,128}$'),
	version bigint NOT NULL CHECK (version > 0),
	data    bytea  NOT NULL CHECK (length(data) <= 1048576)
);
CREATE FUNCTION runtimeguard_approvals_only_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'INSERT' AND NEW.version = 1
	OR TG_OP = 'UPDATE' AND NEW.id = OLD.id AND NEW.version = OLD.version + 1 THEN
		RETURN NEW;
	END IF;
	RAISE EXCEPTION 'runtimeguard: a version of an approval only goes up by one, and none is deleted';
END $$;
CREATE TRIGGER only_forward BEFORE INSERT OR UPDATE OR DELETE ON runtimeguard_approvals
	FOR EACH ROW EXECUTE FUNCTION runtimeguard_approvals_only_forward();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON runtimeguard_approvals
	FOR EACH STATEMENT EXECUTE FUNCTION runtimeguard_approvals_only_forward();`

const schemaLock = 0x72756e74696d6567 // any number that nobody else uses

func (s *Store) prepare(ctx context.Context) error {
	if there, err := exists(ctx, s.pool); there || err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(schemaLock)); err != nil {
			return err
		}
		if there, err := exists(ctx, tx); there || err != nil {
			return err
		}
		_, err := tx.Exec(ctx, schema, pgx.QueryExecModeSimpleProtocol)
		return err
	})
}

func exists(ctx context.Context, q interface {
	QueryRow(context.Context, string, ...any) pgx.Row
}) (there bool, err error) {
	// Looked up in the table of tables, since a name that was missing once is
	// remembered as missing.
	err = q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = to_regclass('runtimeguard_approvals'))`).Scan(&there)
	return there, err
}

// Get implements [approval.Store].
func (s *Store) Get(ctx context.Context, id string) (approval.Entry, error) {
	e := approval.Entry{ID: id}
	if err := approval.CheckEntry(id, 0, nil); err != nil {
		return approval.Entry{}, err
	}
	var version int64
	err := s.pool.QueryRow(ctx, `SELECT version, data FROM runtimeguard_approvals WHERE id = $1`, id).Scan(&version, &e.Data)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return approval.Entry{}, fmt.Errorf("postgres: %w", err)
	}
	e.Version = uint64(version)
	return e, nil
}

const pageSize = 32 // entries that are fetched at once

// List implements [approval.Store]. No connection is held while an entry is
// yielded.
func (s *Store) List(ctx context.Context) iter.Seq2[approval.Entry, error] {
	return func(yield func(approval.Entry, error) bool) {
		for last := ""; ; {
			page, err := s.page(ctx, last)
			if err != nil {
				yield(approval.Entry{}, fmt.Errorf("postgres: %w", err))
				return
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
				last = e.ID
			}
			if len(page) < pageSize {
				return
			}
		}
	}
}

// page returns the entries that follow an id.
func (s *Store) page(ctx context.Context, after string) ([]approval.Entry, error) {
	rows, err := s.pool.Query(ctx, `SELECT id, version, data FROM runtimeguard_approvals WHERE id > $1 ORDER BY id LIMIT $2`, after, pageSize)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e approval.Entry, err error) {
		var version int64
		err = row.Scan(&e.ID, &version, &e.Data)
		e.Version = uint64(version)
		return e, err
	})
}

// Statements that swap. Each is one transaction, and tells of itself where it
// has changed a row.
const (
	insert = `WITH w AS (INSERT INTO runtimeguard_approvals (id, version, data) VALUES ($1, $2 + 1, $3)
		ON CONFLICT (id) DO NOTHING RETURNING id) SELECT pg_notify('runtimeguard_approvals', id) FROM w`
	update = `WITH w AS (UPDATE runtimeguard_approvals SET version = version + 1, data = $3
		WHERE id = $1 AND version = $2 RETURNING id) SELECT pg_notify('runtimeguard_approvals', id) FROM w`
)

// Swap implements [approval.Store]. It returns once the transaction is
// durable, where the server's fsync is on.
func (s *Store) Swap(ctx context.Context, id string, version uint64, data []byte) error {
	if err := approval.CheckEntry(id, version, data); err != nil {
		return err
	}
	if version >= math.MaxInt64 {
		return errors.New("postgres: the entry has no version left")
	}
	statement := update
	if version == 0 {
		statement = insert
	}
	if data == nil {
		data = []byte{}
	}
	tag, err := s.pool.Exec(ctx, statement, id, int64(version), data)
	var refused *pgconn.PgError
	switch {
	case errors.As(err, &refused) && (refused.Code == "40001" || refused.Code == "40P01"): // serialization, deadlock: nothing was done
		return approval.ErrConflict
	case err != nil:
		return fmt.Errorf("postgres: %w", err)
	case tag.RowsAffected() == 0:
		return approval.ErrConflict
	}
	return nil
}

// Watch implements [approval.Watcher].
func (s *Store) Watch(ctx context.Context) <-chan struct{} {
	s.start.Do(func() { s.wg.Go(s.listen) })
	c := s.bell.Watch(ctx)
	select {
	case <-s.heard:
	case <-ctx.Done():
	}
	return c
}

// Pauses between two tries to connect the listener.
const (
	minPause = 100 * time.Millisecond
	maxPause = 5 * time.Second
)

// listen keeps a connection that listens until the store is closed. What
// changed while there was none, nobody has told: so it rings at each end of it.
func (s *Store) listen() {
	heard := sync.OnceFunc(func() { close(s.heard) })
	for pause := minPause; s.ctx.Err() == nil; pause = min(2*pause, maxPause) {
		err := s.hear(func() {
			pause = minPause
			heard()
			s.bell.Ring()
		})
		if err != nil {
			s.bell.Ring()
		}
		heard()
		select {
		case <-s.ctx.Done():
		case <-time.After(pause):
		}
	}
}

// checkEvery is how often a silent connection is asked whether it is alive.
const checkEvery = 30 * time.Second

// hear listens on a connection of its own until that fails.
func (s *Store) hear(ready func()) error {
	conn, err := pgx.ConnectConfig(s.ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(s.ctx))
	if _, err := conn.Exec(s.ctx, `LISTEN runtimeguard_approvals`); err != nil {
		return err
	}
	ready()
	for {
		wait, cancel := context.WithTimeout(s.ctx, checkEvery)
		_, err := conn.WaitForNotification(wait)
		if err != nil && wait.Err() != nil && s.ctx.Err() == nil {
			err = conn.Ping(s.ctx)
		}
		cancel()
		if err != nil {
			return err
		}
		s.bell.Ring()
	}
}
