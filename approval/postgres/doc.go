// Package postgres keeps approval requests in a PostgreSQL database, so that
// hosts and operators on many machines share them:
//
//	store, err := postgres.Open(ctx, "postgres://host@db.example.com/guard?sslmode=verify-full")
//	...
//	defer store.Close()
//	rt, err := runtimeguard.Open(runtimeguard.Config{
//		Workspace: ".",
//		Approvals: approval.Config{Store: store, Keys: keys},
//	})
//
// The operator's command with PostgreSQL linked is
// approval/postgres/cmd/runtimeguard:
//
//	runtimeguard approvals -store 'postgres://ann@db.example.com/guard?sslmode=verify-full' watch
//
// # Set-up
//
// The first role that opens an empty database makes the table, with a trigger
// that holds for everybody but the table's owner and superusers: versions only
// go up by one, and nothing is deleted. So let an administrator open it once
// and give hosts and operators roles of their own:
//
//	CREATE ROLE host LOGIN; CREATE ROLE operator NOLOGIN;
//	GRANT SELECT, INSERT, UPDATE ON runtimeguard_approvals TO host, operator;
//
// Then not even who holds the host's password can put back a grant that was
// spent. Nobody can forge one: answers are signed with the approver's key, and
// no key is in the database. Hosts that must not share grants get a schema each:
// add search_path=NAME to the URL.
//
// # Wake-ups
//
// Each change is a NOTIFY, on which one connection per process listens, so a
// waiting call anywhere wakes at once. Where that connection is lost it is made
// anew; polling stands behind it. LISTEN needs a connection of its own: through
// a pooler, use one in session mode.
package postgres
