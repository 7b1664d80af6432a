package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// people are everybody who is connected before the restart.
type people struct {
	list   []*person
	away   sync.WaitGroup // one for each who has not resumed yet
	failed chan error

	// Guarded by mu.
	mu      sync.Mutex
	over    bool
	spread  time.Duration // over which they were told to come back
	resumes samples       // from dialling to sync
	last    time.Time     // when the last one had resumed
	refused int           // attempts that failed
}

func (p *people) failure(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return
	}
	select {
	case p.failed <- err:
	default:
	}
}

func (p *people) told(spread time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.spread = max(p.spread, spread)
}

func (p *people) resumed(begin time.Time, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.refused++
		return
	}
	p.last = time.Now()
	p.resumes = append(p.resumes, p.last.Sub(begin))
	p.away.Done()
}

func (p *people) isOver() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.over
}

func (p *people) leave() {
	p.mu.Lock()
	p.over = true
	p.mu.Unlock()
	for _, one := range p.list {
		one.mu.Lock()
		if one.peer != nil {
			one.peer.close()
		}
		one.mu.Unlock()
	}
}

// arrive connects the agents, the visitors they talk to, and visitors who say nothing.
func (p *people) arrive(ctx context.Context, addr string, cookies []string, visitors int) error {
	for n, cookie := range cookies {
		p.list = append(p.list, &person{n: n, addr: addr, path: "/ws/agent", cookie: cookie, agent: true, all: p, logs: map[string]*heard{}})
	}
	for n := range visitors {
		p.list = append(p.list, &person{n: n, addr: addr, path: visitorPath, all: p, logs: map[string]*heard{}})
	}
	err := each(len(p.list), 64, func(i int) error {
		one := p.list[i]
		if err := one.connect(ctx); err != nil {
			return err
		}
		go one.live(ctx)
		return nil
	})
	if err != nil {
		return err
	}
	for _, one := range p.list[len(cookies):][:pathPairs] {
		one.mu.Lock()
		err := one.peer.say(fmt.Appendf(nil, `{"t":"start","id":"start","cid":"%s","text":"Hello, is anybody there?"}`, newCID()))
		one.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return p.wait("every conversation has its agent", func() bool {
		talks := 0
		for _, one := range p.list[:len(cookies)] {
			one.mu.Lock()
			for _, log := range one.logs {
				if log.last >= 3 { // queued, what was said, assigned
					talks++
				}
			}
			one.mu.Unlock()
		}
		return talks == pathPairs
	})
}

// talk lets both sides of every conversation say something about once a second, connected or not,
// until ctx ends. The channel it returns is closed then.
func (p *people) talk(ctx context.Context) <-chan struct{} {
	quiet := make(chan struct{})
	var talkers sync.WaitGroup
	for _, one := range p.list {
		one.mu.Lock()
		for conv := range one.logs {
			talkers.Go(func() {
				for rest(ctx, rand.N(2*time.Second)) == nil {
					one.say(conv)
				}
			})
		}
		one.mu.Unlock()
	}
	go func() { talkers.Wait(); close(quiet) }()
	return quiet
}

func (p *people) allBack() error {
	back := make(chan struct{})
	go func() { p.away.Wait(); close(back) }()
	select {
	case <-back:
		return nil
	case err := <-p.failed:
		return err
	case <-time.After(2 * patience):
		return errors.New("not everybody has come back")
	}
}

func (p *people) wait(what string, so func() bool) error {
	for late := time.After(patience); !so(); {
		select {
		case <-time.After(10 * time.Millisecond):
		case err := <-p.failed:
			return err
		case <-late:
			return fmt.Errorf("waited %s in vain until %s", patience, what)
		}
	}
	return nil
}

// check waits until everything is acknowledged, and compares what everybody has with the database.
func (p *people) check(f *foyer) (lost, doubled, missed int, err error) {
	if err := p.wait("everything said is acknowledged", p.settled); err != nil {
		return 0, 0, 0, err
	}
	db, err := readDB(f.db())
	if err != nil {
		return 0, 0, 0, err
	}
	defer func() { _ = db.Close() }()
	lengths, err := logLengths(db)
	if err != nil {
		return 0, 0, 0, err
	}
	complete := func() bool { missed = p.missing(lengths); return missed == 0 }
	_ = p.wait("everybody has heard everything", complete) // else that is the result
	for _, one := range p.list {
		one.mu.Lock()
		for conv, log := range one.logs {
			author := map[bool]string{true: "agent", false: "visitor"}[one.agent]
			l, d, err := checkLog(db, conv, author, log.acked)
			if err != nil {
				one.mu.Unlock()
				return lost, doubled, missed, err
			}
			lost, doubled = lost+l, doubled+d
		}
		one.mu.Unlock()
	}
	return lost, doubled, missed, nil
}

func (p *people) settled() bool {
	for _, one := range p.list {
		one.mu.Lock()
		waiting := len(one.outbox)
		one.mu.Unlock()
		if waiting > 0 {
			return false
		}
	}
	return true
}

// missing counts the events that somebody has not heard.
func (p *people) missing(lengths map[string]int64) (n int) {
	for _, one := range p.list {
		one.mu.Lock()
		for conv, log := range one.logs {
			n += int(lengths[conv]) - len(log.seqs)
		}
		one.mu.Unlock()
	}
	return n
}
