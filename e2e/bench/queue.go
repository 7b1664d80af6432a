package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// moment is when a visitor heard an event of a kind.
type moment struct {
	visitor int
	kind    string
	conv    string
	at      time.Time
}

// waiters are visitors who begin conversations and whose events are noted.
type waiters struct {
	visitors []*peer
	convs    []string
	moments  chan moment
	trouble  chan error
	over     chan struct{}
}

// lineUp connects n visitors who want to talk.
func lineUp(ctx context.Context, addr string, n int) (*waiters, error) {
	w := &waiters{
		visitors: make([]*peer, n), convs: make([]string, n),
		moments: make(chan moment, 8*n), trouble: make(chan error, 1), over: make(chan struct{}),
	}
	return w, each(n, 32, func(i int) (err error) {
		w.visitors[i], w.convs[i], err = beginTalk(ctx, addr, i)
		if err == nil {
			go w.listen(i)
		}
		return err
	})
}

func (w *waiters) listen(i int) {
	for {
		t, frame, err := w.visitors[i].hear()
		if err == nil && (string(t) == "err" || string(t) == "bye") {
			err = fmt.Errorf("visitor %d heard %s", i, frame)
		}
		if err != nil {
			select {
			case w.trouble <- err:
			default:
			}
			return
		}
		if string(t) == "event" {
			select {
			case w.moments <- moment{i, string(field(frame, "kind")), string(field(frame, "conv")), time.Now()}:
			case <-w.over:
				return
			}
		}
	}
}

func (w *waiters) leave() {
	close(w.over)
	for _, v := range w.visitors {
		if v != nil {
			v.close()
		}
	}
}

// next returns the next event of a kind.
func (w *waiters) next(kind string) (moment, error) {
	late := time.After(patience)
	for {
		select {
		case m := <-w.moments:
			if m.kind == kind {
				return m, nil
			}
		case err := <-w.trouble:
			return moment{}, err
		case <-late:
			return moment{}, fmt.Errorf("no visitor heard %s within %s", kind, patience)
		}
	}
}

// queue measures how fast places are filled.
func (b *bench) queue(ctx context.Context) error {
	f, cookies, err := b.newFoyer(ctx, "queue", pathAgents)
	if err != nil {
		return err
	}
	defer func() { _ = f.stop() }()
	agents := newCrowd(len(cookies))
	defer agents.leave()
	if err := agents.attend(ctx, f.addr, cookies); err != nil {
		return err
	}
	w, err := lineUp(ctx, f.addr, 2*pathPairs) // half of them wait
	if err != nil {
		return err
	}
	defer w.leave()
	var active []int
	for len(active) < pathPairs {
		m, err := w.next("assigned")
		if err != nil {
			return err
		}
		active = append(active, m.visitor)
	}
	if b.disk == (disk{}) {
		if b.disk, err = b.measureDisk(f); err != nil {
			return err
		}
	}
	filled, err := w.turns(active, b.fewer(500))
	if err = errors.Join(err, agents.trouble()); err != nil {
		return err
	}
	what := fmt.Sprintf("p50 %.2f, p99 %.2f, longest %.1f ms, from the visitor's `end` to the next one's `assigned`",
		ms(filled.p50()), ms(filled.p99()), ms(filled.longest()))
	b.report.add("a place freed is filled, 200 waiting, 50 agents: median in commits", ms(filled.p50())/ms(b.disk.Commit), "", atMost(10),
		what, fmt.Sprintf("one guarded update: %.2f ms", ms(b.disk.Commit)))
	b.report.add("the same, p99", ms(filled.p99()), "ms", atMost(100), what, "")
	return b.rush(ctx)
}

// turns ends conversations one after the other, measures until the next in line has theirs, and lets
// whoever ended theirs queue up again, so that as many wait as before.
func (w *waiters) turns(active []int, n int) (filled samples, err error) {
	for turn := range n {
		i := active[0]
		begin := time.Now()
		if err := w.visitors[i].say(fmt.Appendf(nil, `{"t":"end","id":"end-%d","conv":"%s"}`, turn, w.convs[i])); err != nil {
			return nil, err
		}
		m, err := w.next("assigned")
		if err != nil {
			return nil, err
		}
		filled = append(filled, m.at.Sub(begin))
		active = append(active[1:], m.visitor)
		if err := w.again(i); err != nil {
			return nil, err
		}
	}
	return filled, nil
}

// again lets a visitor begin another conversation, and waits until it stands in the queue.
func (w *waiters) again(i int) error {
	if err := w.visitors[i].say(fmt.Appendf(nil, `{"t":"start","id":"again","cid":"%s","text":"One more thing."}`, newCID())); err != nil {
		return err
	}
	m, err := w.next("queued")
	if err == nil && m.visitor != i {
		err = fmt.Errorf("visitor %d queued up and not %d", m.visitor, i)
	}
	w.convs[i] = m.conv
	return err
}

// attend connects agents, who then only listen.
func (c *crowd) attend(ctx context.Context, addr string, cookies []string) error {
	return each(len(cookies), 16, func(i int) (err error) {
		if c.peers[i], err = connectAgent(ctx, addr, cookies[i], i); err == nil {
			go c.listen(c.peers[i])
		}
		return err
	})
}
