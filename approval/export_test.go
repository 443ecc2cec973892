package approval

import (
	"crypto"
	"crypto/rand"
	"github.com/runtimeguard/runtimeguard/boundary/fsys"
	"github.com/runtimeguard/runtimeguard/guard"
)

// SetFaults makes a folder's operations fail, or the process die in them.
func (f *Folder) SetFaults(faults fsys.Faults) { f.root.Faults = faults }

// KeyOf is the key of a call's request.
func KeyOf(call *guard.Call, d guard.Decision) [32]byte { return newRequest(call, d, nil).Key }

// Reencode decodes a record and encodes it again.
func Reencode(data []byte) ([]byte, error) {
	r, err := decode(data)
	if err != nil {
		return nil, err
	}
	return r.encode(), nil
}

// Rewrite decodes a record, lets change edit it, signs the answer again and
// encodes it, with the id and version it would have in a store: what somebody
// with an approver's key could write.
func Rewrite(data []byte, key Key, change func(*Request)) Entry {
	r, err := decode(data)
	if err != nil {
		panic(err)
	}
	change(r)
	r.seal()
	r.Key = r.key()
	if r.Answer != nil {
		r.Answer.Sig, _ = key.Sign(rand.Reader, r.signed(r.Answer), crypto.Hash(0))
	}
	return Entry{ID: r.storeID(), Version: r.version(), Data: r.encode()}
}

// Waiting reports whether somebody in this process waits for the folder's lock
// or holds it.
func (f *Folder) Waiting() bool { return len(f.turn) > 0 }
