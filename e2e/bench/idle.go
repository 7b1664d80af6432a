package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// kib is the unit of memory a connection.
const kib = 1024

// idle measures what visitors cost who are connected and say nothing: memory, and the processor time
// of asking them whether they are still there.
func (b *bench) idle(ctx context.Context) error {
	n := b.fewer(10_000)
	f, _, err := b.newFoyer(ctx, "idle", 0)
	if err != nil {
		return err
	}
	defer func() { _ = f.stop() }()
	ours, crowd, err := b.hold(ctx, f.process, "sync", n)
	defer crowd.leave()
	if err != nil {
		return err
	}
	if b.wants("pings") {
		if err := b.pings(ctx, f.process, crowd, n); err != nil {
			return err
		}
	}
	if !b.wants("idle") {
		return nil
	}
	crowd.leave()
	bare, err := b.yardstick(ctx, "bare")
	if err != nil {
		return err
	}
	defer func() { _ = bare.stop() }()
	theirs, echoes, err := b.hold(ctx, bare, "hello", n)
	defer echoes.leave()
	if err != nil {
		return err
	}
	b.report.add(fmt.Sprintf("memory a connected visitor, %d idle, to contrib/websocket", n), ours.each/theirs.each, "", atMost(0.6),
		fmt.Sprintf("%.1f KiB; whole process %.0f MiB, %.0f with three tenths of them", ours.each/kib, ours.after/kib/kib, ours.before/kib/kib),
		fmt.Sprintf("default settings: %.1f KiB; whole process %.0f MiB, %.0f with three tenths", theirs.each/kib, theirs.after/kib/kib, theirs.before/kib/kib))
	b.report.add("the same, absolute", ours.each/kib, "KiB", atMost(13), "", "")
	return nil
}

// holding is the memory of a server that holds connections, in bytes.
type holding struct{ before, after, each float64 }

// hold connects n visitors to a server and looks at its memory when three tenths are there and when
// all are. What the rest need is what connections need: into what the start has left behind, some would
// move without seeming to cost anything.
func (b *bench) hold(ctx context.Context, server *process, answer string, n int) (h holding, c *crowd, err error) {
	c = newCrowd(n)
	there := 0
	for _, step := range []struct {
		until int
		rss   *float64
	}{{n * 3 / 10, &h.before}, {n, &h.after}} {
		if err := c.join(ctx, server.addr, answer, there, step.until); err != nil {
			return h, c, err
		}
		if err := errors.Join(rest(ctx, b.short(6*time.Second)), c.trouble()); err != nil {
			return h, c, err
		}
		if *step.rss, err = server.rss(); err != nil {
			return h, c, err
		}
		there = step.until
	}
	h.each = (h.after - h.before) / float64(n-n*3/10)
	return h, c, nil
}

// rest waits while nothing is to happen.
func rest(ctx context.Context, length time.Duration) error {
	select {
	case <-time.After(length):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pings measures the processor time of a server whose visitors only answer its pings.
func (b *bench) pings(ctx context.Context, server *process, c *crowd, n int) error {
	length := b.short(60 * time.Second)
	before, err := server.cpu()
	if err != nil {
		return err
	}
	begin := time.Now()
	if err := errors.Join(rest(ctx, length), c.trouble()); err != nil {
		return err
	}
	after, err := server.cpu()
	if err != nil {
		return err
	}
	held, err := server.rss()
	share := 100 * float64(after-before) / float64(time.Since(begin))
	b.report.add(fmt.Sprintf("keeping %d idle visitors alive, share of one core", n), share, "%", atMost(3),
		fmt.Sprintf("%.2f s of processor time in %.0f s; process %.0f MiB after it", (after-before).Seconds(), length.Seconds(), held/kib/kib), "")
	return err
}
