package guard

import "fmt"

// Effect is what a policy says of an action or a call. Effects are ordered,
// Deny < Ask < Allow, and the smallest one wins wherever several meet. The
// zero value is Deny, and a value outside the three counts as Deny.
type Effect uint8

// The three effects.
const (
	Deny  Effect = iota // refused
	Ask                 // refused until a human says yes to exactly this call
	Allow               // carried out
)

var effectNames = [...]string{Deny: "deny", Ask: "ask", Allow: "allow"}

// String returns "deny", "ask" or "allow"; any other value is "deny".
func (e Effect) String() string {
	return effectNames[e.valid()]
}

func (e Effect) valid() Effect {
	if e > Allow {
		return Deny
	}
	return e
}

// Strictest returns the smaller of two effects.
func Strictest(a, b Effect) Effect { return min(a.valid(), b.valid()) }

// ParseEffect reads "deny", "ask" or "allow". On an error it returns Deny.
func ParseEffect(s string) (Effect, error) {
	for e, name := range effectNames {
		if s == name {
			return Effect(e), nil
		}
	}
	return Deny, fmt.Errorf("effect %q: want deny, ask or allow", s)
}

// MarshalText implements [encoding.TextMarshaler].
func (e Effect) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (e *Effect) UnmarshalText(text []byte) (err error) {
	*e, err = ParseEffect(string(text))
	return err
}
