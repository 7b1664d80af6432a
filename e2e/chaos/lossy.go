package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// lossy loses packets between a server in a network namespace and some of its clients: all of one
// direction, of the other, of both; and three in ten of everything.
func lossy(ctx context.Context, c *chaos) (f figures, err error) {
	type way struct {
		name  string
		quiet bool
		rules []string // of iptables in the server's namespace; BAD is the address of those who are lost
	}
	ways := []way{
		{"server to client", true, []string{"OUTPUT -d BAD -j DROP"}},
		{"client to server", false, []string{"INPUT -s BAD -j DROP"}},
		{"both", false, []string{"OUTPUT -d BAD -j DROP", "INPUT -s BAD -j DROP"}},
	}
	var all sync.WaitGroup
	found, errs := make([]figures, len(ways)+1), make([]error, len(ways)+1)
	for i, way := range ways {
		all.Go(func() {
			found[i], errs[i] = c.oneWay(ctx, i, way.quiet, way.rules)
			if errs[i] != nil {
				errs[i] = fmt.Errorf("%s: %w", way.name, errs[i])
			}
		})
	}
	all.Go(func() { found[len(ways)], errs[len(ways)] = c.thirty(ctx, len(ways)) })
	all.Wait()
	for i, way := range ways {
		f.add("%s dropped: %s", way.name, found[i])
	}
	f.add("30 %% lost: %s", found[len(ways)])
	return f, errors.Join(errs...)
}

// street is a network namespace with a server in it, and two addresses from which to reach it.
type street struct {
	name      string
	good, bad string
	server    *server
}

// lay makes the n-th street and starts its server.
func (c *chaos) lay(ctx context.Context, n int, env ...string) (*street, error) {
	id := strconv.Itoa(os.Getpid()%10000) + "n" + strconv.Itoa(n)
	net := fmt.Sprintf("10.%d.%d.", 64+os.Getpid()%128, n+1)
	t := &street{name: "foyer" + id, good: net + "3", bad: net + "1"}
	here, there := "fy"+id+"a", "fy"+id+"b"
	for _, line := range [][]string{
		{"netns", "add", t.name},
		{"link", "add", here, "type", "veth", "peer", "name", there, "netns", t.name},
		{"addr", "add", t.bad + "/24", "dev", here},
		{"addr", "add", t.good + "/24", "dev", here},
		{"link", "set", here, "up"},
		{"-n", t.name, "addr", "add", net + "2/24", "dev", there},
		{"-n", t.name, "link", "set", there, "up"},
		{"-n", t.name, "link", "set", "lo", "up"},
	} {
		if err := command("ip", line...); err != nil {
			return t, err
		}
	}
	s, err := c.newServer(filepath.Join(c.folder, t.name), env...)
	if err != nil {
		return t, err
	}
	s.addr = net + "2:8000" // nobody else is there
	s.before = []string{"ip", "netns", "exec", t.name}
	t.server = s
	_, err = s.start(ctx)
	return t, err
}

func (t *street) remove() {
	if t.server != nil {
		t.server.kill()
	}
	_ = command("ip", "netns", "del", t.name) // its half of the pair takes the other with it
}

// rules adds (-A) or takes away (-D) rules in the server's namespace.
func (t *street) rules(what string, rules []string) error {
	var errs []error
	for _, rule := range rules {
		errs = append(errs, command("ip", append([]string{"netns", "exec", t.name, "iptables", what}, words(rule, t.bad)...)...))
	}
	return errors.Join(errs...)
}

// from dials the server from an address.
func (t *street) from(addr string) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		dialer := net.Dialer{Timeout: 3 * time.Second, LocalAddr: &net.TCPAddr{IP: net.ParseIP(addr)}}
		return dialer.DialContext(ctx, "tcp", t.server.addr)
	}
}

func (c *chaos) oneWay(ctx context.Context, n int, quiet bool, rules []string) (figures, error) {
	t, err := c.lay(ctx, n, pick(c, shortBeat, nil)...)
	defer t.remove()
	if err != nil {
		return nil, err
	}
	w := c.gather(ctx, t.server, 2, []string{"anna"}, calm, func(who string) func(context.Context) (net.Conn, error) {
		if who == "v1" {
			return t.from(t.good)
		}
		return t.from(t.bad)
	})
	defer w.leave()
	return w.lose(&loss{
		cut:  func() error { return t.rules("-A", rules) },
		mend: func() error { return t.rules("-D", rules) },
		hush: func() error { w.speak(false); return nil },
		beat: pick(c, quickBeat, realBeat), dial: t.from(t.good), notice: true, quiet: quiet,
	})
}

// thirty lets everybody talk while three packets in ten get lost, in both directions.
func (c *chaos) thirty(ctx context.Context, n int) (f figures, err error) {
	t, err := c.lay(ctx, n, pick(c, shortBeat, nil)...)
	defer t.remove()
	if err != nil {
		return nil, err
	}
	w := c.gather(ctx, t.server, 4, []string{"anna", "ben"}, calm, func(string) func(context.Context) (net.Conn, error) { return t.from(t.bad) })
	defer w.leave()
	if err := w.together(10 * time.Second); err != nil {
		return f, err
	}
	rules := []string{
		"INPUT -s BAD -m statistic --mode random --probability 0.3 -j DROP",
		"OUTPUT -d BAD -m statistic --mode random --probability 0.3 -j DROP",
	}
	if err := t.rules("-A", rules); err != nil {
		return f, err
	}
	w.speak(true)
	wait(ctx, pick(c, 5*time.Second, 30*time.Second))
	f.add("from saying to ack %s, ends %v", w.latencies(), w.ledger.numbers().ends)
	if err := t.rules("-D", rules); err != nil {
		return f, err
	}
	if err := w.finish(); err != nil {
		return f, err
	}
	nums := w.ledger.numbers()
	f.add("%d acked, %d resends absorbed, 0 lost", nums.acked, nums.resent)
	if nums.acked == 0 {
		return f, errors.New("nothing was acknowledged")
	}
	return f, t.server.stop()
}

// words splits a rule, with the bad address in its place.
func words(rule, bad string) (all []string) {
	for _, word := range strings.Fields(rule) {
		if word == "BAD" {
			word = bad
		}
		all = append(all, word)
	}
	return all
}
