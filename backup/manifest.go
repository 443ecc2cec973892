package backup

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
)

// Type is what stood at a path.
type Type string

// The types of entry.
const (
	TypeFile    Type = "file"
	TypeDir     Type = "dir"
	TypeLink    Type = "link"
	TypeAbsent  Type = "absent"  // nothing: restoring removes what is there
	TypeSpecial Type = "special" // a device, pipe or socket: noted, not saved
)

// Snapshot says what a snapshot is of.
type Snapshot struct {
	ID      string    `json:"-"` // safe to show to the agent
	Version int       `json:"version"`
	Time    time.Time `json:"time"`
	Call    string    `json:"call"`
	Tool    string    `json:"tool"`
	Agent   string    `json:"agent,omitempty"`
	Session string    `json:"session,omitempty"`
	User    string    `json:"user,omitempty"`
	Roots   []string  `json:"roots"`
	Files   int       `json:"files"`          // files, links and folders
	Bytes   int64     `json:"bytes"`          // of the files together
	Undo    string    `json:"undo,omitempty"` // the snapshot whose restoring this one can undo
}

// Entry is one path of a snapshot.
type Entry struct {
	Path    string // absolute
	Type    Type
	Mode    fs.FileMode // permissions, setuid, setgid, sticky
	UID     int
	GID     int
	ModTime time.Time
	Size    int64
	SHA256  string // of a file's content
	Target  string // of a link
	Links   uint64 // hard links the file had
	// Whole says of a folder that everything in it was saved, so that restoring
	// removes what has been added.
	Whole bool
}

// manifest is a snapshot as it is kept.
type manifest struct {
	Snapshot
	Entries []record `json:"entries"`
}

// record is an entry as it is kept: in a manifest by root and name, in a
// folder's listing by base name.
type record struct {
	Root   int      `json:"root,omitempty"`
	Name   text     `json:"name"`
	Type   Type     `json:"type"`
	Mode   uint32   `json:"mode,omitempty"`
	UID    int      `json:"uid,omitempty"`
	GID    int      `json:"gid,omitempty"`
	MTime  [2]int64 `json:"mtime,omitzero"` // seconds, nanoseconds
	Size   int64    `json:"size,omitempty"`
	SHA256 string   `json:"sha256,omitempty"`
	Target text     `json:"target,omitempty"`
	Links  uint64   `json:"nlink,omitempty"`
	// Inode is the same for the names of one file, where it has several.
	Inode uint64 `json:"inode,omitempty"`
	// List is the hash of the object that lists what a folder holds; without
	// it the folder alone was saved.
	List string `json:"list,omitempty"`
	// Parent says that the folder is only known as one that a saved file lies
	// in: it is made again if it is gone. Else it is left alone, but for its
	// time, where Names, a hash of the names in it, says that it holds what it
	// held.
	Parent bool   `json:"parent,omitempty"`
	Names  string `json:"names,omitempty"`
}

// text is a file name: any bytes. What isn't UTF-8 is kept as a list of
// numbers, since JSON would change it.
type text string

func (t text) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(t)) {
		return json.Marshal(string(t))
	}
	numbers := make([]int, len(t))
	for i := range len(t) {
		numbers[i] = int(t[i])
	}
	return json.Marshal(numbers)
}

func (t *text) UnmarshalJSON(data []byte) error {
	if len(data) == 0 || data[0] != '[' {
		return json.Unmarshal(data, (*string)(t))
	}
	var numbers []int
	if err := json.Unmarshal(data, &numbers); err != nil {
		return err
	}
	b := make([]byte, len(numbers))
	for i, n := range numbers {
		if n < 0 || n > 255 {
			return fmt.Errorf("%d is not a byte", n)
		}
		b[i] = byte(n)
	}
	*t = text(b)
	return nil
}

const formatVersion = 1

// describe begins the record of a file.
func describe(name string, info fsys.Info) record {
	r := record{Name: text(name), Mode: permBits(info.Mode), UID: info.UID, GID: info.GID,
		MTime: [2]int64{info.ModTime.Unix(), int64(info.ModTime.Nanosecond())}, Links: info.Links}
	switch {
	case info.Mode.IsRegular():
		r.Type, r.Size = TypeFile, info.Size
	case info.Mode.IsDir():
		r.Type, r.Links = TypeDir, 0
	case info.Mode&fs.ModeSymlink != 0:
		r.Type, r.Mode = TypeLink, 0
	default:
		r.Type = TypeSpecial
	}
	switch {
	case r.Links == 1:
		r.Links = 0
	case r.Type == TypeFile:
		r.Inode = info.Inode
	}
	return r
}

