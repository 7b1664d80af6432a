package main

import (
	"testing"
	"time"
)

func TestPercentileIsTheNearestRank(t *testing.T) {
	to := func(n int) (s samples) {
		for i := n; i > 0; i-- { // the order must not matter
			s = append(s, time.Duration(i))
		}
		return s
	}
	tests := map[string]struct {
		of   samples
		p    float64
		want time.Duration
	}{
		"nothing measured":                             {nil, 0.99, 0},
		"one sample is every percentile":               {to(1), 0.01, 1},
		"the middle of an odd number":                  {to(5), 0.5, 3},
		"the lower middle of an even number":           {to(4), 0.5, 2},
		"99 of a hundred, not the hundredth":           {to(100), 0.99, 99},
		"of fewer than a hundred it is the longest":    {to(99), 0.99, 99},
		"990 of a thousand":                            {to(1000), 0.99, 990},
		"7 of a hundred, which is 7.000...1 in binary": {to(100), 0.07, 7},
		"the longest":                                  {to(7), 1, 7},
		"the least":                                    {to(7), 0, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.of.percentile(test.p); got != test.want {
				t.Errorf("percentile(%g) of %d samples is %d, want %d", test.p, len(test.of), got, test.want)
			}
		})
	}
}

func TestPercentileLeavesTheSamplesInTheirOrder(t *testing.T) {
	s := samples{3, 1, 2}
	_ = s.p50()
	if s[0] != 3 || s[1] != 1 || s[2] != 2 {
		t.Errorf("the samples are now %v", s)
	}
}
