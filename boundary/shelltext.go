package boundary

import "github.com/runtimeguard/runtimeguard/guard"

// shell adds the actions of a command line.
func (b *binding) shell(text string) {
	b.out = append(b.out, guard.Action{Kind: guard.KindUnknown, Reason: "the command is not analysed"})
}

// exec adds the actions of a program that the tool starts.
func (b *binding) exec(words []string) {
	b.out = append(b.out, guard.Action{Kind: guard.KindUnknown, Reason: "the command is not analysed"})
}
