//go:build linux && race

package boundary_test

// memory is what the race detector reserves, and more.
const memory = 1 << 46
