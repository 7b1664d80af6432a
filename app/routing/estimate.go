package routing

import (
	"math"
	"time"

	"foyer/models"
)

const (
	// MinPace is how many must have been served of late for an estimate.
	MinPace = 5
	// maxEstimate is beyond what an estimate helps anybody.
	maxEstimate = 4 * time.Hour
)

// Wait is between which times somebody's turn is expected to come.
type Wait struct{ Low, High time.Duration }

// Estimate says when the turn of who is at a place of a queue will come, from when others, who had had
// to wait as well, were served of late, the latest first. It is zero when that is too little to say.
// Turns come at random: the range is one standard deviation to both sides, in whole minutes, down and
// up.
func Estimate(place int, served []models.Instant, now models.Instant) Wait {
	if len(served) < MinPace || place < 1 {
		return Wait{}
	}
	between := now.Sub(served[len(served)-1]) / time.Duration(len(served))
	if between < 0 || place > int(maxEstimate/max(between, 1)) { // the clock was put back; too far from their turn
		return Wait{}
	}
	mean := time.Duration(place) * between
	spread := time.Duration(math.Sqrt(float64(place)) * float64(between))
	if mean+spread > maxEstimate {
		return Wait{}
	}
	low, high := max(mean-spread, 0).Truncate(time.Minute), (mean + spread).Truncate(time.Minute)
	if high < mean+spread {
		high += time.Minute
	}
	return Wait{low, high}
}
