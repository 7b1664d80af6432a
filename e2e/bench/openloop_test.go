package main

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// clock stands still unless somebody waits or works.
type clock struct{ now time.Time }

func (c *clock) wait(t time.Time) {
	if t.After(c.now) {
		c.now = t
	}
}

// offered runs a minute at 100 a second and returns the latency of each message. The one with number
// stuck takes so long that nothing else can be sent meanwhile.
func offered(stuck int, stall time.Duration) (latencies samples) {
	c := &clock{now: time.Unix(0, 0)}
	begin := c.now
	openLoop(100, begin, begin.Add(time.Minute), rand.New(rand.NewPCG(1, 1)), c.wait, func(meant time.Time) {
		if len(latencies) == stuck {
			c.now = c.now.Add(stall)
		}
		latencies = append(latencies, c.now.Sub(meant))
	})
	return latencies
}

func TestAStallCountsForEveryMessageThatWasDueMeanwhile(t *testing.T) {
	smooth := offered(-1, 0)
	if longest := smooth.longest(); longest != 0 {
		t.Fatalf("a server that answers at once has a latency of %s", longest)
	}
	stalled := offered(1000, 6*time.Second)
	if len(stalled) != len(smooth) {
		t.Errorf("%d messages were offered, and %d when the server had stalled: it must not lessen its load", len(smooth), len(stalled))
	}
	waited := 0
	for _, l := range stalled {
		if l > 0 {
			waited++
		}
	}
	if waited < 500 || waited > 700 {
		t.Errorf("%d messages waited during 6 s at 100/s, want about 600", waited)
	}
	if p99 := stalled.p99(); p99 < 5*time.Second {
		t.Errorf("a tenth of the minute was a stall of 6 s, and p99 is %s", p99)
	}
}

func TestMessagesComeAtRandomWithTheRateAskedFor(t *testing.T) {
	c := &clock{now: time.Unix(0, 0)}
	var gaps []float64
	last := c.now
	openLoop(500, c.now, c.now.Add(time.Minute), rand.New(rand.NewPCG(3, 4)), c.wait, func(meant time.Time) {
		gaps = append(gaps, meant.Sub(last).Seconds())
		last = meant
	})
	if n := len(gaps); n < 29_000 || n > 31_000 {
		t.Errorf("%d messages in a minute, want about 30,000", n)
	}
	mean, square := 0.0, 0.0
	for _, g := range gaps {
		mean += g / float64(len(gaps))
		square += g * g / float64(len(gaps))
	}
	// Of a Poisson process the gaps' deviation is their mean; of evenly spaced ones it is 0.
	if deviation := math.Sqrt(max(0, square-mean*mean)); deviation < 0.9*mean || deviation > 1.1*mean {
		t.Errorf("gaps of %.4f s deviate by %.4f s: this is no Poisson process", mean, deviation)
	}
}
