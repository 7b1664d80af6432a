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
	err = w.end()
	n := w.ledger.numbers()
	f.add("%d rounds, %d lines acknowledged", rounds, n.acked)
	if err == nil {
		f.add("0 lost, 0 doubled, 0 out of order")
	}
	f.add("%d events shown, %d resends absorbed, %d wire cuts", n.shown, n.resent, wires[0].cuts+wires[1].cuts)
	f.add("ready %s, all back %s, ends %v", restarts, back, n.ends)
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
		switch rand.IntN(5) {
		case 0:
			if err := wire.trouble(rough); err != nil {
				return err
			}
		case 1, 2: // these are back while the others talk on
			if err := wire.cut(); err != nil {
				return err
			}
		}
	}
	wait(ctx, length/2)
	return nil
}
