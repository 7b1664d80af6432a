package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// windows are how many messages each visitor has under way when the server is saturated. People send
// the next message before the last is acknowledged at most now and then.
var windows = []int{1, 2, 4, 8, 16}

// tolerable is the latency up to which a rate counts as kept.
const tolerable = 250 * time.Millisecond

// path measures the way of a message: from a visitor to the disk, back to them and to the agent.
func (b *bench) path(ctx context.Context) error {
	f, cookies, err := b.newFoyer(ctx, "path", pathAgents)
	if err != nil {
		return err
	}
	defer func() { _ = f.stop() }()
	p, err := talk(ctx, f, cookies)
	if err != nil {
		return err
	}
	defer p.close()
	if b.disk, err = b.measureDisk(f); err != nil {
		return err
	}
	theirs, err := b.relayed(ctx)
	if err != nil {
		return err
	}
	ours, err := b.windows(ctx, p, f.process)
	if err != nil {
		return err
	}
	crowd := newCrowd(b.fewer(9000))
	defer crowd.leave()
	if err := crowd.join(ctx, f.addr, "sync", 0, len(crowd.peers)); err != nil {
		return err
	}
	calm, err := p.offer(ctx, f.process, 500, b.short(4*time.Second), b.short(20*time.Second))
	if err = errors.Join(err, crowd.trouble()); err != nil {
		return err
	}
	lost, doubled, err := p.check(f.db())
	if err != nil {
		return err
	}
	b.grown = f.folder
	b.reportMost(ours, theirs)
	b.reportCalm(calm)
	b.report.add("acknowledged messages that are not in the log once, in order, without a hole", float64(lost+doubled), "", atMost(0),
		fmt.Sprintf("%d lost, %d doubled", lost, doubled), "")
	return nil
}

// most returns the window with which the most messages a second were kept, and how that went.
func most(byWindow map[int]load) (window int, best load) {
	for w, l := range byWindow {
		if l.slowest() < tolerable && l.Rate > best.Rate {
			window, best = w, l
		}
	}
	return window, best
}

// reportMost compares the highest rate with the relay's highest, and with storage. Each has the window
// that suits it: with that of the slower one the relay would not be at its best.
func (b *bench) reportMost(foyers, relays map[int]load) {
	r, d := &b.report, b.disk
	window, ours := most(foyers)
	relayWindow, theirs := most(relays)
	absolute := fmt.Sprintf("%.0f/s with %d under way a pair; ack p50 %.1f, p99 %.1f ms; delivery p50 %.1f, p99 %.1f ms",
		ours.Rate, window, ms(ours.Acks.p50()), ms(ours.Acks.p99()), ms(ours.Arrivals.p50()), ms(ours.Arrivals.p99()))
	r.add("most messages a second, p99 < 250 ms, to a relay", ours.Rate/theirs.Rate, "", atLeast(0.25), absolute,
		fmt.Sprintf("relay without storage: %.0f/s with %d under way, p99 %.1f ms; with %d, %.0f/s",
			theirs.Rate, relayWindow, ms(theirs.slowest()), window, relays[window].Rate))
	r.add("the same, to storage alone", ours.Rate/d.Grouped, "", atLeast(0.7), fmt.Sprintf("%.0f/s", ours.Rate),
		fmt.Sprintf("raw inserts, %d a transaction: %.0f/s", grouped, d.Grouped))
	r.add("the same, to one transaction a message", ours.Rate/d.Single, "", atLeast(8), fmt.Sprintf("%.0f/s", ours.Rate),
		fmt.Sprintf("raw inserts, one a transaction: %.0f/s", d.Single))
	r.add("the same, absolute", ours.Rate, "/s", atLeast(10_000), "", "")
	r.add("CPU a message at that rate", ms(ours.CPU), "ms", atMost(0.1), "user's and kernel's, of the server alone",
		fmt.Sprintf("relay: %.4f ms", ms(theirs.CPU)))
}

