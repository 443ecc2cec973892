//go:build linux && !race

package boundary_test

// memory is what TestLimits grants a program, in bytes.
const memory = 256 << 20
