package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"path/filepath"
	"time"
)

// kill ends the server by kill -9, again and again, while visitors and agents write through a wire
// that delays, slices, stops and cuts.
func kill(ctx context.Context, c *chaos) (f figures, err error) {
	s, err := c.newServer(filepath.Join(c.folder, "kill"))
	if err != nil {
		return nil, err
	}
	defer s.kill()
	wires := []*wire{{upstream: s.addr}, {upstream: s.addr}}
	if err := mendAll(wires); err != nil {
		return nil, err
	}
	w := c.gather(ctx, s, 6, []string{"anna", "ben"}, brisk, func(who string) func(context.Context) (net.Conn, error) {
		if isVisitor(who) {
			return wires[0].dial
		}
		return wires[1].dial
	})
	defer w.leave()
	rounds := pick(c, min(c.rounds, 30), c.rounds)
	var restarts, back durations
	for round := range rounds {
		took, err := s.start(ctx)
		if err != nil {
			return f, fmt.Errorf("round %d: %w", round, err)
		}
		restarts = append(restarts, took)
		began := time.Now()
		if err := w.together(15 * time.Second); err != nil {
			return f, fmt.Errorf("round %d: %w", round, err)
		}
		back = append(back, time.Since(began))
		if err := w.badMinute(ctx, wires, between(20*time.Millisecond, 150*time.Millisecond)); err != nil {
			return f, fmt.Errorf("round %d: %w", round, err)
		}
		s.kill()
		if err := mendAll(wires); err != nil {
			return f, fmt.Errorf("round %d: the wires: %w", round, err)
		}
	}
	if _, err := s.start(ctx); err != nil {
		return f, err
	}
	err = w.finish()
	n := w.ledger.numbers()
	f.add("%d rounds", rounds)
	f.add("%d lines acknowledged, 0 lost, 0 doubled, 0 out of order", n.acked)
	f.add("%d events shown", n.shown)
	f.add("%d resends absorbed", n.resent)
	f.add("%d wire cuts", wires[0].cuts+wires[1].cuts)
	f.add("ready %s", restarts)
	f.add("all back %s", back)
	f.add("ends %v", n.ends)
	if err == nil {
		err = s.stop()
	}
	return f, err
}

// badMinute lets everybody talk for a while over wires that get worse.
func (w *crowd) badMinute(ctx context.Context, wires []*wire, length time.Duration) error {
	w.speak(true)
	for _, wire := range wires {
		if rand.IntN(2) == 0 {
			if err := wire.trouble(mild); err != nil {
				return err
			}
		}
	}
	wait(ctx, length/2)
	for _, wire := range wires {
		switch rand.IntN(6) {
		case 0, 1:
			if err := wire.trouble(rough); err != nil {
				return err
			}
		case 2:
			if err := wire.cut(); err != nil {
				return err
			}
		}
	}
	wait(ctx, length/2)
	return nil
}