var specialBits = []struct {
	mode fs.FileMode
	bit  uint32
}{{fs.ModeSetuid, 0o4000}, {fs.ModeSetgid, 0o2000}, {fs.ModeSticky, 0o1000}}

func permBits(m fs.FileMode) uint32 {
	bits := uint32(m.Perm())
	for _, s := range specialBits {
		if m&s.mode != 0 {
			bits |= s.bit
		}
	}
	return bits
}

func (r *record) mode() fs.FileMode {
	m := fs.FileMode(r.Mode & 0o777)
	for _, s := range specialBits {
		if r.Mode&s.bit != 0 {
			m |= s.mode
		}
	}
	return m
}

func (r *record) modTime() time.Time { return time.Unix(r.MTime[0], r.MTime[1]) }

// entry is the record in the form for callers.
func (r *record) entry(path string) Entry {
	e := Entry{Path: path, Type: r.Type, Mode: r.mode(), UID: r.UID, GID: r.GID, Size: r.Size,
		SHA256: r.SHA256, Target: string(r.Target), Links: max(r.Links, 1), Whole: r.List != ""}
	if r.Type != TypeAbsent {
		e.ModTime = r.modTime()
	}
	return e
}

// encodeList is encode for a listing, which is done for every folder of every
// snapshot.
func encodeList(list []record) []byte {
	b := make([]byte, 0, 2+len(list)*192)
	b = append(b, '[')
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = list[i].append(b)
	}
	return append(b, ']', '\n')
}

// append writes what encoding/json would write.
func (r *record) append(b []byte) []byte {
	b = append(b, '{')
	if r.Root != 0 {
		b = append(strconv.AppendInt(append(b, `"root":`...), int64(r.Root), 10), ',')
	}
	b = r.Name.append(append(b, `"name":`...))
	b = text(r.Type).append(append(b, `,"type":`...))
	for _, f := range []struct {
		key   string
		value uint64
	}{{`,"mode":`, uint64(r.Mode)}, {`,"uid":`, uint64(int64(r.UID))}, {`,"gid":`, uint64(int64(r.GID))}} {
		if f.value != 0 {
			b = strconv.AppendInt(append(b, f.key...), int64(f.value), 10)
		}
	}
	if r.MTime != [2]int64{} {
		b = strconv.AppendInt(append(b, `,"mtime":[`...), r.MTime[0], 10)
		b = append(strconv.AppendInt(append(b, ','), r.MTime[1], 10), ']')
	}
	if r.Size != 0 {
		b = strconv.AppendInt(append(b, `,"size":`...), r.Size, 10)
	}
	b = appendText(b, `,"sha256":`, r.SHA256)
	b = appendText(b, `,"target":`, string(r.Target))
	if r.Links != 0 {
		b = strconv.AppendUint(append(b, `,"nlink":`...), r.Links, 10)
	}
	if r.Inode != 0 {
		b = strconv.AppendUint(append(b, `,"inode":`...), r.Inode, 10)
	}
	b = appendText(b, `,"list":`, r.List)
	if r.Parent {
		b = append(b, `,"parent":true`...)
	}
	return append(appendText(b, `,"names":`, r.Names), '}')
}

func appendText(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	return text(value).append(append(b, key...))
}

// append writes a text as MarshalJSON does.
func (t text) append(b []byte) []byte {
	for i := range len(t) {
		if c := t[i]; c < ' ' || c > '~' || strings.IndexByte("\"\\<>&", c) >= 0 {
			data, err := t.MarshalJSON()
			if err != nil {
				panic(err) // a string or a list of numbers
			}
			return append(b, data...)
		}
	}
	return append(append(append(b, '"'), t...), '"')
}

// encode is canonical: the same value always gives the same bytes.
func encode(v any) ([]byte, error) {
	data, err := json.Marshal(v)
	return append(data, '\n'), err
}

// decode refuses what encode wouldn't have written.
func decode(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}

// idOf names a manifest: when, and the hash of its bytes.
func idOf(t time.Time, data []byte) string {
	sum := sha256.Sum256(data)
	return t.UTC().Format("20060102T150405.000000Z") + "-" + hex.EncodeToString(sum[:12])
}

