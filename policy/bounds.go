package policy

// Bounds of a policy file.
const (
	maxFile       = 1 << 20 // bytes
	maxFiles      = 32      // that one policy is loaded from
	maxRules      = 2000
	maxExpression = 4 << 10 // bytes
	maxNesting    = 2       // loops within each other in a condition
	maxRegex      = 300     // instructions of a regular expression's program
	maxCost       = 2_500_000
)

// Bounds of what conditions look at. Past one, reading the field is an error,
// which fires a deny or ask rule and grants nothing.
const (
	maxText     = 4 << 10  // bytes of a field or an argument
	maxWords    = 1 << 10  // arguments, flags, wrappers
	maxWordText = 64 << 10 // bytes of all arguments together
	maxArgs     = 64 << 10 // bytes of call.args as JSON
	maxMatching = 1 << 20  // a regular expression's instructions times the text's bytes
)

// Bounds of what a decision says.
const (
	maxReason = 300 // characters
	maxAbout  = 120 // characters of what a reason is about
	maxFired  = 256
)
