package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"time"
)

// diskFull lets the server run into the end of a small disk. It has to refuse, keep what it promised,
// let people read and sign in, and go on by itself when there is room again.
func diskFull(ctx context.Context, c *chaos) (f figures, err error) {
	folder := filepath.Join(c.folder, "full")
	s, err := c.newServer(folder)
	if err != nil {
		return nil, err
	}
	if err := command("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, command("umount", folder)) }()
	defer s.kill()
	if err := s.restore(c); err != nil {
		return nil, err
	}
	w, err := c.play(ctx, s, brisk)
	defer w.leave()
	if err != nil {
		return f, err
	}
	w.speak(true)
	if err := w.refusedByAll(20 * time.Second); err != nil {
		return f, err
	}
	before := w.ledger.numbers()
	if err := w.stillUseful(ctx); err != nil {
		return f, err
	}
	wait(ctx, time.Second)
	while := w.ledger.numbers()
	if err := command("mount", "-o", "remount,size=256m", folder); err != nil {
		return f, err
	}
	began := time.Now()
	err = until(ctx, 10*time.Second, "an ack once there is room", func() bool { return w.ledger.numbers().acked > while.acked+20 })
	f.add("%d acked until it was full, %d while it was, %d refusals, back %s after there was room", before.acked,
		while.acked-before.acked, while.ends["err unavailable"], time.Since(began).Round(time.Millisecond))
	if err != nil {
		return f, errors.Join(err, errors.New(w.describe()))
	}
	return f, w.end()
}

// noSpace lets some writes in the middle of the talk fail for want of space.
func noSpace(ctx context.Context, c *chaos) (f figures, err error) {
	w, err := c.stage(ctx, "nospace", brisk, nil)
	defer w.close()
	if err != nil {
		return f, err
	}
	w.speak(true)
	for range 5 {
		refusals := w.ledger.seen("err unavailable")
		detach, err := w.server.attach("-e", "trace=pwrite64", "-e", "inject=pwrite64:error=ENOSPC:when=3..60")
		if err != nil {
			return f, err
		}
		err = until(ctx, 10*time.Second, "a refusal", func() bool { return w.ledger.seen("err unavailable") > refusals })
		if err := errors.Join(err, detach()); err != nil {
			return f, err
		}
		acked := w.ledger.numbers().acked
		err = until(ctx, 10*time.Second, "acks again", func() bool { return w.ledger.numbers().acked > acked+20 })
		if err != nil {
			return f, err
		}
	}
	n := w.ledger.numbers()
	f.add("5 times, %d acked, %d refusals, %d resends absorbed", n.acked, n.ends["err unavailable"], n.resent)
	if n.ends["1013"] == 0 {
		return f, fmt.Errorf("no connection was closed with 1013: %v", n.ends)
	}
	return f, w.end()
}

// refusedByAll waits until every refusal has ended a connection as it should.
func (w *crowd) refusedByAll(within time.Duration) error {
	all := len(w.all())
	err := until(w.ctx, within, "err unavailable and close 1013 for everybody", func() bool {
		return w.ledger.seen("err unavailable") >= all && w.ledger.seen("1013") >= all
	})
	n := w.ledger.numbers()
	if n.ends["1011"] > 0 {
		err = errors.Join(err, errors.New("a full disk was taken for a bug of ours: close 1011"))
	}
	if err != nil {
		return errors.Join(err, errors.New(w.describe()), errors.New(w.server.output.tail()))
	}
	return nil
}

// stillUseful demands that what needs no room on the disk works.
func (w *crowd) stillUseful(ctx context.Context) error {
	cookie := w.chaos.seed.cookies["owner"]
	for _, s := range w.ledger.sides() {
		if _, err := w.server.asAPI(ctx, s.conv, cookie); err != nil {
			return fmt.Errorf("reading while the disk is full: %w", err)
		}
	}
	// A sign-in has to be stored to last: either there is room left for it, or people are told to try
	// again. Who is signed in goes on.
	if _, err := w.server.signIn(ctx, "chloe"); err != nil && !strings.Contains(err.Error(), "503") {
		return fmt.Errorf("while the disk is full: %w", err)
	}
	code, body, err := w.server.call(ctx, "/healthz", "")
	if err != nil || code != http.StatusOK {
		return errors.Join(fmt.Errorf("/healthz answered %d %s while the disk is full", code, body), err)
	}
	return nil
}
