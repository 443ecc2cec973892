package approval

import (
	"context"
	"time"
)

// Notice says that a request waits for an answer. It holds nothing by which
// the request could be judged or answered, so it may go over any channel: who
// gets it looks at the request where requests are kept, and compares the digest.
type Notice struct {
	Request           string   // its ID
	Digest            [32]byte // of everything that a human is shown: [Request.Digest]
	Created, DecideBy time.Time
}

// Notifier is told of each request by the process that files it. Notify is
// called before the agent is told; it returns at once, and sends what it sends
// afterwards. It must be safe for concurrent use. Package webhook has one.
type Notifier interface {
	Notify(ctx context.Context, n Notice)
}

// NotifierFunc is a function as a [Notifier].
type NotifierFunc func(ctx context.Context, n Notice)

// Notify calls f.
func (f NotifierFunc) Notify(ctx context.Context, n Notice) { f(ctx, n) }

// notify tells of a request. That nobody can be told stops no call.
func (q *Queue) notify(ctx context.Context, r *Request) {
	if q.c.Notify == nil {
		return
	}
	defer func() { _ = recover() }()
	q.c.Notify.Notify(context.WithoutCancel(ctx), Notice{Request: r.ID, Digest: r.seen, Created: r.Created, DecideBy: r.DecideBy})
}
