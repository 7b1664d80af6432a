package routing_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"foyer/app/routing"
	"foyer/models"
)

const now = models.Instant(1_000_000_000)

// every lists when n were served, one each time, the latest just now.
func every(between time.Duration, n int) (served []models.Instant) {
	for i := range n {
		served = append(served, now.Add(-time.Duration(i)*between))
	}
	return served
}

func TestEstimate(t *testing.T) {
	tests := map[string]struct {
		place     int
		served    []models.Instant
		low, high time.Duration
	}{
		"nobody was served":             {1, nil, 0, 0},
		"too few were":                  {1, every(time.Minute, 4), 0, 0},
		"no place":                      {0, every(time.Minute, 9), 0, 0},
		"the next, one in 8 minutes":    {1, every(10*time.Minute, 5), 0, 16 * time.Minute},
		"the fourth":                    {4, every(10*time.Minute, 5), 16 * time.Minute, 48 * time.Minute},
		"the ninth":                     {9, every(10*time.Minute, 5), 48 * time.Minute, 96 * time.Minute},
		"so fast that it is any moment": {1, every(time.Millisecond, 50), 0, time.Minute},
		"down and up to whole minutes":  {5, every(100*time.Second, 10), 4 * time.Minute, 11 * time.Minute},
		"so slow that it helps nobody":  {100, every(10*time.Minute, 5), 0, 0},
		"a place beyond counting":       {1 << 60, every(10*time.Minute, 5), 0, 0},
		"served in what is the future":  {3, []models.Instant{now + 9, now + 8, now + 7, now + 6, now + 5}, 0, 0},
		"all at this very moment":       {3, every(0, 9), 0, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got, want := routing.Estimate(test.place, test.served, now), (routing.Wait{Low: test.low, High: test.high}); got != want {
				t.Errorf("got %v to %v, want %v to %v", got.Low, got.High, want.Low, want.High)
			}
		})
	}
}

func TestAnEstimateIsARangeOfWholeMinutesThatGrowsWithThePlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ago := rapid.SliceOfN(rapid.Int64Range(0, 3_600_000), 0, 60).Draw(t, "served ago, in ms")
		served := make([]models.Instant, len(ago))
		for i, ms := range ago {
			served[i] = now - models.Instant(ms)
		}
		slices.SortFunc(served, func(a, b models.Instant) int { return cmp.Compare(b, a) }) // the latest first
		var before routing.Wait
		hidden := false
		for place := 1; place <= 300; place++ {
			e := routing.Estimate(place, served, now)
			switch {
			case e.High == 0 && e.Low != 0, e.Low < 0, e.Low > e.High:
				t.Fatalf("at place %d it is %v to %v", place, e.Low, e.High)
			case e.Low%time.Minute != 0 || e.High%time.Minute != 0:
				t.Fatalf("at place %d it is %v to %v: not whole minutes", place, e.Low, e.High)
			case len(served) < routing.MinPace && e != (routing.Wait{}):
				t.Fatalf("from %d who were served it is %v to %v", len(served), e.Low, e.High)
			case e.High > 4*time.Hour:
				t.Fatalf("at place %d it is up to %v: that helps nobody", place, e.High)
			case e.High == 0: // it can't be known; nor further back
				hidden = true
			case hidden:
				t.Fatalf("it is known at place %d but not before it", place)
			case e.Low < before.Low || e.High < before.High:
				t.Fatalf("at place %d it is %v to %v, before it %v to %v", place, e.Low, e.High, before.Low, before.High)
			}
			before = e
		}
	})
}
