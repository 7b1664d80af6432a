// Command chaos breaks a running bin/foyer in every way an operator fears, and shows that nothing
// said is lost: what was acknowledged is there, once and in order, and every reader saw the same.
// It knows the wire (docs/protocol.md) and the database's tables, and nothing of the program inside.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// chaos is one run over all faults.
type chaos struct {
	binary string // the program under test, an absolute path
	folder string // everything made here is below it
	short  bool
	rounds int // of kill -9
	seed   template
}

// fault is one way to break the server. It returns what was measured, or the first thing that was wrong.
type fault struct {
	name  string
	short bool     // part of the short run
	waits bool     // mostly waits for deadlines: all of these run beside each other
	needs []string // programs
	run   func(ctx context.Context, c *chaos) (figures, error)
}

var faults = []fault{
	{"frozen client", true, true, nil, frozen},
	{"one-way loss", false, true, []string{"ip", "iptables"}, lossy},
	{"kill -9", true, false, nil, kill},
	{"power cut", true, false, []string{"strace", "go"}, powerCut},
	{"fsync error", true, false, []string{"strace"}, fsyncError},
	{"slow fsync", false, false, []string{"strace"}, slowFsync},
	{"disk full", true, false, []string{"mount", "umount"}, diskFull},
	{"no space in the middle", false, false, []string{"strace"}, noSpace},
	{"descriptors exhausted", false, false, []string{"prlimit"}, noFiles},
	{"reader that never reads", false, false, nil, deaf},
}

// patience is how long a whole run may take before it is called hung.
const patience = 20 * time.Minute

func main() {
	if len(os.Args) > 1 && os.Args[1] == childCommand {
		os.Exit(child(os.Args[2:]))
	}
	c := &chaos{}
	only := flag.String("only", "", "faults to cause, by the beginning of their names, separated by commas")
	flag.BoolVar(&c.short, "short", false, "the short run of CI")
	flag.IntVar(&c.rounds, "rounds", 1000, "how often the server is killed")
	flag.StringVar(&c.binary, "binary", "bin/foyer", "the program to break")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := c.all(ctx, strings.Split(*only, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

// all causes the chosen faults: those that wait together, then the others one after the other, so
// that figures are not each other's.
func (c *chaos) all(ctx context.Context, only []string) (err error) {
	chosen := slices.DeleteFunc(slices.Clone(faults), func(f fault) bool {
		named := slices.ContainsFunc(only, func(o string) bool { return strings.HasPrefix(f.name, o) })
		return !named || c.short && !f.short
	})
	if len(chosen) == 0 {
		return fmt.Errorf("no fault is called %v", only)
	}
	for _, f := range chosen {
		if err := have(f.needs); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	if c.binary, err = filepath.Abs(c.binary); err != nil {
		return err
	}
	if c.folder, err = os.MkdirTemp("", "foyer-chaos-"); err != nil {
		return err
	}
	defer func() {
		if err == nil {
			err = os.RemoveAll(c.folder)
		} else {
			fmt.Fprintln(os.Stderr, "chaos: what was left behind is in", c.folder)
		}
	}()
	if c.seed, err = c.makeTemplate(ctx); err != nil {
		return fmt.Errorf("prepare a database: %w", err)
	}
	var waiting sync.WaitGroup
	errs := make([]error, len(chosen))
	for i, f := range chosen {
		if f.waits {
			waiting.Go(func() { errs[i] = c.cause(ctx, f) })
		}
	}
	waiting.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for _, f := range chosen {
		if f.waits {
			continue
		}
		if err := c.cause(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// cause causes one fault and prints its line.
func (c *chaos) cause(ctx context.Context, f fault) error {
	began := time.Now()
	got, err := f.run(ctx, c)
	took := time.Since(began).Round(100 * time.Millisecond)
	if err != nil {
		fmt.Printf("FAIL  %-24s %s  (%s)\n", f.name, got, took)
		return fmt.Errorf("%s: %w", f.name, err)
	}
	fmt.Printf("ok    %-24s %s  (%s)\n", f.name, got, took)
	return nil
}

// pick is the short run's value or the full one's.
func pick[T any](c *chaos, short, full T) T {
	if c.short {
		return short
	}
	return full
}

// between is a random duration.
func between(least, most time.Duration) time.Duration {
	return least + rand.N(most-least+1)
}

// wait waits for a time, or less when ctx ends.
func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// until waits until something is so. The error names what was waited for in vain.
func until(ctx context.Context, within time.Duration, what string, so func() bool) error {
	limit := time.Now().Add(within)
	for !so() {
		if time.Now().After(limit) {
			return fmt.Errorf("not within %s: %s", within, what)
		}
		if ctx.Err() != nil {
			return fmt.Errorf("stopped while waiting: %s", what)
		}
		wait(ctx, time.Millisecond)
	}
	return nil
}
