package guard_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/runtimeguard/runtimeguard/guard"
)

// An Enforcer from parts of one's own: what a call does, what is allowed, and
// where it is recorded.
func ExampleNew() {
	e, err := guard.New(guard.Config{
		Inspector: guard.InspectorFunc(func(_ context.Context, c *guard.Call) ([]guard.Action, error) {
			return []guard.Action{{Kind: guard.KindUse}}, nil
		}),
		Guard: guard.GuardFunc(func(_ context.Context, c *guard.Call) guard.Decision {
			if c.Tool == "clock" {
				return guard.Decision{Effect: guard.Allow}
			}
			return guard.Refuse("only the clock may be used")
		}),
		Audit: guard.AuditFunc(func(_ context.Context, r guard.Record) error {
			fmt.Println(r.Phase, r.Call.Tool, r.Decision.Effect)
			return nil
		}),
	})
	if err != nil {
		panic(err)
	}
	for _, tool := range []string{"clock", "launch"} {
		err := e.Do(context.Background(), guard.Call{Tool: tool}, func(context.Context) (guard.Outcome, error) {
			fmt.Println("tick")
			return guard.Outcome{}, nil
		})
		if err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// decided clock allow
	// tick
	// finished clock allow
	// decided launch deny
	// deny: only the clock may be used
}

// Wrap guards a handler of any framework.
func ExampleWrap() {
	type request struct{ Name, JSON string }
	var enforcer *guard.Enforcer // nil denies
	handler := guard.Wrap(enforcer,
		func(_ context.Context, r request) (guard.Call, error) {
			return guard.Call{Tool: r.Name, Raw: []byte(r.JSON)}, nil
		},
		func(_ context.Context, r request) (string, error) { return "done", nil })
	_, err := handler(context.Background(), request{"rm", `{"path":"/"}`})
	var denied *guard.DeniedError
	fmt.Println(errors.As(err, &denied), err)
	// Output:
	// true deny: no guard is configured
}

// All asks every guard; the strictest wins.
func ExampleAll() {
	allow := guard.GuardFunc(func(context.Context, *guard.Call) guard.Decision { return guard.Decision{Effect: guard.Allow} })
	quiet := guard.GuardFunc(func(context.Context, *guard.Call) guard.Decision { return guard.Refuse("it is night") })
	fmt.Println(guard.All(allow, quiet).Decide(context.Background(), &guard.Call{}))
	// Output:
	// deny: it is night
}

// ParseArgs refuses what two JSON readers would read differently.
func ExampleParseArgs() {
	_, err := guard.ParseArgs([]byte(`{"path":"/ok","PATH":"/etc/shadow"}`))
	fmt.Println(err)
	// Output:
	// arguments: keys "path" and "PATH" differ only in case
}
