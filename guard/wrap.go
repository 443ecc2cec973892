package guard

import "context"

// Wrap puts an Enforcer before a handler of any framework. toCall says what
// the input asks for: the Raw it returns must be the bytes that next will
// read. An error of toCall refuses the call. An Out that has a method
// Outcome() Outcome tells the record how it went.
func Wrap[In, Out any](e *Enforcer, toCall func(context.Context, In) (Call, error), next func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (out Out, err error) {
		call, err := toCall(ctx, in)
		if err != nil {
			return out, &DeniedError{Call: &call, Decision: Refuse("the call can't be read"), Err: err}
		}
		err = e.Do(ctx, call, func(ctx context.Context) (o Outcome, err error) {
			out, err = next(ctx, in)
			if t, ok := any(out).(interface{ Outcome() Outcome }); ok {
				o = t.Outcome()
			}
			return o, err
		})
		return out, err
	}
}
