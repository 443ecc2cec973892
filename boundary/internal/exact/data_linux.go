//go:build linux && !race

package exact

// maxData bounds a worker's memory, in bytes.
const maxData = 384 << 20
