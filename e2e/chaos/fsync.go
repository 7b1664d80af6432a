package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"time"
)

// fsyncError lets fsync fail a few times and then succeed again. The system may have given up the
// pages it could not write, so that a later success proves nothing: from the first failure on the
// server has to take nothing more, and to say so. What it acknowledged is looked for on a disk that
// lost what failed, and everybody goes on with that disk.
func fsyncError(ctx context.Context, c *chaos) (f figures, err error) {
	trace := filepath.Join(c.folder, "eio.strace")
	from := 8 + rand.IntN(10) // counted by thread
	w, err := c.stage(ctx, "eio", brisk, recording(trace, "-e", fmt.Sprintf("inject=fsync,fdatasync:error=EIO:when=%d..%d", from, from+2)))
	defer w.close()
	if err != nil {
		return f, err
	}
	s := w.server
	w.speak(true)
	refused := func() bool { return s.gone() || w.ledger.seen("err unavailable") > 0 }
	if err := until(ctx, 20*time.Second, "a failed fsync", refused); err != nil {
		return f, err
	}
	said, err := s.takesNoMore(ctx)
	wait(ctx, time.Second) // whoever tries now has to be refused
	s.kill()
	d := newDisk(map[string][]byte{"foyer.db": c.seed.database})
	folder := filepath.Join(c.folder, "eio-cut")
	var before []log // what was on disk when fsync failed
	var acked int    // acks until then
	d.atFailure = func() error {
		acked = len(d.acks)
		if _, err := d.check(ctx, folder); err != nil {
			return err
		}
		var err error
		before, _, err = readLogs(ctx, filepath.Join(folder, "foyer.db"))
		return err
	}
	if bad := d.replay(trace, nil); bad != nil {
		return f, errors.Join(err, bad)
	}
	lost, bad := d.check(ctx, folder)
	later := missing(d.acks[acked:], before)
	f.add("%d fsyncs, %d failed, %s, %d acks, %d missing, %d for what came after the failure", d.synced, d.failed, said, len(d.acks), lost, later)
	err = errors.Join(err, bad)
	if lost+later > 0 {
		err = errors.Join(err, errors.New("lines were acknowledged that came after a failed fsync"))
	}
	if d.failed == 0 {
		err = errors.Join(err, errors.New("no fsync failed"))
	}
	if err != nil {
		return f, err
	}
	return f, w.goOn(d)
}

// takesNoMore demands that the server ends with an error, or says on /readyz that it is not ready.
func (s *server) takesNoMore(ctx context.Context) (said string, err error) {
	err = until(ctx, 15*time.Second, "the server ends with an error, or /readyz says that it takes nothing more", func() bool {
		if s.gone() {
			said = fmt.Sprintf("it ended with %d", s.cmd.ProcessState.ExitCode())
			return true
		}
		code, _, err := s.call(ctx, "/readyz", "")
		said = fmt.Sprintf("/readyz says %d", code)
		return err == nil && code == http.StatusServiceUnavailable
	})
	if s.gone() && s.cmd.ProcessState.ExitCode() == 0 {
		err = errors.Join(err, errors.New("the server ended with 0, which tells no operator"))
	}
	return said, err
}

// slowFsync lets every fsync take 200 ms longer, which is more than half of the heartbeat here.
func slowFsync(ctx context.Context, c *chaos) (f figures, err error) {
	w, err := c.stage(ctx, "slow", brisk, nil, shortBeat...)
	defer w.close()
	if err != nil {
		return f, err
	}
	detach, err := w.server.attach("-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:delay_enter=200000")
	if err != nil {
		return f, err
	}
	w.speak(true)
	wait(ctx, 8*time.Second)
	n := w.ledger.numbers()
	took := w.latencies()
	if err := detach(); err != nil {
		return f, err
	}
	f.add("%d acks in 8 s, from saying to ack %s, ends %v", n.acked, took, n.ends)
	if n.acked == 0 {
		return f, errors.New("nothing was acknowledged")
	}
	if len(n.ends) > 0 {
		return f, fmt.Errorf("a slow disk ended connections: %v", n.ends)
	}
	return f, w.end()
}
