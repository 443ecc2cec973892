package audit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/runtimeguard/runtimeguard/boundary/fsys"
)

// scanner reads the lines of a log's segments in turn. It takes no lock.
type scanner struct {
	dir  *fsys.Root
	list []int // segments still to be read, the current one first

	name string // of the current segment's file
	f    *os.File
	left io.LimitedReader // of the segment as large as it was when it was opened
	buf  *bufio.Reader
	line int   // number of the line that next returned, from 1
	off  int64 // where the next line begins
}

// scanBuffer is more than a line can hold.
const scanBuffer = 4 * MaxLine

var errLong = errors.New("longer than a line of a log can be")

// next returns the next line of the current segment, with its newline unless
// it is unfinished; io.EOF at the segment's end. The line is valid until the
// next call.
func (s *scanner) next() ([]byte, error) {
	if s.f == nil {
		if err := s.open(0); err != nil {
			return nil, err
		}
	}
	raw, err := s.buf.ReadSlice('\n')
	switch {
	case err == bufio.ErrBufferFull:
		err = errLong
	case err == io.EOF && len(raw) > 0:
		err = nil
	}
	s.line++
	s.off += int64(len(raw))
	return raw, err
}

// open opens the current segment at an offset.
func (s *scanner) open(off int64) error {
	s.close()
	s.name = segmentName(s.list[0])
	f, info, err := s.dir.OpenInfo(s.name)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	if _, err := f.Seek(off, io.SeekStart); err != nil {
		f.Close()
		return fmt.Errorf("audit: %w", err)
	}
	s.f, s.off = f, off
	s.left = io.LimitedReader{R: f, N: info.Size - off}
	if s.buf == nil {
		s.buf = bufio.NewReaderSize(&s.left, scanBuffer)
	}
	s.buf.Reset(&s.left)
	return nil
}

// skip goes on to the next segment; false if there is none.
func (s *scanner) skip() bool {
	s.close()
	s.list, s.line, s.off = s.list[1:], 0, 0
	return len(s.list) > 0
}

func (s *scanner) close() {
	if s.f != nil {
		s.f.Close()
		s.f = nil
	}
}

func (s *scanner) segment() string { return s.name }
