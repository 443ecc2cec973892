package guard

import "context"

// Base says where a tool takes relative paths from when the call names no
// folder.
type Base string

// The bases. The empty Base refuses a relative path.
const (
	BaseNone      Base = ""
	BaseWorkspace Base = "workspace" // the first root of the workspace
	BaseProcess   Base = "process"   // the host process's working folder
)

// Dialect names the language of a shell's text.
type Dialect string

// The dialects. Text of an unnamed dialect is judged in both, and the
// stricter reading counts.
const (
	DialectAny   Dialect = ""
	DialectBash  Dialect = "bash"
	DialectPOSIX Dialect = "posix"
)

// Tool says what the arguments of a tool mean. Each field names the key of an
// argument, whose value is a string or a list of strings. A key that is
// absent (and not in Optional), of another type, or present only under a name
// that is equal but for case, refuses the call. A tool without a binding is
// one action of [KindUse].
//
// A Tool is a value and may be copied; it must not be changed once in use.
type Tool struct {
	Shell   string `yaml:"shell,omitempty" json:"shell,omitempty"`     // a command line
	Read    string `yaml:"read,omitempty" json:"read,omitempty"`       // files that are read
	Write   string `yaml:"write,omitempty" json:"write,omitempty"`     // files that are created or changed
	Delete  string `yaml:"delete,omitempty" json:"delete,omitempty"`   // files or folders that are removed
	List    string `yaml:"list,omitempty" json:"list,omitempty"`       // folders that are listed
	Connect string `yaml:"connect,omitempty" json:"connect,omitempty"` // URLs or hosts

	// Move names the keys of a source, which is deleted, and a destination,
	// which is written.
	Move [2]string `yaml:"move,omitempty" json:"move,omitzero"`

	// Exec is a program with its first words that the tool starts whatever its
	// arguments are, for tools that wrap one command: ["git", "reset"].
	Exec []string `yaml:"exec,omitempty" json:"exec,omitempty"`

	// Content names what is written, and Replaces the text in the file whose place
	// it takes; without Replaces it is the whole file. A human who approves is
	// shown what changes.
	Content  string `yaml:"content,omitempty" json:"content,omitempty"`
	Replaces string `yaml:"replaces,omitempty" json:"replaces,omitempty"`
	// Dir names the folder that relative paths and commands start from. It may
	// be absent.
	Dir string `yaml:"dir,omitempty" json:"dir,omitempty"`
	// Base is used where Dir is absent.
	Base Base `yaml:"base,omitempty" json:"base,omitempty"`
	// Dialect is the language that the handler's shell reads.
	Dialect Dialect `yaml:"dialect,omitempty" json:"dialect,omitempty"`
	// Recursive says that folders are meant with everything in them.
	Recursive bool `yaml:"recursive,omitempty" json:"recursive,omitempty"`
	// Optional lists bound keys that may be absent; an absent path of Read or
	// List is the base folder.
	Optional []string `yaml:"optional,omitempty" json:"optional,omitempty"`

	// Actions finds the actions in Go, for tools whose arguments don't name
	// what they touch. Relative paths in its answer are refused. It replaces
	// every other field, and can't be given in a policy file.
	Actions func(ctx context.Context, call *Call) ([]Action, error) `yaml:"-" json:"-"`
}

// Vocabulary is what a policy file says beside its rules: what tools and
// commands mean. It is asked anew for every call, so a reload swaps it as one.
type Vocabulary interface {
	// Tool returns the binding of a tool.
	Tool(name string) (Tool, bool)
	// Command returns the specification of a program, by base name. It comes
	// before the built-in one.
	Command(name string) (Command, bool)
}

// Role says what a word of a command line means to the program.
type Role string

// The roles of a word.
const (
	RoleData      Role = "data"      // text that touches nothing
	RoleRead      Role = "read"      // a file, or a folder, that is read
	RoleWrite     Role = "write"     // a file that is created or changed
	RoleDelete    Role = "delete"    // a file or folder that is removed
	RoleList      Role = "list"      // a folder that is listed, a file that is looked at from outside
	RoleConnect   Role = "connect"   // a URL, a host, host:port or user@host:path
	RoleDir       Role = "dir"       // the folder that the program works in
	RoleShell     Role = "shell"     // text that a shell runs
	RoleCode      Role = "code"      // text that another interpreter runs: an unknown
	RoleCommand   Role = "command"   // a program; the words that follow are its arguments
	RoleFlag      Role = "flag"      // of an option: it takes no value
	RoleRecursive Role = "recursive" // of an option: it takes no value and makes folders be meant whole
)

// Roles lists every role, in a fixed order.
func Roles() []Role {
	return []Role{RoleData, RoleRead, RoleWrite, RoleDelete, RoleList, RoleConnect, RoleDir, RoleShell, RoleCode, RoleCommand, RoleFlag, RoleRecursive}
}

// Command says what the words of a program's command line mean: its
// specification. A Command is data and must not be changed once in use.
type Command struct {
	// Operands holds a role for each operand in turn. "..." after a role
	// ("read...") makes it take as many operands as the others leave. An
	// operand past the last role is an unknown.
	Operands []string `yaml:"operands,omitempty" json:"operands,omitempty"`
	// Options maps the spellings of an option without dashes, separated by
	// commas ("o,output"), to the role of its value. A "?" before the role
	// ("?data") says that a value is only taken when it is glued to the option.
	// One letter stands for -o, more for --output and, where SingleDash is
	// set, -output.
	Options map[string]string `yaml:"options,omitempty" json:"options,omitempty"`
	// Commands holds sub-commands by name. The options of the command itself
	// may stand before the sub-command.
	Commands map[string]Command `yaml:"commands,omitempty" json:"commands,omitempty"`
	// SingleDash says that long options begin with one dash (java, find, go).
	SingleDash bool `yaml:"singleDash,omitempty" json:"singleDash,omitempty"`
	// Recursive says that folders are always meant whole.
	Recursive bool `yaml:"recursive,omitempty" json:"recursive,omitempty"`
	// Opaque says that the program changes files that its words don't name: it
	// runs code that nobody reads, or works on what it finds. Sub-commands are
	// meant too.
	Opaque bool `yaml:"opaque,omitempty" json:"opaque,omitempty"`
}
