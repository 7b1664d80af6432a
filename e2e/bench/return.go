package main

import (
	"context"
	"fmt"
	"time"
)

// comeBack measures a restart with everybody connected and some of them talking.
func (b *bench) comeBack(ctx context.Context) error {
	n := b.fewer(5000)
	f, cookies, err := b.newFoyer(ctx, "return", pathAgents)
	if err != nil {
		return err
	}
	defer func() { _ = f.stop() }()
	p := &people{failed: make(chan error, 1)}
	defer p.leave()
	if err := p.arrive(ctx, f.addr, cookies, n); err != nil {
		return err
	}
	talking, hush := context.WithCancel(ctx)
	defer hush()
	quiet := p.talk(talking)
	if err := rest(ctx, b.short(3*time.Second)); err != nil {
		return err
	}
	p.away.Add(len(p.list))
	begin := time.Now()
	if err := f.stop(); err != nil {
		return err
	}
	stopped := time.Since(begin)
	if err := f.start(ctx); err != nil {
		return err
	}
	if err := p.allBack(); err != nil {
		return err
	}
	if err := rest(ctx, b.short(2*time.Second)); err != nil {
		return err
	}
	hush()
	<-quiet
	lost, doubled, missed, err := p.check(f)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	total := p.last.Sub(begin)
	b.report.add(fmt.Sprintf("restart with %d connected: all resumed, after the time they were told", n), (total - p.spread).Seconds(), "s", atMost(3),
		fmt.Sprintf("%.1f s from SIGTERM to the last one; stopped in %.1f s, up again after %.1f s; %d attempts refused meanwhile",
			total.Seconds(), stopped.Seconds(), (stopped+f.took).Seconds(), p.refused),
		fmt.Sprintf("told to spread over %.1f s", p.spread.Seconds()))
	b.report.add("the same: one resume, p99, from dialling to `sync`", p.resumes.p99().Seconds(), "s", atMost(2),
		fmt.Sprintf("p50 %.1f, p99 %.1f, longest %.1f ms", ms(p.resumes.p50()), ms(p.resumes.p99()), ms(p.resumes.longest())), "")
	b.report.add("the same: messages lost, doubled, or not heard by the other side", float64(lost+doubled+missed), "", atMost(0),
		fmt.Sprintf("%d lost, %d doubled, %d not heard; %d conversations in which both sides went on talking", lost, doubled, missed, pathPairs), "")
	return nil
}
