package main

import (
	"math"
	"slices"
	"time"
)

// samples are durations in any order.
type samples []time.Duration

// percentile returns the smallest sample that at least the share p, 0 to 1, of all samples does not
// exceed (the nearest rank: always something that was measured). Without samples it is 0.
func (s samples) percentile(p float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Clone(s)
	slices.Sort(sorted)
	// A share like 0.99 is a little more than 99/100 in binary, which must not cost a whole rank.
	rank := int(math.Ceil(p*float64(len(sorted)) - 1e-9))
	return sorted[min(max(rank, 1), len(sorted))-1]
}

func (s samples) p50() time.Duration { return s.percentile(0.50) }
func (s samples) p99() time.Duration { return s.percentile(0.99) }

// longest returns the largest sample, 0 without any.
func (s samples) longest() time.Duration { return s.percentile(1) }

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
