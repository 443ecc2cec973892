package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Where things are in the root.
const (
	stubPath  = "/usr/bin/stub"
	marker    = "/outside/marker"
	secret    = "SECRET-THAT-NOBODY-MAY-READ"
	workspace = "/srv/proj"
	home      = "/home/dev"
	temp      = "/tmp"
)

// stub is what every program in the root is: it tries to reach the marker, by
// the worst that its name could mean.
func stub() {
	exe, _ := os.Readlink("/proc/self/exe")
	if exe != stubPath {
		return
	}
	fmt.Println("STUB", filepath.Base(os.Args[0]))
	write(marker)
	for _, path := range []string{"/etc/passwd", home + "/.bashrc", home + "/.ssh/id_ed25519", "/var/lib/runtimeguard/key"} {
		write(path)
		read(path)
	}
	for _, arg := range os.Args[1:] {
		if _, value, ok := strings.Cut(arg, "="); ok {
			arg = value
		}
		read(arg)
		if abs, err := filepath.Abs(arg); err == nil && !strings.HasPrefix(abs, "/proc") && !strings.HasPrefix(abs, "/dev") {
			write(arg)
			os.Remove(arg)
		}
	}
	os.Exit(0)
}

func write(path string) {
	if f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666); err == nil {
		f.WriteString("reached\n")
		f.Close()
	}
}

func read(path string) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return
	}
	if text, err := os.ReadFile(path); err == nil && strings.Contains(string(text), secret) {
		fmt.Println(secret, path)
	}
}
