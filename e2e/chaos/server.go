package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// raised are the settings that let a few clients do what many would: every server here has them.
var raised = []string{
	"FOYER_LIMITS_VISITOR_RATE=1000000",
	"FOYER_LIMITS_VISITOR_BURST=1000000",
	"FOYER_LIMITS_SITE_RATE=1000000",
	"FOYER_LIMITS_SITE_BURST=1000000",
	"FOYER_LIMITS_AGENT_RATE=1000000",
	"FOYER_LIMITS_AGENT_BURST=1000000",
	"FOYER_LIMITS_VISITOR_SOCKETS=1000000",
}

// server is a Foyer of its own: a folder, a port that stays the same over its lives, one process at a time.
type server struct {
	// Static after construction.
	binary string
	folder string   // its database is in it
	addr   string   // where it listens
	env    []string // settings beside the usual ones
	demo   bool

	// Owned by whoever causes the fault.
	before []string // what the next start is to be wrapped in, such as strace and its arguments
	cmd    *exec.Cmd
	ended  chan struct{} // closed when the process of now has ended
	output *output       // everything it printed, over all its lives
}

// newServer makes the place for one, with a copy of the prepared database, below folder.
func (c *chaos) newServer(folder string, env ...string) (*server, error) {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return nil, err
	}
	s := &server{binary: c.binary, folder: folder, env: env, output: &output{}}
	addr, err := freeAddr("127.0.0.1")
	if err != nil {
		return nil, err
	}
	s.addr = addr
	return s, s.restore(c)
}

// restore puts the prepared database in its place.
func (s *server) restore(c *chaos) error {
	if c.seed.database == nil { // it is being made
		return nil
	}
	return os.WriteFile(s.database(), c.seed.database, 0o600)
}

// shortBeat notices who is gone within a second or two.
var shortBeat = []string{
	"FOYER_SOCKET_AGENT_PING=500ms", "FOYER_SOCKET_AGENT_DEAD=1200ms",
	"FOYER_SOCKET_VISITOR_PING=2s", "FOYER_SOCKET_VISITOR_DEAD=4s", "FOYER_QUEUE_AGENT_GRACE=1s",
}

func (s *server) database() string { return filepath.Join(s.folder, "foyer.db") }

// start starts the server and waits until it is ready. It returns how long that took.
func (s *server) start(ctx context.Context) (time.Duration, error) {
	args := append([]string{}, s.before...)
	args = append(args, s.binary, "serve")
	if s.demo {
		args = append(args, "--demo")
	}
	s.cmd = exec.Command(args[0], args[1:]...)
	s.cmd.Dir = s.folder // no config.yaml here: the defaults
	s.cmd.Env = append(environment(), "FOYER_HTTP_ADDR="+s.addr, "FOYER_DATABASE_DSN="+s.database())
	s.cmd.Env = append(append(s.cmd.Env, raised...), s.env...)
	s.cmd.Stdout, s.cmd.Stderr = s.output, s.output
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return 0, err
	}
	ended, cmd := make(chan struct{}), s.cmd
	s.ended = ended
	go func() {
		_ = cmd.Wait() // how it ended stands in ProcessState
		close(ended)
	}()
	err := until(ctx, 20*time.Second, "ready", func() bool { return s.gone() || s.isReady(ctx) })
	took := time.Since(began)
	if s.gone() {
		err = errors.New("the server ended instead of starting")
	}
	if err != nil {
		s.kill()
		return took, fmt.Errorf("%w; it printed:\n%s", err, s.output.tail())
	}
	return took, nil
}

// environment is ours without settings of Foyer's.
func environment() (env []string) {
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "FOYER_") {
			env = append(env, e)
		}
	}
	return env
}

// gone tells whether the process has ended.
func (s *server) gone() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// kill ends the server, and what it is wrapped in, at once.
func (s *server) kill() {
	if s.cmd == nil || s.gone() {
		return
	}
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	<-s.ended
}

// stop ends the server as an operator would.
func (s *server) stop() error {
	if s.gone() {
		return errors.New("the server had ended by itself:\n" + s.output.tail())
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-s.ended:
	case <-time.After(15 * time.Second):
		s.kill()
		return errors.New("the server did not stop within 15 s")
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("the server stopped with %d:\n%s", code, s.output.tail())
	}
	return nil
}

// pid is the server's process, also when it runs inside another.
func (s *server) pid() (int, error) {
	if len(s.before) == 0 {
		return s.cmd.Process.Pid, nil
	}
	parent := strconv.Itoa(s.cmd.Process.Pid)
	children, err := os.ReadFile(filepath.Join("/proc", parent, "task", parent, "children"))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(children)))
}

// web are plain calls: a connection each, so that none outlives a server.
var web = &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

func (s *server) isReady(ctx context.Context) bool {
	code, _, err := s.call(ctx, "/readyz", "")
	return err == nil && code == http.StatusOK
}

// call gets something with an agent's cookie, and returns status and body.
func (s *server) call(ctx context.Context, path, cookie string) (int, []byte, error) {
	res, err := s.do(ctx, http.MethodGet, path, cookie, nil)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, text, err
}

func (s *server) do(ctx context.Context, method, path, cookie string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+s.addr+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Origin", "http://"+s.addr)
	req.Header.Set("Content-Type", "application/json")
	if cookie != "" {
		req.Header.Set("Cookie", cookie)
	}
	return web.Do(req)
}

// freeAddr is a free port below those the system gives to whoever dials: nobody takes it while the
// server is down, and nobody who dials it then is connected to themselves.
func freeAddr(host string) (string, error) {
	for range 100 {
		addr := net.JoinHostPort(host, strconv.Itoa(15000+rand.IntN(15000)))
		if l, err := net.Listen("tcp", addr); err == nil {
			return addr, l.Close()
		}
	}
	return "", errors.New("no free port found")
}

// output keeps what a process prints.
type output struct {
	// Guarded by mu.
	mu   sync.Mutex
	text []byte
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text = append(o.text, p...)
	return len(p), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.text)
}

func (o *output) tail() string {
	text := o.String()
	return text[max(0, len(text)-3000):]
}
