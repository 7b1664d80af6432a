package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// attach sets strace on the running server, and returns what takes it off again.
func (s *server) attach(args ...string) (detach func() error, err error) {
	pid, err := s.pid()
	if err != nil {
		return nil, err
	}
	args = append([]string{"-f", "-p", strconv.Itoa(pid), "-o", filepath.Join(s.folder, "attached.strace")}, args...)
	cmd := exec.Command("strace", args...)
	said := &output{}
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	detach = func() error {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			return err
		}
		_ = cmd.Wait() // by the signal
		return nil
	}
	if err := until(context.Background(), 5*time.Second, "strace attached", func() bool { return strings.Contains(said.String(), "attached") }); err != nil {
		return nil, errors.Join(err, detach(), errors.New(said.String()))
	}
	return detach, nil
}
