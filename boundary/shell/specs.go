package shell

import "github.com/runtimeguard/runtimeguard/guard"

// specs says what the words of each program mean, by base name.
var specs = map[string]guard.Command{}

// readers are for programs whose words need more than a table.
var readers = map[string]reader{}