// reportCalm compares the latency of an ordinary load with the disk's.
func (b *bench) reportCalm(calm load) {
	r, d := &b.report, b.disk
	idle := fmt.Sprintf("500/s, %d idle sockets beside", b.fewer(9000))
	acks := fmt.Sprintf("p50 %.2f, p99 %.2f, longest %.1f ms", ms(calm.Acks.p50()), ms(calm.Acks.p99()), ms(calm.Acks.longest()))
	arrivals := fmt.Sprintf("p50 %.2f, p99 %.2f, longest %.1f ms", ms(calm.Arrivals.p50()), ms(calm.Arrivals.p99()), ms(calm.Arrivals.longest()))
	fsync := fmt.Sprintf("4 KiB append and fsync: p50 %.2f, p99 %.2f ms", ms(d.FsyncP50), ms(d.FsyncP99))
	r.add("ack, "+idle+": p50 in fsyncs", ms(calm.Acks.p50())/ms(d.FsyncP50), "", atMost(6), acks, fsync)
	r.add("the same: p99 in fsyncs", ms(calm.Acks.p99())/ms(d.FsyncP50), "", atMost(40), acks, fsync)
	r.add("visitor to agent, the same load: p50", ms(calm.Arrivals.p50()), "ms", atMost(1), arrivals, "")
	r.add("the same: p99", ms(calm.Arrivals.p99()), "ms", atMost(5), arrivals, "")
	r.add("CPU a message, the same load", ms(calm.CPU), "ms", nil, "with the pings of the idle", "")
}

func us(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// windows measures the server saturated, with more and more under way.
func (b *bench) windows(ctx context.Context, p *pairs, server *process) (map[int]load, error) {
	byWindow := map[int]load{}
	for _, w := range windows {
		l, err := p.saturate(ctx, server, w, b.short(1500*time.Millisecond), b.short(5*time.Second))
		if err != nil {
			return nil, fmt.Errorf("with %d under way: %w", w, err)
		}
		fmt.Fprintf(os.Stderr, "  %d under way a pair: %.0f/s, p99 %.1f ms, %.1f µs a message\n", w, l.Rate, ms(l.slowest()), us(l.CPU))
		byWindow[w] = l
	}
	if window, _ := most(byWindow); window == 0 {
		return nil, fmt.Errorf("no load at all was kept within %s", tolerable)
	}
	return byWindow, nil
}

// relayed measures the same pairs through the relay.
func (b *bench) relayed(ctx context.Context) (map[int]load, error) {
	server, err := b.yardstick(ctx, "relay")
	if err != nil {
		return nil, err
	}
	defer func() { _ = server.stop() }()
	p := newPairs()
	defer p.close()
	for n := range pathAgents {
		agent, err := dial(ctx, server.addr, fmt.Sprintf("/agent/%d", n), "", n)
		if err != nil {
			return nil, err
		}
		p.agents = append(p.agents, agent)
	}
	for n := range pathPairs {
		visitor, err := dial(ctx, server.addr, fmt.Sprintf("/visitor/%d", n), "", n)
		if err != nil {
			return nil, err
		}
		p.add(relayConv(n), visitor)
	}
	p.listen()
	return b.windows(ctx, p, server)
}

// talk connects the agents and then visitors who each begin a conversation, until each has an agent.
func talk(ctx context.Context, f *foyer, cookies []string) (p *pairs, err error) {
	p = newPairs()
	for n, cookie := range cookies {
		agent, err := connectAgent(ctx, f.addr, cookie, n)
		if err != nil {
			return p, err
		}
		p.agents = append(p.agents, agent)
	}
	for n := range pathPairs {
		visitor, conv, err := beginTalk(ctx, f.addr, n)
		if err != nil {
			return p, fmt.Errorf("visitor %d: %w", n, err)
		}
		p.add(conv, visitor)
		for kind := ""; kind != "assigned"; {
			var event struct{ Kind string }
			if err := visitor.until("event", &event); err != nil {
				return p, fmt.Errorf("visitor %d: %w", n, err)
			}
			kind = event.Kind
		}
	}
	p.listen()
	return p, nil
}

func connectAgent(ctx context.Context, addr, cookie string, n int) (*peer, error) {
	agent, err := dial(ctx, addr, "/ws/agent", cookie, n)
	if err == nil {
		err = agent.say([]byte(`{"t":"hello"}`))
	}
	if err == nil {
		err = agent.until("welcome", nil)
	}
	if err != nil {
		return nil, fmt.Errorf("agent %d: %w", n, err)
	}
	return agent, nil
}

// beginTalk connects a new visitor who begins a conversation.
func beginTalk(ctx context.Context, addr string, n int) (*peer, string, error) {
	visitor, err := dial(ctx, addr, visitorPath, "", n)
	if err == nil {
		err = visitor.say(visitorHello(n))
	}
	if err == nil {
		err = visitor.until("sync", nil)
	}
	if err == nil {
		err = visitor.say(fmt.Appendf(nil, `{"t":"start","id":"start","cid":"%s","text":"Hello, is anybody there?"}`, newCID()))
	}
	var ok struct{ Conv string }
	if err == nil {
		err = visitor.until("ok", &ok)
	}
	return visitor, ok.Conv, err
}
