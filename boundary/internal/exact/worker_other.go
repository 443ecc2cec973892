//go:build !linux

package exact

// Main does nothing: there are workers on Linux only.
func Main() {}
