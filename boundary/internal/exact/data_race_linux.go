//go:build linux && race

package exact

// maxData is no bound: the race detector's own memory would count.
const maxData = ^uint64(0)
