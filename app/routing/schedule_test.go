package routing_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	schedules = flag.Int("schedules", 20_000, "how many random schedules of a queue are tried")
	seed      = flag.Uint64("seed", 1, "of the first of them")
)

// rules are how a queue is served; the zero value as Foyer does it. The others are wrong each in one
// way, which has to be found.
type rules struct {
	assigners int  // racing for one queue; 0 is two
	unguarded bool // what was decided on is written back, whatever has happened to it since
	unchecked bool // nobody looks again whether an agent still has room
	goesOn    bool // after a match was lost, those behind are still given theirs
	forgets   bool // and the queue isn't looked at again
	patient   bool // nor when nothing was given: who was faster will see to it. True only of one assigner
	deaf      bool // a closed conversation wakes no assigner
}

// broken is a promise that was not kept.
type broken string

const (
	doubleOwner broken = "a conversation is taken from somebody who is not told"
	overLimit   broken = "an agent is given more than their limit"
	lost        broken = "a conversation is in no place, or in two"
	overtaken   broken = "somebody is overtaken by one of the same priority"
	waits       broken = "somebody waits while an agent has room for them"
	oldFence    broken = "a change did not raise the fence"
	endless     broken = "the queue is looked at without end"
)

// TestNoScheduleBreaksAPromise runs what may happen to a queue, in random order, with writers that
// decide on what they read some time before they write.
func TestNoScheduleBreaksAPromise(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]rules{"two assigners": {assigners: 2}, "one assigner": {assigners: 1, patient: true}} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			all := try(r, *seed, *schedules/2)
			for what, found := range all.broken {
				t.Errorf("%d schedules: %s; the first with -args -seed=%d -schedules=2:\n%s", found.times, what, found.seed, found.trace)
			}
			t.Logf("%d schedules in %v: %d conversations, %d claims, of which %d were lost to somebody faster; %d quiet points",
				*schedules/2, time.Since(start).Round(time.Millisecond), all.created, all.claims, all.lost, all.quiet)
			if all.claims == 0 || all.lost == 0 && r.assigners == 2 {
				t.Error("nothing was raced for: this proves nothing")
			}
		})
	}
}

// TestServingAQueueInAWrongWayIsFound shows that the test above can fail.
func TestServingAQueueInAWrongWayIsFound(t *testing.T) {
	t.Parallel()
	const step, most = 100, 100_000
	for name, test := range map[string]struct {
		rules rules
		want  []broken
	}{
		"read, then write":                           {rules{unguarded: true, unchecked: true}, []broken{doubleOwner, overLimit, lost}},
		"no look at the fence":                       {rules{unguarded: true}, []broken{doubleOwner, lost}},
		"no second look at the room":                 {rules{unchecked: true}, []broken{overLimit}},
		"who lost is overtaken":                      {rules{goesOn: true}, []broken{overtaken}},
		"what was lost is forgotten":                 {rules{forgets: true}, []broken{waits}},
		"two assigners wait for each other":          {rules{patient: true}, []broken{waits}},
		"nobody hears that a conversation is closed": {rules{deaf: true}, []broken{waits}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, want := range test.want {
				tried, at := 0, *seed
				for all := (tally{}); all.broken[want] == nil; tried, at = tried+step, at+step {
					if tried == most {
						t.Fatalf("not found in %d schedules: %s", most, want)
					}
					all = try(test.rules, at, step)
				}
				t.Logf("found within %d schedules: %s", tried, want)
			}
		})
	}
}

// found is how often a promise was broken, and how the first time.
type found struct {
	times int
	seed  uint64
	trace string
}

// tally is what many schedules came to.
type tally struct {
	broken                       map[broken]*found
	created, claims, lost, quiet int
}

// try runs schedules, with a seed and those that follow it, on all processors.
func try(r rules, seed uint64, n int) tally {
	all := tally{broken: map[broken]*found{}}
	var mu sync.Mutex
	var workers sync.WaitGroup
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				i := next.Add(1) - 1
				if i >= int64(n) {
					return
				}
				w := run(r, seed+uint64(i), false)
				mu.Lock()
				all.add(r, w, seed+uint64(i))
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	return all
}

func (t *tally) add(r rules, w *world, seed uint64) {
	t.created, t.claims, t.lost, t.quiet = t.created+len(w.talks), t.claims+w.claims, t.lost+w.lost, t.quiet+w.quiets
	if w.broken == "" {
		return
	}
	f := t.broken[w.broken]
	if f == nil {
		f = &found{seed: seed, trace: run(r, seed, true).trace}
		t.broken[w.broken] = f
	}
	f.times++
}

// run plays one schedule to its end, or until a promise is broken.
func run(r rules, seed uint64, traced bool) *world {
	w := newWorld(r, rand.New(rand.NewPCG(seed, 4)))
	w.traced = traced
	for range 20 + w.rng.IntN(60) {
		w.step()
		if w.rng.IntN(15) == 0 {
			w.settle()
		}
		if w.broken != "" {
			return w
		}
	}
	w.settle()
	return w
}

// step lets one thing happen.
func (w *world) step() {
	switch n := w.rng.IntN(100); {
	case n < 12:
		w.arrive()
	case n < 50:
		w.assigner(&w.machines[w.rng.IntN(len(w.machines))])
	case n < 65:
		w.begin()
	case n < 85:
		w.finish()
	case n < 95:
		w.changeAgent()
	default:
		w.pass()
	}
}

// settle lets the assigners do what they were woken for, while nothing else happens, and looks
// whether anybody still waits in vain.
func (w *world) settle() {
	for looks := 0; ; looks++ {
		var awake []*machine
		for i := range w.machines {
			if m := &w.machines[i]; m.kicked || m.stage != idle {
				awake = append(awake, m)
			}
		}
		if len(awake) == 0 || w.broken != "" {
			break
		}
		if looks > 1000 {
			w.fail(endless, "")
			return
		}
		w.assigner(awake[w.rng.IntN(len(awake))])
	}
	w.quiets++
	w.check()
}

func (w *world) fail(what broken, format string, args ...any) {
	if w.broken == "" {
		w.broken = what
		w.note("%s: "+format, append([]any{what}, args...)...)
	}
}

func (w *world) note(format string, args ...any) {
	if w.traced {
		w.trace += fmt.Sprintf("%4d "+format+"\n", append([]any{w.now}, args...)...)
	}
}
