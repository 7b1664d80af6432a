package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// figures are what a fault measured, in the order of printing.
type figures []string

func (f *figures) add(format string, values ...any) { *f = append(*f, fmt.Sprintf(format, values...)) }

func (f figures) String() string { return strings.Join(f, ", ") }

// durations are measurements of one thing.
type durations []time.Duration

// String gives the median, the 99th percentile and the largest.
func (d durations) String() string {
	if len(d) == 0 {
		return "none"
	}
	s := slices.Sorted(slices.Values(d))
	at := func(share float64) time.Duration {
		return s[int(share*float64(len(s)-1))].Round(100 * time.Microsecond)
	}
	return fmt.Sprintf("p50 %s p99 %s max %s", at(0.5), at(0.99), at(1))
}
