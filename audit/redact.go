package audit

const redactedMark = "[redacted]"

type redactor struct{}

var plain = &redactor{}

func newRedactor(patterns []string) (*redactor, error) { return &redactor{}, nil }

type span struct{ from, to int }

func (r *redactor) text(s string) (string, int)                      { return s, 0 }
func (r *redactor) words(program string, args []string) map[int]span { return nil }
