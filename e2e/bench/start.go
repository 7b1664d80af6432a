package main

import (
	"context"
	"fmt"
	"time"
)

// start measures how long Foyer takes until it serves, with a database that was used before, and
// what memory it then holds.
func (b *bench) start(ctx context.Context) error {
	f := &foyer{bin: b.bin, folder: b.grown}
	if b.grown == "" {
		fresh, _, err := b.newFoyer(ctx, "start", pathAgents)
		if err != nil {
			return err
		}
		if err := fresh.stop(); err != nil {
			return err
		}
		f = fresh
	}
	var ours, theirs samples
	var atRest float64
	const rounds = 7
	for round := range rounds {
		if err := f.start(ctx); err != nil {
			return err
		}
		ours = append(ours, f.took)
		if round == rounds-1 {
			if err := rest(ctx, b.short(5*time.Second)); err != nil {
				return err
			}
			var err error
			if atRest, err = f.rss(); err != nil {
				return err
			}
		}
		if err := f.stop(); err != nil {
			return err
		}
		empty, err := b.yardstick(ctx, "empty")
		if err != nil {
			return err
		}
		theirs = append(theirs, empty.took)
		if err := empty.stop(); err != nil {
			return err
		}
	}
	b.report.add("start to the first `/readyz` 200, above an empty Fiber app", ms(ours.p50()-theirs.p50()), "ms", atMost(300),
		fmt.Sprintf("%.0f ms, median of %d, with a database that was used", ms(ours.p50()), rounds),
		fmt.Sprintf("empty app: %.0f ms", ms(theirs.p50())))
	b.report.add("memory at rest, after start", atRest/kib/kib, "MiB", atMost(60), "5 s after it, nobody connected", "")
	return nil
}
