package boundary

import "time"

// AwaitWorker waits until a worker waits for the next command.
func (s *Shell) AwaitWorker() {
	for {
		s.exact.mu.Lock()
		ready := s.exact.idle != nil
		s.exact.mu.Unlock()
		if ready {
			return
		}
		time.Sleep(time.Millisecond)
	}
}
