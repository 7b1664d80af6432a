package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// load is how a stretch of messages went.
type load struct {
	Seconds  float64
	Messages int
	Rate     float64       // messages a second
	CPU      time.Duration // of the server, a message
	Acks     samples
	Arrivals samples
}

// slowest is the 99th percentile of whichever is slower, acks or deliveries.
func (l load) slowest() time.Duration { return max(l.Acks.p99(), l.Arrivals.p99()) }

// saturate keeps window messages of each pair under way, and measures after a while of warming up.
func (p *pairs) saturate(ctx context.Context, server *process, window int, warm, measured time.Duration) (load, error) {
	p.forget()
	p.window.Store(true)
	defer p.window.Store(false)
	for _, one := range p.list {
		for range window {
			one.send(time.Now())
		}
	}
	return p.measure(ctx, server, warm, measured, func() { p.window.Store(false) })
}

// offer sends rate messages a second over all pairs, whenever the last ones are answered.
func (p *pairs) offer(ctx context.Context, server *process, rate float64, warm, measured time.Duration) (load, error) {
	p.forget()
	begin := time.Now()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		random := rand.New(rand.NewPCG(1, 2))
		openLoop(rate, begin, begin.Add(warm+measured), random, waitUntil, func(meant time.Time) {
			p.list[random.IntN(len(p.list))].send(meant)
		})
	}()
	return p.measure(ctx, server, warm, measured, func() { <-sent })
}

// measure takes the messages that were meant to be sent in a stretch after warming up, and what the
// server used meanwhile. It returns when everything said is acknowledged and delivered.
func (p *pairs) measure(ctx context.Context, server *process, warm, measured time.Duration, stop func()) (l load, err error) {
	var used [2]time.Duration
	var at [2]time.Time
	for i, pause := range []time.Duration{warm, measured} {
		select {
		case <-time.After(pause):
		case <-p.failed:
			return l, p.err
		case <-ctx.Done():
			return l, ctx.Err()
		}
		at[i] = time.Now()
		if used[i], err = server.cpu(); err != nil {
			return l, err
		}
	}
	stop()
	if err := p.settle(); err != nil {
		return l, err
	}
	for _, one := range p.list {
		one.mu.Lock()
		first := len(one.sent) - len(one.acks)
		for i, m := range one.sent[first:] {
			if !m.meant.Before(at[0]) && m.meant.Before(at[1]) {
				l.Acks, l.Arrivals = append(l.Acks, one.acks[i]), append(l.Arrivals, one.arrivals[i])
			}
		}
		one.mu.Unlock()
	}
	l.Messages, l.Seconds = len(l.Acks), at[1].Sub(at[0]).Seconds()
	if l.Messages == 0 {
		return l, errors.New("no message was sent")
	}
	l.Rate, l.CPU = float64(l.Messages)/l.Seconds, (used[1]-used[0])/time.Duration(l.Messages)
	return l, nil
}

// forget drops what was measured before.
func (p *pairs) forget() {
	for _, one := range p.list {
		one.mu.Lock()
		one.acks, one.arrivals = nil, nil
		one.mu.Unlock()
	}
}
