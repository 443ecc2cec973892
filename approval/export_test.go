package approval

import (
	"github.com/runtimeguard/runtimeguard/boundary/fsys"
	"github.com/runtimeguard/runtimeguard/guard"
)

// SetFaults makes a folder's operations fail, or the process die in them.
func (f *Folder) SetFaults(faults fsys.Faults) { f.root.Faults = faults }

// KeyOf is the key of a call's request.
func KeyOf(call *guard.Call, d guard.Decision) [32]byte { return newRequest(call, d).Key }

// Reencode decodes a record and encodes it again.
func Reencode(data []byte) ([]byte, error) {
	r, err := decode(data)
	if err != nil {
		return nil, err
	}
	return r.encode(), nil
}

var Visible = visible
