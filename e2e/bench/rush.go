package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// shift are agents who come online at the same moment and stay, whatever happens to their connection.
type shift struct {
	addr    string
	cookies []string
	agents  sync.WaitGroup

	// Guarded by mu.
	mu  sync.Mutex
	cut int // connections that the server has closed
}

// rush measures how long it takes when many agents come to a long queue at once.
func (b *bench) rush(ctx context.Context) error {
	agents, waiting := b.fewer(500), b.fewer(1000)
	f, cookies, err := b.newFoyer(ctx, "rush", agents)
	if err != nil {
		return err
	}
	defer func() { _ = f.stop() }()
	w, err := lineUp(ctx, f.addr, waiting)
	if err != nil {
		return err
	}
	defer w.leave()
	working, goHome := context.WithCancel(ctx)
	s := &shift{addr: f.addr, cookies: cookies}
	defer s.agents.Wait()
	defer goHome()
	begin, err := s.begin(working)
	if err != nil {
		return err
	}
	var last moment
	for range waiting {
		if last, err = w.next("assigned"); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b.report.add(fmt.Sprintf("%d agents come to %d who wait: all matched", agents, waiting), last.at.Sub(begin).Seconds(), "s", atMost(2),
		fmt.Sprintf("from the first `hello` to the last `assigned`; %d agents' connections were closed meanwhile", s.cut), "")
	return nil
}

// begin opens all sockets, and then lets everybody say hello. It returns when that began.
func (s *shift) begin(ctx context.Context) (time.Time, error) {
	peers := make([]*peer, len(s.cookies))
	err := each(len(peers), 64, func(i int) (err error) {
		peers[i], err = dial(ctx, s.addr, "/ws/agent", s.cookies[i], i)
		return err
	})
	begin := time.Now()
	for i, p := range peers {
		if p != nil {
			s.agents.Go(func() { s.work(ctx, i, p) })
		}
	}
	return begin, err
}

// work listens as one agent, and comes back when the connection ends.
func (s *shift) work(ctx context.Context, i int, p *peer) {
	for n := 0; ; n++ {
		if p != nil {
			stop := context.AfterFunc(ctx, p.close)
			err := p.say([]byte(`{"t":"hello"}`))
			for err == nil {
				_, _, err = p.hear()
			}
			stop()
			p.close()
		}
		if ctx.Err() != nil {
			return
		}
		s.mu.Lock()
		s.cut++
		s.mu.Unlock()
		if rest(ctx, backOff(n)) != nil {
			return
		}
		p, _ = dial(ctx, s.addr, "/ws/agent", s.cookies[i], i) // if it fails there is a next time
	}
}
