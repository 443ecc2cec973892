package exact

import (
	"encoding/binary"
	"errors"
)

// message is what goes over the socket: its fields in a fixed order, strings
// with their lengths in front, so that any bytes get through.
type message interface{ fields(f *fields) }

func (j *Job) fields(f *fields) {
	j.Script.fields(f)
	f.text(&j.Dir)
	f.texts(&j.Env)
}

func (s *Script) fields(f *fields) {
	f.text(&s.Text)
	f.text(&s.Name)
	f.texts(&s.Params)
	f.texts(&s.Set)
	f.flag(&s.POSIX)
}

func (r *Request) fields(f *fields) {
	f.number(&r.ID)
	f.text((*string)(&r.Op))
	f.texts(&r.Args)
	f.texts(&r.Via)
	f.text(&r.Dir)
	f.texts(&r.Env)
	f.text(&r.Path)
	f.integer(&r.Flags)
	f.flag(&r.Follow)
	f.number(&r.Target)
	f.text(&r.Text)
	f.integer(&r.Exit)
}

func (r *Reply) fields(f *fields) {
	f.number(&r.ID)
	f.integer(&r.Exit)
	f.text(&r.Refused)
	f.integer(&r.Errno)
	f.flag(&r.Created)
	n := f.count(len(r.Entries))
	if f.reading {
		r.Entries = make([]Entry, 0, min(n, len(f.data)))
	}
	for i := 0; i < n && !f.bad; i++ {
		if f.reading {
			r.Entries = append(r.Entries, Entry{})
		}
		f.text(&r.Entries[i].Name)
		f.text32(&r.Entries[i].Type)
	}
	has := r.Script != nil
	if f.flag(&has); has {
		if f.reading {
			r.Script = &Script{}
		}
		r.Script.fields(f)
	}
}

// fields reads a message from data, or writes it there.
type fields struct {
	data    []byte
	reading bool
	bad     bool
}

func encode(m message) []byte {
	f := &fields{}
	m.fields(f)
	return f.data
}

func decode(data []byte, m message) error {
	f := &fields{data: data, reading: true}
	m.fields(f)
	if f.bad || len(f.data) > 0 {
		return errors.New("exact: a message that can't be read")
	}
	return nil
}

func (f *fields) number(v *uint64) {
	if !f.reading {
		f.data = binary.AppendUvarint(f.data, *v)
		return
	}
	n, used := binary.Uvarint(f.data)
	if used <= 0 {
		f.bad, f.data = true, nil
		return
	}
	*v, f.data = n, f.data[used:]
}

func (f *fields) integer(v *int) {
	n := uint64(*v)
	f.number(&n)
	*v = int(n)
}

func (f *fields) text32(v *uint32) {
	n := uint64(*v)
	f.number(&n)
	*v = uint32(n)
}

func (f *fields) flag(v *bool) {
	n := uint64(0)
	if *v {
		n = 1
	}
	f.number(&n)
	*v = n == 1
}

// count is a length; one that can't be true is bad.
func (f *fields) count(have int) int {
	n := uint64(have)
	if f.number(&n); f.reading && n > uint64(len(f.data)) {
		f.bad, f.data = true, nil
		return 0
	}
	return int(n)
}

func (f *fields) text(v *string) {
	n := f.count(len(*v))
	if !f.reading {
		f.data = append(f.data, *v...)
		return
	}
	*v, f.data = string(f.data[:n]), f.data[n:]
}

func (f *fields) texts(v *[]string) {
	n := f.count(len(*v))
	if f.reading && n > 0 {
		*v = make([]string, n)
	}
	for i := 0; i < n && !f.bad; i++ {
		f.text(&(*v)[i])
	}
}
