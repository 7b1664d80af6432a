package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// noFiles opens more connections than the server may have files. Who is there already goes on, the
// server lives, and when the others have gone it takes newcomers again.
func noFiles(ctx context.Context, c *chaos) (f figures, err error) {
	w, err := c.stage(ctx, "files", brisk, []string{"prlimit", "--nofile=64:64", "--"}) // runs it in its own place
	defer w.close()
	if err != nil {
		return f, err
	}
	s := w.server
	w.speak(true)
	before := w.ledger.numbers()
	const many = 200
	talks, leave := context.WithCancel(ctx)
	var others sync.WaitGroup
	defer others.Wait()
	defer leave()
	strangers := newLedger()
	var in []*client
	for i := range many {
		one := newClient(fmt.Sprintf("v%d", 1000+i), s.addr, direct(s.addr), "", calm, strangers.note)
		in = append(in, one)
		others.Go(func() { one.run(talks) })
	}
	wait(ctx, 4*time.Second)
	while, let := w.ledger.numbers(), countLive(in)
	f.add("%d of %d let in, %d acks meanwhile", let, many, while.acked-before.acked)
	switch {
	case s.gone():
		return f, errors.New("the server ended:\n" + s.output.tail())
	case let == many:
		return f, errors.New("everybody was let in: this is no shortage")
	case while.acked <= before.acked+100:
		return f, fmt.Errorf("who was there could not go on: %s", w.describe())
	case len(while.ends) > 0:
		return f, fmt.Errorf("who was there lost their connections: %v", while.ends)
	}
	leave()
	others.Wait()
	took, err := w.newcomer()
	f.add("a newcomer let in %s after they had gone", took.Round(time.Millisecond))
	if err != nil {
		return f, err
	}
	if err := w.settle(10 * time.Second); err != nil {
		return f, err
	}
	return f, w.ledger.trouble()
}

// newcomer waits until one more agent is let in.
func (w *crowd) newcomer() (time.Duration, error) {
	began := time.Now()
	chloe := newClient("chloe", w.server.addr, direct(w.server.addr), w.chaos.seed.cookies["chloe"], brisk, w.ledger.note)
	w.join(chloe)
	err := until(w.ctx, 5*time.Second, "a newcomer let in when the others had gone", func() bool {
		live, _, _ := chloe.state()
		return live
	})
	if err != nil {
		err = errors.Join(err, errors.New(w.server.output.tail()))
	}
	return time.Since(began), err
}

func countLive(clients []*client) (n int) {
	for _, c := range clients {
		if live, _, _ := c.state(); live {
			n++
		}
	}
	return n
}
