package boundary

import "fmt"

// capped keeps the first and the last bytes of what is written to it, max
// together. It takes everything, so that no writer ever waits.
type capped struct {
	max  int
	head []byte
	tail []byte // a ring once it is full
	at   int    // where the ring's oldest byte stands
	lost int64
}

func (c *capped) Write(data []byte) (int, error) {
	n := len(data)
	half := c.max / 2
	take := min(len(data), c.max-half-len(c.head))
	c.head, data = append(c.head, data[:take]...), data[take:]
	take = min(len(data), half-len(c.tail))
	c.tail, data = append(c.tail, data[:take]...), data[take:]
	c.lost += int64(len(data))
	if len(data) > half {
		data = data[len(data)-half:]
	}
	for len(data) > 0 {
		k := copy(c.tail[c.at:], data)
		data = data[k:]
		c.at = (c.at + k) % half
	}
	return n, nil
}

// bytes returns what was kept, with a line in place of what wasn't.
func (c *capped) bytes() []byte {
	out := append([]byte(nil), c.head...)
	if c.lost > 0 {
		out = fmt.Appendf(out, "\n[%d bytes left out]\n", c.lost)
	}
	out = append(out, c.tail[c.at:]...)
	return append(out, c.tail[:c.at]...)
}
