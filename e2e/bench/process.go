package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// patience is how long a start, a stop or an answer may take before the run is given up.
const patience = 30 * time.Second

// process is a server under test, Foyer or a yardstick.
type process struct {
	addr    string // host:port
	log     string // the file with everything it printed
	started time.Time
	took    time.Duration // until it was ready
	cmd     *exec.Cmd
	ended   chan struct{}
	err     error // after ended
}

// launch starts a program in folder, without the settings of our own environment but with env.
func launch(ctx context.Context, folder, addr string, env []string, bin string, args ...string) (*process, error) {
	log, err := os.OpenFile(filepath.Join(folder, "server.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	p := &process{addr: addr, log: log.Name(), started: time.Now(), ended: make(chan struct{})}
	p.cmd = exec.CommandContext(ctx, bin, args...)
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = folder, log, log
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "FOYER_") {
			p.cmd.Env = append(p.cmd.Env, v)
		}
	}
	p.cmd.Env = append(p.cmd.Env, env...)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { p.err = p.cmd.Wait(); close(p.ended) }()
	return p, nil
}

// ready waits until the server answers path with 200, and notes how long that took since it was
// launched.
func (p *process) ready(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.addr+path, nil)
		if err != nil {
			return err
		}
		answer, err := http.DefaultClient.Do(request)
		if err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				p.took = time.Since(p.started)
				return nil
			}
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended: %w, see %s", p.cmd.Path, p.err, p.log)
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w, see %s", p.cmd.Path, ctx.Err(), p.log)
		case <-time.After(time.Millisecond):
		}
	}
}

// stop ends the server as an operator does, and waits until it has ended.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.ended:
		return nil
	case <-time.After(patience):
		_ = p.cmd.Process.Kill()
		<-p.ended
		return fmt.Errorf("%s did not stop within %s", p.cmd.Path, patience)
	}
}

// tick is the unit of times in /proc: USER_HZ, 100 on every architecture that Go runs on.
const tick = 10 * time.Millisecond

// cpu returns the processor time the server has used, its user's and the kernel's.
func (p *process) cpu() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])) // the name before it may hold anything
	user, err := strconv.ParseInt(fields[11], 10, 64)                         // utime, field 14 of proc_pid_stat(5)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick, err
}

// rss returns how many bytes of memory the server holds.
func (p *process) rss() (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, found := strings.CutPrefix(line, "VmRSS:"); found {
			kib, err := strconv.ParseFloat(strings.Fields(value)[0], 64)
			return kib * 1024, err
		}
	}
	return 0, errors.New("/proc tells no VmRSS")
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
