package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// crowd is visitors and agents who talk with each other, and the ledger they share.
type crowd struct {
	// Static after construction.
	chaos    *chaos
	server   *server
	ledger   *ledger
	visitors []*client
	agents   []*client
	cancel   context.CancelFunc
	ctx      context.Context
	over     sync.WaitGroup
}

// brisk clients are back as soon as the server is.
var brisk = habits{Window: 4, Pace: 4 * time.Millisecond, Hurry: 2 * time.Millisecond, Longest: 60 * time.Millisecond, Pad: 300}

// direct dials an address.
func direct(addr string) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		return (&net.Dialer{Timeout: 3 * time.Second}).DialContext(ctx, "tcp", addr)
	}
}

// stage starts a server, and visitors and agents who are all connected and about to talk. wrapped is
// what the server runs inside. Whoever gets a crowd has to close it, also beside an error.
func (c *chaos) stage(ctx context.Context, name string, h habits, wrapped []string, env ...string) (*crowd, error) {
	s, err := c.newServer(filepath.Join(c.folder, name), env...)
	if err != nil {
		return nil, err
	}
	s.before = wrapped
	return c.play(ctx, s, h)
}

// play starts the server of a stage and its crowd.
func (c *chaos) play(ctx context.Context, s *server, h habits) (*crowd, error) {
	if _, err := s.start(ctx); err != nil {
		return nil, err
	}
	w := c.gather(ctx, s, 6, []string{"anna", "ben"}, h, func(string) func(context.Context) (net.Conn, error) { return direct(s.addr) })
	return w, w.together(20 * time.Second)
}

// close ends the clients and the server.
func (w *crowd) close() {
	w.leave()
	if w != nil {
		w.server.kill()
	}
}

// end lets everybody finish and stops the server as an operator would.
func (w *crowd) end() error {
	if err := w.finish(); err != nil {
		return err
	}
	return w.server.stop()
}

// gather sets visitors and agents going. dial says how the named one reaches the server.
func (c *chaos) gather(ctx context.Context, s *server, visitors int, agents []string, h habits,
	dial func(who string) func(context.Context) (net.Conn, error),
) *crowd {
	w := &crowd{chaos: c, server: s, ledger: newLedger()}
	w.ctx, w.cancel = context.WithCancel(ctx)
	for _, name := range agents {
		w.join(newClient(name, s.addr, dial(name), c.seed.cookies[name], h, w.ledger.note))
	}
	for i := range visitors {
		who := fmt.Sprintf("v%d", i+1)
		w.join(newClient(who, s.addr, dial(who), "", h, w.ledger.note))
	}
	return w
}

func (w *crowd) all() []*client { return slices.Concat(w.agents, w.visitors) }

// join adds a client.
func (w *crowd) join(c *client) {
	if isVisitor(c.who) {
		w.visitors = append(w.visitors, c)
	} else {
		w.agents = append(w.agents, c)
	}
	w.over.Go(func() { c.run(w.ctx) })
}

// leave ends every client, if there is a crowd.
func (w *crowd) leave() {
	if w == nil {
		return
	}
	w.cancel()
	w.over.Wait()
}

func (w *crowd) speak(on bool) {
	for _, c := range w.all() {
		c.speak(on)
	}
}

// together waits until everybody is connected, and every visitor with an agent.
func (w *crowd) together(within time.Duration) error {
	err := until(w.ctx, within, "everybody connected with each other", func() bool {
		mine := 0
		for _, c := range w.agents {
			live, _, threads := c.state()
			if !live {
				return false
			}
			mine += threads
		}
		for _, c := range w.visitors {
			if live, _, threads := c.state(); !live || threads == 0 {
				return false
			}
		}
		return mine == len(w.visitors)
	})
	if err == nil {
		return w.ledger.trouble()
	}
	return errors.Join(w.ledger.trouble(), err, errors.New(w.describe()), errors.New(w.server.output.tail()))
}