var idForm = regexp.MustCompile(`^\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{24}$`)

// maxManifest bounds what is read as one manifest or listing, in bytes.
const maxManifest = 1 << 30

// load reads a manifest and checks that it is the one the id names.
func (v *Vault) load(id string) (*manifest, error) {
	if !idForm.MatchString(id) {
		return nil, fmt.Errorf("snapshot %q: not the id of a snapshot", id)
	}
	data, err := v.store.root.ReadFile(manifestsDir+"/"+id+".json", maxManifest)
	if err != nil {
		return nil, fmt.Errorf("snapshot %s: %w", id, reason(err))
	}
	m := &manifest{}
	if err := decode(data, m); err != nil || idOf(m.Time, data) != id {
		return nil, fmt.Errorf("snapshot %s: %w", id, errDamaged)
	}
	if m.Version != formatVersion {
		return nil, fmt.Errorf("snapshot %s: written in format %d, this version reads %d", id, m.Version, formatVersion)
	}
	m.ID = id
	for i := range m.Entries {
		if e := &m.Entries[i]; e.Root < 0 || e.Root >= len(m.Roots) || !localName(string(e.Name), true) {
			return nil, fmt.Errorf("snapshot %s: entry %q: %w", id, e.Name, errDamaged)
		}
	}
	return m, nil
}

// localName reports whether a name stays where it is written: no "..", nothing
// absolute. A listing holds base names only.
func localName(name string, slashes bool) bool {
	if name == "." {
		return slashes
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part == "." || part == ".." || strings.ContainsRune(part, 0) {
			return false
		}
	}
	return slashes || !strings.Contains(name, "/")
}

// ids lists the snapshots' ids, oldest first.
func (v *Vault) ids() ([]string, error) {
	infos, err := v.store.root.ReadDir(manifestsDir)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, info := range infos {
		if id, ok := strings.CutSuffix(info.Name, ".json"); ok && idForm.MatchString(id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// List returns every snapshot, oldest first. A damaged one is an error beside
// the others: use Verify to see what it is.
func (v *Vault) List(ctx context.Context) ([]Snapshot, error) {
	ids, err := v.ids()
	if err != nil {
		return nil, err
	}
	var list []Snapshot
	var damaged []error
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		m, err := v.load(id)
		if err != nil {
			damaged = append(damaged, err)
			continue
		}
		list = append(list, m.Snapshot)
	}
	return list, joined(damaged)
}

// Get returns one snapshot with every path in it, folders before what they
// hold.
func (v *Vault) Get(ctx context.Context, id string) (Snapshot, []Entry, error) {
	m, err := v.load(id)
	if err != nil {
		return Snapshot{}, nil, err
	}
	var entries []Entry
	for i := range m.Entries {
		err := v.expand(ctx, &m.Entries[i], func(r *record) error {
			entries = append(entries, r.entry(joinPath(m.Roots[r.Root], string(r.Name))))
			return nil
		})
		if err != nil {
			return Snapshot{}, nil, fmt.Errorf("snapshot %s: %w", id, err)
		}
	}
	return m.Snapshot, entries, nil
}

// expand calls f for a record and for everything listed beneath it, with names
// from the root on.
func (v *Vault) expand(ctx context.Context, r *record, f func(r *record) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := f(r); err != nil || r.List == "" {
		return err
	}
	list, err := v.listing(r.List)
	if err != nil {
		return fmt.Errorf("folder %q: %w", r.Name, err)
	}
	for i := range list {
		list[i].Root, list[i].Name = r.Root, text(joinName(string(r.Name), string(list[i].Name)))
		if err := v.expand(ctx, &list[i], f); err != nil {
			return err
		}
	}
	return nil
}

// listing reads what a folder held.
func (v *Vault) listing(hash string) ([]record, error) {
	data, err := v.store.read(hash, maxManifest)
	if err != nil {
		return nil, err
	}
	var list []record
	if err := decode(data, &list); err != nil {
		return nil, errDamaged
	}
	for i := range list {
		if !localName(string(list[i].Name), false) {
			return nil, errDamaged
		}
	}
	return list, nil
}

// joinName is a name in a folder of a root.
func joinName(dir, base string) string {
	if dir == "." {
		return base
	}
	return dir + "/" + base
}
