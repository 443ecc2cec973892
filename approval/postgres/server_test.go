//go:build unix

package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// server is a PostgreSQL server that the tests have started. It listens on a
// socket in a folder of its own, and ends with the tests, however they end.
type server struct {
	bin, dir string
	as       *syscall.Credential // who runs it, where that isn't this user
	cmd      *exec.Cmd
	alive    io.Closer // closing it ends the server
}

var started = sync.OnceValues(startServer)

// needServer returns the tests' server, or skips the test and says why.
func needServer(t *testing.T) *server {
	t.Helper()
	s, err := started()
	var none noServer
	if errors.As(err, &none) {
		t.Skip(err)
	}
	require.NoError(t, err)
	return s
}

// noServer says why there is no server to test against.
type noServer string

func (n noServer) Error() string { return "SKIPPED: no test against a real PostgreSQL: " + string(n) }

func startServer() (*server, error) {
	bin, err := findBin()
	if err != nil {
		return nil, err
	}
	as, err := otherUser()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("/tmp", "pg") // short: it holds a socket's name
	if err != nil {
		return nil, err
	}
	s := &server{bin: bin, dir: dir, as: as}
	if as != nil {
		if err := os.Chown(dir, int(as.Uid), int(as.Gid)); err != nil {
			return nil, err
		}
	}
	out, err := s.command("initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--no-locale").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return s, s.start()
}

// findBin finds the folder of the server's programs, which Debian keeps out of
// PATH.
func findBin() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p), nil
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin"} {
		dirs, _ := filepath.Glob(pattern)
		for _, d := range dirs {
			if _, err := os.Stat(filepath.Join(d, "initdb")); err == nil {
				return d, nil
			}
		}
	}
	return "", noServer("initdb is neither in PATH nor where packages put it (Debian: apt-get install postgresql)")
}

// otherUser is who runs the server where root runs the tests: PostgreSQL
// refuses root.
func otherUser() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, noServer("root can't run it, and there is no user postgres or nobody")
}

func (s *server) data() string { return filepath.Join(s.dir, "data") }

func (s *server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Setpgid: true}
	return cmd
}

// watchdog runs the server until standard input ends: when it is closed, or
// this process has died.
const watchdog = `exec 3<&0; "$@" 3<&- & server=$!
(read -r _ <&3; kill -QUIT $server) >/dev/null 2>&1 & dog=$!
wait $server; status=$?; kill $dog; exit $status`

func (s *server) start() error {
	postgres := s.command("postgres", "-D", s.data(), "-k", s.dir, "-h", "", "-F")
	s.cmd = exec.Command("/bin/sh", append([]string{"-c", watchdog, "sh"}, postgres.Args...)...)
	s.cmd.Dir, s.cmd.SysProcAttr = postgres.Dir, postgres.SysProcAttr
	log, err := os.Create(filepath.Join(s.dir, "log")) // a file: what holds it open holds nobody up
	if err != nil {
		return err
	}
	defer log.Close()
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if s.alive, err = s.cmd.StdinPipe(); err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- s.cmd.Wait() }()
	for {
		c, err := pgx.Connect(context.Background(), s.url(""))
		if err == nil {
			return c.Close(context.Background())
		}
		select {
		case err := <-ended:
			text, _ := os.ReadFile(log.Name())
			return fmt.Errorf("the server ended: %v\n%s", err, text)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// kill ends the server at once, as a power cut would.
func (s *server) kill() error {
	text, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		return err
	}
	s.alive.Close()
	return syscall.Kill(pid, syscall.SIGKILL)
}

// restart kills the server and starts it again. While processes of the old one
// still end, the new one refuses to start.
func (s *server) restart(t *testing.T) {
	require.NoError(t, s.kill())
	var err error
	for range 200 {
		if err = s.start(); err == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	require.NoError(t, err)
}

// stop ends the server and removes what it kept.
func (s *server) stop() {
	s.alive.Close()
	for {
		if _, err := os.Stat(filepath.Join(s.data(), "postmaster.pid")); err != nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	os.RemoveAll(s.dir)
}

// url is the server's, with a schema to work in.
func (s *server) url(schema string) string {
	q := url.Values{"host": {s.dir}, "user": {"postgres"}, "dbname": {"postgres"}}
	if schema != "" {
		q.Set("search_path", schema)
	}
	return "postgres:///?" + q.Encode()
}