// settle stops the talk and waits until all that was said is acknowledged and shown.
func (w *crowd) settle(within time.Duration) error {
	w.speak(false)
	err := until(w.ctx, within, "an ack for every line", func() bool {
		for _, c := range w.all() {
			if live, under, _ := c.state(); !live || under > 0 {
				return false
			}
		}
		return w.ledger.under() == 0
	})
	if err != nil {
		return errors.Join(w.ledger.trouble(), err, errors.New(w.describe()), errors.New(w.server.output.tail()))
	}
	return nil
}

func (w *crowd) describe() string {
	var text strings.Builder
	for _, c := range w.all() {
		live, under, threads := c.state()
		fmt.Fprintf(&text, "%s live=%t unacknowledged=%d conversations=%d\n", c.who, live, under, threads)
	}
	fmt.Fprintf(&text, "ends: %v", w.ledger.numbers().ends)
	fmt.Fprintf(&text, ", unacknowledged in the ledger: %d", w.ledger.under())
	return text.String()
}

// catchUp is how long a reader may take to have everything once nothing is wrong any more.
const catchUp = 5 * time.Second

// finish lets everybody finish and compares the ledger with the log in the database, in the API, and
// as a visitor hears it who comes back with nothing. The server has to be running.
func (w *crowd) finish() error {
	if err := w.settle(20 * time.Second); err != nil {
		return err
	}
	logs, owners, err := readLogs(w.ctx, w.server.database())
	if err != nil {
		return err
	}
	current := func(s side) bool { return isVisitor(s.who) || strings.HasPrefix(owners[s.conv], s.who+"@") }
	all := map[string]log{}
	for _, g := range logs {
		all[g.conv] = g
	}
	err = until(w.ctx, catchUp, "everything shown to every reader", func() bool {
		return !slices.ContainsFunc(w.ledger.sides(), func(s side) bool {
			return current(s) && w.ledger.shown(s) < int64(len(all[s.conv].seenBy(isVisitor(s.who))))
		})
	})
	w.ledger.verify(logs, true, current)
	if err := errors.Join(w.ledger.trouble(), err); err != nil {
		return err
	}
	for _, g := range logs {
		if err := w.toldAlike(g); err != nil {
			return err
		}
	}
	return nil
}

func (w *crowd) holds(c *client, conv string) (*thread, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, ok := c.threads[conv]
	return t, ok
}

// toldAlike compares a conversation's log with what the API and a visitor's replay make of it.
func (w *crowd) toldAlike(g log) error {
	told, err := w.server.asAPI(w.ctx, g.conv, w.chaos.seed.cookies["owner"])
	if err != nil {
		return err
	}
	if all := g.seenBy(false); !slices.Equal(told, all) {
		return fmt.Errorf("the API tells %s otherwise than the database: %d and %d events", g.conv, len(told), len(all))
	}
	for _, v := range w.visitors {
		if _, holds := w.holds(v, g.conv); !holds {
			continue
		}
		fresh := newLedger()
		again := newClient(v.who, v.server, direct(w.server.addr), "", brisk, fresh.note)
		again.token = v.token
		ctx, stop := context.WithCancel(w.ctx)
		var over sync.WaitGroup
		over.Go(func() { again.run(ctx) })
		want := g.seenBy(true)
		within := catchUp + time.Duration(len(want))*time.Millisecond/2 // 10,000 events are promised in 5 s
		err := until(ctx, within, "a visitor's replay from the beginning", func() bool { return again.shown(g.conv) >= int64(len(want)) })
		stop()
		over.Wait()
		if err := errors.Join(fresh.trouble(), err); err != nil {
			return err
		}
		if !slices.Equal(fresh.of(side{v.who, g.conv}).shown, want) {
			return fmt.Errorf("a visitor is told %s otherwise than the database", g.conv)
		}
	}
	return nil
}

// latencies are those of every client's acks.
func (w *crowd) latencies() (all durations) {
	for _, c := range w.all() {
		all = append(all, c.latencies()...)
	}
	return all
}
